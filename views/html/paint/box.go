package paint

import (
	"image"
	"image/color"
	"math"

	"github.com/postrider/postrider/views/html/display"
	"github.com/postrider/postrider/views/html/style"
	"github.com/postrider/postrider/views/html/vector"
)

// frame is a box on the device: its edge, the widths of its borders and its radii in device pixels.
type frame struct {
	outer, inner image.Rectangle
	width        [4]int
	radius       [4][2]float64
}

// thickness is a border's width in device pixels: whole ones, never less than one.
func (c *canvas) thickness(w float64) int {
	if !(w > 0) {
		return 0
	}
	return max(1, int(within(math.Floor(w*c.scale+1e-6), 0, 1e6)))
}

func (c *canvas) frame(b *display.Box) frame {
	f := frame{outer: c.pixels(b.Rect)}
	for i, s := range b.Border {
		if s.Line != style.NoLine && s.Line != style.Hidden {
			f.width[i] = c.thickness(s.Width)
		}
	}
	f.inner = image.Rectangle{
		Min: image.Pt(f.outer.Min.X+f.width[style.Left], f.outer.Min.Y+f.width[style.Top]),
		Max: image.Pt(f.outer.Max.X-f.width[style.Right], f.outer.Max.Y-f.width[style.Bottom]),
	}
	if rounded(b.Radius) {
		f.radius = fit(scaled(b.Radius, c.scale), float64(f.outer.Dx()), float64(f.outer.Dy()))
	}
	return f
}

// innerRadius are the radii of the padding edge.
func (f *frame) innerRadius() [4][2]float64 {
	return shrunk(f.radius, float64(f.width[0]), float64(f.width[1]), float64(f.width[2]), float64(f.width[3]))
}

// box paints shadows, background and borders.
func (c *canvas) box(b *display.Box) {
	f := c.frame(b)
	if f.outer.Empty() {
		return
	}
	for i := len(b.Shadows) - 1; i >= 0; i-- {
		if !b.Shadows[i].Inset {
			c.dropShadow(f, b.Shadows[i])
		}
	}
	if n := b.Color; n.A != 0 {
		r, radius := f.outer, f.radius
		switch b.ClipArea {
		case style.PaddingArea:
			r, radius = f.inner, f.innerRadius()
		case style.ContentArea:
			r, radius = c.content(b, f)
		}
		if rounded(radius) && !inside(c.clip, r, radius, 1) {
			c.fillPath(roundPath(r, radius), vector.Identity, n)
		} else {
			c.fillRect(r, n)
		}
	}
	for i := len(b.Layers) - 1; i >= 0; i-- {
		c.layer(b, f, &b.Layers[i])
	}
	for i := len(b.Shadows) - 1; i >= 0; i-- {
		if b.Shadows[i].Inset {
			c.innerShadow(f, b.Shadows[i])
		}
	}
	c.border(b, f)
	if o := b.Outline; o.Width > 0 && o.Line != style.NoLine && o.Line != style.Hidden {
		w := c.thickness(o.Width)
		out := frame{outer: f.outer.Inset(-w), inner: f.outer, width: [4]int{w, w, w, w}}
		c.border(&display.Box{Border: [4]style.Border{o, o, o, o}}, out)
	}
}

// content is the box without its padding.
func (c *canvas) content(b *display.Box, f frame) (image.Rectangle, [4][2]float64) {
	var p [4]int
	if b.Node != nil && b.Node.Style != nil {
		for i, l := range b.Node.Style.Padding {
			p[i] = c.snap(l.Resolve(b.W))
		}
	}
	r := image.Rectangle{Min: image.Pt(f.inner.Min.X+p[3], f.inner.Min.Y+p[0]), Max: image.Pt(f.inner.Max.X-p[1], f.inner.Max.Y-p[2])}
	return r, shrunk(f.innerRadius(), float64(p[0]), float64(p[1]), float64(p[2]), float64(p[3]))
}

// layer paints one background image.
func (c *canvas) layer(b *display.Box, f frame, l *display.Layer) {
	area := c.pixels(l.Area)
	seen := area.Intersect(c.clip)
	if seen.Empty() {
		return
	}
	tile := c.pixels(l.Tile)
	if tile.Dx() <= 0 || tile.Dy() <= 0 || area.Empty() {
		return
	}
	var shade shader
	if l.Gradient != nil {
		shade = c.gradient(l.Gradient, tile, l.Tile.W*c.scale, l.Tile.H*c.scale)
	} else if c.opt.Pictures != nil {
		if m := c.opt.Pictures.Scaled(l.URL, tile.Dx(), tile.Dy()); m != nil {
			shade = func(x, y int, dst []uint8) {
				i := (y-tile.Min.Y)*m.Stride + 4*(x-tile.Min.X)
				copy(dst, m.Pix[i:i+len(dst)])
			}
		}
	}
	if shade == nil {
		return
	}
	xs := places(tile.Min.X, tile.Dx(), area.Min.X, area.Max.X, l.RepeatX)
	ys := places(tile.Min.Y, tile.Dy(), area.Min.Y, area.Max.Y, l.RepeatY)
	draw := shader(func(x, y int, dst []uint8) {
		clear(dst)
		ty, ok := ys.find(y)
		if !ok {
			return
		}
		for i := 0; i < len(dst)/4; {
			tx, ok := xs.find(x + i)
			if !ok {
				i++
				continue
			}
			n := min(len(dst)/4-i, tile.Dx()-tx)
			shade(tile.Min.X+tx, tile.Min.Y+ty, dst[4*i:4*(i+n)])
			i += n
		}
	})
	round := f.radius
	if area != f.outer {
		round = f.innerRadius()
		if area != f.inner {
			round = [4][2]float64{}
			if rounded(f.radius) {
				// Something else than a box of its own: clip by the border edge.
				round = f.radius
			}
		}
	}
	if rounded(round) && !inside(seen, f.outer, f.radius, 1) {
		edge := area
		if area != f.outer && area != f.inner {
			edge = f.outer
		}
		save := c.clip
		c.clip = seen
		c.shadePath(roundPath(edge, round), vector.Identity, draw)
		c.clip = save
		return
	}
	cov := c.row2[:seen.Dx()]
	for i := range cov {
		cov[i] = 255
	}
	line := c.line[:4*seen.Dx()]
	for y := seen.Min.Y; y < seen.Max.Y; y++ {
		draw(seen.Min.X, y, line)
		c.coverColors(seen.Min.X, y, cov, line)
	}
}

// grid says where the tiles of one direction are.
type grid struct {
	start, size, step int
	once              bool
}

// places spreads tiles of size that begin at start over an area.
func places(start, size, from, to int, r style.Repeat) grid {
	g := grid{start: start, size: size, step: size}
	switch r {
	case style.NoRepeat:
		g.once = true
	case style.Space:
		if n := (to - from) / size; n > 1 {
			g.start, g.step = from, size+(to-from-n*size)/(n-1)
		} else {
			g.once = true
		}
	}
	return g
}

// find returns where within its tile a pixel lies.
func (g grid) find(x int) (int, bool) {
	d := x - g.start
	if !g.once {
		if d %= g.step; d < 0 {
			d += g.step
		}
	}
	return d, d >= 0 && d < g.size
}

// image paints a picture.
// drawn is where the whole of a picture goes.
func (c *canvas) drawn(v *display.Image) image.Rectangle {
	if v.Draw == (display.Rect{}) {
		return c.pixels(v.Rect)
	}
	return c.pixels(v.Draw)
}

func (c *canvas) image(v *display.Image) {
	if v.Missing || c.opt.Pictures == nil || v.URL == "" {
		return
	}
	draw := c.drawn(v)
	seen := c.clip.Intersect(draw)
	if v.Clip != (display.Rect{}) {
		seen = seen.Intersect(c.pixels(v.Clip))
	}
	if seen.Empty() {
		return
	}
	m := c.opt.Pictures.Scaled(v.URL, draw.Dx(), draw.Dy())
	if m == nil {
		return
	}
	shade := func(x, y int, dst []uint8) {
		i := (y-draw.Min.Y)*m.Stride + 4*(x-draw.Min.X)
		copy(dst, m.Pix[i:i+len(dst)])
	}
	save := c.clip
	c.clip = seen
	defer func() { c.clip = save }()
	box := c.pixels(v.Rect)
	if radius := scaled(v.Radius, c.scale); rounded(radius) && !inside(seen, box, radius, 1) {
		c.shadePath(roundPath(box, radius), vector.Identity, shade)
		return
	}
	cov := c.row2[:seen.Dx()]
	for i := range cov {
		cov[i] = 255
	}
	for y := seen.Min.Y; y < seen.Max.Y; y++ {
		i := (y-draw.Min.Y)*m.Stride + 4*(seen.Min.X-draw.Min.X)
		c.coverColors(seen.Min.X, y, cov, m.Pix[i:i+4*len(cov)])
	}
}

func withAlpha(n color.NRGBA, a float64) color.NRGBA {
	n.A = uint8(float64(n.A)*a + 0.5)
	return n
}
