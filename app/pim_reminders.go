package app

import (
	"context"
	"slices"
	"sort"
	"strconv"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/icalendar"
	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/app/store"
)

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
