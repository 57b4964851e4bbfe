package app

import (
	"context"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/pim"
)

// TestATaskThatRepeatsMovesOn: to the next date that is not before today, and it is done at its last one. The clock of shelves stands at Monday 9 March 2026, 8:00.
func TestATaskThatRepeatsMovesOn(t *testing.T) {
	at := func(d, h int) pim.When {
		oslo, _ := time.LoadLocation("Europe/Oslo")
		return pim.At(time.Date(2026, 3, d, h, 0, 0, 0, oslo))
	}
	day := func(d int) pim.When { return pim.Day(2026, 3, d) }
	for _, x := range []struct {
		name  string
		t     pim.Task
		due   pim.When
		start pim.When
		count int
		done  bool
	}{
		{name: "daily, of today", t: pim.Task{Due: day(9), Rule: &pim.Rule{Freq: "DAILY"}}, due: day(10)},
		{name: "daily, long overdue", t: pim.Task{Due: day(2), Rule: &pim.Rule{Freq: "DAILY"}}, due: day(9)},
		{name: "weekly, with a start", t: pim.Task{Start: at(6, 9), Due: at(7, 18), Rule: &pim.Rule{Freq: "WEEKLY"}}, start: at(13, 9), due: at(14, 18)},
		{name: "over the change of the clocks", t: pim.Task{Due: at(28, 9), Rule: &pim.Rule{Freq: "DAILY"}}, due: at(29, 9)},
		{name: "every second day, three left", t: pim.Task{Due: day(9), Rule: &pim.Rule{Freq: "DAILY", Interval: 2, Count: 3}}, due: day(11), count: 2},
		{name: "overdue ones count too", t: pim.Task{Due: day(5), Rule: &pim.Rule{Freq: "DAILY", Interval: 2, Count: 4}}, due: day(9), count: 2},
		{name: "the last one", t: pim.Task{Due: day(9), Rule: &pim.Rule{Freq: "DAILY", Count: 1}}, due: day(9), count: 1, done: true},
		{name: "once", t: pim.Task{Due: day(9)}, due: day(9), done: true},
		{name: "without a date", t: pim.Task{}, done: true},
		{name: "29 February", t: pim.Task{Due: pim.Day(2024, 2, 29), Rule: &pim.Rule{Freq: "YEARLY"}}, due: pim.Day(2028, 2, 29)},
	} {
		t.Run(x.name, func(t *testing.T) {
			s, ctx := shelves(t), context.Background()
			x.t.Summary = "Water the plants"
			id, _, err := s.SaveTask(ctx, x.t)
			if err != nil {
				t.Fatal(err)
			}
			before := must[pim.Task](t)(s.Task(ctx, id))
			undo, err := s.CompleteTask(ctx, id, true)
			if err != nil {
				t.Fatal(err)
			}
			k := must[pim.Task](t)(s.Task(ctx, id))
			count := 0
			if k.Rule != nil {
				count = k.Rule.Count
			}
			if !k.Due.Time.Equal(x.due.Time) || k.Due.Date != x.due.Date || !k.Start.Time.Equal(x.start.Time) || count != x.count || k.Done != x.done || k.Completed.IsZero() == x.done {
				t.Errorf("due %v, start %v, %d left, done %v", k.Due, k.Start, count, k.Done)
			}
			if err := s.TakeBack(ctx, undo); err != nil {
				t.Fatal(err)
			}
			if k := must[pim.Task](t)(s.Task(ctx, id)); string(k.Raw) != string(before.Raw) {
				t.Errorf("taken back:\n%s\nwas\n%s", k.Raw, before.Raw)
			}
		})
	}
}

func TestAnOpenTaskAgain(t *testing.T) {
	s, ctx := shelves(t), context.Background()
	id, _, err := s.SaveTask(ctx, pim.Task{Summary: "Oil the oars"})
	if err != nil {
		t.Fatal(err)
	}
	for _, done := range []bool{true, false} {
		if _, err := s.CompleteTask(ctx, id, done); err != nil {
			t.Fatal(err)
		}
		if k := must[pim.Task](t)(s.Task(ctx, id)); k.Done != done || k.Completed.IsZero() == done || (k.Percent == 100) != done {
			t.Errorf("%+v", k)
		}
	}
}

// TestTheNextOneRemindsAgain: that the reminder of the date before was dismissed says nothing of the next one.
func TestTheNextOneRemindsAgain(t *testing.T) {
	s, ctx := shelves(t), context.Background()
	now := s.now()
	id, _, err := s.SaveTask(ctx, pim.Task{Summary: "Feed the cat", Due: pim.At(now), Rule: &pim.Rule{Freq: "DAILY"}, Alarms: []pim.Alarm{{FromEnd: true}}})
	if err != nil {
		t.Fatal(err)
	}
	rs := must[[]pim.Reminder](t)(s.Reminders(ctx, now))
	if len(rs) != 1 {
		t.Fatalf("%+v", rs)
	}
	if err := s.Snooze(ctx, rs[0], now.Add(10*time.Minute)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.CompleteTask(ctx, id, true); err != nil {
		t.Fatal(err)
	}
	rs = must[[]pim.Reminder](t)(s.Reminders(ctx, now.Add(48*time.Hour)))
	if len(rs) != 1 || !rs[0].Due.Equal(now.AddDate(0, 0, 1)) {
		t.Errorf("%+v", rs)
	}
}

func TestQuickTask(t *testing.T) {
	s := shelves(t)
	now := s.now()
	for text, want := range map[string]pim.Task{
		"Call Jonas":                 {Summary: "Call Jonas"},
		"Call Jonas tomorrow":        {Summary: "Call Jonas", Due: pim.Day(2026, 3, 10)},
		"Call Jonas tomorrow 10:00":  {Summary: "Call Jonas", Due: pim.At(time.Date(2026, 3, 10, 10, 0, 0, 0, now.Location()))},
		"Call Jonas 7:30":            {Summary: "Call Jonas", Due: pim.At(time.Date(2026, 3, 10, 7, 30, 0, 0, now.Location()))},
		"Meet Ada in the harbour":    {Summary: "Meet Ada in the harbour"},
		"Water the plants every day": {Summary: "Water the plants", Due: pim.Day(2026, 3, 9)},
		"tomorrow":                   {Summary: "tomorrow"},
	} {
		if k := s.QuickTask(text, now); k.Summary != want.Summary || !k.Due.Time.Equal(want.Due.Time) || k.Due.Date != want.Due.Date {
			t.Errorf("%q is %q, due %v", text, k.Summary, k.Due)
		}
	}
}
