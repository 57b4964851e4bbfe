package cmail

import (
	"encoding/binary"
	"fmt"
	"strings"
	"time"

	"github.com/postrider/postrider/accounts/msox/prop"
)

// zone is a time zone as Windows knows it: a bias, and two days of the year on which clocks change.
type zone struct {
	name  string
	rules []zoneRule // by year, the first holds for all before
}

type zoneRule struct {
	year                     int
	bias, standard, daylight int // minutes; UTC = local + bias
	toStandard, toDaylight   change
}

// change is a SYSTEMTIME: with a year a date, without one the day-th weekday of the month, 5 the last.
type change struct{ year, month, weekday, day, hour, minute int }

func systemTime(b []byte) change {
	n := func(i int) int { return int(binary.LittleEndian.Uint16(b[2*i:])) }
	return change{year: n(0), month: n(1), weekday: n(2), day: n(3), hour: n(4), minute: n(5)}
}

func (c change) ok() bool {
	return c.month >= 1 && c.month <= 12 && c.day >= 1 && c.day <= 31 && c.weekday <= 6 && c.hour < 24 && c.minute < 60
}

// in is the day of the change in a year, on the wall clock before it.
func (c change) in(year int) time.Time {
	if c.year != 0 {
		return time.Date(year, time.Month(c.month), c.day, c.hour, c.minute, 0, 0, time.UTC)
	}
	first := time.Date(year, time.Month(c.month), 1, c.hour, c.minute, 0, 0, time.UTC)
	d := (c.weekday-int(first.Weekday())+7)%7 + 7*(min(c.day, 5)-1)
	w := first.AddDate(0, 0, d)
	for w.Month() != first.Month() {
		w = w.AddDate(0, 0, -7)
	}
	return w
}

func bias(b []byte) int {
	n := int(int32(binary.LittleEndian.Uint32(b)))
	if n < -24*60 || n > 24*60 {
		return 0
	}
	return n
}

// zoneStruct reads PidLidTimeZoneStruct ([MS-OXOCAL] 2.2.1.39).
func zoneStruct(b []byte, name string) *zone {
	if len(b) < 48 {
		return nil
	}
	r := zoneRule{bias: bias(b), standard: bias(b[4:]), daylight: bias(b[8:]), toStandard: systemTime(b[14:]), toDaylight: systemTime(b[32:])}
	return &zone{name: name, rules: []zoneRule{r}}
}

// zoneDefinition reads PidLidAppointmentTimeZoneDefinition… ([MS-OXOCAL] 2.2.1.41).
func zoneDefinition(b []byte) *zone {
	if len(b) < 8 || b[0] != 2 {
		return nil
	}
	n := 2 * int(binary.LittleEndian.Uint16(b[6:]))
	if len(b) < 8+n+2 {
		return nil
	}
	z := &zone{name: strings.TrimRight(prop.UTF16(b[8:8+n]), "\x00")}
	count := int(binary.LittleEndian.Uint16(b[8+n:]))
	b = b[8+n+2:]
	for ; count > 0 && len(b) >= 66 && len(z.rules) < 1024; count-- {
		r := b[:66]
		b = b[66:]
		z.rules = append(z.rules, zoneRule{year: int(binary.LittleEndian.Uint16(r[6:])), bias: bias(r[22:]), standard: bias(r[26:]), daylight: bias(r[30:]),
			toStandard: systemTime(r[34:]), toDaylight: systemTime(r[50:])})
	}
	if len(z.rules) == 0 {
		return nil
	}
	return z
}

// zoneOf finds the zone of an appointment: which of the definitions depends on whether it repeats.
func zoneOf(m *prop.Message, recurs bool) *zone {
	order := []prop.Property{prop.PidLidAppointmentTimeZoneDefinitionStartDisplay, prop.PidLidAppointmentTimeZoneDefinitionRecur}
	if recurs {
		order[0], order[1] = order[1], order[0]
	}
	if recurs {
		// The struct is what the pattern was made with; the definition may be newer and is only a name for it where both are there.
		if z := zoneDefinition(m.LidBytes(order[0])); z != nil {
			return z
		}
		if z := zoneStruct(m.LidBytes(prop.PidLidTimeZoneStruct), m.LidText(prop.PidLidTimeZoneDescription)); z != nil {
			return z
		}
		return zoneDefinition(m.LidBytes(order[1]))
	}
	for _, p := range order {
		if z := zoneDefinition(m.LidBytes(p)); z != nil {
			return z
		}
	}
	return zoneStruct(m.LidBytes(prop.PidLidTimeZoneStruct), m.LidText(prop.PidLidTimeZoneDescription))
}

// isUTC reports whether it is UTC by its name and its only rule.
func (z *zone) isUTC() bool {
	if z == nil || len(z.rules) != 1 || z.name != "UTC" && z.name != "Coordinated Universal Time" {
		return false
	}
	r := z.rules[0]
	return r.bias == 0 && r.standard == 0 && r.daylight == 0
}

func (z *zone) rule(year int) zoneRule {
	r := z.rules[0]
	for _, o := range z.rules[1:] {
		if o.year <= year {
			r = o
		}
	}
	return r
}

// offset is how far clocks are ahead of UTC, in minutes, at a wall clock time.
func (r zoneRule) offset(local time.Time) int {
	std, dst := -(r.bias + r.standard), -(r.bias + r.daylight)
	if !r.toStandard.ok() || !r.toDaylight.ok() {
		return std
	}
	a, b := r.toDaylight.in(local.Year()), r.toStandard.in(local.Year())
	summer := false
	if a.Before(b) {
		summer = !local.Before(a) && local.Before(b)
	} else {
		summer = !local.Before(a) || local.Before(b)
	}
	if summer {
		return dst
	}
	return std
}

// local is the wall clock time (given as UTC) of an instant.
func (z *zone) local(t time.Time) time.Time {
	if z == nil || t.IsZero() {
		return t
	}
	t = t.UTC()
	r := z.rule(t.Year())
	std := t.Add(time.Duration(-(r.bias + r.standard)) * time.Minute)
	dst := t.Add(time.Duration(-(r.bias + r.daylight)) * time.Minute)
	if !r.toStandard.ok() || !r.toDaylight.ok() {
		return std
	}
	// Each change is on the clock before it.
	on, off := !std.Before(r.toDaylight.in(std.Year())), !dst.Before(r.toStandard.in(std.Year()))
	summer := on && !off
	if r.toStandard.in(std.Year()).Before(r.toDaylight.in(std.Year())) {
		summer = on || !off
	}
	if summer {
		return dst
	}
	return std
}

// utc is the way back.
func (z *zone) utc(local time.Time) time.Time {
	if z == nil || local.IsZero() {
		return local
	}
	return local.Add(time.Duration(-z.rule(local.Year()).offset(local)) * time.Minute)
}

// id is the TZID.
func (z *zone) id() string {
	s := strings.TrimSpace(oneLine(z.name))
	if s == "" {
		r := z.rules[len(z.rules)-1]
		return "UTC" + offsetText(-(r.bias + r.standard))
	}
	return s
}

func offsetText(minutes int) string {
	sign := '+'
	if minutes < 0 {
		sign, minutes = '-', -minutes
	}
	return fmt.Sprintf("%c%02d%02d", sign, minutes/60, minutes%60)
}

var weekdays = [...]string{"SU", "MO", "TU", "WE", "TH", "FR", "SA"}

// write puts a VTIMEZONE out, with the rules of a year.
func (z *zone) write(o *object, year int) {
	r := z.rule(year)
	std, dst := -(r.bias + r.standard), -(r.bias + r.daylight)
	o.line("BEGIN", "VTIMEZONE")
	o.line("TZID", escape(z.id()))
	if !r.toStandard.ok() || !r.toDaylight.ok() {
		o.line("BEGIN", "STANDARD")
		o.line("DTSTART", "16010101T000000")
		o.line("TZOFFSETFROM", offsetText(std))
		o.line("TZOFFSETTO", offsetText(std))
		o.line("END", "STANDARD")
	} else {
		for _, c := range []struct {
			name     string
			from, to int
			at       change
		}{{"STANDARD", dst, std, r.toStandard}, {"DAYLIGHT", std, dst, r.toDaylight}} {
			o.line("BEGIN", c.name)
			start := c.at.in(1601)
			o.line("DTSTART", start.Format("20060102T150405"))
			if c.at.year == 0 {
				n := c.at.day
				if n >= 5 {
					n = -1
				}
				o.line("RRULE", fmt.Sprintf("FREQ=YEARLY;BYDAY=%d%s;BYMONTH=%d", n, weekdays[c.at.weekday], c.at.month))
			} else {
				o.line("RRULE", fmt.Sprintf("FREQ=YEARLY;BYMONTHDAY=%d;BYMONTH=%d", c.at.day, c.at.month))
			}
			o.line("TZOFFSETFROM", offsetText(c.from))
			o.line("TZOFFSETTO", offsetText(c.to))
			o.line("END", c.name)
		}
	}
	o.line("END", "VTIMEZONE")
}
