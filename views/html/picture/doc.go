// Package picture decodes the pictures of mails: PNG, JPEG (CMYK and turned ones too), GIF with its frames, WebP, BMP and SVG. Every decoder is bounded:
// [Read] takes the size from the header before anything is decoded, and what is larger than [Limits] allow is not decoded at all. [Draw] gives a
// picture at the size at which it is shown; a camera's picture is reduced row by row and never unpacked as a whole.
//
// SVG is drawn by the package itself: shapes, paths, strokes, gradients, groups and references within the file. Scripts, style sheets, text, embedded pictures
// and everything that refers out are not read. Nothing here touches the network or the file system; where the bytes come from is the caller's business.
package picture
