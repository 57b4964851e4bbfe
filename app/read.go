package app

import (
	"bytes"
	"context"
	"io"
	"strings"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/rfc822"
	"github.com/postrider/postrider/app/engine"
	"github.com/postrider/postrider/app/plaintext"
	"github.com/postrider/postrider/app/search"
	"github.com/postrider/postrider/app/store"
	"github.com/postrider/postrider/app/winmail"
)

// countLimit bounds what is counted for filtered views and searches.
const countLimit = 10000

// Accounts returns the accounts in the order of the sidebar.
func (a *App) Accounts(ctx context.Context) ([]mail.Account, error) { return a.store.Accounts(ctx) }

// Mailboxes returns the mailboxes of all accounts.
func (a *App) Mailboxes(ctx context.Context) ([]mail.Mailbox, error) {
	return a.store.Mailboxes(ctx, "")
}

// List returns a page of a view.
func (a *App) List(ctx context.Context, v store.View, after mail.MessageID, limit int) (store.Slice, error) {
	return a.store.List(ctx, v, after, limit)
}

// Count counts a view; filtered ones up to 10,000.
func (a *App) Count(ctx context.Context, v store.View) (total, unread int, err error) {
	return a.store.Count(ctx, v, countLimit)
}

// Order streams a view's ids.
func (a *App) Order(ctx context.Context, v store.View, chunk int, each func([]mail.MessageID) error) error {
	return a.store.Order(ctx, v, chunk, each)
}

// Summaries returns rows for ids.
func (a *App) Summaries(ctx context.Context, v store.View, ids []mail.MessageID) ([]mail.Summary, error) {
	return a.store.Summaries(ctx, v, ids)
}

// Thread returns a conversation, oldest first.
func (a *App) Thread(ctx context.Context, id mail.MessageID) ([]mail.Summary, error) {
	return a.store.ThreadMembers(ctx, id)
}

// Complete returns known correspondents and the contacts of the address books, those written to most first. Groups are left out: Suggest has them.
func (a *App) Complete(ctx context.Context, prefix string, limit int) ([]store.Correspondent, error) {
	known, err := a.store.Complete(ctx, prefix, limit)
	if err != nil {
		return nil, err
	}
	met := map[string]store.Correspondent{}
	for _, c := range known {
		met[strings.ToLower(c.Addr)] = c
	}
	all, err := a.Suggest(ctx, prefix, limit)
	if err != nil {
		return nil, err
	}
	out := make([]store.Correspondent, 0, len(all))
	for _, s := range all {
		if s.Group {
			continue
		}
		c := met[strings.ToLower(s.Addr)]
		c.Address, c.Written = mail.Address{Name: s.Name, Addr: s.Addr}, s.Uses
		if c.Last.IsZero() {
			c.Last = s.Last
		}
		out = append(out, c)
	}
	return out, nil
}

// Arrivals returns what came into the inboxes since a mark.
func (a *App) Arrivals(ctx context.Context, since int64) ([]mail.Summary, int64, error) {
	next, err := a.store.Sequence(ctx)
	if err != nil || since < 0 || next <= since {
		return nil, next, err
	}
	p, err := a.store.List(ctx, store.View{Role: mail.RoleInbox, OnlyUnread: true}, 0, 200)
	if err != nil {
		return nil, since, err
	}
	rows := p.Rows[:0]
	for _, r := range p.Rows {
		if store.Since(r.ID, since, next) {
			rows = append(rows, r)
		}
	}
	return rows, next, nil
}

// CheckSearch says why an expression is not understood.
func (a *App) CheckSearch(expr string) string { return search.Check(expr) }

// Raw returns the exact bytes of a message that is here; see Read for one that is not.
func (a *App) Raw(ctx context.Context, id mail.MessageID) ([]byte, error) {
	r, err := a.store.Row(ctx, id)
	if err != nil {
		return nil, err
	}
	if r.Digest == "" {
		return nil, a.wantBody(ctx, r)
	}
	return a.store.Raw(ctx, id)
}

// wantBody asks the engine for a body out of turn and says how that stands.
func (a *App) wantBody(ctx context.Context, r store.Row) error {
	for _, s := range a.engine.Status() {
		if s.Account == r.Account && (s.State == engine.StateOffline || s.State == engine.StateSignIn || s.State == engine.StatePaused) {
			return fault.New(fault.Network, "not-here", "This message is not on this computer yet", "It is fetched as soon as the account is connected again.")
		}
	}
	go a.engine.FetchNow(context.WithoutCancel(ctx), r.ID)
	return fault.New(fault.Busy, "fetching", "Fetching this message", "")
}

// Read returns a message taken apart.
func (a *App) Read(ctx context.Context, id mail.MessageID) (mail.Body, error) {
	r, err := a.store.Row(ctx, id)
	if err != nil {
		return mail.Body{}, err
	}
	if r.Digest == "" {
		return mail.Body{}, a.wantBody(ctx, r)
	}
	if b, ok := a.bodies.get(r.Digest); ok {
		b.Trust = a.trust(ctx, r, &b)
		return b, nil
	}
	raw, err := a.store.Raw(ctx, id)
	if err != nil {
		return mail.Body{}, err
	}
	b := winmail.Body(raw, rfc822.Options{})
	plaintext.Fill(&b)
	a.bodies.put(r.Digest, b, int64(len(raw)))
	b.Trust = a.trust(ctx, r, &b)
	return b, nil
}

// OpenPart returns the decoded bytes of a part.
func (a *App) OpenPart(ctx context.Context, id mail.MessageID, part int) (io.ReadCloser, mail.Part, error) {
	raw, err := a.Raw(ctx, id)
	if err != nil {
		return nil, mail.Part{}, err
	}
	r, p, err := winmail.Part(raw, part)
	if err != nil {
		return nil, mail.Part{}, err
	}
	if r == nil {
		r = bytes.NewReader(nil)
	}
	return io.NopCloser(r), p, nil
}
