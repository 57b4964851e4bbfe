package engine

import (
	"fmt"
	"io"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/app/store"
)

// pushBatch is how many messages one push changes at most.
const pushBatch = 500

// job is an op that can be pushed now, with the row it is about.
type job struct {
	op   store.Op
	row  store.Row
	dest store.Place // moves
}

// edit is jobs that are one edit.
type edit struct {
	remote remote.Edit
	jobs   []job
}

// stuck reports whether an op cannot go out in this session before something else has happened.
func (s *session) stuck(o store.Op) bool {
	return o.State == store.OpSent && (o.Kind == store.OpAdd && !s.pulled[o.Mailbox] && !s.skip[o.Mailbox] || o.Kind == store.OpCreate && !s.collected)
}

// push carries out what is ready of one mailbox; false when nothing is.
func (s *session) push() (bool, error) {
	ops, err := s.e.s.Ops(s.ctx, s.a.id)
	if err != nil {
		return false, err
	}
	s.a.status(func(st *AccountStatus) { st.Changes = len(ops) })
	if len(ops) == 0 {
		return false, nil
	}
	now := s.e.o.Now()
	busy, busyBox := map[mail.MessageID]bool{}, map[mail.MailboxID]bool{}
	places := map[mail.MailboxID]*store.Place{}
	place := func(id mail.MailboxID) *store.Place {
		if p, ok := places[id]; ok {
			return p
		}
		var out *store.Place
		if p, err := s.e.s.Place(s.ctx, id); err == nil {
			out = &p
		}
		places[id] = out
		return out
	}
	var box *store.Place
	var batch []*edit
	byKey := map[string]*edit{}
	n := 0
	for _, o := range ops {
		tree := o.Message == 0
		if tree && busyBox[o.Mailbox] || !tree && busy[o.Message] {
			continue
		}
		if tree {
			busyBox[o.Mailbox] = true
		} else {
			busy[o.Message] = true
		}
		if o.State == store.OpParked || o.Next.After(now) || s.stuck(o) {
			continue
		}
		if tree {
			if len(batch) > 0 {
				continue
			}
			did, err := s.pushTree(o)
			if did || err != nil {
				return did, err
			}
			continue
		}
		row, err := s.e.s.Row(s.ctx, o.Message)
		if fault.Is(err, fault.NotFound) {
			return true, s.e.write(s.ctx, "op drop", func(tx *store.Tx) error { return tx.DropOp(o.ID) })
		}
		if err != nil {
			return false, err
		}
		j := job{op: o, row: row}
		at := row.Base
		if o.Kind == store.OpAdd {
			at = o.Mailbox
		}
		p := place(at)
		if o.Kind == store.OpAdd && row.Digest == "" {
			if len(batch) > 0 {
				continue
			}
			did, err := s.bodyFor(j)
			if did || err != nil {
				return did, err
			}
			continue
		}
		if p == nil || p.Local || p.Keep || o.Kind != store.OpAdd && row.Base == 0 {
			if len(batch) > 0 {
				continue
			}
			return true, s.settleHere(j, p)
		}
		if p.Ref == "" || o.Kind != store.OpAdd && row.Ref == "" {
			continue // its name comes with an earlier op or a pull
		}
		if o.Kind == store.OpMove {
			d := place(o.Dest)
			if d == nil {
				if len(batch) > 0 {
					continue
				}
				return true, s.refused(j, fault.New(fault.NotFound, "mailbox", "The mailbox is gone", "The messages are back where they were."))
			}
			if d.Ref == "" {
				continue
			}
			j.dest = *d
			if row.Base == o.Dest {
				if len(batch) > 0 {
					continue
				}
				return true, s.e.write(s.ctx, "op moot", func(tx *store.Tx) error {
					if err := tx.DropOp(o.ID); err != nil {
						return err
					}
					return s.e.reshow(tx, row.ID)
				})
			}
		}
		if s.conn.Pusher == nil {
			return true, s.refused(j, fault.New(fault.Refused, "read-only", "This account can only be read", "The change was taken back."))
		}
		if box == nil {
			box = p
		} else if box.ID != p.ID {
			continue
		}
		key := fmt.Sprint(o.Kind, o.Add, o.Drop, o.AddKW, o.DropKW, o.Dest, o.State == store.OpSent)
		ed := byKey[key]
		if ed == nil || o.Kind == store.OpAdd {
			ed = s.newEdit(j)
			byKey[key] = ed
			batch = append(batch, ed)
		}
		if o.Kind != store.OpAdd {
			ed.remote.Items = append(ed.remote.Items, row.Ref)
			ed.remote.InternetIDs = append(ed.remote.InternetIDs, row.InternetID)
		}
		ed.jobs = append(ed.jobs, j)
		if n++; n >= pushBatch {
			break
		}
	}
	if n == 0 {
		return false, nil
	}
	return true, s.send(*box, batch)
}

func (s *session) newEdit(j job) *edit {
	o := j.op
	e := remote.Edit{Again: o.State == store.OpSent}
	switch o.Kind {
	case store.OpFlags:
		e.Verb, e.AddFlags, e.DropFlags, e.AddKeywords, e.DropKeywords = remote.SetFlags, o.Add, o.Drop, o.AddKW, o.DropKW
	case store.OpMove:
		e.Verb, e.Dest = remote.Move, j.dest.Ref
	case store.OpRemove:
		e.Verb = remote.Remove
	case store.OpAdd:
		digest := j.row.Digest
		e.Verb, e.AddFlags, e.AddKeywords, e.InternetID, e.Received = remote.Add, o.Add, o.AddKW, j.row.InternetID, j.row.Received
		e.Open = func() (io.ReadCloser, int64, error) { return s.e.s.Blob(s.ctx, digest) }
		// A copy of a sent message is looked for in any case: the provider may have filed it. Two copies of a draft share their
		// Message-ID, so that a search would find the old one; the pull before this has shown that it is not there.
		if o.Name == "" {
			e.Again = !o.Add.Has(mail.DraftFlag)
		}
		if o.Add.Has(mail.DraftFlag) {
			e.Again = false
		}
	}
	return &edit{remote: e}
}

// send marks, pushes and commits the answer.
func (s *session) send(p store.Place, batch []*edit) error {
	now := s.e.o.Now()
	err := s.e.write(s.ctx, "op sent", func(tx *store.Tx) error {
		for _, e := range batch {
			for i := range e.jobs {
				o := &e.jobs[i].op
				o.State, o.Attempts = store.OpSent, o.Attempts+1
				if err := tx.PutOp(*o); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if fault.Is(err, fault.NotFound) {
		return nil // one was taken back just now
	}
	if err != nil {
		return err
	}
	edits := make([]remote.Edit, len(batch))
	for i, e := range batch {
		edits[i] = e.remote
	}
	s.e.crash("before push")
	ack, perr := s.conn.Pusher.Push(s.ctx, p.Ref, p.Token, edits)
	s.e.crash("after push")
	if len(ack.Done) > 0 || ack.Next != "" {
		ok := false
		err := s.e.write(s.ctx, "ack", func(tx *store.Tx) error {
			for i, d := range ack.Done {
				if i == len(batch) {
					break
				}
				for n, j := range batch[i].jobs {
					var ref remote.Ref
					if n < len(d.Refs) {
						ref = d.Refs[n]
					}
					if d.Err == nil {
						ok = true
					}
					if err := s.answered(tx, p, j, ref, d.Err, now); err != nil {
						return err
					}
				}
			}
			if ack.Next != "" {
				return tx.SetToken(p.ID, ack.Next, now)
			}
			return nil
		})
		if err != nil {
			return err
		}
		s.bodies = true
		if ok {
			s.a.status(func(st *AccountStatus) {
				if f, is := st.Err.(*fault.Error); is && f.Policy().Drop {
					st.Err = nil
				}
			})
		}
	}
	return perr
}

// settleHere carries out an op of which no server needs to know.
func (s *session) settleHere(j job, p *store.Place) error {
	return s.e.write(s.ctx, "op here", func(tx *store.Tx) error {
		row, err := tx.Row(j.row.ID)
		if err != nil {
			return tx.DropOp(j.op.ID)
		}
		o := j.op
		switch o.Kind {
		case store.OpRemove:
			if err := tx.DropOp(o.ID); err != nil {
				return err
			}
			return tx.Delete([]mail.MessageID{row.ID})
		case store.OpFlags:
			if err := tx.DropOp(o.ID); err != nil {
				return err
			}
			return tx.SetBaseFlags(row.ID, row.BaseFlags&^o.Drop|o.Add, editWords(row.BaseKW, o.AddKW, o.DropKW))
		case store.OpAdd:
			if p == nil {
				return s.rollback(tx, o, row, fault.New(fault.NotFound, "mailbox", "The mailbox is gone", "The messages are back where they were."))
			}
			return s.added(tx, o, row)
		}
		if err := tx.DropOp(o.ID); err != nil {
			return err
		}
		return s.e.reshow(tx, row.ID)
	})
}

// bodyFor finds the body that an OpAdd waits for; it is asked for where the message it comes from has none yet.
func (s *session) bodyFor(j job) (bool, error) {
	_, id := tie(j.op.Name)
	src, err := s.e.s.Row(s.ctx, id)
	switch {
	case fault.Is(err, fault.NotFound):
		return true, s.e.write(s.ctx, "op refused", func(tx *store.Tx) error {
			if err := s.rollback(tx, j.op, j.row, fault.New(fault.NotFound, "message", "The message is gone", "It was removed before it could be copied.")); err != nil {
				return err
			}
			if _, err := tx.Row(j.row.ID); err == nil {
				return tx.Delete([]mail.MessageID{j.row.ID})
			}
			return nil
		})
	case err != nil:
		return false, err
	case src.Digest != "":
		return true, s.e.write(s.ctx, "op body", func(tx *store.Tx) error { return tx.ShareBody(j.row.ID, src.ID) })
	}
	if src.Account == s.a.id {
		if err := s.fetchOne(src.ID); err != nil && !fault.Is(err, fault.NotFound) {
			return true, err
		}
		if src, err = s.e.s.Row(s.ctx, id); err == nil && src.Digest != "" {
			return true, nil
		}
	} else if a, err := s.e.account(s.ctx, src.Account); err == nil {
		a.want(src.ID)
	}
	o := j.op
	o.Next = s.e.o.Now().Add(time.Second)
	return false, s.e.s.Write(s.ctx, func(tx *store.Tx) error { return tx.PutOp(o) })
}
