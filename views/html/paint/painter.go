package paint

import (
	"context"
	"image"
	"math"
	"slices"

	"github.com/postrider/postrider/views/html/display"
)

// Pictures gives the decoded pictures of a mail. Implementations are safe for concurrent use and fast for what was asked before.
type Pictures interface {
	// Scaled returns the picture of a URL as written in the mail, w by h device pixels, nil when there is none. The result is shared: it must not be changed.
	Scaled(url string, w, h int) *image.RGBA
}

// Options of a painter. The zero value paints everything but pictures.
type Options struct {
	Pictures Pictures
}

// Painter paints one display list.
type Painter struct {
	list  *display.List
	opt   Options
	bands [][]int32 // item indexes that cross each band, in painting order
	ends  []int32   // of each Push: the index of its Pop
}

const (
	bandHeight = 128.0 // CSS px
	maxBands   = 8192  // a mail of a million px
	maxGroups  = 64    // nested; deeper ones are painted without their effect
)

// New indexes a list.
func New(l *display.List, o Options) *Painter {
	p := &Painter{list: l, opt: o}
	n := min(int(l.Height/bandHeight)+1, maxBands)
	p.bands = make([][]int32, max(n, 1))
	p.ends = make([]int32, len(l.Items))
	type open struct {
		at   int
		clip display.Rect
	}
	everything := display.Rect{X: -1e9, Y: -1e9, W: 2e9, H: 2e9}
	var stack []open
	for i, it := range l.Items {
		clip := everything
		if len(stack) > 0 {
			clip = stack[len(stack)-1].clip
		}
		switch v := it.(type) {
		case *display.Push:
			if v.Clip {
				clip = intersect(clip, v.Rect)
			}
			stack = append(stack, open{i, clip})
			p.ends[i] = int32(len(l.Items))
			p.put(i, clip)
		case display.Pop, *display.Pop:
			if len(stack) > 0 {
				o := stack[len(stack)-1]
				stack = stack[:len(stack)-1]
				p.ends[o.at] = int32(i)
				p.put(i, o.clip)
			}
		default:
			p.put(i, intersect(clip, reach(it)))
		}
	}
	return p
}

// put enters an item into the bands that it crosses.
func (p *Painter) put(i int, r display.Rect) {
	if !(r.W >= 0) || !(r.H >= 0) {
		return
	}
	last := len(p.bands) - 1
	from := int(math.Floor(min(max(r.Y/bandHeight, 0), float64(last))))
	to := int(math.Floor(min(max((r.Y+r.H)/bandHeight, 0), float64(last))))
	for b := from; b <= to; b++ {
		p.bands[b] = append(p.bands[b], int32(i))
	}
}

// reach is where an item may leave ink.
func reach(it display.Item) display.Rect {
	r := it.Bounds()
	grow := 1.0
	switch v := it.(type) {
	case *display.Box:
		grow = max(grow, v.Outline.Width+1)
		for _, s := range v.Shadows {
			if !s.Inset {
				grow = max(grow, s.Blur*1.5+math.Abs(s.Spread)+max(math.Abs(s.X), math.Abs(s.Y))+2)
			}
		}
	case *display.Run:
		grow = v.Shaped.Size
		for _, s := range v.Shadows {
			grow = max(grow, v.Shaped.Size+s.Blur*1.5+max(math.Abs(s.X), math.Abs(s.Y)))
		}
	}
	return display.Rect{X: r.X - grow, Y: r.Y - grow, W: r.W + 2*grow, H: r.H + 2*grow}
}

func intersect(a, b display.Rect) display.Rect {
	x0, y0 := max(a.X, b.X), max(a.Y, b.Y)
	x1, y1 := min(a.X+a.W, b.X+b.W), min(a.Y+a.H, b.Y+b.H)
	return display.Rect{X: x0, Y: y0, W: x1 - x0, H: y1 - y0}
}

// Paint draws what is in r, given in CSS px, at scale device pixels a px into dst, whose top left corner is r's. What dst holds already shines through where the
// mail paints nothing. It stops with the context's error when that is done.
func (p *Painter) Paint(ctx context.Context, dst *image.RGBA, r display.Rect, scale float64) error {
	if !(scale > 0) || scale > 64 || dst.Bounds().Empty() {
		return nil
	}
	x, y := int(math.Round(r.X*scale)), int(math.Round(r.Y*scale))
	b := dst.Bounds()
	c := newCanvas(&image.RGBA{Pix: dst.Pix[dst.PixOffset(b.Min.X, b.Min.Y):], Stride: dst.Stride, Rect: image.Rect(x, y, x+b.Dx(), y+b.Dy())}, scale, p.opt)
	defer c.free()
	if bg := p.list.Background; bg.A != 0 {
		c.fillRect(c.img.Rect, bg)
	}
	area := display.Rect{X: float64(x) / scale, Y: float64(y) / scale, W: float64(b.Dx()) / scale, H: float64(b.Dy()) / scale}
	return p.items(ctx, c, area)
}

// Pictures calls f for each picture in r with the size at which it will be painted, in device pixels.
func (p *Painter) Pictures(r display.Rect, scale float64, f func(url string, w, h int)) {
	if !(scale > 0) || scale > 64 {
		return
	}
	c := canvas{scale: scale}
	for _, i := range p.crossing(r) {
		if v, ok := p.list.Items[i].(*display.Image); ok && !v.Missing && v.URL != "" && touches(v.Rect, r) {
			size := c.drawn(v)
			f(v.URL, size.Dx(), size.Dy())
		}
	}
}

// crossing returns the items of the bands that area touches, in painting order.
func (p *Painter) crossing(area display.Rect) []int32 {
	last := float64(len(p.bands) - 1)
	from := int(min(max(math.Floor(area.Y/bandHeight), 0), last))
	to := int(min(max(math.Floor((area.Y+area.H)/bandHeight), 0), last))
	if from == to {
		return p.bands[from]
	}
	var all []int32
	for b := from; b <= to; b++ {
		all = append(all, p.bands[b]...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func (p *Painter) items(ctx context.Context, c *canvas, area display.Rect) error {
	skip := int32(-1) // up to this Pop nothing is seen
	groups := 0
	for n, i := range p.crossing(area) {
		if i <= skip {
			continue
		}
		if n%64 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		switch v := p.list.Items[i].(type) {
		case *display.Push:
			groups++
			if !c.push(v, groups <= maxGroups) {
				skip = p.ends[i]
				groups--
			}
		case display.Pop, *display.Pop:
			if groups > 0 {
				groups--
				c.pop()
			}
		case *display.Box:
			if touches(reach(v), area) {
				c.box(v)
			}
		case *display.Run:
			if touches(reach(v), area) {
				c.run(v)
			}
		case *display.Image:
			if touches(v.Rect, area) || touches(v.Clip, area) {
				c.image(v)
			}
		}
	}
	return ctx.Err()
}

func touches(a, b display.Rect) bool {
	return a.X < b.X+b.W && b.X < a.X+a.W && a.Y < b.Y+b.H && b.Y < a.Y+a.H
}
