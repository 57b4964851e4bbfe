// Package pim is the vocabulary of contacts and calendars: what the back ends, the store, the app and the views call things. Like package mail it imports
// the standard library only.
//
// # Raw and projection
//
// An object (a vCard or an iCalendar object) is kept as the bytes that its server or its file had. The types here are a projection of them: what a person sees and edits.
// An edit goes the other way round: the changed projection is compared with that of the bytes, and only the properties that differ are written
// anew. What the projection does not know is never lost, so the types need not know everything.
//
// # Series
//
// A repeating event is one object: an [Event] with a Rule, and in it the occurrences that were changed. [Occurrence] is one line of a calendar, made by expanding the
// object within a window. Its Recurrence names it inside the series and is "" for what does not repeat. [Scope] says how much of a series an edit is meant for.
//
// # Times
//
// A [When] is a wall-clock time with what is known of its zone: a date alone, a floating time (the same on every clock), or a time in a zone.
// [When.In] says which instant that is for a person in a place.
//
// The API over these types (app/pim.go) is kept stable: the windows of contacts and calendar are built on it.
package pim
