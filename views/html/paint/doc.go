// Package paint turns a display list into pixels: any rectangle of a mail at any scale, so that a window paints only what is seen and a
// test or a picture the whole. Only items that cross the rectangle are looked at. Letters are filled from their outlines at a quarter of
// a pixel's precision and kept, bounded in bytes; boxes stand on whole device pixels, as in browsers.
//
// A [Painter] belongs to one list and is safe for concurrent use; the pictures come from whoever gave them, see [Pictures]. Nothing is fetched.
package paint
