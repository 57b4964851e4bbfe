package views

import (
	"context"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/views/kit"
)

// outbox lists what waits to be sent, in the place of the list.
type outbox struct {
	widget.BaseWidget
	w      *Window
	items  []mail.OutboxItem
	busy   bool
	again  bool
	failed map[mail.OutboxID]bool // what was told already; nil = nothing was read yet
	first  []fyne.CanvasObject    // the buttons of the first one
	scroll *kit.Scroller
	col    *fyne.Container
	empty  *kit.Empty
}

func newOutbox(w *Window) *outbox {
	o := &outbox{w: w, col: kit.Col(0), empty: kit.NewEmpty("send", "Nothing waits to be sent", "What you send stays here until the server has taken it.", kit.ToneTint, nil)}
	o.scroll = kit.NewScroller(o.col)
	o.ExtendBaseWidget(o)
	o.Hide()
	return o
}

// load reads the outbox again.
func (o *outbox) load() {
	if o.busy {
		o.again = true
		return
	}
	o.busy = true
	go func() {
		items, err := o.w.c.Outbox(context.Background())
		o.w.h.Do(func() {
			o.busy = false
			if err != nil {
				o.w.Failed(err)
				return
			}
			o.set(items)
			if o.again {
				o.again = false
				o.load()
			}
		})
	}()
}

// Focus gives the keyboard to the first message's first button.
func (o *outbox) Focus(c fyne.Canvas) {
	c.Unfocus()
	if len(o.first) > 0 {
		if b, ok := o.first[0].(fyne.Focusable); ok {
			c.Focus(b)
		}
	}
}

func (o *outbox) set(items []mail.OutboxItem) {
	o.tell(items)
	o.items, o.first = nil, nil
	o.col.Objects = nil
	for _, it := range items {
		if it.State == mail.OutSent {
			continue
		}
		o.items = append(o.items, it)
		o.col.Objects = append(o.col.Objects, o.row(it), kit.NewRule(kit.Line))
	}
	o.col.Refresh()
	o.Refresh()
}

// tell says by a toast what could not be sent since the last time, unless the Outbox is in front.
func (o *outbox) tell(items []mail.OutboxItem) {
	was, first := o.failed, o.failed == nil
	o.failed = map[mail.OutboxID]bool{}
	for _, it := range items {
		if it.State != mail.OutFailed && it.State != mail.OutUnsure {
			continue
		}
		o.failed[it.ID] = true
		if first || was[it.ID] || o.Visible() {
			continue
		}
		name := it.Subject
		if name == "" {
			name = "A message"
		} else {
			name = "“" + kit.Cut(name, kit.Body13, 180) + "”"
		}
		text := name + " was not sent"
		if partly(it) {
			text = name + " did not reach everyone"
		}
		if it.State == mail.OutUnsure {
			text = name + " was perhaps not sent"
		}
		o.w.toast.Show("circle-alert", text, "Show", func() { o.w.side.GoTo("Outbox") })
	}
}

// held says why nothing of an account goes out, "" = it does.
func (o *outbox) held(id mail.AccountID) string {
	for _, a := range o.w.state.Status.Accounts {
		switch {
		case a.Account != id:
		case a.State == app.StatePaused:
			return "This account is paused. The message goes out when it fetches mail again."
		case a.State == app.StateOffline:
			return "There is no connection. The message goes out by itself when there is one."
		}
	}
	return ""
}

// partly reports whether others got the message already.
func partly(it mail.OutboxItem) bool {
	return slices.ContainsFunc(it.Recipients, func(r mail.RecipientResult) bool { return r.OK })
}

func (o *outbox) row(it mail.OutboxItem) fyne.CanvasObject {
	var names []string
	for _, a := range it.To {
		names = append(names, a.Display())
	}
	subject := it.Subject
	if subject == "" {
		subject = "No subject"
	}
	now := o.w.h.Now()
	var badge *kit.Badge
	detail := it.Error
	switch it.State {
	case mail.OutFailed:
		badge = kit.NewBadge("Not sent", "circle-alert", kit.Err, kit.ErrTint)
		if partly(it) {
			detail = "The others got it. " + detail
		}
	case mail.OutUnsure:
		badge = kit.NewBadge("Perhaps sent", "circle-help", kit.Warn, kit.WarnTint)
		if detail == "" {
			detail = "The connection ended before the server answered. Look whether it arrived."
		}
	case mail.OutSending:
		badge = kit.NewBadge("Sending", "send", kit.Info, kit.InfoTint)
	default:
		badge = kit.NewBadge("Waiting", "clock", kit.Text2, kit.SelectIdle)
		switch {
		case it.Due.After(now):
			detail = "Goes out " + it.Due.Format("2 Jan, 15:04:05")
		case !it.Next.IsZero() && it.Next.After(now) && detail != "":
			detail = strings.TrimRight(detail, ". ") + ". Next try " + it.Next.Format("15:04") + "."
		}
		if why := o.held(it.Account); why != "" {
			detail = why
		}
	}
	for _, r := range it.Recipients {
		if !r.OK && r.Text != "" && !strings.Contains(detail, r.Text) {
			detail += " " + r.Addr + ": " + r.Text
		}
	}
	small := func(text string, k kit.Kind, do func()) fyne.CanvasObject {
		b := kit.NewButton(text, "", k, do)
		b.Height = kit.SmallButton
		return b
	}
	var acts []fyne.CanvasObject
	id := it.ID
	edit := small("Edit", kit.Plain, func() { o.w.takeBack(id) })
	switch it.State {
	case mail.OutFailed:
		acts = []fyne.CanvasObject{small("Send again", kit.Tonal, func() { o.sendNow(id) }), edit}
	case mail.OutWaiting:
		acts = []fyne.CanvasObject{small("Send now", kit.Tonal, func() { o.sendNow(id) }), edit}
	case mail.OutUnsure:
		settle := func(sent bool) func() {
			return func() { o.w.background(func(ctx context.Context) error { return o.w.c.Settle(ctx, id, sent) }) }
		}
		acts = []fyne.CanvasObject{small("It arrived", kit.Plain, settle(true)), small("Send it again", kit.Plain, settle(false))}
	}
	rows := []fyne.CanvasObject{
		kit.Row(8, kit.Spring(kit.NewShrinkLabel("To "+strings.Join(names, ", "), kit.Body13, kit.Text)), badge),
		kit.NewShrinkLabel(subject, kit.Body13, kit.Text2),
	}
	if detail = strings.TrimSpace(detail); detail != "" {
		p := kit.NewPara(detail, kit.Small12, kit.Text3, 17, max(200, o.Size().Width-34))
		p.Most = 4
		rows = append(rows, p)
	}
	if o.first == nil {
		o.first = acts
	}
	if len(acts) > 0 {
		rows = append(rows, kit.Gap(0, 4), kit.Row(8, acts...))
	}
	return kit.Inset(12, 16, 12, 16, kit.Col(3, rows...))
}

func (o *outbox) sendNow(id mail.OutboxID) {
	o.w.background(func(ctx context.Context) error { return o.w.c.SendNow(ctx, id) })
}

// CreateRenderer implements fyne.Widget.
func (o *outbox) CreateRenderer() fyne.WidgetRenderer {
	bg, line := kit.NewFill(kit.Surface), &canvas.Rectangle{}
	title := kit.NewLabel("Outbox", kit.Title16, kit.Text)
	r := &kit.Renderer{Self: o, Objs: []fyne.CanvasObject{bg, title, line, o.scroll, o.empty}}
	r.Min = func() fyne.Size { return fyne.NewSize(240, 200) }
	r.Lay = func(s fyne.Size) {
		bg.Resize(s)
		kit.Place(title, 16, 12, s.Width-32, 32)
		line.FillColor = kit.C(kit.Line)
		kit.Place(line, 0, 55, s.Width, 1)
		o.empty.Hidden = len(o.items) > 0
		kit.Place(o.scroll, 0, 56, s.Width, max(0, s.Height-56))
		kit.Place(o.empty, 0, 56, s.Width, max(0, s.Height-56))
	}
	return r
}
