package app

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/app/store"
)

func shelves(t testing.TB) *Shelves {
	t.Helper()
	st, err := store.Open(t.TempDir(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	s := NewShelves(func() (*store.Store, error) { return st, nil })
	oslo, err := time.LoadLocation("Europe/Oslo")
	if err != nil {
		t.Fatal(err)
	}
	s.SetNow(func() time.Time { return time.Date(2026, 3, 9, 8, 0, 0, 0, oslo) })
	return s
}

func must[T any](t testing.TB) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func TestWhatAProfileAlwaysHas(t *testing.T) {
	s, ctx := shelves(t), context.Background()
	books := must[[]pim.AddressBook](t)(s.AddressBooks(ctx))
	cals := must[[]pim.Calendar](t)(s.Calendars(ctx))
	if len(books) != 2 || !books[0].Default || books[1].Role != RoleCollected || len(cals) != 2 || !cals[0].Default || cals[1].Role != RoleBirthdays {
		t.Fatalf("%+v\n%+v", books, cals)
	}
	if err := s.DropCollection(ctx, books[0].ID); !fault.Is(err, fault.Refused) {
		t.Errorf("the local address book could be removed: %v", err)
	}
	id := must[pim.CollectionID](t)(s.MakeCalendar(ctx, "", "Rowing", "#123456"))
	c := pim.Collection{ID: id, Name: "Rowing club", Color: "#654321", Hidden: true}
	if err := s.ChangeCollection(ctx, c); err != nil {
		t.Fatal(err)
	}
	cals = must[[]pim.Calendar](t)(s.Calendars(ctx))
	if len(cals) != 3 || cals[1].Name != "Rowing club" || !cals[1].Hidden || cals[1].Color != "#654321" {
		t.Errorf("%+v", cals)
	}
	if err := s.DropCollection(ctx, id); err != nil {
		t.Fatal(err)
	}
}

func TestContacts(t *testing.T) {
	s, ctx := shelves(t), context.Background()
	var ids []pim.ContactID
	for i, n := range []string{"Kari Nordmann", "Åse Berg", "Bjørn Aas", "1000 Boats", "Kåre Nord"} {
		given, family, _ := strings.Cut(n, " ")
		id, _, err := s.SaveContact(ctx, pim.Contact{Name: pim.Name{Given: given, Family: family}, Emails: []pim.Field{{Value: fmt.Sprintf("p%d@fjordlight.example", i)}}, Phones: []pim.Field{{Value: fmt.Sprintf("+47 40 00 00 0%d", i)}}})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	names := func(q pim.ContactQuery) string {
		p := must[pim.ContactPage](t)(s.Contacts(ctx, q, 0, 50))
		var out []string
		for _, r := range p.Rows {
			out = append(out, r.Name)
		}
		return strings.Join(out, ", ")
	}
	if got := names(pim.ContactQuery{}); got != "Bjørn Aas, Åse Berg, 1000 Boats, Kåre Nord, Kari Nordmann" {
		t.Errorf("the list is %s", got)
	}
	for q, want := range map[string]string{"kar": "Kåre Nord, Kari Nordmann", "NORD ka": "Kåre Nord, Kari Nordmann", "ase": "Åse Berg", "p2@": "Bjørn Aas", "47400": "Bjørn Aas, Åse Berg, 1000 Boats, Kåre Nord, Kari Nordmann", "zz": ""} {
		if got := names(pim.ContactQuery{Text: q}); got != want {
			t.Errorf("%q finds %s, want %s", q, got, want)
		}
	}
	p := must[pim.ContactPage](t)(s.Contacts(ctx, pim.ContactQuery{}, ids[1], 2))
	if len(p.Rows) != 2 || p.Rows[0].Name != "1000 Boats" || !p.More {
		t.Errorf("the page behind is %+v", p)
	}
	if got := names(pim.ContactQuery{Letter: "N"}); got != "Kåre Nord, Kari Nordmann" {
		t.Errorf("from N on: %s", got)
	}
	ls := must[[]pim.Letter](t)(s.Letters(ctx, nil))
	if fmt.Sprint(ls) != "[{A 1} {B 2} {N 2}]" {
		t.Errorf("letters %v", ls)
	}
	c := must[pim.Contact](t)(s.Contact(ctx, ids[0]))
	c.Note = "rows"
	if _, _, err := s.SaveContact(ctx, c); err != nil {
		t.Fatal(err)
	}
	undo, err := s.DeleteContacts(ctx, ids[:2])
	if err != nil || undo.Text != "2 contacts deleted" {
		t.Fatalf("%v %+v", err, undo)
	}
	if got := names(pim.ContactQuery{}); strings.Contains(got, "Kari") {
		t.Errorf("still there: %s", got)
	}
	if err := s.TakeBack(ctx, undo); err != nil {
		t.Fatal(err)
	}
	if got := names(pim.ContactQuery{Text: "kari"}); got != "Kari Nordmann" {
		t.Errorf("not back: %s", got)
	}
	rows := must[[]pim.ContactRow](t)(s.ContactsOf(ctx, "P0@fjordlight.example"))
	if len(rows) != 1 || rows[0].Name != "Kari Nordmann" {
		t.Errorf("by address: %+v", rows)
	}
}

func TestDuplicatesAreShownBeforeTheyAreMerged(t *testing.T) {
	s, ctx := shelves(t), context.Background()
	for _, c := range []pim.Contact{
		{Name: pim.Name{Given: "Kari", Family: "Nordmann"}, Emails: []pim.Field{{Value: "kari@fjordlight.example"}}, Note: "a long note that makes this the richest card of all"},
		{Name: pim.Name{Full: "K. N."}, Emails: []pim.Field{{Value: "KARI@fjordlight.example"}}, Phones: []pim.Field{{Value: "123"}}},
		{Name: pim.Name{Given: "Ola", Family: "Nordmann"}, Emails: []pim.Field{{Value: "ola@fjordlight.example"}}},
	} {
		if _, _, err := s.SaveContact(ctx, c); err != nil {
			t.Fatal(err)
		}
	}
	ds := must[[]pim.Duplicate](t)(s.Duplicates(ctx))
	if len(ds) != 1 || len(ds[0].Contacts) != 2 || ds[0].Why != "same address" || len(ds[0].Merged.Phones) != 1 {
		t.Fatalf("%+v", ds)
	}
	id, undo, err := s.MergeContacts(ctx, []pim.ContactID{ds[0].Contacts[0].ID, ds[0].Contacts[1].ID}, ds[0].Merged)
	if err != nil {
		t.Fatal(err)
	}
	c := must[pim.Contact](t)(s.Contact(ctx, id))
	if c.Display() != "Kari Nordmann" || len(c.Phones) != 1 || len(c.Emails) != 1 {
		t.Errorf("%+v", c)
	}
	if err := s.TakeBack(ctx, undo); err != nil {
		t.Fatal(err)
	}
	if ds = must[[]pim.Duplicate](t)(s.Duplicates(ctx)); len(ds) != 1 {
		t.Errorf("after taking back: %+v", ds)
	}
}

func TestGroupsAndSuggestions(t *testing.T) {
	s, ctx := shelves(t), context.Background()
	for _, n := range []string{"anna", "andy"} {
		if _, _, err := s.SaveContact(ctx, pim.Contact{UID: n, Name: pim.Name{Given: n, Family: "B"}, Emails: []pim.Field{{Value: n + "@example.com"}}}); err != nil {
			t.Fatal(err)
		}
	}
	g, _, err := s.SaveContact(ctx, pim.Contact{Kind: "group", Name: pim.Name{Full: "Andes crew"}, Members: []string{"urn:uuid:anna", "mailto:x@example.com"}})
	if err != nil {
		t.Fatal(err)
	}
	as, err := s.Members(ctx, g)
	if err != nil || len(as) != 2 || as[0].Addr != "anna@example.com" || as[1].Addr != "x@example.com" {
		t.Errorf("members %v %v", as, err)
	}
	sug := must[[]pim.Suggestion](t)(s.Suggest(ctx, "an", 10))
	if len(sug) != 3 {
		t.Fatalf("%+v", sug)
	}
	for _, x := range sug {
		if x.Group && len(x.Members) != 2 {
			t.Errorf("%+v", x)
		}
	}
}

func occ(t testing.TB, s *Shelves, from, to string) []pim.Occurrence {
	t.Helper()
	loc := s.now().Location()
	a, err := time.ParseInLocation("2006-01-02", from, loc)
	if err != nil {
		t.Fatal(err)
	}
	b, err := time.ParseInLocation("2006-01-02", to, loc)
	if err != nil {
		t.Fatal(err)
	}
	return must[[]pim.Occurrence](t)(s.Events(context.Background(), pim.Window{Start: a, End: b}, nil))
}

func starts(os []pim.Occurrence) string {
	var out []string
	for _, o := range os {
		out = append(out, o.Start.Format("02T15:04")+" "+o.Summary)
	}
	return strings.Join(out, ", ")
}

func TestScopesOfASeries(t *testing.T) {
	ctx := context.Background()
	make := func(t *testing.T) (*Shelves, pim.EventID) {
		s := shelves(t)
		start := time.Date(2026, 3, 9, 9, 0, 0, 0, s.now().Location())
		id, _, err := s.SaveEvent(ctx, pim.Event{Summary: "Row", Start: pim.At(start), End: pim.At(start.Add(time.Hour)), Rule: &pim.Rule{Freq: "DAILY", Count: 5}}, pim.AllEvents)
		if err != nil {
			t.Fatal(err)
		}
		return s, id
	}
	third := func(t *testing.T, s *Shelves, id pim.EventID) pim.Event {
		os := occ(t, s, "2026-03-11", "2026-03-12")
		if len(os) != 1 {
			t.Fatalf("%+v", os)
		}
		return must[pim.Event](t)(s.Event(ctx, id, os[0].Recurrence))
	}
	shift := func(e pim.Event) pim.Event {
		e.Start.Time, e.End.Time, e.Summary = e.Start.Time.Add(2*time.Hour), e.End.Time.Add(2*time.Hour), "Late row"
		return e
	}
	t.Run("this", func(t *testing.T) {
		s, id := make(t)
		_, undo, err := s.SaveEvent(ctx, shift(third(t, s, id)), pim.This)
		if err != nil {
			t.Fatal(err)
		}
		if got := starts(occ(t, s, "2026-03-01", "2026-04-01")); got != "09T09:00 Row, 10T09:00 Row, 11T11:00 Late row, 12T09:00 Row, 13T09:00 Row" {
			t.Error(got)
		}
		if err := s.TakeBack(ctx, undo); err != nil {
			t.Fatal(err)
		}
		if got := starts(occ(t, s, "2026-03-11", "2026-03-12")); got != "11T09:00 Row" {
			t.Errorf("taken back: %s", got)
		}
	})
	t.Run("following", func(t *testing.T) {
		s, id := make(t)
		_, undo, err := s.SaveEvent(ctx, shift(third(t, s, id)), pim.Following)
		if err != nil {
			t.Fatal(err)
		}
		if got := starts(occ(t, s, "2026-03-01", "2026-04-01")); got != "09T09:00 Row, 10T09:00 Row, 11T11:00 Late row, 12T11:00 Late row, 13T11:00 Late row" {
			t.Error(got)
		}
		if err := s.TakeBack(ctx, undo); err != nil {
			t.Fatal(err)
		}
		if got := starts(occ(t, s, "2026-03-01", "2026-04-01")); strings.Contains(got, "Late") || strings.Count(got, "Row") != 5 {
			t.Errorf("taken back: %s", got)
		}
	})
	t.Run("all", func(t *testing.T) {
		s, id := make(t)
		if _, err := s.DeleteEvent(ctx, id, "20260312T080000Z", pim.This); err != nil {
			t.Fatal(err)
		}
		if _, _, err := s.SaveEvent(ctx, shift(third(t, s, id)), pim.AllEvents); err != nil {
			t.Fatal(err)
		}
		if got := starts(occ(t, s, "2026-03-01", "2026-04-01")); got != "09T11:00 Late row, 10T11:00 Late row, 11T11:00 Late row, 13T11:00 Late row" {
			t.Error(got)
		}
	})
	t.Run("delete", func(t *testing.T) {
		s, id := make(t)
		if _, err := s.DeleteEvent(ctx, id, "20260312T080000Z", pim.Following); err != nil {
			t.Fatal(err)
		}
		if got := starts(occ(t, s, "2026-03-01", "2026-04-01")); got != "09T09:00 Row, 10T09:00 Row, 11T09:00 Row" {
			t.Error(got)
		}
		if _, err := s.DeleteEvent(ctx, id, "20260309T080000Z", pim.AllEvents); err != nil {
			t.Fatal(err)
		}
		if got := occ(t, s, "2026-03-01", "2026-04-01"); len(got) != 0 {
			t.Error(got)
		}
	})
}

func TestBirthdaysTasksAndReminders(t *testing.T) {
	s, ctx := shelves(t), context.Background()
	if _, _, err := s.SaveContact(ctx, pim.Contact{Name: pim.Name{Full: "Ada"}, Birthday: pim.Date{Year: 1990, Month: 3, Day: 10}}); err != nil {
		t.Fatal(err)
	}
	os := occ(t, s, "2026-03-09", "2026-03-16")
	if len(os) != 1 || os[0].Age != 36 || !os[0].AllDay || os[0].Contact == 0 {
		t.Errorf("%+v", os)
	}
	if os := occ(t, s, "2026-12-30", "2027-03-11"); len(os) != 1 || os[0].Age != 37 {
		t.Errorf("over the new year: %+v", os)
	}
	now := s.now()
	start := now.Add(30 * time.Minute)
	id, _, err := s.SaveEvent(ctx, pim.Event{Summary: "Call", Start: pim.At(start), End: pim.At(start.Add(time.Hour)), Rule: &pim.Rule{Freq: "DAILY"}, Alarms: []pim.Alarm{{Before: 45 * time.Minute}, {Before: 5 * time.Minute}}}, pim.AllEvents)
	if err != nil {
		t.Fatal(err)
	}
	rs := must[[]pim.Reminder](t)(s.Reminders(ctx, now))
	if len(rs) != 1 || rs[0].Event != id || !rs[0].Due.Equal(start.Add(-45*time.Minute)) {
		t.Fatalf("%+v", rs)
	}
	if more := must[[]pim.Reminder](t)(s.Reminders(ctx, now.Add(26*time.Hour))); len(more) != 4 {
		t.Errorf("a day ahead: %d", len(more))
	}
	if err := s.Snooze(ctx, rs[0], now.Add(10*time.Minute)); err != nil {
		t.Fatal(err)
	}
	if rs := must[[]pim.Reminder](t)(s.Reminders(ctx, now)); len(rs) != 0 {
		t.Errorf("snoozed: %+v", rs)
	}
	if rs := must[[]pim.Reminder](t)(s.Reminders(ctx, now.Add(11*time.Minute))); len(rs) != 1 {
		t.Errorf("after the snooze: %+v", rs)
	} else if err := s.Snooze(ctx, rs[0], time.Time{}); err != nil {
		t.Fatal(err)
	}
	if rs := must[[]pim.Reminder](t)(s.Reminders(ctx, now.Add(11*time.Minute))); len(rs) != 0 {
		t.Errorf("dismissed: %+v", rs)
	}
	task, _, err := s.SaveTask(ctx, pim.Task{Summary: "Oil the oars", Due: pim.Day(2026, 3, 10)})
	if err != nil {
		t.Fatal(err)
	}
	k := must[pim.Task](t)(s.Task(ctx, task))
	k.Done = true
	if _, _, err := s.SaveTask(ctx, k); err != nil {
		t.Fatal(err)
	}
	if ts := must[[]pim.Task](t)(s.Tasks(ctx, nil, false)); len(ts) != 0 {
		t.Errorf("%+v", ts)
	}
	if ts := must[[]pim.Task](t)(s.Tasks(ctx, nil, true)); len(ts) != 1 || !ts[0].Done || ts[0].Percent != 100 || ts[0].Completed.IsZero() {
		t.Errorf("%+v", ts)
	}
}

func TestFiles(t *testing.T) {
	s, ctx := shelves(t), context.Background()
	csv := "Name,Given Name,Family Name,E-mail 1 - Type,E-mail 1 - Value,Phone 1 - Type,Phone 1 - Value,Group Membership,Birthday\nKari Nordmann,Kari,Nordmann,* Work,kari@fjordlight.example ::: k@example.com,Mobile,123,Rowing ::: * myContacts,1980-02-29\n"
	added, same, err := s.ImportContacts(ctx, 0, strings.NewReader(csv))
	if err != nil || added != 1 || same != 0 {
		t.Fatal(added, same, err)
	}
	p := must[pim.ContactPage](t)(s.Contacts(ctx, pim.ContactQuery{Category: "Rowing"}, 0, 10))
	if len(p.Rows) != 1 || p.Rows[0].Email != "kari@fjordlight.example" {
		t.Fatalf("%+v", p)
	}
	for _, format := range []string{"vcf", "csv"} {
		var b bytes.Buffer
		if err := s.ExportContacts(ctx, p.Rows[0].Book, nil, format, &b); err != nil {
			t.Fatal(err)
		}
		o := shelves(t)
		if added, _, err := o.ImportContacts(ctx, 0, &b); err != nil || added != 1 {
			t.Fatal(format, added, err)
		}
		q := must[pim.ContactPage](t)(o.Contacts(ctx, pim.ContactQuery{Text: "nordmann"}, 0, 10))
		if len(q.Rows) != 1 {
			t.Fatalf("%s: %+v", format, q)
		}
		c := must[pim.Contact](t)(o.Contact(ctx, q.Rows[0].ID))
		if len(c.Emails) != 2 || c.Birthday != (pim.Date{Year: 1980, Month: 2, Day: 29}) || len(c.Categories) != 1 {
			t.Errorf("%s: %+v", format, c)
		}
	}
	ics := "BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT\nUID:a\nDTSTART:20260310T100000Z\nSUMMARY:One\nX-KEEP:me\nEND:VEVENT\nBEGIN:VEVENT\nUID:b\nDTSTART;VALUE=DATE:20260311\nSUMMARY:Two\nEND:VEVENT\nEND:VCALENDAR\n"
	if added, same, err = s.ImportCalendar(ctx, 0, strings.NewReader(ics)); added != 2 || err != nil {
		t.Fatal(added, same, err)
	}
	if added, same, err = s.ImportCalendar(ctx, 0, strings.NewReader(ics)); added != 0 || same != 2 || err != nil {
		t.Fatal(added, same, err)
	}
	if got := starts(occ(t, s, "2026-03-09", "2026-03-16")); got != "10T11:00 One, 11T00:00 Two" {
		t.Error(got)
	}
	var b bytes.Buffer
	cals := must[[]pim.Calendar](t)(s.Calendars(ctx))
	if err := s.ExportCalendar(ctx, cals[0].ID, nil, &b); err != nil || !strings.Contains(b.String(), "X-KEEP:me") || strings.Count(b.String(), "BEGIN:VCALENDAR") != 1 {
		t.Errorf("%v %s", err, b.String())
	}
	if _, _, err := s.ImportContacts(ctx, 0, strings.NewReader("what is this")); !fault.Is(err, fault.Usage) {
		t.Errorf("got %v", err)
	}
	found := must[[]pim.Occurrence](t)(s.FindEvents(ctx, "tw", 5))
	if len(found) != 1 || found[0].Summary != "Two" {
		t.Errorf("%+v", found)
	}
}

func TestQuickEntry(t *testing.T) {
	s := shelves(t)
	now := s.now() // Monday 9 March 2026, 8:00
	for text, want := range map[string]string{
		"Lunch Friday 1pm at the harbour":     "Lunch|13 13:00|13 14:00|the harbour",
		"Meeting tomorrow 14:00-15:30":        "Meeting|10 14:00|10 15:30|",
		"Dinner with Ada at 7 for 2 hours":    "Dinner with Ada|09 19:00|09 21:00|",
		"Ferry on 20 March":                   "Ferry|20|21|",
		"Call Ola 2026-03-18 at 9:15":         "Call Ola|18 09:15|18 10:15|",
		"Walk in 2 hours":                     "Walk|09 10:00|09 11:00|",
		"Row from 5 to 6pm on Wednesday":      "Row|11 17:00|11 18:00|",
		"Review next Tuesday noon, room Oslo": "Review, room Oslo|17 12:00|17 13:00|",
	} {
		e := s.QuickEvent(text, now)
		f := "02 15:04"
		if e.Start.Date {
			f = "02"
		}
		got := e.Summary + "|" + e.Start.Time.Format(f) + "|" + e.End.Time.Format(f) + "|" + e.Location
		if got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
	for _, text := range []string{"Light test", "Lunch ", "Meet Bob at the harbour", "", "Room 2"} {
		if e := s.QuickEvent(text, now); !e.Start.IsZero() || e.Location != "" || e.Summary != strings.TrimSpace(text) {
			t.Errorf("%q names no time, and is %+v", text, e)
		}
	}
	if e := s.QuickEvent("Stand-up every weekday 9:00", now); e.Rule == nil || len(e.Rule.ByDay) != 5 || e.Start.Time.Hour() != 9 {
		t.Errorf("%+v", e)
	}
}
