package cmail

import (
	"time"

	"github.com/postrider/postrider/accounts/msox/prop"
	"github.com/postrider/postrider/accounts/pim"
)

// FromTask makes a task of a VTODO ([MS-OXOTASK]).
func FromTask(t pim.Task) *prop.Message {
	k := newMaker("IPM.Task")
	k.common(t.Summary, t.Description, t.Categories, false, t.Priority, time.Time{}, t.Modified)
	day := func(p prop.Property, w pim.When) {
		if !w.IsZero() {
			at := w.Time
			k.set(p, time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, time.UTC))
		}
	}
	day(prop.PidLidTaskStartDate, t.Start)
	day(prop.PidLidTaskDueDate, t.Due)
	day(prop.PidLidCommonStart, t.Start)
	day(prop.PidLidCommonEnd, t.Due)
	status := map[string]int32{"in-process": 1, "completed": 2, "cancelled": 4}
	s := status[t.Status]
	if t.Done {
		s = 2
	}
	k.set(prop.PidLidTaskStatus, s)
	k.set(prop.PidLidTaskComplete, s == 2)
	percent := float64(t.Percent) / 100
	if s == 2 {
		percent = 1
	}
	k.set(prop.PidLidPercentComplete, percent)
	k.time(prop.PidLidTaskDateCompleted, t.Completed)
	k.identity(t.UID)
	k.set(prop.PidLidReminderSet, false)
	for _, a := range t.Alarms {
		at := a.At
		if at.IsZero() && !t.Due.IsZero() {
			at = t.Due.In(time.UTC).Add(-a.Before)
		}
		if !at.IsZero() {
			k.set(prop.PidLidReminderSet, true)
			k.time(prop.PidLidReminderTime, at)
			k.time(prop.PidLidReminderSignalTime, at)
			break
		}
	}
	if t.Rule != nil && !t.Start.IsZero() {
		at := t.Start.Time
		start := time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, time.UTC)
		e := pim.Event{UID: t.UID, Start: pim.When{Time: start, Date: true}, End: pim.When{Time: start.AddDate(0, 0, 1), Date: true}, Rule: t.Rule}
		if c, err := k.series(e, start); err == nil {
			k.set(prop.PidLidTaskRecurrence, c.bytes(false))
			k.set(prop.PidLidTaskFRecurring, true)
		}
	}
	return k.message()
}
