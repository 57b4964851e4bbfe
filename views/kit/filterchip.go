package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// FilterChip is a pill that is on or off, 26 px high.
type FilterChip struct {
	widget.BaseWidget
	Text, Icon string
	On         bool
	OnChanged  func(bool)

	hovered, focused bool
}

var (
	_ fyne.Focusable    = (*FilterChip)(nil)
	_ desktop.Hoverable = (*FilterChip)(nil)
)

// NewFilterChip returns a chip that is off.
func NewFilterChip(text, icon string, changed func(bool)) *FilterChip {
	c := &FilterChip{Text: text, Icon: icon, OnChanged: changed}
	c.ExtendBaseWidget(c)
	return c
}

// AccessibleName says what it filters.
func (c *FilterChip) AccessibleName() string { return c.Text }

// Set changes it without telling.
func (c *FilterChip) Set(on bool) { c.On = on; c.Refresh() }

// Tapped implements fyne.Tappable.
func (c *FilterChip) Tapped(*fyne.PointEvent) { c.flip() }

func (c *FilterChip) flip() {
	c.On = !c.On
	c.Refresh()
	if c.OnChanged != nil {
		c.OnChanged(c.On)
	}
}

// FocusGained implements fyne.Focusable.
func (c *FilterChip) FocusGained() { c.focused = true; c.Refresh() }

// FocusLost implements fyne.Focusable.
func (c *FilterChip) FocusLost() { c.focused = false; c.Refresh() }

// TypedRune implements fyne.Focusable.
func (c *FilterChip) TypedRune(r rune) {
	if r == ' ' {
		c.flip()
		return
	}
	PassRune(c, r)
}

// TypedKey implements fyne.Focusable.
func (c *FilterChip) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyReturn, fyne.KeyEnter:
		c.flip()
	case fyne.KeySpace:
	default:
		PassKey(c, e)
	}
}

// MouseIn implements desktop.Hoverable.
func (c *FilterChip) MouseIn(*desktop.MouseEvent) { c.hovered = true; c.Refresh() }

// MouseMoved implements desktop.Hoverable.
func (c *FilterChip) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (c *FilterChip) MouseOut() { c.hovered = false; c.Refresh() }

// CreateRenderer implements fyne.Widget.
func (c *FilterChip) CreateRenderer() fyne.WidgetRenderer {
	bg, text := &canvas.Rectangle{CornerRadius: 13}, &canvas.Text{}
	icon, x := NewIcon(c.Icon, 13, Text2), NewIcon("x", 12, Accent)
	r := &Renderer{Self: c, Objs: []fyne.CanvasObject{bg, icon, text, x}}
	style := func() Style {
		if c.On {
			return Small12B
		}
		return Small12
	}
	r.Min = func() fyne.Size {
		w := Width(c.Text, style()) + 20
		if c.Icon != "" {
			w += 13 + 6
		}
		if c.On {
			w += 18
		}
		return fyne.NewSize(w, 26)
	}
	r.Lay = func(s fyne.Size) {
		bg.FillColor, bg.StrokeColor, bg.StrokeWidth = C(Surface), C(Border), 1
		ink := Text2
		if c.hovered {
			bg.FillColor = C(Hover)
		}
		if c.On {
			bg.FillColor, bg.StrokeWidth, ink = C(Select), 0, Accent
		}
		if c.focused {
			bg.StrokeColor, bg.StrokeWidth = C(Accent), 2
		}
		Place(bg, 0, 0, s.Width, 26)
		at := float32(10)
		icon.Hidden, icon.Ink = c.Icon == "", ink
		if c.Icon != "" {
			Place(icon, at, 0, 13, 26)
			icon.Refresh()
			at += 13 + 6
		}
		at += PutText(text, c.Text, style(), C(ink), at, 0, 0, 26, fyne.TextAlignLeading)
		x.Hidden = !c.On
		Place(x, at+6, 0, 12, 26)
	}
	return r
}
