package paint

import (
	"image"
	"math"

	"github.com/postrider/postrider/views/html/display"
	"github.com/postrider/postrider/views/html/style"
	"github.com/postrider/postrider/views/html/vector"
)

const maxShadow = 8 << 20 // pixels of one blurred mask

// dropShadow paints the shadow of a box, outside it only.
func (c *canvas) dropShadow(f frame, s style.Shadow) {
	n := s.Color
	if n.A == 0 {
		return
	}
	spread := int(within(math.Round(s.Spread*c.scale), -1e6, 1e6))
	r := f.outer.Inset(-spread).Add(image.Pt(c.snap(s.X), c.snap(s.Y)))
	if r.Empty() {
		return
	}
	radius := f.radius
	for i := range radius {
		if radius[i][0] > 0 {
			radius[i][0], radius[i][1] = max(radius[i][0]+float64(spread), 0), max(radius[i][1]+float64(spread), 0)
		}
	}
	p := roundPath(r, radius)
	sigma := c.sigma(s.Blur)
	hole := roundPath(f.outer, f.radius)
	c.blurred(p, r, sigma, func(x, y int, cov []uint8) {
		c.cover(x, y, cov, premultiplied(n))
	}, hole)
}

// innerShadow paints a shadow that falls from a box's edge onto its padding.
func (c *canvas) innerShadow(f frame, s style.Shadow) {
	n := s.Color
	if n.A == 0 || f.inner.Empty() {
		return
	}
	spread := int(within(math.Round(s.Spread*c.scale), -1e6, 1e6))
	hole := f.inner.Inset(spread).Add(image.Pt(c.snap(s.X), c.snap(s.Y)))
	sigma := c.sigma(s.Blur)
	far := int(3*sigma) + 2
	outer := f.inner.Inset(-far)
	if !hole.Empty() {
		outer = outer.Union(hole.Inset(-far))
	}
	p := &vector.Path{}
	p.Rect(float64(outer.Min.X), float64(outer.Min.Y), float64(outer.Dx()), float64(outer.Dy()))
	if !hole.Empty() {
		w, h := float64(hole.Dx()), float64(hole.Dy())
		d := float64(spread)
		p.RoundHole(float64(hole.Min.X), float64(hole.Min.Y), w, h, fit(shrunk(f.innerRadius(), d, d, d, d), w, h))
	}
	save := c.clip
	c.clip = c.clip.Intersect(f.inner)
	ink := premultiplied(n)
	if !rounded(f.radius) {
		c.blurred(p, outer, sigma, func(x, y int, cov []uint8) { c.cover(x, y, cov, ink) }, nil)
	} else {
		c.side.Reset(max(c.clip.Dx(), 1), max(c.clip.Dy(), 1))
		c.side.Add(roundPath(f.inner, f.innerRadius()), vector.Translate(-float64(c.clip.Min.X), -float64(c.clip.Min.Y)))
		clip := c.clip
		c.blurred(p, outer, sigma, func(x, y int, cov []uint8) {
			mask := c.row2[:clip.Dx()]
			c.side.Row(y-clip.Min.Y, mask, false)
			for k := range cov {
				cov[k] = uint8(div255(uint32(cov[k]) * uint32(mask[x-clip.Min.X+k])))
			}
			c.cover(x, y, cov, ink)
		}, nil)
	}
	c.clip = save
}

// blurred calls do with the rows of an outline's coverage after a Gaussian blur of sigma device pixels, without what lies in hole.
func (c *canvas) blurred(p *vector.Path, bounds image.Rectangle, sigma float64, do func(x, y int, cov []uint8), hole *vector.Path) {
	far := int(math.Ceil(3*sigma)) + 1
	seen := bounds.Inset(-far).Intersect(c.clip)
	if seen.Empty() {
		return
	}
	// Only what can reach the seen part is rasterised.
	work := seen.Inset(-far)
	if n := work.Dx() * work.Dy(); n > maxShadow || !c.afford(2*n) {
		return
	}
	m := image.NewAlpha(work)
	c.raster.Reset(work.Dx(), work.Dy())
	c.raster.Add(p, vector.Translate(-float64(work.Min.X), -float64(work.Min.Y)))
	for y := range work.Dy() {
		c.raster.Row(y, m.Pix[y*m.Stride:y*m.Stride+work.Dx()], false)
	}
	blur(m, sigma)
	cut := []uint8(nil)
	if hole != nil {
		c.raster.Reset(seen.Dx(), seen.Dy())
		c.raster.Add(hole, vector.Translate(-float64(seen.Min.X), -float64(seen.Min.Y)))
		cut = c.row[:seen.Dx()]
	}
	for y := seen.Min.Y; y < seen.Max.Y; y++ {
		cov := m.Pix[m.PixOffset(seen.Min.X, y):][:seen.Dx()]
		if cut != nil {
			c.raster.Row(y-seen.Min.Y, cut, false)
			for k, v := range cut {
				cov[k] = uint8(div255(uint32(cov[k]) * uint32(255-v)))
			}
		}
		do(seen.Min.X, y, cov)
	}
}

// blur is three box blurs each way, which come within 3 % of a Gaussian one.
func blur(m *image.Alpha, sigma float64) {
	if sigma < 0.3 {
		return
	}
	d := int(math.Floor(sigma*3*math.Sqrt(2*math.Pi)/4 + 0.5))
	if d < 2 {
		d = 2
	}
	w, h := m.Rect.Dx(), m.Rect.Dy()
	buf := make([]uint8, max(w, h))
	out := make([]uint8, max(w, h))
	pass := func(n int, at func(i int) *uint8) {
		for i := range n {
			buf[i] = *at(i)
		}
		for k := range 3 {
			left, size := (d-1)/2, d
			if d%2 == 0 {
				// Two blurs of even width, shifted each way, and one wider by one.
				switch k {
				case 0:
					left = d / 2
				case 1:
					left = d/2 - 1
				default:
					left, size = d/2, d+1
				}
			}
			boxBlur(buf[:n], out[:n], left, size)
			copy(buf[:n], out[:n])
		}
		for i := range n {
			*at(i) = buf[i]
		}
	}
	for y := range h {
		row := m.Pix[y*m.Stride:]
		pass(w, func(i int) *uint8 { return &row[i] })
	}
	for x := range w {
		pass(h, func(i int) *uint8 { return &m.Pix[i*m.Stride+x] })
	}
}

// boxBlur averages size values, left of them before each place. Beyond the ends is nothing.
func boxBlur(in, out []uint8, left, size int) {
	sum := 0
	n := len(in)
	for i := -left; i < size-left-1; i++ {
		if i >= 0 && i < n {
			sum += int(in[i])
		}
	}
	for i := range n {
		if k := i + size - left - 1; k >= 0 && k < n {
			sum += int(in[k])
		}
		out[i] = uint8((sum + size/2) / size)
		if k := i - left; k >= 0 && k < n {
			sum -= int(in[k])
		}
	}
}

// textShadow paints the letters of a run once more, blurred.
func (c *canvas) textShadow(r *display.Run, s style.Shadow) {
	n := s.Color
	if n.A == 0 {
		return
	}
	if s.Blur <= 0 {
		c.letters(r, s.X*c.scale, s.Y*c.scale, n)
		return
	}
	sigma := c.sigma(s.Blur)
	far := int(math.Ceil(3*sigma)) + 1
	grow := r.Shaped.Size
	area := c.pixels(display.Rect{X: r.X - grow + s.X, Y: r.Y - grow + s.Y, W: r.W + 2*grow, H: r.H + 2*grow}).Inset(-far)
	seen := area.Intersect(c.clip)
	if seen.Empty() {
		return
	}
	work := seen.Inset(-far)
	if n := work.Dx() * work.Dy(); n > maxShadow || !c.afford(2*n) {
		return
	}
	l := newCanvas(image.NewRGBA(work), c.scale, Options{})
	defer l.free()
	opaque := n
	opaque.A = 255
	l.letters(r, s.X*c.scale, s.Y*c.scale, opaque)
	m := image.NewAlpha(work)
	for i := range m.Pix {
		m.Pix[i] = l.img.Pix[4*i+3]
	}
	blur(m, sigma)
	ink := premultiplied(n)
	for y := seen.Min.Y; y < seen.Max.Y; y++ {
		c.cover(seen.Min.X, y, m.Pix[m.PixOffset(seen.Min.X, y):][:seen.Dx()], ink)
	}
}
