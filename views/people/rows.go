package people

import (
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"github.com/postrider/postrider/views/kit"
)

func itoa(n int) string { return strconv.Itoa(n) }

// row is one contact of the list.
type row struct {
	p      *Page
	box    *fyne.Container
	bg     *canvas.Rectangle
	bar    *canvas.Rectangle
	line   *canvas.Rectangle
	avatar *kit.Avatar
	name   *canvas.Text
	sub    *canvas.Text
}

func newRow(p *Page) *row {
	r := &row{p: p, bg: &canvas.Rectangle{}, bar: &canvas.Rectangle{}, line: &canvas.Rectangle{}, avatar: kit.NewAvatar("", "", 32), name: &canvas.Text{}, sub: &canvas.Text{}}
	r.box = kit.Free(nil, func(fyne.Size) {}, r.bg, r.bar, r.avatar, r.name, r.sub, r.line)
	return r
}

// Object implements kit.VRow.
func (r *row) Object() *fyne.Container { return r.box }

// Bind implements kit.VRow.
func (r *row) Bind(i int) {
	if i >= len(r.p.rows) {
		return
	}
	c, s := r.p.rows[i], r.box.Size()
	on := c.ID == r.p.sel
	r.bg.FillColor, r.bar.FillColor, r.line.FillColor = kit.C(kit.Surface), kit.C(kit.Accent), kit.C(kit.Line)
	if on {
		r.bg.FillColor = kit.C(kit.Select)
	}
	r.bar.Hidden = !on
	kit.Place(r.bg, 0, 0, s.Width, s.Height)
	kit.Place(r.bar, 0, 0, 3, s.Height)
	kit.Place(r.line, 58, s.Height-1, s.Width-84, 1)
	r.avatar.Name, r.avatar.Addr, r.avatar.Px, r.avatar.Icon = c.Name, c.Email, 32, ""
	if c.Group {
		r.avatar.Icon = "users"
	} else if c.Room {
		r.avatar.Icon = "door-open"
	} else if c.Name == c.Org && c.Org != "" {
		r.avatar.Icon = "building-2"
	}
	kit.Place(r.avatar, 14, 10, 32, 32)
	r.avatar.Refresh()
	sub := c.Org
	switch {
	case c.Group:
		sub = "Group"
	case c.Room:
		sub = strings.Join(trimmed("Room", c.Org), ", ")
	case c.Title != "" && sub != "":
		sub += ", " + c.Title
	case c.Title != "":
		sub = c.Title
	case sub == "" || sub == c.Name:
		sub = c.Email
		if sub == "" {
			sub = c.Phone
		}
	}
	w := s.Width - 58 - 34
	kit.PutText(r.name, kit.Cut(c.Name, kit.Body13B, w), kit.Body13B, kit.C(kit.Text), 58, 8, w, 18, fyne.TextAlignLeading)
	kit.PutText(r.sub, kit.Cut(sub, kit.Small12, w), kit.Small12, kit.C(kit.Text3), 58, 26, w, 16, fyne.TextAlignLeading)
	canvas.Refresh(r.box)
}

// letterStrip is the index at the right of the list.
type letterStrip struct {
	widget.BaseWidget
	p     *Page
	texts []*canvas.Text
}

func newLetters(p *Page) *letterStrip {
	l := &letterStrip{p: p}
	l.ExtendBaseWidget(l)
	return l
}

const letterHeight float32 = 19

// shown are the letters that there is room for.
func (l *letterStrip) shown() []kit.Group {
	gs := l.p.list.Groups
	if n := int(l.Size().Height / letterHeight); len(gs) > n && n > 0 {
		step := (len(gs) + n - 1) / n
		var out []kit.Group
		for i := 0; i < len(gs); i += step {
			out = append(out, gs[i])
		}
		return out
	}
	return gs
}

// CreateRenderer implements fyne.Widget.
func (l *letterStrip) CreateRenderer() fyne.WidgetRenderer {
	r := &kit.Renderer{Self: l}
	r.Min = func() fyne.Size { return fyne.NewSize(20, 100) }
	r.Lay = func(s fyne.Size) {
		r.Objs = r.Objs[:0]
		first, _ := l.p.list.Range()
		for i, g := range l.shown() {
			if i == len(l.texts) {
				l.texts = append(l.texts, &canvas.Text{})
			}
			ink, st := kit.C(kit.Text3), kit.Tiny11
			if first >= g.First && (i+1 == len(l.shown()) || first < l.shown()[i+1].First) {
				ink, st = kit.C(kit.Accent), kit.Tiny11B
			}
			kit.PutText(l.texts[i], g.Title, st, ink, 0, float32(i)*letterHeight, s.Width, letterHeight, fyne.TextAlignCenter)
			r.Objs = append(r.Objs, l.texts[i])
		}
	}
	return r
}

// Tapped goes to a letter.
func (l *letterStrip) Tapped(e *fyne.PointEvent) { l.at(e.Position.Y) }

// Dragged goes through the letters.
func (l *letterStrip) Dragged(e *fyne.DragEvent) { l.at(e.Position.Y) }

// DragEnd implements fyne.Draggable.
func (l *letterStrip) DragEnd() {}

// Cursor implements desktop.Cursorable.
func (l *letterStrip) Cursor() desktop.Cursor { return desktop.PointerCursor }

func (l *letterStrip) at(y float32) {
	gs := l.shown()
	if i := int(y / letterHeight); i >= 0 && i < len(gs) {
		l.p.list.ScrollTo(l.p.list.Y(gs[i].First) - float64(l.p.list.HeadH))
	}
}
