package layout

import (
	"github.com/postrider/postrider/views/html/display"
	"github.com/postrider/postrider/views/html/style"
)

// measure tells Options.Boxes the border box of each element that has boxes, in the order of the document. An element with several (broken over lines,
// divided by a block in it) counts as the rectangle around all of them, as Element.getBoundingClientRect has it (CSSOM View).
func (e *engine) measure(top *box) {
	at := map[*style.Node]int{}
	var nodes []*style.Node
	var rects []display.Rect
	add := func(n *style.Node, r display.Rect) {
		if n == nil || n.HTML == nil || r.W <= 0 && r.H <= 0 {
			return
		}
		i, ok := at[n]
		if !ok {
			at[n] = len(nodes)
			nodes, rects = append(nodes, n), append(rects, r)
			return
		}
		o := rects[i]
		x, y := min(o.X, r.X), min(o.Y, r.Y)
		rects[i] = display.Rect{X: x, Y: y, W: max(o.X+o.W, r.X+r.W) - x, H: max(o.Y+o.H, r.Y+r.H) - y}
	}
	var walk func(b *box)
	walk = func(b *box) {
		switch b.kind {
		case kText, kInline, kBreak, kWbr:
		default:
			if b.anon {
				break
			}
			add(b.node, rect(b))
			// A block in an inline box: that reaches over the whole width there.
			if p := b.parent; b.node != nil && p != nil && !b.level && b.flowing() && b.kind != kRow && b.kind != kGroup && b.kind != kCell {
				for up := b.node.Parent; up != nil && up.Style != nil && up.Style.Display == style.Inline; up = up.Parent {
					add(up, display.Rect{X: p.gx + p.leftEdge(), Y: b.gy, W: p.w - p.hEdges(), H: b.h})
				}
			}
		}
		for i := range b.lines {
			for k := range b.lines[i].frags {
				if f := &b.lines[i].frags[k]; f.kind == fBox && !f.box.anon {
					add(f.box.node, display.Rect{X: b.ox + f.x, Y: b.oy + f.y, W: f.w, H: f.h})
				}
			}
		}
		if b.legend != nil {
			walk(b.legend)
		}
		for _, c := range b.kids {
			walk(c)
		}
	}
	walk(top)
	for i, n := range nodes {
		e.o.Boxes(n, rects[i])
	}
}
