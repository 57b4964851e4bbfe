package layout

import (
	"math"

	"github.com/postrider/postrider/views/html/style"
	"github.com/postrider/postrider/views/html/text"
)

var none = math.NaN() // no baseline

// scratch holds buffers that are used again and again.
type scratch struct {
	lastStyle *style.Style
	lastFont  *font
	buf       []byte
	items     []item
	ents      []ent
	states    []istate
	order     []int
	levels    []uint8
	frags     []frag
	blankIn   []int
	glyphs    []text.Glyph
}

// font is what a style asks of the shaper, with the extents that its text has on a line.
type font struct {
	f         text.Font
	m         text.Metrics
	o         text.Options
	asc, desc float64 // of the line box part, half-leading included
	lh        float64
}

// font returns the font of a style, computed once.
func (e *engine) font(st *style.Style) *font {
	if st == e.lastStyle {
		return e.lastFont
	}
	f := e.fonts[st]
	if f == nil {
		f = &font{
			f: text.Font{Families: st.Font.Families, Size: st.Font.Size, Weight: st.Font.Weight, Italic: st.Font.Italic},
			o: text.Options{Lang: st.Lang, Letter: st.Letter, Word: st.Word, SmallCaps: st.Font.SmallCaps},
		}
		f.m = e.sh.Metrics(f.f)
		f.lh = lineHeight(st, f.m)
		f.asc, f.desc = leading(f.m, f.lh)
		e.fonts[st] = f
	}
	e.lastStyle, e.lastFont = st, f
	return f
}

// lineHeight is the used line height, CSS 2.1 section 10.8.1.
func lineHeight(st *style.Style, m text.Metrics) float64 {
	switch st.LineHeight.Unit {
	case style.Factor:
		return st.LineHeight.V * st.Font.Size
	case style.Px, style.Compare:
		return st.LineHeight.Resolve(st.Font.Size)
	}
	return m.Ascent + m.Descent + m.Gap
}

// leading spreads a line height around a font's extents; as in Chromium the upper half is rounded down.
func leading(m text.Metrics, lh float64) (asc, desc float64) {
	up := math.Floor((lh - m.Ascent - m.Descent) / 2)
	asc = m.Ascent + up
	return asc, lh - asc
}
