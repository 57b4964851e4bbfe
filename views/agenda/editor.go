package agenda

import (
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/views/agenda/plan"
	"github.com/postrider/postrider/views/kit"
	"github.com/postrider/postrider/views/whom"
)

// editor is the dialog in which an event is written.
type editor struct {
	p    *Page
	e    pim.Event       // as it was
	o    *pim.Occurrence // that is edited, nil for a new event
	cals []pim.Calendar

	here, loc        *time.Location // of the person, of the event
	start, end, last time.Time      // as they were; last is the day that the fields show as its end
	places           []*time.Location
	noted            string // what the notes showed at first
	quick            bool   // what is typed as the title fills the fields

	d                          *kit.Dialog
	name, place, notes         *kit.Field
	day1, clock1, day2, clock2 *kit.Field
	cal, zone, alarm           *kit.Choice
	whole                      *kit.Check
	repeat                     *repeating
	people                     *whom.Field
	problem                    *kit.Label
	from, to                   fyne.CanvasObject // day and clock together

	strip *busyStrip
	suits *kit.Button
	room  *fyne.Container // for when people are busy
}

func newEditor(p *Page, e pim.Event, o *pim.Occurrence, cals []pim.Calendar) *editor {
	here := p.h.Now().Location()
	x := &editor{p: p, e: e, o: o, cals: cals, here: here, loc: here, quick: o == nil && e.Summary == ""}
	if l := e.Start.Time.Location(); !e.Start.Time.IsZero() && !e.Start.Date && !e.Start.Floating && e.Start.Zone != "" && l.String() != here.String() && l != time.UTC {
		x.loc = l // it is planned in another place
	}
	x.start, x.end = e.Start.In(x.loc), e.End.In(x.loc)
	if x.end.Before(x.start) {
		x.end = x.start
	}
	if x.last = x.end; e.Start.Date {
		x.last = plan.AddDays(x.end, -1)
	}
	x.name = kit.NewField("Title, or “Lunch Friday 13:00 at the harbour”")
	x.name.Name = "Title"
	x.name.SetText(e.Summary)
	x.cal = calendarChoice(cals, e.Calendar)
	fields := func(t time.Time, name string) (day, clock *kit.Field) {
		day, clock = kit.NewField(""), kit.NewField("")
		day.Name, clock.Name = name+" day", name+" time"
		setMoment(day, clock, t)
		return day, clock
	}
	x.day1, x.clock1 = fields(x.start, "Start")
	x.day2, x.clock2 = fields(x.last, "End")
	x.whole = kit.NewCheck("All day", e.Start.Date, nil)
	var names []string
	var at int
	x.places, names, at = zoneChoices(here, x.loc)
	x.zone = kit.NewChoice(names, at, nil)
	x.zone.Name, x.zone.Height = "Time zone", kit.SmallField
	x.repeat = newRepeating(p, e.Rule, func() time.Time {
		if d, ok := plan.ParseDay(x.day1.Text(), x.start); ok {
			return d
		}
		return x.start
	})
	x.alarm = alarmChoice(alarmTexts, alarmOf(e.Alarms), e.Alarms)
	x.place = kit.NewField("Room, address or link")
	x.place.Name = "Place"
	x.place.SetText(e.Location)
	x.people = whom.New(p.win, p.c, p.h.Do, "People", e.Attendees)
	x.people.AskRooms()
	x.notes = kit.NewField("")
	x.notes.Name = "Notes"
	x.notes.SetText(strings.ReplaceAll(e.Description, "\n", " "))
	x.noted = x.notes.Text()
	x.problem = kit.NewLabel("", kit.Small12, kit.Err)
	x.strip, x.room = newBusyStrip(), kit.Col(0)
	x.suits = kit.NewButton("Next time that suits all", "", kit.Link, x.toSuiting)
	x.suits.Height = kit.SmallButton
	x.suits.Hide()
	x.from, x.to = dayAndClock(x.day1, x.clock1, x.whole), dayAndClock(x.day2, x.clock2, x.whole)
	x.listen()
	return x
}

// listen joins the fields to each other.
func (x *editor) listen() {
	x.name.OnChanged, x.name.OnSubmit = x.read, x.save
	x.place.OnChanged = func(string) { x.quick = false }
	began := func(string) { x.follow(); x.ask() }
	x.day1.OnChanged, x.clock1.OnChanged = began, began
	ended := func(string) { x.quick = false; x.ask() }
	x.day2.OnChanged, x.clock2.OnChanged = ended, ended
	x.whole.OnChanged = func(bool) { x.quick = false; x.times(); x.ask() }
	x.zone.OnChanged = func(int) { x.quick = false; x.ask() }
	x.people.Changed, x.people.Fit = x.ask, x.fit
}

// show opens the dialog.
func (x *editor) show() {
	head := "New event"
	if x.o != nil {
		head = "Edit event"
	}
	x.times()
	x.d = kit.NewDialog(x.p.win.Canvas(), kit.WideDialog, kit.Col(0,
		kit.NewLabel(head, kit.Title16, kit.Text), kit.Gap(0, 14), x.name, kit.Gap(0, 12),
		halves(labelled("Begins", x.from), labelled("Ends", x.to)), kit.Gap(0, 10), kit.Sized(0, kit.SmallField, kit.Row(0, x.whole, kit.Spring(nil), kit.Sized(220, kit.SmallField, x.zone))), kit.Gap(0, 10),
		halves(labelled("Repeats", x.repeat.pick), labelled("Reminder", x.alarm)), kit.Gap(0, 12), labelled("Place", x.place), kit.Gap(0, 12), labelled("People and rooms", x.people.Object()), x.room, kit.Gap(0, 12),
		halves(labelled("Notes", x.notes), labelled("Calendar", x.cal)), kit.Gap(0, 8), kit.Sized(0, 18, x.problem), kit.Gap(0, 8),
		kit.Row(8, kit.Spring(nil), kit.NewButton("Cancel", "", kit.Plain, func() { x.d.Close() }), kit.NewButton("Save", "", kit.Primary, x.save))))
	x.d.Open()
	x.p.win.Canvas().Focus(x.name)
	x.ask()
}

func (x *editor) fit() {
	if x.d != nil {
		x.d.Fit()
	}
}

// times shows the fields for times of day, unless it is about whole days.
func (x *editor) times() {
	x.clock1.Hidden, x.clock2.Hidden, x.zone.Hidden = x.whole.On, x.whole.On, x.whole.On
	x.clock1.Refresh()
	x.clock2.Refresh()
	x.from.Refresh()
	x.to.Refresh()
}

// read takes what is typed like a sentence apart and fills the fields, until one of them is edited.
func (x *editor) read(s string) {
	if !x.quick {
		return
	}
	q := x.p.c.QuickEvent(s, x.p.h.Now())
	if q.Start.IsZero() || q.Summary == s {
		return
	}
	a, b := q.Start.In(x.here), q.End.In(x.here)
	x.whole.On = q.Start.Date
	if x.whole.On {
		b = plan.AddDays(b, -1)
	}
	x.day1.SetText(a.Format("2 Jan 2006"))
	x.day2.SetText(b.Format("2 Jan 2006"))
	x.clock1.SetText(a.Format("15:04"))
	x.clock2.SetText(b.Format("15:04"))
	if q.Location != "" {
		x.place.SetText(q.Location)
	}
	if q.Rule != nil {
		x.repeat.set(q.Rule)
	}
	x.whole.Refresh()
	x.times()
}

// follow takes the end along with a new start.
func (x *editor) follow() {
	x.quick = false
	s, ok1 := plan.ParseDay(x.day1.Text(), x.start)
	h, m, ok2 := plan.ParseClock(x.clock1.Text())
	if !ok1 || !ok2 && !x.whole.On {
		return
	}
	s = plan.At(s, h*60+m)
	setMoment(x.day2, x.clock2, s.Add(x.last.Sub(x.start)))
}

// span tells when the event is, by what the fields say.
func (x *editor) span() (a, b time.Time, ok bool) {
	a, ok1 := plan.ParseDay(x.day1.Text(), x.start)
	b, ok2 := plan.ParseDay(x.day2.Text(), x.start)
	if x.whole.On {
		return dayIn(a, x.here), plan.AddDays(dayIn(b, x.here), 1), ok1 && ok2
	}
	h1, m1, ok3 := plan.ParseClock(x.clock1.Text())
	h2, m2, ok4 := plan.ParseClock(x.clock2.Text())
	l := x.places[x.zone.Selected]
	a, b = plan.At(dayIn(a, l), h1*60+m1).In(x.here), plan.At(dayIn(b, l), h2*60+m2).In(x.here)
	return a, b, ok1 && ok2 && ok3 && ok4 && a.Before(b)
}

// ask looks when the people are busy.
func (x *editor) ask() {
	as, bad := x.people.All()
	a, b, ok := x.span()
	if bad != "" { // a name that is being completed
		as = x.people.Chosen()
	}
	if !ok {
		return
	}
	x.p.look(x.strip, as, a, b, func() {
		x.room.Objects = nil
		if len(x.strip.people) > 0 {
			x.room.Add(kit.Gap(0, 8))
			x.room.Add(x.strip)
			x.suits.Hidden = x.whole.On || x.strip.waiting
			x.room.Add(kit.Row(0, kit.Spring(nil), x.suits))
		}
		x.fit()
	})
}

// toSuiting moves it to the next time at which nobody is busy.
func (x *editor) toSuiting() {
	t := x.strip.next()
	if t.IsZero() {
		x.problem.SetText("There is no such time in the next two weeks.")
		return
	}
	x.quick = false
	l := x.places[x.zone.Selected]
	setMoment(x.day1, x.clock1, t.In(l))
	setMoment(x.day2, x.clock2, t.Add(x.strip.to.Sub(x.strip.from)).In(l))
	x.ask()
}

func (x *editor) save() {
	if x.quick && x.name.Text() != "" {
		if q := x.p.c.QuickEvent(x.name.Text(), x.p.h.Now()); q.Summary != "" && !q.Start.IsZero() && q.Summary != x.name.Text() {
			x.name.SetText(q.Summary)
		}
	}
	n, problem := x.event()
	if problem != "" {
		x.problem.SetText(problem)
		return
	}
	x.d.Close()
	x.p.store(n, x.e, x.o)
}

// event is the event that the fields make, or what is wrong with them.
func (x *editor) event() (n pim.Event, problem string) {
	n = x.e
	a, ok1 := plan.ParseDay(x.day1.Text(), x.start)
	b, ok2 := plan.ParseDay(x.day2.Text(), x.start)
	if !ok1 || !ok2 {
		return n, "Write the day as 11 Mar 2026."
	}
	if x.whole.On {
		b = plan.AddDays(b, 1)
		n.Start, n.End = pim.Day(a.Year(), a.Month(), a.Day()), pim.Day(b.Year(), b.Month(), b.Day())
	} else {
		h1, m1, ok1 := plan.ParseClock(x.clock1.Text())
		h2, m2, ok2 := plan.ParseClock(x.clock2.Text())
		if !ok1 || !ok2 {
			return n, "Write the time as 14:30."
		}
		if l := x.places[x.zone.Selected]; l.String() == x.loc.String() {
			a, b = plan.At(a, h1*60+m1), plan.At(b, h2*60+m2)
			n.Start, n.End = moveTo(x.e.Start, x.start, a), moveTo(x.e.End, x.end, b)
		} else {
			a, b = plan.At(dayIn(a, l), h1*60+m1), plan.At(dayIn(b, l), h2*60+m2)
			n.Start, n.End = pim.When{Time: a, Zone: l.String()}, pim.When{Time: b, Zone: l.String()}
		}
	}
	if b.Before(a) {
		return n, "It ends before it begins."
	}
	n.Summary, n.Location, n.Calendar = strings.TrimSpace(x.name.Text()), strings.TrimSpace(x.place.Text()), x.cals[max(0, x.cal.Selected)].ID
	if x.notes.Text() != x.noted {
		n.Description = x.notes.Text()
	}
	n.Rule = x.repeat.rule()
	if x.alarm.Selected < len(alarmTexts) && x.alarm.Selected != alarmOf(x.e.Alarms) {
		n.Alarms = nil
		if x.alarm.Selected > 0 {
			n.Alarms = []pim.Alarm{{Before: alarmTimes[x.alarm.Selected], Action: "display"}}
		}
	}
	var bad string
	if n.Attendees, bad = x.people.All(); bad != "" {
		return n, "“" + bad + "” is not an address."
	}
	return n, ""
}
