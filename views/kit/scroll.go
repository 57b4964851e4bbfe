package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// wheel is how many px a px of the wheel moves; Fyne's steps are short.
const wheel = 2

// thumbBar is the scroll thumb of a list or a pane: it turns heights into places and back. Offsets are float64, so that a pane of any height
// moves by single px.
type thumbBar struct {
	rect *canvas.Rectangle
	hot  bool
	grip float64 // where in the thumb it is held, while it is dragged
	held bool
}

const thumbMin = 32

func (t *thumbBar) place(s fyne.Size, top, all float64) {
	if t.rect == nil {
		t.rect = &canvas.Rectangle{CornerRadius: 3}
	}
	t.rect.FillColor = C(Thumb)
	view := float64(s.Height)
	t.rect.Hidden = all <= view
	if t.rect.Hidden {
		return
	}
	h := t.height(view, all)
	y := (view - 4 - h) * top / (all - view)
	w := float32(6)
	if t.hot || t.held {
		w = 8
	}
	Place(t.rect, s.Width-w-2, float32(y)+2, w, float32(h))
}

func (t *thumbBar) height(view, all float64) float64 {
	return max(thumbMin, min(view-4, view*view/all))
}

// hit reports whether a point is on the thumb's track.
func (t *thumbBar) hit(s fyne.Size, p fyne.Position) bool {
	return t.rect != nil && !t.rect.Hidden && p.X >= s.Width-12
}

// down begins a drag; it returns the new offset (a press beside the thumb jumps there).
func (t *thumbBar) down(s fyne.Size, p fyne.Position, top, all float64) float64 {
	t.held = true
	y := float64(t.rect.Position().Y)
	h := float64(t.rect.Size().Height)
	if float64(p.Y) >= y && float64(p.Y) <= y+h {
		t.grip = float64(p.Y) - y
		return top
	}
	t.grip = h / 2
	return t.drag(s, p, all)
}

func (t *thumbBar) drag(s fyne.Size, p fyne.Position, all float64) float64 {
	view := float64(s.Height)
	room := view - 4 - t.height(view, all)
	if room <= 0 {
		return 0
	}
	return max(0, min(1, (float64(p.Y)-t.grip-2)/room)) * (all - view)
}

// Scroller shows content of any height through a window of its own size. The content is told which part is seen when it implements
// [Viewed].
type Scroller struct {
	widget.BaseWidget
	Content fyne.CanvasObject
	Fill    Token
	OnMoved func()
	top     float64
	bar     thumbBar
	lay     func()
}

// Viewed is content that draws only what is seen: from and to are px below its top.
type Viewed interface{ View(from, to float32) }

var (
	_ fyne.Scrollable   = (*Scroller)(nil)
	_ fyne.Draggable    = (*Scroller)(nil)
	_ desktop.Mouseable = (*Scroller)(nil)
)

// NewScroller returns a scroller around content, which gets the width of the scroller.
func NewScroller(content fyne.CanvasObject) *Scroller {
	s := &Scroller{Content: content, Fill: Clear}
	s.ExtendBaseWidget(s)
	return s
}

// Top returns the px above the window.
func (s *Scroller) Top() float32 { return float32(s.top) }

// ScrollTo moves so that y is the upper edge.
func (s *Scroller) ScrollTo(y float32) { s.to(float64(y)) }

// Page moves by whole windows less a little; it returns false when it was at the end already.
func (s *Scroller) Page(n int) bool {
	was := s.top
	s.to(s.top + float64(n)*max(40, float64(s.Size().Height)-40))
	return s.top != was
}

// Reveal moves as little as needed to show from y to y+h.
func (s *Scroller) Reveal(y, h float32) {
	switch {
	case float64(y) < s.top:
		s.to(float64(y))
	case float64(y+h) > s.top+float64(s.Size().Height):
		s.to(float64(y + h - s.Size().Height))
	}
}

func (s *Scroller) all() float64 { return float64(s.Content.MinSize().Height) }

func (s *Scroller) to(y float64) {
	y = max(0, min(y, s.all()-float64(s.Size().Height)))
	if y == s.top {
		return
	}
	s.top = y
	if s.lay != nil {
		s.lay()
	}
	if s.OnMoved != nil {
		s.OnMoved()
	}
}

// Scrolled implements fyne.Scrollable.
func (s *Scroller) Scrolled(e *fyne.ScrollEvent) { s.to(s.top - wheel*float64(e.Scrolled.DY)) }

// MouseDown holds the thumb.
func (s *Scroller) MouseDown(e *desktop.MouseEvent) {
	if s.bar.hit(s.Size(), e.Position) {
		s.to(s.bar.down(s.Size(), e.Position, s.top, s.all()))
	}
}

// MouseUp lets it go.
func (s *Scroller) MouseUp(*desktop.MouseEvent) { s.bar.held = false }

// Dragged implements fyne.Draggable.
func (s *Scroller) Dragged(e *fyne.DragEvent) {
	if s.bar.held {
		s.to(s.bar.drag(s.Size(), e.Position, s.all()))
	}
}

// DragEnd implements fyne.Draggable.
func (s *Scroller) DragEnd() { s.bar.held = false }

// CreateRenderer implements fyne.Widget.
func (s *Scroller) CreateRenderer() fyne.WidgetRenderer {
	bg := newRect()
	s.bar.place(fyne.Size{}, 0, 0)
	r := &Renderer{Self: s, Objs: []fyne.CanvasObject{bg, s.Content, s.bar.rect}}
	s.lay = func() {
		z := s.Size()
		bg.FillColor = C(s.Fill)
		bg.Resize(z)
		if s.Content.Size().Width != z.Width {
			s.Content.Resize(fyne.NewSize(z.Width, s.Content.Size().Height))
		}
		h := max(z.Height, s.Content.MinSize().Height)
		s.top = max(0, min(s.top, float64(h-z.Height)))
		if w := fyne.NewSize(z.Width, h); s.Content.Size() != w {
			s.Content.Resize(w)
		}
		s.Content.Move(fyne.NewPos(0, -float32(s.top)))
		if v, ok := s.Content.(Viewed); ok {
			v.View(float32(s.top), float32(s.top)+z.Height)
		}
		s.bar.place(z, s.top, float64(h))
		canvas.Refresh(s.bar.rect)
	}
	r.Lay = func(fyne.Size) { s.lay() }
	r.Paint = func() { r.Objs[1] = s.Content }
	return r
}
