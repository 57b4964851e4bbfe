package viewtest

import (
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"github.com/postrider/postrider/views/kit"
)

// Desk is a window in a test whose goroutine is the test's: what a view wants done there ([Desk.Do]) waits until [Desk.Until] does it.
type Desk struct {
	T     testing.TB
	Win   fyne.Window
	queue chan func()
}

// NewDesk makes a window with nothing in it, in the colours of mode. The test's end closes it.
func NewDesk(t testing.TB, mode kit.Mode) *Desk {
	t.Helper()
	a := test.NewTempApp(t)
	a.Settings().SetTheme(kit.NewTheme())
	kit.Choose(mode, false)
	d := &Desk{T: t, Win: test.NewTempWindow(t, kit.NewRoot(kit.NewLabel("", kit.Body13, kit.Text))), queue: make(chan func(), 1024)}
	d.Win.SetPadded(false)
	return d
}

// Show fills the window and makes it w by h.
func (d *Desk) Show(o fyne.CanvasObject, w, h float32) {
	d.Win.SetContent(kit.NewRoot(o))
	d.Win.Resize(fyne.NewSize(w, h))
}

// Do is a view's hook of that name.
func (d *Desk) Do(f func()) { d.queue <- f }

// Until does the window's work until ok, which is asked again from time to time; the test ends when that takes too long.
func (d *Desk) Until(what string, ok func() bool) {
	d.T.Helper()
	end := time.After(30 * time.Second)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case f := <-d.queue:
			f()
		case <-tick.C:
		case <-end:
			d.T.Fatalf("waited for %s in vain; on screen: %s", what, strings.Join(d.Texts(), " | "))
		}
	}
}

// Settle does the window's work for a while, for what must not happen.
func (d *Desk) Settle(while time.Duration) {
	end := time.After(while)
	for {
		select {
		case f := <-d.queue:
			f()
		case <-end:
			return
		}
	}
}

// Each visits what is visible, the uppermost overlay first and the window's content last, until each says stop by returning false.
func (d *Desk) Each(each func(fyne.CanvasObject) bool) {
	for _, o := range slices.Backward(d.Win.Canvas().Overlays().List()) {
		if !walk(o, each) {
			return
		}
	}
	walk(d.Win.Canvas().Content(), each)
}

// EachOnTop visits what is visible in the uppermost overlay, or in the window where there is none.
func (d *Desk) EachOnTop(each func(fyne.CanvasObject) bool) {
	if o := d.Win.Canvas().Overlays().Top(); o != nil {
		walk(o, each)
		return
	}
	walk(d.Win.Canvas().Content(), each)
}

func walk(o fyne.CanvasObject, each func(fyne.CanvasObject) bool) bool {
	if o == nil || !o.Visible() {
		return true
	}
	if !each(o) {
		return false
	}
	var kids []fyne.CanvasObject
	switch o := o.(type) {
	case *fyne.Container:
		kids = o.Objects
	case fyne.Widget:
		kids = test.WidgetRenderer(o).Objects()
	}
	for _, k := range kids {
		if !walk(k, each) {
			return false
		}
	}
	return true
}

type named interface{ AccessibleName() string }

// Texts are the labels, paragraphs and [buttons] on the screen.
func (d *Desk) Texts() (out []string) {
	d.Each(func(o fyne.CanvasObject) bool {
		switch o := o.(type) {
		case *kit.Label:
			out = append(out, o.Text)
		case *kit.Para:
			out = append(out, o.AccessibleName())
		case *kit.Button:
			out = append(out, "["+o.AccessibleName()+"]")
		}
		return true
	})
	return out
}

// Says tells whether something on the screen has a name, or is a text, that contains s.
func (d *Desk) Says(s string) (yes bool) {
	d.Each(says(s, &yes))
	return yes
}

// SaysOnTop is Says of the uppermost dialog.
func (d *Desk) SaysOnTop(s string) (yes bool) {
	d.EachOnTop(says(s, &yes))
	return yes
}

func says(s string, yes *bool) func(fyne.CanvasObject) bool {
	return func(o fyne.CanvasObject) bool {
		n, ok := o.(named)
		*yes = ok && strings.Contains(n.AccessibleName(), s)
		return !*yes
	}
}

// Has finds a widget by its name and kind.
func Has[W fyne.CanvasObject](d *Desk, name string) (got W, ok bool) {
	d.Each(func(o fyne.CanvasObject) bool {
		if x, is := o.(W); is {
			if n, has := o.(named); has && n.AccessibleName() == name {
				got, ok = x, true
			}
		}
		return !ok
	})
	return got, ok
}

// Find is Has of a widget that must be there.
func Find[W fyne.CanvasObject](d *Desk, name string) W {
	d.T.Helper()
	got, ok := Has[W](d, name)
	if !ok {
		d.T.Fatalf("there is no %q; on screen: %s", name, strings.Join(d.Texts(), " | "))
	}
	return got
}

// Press taps a button, which must not be disabled.
func (d *Desk) Press(name string) {
	d.T.Helper()
	b := Find[*kit.Button](d, name)
	if b.Disabled() {
		d.T.Fatalf("%q is disabled", name)
	}
	b.Tapped(nil)
}

// Type writes a text into a field, in the place of what is there.
func (d *Desk) Type(field, text string) {
	d.T.Helper()
	f := Find[*kit.Field](d, field)
	d.Win.Canvas().Focus(f)
	f.SelectAll()
	test.Type(f, text)
}
