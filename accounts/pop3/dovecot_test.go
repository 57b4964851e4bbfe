package pop3

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/auth"
	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/accounts/remote/remotetest"
	"github.com/postrider/postrider/accounts/testserver"
	"github.com/postrider/postrider/accounts/wire"
)

func dovecot(srv *testserver.Server, port int, who string) wire.Options {
	return wire.Options{Account: mail.Account{ID: "a", Address: who}, Server: srv.Server(port, who), Dialer: &wire.Dialer{Roots: srv.Roots, Idle: 20 * time.Second},
		Creds: auth.Static{User: who, Password: testserver.Users[who]}}
}

func TestDovecot(t *testing.T) {
	srv := testserver.Start(t, testserver.Options{NoSMTP: true})
	t.Run("Conformance", func(t *testing.T) {
		o := dovecot(srv, 995, "bob@example.test")
		remotetest.Run(t, remotetest.Env{
			Open: func(t testing.TB) *remote.Conn {
				c, err := Open(context.Background(), o)
				if err != nil {
					t.Fatal(err)
				}
				return c
			},
			Deliver: func(t testing.TB, _ remote.Ref, raw []byte) {
				if err := srv.Deliver("bob@example.test", raw); err != nil {
					t.Fatal(err)
				}
			},
		})
	})
	t.Run("Test", func(t *testing.T) {
		for _, port := range []int{995, 110} {
			for who := range testserver.Users {
				line := Test(context.Background(), dovecot(srv, port, who))
				if who == "disabled@example.test" {
					if !fault.Is(line.Err, fault.Auth) {
						t.Errorf("%s: %v", who, line.Err)
					}
					continue
				}
				if line.Err != nil || !strings.HasPrefix(line.Summary, "Signed in. ") || !strings.Contains(line.Detail, "TLS 1.") {
					t.Errorf("%s at %d: %+v", who, port, line)
				}
			}
			o := dovecot(srv, port, "ada@example.test")
			o.Creds = auth.Static{User: "ada@example.test", Password: "wrong"}
			wantFault(t, Test(context.Background(), o).Err, fault.Auth, auth.CodeBadPassword)
		}
		o := dovecot(srv, 993, "ada@example.test") // IMAP there
		wantFault(t, Test(context.Background(), o).Err, fault.Protocol, "wrong-protocol")
		o = dovecot(srv, 110, "ada@example.test")
		o.Server.Security = mail.TLS
		wantFault(t, Test(context.Background(), o).Err, fault.TLS, "not-tls")
	})
	t.Run("Mechanisms", func(t *testing.T) {
		for _, m := range []string{auth.ScramSHA256, auth.Plain, auth.Login, auth.CramMD5, "USER"} {
			for _, who := range []string{"ada@example.test", "eve@example.test"} {
				for _, right := range []bool{true, false} {
					o := dovecot(srv, 995, who)
					c := auth.Credential{User: who, Password: testserver.Users[who]}
					if !right {
						c.Password += "x"
					}
					s, err := connect(context.Background(), o)
					if err != nil {
						t.Fatal(err)
					}
					if m == "USER" {
						err = s.userPass(c)
					} else {
						if !slices.Contains(s.caps.mechanisms(), m) {
							t.Errorf("%s is not offered", m)
						}
						cl, cerr := auth.Choose([]string{m}, c)
						if cerr != nil {
							t.Fatal(cerr)
						}
						err = s.sasl(cl)
					}
					if right && err != nil || !right && !fault.Is(err, fault.Auth) {
						t.Errorf("%s by %s, right %v: %v", who, m, right, err)
					}
					s.drop()
				}
			}
		}
	})
	t.Run("Maildir", func(t *testing.T) { maildir(t, srv) })
	t.Run("Cut", func(t *testing.T) {
		c, err := Open(context.Background(), dovecot(srv, 995, "ada@example.test"))
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		states, _ := pull(t, c, "")
		n := 0
		err = c.Fetch(context.Background(), Inbox, refsOf(states), remote.WantBody, func(it remote.Item) error {
			if n++; n == 2 {
				srv.Kill()
			}
			_, err := io.Copy(io.Discard, it.Body)
			return err
		})
		if err == nil && n < len(states) {
			t.Fatalf("%d of %d and no error", n, len(states))
		}
		if err != nil {
			wantFault(t, err, fault.Network, "")
		}
		c.Close()
		_, err = Open(context.Background(), dovecot(srv, 995, "ada@example.test"))
		wantFault(t, err, fault.Network, "refused")
	})
}

// maildir fetches messages that Dovecot reads from files and compares every byte.
func maildir(t *testing.T, srv *testserver.Server) {
	who := "ada@example.test"
	want := map[string]string{} // by Message-ID
	for i := range 60 {
		raw := fmt.Sprintf("From: x@example.test\r\nMessage-ID: <b%d@example.test>\r\nSubject: %d\r\n\r\n.\r\n..\r\n.dot\r\n\r\n%s\r\n.\r\nünïcödé %s\r\n", i, i, strings.Repeat("z", i*1000), strings.Repeat(".\r\n", i))
		if err := srv.Deliver(who, []byte(raw)); err != nil {
			t.Fatal(err)
		}
		want[fmt.Sprint("b", i, "@example.test")] = raw
	}
	files, _ := filepath.Glob(filepath.Join(srv.Maildir(who), "new", "*"))
	if len(files) != 60 {
		t.Fatalf("%d files", len(files))
	}
	disk := map[string]bool{}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		disk[string(bytes.ReplaceAll(bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n")), []byte("\n"), []byte("\r\n")))] = true
	}
	for _, port := range []int{995, 110} {
		c, err := Open(context.Background(), dovecot(srv, port, who))
		if err != nil {
			t.Fatal(err)
		}
		states, last := pull(t, c, "")
		if len(states) != 60 || !last.Complete || states[0].Envelope == nil {
			t.Fatalf("%d", len(states))
		}
		got, order := fetch(t, c, refsOf(states))
		for i, s := range states {
			raw := got[s.Ref]
			if !strings.HasSuffix(raw, want[s.Envelope.InternetID]) || !disk[raw] || int64(len(raw)) != s.Size || order[i] != s.Ref {
				t.Fatalf("%s: %d bytes, size %d", s.Envelope.InternetID, len(raw), s.Size)
			}
		}
		c.Close()
	}
	c, err := Open(context.Background(), dovecot(srv, 995, who))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	states, last := pull(t, c, "")
	var e remote.Edit
	e.Verb = remote.Remove
	for _, s := range states[:40] {
		e.Items = append(e.Items, s.Ref)
		e.Sizes = append(e.Sizes, s.Size)
		e.InternetIDs = append(e.InternetIDs, s.Envelope.InternetID)
	}
	wrong := remote.Edit{Verb: remote.Remove, Items: []remote.Ref{states[45].Ref}, InternetIDs: []string{"else@example.test"}}
	a, err := c.Pusher.Push(context.Background(), Inbox, last.Next, []remote.Edit{e, wrong})
	if err != nil || a.Done[0].Err != nil {
		t.Fatalf("%v %v", a, err)
	}
	wantFault(t, a.Done[1].Err, fault.Conflict, "other-message")
	files, _ = filepath.Glob(filepath.Join(srv.Maildir(who), "*", "*:2,*"))
	if len(files) != 20 {
		t.Errorf("%d files are left, want 20", len(files))
	}
	s, d := pull(t, c, last.Next)
	if len(s) != 0 || len(d.Members) != 20 {
		t.Errorf("%d new, %d members", len(s), len(d.Members))
	}
}

func TestDovecotCertificates(t *testing.T) {
	for cert, code := range map[string]string{"wronghost": "wrong-name", "expired": "expired", "selfsigned": "unknown-issuer"} {
		srv := testserver.Start(t, testserver.Options{NoSMTP: true, Cert: cert})
		for _, port := range []int{995, 110} {
			line := Test(context.Background(), dovecot(srv, port, "ada@example.test"))
			e := wantFault(t, line.Err, fault.TLS, code)
			if !strings.Contains(e.Detail, "Your password was not sent.") {
				t.Errorf("%+v", e)
			}
		}
	}
}
