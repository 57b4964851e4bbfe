package discover

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/miekg/dns"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/wire"
)

// world is a small internet on loopback: a real name server, real TLS servers under a CA of its own. Only the last step is bent: a connection to an
// address of the zone goes to the listener that stands for it.
type world struct {
	t     *testing.T
	ca    *x509.Certificate
	key   *ecdsa.PrivateKey
	roots *x509.CertPool

	mu      sync.Mutex
	zone    map[string][]dns.RR // "name. TYPE"
	ips     map[string]string   // host → address
	servers map[string]string   // "address:port" → listener
	holes   map[string]bool     // "address:port" that never answers
	dialled []string            // "host:port" in order
	asked   []string            // URLs
	dnsDead bool
	dnsAddr string
}

func newWorld(t *testing.T) *world {
	w := &world{t: t, zone: map[string][]dns.RR{}, ips: map[string]string{}, servers: map[string]string{}, holes: map[string]bool{}, roots: x509.NewCertPool()}
	var err error
	if w.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		t.Fatal(err)
	}
	tpl := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test CA"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, tpl, tpl, &w.key.PublicKey, w.key)
	if err != nil {
		t.Fatal(err)
	}
	w.ca, _ = x509.ParseCertificate(der)
	w.roots.AddCert(w.ca)

	pc, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w.dnsAddr = pc.LocalAddr().String()
	srv := &dns.Server{PacketConn: pc, Handler: dns.HandlerFunc(w.answer)}
	go srv.ActivateAndServe()
	t.Cleanup(func() { srv.Shutdown() })
	w.host("imap.gmail.com") // always there
	return w
}

// answer is the name server: what is not in the zone does not exist.
func (w *world) answer(rw dns.ResponseWriter, q *dns.Msg) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.dnsDead {
		return
	}
	m := new(dns.Msg)
	m.SetReply(q)
	m.RecursionAvailable = true // or an empty answer is taken for a lame server
	name, typ := strings.ToLower(q.Question[0].Name), dns.TypeToString[q.Question[0].Qtype]
	m.Answer = w.zone[name+" "+typ]
	if c := w.zone[name+" CNAME"]; len(m.Answer) == 0 && len(c) > 0 {
		m.Answer = append(c, w.zone[c[0].(*dns.CNAME).Target+" "+typ]...)
	}
	if len(m.Answer) == 0 {
		m.Rcode = dns.RcodeNameError
		for k := range w.zone {
			if strings.HasPrefix(k, name+" ") || strings.Contains(k, "."+name+" ") {
				m.Rcode = dns.RcodeSuccess
			}
		}
	}
	rw.WriteMsg(m)
}

// record adds a record in zone file form.
func (w *world) record(s string) {
	w.t.Helper()
	rr, err := dns.NewRR(s)
	if err != nil {
		w.t.Fatal(err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	k := strings.ToLower(rr.Header().Name) + " " + dns.TypeToString[rr.Header().Rrtype]
	w.zone[k] = append(w.zone[k], rr)
}

// host gives a name an address.
func (w *world) host(name string) string {
	w.mu.Lock()
	ip, ok := w.ips[name]
	if !ok {
		ip = fmt.Sprintf("192.0.2.%d", len(w.ips)+1)
		w.ips[name] = ip
	}
	w.mu.Unlock()
	if !ok {
		w.record(name + ". 60 IN A " + ip)
	}
	return ip
}

func (w *world) cert(names ...string) tls.Certificate {
	tpl := &x509.Certificate{SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: names[0]}, DNSNames: names, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, tpl, w.ca, &w.key.PublicKey, w.key)
	if err != nil {
		w.t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: w.key}
}

func (w *world) listen(host string, port int, serve func(net.Conn)) {
	w.t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { ln.Close() })
	ip := w.host(host)
	w.mu.Lock()
	w.servers[fmt.Sprintf("%s:%d", ip, port)] = ln.Addr().String()
	w.mu.Unlock()
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				c.SetDeadline(time.Now().Add(10 * time.Second))
				serve(c)
			}()
		}
	}()
}

// mail puts a mail server on host:port with a certificate for names (left out: host).
func (w *world) mail(host string, port int, p mail.Protocol, s mail.Security, names ...string) {
	if names == nil {
		names = []string{host}
	}
	cfg := &tls.Config{Certificates: []tls.Certificate{w.cert(names...)}}
	w.listen(host, port, func(c net.Conn) { speak(c, cfg, p, s) })
}

// speak is the beginning of a mail server, until the connection is secure.
func speak(c net.Conn, cfg *tls.Config, p mail.Protocol, s mail.Security) {
	if s == mail.TLS {
		t := tls.Server(c, cfg)
		if t.Handshake() != nil {
			return
		}
		c = t
	}
	fmt.Fprint(c, map[mail.Protocol]string{mail.IMAP: "* OK [CAPABILITY IMAP4rev1 STARTTLS] ready\r\n", mail.POP3: "+OK ready\r\n", mail.SMTP: "220-mx ESMTP\r\n220 ready\r\n"}[p])
	r := bufio.NewReader(c)
	for {
		l, err := r.ReadString('\n')
		if err != nil {
			return
		}
		switch l = strings.ToUpper(strings.TrimSpace(l)); {
		case strings.HasPrefix(l, "EHLO "):
			fmt.Fprint(c, "250-mx\r\n250-SIZE 1000\r\n250 STARTTLS\r\n")
			continue
		case strings.HasSuffix(l, "STARTTLS") && p == mail.IMAP:
			fmt.Fprint(c, "* OK soon\r\n", strings.ToLower(l[:2]), " OK begin\r\n")
		case l == "STLS":
			fmt.Fprint(c, "+OK begin\r\n")
		case l == "STARTTLS":
			fmt.Fprint(c, "220 begin\r\n")
		default:
			fmt.Fprint(c, "500 what\r\n")
			return
		}
		t := tls.Server(c, cfg)
		t.Handshake()
		t.Read(make([]byte, 1))
		return
	}
}

// web puts an https server on host:443.
func (w *world) web(host string, h http.HandlerFunc) {
	cfg := &tls.Config{Certificates: []tls.Certificate{w.cert(host)}}
	mux := http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		w.asked = append(w.asked, r.Method+" https://"+host+r.URL.String())
		w.mu.Unlock()
		if r.Header.Get("Referer") != "" || r.Header.Get("Cookie") != "" || r.Header.Get("Authorization") != "" {
			w.t.Errorf("%s: too much is told: %v", r.URL, r.Header)
		}
		h(rw, r)
	})
	conns := make(chan net.Conn)
	w.listen(host, 443, func(c net.Conn) {
		done := make(chan struct{})
		conns <- &noted{Conn: tls.Server(c, cfg), done: done}
		<-done
	})
	s := &http.Server{Handler: mux, ErrorLog: nil}
	go s.Serve(&chanListener{conns: conns, closed: make(chan struct{})})
	w.t.Cleanup(func() { s.Close() })
}

type noted struct {
	net.Conn
	once sync.Once
	done chan struct{}
}

func (n *noted) Close() error { n.once.Do(func() { close(n.done) }); return n.Conn.Close() }

type chanListener struct {
	conns  chan net.Conn
	once   sync.Once
	closed chan struct{}
}

func (l *chanListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}
func (l *chanListener) Close() error   { l.once.Do(func() { close(l.closed) }); return nil }
func (l *chanListener) Addr() net.Addr { return &net.TCPAddr{} }

// hole makes host:port swallow what is sent to it.
func (w *world) hole(host string, port int) {
	ip := w.host(host)
	w.mu.Lock()
	w.holes[fmt.Sprintf("%s:%d", ip, port)] = true
	w.mu.Unlock()
}

func (w *world) dial(ctx context.Context, _, addr string) (net.Conn, error) {
	w.mu.Lock()
	to, hole := w.servers[addr], w.holes[addr]
	ip, port, _ := net.SplitHostPort(addr)
	for h, i := range w.ips {
		if i == ip {
			w.dialled = append(w.dialled, h+":"+port)
		}
	}
	dead := w.dnsDead
	w.mu.Unlock()
	switch {
	case dead:
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ENETUNREACH)}
	case hole:
		<-ctx.Done()
		return nil, ctx.Err()
	case to == "":
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
	}
	return (&net.Dialer{}).DialContext(ctx, "tcp", to)
}

func (w *world) options() Options {
	return Options{
		Dialer: &wire.Dialer{Roots: w.roots, Context: w.dial},
		Resolver: &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
			w.mu.Lock()
			dead := w.dnsDead
			w.mu.Unlock()
			if dead {
				return nil, &net.OpError{Op: "dial", Net: "udp", Err: os.NewSyscallError("connect", syscall.ENETUNREACH)}
			}
			return (&net.Dialer{}).DialContext(ctx, "udp", w.dnsAddr)
		}},
		ISPDB: true,
	}
}

func (w *world) find(address string, change ...func(*Options)) mail.Discovery {
	w.t.Helper()
	o := w.options()
	for _, f := range change {
		f(&o)
	}
	began := time.Now()
	d, err := Find(w.t.Context(), address, o)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Logf("%s: %v", address, time.Since(began).Round(time.Millisecond))
	for _, s := range d.Steps {
		w.t.Logf("  %-13s %d %-40s %s", s.ID, s.State, s.Title+": "+s.Detail, s.Took.Round(time.Millisecond))
	}
	return d
}

// show writes offers as "imap host 993 tls proven".
func show(os []mail.Offer) string {
	var out []string
	for _, o := range os {
		s := fmt.Sprintf("%s %s %d %s", o.Protocol, o.Host, o.Port, o.Security)
		if o.Proven {
			s += " proven"
		}
		out = append(out, s)
	}
	return strings.Join(out, "; ")
}
