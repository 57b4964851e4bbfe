package style

import (
	"math"

	"github.com/postrider/postrider/views/html/css"
)

type stopSpec struct {
	h  hue
	at dim
}

// gradient reads a gradient function in the standard or the prefixed syntax.
func gradient(name string, p *parser) func(*computer) *Gradient {
	var g Gradient
	old := false
	if len(name) > 8 && name[:8] == "-webkit-" {
		old = true
		name = name[8:]
	}
	if len(name) > 10 && name[:10] == "repeating-" {
		g.Repeating = true
		name = name[10:]
	}
	cx, cy := pctOffset(.5), pctOffset(.5)
	rx, ry := keyword(Auto), keyword(Auto)
	switch name {
	case "linear-gradient":
		g.Angle = 180
		if !linearLine(p, &g, old) {
			return nil
		}
	case "radial-gradient":
		g.Radial = true
		g.Extent = "farthest-corner"
		if old {
			// position, then shape and size
			if x, y, ok := p.position(); ok {
				cx, cy = x, y
				if !p.comma() {
					return nil
				}
			}
		}
		if !radialShape(p, &g, &rx, &ry, &cx, &cy) {
			return nil
		}
	case "conic-gradient":
		g.Conic = true
		got := false
		if p.is("from") {
			a, ok := angle(p.next())
			if !ok {
				return nil
			}
			g.Angle, got = a, true
		}
		if p.is("at") {
			x, y, ok := p.position()
			if !ok {
				return nil
			}
			cx, cy, got = x, y, true
		}
		if got && !p.comma() {
			return nil
		}
	default:
		return nil
	}
	var stops []stopSpec
	for {
		if len(stops) > 256 {
			return nil
		}
		h, ok := p.color()
		if !ok {
			// A hint between two stops: read, not honoured.
			if _, ok := stopAt(p, g.Conic); ok && len(stops) > 0 && p.comma() {
				continue
			}
			return nil
		}
		s := stopSpec{h: h, at: keyword(Auto)}
		if d, ok := stopAt(p, g.Conic); ok {
			s.at = d
			stops = append(stops, s)
			if d, ok := stopAt(p, g.Conic); ok {
				s.at = d
				stops = append(stops, s)
			}
		} else {
			stops = append(stops, s)
		}
		if !p.comma() {
			break
		}
	}
	if len(stops) < 2 || !p.done() {
		return nil
	}
	return func(c *computer) *Gradient {
		out := g
		out.CX, out.CY = cx.resolve(c), cy.resolve(c)
		out.RX, out.RY = rx.resolve(c), ry.resolve(c)
		for _, s := range stops {
			out.Stops = append(out.Stops, Stop{Color: s.h.resolve(c), At: s.at.resolve(c)})
		}
		return &out
	}
}

func stopAt(p *parser, conic bool) (dim, bool) {
	if conic {
		t := p.peek()
		if t.Kind == css.Dimension || t.Kind == css.Number {
			a, ok := angle(t)
			if ok {
				p.i++
			}
			return dim{u: uPct, v: a / 360}, ok
		}
	}
	return p.length(percent | negative)
}

func linearLine(p *parser, g *Gradient, old bool) bool {
	to := p.is("to")
	if to || old {
		n := 0
		for ; n < 2; n++ {
			switch {
			case p.is("left"):
				g.ToX = -1
			case p.is("right"):
				g.ToX = 1
			case p.is("top"):
				g.ToY = -1
			case p.is("bottom"):
				g.ToY = 1
			default:
				if to && n == 0 {
					return false
				}
				goto end
			}
		}
	end:
		if n > 0 {
			if old {
				g.ToX, g.ToY = -g.ToX, -g.ToY // it names where the gradient begins
			}
			// A side alone is an angle; a corner depends on the box.
			switch {
			case g.ToY == 0:
				g.Angle = 90
				if g.ToX < 0 {
					g.Angle = 270
				}
				g.ToX = 0
			case g.ToX == 0:
				g.Angle = 180
				if g.ToY < 0 {
					g.Angle = 0
				}
				g.ToY = 0
			}
			return p.comma()
		}
	}
	t := p.peek()
	if t.Kind == css.Dimension || t.Kind == css.Number {
		a, ok := angle(t)
		if !ok {
			return false
		}
		p.i++
		if old {
			a = math.Mod(450-a, 360)
		}
		g.Angle = a
		return p.comma()
	}
	return true
}

func radialShape(p *parser, g *Gradient, rx, ry *dim, cx, cy *offset) bool {
	got := false
	circle := false
	sizes := 0
	for {
		t := p.peek()
		if t.Kind == css.Ident {
			switch w := css.Lower(t.Text); w {
			case "circle":
				circle, got = true, true
				p.i++
				continue
			case "ellipse":
				got = true
				p.i++
				continue
			case "closest-side", "closest-corner", "farthest-side", "farthest-corner", "cover", "contain":
				switch w {
				case "cover":
					w = "farthest-corner"
				case "contain":
					w = "closest-side"
				}
				g.Extent, got = w, true
				p.i++
				continue
			case "at":
				p.i++
				x, y, ok := p.position()
				if !ok {
					return false
				}
				*cx, *cy, g.Circle = x, y, circle
				return p.comma()
			}
			break
		}
		d, ok := p.length(percent)
		if !ok {
			break
		}
		got = true
		if sizes == 0 {
			*rx, *ry = d, d
			circle = true
		} else {
			*ry = d
			circle = false
		}
		if sizes++; sizes > 2 {
			return false
		}
	}
	g.Circle = circle
	if got {
		return p.comma()
	}
	return true
}
