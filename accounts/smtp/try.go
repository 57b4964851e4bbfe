package smtp

import (
	"context"
	"fmt"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/wire"
)

// Test signs in and asks whether the server takes mail from and to the account's address (MAIL, RCPT), then takes that back (RSET) and leaves:
// nothing is sent.
func Test(ctx context.Context, o wire.Options) mail.TestLine {
	return wire.Try(o, mail.SMTP, func(line *mail.TestLine) error { return try(ctx, o, line) })
}

func try(ctx context.Context, o wire.Options, line *mail.TestLine) error {
	s, err := open(ctx, o)
	if err != nil {
		return err
	}
	defer s.drop()
	stop := s.guard(ctx)
	defer stop()
	line.Detail = s.describe()
	addr, utf8, err := toASCII(o.Account.Address)
	if err != nil {
		return err
	}
	param := ""
	if utf8 && s.has("SMTPUTF8") {
		param = " SMTPUTF8"
	}
	for _, cmd := range []string{"MAIL FROM:<" + addr + ">" + param, "RCPT TO:<" + addr + ">"} {
		r, err := s.cmd(cmd)
		if err != nil {
			return wire.OrDone(ctx, err)
		}
		if r.code/100 != 2 {
			return s.refused("send", r)
		}
	}
	s.reset()
	s.quit(ctx)
	line.MaxSize = s.maxSize()
	line.Summary = "Signed in. Accepts mail from your address"
	if line.MaxSize > 0 {
		line.Summary += fmt.Sprintf(", up to %s", bytesText(line.MaxSize))
	}
	return nil
}
