package icalendar

import (
	"slices"
	"time"

	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/accounts/pim/contentline"
)

// PutAll writes a changed occurrence to the whole series: what differs from the occurrence as it was is changed in the series, a move shifts the series, its left-out days and
// its changed occurrences alike.
func (o *Object) PutAll(e pim.Event) error {
	if e.Recurrence == "" {
		return o.Put(e)
	}
	was, err := o.Event(e.Recurrence)
	if err != nil {
		return err
	}
	m, err := o.Event("")
	if err != nil {
		return err
	}
	next := e
	next.Recurrence, next.Rule, next.Dates, next.Except = "", m.Rule, m.Dates, m.Except
	if e.Rule != nil {
		next.Rule = e.Rule
	}
	by := civil(e.Start.Time).Sub(civil(was.Start.Time))
	sameKind := e.Start.Date == was.Start.Date
	next.Start = e.Start
	if sameKind {
		next.Start = move(m.Start, by, e.Start)
	} else {
		d := civil(m.Start.Time)
		c := civil(e.Start.Time)
		t := time.Date(d.Year(), d.Month(), d.Day(), c.Hour(), c.Minute(), c.Second(), 0, time.UTC)
		next.Start = e.Start
		next.Start.Time = wall(t, e.Start.Time.Location())
	}
	next.End = next.Start
	next.End.Time = next.Start.Time.Add(e.End.Time.Sub(e.Start.Time))
	if e.End.Zone != e.Start.Zone {
		next.End.Zone, next.End.Time = e.End.Zone, next.End.Time.In(e.End.Time.Location())
	}
	if by != 0 && sameKind {
		for i := range next.Except {
			next.Except = slices.Clone(next.Except)
			next.Except[i] = move(next.Except[i], by, next.Except[i])
		}
		if days := int(midnight(civil(next.Start.Time)).Sub(midnight(civil(m.Start.Time))) / day); days%7 != 0 && next.Rule != nil {
			r := *next.Rule
			r.ByDay = slices.Clone(r.ByDay)
			for i := range r.ByDay {
				r.ByDay[i].Day = time.Weekday(((int(r.ByDay[i].Day)+days)%7 + 7) % 7)
			}
			if len(r.ByMonthDay) == 1 && r.ByMonthDay[0] > 0 {
				r.ByMonthDay = []int{next.Start.Time.Day()}
			}
			next.Rule = &r
		}
		for _, c := range o.comps {
			p := c.Get("RECURRENCE-ID")
			if p == nil {
				continue
			}
			if id, ok := o.zones.prop(p); ok {
				moved := move(id, by, id)
				if id.Zone == "" && !id.Date && !id.Floating && m.Start.Zone != "" { // in UTC: the shift is one of the clock of the series
					moved = pim.When{Time: wall(civil(id.Time.In(m.Start.Time.Location())).Add(by), m.Start.Time.Location()).UTC()}
				}
				o.setTime(c, "RECURRENCE-ID", moved)
			}
		}
	}
	return o.Put(next)
}

// move shifts a time on the clock; its zone is that of like.
func move(w pim.When, by time.Duration, like pim.When) pim.When {
	t := civil(w.Time).Add(by)
	w.Date, w.Floating, w.Zone = like.Date, like.Floating, like.Zone
	if like.Date || like.Floating {
		w.Time = t
		return w
	}
	w.Time = wall(t, like.Time.Location())
	return w
}

// SplitAt ends the series before the occurrence that e is and returns an object of its own that goes on from there as e says. It returns nil when e is the first
// occurrence: the change is one of the whole series then, and was made.
func (o *Object) SplitAt(e pim.Event, now time.Time) (*Object, error) {
	m, err := o.Event("")
	if err != nil {
		return nil, err
	}
	w, ok := o.zones.when(e.Recurrence, "")
	if !ok || m.Rule == nil && len(m.Dates) == 0 {
		return nil, ErrNone
	}
	s := o.Series()
	at := s.named(w)
	if s.key(at) <= s.key(m.Start) {
		return nil, o.PutAll(e)
	}
	if _, ok := s.instance(w); !ok {
		return nil, ErrNone
	}
	before := 0
	s.Expand(m.Start.In(time.UTC).Add(-48*time.Hour), at.In(time.UTC).Add(48*time.Hour), time.UTC, func(i Instance) bool {
		if id, ok := o.zones.when(i.Name, ""); ok && s.key(id) < s.key(at) {
			before++
		}
		return true
	})
	left := 0
	for _, x := range m.Except {
		if s.key(x) < s.key(at) {
			left++
		}
	}
	tail := &Object{root: &contentline.Component{}, cal: newCalendar("")}
	tail.root.AddComp(tail.cal)
	for _, z := range o.cal.Comps("VTIMEZONE") {
		tail.cal.AddComp(clone(z))
	}
	tail.zones = newZones(tail.cal)
	c := clone(o.master())
	tail.cal.AddComp(c)
	tail.comps = []*contentline.Component{c}
	uid := NewUID()
	c.Set("UID", uid)
	n := e
	n.UID, n.Recurrence = uid, ""
	n.Rule = m.Rule
	if e.Rule != nil {
		n.Rule = e.Rule
	}
	if n.Rule != nil && n.Rule.Count > 0 && e.Rule == nil {
		r := *n.Rule
		r.Count = max(1, r.Count-before-left)
		n.Rule = &r
	}
	n.Dates = keepTimes(m.Dates, func(d pim.When) bool { return s.key(d) > s.key(at) })
	n.Except = keepTimes(m.Except, func(d pim.When) bool { return s.key(d) >= s.key(at) })
	n.Modified = now
	tail.put(c, n, true)
	// What was changed from there on goes along.
	for _, v := range o.comps {
		if id, ok := o.zones.prop(v.Get("RECURRENCE-ID")); ok && s.key(id) > s.key(at) {
			d := clone(v)
			d.Set("UID", uid)
			tail.cal.AddComp(d)
			tail.comps = append(tail.comps, d)
		}
	}
	return tail, o.EndBefore(e.Recurrence)
}

func keepTimes(ws []pim.When, f func(pim.When) bool) []pim.When {
	var out []pim.When
	for _, w := range ws {
		if f(w) {
			out = append(out, w)
		}
	}
	return out
}

// EndBefore takes an occurrence and all behind it out of the series. ErrNone when that leaves nothing.
func (o *Object) EndBefore(name string) error {
	m, err := o.Event("")
	if err != nil {
		return err
	}
	w, ok := o.zones.when(name, "")
	if !ok {
		return ErrNone
	}
	s := o.Series()
	at := s.named(w)
	if s.key(at) <= s.key(m.Start) {
		return ErrNone
	}
	if m.Rule != nil {
		r := *m.Rule
		r.Count = 0
		switch {
		case m.Start.Date:
			r.Until = pim.Day(at.Time.Year(), at.Time.Month(), at.Time.Day()-1)
		case m.Start.Floating:
			r.Until = pim.When{Time: civil(at.Time).Add(-time.Second), Floating: true}
		default:
			r.Until = pim.When{Time: at.Time.UTC().Add(-time.Second)}
		}
		m.Rule = &r
	}
	m.Dates = keepTimes(m.Dates, func(d pim.When) bool { return s.key(d) < s.key(at) })
	m.Except = keepTimes(m.Except, func(d pim.When) bool { return s.key(d) < s.key(at) })
	gone := map[*contentline.Component]bool{}
	for _, c := range o.comps {
		if id, ok := o.zones.prop(c.Get("RECURRENCE-ID")); ok && s.key(id) >= s.key(at) {
			gone[c] = true
		}
	}
	o.drop(gone)
	return o.Put(m)
}

func (o *Object) drop(gone map[*contentline.Component]bool) {
	o.cal.RemoveComp(func(c *contentline.Component) bool { return gone[c] })
	o.comps = slices.DeleteFunc(o.comps, func(c *contentline.Component) bool { return gone[c] })
}

// LeaveOut takes one occurrence out of the series. ErrNone when that leaves nothing.
func (o *Object) LeaveOut(name string) error {
	w, ok := o.zones.when(name, "")
	if !ok {
		return ErrNone
	}
	s := o.Series()
	gone := map[*contentline.Component]bool{}
	for _, c := range o.comps {
		if id, ok := o.zones.prop(c.Get("RECURRENCE-ID")); ok && Name(s.named(id)) == name && c.Get("RECURRENCE-ID").Param("RANGE") == "" {
			gone[c] = true
		}
	}
	if o.master() == nil {
		if len(gone) == len(o.comps) {
			return ErrNone
		}
		o.drop(gone)
		return nil
	}
	m, err := o.Event("")
	if err != nil {
		return err
	}
	o.drop(gone)
	x := s.named(w)
	if m.Start.Zone != "" && !x.Date && !x.Floating {
		x.Time, x.Zone = x.Time.In(m.Start.Time.Location()), m.Start.Zone
	}
	m.Except = append(m.Except, x)
	return o.Put(m)
}

// SetUID gives the object another name.
func (o *Object) SetUID(uid string) {
	for _, c := range o.comps {
		c.Set("UID", uid)
	}
}

// Bump counts a change that others have to be told of (RFC 5546 section 2.1.4).
func (o *Object) Bump(name string) {
	if c := o.component(name); c != nil {
		setNumber(c, "SEQUENCE", sequence(c), sequence(c)+1)
	}
}

// DropMethod takes METHOD out: an object in a calendar has none (RFC 4791 section 4.1).
func (o *Object) DropMethod() { o.cal.Set("METHOD", "") }
