package dav

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/remote"
)

// A token begins with what it is: a sync token of the server, or a ctag.
const (
	bySync = "s:"
	byCTag = "c:"
)

// Pull tells what changed. From scratch, and where the server has no sync token, the answer is the whole listing.
func (s *conn) Pull(ctx context.Context, c remote.Ref, since remote.Token) (d remote.Delta, err error) {
	ctx2, cancel := s.with(ctx)
	defer cancel()
	defer func() { err = s.ended(ctx, err) }()
	u, err := s.url(c)
	if err != nil {
		return d, err
	}
	s.mu.Lock()
	syncs, known := s.syncs[c]
	s.mu.Unlock()
	if !known {
		syncs = strings.HasPrefix(string(since), bySync) || since == ""
	}
	if syncs {
		d, err := s.sync(ctx2, u, since)
		if err == nil || !fault.Is(err, fault.Refused) || fault.Of(err).Code == "403" && since != "" {
			return d, err
		}
		s.mu.Lock()
		s.syncs[c] = false // it says that it can and cannot
		s.mu.Unlock()
	}
	return s.compare(ctx2, u, since)
}

// sync asks by sync-collection (RFC 6578). An answer that is cut short (507) is a page.
func (s *conn) sync(ctx context.Context, u *url.URL, since remote.Token) (remote.Delta, error) {
	token, _ := strings.CutPrefix(string(since), bySync)
	if strings.HasPrefix(string(since), byCTag) {
		token = ""
	}
	ask := func(token string) (*multistatus, *response, error) {
		return s.c.multi(ctx, "REPORT", u, "0", `<sync-collection xmlns="DAV:"><sync-token>`+escape(token)+`</sync-token><sync-level>1</sync-level><prop><getetag/><getcontenttype/></prop></sync-collection>`)
	}
	m, rs, err := ask(token)
	if err != nil && token != "" && rs != nil && (bytes.Contains(rs.body, []byte("valid-sync-token")) || rs.status == http.StatusForbidden || rs.status == http.StatusConflict || rs.status == http.StatusGone || rs.status == http.StatusBadRequest) {
		// The server forgot the token: everything is listed.
		token = ""
		m, rs, err = ask("")
	}
	if err != nil {
		return remote.Delta{}, err
	}
	d := remote.Delta{Complete: token == "", Next: remote.Token(bySync + strings.TrimSpace(m.Token))}
	for i := range m.Responses {
		r := &m.Responses[i]
		for _, h := range r.Hrefs {
			at, err := s.resolve(rs.url, h)
			if err != nil {
				continue
			}
			if samePath(at, u) {
				if code(r.Status) == http.StatusInsufficientStorage {
					d.More = true
				}
				continue
			}
			if code(r.Status) == http.StatusNotFound {
				d.Gone = append(d.Gone, s.item(u, at))
				continue
			}
			if p, ok := r.ok(); ok && p.ETag != "" && !strings.HasSuffix(at.Path, "/") {
				d.Changed = append(d.Changed, remote.State{Ref: s.item(u, at), Rev: p.ETag})
			}
		}
	}
	if m.Token == "" {
		return d, s.c.protocol("no-token", "The server's answer has no token", "Its listing is compared instead.")
	}
	if d.More {
		// Pages behind the first are relative to its token; membership is known only when there is one page.
		d.Complete = false
	}
	if d.Complete {
		d.Members = refsOf(d.Changed)
	}
	return d, nil
}

func samePath(a, b *url.URL) bool {
	return strings.TrimSuffix(a.Path, "/") == strings.TrimSuffix(b.Path, "/") && a.Host == b.Host
}

func refsOf(states []remote.State) []remote.Ref {
	out := make([]remote.Ref, len(states))
	for i := range states {
		out[i] = states[i].Ref
	}
	return out
}

// compare lists the ETags when the ctag is another one.
func (s *conn) compare(ctx context.Context, u *url.URL, since remote.Token) (remote.Delta, error) {
	m, rs, err := s.c.multi(ctx, "PROPFIND", u, "0", `<propfind xmlns="DAV:" xmlns:S="http://calendarserver.org/ns/"><prop><S:getctag/></prop></propfind>`)
	if err != nil {
		return remote.Delta{}, err
	}
	tag := ""
	for i := range m.Responses {
		if p, ok := m.Responses[i].ok(); ok {
			tag = strings.TrimSpace(p.CTag)
		}
	}
	next := remote.Token(byCTag + tag)
	if tag != "" && next == since {
		return remote.Delta{Next: next}, nil
	}
	m, rs, err = s.c.multi(ctx, "PROPFIND", u, "1", `<propfind xmlns="DAV:"><prop><getetag/><resourcetype/><getcontenttype/></prop></propfind>`)
	if err != nil {
		return remote.Delta{}, err
	}
	d := remote.Delta{Complete: true, Next: next}
	for i := range m.Responses {
		r := &m.Responses[i]
		at, err := s.resolve(rs.url, r.href())
		p, ok := r.ok()
		if err != nil || !ok || samePath(at, u) || p.ETag == "" || p.Type.has(nsDAV, "collection") {
			continue
		}
		d.Changed = append(d.Changed, remote.State{Ref: s.item(u, at), Rev: p.ETag})
	}
	d.Members = refsOf(d.Changed)
	return d, nil
}

// batch is how many objects one multiget asks for.
const batch = 100

type fetched struct {
	items []remote.Item
	raws  [][]byte
	err   error
}

// Fetch brings objects by multiget, the next batch while each is at work on the last.
func (s *conn) Fetch(ctx context.Context, c remote.Ref, items []remote.Ref, want remote.Want, each func(remote.Item) error) (err error) {
	ctx2, cancel := s.with(ctx)
	defer cancel()
	defer func() { err = s.ended(ctx, err) }()
	u, err := s.url(c)
	if err != nil {
		return err
	}
	answers := make(chan fetched, 1)
	go func() {
		defer close(answers)
		for part := range slices.Chunk(items, batch) {
			f := s.get(ctx2, u, part)
			select {
			case answers <- f:
			case <-ctx2.Done():
				return
			}
			if f.err != nil {
				return
			}
		}
	}()
	defer func() {
		cancel()
		for range answers { // the goroutine has ended when Fetch returns
		}
	}()
	for f := range answers {
		if f.err != nil {
			return f.err
		}
		for i := range f.items {
			it := f.items[i]
			it.Body = bytes.NewReader(f.raws[i])
			it.Size = int64(len(f.raws[i]))
			if err := each(it); err != nil {
				return err
			}
		}
	}
	if err := ctx2.Err(); err != nil {
		return err
	}
	return nil
}

// get brings one batch: by multiget, or one by one where the server has none.
func (s *conn) get(ctx context.Context, col *url.URL, refs []remote.Ref) fetched {
	var f fetched
	s.mu.Lock()
	single := s.noMult
	s.mu.Unlock()
	if !single {
		ok := false
		if f, ok = s.multiget(ctx, col, refs); ok {
			return f
		}
		s.mu.Lock()
		s.noMult = true
		s.mu.Unlock()
		f = fetched{}
	}
	for _, r := range refs {
		raw, rev, err := s.one(ctx, col, r)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			f.err = err
			return f
		}
		f.items, f.raws = append(f.items, remote.Item{Ref: r, Rev: rev}), append(f.raws, raw)
	}
	return f
}

// multiget asks for a batch; ok is false where the server does not know the report.
func (s *conn) multiget(ctx context.Context, col *url.URL, refs []remote.Ref) (f fetched, ok bool) {
	var b strings.Builder
	if s.kind == remote.Contacts {
		b.WriteString(`<R:addressbook-multiget xmlns="DAV:" xmlns:R="` + nsCard + `"><prop><getetag/><R:address-data/></prop>`)
	} else {
		b.WriteString(`<C:calendar-multiget xmlns="DAV:" xmlns:C="` + nsCal + `"><prop><getetag/><C:calendar-data/></prop>`)
	}
	asked := map[string]remote.Ref{}
	for _, r := range refs {
		u, err := s.itemURL(col, r)
		if err != nil {
			continue
		}
		asked[plainPath(u)] = r
		b.WriteString("<href>" + escape(u.EscapedPath()) + "</href>")
	}
	if s.kind == remote.Contacts {
		b.WriteString("</R:addressbook-multiget>")
	} else {
		b.WriteString("</C:calendar-multiget>")
	}
	m, rs, err := s.c.multi(ctx, "REPORT", col, "1", b.String())
	if err != nil {
		if rs != nil && (rs.status == http.StatusMethodNotAllowed || rs.status == http.StatusNotImplemented || rs.status == http.StatusUnsupportedMediaType || rs.status == http.StatusForbidden || rs.status == http.StatusBadRequest) {
			return f, false
		}
		f.err = err
		return f, true
	}
	for i := range m.Responses {
		r := &m.Responses[i]
		p, has := r.ok()
		if !has {
			continue
		}
		at, err := s.resolve(rs.url, r.href())
		if err != nil {
			continue
		}
		ref, mine := asked[plainPath(at)]
		data := p.CalData
		if s.kind == remote.Contacts {
			data = p.CardData
		}
		if !mine || data == "" {
			continue
		}
		delete(asked, plainPath(at))
		f.items, f.raws = append(f.items, remote.Item{Ref: ref, Rev: p.ETag}), append(f.raws, crlf([]byte(data)))
	}
	return f, true
}

// plainPath makes paths comparable: servers escape differently.
func plainPath(u *url.URL) string { return u.Path }

// crlf gives lines the ends that XML took from them.
func crlf(b []byte) []byte {
	if bytes.IndexByte(b, '\r') >= 0 {
		return b
	}
	return bytes.ReplaceAll(b, []byte("\n"), []byte("\r\n"))
}

// one brings one object as it is.
func (s *conn) one(ctx context.Context, col *url.URL, r remote.Ref) ([]byte, string, error) {
	u, err := s.itemURL(col, r)
	if err != nil {
		return nil, "", err
	}
	// As it is: of a compressed answer the version is another one (RFC 9110 section 8.8.3.3), as Cyrus has it.
	rs, err := s.c.do(ctx, http.MethodGet, u, nil, maxObject, "Accept-Encoding", "identity")
	if err != nil {
		return nil, "", err
	}
	if rs.status != http.StatusOK {
		return nil, "", s.c.failed("read", rs)
	}
	return rs.body, rs.header.Get("ETag"), nil
}
