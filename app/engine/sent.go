package engine

import (
	"bytes"
	"context"
	"io"
	"slices"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/app/store"
)

// sent ends a message that was sent, in one transaction: the copy for Sent, the mark on what was answered, the draft, the correspondents, the row.
// found: the server has the copy in Sent already.
func (e *Engine) sent(ctx context.Context, id mail.OutboxID, state mail.OutboxState, rec remote.Receipt, found bool) error {
	var o store.Outbound
	out, err := e.s.Outbox(ctx)
	if err != nil {
		return err
	}
	ok := false
	for _, x := range out {
		if x.ID == id {
			o, ok = x, true
		}
	}
	if !ok {
		return fault.New(fault.NotFound, "outbox", "The message is not in the outbox any more", "")
	}
	a, err := e.account(ctx, o.Account)
	if err != nil {
		return err
	}
	digest := o.Filed
	if digest == "" {
		digest = o.Digest
	}
	var body *store.Body
	if o.Filed != store.AlreadyFiled && !a.m.ServerSent && !found {
		r, _, err := e.s.Blob(ctx, digest)
		if err == nil {
			var b bytes.Buffer
			_, err = io.Copy(&b, r)
			r.Close()
			if err == nil {
				c := e.ingest(b.Bytes())
				body = &c
			}
		}
		if err != nil {
			e.log.Error("no copy of a sent message could be filed", "err", err)
		}
	}
	var p store.Place
	have := false
	if body != nil {
		p, err = e.rolePlace(ctx, o.Account, mail.RoleSent, "Sent")
	} else {
		p, have, err = e.roleBox(ctx, o.Account, mail.RoleSent, "Sent")
	}
	if err != nil {
		return err
	}
	now := e.o.Now()
	c := &command{e: e, wake: map[mail.AccountID]bool{o.Account: true}}
	err = e.write(ctx, "sent", func(tx *store.Tx) error {
		c.steps = nil
		o, err := tx.Outbound(id)
		if err != nil {
			return err
		}
		if o.State != state {
			return tooLate()
		}
		if body != nil {
			env := body.Envelope
			if env.InternetID == "" {
				env.InternetID = o.InternetID
			}
			ids, err := tx.Insert([]store.NewMessage{{Account: o.Account, Mailbox: p.ID, Flags: mail.Seen, Envelope: &env, Received: now, Size: body.Size, Body: body}})
			if err != nil {
				return err
			}
			if !p.Local {
				if _, err := tx.AddOp(store.Op{Account: o.Account, Mailbox: p.ID, Message: ids[0], Kind: store.OpAdd, Digest: body.Digest, Add: mail.Seen}); err != nil {
					return err
				}
			}
		}
		if o.Source != 0 && o.Mark != 0 {
			if err := c.flags(tx, o.Source, o.Mark, 0, nil, nil); err != nil {
				return err
			}
		}
		if o.Draft != 0 {
			if err := e.dropDraft(tx, o.Draft, 0); err != nil {
				return err
			}
		}
		var to []mail.Address
		refused := map[string]mail.RecipientResult{}
		for _, r := range rec.Recipients {
			if !r.OK {
				refused[r.Addr] = r
			}
		}
		for _, t := range o.To {
			if _, no := refused[t.Addr]; !no {
				to = append(to, t)
			}
		}
		var later, never []string // what was refused for now, and for good
		for _, t := range o.Envelope.To {
			if r, no := refused[t]; no && r.Code/100 == 4 {
				later = append(later, t)
			} else if no {
				never = append(never, t)
			}
		}
		if err := tx.Wrote(to, now); err != nil {
			return err
		}
		if len(later)+len(never) == 0 {
			return tx.DropOutbound(id)
		}
		// Some did not get it: what stays is for them alone, and has been filed. Who may get it later waits on its own.
		o.Filed, o.Draft, o.Source = store.AlreadyFiled, 0, 0
		if len(never) > 0 {
			if _, err := tx.PutOutbound(remainder(o, never, rec, mail.OutFailed)); err != nil || len(later) == 0 {
				return err
			}
			o.ID = 0
		}
		o.Next = now.Add(e.o.SendRetry[min(max(o.Attempts, 1), len(e.o.SendRetry))-1])
		o = remainder(o, later, rec, mail.OutWaiting)
		_, err = tx.PutOutbound(o)
		return err
	})
	if a.m.ServerSent && have {
		a.mu.Lock()
		a.hints[p.Ref] = true // its copy is there by now
		a.mu.Unlock()
	}
	for id := range c.wake {
		e.wakeAccount(id)
	}
	return err
}

// remainder is what stays of a message for those who did not get it.
func remainder(o store.Outbound, left []string, rec remote.Receipt, state mail.OutboxState) store.Outbound {
	all := o.To
	o.Envelope.To, o.State, o.Error, o.To, o.Recipients = left, state, "Not everyone got it.", nil, nil
	for _, addr := range left {
		t := mail.Address{Addr: addr}
		if i := slices.IndexFunc(all, func(x mail.Address) bool { return x.Addr == addr }); i >= 0 {
			t = all[i]
		}
		o.To = append(o.To, t)
	}
	first := true
	for _, r := range rec.Recipients {
		mine := slices.Contains(left, r.Addr)
		if mine || r.OK {
			o.Recipients = append(o.Recipients, r)
		}
		if mine && r.Text != "" && first {
			o.Error, first = r.Text, false
		}
	}
	return o
}

// settleFound looks for unsure messages in the account's mailboxes, after they were pulled. One that is there was sent.
func (s *session) settleFound() error {
	out, err := s.e.s.Outbox(s.ctx)
	if err != nil {
		return err
	}
	for _, o := range out {
		if o.Account != s.a.id || o.State != mail.OutUnsure || o.InternetID == "" || o.Filed == store.AlreadyFiled {
			continue // of what goes to the rest of its recipients, the copy that the first ones brought says nothing
		}
		boxes, err := s.e.s.Mailboxes(s.ctx, s.a.id)
		if err != nil {
			return err
		}
		roles := map[mail.MailboxID]mail.Role{}
		for _, b := range boxes {
			roles[b.ID] = b.Role
		}
		seen, filed := false, false
		err = s.e.s.Write(s.ctx, func(tx *store.Tx) error {
			rows, err := tx.ByInternetID(s.a.id, o.InternetID)
			for _, r := range rows {
				if r.Base == 0 || r.BaseFlags.Has(mail.DraftFlag) || roles[r.Base] == mail.RoleDrafts || roles[r.Base] == mail.RoleTrash || r.Removed {
					continue
				}
				seen = true
				filed = filed || roles[r.Base] == mail.RoleSent
			}
			return err
		})
		if err != nil {
			return err
		}
		if !seen {
			continue
		}
		if err := s.e.sent(s.ctx, o.ID, mail.OutUnsure, remote.Receipt{}, filed); err != nil && !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Conflict) {
			return err
		}
	}
	return nil
}
