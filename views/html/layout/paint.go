package layout

import (
	"sort"

	"github.com/postrider/postrider/views/html/display"
	"github.com/postrider/postrider/views/html/style"
)

// painter writes the display list, in the order of CSS 2.1 appendix E.
type painter struct {
	e     *engine
	list  *display.List
	order []orderedRun
	clips []display.Rect // the parts of the page that can be seen, innermost last
	bare  *box           // whose background the page took over
	runs  []display.Run  // slabs
	boxes []display.Box
}

// layer is a positioned box that a stacking context paints apart from the flow.
type layer struct {
	b     *box
	z     int
	clips []*box
}

// paint writes the display list of the page.
func (e *engine) paint(top *box) *display.List {
	p := &painter{e: e, list: &display.List{Width: e.o.Width, Height: min(top.h, e.o.Limits.Height), Notes: e.notes}}
	p.canvas(top)
	p.stack(top)
	p.list.Anchors = e.anchors(top)
	p.list.Order = p.reading()
	p.list.Notes = e.notes
	return p.list
}

// canvas takes the page's background from the root element or body.
func (p *painter) canvas(top *box) {
	var html, body *box
	if len(top.kids) > 0 {
		html = top.kids[0]
		for _, k := range html.kids {
			if k.tag() == "body" {
				body = k
			}
		}
		if html.tag() == "body" {
			body = html
		}
	}
	for _, b := range []*box{html, body} {
		if b == nil || b.st.Background.A == 0 && len(b.st.Layers) == 0 {
			continue
		}
		p.bare = b
		p.list.Background = b.st.Background
		if len(b.st.Layers) > 0 {
			c := &display.Box{Rect: display.Rect{W: p.list.Width, H: p.list.Height}, Node: b.node}
			root := html
			area := display.Rect{X: root.gx, Y: root.gy, W: root.w, H: root.h}
			c.Layers = p.layers(b.st, area, c.Rect, area, area)
			p.list.Items = append(p.list.Items, c)
		}
		return
	}
}

// isStack tells whether b is painted as a whole of its own.
func isStack(b *box) bool {
	return b.st.Position != style.Static && b.kind != kText && !b.anon || b.st.Opacity < 1 && !b.anon && b.kind != kText
}

// stack paints b and all in it as one: a stacking context, a positioned box, a float, an inline block or an item of a flex box.
func (p *painter) stack(b *box) {
	if b.st.Opacity <= 0 || p.e.tick() {
		return
	}
	group := -1
	if b.st.Opacity < 1 {
		group = len(p.list.Items)
		p.list.Items = append(p.list.Items, &display.Push{Rect: rect(b), Opacity: b.st.Opacity})
	}
	p.self(b)
	var layers []layer
	p.collect(b, nil, &layers)
	sort.SliceStable(layers, func(i, j int) bool { return layers[i].z < layers[j].z })
	i := 0
	for ; i < len(layers) && layers[i].z < 0; i++ {
		p.layer(layers[i])
	}
	p.within(b, func() {
		if b.legend != nil {
			p.stack(b.legend)
		}
		p.blocks(b)
		p.floated(b)
		p.inlines(b)
	})
	for ; i < len(layers); i++ {
		p.layer(layers[i])
	}
	if group >= 0 {
		p.pop(group)
	}
}

// pop ends the group that began at item at; an empty one leaves nothing.
func (p *painter) pop(at int) {
	if len(p.list.Items) == at+1 {
		p.list.Items = p.list.Items[:at]
		return
	}
	p.list.Items = append(p.list.Items, display.Pop{})
}

func (p *painter) layer(l layer) {
	var open []int
	for _, c := range l.clips {
		open = append(open, p.clip(c))
	}
	p.stack(l.b)
	for i := len(open) - 1; i >= 0; i-- {
		p.unclip(open[i])
	}
}

// collect finds the positioned boxes of a stacking context.
func (p *painter) collect(b *box, clips []*box, out *[]layer) {
	if b.clips() && !b.anon && b.kind != kReplaced {
		clips = append(clips[:len(clips):len(clips)], b)
	}
	for _, c := range b.kids {
		if c.kind == kText {
			continue
		}
		if isStack(c) && c.kind != kInline {
			l := layer{b: c, clips: clips}
			if !c.st.ZAuto {
				l.z = c.st.ZIndex
			}
			if c.abs {
				l.clips = clipsOf(c, clips)
			}
			*out = append(*out, l)
			continue
		}
		p.collect(c, clips, out)
	}
}

// clipsOf leaves out what lies between an absolutely positioned box and its container.
func clipsOf(b *box, clips []*box) []*box {
	var out []*box
	cb := b.parent
	for cb != nil && (cb.st.Position == style.Static || cb.anon) {
		cb = cb.parent
	}
	for _, c := range clips {
		for up := cb; up != nil; up = up.parent {
			if up == c {
				out = append(out, c)
				break
			}
		}
	}
	return out
}

func rect(b *box) display.Rect { return display.Rect{X: b.gx, Y: b.gy, W: b.w, H: b.h} }

// clip begins cutting off what leaves the padding box of b.
func (p *painter) clip(b *box) int {
	at := len(p.list.Items)
	r := display.Rect{X: b.gx + b.bord[style.Left], Y: b.gy + b.bord[style.Top],
		W: max(0, b.w-b.bord[style.Left]-b.bord[style.Right]), H: max(0, b.h-b.bord[style.Top]-b.bord[style.Bottom])}
	if b.st.Overflow[0] == style.Visible {
		r.X, r.W = -huge, 2*huge
	}
	if b.st.Overflow[1] == style.Visible {
		r.Y, r.H = -huge, 2*huge
	}
	radius := radii(b.st, b.w, b.h)
	for i := range 4 {
		side, end := style.Left, style.Top
		if i == 1 || i == 2 {
			side = style.Right
		}
		if i >= 2 {
			end = style.Bottom
		}
		radius[i][0] = max(0, radius[i][0]-b.bord[side])
		radius[i][1] = max(0, radius[i][1]-b.bord[end])
	}
	p.list.Items = append(p.list.Items, &display.Push{Rect: r, Clip: true, Radius: radius, Opacity: 1})
	if n := len(p.clips); n > 0 {
		r = meet(r, p.clips[n-1])
	}
	p.clips = append(p.clips, r)
	return at
}

func (p *painter) unclip(at int) {
	p.clips = p.clips[:len(p.clips)-1]
	p.pop(at)
}

// hidden tells whether nothing can be seen within the clip.
func (p *painter) hidden() bool {
	n := len(p.clips)
	return n > 0 && (p.clips[n-1].W <= 0 || p.clips[n-1].H <= 0)
}

func meet(a, b display.Rect) display.Rect {
	x0, y0 := max(a.X, b.X), max(a.Y, b.Y)
	x1, y1 := min(a.X+a.W, b.X+b.W), min(a.Y+a.H, b.Y+b.H)
	return display.Rect{X: x0, Y: y0, W: max(0, x1-x0), H: max(0, y1-y0)}
}

// within paints the content of b, clipped where it wants that.
func (p *painter) within(b *box, do func()) {
	if !b.clips() || b.anon || b.kind == kReplaced || b == p.bare {
		do()
		return
	}
	at := p.clip(b)
	if !p.hidden() {
		do()
	}
	p.unclip(at)
}

// blocks paints the backgrounds of what is of block level in b, in tree order.
func (p *painter) blocks(b *box) {
	if b.inline || p.e.tick() || b.kind == kFlex || b.kind == kGrid {
		return
	}
	for _, c := range b.kids {
		if !c.flowing() || isStack(c) {
			continue
		}
		p.blockSelf(c)
	}
	if b.kind == kTable {
		p.strokes(b)
	}
}

func (p *painter) blockSelf(c *box) {
	p.self(c)
	if c.legend != nil {
		p.stack(c.legend)
	}
	p.within(c, func() { p.blocks(c) })
}

// floated paints the floats of b, each as one.
func (p *painter) floated(b *box) {
	if p.e.tick() || b.kind == kFlex || b.kind == kGrid {
		return
	}
	if b.inline {
		if b.ifc != nil && b.ifc.floats {
			for i := range b.ifc.items {
				if it := &b.ifc.items[i]; it.kind == iFloat && !isStack(it.box) {
					p.stack(it.box)
				}
			}
		}
		return
	}
	for _, c := range b.kids {
		switch {
		case isStack(c) || c.abs:
		case c.float != style.NoFloat:
			p.stack(c)
		default:
			p.within(c, func() { p.floated(c) })
		}
	}
}

// inlines paints the lines in b, and what is painted like a letter.
func (p *painter) inlines(b *box) {
	if p.e.tick() {
		return
	}
	p.marker(b)
	switch {
	case b.kind == kReplaced:
		p.replaced(b)
		return
	case b.kind == kFlex, b.kind == kGrid:
		for _, c := range ordered(b) {
			if !isStack(c) {
				p.stack(c)
			}
		}
		return
	case b.inline:
		p.lines(b)
		return
	}
	for _, c := range b.kids {
		if !c.flowing() || isStack(c) {
			continue
		}
		p.within(c, func() { p.inlines(c) })
	}
}
