package engine_test

import (
	"context"
	"crypto/x509"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts"
	"github.com/postrider/postrider/accounts/auth"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/accounts/remote/remotetest"
	"github.com/postrider/postrider/accounts/testserver"
	"github.com/postrider/postrider/accounts/wire"
	"github.com/postrider/postrider/app/bus"
	"github.com/postrider/postrider/app/engine"
	taking "github.com/postrider/postrider/app/ingest"
	"github.com/postrider/postrider/app/store"
)

// thinLine ends every connection after some bytes that were read, while it is set.
type thinLine struct {
	net.Conn
	left *atomic.Int64
}

func (l thinLine) Read(p []byte) (int, error) {
	n, err := l.Conn.Read(p)
	if l.left.Add(int64(-n)) < 0 {
		l.Conn.Close()
	}
	return n, err
}

// TestCutAndKilledServer: the line breaks again and again while a mailbox is brought, then the server is killed and comes back. Everything
// ends in step, by IMAP and by POP3.
func TestCutAndKilledServer(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a while")
	}
	srv := testserver.Start(t, testserver.Options{NoSMTP: true})
	for _, port := range []int{993, 995} {
		t.Run(fmt.Sprint(port), func(t *testing.T) {
			user := map[int]string{993: "ada@example.test", 995: "bob@example.test"}[port]
			n := 150
			for i := range n {
				raw, _ := remotetest.Message(fmt.Sprint("cut ", i))
				if err := srv.Deliver(user, append(raw, strings.Repeat("some text to make it longer\r\n", 300)...)); err != nil {
					t.Fatal(err)
				}
			}
			var left atomic.Int64
			left.Store(1 << 60)
			dial := func(ctx context.Context, network, addr string) (net.Conn, error) {
				c, err := (&net.Dialer{}).DialContext(ctx, network, addr)
				if err != nil {
					return nil, err
				}
				return thinLine{c, &left}, nil
			}
			a := account("a")
			a.Address = user
			a.Incoming = srv.Server(port, user)
			s, err := store.Open(t.TempDir(), store.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			if err := s.Write(ctx, func(tx *store.Tx) error { return tx.PutAccount(a) }); err != nil {
				t.Fatal(err)
			}
			open := func(roots *x509.CertPool) func(mail.Account) remote.Opener {
				return func(a mail.Account) remote.Opener {
					return accounts.Opener(a, accounts.Env{Dialer: &wire.Dialer{Roots: roots, Context: dial}, Creds: func(a mail.Account, sv mail.Server, _ auth.Purpose) auth.Source {
						return auth.Static{User: sv.User, Password: testserver.Users[user]}
					}})
				}
			}
			e := engine.New(engine.Options{Store: s, Bus: bus.New(), Open: open(srv.Roots), Ingest: taking.Body, BackoffMin: 20 * time.Millisecond, BackoffMax: 200 * time.Millisecond, Poll: 300 * time.Millisecond})
			r := &rig{t: t, s: s, e: e}
			left.Store(200 << 10)
			r.start()
			defer e.Stop()
			// Ten times the line breaks, each time a little later.
			cuts := 0
			for cuts < 10 {
				if left.Load() < 0 {
					cuts++
					left.Store(int64(100+cuts*40) << 10)
				}
				if st := r.state("a"); st.State == engine.StateIdle && !st.Checked.IsZero() {
					break
				}
				time.Sleep(5 * time.Millisecond)
			}
			left.Store(1 << 60)
			if cuts == 0 {
				t.Error("the line was never cut")
			}
			whole := func() bool {
				for _, b := range func() []mail.Mailbox { bs, _ := s.Mailboxes(ctx, "a"); return bs }() {
					if b.Role != mail.RoleInbox {
						continue
					}
					sl, err := s.List(ctx, store.View{Mailbox: b.ID}, 0, 1000)
					if err != nil || len(sl.Rows) != n {
						return false
					}
					for _, m := range sl.Rows {
						if !m.HasBody {
							return false
						}
					}
					return true
				}
				return false
			}
			until(t, "everything is here", whole)
			srv.Kill()
			until(t, "offline", func() bool { return r.state("a").State == engine.StateOffline })
			if err := srv.Restart(); err != nil {
				t.Fatal(err)
			}
			raw, _ := remotetest.Message("after the restart")
			if err := srv.Deliver(user, raw); err != nil {
				t.Fatal(err)
			}
			n++
			until(t, "in step again", whole)
			t.Logf("%d cuts", cuts)
		})
	}
}
