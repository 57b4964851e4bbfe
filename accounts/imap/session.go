package imap

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync"
	"time"

	imap2 "github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"github.com/postrider/postrider/accounts/auth"
	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/wire"
)

// session is one signed-in connection. It is used by one goroutine at a time, except for close.
type session struct {
	o      wire.Options
	conn   net.Conn // of the network, below TLS
	filter *filter
	client *imapclient.Client
	caps   imap2.CapSet
	state  string // TLS version, for people

	gmail      bool   // X-GM-EXT-1
	all        string // Gmail's All Mail, "" = hidden
	allKnown   bool
	condstore  bool
	qresync    bool // enabled
	compressed bool

	box      string // selected mailbox, "" = none
	readOnly bool   // it was opened by EXAMINE
	sel      *imap2.SelectData

	hintMu sync.Mutex
	hint   func() // called when the server says something unasked
}

// open dials, secures and signs in with cred.
func open(ctx context.Context, o wire.Options, cred auth.Credential) (*session, error) {
	s, err := dial(ctx, o)
	if err != nil {
		return nil, err
	}
	if err := s.signIn(ctx, cred); err != nil {
		s.close()
		return nil, err
	}
	if err := s.prepare(ctx); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// openFresh opens a session with the account's credential, and once more with a fresh one when it was refused and the fresh one differs.
func openFresh(ctx context.Context, o wire.Options) (*session, error) {
	return wire.SignIn(ctx, o, func(c auth.Credential) (*session, error) { return open(ctx, o, c) })
}

// do runs f as one exchange with the server: it ends with ctx, by closing the connection, and its error is a fault.
func (s *session) do(ctx context.Context, op string, f func() error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	defer s.filter.expect()()
	stop := context.AfterFunc(ctx, func() { s.conn.Close() })
	err := f()
	if !stop() && ctx.Err() != nil && err != nil {
		return ctx.Err()
	}
	return s.fault(op, err)
}

// dead reports whether the connection has ended.
func (s *session) dead() bool {
	select {
	case <-s.client.Closed():
		return true
	default:
		return s.filter.reason() != nil
	}
}

// fault turns an error of a command into one for people.
func (s *session) fault(op string, err error) error {
	if err == nil {
		return nil
	}
	var f *fault.Error
	if errors.As(err, &f) {
		return err
	}
	var no *imap2.Error
	if errors.As(err, &no) && no.Type != imap2.StatusResponseTypeBye {
		return s.refused(op, no)
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	s.filter.mu.Lock()
	cause, bye := s.filter.err, s.filter.bye
	s.filter.mu.Unlock()
	addr := wire.Addr(s.o.Server)
	if bye != "" {
		e := fault.New(fault.Network, "cut", "The server ended the connection", "Postrider tries again by itself.")
		code, text := splitCode(bye)
		if code == "UNAVAILABLE" || code == "LIMIT" || strings.Contains(strings.ToLower(text), "too many") {
			e = auth.Refusal(mail.IMAP, s.o.Server.Host, bye, code)
		}
		e.Op, e.Service, e.ServerText, e.Err = op, addr, bye, err
		return e
	}
	if cause != nil && !errors.Is(cause, errLine) {
		e := fault.Of(wire.Fault(cause, s.o.Server, op))
		if e.Kind != fault.Network {
			e = &fault.Error{Kind: fault.Network, Code: "cut", Op: op, Service: addr, Title: "The connection was cut", Detail: "Postrider tries again by itself.", Err: cause}
		}
		if e.Code == "cancelled" {
			e.Code = "cut"
		}
		return e
	}
	if errors.Is(err, net.ErrClosed) || s.filter.reason() != nil && cause == nil {
		return &fault.Error{Kind: fault.Network, Code: "cut", Op: op, Service: addr, Title: "The connection was cut", Detail: "Postrider tries again by itself.", Err: err}
	}
	// go-imap gave up reading: nothing more can be learnt on this connection.
	s.conn.Close()
	return &fault.Error{Kind: fault.Protocol, Code: "reply", Op: op, Service: addr, Title: "The server answered in a way that Postrider does not understand",
		Detail: "Postrider connects again. If it happens again, copy the report from Technical details.", Err: err}
}

// splitCode takes a response code off a status text.
func splitCode(text string) (code, rest string) {
	if !strings.HasPrefix(text, "[") {
		return "", text
	}
	in, rest, ok := strings.Cut(text[1:], "]")
	if !ok {
		return "", text
	}
	code, _, _ = strings.Cut(in, " ")
	return strings.ToUpper(code), strings.TrimSpace(rest)
}

// refused says what a NO or BAD to a command means (RFC 5530).
func (s *session) refused(op string, no *imap2.Error) error {
	text := printable(no.Text)
	if no.Code != "" {
		text = "[" + string(no.Code) + "] " + text
	}
	e := &fault.Error{Op: op, Service: wire.Addr(s.o.Server), ServerText: text, Kind: fault.Refused, Code: "no",
		Title: "The server said no", Detail: "It says: “" + printable(no.Text) + "”", Err: no}
	low := strings.ToLower(no.Text)
	switch {
	case no.Code == imap2.ResponseCodeOverQuota, strings.Contains(low, "quota exceeded"), strings.Contains(low, "over quota"), strings.Contains(low, "overquota"):
		e.Kind, e.Code, e.Title = fault.Quota, auth.CodeOverQuota, "The mailbox on the server is full"
		e.Detail = "Remove large or old messages there, or ask the provider for more room. What is here stays here."
	case no.Code == imap2.ResponseCodeNonExistent, no.Code == imap2.ResponseCodeTryCreate, strings.Contains(low, "mailbox doesn't exist"), strings.Contains(low, "unknown mailbox"), strings.Contains(low, "no such mailbox"),
		strings.Contains(low, "mailbox does not exist"), strings.Contains(low, "nonexistent"):
		e.Kind, e.Code, e.Title = fault.NotFound, "no-mailbox", "This mailbox is not on the server any more"
	case no.Code == imap2.ResponseCodeTooBig:
		e.Code, e.Title = "too-big", "The message is larger than the server takes"
	case no.Code == imap2.ResponseCodeNoPerm:
		e.Code, e.Title = auth.CodeNoPermission, "You may not do that in this mailbox"
	case no.Code == imap2.ResponseCodeAlreadyExists:
		e.Code, e.Title = "exists", "There is a mailbox of that name already"
	case no.Code == imap2.ResponseCodeInUse, no.Code == imap2.ResponseCodeLimit, no.Code == imap2.ResponseCodeUnavailable, no.Code == imap2.ResponseCodeServerBug:
		e.Kind, e.Code, e.Title = fault.Busy, strings.ToLower(string(no.Code)), "The server cannot do that right now"
		e.RetryAfter = time.Minute
	case no.Type == imap2.StatusResponseTypeBad:
		e.Code = "bad"
	}
	return e
}

func (s *session) close() error {
	s.conn.Close()
	if s.client != nil {
		s.client.Close()
	}
	return nil
}

// logout says goodbye, for at most two seconds, and closes.
func (s *session) logout() error {
	if !s.dead() {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		_ = s.do(ctx, "log out", func() error { return s.client.Logout().Wait() })
		cancel()
	}
	return s.close()
}

// unasked passes on that the server said something nobody asked for.
func (s *session) unasked() {
	s.hintMu.Lock()
	h := s.hint
	s.hintMu.Unlock()
	if h != nil {
		h()
	}
}

func (s *session) onHint(h func()) {
	s.hintMu.Lock()
	s.hint = h
	s.hintMu.Unlock()
}
