// Package plan computes where the entries of a calendar go: days of a week or month, lanes of whole-day entries, cascades of entries that overlap. It draws nothing.
package plan

import (
	"sort"
	"time"

	"github.com/postrider/postrider/accounts/pim"
)

// Day is midnight of the day of t in its location. Where a zone skips midnight it is the first moment of the day.
func Day(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
}

// AddDays moves by days of the calendar, which are not always 24 hours.
func AddDays(t time.Time, n int) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day()+n, 0, 0, 0, 0, t.Location())
}

// Days counts the days of the calendar from a to b.
func Days(a, b time.Time) int {
	x := time.Date(a.Year(), a.Month(), a.Day(), 0, 0, 0, 0, time.UTC)
	y := time.Date(b.Year(), b.Month(), b.Day(), 0, 0, 0, 0, time.UTC)
	return int(y.Sub(x).Hours() / 24)
}

// Week is the first day of the week of t.
func Week(t time.Time, first time.Weekday) time.Time {
	return AddDays(t, -((int(t.Weekday()) - int(first) + 7) % 7))
}

// WeekNumber is that of the week that begins on a day: by ISO 8601 for weeks from Monday, else that of the week's Monday (the custom for weeks from Sunday too).
func WeekNumber(start time.Time) int {
	for start.Weekday() != time.Monday {
		start = AddDays(start, 1)
	}
	_, n := start.ISOWeek()
	return n
}

// Month is the six weeks that show a month: their first day.
func Month(t time.Time, first time.Weekday) time.Time {
	return Week(time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, t.Location()), first)
}

// Long reports whether an occurrence is drawn among the whole days: it is one, or lasts 24 hours and more.
func Long(o pim.Occurrence) bool { return o.AllDay || o.End.Sub(o.Start) >= 24*time.Hour }

// Bar is a whole-day entry: columns From to To (exclusive) in a lane.
type Bar struct {
	Occurrence pim.Occurrence
	From, To   int
	Lane       int
	// Before, After: it goes on outside of the columns.
	Before, After bool
}

// Bars lays whole-day entries out on n days from start, and returns how many lanes they need.
func Bars(os []pim.Occurrence, start time.Time, n int) ([]Bar, int) {
	var out []Bar
	for _, o := range os {
		from := Days(start, o.Start)
		last := o.End
		if last.After(o.Start) {
			last = last.Add(-time.Nanosecond)
		}
		to := Days(start, last) + 1
		if to <= 0 || from >= n {
			continue
		}
		out = append(out, Bar{Occurrence: o, From: max(0, from), To: min(n, to), Before: from < 0, After: to > n})
	}
	// The long ones first, so that lanes have few holes.
	sort.SliceStable(out, func(i, j int) bool {
		a, b := out[i], out[j]
		if a.From != b.From {
			return a.From < b.From
		}
		if a.To != b.To {
			return a.To > b.To
		}
		return a.Occurrence.Summary < b.Occurrence.Summary
	})
	var ends []int
	for i := range out {
		lane := -1
		for k, e := range ends {
			if e <= out[i].From {
				lane = k
				break
			}
		}
		if lane < 0 {
			lane = len(ends)
			ends = append(ends, 0)
		}
		ends[lane] = out[i].To
		out[i].Lane = lane
	}
	return out, len(ends)
}

// Slot is a timed entry in a day: From and To in minutes since midnight, Left and Width as fractions of the column.
type Slot struct {
	Occurrence  pim.Occurrence
	From, To    float64
	Left, Width float64
	// Clear is how many minutes from its beginning nothing covers it; 0 = nothing ever does.
	Clear         float64
	Before, After bool // it goes on in the day before or after
}

// shortest is how long an entry is at least, for what can be seen and grasped, in minutes.
const shortest = 20

// Cascade is where the second of two overlapping entries begins.
const Cascade = 0.42

// Slots lays the timed entries of one day out. Entries that begin while others run are moved to the right, over them.
func Slots(os []pim.Occurrence, day time.Time) []Slot {
	end := AddDays(day, 1)
	var out []Slot
	for _, o := range os {
		if Long(o) || !o.Start.Before(end) || o.End.Before(day) || o.End.Equal(day) && o.Start.Before(day) {
			continue
		}
		s := Slot{Occurrence: o, From: minutes(o.Start, day), To: minutes(o.End, day), Before: o.Start.Before(day), After: o.End.After(end)}
		s.From, s.To = max(0, s.From), min(24*60, s.To)
		if s.To-s.From < shortest {
			s.To = s.From + shortest
			if s.To > 24*60 {
				s.From, s.To = 24*60-shortest, 24*60
			}
		}
		out = append(out, s)
	}
	sort.SliceStable(out, func(i, j int) bool {
		if out[i].From != out[j].From {
			return out[i].From < out[j].From
		}
		if out[i].To != out[j].To {
			return out[i].To > out[j].To
		}
		return out[i].Occurrence.Summary < out[j].Occurrence.Summary
	})
	depth := make([]int, len(out))
	for i := range out {
		used := map[int]bool{}
		for k := range i {
			if out[k].To > out[i].From {
				used[depth[k]] = true
			}
		}
		for used[depth[i]] {
			depth[i]++
		}
		rest := 1.0
		for range min(depth[i], 4) {
			rest *= 1 - Cascade
		}
		out[i].Left, out[i].Width = 1-rest, rest
		for k := range i {
			if depth[k] < depth[i] && out[k].To > out[i].From && out[k].Clear == 0 {
				out[k].Clear = max(1, out[i].From-out[k].From)
			}
		}
	}
	return out
}

// minutes is the wall clock of t on a day: the clock of a day with a change of summer time has 24 hours too.
func minutes(t, day time.Time) float64 {
	n := Days(day, t)
	return float64(n*24*60+t.Hour()*60+t.Minute()) + float64(t.Second())/60
}

// At is the moment at minutes since midnight of a day, by its wall clock.
func At(day time.Time, min int) time.Time {
	return time.Date(day.Year(), day.Month(), day.Day(), 0, min, 0, 0, day.Location())
}

// Snap rounds minutes to a step.
func Snap(min float64, step int) int {
	return int(min/float64(step)+0.5) * step
}
