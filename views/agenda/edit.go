package agenda

import (
	"context"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"

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
	here := p.h.Now().Location()
	loc := here
	if l := e.Start.Time.Location(); !e.Start.Time.IsZero() && !e.Start.Date && !e.Start.Floating && e.Start.Zone != "" && l.String() != here.String() && l != time.UTC {
		loc = l // it is planned in another place
	}
	at := 0
	for i, c := range cals {
		if c.ID == e.Calendar {
			at = i
		}
	}
	start, end := e.Start.In(loc), e.End.In(loc)
	if end.Before(start) {
		end = start
	}
	var d *kit.Dialog
	name := kit.NewField("Title, or “Lunch Friday 13:00 at the harbour”")
	name.Name = "Title"
	name.SetText(e.Summary)
	names := make([]string, len(cals))
	for i, c := range cals {
		names[i] = c.Name
	}
	cal := kit.NewChoice(names, at, nil)
	cal.Name = "Calendar"
	fields := func(t time.Time) (*kit.Field, *kit.Field) {
		day, clock := kit.NewField(""), kit.NewField("")
		day.SetText(t.Format("2 Jan 2006"))
		clock.SetText(t.Format("15:04"))
		return day, clock
	}
	day1, clock1 := fields(start)
	last := end
	if e.Start.Date {
		last = plan.AddDays(end, -1)
	}
	day2, clock2 := fields(last)
	day1.Name, clock1.Name, day2.Name, clock2.Name = "Start day", "Start time", "End day", "End time"
	whole := kit.NewCheck("All day", e.Start.Date, nil)
	places, znames, zat := zoneChoices(here, loc)
	zone := kit.NewChoice(znames, zat, nil)
	zone.Name, zone.Height = "Time zone", kit.SmallField
	times := func() {
		clock1.Hidden, clock2.Hidden, zone.Hidden = whole.On, whole.On, whole.On
		clock1.Refresh()
		clock2.Refresh()
	}
	repeat := newRepeating(p, e.Rule, func() time.Time {
		if d, ok := plan.ParseDay(day1.Text(), start); ok {
			return d
		}
		return start
	})
	al := alarmOf(e.Alarms)
	aopts := alarmTexts
	if al < 0 {
		aopts = append(slices.Clone(alarmTexts), kit.Plural(len(pim.Set(e.Alarms)), "reminder", "reminders")+", as they are")
		al = len(aopts) - 1
	}
	alarm := kit.NewChoice(aopts, al, nil)
	alarm.Name = "Reminder"
	place := kit.NewField("Room, address or link")
	place.Name = "Place"
	place.SetText(e.Location)
	people := newGuests(p, e.Attendees)
	notes := kit.NewField("")
	notes.Name = "Notes"
	notes.SetText(strings.ReplaceAll(e.Description, "\n", " "))
	noted := notes.Text()
	problem := kit.NewLabel("", kit.Small12, kit.Err)
	quick := o == nil && e.Summary == ""
	name.OnChanged = func(s string) {
		// What is typed like a sentence fills the fields, until one of them is edited.
		if !quick {
			return
		}
		q := p.c.QuickEvent(s, p.h.Now())
		if q.Start.IsZero() || q.Summary == s {
			return
		}
		a, b := q.Start.In(here), q.End.In(here)
		whole.On = q.Start.Date
		if whole.On {
			b = plan.AddDays(b, -1)
		}
		day1.SetText(a.Format("2 Jan 2006"))
		day2.SetText(b.Format("2 Jan 2006"))
		clock1.SetText(a.Format("15:04"))
		clock2.SetText(b.Format("15:04"))
		if q.Location != "" {
			place.SetText(q.Location)
		}
		if q.Rule != nil {
			repeat.set(q.Rule)
		}
		whole.Refresh()
		times()
	}
	byHand := func(string) { quick = false }
	day2.OnChanged, clock2.OnChanged, place.OnChanged = byHand, byHand, byHand
	whole.OnChanged = func(bool) { quick = false; times() }
	// A new start takes the end along.
	follow := func(string) {
		quick = false
		s, ok1 := plan.ParseDay(day1.Text(), start)
		h, m, ok2 := plan.ParseClock(clock1.Text())
		if !ok1 || !ok2 && !whole.On {
			return
		}
		s = plan.At(s, h*60+m)
		n := s.Add(last.Sub(start))
		day2.SetText(n.Format("2 Jan 2006"))
		clock2.SetText(n.Format("15:04"))
	}
	day1.OnChanged, clock1.OnChanged = follow, follow
	save := func() {
		if quick && name.Text() != "" {
			if q := p.c.QuickEvent(name.Text(), p.h.Now()); q.Summary != "" && !q.Start.IsZero() && q.Summary != name.Text() {
				name.SetText(q.Summary)
			}
		}
		a, ok1 := plan.ParseDay(day1.Text(), start)
		b, ok2 := plan.ParseDay(day2.Text(), start)
		if !ok1 || !ok2 {
			problem.SetText("Write the day as 11 Mar 2026.")
			return
		}
		n := e
		if whole.On {
			b = plan.AddDays(b, 1)
			n.Start, n.End = pim.Day(a.Year(), a.Month(), a.Day()), pim.Day(b.Year(), b.Month(), b.Day())
		} else {
			h1, m1, ok1 := plan.ParseClock(clock1.Text())
			h2, m2, ok2 := plan.ParseClock(clock2.Text())
			if !ok1 || !ok2 {
				problem.SetText("Write the time as 14:30.")
				return
			}
			if l := places[zone.Selected]; l.String() == loc.String() {
				a, b = plan.At(a, h1*60+m1), plan.At(b, h2*60+m2)
				n.Start, n.End = moveTo(e.Start, start, a), moveTo(e.End, end, b)
			} else {
				a, b = plan.At(dayIn(a, l), h1*60+m1), plan.At(dayIn(b, l), h2*60+m2)
				n.Start, n.End = pim.When{Time: a, Zone: l.String()}, pim.When{Time: b, Zone: l.String()}
			}
		}
		if b.Before(a) {
			problem.SetText("It ends before it begins.")
			return
		}
		n.Summary, n.Location, n.Calendar = strings.TrimSpace(name.Text()), strings.TrimSpace(place.Text()), cals[max(0, cal.Selected)].ID
		if notes.Text() != noted {
			n.Description = notes.Text()
		}
		n.Rule = repeat.rule()
		if alarm.Selected < len(alarmTexts) && alarm.Selected != alarmOf(e.Alarms) {
			n.Alarms = nil
			if alarm.Selected > 0 {
				n.Alarms = []pim.Alarm{{Before: alarmTimes[alarm.Selected], Action: "display"}}
			}
		}
		var bad string
		n.Attendees, bad = people.all()
		if bad != "" {
			problem.SetText("“" + bad + "” is not an address.")
			return
		}
		d.Close()
		p.store(n, e, o)
	}
	name.OnSubmit = save
	strip := newBusyStrip()
	suits := kit.NewButton("Next time that suits all", "", kit.Link, nil)
	suits.Height = kit.SmallButton
	suits.Hide()
	room := kit.Col(0)
	// times tells when the event is, by what the fields say.
	span := func() (a, b time.Time, ok bool) {
		a, ok1 := plan.ParseDay(day1.Text(), start)
		b, ok2 := plan.ParseDay(day2.Text(), start)
		if whole.On {
			return dayIn(a, here), plan.AddDays(dayIn(b, here), 1), ok1 && ok2
		}
		h1, m1, ok3 := plan.ParseClock(clock1.Text())
		h2, m2, ok4 := plan.ParseClock(clock2.Text())
		l := places[zone.Selected]
		a, b = plan.At(dayIn(a, l), h1*60+m1).In(here), plan.At(dayIn(b, l), h2*60+m2).In(here)
		return a, b, ok1 && ok2 && ok3 && ok4 && a.Before(b)
	}
	ask := func() {
		as, bad := people.all()
		a, b, ok := span()
		if bad != "" { // a name that is being completed
			as = people.list
		}
		if !ok {
			return
		}
		p.look(strip, as, a, b, func() {
			room.Objects = nil
			if len(strip.people) > 0 {
				room.Add(kit.Gap(0, 8))
				room.Add(strip)
				suits.Hidden = whole.On || strip.waiting
				room.Add(kit.Row(0, kit.Spring(nil), suits))
			}
			if d != nil {
				d.Fit()
			}
		})
	}
	suits.OnTapped = func() {
		t := strip.next()
		if t.IsZero() {
			problem.SetText("There is no such time in the next two weeks.")
			return
		}
		quick = false
		l := places[zone.Selected]
		x, y := t.In(l), t.Add(strip.to.Sub(strip.from)).In(l)
		day1.SetText(x.Format("2 Jan 2006"))
		clock1.SetText(x.Format("15:04"))
		day2.SetText(y.Format("2 Jan 2006"))
		clock2.SetText(y.Format("15:04"))
		ask()
	}
	also := func(f *kit.Field) {
		was := f.OnChanged
		f.OnChanged = func(s string) {
			if was != nil {
				was(s)
			}
			ask()
		}
	}
	for _, f := range []*kit.Field{day1, clock1, day2, clock2} {
		also(f)
	}
	people.changed = ask
	people.fit = func() {
		if d != nil {
			d.Fit()
		}
	}
	wholeWas := whole.OnChanged
	whole.OnChanged = func(on bool) { wholeWas(on); ask() }
	zone.OnChanged = func(int) { quick = false; ask() }
	label := func(text string, f fyne.CanvasObject) fyne.CanvasObject {
		return kit.Col(4, kit.NewLabel(text, kit.Small12M, kit.Text2), f)
	}
	w := kit.WideDialog - 48
	half := func(a, b fyne.CanvasObject) fyne.CanvasObject {
		return kit.Free(func() fyne.Size { return fyne.NewSize(w, a.MinSize().Height) }, func(s fyne.Size) {
			kit.Place(a, 0, 0, (s.Width-12)/2, s.Height)
			kit.Place(b, (s.Width+12)/2, 0, (s.Width-12)/2, s.Height)
		}, a, b)
	}
	moment := func(day, clock *kit.Field) fyne.CanvasObject {
		return kit.Free(func() fyne.Size { return fyne.NewSize(200, 36) }, func(s fyne.Size) {
			if whole.On {
				kit.Place(day, 0, 0, s.Width, 36)
				return
			}
			kit.Place(day, 0, 0, s.Width-92, 36)
			kit.Place(clock, s.Width-84, 0, 84, 36)
		}, day, clock)
	}
	head := "New event"
	if o != nil {
		head = "Edit event"
	}
	saveB := kit.NewButton("Save", "", kit.Primary, save)
	m1, m2 := moment(day1, clock1), moment(day2, clock2)
	old := times
	times = func() { old(); m1.Refresh(); m2.Refresh() }
	times()
	d = kit.NewDialog(p.win.Canvas(), kit.WideDialog, kit.Col(0,
		kit.NewLabel(head, kit.Title16, kit.Text), kit.Gap(0, 14), name, kit.Gap(0, 12),
		half(label("Begins", m1), label("Ends", m2)), kit.Gap(0, 10), kit.Sized(0, kit.SmallField, kit.Row(0, whole, kit.Spring(nil), kit.Sized(220, kit.SmallField, zone))), kit.Gap(0, 10),
		half(label("Repeats", repeat.pick), label("Reminder", alarm)), kit.Gap(0, 12), label("Place", place), kit.Gap(0, 12), label("People and rooms", people.whole), room, kit.Gap(0, 12),
		half(label("Notes", notes), label("Calendar", cal)), kit.Gap(0, 8), kit.Sized(0, 18, problem), kit.Gap(0, 8),
		kit.Row(8, kit.Spring(nil), kit.NewButton("Cancel", "", kit.Plain, func() { d.Close() }), saveB)))
	d.Open()
	p.win.Canvas().Focus(name)
	ask()
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

// attendees reads addresses; those who were there already keep what is known of them.
func attendees(s string, old []pim.Attendee) (out []pim.Attendee, bad string) {
	for _, a := range strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ';' || r == '\n' }) {
		a = strings.TrimSpace(a)
		if a == "" {
			continue
		}
		name := ""
		if i, j := strings.LastIndexByte(a, '<'), strings.LastIndexByte(a, '>'); i >= 0 && j > i {
			name, a = strings.Trim(strings.TrimSpace(a[:i]), `"`), a[i+1:j]
		}
		if at := strings.LastIndexByte(a, '@'); at < 1 || at == len(a)-1 || strings.ContainsAny(a, " <>") {
			return nil, a
		}
		i := slices.IndexFunc(old, func(o pim.Attendee) bool { return strings.EqualFold(o.Addr, a) })
		if i >= 0 {
			out = append(out, old[i])
			continue
		}
		out = append(out, guest(name, a))
	}
	return out, ""
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
