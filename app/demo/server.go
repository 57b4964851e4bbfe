package demo

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	netmail "net/mail"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/pop3/pop3server"
)

// The demo's people. Jonas has mailboxes too and no account yet: he is the one to try the wizard with.
const (
	StudioAddress   = "marta@fjordlight.example"
	PersonalAddress = "marta@lindqvist.example"
	SpareAddress    = "jonas@fjordlight.example"
	Password        = "demo"
)

// Servers are the running demo servers.
type Servers struct {
	Roots    *x509.CertPool
	imapPort int
	popPort  int
	smtpPort int
	stop     []io.Closer

	mu    sync.Mutex
	users map[string]*imapmemserver.User // by address
	pop   *popBox
	timer []*time.Timer
}

// Start fills the servers with messages and runs them until Close.
func Start(ms []Message) (*Servers, error) {
	cert, roots, err := certificate()
	if err != nil {
		return nil, err
	}
	s := &Servers{Roots: roots, users: map[string]*imapmemserver.User{}, pop: &popBox{}}
	conf := &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
	store := imapmemserver.New()
	for _, a := range []string{StudioAddress, SpareAddress} {
		u := imapmemserver.NewUser(a, Password)
		for _, box := range []string{"INBOX", "Sent", "Drafts", "Archive", "Junk", "Trash"} {
			if err := u.Create(box, nil); err != nil {
				return nil, err
			}
			u.Subscribe(box)
		}
		store.AddUser(u)
		s.users[a] = u
	}
	for _, m := range ms {
		if m.Account == "personal" {
			s.pop.add(m.Raw)
			continue
		}
		u := s.users[StudioAddress]
		if err := makePath(u, m.Mailbox); err != nil {
			return nil, err
		}
		if err := file1(u, m.Mailbox, m.Raw, m.Flags, m.Date); err != nil {
			return nil, err
		}
	}
	is := imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return store.NewSession(), nil, nil
		},
		Caps:      imap.CapSet{imap.CapIMAP4rev1: {}, imap.CapNamespace: {}, imap.CapUIDPlus: {}, imap.CapESearch: {}, imap.CapListExtended: {}, imap.CapListStatus: {}, imap.CapMove: {}, imap.CapStatusSize: {}},
		TLSConfig: conf, Logger: log.New(io.Discard, "", 0),
	})
	ss := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &session{s: s}, nil }))
	ss.Domain, ss.MaxMessageBytes, ss.EnableSMTPUTF8, ss.EnableDSN, ss.ErrorLog = "fjordlight.example", 35<<20, true, true, log.New(io.Discard, "", 0)
	ps := &pop3server.Server{Backend: s.pop, TLSConfig: conf, Implicit: true}

	listen := func(port *int, serve func(net.Listener) error, stop io.Closer) error {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		*port = l.Addr().(*net.TCPAddr).Port
		go serve(l)
		s.stop = append(s.stop, stop, l)
		return nil
	}
	tlsServe := func(serve func(net.Listener) error) func(net.Listener) error {
		return func(l net.Listener) error { return serve(tls.NewListener(l, conf)) }
	}
	if err := errors.Join(listen(&s.imapPort, tlsServe(is.Serve), is), listen(&s.smtpPort, tlsServe(ss.Serve), ss), listen(&s.popPort, ps.Serve, nil)); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// Close stops the servers.
func (s *Servers) Close() {
	s.mu.Lock()
	for _, t := range s.timer {
		t.Stop()
	}
	s.mu.Unlock()
	for _, c := range s.stop {
		if c != nil {
			c.Close()
		}
	}
}

// Accounts returns the demo's two accounts.
func (s *Servers) Accounts() []mail.Account {
	return []mail.Account{
		{Name: "Fjordlight Studio", Address: StudioAddress, Hue: "petrol", Incoming: s.incoming(mail.IMAP, StudioAddress), Outgoing: s.outgoing(StudioAddress), IsDefault: true,
			Identities: []mail.Identity{{Name: "Marta Lindqvist", Addr: StudioAddress, Signature: "Marta Lindqvist · Fjordlight Studio\nLighting for harbours, quays and public water · fjordlight.example"}}},
		{Name: "Personal", Address: PersonalAddress, Hue: "violet", Incoming: s.incoming(mail.POP3, PersonalAddress), Outgoing: s.outgoing(PersonalAddress), PollEvery: 20,
			Leave: mail.Leave{Mode: "days", Days: 14}, Identities: []mail.Identity{{Name: "Marta Lindqvist", Addr: PersonalAddress}}},
	}
}

// Discovery answers for the demo's own addresses, as a provider's autoconfig server would; ok is false for any other.
func (s *Servers) Discovery(address string) (mail.Discovery, bool) {
	_, domain, _ := strings.Cut(strings.ToLower(address), "@")
	if domain != "fjordlight.example" && domain != "lindqvist.example" {
		return mail.Discovery{}, false
	}
	offer := func(v mail.Server) mail.Offer {
		return mail.Offer{Server: v, Methods: []mail.AuthMethod{mail.Password}, Source: "the demo's own servers", Proven: true}
	}
	d := mail.Discovery{Address: address, Name: domain, Outgoing: []mail.Offer{offer(s.outgoing(address))}}
	if domain == "lindqvist.example" {
		d.Incoming = []mail.Offer{offer(s.incoming(mail.POP3, address))}
	} else {
		d.Incoming = []mail.Offer{offer(s.incoming(mail.IMAP, address))}
	}
	d.Steps = []mail.Step{{ID: "autoconfig", Title: "Settings published by " + domain, State: mail.StepFound, Detail: "the demo's own servers", Took: 20 * time.Millisecond}}
	return d, true
}

func (s *Servers) incoming(p mail.Protocol, user string) mail.Server {
	port := s.imapPort
	if p == mail.POP3 {
		port = s.popPort
	}
	return mail.Server{Protocol: p, Host: "localhost", Port: port, Security: mail.TLS, User: user, Auth: mail.Password}
}

func (s *Servers) outgoing(user string) mail.Server {
	return mail.Server{Protocol: mail.SMTP, Host: "localhost", Port: s.smtpPort, Security: mail.TLS, User: user, Auth: mail.Password}
}

// deliver files raw for a recipient; people who are not here answer by themselves a moment later, so that something arrives.
func (s *Servers) deliver(from, to string, raw []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	to = strings.ToLower(to)
	if to == PersonalAddress {
		s.pop.add(raw)
		return nil
	}
	if u := s.users[to]; u != nil {
		return file1(u, "INBOX", raw, 0, time.Now())
	}
	if strings.HasPrefix(to, "nobody@") {
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "There is nobody of that name here"}
	}
	m, err := netmail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return nil
	}
	answer := fmt.Appendf(nil, "Date: %s\r\nMessage-ID: <auto-%d@demo.example>\r\nFrom: <%s>\r\nTo: <%s>\r\nSubject: Re: %s\r\nIn-Reply-To: %s\r\nReferences: %s\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nThank you, your message is here. I read it this afternoon.\r\n",
		time.Now().Add(2*time.Second).Format(time.RFC1123Z), time.Now().UnixNano(), to, from, strings.TrimPrefix(m.Header.Get("Subject"), "Re: "), m.Header.Get("Message-Id"), m.Header.Get("Message-Id"))
	if strings.EqualFold(m.Header.Get("Auto-Submitted"), "auto-replied") {
		return nil
	}
	s.timer = append(s.timer, time.AfterFunc(2*time.Second, func() { s.deliver(to, from, answer) }))
	return nil
}

func makePath(u *imapmemserver.User, box string) error {
	at := ""
	for _, p := range strings.Split(box, "/") {
		at = strings.TrimPrefix(at+"/"+p, "/")
		if _, err := u.Status(at, &imap.StatusOptions{}); err == nil {
			continue
		}
		if err := u.Create(at, nil); err != nil {
			return err
		}
		u.Subscribe(at)
	}
	return nil
}

type literal struct{ *bytes.Reader }

func (l literal) Size() int64 { return l.Reader.Size() }

func file1(u *imapmemserver.User, box string, raw []byte, f mail.Flags, at time.Time) error {
	var flags []imap.Flag
	for _, x := range []struct {
		f mail.Flags
		n imap.Flag
	}{{mail.Seen, imap.FlagSeen}, {mail.Flagged, imap.FlagFlagged}, {mail.Answered, imap.FlagAnswered}, {mail.DraftFlag, imap.FlagDraft}} {
		if f.Has(x.f) {
			flags = append(flags, x.n)
		}
	}
	_, err := u.Append(box, literal{bytes.NewReader(raw)}, &imap.AppendOptions{Flags: flags, Time: at})
	return err
}

// session is one SMTP connection.
type session struct {
	s    *Servers
	user string
	from string
	to   []string
}

func (c *session) AuthMechanisms() []string { return []string{sasl.Plain} }

func (c *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, pass string) error {
		if pass != Password {
			return smtp.ErrAuthFailed
		}
		c.user = user
		return nil
	}), nil
}

func (c *session) Mail(from string, _ *smtp.MailOptions) error {
	if c.user == "" {
		return smtp.ErrAuthRequired
	}
	c.from = from
	return nil
}

func (c *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	if strings.HasPrefix(to, "nobody@") {
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "There is nobody of that name here"}
	}
	c.to = append(c.to, to)
	return nil
}

func (c *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	for _, t := range c.to {
		if err := c.s.deliver(c.from, t, raw); err != nil {
			return err
		}
	}
	return nil
}

func (c *session) Reset()        { c.from, c.to = "", nil }
func (c *session) Logout() error { return nil }

// popBox is the POP3 mailbox.
type popBox struct {
	mu sync.Mutex
	ms []pop3server.Message
}

// Login opens the mailbox.
func (b *popBox) Login(user, pass string) (pop3server.Mailbox, error) {
	if !strings.EqualFold(user, PersonalAddress) || pass != Password {
		return nil, errors.New("[AUTH] wrong user name or password")
	}
	return b, nil
}

// Messages returns what is there.
func (b *popBox) Messages() []pop3server.Message {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]pop3server.Message(nil), b.ms...)
}

// Delete removes messages by their UIDLs.
func (b *popBox) Delete(uidls ...string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ms = slices.DeleteFunc(b.ms, func(m pop3server.Message) bool { return slices.Contains(uidls, m.UIDL) })
	return nil
}

func (b *popBox) add(raw []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	h := sha256.Sum256(raw)
	b.ms = append(b.ms, pop3server.Message{UIDL: hex.EncodeToString(h[:12]), Data: raw})
}

func certificate() (tls.Certificate, *x509.CertPool, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	t := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Postrider demo"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(30 * 24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, t, t, &key.PublicKey, key)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	pool := x509.NewCertPool()
	pool.AddCert(c)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool, nil
}
