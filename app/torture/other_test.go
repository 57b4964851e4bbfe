package torture

import (
	"crypto/tls"
	"net"
	"strconv"
	"testing"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/postrider/postrider/accounts/testserver"
)

// other is another client at work in the same mailboxes.
type other struct{ c *imapclient.Client }

func dialIMAP(t testing.TB, s *testserver.Server, user string) *other {
	t.Helper()
	c, err := imapclient.DialTLS(net.JoinHostPort("localhost", strconv.Itoa(s.Port(993))), &imapclient.Options{TLSConfig: &tls.Config{RootCAs: s.Roots, ServerName: "localhost"}})
	if err != nil {
		t.Fatal(err)
	}
	pw := password
	if p, ok := testserver.Users[user]; ok {
		pw = p
	}
	if err := c.Login(user, pw).Wait(); err != nil {
		t.Fatal(err)
	}
	o := &other{c}
	o.open(t, "INBOX")
	return o
}

func (o *other) close() { o.c.Logout().Wait(); o.c.Close() }

func (o *other) open(t testing.TB, box string) {
	t.Helper()
	if _, err := o.c.Select(box, nil).Wait(); err != nil {
		t.Fatal(err)
	}
}

func (o *other) find(t testing.TB, name string) imap.UIDSet {
	t.Helper()
	r, err := o.c.UIDSearch(&imap.SearchCriteria{Header: []imap.SearchCriteriaHeaderField{{Key: "Message-ID", Value: "<" + name + "@torture.example>"}}}, nil).Wait()
	if err != nil {
		t.Fatal(err)
	}
	if len(r.AllUIDs()) != 1 {
		t.Fatalf("the other client sees %s %d times", name, len(r.AllUIDs()))
	}
	return imap.UIDSetNum(r.AllUIDs()...)
}

func (o *other) move(t testing.TB, name, box string) {
	t.Helper()
	if _, err := o.c.Move(o.find(t, name), box).Wait(); err != nil {
		t.Fatal(err)
	}
}

func (o *other) flag(t testing.TB, name string, f imap.Flag) {
	t.Helper()
	if err := o.c.Store(o.find(t, name), &imap.StoreFlags{Op: imap.StoreFlagsAdd, Silent: true, Flags: []imap.Flag{f}}, nil).Close(); err != nil {
		t.Fatal(err)
	}
}

func (o *other) expunge(t testing.TB, name string) {
	t.Helper()
	set := o.find(t, name)
	o.flag(t, name, imap.FlagDeleted)
	if err := o.c.UIDExpunge(set).Close(); err != nil {
		t.Fatal(err)
	}
}
