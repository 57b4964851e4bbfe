package engine

import (
	"context"
	"io"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/app/store"
)

const unsureText = "The connection ended before the server answered. The message may have been sent."

// Queue puts a message into the outbox.
func (e *Engine) Queue(ctx context.Context, o store.Outbound) (mail.OutboxID, error) {
	o.ID, o.State = 0, mail.OutWaiting
	if o.Due.IsZero() {
		o.Due = e.o.Now()
	}
	err := e.write(ctx, "queue", func(tx *store.Tx) (err error) {
		if o.ID, err = tx.PutOutbound(o); err != nil {
			return err
		}
		return listDraft(tx, o.Draft, false)
	})
	e.wakeSending(o.Account)
	return o.ID, err
}

// listDraft shows the message of a draft among the drafts or hides it: what waits in the outbox is not listed twice.
func listDraft(tx *store.Tx, id mail.DraftID, shown bool) error {
	if id == 0 {
		return nil
	}
	m, err := tx.DraftMessage(id)
	if err != nil || m == 0 {
		return absent(err)
	}
	row, err := tx.Row(m)
	if err != nil {
		return absent(err)
	}
	ops, err := tx.OpsOf(m)
	if err != nil {
		return err
	}
	for _, o := range ops {
		if o.Kind == store.OpRemove {
			return nil // it goes anyway
		}
	}
	if row.Removed != shown {
		return nil
	}
	return tx.SetRemoved(m, !shown)
}

// absent makes no error of what is not there.
func absent(err error) error {
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}

func (e *Engine) wakeSending(id mail.AccountID) {
	e.mu.Lock()
	a := e.accounts[id]
	e.mu.Unlock()
	if a != nil {
		a.wakeSender()
	}
}

func tooLate() error {
	return fault.New(fault.Conflict, "sending", "It is too late to take the message back", "It has been handed to the server.")
}

// CancelSend takes a message back that has not been handed to the network and returns its draft.
func (e *Engine) CancelSend(ctx context.Context, id mail.OutboxID) (mail.Draft, error) {
	var draft mail.DraftID
	err := e.write(ctx, "cancel", func(tx *store.Tx) error {
		o, err := tx.Outbound(id)
		if err != nil {
			return err
		}
		if o.State != mail.OutWaiting && o.State != mail.OutFailed {
			return tooLate()
		}
		draft = o.Draft
		if err := tx.DropOutbound(id); err != nil {
			return err
		}
		return listDraft(tx, draft, true)
	})
	if err != nil || draft == 0 {
		return mail.Draft{}, err
	}
	return e.s.Draft(ctx, draft)
}

// SendNow ends the wait of a message that waits or failed.
func (e *Engine) SendNow(ctx context.Context, id mail.OutboxID) error {
	return e.putWaiting(ctx, id, mail.OutWaiting, mail.OutFailed)
}

func (e *Engine) putWaiting(ctx context.Context, id mail.OutboxID, from ...mail.OutboxState) error {
	var acc mail.AccountID
	err := e.write(ctx, "send now", func(tx *store.Tx) error {
		o, err := tx.Outbound(id)
		if err != nil {
			return err
		}
		acc = o.Account
		ok := false
		for _, f := range from {
			ok = ok || o.State == f
		}
		if !ok {
			return tooLate()
		}
		o.State, o.Due, o.Next, o.Error = mail.OutWaiting, e.o.Now(), time.Time{}, ""
		_, err = tx.PutOutbound(o)
		return err
	})
	e.wakeSending(acc)
	return err
}

// Settle ends an unsure one: sent = the person says that it arrived; else it is sent again.
func (e *Engine) Settle(ctx context.Context, id mail.OutboxID, sent bool) error {
	if !sent {
		return e.putWaiting(ctx, id, mail.OutUnsure)
	}
	return e.sent(ctx, id, mail.OutUnsure, remote.Receipt{}, false)
}

// sender hands over what is due, one message at a time.
func (a *account) sender(ctx context.Context) {
	for ctx.Err() == nil {
		wait := a.sendDue(ctx)
		var timer <-chan time.Time
		var t *time.Timer
		if wait > 0 {
			t = time.NewTimer(wait)
			timer = t.C
		}
		select {
		case <-ctx.Done():
		case <-a.sendKick:
		case <-timer:
		}
		if t != nil {
			t.Stop()
		}
	}
}

// sendDue sends all that is due and returns how long it is until the next is; 0 = nothing waits.
func (a *account) sendDue(ctx context.Context) time.Duration {
	a.sending.Lock()
	defer a.sending.Unlock()
	a.mu.Lock()
	hurry := a.hurry
	a.hurry = false
	a.mu.Unlock()
	if hurry {
		a.hasten(ctx)
	}
	var sub remote.Submitter
	defer func() {
		if sub != nil {
			sub.Close()
		}
	}()
	for ctx.Err() == nil {
		out, err := a.e.s.Outbox(ctx)
		if err != nil {
			return time.Minute
		}
		var next *store.Outbound
		var first time.Time
		now := a.e.o.Now()
		for i, o := range out {
			if o.Account != a.id || o.State != mail.OutWaiting {
				continue
			}
			at := o.Due
			if o.Next.After(at) {
				at = o.Next
			}
			if !at.After(now) {
				next = &out[i]
				break
			}
			if first.IsZero() || at.Before(first) {
				first = at
			}
		}
		if next == nil {
			if first.IsZero() {
				return 0
			}
			return max(first.Sub(now), 10*time.Millisecond)
		}
		if sub == nil {
			if sub, err = a.opener.OpenSubmitter(ctx); err == nil && sub == nil {
				err = fault.New(fault.Refused, "cannot-send", "This account cannot send", "It has no outgoing server. Choose another sender.")
			}
			if err != nil {
				sub = nil
				if isContext(err) {
					return 0
				}
				if !a.put(ctx, next.ID, mail.OutWaiting, func(o *store.Outbound) { a.postpone(o, err) }) {
					return time.Minute
				}
				continue
			}
		}
		if !a.submit(ctx, sub, next.ID) {
			return time.Minute
		}
	}
	return 0
}

// hasten ends the wait for another try: the person asked, or the settings are new.
func (a *account) hasten(ctx context.Context) {
	out, err := a.e.s.Outbox(ctx)
	if err != nil {
		return
	}
	for _, o := range out {
		if o.Account == a.id && o.State == mail.OutWaiting && o.Next.After(a.e.o.Now()) {
			a.put(ctx, o.ID, mail.OutWaiting, func(o *store.Outbound) { o.Next = time.Time{} })
		}
	}
}

// put changes an outbox row that is in the given state; false when the store refuses.
func (a *account) put(ctx context.Context, id mail.OutboxID, state mail.OutboxState, f func(*store.Outbound)) bool {
	err := a.e.write(context.WithoutCancel(ctx), "out "+string(state), func(tx *store.Tx) error {
		o, err := tx.Outbound(id)
		if err != nil {
			return err
		}
		if o.State != state {
			return tooLate()
		}
		f(&o)
		_, err = tx.PutOutbound(o)
		return err
	})
	return err == nil || fault.Is(err, fault.NotFound) || fault.Is(err, fault.Conflict)
}

// submit sends one message; false when the store refuses to note it, so that nothing more is tried.
func (a *account) submit(ctx context.Context, sub remote.Submitter, id mail.OutboxID) bool {
	var o store.Outbound
	mine := false
	if !a.put(ctx, id, mail.OutWaiting, func(x *store.Outbound) {
		x.State, x.Attempts, x.Error = mail.OutSending, x.Attempts+1, ""
		o, mine = *x, true
	}) {
		return false
	}
	if !mine {
		return true // taken back just now
	}
	a.e.crash("before submit")
	rec, err := sub.Submit(ctx, o.Envelope, func() (io.ReadCloser, error) {
		r, _, err := a.e.s.Blob(ctx, o.Digest)
		return r, err
	})
	a.e.crash("after submit")
	if err == nil {
		err := a.e.sent(context.WithoutCancel(ctx), id, mail.OutSending, rec, false)
		if err != nil {
			a.e.log.Error("a message was sent and that could not be noted", "account", string(a.id), "err", err)
		}
		return err == nil
	}
	return a.put(ctx, id, mail.OutSending, func(o *store.Outbound) {
		if len(rec.Recipients) > 0 {
			o.Recipients = rec.Recipients
		}
		f := fault.Of(err)
		if f.Code == "unsure" || isContext(err) || f.Code == "cancelled" {
			o.State, o.Error = mail.OutUnsure, unsureText
			a.mu.Lock()
			a.all = true // look in Sent
			a.mu.Unlock()
			a.wake()
			return
		}
		a.postpone(o, err)
	})
}

// postpone decides what becomes of a message that was not sent.
func (a *account) postpone(o *store.Outbound, err error) {
	f := fault.Of(err)
	now := a.e.o.Now()
	o.Error = f.Title
	if f.ServerText != "" {
		o.Error = f.ServerText
	}
	p := f.Policy()
	if o.Attempts == 0 {
		o.Attempts = 1
	}
	switch {
	case f.Kind == fault.Refused, f.Kind == fault.Quota, f.Kind == fault.Usage, f.Kind == fault.NotFound, f.Kind == fault.Conflict:
		o.State = mail.OutFailed
		return
	case p.Pause:
		state := StateError
		if f.Kind == fault.Auth {
			state = StateSignIn
		}
		a.status(func(s *AccountStatus) { s.State, s.Err = state, f })
		// A refused password is not tried again by itself: a new one, or the person's wish, ends the wait. A locked keychain or a full disk is looked at again.
		o.State, o.Next = mail.OutWaiting, now.Add(24*time.Hour)
		if f.Kind == fault.Local {
			o.Next = now.Add(a.e.o.Recheck)
		}
		return
	}
	if !o.Due.IsZero() && now.Sub(o.Due) > a.e.o.GiveUp && (f.Kind == fault.Busy || f.Kind == fault.Protocol) {
		o.State = mail.OutFailed
		return
	}
	o.State = mail.OutWaiting
	wait := a.e.o.SendRetry[min(o.Attempts, len(a.e.o.SendRetry))-1]
	if f.Kind == fault.Network && o.Attempts < 4 {
		wait = min(wait, a.e.o.BackoffMin<<o.Attempts)
	}
	o.Next = now.Add(max(wait, f.RetryAfter))
}
