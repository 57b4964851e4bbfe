package paint

import (
	"image"
	"image/color"
	"math"
	"unicode"
	"unicode/utf8"

	"github.com/go-text/typesetting/font/opentype/tables"

	"github.com/postrider/postrider/views/html/display"
	"github.com/postrider/postrider/views/html/style"
	"github.com/postrider/postrider/views/html/vector"
)

func glyphID(id uint32) tables.GlyphID { return tables.GlyphID(id) }

// run paints text: shadows, lines under and over it, letters, the line through it.
func (c *canvas) run(r *display.Run) {
	if r.Feed {
		return
	}
	for i := len(r.Shadows) - 1; i >= 0; i-- {
		c.textShadow(r, r.Shadows[i])
	}
	through := r.Base - r.Shaped.Size*0.18 // what is above this and below the ascent goes through the letters
	for _, d := range r.Decoration {
		if d.Y > through || d.Y+d.Thick < r.Base-r.Shaped.Size*0.6 {
			c.decorate(r, d)
		}
	}
	c.letters(r, 0, 0, r.Color)
	for _, d := range r.Decoration {
		if !(d.Y > through || d.Y+d.Thick < r.Base-r.Shaped.Size*0.6) {
			c.decorate(r, d)
		}
	}
}

// letters draws the glyphs, moved by dx, dy device pixels.
func (c *canvas) letters(r *display.Run, dx, dy float64, n color.NRGBA) {
	if n.A == 0 || r.Shaped.Face == nil || r.Shaped.Size <= 0 {
		return
	}
	size := r.Shaped.Size * c.scale
	y := math.Floor(r.Base*c.scale + dy + 0.5)
	x := r.X*c.scale + dx
	ink := inked(n)
	f := r.Shaped.Face
	k := glyphKey{face: f.ID(), size: float32(size), bold: r.Shaped.FakeBold, italic: r.Shaped.FakeItalic}
	left, right := float64(c.clip.Min.X)-2*size, float64(c.clip.Max.X)+2*size
	for _, g := range r.Shaped.Glyphs {
		gx := x + g.X*c.scale
		x += g.Advance * c.scale
		if gx < left {
			continue
		}
		if gx > right {
			break
		}
		k.id = g.ID
		gy := int(math.Floor(y + g.Y*c.scale + 0.5))
		if size > maxGlyph {
			c.bigLetter(r, k, gx, float64(gy), n)
			continue
		}
		var px int
		px, k.part = subpixel(gx)
		gl := glyphOf(f, k)
		switch {
		case gl == nil:
		case gl.color != nil:
			c.stamp(gl.color, px+gl.x, gy+gl.y, n.A)
		default:
			c.mask(gl.mask, px+gl.x, gy+gl.y, ink)
		}
	}
}

// bigLetter fills a letter that is not worth keeping.
func (c *canvas) bigLetter(r *display.Run, k glyphKey, x, y float64, n color.NRGBA) {
	if g, ok := colorGlyph(r.Shaped.Face, k); ok {
		if g != nil && g.color != nil {
			c.stamp(g.color, int(math.Round(x))+g.x, int(y)+g.y, n.A)
		}
		return
	}
	p := Outline(r.Shaped.Face, k.id)
	if k.bold {
		p = bolder(r.Shaped.Face, k.id, float64(k.size))
	}
	if p == nil {
		return
	}
	k.part = 0
	c.fillPath(p, vector.Translate(x, y).Mul(letter(r.Shaped.Face, k)), n)
}

// ink is a text colour with the curve that makes thin strokes as strong as browsers draw them.
type ink struct {
	solid
	curve *[256]uint8
}

// mask draws a letter.
func (c *canvas) mask(m *image.Alpha, x, y int, s ink) {
	r := m.Rect.Add(image.Pt(x, y)).Intersect(c.clip)
	for yy := r.Min.Y; yy < r.Max.Y; yy++ {
		src := m.Pix[(yy-y)*m.Stride+r.Min.X-x : (yy-y)*m.Stride+r.Max.X-x]
		i := c.img.PixOffset(r.Min.X, yy)
		row := c.img.Pix[i : i+4*len(src)]
		for k, v := range src {
			if v == 0 {
				continue
			}
			a := uint32(s.curve[v])
			p := row[4*k : 4*k+4 : 4*k+4]
			inv := 255 - div255(s.a*a)
			p[0] = uint8(div255(s.r*a + uint32(p[0])*inv))
			p[1] = uint8(div255(s.g*a + uint32(p[1])*inv))
			p[2] = uint8(div255(s.b*a + uint32(p[2])*inv))
			p[3] = uint8(div255(s.a*a + uint32(p[3])*inv))
		}
	}
}

// stamp draws a picture at its own size.
func (c *canvas) stamp(src *image.RGBA, x, y int, alpha uint8) {
	r := src.Rect.Sub(src.Rect.Min).Add(image.Pt(x, y)).Intersect(c.clip)
	if r.Empty() {
		return
	}
	cov := c.row[:r.Dx()]
	for i := range cov {
		cov[i] = alpha
	}
	for yy := r.Min.Y; yy < r.Max.Y; yy++ {
		i := (yy-y)*src.Stride + 4*(r.Min.X-x)
		c.coverColors(r.Min.X, yy, cov, src.Pix[i:i+4*r.Dx()])
	}
}

// decorate draws one line of a run.
func (c *canvas) decorate(r *display.Run, d display.Decoration) {
	n := d.Color
	x0, x1 := r.X*c.scale, (r.X+r.W)*c.scale
	thick := within(math.Round(d.Thick*c.scale), 1, 1000)
	if !(x1 > x0) || x1-x0 > 1e7 {
		return
	}
	y := math.Floor(d.Y*c.scale + 0.5)
	switch d.Line {
	case style.NoLine, style.Hidden:
	case style.Double:
		c.bar(x0, y, x1-x0, thick, n)
		c.bar(x0, y+2*thick, x1-x0, thick, n)
	case style.Dotted, style.Dashed:
		c.dashes(x0, y+thick/2, x1, y+thick/2, thick, d.Line == style.Dotted, n)
	case style.Wavy:
		c.wave(x0, x1, y+thick/2, thick, n)
	default:
		c.under(r, x0, x1, y, thick, n)
	}
}

// bar fills a rectangle whose left and right edges may lie within pixels.
func (c *canvas) bar(x, y, w, h float64, n color.NRGBA) {
	var p vector.Path
	p.Rect(x, y, w, h)
	c.fillPath(&p, vector.Identity, n)
}

// wave draws a wavy line under y, in the measures of Chromium.
func (c *canvas) wave(x0, x1, y, thick float64, n color.NRGBA) {
	length := 1 + 2*math.Round(2*thick+0.5)
	control := 0.5 + math.Round(3*thick+0.5)
	y += thick + 1
	// Waves begin at the line's start; those left of what is seen are not drawn.
	from := x0 + math.Floor(max(float64(c.clip.Min.X)-x0-length, 0)/length)*length
	to := min(x1, float64(c.clip.Max.X)+length)
	var p vector.Path
	p.MoveTo(from, y)
	for x := from; x < to; x += length {
		p.CubeTo(x+length/2, y+control, x+length/2, y-control, x+length, y)
	}
	save := c.clip
	c.clip = c.clip.Intersect(image.Rect(int(math.Floor(within(x0, -1e8, 1e8))), -1e8, int(math.Ceil(within(x1, -1e8, 1e8))), 1e8))
	c.fillPath(p.Stroke(vector.Pen{Width: thick, Join: vector.RoundJoin}, 1), vector.Identity, n)
	c.clip = save
}

// under draws a straight underline, interrupted where letters cross it.
func (c *canvas) under(r *display.Run, x0, x1, y, thick float64, n color.NRGBA) {
	size := r.Shaped.Size * c.scale
	if r.Shaped.Face == nil || size > maxGlyph || r.Shaped.Face.Colored() || y < r.Base*c.scale {
		c.bar(x0, y, x1-x0, thick, n)
		return
	}
	f := r.Shaped.Face
	k := glyphKey{face: f.ID(), size: float32(size), bold: r.Shaped.FakeBold, italic: r.Shaped.FakeItalic}
	top, bottom := int(y), int(y+thick)
	base := int(math.Floor(r.Base*c.scale + 0.5))
	pad := min(thick, 13)
	at, pen := x0, r.X*c.scale
	for _, g := range r.Shaped.Glyphs {
		gx := pen + g.X*c.scale
		pen += g.Advance * c.scale
		if gx > float64(c.clip.Max.X)+size {
			break
		}
		if gx < float64(c.clip.Min.X)-3*size {
			continue
		}
		if g.Cluster < len(r.Text) && ideographic(r.Text[g.Cluster:]) {
			continue // a line under these is not interrupted, as in browsers
		}
		k.id = g.ID
		var px int
		px, k.part = subpixel(gx)
		gl := glyphOf(f, k)
		if gl == nil || gl.mask == nil {
			continue
		}
		oy := base + int(math.Floor(g.Y*c.scale+0.5)) + gl.y
		from, to := crossed(gl.mask, top-oy, bottom-oy)
		if from >= to {
			continue
		}
		a, z := float64(px+gl.x+from)-pad, float64(px+gl.x+to)+pad
		if a > at {
			c.bar(at, y, min(a, x1)-at, thick, n)
		}
		at = max(at, z)
	}
	if at < x1 {
		c.bar(at, y, x1-at, thick, n)
	}
}

// crossed is the range of columns in which a mask has ink between two rows.
func crossed(m *image.Alpha, top, bottom int) (from, to int) {
	w := m.Rect.Dx()
	from, to = w, 0
	for y := max(top, 0); y < min(bottom, m.Rect.Dy()); y++ {
		for x, v := range m.Pix[y*m.Stride : y*m.Stride+w] {
			if v > 40 {
				from, to = min(from, x), max(to, x+1)
			}
		}
	}
	return from, to
}

// ideographic tells whether a text begins with a character of Chinese, Japanese or Korean.
func ideographic(t string) bool {
	r, _ := utf8.DecodeRuneInString(t)
	return r >= 0x1100 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Bopomofo)
}
