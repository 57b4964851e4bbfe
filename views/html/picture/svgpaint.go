package picture

import (
	"image"
	"image/color"
	"math"
	"strconv"
	"strings"

	"github.com/postrider/postrider/views/html/vector"
)

// look is what an element inherits.
type look struct {
	fill, stroke               string
	width                      string
	opacity                    float64 // of all groups around: approximated by multiplying
	fillOpacity, strokeOpacity float64
	color                      color.NRGBA
	evenOdd                    bool
	join, cap                  string
	miter                      float64
	dash                       string
	dashOffset                 float64
}

type svgPainter struct {
	img    *image.RGBA
	ids    map[string]*element
	raster vector.Raster
	row    []uint8
	w, h   float64 // of the view box
	uses   int
	budget int // pixels rasterised
}

func (e *element) number(name string, def, base float64) float64 {
	s := strings.TrimSpace(e.attr[name])
	if strings.HasSuffix(s, "%") {
		if v, err := strconv.ParseFloat(strings.TrimSuffix(s, "%"), 64); err == nil {
			return v / 100 * base
		}
		return def
	}
	if v, ok := length(s); ok {
		return v
	}
	return def
}

func (l look) with(e *element) look {
	set := func(name string, to *string) {
		if v := e.attr[name]; v != "" && v != "inherit" {
			*to = v
		}
	}
	if v := e.attr["color"]; v != "" {
		if c, ok := svgColor(v, l.color); ok {
			l.color = c
		}
	}
	set("fill", &l.fill)
	set("stroke", &l.stroke)
	set("stroke-width", &l.width)
	set("stroke-linejoin", &l.join)
	set("stroke-linecap", &l.cap)
	set("stroke-dasharray", &l.dash)
	if v := e.attr["fill-rule"]; v != "" {
		l.evenOdd = v == "evenodd"
	}
	l.opacity *= min(max(e.number("opacity", 1, 1), 0), 1)
	l.fillOpacity = min(max(e.number("fill-opacity", l.fillOpacity, 1), 0), 1)
	l.strokeOpacity = min(max(e.number("stroke-opacity", l.strokeOpacity, 1), 0), 1)
	l.miter = e.number("stroke-miterlimit", l.miter, 1)
	l.dashOffset = e.number("stroke-dashoffset", l.dashOffset, 1)
	return l
}

func (p *svgPainter) children(e *element, m vector.Matrix, l look, depth int) {
	l = l.with(e)
	for _, k := range e.kids {
		p.element(k, m, l, depth+1)
	}
}

func (p *svgPainter) element(e *element, m vector.Matrix, l look, depth int) {
	if depth > svgDepth || p.budget <= 0 || e.attr["display"] == "none" || e.attr["visibility"] == "hidden" {
		return
	}
	if t := e.attr["transform"]; t != "" {
		m = m.Mul(transform(t))
	}
	switch e.name {
	case "g", "a", "switch":
		p.children(e, m, l, depth)
	case "svg":
		m = m.Mul(vector.Translate(e.number("x", 0, p.w), e.number("y", 0, p.h)))
		if box, ok := viewBox(e.attr["viewBox"]); ok {
			w, h := e.number("width", p.w, p.w), e.number("height", p.h, p.h)
			s := min(w/box[2], h/box[3])
			m = m.Mul(vector.Scale(s, s)).Mul(vector.Translate(-box[0], -box[1]))
		}
		p.children(e, m, l, depth)
	case "use":
		if p.uses++; p.uses > svgUses {
			return
		}
		if t := p.ids[strings.TrimPrefix(strings.TrimSpace(e.attr["href"]), "#")]; t != nil && strings.HasPrefix(strings.TrimSpace(e.attr["href"]), "#") {
			m = m.Mul(vector.Translate(e.number("x", 0, p.w), e.number("y", 0, p.h)))
			l = l.with(e)
			if t.name == "symbol" {
				p.children(t, m, l, depth+1)
			} else {
				p.element(t, m, l, depth+1)
			}
		}
	default:
		if s := p.shape(e); s != nil && !s.Empty() {
			p.paint(s, m, l.with(e))
		}
	}
}

// shape is the outline of a basic shape or path, nil for other elements.
func (p *svgPainter) shape(e *element) *vector.Path {
	s := &vector.Path{}
	switch e.name {
	case "path":
		pathData(s, e.attr["d"])
	case "rect":
		x, y, w, h := e.number("x", 0, p.w), e.number("y", 0, p.h), e.number("width", 0, p.w), e.number("height", 0, p.h)
		if !(w > 0) || !(h > 0) {
			return nil
		}
		rx, ry := e.number("rx", -1, p.w), e.number("ry", -1, p.h)
		if rx < 0 {
			rx = ry
		}
		if ry < 0 {
			ry = rx
		}
		r := [2]float64{min(max(rx, 0), w/2), min(max(ry, 0), h/2)}
		s.RoundRect(x, y, w, h, [4][2]float64{r, r, r, r})
	case "circle":
		if r := e.number("r", 0, math.Hypot(p.w, p.h)/math.Sqrt2); r > 0 {
			s.Ellipse(e.number("cx", 0, p.w), e.number("cy", 0, p.h), r, r)
		}
	case "ellipse":
		if rx, ry := e.number("rx", 0, p.w), e.number("ry", 0, p.h); rx > 0 && ry > 0 {
			s.Ellipse(e.number("cx", 0, p.w), e.number("cy", 0, p.h), rx, ry)
		}
	case "line":
		s.MoveTo(e.number("x1", 0, p.w), e.number("y1", 0, p.h))
		s.LineTo(e.number("x2", 0, p.w), e.number("y2", 0, p.h))
	case "polyline", "polygon":
		v := numbers(e.attr["points"])
		for i := 0; i+1 < len(v); i += 2 {
			if i == 0 {
				s.MoveTo(v[0], v[1])
			} else {
				s.LineTo(v[i], v[i+1])
			}
		}
		if e.name == "polygon" {
			s.Close()
		}
	default:
		return nil
	}
	return s
}

func (p *svgPainter) paint(s *vector.Path, m vector.Matrix, l look) {
	if c, g := p.color(l.fill, l, s); c.A != 0 || g != nil {
		p.fill(s, m, c, g, l.opacity*l.fillOpacity, l.evenOdd)
	}
	if c, g := p.color(l.stroke, l, s); c.A != 0 || g != nil {
		w, ok := length(l.width)
		if !ok || !(w > 0) {
			return
		}
		pen := vector.Pen{Width: w, MiterLimit: l.miter, Offset: l.dashOffset}
		switch l.join {
		case "round":
			pen.Join = vector.RoundJoin
		case "bevel":
			pen.Join = vector.Bevel
		}
		switch l.cap {
		case "round":
			pen.Cap = vector.RoundCap
		case "square":
			pen.Cap = vector.Square
		}
		if l.dash != "" && l.dash != "none" {
			pen.Dash = numbers(l.dash)
		}
		p.fill(s.Stroke(pen, m.Size()), m, c, g, l.opacity*l.strokeOpacity, false)
	}
}

// fill blends an outline.
func (p *svgPainter) fill(s *vector.Path, m vector.Matrix, c color.NRGBA, g func(x, y float64) color.NRGBA, opacity float64, evenOdd bool) {
	w, h := p.img.Rect.Dx(), p.img.Rect.Dy()
	p.budget -= w * h
	if p.budget < 0 {
		return
	}
	p.raster.Reset(w, h)
	p.raster.Add(s, m)
	inv, ok := m.Inverse()
	if g != nil && !ok {
		return
	}
	top, bottom := p.raster.Rows()
	for y := top; y < bottom; y++ {
		from, to := p.raster.Row(y, p.row, evenOdd)
		for x := from; x < to; x++ {
			k := c
			if g != nil {
				k = g(inv.Apply(float64(x)+0.5, float64(y)+0.5))
			}
			a := float64(p.row[x]) / 255 * float64(k.A) / 255 * opacity
			if a == 0 {
				continue
			}
			d := p.img.Pix[p.img.PixOffset(x, y):][:4]
			for i, v := range [4]float64{float64(k.R), float64(k.G), float64(k.B), 255} {
				d[i] = uint8(v*a + float64(d[i])*(1-a) + 0.5)
			}
		}
	}
}

// color reads a paint: a colour, or a gradient of the same file.
func (p *svgPainter) color(s string, l look, shape *vector.Path) (color.NRGBA, func(x, y float64) color.NRGBA) {
	s = strings.TrimSpace(s)
	if strings.HasPrefix(s, "url(") {
		id, rest, _ := strings.Cut(strings.TrimPrefix(s, "url("), ")")
		id = strings.Trim(id, `"' `)
		if e := p.ids[strings.TrimPrefix(id, "#")]; e != nil && strings.HasPrefix(id, "#") {
			if g := p.gradient(e, l, shape); g != nil {
				return color.NRGBA{}, g
			}
		}
		s = strings.TrimSpace(rest)
	}
	c, _ := svgColor(s, l.color)
	return c, nil
}

// gradient returns the colours of a gradient in the units of the shape.
func (p *svgPainter) gradient(e *element, l look, shape *vector.Path) func(x, y float64) color.NRGBA {
	type stop struct {
		at float64
		c  color.NRGBA
	}
	var stops []stop
	from := e
	for range 8 { // stops may be another gradient's
		if len(from.kids) > 0 {
			break
		}
		t := p.ids[strings.TrimPrefix(from.attr["href"], "#")]
		if t == nil {
			break
		}
		from = t
	}
	for _, k := range from.kids {
		if k.name != "stop" || len(stops) >= 64 {
			continue
		}
		c, ok := svgColor(k.attr["stop-color"], l.color)
		if !ok {
			c = color.NRGBA{A: 255}
		}
		c.A = uint8(float64(c.A) * min(max(k.number("stop-opacity", 1, 1), 0), 1))
		at := k.number("offset", 0, 1)
		if n := len(stops); n > 0 {
			at = max(at, stops[n-1].at)
		}
		stops = append(stops, stop{at, c})
	}
	if len(stops) == 0 {
		return nil
	}
	x0, y0, x1, y1 := shape.Bounds()
	unit := vector.Matrix{A: x1 - x0, D: y1 - y0, E: x0, F: y0}
	bw, bh := 1.0, 1.0
	if e.attr["gradientUnits"] == "userSpaceOnUse" {
		unit, bw, bh = vector.Identity, p.w, p.h
	}
	if t := e.attr["gradientTransform"]; t != "" {
		unit = unit.Mul(transform(t))
	}
	inv, ok := unit.Inverse()
	if !ok {
		return nil
	}
	at := func(x, y float64) float64 { return 0 }
	switch e.name {
	case "linearGradient":
		ax, ay, bx, by := e.number("x1", 0, bw), e.number("y1", 0, bh), e.number("x2", bw, bw), e.number("y2", 0, bh)
		dx, dy := bx-ax, by-ay
		d := dx*dx + dy*dy
		at = func(x, y float64) float64 {
			if d == 0 {
				return 1
			}
			return ((x-ax)*dx + (y-ay)*dy) / d
		}
	case "radialGradient":
		cx, cy, r := e.number("cx", bw/2, bw), e.number("cy", bh/2, bh), e.number("r", bw/2, bw)
		at = func(x, y float64) float64 {
			if r <= 0 {
				return 1
			}
			return math.Hypot(x-cx, y-cy) / r
		}
	default:
		return nil
	}
	spread := e.attr["spreadMethod"]
	return func(x, y float64) color.NRGBA {
		t := at(inv.Apply(x, y))
		switch spread {
		case "repeat":
			t -= math.Floor(t)
		case "reflect":
			t = math.Abs(t - 2*math.Floor(t/2+0.5))
		}
		if !(t > stops[0].at) {
			return stops[0].c
		}
		for i := 1; i < len(stops); i++ {
			if t <= stops[i].at {
				a, b := stops[i-1], stops[i]
				f := (t - a.at) / max(b.at-a.at, 1e-9)
				mix := func(u, v uint8) uint8 { return uint8(float64(u) + (float64(v)-float64(u))*f + 0.5) }
				return color.NRGBA{mix(a.c.R, b.c.R), mix(a.c.G, b.c.G), mix(a.c.B, b.c.B), mix(a.c.A, b.c.A)}
			}
		}
		return stops[len(stops)-1].c
	}
}
