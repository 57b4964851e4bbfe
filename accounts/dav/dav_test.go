package dav

import (
	"bytes"
	"context"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/auth"
	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/accounts/remote/remotetest"
	"github.com/postrider/postrider/accounts/testserver"
	"github.com/postrider/postrider/accounts/wire"
)

const ada = "ada@example.test"

func options(s mail.Server, roots *x509.CertPool, password string) wire.Options {
	return wire.Options{Server: s, Dialer: &wire.Dialer{Roots: roots}, Creds: auth.Static{User: s.User, Password: password}}
}

func ctxOf(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func dial(t testing.TB, o wire.Options) *remote.Conn {
	t.Helper()
	c, err := Open(ctxOf(t), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func event(uid, summary string) []byte {
	return []byte("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//T//T//EN\r\nBEGIN:VEVENT\r\nUID:" + uid + "\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20260310T100000Z\r\nDTEND:20260310T110000Z\r\nSUMMARY:" + summary + "\r\nX-UNKNOWN;X-P=1:kept\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n")
}

func card(uid, name string) []byte {
	return []byte("BEGIN:VCARD\r\nVERSION:3.0\r\nUID:" + uid + "\r\nFN:" + name + "\r\nN:" + name + ";;;;\r\nX-UNKNOWN;X-P=1:kept\r\nEND:VCARD\r\n")
}

func open1(b []byte) func() (io.ReadCloser, int64, error) {
	return func() (io.ReadCloser, int64, error) { return io.NopCloser(bytes.NewReader(b)), int64(len(b)), nil }
}

func push1(t testing.TB, c *remote.Conn, col remote.Ref, e remote.Edit) remote.Done {
	t.Helper()
	a, err := c.Pusher.Push(ctxOf(t), col, "", []remote.Edit{e})
	if err != nil || len(a.Done) != 1 {
		t.Fatalf("%v %+v", err, a)
	}
	return a.Done[0]
}

func pullAll(t testing.TB, c *remote.Conn, col remote.Ref, since remote.Token) remote.Delta {
	t.Helper()
	var all remote.Delta
	for {
		d, err := c.Pull(ctxOf(t), col, since)
		if err != nil {
			t.Fatal(err)
		}
		all.Changed, all.Gone, all.Complete, all.Next = append(all.Changed, d.Changed...), append(all.Gone, d.Gone...), d.Complete, d.Next
		if !d.More {
			return all
		}
		since = d.Next
	}
}

// conformance is what every server has to be like: the suite of the seam, and what only this back end has.
func conformance(t *testing.T, dial func(t testing.TB, p mail.Protocol) *remote.Conn) {
	for _, p := range []mail.Protocol{mail.CardDAV, mail.CalDAV} {
		t.Run(string(p), func(t *testing.T) {
			kind, object := remote.Contacts, card
			if p == mail.CalDAV {
				kind, object = remote.Calendar, event
			}
			remotetest.RunShelf(t, remotetest.Shelf{Kind: kind, Object: object, Colors: kind == remote.Calendar, Open: func(t testing.TB) *remote.Conn { return dial(t, p) }})
			t.Run("without", func(t *testing.T) { without(t, dial(t, p), kind, object) })
		})
	}
}

// without is how a server is read that lacks something: the token of before, tokens at all, multiget.
func without(t *testing.T, c *remote.Conn, kind remote.Kind, object func(uid, title string) []byte) {
	col, err := c.Shelf.MakeCollection(ctxOf(t), remote.Collection{Kind: kind, Name: "Without", Events: true})
	if err != nil {
		t.Fatal(err)
	}
	const n = 5
	for i := range n {
		if d := push1(t, c, col.Ref, remote.Edit{Verb: remote.Add, Name: fmt.Sprint(i), Open: open1(object(fmt.Sprint(i), "X"))}); d.Err != nil {
			t.Fatal(d.Err)
		}
	}
	if d := pullAll(t, c, col.Ref, bySync+"http://radicale.org/ns/sync/0000000000000000000000000000000000000000000000000000000000000000"); len(d.Changed) != n {
		t.Errorf("with an unknown token: complete %v, %d", d.Complete, len(d.Changed))
	}
	s := c.Source.(*conn)
	s.mu.Lock()
	s.syncs[col.Ref], s.noMult = false, true
	s.mu.Unlock()
	d := pullAll(t, c, col.Ref, "")
	if !d.Complete || len(d.Changed) != n || !strings.HasPrefix(string(d.Next), byCTag) {
		t.Errorf("by ETags: complete %v, %d, %s", d.Complete, len(d.Changed), d.Next)
	}
	if x := pullAll(t, c, col.Ref, d.Next); d.Next != byCTag && (x.Complete || len(x.Changed) != 0) {
		t.Errorf("the same ctag: %+v", x)
	}
	got := 0
	if err := c.Fetch(ctxOf(t), col.Ref, refsOf(d.Changed), remote.WantBody, func(i remote.Item) error {
		got++
		if i.Rev == "" {
			t.Errorf("%s has no version", i.Ref)
		}
		return nil
	}); err != nil || got != n {
		t.Errorf("one by one: %v, %d", err, got)
	}
}

func TestRadicale(t *testing.T) {
	s := testserver.StartRadicale(t)
	conformance(t, func(t testing.TB, p mail.Protocol) *remote.Conn {
		return dial(t, options(s.Server(p, ada), s.Roots, testserver.Users[ada]))
	})
	t.Run("refusals", func(t *testing.T) {
		if _, err := Open(ctxOf(t), options(s.Server(mail.CalDAV, ada), s.Roots, "wrong")); !fault.Is(err, fault.Auth) {
			t.Errorf("a wrong password: %v", err)
		}
		if _, err := Open(ctxOf(t), options(s.Server(mail.CalDAV, ada), nil, "x")); !fault.Is(err, fault.TLS) {
			t.Errorf("an unknown issuer: %v", err)
		}
		c := dial(t, options(s.Server(mail.CalDAV, ada), s.Roots, testserver.Users[ada]))
		col, err := c.Shelf.MakeCollection(ctxOf(t), remote.Collection{Kind: remote.Calendar, Name: "X", Events: true})
		if err != nil {
			t.Fatal(err)
		}
		if d := push1(t, c, col.Ref, remote.Edit{Verb: remote.Add, Open: open1([]byte("this is no calendar"))}); !fault.Is(d.Err, fault.Refused) {
			t.Errorf("nonsense: %+v", d)
		}
		ctx, cancel := context.WithCancel(ctxOf(t))
		cancel()
		if _, err := c.Collections(ctx); err == nil {
			t.Error("a context that is done was not honoured")
		}
		c.Close()
		if _, err := c.Pull(ctxOf(t), col.Ref, ""); !fault.Is(err, fault.Network) {
			t.Errorf("after Close: %v", err)
		}
	})
}

// stranger is a server that says what no real one does on demand.
func stranger(t *testing.T, h http.HandlerFunc) (mail.Server, *x509.CertPool) {
	s := httptest.NewTLSServer(h)
	t.Cleanup(s.Close)
	pool := x509.NewCertPool()
	pool.AddCert(s.Certificate())
	srv, err := Server(mail.CalDAV, s.URL+"/", "u", mail.Password)
	if err != nil {
		t.Fatal(err)
	}
	return srv, pool
}

func TestPasswordsDoNotGoToStrangers(t *testing.T) {
	got := 0
	other := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			got++
		}
	}))
	defer other.Close()
	srv, pool := stranger(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, strings.Replace(other.URL, "127.0.0.1", "localhost", 1)+"/", http.StatusMovedPermanently)
	})
	pool.AddCert(other.Certificate())
	if _, err := Open(ctxOf(t), options(srv, pool, "secret")); !fault.Is(err, fault.Refused) || fault.Of(err).Code != "stranger" {
		t.Errorf("got %v", err)
	}
	plain, pool := stranger(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://127.0.0.1:1/", http.StatusMovedPermanently)
	})
	if _, err := Open(ctxOf(t), options(plain, pool, "secret")); !fault.Is(err, fault.TLS) {
		t.Errorf("got %v", err)
	}
	if got != 0 {
		t.Error("a stranger saw the password")
	}
}

func TestOAuthIsSentAsBearerAndRefreshedOnce(t *testing.T) {
	var seen []string
	srv, pool := stranger(t, func(w http.ResponseWriter, r *http.Request) {
		seen = append(seen, r.Header.Get("Authorization"))
		if r.Header.Get("Authorization") != "Bearer new" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(http.StatusMultiStatus)
		io.WriteString(w, `<multistatus xmlns="DAV:"><response><href>/</href><propstat><prop><C:calendar-home-set xmlns:C="urn:ietf:params:xml:ns:caldav"><href>/cal/</href></C:calendar-home-set></prop><status>HTTP/1.1 200 OK</status></propstat></response></multistatus>`)
	})
	o := options(srv, pool, "")
	o.Creds = tokens{}
	c, err := Open(ctxOf(t), o)
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
	if fmt.Sprint(seen) != "[Bearer old Bearer new]" {
		t.Error(seen)
	}
}

func TestATokenForMailOnly(t *testing.T) {
	srv, pool := stranger(t, func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusForbidden) })
	o := options(srv, pool, "")
	o.Creds = tokens{}
	if _, err := Open(ctxOf(t), o); !fault.Is(err, fault.Auth) || fault.Of(err).Code != "token" {
		t.Errorf("got %v", err)
	}
}

type tokens struct{}

func (tokens) Credential(_ context.Context, fresh bool) (auth.Credential, error) {
	if fresh {
		return auth.Credential{User: "u", Token: "new"}, nil
	}
	return auth.Credential{User: "u", Token: "old"}, nil
}

func FuzzMultistatus(f *testing.F) {
	f.Add([]byte(`<multistatus xmlns="DAV:"><response><href>/a</href><status>HTTP/1.1 404 Not Found</status></response><sync-token>x</sync-token></multistatus>`))
	f.Add([]byte(`<D:multistatus xmlns:D="DAV:"><D:response><D:propstat><D:prop><D:resourcetype><D:collection/></D:resourcetype></D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response></D:multistatus>`))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := parseMulti(b)
		if err != nil {
			return
		}
		for i := range m.Responses {
			if p, ok := m.Responses[i].ok(); ok {
				p.may("write")
				p.reports("sync-collection")
				color(p.Color)
			}
			m.Responses[i].href()
		}
	})
}

func TestSOGo(t *testing.T) {
	s := testserver.StartSOGo(t)
	if rooms, err := Rooms(ctxOf(t), options(s.Server(mail.CalDAV, "alice"), s.Roots, testserver.SOGoUsers["alice"])); err != nil || len(rooms) != 0 {
		t.Errorf("rooms: %v %+v", err, rooms)
	}
	t.Run("busy", func(t *testing.T) {
		bob := dial(t, options(s.Server(mail.CalDAV, "bob"), s.Roots, testserver.SOGoUsers["bob"]))
		cs, err := bob.Collections(ctxOf(t))
		if err != nil || len(cs) == 0 || !cs[0].Schedules {
			t.Fatalf("%v %+v", err, cs)
		}
		if d := push1(t, bob, cs[0].Ref, remote.Edit{Verb: remote.Add, Name: "busy", Open: open1(event("busy", "Dentist"))}); d.Err != nil {
			t.Fatal(d.Err)
		}
		from := time.Date(2026, 3, 10, 0, 0, 0, 0, time.UTC)
		fs, err := FreeBusy(ctxOf(t), options(s.Server(mail.CalDAV, "alice"), s.Roots, testserver.SOGoUsers["alice"]), "alice@example.test", []string{"bob@example.test", "nobody@example.test"}, from, from.AddDate(0, 0, 1))
		if err != nil {
			t.Fatal(err)
		}
		told := map[string]pim.FreeBusy{}
		for _, f := range fs {
			told[f.Addr] = f
		}
		if f := told["bob@example.test"]; !f.Known || len(f.Spans) != 1 || f.Spans[0].Start.UTC().Hour() != 10 || f.Spans[0].End.UTC().Hour() != 11 {
			t.Errorf("of bob it told %+v", fs)
		}
		if f, ok := told["nobody@example.test"]; !ok || f.Known {
			t.Errorf("of nobody it told %+v", fs)
		}
	})
	conformance(t, func(t testing.TB, p mail.Protocol) *remote.Conn {
		return dial(t, options(s.Server(p, "alice"), s.Roots, testserver.SOGoUsers["alice"]))
	})
}

func TestCyrus(t *testing.T) {
	s := testserver.StartCyrus(t)
	t.Run("rooms", func(t *testing.T) {
		alice := options(s.Server(mail.CalDAV, "alice"), s.Roots, testserver.CyrusUsers["alice"])
		if rooms, err := Rooms(ctxOf(t), alice); err != nil || len(rooms) != 0 {
			t.Errorf("there is no room, and %v %+v", err, rooms)
		}
		// To this server everybody is an individual, and people see those whose mailboxes they see.
		c, err := open(ctxOf(t), alice)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		found, err := c.search(ctxOf(t), "individual")
		if err != nil || len(found) != 1 || found[0] != (pim.Attendee{Name: "alice", Addr: "alice@example.test", Kind: "individual"}) {
			t.Errorf("%v %+v", err, found)
		}
	})
	conformance(t, func(t testing.TB, p mail.Protocol) *remote.Conn {
		return dial(t, options(s.Server(p, "alice"), s.Roots, testserver.CyrusUsers["alice"]))
	})
}
