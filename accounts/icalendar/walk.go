package icalendar

import (
	"slices"
	"sort"
	"time"

	"github.com/postrider/postrider/accounts/pim"
)

// budget bounds an expansion.
type budget struct {
	steps   int // periods and days looked at
	results int // occurrences given
	spent   bool
}

func (b *budget) step() bool {
	b.steps--
	if b.steps < 0 {
		b.spent = true
	}
	return !b.spent
}

// rule is a compiled rule: everything as sets.
type rule struct {
	freq, interval, count   int
	start                   time.Time // DTSTART's wall clock
	until                   time.Time // inclusive; zero = none
	month, mday, mdayNeg    uint64
	hours, minutes, seconds []int  // of a day: defaults filled in
	hourSet, minSet, secSet uint64 // as filters of freq below daily; 0 = all
	days                    uint8  // weekdays without N
	nth                     []pim.WeekdayNum
	nthOfYear               bool
	anyDay                  bool // no BYDAY
	yday                    []int
	week                    []int
	pos                     []int
	wkst                    time.Weekday
}

func bits(ns []int) (b uint64) {
	for _, n := range ns {
		if n >= 0 && n < 64 {
			b |= 1 << uint(n)
		}
	}
	return b
}

// compile prepares a rule for a DTSTART on the wall clock. UNTIL has to be on the same wall clock already.
func compile(r pim.Rule, start time.Time) *rule {
	x := &rule{freq: rank(r.Freq), interval: max(1, r.Interval), count: r.Count, start: start, wkst: time.Monday, pos: r.BySetPos, week: r.ByWeekNo, yday: r.ByYearDay}
	if i := slices.Index(dayCodes, r.WeekStart); i >= 0 {
		x.wkst = time.Weekday(i)
	}
	if !r.Until.IsZero() {
		x.until = r.Until.Time
		if r.Until.Date {
			x.until = time.Date(x.until.Year(), x.until.Month(), x.until.Day(), 23, 59, 59, 0, time.UTC)
		}
	}
	byMonth, byMonthDay, byDay := r.ByMonth, r.ByMonthDay, r.ByDay
	if x.freq != yearly {
		x.week = nil // only there (RFC 5545 section 3.3.10)
	}
	if x.freq == daily || x.freq == weekly || x.freq == monthly {
		x.yday = nil
	}
	if x.freq == weekly {
		byMonthDay = nil
	}
	if len(x.week)+len(x.yday)+len(byMonthDay)+len(byDay) == 0 {
		switch x.freq {
		case yearly:
			byMonthDay = []int{start.Day()}
			if len(byMonth) == 0 {
				byMonth = []int{int(start.Month())}
			}
		case monthly:
			byMonthDay = []int{start.Day()}
		case weekly:
			byDay = []pim.WeekdayNum{{Day: start.Weekday()}}
		}
	}
	if len(x.week) > 0 && len(x.yday)+len(byMonthDay)+len(byDay) == 0 {
		byDay = []pim.WeekdayNum{{Day: start.Weekday()}}
	}
	x.month = bits(byMonth)
	for _, n := range byMonthDay {
		if n > 0 {
			x.mday |= 1 << uint(n)
		} else {
			x.mdayNeg |= 1 << uint(-n)
		}
	}
	x.anyDay = len(byDay) == 0
	x.nthOfYear = x.freq == yearly && len(byMonth) == 0
	for _, d := range byDay {
		if d.N == 0 || x.freq < monthly || len(x.week) > 0 {
			x.days |= 1 << uint(d.Day)
		} else {
			x.nth = append(x.nth, d)
		}
	}
	x.hourSet, x.minSet, x.secSet = bits(r.ByHour), bits(r.ByMinute), bits(r.BySecond)
	or := func(ns []int, def int) []int {
		if len(ns) == 0 {
			return []int{def}
		}
		return ns
	}
	x.hours, x.minutes, x.seconds = or(r.ByHour, start.Hour()), or(r.ByMinute, start.Minute()), or(leap(r.BySecond), start.Second())
	switch x.freq {
	case hourly:
		x.hours = []int{0}
	case minutely:
		x.hours, x.minutes = []int{0}, []int{0}
	case secondly:
		x.hours, x.minutes, x.seconds = []int{0}, []int{0}, []int{0}
	}
	return x
}

func leap(ns []int) []int {
	if len(ns) > 0 && ns[len(ns)-1] == 60 {
		ns = slices.Clone(ns)
		ns[len(ns)-1] = 59
		ns = slices.Compact(ns)
	}
	return ns
}

// match reports whether a day is in the rule's sets.
func (x *rule) match(t time.Time) bool {
	y, m, d := t.Date()
	if x.month != 0 && x.month>>uint(m)&1 == 0 {
		return false
	}
	last := 0
	if x.mday|x.mdayNeg != 0 {
		last = monthDays(y, m)
		if x.mday>>uint(d)&1 == 0 && x.mdayNeg>>uint(last-d+1)&1 == 0 {
			return false
		}
	}
	if len(x.yday) > 0 {
		yd := t.YearDay()
		if !slices.Contains(x.yday, yd) && !slices.Contains(x.yday, yd-yearDays(y)-1) {
			return false
		}
	}
	if len(x.week) > 0 {
		n, of := weekNumber(t, x.wkst)
		if !slices.Contains(x.week, n) && !slices.Contains(x.week, n-of-1) {
			return false
		}
	}
	if x.anyDay {
		return true
	}
	w := t.Weekday()
	if x.days>>uint(w)&1 == 1 {
		return true
	}
	for _, n := range x.nth {
		if n.Day != w {
			continue
		}
		if last == 0 {
			last = monthDays(y, m)
		}
		front, back := (d-1)/7+1, (last-d)/7+1
		if x.nthOfYear {
			yd := t.YearDay()
			front, back = (yd-1)/7+1, (yearDays(y)-yd)/7+1
		}
		if n.N == front || n.N == -back {
			return true
		}
	}
	return false
}

func yearDays(y int) int {
	if y%4 == 0 && (y%100 != 0 || y%400 == 0) {
		return 366
	}
	return 365
}

func monthDays(y int, m time.Month) int {
	switch m {
	case time.April, time.June, time.September, time.November:
		return 30
	case time.February:
		return yearDays(y) - 337
	}
	return 31
}

// weekNumber is the number of t's week, weeks beginning at wkst and the first one having four days in its year, and how many weeks that year has.
func weekNumber(t time.Time, wkst time.Weekday) (n, of int) {
	day := t.AddDate(0, 0, -int((t.Weekday()-wkst+7)%7))
	mid := day.AddDate(0, 0, 3) // the year that has four of its days
	y := mid.Year()
	first := firstWeek(y, wkst)
	n = int(day.Sub(first).Hours()/24)/7 + 1
	of = int(firstWeek(y+1, wkst).Sub(first).Hours()/24) / 7
	return n, of
}

func firstWeek(y int, wkst time.Weekday) time.Time {
	t := time.Date(y, 1, 4, 0, 0, 0, 0, time.UTC)
	return t.AddDate(0, 0, -int((t.Weekday()-wkst+7)%7))
}

const day = 24 * time.Hour

func midnight(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// walk gives the occurrences of the rule with from <= t < to in ascending order, all on the wall clock, until yield says no.
func (x *rule) walk(from, to time.Time, b *budget, yield func(time.Time) bool) {
	if x.freq == 0 {
		return
	}
	if !x.until.IsZero() && x.until.Before(to) {
		to = x.until.Add(time.Second)
	}
	seen := 0
	if from.Before(x.start) || x.count > 0 { // COUNT has to be counted
		if from.Before(x.start) {
			from = x.start
		}
	}
	begin := from
	if x.count > 0 {
		begin = x.start
	}
	emit := func(t time.Time) bool {
		if t.Before(x.start) || t.Before(begin) {
			return true
		}
		if !t.Before(to) {
			return false
		}
		seen++
		if x.count > 0 && seen > x.count {
			return false
		}
		if t.Before(from) {
			return b.step()
		}
		b.results--
		if b.results < 0 {
			b.spent = true
			return false
		}
		return yield(t)
	}
	if x.freq < daily {
		x.walkTimes(begin, to, b, emit)
		return
	}
	times := len(x.hours) * len(x.minutes) * len(x.seconds)
	var days []time.Time
	for p := x.first(begin); p.Before(to); p = x.next(p) {
		if !b.step() || p.Year() > 9999 {
			return
		}
		days = x.daysOf(p, begin, to, days[:0], b)
		if len(x.pos) == 0 {
			for _, d := range days {
				if d.Add(day).Before(begin) {
					continue
				}
				for i := range times {
					if !emit(x.timeOf(d, i)) {
						return
					}
				}
			}
			continue
		}
		n := len(days) * times
		for _, i := range positions(x.pos, n) {
			if !emit(x.timeOf(days[i/times], i%times)) {
				return
			}
		}
	}
}

// positions turns BYSETPOS into ascending indexes below n.
func positions(pos []int, n int) []int {
	var out []int
	for _, p := range pos {
		if p > 0 && p <= n {
			out = append(out, p-1)
		} else if p < 0 && -p <= n {
			out = append(out, n+p)
		}
	}
	sort.Ints(out)
	return slices.Compact(out)
}

// timeOf is the ith time of a day.
func (x *rule) timeOf(d time.Time, i int) time.Time {
	s := x.seconds[i%len(x.seconds)]
	i /= len(x.seconds)
	m := x.minutes[i%len(x.minutes)]
	h := x.hours[i/len(x.minutes)]
	return d.Add(time.Duration(h*3600+m*60+s) * time.Second)
}

// first is the beginning of the period at or before t, in step with the interval.
func (x *rule) first(t time.Time) time.Time {
	s := midnight(x.start)
	if t.Before(x.start) {
		t = x.start
	}
	back := func(n int) int { return n - n%x.interval }
	switch x.freq {
	case daily:
		n := daysBetween(s, t)
		return s.AddDate(0, 0, back(n))
	case weekly:
		s = s.AddDate(0, 0, -int((s.Weekday()-x.wkst+7)%7))
		n := daysBetween(s, t) / 7
		return s.AddDate(0, 0, 7*back(n))
	case monthly:
		n := (t.Year()-s.Year())*12 + int(t.Month()) - int(s.Month())
		return time.Date(s.Year(), s.Month()+time.Month(back(n)), 1, 0, 0, 0, 0, time.UTC)
	}
	return time.Date(s.Year()+back(t.Year()-s.Year()), 1, 1, 0, 0, 0, 0, time.UTC)
}

// daysBetween counts days; a time.Duration ends after 292 years, and some calendars begin in 1601.
func daysBetween(a, b time.Time) int { return int((midnight(b).Unix() - midnight(a).Unix()) / 86400) }

func (x *rule) next(p time.Time) time.Time {
	switch x.freq {
	case daily:
		return p.AddDate(0, 0, x.interval)
	case weekly:
		return p.AddDate(0, 0, 7*x.interval)
	case monthly:
		return p.AddDate(0, x.interval, 0)
	}
	return p.AddDate(x.interval, 0, 0)
}

// daysOf collects the days of a period. Where no position is asked for, those outside the window are left out.
func (x *rule) daysOf(p, from, to time.Time, out []time.Time, b *budget) []time.Time {
	end := p.AddDate(0, 0, 1)
	switch x.freq {
	case weekly:
		end = p.AddDate(0, 0, 7)
	case monthly:
		end = p.AddDate(0, 1, 0)
	case yearly:
		end = p.AddDate(1, 0, 0)
	}
	if len(x.pos) == 0 {
		if f := midnight(from); p.Before(f) {
			p = f
		}
		if to.Before(end) {
			end = to
		}
	}
	for d := p; d.Before(end); {
		if x.month != 0 && x.month>>uint(d.Month())&1 == 0 {
			d = time.Date(d.Year(), d.Month()+1, 1, 0, 0, 0, 0, time.UTC)
			continue
		}
		if x.match(d) {
			out = append(out, d)
		}
		d = d.Add(day)
	}
	return out
}

// walkTimes is walk for rules that repeat within a day. Whole days, hours and minutes that do not match are jumped over.
func (x *rule) walkTimes(from, to time.Time, b *budget, emit func(time.Time) bool) {
	unit := map[int]time.Duration{hourly: time.Hour, minutely: time.Minute, secondly: time.Second}[x.freq]
	base := x.start.Truncate(unit)
	step := unit * time.Duration(x.interval)
	secs := int64(step / time.Second)
	at := func(t time.Time) time.Time { // the first period at or after t
		if !t.After(base) {
			return base
		}
		n := (t.Unix() - base.Unix() + secs - 1) / secs
		return time.Unix(base.Unix()+n*secs, 0).UTC()
	}
	t := at(from.Truncate(unit))
	if t.After(base) && t.After(from) {
		t = t.Add(-step) // its set may reach behind from
	}
	times := len(x.minutes) * len(x.seconds)
	dayKnown, dayOK := time.Time{}, false
	for t.Before(to) {
		if !b.step() || t.Year() > 9999 {
			return
		}
		if d := midnight(t); !d.Equal(dayKnown) {
			dayKnown, dayOK = d, x.match(d)
		}
		switch {
		case !dayOK:
			t = at(dayKnown.Add(day))
			continue
		case x.hourSet != 0 && x.hourSet>>uint(t.Hour())&1 == 0:
			t = at(t.Truncate(time.Hour).Add(time.Hour))
			continue
		case x.freq < hourly && x.minSet != 0 && x.minSet>>uint(t.Minute())&1 == 0:
			t = at(t.Truncate(time.Minute).Add(time.Minute))
			continue
		case x.freq == secondly && x.secSet != 0 && x.secSet>>uint(t.Second())&1 == 0:
			t = t.Add(step)
			continue
		}
		if len(x.pos) == 0 {
			for i := range times {
				if !emit(x.timeOf(t, i)) {
					return
				}
			}
		} else {
			for _, i := range positions(x.pos, times) {
				if !emit(x.timeOf(t, i)) {
					return
				}
			}
		}
		t = t.Add(step)
	}
}

// fits reports whether the rule has t.
func (x *rule) fits(t time.Time) bool {
	y := *x
	y.count = 0
	found := false
	y.walk(t, t.Add(time.Second), &budget{steps: 1000, results: 2}, func(u time.Time) bool {
		found = u.Equal(t)
		return false
	})
	return found
}
