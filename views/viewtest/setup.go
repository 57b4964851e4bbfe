package viewtest

import (
	"bytes"
	"context"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/app/bus"
)

// NewDraft implements app.Client.
func (c *Client) NewDraft(ctx context.Context, k app.Compose) (mail.Draft, error) {
	defer c.lock("NewDraft " + string(k.Kind))()
	d := mail.Draft{InternetID: "draft@fjordlight.example", Changed: c.now}
	for _, a := range c.accounts {
		if d.Account == "" || a.ID == k.Account {
			d.Account, d.From = a.ID, a.Identities[0]
		}
	}
	if addr, ok := strings.CutPrefix(k.Mailto, "mailto:"); ok {
		d.To = []mail.Address{{Addr: addr}}
	}
	if m, ok := c.msgs[k.Of]; ok {
		d.Source, d.InReply = k.Of, m.InternetID
		switch k.Kind {
		case app.ComposeReply, app.ComposeReplyAll:
			d.To, d.Subject = m.From, "Re: "+strings.TrimPrefix(m.Subject, "Re: ")
			d.Quoted = "> " + strings.ReplaceAll(m.body.Text, "\n", "\n> ")
			if k.Kind == app.ComposeReplyAll {
				d.Cc = m.To
			}
		case app.ComposeForward, app.ComposeForwardAttach:
			d.Subject, d.Forward, d.Quoted = "Fwd: "+m.Subject, true, m.body.Text
		}
	}
	return d, ctx.Err()
}

// SaveDraft implements app.Client.
func (c *Client) SaveDraft(ctx context.Context, d mail.Draft) (mail.DraftID, error) {
	defer c.lock("SaveDraft")()
	if d.ID == 0 {
		d.ID = mail.DraftID(c.next)
		c.next++
	}
	c.drafts[d.ID] = d
	return d.ID, ctx.Err()
}

// Draft implements app.Client.
func (c *Client) Draft(ctx context.Context, id mail.DraftID) (mail.Draft, error) {
	defer c.lock("")()
	d, ok := c.drafts[id]
	if !ok {
		return d, fault.New(fault.NotFound, "draft", "This draft is no longer here", "")
	}
	return d, ctx.Err()
}

// DiscardDraft implements app.Client.
func (c *Client) DiscardDraft(ctx context.Context, id mail.DraftID) (app.Undo, error) {
	defer c.lock("DiscardDraft")()
	d := c.drafts[id]
	delete(c.drafts, id)
	group := c.next
	c.next++
	c.undo[group] = func() { c.drafts[id] = d }
	return app.Undo{Group: group, Text: "Draft discarded"}, ctx.Err()
}

// RemotePicture implements app.Client: OnPicture answers, and what was asked is kept.
func (c *Client) RemotePicture(_ context.Context, url string) ([]byte, error) {
	defer c.lock("RemotePicture")()
	c.Asked = append(c.Asked, url)
	if c.OnPicture != nil {
		return c.OnPicture(url)
	}
	return nil, fault.New(fault.Network, "picture", "This picture could not be loaded", "")
}

// OpenAttachment implements app.Client.
func (c *Client) OpenAttachment(ctx context.Context, digest string) (io.ReadCloser, error) {
	defer c.lock("OpenAttachment")()
	b, ok := c.blobs[digest]
	if !ok {
		return nil, fault.New(fault.NotFound, "attachment", "This file is no longer here", "")
	}
	return io.NopCloser(bytes.NewReader(b)), ctx.Err()
}

// Attach implements app.Client.
func (c *Client) Attach(ctx context.Context, name string, r io.Reader) (mail.Attachment, error) {
	b, err := io.ReadAll(r)
	if err != nil {
		return mail.Attachment{}, fault.Of(err)
	}
	defer c.lock("Attach")()
	if c.blobs == nil {
		c.blobs = map[string][]byte{}
	}
	c.blobs[name] = b
	n := int64(len(b))
	return mail.Attachment{Name: name, Type: "application/octet-stream", Size: n, Digest: name}, ctx.Err()
}

// CheckDraft implements app.Client.
func (c *Client) CheckDraft(_ context.Context, d mail.Draft) []app.Concern {
	if c.OnCheck != nil {
		return c.OnCheck(d)
	}
	if len(d.To)+len(d.Cc)+len(d.Bcc) == 0 {
		return []app.Concern{{Code: "no-recipient", Block: true, Title: "Nobody to send to", Detail: "Enter at least one address."}}
	}
	return nil
}

// Send implements app.Client.
func (c *Client) Send(ctx context.Context, d mail.Draft, at time.Time) (mail.OutboxID, error) {
	unlock := c.lock("Send")
	id := mail.OutboxID(c.next)
	c.next++
	c.outbox = append(c.outbox, mail.OutboxItem{ID: id, Account: d.Account, From: mail.Address{Name: d.From.Name, Addr: d.From.Addr}, To: d.To,
		Subject: d.Subject, Due: at, State: mail.OutWaiting})
	c.queued[id] = d
	unlock()
	c.Bus.Publish(bus.Changed{Outbox: true})
	return id, ctx.Err()
}

// Outbox implements app.Client.
func (c *Client) Outbox(ctx context.Context) ([]mail.OutboxItem, error) {
	defer c.lock("")()
	return append([]mail.OutboxItem(nil), c.outbox...), ctx.Err()
}

// SetOutbox scripts what is in the outbox and publishes it.
func (c *Client) SetOutbox(items ...mail.OutboxItem) {
	unlock := c.lock("")
	c.outbox = items
	unlock()
	c.Bus.Publish(bus.Changed{Outbox: true})
}

// CancelSend implements app.Client.
func (c *Client) CancelSend(ctx context.Context, id mail.OutboxID) (mail.Draft, error) {
	unlock := c.lock("CancelSend")
	d := c.queued[id]
	c.outbox = slices.DeleteFunc(c.outbox, func(o mail.OutboxItem) bool { return o.ID == id })
	unlock()
	c.Bus.Publish(bus.Changed{Outbox: true})
	return d, ctx.Err()
}

// SendNow implements app.Client.
func (c *Client) SendNow(ctx context.Context, id mail.OutboxID) error {
	return c.settle(ctx, "SendNow", id, true)
}

// Settle implements app.Client.
func (c *Client) Settle(ctx context.Context, id mail.OutboxID, sent bool) error {
	return c.settle(ctx, "Settle", id, sent)
}

func (c *Client) settle(ctx context.Context, call string, id mail.OutboxID, sent bool) error {
	unlock := c.lock(call)
	for i := range c.outbox {
		if c.outbox[i].ID == id {
			c.outbox[i].State = mail.OutWaiting
			if sent {
				c.outbox[i].State = mail.OutSent
			}
		}
	}
	unlock()
	c.Bus.Publish(bus.Changed{Outbox: true})
	return ctx.Err()
}

// Discover implements app.Client.
func (c *Client) Discover(ctx context.Context, address string, progress func(mail.Step)) (mail.Discovery, error) {
	if c.OnDiscover != nil {
		return c.OnDiscover(ctx, address, progress)
	}
	if err := c.wait(ctx); err != nil {
		return mail.Discovery{}, err
	}
	_, domain, _ := strings.Cut(address, "@")
	step := mail.Step{ID: "autoconfig", Title: "Settings published by " + domain, State: mail.StepFound, Detail: "IMAP, POP3 and SMTP", Took: 210 * time.Millisecond}
	progress(step)
	offer := func(p mail.Protocol, host string, port int, s mail.Security) mail.Offer {
		return mail.Offer{Server: mail.Server{Protocol: p, Host: host + "." + domain, Port: port, Security: s, User: address},
			Methods: []mail.AuthMethod{mail.Password}, Source: "autoconfig." + domain, Proven: true}
	}
	return mail.Discovery{Address: address, Name: domain, Steps: []mail.Step{step},
		Incoming: []mail.Offer{offer(mail.IMAP, "imap", 993, mail.TLS), offer(mail.POP3, "pop", 995, mail.TLS)},
		Outgoing: []mail.Offer{offer(mail.SMTP, "smtp", 587, mail.STARTTLS), offer(mail.SMTP, "smtp", 465, mail.TLS)}}, nil
}

// Test implements app.Client.
func (c *Client) Test(ctx context.Context, a mail.Account, s app.Secrets, lines func(mail.TestLine)) []mail.TestLine {
	if c.OnTest != nil {
		return c.OnTest(ctx, a, s, lines)
	}
	out := []mail.TestLine{
		{Protocol: a.Incoming.Protocol, Server: a.Incoming, State: mail.StepFound, Summary: "Signed in. 24 folders, 18,402 messages", Detail: a.Incoming.Host + ", TLS 1.3", Push: true, Folders: 24, Messages: 18402},
		{Protocol: mail.SMTP, Server: a.Outgoing, State: mail.StepFound, Summary: "Signed in. Messages up to 35 MB", Detail: a.Outgoing.Host + ", TLS 1.3", MaxSize: 35 << 20},
	}
	for _, l := range out {
		lines(l)
	}
	return out
}

// SignIn implements app.Client.
func (c *Client) SignIn(ctx context.Context, a mail.Account, open func(string) error) (app.Secrets, error) {
	if c.OnSignIn != nil {
		return c.OnSignIn(ctx, a, open)
	}
	if err := open("https://login.example.com/authorize"); err != nil {
		return app.Secrets{}, err
	}
	return app.Secrets{Refresh: "refresh"}, c.wait(ctx)
}

// OAuthReady implements app.Client.
func (c *Client) OAuthReady(a mail.Account) bool { return a.OAuth != "" }

// SetOAuthClient implements app.Client.
func (c *Client) SetOAuthClient(ctx context.Context, _, _, _ string) error { return ctx.Err() }

// Keychain implements app.Client.
func (c *Client) Keychain(context.Context) app.KeychainState {
	defer c.lock("")()
	return c.keychain
}

// SetKeychain scripts the state of the keychain.
func (c *Client) SetKeychain(k app.KeychainState) {
	defer c.lock("")()
	c.keychain = k
}

// UseKeychain implements app.Client.
func (c *Client) UseKeychain(ctx context.Context, kind, _ string) error {
	defer c.lock("UseKeychain " + kind)()
	c.keychain = app.KeychainState{Kind: kind, State: "ok"}
	return ctx.Err()
}

// AddAccount implements app.Client.
func (c *Client) AddAccount(ctx context.Context, a mail.Account, _ app.Secrets) (mail.Account, error) {
	unlock := c.lock("AddAccount " + a.Address)
	if a.ID == "" {
		a.ID = mail.AccountID("acc-" + a.Address)
	}
	c.accounts = append(c.accounts, a)
	c.boxes = append(c.boxes, mail.Mailbox{ID: mail.MailboxID(500 + len(c.boxes)), Account: a.ID, Name: "Inbox", Path: "Inbox", Role: mail.RoleInbox,
		Rights: mail.AllRights, Subscribed: true, Selectable: true})
	c.status.Accounts = append(c.status.Accounts, app.AccountStatus{Account: a.ID, State: app.StateFetching, Doing: "Fetching Inbox", Done: 320, Total: 18402})
	unlock()
	c.Bus.Publish(bus.Changed{Accounts: true, Tree: true, Status: true})
	return a, ctx.Err()
}

// UpdateAccount implements app.Client.
func (c *Client) UpdateAccount(ctx context.Context, a mail.Account) error {
	unlock := c.lock("UpdateAccount")
	for i := range c.accounts {
		if c.accounts[i].ID == a.ID {
			c.accounts[i] = a
		}
	}
	unlock()
	c.Bus.Publish(bus.Changed{Accounts: true})
	return ctx.Err()
}

// Reauthorise implements app.Client.
func (c *Client) Reauthorise(ctx context.Context, id mail.AccountID, _ app.Secrets) error {
	unlock := c.lock("Reauthorise " + string(id))
	for i := range c.status.Accounts {
		if c.status.Accounts[i].Account == id {
			c.status.Accounts[i].State, c.status.Accounts[i].Err = app.StateIdle, nil
		}
	}
	unlock()
	c.Bus.Publish(bus.Changed{Status: true})
	return ctx.Err()
}

// RemoveAccount implements app.Client.
func (c *Client) RemoveAccount(ctx context.Context, id mail.AccountID) error {
	unlock := c.lock("RemoveAccount " + string(id))
	c.accounts = slices.DeleteFunc(c.accounts, func(a mail.Account) bool { return a.ID == id })
	c.boxes = slices.DeleteFunc(c.boxes, func(b mail.Mailbox) bool { return b.Account == id })
	c.order = slices.DeleteFunc(c.order, func(m mail.MessageID) bool {
		if c.msgs[m].Account != id {
			return false
		}
		delete(c.msgs, m)
		return true
	})
	unlock()
	c.Bus.Publish(bus.Changed{Accounts: true, Tree: true, Resync: true})
	return ctx.Err()
}
