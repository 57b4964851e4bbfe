package smtp

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	gosmtp "github.com/emersion/go-smtp"

	"github.com/postrider/postrider/accounts/auth"
	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/accounts/testserver"
	"github.com/postrider/postrider/accounts/wire"
)

const user, pass = "ada@example.test", `päss wörd "q\`

// sent is one message that the fake server took.
type sent struct {
	from string
	mail gosmtp.MailOptions
	to   []string
	rcpt []gosmtp.RcptOptions
	data string
}

// backend is go-smtp's server side, with refusals on demand.
type backend struct {
	mu     sync.Mutex
	got    []sent
	hello  []string
	refuse func(step, arg string) error // step "MAIL", "RCPT", "DATA"
}

func (b *backend) NewSession(c *gosmtp.Conn) (gosmtp.Session, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.hello = append(b.hello, c.Hostname())
	return &srvSession{b: b}, nil
}

type srvSession struct {
	b  *backend
	in bool
	m  sent
}

func (s *srvSession) AuthMechanisms() []string { return []string{sasl.Plain} }
func (s *srvSession) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, u, p string) error {
		if u != user || p != pass {
			return &gosmtp.SMTPError{Code: 535, EnhancedCode: gosmtp.EnhancedCode{5, 7, 8}, Message: "Authentication credentials invalid"}
		}
		s.in = true
		return nil
	}), nil
}
func (s *srvSession) check(step, arg string) error {
	s.b.mu.Lock()
	f := s.b.refuse
	s.b.mu.Unlock()
	if f != nil {
		return f(step, arg)
	}
	return nil
}
func (s *srvSession) Mail(from string, o *gosmtp.MailOptions) error {
	if !s.in {
		return gosmtp.ErrAuthRequired
	}
	s.m.from, s.m.mail = from, *o
	return s.check("MAIL", from)
}
func (s *srvSession) Rcpt(to string, o *gosmtp.RcptOptions) error {
	if err := s.check("RCPT", to); err != nil {
		return err
	}
	s.m.to, s.m.rcpt = append(s.m.to, to), append(s.m.rcpt, *o)
	return nil
}
func (s *srvSession) Data(r io.Reader) error {
	b, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if err := s.check("DATA", ""); err != nil {
		return err
	}
	s.b.mu.Lock()
	defer s.b.mu.Unlock()
	m := s.m
	m.data = string(b)
	s.b.got = append(s.b.got, m)
	return nil
}
func (s *srvSession) Reset()        { s.m = sent{} }
func (s *srvSession) Logout() error { return nil }

func (b *backend) messages() []sent {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.got)
}

// tap sits between client and server, outside of TLS at the client's side, and can change or cut what goes through.
type tap struct {
	net.Conn
	in func([]byte) ([]byte, error) // from the server
}

func (c *tap) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if err != nil || c.in == nil {
		return n, err
	}
	b, err := c.in(p[:n])
	return copy(p, b), err
}

func newFake(t testing.TB, sec mail.Security, set func(*gosmtp.Server)) (*backend, wire.Options) {
	t.Helper()
	cert, roots := testserver.Certificate(t)
	b := &backend{}
	srv := gosmtp.NewServer(b)
	srv.Domain = "localhost"
	srv.TLSConfig = &tls.Config{Certificates: []tls.Certificate{cert}}
	srv.MaxMessageBytes = 35_000_000
	srv.EnableSMTPUTF8 = true
	srv.EnableDSN = true
	srv.MaxLineLength = 10000
	srv.ErrorLog = nolog{}
	if set != nil {
		set(srv)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	if sec == mail.TLS {
		l = tls.NewListener(l, srv.TLSConfig)
	}
	go srv.Serve(l)
	t.Cleanup(func() { srv.Close() })
	return b, wire.Options{
		Account: mail.Account{ID: "a", Address: user},
		Server:  mail.Server{Protocol: mail.SMTP, Host: "localhost", Port: port, Security: sec, User: user},
		Dialer:  &wire.Dialer{Roots: roots, Idle: 5 * time.Second},
		Creds:   auth.Static{User: user, Password: pass},
	}
}

type nolog struct{}

func (nolog) Printf(string, ...any) {}
func (nolog) Println(...any)        {}

func sender(t testing.TB, o wire.Options) remote.Submitter {
	t.Helper()
	s, err := Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func text(s string) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(s)), nil }
}

// wantFault fails unless err is a fault of that kind and code.
func wantFault(t testing.TB, err error, k fault.Kind, code string) *fault.Error {
	t.Helper()
	var e *fault.Error
	if !errors.As(err, &e) || e.Kind != k || code != "" && e.Code != code {
		t.Fatalf("got %v, want %s/%s", err, k, code)
	}
	if e.Title == "" || strings.Contains(fmt.Sprintf("%v %+v", err, *e), pass) {
		t.Fatalf("no words or a secret in it: %+v", e)
	}
	return e
}

var awkward = "Subject: x\r\n\r\n.\r\n..\r\n.dot\r\nünïcödé\r\n" + strings.Repeat("0123456789", 200) + "\r\n\r\n.\r\n"

func TestBytesArriveEqual(t *testing.T) {
	big := strings.Repeat(awkward, 700) // several chunks
	for _, sec := range []mail.Security{mail.TLS, mail.STARTTLS} {
		b, o := newFake(t, sec, nil)
		s := sender(t, o)
		for _, msg := range []string{awkward, big, "no end", "", "\r\n", ".", "a\nb\n.\nc\r\nd\re\r\n.\n"} {
			rec, err := s.Submit(context.Background(), remote.Envelope{From: user, To: []string{"bob@example.test"}, Size: int64(len(msg))}, text(msg))
			if err != nil || len(rec.Recipients) != 1 || !rec.Recipients[0].OK || rec.Text == "" {
				t.Fatalf("%.20q: %v %+v", msg, err, rec)
			}
			want := msg
			switch msg {
			case "no end", ".":
				want += "\r\n"
			case "a\nb\n.\nc\r\nd\re\r\n.\n":
				want = "a\r\nb\r\n.\r\nc\r\nd e\r\n.\r\n"
			}
			all := b.messages()
			if got := all[len(all)-1].data; got != want {
				t.Fatalf("%.40q arrived as %.40q (%d, want %d)", want, got, len(got), len(want))
			}
		}
		b.mu.Lock()
		for _, h := range b.hello {
			if h != helloName {
				t.Errorf("EHLO %q", h)
			}
		}
		b.mu.Unlock()
	}
}

// The same through DATA: with CHUNKING taken out of EHLO.
func TestDataStuffsDots(t *testing.T) {
	for _, in := range []string{awkward, "no end", "", ".", "..", "a\n.b", "\r\n.\r\n", ".\n", "a\r", "a\r\r\n.b\r\n"} {
		for _, size := range []int{1, 2, 7, 1 << 16} {
			var b bytes.Buffer
			lw := &lineWriter{w: &b, stuff: true}
			for i := 0; i < len(in); i += size {
				if _, err := lw.Write([]byte(in[i:min(i+size, len(in))])); err != nil {
					t.Fatal(err)
				}
			}
			if err := lw.finish(); err != nil {
				t.Fatal(err)
			}
			b.WriteString(".\r\n")
			// The way back, by the rule of RFC 5321 section 4.5.2.
			var got strings.Builder
			ended := false
			for _, l := range strings.SplitAfter(b.String(), "\r\n") {
				if ended && l != "" {
					t.Fatalf("%q: something behind the end: %q", in, l)
				}
				if l == ".\r\n" {
					ended = true
					continue
				}
				got.WriteString(strings.TrimPrefix(l, "."))
			}
			want := strings.ReplaceAll(in, "\r\n", "\n")
			want = strings.ReplaceAll(want, "\r", " ")
			if in == "a\r" {
				want = "a"
			}
			if want != "" && !strings.HasSuffix(want, "\n") {
				want += "\n"
			}
			want = strings.ReplaceAll(want, "\n", "\r\n")
			if !ended || got.String() != want {
				t.Errorf("%q in pieces of %d: %q, want %q", in, size, got.String(), want)
			}
		}
	}
}

func TestRecipientsHaveResultsOfTheirOwn(t *testing.T) {
	b, o := newFake(t, mail.TLS, nil)
	b.refuse = func(step, arg string) error {
		switch {
		case strings.HasPrefix(arg, "nobody"):
			return &gosmtp.SMTPError{Code: 550, EnhancedCode: gosmtp.EnhancedCode{5, 1, 1}, Message: "User unknown"}
		case strings.HasPrefix(arg, "grey"):
			return &gosmtp.SMTPError{Code: 450, EnhancedCode: gosmtp.EnhancedCode{4, 2, 0}, Message: "Greylisted, try again"}
		}
		return nil
	}
	s := sender(t, o)
	to := []string{"bob@example.test", "nobody@example.test", "grey@example.test", "eve@example.test"}
	rec, err := s.Submit(context.Background(), remote.Envelope{From: user, To: to}, text(awkward))
	if err != nil || len(rec.Recipients) != 4 {
		t.Fatalf("%v %+v", err, rec)
	}
	for i, want := range []struct {
		ok   bool
		code int
	}{{true, 250}, {false, 550}, {false, 450}, {true, 250}} {
		if r := rec.Recipients[i]; r.OK != want.ok || r.Code != want.code || r.Addr != to[i] {
			t.Errorf("%+v", r)
		}
	}
	if !strings.Contains(rec.Recipients[1].Text, "User unknown") {
		t.Errorf("%+v", rec.Recipients[1])
	}
	if m := b.messages(); len(m) != 1 || !slices.Equal(m[0].to, []string{"bob@example.test", "eve@example.test"}) {
		t.Fatalf("%+v", m)
	}
	// All refused: nothing is sent, and the connection still serves.
	rec, err = s.Submit(context.Background(), remote.Envelope{From: user, To: to[1:2]}, text(awkward))
	if e := wantFault(t, err, fault.Refused, "no-recipient"); !strings.Contains(e.ServerText, "550 5.1.1 User unknown") || len(rec.Recipients) != 1 {
		t.Errorf("%+v %+v", e, rec)
	}
	_, err = s.Submit(context.Background(), remote.Envelope{From: user, To: to[1:3]}, text(awkward))
	if e := wantFault(t, err, fault.Busy, "later"); e.RetryAfter <= 0 || !strings.Contains(e.Detail, "on purpose") {
		t.Errorf("%+v", e)
	}
	if _, err = s.Submit(context.Background(), remote.Envelope{From: user, To: to[:1]}, text(awkward)); err != nil || len(b.messages()) != 2 {
		t.Fatal(err)
	}
}

func TestRefusalsAtEachStep(t *testing.T) {
	for _, step := range []string{"MAIL", "RCPT", "DATA"} {
		for _, c := range []struct {
			code int
			enh  gosmtp.EnhancedCode
			msg  string
			kind fault.Kind
			want string
		}{
			{451, gosmtp.EnhancedCode{4, 3, 0}, "Try later", fault.Busy, "later"},
			{554, gosmtp.EnhancedCode{5, 6, 0}, "Not this", fault.Refused, "rejected"},
			{552, gosmtp.EnhancedCode{5, 3, 4}, "Too big", fault.Refused, "too-large"},
			{550, gosmtp.EnhancedCode{5, 7, 1}, "Looks like spam", fault.Refused, "rejected"},
			{552, gosmtp.EnhancedCode{5, 2, 2}, "Over quota", fault.Refused, "recipient-full"},
		} {
			b, o := newFake(t, mail.TLS, nil)
			s := sender(t, o)
			b.refuse = func(at, _ string) error {
				if at == step {
					return &gosmtp.SMTPError{Code: c.code, EnhancedCode: c.enh, Message: c.msg}
				}
				return nil
			}
			_, err := s.Submit(context.Background(), remote.Envelope{From: user, To: []string{"bob@example.test"}}, text(awkward))
			if e := wantFault(t, err, c.kind, c.want); !strings.Contains(e.ServerText, c.msg) || e.Service == "" {
				t.Errorf("%s: %+v", step, e)
			}
			b.mu.Lock()
			b.refuse = nil
			b.mu.Unlock()
			if _, err := s.Submit(context.Background(), remote.Envelope{From: user, To: []string{"bob@example.test"}}, text(awkward)); err != nil || len(b.messages()) != 1 {
				t.Errorf("%s %d: afterwards %v, %d sent", step, c.code, err, len(b.messages()))
			}
		}
	}
}

func TestSizeIsCheckedBeforeAnythingIsSent(t *testing.T) {
	b, o := newFake(t, mail.TLS, nil)
	s := sender(t, o)
	if n, err := s.MaxSize(context.Background()); n != 35_000_000 || err != nil {
		t.Fatalf("%d %v", n, err)
	}
	_, err := s.Submit(context.Background(), remote.Envelope{From: user, To: []string{"bob@example.test"}, Size: 41_000_000}, func() (io.ReadCloser, error) {
		t.Error("the message was opened")
		return nil, io.EOF
	})
	if e := wantFault(t, err, fault.Refused, "too-large"); e.Title != "41 MB is more than localhost accepts (35 MB)" {
		t.Error(e.Title)
	}
	if len(b.messages()) != 0 {
		t.Error("sent")
	}
}

func TestEnvelopeParameters(t *testing.T) {
	b, o := newFake(t, mail.TLS, nil)
	s := sender(t, o)
	rec, err := s.Submit(context.Background(), remote.Envelope{From: user, To: []string{"jürgen@bücher.example", "bob@example.test"}, Size: 77, Notify: true, ID: "a+b=c@x"}, text(awkward))
	if err != nil {
		t.Fatal(err)
	}
	m := b.messages()[0]
	if !m.mail.UTF8 || m.mail.Size != 77 || m.mail.EnvelopeID != "a+b=c@x" || m.mail.Body != gosmtp.Body8BitMIME || m.mail.Return != gosmtp.DSNReturnHeaders {
		t.Errorf("%+v", m.mail)
	}
	if m.to[0] != "jürgen@xn--bcher-kva.example" || len(m.rcpt[1].Notify) != 3 || m.rcpt[1].OriginalRecipient != "bob@example.test" {
		t.Errorf("%v %+v", m.to, m.rcpt)
	}
	if rec.Recipients[0].Addr != "jürgen@bücher.example" {
		t.Errorf("%+v", rec)
	}
	// An IDN domain alone needs no SMTPUTF8.
	b, o = newFake(t, mail.TLS, func(s *gosmtp.Server) { s.EnableSMTPUTF8, s.EnableDSN = false, false })
	s = sender(t, o)
	if _, err := s.Submit(context.Background(), remote.Envelope{From: user, To: []string{"j@bücher.example"}, Notify: true, ID: "x"}, text(awkward)); err != nil || b.messages()[0].mail.EnvelopeID != "" {
		t.Fatal(err)
	}
	for _, e := range []remote.Envelope{{From: user, To: []string{"jürgen@bücher.example"}}, {From: "jürgen@example.test", To: []string{user}}, {From: user, To: []string{user}, UTF8: true}} {
		_, err := s.Submit(context.Background(), e, text(awkward))
		wantFault(t, err, fault.Refused, "no-smtputf8")
	}
	for _, a := range []string{"", "x", "@x", "x@", "a b@x.example", "a@b\r\nRCPT TO:<c@d>", "a@b> x", "<a@b>", "a@b c", "a\x00@b"} {
		_, err := s.Submit(context.Background(), remote.Envelope{From: user, To: []string{a}}, text(awkward))
		wantFault(t, err, fault.Refused, "bad-address")
	}
	_, err = s.Submit(context.Background(), remote.Envelope{From: user}, text(awkward))
	wantFault(t, err, fault.Refused, "no-recipients")
	if len(b.messages()) != 1 {
		t.Error("something was sent")
	}
}

func TestMessageThatCannotBeReadIsNotSent(t *testing.T) {
	b, o := newFake(t, mail.TLS, nil)
	s := sender(t, o)
	bad := errors.New("disk")
	_, err := s.Submit(context.Background(), remote.Envelope{From: user, To: []string{user}}, func() (io.ReadCloser, error) {
		return io.NopCloser(io.MultiReader(strings.NewReader("Subject: half\r\n\r\nxx"), failing{bad})), nil
	})
	if !errors.Is(err, bad) {
		t.Fatal(err)
	}
	if _, err := s.Submit(context.Background(), remote.Envelope{From: user, To: []string{user}}, text(awkward)); err != nil {
		t.Fatal(err)
	}
	if m := b.messages(); len(m) != 1 || m[0].data != awkward {
		t.Fatalf("%+v", m)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }
