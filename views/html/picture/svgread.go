package picture

import (
	"image/color"
	"math"
	"strconv"
	"strings"

	"golang.org/x/image/colornames"

	"github.com/postrider/postrider/views/html/vector"
)

// svgColor reads a colour; ok is false for none and what is not known.
func svgColor(s string, current color.NRGBA) (color.NRGBA, bool) {
	s = strings.ToLower(strings.TrimSpace(s))
	switch {
	case s == "" || s == "none" || s == "transparent":
		return color.NRGBA{}, false
	case s == "currentcolor":
		return current, true
	case s[0] == '#':
		h := s[1:]
		if len(h) == 3 || len(h) == 4 {
			var b strings.Builder
			for _, r := range h {
				b.WriteRune(r)
				b.WriteRune(r)
			}
			h = b.String()
		}
		if len(h) == 6 {
			h += "ff"
		}
		v, err := strconv.ParseUint(h, 16, 32)
		if err != nil || len(h) != 8 {
			return color.NRGBA{}, false
		}
		return color.NRGBA{uint8(v >> 24), uint8(v >> 16), uint8(v >> 8), uint8(v)}, true
	case strings.HasPrefix(s, "rgb"):
		i, j := strings.IndexByte(s, '('), strings.IndexByte(s, ')')
		if i < 0 || j < i {
			return color.NRGBA{}, false
		}
		c := [4]float64{0, 0, 0, 1}
		for k, f := range strings.FieldsFunc(s[i+1:j], func(r rune) bool { return r == ',' || r == ' ' || r == '/' }) {
			if k > 3 {
				break
			}
			pct := strings.HasSuffix(f, "%")
			v, err := strconv.ParseFloat(strings.TrimSuffix(f, "%"), 64)
			if err != nil {
				return color.NRGBA{}, false
			}
			if pct && k < 3 {
				v *= 2.55
			} else if pct {
				v /= 100
			}
			c[k] = v
		}
		b := func(v float64) uint8 { return uint8(min(max(v, 0), 255) + 0.5) }
		return color.NRGBA{b(c[0]), b(c[1]), b(c[2]), b(c[3] * 255)}, true
	}
	if c, ok := colornames.Map[s]; ok {
		return color.NRGBA{c.R, c.G, c.B, c.A}, true
	}
	return color.NRGBA{}, false
}

const maxNumbers = 400_000

// numbers reads a list of numbers as SVG writes it.
func numbers(s string) []float64 {
	var out []float64
	r := reader{s: s}
	for len(out) < maxNumbers {
		v, ok := r.number()
		if !ok {
			return out
		}
		out = append(out, v)
	}
	return out
}

type reader struct {
	s string
	i int
}

func (r *reader) blank() {
	for r.i < len(r.s) && strings.IndexByte(" \t\r\n,", r.s[r.i]) >= 0 {
		r.i++
	}
}

func (r *reader) number() (float64, bool) {
	r.blank()
	from := r.i
	i := from
	if i < len(r.s) && (r.s[i] == '-' || r.s[i] == '+') {
		i++
	}
	digits := func() bool {
		a := i
		for i < len(r.s) && r.s[i] >= '0' && r.s[i] <= '9' {
			i++
		}
		return i > a
	}
	ok := digits()
	if i < len(r.s) && r.s[i] == '.' {
		i++
		ok = digits() || ok
	}
	if !ok {
		return 0, false
	}
	if i < len(r.s) && (r.s[i] == 'e' || r.s[i] == 'E') {
		save := i
		i++
		if i < len(r.s) && (r.s[i] == '-' || r.s[i] == '+') {
			i++
		}
		if !digits() {
			i = save
		}
	}
	v, err := strconv.ParseFloat(r.s[from:i], 64)
	r.i = i
	return v, err == nil
}

// flag reads a single 0 or 1, which arcs may write without a blank.
func (r *reader) flag() (bool, bool) {
	r.blank()
	if r.i < len(r.s) && (r.s[r.i] == '0' || r.s[r.i] == '1') {
		r.i++
		return r.s[r.i-1] == '1', true
	}
	return false, false
}

// transform reads a transform attribute.
func transform(s string) vector.Matrix {
	m := vector.Identity
	for range 64 {
		i := strings.IndexByte(s, '(')
		j := strings.IndexByte(s, ')')
		if i < 0 || j < i {
			break
		}
		name, v := strings.Trim(s[:i], " ,\t\r\n"), numbers(s[i+1:j])
		s = s[j+1:]
		at := func(k int, def float64) float64 {
			if k < len(v) {
				return v[k]
			}
			return def
		}
		switch name {
		case "matrix":
			if len(v) >= 6 {
				m = m.Mul(vector.Matrix{A: v[0], B: v[1], C: v[2], D: v[3], E: v[4], F: v[5]})
			}
		case "translate":
			m = m.Mul(vector.Translate(at(0, 0), at(1, 0)))
		case "scale":
			m = m.Mul(vector.Scale(at(0, 1), at(1, at(0, 1))))
		case "rotate":
			x, y := at(1, 0), at(2, 0)
			m = m.Mul(vector.Translate(x, y)).Mul(vector.Rotate(at(0, 0) * math.Pi / 180)).Mul(vector.Translate(-x, -y))
		case "skewX":
			m = m.Mul(vector.Matrix{A: 1, D: 1, C: math.Tan(at(0, 0) * math.Pi / 180)})
		case "skewY":
			m = m.Mul(vector.Matrix{A: 1, D: 1, B: math.Tan(at(0, 0) * math.Pi / 180)})
		}
	}
	return m
}

// pathData draws the d attribute of a path, up to where it is damaged.
func pathData(p *vector.Path, d string) {
	r := reader{s: d}
	var cmd byte
	var cx, cy float64 // the last control point
	var last byte
	for {
		r.blank()
		if r.i >= len(r.s) {
			return
		}
		if c := r.s[r.i]; c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' {
			cmd = c
			r.i++
		} else if cmd == 0 {
			return
		} else if cmd == 'm' {
			cmd = 'l'
		} else if cmd == 'M' {
			cmd = 'L'
		}
		x, y := p.At()
		rel := cmd >= 'a'
		ok := true
		num := func() float64 {
			v, k := r.number()
			ok = ok && k
			return v
		}
		px := func() float64 {
			if v := num(); rel {
				return x + v
			} else {
				return v
			}
		}
		py := func() float64 {
			if v := num(); rel {
				return y + v
			} else {
				return v
			}
		}
		up := cmd &^ 0x20
		switch up {
		case 'Z':
			p.Close()
			if r.blank(); r.i < len(r.s) && (r.s[r.i] < 'A' || r.s[r.i] > 'z') {
				return
			}
		case 'M':
			if a, b := px(), py(); ok {
				p.MoveTo(a, b)
			}
		case 'L':
			if a, b := px(), py(); ok {
				p.LineTo(a, b)
			}
		case 'H':
			if a := px(); ok {
				p.LineTo(a, y)
			}
		case 'V':
			if b := py(); ok {
				p.LineTo(x, b)
			}
		case 'C':
			if a, b, c, d, e, f := px(), py(), px(), py(), px(), py(); ok {
				p.CubeTo(a, b, c, d, e, f)
				cx, cy = c, d
			}
		case 'S':
			if c, d, e, f := px(), py(), px(), py(); ok {
				a, b := x, y
				if last == 'C' || last == 'S' {
					a, b = 2*x-cx, 2*y-cy
				}
				p.CubeTo(a, b, c, d, e, f)
				cx, cy = c, d
			}
		case 'Q':
			if a, b, e, f := px(), py(), px(), py(); ok {
				p.QuadTo(a, b, e, f)
				cx, cy = a, b
			}
		case 'T':
			if e, f := px(), py(); ok {
				a, b := x, y
				if last == 'Q' || last == 'T' {
					a, b = 2*x-cx, 2*y-cy
				}
				p.QuadTo(a, b, e, f)
				cx, cy = a, b
			}
		case 'A':
			rx, ry, rot := num(), num(), num()
			large, k1 := r.flag()
			sweep, k2 := r.flag()
			if a, b := px(), py(); ok && k1 && k2 {
				arc(p, x, y, rx, ry, rot*math.Pi/180, large, sweep, a, b)
			} else {
				return
			}
		default:
			return
		}
		if !ok {
			return
		}
		last = up
	}
}

// arc draws an elliptic arc by the formulas of SVG 1.1, F.6.
func arc(p *vector.Path, x0, y0, rx, ry, phi float64, large, sweep bool, x1, y1 float64) {
	rx, ry = math.Abs(rx), math.Abs(ry)
	if rx == 0 || ry == 0 {
		p.LineTo(x1, y1)
		return
	}
	if x0 == x1 && y0 == y1 {
		return
	}
	s, c := math.Sincos(phi)
	dx, dy := (x0-x1)/2, (y0-y1)/2
	a, b := c*dx+s*dy, -s*dx+c*dy
	if l := a*a/(rx*rx) + b*b/(ry*ry); l > 1 {
		rx, ry = rx*math.Sqrt(l), ry*math.Sqrt(l)
	}
	f := math.Sqrt(max(0, (rx*rx*ry*ry-rx*rx*b*b-ry*ry*a*a)/(rx*rx*b*b+ry*ry*a*a)))
	if large == sweep {
		f = -f
	}
	ux, uy := f*rx*b/ry, -f*ry*a/rx
	cx, cy := c*ux-s*uy+(x0+x1)/2, s*ux+c*uy+(y0+y1)/2
	t0 := math.Atan2((b-uy)/ry, (a-ux)/rx)
	t1 := math.Atan2((-b-uy)/ry, (-a-ux)/rx)
	d := t1 - t0
	if sweep && d < 0 {
		d += 2 * math.Pi
	} else if !sweep && d > 0 {
		d -= 2 * math.Pi
	}
	n := max(1, int(math.Ceil(math.Abs(d)/(math.Pi/2))))
	k := 4.0 / 3 * math.Tan(d/float64(n)/4)
	at := func(t float64) (x, y, vx, vy float64) {
		st, ct := math.Sincos(t)
		return cx + rx*ct*c - ry*st*s, cy + rx*ct*s + ry*st*c, -rx*st*c - ry*ct*s, -rx*st*s + ry*ct*c
	}
	for i := range n {
		ta, tb := t0+d*float64(i)/float64(n), t0+d*float64(i+1)/float64(n)
		ax, ay, avx, avy := at(ta)
		bx, by, bvx, bvy := at(tb)
		p.CubeTo(ax+k*avx, ay+k*avy, bx-k*bvx, by-k*bvy, bx, by)
	}
}
