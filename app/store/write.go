package store

import (
	"context"
	"fmt"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app/bus"
)

// Tx is the write transaction. It is valid inside the function given to Write only.
type Tx struct {
	s       *Store
	w       *writer1
	bodies  bool // the transaction on bodies.db has begun
	changed bus.Changed
	any     bool
	reload  bool // accounts or tree: the cache is read again
	seen    map[mail.MessageID]bool
	boxSeen map[mail.MailboxID]bool

	boxes  map[mail.MailboxID]*delta
	convs  map[convKey]*conv // deltas of conversations that are new
	redo   map[convKey]bool  // conversations to count again
	seq    int64             // next sequence number of a MessageID
	seqOK  bool
	seq0   int64
	people map[string]*heard
	queue  []queued
	done   []int64 // indexed: the spool need not keep their words after the commit
	stowed []stowed
	packs  map[int64]bool    // that this transaction names frames of
	named  map[string]string // people whose words were stored
	files  []string          // blob files written; removed again on rollback
	sweep  bool
	// A lookup of the tree that includes what this transaction changed.
	t *tree
}

type delta struct{ total, unread, threads, tunread int64 }

type convKey struct {
	box    mail.MailboxID
	thread mail.ThreadID
}

type conv struct {
	head                                 mail.MessageID
	count, unread, flagged, attach, tome int64
}

// Write runs f in the one write transaction.
func (s *Store) Write(ctx context.Context, f func(tx *Tx) error) error {
	if err := s.takeTurn(ctx); err != nil {
		return err
	}
	defer func() { <-s.wmu }()
	return s.write(ctx, f)
}

// takeTurn takes the write lock.
func (s *Store) takeTurn(ctx context.Context) error {
	select {
	case s.wmu <- struct{}{}:
		return nil
	default:
	}
	s.waiting.Add(1)
	defer s.waiting.Add(-1)
	select {
	case s.wmu <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-s.closing:
		return errClosed()
	}
}

// writeSoon is Write for what can be done again: the commit is not synced to the disk by itself but with the next one that is. When the power fails
// before, the whole transaction never was.
func (s *Store) writeSoon(ctx context.Context, f func(tx *Tx) error) (err error) {
	if err := s.takeTurn(ctx); err != nil {
		return err
	}
	defer func() { <-s.wmu }()
	// Not by prepared statements: this pragma acts when it is prepared.
	if _, err := s.w.conn.ExecContext(context.Background(), "PRAGMA synchronous=NORMAL"); err != nil {
		return local("write", err)
	}
	defer func() {
		if _, serr := s.w.conn.ExecContext(context.Background(), "PRAGMA synchronous=FULL"); serr != nil && err == nil {
			err = local("write", serr)
		}
	}()
	return s.write(ctx, f)
}

func (s *Store) write(ctx context.Context, f func(tx *Tx) error) (err error) {
	if err := ctx.Err(); err != nil {
		return err
	}
	tx := &Tx{s: s, w: s.w, t: s.tree(), boxes: map[mail.MailboxID]*delta{}, convs: map[convKey]*conv{}, redo: map[convKey]bool{}}
	if _, err := s.w.exec("BEGIN IMMEDIATE"); err != nil {
		return local("write", err)
	}
	done := false
	defer func() {
		if !done { // an error, or f panicked
			tx.rollback()
		}
	}()
	if err := f(tx); err != nil {
		return ours("write", err)
	}
	if err := tx.flush(); err != nil {
		return local("write", err)
	}
	if err := tx.syncPacks(); err != nil {
		return local("write", err)
	}
	// Bodies first: a crash in between leaves a body that nothing refers to, never a message without its body.
	if tx.bodies {
		if _, err := s.bw.exec("COMMIT"); err != nil {
			return local("write", err)
		}
		tx.bodies = false
		tx.files = nil
	}
	if _, err := s.w.exec("COMMIT"); err != nil {
		return local("write", err)
	}
	done = true
	if len(tx.done) > 0 {
		s.words.drop(tx.done)
	}
	if len(s.named)+len(tx.named) > 50_000 {
		clear(s.named)
	}
	for k, v := range tx.named {
		s.named[k] = v
	}
	if tx.reload {
		if err := s.loadCache(context.Background()); err != nil {
			return local("write", err)
		}
	}
	if tx.any && s.bus != nil {
		s.bus.Publish(tx.changed)
	}
	if tx.sweep {
		s.wake()
	}
	return nil
}

func (tx *Tx) rollback() {
	if tx.bodies {
		tx.s.bw.exec("ROLLBACK")
	}
	tx.s.w.exec("ROLLBACK")
	tx.s.dropFiles(tx.files)
}

func (tx *Tx) beginBodies() error {
	if tx.bodies {
		return nil
	}
	if _, err := tx.s.bw.exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	tx.bodies = true
	return nil
}

// touch notes that a message changed.
func (tx *Tx) touch(id mail.MessageID) {
	if tx.seen == nil {
		tx.seen = map[mail.MessageID]bool{}
	}
	if !tx.seen[id] {
		tx.seen[id] = true
		tx.changed.Messages = append(tx.changed.Messages, id)
	}
	tx.any = true
}

func (tx *Tx) touchBox(id mail.MailboxID) {
	if tx.boxSeen == nil {
		tx.boxSeen = map[mail.MailboxID]bool{}
	}
	if id != 0 && !tx.boxSeen[id] {
		tx.boxSeen[id] = true
		tx.changed.Mailboxes = append(tx.changed.Mailboxes, id)
	}
	tx.any = true
}

func (tx *Tx) box(id mail.MailboxID) *delta {
	d := tx.boxes[id]
	if d == nil {
		d = &delta{}
		tx.boxes[id] = d
	}
	tx.touchBox(id)
	return d
}

// shown is what of a message the counters see.
type shown struct {
	box          mail.MailboxID
	thread       mail.ThreadID
	hide         int64
	flags        mail.Flags
	attach, tome bool
}

// moved brings the counters from what a message was to what it is.
func (tx *Tx) moved(was, is shown) {
	for i, v := range []shown{was, is} {
		if v.hide != 0 || v.box == 0 {
			continue
		}
		n := int64(1)
		if i == 0 {
			n = -1
		}
		d := tx.box(v.box)
		d.total += n
		if v.flags&mail.Seen == 0 {
			d.unread += n
		}
		tx.redo[convKey{v.box, v.thread}] = true
	}
}

// flush brings conversations and counters up to date before the commit.
func (tx *Tx) flush() error {
	if err := tx.flushPeople(); err != nil {
		return err
	}
	if err := tx.flushStowed(); err != nil {
		return err
	}
	var fresh []convKey
	for k := range tx.convs {
		if !tx.redo[k] {
			fresh = append(fresh, k)
		}
	}
	for len(fresh) > 0 {
		n := min(50, len(fresh))
		if n < 50 {
			n = 1
		}
		args := make([]any, 0, n*8)
		for _, k := range fresh[:n] {
			c := tx.convs[k]
			args = append(args, int64(k.box), int64(k.thread), int64(c.head), c.count, c.unread, c.flagged, c.attach, c.tome)
			d := tx.box(k.box)
			d.threads++
			if c.unread > 0 {
				d.tunread++
			}
		}
		if _, err := tx.w.exec("INSERT INTO convs(mailbox,thread,head,count,unread,flagged,attach,tome) VALUES "+tuples(n, 8), args...); err != nil {
			return err
		}
		fresh = fresh[n:]
	}
	for k := range tx.redo {
		if err := tx.recount(k); err != nil {
			return err
		}
	}
	for id, d := range tx.boxes {
		if *d == (delta{}) {
			continue
		}
		if _, err := tx.w.exec("UPDATE mailboxes SET total=total+?, unread=unread+?, threads=threads+?, tunread=tunread+? WHERE id=?",
			d.total, d.unread, d.threads, d.tunread, int64(id)); err != nil {
			return err
		}
	}
	if tx.seqOK && tx.seq != tx.seq0 {
		if _, err := tx.w.exec("INSERT INTO counters(key,value) VALUES('message',?) ON CONFLICT(key) DO UPDATE SET value=excluded.value", tx.seq); err != nil {
			return err
		}
	}
	return nil
}

// recount counts one conversation in one mailbox again.
func (tx *Tx) recount(k convKey) error {
	var oldUnread, had int64
	had = 1
	ok, err := tx.w.row("SELECT unread FROM convs WHERE mailbox=? AND thread=?", []any{int64(k.box), int64(k.thread)}, &oldUnread)
	if err != nil {
		return err
	}
	if !ok {
		had = 0
	}
	var c conv
	_, err = tx.w.row(`SELECT coalesce(max(id),0), count(*), coalesce(sum(flags&1=0),0), coalesce(sum(flags&4<>0),0), coalesce(sum(attach),0), coalesce(sum(tome),0)
		FROM messages INDEXED BY m_thread WHERE thread=? AND mailbox=? AND hide=0`, []any{int64(k.thread), int64(k.box)}, &c.head, &c.count, &c.unread, &c.flagged, &c.attach, &c.tome)
	if err != nil {
		return err
	}
	d := tx.box(k.box)
	if c.count > 0 {
		d.threads++
		if c.unread > 0 {
			d.tunread++
		}
	}
	d.threads -= had
	if oldUnread > 0 {
		d.tunread--
	}
	switch {
	case c.count == 0 && had == 0:
		return nil
	case c.count == 0:
		_, err = tx.w.exec("DELETE FROM convs WHERE mailbox=? AND thread=?", int64(k.box), int64(k.thread))
	case had == 0:
		_, err = tx.w.exec("INSERT INTO convs(mailbox,thread,head,count,unread,flagged,attach,tome) VALUES (?,?,?,?,?,?,?,?)",
			int64(k.box), int64(k.thread), int64(c.head), c.count, c.unread, c.flagged, c.attach, c.tome)
	default:
		_, err = tx.w.exec("UPDATE convs SET head=?,count=?,unread=?,flagged=?,attach=?,tome=? WHERE mailbox=? AND thread=?",
			int64(c.head), c.count, c.unread, c.flagged, c.attach, c.tome, int64(k.box), int64(k.thread))
	}
	return err
}

func errClosed() error { return local("write", fmt.Errorf("the store is closed")) }
