package app

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/icalendar"
	"github.com/postrider/postrider/accounts/mail"
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
		x, err := object(remote.Calendar, o.Collection, ob.Bytes())
		if err != nil {
			return err
		}
		x.ID, x.Ref, x.Rev = o.ID, o.Ref, o.Rev
		if err := e.put(&x); err != nil {
			return err
		}
		id = x.ID
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
		x, err := object(remote.Calendar, was.Collection, ob.Bytes())
		if err != nil {
			return err
		}
		x.ID, x.Ref, x.Rev = was.ID, was.Ref, was.Rev
		return e.put(&x)
	})
}

// FreeBusy tells when people are busy.
func (s *Shelves) FreeBusy(ctx context.Context, w pim.Window, addrs []string) ([]pim.FreeBusy, error) {
	st, err := s.db(ctx)
	if err != nil {
		return nil, err
	}
	me, err := mine(ctx, st)
	if err != nil {
		return nil, err
	}
	var own []pim.Busy
	var ask []string
	for _, a := range addrs {
		if me[strings.ToLower(a)] && own == nil {
			if own, err = s.busy(ctx, w); err != nil {
				return nil, err
			}
		} else if !me[strings.ToLower(a)] {
			ask = append(ask, a)
		}
	}
	known := map[string]pim.FreeBusy{}
	if len(ask) > 0 && s.net != nil {
		fs, err := s.net.freeBusy(ctx, w, ask)
		if err != nil && ctx.Err() != nil {
			return nil, err
		}
		for _, f := range fs {
			known[strings.ToLower(f.Addr)] = f
		}
	}
	out := make([]pim.FreeBusy, 0, len(addrs))
	for _, a := range addrs {
		f, ok := known[strings.ToLower(a)]
		switch {
		case me[strings.ToLower(a)]:
			f = pim.FreeBusy{Addr: a, Known: true, Spans: own}
		case !ok:
			f = pim.FreeBusy{Addr: a}
		}
		out = append(out, f)
	}
	return out, nil
}

// busy are the person's own busy spans, joined.
func (s *Shelves) busy(ctx context.Context, w pim.Window) ([]pim.Busy, error) {
	os, err := s.Events(ctx, w, nil)
	if err != nil {
		return nil, err
	}
	out := []pim.Busy{}
	for _, o := range os {
		if o.Free || o.Status == "cancelled" || o.Mine == "declined" || o.Contact != 0 || !o.End.After(o.Start) {
			continue
		}
		kind := "busy"
		if o.Status == "tentative" || o.Mine == "tentative" || o.Mine == "needs-action" {
			kind = "tentative"
		}
		if n := len(out); n > 0 && out[n-1].Kind == kind && !o.Start.After(out[n-1].End) {
			if o.End.After(out[n-1].End) {
				out[n-1].End = o.End
			}
			continue
		}
		out = append(out, pim.Busy{Start: o.Start, End: o.End, Kind: kind})
	}
	return out, nil
}

// accountOf is the account that one of the person's addresses belongs to.
func accountOf(as []mail.Account, addr string) (mail.Account, bool) {
	for _, a := range as {
		if strings.EqualFold(a.Address, addr) || slices.ContainsFunc(a.Identities, func(i mail.Identity) bool { return strings.EqualFold(i.Addr, addr) }) {
			return a, true
		}
	}
	return mail.Account{}, false
}
