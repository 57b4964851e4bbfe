package imap

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http/httptest"
	"strconv"
	"testing"

	imap2 "github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/accounts/remote/remotetest"
)

// A server of another make, without CONDSTORE, and also without UIDPLUS, MOVE, ESEARCH, LIST-EXTENDED and SPECIAL-USE when it is a plain IMAP4rev1 one.
func TestConformsOnPlainServer(t *testing.T) {
	for name, caps := range map[string]imap2.CapSet{
		"rev1":       {imap2.CapIMAP4rev1: {}},
		"extensions": {imap2.CapIMAP4rev1: {}, imap2.CapUIDPlus: {}, imap2.CapMove: {}, imap2.CapESearch: {}, imap2.CapSpecialUse: {}, imap2.CapListExtended: {}, imap2.CapListStatus: {}, imap2.CapLiteralPlus: {}, imap2.CapNamespace: {}},
	} {
		t.Run(name, func(t *testing.T) {
			mem := imapmemserver.New()
			user := imapmemserver.NewUser("ada", "pw")
			if err := user.Create("INBOX", nil); err != nil {
				t.Fatal(err)
			}
			mem.AddUser(user)
			h := httptest.NewTLSServer(nil)
			defer h.Close()
			pool := x509.NewCertPool()
			pool.AddCert(h.Certificate())
			srv := imapserver.New(&imapserver.Options{Caps: caps, InsecureAuth: true,
				NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
					return mem.NewSession(), nil, nil
				}})
			l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: h.TLS.Certificates})
			if err != nil {
				t.Fatal(err)
			}
			go srv.Serve(l)
			defer srv.Close()
			_, port, _ := net.SplitHostPort(l.Addr().String())
			n, _ := strconv.Atoi(port)
			o := options(pool, mail.Server{Protocol: mail.IMAP, Host: "127.0.0.1", Port: n, Security: mail.TLS, User: "ada"}, "pw")
			remotetest.Run(t, remotetest.Env{Open: func(t testing.TB) *remote.Conn { return mustOpen(t, o) }})
		})
	}
}
