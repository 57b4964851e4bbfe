package smtp

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/postrider/postrider/accounts/auth"
	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/wire"
)

func (s *session) notSMTP(line string) error {
	s.broken = true
	return &fault.Error{Kind: fault.Protocol, Code: auth.CodeWrongProtocol, Op: "connect", Service: wire.Addr(s.o.Server), Title: "This is no server for sending mail",
		Detail: "What answers there is " + wire.Stranger(line, mail.SMTP) + ". The port or the protocol is mixed up. Your password was not sent.", ServerText: clean(line)}
}

// noStartTLS: a server for sending that shows no STARTTLS has most often had it taken out on the way: some boxes write X over it.
func (s *session) noStartTLS(text string) error {
	s.broken = true
	e := &fault.Error{Kind: fault.TLS, Code: "no-starttls", Op: "secure", Service: wire.Addr(s.o.Server), Title: s.o.Server.Host + " offers no encryption on this port",
		Detail: "Your password was not sent. TLS on port 465 may work.", ServerText: text}
	for k := range s.ext {
		if len(k) >= 6 && strings.Trim(k, "X") == "A" || len(k) >= 6 && strings.Trim(k, "X*") == "" {
			e.Detail = "Something between here and the server takes the encryption out of the connection; some firewalls and virus scanners do. Your password was not sent. TLS on port 465 may work."
			e.ServerText = clean(k)
		}
	}
	return e
}

// port25 says what a silent port 25 most often is.
func port25(err error, srv mail.Server) error {
	var e *fault.Error
	if srv.Port != 25 || !errors.As(err, &e) || e.Kind != fault.Network || e.Code != "timeout" {
		return err
	}
	f := *e
	f.Code, f.Title = "port25", "Port 25 is blocked by your internet provider"
	f.Detail = "Nothing answered on port 25 of " + srv.Host + ". Most networks let only servers use it. Port 587 is the one for mail programs."
	f.Action = fault.ActPort587
	return &f
}

func (s *session) signInRefused(r reply, text string) *fault.Error {
	code := strconv.Itoa(r.code)
	if r.enhanced != "" {
		code += " " + r.enhanced
	}
	e := auth.Refusal(mail.SMTP, s.o.Server.Host, text, code)
	e.Op, e.Service, e.ServerText = "sign in", wire.Addr(s.o.Server), r.String()
	return e
}

// refused says what a 4xx or 5xx outside of signing in means.
func (s *session) refused(op string, r reply) *fault.Error {
	e := &fault.Error{Op: op, Service: wire.Addr(s.o.Server), ServerText: r.String()}
	low := strings.ToLower(r.text())
	switch {
	case r.code == 421:
		s.broken = true
		fallthrough
	case r.code/100 == 4:
		e.Kind, e.Code = fault.Busy, "later"
		e.Title = s.o.Server.Host + " asks to try again later"
		e.Detail = "Postrider does so by itself. The message stays in the Outbox until then."
		e.RetryAfter = 5 * time.Minute
		if strings.Contains(low, "grey") || strings.Contains(low, "gray") {
			e.Detail = "It lets unknown senders wait for some minutes on purpose. Postrider tries again by itself."
		}
	case r.code/100 != 5:
		s.broken = true
		e.Kind, e.Code = fault.Protocol, "bad-reply"
		e.Title = "The server for sending said something that it must not"
		e.Detail = "Its answer does not fit what was asked."
	case r.enhanced == "5.3.4" || r.enhanced == "5.2.3" || r.code == 552 && r.enhanced != "5.2.2" && (strings.Contains(low, "size") || strings.Contains(low, "large")):
		e.Kind, e.Code = fault.Refused, "too-large"
		e.Title = "The message is larger than " + s.o.Server.Host + " accepts"
		e.Detail = "Remove files or make them smaller."
	case r.code == 530 || r.code == 535 || r.code == 538 || op == "connect":
		f := s.signInRefused(r, r.text())
		f.Op = op
		if f.Kind != fault.Auth || r.code == 530 || r.code == 535 || r.code == 538 {
			return f
		}
		fallthrough
	default:
		code := strconv.Itoa(r.code) + " " + r.enhanced
		if f := auth.Refusal(mail.SMTP, s.o.Server.Host, r.text(), strings.TrimSpace(code)); f.Code == auth.CodeRelay {
			f.Op, f.Service, f.ServerText = op, e.Service, e.ServerText
			return f
		}
		e.Kind, e.Code = fault.Refused, "rejected"
		e.Title = s.o.Server.Host + " refused the message"
		switch {
		case op == "connect":
			e.Title = s.o.Server.Host + " does not let this computer in"
			e.Detail = "It gives its reason in its own words."
		case r.enhanced == "5.1.1" || r.enhanced == "5.1.10" || strings.Contains(low, "user unknown") || strings.Contains(low, "no such user"):
			e.Code, e.Title, e.Detail = "no-recipient", "There is no such recipient", "Check the address for typing errors."
		case r.enhanced == "5.2.2" || strings.Contains(low, "over quota") || strings.Contains(low, "mailbox full") || strings.Contains(low, "mailbox is full"):
			e.Code, e.Title, e.Detail = "recipient-full", "The recipient's mailbox is full", "It takes no new mail until there is room. Try again later or tell them another way."
		case r.enhanced == "5.7.1" || strings.Contains(low, "spam"):
			e.Detail = "Its rules do not allow it. It gives its reason in its own words."
		default:
			e.Detail = "It was not sent. The server gives its reason in its own words."
		}
	}
	return e
}

func tooLarge(srv mail.Server, size, limit int64) error {
	return &fault.Error{Kind: fault.Refused, Code: "too-large", Op: "send", Service: wire.Addr(srv), Title: fmt.Sprintf("%s is more than %s accepts (%s)", bytesText(size), srv.Host, bytesText(limit)),
		Detail: "Remove files or make them smaller."}
}

// clean makes a server's words fit to be shown.
func clean(s string) string { return wire.Clean(s, 600) }

// bytesText writes sizes in decimal units, as people's disks and providers do.
func bytesText(n int64) string {
	switch {
	case n >= 1e9:
		return strings.TrimSuffix(fmt.Sprintf("%.1f", float64(n)/1e9), ".0") + " GB"
	case n >= 1e6:
		return strings.TrimSuffix(strconv.FormatInt((n+5e5)/1e6, 10), ".0") + " MB"
	case n >= 1e3:
		return strconv.FormatInt((n+500)/1e3, 10) + " kB"
	}
	return strconv.FormatInt(n, 10) + " bytes"
}
