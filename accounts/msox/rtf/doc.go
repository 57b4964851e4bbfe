// Package rtf reads the rich text of Outlook messages. [Decompress] unpacks PidTagRtfCompressed ([MS-OXRTFCP]); [Convert]
// gives what a mail reader can show: the HTML that Outlook packed into RTF, unchanged ([MS-OXRTFEX], \fromhtml), the plain
// text it packed (\fromtext), or, of genuine RTF, simple HTML and plain text made from it.
//
// One scanner (scan.go) deals with groups, code pages, fonts and Unicode for all three; what is done with the text is in
// encapsulated.go and build.go. Broken input gives what could be read: nothing here fails but decompression, and that gives
// what it had until the damage.
//
// All work is bounded: unpacked size, nesting, the text and the pictures that are made.
package rtf
