package views

import (
	"testing"

	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/views/agenda"
	"github.com/postrider/postrider/views/notify"
	"github.com/postrider/postrider/views/viewtest"
)

// TestRemindersInTheWindow: one at a time until it is acted on; the toast of what was done is another.
func TestRemindersInTheWindow(t *testing.T) {
	b := start(t, viewtest.Options{})
	var done []string
	note := func(key string) notify.Note {
		return notify.Note{Key: key, Title: key, Body: "Today, 10:30", Actions: []notify.Action{{Name: "open", Label: "Open", Do: func() { done = append(done, "open "+key) }}, {Name: "dismiss", Label: "Dismiss", Do: func() { done = append(done, "dismiss "+key) }}}}
	}
	r := b.w.Reminders()
	for _, k := range []string{"One", "Two", "Three"} {
		if err := r.Show(note(k)); err != nil {
			t.Fatal(err)
		}
	}
	b.Until("the first one", func() bool { return len(b.w.rings.notes) == 3 })
	b.w.Toast("info", "Something else")
	if s := b.w.rings.toast.Text(); s != "One · Today, 10:30" {
		t.Errorf("it says %q", s)
	}
	if !b.w.rings.toast.Take("Dismiss") || b.w.rings.toast.Text() != "Two · Today, 10:30" {
		t.Errorf("the next one is %q", b.w.rings.toast.Text())
	}
	r.Clear("Two")
	b.Until("the third one", func() bool { return b.w.rings.toast.Text() == "Three · Today, 10:30" })
	if !b.w.rings.toast.Take("Open") || b.w.rings.toast.Text() != "" {
		t.Errorf("left %q", b.w.rings.toast.Text())
	}
	if len(done) != 2 || done[0] != "dismiss One" || done[1] != "open Three" {
		t.Errorf("done %v", done)
	}
}

func TestAReminderOpensTheCalendar(t *testing.T) {
	b := start(t, viewtest.Options{})
	b.w.ShowReminder(pim.Reminder{}, false)
	if _, ok := b.w.page.(*agenda.Page); !ok {
		t.Fatal("the calendar is not shown")
	}
}
