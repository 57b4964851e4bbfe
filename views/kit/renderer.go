package kit

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// Renderer is a fyne.WidgetRenderer made of functions. Lay places the objects for a size, Min returns the smallest size, Paint takes colours
// and texts from the widget; each may be nil. Refresh paints and lays out again.
type Renderer struct {
	Objs  []fyne.CanvasObject
	Lay   func(fyne.Size)
	Min   func() fyne.Size
	Paint func()
	Gone  func()
	// Self is the widget.
	Self fyne.CanvasObject
	size fyne.Size
	laid bool
	used time.Time
}

// Layout implements fyne.WidgetRenderer.
func (r *Renderer) Layout(s fyne.Size) {
	r.size, r.laid = s, true
	if r.Lay != nil {
		r.Lay(s)
	}
}

// MinSize implements fyne.WidgetRenderer.
func (r *Renderer) MinSize() fyne.Size {
	if r.Min == nil {
		return fyne.Size{}
	}
	return r.Min()
}

// Refresh implements fyne.WidgetRenderer.
func (r *Renderer) Refresh() {
	if r.Paint != nil {
		r.Paint()
	}
	if !r.laid && r.Self != nil {
		r.size = r.Self.Size()
	}
	if r.Lay != nil {
		r.Lay(r.size)
	}
	for _, o := range r.Objs {
		if v, ok := o.(*IconView); ok {
			v.Refresh() // name and ink are fields that Paint and Lay set
			continue
		}
		canvas.Refresh(o)
	}
}

// Objects implements fyne.WidgetRenderer. It is asked for whenever a frame is drawn.
func (r *Renderer) Objects() []fyne.CanvasObject {
	if !r.laid && r.Self != nil {
		if s := r.Self.Size(); s.Width > 0 && s.Height > 0 {
			r.Layout(s) // made anew for a widget that was hidden for some time: its size has not changed, so the toolkit does not ask for it
		}
	}
	r.alive()
	return r.Objs
}

// Destroy implements fyne.WidgetRenderer.
func (r *Renderer) Destroy() {
	if r.Gone != nil {
		r.Gone()
	}
}

// Place moves and resizes o in one call.
func Place(o fyne.CanvasObject, x, y, w, h float32) {
	o.Resize(fyne.NewSize(max(0, w), max(0, h))) // the software painter fails on a negative size
	o.Move(fyne.NewPos(x, y))
}
