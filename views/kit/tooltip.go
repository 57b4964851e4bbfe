package kit

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// Do runs f on the window's goroutine. Tests may replace it.
var Do = fyne.Do

// TipDelay is how long the pointer rests before a tooltip shows.
var TipDelay = 500 * time.Millisecond

// tipTimer shows and hides the tooltip of one widget. All its methods run on the window's goroutine.
type tipTimer struct {
	timer *time.Timer
	tip   *tipView
	layer *fyne.Container
	turn  int
}

func (t *tipTimer) start(owner fyne.CanvasObject, text, key string) {
	t.startAt(owner, fyne.Position{}, fyne.Size{}, text, key)
}

// startAt is start for a part of the owner; a zero size is the whole owner.
func (t *tipTimer) startAt(owner fyne.CanvasObject, at fyne.Position, size fyne.Size, text, key string) {
	t.hide()
	if text == "" {
		return
	}
	turn := t.turn
	t.timer = time.AfterFunc(TipDelay, func() {
		Do(func() {
			if t.turn == turn {
				t.show(owner, at, size, text, key)
			}
		})
	})
}

func (t *tipTimer) show(owner fyne.CanvasObject, at fyne.Position, z fyne.Size, text, key string) {
	layer, c := layerOf(owner)
	if layer == nil {
		return
	}
	p := fyne.CurrentApp().Driver().AbsolutePositionForObject(owner).Add(at)
	if z.IsZero() {
		z = owner.Size()
	}
	v := newTip(text, key)
	m := v.MinSize()
	x := min(max(4, p.X+(z.Width-m.Width)/2), c.Size().Width-m.Width-4)
	y := p.Y + z.Height + 6
	if y+m.Height > c.Size().Height-4 {
		y = p.Y - m.Height - 6
	}
	v.Resize(m)
	v.Move(fyne.NewPos(x, y))
	t.tip, t.layer = v, layer
	addTo(layer, v)
}

func (t *tipTimer) hide() {
	t.turn++
	if t.timer != nil {
		t.timer.Stop()
		t.timer = nil
	}
	if t.tip != nil {
		dropFrom(t.layer, t.tip)
		t.tip = nil
	}
}

// clearTips removes what tooltips are shown in a layer.
func clearTips(l *fyne.Container) {
	for _, o := range append([]fyne.CanvasObject(nil), l.Objects...) {
		if v, ok := o.(*tipView); ok {
			dropFrom(l, v)
		}
	}
}

// Tip gives any widget that knows when the pointer comes and goes a tooltip.
type Tip struct{ t tipTimer }

// Start shows text and key after the delay below owner.
func (t *Tip) Start(owner fyne.CanvasObject, text, key string) { t.t.start(owner, text, key) }

// StartAt shows it below a part of owner.
func (t *Tip) StartAt(owner fyne.CanvasObject, at fyne.Position, size fyne.Size, text, key string) {
	t.t.startAt(owner, at, size, text, key)
}

// Hide takes it away.
func (t *Tip) Hide() { t.t.hide() }

type tipView struct {
	widget.BaseWidget
	text, key string
}

func newTip(text, key string) *tipView {
	v := &tipView{text: text, key: key}
	v.ExtendBaseWidget(v)
	return v
}

// CreateRenderer implements fyne.Widget.
func (v *tipView) CreateRenderer() fyne.WidgetRenderer {
	bg, lab, key := NewBox(Toast, Clear, 6), NewLabel(v.text, Small12, OnToast), NewLabel(v.key, Small12, ToastAccent)
	r := &Renderer{Self: v, Objs: []fyne.CanvasObject{bg, lab, key}}
	r.Min = func() fyne.Size {
		w := lab.MinSize().Width + 16
		if v.key != "" {
			w += key.MinSize().Width + 10
		}
		return fyne.NewSize(w, 26)
	}
	r.Lay = func(s fyne.Size) {
		bg.Resize(s)
		Place(lab, 8, 0, lab.MinSize().Width, s.Height)
		key.Hidden = v.key == ""
		Place(key, s.Width-8-key.MinSize().Width, 0, key.MinSize().Width, s.Height)
	}
	return r
}
