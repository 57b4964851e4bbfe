// Package picture decodes the pictures of mails: PNG, JPEG (CMYK and turned ones too), GIF with its frames, WebP, BMP and SVG. Every decoder is bounded:
// the size is read from the header before anything is decoded, and what is larger than [Limits] allow is not decoded at all.
//
// A [Set] holds the pictures of one mail. Where their bytes come from is the business of the caller's [Source], which answers only
// what is in the mail or what the person allowed; data: addresses are read here, they are part of the mail. Scaled pictures of all
// mails are kept in one cache, bounded in bytes. Nothing here touches the network or the file system.
package picture
