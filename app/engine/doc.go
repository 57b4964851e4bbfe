// Package engine keeps the store and the servers in step: one supervisor an account pulls, merges, pushes and watches, a sender hands over
// what waits in the outbox. It knows package remote and no protocol.
//
// # Nothing lost, nothing sent twice
//
// A command is one transaction: what is shown changes and a row of the journal (store.Op) says what the server must be told. Shown = the
// server's base + pending ops, so that a refused op is taken back by dropping it. A row is marked sent durably before the network call; the
// answer, the new base and the removal of the row are one transaction again. A row found sent at the start may have been carried out:
// flags and removals are repeated, a move is pushed with Again set, and for an added message the mailbox is pulled first: what appears
// there with the same Message-ID and size is it. The copy of a sent message is always looked for before it is added.
//
// Pull commits page by page, rows and token together. [merge] is pure: it takes what is known and a delta and returns a plan.
// Where a back end allows it (Delta.Ahead) the next page is asked for while one is stored; it is used only when the token it was asked with is the one
// that was stored.
//
// Bodies go through a pipeline: fetched, taken apart and stowed in a pack by several goroutines, then named by rows, up to 2,000 in a transaction, at the
// latest 300 ms after the first of them. A body is there when that transaction is; what was only stowed when the program ended is fetched again.
// Nothing is deleted but what the server says is gone, or what is missing from a complete listing.
// Where a server names the number of its messages and another number is known here, the mailbox is listed from scratch once: a wrong word of
// before is made good. An op whose message has a new name (UIDVALIDITY) waits for the pull that finds it and follows.
//
// From a mailbox of the Keep kind (POP3) only that is removed which is here as it was listed: its size as told, or else the same bytes when it
// is fetched a second time; and a body that is another message's is not stored.
//
// An outbox row goes waiting, sending, and away: sending is durable before the first byte. Found so at the start it is
// unsure, as after a connection that ended without the answer: it is looked for in the account's mailboxes, else the person decides.
//
// # Contacts and calendars
//
// Files pim*.go: each CardDAV or CalDAV connection has a supervisor of its own (shelf) with the same promises; see there for what is done when both sides changed an object.
//
// # What ops mean
//
// Ops of one message are carried out in order; the mailbox and name used are the row's present Base and Ref, so that an op made while an
// earlier move is pending needs no name of its own. OpAdd.Name says what follows from it: "copy:ID" and "move:ID" name the message whose
// body is added (move: it is removed when the copy is durably there), "replace:ID" the older copy of a draft. Mailboxes that are only here
// take part without the network.
package engine
