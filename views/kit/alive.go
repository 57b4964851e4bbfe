package kit

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// alivePeriod is how often the objects of a widget that is drawn say that they are in use; it must be well below the toolkit's FYNE_CACHE.
const alivePeriod = time.Second

// keepAlive tells the toolkit that objects are in use. It forgets the canvas of an object that nobody asked for in a while, and does not count
// drawing it as asking: after some seconds in which every frame was drawn (a spinner on a slow machine), nothing on the screen would know where
// it is, and no change would be drawn until the window's size changes.
func keepAlive(d fyne.Driver, objs []fyne.CanvasObject) {
	for _, o := range objs {
		if o == nil {
			continue
		}
		d.CanvasForObject(o)
		switch c := o.(type) {
		case *fyne.Container:
			keepAlive(d, c.Objects)
		case *container.Scroll:
			if c.Content != nil {
				keepAlive(d, []fyne.CanvasObject{c.Content})
			}
		}
	}
}

// alive does so for a renderer's objects, at most once in a period.
func (r *Renderer) alive() {
	now := time.Now()
	if now.Sub(r.used) < alivePeriod {
		return
	}
	r.used = now
	d := fyne.CurrentApp().Driver()
	if len(d.AllWindows()) == 0 {
		return
	}
	keepAlive(d, r.Objs)
	if r.Self != nil {
		d.CanvasForObject(r.Self)
	}
}
