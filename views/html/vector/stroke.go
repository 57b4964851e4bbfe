package vector

import "math"

// Join is how two lines of a stroke meet.
type Join uint8

// The joins.
const (
	Miter Join = iota
	RoundJoin
	Bevel
)

// Cap is how an open stroke ends.
type Cap uint8

// The caps.
const (
	Butt Cap = iota
	RoundCap
	Square
)

// Pen says how a path is stroked. Lengths are in the path's units.
type Pen struct {
	Width      float64
	Join       Join
	Cap        Cap
	MiterLimit float64 // 0 = 4
	Dash       []float64
	Offset     float64
}

const maxDashes = 20_000 // of one stroke

// Stroke returns the outline of p drawn with a pen. scale is by how much the result will be enlarged: curves are cut as finely as that needs.
func (p *Path) Stroke(pen Pen, scale float64) *Path {
	out := &Path{}
	if !(pen.Width > 0) || !(scale > 0) {
		return out
	}
	if pen.MiterLimit == 0 {
		pen.MiterLimit = 4
	}
	s := stroker{pen: pen, out: out, r: pen.Width / 2, scale: scale}
	var poly []point
	// Flattened in the target's scale, drawn in the path's units.
	p.flatten(Scale(scale, scale), false, func(x0, y0, x1, y1 float64) {
		if len(poly) == 0 {
			poly = append(poly, point{x0 / scale, y0 / scale})
		}
		q := point{x1 / scale, y1 / scale}
		if q != poly[len(poly)-1] {
			poly = append(poly, q)
		}
	}, func(closed bool) {
		s.contour(poly, closed)
		poly = poly[:0]
	})
	return out
}

type stroker struct {
	pen    Pen
	out    *Path
	r      float64
	scale  float64
	dashes int
}

func (s *stroker) contour(poly []point, closed bool) {
	if len(poly) == 0 {
		return
	}
	if closed && len(poly) > 1 && poly[0] == poly[len(poly)-1] {
		poly = poly[:len(poly)-1]
	}
	if len(poly) == 1 {
		if s.pen.Cap == RoundCap {
			s.disc(poly[0])
		}
		return
	}
	if total := s.period(); total > 0 {
		if closed {
			poly = append(append([]point(nil), poly...), poly[0])
		}
		s.dash(poly, total)
		return
	}
	s.polyline(poly, closed)
}

// period is the length of the dash pattern, 0 = none.
func (s *stroker) period() float64 {
	t := 0.0
	for _, d := range s.pen.Dash {
		if !(d >= 0) {
			return 0
		}
		t += d
	}
	if math.IsInf(t, 0) || t*s.scale < 0.1 {
		return 0
	}
	return t
}

func (s *stroker) dash(poly []point, total float64) {
	d := s.pen.Dash
	if len(d)%2 == 1 {
		d = append(append([]float64(nil), d...), d...)
		total *= 2
	}
	at := math.Mod(s.pen.Offset, total)
	if at < 0 {
		at += total
	}
	i := 0
	for at >= d[i] && at > 0 {
		at -= d[i]
		i = (i + 1) % len(d)
	}
	left := d[i] - at
	on := i%2 == 0
	cur := []point{poly[0]}
	for k := 1; k < len(poly); k++ {
		a, b := poly[k-1], poly[k]
		l := math.Hypot(b.x-a.x, b.y-a.y)
		done := 0.0
		for l-done > left {
			done += left
			q := point{a.x + (b.x-a.x)*done/l, a.y + (b.y-a.y)*done/l}
			if on {
				s.polyline(append(cur, q), false)
			}
			cur = append(cur[:0], q)
			i = (i + 1) % len(d)
			left, on = d[i], !on
			if s.dashes++; s.dashes > maxDashes {
				return
			}
		}
		left -= l - done
		cur = append(cur, b)
	}
	if on && len(cur) > 1 {
		s.polyline(cur, false)
	}
}

func (s *stroker) polyline(poly []point, closed bool) {
	n := len(poly)
	if n == 1 || n == 2 && poly[0] == poly[1] {
		if s.pen.Cap == RoundCap {
			s.disc(poly[0])
		}
		return
	}
	segs := n - 1
	if closed {
		segs = n
	}
	for i := range segs {
		a, b := poly[i], poly[(i+1)%n]
		l := math.Hypot(b.x-a.x, b.y-a.y)
		if l == 0 {
			continue
		}
		dx, dy := (b.x-a.x)/l*s.r, (b.y-a.y)/l*s.r
		if !closed && s.pen.Cap == Square {
			if i == 0 {
				a = point{a.x - dx, a.y - dy}
			}
			if i == segs-1 {
				b = point{b.x + dx, b.y + dy}
			}
		}
		s.polygon(point{a.x + dy, a.y - dx}, point{b.x + dy, b.y - dx}, point{b.x - dy, b.y + dx}, point{a.x - dy, a.y + dx})
	}
	for i := range n {
		if !closed && (i == 0 || i == n-1) {
			if s.pen.Cap == RoundCap {
				s.disc(poly[i])
			}
			continue
		}
		s.join(poly[(i+n-1)%n], poly[i], poly[(i+1)%n])
	}
}

func (s *stroker) join(a, b, c point) {
	l1, l2 := math.Hypot(b.x-a.x, b.y-a.y), math.Hypot(c.x-b.x, c.y-b.y)
	if l1 == 0 || l2 == 0 {
		return
	}
	ux, uy := (b.x-a.x)/l1, (b.y-a.y)/l1
	vx, vy := (c.x-b.x)/l2, (c.y-b.y)/l2
	cross, dot := ux*vy-uy*vx, ux*vx+uy*vy
	if math.Abs(cross) < 1e-6 && dot > 0 {
		return
	}
	// Where the pen is no wider than the turn of a flattened curve a round join is as good as any.
	if s.pen.Join == RoundJoin {
		s.disc(b)
		return
	}
	side := s.r
	if cross > 0 {
		side = -s.r
	}
	p, q := point{b.x - uy*side, b.y + ux*side}, point{b.x - vy*side, b.y + vx*side}
	if s.pen.Join == Miter {
		// 1/sin(half the angle between the lines), squared.
		if limit := 2 / (1 + dot); dot > -0.9999 && limit <= s.pen.MiterLimit*s.pen.MiterLimit {
			mx, my := p.x+q.x-2*b.x, p.y+q.y-2*b.y
			k := s.r * s.r * 2 / (mx*mx + my*my)
			s.polygon(b, p, point{b.x + mx*k, b.y + my*k}, q)
			return
		}
	}
	s.polygon(b, p, q)
}

// polygon adds a convex polygon, always turning the same way so that overlaps add up.
func (s *stroker) polygon(pts ...point) {
	area := 0.0
	for i, a := range pts {
		b := pts[(i+1)%len(pts)]
		area += a.x*b.y - b.x*a.y
	}
	if area < 0 {
		for i, j := 0, len(pts)-1; i < j; i, j = i+1, j-1 {
			pts[i], pts[j] = pts[j], pts[i]
		}
	}
	s.out.MoveTo(pts[0].x, pts[0].y)
	for _, q := range pts[1:] {
		s.out.LineTo(q.x, q.y)
	}
	s.out.Close()
}

func (s *stroker) disc(c point) { s.out.Ellipse(c.x, c.y, s.r, s.r) }
