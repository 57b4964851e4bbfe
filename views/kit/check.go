package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// toggle is what check box, radio button and switch have in common: one state, a label that can be clicked, focus, space and Enter.
type toggle struct {
	widget.BaseWidget
	On        bool
	Label     string
	Style     Style
	OnChanged func(bool)
	// OnSecondary hears the other button, and where in the window.
	OnSecondary func(at fyne.Position)

	hovered, focused, disabled bool
	only                       bool // a radio: cannot be switched off by itself
	self                       fyne.CanvasObject
}

// Tapped implements fyne.Tappable.
func (t *toggle) Tapped(*fyne.PointEvent) { t.flip() }

// TappedSecondary implements fyne.SecondaryTappable.
func (t *toggle) TappedSecondary(e *fyne.PointEvent) {
	if t.OnSecondary != nil {
		t.OnSecondary(e.AbsolutePosition)
	}
}

func (t *toggle) flip() {
	if t.disabled || t.only && t.On {
		return
	}
	t.On = !t.On
	t.Refresh()
	if t.OnChanged != nil {
		t.OnChanged(t.On)
	}
}

// Set changes the state without telling OnChanged.
func (t *toggle) Set(on bool) {
	if t.On != on {
		t.On = on
		t.Refresh()
	}
}

// AccessibleName returns the label.
func (t *toggle) AccessibleName() string { return t.Label }

// Disabled implements fyne.Disableable.
func (t *toggle) Disabled() bool { return t.disabled }

// Disable implements fyne.Disableable.
func (t *toggle) Disable() { t.disabled = true; t.Refresh() }

// Enable implements fyne.Disableable.
func (t *toggle) Enable() { t.disabled = false; t.Refresh() }

// FocusGained implements fyne.Focusable.
func (t *toggle) FocusGained() { t.focused = true; t.Refresh() }

// FocusLost implements fyne.Focusable.
func (t *toggle) FocusLost() { t.focused = false; t.Refresh() }

// TypedRune implements fyne.Focusable.
func (t *toggle) TypedRune(r rune) {
	if r == ' ' {
		t.flip()
		return
	}
	PassRune(t.self, r)
}

// TypedKey implements fyne.Focusable.
func (t *toggle) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyReturn, fyne.KeyEnter:
		t.flip()
	case fyne.KeySpace: // its rune does it
	default:
		PassKey(t.self, e)
	}
}

// MouseIn implements desktop.Hoverable.
func (t *toggle) MouseIn(*desktop.MouseEvent) { t.hovered = true; t.Refresh() }

// MouseMoved implements desktop.Hoverable.
func (t *toggle) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (t *toggle) MouseOut() { t.hovered = false; t.Refresh() }

// Check is a check box of 16 px with its label. Hue fills it with the solid of a hue instead of the accent. Mixed shows that a part of what it stands for is on.
type Check struct {
	toggle
	Hue   string
	Mixed bool
}

// NewCheck returns a check box.
func NewCheck(label string, on bool, changed func(bool)) *Check {
	c := &Check{toggle: toggle{On: on, Label: label, Style: Body13, OnChanged: changed}}
	c.self = c
	c.ExtendBaseWidget(c)
	return c
}

// CreateRenderer implements fyne.Widget.
func (c *Check) CreateRenderer() fyne.WidgetRenderer {
	ring := &canvas.Rectangle{CornerRadius: 6, StrokeWidth: 2}
	box := &canvas.Rectangle{CornerRadius: 4}
	mark := NewIcon("check", 12, OnAccent)
	text := &canvas.Text{}
	r := &Renderer{Self: c, Objs: []fyne.CanvasObject{ring, box, mark, text}}
	r.Min = func() fyne.Size { return c.min(16) }
	r.Lay = func(s fyne.Size) {
		y := (s.Height - 16) / 2
		Place(ring, -3, y-3, 22, 22)
		Place(box, 0, y, 16, 16)
		Place(mark, 2, y+2, 12, 12)
		PutText(text, c.Label, c.Style, text.Color, 24, 0, 0, s.Height, fyne.TextAlignLeading)
	}
	r.Paint = func() {
		ring.StrokeColor, ring.Hidden = C(Accent), !c.focused
		box.FillColor, box.StrokeColor, box.StrokeWidth = C(FieldFill), C(BorderStrong), 1
		text.Color = C(Text)
		mark.Hidden = !c.On && !c.Mixed
		if mark.Name = "check"; c.Mixed {
			mark.Name = "minus"
		}
		mark.Refresh()
		switch {
		case c.disabled:
			box.FillColor, box.StrokeColor, text.Color = C(Canvas), C(Disabled), C(Disabled)
			mark.Ink = Disabled
		case c.On, c.Mixed:
			box.FillColor, box.StrokeWidth, mark.Ink = C(Accent), 0, OnAccent
			if c.Hue != "" {
				box.FillColor = Hue(c.Hue).Solid
			}
		case c.Hue != "":
			box.StrokeColor = Hue(c.Hue).Solid
		case c.hovered:
			box.FillColor = C(Hover)
		}
	}
	r.Paint()
	return r
}

func (t *toggle) min(box float32) fyne.Size {
	if t.Label == "" {
		return fyne.NewSize(box, 18)
	}
	z := Measure(t.Label, t.Style)
	return fyne.NewSize(box+8+z.Width, max(18, z.Height))
}
