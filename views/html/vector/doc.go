// Package vector fills and strokes outlines with exact-area anti-aliasing. It is what the painter and the SVG decoder draw with; it knows nothing of
// colours. All work is bounded by the size of the mask and by the number of segments that a [Path] may hold.
package vector
