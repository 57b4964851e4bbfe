package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// Tone is the colour of a banner.
type Tone int

// The tones.
const (
	ToneTint Tone = iota // advice in a card
	ToneIdle             // offline
	ToneWarn
	ToneErr
	ToneInfo
	ToneOK
)

func (t Tone) colours() (ink, fill Token) {
	switch t {
	case ToneIdle:
		return Text2, SelectIdle
	case ToneWarn:
		return Warn, WarnTint
	case ToneErr:
		return Err, ErrTint
	case ToneInfo:
		return Info, InfoTint
	case ToneOK:
		return OK, OKTint
	}
	return Accent, Tint
}

// Banner says one fact with a detail and offers actions. In a card it is 36 px high and rounded; Wide ones run over the panes, 40 px high.
type Banner struct {
	widget.BaseWidget
	Icon, Fact, Detail string
	Tone               Tone
	Wide               bool
	Actions            []*Button
	OnClose            func() // nil: no x
	Tip                string // what the pointer over it gets told
	tip                Tip
	close              *Button
}

// NewBanner returns a banner; the actions are usually of kind Link.
func NewBanner(icon, fact, detail string, tone Tone, actions ...*Button) *Banner {
	b := &Banner{Icon: icon, Fact: fact, Detail: detail, Tone: tone, Actions: actions}
	b.close = NewIconButton("x", "Dismiss", "", func() {
		if b.OnClose != nil {
			b.OnClose()
		}
	})
	b.close.Height = 28
	b.ExtendBaseWidget(b)
	return b
}

// MouseIn implements desktop.Hoverable.
func (b *Banner) MouseIn(*desktop.MouseEvent) { b.tip.Start(b, b.Tip, "") }

// MouseMoved implements desktop.Hoverable.
func (b *Banner) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (b *Banner) MouseOut() { b.tip.Hide() }

// AccessibleName says it all.
func (b *Banner) AccessibleName() string { return b.Fact + " " + b.Detail }

// CreateRenderer implements fyne.Widget.
func (b *Banner) CreateRenderer() fyne.WidgetRenderer {
	bg, line := &canvas.Rectangle{}, &canvas.Rectangle{}
	icon, fact, detail := NewIcon(b.Icon, 16, Accent), &canvas.Text{}, &canvas.Text{}
	r := &Renderer{Self: b}
	h := func() float32 {
		if b.Wide {
			return 40
		}
		return 36
	}
	r.Min = func() fyne.Size { return fyne.NewSize(0, h()) }
	r.Paint = func() {
		r.Objs = []fyne.CanvasObject{bg, line, icon, fact, detail}
		for _, a := range b.Actions {
			r.Objs = append(r.Objs, a)
		}
		if b.OnClose != nil {
			r.Objs = append(r.Objs, b.close)
		}
	}
	r.Lay = func(s fyne.Size) {
		ink, fill := b.Tone.colours()
		bg.FillColor, bg.CornerRadius = C(fill), 6
		pad := float32(12)
		if b.Wide {
			bg.CornerRadius, pad = 0, 16
		}
		line.FillColor, line.Hidden = C(Border), !b.Wide
		Place(bg, 0, 0, s.Width, h())
		Place(line, 0, h()-1, s.Width, 1)
		icon.Name, icon.Ink = b.Icon, ink
		Place(icon, pad, 0, 16, h())
		icon.Refresh()
		right := s.Width - pad/2
		if b.OnClose != nil {
			right -= 28
			Place(b.close, right, (h()-28)/2, 28, 28)
			right -= 4
		}
		for i := len(b.Actions) - 1; i >= 0; i-- {
			z := b.Actions[i].MinSize()
			right -= z.Width + 4
			Place(b.Actions[i], right, (h()-z.Height)/2, z.Width, z.Height)
			right -= 16
		}
		x := pad + 16 + 8
		w := PutText(fact, b.Fact, Small12B, C(Text), x, 0, max(1, right-x), h(), fyne.TextAlignLeading)
		x += w + Width(" ", Small12)
		detail.Hidden = b.Detail == ""
		PutText(detail, b.Detail, Small12, C(Text2), x, 0, max(1, right-x), h(), fyne.TextAlignLeading)
	}
	r.Paint()
	return r
}
