package plan

import (
	"math"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/pim"
)

var oslo = func() *time.Location {
	l, err := time.LoadLocation("Europe/Oslo")
	if err != nil {
		panic(err)
	}
	return l
}()

func at(day, hour, min int) time.Time { return time.Date(2026, 3, day, hour, min, 0, 0, oslo) }

func occ(name string, from, to time.Time) pim.Occurrence {
	return pim.Occurrence{Summary: name, Start: from, End: to}
}

func TestWeeks(t *testing.T) {
	if w := Week(at(11, 15, 0), time.Monday); !w.Equal(at(9, 0, 0)) {
		t.Errorf("the week of 11 March begins %v", w)
	}
	if w := Week(at(11, 15, 0), time.Sunday); !w.Equal(at(8, 0, 0)) {
		t.Errorf("from Sunday it begins %v", w)
	}
	if n := WeekNumber(at(9, 0, 0)); n != 11 {
		t.Errorf("it is week %d", n)
	}
	if n := WeekNumber(at(8, 0, 0)); n != 11 {
		t.Errorf("from Sunday it is week %d", n)
	}
	if m := Month(at(11, 0, 0), time.Monday); !m.Equal(time.Date(2026, 2, 23, 0, 0, 0, 0, oslo)) {
		t.Errorf("March is shown from %v", m)
	}
	// The night of 29 March has 23 hours in Oslo.
	if d := AddDays(at(28, 0, 0), 2); d.Day() != 30 || d.Hour() != 0 {
		t.Errorf("two days after the 28th it is %v", d)
	}
	if n := Days(at(28, 0, 0), at(30, 0, 0)); n != 2 {
		t.Errorf("%d days", n)
	}
}

func TestBars(t *testing.T) {
	days := func(name string, a, b int) pim.Occurrence {
		return pim.Occurrence{Summary: name, AllDay: true, Start: at(a, 0, 0), End: at(b, 0, 0)}
	}
	bars, lanes := Bars([]pim.Occurrence{days("later", 13, 14), days("long", 5, 12), days("one", 9, 10), days("out", 1, 9), days("end", 15, 20)}, at(9, 0, 0), 7)
	if lanes != 2 || len(bars) != 4 {
		t.Fatalf("%d bars in %d lanes: %+v", len(bars), lanes, bars)
	}
	want := map[string]Bar{"long": {From: 0, To: 3, Before: true}, "one": {From: 0, To: 1, Lane: 1}, "later": {From: 4, To: 5}, "end": {From: 6, To: 7, After: true}}
	for _, b := range bars {
		w := want[b.Occurrence.Summary]
		if b.From != w.From || b.To != w.To || b.Lane != w.Lane || b.Before != w.Before || b.After != w.After {
			t.Errorf("%s: %+v", b.Occurrence.Summary, b)
		}
	}
}

func TestSlots(t *testing.T) {
	s := Slots([]pim.Occurrence{
		occ("review", at(12, 14, 30), at(12, 16, 0)), occ("walk", at(12, 14, 0), at(12, 15, 30)), occ("after", at(12, 15, 30), at(12, 16, 0)),
		occ("night", at(11, 23, 0), at(12, 1, 0)), occ("moment", at(12, 9, 0), at(12, 9, 0)), occ("late", at(12, 23, 50), at(12, 23, 55)),
		occ("other", at(13, 9, 0), at(13, 10, 0)), occ("before", at(11, 9, 0), at(12, 0, 0)), {Summary: "day", AllDay: true, Start: at(12, 0, 0), End: at(13, 0, 0)},
	}, at(12, 0, 0))
	got := map[string]Slot{}
	for _, x := range s {
		got[x.Occurrence.Summary] = x
	}
	if len(s) != 6 {
		t.Fatalf("%d entries: %+v", len(s), s)
	}
	if w := got["walk"]; w.From != 14*60 || w.To != 15*60+30 || w.Left != 0 || w.Width != 1 {
		t.Errorf("walk: %+v", w)
	}
	if w := got["review"]; math.Abs(w.Left-Cascade) > 1e-9 || math.Abs(w.Left+w.Width-1) > 1e-9 {
		t.Errorf("what begins while another runs: %+v", w)
	}
	if w := got["after"]; w.Left != 0 {
		t.Errorf("what begins when the first has ended has its place: %+v", w)
	}
	if w := got["night"]; w.From != 0 || w.To != 60 || !w.Before {
		t.Errorf("the end of a night: %+v", w)
	}
	if w := got["moment"]; w.To-w.From != shortest {
		t.Errorf("a moment: %+v", w)
	}
	if w := got["late"]; w.To != 24*60 {
		t.Errorf("the last minutes: %+v", w)
	}
}

// TestSummerTime: an entry at nine is drawn at nine on the days around a change of the clock.
func TestSummerTime(t *testing.T) {
	for d := 28; d <= 30; d++ {
		s := Slots([]pim.Occurrence{occ("x", at(d, 9, 0), at(d, 10, 0))}, at(d, 0, 0))
		if len(s) != 1 || s[0].From != 540 || s[0].To != 600 {
			t.Errorf("on the %dth: %+v", d, s)
		}
		if m := At(at(d, 0, 0), 540); !m.Equal(at(d, 9, 0)) {
			t.Errorf("nine on the %dth is %v", d, m)
		}
	}
}
