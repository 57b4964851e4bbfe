package layout

import (
	"math"
	"sort"
	"unicode/utf8"

	"github.com/postrider/postrider/views/html/display"
	"github.com/postrider/postrider/views/html/style"
	"github.com/postrider/postrider/views/html/text"
)

// lines paints the lines of a paragraph.
func (p *painter) lines(b *box) {
	for i := range b.lines {
		if p.e.tick() {
			return
		}
		ln := &b.lines[i]
		if b.oy+ln.y > p.e.o.Limits.Height {
			return
		}
		frags := ln.frags
		if ln.ellipsis || b.st.Ellipsis && b.clips() && ln.w > ln.room+slack {
			frags = p.ellipsis(b, ln)
		}
		for k := range frags {
			f := &frags[k]
			switch f.kind {
			case fBox:
				p.inlineBox(b, f)
			case fText:
				p.text(b, i, f)
			case fAtomic:
				if !isStack(f.box) {
					p.stack(f.box)
				}
			case fBreak:
				p.feed(b, i, f)
			}
		}
	}
}

// feed notes a line feed: an empty run that a caret can stand on.
func (p *painter) feed(b *box, line int, f *frag) {
	if f.box.st.Visibility != style.Shown || f.box.node == nil {
		return
	}
	r := p.newRun()
	m := &f.item.f.m
	r.Rect = display.Rect{X: b.ox + f.x, Y: b.oy + f.base - m.Ascent, H: m.Ascent + m.Descent}
	r.Base, r.Node, r.Feed, r.Link = b.oy+f.base, f.box.node, true, f.box.node.Link
	r.Color = f.box.st.Color
	if f.box.kind == kText {
		r.From = b.ifc.sourceOf(f.from)
	}
	p.remember(p.add(r), b, line, f.box, f.from)
}

func (p *painter) newRun() *display.Run {
	if len(p.runs) == 0 {
		p.runs = make([]display.Run, 64)
	}
	r := &p.runs[0]
	p.runs = p.runs[1:]
	return r
}

// inlineBox paints a part of an inline box; the edges where it goes on have no border.
func (p *painter) inlineBox(b *box, f *frag) {
	st := f.box.st
	if st.Visibility != style.Shown {
		return
	}
	border, bord, pad := st.Border, f.box.bord, f.box.pad
	cut := func(side int) {
		border[side], bord[side], pad[side] = style.Border{}, 0, 0
	}
	l, r := style.Left, style.Right
	if st.RTL {
		l, r = r, l
	}
	if !f.start {
		cut(l)
	}
	if !f.end {
		cut(r)
	}
	d := p.box(f.box, st, display.Rect{X: b.ox + f.x, Y: b.oy + f.y, W: f.w, H: f.h}, border, bord, pad)
	if d != nil {
		if !f.start {
			d.Radius[0], d.Radius[3] = [2]float64{}, [2]float64{}
		}
		if !f.end {
			d.Radius[1], d.Radius[2] = [2]float64{}, [2]float64{}
		}
	}
}

// text paints a piece of text.
func (p *painter) text(b *box, line int, f *frag) {
	st := f.box.st
	if st.Visibility != style.Shown {
		return
	}
	it, c := f.item, b.ifc
	marker := f.box.mark != nil
	if f.to > f.from {
		rel := f.from - it.from
		runs := cutRuns(p.e, c, it, f.from, f.to)
		x := b.ox + f.x
		if f.hyphen && it.level&1 == 1 {
			x += p.hyphen(b, f, x)
		}
		logical := 0 // bytes before a run, in logical order
		if it.level&1 == 1 {
			for i := range runs {
				logical += len(runs[i].Text)
			}
		}
		for i := range runs {
			s := runs[i]
			at := logical
			if it.level&1 == 1 {
				logical -= len(s.Text)
				at = logical
			} else {
				logical += len(s.Text)
			}
			if f.space != 0 {
				s = justified(s, f.space)
			}
			r := p.run(b, f, s, x)
			r.From = c.sourceOf(it.from + rel + int32(at))
			r.Marker = marker
			n := p.add(r)
			if !marker {
				p.remember(n, b, line, f.box, it.from+rel+int32(at))
			}
			x += s.Advance
		}
		if f.hyphen && it.level&1 == 0 {
			p.hyphen(b, f, x)
		}
	}
}

// run makes a display run of shaped text.
func (p *painter) run(b *box, f *frag, s text.Run, x float64) *display.Run {
	st := f.box.st
	r := p.newRun()
	m := &f.item.f.m
	r.Rect = display.Rect{X: x, Y: b.oy + f.base - m.Ascent, W: s.Advance, H: m.Ascent + m.Descent}
	r.Base, r.Text, r.Shaped, r.Color, r.Shadows, r.Node = b.oy+f.base, s.Text, s, st.Color, st.TextShadow, f.box.node
	if f.box.node != nil {
		r.Link = f.box.node.Link
	}
	if f.box.deco != nil {
		r.Decoration = p.e.decorations(f.box, b.oy+f.base)
	}
	return r
}

// hyphen adds the hyphen of a soft hyphen that a line was broken at, and returns its width.
func (p *painter) hyphen(b *box, f *frag, x float64) float64 {
	w := 0.0
	for _, s := range p.e.sh.Shape("-", f.item.f.f, f.item.f.o) {
		r := p.run(b, f, s, x+w)
		r.Ellipsis = true
		p.add(r)
		w += s.Advance
	}
	return w
}

// decorations of text on a baseline, each in the measure of the box that decorates.
func (e *engine) decorations(b *box, base float64) []display.Decoration {
	var out []display.Decoration
	for d := b.deco; d != nil; d = d.up {
		st := d.st
		m := e.font(st).m
		thick := math.Floor(m.UnderlineThick)
		if st.DecoThick.Unit == style.Px || st.DecoThick.Unit == style.Compare {
			thick = max(1, st.DecoThick.Resolve(st.Font.Size))
		}
		thick = max(1, math.Round(thick))
		line := st.DecoLine
		if line == style.NoLine {
			line = style.Solid
		}
		add := func(y float64) {
			out = append(out, display.Decoration{Y: y, Thick: thick, Line: line, Color: st.DecoColor})
		}
		if st.Underline {
			add(base + m.UnderlineY)
		}
		if st.Overline {
			add(base - m.Ascent)
		}
		if st.LineThrough {
			add(base - m.StrikeY - thick/2)
		}
	}
	return out
}

// cutRuns are the shaped runs of a stretch of an item, in visual order.
func cutRuns(e *engine, c *ifc, it *item, from, to int32) []text.Run {
	if from == it.from && to == it.to {
		return it.runs
	}
	rtl := it.level&1 == 1
	a, z := int(from-it.from), int(to-it.from)
	var out []text.Run
	base := 0
	for i := range it.runs {
		k := i
		if rtl {
			k = len(it.runs) - 1 - i
		}
		r := &it.runs[k]
		lo, hi := max(a-base, 0), min(z-base, len(r.Text))
		if lo < hi {
			if unsafeAt(r, lo) || unsafeAt(r, hi) {
				o := it.f.o
				o.RTL = rtl
				fresh := e.sh.Shape(c.text[from:to], it.f.f, o)
				return fresh
			}
			out = append(out, e.slice(r, lo, hi))
		}
		base += len(r.Text)
	}
	if rtl {
		for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
			out[i], out[j] = out[j], out[i]
		}
	}
	return out
}

// glyphsOf finds the glyphs of the bytes from lo to hi of a run; clusters ascend in it, or descend from right to left.
func glyphsOf(r *text.Run, lo, hi int) (from, to int) {
	g := r.Glyphs
	if r.RTL {
		from = sort.Search(len(g), func(i int) bool { return g[i].Cluster < hi })
		to = sort.Search(len(g), func(i int) bool { return g[i].Cluster < lo })
		return from, to
	}
	from = sort.Search(len(g), func(i int) bool { return g[i].Cluster >= lo })
	to = sort.Search(len(g), func(i int) bool { return g[i].Cluster >= hi })
	return from, to
}

// unsafeAt tells whether text must be shaped again when it is cut before byte at.
func unsafeAt(r *text.Run, at int) bool {
	if at <= 0 || at >= len(r.Text) {
		return false
	}
	from, to := glyphsOf(r, at, at+1)
	for i := from; i < to; i++ {
		if r.Glyphs[i].Unsafe {
			return true
		}
	}
	return from == to // within a ligature
}

// slice is the part of a run from byte lo to hi.
func (e *engine) slice(r *text.Run, lo, hi int) text.Run {
	if lo == 0 && hi == len(r.Text) {
		return *r
	}
	out := *r
	out.Text, out.Advance = r.Text[lo:hi], 0
	from, to := glyphsOf(r, lo, hi)
	n := to - from
	if n > len(e.glyphs) {
		e.glyphs = make([]text.Glyph, max(n, 1024))
	}
	out.Glyphs, e.glyphs = e.glyphs[:n:n], e.glyphs[n:]
	copy(out.Glyphs, r.Glyphs[from:to])
	for i := range out.Glyphs {
		g := &out.Glyphs[i]
		g.Cluster -= lo
		out.Advance += g.Advance
	}
	return out
}

// justified widens the blanks of a run.
func justified(r text.Run, extra float64) text.Run {
	if blanks(r.Text) == 0 {
		return r
	}
	gl := make([]text.Glyph, len(r.Glyphs))
	copy(gl, r.Glyphs)
	r.Advance = 0
	for i := range gl {
		if c, _ := utf8.DecodeRuneInString(r.Text[gl[i].Cluster:]); c == ' ' || c == 0xA0 {
			gl[i].Advance += extra
		}
		r.Advance += gl[i].Advance
	}
	r.Glyphs = gl
	return r
}

// ellipsis cuts a line so that an ellipsis fits after it.
func (p *painter) ellipsis(b *box, ln *line) []frag {
	f := p.e.font(b.st)
	dots := p.e.sh.Shape("\u2026", f.f, f.o)
	w := 0.0
	for i := range dots {
		w += dots[i].Advance
	}
	room := ln.x + ln.room - w
	var out []frag
	end := ln.x
	for _, fr := range ln.frags {
		switch {
		case fr.kind == fBox:
			fr.w = max(0, min(fr.w, room-fr.x))
			out = append(out, fr)
			continue
		case fr.kind == fBreak:
			continue
		case fr.x+fr.w <= room+slack:
			out = append(out, fr)
			end = max(end, fr.x+fr.w)
			continue
		}
		if fr.kind == fText && fr.x < room {
			a := fr.item.adv
			to := fr.from
			for i := fr.from + 1; i <= fr.to; i++ {
				if i < fr.to && !clusterStart(b.ifc.text, int(i)) || i < fr.to && b.ifc.text[i]&0xC0 == 0x80 {
					continue
				}
				if fr.x+float64(a[i-fr.item.from]-a[fr.from-fr.item.from]) > room {
					break
				}
				to = i
			}
			if to > fr.from {
				fr.to, fr.hyphen = to, false
				fr.w = float64(a[to-fr.item.from] - a[fr.from-fr.item.from])
				end = max(end, fr.x+fr.w)
				out = append(out, fr)
			}
		}
		break
	}
	if b.st.Visibility == style.Shown {
		for _, s := range dots {
			host := frag{box: b, item: &item{f: f, box: b}, base: ln.base}
			r := p.run(b, &host, s, b.ox+end)
			r.Ellipsis = true
			p.add(r)
			end += s.Advance
		}
	}
	return out
}
