package wizard

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/auth/keychain"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/testserver"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/app/store"
	"github.com/postrider/postrider/views/kit"
	"github.com/postrider/postrider/views/viewtest"
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
			r := &rig{Desk: viewtest.NewDesk(t, kit.ModeLight)}
			r.v = New(a, Hooks{Do: r.Do, Done: func(x mail.Account) { r.done = append(r.done, x) }, Cancel: func() {}})
			r.Show(r.v, 1440, 900)
			r.Until("the first answers", func() bool { return r.v.you.known })
			pass := c.password
			if pass == "" {
				pass = testserver.Users[user]
			}
			r.fill(user, pass)
			r.Until("the choice", func() bool { return r.v.at == pageChoice })
			r.Press("Test the connection")
			tested := func() bool { return r.v.at == pageTest && r.v.test.phase == phaseTested }
			r.Until("the test", tested)
			if c.says != "" {
				if r.Says("Everything works.") || !r.Says(c.says) {
					t.Fatalf("the test says %q", r.Texts())
				}
				as, err := a.Accounts(ctx)
				if err != nil || len(as) != 0 {
					t.Fatalf("after a failed test there are %d accounts, %v", len(as), err)
				}
				if c.server != nil {
					return
				}
				r.Type("Incoming mail password", testserver.Users[user])
				r.Press("Test again")
				r.Until("the second test", func() bool { return tested() && r.Says("Everything works.") })
			}
			if !r.Says("Everything works.") {
				t.Fatalf("the test says %q", r.Texts())
			}
			r.Press("Finish and open inbox")
			r.Until("the end", func() bool { return len(r.done) == 1 })
			for end := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
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
