package views

import (
	"context"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/views/agenda"
	"github.com/postrider/postrider/views/archive"
	"github.com/postrider/postrider/views/kit"
	"github.com/postrider/postrider/views/mailboxes"
	"github.com/postrider/postrider/views/people"
)

// ShowCalendar shows the calendar instead of the mail.
func (w *Window) ShowCalendar() { w.calendar() }

// ShowReminder shows the calendar at what a reminder is about; one false: several, so at today.
func (w *Window) ShowReminder(r pim.Reminder, one bool) {
	p := w.calendar()
	if !one {
		return
	}
	if r.Task {
		p.OpenTask(r.Event)
		return
	}
	p.OpenEvent(r)
}

func (w *Window) calendar() *agenda.Page {
	if p, ok := w.page.(*agenda.Page); ok {
		return p
	}
	p := agenda.New(w.win, w.c, agenda.Hooks{Do: w.h.Do, Now: w.h.Now, OpenURL: w.openURL, Failed: w.Failed, Toast: w.Toast, ToastUndo: w.ToastUndo, Back: w.HidePage, WeekStart: kit.WeekStart(), OnKey: w.pageKey, OnShortcut: w.shortcut,
		ShowMail: w.ShowMessage, OnInvitations: w.rail.SetInvitations,
		Zone: w.settings.SecondZone, OnZone: func(name string) { w.change(func(s *app.Settings) { s.SecondZone = name }) }})
	w.ShowPage(p, p.Close)
	w.rail.SetPage(mailboxes.PageCalendar)
	return p
}

// ShowPeople shows the contacts instead of the mail.
func (w *Window) ShowPeople() {
	if _, ok := w.page.(*people.Page); ok {
		return
	}
	p := people.New(w.win, w.c, people.Hooks{Do: w.h.Do, Now: w.h.Now, Failed: w.Failed, Toast: w.Toast, ToastUndo: w.ToastUndo, OpenURL: w.openURL, OnKey: w.pageKey, OnShortcut: w.shortcut,
		Write: w.writeTo, Show: w.ShowMessage, Invite: func(a mail.Address) { w.calendar().Invite(a.Name, a.Addr) },
		ShowEvent: func(o pim.Occurrence) { w.calendar().GoTo(o) },
		Search: func(expr string) {
			w.HidePage()
			w.list.Search(expr)
		}})
	w.ShowPage(p, p.Close)
	w.rail.SetPage(mailboxes.PagePeople)
}

// writeTo opens the composer to addresses.
func (w *Window) writeTo(to []mail.Address) {
	var list []string
	for _, a := range to {
		list = append(list, strings.NewReplacer("%", "%25", "?", "%3F", "&", "%26", "#", "%23", " ", "%20", ",", "%2C").Replace(a.Addr))
	}
	w.compose(app.Compose{Kind: app.ComposeMailto, Mailto: "mailto:" + strings.Join(list, ",")}, "")
}

// pageKey acts on keys that a page does not use.
func (w *Window) pageKey(e *fyne.KeyEvent) { w.key(e) }

func (w *Window) openURL(url string) error {
	if w.h.OpenURL == nil {
		return nil
	}
	return w.h.OpenURL(url)
}

// archive plans the archive of an account, "" = the first.
func (w *Window) archive(a mail.AccountID) {
	archive.Show(w.win, w.c, archive.Hooks{Do: w.h.Do, Now: w.h.Now, Failed: w.Failed, Toast: w.Toast}, a)
}

// Archives shows the archives there were.
func (w *Window) Archives() {
	archive.Ledger(w.win, w.c, archive.Hooks{Do: w.h.Do, Now: w.h.Now, Failed: w.Failed, Toast: w.Toast})
}

// AboutFile tells what is in an opened data file.
func (w *Window) AboutFile(id mail.AccountID) {
	archive.About(w.win, w.c, archive.Hooks{Do: w.h.Do, Now: w.h.Now, Failed: w.Failed, Toast: w.Toast}, id)
}

// openDataFile asks for an Outlook data file and opens it beside the accounts.
func (w *Window) openDataFile() {
	archive.Open(w.win, w.c, archive.Hooks{Do: w.h.Do, Now: w.h.Now, Failed: w.Failed, Toast: w.Toast})
}

// invitations counts those that wait for an answer for the badge of the rail, when what changes has come to rest.
func (w *Window) invitations() {
	if w.counting != nil {
		return
	}
	w.counting = time.AfterFunc(2*time.Second, func() {
		select {
		case <-w.stop:
			return
		default:
		}
		list, err := w.c.Invitations(context.Background())
		w.h.Do(func() {
			w.counting = nil
			if err == nil {
				w.rail.SetInvitations(len(list))
			}
		})
	})
}
