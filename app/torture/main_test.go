package torture

import (
	"context"
	"crypto/x509"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/auth"
	"github.com/postrider/postrider/accounts/auth/keychain"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/testserver"
	"github.com/postrider/postrider/accounts/wire"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/app/engine"
)

var bg = context.Background()

// TestMain runs a child's orders when there are any, else the tests.
func TestMain(m *testing.M) {
	if raw := os.Getenv(childEnv); raw != "" {
		os.Exit(child(raw))
	}
	code := m.Run()
	if shared.s != nil {
		shared.s.Close()
	}
	os.Exit(code)
}

var shared struct {
	sync.Mutex
	s    *testserver.Server
	free int
}

// users is how many people live on a test server besides the usual ones.
const users = 200

func person(n int) string { return fmt.Sprintf("t%03d@example.test", n) }

const password = "torture-pw"

// server returns the servers that most tests share. They are started when the first test wants them.
func server(t *testing.T) *testserver.Server {
	t.Helper()
	o := testserver.Options{Extra: "mail_fsync = never\n"}
	if miss := testserver.Missing(o); miss != "" {
		t.Skip("no test servers: " + miss)
	}
	shared.Lock()
	defer shared.Unlock()
	if shared.s == nil {
		s, err := testserver.Run("", o)
		if err != nil {
			t.Fatal(err)
		}
		if err := populate(s); err != nil {
			t.Fatal(err)
		}
		shared.s = s
	}
	return shared.s
}

// populate gives the server its people.
func populate(s *testserver.Server) error {
	f, err := os.OpenFile(filepath.Join(s.Dir, "users"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	for i := range users {
		if _, err := fmt.Fprintf(f, "%s:{PLAIN}%s::::::\n", person(i), password); err != nil {
			return err
		}
	}
	return nil
}

// newcomer returns an address of the shared server that no other test uses.
func newcomer(t *testing.T) string {
	t.Helper()
	shared.Lock()
	defer shared.Unlock()
	if shared.free == users {
		t.Fatal("more people are needed")
	}
	shared.free++
	return person(shared.free - 1)
}

// account describes a person's account over the given standard ports.
func account(s *testserver.Server, user string, in, out int) mail.Account {
	a := mail.Account{Name: user, Address: user, Incoming: s.Server(in, user), Identities: []mail.Identity{{Name: "T", Addr: user}}, PollEvery: 1}
	if out != 0 {
		a.Outgoing = s.Server(out, user)
	}
	return a
}

// how is what differs from one opening of a profile to another.
type how struct {
	running bool
	engine  func(*engine.Options)
	dialer  func(*wire.Dialer)
	chain   auth.Keychain // nil: passwords are simply known
}

func openProfile(dir string, roots *x509.CertPool, h how) (*app.App, error) {
	o := app.Options{Dir: dir, Roots: roots, Keychain: keychain.Memory(), Idle: !h.running, Dialer: h.dialer, Engine: func(o *engine.Options) {
		o.BackoffMin, o.BackoffMax, o.Quiet, o.Poll, o.Recheck = 50*time.Millisecond, 500*time.Millisecond, time.Nanosecond, 300*time.Millisecond, 100*time.Millisecond
		o.SendRetry = []time.Duration{time.Millisecond}
		if h.engine != nil {
			h.engine(o)
		}
	}}
	if h.chain != nil {
		o.Keychain = h.chain
	} else {
		o.Creds = func(_ mail.Account, s mail.Server, _ auth.Purpose) auth.Source {
			pw := password
			if p, ok := testserver.Users[s.User]; ok {
				pw = p
			}
			return auth.Static{User: s.User, Password: pw}
		}
	}
	return app.Open(bg, o)
}

// queued is how many messages are still in the mail server's queue.
func queued(s *testserver.Server) int {
	n := 0
	for _, d := range []string{"maildrop", "incoming", "active", "deferred"} {
		filepath.WalkDir(filepath.Join(s.Dir, "postfix/spool", d), func(_ string, e os.DirEntry, err error) error {
			if err != nil || !e.Type().IsRegular() {
				return nil
			}
			// Postfix marks a queue file executable when it is complete; what a kill left incomplete was never accepted.
			if fi, err := e.Info(); err == nil && (d == "maildrop" || fi.Mode()&0o100 != 0) {
				n++
			}
			return nil
		})
	}
	return n
}

// delivered waits until the mail server has nothing left to deliver.
func delivered(t *testing.T, s *testserver.Server) {
	t.Helper()
	quiet := 0
	for end := time.Now().Add(30 * time.Second); quiet < 3; time.Sleep(15 * time.Millisecond) {
		if queued(s) == 0 {
			quiet++
		} else {
			quiet = 0
		}
		if time.Now().After(end) {
			t.Fatalf("the mail server does not deliver:\n%s", s.Logs())
		}
	}
}

// waitFor asks until f says yes.
func waitFor(t *testing.T, what string, f func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !f(); time.Sleep(15 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

// message makes one with a Message-ID of its own, its name in subject and body and so many lines of text.
func message(name string, lines int) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "From: Bob <bob@example.test>\r\nTo: x@example.test\r\nSubject: %s\r\nMessage-ID: <%s@torture.example>\r\nDate: %s\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n",
		name, strings.ReplaceAll(name, " ", "."), time.Now().Add(-time.Hour).Format(time.RFC1123Z))
	fmt.Fprintf(&b, "This is %s.\r\n", name)
	for i := range lines {
		fmt.Fprintf(&b, "Line %d of %s: the ferry leaves at %d past, %x.\r\n", i, name, i%60, uint32(i*2654435761))
	}
	return []byte(b.String())
}

// noise makes a message that does not compress.
func noise(name string, bytes int, seed uint64) []byte {
	r := rand.New(rand.NewPCG(seed, 3))
	var b strings.Builder
	b.Write(message(name, 0))
	const abc = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	for range bytes / 72 {
		for range 70 {
			b.WriteByte(abc[r.IntN(64)])
		}
		b.WriteString("\r\n")
	}
	return []byte(b.String())
}
