package app

import (
	"context"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/icalendar"
	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/app/store"
)

func projectTask(o *store.PIMObject) (pim.Task, error) {
	ob, err := parseEntry(o.Raw)
	if err != nil {
		return pim.Task{}, err
	}
	t := ob.Task()
	t.ID, t.Calendar = pim.EventID(o.ID), pim.CollectionID(o.Collection)
	return t, nil
}

// Tasks returns tasks by due date.
func (s *Shelves) Tasks(ctx context.Context, calendars []pim.CollectionID, done bool) ([]pim.Task, error) {
	cals, _, err := s.shown(ctx, remote.Calendar, calendars)
	if err != nil {
		return nil, err
	}
	st, err := s.db(ctx)
	if err != nil {
		return nil, err
	}
	os, err := st.PIMTasks(ctx, cals, done)
	if err != nil {
		return nil, err
	}
	out := make([]pim.Task, 0, len(os))
	for i := range os {
		if t, err := projectTask(&os[i]); err == nil {
			out = append(out, t)
		}
	}
	return out, nil
}

// Task returns a task.
func (s *Shelves) Task(ctx context.Context, id pim.EventID) (pim.Task, error) {
	o, err := s.get(ctx, int64(id), "task")
	if err != nil {
		return pim.Task{}, err
	}
	return projectTask(&o)
}

// SaveTask stores a task.
func (s *Shelves) SaveTask(ctx context.Context, t pim.Task) (pim.EventID, Undo, error) {
	if strings.TrimSpace(t.Summary) == "" {
		return 0, Undo{}, fault.New(fault.Usage, "empty", "The task is empty", "Say what is to be done.")
	}
	cal := int64(t.Calendar)
	if cal == 0 && t.ID == 0 {
		cs, _, err := s.collections(ctx, remote.Calendar)
		if err != nil {
			return 0, Undo{}, err
		}
		for _, c := range cs {
			if c.Tasks && c.Rights&store.PIMEdit != 0 && (cal == 0 || c.Default) {
				cal = c.ID
			}
		}
	}
	now := s.now()
	t.Modified = now
	var id int64
	undo, err := s.command(ctx, "Task saved", func(e *edit) error {
		o := store.PIMObject{Collection: cal}
		var ob *icalendar.Object
		if t.ID == 0 {
			ob = icalendar.NewTask(t, now)
		} else {
			was, err := e.tx.PIMObject(int64(t.ID))
			if err != nil {
				return err
			}
			if ob, err = parseEntry(was.Raw); err != nil {
				return err
			}
			if err := ob.PutTask(t); err != nil {
				return errNoOccurrence
			}
			if o = was; cal != 0 && cal != was.Collection {
				if err := e.remove(was.ID); err != nil {
					return err
				}
				o = store.PIMObject{Collection: cal}
			}
		}
		x, err := object(remote.Calendar, o.Collection, ob.Bytes())
		if err != nil {
			return err
		}
		x.ID, x.Ref, x.Rev = o.ID, o.Ref, o.Rev
		if err := e.put(&x); err != nil {
			return err
		}
		id = x.ID
		return nil
	})
	return pim.EventID(id), undo, err
}

// DeleteTask removes a task.
func (s *Shelves) DeleteTask(ctx context.Context, id pim.EventID) (Undo, error) {
	return s.command(ctx, "Task deleted", func(e *edit) error { return e.remove(int64(id)) })
}

// missed is how long after an event's end its reminder is still shown when the program did not run.
const missed = 24 * time.Hour

// Reminders returns the alarms that are due until a time and were not dismissed.
func (s *Shelves) Reminders(ctx context.Context, until time.Time) ([]pim.Reminder, error) {
	cals, _, err := s.shown(ctx, remote.Calendar, nil)
	if err != nil {
		return nil, err
	}
	st, err := s.db(ctx)
	if err != nil {
		return nil, err
	}
	now := s.now()
	if until.Sub(now) > 32*24*time.Hour {
		until = now.Add(32 * 24 * time.Hour)
	}
	const ahead = 35 * 24 * time.Hour // how long before its start an alarm may ring
	os, err := st.PIMWithAlarms(ctx, cals, now.Add(-missed).Unix(), until.Add(ahead).Unix())
	if err != nil {
		return nil, err
	}
	var out []pim.Reminder
	for i := range os {
		o := &os[i]
		ob, err := icalendar.Parse(o.Raw)
		if err != nil {
			continue
		}
		if o.Kind == "task" {
			t := ob.Task()
			for n, a := range t.Alarms {
				due := t.Due.In(now.Location())
				at := due.Add(-a.Before)
				if !a.At.IsZero() {
					at = a.At
				}
				if at.After(until) || !a.Acknowledged.Before(at) && !a.Acknowledged.IsZero() {
					continue
				}
				out = append(out, pim.Reminder{Key: alarmKey(o.ID, "", n, at), Event: pim.EventID(o.ID), Calendar: pim.CollectionID(o.Collection), Summary: t.Summary, Start: due, End: due, AllDay: t.Due.Date, Due: at, Task: true})
			}
			continue
		}
		ob.Series().Expand(now.Add(-missed), until.Add(ahead), now.Location(), func(x icalendar.Instance) bool {
			e := ob.Describe(x)
			if e.Status == "cancelled" {
				return true
			}
			start, end := x.Start.In(now.Location()), x.End.In(now.Location())
			for n, a := range e.Alarms {
				at := start.Add(-a.Before)
				if a.FromEnd {
					at = end.Add(-a.Before)
				}
				if !a.At.IsZero() {
					at = a.At
				}
				if at.After(until) || end.Before(now.Add(-missed)) || !a.Acknowledged.Before(at) && !a.Acknowledged.IsZero() || a.Action == "email" {
					continue
				}
				out = append(out, pim.Reminder{Key: alarmKey(o.ID, x.Name, n, at), Event: pim.EventID(o.ID), Recurrence: x.Name, Calendar: pim.CollectionID(o.Collection), Summary: e.Summary, Location: e.Location, Join: e.Join,
					Start: start, End: end, AllDay: x.Start.Date, Due: at})
			}
			return len(out) < 2000
		})
	}
	keys := make([]string, len(out))
	for i := range out {
		keys[i] = out[i].Key
	}
	held, err := st.PIMAlarms(ctx, keys)
	if err != nil {
		return nil, err
	}
	out = slices.DeleteFunc(out, func(r pim.Reminder) bool {
		h, ok := held[r.Key]
		return ok && (h == store.Forever || time.Unix(h, 0).After(until))
	})
	for i := range out {
		if h, ok := held[out[i].Key]; ok {
			out[i].Due = time.Unix(h, 0)
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].Due.Before(out[j].Due) })
	return out, nil
}

func alarmKey(id int64, name string, n int, at time.Time) string {
	return strconv.FormatInt(id, 10) + "/" + name + "/" + strconv.Itoa(n) + "/" + strconv.FormatInt(at.Unix(), 10)
}

// Snooze shows a reminder again at a time; the zero time dismisses it.
func (s *Shelves) Snooze(ctx context.Context, r pim.Reminder, until time.Time) error {
	st, err := s.db(ctx)
	if err != nil {
		return err
	}
	at := store.Forever
	if !until.IsZero() {
		at = until.Unix()
	}
	if err := st.Write(ctx, func(tx *store.Tx) error { return tx.SetPIMAlarm(r.Key, at) }); err != nil || !until.IsZero() {
		return err
	}
	// The dismissal goes to the server with the object, where the object may be changed.
	_, err = s.command(ctx, "", func(e *edit) error {
		o, err := e.tx.PIMObject(int64(r.Event))
		if err != nil {
			return err
		}
		c, err := e.tx.PIMCollection(o.Collection)
		if err != nil || c.Rights&store.PIMEdit == 0 || c.Account == "" {
			return err
		}
		ob, err := icalendar.Parse(o.Raw)
		if err != nil {
			return nil
		}
		name := r.Recurrence
		if !ob.Acknowledge(name, s.now()) {
			return nil
		}
		x, err := object(remote.Calendar, o.Collection, ob.Bytes())
		if err != nil {
			return err
		}
		x.ID, x.Ref, x.Rev = o.ID, o.Ref, o.Rev
		return e.put(&x)
	})
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Refused) {
		return nil
	}
	return err
}
