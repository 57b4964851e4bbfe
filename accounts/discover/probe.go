package discover

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/wire"
)

// maxLine bounds what a server may say in one line before it is not believed to be a mail server.
const maxLine = 2048

// probe is the trial of one server, shared by all sources that name it.
type probe struct {
	done chan struct{}
	err  error // valid after done
}

func probeKey(s mail.Server) string {
	return fmt.Sprintf("%s %s %d %s", s.Protocol, s.Host, s.Port, s.Security)
}

// proven reports whether a probe of o has ended well. f.mu is held.
func (f *finder) proven(o mail.Offer) bool {
	p := f.probes[probeKey(o.Server)]
	if p == nil {
		return false
	}
	select {
	case <-p.done:
		return p.err == nil
	default:
		return false
	}
}

// probeAll tries servers, starting them gap apart, and waits for all.
func (f *finder) probeAll(ctx context.Context, os []mail.Offer, gap time.Duration) {
	var wg sync.WaitGroup
	for i, o := range os {
		if i > 0 && gap > 0 {
			select {
			case <-time.After(gap):
			case <-ctx.Done():
			}
		}
		wg.Go(func() { f.probe(ctx, o.Server) })
	}
	wg.Wait()
}

// probe tries a server once, however many ask.
func (f *finder) probe(ctx context.Context, s mail.Server) error {
	f.mu.Lock()
	p := f.probes[probeKey(s)]
	if p == nil {
		p = &probe{done: make(chan struct{})}
		f.probes[probeKey(s)] = p
		f.wg.Go(func() {
			defer close(p.done)
			select {
			case f.slots <- struct{}{}:
				defer func() { <-f.slots }()
			case <-f.ctx.Done():
				p.err = f.ctx.Err()
				return
			}
			pctx, cancel := context.WithTimeout(f.ctx, probeLimit)
			defer cancel()
			p.err = f.try(pctx, s)
		})
	}
	f.mu.Unlock()
	select {
	case <-p.done:
		return p.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

var errNotMail error = fault.New(fault.Protocol, "wrong-protocol", "Something else than mail answers there", "The port may belong to another service.")

// try connects, verifies the certificate and reads the greeting. Nothing about the person is said.
func (f *finder) try(ctx context.Context, s mail.Server) (err error) {
	var c net.Conn
	if s.Security == mail.TLS {
		if c, err = f.dial.DialTLS(ctx, s); err != nil {
			return err
		}
	} else if c, err = f.dial.DialPlain(ctx, s); err != nil {
		return err
	}
	defer func() { c.Close() }()
	stop := context.AfterFunc(ctx, func() { c.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	r := bufio.NewReaderSize(c, maxLine)
	if err := greeting(r, s.Protocol); err != nil {
		return err
	}
	if s.Security == mail.TLS {
		return nil
	}
	if err := startTLS(c, r, s.Protocol); err != nil {
		return err
	}
	if r.Buffered() > 0 {
		return fault.New(fault.TLS, "injection", "The server said something before the connection was secure", "Somebody between may have put it there. Nothing was sent.")
	}
	t, err := f.dial.Upgrade(ctx, c, s)
	if err != nil {
		return err
	}
	c = t
	return nil
}

func line(r *bufio.Reader) (string, error) {
	b, err := r.ReadSlice('\n')
	if err != nil {
		if errors.Is(err, bufio.ErrBufferFull) {
			err = errNotMail
		}
		return "", err
	}
	return strings.TrimRight(string(b), "\r\n"), nil
}

func greeting(r *bufio.Reader, p mail.Protocol) error {
	want := map[mail.Protocol]string{mail.IMAP: "* OK", mail.POP3: "+OK", mail.SMTP: "220"}[p]
	if p == mail.SMTP {
		_, err := reply(r, want)
		return err
	}
	l, err := line(r)
	if err != nil {
		return err
	}
	if len(l) < len(want) || !strings.EqualFold(l[:len(want)], want) {
		return errNotMail
	}
	return nil
}

// reply reads an SMTP reply of any number of lines (RFC 5321 section 4.2.1).
func reply(r *bufio.Reader, code string) (lines []string, err error) {
	for range 64 {
		l, err := line(r)
		if err != nil {
			return nil, err
		}
		if !strings.HasPrefix(l, code) {
			return nil, errNotMail
		}
		lines = append(lines, strings.ToUpper(l[len(code):]))
		if len(l) == 3 || l[3] != '-' {
			return lines, nil
		}
	}
	return nil, errNotMail
}

var errNoSTARTTLS error = fault.New(fault.TLS, "no-starttls", "The server offers no encryption", "The server, or something between, does not protect connections. Nothing was sent.")

// startTLS asks for the upgrade (RFC 9051 section 6.2.1, RFC 2595, RFC 3207). What the server lists before it is not believed, except that SMTP must name STARTTLS.
func startTLS(c net.Conn, r *bufio.Reader, p mail.Protocol) error {
	switch p {
	case mail.IMAP:
		if _, err := io.WriteString(c, "a1 STARTTLS\r\n"); err != nil {
			return err
		}
		for range 16 { // untagged lines may come first
			l, err := line(r)
			if err != nil {
				return err
			}
			if strings.HasPrefix(l, "a1 ") {
				if len(l) >= 5 && strings.EqualFold(l[3:5], "OK") {
					return nil
				}
				return errNoSTARTTLS
			}
		}
		return errNotMail
	case mail.POP3:
		if _, err := io.WriteString(c, "STLS\r\n"); err != nil {
			return err
		}
		l, err := line(r)
		if err == nil && !strings.HasPrefix(l, "+OK") {
			err = errNoSTARTTLS
		}
		return err
	default:
		if _, err := io.WriteString(c, "EHLO [127.0.0.1]\r\n"); err != nil {
			return err
		}
		lines, err := reply(r, "250")
		if err != nil {
			return err
		}
		ok := false
		for _, l := range lines {
			ok = ok || len(l) > 0 && strings.TrimSpace(l[1:]) == "STARTTLS"
		}
		if !ok {
			return errNoSTARTTLS
		}
		if _, err := io.WriteString(c, "STARTTLS\r\n"); err != nil {
			return err
		}
		if _, err := reply(r, "220"); err != nil {
			return errNoSTARTTLS
		}
		return nil
	}
}

// trouble says in a line why no server could be used: a certificate first, since it names a server that is there.
func (f *finder) trouble(d mail.Discovery) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, o := range append(append([]mail.Offer(nil), d.Incoming...), d.Outgoing...) {
		if e := f.ended(probeKey(o.Server)); e != nil && e.Kind != fault.TLS {
			return fmt.Sprintf("%s %d: %s", o.Host, o.Port, strings.ToLower(e.Title[:1])+e.Title[1:])
		} else if e != nil {
			return e.Title
		}
	}
	var titles []string
	for k := range f.probes {
		if e := f.ended(k); e != nil && e.Kind == fault.TLS && e.Code != "not-tls" {
			titles = append(titles, e.Title)
		}
	}
	if len(titles) == 0 {
		return ""
	}
	return slices.Min(titles)
}

// ended returns the fault of a probe that has failed, nil for others. f.mu is held.
func (f *finder) ended(key string) *fault.Error {
	p := f.probes[key]
	if p == nil {
		return nil
	}
	select {
	case <-p.done:
		return fault.Of(p.err)
	default:
		return nil
	}
}

// sendingBlocked reports whether the servers for reading answer and those for sending are swallowed by something in between.
func (f *finder) sendingBlocked(d mail.Discovery) bool {
	if len(d.Outgoing) == 0 || !slices.ContainsFunc(d.Incoming, func(o mail.Offer) bool { return o.Proven }) {
		return false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, o := range d.Outgoing {
		if e := f.ended(probeKey(o.Server)); e == nil || e.Code != "timeout" {
			return false
		}
	}
	return true
}

// dialer is the options' dialer, with names looked up and ports mapped as the options say, which notes that the network answered.
func (f *finder) dialer() *wire.Dialer {
	d := wire.Dialer{}
	if f.o.Dialer != nil {
		d = *f.o.Dialer
	}
	d.Timeout = probeLimit
	base := (&net.Dialer{}).DialContext
	if d.Context != nil {
		base = d.Context
	}
	d.Context = func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := f.connect(ctx, base, network, addr)
		if err == nil || fault.Of(err).Code == "refused" {
			f.answered.Store(true)
			f.positive.Store(true)
		}
		return c, err
	}
	return &d
}

func (f *finder) connect(ctx context.Context, base func(context.Context, string, string) (net.Conn, error), network, addr string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	if n, err := strconv.Atoi(port); err == nil && f.o.Ports[n] != 0 {
		port = strconv.Itoa(f.o.Ports[n])
	}
	if f.o.Resolver == nil || net.ParseIP(host) != nil {
		return base(ctx, network, net.JoinHostPort(host, port))
	}
	ips, err := f.lookupHost(ctx, host)
	if err != nil {
		return nil, err
	}
	for _, ip := range ips {
		var c net.Conn
		if c, err = base(ctx, network, net.JoinHostPort(ip, port)); err == nil {
			return c, nil
		}
	}
	return nil, err
}
