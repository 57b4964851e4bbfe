package icalendar

import (
	"strconv"
	"strings"
	"time"

	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/accounts/pim/contentline"
)

// digits reads n decimal digits.
func digits(s string, n int) (int, bool) {
	if len(s) < n {
		return 0, false
	}
	v := 0
	for i := range n {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		v = v*10 + int(s[i]-'0')
	}
	return v, true
}

// clock reads DATE and DATE-TIME (RFC 5545 sections 3.3.4, 3.3.5) as a wall clock. Dashes and colons, which some write, are passed over.
func clock(s string) (t time.Time, date, utc, ok bool) {
	s = strings.TrimSpace(s)
	if strings.ContainsAny(s, "-: ") {
		s = strings.NewReplacer("-", "", ":", "", " ", "T").Replace(s)
	}
	y, a := digits(s, 4)
	if !a || len(s) < 8 {
		return t, false, false, false
	}
	m, b := digits(s[4:], 2)
	d, c := digits(s[6:], 2)
	if !b || !c || m < 1 || m > 12 || d < 1 || d > 31 {
		return t, false, false, false
	}
	if len(s) == 8 || s[8] != 'T' && s[8] != 't' {
		t = time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
		return t, true, false, t.Day() == d
	}
	s = s[9:]
	h, a := digits(s, 2)
	if !a || len(s) < 4 {
		return t, false, false, false
	}
	mi, b := digits(s[2:], 2)
	sec := 0
	rest := s[min(4, len(s)):]
	if v, c := digits(rest, 2); c {
		sec, rest = v, rest[2:]
	}
	if !b || h > 24 || mi > 59 || sec > 60 {
		return t, false, false, false
	}
	if sec == 60 { // a leap second (RFC 5545 section 3.3.12)
		sec = 59
	}
	t = time.Date(y, time.Month(m), d, h, mi, sec, 0, time.UTC)
	return t, false, strings.HasPrefix(rest, "Z") || strings.HasPrefix(rest, "z"), true
}

// when reads one time in the zone of a TZID.
func (z *zones) when(s, tzid string) (pim.When, bool) {
	t, date, utc, ok := clock(s)
	switch {
	case !ok:
		return pim.When{}, false
	case date: // a time after VALUE=DATE counts, some write that
		return pim.When{Time: time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC), Date: true}, true
	case utc && (tzid == "" || z.find(tzid) == nil): // where there is both, ownCloud and others mean the clock of the zone
		return pim.When{Time: t}, true
	case tzid == "":
		return pim.When{Time: t, Floating: true}, true
	}
	loc := z.find(tzid)
	if loc == nil {
		return pim.When{Time: t, Floating: true, Zone: tzid}, true
	}
	if loc == time.UTC {
		return pim.When{Time: t, Zone: tzid}, true
	}
	return pim.When{Time: wall(t, loc), Zone: tzid}, true
}

// prop reads the time of a property.
func (z *zones) prop(p *contentline.Prop) (pim.When, bool) {
	if p == nil {
		return pim.When{}, false
	}
	return z.when(p.Value, p.Param("TZID"))
}

// list reads EXDATE and RDATE. Periods give their start; their lengths are in spans, 0 for none.
func (z *zones) list(p *contentline.Prop) (out []pim.When, spans []time.Duration) {
	for v := range strings.SplitSeq(p.Value, ",") {
		v, end, _ := strings.Cut(v, "/")
		w, ok := z.when(v, p.Param("TZID"))
		if !ok {
			continue
		}
		var span time.Duration
		if end != "" {
			if d, ok := duration(end); ok {
				span = d
			} else if e, ok := z.when(end, p.Param("TZID")); ok && e.Time.After(w.Time) {
				span = e.Time.Sub(w.Time)
			}
		}
		out, spans = append(out, w), append(spans, span)
	}
	return out, spans
}

// wall is the instant of a wall clock in loc: a time that comes twice is the first, one that does not come is read with the offset before the gap.
func wall(t time.Time, loc *time.Location) time.Time {
	if loc == time.UTC {
		return t
	}
	naive := t.Unix()
	// The two offsets that can apply are those of a day before and a day after.
	_, o1 := time.Unix(naive-86400, 0).In(loc).Zone()
	_, o2 := time.Unix(naive+86400, 0).In(loc).Zone()
	a := time.Unix(naive-int64(o1), 0).In(loc)
	if _, o := a.Zone(); o == o1 || o1 == o2 {
		return a
	}
	b := time.Unix(naive-int64(o2), 0).In(loc)
	if _, o := b.Zone(); o == o2 {
		return b
	}
	return a // in the gap
}

// civil is the wall clock of a time, as a time in UTC.
func civil(t time.Time) time.Time {
	if t.Location() == time.UTC {
		return t
	}
	_, o := t.Zone()
	return time.Unix(t.Unix()+int64(o), 0).UTC()
}

// duration reads a DURATION (RFC 5545 section 3.3.6). Days are 24 hours.
func duration(s string) (time.Duration, bool) {
	s = strings.ToUpper(strings.TrimSpace(s))
	sign := time.Duration(1)
	if strings.HasPrefix(s, "-") {
		sign = -1
	}
	s = strings.TrimLeft(s, "+-")
	if !strings.HasPrefix(s, "P") {
		return 0, false
	}
	s = s[1:]
	var d time.Duration
	n, have, clockPart, any := 0, false, false, false
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= '0' && c <= '9' {
			if n > 100_000_000 {
				return 0, false
			}
			n, have = n*10+int(c-'0'), true
			continue
		}
		if c == 'T' {
			clockPart = true
			continue
		}
		unit := map[byte]time.Duration{'W': 7 * 24 * time.Hour, 'D': 24 * time.Hour, 'H': time.Hour, 'M': time.Minute, 'S': time.Second}[c]
		if unit == 0 || !have || c == 'M' && !clockPart {
			return 0, false
		}
		if time.Duration(n) > (1<<62)/unit {
			return 0, false
		}
		d, n, have, any = d+time.Duration(n)*unit, 0, false, true
		if d < 0 || d > 100*366*24*time.Hour {
			return 0, false
		}
	}
	return sign * d, any && !have
}

// durationText writes a DURATION.
func durationText(d time.Duration) string {
	s := "P"
	if d < 0 {
		s, d = "-P", -d
	}
	if d == 0 {
		return "PT0S"
	}
	day := 24 * time.Hour
	if d%(7*day) == 0 {
		return s + strconv.FormatInt(int64(d/(7*day)), 10) + "W"
	}
	if n := d / day; n > 0 {
		s += strconv.FormatInt(int64(n), 10) + "D"
		d -= n * day
	}
	if d > 0 {
		s += "T"
	}
	for _, u := range []struct {
		d time.Duration
		c string
	}{{time.Hour, "H"}, {time.Minute, "M"}, {time.Second, "S"}} {
		if n := d / u.d; n > 0 {
			s += strconv.FormatInt(int64(n), 10) + u.c
			d -= n * u.d
		}
	}
	return s
}

const (
	dateForm  = "20060102"
	clockForm = "20060102T150405"
)

// text writes a time as it stands in a property.
func text(w pim.When) string {
	switch {
	case w.Date:
		return w.Time.Format(dateForm)
	case w.Floating:
		return civil(w.Time).Format(clockForm)
	case w.Zone != "" && w.Time.Location() != time.UTC:
		return w.Time.Format(clockForm)
	case w.Zone != "":
		return w.Time.Format(clockForm)
	}
	return w.Time.UTC().Format(clockForm + "Z")
}

// Name is how an occurrence is named: its original start, in UTC where it has a zone.
func Name(w pim.When) string {
	switch {
	case w.IsZero():
		return ""
	case w.Date:
		return w.Time.Format(dateForm)
	case w.Floating:
		return civil(w.Time).Format(clockForm)
	}
	return w.Time.UTC().Format(clockForm + "Z")
}
