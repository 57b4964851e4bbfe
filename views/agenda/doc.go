// Package agenda is the calendar of the window: day, work week, week, month, a list of what comes and the tasks; beside them a small month, the calendars with a switch
// each and the invitations that wait for an answer. It depends on a [Client] of its own, which is a part of what the program offers; what is shown comes from the local
// store, and only when people are busy is asked of servers.
//
//	page.go      the page and what it hears;  pageview.go  where things are on it;  span.go  the days that are shown
//	grid*.go  hours.go  month.go  mini.go  coming.go  tasks.go   the views;  draw.go  what they draw with;  print.go  on paper
//	calendars.go  files.go  hue.go    the calendars, their files and colours
//	edit.go  editor.go  repeat.go  busy.go  zones.go   the editor of an event;  taskedit.go  of a task;  form.go  what both have
//	card.go      an event that was pressed
//	find.go      events by words;  invites.go  invitations;  when.go  times in words
//
// [Grid] and [MonthView] draw what package plan places with pools of canvas objects, so that paging through weeks makes no new ones.
package agenda
