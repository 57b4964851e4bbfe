package kit

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// Switch is a switch of 32 by 18 px, for choices that apply at once.
type Switch struct{ toggle }

// NewSwitch returns a switch; name is what it switches, for tests and readers.
func NewSwitch(name string, on bool, changed func(bool)) *Switch {
	s := &Switch{toggle{On: on, Label: name, Style: Body13, OnChanged: changed}}
	s.self = s
	s.ExtendBaseWidget(s)
	return s
}

// CreateRenderer implements fyne.Widget.
func (c *Switch) CreateRenderer() fyne.WidgetRenderer {
	ring := &canvas.Rectangle{CornerRadius: 12, StrokeWidth: 2}
	track := &canvas.Rectangle{CornerRadius: 9}
	knob := &canvas.Circle{}
	r := &Renderer{Self: c, Objs: []fyne.CanvasObject{ring, track, knob}}
	r.Min = func() fyne.Size { return fyne.NewSize(32, 18) }
	r.Lay = func(s fyne.Size) {
		y := (s.Height - 18) / 2
		Place(ring, -3, y-3, 38, 24)
		Place(track, 0, y, 32, 18)
		x := float32(2)
		if c.On {
			x = 16
		}
		Place(knob, x, y+2, 14, 14)
	}
	r.Paint = func() {
		ring.StrokeColor, ring.Hidden = C(Accent), !c.focused
		track.FillColor, knob.FillColor = C(BorderStrong), color.White
		switch {
		case c.disabled:
			track.FillColor = C(SelectIdle)
		case c.On && c.hovered:
			track.FillColor = C(AccentHover)
		case c.On:
			track.FillColor = C(Accent)
		}
	}
	r.Paint()
	return r
}
