package cli

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/rfc822"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/app/engine"
	"github.com/postrider/postrider/app/store"
)

type syncJSON struct {
	Account   string  `json:"account"`
	Mailboxes int     `json:"mailboxes"`
	Added     int     `json:"added"`
	Changed   int     `json:"changed"`
	Removed   int     `json:"removed"`
	Bytes     int64   `json:"bytes"`
	Seconds   float64 `json:"seconds"`
	First     float64 `json:"first"`
	Listed    float64 `json:"listed"`
	Stored    float64 `json:"stored"`
}

func syncCommand() command {
	var once bool
	return command{name: "sync", args: "[--account A] [--once]", about: "bring accounts in step with their servers, in both directions",
		flags: func(k *call) {
			k.fs.BoolVar(&once, "once", true, "end when everything is in step (--once=false: go on until interrupted)")
		},
		run: func(k *call, w []string) error {
			a, err := k.open(once)
			if err != nil {
				return err
			}
			defer a.Close()
			as, err := k.chosen(a)
			if err != nil {
				return err
			}
			if !once {
				<-k.ctx.Done()
				return nil
			}
			var first error
			for _, x := range as {
				var last time.Time
				r, err := a.Engine().SyncOnce(k.ctx, x.ID, func(p engine.Progress) {
					if time.Since(last) > 500*time.Millisecond {
						last = time.Now()
						k.say("%s: %s, %d added, %d bodies, %d kB", x.Address, p.Doing, p.Added, p.Done, p.Bytes/1024)
					}
				})
				if err != nil {
					k.say("%s: %s", x.Address, fault.Of(err).Title)
					if first == nil {
						first = err
					}
					continue
				}
				j := syncJSON{x.Address, r.Mailboxes, r.Added, r.Changed, r.Removed, r.Bytes, r.Seconds, r.First, r.Listed, r.Stored}
				if k.json {
					k.printLine(j)
				} else {
					fmt.Fprintf(k.Out, "%s: %d mailboxes, %d added, %d changed, %d removed, %d bytes in %.2f s\n", j.Account, j.Mailboxes, j.Added, j.Changed, j.Removed, j.Bytes, j.Seconds)
				}
			}
			if first != nil {
				return first
			}
			return nil
		}}
}

func mailboxesCommand() command {
	return command{name: "mailboxes", args: "[--account A]", about: "list mailboxes", run: func(k *call, w []string) error {
		a, err := k.open(true)
		if err != nil {
			return err
		}
		defer a.Close()
		as, err := k.chosen(a)
		if err != nil {
			return err
		}
		out := []map[string]any{}
		for _, x := range as {
			ms, err := a.Store().Mailboxes(k.ctx, x.ID)
			if err != nil {
				return err
			}
			for _, m := range ms {
				out = append(out, map[string]any{"id": m.ID, "account": x.Address, "path": m.Path, "role": m.Role, "total": m.Total, "unread": m.Unread, "local": m.Local})
				if !k.json {
					fmt.Fprintf(k.Out, "%d\t%s\t%s\t%d\t%d unread\n", m.ID, x.Address, m.Path, m.Total, m.Unread)
				}
			}
		}
		if k.json {
			k.print(out)
		}
		return nil
	}}
}

type rowJSON struct {
	ID         mail.MessageID `json:"id"`
	Mailbox    string         `json:"mailbox"`
	From       string         `json:"from"`
	To         string         `json:"to"`
	Subject    string         `json:"subject"`
	Date       time.Time      `json:"date"`
	Flags      []string       `json:"flags"`
	InternetID string         `json:"internetID"`
	Size       int64          `json:"size"`
}

// boxes returns mailbox paths by id.
func boxes(k *call, a *app.App) (map[mail.MailboxID]mail.Mailbox, error) {
	ms, err := a.Mailboxes(k.ctx)
	if err != nil {
		return nil, err
	}
	out := map[mail.MailboxID]mail.Mailbox{}
	for _, m := range ms {
		out[m.ID] = m
	}
	return out, nil
}

// printRows pages through a view up to limit rows.
func printRows(k *call, a *app.App, v store.View, limit int) error {
	paths, err := boxes(k, a)
	if err != nil {
		return err
	}
	out := []rowJSON{}
	var after mail.MessageID
	for len(out) < limit {
		p, err := a.List(k.ctx, v, after, min(limit-len(out), 500))
		if err != nil {
			return err
		}
		for _, r := range p.Rows {
			after = r.ID
			out = append(out, rowJSON{r.ID, paths[r.Mailbox].Path, rfc822.FormatAddresses(r.From), rfc822.FormatAddresses(r.To), r.Subject, r.Date, r.Flags.Names(), r.InternetID, r.Size})
		}
		if !p.More || len(p.Rows) == 0 {
			break
		}
	}
	if k.json {
		k.print(out)
		return nil
	}
	for _, r := range out {
		fmt.Fprintf(k.Out, "%d\t%s\t%s\t%s\t%s\n", r.ID, r.Date.Local().Format("2006-01-02 15:04"), r.From, r.Subject, strings.Join(r.Flags, ","))
	}
	return nil
}

// mailbox finds a mailbox by id, path or role, within --account when given.
func (k *call) mailbox(a *app.App, word string) (mail.MailboxID, error) {
	as, err := k.chosen(a)
	if err != nil {
		return 0, err
	}
	for _, x := range as {
		ms, err := a.Store().Mailboxes(k.ctx, x.ID)
		if err != nil {
			return 0, err
		}
		for _, m := range ms {
			if strconv.FormatInt(int64(m.ID), 10) == word || strings.EqualFold(m.Path, word) || (m.Role != mail.RoleNone && strings.EqualFold(string(m.Role), word)) {
				return m.ID, nil
			}
		}
	}
	return 0, fault.New(fault.NotFound, "mailbox", "There is no mailbox "+word, "postrider mailboxes lists them.")
}

// boxes returns the mailbox that word names, or where word is "" all mailboxes with messages of the accounts that the command is about (which come too).
func (k *call) boxes(a *app.App, word string) (ids []mail.Mailbox, as []mail.Account, err error) {
	if word != "" {
		id, err := k.mailbox(a, word)
		return []mail.Mailbox{{ID: id}}, nil, err
	}
	if as, err = k.chosen(a); err != nil {
		return nil, nil, err
	}
	for _, x := range as {
		ms, err := a.Store().Mailboxes(k.ctx, x.ID)
		if err != nil {
			return nil, nil, err
		}
		for _, m := range ms {
			if m.Total > 0 {
				ids = append(ids, m)
			}
		}
	}
	return ids, as, nil
}

func listCommand() command {
	var box string
	var limit int
	return command{name: "list", args: "[--mailbox M] [--limit N]", about: "list messages, newest first",
		flags: func(k *call) {
			k.fs.StringVar(&box, "mailbox", "inbox", "path, role or id of a mailbox; without --account inbox means all inboxes")
			k.fs.IntVar(&limit, "limit", 50, "how many at most")
		},
		run: func(k *call, w []string) error {
			a, err := k.open(true)
			if err != nil {
				return err
			}
			defer a.Close()
			v := store.View{Role: mail.RoleInbox}
			if box != "inbox" || k.account != "" {
				id, err := k.mailbox(a, box)
				if err != nil {
					return err
				}
				v = store.View{Mailbox: id}
			}
			return printRows(k, a, v, limit)
		}}
}

func searchCommand() command {
	var limit int
	return command{name: "search", args: "EXPRESSION", about: "search all accounts: words, \"phrases\", from: to: subject: in: before: after: has:attachment is:unread",
		flags: func(k *call) { k.fs.IntVar(&limit, "limit", 50, "how many at most") },
		run: func(k *call, w []string) error {
			expr := strings.Join(w, " ")
			a, err := k.open(true)
			if err != nil {
				return err
			}
			defer a.Close()
			if why := a.CheckSearch(expr); why != "" {
				return fault.New(fault.Usage, "search", why, "")
			}
			v := store.View{Search: expr}
			if k.account != "" {
				as, err := k.chosen(a)
				if err != nil {
					return err
				}
				v.Account = as[0].ID
			}
			return printRows(k, a, v, limit)
		}}
}

func messageID(w []string) (mail.MessageID, error) {
	if len(w) == 1 {
		if n, err := strconv.ParseInt(w[0], 10, 64); err == nil {
			return mail.MessageID(n), nil
		}
	}
	return 0, fault.New(fault.Usage, "args", "show takes the id of one message", "postrider list prints them.")
}

func showCommand() command {
	var raw bool
	return command{name: "show", args: "ID [--raw]", about: "show a message, or its exact bytes",
		flags: func(k *call) { k.fs.BoolVar(&raw, "raw", false, "the exact bytes, with CRLF line ends as on the wire") },
		run: func(k *call, w []string) error {
			id, err := messageID(w)
			if err != nil {
				return err
			}
			a, err := k.open(true)
			if err != nil {
				return err
			}
			defer a.Close()
			if raw {
				b, err := a.Raw(k.ctx, id)
				if err != nil {
					return err
				}
				_, err = k.Out.Write(b)
				return err
			}
			row, err := a.Store().Row(k.ctx, id)
			if err != nil {
				return err
			}
			b, err := a.Read(k.ctx, id)
			if err != nil {
				return err
			}
			paths, err := boxes(k, a)
			if err != nil {
				return err
			}
			e := b.Envelope
			if k.json {
				at := []map[string]any{}
				for _, p := range b.Parts {
					at = append(at, map[string]any{"id": p.ID, "name": p.Name, "type": p.Type, "size": p.Size, "inline": p.Inline})
				}
				k.print(map[string]any{"id": id, "mailbox": paths[row.Mailbox].Path, "from": rfc822.FormatAddresses(e.From), "to": rfc822.FormatAddresses(e.To), "cc": rfc822.FormatAddresses(e.Cc), "subject": e.Subject, "date": e.Date, "flags": row.Flags.Names(),
					"internetID": e.InternetID, "text": b.Text, "attachments": at})
				return nil
			}
			fmt.Fprintf(k.Out, "From: %s\nTo: %s\n", rfc822.FormatAddresses(e.From), rfc822.FormatAddresses(e.To))
			if len(e.Cc) > 0 {
				fmt.Fprintf(k.Out, "Cc: %s\n", rfc822.FormatAddresses(e.Cc))
			}
			fmt.Fprintf(k.Out, "Date: %s\nSubject: %s\n\n%s\n", e.Date.Format(time.RFC1123Z), e.Subject, b.Text)
			for _, p := range b.Parts {
				fmt.Fprintf(k.Out, "[%d] %s (%s, %d bytes)\n", p.ID, p.Name, p.Type, p.Size)
			}
			return nil
		}}
}

func sendCommand() command {
	var wait time.Duration
	return command{name: "send", args: "FILE.eml", about: "send a finished message (- = standard input); its Bcc field is taken out",
		flags: func(k *call) {
			k.fs.DurationVar(&wait, "wait", 2*time.Minute, "how long to wait for the server's answer")
		},
		run: func(k *call, w []string) error {
			if len(w) != 1 {
				return fault.New(fault.Usage, "args", "send takes one file", "")
			}
			a, err := k.open(false)
			if err != nil {
				return err
			}
			defer a.Close()
			var raw []byte
			if w[0] == "-" {
				raw, err = readAll(k.in)
			} else {
				raw, err = os.ReadFile(w[0])
			}
			if err != nil {
				return fault.New(fault.Usage, "file", "The file cannot be read", err.Error())
			}
			var acc mail.AccountID
			if k.account != "" {
				as, err := k.chosen(a)
				if err != nil {
					return err
				}
				acc = as[0].ID
			}
			sub := a.Subscribe()
			defer sub.Close()
			firstListing(k, a)
			id, err := a.SendRaw(k.ctx, acc, raw)
			if err != nil {
				return err
			}
			timeout := time.After(wait)
			var known mail.OutboxItem // as it waited: one that was sent leaves the outbox
			for {
				o, err := a.Sent(k.ctx, id)
				if err != nil {
					return err
				}
				if o.InternetID != "" {
					known = o
				} else {
					o.InternetID = known.InternetID
				}
				if o.State == mail.OutSent && len(o.Recipients) == 0 {
					for _, t := range known.To {
						o.Recipients = append(o.Recipients, mail.RecipientResult{Addr: t.Addr, OK: true})
					}
				}
				switch {
				case o.State == mail.OutSent, o.State == mail.OutFailed, o.State == mail.OutUnsure, o.State == mail.OutWaiting && o.Attempts > 0:
					return reportSent(k, o)
				}
				select {
				case <-sub.C:
					sub.Take()
				case <-time.After(200 * time.Millisecond):
				case <-timeout:
					return reportSent(k, o)
				case <-k.ctx.Done():
					return k.ctx.Err()
				}
			}
		}}
}

// firstListing gives the mailboxes of new accounts a moment to become known: the copy for Sent belongs where the server has its own.
func firstListing(k *call, a *app.App) {
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end) && k.ctx.Err() == nil; time.Sleep(50 * time.Millisecond) {
		as, err := a.Accounts(k.ctx)
		ms, err2 := a.Mailboxes(k.ctx)
		known := err == nil && err2 == nil
		for _, x := range as {
			known = known && (x.Paused || slices.ContainsFunc(ms, func(m mail.Mailbox) bool { return m.Account == x.ID }))
		}
		if known || a.Status().Offline {
			return
		}
	}
}

func reportSent(k *call, o mail.OutboxItem) error {
	if k.json {
		rs := []map[string]any{}
		for _, r := range o.Recipients {
			rs = append(rs, map[string]any{"addr": r.Addr, "ok": r.OK, "code": r.Code, "text": r.Text})
		}
		k.print(map[string]any{"id": o.ID, "internetID": o.InternetID, "state": o.State, "recipients": rs, "error": o.Error})
	}
	switch o.State {
	case mail.OutSent:
		if !k.json {
			fmt.Fprintf(k.Out, "sent %s\n", o.InternetID)
		}
		return nil
	case mail.OutFailed:
		return fault.New(fault.Refused, "send", "The server refused the message", o.Error)
	case mail.OutUnsure:
		return fault.New(fault.Network, "unsure", "It is not known whether the message was sent", "The connection ended before the server answered. It waits in the Outbox and is not sent again by itself.")
	}
	return fault.New(fault.Network, "waiting", "The message waits in the Outbox", o.Error)
}
