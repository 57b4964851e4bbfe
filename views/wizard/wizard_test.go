package wizard

import (
	"context"
	"crypto/x509"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/views/kit"
	"github.com/postrider/postrider/views/viewtest"
)

// rig is a wizard in a window whose goroutine is the test's.
type rig struct {
	*viewtest.Desk
	c    *viewtest.Client
	v    *View
	done []mail.Account
	urls []string
	mu   sync.Mutex
	put  []mail.Account // what was given to AddAccount
	seen []app.Secrets  // of tests

	services []app.Service // that accounts have
	hold     chan struct{} // turning one on waits for it
}

// client keeps what the wizard gave away.
type client struct {
	*viewtest.Client
	r *rig
}

func (c client) AddAccount(ctx context.Context, a mail.Account, s app.Secrets) (mail.Account, error) {
	c.r.mu.Lock()
	c.r.put, c.r.seen = append(c.r.put, a), append(c.r.seen, s)
	c.r.mu.Unlock()
	return c.Client.AddAccount(ctx, a, s)
}

func (c client) Services(context.Context, mail.AccountID) ([]app.Service, error) {
	c.r.mu.Lock()
	defer c.r.mu.Unlock()
	return slices.Clone(c.r.services), nil
}

func (c client) UseService(ctx context.Context, _ mail.AccountID, p mail.Protocol, on bool) error {
	if c.r.hold != nil {
		select {
		case <-c.r.hold:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	c.r.mu.Lock()
	defer c.r.mu.Unlock()
	if p == mail.CalDAV {
		return fault.New(fault.Auth, "auth", "The server does not take this password", "Make an app password for calendars.")
	}
	for i := range c.r.services {
		if c.r.services[i].Protocol == p {
			c.r.services[i].On = on
		}
	}
	return nil
}

func start(t *testing.T, o viewtest.Options, script func(*viewtest.Client)) *rig {
	t.Helper()
	r := &rig{Desk: viewtest.NewDesk(t, kit.ModeLight), c: viewtest.New(o)}
	if script != nil {
		script(r.c)
	}
	r.v = New(client{r.c, r}, Hooks{Do: r.Do, Done: func(a mail.Account) { r.done = append(r.done, a) },
		Cancel: func() {}, OpenURL: func(u string) error { r.mu.Lock(); r.urls = append(r.urls, u); r.mu.Unlock(); return nil }})
	r.Show(r.v, 1440, 900)
	r.Until("the first answers", func() bool { return r.v.you.known })
	return r
}

func (r *rig) fill(address, password string) {
	r.T.Helper()
	r.Type("Your name", "Marta Lindqvist")
	r.Type("Email address", address)
	r.Type("Password", password)
	r.Press("Continue")
}

// finish goes from the first page to the last button, with POP3 and every choice made.
func (r *rig) finish() {
	r.T.Helper()
	r.fill(" marta@fjordlight.example\u200b ", "\u00a0secret word ")
	r.Until("the choice", func() bool { return r.v.at == pageChoice })
	if !r.Says("Two ways work for marta@fjordlight.example") {
		r.T.Errorf("the choice says %q", r.Texts())
	}
	viewtest.Find[*kit.Frame](r.Desk, "POP3").Tapped(nil)
	r.Type("Days", "30")
	r.Press("Test the connection")
	r.wait()
	if !r.Says("Everything works.") {
		r.T.Fatalf("the test says %q", r.Texts())
	}
	r.Type("Name of this account", "Studio")
	viewtest.Find[*kit.Frame](r.Desk, "violet").Tapped(nil)
	viewtest.Find[*kit.Choice](r.Desk, "Keep on this computer").Pick(2)
	r.Press("Finish and open inbox")
}

func TestFromAddressToInbox(t *testing.T) {
	r := start(t, viewtest.Options{Empty: true}, nil)
	r.finish()
	r.Until("the end", func() bool { return len(r.done) == 1 })
	if len(r.put) != 1 {
		t.Fatalf("%d accounts were stored", len(r.put))
	}
	a := r.put[0]
	if a.Address != "marta@fjordlight.example" || a.Incoming.Protocol != mail.POP3 || a.Incoming.Port != 995 || a.Outgoing.Port != 587 ||
		a.Leave != (mail.Leave{Mode: "days", Days: 30}) || a.Name != "Studio" || a.Hue != "violet" || a.KeepDays != 90 || !a.IsDefault ||
		len(a.Identities) != 1 || a.Identities[0] != (mail.Identity{Name: "Marta Lindqvist", Addr: "marta@fjordlight.example"}) {
		t.Errorf("stored %+v", a)
	}
	if r.seen[0].Password != "secret word" {
		t.Error("the password was not trimmed of what pasting brings")
	}
}

// Contacts and calendars that come with an account have a switch each before the inbox opens.
func TestContactsAndCalendarsComeAlong(t *testing.T) {
	r := start(t, viewtest.Options{Empty: true}, nil)
	r.services = []app.Service{{Protocol: mail.CardDAV, Source: "dav.example.com"}, {Protocol: mail.CalDAV, Source: "dav.example.com"}}
	r.finish()
	r.Until("the contacts", func() bool { return r.v.At() == "shelves" })
	if len(r.done) != 0 {
		t.Error("the inbox is open already")
	}
	viewtest.Find[*kit.Switch](r.Desk, "Contacts").Tapped(nil)
	r.Until("contacts to be on", func() bool { return len(r.v.shelves.busy) == 0 && r.v.shelves.list[0].On })
	viewtest.Find[*kit.Switch](r.Desk, "Calendars").Tapped(nil)
	r.Until("why calendars are not", func() bool { return len(r.v.shelves.busy) == 0 && r.v.shelves.list[1].Err != nil })
	if text := strings.Join(r.Texts(), " | "); !strings.Contains(text, "The server does not take this password. Make an app password for calendars.") {
		t.Errorf("it does not say why: %s", text)
	}
	r.Press("Open inbox")
	r.Until("the end", func() bool { return len(r.done) == 1 })
}

// Who opens the inbox while the server of the contacts is still asked has the contacts all the same.
func TestContactsComeAfterTheInbox(t *testing.T) {
	r := start(t, viewtest.Options{Empty: true}, nil)
	r.services = []app.Service{{Protocol: mail.CardDAV, Source: "dav.example.com"}}
	r.hold = make(chan struct{})
	r.finish()
	r.Until("the contacts", func() bool { return r.v.At() == "shelves" })
	viewtest.Find[*kit.Switch](r.Desk, "Contacts").Tapped(nil)
	r.Press("Open inbox")
	r.Until("the end", func() bool { return len(r.done) == 1 })
	r.v.Close()
	close(r.hold)
	r.Until("contacts to be on", func() bool {
		r.mu.Lock()
		defer r.mu.Unlock()
		return r.services[0].On
	})
}

func TestFirstPageRefuses(t *testing.T) {
	for _, c := range []struct{ address, password, says string }{
		{"marta", "x", "There is no @"}, {"marta@fjordlight", "x", "no domain ending"}, {"", "x", "Enter your address"},
		{"marta@fjordlight.example", "", "Enter the password"}, {"@fjordlight.example", "x", "nothing before the @"},
	} {
		r := start(t, viewtest.Options{Empty: true}, func(c *viewtest.Client) {
			c.OnDiscover = func(context.Context, string, func(mail.Step)) (mail.Discovery, error) {
				t.Error("something was looked up")
				return mail.Discovery{}, nil
			}
		})
		r.fill(c.address, c.password)
		if r.v.at != pageYou || !r.Says(c.says) {
			t.Errorf("%q: page %d says %q", c.address, r.v.at, r.Texts())
		}
	}
}

func offers(address string) mail.Discovery {
	return mail.Discovery{Address: address,
		Incoming: []mail.Offer{{Server: mail.Server{Protocol: mail.IMAP, Host: "imap.example.com", Port: 993, Security: mail.TLS}}},
		Outgoing: []mail.Offer{{Server: mail.Server{Protocol: mail.SMTP, Host: "smtp.example.com", Port: 25, Security: mail.STARTTLS}}}}
}

// lines answers a test: the incoming line fails with in, the outgoing with out; nil works.
func lines(a mail.Account, in, out error) []mail.TestLine {
	l := []mail.TestLine{{Protocol: a.Incoming.Protocol, Server: a.Incoming, State: mail.StepFound}, {Protocol: mail.SMTP, Server: a.Outgoing, State: mail.StepFound}}
	if in != nil {
		l[0].State, l[0].Err = mail.StepFailed, in
	}
	if out != nil {
		l[1].State, l[1].Err = mail.StepFailed, out
	}
	return l
}

// tested brings a wizard to the end of its first test, whose answers are given in order.
func tested(t *testing.T, d mail.Discovery, answer func(try int, a mail.Account, s app.Secrets) []mail.TestLine) *rig {
	t.Helper()
	try := 0
	r := start(t, viewtest.Options{Empty: true}, func(c *viewtest.Client) {
		c.OnDiscover = func(_ context.Context, address string, _ func(mail.Step)) (mail.Discovery, error) { return d, nil }
		c.OnTest = func(_ context.Context, a mail.Account, s app.Secrets, _ func(mail.TestLine)) []mail.TestLine {
			try++
			return answer(try, a, s)
		}
	})
	r.fill("ada@example.com", "first")
	r.Until("the choice", func() bool { return r.v.at == pageChoice })
	r.Press("Test the connection")
	r.wait()
	return r
}

// wait waits for the end of a test of the servers.
func (r *rig) wait() {
	r.T.Helper()
	r.Until("the test", func() bool { return r.v.at == pageTest && r.v.test.phase == phaseTested })
}

func TestAppPasswordThenPort587(t *testing.T) {
	app25 := &fault.Error{Kind: fault.Network, Code: "port25", Title: "Port 25 is blocked by your internet provider", Detail: "No answer."}
	appPass := &fault.Error{Kind: fault.Auth, Code: "app-password", Title: "Your provider wants an app password", Detail: "Two-step sign-in is on.", URL: "https://example.com/app", ServerText: "535 5.7.9"}
	var got []string
	r := tested(t, offers("ada@example.com"), func(try int, a mail.Account, s app.Secrets) []mail.TestLine {
		got = append(got, s.Password+" "+hostPort(a.Outgoing))
		switch try {
		case 1:
			return lines(a, appPass, app25)
		case 2:
			return lines(a, nil, app25)
		}
		return lines(a, nil, nil)
	})
	if !r.Says("Two things need your attention") || !r.Says("Incoming mail: your provider wants an app password") {
		t.Fatalf("says %q", r.Texts())
	}
	if !viewtest.Find[*kit.Button](r.Desk, "Finish").Disabled() {
		t.Error("Finish is offered after a failed test")
	}
	r.Press("Open the page")
	r.Type("Incoming mail password", "appp assw ord1")
	r.Press("Test again")
	r.Until("the second test", func() bool { return r.v.test.phase == phaseTested && len(got) == 2 })
	if !r.Says("One thing needs your attention") || !r.Says("Incoming mail works. Outgoing mail needs the fix below.") {
		t.Fatalf("says %q", r.Texts())
	}
	r.Press("Use port 587 and test again")
	r.Until("the third test", func() bool { return r.v.test.phase == phaseTested && len(got) == 3 })
	if !r.Says("Everything works.") {
		t.Fatalf("says %q", r.Texts())
	}
	want := []string{"first smtp.example.com:25", "appp assw ord1 smtp.example.com:25", "appp assw ord1 smtp.example.com:587"}
	if !slices.Equal(got, want) {
		t.Errorf("tried %q, want %q", got, want)
	}
	for range 50 {
		r.mu.Lock()
		n := len(r.urls)
		r.mu.Unlock()
		if n == 1 {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if r.urls[0] != "https://example.com/app" {
		t.Errorf("opened %q", r.urls)
	}
}

func TestSaveAnywayIsExplicit(t *testing.T) {
	r := tested(t, offers("ada@example.com"), func(_ int, a mail.Account, _ app.Secrets) []mail.TestLine {
		return lines(a, fault.New(fault.Auth, "bad-password", "imap.example.com refused the password", "Check capitals."), nil)
	})
	if len(r.put) != 0 {
		t.Fatal("an account was stored after a failed test")
	}
	r.Press("Save anyway, fix later")
	r.Until("the end", func() bool { return len(r.done) == 1 })
	if len(r.put) != 1 || r.put[0].Hue == "" || r.put[0].Name == "" {
		t.Errorf("stored %+v", r.put)
	}
}

func TestMatchingNameIsOffered(t *testing.T) {
	cert := &x509.Certificate{DNSNames: []string{"*.sharedhost-17.example"}}
	r := tested(t, offers("ada@example.com"), func(_ int, a mail.Account, _ app.Secrets) []mail.TestLine {
		if a.Incoming.Host == "mail.sharedhost-17.example" {
			return lines(a, nil, nil)
		}
		return lines(a, &fault.Error{Kind: fault.TLS, Code: "wrong-name", Title: "This server cannot prove that it is " + a.Incoming.Host,
			Err: x509.HostnameError{Certificate: cert, Host: a.Incoming.Host}}, nil)
	})
	r.Press("Use mail.sharedhost-17.example and test again")
	r.wait()
	if !r.Says("Everything works.") {
		t.Errorf("says %q", r.Texts())
	}
	r.Press("Finish and open inbox")
	r.Until("the end", func() bool { return len(r.done) == 1 })
	if h := r.put[0].Incoming.Host; h != "mail.sharedhost-17.example" {
		t.Errorf("stored host %q", h)
	}
}

func TestWrongSecurityIsSwapped(t *testing.T) {
	r := tested(t, offers("ada@example.com"), func(_ int, a mail.Account, _ app.Secrets) []mail.TestLine {
		if a.Incoming.Security == mail.STARTTLS {
			return lines(a, nil, nil)
		}
		return lines(a, fault.New(fault.TLS, "not-tls", "The server does not speak TLS on port 993", ""), nil)
	})
	r.Press("Use STARTTLS and test again")
	r.wait()
	if s := r.v.choice.in[mail.IMAP]; s.Security != mail.STARTTLS || s.Port != 143 {
		t.Errorf("the server is now %+v", *s)
	}
}

func TestNothingFoundSuggests(t *testing.T) {
	var asked []string
	r := start(t, viewtest.Options{Empty: true}, func(c *viewtest.Client) {
		c.OnDiscover = func(_ context.Context, address string, _ func(mail.Step)) (mail.Discovery, error) {
			asked = append(asked, address)
			if address == "ada@gmail.com" {
				return offers(address), nil
			}
			return mail.Discovery{Address: address, Suggest: "gmail.com"}, nil
		}
	})
	r.fill("ada@gmial.com", "x")
	r.Until("the page", func() bool { return r.v.looking.done })
	if r.v.at != pageLooking || !r.Says("Did you mean gmail.com?") {
		t.Fatalf("says %q", r.Texts())
	}
	r.Press("Use ada@gmail.com")
	r.Until("the choice", func() bool { return r.v.at == pageChoice })
	if !slices.Equal(asked, []string{"ada@gmial.com", "ada@gmail.com"}) || r.v.you.address != "ada@gmail.com" {
		t.Errorf("asked %q, address %q", asked, r.v.you.address)
	}
}

func TestContinueEarly(t *testing.T) {
	r := start(t, viewtest.Options{Empty: true}, func(c *viewtest.Client) {
		c.OnDiscover = func(ctx context.Context, address string, p func(mail.Step)) (mail.Discovery, error) {
			p(mail.Step{ID: "srv", Title: "Service records", State: mail.StepFound, Detail: "SRV: _imaps 993"})
			p(mail.Step{ID: "as", Title: "Exchange ActiveSync", State: mail.StepRunning})
			<-ctx.Done()
			return offers(address), ctx.Err()
		}
	})
	r.fill("ada@example.com", "x")
	r.Until("two rows", func() bool { return len(r.v.looking.steps) == 2 })
	if !r.Says("IMAP found.") || !r.Says("1 of 2") {
		t.Fatalf("says %q", r.Texts())
	}
	r.Press("Continue with these")
	r.Until("the choice", func() bool { return r.v.at == pageChoice })
}

func TestByHandAsksForEverything(t *testing.T) {
	r := start(t, viewtest.Options{Empty: true}, nil)
	r.Type("Email address", "ada@example.com")
	r.Press("Enter settings by hand")
	if r.v.at != pageChoice || viewtest.Find[*kit.Field](r.Desk, "Incoming host").Text() != "imap.example.com" {
		t.Fatalf("says %q", r.Texts())
	}
	r.Type("Incoming host", "not a host")
	r.Press("Test the connection")
	if r.v.at != pageChoice || !viewtest.Find[*kit.Field](r.Desk, "Incoming host").Bad || !viewtest.Find[*kit.Field](r.Desk, "Password").Bad {
		t.Fatalf("a bad host was accepted: %q", r.Texts())
	}
	r.Type("Incoming host", "mail.example.com")
	viewtest.Find[*kit.Choice](r.Desk, "Incoming security").Pick(1)
	if viewtest.Find[*kit.Field](r.Desk, "Incoming port").Text() != "143" {
		t.Error("the port does not follow the security")
	}
	r.Type("Password", "x")
	r.Press("Test the connection")
	r.wait()
	if s := r.v.account().Incoming; s.Host != "mail.example.com" || s.Security != mail.STARTTLS || s.Port != 143 {
		t.Errorf("tested %+v", s)
	}
}

func TestNoKeychain(t *testing.T) {
	r := start(t, viewtest.Options{Empty: true}, func(c *viewtest.Client) {
		c.SetKeychain(app.KeychainState{Kind: "system", State: "absent"})
	})
	if !r.Says("no keychain service") {
		t.Fatalf("says %q", r.Texts())
	}
	r.fill("ada@example.com", "x")
	if r.v.at != pageYou || !r.Says("Choose one of the two") {
		t.Fatalf("went on without a place for the password: %q", r.Texts())
	}
	viewtest.Find[*kit.Radio](r.Desk, "In a file locked with a passphrase").Tapped(nil)
	r.Type("Passphrase", "short")
	r.Press("Continue")
	if !r.Says("at least 8 characters") {
		t.Errorf("says %q", r.Texts())
	}
	r.Type("Passphrase", "long enough it is")
	r.Press("Continue")
	r.Until("the choice", func() bool { return r.v.at == pageChoice })
	if !slices.Contains(r.c.Calls(), "UseKeychain file") {
		t.Errorf("calls %q", r.c.Calls())
	}
}

func TestBrowserSignIn(t *testing.T) {
	d := offers("ada@example.com")
	d.OAuth = "example"
	d.Incoming[0].Methods, d.Outgoing[0].Methods = []mail.AuthMethod{mail.OAuth2, mail.Password}, []mail.AuthMethod{mail.OAuth2}
	go1 := make(chan bool)
	r := start(t, viewtest.Options{Empty: true}, func(c *viewtest.Client) {
		c.OnDiscover = func(context.Context, string, func(mail.Step)) (mail.Discovery, error) { return d, nil }
		c.OnSignIn = func(_ context.Context, _ mail.Account, open func(string) error) (app.Secrets, error) {
			_ = open("https://login.example.com/x")
			<-go1
			return app.Secrets{Refresh: "r"}, nil
		}
	})
	r.Type("Email address", "ada@example.com")
	r.Press("Open browser")
	r.Until("the choice", func() bool { return r.v.at == pageChoice })
	r.Press("Sign in with your browser")
	r.Until("the link", func() bool { return r.Says("The sign-in page is open at login.example.com") })
	close(go1)
	r.wait()
	r.Press("Finish and open inbox")
	r.Until("the end", func() bool { return len(r.done) == 1 })
	if r.put[0].Incoming.Auth != mail.OAuth2 || r.put[0].Outgoing.Auth != mail.OAuth2 || r.seen[0].Refresh != "r" || r.seen[0].Password != "" {
		t.Errorf("stored %+v", r.put[0])
	}
}

func TestBackDropsAnOldAnswer(t *testing.T) {
	hold := make(chan bool)
	r := start(t, viewtest.Options{Empty: true}, func(c *viewtest.Client) {
		c.OnDiscover = func(_ context.Context, address string, _ func(mail.Step)) (mail.Discovery, error) {
			<-hold
			return offers(address), nil
		}
	})
	r.fill("ada@example.com", "x")
	r.Press("Back")
	close(hold)
	r.Settle(20 * time.Millisecond)
	if r.v.at != pageYou {
		t.Errorf("an answer that nobody waits for moved the wizard to page %d", r.v.at)
	}
}

func TestAlsoFoundSaysWhatBecomesOfIt(t *testing.T) {
	for says, also := range map[string][]mail.Protocol{
		"Kept with the account. This version does not use them yet.":                             {mail.Sieve},
		"You choose whether to use them when the mail works.":                                    {mail.CardDAV, mail.CalDAV},
		"You choose about contacts and calendars when the mail works; the rest is not used yet.": {mail.CalDAV, mail.Sieve},
	} {
		d := offers("ada@example.com")
		for _, p := range also {
			d.Also = append(d.Also, mail.Also{Protocol: p, Host: "dav.example.com"})
		}
		r := start(t, viewtest.Options{Empty: true}, func(c *viewtest.Client) {
			c.OnDiscover = func(context.Context, string, func(mail.Step)) (mail.Discovery, error) { return d, nil }
		})
		r.fill("ada@example.com", "x")
		r.Until("the choice", func() bool { return r.v.at == pageChoice })
		if !r.Says(says) {
			t.Errorf("%v: says %q", also, r.Texts())
		}
	}
}

func TestAPeculiarServerIsExplained(t *testing.T) {
	r := tested(t, offers("ada@example.com"), func(_ int, a mail.Account, _ app.Secrets) []mail.TestLine {
		l := lines(a, nil, nil)
		l[0].Note = "This server gives its messages no lasting names (UIDL)."
		return l
	})
	if !r.Says("Everything works.") || !r.Says("no lasting names") {
		t.Errorf("says %q", r.Texts())
	}
}

func TestReportHoldsNoSecret(t *testing.T) {
	r := tested(t, offers("ada@example.com"), func(_ int, a mail.Account, _ app.Secrets) []mail.TestLine {
		return lines(a, &fault.Error{Kind: fault.Auth, Code: "bad-password", Title: "No", ServerText: "NO [AUTHENTICATIONFAILED]"}, nil)
	})
	if s := r.v.report(); strings.Contains(s, "first") || !strings.Contains(s, "AUTHENTICATIONFAILED") {
		t.Errorf("report %q", s)
	}
}
