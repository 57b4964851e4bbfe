package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// Empty is what a pane shows when there is nothing: a circle with an icon, a title, at most two lines and at most two actions.
type Empty struct {
	widget.BaseWidget
	Icon, Title, Text string
	Tone              Tone
	Foot              fyne.CanvasObject // actions or key caps, nil = none
}

// NewEmpty returns an empty state.
func NewEmpty(icon, title, text string, tone Tone, foot fyne.CanvasObject) *Empty {
	e := &Empty{Icon: icon, Title: title, Text: text, Tone: tone, Foot: foot}
	e.ExtendBaseWidget(e)
	return e
}

// AccessibleName says the title and the text.
func (e *Empty) AccessibleName() string { return e.Title + ". " + e.Text }

// CreateRenderer implements fyne.Widget.
func (e *Empty) CreateRenderer() fyne.WidgetRenderer {
	disc, icon, title := &canvas.Circle{}, NewIcon(e.Icon, 32, Text2), &canvas.Text{}
	text := &canvas.Text{}
	more := &canvas.Text{}
	r := &Renderer{Self: e}
	r.Lay = func(s fyne.Size) {
		ink, fill := e.Tone.colours()
		disc.FillColor = C(fill)
		h := float32(72 + 16 + 20)
		lines := wrapTwo(e.Text, Body13, min(300, s.Width-32))
		if e.Text != "" {
			h += 6 + 19*float32(len(lines))
		}
		var fz fyne.Size
		if e.Foot != nil {
			fz = e.Foot.MinSize()
			h += 16 + fz.Height
		}
		y, cx := (s.Height-h)/2, s.Width/2
		Place(disc, cx-36, y, 72, 72)
		icon.Name, icon.Ink = e.Icon, ink
		Place(icon, cx-16, y+20, 32, 32)
		icon.Refresh()
		y += 72 + 16
		PutText(title, e.Title, Title16, C(Text), 16, y, s.Width-32, 20, fyne.TextAlignCenter)
		y += 20 + 6
		text.Hidden, more.Hidden = len(lines) < 1, len(lines) < 2
		for i, l := range lines {
			PutText([]*canvas.Text{text, more}[i], l, Body13, C(Text2), 8, y, s.Width-16, 19, fyne.TextAlignCenter)
			y += 19
		}
		if e.Foot != nil {
			Place(e.Foot, cx-fz.Width/2, y+10, fz.Width, fz.Height)
		}
	}
	r.Paint = func() {
		r.Objs = []fyne.CanvasObject{disc, icon, title, text, more}
		if e.Foot != nil {
			r.Objs = append(r.Objs, e.Foot)
		}
	}
	r.Paint()
	return r
}

// wrapTwo breaks a text into at most two lines; the second is cut.
func wrapTwo(s string, st Style, width float32) []string {
	if s == "" {
		return nil
	}
	if Width(s, st) <= width {
		return []string{s}
	}
	at := 0
	for i := 0; i < len(s); i++ {
		if s[i] == ' ' {
			if Width(s[:i], st) > width {
				break
			}
			at = i
		}
	}
	if at == 0 {
		return []string{Cut(s, st, width)}
	}
	return []string{s[:at], Cut(s[at+1:], st, width)}
}
