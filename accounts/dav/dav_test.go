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
	"github.com/postrider/postrider/accounts/remote"
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

func fetchAll(t testing.TB, c *remote.Conn, col remote.Ref, refs []remote.Ref) map[remote.Ref][]byte {
	t.Helper()
	out := map[remote.Ref][]byte{}
	err := c.Fetch(ctxOf(t), col, refs, remote.WantBody, func(i remote.Item) error {
		b, err := io.ReadAll(i.Body)
		out[i.Ref] = b
		if i.Rev == "" {
			t.Errorf("%s has no version", i.Ref)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// conformance is what every server has to be like.
func conformance(t *testing.T, dial func(t testing.TB, p mail.Protocol) *remote.Conn) {
	for _, p := range []mail.Protocol{mail.CardDAV, mail.CalDAV} {
		t.Run(string(p), func(t *testing.T) {
			c := dial(t, p)
			kind, make := remote.Contacts, card
			if p == mail.CalDAV {
				kind, make = remote.Calendar, event
			}
			col, err := c.Shelf.MakeCollection(ctxOf(t), remote.Collection{Kind: kind, Name: "Båt & Co", Color: "#12ab34", Events: true, Tasks: true})
			if err != nil {
				t.Fatal(err)
			}
			if col.Name != "Båt & Co" || col.Kind != kind || !col.Rights.Has(mail.MayAdd|mail.MayRename|mail.MayDelete) || p == mail.CalDAV && (!col.Events || col.Color != "#12ab34") {
				t.Errorf("made %+v", col)
			}
			d := pullAll(t, c, col.Ref, "")
			if !d.Complete || len(d.Changed) != 0 {
				t.Fatalf("empty: %+v", d)
			}
			// New.
			e := remote.Edit{Verb: remote.Add, Name: "first", Open: open1(make("first", "One"))}
			done := push1(t, c, col.Ref, e)
			if done.Err != nil || done.Refs[0] == "" {
				t.Fatalf("%+v", done)
			}
			first := done.Refs[0]
			// The same again, as after a lost answer: nothing is doubled.
			e.Again = true
			if again := push1(t, c, col.Ref, e); again.Err != nil || again.Refs[0] != first {
				t.Fatalf("again: %+v", again)
			}
			d2 := pullAll(t, c, col.Ref, d.Next)
			if len(d2.Changed) != 1 || d2.Changed[0].Ref != first || d2.Changed[0].Rev == "" {
				t.Fatalf("after the first: %+v", d2)
			}
			rev := d2.Changed[0].Rev
			if got := fetchAll(t, c, col.Ref, []remote.Ref{first, "no-such-thing"}); len(got) != 1 || !bytes.Contains(got[first], []byte("X-UNKNOWN;X-P=1:kept\r\n")) {
				t.Fatalf("fetched %q", got)
			}
			for _, x := range pullAll(t, c, col.Ref, d2.Next).Changed { // some name again what changed within the same second
				if x.Ref != first || x.Rev != rev {
					t.Errorf("nothing changed, but %+v", x)
				}
			}
			// A change with its version, then one with the version of before.
			up := push1(t, c, col.Ref, remote.Edit{Verb: remote.Update, Items: []remote.Ref{first}, Revs: []string{rev}, Open: open1(make("first", "Two"))})
			if up.Err != nil {
				t.Fatalf("%+v", up)
			}
			stale := push1(t, c, col.Ref, remote.Edit{Verb: remote.Update, Items: []remote.Ref{first}, Revs: []string{rev}, Open: open1(make("first", "Three"))})
			if !fault.Is(stale.Err, fault.Conflict) {
				t.Errorf("an old version was accepted: %+v", stale)
			}
			lost := push1(t, c, col.Ref, remote.Edit{Verb: remote.Update, Items: []remote.Ref{first}, Revs: []string{rev}, Open: open1(make("first", "Two")), Again: true})
			if lost.Err != nil {
				t.Errorf("what is there already: %+v", lost)
			}
			if got := fetchAll(t, c, col.Ref, []remote.Ref{first}); !bytes.Contains(got[first], []byte("Two")) {
				t.Errorf("the server has %q", got[first])
			}
			// Removal with the version of before is refused, with the present one it is done, and again it is no error.
			d3 := pullAll(t, c, col.Ref, d2.Next)
			if len(d3.Changed) != 1 || d3.Changed[0].Rev == rev {
				t.Fatalf("after the change: %+v", d3)
			}
			if x := push1(t, c, col.Ref, remote.Edit{Verb: remote.Remove, Items: []remote.Ref{first}, Revs: []string{rev}}); !fault.Is(x.Err, fault.Conflict) {
				t.Errorf("an old version was removed: %+v", x)
			}
			for range 2 {
				if x := push1(t, c, col.Ref, remote.Edit{Verb: remote.Remove, Items: []remote.Ref{first}, Revs: []string{d3.Changed[0].Rev}}); x.Err != nil {
					t.Errorf("%+v", x)
				}
			}
			d4 := pullAll(t, c, col.Ref, d3.Next)
			if d4.Complete && len(d4.Changed) != 0 || !d4.Complete && (len(d4.Gone) != 1 || d4.Gone[0] != first) {
				t.Errorf("after the removal: %+v", d4)
			}
			// Many, in batches.
			var edits []remote.Edit
			for i := range 130 {
				edits = append(edits, remote.Edit{Verb: remote.Add, Name: fmt.Sprintf("n%d", i), Open: open1(make(fmt.Sprintf("n%d", i), fmt.Sprintf("Number %d", i)))})
			}
			a, err := c.Pusher.Push(ctxOf(t), col.Ref, "", edits)
			if err != nil || len(a.Done) != 130 {
				t.Fatal(err, len(a.Done))
			}
			d5 := pullAll(t, c, col.Ref, d4.Next)
			if len(d5.Changed) != 130 {
				t.Fatalf("%d of 130", len(d5.Changed))
			}
			if got := fetchAll(t, c, col.Ref, refsOf(d5.Changed)); len(got) != 130 {
				t.Errorf("fetched %d of 130", len(got))
			}
			// A token that the server does not know is no error.
			d6 := pullAll(t, c, col.Ref, remote.Token(bySync+"http://radicale.org/ns/sync/0000000000000000000000000000000000000000000000000000000000000000"))
			if len(d6.Changed) != 130 {
				t.Errorf("with an unknown token: complete %v, %d", d6.Complete, len(d6.Changed))
			}
			// Without tokens the listing is compared.
			s := c.Source.(*conn)
			s.mu.Lock()
			s.syncs[col.Ref] = false
			s.mu.Unlock()
			d7 := pullAll(t, c, col.Ref, "")
			if !d7.Complete || len(d7.Changed) != 130 || !strings.HasPrefix(string(d7.Next), byCTag) {
				t.Errorf("by ETags: complete %v, %d, %s", d7.Complete, len(d7.Changed), d7.Next)
			}
			if d8 := pullAll(t, c, col.Ref, d7.Next); d7.Next != byCTag && (d8.Complete || len(d8.Changed) != 0) {
				t.Errorf("the same ctag: %+v", d8)
			}
			// One by one where there is no multiget.
			s.mu.Lock()
			s.noMult = true
			s.mu.Unlock()
			if got := fetchAll(t, c, col.Ref, refsOf(d7.Changed)[:3]); len(got) != 3 {
				t.Errorf("one by one: %d", len(got))
			}
			// Renamed.
			col.Name, col.Color = "Ship", "#00ff00"
			if err := c.Shelf.ChangeCollection(ctxOf(t), col); err != nil {
				t.Fatal(err)
			}
			all, err := c.Collections(ctxOf(t))
			if err != nil {
				t.Fatal(err)
			}
			found := false
			for _, x := range all {
				if x.Ref == col.Ref {
					found = x.Name == "Ship" && (p == mail.CardDAV || x.Color == "#00ff00")
				}
			}
			if !found {
				t.Errorf("after the change: %+v", all)
			}
			for range 2 {
				if err := c.Shelf.DropCollection(ctxOf(t), col.Ref); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := c.Pull(ctxOf(t), col.Ref, d5.Next); !fault.Is(err, fault.NotFound) {
				t.Errorf("a collection that is gone: %v", err)
			}
		})
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
	conformance(t, func(t testing.TB, p mail.Protocol) *remote.Conn {
		return dial(t, options(s.Server(p, "alice"), s.Roots, testserver.SOGoUsers["alice"]))
	})
}
