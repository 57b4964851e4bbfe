package engine

import (
	"context"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app/store"
)

// RoleMailbox makes a mailbox for a role that the account has none for: on the server where mailboxes can be made there, else only here.
func (e *Engine) RoleMailbox(ctx context.Context, id mail.AccountID, role mail.Role, name string) (mail.MailboxID, error) {
	p, ok, err := e.roleBox(ctx, id, role, name)
	if err != nil || ok {
		return p.ID, err
	}
	boxes, err := e.s.Mailboxes(ctx, id)
	if err != nil {
		return 0, err
	}
	local := true
	for _, b := range boxes {
		if b.Role != mail.RoleInbox || b.Local {
			continue
		}
		in, err := e.s.Place(ctx, b.ID)
		if err != nil {
			return 0, err
		}
		local = in.Keep
	}
	var made mail.MailboxID
	err = e.write(ctx, "role mailbox", func(tx *store.Tx) (err error) {
		if local {
			made, err = tx.LocalMailbox(id, role, name)
			return err
		}
		if made, err = tx.MakeMailbox(id, 0, name, role); err != nil {
			return err
		}
		_, err = tx.AddOp(store.Op{Account: id, Mailbox: made, Kind: store.OpCreate, Name: name, Made: e.o.Now()})
		return err
	})
	e.wakeAccount(id)
	return made, err
}

// rolePlace is RoleMailbox with what is known of the mailbox.
func (e *Engine) rolePlace(ctx context.Context, id mail.AccountID, role mail.Role, name string) (store.Place, error) {
	box, err := e.RoleMailbox(ctx, id, role, name)
	if err != nil {
		return store.Place{}, err
	}
	return e.s.Place(ctx, box)
}

// AdoptDraft makes a draft of a message in Drafts that was written elsewhere; saving it replaces the message.
func (e *Engine) AdoptDraft(ctx context.Context, m mail.MessageID, d mail.Draft) (mail.DraftID, error) {
	err := e.write(ctx, "adopt draft", func(tx *store.Tx) (err error) {
		if d.ID, err = tx.PutDraft(d); err != nil {
			return err
		}
		return tx.LinkDraft(d.ID, m)
	})
	return d.ID, err
}

// RemoveAccount ends an account and removes it with all that is kept of it here.
func (e *Engine) RemoveAccount(ctx context.Context, id mail.AccountID) error {
	if err := e.write(ctx, "remove account", func(tx *store.Tx) error { return tx.RemoveAccount(id) }); err != nil {
		return err
	}
	e.Reload(id)
	return nil
}

// Outbound returns a message of the outbox; one that is not there any more was sent.
func (e *Engine) Outbound(ctx context.Context, id mail.OutboxID) (mail.OutboxItem, error) {
	out, err := e.s.Outbox(ctx)
	if err != nil {
		return mail.OutboxItem{}, err
	}
	for _, o := range out {
		if o.ID == id {
			return o.OutboxItem, nil
		}
	}
	return mail.OutboxItem{ID: id, State: mail.OutSent}, nil
}

// MaxSize is the largest message that the account's server takes, in bytes; 0 = not known yet. It returns at once and asks in the background.
func (e *Engine) MaxSize(id mail.AccountID) int64 {
	e.mu.Lock()
	a := e.accounts[id]
	ctx := e.ctx
	e.mu.Unlock()
	if a == nil || ctx == nil {
		return 0
	}
	a.mu.Lock()
	n, asked := a.maxSize, a.sizeAsked
	a.sizeAsked = true
	a.mu.Unlock()
	if !asked {
		e.wg.Add(1)
		go func() {
			defer e.wg.Done()
			ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
			defer cancel()
			sub, err := a.opener.OpenSubmitter(ctx)
			if err != nil || sub == nil {
				return
			}
			defer sub.Close()
			n, err := sub.MaxSize(ctx)
			a.mu.Lock()
			defer a.mu.Unlock()
			if a.maxSize = n; err != nil && fault.Of(err).Policy().Retry {
				a.sizeAsked = false
			}
		}()
	}
	return n
}
