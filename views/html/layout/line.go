package layout

import (
	"unicode"
	"unicode/utf8"

	"github.com/postrider/postrider/views/html/style"
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

// joins tells whether the rune at i belongs to the character before it.
func joins(t string, i int) bool {
	r, _ := utf8.DecodeRuneInString(t[i:])
	if unicode.IsMark(r) || r == 0x200D || r >= 0xFE00 && r <= 0xFE0F || r >= 0x1F3FB && r <= 0x1F3FF {
		return true
	}
	before, _ := utf8.DecodeLastRuneInString(t[:i])
	return before == 0x200D
}
