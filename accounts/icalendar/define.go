package icalendar

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/postrider/postrider/accounts/pim/contentline"
)

// addZone gives the object a definition of a zone that it names (RFC 5545 section 3.6.5), made from what is known of it around t. Servers and other programs need one even where they
// know the name.
func (o *Object) addZone(id string, t time.Time) {
	if o.zones.defs[id] != nil {
		return
	}
	for _, c := range o.cal.Comps("VTIMEZONE") {
		if c.Value("TZID") == id {
			return
		}
	}
	loc := o.zones.find(id)
	if loc == nil {
		return
	}
	def := define(id, loc, t.Year())
	at := slices.IndexFunc(o.cal.Items, func(i contentline.Item) bool { return i.Comp != nil })
	if at < 0 {
		at = len(o.cal.Items)
	}
	o.cal.Items = slices.Insert(o.cal.Items, at, contentline.Item{Comp: def})
	if o.zones.defs == nil {
		o.zones.defs = map[string]*contentline.Component{}
	}
	o.zones.defs[id] = def
}

// define writes the rules of a zone as they are from a year on. A zone whose changes follow no weekday rule gets them as single dates for ten years.
func define(id string, loc *time.Location, year int) *contentline.Component {
	def := contentline.NewComponent("VTIMEZONE")
	def.Add(contentline.NewProp("TZID", id))
	year = min(max(year-1, 1970), 2090) // the first change of a year may come after t
	first := changes(loc, year)
	if len(first) == 0 {
		name, off := time.Date(year, 1, 1, 0, 0, 0, 0, loc).Zone()
		def.AddComp(observance("STANDARD", time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC), off, off, name))
		return def
	}
	for _, c := range first {
		kind := "STANDARD"
		if c.dst {
			kind = "DAYLIGHT"
		}
		v := observance(kind, c.wall, c.from, c.to, c.name)
		if rule, ok := yearlyRule(loc, c, year); ok {
			v.Add(contentline.NewProp("RRULE", rule))
		} else {
			for y := year + 1; y < year+10; y++ {
				for _, d := range changes(loc, y) {
					if d.from == c.from && d.to == c.to {
						v.Add(contentline.NewProp("RDATE", d.wall.Format(clockForm)))
					}
				}
			}
		}
		def.AddComp(v)
	}
	return def
}

type change struct {
	wall     time.Time // the clock before the change
	from, to int
	dst      bool
	name     string
}

// changes finds the clock changes of a year.
func changes(loc *time.Location, year int) []change {
	var out []change
	t := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC)
	for range 6 {
		_, end := t.In(loc).ZoneBounds()
		if end.IsZero() || end.UTC().Year() > year {
			break
		}
		_, from := end.Add(-time.Second).In(loc).Zone()
		name, to := end.In(loc).Zone()
		if from != to {
			out = append(out, change{wall: end.UTC().Add(time.Duration(from) * time.Second), from: from, to: to, dst: end.In(loc).IsDST(), name: name})
		}
		t = end.UTC()
	}
	return out
}

// yearlyRule finds the weekday rule that a change follows for the ten years from year on.
func yearlyRule(loc *time.Location, c change, year int) (string, bool) {
	back := (monthDays(c.wall.Year(), c.wall.Month())-c.wall.Day())/7 + 1
	for _, n := range []int{(c.wall.Day()-1)/7 + 1, -back} {
		if n > 4 || n < -1 { // "the fifth" is the last; "the second from the end" is nobody's rule
			continue
		}
		text := "FREQ=YEARLY;BYMONTH=" + strconv.Itoa(int(c.wall.Month())) + ";BYDAY=" + strconv.Itoa(n) + dayCodes[c.wall.Weekday()]
		r, err := ParseRule(text)
		if err != nil {
			continue
		}
		x := compile(r, c.wall)
		fits := true
		for y := year; y < year+10; y++ {
			ok := false
			for _, d := range changes(loc, y) {
				ok = ok || d.from == c.from && d.to == c.to && x.fitsLater(d.wall)
			}
			fits = fits && ok
		}
		if fits {
			return text, true
		}
	}
	return "", false
}

func (x *rule) fitsLater(t time.Time) bool {
	found := false
	x.walk(t, t.Add(time.Second), &budget{steps: 100, results: 2}, func(u time.Time) bool {
		found = u.Equal(t)
		return false
	})
	return found
}

func observance(kind string, at time.Time, from, to int, name string) *contentline.Component {
	v := contentline.NewComponent(kind)
	v.Add(contentline.NewProp("DTSTART", at.Format(clockForm)))
	v.Add(contentline.NewProp("TZOFFSETFROM", offsetText(from)))
	v.Add(contentline.NewProp("TZOFFSETTO", offsetText(to)))
	if name != "" && !strings.ContainsAny(name, "+-") {
		v.Add(contentline.NewProp("TZNAME", name))
	}
	return v
}

func offsetText(o int) string {
	s := "+"
	if o < 0 {
		s, o = "-", -o
	}
	two := func(n int) string { return string([]byte{'0' + byte(n/10), '0' + byte(n%10)}) }
	s += two(o/3600) + two(o/60%60)
	if o%60 != 0 {
		s += two(o % 60)
	}
	return s
}
