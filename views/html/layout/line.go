package layout

import (
	"unicode"
	"unicode/utf8"

	"github.com/postrider/postrider/views/html/style"
	"github.com/postrider/postrider/views/html/text"
)

// istate is an inline box on the line that is made; the first is the root inline box.
type istate struct {
	b          *box
	f          *font
	parent     int
	dy         float64 // its baseline below its parent's
	asc, desc  float64 // extents from its own baseline, of all in it
	used       bool
	late       style.VAlign // VTop or VBottom: placed when the line is known
	ent0, ent1 int          // its pieces, ent1 exclusive
	start, end bool
	abs        float64 // its baseline below that of the line
	rise       float64 // the part of it that vertical-align in lengths and the like made
	relX, relY float64
}

// ent is a piece of a line in logical order.
type ent struct {
	kind     itemKind
	item     *item
	box      *box
	from, to int32
	w        float64
	x        float64
	state    int
	level    uint8
	hyphen   bool
	hang     int32   // bytes at its end that hang but stay
	asc      float64 // of an atomic: of its margin box above its baseline
	desc     float64
	dy       float64
	late     style.VAlign
}

func (s *istate) grow(asc, desc float64) {
	if !s.used {
		s.asc, s.desc, s.used = asc, desc, true
		return
	}
	s.asc, s.desc = max(s.asc, asc), max(s.desc, desc)
}

// build makes the line box of a cut at y.
func (p *para) build(cl cutLine, y, indent float64) line {
	e, c := p.e, p.c
	ents, states := e.ents[:0], e.states[:0]
	root := istate{b: p.b, f: e.font(p.b.st), start: true}
	if !e.loose || p.b.mark != nil && p.first {
		root.grow(root.f.asc, root.f.desc)
	}
	states = append(states, root)
	cur := 0
	push := func(b *box, start bool) {
		s := istate{b: b, f: e.font(b.st), parent: cur, start: start, ent0: len(ents)}
		up := &states[cur]
		s.relX, s.relY = up.relX, up.relY
		if b.st.Position == style.Relative {
			dx, dy := relative(b.st, p.w, p.base)
			s.relX, s.relY = s.relX+dx, s.relY+dy
		}
		if !e.loose || edged(b.st) {
			s.grow(s.f.asc, s.f.desc)
		}
		states = append(states, s)
		cur = len(states) - 1
	}
	pop := func(end bool) {
		s := &states[cur]
		s.ent1, s.end = len(ents), end
		cur = s.parent
	}
	for _, o := range p.open {
		push(c.items[o].box, false)
	}
	content := false
	atomic := false
	blankIn := e.blankIn[:0]
	flush := func() {
		for _, s := range blankIn {
			states[s].grow(states[s].f.asc, states[s].f.desc)
		}
		blankIn = blankIn[:0]
	}
	for i := p.at.u; i < len(c.units) && (i < cl.end.u || i == cl.end.u && cl.end.off > 0); i++ {
		u := &c.units[i]
		it := &c.items[u.item]
		from, to := u.from, u.to
		if i == p.at.u && p.at.off > from {
			from = p.at.off
		}
		if i == cl.end.u {
			to = cl.end.off
		}
		switch it.kind {
		case iText:
			if from >= to {
				continue
			}
			if !content && collapses(it.box.st.WhiteSpace) {
				for from < to && c.text[from] == ' ' {
					from++
				}
				if from >= to {
					continue
				}
			}
			content = true
			if n := len(ents); n > 0 && ents[n-1].item == it && ents[n-1].to == from {
				ents[n-1].to = to
			} else {
				ents = append(ents, ent{kind: iText, item: it, box: it.box, from: from, to: to, state: cur, level: it.level})
			}
			// A collapsible blank counts once something follows it on the line.
			if p.blank(it, from, to) {
				blankIn = append(blankIn, cur)
			} else {
				flush()
				states[cur].grow(states[cur].f.asc, states[cur].f.desc)
				p.fallbacks(&states[cur], it, from, to)
			}
		case iTab:
			content = true
			ents = append(ents, ent{kind: iTab, item: it, box: it.box, from: from, to: to, state: cur, level: it.level})
			states[cur].grow(states[cur].f.asc, states[cur].f.desc)
		case iOpen:
			push(it.box, !it.box.noStart)
			if v := it.box.marg[style.Left] + it.box.leftEdge(); v != 0 && !it.box.noStart {
				ents = append(ents, ent{kind: iOpen, item: it, box: it.box, w: v, state: cur, level: it.level})
			}
		case iClose:
			if v := it.box.marg[style.Right] + it.box.rightEdge(); v != 0 && !it.box.noEnd {
				ents = append(ents, ent{kind: iClose, item: it, box: it.box, w: v, state: cur, level: it.level})
			}
			if cur > 0 {
				pop(!it.box.noEnd)
			}
		case iAtomic:
			content, atomic = true, true
			flush()
			if it.box.mark != nil {
				states[cur].grow(states[cur].f.asc, states[cur].f.desc)
			}
			ents = append(ents, p.atom(it, states, cur))
		case iBreak:
			if !e.loose || !measured(states, cur) {
				states[cur].grow(states[cur].f.asc, states[cur].f.desc)
			}
			ents = append(ents, ent{kind: iBreak, item: it, box: it.box, from: from, to: to, state: cur, level: it.level})
		case iAbs:
			ents = append(ents, ent{kind: iAbs, item: it, box: it.box, state: cur, level: it.level})
		}
	}
	for cur > 0 {
		pop(false)
	}
	for i := len(states) - 1; i > 0; i-- {
		closeState(states, i)
	}
	rs := &states[0]
	rs.ent1 = len(ents)
	if !rs.used {
		rs.asc, rs.desc = 0, 0
		if !atomic && !hasLate(states, ents) {
			rs.grow(root.f.asc, root.f.desc)
		}
	}
	settleLate(states, ents)
	ln := line{y: y, h: rs.asc + rs.desc, base: y + rs.asc, forced: cl.forced}
	p.place(&ln, cl, ents, states, indent)
	e.ents, e.states, e.blankIn = ents, states, blankIn
	return ln
}

// blank tells whether a stretch of an item is white space that collapses.
func (p *para) blank(it *item, from, to int32) bool {
	if !collapses(it.box.st.WhiteSpace) {
		return false
	}
	for i := from; i < to; i++ {
		if p.c.text[i] != ' ' {
			return false
		}
	}
	return true
}

// measured tells whether anything in the innermost open inline box has an extent on the line; all states after it are of boxes in it.
func measured(states []istate, i int) bool {
	for ; i < len(states); i++ {
		if states[i].used {
			return true
		}
	}
	return false
}

func hasLate(states []istate, ents []ent) bool {
	for i := range states {
		if states[i].late != 0 && states[i].used {
			return true
		}
	}
	for i := range ents {
		if ents[i].late != 0 {
			return true
		}
	}
	return false
}

// fallbacks lets fonts other than the primary one add to a line of normal height, as browsers do.
func (p *para) fallbacks(s *istate, it *item, from, to int32) {
	if s.b.st.LineHeight.Unit != style.Normal && s.b.st.LineHeight.Unit != style.Auto {
		return
	}
	at := int(it.from)
	for i := range it.runs {
		k := i
		if it.level&1 == 1 {
			k = len(it.runs) - 1 - i
		}
		r := &it.runs[k]
		start := at
		at += len(r.Text)
		if r.Face == nil || start >= int(to) || at <= int(from) {
			continue
		}
		m := r.Face.Metrics(r.Size)
		asc, desc := leading(m, m.Ascent+m.Descent+m.Gap)
		s.grow(asc, desc)
	}
}

// atom places an atomic inline beside the baseline of its inline box.
func (p *para) atom(it *item, states []istate, cur int) ent {
	b := it.box
	t := ent{kind: iAtomic, item: it, box: b, w: b.w + b.hMargins(), state: cur, level: it.level}
	h := b.h + b.vMargins()
	t.asc, t.desc = h, 0
	if v := atomBaseline(b); !isNone(v) {
		t.asc = b.marg[style.Top] + v
		t.desc = h - t.asc
	}
	s := &states[cur]
	t.dy, t.late = shiftOf(b.st, s.f, t.asc, t.desc, s.f)
	if t.late == 0 {
		s.grow(t.asc-t.dy, t.desc+t.dy)
	}
	return t
}

// atomBaseline is the baseline of an atomic inline from the top of its border box, NaN = the bottom margin edge, CSS 2.1 section 10.8.
func atomBaseline(b *box) float64 {
	switch {
	case b.kind == kReplaced:
		if b.ctl != nil || b.mark != nil {
			return b.first
		}
		return none
	case b.kind == kTable, b.kind == kFlex, b.kind == kGrid:
		return b.first
	case b.clips() && b.ctl == nil:
		return none
	}
	return b.last
}

// shiftOf returns how far below the parent's baseline vertical-align puts a box of the extents asc and desc; f is the parent's font.
func shiftOf(st *style.Style, parent *font, asc, desc float64, own *font) (dy float64, late style.VAlign) {
	m := &parent.m
	switch st.Vertical {
	case style.Sub:
		return parent.f.Size/5 + 1, 0
	case style.Super:
		return -(parent.f.Size/3 + 1), 0
	case style.VTextTop:
		return asc - m.Ascent, 0
	case style.VTextBottom:
		return m.Descent - desc, 0
	case style.VMiddle:
		return -m.XHeight/2 - (asc+desc)/2 + asc, 0
	case style.VLength:
		return -st.VertLength.Resolve(own.lh), 0
	case style.VTop, style.VBottom:
		return 0, st.Vertical
	}
	return 0, 0
}

// closeState adds an inline box that ends to its parent.
func closeState(states []istate, i int) {
	s := &states[i]
	up := &states[s.parent]
	if !s.used {
		s.asc, s.desc = 0, 0
	}
	s.dy, s.late = shiftOf(s.b.st, up.f, s.asc, s.desc, s.f)
	if s.b.st.Vertical == style.VMiddle || s.b.st.Vertical == style.VTextTop || s.b.st.Vertical == style.VTextBottom {
		if !s.used {
			s.dy = 0
		}
	}
	if s.used && s.late == 0 {
		up.grow(s.asc-s.dy, s.desc+s.dy)
	}
}

// settleLate places what is aligned to the top or bottom of the line, and makes the line tall enough for it.
func settleLate(states []istate, ents []ent) {
	root := &states[0]
	each := func(do func(asc, desc float64, v style.VAlign, dy *float64)) {
		for i := 1; i < len(states); i++ {
			if s := &states[i]; s.late != 0 && s.used {
				do(s.asc, s.desc, s.late, &s.dy)
			}
		}
		for i := range ents {
			if t := &ents[i]; t.late != 0 {
				do(t.asc, t.desc, t.late, &t.dy)
			}
		}
	}
	each(func(asc, desc float64, v style.VAlign, _ *float64) {
		h := asc + desc
		if h <= root.asc+root.desc {
			return
		}
		if v == style.VTop {
			root.desc = h - root.asc
		} else {
			root.asc = h - root.desc
		}
	})
	each(func(asc, desc float64, v style.VAlign, dy *float64) {
		if v == style.VTop {
			*dy = asc - root.asc
		} else {
			*dy = root.desc - desc
		}
	})
	for i := 1; i < len(states); i++ {
		s := &states[i]
		up := &states[s.parent]
		if s.late != 0 {
			// As in Chromium what is aligned to the line still goes along with a raised box that it is in.
			s.abs, s.rise = up.rise+s.dy, up.rise
			continue
		}
		s.abs, s.rise = up.abs+s.dy, up.rise+s.dy
	}
}

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
		if paints(states[i].b.st) {
			n++
		}
	}
	if n > len(e.frags) {
		e.frags = make([]frag, max(256, n))
	}
	out := e.frags[:0:n]
	for i := 1; i < len(states); i++ {
		s := &states[i]
		if !paints(s.b.st) {
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

// paints tells whether an inline box shows anything of its own.
func paints(st *style.Style) bool {
	if st.Background.A != 0 || len(st.Layers) > 0 || len(st.Shadows) > 0 || st.Outline.Width > 0 {
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

// joins tells whether the rune at i belongs to the character before it.
func joins(t string, i int) bool {
	r, _ := utf8.DecodeRuneInString(t[i:])
	if unicode.IsMark(r) || r == 0x200D || r >= 0xFE00 && r <= 0xFE0F || r >= 0x1F3FB && r <= 0x1F3FF {
		return true
	}
	before, _ := utf8.DecodeLastRuneInString(t[:i])
	return before == 0x200D
}
