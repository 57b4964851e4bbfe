package agenda

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/views/agenda/plan"
	"github.com/postrider/postrider/views/kit"
)

// The reminders and priorities that the editor of tasks offers.
var (
	taskAlarms     = append([]string{"No reminder", "When it is due"}, alarmTexts[2:]...)
	priorities     = []string{"None", "High", "Medium", "Low"}
	priorityLevels = []int{0, 1, 5, 9} // RFC 5545 section 3.8.1.9
)

func priorityOf(n int) int {
	switch {
	case n == 0:
		return 0
	case n < 5:
		return 1
	case n == 5:
		return 2
	}
	return 3
}

// taskAlarmOf is the choice that the reminders of a task are, -1 when they are others.
func taskAlarmOf(t pim.Task) int {
	as := pim.Set(t.Alarms)
	for i := range as {
		if !as[i].FromEnd && !t.Start.IsZero() { // before its start, not before it is due
			return -1
		}
		as[i].FromEnd = false
	}
	return alarmOf(as)
}

// editTask shows the editor of a task; ID 0 = a new one.
func (p *Page) editTask(t pim.Task) {
	cals := p.taskCalendars()
	at := slices.IndexFunc(cals, func(c pim.Calendar) bool { return c.ID == t.Calendar })
	if t.ID != 0 && at < 0 {
		p.changeable(t)
		return
	}
	if len(cals) == 0 {
		p.h.Toast("calendar", "There is no calendar that takes tasks")
		return
	}
	loc := p.h.Now().Location()
	var d *kit.Dialog
	name := kit.NewField("What is to be done")
	name.Name = "Title"
	name.SetText(t.Summary)
	cal := calendarChoice(cals, t.Calendar)
	due := t.Due.In(loc)
	day, clock := kit.NewField("No date"), kit.NewField("Any time")
	day.Name, clock.Name = "Due day", "Due time"
	if !t.Due.IsZero() {
		day.SetText(due.Format("2 Jan 2006"))
		if !t.Due.Date {
			clock.SetText(due.Format("15:04"))
		}
	} else {
		due = plan.Day(p.h.Now())
	}
	wasDay, wasClock := day.Text(), clock.Text()
	options, rep := repeats, repeatOf(t.Rule, due)
	if rep < 0 {
		options = append(slices.Clone(repeats), ruleText(t.Rule, due))
		rep = len(options) - 1
	}
	wasRep := rep
	repeat := kit.NewChoice(options, rep, nil)
	repeat.Name = "Repeats"
	alarm := alarmChoice(taskAlarms, taskAlarmOf(t), t.Alarms)
	wasAlarm := alarm.Selected
	prio := kit.NewChoice(priorities, priorityOf(t.Priority), nil)
	prio.Name = "Priority"
	notes := kit.NewField("")
	notes.Name = "Notes"
	notes.SetText(strings.ReplaceAll(t.Description, "\n", " "))
	noted := notes.Text()
	problem := kit.NewLabel("", kit.Small12, kit.Err)
	save := func() {
		n := t
		n.Summary = strings.TrimSpace(name.Text())
		if n.Summary == "" {
			problem.SetText("Say what is to be done.")
			return
		}
		if day.Text() != wasDay || clock.Text() != wasClock {
			var bad string
			if n.Due, bad = dueOf(day.Text(), clock.Text(), t.Due, due, loc); bad != "" {
				problem.SetText(bad)
				return
			}
		}
		if repeat.Selected != wasRep && repeat.Selected < len(repeats) {
			n.Rule = ruleOf(repeat.Selected)
		}
		if alarm.Selected != wasAlarm && alarm.Selected < len(taskAlarms) {
			n.Alarms = nil
			if alarm.Selected > 0 {
				n.Alarms = []pim.Alarm{{Before: alarmTimes[alarm.Selected], FromEnd: true, Action: "display"}}
			}
		}
		if n.Due.IsZero() && (n.Start.IsZero() && n.Rule != nil || len(pim.Set(n.Alarms)) > 0) {
			problem.SetText("What repeats or reminds needs a day.")
			return
		}
		if !n.Start.IsZero() && !n.Due.IsZero() && n.Due.In(loc).Before(n.Start.In(loc)) {
			n.Start = pim.When{} // it was moved to before its start
		}
		if prio.Selected != priorityOf(t.Priority) {
			n.Priority = priorityLevels[max(0, prio.Selected)]
		}
		if notes.Text() != noted {
			n.Description = notes.Text()
		}
		n.Calendar = cals[max(0, cal.Selected)].ID
		d.Close()
		p.changeTask("check", "“"+n.Summary+"” saved", func(ctx context.Context) (app.Undo, error) {
			_, u, err := p.c.SaveTask(ctx, n)
			if err != nil {
				p.h.Do(func() { p.editTask(n) })
			}
			return u, err
		})
	}
	name.OnSubmit = save
	head := "New task"
	buttons := kit.Row(8)
	if t.ID != 0 {
		head = "Edit task"
		buttons.Add(kit.NewButton("Delete", "trash-2", kit.Plain, func() { d.Close(); p.deleteTask(t) }))
	}
	buttons.Add(kit.Spring(nil))
	buttons.Add(kit.NewButton("Cancel", "", kit.Plain, func() { d.Close() }))
	buttons.Add(kit.NewButton("Save", "", kit.Primary, save))
	d = kit.NewDialog(p.win.Canvas(), kit.WideDialog, kit.Col(0,
		kit.NewLabel(head, kit.Title16, kit.Text), kit.Gap(0, 14), name, kit.Gap(0, 12),
		halves(labelled("Due", dayAndClock(day, clock, nil)), labelled("Reminder", alarm)), kit.Gap(0, 12), halves(labelled("Repeats", repeat), labelled("Priority", prio)), kit.Gap(0, 12),
		halves(labelled("Notes", notes), labelled("Calendar", cal)), kit.Gap(0, 8), kit.Sized(0, 18, problem), kit.Gap(0, 8), buttons))
	d.Open()
	p.win.Canvas().Focus(name)
}

// dueOf reads a due date: a day, or a day and a time in the zone that it had; "" = none. bad says what is wrong.
func dueOf(day, clock string, old pim.When, near time.Time, loc *time.Location) (due pim.When, bad string) {
	day, clock = strings.TrimSpace(day), strings.TrimSpace(clock)
	if day == "" && clock == "" {
		return pim.When{}, ""
	}
	a, ok := plan.ParseDay(day, near)
	if !ok {
		return pim.When{}, "Write the day as 11 Mar 2026."
	}
	if clock == "" {
		return pim.Day(a.Year(), a.Month(), a.Day()), ""
	}
	h, m, ok := plan.ParseClock(clock)
	if !ok {
		return pim.When{}, "Write the time as 14:30."
	}
	return moveTo(old, old.In(loc), plan.At(a, h*60+m)), ""
}
