package cmail

import (
	"cmp"
	"encoding/binary"
	"time"

	"github.com/postrider/postrider/accounts/icalendar"
	"github.com/postrider/postrider/accounts/msox/prop"
)

// zoneFrom makes the zone of Windows' kind that a location is in a year: two changes a year, or none.
func zoneFrom(loc *time.Location, year int) *zone {
	z := &zone{name: cmp.Or(icalendar.WindowsName(loc.String()), loc.String())}
	if loc == time.UTC || z.name == "Local" {
		z.name = "UTC"
	}
	offset := func(t time.Time) int { _, s := t.In(loc).Zone(); return s / 60 }
	at := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC)
	end := at.AddDate(1, 0, 0)
	type turn struct {
		when     time.Time // the first instant of the new offset
		from, to int
	}
	var turns []turn
	for t := at; t.Before(end); t = t.Add(24 * time.Hour) {
		a, b := t, t.Add(24*time.Hour)
		from, to := offset(a), offset(b)
		if from == to {
			continue
		}
		for b.Sub(a) > time.Minute {
			if mid := a.Add(b.Sub(a) / 2).Truncate(time.Minute); offset(mid) == from {
				a = mid
			} else {
				b = mid
			}
		}
		turns = append(turns, turn{b, from, to})
	}
	if len(turns) != 2 || turns[0].from != turns[1].to {
		z.rules = []zoneRule{{year: year, bias: -offset(end.Add(-time.Minute))}}
		return z
	}
	// Summer is when clocks are ahead.
	on, off := turns[0], turns[1]
	if on.to < on.from {
		on, off = off, on
	}
	r := zoneRule{year: year, bias: -on.from, daylight: on.from - on.to}
	r.toDaylight = weekdayOf(on.when.Add(time.Duration(on.from) * time.Minute))
	r.toStandard = weekdayOf(off.when.Add(time.Duration(off.from) * time.Minute))
	z.rules = []zoneRule{r}
	return z
}

// weekdayOf names a day as "the second Sunday of March"; the last where it is within the last seven.
func weekdayOf(t time.Time) change {
	c := change{month: int(t.Month()), weekday: int(t.Weekday()), day: (t.Day()-1)/7 + 1, hour: t.Hour(), minute: t.Minute()}
	if t.AddDate(0, 0, 7).Month() != t.Month() {
		c.day = 5
	}
	return c
}

func (c change) append(b []byte) []byte {
	for _, n := range []int{c.year, c.month, c.weekday, c.day, c.hour, c.minute, 0, 0} {
		b = binary.LittleEndian.AppendUint16(b, uint16(n))
	}
	return b
}

func (r zoneRule) appendBias(b []byte) []byte {
	for _, n := range []int{r.bias, r.standard, r.daylight} {
		b = binary.LittleEndian.AppendUint32(b, uint32(int32(n)))
	}
	return b
}

// structure is PidLidTimeZoneStruct.
func (z *zone) structure() []byte {
	r := z.rules[0]
	b := r.appendBias(nil)
	b = r.toStandard.append(append(b, 0, 0))
	return r.toDaylight.append(append(b, 0, 0))
}

// definition is PidLidAppointmentTimeZoneDefinition…; flags are 1 for the rule that repeats, 2 for the one in effect.
func (z *zone) definition(flags uint16) []byte {
	le := binary.LittleEndian
	name := prop.ToUTF16(z.name)
	b := []byte{2, 1}
	b = le.AppendUint16(b, uint16(6+len(name)))
	b = le.AppendUint16(b, 2)
	b = le.AppendUint16(b, uint16(len(name)/2))
	b = append(b, name...)
	b = le.AppendUint16(b, uint16(len(z.rules)))
	for _, r := range z.rules {
		b = append(b, 2, 1)
		b = le.AppendUint16(b, 0x3E)
		b = le.AppendUint16(b, flags)
		b = le.AppendUint16(b, uint16(r.year))
		b = append(b, make([]byte, 14)...)
		b = r.appendBias(b)
		b = r.toStandard.append(b)
		b = r.toDaylight.append(b)
	}
	return b
}
