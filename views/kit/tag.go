package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// Tag is a word on a tint, 18 px high.
type Tag struct {
	widget.BaseWidget
	Text    string
	Hue     string
	Outline bool // a bordered tag with a dot in the hue's solid
}

// NewTag returns a tag; an empty hue is that of the text.
func NewTag(text, hue string) *Tag {
	t := &Tag{Text: text, Hue: hue}
	t.ExtendBaseWidget(t)
	return t
}

// TagHue is the hue of a tag by its name.
func TagHue(name string) string { return HueOf(name) }

// CreateRenderer implements fyne.Widget.
func (t *Tag) CreateRenderer() fyne.WidgetRenderer {
	bg, dot, text := &canvas.Rectangle{CornerRadius: 4}, &canvas.Circle{}, &canvas.Text{}
	r := &Renderer{Self: t, Objs: []fyne.CanvasObject{bg, dot, text}}
	lead := func() float32 {
		if t.Outline {
			return 6 + 7 + 5
		}
		return 6
	}
	r.Min = func() fyne.Size { return fyne.NewSize(lead()+Width(t.Text, Tiny11M)+6, 18) }
	r.Lay = func(s fyne.Size) {
		hue := t.Hue
		if hue == "" {
			hue = TagHue(t.Text)
		}
		h := Hue(hue)
		y := (s.Height - 18) / 2
		bg.FillColor, bg.StrokeWidth, dot.Hidden = h.Tint, 0, !t.Outline
		ink := h.Ink
		if t.Outline {
			bg.FillColor, bg.StrokeColor, bg.StrokeWidth, dot.FillColor, ink = C(Surface), C(Border), 1, h.Solid, C(Text2)
			Place(dot, 6, y+5.5, 7, 7)
		}
		Place(bg, 0, y, s.Width, 18)
		PutText(text, t.Text, Tiny11M, ink, lead(), y, s.Width-lead()-5, 18, fyne.TextAlignLeading)
	}
	return r
}

// Badge is a pill with an icon and a word, 18 px high: "Not sent", "Verified".
type Badge struct {
	widget.BaseWidget
	Text, Icon string
	Ink, Fill  Token
}

// NewBadge returns a badge.
func NewBadge(text, icon string, ink, fill Token) *Badge {
	b := &Badge{Text: text, Icon: icon, Ink: ink, Fill: fill}
	b.ExtendBaseWidget(b)
	return b
}

// CreateRenderer implements fyne.Widget.
func (b *Badge) CreateRenderer() fyne.WidgetRenderer {
	bg, icon, text := &canvas.Rectangle{CornerRadius: 9}, NewIcon(b.Icon, 12, b.Ink), &canvas.Text{}
	r := &Renderer{Self: b, Objs: []fyne.CanvasObject{bg, icon, text}}
	lead := func() float32 {
		if b.Icon != "" {
			return 7 + 12 + 4
		}
		return 7
	}
	r.Min = func() fyne.Size { return fyne.NewSize(lead()+Width(b.Text, Tiny11M)+8, 18) }
	r.Lay = func(s fyne.Size) {
		y := (s.Height - 18) / 2
		bg.FillColor = C(b.Fill)
		Place(bg, 0, y, s.Width, 18)
		icon.Name, icon.Ink, icon.Hidden = b.Icon, b.Ink, b.Icon == ""
		Place(icon, 7, y, 12, 18)
		PutText(text, b.Text, Tiny11M, C(b.Ink), lead(), y, 0, 18, fyne.TextAlignLeading)
	}
	return r
}

// KeyCap shows a key.
type KeyCap struct {
	widget.BaseWidget
	Text string
}

// NewKeyCap returns a key cap, 18 px high.
func NewKeyCap(text string) *KeyCap {
	k := &KeyCap{Text: text}
	k.ExtendBaseWidget(k)
	return k
}

// CreateRenderer implements fyne.Widget.
func (k *KeyCap) CreateRenderer() fyne.WidgetRenderer {
	bg, text := &canvas.Rectangle{CornerRadius: 4, StrokeWidth: 1}, &canvas.Text{}
	r := &Renderer{Self: k, Objs: []fyne.CanvasObject{bg, text}}
	r.Min = func() fyne.Size { return fyne.NewSize(max(18, Width(k.Text, Tiny11)+10), 18) }
	r.Lay = func(s fyne.Size) {
		bg.FillColor, bg.StrokeColor = C(Surface), C(Border)
		Place(bg, 0, (s.Height-18)/2, s.Width, 18)
		PutText(text, k.Text, Tiny11, C(Text2), 0, 0, s.Width, s.Height, fyne.TextAlignCenter)
	}
	return r
}
