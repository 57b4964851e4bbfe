package discover

import (
	"cmp"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/postrider/postrider/accounts/mail"
	"golang.org/x/net/html/charset"
)

// Bounds of an autoconfig file.
const (
	maxConfig  = 256 << 10
	maxDepth   = 32
	maxTokens  = 20000
	maxValue   = 4096
	maxServers = 32
	maxHints   = 8
)

// Config is an autoconfig file (draft-ietf-mailmaint-autoconfig, the format of Mozilla's ISPDB) as far as it is of use for one address.
type Config struct {
	ID, Name string
	Domains  []string
	// Incoming and Outgoing hold only what is reached over TLS and signed in to by a password or OAuth 2.0.
	Incoming, Outgoing []mail.Offer
	Also               []mail.Also
	Hints              []mail.Hint
	// Issuer, AuthURL and TokenURL are the first oAuth2 element's.
	Issuer, AuthURL, TokenURL string
	// Plain counts servers that were left out because they have no TLS.
	Plain int
}

// ParseConfig reads an autoconfig file for an address whose domain is in A-labels. It never fails on what it does not know, but on what is not
// XML, not a clientConfig or beyond the bounds.
func ParseConfig(r io.Reader, address string) (Config, error) {
	d := xml.NewDecoder(io.LimitReader(r, maxConfig+1))
	d.CharsetReader = charset.NewReaderLabel
	p := &configParser{d: d, fill: filler(address), address: address}
	if err := p.run(); err != nil {
		return Config{}, err
	}
	if d.InputOffset() > maxConfig {
		return Config{}, errors.New("the file is too long")
	}
	return p.c, nil
}

func filler(address string) *strings.Replacer {
	i := max(strings.LastIndexByte(address, '@'), 0)
	local, domain := address[:i], strings.TrimPrefix(address[i:], "@")
	return strings.NewReplacer("%EMAILADDRESS%", address, "%EMAILLOCALPART%", local, "%EMAILDOMAIN%", domain,
		// Files in use forget the last sign.
		"%EMAILADDRESS", address, "%EMAILLOCALPART", local, "%EMAILDOMAIN", domain)
}

type configParser struct {
	d       *xml.Decoder
	address string
	fill    *strings.Replacer
	c       Config
	path    []string // names of the open elements

	server  *configServer
	dav     *mail.Also
	hint    *mail.Hint
	english bool // the hint's text is English

	text strings.Builder
}

type configServer struct {
	outgoing                     bool
	kind, host, port, sock, user string
	url                          string
	auth                         []string
}

func (p *configParser) run() error {
	seen := false
	for n := 0; ; n++ {
		if n > maxTokens {
			return errors.New("the file has too many parts")
		}
		t, err := p.d.Token()
		if err == io.EOF {
			if !seen {
				return errors.New("the file has no clientConfig")
			}
			return nil
		}
		if err != nil {
			return fmt.Errorf("not XML: %w", err)
		}
		switch t := t.(type) {
		case xml.StartElement:
			if len(p.path) >= maxDepth {
				return errors.New("the file is nested too deeply")
			}
			if len(p.path) == 0 {
				if t.Name.Local != "clientConfig" {
					return errors.New("the file is not a clientConfig")
				}
				seen = true
			}
			p.path = append(p.path, t.Name.Local)
			p.text.Reset()
			p.start(t)
		case xml.CharData:
			if p.text.Len()+len(t) <= maxValue {
				p.text.Write(t)
			}
		case xml.EndElement:
			p.end(t.Name.Local, clean(p.text.String()))
			p.path = p.path[:len(p.path)-1]
			p.text.Reset()
		}
	}
}

// clean makes one line of a value that people may get to see.
func clean(s string) string {
	if !utf8.ValidString(s) {
		return ""
	}
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }), " ")
}

func attr(t xml.StartElement, name string) string {
	for _, a := range t.Attr {
		if a.Name.Local == name && len(a.Value) <= maxValue {
			return strings.TrimSpace(a.Value)
		}
	}
	return ""
}

// in reports whether the innermost open elements are names, outermost first.
func (p *configParser) in(names ...string) bool {
	return len(p.path) >= len(names) && slices.Equal(p.path[len(p.path)-len(names):], names)
}

func (p *configParser) start(t xml.StartElement) {
	switch t.Name.Local {
	case "emailProvider":
		p.c.ID = attr(t, "id")
	case "incomingServer", "outgoingServer":
		p.server = &configServer{kind: strings.ToLower(attr(t, "type")), outgoing: t.Name.Local == "outgoingServer"}
	case "addressBook", "calendar":
		if k := strings.ToLower(attr(t, "type")); k == "carddav" || k == "caldav" {
			p.dav = &mail.Also{Protocol: mail.Protocol(k)}
		}
	case "documentation":
		p.hint, p.english = &mail.Hint{Kind: "note", URL: httpsOnly(p.fill.Replace(attr(t, "url")))}, false
	case "enable":
		p.hint, p.english = &mail.Hint{Kind: "enable", URL: httpsOnly(p.fill.Replace(attr(t, "visiturl")))}, false
	case "descr", "instruction":
		lang := strings.ToLower(attr(t, "lang"))
		if p.hint != nil && p.hint.Text != "" && (p.english || lang != "en") {
			p.path[len(p.path)-1] = "" // the text is there already
		} else {
			p.english = lang == "en"
		}
	}
}

func (p *configParser) end(name, v string) {
	s := p.server
	switch {
	case s != nil && (p.in("incomingServer", name) || p.in("outgoingServer", name)):
		set := func(dst *string) {
			if *dst == "" {
				*dst = v
			}
		}
		switch name {
		case "hostname":
			set(&s.host)
		case "port":
			set(&s.port)
		case "socketType":
			set(&s.sock)
		case "username":
			set(&s.user)
		case "url", "ewsURL":
			set(&s.url)
		case "authentication":
			if len(s.auth) < 8 {
				s.auth = append(s.auth, v)
			}
		}
	case name == "incomingServer" || name == "outgoingServer":
		if s != nil {
			p.add(s)
		}
		p.server = nil
	case p.dav != nil && (name == "serverURL" || name == "url"):
		if u := httpsOnly(p.fill.Replace(v)); u != "" && p.dav.URL == "" {
			p.dav.URL, p.dav.Host = u, hostOf(u)
		}
	case name == "addressBook" || name == "calendar":
		if p.dav != nil && p.dav.URL != "" && len(p.c.Also) < maxServers {
			p.c.Also = append(p.c.Also, *p.dav)
		}
		p.dav = nil
	case p.hint != nil && (p.in("descr") || p.in("instruction")):
		if v = cut(v, 300); v != "" {
			p.hint.Text = v
		}
	case name == "documentation" || name == "enable":
		if p.hint != nil && p.hint.Text != "" && len(p.c.Hints) < maxHints {
			p.c.Hints = append(p.c.Hints, *p.hint)
		}
		p.hint = nil
	case p.in("emailProvider", "displayName"):
		p.c.Name = cut(p.fill.Replace(v), 100)
	case p.in("emailProvider", "domain"):
		if len(p.c.Domains) < 1000 {
			p.c.Domains = append(p.c.Domains, strings.ToLower(v))
		}
	case p.in("oAuth2", "issuer") && p.c.Issuer == "":
		p.c.Issuer = v
	case p.in("oAuth2", "authURL") && p.c.AuthURL == "":
		p.c.AuthURL = httpsOnly(v)
	case p.in("oAuth2", "tokenURL") && p.c.TokenURL == "":
		p.c.TokenURL = httpsOnly(v)
	}
}

// add takes a server that is complete, of a known kind, secure and usable.
func (p *configParser) add(s *configServer) {
	dst := &p.c.Incoming
	if s.outgoing {
		dst = &p.c.Outgoing
	}
	if len(*dst) >= maxServers || len(p.c.Also) >= maxServers {
		return
	}
	switch s.kind {
	case "exchange", "ews":
		if u := httpsOnly(p.fill.Replace(s.url)); u != "" && !s.outgoing {
			p.c.Also = append(p.c.Also, mail.Also{Protocol: mail.Exchange, Host: hostOf(u), URL: u})
		}
		return
	case "jmap":
		if u := httpsOnly(p.fill.Replace(s.url)); u != "" && !s.outgoing {
			p.c.Also = append(p.c.Also, mail.Also{Protocol: mail.JMAP, Host: hostOf(u), URL: u})
		}
		return
	case "imap", "pop3":
		if s.outgoing {
			return
		}
	case "smtp":
		if !s.outgoing {
			return
		}
	default:
		return
	}
	o := mail.Offer{}
	o.Protocol = mail.Protocol(s.kind)
	switch strings.ToLower(s.sock) {
	case "ssl", "tls":
		o.Security = mail.TLS
	case "starttls":
		o.Security = mail.STARTTLS
	default:
		p.c.Plain++
		return
	}
	for _, a := range s.auth {
		m := mail.AuthMethod("")
		switch strings.ToLower(a) {
		case "oauth2":
			m = mail.OAuth2
		case "password-cleartext", "plain", "password-encrypted", "secure", "cram-md5":
			m = mail.Password
		}
		if m != "" && !slices.Contains(o.Methods, m) {
			o.Methods = append(o.Methods, m)
		}
	}
	port, err := strconv.Atoi(s.port)
	o.Host, o.Port = strings.ToLower(strings.TrimSuffix(p.fill.Replace(s.host), ".")), port
	if err != nil || port < 1 || port > 65535 || !isHost(o.Host) || len(o.Methods) == 0 {
		return
	}
	o.User, o.Auth = cmp.Or(cut(p.fill.Replace(s.user), 320), p.address), o.Methods[0]
	*dst = append(*dst, o)
}

func cut(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n-1]) + "…"
}

func httpsOnly(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil {
		return ""
	}
	return u.String()
}

func hostOf(s string) string {
	u, err := url.Parse(s)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Hostname())
}
