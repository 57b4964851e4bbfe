package store

import (
	"context"
	"time"
)

// What was removed as a whole (an account, a mailbox) is hidden at once and deleted behind, a slice at a time, so that the writer is never held long.

const sweepSlice = 500

// blobGrace is how long a blob may lie unused: one that was just stored may be named in a later transaction.
const blobGrace = 24 * time.Hour

func (s *Store) wake() {
	select {
	case s.sweepC <- struct{}{}:
	default:
	}
}

func (s *Store) sweeper() {
	defer s.wg.Done()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() {
		<-s.closing
		cancel()
	}()
	for {
		select {
		case <-s.closing:
			return
		case <-s.sweepC:
		}
		for ctx.Err() == nil {
			more, err := s.sweepOnce(ctx)
			if err != nil || !more {
				break
			}
			select {
			case <-s.closing:
				return
			case <-time.After(5 * time.Millisecond): // others write in between
			}
		}
	}
}

// sweepOnce deletes one slice of what is hidden for good; true when there is more.
func (s *Store) sweepOnce(ctx context.Context) (bool, error) {
	t := s.tree()
	if len(t.gone) == 0 {
		return false, nil
	}
	more := true
	err := s.Write(ctx, func(tx *Tx) error {
		if len(tx.t.gone) == 0 {
			more = false
			return nil
		}
		b := int64(tx.t.gone[0])
		var rows []*state
		err := tx.w.rows("SELECT "+stateColumns+" FROM messages WHERE mailbox=? AND hide=0 LIMIT ?", []any{b, sweepSlice}, gather(&rows))
		if err == nil && len(rows) == 0 {
			err = tx.w.rows("SELECT "+stateColumns+" FROM messages WHERE mailbox=? AND hide<>0 LIMIT ?", []any{b, sweepSlice}, gather(&rows))
		}
		if err != nil {
			return err
		}
		for _, r := range rows {
			if err := tx.deleteRow(r); err != nil {
				return err
			}
		}
		if _, err := tx.w.exec("DELETE FROM convs WHERE (mailbox,thread) IN (SELECT mailbox, thread FROM convs WHERE mailbox=? LIMIT ?)", b, 2*sweepSlice); err != nil {
			return err
		}
		if len(rows) > 0 {
			return nil
		}
		for _, q := range []string{"DELETE FROM convs WHERE mailbox=?", "DELETE FROM popseen WHERE mailbox=?", "UPDATE messages SET base=0, ref='' WHERE base=? AND base<>0", "DELETE FROM mailboxes WHERE id=?"} {
			if _, err := tx.w.exec(q, b); err != nil {
				return err
			}
		}
		if _, err := tx.w.exec("DELETE FROM accounts WHERE gone=1 AND NOT EXISTS(SELECT 1 FROM mailboxes WHERE account=accounts.num)"); err != nil {
			return err
		}
		return tx.reloadTree()
	})
	return more, err
}

func gather(rows *[]*state) func(scan func(...any) error) error {
	return func(scan func(...any) error) error {
		r := &state{}
		if err := scan(r.dest()...); err != nil {
			return err
		}
		*rows = append(*rows, r)
		return nil
	}
}

// usedBlob asks who but messages names a blob.
const usedBlob = `SELECT EXISTS(SELECT 1 FROM refs WHERE digest=?) OR EXISTS(SELECT 1 FROM ops WHERE digest=? AND digest<>'')`

// Compact collects bodies that nothing refers to any more, merges the full-text index and gives free pages back to the disk where it is worth it.
func (s *Store) Compact(ctx context.Context) error {
	for {
		more, err := s.sweepOnce(ctx)
		if err != nil {
			return err
		}
		if !more {
			break
		}
	}
	if err := s.collect(ctx, blobGrace); err != nil {
		return err
	}
	err := s.Write(ctx, func(tx *Tx) error {
		_, err := tx.w.exec("INSERT INTO fts(fts, rank) VALUES('merge', 2000)")
		return err
	})
	if err != nil {
		return err
	}
	// Outside a transaction, under the write lock.
	select {
	case s.wmu <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-s.wmu }()
	for _, w := range []*writer1{s.w, s.bw} {
		var free, pages int64
		if _, err := w.row("SELECT (SELECT freelist_count FROM pragma_freelist_count), (SELECT page_count FROM pragma_page_count)", nil, &free, &pages); err != nil {
			return local("compact", err)
		}
		if free*5 > pages && free > 1000 {
			if _, err := w.conn.ExecContext(ctx, "VACUUM"); err != nil {
				return local("compact", err)
			}
		}
		if _, err := w.conn.ExecContext(ctx, "PRAGMA optimize"); err != nil {
			return local("compact", err)
		}
	}
	return nil
}

// collect removes all unused blobs older than grace. What messages name is read first, outside the write lock; a blob that a message takes up
// again meanwhile counts as new, see putBlob.
func (s *Store) collect(ctx context.Context, grace time.Duration) error {
	if !s.keeping.TryLock() {
		return nil // a copy is being made; the next time
	}
	defer s.keeping.Unlock()
	named := map[string]struct{}{}
	if err := s.eachDigest(ctx, func(d string) error {
		named[d[:min(len(d), 24)]] = struct{}{} // twelve bytes tell them apart well enough to err on keeping
		return nil
	}); err != nil {
		return err
	}
	for after := int64(0); ; {
		next, err := s.collectBlobs(ctx, after, grace, named)
		if err != nil {
			return err
		}
		if next == 0 {
			break
		}
		after = next
	}
	return s.collectPacked(ctx, grace, named)
}

// collectBlobs looks at a slice of blobs behind after and removes those that are unused and older than grace; it returns where to go on, 0 = at the end.
func (s *Store) collectBlobs(ctx context.Context, after int64, grace time.Duration, named map[string]struct{}) (int64, error) {
	type blob struct {
		id     int64
		digest []byte
		file   bool
	}
	next := int64(0)
	var files []string
	err := s.Write(ctx, func(tx *Tx) error {
		if err := tx.beginBodies(); err != nil {
			return err
		}
		var bs []blob
		n := 0
		err := s.bw.rows("SELECT id, digest, data IS NULL, at FROM blobs WHERE id>? ORDER BY id LIMIT 1000", []any{after}, func(scan func(...any) error) error {
			var b blob
			var at int64
			if err := scan(&b.id, &b.digest, &b.file, &at); err != nil {
				return err
			}
			n++
			next = b.id
			if s.now().Sub(time.Unix(at, 0)) >= grace {
				bs = append(bs, b)
			}
			return nil
		})
		if err != nil {
			return err
		}
		if n < 1000 {
			next = 0
		}
		for _, b := range bs {
			var used bool
			hex := unpackDigest(b.digest)
			if _, ok := named[hex[:min(len(hex), 24)]]; ok {
				// What lies in a pack too is not needed here.
				var twice int
				if ok, err := tx.w.row("SELECT 1 FROM packed WHERE digest=?", []any{b.digest}, &twice); err != nil {
					return err
				} else if !ok {
					continue
				}
			} else if _, err := tx.w.row(usedBlob, []any{hex, hex}, &used); err != nil {
				return err
			}
			if used {
				continue
			}
			if _, err := s.bw.exec("DELETE FROM blobs WHERE id=?", b.id); err != nil {
				return err
			}
			if b.file {
				files = append(files, hex)
			}
		}
		return nil
	})
	if err == nil {
		s.dropFiles(files)
	}
	return next, err
}
