package engine

import (
	"bytes"
	"context"
	"io"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app/store"
)

// roleBox finds the account's mailbox of a role, by its name where no server says its role; 0 = there is none.
func (e *Engine) roleBox(ctx context.Context, id mail.AccountID, role mail.Role, name string) (store.Place, bool, error) {
	boxes, err := e.s.Mailboxes(ctx, id)
	if err != nil {
		return store.Place{}, false, err
	}
	var found mail.MailboxID
	for _, b := range boxes {
		if b.Role == role && !b.Shared && (found == 0 || !b.Local) {
			found = b.ID
		}
	}
	for _, b := range boxes {
		if found == 0 && b.Parent == 0 && b.Name == name {
			found = b.ID
		}
	}
	if found == 0 {
		return store.Place{}, false, nil
	}
	p, err := e.s.Place(ctx, found)
	return p, err == nil, err
}

// SaveDraft stores a draft and its message (raw, with the draft's Message-ID) here at once. The server gets one copy after a quiet
// period; an older copy there goes when the new one has arrived.
func (e *Engine) SaveDraft(ctx context.Context, d mail.Draft, raw []byte) (mail.DraftID, error) {
	body := e.ingest(raw)
	p, err := e.rolePlace(ctx, d.Account, mail.RoleDrafts, "Drafts")
	if err != nil {
		return 0, err
	}
	err = e.write(ctx, "draft", func(tx *store.Tx) (err error) {
		if d.ID, err = tx.PutDraft(d); err != nil {
			return err
		}
		var old mail.MessageID // the copy that is or may be on the server
		m, err := tx.DraftMessage(d.ID)
		if err != nil {
			return err
		}
		if m == 0 && d.InternetID != "" { // written elsewhere, or a link was lost
			rows, err := tx.ByInternetID(d.Account, d.InternetID)
			if err != nil {
				return err
			}
			for _, r := range rows {
				if r.Mailbox == p.ID && !r.Removed {
					m = r.ID
				}
			}
		}
		if m != 0 {
			row, err := tx.Row(m)
			if err != nil && !fault.Is(err, fault.NotFound) {
				return err
			}
			if err == nil {
				if row.Digest == body.Digest && row.Mailbox == p.ID && row.Account == d.Account {
					return tx.LinkDraft(d.ID, m)
				}
				if old, err = e.retire(tx, row); err != nil {
					return err
				}
			}
		}
		env := body.Envelope
		if env.InternetID == "" {
			env.InternetID = d.InternetID
		}
		now := e.o.Now()
		ids, err := tx.Insert([]store.NewMessage{{Account: d.Account, Mailbox: p.ID, Flags: mail.Seen | mail.DraftFlag, Envelope: &env, Received: now, Size: body.Size, Body: &body}})
		if err != nil {
			return err
		}
		if err := tx.LinkDraft(d.ID, ids[0]); err != nil {
			return err
		}
		if p.Local {
			if old != 0 { // the draft changed its account
				row, err := tx.Row(old)
				if err != nil {
					return err
				}
				return e.removeTx(tx, row, 0)
			}
			return nil
		}
		name := "draft:0"
		if old != 0 {
			name = tied("replace", old)
		}
		_, err = tx.AddOp(store.Op{Account: d.Account, Mailbox: p.ID, Message: ids[0], Kind: store.OpAdd, Digest: body.Digest, Add: mail.Seen | mail.DraftFlag, Name: name, Next: now.Add(e.o.Quiet)})
		return err
	})
	if err != nil {
		return 0, err
	}
	e.wakeAccount(d.Account)
	return d.ID, nil
}

// retire takes an old version of a draft from sight. It returns the message whose copy on the server the next version replaces: this one, the one
// that this one was to replace, or none.
func (e *Engine) retire(tx *store.Tx, row store.Row) (mail.MessageID, error) {
	ops, err := tx.OpsOf(row.ID)
	if err != nil {
		return 0, err
	}
	var before mail.MessageID
	for _, o := range ops {
		if o.Kind != store.OpAdd {
			continue
		}
		if o.State == store.OpSent || o.Attempts > 0 {
			return row.ID, tx.SetRemoved(row.ID, true) // on its way: the next version removes it when it is there
		}
		if verb, id := tie(o.Name); verb == "replace" {
			before = id
		}
	}
	if row.Base == 0 {
		return before, tx.Delete([]mail.MessageID{row.ID})
	}
	return row.ID, tx.SetRemoved(row.ID, true)
}

// FlushDraft lets the server have the draft now: its window was closed.
func (e *Engine) FlushDraft(ctx context.Context, id mail.DraftID) error {
	d, err := e.s.Draft(ctx, id)
	if err != nil {
		return err
	}
	err = e.write(ctx, "draft flush", func(tx *store.Tx) error {
		m, err := tx.DraftMessage(id)
		if err != nil || m == 0 {
			return err
		}
		ops, err := tx.OpsOf(m)
		if err != nil {
			return err
		}
		for _, o := range ops {
			if o.Kind == store.OpAdd && o.State == store.OpQueued {
				o.Next = e.o.Now().Add(-1)
				if err := tx.PutOp(o); err != nil {
					return err
				}
			}
		}
		return nil
	})
	e.wakeAccount(d.Account)
	return err
}

// DiscardDraft removes a draft here and its copy on the server.
func (e *Engine) DiscardDraft(ctx context.Context, id mail.DraftID) (int64, error) {
	d, err := e.s.Draft(ctx, id)
	if err != nil {
		return 0, err
	}
	return e.command(ctx, func(tx *store.Tx, c *command) error {
		st := step{kind: didDiscard, draft: d}
		if m, err := tx.DraftMessage(id); err == nil && m != 0 {
			if row, err := tx.Row(m); err == nil {
				st.digest = row.Digest
			}
		}
		c.steps = append(c.steps, st)
		c.wake[d.Account] = true
		return e.dropDraft(tx, id, c.group)
	})
}

// dropDraft removes a draft with what stands for it.
func (e *Engine) dropDraft(tx *store.Tx, id mail.DraftID, group int64) error {
	m, err := tx.DraftMessage(id)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := tx.DropDraft(id); err != nil || m == 0 {
		return err
	}
	row, err := tx.Row(m)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	ops, err := tx.OpsOf(m)
	if err != nil {
		return err
	}
	for _, o := range ops {
		if verb, old := tie(o.Name); o.Kind == store.OpAdd && verb == "replace" && o.State != store.OpSent {
			r, err := tx.Row(old)
			if err == nil {
				err = e.removeTx(tx, r, group)
			}
			if err != nil && !fault.Is(err, fault.NotFound) {
				return err
			}
		}
	}
	return e.removeTx(tx, row, group)
}

// redraft brings a discarded draft back, as a new one.
func (e *Engine) redraft(ctx context.Context, st step) error {
	var raw []byte
	if st.digest != "" {
		r, _, err := e.s.Blob(ctx, st.digest)
		if err != nil {
			return err
		}
		var b bytes.Buffer
		_, err = io.Copy(&b, r)
		r.Close()
		if err != nil {
			return err
		}
		raw = b.Bytes()
	}
	st.draft.ID = 0
	_, err := e.SaveDraft(ctx, st.draft, raw)
	return err
}
