// Package list is the message list: its head with search and filters, the rows, selection and live updates.
//
// A [model] holds the order of the view as ids (8 bytes a message, so that any position is reachable at once) and the rows seen lately. The
// first screenful comes from List, the whole order from Order behind it, further rows by pages from Summaries; all of it off the window's
// goroutine. Every answer carries the number of the question: answers to an older view are dropped. Day groups come from the ids, which
// carry the date. Selection is kept by id and survives updates.
package list
