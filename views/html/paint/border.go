package paint

import (
	"image"
	"image/color"
	"math"
	"slices"

	"github.com/postrider/postrider/views/html/display"
	"github.com/postrider/postrider/views/html/style"
	"github.com/postrider/postrider/views/html/vector"
)

// border paints the four sides.
func (c *canvas) border(b *display.Box, f frame) {
	if f.width == [4]int{} || !f.outer.Overlaps(c.clip) || c.clip.In(f.inner) && !rounded(f.radius) {
		return
	}
	first, same := -1, true
	for i := range 4 {
		if f.width[i] == 0 || b.Border[i].Color.A == 0 && b.Border[i].Line != style.NoLine {
			if f.width[i] != 0 {
				same = false
			}
			continue
		}
		if first < 0 {
			first = i
		} else if b.Border[i].Line != b.Border[first].Line || b.Border[i].Color != b.Border[first].Color {
			same = false
		}
	}
	if first < 0 {
		return
	}
	line := b.Border[first].Line
	if same && line == style.Solid {
		c.ring(f.outer, f.inner, f.radius, f.innerRadius(), b.Border[first].Color)
		return
	}
	if same && line == style.Double && f.width[0] == f.width[1] && f.width[1] == f.width[2] && f.width[2] == f.width[3] && f.width[0] >= 3 {
		n := b.Border[first].Color
		third := (f.width[0] + 1) / 3
		a, z := f.outer.Inset(third), f.outer.Inset(f.width[0]-third)
		t := float64(third)
		w := float64(f.width[0]) - t
		c.ring(f.outer, a, f.radius, shrunk(f.radius, t, t, t, t), n)
		c.ring(z, f.inner, shrunk(f.radius, w, w, w, w), f.innerRadius(), n)
		return
	}
	if same && (line == style.Inset || line == style.Outset) && b.Border[first].Color.A == 255 && !rounded(f.radius) && !slices.Contains(f.width[:], 0) && !f.inner.Empty() {
		// Two sides over a ring of the colour of the others: what is behind would shine through the seams of four.
		c.ring(f.outer, f.inner, f.radius, f.innerRadius(), Shade(b.Border[style.Top], style.Top))
		p := &vector.Path{}
		p.MoveTo(float64(f.outer.Max.X), float64(f.outer.Min.Y))
		for _, at := range []image.Point{f.outer.Max, {f.outer.Min.X, f.outer.Max.Y}, {f.inner.Min.X, f.inner.Max.Y}, f.inner.Max, {f.inner.Max.X, f.inner.Min.Y}} {
			p.LineTo(float64(at.X), float64(at.Y))
		}
		p.Close()
		c.fillPath(p, vector.Identity, Shade(b.Border[style.Bottom], style.Bottom))
		return
	}
	for i := range 4 {
		if f.width[i] > 0 && b.Border[i].Color.A != 0 {
			c.borderSide(b, f, i)
		}
	}
}

// ring fills what is between two boxes.
func (c *canvas) ring(outer, inner image.Rectangle, ro, ri [4][2]float64, n color.NRGBA) {
	if !rounded(ro) {
		if inner.Dx() <= 0 || inner.Dy() <= 0 {
			c.fillRect(outer, n)
			return
		}
		c.fillRect(image.Rect(outer.Min.X, outer.Min.Y, outer.Max.X, inner.Min.Y), n)
		c.fillRect(image.Rect(outer.Min.X, inner.Max.Y, outer.Max.X, outer.Max.Y), n)
		c.fillRect(image.Rect(outer.Min.X, inner.Min.Y, inner.Min.X, inner.Max.Y), n)
		c.fillRect(image.Rect(inner.Max.X, inner.Min.Y, outer.Max.X, inner.Max.Y), n)
		return
	}
	c.fillPath(ringPath(outer, inner, ro, ri), vector.Identity, n)
}

func ringPath(outer, inner image.Rectangle, ro, ri [4][2]float64) *vector.Path {
	p := roundPath(outer, ro)
	if inner.Dx() > 0 && inner.Dy() > 0 {
		w, h := float64(inner.Dx()), float64(inner.Dy())
		p.RoundHole(float64(inner.Min.X), float64(inner.Min.Y), w, h, fit(ri, w, h))
	}
	return p
}

// sidePath is the part of a box that belongs to one side: to the diagonals where borders meet.
func sidePath(f frame, side int) *vector.Path {
	ox0, oy0, ox1, oy1 := float64(f.outer.Min.X), float64(f.outer.Min.Y), float64(f.outer.Max.X), float64(f.outer.Max.Y)
	ix0, iy0, ix1, iy1 := float64(f.inner.Min.X), float64(f.inner.Min.Y), float64(f.inner.Max.X), float64(f.inner.Max.Y)
	p := &vector.Path{}
	// With round corners the diagonal goes on to the middle of the box, so that no part of the curve is missed.
	if rounded(f.radius) {
		far := func(ox, oy, ix, iy float64) (float64, float64) {
			dx, dy := ix-ox, iy-oy
			if dx == 0 && dy == 0 {
				return ix, iy
			}
			k := min((ox1-ox0)/2/max(math.Abs(dx), 1e-9), (oy1-oy0)/2/max(math.Abs(dy), 1e-9))
			return ox + dx*k, oy + dy*k
		}
		a, b := far(ox0, oy0, ix0, iy0)
		d, e := far(ox1, oy0, ix1, iy0)
		g, h := far(ox1, oy1, ix1, iy1)
		k, l := far(ox0, oy1, ix0, iy1)
		corner := [4][4]float64{{a, b, d, e}, {d, e, g, h}, {g, h, k, l}, {k, l, a, b}}[side]
		outer := [4][4]float64{{ox0, oy0, ox1, oy0}, {ox1, oy0, ox1, oy1}, {ox1, oy1, ox0, oy1}, {ox0, oy1, ox0, oy0}}[side]
		p.MoveTo(outer[0], outer[1])
		p.LineTo(outer[2], outer[3])
		p.LineTo(corner[2], corner[3])
		p.LineTo(corner[0], corner[1])
		p.Close()
		return p
	}
	q := [4][8]float64{
		{ox0, oy0, ox1, oy0, ix1, iy0, ix0, iy0},
		{ox1, oy0, ox1, oy1, ix1, iy1, ix1, iy0},
		{ox1, oy1, ox0, oy1, ix0, iy1, ix1, iy1},
		{ox0, oy1, ox0, oy0, ix0, iy0, ix0, iy1},
	}[side]
	p.MoveTo(q[0], q[1])
	for i := 2; i < 8; i += 2 {
		p.LineTo(q[i], q[i+1])
	}
	p.Close()
	return p
}

// sideRect is a side with square ends.
func sideRect(f frame, side int) image.Rectangle {
	o, i := f.outer, f.inner
	switch side {
	case style.Top:
		return image.Rect(o.Min.X, o.Min.Y, o.Max.X, i.Min.Y)
	case style.Right:
		return image.Rect(i.Max.X, o.Min.Y, o.Max.X, o.Max.Y)
	case style.Bottom:
		return image.Rect(o.Min.X, i.Max.Y, o.Max.X, o.Max.Y)
	}
	return image.Rect(o.Min.X, o.Min.Y, i.Min.X, o.Max.Y)
}

// borderSide paints one side in its own line and colour.
func (c *canvas) borderSide(b *display.Box, f frame, i int) {
	s := b.Border[i]
	n := s.Color
	round := rounded(f.radius)
	before, after := f.width[(i+3)%4], f.width[(i+1)%4]
	switch s.Line {
	case style.Solid:
		// Alone, or beside sides of the same colour: no diagonal to draw.
		if !round && (before == 0 && after == 0) {
			c.fillRect(sideRect(f, i), n)
			return
		}
		c.sideOf(f, i, ringPathOf(f), n)
	case style.Dashed, style.Dotted:
		c.dashedSide(f, i, s.Line == style.Dotted, n)
	case style.Double:
		if f.width[i] < 3 {
			c.sideOf(f, i, ringPathOf(f), n)
			return
		}
		var third [4]int
		for k, w := range f.width {
			third[k] = (w + 1) / 3
		}
		a := inset(f.outer, third)
		var rest [4]int
		for k, w := range f.width {
			rest[k] = w - third[k]
		}
		z := inset(f.outer, rest)
		c.sideOf(f, i, ringPath(f.outer, a, f.radius, shrunkBy(f.radius, third)), n)
		c.sideOf(f, i, ringPath(z, f.inner, shrunkBy(f.radius, rest), f.innerRadius()), n)
	case style.Inset, style.Outset:
		c.sideOf(f, i, ringPathOf(f), Shade(s, i))
	case style.Groove, style.Ridge:
		if f.width[i] < 2 { // too thin for two
			c.sideOf(f, i, ringPathOf(f), n)
			return
		}
		var half [4]int
		for k, w := range f.width {
			if half[k] = w / 2; k == style.Top || k == style.Left {
				half[k] = (w + 1) / 2
			}
		}
		mid := inset(f.outer, half)
		rm := shrunkBy(f.radius, half)
		in, out := shades(n)
		if (i == style.Top || i == style.Left) == (s.Line == style.Groove) {
			out, in = in, out
		}
		c.sideOf(f, i, ringPath(f.outer, mid, f.radius, rm), out)
		c.sideOf(f, i, ringPath(mid, f.inner, rm, f.innerRadius()), in)
	}
}

func ringPathOf(f frame) *vector.Path {
	return ringPath(f.outer, f.inner, f.radius, f.innerRadius())
}

func inset(r image.Rectangle, w [4]int) image.Rectangle {
	return image.Rectangle{Min: image.Pt(r.Min.X+w[3], r.Min.Y+w[0]), Max: image.Pt(r.Max.X-w[1], r.Max.Y-w[2])}
}

func shrunkBy(r [4][2]float64, w [4]int) [4][2]float64 {
	return shrunk(r, float64(w[0]), float64(w[1]), float64(w[2]), float64(w[3]))
}

// sideOf fills the part of a ring that belongs to one side.
func (c *canvas) sideOf(f frame, i int, ring *vector.Path, n color.NRGBA) {
	if n.A == 0 {
		return
	}
	side := sidePath(f, i)
	r := extent(side, vector.Identity).Intersect(c.clip)
	if r.Empty() {
		return
	}
	c.side.Reset(r.Dx(), r.Dy())
	c.side.Add(side, vector.Translate(-float64(r.Min.X), -float64(r.Min.Y)))
	save := c.clip
	c.clip = r
	s := premultiplied(n)
	c.coverage(ring, vector.Identity, func(x, y int, cov []uint8) {
		mask := c.row2[:r.Dx()]
		c.side.Row(y-r.Min.Y, mask, false)
		for k := range cov {
			cov[k] = uint8(div255(uint32(cov[k]) * uint32(mask[x-r.Min.X+k])))
		}
		c.cover(x, y, cov, s)
	})
	c.clip = save
}

// Shade is the colour of side i of a border that is inset or outset: the light falls from the top left.
func Shade(s style.Border, i int) color.NRGBA {
	dark, light := shades(s.Color)
	if (i == style.Top || i == style.Left) == (s.Line == style.Inset) {
		return dark
	}
	return light
}

// shades are the dark and the light colour of inset and its like, as Chromium makes them: a third darker and lighter, and for what is nearly black two steps
// lighter, because nothing is darker than black. What is nearly white is light enough.
func shades(n color.NRGBA) (dark, light color.NRGBA) {
	if max(n.R, n.G, n.B) <= 48 {
		dark = brighten(n, 0.33)
		return dark, brighten(dark, 0.33)
	}
	if n.R >= 235 && n.G >= 235 && n.B >= 235 {
		return brighten(n, -0.33), n
	}
	return brighten(n, -0.33), brighten(n, 0.33)
}

// brighten moves the strongest component by a share of the whole, the others with it.
func brighten(n color.NRGBA, by float64) color.NRGBA {
	v := float64(max(n.R, n.G, n.B)) / 255
	if v == 0 {
		g := uint8(max(by, 0)*255 + 0.5)
		return color.NRGBA{R: g, G: g, B: g, A: n.A}
	}
	k := min(max(v+by, 0), 1) / v
	m := func(c uint8) uint8 { return uint8(min(float64(c)*k, 255)) }
	return color.NRGBA{R: m(n.R), G: m(n.G), B: m(n.B), A: n.A}
}

// dashedSide draws one side in dashes or dots.
func (c *canvas) dashedSide(f frame, i int, dotted bool, n color.NRGBA) {
	w := float64(f.width[i])
	if rounded(f.radius) {
		save := c.clip
		mid := f.outer
		half := w / 2
		p := &vector.Path{}
		x, y := float64(mid.Min.X)+float64(f.width[3])/2, float64(mid.Min.Y)+float64(f.width[0])/2
		ww, hh := float64(mid.Dx())-float64(f.width[3]+f.width[1])/2, float64(mid.Dy())-float64(f.width[0]+f.width[2])/2
		p.RoundRect(x, y, ww, hh, fit(shrunk(f.radius, half, half, half, half), ww, hh))
		length := 2 * (ww + hh)
		pen := dashPen(length, w, dotted, true)
		c.sideOf(f, i, p.Stroke(pen, 1), n)
		c.clip = save
		return
	}
	r := sideRect(f, i)
	if i == style.Top || i == style.Bottom {
		y := float64(r.Min.Y) + w/2
		c.dashes(float64(r.Min.X), y, float64(r.Max.X), y, w, dotted, n)
		return
	}
	x := float64(r.Min.X) + w/2
	c.dashes(x, float64(r.Min.Y), x, float64(r.Max.Y), w, dotted, n)
}

// dashes draws a straight line in dashes or dots from end to end.
func (c *canvas) dashes(x0, y0, x1, y1, w float64, dotted bool, n color.NRGBA) {
	length := math.Hypot(x1-x0, y1-y0)
	if length == 0 || length > 1e6 {
		return
	}
	var p vector.Path
	pen := dashPen(length, w, dotted, false)
	if pen.Cap == vector.RoundCap { // dots begin and end within the line
		dx, dy := (x1-x0)/length*w/2, (y1-y0)/length*w/2
		x0, y0, x1, y1 = x0+dx, y0+dy, x1-dx, y1-dy
	}
	// Only the part that can be seen is dashed: a long line begins whole periods later.
	left := math.Hypot(x1-x0, y1-y0)
	if left == 0 {
		return
	}
	ux, uy := (x1-x0)/left, (y1-y0)/left
	period := 0.0
	for _, d := range pen.Dash {
		period += d
	}
	if period > 0 {
		from, to := along(c.clip, x0, y0, ux, uy, w+period)
		from = math.Floor(max(from, 0)/period) * period
		to = min(to, left)
		if to <= from {
			return
		}
		x1, y1 = x0+ux*to, y0+uy*to
		x0, y0 = x0+ux*from, y0+uy*from
	}
	p.MoveTo(x0, y0)
	p.LineTo(x1, y1)
	c.fillPath(p.Stroke(pen, 1), vector.Identity, n)
}

// along is the range of a level or upright line that crosses a rectangle, measured from its start, with a margin.
func along(r image.Rectangle, x, y, ux, uy, margin float64) (from, to float64) {
	if math.Abs(ux) >= math.Abs(uy) {
		from, to = float64(r.Min.X)-x, float64(r.Max.X)-x
	} else {
		from, to = float64(r.Min.Y)-y, float64(r.Max.Y)-y
	}
	return from - margin, to + margin
}

// dashPen chooses dashes and gaps that fit a length, as Chromium does.
func dashPen(length, w float64, dotted, closed bool) vector.Pen {
	pen := vector.Pen{Width: w}
	if dotted && w > 3 {
		pen.Cap = vector.RoundCap
		gap := bestGap(length, w, w, closed)
		pen.Dash = []float64{0, gap + w - 0.01}
		return pen
	}
	dash, gap := w, w
	if !dotted {
		if w >= 3 {
			dash = 2 * w
		} else {
			dash, gap = 3*w, 2*w
		}
	}
	pen.Dash = []float64{dash, bestGap(length, dash, gap, closed)}
	return pen
}

// bestGap stretches or shrinks the gaps so that a line ends with a dash.
func bestGap(length, dash, gap float64, closed bool) float64 {
	avail := length
	if !closed {
		avail += gap
	}
	fewer := math.Floor(avail / (dash + gap))
	more := fewer + 1
	gf, gm := fewer, more
	if !closed {
		gf, gm = fewer-1, more-1
	}
	if gf < 1 {
		return gap
	}
	a, z := (length-fewer*dash)/gf, (length-more*dash)/gm
	if z <= 0 || math.Abs(a-gap) < math.Abs(z-gap) {
		return a
	}
	return z
}
