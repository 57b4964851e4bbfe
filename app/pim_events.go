package app

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/icalendar"
	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/app/ingest"
	"github.com/postrider/postrider/app/store"
)

// maxParsed is how many events are kept taken apart.
const maxParsed = 10_000

// maxWindow is the longest window that is looked at.
const maxWindow = 10 * 366 * 24 * time.Hour

// maxOccurrences bounds what one window returns; a month of the fullest calendar has a few thousand.
const maxOccurrences = 50_000

// Events returns the occurrences that touch the window, by start.
func (s *Shelves) Events(ctx context.Context, w pim.Window, calendars []pim.CollectionID) ([]pim.Occurrence, error) {
	if !w.Start.Before(w.End) || w.End.Sub(w.Start) > maxWindow {
		return nil, fault.New(fault.Usage, "window", "The span of time makes no sense", "It must begin before it ends, and be at most ten years.")
	}
	cals, by, err := s.shown(ctx, remote.Calendar, calendars)
	if err != nil {
		return nil, err
	}
	st, err := s.db(ctx)
	if err != nil {
		return nil, err
	}
	loc := w.Location()
	// A day's room: dates and floating times are read on the clock of the person.
	from, to := w.Start.Unix()-86400, w.End.Unix()+86400
	wide, err := s.wide(ctx, st, cals)
	if err != nil {
		return nil, err
	}
	os, err := st.PIMEvents(ctx, cals, from, to)
	if err != nil {
		return nil, err
	}
	for i := range wide {
		if wide[i].First < to && wide[i].Last > from {
			os = append(os, wide[i])
		}
	}
	out := make([]pim.Occurrence, 0, 4*len(os))
	var rich []int
	for i := range os {
		o := &os[i]
		if o.Flags&(store.PIMRepeats|store.PIMParts|store.PIMPeople) != 0 {
			rich = append(rich, i)
			continue
		}
		if c, ok := simple(o, w, loc); ok {
			out = append(out, c)
		}
	}
	ps, err := s.parse(ctx, st, os, rich)
	if err != nil {
		return nil, err
	}
	me, err := mine(ctx, st)
	if err != nil {
		return nil, err
	}
	for n, i := range rich {
		p := ps[n]
		if p == nil {
			continue
		}
		o := &os[i]
		p.series.Expand(w.Start, w.End, loc, func(x icalendar.Instance) bool {
			out = append(out, s.occurrence(o, p, x, loc, me))
			return len(out) < maxOccurrences
		})
	}
	for _, id := range cals {
		if by[id].Role == RoleBirthdays {
			if out, err = s.birthdays(ctx, st, w, id, out); err != nil {
				return nil, err
			}
		}
	}
	return inOrder(out), nil
}

// wide are the rows of the events that repeat or last long, kept in memory until any object changes.
func (s *Shelves) wide(ctx context.Context, st *store.Store, cals []int64) ([]store.PIMObject, error) {
	ver, err := st.PIMVersion(ctx)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	if s.wideVer == ver && slices.Equal(s.wideCals, cals) && s.wideRows != nil {
		defer s.mu.Unlock()
		return s.wideRows, nil
	}
	s.mu.Unlock()
	os, err := st.PIMWide(ctx, cals)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(os) <= maxParsed {
		s.wideVer, s.wideCals, s.wideRows = ver, slices.Clone(cals), os
	}
	return os, nil
}

// inOrder sorts by start, days first, longer ones first, then by title. Occurrences are large, so that their keys are sorted and each is moved once.
func inOrder(os []pim.Occurrence) []pim.Occurrence {
	type key struct {
		start int64
		i     int32
	}
	keys := make([]key, len(os))
	for i := range os {
		keys[i] = key{os[i].Start.Unix(), int32(i)}
	}
	slices.SortFunc(keys, func(x, y key) int {
		if x.start != y.start {
			return cmp.Compare(x.start, y.start)
		}
		a, b := &os[x.i], &os[y.i]
		if a.AllDay != b.AllDay {
			if a.AllDay {
				return -1
			}
			return 1
		}
		if c := b.End.Compare(a.End); c != 0 {
			return c
		}
		if c := strings.Compare(a.Summary, b.Summary); c != 0 {
			return c
		}
		return cmp.Compare(x.i, y.i)
	})
	out := make([]pim.Occurrence, len(os))
	for n, k := range keys {
		out[n] = os[k.i]
	}
	return out
}

// simple is the occurrence of an event that has one, made of its row alone; false where it is not in the window.
func simple(o *store.PIMObject, w pim.Window, loc *time.Location) (pim.Occurrence, bool) {
	start, end := time.Unix(o.Start, 0), time.Unix(o.Stop, 0)
	if o.Flags&(store.PIMAllDay|store.PIMFloating) != 0 {
		at := func(t time.Time) time.Time {
			t = t.UTC()
			return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, loc)
		}
		start, end = at(start), at(end)
	} else {
		start, end = start.In(loc), end.In(loc)
	}
	if !start.Before(w.End) || !end.After(w.Start) && (start.Before(w.Start) || end.After(start)) {
		return pim.Occurrence{}, false
	}
	return pim.Occurrence{Event: pim.EventID(o.ID), Calendar: pim.CollectionID(o.Collection), UID: o.UID, Summary: o.Title, Location: data(o, ingest.EventPlace), Color: data(o, ingest.EventColor),
		Start: start, End: end, AllDay: o.Flags&store.PIMAllDay != 0, Floating: o.Flags&store.PIMFloating != 0, Zone: data(o, ingest.EventZone), Status: data(o, ingest.EventStatus),
		Free: o.Flags&store.PIMFree != 0, Private: o.Flags&store.PIMPrivate != 0, Alarm: o.Flags&store.PIMAlarm != 0, Join: data(o, ingest.EventJoin)}, true
}

func (s *Shelves) occurrence(o *store.PIMObject, p *parsed, x icalendar.Instance, loc *time.Location, me map[string]bool) pim.Occurrence {
	s.mu.Lock()
	e, ok := p.parts[x.Component]
	if !ok {
		e = p.object.Describe(x)
		p.parts[x.Component] = e
	}
	s.mu.Unlock()
	c := pim.Occurrence{Event: pim.EventID(o.ID), Calendar: pim.CollectionID(o.Collection), Recurrence: x.Name, UID: o.UID, Summary: e.Summary, Location: e.Location, Color: e.Color,
		Start: x.Start.In(loc), End: x.End.In(loc), AllDay: x.Start.Date, Floating: x.Start.Floating, Zone: x.Start.Zone, Status: e.Status, Free: e.Free, Private: e.Private,
		Repeats: x.Name != "", Changed: x.Changed, Alarm: len(e.Alarms) > 0, Join: e.Join, Attendees: len(e.Attendees)}
	for i := range e.Attendees {
		if me[strings.ToLower(e.Attendees[i].Addr)] {
			if c.Mine = e.Attendees[i].Status; c.Mine == "" {
				c.Mine = "needs-action"
			}
		}
	}
	return c
}

// parse takes the chosen objects apart, from memory where their version is known.
func (s *Shelves) parse(ctx context.Context, st *store.Store, os []store.PIMObject, which []int) ([]*parsed, error) {
	out := make([]*parsed, len(which))
	var need []int64
	s.mu.Lock()
	for n, i := range which {
		if p := s.parsed[os[i].ID]; p != nil && p.ver == os[i].Ver {
			out[n] = p
		} else {
			need = append(need, os[i].ID)
		}
	}
	s.mu.Unlock()
	if len(need) == 0 {
		return out, nil
	}
	raws, err := st.PIMRaw(ctx, need)
	if err != nil {
		return nil, err
	}
	made := map[int64]*parsed{}
	for n, i := range which {
		if out[n] != nil {
			continue
		}
		ob, err := icalendar.Parse(raws[os[i].ID])
		if err != nil {
			continue
		}
		out[n] = &parsed{ver: os[i].Ver, series: ob.Series(), object: ob, parts: map[int]pim.Event{}}
		made[os[i].ID] = out[n]
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, p := range made {
		if len(s.parsed) >= maxParsed {
			for k := range s.parsed { // any one
				delete(s.parsed, k)
				break
			}
		}
		s.parsed[id] = p
	}
	return out, nil
}

// mine are the person's addresses, lower case.
func mine(ctx context.Context, st *store.Store) (map[string]bool, error) {
	as, err := st.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	out := map[string]bool{}
	for _, a := range as {
		out[strings.ToLower(a.Address)] = true
		for _, i := range a.Identities {
			out[strings.ToLower(i.Addr)] = true
		}
	}
	delete(out, "")
	return out, nil
}

// birthdays adds the birthdays of contacts; that of 29 February is on the 28th where there is no 29th.
func (s *Shelves) birthdays(ctx context.Context, st *store.Store, w pim.Window, cal int64, out []pim.Occurrence) ([]pim.Occurrence, error) {
	books, _, err := s.shown(ctx, remote.Contacts, nil)
	if err != nil {
		return nil, err
	}
	loc := w.Location()
	from, to := w.Start.In(loc), w.End.In(loc)
	lo, hi := int(from.Month())*100+from.Day(), int(to.Month())*100+to.Day()
	if to.Sub(from) > 360*24*time.Hour {
		lo, hi = 0, 1231
	}
	os, err := st.PIMBirthdays(ctx, books, lo, max(hi, 0)+1)
	if err != nil {
		return nil, err
	}
	for i := range os {
		o := &os[i]
		year := 0
		if b := data(o, ingest.ContactBirthday); len(b) == 10 && b[4] == '-' {
			t, err := time.Parse("2006-01-02", b)
			if err == nil {
				year = t.Year()
			}
		}
		for y := from.Year(); y <= to.Year(); y++ {
			m, d := time.Month(o.Bday/100), o.Bday%100
			if m == time.February && d == 29 && time.Date(y, 2, 29, 0, 0, 0, 0, time.UTC).Month() != time.February {
				d = 28
			}
			t := time.Date(y, m, d, 0, 0, 0, 0, loc)
			if !t.Before(w.End) || !t.AddDate(0, 0, 1).After(w.Start) || year > y {
				continue
			}
			c := pim.Occurrence{Calendar: pim.CollectionID(cal), Recurrence: t.Format("20060102"), UID: "birthday-" + o.UID, Summary: o.Title, Start: t, End: t.AddDate(0, 0, 1), AllDay: true, Free: true, Repeats: true,
				Contact: pim.ContactID(o.ID)}
			if year > 0 {
				c.Age = y - year
			}
			out = append(out, c)
		}
	}
	return out, nil
}

func parseEntry(raw []byte) (*icalendar.Object, error) {
	o, err := icalendar.Parse(raw)
	if err != nil {
		return nil, fault.New(fault.Local, "damaged", "This entry cannot be read", "Its data are damaged. It can be exported or removed.")
	}
	return o, nil
}

var errNoOccurrence = fault.New(fault.NotFound, "occurrence", "It is not here any more", "This occurrence was moved or removed, here or on the server.")

// Event returns an event or one occurrence of it.
func (s *Shelves) Event(ctx context.Context, id pim.EventID, recurrence string) (pim.Event, error) {
	o, err := s.get(ctx, int64(id), "event")
	if err != nil {
		return pim.Event{}, err
	}
	ob, err := parseEntry(o.Raw)
	if err != nil {
		return pim.Event{}, err
	}
	e, err := ob.Event(recurrence)
	if err != nil {
		return pim.Event{}, errNoOccurrence
	}
	e.ID, e.Calendar = id, pim.CollectionID(o.Collection)
	return e, nil
}
