package smtp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/accounts/wire"
)

// linger is how long a connection is kept for the next message.
const linger = 20 * time.Second

type submitter struct {
	o     wire.Options
	spare wire.Spare[session]
	mu    sync.Mutex
	limit int64 // of the last EHLO
	known bool
}

// Open returns the sending side of an account; it connects when there is something to do.
func Open(_ context.Context, o wire.Options) (remote.Submitter, error) {
	return &submitter{o: o}, nil
}

// take returns a signed-in session. A kept one is asked first whether it is still there.
func (b *submitter) take(ctx context.Context) (*session, error) {
	s, ok := b.spare.Take()
	if !ok {
		return nil, b.errClosed()
	}
	if s != nil {
		stop := s.guard(ctx)
		s.patience(1)
		r, err := s.cmd("RSET")
		s.patience(5)
		stop()
		if err == nil && r.code == 250 && ctx.Err() == nil {
			return s, nil
		}
		s.drop()
	}
	s, err := open(ctx, b.o)
	if err != nil {
		return nil, err
	}
	if !b.spare.Use(s) {
		s.drop()
		return nil, b.errClosed()
	}
	b.mu.Lock()
	b.limit, b.known = s.maxSize(), true
	b.mu.Unlock()
	return s, nil
}

func (b *submitter) errClosed() error {
	return &fault.Error{Kind: fault.Network, Code: "closed", Service: wire.Addr(b.o.Server), Title: "The connection is closed", Err: net.ErrClosed}
}

func (b *submitter) park(s *session) {
	if !b.spare.Park(s, !s.broken, linger, end) {
		s.drop()
	}
}

func end(s *session) {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	s.quit(ctx)
}

// Close ends the connection; a Submit under way returns with what it knows.
func (b *submitter) Close() error {
	idle, busy := b.spare.Close()
	if busy != nil {
		busy.line.Kill()
		busy.conn.Close()
	}
	if idle != nil {
		end(idle)
	}
	return nil
}

// MaxSize is what SIZE says, from the last connection or a new one.
func (b *submitter) MaxSize(ctx context.Context) (int64, error) {
	b.mu.Lock()
	limit, known := b.limit, b.known
	b.mu.Unlock()
	if known {
		return limit, nil
	}
	s, err := b.take(ctx)
	if err != nil {
		return 0, err
	}
	defer b.park(s)
	return s.maxSize(), nil
}

// Submit sends one message. When all recipients are refused, or the message is, the Receipt comes along with the error.
func (b *submitter) Submit(ctx context.Context, e remote.Envelope, open func() (io.ReadCloser, error)) (remote.Receipt, error) {
	t, err := prepare(b.o.Server, e)
	if err != nil {
		return remote.Receipt{}, err
	}
	s, err := b.take(ctx)
	if err != nil {
		return remote.Receipt{}, err
	}
	stop := s.guard(ctx)
	rec, err := s.send(t, open)
	stop()
	if ctx.Err() != nil {
		s.broken = true
		// What became of the message matters more than that somebody lost patience.
		if err != nil && fault.Of(err).Code != "unsure" && !answered(err) {
			err = ctx.Err()
		}
	}
	b.park(s)
	return rec, err
}

// answered: the server had the last word.
func answered(err error) bool {
	var f *fault.Error
	return errors.As(err, &f) && f.ServerText != ""
}

// transaction is an envelope as it goes over the wire.
type transaction struct {
	e    remote.Envelope
	from string
	to   []string
	utf8 string // why SMTPUTF8 is needed, "" = it is not
}

func prepare(srv mail.Server, e remote.Envelope) (t transaction, err error) {
	t.e = e
	if e.UTF8 {
		t.utf8 = "the header of the message"
	}
	if e.From != "" { // "" is the null sender of notices
		var u bool
		if t.from, u, err = toASCII(e.From); err != nil {
			return t, err
		}
		if u {
			t.utf8 = "“" + clean(e.From) + "”"
		}
	}
	if len(e.To) == 0 {
		return t, &fault.Error{Kind: fault.Refused, Code: "no-recipients", Op: "send", Service: wire.Addr(srv), Title: "The message has no recipients", Detail: "Add at least one."}
	}
	for _, a := range e.To {
		to, u, err := toASCII(a)
		if err != nil {
			return t, err
		}
		if u {
			t.utf8 = "“" + clean(a) + "”"
		}
		t.to = append(t.to, to)
	}
	return t, nil
}

// commands returns MAIL and the RCPTs.
func (s *session) commands(t transaction) ([]string, error) {
	if limit := s.maxSize(); limit > 0 && t.e.Size > limit {
		return nil, tooLarge(s.o.Server, t.e.Size, limit)
	}
	var m strings.Builder
	fmt.Fprintf(&m, "MAIL FROM:<%s>", t.from)
	if s.has("SIZE") && t.e.Size > 0 {
		fmt.Fprintf(&m, " SIZE=%d", t.e.Size)
	}
	if s.has("8BITMIME") {
		m.WriteString(" BODY=8BITMIME")
	}
	if t.utf8 != "" {
		if !s.has("SMTPUTF8") {
			return nil, &fault.Error{Kind: fault.Refused, Code: "no-smtputf8", Op: "send", Service: wire.Addr(s.o.Server), Title: s.o.Server.Host + " takes only addresses in plain Latin letters",
				Detail: "It cannot send this because of " + t.utf8 + ". Use another address, or send from another account."}
		}
		m.WriteString(" SMTPUTF8")
	}
	dsn := s.has("DSN")
	if dsn && t.e.Notify {
		m.WriteString(" RET=HDRS")
	}
	if dsn && t.e.ID != "" && len(xtext(t.e.ID)) <= 100 {
		m.WriteString(" ENVID=" + xtext(t.e.ID))
	}
	out := []string{m.String()}
	for _, a := range t.to {
		r := "RCPT TO:<" + a + ">"
		if dsn && t.e.Notify {
			r += " NOTIFY=SUCCESS,FAILURE,DELAY"
			if isASCII(a) {
				r += " ORCPT=rfc822;" + xtext(a)
			}
		}
		out = append(out, r)
	}
	return out, nil
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// flight is how many commands are sent at once; their replies fit into any buffer between.
const flight = 50

// ask sends commands, several at once where the server allows it, and returns their replies.
func (s *session) ask(cmds []string) ([]reply, error) {
	window := 1
	if s.has("PIPELINING") {
		window = flight
	}
	out := make([]reply, 0, len(cmds))
	for len(cmds) > 0 {
		n := min(window, len(cmds))
		for _, c := range cmds[:n] {
			s.w.WriteString(c + "\r\n")
		}
		if err := s.w.Flush(); err != nil {
			return nil, s.fail(err)
		}
		for range n {
			r, err := s.reply()
			if err != nil {
				return nil, err
			}
			out = append(out, r)
		}
		if len(out) == n && out[0].code/100 != 2 {
			return out, nil // MAIL was refused: ask no more
		}
		cmds = cmds[n:]
	}
	return out, nil
}

func (s *session) send(t transaction, open func() (io.ReadCloser, error)) (remote.Receipt, error) {
	var rec remote.Receipt
	cmds, err := s.commands(t)
	if err != nil {
		return rec, err
	}
	msg, err := open()
	if err != nil {
		return rec, err
	}
	defer msg.Close()
	s.patience(5)
	rs, err := s.ask(cmds)
	if err != nil {
		return rec, err
	}
	if rs[0].code/100 != 2 {
		return rec, s.refused("send", rs[0])
	}
	good := 0
	for i, r := range rs[1:] {
		ok := r.code/100 == 2
		rec.Recipients = append(rec.Recipients, mail.RecipientResult{Addr: t.e.To[i], OK: ok, Code: r.code, Text: r.String()})
		if ok {
			good++
		}
	}
	if good == 0 {
		err := s.allRefused(rs[1:])
		s.reset()
		return rec, err
	}
	if s.has("CHUNKING") {
		err = s.chunks(&rec, msg)
	} else {
		err = s.data(&rec, msg)
	}
	if err != nil {
		for i := range rec.Recipients {
			rec.Recipients[i].OK = false
		}
	}
	return rec, err
}

// allRefused: as long as one recipient may be taken later, the message waits.
func (s *session) allRefused(rs []reply) error {
	worst := rs[0]
	for _, r := range rs {
		if r.code/100 == 4 {
			worst = r
			break
		}
	}
	return s.refused("send", worst)
}

func (s *session) reset() {
	if s.broken {
		return
	}
	if r, err := s.cmd("RSET"); err != nil || r.code != 250 {
		s.broken = true
	}
}

// unsure: the message is with the server, or not.
func (s *session) unsure(err error) error {
	s.broken = true
	return &fault.Error{Kind: fault.Network, Code: "unsure", Op: "send", Service: wire.Addr(s.o.Server), Title: "It is not known whether the message was sent",
		Detail: "The connection ended before the server's answer. Look into Sent, or ask the recipient, before you send it again.", Err: err}
}

// local wraps an error of reading the message; the connection ends so that the server drops what it has.
func (s *session) local(err error) error {
	s.broken = true
	s.conn.Close()
	return fault.Of(err)
}
