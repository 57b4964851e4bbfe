package accounts

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/postrider/postrider/accounts/auth"
	"github.com/postrider/postrider/accounts/dav"
	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/imap"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/accounts/pop3"
	"github.com/postrider/postrider/accounts/pst"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/accounts/smtp"
	"github.com/postrider/postrider/accounts/wire"
)

// Env is what accounts are opened with.
type Env struct {
	Dialer *wire.Dialer
	Log    *slog.Logger
	// Creds returns where a server's credential comes from.
	Creds func(a mail.Account, s mail.Server, purpose auth.Purpose) auth.Source
}

// Opener returns what opens account a.
func Opener(a mail.Account, e Env) remote.Opener {
	if a.Incoming.Protocol == mail.PST {
		return fileAt(a.Incoming.Path)
	}
	return opener{a, e}
}

// file opens a data file. All connections to one share its pst.Opener, so that one sees what another writes.
type file struct{ pst.Opener }

// files are the data files of this run, by their path: that of mail and that of contacts and calendars are the same.
var files struct {
	sync.Mutex
	at map[string]*file
}

func fileAt(path string) *file {
	files.Lock()
	defer files.Unlock()
	f := files.at[path]
	if f == nil {
		if files.at == nil {
			files.at = map[string]*file{}
		}
		f = &file{pst.Opener{Path: path}}
		files.at[path] = f
	}
	return f
}

// Open opens the file: for reading where it cannot be written. One that has vanished is looked for again from time to time, it may be on a disk that is not plugged in.
func (o *file) Open(ctx context.Context) (*remote.Conn, error) {
	c, err := o.Opener.Open(ctx)
	if err == nil {
		return c, nil
	}
	if _, e := os.Stat(o.Path); errors.Is(e, fs.ErrNotExist) {
		return nil, &fault.Error{Kind: fault.Local, Code: "file-gone", Op: "open", Title: "The file " + filepath.Base(o.Path) + " is not there",
			Detail: "It was at " + o.Path + ". Put it back, plug in the disk that it is on, or close the file here.", Err: e}
	}
	return nil, err
}

type opener struct {
	a mail.Account
	e Env
}

// Shelves returns what opens the address books and calendars that account a uses, by their service: the DAV servers in its settings, or the data file that it is.
func Shelves(a mail.Account, e Env) map[string]remote.Opener {
	out := map[string]remote.Opener{}
	if a.Incoming.Protocol == mail.PST {
		out[string(mail.PST)] = fileAt(a.Incoming.Path).Shelf()
	}
	for _, s := range a.Also {
		if UsesShelf(s) {
			out[string(s.Protocol)] = shelf{opener{a, e}, s}
		}
	}
	return out
}

// UsesShelf reports whether an entry of an account's further servers is a DAV server that is in use: one that was only found has the URL as its path and no port.
func UsesShelf(s mail.Server) bool {
	return (s.Protocol == mail.CardDAV || s.Protocol == mail.CalDAV) && s.Port != 0 && s.Security == mail.TLS
}

// ShelfURL is the address of a DAV server in use.
func ShelfURL(s mail.Server) string { return dav.Start(s).String() }

// UseShelf makes settings of a DAV server of its URL and signs in to it; nothing is stored.
func UseShelf(ctx context.Context, a mail.Account, p mail.Protocol, url string, e Env) (mail.Server, error) {
	s, err := dav.Server(p, url, a.Incoming.User, a.Incoming.Auth)
	if err != nil {
		return s, err
	}
	if s.User == "" {
		s.User = a.Address
	}
	c, err := shelf{opener{a, e}, s}.Open(ctx)
	if err != nil {
		return s, err
	}
	defer c.Close()
	_, err = c.Collections(ctx)
	return s, err
}

// FreeBusy asks the CalDAV server of an account when people are busy; nothing where it has none.
func FreeBusy(ctx context.Context, a mail.Account, e Env, addrs []string, from, to time.Time) ([]pim.FreeBusy, error) {
	for _, s := range a.Also {
		if s.Protocol == mail.CalDAV && UsesShelf(s) {
			return dav.FreeBusy(ctx, opener{a, e}.options(s, auth.ForIncoming), a.Address, addrs, from, to)
		}
	}
	return nil, nil
}

// Rooms are the rooms in the directory of an account's CalDAV server; nothing where it has none.
func Rooms(ctx context.Context, a mail.Account, e Env) ([]pim.Attendee, error) {
	for _, s := range a.Also {
		if s.Protocol == mail.CalDAV && UsesShelf(s) {
			return dav.Rooms(ctx, opener{a, e}.options(s, auth.ForIncoming))
		}
	}
	return nil, nil
}

type shelf struct {
	opener
	s mail.Server
}

// Open connects and signs in to the DAV server.
func (o shelf) Open(ctx context.Context) (*remote.Conn, error) {
	return dav.Open(ctx, o.options(o.s, auth.ForIncoming))
}

// OpenSubmitter returns nothing: nothing is sent this way.
func (o shelf) OpenSubmitter(context.Context) (remote.Submitter, error) { return nil, nil }

func (o opener) options(s mail.Server, p auth.Purpose) wire.Options {
	return wire.Options{Account: o.a, Server: s, Dialer: o.e.Dialer, Log: o.e.Log, Creds: o.e.Creds(o.a, s, p)}
}

// Open connects and signs in to the incoming server.
func (o opener) Open(ctx context.Context) (*remote.Conn, error) {
	opt := o.options(o.a.Incoming, auth.ForIncoming)
	switch o.a.Incoming.Protocol {
	case mail.IMAP:
		return imap.Open(ctx, opt)
	case mail.POP3:
		return pop3.Open(ctx, opt)
	}
	return nil, unsupported(o.a.Incoming.Protocol)
}

// OpenSubmitter returns the outgoing side, nil where the account has none.
func (o opener) OpenSubmitter(ctx context.Context) (remote.Submitter, error) {
	if o.a.Outgoing.Host == "" {
		return nil, nil
	}
	switch o.a.Outgoing.Protocol {
	case mail.SMTP:
		return smtp.Open(ctx, o.options(o.a.Outgoing, auth.ForOutgoing))
	}
	return nil, unsupported(o.a.Outgoing.Protocol)
}

func unsupported(p mail.Protocol) error {
	return fault.New(fault.Usage, "unsupported", fmt.Sprintf("This version of Postrider does not speak %s yet", p), "Choose IMAP or POP3 for this account.")
}

// Test signs in to both servers of a at the same time, sends nothing and changes nothing. line is called, from other goroutines but one at a time,
// whenever a line changes; the lines are returned in the order incoming, outgoing.
func Test(ctx context.Context, a mail.Account, e Env, line func(mail.TestLine)) []mail.TestLine {
	o := opener{a, e}
	var mu sync.Mutex
	tell := func(l mail.TestLine) {
		mu.Lock()
		defer mu.Unlock()
		if line != nil {
			line(l)
		}
	}
	type job struct {
		s    mail.Server
		p    auth.Purpose
		test func(context.Context, wire.Options) mail.TestLine
	}
	jobs := []job{{s: a.Incoming, p: auth.ForIncoming}}
	switch a.Incoming.Protocol {
	case mail.IMAP:
		jobs[0].test = imap.Test
	case mail.POP3:
		jobs[0].test = pop3.Test
	default:
		jobs[0].test = func(context.Context, wire.Options) mail.TestLine {
			return mail.TestLine{State: mail.StepFailed, Err: unsupported(a.Incoming.Protocol)}
		}
	}
	if a.Outgoing.Host != "" {
		jobs = append(jobs, job{s: a.Outgoing, p: auth.ForOutgoing, test: smtp.Test})
	}
	out := make([]mail.TestLine, len(jobs))
	var wg sync.WaitGroup
	for i, j := range jobs {
		tell(mail.TestLine{Protocol: j.s.Protocol, Server: j.s, State: mail.StepRunning})
		wg.Go(func() {
			l := j.test(ctx, o.options(j.s, j.p))
			l.Protocol = j.s.Protocol
			if l.Server.Host == "" {
				l.Server = j.s
			}
			out[i] = l
			tell(l)
		})
	}
	wg.Wait()
	return out
}
