// Package layout places a styled mail at a width, as browsers do, and writes it down as a [display.List].
//
// # How it goes
//
// [Lay] turns the style tree into a tree of boxes (build.go, tables.go: anonymous boxes, blocks inside of inlines, list markers), lays them out,
// places what is positioned, and writes the display list (paint.go).
//
// A box that starts a formatting context of its own (a float, a cell, an inline block, a table, a flex box) is laid out by [engine.lay] at a border
// box width that its caller found with [engine.fit] or [engine.fill]. All boxes within one formatting context hold their places relative
// to the border box of the box that started it; so a context is laid out once, remembered by what it was asked for, and moved for nothing.
//
//	flow.go      block formatting: margins that collapse as they come, clearance, floats that wait for the top of their parent
//	floats.go    the room that floats leave
//	inline.go    inline formatting, independent of the width: one text and its items; bidi.go: their levels; units.go: shaped words and their widths
//	lines.go     filling lines; line.go: vertical alignment; place.go: bidi order, text-align, fragments
//	sizes.go     widths and heights; intrinsic.go: min- and max-content, kept per box so that nested tables cost what they hold
//	replaced.go  pictures and form controls
//	columns.go, colwidths.go, rows.go, table.go, borders.go   tables, by the algorithm of Chromium's engine
//	flex.go, flexplace.go; grid.go, tracks.go; absolute.go
//	paint.go     the order of painting; paintbox.go, painttext.go, paintmore.go: what is painted; measure.go: the boxes themselves, for who asks
//
// # Rules
//
// Coordinates are CSS px as float64. A height or base of -1 is not known (auto). Everything is bounded: boxes, cells, lines and depth by
// [Limits], time by the context, which is asked every few hundred boxes or lines; then layout stops everywhere and Lay returns the context's
// error. Recursion is as deep as the tree of boxes, which [Limits].Depth bounds.
package layout
