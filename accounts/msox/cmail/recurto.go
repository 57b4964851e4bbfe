package cmail

import (
	"encoding/binary"
	"slices"
	"time"

	"github.com/postrider/postrider/accounts/msox/prop"
	"github.com/postrider/postrider/accounts/pim"
)

const noEnd = 0x5AE980DF // the day that stands for "never"

// newRecurrence makes the pattern of a rule. start is the first occurrence on the clock of its zone, last the start of the last
// one (zero = never ends), count how many there are. ErrRecurrence where Outlook has no such pattern.
func newRecurrence(r pim.Rule, start, last time.Time, count int) (*recurrence, error) {
	n := uint32(max(1, r.Interval))
	if len(r.BySecond)+len(r.ByMinute)+len(r.ByHour)+len(r.ByYearDay)+len(r.ByWeekNo)+len(r.Extra) > 0 || n > 999 {
		return nil, ErrRecurrence
	}
	day := prop.ToMinutes(start) / (24 * 60) * (24 * 60)
	c := &recurrence{start: day, first: day, firstDay: 1, startOffset: prop.ToMinutes(start) - day}
	if r.WeekStart != "" {
		if i := slices.Index(weekdays[:], r.WeekStart); i >= 0 {
			c.firstDay = uint32(i)
		}
	}
	mask, nth, err := weekdayMask(r)
	if err != nil {
		return nil, err
	}
	switch r.Freq {
	case "DAILY", "WEEKLY":
		if len(r.ByMonth)+len(r.ByMonthDay)+len(r.BySetPos) > 0 || nth != 0 {
			return nil, ErrRecurrence
		}
		if r.Freq == "DAILY" && mask == 0 {
			c.frequency, c.pattern, c.period = daily, patternDay, n*24*60
			c.first = day % c.period
			break
		}
		if r.Freq == "DAILY" && n != 1 {
			return nil, ErrRecurrence
		}
		if mask == 0 {
			mask = 1 << uint(start.Weekday())
		}
		c.frequency, c.pattern, c.period, c.days = weekly, patternWeek, n, mask
		back := (uint32(start.Weekday()) + 7 - c.firstDay) % 7
		c.first = (day - back*24*60) % (n * 7 * 24 * 60)
	case "MONTHLY", "YEARLY":
		c.frequency, c.period = monthly, n
		if r.Freq == "YEARLY" {
			c.frequency, c.period = yearly, 12*n
			if len(r.ByMonth) > 1 || len(r.ByMonth) == 1 && r.ByMonth[0] != int(start.Month()) || len(r.ByMonth) == 0 && (mask != 0 || len(r.ByMonthDay) > 0) {
				return nil, ErrRecurrence
			}
		} else if len(r.ByMonth) > 0 {
			return nil, ErrRecurrence
		}
		switch {
		case mask != 0 && len(r.ByMonthDay) == 0 && nth != 0:
			c.pattern, c.days, c.nth = patternNth, mask, nth
		case mask != 0:
			return nil, ErrRecurrence
		default:
			c.pattern = patternMonth
			if c.days, err = monthDay(r, start.Day()); err != nil {
				return nil, err
			}
		}
		months := uint32(start.Year()-1601)*12 + uint32(start.Month()-1)
		c.first = prop.ToMinutes(time.Date(1601, time.Month(1+months%c.period), 1, 0, 0, 0, 0, time.UTC))
	default:
		return nil, ErrRecurrence
	}
	c.count, c.until = 10, noEnd
	switch {
	case last.IsZero():
		c.end = endNever
	case r.Count > 0:
		c.end, c.count = endCount, uint32(r.Count)
	default:
		c.end, c.count = endDate, uint32(max(1, count))
	}
	if !last.IsZero() {
		c.until = prop.ToMinutes(last) / (24 * 60) * (24 * 60)
	}
	return c, nil
}

// weekdayMask gives the weekdays of a rule and which of them in the month: 1 to 4, 5 the last, 0 every.
func weekdayMask(r pim.Rule) (mask, nth uint32, err error) {
	n := 0
	for i, d := range r.ByDay {
		if i > 0 && d.N != n || d.N != 0 && len(r.ByDay) > 1 {
			return 0, 0, ErrRecurrence
		}
		n = d.N
		mask |= 1 << uint(d.Day)
	}
	if len(r.BySetPos) > 0 && mask != 0 {
		if n != 0 || len(r.BySetPos) != 1 {
			return 0, 0, ErrRecurrence
		}
		n = r.BySetPos[0]
	}
	switch {
	case n == -1:
		return mask, 5, nil
	case n < 0 || n > 4:
		return 0, 0, ErrRecurrence
	}
	return mask, uint32(n), nil
}

// monthDay is the day of the month of a rule; 31 is the last.
func monthDay(r pim.Rule, start int) (uint32, error) {
	switch {
	case len(r.ByMonthDay) == 0 && len(r.BySetPos) == 0:
		return uint32(start), nil
	case len(r.ByMonthDay) == 1 && len(r.BySetPos) == 0 && r.ByMonthDay[0] == -1:
		return 31, nil
	case len(r.ByMonthDay) == 1 && len(r.BySetPos) == 0 && r.ByMonthDay[0] > 0 && r.ByMonthDay[0] <= 28:
		return uint32(r.ByMonthDay[0]), nil
	case slices.Equal(r.BySetPos, []int{-1}) && len(r.ByMonthDay) > 1 && r.ByMonthDay[0] == 28:
		for i, d := range r.ByMonthDay {
			if d != 28+i {
				return 0, ErrRecurrence
			}
		}
		return uint32(r.ByMonthDay[len(r.ByMonthDay)-1]), nil
	case len(r.ByMonthDay) == 1 && len(r.BySetPos) == 0 && r.ByMonthDay[0] > 28:
		return 0, ErrRecurrence // left out in short months, where Outlook takes the last day
	}
	return 0, ErrRecurrence
}

// bytes is the blob; with appointment the whole PidLidAppointmentRecur. Lists of days have to be in order.
func (c *recurrence) bytes(appointment bool) []byte {
	le := binary.LittleEndian
	u16 := func(b []byte, ns ...uint16) []byte {
		for _, n := range ns {
			b = le.AppendUint16(b, n)
		}
		return b
	}
	u32 := func(b []byte, ns ...uint32) []byte {
		for _, n := range ns {
			b = le.AppendUint32(b, n)
		}
		return b
	}
	b := u16(nil, 0x3004, 0x3004, c.frequency, c.pattern, c.calendar)
	b = u32(b, c.first, c.period, c.sliding)
	switch c.pattern {
	case patternWeek, patternMonth, patternEnd, hijriMonth, hijriEnd:
		b = u32(b, c.days)
	case patternNth, hijriNth:
		b = u32(b, c.days, c.nth)
	}
	b = u32(b, c.end, c.count, c.firstDay, uint32(len(c.deleted)))
	b = u32(b, c.deleted...)
	b = u32(b, uint32(len(c.modified)))
	b = u32(b, c.modified...)
	b = u32(b, c.start, c.until)
	if !appointment {
		return b
	}
	b = u32(b, 0x3006, 0x3009, c.startOffset, c.endOffset)
	b = u16(b, uint16(len(c.exceptions)))
	narrow := func(b []byte, s string) []byte {
		t, _ := prop.Encode(s, 1252)
		t = t[:min(len(t), 0xFFF0)]
		return append(u16(b, uint16(len(t)+1), uint16(len(t))), t...)
	}
	for _, e := range c.exceptions {
		b = u16(u32(b, e.start, e.end, e.original), e.flags)
		if e.flags&hasSubject != 0 {
			b = narrow(b, e.subject)
		}
		if e.flags&hasReminderDelta != 0 {
			b = u32(b, e.reminderDelta)
		}
		if e.flags&hasReminder != 0 {
			b = u32(b, e.reminder)
		}
		if e.flags&hasLocation != 0 {
			b = narrow(b, e.location)
		}
		if e.flags&hasBusy != 0 {
			b = u32(b, e.busy)
		}
		if e.flags&hasSubType != 0 {
			b = u32(b, e.subType)
		}
	}
	b = u32(b, 0)
	for _, e := range c.exceptions {
		b = u32(b, 4, 0, 0) // what was changed lately: nothing
		if e.flags&(hasSubject|hasLocation) == 0 {
			continue
		}
		b = u32(b, e.start, e.end, e.original)
		for _, s := range []struct {
			flag uint16
			text string
		}{{hasSubject, e.subject}, {hasLocation, e.location}} {
			if e.flags&s.flag != 0 {
				w := prop.ToUTF16(s.text)
				w = w[:min(len(w), 0xFFF0)]
				b = append(u16(b, uint16(len(w)/2)), w...)
			}
		}
		b = u32(b, 0)
	}
	return u32(b, 0)
}
