package wizard

import (
	"context"
	"crypto/x509"
	"slices"
	"testing"

	"fyne.io/fyne/v2"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/views/kit"
	"github.com/postrider/postrider/views/viewtest"
)

func (r *rig) hooks() Hooks {
	return Hooks{Do: r.Do, Done: func(a mail.Account) { r.done = append(r.done, a) }, OpenURL: func(string) error { return nil }}
}

func TestSignInWithPassword(t *testing.T) {
	try := 0
	r := start(t, viewtest.Options{}, func(c *viewtest.Client) {
		c.OnTest = func(_ context.Context, a mail.Account, s app.Secrets, _ func(mail.TestLine)) []mail.TestLine {
			try++
			if s.Password != "right" {
				return lines(a, fault.New(fault.Auth, "bad-password", "imap.example.com refused the password", "Check capitals."), nil)
			}
			return lines(a, nil, nil)
		}
	})
	a := r.v.accounts[0]
	a.Incoming.Auth = mail.Password
	d := SignIn(r.Win.Canvas(), r.c, a, nil, r.c.Now(), r.hooks())
	if !r.Says("at 10:24") || r.Win.Canvas().Focused() == nil {
		t.Fatalf("says %q", r.Texts())
	}
	enter := func(text string) {
		f := r.Win.Canvas().Focused().(*kit.Field)
		f.SelectAll()
		for _, c := range text {
			f.TypedRune(c)
		}
		f.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	}
	enter("wrong")
	r.Until("the refusal", func() bool { return r.Says("refused the password. Check capitals.") })
	if slices.Contains(r.c.Calls(), "Reauthorise "+string(a.ID)) {
		t.Fatal("a password that does not work replaced the old one")
	}
	enter("right")
	r.Until("the end", func() bool { return len(r.done) == 1 })
	if d.Shown() || !slices.Contains(r.c.Calls(), "Reauthorise "+string(a.ID)) || try != 2 {
		t.Errorf("open: %t, calls %q", d.Shown(), r.c.Calls())
	}
}

// Where the outgoing server alone refuses, its password is asked for and the other one stays.
func TestSignInForSending(t *testing.T) {
	var tried []app.Secrets
	r := start(t, viewtest.Options{}, func(c *viewtest.Client) {
		c.OnTest = func(_ context.Context, a mail.Account, s app.Secrets, _ func(mail.TestLine)) []mail.TestLine {
			tried = append(tried, s)
			no := fault.New(fault.Auth, "bad-password", "smtp.example.com refused the password", "Check capitals.")
			if s.Outgoing == "right" {
				return lines(a, no, nil) // what the incoming server says is another matter
			}
			return lines(a, nil, no)
		}
	})
	a := r.v.accounts[0]
	a.Incoming.Auth, a.Outgoing.Auth = mail.Password, mail.Password
	cause := fault.New(fault.Auth, "bad-password", "The user name or password was not accepted", "Check both.")
	cause.Service = hostPort(a.Outgoing)
	d := SignIn(r.Win.Canvas(), r.c, a, cause, r.c.Now(), r.hooks())
	if !r.Says(a.Outgoing.Host + ", which takes your messages, refused the password") {
		t.Fatalf("says %q", r.Texts())
	}
	for _, p := range []string{"wrong", "right"} {
		f := r.Win.Canvas().Focused().(*kit.Field)
		f.SelectAll()
		for _, c := range p {
			f.TypedRune(c)
		}
		f.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
		if p == "wrong" {
			r.Until("the refusal", func() bool { return r.Says("smtp.example.com refused the password. Check capitals.") })
		}
	}
	r.Until("the end", func() bool { return len(r.done) == 1 })
	if d.Shown() || len(tried) != 2 || tried[1] != (app.Secrets{Outgoing: "right"}) || !slices.Contains(r.c.Calls(), "Reauthorise "+string(a.ID)) {
		t.Errorf("tried %+v, calls %q", len(tried), r.c.Calls())
	}
}

func TestSignInSaysWhatIsMissing(t *testing.T) {
	r := start(t, viewtest.Options{}, nil)
	a := r.v.accounts[0]
	a.Incoming.Auth = mail.Password
	SignIn(r.Win.Canvas(), r.c, a, fault.New(fault.Auth, "no-secret", "The password of this account is not stored on this computer", "Enter it again."), r.c.Now(), r.hooks())
	if !r.Says("is not stored on this computer") || r.Says("refused the password") {
		t.Errorf("says %q", r.Texts())
	}
}

func TestSignInWithBrowser(t *testing.T) {
	let := make(chan bool)
	r := start(t, viewtest.Options{}, func(c *viewtest.Client) {
		c.OnSignIn = func(ctx context.Context, _ mail.Account, open func(string) error) (app.Secrets, error) {
			_ = open("https://login.northgate.example/a")
			<-let
			return app.Secrets{Refresh: "new"}, nil
		}
	})
	a := r.v.accounts[0]
	a.Incoming.Auth = mail.OAuth2
	SignIn(r.Win.Canvas(), r.c, a, nil, r.c.Now(), r.hooks())
	r.Until("the page", func() bool { return r.Says("The sign-in page is open at login.northgate.example") })
	close(let)
	r.Until("the end", func() bool { return len(r.done) == 1 })
	if !slices.Contains(r.c.Calls(), "Reauthorise "+string(a.ID)) {
		t.Errorf("calls %q", r.c.Calls())
	}
}

func TestCertificateOffersOnlyAMatchingName(t *testing.T) {
	r := start(t, viewtest.Options{}, nil)
	a := r.v.accounts[0]
	e := &fault.Error{Kind: fault.TLS, Code: "wrong-name", Service: a.Incoming.Host + ":993", Title: "This server cannot prove that it is " + a.Incoming.Host,
		Err: x509.HostnameError{Certificate: &x509.Certificate{DNSNames: []string{"mail.sharedhost-17.example"}}, Host: a.Incoming.Host}}
	Certificate(r.Win.Canvas(), r.c, a, e, r.hooks())
	if !r.Says("mail.sharedhost-17.example") || r.Says("Trust") {
		t.Fatalf("says %q", r.Texts())
	}
	r.Press("Use the matching name")
	r.Until("the change", func() bool { return len(r.done) == 1 })
	if r.done[0].Incoming.Host != "mail.sharedhost-17.example" || r.done[0].Outgoing.Host != a.Outgoing.Host {
		t.Errorf("changed to %+v", r.done[0])
	}
}

func TestExpiredCertificateHasNoWayOn(t *testing.T) {
	r := start(t, viewtest.Options{}, nil)
	e := fault.New(fault.TLS, "expired", "The certificate of imap.example.com has expired", "It ended on 1 March.")
	d := Certificate(r.Win.Canvas(), r.c, r.v.accounts[0], e, r.hooks())
	var buttons []string
	r.EachOnTop(func(o fyne.CanvasObject) bool {
		if b, ok := o.(*kit.Button); ok {
			buttons = append(buttons, b.Text)
		}
		return true
	})
	if !slices.Equal(buttons, []string{"Stay disconnected"}) {
		t.Errorf("offers %q", buttons)
	}
	r.Press("Stay disconnected")
	if d.Shown() {
		t.Error("it stays open")
	}
}

func TestEscapeClosesOnlyAnEmptyWizard(t *testing.T) {
	r := start(t, viewtest.Options{}, nil)
	cancelled := 0
	open := func() *View {
		v := Open(r.Win.Canvas(), r.c, Hooks{Do: r.Do, Cancel: func() { cancelled++ }})
		r.Until("the first answers", func() bool { return v.you.known })
		return v
	}
	open()
	r.Win.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if cancelled != 1 || r.Win.Canvas().Overlays().Top() != nil {
		t.Fatalf("Escape closed it %d times", cancelled)
	}
	v := open()
	v.you.address = "ada@example.com"
	r.Win.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if cancelled != 1 {
		t.Error("Escape threw away what was typed")
	}
}

func TestUnlockAsksUntilThePassphraseIsRight(t *testing.T) {
	r := start(t, viewtest.Options{}, nil)
	asked := ""
	d := Unlock(r.Win.Canvas(), passphrase{r.c, &asked}, r.hooks())
	enter := func(text string) {
		f := r.Win.Canvas().Focused().(*kit.Field)
		f.SelectAll()
		for _, c := range text {
			f.TypedRune(c)
		}
		f.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	}
	enter("wrong")
	r.Until("the refusal", func() bool { return r.Says("This is not the passphrase") })
	if !d.Shown() {
		t.Fatal("closed by a wrong passphrase")
	}
	enter("right one")
	r.Until("the end", func() bool { return !d.Shown() })
	if asked != "file right one" {
		t.Errorf("asked %q", asked)
	}
	d = Unlock(r.Win.Canvas(), passphrase{r.c, &asked}, r.hooks())
	r.Press("I have forgotten the passphrase")
	enter("short")
	r.Until("the rule", func() bool { return r.Says("at least 8 characters:") })
	enter("long enough")
	r.Until("the end", func() bool { return !d.Shown() })
	if asked != "new-file long enough" {
		t.Errorf("asked %q", asked)
	}
}

// passphrase is a client whose file of secrets opens with one passphrase.
type passphrase struct {
	*viewtest.Client
	asked *string
}

func (p passphrase) UseKeychain(_ context.Context, kind, pass string) error {
	*p.asked = kind + " " + pass
	if kind == "file" && pass != "right one" {
		return fault.New(fault.Auth, "bad-passphrase", "This is not the passphrase of the keychain file", "Try again.")
	}
	return nil
}
