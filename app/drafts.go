package app

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/rfc822"
	"github.com/postrider/postrider/app/compose"
	"github.com/postrider/postrider/app/store"
	"github.com/postrider/postrider/app/winmail"
)

// manyOutside is the number of recipients outside the sender's domain from which sending is asked about.
const manyOutside = 25

// sender chooses the account and identity to write with: the asked for, else the default, else the first.
func (a *App) sender(ctx context.Context, want mail.AccountID) (mail.Account, error) {
	as, err := a.store.Accounts(ctx)
	if err != nil {
		return mail.Account{}, err
	}
	as = slices.DeleteFunc(as, func(x mail.Account) bool { return len(x.Identities) == 0 }) // a data file
	if len(as) == 0 {
		return mail.Account{}, fault.New(fault.NotFound, "no-account", "There is no account to write with", "Set one up first.")
	}
	for _, x := range as {
		if x.ID == want {
			return x, nil
		}
	}
	for _, x := range as {
		if x.IsDefault {
			return x, nil
		}
	}
	return as[0], nil
}

// NewDraft prepares what the composer shows.
func (a *App) NewDraft(ctx context.Context, k Compose) (mail.Draft, error) {
	switch k.Kind {
	case ComposeNew, ComposeMailto, "":
		acc, err := a.sender(ctx, k.Account)
		if err != nil {
			return mail.Draft{}, err
		}
		d := mail.Draft{}
		if k.Kind == ComposeMailto {
			if d, err = compose.ParseMailto(k.Mailto); err != nil {
				return mail.Draft{}, err
			}
		}
		d.Account, d.From = acc.ID, acc.Identities[0]
		d.Text = compose.WithSignature(d.Text, d.From)
		return d, nil
	}
	row, err := a.store.Row(ctx, k.Of)
	if err != nil {
		return mail.Draft{}, err
	}
	if k.Kind == ComposeEdit {
		if id, err := a.store.DraftOf(ctx, k.Of); err == nil && id != 0 {
			return a.edit(ctx, id)
		}
		raw, err := a.Raw(ctx, k.Of)
		if err != nil {
			return mail.Draft{}, err
		}
		d, err := compose.FromEML(raw, func(name, typ string, r io.Reader) (mail.Attachment, error) { return a.attach(ctx, name, typ, r) })
		if err != nil {
			return mail.Draft{}, err
		}
		d.Account = row.Account
		d.ID, err = a.engine.AdoptDraft(ctx, k.Of, d)
		return d, err
	}
	body, err := a.Read(ctx, k.Of)
	if err != nil {
		return mail.Draft{}, err
	}
	as, err := a.store.Accounts(ctx)
	if err != nil {
		return mail.Draft{}, err
	}
	// The identity may belong to another account than the message: a message forwarded from there, for example.
	slices.SortStableFunc(as, func(x, y mail.Account) int { return rank(x, row.Account) - rank(y, row.Account) })
	var self []mail.Identity
	owner := map[string]mail.AccountID{}
	for _, x := range as {
		for _, i := range x.Identities {
			self = append(self, i)
			if key := strings.ToLower(i.Addr); owner[key] == "" {
				owner[key] = x.ID
			}
		}
	}
	if len(self) == 0 {
		_, err := a.sender(ctx, "")
		return mail.Draft{}, err
	}
	// A message between two of the person's accounts is answered by the one that it is addressed to.
	if own := addressed(as, row.Account, body.Envelope); own != nil {
		self = own
	}
	var d mail.Draft
	switch k.Kind {
	case ComposeReply, ComposeReplyAll:
		d = compose.Reply(body, self, k.Kind == ComposeReplyAll, compose.Quoting{Below: a.Settings().Quote == "below"})
	case ComposeForward, ComposeForwardAttach:
		d = compose.Forward(body, self, k.Kind == ComposeForwardAttach, compose.Quoting{})
		if err := a.forwardParts(ctx, k, row, body, &d); err != nil {
			return mail.Draft{}, err
		}
	default:
		return mail.Draft{}, fault.New(fault.Usage, "compose", "Nothing is known of that way of writing", "")
	}
	d.Source = k.Of
	d.Account = owner[strings.ToLower(d.From.Addr)]
	if d.Account == "" {
		d.Account = row.Account
	}
	d.Text = compose.WithSignature(d.Text, d.From)
	return d, nil
}

// edit returns a draft to go on with. One that waits in the Outbox is taken out of it: else what is sent twice is what was written once.
func (a *App) edit(ctx context.Context, id mail.DraftID) (mail.Draft, error) {
	out, err := a.store.Outbox(ctx)
	if err != nil {
		return mail.Draft{}, err
	}
	for _, o := range out {
		switch {
		case o.Draft != id || o.State == mail.OutSent:
		case o.State == mail.OutWaiting || o.State == mail.OutFailed:
			return a.engine.CancelSend(ctx, o.ID)
		default:
			return mail.Draft{}, fault.New(fault.Conflict, "sending", "This message is being sent", "It is in the Outbox until the server has taken it.")
		}
	}
	return a.store.Draft(ctx, id)
}

// addressed returns the identities of an account when the message is addressed to one of them, else nil.
func addressed(as []mail.Account, id mail.AccountID, e mail.Envelope) []mail.Identity {
	for _, x := range as {
		if x.ID != id {
			continue
		}
		for _, i := range x.Identities {
			if slices.ContainsFunc(slices.Concat(e.To, e.Cc, e.Bcc), func(a mail.Address) bool { return strings.EqualFold(a.Addr, i.Addr) }) {
				return x.Identities
			}
		}
	}
	return nil
}

func rank(x mail.Account, want mail.AccountID) int {
	if x.ID == want {
		return 0
	}
	return 1
}

// forwardParts brings the attachments of a forwarded message, or the message itself.
func (a *App) forwardParts(ctx context.Context, k Compose, row store.Row, body mail.Body, d *mail.Draft) error {
	raw, err := a.store.Raw(ctx, k.Of)
	if err != nil {
		return err
	}
	if k.Kind == ComposeForwardAttach {
		name := rfc822.SafeName(body.Envelope.Subject, "message") + ".eml"
		d.Attach = append(d.Attach, mail.Attachment{Name: name, Type: "message/rfc822", Size: int64(len(raw)), Digest: row.Digest, Message: k.Of})
		return nil
	}
	for _, p := range body.Parts {
		r, part, err := winmail.Part(raw, p.ID)
		if err != nil {
			continue // a part that cannot be read is not forwarded; the text is
		}
		at, err := a.attach(ctx, part.Name, part.Type, r)
		if err != nil {
			return err
		}
		d.Attach = append(d.Attach, at)
	}
	return nil
}

// Attach copies a file into the profile.
func (a *App) Attach(ctx context.Context, name string, r io.Reader) (mail.Attachment, error) {
	return a.attach(ctx, name, rfc822.TypeByName(name), r)
}

func (a *App) attach(ctx context.Context, name, typ string, r io.Reader) (mail.Attachment, error) {
	digest, size, err := a.store.PutBlob(ctx, r)
	if err != nil {
		return mail.Attachment{}, err
	}
	return mail.Attachment{Name: name, Type: typ, Size: size, Digest: digest}, nil
}

func (a *App) build(ctx context.Context, d mail.Draft, keepBcc bool) ([]byte, compose.Envelope, error) {
	return compose.Build(d, compose.Options{KeepBcc: keepBcc, Open: func(digest string) (io.ReadCloser, error) {
		r, _, err := a.store.Blob(ctx, digest)
		return r, err
	}})
}

// SaveDraft stores a draft; it fixes its InternetID the first time.
func (a *App) SaveDraft(ctx context.Context, d mail.Draft) (mail.DraftID, error) {
	if d.InternetID == "" {
		d.InternetID = compose.NewID(d.From.Addr)
	}
	d.Changed = time.Now()
	raw, _, err := a.build(ctx, d, true)
	if err != nil {
		return 0, err
	}
	return a.engine.SaveDraft(ctx, d, raw)
}

// Draft returns a draft.
func (a *App) Draft(ctx context.Context, id mail.DraftID) (mail.Draft, error) {
	return a.store.Draft(ctx, id)
}

// DiscardDraft removes a draft here and on the server.
func (a *App) DiscardDraft(ctx context.Context, id mail.DraftID) (Undo, error) {
	g, err := a.engine.DiscardDraft(ctx, id)
	if err != nil {
		return Undo{}, err
	}
	return Undo{Group: g, Text: "Draft discarded"}, nil
}

// CheckDraft returns what should be asked before sending.
func (a *App) CheckDraft(ctx context.Context, d mail.Draft) []Concern {
	var out []Concern
	all := slices.Concat(d.To, d.Cc, d.Bcc)
	if len(all) == 0 {
		out = append(out, Concern{Code: "no-recipient", Block: true, Title: "Nobody is named to send it to", Detail: "Add an address to To, Cc or Bcc."})
	}
	outside := 0
	_, home, _ := strings.Cut(d.From.Addr, "@")
	for _, r := range all {
		if err := rfc822.CheckAddress(r.Addr); err != nil {
			out = append(out, Concern{Code: "address", Block: true, Addr: r.Addr, Title: fmt.Sprintf("“%s” is not an address", r.Addr), Detail: err.Error()})
		}
		if _, dom, _ := strings.Cut(r.Addr, "@"); !strings.EqualFold(dom, home) {
			outside++
		}
	}
	if len(d.Attach) == 0 && compose.MissingAttachment(compose.Own(d.Text), d.Subject) {
		out = append(out, Concern{Code: "attachment", Title: "You mention an attachment, but nothing is attached.", Detail: ""})
	}
	if outside > manyOutside {
		out = append(out, Concern{Code: "many", Title: fmt.Sprintf("This goes to %d people outside %s.", outside, home), Detail: "Every one of them sees the others unless they are in Bcc."})
	}
	var size int64
	for _, at := range d.Attach {
		size += at.Size * 4 / 3
	}
	if limit := a.engine.MaxSize(d.Account); limit > 0 && size > limit {
		out = append(out, Concern{Code: "size", Block: true, Title: fmt.Sprintf("%s is more than the server accepts (%s)", bytesText(size), bytesText(limit)), Detail: "Remove files, or send them in several messages."})
	}
	return out
}

// MaxSize is the largest message that the account's server takes.
func (a *App) MaxSize(id mail.AccountID) int64 { return a.engine.MaxSize(id) }

func bytesText(n int64) string {
	switch {
	case n >= 1<<30:
		return fmt.Sprintf("%.1f GB", float64(n)/(1<<30))
	case n >= 10<<20:
		return fmt.Sprintf("%d MB", n>>20)
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
	}
	return fmt.Sprintf("%d KB", (n+1023)/1024)
}

// Send queues a draft.
func (a *App) Send(ctx context.Context, d mail.Draft, at time.Time) (mail.OutboxID, error) {
	for _, c := range a.CheckDraft(ctx, d) {
		if c.Block {
			return 0, fault.New(fault.Usage, c.Code, c.Title, c.Detail)
		}
	}
	as, err := a.store.Accounts(ctx)
	if err != nil {
		return 0, err
	}
	if !slices.ContainsFunc(as, func(x mail.Account) bool { return x.ID == d.Account }) { // removed while it was written: nothing would ever take it out of the Outbox
		return 0, fault.New(fault.NotFound, "account", "The account that this is written with is not there any more", "Choose another sender.")
	}
	if d.InternetID == "" {
		d.InternetID = compose.NewID(d.From.Addr)
	}
	if at.IsZero() {
		at = time.Now().Add(time.Duration(a.Settings().UndoSend) * time.Second)
	}
	// The draft is stored first: whatever happens from here on, the text is not lost.
	d.Changed = time.Now()
	filed, _, err := a.build(ctx, d, true)
	if err != nil {
		return 0, err
	}
	if d.ID, err = a.engine.SaveDraft(ctx, d, filed); err != nil {
		return 0, err
	}
	sent, env, err := a.build(ctx, d, false)
	if err != nil {
		return 0, err
	}
	o := store.Outbound{Envelope: env, Draft: d.ID, Source: d.Source}
	o.Account, o.InternetID, o.Subject, o.Due, o.State = d.Account, d.InternetID, d.Subject, at, mail.OutWaiting
	o.From, o.To, o.Size = mail.Address{Name: d.From.Name, Addr: d.From.Addr}, slices.Concat(d.To, d.Cc, d.Bcc), int64(len(sent))
	if d.Source != 0 {
		o.Mark = mail.Answered
		if d.Forward {
			o.Mark = mail.Forwarded
		}
	}
	id, err := a.queue(ctx, o, sent, filed)
	if err == nil {
		if cerr := a.Collect(ctx, o.To); cerr != nil {
			a.log.Warn("collecting addresses", "err", cerr)
		}
	}
	return id, err
}

func (a *App) queue(ctx context.Context, o store.Outbound, sent, filed []byte) (mail.OutboxID, error) {
	var err error
	if o.Digest, _, err = a.store.PutBlob(ctx, bytes.NewReader(sent)); err != nil {
		return 0, err
	}
	if o.Filed, _, err = a.store.PutBlob(ctx, bytes.NewReader(filed)); err != nil {
		return 0, err
	}
	return a.engine.Queue(ctx, o)
}

// SendRaw queues a finished message as it is, but for its Bcc field; the command line uses it.
func (a *App) SendRaw(ctx context.Context, account mail.AccountID, raw []byte) (mail.OutboxID, error) {
	acc, err := a.sender(ctx, account)
	if err != nil {
		return 0, err
	}
	sent, filed, env, e, err := compose.Prepare(raw, acc.Identities[0])
	if err != nil {
		return 0, err
	}
	o := store.Outbound{Envelope: env}
	o.Account, o.InternetID, o.Subject, o.Due, o.State = acc.ID, e.InternetID, e.Subject, time.Now(), mail.OutWaiting
	o.From, o.To, o.Size = mail.Address{Name: acc.Identities[0].Name, Addr: env.From}, slices.Concat(e.To, e.Cc, e.Bcc), int64(len(sent))
	return a.queue(ctx, o, sent, filed)
}

// Outbox returns what waits, is on its way or was refused.
func (a *App) Outbox(ctx context.Context) ([]mail.OutboxItem, error) {
	os, err := a.store.Outbox(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]mail.OutboxItem, len(os))
	for i, o := range os {
		out[i] = o.OutboxItem
	}
	return out, nil
}

// CancelSend takes a message back and returns its draft. A message that has none (it came as a file, or its draft went when the others got it) becomes one.
func (a *App) CancelSend(ctx context.Context, id mail.OutboxID) (mail.Draft, error) {
	out, err := a.store.Outbox(ctx)
	if err != nil {
		return mail.Draft{}, err
	}
	i := slices.IndexFunc(out, func(o store.Outbound) bool { return o.ID == id })
	if i < 0 || out[i].Draft != 0 || out[i].State != mail.OutWaiting && out[i].State != mail.OutFailed {
		return a.engine.CancelSend(ctx, id)
	}
	d, err := a.draftOf(ctx, out[i])
	if err != nil {
		return mail.Draft{}, err
	}
	// The draft is stored first: for a moment there are both, never neither.
	if d.ID, err = a.SaveDraft(ctx, d); err != nil {
		return mail.Draft{}, err
	}
	if _, err := a.engine.CancelSend(ctx, id); err != nil { // it is on its way
		if _, derr := a.engine.DiscardDraft(ctx, d.ID); derr != nil {
			a.log.Warn("a draft of what was sent is left", "err", derr)
		}
		return mail.Draft{}, err
	}
	return a.store.Draft(ctx, d.ID)
}

// draftOf makes a draft of a message in the outbox, for those who have not got it.
func (a *App) draftOf(ctx context.Context, o store.Outbound) (mail.Draft, error) {
	digest := o.Digest
	if o.Filed != "" && o.Filed != store.AlreadyFiled {
		digest = o.Filed // with its Bcc
	}
	r, _, err := a.store.Blob(ctx, digest)
	if err != nil {
		return mail.Draft{}, err
	}
	raw, err := io.ReadAll(r)
	r.Close()
	if err != nil {
		return mail.Draft{}, fault.Of(err)
	}
	d, err := compose.FromEML(raw, func(name, typ string, r io.Reader) (mail.Attachment, error) { return a.attach(ctx, name, typ, r) })
	if err != nil {
		return mail.Draft{}, err
	}
	d.Account, d.Source = o.Account, o.Source
	left := map[string]bool{}
	for _, addr := range o.Envelope.To {
		left[addr] = true
	}
	keep := func(list []mail.Address) (out []mail.Address) {
		for _, t := range list {
			if left[t.Addr] {
				out = append(out, t)
				delete(left, t.Addr)
			}
		}
		return out
	}
	d.To, d.Cc, d.Bcc = keep(d.To), keep(d.Cc), keep(d.Bcc)
	for _, t := range o.To {
		if left[t.Addr] {
			d.Bcc = append(d.Bcc, t)
		}
	}
	if o.Filed == store.AlreadyFiled { // the others have it under the old one
		d.InternetID = ""
	}
	return d, nil
}

// SendNow ends the waiting of a message.
func (a *App) SendNow(ctx context.Context, id mail.OutboxID) error { return a.engine.SendNow(ctx, id) }

// Settle ends an unsure one.
func (a *App) Settle(ctx context.Context, id mail.OutboxID, sent bool) error {
	return a.engine.Settle(ctx, id, sent)
}

// Sent returns an outbox entry, also shortly after it was sent.
func (a *App) Sent(ctx context.Context, id mail.OutboxID) (mail.OutboxItem, error) {
	return a.engine.Outbound(ctx, id)
}
