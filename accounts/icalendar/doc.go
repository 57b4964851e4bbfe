// Package icalendar reads, expands and writes iCalendar objects (RFC 5545, with RFC 7986, 9073 and 9074 where people see it) and scheduling messages (RFC 5546).
//
// # Objects
//
// [Parse] takes an object apart and keeps every byte; [Object.Event] projects it, [Object.Put] writes a changed projection back and touches only what differs. [Split] cuts a file into one object
// per UID, as CalDAV wants them (RFC 4791 section 4.1).
//
// # Repetition
//
// Expansion (rule.go, series.go) is our own, because it has to be lazy, windowed and bounded at once: a rule without COUNT jumps to the period in which the
// window begins, so that a daily event that began twenty years ago costs what one of today costs; sets of BYSETPOS are counted and never filled (the times
// of a day form a product of hours, minutes and seconds); every expansion has a budget of steps and of occurrences, and says when it ended early. It works on the wall clock and turns each
// result into an instant in the event's zone: a time that a clock change leaves out is read with the offset before it, one that comes twice is the first (RFC 5545 section 3.3.5).
// What a rule says together with a DTSTART that does not fit it is left open by the RFC; here DTSTART is always the first occurrence, as it is shown everywhere.
//
// # Zones
//
// A TZID is looked for in this order (zone.go): an IANA name, also behind the prefixes that programs put before it; the names of Windows, by the table of CLDR's windowsZones; the display
// names of Outlook; the X-LIC-LOCATION of the object's VTIMEZONE; the VTIMEZONE itself, whose rules are turned into a time.Location; an offset in the name.
// What is none of these is read as a floating time.
package icalendar
