package reader

import (
	"fmt"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/views/kit"
)

// toolbar is the row above the conversation.
type toolbar struct {
	widget.BaseWidget
	p                                  *Pane
	back, reply, all, forward          *kit.Button
	archive, trash, junk, move, unread *kit.Button
	more, prev, next                   *kit.Button
	at, of                             int
}

func newToolbar(p *Pane) *toolbar {
	t := &toolbar{p: p}
	cmd := func(name string) func() { return func() { p.OnCommand(name, nil) } }
	t.back = kit.NewIconButton("arrow-left", "Back to the list", "U", func() { p.OnBack() })
	t.reply = kit.NewButton("Reply", "reply", kit.Tonal, func() { p.Compose(app.ComposeReply) })
	t.all = kit.NewButton("Reply all", "reply-all", kit.Ghost, func() { p.Compose(app.ComposeReplyAll) })
	t.forward = kit.NewButton("Forward", "forward", kit.Ghost, func() { p.Compose(app.ComposeForward) })
	t.reply.Tip, t.reply.Key, t.all.Tip, t.all.Key, t.forward.Tip, t.forward.Key = "Reply", "R", "Reply all", "A", "Forward", "F"
	t.archive = kit.NewIconButton("archive", "Archive", "E", cmd("archive"))
	t.trash = kit.NewIconButton("trash-2", "Delete", "#", cmd("delete"))
	t.junk = kit.NewIconButton("shield-alert", "Mark as junk", "!", cmd("junk"))
	t.move = kit.NewIconButton("folder-input", "Move to", "V", func() { p.OnMove(t.move) })
	t.unread = kit.NewIconButton("mail", "Mark unread", "Shift U", cmd("unread"))
	t.more = kit.NewIconButton("ellipsis", "More", "", func() {
		if len(p.cards) > 0 {
			kit.ShowMenuBelow(t.more, false, p.cardMenu(p.cards[len(p.cards)-1])...)
		}
	})
	t.prev = kit.NewIconButton("chevron-up", "Newer", "K", func() { p.OnStep(-1) })
	t.next = kit.NewIconButton("chevron-down", "Older", "J", func() { p.OnStep(1) })
	t.ExtendBaseWidget(t)
	return t
}

// MoveMenu opens the menu of the button that moves.
func (p *Pane) MoveMenu() { p.OnMove(p.bar.move) }

func (t *toolbar) setPlace(at, of int) {
	if t.at != at || t.of != of {
		t.at, t.of = at, of
		t.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (t *toolbar) CreateRenderer() fyne.WidgetRenderer {
	bg, line, place := kit.NewFill(kit.Surface), &canvas.Rectangle{}, &canvas.Text{}
	r := &kit.Renderer{Self: t, Objs: []fyne.CanvasObject{bg, t.back, t.reply, t.all, t.forward, line, t.archive, t.trash, t.junk, t.move, t.unread, t.more, place, t.prev, t.next}}
	r.Min = func() fyne.Size { return fyne.NewSize(200, 55) }
	r.Lay = func(s fyne.Size) {
		bg.Resize(s)
		has := t.p.has
		x := float32(12)
		t.back.Hidden = !t.p.back
		if t.p.back {
			kit.Place(t.back, x, 12, 32, 32)
			x += 40
		}
		right := s.Width - 12
		kit.Place(t.next, right-32, 12, 32, 32)
		kit.Place(t.prev, right-66, 12, 32, 32)
		right -= 78
		text := ""
		if t.at > 0 && s.Width > 660 {
			text = fmt.Sprintf("%s of %s", kit.Count(t.at), kit.Count(t.of))
		}
		place.Hidden = text == ""
		if text != "" {
			right -= kit.PutText(place, text, kit.Small12, kit.C(kit.Text2), 0, 12, right, 32, fyne.TextAlignTrailing) + 12
		}
		t.prev.SetEnabled(t.at > 1)
		t.next.SetEnabled(t.at > 0 && t.at < t.of)
		now, _ := t.p.Current()
		draft := has && now.Flags.Has(mail.DraftFlag)
		t.reply.Tip, t.reply.Key, t.reply.Icon = "Reply", "R", "reply"
		if draft {
			t.reply.Tip, t.reply.Key, t.reply.Icon = "Go on writing", "Enter", "pencil"
		}
		tight := s.Width < 640
		for i, b := range []*kit.Button{t.reply, t.all, t.forward} {
			b.Hidden = !has || draft && i > 0
			if b.Hidden {
				continue
			}
			words := [...]string{"Reply", "Reply all", "Forward"}
			if draft {
				words[0] = "Edit"
			}
			if tight && i > 0 {
				b.Text = ""
			} else {
				b.Text = words[i]
			}
			z := b.MinSize()
			kit.Place(b, x, 12, z.Width, 32)
			x += z.Width + 4
			b.Refresh()
		}
		x += 8
		line.Hidden, line.FillColor = !has, kit.C(kit.Border)
		kit.Place(line, x, 18, 1, 20)
		x += 10
		junk := t.p.shown.Flags.Has(mail.Junk)
		t.junk.Tip = map[bool]string{false: "Mark as junk", true: "Not junk"}[junk]
		t.junk.Icon = map[bool]string{false: "shield-alert", true: "shield-check"}[junk]
		for _, b := range []*kit.Button{t.archive, t.trash, t.junk, t.move, t.unread, t.more} {
			b.Hidden = !has
			if b != t.more && x+32+36 > right {
				b.Hidden = true
				continue
			}
			kit.Place(b, x, 12, 32, 32)
			x += 34
		}
	}
	return r
}
