package app

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/app/store"
)

// TestSnoozedAndDismissedIsWrittenToTheEvent: what another program of the person reads from the server, and what is still known after a restart.
func TestSnoozedAndDismissedIsWrittenToTheEvent(t *testing.T) {
	dir, ctx := t.TempDir(), context.Background()
	now := time.Date(2026, 3, 9, 8, 0, 0, 0, time.UTC)
	var st *store.Store
	start := func() *Shelves {
		t.Helper()
		if st != nil {
			st.Close()
		}
		var err error
		if st, err = store.Open(dir, store.Options{}); err != nil {
			t.Fatal(err)
		}
		s := NewShelves(func() (*store.Store, error) { return st, nil })
		s.SetNow(func() time.Time { return now })
		return s
	}
	defer func() { st.Close() }()
	s := start()
	at := now.Add(10 * time.Minute)
	id, _, err := s.SaveEvent(ctx, pim.Event{Summary: "Call", Start: pim.At(at), End: pim.At(at.Add(time.Hour)), Alarms: []pim.Alarm{{Before: 15 * time.Minute}}}, pim.AllEvents)
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
	if raw := string(must[pim.Event](t)(s.Event(ctx, id, "")).Raw); !strings.Contains(raw, "RELATED-TO;RELTYPE=SNOOZE:") || !strings.Contains(raw, "ACKNOWLEDGED:20260309T080000Z") || !strings.Contains(raw, "TRIGGER;VALUE=DATE-TIME:20260309T081000Z") {
		t.Errorf("written:\n%s", raw)
	}
	s = start()
	if rs := must[[]pim.Reminder](t)(s.Reminders(ctx, now)); len(rs) != 0 {
		t.Errorf("a snoozed one after a restart: %+v", rs)
	}
	now = now.Add(10 * time.Minute)
	if rs = must[[]pim.Reminder](t)(s.Reminders(ctx, now)); len(rs) != 1 || rs[0].Event != id || !rs[0].Due.Equal(now) {
		t.Fatalf("when it is due again: %+v", rs)
	}
	if err := s.Snooze(ctx, rs[0], time.Time{}); err != nil {
		t.Fatal(err)
	}
	s = start()
	if rs := must[[]pim.Reminder](t)(s.Reminders(ctx, now.Add(24*time.Hour))); len(rs) != 0 {
		t.Errorf("a dismissed one after a restart: %+v", rs)
	}
	if raw := string(must[pim.Event](t)(s.Event(ctx, id, "")).Raw); strings.Contains(raw, "SNOOZE") || !strings.Contains(raw, "ACKNOWLEDGED:20260309T081000Z") {
		t.Errorf("written:\n%s", raw)
	}
}

// TestASnoozeOfASeriesRingsOnce, and the reminders of the other occurrences stay.
func TestASnoozeOfASeriesRingsOnce(t *testing.T) {
	s, ctx := shelves(t), context.Background()
	now := s.now()
	at := now.Add(5 * time.Minute)
	if _, _, err := s.SaveEvent(ctx, pim.Event{Summary: "Row", Start: pim.At(at), End: pim.At(at.Add(time.Hour)), Rule: &pim.Rule{Freq: "DAILY"}, Alarms: []pim.Alarm{{Before: 5 * time.Minute}}}, pim.AllEvents); err != nil {
		t.Fatal(err)
	}
	rs := must[[]pim.Reminder](t)(s.Reminders(ctx, now))
	if len(rs) != 1 {
		t.Fatalf("%+v", rs)
	}
	if err := s.Snooze(ctx, rs[0], now.Add(10*time.Minute)); err != nil {
		t.Fatal(err)
	}
	rs = must[[]pim.Reminder](t)(s.Reminders(ctx, now.Add(49*time.Hour)))
	if len(rs) != 3 || !rs[0].Due.Equal(now.Add(10*time.Minute)) || !rs[0].Start.Equal(at) || !rs[1].Due.Equal(now.AddDate(0, 0, 1)) || !rs[2].Due.Equal(now.AddDate(0, 0, 2)) {
		t.Errorf("%+v", rs)
	}
}

func TestADoneTaskDoesNotRemind(t *testing.T) {
	s, ctx := shelves(t), context.Background()
	now := s.now()
	id, _, err := s.SaveTask(ctx, pim.Task{Summary: "Oil the oars", Due: pim.At(now.Add(time.Minute)), Alarms: []pim.Alarm{{Before: 5 * time.Minute}}})
	if err != nil {
		t.Fatal(err)
	}
	rs := must[[]pim.Reminder](t)(s.Reminders(ctx, now))
	if len(rs) != 1 || !rs[0].Task || rs[0].Event != id {
		t.Fatalf("%+v", rs)
	}
	k := must[pim.Task](t)(s.Task(ctx, id))
	k.Done = true
	if _, _, err := s.SaveTask(ctx, k); err != nil {
		t.Fatal(err)
	}
	if rs := must[[]pim.Reminder](t)(s.Reminders(ctx, now)); len(rs) != 0 {
		t.Errorf("%+v", rs)
	}
}
