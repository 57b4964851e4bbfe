package app

import (
	"context"
	"slices"
	"sort"
	"strconv"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/icalendar"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/app/store"
)

const (
	// missed is how long after an event's end its reminder is still shown when the program did not run.
	missed = 24 * time.Hour
	// ahead is how long before its start an alarm may ring.
	ahead = 35 * 24 * time.Hour
)

// Reminders returns the alarms that are due until a time and were not dismissed. Archives do not ring: what is in opened data files is left out.
func (s *Shelves) Reminders(ctx context.Context, until time.Time) ([]pim.Reminder, error) {
	cals, by, err := s.shown(ctx, remote.Calendar, nil)
	if err != nil {
		return nil, err
	}
	cals = slices.DeleteFunc(cals, func(id int64) bool { return by[id].Service == string(mail.PST) })
	st, err := s.db(ctx)
	if err != nil {
		return nil, err
	}
	now := s.now()
	if until.Sub(now) > 32*24*time.Hour {
		until = now.Add(32 * 24 * time.Hour)
	}
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
			out = append(out, taskReminders(o, ob.Task(), now.Location(), until)...)
			continue
		}
		out = append(out, eventReminders(o, ob, now, until)...)
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

// silent reports whether an alarm that rings at a time is not to be shown: it was dismissed, or is a mail that the server sends.
func silent(a pim.Alarm, at time.Time) bool {
	return !a.Acknowledged.IsZero() && !a.Acknowledged.Before(at) || a.Action == "email"
}

// taskReminders are those of a task: relative to its start, or (RELATED=END, or without a start) to when it is due (RFC 5545 section 3.8.6.3).
func taskReminders(o *store.PIMObject, t pim.Task, loc *time.Location, until time.Time) []pim.Reminder {
	if t.Done || t.Status == "cancelled" {
		return nil
	}
	var out []pim.Reminder
	due := t.Due.In(loc)
	for n, a := range t.Alarms {
		at := due.Add(-a.Before)
		if !t.Start.IsZero() && !a.FromEnd {
			at = t.Start.In(loc).Add(-a.Before)
		}
		if !a.At.IsZero() {
			at = a.At
		}
		if at.After(until) || silent(a, at) {
			continue
		}
		out = append(out, pim.Reminder{Key: alarmKey(o.ID, "", n, at), Event: pim.EventID(o.ID), Calendar: pim.CollectionID(o.Collection), Summary: t.Summary, Location: t.Location, Start: due, End: due, AllDay: t.Due.Date,
			Due: at, Task: true, Alarm: n})
	}
	return out
}

func eventReminders(o *store.PIMObject, ob *icalendar.Object, now, until time.Time) []pim.Reminder {
	var out []pim.Reminder
	// An alarm at a fixed time rings once, not for each occurrence of the series that has it: it is told of the nearest one.
	fixed := map[string]int{}
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
			if at.After(until) || end.Before(now.Add(-missed)) || silent(a, at) {
				continue
			}
			r := pim.Reminder{Key: alarmKey(o.ID, x.Name, n, at), Event: pim.EventID(o.ID), Recurrence: x.Name, Calendar: pim.CollectionID(o.Collection), Summary: e.Summary, Location: e.Location, Join: e.Join,
				Start: start, End: end, AllDay: x.Start.Date, Due: at, Alarm: n}
			if !a.At.IsZero() {
				id := strconv.Itoa(n)
				if x.Changed {
					id += "/" + x.Name
				}
				if i, had := fixed[id]; had {
					if start.Sub(at).Abs() < out[i].Start.Sub(at).Abs() {
						out[i] = r
					}
					continue
				}
				fixed[id] = len(out)
			}
			out = append(out, r)
		}
		return len(out) < 2000
	})
	return out
}

func alarmKey(id int64, name string, n int, at time.Time) string {
	return strconv.FormatInt(id, 10) + "/" + name + "/" + strconv.Itoa(n) + "/" + strconv.FormatInt(at.Unix(), 10)
}

// Snooze shows a reminder again at a time; the zero time dismisses it. Where the object may be changed, it is written there (RFC 9074), and goes to the server with it; else only this computer knows.
func (s *Shelves) Snooze(ctx context.Context, r pim.Reminder, until time.Time) error {
	now := s.now()
	if now.Before(r.Due) { // put away before it rang
		now = r.Due
	}
	written := false
	_, err := s.command(ctx, "", func(e *edit) error {
		written = false
		o, err := e.tx.PIMObject(int64(r.Event))
		if err != nil {
			return err
		}
		c, err := e.tx.PIMCollection(o.Collection)
		if err != nil || c.Rights&store.PIMEdit == 0 {
			return err
		}
		ob, err := icalendar.Parse(o.Raw)
		if err != nil {
			return nil
		}
		if until.IsZero() {
			written = ob.Acknowledge(r.Recurrence, now)
		} else {
			written = ob.Snooze(r.Recurrence, r.Alarm, now, until)
		}
		if !written {
			return nil
		}
		if _, err := e.rewrite(remote.Calendar, o, ob.Bytes()); err != nil {
			return err
		}
		return e.tx.SetPIMAlarm(r.Key, store.Forever)
	})
	switch {
	case fault.Is(err, fault.NotFound): // the event is gone, and its reminder with it
		return nil
	case err != nil && !fault.Is(err, fault.Refused):
		return err
	case err == nil && written:
		return nil
	}
	st, err := s.db(ctx)
	if err != nil {
		return err
	}
	at := store.Forever
	if !until.IsZero() {
		at = until.Unix()
	}
	return st.Write(ctx, func(tx *store.Tx) error { return tx.SetPIMAlarm(r.Key, at) })
}
