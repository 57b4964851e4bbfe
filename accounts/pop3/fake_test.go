package pop3

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/auth"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/pop3/pop3server"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/accounts/testserver"
	"github.com/postrider/postrider/accounts/wire"
)

// fake is a server in this process that misbehaves on demand, with one account.
type fake struct {
	*pop3server.Server
	mem *pop3server.Memory
	o   wire.Options
	f   pop3server.Faults // of the sessions to come; once there was one, by set
	mu  sync.Mutex
	cut atomic.Int64 // CutAfter, at any time
}

const user, pass = "ada@example.test", `päss wörd "q\`

func newFake(t testing.TB, sec mail.Security) *fake {
	t.Helper()
	cert, roots := testserver.Certificate(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	x := &fake{mem: &pop3server.Memory{}}
	x.mem.Account(user, pass)
	x.Server = &pop3server.Server{Backend: x.mem, TLSConfig: &tls.Config{Certificates: []tls.Certificate{cert}}, Implicit: sec == mail.TLS,
		Faults: func() pop3server.Faults {
			x.mu.Lock()
			f := x.f
			x.mu.Unlock()
			if cut := x.cut.Load(); cut > 0 {
				f.CutAfter = cut
			}
			return f
		}}
	go x.Serve(l)
	t.Cleanup(func() { x.Server.Close() })
	x.o = wire.Options{
		Account: mail.Account{ID: "a", Address: user},
		Server:  mail.Server{Protocol: mail.POP3, Host: "localhost", Port: l.Addr().(*net.TCPAddr).Port, Security: sec, User: user},
		Dialer:  &wire.Dialer{Roots: roots, Idle: 5 * time.Second},
		Creds:   auth.Static{User: user, Password: pass},
	}
	return x
}

func message(i int, body string) pop3server.Message {
	return pop3server.Message{UIDL: fmt.Sprintf("uid%04d", i),
		Data: []byte(fmt.Sprintf("From: Ada <ada@example.test>\r\nSubject: message %d\r\nMessage-ID: <m%d@example.test>\r\nDate: Mon, 02 Nov 2026 10:00:00 +0000\r\n\r\n", i, i) + body)}
}

func (x *fake) fill(n int) {
	for i := range n {
		x.mem.Deliver(user, message(i, fmt.Sprintf("body %d\r\n.\r\n..dots\r\n", i)))
	}
}

func (x *fake) open(t testing.TB) *remote.Conn {
	t.Helper()
	c, err := Open(context.Background(), x.o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// pull pulls all pages.
func pull(t testing.TB, c *remote.Conn, since remote.Token) (states []remote.State, last remote.Delta) {
	t.Helper()
	for {
		d, err := c.Pull(context.Background(), Inbox, since)
		if err != nil {
			t.Fatal(err)
		}
		states = append(states, d.Changed...)
		since = d.Next
		if !d.More {
			return states, d
		}
	}
}

// fetch returns the bodies by ref, and the refs in the order they came.
func fetch(t testing.TB, c *remote.Conn, refs []remote.Ref) (map[remote.Ref]string, []remote.Ref) {
	t.Helper()
	out, order, err := fetchErr(c, refs)
	if err != nil {
		t.Fatal(err)
	}
	return out, order
}

func fetchErr(c *remote.Conn, refs []remote.Ref) (map[remote.Ref]string, []remote.Ref, error) {
	out := map[remote.Ref]string{}
	var order []remote.Ref
	err := c.Fetch(context.Background(), Inbox, refs, remote.WantBody, func(it remote.Item) error {
		var b bytes.Buffer
		if _, err := io.Copy(&b, it.Body); err != nil {
			return err
		}
		out[it.Ref] = b.String()
		order = append(order, it.Ref)
		return nil
	})
	return out, order, err
}

func refsOf(states []remote.State) []remote.Ref {
	var out []remote.Ref
	for _, s := range states {
		out = append(out, s.Ref)
	}
	return out
}

// script is a server that says what it is told and answers commands by f, inside TLS.
func script(t testing.TB, greeting string, f func(cmd string, w io.Writer) (quit bool)) wire.Options {
	t.Helper()
	cert, roots := testserver.Certificate(t)
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{cert}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				io.WriteString(c, greeting)
				buf := make([]byte, 0, 4096)
				tmp := make([]byte, 4096)
				for {
					n, err := c.Read(tmp)
					if err != nil {
						return
					}
					buf = append(buf, tmp[:n]...)
					for {
						i := bytes.IndexByte(buf, '\n')
						if i < 0 {
							break
						}
						cmd := strings.TrimRight(string(buf[:i]), "\r")
						buf = buf[i+1:]
						if f(cmd, c) {
							return
						}
					}
				}
			}()
		}
	}()
	return wire.Options{
		Account: mail.Account{ID: "a", Address: user},
		Server:  mail.Server{Protocol: mail.POP3, Host: "localhost", Port: l.Addr().(*net.TCPAddr).Port, Security: mail.TLS, User: user},
		Dialer:  &wire.Dialer{Roots: roots, Idle: 2 * time.Second},
		Creds:   auth.Static{User: user, Password: pass},
	}
}

func (x *fake) set(f pop3server.Faults) {
	x.mu.Lock()
	x.f = f
	x.mu.Unlock()
}
