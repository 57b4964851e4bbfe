package providers

import (
	_ "embed"
	"net"
	"strings"
	"sync"

	"github.com/postrider/postrider/accounts/mail"
)

//go:embed providers.txt
var text string

// Table is the loaded table.
type Table struct {
	Providers []*Provider
	// Popular are domains that many people have, most frequent first, for catching misspellings.
	Popular []string

	oauth  map[string]*OAuth
	ids    map[string]*Provider
	domain map[string]*Provider
	suffix map[string]*Provider // "*.d" domains
	mx     map[string]*Provider
}

// Provider is one mail provider.
type Provider struct {
	ID, Name           string
	Domains, MX        []string // lower case A-labels
	Incoming, Outgoing []Server
	// OwnIncoming and OwnOutgoing replace the others for a person's own domain, where the provider has other hosts for those.
	OwnIncoming, OwnOutgoing []Server
	OAuth                    string // id of an [OAuth], "" = none
	ServerSent               bool   // files what is sent through it
	CardDAV, CalDAV          string // URLs, may hold {email}
	ActiveSync, EWS, JMAP    string // URLs
	Fallback                 string // id of a provider to try when this one refuses
	Hints                    []mail.Hint
	Help                     string // URL of the provider's own page
}

// Server is one server of a provider; its User is a template, see [Expand].
type Server struct {
	mail.Server
	Methods []mail.AuthMethod // best first
}

// OAuth are the endpoints of an authorisation server (RFC 6749) and what it wants.
type OAuth struct {
	ID               string
	Authorize, Token string
	Device           string // RFC 8628, "" = none
	Userinfo         string // OpenID Connect: says whose a token is, "" = the ID token does or nothing
	Issuer           string // RFC 9207 iss, "" = not known
	Loopback         string // host of the redirect URI: "127.0.0.1" or "localhost"
	NoPKCE           bool   // refuses PKCE parameters
	Secret           bool   // wants a client secret even from programs on a desktop
	Approval         bool   // registers clients by agreement only
	SASL             []string
	Params           map[string]string
	Scopes           map[string]string // by protocol; "identity" names the person
}

// ScopesFor joins the scopes of the protocols with those that name the person, each once.
func (o *OAuth) ScopesFor(ps ...mail.Protocol) []string {
	var out []string
	seen := map[string]bool{}
	add := func(s string) {
		for _, f := range strings.Fields(s) {
			if !seen[f] {
				seen[f] = true
				out = append(out, f)
			}
		}
	}
	for _, p := range ps {
		add(o.Scopes[string(p)])
	}
	add(o.Scopes["identity"])
	return out
}

var load = sync.OnceValues(func() (*Table, error) { return Parse(text) })

// Load returns the table of this build. It panics where the embedded file is damaged, which the tests exclude.
func Load() *Table {
	t, err := load()
	if err != nil {
		panic("providers: " + err.Error())
	}
	return t
}

// ByDomain returns the provider of an address domain in [Load]'s table, nil where unknown.
func ByDomain(domain string) *Provider { return Load().ByDomain(domain) }

// ByMX returns the provider that runs a mail exchanger in [Load]'s table, nil where unknown.
func ByMX(host string) *Provider { return Load().ByMX(host) }

// ByID returns a provider of [Load]'s table, nil where unknown.
func ByID(id string) *Provider { return Load().ByID(id) }

// OAuthByID returns endpoints of [Load]'s table, nil where unknown.
func OAuthByID(id string) *OAuth { return Load().OAuthByID(id) }

// Popular returns frequent domains of [Load]'s table.
func Popular() []string { return Load().Popular }

// ByDomain returns the provider of an address domain, nil where unknown.
func (t *Table) ByDomain(domain string) *Provider {
	domain = clean(domain)
	if p := t.domain[domain]; p != nil {
		return p
	}
	return longest(t.suffix, domain, false)
}

// ByMX returns the provider whose suffix of host is the longest, nil where none is.
func (t *Table) ByMX(host string) *Provider { return longest(t.mx, clean(host), true) }

// ByID returns a provider, nil where unknown.
func (t *Table) ByID(id string) *Provider { return t.ids[id] }

// OAuthByID returns endpoints, nil where unknown.
func (t *Table) OAuthByID(id string) *OAuth { return t.oauth[id] }

func clean(s string) string { return strings.ToLower(strings.TrimSuffix(strings.TrimSpace(s), ".")) }

func longest(m map[string]*Provider, name string, whole bool) *Provider {
	for rest := name; rest != ""; {
		if p := m[rest]; p != nil && (whole || rest != name) {
			return p
		}
		i := strings.IndexByte(rest, '.')
		if i < 0 {
			break
		}
		rest = rest[i+1:]
	}
	return nil
}

// Has reports whether domain is one of the provider's own, and not a person's.
func (p *Provider) Has(domain string) bool {
	domain = clean(domain)
	for _, d := range p.Domains {
		if d == domain || strings.HasPrefix(d, "*.") && strings.HasSuffix(domain, d[1:]) {
			return true
		}
	}
	return false
}

// Offers returns the provider's servers for an address, incoming and outgoing, in the table's order, which is the best first.
func (p *Provider) Offers(address string) (in, out []mail.Offer) {
	_, domain, _ := strings.Cut(address, "@")
	is, os := p.Incoming, p.Outgoing
	if !p.Has(domain) {
		if len(p.OwnIncoming) > 0 {
			is = p.OwnIncoming
		}
		if len(p.OwnOutgoing) > 0 {
			os = p.OwnOutgoing
		}
	}
	make := func(ss []Server) (os []mail.Offer) {
		for _, s := range ss {
			o := mail.Offer{Server: s.Server, Methods: append([]mail.AuthMethod(nil), s.Methods...), Source: p.Name}
			o.Host, o.User, o.Auth = Expand(s.Host, address), Expand(s.User, address), s.Methods[0]
			os = append(os, o)
		}
		return os
	}
	return make(is), make(os)
}

// Also returns the provider's further services for an address.
func (p *Provider) Also(address string) []mail.Also {
	var out []mail.Also
	for _, a := range []struct {
		p mail.Protocol
		u string
	}{{mail.CardDAV, p.CardDAV}, {mail.CalDAV, p.CalDAV}, {mail.ActiveSync, p.ActiveSync}, {mail.Exchange, p.EWS}, {mail.JMAP, p.JMAP}} {
		if a.u == "" || strings.Contains(a.u, "{server}") {
			continue
		}
		u := Expand(a.u, address)
		out = append(out, mail.Also{Protocol: a.p, Host: hostOf(u), URL: u, Source: p.Name})
	}
	return out
}

// Expand fills {email}, {local} and {domain} of a template.
func Expand(template, address string) string {
	i := strings.LastIndexByte(address, '@')
	if i < 0 {
		i = len(address)
	}
	local, domain := address[:i], strings.TrimPrefix(address[i:], "@")
	return strings.NewReplacer("{email}", address, "{local}", local, "{domain}", domain).Replace(template)
}

func hostOf(u string) string {
	_, rest, _ := strings.Cut(u, "://")
	rest, _, _ = strings.Cut(rest, "/")
	if h, _, err := net.SplitHostPort(rest); err == nil {
		return h
	}
	return rest
}
