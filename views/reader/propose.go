package reader

import (
	"context"
	"strings"

	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/views/agenda/plan"
	"github.com/postrider/postrider/views/kit"
)

// propose asks for another time of an invitation and sends it to who organises it.
func (p *Pane) propose(c *card, inv pim.Invitation, done func(error)) {
	loc := p.now().Location()
	e := inv.Event
	start, takes := e.Start.In(loc), e.End.In(loc).Sub(e.Start.In(loc))
	field := func(name, text string) *kit.Field {
		f := kit.NewField("")
		f.Name = name
		f.SetText(text)
		return f
	}
	day, clock, until := field("Day", start.Format("2 Jan 2006")), field("From", start.Format("15:04")), field("To", start.Add(takes).Format("15:04"))
	note := kit.NewField("A word with it")
	note.Name = "Note"
	problem := kit.NewLabel("", kit.Small12, kit.Err)
	var d *kit.Dialog
	send := func() {
		a, ok1 := plan.ParseDay(day.Text(), p.now())
		h1, m1, ok2 := plan.ParseClock(clock.Text())
		h2, m2, ok3 := plan.ParseClock(until.Text())
		if !ok1 || !ok2 || !ok3 {
			problem.SetText("Write the day as 11 Mar 2026 and the times as 14:30.")
			return
		}
		from, to := plan.At(a, h1*60+m1), plan.At(a, h2*60+m2)
		if !from.Before(to) {
			problem.SetText("It ends before it begins.")
			return
		}
		d.Close()
		words := strings.TrimSpace(note.Text())
		go func() {
			err := p.c.ProposeTime(context.Background(), c.s.ID, pim.At(from), pim.At(to), words)
			p.do(func() { done(err) })
		}()
	}
	clock.OnChanged = func(s string) { // the end goes along
		if h, m, ok := plan.ParseClock(s); ok {
			until.SetText(plan.At(start, h*60+m).Add(takes).Format("15:04"))
		}
	}
	label := func(text string, f *kit.Field) *kit.Field { f.Placeholder = text; return f }
	w := kit.NarrowDialog - 48
	d = kit.NewDialog(p.win.Canvas(), kit.NarrowDialog, kit.Col(0, kit.NewLabel("Propose another time", kit.Title16, kit.Text), kit.Gap(0, 4),
		kit.NewPara(e.Summary, kit.Body13, kit.Text2, 19, w), kit.Gap(0, 14),
		kit.Row(8, kit.Sized(w-2*92-16, 36, label("Day", day)), kit.Sized(92, 36, label("From", clock)), kit.Sized(92, 36, label("To", until))), kit.Gap(0, 10), note, kit.Gap(0, 8), kit.Sized(0, 18, problem), kit.Gap(0, 10),
		kit.Row(8, kit.Spring(nil), kit.NewButton("Cancel", "", kit.Plain, func() { d.Close() }), kit.NewButton("Send", "send-horizontal", kit.Primary, send))))
	d.Open()
	p.win.Canvas().Focus(day)
}
