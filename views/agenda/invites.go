package agenda

import (
	"context"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/views/kit"
)

// invites are the invitations that wait for an answer, one at a time above what is coming.
type invites struct {
	p      *Page
	list   []app.Waiting
	at     int
	title  *kit.Label
	badge  *kit.Badge
	which  *kit.Label
	next   *kit.Button
	box    *fyne.Container
	scroll *kit.Scroller
	timer  *time.Timer
}

const inviteWidth float32 = 280

func newInvites(p *Page) *invites {
	v := &invites{p: p, title: kit.NewLabel("Coming up", kit.Body13B, kit.Text), which: kit.NewLabel("", kit.Small12, kit.Text3)}
	v.badge = kit.NewBadge("", "", kit.OnAccent, kit.Accent)
	v.next = kit.NewIconButton("chevron-down", "The next one", "", func() { v.at++; v.draw() })
	v.next.Height = 28
	v.box = kit.Col(0)
	v.scroll = kit.NewScroller(v.box)
	v.scroll.Fill = kit.Canvas
	v.draw()
	return v
}

// soon asks for them anew when what changes has come to rest.
func (v *invites) soon() {
	if v.timer == nil {
		v.timer = time.AfterFunc(500*time.Millisecond, func() { v.p.h.Do(func() { v.timer = nil; v.load() }) })
	}
}

// load asks for them anew.
func (v *invites) load() {
	go func() {
		list, err := v.p.c.Invitations(context.Background())
		v.p.h.Do(func() {
			if err != nil { // the mails show them
				list = nil
			}
			v.list = list
			v.draw()
			if v.p.h.OnInvitations != nil {
				v.p.h.OnInvitations(len(list))
			}
		})
	}()
}

func (v *invites) draw() {
	n := len(v.list)
	v.title.SetText("Coming up")
	v.which.SetText("")
	v.badge.Hidden, v.next.Hidden, v.scroll.Hidden = n == 0, n < 2, n == 0
	v.box.Objects = nil
	if n > 0 {
		v.at %= n
		v.title.SetText("Invitations")
		v.badge.Text = itoa(n)
		if n > 1 {
			v.which.SetText(itoa(v.at+1) + " of " + itoa(n))
		}
		v.box.Objects = []fyne.CanvasObject{v.card(v.list[v.at])}
	}
	v.badge.Refresh()
	v.box.Refresh()
	v.scroll.Refresh()
	v.p.Refresh()
}

// place lays it out in the panel, whose left edge is x; it returns where what is coming begins.
func (v *invites) place(x float32, s fyne.Size) (objs []fyne.CanvasObject, y float32) {
	w := v.title.MinSize().Width
	kit.Place(v.title, x+16, 12, w, 32)
	b := v.badge.MinSize()
	kit.Place(v.badge, x+24+w, 28-b.Height/2, b.Width, b.Height)
	right := s.Width - 12
	if !v.next.Hidden {
		right -= 28
		kit.Place(v.next, right, 14, 28, 28)
		right -= 4
	}
	ww := v.which.MinSize().Width
	kit.Place(v.which, right-ww, 12, ww, 32)
	y = 56
	if len(v.list) > 0 {
		h := min(v.box.MinSize().Height, max(160, (s.Height-56)*0.6))
		kit.Place(v.scroll, x+16, y, s.Width-x-32, h)
		y += h + 12
	}
	return []fyne.CanvasObject{v.title, v.badge, v.which, v.next, v.scroll}, y
}

// card is an invitation as it is answered from here.
func (v *invites) card(x app.Waiting) fyne.CanvasObject {
	p, e := v.p, x.Invitation.Event
	loc := p.h.Now().Location()
	w := inviteWidth - 32
	start, end := e.Start.In(loc), e.End.In(loc)
	name := e.Summary
	if name == "" {
		name = "No title"
	}
	month, day := kit.NewLabel(start.Format("Jan"), kit.Tiny11M, kit.Info), kit.NewLabel(start.Format("2"), kit.Body13B, kit.Text)
	month.Align, day.Align = fyne.TextAlignCenter, fyne.TextAlignCenter
	tile, roof := kit.NewFrame(kit.Card, kit.Border, 6, 0, nil), kit.NewFrame(kit.InfoTint, kit.Clear, 5, 0, nil)
	roof.TopOnly = true
	head := kit.NewPara(name, kit.Lead14B, kit.Text, 20, w-52)
	head.Most = 3
	rows := []fyne.CanvasObject{kit.Free(func() fyne.Size { return fyne.NewSize(w, max(40, head.MinSize().Height)) }, func(s fyne.Size) {
		kit.Place(head, 0, 0, s.Width-52, head.MinSize().Height)
		kit.Place(tile, s.Width-40, 0, 40, 38)
		kit.Place(roof, s.Width-39, 1, 38, 16)
		kit.Place(month, s.Width-40, 1, 40, 16)
		kit.Place(day, s.Width-40, 18, 40, 19)
	}, head, tile, roof, month, day), kit.Gap(0, 4)}
	when := spanText(start, end, e.Start.Date)
	if y := p.h.Now().Year(); start.Year() == y && end.Year() == y { // it fits a line
		when = strings.Replace(when, " "+itoa(y), "", 1)
	}
	if e.Repeats || e.Rule != nil {
		when += ", repeats"
	}
	rows = append(rows, kit.NewPara(when, kit.Small12, kit.Text2, 17, w))
	line := func(icon, text string) {
		if text = strings.TrimSpace(text); text != "" {
			t := kit.NewPara(text, kit.Small12, kit.Text2, 17, w-22)
			t.Most = 2
			rows = append(rows, kit.Gap(0, 4), kit.Hang(kit.Sized(14, 17, kit.NewIcon(icon, 14, kit.Text3)), 8, t))
		}
	}
	line("map-pin", e.Location)
	by := ""
	if e.Organizer != nil {
		by = who(*e.Organizer)
		line("user-round", by+" invites you")
	}
	if cs := x.Invitation.Conflicts; len(cs) > 0 {
		text := "Overlaps " + title(cs[0]) + ", " + cs[0].Start.In(loc).Format("15:04")
		if len(cs) > 1 {
			text += " and " + kit.Plural(len(cs)-1, "other", "others")
		}
		warn := kit.NewFrame(kit.WarnTint, kit.Clear, 6, 0, kit.Inset(8, 10, 8, 10, kit.Hang(kit.Sized(14, 17, kit.NewIcon("triangle-alert", 14, kit.Warn)), 8, kit.NewPara(text, kit.Small12, kit.Text, 17, w-42))))
		rows = append(rows, kit.Gap(0, 10), warn)
	}
	tell := kit.NewCheck("Tell "+firstName(by), true, nil)
	answer := func(status, said string) func() {
		return func() {
			go func() {
				err := p.c.AnswerInvitation(context.Background(), x.Message, status, "", 0, tell.On)
				p.h.Do(func() {
					if err != nil {
						p.h.Failed(err)
						return
					}
					p.h.Toast("calendar", said)
					v.load()
				})
			}()
		}
	}
	a, b, c := kit.NewButton("Accept", "check", kit.Primary, answer("accepted", "Accepted, it is in your calendar")), kit.NewButton("Tentative", "", kit.Plain, answer("tentative", "It is in your calendar as tentative")), kit.NewButton("Decline", "", kit.Plain, answer("declined", "Declined"))
	rows = append(rows, kit.Gap(0, 12), kit.Free(func() fyne.Size { return fyne.NewSize(w, 32) }, func(s fyne.Size) {
		x := a.MinSize().Width
		rest := (s.Width - x - 12) / 2
		kit.Place(a, 0, 0, x, 32)
		kit.Place(b, x+6, 0, rest, 32)
		kit.Place(c, x+12+rest, 0, rest, 32)
	}, a, b, c))
	mailB := kit.NewButton("Show the mail", "mail", kit.Link, func() { p.h.ShowMail(x.Message) })
	mailB.Height, mailB.Hidden = kit.SmallButton, p.h.ShowMail == nil
	rows = append(rows, kit.Gap(0, 4), kit.Row(0, kit.Inset(0, 0, 0, -6, mailB), kit.Spring(nil), tell))
	if len(e.Attendees) > 0 {
		rows = append(rows, kit.Gap(0, 8), kit.NewRule(kit.Line), kit.Gap(0, 4))
		if o := e.Organizer; o != nil {
			rows = append(rows, personLine(*o, "crown", "Organiser", kit.Text3))
		}
		for i, a := range e.Attendees {
			if i == 6 {
				rows = append(rows, kit.Gap(0, 4), kit.NewLabel("and "+itoa(len(e.Attendees)-6)+" more", kit.Small12, kit.Text3))
				break
			}
			if e.Organizer != nil && strings.EqualFold(a.Addr, e.Organizer.Addr) {
				continue
			}
			if strings.EqualFold(a.Addr, x.Invitation.Me) {
				a.Name = "Me"
			}
			icon, word, ink := answerWord(a.Status)
			rows = append(rows, personLine(a, icon, word, ink))
		}
	}
	return kit.NewFrame(kit.Card, kit.Border, 10, 0, kit.Inset(14, 16, 12, 16, kit.Col(0, rows...)))
}

// answerWord shows an answer to an invitation.
func answerWord(status string) (icon, word string, ink kit.Token) {
	switch status {
	case "accepted":
		return "check", "Accepted", kit.OK
	case "declined":
		return "x", "Declined", kit.Err
	case "tentative":
		return "circle-question-mark", "Tentative", kit.Warn
	}
	return "minus", "No answer", kit.Text3
}

// personLine is somebody who is invited, with the answer at the right.
func personLine(a pim.Attendee, icon, word string, ink kit.Token) fyne.CanvasObject {
	av := kit.NewAvatar(who(a), a.Addr, 22)
	if a.IsRoom() {
		av.Icon = "door-open"
	}
	return kit.Inset(6, 0, 0, 0, kit.Row(8, av, kit.NewShrinkLabel(who(a), kit.Body13, kit.Text), kit.Spring(nil), kit.NewIcon(icon, 14, ink), kit.NewLabel(word, kit.Small12, ink)))
}

func firstName(s string) string {
	if f, _, ok := strings.Cut(s, " "); ok && !strings.Contains(s, "@") {
		return f
	}
	return s
}
