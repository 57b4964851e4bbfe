package reader

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/views/composer/editor"
	"github.com/postrider/postrider/views/kit"
)

const (
	quickLine float32 = 46  // the field with one line
	quickMost float32 = 160 // as high as it grows
	quickRoom float32 = 25  // of the footer above and below it
)

// quick is the field for a short answer below the conversation. It grows with its text.
type quick struct {
	widget.BaseWidget
	p      *Pane
	me     *kit.Avatar
	field  *editor.Editor
	open   *kit.Button
	send   *kit.Button
	height float32 // of the field
	busy   bool
}

func newQuick(p *Pane) *quick {
	q := &quick{p: p, me: kit.NewAvatar("", "", 28), field: editor.New(), height: quickLine}
	q.field.Name, q.field.Placeholder, q.field.Signature = "Quick reply", "Reply", false
	q.field.Style, q.field.LineHeight, q.field.PadX, q.field.PadY = kit.Body13, 19, 0, 11.5
	q.field.OnChanged = q.grow
	q.field.OnFocus = func(bool) { q.Refresh() }
	q.field.OnKey = func(k fyne.KeyName, shift bool) bool {
		c := p.win.Canvas()
		switch {
		case k == fyne.KeyEscape:
			p.Focus(c)
		case k == fyne.KeyTab && shift:
			c.FocusPrevious()
		case k == fyne.KeyTab:
			c.FocusNext()
		default:
			return false
		}
		return true
	}
	q.field.OnShortcut = func(s fyne.Shortcut) {
		if c, ok := s.(*desktop.CustomShortcut); ok && (c.KeyName == fyne.KeyReturn || c.KeyName == fyne.KeyEnter) {
			q.submit()
			return
		}
		if p.OnShortcut != nil {
			p.OnShortcut(s)
		}
	}
	q.open = kit.NewIconButton("maximize-2", "Open in the composer", "", func() {
		if s, ok := p.Current(); ok {
			p.OnCompose(app.Compose{Kind: app.ComposeReply, Of: s.ID, Account: s.Account}, q.field.Text())
			q.clear()
		}
	})
	q.send = kit.NewButton("Send", "send-horizontal", kit.Primary, q.submit)
	q.send.Tip, q.send.Key, q.send.Reason = "Send", "Ctrl Enter", "Write something first"
	q.ExtendBaseWidget(q)
	return q
}

// Height is that of the whole footer.
func (q *quick) Height() float32 { return q.height + quickRoom }

// fieldWidth is what the buttons leave to the field.
func (q *quick) fieldWidth(width float32) float32 {
	return max(40, width-16-7-q.send.MinSize().Width-38-61-6)
}

// grow makes room for the text as it is.
func (q *quick) grow() {
	h := quickLine
	if w := q.Size().Width; w > 0 {
		h = min(quickMost, max(quickLine, q.field.HeightAt(q.fieldWidth(w))+4))
	}
	if h != q.height {
		q.height = h
		q.p.Refresh()
	}
	q.Refresh()
}

func (q *quick) clear() {
	if q.field.Text() != "" {
		q.field.SetText("")
	}
	q.grow()
}

func (q *quick) submit() {
	s, ok := q.p.Current()
	text := strings.TrimSpace(q.field.Text())
	if !ok || text == "" || q.p.OnSend == nil || q.busy {
		return
	}
	q.busy = true
	q.Refresh()
	q.p.OnSend(app.Compose{Kind: app.ComposeReply, Of: s.ID, Account: s.Account}, text, func(sent bool) {
		q.busy = false
		if sent && strings.TrimSpace(q.field.Text()) == text { // else something was written on, or to another person
			q.clear()
		}
		q.Refresh()
	})
}

// CreateRenderer implements fyne.Widget.
func (q *quick) CreateRenderer() fyne.WidgetRenderer {
	bg, line, box := kit.NewFill(kit.Canvas), &canvas.Rectangle{}, &canvas.Rectangle{CornerRadius: 8, StrokeWidth: 1}
	r := &kit.Renderer{Self: q, Objs: []fyne.CanvasObject{bg, line, box, q.me, q.field, q.open, q.send}}
	r.Min = func() fyne.Size { return fyne.NewSize(200, q.Height()) }
	r.Lay = func(s fyne.Size) {
		bg.Resize(s)
		line.FillColor = kit.C(kit.Border)
		kit.Place(line, 0, 0, s.Width, 1)
		box.FillColor, box.StrokeColor, box.StrokeWidth = kit.C(kit.FieldFill), kit.C(kit.BorderStrong), 1
		if q.field.Focused() {
			box.StrokeColor, box.StrokeWidth = kit.C(kit.Accent), 2
		}
		kit.Place(box, 16, 12, s.Width-32, q.height)
		if id, ok := q.p.myself(); ok {
			q.me.Name, q.me.Addr = id.Display(), id.Addr
		}
		kit.Place(q.me, 26, 21, 28, 28)
		q.me.Refresh()
		ph := "Reply"
		if cur, ok := q.p.Current(); ok {
			ph = "Reply to " + q.p.who(cur).Display()
		}
		q.field.Placeholder = ph
		z, foot := q.send.MinSize(), 12+q.height-7-32
		kit.Place(q.send, s.Width-16-7-z.Width, foot, z.Width, 32)
		q.send.SetEnabled(!q.busy && strings.TrimSpace(q.field.Text()) != "")
		kit.Place(q.open, s.Width-16-7-z.Width-38, foot, 32, 32)
		kit.Place(q.field, 61, 14, q.fieldWidth(s.Width), q.height-4)
		q.field.Refresh()
	}
	return r
}

// linkLine shows where a link under the pointer leads.
type linkLine struct {
	widget.BaseWidget
	text string
}

func newLinkLine() *linkLine {
	l := &linkLine{}
	l.ExtendBaseWidget(l)
	l.Hide()
	return l
}

func (l *linkLine) set(s string) {
	if s == l.text {
		return
	}
	l.text = s
	l.Hidden = s == ""
	l.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (l *linkLine) CreateRenderer() fyne.WidgetRenderer {
	bg, t := kit.NewBox(kit.MenuFill, kit.Border, 6), &canvas.Text{}
	r := &kit.Renderer{Self: l, Objs: []fyne.CanvasObject{bg, t}}
	r.Min = func() fyne.Size {
		return fyne.NewSize(min(560, kit.Width(kit.Cut(l.text, kit.Small12, 540), kit.Small12)+20), 26)
	}
	r.Lay = func(s fyne.Size) {
		bg.Resize(s)
		kit.PutText(t, l.text, kit.Small12, kit.C(kit.Text2), 10, 0, max(1, s.Width-18), s.Height, fyne.TextAlignLeading)
	}
	return r
}
