package store

import (
	"context"
	"fmt"
	"os"

	"github.com/postrider/postrider/accounts/fault"
)

// indexMigrations bring index.db from one version to the next; the version is PRAGMA user_version. Never change one that was released.
//
// Hide is a bit set: 1 = a remove op is pending, 2 = the header is not known yet. A message is shown, counted and searched when it is 0.
// Gh and sh are 63-bit hashes of the Global name and the base subject, 0 = none: an index over them is a quarter of one over the text. An index
// in the order of hashes touches a page for each row of a big fetch, so there are few: a Message-ID is found through links and its conversation,
// subjects are kept by twelve days, and which bodies are used is asked of all rows at once.
var indexMigrations = []string{`
CREATE TABLE accounts(
	num INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, gone INTEGER NOT NULL DEFAULT 0, data TEXT NOT NULL) STRICT;
CREATE TABLE mailboxes(
	id INTEGER PRIMARY KEY AUTOINCREMENT, account INTEGER NOT NULL REFERENCES accounts(num), parent INTEGER NOT NULL DEFAULT 0,
	name TEXT NOT NULL, ref TEXT NOT NULL DEFAULT '', role TEXT NOT NULL DEFAULT '', rights INTEGER NOT NULL DEFAULT 0,
	subscribed INTEGER NOT NULL DEFAULT 1, selectable INTEGER NOT NULL DEFAULT 1, shared INTEGER NOT NULL DEFAULT 0,
	local INTEGER NOT NULL DEFAULT 0, keep INTEGER NOT NULL DEFAULT 0, virtual INTEGER NOT NULL DEFAULT 0, gone INTEGER NOT NULL DEFAULT 0,
	token TEXT NOT NULL DEFAULT '', resetting INTEGER NOT NULL DEFAULT 0, listed INTEGER NOT NULL DEFAULT 0, checked INTEGER NOT NULL DEFAULT 0,
	total INTEGER NOT NULL DEFAULT 0, unread INTEGER NOT NULL DEFAULT 0, threads INTEGER NOT NULL DEFAULT 0, tunread INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE INDEX mailboxes_ref ON mailboxes(account, ref);
CREATE TABLE messages(
	id INTEGER PRIMARY KEY, account INTEGER NOT NULL, mailbox INTEGER NOT NULL, thread INTEGER NOT NULL, hide INTEGER NOT NULL DEFAULT 0,
	flags INTEGER NOT NULL, base INTEGER NOT NULL, ref TEXT NOT NULL, bflags INTEGER NOT NULL, attach INTEGER NOT NULL, invite INTEGER NOT NULL,
	tome INTEGER NOT NULL, kept INTEGER NOT NULL DEFAULT 0, size INTEGER NOT NULL, date INTEGER NOT NULL, gh INTEGER NOT NULL,
	sh INTEGER NOT NULL, digest BLOB, kw TEXT NOT NULL, bkw TEXT NOT NULL, iid TEXT NOT NULL, global TEXT NOT NULL,
	subject TEXT NOT NULL, sender TEXT NOT NULL, rcpt TEXT NOT NULL, cc TEXT NOT NULL, snippet TEXT NOT NULL) STRICT;
CREATE INDEX m_box ON messages(mailbox, id) WHERE hide=0;
CREATE INDEX m_unread ON messages(mailbox, id) WHERE hide=0 AND flags&1=0;
CREATE INDEX m_flagged ON messages(id, mailbox) WHERE hide=0 AND flags&4<>0;
CREATE INDEX m_attach ON messages(mailbox, id) WHERE hide=0 AND attach<>0;
CREATE INDEX m_hidden ON messages(mailbox, id) WHERE hide<>0;
CREATE INDEX m_nobody ON messages(base, id) WHERE digest IS NULL AND base<>0;
CREATE INDEX m_ref ON messages(base, ref) WHERE base<>0;
CREATE INDEX m_thread ON messages(thread, mailbox);
CREATE INDEX m_gh ON messages(gh) WHERE gh<>0;
CREATE INDEX m_sh ON messages(date>>20, sh) WHERE sh<>0;
CREATE TABLE tombs(id INTEGER PRIMARY KEY) STRICT;
CREATE TABLE convs(
	mailbox INTEGER NOT NULL, thread INTEGER NOT NULL, head INTEGER NOT NULL, count INTEGER NOT NULL, unread INTEGER NOT NULL,
	flagged INTEGER NOT NULL, attach INTEGER NOT NULL, tome INTEGER NOT NULL, PRIMARY KEY(mailbox, thread)) STRICT, WITHOUT ROWID;
CREATE INDEX c_head ON convs(mailbox, head);
CREATE INDEX c_unread ON convs(mailbox, head) WHERE unread>0;
CREATE INDEX c_flagged ON convs(mailbox, head) WHERE flagged>0;
CREATE INDEX c_attach ON convs(mailbox, head) WHERE attach>0;
CREATE TABLE links(h INTEGER PRIMARY KEY, thread INTEGER NOT NULL) STRICT;
CREATE TABLE merged(old INTEGER PRIMARY KEY, new INTEGER NOT NULL) STRICT;
CREATE TABLE orphans(id INTEGER PRIMARY KEY, sh INTEGER NOT NULL) STRICT;
CREATE INDEX o_sh ON orphans(sh);
CREATE TABLE ops(
	id INTEGER PRIMARY KEY AUTOINCREMENT, account INTEGER NOT NULL, mailbox INTEGER NOT NULL, message INTEGER NOT NULL, kind TEXT NOT NULL,
	state TEXT NOT NULL, addf INTEGER NOT NULL, dropf INTEGER NOT NULL, addkw TEXT NOT NULL, dropkw TEXT NOT NULL, dest INTEGER NOT NULL,
	ref TEXT NOT NULL, digest TEXT NOT NULL, name TEXT NOT NULL, onoff INTEGER NOT NULL, attempts INTEGER NOT NULL, next INTEGER NOT NULL,
	error TEXT NOT NULL, undo INTEGER NOT NULL, made INTEGER NOT NULL) STRICT;
CREATE INDEX ops_account ON ops(account, id);
CREATE INDEX ops_message ON ops(message) WHERE message<>0;
CREATE INDEX ops_undo ON ops(undo) WHERE undo<>0;
CREATE INDEX ops_digest ON ops(digest) WHERE digest<>'';
CREATE TABLE drafts(id INTEGER PRIMARY KEY AUTOINCREMENT, message INTEGER NOT NULL DEFAULT 0, changed INTEGER NOT NULL, data TEXT NOT NULL) STRICT;
CREATE INDEX drafts_message ON drafts(message) WHERE message<>0;
CREATE TABLE outbox(id INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT NULL, data TEXT NOT NULL) STRICT;
CREATE TABLE refs(digest TEXT NOT NULL, kind TEXT NOT NULL, owner INTEGER NOT NULL, PRIMARY KEY(digest, kind, owner)) STRICT, WITHOUT ROWID;
CREATE INDEX refs_owner ON refs(kind, owner);
CREATE TABLE people(
	id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, addr TEXT NOT NULL, name TEXT NOT NULL, written INTEGER NOT NULL,
	received INTEGER NOT NULL, last INTEGER NOT NULL) STRICT;
CREATE TABLE peoplewords(word TEXT NOT NULL, person INTEGER NOT NULL, PRIMARY KEY(word, person)) STRICT, WITHOUT ROWID;
CREATE TABLE popseen(
	mailbox INTEGER NOT NULL, ref TEXT NOT NULL, digest TEXT NOT NULL, stored INTEGER NOT NULL, deleted INTEGER NOT NULL DEFAULT 0,
	PRIMARY KEY(mailbox, ref)) STRICT, WITHOUT ROWID;
CREATE TABLE settings(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE counters(key TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE unindexed(id INTEGER PRIMARY KEY, names TEXT NOT NULL, text BLOB) STRICT;
CREATE VIRTUAL TABLE fts USING fts5(subject, sender, rcpt, cc, body, names, content='', contentless_delete=1,
	tokenize="unicode61 remove_diacritics 2", prefix='2 3');
`, pimSchema, `
CREATE TABLE packed(
	digest BLOB PRIMARY KEY, pack INTEGER NOT NULL, off INTEGER NOT NULL, len INTEGER NOT NULL, size INTEGER NOT NULL, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
`, `
CREATE VIRTUAL TABLE ftsterms USING fts5vocab('fts', 'instance');
`, pimCounts, pimSent, `
ALTER TABLE messages ADD COLUMN received INTEGER NOT NULL DEFAULT 0;
`}

// bodyMigrations are those of bodies.db. Enc is 0 for exact bytes, 1 for a zstd frame; data is NULL when the blob is a file.
var bodyMigrations = []string{`
CREATE TABLE blobs(
	id INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, size INTEGER NOT NULL, enc INTEGER NOT NULL, at INTEGER NOT NULL, data BLOB) STRICT;
`}

// migrate applies what is missing, each step in a transaction, after a copy of the file was made beside it. The copy of the upgrade before goes when this one has worked; a file that
// is new needs none.
func migrate(ctx context.Context, w *writer1, path string, steps []string) error {
	var v int
	if err := w.conn.QueryRowContext(ctx, "PRAGMA user_version").Scan(&v); err != nil {
		return err
	}
	if v > len(steps) {
		return &fault.Error{Kind: fault.Local, Op: "open", Code: "newer", Title: "This profile belongs to a newer Postrider",
			Detail: "It was used by a later version. Install that version, or choose another profile; nothing was changed."}
	}
	if v == len(steps) {
		return nil
	}
	backup := fmt.Sprintf("%s.v%d", path, v)
	if v > 0 {
		if err := os.Remove(backup); err != nil && !os.IsNotExist(err) {
			return err
		}
		if _, err := w.conn.ExecContext(ctx, "VACUUM INTO ?", backup); err != nil {
			return err
		}
	}
	for ; v < len(steps); v++ {
		if _, err := w.conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
			return err
		}
		_, err := w.conn.ExecContext(ctx, steps[v]+fmt.Sprintf("; PRAGMA user_version=%d; COMMIT", v+1))
		if err != nil {
			w.conn.ExecContext(ctx, "ROLLBACK")
			return err
		}
	}
	for i := range v {
		if old := fmt.Sprintf("%s.v%d", path, i); old != backup {
			os.Remove(old) // it takes room, no more
		}
	}
	return nil
}
