package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// Choice is a field that offers some values in a list.
type Choice struct {
	widget.BaseWidget
	Options  []string
	Selected int // -1 = none
	Style    Style
	Height   float32
	Inset    float32
	Name     string
	// OnChanged gets the number of the option that the person chose.
	OnChanged func(int)

	hovered, focused, disabled bool
	open                       *Overlay
}

// NewChoice returns a choice 36 px high.
func NewChoice(options []string, selected int, changed func(int)) *Choice {
	c := &Choice{Options: options, Selected: selected, Style: Body13, Height: NormalField, Inset: 11, OnChanged: changed}
	c.ExtendBaseWidget(c)
	return c
}

// Value is the option that is chosen, "" = none.
func (c *Choice) Value() string {
	if c.Selected < 0 || c.Selected >= len(c.Options) {
		return ""
	}
	return c.Options[c.Selected]
}

// Pick chooses an option as the person would.
func (c *Choice) Pick(i int) {
	if i < 0 || i >= len(c.Options) || c.disabled {
		return
	}
	was := c.Selected
	c.Selected = i
	c.Refresh()
	if was != i && c.OnChanged != nil {
		c.OnChanged(i)
	}
}

// AccessibleName returns name and value.
func (c *Choice) AccessibleName() string { return c.Name }

// Tapped opens the list.
func (c *Choice) Tapped(*fyne.PointEvent) { c.Open() }

// Open shows the options below the field, or above where there is no room.
func (c *Choice) Open() {
	cv := fyne.CurrentApp().Driver().CanvasForObject(c)
	if cv == nil || c.disabled || len(c.Options) == 0 {
		return
	}
	rows := &optionList{choice: c, at: max(0, c.Selected)}
	rows.ExtendBaseWidget(rows)
	panel := NewPanel(rows, MenuFill, 8, 6)
	o := NewOverlay(cv, panel)
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(c)
	o.PlaceAt = func(s fyne.Size) (fyne.Position, fyne.Size) {
		z := panel.MinSize()
		z.Width = max(z.Width, c.Size().Width)
		z.Height = min(z.Height, s.Height-16)
		p := fyne.NewPos(min(at.X, s.Width-z.Width-8), at.Y+c.Size().Height+4)
		if p.Y+z.Height > s.Height-8 {
			p.Y = max(8, at.Y-4-z.Height)
		}
		return p, z
	}
	o.OnHide = func() { c.open = nil; c.Refresh() }
	rows.done = o.Close
	c.open = o
	o.Open()
	cv.Focus(rows)
	c.Refresh()
}

// Disabled implements fyne.Disableable.
func (c *Choice) Disabled() bool { return c.disabled }

// Disable implements fyne.Disableable.
func (c *Choice) Disable() { c.disabled = true; c.Refresh() }

// Enable implements fyne.Disableable.
func (c *Choice) Enable() { c.disabled = false; c.Refresh() }

// FocusGained implements fyne.Focusable.
func (c *Choice) FocusGained() { c.focused = true; c.Refresh() }

// FocusLost implements fyne.Focusable.
func (c *Choice) FocusLost() { c.focused = false; c.Refresh() }

// TypedRune implements fyne.Focusable.
func (c *Choice) TypedRune(r rune) {
	if r == ' ' {
		c.Open()
		return
	}
	PassRune(c, r)
}

// TypedKey implements fyne.Focusable.
func (c *Choice) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyReturn, fyne.KeyEnter:
		c.Open()
	case fyne.KeyUp:
		c.Pick(c.Selected - 1)
	case fyne.KeyDown:
		c.Pick(c.Selected + 1)
	case fyne.KeySpace: // its rune opens it
	default:
		PassKey(c, e)
	}
}

// MouseIn implements desktop.Hoverable.
func (c *Choice) MouseIn(*desktop.MouseEvent) { c.hovered = true; c.Refresh() }

// MouseMoved implements desktop.Hoverable.
func (c *Choice) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (c *Choice) MouseOut() { c.hovered = false; c.Refresh() }

// CreateRenderer implements fyne.Widget.
func (c *Choice) CreateRenderer() fyne.WidgetRenderer {
	box := &canvas.Rectangle{CornerRadius: 6}
	text := &canvas.Text{}
	down := NewIcon("chevron-down", 16, Text2)
	r := &Renderer{Self: c, Objs: []fyne.CanvasObject{box, text, down}}
	r.Min = func() fyne.Size { return fyne.NewSize(2*c.Inset+40, c.Height) }
	r.Lay = func(s fyne.Size) {
		box.Resize(s)
		PutText(text, c.Value(), c.Style, text.Color, c.Inset, 0, s.Width-2*c.Inset-18, s.Height, fyne.TextAlignLeading)
		Place(down, s.Width-c.Inset-16, (s.Height-16)/2, 16, 16)
	}
	r.Paint = func() {
		box.FillColor, box.StrokeColor, box.StrokeWidth = C(FieldFill), C(BorderStrong), 1
		text.Color, down.Ink = C(Text), Text2
		switch {
		case c.disabled:
			box.FillColor, box.StrokeColor, text.Color, down.Ink = C(Canvas), C(Line), C(Disabled), Disabled
		case c.focused || c.open != nil:
			box.StrokeColor, box.StrokeWidth = C(Accent), 2
		case c.hovered:
			box.FillColor = C(Hover)
		}
	}
	r.Paint()
	return r
}

// optionList is the open list of a choice.
type optionList struct {
	widget.BaseWidget
	choice *Choice
	at     int // under the pointer or the keys
	done   func()
}

const optionHeight = 30

func (l *optionList) FocusGained()   {}
func (l *optionList) FocusLost()     {}
func (l *optionList) TypedRune(rune) {}
func (l *optionList) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyUp:
		l.at = max(0, l.at-1)
	case fyne.KeyDown:
		l.at = min(len(l.choice.Options)-1, l.at+1)
	case fyne.KeyHome:
		l.at = 0
	case fyne.KeyEnd:
		l.at = len(l.choice.Options) - 1
	case fyne.KeyReturn, fyne.KeyEnter, fyne.KeySpace:
		l.pick()
		return
	case fyne.KeyEscape:
		l.done()
		return
	}
	l.Refresh()
}

func (l *optionList) pick() {
	at := l.at
	l.done()
	l.choice.Pick(at)
}

func (l *optionList) Tapped(e *fyne.PointEvent) {
	l.at = min(max(0, int(e.Position.Y/optionHeight)), len(l.choice.Options)-1)
	l.pick()
}

func (l *optionList) MouseIn(e *desktop.MouseEvent) { l.MouseMoved(e) }
func (l *optionList) MouseMoved(e *desktop.MouseEvent) {
	if i := int(e.Position.Y / optionHeight); i != l.at && i >= 0 && i < len(l.choice.Options) {
		l.at = i
		l.Refresh()
	}
}
func (l *optionList) MouseOut() {}

func (l *optionList) CreateRenderer() fyne.WidgetRenderer {
	hover := &canvas.Rectangle{CornerRadius: 6}
	check := NewIcon("check", 14, Accent)
	r := &Renderer{Self: l, Objs: []fyne.CanvasObject{hover, check}}
	texts := make([]*canvas.Text, len(l.choice.Options))
	for i := range texts {
		texts[i] = &canvas.Text{}
		r.Objs = append(r.Objs, texts[i])
	}
	r.Min = func() fyne.Size {
		w := float32(0)
		for _, o := range l.choice.Options {
			w = max(w, Width(o, Body13))
		}
		return fyne.NewSize(w+44, optionHeight*float32(len(texts)))
	}
	r.Lay = func(s fyne.Size) {
		Place(hover, 0, float32(l.at)*optionHeight, s.Width, optionHeight)
		check.Hidden = l.choice.Selected < 0
		Place(check, s.Width-22, float32(l.choice.Selected)*optionHeight+8, 14, 14)
		for i, t := range texts {
			PutText(t, l.choice.Options[i], Body13, C(Text), 10, float32(i)*optionHeight, s.Width-36, optionHeight, fyne.TextAlignLeading)
		}
	}
	r.Paint = func() { hover.FillColor = C(MenuHover) }
	r.Paint()
	return r
}
