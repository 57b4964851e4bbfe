package imap

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/auth"
	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/accounts/wire"
)

// script is a server for what real ones will not do on demand. A reply function gets the tag and the command without it, and returns what is
// sent; "" closes the connection. Commands that it does not answer (ok false) get the plain replies of a small honest server.
type script struct {
	caps    string
	greet   string
	reply   func(tag, cmd string) (string, bool)
	mu      sync.Mutex
	heard   []string
	literal []string
}

func (s *script) commands() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.heard...)
}

func (s *script) saw(part string) bool {
	for _, c := range s.commands() {
		if strings.Contains(c, part) {
			return true
		}
	}
	return false
}

// start listens with TLS and returns the options to reach it.
func (s *script) start(t testing.TB) wire.Options {
	t.Helper()
	h := httptest.NewTLSServer(nil)
	pool := x509.NewCertPool()
	pool.AddCert(h.Certificate())
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: h.TLS.Certificates})
	h.Close()
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
			go s.serve(c)
		}
	}()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	n, _ := strconv.Atoi(port)
	o := options(pool, mail.Server{Protocol: mail.IMAP, Host: "127.0.0.1", Port: n, Security: mail.TLS, User: "ada"}, "pw")
	o.Dialer.Idle = 3 * time.Second
	return o
}

func (s *script) serve(c net.Conn) {
	defer c.Close()
	greet := s.greet
	if greet == "" {
		greet = "* OK ready\r\n"
	}
	io.WriteString(c, greet)
	r := bufio.NewReader(c)
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimRight(line, "\r\n")
		for {
			n, _, ok := literalSize([]byte(line))
			if !ok {
				break
			}
			tag, cmd, _ := strings.Cut(line, " ")
			if out, ok := s.answer(tag, cmd+" SYNC"); ok {
				io.WriteString(c, out)
				line = "refused"
				break
			}
			if !strings.HasSuffix(line, "+}") {
				io.WriteString(c, "+ go on\r\n")
			}
			b := make([]byte, n)
			if _, err := io.ReadFull(r, b); err != nil {
				return
			}
			more, err := r.ReadString('\n')
			if err != nil {
				return
			}
			line = line[:strings.LastIndexByte(line, '{')] + string(b) + strings.TrimRight(more, "\r\n")
		}
		if line == "refused" {
			continue
		}
		tag, cmd, _ := strings.Cut(line, " ")
		s.mu.Lock()
		s.heard = append(s.heard, cmd)
		s.mu.Unlock()
		if out, ok := s.answer(tag, cmd); ok {
			io.WriteString(c, out)
			if tag != "" && !strings.Contains(out, tag+" ") && !strings.HasPrefix(out, "+") {
				return
			}
			continue
		}
		ok := tag + " OK done\r\n"
		w := strings.Fields(cmd)
		if len(w) == 0 {
			continue
		}
		switch strings.ToUpper(w[0]) {
		case "CAPABILITY":
			io.WriteString(c, "* CAPABILITY IMAP4rev1 "+s.caps+"\r\n"+ok)
		case "SELECT", "EXAMINE":
			io.WriteString(c, "* FLAGS (\\Seen)\r\n* 3 EXISTS\r\n* 0 RECENT\r\n* OK [UIDVALIDITY 7] ok\r\n* OK [UIDNEXT 40] ok\r\n"+ok)
		case "LIST":
			io.WriteString(c, "* LIST () \"/\" INBOX\r\n"+ok)
		default:
			io.WriteString(c, ok)
		}
	}
}

func (s *script) answer(tag, cmd string) (string, bool) {
	if s.reply == nil {
		return "", false
	}
	return s.reply(tag, cmd)
}

func head(subject string) string {
	h := "Subject: " + subject + "\r\nFrom: x@example.test\r\n\r\n"
	return fmt.Sprintf("BODY[HEADER.FIELDS (DATE FROM SENDER REPLY-TO TO CC BCC SUBJECT MESSAGE-ID IN-REPLY-TO REFERENCES LIST-ID CONTENT-TYPE CONTENT-DISPOSITION)] {%d}\r\n%s", len(h), h)
}

func TestOddRepliesDoNotStopAListing(t *testing.T) {
	s := &script{reply: func(tag, cmd string) (string, bool) {
		if !strings.Contains(cmd, "FETCH") {
			return "", false
		}
		return "* 1 FETCH (FLAGS (\\Seen \\ $Forwarded [odd] 8bit\xff \"q\") UID 10 INTERNALDATE \"99-Foo-2001\" RFC822.SIZE -1 X-GUID \"a(b\" " + head("ten") + ")\r\n" +
			"* 12 EXISTS\r\n* OK [UNKNOWN-CODE (x \"y\")] hello\r\n* OK [BROKEN hello\r\n* NO [ALERT] Maintenance tonight\r\n* XSURPRISE {5}\r\nab\r\nc more\r\n" +
			"* 2 EXPUNGE\r\n* 2 FETCH (FLAGS (\\Answered))\r\n" + // no UID: nobody's
			"* 2 FETCH (" + head("twenty") + " FLAGS (Junk NonJunk custom) UID 20 ENVELOPE (NIL NIL NIL NIL NIL NIL NIL NIL NIL {3}\r\nabc))\r\n" +
			"* 3 FETCH (UID 30 FLAGS NIL)\r\n* 3 FETCH (UID 30 FLAGS ( \\Flagged ) BODY[HEADER.FIELDS (DATE)] NIL)\r\n" +
			"* 9 FETCH (UID 99 FLAGS ())\r\n* FETCH\r\n* 77\r\n*\r\n\r\nnonsense\r\n" + tag + " OK\r\n", true
	}}
	c := mustOpen(t, s.start(t))
	d, err := c.Pull(context.Background(), "INBOX", "")
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Changed) != 3 || !d.Complete {
		t.Fatalf("%d states, complete %v", len(d.Changed), d.Complete)
	}
	a, b, z := d.Changed[2], d.Changed[1], d.Changed[0]
	if a.Ref != "7:10" || a.Envelope.Subject != "ten" || a.Flags != mail.Seen|mail.Forwarded || len(a.Keywords) != 1 || !a.Received.IsZero() || a.Size != 0 {
		t.Errorf("ten: %+v %+v", a, a.Envelope)
	}
	if b.Ref != "7:20" || b.Envelope.Subject != "twenty" || b.Flags != mail.Junk|mail.NotJunk || len(b.Keywords) != 1 || b.Keywords[0] != "custom" {
		t.Errorf("twenty: %+v %+v", b, b.Envelope)
	}
	if z.Ref != "7:30" || z.Flags != mail.Flagged || z.Envelope == nil {
		t.Errorf("thirty: %+v", z)
	}
	if _, err := c.Collections(context.Background()); err != nil {
		t.Errorf("the connection after that: %v", err)
	}
}

func TestWrongCountsDeleteNothing(t *testing.T) {
	exists := "3"
	s := &script{caps: "CONDSTORE", reply: func(tag, cmd string) (string, bool) {
		switch {
		case strings.HasPrefix(cmd, "SELECT"), strings.HasPrefix(cmd, "STATUS"):
			return "* " + exists + " EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n* OK [UIDNEXT 40] ok\r\n* OK [HIGHESTMODSEQ 5] ok\r\n* STATUS INBOX (MESSAGES " + exists +
				" UIDNEXT 40 UIDVALIDITY 7 HIGHESTMODSEQ 5)\r\n" + tag + " OK\r\n", true
		case strings.Contains(cmd, "FETCH"):
			return "* 1 FETCH (UID 10 FLAGS () " + head("a") + ")\r\n* 2 FETCH (UID 11 FLAGS () " + head("b") + ")\r\n* 3 FETCH (UID 12 FLAGS () " + head("c") + ")\r\n" + tag + " OK\r\n", true
		case strings.Contains(cmd, "SEARCH"):
			return "* SEARCH 10\r\n" + tag + " OK\r\n", true // it says that only one is left, but counts two
		}
		return "", false
	}}
	c := mustOpen(t, s.start(t))
	d := pullAll(t, c, "INBOX", "")
	if len(d.Changed) != 3 {
		t.Fatalf("%d", len(d.Changed))
	}
	exists = "2"
	e := pullAll(t, c, "INBOX", d.Next)
	if e.Complete || len(e.Gone) > 0 {
		t.Errorf("taken for deleted: %+v", e)
	}
	if f := pullAll(t, c, "INBOX", e.Next); f.Complete || len(f.Changed)+len(f.Gone) > 0 {
		t.Errorf("and again: %+v", f)
	}
}

func TestUnaskedFlagsDoNotHideABody(t *testing.T) {
	calls := 0
	s := &script{reply: func(tag, cmd string) (string, bool) {
		if !strings.Contains(cmd, "BODY.PEEK[]") {
			return "", false
		}
		calls++
		if calls == 1 {
			return "* 1 FETCH (UID 10 FLAGS (\\Seen))\r\n* 1 FETCH (UID 10 BODY[] {5}\r\nhello)\r\n* 2 FETCH (BODY[] {5}\r\nworld UID 11)\r\n" + tag + " OK\r\n", true
		}
		return "* 1 FETCH (UID 10 BODY[] {5}\r\nhello)\r\n" + tag + " OK\r\n", true
	}}
	c := mustOpen(t, s.start(t))
	got := map[remote.Ref]string{}
	err := c.Fetch(context.Background(), "INBOX", []remote.Ref{"7:10", "7:11", "8:12", "x"}, remote.WantBody, func(it remote.Item) error {
		b, err := io.ReadAll(it.Body)
		got[it.Ref] += string(b)
		return err
	})
	if err != nil || len(got) != 2 || got["7:10"] != "hello" || got["7:11"] != "world" {
		t.Errorf("%v %v", err, got)
	}
}

func TestCutInALiteral(t *testing.T) {
	s := &script{reply: func(tag, cmd string) (string, bool) {
		if !strings.Contains(cmd, "FETCH") {
			return "", false
		}
		return "* 1 FETCH (UID 10 FLAGS () BODY[] {500}\r\nhel", true
	}}
	o := s.start(t)
	c := mustOpen(t, o)
	err := c.Fetch(context.Background(), "INBOX", []remote.Ref{"7:10"}, remote.WantBody, func(it remote.Item) error {
		_, err := io.ReadAll(it.Body)
		return err
	})
	if f := fault.Of(err); f == nil || f.Kind != fault.Network || f.Code != "cut" {
		t.Errorf("%v", err)
	}
	if _, err := c.Pull(context.Background(), "INBOX", ""); !fault.Is(err, fault.Network) {
		t.Errorf("afterwards: %v", err)
	}
	c = mustOpen(t, o)
	if _, err := c.Pull(context.Background(), "INBOX", ""); !fault.Is(err, fault.Network) {
		t.Errorf("pull: %v", err)
	}
}

func TestByeInTheMiddle(t *testing.T) {
	s := &script{reply: func(tag, cmd string) (string, bool) {
		if strings.Contains(cmd, "FETCH") {
			return "* 1 FETCH (UID 10 FLAGS () " + head("a") + ")\r\n* BYE [UNAVAILABLE] going down\r\n", true
		}
		return "", false
	}}
	c := mustOpen(t, s.start(t))
	_, err := c.Pull(context.Background(), "INBOX", "")
	if f := fault.Of(err); f == nil || f.Kind != fault.Busy || f.ServerText != "[UNAVAILABLE] going down" {
		t.Errorf("%v", err)
	}
}

func TestSilenceEnds(t *testing.T) {
	s := &script{reply: func(tag, cmd string) (string, bool) {
		if strings.Contains(cmd, "FETCH") {
			time.Sleep(2 * time.Minute)
		}
		return "", false
	}}
	o := s.start(t)
	o.Dialer.Idle = 300 * time.Millisecond
	c := mustOpen(t, o)
	start := time.Now()
	_, err := c.Pull(context.Background(), "INBOX", "")
	if f := fault.Of(err); f == nil || f.Kind != fault.Network || f.Code != "timeout" || time.Since(start) > 30*time.Second {
		t.Errorf("%v after %v", err, time.Since(start))
	}
}

func TestGreetings(t *testing.T) {
	for greet, want := range map[string]string{
		"+OK POP3 ready\r\n":                          "protocol/" + auth.CodeWrongProtocol,
		"220 mail.example.test ESMTP\r\n":             "protocol/" + auth.CodeWrongProtocol,
		"HTTP/1.1 400 Bad Request\r\n":                "protocol/" + auth.CodeWrongProtocol,
		"* BYE [UNAVAILABLE] try later\r\n":           "busy/" + auth.CodeUnavailable,
		"* BYE Too many connections from your IP\r\n": "busy/" + auth.CodeTooMany,
		"* BYE no\r\n":                                "busy/" + auth.CodeUnavailable,
	} {
		s := &script{greet: greet}
		_, err := Open(context.Background(), s.start(t))
		if f := fault.Of(err); f == nil || string(f.Kind)+"/"+f.Code != want {
			t.Errorf("%q: %v", greet, err)
		}
	}
	s := &script{greet: "* PREAUTH welcome\r\n"}
	mustOpen(t, s.start(t))
	if s.saw("LOGIN") {
		t.Error("signed in although let in already")
	}
}

func TestSignInRefusals(t *testing.T) {
	for text, want := range map[string]string{
		"NO [AUTHENTICATIONFAILED] Invalid credentials":                                                        "auth/" + auth.CodeBadPassword,
		"NO [ALERT] Application-specific password required: https://support.google.com/accounts/answer/185833": "auth/" + auth.CodeAppPassword,
		"NO [UNAVAILABLE] Temporary authentication failure":                                                    "busy/" + auth.CodeUnavailable,
		"NO [LIMIT] Too many bad auth attempts":                                                                "busy/" + auth.CodeTooMany,
		"BAD Error in IMAP command":                                                                            "auth/" + auth.CodeBadPassword,
		"NO User is authenticated but not connected.":                                                          "auth/" + auth.CodeNotConnected,
	} {
		s := &script{reply: func(tag, cmd string) (string, bool) {
			if strings.HasPrefix(cmd, "LOGIN") {
				return tag + " " + text + "\r\n", true
			}
			return "", false
		}}
		_, err := Open(context.Background(), s.start(t))
		f := fault.Of(err)
		if f == nil || string(f.Kind)+"/"+f.Code != want {
			t.Errorf("%q: %v", text, err)
		}
		if f != nil && strings.Contains(f.Error()+f.Detail, "pw\"") {
			t.Error("the password is in the error")
		}
	}
	s := &script{caps: "LOGINDISABLED"}
	if _, err := Open(context.Background(), s.start(t)); fault.Of(err) == nil || fault.Of(err).Code != auth.CodeNoPlain || s.saw("LOGIN ") {
		t.Errorf("LOGINDISABLED: %v", err)
	}
}

func TestTokenRefusedIsRefreshedOnce(t *testing.T) {
	// The script refuses every token in XOAUTH2's way: a challenge that has to be answered by an empty line, then NO.
	pending := ""
	s := &script{caps: "AUTH=XOAUTH2 SASL-IR", reply: func(tag, cmd string) (string, bool) {
		switch {
		case strings.HasPrefix(cmd, "AUTHENTICATE"):
			pending = tag
			return "+ eyJzdGF0dXMiOiI0MDAifQ==\r\n", true
		case tag == "" && pending != "":
			return pending + " NO AUTHENTICATE failed\r\n", true
		}
		return "", false
	}}
	var asked []bool
	o := s.start(t)
	o.Creds = source(func(fresh bool) auth.Credential {
		asked = append(asked, fresh)
		return auth.Credential{User: "ada", Token: map[bool]string{false: "old", true: "fresher"}[fresh]}
	})
	_, err := Open(context.Background(), o)
	f := fault.Of(err)
	if f == nil || f.Code != auth.CodeOAuthRefused || fmt.Sprint(asked) != "[false true]" {
		t.Errorf("%v, asked %v", err, asked)
	}
}

func TestNamesThatAreNotUTF7(t *testing.T) {
	s := &script{reply: func(tag, cmd string) (string, bool) {
		switch {
		case strings.HasPrefix(cmd, "LIST"):
			return "* LIST (\\HasNoChildren) \"/\" INBOX\r\n* LIST () \"/\" \"Entw\xc3\xbcrfe\"\r\n* LIST () \"/\" \"Gel\xf6scht\"\r\n* LIST () \"/\" {7}\r\nTom & J\r\n* LIST () \"/\" \"&Jjo-\"\r\n* LIST (\\Noselect)\r\n* LIST () NIL \"\"\r\n" + tag + " OK\r\n", true
		case strings.HasPrefix(cmd, "LSUB"):
			return "* LSUB () \"/\" \"Gel\xf6scht\"\r\n" + tag + " OK\r\n", true
		}
		return "", false
	}}
	c := mustOpen(t, s.start(t))
	cs, err := c.Collections(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]remote.Collection{}
	for _, col := range cs {
		got[col.Name] = col
	}
	if len(cs) != 5 || got["Entwürfe"].Role != mail.RoleDrafts || got["Gelöscht"].Role != mail.RoleTrash || !got["Gelöscht"].Subscribed || got["Entwürfe"].Subscribed || got["☺"].Ref == "" || got["Tom & J"].Ref == "" {
		t.Errorf("%+v", cs)
	}
	for _, n := range []string{"Entwürfe", "Gelöscht", "Tom & J"} {
		if err := c.Organizer.Subscribe(context.Background(), got[n].Ref, true); err != nil {
			t.Fatal(err)
		}
	}
	for _, raw := range []string{"SUBSCRIBE \"Entw\xc3\xbcrfe\"", "SUBSCRIBE \"Gel\xf6scht\"", "SUBSCRIBE \"Tom & J\""} {
		if !s.saw(raw) {
			t.Errorf("%q was not sent: %q", raw, s.commands())
		}
	}
}

func TestGmail(t *testing.T) {
	s := &script{caps: "X-GM-EXT-1 SPECIAL-USE LIST-EXTENDED", reply: func(tag, cmd string) (string, bool) {
		switch {
		case strings.HasPrefix(cmd, "LIST"):
			return "* LIST (\\HasNoChildren) \"/\" \"INBOX\"\r\n* LIST (\\HasChildren \\Noselect) \"/\" \"[Gmail]\"\r\n* LIST (\\All \\HasNoChildren) \"/\" \"[Gmail]/All Mail\"\r\n" +
				"* LIST (\\Flagged) \"/\" \"[Gmail]/Starred\"\r\n* LIST (\\Important) \"/\" \"[Gmail]/Important\"\r\n* LIST (\\Sent) \"/\" \"[Gmail]/Sent Mail\"\r\n" + tag + " OK\r\n", true
		case strings.Contains(cmd, "FETCH"):
			return "* 1 FETCH (X-GM-MSGID 1278455344230334865 UID 10 FLAGS () " + head("a") + ")\r\n" + tag + " OK\r\n", true
		}
		return "", false
	}}
	c := mustOpen(t, s.start(t))
	cs, err := c.Collections(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, col := range cs {
		virtual := col.Name == "Starred" || col.Name == "Important"
		if col.Virtual != virtual || col.Name == "All Mail" && col.Role != mail.RoleArchive || col.Name == "[Gmail]" && !col.NoSelect || col.Name == "Sent Mail" && col.Role != mail.RoleSent {
			t.Errorf("%+v", col)
		}
	}
	d, err := c.Pull(context.Background(), "INBOX", "")
	if err != nil || len(d.Changed) != 1 || d.Changed[0].Global != "1278455344230334865" || d.Changed[0].Envelope.Subject != "a" {
		t.Errorf("%v %+v", err, d)
	}
	if !s.saw("X-GM-MSGID") || s.saw("99999") {
		t.Errorf("asked: %q", s.commands())
	}
}

func TestRefusedAppendKeepsTheConnection(t *testing.T) {
	s := &script{reply: func(tag, cmd string) (string, bool) {
		if strings.HasPrefix(cmd, "APPEND") && strings.HasSuffix(cmd, " SYNC") {
			return tag + " NO [TRYCREATE] no such mailbox\r\n", true
		}
		return "", false
	}}
	c := mustOpen(t, s.start(t))
	big := append(letter("x"), make([]byte, 100000)...)
	for range 3 {
		a, err := c.Pusher.Push(context.Background(), "Nowhere", "", []remote.Edit{addEdit(big, mail.Seen)})
		if err != nil || len(a.Done) != 1 || !fault.Is(a.Done[0].Err, fault.NotFound) {
			t.Fatalf("%v %+v", err, a)
		}
	}
	if _, err := c.Collections(context.Background()); err != nil {
		t.Error(err)
	}
}

func TestNoPushWithoutIdle(t *testing.T) {
	s := &script{}
	c := mustOpen(t, s.start(t))
	err := c.Watcher.Watch(context.Background(), []remote.Ref{"INBOX"}, func(remote.Ref) {})
	if f := fault.Of(err); f == nil || f.Kind != fault.Refused || f.Code != "no-push" {
		t.Errorf("%v", err)
	}
}

// plainServer answers lines without TLS and notes what it was told.
func plainServer(t *testing.T, greet string, reply func(tag, cmd string) string) (wire.Options, func() string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	var mu sync.Mutex
	var heard strings.Builder
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				io.WriteString(c, greet)
				r := bufio.NewReader(c)
				for {
					line, err := r.ReadString('\n')
					mu.Lock()
					heard.WriteString(line)
					mu.Unlock()
					if err != nil {
						return
					}
					tag, cmd, _ := strings.Cut(strings.TrimSpace(line), " ")
					io.WriteString(c, reply(tag, cmd))
				}
			}()
		}
	}()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	n, _ := strconv.Atoi(port)
	o := options(nil, mail.Server{Protocol: mail.IMAP, Host: "127.0.0.1", Port: n, Security: mail.STARTTLS, User: "ada"}, "secret-pw")
	o.Dialer.Timeout = 2 * time.Second
	return o, func() string { mu.Lock(); defer mu.Unlock(); return heard.String() }
}

func TestNothingIsSentWithoutTLS(t *testing.T) {
	for name, c := range map[string]struct {
		greet, reply string
		kind         fault.Kind
		code         string
	}{
		"no STARTTLS":          {"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hi\r\n", "BAD unknown command\r\n", fault.TLS, "no-starttls"},
		"PREAUTH":              {"* PREAUTH welcome\r\n", "OK\r\n", fault.TLS, auth.CodeNeedTLS},
		"replies before TLS":   {"* OK hi\r\n", "OK begin\r\n* CAPABILITY IMAP4rev1 LOGIN\r\nP1 OK done\r\n", fault.TLS, "not-tls"},
		"a middle box":         {"* OK ****************\r\n", "BAD XXXXXXXX\r\n", fault.TLS, "no-starttls"},
		"SMTP behind the port": {"220 mail.example.test ESMTP\r\n", "", fault.Protocol, auth.CodeWrongProtocol},
	} {
		o, heard := plainServer(t, c.greet, func(tag, cmd string) string { return tag + " " + c.reply })
		_, err := Open(context.Background(), o)
		if f := fault.Of(err); f == nil || f.Kind != c.kind || f.Code != c.code {
			t.Errorf("%s: %v", name, err)
		}
		if h := heard(); strings.Contains(h, "secret") || strings.Contains(h, "LOGIN") || strings.Contains(h, "AUTHENTICATE") {
			t.Errorf("%s: it was told %q", name, h)
		}
	}
}

func TestNamespacePrefixIsNotShown(t *testing.T) {
	s := &script{caps: "NAMESPACE", reply: func(tag, cmd string) (string, bool) {
		switch {
		case strings.HasPrefix(cmd, "NAMESPACE"):
			return "* NAMESPACE ((\"INBOX.\" \".\")) ((\"user.\" \".\")) ((\"\" \".\"))\r\n" + tag + " OK\r\n", true
		case strings.HasPrefix(cmd, "LIST \"\" \"user"):
			return "* LIST () \".\" \"user.bob.Plans\"\r\n" + tag + " OK\r\n", true
		case strings.HasPrefix(cmd, "LIST"):
			return "* LIST (\\Noinferiors) \".\" \"inbox\"\r\n* LIST () \".\" \"INBOX.Gesendet\"\r\n* LIST () \".\" \"INBOX.Work.2024\"\r\n" + tag + " OK\r\n", true
		}
		return "", false
	}}
	c := mustOpen(t, s.start(t))
	cs, err := c.Collections(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	got := map[remote.Ref]remote.Collection{}
	for _, col := range cs {
		got[col.Ref] = col
	}
	if g := got["INBOX.Gesendet"]; g.Name != "Gesendet" || g.Parent != "" || g.Role != mail.RoleSent {
		t.Errorf("%+v", g)
	}
	if g := got["INBOX.Work"]; !g.NoSelect || g.Parent != "" || got["INBOX.Work.2024"].Parent != "INBOX.Work" {
		t.Errorf("a parent that is not listed: %+v", g)
	}
	if g := got["user.bob.Plans"]; !g.Shared || g.Name != "Plans" {
		t.Errorf("shared: %+v", g)
	}
	if g := got["INBOX"]; g.Role != mail.RoleInbox || g.Shared {
		t.Errorf("inbox: %+v", g)
	}
	if col, err := c.Organizer.Create(context.Background(), "", "Neu"); err != nil || col.Ref != "INBOX.Neu" || col.Name != "Neu" || col.Parent != "" {
		t.Errorf("created %+v, %v", col, err)
	}
}

// What a server offers to save round trips is made use of, and nothing is asked of one that does not offer it.
func TestOfferedExtensionsAreUsed(t *testing.T) {
	for _, offered := range []bool{true, false} {
		var literal string
		exists := "3"
		s := &script{}
		if offered {
			s.caps = "CONDSTORE ID LIST-EXTENDED LIST-STATUS SPECIAL-USE ESEARCH LITERAL+ UIDPLUS QUOTA"
		} else {
			s.caps = "CONDSTORE"
		}
		s.reply = func(tag, cmd string) (string, bool) {
			switch {
			case strings.HasSuffix(cmd, " SYNC"):
				if strings.HasPrefix(cmd, "APPEND") {
					literal = strings.TrimSuffix(cmd, " SYNC")
				}
			case strings.HasPrefix(cmd, "LIST"):
				return "* LIST (\\Subscribed) \"/\" INBOX\r\n* STATUS INBOX (MESSAGES 3 UNSEEN 2)\r\n" + tag + " OK\r\n", true
			case strings.HasPrefix(cmd, "SELECT"), strings.HasPrefix(cmd, "STATUS"):
				return "* " + exists + " EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n* OK [UIDNEXT 40] ok\r\n* OK [HIGHESTMODSEQ 5] ok\r\n* STATUS INBOX (MESSAGES " + exists +
					" UIDNEXT 40 UIDVALIDITY 7 HIGHESTMODSEQ 5)\r\n" + tag + " OK\r\n", true
			case strings.Contains(cmd, "FETCH"):
				return "* 1 FETCH (UID 10 FLAGS () " + head("a") + ")\r\n* 2 FETCH (UID 11 FLAGS () " + head("b") + ")\r\n* 3 FETCH (UID 12 FLAGS () " + head("c") + ")\r\n" + tag + " OK\r\n", true
			case strings.Contains(cmd, "SEARCH RETURN"):
				return "* ESEARCH (TAG \"" + tag + "\") UID ALL 10,12\r\n" + tag + " OK\r\n", true
			case strings.Contains(cmd, "SEARCH"):
				return "* SEARCH 10 12\r\n" + tag + " OK\r\n", true
			case strings.HasPrefix(cmd, "GETQUOTAROOT"):
				return "* QUOTAROOT INBOX \"\"\r\n* QUOTA \"\" (STORAGE 5 20)\r\n" + tag + " OK\r\n", true
			}
			return "", false
		}
		c := mustOpen(t, s.start(t))
		cs, err := c.Collections(context.Background())
		if err != nil || len(cs) != 1 || offered && (cs[0].Total != 3 || cs[0].Unseen != 2 || !cs[0].Subscribed) {
			t.Errorf("offered %v: %+v, %v", offered, cs, err)
		}
		d := pullAll(t, c, "INBOX", "")
		exists = "2"
		if e := pullAll(t, c, "INBOX", d.Next); !e.Complete || len(e.Members) != 2 {
			t.Errorf("offered %v: after a removal %+v", offered, e)
		}
		if _, err := c.Pusher.Push(context.Background(), "INBOX", "", []remote.Edit{addEdit(letter("x"), 0)}); err != nil {
			t.Error(err)
		}
		u, err := c.Meter.Usage(context.Background())
		if offered && (err != nil || u.Used != 5*1024 || u.Limit != 20*1024) {
			t.Errorf("usage %+v, %v", u, err)
		}
		for _, cmd := range []string{"ID (", " STATUS (", "SEARCH RETURN", "GETQUOTAROOT"} {
			if s.saw(cmd) != offered {
				t.Errorf("offered %v, but sent %v: %s in %q", offered, !offered, cmd, s.commands())
			}
		}
		if strings.HasSuffix(literal, "+}") != offered {
			t.Errorf("offered %v: %q", offered, literal)
		}
	}
}

// TestClosedWhileTheWatcherConnects: a connection that is closed before the watcher has one of its own is a connection that broke, as any other.
func TestClosedWhileTheWatcherConnects(t *testing.T) {
	c := mustOpen(t, (&script{}).start(t))
	b := c.Source.(*backend)
	b.mu.Lock()
	b.closed = true
	b.mu.Unlock()
	if _, err := b.watcher(context.Background()); !fault.Is(err, fault.Network) {
		t.Errorf("%v", err)
	}
}
