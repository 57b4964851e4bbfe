// Package pop3server is a small POP3 server in this process: for the demo, and for tests that need a server to misbehave on demand. It
// speaks TLS from the first byte or STLS, CAPA, SASL PLAIN, USER/PASS, UIDL, TOP and PIPELINING (RFC 1939, 2449, 2595, 5034).
package pop3server

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Message is one message of a mailbox. Data has CRLF line ends and must not change.
type Message struct {
	UIDL string
	Data []byte
}

// Mailbox is a signed-in person's mail. The server calls Messages once a session, oldest first, and Delete at QUIT.
type Mailbox interface {
	Messages() []Message
	Delete(uidl ...string) error
}

// Backend knows the accounts.
type Backend interface {
	// Login returns an error, whose text is told, when the password is wrong.
	Login(user, pass string) (Mailbox, error)
}

// Faults are ways to misbehave. The zero value behaves.
type Faults struct {
	CutAfter   int64  // close the connection after so many bytes were sent in this session, 0 = never
	NoUIDL     bool   // no UIDL command
	NoTOP      bool   // no TOP command
	NoCAPA     bool   // no CAPA command
	NoSASL     bool   // USER and PASS only
	NoPipeline bool   // PIPELINING is not offered, and what arrives before an answer was sent ends the session
	NoSTLS     bool   // STLS is not offered
	Greeting   string // instead of the own greeting, without line end
	Inject     string // sent in one piece behind the reply to STLS
	BadQuit    bool   // QUIT deletes, but its answer never comes
	RefuseQuit bool   // QUIT deletes nothing and says -ERR
	Refuse     int    // RETR and TOP of this number answer -ERR
	Login      string // answer to every sign-in, "-ERR [IN-USE] ..."
	LF         bool   // lines end with a lone LF
	// Reply changes any reply before it is sent: command line and the reply's bytes.
	Reply func(cmd string, reply []byte) []byte
}

// Server serves POP3. Set its fields before Serve.
type Server struct {
	Backend   Backend
	TLSConfig *tls.Config
	Implicit  bool          // TLS from the first byte; else STLS, and nobody signs in before it
	Idle      time.Duration // longest silence of a client, 0 = 10 minutes
	Faults    func() Faults // asked at the start of each session; nil = none

	mu     sync.Mutex
	lns    map[net.Listener]bool
	conns  map[net.Conn]bool
	closed bool
	count  int
}

// Sessions returns how many connections there were.
func (s *Server) Sessions() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.count
}

// Serve answers connections of l until Close; it returns nil then.
func (s *Server) Serve(l net.Listener) error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return l.Close()
	}
	if s.lns == nil {
		s.lns, s.conns = map[net.Listener]bool{}, map[net.Conn]bool{}
	}
	s.lns[l] = true
	s.mu.Unlock()
	for {
		c, err := l.Accept()
		if err != nil {
			s.mu.Lock()
			closed := s.closed
			s.mu.Unlock()
			if closed {
				return nil
			}
			return err
		}
		s.mu.Lock()
		s.conns[c] = true
		s.count++
		s.mu.Unlock()
		go func() {
			s.session(c)
			c.Close()
			s.mu.Lock()
			delete(s.conns, c)
			s.mu.Unlock()
		}()
	}
}

// Close ends all sessions and listeners.
func (s *Server) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	for l := range s.lns {
		l.Close()
	}
	for c := range s.conns {
		c.Close()
	}
	return nil
}

type session struct {
	s       *Server
	f       Faults
	raw     net.Conn
	c       net.Conn
	r       *bufio.Reader
	w       *bufio.Writer
	sent    int64
	secured bool
	user    string
	box     Mailbox
	msgs    []Message
	gone    map[int]bool
	cmd     string
}

var errCut = errors.New("cut")

func (s *Server) session(c net.Conn) {
	x := &session{s: s, raw: c, c: c, gone: map[int]bool{}}
	if s.Faults != nil {
		x.f = s.Faults()
	}
	if s.Implicit {
		t := tls.Server(c, s.TLSConfig)
		if t.Handshake() != nil {
			return
		}
		x.c, x.secured = t, true
	}
	x.use(x.c)
	greet := x.f.Greeting
	if greet == "" {
		greet = fmt.Sprintf("+OK ready <%d.%d@pop3.example>", time.Now().UnixNano(), s.Sessions())
	}
	if x.reply(greet+"\r\n") != nil || x.w.Flush() != nil {
		return
	}
	idle := s.Idle
	if idle == 0 {
		idle = 10 * time.Minute
	}
	for {
		// Replies are sent when nothing more is waiting: that is what pipelining saves.
		if x.r.Buffered() == 0 {
			if x.w.Flush() != nil {
				return
			}
		} else if x.f.NoPipeline {
			return
		}
		x.c.SetDeadline(time.Now().Add(idle))
		line, err := x.r.ReadSlice('\n')
		if err != nil {
			return
		}
		x.cmd = strings.TrimRight(string(line), "\r\n")
		if quit, err := x.command(); err != nil || quit {
			x.w.Flush()
			return
		}
	}
}

func (x *session) use(c net.Conn) {
	x.c = c
	x.r = bufio.NewReaderSize(c, 16<<10)
	x.w = bufio.NewWriterSize(c, 64<<10)
}

// reply sends what the faults make of it.
func (x *session) reply(text string) error { return x.send([]byte(text)) }

func (x *session) send(b []byte) error {
	if x.f.Reply != nil {
		b = x.f.Reply(x.cmd, b)
	}
	if x.f.LF {
		b = bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n"))
	}
	if x.f.CutAfter > 0 && x.sent+int64(len(b)) > x.f.CutAfter {
		x.w.Write(b[:max(x.f.CutAfter-x.sent, 0)])
		x.w.Flush()
		x.raw.Close()
		return errCut
	}
	x.sent += int64(len(b))
	_, err := x.w.Write(b)
	return err
}

func (x *session) ok(format string, a ...any) error {
	return x.reply("+OK " + fmt.Sprintf(format, a...) + "\r\n")
}
func (x *session) no(format string, a ...any) error {
	return x.reply("-ERR " + fmt.Sprintf(format, a...) + "\r\n")
}

func (x *session) command() (quit bool, err error) {
	verb, arg, _ := strings.Cut(x.cmd, " ")
	verb = strings.ToUpper(verb)
	switch verb {
	case "CAPA":
		if x.f.NoCAPA {
			return false, x.no("unknown command")
		}
		return false, x.capa()
	case "QUIT":
		return true, x.quit()
	case "NOOP":
		return false, x.ok("")
	}
	if x.box == nil {
		return false, x.outside(verb, arg)
	}
	return false, x.inside(verb, arg)
}

func (x *session) capa() error {
	b := "+OK\r\nRESP-CODES\r\nAUTH-RESP-CODE\r\n"
	if !x.f.NoTOP {
		b += "TOP\r\n"
	}
	if !x.f.NoUIDL {
		b += "UIDL\r\n"
	}
	if !x.f.NoPipeline {
		b += "PIPELINING\r\n"
	}
	if !x.secured && !x.f.NoSTLS {
		b += "STLS\r\n"
	}
	if x.secured {
		b += "USER\r\n"
		if !x.f.NoSASL {
			b += "SASL PLAIN\r\n"
		}
	}
	return x.reply(b + ".\r\n")
}

func (x *session) outside(verb, arg string) error {
	switch verb {
	case "STLS":
		if x.secured || x.s.TLSConfig == nil || x.f.NoSTLS {
			return x.no("no STLS")
		}
		if err := x.reply("+OK begin TLS\r\n" + x.f.Inject); err != nil {
			return err
		}
		if err := x.w.Flush(); err != nil {
			return err
		}
		if x.r.Buffered() > 0 {
			return errCut
		}
		t := tls.Server(x.c, x.s.TLSConfig)
		if err := t.Handshake(); err != nil {
			return err
		}
		x.secured = true
		x.use(t)
		return nil
	case "USER", "PASS", "AUTH":
		if !x.secured {
			return x.no("[AUTH] TLS first")
		}
	default:
		return x.no("sign in first")
	}
	switch verb {
	case "USER":
		x.user = arg
		return x.ok("")
	case "PASS":
		return x.login(x.user, arg)
	}
	mech, ir, _ := strings.Cut(arg, " ")
	if !strings.EqualFold(mech, "PLAIN") || x.f.NoSASL {
		return x.no("unknown mechanism")
	}
	if ir == "" {
		if err := x.reply("+ \r\n"); err != nil {
			return err
		}
		if err := x.w.Flush(); err != nil {
			return err
		}
		line, err := x.r.ReadSlice('\n')
		if err != nil {
			return err
		}
		ir = strings.TrimSpace(string(line))
	}
	b, err := base64.StdEncoding.DecodeString(ir)
	f := strings.Split(string(b), "\x00")
	if err != nil || len(f) != 3 {
		return x.no("malformed")
	}
	return x.login(f[1], f[2])
}

func (x *session) login(user, pass string) error {
	if x.f.Login != "" {
		return x.reply(x.f.Login + "\r\n")
	}
	box, err := x.s.Backend.Login(user, pass)
	if err != nil {
		return x.no("[AUTH] %s", oneLine(err.Error()))
	}
	x.box, x.msgs = box, box.Messages()
	return x.ok("%d messages", len(x.msgs))
}

func (x *session) inside(verb, arg string) error {
	switch verb {
	case "STAT":
		n, size := 0, 0
		for i, m := range x.msgs {
			if !x.gone[i] {
				n++
				size += len(m.Data)
			}
		}
		return x.ok("%d %d", n, size)
	case "LIST", "UIDL":
		if verb == "UIDL" && x.f.NoUIDL {
			return x.no("unknown command")
		}
		show := func(i int) string {
			if verb == "UIDL" {
				return fmt.Sprintf("%d %s", i+1, x.msgs[i].UIDL)
			}
			return fmt.Sprintf("%d %d", i+1, len(x.msgs[i].Data))
		}
		if arg != "" {
			i, ok := x.number(arg)
			if !ok {
				return x.no("no such message")
			}
			return x.ok("%s", show(i))
		}
		b := []byte("+OK\r\n")
		for i := range x.msgs {
			if !x.gone[i] {
				b = append(append(b, show(i)...), "\r\n"...)
			}
		}
		return x.send(append(b, ".\r\n"...))
	case "RETR", "TOP":
		if verb == "TOP" && x.f.NoTOP {
			return x.no("unknown command")
		}
		n, lines, _ := strings.Cut(arg, " ")
		i, ok := x.number(n)
		if !ok || i+1 == x.f.Refuse {
			return x.no("no such message")
		}
		data := x.msgs[i].Data
		if verb == "TOP" {
			k, err := strconv.Atoi(lines)
			if err != nil || k < 0 {
				return x.no("how many lines?")
			}
			data = top(data, k)
		}
		return x.send(Stuff(append(make([]byte, 0, len(data)+len(data)/64+64), fmt.Sprintf("+OK %d octets\r\n", len(data))...), data))
	case "DELE":
		i, ok := x.number(arg)
		if !ok {
			return x.no("no such message")
		}
		x.gone[i] = true
		return x.ok("marked")
	case "RSET":
		clear(x.gone)
		return x.ok("")
	}
	return x.no("unknown command")
}

func (x *session) number(s string) (int, bool) {
	n, err := strconv.Atoi(s)
	return n - 1, err == nil && n >= 1 && n <= len(x.msgs) && !x.gone[n-1]
}

func (x *session) quit() error {
	if x.f.RefuseQuit {
		return x.no("some messages not removed")
	}
	if x.box != nil && len(x.gone) > 0 {
		var uidl []string
		for i := range x.gone {
			uidl = append(uidl, x.msgs[i].UIDL)
		}
		if err := x.box.Delete(uidl...); err != nil {
			return x.no("%s", oneLine(err.Error()))
		}
	}
	if x.f.BadQuit {
		x.w.Flush()
		x.raw.Close()
		return io.EOF
	}
	return x.ok("bye")
}

func oneLine(s string) string { return strings.NewReplacer("\r", " ", "\n", " ").Replace(s) }

// top returns the header block and n lines of the body.
func top(data []byte, n int) []byte {
	i := bytes.Index(data, []byte("\r\n\r\n"))
	if i < 0 {
		return data
	}
	end := i + 4
	for ; n > 0 && end < len(data); n-- {
		k := bytes.Index(data[end:], []byte("\r\n"))
		if k < 0 {
			return data
		}
		end += k + 2
	}
	return data[:end]
}

// Stuff appends data to b as the body of a multi-line reply, with its end (RFC 1939 section 3). Only CRLF ends a line.
func Stuff(b, data []byte) []byte {
	for start := true; len(data) > 0; start = true {
		if start && data[0] == '.' {
			b = append(b, '.')
		}
		i := bytes.Index(data, []byte("\r\n"))
		if i < 0 {
			b = append(append(b, data...), "\r\n"...)
			break
		}
		b = append(b, data[:i+2]...)
		data = data[i+2:]
	}
	return append(b, ".\r\n"...)
}
