package smtp

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/auth"
	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/accounts/testserver"
	"github.com/postrider/postrider/accounts/wire"
)

// scripted is a server of few words inside TLS (or before it) that cuts, waits or lies at a step. Steps are "greeting", the verbs, "message" (the whole
// message is here) and "chunk".
type scripted struct {
	mu       sync.Mutex
	said     []string
	messages int // came whole
	at       func(step, line string) (answer string, act action)
	ehlo     string // extensions, each line without code
}

type action int

const (
	normal action = iota
	answer        // say the answer
	cutIt         // close without a word
	hang          // say nothing any more
)

func (s *scripted) serve(c net.Conn, raw net.Conn) {
	defer c.Close()
	r := bufio.NewReader(c)
	say := func(step, line, usual string) bool {
		s.mu.Lock()
		f := s.at
		s.mu.Unlock()
		a, act := "", normal
		if f != nil {
			a, act = f(step, line)
		}
		switch act {
		case cutIt:
			if t, ok := raw.(*net.TCPConn); ok {
				t.SetLinger(0)
			}
			raw.Close()
			return false
		case hang:
			io.Copy(io.Discard, r)
			return false
		case answer:
			usual = a
		}
		_, err := io.WriteString(c, usual)
		return err == nil && !strings.HasPrefix(usual, "221")
	}
	if !say("greeting", "", "220 localhost ESMTP\r\n") {
		return
	}
	for {
		l, err := r.ReadString('\n')
		if err != nil {
			return
		}
		l = strings.TrimRight(l, "\r\n")
		s.mu.Lock()
		s.said = append(s.said, l)
		s.mu.Unlock()
		verb, arg, _ := strings.Cut(strings.ToUpper(l), " ")
		ok := true
		switch verb {
		case "EHLO":
			ext := ""
			for _, e := range strings.Fields(s.ehlo) {
				ext += "250-" + strings.ReplaceAll(e, "_", " ") + "\r\n"
			}
			ok = say(verb, l, "250-localhost\r\n"+ext+"250 HELP\r\n")
		case "AUTH":
			ok = say(verb, l, "235 2.7.0 ok\r\n")
		case "DATA":
			if ok = say(verb, l, "354 go\r\n"); ok {
				for {
					m, err := r.ReadString('\n')
					if err != nil {
						return
					}
					if m == ".\r\n" {
						break
					}
					s.mu.Lock()
					s.said = append(s.said, "data "+strings.TrimRight(m, "\r\n"))
					s.mu.Unlock()
				}
				s.mu.Lock()
				s.messages++
				s.mu.Unlock()
				ok = say("message", "", "250 2.0.0 queued\r\n")
			}
		case "BDAT":
			n, _ := strconv.Atoi(strings.Fields(arg)[0])
			if _, err := io.CopyN(io.Discard, r, int64(n)); err != nil {
				return
			}
			if strings.HasSuffix(arg, "LAST") {
				s.mu.Lock()
				s.messages++
				s.mu.Unlock()
				ok = say("message", l, "250 2.0.0 queued\r\n")
			} else {
				ok = say("chunk", l, "250 2.0.0 chunk\r\n")
			}
		case "QUIT":
			say(verb, l, "221 bye\r\n")
			return
		default:
			ok = say(verb, l, "250 2.1.0 ok\r\n")
		}
		if !ok {
			return
		}
	}
}

func (s *scripted) start(t testing.TB, sec mail.Security) wire.Options {
	t.Helper()
	cert, roots := testserver.Certificate(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
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
			if sec == mail.TLS {
				go s.serve(tls.Server(c, &tls.Config{Certificates: []tls.Certificate{cert}}), c)
			} else {
				go s.serve(c, c)
			}
		}
	}()
	return wire.Options{
		Account: mail.Account{ID: "a", Address: user},
		Server:  mail.Server{Protocol: mail.SMTP, Host: "localhost", Port: l.Addr().(*net.TCPAddr).Port, Security: sec, User: user},
		Dialer:  &wire.Dialer{Roots: roots, Idle: 300 * time.Millisecond},
		Creds:   auth.Static{User: user, Password: pass},
	}
}

func (s *scripted) log() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.said, "\n")
}

func (s *scripted) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.messages
}

// At each step the connection is cut or falls silent: before the message is whole the error says that repeating is safe, and the message did not
// arrive; after it, that nobody knows.
func TestCutAndSilenceAtEachStep(t *testing.T) {
	long := "Subject: x\r\n\r\n" + strings.Repeat("line\r\n", 300_000) // some chunks
	for _, ext := range []string{"AUTH_PLAIN", "AUTH_PLAIN PIPELINING CHUNKING", "AUTH_PLAIN CHUNKING"} {
		for _, step := range []string{"greeting", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", "chunk", "message"} {
			if strings.Contains(ext, "CHUNKING") && step == "DATA" || !strings.Contains(ext, "CHUNKING") && step == "chunk" {
				continue
			}
			for _, act := range []action{cutIt, hang} {
				s := &scripted{ehlo: ext}
				s.at = func(at, _ string) (string, action) {
					if at == step {
						return "", act
					}
					return "", normal
				}
				sub := sender(t, s.start(t, mail.TLS))
				_, err := sub.Submit(context.Background(), remote.Envelope{From: user, To: []string{"bob@example.test"}}, text(long))
				name := fmt.Sprintf("%s, %s, %d", ext, step, act)
				var e *fault.Error
				if !errors.As(err, &e) || e.Kind != fault.Network {
					t.Fatalf("%s: %v", name, err)
				}
				if unsure := e.Code == "unsure"; unsure != (step == "message") || unsure != (s.count() == 1) {
					t.Errorf("%s: %v, %d arrived", name, err, s.count())
				}
				s.mu.Lock()
				s.at = nil
				s.mu.Unlock()
				if _, err := sub.Submit(context.Background(), remote.Envelope{From: user, To: []string{"bob@example.test"}}, text(awkward)); err != nil {
					t.Errorf("%s: afterwards %v", name, err)
				}
			}
		}
	}
}

func TestContextEndingAfterTheMessageIsUnsureToo(t *testing.T) {
	for _, step := range []string{"MAIL", "message"} {
		ctx, cancel := context.WithCancel(context.Background())
		s := &scripted{ehlo: "AUTH_PLAIN"}
		s.at = func(at, _ string) (string, action) {
			if at == step {
				cancel()
				return "", hang
			}
			return "", normal
		}
		_, err := sender(t, s.start(t, mail.TLS)).Submit(ctx, remote.Envelope{From: user, To: []string{"bob@example.test"}}, text(awkward))
		if step == "message" {
			wantFault(t, err, fault.Network, "unsure")
		} else if !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
	}
}

func TestRefusalOfAChunk(t *testing.T) {
	s := &scripted{ehlo: "AUTH_PLAIN PIPELINING CHUNKING"}
	s.at = func(at, _ string) (string, action) {
		if at == "chunk" {
			return "552 5.3.4 too big\r\n", answer
		}
		return "", normal
	}
	_, err := sender(t, s.start(t, mail.TLS)).Submit(context.Background(), remote.Envelope{From: user, To: []string{"bob@example.test"}}, text(strings.Repeat("line\r\n", 400_000)))
	wantFault(t, err, fault.Refused, "too-large")
	if s.count() != 0 {
		t.Error("it was sent")
	}
}

func TestPipeliningSendsTheEnvelopeAtOnce(t *testing.T) {
	// The server answers the first of the commands only after it has seen the last.
	s := &scripted{ehlo: "AUTH_PLAIN PIPELINING"}
	held := ""
	s.at = func(at, line string) (string, action) {
		switch {
		case at == "MAIL" || at == "RCPT" && !strings.Contains(line, "last"):
			held += "250 ok\r\n"
			return "", answer
		case at == "RCPT":
			return held + "250 ok\r\n", answer
		}
		return "", normal
	}
	if _, err := sender(t, s.start(t, mail.TLS)).Submit(context.Background(), remote.Envelope{From: user, To: []string{"a@example.test", "b@example.test", "last@example.test"}}, text(awkward)); err != nil {
		t.Fatal(err)
	}
}

func TestEncryptionThatIsTakenOut(t *testing.T) {
	for _, c := range []struct{ ehlo, starttls, code string }{
		{"AUTH_PLAIN", "", "no-starttls"},
		{"AUTH_PLAIN XXXXXXXA", "", "no-starttls"},
		{"AUTH_PLAIN XXXXXXXX", "", "no-starttls"},
		{"STARTTLS AUTH_PLAIN", "454 4.7.0 TLS not available\r\n", "no-starttls"},
		{"STARTTLS", "220 go\r\n250 injected\r\n", "injection"},
	} {
		s := &scripted{ehlo: c.ehlo}
		s.at = func(at, _ string) (string, action) {
			if at == "STARTTLS" {
				return c.starttls, answer
			}
			return "", normal
		}
		line := Test(context.Background(), s.start(t, mail.STARTTLS))
		e := wantFault(t, line.Err, fault.TLS, c.code)
		if !strings.Contains(e.Detail, "Your password was not sent.") || strings.Contains(s.log(), "AUTH") {
			t.Errorf("%q: %+v\n%s", c.ehlo, e, s.log())
		}
		if strings.Contains(c.ehlo, "XXX") && !strings.Contains(e.Detail, "takes the encryption out") {
			t.Errorf("%+v", e)
		}
	}
}

func TestOtherServersOnThePort(t *testing.T) {
	for _, g := range []string{"* OK IMAP4rev1\r\n", "+OK POP3\r\n", "HTTP/1.1 400 Bad\r\n"} {
		s := &scripted{}
		s.at = func(at, _ string) (string, action) { return g, answer }
		for _, sec := range []mail.Security{mail.TLS, mail.STARTTLS} {
			wantFault(t, Test(context.Background(), s.start(t, sec)).Err, fault.Protocol, "wrong-protocol")
		}
	}
	for reply, want := range map[string]fault.Kind{"554 5.7.1 you are on a list\r\n": fault.Refused, "421 4.3.2 shutting down\r\n": fault.Busy, "220-" + strings.Repeat("x", 9000) + "\r\n": fault.Protocol,
		"220-a\r\n221 b\r\n": fault.Protocol, "2\r\n": fault.Protocol, "220": fault.Network} {
		s := &scripted{}
		s.at = func(at, _ string) (string, action) { return reply, answer }
		if err := Test(context.Background(), s.start(t, mail.TLS)).Err; !fault.Is(err, want) {
			t.Errorf("%.20q: %v", reply, err)
		}
	}
}

// refreshed hands out another token after a refusal.
type refreshed struct{ first, then auth.Credential }

func (r refreshed) Credential(_ context.Context, fresh bool) (auth.Credential, error) {
	if fresh {
		return r.then, nil
	}
	return r.first, nil
}

func TestOAuthIsRefreshedOnce(t *testing.T) {
	s := &scripted{ehlo: "AUTH_XOAUTH2"}
	s.at = func(at, line string) (string, action) {
		switch {
		case at == "AUTH" && strings.Contains(line, "dXNlcj1hZGFAZXhhbXBsZS50ZXN0AWF1dGg9QmVhcmVyIG5ldw"): // "new"
			return "235 ok\r\n", answer
		case at == "AUTH":
			return "334 eyJzdGF0dXMiOiI0MDEifQ==\r\n", answer
		case at == "":
			return "535 5.7.8 no\r\n", answer
		}
		return "", normal
	}
	o := s.start(t, mail.TLS)
	o.Creds = refreshed{auth.Credential{User: user, Token: "old"}, auth.Credential{User: user, Token: "new"}}
	if line := Test(context.Background(), o); line.Err != nil {
		t.Fatalf("%v\n%s", line.Err, s.log())
	}
	o.Creds = refreshed{auth.Credential{User: user, Token: "old"}, auth.Credential{User: user, Token: "older"}}
	wantFault(t, Test(context.Background(), o).Err, fault.Auth, auth.CodeOAuthRefused)
	if n := strings.Count(s.log(), "AUTH XOAUTH2"); n != 4 {
		t.Errorf("%d tries\n%s", n, s.log())
	}
}

func TestLongTokenWaitsToBeAskedFor(t *testing.T) {
	s := &scripted{ehlo: "AUTH_XOAUTH2"}
	s.at = func(at, line string) (string, action) {
		if at == "AUTH" {
			return "334 \r\n", answer
		}
		if at == strings.ToUpper(line) && len(line) > 1000 {
			return "235 ok\r\n", answer
		}
		return "", normal
	}
	o := s.start(t, mail.TLS)
	o.Creds = auth.Static{User: user, Token: strings.Repeat("t", 1500)}
	if line := Test(context.Background(), o); line.Err != nil {
		t.Fatal(line.Err)
	}
	if !strings.Contains(s.log(), "\nAUTH XOAUTH2\n") {
		t.Error(s.log())
	}
}

func TestPort25(t *testing.T) {
	o := wire.Options{Account: mail.Account{Address: user}, Server: mail.Server{Protocol: mail.SMTP, Host: "mail.fjordlight.example", Port: 25, Security: mail.STARTTLS},
		Creds: auth.Static{User: user, Password: pass}, Dialer: &wire.Dialer{Timeout: 20 * time.Millisecond, Context: func(ctx context.Context, _, _ string) (net.Conn, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}}}
	e := wantFault(t, Test(context.Background(), o).Err, fault.Network, "port25")
	if e.Policy().Offered != fault.ActPort587 || !strings.Contains(e.Detail, "587") {
		t.Errorf("%+v", e)
	}
	o.Server.Port = 587
	wantFault(t, Test(context.Background(), o).Err, fault.Network, "timeout")
}

func FuzzReply(f *testing.F) {
	for _, s := range []string{"250 ok\r\n", "250-a\r\n250-SIZE 10\r\n250 b\r\n", "535 5.7.8 no\r\n", "250\r\n", "999 x\r\n", "25", "250-a\r\n350 b\r\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		s := &session{r: bufio.NewReaderSize(strings.NewReader(string(in)), maxLine), ext: map[string]string{}}
		for range 100 {
			r, err := s.reply()
			if err != nil {
				var e *fault.Error
				if !errors.As(err, &e) {
					t.Fatalf("%T", err)
				}
				return
			}
			if r.code < 200 || r.code > 599 || len(r.lines) == 0 || strings.ContainsAny(r.String(), "\r\n\x00") {
				t.Fatalf("%+v", r)
			}
			if e := s.refused("send", r); e.Title == "" || e.Kind == "" {
				t.Fatalf("%+v", e)
			}
		}
	})
}
