package cmail

import (
	"cmp"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"github.com/postrider/postrider/accounts/icalendar"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/msox/prop"
	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/accounts/pim/contentline"
)

// Changed is an occurrence of a series that differs from it.
type Changed struct {
	Original pim.When // when it would have been
	Event    pim.Event
}

// FromCalendar makes an appointment or a task of an iCalendar object ([MS-OXCICAL]). With ErrRecurrence there is a message, which
// does not repeat as the object does.
func FromCalendar(b []byte) (*prop.Message, error) {
	o, err := icalendar.Parse(b)
	if err != nil {
		return nil, err
	}
	if o.Kind() == "VTODO" {
		return FromTask(o.Task()), nil
	}
	e, err := o.Event("")
	if err != nil {
		return nil, err
	}
	var changed []Changed
	root, err := contentline.Parse(b)
	if err == nil {
		for _, cal := range root.Comps("VCALENDAR") {
			for _, c := range cal.Comps("VEVENT") {
				w, ok := whenOf(c.Get("RECURRENCE-ID"))
				if !ok || c.Value("UID") != o.UID() || len(changed) >= 1000 || e.Rule == nil {
					continue
				}
				if x, err := o.Event(icalendar.Name(w)); err == nil && x.Changed {
					changed = append(changed, Changed{w, x})
				}
			}
		}
	}
	return FromEvent(e, changed)
}

// whenOf reads a time of a property.
func whenOf(p *contentline.Prop) (w pim.When, ok bool) {
	if p == nil {
		return w, false
	}
	v := strings.TrimSpace(p.Value)
	if t, err := time.Parse("20060102", v); err == nil {
		return pim.When{Time: t, Date: true}, true
	}
	if t, err := time.Parse("20060102T150405Z", v); err == nil {
		return pim.When{Time: t}, true
	}
	t, err := time.Parse("20060102T150405", v)
	if err != nil {
		return w, false
	}
	id := p.Param("TZID")
	if loc := icalendar.Zone(id); loc != nil {
		return pim.When{Time: time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, loc), Zone: id}, true
	}
	return pim.When{Time: t, Floating: true}, true
}

// maker is an object being made of a projection.
type maker struct {
	p     prop.Map
	names *prop.Names
}

func newMaker(class string) *maker {
	return &maker{p: prop.Map{prop.PidTagMessageClass: class, prop.PidTagInternetCodepage: int32(65001)}, names: &prop.Names{}}
}

func (k *maker) set(p prop.Property, v prop.Value) { setNamed(k.p, k.names, p, v) }

// time puts a time, nothing for none.
func (k *maker) time(p prop.Property, t time.Time) {
	if !t.IsZero() {
		k.set(p, t.UTC())
	}
}

func (k *maker) message() *prop.Message { return &prop.Message{Bag: k.p, Namer: k.names} }

// common puts what events and tasks share.
func (k *maker) common(summary, text string, categories []string, private bool, priority int, created, modified time.Time) {
	subject(k.p, summary)
	k.p.Set(prop.PidTagBody, strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\n", "\r\n"))
	if len(categories) > 0 {
		k.set(prop.PidNameKeywords, categories)
	}
	if private {
		k.p[prop.PidTagSensitivity] = int32(2)
	}
	k.set(prop.PidLidPrivate, private)
	switch {
	case priority >= 1 && priority <= 4:
		k.p[prop.PidTagImportance] = int32(2)
	case priority >= 6:
		k.p[prop.PidTagImportance] = int32(0)
	default:
		k.p[prop.PidTagImportance] = int32(1)
	}
	if !created.IsZero() {
		k.p[prop.PidTagCreationTime] = created.UTC()
	}
	if !modified.IsZero() {
		k.p[prop.PidTagLastModificationTime] = modified.UTC()
	}
}

// FromEvent makes an appointment of an event and its changed occurrences. With ErrRecurrence there is a message, which does not
// repeat, since Outlook has no pattern for the rule.
func FromEvent(e pim.Event, changed []Changed) (*prop.Message, error) {
	k := newMaker("IPM.Appointment")
	k.common(e.Summary, e.Description, e.Categories, e.Private, e.Priority, e.Created, e.Modified)
	k.p[prop.PidTagIconIndex] = int32(0x400)
	start, end := e.Start.In(time.UTC), e.End.In(time.UTC)
	if end.Before(start) {
		end = start
	}
	loc := time.UTC
	if !e.Start.Date && !e.Start.Floating && !e.Start.Time.IsZero() {
		loc = e.Start.Time.Location()
	}
	local := start.In(loc)
	local = time.Date(local.Year(), local.Month(), local.Day(), local.Hour(), local.Minute(), local.Second(), 0, time.UTC)
	k.time(prop.PidLidAppointmentStartWhole, start)
	k.time(prop.PidLidAppointmentEndWhole, end)
	k.time(prop.PidLidCommonStart, start)
	k.time(prop.PidLidCommonEnd, end)
	k.p[prop.PidTagStartDate], k.p[prop.PidTagEndDate] = start.UTC(), end.UTC()
	length := end.Sub(start)
	k.set(prop.PidLidAppointmentDuration, int32(length/time.Minute))
	k.set(prop.PidLidAppointmentSubType, e.Start.Date)
	k.set(prop.PidLidLocation, oneLine(e.Location))
	k.set(prop.PidLidBusyStatus, int32(busyOf(e)))
	k.set(prop.PidLidAppointmentSequence, int32(e.Sequence))
	k.set(prop.PidLidSideEffects, int32(0x171))
	z := zoneFrom(loc, max(1970, min(start.Year(), 2037)))
	k.set(prop.PidLidAppointmentTimeZoneDefinitionStartDisplay, z.definition(2))
	k.set(prop.PidLidAppointmentTimeZoneDefinitionEndDisplay, z.definition(2))
	k.reminder(e.Alarms)
	k.identity(e.UID)
	k.attend(e)
	m := k.message()
	m.Recipients = recipientsOf(e)
	k.set(prop.PidLidRecurring, e.Rule != nil)
	k.set(prop.PidLidClipStart, start)
	k.set(prop.PidLidClipEnd, end)
	if e.Rule == nil {
		return m, nil
	}
	c, err := k.series(e, local)
	if err != nil {
		k.set(prop.PidLidRecurring, false)
		return m, err
	}
	c.endOffset = c.startOffset + uint32(min(length, 30*24*time.Hour)/time.Minute)
	clock := func(w pim.When) uint32 {
		t := w.In(time.UTC)
		if !w.Date && !w.Floating {
			t = t.In(loc)
		}
		return prop.ToMinutes(t)
	}
	for _, w := range e.Except {
		c.deleted = append(c.deleted, clock(w)/(24*60)*(24*60))
	}
	slices.SortFunc(changed, func(a, b Changed) int { return cmp.Compare(clock(a.Original), clock(b.Original)) })
	for _, x := range changed {
		one := exception{start: clock(x.Event.Start), end: clock(x.Event.End), original: clock(x.Original), flags: hasBody}
		if e.Start.Date {
			one.original = one.original / (24 * 60) * (24 * 60)
		}
		if x.Event.Summary != e.Summary {
			one.flags, one.subject = one.flags|hasSubject, oneLine(x.Event.Summary)
		}
		if x.Event.Location != e.Location {
			one.flags, one.location = one.flags|hasLocation, oneLine(x.Event.Location)
		}
		if b := busyOf(x.Event); b != busyOf(e) {
			one.flags, one.busy = one.flags|hasBusy, uint32(b)
		}
		if x.Event.Start.Date != e.Start.Date {
			one.flags |= hasSubType
			if x.Event.Start.Date {
				one.subType = 1
			}
		}
		c.exceptions = append(c.exceptions, one)
		c.deleted = append(c.deleted, one.original/(24*60)*(24*60))
		c.modified = append(c.modified, one.start/(24*60)*(24*60))
		m.Attachments = append(m.Attachments, exceptionAttachment(x, one, len(m.Attachments)))
	}
	slices.Sort(c.deleted)
	c.deleted = slices.Compact(c.deleted)
	slices.Sort(c.modified)
	k.set(prop.PidLidAppointmentRecur, c.bytes(true))
	k.set(prop.PidLidRecurrenceType, map[uint16]int32{daily: 1, weekly: 2, monthly: 3, yearly: 4}[c.frequency])
	k.set(prop.PidLidAppointmentTimeZoneDefinitionRecur, z.definition(3))
	k.set(prop.PidLidTimeZoneStruct, z.structure())
	k.set(prop.PidLidTimeZoneDescription, z.name)
	if c.end == endNever {
		k.set(prop.PidLidClipEnd, time.Date(4500, 8, 31, 23, 59, 0, 0, time.UTC))
	} else {
		k.set(prop.PidLidClipEnd, z.utc(prop.Minutes(c.until)))
	}
	if len(e.Dates) > 0 {
		return m, ErrRecurrence // single further days have no place in a pattern
	}
	return m, nil
}

// series counts the occurrences of an event and makes its pattern.
func (k *maker) series(e pim.Event, local time.Time) (*recurrence, error) {
	var last time.Time
	count := 0
	if e.Rule.Count > 0 || !e.Rule.Until.IsZero() {
		bare := e
		bare.Except, bare.Dates, bare.Recurrence = nil, nil, ""
		s := icalendar.New(bare, time.Unix(0, 0)).Series()
		first, end, forever := s.Bounds()
		if forever {
			return nil, ErrRecurrence
		}
		s.Expand(first.Add(-48*time.Hour), end.Add(48*time.Hour), time.UTC, func(i icalendar.Instance) bool {
			t := i.Start.In(time.UTC)
			if !i.Start.Date && !i.Start.Floating {
				t = i.Start.Time
			}
			t = time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), 0, 0, time.UTC)
			if t.After(last) {
				last = t
			}
			count++
			return count < maxInstances
		})
		if last.IsZero() {
			last = local
		}
	}
	return newRecurrence(*e.Rule, local, last, count)
}

func busyOf(e pim.Event) int {
	switch {
	case e.Free:
		return 0
	case e.Status == "tentative":
		return 1
	}
	return 2
}

func (k *maker) reminder(alarms []pim.Alarm) {
	k.set(prop.PidLidReminderSet, false)
	for _, a := range alarms {
		if a.FromEnd || !a.At.IsZero() || a.Before < 0 {
			continue
		}
		k.set(prop.PidLidReminderSet, true)
		k.set(prop.PidLidReminderDelta, int32(a.Before/time.Minute))
		if t, ok := k.names.Named(prop.PidLidAppointmentStartWhole.Name, prop.Time); ok {
			if start := prop.When(k.p, t); !start.IsZero() {
				k.set(prop.PidLidReminderTime, start)
				k.set(prop.PidLidReminderSignalTime, start.Add(-a.Before))
			}
		}
		return
	}
}

// identity puts the global object id of a UID: its bytes where it is one, else packed into one ([MS-OXCICAL] 2.1.3.1.1.20.26).
func (k *maker) identity(uid string) {
	if uid == "" {
		return
	}
	g, err := hex.DecodeString(uid)
	if err != nil || len(g) < 40 || !strings.EqualFold(uid[:32], goidPrefix) {
		data := append([]byte("vCal-Uid\x01\x00\x00\x00"), uid...)
		data = append(data, 0)
		g, _ = hex.DecodeString(goidPrefix)
		g = append(g, make([]byte, 20)...)
		g = append(g, byte(len(data)), byte(len(data)>>8), byte(len(data)>>16), 0)
		g = append(g, data...)
	}
	k.set(prop.PidLidGlobalObjectId, g)
	k.set(prop.PidLidCleanGlobalObjectId, g)
}

// attend puts who called the meeting.
func (k *maker) attend(e pim.Event) {
	state := int32(0)
	if len(e.Attendees) > 0 || e.Organizer != nil && e.Organizer.Addr != "" && len(e.Attendees) > 0 {
		state = 1
	}
	if e.Status == "cancelled" {
		state |= 4
	}
	k.set(prop.PidLidAppointmentStateFlags, state)
	if e.Organizer == nil {
		return
	}
	a := mail.Address{Name: e.Organizer.Name, Addr: e.Organizer.Addr}
	person(k.p, a, prop.PidTagSentRepresentingName, prop.PidTagSentRepresentingAddressType, prop.PidTagSentRepresentingEmailAddress,
		prop.PidTagSentRepresentingSmtpAddress, prop.PidTagSentRepresentingEntryId, prop.PidTagSentRepresentingSearchKey)
	person(k.p, a, prop.PidTagSenderName, prop.PidTagSenderAddressType, prop.PidTagSenderEmailAddress, prop.PidTagSenderSmtpAddress,
		prop.PidTagSenderEntryId, prop.PidTagSenderSearchKey)
}

// recipientsOf are the organiser and those who take part.
func recipientsOf(e pim.Event) (rows []prop.Bag) {
	if len(e.Attendees) == 0 {
		return nil
	}
	if e.Organizer != nil && e.Organizer.Addr != "" {
		row := NewRecipient(mail.Address{Name: e.Organizer.Name, Addr: e.Organizer.Addr}, 1, 0)
		row[prop.PidTagRecipientFlags] = int32(3)
		rows = append(rows, row)
	}
	for _, a := range e.Attendees {
		if e.Organizer != nil && strings.EqualFold(a.Addr, e.Organizer.Addr) {
			continue
		}
		typ := 1
		switch {
		case a.Kind == "room" || a.Kind == "resource":
			typ = 3
		case a.Role == "optional" || a.Role == "informed":
			typ = 2
		}
		row := NewRecipient(mail.Address{Name: a.Name, Addr: a.Addr}, typ, len(rows))
		status := map[string]int32{"tentative": 2, "accepted": 3, "declined": 4}
		row[prop.PidTagRecipientTrackStatus] = status[a.Status]
		rows = append(rows, row)
	}
	return rows
}

// exceptionAttachment is the hidden attachment that holds a changed occurrence ([MS-OXOCAL] 2.2.10).
func exceptionAttachment(x Changed, one exception, n int) prop.Attachment {
	start, end := x.Event.Start.In(time.UTC), x.Event.End.In(time.UTC)
	return prop.Attachment{
		Bag: prop.Map{
			prop.PidTagAttachMethod: int32(embedded), prop.PidTagAttachNumber: int32(n), prop.PidTagAttachmentHidden: true, prop.PidTagAttachmentFlags: int32(2),
			prop.PidTagAttachFlags: int32(0), prop.PidTagAttachmentLinkId: int32(0), prop.PidTagRenderingPosition: int32(-1), prop.PidTagObjectType: int32(7),
			prop.PidTagDisplayName: "Untitled", prop.PidTagExceptionStartTime: prop.Minutes(one.start), prop.PidTagExceptionEndTime: prop.Minutes(one.end),
			prop.PidTagExceptionReplaceTime: x.Original.In(time.UTC).UTC(),
		},
		Embedded: func() (*prop.Message, error) {
			k := newMaker("IPM.OLE.CLASS.{00061055-0000-0000-C000-000000000046}")
			k.common(x.Event.Summary, x.Event.Description, x.Event.Categories, x.Event.Private, x.Event.Priority, x.Event.Created, x.Event.Modified)
			k.time(prop.PidLidAppointmentStartWhole, start)
			k.time(prop.PidLidAppointmentEndWhole, end)
			k.time(prop.PidLidExceptionReplaceTime, x.Original.In(time.UTC))
			k.set(prop.PidLidLocation, oneLine(x.Event.Location))
			k.set(prop.PidLidBusyStatus, int32(busyOf(x.Event)))
			k.set(prop.PidLidAppointmentSubType, x.Event.Start.Date)
			return k.message(), nil
		},
	}
}
