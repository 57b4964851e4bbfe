// Package wire is what the protocols' connections have in common: dialling, the TLS policy, time limits, signing in once more with a fresh credential, the
// session that is kept between calls, faults of the network and of TLS in words for people, and servers' words made fit to be shown.
//
// The policy is one: TLS 1.2 or better, the certificate verified against the system's store and the host name, no switch to turn
// that off. Tests and the demo add a root of their own through [Dialer.Roots].
package wire

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strconv"
	"time"

	"github.com/postrider/postrider/accounts/auth"
	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
)

// Options is what a protocol is opened with.
type Options struct {
	Account mail.Account
	Server  mail.Server
	Dialer  *Dialer
	Creds   auth.Source
	Log     *slog.Logger // never nil in use; see Logger
}

// Logger returns the log, or one that discards.
func (o Options) Logger() *slog.Logger {
	if o.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return o.Log
}

// Addr returns "host:port".
func Addr(s mail.Server) string { return net.JoinHostPort(s.Host, strconv.Itoa(s.Port)) }

// Dialer opens connections. The zero value uses the system's roots and no proxy.
type Dialer struct {
	Roots   *x509.CertPool // nil: the system's
	Timeout time.Duration  // to connect and shake hands; 0 = 15 s
	Idle    time.Duration  // longest silence while data is expected; 0 = 2 min
	// Context dials; nil = net.Dialer. Tests count and redirect connections here.
	Context func(ctx context.Context, network, addr string) (net.Conn, error)
}

func (d *Dialer) timeout() time.Duration {
	if d != nil && d.Timeout > 0 {
		return d.Timeout
	}
	return 15 * time.Second
}

// IdleTimeout is the longest silence while data is expected.
func (d *Dialer) IdleTimeout() time.Duration {
	if d != nil && d.Idle > 0 {
		return d.Idle
	}
	return 2 * time.Minute
}

// TLSConfig returns the policy for host.
func (d *Dialer) TLSConfig(host string) *tls.Config {
	c := &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12}
	if d != nil {
		c.RootCAs = d.Roots
	}
	return c
}

// DialPlain opens the TCP connection of s, for protocols that upgrade it by STARTTLS.
func (d *Dialer) DialPlain(ctx context.Context, s mail.Server) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, d.timeout())
	defer cancel()
	dial := (&net.Dialer{}).DialContext
	if d != nil && d.Context != nil {
		dial = d.Context
	}
	c, err := dial(ctx, "tcp", Addr(s))
	if err != nil {
		return nil, Fault(err, s, "connect")
	}
	return c, nil
}

// Dial opens s: with TLS from the first byte, or as it is where STARTTLS follows. version is that of TLS, 0 before it.
func (d *Dialer) Dial(ctx context.Context, s mail.Server) (c net.Conn, version uint16, err error) {
	if s.Security == mail.STARTTLS {
		c, err = d.DialPlain(ctx, s)
		return c, 0, err
	}
	t, err := d.DialTLS(ctx, s)
	if err != nil {
		return nil, 0, err
	}
	return t, t.ConnectionState().Version, nil
}

// DialTLS opens s with TLS from the first byte and verifies the certificate.
func (d *Dialer) DialTLS(ctx context.Context, s mail.Server) (*tls.Conn, error) {
	c, err := d.DialPlain(ctx, s)
	if err != nil {
		return nil, err
	}
	return d.Upgrade(ctx, c, s)
}

// Upgrade shakes hands on c, which must have no bytes of the server buffered (that would be an injection). It closes c on failure.
func (d *Dialer) Upgrade(ctx context.Context, c net.Conn, s mail.Server) (*tls.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, d.timeout())
	defer cancel()
	t := tls.Client(c, d.TLSConfig(s.Host))
	if err := t.HandshakeContext(ctx); err != nil {
		c.Close()
		return nil, Fault(err, s, "secure")
	}
	return t, nil
}

// Fault turns an error of a connection to s into a *fault.Error with words for people. Errors that are already faults only get the service filled in.
func Fault(err error, s mail.Server, op string) error {
	if err == nil {
		return nil
	}
	var f *fault.Error
	if errors.As(err, &f) {
		if f.Service == "" {
			f.Service = Addr(s)
		}
		return f
	}
	var (
		host x509.HostnameError
		inv  x509.CertificateInvalidError
		unk  x509.UnknownAuthorityError
		rec  tls.RecordHeaderError
	)
	e := &fault.Error{Op: op, Service: Addr(s), Err: err}
	switch {
	case errors.As(err, &host):
		e.Kind, e.Code = fault.TLS, "wrong-name"
		e.Title = "This server cannot prove that it is " + s.Host
		e.Detail = fmt.Sprintf("Its certificate is for %s. Your password was not sent.", names(host.Certificate))
	case errors.As(err, &inv) && inv.Reason == x509.Expired:
		e.Kind, e.Code = fault.TLS, "expired"
		now := time.Now()
		if inv.Cert != nil && now.Before(inv.Cert.NotBefore) {
			e.Code = "not-yet-valid"
			e.Title = "The certificate of " + s.Host + " is not valid yet"
			e.Detail = "It begins on " + inv.Cert.NotBefore.Format("2 January 2006") + ". Check the date of this computer, it says " + now.Format("2 January 2006") + ". Your password was not sent."
		} else {
			e.Title = "The certificate of " + s.Host + " has expired"
			if inv.Cert != nil {
				e.Detail = "It ended on " + inv.Cert.NotAfter.Format("2 January 2006") + "; this computer says " + now.Format("2 January 2006") + ". "
			}
			e.Detail += "The provider must renew it. Your password was not sent."
		}
	case errors.As(err, &unk), errors.As(err, &inv):
		e.Kind, e.Code = fault.TLS, "unknown-issuer"
		e.Title = "This server cannot prove that it is " + s.Host
		e.Detail = "Nobody this computer trusts vouches for its certificate. Your password was not sent."
		if unk.Cert != nil && unk.Cert.Issuer.CommonName != "" {
			e.Detail = "Its certificate was issued by " + unk.Cert.Issuer.CommonName + ", which this computer does not trust. Your password was not sent."
		}
	case errors.As(err, &rec):
		e.Kind, e.Code = fault.TLS, "not-tls"
		e.Title = "The server does not speak TLS on port " + strconv.Itoa(s.Port)
		e.Detail = "It may want STARTTLS there, or TLS on another port."
		e.ServerText = printable(rec.RecordHeader[:])
	default:
		var ce *tls.CertificateVerificationError
		var alert tls.AlertError
		if errors.As(err, &ce) || errors.As(err, &alert) {
			e.Kind, e.Code = fault.TLS, "handshake"
			e.Title = "No secure connection to " + s.Host + " could be made"
			e.Detail = "The server and this computer did not agree on how to encrypt. Your password was not sent."
			break
		}
		f := *fault.Of(err)
		f.Op, f.Service = op, Addr(s)
		return &f
	}
	return e
}

func names(c *x509.Certificate) string {
	if c == nil {
		return "another name"
	}
	n := append([]string(nil), c.DNSNames...)
	for _, ip := range c.IPAddresses {
		n = append(n, ip.String())
	}
	if len(n) == 0 {
		return "“" + c.Subject.CommonName + "”"
	}
	if len(n) > 3 {
		return n[0] + ", " + n[1] + " and others"
	}
	out := n[0]
	for _, s := range n[1:] {
		out += ", " + s
	}
	return out
}

func printable(b []byte) string {
	out := make([]byte, 0, len(b))
	for _, c := range b {
		if c >= 32 && c < 127 {
			out = append(out, c)
		}
	}
	return string(out)
}
