package dav

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
	"sync"

	"github.com/postrider/postrider/accounts/auth"
	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/accounts/wire"
)

// conn is an account's address books or calendars.
type conn struct {
	c         *client
	kind      remote.Kind
	principal *url.URL
	homes     []*url.URL
	outbox    *url.URL
	addresses []string

	mu     sync.Mutex
	syncs  map[remote.Ref]bool // collections that have sync-collection
	noMult bool                // the server has no multiget
	probed bool                // it is known whether the server honours If-None-Match
	blind  bool                // it does not
	done   context.CancelFunc
	ctx    context.Context
}

// Open finds the person's home on the server and signs in on the way. o.Server.Protocol says whether address books or calendars are meant.
func Open(ctx context.Context, o wire.Options) (*remote.Conn, error) {
	s, err := open(ctx, o)
	if err != nil {
		return nil, err
	}
	return &remote.Conn{Source: s, Pusher: s, Shelf: s}, nil
}

func open(ctx context.Context, o wire.Options) (*conn, error) {
	s := &conn{c: newClient(o), kind: remote.Contacts, syncs: map[remote.Ref]bool{}}
	if o.Server.Protocol == mail.CalDAV {
		s.kind = remote.Calendar
	}
	s.ctx, s.done = context.WithCancel(context.Background())
	if err := s.find(ctx); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// Start is the URL that the server's settings name.
func Start(s mail.Server) *url.URL {
	u := &url.URL{Scheme: "https", Host: s.Host, Path: s.Path}
	if s.Port != 0 && s.Port != 443 {
		u.Host = net.JoinHostPort(s.Host, strconv.Itoa(s.Port))
	}
	if i := strings.Index(s.Path, "%"); i >= 0 { // a path as it stands in a URL
		if p, err := url.PathUnescape(s.Path); err == nil {
			u.Path, u.RawPath = p, s.Path
		}
	}
	if u.Path == "" {
		u.Path = "/"
	}
	return u
}

// Server makes settings of a URL.
func Server(p mail.Protocol, raw, user string, method mail.AuthMethod) (mail.Server, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil {
		return mail.Server{}, fault.New(fault.Usage, "address", "The address of the server makes no sense", "It begins with https://.")
	}
	s := mail.Server{Protocol: p, Host: u.Hostname(), Port: 443, Security: mail.TLS, User: user, Auth: method, Path: u.EscapedPath()}
	if n, err := strconv.Atoi(u.Port()); err == nil {
		s.Port = n
	}
	return s, nil
}

func (s *conn) wellKnown() string {
	if s.kind == remote.Contacts {
		return "/.well-known/carddav"
	}
	return "/.well-known/caldav"
}

const principalBody = `<propfind xmlns="DAV:" xmlns:R="urn:ietf:params:xml:ns:carddav" xmlns:C="urn:ietf:params:xml:ns:caldav"><prop><current-user-principal/><resourcetype/><R:addressbook-home-set/><C:calendar-home-set/>` +
	`<C:schedule-outbox-URL/><C:calendar-user-address-set/></prop></propfind>`

// find goes from the address to the home sets (RFC 6764 section 6).
func (s *conn) find(ctx context.Context) error {
	start := Start(s.c.server)
	tries := []*url.URL{start}
	if w := (&url.URL{Scheme: "https", Host: start.Host, Path: s.wellKnown()}); start.Path == "/" {
		tries = []*url.URL{w, start}
	} else if start.Path != w.Path {
		tries = append(tries, w, &url.URL{Scheme: "https", Host: start.Host, Path: "/"})
	} else {
		tries = append(tries, &url.URL{Scheme: "https", Host: start.Host, Path: "/"})
	}
	var first error
	for _, u := range tries {
		p, at, err := s.ask(ctx, u)
		if err != nil {
			if ctx.Err() != nil || fault.Is(err, fault.Auth) || fault.Is(err, fault.TLS) || fault.Is(err, fault.Network) || fault.Is(err, fault.Busy) {
				return err
			}
			if first == nil {
				first = err
			}
			continue
		}
		if s.take(at, p) {
			return nil
		}
		if p.Principal == nil || p.Principal.Href == "" {
			continue
		}
		pu, err := s.resolve(at, p.Principal.Href)
		if err != nil {
			return err
		}
		s.principal = pu
		if p, at, err = s.ask(ctx, pu); err != nil {
			return err
		}
		if s.take(at, p) {
			return nil
		}
	}
	if first != nil {
		return first
	}
	what := "contacts"
	if s.kind == remote.Calendar {
		what = "calendars"
	}
	return &fault.Error{Kind: fault.NotFound, Op: "find", Service: wire.Addr(s.c.server), Code: "no-home", Title: "The server has no " + what + " for this account", Detail: "They may have to be switched on at the provider, or are somewhere else."}
}

// take keeps the home sets that an answer has.
func (s *conn) take(at *url.URL, p *prop) bool {
	set := p.CalHome
	if s.kind == remote.Contacts {
		set = p.CardHome
	}
	if set == nil || len(set.Hrefs) == 0 {
		return false
	}
	for _, h := range set.Hrefs {
		if u, err := s.resolve(at, h); err == nil {
			s.homes = append(s.homes, slash(u))
		}
	}
	if s.principal == nil {
		s.principal = at
	}
	if p.Outbox != nil {
		if u, err := s.resolve(at, p.Outbox.Href); err == nil && p.Outbox.Href != "" {
			s.outbox = u
		}
	}
	if p.Addresses != nil {
		s.addresses = p.Addresses.Hrefs
	}
	return len(s.homes) > 0
}

func (s *conn) ask(ctx context.Context, u *url.URL) (*prop, *url.URL, error) {
	m, rs, err := s.c.multi(ctx, "PROPFIND", u, "0", principalBody)
	if err != nil && rs != nil && rs.status == http.StatusForbidden && s.c.byToken() {
		return nil, nil, s.c.refused(rs, auth.Credential{Token: "x"}) // the token is good for mail only
	}
	if err != nil {
		return nil, nil, err
	}
	for i := range m.Responses {
		if p, ok := m.Responses[i].ok(); ok {
			return p, rs.url, nil
		}
	}
	return nil, nil, s.c.protocol("empty", "The server's answer is empty", "It is asked again later.")
}

// resolve reads an href at a URL. Only the server's own site is followed.
func (s *conn) resolve(at *url.URL, h string) (*url.URL, error) {
	u, err := at.Parse(strings.TrimSpace(h))
	if err != nil || u.Scheme != "https" || site(u.Hostname()) != s.c.site || u.User != nil {
		return nil, &fault.Error{Kind: fault.Refused, Op: "read", Service: wire.Addr(s.c.server), Code: "stranger", Title: "The server points to somebody else", Detail: "Only addresses of the provider itself are followed."}
	}
	u.RawQuery, u.Fragment = "", ""
	return u, nil
}

func slash(u *url.URL) *url.URL {
	if strings.HasSuffix(u.Path, "/") {
		return u
	}
	v := *u
	v.Path += "/"
	if v.RawPath != "" {
		v.RawPath += "/"
	}
	return &v
}

// ref names a thing: its path, with the host where that is not the one of the home.
func (s *conn) ref(u *url.URL) remote.Ref {
	if len(s.homes) > 0 && u.Host == s.homes[0].Host {
		return remote.Ref(u.EscapedPath())
	}
	return remote.Ref("https://" + u.Host + u.EscapedPath())
}

// url is what a ref names.
func (s *conn) url(r remote.Ref) (*url.URL, error) {
	return s.resolve(s.homes[0], string(r))
}

// item names an item by the last part of its path where that is in its collection, else by the whole.
func (s *conn) item(col *url.URL, u *url.URL) remote.Ref {
	if p := u.EscapedPath(); u.Host == col.Host && path.Dir(strings.TrimSuffix(p, "/"))+"/" == col.EscapedPath() {
		return remote.Ref(path.Base(p))
	}
	return s.ref(u)
}

func (s *conn) itemURL(col *url.URL, r remote.Ref) (*url.URL, error) {
	if strings.Contains(string(r), "/") {
		return s.resolve(s.homes[0], string(r))
	}
	return s.resolve(col, "./"+string(r))
}

// Close ends the connection and makes what waits return.
func (s *conn) Close() error {
	s.done()
	s.c.close()
	return nil
}

// with ties a request to the life of the connection.
func (s *conn) with(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(s.ctx, cancel)
	return ctx, func() { stop(); cancel() }
}

// ended says what a request that was cut by Close returns.
func (s *conn) ended(ctx context.Context, err error) error {
	if err != nil && s.ctx.Err() != nil && ctx.Err() == nil {
		return &fault.Error{Kind: fault.Network, Op: "read", Service: wire.Addr(s.c.server), Code: "closed", Title: "The connection was closed"}
	}
	return err
}

const listBody = `<propfind xmlns="DAV:" xmlns:S="http://calendarserver.org/ns/" xmlns:A="http://apple.com/ns/ical/" xmlns:B="http://inf-it.com/ns/ab/" xmlns:C="urn:ietf:params:xml:ns:caldav"><prop><resourcetype/><displayname/>` +
	`<owner/><current-user-privilege-set/><supported-report-set/><sync-token/><S:getctag/><A:calendar-color/><A:calendar-order/><B:addressbook-color/><C:supported-calendar-component-set/></prop></propfind>`

// Collections lists the address books or calendars of the home sets.
func (s *conn) Collections(ctx context.Context) (out []remote.Collection, err error) {
	ctx2, cancel := s.with(ctx)
	defer cancel()
	defer func() { err = s.ended(ctx, err) }()
	seen := map[remote.Ref]bool{}
	schedules := s.kind == remote.Calendar && s.outbox != nil && s.schedules(ctx2)
	for _, home := range s.homes {
		m, rs, err := s.c.multi(ctx2, "PROPFIND", home, "1", listBody)
		if err != nil {
			return nil, err
		}
		for i := range m.Responses {
			r := &m.Responses[i]
			p, ok := r.ok()
			if !ok || p.Type == nil {
				continue
			}
			isBook, isCal := p.Type.has(nsCard, "addressbook"), p.Type.has(nsCal, "calendar")
			if s.kind == remote.Contacts && !isBook || s.kind == remote.Calendar && !isCal {
				continue
			}
			u, err := s.resolve(rs.url, r.href())
			if err != nil {
				continue
			}
			c := s.collection(slash(u), p)
			if seen[c.Ref] || s.kind == remote.Calendar && !c.Events && !c.Tasks {
				continue
			}
			seen[c.Ref] = true
			c.Schedules = schedules && !c.Shared
			s.mu.Lock()
			s.syncs[c.Ref] = p.reports("sync-collection") || p.Reports == nil && p.Token != ""
			s.mu.Unlock()
			out = append(out, c)
		}
	}
	return out, nil
}

func (s *conn) collection(u *url.URL, p *prop) remote.Collection {
	c := remote.Collection{Ref: s.ref(u), Name: strings.TrimSpace(p.Name), Kind: s.kind, Rights: mail.MayRead, Total: -1, Unseen: -1, Subscribed: true, Color: color(p.Color)}
	if s.kind == remote.Contacts {
		c.Color = color(p.BookColor)
	} else {
		c.Events, c.Tasks = p.Components == nil, false
		if p.Components != nil {
			for _, k := range p.Components.Comps {
				c.Events, c.Tasks = c.Events || strings.EqualFold(k.Name, "VEVENT"), c.Tasks || strings.EqualFold(k.Name, "VTODO")
			}
			if len(p.Components.Comps) == 0 {
				c.Events, c.Tasks = true, true
			}
		}
	}
	if c.Name == "" {
		c.Name = path.Base(strings.TrimSuffix(u.Path, "/"))
	}
	c.Order, _ = strconv.Atoi(strings.TrimSpace(p.Order))
	if p.Owner != nil && p.Owner.Href != "" && s.principal != nil {
		if o, err := s.resolve(u, p.Owner.Href); err == nil && strings.TrimSuffix(o.Path, "/") != strings.TrimSuffix(s.principal.Path, "/") {
			c.Shared = true
		}
	}
	if yes, known := p.may("write", "all", "bind", "write-content"); yes || !known {
		c.Rights |= mail.MayAdd | mail.MayRemove | mail.MayFlag
	}
	if yes, known := p.may("write", "all", "write-properties"); yes || !known {
		c.Rights |= mail.MayRename
		if !c.Shared {
			c.Rights |= mail.MayDelete
		}
	}
	return c
}

// color reads "#rrggbbaa" and "#rrggbb"; what is neither is none.
func color(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	if len(s) == 9 {
		s = s[:7]
	}
	if len(s) != 7 || s[0] != '#' || strings.Trim(s[1:], "0123456789abcdef") != "" {
		return ""
	}
	return s
}
