package paint

import (
	"image"
	"image/color"
	"math"
	"sync"

	"github.com/postrider/postrider/views/html/display"
	"github.com/postrider/postrider/views/html/vector"
)

// canvas is what one call of Paint draws on. Coordinates are device pixels of the whole mail.
type canvas struct {
	img    *image.RGBA // premultiplied
	clip   image.Rectangle
	scale  float64
	opt    Options
	raster *vector.Raster
	side   *vector.Raster // of a border's sides
	row    []uint8
	row2   []uint8
	line   []uint8 // colours of a row, 4 bytes a pixel
	groups []group
	budget int // pixels that effects may still take; beyond it they are left out
}

// group is what was there before a Push.
type group struct {
	img     *image.RGBA // nil when the group needed no picture of its own
	clip    image.Rectangle
	opacity float64
	round   *vector.Path // the clip's outline, nil = a rectangle
}

// effectPixels bounds the blurs and groups of one call of Paint: some tenths of a second of work.
const effectPixels = 60 << 20

// afford takes pixels from the budget; false when it is spent.
func (c *canvas) afford(pixels int) bool {
	if pixels > c.budget {
		return false
	}
	c.budget -= pixels
	return true
}

var rasters = sync.Pool{New: func() any { return &vector.Raster{} }}

func newCanvas(img *image.RGBA, scale float64, o Options) *canvas {
	w := img.Rect.Dx()
	return &canvas{img: img, clip: img.Rect, scale: scale, opt: o, raster: rasters.Get().(*vector.Raster), side: rasters.Get().(*vector.Raster),
		row: make([]uint8, w), row2: make([]uint8, w), line: make([]uint8, 4*w), budget: effectPixels}
}

func (c *canvas) free() {
	rasters.Put(c.raster)
	rasters.Put(c.side)
}

// snap is the device pixel edge nearest to a CSS px.
func (c *canvas) snap(v float64) int {
	return int(math.Floor(within(v*c.scale, -1e8, 1e8) + 0.5))
}

// within bounds a number; what is none is the lower bound, or 0 where that is inside.
func within(v, low, high float64) float64 {
	if math.IsNaN(v) {
		return max(low, 0)
	}
	return min(max(v, low), high)
}

// sigma is the deviation of a blur in device pixels.
func (c *canvas) sigma(blur float64) float64 { return within(blur*c.scale/2, 0, 300) }

// pixels is a rectangle on whole pixels, empty where its size is negative.
func (c *canvas) pixels(r display.Rect) image.Rectangle {
	return image.Rectangle{Min: image.Pt(c.snap(r.X), c.snap(r.Y)), Max: image.Pt(c.snap(r.X+r.W), c.snap(r.Y+r.H))}
}

// div255 divides a product of two bytes by 255, rounded.
func div255(v uint32) uint32 { return (v + 128) * 257 >> 16 }

// solid is a premultiplied colour.
type solid struct{ r, g, b, a uint32 }

func premultiplied(n color.NRGBA) solid {
	a := uint32(n.A)
	return solid{div255(uint32(n.R) * a), div255(uint32(n.G) * a), div255(uint32(n.B) * a), a}
}

// fillRect fills whole pixels.
func (c *canvas) fillRect(r image.Rectangle, n color.NRGBA) {
	r = r.Intersect(c.clip)
	if r.Empty() || n.A == 0 {
		return
	}
	s := premultiplied(n)
	for y := r.Min.Y; y < r.Max.Y; y++ {
		i := c.img.PixOffset(r.Min.X, y)
		row := c.img.Pix[i : i+4*r.Dx()]
		if s.a == 255 {
			row[0], row[1], row[2], row[3] = uint8(s.r), uint8(s.g), uint8(s.b), 255
			for k := 4; k < len(row); k *= 2 {
				copy(row[k:], row[:k])
			}
			continue
		}
		inv := 255 - s.a
		for k := 0; k < len(row); k += 4 {
			row[k] = uint8(s.r + div255(uint32(row[k])*inv))
			row[k+1] = uint8(s.g + div255(uint32(row[k+1])*inv))
			row[k+2] = uint8(s.b + div255(uint32(row[k+2])*inv))
			row[k+3] = uint8(s.a + div255(uint32(row[k+3])*inv))
		}
	}
}

// cover blends a colour with coverage into a row that begins at x.
func (c *canvas) cover(x, y int, cov []uint8, s solid) {
	i := c.img.PixOffset(x, y)
	row := c.img.Pix[i : i+4*len(cov)]
	for k, v := range cov {
		if v == 0 {
			continue
		}
		m := uint32(v)
		p := row[4*k : 4*k+4 : 4*k+4]
		if m == 255 && s.a == 255 {
			p[0], p[1], p[2], p[3] = uint8(s.r), uint8(s.g), uint8(s.b), 255
			continue
		}
		inv := 255 - div255(s.a*m)
		p[0] = uint8(div255(s.r*m + uint32(p[0])*inv))
		p[1] = uint8(div255(s.g*m + uint32(p[1])*inv))
		p[2] = uint8(div255(s.b*m + uint32(p[2])*inv))
		p[3] = uint8(div255(s.a*m + uint32(p[3])*inv))
	}
}

// coverColors is cover with a colour for each pixel, premultiplied.
func (c *canvas) coverColors(x, y int, cov, colors []uint8) {
	i := c.img.PixOffset(x, y)
	row := c.img.Pix[i : i+4*len(cov)]
	for k, v := range cov {
		if v == 0 {
			continue
		}
		m := uint32(v)
		p, s := row[4*k:4*k+4:4*k+4], colors[4*k:4*k+4:4*k+4]
		inv := 255 - div255(uint32(s[3])*m)
		for j := range 4 {
			p[j] = uint8(div255(uint32(s[j])*m + uint32(p[j])*inv))
		}
	}
}

// shader gives the colours of a row, premultiplied, 4 bytes a pixel.
type shader func(x, y int, dst []uint8)

// fillPath fills an outline, whose units are device pixels when m is the identity, with a colour.
func (c *canvas) fillPath(p *vector.Path, m vector.Matrix, n color.NRGBA) {
	if n.A == 0 {
		return
	}
	s := premultiplied(n)
	c.coverage(p, m, func(x, y int, cov []uint8) { c.cover(x, y, cov, s) })
}

// shadePath fills an outline with what a shader gives.
func (c *canvas) shadePath(p *vector.Path, m vector.Matrix, s shader) {
	c.coverage(p, m, func(x, y int, cov []uint8) {
		line := c.line[:4*len(cov)]
		s(x, y, line)
		c.coverColors(x, y, cov, line)
	})
}

// coverage calls do for the part of each row that an outline covers.
func (c *canvas) coverage(p *vector.Path, m vector.Matrix, do func(x, y int, cov []uint8)) {
	r := extent(p, m).Intersect(c.clip)
	if r.Empty() {
		return
	}
	c.raster.Reset(r.Dx(), r.Dy())
	c.raster.Add(p, vector.Translate(-float64(r.Min.X), -float64(r.Min.Y)).Mul(m))
	top, bottom := c.raster.Rows()
	for y := top; y < bottom; y++ {
		if from, to := c.raster.Row(y, c.row, false); from < to {
			do(r.Min.X+from, r.Min.Y+y, c.row[from:to])
		}
	}
}

// extent is the rectangle of pixels that an outline touches.
func extent(p *vector.Path, m vector.Matrix) image.Rectangle {
	x0, y0, x1, y1 := p.Bounds()
	ax, ay := m.Apply(x0, y0)
	bx, by := ax, ay
	for _, q := range [][2]float64{{x1, y0}, {x0, y1}, {x1, y1}} {
		x, y := m.Apply(q[0], q[1])
		ax, ay, bx, by = min(ax, x), min(ay, y), max(bx, x), max(by, y)
	}
	lim := func(v float64) int { return int(within(v, -1e8, 1e8)) }
	return image.Rect(lim(math.Floor(ax)), lim(math.Floor(ay)), lim(math.Ceil(bx)), lim(math.Ceil(by)))
}

// push begins a group; false when nothing of it can be seen.
func (c *canvas) push(v *display.Push, effects bool) bool {
	clip := c.clip
	g := group{clip: c.clip, opacity: 1}
	if v.Clip {
		r := c.pixels(v.Rect)
		clip = clip.Intersect(r)
		if rounded(v.Radius) && effects {
			g.round = roundPath(r, scaled(v.Radius, c.scale))
			// Where no corner reaches there is nothing to round.
			if inside(clip, r, v.Radius, c.scale) {
				g.round = nil
			}
		}
	}
	if effects && v.Opacity < 1 {
		g.opacity = max(v.Opacity, 0)
	}
	if clip.Empty() || v.Opacity <= 0 {
		return false
	}
	if (g.opacity < 1 || g.round != nil) && c.afford(clip.Dx()*clip.Dy()) {
		g.img = c.img
		c.img = image.NewRGBA(clip)
	}
	c.groups = append(c.groups, g)
	c.clip = clip
	return true
}

// pop puts the last group onto what was there before.
func (c *canvas) pop() {
	n := len(c.groups) - 1
	if n < 0 {
		return
	}
	g := c.groups[n]
	c.groups = c.groups[:n]
	src, r := c.img, c.clip
	c.clip = g.clip
	if g.img == nil {
		return
	}
	c.img = g.img
	alpha := uint32(g.opacity*255 + 0.5)
	blend := func(x, y int, cov []uint8) {
		if alpha != 255 {
			for k, v := range cov {
				cov[k] = uint8(div255(uint32(v) * alpha))
			}
		}
		i := src.PixOffset(x, y)
		c.coverColors(x, y, cov, src.Pix[i:i+4*len(cov)])
	}
	if g.round != nil {
		save := c.clip
		c.clip = r
		c.coverage(g.round, vector.Identity, blend)
		c.clip = save
		return
	}
	for y := r.Min.Y; y < r.Max.Y; y++ {
		cov := c.row[:r.Dx()]
		for k := range cov {
			cov[k] = 255
		}
		blend(r.Min.X, y, cov)
	}
}
