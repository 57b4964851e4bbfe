package dav

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/postrider/postrider/accounts/auth"
	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/wire"
	"golang.org/x/net/publicsuffix"
)

// The bounds of what a server may answer.
const (
	maxXML    = 64 << 20
	maxObject = 16 << 20
	maxHops   = 6
)

// slowAnswer is how long a server may think: the first listing of a large collection makes some take every object of it apart.
const slowAnswer = 6 * time.Minute

// client sends requests as one person.
type client struct {
	http   *http.Client
	server mail.Server
	site   string // registered domain that credentials may go to
	creds  auth.Source

	mu    sync.Mutex
	cred  auth.Credential
	known bool
}

func newClient(o wire.Options) *client {
	d := o.Dialer
	t := &http.Transport{TLSClientConfig: d.TLSConfig(""), ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 4, IdleConnTimeout: 5 * time.Minute, ResponseHeaderTimeout: max(d.IdleTimeout(), slowAnswer), TLSHandshakeTimeout: 15 * time.Second}
	if d != nil && d.Context != nil {
		t.DialContext = d.Context
	} else {
		t.Proxy = http.ProxyFromEnvironment
	}
	return &client{server: o.Server, site: site(o.Server.Host), creds: o.Creds,
		http: &http.Client{Transport: t, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

func (c *client) close() { c.http.CloseIdleConnections() }

// site is the registered domain of a host, or the host itself where it has none.
func site(host string) string {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if s, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
		return s
	}
	return host
}

// response is an answer whose body was read.
type response struct {
	status int
	header http.Header
	body   []byte
	url    *url.URL
}

// do sends a request, follows redirects within the site, and signs in again once when the server does not take the credential any more.
func (c *client) do(ctx context.Context, method string, u *url.URL, body []byte, limit int64, header ...string) (*response, error) {
	for try := 0; ; try++ {
		cred, err := c.credential(ctx, try > 0)
		if err != nil {
			return nil, err
		}
		rs, err := c.hops(ctx, cred, method, u, body, limit, header)
		if err != nil {
			return nil, err
		}
		if rs.status != http.StatusUnauthorized {
			return rs, nil
		}
		fresh, ferr := cred, error(nil)
		if try == 0 {
			fresh, ferr = c.credential(ctx, true)
		}
		if ferr != nil && cred.Token != "" {
			return nil, ferr
		}
		if try > 0 || ferr != nil || fresh == cred {
			return nil, c.refused(rs, cred)
		}
	}
}

func (c *client) credential(ctx context.Context, fresh bool) (auth.Credential, error) {
	c.mu.Lock()
	if c.known && !fresh {
		defer c.mu.Unlock()
		return c.cred, nil
	}
	c.mu.Unlock()
	cred, err := c.creds.Credential(ctx, fresh)
	if err != nil {
		return cred, err
	}
	if cred.User == "" {
		cred.User = c.server.User
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cred, c.known = cred, true
	return cred, nil
}

// byToken reports whether the person signs in with a token.
func (c *client) byToken() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.cred.Token != ""
}

func (c *client) refused(rs *response, cred auth.Credential) error {
	f := &fault.Error{Kind: fault.Auth, Op: "sign in", Service: wire.Addr(c.server), Code: "bad-password", Title: "The server did not accept the password",
		Detail: "Contacts and calendars of some providers need an app password, or have to be switched on first.", ServerText: http.StatusText(rs.status)}
	if cred.Token != "" {
		f.Code, f.Title, f.Detail = "token", "The sign-in is not valid for contacts and calendars", "Sign in again in the browser and allow access to contacts and calendars."
	}
	return f
}

func (c *client) hops(ctx context.Context, cred auth.Credential, method string, u *url.URL, body []byte, limit int64, header []string) (*response, error) {
	for range maxHops {
		if u.Scheme != "https" {
			return nil, &fault.Error{Kind: fault.TLS, Op: "connect", Service: u.Host, Code: "not-tls", Title: "The server wants an unprotected connection", Detail: "Postrider signs in over TLS only. Your password was not sent."}
		}
		rq, err := http.NewRequestWithContext(ctx, method, u.String(), bytes.NewReader(body))
		if err != nil {
			return nil, fault.New(fault.Usage, "address", "The address of the server makes no sense", "Check it in the account's settings.")
		}
		for i := 0; i+1 < len(header); i += 2 {
			if header[i+1] != "" {
				rq.Header.Set(header[i], header[i+1])
			}
		}
		rq.Header.Set("User-Agent", "Postrider")
		if site(u.Hostname()) == c.site {
			if cred.Token != "" {
				rq.Header.Set("Authorization", "Bearer "+cred.Token)
			} else {
				rq.SetBasicAuth(cred.User, cred.Password)
			}
		}
		rs, err := c.http.Do(rq)
		if err != nil {
			return nil, c.broken(ctx, err)
		}
		b, err := io.ReadAll(io.LimitReader(rs.Body, limit+1))
		rs.Body.Close()
		if err != nil {
			return nil, c.broken(ctx, err)
		}
		if int64(len(b)) > limit {
			return nil, c.protocol("answer", "The server's answer is too large", fmt.Sprintf("More than %d MiB.", limit>>20))
		}
		out := &response{rs.StatusCode, rs.Header, b, u}
		switch rs.StatusCode {
		case 301, 302, 303, 307, 308:
			to, err := rs.Location()
			if err != nil {
				return out, nil
			}
			if to.User != nil || site(to.Hostname()) != c.site {
				return nil, &fault.Error{Kind: fault.Refused, Op: "connect", Service: u.Host, Code: "stranger", Title: "The server points to somebody else", Detail: "It sends Postrider to " + to.Hostname() + ". Your password was not sent there."}
			}
			u = to
			continue
		}
		return out, nil
	}
	return nil, c.protocol("redirects", "The server sends Postrider in circles", "It is tried again later.")
}

func (c *client) broken(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var ue *url.Error
	if errors.As(err, &ue) {
		err = ue.Err
	}
	return wire.Fault(err, c.server, "connect")
}

func (c *client) protocol(code, title, detail string) error {
	return &fault.Error{Kind: fault.Protocol, Op: "read", Service: wire.Addr(c.server), Code: code, Title: title, Detail: detail}
}

// failed turns a status into a fault.
func (c *client) failed(op string, rs *response) error {
	f := &fault.Error{Op: op, Service: wire.Addr(c.server), Code: strconv.Itoa(rs.status), ServerText: serverText(rs)}
	switch {
	case rs.status == http.StatusNotFound, rs.status == http.StatusGone:
		f.Kind, f.Title, f.Detail = fault.NotFound, "It is not on the server any more", "It was removed there."
	case rs.status == http.StatusPreconditionFailed, rs.status == http.StatusConflict && op == "write":
		f.Kind, f.Title, f.Detail = fault.Conflict, "It was changed on the server meanwhile", "Both versions are kept."
	case rs.status == http.StatusInsufficientStorage, rs.status == http.StatusRequestEntityTooLarge:
		f.Kind, f.Title, f.Detail = fault.Quota, "There is no room for it on the server", "Remove something there, or make it smaller."
	case rs.status == http.StatusTooManyRequests, rs.status >= 500:
		f.Kind, f.Title, f.Detail = fault.Busy, "The server asks to wait", "Postrider tries again by itself."
		if n, err := strconv.Atoi(rs.header.Get("Retry-After")); err == nil && n >= 0 {
			f.RetryAfter = min(time.Duration(n)*time.Second, time.Hour)
		}
		if rs.status == http.StatusNotImplemented {
			f.Kind, f.Title, f.Detail, f.RetryAfter = fault.Refused, "The server cannot do that", "", 0
		}
	case rs.status >= 400:
		f.Kind, f.Title, f.Detail = fault.Refused, "The server did not accept it", "The server's own words are in the details."
	default:
		f.Kind, f.Title, f.Detail = fault.Protocol, "The server answered something else than what was asked", "Copy the report from Technical details if it happens again."
	}
	return f
}

// serverText is what an answer says for people, at most 300 bytes of plain text.
func serverText(rs *response) string {
	s := http.StatusText(rs.status)
	if t := strings.ToLower(rs.header.Get("Content-Type")); strings.HasPrefix(t, "text/plain") && len(rs.body) > 0 && len(rs.body) < 300 {
		s = strings.ToValidUTF8(strings.TrimSpace(string(rs.body)), "")
	}
	return strings.Map(func(r rune) rune {
		if r < 0x20 {
			return ' '
		}
		return r
	}, s)
}

// multi sends a request whose answer is a multistatus (RFC 4918 section 13).
func (c *client) multi(ctx context.Context, method string, u *url.URL, depth, body string) (*multistatus, *response, error) {
	rs, err := c.do(ctx, method, u, []byte(xml.Header+body), maxXML, "Content-Type", "application/xml; charset=utf-8", "Depth", depth)
	if err != nil {
		return nil, nil, err
	}
	if rs.status != http.StatusMultiStatus {
		return nil, rs, c.failed("read", rs)
	}
	m, err := parseMulti(rs.body)
	if err != nil {
		return nil, rs, c.protocol("xml", "The server's answer cannot be read", "It is not the XML that was asked for.")
	}
	return m, rs, nil
}
