package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// SplitterGrip is how wide a splitter reacts; its line is 1 px.
const SplitterGrip float32 = 7

// Splitter is a line between two panes that can be dragged: a vertical one, or a level one when Flat is set.
type Splitter struct {
	widget.BaseWidget
	Flat   bool
	OnDrag func(d float32)
	OnEnd  func()
	hot    bool
}

var (
	_ fyne.Draggable     = (*Splitter)(nil)
	_ desktop.Cursorable = (*Splitter)(nil)
)

// NewSplitter returns a splitter; drag hears of each step in px, end of its end.
func NewSplitter(drag func(d float32), end func()) *Splitter {
	s := &Splitter{OnDrag: drag, OnEnd: end}
	s.ExtendBaseWidget(s)
	return s
}

// Dragged implements fyne.Draggable.
func (s *Splitter) Dragged(e *fyne.DragEvent) {
	if s.Flat {
		s.OnDrag(e.Dragged.DY)
		return
	}
	s.OnDrag(e.Dragged.DX)
}

// DragEnd implements fyne.Draggable.
func (s *Splitter) DragEnd() { s.OnEnd() }

// Cursor implements desktop.Cursorable.
func (s *Splitter) Cursor() desktop.Cursor {
	if s.Flat {
		return desktop.VResizeCursor
	}
	return desktop.HResizeCursor
}

// MouseIn implements desktop.Hoverable.
func (s *Splitter) MouseIn(*desktop.MouseEvent) { s.hot = true; s.Refresh() }

// MouseMoved implements desktop.Hoverable.
func (s *Splitter) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (s *Splitter) MouseOut() { s.hot = false; s.Refresh() }

// CreateRenderer implements fyne.Widget.
func (s *Splitter) CreateRenderer() fyne.WidgetRenderer {
	line := &canvas.Rectangle{}
	r := &Renderer{Self: s, Objs: []fyne.CanvasObject{line}}
	r.Min = func() fyne.Size { return fyne.NewSize(SplitterGrip, 0) }
	r.Lay = func(z fyne.Size) {
		line.FillColor = C(Border)
		w := float32(1)
		if s.hot {
			line.FillColor, w = C(BorderStrong), 2
		}
		if s.Flat {
			Place(line, 0, (SplitterGrip-1)/2, z.Width, w)
			return
		}
		Place(line, (SplitterGrip-1)/2, 0, w, z.Height)
	}
	return r
}
