package agenda

import (
	"context"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/views/agenda/plan"
	"github.com/postrider/postrider/views/kit"
)

// open shows the card of an entry.
func (p *Page) open(o pim.Occurrence) {
	go func() {
		e, err := p.c.Event(context.Background(), o.Event, o.Recurrence)
		p.h.Do(func() {
			if err != nil {
				p.h.Failed(err)
				return
			}
			p.card(o, e)
		})
	}()
}

func (p *Page) calendar(id pim.CollectionID) pim.Calendar {
	for _, c := range p.cals {
		if c.ID == id {
			return c
		}
	}
	return pim.Calendar{}
}

const cardWidth float32 = 432

func (p *Page) card(o pim.Occurrence, e pim.Event) {
	cal := p.calendar(o.Calendar)
	var d *kit.Dialog
	rows := []fyne.CanvasObject{}
	name := o.Summary
	if name == "" {
		name = "No title"
	}
	dot := kit.NewFrame(kit.Clear, kit.Clear, 3, 0, nil)
	dot.Hue, dot.Solid = p.hues[o.Calendar], true
	rows = append(rows, kit.NewPara(name, kit.Title16, kit.Text, 22, cardWidth), kit.Gap(0, 6), kit.NewPara(spanText(o.Start, o.End, o.AllDay), kit.Body13, kit.Text2, 19, cardWidth))
	line := func(icon, text string) {
		if text = strings.TrimSpace(text); text != "" {
			rows = append(rows, kit.Gap(0, 8), kit.Hang(kit.Sized(16, 19, kit.NewIcon(icon, 14, kit.Text3)), 8, kit.NewPara(text, kit.Body13, kit.Text, 19, cardWidth-24)))
		}
	}
	if o.Repeats && e.Rule != nil {
		line("refresh-cw", ruleText(e.Rule, o.Start))
	} else if o.Repeats {
		line("refresh-cw", "Repeats")
	}
	line("map-pin", e.Location)
	if e.Organizer != nil && len(e.Attendees) > 0 {
		line("user-round", who(*e.Organizer)+" invites")
	}
	if i := alarmOf(e.Alarms); i > 0 {
		line("bell", alarmTexts[i])
	} else if i < 0 {
		line("bell", kit.Plural(len(pim.Set(e.Alarms)), "reminder", "reminders"))
	}
	if o.Zone != "" && o.Zone != o.Start.Location().String() && !o.AllDay {
		line("globe", "Set in the time of "+strings.ReplaceAll(o.Zone, "_", " "))
	}
	text := e.Description
	if len(text) > 1500 {
		text = text[:1500] + "…"
	}
	line("text-quote", strings.ToValidUTF8(text, ""))
	for i, a := range e.Attendees {
		if i == 8 {
			rows = append(rows, kit.Gap(0, 4), kit.Inset(0, 0, 0, 24, kit.NewLabel("and "+itoa(len(e.Attendees)-8)+" more", kit.Small12, kit.Text3)))
			break
		}
		icon, word, ink := answerWord(a.Status)
		if a.Role == "optional" {
			word += ", optional"
		}
		rows = append(rows, personLine(a, icon, word, ink))
	}
	rows = append(rows, kit.Gap(0, 10), kit.Row(8, kit.Sized(8, 16, dot), kit.NewLabel(cal.Name, kit.Small12, kit.Text2), kit.NewLabel(cal.Source, kit.Small12, kit.Text3)), kit.Gap(0, 18))
	buttons := kit.Row(8)
	if cal.Rights.Edit && cal.Role != "birthdays" {
		del := kit.NewButton("Delete", "trash-2", kit.Plain, func() { d.Close(); p.remove(o) })
		buttons.Add(del)
	}
	buttons.Add(kit.Spring(nil))
	if e.Join != "" {
		buttons.Add(kit.NewButton("Join", "square-arrow-out-up-right", kit.Plain, func() {
			if err := p.h.OpenURL(e.Join); err != nil {
				p.h.Failed(err)
			}
		}))
	}
	closeB := kit.NewButton("Close", "", kit.Plain, func() { d.Close() })
	buttons.Add(closeB)
	if cal.Rights.Edit && cal.Role != "birthdays" {
		buttons.Add(kit.NewButton("Edit", "pencil", kit.Primary, func() { d.Close(); p.edit(e, &o) }))
	}
	rows = append(rows, buttons)
	d = kit.NewDialog(p.win.Canvas(), kit.NarrowDialog, kit.Col(0, rows...))
	d.Open()
	p.win.Canvas().Focus(closeB)
}

func who(a pim.Attendee) string {
	if a.Name != "" {
		return a.Name
	}
	return a.Addr
}

// scoped asks how much of a series is meant; what does not repeat is not asked about.
func (p *Page) scoped(o pim.Occurrence, verb string, do func(pim.Scope)) {
	if !o.Repeats {
		do(pim.AllEvents)
		return
	}
	var d *kit.Dialog
	pick := func(s pim.Scope) func() {
		return func() { d.Close(); do(s) }
	}
	this := kit.NewButton("This one", "", kit.Primary, pick(pim.This))
	d = kit.NewDialog(p.win.Canvas(), kit.NarrowDialog, kit.Col(0,
		kit.NewLabel(verb+" a repeating event", kit.Title16, kit.Text), kit.Gap(0, 8),
		kit.NewPara("“"+title(o)+"” is one of a series. Which of them are meant?", kit.Body13, kit.Text2, 19, cardWidth), kit.Gap(0, 20),
		kit.Row(8, kit.NewButton("Cancel", "", kit.Ghost, func() { d.Close(); p.reload() }), kit.Spring(nil),
			kit.NewButton("All", "", kit.Plain, pick(pim.AllEvents)), kit.NewButton("This and later", "", kit.Plain, pick(pim.Following)), this)))
	d.Open()
	p.win.Canvas().Focus(this)
}

func (p *Page) undo(u app.Undo) func() {
	return func() {
		go func() {
			if err := p.c.Undo(context.Background(), u); err != nil {
				p.h.Do(func() { p.h.Failed(err) })
			}
		}()
	}
}

func (p *Page) remove(o pim.Occurrence) {
	p.scoped(o, "Delete", func(s pim.Scope) {
		go func() {
			u, err := p.c.DeleteEvent(context.Background(), o.Event, o.Recurrence, s)
			p.h.Do(func() {
				if err != nil {
					p.h.Failed(err)
					return
				}
				p.h.ToastUndo("trash-2", "“"+title(o)+"” deleted", p.undo(u))
				p.reload()
			})
		}()
	})
}

// move gives an entry another time.
func (p *Page) move(o pim.Occurrence, start, end time.Time) {
	cal := p.calendar(o.Calendar)
	if !cal.Rights.Edit || cal.Role == "birthdays" {
		p.h.Toast("lock-keyhole", "“"+cal.Name+"” can only be read")
		p.reload()
		return
	}
	p.scoped(o, "Move", func(s pim.Scope) {
		go func() {
			ctx := context.Background()
			e, err := p.c.Event(ctx, o.Event, o.Recurrence)
			var u app.Undo
			if err == nil {
				e.Start, e.End = shifted(e.Start, o.Start, start), shifted(e.End, o.End, end)
				_, u, err = p.c.SaveEvent(ctx, e, s)
			}
			p.h.Do(func() {
				if err != nil {
					p.h.Failed(err)
				} else {
					p.h.ToastUndo("calendar", "“"+title(o)+"” is now "+shortSpan(start, o.AllDay), p.undo(u))
				}
				p.reload()
			})
		}()
	})
}

func shortSpan(t time.Time, allDay bool) string {
	if allDay {
		return t.Format("Monday 2 January")
	}
	return t.Format("Mon 2 January, 15:04")
}

// shifted moves a wall-clock time as far as the person moved it, in the zone that it is in.
func shifted(w pim.When, was, now time.Time) pim.When {
	if w.Date || w.Floating {
		y, m, d := now.Date()
		t := time.Date(y, m, d, now.Hour(), now.Minute(), 0, 0, time.UTC)
		if w.Date {
			t = time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
		}
		w.Time = t
		return w
	}
	w.Time = w.Time.Add(now.Sub(was))
	return w
}

// menu is that of an entry.
func (p *Page) menu(o pim.Occurrence, at fyne.Position) {
	cal := p.calendar(o.Calendar)
	items := []kit.MenuItem{{Text: "Open", Icon: "eye", Key: "Enter", Do: func() { p.open(o) }}}
	if o.Join != "" {
		items = append(items, kit.MenuItem{Text: "Join", Icon: "square-arrow-out-up-right", Do: func() {
			if err := p.h.OpenURL(o.Join); err != nil {
				p.h.Failed(err)
			}
		}})
	}
	if cal.Rights.Edit && cal.Role != "birthdays" {
		items = append(items, kit.MenuItem{Text: "Edit", Icon: "pencil", Do: func() {
			go func() {
				e, err := p.c.Event(context.Background(), o.Event, o.Recurrence)
				p.h.Do(func() {
					if err != nil {
						p.h.Failed(err)
						return
					}
					p.edit(e, &o)
				})
			}()
		}}, kit.Separator(), kit.MenuItem{Text: "Delete", Icon: "trash-2", Do: func() { p.remove(o) }})
	}
	kit.ShowMenu(p.win.Canvas(), at, items...)
}

// OpenEvent shows the day of an event and opens what a reminder is about.
func (p *Page) OpenEvent(r pim.Reminder) {
	p.day = plan.Day(r.Start.In(p.h.Now().Location()))
	if p.view == viewTasks {
		p.setView(viewWeek)
	} else {
		p.reload()
	}
	o := pim.Occurrence{Event: r.Event, Recurrence: r.Recurrence, Calendar: r.Calendar, Summary: r.Summary, Location: r.Location, Start: r.Start, End: r.End, AllDay: r.AllDay, Join: r.Join, Repeats: r.Recurrence != ""}
	p.whenReady(func() { p.open(o) })
}
