package icalendar

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/postrider/postrider/accounts/pim"
)

var dayCodes = []string{"SU", "MO", "TU", "WE", "TH", "FR", "SA"}

var errRule = errors.New("not a recurrence rule")

// ParseRule reads a RECUR value (RFC 5545 section 3.3.10). Values out of range are left out; a rule without a known FREQ is an error.
func ParseRule(s string) (pim.Rule, error) {
	var r pim.Rule
	if len(s) > 64<<10 {
		return r, errRule
	}
	for part := range strings.SplitSeq(strings.TrimSpace(s), ";") {
		k, v, _ := strings.Cut(part, "=")
		v = strings.TrimSpace(v)
		switch strings.ToUpper(strings.TrimSpace(k)) {
		case "FREQ":
			r.Freq = strings.ToUpper(v)
		case "INTERVAL":
			n, err := strconv.Atoi(v)
			if err != nil || n < 1 {
				n = 1
			}
			r.Interval = min(n, 1_000_000)
		case "COUNT":
			n, err := strconv.Atoi(v)
			if err != nil || n < 1 {
				n = 1
			}
			r.Count = n
		case "UNTIL":
			if t, date, utc, ok := clock(v); ok {
				r.Until = pim.When{Time: t, Date: date, Floating: !date && !utc}
			}
		case "BYSECOND":
			r.BySecond = numbers(v, 0, 60, false)
		case "BYMINUTE":
			r.ByMinute = numbers(v, 0, 59, false)
		case "BYHOUR":
			r.ByHour = numbers(v, 0, 23, false)
		case "BYMONTHDAY":
			r.ByMonthDay = numbers(v, 1, 31, true)
		case "BYYEARDAY":
			r.ByYearDay = numbers(v, 1, 366, true)
		case "BYWEEKNO":
			r.ByWeekNo = numbers(v, 1, 53, true)
		case "BYMONTH":
			r.ByMonth = numbers(v, 1, 12, false)
		case "BYSETPOS":
			r.BySetPos = numbers(v, 1, 100_000_000, true)
		case "BYDAY":
			for d := range strings.SplitSeq(v, ",") {
				d = strings.ToUpper(strings.TrimSpace(d))
				if len(d) < 2 || len(r.ByDay) >= 400 {
					continue
				}
				w := slices.Index(dayCodes, d[len(d)-2:])
				n := 0
				if d[:len(d)-2] != "" {
					var err error
					if n, err = strconv.Atoi(strings.TrimPrefix(d[:len(d)-2], "+")); err != nil || n < -53 || n > 53 {
						continue
					}
				}
				if w >= 0 {
					r.ByDay = append(r.ByDay, pim.WeekdayNum{N: n, Day: time.Weekday(w)})
				}
			}
		case "WKST":
			if slices.Contains(dayCodes, strings.ToUpper(v)) {
				r.WeekStart = strings.ToUpper(v)
			}
		case "":
		default:
			r.Extra = append(r.Extra, part)
		}
	}
	if rank(r.Freq) == 0 {
		return r, errRule
	}
	return r, nil
}

// numbers reads a list, ascending and each once. With neg also -max to -min are taken.
func numbers(s string, min, max int, neg bool) []int {
	var out []int
	for v := range strings.SplitSeq(s, ",") {
		n, err := strconv.Atoi(strings.TrimPrefix(strings.TrimSpace(v), "+"))
		if err != nil || !(n >= min && n <= max || neg && n <= -min && n >= -max) || len(out) >= 1000 {
			continue
		}
		out = append(out, n)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

const (
	secondly = iota + 1
	minutely
	hourly
	daily
	weekly
	monthly
	yearly
)

func rank(f string) int {
	return max(0, slices.Index([]string{"", "SECONDLY", "MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"}, f))
}

// RuleText writes a RECUR value.
func RuleText(r pim.Rule) string {
	out := []string{"FREQ=" + r.Freq}
	add := func(k string, ns []int) {
		if len(ns) == 0 {
			return
		}
		s := make([]string, len(ns))
		for i, n := range ns {
			s[i] = strconv.Itoa(n)
		}
		out = append(out, k+"="+strings.Join(s, ","))
	}
	if !r.Until.IsZero() {
		u := r.Until
		u.Zone = ""
		out = append(out, "UNTIL="+text(u))
	}
	if r.Count > 0 {
		out = append(out, "COUNT="+strconv.Itoa(r.Count))
	}
	if r.Interval > 1 {
		out = append(out, "INTERVAL="+strconv.Itoa(r.Interval))
	}
	add("BYSECOND", r.BySecond)
	add("BYMINUTE", r.ByMinute)
	add("BYHOUR", r.ByHour)
	if len(r.ByDay) > 0 {
		s := make([]string, len(r.ByDay))
		for i, d := range r.ByDay {
			if d.N != 0 {
				s[i] = strconv.Itoa(d.N)
			}
			s[i] += dayCodes[d.Day%7]
		}
		out = append(out, "BYDAY="+strings.Join(s, ","))
	}
	add("BYMONTHDAY", r.ByMonthDay)
	add("BYYEARDAY", r.ByYearDay)
	add("BYWEEKNO", r.ByWeekNo)
	add("BYMONTH", r.ByMonth)
	add("BYSETPOS", r.BySetPos)
	if r.WeekStart != "" && r.WeekStart != "MO" {
		out = append(out, "WKST="+r.WeekStart)
	}
	return strings.Join(append(out, r.Extra...), ";")
}
