package app

import (
	"context"
	"strings"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/icalendar"
	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/app/store"
)

// FindEvents returns events that have the words.
func (s *Shelves) FindEvents(ctx context.Context, text string, limit int) ([]pim.Occurrence, error) {
	cals, _, err := s.shown(ctx, remote.Calendar, nil)
	if err != nil {
		return nil, err
	}
	st, err := s.db(ctx)
	if err != nil {
		return nil, err
	}
	os, err := st.PIMSearch(ctx, "event", text, cals, limit)
	if err != nil {
		return nil, err
	}
	all := make([]int, len(os))
	for i := range all {
		all[i] = i
	}
	ps, err := s.parse(ctx, st, os, all)
	if err != nil {
		return nil, err
	}
	me, err := mine(ctx, st)
	if err != nil {
		return nil, err
	}
	now, loc := s.now(), s.now().Location()
	out := []pim.Occurrence{}
	for i, p := range ps {
		if p == nil {
			continue
		}
		var best *pim.Occurrence
		see := func(x icalendar.Instance) bool {
			c := s.occurrence(&os[i], p, x, loc, me)
			switch {
			case best == nil:
			case best.Start.Before(now) && c.Start.Before(best.Start), !best.Start.Before(now) && (c.Start.Before(now) || c.Start.After(best.Start)):
				return true
			}
			best = &c
			return true
		}
		// The next one, looked for in ever longer spans; else the last one.
		for _, days := range []int{40, 800, 4000} {
			if p.series.Expand(now, now.AddDate(0, 0, days), loc, see); best != nil {
				break
			}
		}
		if best == nil {
			first, last, _ := p.series.Bounds()
			from := last.AddDate(0, 0, -1)
			if from.Before(first) {
				from = first
			}
			p.series.Expand(from.AddDate(0, 0, -2), last.AddDate(0, 0, 2), loc, see)
		}
		if best != nil {
			out = append(out, *best)
		}
	}
	return out, nil
}

// SaveEvent stores an event.
func (s *Shelves) SaveEvent(ctx context.Context, ev pim.Event, scope pim.Scope) (pim.EventID, Undo, error) {
	if ev.Start.IsZero() {
		return 0, Undo{}, fault.New(fault.Usage, "no-start", "The event has no time", "Say when it begins.")
	}
	if ev.End.IsZero() {
		ev.End = ev.Start
		if ev.Start.Date {
			ev.End.Time = ev.End.Time.AddDate(0, 0, 1)
		}
	}
	if ev.End.Time.Before(ev.Start.Time) || ev.End.Date != ev.Start.Date {
		return 0, Undo{}, fault.New(fault.Usage, "end", "The event ends before it begins", "Change its end.")
	}
	if ev.Rule != nil {
		if _, err := icalendar.ParseRule(icalendar.RuleText(*ev.Rule)); err != nil {
			return 0, Undo{}, fault.New(fault.Usage, "rule", "The repetition makes no sense", "Choose how it repeats again.")
		}
	}
	cal := int64(ev.Calendar)
	if cal == 0 && ev.ID == 0 {
		d, err := s.defaultOf(ctx, remote.Calendar)
		if err != nil {
			return 0, Undo{}, err
		}
		cal = d.ID
	}
	st, err := s.db(ctx)
	if err != nil {
		return 0, Undo{}, err
	}
	me, err := mine(ctx, st)
	if err != nil {
		return 0, Undo{}, err
	}
	now := s.now()
	ev.Modified = now
	var id int64
	undo, err := s.command(ctx, "Event saved", func(e *edit) error {
		o := store.PIMObject{Collection: cal}
		var ob, tail *icalendar.Object
		if ev.ID == 0 {
			ob = icalendar.New(ev, now)
		} else {
			was, err := e.tx.PIMObject(int64(ev.ID))
			if err != nil {
				return err
			}
			if ob, err = parseEntry(was.Raw); err != nil {
				return err
			}
			before, err := ob.Event(ev.Recurrence)
			if err != nil {
				return errNoOccurrence
			}
			switch {
			case ev.Recurrence == "":
				err = ob.Put(ev)
			case scope == pim.AllEvents:
				err = ob.PutAll(ev)
			case scope == pim.Following:
				tail, err = ob.SplitAt(ev, now)
			default:
				err = ob.Put(ev)
			}
			if err != nil {
				return errNoOccurrence
			}
			if moved(before, ev) && (ev.Organizer == nil || me[strings.ToLower(ev.Organizer.Addr)]) && ev.Sequence == before.Sequence {
				name := ev.Recurrence
				if scope == pim.AllEvents || tail != nil {
					name = ""
				}
				ob.Bump(name)
			}
			if o = was; cal != 0 && cal != was.Collection {
				if err := e.remove(was.ID); err != nil {
					return err
				}
				o = store.PIMObject{Collection: cal}
			}
		}
		if id, err = e.rewrite(remote.Calendar, o, ob.Bytes()); err != nil {
			return err
		}
		if tail != nil {
			y, err := object(remote.Calendar, o.Collection, tail.Bytes())
			if err != nil {
				return err
			}
			if err := e.put(&y); err != nil {
				return err
			}
			id = y.ID
		}
		return nil
	})
	return pim.EventID(id), undo, err
}

// moved reports whether others have to be told (RFC 5546 section 2.1.4).
func moved(a, b pim.Event) bool {
	return !a.Start.Time.Equal(b.Start.Time) || !a.End.Time.Equal(b.End.Time) || a.Start.Date != b.Start.Date || a.Location != b.Location || a.Rule != nil && b.Rule != nil && icalendar.RuleText(*a.Rule) != icalendar.RuleText(*b.Rule)
}

// DeleteEvent removes an event or part of a series.
func (s *Shelves) DeleteEvent(ctx context.Context, id pim.EventID, recurrence string, scope pim.Scope) (Undo, error) {
	return s.command(ctx, "Event deleted", func(e *edit) error {
		if recurrence == "" || scope == pim.AllEvents {
			return e.remove(int64(id))
		}
		was, err := e.tx.PIMObject(int64(id))
		if err != nil {
			return err
		}
		ob, err := parseEntry(was.Raw)
		if err != nil {
			return err
		}
		if scope == pim.Following {
			err = ob.EndBefore(recurrence)
		} else {
			err = ob.LeaveOut(recurrence)
		}
		if err != nil { // nothing would be left
			return e.remove(int64(id))
		}
		ob.Bump("")
		_, err = e.rewrite(remote.Calendar, was, ob.Bytes())
		return err
	})
}
