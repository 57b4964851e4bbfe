package oauth

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/auth"
	"github.com/postrider/postrider/accounts/auth/keychain"
	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/imap"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/pop3"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/accounts/smtp"
	"github.com/postrider/postrider/accounts/testserver"
	"github.com/postrider/postrider/accounts/wire"
)

// passdb are settings of Dovecot's oauth2 passdb that ask this server: first whether a token is good, then whose it is.
func (p *idp) passdb() string {
	base := strings.Replace(p.base, "localhost", "127.0.0.1", 1)
	return "tokeninfo_url = " + base + "tokeninfo?access_token=\nintrospection_mode = auth\nintrospection_url = " + base + "userinfo\nusername_attribute = email\ntimeout_msecs = 5000\n"
}

// The whole way: the browser, the authorisation server, the keychain, and Dovecot and Postfix that know nothing but the tokens.
func TestMailServersTakeTheToken(t *testing.T) {
	p := startIDP(t)
	for _, mechs := range []string{"plain xoauth2 oauthbearer", "plain xoauth2", "plain oauthbearer"} {
		t.Run(mechs, func(t *testing.T) {
			o := testserver.Options{OAuth: p.passdb(), Extra: "auth_mechanisms = " + mechs + "\n"}
			o.NoSMTP = testserver.Missing(o) != ""
			srv := testserver.Start(t, o)
			k := keychain.Memory()
			s := signedIn(t, p, k)
			ports := []int{993, 143, 995, 110, 465, 587}
			if mechs != "plain xoauth2 oauthbearer" {
				ports = []int{993, 995, 587}
			}
			if o.NoSMTP {
				ports = slices.DeleteFunc(ports, func(p int) bool { return p == 465 || p == 587 })
			}
			try := func(port int) mail.TestLine {
				ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
				defer cancel()
				m := srv.Server(port, "ada@example.test")
				m.Auth = mail.OAuth2
				w := wire.Options{Account: mail.Account{ID: "a1", Address: "ada@example.test"}, Server: m, Dialer: &wire.Dialer{Roots: srv.Roots}, Creds: s}
				switch m.Protocol {
				case mail.IMAP:
					return imap.Test(ctx, w)
				case mail.POP3:
					return pop3.Test(ctx, w)
				}
				return smtp.Test(ctx, w)
			}
			for _, port := range ports {
				if l := try(port); l.Err != nil {
					t.Errorf("port %d: %v", port, l.Err)
				}
				// A token that the server refuses is renewed once, and the sign-in succeeds.
				n := p.refreshes.Load()
				s.mu.Lock()
				s.tok.Access, s.born = "refused-by-the-server", time.Time{}
				s.mu.Unlock()
				if l := try(port); l.Err != nil || p.refreshes.Load() != n+1 {
					t.Errorf("port %d with an old token: %v after %d refreshes", port, l.Err, p.refreshes.Load()-n)
				}
			}
			// When access was taken back, every service asks to sign in again.
			refresh, err := k.Get(t.Context(), "a1", auth.ForRefresh)
			if err != nil {
				t.Fatal(err)
			}
			p.revoke(refresh)
			for _, port := range ports {
				s.mu.Lock()
				s.tok.Access, s.born, s.tok.Expiry = "refused-by-the-server", time.Time{}, time.Now().Add(time.Hour)
				s.mu.Unlock()
				l := try(port)
				if f := fault.Of(l.Err); f == nil || f.Kind != fault.Auth || f.Policy().Offered != fault.ActSignIn || !f.Policy().Pause {
					t.Errorf("port %d after revocation: %v", port, l.Err)
				}
				if l.Err != nil && strings.Contains(l.Err.Error(), refresh) {
					t.Error("the error shows the token")
				}
			}
		})
	}
}

// A message goes out and comes in with nothing but tokens.
func TestMailIsReadWithTheToken(t *testing.T) {
	p := startIDP(t)
	srv := testserver.Start(t, testserver.Options{OAuth: p.passdb()})
	s := signedIn(t, p, keychain.Memory())
	opts := func(port int) wire.Options {
		m := srv.Server(port, "ada@example.test")
		m.Auth = mail.OAuth2
		return wire.Options{Account: mail.Account{ID: "a1", Address: "ada@example.test"}, Server: m, Dialer: &wire.Dialer{Roots: srv.Roots}, Creds: s}
	}
	sub, err := smtp.Open(t.Context(), opts(587))
	if err != nil {
		t.Fatal(err)
	}
	defer sub.Close()
	msg := "From: ada@example.test\r\nTo: ada@example.test\r\nSubject: By token\r\nMessage-ID: <token@example.test>\r\nDate: Tue, 24 Nov 2026 12:00:00 +0000\r\n\r\nHello.\r\n"
	if _, err := sub.Submit(t.Context(), remote.Envelope{From: "ada@example.test", To: []string{"ada@example.test"}, Size: int64(len(msg))},
		func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(msg)), nil }); err != nil {
		t.Fatal(err)
	}
	conn, err := imap.Open(t.Context(), opts(993))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	deadline := time.Now().Add(30 * time.Second)
	for {
		d, err := conn.Pull(t.Context(), "INBOX", "")
		if err != nil {
			t.Fatal(err)
		}
		if len(d.Changed) == 1 && d.Changed[0].Envelope != nil && d.Changed[0].Envelope.Subject == "By token" {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("the message did not arrive")
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// tokeninfo is what Dovecot asks about a token: this server's userinfo, in the form of a status.
func (p *idp) tokeninfo(w http.ResponseWriter, r *http.Request) {
	who := userinfo(r.Context(), nil, p.base+"userinfo", r.URL.Query().Get("access_token"))
	if who == "" {
		http.Error(w, `{"error":"invalid_token"}`, http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, `{"email":%q}`, who)
}
