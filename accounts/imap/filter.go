package imap

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/klauspost/compress/flate"
)

// maxLine bounds one line of the server, without literals. The longest that make sense are SEARCH replies of very large mailboxes.
const maxLine = 32 << 20

// maxHeld bounds the literals of a FETCH reply that has to be held until its UID is known, and of replies that are collected.
const maxHeld = 64 << 20

// maxMadeUp bounds what is made up for a literal that was cut; a greater size was never meant seriously.
const maxMadeUp = 1 << 30

var errLine = errors.New("imap: the server's line is too long")

// filter is the net.Conn that go-imap gets; see the package's documentation. Read is called by go-imap's reading goroutine alone.
type filter struct {
	net.Conn
	log  *slog.Logger
	idle time.Duration // longest silence while a reply is expected
	busy atomic.Int32

	in      *bufio.Reader
	ready   []byte // tidied bytes not yet handed out
	spare   []byte // backing of ready
	literal int64  // bytes of a literal to pass on untouched
	fetch   fetchReply
	open    bool // the reply that was begun goes on after a literal
	kind    replyKind
	kept    []byte // of a collected reply

	broken  atomic.Bool  // the connection ended within a literal
	bytes   atomic.Int64 // of literals passed on
	blocked atomic.Int64 // nanoseconds waited for them

	wmu      sync.Mutex
	out      io.Writer
	deflate  *flate.Writer
	line     []byte // command line being gathered
	body     int64  // bytes of a literal to pass on
	vanished bool   // CHANGEDSINCE asks for VANISHED too

	mu     sync.Mutex
	global string // FETCH item that stands behind globalSection
	own    *ownCommand
	gone   []string // UID sets of VANISHED
	alerts []string
	bye    string
	err    error             // why reading ended
	names  map[string]string // mailbox names that are not modified UTF-7: as go-imap writes them -> as the server knows them
	closed chan struct{}
	hook   func(box string) // told of VANISHED ("") and STATUS

	sync    string // tag of an APPEND whose literal waits for the server's go-ahead
	discard bool   // that literal is not wanted: it goes nowhere

	// bodies: the FETCH under way asks for a body or header. A reply without one was not asked for (somebody changed flags), and would take the
	// place of the real one with go-imap, which matches replies by their number alone.
	bodies atomic.Bool
}

// unasked tells the hook that something changed in box, "" = the selected one.
func (f *filter) unasked(box string) {
	f.mu.Lock()
	h := f.hook
	f.mu.Unlock()
	if h != nil {
		h(box)
	}
}

type replyKind int

const (
	passReply replyKind = iota
	dropReply
	keepReply // for an own command
	fetchKind
)

// ownCommand is a command that go-imap does not know. It runs while go-imap has none.
type ownCommand struct {
	tag     string
	replies []string
	done    chan struct{}
	status  string // "OK", "NO" or "BAD"
	text    string
	deflate bool // on OK all that follows is compressed
}

func newFilter(c net.Conn, idle time.Duration, log *slog.Logger) *filter {
	return &filter{Conn: c, log: log, idle: idle, in: bufio.NewReaderSize(c, 64<<10), out: c, closed: make(chan struct{}), names: map[string]string{}}
}

// SetReadDeadline does nothing: go-imap's own limits would end a body that is merely slow. See expect.
func (f *filter) SetReadDeadline(time.Time) error { return nil }

// SetDeadline does nothing, see SetReadDeadline.
func (f *filter) SetDeadline(time.Time) error { return nil }

// SetWriteDeadline does nothing: go-imap allows five minutes for a whole message, which a slow link may need more of. See put.
func (f *filter) SetWriteDeadline(time.Time) error { return nil }

// expect says that a reply is awaited, until the returned function is called: from then on silence longer than f.idle is an error.
func (f *filter) expect() func() {
	f.busy.Add(1)
	f.Conn.SetReadDeadline(time.Now().Add(f.idle))
	return func() {
		if f.busy.Add(-1) == 0 {
			f.Conn.SetReadDeadline(time.Time{})
		}
	}
}

func (f *filter) arm() {
	if f.busy.Load() > 0 {
		f.Conn.SetReadDeadline(time.Now().Add(f.idle))
	}
}

// Read hands tidied bytes to go-imap.
func (f *filter) Read(p []byte) (int, error) {
	n, err := f.read(p)
	if err != nil {
		f.fail(err)
		if err != io.EOF {
			err = fmt.Errorf("imap: %w", err)
		}
	}
	return n, err
}

// fail notes why reading ended.
func (f *filter) fail(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err == nil {
		f.err = err
		close(f.closed)
	}
}

func (f *filter) read(p []byte) (int, error) {
	for {
		if f.broken.Load() {
			// The connection ended within a literal. go-imap would now read on in two goroutines at the same time, so it gets the rest of the
			// literal as zeros, and the error after it. Who reads the literal asks broken.
			if f.literal == 0 || f.literal > maxMadeUp {
				return 0, f.reason()
			}
			n := int(min(int64(len(p)), f.literal))
			clear(p[:n])
			f.literal -= int64(n)
			return n, nil
		}
		if len(f.ready) > 0 {
			n := copy(p, f.ready)
			f.ready = f.ready[n:]
			return n, nil
		}
		if f.literal > 0 {
			if int64(len(p)) > f.literal {
				p = p[:f.literal]
			}
			var t time.Time
			wait := f.in.Buffered() == 0
			if wait {
				f.arm()
				t = time.Now()
			}
			n, err := f.in.Read(p)
			if wait {
				f.blocked.Add(int64(time.Since(t)))
			}
			f.bytes.Add(int64(n))
			f.literal -= int64(n)
			if n > 0 {
				return n, nil
			}
			if err != nil {
				f.fail(unexpected(err))
				f.broken.Store(true)
			}
			continue
		}
		if err := f.next(); err != nil {
			return 0, err
		}
	}
}

func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// readLine returns the next line without its line end; it is valid until the next read.
func (f *filter) readLine() ([]byte, error) {
	var long []byte
	for {
		if f.in.Buffered() == 0 {
			f.arm()
		}
		part, err := f.in.ReadSlice('\n')
		if err == bufio.ErrBufferFull {
			if len(long)+len(part) > maxLine {
				return nil, errLine
			}
			long = append(long, part...)
			continue
		}
		if err != nil {
			if len(long)+len(part) > 0 {
				err = unexpected(err)
			}
			return nil, err
		}
		if long != nil {
			part = append(long, part...)
		}
		return bytes.TrimRight(part, "\r\n"), nil
	}
}

// literalSize returns n of a line that ends in {n}, {n+} or ~{n}.
func literalSize(line []byte) (n int64, at int, ok bool) {
	if len(line) < 3 || line[len(line)-1] != '}' {
		return 0, 0, false
	}
	at = bytes.LastIndexByte(line, '{')
	if at < 0 {
		return 0, 0, false
	}
	num := strings.TrimSuffix(string(line[at+1:len(line)-1]), "+")
	v, err := strconv.ParseUint(num, 10, 62)
	if err != nil {
		return 0, 0, false
	}
	if at > 0 && line[at-1] == '~' {
		at--
	}
	return int64(v), at, true
}

// skip discards the n bytes of a literal.
func (f *filter) skip(n int64) error {
	for n > 0 {
		f.arm()
		k, err := f.in.Discard(int(min(n, 1<<20)))
		n -= int64(k)
		if err != nil {
			return unexpected(err)
		}
	}
	return nil
}

// hold reads the n bytes of a literal.
func (f *filter) hold(n int64) ([]byte, error) {
	if n > maxHeld {
		return nil, errLine
	}
	var b bytes.Buffer
	for n > 0 {
		f.arm()
		k, err := io.CopyN(&b, f.in, min(n, 64<<10))
		n -= k
		if err != nil {
			return nil, unexpected(err)
		}
	}
	return b.Bytes(), nil
}

// emit makes b the bytes that go-imap reads next.
func (f *filter) emit(b ...[]byte) {
	f.spare = f.spare[:0]
	for _, x := range b {
		f.spare = append(f.spare, x...)
	}
	f.ready = f.spare
	if cap(f.spare) > 1<<20 {
		f.spare = nil // a rare long line need not stay
	}
}

var crlf = []byte("\r\n")

// next reads one line, with what belongs to it, and decides what go-imap gets of it.
func (f *filter) next() error {
	line, err := f.readLine()
	if err != nil {
		return err
	}
	if f.open {
		return f.goOn(line)
	}
	switch {
	case len(line) == 0:
		return nil
	case line[0] == '+':
		f.mu.Lock()
		f.sync = ""
		f.mu.Unlock()
		f.emit(line, crlf)
		return nil
	case bytes.HasPrefix(line, []byte("* ")):
		return f.untagged(line)
	}
	return f.tagged(line)
}

// goOn handles the part of a reply after a literal.
func (f *filter) goOn(line []byte) error {
	switch f.kind {
	case fetchKind:
		return f.fetchOn(line)
	case keepReply:
		f.kept = append(f.kept, line...)
	}
	n, _, lit := literalSize(line)
	f.open = lit
	switch f.kind {
	case passReply:
		f.emit(line, crlf)
		if lit {
			f.literal = n
		}
	case keepReply:
		if !lit {
			f.keep(string(f.kept))
			f.kept = nil
			return nil
		}
		b, err := f.hold(n)
		if err != nil {
			return err
		}
		f.kept = append(append(f.kept, crlf...), b...)
	case dropReply:
		if lit {
			return f.skip(n)
		}
	}
	return nil
}

func (f *filter) keep(reply string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.own != nil && len(f.own.replies) < 1<<20 {
		f.own.replies = append(f.own.replies, reply)
	}
}

// begin starts a reply of the given kind whose first line is line (as it shall be passed on).
func (f *filter) begin(kind replyKind, line []byte) error {
	f.kind = kind
	f.open = true
	f.kept = nil
	return f.goOn(line)
}

func (f *filter) tagged(line []byte) error {
	tag, rest, _ := bytes.Cut(line, []byte(" "))
	f.mu.Lock()
	own := f.own
	f.mu.Unlock()
	if own != nil && string(tag) == own.tag {
		st, text, _ := bytes.Cut(rest, []byte(" "))
		own.status, own.text = strings.ToUpper(string(st)), string(text)
		if own.deflate && own.status == "OK" {
			f.in = bufio.NewReaderSize(flate.NewReader(f.in), 64<<10)
			f.wmu.Lock()
			f.deflate, _ = flate.NewWriter(f.out, 6)
			f.wmu.Unlock()
		}
		f.mu.Lock()
		f.own = nil
		f.mu.Unlock()
		close(own.done)
		return nil
	}
	st, text, _ := bytes.Cut(rest, []byte(" "))
	switch strings.ToUpper(string(st)) {
	case "OK", "NO", "BAD":
		f.noteAlert(text)
		reply := append(append(append(append(append([]byte(nil), tag...), ' '), bytes.ToUpper(st)...), ' '), tidyStatus(text)...)
		f.mu.Lock()
		if f.sync != "" && f.sync == string(tag) {
			// The server does not want the literal. go-imap would give the connection up: it gets its go-ahead, the literal goes nowhere.
			f.sync, f.discard = "", true
			reply = append([]byte("+ -\r\n"), reply...)
		}
		f.mu.Unlock()
		f.emit(reply, crlf)
		return nil
	}
	f.log.Warn("imap: a line that is no reply was left out", "length", len(line))
	return nil
}

func (f *filter) noteAlert(text []byte) {
	if len(text) > 7 && bytes.EqualFold(text[:7], []byte("[ALERT]")) {
		f.mu.Lock()
		if len(f.alerts) < 16 {
			f.alerts = append(f.alerts, printable(string(text[7:])))
		}
		f.mu.Unlock()
	}
}

// command runs a command of our own while go-imap has none. It returns the untagged replies that go-imap does not know.
func (f *filter) command(ctx context.Context, line string, deflate bool) ([]string, error) {
	own := &ownCommand{tag: "P" + strconv.FormatInt(time.Now().UnixNano()%1e9, 10), done: make(chan struct{}), deflate: deflate}
	f.mu.Lock()
	f.own = own
	f.mu.Unlock()
	defer f.expect()()
	f.wmu.Lock()
	err := f.put([]byte(own.tag + " " + line + "\r\n"))
	f.wmu.Unlock()
	if err != nil {
		return nil, err
	}
	select {
	case <-own.done:
	case <-f.closed:
		return nil, f.reason()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if own.status != "OK" {
		return nil, fmt.Errorf("imap: %s %s", own.status, printable(own.text))
	}
	return own.replies, nil
}

// reason returns why reading ended, nil while it goes on.
func (f *filter) reason() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.err
}

// takeGone returns the sets that VANISHED replies named since the last call.
func (f *filter) takeGone() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	g := f.gone
	f.gone = nil
	return g
}
