package views

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"

	"github.com/postrider/postrider/views/kit"
	"github.com/postrider/postrider/views/notify"
)

// reminders shows reminders in the window, where the desktop shows no notifications: one at a time, above the toast of what was done.
type reminders struct {
	w     *Window
	toast *kit.Toasts
	notes []notify.Note // the first one is shown
}

func newReminders(w *Window) *reminders {
	r := &reminders{w: w}
	r.toast = kit.NewToasts(w.root, func() (fyne.Position, float32) {
		at, _ := w.toastAt()
		return at.SubtractXY(0, 48), max(200, min(720, w.root.Size().Width-at.X-16))
	})
	return r
}

// Reminders shows reminders in the window. It may be called from any goroutine.
func (w *Window) Reminders() notify.Shower { return w.rings }

// Show implements notify.Shower.
func (r *reminders) Show(n notify.Note) error {
	r.w.h.Do(func() {
		if i := r.find(n.Key); i >= 0 {
			r.notes[i] = n
		} else {
			r.notes = append(r.notes, n)
		}
		r.draw()
	})
	return nil
}

// Clear implements notify.Shower.
func (r *reminders) Clear(key string) {
	r.w.h.Do(func() {
		if i := r.find(key); i >= 0 {
			r.notes = slices.Delete(r.notes, i, i+1)
			r.draw()
		}
	})
}

func (r *reminders) find(key string) int {
	return slices.IndexFunc(r.notes, func(n notify.Note) bool { return n.Key == key })
}

func (r *reminders) draw() {
	if len(r.notes) == 0 {
		r.toast.Clear()
		return
	}
	n := r.notes[0]
	text := n.Title
	if n.Body != "" && !strings.Contains(n.Body, "\n") {
		text += " · " + n.Body
	}
	var acts []kit.ToastAction
	for _, a := range n.Actions {
		acts = append(acts, kit.ToastAction{Text: a.Label, Do: func() {
			r.notes = slices.DeleteFunc(r.notes, func(x notify.Note) bool { return x.Key == n.Key })
			a.Do()
			r.draw()
		}})
	}
	r.toast.Ask("bell", text, acts...)
}
