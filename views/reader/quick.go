package reader

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/views/kit"
)

// quick is the field for a short answer below the conversation.
type quick struct {
	widget.BaseWidget
	p     *Pane
	me    *kit.Avatar
	field *kit.Field
	open  *kit.Button
	send  *kit.Button
}

func newQuick(p *Pane) *quick {
	q := &quick{p: p, me: kit.NewAvatar("", "", 28), field: kit.NewField("Reply")}
	q.field.Bare, q.field.Name = true, "Quick reply"
	q.field.OnChanged = func(string) { q.Refresh() }
	q.field.OnFocus = func(bool) { q.Refresh() }
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

func (q *quick) clear() { q.field.SetText(""); q.Refresh() }

func (q *quick) submit() {
	s, ok := q.p.Current()
	text := strings.TrimSpace(q.field.Text())
	if !ok || text == "" || q.p.OnSend == nil {
		return
	}
	q.field.Disable()
	q.p.OnSend(app.Compose{Kind: app.ComposeReply, Of: s.ID, Account: s.Account}, text, func(sent bool) {
		q.field.Enable()
		if sent {
			q.clear()
		}
	})
}

// CreateRenderer implements fyne.Widget.
func (q *quick) CreateRenderer() fyne.WidgetRenderer {
	bg, line, box := kit.NewFill(kit.Canvas), &canvas.Rectangle{}, &canvas.Rectangle{CornerRadius: 8, StrokeWidth: 1}
	r := &kit.Renderer{Self: q, Objs: []fyne.CanvasObject{bg, line, box, q.me, q.field, q.open, q.send}}
	r.Min = func() fyne.Size { return fyne.NewSize(200, 71) }
	r.Lay = func(s fyne.Size) {
		bg.Resize(s)
		line.FillColor = kit.C(kit.Border)
		kit.Place(line, 0, 0, s.Width, 1)
		box.FillColor, box.StrokeColor, box.StrokeWidth = kit.C(kit.FieldFill), kit.C(kit.BorderStrong), 1
		if q.field.Focused() {
			box.StrokeColor, box.StrokeWidth = kit.C(kit.Accent), 2
		}
		kit.Place(box, 16, 12, s.Width-32, 46)
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
		z := q.send.MinSize()
		kit.Place(q.send, s.Width-16-7-z.Width, 19, z.Width, 32)
		q.send.SetEnabled(strings.TrimSpace(q.field.Text()) != "")
		kit.Place(q.open, s.Width-16-7-z.Width-38, 19, 32, 32)
		kit.Place(q.field, 61, 14, s.Width-16-7-z.Width-38-61-6, 42)
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
