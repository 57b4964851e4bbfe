// Package reader shows one conversation: the subject, its messages as cards, the newest (and what is unread) open, with attachments and the
// text, and a field for a quick answer.
//
// The text of a message is drawn by [textView] from mail.Block: each paragraph is broken into lines once for a width, and only the lines
// that are seen have canvas objects, so that a text of any length scrolls. A message with HTML is a page of package html/view instead (htmlpage.go),
// unless the person wants text. Remote pictures are loaded through the program, only after the person allowed it for the message or its sender and only those that package
// gate lets through; nothing else is ever loaded from the net. A link is opened only by a click on it, after its real target was shown.
package reader
