package pim

import (
	"slices"
	"time"
)

// When is a wall-clock time and what is known of its zone.
type When struct {
	// Time holds the wall clock. For a date alone and for a floating time its location is UTC and only its clock counts.
	Time     time.Time
	Date     bool   // a day, no time
	Floating bool   // no zone: the same on every clock
	Zone     string // TZID as it was written, "" = UTC, or none
}

// IsZero reports whether it is none.
func (w When) IsZero() bool { return w.Time.IsZero() }

// In is the instant for a person in loc: days begin there, floating times are read on the clock there.
func (w When) In(loc *time.Location) time.Time {
	if w.Time.IsZero() {
		return time.Time{}
	}
	if w.Date || w.Floating {
		t := w.Time
		return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, loc)
	}
	return w.Time.In(loc)
}

// Day makes a date.
func Day(year int, month time.Month, day int) When {
	return When{Time: time.Date(year, month, day, 0, 0, 0, 0, time.UTC), Date: true}
}

// At makes a time in the zone of t; its location's name is used as TZID (Europe/Oslo), none for UTC. time.Local is the zone that this computer is in, by its name.
func At(t time.Time) When {
	if t.Location() == time.Local {
		t = t.In(localZone())
	}
	z := t.Location().String()
	if z == "UTC" || z == "Etc/UTC" || z == "Local" || z == "" {
		return When{Time: t.UTC()}
	}
	return When{Time: t, Zone: z}
}

// Event is an event, or one occurrence of it where Recurrence is set.
type Event struct {
	ID       EventID // 0 = new
	Calendar CollectionID
	UID      string
	// Recurrence names the occurrence that this is; "" = the whole event, or the series.
	Recurrence string

	Summary     string
	Description string
	Location    string
	URL         string
	Join        string // address of the online meeting, found in the properties that providers use or in the text
	Start       When
	End         When   // exclusive; for days the day after the last
	Status      string // "confirmed", "tentative", "cancelled", "" = confirmed
	Free        bool   // does not make the person busy (TRANSP:TRANSPARENT)
	Private     bool   // CLASS other than PUBLIC
	Categories  []string
	Color       string // its own, "" = the calendar's
	Priority    int    // 1 high to 9 low, 0 none
	Rule        *Rule  // of the series
	Dates       []When // further occurrences (RDATE)
	Except      []When // left-out occurrences (EXDATE)
	Alarms      []Alarm
	Organizer   *Attendee
	Attendees   []Attendee
	Sequence    int // of the revision (RFC 5545 section 3.8.7.4)
	Created     time.Time
	Modified    time.Time
	// Method of the object that it was read from: "REQUEST", "CANCEL", "REPLY" and so on; "" in a calendar.
	Method string
	// Repeats reports whether it belongs to a series (also when Recurrence is set and Rule is therefore not).
	Repeats bool
	// Changed: this occurrence differs from its series.
	Changed bool
	Raw     []byte // the whole object as it is stored; to read only
}

// Attendee is somebody who takes part, or the organiser.
type Attendee struct {
	Name   string
	Addr   string // without "mailto:"
	Role   string // "required", "optional", "informed", "chair"
	Status string // "accepted", "declined", "tentative", "delegated", "needs-action"
	Kind   string // "individual", "group", "room", "resource"
	RSVP   bool
	Note   string // the comment of a reply
}

// IsRoom reports whether it is a room or a thing that is booked, not somebody.
func (a Attendee) IsRoom() bool { return a.Kind == "room" || a.Kind == "resource" }

// Alarm is a reminder.
type Alarm struct {
	Before  time.Duration // before the start (or, with FromEnd, the end); negative = after
	FromEnd bool
	At      time.Time // absolute; zero = relative
	Action  string    // "display", "email", "audio"
	// Acknowledged is when it was dismissed (RFC 9074); the server carries it to the person's other programs.
	Acknowledged time.Time
	// Snooze: it was made by putting another one off (RFC 9074 section 7), and is no setting of the person.
	Snooze bool
}

// Set are the alarms that the person set, without those of a snooze.
func Set(as []Alarm) []Alarm {
	return slices.DeleteFunc(slices.Clone(as), func(a Alarm) bool { return a.Snooze })
}

// Scope says how much of a series an edit is meant for.
type Scope string

// The scopes.
const (
	This      Scope = "this"
	Following Scope = "following" // this one and those after it
	AllEvents Scope = "all"
)

// Occurrence is one line of a calendar.
type Occurrence struct {
	Event      EventID
	Calendar   CollectionID
	Recurrence string // names it in its series, "" = does not repeat
	UID        string
	Summary    string
	Location   string
	Color      string    // its own, "" = the calendar's
	Start, End time.Time // in the location that was asked for
	AllDay     bool
	Floating   bool
	Zone       string // TZID of the start
	Status     string
	Free       bool
	Private    bool
	Repeats    bool
	Changed    bool
	Alarm      bool
	Join       string
	Attendees  int       // how many
	Mine       string    // the person's own answer where they are invited: "accepted", "needs-action" …
	Contact    ContactID // of a birthday
	Age        int       // of a birthday, 0 = not known
}

// Window is a span of time: Start <= t < End.
type Window struct {
	Start, End time.Time
	// Zone is where the person is: days begin there. nil = that of Start.
	Zone *time.Location
}

// Location returns the zone.
func (w Window) Location() *time.Location {
	if w.Zone != nil {
		return w.Zone
	}
	return w.Start.Location()
}

// Task is something to do (VTODO).
type Task struct {
	ID          EventID // 0 = new
	Calendar    CollectionID
	UID         string
	Summary     string
	Description string
	Location    string
	URL         string
	Start, Due  When
	Done        bool
	Completed   time.Time // zero where it is not done, or not known when
	Percent     int       // done, 0 to 100
	Status      string    // "needs-action", "in-process", "completed", "cancelled"
	Priority    int       // 1 high to 9 low, 0 none
	Categories  []string
	Rule        *Rule // as written; the next due date is that of the object
	Alarms      []Alarm
	Parent      string // UID of the task that it is a part of
	Sequence    int    // of the revision (RFC 5545 section 3.8.7.4)
	Modified    time.Time
	Raw         []byte // the whole object as it is stored; to read only
}

// Busy is a span in which somebody is not free.
type Busy struct {
	Start, End time.Time
	Kind       string // "busy", "tentative", "unavailable"
}

// FreeBusy is what is known of one person.
type FreeBusy struct {
	Addr    string
	Known   bool // false: nobody told
	Spans   []Busy
	Refused string // the server's word where it did not tell
}

// Reminder is an alarm that is due.
type Reminder struct {
	Key        string // names it for Dismiss and Snooze
	Event      EventID
	Recurrence string
	Calendar   CollectionID
	Summary    string
	Location   string
	Join       string
	Start, End time.Time
	AllDay     bool
	Due        time.Time // when to show it
	Task       bool
	Alarm      int // which of the alarms of the event it is, from 0
}

// Invitation is what a mail with a calendar object is about.
type Invitation struct {
	Method string // "REQUEST", "CANCEL", "REPLY", "COUNTER", "REFRESH", "ADD", "PUBLISH", "DECLINECOUNTER"
	Event  Event
	// Known is the event in the person's calendars that it belongs to, 0 = none.
	Known    EventID
	Calendar CollectionID
	// State says how it stands to what is known: "new", "update", "same" (nothing new), "old" (something newer is known), "cancelled" (the
	// known event was called off).
	State     string
	Changes   []string // of an update: "time", "place", "title", "text", "people", "rule"
	Me        string   // which of the person's addresses is invited, "" = none
	Answer    string   // the person's answer so far: "needs-action", "accepted" …
	Reply     *Attendee
	Conflicts []Occurrence // what else is at that time
	// Forged is why the organiser may not be who it says: the mail came from somebody else. "" = they match.
	Forged string
}
