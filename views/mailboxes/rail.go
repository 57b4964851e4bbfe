package mailboxes

import (
	"image/color"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"github.com/postrider/postrider/views/kit"
)

// Rail is the strip at the very left: the mark, what the program can show, help and settings.
type Rail struct {
	widget.BaseWidget
	mail, calendar, people, help, settings, fold *railButton
	folded                                       bool
}

// NewRail returns the rail. side opens the sidebar when it is folded away.
func NewRail(mail, calendar, people, help, settings, side func()) *Rail {
	r := &Rail{mail: newRailButton("mail", "Mail", "Ctrl 1", mail), calendar: newRailButton("calendar", "Calendar", "Ctrl 2", calendar),
		people: newRailButton("contact-round", "Contacts", "Ctrl 3", people), help: newRailButton("circle-question-mark", "Keys", "F1", help),
		settings: newRailButton("sliders-horizontal", "Settings", "Ctrl ,", settings), fold: newRailButton("list", "Mailboxes", "", side)}
	r.mail.active = true
	r.ExtendBaseWidget(r)
	return r
}

// SetFolded shows the button that opens the sidebar.
func (r *Rail) SetFolded(on bool) {
	if r.folded != on {
		r.folded = on
		r.Refresh()
	}
}

// The pages that the rail leads to.
const (
	PageMail     = "mail"
	PageCalendar = "calendar"
	PagePeople   = "people"
	PageSettings = "settings"
)

// SetPage marks the button of the page that is shown.
func (r *Rail) SetPage(name string) {
	for n, b := range map[string]*railButton{PageMail: r.mail, PageCalendar: r.calendar, PagePeople: r.people, PageSettings: r.settings} {
		if b.active != (n == name) {
			b.active = n == name
			b.Refresh()
		}
	}
}

// CreateRenderer implements fyne.Widget.
func (r *Rail) CreateRenderer() fyne.WidgetRenderer {
	bg, logo := kit.NewFill(kit.Rail), kit.NewLogo(32)
	re := &kit.Renderer{Self: r, Objs: []fyne.CanvasObject{bg, logo, r.mail, r.calendar, r.people, r.fold, r.help, r.settings}}
	re.Min = func() fyne.Size { return fyne.NewSize(56, 340) }
	re.Lay = func(s fyne.Size) {
		bg.Resize(s)
		kit.Place(logo, 12, 12, 32, 32)
		kit.Place(r.mail, 8, 62, 40, 40)
		kit.Place(r.calendar, 8, 106, 40, 40)
		kit.Place(r.people, 8, 150, 40, 40)
		r.fold.Hidden = !r.folded
		kit.Place(r.fold, 8, 194, 40, 40)
		kit.Place(r.help, 8, s.Height-96, 40, 40)
		kit.Place(r.settings, 8, s.Height-52, 40, 40)
	}
	return re
}

// SetInvitations shows how many invitations wait for an answer.
func (r *Rail) SetInvitations(n int) {
	if r.calendar.count != n {
		r.calendar.count = n
		r.calendar.Refresh()
	}
}

type railButton struct {
	widget.BaseWidget
	icon, name, key string
	count           int // in a badge, 0 = none
	do              func()
	active          bool
	hover, focus    bool
	tip             kit.Tip
}

func newRailButton(icon, name, key string, do func()) *railButton {
	b := &railButton{icon: icon, name: name, key: key, do: do}
	b.ExtendBaseWidget(b)
	return b
}

func (b *railButton) AccessibleName() string {
	if b.count > 0 {
		return b.name + ", " + kit.Count(b.count)
	}
	return b.name
}
func (b *railButton) Tapped(*fyne.PointEvent) { b.tip.Hide(); b.do() }
func (b *railButton) MouseIn(*desktop.MouseEvent) {
	b.hover = true
	b.tip.Start(b, b.name, b.key)
	b.Refresh()
}
func (b *railButton) MouseMoved(*desktop.MouseEvent) {}
func (b *railButton) MouseOut()                      { b.hover = false; b.tip.Hide(); b.Refresh() }
func (b *railButton) FocusGained()                   { b.focus = true; b.Refresh() }
func (b *railButton) FocusLost()                     { b.focus = false; b.Refresh() }
func (b *railButton) TypedRune(r rune) {
	if r == ' ' {
		b.do()
		return
	}
	kit.PassRune(b, r)
}
func (b *railButton) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyReturn, fyne.KeyEnter:
		b.do()
	case fyne.KeySpace:
	default:
		kit.PassKey(b, e)
	}
}

func (b *railButton) CreateRenderer() fyne.WidgetRenderer {
	bg, icon := &canvas.Rectangle{CornerRadius: 8}, kit.NewIcon(b.icon, 20, kit.Text2)
	pill, number := &canvas.Rectangle{CornerRadius: 8}, &canvas.Text{}
	r := &kit.Renderer{Self: b, Objs: []fyne.CanvasObject{bg, icon, pill, number}}
	r.Min = func() fyne.Size { return fyne.NewSquareSize(40) }
	r.Lay = func(s fyne.Size) {
		bg.FillColor, bg.StrokeWidth = color.NRGBA{}, 0
		icon.Ink = kit.Text2
		switch {
		case b.active:
			bg.FillColor, icon.Ink = kit.C(kit.Surface), kit.Accent
		case b.hover:
			bg.FillColor = kit.C(kit.HoverSide)
		}
		if b.focus {
			bg.StrokeColor, bg.StrokeWidth = kit.C(kit.Accent), 2
		}
		bg.Resize(s)
		icon.Resize(s)
		icon.Refresh()
		if pill.Hidden, number.Hidden = b.count == 0, b.count == 0; b.count > 0 {
			text := strconv.Itoa(b.count)
			if b.count > 99 {
				text = "99"
			}
			w := max(16, kit.Width(text, kit.Tiny11M)+8)
			pill.FillColor = kit.C(kit.Accent)
			kit.Place(pill, s.Width-w-1, 3, w, 16)
			kit.PutText(number, text, kit.Tiny11M, kit.C(kit.OnAccent), s.Width-w-1, 3, w, 16, fyne.TextAlignCenter)
		}
	}
	return r
}
