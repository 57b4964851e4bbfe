// Package html shows HTML mail as its sender made it. It is an engine of four steps, each in a package of its own, none of which knows the
// toolkit, the network or the file system:
//
//	dom      bytes -> tree: a bounded parse, conditional comments, the style sheets and everything that would be fetched
//	style    tree + style sheets -> the same tree with a computed style on each node (cascade, inheritance, media queries)
//	layout   styled tree + width -> display.List: boxes, text runs, pictures and links at their places, in px
//	paint    display.List -> tiles of image.RGBA; pdf writes the same list as a page description
//
// with text (fonts, shaping, bidi, line breaks) and picture (decoders with bounds) beside them. The display list is the one thing between layout and
// whoever paints: the window, a PDF file, a test. Scripts do not exist; forms are drawn and do nothing; nothing is fetched by any of
// these packages: what a mail refers to is judged by gate and asked of the caller, who answers only what the person allowed.
//
// Every step is bounded (bytes, nodes, depth, rules, boxes, cells, pixels, time) and stops at once when its context is done; the caller then shows
// plain text with a note.
package html
