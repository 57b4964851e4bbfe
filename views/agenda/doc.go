// Package agenda is the calendar of the window: week, day and month, a list of what comes, a small month and the calendars with a switch each, and the card of an
// event. It depends on a [Client] of its own, which is a part of what the program offers; what is shown comes from the local store.
//
// [Grid] and [MonthView] draw what package plan places with pools of canvas objects, so that paging through weeks makes no new ones.
package agenda
