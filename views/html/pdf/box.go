package pdf

import (
	"fmt"
	"image/color"
	"math"
	"strings"

	"github.com/postrider/postrider/views/html/display"
	"github.com/postrider/postrider/views/html/style"
)

const kappa = 0.5522847498 // of a quarter circle drawn as a cubic curve

// rounded adds the path of a rectangle with rounded corners.
func (c *content) rounded(r display.Rect, rad [4][2]float64) {
	if rad == ([4][2]float64{}) {
		nums(&c.b, "re", r.X, r.Y, r.W, r.H)
		return
	}
	x0, y0, x1, y1 := r.X, r.Y, r.X+r.W, r.Y+r.H
	k := 1 - kappa
	nums(&c.b, "m", x0+rad[0][0], y0)
	nums(&c.b, "l", x1-rad[1][0], y0)
	nums(&c.b, "c", x1-rad[1][0]*k, y0, x1, y0+rad[1][1]*k, x1, y0+rad[1][1])
	nums(&c.b, "l", x1, y1-rad[2][1])
	nums(&c.b, "c", x1, y1-rad[2][1]*k, x1-rad[2][0]*k, y1, x1-rad[2][0], y1)
	nums(&c.b, "l", x0+rad[3][0], y1)
	nums(&c.b, "c", x0+rad[3][0]*k, y1, x0, y1-rad[3][1]*k, x0, y1-rad[3][1])
	nums(&c.b, "l", x0, y0+rad[0][1])
	nums(&c.b, "c", x0, y0+rad[0][1]*k, x0+rad[0][0]*k, y0, x0+rad[0][0], y0)
	c.b.WriteString("h\n")
}

// box paints shadow, background and border.
func (c *content) box(v *display.Box) {
	for _, s := range v.Shadows {
		if s.Inset || s.Blur > 0 || s.Color.A == 0 {
			continue
		}
		c.fill(s.Color)
		c.rounded(display.Rect{X: v.X + s.X - s.Spread, Y: v.Y + s.Y - s.Spread, W: max(0, v.W+2*s.Spread), H: max(0, v.H+2*s.Spread)}, v.Radius)
		c.b.WriteString("f\n")
	}
	if v.Color.A != 0 {
		r, rad := v.Rect, v.Radius
		if v.ClipArea != style.BorderArea {
			r, rad = inner(v)
		}
		c.fill(v.Color)
		c.rounded(r, rad)
		c.b.WriteString("f\n")
	}
	for i := len(v.Layers) - 1; i >= 0; i-- {
		l := v.Layers[i]
		if l.Gradient != nil {
			c.gradient(l, v)
		} else {
			c.tiles(l, v.Radius, v.Rect)
		}
	}
	c.borders(v)
	if o := v.Outline; o.Width > 0 && o.Color.A != 0 && o.Line != style.NoLine && o.Line != style.Hidden {
		c.stroke(o.Color)
		nums(&c.b, "w", o.Width)
		nums(&c.b, "re S", v.X-o.Width/2, v.Y-o.Width/2, v.W+o.Width, v.H+o.Width)
	}
}

// inner is the padding box with its corners.
func inner(v *display.Box) (display.Rect, [4][2]float64) {
	t, r, b, l := v.Border[style.Top].Width, v.Border[style.Right].Width, v.Border[style.Bottom].Width, v.Border[style.Left].Width
	in := display.Rect{X: v.X + l, Y: v.Y + t, W: max(0, v.W-l-r), H: max(0, v.H-t-b)}
	rad := v.Radius
	sides := [4][2]float64{{l, t}, {r, t}, {r, b}, {l, b}}
	for i := range rad {
		rad[i][0], rad[i][1] = max(0, rad[i][0]-sides[i][0]), max(0, rad[i][1]-sides[i][1])
	}
	return in, rad
}

// shade is a colour made lighter or darker, as inset and its relatives are drawn.
func shade(k color.NRGBA, dark bool) color.NRGBA {
	if dark {
		return color.NRGBA{k.R / 2, k.G / 2, k.B / 2, k.A}
	}
	return k
}

// borders paints the four sides.
func (c *content) borders(v *display.Box) {
	b := v.Border
	one := true
	some := false
	for i := range 4 {
		one = one && b[i] == b[0]
		some = some || shown(b[i])
	}
	if !some {
		return
	}
	in, rad := inner(v)
	if one && (b[0].Line == style.Solid) {
		c.fill(b[0].Color)
		c.rounded(v.Rect, v.Radius)
		c.rounded(in, rad)
		c.b.WriteString("f*\n")
		return
	}
	x0, y0, x1, y1 := v.X, v.Y, v.X+v.W, v.Y+v.H
	ix0, iy0, ix1, iy1 := in.X, in.Y, in.X+in.W, in.Y+in.H
	quads := [4][8]float64{
		style.Top: {x0, y0, x1, y0, ix1, iy0, ix0, iy0}, style.Right: {x1, y0, x1, y1, ix1, iy1, ix1, iy0},
		style.Bottom: {x1, y1, x0, y1, ix0, iy1, ix1, iy1}, style.Left: {x0, y1, x0, y0, ix0, iy0, ix0, iy1},
	}
	for i := range 4 {
		s := b[i]
		if !shown(s) {
			continue
		}
		q := quads[i]
		lowSide := i == style.Bottom || i == style.Right
		k := s.Color
		switch s.Line {
		case style.Inset, style.Groove:
			k = shade(k, !lowSide)
		case style.Outset, style.Ridge:
			k = shade(k, lowSide)
		}
		c.b.WriteString("q\n")
		nums(&c.b, "m", q[0], q[1])
		nums(&c.b, "l", q[2], q[3])
		nums(&c.b, "l", q[4], q[5])
		nums(&c.b, "l h W n", q[6], q[7])
		if s.Line == style.Dashed || s.Line == style.Dotted || s.Line == style.Double {
			c.lines(s, i, v)
		} else {
			c.fill(k)
			c.rounded(v.Rect, v.Radius)
			c.rounded(in, rad)
			c.b.WriteString("f*\n")
		}
		c.b.WriteString("Q\n")
	}
}

func shown(b style.Border) bool {
	return b.Width > 0 && b.Color.A != 0 && b.Line != style.NoLine && b.Line != style.Hidden
}

// lines strokes a dashed, dotted or double side.
func (c *content) lines(s style.Border, side int, v *display.Box) {
	line := func(off, w float64) {
		nums(&c.b, "w", w)
		x0, y0, x1, y1 := v.X, v.Y+off, v.X+v.W, v.Y+off
		switch side {
		case style.Bottom:
			y0, y1 = v.Y+v.H-off, v.Y+v.H-off
		case style.Left:
			x0, y0, x1, y1 = v.X+off, v.Y, v.X+off, v.Y+v.H
		case style.Right:
			x0, y0, x1, y1 = v.X+v.W-off, v.Y, v.X+v.W-off, v.Y+v.H
		}
		nums(&c.b, "m", x0, y0)
		nums(&c.b, "l S", x1, y1)
	}
	c.stroke(s.Color)
	switch s.Line {
	case style.Double:
		w := s.Width / 3
		line(w/2, w)
		line(s.Width-w/2, w)
	case style.Dotted:
		fmt.Fprintf(&c.b, "1 J [0 %s] 0 d ", num(2*s.Width))
		line(s.Width/2, s.Width)
	default:
		fmt.Fprintf(&c.b, "[%s %s] 0 d ", num(2*s.Width), num(s.Width))
		line(s.Width/2, s.Width)
	}
}

// gradient paints a linear or radial gradient (section 8.7.4.5). Its stops are opaque; a gradient of one opacity keeps that.
func (c *content) gradient(l display.Layer, v *display.Box) {
	g := l.Gradient
	if len(g.Stops) == 0 || l.Tile.W <= 0 || l.Tile.H <= 0 {
		return
	}
	t := l.Tile
	if g.Conic {
		c.fill(g.Stops[0].Color)
		nums(&c.b, "re f", l.Area.X, l.Area.Y, l.Area.W, l.Area.H)
		return
	}
	cx, cy := t.X+t.W/2, t.Y+t.H/2
	var coords string
	kind, length := 2, 0.0
	ratio := 1.0
	if g.Radial {
		kind = 3
		cx, cy = t.X+g.CX.Resolve(t.W), t.Y+g.CY.Resolve(t.H)
		rx, ry := radial(g, t, cx, cy)
		if rx <= 0 || ry <= 0 {
			return
		}
		length, ratio = rx, ry/rx
		coords = fmt.Sprintf("0 0 0 0 0 %s", num(rx))
	} else {
		a := g.Angle * math.Pi / 180
		if g.ToX != 0 || g.ToY != 0 {
			a = math.Atan2(float64(g.ToX), -float64(g.ToY))
			if g.ToX != 0 && g.ToY != 0 {
				a = math.Atan2(float64(g.ToX)*t.H, -float64(g.ToY)*t.W)
			}
		}
		sin, cos := math.Sincos(a)
		length = math.Abs(t.W*sin) + math.Abs(t.H*cos)
		coords = strings.Join([]string{num(cx - sin*length/2), num(cy + cos*length/2), num(cx + sin*length/2), num(cy - cos*length/2)}, " ")
	}
	at := stops(g.Stops, length)
	name := fmt.Sprintf("S%d", len(c.d.shades))
	c.d.shades = append(c.d.shades, fmt.Sprintf("<</ShadingType %d/ColorSpace/DeviceRGB/Coords[%s]/Extend[true true]/Function %s>>", kind, coords, function(g.Stops, at)))
	c.b.WriteString("q\n")
	c.rounded(v.Rect, v.Radius)
	c.b.WriteString("W n\n")
	nums(&c.b, "re W n", l.Area.X, l.Area.Y, l.Area.W, l.Area.H)
	if l.RepeatX == style.NoRepeat && l.RepeatY == style.NoRepeat {
		nums(&c.b, "re W n", t.X, t.Y, t.W, t.H)
	}
	c.setAlpha(g.Stops[0].Color.A)
	if g.Radial {
		nums(&c.b, "cm", 1, 0, 0, ratio, cx, cy)
	}
	c.b.WriteString("/" + name + " sh\nQ\n")
}

// radial resolves the radii of a radial gradient, CSS Images section 3.2.
func radial(g *style.Gradient, t display.Rect, cx, cy float64) (rx, ry float64) {
	if !g.RX.IsAuto() {
		rx = g.RX.Resolve(t.W)
		ry = rx
		if !g.RY.IsAuto() {
			ry = g.RY.Resolve(t.H)
		}
		return rx, ry
	}
	l, r, u, b := math.Abs(cx-t.X), math.Abs(t.X+t.W-cx), math.Abs(cy-t.Y), math.Abs(t.Y+t.H-cy)
	near := strings.HasPrefix(g.Extent, "closest")
	pick := func(a, b float64) float64 {
		if near {
			return min(a, b)
		}
		return max(a, b)
	}
	rx, ry = pick(l, r), pick(u, b)
	if g.Circle {
		rx = pick(rx, ry)
		if strings.HasSuffix(g.Extent, "corner") || g.Extent == "" {
			rx = math.Hypot(pick(l, r), pick(u, b))
		}
		return rx, rx
	}
	if strings.HasSuffix(g.Extent, "corner") || g.Extent == "" {
		rx, ry = rx*math.Sqrt2, ry*math.Sqrt2
	}
	return rx, ry
}

// stops resolves the places of colour stops to 0 to 1, CSS Images section 3.4.3.
func stops(s []style.Stop, length float64) []float64 {
	at := make([]float64, len(s))
	for i := range s {
		switch {
		case !s[i].At.IsAuto():
			at[i] = s[i].At.Resolve(length) / max(length, 1e-6)
		case i == 0:
			at[i] = 0
		case i == len(s)-1:
			at[i] = 1
		default:
			at[i] = math.NaN()
		}
	}
	for i := 1; i < len(at); i++ {
		if !math.IsNaN(at[i]) {
			at[i] = max(at[i], at[i-1])
			continue
		}
		j := i
		for math.IsNaN(at[j]) {
			j++
		}
		step := (max(at[j], at[i-1]) - at[i-1]) / float64(j-i+1)
		for ; i < j; i++ {
			at[i] = at[i-1] + step
		}
		at[j] = max(at[j], at[j-1])
	}
	return at
}

// function maps 0 to 1 to the colours (section 7.10).
func function(s []style.Stop, at []float64) string {
	rgb := func(k color.NRGBA) string {
		return fmt.Sprintf("[%s %s %s]", num(float64(k.R)/255), num(float64(k.G)/255), num(float64(k.B)/255))
	}
	var parts, bounds, enc []string
	add := func(from, to float64, a, b color.NRGBA) {
		if to-from < 1e-6 || to <= 0 || from >= 1 {
			return
		}
		// The part of it that lies in 0 to 1.
		mix := func(v float64) color.NRGBA {
			f := (v - from) / (to - from)
			m := func(p, q uint8) uint8 { return uint8(math.Round(float64(p) + f*(float64(q)-float64(p)))) }
			return color.NRGBA{m(a.R, b.R), m(a.G, b.G), m(a.B, b.B), 255}
		}
		lo, hi := max(0, from), min(1, to)
		if lo > 0 {
			bounds = append(bounds, num(lo))
		}
		parts = append(parts, fmt.Sprintf("<</FunctionType 2/Domain[0 1]/N 1/C0%s/C1%s>>", rgb(mix(lo)), rgb(mix(hi))))
		enc = append(enc, "0 1")
	}
	n := len(s)
	if at[0] > 0 {
		add(0, at[0], s[0].Color, s[0].Color)
	}
	for i := 1; i < n; i++ {
		add(at[i-1], at[i], s[i-1].Color, s[i].Color)
	}
	if at[n-1] < 1 {
		add(max(0, at[n-1]), 1, s[n-1].Color, s[n-1].Color)
	}
	if len(parts) == 0 {
		k := rgb(s[n-1].Color)
		return fmt.Sprintf("<</FunctionType 2/Domain[0 1]/N 1/C0%s/C1%s>>", k, k)
	}
	return fmt.Sprintf("<</FunctionType 3/Domain[0 1]/Functions[%s]/Bounds[%s]/Encode[%s]>>", strings.Join(parts, " "), strings.Join(bounds, " "), strings.Join(enc, " "))
}
