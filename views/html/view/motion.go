package view

import (
	"context"
	"image"
	"image/draw"
	"math"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"github.com/postrider/postrider/views/html/display"
	"github.com/postrider/postrider/views/html/paint"
	decode "github.com/postrider/postrider/views/html/picture"
	"github.com/postrider/postrider/views/kit"
)

// Moving pictures: a GIF with several frames lies as a picture of its own above the strips, at the pixels where they show its first frame. Decoding and
// drawing happen on goroutines; only what is seen plays, nothing plays when the desktop's animations are off, and a click stops and starts it.

const (
	maxMoving   = 6        // that play at the same time
	motionBytes = 24 << 20 // of all frames of a mail
)

// mover is a Page that has moving pictures.
type mover interface {
	// Moving returns the pictures of a list that have more than one frame and can be drawn apart from what is around them.
	Moving(l *display.List) []*display.Image
	// Frames decodes one for a scale: its frames, what is behind it, and its first device pixel. nil = it stands still.
	Frames(ctx context.Context, l *display.List, m *display.Image, scale float64) (*decode.Animation, *image.RGBA, image.Point)
}

// motion is a picture that may move.
type motion struct {
	item    *display.Image
	anim    *decode.Animation
	behind  *image.RGBA
	at      image.Point
	scale   float64
	out     [2]*image.RGBA // drawn in turn: one is shown while the other is made
	shown   *canvas.Image
	frame   int
	rounds  int
	asked   bool
	running bool
	stopped bool // by a click, or at its end
	failed  bool
}

// still tells whether the desktop wants nothing to move.
var still = func() bool { return !fyne.CurrentApp().Settings().ShowAnimations() }

// lively finds the moving pictures of a new layout.
func (v *View) lively(p Page, l *display.List) {
	v.motions = nil
	m, ok := p.(mover)
	if !ok {
		return
	}
	for _, it := range m.Moving(l) {
		v.motions = append(v.motions, &motion{item: it})
	}
}

// seen tells whether a picture is in the part that is shown.
func (v *View) seen(m *motion) bool {
	y, h := float32(m.item.Y*v.fit), float32(m.item.H*v.fit)
	return y+h > v.from && y < v.to && v.Visible()
}

// play starts what is seen, and returns what lies above the strips.
func (v *View) play() (out []fyne.CanvasObject) {
	running := 0
	for _, m := range v.motions {
		if m.running {
			running++
		}
	}
	for _, m := range v.motions {
		if m.failed || !v.seen(m) {
			continue
		}
		if m.anim != nil && !m.running && m.scale != v.scale() { // the window went to another screen
			*m = motion{item: m.item, stopped: m.stopped}
		}
		if !m.running && !m.stopped && running < maxMoving && !still() {
			running++
			if m.anim == nil {
				v.prepare(m)
			} else {
				v.next(m)
			}
		}
		if m.shown != nil {
			f := float32(v.fit / m.scale)
			b := m.shown.Image.Bounds()
			kit.Place(m.shown, float32(m.at.X)*f, float32(m.at.Y)*f, float32(b.Dx())*f, float32(b.Dy())*f)
			out = append(out, m.shown)
		}
	}
	return out
}

func (v *View) prepare(m *motion) {
	if m.asked {
		return
	}
	p, ok := v.page.(mover)
	if !ok {
		return
	}
	m.asked = true
	l, scale, gen := v.list, v.scale(), v.gen
	go func() {
		a, behind, at := p.Frames(v.ctx, l, m.item, scale)
		v.Do(func() {
			if v.ctx.Err() != nil || gen != v.gen {
				return
			}
			if a == nil || v.frameBytes(a) > motionBytes {
				m.failed = true
				return
			}
			m.anim, m.behind, m.at, m.scale = a, behind, at, scale
			v.redraw()
		})
	}()
}

// frameBytes is what all frames take when a's are added.
func (v *View) frameBytes(a *decode.Animation) int {
	n := len(a.Frames) * len(a.Frames[0].Image.Pix)
	for _, m := range v.motions {
		if m.anim != nil {
			n += len(m.anim.Frames) * len(m.anim.Frames[0].Image.Pix)
		}
	}
	return n
}

// next shows the following frame when the present one has been seen long enough.
func (v *View) next(m *motion) {
	m.running = true
	gen, wait := v.gen, m.anim.Frames[m.frame].For
	if m.shown == nil {
		wait = 0
	}
	time.AfterFunc(wait, func() {
		// Drawn here, away from the window; the image that is shown is not touched.
		k := m.frame
		if m.shown != nil {
			k = (k + 1) % len(m.anim.Frames)
		}
		if m.out[0] == nil {
			m.out[0], m.out[1] = image.NewRGBA(m.behind.Rect), image.NewRGBA(m.behind.Rect)
		}
		img := m.out[k&1]
		if m.shown != nil && m.shown.Image == image.Image(img) {
			img = m.out[1-k&1]
		}
		copy(img.Pix, m.behind.Pix)
		draw.Draw(img, img.Rect, m.anim.Frames[k].Image, image.Point{}, draw.Over)
		v.Do(func() {
			m.running = false
			if v.ctx.Err() != nil || gen != v.gen || m.stopped || !v.seen(m) || still() {
				return
			}
			if m.frame = k; k == 0 && m.shown != nil {
				if m.rounds++; m.anim.Loops > 0 && m.rounds >= m.anim.Loops {
					m.stopped = true
					return // at its last frame
				}
			}
			if m.shown != nil {
				m.shown.Image = img
				v.next(m)
				canvas.Refresh(m.shown)
				return
			}
			m.shown = canvas.NewImageFromImage(img)
			m.shown.ScaleMode = canvas.ImageScaleFastest
			v.next(m)
			v.redraw()
		})
	})
}

// halt stops or starts the picture under a point; false when there is none that moves.
func (v *View) halt(p fyne.Position) bool {
	if v.fit == 0 {
		return false
	}
	x, y := float64(p.X)/v.fit, float64(p.Y)/v.fit
	for _, m := range v.motions {
		if r := m.item.Rect; m.shown != nil && x >= r.X && x < r.X+r.W && y >= r.Y && y < r.Y+r.H {
			m.stopped, m.rounds = !m.stopped, 0
			v.redraw()
			return true
		}
	}
	return false
}

// Moving implements mover.
func (m *Mail) Moving(l *display.List) []*display.Image {
	if m.pics == nil {
		return nil
	}
	var out []*display.Image
	var groups []bool // whether what is open changes what is in it
	bent := 0
	for _, it := range l.Items {
		switch it := it.(type) {
		case *display.Push:
			b := it.Opacity < 1 || it.Clip
			groups = append(groups, b)
			if b {
				bent++
			}
		case display.Pop:
			if n := len(groups); n > 0 {
				if groups[n-1] {
					bent--
				}
				groups = groups[:n-1]
			}
		case *display.Image:
			if bent == 0 && !it.Missing && it.Clip == it.Rect && it.Draw == it.Rect && it.Radius == [4][2]float64{} && it.W >= 2 && it.H >= 2 && len(out) < 64 && m.pics.moves(it.URL) {
				out = append(out, it)
			}
		}
	}
	return out
}

// Frames implements mover.
func (m *Mail) Frames(ctx context.Context, l *display.List, it *display.Image, scale float64) (*decode.Animation, *image.RGBA, image.Point) {
	at := image.Pt(int(math.Round(it.X*scale)), int(math.Round(it.Y*scale)))
	w, h := int(math.Round((it.X+it.W)*scale))-at.X, int(math.Round((it.Y+it.H)*scale))-at.Y
	if w <= 0 || h <= 0 || w > 4096 || h > 4096 {
		return nil, nil, at
	}
	a := m.pics.animate(it.URL, w, h)
	if a == nil {
		return nil, nil, at
	}
	// What is behind it: the mail without it.
	rest := *l
	rest.Items = make([]display.Item, 0, len(l.Items))
	for _, x := range l.Items {
		if x != display.Item(it) {
			rest.Items = append(rest.Items, x)
		}
	}
	dst := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(dst, dst.Rect, image.NewUniform(m.Behind(l)), image.Point{}, draw.Src)
	r := display.Rect{X: float64(at.X) / scale, Y: float64(at.Y) / scale, W: float64(w) / scale, H: float64(h) / scale}
	if paint.New(&rest, paint.Options{Pictures: m.pics}).Paint(ctx, dst, r, scale) != nil {
		return nil, nil, at
	}
	return a, dst, at
}

// moves tells whether a picture that is here has several frames.
func (p *Pictures) moves(address string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	x := p.all[address]
	return x != nil && x.data != nil && decode.Moves(x.data, x.info, decode.Limits{})
}

func (p *Pictures) animate(address string, w, h int) *decode.Animation {
	p.mu.Lock()
	x := p.all[address]
	if x == nil || x.data == nil {
		p.mu.Unlock()
		return nil
	}
	data, info := x.data, x.info
	p.mu.Unlock()
	return decode.Animate(data, info, decode.Limits{}, w, h)
}
