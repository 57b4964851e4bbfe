package app

import (
	"context"
	"fmt"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app/store"
)

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func done(group int64, n int, what string) Undo {
	return Undo{Group: group, Text: plural(n, "message", "messages") + " " + what}
}

// SetFlags marks messages.
func (a *App) SetFlags(ctx context.Context, ids []mail.MessageID, add, drop mail.Flags) (Undo, error) {
	g, err := a.engine.SetFlags(ctx, ids, add, drop, nil, nil)
	if err != nil {
		return Undo{}, err
	}
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
	return done(g, len(ids), what), nil
}

// SetKeywords changes tags.
func (a *App) SetKeywords(ctx context.Context, ids []mail.MessageID, add, drop []string) (Undo, error) {
	g, err := a.engine.SetFlags(ctx, ids, 0, 0, add, drop)
	if err != nil {
		return Undo{}, err
	}
	return done(g, len(ids), "tagged"), nil
}

// Move moves messages to one mailbox.
func (a *App) Move(ctx context.Context, ids []mail.MessageID, to mail.MailboxID) (Undo, error) {
	p, err := a.store.Place(ctx, to)
	if err != nil {
		return Undo{}, err
	}
	g, err := a.engine.Move(ctx, ids, to)
	if err != nil {
		return Undo{}, err
	}
	return done(g, len(ids), "moved to "+p.Name), nil
}

// Copy copies messages to one mailbox.
func (a *App) Copy(ctx context.Context, ids []mail.MessageID, to mail.MailboxID) (Undo, error) {
	p, err := a.store.Place(ctx, to)
	if err != nil {
		return Undo{}, err
	}
	g, err := a.engine.Copy(ctx, ids, to)
	if err != nil {
		return Undo{}, err
	}
	return done(g, len(ids), "copied to "+p.Name), nil
}

var roleNames = map[mail.Role]string{mail.RoleArchive: "Archive", mail.RoleTrash: "Trash", mail.RoleJunk: "Junk", mail.RoleSent: "Sent", mail.RoleDrafts: "Drafts"}

// roleMailbox finds the account's mailbox of a role and makes one where there is none.
func (a *App) roleMailbox(ctx context.Context, acc mail.AccountID, r mail.Role) (mail.MailboxID, error) {
	ms, err := a.store.Mailboxes(ctx, acc)
	if err != nil {
		return 0, err
	}
	var local mail.MailboxID
	for _, m := range ms {
		if m.Role == r && m.Selectable {
			if !m.Local {
				return m.ID, nil
			}
			local = m.ID
		}
	}
	if local != 0 {
		return local, nil
	}
	if r == mail.RoleInbox {
		return 0, fault.New(fault.NotFound, "no-inbox", "This account has no inbox yet", "Wait until its folders have been fetched once.")
	}
	return a.engine.RoleMailbox(ctx, acc, r, roleNames[r])
}

// MoveToRole archives, deletes, marks as junk or not junk.
func (a *App) MoveToRole(ctx context.Context, ids []mail.MessageID, r mail.Role) (Undo, error) {
	dest := map[mail.AccountID]mail.MailboxID{}
	byDest := map[mail.MailboxID][]mail.MessageID{}
	var gone []mail.MessageID
	for _, id := range ids {
		row, err := a.store.Row(ctx, id)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return Undo{}, err
		}
		to, ok := dest[row.Account]
		if !ok {
			if to, err = a.roleMailbox(ctx, row.Account, r); err != nil {
				return Undo{}, err
			}
			dest[row.Account] = to
		}
		if row.Mailbox == to {
			if r == mail.RoleTrash {
				gone = append(gone, id)
			}
			continue
		}
		byDest[to] = append(byDest[to], id)
	}
	var group int64
	n := 0
	for to, list := range byDest {
		g, err := a.engine.MoveIn(ctx, group, list, to)
		if err != nil {
			return Undo{}, err
		}
		group = g
		n += len(list)
		switch r {
		case mail.RoleJunk:
			if _, err := a.engine.SetFlagsIn(ctx, group, list, mail.Junk, mail.NotJunk); err != nil {
				return Undo{}, err
			}
		case mail.RoleInbox:
			if _, err := a.engine.SetFlagsIn(ctx, group, list, mail.NotJunk, mail.Junk); err != nil {
				return Undo{}, err
			}
		}
	}
	if len(gone) > 0 {
		g, err := a.engine.Remove(ctx, gone)
		if err != nil {
			return Undo{}, err
		}
		if group == 0 {
			group = g
		}
		n += len(gone)
	}
	what := map[mail.Role]string{mail.RoleArchive: "archived", mail.RoleTrash: "deleted", mail.RoleJunk: "moved to Junk", mail.RoleInbox: "moved to the inbox"}[r]
	if len(gone) > 0 && len(byDest) == 0 {
		what = "removed for good"
	}
	return done(group, n, what), nil
}

// EmptyTrash removes everything in a Trash or Junk mailbox for good.
func (a *App) EmptyTrash(ctx context.Context, box mail.MailboxID) error {
	return a.store.Order(ctx, store.View{Mailbox: box}, 500, func(ids []mail.MessageID) error {
		_, err := a.engine.Remove(ctx, append([]mail.MessageID(nil), ids...))
		return err
	})
}

// Undo takes a command back.
func (a *App) Undo(ctx context.Context, u Undo) error {
	if u.Group == 0 {
		return nil
	}
	if u.Group < 0 {
		return a.TakeBack(ctx, u)
	}
	return a.engine.Undo(ctx, u.Group)
}

// MarkAllRead marks a whole view read.
func (a *App) MarkAllRead(ctx context.Context, v store.View) (Undo, error) {
	v.OnlyUnread, v.Threads = true, false
	var all []mail.MessageID
	if err := a.store.Order(ctx, v, 1000, func(ids []mail.MessageID) error {
		all = append(all, ids...)
		return nil
	}); err != nil || len(all) == 0 {
		return Undo{}, err
	}
	return a.SetFlags(ctx, all, mail.Seen, 0)
}

// CreateMailbox makes a mailbox; it appears at once and reaches the server later.
func (a *App) CreateMailbox(ctx context.Context, acc mail.AccountID, parent mail.MailboxID, name string) (mail.MailboxID, error) {
	return a.engine.CreateMailbox(ctx, acc, parent, name)
}

// RenameMailbox renames or moves a mailbox.
func (a *App) RenameMailbox(ctx context.Context, id, parent mail.MailboxID, name string) error {
	return a.engine.RenameMailbox(ctx, id, parent, name)
}

// DeleteMailbox deletes a mailbox with its messages.
func (a *App) DeleteMailbox(ctx context.Context, id mail.MailboxID) error {
	return a.engine.DeleteMailbox(ctx, id)
}

// SubscribeMailbox shows or hides a mailbox.
func (a *App) SubscribeMailbox(ctx context.Context, id mail.MailboxID, on bool) error {
	return a.engine.Subscribe(ctx, id, on)
}
