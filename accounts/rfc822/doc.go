// Package rfc822 reads internet messages: header fields (RFC 5322 and what is really sent), encoded words (RFC 2047),
// parameters (RFC 2231), dates, addresses and the MIME tree (RFC 2045 to 2049).
//
// Reading never changes or loses a byte: a [Message] is a tree of offsets into the raw message, and content is decoded
// only when it is asked for. Nothing here fails because a message is broken: what can be read is read, and what was
// damaged or cut is told in words in Problems. All work is bounded (see [Limits]): by depth, by the number of parts, by
// the size of headers and by the text that is decoded.
//
// Three entrances, from cheap to thorough:
//
//   - [ParseHeader] turns a header block into a mail.Envelope, in one pass, for listing;
//   - [Ingest] makes in one pass all that the store keeps of a message: envelope, text for the index, snippet, names of
//     attachments;
//   - [Parse] gives the tree, [Body] what the reader shows, [Part] one decoded part.
//
// The header scanner is our own and not that of go-message: a listing of a large mailbox parses a hundred thousand
// headers, most of which hold one or two fields of interest, and real headers hold raw 8-bit text, encoded words cut in
// the middle of a character and dates of every kind, which a reader has to show nevertheless.
//
// The tree is our own as well, since it has to be offsets into bytes that are kept, and has to survive separators that
// are missing, wrong or never closed. go-message is what the tests read against: what compose builds must be the same to both.
//
// Text that is not labelled, or labelled wrongly, is read as UTF-8 where it is valid UTF-8, else in the charset the
// message names for its body, else as windows-1252, in which every byte means something.
package rfc822
