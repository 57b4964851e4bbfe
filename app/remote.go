package app

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/postrider/postrider/accounts/fault"
)

// The bounds of what is loaded for a mail.
const (
	remoteSize      = 12 << 20 // bytes of one picture
	remoteTime      = 20 * time.Second
	remoteRedirects = 5
	remoteAtOnce    = 6
	remoteCache     = 128 << 20 // bytes kept in the profile
)

// Remote loads the pictures that mails refer to. It is the only place in the program that fetches what a mail asks for, and it does so only
// when it is called, which is after the person allowed it for the message or its sender.
//
// What is asked learns as little as possible: no cookies, no referrer, no name of this program, nothing kept between requests; and it reaches public addresses only:
// each address is checked when the connection is made, after the name was resolved and at each redirect, so that a mail cannot speak to the router or to a program
// on this computer. Only pictures are taken, within bounds of size and time. They are kept in the profile, so that opening a mail again tells nobody.
type Remote struct {
	dir    string
	client *http.Client
	slots  chan struct{}

	mu    sync.Mutex
	asked int
	now   map[string]*loading
}

type loading struct {
	done chan struct{}
	data []byte
	err  error
}

// errPrivate refuses an address that is not public.
var errPrivate = errors.New("app: not a public address")

// NewRemote keeps what it loads in dir. roots and dial are for tests: nil = the system's roots, and connections to public addresses only.
func NewRemote(dir string, conf *tls.Config, dial func(ctx context.Context, network, addr string) (net.Conn, error)) *Remote {
	if dial == nil {
		d := &net.Dialer{Timeout: 10 * time.Second, Control: func(_, addr string, _ syscall.RawConn) error {
			ap, err := netip.ParseAddrPort(addr)
			if err != nil || !public(ap.Addr()) {
				return errPrivate
			}
			return nil
		}}
		dial = d.DialContext
	}
	r := &Remote{dir: dir, slots: make(chan struct{}, remoteAtOnce), now: map[string]*loading{}}
	r.client = &http.Client{
		Timeout: remoteTime,
		Transport: &http.Transport{DialContext: dial, TLSClientConfig: conf, ForceAttemptHTTP2: true, MaxConnsPerHost: 4, MaxIdleConnsPerHost: 2, IdleConnTimeout: 10 * time.Second,
			TLSHandshakeTimeout: 10 * time.Second, ResponseHeaderTimeout: 15 * time.Second, MaxResponseHeaderBytes: 64 << 10},
		CheckRedirect: func(req *http.Request, via []*http.Request) error {
			if len(via) > remoteRedirects {
				return errors.New("app: too many redirects")
			}
			req.Header.Del("Referer")
			return allowed(req.URL)
		},
	}
	return r
}

// nat64 is the prefix under which IPv4 addresses appear in IPv6 (RFC 6052); what is behind it is checked.
var nat64 = netip.MustParsePrefix("64:ff9b::/96")

// closed are the ranges that are not on the public internet and that [netip.Addr] does not tell of (RFC 6890, RFC 6598, RFC 2544, RFC 5737, RFC 3849).
var closed = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"), netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("240.0.0.0/4"), netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("100::/64"),
	netip.MustParsePrefix("2001::/23"), netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("2002::/16"), netip.MustParsePrefix("fec0::/10"),
}

func public(a netip.Addr) bool {
	a = a.Unmap()
	if nat64.Contains(a) {
		b := a.As16()
		a = netip.AddrFrom4([4]byte(b[12:]))
	}
	if !a.IsValid() || a.Zone() != "" || !a.IsGlobalUnicast() || a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() || a.IsMulticast() || a.IsUnspecified() {
		return false
	}
	return !slices.ContainsFunc(closed, func(p netip.Prefix) bool { return p.Contains(a) })
}

// allowed says whether an address may be asked at all.
func allowed(u *url.URL) error {
	if u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil {
		return errors.New("app: not an address of a picture")
	}
	if p := u.Port(); p != "" && p != "80" && p != "443" && p != "8080" && p != "8443" {
		return errors.New("app: not a port of the web")
	}
	if a, err := netip.ParseAddr(strings.Trim(u.Hostname(), "[]")); err == nil && !public(a) {
		return errPrivate
	}
	if h := strings.ToLower(u.Hostname()); h == "localhost" || strings.HasSuffix(h, ".localhost") || strings.HasSuffix(h, ".local") || strings.HasSuffix(h, ".internal") {
		return errPrivate
	}
	return nil
}

// Requests is how many requests were made since the start.
func (r *Remote) Requests() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.asked
}

// Picture returns the bytes of a picture, from the profile when it was loaded before. It waits for the network.
func (r *Remote) Picture(ctx context.Context, address string) ([]byte, error) {
	address = strings.TrimSpace(address)
	if strings.HasPrefix(address, "//") {
		address = "https:" + address
	}
	u, err := url.Parse(address)
	if err == nil {
		err = allowed(u)
	}
	if err != nil || len(address) > 8192 {
		return nil, fault.New(fault.Refused, "picture", "This picture is not loaded", "Its address is none that pictures have.")
	}
	u.Fragment = ""
	key := u.String()
	name := r.file(key)
	if b, err := os.ReadFile(name); err == nil {
		now := time.Now()
		_ = os.Chtimes(name, now, now)
		return b, nil
	}
	r.mu.Lock()
	l, busy := r.now[key]
	if !busy {
		l = &loading{done: make(chan struct{})}
		r.now[key] = l
	}
	r.mu.Unlock()
	if busy {
		select {
		case <-l.done:
			if l.err != nil && errors.Is(l.err, context.Canceled) && ctx.Err() == nil {
				return r.Picture(ctx, address) // who asked first has gone away
			}
			return l.data, l.err
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	l.data, l.err = r.load(ctx, u)
	r.mu.Lock()
	delete(r.now, key)
	r.mu.Unlock()
	close(l.done)
	if l.err == nil {
		r.keep(name, l.data)
	}
	return l.data, l.err
}

func (r *Remote) file(key string) string {
	sum := sha256.Sum256([]byte(key))
	return filepath.Join(r.dir, hex.EncodeToString(sum[:16]))
}

func (r *Remote) load(ctx context.Context, u *url.URL) ([]byte, error) {
	select {
	case r.slots <- struct{}{}:
		defer func() { <-r.slots }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, fault.Of(err)
	}
	req.Header.Set("User-Agent", "Mozilla/5.0")
	req.Header.Set("Accept", "image/png,image/jpeg,image/gif,image/webp,image/svg+xml,image/*;q=0.8")
	r.mu.Lock()
	r.asked++
	r.mu.Unlock()
	res, err := r.client.Do(req)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if errors.Is(err, errPrivate) {
			return nil, fault.New(fault.Refused, "private", "This picture is not loaded", "Its address is inside a private network.")
		}
		return nil, &fault.Error{Kind: fault.Network, Code: "picture", Op: "load", Title: "This picture could not be loaded", Detail: "Its server did not answer."}
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, fault.New(fault.NotFound, "picture", "This picture is no longer there", "Its server answered "+res.Status+".")
	}
	if res.ContentLength > remoteSize {
		return nil, fault.New(fault.Refused, "size", "This picture is too large", "")
	}
	data, err := io.ReadAll(io.LimitReader(res.Body, remoteSize+1))
	if err != nil {
		return nil, &fault.Error{Kind: fault.Network, Code: "picture", Op: "load", Title: "This picture could not be loaded", Detail: "Its server stopped in the middle."}
	}
	if len(data) > remoteSize {
		return nil, fault.New(fault.Refused, "size", "This picture is too large", "")
	}
	// The server's word is not enough: what is no picture is not kept.
	kind := http.DetectContentType(data)
	svg := strings.HasPrefix(res.Header.Get("Content-Type"), "image/svg") && (strings.HasPrefix(kind, "text/xml") || strings.HasPrefix(kind, "text/plain") || strings.HasPrefix(kind, "text/html"))
	if !strings.HasPrefix(kind, "image/") && !svg {
		return nil, fault.New(fault.Refused, "picture", "This is no picture", "")
	}
	return data, nil
}

// keep stores a picture and drops the oldest ones beyond the bound.
func (r *Remote) keep(name string, data []byte) {
	if os.MkdirAll(r.dir, 0o700) != nil {
		return
	}
	tmp := name + ".new"
	if os.WriteFile(tmp, data, 0o600) != nil || os.Rename(tmp, name) != nil {
		_ = os.Remove(tmp)
		return
	}
	list, err := os.ReadDir(r.dir)
	if err != nil {
		return
	}
	type old struct {
		name string
		size int64
		at   time.Time
	}
	var all []old
	total := int64(0)
	for _, e := range list {
		if i, err := e.Info(); err == nil && i.Mode().IsRegular() {
			all = append(all, old{e.Name(), i.Size(), i.ModTime()})
			total += i.Size()
		}
	}
	sort.Slice(all, func(i, j int) bool { return all[i].at.Before(all[j].at) })
	for _, o := range all {
		if total <= remoteCache {
			break
		}
		if os.Remove(filepath.Join(r.dir, o.name)) == nil {
			total -= o.size
		}
	}
}
