package viewtest

import (
	"context"
	"fmt"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/app/bus"
	"github.com/postrider/postrider/app/store"
)

// shelves makes contacts and calendars that are only here: a real store in a temporary folder, which is made when they are first asked for and removed by CloseShelves. They hold the
// people and events of the design's pictures, around Now.
func (c *Client) shelves(empty bool) *app.Shelves {
	var once sync.Once
	var st *store.Store
	var err error
	var s *app.Shelves
	s = app.NewShelves(func() (*store.Store, error) {
		once.Do(func() {
			var dir string
			if dir, err = os.MkdirTemp("", "postrider-shelves-"); err != nil {
				return
			}
			if st, err = store.Open(dir, store.Options{Bus: c.Bus}); err != nil {
				return
			}
			c.closeShelves = func() {
				st.Close()
				os.RemoveAll(dir)
			}
			if !empty {
				// The store answers from here on; what is put in first is there before the question that opened it is answered.
				seeded := app.NewShelves(func() (*store.Store, error) { return st, nil })
				seeded.SetNow(c.Now)
				err = seed(seeded, c.now)
			}
		})
		return st, err
	})
	s.SetNow(c.Now)
	return s
}

// CloseShelves removes the temporary folder of contacts and calendars, if they were used.
func (c *Client) CloseShelves() {
	if c.closeShelves != nil {
		c.closeShelves()
		c.closeShelves = nil
	}
}

// People of the pictures; more are made when a test wants many.
var people = []pim.Contact{
	{Name: pim.Name{Given: "Ingrid", Family: "Solberg"}, Org: []string{"Fjordlight"}, Title: "Head of design", Emails: []pim.Field{{Value: "ingrid.solberg@fjordlight.example", Kinds: []string{"work"}, Preferred: true}},
		Phones: []pim.Field{{Value: "+47 55 01 23 45", Kinds: []string{"work"}}, {Value: "+47 400 12 345", Kinds: []string{"cell"}}}, Birthday: pim.Date{Year: 1986, Month: 3, Day: 14},
		Places: []pim.Place{{Street: "Bryggen 12", City: "Bergen", Code: "5003", Country: "Norway", Kinds: []string{"work"}}}, Note: "Met at the harbour conference.", Categories: []string{"Design"}},
	{Name: pim.Name{Given: "Jonas", Family: "Berg"}, Org: []string{"Fjordlight", "Engineering"}, Title: "Engineer", Emails: []pim.Field{{Value: "jonas.berg@fjordlight.example", Kinds: []string{"work"}}}},
	{Name: pim.Name{Given: "Amara", Family: "Okafor"}, Org: []string{"Northwind Studio"}, Emails: []pim.Field{{Value: "amara@northwind.example", Kinds: []string{"work"}}, {Value: "amara.okafor@example.com", Kinds: []string{"home"}}}, Birthday: pim.Date{Month: 3, Day: 20}},
	{Name: pim.Name{Given: "Léa", Family: "Fontaine"}, Org: []string{"Atelier Fontaine"}, Emails: []pim.Field{{Value: "lea@atelier.example"}}, Phones: []pim.Field{{Value: "+33 1 23 45 67 89", Kinds: []string{"work"}}}},
	{Name: pim.Name{Given: "Mateo", Family: "Álvarez"}, Emails: []pim.Field{{Value: "mateo@example.com"}}, Categories: []string{"Rowing"}},
	{Name: pim.Name{Given: "Yuki", Family: "Tanaka"}, Emails: []pim.Field{{Value: "yuki.tanaka@example.com"}}},
	{Name: pim.Name{Full: "Harbour Office"}, Kind: "org", Org: []string{"Harbour Office"}, Phones: []pim.Field{{Value: "+47 55 00 00 00", Kinds: []string{"main"}}}, Emails: []pim.Field{{Value: "post@harbour.example"}}},
}

// seed fills the shelves.
func seed(s *app.Shelves, now time.Time) error {
	ctx := context.Background()
	var uids []string
	for i, p := range people {
		p.UID = fmt.Sprintf("person-%d", i+1)
		uids = append(uids, "urn:uuid:"+p.UID)
		if _, _, err := s.SaveContact(ctx, p); err != nil {
			return err
		}
	}
	if _, _, err := s.SaveContact(ctx, pim.Contact{UID: "group-1", Kind: "group", Name: pim.Name{Full: "Fjordlight team"}, Members: uids[:2]}); err != nil {
		return err
	}
	work, err := s.MakeCalendar(ctx, "", "Work", "#1f6f8b")
	if err != nil {
		return err
	}
	family, err := s.MakeCalendar(ctx, "", "Family", "#a8642a")
	if err != nil {
		return err
	}
	monday := time.Date(now.Year(), now.Month(), now.Day()-(int(now.Weekday())+6)%7, 0, 0, 0, 0, now.Location())
	at := func(day, hour, minute int) pim.When {
		t := monday.AddDate(0, 0, day).Add(time.Duration(hour*60+minute) * time.Minute)
		w := pim.At(t)
		if w.Zone == "" && now.Location() == time.Local {
			w = pim.When{Time: time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), 0, 0, time.UTC), Floating: true}
		}
		return w
	}
	day := func(n int) pim.When {
		t := monday.AddDate(0, 0, n)
		return pim.Day(t.Year(), t.Month(), t.Day())
	}
	me := &pim.Attendee{Name: "Kari Nordmann", Addr: "kari@fjordlight.example", Status: "accepted"}
	for _, e := range []pim.Event{
		{Calendar: work, UID: "event-1", Summary: "Stand-up", Start: at(0, 9, 0), End: at(0, 9, 15), Rule: &pim.Rule{Freq: "WEEKLY", ByDay: []pim.WeekdayNum{{Day: 1}, {Day: 2}, {Day: 3}, {Day: 4}, {Day: 5}}}},
		{Calendar: work, UID: "event-2", Summary: "Design review", Location: "Bryggen 12, room Fløyen", Start: at(2, 10, 30), End: at(2, 12, 0), Organizer: me, Alarms: []pim.Alarm{{Before: 15 * time.Minute}},
			Attendees: []pim.Attendee{*me, {Name: "Ingrid Solberg", Addr: "ingrid.solberg@fjordlight.example", Status: "accepted"}, {Name: "Jonas Berg", Addr: "jonas.berg@fjordlight.example", Status: "needs-action", RSVP: true}}},
		{Calendar: work, UID: "event-3", Summary: "Call with Northwind", Description: "https://meet.jit.si/northwind-weekly", Start: at(3, 14, 0), End: at(3, 15, 0)},
		{Calendar: work, UID: "event-4", Summary: "Budget", Start: at(2, 11, 30), End: at(2, 12, 30), Status: "tentative"},
		{Calendar: family, UID: "event-5", Summary: "Lunch at the harbour", Location: "Fisketorget", Start: at(4, 13, 0), End: at(4, 14, 30)},
		{Calendar: family, UID: "event-6", Summary: "Cabin weekend", Start: day(5), End: day(7)},
		{Calendar: family, UID: "event-7", Summary: "Piano lesson", Start: at(1, 17, 0), End: at(1, 17, 45), Rule: &pim.Rule{Freq: "WEEKLY"}},
	} {
		if _, _, err := s.SaveEvent(ctx, e, pim.AllEvents); err != nil {
			return err
		}
	}
	for i, t := range []pim.Task{{Summary: "Send the drawings to Léa", Due: day(3), Priority: 1}, {Summary: "Book the ferry", Due: day(4)}, {Summary: "Water the plants"}} {
		t.UID = fmt.Sprintf("task-%d", i+1)
		if _, _, err := s.SaveTask(ctx, t); err != nil {
			return err
		}
	}
	// What would ring soon has been dealt with: nothing comes in the way of who looks at the pictures.
	rs, err := s.Reminders(ctx, now.Add(2*time.Hour))
	if err != nil {
		return err
	}
	for _, r := range rs {
		if err := s.Snooze(ctx, r, time.Time{}); err != nil {
			return err
		}
	}
	return nil
}

// SyncPIM implements app.Client.
func (c *Client) SyncPIM(mail.AccountID) {
	c.lock("SyncPIM")()
	c.Bus.Publish(bus.Changed{Status: true})
}

// Invitations implements app.Client.
func (c *Client) Invitations(context.Context) ([]app.Waiting, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.Waiting), nil
}

// AnswerInvitation implements app.Client.
func (c *Client) AnswerInvitation(_ context.Context, id mail.MessageID, answer, _ string, _ pim.CollectionID, send bool) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.Waiting = slices.DeleteFunc(c.Waiting, func(w app.Waiting) bool { return w.Message == id })
	c.Answered = append(c.Answered, fmt.Sprint(id, " ", answer, " ", send))
	return nil
}

// Rooms implements app.Client.
func (c *Client) Rooms(context.Context) ([]pim.Attendee, error) { return c.OnRooms, nil }

// Conflicts implements app.Client.
func (c *Client) Conflicts(context.Context) ([]pim.Conflict, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.Conflicting), nil
}

// ResolveConflict implements app.Client.
func (c *Client) ResolveConflict(_ context.Context, id int64, how pim.Choice) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.Conflicting = slices.DeleteFunc(c.Conflicting, func(x pim.Conflict) bool { return x.ID == id })
	c.Settled = append(c.Settled, fmt.Sprint(id, " ", how))
	return nil
}
