package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// MenuItem is one line of a menu; a zero one is a separator.
type MenuItem struct {
	Text, Icon, Key string
	Danger          bool
	Disabled        bool
	Checked         bool
	Indent          int // levels, for trees
	Do              func()
}

// Separator divides a menu.
func Separator() MenuItem { return MenuItem{} }

const (
	menuRow  float32 = 30
	menuSep  float32 = 11
	menuPad  float32 = 6
	menuMost float32 = 520
)

// Menu is a list of actions on an overlay. It has the keyboard while it is open.
type Menu struct {
	widget.BaseWidget
	Items []MenuItem
	over  *Overlay
	at    int // highlighted, -1 = none
	top   float32
	width float32
}

var (
	_ fyne.Focusable    = (*Menu)(nil)
	_ desktop.Hoverable = (*Menu)(nil)
	_ fyne.Scrollable   = (*Menu)(nil)
)

// ShowMenu opens a menu at a place of the canvas; it moves up or left where there is no room.
func ShowMenu(c fyne.Canvas, at fyne.Position, items ...MenuItem) *Menu {
	m := &Menu{Items: items, at: -1}
	m.ExtendBaseWidget(m)
	p := NewPanel(m, MenuFill, 8, menuPad)
	m.over = NewOverlay(c, p)
	m.over.PlaceAt = func(s fyne.Size) (fyne.Position, fyne.Size) {
		z := p.MinSize()
		z.Height = min(z.Height, min(menuMost, s.Height-16))
		x, y := min(at.X, s.Width-z.Width-8), at.Y
		if y+z.Height > s.Height-8 {
			y = max(8, s.Height-8-z.Height)
		}
		return fyne.NewPos(max(8, x), y), z
	}
	// A menu that a press opened loses the focus again when the driver is done with that press: keys come through the overlay then.
	m.over.OnKey = func(e *fyne.KeyEvent) bool { m.TypedKey(e); return true }
	m.over.Open()
	c.Focus(m)
	return m
}

// ShowMenuBelow opens a menu under an object, its left or right edge in line.
func ShowMenuBelow(o fyne.CanvasObject, right bool, items ...MenuItem) *Menu {
	c := fyne.CurrentApp().Driver().CanvasForObject(o)
	if c == nil {
		return nil
	}
	p := fyne.CurrentApp().Driver().AbsolutePositionForObject(o)
	p.Y += o.Size().Height + 4
	if right {
		m := &Menu{Items: items}
		p.X += o.Size().Width - m.wide() - 2*menuPad
	}
	return ShowMenu(c, p, items...)
}

// Close closes the menu.
func (m *Menu) Close() { m.over.Close() }

// Shown reports whether it is open.
func (m *Menu) Shown() bool { return m.over.Shown() }

func (it MenuItem) separator() bool { return it.Text == "" && it.Do == nil }

func (m *Menu) wide() float32 {
	w := float32(180)
	for _, it := range m.Items {
		x := 10 + 16 + 10 + float32(it.Indent)*14 + Width(it.Text, Body13) + 12
		if it.Key != "" {
			x += 24 + Width(it.Key, Small12)
		}
		if it.Checked {
			x += 28
		}
		w = max(w, x)
	}
	return min(w, 420)
}

func (m *Menu) height() float32 {
	var h float32
	for _, it := range m.Items {
		if it.separator() {
			h += menuSep
		} else {
			h += menuRow
		}
	}
	return h
}

func (m *Menu) index(y float32) int {
	y += m.top
	for i, it := range m.Items {
		h := menuRow
		if it.separator() {
			h = menuSep
		}
		if y < h {
			if it.separator() || it.Disabled || y < 0 {
				return -1
			}
			return i
		}
		y -= h
	}
	return -1
}

func (m *Menu) pick(i int) {
	if i < 0 || i >= len(m.Items) || m.Items[i].Disabled || m.Items[i].separator() {
		return
	}
	m.Close()
	if f := m.Items[i].Do; f != nil {
		f()
	}
}

// Tapped implements fyne.Tappable.
func (m *Menu) Tapped(e *fyne.PointEvent) { m.pick(m.index(e.Position.Y)) }

// TappedSecondary makes the right button choose too.
func (m *Menu) TappedSecondary(e *fyne.PointEvent) { m.Tapped(e) }

// MouseIn implements desktop.Hoverable.
func (m *Menu) MouseIn(e *desktop.MouseEvent) { m.MouseMoved(e) }

// MouseMoved implements desktop.Hoverable.
func (m *Menu) MouseMoved(e *desktop.MouseEvent) {
	if i := m.index(e.Position.Y); i != m.at {
		m.at = i
		m.Refresh()
	}
}

// MouseOut implements desktop.Hoverable.
func (m *Menu) MouseOut() { m.at = -1; m.Refresh() }

// Scrolled implements fyne.Scrollable.
func (m *Menu) Scrolled(e *fyne.ScrollEvent) { m.scroll(m.top - e.Scrolled.DY) }

func (m *Menu) scroll(to float32) {
	m.top = max(0, min(to, m.height()-m.Size().Height))
	m.Refresh()
}

// FocusGained implements fyne.Focusable.
func (m *Menu) FocusGained() {}

// FocusLost implements fyne.Focusable.
func (m *Menu) FocusLost() {}

// TypedRune jumps to the next item that begins with it.
func (m *Menu) TypedRune(r rune) {
	for k := 1; k <= len(m.Items); k++ {
		i := (m.at + k + len(m.Items)) % len(m.Items)
		if it := m.Items[i]; !it.separator() && !it.Disabled && len(it.Text) > 0 && equalFold(rune(it.Text[0]), r) {
			m.reach(i)
			return
		}
	}
}

func equalFold(a, b rune) bool { return a == b || a|0x20 == b|0x20 && a|0x20 >= 'a' && a|0x20 <= 'z' }

// TypedKey implements fyne.Focusable.
func (m *Menu) TypedKey(e *fyne.KeyEvent) {
	step := 0
	switch e.Name {
	case fyne.KeyEscape, fyne.KeyLeft:
		m.Close()
	case fyne.KeyReturn, fyne.KeyEnter, fyne.KeySpace:
		m.pick(m.at)
	case fyne.KeyDown:
		step = 1
	case fyne.KeyUp:
		step = -1
	case fyne.KeyHome:
		m.at, step = -1, 1
	case fyne.KeyEnd:
		m.at, step = 0, -1
	}
	if step == 0 || len(m.Items) == 0 {
		return
	}
	i := m.at
	if i < 0 && step < 0 {
		i = 0
	}
	for range m.Items {
		i = (i + step + len(m.Items)) % len(m.Items)
		if !m.Items[i].separator() && !m.Items[i].Disabled {
			break
		}
	}
	m.reach(i)
}

func (m *Menu) reach(i int) {
	m.at = i
	var y float32
	for _, it := range m.Items[:i] {
		if it.separator() {
			y += menuSep
		} else {
			y += menuRow
		}
	}
	if y < m.top {
		m.top = y
	} else if y+menuRow > m.top+m.Size().Height {
		m.top = y + menuRow - m.Size().Height
	}
	m.Refresh()
}

type menuLine struct {
	bg, line  *canvas.Rectangle
	icon, chk *IconView
	text, key *canvas.Text
}

// CreateRenderer implements fyne.Widget.
func (m *Menu) CreateRenderer() fyne.WidgetRenderer {
	m.width = m.wide()
	r := &Renderer{Self: m}
	ls := make([]menuLine, len(m.Items))
	for i := range ls {
		ls[i] = menuLine{&canvas.Rectangle{CornerRadius: 6}, &canvas.Rectangle{}, NewIcon(m.Items[i].Icon, 16, Text2), NewIcon("check", 16, Accent), &canvas.Text{}, &canvas.Text{}}
		r.Objs = append(r.Objs, ls[i].bg, ls[i].line, ls[i].icon, ls[i].text, ls[i].key, ls[i].chk)
	}
	r.Min = func() fyne.Size { return fyne.NewSize(m.width, m.height()) }
	r.Lay = func(s fyne.Size) {
		y := -m.top
		for i, it := range m.Items {
			l := ls[i]
			sep := it.separator()
			l.line.Hidden, l.bg.Hidden = !sep, sep || i != m.at
			l.icon.Hidden, l.text.Hidden, l.key.Hidden, l.chk.Hidden = sep || it.Icon == "", sep, sep || it.Key == "", !it.Checked
			if sep {
				l.line.FillColor = C(Border)
				Place(l.line, 0, y+5, s.Width, 1)
				y += menuSep
				continue
			}
			ink, icon := Text, Text2
			if it.Danger {
				ink, icon = Err, Err
			}
			if it.Disabled {
				ink, icon = Disabled, Disabled
			}
			l.bg.FillColor = C(MenuHover)
			Place(l.bg, 0, y, s.Width, menuRow)
			x := 10 + float32(it.Indent)*14
			l.icon.Ink = icon
			Place(l.icon, x, y, 16, menuRow)
			l.icon.Refresh()
			right := s.Width - 10
			if it.Key != "" {
				w := PutText(l.key, it.Key, Small12, C(Text3), 0, y, s.Width-10, menuRow, fyne.TextAlignTrailing)
				right -= w + 12
			}
			if it.Checked {
				Place(l.chk, right-16, y, 16, menuRow)
				right -= 24
			}
			if it.Icon != "" || it.Indent > 0 || m.anyIcon() {
				x += 26
			}
			PutText(l.text, it.Text, Body13, C(ink), x, y, right-x, menuRow, fyne.TextAlignLeading)
			y += menuRow
		}
	}
	return r
}

func (m *Menu) anyIcon() bool {
	for _, it := range m.Items {
		if it.Icon != "" {
			return true
		}
	}
	return false
}
