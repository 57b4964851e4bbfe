package text

// Font is a request; see style.Font. It is repeated here because text is a leaf.
type Font struct {
	Families []string // in order, generic names in lower case (serif, sans-serif, monospace, cursive, fantasy, system-ui)
	Size     float64  // px
	Weight   int
	Italic   bool
}

// Metrics of a face at a size, px, as browsers take them (hhea or OS/2 by the platform's rule).
type Metrics struct {
	Ascent, Descent, Gap float64 // all positive
	XHeight, CapHeight   float64
	UnderlineY           float64 // below the baseline
	UnderlineThick       float64
	StrikeY              float64 // above the baseline
	SpaceWidth           float64 // advance of U+0020
	ZeroWidth            float64 // advance of U+0030, for ch
}

// Glyph is one glyph of a run, in visual order from left to right.
type Glyph struct {
	ID      uint32
	Cluster int     // byte offset into Run.Text of the first byte of its cluster
	Advance float64 // px, letter- and word-spacing included
	X, Y    float64 // offset, Y downwards
	Unsafe  bool    // a line broken right before its cluster must be shaped again on both sides
}

// Run is shaped text of one face and one direction.
type Run struct {
	Text    string
	Face    *Face
	Size    float64 // px
	Glyphs  []Glyph
	Advance float64 // px, sum
	RTL     bool
	// Synthetic styles where the family has no such face.
	FakeBold, FakeItalic bool
}

// Opportunity says where a line may be broken: before the byte At (UAX #14).
type Opportunity struct {
	At   int
	Must bool
}
