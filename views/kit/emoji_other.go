//go:build !(linux || freebsd || openbsd || netbsd)

package kit

// SystemEmoji does nothing here: the fonts of these systems hold no bitmaps that the toolkit could draw.
func SystemEmoji() {}
