package store

import (
	"context"
	"encoding/json"

	"github.com/postrider/postrider/accounts/mail"
)

// refer says which blobs an owner needs, in place of what was said before.
func (tx *Tx) refer(kind string, owner int64, digests ...string) error {
	if _, err := tx.w.exec("DELETE FROM refs WHERE kind=? AND owner=?", kind, owner); err != nil {
		return err
	}
	for _, d := range digests {
		if d == "" || d == AlreadyFiled {
			continue
		}
		if _, err := tx.w.exec("INSERT OR IGNORE INTO refs(digest,kind,owner) VALUES(?,?,?)", d, kind, owner); err != nil {
			return err
		}
	}
	return nil
}

// PutDraft stores a draft; ID 0 = a new one.
func (tx *Tx) PutDraft(d mail.Draft) (mail.DraftID, error) {
	if d.Changed.IsZero() {
		d.Changed = tx.s.now()
	}
	if d.ID == 0 {
		r, err := tx.w.exec("INSERT INTO drafts(changed,data) VALUES(0,'{}')")
		if err != nil {
			return 0, err
		}
		n, err := r.LastInsertId()
		if err != nil {
			return 0, err
		}
		d.ID = mail.DraftID(n)
	}
	data, err := json.Marshal(d)
	if err != nil {
		return 0, err
	}
	r, err := tx.w.exec("UPDATE drafts SET changed=?, data=? WHERE id=?", d.Changed.Unix(), string(data), int64(d.ID))
	if err != nil {
		return 0, err
	}
	if n, _ := r.RowsAffected(); n == 0 {
		return 0, missing("draft")
	}
	var digests []string
	for _, a := range d.Attach {
		digests = append(digests, a.Digest)
	}
	tx.changed.Drafts, tx.any = true, true
	return d.ID, tx.refer("draft", int64(d.ID), digests...)
}

// DropDraft removes a draft; one that is gone is no error.
func (tx *Tx) DropDraft(id mail.DraftID) error {
	if m, err := tx.DraftMessage(id); err == nil && m != 0 {
		tx.touch(m)
	}
	if _, err := tx.w.exec("DELETE FROM drafts WHERE id=?", int64(id)); err != nil {
		return err
	}
	tx.changed.Drafts, tx.any, tx.sweep = true, true, true
	return tx.refer("draft", int64(id))
}

// LinkDraft ties a draft to the message that stands for it.
func (tx *Tx) LinkDraft(d mail.DraftID, m mail.MessageID) error {
	r, err := tx.w.exec("UPDATE drafts SET message=? WHERE id=?", int64(m), int64(d))
	if err != nil {
		return err
	}
	if n, _ := r.RowsAffected(); n == 0 {
		return missing("draft")
	}
	if m != 0 {
		tx.touch(m)
	}
	tx.changed.Drafts, tx.any = true, true
	return nil
}

// DraftMessage returns the message that stands for a draft, 0 for none.
func (tx *Tx) DraftMessage(d mail.DraftID) (mail.MessageID, error) {
	var m int64
	ok, err := tx.w.row("SELECT message FROM drafts WHERE id=?", []any{int64(d)}, &m)
	if err == nil && !ok {
		err = missing("draft")
	}
	return mail.MessageID(m), err
}

// Drafts returns the drafts, the last changed first.
func (s *Store) Drafts(ctx context.Context) ([]mail.Draft, error) {
	out := []mail.Draft{}
	err := s.reads.rows(ctx, "SELECT id, data FROM drafts ORDER BY changed DESC, id DESC", nil, func(scan func(...any) error) error {
		d, err := scanDraft(scan)
		out = append(out, d)
		return err
	})
	return out, local("drafts", err)
}

func scanDraft(scan func(...any) error) (mail.Draft, error) {
	var d mail.Draft
	var id int64
	var data string
	if err := scan(&id, &data); err != nil {
		return d, err
	}
	err := json.Unmarshal([]byte(data), &d)
	d.ID = mail.DraftID(id)
	return d, err
}

// Draft returns one draft.
func (s *Store) Draft(ctx context.Context, id mail.DraftID) (mail.Draft, error) {
	var d mail.Draft
	found := false
	err := s.reads.rows(ctx, "SELECT id, data FROM drafts WHERE id=?", []any{int64(id)}, func(scan func(...any) error) (err error) {
		found = true
		d, err = scanDraft(scan)
		return err
	})
	if err == nil && !found {
		err = missing("draft")
	}
	return d, local("draft", err)
}

// DraftOf returns the draft that a message of a Drafts mailbox stands for, 0 when it was written elsewhere.
func (s *Store) DraftOf(ctx context.Context, m mail.MessageID) (mail.DraftID, error) {
	var id int64
	err := s.reads.rows(ctx, "SELECT id FROM drafts WHERE message=?", []any{int64(m)}, func(scan func(...any) error) error { return scan(&id) })
	return mail.DraftID(id), local("draft", err)
}

// PutOutbound stores an item of the outbox; ID 0 = a new one.
func (tx *Tx) PutOutbound(o Outbound) (mail.OutboxID, error) {
	if o.ID == 0 {
		r, err := tx.w.exec("INSERT INTO outbox(account,data) VALUES(?,'{}')", string(o.Account))
		if err != nil {
			return 0, err
		}
		n, err := r.LastInsertId()
		if err != nil {
			return 0, err
		}
		o.ID = mail.OutboxID(n)
	}
	data, err := json.Marshal(o)
	if err != nil {
		return 0, err
	}
	r, err := tx.w.exec("UPDATE outbox SET account=?, data=? WHERE id=?", string(o.Account), string(data), int64(o.ID))
	if err != nil {
		return 0, err
	}
	if n, _ := r.RowsAffected(); n == 0 {
		return 0, missing("outbox")
	}
	tx.changed.Outbox, tx.any = true, true
	return o.ID, tx.refer("outbox", int64(o.ID), o.Digest, o.Filed)
}

// Outbound returns an item of the outbox.
func (tx *Tx) Outbound(id mail.OutboxID) (Outbound, error) {
	var o Outbound
	var data string
	ok, err := tx.w.row("SELECT data FROM outbox WHERE id=?", []any{int64(id)}, &data)
	if err != nil {
		return o, err
	}
	if !ok {
		return o, missing("outbox")
	}
	err = json.Unmarshal([]byte(data), &o)
	o.ID = id
	return o, err
}

// DropOutbound removes an item of the outbox; one that is gone is no error.
func (tx *Tx) DropOutbound(id mail.OutboxID) error {
	if _, err := tx.w.exec("DELETE FROM outbox WHERE id=?", int64(id)); err != nil {
		return err
	}
	tx.changed.Outbox, tx.any, tx.sweep = true, true, true
	return tx.refer("outbox", int64(id))
}

// Outbox returns the outbox in the order the messages were put there.
func (s *Store) Outbox(ctx context.Context) ([]Outbound, error) {
	out := []Outbound{}
	err := s.reads.rows(ctx, "SELECT id, data FROM outbox ORDER BY id", nil, func(scan func(...any) error) error {
		var id int64
		var data string
		if err := scan(&id, &data); err != nil {
			return err
		}
		var o Outbound
		if err := json.Unmarshal([]byte(data), &o); err != nil {
			return err
		}
		o.ID = mail.OutboxID(id)
		out = append(out, o)
		return nil
	})
	return out, local("outbox", err)
}
