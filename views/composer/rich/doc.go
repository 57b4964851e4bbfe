// Package rich is the editor of the composer for text with formatting. The document is package html/edit; each of its blocks is laid out and painted by itself by
// the HTML engine, so that a key costs one block, and only blocks that are seen are painted. Heights of blocks that were never seen are estimated until they are.
//
// Short blocks are laid out and painted at once, on the window's goroutine: that is faster than a frame and what is typed shows without delay. A quoted
// newsletter is one block; it is laid out at once as well, and painted in strips on a goroutine of its own.
package rich

import (
	"image"

	xhtml "golang.org/x/net/html"

	"github.com/postrider/postrider/views/html/display"
	"github.com/postrider/postrider/views/html/edit"
)

// Engine lays out and paints blocks.
type Engine interface {
	// Lay lays a block out at a width in px. The block is not kept or changed.
	Lay(block *xhtml.Node, width float64) (*display.List, error)
	// Paint draws what of l is in r, at scale device pixels a px, into dst, whose corner is r's. It is called from other goroutines too.
	Paint(l *display.List, r display.Rect, scale float64, dst *image.RGBA) error
}

// page is a block that was laid out.
type page struct {
	rev    int
	width  float64
	list   *display.List
	height float64
	spots  []spot
}

// spot is a piece of a line: text of a leaf, a line break or a picture.
type spot struct {
	display.Rect
	leaf int // within the block
	off  int // of its first byte in the leaf's text
	n    int // bytes of the leaf's text that it covers
	run  *display.Run
}

// lay takes in a layout: which of the leaf's bytes each run shows.
func (p *page) lay(l *display.List, b *edit.Block, leaves []*xhtml.Node) {
	p.rev, p.list, p.height, p.spots = b.Rev, l, l.Height, p.spots[:0]
	type place struct{ leaf, off int }
	at := map[*xhtml.Node]place{}
	for i, leaf := range leaves {
		off := 0
		var walk func(n *xhtml.Node)
		walk = func(n *xhtml.Node) {
			for c := n.FirstChild; c != nil; c = c.NextSibling {
				if c.Type == xhtml.TextNode {
					at[c] = place{i, off}
					off += len(c.Data)
					continue
				}
				at[c] = place{i, off}
				if c.FirstChild != nil {
					walk(c)
				} else if c.Data == "br" {
					off++
				} else if c.Type == xhtml.ElementNode && c.Data != "span" && c.Data != "a" && c.Data != "font" {
					off += len("\uFFFC")
				}
			}
		}
		at[leaf] = place{i, 0}
		walk(leaf)
	}
	for _, it := range l.Items {
		switch it := it.(type) {
		case *display.Run:
			if it.Node == nil || it.Node.HTML == nil || it.Marker || it.Ellipsis {
				continue
			}
			if w, ok := at[it.Node.HTML]; ok {
				p.spots = append(p.spots, spot{Rect: it.Rect, leaf: w.leaf, off: w.off + it.From, n: len(it.Text), run: it})
			}
		case *display.Image:
			if it.Node == nil || it.Node.HTML == nil {
				continue
			}
			if w, ok := at[it.Node.HTML]; ok {
				p.spots = append(p.spots, spot{Rect: it.Rect, leaf: w.leaf, off: w.off, n: len("\uFFFC")})
			}
		}
	}
	// Leaves without anything to see (an empty cell): their box.
	seen := make([]bool, len(leaves))
	for _, s := range p.spots {
		seen[s.leaf] = true
	}
	for _, it := range l.Items {
		if x, ok := it.(*display.Box); ok && x.Node != nil && x.Node.HTML != nil {
			if w, ok := at[x.Node.HTML]; ok && !seen[w.leaf] && leaves[w.leaf] == x.Node.HTML {
				seen[w.leaf] = true
				p.spots = append(p.spots, spot{Rect: display.Rect{X: x.X, Y: x.Y, W: 1, H: max(x.H, 16)}, leaf: w.leaf})
			}
		}
	}
	for i := range leaves {
		if !seen[i] {
			y := 0.0
			if i > 0 {
				for _, s := range p.spots {
					if s.leaf == i-1 {
						y = max(y, s.Y)
					}
				}
			}
			p.spots = append(p.spots, spot{Rect: display.Rect{Y: y, W: 1, H: 18}, leaf: i})
		}
	}
}

// caret returns where a place is.
func (p *page) caret(leaf, off int) display.Rect {
	best, found := display.Rect{H: 18}, -1
	for _, s := range p.spots {
		if s.leaf != leaf || off < s.off || off > s.off+s.n {
			continue
		}
		// At the end of one run and the beginning of the next, the next has it, but what was typed last decides at the end of a line.
		rank := 1
		if off == s.off || off < s.off+s.n {
			rank = 2
		}
		if rank < found {
			continue
		}
		found = rank
		x := s.X
		switch {
		case s.run != nil:
			x += offsetX(s.run, off-s.off)
		case off > s.off:
			x += s.W
		}
		best = display.Rect{X: x, Y: s.Y, W: 1, H: s.H}
	}
	if found < 0 {
		for _, s := range p.spots {
			if s.leaf == leaf {
				best = display.Rect{X: s.X + s.W, Y: s.Y, W: 1, H: s.H}
			}
		}
	}
	return best
}

// offsetX returns how far from the left a byte offset of a run is.
func offsetX(r *display.Run, off int) float64 {
	x := 0.0
	if r.Shaped.RTL {
		x = r.W
		for _, g := range r.Shaped.Glyphs {
			if g.Cluster < off {
				x -= g.Advance
			}
		}
		return x
	}
	next, end := 0.0, len(r.Text)
	_ = end
	for _, g := range r.Shaped.Glyphs {
		if g.Cluster >= off {
			break
		}
		next += g.Advance
	}
	return next
}

// at returns the place nearest to a point.
func (p *page) at(x, y float64) (leaf, off int) {
	best, bestD := -1, 0.0
	for i, s := range p.spots {
		dy, dx := 0.0, 0.0
		if y < s.Y {
			dy = s.Y - y
		} else if y > s.Y+s.H {
			dy = y - s.Y - s.H
		}
		if x < s.X {
			dx = s.X - x
		} else if x > s.X+s.W {
			dx = x - s.X - s.W
		}
		if d := dy*1000 + dx; best < 0 || d < bestD {
			best, bestD = i, d
		}
	}
	if best < 0 {
		return 0, 0
	}
	s := p.spots[best]
	if s.run == nil {
		if s.n > 0 && x > s.X+s.W/2 {
			return s.leaf, s.off + s.n
		}
		return s.leaf, s.off
	}
	o, d := 0, -1.0
	for k := 0; k <= len(s.run.Text); k++ {
		if k < len(s.run.Text) && s.run.Text[k]&0xC0 == 0x80 {
			continue
		}
		e := offsetX(s.run, k) - (x - s.X)
		if e < 0 {
			e = -e
		}
		if d < 0 || e < d {
			o, d = k, e
		}
	}
	return s.leaf, s.off + o
}

// rects returns where the text of leaves from a to b (within the block) is.
func (p *page) rects(aLeaf, aOff, bLeaf, bOff int) (out []display.Rect) {
	for _, s := range p.spots {
		if s.leaf < aLeaf || s.leaf > bLeaf {
			continue
		}
		from, to := s.off, s.off+s.n
		if s.leaf == aLeaf {
			from = max(from, aOff)
		}
		if s.leaf == bLeaf {
			to = min(to, bOff)
		}
		if from > to || from == to && s.n > 0 {
			continue
		}
		r := s.Rect
		switch {
		case s.n == 0:
			r.W = 5 // an empty line that is selected
		case s.run != nil && (from > s.off || to < s.off+s.n):
			x1, x2 := offsetX(s.run, from-s.off), offsetX(s.run, to-s.off)
			if x1 > x2 {
				x1, x2 = x2, x1
			}
			r.X, r.W = s.X+x1, x2-x1
		}
		out = append(out, r)
	}
	return out
}
