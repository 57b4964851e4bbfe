package cmail

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/postrider/postrider/accounts/msox/prop"
)

// ErrRecurrence: a recurrence blob cannot be read, or means something iCalendar has no word for.
var ErrRecurrence = errors.New("the pattern of repetition is not understood")

const maxInstances = 10000

// Frequencies, patterns and ends of [MS-OXOCAL] 2.2.1.44.1.
const (
	daily, weekly, monthly, yearly = 0x200A, 0x200B, 0x200C, 0x200D

	patternDay, patternWeek, patternMonth, patternNth, patternEnd = 0, 1, 2, 3, 4
	hijriMonth, hijriNth, hijriEnd                                = 0xA, 0xB, 0xC

	endDate, endCount, endNever = 0x2021, 0x2022, 0x2023
)

// recurrence is a RecurrencePattern, and of appointments the AppointmentRecurrencePattern round it. Times are minutes since
// 1601 on the clock of the appointment's zone.
type recurrence struct {
	frequency, pattern, calendar uint16
	first, period, sliding       uint32
	days, nth                    uint32 // mask of weekdays, or day of the month; which of them, 5 the last
	end, count, firstDay         uint32
	deleted, modified            []uint32 // days
	start, until                 uint32   // days
	startOffset, endOffset       uint32   // minutes into the day
	exceptions                   []exception
	writer2                      uint32
}

// exception is an occurrence that was changed.
type exception struct {
	start, end, original uint32
	flags                uint16
	subject, location    string
	busy, subType        uint32
	reminderDelta        uint32
	reminder             uint32
}

// Flags of what an exception overrides ([MS-OXOCAL] 2.2.1.44.2).
const (
	hasSubject = 1 << iota
	hasMeetingType
	hasReminderDelta
	hasReminder
	hasLocation
	hasBusy
	hasAttachment
	hasSubType
	hasColor
	hasBody
)

// blob reads little-endian numbers; once something is missing all that follows is zero.
type blob struct {
	b   []byte
	bad bool
}

func (r *blob) take(n int) []byte {
	if r.bad || n < 0 || n > len(r.b) {
		r.bad = true
		return nil
	}
	out := r.b[:n]
	r.b = r.b[n:]
	return out
}

func (r *blob) u16() uint16 {
	if b := r.take(2); b != nil {
		return binary.LittleEndian.Uint16(b)
	}
	return 0
}

func (r *blob) u32() uint32 {
	if b := r.take(4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

func (r *blob) list() (out []uint32) {
	n := r.u32()
	if n > maxInstances || uint64(n)*4 > uint64(len(r.b)) {
		r.bad = true
		return nil
	}
	for ; n > 0; n-- {
		out = append(out, r.u32())
	}
	return out
}

// readRecurrence reads PidLidTaskRecurrence, and with appointment PidLidAppointmentRecur. cp is the code page of 8-bit strings.
// What is missing at the end of an AppointmentRecurrencePattern does not matter: exceptions are then fewer.
func readRecurrence(b []byte, appointment bool, cp int) (*recurrence, error) {
	r := &blob{b: b}
	c := &recurrence{}
	if v := r.u16(); v < 0x3000 || v > 0x3FFF {
		return nil, ErrRecurrence
	}
	r.u16()
	c.frequency, c.pattern, c.calendar = r.u16(), r.u16(), r.u16()
	c.first, c.period, c.sliding = r.u32(), r.u32(), r.u32()
	switch c.pattern {
	case patternDay:
	case patternWeek, patternMonth, patternEnd, hijriMonth, hijriEnd:
		c.days = r.u32()
	case patternNth, hijriNth:
		c.days, c.nth = r.u32(), r.u32()
	default:
		return nil, ErrRecurrence
	}
	c.end, c.count, c.firstDay = r.u32(), r.u32(), r.u32()
	c.deleted = r.list()
	c.modified = r.list()
	c.start, c.until = r.u32(), r.u32()
	if r.bad {
		return nil, ErrRecurrence
	}
	if !appointment {
		return c, nil
	}
	r.u32()
	c.writer2 = r.u32()
	c.startOffset, c.endOffset = r.u32(), r.u32()
	if r.bad {
		return nil, ErrRecurrence
	}
	n := int(r.u16())
	for ; n > 0 && !r.bad; n-- {
		e := exception{start: r.u32(), end: r.u32(), original: r.u32(), flags: r.u16()}
		text := func() string {
			r.u16()
			return prop.Decode(r.take(int(r.u16())), cp)
		}
		if e.flags&hasSubject != 0 {
			e.subject = text()
		}
		if e.flags&hasMeetingType != 0 {
			r.u32()
		}
		if e.flags&hasReminderDelta != 0 {
			e.reminderDelta = r.u32()
		}
		if e.flags&hasReminder != 0 {
			e.reminder = r.u32()
		}
		if e.flags&hasLocation != 0 {
			e.location = text()
		}
		if e.flags&hasBusy != 0 {
			e.busy = r.u32()
		}
		if e.flags&hasAttachment != 0 {
			r.u32()
		}
		if e.flags&hasSubType != 0 {
			e.subType = r.u32()
		}
		if e.flags&hasColor != 0 {
			r.u32()
		}
		if !r.bad {
			c.exceptions = append(c.exceptions, e)
		}
	}
	c.extended(r)
	return c, nil
}

// extended reads the second list of exceptions, which has the texts in Unicode.
func (c *recurrence) extended(r *blob) {
	r.take(int(min(r.u32(), 1<<24)))
	for i := range c.exceptions {
		if r.bad {
			return
		}
		e := &c.exceptions[i]
		if c.writer2 >= 0x3009 {
			r.take(int(min(r.u32(), 1<<24)))
		}
		r.take(int(min(r.u32(), 1<<24)))
		if e.flags&(hasSubject|hasLocation) == 0 {
			continue
		}
		r.take(12)
		text := func(into *string) {
			if b := r.take(2 * int(r.u16())); !r.bad {
				*into = prop.UTF16(b)
			}
		}
		if e.flags&hasSubject != 0 {
			text(&e.subject)
		}
		if e.flags&hasLocation != 0 {
			text(&e.location)
		}
		r.take(int(min(r.u32(), 1<<24)))
	}
}

// otherMonths are the calendars whose months are not those of the Gregorian one, for which RRULE has no word: Hijri, Hebrew, the
// lunar ones of East Asia, Umm al-Qura.
var otherMonths = map[uint16]bool{6: true, 8: true, 0xD: true, 0xE: true, 0xF: true, 0x10: true, 0x11: true, 0x12: true, 0x13: true, 0x14: true, 0x17: true}

// rule is the RRULE. until writes the end of a series, whose day it is given.
func (c *recurrence) rule(until func(day time.Time) string) (string, error) {
	if c.pattern >= hijriMonth || c.period == 0 || otherMonths[c.calendar] && c.pattern != patternDay && c.pattern != patternWeek {
		return "", ErrRecurrence
	}
	var parts []string
	add := func(f string, a ...any) { parts = append(parts, fmt.Sprintf(f, a...)) }
	interval := func(n uint32) {
		if n > 1 {
			add("INTERVAL=%d", n)
		}
	}
	var names []string
	for d := range 7 {
		if c.days>>d&1 != 0 {
			names = append(names, weekdays[d])
		}
	}
	months := func() {
		if c.frequency == yearly && c.period%12 == 0 {
			add("FREQ=YEARLY")
			interval(c.period / 12)
			add("BYMONTH=%d", int(prop.Minutes(c.start).Month()))
			return
		}
		add("FREQ=MONTHLY")
		interval(c.period)
	}
	switch c.pattern {
	case patternDay:
		add("FREQ=DAILY")
		interval(c.period / (24 * 60))
	case patternWeek:
		if len(names) == 0 {
			return "", ErrRecurrence
		}
		add("FREQ=WEEKLY")
		if c.frequency != daily {
			interval(c.period)
		}
		add("BYDAY=%s", strings.Join(names, ","))
		if c.firstDay < 7 && c.period > 1 && c.frequency != daily {
			add("WKST=%s", weekdays[c.firstDay])
		}
	case patternMonth, patternEnd:
		months()
		switch {
		case c.pattern == patternEnd || c.days >= 31:
			add("BYMONTHDAY=-1")
		case c.days > 28: // the last day in months that are shorter
			var days []string
			for d := 28; d <= int(c.days); d++ {
				days = append(days, strconv.Itoa(d))
			}
			add("BYMONTHDAY=%s;BYSETPOS=-1", strings.Join(days, ","))
		case c.days == 0:
			return "", ErrRecurrence
		default:
			add("BYMONTHDAY=%d", c.days)
		}
	case patternNth:
		if len(names) == 0 || c.nth < 1 || c.nth > 5 {
			return "", ErrRecurrence
		}
		months()
		n := int(c.nth)
		if n == 5 {
			n = -1
		}
		if len(names) == 1 {
			add("BYDAY=%d%s", n, names[0])
		} else {
			add("BYDAY=%s;BYSETPOS=%d", strings.Join(names, ","), n)
		}
	}
	switch c.end {
	case endDate:
		if c.until < 0x5AE980DF {
			add("UNTIL=%s", until(prop.Minutes(c.until)))
		}
	case endCount:
		if c.count > 0 {
			add("COUNT=%d", c.count)
		}
	}
	return strings.Join(parts, ";"), nil
}

// removed are the days of occurrences that are left out: those in the list of the deleted that were not moved.
func (c *recurrence) removed() (days []time.Time) {
	changed := map[uint32]bool{}
	for _, e := range c.exceptions {
		changed[e.original/(24*60)] = true
	}
	for _, d := range c.deleted {
		if !changed[d/(24*60)] {
			days = append(days, prop.Minutes(d))
		}
	}
	return days
}
