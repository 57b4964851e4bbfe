package mailboxes

import (
	"fmt"
	"slices"
	"strings"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/app/store"
)

// State is what the sidebar shows.
type State struct {
	Accounts  []mail.Account
	Mailboxes []mail.Mailbox
	Status    app.Status
}

// Place is something that can be opened.
type Place struct {
	Name   string
	View   store.View
	Outbox bool
	Box    mail.Mailbox // of a single mailbox
	All    bool         // messages of several accounts
}

type kind int

const (
	kindPlace kind = iota
	kindAccount
	kindBox
)

// item is one line of the sidebar.
type item struct {
	kind    kind
	key     string // for folding and selection
	place   Place
	text    string
	icon    string
	count   int
	bold    bool
	level   int
	twisty  int // 0 none, 1 open, 2 closed
	account mail.Account
	status  app.AccountStatus
	local   bool // the header of what is on this computer only
	dim     bool // cannot be opened
	file    bool // a data file that is open; its mailboxes are below it
}

var roleOrder = map[mail.Role]int{mail.RoleInbox: 1, mail.RoleDrafts: 2, mail.RoleSent: 3, mail.RoleArchive: 4, mail.RoleAll: 5, mail.RoleJunk: 6, mail.RoleTrash: 7}

var roleIcons = map[mail.Role]string{mail.RoleInbox: "inbox", mail.RoleDrafts: "file-pen-line", mail.RoleSent: "send-horizontal", mail.RoleArchive: "archive",
	mail.RoleJunk: "shield-alert", mail.RoleTrash: "trash-2", mail.RoleAll: "mails", mail.RoleFlagged: "star", mail.RoleImportant: "flag"}

// Icon returns the icon of a mailbox.
func Icon(b mail.Mailbox, open bool) string {
	if i, ok := roleIcons[b.Role]; ok {
		return i
	}
	switch {
	case b.Shared:
		return "users"
	case b.Local && b.Parent == 0:
		return "package"
	case !b.Selectable && !open:
		return "folder"
	case open:
		return "folder-open"
	}
	return "folder"
}

// Title is how a mailbox is called in the window: those with a role by the role's name.
func Title(b mail.Mailbox) string {
	switch b.Role {
	case mail.RoleInbox:
		return "Inbox"
	case mail.RoleSent:
		return "Sent"
	case mail.RoleDrafts:
		return "Drafts"
	case mail.RoleTrash:
		return "Trash"
	case mail.RoleJunk:
		return "Junk"
	case mail.RoleArchive:
		return "Archive"
	}
	return b.Name
}

func less(a, b mail.Mailbox) int {
	ra, rb := roleOrder[a.Role], roleOrder[b.Role]
	if ra == 0 {
		ra = 99
	}
	if rb == 0 {
		rb = 99
	}
	if a.Parent != 0 || b.Parent != 0 {
		ra, rb = 0, 0
	}
	if ra != rb {
		return ra - rb
	}
	return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
}

// items makes the lines of the sidebar.
func items(s State, closed map[string]bool, all map[mail.AccountID]bool) []item {
	var unread, drafts, outbox int
	for _, b := range s.Mailboxes {
		switch b.Role {
		case mail.RoleInbox:
			hidden := false
			for _, a := range s.Accounts {
				hidden = hidden || a.ID == b.Account && a.HideInAll
			}
			if !hidden {
				unread += b.Unread
			}
		case mail.RoleDrafts:
			drafts += b.Total
		}
	}
	outbox = s.Status.Waiting
	place := func(name, icon string, v store.View, n int, bold bool) item {
		return item{key: "p:" + name, place: Place{Name: name, View: v, All: true}, text: name, icon: icon, count: n, bold: bold && n > 0}
	}
	out := []item{
		place("All inboxes", "inbox", store.View{Role: mail.RoleInbox}, unread, true),
		place("Starred", "star", store.View{Flagged: true}, 0, false),
		place("Drafts", "file-pen-line", store.View{Role: mail.RoleDrafts}, drafts, false),
	}
	ob := place("Outbox", "send", store.View{}, outbox, s.Status.Offline)
	ob.place.Outbox = true
	out = append(out, ob)
	children := map[mail.MailboxID][]mail.Mailbox{}
	known := map[mail.MailboxID]bool{}
	for _, b := range s.Mailboxes {
		known[b.ID] = true
	}
	for _, b := range s.Mailboxes {
		if b.Parent != 0 && !known[b.Parent] {
			b.Parent = 0
		}
		children[b.Parent] = append(children[b.Parent], b)
	}
	for id := range children {
		slices.SortStableFunc(children[id], less)
	}
	var seen func(b mail.Mailbox) bool // it or something below it is subscribed
	seen = func(b mail.Mailbox) bool {
		if b.Subscribed || b.Role != "" || b.Local || all[b.Account] {
			return true
		}
		return slices.ContainsFunc(children[b.ID], seen)
	}
	var walk func(account mail.AccountID, parent mail.MailboxID, level int)
	walk = func(account mail.AccountID, parent mail.MailboxID, level int) {
		if level > 32 {
			return
		}
		for _, b := range children[parent] {
			if b.Account != account || b.Role == mail.RoleDrafts && parent == 0 || !seen(b) {
				continue
			}
			it := item{kind: kindBox, key: fmt.Sprintf("m:%d", b.ID), text: Title(b), level: level, account: mail.Account{ID: account}, dim: !b.Selectable,
				place: Place{Name: Title(b), View: store.View{Mailbox: b.ID}, Box: b}}
			it.count, it.bold = b.Unread, b.Unread > 0 && b.Role != mail.RoleJunk && b.Role != mail.RoleTrash
			kids := slices.ContainsFunc(children[b.ID], seen)
			if kids {
				it.twisty = 1
				if closed[it.key] {
					it.twisty = 2
				}
			}
			it.icon = Icon(b, it.twisty == 1)
			out = append(out, it)
			if it.twisty == 1 {
				walk(account, b.ID, level+1)
			}
		}
	}
	var files []mail.Account
	for _, a := range s.Accounts {
		if a.Incoming.Protocol == mail.PST {
			files = append(files, a)
			continue
		}
		h := item{kind: kindAccount, key: "a:" + string(a.ID), text: a.Name, account: a, twisty: 1}
		if h.text == "" {
			h.text = a.Address
		}
		for _, st := range s.Status.Accounts {
			if st.Account == a.ID {
				h.status = st
			}
		}
		if closed[h.key] {
			h.twisty = 2
		}
		out = append(out, h)
		if h.twisty == 1 {
			walk(a.ID, 0, 0)
		}
	}
	if len(files) > 0 || slices.ContainsFunc(children[0], func(b mail.Mailbox) bool { return b.Account == "" }) {
		h := item{kind: kindAccount, key: "a:", text: "On this computer", account: mail.Account{Hue: "slate"}, twisty: 1, local: true}
		if closed[h.key] {
			h.twisty = 2
		}
		out = append(out, h)
		if h.twisty == 1 {
			for _, a := range files {
				f := item{kind: kindBox, key: "a:" + string(a.ID), text: a.Name, icon: "package", account: a, twisty: 1, dim: true, file: true}
				for _, st := range s.Status.Accounts {
					if st.Account == a.ID && st.State == app.StateError {
						f.icon, f.status = "circle-alert", st
					}
				}
				if closed[f.key] {
					f.twisty = 2
				}
				out = append(out, f)
				if f.twisty == 1 {
					walk(a.ID, 0, 1)
				}
			}
			walk("", 0, 0)
		}
	}
	return out
}

// Sort puts mailboxes of one parent into the order of the sidebar.
func Sort(bs []mail.Mailbox) { slices.SortStableFunc(bs, less) }
