package layout

import (
	"math"

	"github.com/postrider/postrider/views/html/style"
)

// line is a line box; x and y are of the formatting context, like those of its pieces.
type line struct {
	x, y, w, h float64
	base       float64 // y of the baseline
	frags      []frag
	forced     bool // it ends with a line feed of the text
	ellipsis   bool // the rest of the text was cut by -webkit-line-clamp
	room       float64
}

type fragKind uint8

const (
	fText fragKind = iota
	fBox           // part of an inline box
	fAtomic
	fBreak // a line feed: nothing to see, but a place in the text
)

// frag is a piece of a line.
type frag struct {
	kind       fragKind
	start, end bool // of fBox: with its left, right edge
	hyphen     bool // of fText: broken at a soft hyphen
	level      uint8
	box        *box
	item       *item
	from, to   int32 // of fText
	x, y, w, h float64
	base       float64 // y of the baseline
	space      float64 // added to each blank by justification
}

// para is a paragraph while its lines are made.
type para struct {
	f      *flow
	e      *engine
	b      *box
	c      *ifc
	x, w   float64
	base   float64
	at     pos
	open   []int // items of the inline boxes that are open at at
	first  bool
	floats int // floats of units before this one have their places
}

// pos is a place between two lines: a unit, and the byte in it where it goes on (0 = at its start).
type pos struct {
	u   int
	off int32
}

// cutLine is how one line is to be made.
type cutLine struct {
	end     pos
	forced  bool
	hyphen  bool
	content bool
	tooWide bool // the first word does not fit
	clear   style.Clear
	late    []*box // floats that found no room
	floats  int    // the last unit that is a float, or -1
	placed  int    // the last unit that is a float which has its place, or -1
	l, r    float64
}

// paragraph lays out the lines of b in the content box from x, w wide.
func (f *flow) paragraph(b *box, x, w, base float64) {
	e := f.e
	c := e.prepare(b)
	b.lines = b.lines[:0]
	p := &para{f: f, e: e, b: b, c: c, x: x, w: w, base: base, first: true}
	p.edges()
	if !c.content {
		p.nothing()
		if b.outside && b.mark != nil {
			f.emptyItem(b, x)
		}
		return
	}
	f.fl.prune(f.y - 1)
	for p.at.u < len(c.units) && !e.stop {
		if f.clamp < 0 {
			return
		}
		if e.lines++; e.lines > e.o.Limits.Lines {
			e.note(noteLines)
			return
		}
		if f.y > e.o.Limits.Height {
			e.note(noteHeight)
			return
		}
		if !p.more() {
			p.tail()
			return
		}
		p.line()
		e.tick()
	}
}

// edges resolves those of the inline boxes and lays out what stands in lines.
func (p *para) edges() {
	for i := range p.c.items {
		it := &p.c.items[i]
		switch it.kind {
		case iOpen:
			p.e.edges(it.box, p.w)
		case iAtomic:
			p.e.layAtomic(it.box, p.w, p.base, p.f.measure)
		}
	}
}

// layAtomic lays out what stands in a line like a letter.
func (e *engine) layAtomic(b *box, w, base float64, measure bool) {
	e.edges(b, w)
	if b.kind == kReplaced {
		bw, bh := e.replacedSize(b, w, base)
		e.lay(b, space{w: bw, h: bh, base: base, measure: measure})
		return
	}
	e.lay(b, space{w: e.fit(b, w, w), h: -1, base: base, measure: measure})
}

// nothing handles a paragraph without any line: floats and positioned boxes only.
func (p *para) nothing() {
	for i := range p.c.items {
		it := &p.c.items[i]
		if it.kind == iFloat || it.kind == iAbs {
			p.f.child(it.box, p.b, p.x, p.w, p.base)
		}
	}
}

// more tells whether a line is still to come: anything but blanks and ends of boxes.
func (p *para) more() bool {
	for i := p.at.u; i < len(p.c.units); i++ {
		u := &p.c.units[i]
		it := &p.c.items[u.item]
		switch it.kind {
		case iText:
			if u.w != 0 || !collapses(it.box.st.WhiteSpace) {
				return true
			}
			if t := p.c.text[u.from:u.to]; t != " " {
				return true
			}
		case iAtomic, iBreak, iTab:
			return true
		case iOpen:
			if edged(it.box.st) && !it.box.noStart {
				return true
			}
		case iClose:
			if edged(it.box.st) && !it.box.noEnd && p.first {
				return true
			}
		}
	}
	return false
}

func collapses(ws style.WhiteSpace) bool {
	return ws == style.SpaceNormal || ws == style.NoWrap || ws == style.PreLine
}

// tail places the floats that follow the last line.
func (p *para) tail() {
	for i := p.at.u; i < len(p.c.units); i++ {
		it := &p.c.items[p.c.units[i].item]
		if it.kind == iFloat || it.kind == iAbs {
			p.f.child(it.box, p.b, p.x, p.w, p.base)
		}
	}
	p.at.u = len(p.c.units)
}

// line makes the next line.
func (p *para) line() {
	f := p.f
	f.resolve()
	indent := 0.0
	if p.first && !p.b.noIndent {
		indent = p.b.st.Indent.Resolve(p.w)
	}
	y, guess := f.y, p.e.font(p.b.st).lh
	mark := f.fl.mark()
	for try := 0; ; try++ {
		f.fl.back(mark)
		cl := p.fill(y, guess, indent, -1)
		if cl.floats >= cl.end.u {
			// The line ends before a float that has narrowed it already.
			f.fl.back(mark)
			cl = p.fill(y, guess, indent, cl.end.u)
		}
		if cl.tooWide && try < 100 {
			if n, ok := f.fl.next(y, guess); ok {
				// Floats of this line that were met before the word keep their places above it.
				if cl.placed >= 0 {
					p.floats, mark = cl.placed+1, f.fl.mark()
				}
				y = n
				continue
			}
		}
		ln := p.build(cl, y, indent)
		if ln.h > guess+0.5 && try < 100 && !f.fl.empty() {
			if l, r := f.fl.at(y, ln.h, p.x, p.x+p.w); l > cl.l || r < cl.r {
				guess = ln.h
				continue
			}
		}
		p.commit(cl, ln, y)
		return
	}
}

// commit adds a line and moves on.
func (p *para) commit(cl cutLine, ln line, y float64) {
	f := p.f
	if cl.content {
		p.b.lines = append(p.b.lines, ln)
		if isNone(f.first) {
			f.first = ln.base
		}
		f.last = ln.base
		f.y = y + ln.h
		p.first = false
		if f.clamp > 0 {
			if f.clamp--; f.clamp == 0 {
				f.clamp = -1
				p.at = cl.end
				if p.more() {
					p.b.lines[len(p.b.lines)-1].ellipsis = true
				}
			}
		}
	}
	for _, b := range cl.late {
		p.e.edges(b, p.w)
		f.putFloat(b, f.y, p.x, p.x+p.w, p.w)
	}
	if cl.clear != style.NoClear {
		if low := f.fl.clear(cl.clear); low > f.y {
			f.y = low
		}
	}
	for i := p.at.u; i < cl.end.u; i++ {
		u := &p.c.units[i]
		switch p.c.items[u.item].kind {
		case iOpen:
			p.open = append(p.open, int(u.item))
		case iClose:
			if n := len(p.open); n > 0 {
				p.open = p.open[:n-1]
			}
		}
	}
	p.at = cl.end
}

const slack = 1.0 / 64 // px; intrinsic widths are rounded up, so that what asked for a width fits into it

// fill finds where the line that begins at p.at ends, at y and presumably h high.
// It ends before the unit stop at the latest, -1 = no such bound.
func (p *para) fill(y, h, indent float64, stop int) (cl cutLine) {
	c, f := p.c, p.f
	l, r := p.x, p.x+p.w
	if !f.fl.empty() {
		l, r = f.fl.at(y, h, l, r)
	}
	cl.l, cl.r = l, r
	room := r - l
	var w, trail float64 // w with the blanks at its end, trail of it those
	w = indent
	last := pos{-1, 0}
	var lastHyphen bool
	over := false
	off := p.at.off
	cut := func(at pos, hyphen bool) cutLine {
		cl.end, cl.hyphen = at, hyphen
		return cl
	}
	cl.floats, cl.placed = -1, -1
	for i := p.at.u; i < len(c.units); i++ {
		if i == stop {
			return cut(pos{i, 0}, lastHyphen && last.u == i)
		}
		u := &c.units[i]
		it := &c.items[u.item]
		from := u.from
		if off > from {
			from = off
		}
		off = 0
		uw, sp := float64(u.w), float64(u.sp)
		if from > u.from {
			uw -= float64(it.adv[from-it.from] - it.adv[u.from-it.from])
			if uw < 0 {
				sp += uw
				uw = 0
			}
		}
		takes := true
		switch it.kind {
		case iText:
			if !cl.content && uw == 0 && sp > 0 && collapses(it.box.st.WhiteSpace) {
				takes = false // a blank at the start of a line
				break
			}
			if !cl.content && uw == 0 && sp == 0 && u.to-from == 1 && c.text[from] == ' ' && collapses(it.box.st.WhiteSpace) {
				takes = false
				break
			}
			if uw > 0 && w+uw > room+slack && !over {
				if u.every || u.need && last.u < 0 {
					if at, ok := p.split(it, u, from, room-w, !cl.content); ok {
						cl.content = true
						return cut(pos{i, at}, false)
					}
					if u.every && cl.content && last.u < 0 || u.need && cl.content && last.u < 0 {
						return cut(pos{i, 0}, false)
					}
				}
				if last.u >= 0 {
					return cut(last, lastHyphen)
				}
				// Where nothing wraps text sticks out beside floats instead of going below them.
				cl.tooWide = cl.tooWide || (l > p.x || r < p.x+p.w) && (wraps(it.box.st.WhiteSpace) || wraps(p.b.st.WhiteSpace))
				over = true
			}
			cl.content = true
			w += uw + sp
			if uw > 0 {
				trail = sp
			} else {
				trail += sp
			}
		case iTab:
			tw := tabWidth(it, w)
			if w+tw > room+slack && !over && last.u >= 0 && wraps(it.box.st.WhiteSpace) {
				return cut(last, lastHyphen)
			}
			cl.content = true
			w, trail = w+tw, 0
		case iOpen:
			if !it.box.noStart {
				if v := it.box.marg[style.Left] + it.box.leftEdge(); v != 0 {
					w += v
				}
				if edged(it.box.st) {
					cl.content = true
				}
			}
		case iClose:
			if !it.box.noEnd {
				v := it.box.marg[style.Right] + it.box.rightEdge()
				if v != 0 {
					if w-trail+v > room+slack && last.u >= 0 && !over {
						if u.brk { // after a blank it may stick out
							return cut(pos{i + 1, 0}, false)
						}
						return cut(last, lastHyphen)
					}
					w += v // a blank before it still hangs
				}
				if edged(it.box.st) {
					cl.content = true
				}
			}
		case iAtomic:
			b := it.box
			v := b.w + b.hMargins()
			if w+v > room+slack && !over {
				if last.u >= 0 {
					return cut(last, lastHyphen)
				}
				if (l > p.x || r < p.x+p.w) && wraps(b.parent.st.WhiteSpace) {
					cl.tooWide = true
				}
				over = true
			}
			cl.content = true
			w, trail = w+v, 0
		case iFloat:
			if i < p.floats {
				continue
			}
			p.e.edges(it.box, p.w)
			f.layFloat(it.box, p.w, p.w)
			fw := it.box.w + it.box.hMargins()
			if (w-trail+fw <= room+slack || !cl.content && l <= p.x && r >= p.x+p.w) && len(cl.late) == 0 {
				f.putFloat(it.box, y, p.x, p.x+p.w, p.w)
				l, r = f.fl.at(y, h, p.x, p.x+p.w)
				cl.l, cl.r = l, r
				room = r - l
				cl.placed = i
			} else {
				cl.late = append(cl.late, it.box)
			}
			cl.floats = i
			if last.u == i {
				last.u++ // a break right before it is one after it
			}
			continue
		case iAbs:
			if last.u == i {
				last.u++
			}
			continue
		case iBreak:
			cl.forced, cl.content = true, true
			if it.box.kind == kBreak {
				cl.clear = it.box.st.Clear
			}
			for i++; i < len(c.units) && c.items[c.units[i].item].kind == iClose; i++ {
			}
			return cut(pos{i, 0}, false)
		}
		if u.brk && takes {
			if over {
				return cut(pos{i + 1, 0}, u.shy)
			}
			if u.shy {
				if w-trail+p.hyphenWidth(it) > room+slack {
					continue
				}
			}
			last, lastHyphen = pos{i + 1, 0}, u.shy
		}
	}
	return cut(pos{len(c.units), 0}, false)
}

// split finds how much of a word fits into room; at least one cluster when must.
func (p *para) split(it *item, u *unit, from int32, room float64, must bool) (int32, bool) {
	t := p.c.text
	best := int32(-1)
	for i := from + 1; i < u.to; i++ {
		if t[i]&0xC0 == 0x80 || !clusterStart(t, int(i)) {
			continue
		}
		if it.adv[i-it.from] == it.adv[i-1-it.from] && it.adv[i-it.from] != it.adv[from-it.from] && t[i-1] < 0x80 {
			continue // within a ligature
		}
		fits := float64(it.adv[i-it.from]-it.adv[from-it.from]) <= room+slack
		if !fits {
			if best < 0 && must {
				best = i
			}
			break
		}
		best = i
	}
	return best, best >= 0
}

func (p *para) hyphenWidth(it *item) float64 {
	w := 0.0
	for _, r := range p.e.sh.Shape("-", it.f.f, it.f.o) {
		w += r.Advance
	}
	return w
}

// clusterStart tells whether the rune at i begins a user-perceived character, near enough: marks, joiners and variation selectors do not.
func clusterStart(t string, i int) bool {
	if t[i] < 0x80 {
		return true
	}
	return !joins(t, i)
}

// emptyItem gives a list item without content the height of a line, as browsers do for its marker.
func (f *flow) emptyItem(b *box, x float64) {
	f.resolve()
	ft := f.e.font(b.st)
	b.lines = append(b.lines[:0], line{x: x, y: f.y, h: ft.lh, base: f.y + ft.asc})
	if isNone(f.first) {
		f.first = f.y + ft.asc
	}
	f.last = f.y + ft.asc
	f.y += ft.lh
}

var negInf = math.Inf(-1)
