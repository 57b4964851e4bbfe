package app

import (
	"context"
	"crypto/x509"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/app/store"
)

func TestSubscribedCalendar(t *testing.T) {
	ctx := context.Background()
	body := atomic.Value{}
	body.Store("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nX-WR-CALNAME:Tides\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20260310T100000Z\r\nSUMMARY:High\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:2\r\nDTSTART:20260310T160000Z\r\nSUMMARY:Low\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n")
	srv := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, body.Load().(string)) }))
	defer srv.Close()
	pool := x509.NewCertPool()
	pool.AddCert(srv.Certificate())
	a := must[*App](t)(Open(ctx, Options{Dir: t.TempDir(), Roots: pool}))
	defer a.Close()
	id := must[pim.CollectionID](t)(a.SubscribeCalendar(ctx, strings.Replace(srv.URL, "https://", "webcal://", 1)+"/tides.ics?key=1", "", "#112233"))
	if got := starts(occ(t, a.Shelves, "2026-03-01", "2026-04-01")); !strings.Contains(got, "High") || !strings.Contains(got, "Low") {
		t.Error(got)
	}
	cals := must[[]pim.Calendar](t)(a.Calendars(ctx))
	found := false
	for _, c := range cals {
		if c.ID == id {
			found = c.Name == "Tides" && !c.Rights.Edit && c.Role == RoleSubscription && !c.Default
		}
	}
	if !found {
		t.Errorf("%+v", cals)
	}
	ev := occ(t, a.Shelves, "2026-03-01", "2026-04-01")[0]
	e := must[pim.Event](t)(a.Event(ctx, ev.Event, ""))
	e.Summary = "Mine"
	if _, _, err := a.SaveEvent(ctx, e, pim.AllEvents); !fault.Is(err, fault.Refused) {
		t.Errorf("a subscription was edited: %v", err)
	}
	body.Store("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20260310T100000Z\r\nSUMMARY:Higher\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n")
	if err := a.refill(ctx, int64(id), []byte(body.Load().(string))); err != nil {
		t.Fatal(err)
	}
	if got := starts(occ(t, a.Shelves, "2026-03-01", "2026-04-01")); !strings.Contains(got, "Higher") || strings.Contains(got, "Low") {
		t.Error(got)
	}
	for _, bad := range []string{"http://example.com/x.ics", "not an address", "https://user:pw@example.com/"} {
		if _, err := a.SubscribeCalendar(ctx, bad, "", ""); !fault.Is(err, fault.Usage) {
			t.Errorf("%s: %v", bad, err)
		}
	}
	if err := a.DropCollection(ctx, id); err != nil {
		t.Fatal(err)
	}
}

func TestARemovedAccountTakesItsShelvesAlong(t *testing.T) {
	s, ctx := shelves(t), context.Background()
	st := must[*store.Store](t)(s.db(ctx))
	acc := mail.Account{ID: "x", Address: "x@example.com", Name: "X", Also: []mail.Server{{Protocol: mail.CardDAV, Host: "h", Port: 443, Security: mail.TLS}}}
	if err := st.Write(ctx, func(tx *store.Tx) error { return tx.PutAccount(acc) }); err != nil {
		t.Fatal(err)
	}
	book := must[pim.CollectionID](t)(s.MakeAddressBook(ctx, "x", "Work", ""))
	if _, err := s.MakeCalendar(ctx, "x", "None", ""); !fault.Is(err, fault.Refused) {
		t.Errorf("an account without calendars got one: %v", err)
	}
	id, _, err := s.SaveContact(ctx, person(book, "Kari"))
	if err != nil {
		t.Fatal(err)
	}
	books := must[[]pim.AddressBook](t)(s.AddressBooks(ctx))
	if len(books) != 3 || books[2].Source != "X" || books[2].Count != 1 || books[2].Pending == 0 || !books[2].Default {
		t.Errorf("%+v", books)
	}
	if err := st.Write(ctx, func(tx *store.Tx) error { return tx.RemoveAccount("x") }); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Contact(ctx, id); !fault.Is(err, fault.NotFound) {
		t.Errorf("its contact is still here: %v", err)
	}
	if books := must[[]pim.AddressBook](t)(s.AddressBooks(ctx)); len(books) != 2 {
		t.Errorf("%+v", books)
	}
}

func TestWhoWasWrittenToIsCollected(t *testing.T) {
	s, ctx := shelves(t), context.Background()
	if _, _, err := s.SaveContact(ctx, pim.Contact{Name: pim.Name{Full: "Known"}, Emails: []pim.Field{{Value: "known@example.com"}}}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := s.Collect(ctx, []mail.Address{{Addr: "KNOWN@example.com"}, {Name: "New Person", Addr: "new@example.com"}, {Addr: "not an address"}}); err != nil {
			t.Fatal(err)
		}
	}
	books := must[[]pim.AddressBook](t)(s.AddressBooks(ctx))
	if books[1].Role != RoleCollected || books[1].Count != 1 {
		t.Errorf("%+v", books)
	}
	rows := must[[]pim.ContactRow](t)(s.ContactsOf(ctx, "new@example.com"))
	if len(rows) != 1 || rows[0].Name != "New Person" || rows[0].Book != books[1].ID {
		t.Errorf("%+v", rows)
	}
}
