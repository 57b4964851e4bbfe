package notify

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/app/bus"
)

const (
	// SnoozeFor is how long a reminder is put off.
	SnoozeFor = 10 * time.Minute
	// apart is how many reminders at once are shown each for itself; more are told in one.
	apart = 3
	// farthest is how far it is looked ahead for the next one.
	farthest = 24 * time.Hour
	// nap is the longest sleep: timers stand still while the computer does, the clock goes on.
	nap = time.Minute
	// together is the key of the notification for several.
	together = "reminders"
)

// Source is what reminders come from: a part of app.Client.
type Source interface {
	Reminders(ctx context.Context, until time.Time) ([]pim.Reminder, error)
	Snooze(ctx context.Context, r pim.Reminder, until time.Time) error
	Subscribe() *bus.Sub
}

// ReminderHooks join the reminders to the program. All are called off the window's goroutine.
type ReminderHooks struct {
	// Open shows an event or a task in the window; false: several, so the calendar at today.
	Open func(r pim.Reminder, one bool)
	// Window shows what the desktop cannot; it may be nil.
	Window Shower
	Failed func(error)
	// Now and After are the clock, nil = the computer's.
	Now   func() time.Time
	After func(time.Duration) <-chan time.Time
}

// Reminders shows the reminders of a client. Make it with Remind.
type Reminders struct {
	c     Source
	d     Desktop
	h     ReminderHooks
	rest  time.Duration
	shown map[string]string // the reminders that were shown, and the key of their note
	stop  chan struct{}
	ended chan struct{}
}

// Remind begins to show reminders; d may be nil where there is no desktop to show them.
func Remind(c Source, d Desktop, h ReminderHooks) *Reminders { return remind(c, d, h, rest) }

func remind(c Source, d Desktop, h ReminderHooks, rest time.Duration) *Reminders {
	if h.Now == nil {
		h.Now = time.Now
	}
	if h.After == nil {
		h.After = time.After
	}
	w := &Reminders{c: c, d: d, h: h, rest: rest, shown: map[string]string{}, stop: make(chan struct{}), ended: make(chan struct{})}
	go w.run()
	return w
}

// Close ends it and takes away what is shown: it is shown again at the next start, unless it was dismissed.
func (w *Reminders) Close() {
	close(w.stop)
	<-w.ended
}

func (w *Reminders) run() {
	defer close(w.ended)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() {
		<-w.stop
		cancel()
	}()
	sub := w.c.Subscribe()
	defer sub.Close()
	if w.d != nil {
		defer w.d.Close()
	}
	defer func() {
		for _, k := range w.shown {
			w.clear(k)
		}
	}()
	for {
		next := w.look(ctx)
		if !w.sleep(next, sub) {
			return
		}
	}
}

// sleep waits until a time, or until something of the calendars changed. It returns false at the end.
func (w *Reminders) sleep(until time.Time, sub *bus.Sub) bool {
	for now := w.h.Now(); now.Before(until); now = w.h.Now() {
		select {
		case <-w.stop:
			return false
		case <-sub.C:
			ch, ok := sub.Take()
			if !ok || !ch.Calendars && !ch.Resync {
				continue
			}
			select { // a sync brings many changes at once
			case <-w.stop:
				return false
			case <-time.After(w.rest):
			}
			return true
		case <-w.h.After(min(until.Sub(now), nap)):
		}
	}
	select {
	case <-w.stop:
		return false
	default:
		return true
	}
}

// look shows what is due, takes away what is not any more, and returns when to look again.
func (w *Reminders) look(ctx context.Context) time.Time {
	now := w.h.Now()
	rs, err := w.c.Reminders(ctx, now.Add(farthest))
	if err != nil { // the store is busy or closing; the calendar itself says what is wrong with it
		return now.Add(nap)
	}
	next := now.Add(farthest)
	here := map[string]bool{}
	var fresh []pim.Reminder
	for _, r := range rs {
		if r.Due.After(now) {
			if r.Due.Before(next) {
				next = r.Due
			}
			continue
		}
		here[name(r)] = true
		if _, had := w.shown[name(r)]; !had {
			fresh = append(fresh, r)
		}
	}
	gone, left := map[string]bool{}, map[string]bool{}
	for n, k := range w.shown {
		if here[n] {
			left[k] = true
			continue
		}
		gone[k] = true
		delete(w.shown, n)
	}
	for k := range gone {
		if !left[k] {
			w.clear(k)
		}
	}
	if len(fresh) == 0 {
		return next
	}
	locked := w.d != nil && w.d.Locked()
	if len(fresh) > apart {
		for _, r := range fresh {
			w.shown[name(r)] = together
		}
		w.show(w.several(fresh, now), locked)
		return next
	}
	for _, r := range fresh {
		w.shown[name(r)] = name(r)
		w.show(w.single(r, now), locked)
	}
	return next
}

// name tells a reminder from the same one after a snooze.
func name(r pim.Reminder) string { return fmt.Sprintf("%s@%d", r.Key, r.Due.Unix()) }

func (w *Reminders) clear(key string) {
	if w.d != nil {
		w.d.Clear(key)
	}
	if w.h.Window != nil {
		w.h.Window.Clear(key)
	}
}

// show shows a note on the desktop; in the window where that is not possible, or where nobody could act on it.
func (w *Reminders) show(n Note, locked bool) {
	full := n
	if locked {
		n.Title, n.Body = "Reminder", "" // what it is about is not for a locked screen
	}
	_, plain := w.d.(toolkit)
	if w.d != nil && w.d.Show(n) == nil && !plain {
		return
	}
	if w.h.Window != nil {
		_ = w.h.Window.Show(full)
	}
}

func (w *Reminders) single(r pim.Reminder, now time.Time) Note {
	return Note{Key: name(r), Title: heading(r), Body: when(r, now), Stays: true, Open: func() { w.open(r, true) }, Actions: w.actions(r)}
}

func (w *Reminders) several(rs []pim.Reminder, now time.Time) Note {
	var lines []string
	for i, r := range rs {
		if i == apart {
			lines = append(lines, fmt.Sprintf("and %d more", len(rs)-i))
			break
		}
		lines = append(lines, heading(r)+": "+when(r, now))
	}
	return Note{Key: together, Title: fmt.Sprintf("%d reminders", len(rs)), Body: strings.Join(lines, "\n"), Stays: true, Open: func() { w.open(rs[0], false) }, Actions: w.actions(rs...)}
}

func (w *Reminders) open(r pim.Reminder, one bool) {
	if w.h.Open != nil {
		w.h.Open(r, one)
	}
}

func (w *Reminders) actions(rs ...pim.Reminder) []Action {
	until := func(f func() time.Time) func() {
		return func() {
			go func() { // whoever calls waits for nothing
				at := f()
				for _, r := range rs {
					if err := w.c.Snooze(context.Background(), r, at); err != nil && w.h.Failed != nil {
						w.h.Failed(err)
						return
					}
				}
			}()
		}
	}
	snooze, dismiss := "Snooze 10 min", "Dismiss"
	if len(rs) > 1 {
		snooze, dismiss = "Snooze all 10 min", "Dismiss all"
	}
	return []Action{
		{"open", "Open", func() { w.open(rs[0], len(rs) == 1) }},
		{"snooze", snooze, until(func() time.Time { return w.h.Now().Add(SnoozeFor) })},
		{"dismiss", dismiss, until(func() time.Time { return time.Time{} })},
	}
}

func heading(r pim.Reminder) string {
	if s := clip(r.Summary, 80); s != "" {
		return s
	}
	if r.Task {
		return "Task without a title"
	}
	return "Event without a title"
}

// when says in one line when it is, and where.
func when(r pim.Reminder, now time.Time) string {
	start, end := r.Start.In(now.Location()), r.End.In(now.Location())
	day := func(t time.Time) int {
		return int(time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC).Unix() / 86400)
	}
	s := start.Format("Mon 2 January")
	if n := day(start) - day(now); n >= -1 && n <= 1 {
		s = []string{"Yesterday", "Today", "Tomorrow"}[n+1]
		if r.Task {
			s = strings.ToLower(s)
		}
	}
	if r.Task {
		s = "Due " + s
	}
	if !r.AllDay {
		s += ", " + start.Format("15:04")
		if day(end) == day(start) && end.After(start) {
			s += " to " + end.Format("15:04")
		}
	}
	if p := clip(r.Location, 60); p != "" {
		s += " · " + p
	}
	return s
}
