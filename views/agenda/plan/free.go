package plan

import (
	"time"

	"github.com/postrider/postrider/accounts/pim"
)

// Free is the first time from a moment on at which nothing of busy is for as long as it takes, on a working day between two hours, at a quarter of an hour; zero = there is none within days.
func Free(busy []pim.Busy, from time.Time, takes time.Duration, firstHour, lastHour, days int) time.Time {
	if takes <= 0 || takes > time.Duration(lastHour-firstHour)*time.Hour {
		return time.Time{}
	}
	const step = 15 * time.Minute
	for d := range days {
		day := AddDays(Day(from), d)
		if day.Weekday() == time.Saturday || day.Weekday() == time.Sunday {
			continue
		}
		last := At(day, lastHour*60)
	slot:
		for t := At(day, firstHour*60); !t.Add(takes).After(last); t = t.Add(step) {
			if t.Before(from) {
				continue
			}
			for _, b := range busy {
				if b.Kind != "tentative" && b.Start.Before(t.Add(takes)) && t.Before(b.End) {
					continue slot
				}
			}
			return t
		}
	}
	return time.Time{}
}
