// Package store keeps everything that is shown: accounts, mailboxes, messages, bodies, the journal of pending changes, drafts and the outbox.
// It holds the only SQL of the program.
package store
