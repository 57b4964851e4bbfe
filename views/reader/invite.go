package reader

import (
	"context"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/views/kit"
)

// invitable tells whether a message may hold an invitation.
func invitable(b *mail.Body) bool {
	for _, p := range b.Parts {
		if p.Type == "text/calendar" || strings.HasSuffix(strings.ToLower(p.Name), ".ics") {
			return true
		}
	}
	return false
}

// invite asks for the invitation of a card's message.
func (p *Pane) invite(c *card) {
	if c.body == nil || !invitable(c.body) {
		return
	}
	turn, id := p.turn, c.s.ID
	go func() {
		inv, ok, err := p.c.Invitation(context.Background(), id)
		p.do(func() {
			if turn != p.turn || err != nil || !ok {
				return
			}
			c.event = p.inviteCard(c, inv)
			c.Refresh()
			p.grown()
		})
	}()
}

// inviteCard shows what is asked and takes the answer.
func (p *Pane) inviteCard(c *card, inv pim.Invitation) fyne.CanvasObject {
	e := inv.Event
	loc := p.now().Location()
	start, end := e.Start.In(loc), e.End.In(loc)
	name := e.Summary
	if name == "" {
		name = "No title"
	}
	width := float32(560)
	rows := []fyne.CanvasObject{kit.NewPara(name, kit.Title16, kit.Text, 22, width)}
	line := func(icon, text string) {
		if text != "" {
			rows = append(rows, kit.Gap(0, 6), kit.Hang(kit.Sized(16, 19, kit.NewIcon(icon, 14, kit.Text3)), 8, kit.NewPara(text, kit.Body13, kit.Text2, 19, width-24)))
		}
	}
	when := start.Format("Monday 2 January 2006, 15:04") + " to " + end.Format("15:04")
	if start.YearDay() != end.YearDay() || start.Year() != end.Year() {
		when = start.Format("Mon 2 January, 15:04") + " to " + end.Format("Mon 2 January 2006, 15:04")
	}
	if e.Start.Date {
		when = start.Format("Monday 2 January 2006")
		if last := end.AddDate(0, 0, -1); last.After(start) {
			when = start.Format("Mon 2 January") + " to " + last.Format("Mon 2 January 2006")
		}
	}
	if e.Repeats || e.Rule != nil {
		when += ", repeats"
	}
	line("calendar", when)
	line("map-pin", strings.TrimSpace(e.Location))
	by := ""
	if o := e.Organizer; o != nil {
		if by = o.Name; by == "" {
			by = o.Addr
		}
	}
	switch inv.Method {
	case "REPLY":
		who, word := "Somebody", "answered"
		if r := inv.Reply; r != nil {
			if who = r.Name; who == "" {
				who = r.Addr
			}
			word = map[string]string{"accepted": "comes", "declined": "does not come", "tentative": "may come"}[r.Status]
			if word == "" {
				word = "answered"
			}
			line("user-round", who+" "+word)
			line("text-quote", r.Note)
		} else {
			line("user-round", who+" "+word)
		}
	case "COUNTER":
		who := "Somebody"
		if r := inv.Reply; r != nil {
			if who = r.Name; who == "" {
				who = r.Addr
			}
			line("clock", who+" proposes this time")
			line("text-quote", r.Note)
		} else {
			line("clock", who+" proposes this time")
		}
	case "DECLINECOUNTER":
		line("x", by+" keeps the time as it was")
	case "CANCEL":
		line("x", "Called off by "+by)
	default:
		if by != "" && (inv.Me != "" || len(e.Attendees) > 0) {
			line("user-round", by+" invites you"+people(len(e.Attendees)))
		}
	}
	note := func(icon, fact, detail string, tone kit.Tone) {
		rows = append(rows, kit.Gap(0, 10), kit.NewBanner(icon, fact, detail, tone))
	}
	switch {
	case inv.Forged != "":
		note("shield-alert", "The organiser may be somebody else.", inv.Forged, kit.ToneErr)
	case inv.State == "old":
		note("history", "A newer version of this is in your calendar.", "", kit.ToneIdle)
	case inv.State == "cancelled" && inv.Method != "CANCEL":
		note("x", "This was called off.", "", kit.ToneIdle)
	case inv.State == "update" && len(inv.Changes) > 0 && inv.Method == "REQUEST":
		note("refresh-cw", "Changed: "+strings.Join(inv.Changes, ", ")+".", "", kit.ToneInfo)
	}
	if n := len(inv.Conflicts); n > 0 && (inv.Method == "REQUEST" || inv.Method == "COUNTER") {
		x := inv.Conflicts[0]
		more := ""
		if n > 1 {
			more = " and " + kit.Plural(n-1, "other", "others")
		}
		note("triangle-alert", "Overlaps "+x.Summary+", "+x.Start.In(loc).Format("15:04")+more, "", kit.ToneWarn)
	}
	buttons := kit.Row(8)
	finish := func(err error, text string) {
		if err != nil {
			p.Failed(err)
			return
		}
		p.Toast("calendar", text)
		p.invite(c)
	}
	apply := func(text, icon string) {
		buttons.Add(kit.NewButton(text, icon, kit.Primary, func() {
			go func() {
				err := p.c.ApplyInvitation(context.Background(), c.s.ID)
				p.do(func() { finish(err, "Calendar brought up to date") })
			}()
		}))
	}
	switch {
	case inv.State == "old" || inv.Forged != "" && inv.Method != "REQUEST":
	case inv.Method == "CANCEL" && inv.Known != 0 && inv.State != "cancelled" && inv.State != "same":
		apply("Remove from calendar", "trash-2")
	case inv.Method == "REPLY" && inv.Known != 0 && inv.State != "same":
		apply("Note the answer", "check")
	case inv.Method == "COUNTER" && inv.Known != 0 && inv.State != "same":
		buttons.Add(kit.NewButton("Take this time", "check", kit.Primary, func() {
			go func() {
				err := p.c.TakeProposal(context.Background(), c.s.ID)
				p.do(func() { finish(err, "Moved; everybody who is invited is told") })
			}()
		}))
		buttons.Add(kit.NewButton("Decline", "", kit.Plain, func() {
			go func() {
				err := p.c.DeclineProposal(context.Background(), c.s.ID, "")
				p.do(func() { finish(err, "Declined, the time stays") })
			}()
		}))
	case inv.Method == "REQUEST" || inv.Method == "PUBLISH" || inv.Method == "ADD" || inv.Method == "":
		send := inv.Method == "REQUEST" && inv.Me != "" && e.Organizer != nil
		tell := kit.NewCheck("Tell "+first(by), send && inv.Forged == "", nil)
		answer := func(text, icon, status, said string) {
			k := kit.Plain
			if status == "accepted" && inv.Answer != "accepted" {
				k = kit.Primary
			}
			b := kit.NewButton(text, icon, k, func() {
				go func() {
					err := p.c.AnswerInvitation(context.Background(), c.s.ID, status, "", 0, send && tell.On)
					p.do(func() { finish(err, said) })
				}()
			})
			if inv.Answer == status {
				b.Kind = kit.Tonal
			}
			buttons.Add(b)
		}
		if send || inv.Me != "" {
			answer("Accept", "check", "accepted", "Accepted, it is in your calendar")
			answer("Tentative", "", "tentative", "It is in your calendar as tentative")
			answer("Decline", "", "declined", "Declined")
		} else {
			answer("Add to calendar", "calendar-plus", "accepted", "It is in your calendar")
		}
		if send && inv.Forged == "" && !e.Start.Date {
			buttons.Add(kit.NewButton("Another time…", "", kit.Ghost, func() {
				p.propose(c, inv, func(err error) { finish(err, "Proposed to "+first(by)+"; it is tentative in your calendar") })
			}))
		}
		if send {
			buttons.Add(kit.Gap(8, 0))
			buttons.Add(tell)
		}
	}
	if e.Join != "" && end.After(p.now().Add(-time.Hour)) {
		buttons.Add(kit.Spring(nil))
		buttons.Add(kit.NewButton("Join", "square-arrow-out-up-right", kit.Link, func() { p.openLink("", e.Join) }))
	}
	if len(buttons.Objects) > 0 {
		rows = append(rows, kit.Gap(0, 12), buttons)
	}
	return kit.NewFrame(kit.Card, kit.Border, 10, 0, kit.Inset(14, 16, 14, 16, kit.Col(0, rows...)))
}

func people(n int) string {
	switch {
	case n <= 1:
		return ""
	case n == 2:
		return " and one other"
	}
	return " and " + kit.Plural(n-1, "other", "others")
}

// first is the first name of somebody, or the address.
func first(name string) string {
	if s, _, ok := strings.Cut(name, " "); ok && !strings.Contains(name, "@") {
		return s
	}
	return name
}
