package paint

import (
	"image"
	"image/color"
	"math"

	"github.com/postrider/postrider/views/html/style"
)

const maxStops = 256

// stop is a gradient's colour at a place, 0 to 1 of its line.
type stop struct {
	at float64
	c  color.NRGBA
}

// gradient returns a shader of a tile, w by h device pixels before rounding.
func (c *canvas) gradient(g *style.Gradient, tile image.Rectangle, w, h float64) shader {
	if len(g.Stops) == 0 || w <= 0 || h <= 0 {
		return nil
	}
	cx, cy := w/2, h/2
	if g.Radial || g.Conic {
		if !g.CX.IsAuto() {
			cx = g.CX.Resolve(w/c.scale) * c.scale
		}
		if !g.CY.IsAuto() {
			cy = g.CY.Resolve(h/c.scale) * c.scale
		}
	}
	var at func(x, y float64) float64
	length := 1.0 // of the gradient line in device px, for stops in px
	switch {
	case g.Conic:
		from := (g.Angle - 90) * math.Pi / 180
		at = func(x, y float64) float64 {
			t := (math.Atan2(y-cy, x-cx) - from) / (2 * math.Pi)
			return t - math.Floor(t)
		}
		length = 0
	case g.Radial:
		rx, ry := radii(g, w, h, cx, cy, c.scale)
		length = rx
		rx, ry = max(rx, 1e-6), max(ry, 1e-6)
		at = func(x, y float64) float64 { return math.Hypot((x-cx)/rx, (y-cy)/ry) }
	default:
		dx, dy := direction(g, w, h)
		length = math.Abs(dx)*w + math.Abs(dy)*h
		x0, y0 := w/2-dx*length/2, h/2-dy*length/2
		l := max(length, 1e-6)
		at = func(x, y float64) float64 { return ((x-x0)*dx + (y-y0)*dy) / l }
	}
	stops := c.stops(g, length)
	table, first, last := ramp(stops)
	before, after := premultiplied(stops[0].c), premultiplied(stops[len(stops)-1].c)
	repeat := g.Repeating && last > first
	lookup := func(t float64) solid {
		if repeat {
			t = first + math.Mod(t-first, last-first)
			if t < first {
				t += last - first
			}
		}
		switch {
		case t < first: // before a hard edge at the first stop too
			return before
		case t >= last:
			return after
		}
		i := (t - first) / (last - first) * float64(len(table)-1)
		return table[int(min(max(i+0.5, 0), float64(len(table)-1)))]
	}
	return func(x, y int, dst []uint8) {
		fy := float64(y-tile.Min.Y) + 0.5
		for i := 0; i < len(dst); i += 4 {
			s := lookup(at(float64(x-tile.Min.X)+float64(i/4)+0.5, fy))
			dst[i], dst[i+1], dst[i+2], dst[i+3] = uint8(s.r), uint8(s.g), uint8(s.b), uint8(s.a)
		}
	}
}

// direction is the unit vector of a linear gradient's line.
func direction(g *style.Gradient, w, h float64) (dx, dy float64) {
	if g.ToX != 0 || g.ToY != 0 {
		if g.ToX == 0 || g.ToY == 0 {
			return float64(g.ToX), float64(g.ToY)
		}
		// To a corner: the line at right angles through the middle goes through the two neighbouring corners.
		dx, dy = float64(g.ToX)*h, float64(g.ToY)*w
		l := math.Hypot(dx, dy)
		return dx / l, dy / l
	}
	s, co := math.Sincos(g.Angle * math.Pi / 180)
	return s, -co
}

// radii are those of a radial gradient, by its size keyword.
func radii(g *style.Gradient, w, h, cx, cy, scale float64) (rx, ry float64) {
	if !g.RX.IsAuto() {
		rx = g.RX.Resolve(w/scale) * scale
		ry = rx
		if !g.RY.IsAuto() {
			ry = g.RY.Resolve(h/scale) * scale
		}
		return rx, ry
	}
	l, r, t, b := math.Abs(cx), math.Abs(w-cx), math.Abs(cy), math.Abs(h-cy)
	nearX, nearY, farX, farY := min(l, r), min(t, b), max(l, r), max(t, b)
	switch g.Extent {
	case "closest-side":
		if g.Circle {
			v := min(nearX, nearY)
			return v, v
		}
		return nearX, nearY
	case "farthest-side":
		if g.Circle {
			v := max(farX, farY)
			return v, v
		}
		return farX, farY
	case "closest-corner":
		if g.Circle {
			v := math.Hypot(nearX, nearY)
			return v, v
		}
		return nearX * math.Sqrt2, nearY * math.Sqrt2
	}
	if g.Circle {
		v := math.Hypot(farX, farY)
		return v, v
	}
	return farX * math.Sqrt2, farY * math.Sqrt2
}

// stops places the stops of a gradient on its line.
func (c *canvas) stops(g *style.Gradient, length float64) []stop {
	in := g.Stops
	if len(in) > maxStops {
		in = in[:maxStops]
	}
	out := make([]stop, len(in))
	set := make([]bool, len(in))
	for i, s := range in {
		out[i].c = s.Color
		if s.At.IsAuto() {
			continue
		}
		set[i] = true
		if length > 0 {
			l := length / c.scale
			out[i].at = s.At.Resolve(l) / l
		} else {
			out[i].at = s.At.Resolve(1) // conic: fractions of a turn; px make no sense there
		}
	}
	n := len(out) - 1
	if !set[0] {
		out[0].at, set[0] = 0, true
	}
	if !set[n] {
		out[n].at, set[n] = 1, true
		if n == 0 {
			out[n].at = 0
		}
	}
	last := out[0].at
	for i := range out { // places never go back
		if set[i] {
			last = max(last, out[i].at)
			out[i].at = last
		}
	}
	for i := 1; i < n; i++ {
		if set[i] {
			continue
		}
		j := i
		for !set[j] {
			j++
		}
		for k := i; k < j; k++ {
			out[k].at = out[i-1].at + (out[j].at-out[i-1].at)*float64(k-i+1)/float64(j-i+1)
		}
		i = j
	}
	return out
}

// ramp is a table of colours from the first to the last stop, mixed with premultiplied alpha.
func ramp(stops []stop) (table []solid, first, last float64) {
	first, last = stops[0].at, stops[len(stops)-1].at
	const n = 1024
	table = make([]solid, n)
	k := 0
	for i := range table {
		t := first + (last-first)*float64(i)/(n-1)
		for k+1 < len(stops)-1 && t >= stops[k+1].at {
			k++
		}
		a, b := stops[k], stops[min(k+1, len(stops)-1)]
		f := 1.0
		if b.at > a.at {
			f = min(max((t-a.at)/(b.at-a.at), 0), 1)
		}
		p, q := premultiplied(a.c), premultiplied(b.c)
		mix := func(x, y uint32) uint32 { return uint32(float64(x) + (float64(y)-float64(x))*f + 0.5) }
		table[i] = solid{mix(p.r, q.r), mix(p.g, q.g), mix(p.b, q.b), mix(p.a, q.a)}
	}
	return table, first, last
}
