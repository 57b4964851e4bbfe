package views

import (
	"cmp"
	"context"
	"net/url"
	"strings"
	"time"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/app/store"
	"github.com/postrider/postrider/views/kit"
	"github.com/postrider/postrider/views/list"
	"github.com/postrider/postrider/views/mailboxes"
	"github.com/postrider/postrider/views/transfer"
)

// palette opens the list of everything that can be gone to or done, found by typing.
func (w *Window) palette() {
	if w.win.Canvas().Overlays().Top() != nil {
		return
	}
	p := kit.ShowLauncher(w.win.Canvas(), "Go to a folder, do something, find a person", w.paletteItems(), func(typed string) []kit.LaunchItem {
		return []kit.LaunchItem{{Text: "Search mail for “" + typed + "”", Icon: "search", Kind: "Search", Always: true, Do: func() { w.searchFor(typed) }}}
	})
	p.More = func(typed string) {
		if len([]rune(typed)) < 2 {
			return
		}
		time.AfterFunc(80*time.Millisecond, func() { // when typing goes on, the older question is not asked
			w.h.Do(func() {
				if p.Typed() == typed && p.Open() {
					w.people(p, typed)
				}
			})
		})
	}
}

// people brings those whose name or address begins with what is typed.
func (w *Window) people(p *kit.Launcher, typed string) {
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		name := typed
		for _, lead := range []string{"write ", "mail ", "to ", "from "} {
			name = strings.TrimPrefix(name, lead)
		}
		found, err := w.c.Complete(ctx, name, 3)
		if err != nil {
			return
		}
		w.h.Do(func() {
			var items []kit.LaunchItem
			for _, f := range found {
				a := f.Address
				words := typed + " " + a.Name + " " + a.Addr
				items = append(items, kit.LaunchItem{Text: "Write to " + a.Display(), Icon: "pencil", Kind: "Person", Words: words,
					Do: func() {
						w.compose(app.Compose{Kind: app.ComposeMailto, Mailto: "mailto:" + url.PathEscape(a.Addr)}, "")
					}},
					kit.LaunchItem{Text: "Mail from " + a.Display(), Icon: "user-round", Kind: "Person", Words: words, Do: func() { w.searchFor("from:" + a.Addr) }})
			}
			p.Add(typed, items)
		})
	}()
}

// searchFor shows what a search finds in the list.
func (w *Window) searchFor(expr string) {
	w.HidePage()
	if w.showOut {
		w.side.GoTo("All inboxes")
	}
	w.list.Search(expr)
	w.list.Focus()
}

// paletteItems are the actions that make sense now, then the places.
func (w *Window) paletteItems() []kit.LaunchItem {
	var out []kit.LaunchItem
	act := func(text, icon, words string, do func()) {
		out = append(out, kit.LaunchItem{Text: text, Icon: icon, Kind: "Action", Words: words, Do: do})
	}
	cmd := func(name string) func() { return func() { w.command(name, nil) } }
	rows := w.list.Selection()
	act("Write a message", "pencil", "new compose", func() { w.compose(app.Compose{Kind: app.ComposeNew}, "") })
	if len(rows) > 0 && w.page == nil && !w.showOut {
		if s, ok := w.read.Current(); ok && !s.Flags.Has(mail.DraftFlag) {
			act("Reply", "reply", "answer", func() { w.read.Compose(app.ComposeReply) })
			act("Reply all", "reply-all", "answer", func() { w.read.Compose(app.ComposeReplyAll) })
			act("Forward", "forward", "", func() { w.read.Compose(app.ComposeForward) })
			act("Forward as attachment", "paperclip", "", func() { w.read.Compose(app.ComposeForwardAttach) })
			act("Find in the message", "search", "", w.read.Find)
			act("Print", "printer", "Ctrl P", w.read.Print)
		}
		act("Archive", "archive", "", cmd("archive"))
		act("Delete", "trash-2", "remove trash", cmd("delete"))
		act("Mark as junk", "shield-alert", "spam", cmd("junk"))
		act("Mark read", "mail-open", "", cmd("seen"))
		act("Mark unread", "mail", "", cmd("unread"))
		act("Star", "star", "flag", cmd("star"))
		act("Select all", "check-check", "", w.list.SelectAll)
	}
	act("Fetch mail", "refresh-cw", "check sync get", func() { w.c.Sync("") })
	if len(w.undo) > 0 {
		act("Undo", "undo-2", "", w.undoLast)
	}
	act("Calendar", "calendar", "events appointments", w.ShowCalendar)
	act("Find an event", "search", "calendar appointment", func() { w.calendar().Find() })
	act("Contacts", "contact-round", "people addresses", w.ShowPeople)
	act("Archive to PST", "package", "outlook data file backup", func() { w.archive("") })
	act("Archives", "package", "earlier archive ledger undo schedule", w.Archives)
	act("Import mail…", "download", "mbox thunderbird apple mail files eml", func() {
		transfer.Import(w.win, w.c, transfer.Hooks{Do: w.h.Do}, "Imported", app.ImportOptions{})
	})
	if w.h.Backup != nil && w.h.Restore != nil {
		act("Back up everything…", "hard-drive", "backup copy save profile", w.h.Backup)
		act("Restore a backup…", "hard-drive", "backup recover", w.h.Restore)
	}
	act("Open Outlook data file…", "package", "pst ost archive import", w.openDataFile)
	act("Settings", "sliders-horizontal", "preferences options", func() { w.openSettings("") })
	act("Add an account", "plus", "new", w.openWizard)
	act("Keys", "keyboard", "shortcuts help", w.help)
	for _, x := range []struct{ name, text, icon string }{{"light", "Light colours", "sun"}, {"dark", "Dark colours", "moon"}, {"system", "Colours as the system", "sun-moon"}} {
		if w.settings.Theme != x.name {
			act(x.text, x.icon, "theme mode", func() {
				kit.Choose(kit.Mode(x.name), w.settings.Contrast)
				w.change(func(s *app.Settings) { s.Theme = x.name })
			})
		}
	}
	for _, x := range []struct{ name, text string }{{"comfortable", "Comfortable rows"}, {"standard", "Standard rows"}, {"compact", "Compact rows"}, {"table", "Table rows"}} {
		if w.settings.Density != x.name {
			act(x.text, "list", "density view", func() { w.change(func(s *app.Settings) { s.Density = x.name }) })
		}
	}
	for _, x := range []struct{ name, text string }{{"right", "Reader at the right"}, {"below", "Reader below the list"}, {"off", "No reader"}} {
		if cmp.Or(w.settings.Reader, "right") != x.name {
			act(x.text, "table", "view pane preview hide", func() { w.change(func(s *app.Settings) { list.PlaceReader(s, x.name) }) })
		}
	}
	if w.settings.Threads {
		act("Show single messages", "mail", "conversations threads off", func() { w.change(func(s *app.Settings) { s.Threads = false }) })
	} else {
		act("Group by conversation", "mails", "threads on", func() { w.change(func(s *app.Settings) { s.Threads = true }) })
	}
	return append(out, w.palettePlaces(rows)...)
}

// palettePlaces are the places to go to, and those that the selection can be moved to.
func (w *Window) palettePlaces(rows []mail.Summary) []kit.LaunchItem {
	var to, move []kit.LaunchItem
	for _, x := range []struct{ name, icon string }{{"All inboxes", "inbox"}, {"Starred", "star"}, {"Drafts", "file-pen-line"}, {"Outbox", "send"}} {
		to = append(to, kit.LaunchItem{Text: "Go to " + x.name, Icon: x.icon, Kind: "Folder", Do: func() { w.HidePage(); w.side.GoTo(x.name) }})
	}
	names := map[mail.AccountID]string{}
	for _, a := range w.state.Accounts {
		if names[a.ID] = a.Name; a.Name == "" {
			names[a.ID] = a.Address
		}
	}
	account := mail.AccountID("")
	if len(rows) > 0 && w.page == nil && !w.showOut {
		account = rows[0].Account
	}
	for _, b := range w.state.Mailboxes {
		if !b.Selectable {
			continue
		}
		title := mailboxes.Title(b)
		if len(names) > 1 && names[b.Account] != "" {
			title += " · " + names[b.Account]
		}
		to = append(to, kit.LaunchItem{Text: "Go to " + title, Icon: mailboxes.Icon(b, false), Kind: "Folder", Do: func() { w.goTo(b) }})
		if account != "" && b.Account == account && b.Role != mail.RoleDrafts && b.Rights.Has(mail.MayAdd) && b.ID != rows[0].Mailbox {
			move = append(move, kit.LaunchItem{Text: "Move to " + mailboxes.Title(b), Icon: "folder-input", Kind: "Action", Do: func() { w.move(rows, b) }})
		}
	}
	return append(to, move...)
}

// goTo opens a mailbox, also one that the sidebar does not show.
func (w *Window) goTo(b mail.Mailbox) {
	w.HidePage()
	if !w.side.GoToBox(b.ID) {
		w.open(mailboxes.Place{Name: mailboxes.Title(b), View: store.View{Mailbox: b.ID}, Box: b})
	}
	w.list.Focus()
}
