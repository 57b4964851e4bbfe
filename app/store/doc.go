// Package store keeps everything that is shown: accounts, mailboxes, messages, bodies, the journal of pending changes, drafts and the outbox.
// It holds the only SQL of the program. File api.go lists what the others use.
//
// A profile is one folder: index.db (rows, journal, full-text index), packs/ (bodies that were fetched, as zstd frames in files that only grow),
// bodies.db (what was written here and attachments as zstd frames, by SHA-256), blobs/ (those of them above one MiB, a file each), lock. Copy the folder
// while the program is closed and you have a backup.
//
// # Writing
//
// One write transaction at a time ([Store.Write]); readers have connections of their own and never wait for it (WAL);
// only who reads a body waits for the commit of others to bodies.db, which has a rollback journal, since what is only ever added need not be written twice. Every commit is synced
// to the disk, because the journal promises it: batch what belongs together. Only the index does
// without: it can be done again. Bodies are durable before the rows that name them, so a crash in
// between leaves a body that nothing names, which [Store.Compact] collects, and never a message without its body; packs.go says how. What changed goes
// on the bus after the commit.
//
// What is large is prepared outside the lock: [Store.Stow] compresses and writes what is fetched, [Body.Prepare] compresses the rest. Removing an account or a mailbox only hides it; a goroutine deletes the
// rows behind, in slices.
//
// # Reading
//
// A [mail.MessageID] begins with the date, so the order of ids is the order of the list, everywhere: in the table, its partial indexes, the
// conversations' newest messages, the full-text index. Every view is read by key ("the next 50 below this id"), never by counting, and costs the
// same on the first page and in the middle of a million. Totals and unread numbers of mailboxes, and the row of each conversation in each mailbox
// (table convs), are kept up to date by the write transaction; [Store.Check] compares them with counted ones.
//
// The sequence number inside an id comes from one counter that is never set back; until it has gone round once (2^20 messages) no id can meet an
// older one, after that ids in use and those of deleted messages (table tombs) are asked for. No id is ever used again.
//
// # Conversations
//
// Table links maps the hash of every Message-ID that was ever named to a conversation, so that messages meet in whatever order they arrive. When a
// message ties two, the rows of the later one move to the earlier and merged remembers it. The rules are in package thread.
//
// # Shown state
//
// Flags are kept twice: the server's and the shown ones, which are the server's with the pending ops applied in order. They are computed again
// whenever the server's change or an op is dropped, so a refused change takes itself back.
//
// # Contacts and calendars
//
// Files pim*.go: collections, objects and a journal of their own (pim_schema.go says which table is for what). The bytes of an object are kept apart from the row that lists show,
// and what a row shows is made of them by package ingest, outside the write lock. Events that repeat are found by a partial index of those alone, the others by their start; the
// number of objects of a collection is kept by triggers.
//
// # Full text
//
// PutBodies and Insert queue messages (table unindexed) and put their words aside, see spool; [Store.Index] moves them into the index, the newest first,
// in transactions that are short while others want to write. Flags and moves never touch it. The language of the search field is in package search.
package store
