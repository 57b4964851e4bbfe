package smtp

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/emersion/go-sasl"

	"github.com/postrider/postrider/accounts/auth"
	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/wire"
)

// helloName is what EHLO says: an address literal that tells nothing about this computer.
const helloName = "[127.0.0.1]"

// session is one connection.
type session struct {
	o       wire.Options
	line    *wire.Line
	conn    net.Conn
	r       *bufio.Reader
	w       *bufio.Writer
	ext     map[string]string // of EHLO: keyword in upper case, its arguments
	secured bool
	version uint16
	broken  bool
}

func (s *session) use(c net.Conn) {
	s.conn = c
	s.line = wire.NewLine(c, s.o.Dialer.IdleTimeout())
	s.r = bufio.NewReaderSize(s.line, maxLine)
	s.w = bufio.NewWriterSize(s.line, 32<<10)
}

func (s *session) guard(ctx context.Context) func() bool { return s.line.Guard(ctx) }

// patience sets how long the next reply may take, in the RFC's minutes; its 5 are the idle time.
func (s *session) patience(minutes int) {
	s.line.Wait(s.o.Dialer.IdleTimeout() * time.Duration(minutes) / 5)
}

func (s *session) drop() {
	s.line.Kill()
	s.conn.Close()
	s.broken = true
}

// open connects and signs in, once more with a fresh credential after a refusal.
func open(ctx context.Context, o wire.Options) (*session, error) {
	return wire.SignIn(ctx, o, func(c auth.Credential) (*session, error) { return openWith(ctx, o, c) })
}

func openWith(ctx context.Context, o wire.Options, c auth.Credential) (*session, error) {
	s, err := connect(ctx, o)
	if err != nil {
		return nil, err
	}
	if c.User == "" && (c.Password != "" || c.Token != "") {
		c.User = o.Server.User
	}
	if c == (auth.Credential{}) {
		return s, nil // a server that lets in by address
	}
	stop := s.guard(ctx)
	err = s.signIn(c)
	stop()
	if err != nil {
		s.drop()
		return nil, err
	}
	return s, nil
}

func connect(ctx context.Context, o wire.Options) (*session, error) {
	s := &session{o: o}
	c, version, err := o.Dialer.Dial(ctx, o.Server)
	if err != nil {
		return nil, wire.OrDone(ctx, port25(err, o.Server))
	}
	s.secured, s.version = version != 0, version
	s.use(c)
	if err := s.begin(ctx); err != nil {
		s.conn.Close()
		return nil, wire.OrDone(ctx, err)
	}
	return s, nil
}

func (s *session) begin(ctx context.Context) error {
	stop := s.guard(ctx)
	err := s.greeting()
	if err == nil {
		err = s.hello()
	}
	if err == nil && !s.secured {
		err = s.startTLS()
	}
	stop()
	if err != nil || s.secured {
		return err
	}
	t, err := s.o.Dialer.Upgrade(ctx, s.conn, s.o.Server)
	if err != nil {
		return err
	}
	s.use(t)
	s.secured, s.version = true, t.ConnectionState().Version
	defer s.guard(ctx)()
	return s.hello()
}

func (s *session) greeting() error {
	b, err := s.r.Peek(4)
	if err != nil && len(b) < 3 {
		f := s.fail(err)
		var e *fault.Error
		if errors.As(f, &e) && e.Code == "timeout" && !s.secured {
			e.Detail = "It may want TLS from the first byte on this port: choose TLS instead of STARTTLS. Postrider tries again by itself."
		}
		return f
	}
	if b[0] < '0' || b[0] > '9' {
		line, _ := s.r.ReadSlice('\n')
		return s.notSMTP(string(line))
	}
	r, err := s.reply()
	if err != nil {
		return err
	}
	if r.code != 220 {
		return s.refused("connect", r)
	}
	return nil
}

func (s *session) hello() error {
	r, err := s.cmd("EHLO " + helloName)
	if err != nil {
		return err
	}
	s.ext = map[string]string{}
	switch r.code {
	case 250:
	case 500, 502:
		if r, err = s.cmd("HELO " + helloName); err != nil {
			return err
		}
		if r.code != 250 {
			return s.refused("connect", r)
		}
		return nil
	default:
		return s.refused("connect", r)
	}
	for _, l := range r.lines[1:] {
		k, v, _ := strings.Cut(l, " ")
		if a, ok := strings.CutPrefix(strings.ToUpper(k), "AUTH="); ok { // of before RFC 2554
			k, v = "AUTH", a+" "+v
		}
		k = strings.ToUpper(k)
		if old := s.ext[k]; k == "AUTH" && old != "" {
			v = old + " " + v
		}
		s.ext[k] = v
	}
	return nil
}

func (s *session) startTLS() error {
	if _, ok := s.ext["STARTTLS"]; !ok {
		return s.noStartTLS("")
	}
	r, err := s.cmd("STARTTLS")
	if err != nil {
		return err
	}
	if r.code != 220 {
		return s.noStartTLS(r.String())
	}
	if s.r.Buffered() > 0 {
		return &fault.Error{Kind: fault.TLS, Code: "injection", Op: "secure", Service: wire.Addr(s.o.Server), Title: "The connection to " + s.o.Server.Host + " was tampered with",
			Detail: "Something sent data before the encryption began. Your password was not sent."}
	}
	return nil
}

func (s *session) signIn(c auth.Credential) error {
	mech, err := auth.Choose(strings.Fields(s.ext["AUTH"]), c)
	if err != nil {
		return wire.Fault(err, s.o.Server, "sign in")
	}
	if err := s.sasl(mech); err != nil {
		return wire.Fault(err, s.o.Server, "sign in")
	}
	return nil
}

// maxCommand is the longest command line without its end (RFC 5321 section 4.5.3.1.4): a longer initial response waits to be asked for.
const maxCommand = 510

func (s *session) sasl(mech sasl.Client) error {
	name, ir, err := mech.Start()
	if err != nil {
		return err
	}
	line := "AUTH " + name
	if ir != nil {
		enc := "="
		if len(ir) > 0 {
			enc = base64.StdEncoding.EncodeToString(ir)
		}
		if len(line)+1+len(enc) <= maxCommand {
			line += " " + enc
			ir = nil
		}
	}
	for range 8 {
		r, err := s.cmd(line)
		if err != nil {
			return err
		}
		switch {
		case r.code == 235:
			if !auth.Proven(mech) {
				return &fault.Error{Kind: fault.Auth, Code: "not-proven", Op: "sign in", Title: "The server could not prove that it knows your password",
					Detail: "It let us in all the same, which the right server does not do. Check the server's name."}
			}
			return nil
		case r.code != 334:
			text := r.text()
			if why := auth.Reason(mech); why != "" {
				text += " (invalid_token: " + clean(why) + ")"
			}
			return s.signInRefused(r, text)
		}
		ch, derr := base64.StdEncoding.DecodeString(strings.TrimSpace(r.lines[0]))
		var out []byte
		if ir != nil {
			out, ir = ir, nil
		} else if derr == nil {
			out, derr = mech.Next(ch)
		}
		if derr != nil {
			if r, err = s.cmd("*"); err != nil {
				return err
			}
			return &fault.Error{Kind: fault.Auth, Code: "mechanism", Op: "sign in", Title: "Signing in by " + name + " failed",
				Detail: "The server did not keep to the rules of it. Your password was not given away.", ServerText: r.String(), Err: derr}
		}
		line = base64.StdEncoding.EncodeToString(out)
	}
	return s.protocol("auth-endless", "It asks on and on while signing in.", "")
}

// maxSize is SIZE's argument, 0 where there is none.
func (s *session) maxSize() int64 {
	n, err := strconv.ParseInt(strings.TrimSpace(s.ext["SIZE"]), 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

func (s *session) has(ext string) bool { _, ok := s.ext[ext]; return ok }

// Limits of a reply.
const (
	maxLine  = 8 << 10
	maxLines = 1000
)

// reply is what a server answers to one command.
type reply struct {
	code     int
	enhanced string   // "5.7.8", "" where there is none (RFC 2034)
	lines    []string // without codes
}

// text is what the server says, on one line, without its codes.
func (r reply) text() string { return clean(strings.Join(r.lines, " ")) }

// String is the reply for people: with its codes, on one line.
func (r reply) String() string {
	c := strconv.Itoa(r.code)
	if r.enhanced != "" {
		c += " " + r.enhanced
	}
	return strings.TrimSpace(c + " " + r.text())
}

func (s *session) cmd(line string) (reply, error) {
	if strings.ContainsAny(line, "\r\n") {
		return reply{}, &fault.Error{Kind: fault.Refused, Code: "bad-address", Title: "An address contains a line end", Detail: "Type it again."}
	}
	s.w.WriteString(line)
	s.w.WriteString("\r\n")
	if err := s.w.Flush(); err != nil {
		return reply{}, s.fail(err)
	}
	return s.reply()
}

// reply reads one reply of one or more lines (RFC 5321 section 4.2).
func (s *session) reply() (reply, error) {
	var r reply
	for {
		b, err := s.r.ReadSlice('\n')
		if err != nil {
			if errors.Is(err, bufio.ErrBufferFull) {
				return r, s.protocol("too-long", "A line of its reply is far too long.", string(b[:64]))
			}
			return r, s.fail(err)
		}
		code, more, text, ok := parseLine(strings.TrimRight(string(b), "\r\n"))
		if !ok || r.code != 0 && code != r.code {
			return r, s.protocol("bad-reply", "Its reply does not begin with a code.", string(b[:min(len(b), 200)]))
		}
		r.code = code
		if len(r.lines) >= maxLines {
			return r, s.protocol("too-long", "Its reply has no end.", "")
		}
		enh, rest := enhancedCode(code, text)
		if enh != "" {
			r.enhanced, text = enh, rest
		}
		r.lines = append(r.lines, text)
		if !more {
			return r, nil
		}
	}
}

// parseLine reads "250-text" or "250 text".
func parseLine(l string) (code int, more bool, text string, ok bool) {
	if len(l) < 3 {
		return 0, false, "", false
	}
	for _, c := range []byte(l[:3]) {
		if c < '0' || c > '9' {
			return 0, false, "", false
		}
		code = code*10 + int(c-'0')
	}
	if code < 200 || code > 599 {
		return 0, false, "", false
	}
	if len(l) == 3 {
		return code, false, "", true
	}
	if l[3] != ' ' && l[3] != '-' {
		return 0, false, "", false
	}
	return code, l[3] == '-', l[4:], true
}

// enhancedCode splits "5.7.8 text" (RFC 2034); its class must be the reply's.
func enhancedCode(code int, text string) (enh, rest string) {
	first, rest, _ := strings.Cut(text, " ")
	f := strings.Split(first, ".")
	if len(f) != 3 || f[0] != strconv.Itoa(code/100) || code/100 == 3 {
		return "", text
	}
	for _, d := range f[1:] {
		if n, err := strconv.Atoi(d); err != nil || n < 0 || n > 999 || len(d) > 3 {
			return "", text
		}
	}
	return first, strings.TrimSpace(rest)
}

func (s *session) fail(err error) error {
	s.broken = true
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return wire.Fault(err, s.o.Server, "send")
}

func (s *session) protocol(code, detail, text string) error {
	s.broken = true
	return &fault.Error{Kind: fault.Protocol, Code: code, Op: "send", Service: wire.Addr(s.o.Server), Title: "The server for sending said something that it must not",
		Detail: detail, ServerText: clean(text)}
}

func (s *session) quit(ctx context.Context) {
	defer s.drop()
	if s.broken {
		return
	}
	stop := s.guard(ctx)
	defer stop()
	s.cmd("QUIT")
}

// describe says what the connection is, for people: "smtp.example.com:465, TLS 1.3".
func (s *session) describe() string {
	return fmt.Sprintf("%s, %s", wire.Addr(s.o.Server), tls.VersionName(s.version))
}
