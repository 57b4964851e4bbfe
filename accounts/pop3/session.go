package pop3

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"strconv"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/wire"
)

// session is one POP3 session, from the greeting to QUIT. One goroutine at a time uses it; kill may be called from any.
type session struct {
	o    wire.Options
	conn net.Conn
	line *wire.Line
	r    *bufio.Reader
	w    *bufio.Writer

	lf        bool   // lines of this server end with a lone LF
	timestamp string // of the greeting, for APOP, with angle brackets; "" without
	caps      caps
	secured   bool
	version   uint16 // of TLS
	window    int    // commands in flight
	broken    error  // set once the stream cannot be trusted any more
	listing   *listing
}

const (
	readBuffer = 256 << 10
	pipeline   = 32
)

func (s *session) use(c net.Conn) {
	s.conn = c
	s.line = wire.NewLine(c, s.o.Dialer.IdleTimeout())
	s.r = bufio.NewReaderSize(s.line, readBuffer)
	s.w = bufio.NewWriterSize(s.line, 4<<10)
}

// guard ends the session when ctx is done, until the returned func is called.
func (s *session) guard(ctx context.Context) func() bool { return s.line.Guard(ctx) }

// connect opens a session up to and with TLS and the capabilities, but does not sign in.
func connect(ctx context.Context, o wire.Options) (*session, error) {
	s := &session{o: o, window: 1}
	c, version, err := o.Dialer.Dial(ctx, o.Server)
	if err != nil {
		return nil, wire.OrDone(ctx, err)
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
	if err := s.greeting(); err != nil {
		stop()
		return err
	}
	if !s.secured {
		err := s.stls()
		stop()
		if err != nil {
			return err
		}
		t, err := s.o.Dialer.Upgrade(ctx, s.conn, s.o.Server)
		if err != nil {
			return err
		}
		s.use(t)
		s.secured, s.version = true, t.ConnectionState().Version
		stop = s.guard(ctx)
	}
	defer stop()
	return s.capabilities()
}

// stls asks for TLS and leaves the connection ready for the handshake.
func (s *session) stls() error {
	if err := s.capabilities(); err != nil {
		return err
	}
	if s.caps.known && !s.caps.has("STLS") {
		return noSTLS(s.o.Server, "")
	}
	text, ok, err := s.cmd("STLS")
	if err != nil {
		return err
	}
	if !ok {
		return noSTLS(s.o.Server, text)
	}
	if s.r.Buffered() > 0 {
		return &fault.Error{Kind: fault.TLS, Code: "injection", Op: "secure", Service: wire.Addr(s.o.Server), Title: "The connection to " + s.o.Server.Host + " was tampered with",
			Detail: "Something sent data before the encryption began. Your password was not sent."}
	}
	s.caps = caps{} // what was said in the clear does not count
	return nil
}

// fail marks the session as broken.
func (s *session) fail(err error) error {
	err = wire.Fault(err, s.o.Server, "read")
	if s.broken == nil {
		s.broken = err
	}
	return err
}

func (s *session) protocol(code, detail, text string) error {
	e := &fault.Error{Kind: fault.Protocol, Code: code, Op: "read", Service: wire.Addr(s.o.Server), Title: "The POP3 server said something that it must not",
		Detail: detail, ServerText: clean(text)}
	if s.broken == nil {
		s.broken = e
	}
	return e
}

// put writes a command without sending it yet.
func (s *session) put(verb string, args ...int) {
	s.w.WriteString(verb)
	var b [20]byte
	for _, a := range args {
		s.w.WriteByte(' ')
		s.w.Write(strconv.AppendInt(b[:0], int64(a), 10))
	}
	s.w.WriteString("\r\n")
}

// flush sends what was put.
func (s *session) flush() error {
	if err := s.w.Flush(); err != nil {
		return s.fail(err)
	}
	return nil
}

// cmd sends a command and reads its status line.
func (s *session) cmd(line string) (text string, ok bool, err error) {
	s.w.WriteString(line)
	s.w.WriteString("\r\n")
	if err := s.flush(); err != nil {
		return "", false, err
	}
	return s.status()
}

// maxLine bounds a line of a reply; RFC 1939 allows 512 bytes, servers are wordy.
const maxLine = 8 << 10

// readLine returns a line without its end; it is valid until the next read.
func (s *session) readLine() ([]byte, error) {
	b, err := s.r.ReadSlice('\n')
	if err != nil {
		if errors.Is(err, bufio.ErrBufferFull) {
			return nil, s.protocol("too-long", "A line of its reply has no end.", string(b[:64]))
		}
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return nil, s.fail(err)
	}
	if len(b) > maxLine {
		return nil, s.protocol("too-long", "A line of its reply is far too long.", string(b[:64]))
	}
	b = b[:len(b)-1]
	if n := len(b); n > 0 && b[n-1] == '\r' {
		b = b[:n-1]
	}
	return b, nil
}

// status reads "+OK text" or "-ERR text".
func (s *session) status() (text string, ok bool, err error) {
	b, err := s.readLine()
	if err != nil {
		return "", false, err
	}
	text, ok, good := parseStatus(b)
	if !good {
		return "", false, s.protocol("bad-status", "Its reply begins with neither +OK nor -ERR.", string(b[:min(len(b), 200)]))
	}
	return text, ok, nil
}

// lines reads a multi-line reply and calls each with every line, unstuffed. The limit is in bytes for all of it.
func (s *session) lines(limit int, each func([]byte)) error {
	for {
		b, err := s.readLine()
		if err != nil {
			return err
		}
		if len(b) > 0 && b[0] == '.' {
			if len(b) == 1 {
				return nil
			}
			b = b[1:]
		}
		if limit -= len(b) + 2; limit < 0 {
			return s.protocol("too-long", "Its list is far too long.", "")
		}
		each(b)
	}
}

// capabilities asks CAPA. A server that does not know it is not an error.
func (s *session) capabilities() error {
	s.caps = caps{}
	s.window = 1
	_, ok, err := s.cmd("CAPA")
	if err != nil || !ok {
		return err
	}
	s.caps.known = true
	if err := s.lines(64<<10, s.caps.add); err != nil {
		return err
	}
	if s.caps.has("PIPELINING") {
		s.window = pipeline
	}
	return nil
}

// quit ends the session and reports whether the server said yes. The connection is closed in any case.
func (s *session) quit(ctx context.Context) (text string, ok bool, err error) {
	stop := s.guard(ctx)
	defer stop()
	defer s.conn.Close()
	if s.broken != nil {
		return "", false, s.broken
	}
	text, ok, err = s.cmd("QUIT")
	s.broken = net.ErrClosed
	return text, ok, err
}

// drop closes the connection without a word: the server keeps everything as it was (RFC 1939 section 6).
func (s *session) drop() {
	s.line.Kill()
	s.conn.Close()
}
