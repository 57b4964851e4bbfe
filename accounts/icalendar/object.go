package icalendar

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/accounts/pim/contentline"
)

// ErrNone: there is no calendar object in the bytes.
var ErrNone = errors.New("no calendar object")

// Object is a calendar object: a VCALENDAR with the components of one UID.
type Object struct {
	root  *contentline.Component
	cal   *contentline.Component
	zones *zones
	comps []*contentline.Component // VEVENT, VTODO, VJOURNAL of the UID
}

// Parse takes one object apart. Where the bytes have several UIDs the first one is meant; see Split.
func Parse(b []byte) (*Object, error) {
	root, err := contentline.Parse(b)
	if err != nil {
		return nil, err
	}
	return newObject(root)
}

func newObject(root *contentline.Component) (*Object, error) {
	o := &Object{root: root}
	for _, cal := range calendars(root) {
		o.cal, o.zones = cal, newZones(cal)
		o.comps = nil
		uid, kind := "", ""
		for _, c := range cal.Comps("") {
			if !isEntry(c.Name) {
				continue
			}
			if len(o.comps) == 0 {
				uid, kind = c.Value("UID"), c.Name
			}
			if c.Value("UID") == uid && c.Name == kind {
				o.comps = append(o.comps, c)
			}
		}
		if len(o.comps) > 0 {
			return o, nil
		}
	}
	return nil, ErrNone
}

// calendars are the VCALENDARs of a text; some programs write events without one around them.
func calendars(root *contentline.Component) []*contentline.Component {
	return append(root.Comps("VCALENDAR"), root)
}

func isEntry(name string) bool { return name == "VEVENT" || name == "VTODO" || name == "VJOURNAL" }

// Bytes returns the object as it is now; unchanged, the bytes that were read.
func (o *Object) Bytes() []byte { return o.root.Bytes() }

// UID names the object.
func (o *Object) UID() string { return o.comps[0].Value("UID") }

// Kind is "VEVENT", "VTODO" or "VJOURNAL".
func (o *Object) Kind() string { return o.comps[0].Name }

// Method is that of a scheduling message, "" in a calendar.
func (o *Object) Method() string { return strings.ToUpper(strings.TrimSpace(o.cal.Value("METHOD"))) }

// master is the component that stands for the whole: that without RECURRENCE-ID, nil where only single occurrences are there. Where there are several, that
// with the highest SEQUENCE counts.
func (o *Object) master() *contentline.Component {
	var m *contentline.Component
	for _, c := range o.comps {
		if c.Get("RECURRENCE-ID") == nil && (m == nil || sequence(c) > sequence(m)) {
			m = c
		}
	}
	return m
}

func sequence(c *contentline.Component) int {
	n, _ := strconv.Atoi(strings.TrimSpace(c.Value("SEQUENCE")))
	return n
}

// Split cuts a file into objects, one for each UID and kind, each with the zones that it names. The bytes of the components are those of the file. An
// event without a UID is an object of its own, and gets none.
func Split(b []byte) ([]*Object, error) {
	root, err := contentline.Parse(b)
	if err != nil {
		return nil, err
	}
	var out []*Object
	for _, cal := range calendars(root) {
		zs := map[string]*contentline.Component{}
		for _, c := range cal.Comps("VTIMEZONE") {
			if id := c.Value("TZID"); zs[id] == nil {
				zs[id] = c
			}
		}
		at := map[string]*Object{}
		for _, c := range cal.Comps("") {
			if !isEntry(c.Name) {
				continue
			}
			key := c.Name + "\x00" + c.Value("UID")
			o := at[key]
			if o == nil || c.Value("UID") == "" {
				o = &Object{root: &contentline.Component{}, cal: contentline.NewComponent("VCALENDAR"), zones: &zones{defs: zs, have: map[string]*time.Location{}}}
				o.root.AddComp(o.cal)
				for i := range cal.Items {
					if p := cal.Items[i].Prop; p != nil && (p.Name == "VERSION" || p.Name == "PRODID" || p.Name == "METHOD") {
						o.cal.Add(p)
					}
				}
				at[key] = o
				out = append(out, o)
			}
			addZones(o.cal, c, zs)
			o.cal.AddComp(c)
			o.comps = append(o.comps, c)
		}
	}
	return out, nil
}

// addZones copies the definitions of the zones that c names.
func addZones(cal, c *contentline.Component, zs map[string]*contentline.Component) {
	for i := range c.Items {
		if d := c.Items[i].Comp; d != nil {
			addZones(cal, d, zs)
			continue
		}
		id := c.Items[i].Prop.Param("TZID")
		def := zs[id]
		if id == "" || def == nil {
			continue
		}
		had := false
		for _, z := range cal.Comps("VTIMEZONE") {
			had = had || z == def
		}
		if !had {
			cal.AddComp(def)
		}
	}
}

// Join writes objects into one file, each zone once.
func Join(name string, objects []*Object) []byte {
	root := &contentline.Component{}
	cal := newCalendar("")
	if name != "" {
		cal.Add(contentline.NewProp("X-WR-CALNAME", contentline.Escape(name)))
	}
	root.AddComp(cal)
	seen := map[string]bool{}
	for _, o := range objects {
		for _, z := range o.cal.Comps("VTIMEZONE") {
			if id := z.Value("TZID"); !seen[id] {
				seen[id] = true
				cal.AddComp(z)
			}
		}
	}
	for _, o := range objects {
		for _, c := range o.comps {
			cal.AddComp(c)
		}
	}
	return root.Bytes()
}

// ProdID is what the program's objects say who made them.
const ProdID = "-//Postrider//Postrider//EN"

func newCalendar(method string) *contentline.Component {
	cal := contentline.NewComponent("VCALENDAR")
	cal.Add(contentline.NewProp("VERSION", "2.0"))
	cal.Add(contentline.NewProp("PRODID", ProdID))
	if method != "" {
		cal.Add(contentline.NewProp("METHOD", method))
	}
	return cal
}

// span returns start and end of a component. An event without an end lasts no time, or its one day (RFC 5545 section 3.6.1); a task that only has a DUE is at that time.
func (o *Object) span(c *contentline.Component) (start, end pim.When, ok bool) {
	start, ok = o.zones.prop(c.Get("DTSTART"))
	if c.Name == "VTODO" {
		due, has := o.zones.prop(c.Get("DUE"))
		if !ok {
			start, ok = due, has
		}
		if has {
			return start, due, ok
		}
	}
	if !ok {
		return start, end, false
	}
	if e, has := o.zones.prop(c.Get("DTEND")); has {
		if e.Date != start.Date { // mixed kinds: the start's counts
			if start.Date {
				e = pim.Day(e.Time.Year(), e.Time.Month(), e.Time.Day())
			} else {
				e = pim.When{Time: start.Time, Floating: start.Floating, Zone: start.Zone}
			}
		}
		if e.Floating != start.Floating && !start.Date { // one of them lost its zone: the other's counts
			if start.Floating {
				start = pim.When{Time: wall(civil(start.Time), e.Time.Location()), Zone: e.Zone}
			} else {
				e = pim.When{Time: wall(civil(e.Time), start.Time.Location()), Zone: start.Zone}
			}
		}
		if start.Date && !e.Time.After(start.Time) { // some write the same day for one day
			e.Time = start.Time.AddDate(0, 0, 1)
		}
		if compare(e, start) < 0 {
			e = start
		}
		return start, e, true
	}
	end = start
	if d, has := duration(c.Value("DURATION")); has && d > 0 {
		if start.Date {
			end.Time = start.Time.AddDate(0, 0, int((d+day-1)/day))
		} else {
			end.Time = start.Time.Add(d)
		}
		return start, end, true
	}
	if start.Date {
		end.Time = start.Time.AddDate(0, 0, 1)
	}
	return start, end, true
}

func compare(a, b pim.When) int {
	x, y := a.Time, b.Time
	if a.Floating != b.Floating {
		x, y = civil(x), civil(y)
	}
	return x.Compare(y)
}
