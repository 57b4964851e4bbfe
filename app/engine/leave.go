package engine

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/app/store"
)

// reborn finds messages of a Keep mailbox that came back under a new name (the server lost its UIDLs).
type reborn struct {
	box   mail.MailboxID
	marks map[string]remote.Ref // digest -> a name that the server does not have any more
	all   map[remote.Ref]store.POPMark
}

func newReborn(tx *store.Tx, s *session, box mail.MailboxID) (*reborn, error) {
	all, err := tx.POPSeen(box)
	if err != nil {
		return nil, err
	}
	r := &reborn{box: box, marks: map[string]remote.Ref{}, all: all}
	on := s.onServer[box]
	for ref, m := range all {
		if m.Digest != "" && !on[ref] {
			r.marks[m.Digest] = ref
		}
	}
	return r, nil
}

// meet reports whether the body of a new row is that of a message that was here under a name that is void now. Then that message takes the
// name, or, where it was deleted here, the new row goes for good.
func (r *reborn) meet(tx *store.Tx, row store.Row, b store.Body) (bool, error) {
	old, ok := r.marks[b.Digest]
	if !ok || old == row.Ref {
		return false, nil
	}
	mark := r.all[old]
	if mark.Deleted {
		delete(r.marks, b.Digest)
		if err := tx.Delete([]mail.MessageID{row.ID}); err != nil { // this marks the new name deleted
			return false, err
		}
		if err := tx.SetPOPSeen(r.box, row.Ref, b.Digest, mark.Stored); err != nil {
			return false, err
		}
		return true, tx.DropPOPSeen(r.box, []remote.Ref{old})
	}
	same, err := tx.ByDigest(row.Account, b.Digest)
	if err != nil {
		return false, err
	}
	for _, k := range same {
		if k.ID == row.ID || k.Base != 0 && !(k.Base == r.box && k.Ref == old) {
			continue
		}
		delete(r.marks, b.Digest)
		if err := tx.SetBase(row.ID, 0, ""); err != nil {
			return false, err
		}
		if err := tx.Delete([]mail.MessageID{row.ID}); err != nil {
			return false, err
		}
		if err := tx.SetBase(k.ID, r.box, row.Ref); err != nil {
			return false, err
		}
		if err := tx.SetPOPSeen(r.box, row.Ref, b.Digest, mark.Stored); err != nil {
			return false, err
		}
		return true, tx.DropPOPSeen(r.box, []remote.Ref{old})
	}
	return false, nil
}

// thin removes from a Keep mailbox on the server what the account's rule does not leave there: only what the last complete listing had and what
// is durably here, read again and compared by digest and size; or what was deleted here.
func (s *session) thin(id mail.MailboxID) (bool, error) {
	p, err := s.e.s.Place(s.ctx, id)
	if err != nil {
		return false, err
	}
	on := s.onServer[id]
	boxes, err := s.e.s.Mailboxes(s.ctx, s.a.id)
	if err != nil {
		return false, err
	}
	trash := map[mail.MailboxID]bool{}
	for _, b := range boxes {
		trash[b.ID] = b.Role == mail.RoleTrash
	}
	var marks map[remote.Ref]store.POPMark
	var rows map[remote.Ref]store.Row
	err = s.e.s.Write(s.ctx, func(tx *store.Tx) error {
		var err error
		if marks, err = tx.POPSeen(id); err != nil {
			return err
		}
		refs := make([]remote.Ref, 0, len(marks))
		for r := range marks {
			refs = append(refs, r)
		}
		rows, err = tx.RowsByRef(id, refs)
		return err
	})
	if err != nil {
		return false, err
	}
	now := s.e.o.Now()
	rule := s.a.m.Leave
	odd := map[remote.Ref]string{} // digests of bodies that are not of the size that the server said
	drop := remote.Edit{Verb: remote.Remove}
	for ref, m := range marks {
		if !on[ref] {
			continue
		}
		row, here := rows[ref]
		deleted := m.Deleted || here && trash[row.Mailbox]
		old := rule.Mode == "now" || rule.Mode == "days" && !m.Stored.IsZero() && !now.Before(m.Stored.Add(time.Duration(rule.Days)*24*time.Hour))
		if !old && !(rule.Mode == "deleted" && deleted) {
			continue
		}
		if !m.Deleted {
			if m.Stored.IsZero() || !here || row.Digest != m.Digest {
				continue
			}
			if s.a.doubted[ref] {
				continue
			}
			size, err := s.durable(row)
			if err != nil {
				return false, err
			}
			if size < 0 {
				continue
			}
			if row.Size > 0 && size != row.Size {
				odd[ref] = row.Digest
			}
		}
		drop.Items = append(drop.Items, ref)
		drop.InternetIDs = append(drop.InternetIDs, row.InternetID)
		drop.Sizes = append(drop.Sizes, row.Size)
		if len(drop.Items) == 500 {
			s.leave = append(s.leave, id)
			break
		}
	}
	if err := s.compare(p, odd, &drop); err != nil {
		return false, err
	}
	due := drop.Items
	if len(due) == 0 {
		return false, nil
	}
	s.e.crash("before thin push")
	ack, err := s.conn.Pusher.Push(s.ctx, p.Ref, p.Token, []remote.Edit{drop})
	if err != nil {
		return false, err
	}
	s.e.crash("after thin push")
	if len(ack.Done) != 1 || ack.Done[0].Err != nil {
		s.e.log.Warn("the server kept messages that were to be removed", "account", string(s.a.id))
		s.leave = nil
		return false, nil
	}
	// The marks stay until a listing shows that the names are gone: a server that forgets the removal must not bring the messages back.
	for _, r := range due {
		delete(on, r)
	}
	return true, s.e.write(s.ctx, "thin", func(tx *store.Tx) error {
		for _, r := range due {
			if row, ok := rows[r]; ok {
				if err := tx.SetKept(row.ID); err != nil && !fault.Is(err, fault.NotFound) {
					return err
				}
			}
		}
		if ack.Next != "" {
			return tx.SetToken(id, ack.Next, now)
		}
		return nil
	})
}

// compare fetches messages again whose stored bodies are not of the size that the server's list says: many servers only estimate sizes, but a body that
// ended too early, or ran on, must not be the last copy. Those that are not the same twice stay on the server while the program runs.
func (s *session) compare(p store.Place, odd map[remote.Ref]string, drop *remote.Edit) error {
	if len(odd) == 0 {
		return nil
	}
	same := map[remote.Ref]bool{}
	err := s.conn.Fetch(s.ctx, p.Ref, slices.Sorted(maps.Keys(odd)), remote.WantBody, func(it remote.Item) error {
		h := sha256.New()
		if _, err := io.Copy(h, it.Body); err != nil {
			return err
		}
		same[it.Ref] = hex.EncodeToString(h.Sum(nil)) == odd[it.Ref]
		return nil
	})
	if err != nil {
		return err
	}
	all := *drop
	drop.Items, drop.InternetIDs, drop.Sizes = nil, nil, nil
	for i, ref := range all.Items {
		if _, asked := odd[ref]; asked && !same[ref] {
			s.a.doubted[ref] = true
			s.e.log.Warn("a message is not the same when it is fetched again: it stays on the server", "account", string(s.a.id))
			continue
		}
		drop.Items = append(drop.Items, ref)
		drop.InternetIDs = append(drop.InternetIDs, all.InternetIDs[i])
		drop.Sizes = append(drop.Sizes, all.Sizes[i])
	}
	return nil
}

// durable reads a stored body again and returns its size; -1 when it is not there as it was stored.
func (s *session) durable(row store.Row) (int64, error) {
	r, size, err := s.e.s.Blob(s.ctx, row.Digest)
	if fault.Is(err, fault.NotFound) {
		return -1, nil
	}
	if err != nil {
		if fault.Of(err).Code == "damaged" {
			return -1, nil
		}
		return -1, err
	}
	defer r.Close()
	h := sha256.New()
	n, err := io.Copy(h, r)
	if err != nil || n != size || hex.EncodeToString(h.Sum(nil)) != row.Digest {
		return -1, nil
	}
	return n, nil
}
