package engine

import (
	"context"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/app/store"
)

// bg is for reads inside of transactions, which must not end half way.
var bg = context.Background()

// CreateMailbox makes a mailbox here and on the server.
func (e *Engine) CreateMailbox(ctx context.Context, a mail.AccountID, parent mail.MailboxID, name string) (mail.MailboxID, error) {
	if name == "" {
		return 0, fault.New(fault.Usage, "name", "The mailbox needs a name", "")
	}
	var id mail.MailboxID
	err := e.write(ctx, "command", func(tx *store.Tx) (err error) {
		if id, err = tx.MakeMailbox(a, parent, name, mail.RoleNone); err != nil {
			return err
		}
		_, err = tx.AddOp(store.Op{Account: a, Kind: store.OpCreate, Mailbox: id, Dest: parent, Name: name})
		return err
	})
	e.wakeAccount(a)
	return id, err
}

// RenameMailbox gives it a new parent (0 = at the top) and name.
func (e *Engine) RenameMailbox(ctx context.Context, id, parent mail.MailboxID, name string) error {
	p, err := e.s.Place(ctx, id)
	if err != nil {
		return err
	}
	err = e.write(ctx, "command", func(tx *store.Tx) error {
		if err := tx.RenameMailbox(id, parent, name); err != nil || p.Local {
			return err
		}
		_, err := tx.AddOp(store.Op{Account: p.Account, Kind: store.OpRename, Mailbox: id, Dest: parent, Name: name})
		return err
	})
	e.wakeAccount(p.Account)
	return err
}

// DeleteMailbox removes it with its messages.
func (e *Engine) DeleteMailbox(ctx context.Context, id mail.MailboxID) error {
	p, err := e.s.Place(ctx, id)
	if err != nil {
		return err
	}
	ops, err := e.s.Ops(ctx, p.Account)
	if err != nil {
		return err
	}
	err = e.write(ctx, "command", func(tx *store.Tx) error {
		fresh := p.Ref == ""
		for _, o := range ops {
			if o.Mailbox == id && o.Message == 0 && o.Kind != store.OpDelete {
				if o.Kind == store.OpCreate && o.State == store.OpSent {
					return fault.New(fault.Busy, "creating", "The mailbox is being made", "Delete it in a moment.")
				}
				if err := tx.DropOp(o.ID); err != nil {
					return err
				}
			}
		}
		if !fresh && !p.Local {
			if _, err := tx.AddOp(store.Op{Account: p.Account, Kind: store.OpDelete, Mailbox: id, Ref: p.Ref, Name: p.Name}); err != nil {
				return err
			}
		}
		return tx.DropMailbox(id)
	})
	e.wakeAccount(p.Account)
	return err
}

// Subscribe changes whether the mailbox is shown.
func (e *Engine) Subscribe(ctx context.Context, id mail.MailboxID, on bool) error {
	p, err := e.s.Place(ctx, id)
	if err != nil {
		return err
	}
	err = e.write(ctx, "command", func(tx *store.Tx) error {
		if err := tx.SetSubscribed(id, on); err != nil || p.Local {
			return err
		}
		_, err := tx.AddOp(store.Op{Account: p.Account, Kind: store.OpSubscribe, Mailbox: id, On: on})
		return err
	})
	e.wakeAccount(p.Account)
	return err
}

// pushTree carries out one change of the tree; false when it must wait.
func (s *session) pushTree(o store.Op) (bool, error) {
	drop := func(f func(tx *store.Tx) error) error {
		return s.e.write(s.ctx, "tree ack", func(tx *store.Tx) error {
			if err := tx.DropOp(o.ID); err != nil {
				return err
			}
			if f == nil {
				return nil
			}
			return f(tx)
		})
	}
	refOf := func(id mail.MailboxID) (remote.Ref, bool) {
		if id == 0 {
			return "", true
		}
		p, err := s.e.s.Place(s.ctx, id)
		return p.Ref, err == nil && p.Ref != ""
	}
	p, err := s.e.s.Place(s.ctx, o.Mailbox)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return false, err
	}
	if err != nil && o.Kind != store.OpDelete {
		return true, drop(nil) // it is gone here
	}
	again := o.State == store.OpSent
	if o.Kind == store.OpCreate && p.Ref != "" {
		return true, drop(nil) // the listing has found it
	}
	if o.Kind != store.OpCreate && o.Kind != store.OpDelete && p.Ref == "" {
		return false, nil
	}
	parent, ok := refOf(o.Dest)
	if !ok && (o.Kind == store.OpCreate || o.Kind == store.OpRename) {
		return false, nil
	}
	org := s.conn.Organizer
	var ref remote.Ref
	if org == nil {
		err = fault.New(fault.Refused, "no-mailboxes", "This account's server has no further mailboxes", "The change was taken back.")
	} else {
		o.State, o.Attempts = store.OpSent, o.Attempts+1
		if err := s.e.write(s.ctx, "tree sent", func(tx *store.Tx) error { return tx.PutOp(o) }); err != nil {
			if fault.Is(err, fault.NotFound) {
				return true, nil
			}
			return false, err
		}
		s.e.crash("before organize")
		switch o.Kind {
		case store.OpCreate:
			var c remote.Collection
			c, err = org.Create(s.ctx, parent, o.Name)
			ref = c.Ref
		case store.OpRename:
			ref, err = org.Rename(s.ctx, p.Ref, parent, o.Name)
		case store.OpDelete:
			err = org.Delete(s.ctx, o.Ref)
		case store.OpSubscribe:
			err = org.Subscribe(s.ctx, p.Ref, o.On)
		}
		s.e.crash("after organize")
	}
	s.collected = false
	if err != nil {
		f := fault.Of(err)
		if isContext(err) || f.Policy().Retry || f.Policy().Pause {
			return true, err
		}
		if again && (o.Kind == store.OpDelete || o.Kind == store.OpRename) && f.Kind == fault.NotFound {
			return true, drop(nil) // it was carried out then; the listing tells the name
		}
		if o.Kind == store.OpCreate && f.Code == "exists" && o.Attempts < 3 {
			return true, nil // made elsewhere in the meantime: the listing tells
		}
		s.notice(f)
		return true, drop(func(tx *store.Tx) error {
			switch {
			case o.Kind == store.OpCreate && (p.Role == mail.RoleSent || p.Role == mail.RoleDrafts):
				return tx.KeepHere(o.Mailbox) // what was written is nowhere else
			case o.Kind == store.OpCreate:
				return tx.DropMailbox(o.Mailbox)
			}
			return nil // the listing shows it as it is
		})
	}
	switch o.Kind {
	case store.OpCreate:
		return true, drop(func(tx *store.Tx) error { return tx.SetMailboxRef(o.Mailbox, ref) })
	case store.OpRename:
		// Names below may have changed with it.
		cs, err := s.conn.Collections(s.ctx)
		if err != nil {
			return true, err
		}
		boxes, err := s.e.s.Mailboxes(s.ctx, s.a.id)
		if err != nil {
			return true, err
		}
		return true, drop(func(tx *store.Tx) error { return follow(tx, boxes, cs, o.Mailbox, ref, 0) })
	}
	return true, drop(nil)
}

// follow gives a renamed mailbox and those below it the names that the server has for them now.
func follow(tx *store.Tx, boxes []mail.Mailbox, cs []remote.Collection, id mail.MailboxID, ref remote.Ref, depth int) error {
	if err := tx.SetMailboxRef(id, ref); err != nil || depth > 64 {
		return err
	}
	for _, b := range boxes {
		if b.Parent != id {
			continue
		}
		for _, c := range cs {
			if c.Parent == ref && c.Name == b.Name {
				if err := follow(tx, boxes, cs, b.ID, c.Ref, depth+1); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
