package icalendar

import (
	"slices"
	"strings"
	"time"

	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/accounts/pim/contentline"
)

// How a message stands to what is known (RFC 5546 section 2.1.5).
const (
	StateNew    = "new"
	StateUpdate = "update"
	StateSame   = "same"
	StateOld    = "old"
)

func stampOf(c *contentline.Component) time.Time {
	if t := stamp(c.Value("LAST-MODIFIED")); !t.IsZero() && c.Value("DTSTAMP") == "" {
		return t
	}
	return stamp(c.Value("DTSTAMP"))
}

// ridKey names a component inside its object: its RECURRENCE-ID as an instant, "" for the whole.
func (o *Object) ridKey(c *contentline.Component) string {
	p := c.Get("RECURRENCE-ID")
	if p == nil {
		return ""
	}
	w, ok := o.zones.prop(p)
	if !ok {
		return p.Value
	}
	return Name(w)
}

// Main is the name of the occurrence that a message is about, "" = the whole.
func (o *Object) Main() string {
	if o.master() != nil {
		return ""
	}
	s := o.Series()
	if len(s.overrides) > 0 {
		return Name(s.named(s.overrides[0].id))
	}
	return ""
}

// find returns the component of known that stands for the same occurrence as c of msg.
func (o *Object) find(msg *Object, c *contentline.Component) *contentline.Component {
	want := msg.ridKey(c)
	for _, k := range o.comps {
		if o.ridKey(k) == want {
			return k
		}
	}
	return nil
}

// Compare says how a REQUEST or CANCEL stands to the known object: by SEQUENCE, then by DTSTAMP. A component that is not known yet is an update.
func (o *Object) Compare(msg *Object) string {
	state := StateOld
	for _, c := range msg.comps {
		k := o.find(msg, c)
		if k == nil {
			m := o.master()
			if m != nil && sequence(c) < sequence(m) {
				continue
			}
			return StateUpdate
		}
		a, b := sequence(c), sequence(k)
		switch {
		case a > b, a == b && stampOf(c).After(stampOf(k)):
			return StateUpdate
		case a == b && !stampOf(c).Before(stampOf(k)):
			state = StateSame
		}
	}
	return state
}

// Apply carries out a REQUEST, ADD or CANCEL on the known object; false when it is older than what is known and nothing was changed. Reminders of the person stay.
func (o *Object) Apply(msg *Object, now time.Time) bool {
	if o.Compare(msg) == StateOld {
		return false
	}
	if msg.Method() == "CANCEL" {
		return o.cancel(msg, now)
	}
	for _, z := range msg.cal.Comps("VTIMEZONE") {
		id := z.Value("TZID")
		if !slices.ContainsFunc(o.cal.Comps("VTIMEZONE"), func(c *contentline.Component) bool { return c.Value("TZID") == id }) {
			at := slices.IndexFunc(o.cal.Items, func(i contentline.Item) bool { return i.Comp != nil })
			o.cal.Items = slices.Insert(o.cal.Items, max(at, 0), contentline.Item{Comp: clone(z)})
		}
	}
	o.zones = newZones(o.cal)
	whole := msg.master() != nil
	old := slices.Clone(o.comps)
	for _, c := range msg.comps {
		k := o.find(msg, c)
		if k != nil && (sequence(c) < sequence(k) || sequence(c) == sequence(k) && stampOf(c).Before(stampOf(k))) {
			continue
		}
		n := clone(c)
		from := k
		if from == nil {
			from = o.master()
		}
		if from != nil && len(from.Comps("VALARM")) > 0 {
			n.RemoveComp(func(v *contentline.Component) bool { return v.Name == "VALARM" })
			for _, v := range from.Comps("VALARM") {
				n.AddComp(clone(v))
			}
		}
		if k != nil {
			o.drop(map[*contentline.Component]bool{k: true})
		}
		o.cal.AddComp(n)
		o.comps = append(o.comps, n)
	}
	if whole { // it replaces the series with its changed occurrences
		gone := map[*contentline.Component]bool{}
		for _, c := range old {
			if slices.Contains(o.comps, c) && c.Get("RECURRENCE-ID") != nil && sequence(c) <= sequence(msg.master()) {
				gone[c] = true
			}
		}
		o.drop(gone)
	}
	return true
}

func (o *Object) cancel(msg *Object, now time.Time) bool {
	for _, c := range msg.comps {
		rid := c.Get("RECURRENCE-ID")
		if rid == nil {
			for _, k := range o.comps {
				k.Set("STATUS", "CANCELLED")
				setNumber(k, "SEQUENCE", sequence(k), max(sequence(k), sequence(c)))
				stampNow(k, now)
			}
			continue
		}
		w, ok := msg.zones.prop(rid)
		if !ok {
			continue
		}
		s := o.Series()
		name := Name(s.named(w))
		if rid.Param("RANGE") == "THISANDFUTURE" {
			o.EndBefore(name)
			continue
		}
		if k := o.find(msg, c); k != nil || o.master() == nil {
			if k != nil {
				k.Set("STATUS", "CANCELLED")
				setNumber(k, "SEQUENCE", sequence(k), max(sequence(k), sequence(c)))
				stampNow(k, now)
			}
			continue
		}
		if e, err := o.Event(name); err == nil {
			e.Status, e.Sequence, e.Modified = "cancelled", max(e.Sequence, sequence(c)), now
			o.Put(e)
		}
	}
	return true
}

// Answer sets the answer of an attendee of a REPLY in the known object; false when the reply is about an older version or an attendee that was not invited and may not
// come in.
func (o *Object) Answer(msg *Object, now time.Time) bool {
	any := false
	for _, c := range msg.comps {
		p := c.Get("ATTENDEE")
		if p == nil {
			continue
		}
		a := attendee(p)
		if a.Note == "" {
			a.Note = msg.text(c, "COMMENT")
		}
		name := ""
		if rid, ok := msg.zones.prop(c.Get("RECURRENCE-ID")); ok {
			name = Name(o.Series().named(rid))
		}
		e, err := o.Event(name)
		if err != nil || sequence(c) < e.Sequence {
			continue
		}
		at := slices.IndexFunc(e.Attendees, func(b pim.Attendee) bool { return strings.EqualFold(a.Addr, b.Addr) })
		if at < 0 {
			continue
		}
		e.Attendees = slices.Clone(e.Attendees)
		e.Attendees[at].Status, e.Attendees[at].Note = a.Status, a.Note
		e.Attendees[at].RSVP = false
		e.Modified = now
		if o.Put(e) == nil {
			any = true
		}
	}
	return any
}

// SetAnswer sets the answer of the person's address in every component, or in one occurrence; false when it is not among the attendees.
func (o *Object) SetAnswer(name, addr, status string) bool {
	e, err := o.Event(name)
	if err != nil {
		return false
	}
	names := []string{name}
	if name == "" {
		for _, v := range o.Series().overrides {
			names = append(names, Name(o.Series().named(v.id)))
		}
	}
	any := false
	for _, n := range names {
		if e, err = o.Event(n); err != nil {
			continue
		}
		e.Attendees = slices.Clone(e.Attendees)
		for i := range e.Attendees {
			if strings.EqualFold(e.Attendees[i].Addr, addr) {
				e.Attendees[i].Status, e.Attendees[i].RSVP = status, false
				any = true
			}
		}
		o.Put(e)
	}
	return any
}

// Comment is what was written with an answer (RFC 5545 section 3.8.1.4), "" = nothing.
func (o *Object) Comment(name string) string {
	c := o.component(name)
	if c == nil {
		return ""
	}
	return o.text(c, "COMMENT")
}

// Reply is the answer to an invitation (RFC 5546 section 3.2.3), for its organiser.
func (o *Object) Reply(name string, me pim.Attendee, note string, now time.Time) []byte {
	return o.answer("REPLY", name, me, note, now, nil)
}

// Counter proposes another time to the organiser of an invitation (RFC 5546 section 3.2.7); the rest stays as it is.
func (o *Object) Counter(name string, me pim.Attendee, start, end pim.When, note string, now time.Time) []byte {
	return o.answer("COUNTER", name, me, note, now, func(c *contentline.Component) {
		c.Remove(func(p *contentline.Prop) bool {
			return p.Name == "DTSTART" || p.Name == "DTEND" || p.Name == "DURATION"
		})
		c.Add(o.timeProp("DTSTART", start))
		c.Add(o.timeProp("DTEND", end))
	})
}

// DeclineCounter tells somebody that the time of a proposal is not taken (RFC 5546 section 3.2.8); o is the proposal.
func (o *Object) DeclineCounter(name string, them pim.Attendee, note string, now time.Time) []byte {
	return o.answer("DECLINECOUNTER", name, them, note, now, nil)
}

// answer is what one attendee and the organiser say to each other.
func (o *Object) answer(method, name string, me pim.Attendee, note string, now time.Time, change func(c *contentline.Component)) []byte {
	src := o.component(name)
	cal := newCalendar(method)
	root := &contentline.Component{}
	root.AddComp(cal)
	c := contentline.NewComponent("VEVENT")
	for _, n := range []string{"UID", "RECURRENCE-ID", "DTSTART", "DTEND", "DURATION", "ORGANIZER", "SUMMARY", "SEQUENCE"} {
		if p := src.Get(n); p != nil {
			q := *p
			c.Add(&q)
		}
	}
	if name != "" && c.Get("RECURRENCE-ID") == nil {
		if w, ok := o.zones.when(name, ""); ok {
			c.Add(o.timeProp("RECURRENCE-ID", w))
		}
	}
	if change != nil {
		change(c)
	}
	c.Add(contentline.NewProp("DTSTAMP", now.UTC().Format(clockForm+"Z")))
	p := contentline.NewProp("ATTENDEE", "")
	writeAttendee(p, pim.Attendee{Name: me.Name, Addr: me.Addr, Status: me.Status}, pim.Attendee{})
	c.Add(p)
	if note != "" {
		c.Add(contentline.NewProp("COMMENT", contentline.Escape(note)))
	}
	zs := map[string]*contentline.Component{}
	for _, z := range o.cal.Comps("VTIMEZONE") {
		zs[z.Value("TZID")] = z
	}
	addZones(cal, c, zs)
	cal.AddComp(c)
	return root.Bytes()
}

// Message is the object as a REQUEST or CANCEL for its attendees, without the person's reminders; name "" = the whole.
func (o *Object) Message(method, name string, now time.Time) []byte {
	cal := newCalendar(method)
	root := &contentline.Component{}
	root.AddComp(cal)
	zs := map[string]*contentline.Component{}
	for _, z := range o.cal.Comps("VTIMEZONE") {
		zs[z.Value("TZID")] = z
	}
	comps := o.comps
	if name != "" {
		// The occurrence is written with its own times, also where it is like its series.
		if e, err := o.Event(name); err == nil {
			copied, err := Parse(o.Bytes())
			if err == nil {
				c := copied.component(name)
				if c.Get("RECURRENCE-ID") == nil {
					c = copied.detach(c, e)
				}
				comps = []*contentline.Component{c}
			}
		}
	}
	for _, c := range comps {
		d := clone(c)
		d.RemoveComp(func(v *contentline.Component) bool { return v.Name == "VALARM" })
		d.Set("DTSTAMP", now.UTC().Format(clockForm+"Z"))
		if method == "CANCEL" {
			d.Set("STATUS", "CANCELLED")
		}
		addZones(cal, d, zs)
		cal.AddComp(d)
	}
	return root.Bytes()
}

// Changes says what an update changes, in words of package pim's Invitation.
func Changes(a, b pim.Event) []string {
	var out []string
	add := func(differ bool, what string) {
		if differ {
			out = append(out, what)
		}
	}
	add(!a.Start.Time.Equal(b.Start.Time) || !a.End.Time.Equal(b.End.Time) || a.Start.Date != b.Start.Date, "time")
	add(a.Location != b.Location, "place")
	add(a.Summary != b.Summary, "title")
	add(strings.TrimSpace(a.Description) != strings.TrimSpace(b.Description), "text")
	who := func(e pim.Event) (s []string) {
		for _, x := range e.Attendees {
			s = append(s, strings.ToLower(x.Addr))
		}
		slices.Sort(s)
		return s
	}
	add(!slices.Equal(who(a), who(b)), "people")
	text := func(r *pim.Rule) string {
		if r == nil {
			return ""
		}
		return RuleText(*r)
	}
	add(text(a.Rule) != text(b.Rule), "rule")
	return out
}
