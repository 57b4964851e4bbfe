package engine

import (
	"context"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app/store"
)

// command is one transaction with an undo group. It wakes the accounts it concerned.
func (e *Engine) command(ctx context.Context, f func(tx *store.Tx, c *command) error) (int64, error) {
	return e.commandIn(ctx, 0, f)
}

// commandIn is command as a further part of an undo group; 0 begins a group.
func (e *Engine) commandIn(ctx context.Context, group int64, f func(tx *store.Tx, c *command) error) (int64, error) {
	c := &command{e: e, group: group, wake: map[mail.AccountID]bool{}}
	err := e.write(ctx, "command", func(tx *store.Tx) (err error) {
		c.steps = nil
		if group == 0 {
			if c.group, err = tx.NextUndo(); err != nil {
				return err
			}
		}
		return f(tx, c)
	})
	if err != nil {
		return 0, err
	}
	e.undo.put(c.group, c.steps)
	for id := range c.wake {
		e.wakeAccount(id)
	}
	return c.group, nil
}

type command struct {
	e     *Engine
	group int64
	steps []step
	wake  map[mail.AccountID]bool
}

// told reports whether a server has to be told of changes of a row: one that only is here, or is in a mailbox without flags, is changed here.
func (e *Engine) told(tx *store.Tx, row store.Row, flags bool) (bool, error) {
	if row.Base == 0 {
		ops, err := tx.OpsOf(row.ID)
		for _, o := range ops {
			if o.Kind == store.OpAdd {
				return true, err
			}
		}
		return false, err
	}
	p, err := e.s.Place(bg, row.Base)
	if err != nil {
		return false, nil // its mailbox is gone
	}
	return !p.Keep || flags && p.Rights.Has(mail.MayFlag), nil
}

// SetFlags changes flags and keywords.
func (e *Engine) SetFlags(ctx context.Context, ids []mail.MessageID, add, drop mail.Flags, addKW, dropKW []string) (int64, error) {
	return e.setFlags(ctx, 0, ids, add, drop, addKW, dropKW)
}

// SetFlagsIn is SetFlags as a further part of an undo group.
func (e *Engine) SetFlagsIn(ctx context.Context, group int64, ids []mail.MessageID, add, drop mail.Flags) (int64, error) {
	return e.setFlags(ctx, group, ids, add, drop, nil, nil)
}

func (e *Engine) setFlags(ctx context.Context, group int64, ids []mail.MessageID, add, drop mail.Flags, addKW, dropKW []string) (int64, error) {
	return e.commandIn(ctx, group, func(tx *store.Tx, c *command) error {
		for _, id := range ids {
			if err := c.flags(tx, id, add, drop, addKW, dropKW); err != nil {
				return err
			}
		}
		return nil
	})
}

func (c *command) flags(tx *store.Tx, id mail.MessageID, add, drop mail.Flags, addKW, dropKW []string) error {
	row, err := tx.Row(id)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	f := row.Flags&^drop | add
	words := editWords(row.Keywords, addKW, dropKW)
	if f == row.Flags && sameWords(words, row.Keywords) {
		return nil
	}
	st := step{kind: didFlags, id: id, add: f &^ row.Flags, drop: row.Flags &^ f, addKW: without(words, row.Keywords), dropKW: without(row.Keywords, words)}
	c.steps = append(c.steps, st)
	tell, err := c.e.told(tx, row, true)
	if err != nil {
		return err
	}
	if !tell {
		return tx.SetBaseFlags(id, f, words)
	}
	c.wake[row.Account] = true
	if _, err := tx.AddOp(store.Op{Account: row.Account, Kind: store.OpFlags, Mailbox: row.Base, Message: id, Ref: row.Ref, Add: st.add, Drop: st.drop, AddKW: st.addKW, DropKW: st.dropKW, Undo: c.group}); err != nil {
		return err
	}
	return tx.SetShown(id, f, words)
}

func without(a, b []string) []string { return editWords(nil, editWords(a, nil, b), nil) }

// Move files messages in another mailbox, of whatever account.
func (e *Engine) Move(ctx context.Context, ids []mail.MessageID, to mail.MailboxID) (int64, error) {
	return e.place(ctx, 0, ids, to, true)
}

// MoveIn is Move as a further part of an undo group; 0 begins one.
func (e *Engine) MoveIn(ctx context.Context, group int64, ids []mail.MessageID, to mail.MailboxID) (int64, error) {
	return e.place(ctx, group, ids, to, true)
}

// Copy files copies.
func (e *Engine) Copy(ctx context.Context, ids []mail.MessageID, to mail.MailboxID) (int64, error) {
	return e.place(ctx, 0, ids, to, false)
}

func (e *Engine) place(ctx context.Context, group int64, ids []mail.MessageID, to mail.MailboxID, move bool) (int64, error) {
	dest, err := e.s.Place(ctx, to)
	if err != nil {
		return 0, err
	}
	if !dest.Selectable || !dest.Local && dest.Ref != "" && !dest.Rights.Has(mail.MayAdd) && !dest.Keep {
		return 0, fault.New(fault.Refused, "rights", "Nothing can be filed in "+dest.Name, "The server does not allow it.")
	}
	// Bodies of what will be a new message are read before the lock is taken.
	bodies := map[mail.MessageID]*copied{}
	for _, id := range ids {
		row, err := e.s.Row(ctx, id)
		if err != nil {
			continue
		}
		if move && row.Account == dest.Account && !e.crosses(ctx, row, dest) {
			continue
		}
		c := &copied{}
		if row.Digest != "" {
			raw, err := e.s.Raw(ctx, id)
			if err != nil {
				return 0, err
			}
			b := e.ingest(raw)
			c.body = &b
		} else {
			sums, err := e.s.Summaries(ctx, store.View{}, []mail.MessageID{id})
			if err != nil {
				return 0, err
			}
			if len(sums) == 1 {
				m := sums[0]
				c.env = &mail.Envelope{InternetID: m.InternetID, From: m.From, To: m.To, Subject: m.Subject, Date: m.Date, Attachments: m.Attachments}
			}
		}
		bodies[id] = c
	}
	return e.commandIn(ctx, group, func(tx *store.Tx, c *command) error {
		for _, id := range ids {
			row, err := tx.Row(id)
			if fault.Is(err, fault.NotFound) {
				continue
			}
			if err != nil {
				return err
			}
			if move {
				err = c.move(tx, row, dest, bodies[id])
			} else if bodies[id] != nil {
				_, err = c.copy(tx, row, dest, bodies[id], "copy")
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

type copied struct {
	body *store.Body
	env  *mail.Envelope
}

// crosses reports whether a move needs a copy: from a server to a mailbox that is only here.
func (e *Engine) crosses(ctx context.Context, row store.Row, dest store.Place) bool {
	if row.Account != dest.Account {
		return true
	}
	if !dest.Local {
		return false
	}
	if row.Base != 0 {
		p, err := e.s.Place(ctx, row.Base)
		return err == nil && !p.Keep
	}
	p, err := e.s.Place(ctx, row.Mailbox)
	return err == nil && !p.Local && !p.Keep
}

func (c *command) move(tx *store.Tx, row store.Row, dest store.Place, b *copied) error {
	if row.Mailbox == dest.ID {
		return nil
	}
	if c.e.crosses(bg, row, dest) {
		if b == nil {
			return fault.New(fault.Conflict, "changed", "The message changed meanwhile", "Move it again.")
		}
		_, err := c.copy(tx, row, dest, b, "move")
		return err
	}
	c.steps = append(c.steps, step{kind: didMove, id: row.ID, from: row.Mailbox})
	tell, err := c.e.told(tx, row, false)
	if err != nil {
		return err
	}
	if err := tx.SetMailbox(row.ID, dest.ID); err != nil {
		return err
	}
	c.wake[row.Account] = true
	switch {
	case tell && row.Base == dest.ID && !dest.Keep:
		// Back where the server still has it: a move that has not been sent is only dropped.
		ops, err := tx.OpsOf(row.ID)
		if err != nil {
			return err
		}
		sent := false
		for _, o := range ops {
			sent = sent || o.Kind == store.OpMove && o.State != store.OpQueued
		}
		if !sent {
			for _, o := range ops {
				if o.Kind == store.OpMove {
					if err := tx.DropOp(o.ID); err != nil {
						return err
					}
				}
			}
			return nil
		}
		fallthrough
	case tell:
		_, err := tx.AddOp(store.Op{Account: row.Account, Kind: store.OpMove, Mailbox: row.Base, Message: row.ID, Ref: row.Ref, Dest: dest.ID, Undo: c.group})
		return err
	case row.Base == 0 && !dest.Local && !dest.Keep: // from here to the server
		_, err := tx.AddOp(store.Op{Account: row.Account, Kind: store.OpAdd, Mailbox: dest.ID, Message: row.ID, Digest: row.Digest, Add: row.Flags, AddKW: row.Keywords, Name: "file:0", Undo: c.group})
		return err
	}
	return nil // only here, or on a server that has one mailbox
}

// copy makes a new message in dest; with verb "move" the old one is hidden now and removed when the copy is durably there.
func (c *command) copy(tx *store.Tx, row store.Row, dest store.Place, b *copied, verb string) (mail.MessageID, error) {
	m := store.NewMessage{Account: dest.Account, Mailbox: dest.ID, Flags: row.Flags &^ mail.Deleted, Keywords: row.Keywords, Received: row.Received, Size: row.Size, Envelope: b.env, Body: b.body}
	if b.body != nil {
		env := b.body.Envelope
		m.Envelope = &env
		if env.InternetID == "" && row.InternetID != "" {
			m.Envelope.InternetID = row.InternetID
		}
	}
	ids, err := tx.Insert([]store.NewMessage{m})
	if err != nil {
		return 0, err
	}
	id := ids[0]
	kind := didCopy
	if verb == "move" {
		kind = didCross
		if err := tx.SetRemoved(row.ID, true); err != nil {
			return 0, err
		}
	}
	c.steps = append(c.steps, step{kind: kind, id: row.ID, made: id, from: row.Mailbox})
	c.wake[dest.Account], c.wake[row.Account] = true, true
	if dest.Local && b.body != nil {
		if verb == "move" {
			return id, c.e.removeTx(tx, row, c.group)
		}
		return id, nil
	}
	_, err = tx.AddOp(store.Op{Account: dest.Account, Kind: store.OpAdd, Mailbox: dest.ID, Message: id, Digest: row.Digest, Add: m.Flags, AddKW: m.Keywords, Name: tied(verb, row.ID), Undo: c.group})
	return id, err
}

// Remove deletes messages for good.
func (e *Engine) Remove(ctx context.Context, ids []mail.MessageID) (int64, error) {
	return e.command(ctx, func(tx *store.Tx, c *command) error {
		for _, id := range ids {
			row, err := tx.Row(id)
			if fault.Is(err, fault.NotFound) || err == nil && row.Removed {
				continue
			}
			if err != nil {
				return err
			}
			c.steps = append(c.steps, step{kind: didRemove, id: id})
			c.wake[row.Account] = true
			if err := e.removeTx(tx, row, c.group); err != nil {
				return err
			}
		}
		return nil
	})
}

// removeTx hides a message and queues its removal.
func (e *Engine) removeTx(tx *store.Tx, row store.Row, group int64) error {
	ops, err := tx.OpsOf(row.ID)
	if err != nil {
		return err
	}
	adding := false
	for _, o := range ops {
		if o.Kind == store.OpRemove {
			return nil
		}
		adding = adding || o.Kind == store.OpAdd && o.State == store.OpSent
	}
	if row.Base == 0 && !adding { // it never reached a server
		for _, o := range ops {
			if err := tx.DropOp(o.ID); err != nil {
				return err
			}
		}
	}
	if !row.Removed {
		if err := tx.SetRemoved(row.ID, true); err != nil {
			return err
		}
	}
	_, err = tx.AddOp(store.Op{Account: row.Account, Kind: store.OpRemove, Mailbox: row.Base, Message: row.ID, Ref: row.Ref, Undo: group})
	return err
}
