// Package list is the message list: its head with search and filters, the rows, selection and live updates.
//
// A [model] holds the order of the view as ids (8 bytes a message, so that any position is reachable at once) and the rows seen lately. The
// first screenful comes from List, the whole order from Order behind it, further rows by pages from Summaries; all of it off the window's
// goroutine. Every answer carries the number of the question: answers to an older view are dropped. Day groups come from the ids, which
// carry the date. Selection is kept by id and survives updates.
//
// A view of a million messages costs 8 bytes a message: its ids, which are read in order behind the first screenful, and the rows of some pages.
// A change reads the messages it names, not the order (patch); what the numbers of the mailbox do not confirm leads to the whole order. Orders
// are never changed in place, so that readers and a selection share them. Nothing here takes more than some milliseconds of the window's
// goroutine; bench_test.go measures it.
package list
