package pim

import "time"

// Rule is how an event repeats (RFC 5545 section 3.3.10). Its text form is read and written by package icalendar.
type Rule struct {
	Freq       string // "SECONDLY" … "YEARLY"
	Interval   int    // 0 = 1
	Count      int    // 0 = without end, or until Until
	Until      When
	BySecond   []int
	ByMinute   []int
	ByHour     []int
	ByDay      []WeekdayNum
	ByMonthDay []int
	ByYearDay  []int
	ByWeekNo   []int
	ByMonth    []int
	BySetPos   []int
	WeekStart  string // "MO" … "SU"; "" = Monday
	// Extra holds parts that are not known here (RSCALE, SKIP), as written.
	Extra []string
}

// WeekdayNum is a weekday, with N the Nth one of the month or year, negative from its end, 0 every one.
type WeekdayNum struct {
	N   int
	Day time.Weekday
}
