// Package editor is a plain-text editor widget for long text.
//
// The toolkit's own entry lays the whole text out again at every key (465 ms in 100 kB). Here the text is a [Buffer] of paragraphs,
// each with its own cached row breaks; a key lays out again only the rows behind the change, up to where the breaks agree with the old ones,
// and only the rows on screen are drawn. The pieces:
//
//   - [Buffer]: paragraphs, replace, undo and redo. Pure.
//   - wrap.go: row breaks by UAX 14 segments with measured and remembered widths. Pure but for the measuring function.
//   - [Editor]: the widget: cursor, selection, keys, mouse, clipboard, scrolling.
//
// Offsets are bytes inside a paragraph and always lie on grapheme borders.
package editor
