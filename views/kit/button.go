package kit

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// Kind is the kind of a button.
type Kind int

// The kinds. One Primary to an area.
const (
	Plain Kind = iota
	Primary
	Tonal
	Ghost
	Link
	Danger
)

// Heights of buttons in px.
const (
	SmallButton  float32 = 28
	NormalButton float32 = 32
	LargeButton  float32 = 36
)

// Button is a button with a text, an icon or both. Change fields, then Refresh.
type Button struct {
	widget.BaseWidget
	Text     string
	Icon     string
	Trailing string // icon behind the text
	Kind     Kind
	Height   float32
	Tip      string // tooltip
	Key      string // key that does the same, for the tooltip
	Active   bool   // an icon button whose thing is on: accent ink, filled icon
	Reason   string // why it is disabled, for the tooltip
	OnTapped func()

	disabled, hovered, pressed, focused bool
	tip                                 tipTimer
}

var (
	_ desktop.Hoverable = (*Button)(nil)
	_ desktop.Mouseable = (*Button)(nil)
	_ fyne.Focusable    = (*Button)(nil)
	_ fyne.Tappable     = (*Button)(nil)
)

// NewButton returns a button 32 px high; icon may be "".
func NewButton(text, icon string, k Kind, tapped func()) *Button {
	b := &Button{Text: text, Icon: icon, Kind: k, Height: NormalButton, OnTapped: tapped}
	b.ExtendBaseWidget(b)
	return b
}

// NewIconButton returns a button of 32 by 32 px with a tooltip of its action and key.
func NewIconButton(icon, tip, key string, tapped func()) *Button {
	b := NewButton("", icon, Ghost, tapped)
	b.Tip, b.Key = tip, key
	return b
}

// AccessibleName implements the names that tests and screen readers use.
func (b *Button) AccessibleName() string {
	if b.Text != "" {
		return b.Text
	}
	return b.Tip
}

// Disabled reports whether it is.
func (b *Button) Disabled() bool { return b.disabled }

// Disable greys the button out; say why in Reason.
func (b *Button) Disable() { b.SetEnabled(false) }

// Enable undoes Disable.
func (b *Button) Enable() { b.SetEnabled(true) }

// SetEnabled enables or disables.
func (b *Button) SetEnabled(on bool) {
	if b.disabled == on {
		b.disabled = !on
		b.Refresh()
	}
}

// SetText changes the text.
func (b *Button) SetText(s string) {
	if b.Text != s {
		b.Text = s
		b.Refresh()
	}
}

// Tapped implements fyne.Tappable.
func (b *Button) Tapped(*fyne.PointEvent) { b.act() }

func (b *Button) act() {
	b.tip.hide()
	if !b.disabled && b.OnTapped != nil {
		b.OnTapped()
	}
}

// MouseIn implements desktop.Hoverable.
func (b *Button) MouseIn(e *desktop.MouseEvent) {
	b.hovered = true
	text := b.Tip
	if b.disabled && b.Reason != "" {
		text = b.Reason
	}
	b.tip.start(b, text, b.Key)
	b.Refresh()
}

// MouseMoved implements desktop.Hoverable.
func (b *Button) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (b *Button) MouseOut() {
	b.hovered, b.pressed = false, false
	b.tip.hide()
	b.Refresh()
}

// MouseDown implements desktop.Mouseable.
func (b *Button) MouseDown(*desktop.MouseEvent) { b.pressed = true; b.tip.hide(); b.Refresh() }

// MouseUp implements desktop.Mouseable.
func (b *Button) MouseUp(*desktop.MouseEvent) { b.pressed = false; b.Refresh() }

// Cursor implements desktop.Cursorable.
func (b *Button) Cursor() desktop.Cursor {
	if b.Kind == Link && !b.disabled {
		return desktop.PointerCursor
	}
	return desktop.DefaultCursor
}

// FocusGained implements fyne.Focusable.
func (b *Button) FocusGained() { b.focused = true; b.Refresh() }

// FocusLost implements fyne.Focusable.
func (b *Button) FocusLost() { b.focused = false; b.Refresh() }

// TypedRune implements fyne.Focusable.
func (b *Button) TypedRune(r rune) {
	if r == ' ' {
		b.act()
		return
	}
	PassRune(b, r)
}

// TypedKey implements fyne.Focusable.
func (b *Button) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyReturn, fyne.KeyEnter:
		b.act()
	case fyne.KeySpace: // its rune presses the button
	default:
		PassKey(b, e)
	}
}

type buttonLook struct {
	fill, line, ink, icon color.Color
}

func (b *Button) look() buttonLook {
	none := color.NRGBA{}
	l := buttonLook{none, none, C(Text), C(Text)}
	on := b.hovered && !b.disabled
	down := b.pressed && !b.disabled
	pick := func(rest, hover, press Token) color.Color {
		switch {
		case down:
			return C(press)
		case on:
			return C(hover)
		case rest == Clear:
			return none
		}
		return C(rest)
	}
	switch b.Kind {
	case Primary:
		l = buttonLook{pick(Accent, AccentHover, AccentPress), none, C(OnAccent), C(OnAccent)}
	case Tonal:
		l = buttonLook{pick(Select, Press, Press), none, C(Accent), C(Accent)}
		if down {
			l.line = C(Accent)
		}
	case Plain:
		l = buttonLook{pick(Surface, Hover, Press), C(Border), C(Text), C(Text)}
	case Danger:
		l = buttonLook{pick(Surface, ErrTint, ErrTint), C(ErrLine), C(Err), C(Err)}
	case Link:
		l = buttonLook{none, none, pick(Accent, AccentHover, AccentPress), pick(Accent, AccentHover, AccentPress)}
	case Ghost:
		l.fill = pick(Clear, Hover, Press)
		if b.Text == "" {
			l.icon = C(Text2)
		}
		if b.Active {
			l.icon, l.ink = C(Accent), C(Accent)
			l.fill = pick(Select, Select, Press)
		}
	}
	if b.disabled {
		l.ink, l.icon = C(Disabled), C(Disabled)
		if b.Kind != Link && !(b.Kind == Ghost && b.Text == "") {
			l.fill, l.line = C(Canvas), C(Line)
		}
	}
	return l
}

func (b *Button) iconPx() float32 {
	if b.Text == "" && b.Height >= NormalButton {
		return 18
	}
	return 16
}

func (b *Button) style() Style {
	if b.Height <= SmallButton {
		return Small12M
	}
	return Body13M
}

func (b *Button) padding() float32 {
	switch {
	case b.Kind == Link:
		return 4
	case b.Text == "":
		return 0
	case b.Height <= SmallButton:
		return 10
	}
	return 12
}

// CreateRenderer implements fyne.Widget.
func (b *Button) CreateRenderer() fyne.WidgetRenderer {
	ring := &canvas.Rectangle{CornerRadius: 8, StrokeWidth: 2}
	bg := &canvas.Rectangle{CornerRadius: 6}
	text := &canvas.Text{}
	icon, trail := &canvas.Image{FillMode: canvas.ImageFillContain}, &canvas.Image{FillMode: canvas.ImageFillContain}
	r := &Renderer{Self: b, Objs: []fyne.CanvasObject{ring, bg, icon, text, trail}}
	parts := func() (w float32) {
		if b.Icon != "" {
			w += b.iconPx()
		}
		if b.Text != "" {
			if w > 0 {
				w += 6
			}
			w += Width(b.Text, b.style())
		}
		if b.Trailing != "" {
			w += 6 + 14
		}
		return w
	}
	r.Min = func() fyne.Size {
		if b.Text == "" && b.Trailing == "" {
			return fyne.NewSquareSize(b.Height)
		}
		return fyne.NewSize(parts()+2*b.padding(), b.Height)
	}
	r.Lay = func(s fyne.Size) {
		y := (s.Height - b.Height) / 2
		Place(bg, 0, y, s.Width, b.Height)
		Place(ring, -3, y-3, s.Width+6, b.Height+6)
		x := (s.Width - parts()) / 2
		if b.Icon != "" {
			px := b.iconPx()
			Place(icon, x, (s.Height-px)/2, px, px)
			x += px + 6
		}
		if b.Text != "" {
			x += PutText(text, b.Text, b.style(), text.Color, x, 0, 0, s.Height, fyne.TextAlignLeading) + 6
		}
		if b.Trailing != "" {
			Place(trail, x, (s.Height-14)/2, 14, 14)
		}
	}
	r.Paint = func() {
		l := b.look()
		bg.FillColor, bg.StrokeColor, bg.StrokeWidth = l.fill, l.line, 0
		if _, _, _, a := l.line.RGBA(); a > 0 {
			bg.StrokeWidth = 1
		}
		ring.StrokeColor, ring.FillColor = C(Accent), color.NRGBA{}
		ring.Hidden = !b.focused
		text.Color, text.Hidden = l.ink, b.Text == ""
		b.style().Apply(text)
		ic := l.icon.(color.NRGBA)
		icon.Hidden, trail.Hidden = b.Icon == "", b.Trailing == ""
		if b.Icon != "" {
			ShowIcon(icon, b.Icon, ic, b.iconPx(), b.Active && b.Icon == "star")
		}
		if b.Trailing != "" {
			ShowIcon(trail, b.Trailing, ic, 14, false)
		}
	}
	r.Paint()
	return r
}
