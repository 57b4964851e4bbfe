package agenda

import (
	"context"
	"time"

	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/views/agenda/plan"
	"github.com/postrider/postrider/views/kit"
)

// fill is an event of an hour at the next full hour of the day that is shown.
func (p *Page) fill() pim.Event {
	now := p.h.Now()
	day := p.day
	if plan.Day(now).Equal(day) || (p.view == viewWeek || p.view == viewWork) && plan.Week(now, p.h.WeekStart).Equal(plan.Week(day, p.h.WeekStart)) {
		day = plan.Day(now)
	}
	start := plan.At(day, (now.Hour()+1)*60)
	return pim.Event{Start: pim.At(start), End: pim.At(start.Add(time.Hour))}
}

// draft opens the editor on a span.
func (p *Page) draft(a, b time.Time, allDay bool) {
	e := pim.Event{Start: pim.At(a), End: pim.At(b)}
	if allDay {
		e.Start, e.End = pim.Day(a.Year(), a.Month(), a.Day()), pim.Day(b.Year(), b.Month(), b.Day())
	}
	p.edit(e, nil)
}

// edit shows the editor. o is the occurrence that is edited, nil for a new event.
func (p *Page) edit(e pim.Event, o *pim.Occurrence) {
	cals := p.writable()
	if len(cals) == 0 {
		p.h.Toast("calendar", "There is no calendar that can be written to")
		return
	}
	x := newEditor(p, e, o, cals)
	x.show()
}

// dayIn is a day of the calendar, in a zone.
func dayIn(t time.Time, l *time.Location) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, l)
}

// moveTo is a new wall-clock time in the zone of the old one where it has one, else here.
func moveTo(w pim.When, was, now time.Time) pim.When {
	if w.IsZero() || w.Date {
		return pim.At(now)
	}
	if now.Equal(was) {
		return w
	}
	return shifted(w, was, now)
}

// store saves what the editor made and offers to tell the people who are invited.
func (p *Page) store(n, was pim.Event, o *pim.Occurrence) {
	do := func(s pim.Scope) {
		go func() {
			id, u, err := p.c.SaveEvent(context.Background(), n, s)
			p.h.Do(func() {
				if err != nil {
					p.h.Failed(err)
					p.edit(n, o)
					return
				}
				text := "Event saved"
				if n.Summary != "" {
					text = "“" + n.Summary + "” saved"
				}
				p.h.ToastUndo("calendar", text, p.undo(u))
				p.reload()
				if len(n.Attendees) > 0 {
					p.invite(id, n)
				}
			})
		}()
	}
	if o == nil {
		do(pim.AllEvents)
		return
	}
	p.scoped(*o, "Change", do)
}

// invite asks before anything is sent.
func (p *Page) invite(id pim.EventID, e pim.Event) {
	kit.Ask(p.win.Canvas(), "Send the invitation", "“"+e.Summary+"” goes to "+kit.Plural(len(e.Attendees), "person", "people")+" by mail, from your account.", "Send", false, func() {
		go func() {
			err := p.c.Invite(context.Background(), id, e.Recurrence, "", false)
			p.h.Do(func() {
				if err != nil {
					p.h.Failed(err)
					return
				}
				p.h.Toast("send-horizontal", "Invitation on its way")
			})
		}()
	})
}
