package notify

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/app/bus"
)

// diary is a calendar of reminders and the clock that it goes by.
type diary struct {
	mu    sync.Mutex
	now   time.Time
	waits []wait
	rs    []pim.Reminder
	done  []string // what was put off or dismissed
	asked int
	bus   *bus.Bus
}

type wait struct {
	at time.Time
	c  chan time.Time
}

func (d *diary) Now() time.Time { d.mu.Lock(); defer d.mu.Unlock(); return d.now }

func (d *diary) After(t time.Duration) <-chan time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	w := wait{d.now.Add(t), make(chan time.Time, 1)}
	d.waits = append(d.waits, w)
	return w.c
}

// pass lets time go by.
func (d *diary) pass(t time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.now = d.now.Add(t)
	d.waits = slices.DeleteFunc(d.waits, func(w wait) bool {
		if w.at.After(d.now) {
			return false
		}
		w.c <- d.now
		return true
	})
}

func (d *diary) Reminders(_ context.Context, until time.Time) ([]pim.Reminder, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.asked++
	return slices.DeleteFunc(slices.Clone(d.rs), func(r pim.Reminder) bool { return r.Due.After(until) }), nil
}

func (d *diary) Snooze(_ context.Context, r pim.Reminder, until time.Time) error {
	d.mu.Lock()
	if until.IsZero() {
		d.done = append(d.done, r.Summary+" dismissed")
	} else {
		d.done = append(d.done, r.Summary+" until "+until.Format("15:04"))
	}
	i := slices.IndexFunc(d.rs, func(x pim.Reminder) bool { return x.Key == r.Key })
	if i >= 0 && until.IsZero() {
		d.rs = slices.Delete(d.rs, i, i+1)
	} else if i >= 0 {
		d.rs[i].Due = until
	}
	d.mu.Unlock()
	d.bus.Publish(bus.Changed{Calendars: true})
	return nil
}

func (d *diary) Subscribe() *bus.Sub { return d.bus.Subscribe() }

func (d *diary) log() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	done := slices.Clone(d.done)
	slices.Sort(done)
	return strings.Join(done, ", ")
}

func (d *diary) add(name string, due time.Time) {
	d.mu.Lock()
	start := due.Add(15 * time.Minute)
	d.rs = append(d.rs, pim.Reminder{Key: name, Event: 7, Summary: name, Location: "Room 2", Start: start, End: start.Add(time.Hour), Due: due})
	d.mu.Unlock()
	d.bus.Publish(bus.Changed{Calendars: true})
}

// wall is a desktop, or a window, with the notifications that are on it now.
type wall struct {
	mu     sync.Mutex
	notes  map[string]Note
	shows  int
	fails  bool
	locked bool
}

func (w *wall) Show(n Note) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.fails {
		return errors.New("no service")
	}
	if w.notes == nil {
		w.notes = map[string]Note{}
	}
	w.notes[n.Key] = n
	w.shows++
	return nil
}

func (w *wall) Clear(key string) { w.mu.Lock(); delete(w.notes, key); w.mu.Unlock() }
func (w *wall) Close()           {}
func (w *wall) Locked() bool     { w.mu.Lock(); defer w.mu.Unlock(); return w.locked }

// titles are those of what is shown.
func (w *wall) titles() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []string
	for _, n := range w.notes {
		out = append(out, n.Title)
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

func (w *wall) note(title string) Note {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, n := range w.notes {
		if n.Title == title {
			return n
		}
	}
	return Note{}
}

func (n Note) press(t *testing.T, action string) {
	t.Helper()
	for _, a := range n.Actions {
		if a.Name == action {
			a.Do()
			return
		}
	}
	t.Fatalf("%q has no %q", n.Title, action)
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s did not come", what)
		}
	}
}

var morning = time.Date(2026, 3, 11, 9, 0, 0, 0, time.UTC)

func newDiary() *diary { return &diary{now: morning, bus: bus.New()} }

func ring(t *testing.T, d *diary, desk Desktop, h ReminderHooks) *Reminders {
	t.Helper()
	h.Now, h.After = d.Now, d.After
	w := remind(d, desk, h, time.Millisecond)
	var once sync.Once
	t.Cleanup(func() { once.Do(w.Close) })
	return w
}

// tick passes time in steps until ok.
func (d *diary) until(t *testing.T, what string, step time.Duration, ok func() bool) {
	t.Helper()
	eventually(t, what, func() bool {
		d.mu.Lock()
		asleep := len(d.waits) > 0
		d.mu.Unlock()
		if !ok() && asleep {
			d.pass(step)
		}
		return ok()
	})
}

func TestAReminderIsShownWhenItIsDue(t *testing.T) {
	d, w := newDiary(), &wall{}
	d.add("Pier 4", morning.Add(30*time.Minute))
	opened := make(chan pim.Reminder, 2)
	ring(t, d, w, ReminderHooks{Open: func(r pim.Reminder, one bool) {
		if one {
			opened <- r
		}
	}})
	d.until(t, "the reminder", 20*time.Second, func() bool { return w.titles() == "Pier 4" })
	if now := d.Now(); now.Before(morning.Add(30*time.Minute)) || now.After(morning.Add(32*time.Minute)) {
		t.Errorf("it came at %v", now)
	}
	if d.mu.Lock(); d.asked > 3 {
		t.Errorf("the calendar was asked %d times", d.asked)
	}
	d.mu.Unlock()
	n := w.note("Pier 4")
	if n.Body != "Today, 09:45 to 10:45 · Room 2" || !n.Stays {
		t.Errorf("it says %q", n.Body)
	}
	n.Open()
	n.press(t, "open")
	if r := <-opened; r.Summary != "Pier 4" {
		t.Errorf("it opens %+v", r)
	}
	// Put off: it goes, and comes again after ten minutes; dismissed, it does not.
	n.press(t, "snooze")
	eventually(t, "that it is taken away", func() bool { return w.titles() == "" })
	d.until(t, "it again", 30*time.Second, func() bool { return w.titles() == "Pier 4" })
	if now := d.Now(); now.Before(morning.Add(40*time.Minute)) || now.After(morning.Add(45*time.Minute)) {
		t.Errorf("it came again at %v", now)
	}
	w.note("Pier 4").press(t, "dismiss")
	eventually(t, "that it is taken away", func() bool { return w.titles() == "" })
	if s := d.log(); !strings.HasPrefix(s, "Pier 4 dismissed, Pier 4 until 09:4") {
		t.Errorf("done: %s", s)
	}
}

// TestAChangeWakes: a new event with a reminder that is due before the one that was waited for, and one that another program dismissed.
func TestAChangeWakes(t *testing.T) {
	d, w := newDiary(), &wall{}
	d.add("Far", morning.Add(20*time.Hour))
	ring(t, d, w, ReminderHooks{})
	eventually(t, "its sleep", func() bool { d.mu.Lock(); defer d.mu.Unlock(); return len(d.waits) > 0 })
	d.add("Now", morning)
	eventually(t, "the new one", func() bool { return w.titles() == "Now" })
	d.mu.Lock()
	d.rs = d.rs[:1]
	d.mu.Unlock()
	d.bus.Publish(bus.Changed{Calendars: true})
	eventually(t, "that it is taken away", func() bool { return w.titles() == "" })
}

// TestMissedOnesAreToldInOne: after the program did not run.
func TestMissedOnesAreToldInOne(t *testing.T) {
	d, w := newDiary(), &wall{}
	for i := range 100 {
		d.add(fmt.Sprintf("Missed %02d", i), morning.Add(-time.Duration(i+20)*time.Minute))
	}
	ring(t, d, w, ReminderHooks{})
	eventually(t, "the reminder", func() bool { return w.titles() == "100 reminders" })
	n := w.note("100 reminders")
	if lines := strings.Split(n.Body, "\n"); len(lines) != 4 || lines[0] != "Missed 00: Today, 08:55 to 09:55 · Room 2" || lines[3] != "and 97 more" {
		t.Errorf("it says %q", n.Body)
	}
	if w.shows != 1 {
		t.Errorf("%d notifications", w.shows)
	}
	n.press(t, "dismiss")
	eventually(t, "that it is taken away", func() bool { return w.titles() == "" })
	eventually(t, "that all are dismissed", func() bool { return strings.Count(d.log(), "dismissed") == 100 })
}

func TestAFewAreToldEachForItself(t *testing.T) {
	d, w := newDiary(), &wall{}
	for _, n := range []string{"One", "Three", "Two"} {
		d.add(n, morning.Add(-time.Hour))
	}
	r := ring(t, d, w, ReminderHooks{})
	eventually(t, "the reminders", func() bool { return w.titles() == "One, Three, Two" })
	w.note("Two").press(t, "dismiss")
	eventually(t, "that one is taken away", func() bool { return w.titles() == "One, Three" })
	_ = r
}

func TestTheWindowShowsWhatTheDesktopCannot(t *testing.T) {
	for name, desk := range map[string]Desktop{"none": nil, "without a service": &wall{fails: true}} {
		t.Run(name, func(t *testing.T) {
			d, in := newDiary(), &wall{}
			d.add("Pier 4", morning)
			ring(t, d, desk, ReminderHooks{Window: in})
			eventually(t, "it in the window", func() bool { return in.titles() == "Pier 4" })
			in.note("Pier 4").press(t, "dismiss")
			eventually(t, "that it is taken away", func() bool { return in.titles() == "" })
		})
	}
}

func TestALockedScreenTellsNothingOfAReminder(t *testing.T) {
	d, w := newDiary(), &wall{locked: true}
	d.add("Clinic", morning)
	ring(t, d, w, ReminderHooks{})
	eventually(t, "the reminder", func() bool { return w.titles() == "Reminder" })
	if n := w.note("Reminder"); n.Body != "" {
		t.Errorf("it says %q", n.Body)
	}
}

func TestClosingTakesThemAway(t *testing.T) {
	d, w := newDiary(), &wall{}
	d.add("Pier 4", morning)
	r := remind(d, w, ReminderHooks{Now: d.Now, After: d.After}, time.Millisecond)
	eventually(t, "the reminder", func() bool { return w.titles() == "Pier 4" })
	r.Close()
	if s := w.titles(); s != "" || d.log() != "" {
		t.Errorf("left %q, done %q", s, d.log())
	}
}

func TestWhen(t *testing.T) {
	r := pim.Reminder{Start: morning.AddDate(0, 0, 1), End: morning.AddDate(0, 0, 1).Add(time.Hour)}
	all := pim.Reminder{Start: morning.AddDate(0, 0, 3), AllDay: true}
	task := pim.Reminder{Start: morning.Add(-24 * time.Hour), End: morning.Add(-24 * time.Hour), Task: true}
	for want, r := range map[string]pim.Reminder{"Tomorrow, 09:00 to 10:00": r, "Sat 14 March": all, "Due yesterday, 09:00": task} {
		if s := when(r, morning); s != want {
			t.Errorf("%q, want %q", s, want)
		}
	}
}

// TestRemindersOverTheBus: a notification service on a session bus, whose buttons are pressed.
func TestRemindersOverTheBus(t *testing.T) {
	conn := sessionBus(t)
	s := &screen{}
	if err := conn.Export(s, busPath, busName); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.RequestName(busName, dbus.NameFlagDoNotQueue); err != nil {
		t.Fatal(err)
	}
	t.Setenv("XDG_SESSION_ID", "")
	desk := System("org.postrider.Postrider", "org.postrider.Postrider")
	if desk == nil {
		t.Fatal("no session bus was found")
	}
	d := newDiary()
	d.add("Pier 4", morning)
	d.add("Harbour board", morning)
	ring(t, d, desk, ReminderHooks{})
	count := func() int { s.mu.Lock(); defer s.mu.Unlock(); return len(s.shown) }
	eventually(t, "both", func() bool { return count() == 2 })
	s.mu.Lock()
	got, old := s.shown, s.old
	s.mu.Unlock()
	if got[0]["title"] != "Pier 4" || got[1]["title"] != "Harbour board" || old[1] != 0 || got[0]["actions"] != "default,Open,open,Open,snooze,Snooze 10 min,dismiss,Dismiss" {
		t.Errorf("shown %v in the place of %v", got, old)
	}
	press := func(id uint32, action string) {
		t.Helper()
		if err := conn.Emit(busPath, busName+".ActionInvoked", id, action); err != nil {
			t.Fatal(err)
		}
	}
	press(1, "snooze")
	press(2, "dismiss")
	eventually(t, "what was pressed", func() bool { return d.log() == "Harbour board dismissed, Pier 4 until 09:10" })
	eventually(t, "that both are closed", func() bool { s.mu.Lock(); defer s.mu.Unlock(); return len(s.closed) == 2 })
}
