package providers

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/postrider/postrider/accounts/mail"
)

// Bounds of a table: what is longer is refused.
const (
	maxText  = 1 << 20
	maxWords = 400
)

var schemes = map[string]mail.Server{
	"imaps": {Protocol: mail.IMAP, Port: 993, Security: mail.TLS},
	"imap":  {Protocol: mail.IMAP, Port: 143, Security: mail.STARTTLS},
	"pop3s": {Protocol: mail.POP3, Port: 995, Security: mail.TLS},
	"pop3":  {Protocol: mail.POP3, Port: 110, Security: mail.STARTTLS},
	"smtps": {Protocol: mail.SMTP, Port: 465, Security: mail.TLS},
	"smtp":  {Protocol: mail.SMTP, Port: 587, Security: mail.STARTTLS},
}

// HintKinds are the kinds of hints that a table may hold.
var HintKinds = []string{"app-password", "enable", "browser", "bridge", "note", "unsupported"}

// Parse reads a table and checks it: ids are unique, a domain belongs to one provider, every server is reached over TLS, every URL is
// https, and what refers to another entry finds it.
func Parse(s string) (*Table, error) {
	if len(s) > maxText {
		return nil, fmt.Errorf("the table is longer than %d bytes", maxText)
	}
	t := &Table{oauth: map[string]*OAuth{}, ids: map[string]*Provider{}, domain: map[string]*Provider{}, suffix: map[string]*Provider{}, mx: map[string]*Provider{}}
	var p *Provider
	var o *OAuth
	n := 0
	for line := range strings.Lines(s) {
		n++
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		word, rest, _ := strings.Cut(line, " ")
		rest = strings.TrimSpace(rest)
		if rest == "" {
			return nil, fmt.Errorf("line %d: %q has no value", n, word)
		}
		var err error
		switch {
		case word == "popular":
			t.Popular = append(t.Popular, strings.Fields(rest)...)
		case word == "provider":
			if t.ids[rest] != nil || !isID(rest) {
				return nil, fmt.Errorf("line %d: id %q twice or not an id", n, rest)
			}
			p, o = &Provider{ID: rest}, nil
			t.ids[rest] = p
			t.Providers = append(t.Providers, p)
		case word == "oauth":
			if t.oauth[rest] != nil || !isID(rest) {
				return nil, fmt.Errorf("line %d: id %q twice or not an id", n, rest)
			}
			o, p = &OAuth{ID: rest, Loopback: "127.0.0.1", Params: map[string]string{}, Scopes: map[string]string{}}, nil
			t.oauth[rest] = o
		case p != nil:
			err = p.set(word, rest)
		case o != nil:
			err = o.set(word, rest)
		default:
			err = fmt.Errorf("%q outside an entry", word)
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
	}
	return t, t.check()
}

func (p *Provider) set(word, rest string) error {
	words := strings.Fields(rest)
	if len(words) > maxWords {
		return fmt.Errorf("more than %d values", maxWords)
	}
	own := word == "own"
	if own {
		if len(words) < 2 {
			return fmt.Errorf("own needs a server")
		}
		word, words = words[0], words[1:]
	}
	if base, ok := schemes[word]; ok {
		s, err := server(base, words)
		if err != nil {
			return err
		}
		dst := &p.Incoming
		switch {
		case own && s.Protocol == mail.SMTP:
			dst = &p.OwnOutgoing
		case own:
			dst = &p.OwnIncoming
		case s.Protocol == mail.SMTP:
			dst = &p.Outgoing
		}
		*dst = append(*dst, s)
		return nil
	}
	if own {
		return fmt.Errorf("own %q is no server", word)
	}
	switch word {
	case "name":
		p.Name = rest
	case "domains":
		p.Domains = append(p.Domains, words...)
	case "mx":
		p.MX = append(p.MX, words...)
	case "oauth-by":
		p.OAuth = rest
	case "sent":
		if rest != "server" {
			return fmt.Errorf("sent %q", rest)
		}
		p.ServerSent = true
	case "carddav":
		p.CardDAV = rest
	case "caldav":
		p.CalDAV = rest
	case "activesync":
		p.ActiveSync = rest
	case "ews":
		p.EWS = rest
	case "jmap":
		p.JMAP = rest
	case "fallback":
		p.Fallback = rest
	case "help":
		p.Help = rest
	case "hint":
		kind, rest, _ := strings.Cut(rest, " ")
		u, text, _ := strings.Cut(strings.TrimSpace(rest), " ")
		if u == "-" {
			u = ""
		} else if err := https(u); err != nil {
			return err
		}
		if text == "" || !slices.Contains(HintKinds, kind) {
			return fmt.Errorf("hint %q is not of a known kind or has no text", kind)
		}
		p.Hints = append(p.Hints, mail.Hint{Kind: kind, URL: u, Text: text})
	default:
		return fmt.Errorf("%q is no word of a provider", word)
	}
	return nil
}

func server(base mail.Server, words []string) (Server, error) {
	s := Server{Server: base}
	host, port, ok := strings.Cut(words[0], ":")
	if ok {
		n, err := strconv.Atoi(port)
		if err != nil || n < 1 || n > 65535 {
			return s, fmt.Errorf("port %q", port)
		}
		s.Port = n
	}
	if !isHost(strings.ReplaceAll(host, "{domain}", "example.com")) {
		return s, fmt.Errorf("host %q", host)
	}
	s.Host, s.User = host, "{email}"
	for _, w := range words[1:] {
		k, v, _ := strings.Cut(w, "=")
		switch k {
		case "user":
			if strings.ContainsAny(Expand(v, ""), "{}") || v == "" {
				return s, fmt.Errorf("user template %q", v)
			}
			s.User = v
		case "auth":
			for _, m := range strings.Split(v, ",") {
				if m := mail.AuthMethod(m); m != mail.Password && m != mail.OAuth2 || slices.Contains(s.Methods, m) {
					return s, fmt.Errorf("auth %q", v)
				}
				s.Methods = append(s.Methods, mail.AuthMethod(m))
			}
		default:
			return s, fmt.Errorf("%q is no word of a server", k)
		}
	}
	if s.Methods == nil {
		s.Methods = []mail.AuthMethod{mail.Password}
	}
	return s, nil
}

func (o *OAuth) set(word, rest string) error {
	switch word {
	case "authorize":
		o.Authorize = rest
		return https(rest)
	case "token":
		o.Token = rest
		return https(rest)
	case "device":
		o.Device = rest
		return https(rest)
	case "userinfo":
		o.Userinfo = rest
		return https(rest)
	case "issuer":
		o.Issuer = rest
		return https(rest)
	case "loopback":
		if rest != "127.0.0.1" && rest != "localhost" {
			return fmt.Errorf("loopback %q", rest)
		}
		o.Loopback = rest
	case "pkce":
		o.NoPKCE = rest == "no"
	case "secret":
		o.Secret = rest == "yes"
	case "approval":
		o.Approval = rest == "yes"
	case "sasl":
		o.SASL = strings.Fields(rest)
	case "param":
		k, v, ok := strings.Cut(rest, " ")
		if !ok {
			return fmt.Errorf("param %q has no value", k)
		}
		o.Params[k] = v
	case "scope":
		k, v, ok := strings.Cut(rest, " ")
		if !ok {
			return fmt.Errorf("scope %q has no value", k)
		}
		o.Scopes[k] = v
	default:
		return fmt.Errorf("%q is no word of an oauth entry", word)
	}
	return nil
}

// check builds the indexes and finds what does not fit together.
func (t *Table) check() error {
	for id, o := range t.oauth {
		if o.Authorize == "" || o.Token == "" || len(o.SASL) == 0 || len(o.Scopes) == 0 {
			return fmt.Errorf("oauth %s: authorize, token, sasl or scope is missing", id)
		}
	}
	for _, p := range t.Providers {
		if p.Name == "" {
			return fmt.Errorf("%s has no name", p.ID)
		}
		for _, d := range p.Domains {
			m, key := t.domain, d
			if strings.HasPrefix(d, "*.") {
				m, key = t.suffix, d[2:]
			}
			if !isHost(key) || m[key] != nil {
				return fmt.Errorf("%s: domain %q is not one or is already %v's", p.ID, d, m[key])
			}
			m[key] = p
		}
		for _, d := range p.MX {
			if !isHost(d) || t.mx[d] != nil {
				return fmt.Errorf("%s: mx %q is not a name or is another's", p.ID, d)
			}
			t.mx[d] = p
		}
		for _, u := range []string{p.CardDAV, p.CalDAV, p.ActiveSync, p.EWS, p.JMAP, p.Help} {
			if u != "" && !strings.HasPrefix(u, "{server}/") {
				if err := https(Expand(u, "a@example.com")); err != nil {
					return fmt.Errorf("%s: %w", p.ID, err)
				}
			}
		}
		if p.OAuth != "" && t.oauth[p.OAuth] == nil {
			return fmt.Errorf("%s: no oauth entry %q", p.ID, p.OAuth)
		}
		if p.Fallback != "" && t.ids[p.Fallback] == nil {
			return fmt.Errorf("%s: no fallback %q", p.ID, p.Fallback)
		}
		if (len(p.Incoming) == 0) != (len(p.Outgoing) == 0) {
			return fmt.Errorf("%s can only receive or only send", p.ID)
		}
		if len(p.Incoming) == 0 && len(p.Hints) == 0 {
			return fmt.Errorf("%s has neither servers nor a hint that says why", p.ID)
		}
		for _, s := range append(slices.Clone(p.Incoming), p.Outgoing...) {
			if slices.Contains(s.Methods, mail.OAuth2) && p.OAuth == "" && !slices.Contains(s.Methods, mail.Password) {
				return fmt.Errorf("%s: %s takes only OAuth, but no endpoints are named", p.ID, s.Host)
			}
		}
	}
	for _, d := range t.Popular {
		if !isHost(d) {
			return fmt.Errorf("popular %q", d)
		}
	}
	return nil
}

func https(s string) error {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil {
		return fmt.Errorf("%q is not an https URL", s)
	}
	return nil
}

func isID(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return s != "" && len(s) <= 64
}

func isHost(s string) bool {
	if s == "" || len(s) > 253 || strings.HasPrefix(s, ".") || strings.HasSuffix(s, ".") || strings.Contains(s, "..") {
		return false
	}
	for i := range len(s) {
		if c := s[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '.' {
			return false
		}
	}
	return strings.Contains(s, ".")
}
