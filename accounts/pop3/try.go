package pop3

import (
	"context"
	"crypto/tls"
	"fmt"
	"strconv"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/wire"
)

// Test signs in, counts (STAT, UIDL) and leaves; nothing changes on the server.
func Test(ctx context.Context, o wire.Options) mail.TestLine {
	return wire.Try(o, mail.POP3, func(line *mail.TestLine) error { return try(ctx, o, line) })
}

func try(ctx context.Context, o wire.Options, line *mail.TestLine) error {
	s, err := open(ctx, o)
	if err != nil {
		return err
	}
	defer s.drop()
	line.Detail += ", " + tls.VersionName(s.version)
	stop := s.guard(ctx)
	defer stop()
	text, ok, err := s.cmd("STAT")
	if err != nil {
		return wire.OrDone(ctx, err)
	}
	if !ok {
		return s.refused("list", text)
	}
	count, octets, good := parseStat(text)
	if !good {
		return s.protocol("bad-stat", "It does not say how many messages there are.", text)
	}
	if text, ok, err = s.cmd("UIDL"); err != nil {
		return wire.OrDone(ctx, err)
	}
	if ok {
		n := 0
		if err := s.lines(maxListBytes, func([]byte) { n++ }); err != nil {
			return wire.OrDone(ctx, err)
		}
		count = max(count, n)
	} else {
		line.Detail += ", without UIDL"
		line.Note = "This server gives its messages no lasting names (UIDL). Postrider knows them by their headers, which it reads again at every check: nothing is lost or fetched twice, but checks take longer the more mail stays on the server."
		if !s.hasTop() {
			line.Note = "This server gives its messages no lasting names (UIDL), nor their headers alone (TOP). Postrider reads every message again at every check: nothing is lost or kept twice, but leave little mail on the server, or use IMAP."
		}
	}
	s.quit(ctx)
	line.Messages, line.Folders = count, 1
	noun := "messages"
	if count == 1 {
		noun = "message"
	}
	line.Summary = fmt.Sprintf("Signed in. %s %s, %s", grouped(count), noun, bytesText(octets))
	return nil
}

// grouped writes 1204 as "1,204".
func grouped(n int) string {
	d := strconv.Itoa(n)
	for i := len(d) - 3; i > 0; i -= 3 {
		d = d[:i] + "," + d[i:]
	}
	return d
}

// bytesText writes sizes in decimal units.
func bytesText(n int64) string {
	switch {
	case n >= 10e9:
		return grouped(int(n/1e9)) + " GB"
	case n >= 1e9:
		return fmt.Sprintf("%.1f GB", float64(n)/1e9)
	case n >= 1e6:
		return strconv.Itoa(int((n+5e5)/1e6)) + " MB"
	case n >= 1e3:
		return strconv.Itoa(int((n+500)/1e3)) + " KB"
	}
	return strconv.Itoa(int(n)) + " bytes"
}
