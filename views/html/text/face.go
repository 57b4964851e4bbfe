package text

import (
	"bytes"
	"sync"
	"sync/atomic"

	"github.com/go-text/typesetting/font"
	ot "github.com/go-text/typesetting/font/opentype"
	"github.com/go-text/typesetting/font/opentype/tables"
	"github.com/go-text/typesetting/harfbuzz"
)

// Face is a loaded face of a font file. It is safe for concurrent use.
type Face struct {
	id      uint64
	family  string // normalised
	font    *font.Font
	upem    float64
	lines   lineMetrics
	latin   [0x250/64 + 1]uint64 // which of the first characters it has, for the common case
	smcp    bool
	colored bool
	strike  float64 // px per em of the largest bitmaps, when the face has nothing else

	mu    sync.Mutex
	tools []*tool // free
}

// tool is what shaping needs and cannot share between goroutines.
type tool struct {
	hb   *harfbuzz.Font
	face *font.Face
	buf  *harfbuzz.Buffer
	// runes and their byte offsets of the text at work
	runes []rune
	at    []int
}

var faceIDs atomic.Uint64

// lineMetrics are in fractions of the em, all positive.
type lineMetrics struct {
	ascent, descent, gap float64
	xHeight, capHeight   float64
	space, zero          float64
}

// loadFace parses face number index of a font file; nil when it cannot be used.
func loadFace(data []byte, index int, family string) *Face {
	loaders, err := ot.NewLoaders(bytes.NewReader(data))
	if err != nil || index >= len(loaders) {
		return nil
	}
	ld := loaders[index]
	ft, err := font.NewFont(ld)
	if err != nil || ft.Upem() == 0 {
		return nil
	}
	f := &Face{id: faceIDs.Add(1), family: family, font: ft, upem: float64(ft.Upem())}
	ff := font.NewFace(ft)
	for r := rune(0x20); r < 0x250; r++ {
		if _, ok := ft.NominalGlyph(r); ok {
			f.latin[r/64] |= 1 << (r % 64)
		}
	}
	for _, feat := range ft.GSUB.Features {
		if feat.Tag == ot.MustNewTag("smcp") {
			f.smcp = true
		}
	}
	f.measure(ld, ff)
	f.colored = ft.COLR != nil || len(ft.BitmapSizes()) > 0
	if !ld.HasTable(ot.MustNewTag("glyf")) && !ld.HasTable(ot.MustNewTag("CFF ")) && !ld.HasTable(ot.MustNewTag("CFF2")) {
		for _, b := range ft.BitmapSizes() {
			f.strike = max(f.strike, float64(b.XPpem))
		}
	}
	return f
}

// bitmapAdvance is the advance, in ems, of a glyph that exists as a bitmap only: browsers scale that of the bitmap, which differs slightly from what the metrics table says.
func (f *Face) bitmapAdvance(ff *font.Face, g font.GID) float64 {
	adv := float64(ff.HorizontalAdvance(g)) / f.upem
	ff.SetPpem(uint16(f.strike), uint16(f.strike))
	if b, ok := ff.GlyphDataBitmap(tables.GlyphID(g)); ok {
		if w := float64(b.Width) / f.strike; w > adv*0.97 && w < adv*1.03 {
			return w
		}
	}
	return adv
}

// measure takes the line metrics as Skia does with FreeType: OS/2 typo metrics when the font asks for them, else hhea.
func (f *Face) measure(ld *ot.Loader, ff *font.Face) {
	var os2 tables.Os2
	has := false
	if raw, err := ld.RawTable(ot.MustNewTag("OS/2")); err == nil {
		if t, _, err := tables.ParseOs2(raw); err == nil {
			os2, has = t, true
		}
	}
	m := &f.lines
	const typo = 1 << 7
	if raw, err := ld.RawTable(ot.MustNewTag("hhea")); err == nil {
		if h, _, err := tables.ParseHhea(raw); err == nil {
			m.ascent, m.descent, m.gap = float64(h.Ascender), -float64(h.Descender), float64(h.LineGap)
		}
	}
	if has && (os2.FsSelection&typo != 0 || m.ascent == 0 && m.descent == 0) {
		m.ascent, m.descent, m.gap = float64(os2.STypoAscender), -float64(os2.STypoDescender), float64(os2.STypoLineGap)
	}
	m.ascent, m.descent, m.gap = m.ascent/f.upem, m.descent/f.upem, max(0, m.gap/f.upem)
	m.xHeight = float64(ff.LineMetric(font.XHeight)) / f.upem
	if m.xHeight <= 0 {
		m.xHeight = m.ascent * 0.56
	}
	m.capHeight = float64(ff.LineMetric(font.CapHeight)) / f.upem
	if m.capHeight <= 0 {
		m.capHeight = m.ascent
	}
	if g, ok := f.font.NominalGlyph(' '); ok {
		m.space = float64(ff.HorizontalAdvance(g)) / f.upem
	}
	m.zero = 0.5
	if g, ok := f.font.NominalGlyph('0'); ok {
		m.zero = float64(ff.HorizontalAdvance(g)) / f.upem
	}
}

// has tells whether the face has a glyph for r.
func (f *Face) has(r rune) bool {
	if r < 0x250 {
		return r >= 0 && f.latin[r/64]&(1<<(r%64)) != 0
	}
	_, ok := f.font.NominalGlyph(r)
	return ok
}

// take borrows a tool; give returns it.
func (f *Face) take() *tool {
	f.mu.Lock()
	if n := len(f.tools); n > 0 {
		t := f.tools[n-1]
		f.tools = f.tools[:n-1]
		f.mu.Unlock()
		return t
	}
	f.mu.Unlock()
	face := font.NewFace(f.font)
	hb := harfbuzz.NewFont(face)
	repairDigests(hb, f.font)
	return &tool{face: face, hb: hb, buf: harfbuzz.NewBuffer()}
}

func (f *Face) give(t *tool) {
	f.mu.Lock()
	if len(f.tools) < 4 {
		f.tools = append(f.tools, t)
	}
	f.mu.Unlock()
}

// ID is a number that no other face of this run of the program has.
func (f *Face) ID() uint64 { return f.id }

// Family is the family's name as it is compared (lower case, without blanks).
func (f *Face) Family() string { return f.family }

// Upem is how many font units an em has.
func (f *Face) Upem() float64 { return f.upem }

// With calls do with the parsed face, which belongs to the caller until do returns.
func (f *Face) With(do func(*font.Face)) {
	t := f.take()
	defer f.give(t)
	do(t.face)
}

// Colored tells whether the face has glyphs in colour, as bitmaps or as layers.
func (f *Face) Colored() bool { return f.colored }
