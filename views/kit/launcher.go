package kit

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// LaunchItem is one thing that a launcher offers.
type LaunchItem struct {
	Text, Icon string
	Kind       string // what it is, at the right: "Folder", "Action"
	Words      string // further words that find it
	Always     bool   // offered whatever is typed, behind the rest
	Do         func()
}

const (
	launchWidth float32 = 560
	launchTop   float32 = 96
	launchHead  float32 = 46
	launchMost          = 10
)

// Launcher is the command palette: a field over the window with what fits to it below: folders, actions, people.
type Launcher struct {
	widget.BaseWidget
	// More is asked for further items when something is typed; it brings them with Add.
	More func(typed string)

	all   []LaunchItem
	more  []LaunchItem
	shown []LaunchItem
	at    int
	field *Field
	over  *Overlay
	panel *Panel
	lines []launchLine
}

type launchLine struct {
	bg         *canvas.Rectangle
	icon       *IconView
	text, kind *canvas.Text
}

// ShowLauncher opens one on a canvas. items gives what is always offered, and with what is typed what is offered for that alone.
func ShowLauncher(c fyne.Canvas, hint string, items []LaunchItem, typed func(string) []LaunchItem) *Launcher {
	p := &Launcher{all: items, field: NewField(hint)}
	p.field.Bare, p.field.Height, p.field.Name = true, launchHead, hint
	p.field.OnKey = p.key
	p.field.OnChanged = func(s string) {
		p.more = nil
		if typed != nil && strings.TrimSpace(s) != "" {
			p.more = typed(strings.TrimSpace(s))
		}
		p.match()
		if p.More != nil {
			p.More(strings.TrimSpace(s))
		}
	}
	p.ExtendBaseWidget(p)
	for range launchMost {
		p.lines = append(p.lines, launchLine{&canvas.Rectangle{CornerRadius: 6}, NewIcon("", 16, Text2), &canvas.Text{}, &canvas.Text{}})
	}
	p.panel = NewPanel(p, MenuFill, 8, 0)
	p.over = NewOverlay(c, p.panel)
	p.over.PlaceAt = func(s fyne.Size) (fyne.Position, fyne.Size) {
		w := min(launchWidth, s.Width-32)
		h := p.panel.MinSize().Height
		return fyne.NewPos((s.Width-w)/2, max(8, min(launchTop, s.Height-h-8))), fyne.NewSize(w, h)
	}
	p.match()
	p.over.Open()
	c.Focus(p.field)
	return p
}

// Typed returns what is typed.
func (p *Launcher) Typed() string { return strings.TrimSpace(p.field.Text()) }

// Type types as a person would.
func (p *Launcher) Type(s string) {
	p.field.SetText(s)
	p.field.OnChanged(s)
}

// Shown returns what is offered now.
func (p *Launcher) Shown() []LaunchItem { return p.shown }

// Open reports whether it is there.
func (p *Launcher) Open() bool { return p.over.Shown() }

// Add brings further items for what was typed; they are dropped when something else is typed by now.
func (p *Launcher) Add(typed string, items []LaunchItem) {
	if typed != p.Typed() || !p.over.Shown() {
		return
	}
	p.more = append(p.more, items...)
	p.match()
}

// fits reports how well an item fits to typed words in small letters: 0 begins with it, 1 all words begin words of it, 2 all are somewhere in it; -1 not.
func (it LaunchItem) fits(typed string, words []string) int {
	text := strings.ToLower(it.Text)
	if strings.HasPrefix(text, typed) {
		return 0
	}
	own := strings.FieldsFunc(text+" "+strings.ToLower(it.Words), func(r rune) bool { return r == ' ' || r == '·' || r == '/' || r == '-' || r == '<' || r == '@' })
	best := 1
	for _, w := range words {
		switch {
		case slices.ContainsFunc(own, func(o string) bool { return strings.HasPrefix(o, w) }):
		case len(w) > 1 && strings.Contains(text, w):
			best = 2
		default:
			return -1
		}
	}
	return best
}

// match chooses what is shown.
func (p *Launcher) match() {
	typed := strings.ToLower(p.Typed())
	words := strings.Fields(typed)
	var by [4][]LaunchItem
	for _, it := range slices.Concat(p.all, p.more) {
		if it.Always {
			by[3] = append(by[3], it)
		} else if k := it.fits(typed, words); k >= 0 {
			by[k] = append(by[k], it)
		}
	}
	p.shown = slices.Concat(by[0], by[1], by[2])
	if most := launchMost - len(by[3]); len(p.shown) > most {
		p.shown = p.shown[:most]
	}
	p.shown = append(p.shown, by[3]...)
	p.at = min(max(0, p.at), max(0, len(p.shown)-1))
	if len(p.shown) > 0 {
		p.at = 0
	}
	p.Refresh()
	p.panel.Refresh()
	p.over.Refresh()
}

func (p *Launcher) key(k fyne.KeyName, _ bool) bool {
	n := len(p.shown)
	switch k {
	case fyne.KeyDown:
		p.at = (p.at + 1) % max(1, n)
	case fyne.KeyUp:
		p.at = (p.at - 1 + max(1, n)) % max(1, n)
	case fyne.KeyReturn, fyne.KeyEnter:
		p.pick(p.at)
		return true
	case fyne.KeyEscape:
		p.over.Close()
		return true
	default:
		return false
	}
	p.Refresh()
	return true
}

func (p *Launcher) pick(i int) {
	if i < 0 || i >= len(p.shown) {
		return
	}
	do := p.shown[i].Do
	p.over.Close()
	if do != nil {
		do()
	}
}

func (p *Launcher) line(y float32) int {
	i := int((y - launchHead - 1 - menuPad) / menuRow)
	if y < launchHead+1+menuPad || i >= len(p.shown) {
		return -1
	}
	return i
}

// Tapped implements fyne.Tappable.
func (p *Launcher) Tapped(e *fyne.PointEvent) { p.pick(p.line(e.Position.Y)) }

// MouseIn implements desktop.Hoverable.
func (p *Launcher) MouseIn(*desktop.MouseEvent) {}

// MouseMoved implements desktop.Hoverable.
func (p *Launcher) MouseMoved(e *desktop.MouseEvent) {
	if i := p.line(e.Position.Y); i >= 0 && i != p.at {
		p.at = i
		p.Refresh()
	}
}

// MouseOut implements desktop.Hoverable.
func (p *Launcher) MouseOut() {}

// CreateRenderer implements fyne.Widget.
func (p *Launcher) CreateRenderer() fyne.WidgetRenderer {
	icon, ctrl, rule := NewIcon("search", 16, Text2), NewKeyCap("Ctrl K"), &canvas.Rectangle{}
	none := &canvas.Text{}
	r := &Renderer{Self: p}
	r.Min = func() fyne.Size {
		return fyne.NewSize(320, launchHead+1+2*menuPad+menuRow*float32(max(1, len(p.shown))))
	}
	r.Lay = func(s fyne.Size) {
		r.Objs = append(r.Objs[:0], icon, p.field, ctrl, rule)
		z := ctrl.MinSize()
		Place(icon, 14, 0, 16, launchHead)
		Place(ctrl, s.Width-14-z.Width, (launchHead-z.Height)/2, z.Width, z.Height)
		Place(p.field, 40, 0, s.Width-40-14-z.Width-12, launchHead)
		rule.FillColor = C(Line)
		Place(rule, 1, launchHead, s.Width-2, 1)
		y := launchHead + 1 + menuPad
		if len(p.shown) == 0 {
			PutText(none, "Nothing fits", Body13, C(Text3), 14, y, s.Width-28, menuRow, fyne.TextAlignLeading)
			r.Objs = append(r.Objs, none)
		}
		for i, it := range p.shown {
			l := p.lines[i]
			l.bg.Hidden, l.bg.FillColor = i != p.at, C(Select)
			Place(l.bg, menuPad, y, s.Width-2*menuPad, menuRow)
			l.icon.Name, l.icon.Ink = it.Icon, Text2
			if i == p.at {
				l.icon.Ink = Accent
			}
			Place(l.icon, 16, y, 16, menuRow)
			w := PutText(l.kind, it.Kind, Small12, C(Text2), 0, y, s.Width-16, menuRow, fyne.TextAlignTrailing)
			PutText(l.text, it.Text, Body13, C(Text), 42, y, s.Width-42-16-w-12, menuRow, fyne.TextAlignLeading)
			r.Objs = append(r.Objs, l.bg, l.icon, l.text, l.kind)
			y += menuRow
		}
	}
	return r
}
