package plan

import (
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
