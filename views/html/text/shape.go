package text

import (
	"math"
	"unicode"

	ot "github.com/go-text/typesetting/font/opentype"
	"github.com/go-text/typesetting/harfbuzz"
	"github.com/go-text/typesetting/language"
)

// smallCaps is how tall a synthetic small capital is beside a capital.
const smallCaps = 0.7

var (
	noLigatures = []harfbuzz.Feature{
		{Tag: ot.MustNewTag("liga"), End: harfbuzz.FeatureGlobalEnd},
		{Tag: ot.MustNewTag("clig"), End: harfbuzz.FeatureGlobalEnd},
	}
	realSmallCaps = harfbuzz.Feature{Tag: ot.MustNewTag("smcp"), Value: 1, End: harfbuzz.FeatureGlobalEnd}
)

// shape does the work of Shape, without the cache.
func (s *Shaper) shape(t string, st *stack, size float64, o Options) []Run {
	runes := make([]rune, 0, len(t))
	at := make([]int, 0, len(t)+1)
	for i, r := range t {
		switch {
		case r == '\t':
			r = ' '
		case r < 0x20 || r >= 0x7F && r < 0xA0:
			r = 0x200B
		}
		runes = append(runes, r)
		at = append(at, i)
	}
	at = append(at, len(t))
	segs := s.itemize(t, runes, st, o.Lang)
	if o.SmallCaps {
		segs, runes = splitCaps(segs, runes)
	}
	out := make([]Run, 0, len(segs))
	total := 0
	for _, g := range segs {
		total += g.to - g.from
	}
	arena := make([]Glyph, 0, total)
	for _, g := range segs {
		var r Run
		r, arena = shapeSegment(g, t, runes, at, size, o, arena)
		out = append(out, r)
	}
	if o.RTL {
		for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
			out[i], out[j] = out[j], out[i]
		}
	}
	return out
}

// splitCaps separates the lower-case parts of faces without small capitals and writes them in capitals.
func splitCaps(segs []segment, runes []rune) ([]segment, []rune) {
	runes = append([]rune(nil), runes...)
	var out []segment
	for _, g := range segs {
		if g.match.face.smcp {
			out = append(out, g)
			continue
		}
		for i := g.from; i < g.to; {
			small := unicode.IsLower(runes[i])
			j := i
			for j < g.to && (unicode.IsLower(runes[j]) == small || j > i && unicode.IsMark(runes[j])) {
				if small {
					runes[j] = unicode.ToUpper(runes[j])
				}
				j++
			}
			n := g
			n.from, n.to, n.small = i, j, small
			out = append(out, n)
			i = j
		}
	}
	return out, runes
}

func shapeSegment(g segment, t string, runes []rune, at []int, size float64, o Options, arena []Glyph) (Run, []Glyph) {
	f := g.match.face
	if g.small {
		size = math.Round(size * smallCaps)
	}
	tl := f.take()
	defer f.give(tl)
	b := tl.buf
	b.Clear()
	b.AddRunes(runes, g.from, g.to-g.from)
	b.Props = harfbuzz.SegmentProperties{Direction: harfbuzz.LeftToRight, Script: g.script}
	if o.Lang != "" {
		b.Props.Language = language.NewLanguage(o.Lang)
	}
	if o.RTL {
		b.Props.Direction = harfbuzz.RightToLeft
	}
	var feats []harfbuzz.Feature
	if o.Letter != 0 {
		feats = noLigatures
	}
	if o.SmallCaps && f.smcp {
		feats = append(append([]harfbuzz.Feature(nil), feats...), realSmallCaps)
	}
	b.Shape(tl.hb, feats)

	// A browser hands sizes on in 64ths of a px.
	scale := max(math.Floor(size*64), 1) / 64 / f.upem
	base := at[g.from]
	r := Run{Text: t[base:at[g.to]], Face: f, Size: size, RTL: o.RTL, FakeBold: g.match.fakeBold, FakeItalic: g.match.fakeItalic}
	from := len(arena)
	for i, in := range b.Info {
		p := b.Pos[i]
		gl := Glyph{ID: uint32(in.Glyph), Cluster: at[in.Cluster] - base, Unsafe: in.Mask&harfbuzz.GlyphUnsafeToBreak != 0,
			Advance: float64(p.XAdvance) * scale, X: float64(p.XOffset) * scale, Y: -float64(p.YOffset) * scale}
		if f.strike != 0 && gl.Advance > 0 {
			gl.Advance = f.bitmapAdvance(tl.face, in.Glyph) * size
		}
		if (o.Letter != 0 || o.Word != 0) && (i+1 == len(b.Info) || b.Info[i+1].Cluster != in.Cluster) {
			c := runes[in.Cluster]
			extra := 0.0
			if !ignorable(c) {
				extra = o.Letter
			}
			if c == ' ' || c == 0xA0 {
				extra += o.Word
			}
			gl.Advance += extra
			if o.RTL {
				gl.X += extra
			}
		}
		r.Advance += gl.Advance
		arena = append(arena, gl)
	}
	r.Glyphs = arena[from:len(arena):len(arena)]
	return r, arena
}
