package rich

import (
	"image"
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"github.com/postrider/postrider/views/html/display"
	"github.com/postrider/postrider/views/html/edit"
	"github.com/postrider/postrider/views/html/view"
	"github.com/postrider/postrider/views/kit"
)

// MinSize implements fyne.Widget.
func (e *Editor) MinSize() fyne.Size { return fyne.NewSize(200, 80) }

// CreateRenderer implements fyne.Widget.
func (e *Editor) CreateRenderer() fyne.WidgetRenderer {
	r := &kit.Renderer{Self: e}
	r.Min = e.MinSize
	caret := &canvas.Rectangle{}
	bar := &canvas.Rectangle{CornerRadius: 3}
	pill := &canvas.Rectangle{CornerRadius: 9}
	dots := kit.NewIcon("ellipsis", 16, kit.Text2)
	label := &canvas.Text{}
	var marks []*canvas.Rectangle
	var frames []*view.Blank
	r.Gone = func() { e.stopBlink() }
	draw := func() {
		r.Objs = r.Objs[:0]
		if !e.fit() {
			return
		}
		size := e.Size()
		e.clampTop()
		scale := 1.0
		if c := fyne.CurrentApp().Driver().CanvasForObject(e); c != nil {
			scale = float64(c.Scale())
		}
		y := float64(e.Pad.Height) - e.top
		lo, hi := e.order()
		used, framed := 0, 0
		var rects []fyne.CanvasObject
		for i := range e.count() {
			h := e.height(i)
			if y > float64(size.Height) {
				break
			}
			if y+h < -stripHeight {
				e.forget(i)
				y += h
				continue
			}
			pg := e.lay(i)
			first, n := e.doc.First(i)
			for s := 0; float64(s)*stripHeight < pg.height; s++ {
				sy := y + float64(s)*stripHeight
				if sy > float64(size.Height) || sy+stripHeight < 0 {
					continue
				}
				if img := e.strip(i, pg, s, scale); img != nil {
					b := img.Image.Bounds()
					kit.Place(img, e.Pad.Width, float32(sy), float32(float64(b.Dx())/scale), float32(float64(b.Dy())/scale))
					r.Objs = append(r.Objs, img)
				}
			}
			for _, m := range pg.missing() {
				if y+m.Y+m.H < 0 || y+m.Y > float64(size.Height) {
					continue
				}
				if framed == len(frames) {
					frames = append(frames, view.NewBlank())
				}
				rects = append(rects, frames[framed].Place(m, e.Pad.Width+float32(m.X), float32(y+m.Y), float32(m.W), float32(m.H))...)
				framed++
			}
			found, now := kit.C(kit.Star), kit.C(kit.Accent)
			found.A, now.A = 90, 120
			for k, end := e.hitsIn(first, n); k < end; k++ {
				h := e.hits[k]
				for _, d := range pg.rects(h.From.Leaf-first, h.From.Off, h.To.Leaf-first, h.To.Off) {
					if y+d.Y+d.H < 0 || y+d.Y > float64(size.Height) {
						continue
					}
					if used == len(marks) {
						marks = append(marks, &canvas.Rectangle{})
					}
					o := marks[used]
					used++
					o.FillColor = found
					if k == e.hit {
						o.FillColor = now
					}
					kit.Place(o, e.Pad.Width+float32(d.X), float32(y+d.Y), float32(d.W), float32(d.H))
					rects = append(rects, o)
				}
			}
			if lo != hi && hi.Leaf >= first && lo.Leaf < first+n {
				a, b := edit.Pos{Leaf: 0}, edit.Pos{Leaf: n - 1, Off: math.MaxInt}
				if lo.Leaf >= first {
					a = edit.Pos{Leaf: lo.Leaf - first, Off: lo.Off}
				}
				if hi.Leaf < first+n {
					b = edit.Pos{Leaf: hi.Leaf - first, Off: hi.Off}
				}
				for _, d := range pg.rects(a.Leaf, a.Off, b.Leaf, b.Off) {
					if used == len(marks) {
						marks = append(marks, &canvas.Rectangle{})
					}
					o := marks[used]
					used++
					fill := kit.C(kit.Accent)
					fill.A = 70
					o.FillColor = fill
					kit.Place(o, e.Pad.Width+float32(d.X), float32(y+d.Y), float32(d.W), float32(d.H))
					rects = append(rects, o)
				}
			}
			for _, d := range e.mark(i, pg) {
				if used == len(marks) {
					marks = append(marks, &canvas.Rectangle{})
				}
				o := marks[used]
				used++
				o.FillColor = kit.C(kit.Err)
				kit.Place(o, e.Pad.Width+float32(d.X), float32(y+d.Y+d.H)-2, float32(d.W), 1.5)
				rects = append(rects, o)
			}
			y += pg.height
		}
		r.Objs = append(r.Objs, rects...)
		if f, ok := e.foldRect(); ok {
			fy := float32(f.Y - e.top)
			pill.FillColor = kit.C(kit.SelectIdle)
			kit.Place(pill, float32(f.X), fy, 36, 18)
			kit.Place(dots, float32(f.X)+10, fy+1, 16, 16)
			kit.PutText(label, e.FoldText, kit.Small12, kit.C(kit.Text3), float32(f.X)+44, fy, size.Width-140, 18, fyne.TextAlignLeading)
			r.Objs = append(r.Objs, pill, dots, label)
		}
		if e.focus && e.blink && lo == hi {
			c := e.caretRect(e.sel.To)
			caret.FillColor = kit.C(kit.Accent)
			kit.Place(caret, float32(c.X), float32(c.Y-e.top), 1.5, float32(c.H))
			r.Objs = append(r.Objs, caret)
		}
		if all := e.total(); all > float64(size.Height) {
			bar.FillColor = kit.C(kit.Thumb)
			th := max(28, float64(size.Height)*float64(size.Height)/all)
			ty := e.top / max(1, all-float64(size.Height)) * (float64(size.Height) - th)
			kit.Place(bar, size.Width-8, float32(ty), 6, float32(th))
			r.Objs = append(r.Objs, bar)
		}
	}
	r.Lay = func(fyne.Size) { draw() }
	e.sized = func() { draw(); canvas.Refresh(e) }
	return r
}

// missing are the pictures of a block that are not here: those that a quotation has and nobody has allowed.
func (p *shown) missing() []view.Missing {
	if !p.looked {
		p.looked, p.blanks = true, view.Blanks(p.list, kit.C(kit.Card))
	}
	return p.blanks
}

// forget gives the pictures of a block that is not seen back.
func (e *Editor) forget(i int) {
	if p := e.pages[i]; p != nil && len(p.strips) > 0 {
		p.strips, p.asked = map[int]*canvas.Image{}, map[int]bool{}
	}
}

// strip returns a painted piece of a block: at once for short blocks, else when the goroutine has it.
func (e *Editor) strip(i int, p *shown, n int, scale float64) *canvas.Image {
	if s := p.strips[n]; s != nil {
		return s
	}
	if p.asked[n] {
		return nil
	}
	r := display.Rect{Y: float64(n) * stripHeight, W: max(e.width, p.list.Width), H: min(stripHeight, p.height-float64(n)*stripHeight)}
	paint := func(l *display.List) *image.RGBA {
		w, h := int(math.Ceil(r.W*scale)), int(math.Ceil(r.H*scale))
		if w <= 0 || h <= 0 || w > 8192 || h > 8192 {
			return nil
		}
		img := image.NewRGBA(image.Rect(0, 0, w, h))
		if e.eng.Paint(l, r, scale, img) != nil {
			return nil
		}
		return img
	}
	p.asked[n] = true
	if p.height <= atOnce {
		if img := paint(p.list); img != nil {
			p.strips[n] = canvas.NewImageFromImage(img)
			p.strips[n].ScaleMode = canvas.ImageScaleFastest
			return p.strips[n]
		}
		return nil
	}
	l, rev := p.list, p.rev
	go func() {
		img := paint(l)
		if img == nil {
			return
		}
		e.do(func() {
			if p.rev == rev {
				p.strips[n] = canvas.NewImageFromImage(img)
				p.strips[n].ScaleMode = canvas.ImageScaleFastest
				e.redraw()
			}
		})
	}()
	return nil
}

// Recolour paints everything again, after the theme changed.
func (e *Editor) Recolour() {
	for i := range e.pages {
		e.pages[i] = nil
	}
	e.redraw()
}
