package icalendar

import (
	"slices"
	"time"

	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/accounts/pim/contentline"
)

// The bounds of one expansion.
const (
	maxSteps   = 200_000
	maxResults = 20_000
)

// Series is an object made ready for expansion. It holds no reference to the object's bytes and may be used by several goroutines.
type Series struct {
	UID   string
	start pim.When
	end   pim.When
	loc   *time.Location // of the start; UTC for dates and floating times
	rules []*rule
	dates []pim.When
	spans []time.Duration
	// Left out: instants, and whole days.
	except     map[int64]bool
	exceptDays map[int64]bool
	ranged     []override // RANGE=THISANDFUTURE, ascending
	overrides  []override
	byID       map[int64]int // recurrence id -> index in overrides
	master     bool
	component  int // of the master
	forever    bool
}

type override struct {
	id         pim.When
	start, end pim.When
	index      int // of the component in the object
}

// Instance is one occurrence.
type Instance struct {
	Name       string // see Name; "" for what does not repeat
	Start, End pim.When
	// Component is the index of the component that describes it (0 = the first), see Object.Component.
	Component int
	Changed   bool
}

// Series prepares the object. Objects without a usable start have no occurrences.
func (o *Object) Series() *Series {
	s := &Series{UID: o.UID(), byID: map[int64]int{}, loc: time.UTC}
	master := o.master()
	for i, c := range o.comps {
		rid, isOverride := o.zones.prop(c.Get("RECURRENCE-ID"))
		start, end, ok := o.span(c)
		if isOverride {
			if !ok {
				start, end = rid, rid
			}
			v := override{id: rid, start: start, end: end, index: i}
			if c.Get("RECURRENCE-ID").Param("RANGE") == "THISANDFUTURE" {
				s.ranged = append(s.ranged, v)
			}
			s.overrides = append(s.overrides, v)
			continue
		}
		if !ok || c != master {
			continue
		}
		s.component = i
		s.prepare(o, c, start, end)
	}
	s.index(o)
	return s
}

func (s *Series) prepare(o *Object, c *contentline.Component, start, end pim.When) {
	s.master, s.start, s.end = true, start, end
	if !start.Date && !start.Floating {
		s.loc = start.Time.Location()
	}
	for _, p := range c.All("RRULE") {
		r, err := ParseRule(p.Value)
		if err != nil || len(s.rules) == 8 {
			continue
		}
		if u := &r.Until; !u.IsZero() && !u.Date {
			switch {
			case start.Date: // compares by day
				*u = pim.Day(u.Time.Year(), u.Time.Month(), u.Time.Day())
			case !u.Floating && !start.Floating:
				u.Time = civil(u.Time.In(s.loc))
			}
		}
		if start.Date { // a day has no hours
			r.ByHour, r.ByMinute, r.BySecond = nil, nil, nil
		}
		x := compile(r, civil(start.Time))
		if x.count > 0 && !x.fits(x.start) { // DTSTART is the first occurrence also where the rule does not have it
			if x.count--; x.count == 0 {
				continue
			}
		}
		s.rules = append(s.rules, x)
		s.forever = s.forever || r.Count == 0 && r.Until.IsZero()
	}
	for _, p := range c.All("RDATE") {
		ds, spans := o.zones.list(p)
		s.dates, s.spans = append(s.dates, ds...), append(s.spans, spans...)
	}
	for _, p := range c.All("EXDATE") {
		ds, _ := o.zones.list(p)
		for _, w := range ds {
			if w.Date && !start.Date {
				if s.exceptDays == nil {
					s.exceptDays = map[int64]bool{}
				}
				s.exceptDays[w.Time.Unix()] = true
				continue
			}
			if s.except == nil {
				s.except = map[int64]bool{}
			}
			s.except[s.key(w)] = true
		}
	}
}

// index sorts the changed occurrences. Of several for the same one that with the highest SEQUENCE counts, the last of equal ones.
func (s *Series) index(o *Object) {
	var kept []override
	for _, v := range s.overrides {
		k := s.key(v.id)
		at, had := s.byID[k]
		switch {
		case !had:
			s.byID[k] = len(kept)
			kept = append(kept, v)
		case sequence(o.comps[v.index]) >= sequence(o.comps[kept[at].index]):
			kept[at] = v
		}
	}
	s.overrides = kept
	slices.SortStableFunc(s.ranged, func(a, b override) int { return compare(a.id, b.id) })
}

// key makes occurrences comparable: the instant, for dates and floating times the wall clock. A time of the other kind is read on the wall clock of the series.
func (s *Series) key(w pim.When) int64 {
	switch {
	case s.start.Date:
		t := w.Time
		return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC).Unix()
	case w.Date || w.Floating && !s.start.Floating:
		return wall(civil(w.Time), s.loc).Unix()
	case s.start.Floating:
		return civil(w.Time).Unix()
	}
	return w.Time.Unix()
}

// Repeats reports whether it has, or may have, more than one occurrence.
func (s *Series) Repeats() bool { return len(s.rules)+len(s.dates)+len(s.overrides) > 0 }

// at turns a wall clock into a time of the series.
func (s *Series) at(c time.Time) pim.When {
	w := s.start
	switch {
	case w.Date, w.Floating:
		w.Time = c
	default:
		w.Time = wall(c, s.loc)
	}
	return w
}

// Expand gives the occurrences that touch the window [from, to), in no particular order, until yield says no. Days and floating times are read in loc. It reports false when
// it ended early because the rules have too many occurrences or take too long.
func (s *Series) Expand(from, to time.Time, loc *time.Location, yield func(Instance) bool) bool {
	b := &budget{steps: maxSteps, results: maxResults}
	going := true
	give := func(i Instance) bool {
		if !touches(i, from, to, loc) {
			return true
		}
		going = yield(i)
		return going
	}
	for i := range s.overrides {
		v := &s.overrides[i]
		if s.left(v.id) || !going {
			continue
		}
		name := ""
		if s.master || s.Repeats() {
			name = Name(s.named(v.id))
		}
		give(Instance{Name: name, Start: v.start, End: v.end, Component: v.index, Changed: true})
	}
	if !s.master || !going {
		return !b.spent
	}
	repeats := s.Repeats()
	one := func(w pim.When, span time.Duration) bool {
		if _, changed := s.byID[s.key(w)]; changed || s.left(w) {
			return true
		}
		i := Instance{Start: w, Component: s.component}
		if repeats {
			i.Name = Name(w)
		}
		i.End = s.endOf(w, span)
		if v := s.rangedAt(w); v != nil {
			i = s.shifted(w, v, i)
		}
		return give(i)
	}
	if !one(s.start, 0) {
		return !b.spent
	}
	given := map[int64]bool{s.key(s.start): true}
	for i, d := range s.dates {
		if d.Date != s.start.Date {
			d = s.like(d)
		}
		if given[s.key(d)] {
			continue
		}
		given[s.key(d)] = true
		if !one(d, s.spans[i]) {
			return !b.spent
		}
	}
	back, ahead := s.reach()
	// Room for the difference between the zone of the series and that of the window.
	back, ahead = back+36*time.Hour, ahead+36*time.Hour
	lo, hi := civil(from.In(s.loc)).Add(-back), civil(to.In(s.loc)).Add(ahead)
	several := len(s.rules) > 1
	for _, x := range s.rules {
		x.walk(lo, hi, b, func(c time.Time) bool {
			w := s.at(c)
			k := s.key(w)
			if given[k] {
				return going
			}
			if several {
				given[k] = true
			}
			return one(w, 0) && going
		})
		if !going {
			break
		}
	}
	return !b.spent
}

// named reads an id as a time of the series, so that names are the same however they were written.
func (s *Series) named(w pim.When) pim.When {
	if !s.master {
		return w
	}
	if s.start.Date {
		return pim.Day(w.Time.Year(), w.Time.Month(), w.Time.Day())
	}
	if s.start.Floating {
		return pim.When{Time: civil(w.Time), Floating: true}
	}
	return pim.When{Time: time.Unix(s.key(w), 0).UTC()}
}

// like makes a date a time at the clock of the start, and a time a date.
func (s *Series) like(w pim.When) pim.When {
	t := w.Time
	if s.start.Date {
		return pim.Day(t.Year(), t.Month(), t.Day())
	}
	c := civil(s.start.Time)
	return s.at(time.Date(t.Year(), t.Month(), t.Day(), c.Hour(), c.Minute(), c.Second(), 0, time.UTC))
}

// left reports whether an occurrence was left out.
func (s *Series) left(w pim.When) bool {
	if s.except[s.key(w)] {
		return true
	}
	if len(s.exceptDays) == 0 || s.start.Date {
		return false
	}
	t := w.Time
	if !w.Floating && !w.Date {
		t = civil(t.In(s.loc))
	}
	return s.exceptDays[midnight(t).Unix()]
}

// endOf is the end of the occurrence that begins at w: the same clock time as that of the first where both are in one zone.
func (s *Series) endOf(w pim.When, span time.Duration) pim.When {
	e := w
	switch {
	case span > 0:
		e.Time = w.Time.Add(span)
		return e
	case s.start.Date || s.start.Floating:
		e.Time = w.Time.Add(s.end.Time.Sub(s.start.Time))
		return e
	case s.end.Zone == s.start.Zone && s.end.Time.Location() == s.loc:
		e.Time = wall(civil(w.Time).Add(civil(s.end.Time).Sub(civil(s.start.Time))), s.loc)
		return e
	}
	e.Time = w.Time.Add(s.end.Time.Sub(s.start.Time)).In(s.end.Time.Location())
	e.Zone = s.end.Zone
	return e
}

func (s *Series) rangedAt(w pim.When) *override {
	for i := len(s.ranged) - 1; i >= 0; i-- {
		if s.key(s.ranged[i].id) <= s.key(w) {
			return &s.ranged[i]
		}
	}
	return nil
}

// shifted moves an occurrence as THISANDFUTURE says.
func (s *Series) shifted(w pim.When, v *override, i Instance) Instance {
	i.Component, i.Changed = v.index, true
	by := civil(v.start.Time).Sub(civil(v.id.Time))
	if !v.start.Date && !v.start.Floating && !v.id.Date && !v.id.Floating {
		by = civil(v.start.Time.In(s.loc)).Sub(civil(v.id.Time.In(s.loc)))
	}
	i.Start = s.at(civil(w.Time).Add(by))
	i.End = i.Start
	i.End.Time = i.Start.Time.Add(v.end.Time.Sub(v.start.Time))
	return i
}

// reach is how far an occurrence may begin before the window that it touches, and how far a shift may bring one in from behind.
func (s *Series) reach() (back, ahead time.Duration) {
	back = max(0, s.end.Time.Sub(s.start.Time))
	for i := range s.ranged {
		v := &s.ranged[i]
		by := v.start.Time.Sub(v.id.Time)
		back = max(back, v.end.Time.Sub(v.start.Time)+max(0, by))
		ahead = max(ahead, -by)
	}
	return min(back, 20*366*day), ahead
}

// touches reports whether an occurrence is in the window; one without length is in it when it begins there.
func touches(i Instance, from, to time.Time, loc *time.Location) bool {
	a, z := i.Start.In(loc), i.End.In(loc)
	return a.Before(to) && (z.After(from) || !a.Before(from) && !z.After(a))
}

// Bounds returns the first start and the last end of all occurrences, for an index: instants read in UTC with a day's room around dates and floating times. A series without an end, or
// one whose end is too far to be counted, has forever set.
func (s *Series) Bounds() (first, last time.Time, forever bool) {
	see := func(a, z pim.When) {
		f, l := a.In(time.UTC), z.In(time.UTC)
		if a.Date || a.Floating {
			f, l = f.Add(-15*time.Hour), l.Add(15*time.Hour)
		}
		if first.IsZero() || f.Before(first) {
			first = f
		}
		if l.After(last) {
			last = l
		}
	}
	for _, v := range s.overrides {
		see(v.start, v.end)
	}
	if !s.master {
		return first, last, false
	}
	see(s.start, s.end)
	for i, d := range s.dates {
		if d.Date != s.start.Date {
			d = s.like(d)
		}
		see(d, s.endOf(d, s.spans[i]))
	}
	_, ahead := s.reach()
	first = first.Add(-ahead)
	if s.forever {
		return first, last, true
	}
	for _, x := range s.rules {
		b := &budget{steps: 20_000, results: 20_000}
		var end time.Time
		if x.count > 0 {
			x.walk(x.start, time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC), b, func(t time.Time) bool {
				end = t
				return true
			})
			if b.spent {
				return first, last, true
			}
		} else {
			end = x.until
		}
		if !end.IsZero() {
			e := s.at(end)
			see(e, s.endOf(e, 0))
		}
	}
	back, _ := s.reach()
	if len(s.ranged) > 0 {
		last = last.Add(back)
	}
	return first, last, false
}
