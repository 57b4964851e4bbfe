package settings

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

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
	*viewtest.Desk
	c *viewtest.Client
	v *View
}

func start(t *testing.T, o viewtest.Options, script func(*viewtest.Client)) *rig {
	t.Helper()
	r := &rig{Desk: viewtest.NewDesk(t, kit.ModeLight), c: viewtest.New(o)}
	if script != nil {
		script(r.c)
	}
	r.v = New(r.c, Hooks{Do: r.Do, AddAccount: func() {}, Keys: [][2]string{{"J", "Next"}}, Version: "1", Dir: "/home/ada/postrider"})
	t.Cleanup(r.v.Close)
	r.Show(r.v, 1384, 900)
	r.Until("the accounts", func() bool { return o.Empty || len(r.v.accounts) > 0 })
	return r
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
	viewtest.Find[*kit.Choice](r.Desk, "Keep on this computer").Pick(1)
	r.Until("30 days", func() bool { return r.stored(id).KeepDays == 30 })
	viewtest.Find[*kit.Switch](r.Desk, "Show in All inboxes").Tapped(nil)
	r.Until("hidden", func() bool { return r.stored(id).HideInAll })
	viewtest.Find[*kit.Switch](r.Desk, "Fetch mail").Tapped(nil)
	r.Until("paused", func() bool { return r.stored(id).Paused })
}

func TestLeaveRule(t *testing.T) {
	r := start(t, viewtest.Options{}, func(c *viewtest.Client) {
		as, _ := c.Accounts(context.Background())
		as[1].Incoming.Protocol, as[1].Leave = mail.POP3, mail.Leave{Mode: "days", Days: 14}
		_ = c.UpdateAccount(context.Background(), as[1])
	})
	id := r.v.accounts[1].ID
	r.v.Choose(id)
	viewtest.Find[*kit.Choice](r.Desk, "Copies on the server").Pick(1)
	r.Until("the rule", func() bool { return r.stored(id).Leave.Mode == leaveModes[1] })
	viewtest.Find[*kit.Choice](r.Desk, "Copies on the server").Pick(0)
	f := viewtest.Find[*kit.Field](r.Desk, "Days")
	f.SelectAll()
	test.Type(f, "30")
	f.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	r.Until("30 days", func() bool { return r.stored(id).Leave == mail.Leave{Mode: "days", Days: 30} })
}

func TestAppearanceAppliesAtOnce(t *testing.T) {
	r := start(t, viewtest.Options{}, nil)
	viewtest.Find[*kit.Frame](r.Desk, "Appearance").Tapped(nil)
	viewtest.Find[*kit.Choice](r.Desk, "Colours").Pick(2)
	if !kit.Dark() {
		t.Error("the window is not dark")
	}
	r.Until("the setting", func() bool { return r.c.Settings().Theme == "dark" })
	viewtest.Find[*kit.Switch](r.Desk, "High contrast").Tapped(nil)
	r.Until("contrast", func() bool { return r.c.Settings().Contrast })
	if r.c.Settings().Theme != "dark" {
		t.Error("one change undid another")
	}
}

// A password can be replaced before a server refuses the old one.
func TestPasswordIsChanged(t *testing.T) {
	r := start(t, viewtest.Options{}, nil)
	a := r.v.accounts[0]
	a.Incoming.Auth = mail.Password
	if err := r.c.UpdateAccount(context.Background(), a); err != nil {
		t.Fatal(err)
	}
	r.Until("the account", func() bool { return r.v.accounts[0].Incoming.Auth == mail.Password })
	r.v.Choose(a.ID)
	viewtest.Find[*kit.Button](r.Desk, "Change password…").Tapped(nil)
	if !r.Says("takes the old one's place when it works") || r.Says("refused") {
		t.Fatalf("says %q", r.Texts())
	}
	f, ok := r.Win.Canvas().Focused().(*kit.Field)
	if !ok {
		t.Fatal("no field has the keys")
	}
	test.Type(f, "fresh")
	f.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	r.Until("it to be stored", func() bool { return slices.Contains(r.c.Calls(), "Reauthorise "+string(a.ID)) })
}

func TestIdentitiesAreAddedAndRemoved(t *testing.T) {
	r := start(t, viewtest.Options{}, nil)
	r.v.Open(Writing)
	a := r.v.accounts[0]
	n := len(a.Identities)
	viewtest.Find[*kit.Button](r.Desk, "Add another address to "+a.Name).Tapped(nil)
	r.Until("another", func() bool { return len(r.stored(a.ID).Identities) == n+1 })
	r.v.Open(Writing)
	var last *kit.Field
	seen := 0
	r.EachOnTop(func(o fyne.CanvasObject) bool {
		if f, ok := o.(*kit.Field); ok && f.Name == "Address" {
			if seen++; seen == n+1 {
				last = f
			}
		}
		return true
	})
	if last == nil {
		t.Fatalf("%d addresses are shown", seen)
	}
	r.Win.Canvas().Focus(last)
	last.SelectAll()
	test.Type(last, "sales@fjordlight.example")
	r.Until("its address", func() bool { return r.stored(a.ID).Identities[n].Addr == "sales@fjordlight.example" })
	viewtest.Find[*kit.Button](r.Desk, "Remove").Tapped(nil)
	r.Until("it to go", func() bool { return len(r.stored(a.ID).Identities) == n })
}

func TestMissingFontsAreNamed(t *testing.T) {
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		t.Skip("the system's own fonts cover everything")
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "fc-list"), []byte("#!/bin/sh\ncase $1 in *lang=ko) ;; *) echo Sans ;; esac\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir)
	r := start(t, viewtest.Options{}, nil)
	r.v.Open(Appearance)
	r.Until("what is missing", func() bool { return r.Says("Mail in Korean shows boxes until a font for it is installed") })
}

func TestEverySectionOpens(t *testing.T) {
	r := start(t, viewtest.Options{}, nil)
	for _, s := range sections {
		viewtest.Find[*kit.Frame](r.Desk, string(s.name)).Tapped(nil)
		r.Win.Canvas().Capture()
		if r.v.at != s.name || len(r.v.body.Objects) == 0 {
			t.Errorf("%s did not open", s.name)
		}
	}
	if !r.Says("Version 1") {
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
	viewtest.Find[*kit.Button](r.Desk, "Remove account…").Tapped(nil)
	r.Until("the question", func() bool { return r.Says("from this computer only") })
	if r.stored(id).ID == "" {
		t.Fatal("it does not ask first")
	}
	viewtest.Find[*kit.Button](r.Desk, "Remove account").Tapped(nil)
	r.Until("the removal", func() bool { return r.stored(id).ID == "" && len(r.v.accounts) == n-1 })
	if r.v.account() == nil {
		t.Error("no account is shown afterwards")
	}
}

func TestSignatureIsStoredWhenTypingRests(t *testing.T) {
	r := start(t, viewtest.Options{}, nil)
	r.v.Open(Writing)
	e := viewtest.Find[*editor.Editor](r.Desk, "Signature")
	r.Win.Canvas().Focus(e)
	e.SetText("")
	test.Type(e, "Marta, at sea")
	id := r.v.accounts[0].ID
	r.Until("the signature", func() bool { return r.stored(id).Identities[0].Signature == "Marta, at sea" })
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
	viewtest.Find[*kit.Button](r.Desk, "Test").Tapped(nil)
	r.Until("the lines", func() bool { return r.v.testing == "" && r.Says("refused the password") })
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
	viewtest.Find[*kit.Button](r.Desk, "Edit").Tapped(nil)
	host := viewtest.Find[*kit.Field](r.Desk, "Incoming host")
	host.SelectAll()
	test.Type(host, "wrong.example.com")
	viewtest.Find[*kit.Button](r.Desk, "Test and save").Tapped(nil)
	r.Until("the failure", func() bool { return r.Says("There is no such server") })
	if r.stored(id).Incoming.Host != was {
		t.Fatal("a server that does not work was stored")
	}
	viewtest.Find[*kit.Button](r.Desk, "Cancel").Tapped(nil)
	viewtest.Find[*kit.Button](r.Desk, "Edit").Tapped(nil)
	host = viewtest.Find[*kit.Field](r.Desk, "Incoming host")
	host.SelectAll()
	test.Type(host, "new.example.com")
	viewtest.Find[*kit.Button](r.Desk, "Test and save").Tapped(nil)
	r.Until("the new host", func() bool { return r.stored(id).Incoming.Host == "new.example.com" })
}

func TestNoAccounts(t *testing.T) {
	r := start(t, viewtest.Options{Empty: true}, nil)
	if !r.Says("No account yet") {
		t.Error("an empty page")
	}
}

// An opened data file has no servers, signatures and passwords; it is closed here, and the account that was chosen before is not asked for.
func TestDataFile(t *testing.T) {
	r := start(t, viewtest.Options{}, func(c *viewtest.Client) {
		if _, err := c.AttachFile(context.Background(), "/home/ada/Old mail.pst"); err != nil {
			t.Fatal(err)
		}
	})
	about := mail.AccountID("")
	r.v.h.AboutFile = func(id mail.AccountID) { about = id }
	var file mail.Account
	for _, a := range r.v.accounts {
		if a.Incoming.Protocol == mail.PST {
			file = a
		}
	}
	r.v.Choose(file.ID)
	words := strings.Join(r.Texts(), "|")
	for _, bad := range []string{"Password", "Signature", "Contacts and calendars", "Storage on the server", "Remove account", "Check for new mail"} {
		if strings.Contains(words, bad) {
			t.Errorf("%q is said of a file: %s", bad, words)
		}
	}
	if !strings.Contains(words, "/home/ada/Old mail.pst") {
		t.Error(words)
	}
	r.Press("About this file")
	if about != file.ID || file.ID == "" {
		t.Errorf("about %q, want %q", about, file.ID)
	}
	r.Press("Close file")
	r.Until("it is closed", func() bool {
		return r.stored(file.ID).ID == "" && !strings.Contains(strings.Join(r.Texts(), "|"), "Old mail.pst")
	})
}
