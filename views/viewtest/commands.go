package viewtest

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/app/bus"
	"github.com/postrider/postrider/app/store"
)

// change applies f to messages and returns the way back. The caller holds the lock.
func (c *Client) change(text string, ids []mail.MessageID, f func(*mail.Summary)) (app.Undo, bus.Changed) {
	old := map[mail.MessageID]mail.Summary{}
	var ch bus.Changed
	for _, id := range ids {
		m, ok := c.msgs[id]
		if !ok {
			continue
		}
		old[id] = m.Summary
		c.tally(&m.Summary, -1)
		ch.Mailboxes = append(ch.Mailboxes, m.Mailbox)
		f(&m.Summary)
		c.tally(&m.Summary, 1)
		ch.Mailboxes = append(ch.Mailboxes, m.Mailbox)
		ch.Messages = append(ch.Messages, id)
	}
	group := c.next
	c.next++
	c.undo[group] = func() {
		for id, s := range old {
			if m, ok := c.msgs[id]; ok {
				c.tally(&m.Summary, -1)
				m.Summary = s
				c.tally(&m.Summary, 1)
			}
		}
	}
	return app.Undo{Group: group, Text: text}, ch
}

func (c *Client) tally(s *mail.Summary, d int) {
	b := c.box(s.Mailbox)
	if b == nil {
		return
	}
	b.Total += d
	if !s.Flags.Has(mail.Seen) {
		b.Unread = max(0, b.Unread+d)
	}
}

func count(n int, what string) string {
	if n == 1 {
		return "1 conversation " + what
	}
	return fmt.Sprintf("%d conversations %s", n, what)
}

// SetFlags implements app.Client.
func (c *Client) SetFlags(ctx context.Context, ids []mail.MessageID, add, drop mail.Flags) (app.Undo, error) {
	unlock := c.lock("SetFlags " + add.String() + "/" + drop.String())
	what := "changed"
	switch {
	case add.Has(mail.Seen):
		what = "marked read"
	case drop.Has(mail.Seen):
		what = "marked unread"
	case add.Has(mail.Flagged):
		what = "starred"
	case drop.Has(mail.Flagged):
		what = "no longer starred"
	}
	u, ch := c.change(count(len(ids), what), ids, func(s *mail.Summary) {
		s.Flags = s.Flags&^drop | add
		if s.Flags.Has(mail.Seen) {
			s.Unread = 0
		} else {
			s.Unread = max(1, s.Unread)
		}
	})
	unlock()
	c.Bus.Publish(ch)
	return u, ctx.Err()
}

// SetKeywords implements app.Client.
func (c *Client) SetKeywords(ctx context.Context, ids []mail.MessageID, add, drop []string) (app.Undo, error) {
	unlock := c.lock("SetKeywords")
	u, ch := c.change(count(len(ids), "tagged"), ids, func(s *mail.Summary) {
		kw := slices.DeleteFunc(slices.Clone(s.Keywords), func(k string) bool { return slices.Contains(drop, k) || slices.Contains(add, k) })
		s.Keywords = append(kw, add...)
	})
	unlock()
	c.Bus.Publish(ch)
	return u, ctx.Err()
}

// Move implements app.Client.
func (c *Client) Move(ctx context.Context, ids []mail.MessageID, to mail.MailboxID) (app.Undo, error) {
	unlock := c.lock("Move")
	b := c.box(to)
	if b == nil {
		unlock()
		return app.Undo{}, fault.New(fault.NotFound, "mailbox", "This mailbox is no longer here", "")
	}
	u, ch := c.change(count(len(ids), "moved to "+b.Name), ids, func(s *mail.Summary) { s.Mailbox, s.Account, s.Pending = to, b.Account, true })
	unlock()
	c.Bus.Publish(ch)
	return u, ctx.Err()
}

// Copy implements app.Client: the copies are not shown, the command is only noted.
func (c *Client) Copy(ctx context.Context, ids []mail.MessageID, to mail.MailboxID) (app.Undo, error) {
	defer c.lock("Copy")()
	if c.box(to) == nil {
		return app.Undo{}, fault.New(fault.NotFound, "mailbox", "This mailbox is no longer here", "")
	}
	return app.Undo{Text: count(len(ids), "copied")}, ctx.Err()
}

// MoveToRole implements app.Client.
func (c *Client) MoveToRole(ctx context.Context, ids []mail.MessageID, r mail.Role) (app.Undo, error) {
	unlock := c.lock("MoveToRole " + string(r))
	what := map[mail.Role]string{mail.RoleArchive: "archived", mail.RoleTrash: "deleted", mail.RoleJunk: "marked as junk", mail.RoleInbox: "moved to the inbox"}[r]
	u, ch := c.change(count(len(ids), what), ids, func(s *mail.Summary) {
		for _, b := range c.boxes {
			if b.Account == s.Account && b.Role == r {
				s.Mailbox = b.ID
				return
			}
		}
		s.Mailbox = 9999
	})
	unlock()
	c.Bus.Publish(ch)
	return u, ctx.Err()
}

// EmptyTrash implements app.Client.
func (c *Client) EmptyTrash(ctx context.Context, box mail.MailboxID) error {
	unlock := c.lock("EmptyTrash")
	c.order = slices.DeleteFunc(c.order, func(id mail.MessageID) bool {
		if c.msgs[id].Mailbox != box {
			return false
		}
		delete(c.msgs, id)
		return true
	})
	unlock()
	c.Bus.Publish(bus.Changed{Mailboxes: []mail.MailboxID{box}, Resync: true})
	return ctx.Err()
}

// Undo implements app.Client.
func (c *Client) Undo(ctx context.Context, u app.Undo) error {
	if u.Group < 0 {
		return c.TakeBack(ctx, u)
	}
	unlock := c.lock("Undo")
	f, ok := c.undo[u.Group]
	if ok {
		delete(c.undo, u.Group)
		f()
	}
	unlock()
	c.Bus.Publish(bus.Changed{Resync: true})
	return ctx.Err()
}

// MarkAllRead implements app.Client.
func (c *Client) MarkAllRead(ctx context.Context, v store.View) (app.Undo, error) {
	c.mu.Lock()
	v.OnlyUnread, v.Threads = true, false
	ids := c.ids(v)
	c.mu.Unlock()
	return c.SetFlags(ctx, ids, mail.Seen, 0)
}

// CreateMailbox implements app.Client.
func (c *Client) CreateMailbox(ctx context.Context, a mail.AccountID, parent mail.MailboxID, name string) (mail.MailboxID, error) {
	unlock := c.lock("CreateMailbox " + name)
	id := mail.MailboxID(1000 + len(c.boxes))
	c.boxes = append(c.boxes, mail.Mailbox{ID: id, Account: a, Parent: parent, Name: name, Path: name, Rights: mail.AllRights, Subscribed: true, Selectable: true})
	unlock()
	c.Bus.Publish(bus.Changed{Tree: true})
	return id, ctx.Err()
}

// RenameMailbox implements app.Client.
func (c *Client) RenameMailbox(ctx context.Context, id, parent mail.MailboxID, name string) error {
	unlock := c.lock("RenameMailbox " + name)
	if b := c.box(id); b != nil {
		b.Name, b.Parent = name, parent
	}
	unlock()
	c.Bus.Publish(bus.Changed{Tree: true})
	return ctx.Err()
}

// DeleteMailbox implements app.Client.
func (c *Client) DeleteMailbox(ctx context.Context, id mail.MailboxID) error {
	unlock := c.lock("DeleteMailbox")
	c.boxes = slices.DeleteFunc(c.boxes, func(b mail.Mailbox) bool { return b.ID == id })
	unlock()
	c.Bus.Publish(bus.Changed{Tree: true})
	return ctx.Err()
}

// SubscribeMailbox implements app.Client.
func (c *Client) SubscribeMailbox(ctx context.Context, id mail.MailboxID, on bool) error {
	unlock := c.lock("SubscribeMailbox")
	if b := c.box(id); b != nil {
		b.Subscribed = on
	}
	unlock()
	c.Bus.Publish(bus.Changed{Tree: true})
	return ctx.Err()
}

// Sync implements app.Client.
func (c *Client) Sync(id mail.AccountID) { c.lock("Sync " + string(id))() }

// OpenFile is not offered by the invented mail.
func (c *Client) OpenFile(context.Context, string) (mail.MessageID, error) {
	return 0, fault.New(fault.Usage, "file", "There is no file", "")
}

// AttachFile opens a data file with one empty folder.
func (c *Client) AttachFile(_ context.Context, path string) (mail.AccountID, error) {
	unlock := c.lock("AttachFile " + path)
	id := mail.AccountID("file:" + path)
	c.accounts = append(c.accounts, mail.Account{ID: id, Name: filepath.Base(path), Incoming: mail.Server{Protocol: mail.PST, Path: path}})
	unlock()
	c.Bus.Publish(bus.Changed{Tree: true})
	return id, nil
}

// DetachFile closes a data file.
func (c *Client) DetachFile(_ context.Context, id mail.AccountID) error {
	unlock := c.lock("DetachFile " + string(id))
	c.accounts = slices.DeleteFunc(c.accounts, func(a mail.Account) bool { return a.ID == id })
	unlock()
	c.Bus.Publish(bus.Changed{Tree: true})
	return nil
}

// MaxSize is 35 MB, as in the design.
func (c *Client) MaxSize(mail.AccountID) int64 { return 35_000_000 }

// Deliver puts a new unread message into a mailbox, as a server would, and publishes it.
func (c *Client) Deliver(box mail.MailboxID, at time.Time, from, subject, text string) mail.MessageID {
	unlock := c.lock("")
	c.arrived++
	a := address(from)
	s := mail.Summary{ID: mail.MessageID(at.Unix()<<20 | (1<<10 + c.arrived)), Mailbox: box, Thread: mail.ThreadID(1<<40 + c.arrived), Account: c.box(box).Account,
		InternetID: fmt.Sprintf("d%d@example.com", c.arrived), From: []mail.Address{a}, To: []mail.Address{me}, Subject: subject, Snippet: text, Date: at, Size: 2_000,
		HasBody: true, Count: 1, Unread: 1, Senders: []mail.Address{a}}
	c.msgs[s.ID] = &message{Summary: s, body: textBody(s, text)}
	c.order = append(c.order, s.ID)
	slices.SortFunc(c.order, func(a, b mail.MessageID) int { return int(b - a) })
	c.news = append(c.news, s.ID)
	c.tally(&s, 1)
	unlock()
	c.Bus.Publish(bus.Changed{Mailboxes: []mail.MailboxID{box}, Messages: []mail.MessageID{s.ID}})
	return s.ID
}

// Arrivals implements app.Client: what Deliver brought since the mark, which is a number of messages.
func (c *Client) Arrivals(ctx context.Context, mark int64) ([]mail.Summary, int64, error) {
	defer c.lock("")()
	var out []mail.Summary
	for i := len(c.news) - 1; mark >= 0 && i >= int(mark); i-- {
		if s := c.msgs[c.news[i]].Summary; s.Unread > 0 && c.role(s.Mailbox) == mail.RoleInbox {
			out = append(out, s)
		}
	}
	return out, int64(len(c.news)), ctx.Err()
}
