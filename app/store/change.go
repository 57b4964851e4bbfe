package store

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/app/thread"
)

// state is what of a row changes.
type state struct {
	id           mail.MessageID
	account      int64
	mailbox      mail.MailboxID
	thread       mail.ThreadID
	hide         int64
	flags        mail.Flags
	bflags       mail.Flags
	base         mail.MailboxID
	ref          remote.Ref
	attach, tome bool
	date, size   int64
	received     int64
	digest       []byte
	kw, bkw      string
	iid, global  string
	kept         bool
}

const stateColumns = "id,account,mailbox,thread,hide,flags,bflags,base,ref,attach,tome,date,size,digest,kw,bkw,iid,global,kept,received"

func (r *state) dest() []any {
	return []any{&r.id, &r.account, &r.mailbox, &r.thread, &r.hide, &r.flags, &r.bflags, &r.base, &r.ref, &r.attach, &r.tome, &r.date, &r.size, &r.digest, &r.kw, &r.bkw, &r.iid, &r.global, &r.kept, &r.received}
}

func (r *state) shown() shown {
	return shown{box: r.mailbox, thread: r.thread, hide: r.hide, flags: r.flags, attach: r.attach, tome: r.tome}
}

func (r *state) row(t *tree) Row {
	out := Row{ID: r.id, Mailbox: r.mailbox, Thread: r.thread, Base: r.base, Ref: r.ref, BaseFlags: r.bflags, BaseKW: unpackWords(r.bkw), Flags: r.flags, Keywords: unpackWords(r.kw),
		InternetID: r.iid, Global: r.global, Size: r.size, Digest: unpackDigest(r.digest), Date: time.Unix(r.date, 0), Received: receivedOf(r.received, r.date), Kept: r.kept, Removed: r.hide&1 != 0}
	if a := t.byNum[r.account]; a != nil {
		out.Account = a.id
	}
	return out
}

func (tx *Tx) load(id mail.MessageID) (*state, error) {
	r := &state{}
	ok, err := tx.w.row("SELECT "+stateColumns+" FROM messages WHERE id=?", []any{int64(id)}, r.dest()...)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, missing("message")
	}
	return r, nil
}

func (tx *Tx) loadRows(where string, args ...any) ([]Row, error) {
	var out []Row
	err := tx.w.rows("SELECT "+stateColumns+" FROM messages WHERE "+where, args, func(scan func(...any) error) error {
		var r state
		if err := scan(r.dest()...); err != nil {
			return err
		}
		out = append(out, r.row(tx.t))
		return nil
	})
	return out, err
}

// Row returns a message as the engine sees it.
func (tx *Tx) Row(id mail.MessageID) (Row, error) {
	r, err := tx.load(id)
	if err != nil {
		return Row{}, err
	}
	return r.row(tx.t), nil
}

// Rows returns messages as the engine sees them; those that are gone are left out.
func (tx *Tx) Rows(ids []mail.MessageID) (map[mail.MessageID]Row, error) {
	out := make(map[mail.MessageID]Row, len(ids))
	err := tx.eachState(ids, func(r *state) { out[r.id] = r.row(tx.t) })
	return out, err
}

// eachState reads rows of messages.
func (tx *Tx) eachState(ids []mail.MessageID, each func(*state)) error {
	for i := 0; i < len(ids); {
		n := 50
		if len(ids)-i < n {
			n = 1
		}
		args := make([]any, n)
		for j := range args {
			args[j] = int64(ids[i+j])
		}
		err := tx.w.rows("SELECT "+stateColumns+" FROM messages WHERE id IN ("+marks(n)+")", args, func(scan func(...any) error) error {
			r := &state{}
			err := scan(r.dest()...)
			each(r)
			return err
		})
		if err != nil {
			return err
		}
		i += n
	}
	return nil
}

// Row returns a message as the engine sees it.
func (s *Store) Row(ctx context.Context, id mail.MessageID) (Row, error) {
	var r state
	ok, err := s.reads.row(ctx, "SELECT "+stateColumns+" FROM messages WHERE id=?", []any{int64(id)}, r.dest()...)
	if err != nil {
		return Row{}, local("message", err)
	}
	t := s.tree()
	if !ok || t.boxes[r.mailbox] == nil {
		return Row{}, missing("message")
	}
	return r.row(t), nil
}

// RowsByRef returns what is known of refs in the server's view of a mailbox.
func (tx *Tx) RowsByRef(box mail.MailboxID, refs []remote.Ref) (map[remote.Ref]Row, error) {
	out := make(map[remote.Ref]Row, len(refs))
	for len(refs) > 0 {
		n := 200
		if len(refs) < n {
			n = 1
		}
		args := make([]any, 0, n+1)
		args = append(args, int64(box))
		for _, r := range refs[:n] {
			args = append(args, string(r))
		}
		rows, err := tx.loadRows("base=? AND base<>0 AND ref IN ("+marks(n)+")", args...)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			if r.Ref != "" {
				out[r.Ref] = r
			}
		}
		refs = refs[n:]
	}
	return out, nil
}

// Refs returns all refs that the server has in a mailbox, as far as known.
func (tx *Tx) Refs(box mail.MailboxID) (map[remote.Ref]mail.MessageID, error) {
	out := map[remote.Ref]mail.MessageID{}
	err := tx.w.rows("SELECT ref, id FROM messages WHERE base=? AND base<>0 AND ref<>''", []any{int64(box)}, func(scan func(...any) error) error {
		var r remote.Ref
		var id mail.MessageID
		if err := scan(&r, &id); err != nil {
			return err
		}
		out[r] = id
		return nil
	})
	return out, err
}

// Unnamed returns messages that are in a mailbox on the server under a name not yet known.
func (tx *Tx) Unnamed(box mail.MailboxID) ([]Row, error) {
	return tx.loadRows("base=? AND base<>0 AND ref=''", int64(box))
}

// ByInternetID returns the account's messages with that Message-ID.
func (tx *Tx) ByInternetID(a mail.AccountID, id string) ([]Row, error) {
	ac := tx.t.byID[a]
	if ac == nil || id == "" {
		return nil, nil
	}
	var t mail.ThreadID
	ok, err := tx.w.row("SELECT thread FROM links WHERE h=?", []any{hash63(thread.Own(id))}, &t)
	if err != nil || !ok {
		return nil, err
	}
	if t, err = tx.root(t); err != nil {
		return nil, err
	}
	return tx.loadRows("thread=? AND account=? AND iid=?", int64(t), ac.num, clean(id, 998))
}

// WithoutMessageID returns the messages of a mailbox that have none; they are told apart by their digests only. It looks at the whole mailbox.
func (tx *Tx) WithoutMessageID(box mail.MailboxID) ([]Row, error) {
	return tx.loadRows("mailbox=? AND hide=0 AND iid=''", int64(box))
}

// ByGlobal returns the account's messages that the server calls the same.
func (tx *Tx) ByGlobal(a mail.AccountID, global string) ([]Row, error) {
	ac := tx.t.byID[a]
	if ac == nil || global == "" {
		return nil, nil
	}
	return tx.loadRows("gh=? AND gh<>0 AND account=? AND global=?", hash63(global), ac.num, global)
}

// SetBaseFlags says what the server has; what is shown is computed again from the pending ops.
func (tx *Tx) SetBaseFlags(id mail.MessageID, f mail.Flags, kw []string) error {
	r, err := tx.load(id)
	if err != nil {
		return err
	}
	r.bflags, r.bkw = f, packWords(kw)
	return tx.rebase(r)
}

// rebase computes the shown flags from the server's and the pending ops, and stores both.
func (tx *Tx) rebase(r *state) error {
	was := r.shown()
	f, words := r.bflags, unpackWords(r.bkw)
	err := tx.w.rows("SELECT addf, dropf, addkw, dropkw FROM ops WHERE message=? AND message<>0 AND kind='flags' ORDER BY id", []any{int64(r.id)}, func(scan func(...any) error) error {
		var add, drop mail.Flags
		var addKW, dropKW string
		if err := scan(&add, &drop, &addKW, &dropKW); err != nil {
			return err
		}
		f = f&^drop | add
		words = editWords(words, unpackWords(addKW), unpackWords(dropKW))
		return nil
	})
	if err != nil {
		return err
	}
	r.flags, r.kw = f, packWords(words)
	if _, err := tx.w.exec("UPDATE messages SET bflags=?, bkw=?, flags=?, kw=? WHERE id=?", int64(r.bflags), r.bkw, int64(r.flags), r.kw, int64(r.id)); err != nil {
		return err
	}
	if was.flags != r.flags {
		tx.moved(was, r.shown())
	}
	tx.touch(r.id)
	return nil
}

// editWords returns ws without drop and with add, each once. Keywords compare without case (RFC 9051 section 2.3.2).
func editWords(ws, add, drop []string) []string {
	out := []string{}
	for _, w := range ws {
		if !hasWord(drop, w) && !hasWord(out, w) {
			out = append(out, w)
		}
	}
	for _, w := range add {
		if !hasWord(out, w) {
			out = append(out, w)
		}
	}
	return out
}

func hasWord(ws []string, w string) bool {
	for _, x := range ws {
		if strings.EqualFold(x, w) {
			return true
		}
	}
	return false
}

// SetShown changes the flags that are shown.
func (tx *Tx) SetShown(id mail.MessageID, f mail.Flags, kw []string) error {
	r, err := tx.load(id)
	if err != nil {
		return err
	}
	was := r.shown()
	r.flags = f
	if _, err := tx.w.exec("UPDATE messages SET flags=?, kw=? WHERE id=?", int64(f), packWords(kw), int64(id)); err != nil {
		return err
	}
	if was.flags != f {
		tx.moved(was, r.shown())
	}
	tx.touch(id)
	return nil
}

// SetMailbox changes where the message is shown.
func (tx *Tx) SetMailbox(id mail.MessageID, box mail.MailboxID) error {
	b := tx.t.boxes[box]
	if b == nil {
		return missing("mailbox")
	}
	r, err := tx.load(id)
	if err != nil {
		return err
	}
	was := r.shown()
	r.mailbox = box
	if _, err := tx.w.exec("UPDATE messages SET mailbox=?, account=? WHERE id=?", int64(box), b.account, int64(id)); err != nil {
		return err
	}
	tx.moved(was, r.shown())
	tx.touch(id)
	return nil
}

// SetRemoved hides a message while its removal is pending, or shows it again.
func (tx *Tx) SetRemoved(id mail.MessageID, hidden bool) error {
	r, err := tx.load(id)
	if err != nil {
		return err
	}
	was := r.shown()
	r.hide = r.hide&^1 | b2i(hidden)
	if _, err := tx.w.exec("UPDATE messages SET hide=? WHERE id=?", r.hide, int64(id)); err != nil {
		return err
	}
	tx.moved(was, r.shown())
	tx.touch(id)
	return nil
}

// SetBase says where the server has it now and under which name.
func (tx *Tx) SetBase(id mail.MessageID, box mail.MailboxID, ref remote.Ref) error {
	return tx.updateMessage(id, "UPDATE messages SET base=?, ref=? WHERE id=?", int64(box), string(ref), int64(id))
}

// SetKept says that it is gone on the server and stays here.
func (tx *Tx) SetKept(id mail.MessageID) error {
	return tx.updateMessage(id, "UPDATE messages SET base=0, ref='', kept=1 WHERE id=?", int64(id))
}

func (tx *Tx) updateMessage(id mail.MessageID, q string, args ...any) error {
	r, err := tx.w.exec(q, args...)
	if err != nil {
		return err
	}
	if n, _ := r.RowsAffected(); n == 0 {
		return missing("message")
	}
	tx.touch(id)
	return nil
}

// Delete removes messages for good; ids that are gone already are passed over. Bodies that nobody shares are collected later.
func (tx *Tx) Delete(ids []mail.MessageID) error {
	for _, id := range ids {
		r := &state{}
		ok, err := tx.w.row("SELECT "+stateColumns+" FROM messages WHERE id=?", []any{int64(id)}, r.dest()...)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		if err := tx.deleteRow(r); err != nil {
			return err
		}
		tx.moved(r.shown(), shown{})
		tx.touch(id)
	}
	tx.sweep = true
	return nil
}

func (tx *Tx) deleteRow(r *state) error {
	id := int64(r.id)
	if b := tx.t.boxes[r.base]; b != nil && b.keep && r.ref != "" {
		if _, err := tx.w.exec("INSERT INTO popseen(mailbox,ref,digest,stored,deleted) VALUES(?,?,'',0,1) ON CONFLICT(mailbox,ref) DO UPDATE SET deleted=1", int64(r.base), string(r.ref)); err != nil {
			return err
		}
	}
	for _, q := range []string{"INSERT OR IGNORE INTO tombs(id) VALUES(?)", "DELETE FROM messages WHERE id=?", "DELETE FROM unindexed WHERE id=?", "DELETE FROM fts WHERE rowid=?",
		"DELETE FROM orphans WHERE id=?", "DELETE FROM ops WHERE message=? AND message<>0", "UPDATE drafts SET message=0 WHERE message=? AND message<>0"} {
		if _, err := tx.w.exec(q, id); err != nil {
			return err
		}
	}
	return nil
}

// orphanSet holds the base subjects of answers that name nobody, so that the common message costs no lookup.
type orphanSet struct {
	mu sync.RWMutex
	m  map[int64]bool
}

func (o *orphanSet) has(h int64) bool {
	o.mu.RLock()
	defer o.mu.RUnlock()
	return o.m[h]
}

func (o *orphanSet) add(h int64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.m == nil {
		o.m = map[int64]bool{}
	}
	o.m[h] = true
}
