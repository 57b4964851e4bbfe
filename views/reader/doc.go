// Package reader shows one conversation: the subject, its messages as cards, the newest (and what is unread) open, with attachments and the
// text, and a field for a quick answer.
//
// The text of a message is drawn by [textView] from mail.Block: each paragraph is broken into lines once for a width, and only the lines
// that are seen have canvas objects, so that a text of any length scrolls. Nothing is ever loaded from the net by this package, and a link
// is opened only by a click on it, after its real target was shown.
package reader
