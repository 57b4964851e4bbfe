// Package gate decides which pictures of a mail are loaded: none, until the person allows it for the message or its sender, and never one that is there
// to report that the mail was opened. A [Gate] is the source of a mail's pictures (see package picture): what is in the message it gives at once, what was
// loaded it gives from memory, and for the rest it gives nothing. It fetches nothing by itself: [Gate.Load] asks the loader that
// it was given, which is the one place of the program that does. Style sheets, fonts, frames, media and whatever else a mail refers to are not even asked for.
package gate
