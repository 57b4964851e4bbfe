package icalendar

import (
	"crypto/rand"
	"encoding/hex"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/accounts/pim/contentline"
)

// NewUID makes a name for a new object (RFC 7986 section 5.3: a random UUID).
func NewUID() string {
	var b [16]byte
	rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	h := hex.EncodeToString(b[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// New makes an object of an event.
func New(e pim.Event, now time.Time) *Object {
	o := blank("VEVENT", e.UID, now)
	o.put(o.comps[0], e, true)
	return o
}

// NewTask makes an object of a task.
func NewTask(t pim.Task, now time.Time) *Object {
	o := blank("VTODO", t.UID, now)
	o.putTask(o.comps[0], t)
	return o
}

func blank(kind, uid string, now time.Time) *Object {
	if uid == "" {
		uid = NewUID()
	}
	o := &Object{root: &contentline.Component{}, cal: newCalendar("")}
	o.root.AddComp(o.cal)
	c := contentline.NewComponent(kind)
	c.Add(contentline.NewProp("UID", uid))
	c.Add(contentline.NewProp("DTSTAMP", now.UTC().Format(clockForm+"Z")))
	c.Add(contentline.NewProp("CREATED", now.UTC().Format(clockForm+"Z")))
	o.cal.AddComp(c)
	o.comps = []*contentline.Component{c}
	o.zones = newZones(o.cal)
	return o
}

// Put writes a changed event back into the component that it came from: the series or, with Recurrence set, the changed occurrence, which is made where the
// occurrence had none. Only what differs from the present projection is written.
func (o *Object) Put(e pim.Event) error {
	if e.Recurrence == "" {
		c := o.component("")
		if c == nil || c.Name != "VEVENT" {
			return ErrNone
		}
		o.put(c, e, true)
		return nil
	}
	was, err := o.Event(e.Recurrence)
	if err != nil {
		return err
	}
	c := o.component(e.Recurrence)
	if c.Get("RECURRENCE-ID") == nil || c.Get("RECURRENCE-ID").Param("RANGE") != "" {
		if same(was, e) {
			return nil
		}
		c = o.detach(c, was)
	}
	e.Rule, e.Dates, e.Except = nil, nil, nil
	o.put(c, e, false)
	return nil
}

func same(a, b pim.Event) bool {
	a.Raw, b.Raw, a.Changed, b.Changed, a.Repeats, b.Repeats, a.Join, b.Join = nil, nil, false, false, false, false, "", ""
	return reflect.DeepEqual(a, b)
}

// detach copies the series' component for one occurrence.
func (o *Object) detach(from *contentline.Component, was pim.Event) *contentline.Component {
	c := contentline.NewComponent(from.Name)
	for _, i := range from.Items {
		if p := i.Prop; p != nil {
			switch p.Name {
			case "RRULE", "RDATE", "EXDATE", "EXRULE", "RECURRENCE-ID", "DTSTART", "DTEND", "DURATION", "":
				continue
			}
			q := *p
			q.Params = slices.Clone(p.Params)
			c.Add(&q)
			continue
		}
		c.AddComp(clone(i.Comp))
	}
	w, _ := o.zones.when(was.Recurrence, "")
	if start, ok := o.zones.prop(o.component("").Get("DTSTART")); ok && start.Zone != "" && !w.Date && !w.Floating {
		w.Time, w.Zone = w.Time.In(start.Time.Location()), start.Zone
	}
	c.Add(o.timeProp("RECURRENCE-ID", w))
	c.Add(o.timeProp("DTSTART", was.Start))
	c.Add(o.timeProp("DTEND", was.End))
	o.cal.AddComp(c)
	o.comps = append(o.comps, c)
	return c
}

func clone(c *contentline.Component) *contentline.Component {
	d := contentline.NewComponent(c.Name)
	for _, i := range c.Items {
		if i.Prop != nil {
			q := *i.Prop
			d.Items = append(d.Items, contentline.Item{Prop: &q})
		} else {
			d.AddComp(clone(i.Comp))
		}
	}
	return d
}

// timeProp writes a time and, for a zone, sees to it that the object has its definition.
func (o *Object) timeProp(name string, w pim.When) *contentline.Prop {
	p := contentline.NewProp(name, text(w))
	switch {
	case w.Date:
		p.SetParam("VALUE", "DATE")
	case w.Zone != "":
		p.SetParam("TZID", w.Zone)
		o.addZone(w.Zone, w.Time)
	}
	return p
}

func (o *Object) setTime(c *contentline.Component, name string, w pim.When) {
	if w.IsZero() {
		c.Set(name, "")
		return
	}
	q := o.timeProp(name, w)
	p := c.Get(name)
	if p == nil {
		c.Add(q)
		return
	}
	p.SetValue(q.Value)
	p.SetParam("VALUE", q.ParamAll("VALUE")...)
	p.SetParam("TZID", q.ParamAll("TZID")...)
}

func equal(a, b pim.When) bool {
	return a.Date == b.Date && a.Floating == b.Floating && a.Zone == b.Zone && a.Time.Equal(b.Time)
}

func equalAll(a, b []pim.When) bool { return slices.EqualFunc(a, b, equal) }

// put writes what differs between the component and e.
func (o *Object) put(c *contentline.Component, e pim.Event, rules bool) {
	was := o.event(c)
	o.setText(c, "SUMMARY", was.Summary, e.Summary)
	o.setText(c, "DESCRIPTION", was.Description, e.Description)
	if was.Description != e.Description {
		c.Remove(func(p *contentline.Prop) bool { return p.Name == "X-ALT-DESC" }) // the same text in HTML, of before
	}
	o.setText(c, "LOCATION", was.Location, e.Location)
	if was.URL != e.URL {
		c.Set("URL", e.URL)
	}
	if !equal(was.Start, e.Start) {
		o.setTime(c, "DTSTART", e.Start)
	}
	if !equal(was.End, e.End) || !equal(was.Start, e.Start) && c.Get("DTEND") == nil {
		c.Set("DURATION", "")
		if e.End.IsZero() || equal(e.End, e.Start) && !e.Start.Date {
			c.Set("DTEND", "")
		} else {
			o.setTime(c, "DTEND", e.End)
		}
	}
	set := func(name, a, b, def string) {
		if a == b {
			return
		}
		if b == def {
			b = ""
		}
		c.Set(name, strings.ToUpper(b))
	}
	set("STATUS", was.Status, e.Status, "")
	if was.Free != e.Free {
		v := "OPAQUE"
		if e.Free {
			v = "TRANSPARENT"
		}
		c.Set("TRANSP", v)
	}
	if was.Private != e.Private {
		v := "PUBLIC"
		if e.Private {
			v = "PRIVATE"
		}
		c.Set("CLASS", v)
	}
	if was.Color != e.Color {
		c.Set("COLOR", e.Color)
	}
	o.setCategories(c, was.Categories, e.Categories)
	setNumber(c, "PRIORITY", was.Priority, e.Priority)
	setNumber(c, "SEQUENCE", was.Sequence, e.Sequence)
	if rules {
		o.setRule(c, was.Rule, e.Rule, e.Start)
		o.setTimes(c, "RDATE", was.Dates, e.Dates)
		o.setTimes(c, "EXDATE", was.Except, e.Except)
	}
	o.setAlarms(c, was.Alarms, e.Alarms, e.Summary)
	o.setPeople(c, was, e)
	if !e.Modified.Equal(was.Modified) && !e.Modified.IsZero() {
		stampNow(c, e.Modified)
	}
}

// stampNow says when a component was changed.
func stampNow(c *contentline.Component, now time.Time) {
	c.Set("LAST-MODIFIED", now.UTC().Format(clockForm+"Z"))
	c.Set("DTSTAMP", now.UTC().Format(clockForm+"Z"))
}

func (o *Object) setText(c *contentline.Component, name, was, is string) {
	if was != is {
		c.Set(name, contentline.Escape(is))
	}
}

func setNumber(c *contentline.Component, name string, was, is int) {
	if was == is {
		return
	}
	if is == 0 {
		c.Set(name, "")
		return
	}
	c.Set(name, strconv.Itoa(is))
}

func (o *Object) setCategories(c *contentline.Component, was, is []string) {
	if slices.Equal(was, is) {
		return
	}
	esc := make([]string, len(is))
	for i, s := range is {
		esc[i] = contentline.Escape(s)
	}
	c.Set("CATEGORIES", strings.Join(esc, ","))
}

func (o *Object) setRule(c *contentline.Component, was, is *pim.Rule, start pim.When) {
	if reflect.DeepEqual(was, is) {
		return
	}
	if is == nil {
		c.Set("RRULE", "")
		return
	}
	r := *is
	switch {
	case r.Until.IsZero():
	case start.Date:
		r.Until = pim.Day(r.Until.Time.Year(), r.Until.Time.Month(), r.Until.Time.Day())
	case r.Until.Date && !start.Floating: // the whole day, in the zone of the start (RFC 5545: UNTIL is in UTC then)
		t := r.Until.Time
		r.Until = pim.When{Time: time.Date(t.Year(), t.Month(), t.Day(), 23, 59, 59, 0, start.Time.Location()).UTC()}
	case !r.Until.Date && !r.Until.Floating:
		r.Until = pim.When{Time: r.Until.Time.UTC()}
	}
	c.Set("RRULE", RuleText(r))
}

// setTimes writes a list of times anew, one line for each kind.
func (o *Object) setTimes(c *contentline.Component, name string, was, is []pim.When) {
	if equalAll(was, is) {
		return
	}
	// What was added only is appended, so that the lines that were there stay.
	add := is
	if len(is) > len(was) && equalAll(was, is[:len(was)]) {
		add = is[len(was):]
	} else {
		c.Remove(func(p *contentline.Prop) bool { return p.Name == name })
	}
	for _, w := range add {
		c.Add(o.timeProp(name, w))
	}
}

func (o *Object) setAlarms(c *contentline.Component, was, is []pim.Alarm, summary string) {
	if reflect.DeepEqual(was, is) {
		return
	}
	// Alarms that stay keep their component.
	old := alarmComps(c)
	keep := map[*contentline.Component]bool{}
	left := is
	for i, a := range was {
		if i >= len(old) {
			break
		}
		at := slices.IndexFunc(left, func(b pim.Alarm) bool {
			return a.Before == b.Before && a.FromEnd == b.FromEnd && a.At.Equal(b.At) && a.Action == b.Action
		})
		if at < 0 {
			continue
		}
		keep[old[i]] = true
		if b := left[at]; !b.Acknowledged.Equal(a.Acknowledged) {
			v := ""
			if !b.Acknowledged.IsZero() {
				v = b.Acknowledged.UTC().Format(clockForm + "Z")
			}
			old[i].Set("ACKNOWLEDGED", v)
		}
		left = slices.Delete(slices.Clone(left), at, at+1)
	}
	c.RemoveComp(func(v *contentline.Component) bool {
		return v.Name == "VALARM" && !keep[v] && slices.Contains(old, v)
	})
	for _, a := range left {
		v := contentline.NewComponent("VALARM")
		action := strings.ToUpper(a.Action)
		if action == "" {
			action = "DISPLAY"
		}
		v.Add(contentline.NewProp("ACTION", action))
		t := contentline.NewProp("TRIGGER", durationText(-a.Before))
		if !a.At.IsZero() {
			t = contentline.NewProp("TRIGGER", a.At.UTC().Format(clockForm+"Z"), "VALUE", "DATE-TIME")
		} else if a.FromEnd {
			t.SetParam("RELATED", "END")
		}
		v.Add(t)
		v.Add(contentline.NewProp("DESCRIPTION", contentline.Escape(summary)))
		if !a.Acknowledged.IsZero() {
			v.Add(contentline.NewProp("ACKNOWLEDGED", a.Acknowledged.UTC().Format(clockForm+"Z")))
		}
		c.AddComp(v)
	}
}

func key(m map[string]string, v string) string {
	for k, x := range m {
		if x == v {
			return k
		}
	}
	return ""
}

func (o *Object) setPeople(c *contentline.Component, was, is pim.Event) {
	switch {
	case is.Organizer == nil && was.Organizer != nil:
		c.Set("ORGANIZER", "")
	case is.Organizer != nil && (was.Organizer == nil || *was.Organizer != *is.Organizer):
		p := c.Get("ORGANIZER")
		if p == nil {
			p = contentline.NewProp("ORGANIZER", "")
			c.Add(p)
		}
		writeAttendee(p, *is.Organizer, pim.Attendee{})
	}
	if slices.Equal(was.Attendees, is.Attendees) {
		return
	}
	old := c.All("ATTENDEE")
	used := map[*contentline.Prop]bool{}
	for _, a := range is.Attendees {
		var p *contentline.Prop
		var before pim.Attendee
		for _, q := range old {
			if b := attendee(q); !used[q] && strings.EqualFold(b.Addr, a.Addr) {
				p, before = q, b
				break
			}
		}
		if p == nil {
			p = contentline.NewProp("ATTENDEE", "")
			c.Add(p)
		}
		used[p] = true
		if before != a {
			writeAttendee(p, a, before)
		}
	}
	c.Remove(func(p *contentline.Prop) bool { return p.Name == "ATTENDEE" && !used[p] })
}

// writeAttendee writes what differs.
func writeAttendee(p *contentline.Prop, a, was pim.Attendee) {
	if a.Addr != was.Addr || p.Value == "" {
		v := a.Addr
		if strings.Contains(v, "@") && !strings.Contains(v, ":") {
			v = "mailto:" + v
		}
		p.SetValue(v)
	}
	set := func(name, was, is, v string) {
		if was == is {
			return
		}
		if is == "" || v == "" {
			p.SetParam(name)
			return
		}
		p.SetParam(name, v)
	}
	set("CN", was.Name, a.Name, a.Name)
	set("PARTSTAT", was.Status, a.Status, strings.ToUpper(a.Status))
	set("ROLE", was.Role, a.Role, key(roles, a.Role))
	set("CUTYPE", was.Kind, a.Kind, key(kinds, a.Kind))
	set("X-RESPONSE-COMMENT", was.Note, a.Note, a.Note)
	if a.RSVP != was.RSVP {
		if a.RSVP {
			p.SetParam("RSVP", "TRUE")
		} else {
			p.SetParam("RSVP")
		}
	}
}
