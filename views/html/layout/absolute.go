package layout

import (
	"github.com/postrider/postrider/views/html/style"
)

// relative is the offset of position: relative; the percentages are of the containing block.
func relative(st *style.Style, w, h float64) (dx, dy float64) {
	l, r, t, b := st.Inset[style.Left], st.Inset[style.Right], st.Inset[style.Top], st.Inset[style.Bottom]
	switch {
	case !l.IsAuto() && (r.IsAuto() || !st.RTL):
		dx = l.Resolve(w)
	case !r.IsAuto():
		dx = -r.Resolve(w)
	}
	pct := func(v style.Length) (float64, bool) {
		if v.IsAuto() || h < 0 && v.HasPct() {
			return 0, false
		}
		return v.Resolve(max(h, 0)), true
	}
	if v, ok := pct(t); ok {
		dy = v
	} else if v, ok := pct(b); ok {
		dy = -v
	}
	return finite(dx), finite(dy)
}

// addAbs remembers an absolutely positioned box with its static place.
func (e *engine) addAbs(b *box, x, y float64) {
	b.x, b.y = x, y
	if !b.listed {
		b.listed = true
		e.abs = append(e.abs, b)
	}
}

// place gives b and all in it their places on the page; x and y are those of its border box.
func (e *engine) place(b *box, x, y float64) {
	b.gx, b.gy = x, y
	ox, oy := x, y+b.shift // the origin of what is in a formatting context
	e.placeKids(b, ox, oy)
}

// placeKids places the kids of b, whose coordinates begin at ox, oy.
func (e *engine) placeKids(b *box, ox, oy float64) {
	if e.tick() {
		return
	}
	b.ox, b.oy = ox, oy
	if b.legend != nil {
		e.placeAt(b.legend, ox, oy, b)
	}
	if b.inline {
		for i := range b.lines {
			for k := range b.lines[i].frags {
				if f := &b.lines[i].frags[k]; f.kind == fAtomic {
					e.placeAt(f.box, ox, oy, b)
				}
			}
		}
		if b.ifc != nil && b.ifc.floats {
			for i := range b.ifc.items {
				if it := &b.ifc.items[i]; it.kind == iFloat {
					e.placeAt(it.box, ox, oy, b)
				}
			}
		}
		for i := range itemsOf(b) {
			if it := &b.ifc.items[i]; it.kind == iAbs {
				it.box.ox, it.box.oy = ox, oy
			}
		}
		return
	}
	for _, c := range b.kids {
		if c.abs {
			c.ox, c.oy = ox, oy
			continue
		}
		switch c.kind {
		case kGroup:
			e.placeGroup(c, ox, oy, b)
		default:
			e.placeAt(c, ox, oy, b)
		}
	}
}

func itemsOf(b *box) []item {
	if b.ifc == nil {
		return nil
	}
	return b.ifc.items
}

// placeGroup places rows and cells, which count from the table.
func (e *engine) placeGroup(g *box, ox, oy float64, table *box) {
	g.gx, g.gy = ox+g.x, oy+g.y
	for _, r := range g.kids {
		dx, dy := 0.0, 0.0
		if r.st.Position == style.Relative {
			dx, dy = relative(r.st, r.w, -1)
		}
		r.gx, r.gy = ox+r.x+dx, oy+r.y+dy
		for _, c := range r.kids {
			if c.abs {
				c.ox, c.oy = ox, oy
				continue
			}
			e.placeAt(c, ox+dx, oy+dy, r)
		}
	}
}

// placeAt places a box whose x and y count from ox, oy.
func (e *engine) placeAt(c *box, ox, oy float64, parent *box) {
	dx, dy := 0.0, 0.0
	if c.st.Position == style.Relative {
		h := -1.0
		if parent.borderHeight(parent.st.Height, -1) >= 0 {
			h = parent.h - parent.vEdges()
		}
		dx, dy = relative(c.st, parent.w-parent.hEdges(), h)
	}
	if c.fc {
		e.place(c, ox+c.x+dx, oy+c.y+dy)
		return
	}
	c.gx, c.gy = ox+c.x+dx, oy+c.y+dy
	e.placeKids(c, ox+dx, oy+dy)
}

// absolutes lays out and places what is positioned, in the order of the document; CSS 2.1 sections 10.3.7 and 10.6.4.
func (e *engine) absolutes(top *box) {
	for i := 0; i < len(e.abs) && !e.stop; i++ {
		b := e.abs[i]
		cb := container(b, top)
		x, y, w, h := cb.gx, cb.gy, cb.w, cb.h
		if cb != top {
			x, y = x+cb.bord[style.Left], y+cb.bord[style.Top]
			w -= cb.bord[style.Left] + cb.bord[style.Right]
			h -= cb.bord[style.Top] + cb.bord[style.Bottom]
		}
		if cb.kind == kInline {
			x, y, w, h = e.inlineArea(cb)
		}
		e.absolute(b, x, y, max(0, w), max(0, h))
	}
}

// container is the nearest positioned ancestor, or the page.
func container(b, top *box) *box {
	for p := b.parent; p != nil; p = p.parent {
		if p.st.Position != style.Static && !p.anon {
			return p
		}
	}
	return top
}

// inlineArea is the padding box of an inline box, its first piece as far as one is known.
func (e *engine) inlineArea(b *box) (x, y, w, h float64) {
	p := b.parent
	for p != nil && !p.inline {
		p = p.parent
	}
	if p == nil {
		return 0, 0, 0, 0
	}
	in := func(k *box) bool {
		for ; k != nil && k != p; k = k.parent {
			if k == b {
				return true
			}
		}
		return false
	}
	some := false
	for i := range p.lines {
		for k := range p.lines[i].frags {
			f := &p.lines[i].frags[k]
			if !in(f.box) {
				continue
			}
			if !some {
				x, y, w, h, some = f.x, f.y, f.w, f.h, true
				continue
			}
			x1, y1 := max(x+w, f.x+f.w), max(y+h, f.y+f.h)
			x, y = min(x, f.x), min(y, f.y)
			w, h = x1-x, y1-y
		}
	}
	return p.ox + x, p.oy + y, w, h
}

// absolute lays out one box in the padding box of its container.
func (e *engine) absolute(b *box, cx, cy, cw, ch float64) {
	e.edges(b, cw)
	st := b.st
	in := st.Inset
	staticX, staticY := b.ox+b.x, b.oy+b.y
	ml, mr := st.Margin[style.Left].IsAuto(), st.Margin[style.Right].IsAuto()
	mt, mb := st.Margin[style.Top].IsAuto(), st.Margin[style.Bottom].IsAuto()
	left, right := in[style.Left].Resolve(cw), in[style.Right].Resolve(cw)
	hasL, hasR := !in[style.Left].IsAuto(), !in[style.Right].IsAuto()
	var w float64
	switch {
	case b.kind == kReplaced:
		w, _ = e.replacedSize(b, cw, ch)
	case hasL && hasR && st.Width.IsAuto() && b.kind != kTable:
		w = e.clampWidth(b, max(b.hEdges(), cw-left-right-b.hMargins()), cw)
	default:
		avail := cw
		switch {
		case hasL:
			avail -= left
		case hasR:
			avail -= right
		default:
			avail = cx + cw - staticX
		}
		w = e.fit(b, avail, cw)
	}
	var x float64
	free := cw - left - right - w - b.hMargins()
	switch {
	case hasL && hasR:
		x = left + b.marg[style.Left]
		switch {
		case ml && mr && free > 0:
			x += free / 2
		case ml:
			x += free
		case st.RTL && !mr:
			x = cw - right - b.marg[style.Right] - w
		}
		x += cx
	case hasL:
		x = cx + left + b.marg[style.Left]
	case hasR:
		x = cx + cw - right - b.marg[style.Right] - w
	default:
		x = staticX + b.marg[style.Left]
	}
	top, bottom := in[style.Top].Resolve(ch), in[style.Bottom].Resolve(ch)
	hasT, hasB := !in[style.Top].IsAuto(), !in[style.Bottom].IsAuto()
	h := -1.0
	if b.kind == kReplaced {
		_, h = e.replacedSize(b, cw, ch)
	} else if hasT && hasB && st.Height.IsAuto() && b.kind != kTable {
		h = b.clampHeight(max(b.vEdges(), ch-top-bottom-b.vMargins()), ch)
	}
	e.lay(b, space{w: w, h: h, base: ch})
	freeY := ch - top - bottom - b.h - b.vMargins()
	var y float64
	switch {
	case hasT && hasB:
		y = cy + top + b.marg[style.Top]
		switch {
		case mt && mb:
			y += freeY / 2
		case mt:
			y += freeY
		}
	case hasT:
		y = cy + top + b.marg[style.Top]
	case hasB:
		y = cy + ch - bottom - b.marg[style.Bottom] - b.h
	default:
		y = staticY + b.marg[style.Top]
	}
	e.place(b, finite(x), finite(y))
}
