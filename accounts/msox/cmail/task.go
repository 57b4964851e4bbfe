package cmail

import (
	"fmt"
	"math"
	"time"

	"github.com/postrider/postrider/accounts/msox/prop"
)

// task writes a VTODO ([MS-OXOTASK]). Dates are days on the owner's clock, kept as UTC midnight.
func task(o *object, m *prop.Message) (err error) {
	o.line("BEGIN", "VTODO")
	o.line("UID", UID(m))
	(&event{m: m}).common(o)
	o.text("SUMMARY", Subject(m))
	text, _ := Body(m)
	o.text("DESCRIPTION", text)
	if w := lidTime(m, prop.PidLidTaskStartDate); !w.IsZero() {
		o.line("DTSTART;VALUE=DATE", w.Format("20060102"))
	}
	if w := lidTime(m, prop.PidLidTaskDueDate); !w.IsZero() {
		o.line("DUE;VALUE=DATE", w.Format("20060102"))
	}
	status := [...]string{"NEEDS-ACTION", "IN-PROCESS", "COMPLETED", "NEEDS-ACTION", "NEEDS-ACTION"}
	n := m.LidInt(prop.PidLidTaskStatus)
	if m.LidBool(prop.PidLidTaskComplete) {
		n = 2
	}
	if n >= 0 && n < int64(len(status)) {
		o.line("STATUS", status[n])
	}
	if t, ok := m.Lookup(prop.PidLidPercentComplete); ok {
		if f := prop.Float(m, t); f > 0 && f <= 1 {
			o.line("PERCENT-COMPLETE", itoa(int(math.Round(f*100))))
		}
	}
	if w := lidTime(m, prop.PidLidTaskDateCompleted); !w.IsZero() {
		o.line("COMPLETED", stamp(w))
	}
	if b := m.LidBytes(prop.PidLidTaskRecurrence); len(b) > 0 && m.LidBool(prop.PidLidTaskFRecurring) {
		var c *recurrence
		if c, err = readRecurrence(b, false, m.Codepage()); err == nil {
			var rule string
			if rule, err = c.rule(func(d time.Time) string { return d.Format("20060102") }); err == nil {
				o.line("RRULE", rule)
			}
		}
	}
	if w := lidTime(m, prop.PidLidReminderTime); !w.IsZero() && m.LidBool(prop.PidLidReminderSet) {
		o.line("BEGIN", "VALARM")
		o.line("ACTION", "DISPLAY")
		o.line("DESCRIPTION", "Reminder")
		o.line("TRIGGER;VALUE=DATE-TIME", stamp(w))
		o.line("END", "VALARM")
	}
	o.line("END", "VTODO")
	return err
}

// journal writes a VJOURNAL ([MS-OXOJRNL]).
func journal(o *object, m *prop.Message) {
	o.line("BEGIN", "VJOURNAL")
	o.line("UID", UID(m))
	e := &event{m: m, start: lidTime(m, prop.PidLidLogStart)}
	e.common(o)
	e.when(o, "DTSTART", e.start)
	o.text("SUMMARY", Subject(m))
	text, _ := Body(m)
	if t := m.LidText(prop.PidLidLogType); t != "" {
		n := m.LidInt(prop.PidLidLogDuration)
		if n > 0 {
			t += fmt.Sprintf(", %d min", n)
		}
		text = t + "\n\n" + text
	}
	o.text("DESCRIPTION", text)
	o.line("END", "VJOURNAL")
}
