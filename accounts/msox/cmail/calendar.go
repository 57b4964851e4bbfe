package cmail

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/postrider/postrider/accounts/msox/prop"
)

const prodID = "-//Postrider//Postrider//EN"

// Calendar makes an iCalendar object of an appointment, a meeting message, a task or a journal entry ([MS-OXCICAL]). method is
// that of a meeting message ("REQUEST", "REPLY", "CANCEL", "COUNTER"), "" in a calendar. With ErrRecurrence the object is
// there, but does not repeat as the item does.
func Calendar(m *prop.Message) (b []byte, method string, err error) {
	kind := KindOf(m)
	if kind == Meeting {
		if s := m.LidBytes(prop.PidLidInboundICalStream); strings.HasPrefix(strings.ToUpper(string(s[:min(len(s), 15)])), "BEGIN:VCALENDAR") {
			if !utf8.Valid(s) {
				s = []byte(prop.Decode(s, 1252))
			}
			return crlf(s), methodOf(m), nil
		}
		method = methodOf(m)
	}
	o := &object{}
	o.line("BEGIN", "VCALENDAR")
	o.line("VERSION", "2.0")
	o.line("PRODID", prodID)
	if method != "" {
		o.line("METHOD", method)
	}
	switch kind {
	case Task:
		err = task(o, m)
	case Journal:
		journal(o, m)
	default:
		err = newEvent(m, method).write(o)
	}
	o.line("END", "VCALENDAR")
	return []byte(o.b.String()), method, err
}

func methodOf(m *prop.Message) string {
	c := strings.ToLower(prop.Text(m, prop.PidTagMessageClass))
	switch {
	case strings.HasPrefix(c, "ipm.schedule.meeting.request"):
		return "REQUEST"
	case strings.HasPrefix(c, "ipm.schedule.meeting.canceled"):
		return "CANCEL"
	case strings.HasPrefix(c, "ipm.schedule.meeting.resp"):
		if m.LidBool(prop.PidLidAppointmentCounterProposal) {
			return "COUNTER"
		}
		return "REPLY"
	}
	return "PUBLISH"
}

// event is what the components of an appointment have in common.
type event struct {
	m      *prop.Message
	method string
	zone   *zone
	allDay bool
	rec    *recurrence
	recErr error
	start  time.Time // UTC
	end    time.Time
	uid    string
	text   string
}

func newEvent(m *prop.Message, method string) *event {
	e := &event{m: m, method: method, uid: UID(m)}
	e.start, e.end = lidTime(m, prop.PidLidAppointmentStartWhole), lidTime(m, prop.PidLidAppointmentEndWhole)
	if e.start.IsZero() {
		e.start, e.end = prop.When(m, prop.PidTagStartDate), prop.When(m, prop.PidTagEndDate)
	}
	if e.start.IsZero() {
		e.start, e.end = lidTime(m, prop.PidLidCommonStart), lidTime(m, prop.PidLidCommonEnd)
	}
	if !e.start.IsZero() && e.end.Before(e.start) {
		e.end = e.start.Add(time.Duration(max(0, min(m.LidInt(prop.PidLidAppointmentDuration), 60*24*365))) * time.Minute)
	}
	if b := m.LidBytes(prop.PidLidAppointmentRecur); len(b) > 0 {
		e.rec, e.recErr = readRecurrence(b, true, m.Codepage())
	}
	e.zone = zoneOf(m, e.rec != nil)
	e.allDay = m.LidBool(prop.PidLidAppointmentSubType)
	if e.rec == nil && e.zone.isUTC() {
		e.zone = nil // which has a form of its own
	}
	if e.rec != nil && e.zone == nil && !e.start.IsZero() {
		// The pattern is in local time, the start in UTC: how far they are apart is all that is known of the zone.
		local := prop.Minutes(e.rec.start + e.rec.startOffset)
		day := e.start.Truncate(24 * time.Hour).Add(time.Duration(e.rec.startOffset%(24*60)) * time.Minute)
		off := int(day.Sub(e.start) / time.Minute)
		if d := int(local.Sub(e.start) / time.Minute); d > -15*60 && d < 15*60 {
			off = d
		} else if off > 12*60 {
			off -= 24 * 60
		} else if off < -12*60 {
			off += 24 * 60
		}
		e.zone = &zone{rules: []zoneRule{{bias: -off}}}
	}
	return e
}

func lidTime(m *prop.Message, p prop.Property) time.Time {
	t, ok := m.Lookup(p)
	if !ok {
		return time.Time{}
	}
	if w := prop.When(m, t); realTime(w) {
		return w
	}
	return time.Time{}
}

// write puts the zone and the components out.
func (e *event) write(o *object) error {
	if e.zone != nil && !e.allDay && !e.start.IsZero() {
		e.zone.write(o, e.start.Year())
	}
	o.line("BEGIN", "VEVENT")
	o.line("UID", e.uid)
	e.common(o)
	e.recurrenceID(o)
	e.when(o, "DTSTART", e.start)
	e.when(o, "DTEND", e.end)
	err := e.recErr
	if e.rec != nil && e.method != "REPLY" && e.method != "COUNTER" {
		var rule string
		if rule, err = e.rec.rule(e.until); err == nil {
			o.line("RRULE", rule)
			for _, d := range e.rec.removed() {
				e.whenLocal(o, "EXDATE", d.Add(time.Duration(e.rec.startOffset)*time.Minute))
			}
		}
	}
	e.text, _ = Body(e.m)
	e.details(o, Subject(e.m), e.m.LidText(prop.PidLidLocation), e.text, e.busy())
	if e.m.LidBool(prop.PidLidReminderSet) && (e.method == "" || e.method == "REQUEST") {
		alarm(o, e.m.LidInt(prop.PidLidReminderDelta))
	}
	o.line("END", "VEVENT")
	if e.rec != nil && err == nil && e.method != "REPLY" && e.method != "COUNTER" {
		for _, x := range e.rec.exceptions {
			e.exception(o, x)
		}
	}
	return err
}

// common are the fields that a component has whatever it is.
func (e *event) common(o *object) {
	at := lidTime(e.m, prop.PidLidOwnerCriticalChange)
	if e.method == "REPLY" || e.method == "COUNTER" {
		at = lidTime(e.m, prop.PidLidAttendeeCriticalChange)
	}
	for _, t := range []prop.Tag{prop.PidTagLastModificationTime, prop.PidTagClientSubmitTime, prop.PidTagCreationTime} {
		if at.IsZero() {
			at = prop.When(e.m, t)
		}
	}
	if at.IsZero() {
		at = e.start
	}
	if at.IsZero() {
		at = time.Unix(0, 0)
	}
	o.line("DTSTAMP", stamp(at))
	if w := prop.When(e.m, prop.PidTagCreationTime); realTime(w) {
		o.line("CREATED", stamp(w))
	}
	if w := prop.When(e.m, prop.PidTagLastModificationTime); realTime(w) {
		o.line("LAST-MODIFIED", stamp(w))
	}
	if n := e.m.LidInt(prop.PidLidAppointmentSequence); n > 0 || e.method != "" {
		o.line("SEQUENCE", itoa(int(n)))
	}
	people(o, e.m, e.method)
	classify(o, e.m)
}

// classify writes what tasks and events share.
func classify(o *object, m *prop.Message) {
	switch prop.Int(m, prop.PidTagSensitivity) {
	case 1, 2:
		o.line("CLASS", "PRIVATE")
	case 3:
		o.line("CLASS", "CONFIDENTIAL")
	}
	if n, ok := prop.IntOK(m, prop.PidTagImportance); ok && n == 2 {
		o.line("PRIORITY", "1")
	} else if ok && n == 0 {
		o.line("PRIORITY", "9")
	}
	if k := Categories(m); len(k) > 0 {
		for i := range k {
			k[i] = escape(k[i])
		}
		o.line("CATEGORIES", strings.Join(k, ","))
	}
}

// busy is how the time is taken; a request is tentative until it is answered, and says in another property what is meant.
func (e *event) busy() uint32 {
	if e.method == "REQUEST" {
		if _, ok := e.m.Lookup(prop.PidLidIntendedBusyStatus); ok {
			return uint32(e.m.LidInt(prop.PidLidIntendedBusyStatus))
		}
	}
	if _, ok := e.m.Lookup(prop.PidLidBusyStatus); !ok {
		return 2
	}
	return uint32(e.m.LidInt(prop.PidLidBusyStatus))
}

// details are the fields that an exception can have for itself.
func (e *event) details(o *object, subject, location, text string, busy uint32) {
	o.text("SUMMARY", subject)
	o.text("LOCATION", location)
	o.text("DESCRIPTION", text)
	names := [...]string{"FREE", "TENTATIVE", "BUSY", "OOF", "WORKINGELSEWHERE"}
	if busy < uint32(len(names)) {
		o.line("X-MICROSOFT-CDO-BUSYSTATUS", names[busy])
	}
	if busy == 0 || busy == 4 {
		o.line("TRANSP", "TRANSPARENT")
	} else {
		o.line("TRANSP", "OPAQUE")
	}
	switch {
	case e.method == "CANCEL" || e.m.LidInt(prop.PidLidAppointmentStateFlags)&4 != 0:
		o.line("STATUS", "CANCELLED")
	case busy == 1 && e.method == "":
		o.line("STATUS", "TENTATIVE")
	default:
		o.line("STATUS", "CONFIRMED")
	}
}

// when writes an instant in the event's zone.
func (e *event) when(o *object, name string, t time.Time) {
	if t.IsZero() {
		return
	}
	if e.allDay {
		o.line(name+";VALUE=DATE", e.day(t).Format("20060102"))
		return
	}
	if e.zone == nil {
		o.line(name, stamp(t))
		return
	}
	e.whenLocal(o, name, e.zone.local(t))
}

// day is the day of an all-day event, which begins at midnight in its zone; without one it is the nearest midnight.
func (e *event) day(t time.Time) time.Time {
	if e.zone != nil {
		t = e.zone.local(t)
	}
	return t.Add(12 * time.Hour).Truncate(24 * time.Hour)
}

// whenLocal writes a wall clock time.
func (e *event) whenLocal(o *object, name string, local time.Time) {
	switch {
	case e.allDay:
		o.line(name+";VALUE=DATE", local.Format("20060102"))
	case e.zone == nil:
		o.line(name, stamp(local))
	default:
		o.line(name+";TZID="+quoted(e.zone.id()), local.Format("20060102T150405"))
	}
}

func (e *event) until(day time.Time) string {
	if e.allDay {
		return day.Format("20060102")
	}
	return stamp(e.zone.utc(day.Add(time.Duration(e.rec.startOffset) * time.Minute)))
}

// recurrenceID is for a meeting message about one occurrence: the day is in its global object id ([MS-OXOCAL] 2.2.1.27).
func (e *event) recurrenceID(o *object) {
	g := e.m.LidBytes(prop.PidLidGlobalObjectId)
	if e.method == "" || e.rec != nil || len(g) < 20 || g[16] == 0 && g[17] == 0 {
		return
	}
	local := e.start
	if e.zone != nil {
		local = e.zone.local(local)
	}
	hour, minute, second := local.Clock()
	if t, ok := e.m.Lookup(prop.PidLidStartRecurrenceTime); ok {
		n := int(prop.Int(e.m, t)) // packed: hours, minutes, seconds
		hour, minute, second = n>>12&31, n>>6&63, n&63
	}
	e.whenLocal(o, "RECURRENCE-ID", time.Date(int(g[16])<<8|int(g[17]), time.Month(g[18]), int(g[19]), hour, minute, second, 0, time.UTC))
}

// exception writes an occurrence that differs from its series. Its own text is in a hidden attachment.
func (e *event) exception(o *object, x exception) {
	one := *e
	if x.flags&hasSubType != 0 {
		one.allDay = x.subType != 0
	}
	o.line("BEGIN", "VEVENT")
	o.line("UID", e.uid)
	e.common(o)
	e.whenLocal(o, "RECURRENCE-ID", prop.Minutes(x.original))
	one.whenLocal(o, "DTSTART", prop.Minutes(x.start))
	one.whenLocal(o, "DTEND", prop.Minutes(x.end))
	subject, location, busy := Subject(e.m), e.m.LidText(prop.PidLidLocation), e.busy()
	if x.flags&hasSubject != 0 {
		subject = x.subject
	}
	if x.flags&hasLocation != 0 {
		location = x.location
	}
	if x.flags&hasBusy != 0 {
		busy = x.busy
	}
	text := e.text
	if x.flags&hasBody != 0 {
		if in := e.embedded(x); in != nil {
			if t, _ := Body(in); t != "" {
				text = t
			}
		}
	}
	one.details(o, subject, location, text, busy)
	set, delta := e.m.LidBool(prop.PidLidReminderSet), e.m.LidInt(prop.PidLidReminderDelta)
	if x.flags&hasReminder != 0 {
		set = x.reminder != 0
	}
	if x.flags&hasReminderDelta != 0 {
		delta = int64(x.reminderDelta)
	}
	if set && (e.method == "" || e.method == "REQUEST") {
		alarm(o, delta)
	}
	o.line("END", "VEVENT")
}

// embedded is the message that holds an exception, nil where there is none.
func (e *event) embedded(x exception) *prop.Message {
	start := prop.Minutes(x.start)
	for _, a := range e.m.Attachments {
		if a.Embedded == nil || !isException(a) {
			continue
		}
		if w := prop.When(a, prop.PidTagExceptionStartTime); w.Sub(start).Abs() < time.Minute {
			if m, err := a.Embedded(); err == nil {
				return m
			}
		}
	}
	return nil
}

func alarm(o *object, minutes int64) {
	if minutes == 0x5AE980E1 || minutes < 0 || minutes > 60*24*3650 { // "the usual time before"
		minutes = 15
	}
	o.line("BEGIN", "VALARM")
	o.line("ACTION", "DISPLAY")
	o.line("DESCRIPTION", "Reminder")
	o.line("TRIGGER", fmt.Sprintf("-PT%dM", minutes))
	o.line("END", "VALARM")
}
