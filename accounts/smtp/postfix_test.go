package smtp

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/auth"
	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/accounts/testserver"
	"github.com/postrider/postrider/accounts/wire"
)

func postfix(srv *testserver.Server, port int, who string) wire.Options {
	return wire.Options{Account: mail.Account{ID: "a", Address: who}, Server: srv.Server(port, who), Dialer: &wire.Dialer{Roots: srv.Roots, Idle: 20 * time.Second},
		Creds: auth.Static{User: who, Password: testserver.Users[who]}}
}

// arrived waits for the message with that Message-ID in a mailbox and returns it with CRLF line ends, without what the servers put on top.
func arrived(t testing.TB, srv *testserver.Server, who, id string) string {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(30 * time.Millisecond) {
		files, _ := filepath.Glob(filepath.Join(srv.Maildir(who), "*", "*"))
		for _, f := range files {
			b, err := os.ReadFile(f)
			if err != nil || !bytes.Contains(b, []byte("Message-ID: <"+id+">")) {
				continue
			}
			s := strings.ReplaceAll(strings.ReplaceAll(string(b), "\r\n", "\n"), "\n", "\r\n")
			if i := strings.Index(s, "X-Test: top\r\n"); i >= 0 && !strings.Contains(s, "multipart/report") {
				return s[i:]
			}
			return s
		}
	}
	t.Fatalf("%s did not get %s", who, id)
	return ""
}

func numbered(n int, body string) (msg, id string) {
	id = fmt.Sprintf("p%d.%d@example.test", n, time.Now().UnixNano())
	return "X-Test: top\r\nFrom: ada@example.test\r\nTo: bob@example.test\r\nDate: Mon, 02 Nov 2026 10:00:00 +0000\r\nMessage-ID: <" + id + ">\r\nSubject: test\r\n\r\n" + body, id
}

func TestPostfix(t *testing.T) {
	srv := testserver.Start(t, testserver.Options{Postfix: "smtpd_sender_login_maps = static:ada@example.test\n", MaxSize: 1 << 20})
	ctx := context.Background()
	const ada, bob = "ada@example.test", "bob@example.test"
	body := ".\r\n..\r\n.dot\r\nünïcödé 你好\r\n" + strings.Repeat("0123456789", 90) + "\r\n\r\n.\r\n"
	t.Run("Test", func(t *testing.T) {
		for _, port := range []int{465, 587} {
			for _, who := range []string{ada, "eve@example.test"} {
				line := Test(ctx, postfix(srv, port, who))
				if line.Err != nil || line.Summary != "Signed in. Accepts mail from your address, up to 1 MB" || line.MaxSize != 1<<20 || !strings.Contains(line.Detail, ", TLS 1.") {
					t.Errorf("%s at %d: %+v", who, port, line)
				}
			}
			o := postfix(srv, port, ada)
			o.Creds = auth.Static{User: ada, Password: "wrong"}
			e := wantFault(t, Test(ctx, o).Err, fault.Auth, auth.CodeBadPassword)
			if !strings.Contains(e.ServerText, "535 5.7.8") {
				t.Errorf("%+v", e)
			}
		}
		o := postfix(srv, 587, ada)
		o.Server.Security = mail.TLS
		wantFault(t, Test(ctx, o).Err, fault.TLS, "not-tls")
		o = postfix(srv, 995, ada)
		wantFault(t, Test(ctx, o).Err, fault.Protocol, "wrong-protocol")
		files, _ := filepath.Glob(filepath.Join(srv.Maildir(ada), "new", "*"))
		if len(files) != 0 {
			t.Errorf("the test sent %d messages", len(files))
		}
	})
	t.Run("Bytes", func(t *testing.T) {
		for i, port := range []int{465, 587, 465, 587} {
			s := sender(t, postfix(srv, port, ada))
			text2 := body
			if i > 1 {
				text2 = strings.Repeat(body, 700)
			}
			msg, id := numbered(i, text2)
			rec, err := s.Submit(ctx, remote.Envelope{From: ada, To: []string{bob, "eve@example.test"}, Size: int64(len(msg))}, text(msg))
			if err != nil || !strings.Contains(rec.Text, "queued") {
				t.Fatalf("%v %+v", err, rec)
			}
			for _, who := range []string{bob, "eve@example.test"} {
				if got := arrived(t, srv, who, id); got != msg {
					t.Fatalf("port %d: %d bytes arrived, want %d: %.300q", port, len(got), len(msg), got)
				}
			}
		}
	})
	t.Run("DATA", func(t *testing.T) { // as with a server that has no CHUNKING
		b := &submitter{o: postfix(srv, 465, ada)}
		defer b.Close()
		s, err := b.take(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if !s.has("CHUNKING") || !s.has("PIPELINING") {
			t.Errorf("Postfix offers %v", s.ext)
		}
		delete(s.ext, "CHUNKING")
		delete(s.ext, "PIPELINING")
		b.park(s)
		msg, id := numbered(50, strings.Repeat(body, 300))
		if _, err := b.Submit(ctx, remote.Envelope{From: ada, To: []string{bob}, Size: int64(len(msg))}, text(msg)); err != nil {
			t.Fatal(err)
		}
		if got := arrived(t, srv, bob, id); got != msg {
			t.Fatalf("%d bytes, want %d", len(got), len(msg))
		}
	})
	t.Run("Recipients", func(t *testing.T) {
		s := sender(t, postfix(srv, 587, ada))
		msg, id := numbered(10, body)
		rec, err := s.Submit(ctx, remote.Envelope{From: ada, To: []string{"bad..dots@-x-.example", bob}}, text(msg))
		if err != nil || len(rec.Recipients) != 2 || rec.Recipients[0].OK || rec.Recipients[0].Code/100 != 5 || !rec.Recipients[1].OK {
			t.Fatalf("%v %+v", err, rec)
		}
		arrived(t, srv, bob, id)
	})
	t.Run("SMTPUTF8", func(t *testing.T) {
		s := sender(t, postfix(srv, 465, ada))
		msg, id := numbered(20, body)
		msg = strings.Replace(msg, "Subject: test", "Subject: Grüße 你好", 1)
		rec, err := s.Submit(ctx, remote.Envelope{From: ada, To: []string{bob}, UTF8: true, Notify: true, ID: "env+1"}, text(msg))
		if err != nil {
			t.Fatalf("%v %+v", err, rec)
		}
		// Dovecot's LMTP of this age has no SMTPUTF8: Postfix takes the message and returns it, with the ENVID.
		if back := arrived(t, srv, ada, id); !strings.Contains(back, "SMTPUTF8 is required") || !strings.Contains(back, "Original-Envelope-Id: env+1") {
			t.Errorf("%.2000q", back)
		}
	})
	t.Run("TooLarge", func(t *testing.T) {
		s := sender(t, postfix(srv, 587, ada))
		msg, _ := numbered(30, strings.Repeat(body, 2000))
		_, err := s.Submit(ctx, remote.Envelope{From: ada, To: []string{bob}, Size: int64(len(msg))}, text(msg))
		wantFault(t, err, fault.Refused, "too-large")
		_, err = s.Submit(ctx, remote.Envelope{From: ada, To: []string{bob}}, text(msg)) // found out by the server
		e := wantFault(t, err, fault.Refused, "too-large")
		if e.ServerText == "" {
			t.Errorf("%+v", e)
		}
	})
	t.Run("Relay", func(t *testing.T) {
		o := postfix(srv, 25, ada)
		o.Creds = auth.Static{}
		s := sender(t, o)
		_, err := s.Submit(ctx, remote.Envelope{From: ada, To: []string{"someone@elsewhere.example"}}, text(body))
		if e := wantFault(t, err, fault.Refused, ""); !strings.Contains(e.ServerText, "no outside mail") {
			t.Errorf("%+v", e)
		}
	})
	t.Run("QuotaBounce", func(t *testing.T) {
		s := sender(t, postfix(srv, 465, ada))
		msg, id := numbered(40, strings.Repeat(body, 40))
		if _, err := s.Submit(ctx, remote.Envelope{From: ada, To: []string{"full@example.test"}, Size: int64(len(msg))}, text(msg)); err != nil {
			t.Fatal(err)
		}
		for end := time.Now().Add(30 * time.Second); ; time.Sleep(50 * time.Millisecond) {
			files, _ := filepath.Glob(filepath.Join(srv.Maildir(ada), "*", "*"))
			for _, f := range files {
				if b, err := os.ReadFile(f); err == nil && bytes.Contains(b, []byte(id)) && bytes.Contains(b, []byte("Status: 5.")) {
					return
				}
			}
			if time.Now().After(end) {
				t.Fatal("no bounce")
			}
		}
	})
	t.Run("Killed", func(t *testing.T) {
		o := postfix(srv, 465, ada)
		o.Dialer.Idle, o.Dialer.Timeout = 2*time.Second, 2*time.Second
		s := sender(t, o)
		if _, err := s.MaxSize(ctx); err != nil {
			t.Fatal(err)
		}
		srv.Kill()
		_, err := s.Submit(ctx, remote.Envelope{From: ada, To: []string{bob}}, text(body))
		// A process of Postfix may outlive its master with the port in hand: refused or silent, but never in doubt.
		if e := wantFault(t, err, fault.Network, ""); e.Code == "unsure" {
			t.Error(e)
		}
	})
}

func TestPostfixCertificates(t *testing.T) {
	for cert, code := range map[string]string{"wronghost": "wrong-name", "expired": "expired", "selfsigned": "unknown-issuer"} {
		srv := testserver.Start(t, testserver.Options{Cert: cert})
		for _, port := range []int{465, 587} {
			wantFault(t, Test(context.Background(), postfix(srv, port, "ada@example.test")).Err, fault.TLS, code)
		}
	}
}
