package agenda

import (
	"context"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/views/agenda/plan"
	"github.com/postrider/postrider/views/kit"
)

// inDialog returns the first widget of the uppermost dialog for which is holds.
func inDialog[T any](d *desk, is func(T) bool) T {
	d.T.Helper()
	top := d.Win.Canvas().Overlays().Top()
	if top == nil {
		d.T.Fatal("there is no dialog")
	}
	for _, o := range test.LaidOutObjects(top) {
		if x, ok := o.(T); ok && is(x) {
			return x
		}
	}
	var none T
	d.T.Fatalf("the dialog has no such %T", none)
	return none
}

func (d *desk) field(name string) *kit.Field {
	return inDialog(d, func(f *kit.Field) bool { return f.Name == name })
}

func type1(f *kit.Field, text string) {
	f.SetText(text)
	if f.OnChanged != nil {
		f.OnChanged(text)
	}
}

// An event is planned in another place's time, with people of whom it is shown when they are busy.
func TestEditorZoneAndPeople(t *testing.T) {
	d := openPage(t, kit.ModeLight)
	loc := d.c.Now().Location()
	day := plan.AddDays(plan.Day(d.c.Now()), 400) // nothing is there
	for day.Weekday() != time.Tuesday {
		day = plan.AddDays(day, 1)
	}
	busy := pim.Event{Summary: "Dentist", Start: pim.At(plan.At(day, 9*60)), End: pim.At(plan.At(day, 11*60))}
	if _, _, err := d.c.SaveEvent(context.Background(), busy, pim.AllEvents); err != nil {
		t.Fatal(err)
	}
	d.p.draft(plan.At(day, 10*60), plan.At(day, 11*60), false)
	type1(d.field("People"), "sven@aalto.example")
	strip := func() *busyStrip { return inDialog(d, func(*busyStrip) bool { return true }) }
	d.Until("who is busy", func() bool {
		top := d.Win.Canvas().Overlays().Top()
		for _, o := range test.LaidOutObjects(top) {
			if b, ok := o.(*busyStrip); ok {
				return !b.waiting && len(b.people) == 2
			}
		}
		return false
	})
	if got := strip().AccessibleName(); got != "You: Busy, sven@aalto.example: Not known" {
		t.Errorf("it says %q", got)
	}
	inDialog(d, func(b *kit.Button) bool { return b.Text == "Next time that suits all" }).OnTapped()
	if got := d.field("Start time").Text() + " to " + d.field("End time").Text(); got != "11:00 to 12:00" {
		t.Errorf("the next time is %s", got)
	}
	// The same clock, in New York.
	z := inDialog(d, func(c *kit.Choice) bool { return c.Name == "Time zone" })
	for i, n := range z.Options {
		if n == "New York" {
			z.Pick(i)
		}
	}
	d.field("Title").SetText("Call")
	d.field("People").SetText("")
	inDialog(d, func(b *kit.Button) bool { return b.Text == "Save" }).OnTapped()
	d.Until("it is saved", func() bool { return strings.Contains(d.text, "“Call” saved") })
	os, err := d.c.Events(context.Background(), pim.Window{Start: day, End: plan.AddDays(day, 2), Zone: loc}, nil)
	if err != nil {
		t.Fatal(err)
	}
	ny, _ := time.LoadLocation("America/New_York")
	for _, o := range os {
		if o.Summary != "Call" {
			continue
		}
		if o.Zone != "America/New_York" || !o.Start.Equal(time.Date(day.Year(), day.Month(), day.Day(), 11, 0, 0, 0, ny)) {
			t.Errorf("it is at %v in %q", o.Start.In(ny), o.Zone)
		}
		// Edited, it is shown on the clock there, and stays there when nothing of it is changed.
		e, err := d.c.Event(context.Background(), o.Event, "")
		if err != nil {
			t.Fatal(err)
		}
		d.p.edit(e, &o)
		if got := d.field("Start time").Text() + " " + inDialog(d, func(c *kit.Choice) bool { return c.Name == "Time zone" }).Value(); got != "11:00 New York" {
			t.Errorf("the editor says %q", got)
		}
		return
	}
	t.Errorf("it is not there: %+v", os)
}

func TestZones(t *testing.T) {
	for _, c := range [][2]string{{"new york", "America/New_York"}, {"Europe/Oslo", "Europe/Oslo"}, {"America/Argentina/Buenos Aires", "America/Argentina/Buenos_Aires"}, {"utc", "UTC"}, {"Nowhere", ""}, {"local", ""}, {"", ""}} {
		got := ""
		if l := findZone(c[0]); l != nil {
			got = l.String()
		}
		if got != c[1] {
			t.Errorf("%q is %q, not %q", c[0], got, c[1])
		}
	}
}

// The work week is five days from Monday; a second zone's hours stand beside those of here, and the days make room.
func TestWorkWeekAndSecondZone(t *testing.T) {
	d := openPage(t, kit.ModeLight)
	d.p.setView(viewWork)
	if start, n := d.p.span(); start.Weekday() != time.Monday || n != 5 {
		t.Errorf("the work week is %d days from %v", n, start)
	}
	d.Until("five days", func() bool { return d.p.grid.days == 5 })
	w := d.p.grid.column()
	d.p.grid.Second = findZone("Tokyo")
	d.p.grid.redraw()
	if d.p.grid.column() >= w {
		t.Error("the days make no room for the second zone")
	}
	found := false
	for _, x := range d.p.grid.sheet.texts {
		found = found || x.Text == "Tokyo"
	}
	if !found {
		t.Error("the second zone is not named")
	}
}

// A new calendar goes where it is chosen to go; without an account with calendars there is nothing to choose.
func TestAddCalendar(t *testing.T) {
	d := openPage(t, kit.ModeLight)
	d.p.addCalendar()
	if c := inDialog(d, func(c *kit.Field) bool { return c.Name == "Name or address" }); c == nil {
		t.Fatal("no field")
	}
	d.field("Name or address").SetText("Regatta")
	inDialog(d, func(b *kit.Button) bool { return b.Text == "Add" }).OnTapped()
	d.Until("the calendar", func() bool {
		for _, c := range d.p.cals {
			if c.Name == "Regatta" {
				return c.Account == ""
			}
		}
		return false
	})
	places := kit.Places(func(yield func(key, name string) bool) {
		_ = yield("a", "Studio") && yield("", "On this computer") && yield("a", "Studio") && yield("b", "Home")
	})
	if len(places) != 3 || places[0].Key != "" || places[1].Name != "Studio" || places[2].Key != "b" {
		t.Errorf("%+v", places)
	}
}

// An event is found by a word of it, and shown at its day.
func TestFind(t *testing.T) {
	d := openPage(t, kit.ModeLight)
	day := plan.AddDays(plan.Day(d.c.Now()), 200)
	if _, _, err := d.c.SaveEvent(context.Background(), pim.Event{Summary: "Regatta committee", Location: "Båthus", Start: pim.At(plan.At(day, 9*60)), End: pim.At(plan.At(day, 10*60))}, pim.AllEvents); err != nil {
		t.Fatal(err)
	}
	d.p.Find()
	type1(d.field("Find"), "regatta")
	found := func() bool {
		top := d.Win.Canvas().Overlays().Top()
		if top == nil {
			return false
		}
		for _, o := range test.LaidOutObjects(top) {
			if f, ok := o.(*kit.Frame); ok && f.Name == "Regatta committee" {
				return true
			}
		}
		return false
	}
	d.Until("the event", found)
	d.field("Find").OnSubmit()
	if !d.p.day.Equal(day) {
		t.Errorf("the calendar is at %v, not %v", d.p.day, day)
	}
}

// People and rooms are completed while a name is typed; a room goes into the event as one, and the strip says when it is taken.
func TestGuests(t *testing.T) {
	d := openPage(t, kit.ModeLight)
	ctx := context.Background()
	for _, c := range []pim.Contact{{Name: pim.Name{Full: "Quay room"}, Kind: "location", Emails: []pim.Field{{Value: "quay@fjordlight.example"}}}, {Name: pim.Name{Given: "Quirin", Family: "Moe"}, Emails: []pim.Field{{Value: "quirin@example.com"}}}} {
		if _, _, err := d.c.SaveContact(ctx, c); err != nil {
			t.Fatal(err)
		}
	}
	d.c.OnRooms = []pim.Attendee{{Name: "Harbour hall", Addr: "hall@fjordlight.example", Kind: "room"}, {Name: "Projector", Addr: "projector@fjordlight.example", Kind: "resource"}}
	day := plan.AddDays(plan.Day(d.c.Now()), 300)
	d.p.draft(plan.At(day, 10*60), plan.At(day, 11*60), false)
	offers := func() (out string) {
		for _, o := range test.LaidOutObjects(d.Win.Canvas().Overlays().Top()) {
			if f, ok := o.(*kit.Frame); ok && f.OnTapped != nil && f.Name != "" {
				out += f.Name + ";"
			}
		}
		return out
	}
	in := d.field("People")
	type1(in, "qui")
	d.Until("Quirin", func() bool { return offers() == "Quirin Moe;" })
	in.OnKey(fyne.KeyReturn, false)
	type1(d.field("People"), "quay")
	d.Until("the room", func() bool { return offers() == "Quay room;" })
	in.OnKey(fyne.KeyTab, false)
	d.Until("a room of the server", func() bool {
		type1(d.field("People"), "hal")
		d.Settle(20 * time.Millisecond)
		return offers() == "Harbour hall;"
	})
	in.OnKey(fyne.KeyReturn, false)
	type1(d.field("People"), "sven@aalto.example")
	if !in.OnRune(',') || in.Text() != "" {
		t.Errorf("a comma left %q", in.Text())
	}
	type1(d.field("People"), "tove@aalto.example")
	var chips []string
	for _, o := range test.LaidOutObjects(d.Win.Canvas().Overlays().Top()) {
		if c, ok := o.(*kit.Chip); ok {
			chips = append(chips, c.Text+"/"+c.Icon)
		}
	}
	if got := strings.Join(chips, " "); got != "Quirin Moe/ Quay room/door-open Harbour hall/door-open sven@aalto.example/" {
		t.Errorf("chips: %s", got)
	}
	d.Until("who is busy", func() bool {
		for _, o := range test.LaidOutObjects(d.Win.Canvas().Overlays().Top()) {
			if b, ok := o.(*busyStrip); ok {
				return !b.waiting && b.AccessibleName() == "You: Free, Quirin Moe: Not known, Quay room: Not known, Harbour hall: Not known, sven@aalto.example: Not known, tove@aalto.example: Not known"
			}
		}
		return false
	})
	d.field("Title").SetText("Tide table")
	inDialog(d, func(b *kit.Button) bool { return b.Text == "Save" }).OnTapped()
	d.Until("it is saved", func() bool { return strings.Contains(d.text, "“Tide table” saved") })
	os, err := d.c.Events(ctx, pim.Window{Start: day, End: plan.AddDays(day, 1), Zone: day.Location()}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range os {
		if o.Summary != "Tide table" {
			continue
		}
		e, err := d.c.Event(ctx, o.Event, "")
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, a := range e.Attendees {
			got = append(got, a.Addr+" "+a.Kind)
		}
		if s := strings.Join(got, ","); s != "quirin@example.com ,quay@fjordlight.example room,hall@fjordlight.example room,sven@aalto.example ,tove@aalto.example " || !strings.Contains(strings.ReplaceAll(string(e.Raw), "\r\n ", ""), "CUTYPE=ROOM") {
			t.Errorf("invited: %s\n%s", s, e.Raw)
		}
		return
	}
	t.Errorf("it is not there: %+v", os)
}
