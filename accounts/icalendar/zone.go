package icalendar

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	_ "time/tzdata" // computers without a time zone database

	"github.com/postrider/postrider/accounts/pim/contentline"
)

// zones finds the zones of one object.
type zones struct {
	defs map[string]*contentline.Component
	have map[string]*time.Location
}

func newZones(cal *contentline.Component) *zones {
	z := &zones{have: map[string]*time.Location{}}
	for _, c := range cal.Comps("VTIMEZONE") {
		if z.defs == nil {
			z.defs = map[string]*contentline.Component{}
		}
		// Text here, with its commas escaped, while the parameter that refers to it is quoted.
		if id := contentline.Unescape(c.Value("TZID")); z.defs[id] == nil && len(z.defs) < 200 {
			z.defs[id] = c
		}
	}
	return z
}

// find returns the location of a TZID, nil when it is not known.
func (z *zones) find(id string) *time.Location {
	if l, ok := z.have[id]; ok {
		return l
	}
	l := Zone(id)
	if l == nil {
		if def := z.defs[id]; def != nil {
			if l = Zone(def.Value("X-LIC-LOCATION")); l == nil {
				l = custom(id, def)
			}
		}
	}
	if l == nil {
		l = offsetZone(id)
	}
	if len(z.have) < 500 {
		z.have[id] = l
	}
	return l
}

var known sync.Map // string -> *time.Location; nil values are not kept

// Zone returns the location of a name: IANA's, also behind a prefix; Windows'; Outlook's. nil when it is none of them.
func Zone(id string) *time.Location {
	id = strings.Trim(strings.TrimSpace(id), "\"'")
	if id == "" || len(id) > 200 {
		return nil
	}
	if l, ok := known.Load(id); ok {
		return l.(*time.Location)
	}
	l := zone(id)
	if l != nil {
		known.Store(id, l)
	}
	return l
}

func zone(id string) *time.Location {
	if l := iana(id); l != nil {
		return l
	}
	low := strings.ToLower(id)
	switch low {
	case "utc", "z", "gmt", "tzone://microsoft/utc", "etc/utc", "zulu", "coordinated universal time", "greenwich mean time":
		return time.UTC
	}
	// "/mozilla.org/20050126_1/Europe/Berlin", "/freeassociation.sourceforge.net/Tzfile/Europe/Berlin", "/citadel.org/20210210_1/America/New_York"
	parts := strings.Split(strings.Trim(id, "/"), "/")
	for n := min(3, len(parts)); n > 0 && strings.HasPrefix(id, "/"); n-- {
		if l := iana(strings.Join(parts[len(parts)-n:], "/")); l != nil {
			return l
		}
	}
	if name, ok := windowsZones[low]; ok {
		return iana(name)
	}
	// Outlook's display names: "(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna", also with GMT and with DST suffixes.
	if _, rest, ok := strings.Cut(low, ")"); ok && strings.HasPrefix(low, "(") {
		rest = strings.TrimSpace(rest)
		if name, ok := displayZones[rest]; ok {
			return iana(name)
		}
		city, _, _ := strings.Cut(rest, ",")
		if name, ok := displayCities[strings.TrimSpace(city)]; ok {
			return iana(name)
		}
		if name, ok := windowsZones[rest]; ok {
			return iana(name)
		}
	}
	if name, ok := displayZones[low]; ok {
		return iana(name)
	}
	if i := strings.LastIndexAny(id, " -"); i > 0 && strings.ContainsRune(id, '/') { // "Europe/Berlin - 1", "Customised Time Zone Europe/Oslo"
		if l := iana(strings.TrimSpace(id[:i])); l != nil {
			return l
		}
		return iana(id[i+1:])
	}
	return nil
}

// iana loads a zone by its exact name; the names that Go takes for something else are left out.
func iana(id string) *time.Location {
	if id == "" || id == "Local" || strings.Contains(id, "..") || strings.HasPrefix(id, "/") || strings.Contains(id, `\`) {
		return nil
	}
	if l, err := time.LoadLocation(id); err == nil {
		if id == "UTC" || id == "Etc/UTC" {
			return time.UTC
		}
		return l
	}
	return nil
}

// offsetZone reads "GMT+0100", "UTC-05:00", "(UTC+01:00) …" and "+0200".
func offsetZone(id string) *time.Location {
	s := strings.ToUpper(strings.TrimLeft(strings.TrimSpace(id), "("))
	s = strings.TrimPrefix(strings.TrimPrefix(s, "UTC"), "GMT")
	if s == "" || s[0] != '+' && s[0] != '-' {
		return nil
	}
	if i := strings.IndexAny(s, ") "); i > 0 {
		s = s[:i]
	}
	o, ok := offset(strings.ReplaceAll(s, ":", ""))
	if !ok {
		return nil
	}
	return time.FixedZone(id, o)
}

// offset reads UTC-OFFSET (RFC 5545 section 3.3.14) in seconds.
func offset(s string) (int, bool) {
	s = strings.TrimSpace(s)
	if len(s) < 2 || s[0] != '+' && s[0] != '-' {
		return 0, false
	}
	neg := s[0] == '-'
	s = s[1:]
	if len(s) <= 2 {
		s = strings.Repeat("0", 2-len(s)) + s + "00"
	}
	h, a := digits(s, 2)
	m, b := digits(s[2:], 2)
	if !a || !b || h > 26 || m > 59 {
		return 0, false
	}
	o := h*3600 + m*60
	if v, ok := digits(s[4:], 2); ok && v < 60 {
		o += v
	}
	if neg {
		o = -o
	}
	return o, true
}

type shift struct {
	at       int64
	from, to int
	dst      bool
	name     string
}

// lastShift is the year until which the rules of a VTIMEZONE are followed.
const lastShift = 2110

// custom turns a VTIMEZONE into a location, nil when there is nothing in it.
func custom(id string, def *contentline.Component) *time.Location {
	var ss []shift
	for _, c := range def.Comps("") {
		if c.Name != "STANDARD" && c.Name != "DAYLIGHT" || len(ss) > 4000 {
			continue
		}
		from, okF := offset(c.Value("TZOFFSETFROM"))
		to, okT := offset(c.Value("TZOFFSETTO"))
		if !okT {
			continue
		}
		if !okF {
			from = to
		}
		start, _, _, ok := clock(c.Value("DTSTART"))
		if !ok {
			start = time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC)
		}
		add := func(t time.Time) {
			if len(ss) < 5000 {
				ss = append(ss, shift{at: t.Unix() - int64(from), from: from, to: to, dst: c.Name == "DAYLIGHT", name: c.Value("TZNAME")})
			}
		}
		add(start)
		for _, p := range c.All("RDATE") {
			for v := range strings.SplitSeq(p.Value, ",") {
				if t, _, _, ok := clock(v); ok {
					add(t)
				}
			}
		}
		for _, p := range c.All("RRULE") {
			r, err := ParseRule(p.Value)
			if err != nil {
				continue
			}
			if !r.Until.IsZero() && !r.Until.Date && !r.Until.Floating {
				r.Until.Time = r.Until.Time.Add(time.Duration(from) * time.Second)
			}
			x := compile(r, start)
			x.walk(start, time.Date(lastShift, 1, 1, 0, 0, 0, 0, time.UTC), &budget{steps: 20_000, results: 600}, func(t time.Time) bool {
				if t.After(start) {
					add(t)
				}
				return true
			})
		}
	}
	if len(ss) == 0 {
		return nil
	}
	slices.SortStableFunc(ss, func(a, b shift) int {
		switch {
		case a.at < b.at:
			return -1
		case a.at > b.at:
			return 1
		}
		return 0
	})
	ss = slices.CompactFunc(ss, func(a, b shift) bool { return a.at == b.at })
	l, err := time.LoadLocationFromTZData(id, tzif(ss))
	if err != nil {
		return nil
	}
	return l
}

// tzif writes transitions in the form that package time reads (RFC 8536, version 2).
func tzif(ss []shift) []byte {
	type kind struct {
		off  int
		dst  bool
		name string
	}
	kinds := []kind{{ss[0].from, false, ""}}
	idx := make([]byte, len(ss))
	for i, s := range ss {
		k := kind{s.to, s.dst, s.name}
		if len(k.name) > 10 || strings.ContainsRune(k.name, 0) {
			k.name = ""
		}
		at := slices.Index(kinds[1:], k)
		if at < 0 {
			if len(kinds) == 250 {
				at = len(kinds) - 2
			} else {
				kinds = append(kinds, k)
				at = len(kinds) - 2
			}
		}
		idx[i] = byte(at + 1)
	}
	var abbr []byte
	at := make([]byte, len(kinds))
	for i := range kinds {
		n := kinds[i].name
		if n == "" {
			n = offsetName(kinds[i].off)
		}
		p := bytes.Index(abbr, append([]byte(n), 0))
		if p < 0 || p > 255 {
			p = len(abbr)
			abbr = append(append(abbr, n...), 0)
		}
		at[i] = byte(min(p, 255))
		if p > 255 {
			at[i] = 0
		}
	}
	var b bytes.Buffer
	head := func(times, types, chars int) {
		b.WriteString("TZif2")
		b.Write(make([]byte, 15))
		for _, n := range []int{0, 0, 0, times, types, chars} {
			binary.Write(&b, binary.BigEndian, uint32(n))
		}
	}
	head(0, 1, 1)
	b.Write([]byte{0, 0, 0, 0, 0, 0, 0}) // one type of version 1, which is not read
	head(len(ss), len(kinds), len(abbr))
	for _, s := range ss {
		binary.Write(&b, binary.BigEndian, s.at)
	}
	b.Write(idx)
	for i, k := range kinds {
		binary.Write(&b, binary.BigEndian, int32(k.off))
		d := byte(0)
		if k.dst {
			d = 1
		}
		b.Write([]byte{d, at[i]})
	}
	b.Write(abbr)
	b.WriteString("\n\n")
	return b.Bytes()
}

func offsetName(o int) string {
	sign := "+"
	if o < 0 {
		sign, o = "-", -o
	}
	two := func(n int) string { return strings.Repeat("0", 2-len(strconv.Itoa(n))) + strconv.Itoa(n) }
	return sign + two(o/3600) + two(o/60%60)
}
