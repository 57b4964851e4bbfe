// Package pdf writes a display list as a PDF file (ISO 32000-1, version 1.7): pages cut between lines, text as text that can be searched and copied,
// links, pictures, backgrounds, borders, gradients.
//
//	write.go   objects, streams, the cross-reference table
//	page.go    where pages are cut, and their content streams
//	font.go    the glyphs that are used, as Type 3 fonts with a map back to Unicode: the same for every kind of font file
//	box.go     backgrounds and borders;  image.go  pictures
//
// What PDF readers do badly or not at all is left out: blurred shadows, conic gradients. The file depends on its input only, not on the clock.
package pdf
