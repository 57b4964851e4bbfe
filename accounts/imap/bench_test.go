package imap

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/user"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/accounts/testserver"
	"github.com/postrider/postrider/accounts/testserver/mailgen"
)

var benchServer struct {
	once sync.Once
	s    *testserver.Server
	n    int
}

// BENCH_MESSAGES messages (default 3,000) in ada's inbox, written as a Maildir; it is selected read-write twice before anything is timed, because Dovecot
// scans a folder that it has not yet taken into its index all the time.
func benchInbox(b *testing.B) (*testserver.Server, int) {
	b.Helper()
	if miss := testserver.Missing(testserver.Options{NoSMTP: true}); miss != "" {
		b.Skip(miss)
	}
	benchServer.once.Do(func() {
		n, _ := strconv.Atoi(os.Getenv("BENCH_MESSAGES"))
		if n == 0 {
			n = 3000
		}
		s, err := testserver.Run("", testserver.Options{NoSMTP: true})
		if err != nil {
			b.Fatal(err)
		}
		benchServer.s, benchServer.n = s, n
		dir := s.Maildir("ada@example.test")
		var made []string
		for _, d := range []string{filepath.Dir(dir), dir, dir + "/cur", dir + "/new", dir + "/tmp"} {
			if err := os.MkdirAll(d, 0o777); err != nil {
				b.Fatal(err)
			}
			made = append(made, d)
		}
		g := mailgen.New(1, time.Date(2024, 1, 1, 8, 0, 0, 0, time.UTC))
		for i := range n {
			raw := g.Message(i)
			f := fmt.Sprintf("%s/cur/%d.M%dP1.bench,S=%d,W=%d:2,S", dir, g.Date(i).Unix(), i, len(raw), len(raw))
			if err := os.WriteFile(f, raw, 0o666); err != nil {
				b.Fatal(err)
			}
			made = append(made, f)
		}
		if os.Geteuid() == 0 {
			u, err := user.Lookup("mail")
			if err != nil {
				b.Fatal(err)
			}
			uid, _ := strconv.Atoi(u.Uid)
			gid, _ := strconv.Atoi(u.Gid)
			for _, p := range made {
				os.Chown(p, uid, gid)
			}
		}
		for range 2 {
			c := mustOpen(b, serverOptions(s, 993, "ada@example.test"))
			if _, err := c.Pusher.Push(context.Background(), "INBOX", "", []remote.Edit{{Verb: remote.SetFlags, AddFlags: mail.Seen}}); err != nil {
				b.Fatal(err)
			}
			c.Close()
		}
	})
	return benchServer.s, benchServer.n
}

func TestMain(m *testing.M) {
	code := m.Run()
	if benchServer.s != nil {
		benchServer.s.Close()
	}
	os.Exit(code)
}

// BenchmarkHeaders lists all headers from scratch, beside bare clients that ask for the same, or less, and throw it away.
func BenchmarkHeaders(b *testing.B) {
	s, n := benchInbox(b)
	c := mustOpen(b, serverOptions(s, 993, "ada@example.test"))
	for name, items := range map[string]string{
		"bare":          "FLAGS INTERNALDATE RFC822.SIZE",
		"bare envelope": "FLAGS INTERNALDATE RFC822.SIZE ENVELOPE",
		"bare fields":   "FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER.FIELDS (" + strings.Join(envelopeFields.HeaderFields, " ") + ")]",
	} {
		b.Run(name, func(b *testing.B) {
			for range b.N {
				bare(b, s, items)
			}
		})
	}
	b.Run("pull", func(b *testing.B) {
		for range b.N {
			if d := pullAll(b, c, "INBOX", ""); len(d.Changed) != n {
				b.Fatal(len(d.Changed))
			}
		}
	})
	b.Run("first page", func(b *testing.B) {
		for range b.N {
			if d, err := c.Pull(context.Background(), "INBOX", ""); err != nil || len(d.Changed) != firstPage {
				b.Fatal(err)
			}
		}
	})
	b.Run("no change", func(b *testing.B) {
		d := pullAll(b, c, "INBOX", "")
		b.ResetTimer()
		for range b.N {
			if e, err := c.Pull(context.Background(), "INBOX", d.Next); err != nil || len(e.Changed) != 0 {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkBodies fetches all bodies, beside a bare client that asks for all of them in one command and throws them away.
func BenchmarkBodies(b *testing.B) {
	s, n := benchInbox(b)
	c := mustOpen(b, serverOptions(s, 993, "ada@example.test"))
	b.Run("bare", func(b *testing.B) {
		for range b.N {
			bare(b, s, "BODY.PEEK[]")
		}
	})
	b.Run("fetch", func(b *testing.B) {
		d := pullAll(b, c, "INBOX", "")
		var refs []remote.Ref
		for _, st := range d.Changed {
			refs = append(refs, st.Ref)
		}
		var before, after runtime.MemStats
		b.ResetTimer()
		for range b.N {
			k, size := 0, int64(0)
			runtime.ReadMemStats(&before)
			err := c.Fetch(context.Background(), "INBOX", refs, remote.WantBody, func(it remote.Item) error {
				k++
				m, err := io.Copy(io.Discard, it.Body)
				size += m
				return err
			})
			runtime.ReadMemStats(&after)
			if err != nil || k != n {
				b.Fatal(err, k)
			}
			b.SetBytes(size)
		}
		b.ReportMetric(float64(after.HeapSys)/1e6, "MB-heap")
	})
}

// bare is the floor: one connection, one command, everything thrown away without being looked at.
func bare(b *testing.B, s *testserver.Server, items string) {
	o := serverOptions(s, 993, "ada@example.test")
	c, err := o.Dialer.DialTLS(context.Background(), o.Server)
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	fmt.Fprintf(c, "A LOGIN ada@example.test ada-pw\r\nB SELECT INBOX\r\nF1 UID FETCH 1:* (UID %s)\r\n", items)
	buf := make([]byte, 256<<10)
	var tail []byte
	total := int64(0)
	for {
		k, err := c.Read(buf)
		if err != nil {
			b.Fatal(err)
		}
		total += int64(k)
		tail = append(tail, buf[max(0, k-100):k]...)
		tail = tail[max(0, len(tail)-100):]
		if bytes.Contains(tail, []byte("\nF1 OK")) {
			b.SetBytes(total)
			return
		}
	}
}
