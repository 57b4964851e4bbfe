package views

import (
	"context"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/app/bus"
	"github.com/postrider/postrider/views/agenda"
	"github.com/postrider/postrider/views/kit"
	"github.com/postrider/postrider/views/mailboxes"
)

// frame is the shortest time between two deliveries of changes.
const frame = 16 * time.Millisecond

// follow waits for changes and delivers each burst with one call of Do; the next waits until it was taken in.
func (w *Window) follow() {
	thrift()
	w.sub = w.c.Subscribe()
	go func() {
		defer w.sub.Close()
		for {
			select {
			case <-w.stop:
				return
			case <-w.sub.C:
			}
			ch, ok := w.sub.Take()
			if !ok {
				continue
			}
			done := make(chan struct{})
			w.h.Do(func() {
				w.note(ch)
				close(done)
			})
			select {
			case <-done:
			case <-w.stop:
				return
			}
			select {
			case <-time.After(frame):
			case <-w.stop:
				return
			}
		}
	}()
}

// note takes in what changed.
func (w *Window) note(ch bus.Changed) {
	if (ch.Settings || ch.Resync) && !w.saving {
		w.takeSettings()
	}
	if ch.Accounts || ch.Tree || len(ch.Mailboxes) > 0 || ch.Resync || ch.Drafts {
		w.reload()
	}
	if ch.Status || ch.Outbox || ch.Resync {
		w.state.Status = w.c.Status()
		w.side.Set(w.state)
		w.banners()
		w.list.Recheck()
	}
	if ch.Outbox || ch.Resync || ch.Status && w.out.Visible() {
		w.out.load()
	}
	if _, shown := w.page.(*agenda.Page); !shown && (ch.Calendars || ch.Resync || len(ch.Mailboxes) > 0) { // the calendar counts itself
		w.invitations()
	}
	w.list.Note(ch)
	w.read.Note(ch)
}

// reload reads accounts and mailboxes again. Requests that come while one is under way become one.
func (w *Window) reload() {
	if w.loading {
		w.reloadAgain = true
		return
	}
	w.loading = true
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		as, err := w.c.Accounts(ctx)
		var bs []mail.Mailbox
		if err == nil {
			bs, err = w.c.Mailboxes(ctx)
		}
		st := w.c.Status()
		w.h.Do(func() {
			w.loading = false
			if err != nil {
				w.Failed(err)
			} else {
				w.setState(mailboxes.State{Accounts: as, Mailboxes: bs, Status: st})
			}
			if w.reloadAgain {
				w.reloadAgain = false
				w.reload()
			}
		})
	}()
}

func (w *Window) setState(s mailboxes.State) {
	first := !w.loaded
	had := len(w.state.Accounts)
	w.state, w.loaded = s, true
	if first {
		settle()
	}
	w.list.SetAccounts(s.Accounts)
	w.read.SetAccounts(s.Accounts)
	w.side.Set(s)
	w.banners()
	if len(s.Accounts) > 0 && !w.opened {
		w.side.GoTo("All inboxes")
	}
	w.arrange()
	if len(s.Accounts) == 0 && (first || had > 0) {
		w.opened = false
		w.openWizard()
	}
}

// firstDownload is how far the mailbox that is shown is, while it is fetched for the first time and nothing of it is here.
func (w *Window) firstDownload() (done, total int) {
	if !w.list.Empty() {
		return 0, 0
	}
	for _, a := range w.state.Status.Accounts {
		if a.State == app.StateFetching && a.Total > 0 && a.Checked.IsZero() {
			done, total = done+a.Done, total+a.Total
		}
	}
	return done, total
}

// missingMail says why mail of the view that is shown has never been fetched, "" when it has.
func (w *Window) missingMail() string {
	v, only := w.list.View(), mail.AccountID("")
	total := map[mail.AccountID]int{}
	for _, b := range w.state.Mailboxes {
		total[b.Account] += b.Total
		if b.ID == v.Mailbox {
			only = b.Account
			if only == "" {
				return "" // on this computer
			}
		}
	}
	for _, a := range w.state.Status.Accounts {
		if only != "" && a.Account != only || !a.Checked.IsZero() || total[a.Account] > 0 {
			continue
		}
		name := w.name(a.Account)
		switch a.State {
		case app.StateOffline:
			return name + " is fetched as soon as its server can be reached."
		case app.StateSignIn:
			return name + " is fetched when you have signed in."
		case app.StateError:
			return name + " could not be fetched."
		case app.StatePaused:
			return name + " is paused."
		}
		return name + " is being fetched."
	}
	return ""
}

// banners shows the most urgent thing that the program says of itself: certificate, sign-in, offline, this computer.
func (w *Window) banners() {
	b := w.pickBanner()
	if b == nil || w.dismissed[b.key] {
		if w.bannerKey != "" {
			w.bannerKey = ""
			w.arrange()
		}
		if b == nil {
			clear(w.dismissed)
		}
		return
	}
	w.bannerKey = b.key
	w.banner.Icon, w.banner.Fact, w.banner.Detail, w.banner.Tone, w.banner.Actions = b.icon, b.fact, b.detail, b.tone, b.actions
	w.banner.OnClose = nil
	if b.closes {
		key := b.key
		w.banner.OnClose = func() { w.dismissed[key] = true; w.banners() }
	}
	w.banner.Refresh()
	w.arrange()
}

type bannerWords struct {
	key, icon, fact, detail string
	tone                    kit.Tone
	actions                 []*kit.Button
	closes                  bool
}

func (w *Window) name(id mail.AccountID) string {
	for _, a := range w.state.Accounts {
		if a.ID == id {
			if a.Name != "" {
				return a.Name
			}
			return a.Address
		}
	}
	return "An account"
}

func (w *Window) pickBanner() *bannerWords {
	st := w.state.Status
	others := ""
	if len(st.Accounts) > 1 {
		others = " The other accounts work."
	}
	for _, a := range st.Accounts {
		e := fault.Of(a.Err)
		if e == nil || e.Kind != fault.TLS {
			continue
		}
		b := &bannerWords{key: "tls:" + string(a.Account), icon: "shield-x", tone: kit.ToneErr, fact: e.Title + ".", detail: "Nothing was sent to it. " + w.name(a.Account) + " waits." + others}
		if w.h.Certificate != nil {
			b.actions = append(b.actions, kit.NewButton("Show the certificate", "", kit.Link, func() { w.h.Certificate(a) }))
		}
		b.actions = append(b.actions, w.later(b.key))
		return b
	}
	for _, a := range st.Accounts {
		e := fault.Of(a.Err)
		if e == nil || e.Code != "keychain-locked" {
			continue
		}
		b := &bannerWords{key: "locked", icon: "lock-keyhole", tone: kit.ToneWarn, fact: e.Title + ".", detail: e.Detail}
		b.actions = []*kit.Button{kit.NewButton("Unlock", "", kit.Link, w.unlock), w.later(b.key)}
		return b
	}
	for _, a := range st.Accounts {
		if a.State != app.StateSignIn {
			continue
		}
		since := ""
		if !a.Checked.IsZero() {
			since = " since " + a.Checked.Format("15:04")
		}
		b := &bannerWords{key: "auth:" + string(a.Account), icon: "key-round", tone: kit.ToneWarn, fact: w.name(a.Account) + " needs you to sign in again.",
			detail: "No new mail from it" + since + "." + others}
		if e := fault.Of(a.Err); e != nil && e.Kind == fault.Local && e.Title != "" {
			b.fact, b.detail, b.icon = e.Title+".", e.Detail, "lock-keyhole"
		}
		if w.h.SignIn != nil {
			b.actions = append(b.actions, kit.NewButton("Sign in", "", kit.Link, func() { w.signIn(a.Account) }))
		}
		b.actions = append(b.actions, w.later(b.key))
		return b
	}
	if st.Offline {
		d := "Everything already downloaded is here."
		out, ch := kit.Plural(st.Waiting, "message", "messages"), kit.Plural(st.Changes, "change", "changes")
		verb := func(n int) string {
			if n == 1 {
				return " waits"
			}
			return " wait"
		}
		switch {
		case st.Waiting > 0 && st.Changes > 0:
			d += " " + out + verb(st.Waiting) + " in the Outbox and " + ch + " will follow."
		case st.Waiting > 0:
			d += " " + out + verb(st.Waiting) + " in the Outbox."
		case st.Changes > 0:
			d += " " + ch + " will follow."
		}
		return &bannerWords{key: "offline", icon: "cloud-off", tone: kit.ToneIdle, fact: "You are offline.", detail: d, closes: true,
			actions: []*kit.Button{kit.NewButton("Retry now", "", kit.Link, func() { w.c.Sync("") })}}
	}
	for _, a := range st.Accounts {
		if e := fault.Of(a.Err); e != nil && a.State == app.StateError {
			return &bannerWords{key: "err:" + string(a.Account) + e.Code, icon: "triangle-alert", tone: kit.ToneWarn, fact: e.Title + ".", detail: e.Detail, closes: true,
				actions: []*kit.Button{kit.NewButton("Details", "", kit.Link, func() { w.showFault(a) })}}
		}
	}
	return nil
}

func (w *Window) later(key string) *kit.Button {
	return kit.NewButton("Later", "", kit.Link, func() { w.dismissed[key] = true; w.banners() })
}

// unlock opens the place of the secrets: the file with its passphrase, the system's keychain by asking it again, which shows its own window.
func (w *Window) unlock() {
	go func() {
		k := w.c.Keychain(context.Background())
		w.h.Do(func() {
			if k.Kind == "file" && w.h.Unlock != nil {
				w.h.Unlock()
				return
			}
			w.c.Sync("")
		})
	}()
}

// showFault shows an account's error with what the server said.
func (w *Window) showFault(a app.AccountStatus) {
	e := fault.Of(a.Err)
	if e == nil {
		return
	}
	if e.Code == "keychain-locked" {
		w.unlock()
		return
	}
	if e.Kind == fault.TLS && w.h.Certificate != nil {
		w.h.Certificate(a)
		return
	}
	words := []kit.Run{{Text: e.Detail, Ink: kit.Text2}}
	if e.ServerText != "" {
		words = append(words, kit.Run{Text: "\n\nThe server said: " + e.ServerText, Ink: kit.Text3})
	}
	var d *kit.Dialog
	close := kit.NewButton("Close", "", kit.Plain, func() { d.Close() })
	again := kit.NewButton("Try again", "", kit.Primary, func() { d.Close(); w.c.Sync(a.Account) })
	d = kit.NewDialog(w.win.Canvas(), kit.NarrowDialog, kit.Col(0, kit.NewLabel(w.name(a.Account)+": "+e.Title, kit.Title16, kit.Text), kit.Gap(0, 8),
		kit.NewRuns(words, kit.Body13, 19, kit.NarrowDialog-48), kit.Gap(0, 20), kit.Row(8, kit.Spring(nil), close, again)))
	d.Open()
	w.win.Canvas().Focus(again)
}

func (w *Window) pause(on bool) {
	as := append([]mail.Account(nil), w.state.Accounts...)
	go func() {
		for _, a := range as {
			if a.Paused == on {
				continue
			}
			a.Paused = on
			if err := w.c.UpdateAccount(context.Background(), a); err != nil {
				w.h.Do(func() { w.Failed(err) })
				return
			}
		}
	}()
}
