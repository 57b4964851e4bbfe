package dav

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/pim/contentline"
	"github.com/postrider/postrider/accounts/remote"
)

func (s *conn) media() (typ, ext string) {
	if s.kind == remote.Contacts {
		return "text/vcard; charset=utf-8", ".vcf"
	}
	return "text/calendar; charset=utf-8", ".ics"
}

// Push carries out edits one by one; each is a request of its own.
func (s *conn) Push(ctx context.Context, c remote.Ref, at remote.Token, edits []remote.Edit) (ack remote.Ack, err error) {
	ctx2, cancel := s.with(ctx)
	defer cancel()
	defer func() { err = s.ended(ctx, err) }()
	u, err := s.url(c)
	if err != nil {
		return ack, err
	}
	for i := range edits {
		d, err := s.edit(ctx2, u, &edits[i])
		if err != nil {
			return ack, err
		}
		ack.Done = append(ack.Done, d)
	}
	return ack, nil
}

// broken reports whether an error is one of the connection and not of the edit.
func broken(ctx context.Context, err error) bool {
	return ctx.Err() != nil || fault.Is(err, fault.Network) || fault.Is(err, fault.Auth) || fault.Is(err, fault.TLS)
}

func (s *conn) edit(ctx context.Context, col *url.URL, e *remote.Edit) (remote.Done, error) {
	var d remote.Done
	var err error
	rev := func(i int) string {
		if i < len(e.Revs) {
			return e.Revs[i]
		}
		return ""
	}
	switch e.Verb {
	case remote.Add:
		var ref remote.Ref
		var v string
		ref, v, err = s.add(ctx, col, e)
		d.Refs, d.Revs = []remote.Ref{ref}, []string{v}
	case remote.Update:
		for i, r := range e.Items {
			var v string
			if v, err = s.update(ctx, col, r, rev(i), e); err != nil {
				break
			}
			d.Revs = append(d.Revs, v)
		}
	case remote.Remove:
		for i, r := range e.Items {
			if err = s.remove(ctx, col, r, rev(i)); err != nil {
				break
			}
		}
	default:
		err = fault.New(fault.Refused, "verb", "The server cannot do that", "")
	}
	if err != nil && broken(ctx, err) {
		return d, err
	}
	d.Err = err
	return d, nil
}

func content(e *remote.Edit) ([]byte, error) {
	r, _, err := e.Open()
	if err != nil {
		return nil, fault.Of(err)
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, maxObject+1))
	if err != nil {
		return nil, fault.Of(err)
	}
	if len(b) > maxObject {
		return nil, fault.New(fault.Refused, "too-large", "It is too large for the server", "Make its pictures smaller.")
	}
	return b, nil
}

// put writes an object under a condition. The version is "" where the server stored something else than it was given (RFC 4791 section 5.3.4).
func (s *conn) put(ctx context.Context, u *url.URL, body []byte, header ...string) (string, error) {
	typ, _ := s.media()
	rs, err := s.c.do(ctx, http.MethodPut, u, body, 1<<20, append(header, "Content-Type", typ)...)
	if err != nil {
		return "", err
	}
	switch rs.status {
	case http.StatusOK, http.StatusCreated, http.StatusNoContent:
		if tag := rs.header.Get("ETag"); !strings.HasPrefix(tag, "W/") {
			return tag, nil
		}
		return "", nil
	}
	return "", s.c.failed("write", rs)
}

func (s *conn) add(ctx context.Context, col *url.URL, e *remote.Edit) (remote.Ref, string, error) {
	body, err := content(e)
	if err != nil {
		return "", "", err
	}
	_, ext := s.media()
	name := fileName(e.Name) + ext
	u, err := s.resolve(col, "./"+url.PathEscape(name))
	if err != nil {
		return "", "", err
	}
	rev, err := s.create(ctx, col, u, body)
	if fault.Is(err, fault.Conflict) {
		// Something has that name. After a lost answer it is what was written then.
		raw, has, gerr := s.one(ctx, col, s.item(col, u))
		if gerr == nil && holds(raw, body) {
			return s.item(col, u), asGiven(raw, body, has), nil
		}
		if gerr != nil && broken(ctx, gerr) {
			return "", "", gerr
		}
		if !e.Again { // the name belongs to another object: under a name of its own there is room
			if u, err = s.resolve(col, "./"+randomName()+ext); err != nil {
				return "", "", err
			}
			rev, err = s.create(ctx, col, u, body)
		}
	}
	if err != nil {
		return "", "", err
	}
	return s.item(col, u), rev, nil
}

// create writes what must not be there yet. Some servers (SOGo) do not look at If-None-Match and would write over what is there: the first object of a connection is written a second time,
// which must be refused, and where it is not, every name is looked at before it is used.
func (s *conn) create(ctx context.Context, col, u *url.URL, body []byte) (string, error) {
	s.mu.Lock()
	probed, blind := s.probed, s.blind
	s.mu.Unlock()
	if blind || !probed {
		_, _, err := s.one(ctx, col, s.item(col, u))
		if err == nil {
			return "", fault.New(fault.Conflict, "exists", "It is on the server already", "Both versions are kept.")
		}
		if !fault.Is(err, fault.NotFound) {
			return "", err
		}
	}
	rev, err := s.put(ctx, u, body, "If-None-Match", "*")
	if err != nil || probed {
		return rev, err
	}
	again, err := s.put(ctx, u, body, "If-None-Match", "*")
	s.mu.Lock()
	s.probed, s.blind = true, err == nil
	s.mu.Unlock()
	if err == nil {
		rev = again
	}
	return rev, nil
}

// fileName makes a name that every server takes.
func fileName(s string) string {
	ok := s != "" && len(s) <= 120
	for _, r := range s {
		ok = ok && (r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' || r == '.' || r == '@')
	}
	if !ok || strings.HasPrefix(s, ".") {
		return randomName()
	}
	return s
}

func randomName() string {
	var b [16]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

func (s *conn) update(ctx context.Context, col *url.URL, r remote.Ref, rev string, e *remote.Edit) (string, error) {
	body, err := content(e)
	if err != nil {
		return "", err
	}
	u, err := s.itemURL(col, r)
	if err != nil {
		return "", err
	}
	header := []string{"If-Match", rev}
	if rev == "" || strings.HasPrefix(rev, "W/") {
		header = nil
	}
	v, err := s.put(ctx, u, body, header...)
	if !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.NotFound) {
		return v, err
	}
	raw, has, gerr := s.one(ctx, col, r)
	switch {
	case gerr == nil && holds(raw, body):
		return asGiven(raw, body, has), nil // it is there already
	case fault.Is(gerr, fault.NotFound):
		return "", gerr
	case gerr != nil && broken(ctx, gerr):
		return "", gerr
	}
	return "", err
}

func (s *conn) remove(ctx context.Context, col *url.URL, r remote.Ref, rev string) error {
	u, err := s.itemURL(col, r)
	if err != nil {
		return err
	}
	header := []string{"If-Match", rev}
	if rev == "" || strings.HasPrefix(rev, "W/") {
		header = nil
	}
	s.mu.Lock()
	trusted := s.probed && !s.blind
	s.mu.Unlock()
	if header != nil && !trusted { // a server that does not look at conditions would remove what somebody else just wrote
		switch _, has, err := s.one(ctx, col, r); {
		case fault.Is(err, fault.NotFound):
			return nil
		case err != nil:
			return err
		case has != rev:
			return fault.New(fault.Conflict, "changed", "It was changed on the server meanwhile", "Both versions are kept.")
		}
	}
	rs, err := s.c.do(ctx, http.MethodDelete, u, nil, 1<<20, header...)
	if err != nil {
		return err
	}
	switch {
	case rs.status >= 200 && rs.status < 300, rs.status == http.StatusNotFound, rs.status == http.StatusGone:
		return nil
	case rs.status == http.StatusPreconditionFailed:
		// Radicale and others refuse the condition also when the object is gone.
		if _, _, gerr := s.one(ctx, col, r); fault.Is(gerr, fault.NotFound) {
			return nil
		}
	}
	return s.c.failed("write", rs)
}

// ignored are the properties that servers and programs set by themselves.
var ignored = map[string]bool{"PRODID": true, "DTSTAMP": true, "LAST-MODIFIED": true, "CREATED": true, "REV": true, "X-RADICALE-NAME": true, "X-MOZ-GENERATION": true}

// holds reports whether the server has what it was given: all its properties, in any order, but for those that servers set. It may have added to it.
func holds(has, given []byte) bool { return contentline.Holds(has, given, ignored) }

// asGiven is the version of what is the same as was given; of what was added to there is none, so that the next pull brings it.
func asGiven(has, given []byte, rev string) string {
	if contentline.Same(has, given, ignored) {
		return rev
	}
	return ""
}

// MakeCollection makes an address book (RFC 5689) or a calendar (RFC 4791 section 5.3.1) under a name that nobody else takes.
func (s *conn) MakeCollection(ctx context.Context, c remote.Collection) (out remote.Collection, err error) {
	ctx2, cancel := s.with(ctx)
	defer cancel()
	defer func() { err = s.ended(ctx, err) }()
	u, err := s.resolve(s.homes[0], "./"+randomName()+"/")
	if err != nil {
		return out, err
	}
	var rs *response
	if s.kind == remote.Contacts {
		rs, err = s.c.do(ctx2, "MKCOL", u, []byte(`<mkcol xmlns="DAV:" xmlns:R="`+nsCard+`"><set><prop><resourcetype><collection/><R:addressbook/></resourcetype><displayname>`+escape(c.Name)+`</displayname></prop></set></mkcol>`), 1<<20,
			"Content-Type", "application/xml; charset=utf-8")
	} else {
		comps := ""
		if c.Events || !c.Tasks {
			comps += `<C:comp name="VEVENT"/>`
		}
		if c.Tasks {
			comps += `<C:comp name="VTODO"/>`
		}
		tint := ""
		if c.Color != "" {
			tint = `<A:calendar-color xmlns:A="http://apple.com/ns/ical/">` + escape(strings.ToUpper(c.Color)) + `FF</A:calendar-color>`
		}
		rs, err = s.c.do(ctx2, "MKCALENDAR", u, []byte(`<C:mkcalendar xmlns="DAV:" xmlns:C="`+nsCal+`"><set><prop><displayname>`+escape(c.Name)+`</displayname>`+tint+`<C:supported-calendar-component-set>`+comps+
			`</C:supported-calendar-component-set></prop></set></C:mkcalendar>`), 1<<20, "Content-Type", "application/xml; charset=utf-8")
	}
	if err != nil {
		return out, err
	}
	if rs.status != http.StatusCreated && rs.status != http.StatusOK && rs.status != http.StatusMultiStatus {
		return out, s.c.failed("make", rs)
	}
	all, err := s.Collections(ctx)
	if err != nil {
		return out, err
	}
	for _, x := range all {
		if at, err := s.url(x.Ref); err != nil || !samePath(at, u) {
			continue
		}
		if x.Name != c.Name || c.Color != "" && x.Color != c.Color { // SOGo takes neither while it makes one
			x.Name = c.Name
			if c.Color != "" {
				x.Color = c.Color
			}
			if err := s.ChangeCollection(ctx, x); err != nil {
				return out, err
			}
		}
		return x, nil
	}
	return out, s.c.protocol("not-made", "The server did not make it", "It said that it had.")
}

// ChangeCollection sets name, colour and order, each by itself: a server that has no colours keeps the name all the same.
func (s *conn) ChangeCollection(ctx context.Context, c remote.Collection) (err error) {
	ctx2, cancel := s.with(ctx)
	defer cancel()
	defer func() { err = s.ended(ctx, err) }()
	u, err := s.url(c.Ref)
	if err != nil {
		return err
	}
	set := func(prop string) error {
		m, rs, err := s.c.multi(ctx2, "PROPPATCH", u, "0", `<propertyupdate xmlns="DAV:" xmlns:A="http://apple.com/ns/ical/" xmlns:B="http://inf-it.com/ns/ab/"><set><prop>`+prop+`</prop></set></propertyupdate>`)
		if err != nil {
			return err
		}
		for i := range m.Responses {
			for _, ps := range m.Responses[i].PropStats {
				if n := code(ps.Status); n >= 300 {
					rs.status = n
					return s.c.failed("change", rs)
				}
			}
		}
		return nil
	}
	if err := set("<displayname>" + escape(c.Name) + "</displayname>"); err != nil {
		return err
	}
	var extra []string
	if s.kind == remote.Calendar {
		if c.Color != "" {
			extra = append(extra, "<A:calendar-color>"+escape(strings.ToUpper(c.Color))+"FF</A:calendar-color>")
		}
		extra = append(extra, "<A:calendar-order>"+strconv.Itoa(c.Order)+"</A:calendar-order>")
	} else if c.Color != "" {
		extra = append(extra, "<B:addressbook-color>"+escape(c.Color)+"</B:addressbook-color>")
	}
	for _, p := range extra {
		if err := set(p); err != nil && (broken(ctx2, err) || fault.Is(err, fault.NotFound)) {
			return err
		}
	}
	return nil
}

// DropCollection deletes a collection.
func (s *conn) DropCollection(ctx context.Context, c remote.Ref) (err error) {
	ctx2, cancel := s.with(ctx)
	defer cancel()
	defer func() { err = s.ended(ctx, err) }()
	u, err := s.url(c)
	if err != nil {
		return err
	}
	rs, err := s.c.do(ctx2, http.MethodDelete, u, nil, 1<<20)
	if err != nil {
		return err
	}
	if rs.status >= 200 && rs.status < 300 || rs.status == http.StatusNotFound || rs.status == http.StatusGone {
		return nil
	}
	return s.c.failed("delete", rs)
}
