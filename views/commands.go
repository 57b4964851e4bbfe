package views

import (
	"context"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/app/store"
	"github.com/postrider/postrider/views/kit"
	"github.com/postrider/postrider/views/mailboxes"
)

// target is what a command is about: rows of the list, and ids of selected rows that are not here.
type target struct {
	rows []mail.Summary
	ids  []mail.MessageID
	view store.View
	role map[mail.MailboxID]mail.Role
}

func (w *Window) target(rows []mail.Summary) target {
	t := target{rows: rows, view: w.list.View(), role: map[mail.MailboxID]mail.Role{}}
	for _, b := range w.state.Mailboxes {
		t.role[b.ID] = b.Role
	}
	if rows == nil {
		t.rows = w.list.Selection()
		here := map[mail.MessageID]bool{}
		for _, r := range t.rows {
			here[r.ID] = true
		}
		for _, id := range w.list.SelectedIDs() {
			if !here[id] {
				t.ids = append(t.ids, id)
			}
		}
	}
	return t
}

func (t target) len() int { return len(t.rows) + len(t.ids) }

// expand returns the messages that the rows stand for. A conversation's row stands for its messages in the place that is shown (move), or
// for all of it (flags).
func (t target) expand(ctx context.Context, c app.Client, move bool) []mail.MessageID {
	out := append([]mail.MessageID(nil), t.ids...)
	for _, r := range t.rows {
		if !t.view.Threads || r.Count <= 1 {
			out = append(out, r.ID)
			continue
		}
		members, err := c.Thread(ctx, r.ID)
		if err != nil || len(members) == 0 {
			out = append(out, r.ID)
			continue
		}
		for _, m := range members {
			same := m.ID == r.ID || m.Mailbox == r.Mailbox
			if t.view.Mailbox == 0 && t.view.Role != "" {
				same = same || t.role[m.Mailbox] == t.view.Role
			}
			if !move || same {
				out = append(out, m.ID)
			}
		}
	}
	return out
}

func conversations(n int, what string) string {
	return kit.Plural(n, "conversation", "conversations") + " " + what
}

// command carries out what a key, button or menu asks for on rows; nil = the selection.
func (w *Window) command(name string, rows []mail.Summary) {
	t := w.target(rows)
	if t.len() == 0 {
		return
	}
	anyUnread, anyPlain, junk := false, false, true
	for _, r := range t.rows {
		anyUnread = anyUnread || r.Unread > 0 || !r.Flags.Has(mail.Seen)
		anyPlain = anyPlain || !r.Flags.Has(mail.Flagged)
		junk = junk && t.role[r.Mailbox] == mail.RoleJunk
	}
	n := t.len()
	switch name {
	case "archive":
		w.run("archive", conversations(n, "archived"), t, true, func(ctx context.Context, ids []mail.MessageID) (app.Undo, error) {
			return w.c.MoveToRole(ctx, ids, mail.RoleArchive)
		})
	case "delete":
		del := func() {
			w.run("trash-2", conversations(n, "deleted"), t, true, func(ctx context.Context, ids []mail.MessageID) (app.Undo, error) {
				return w.c.MoveToRole(ctx, ids, mail.RoleTrash)
			})
		}
		for _, r := range t.rows {
			if t.role[r.Mailbox] == mail.RoleTrash {
				kit.Ask(w.win.Canvas(), "Delete "+kit.Plural(n, "conversation", "conversations")+" for good", "What is deleted from Trash cannot be brought back.", "Delete for good", true, del)
				return
			}
		}
		del()
	case "junk":
		if junk && len(t.rows) > 0 {
			w.run("shield-check", conversations(n, "moved to the inbox"), t, true, func(ctx context.Context, ids []mail.MessageID) (app.Undo, error) {
				return w.c.MoveToRole(ctx, ids, mail.RoleInbox)
			})
			return
		}
		w.run("shield-alert", conversations(n, "marked as junk"), t, true, func(ctx context.Context, ids []mail.MessageID) (app.Undo, error) {
			return w.c.MoveToRole(ctx, ids, mail.RoleJunk)
		})
	case "read": // the button on a row: the other way round
		if anyUnread {
			w.command("seen", rows)
		} else {
			w.command("unread", rows)
		}
	case "seen":
		w.run("mail-open", conversations(n, "marked read"), t, false, func(ctx context.Context, ids []mail.MessageID) (app.Undo, error) {
			return w.c.SetFlags(ctx, ids, mail.Seen, 0)
		})
	case "unread":
		t.view.Threads = false // the newest message of each conversation
		w.run("mail", conversations(n, "marked unread"), t, false, func(ctx context.Context, ids []mail.MessageID) (app.Undo, error) {
			return w.c.SetFlags(ctx, ids, 0, mail.Seen)
		})
	case "star":
		t.view.Threads = false
		add, drop, what := mail.Flagged, mail.Flags(0), "starred"
		if !anyPlain {
			add, drop, what = 0, mail.Flagged, "no longer starred"
		}
		w.run("star", conversations(n, what), t, false, func(ctx context.Context, ids []mail.MessageID) (app.Undo, error) {
			return w.c.SetFlags(ctx, ids, add, drop)
		})
	}
}

// run carries out f off the window's goroutine and offers to take it back.
func (w *Window) run(icon, text string, t target, move bool, f func(context.Context, []mail.MessageID) (app.Undo, error)) {
	if w.state.Status.Offline {
		text = strings.TrimPrefix(text, kit.Plural(t.len(), "conversation", "conversations")+" ")
		text = strings.ToUpper(text[:1]) + text[1:] + ". Reaches the server later."
	}
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
		defer cancel()
		u, err := f(ctx, t.expand(ctx, w.c, move))
		w.h.Do(func() {
			if err != nil {
				w.Failed(err)
				return
			}
			w.did(icon, text, u)
		})
	}()
}

// did remembers a command and shows it with Undo.
func (w *Window) did(icon, text string, u app.Undo) {
	if u.Group == 0 {
		w.toast.Show(icon, text, "", nil)
		return
	}
	w.undo = append(w.undo, u)
	if len(w.undo) > 50 {
		w.undo = w.undo[1:]
	}
	w.toast.Show(icon, text, "Undo", w.undoLast)
}

// undoLast takes the last command back.
func (w *Window) undoLast() {
	if len(w.undo) == 0 {
		return
	}
	u := w.undo[len(w.undo)-1]
	w.undo = w.undo[:len(w.undo)-1]
	w.toast.Clear()
	go func() {
		err := w.c.Undo(context.Background(), u)
		w.h.Do(func() {
			if err != nil {
				w.Failed(err)
				return
			}
			w.toast.Show("undo-2", "Undone", "", nil)
		})
	}()
}

func (w *Window) markSeen(ids []mail.MessageID) {
	go func() {
		if _, err := w.c.SetFlags(context.Background(), ids, mail.Seen, 0); err != nil {
			w.h.Do(func() { w.Failed(err) })
		}
	}()
}

// move moves the selection, or rows, to a mailbox.
func (w *Window) move(rows []mail.Summary, b mail.Mailbox) {
	t := w.target(rows)
	if t.len() == 0 {
		return
	}
	w.run("folder-input", conversations(t.len(), "moved to "+mailboxes.Title(b)), t, true, func(ctx context.Context, ids []mail.MessageID) (app.Undo, error) {
		return w.c.Move(ctx, ids, b.ID)
	})
}

// moveItems are the mailboxes that rows can be moved to: those of their account first.
func (w *Window) moveItems(rows []mail.Summary) []kit.MenuItem {
	account := mail.AccountID("")
	var in mail.MailboxID
	if len(rows) > 0 {
		account, in = rows[0].Account, rows[0].Mailbox
	}
	kids := map[mail.MailboxID][]mail.Mailbox{}
	for _, b := range w.state.Mailboxes {
		if b.Account == account {
			kids[b.Parent] = append(kids[b.Parent], b)
		}
	}
	for _, k := range kids {
		mailboxes.Sort(k)
	}
	var out []kit.MenuItem
	var walk func(parent mail.MailboxID, level int)
	walk = func(parent mail.MailboxID, level int) {
		if level > 32 {
			return
		}
		for _, b := range kids[parent] {
			if b.Role != mail.RoleDrafts {
				out = append(out, kit.MenuItem{Text: mailboxes.Title(b), Icon: mailboxes.Icon(b, false), Indent: level, Disabled: !b.Selectable || !b.Rights.Has(mail.MayAdd) || b.ID == in,
					Do: func() { w.move(rows, b) }})
			}
			walk(b.ID, level+1)
		}
	}
	walk(0, 0)
	return out
}

func (w *Window) moveMenu(below fyne.CanvasObject) {
	if rows := w.list.Selection(); len(rows) > 0 {
		kit.ShowMenuBelow(below, false, w.moveItems(rows)...)
	}
}

func (w *Window) rowMenu(at fyne.Position, rows []mail.Summary) {
	if len(rows) == 0 {
		return
	}
	cv := w.win.Canvas()
	one := len(rows) == 1
	unread := false
	star := true
	for _, r := range rows {
		unread = unread || r.Unread > 0 || !r.Flags.Has(mail.Seen)
		star = star && r.Flags.Has(mail.Flagged)
	}
	var items []kit.MenuItem
	if one {
		k := func(kind app.ComposeKind) func() {
			return func() { w.compose(app.Compose{Kind: kind, Of: rows[0].ID, Account: rows[0].Account}, "") }
		}
		if rows[0].Flags.Has(mail.DraftFlag) {
			items = append(items, kit.MenuItem{Text: "Edit draft", Icon: "pencil", Key: "Enter", Do: k(app.ComposeEdit)}, kit.Separator())
		} else {
			items = append(items, kit.MenuItem{Text: "Reply", Icon: "reply", Key: "R", Do: k(app.ComposeReply)}, kit.MenuItem{Text: "Reply all", Icon: "reply-all", Key: "A", Do: k(app.ComposeReplyAll)},
				kit.MenuItem{Text: "Forward", Icon: "forward", Key: "F", Do: k(app.ComposeForward)}, kit.Separator())
		}
	}
	mark := kit.MenuItem{Text: "Mark unread", Icon: "mail", Key: "Shift U", Do: func() { w.command("unread", nil) }}
	if unread {
		mark = kit.MenuItem{Text: "Mark read", Icon: "mail-open", Key: "Shift I", Do: func() { w.command("seen", nil) }}
	}
	st := kit.MenuItem{Text: "Star", Icon: "star", Key: "S", Do: func() { w.command("star", nil) }}
	if star {
		st.Text = "Remove star"
	}
	items = append(items, kit.MenuItem{Text: "Archive", Icon: "archive", Key: "E", Do: func() { w.command("archive", nil) }},
		kit.MenuItem{Text: "Move to…", Icon: "folder-input", Key: "V", Do: func() { kit.ShowMenu(cv, at, w.moveItems(rows)...) }},
		kit.MenuItem{Text: "Mark as junk", Icon: "shield-alert", Key: "!", Do: func() { w.command("junk", nil) }},
		kit.Separator(), mark, st, kit.Separator(), kit.MenuItem{Text: "Delete", Icon: "trash-2", Key: "#", Danger: true, Do: func() { w.command("delete", nil) }})
	kit.ShowMenu(cv, at, items...)
}

func (w *Window) dragged(at fyne.Position, n int) {
	d := w.drag
	if !d.shown || d.n != n {
		d.n = n
		d.shown = true
		l := kit.LayerOf(w.win.Canvas())
		if l == nil {
			return
		}
		l.Remove(d)
		d.Refresh()
		l.Add(d)
	}
	d.Resize(d.MinSize())
	d.Move(at.AddXY(12, 12))
	w.side.DropAt(at, n, ctrl())
}

// dragCancel lets what is dragged stay where it was.
func (w *Window) dragCancel() {
	w.list.CancelDrag()
	w.dragGone()
	w.side.DropEnd()
}

func (w *Window) dragGone() {
	w.drag.shown = false
	if l := kit.LayerOf(w.win.Canvas()); l != nil {
		l.Remove(w.drag)
		l.Refresh()
	}
}

func (w *Window) dropped(rows []mail.Summary) {
	if !w.drag.shown {
		return // Escape was pressed
	}
	w.dragGone()
	b, ok := w.side.DropEnd()
	switch {
	case !ok || len(rows) == 0:
	case ctrl():
		w.copyTo(b)
	case rows[0].Mailbox != b.ID || len(rows) > 1:
		w.move(nil, b)
	}
}

// copyTo copies the selection to a mailbox.
func (w *Window) copyTo(b mail.Mailbox) {
	t := w.target(nil)
	if t.len() == 0 {
		return
	}
	w.run("copy", conversations(t.len(), "copied to "+mailboxes.Title(b)), t, true, func(ctx context.Context, ids []mail.MessageID) (app.Undo, error) {
		return w.c.Copy(ctx, ids, b.ID)
	})
}

// below is what a new draft holds, under what was written already.
func below(s string) string {
	if s = strings.TrimSpace(s); s != "" {
		s = "\n\n" + s
	}
	return s
}

// quickSend answers from the field below the conversation.
func (w *Window) quickSend(k app.Compose, text string, done func(bool)) {
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		d, err := w.c.NewDraft(ctx, k)
		var id mail.OutboxID
		var ask []app.Concern
		if err == nil {
			d.Text = text + below(d.Text) // the signature
			if ask = w.c.CheckDraft(ctx, d); len(ask) == 0 {
				id, err = w.c.Send(ctx, d, time.Time{})
			}
		}
		w.h.Do(func() {
			if err != nil {
				done(false)
				w.Failed(err)
				return
			}
			if len(ask) > 0 { // the composer asks
				done(true)
				w.compose(k, text)
				return
			}
			done(true)
			w.ToastSending(time.Duration(w.settings.UndoSend)*time.Second, func() { w.takeBack(id) })
		})
	}()
}

// takeBack stops a message that has not been handed to the network and opens it again.
func (w *Window) takeBack(id mail.OutboxID) {
	go func() {
		d, err := w.c.CancelSend(context.Background(), id)
		w.h.Do(func() {
			if err != nil {
				w.Failed(err)
				return
			}
			if w.h.OpenDraft != nil {
				w.h.OpenDraft(d)
			}
		})
	}()
}
