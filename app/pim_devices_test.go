package app

import (
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/auth"
	"github.com/postrider/postrider/accounts/dav"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/accounts/testserver"
	"github.com/postrider/postrider/accounts/wire"
)

// TestRemindersAndTasksOverRadicale: what one device puts off, dismisses and ticks off, the other one knows, and so does everything else that reads the server.
func TestRemindersAndTasksOverRadicale(t *testing.T) {
	remindersAndTasks(t, radicale(testserver.StartRadicale(t)), "")
}

// TestRemindersAndTasksOverSOGo: the same with a server that keeps what it is given in its own words.
func TestRemindersAndTasksOverSOGo(t *testing.T) {
	s := testserver.StartSOGo(t)
	remindersAndTasks(t, place{s.Roots, s.Server, "alice", testserver.SOGoUsers["alice"]}, "Personal Calendar")
}

// TestRemindersAndTasksOverCyrus: the same with a third.
func TestRemindersAndTasksOverCyrus(t *testing.T) {
	s := testserver.StartCyrus(t)
	remindersAndTasks(t, place{s.Roots, s.Server, "alice", testserver.CyrusUsers["alice"]}, "personal")
}

func remindersAndTasks(t *testing.T, p place, name string) {
	ctx := context.Background()
	a, b := device(t, p, t.TempDir()), device(t, p, t.TempDir())
	now := time.Date(2026, 3, 9, 8, 0, 0, 0, time.UTC)
	clock := func(at time.Time) {
		now = at
		for _, d := range []*App{a, b} {
			d.SetNow(func() time.Time { return at })
		}
	}
	clock(now)
	inStep(t, a)
	var cal pim.CollectionID
	if name == "" {
		name = "Days"
		cal = must[pim.CollectionID](t)(a.MakeCalendar(ctx, "ada", name, "#00aa55"))
	} else {
		cal = serverCollection(t, a, remote.Calendar, name)
	}
	both := func(first, second *App) {
		t.Helper()
		inStep(t, first)
		inStep(t, second)
	}
	at := now.Add(10 * time.Minute)
	if _, _, err := a.SaveEvent(ctx, pim.Event{Calendar: cal, UID: "call", Summary: "Call", Start: pim.At(at), End: pim.At(at.Add(time.Hour)), Alarms: []pim.Alarm{{Before: 15 * time.Minute}}}, pim.AllEvents); err != nil {
		t.Fatal(err)
	}
	both(a, b)
	due := func(d *App, at time.Time) []pim.Reminder {
		t.Helper()
		return must[[]pim.Reminder](t)(d.Reminders(ctx, at))
	}
	if x, y := due(a, now), due(b, now); len(x) != 1 || len(y) != 1 || y[0].Summary != "Call" {
		t.Fatalf("a is reminded of %+v, b of %+v", x, y)
	}
	// b puts it off: a is silent too, and rings when b does.
	later := now.Add(20 * time.Minute)
	if err := b.Snooze(ctx, due(b, now)[0], later); err != nil {
		t.Fatal(err)
	}
	both(b, a)
	if x := due(a, now); len(x) != 0 {
		t.Errorf("put off by b, and a is reminded still: %+v", x)
	}
	clock(later)
	for _, d := range []*App{a, b} {
		if x := due(d, now); len(x) != 1 || !x[0].Due.Equal(later) {
			t.Fatalf("when it rings again: %+v", x)
		}
	}
	// a dismisses it: b never hears of it again.
	if err := a.Snooze(ctx, due(a, now)[0], time.Time{}); err != nil {
		t.Fatal(err)
	}
	both(a, b)
	for _, d := range []*App{a, b} {
		if x := due(d, now.Add(24*time.Hour)); len(x) != 0 {
			t.Errorf("dismissed, and still: %+v", x)
		}
	}
	if raw := onCalendar(t, p, name, "call"); !strings.Contains(raw, "ACKNOWLEDGED:20260309T082000Z") || strings.Contains(raw, "SNOOZE") {
		t.Errorf("the server has\n%s", raw)
	}

	// A task of a's is ticked off by b, opened again by a, changed by b and removed by a.
	task, _, err := a.SaveTask(ctx, pim.Task{Calendar: cal, UID: "oars", Summary: "Oil the oars", Due: pim.Day(2026, 3, 12), Priority: 1})
	if err != nil {
		t.Fatal(err)
	}
	both(a, b)
	tasks := func(d *App, done bool) []pim.Task {
		t.Helper()
		return must[[]pim.Task](t)(d.Tasks(ctx, nil, done))
	}
	open := tasks(b, false)
	if len(open) != 1 || open[0].Summary != "Oil the oars" || open[0].Done || open[0].Priority != 1 || open[0].Due != pim.Day(2026, 3, 12) {
		t.Fatalf("b has %+v", open)
	}
	if _, err := b.CompleteTask(ctx, open[0].ID, true); err != nil {
		t.Fatal(err)
	}
	both(b, a)
	if k := must[pim.Task](t)(a.Task(ctx, task)); !k.Done || k.Completed.IsZero() {
		t.Errorf("ticked off by b, a has %+v", k)
	}
	if x := tasks(a, false); len(x) != 0 {
		t.Errorf("open with a: %+v", x)
	}
	if raw := onCalendar(t, p, name, "oars"); !strings.Contains(raw, "STATUS:COMPLETED") || !strings.Contains(raw, "COMPLETED:20260309T082000Z") {
		t.Errorf("the server has\n%s", raw)
	}
	if _, err := a.CompleteTask(ctx, task, false); err != nil {
		t.Fatal(err)
	}
	both(a, b)
	if open = tasks(b, false); len(open) != 1 || open[0].Done {
		t.Fatalf("opened again by a, b has %+v", open)
	}
	open[0].Summary, open[0].Due = "Oil all oars", pim.When{}
	if _, _, err := b.SaveTask(ctx, open[0]); err != nil {
		t.Fatal(err)
	}
	both(b, a)
	if k := must[pim.Task](t)(a.Task(ctx, task)); k.Summary != "Oil all oars" || !k.Due.IsZero() {
		t.Errorf("changed by b, a has %+v", k)
	}
	if _, err := a.DeleteTask(ctx, task); err != nil {
		t.Fatal(err)
	}
	both(a, b)
	if x := tasks(b, true); len(x) != 0 {
		t.Errorf("removed by a, b has %+v", x)
	}
}

// onCalendar reads an object by its UID over a connection of its own, unfolded.
func onCalendar(t testing.TB, p place, name, uid string) string {
	t.Helper()
	ctx := context.Background()
	c := must[*remote.Conn](t)(dav.Open(ctx, wire.Options{Server: p.server(mail.CalDAV, p.user), Dialer: &wire.Dialer{Roots: p.roots}, Creds: auth.Static{User: p.user, Password: p.password}}))
	defer c.Close()
	found := ""
	for _, col := range must[[]remote.Collection](t)(c.Collections(ctx)) {
		if col.Name != name {
			continue
		}
		d := must[remote.Delta](t)(c.Pull(ctx, col.Ref, ""))
		if err := c.Fetch(ctx, col.Ref, d.Members, remote.WantBody, func(it remote.Item) error {
			b, err := io.ReadAll(it.Body)
			if s := strings.ReplaceAll(string(b), "\r\n ", ""); strings.Contains(s, "UID:"+uid+"\r\n") {
				found = s
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	return found
}

// TestBothServicesAtOnce: contacts and calendars that are turned on at the same moment are both on.
func TestBothServicesAtOnce(t *testing.T) {
	a, ctx := device(t, radicale(testserver.StartRadicale(t)), t.TempDir()), context.Background()
	inStep(t, a)
	both := []mail.Protocol{mail.CardDAV, mail.CalDAV}
	for range 5 {
		for _, on := range []bool{false, true} {
			done := make(chan error, len(both))
			for _, p := range both {
				go func() { done <- a.UseService(ctx, "ada", p, on) }()
			}
			for range both {
				if err := <-done; err != nil {
					t.Fatal(err)
				}
			}
			for _, s := range must[[]Service](t)(a.Services(ctx, "ada")) {
				if s.On != on {
					t.Fatalf("%s is on: %v", s.Protocol, s.On)
				}
			}
		}
	}
}

// TestWhoIsBusyOverSOGo: a room is a mailbox like any other, and its server tells when it is taken.
func TestWhoIsBusyOverSOGo(t *testing.T) {
	s, ctx := testserver.StartSOGo(t), context.Background()
	of := func(user string) *App {
		return device(t, place{s.Roots, s.Server, user, testserver.SOGoUsers[user]}, t.TempDir())
	}
	room, alice := of("bob"), of("alice")
	inStep(t, room)
	inStep(t, alice)
	at := time.Date(2027, 3, 9, 10, 0, 0, 0, time.UTC)
	if _, _, err := room.SaveEvent(ctx, pim.Event{Calendar: serverCollection(t, room, remote.Calendar, "Personal Calendar"), Summary: "Taken", Start: pim.At(at), End: pim.At(at.Add(time.Hour))}, pim.AllEvents); err != nil {
		t.Fatal(err)
	}
	inStep(t, room)
	w := pim.Window{Start: at.Add(-10 * time.Hour), End: at.AddDate(0, 0, 14), Zone: time.UTC}
	fs := must[[]pim.FreeBusy](t)(alice.FreeBusy(ctx, w, []string{"", "Bob@example.test", "nobody@example.test"}))
	if len(fs) != 3 || !fs[0].Known || len(fs[0].Spans) != 0 {
		t.Fatalf("%+v", fs)
	}
	if f := fs[1]; !f.Known || len(f.Spans) != 1 || !f.Spans[0].Start.Equal(at) || !f.Spans[0].End.Equal(at.Add(time.Hour)) {
		t.Errorf("the room: %+v", f)
	}
	if fs[2].Known {
		t.Errorf("nobody: %+v", fs[2])
	}
}
