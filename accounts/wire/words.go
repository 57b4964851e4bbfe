package wire

import (
	"context"
	"strings"
	"time"

	"github.com/postrider/postrider/accounts/mail"
)

// OrDone returns the context's error in place of what its end caused.
func OrDone(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// Try makes the line of a test of a server: the time that try takes, and what comes of it. try fills in the rest of the line.
func Try(o Options, p mail.Protocol, try func(*mail.TestLine) error) mail.TestLine {
	start := time.Now()
	line := mail.TestLine{Protocol: p, Server: o.Server, State: mail.StepFailed, Detail: Addr(o.Server)}
	line.Err = try(&line)
	line.Took = time.Since(start)
	if line.Err == nil {
		line.State = mail.StepFound
	}
	return line
}

// Clean makes a server's words fit to be shown: one line, no control characters, at most limit bytes and "…".
func Clean(s string, limit int) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			return ' '
		}
		return r
	}, s)
	s = strings.Join(strings.Fields(s), " ")
	if len(s) > limit {
		s = strings.ToValidUTF8(s[:limit], "") + "…"
	}
	return s
}

// Stranger says what kind of server greets with a line that is not of the protocol which was expected.
func Stranger(greeting string, expected mail.Protocol) string {
	for _, k := range []struct {
		begins, what string
		p            mail.Protocol
	}{
		{"* ", "an IMAP server", mail.IMAP}, {"+OK", "a POP3 server", mail.POP3}, {"220", "a server for sending mail (SMTP)", mail.SMTP},
		{"HTTP/", "a web server", ""}, {"SSH-", "a server for remote log-in (SSH)", ""},
	} {
		if k.p != expected && strings.HasPrefix(greeting, k.begins) {
			return k.what
		}
	}
	return "an unknown kind of server"
}
