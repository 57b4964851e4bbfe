package pop3

import (
	"errors"
	"strings"
	"time"

	"github.com/postrider/postrider/accounts/auth"
	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/wire"
)

// greeting reads the server's first line.
func (s *session) greeting() error {
	raw, err := s.r.ReadSlice('\n')
	if err != nil {
		if len(raw) >= 4 && raw[0] != '+' && raw[0] != '-' {
			return s.notPOP3(string(raw[:min(len(raw), 200)]))
		}
		f := s.fail(err)
		var e *fault.Error
		if errors.As(f, &e) && e.Code == "timeout" && !s.secured {
			e.Detail = "It may want TLS from the first byte on this port: choose TLS instead of STARTTLS. Postrider tries again by itself."
		}
		return f
	}
	s.lf = len(raw) < 2 || raw[len(raw)-2] != '\r'
	line := strings.TrimRight(string(raw[:min(len(raw), maxLine)]), "\r\n")
	text, ok, good := parseStatus([]byte(line))
	if !good {
		return s.notPOP3(line)
	}
	if !ok {
		return s.refused("connect", text)
	}
	if i := strings.IndexByte(text, '<'); i >= 0 {
		if j := strings.IndexByte(text[i:], '>'); j > 0 && strings.IndexByte(text[i:i+j], '@') > 0 {
			s.timestamp = text[i : i+j+1]
		}
	}
	return nil
}

func (s *session) notPOP3(line string) error {
	e := &fault.Error{Kind: fault.Protocol, Code: "wrong-protocol", Op: "connect", Service: wire.Addr(s.o.Server), Title: "This is no POP3 server",
		Detail: "What answers there is " + wire.Stranger(line, mail.POP3) + ". The port or the protocol is mixed up. Your password was not sent.", ServerText: clean(line)}
	s.broken = e
	return e
}

func noSTLS(srv mail.Server, text string) error {
	return &fault.Error{Kind: fault.TLS, Code: "no-starttls", Op: "secure", Service: wire.Addr(srv), Title: srv.Host + " offers no encryption on this port",
		Detail: "Something between here and the server may take it out. Your password was not sent. TLS on port 995 may work.", ServerText: clean(text)}
}

// refused says what an -ERR means that is not about one message.
func (s *session) refused(op, text string) *fault.Error {
	code, _ := responseCode(text)
	e := auth.Refusal(mail.POP3, s.o.Server.Host, clean(text), code)
	if e.Kind == fault.Auth && op != "sign in" {
		e = &fault.Error{Kind: fault.Refused, Code: "refused", Title: "The server refused", Detail: "It gives its reason in its own words.", ServerText: clean(text)}
	}
	if code == "LOGIN-DELAY" {
		if d := s.caps.loginDelay(); d > 0 {
			e.RetryAfter = d + time.Second
		}
	}
	e.Op, e.Service = op, wire.Addr(s.o.Server)
	return e
}
