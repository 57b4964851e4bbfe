package discover

import (
	"net"
	"strings"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/testserver"
	"github.com/postrider/postrider/accounts/wire"
)

// real is a Dovecot and a Postfix behind the usual names of example.test, whose well-known ports are mapped to theirs.
func real(t *testing.T, cert string) (*world, *testserver.Server, func(*Options)) {
	o := testserver.Options{Cert: cert}
	o.NoSMTP = testserver.Missing(o) != ""
	srv := testserver.Start(t, o)
	w := newWorld(t)
	for _, h := range []string{"imap", "pop", "smtp"} {
		w.record(h + ".example.test. 60 IN A 127.0.0.1")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close() // nothing listens there any more
	return w, srv, func(o *Options) {
		o.Dialer = &wire.Dialer{Roots: srv.Roots}
		o.Ports = map[int]int{443: l.Addr().(*net.TCPAddr).Port, 2525: l.Addr().(*net.TCPAddr).Port}
		for _, p := range []int{25, 110, 143, 465, 587, 993, 995} {
			o.Ports[p] = srv.Port(p)
		}
	}
}

func TestFindAtRealServers(t *testing.T) {
	w, srv, o := real(t, "server")
	began := time.Now()
	d := w.find("ada@example.test", o)
	if time.Since(began) > 30*time.Second {
		t.Error("it took", time.Since(began))
	}
	want(t, "in", show(d.Incoming), "imap imap.example.test 993 tls proven; imap imap.example.test 143 starttls proven; pop3 pop.example.test 995 tls proven; pop3 pop.example.test 110 starttls proven")
	if srv.Port(587) != 0 && testserver.Missing(testserver.Options{}) == "" {
		want(t, "out", show(d.Outgoing), "smtp smtp.example.test 465 tls proven; smtp smtp.example.test 587 starttls proven")
	}
}

func TestRealServersWithBadCertificatesAreNotOffered(t *testing.T) {
	for _, cert := range []string{"wronghost", "expired", "selfsigned"} {
		w, _, o := real(t, cert)
		d := w.find("ada@example.test", o)
		if len(d.Incoming)+len(d.Outgoing) != 0 {
			t.Errorf("%s: %s; %s", cert, show(d.Incoming), show(d.Outgoing))
		}
		says := map[string]string{"expired": "has expired"}[cert]
		if says == "" {
			says = "cannot prove that it is"
		}
		if s := step(d, "probe"); s.State != mail.StepFailed || !strings.Contains(s.Detail, says) {
			t.Errorf("%s: %+v", cert, s)
		}
	}
}
