package layout

import (
	"github.com/postrider/postrider/views/html/style"
	"github.com/postrider/postrider/views/html/text"
)

// place sets the x of all pieces and makes the fragments.
func (p *para) place(ln *line, cl cutLine, ents []ent, states []istate, indent float64) {
	e, c := p.e, p.c
	rtl := p.b.st.RTL
	// Blanks at the end hang: they are not shown, but stay in the text where white space is kept.
	hang := 0.0
	for i := len(ents) - 1; i >= 0; i-- {
		t := &ents[i]
		if t.kind == iAbs || t.kind == iBreak || t.kind == iClose {
			continue
		}
		if t.kind != iText || !hangs(t.box.st.WhiteSpace) {
			break
		}
		if t.box.st.WhiteSpace == style.PreWrap {
			to := t.to
			for to > t.from && c.text[to-1] == ' ' {
				to--
			}
			t.hang = t.to - to
			hang += float64(t.item.adv[t.to-t.item.from] - t.item.adv[to-t.item.from])
			if to > t.from {
				break
			}
			continue
		}
		for t.to > t.from && c.text[t.to-1] == ' ' {
			t.to--
		}
		if t.to > t.from {
			break
		}
	}
	total := indent
	for i := range ents {
		t := &ents[i]
		switch t.kind {
		case iText:
			a := t.item.adv
			t.w = float64(a[t.to-t.item.from] - a[t.from-t.item.from])
		case iTab:
			t.w = tabWidth(t.item, total)
		}
		total += t.w
	}
	if cl.hyphen {
		for i := len(ents) - 1; i >= 0; i-- {
			if t := &ents[i]; t.kind == iText && t.to > t.from {
				t.hyphen = true
				w := p.hyphenWidth(t.item)
				t.w += w
				total += w
				break
			}
		}
	}
	ln.x, ln.w, ln.room = cl.l, total, cl.r-cl.l
	last := cl.forced || !p.moreAfter(cl.end)
	if last {
		hang = min(hang, max(0, total-(cl.r-cl.l))) // what fits does not hang there, CSS Text section 4.1.3
	}
	free := cl.r - cl.l - total + hang
	perSpace := 0.0
	x := cl.l
	if !rtl {
		x += indent
	}
	switch alignOf(p.b.st, last) {
	case style.AlignCenter:
		if free > 0 {
			x += free / 2
		} else if rtl {
			x += free
		}
	case style.AlignRight:
		if free > 0 || rtl {
			x += free
		}
	case style.AlignJustify:
		n := 0
		for i := range ents {
			if t := &ents[i]; t.kind == iText {
				n += blanks(c.text[t.from : t.to-t.hang])
			}
		}
		if n > 0 && free > 0 {
			perSpace = free / float64(n)
			for i := range ents {
				if t := &ents[i]; t.kind == iText {
					t.w += perSpace * float64(blanks(c.text[t.from:t.to-t.hang]))
				}
			}
		} else if rtl {
			x += free
		}
	}
	if c.bidi {
		e.levels, e.order = e.levels[:0], e.order[:0]
		for i := range ents {
			e.levels = append(e.levels, ents[i].level)
		}
		p.trailingLevels(ents)
		for _, i := range text.Reorder(e.levels) {
			ents[i].x = x
			x += ents[i].w
		}
	} else {
		for i := range ents {
			ents[i].x = x
			x += ents[i].w
		}
	}
	p.fragments(ln, ents, states, perSpace)
}

// trailingLevels gives white space at the end of the line the level of the paragraph, UAX #9 rule L1.
func (p *para) trailingLevels(ents []ent) {
	base := uint8(0)
	if p.b.st.RTL {
		base = 1
	}
	for i := len(ents) - 1; i >= 0; i-- {
		switch t := &ents[i]; t.kind {
		case iTab:
			p.e.levels[i] = base
		case iText:
			for k := t.from; k < t.to; k++ {
				if p.c.text[k] != ' ' {
					return
				}
			}
			p.e.levels[i] = base
		case iAtomic:
			return
		}
	}
}

// moreAfter tells whether anything follows on later lines.
func (p *para) moreAfter(at pos) bool {
	old, first := p.at, p.first
	p.at, p.first = at, false
	m := at.u < len(p.c.units) && p.more()
	p.at, p.first = old, first
	return m
}

// alignOf is the side that a line goes to: left, right, center or justify.
func alignOf(st *style.Style, last bool) style.TextAlign {
	a := st.Align
	if a == style.AlignJustify && last {
		a = st.AlignLast
		if a == style.AlignJustify {
			return a
		}
		if a == style.AlignStart {
			return side(style.AlignStart, st.RTL)
		}
	}
	return side(a, st.RTL)
}

func side(a style.TextAlign, rtl bool) style.TextAlign {
	switch a {
	case style.AlignCenter, style.WebkitCenter:
		return style.AlignCenter
	case style.AlignRight, style.WebkitRight:
		return style.AlignRight
	case style.AlignLeft, style.WebkitLeft:
		return style.AlignLeft
	case style.AlignJustify:
		return a
	}
	if (a == style.AlignEnd) != rtl {
		return style.AlignRight
	}
	return style.AlignLeft
}

func blanks(s string) (n int) {
	for i := 0; i < len(s); i++ {
		if s[i] == ' ' || s[i] == 0xC2 && i+1 < len(s) && s[i+1] == 0xA0 {
			n++
		}
	}
	return n
}

// fragments writes down the pieces of a line: inline boxes first, then what is in them, each in logical order.
func (p *para) fragments(ln *line, ents []ent, states []istate, perSpace float64) {
	e := p.e
	n := len(ents)
	for i := 1; i < len(states); i++ {
		if e.paints(states[i].b.st) {
			n++
		}
	}
	if n > len(e.frags) {
		e.frags = make([]frag, max(256, n))
	}
	out := e.frags[:0:n]
	for i := 1; i < len(states); i++ {
		s := &states[i]
		if !e.paints(s.b.st) {
			continue
		}
		if fr, ok := boxFrag(s, ents, ln); ok {
			out = append(out, fr)
		}
	}
	for i := range ents {
		t := &ents[i]
		s := &states[t.state]
		base := ln.base + s.abs
		switch t.kind {
		case iText:
			if t.to <= t.from && !t.hyphen {
				continue
			}
			m := &t.item.f.m
			out = append(out, frag{kind: fText, box: t.box, item: t.item, from: t.from, to: t.to, level: t.level, hyphen: t.hyphen, space: perSpace,
				x: t.x + s.relX, y: base - m.Ascent + s.relY, w: t.w, h: m.Ascent + m.Descent, base: base + s.relY})
		case iAtomic:
			at := base + t.dy
			if t.late != 0 {
				at = ln.base + s.rise + t.dy
			}
			t.box.x = t.x + t.box.marg[style.Left] + s.relX
			t.box.y = at - t.asc + t.box.marg[style.Top] + s.relY
			out = append(out, frag{kind: fAtomic, box: t.box, x: t.box.x, y: t.box.y, w: t.box.w, h: t.box.h, base: at})
		case iBreak:
			out = append(out, frag{kind: fBreak, box: t.box, item: t.item, from: t.from, to: t.to,
				x: t.x, y: ln.y, h: ln.h, base: base})
		case iAbs:
			y := ln.y
			if d := t.box.node; d != nil && t.box.wasBlock {
				// What was of block level would have begun a line of its own.
				if t.x > ln.x {
					y += ln.h
				}
				e.addAbs(t.box, p.x, y)
			} else {
				e.addAbs(t.box, t.x, y)
			}
		}
	}
	e.frags = e.frags[len(out):]
	ln.frags = out[:len(out):len(out)]
}

// paints tells whether an inline box shows anything of its own, or is asked for.
func (e *engine) paints(st *style.Style) bool {
	if e.o.Boxes != nil || st.Background.A != 0 || len(st.Layers) > 0 || len(st.Shadows) > 0 || st.Outline.Width > 0 {
		return true
	}
	for i := range 4 {
		if st.Border[i].Width > 0 {
			return true
		}
	}
	return false
}

// boxFrag is the part of an inline box on this line.
func boxFrag(s *istate, ents []ent, ln *line) (frag, bool) {
	x0, x1, some := 0.0, 0.0, false
	for i := s.ent0; i < s.ent1; i++ {
		t := &ents[i]
		a, z := t.x, t.x+t.w
		if t.box == s.b {
			switch t.kind {
			case iOpen:
				a += s.b.marg[style.Left]
			case iClose:
				z -= s.b.marg[style.Right]
			}
		}
		if !some || a < x0 {
			x0 = a
		}
		if !some || z > x1 {
			x1 = z
		}
		some = true
	}
	if !some {
		return frag{}, false
	}
	m := &s.f.m
	base := ln.base + s.abs + s.relY
	top := base - m.Ascent - s.b.topEdge()
	return frag{kind: fBox, box: s.b, start: s.start, end: s.end, x: x0 + s.relX, y: top, w: x1 - x0,
		h: m.Ascent + m.Descent + s.b.topEdge() + s.b.lowEdge(), base: base}, true
}
