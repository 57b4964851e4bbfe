// Package app is the program without its window: it opens a profile, runs the engine and answers views and command line through one door, [Client].
//
// [App] joins the rooms: store (what is known), engine (what is done with servers), compose (what is written), discover and accounts (what is set up).
// A command is a transaction of the store made by the engine; a query reads the store. Nothing here touches a widget, and nothing waits for the
// network but the few methods that say so.
//
// Archives (archive*.go) copy into data files, prove each copy and only then move; a ledger on the disk says how far each is, so that it goes on after any end, and rules repeat
// them. What belongs to no account goes into a data file of the profile (local.go). Import and export stream through package doors; package backup copies the profile while it is
// in use.
//
// Contacts and calendars (pim*.go) are [Shelves]: the bytes of their objects in the store, what people see of them projected by vcard and icalendar, edits with an undo of their own.
package app
