package imap

import (
	"context"
	"fmt"
	"strconv"

	imap2 "github.com/emersion/go-imap/v2"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/wire"
)

// Test tries a server with the person's secret for the wizard: connection, certificate, kind of server, signing in, the list of mailboxes
// and the inbox, read-only. Nothing is changed on the server. Err is a *fault.Error that says what to do.
func Test(ctx context.Context, o wire.Options) mail.TestLine {
	line := wire.Try(o, mail.IMAP, func(line *mail.TestLine) error { return try(ctx, o, line) })
	if line.Err != nil {
		f := fault.Of(line.Err)
		line.Err, line.Summary = f, f.Title
	}
	return line
}

func try(ctx context.Context, o wire.Options, line *mail.TestLine) error {
	s, err := openFresh(ctx, o)
	if err != nil {
		return err
	}
	defer s.logout()
	line.Detail += ", " + s.state
	line.Push = s.caps.Has(imap2.CapIdle)
	return s.do(ctx, "test", func() error {
		t, err := s.tree(ctx, false)
		if err != nil {
			return err
		}
		for _, b := range t.boxes {
			if !hasAttr(b.Attrs, imap2.MailboxAttrNoSelect, imap2.MailboxAttrNonExistent) {
				line.Folders++
			}
		}
		sel, err := s.client.Select("INBOX", &imap2.SelectOptions{ReadOnly: true}).Wait()
		if err != nil {
			return err
		}
		line.Messages = int(sel.NumMessages)
		line.Summary = fmt.Sprintf("Signed in. %s, %s", count(line.Folders, "folder"), count(line.Messages, "message"))
		return nil
	})
}

// count writes a number with its thing: "1 folder", "18,402 messages".
func count(n int, thing string) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	if n == 1 {
		return s + " " + thing
	}
	return s + " " + thing + "s"
}
