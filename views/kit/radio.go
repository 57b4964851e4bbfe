package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// Radio is a radio button of 16 px with its label. Who makes several of them switches the others off in OnChanged.
type Radio struct{ toggle }

// NewRadio returns a radio button; it is only ever switched on by the person.
func NewRadio(label string, on bool, chosen func()) *Radio {
	r := &Radio{toggle{On: on, Label: label, Style: Body13, only: true, OnChanged: func(bool) { chosen() }}}
	r.self = r
	r.ExtendBaseWidget(r)
	return r
}

// CreateRenderer implements fyne.Widget.
func (c *Radio) CreateRenderer() fyne.WidgetRenderer {
	ring := &canvas.Rectangle{CornerRadius: 11, StrokeWidth: 2}
	box := &canvas.Rectangle{CornerRadius: 8}
	dot := &canvas.Circle{}
	text := &canvas.Text{}
	r := &Renderer{Self: c, Objs: []fyne.CanvasObject{ring, box, dot, text}}
	r.Min = func() fyne.Size { return c.min(16) }
	r.Lay = func(s fyne.Size) {
		y := (s.Height - 16) / 2
		Place(ring, -3, y-3, 22, 22)
		Place(box, 0, y, 16, 16)
		Place(dot, 5, y+5, 6, 6)
		PutText(text, c.Label, c.Style, text.Color, 24, 0, 0, s.Height, fyne.TextAlignLeading)
	}
	r.Paint = func() {
		ring.StrokeColor, ring.Hidden = C(Accent), !c.focused
		box.FillColor, box.StrokeColor, box.StrokeWidth = C(FieldFill), C(BorderStrong), 1
		text.Color, dot.Hidden, dot.FillColor = C(Text), !c.On, C(OnAccent)
		switch {
		case c.disabled:
			box.FillColor, box.StrokeColor, text.Color = C(Canvas), C(Disabled), C(Disabled)
		case c.On:
			box.FillColor, box.StrokeWidth = C(Accent), 0
		case c.hovered:
			box.FillColor = C(Hover)
		}
	}
	r.Paint()
	return r
}
