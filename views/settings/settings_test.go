package settings

import (
	"context"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/views/composer/editor"
	"github.com/postrider/postrider/views/kit"
	"github.com/postrider/postrider/views/viewtest"
)

type rig struct {
	t    *testing.T
	c    *viewtest.Client
	v    *View
	w    fyne.Window
	work chan func()
}

func start(t *testing.T, o viewtest.Options, script func(*viewtest.Client)) *rig {
	t.Helper()
	test.NewTempApp(t)
	kit.Choose(kit.ModeLight, false)
	r := &rig{t: t, c: viewtest.New(o), work: make(chan func(), 1024)}
	if script != nil {
		script(r.c)
	}
	r.v = New(r.c, Hooks{Do: func(f func()) { r.work <- f }, AddAccount: func() {}, Keys: [][2]string{{"J", "Next"}}, Version: "1", Dir: "/home/ada/postrider"})
	t.Cleanup(r.v.Close)
	r.w = test.NewTempWindow(t, kit.NewRoot(r.v))
	r.w.SetPadded(false)
	r.w.Resize(fyne.NewSize(1384, 900))
	r.until("the accounts", func() bool { return o.Empty || len(r.v.accounts) > 0 })
	return r
}

func (r *rig) until(what string, ok func() bool) {
	r.t.Helper()
	end := time.After(5 * time.Second)
	for !ok() {
		select {
		case f := <-r.work:
			f()
		case <-time.After(10 * time.Millisecond):
		case <-end:
			r.t.Fatalf("waited for %s in vain", what)
		}
	}
}

func walk(o fyne.CanvasObject, each func(fyne.CanvasObject)) {
	if o == nil || !o.Visible() {
		return
	}
	each(o)
	switch o := o.(type) {
	case *fyne.Container:
		for _, k := range o.Objects {
			walk(k, each)
		}
	case fyne.Widget:
		for _, k := range test.WidgetRenderer(o).Objects() {
			walk(k, each)
		}
	}
}

func find[T fyne.CanvasObject](r *rig, name string) T {
	r.t.Helper()
	var got T
	ok := false
	see := func(o fyne.CanvasObject) {
		if x, is := o.(T); is && !ok {
			if n, has := o.(interface{ AccessibleName() string }); has && n.AccessibleName() == name {
				got, ok = x, true
			}
		}
	}
	for _, o := range r.w.Canvas().Overlays().List() {
		walk(o, see)
	}
	walk(r.w.Canvas().Content(), see)
	if !ok {
		r.t.Fatalf("there is no %q", name)
	}
	return got
}

func (r *rig) says(s string) bool {
	yes := false
	see := func(o fyne.CanvasObject) {
		if n, ok := o.(interface{ AccessibleName() string }); ok {
			yes = yes || strings.Contains(n.AccessibleName(), s)
		}
	}
	for _, o := range r.w.Canvas().Overlays().List() {
		walk(o, see)
	}
	walk(r.w.Canvas().Content(), see)
	return yes
}

func (r *rig) stored(id mail.AccountID) mail.Account {
	as, _ := r.c.Accounts(context.Background())
	for _, a := range as {
		if a.ID == id {
			return a
		}
	}
	return mail.Account{}
}

func TestAccountChangesAreStoredAtOnce(t *testing.T) {
	r := start(t, viewtest.Options{}, nil)
	id := r.v.accounts[0].ID
	r.v.Choose(id)
	find[*kit.Choice](r, "Keep on this computer").Pick(1)
	r.until("30 days", func() bool { return r.stored(id).KeepDays == 30 })
	find[*kit.Switch](r, "Show in All inboxes").Tapped(nil)
	r.until("hidden", func() bool { return r.stored(id).HideInAll })
	find[*kit.Switch](r, "Fetch mail").Tapped(nil)
	r.until("paused", func() bool { return r.stored(id).Paused })
}

func TestLeaveRule(t *testing.T) {
	r := start(t, viewtest.Options{}, func(c *viewtest.Client) {
		as, _ := c.Accounts(context.Background())
		as[1].Incoming.Protocol, as[1].Leave = mail.POP3, mail.Leave{Mode: "days", Days: 14}
		_ = c.UpdateAccount(context.Background(), as[1])
	})
	id := r.v.accounts[1].ID
	r.v.Choose(id)
	find[*kit.Choice](r, "Copies on the server").Pick(1)
	r.until("the rule", func() bool { return r.stored(id).Leave.Mode == leaveModes[1] })
	find[*kit.Choice](r, "Copies on the server").Pick(0)
	f := find[*kit.Field](r, "Days")
	f.SelectAll()
	test.Type(f, "30")
	f.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	r.until("30 days", func() bool { return r.stored(id).Leave == mail.Leave{Mode: "days", Days: 30} })
}

func TestAppearanceAppliesAtOnce(t *testing.T) {
	r := start(t, viewtest.Options{}, nil)
	find[*kit.Frame](r, "Appearance").Tapped(nil)
	find[*kit.Choice](r, "Colours").Pick(2)
	if !kit.Dark() {
		t.Error("the window is not dark")
	}
	r.until("the setting", func() bool { return r.c.Settings().Theme == "dark" })
	find[*kit.Switch](r, "High contrast").Tapped(nil)
	r.until("contrast", func() bool { return r.c.Settings().Contrast })
	if r.c.Settings().Theme != "dark" {
		t.Error("one change undid another")
	}
}

func TestEverySectionOpens(t *testing.T) {
	r := start(t, viewtest.Options{}, nil)
	for _, s := range sections {
		find[*kit.Frame](r, string(s.name)).Tapped(nil)
		r.w.Canvas().Capture()
		if r.v.at != s.name || len(r.v.body.Objects) == 0 {
			t.Errorf("%s did not open", s.name)
		}
	}
	if !r.says("Version 1") {
		t.Error("About does not tell the version")
	}
}

func TestRemoveAsksAndNamesWhatIsLost(t *testing.T) {
	a := mail.Account{ID: "x", Incoming: mail.Server{Protocol: mail.IMAP}}
	text := removal(a, []mail.Mailbox{{Account: "x", Name: "Old letters", Local: true, Total: 12}, {Account: "x", Name: "Inbox", Total: 900}, {Account: "y", Name: "Other", Local: true, Total: 3}},
		[]mail.OutboxItem{{Account: "x"}, {Account: "x", State: mail.OutFailed}, {Account: "x", State: mail.OutSent}, {Account: "y"}})
	if !strings.Contains(text, "The 2 messages in its Outbox are not sent any more.") {
		t.Errorf("says %q", text)
	}
	if !strings.Contains(text, "Old letters (12)") || strings.Contains(text, "Inbox") || strings.Contains(text, "Other") {
		t.Errorf("says %q", text)
	}
	r := start(t, viewtest.Options{}, nil)
	id := r.v.accounts[1].ID
	n := len(r.v.accounts)
	r.v.Choose(id)
	find[*kit.Button](r, "Remove account…").Tapped(nil)
	r.until("the question", func() bool { return r.says("from this computer only") })
	if r.stored(id).ID == "" {
		t.Fatal("it does not ask first")
	}
	find[*kit.Button](r, "Remove account").Tapped(nil)
	r.until("the removal", func() bool { return r.stored(id).ID == "" && len(r.v.accounts) == n-1 })
	if r.v.account() == nil {
		t.Error("no account is shown afterwards")
	}
}

func TestSignatureIsStoredWhenTypingRests(t *testing.T) {
	r := start(t, viewtest.Options{}, nil)
	r.v.Open(Writing)
	e := find[*editor.Editor](r, "Signature")
	r.w.Canvas().Focus(e)
	e.SetText("")
	test.Type(e, "Marta, at sea")
	id := r.v.accounts[0].ID
	r.until("the signature", func() bool { return r.stored(id).Identities[0].Signature == "Marta, at sea" })
	if !e.Focused() {
		t.Error("storing took the field away")
	}
}

func TestFailedTestIsShown(t *testing.T) {
	r := start(t, viewtest.Options{}, func(c *viewtest.Client) {
		c.OnTest = func(_ context.Context, a mail.Account, _ app.Secrets, _ func(mail.TestLine)) []mail.TestLine {
			return []mail.TestLine{{Protocol: mail.IMAP, State: mail.StepFailed, Err: fault.New(fault.Auth, "bad-password", "imap.example.com refused the password", "")},
				{Protocol: mail.SMTP, State: mail.StepFound, Summary: "Signed in"}}
		}
	})
	r.v.Choose(r.v.accounts[0].ID)
	find[*kit.Button](r, "Test").Tapped(nil)
	r.until("the lines", func() bool { return r.v.testing == "" && r.says("refused the password") })
}

func TestEditTestsBeforeItStores(t *testing.T) {
	r := start(t, viewtest.Options{}, func(c *viewtest.Client) {
		c.OnTest = func(_ context.Context, a mail.Account, _ app.Secrets, _ func(mail.TestLine)) []mail.TestLine {
			if a.Incoming.Host == "new.example.com" {
				return []mail.TestLine{{State: mail.StepFound}}
			}
			return []mail.TestLine{{State: mail.StepFailed, Err: fault.New(fault.Network, "no-such-host", "There is no such server", "")}}
		}
	})
	id := r.v.accounts[0].ID
	was := r.stored(id).Incoming.Host
	r.v.Choose(id)
	find[*kit.Button](r, "Edit").Tapped(nil)
	host := find[*kit.Field](r, "Incoming host")
	host.SelectAll()
	test.Type(host, "wrong.example.com")
	find[*kit.Button](r, "Test and save").Tapped(nil)
	r.until("the failure", func() bool { return r.says("There is no such server") })
	if r.stored(id).Incoming.Host != was {
		t.Fatal("a server that does not work was stored")
	}
	find[*kit.Button](r, "Cancel").Tapped(nil)
	find[*kit.Button](r, "Edit").Tapped(nil)
	host = find[*kit.Field](r, "Incoming host")
	host.SelectAll()
	test.Type(host, "new.example.com")
	find[*kit.Button](r, "Test and save").Tapped(nil)
	r.until("the new host", func() bool { return r.stored(id).Incoming.Host == "new.example.com" })
}

func TestNoAccounts(t *testing.T) {
	r := start(t, viewtest.Options{Empty: true}, nil)
	if !r.says("No account yet") {
		t.Error("an empty page")
	}
}
