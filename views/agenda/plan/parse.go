package plan

import (
	"strconv"
	"strings"
	"time"
)

var dateForms = []string{"2 January 2006", "2 Jan 2006", "2006-01-02", "2.1.2006", "2/1/2006", "2 January", "2 Jan", "Monday 2 January 2006", "Mon 2 January 2006", "Mon 2 Jan 2006", "2.1."}

// ParseDay reads a day as people write it; without a year it is that of near.
func ParseDay(s string, near time.Time) (time.Time, bool) {
	s = strings.Join(strings.Fields(strings.ReplaceAll(s, ",", " ")), " ")
	switch strings.ToLower(s) {
	case "today":
		return Day(near), true
	case "tomorrow":
		return AddDays(near, 1), true
	}
	for _, f := range dateForms {
		t, err := time.ParseInLocation(f, s, near.Location())
		if err != nil {
			continue
		}
		if t.Year() == 0 {
			t = time.Date(near.Year(), t.Month(), t.Day(), 0, 0, 0, 0, near.Location())
		}
		if t.Year() > 1800 && t.Year() < 3000 {
			return t, true
		}
	}
	return time.Time{}, false
}

// ParseClock reads a time of day: 14:30, 1430, 2pm, 9.
func ParseClock(s string) (hour, min int, ok bool) {
	s = strings.ToLower(strings.ReplaceAll(strings.TrimSpace(s), " ", ""))
	pm, am := strings.HasSuffix(s, "pm"), strings.HasSuffix(s, "am")
	s = strings.TrimSuffix(strings.TrimSuffix(s, "pm"), "am")
	h, m, found := strings.Cut(strings.ReplaceAll(s, ".", ":"), ":")
	if !found && len(s) > 2 {
		h, m = s[:len(s)-2], s[len(s)-2:]
	}
	if m == "" {
		m = "0"
	}
	hour, err1 := strconv.Atoi(h)
	min, err2 := strconv.Atoi(m)
	if err1 != nil || err2 != nil {
		return 0, 0, false
	}
	if (pm || am) && hour > 12 {
		return 0, 0, false
	}
	if pm && hour < 12 {
		hour += 12
	}
	if am && hour == 12 {
		hour = 0
	}
	return hour, min, hour >= 0 && hour < 24 && min >= 0 && min < 60
}
