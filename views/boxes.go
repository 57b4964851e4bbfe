package views

import (
	"context"
	"time"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/app/store"
	"github.com/postrider/postrider/views/kit"
	"github.com/postrider/postrider/views/mailboxes"
	"github.com/postrider/postrider/views/transfer"
)

// background runs f off the window's goroutine and shows its error.
func (w *Window) background(f func(context.Context) error) {
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
		defer cancel()
		if err := f(ctx); err != nil {
			w.h.Do(func() { w.Failed(err) })
		}
	}()
}

// boxCommand carries out what the sidebar's menu asks for.
func (w *Window) boxCommand(c mailboxes.Command, a mail.AccountID, b mail.Mailbox) {
	name := mailboxes.Title(b)
	switch c {
	case mailboxes.NewMailbox:
		w.askName("New mailbox", "Name", "", "Create", func(s string) {
			w.background(func(ctx context.Context) error { _, err := w.c.CreateMailbox(ctx, a, b.ID, s); return err })
		})
	case mailboxes.Rename:
		w.askName("Rename "+name, "Name", b.Name, "Rename", func(s string) {
			w.background(func(ctx context.Context) error { return w.c.RenameMailbox(ctx, b.ID, b.Parent, s) })
		})
	case mailboxes.Delete:
		what := "The mailbox and the " + kit.Plural(b.Total, "message", "messages") + " in it are"
		if b.Total == 0 {
			what = "The mailbox is empty. It is"
		}
		kit.Ask(w.win.Canvas(), "Delete "+name, what+" deleted on the server too.", "Delete", true, func() {
			w.background(func(ctx context.Context) error { return w.c.DeleteMailbox(ctx, b.ID) })
		})
	case mailboxes.Subscribe, mailboxes.Unsubscribe:
		w.background(func(ctx context.Context) error { return w.c.SubscribeMailbox(ctx, b.ID, c == mailboxes.Subscribe) })
	case mailboxes.EmptyTrash:
		kit.Ask(w.win.Canvas(), "Empty "+name, kit.Plural(b.Total, "message", "messages")+" in it will be gone for good. This cannot be undone.", "Empty "+name, true, func() {
			w.background(func(ctx context.Context) error { return w.c.EmptyTrash(ctx, b.ID) })
		})
	case mailboxes.ToArchive:
		w.archive(a)
	case mailboxes.ImportMail:
		into := name
		if b.ID == 0 {
			into = "Imported"
		}
		transfer.Import(w.win, w.c, transfer.Hooks{Do: w.h.Do}, into, app.ImportOptions{Account: a, Mailbox: b.ID})
	case mailboxes.ExportMail:
		transfer.Export(w.win, w.c, transfer.Hooks{Do: w.h.Do}, name, b.ID, w.within(b.ID))
	case mailboxes.OpenFile:
		w.openDataFile()
	case mailboxes.AboutFile:
		w.AboutFile(a)
	case mailboxes.CloseFile:
		w.background(func(ctx context.Context) error { return w.c.DetachFile(ctx, a) })
	case mailboxes.MarkAllRead:
		v := store.View{Mailbox: b.ID}
		if b.ID == 0 {
			v = store.View{Role: mail.RoleInbox}
			name = "All inboxes"
		}
		go func() {
			u, err := w.c.MarkAllRead(context.Background(), v)
			w.h.Do(func() {
				if err != nil {
					w.Failed(err)
					return
				}
				w.did("check-check", name+" marked read", u)
			})
		}()
	}
}

// within are the mailboxes inside one, at any depth.
func (w *Window) within(id mail.MailboxID) (out []mail.MailboxID) {
	for _, b := range w.state.Mailboxes {
		if b.Parent == id && b.ID != id && b.Selectable && len(out) < 10_000 {
			out = append(append(out, b.ID), w.within(b.ID)...)
		}
	}
	return out
}

// askName asks for one word.
func (w *Window) askName(title, label, value, action string, then func(string)) {
	f := kit.NewField(label)
	f.Name = label
	f.SetText(value)
	kit.AskText(w.win.Canvas(), title, f, action, then)
}
