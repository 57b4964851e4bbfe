package wizard

import (
	"context"
	"fmt"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"github.com/postrider/postrider/accounts/auth/keychain"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/testserver"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/app/store"
	"github.com/postrider/postrider/views/kit"
)

// TestWizardOnRealServers goes from the address to the inbox with Dovecot and Postfix, in every combination of protocol and security, and with the
// failures that a person meets, corrected in the wizard.
func TestWizardOnRealServers(t *testing.T) {
	good := testserver.Start(t, testserver.Options{})
	bad := testserver.Start(t, testserver.Options{Cert: "wronghost"})
	for i, user := range []string{"ada@example.test", "eve@example.test"} {
		if err := good.Deliver(user, fmt.Appendf(nil, "From: Bob <bob@example.test>\r\nTo: %s\r\nSubject: Welcome\r\nMessage-ID: <w%d@example.test>\r\n\r\nhello\r\n", user, i)); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name     string
		in, out  int
		user     string
		password string // what is typed first, "" = the right one
		server   *testserver.Server
		says     string // what the first test says when it fails
	}{
		{name: "IMAP and submission over TLS", in: 993, out: 465},
		{name: "IMAP and submission upgraded", in: 143, out: 587},
		{name: "POP3 over TLS", in: 995, out: 587},
		{name: "POP3 upgraded", in: 110, out: 465},
		{name: "an awkward password", in: 993, out: 587, user: "eve@example.test"},
		{name: "a wrong password, corrected", in: 993, out: 587, password: "ada-qw", says: "password"},
		{name: "a certificate for another name", in: 993, out: 465, server: bad, says: "cannot prove that it is"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := c.server
			if s == nil {
				s = good
			}
			user := c.user
			if user == "" {
				user = "ada@example.test"
			}
			ctx := context.Background()
			a, err := app.Open(ctx, app.Options{Dir: t.TempDir(), Roots: s.Roots, Keychain: keychain.Memory(), Discovered: func(address string) (mail.Discovery, bool) {
				offer := func(p int) []mail.Offer {
					return []mail.Offer{{Server: s.Server(p, address), Methods: []mail.AuthMethod{mail.Password}, Source: "the test", Proven: true}}
				}
				return mail.Discovery{Address: address, Incoming: offer(c.in), Outgoing: offer(c.out)}, true
			}})
			if err != nil {
				t.Fatal(err)
			}
			defer a.Close()
			test.NewTempApp(t)
			kit.Choose(kit.ModeLight, false)
			r := &rig{t: t, work: make(chan func(), 256)}
			r.v = New(a, Hooks{Do: func(f func()) { r.work <- f }, Done: func(x mail.Account) { r.done = append(r.done, x) }, Cancel: func() {}})
			r.w = test.NewTempWindow(t, kit.NewRoot(r.v))
			r.w.Resize(fyne.NewSize(1440, 900))
			r.until("the first answers", func() bool { return r.v.you.known })
			pass := c.password
			if pass == "" {
				pass = testserver.Users[user]
			}
			r.fill(user, pass)
			r.long("the choice", func() bool { return r.v.at == pageChoice })
			r.press("Test the connection")
			tested := func() bool { return r.v.at == pageTest && r.v.test.phase == phaseTested }
			r.long("the test", tested)
			if c.says != "" {
				if r.says("Everything works.") || !r.says(c.says) {
					t.Fatalf("the test says %q", r.texts())
				}
				as, err := a.Accounts(ctx)
				if err != nil || len(as) != 0 {
					t.Fatalf("after a failed test there are %d accounts, %v", len(as), err)
				}
				if c.server != nil {
					return
				}
				r.typeIn("Incoming mail password", testserver.Users[user])
				r.press("Test again")
				r.long("the second test", func() bool { return tested() && r.says("Everything works.") })
			}
			if !r.says("Everything works.") {
				t.Fatalf("the test says %q", r.texts())
			}
			r.press("Finish and open inbox")
			r.long("the end", func() bool { return len(r.done) == 1 })
			for end := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
				p, err := a.List(ctx, store.View{Role: mail.RoleInbox}, 0, 10)
				if err == nil && len(p.Rows) >= 1 && p.Rows[0].Subject == "Welcome" && p.Rows[0].HasBody {
					break
				}
				if time.Now().After(end) {
					t.Fatalf("the inbox has %d messages, %v", len(p.Rows), err)
				}
			}
		})
	}
}

// long is until for what waits for a server.
func (r *rig) long(what string, ok func() bool) {
	r.t.Helper()
	end := time.After(30 * time.Second)
	for !ok() {
		select {
		case f := <-r.work:
			f()
		case <-end:
			r.t.Fatalf("waited for %s in vain; on page %d: %q", what, r.v.at, r.texts())
		}
	}
}
