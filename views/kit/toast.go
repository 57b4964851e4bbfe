package kit

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// Times that a toast stays.
var (
	ToastTime      = 8 * time.Second
	ToastTimeHover = 20 * time.Second
)

// ToastView says what was done and offers to take it back.
type ToastView struct {
	widget.BaseWidget
	Icon, Text, Action string
	OnAction           func()
	close              func()
	act                *toastLink
	more               []*toastLink // of one that asks
	timer              *time.Timer
	turn               int
	end                time.Time // when its action is of no use any more, zero = never
}

// Toasts shows at most one toast in a layer.
type Toasts struct {
	Layer *fyne.Container
	// At returns where the lower left corner goes and the widest it may be.
	At  func() (fyne.Position, float32)
	now *ToastView
}

// NewToasts returns the toasts of a root.
func NewToasts(r *Root, at func() (fyne.Position, float32)) *Toasts {
	return &Toasts{Layer: r.layer, At: at}
}

// Show replaces what is shown. action "" = nothing to take back.
func (t *Toasts) Show(icon, text, action string, do func()) *ToastView {
	t.Clear()
	v := &ToastView{Icon: icon, Text: text, Action: action, OnAction: do}
	v.close = func() { t.drop(v) }
	v.act = newToastLink(action, func() {
		t.drop(v)
		if v.OnAction != nil {
			v.OnAction()
		}
	})
	v.ExtendBaseWidget(v)
	t.now = v
	t.place()
	addTo(t.Layer, v)
	v.wait(ToastTime)
	return v
}

// ToastAction is a word on a toast that asks, and what it does.
type ToastAction struct {
	Text string
	Do   func()
}

// Ask shows a text until one of the actions is taken or Clear is called.
func (t *Toasts) Ask(icon, text string, actions ...ToastAction) *ToastView {
	t.Clear()
	v := &ToastView{Icon: icon, Text: text}
	v.close = func() { t.drop(v) }
	v.act = newToastLink("", func() {})
	for _, a := range actions {
		v.more = append(v.more, newToastLink(a.Text, func() {
			t.drop(v)
			a.Do()
		}))
	}
	v.ExtendBaseWidget(v)
	t.now = v
	t.place()
	addTo(t.Layer, v)
	return v
}

// Take takes an action of a toast that asks by its word, and reports whether there is one.
func (t *Toasts) Take(action string) bool {
	if t.now != nil {
		for _, l := range t.now.more {
			if l.text == action {
				l.Tapped(nil)
				return true
			}
		}
	}
	return false
}

// Text returns what is shown, "" = nothing.
func (t *Toasts) Text() string {
	if t.now == nil {
		return ""
	}
	return t.now.Text
}

// Act does the action of the toast that is shown and reports whether there was one.
func (t *Toasts) Act() bool {
	if t.now == nil || t.now.OnAction == nil || t.now.Action == "" {
		return false
	}
	t.now.act.Tapped(nil)
	return true
}

// Clear takes the toast away.
func (t *Toasts) Clear() {
	if t.now != nil {
		t.drop(t.now)
	}
}

// Place puts it where it belongs after the window changed its size.
func (t *Toasts) Place() { t.place() }

func (t *Toasts) place() {
	if t.now == nil {
		return
	}
	p, w := t.At()
	z := t.now.MinSize()
	z.Width = min(z.Width, w)
	t.now.Resize(z)
	t.now.Move(fyne.NewPos(p.X, p.Y-z.Height))
}

func (t *Toasts) drop(v *ToastView) {
	v.turn++
	if v.timer != nil {
		v.timer.Stop()
	}
	dropFrom(t.Layer, v)
	if t.now == v {
		t.now = nil
	}
}

// Last shows it for d and no longer, also under the pointer: as long as its action is of use.
func (v *ToastView) Last(d time.Duration) {
	v.end = time.Now().Add(d)
	v.wait(d)
}

func (v *ToastView) wait(d time.Duration) {
	if len(v.more) > 0 { // it stays
		return
	}
	if !v.end.IsZero() {
		d = time.Until(v.end)
	}
	v.turn++
	turn := v.turn
	if v.timer != nil {
		v.timer.Stop()
	}
	v.timer = time.AfterFunc(d, func() {
		Do(func() {
			if v.turn == turn {
				v.close()
			}
		})
	})
}

// MouseIn keeps it longer.
func (v *ToastView) MouseIn(*desktop.MouseEvent) { v.wait(ToastTimeHover) }

// MouseMoved implements desktop.Hoverable.
func (v *ToastView) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (v *ToastView) MouseOut() { v.wait(ToastTime) }

// AccessibleName says it.
func (v *ToastView) AccessibleName() string { return v.Text }

// CreateRenderer implements fyne.Widget.
func (v *ToastView) CreateRenderer() fyne.WidgetRenderer {
	bg, text := &canvas.Rectangle{CornerRadius: 8}, &canvas.Text{}
	icon := NewIcon(v.Icon, 16, OnToast)
	x := newToastLink("", v.close)
	r := &Renderer{Self: v, Objs: []fyne.CanvasObject{bg, icon, text, v.act, x}}
	for _, l := range v.more {
		r.Objs = append(r.Objs, l)
	}
	r.Min = func() fyne.Size {
		w := 14 + 16 + 12 + Width(v.Text, Body13) + 16
		if v.Action != "" {
			w += v.act.MinSize().Width + 4
		}
		for _, l := range v.more {
			w += l.MinSize().Width
		}
		if len(v.more) > 0 {
			w -= 28 // it has no x
		}
		return fyne.NewSize(w+36, 40)
	}
	r.Lay = func(s fyne.Size) {
		bg.FillColor = C(Toast)
		bg.Resize(s)
		Place(icon, 14, 0, 16, s.Height)
		right := s.Width - 36
		Place(x, right, 0, 32, s.Height)
		if x.Hidden = len(v.more) > 0; x.Hidden {
			right = s.Width - 8
		}
		for i := len(v.more) - 1; i >= 0; i-- {
			w := v.more[i].MinSize().Width
			right -= w
			Place(v.more[i], right, 0, w, s.Height)
		}
		v.act.Hidden = v.Action == ""
		if v.Action != "" {
			w := v.act.MinSize().Width
			right -= w
			Place(v.act, right, 0, w, s.Height)
		}
		PutText(text, Cut(v.Text, Body13, max(1, right-42-8)), Body13, C(OnToast), 42, 0, max(1, right-42-8), s.Height, fyne.TextAlignLeading)
	}
	return r
}

// toastLink is a word, or an x, on a toast.
type toastLink struct {
	widget.BaseWidget
	text string
	do   func()
}

func newToastLink(text string, do func()) *toastLink {
	l := &toastLink{text: text, do: do}
	l.ExtendBaseWidget(l)
	return l
}

func (l *toastLink) Tapped(*fyne.PointEvent) { l.do() }

func (l *toastLink) Cursor() desktop.Cursor { return desktop.PointerCursor }

func (l *toastLink) AccessibleName() string {
	if l.text == "" {
		return "Dismiss"
	}
	return l.text
}

func (l *toastLink) CreateRenderer() fyne.WidgetRenderer {
	text, icon := &canvas.Text{}, NewIcon("x", 16, OnToast)
	r := &Renderer{Self: l, Objs: []fyne.CanvasObject{text, icon}}
	r.Min = func() fyne.Size { return fyne.NewSize(Width(l.text, Body13M)+20, 40) }
	r.Lay = func(s fyne.Size) {
		icon.Hidden = l.text != ""
		Place(icon, 0, 0, s.Width, s.Height)
		PutText(text, l.text, Body13M, C(ToastAccent), 0, 0, s.Width, s.Height, fyne.TextAlignCenter)
	}
	return r
}
