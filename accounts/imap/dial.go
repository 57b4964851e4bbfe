package imap

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"strings"
	"time"

	imap2 "github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"github.com/postrider/postrider/accounts/auth"
	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/wire"
)

// dial connects, up to the greeting inside verified TLS.
func dial(ctx context.Context, o wire.Options) (*session, error) {
	var (
		t   *tls.Conn
		err error
	)
	greeting := []byte("* OK ready\r\n")
	if o.Server.Security == mail.STARTTLS {
		t, err = dialStartTLS(ctx, o)
	} else {
		t, err = o.Dialer.DialTLS(ctx, o.Server)
		if fault.Is(err, fault.TLS) {
			err = mixedUp(err, o.Server)
		}
		if err == nil {
			if greeting, err = readGreeting(ctx, t, o); err != nil {
				t.Close()
			}
		}
	}
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, err
	}
	s := &session{o: o, conn: t.NetConn(), state: tls.VersionName(t.ConnectionState().Version)}
	s.filter = newFilter(t, o.Dialer.IdleTimeout(), o.Logger())
	s.filter.ready = append([]byte(nil), greeting...)
	s.client = imapclient.New(s.filter, &imapclient.Options{UnilateralDataHandler: &imapclient.UnilateralDataHandler{
		Expunge: func(uint32) { s.unasked() },
		Mailbox: func(*imapclient.UnilateralDataMailbox) { s.unasked() },
		Fetch: func(m *imapclient.FetchMessageData) {
			for it := m.Next(); it != nil; it = m.Next() {
				_ = it // read to its end, or go-imap's reader would wait
			}
			s.unasked()
		},
	}})
	return s, nil
}

// mixedUp explains a TLS port that answered in plain text.
func mixedUp(err error, s mail.Server) error {
	f := fault.Of(err)
	if f.Code != "not-tls" {
		return err
	}
	switch {
	case strings.HasPrefix(f.ServerText, "* "):
		f.Detail = "It speaks IMAP there, but wants STARTTLS. Choose STARTTLS for this port."
	case strings.HasPrefix(f.ServerText, "+OK"), strings.HasPrefix(f.ServerText, "220"):
		return wrongProtocol(f.ServerText, s)
	}
	return f
}

// wrongProtocol says which other protocol a greeting is of.
func wrongProtocol(line string, s mail.Server) error {
	what := "something other than IMAP"
	switch {
	case strings.HasPrefix(line, "+OK"):
		what = "POP3, not IMAP"
	case strings.HasPrefix(line, "220"), strings.HasPrefix(line, "554"), strings.HasPrefix(line, "421"):
		what = "SMTP, which is for sending, not IMAP"
	case strings.HasPrefix(line, "HTTP/"):
		what = "HTTP, not IMAP"
	}
	e := fault.New(fault.Protocol, auth.CodeWrongProtocol, "This port speaks "+what, "Check the port and the kind of server.")
	e.Op, e.Service, e.ServerText, e.Action = "connect", wire.Addr(s), printable(line), fault.ActEdit
	return e
}

// firstLine reads one line without taking a byte of what follows it.
func firstLine(ctx context.Context, c net.Conn, o wire.Options) ([]byte, error) {
	limit := 15 * time.Second
	if o.Dialer != nil && o.Dialer.Timeout > 0 {
		limit = o.Dialer.Timeout
	}
	c.SetReadDeadline(time.Now().Add(limit))
	defer c.SetReadDeadline(time.Time{})
	stop := context.AfterFunc(ctx, func() { c.Close() })
	defer stop()
	var line []byte
	one := make([]byte, 1)
	for len(line) < 8<<10 {
		n, err := c.Read(one)
		if n == 1 {
			line = append(line, one[0])
			if one[0] == '\n' {
				return line, nil
			}
			continue
		}
		if err != nil {
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			return line, wire.Fault(unexpected(err), o.Server, "connect")
		}
	}
	return nil, wrongProtocol(string(line[:64]), o.Server)
}

// readGreeting reads and checks the greeting (RFC 9051 section 7.1: OK, PREAUTH or BYE).
func readGreeting(ctx context.Context, c net.Conn, o wire.Options) ([]byte, error) {
	line, err := firstLine(ctx, c, o)
	if err != nil {
		return nil, err
	}
	text := printable(string(line))
	up := strings.ToUpper(text)
	switch {
	case strings.HasPrefix(up, "* OK"), strings.HasPrefix(up, "* PREAUTH"):
		word, rest, _ := strings.Cut(text[2:], " ")
		return []byte("* " + strings.ToUpper(word) + " " + string(tidyStatus([]byte(rest))) + "\r\n"), nil
	case strings.HasPrefix(up, "* BYE"):
		code, rest := splitCode(strings.TrimSpace(text[5:]))
		e := auth.Refusal(mail.IMAP, o.Server.Host, strings.TrimSpace(text[5:]), code)
		if e.Kind == fault.Auth {
			e = fault.New(fault.Busy, auth.CodeUnavailable, "The server turned the connection away", "It says: “"+rest+"”")
			e.ServerText, e.RetryAfter = strings.TrimSpace(text[5:]), 2*time.Minute
		}
		e.Op, e.Service = "connect", wire.Addr(o.Server)
		return nil, e
	}
	return nil, wrongProtocol(text, o.Server)
}

// dialStartTLS upgrades a plain connection (RFC 9051 section 6.2.1). Nothing that was said before TLS is believed, and bytes that the
// server sent behind its OK end the attempt: they would be taken for replies inside TLS.
func dialStartTLS(ctx context.Context, o wire.Options) (*tls.Conn, error) {
	c, err := o.Dialer.DialPlain(ctx, o.Server)
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { c.Close() })
	defer stop()
	fail := func(err error) (*tls.Conn, error) {
		c.Close()
		return nil, err
	}
	greeting, err := readGreeting(ctx, c, o)
	if err != nil {
		var f *fault.Error
		if errors.As(err, &f) && f.Kind == fault.Network && f.Code == "timeout" {
			f.Detail = "The port is open but nothing is said there. It may want TLS from the first byte: choose TLS instead of STARTTLS."
		}
		return fail(err)
	}
	if strings.HasPrefix(string(greeting), "* PREAUTH") {
		return fail(&fault.Error{Kind: fault.TLS, Code: auth.CodeNeedTLS, Op: "secure", Service: wire.Addr(o.Server),
			Title: "The server lets anybody in before the connection is encrypted", Detail: "Something in between may have changed what it says. Nothing was sent."})
	}
	if _, err := c.Write([]byte("S1 STARTTLS\r\n")); err != nil {
		return fail(wire.Fault(err, o.Server, "secure"))
	}
	for n := 0; ; n++ {
		line, err := firstLine(ctx, c, o)
		if err != nil {
			return fail(err)
		}
		text := printable(string(line))
		if strings.HasPrefix(text, "* ") && n < 20 {
			continue
		}
		if !strings.HasPrefix(strings.ToUpper(text), "S1 OK") {
			return fail(&fault.Error{Kind: fault.TLS, Code: "no-starttls", Op: "secure", Service: wire.Addr(o.Server), ServerText: text,
				Title: "The server offers no encryption on this port", Detail: "Choose TLS on port 993 instead. Nothing was sent, since your password would have been readable on the way."})
		}
		break
	}
	// firstLine read byte by byte, so what was sent early is still in the socket and fails the handshake: a TLS record cannot begin with it.
	t, err := o.Dialer.Upgrade(ctx, c, o.Server)
	if err != nil {
		return nil, err
	}
	return t, nil
}

// capabilities asks for them anew, so that what was said before signing in is forgotten.
func (s *session) capabilities() error {
	caps, err := s.client.Capability().Wait()
	if err != nil {
		return err
	}
	s.caps = caps
	return nil
}

// signIn proves who we are.
func (s *session) signIn(ctx context.Context, cred auth.Credential) error {
	return s.do(ctx, "sign in", func() error {
		if err := s.client.WaitGreeting(); err != nil {
			return err
		}
		if err := s.capabilities(); err != nil {
			return err
		}
		if s.client.State() == imap2.ConnStateAuthenticated {
			return nil // PREAUTH inside TLS
		}
		err := s.present(cred)
		var no *imap2.Error
		if errors.As(err, &no) && no.Type != imap2.StatusResponseTypeBye {
			return s.refusal(no, cred, "")
		}
		return err
	})
}

func (s *session) present(cred auth.Credential) error {
	mech, err := auth.Choose(s.caps.AuthMechanisms(), cred)
	if err != nil {
		f := fault.Of(err)
		switch {
		case f.Code != "no-mechanism" || cred.Token != "":
			return err
		case s.caps.Has(imap2.CapLoginDisabled):
			e := auth.Refusal(mail.IMAP, s.o.Server.Host, "", "LOGINDISABLED")
			e.Service = wire.Addr(s.o.Server)
			return e
		}
		return s.client.Login(cred.User, cred.Password).Wait()
	}
	err = s.client.Authenticate(mech)
	if err == nil && !auth.Proven(mech) {
		return &fault.Error{Kind: fault.TLS, Code: "no-proof", Op: "sign in", Service: wire.Addr(s.o.Server), Title: "The server did not prove that it knows your password",
			Detail: "It may not be the server it says it is. Your password was not sent."}
	}
	var no *imap2.Error
	if errors.As(err, &no) && cred.Token != "" {
		return s.refusal(no, cred, auth.Reason(mech))
	}
	return err
}

// refusal explains a NO to signing in.
func (s *session) refusal(no *imap2.Error, cred auth.Credential, reason string) error {
	text := printable(no.Text)
	if no.Code != "" {
		text = "[" + string(no.Code) + "] " + text
	}
	s.filter.mu.Lock()
	alerts := append([]string(nil), s.filter.alerts...)
	s.filter.mu.Unlock()
	e := auth.Refusal(mail.IMAP, s.o.Server.Host, text, string(no.Code))
	if cred.Token != "" && (e.Code == auth.CodeBadPassword || e.Code == auth.CodeAppPassword) {
		e = auth.Refusal(mail.IMAP, s.o.Server.Host, "invalid_token "+reason, "")
		e.ServerText = text
	}
	for _, a := range alerts {
		if !strings.Contains(e.Detail, a) && !strings.Contains(text, a) {
			e.Detail += " The server says: “" + a + "”"
		}
	}
	e.Service = wire.Addr(s.o.Server)
	return e
}

// prepare does what comes once after signing in.
func (s *session) prepare(ctx context.Context) error {
	return s.do(ctx, "sign in", func() error {
		if err := s.capabilities(); err != nil {
			return err
		}
		s.gmail = s.caps.Has("X-GM-EXT-1")
		s.condstore = s.caps.Has(imap2.CapCondStore)
		switch {
		case s.gmail:
			s.filter.setGlobal("X-GM-MSGID")
		case s.caps.Has(imap2.CapObjectID):
			s.filter.setGlobal("EMAILID")
		}
		if s.caps.Has(imap2.CapID) {
			// Some providers (Netease) refuse SELECT without it. A refusal means nothing.
			if _, err := s.client.ID(&imap2.IDData{Name: "Postrider"}).Wait(); err != nil && s.dead() {
				return err
			}
		}
		if s.caps.Has(imap2.CapQResync) && s.caps.Has(imap2.CapEnable) {
			if _, err := s.filter.command(ctx, "ENABLE QRESYNC", false); err == nil {
				s.qresync = true
				s.filter.wmu.Lock()
				s.filter.vanished = true
				s.filter.wmu.Unlock()
			} else if s.dead() {
				return err
			}
		}
		return nil
	})
}

func (f *filter) setGlobal(item string) {
	f.mu.Lock()
	f.global = item
	f.mu.Unlock()
}
