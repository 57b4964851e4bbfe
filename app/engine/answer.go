package engine

import (
	"strings"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/app/store"
)

// answered commits what the server said of one op.
func (s *session) answered(tx *store.Tx, p store.Place, j job, ref remote.Ref, failed error, now time.Time) error {
	row, err := tx.Row(j.row.ID)
	if fault.Is(err, fault.NotFound) {
		return tx.DropOp(j.op.ID)
	}
	if err != nil {
		return err
	}
	o := j.op
	if failed != nil {
		return s.failed(tx, o, row, failed, now)
	}
	switch o.Kind {
	case store.OpFlags:
		if err := tx.DropOp(o.ID); err != nil {
			return err
		}
		return tx.SetBaseFlags(row.ID, row.BaseFlags&^o.Drop|o.Add, editWords(row.BaseKW, o.AddKW, o.DropKW))
	case store.OpRemove:
		if err := tx.DropOp(o.ID); err != nil {
			return err
		}
		return tx.Delete([]mail.MessageID{row.ID})
	case store.OpMove:
		if err := tx.DropOp(o.ID); err != nil {
			return err
		}
		if ref == "" {
			s.mark(o.Dest)
		}
		return s.rename(tx, row, o.Dest, ref)
	case store.OpAdd:
		if ref == "" {
			s.mark(o.Mailbox)
		}
		if err := s.rename(tx, row, o.Mailbox, ref); err != nil {
			return err
		}
		if err := s.added(tx, o, row); err != nil {
			return err
		}
		if _, err := tx.Row(row.ID); err != nil {
			return nil
		}
		return tx.SetBaseFlags(row.ID, o.Add, o.AddKW)
	}
	return tx.DropOp(o.ID)
}

// rename says where a row is now. A row that a pull made for the same name meanwhile goes: ours keeps its id.
func (s *session) rename(tx *store.Tx, row store.Row, box mail.MailboxID, ref remote.Ref) error {
	if ref != "" {
		same, err := tx.RowsByRef(box, []remote.Ref{ref})
		if err != nil {
			return err
		}
		if other, ok := same[ref]; ok && other.ID != row.ID {
			if row.Digest == "" && other.Digest != "" {
				if err := tx.ShareBody(row.ID, other.ID); err != nil {
					return err
				}
			}
			if err := tx.Delete([]mail.MessageID{other.ID}); err != nil {
				return err
			}
		}
	}
	return tx.SetBase(row.ID, box, ref)
}

func editWords(ws, add, drop []string) []string {
	has := func(l []string, w string) bool {
		for _, x := range l {
			if strings.EqualFold(x, w) {
				return true
			}
		}
		return false
	}
	var out []string
	for _, w := range ws {
		if !has(drop, w) {
			out = append(out, w)
		}
	}
	for _, w := range add {
		if !has(out, w) {
			out = append(out, w)
		}
	}
	return out
}

// failed does about one op what the fault's policy says.
func (s *session) failed(tx *store.Tx, o store.Op, row store.Row, err error, now time.Time) error {
	f := fault.Of(err)
	o.Error = f.Title
	if f.ServerText != "" {
		o.Error = f.ServerText
	}
	switch f.Kind {
	case fault.Quota:
		o.State = store.OpParked
		s.notice(f)
		return tx.PutOp(o)
	case fault.Busy:
		o.State, o.Next = store.OpQueued, now.Add(max(f.RetryAfter, s.e.o.BackoffMin, time.Second))
		return tx.PutOp(o)
	case fault.NotFound:
		if f.Code == "stale" && o.Attempts < 3 && row.Base != 0 {
			// The server numbered its messages anew and did nothing. The next pull finds the message's new name, and the op follows.
			if o.Attempts == 1 {
				o.State = store.OpQueued
			}
			if err := tx.SetBase(row.ID, row.Base, ""); err != nil {
				return err
			}
			s.mark(row.Base)
			s.pulled[row.Base] = false
			return tx.PutOp(o)
		}
	case fault.Refused, fault.Conflict, fault.Usage:
	case fault.Protocol:
		if o.Attempts < 3 {
			o.Next = now.Add(s.e.o.BackoffMin)
			return tx.PutOp(o)
		}
	default: // not known whether it was done: it stays sent
		o.Next = now.Add(s.e.o.BackoffMin)
		return tx.PutOp(o)
	}
	return s.rollback(tx, o, row, f)
}

func (s *session) notice(f *fault.Error) {
	s.e.log.Warn("a change was not accepted", "account", string(s.a.id), "err", f)
	s.a.status(func(st *AccountStatus) { st.Err = f })
}

// rollback drops an op and shows again what is true. A message that exists only here is never lost by it.
func (s *session) rollback(tx *store.Tx, o store.Op, row store.Row, f *fault.Error) error {
	if err := tx.DropOp(o.ID); err != nil {
		return err
	}
	if !(f.Kind == fault.NotFound && o.Kind != store.OpAdd) {
		s.notice(f)
	}
	if o.Kind == store.OpAdd {
		switch verb, id := tie(o.Name); verb {
		case "copy":
			return tx.Delete([]mail.MessageID{row.ID})
		case "move":
			if _, err := tx.Row(id); err == nil {
				if err := tx.SetRemoved(id, false); err != nil {
					return err
				}
				return tx.Delete([]mail.MessageID{row.ID})
			}
		}
		return nil // it stays, only here
	}
	if f.Kind == fault.NotFound {
		s.mark(row.Base)
	}
	return s.e.reshow(tx, row.ID)
}

func (s *session) refused(j job, f *fault.Error) error {
	return s.e.write(s.ctx, "op refused", func(tx *store.Tx) error { return s.rollback(tx, j.op, j.row, f) })
}

// reshow shows a message where its base and its pending ops say.
func (e *Engine) reshow(tx *store.Tx, id mail.MessageID) error {
	row, err := tx.Row(id)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	ops, err := tx.OpsOf(id)
	if err != nil {
		return err
	}
	at, hidden := row.Mailbox, false
	if row.Base != 0 {
		if p, err := e.s.Place(bg, row.Base); err == nil && !p.Keep {
			at = row.Base
		}
	}
	for _, o := range ops {
		switch o.Kind {
		case store.OpMove:
			at = o.Dest
		case store.OpAdd:
			at = o.Mailbox
		case store.OpRemove:
			hidden = true
		}
	}
	if at != row.Mailbox {
		if err := tx.SetMailbox(id, at); err != nil {
			return err
		}
	}
	if row.Removed && !hidden {
		return tx.SetRemoved(id, false)
	}
	return nil
}
