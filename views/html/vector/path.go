package vector

import "math"

// MaxSegments is how many segments a path takes; more are left out.
const MaxSegments = 200_000

type verb uint8

const (
	move verb = iota
	line
	quad
	cube
	shut
)

type point struct{ x, y float64 }

// Path is an outline of straight lines and Bézier curves.
type Path struct {
	verbs []verb
	pts   []point
	start point
	at    point
}

// Empty tells whether nothing was drawn.
func (p *Path) Empty() bool { return len(p.verbs) == 0 }

// Reset empties the path and keeps its memory.
func (p *Path) Reset() { p.verbs, p.pts = p.verbs[:0], p.pts[:0] }

// At is the current point.
func (p *Path) At() (x, y float64) { return p.at.x, p.at.y }

func (p *Path) add(v verb, pts ...point) bool {
	if len(p.verbs) >= MaxSegments {
		return false
	}
	for _, q := range pts {
		if math.IsNaN(q.x) || math.IsNaN(q.y) || math.Abs(q.x) > 1e7 || math.Abs(q.y) > 1e7 {
			return false
		}
	}
	p.verbs = append(p.verbs, v)
	p.pts = append(p.pts, pts...)
	p.at = pts[len(pts)-1]
	return true
}

// MoveTo begins a contour.
func (p *Path) MoveTo(x, y float64) {
	if p.add(move, point{x, y}) {
		p.start = p.at
	}
}

// LineTo draws a straight line.
func (p *Path) LineTo(x, y float64) {
	p.begin()
	p.add(line, point{x, y})
}

// QuadTo draws a quadratic curve.
func (p *Path) QuadTo(cx, cy, x, y float64) {
	p.begin()
	p.add(quad, point{cx, cy}, point{x, y})
}

// CubeTo draws a cubic curve.
func (p *Path) CubeTo(ax, ay, bx, by, x, y float64) {
	p.begin()
	p.add(cube, point{ax, ay}, point{bx, by}, point{x, y})
}

// Close ends the contour with a line to its start.
func (p *Path) Close() {
	if len(p.verbs) == 0 || p.verbs[len(p.verbs)-1] == shut || len(p.verbs) >= MaxSegments {
		return
	}
	p.verbs = append(p.verbs, shut)
	p.at = p.start
}

// begin makes a contour that starts without MoveTo start where the last one ended.
func (p *Path) begin() {
	if len(p.verbs) == 0 {
		p.MoveTo(p.at.x, p.at.y)
	} else if p.verbs[len(p.verbs)-1] == shut {
		p.MoveTo(p.start.x, p.start.y)
	}
}

// Append adds all of q, mapped by m.
func (p *Path) Append(q *Path, m Matrix) {
	q.each(func(v verb, pts []point) {
		var mapped [3]point
		for i, a := range pts {
			mapped[i].x, mapped[i].y = m.Apply(a.x, a.y)
		}
		if v == shut {
			p.Close()
			return
		}
		if p.add(v, mapped[:len(pts)]...) && v == move {
			p.start = p.at
		}
	})
}

func (p *Path) each(do func(v verb, pts []point)) {
	i := 0
	for _, v := range p.verbs {
		n := [...]int{move: 1, line: 1, quad: 2, cube: 3, shut: 0}[v]
		do(v, p.pts[i:i+n])
		i += n
	}
}

// Bounds is the box of all points, control points included.
func (p *Path) Bounds() (x0, y0, x1, y1 float64) {
	if len(p.pts) == 0 {
		return 0, 0, 0, 0
	}
	x0, y0, x1, y1 = math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, q := range p.pts {
		x0, y0, x1, y1 = min(x0, q.x), min(y0, q.y), max(x1, q.x), max(y1, q.y)
	}
	return x0, y0, x1, y1
}

// Rect adds a rectangle.
func (p *Path) Rect(x, y, w, h float64) {
	p.MoveTo(x, y)
	p.LineTo(x+w, y)
	p.LineTo(x+w, y+h)
	p.LineTo(x, y+h)
	p.Close()
}

// kappa places the control points of a quarter circle.
const kappa = 0.5522847498307936

// RoundRect adds a rectangle with elliptic corners: top left, top right, bottom right, bottom left, each the horizontal and the vertical radius. The
// radii must fit.
func (p *Path) RoundRect(x, y, w, h float64, r [4][2]float64) {
	p.corners(x, y, w, h, r, false)
}

// RoundHole is RoundRect drawn the other way round: within another contour it is a hole.
func (p *Path) RoundHole(x, y, w, h float64, r [4][2]float64) {
	p.corners(x, y, w, h, r, true)
}

func (p *Path) corners(x, y, w, h float64, r [4][2]float64, reverse bool) {
	const k = 1 - kappa
	tl, tr, br, bl := r[0], r[1], r[2], r[3]
	if !reverse {
		p.MoveTo(x+tl[0], y)
		p.LineTo(x+w-tr[0], y)
		p.CubeTo(x+w-tr[0]*k, y, x+w, y+tr[1]*k, x+w, y+tr[1])
		p.LineTo(x+w, y+h-br[1])
		p.CubeTo(x+w, y+h-br[1]*k, x+w-br[0]*k, y+h, x+w-br[0], y+h)
		p.LineTo(x+bl[0], y+h)
		p.CubeTo(x+bl[0]*k, y+h, x, y+h-bl[1]*k, x, y+h-bl[1])
		p.LineTo(x, y+tl[1])
		p.CubeTo(x, y+tl[1]*k, x+tl[0]*k, y, x+tl[0], y)
	} else {
		p.MoveTo(x+tl[0], y)
		p.CubeTo(x+tl[0]*k, y, x, y+tl[1]*k, x, y+tl[1])
		p.LineTo(x, y+h-bl[1])
		p.CubeTo(x, y+h-bl[1]*k, x+bl[0]*k, y+h, x+bl[0], y+h)
		p.LineTo(x+w-br[0], y+h)
		p.CubeTo(x+w-br[0]*k, y+h, x+w, y+h-br[1]*k, x+w, y+h-br[1])
		p.LineTo(x+w, y+tr[1])
		p.CubeTo(x+w, y+tr[1]*k, x+w-tr[0]*k, y, x+w-tr[0], y)
	}
	p.Close()
}

// Ellipse adds an ellipse about a centre.
func (p *Path) Ellipse(cx, cy, rx, ry float64) {
	r := [2]float64{rx, ry}
	p.RoundRect(cx-rx, cy-ry, 2*rx, 2*ry, [4][2]float64{r, r, r, r})
}

// flatten calls do for each straight piece of the mapped path, contours closed when closed is set. Curves are cut so that no piece is further from
// the curve than a few hundredths of a unit.
func (p *Path) flatten(m Matrix, closed bool, do func(x0, y0, x1, y1 float64), end func(closed bool)) {
	var start, at point
	open := false
	finish := func(c bool) {
		if !open {
			return
		}
		if (closed || c) && at != start {
			do(at.x, at.y, start.x, start.y)
		}
		if end != nil {
			end(c)
		}
		open = false
	}
	p.each(func(v verb, pts []point) {
		var q [3]point
		for i, a := range pts {
			q[i].x, q[i].y = m.Apply(a.x, a.y)
		}
		switch v {
		case move:
			finish(false)
			start, at = q[0], q[0]
			open = true
		case line:
			do(at.x, at.y, q[0].x, q[0].y)
			at = q[0]
		case quad:
			dx, dy := at.x-2*q[0].x+q[1].x, at.y-2*q[0].y+q[1].y
			n := pieces(math.Hypot(dx, dy) / 4)
			a := at
			for i := 1; i <= n; i++ {
				t := float64(i) / float64(n)
				u := 1 - t
				b := point{u*u*at.x + 2*u*t*q[0].x + t*t*q[1].x, u*u*at.y + 2*u*t*q[0].y + t*t*q[1].y}
				do(a.x, a.y, b.x, b.y)
				a = b
			}
			at = q[1]
		case cube:
			d1 := math.Hypot(at.x-2*q[0].x+q[1].x, at.y-2*q[0].y+q[1].y)
			d2 := math.Hypot(q[0].x-2*q[1].x+q[2].x, q[0].y-2*q[1].y+q[2].y)
			n := pieces(max(d1, d2) * 0.75)
			a := at
			for i := 1; i <= n; i++ {
				t := float64(i) / float64(n)
				u := 1 - t
				c0, c1, c2, c3 := u*u*u, 3*u*u*t, 3*u*t*t, t*t*t
				b := point{c0*at.x + c1*q[0].x + c2*q[1].x + c3*q[2].x, c0*at.y + c1*q[0].y + c2*q[1].y + c3*q[2].y}
				do(a.x, a.y, b.x, b.y)
				a = b
			}
			at = q[2]
		case shut:
			finish(true)
			at = start
			open = false
		}
	})
	finish(false)
}

// pieces is into how many lines a curve is cut whose greatest distance from its chord is about d.
func pieces(d float64) int {
	if !(d > 0) {
		return 1
	}
	return int(min(max(math.Ceil(math.Sqrt(d/0.025)), 1), 200))
}

// Len is how many points the path has.
func (p *Path) Len() int { return len(p.pts) }

// Oriented returns the path, or its reverse where its contours together turn the other way than those of a stroke, so that a stroke can be added to it.
func (p *Path) Oriented() *Path {
	area := 0.0
	p.flatten(Identity, true, func(x0, y0, x1, y1 float64) { area += x0*y1 - x1*y0 }, nil)
	if area >= 0 {
		return p
	}
	out := &Path{}
	var verbs []verb
	var pts []point
	flush := func() {
		if len(pts) == 0 {
			return
		}
		i := len(pts) - 1
		out.MoveTo(pts[i].x, pts[i].y)
		for k := len(verbs) - 1; k >= 0; k-- {
			switch verbs[k] {
			case line:
				out.LineTo(pts[i-1].x, pts[i-1].y)
				i--
			case quad:
				out.QuadTo(pts[i-1].x, pts[i-1].y, pts[i-2].x, pts[i-2].y)
				i -= 2
			case cube:
				out.CubeTo(pts[i-1].x, pts[i-1].y, pts[i-2].x, pts[i-2].y, pts[i-3].x, pts[i-3].y)
				i -= 3
			}
		}
		out.Close()
		verbs, pts = verbs[:0], pts[:0]
	}
	p.each(func(v verb, q []point) {
		if v == move {
			flush()
			pts = append(pts, q...)
			return
		}
		if v == shut {
			return
		}
		verbs = append(verbs, v)
		pts = append(pts, q...)
	})
	flush()
	return out
}
