package agenda

import (
	"context"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/views/kit"
	"github.com/postrider/postrider/views/viewtest"
)

// desk is the calendar over the scripted client; what comes from behind is taken in only by until.
type desk struct {
	*viewtest.Desk
	c    *viewtest.Client
	p    *Page
	text string
	undo func()
	// toasts that offered to undo, so far
	toasts int
}

func openPage(t *testing.T, mode kit.Mode) *desk {
	t.Helper()
	d := &desk{Desk: viewtest.NewDesk(t, mode), c: viewtest.New(viewtest.Options{})}
	t.Cleanup(d.c.CloseShelves)
	d.p = New(d.Win, d.c, Hooks{Do: d.Do, Now: d.c.Now, WeekStart: time.Monday, Failed: func(err error) { t.Error(err) },
		Toast: func(_, text string) { d.text = text }, ToastUndo: func(_, text string, undo func()) { d.text, d.undo, d.toasts = text, undo, d.toasts+1 }})
	t.Cleanup(d.p.Close)
	d.Show(d.p, 1360, 820)
	d.Until("the calendars", func() bool { return d.p.ready })
	d.p.setView(viewTasks)
	d.Until("the tasks", func() bool { return len(d.p.tasks.rows) == 3 })
	return d
}

// shown are the open tasks of the list, in order.
func (d *desk) shown() string {
	var out []string
	for _, r := range d.p.tasks.rows {
		out = append(out, r.t.Summary)
	}
	return strings.Join(out, ", ")
}

func (d *desk) row(name string) taskRow {
	d.T.Helper()
	for _, r := range d.p.tasks.rows {
		if r.t.Summary == name {
			return r
		}
	}
	d.T.Fatalf("%q is not in the list: %s", name, d.shown())
	return taskRow{}
}

// does acts and waits for what follows, and for the toast that offers to take it back: that one may come later.
func (d *desk) does(what string, act func(), ok func() bool) {
	d.T.Helper()
	n := d.toasts
	act()
	d.Until(what, func() bool { return d.toasts > n && ok() })
}

func (d *desk) press(x float32, r taskRow) {
	d.p.tasks.Tapped(&fyne.PointEvent{Position: fyne.NewPos(x, r.y+20)})
}

func TestGroups(t *testing.T) {
	now := day(11, 10, 0)
	at := func(d, h int) pim.When { return pim.At(day(d, h, 0)) }
	ts := []pim.Task{
		{Summary: "yesterday", Due: pim.Day(2026, 3, 10)}, {Summary: "this morning", Due: at(11, 9)}, {Summary: "today", Due: pim.Day(2026, 3, 11)}, {Summary: "at noon", Due: at(11, 12)},
		{Summary: "tomorrow", Due: pim.Day(2026, 3, 12)}, {Summary: "once", Priority: 9}, {Summary: "soon", Priority: 1}, {Summary: "done", Due: pim.Day(2026, 3, 1), Done: true}, {Summary: "off", Status: "cancelled"},
	}
	var got []string
	for _, g := range grouped(ts, now) {
		var names []string
		for _, t := range g.tasks {
			names = append(names, t.Summary)
		}
		got = append(got, g.name+": "+strings.Join(names, " "))
	}
	if s := strings.Join(got, "; "); s != "Overdue: yesterday this morning; Today: today at noon; Later: tomorrow; No date: soon once; Done: done off" {
		t.Error(s)
	}
}

// TestTasksInTheWindow adds, ticks off, opens again, edits and deletes, each taken back.
func TestTasksInTheWindow(t *testing.T) {
	d := openPage(t, "light")
	if s := d.shown(); s != "Send the drawings to Léa, Book the ferry, Water the plants" {
		t.Errorf("the list is %s", s)
	}
	done := func(n int) func() bool { return func() bool { return d.p.tasks.Groups()[groupDone] == n } }
	d.does("the new one", func() {
		d.p.quick.SetText("Call Jonas today 9:00")
		d.p.quick.OnSubmit()
	}, func() bool { return d.p.tasks.Groups()[groupLater]+d.p.tasks.Groups()[groupLate] == 3 })
	if d.p.quick.Text() != "" || d.text != "“Call Jonas” added" {
		t.Errorf("the line has %q, the toast says %q", d.p.quick.Text(), d.text)
	}
	tick := func() { d.press(8, d.row("Book the ferry")) }
	d.does("that it is done", tick, done(1))
	if strings.Contains(d.shown(), "ferry") {
		t.Error("what is done is shown before it is asked for")
	}
	d.undo()
	d.Until("it again", done(0))
	d.does("that it is done", tick, done(1))
	last := d.p.tasks.groups[len(d.p.tasks.groups)-1]
	d.p.tasks.Tapped(&fyne.PointEvent{Position: fyne.NewPos(40, last.y+10)})
	d.does("that it is open again", tick, done(0))

	d.does("that it is gone", func() {
		d.p.tasks.chosen = d.row("Water the plants").t.ID
		d.p.tasks.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDelete})
	}, func() bool { return d.p.tasks.Groups()[groupNoDate] == 0 })
	d.undo()
	d.Until("it again", func() bool { return d.p.tasks.Groups()[groupNoDate] == 1 })
}

// TestATickMovesARepeatingTaskOn in the window.
func TestATickMovesARepeatingTaskOn(t *testing.T) {
	d := openPage(t, "light")
	d.p.quick.SetText("Stretch every day")
	d.p.quick.OnSubmit()
	d.Until("the new one", func() bool { return d.p.tasks.Groups()[groupToday] == 1 })
	r := d.row("Stretch")
	d.press(8, r)
	d.Until("that it moved on", func() bool { return d.p.tasks.Groups()[groupToday] == 0 })
	k, err := d.c.Task(context.Background(), r.t.ID)
	if err != nil || k.Done || !k.Due.Time.Equal(time.Date(2026, 3, 12, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("%v %+v", err, k)
	}
}

// TestDueOf reads what is written for a due date.
func TestDueOf(t *testing.T) {
	now := day(11, 10, 0)
	for _, x := range []struct {
		day, clock string
		want       pim.When
		bad        bool
	}{{"", "", pim.When{}, false}, {"12 Mar 2026", "", pim.Day(2026, 3, 12), false}, {"12 Mar 2026", "14:30", pim.At(day(12, 14, 30)), false}, {"nonsense", "", pim.When{}, true}, {"12 Mar 2026", "late", pim.When{}, true}, {"", "14:30", pim.When{}, true}} {
		got, bad := dueOf(x.day, x.clock, pim.When{}, now, time.UTC)
		if (bad != "") != x.bad || !got.Time.Equal(x.want.Time) || got.Date != x.want.Date {
			t.Errorf("%q %q is %v, %q", x.day, x.clock, got, bad)
		}
	}
}

func TestTaskPictures(t *testing.T) {
	for _, mode := range []kit.Mode{"light", "dark"} {
		d := openPage(t, mode)
		for _, s := range []string{"Call the harbour office today 9:00", "Pay the rent every month", "Order tern bollards tomorrow 14:00"} {
			d.p.quick.SetText(s)
			d.p.quick.OnSubmit()
		}
		d.Until("them", func() bool { return len(d.p.tasks.rows) == 6 })
		d.press(8, d.row("Book the ferry"))
		d.Until("that it is done", func() bool { return d.p.tasks.Groups()[groupDone] == 1 })
		d.p.tasks.open = true
		d.p.tasks.layout()
		picture(t, d.Win, "tasks-"+string(mode))
		d.p.editTask(d.row("Send the drawings to Léa").t)
		picture(t, d.Win, "task-edit-"+string(mode))
	}
}
