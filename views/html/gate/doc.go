// Package gate decides which pictures of a mail may be loaded when the person allows it for the message or its sender: those that the mail shows, and
// never one that is there to report that the mail was opened. Style sheets, fonts, frames, media and whatever else a mail refers to are never loaded. Nothing is
// fetched here, and without the person's act nothing is fetched at all.
package gate
