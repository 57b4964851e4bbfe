package discover

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/postrider/postrider/accounts/mail"
)

// maxAnswer bounds other answers than autoconfig files.
const maxAnswer = 64 << 10

// propfind asks for the principal (RFC 6764 section 6), which a server without one refuses to tell to strangers.
const propfind = `<?xml version="1.0" encoding="utf-8"?><propfind xmlns="DAV:"><prop><current-user-principal/></prop></propfind>`

// dav looks for calendars and contacts (RFC 6764): service records, then the well-known address.
func (f *finder) dav(ctx context.Context) []mail.Also {
	f.steps.set(stepDAV, mail.StepRunning, "")
	found := make([]*mail.Also, 2)
	done := make(chan struct{})
	for i, p := range []mail.Protocol{mail.CalDAV, mail.CardDAV} {
		go func() { found[i] = f.davOf(ctx, p); done <- struct{}{} }()
	}
	<-done
	<-done
	var out []mail.Also
	var names []string
	host := ""
	for i, n := range []string{"CalDAV", "CardDAV"} {
		if a := found[i]; a != nil {
			out = append(out, *a)
			names = append(names, n)
			host = a.Host
		}
	}
	if len(out) == 0 {
		f.steps.set(stepDAV, mail.StepNothing, "None found")
	} else {
		f.steps.set(stepDAV, mail.StepFound, list(names)+" at "+host)
	}
	return out
}

func (f *finder) davOf(ctx context.Context, p mail.Protocol) *mail.Also {
	if rs, _ := f.lookupSRV(ctx, string(p)+"s", f.a.Domain); len(rs) > 0 {
		r := rs[0]
		path := "/.well-known/" + string(p)
		txt, err := f.res.LookupTXT(ctx, "_"+string(p)+"s._tcp."+f.a.Domain+".")
		f.noted(err)
		for _, t := range txt {
			if v, ok := strings.CutPrefix(t, "path="); ok && strings.HasPrefix(v, "/") {
				path = v
			}
		}
		host := r.Target
		if r.Port != 443 {
			host = fmt.Sprintf("%s:%d", r.Target, r.Port)
		}
		if u := f.davAt(ctx, (&url.URL{Scheme: "https", Host: host, Path: path}).String()); u != "" {
			return &mail.Also{Protocol: p, Host: hostOf(u), URL: u, Source: "service records of " + f.a.Shown}
		}
	}
	if u := f.davAt(ctx, "https://"+f.a.Domain+"/.well-known/"+string(p)); u != "" {
		return &mail.Also{Protocol: p, Host: hostOf(u), URL: u, Source: f.a.Shown}
	}
	return nil
}

// davAt returns where a DAV server answered, "" where none did. A web site that answers everything with a page is none: the answer to PROPFIND
// must be a multistatus or a request to sign in.
func (f *finder) davAt(ctx context.Context, u string) string {
	for range maxRedirects + 1 {
		rs, _, err := f.oneHop(ctx, "PROPFIND", u, propfind, "Content-Type", "application/xml; charset=utf-8", "Depth", "0")
		if err != nil {
			return ""
		}
		switch rs.StatusCode {
		case http.StatusMultiStatus:
			return u
		case http.StatusUnauthorized:
			if rs.Header.Get("WWW-Authenticate") != "" {
				return u
			}
			return ""
		case 301, 302, 303, 307, 308:
			to, err := rs.Location()
			if err != nil || to.Scheme != "https" || to.User != nil {
				return ""
			}
			u = to.String()
		default:
			return ""
		}
	}
	return ""
}

// oneHop sends a request without following redirects, which would turn its method into GET.
func (f *finder) oneHop(ctx context.Context, method, u, body string, header ...string) (*http.Response, []byte, error) {
	one := *f.http
	one.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return f.request(ctx, &one, method, u, strings.NewReader(body), maxAnswer, header...)
}

// exchangeHosts are the only hosts that are asked for Autodiscover: never the domain's parent.
func (f *finder) exchangeHosts(ctx context.Context) (hosts []string, microsoft bool) {
	hosts = []string{"autodiscover." + f.a.Domain, f.a.Domain}
	if rs, _ := f.lookupSRV(ctx, "autodiscover", f.a.Domain); len(rs) > 0 && rs[0].Port == 443 && site(rs[0].Target) == site(f.a.Domain) && !slices.Contains(hosts, rs[0].Target) {
		hosts = append(hosts, rs[0].Target)
	}
	select {
	case <-f.mxDone:
		p := f.mx.provider
		microsoft = p != nil && (p.ID == "microsoft365" || p.ID == "outlook")
	case <-ctx.Done():
	}
	return hosts, microsoft
}

// autodiscover looks for Exchange without credentials: its Autodiscover asks strangers to sign in.
func (f *finder) autodiscover(ctx context.Context) []mail.Also {
	f.steps.set(stepAutodiscover, mail.StepRunning, "Asking autodiscover."+f.a.Shown)
	hosts, microsoft := f.exchangeHosts(ctx)
	if microsoft {
		f.steps.set(stepAutodiscover, mail.StepFound, "Exchange Online at outlook.office365.com")
		return []mail.Also{{Protocol: mail.Exchange, Host: "outlook.office365.com", URL: "https://outlook.office365.com/EWS/Exchange.asmx", Source: "MX of " + f.a.Shown}}
	}
	var tries []func(context.Context) (mail.Also, error)
	for _, h := range hosts {
		u := "https://" + h + "/autodiscover/autodiscover.xml"
		if f.o.SendAddress {
			tries = append(tries, func(ctx context.Context) (mail.Also, error) { return f.autodiscoverV2(ctx, h, "EWS", mail.Exchange) })
		}
		tries = append(tries, func(ctx context.Context) (mail.Also, error) {
			rs, _, err := f.oneHop(ctx, http.MethodGet, u, "")
			if err != nil {
				return mail.Also{}, err
			}
			// Only the schemes that Exchange and its likes ask for count; a web page does not.
			if rs.StatusCode != http.StatusUnauthorized || !signsIn(rs.Header.Values("WWW-Authenticate")) {
				return mail.Also{}, fmt.Errorf("status %d", rs.StatusCode)
			}
			return mail.Also{Protocol: mail.Exchange, Host: h, URL: u, Source: h}, nil
		})
	}
	a, err := first(ctx, tries)
	if err != nil {
		f.steps.set(stepAutodiscover, mail.StepNothing, "None found")
		return nil
	}
	f.steps.set(stepAutodiscover, mail.StepFound, "Autodiscover answered at "+a.Source)
	return []mail.Also{a}
}

func signsIn(www []string) bool {
	return slices.ContainsFunc(www, func(w string) bool {
		scheme, _, _ := strings.Cut(strings.ToLower(w), " ")
		return scheme == "basic" || scheme == "ntlm" || scheme == "negotiate" || scheme == "bearer"
	})
}

// activeSync looks for Exchange ActiveSync: by Autodiscover's second version, or at its fixed path.
func (f *finder) activeSync(ctx context.Context) []mail.Also {
	f.steps.set(stepActiveSync, mail.StepRunning, "Asking autodiscover."+f.a.Shown)
	hosts, microsoft := f.exchangeHosts(ctx)
	if microsoft {
		f.steps.set(stepActiveSync, mail.StepFound, "Exchange Online at outlook.office365.com")
		return []mail.Also{{Protocol: mail.ActiveSync, Host: "outlook.office365.com", URL: "https://outlook.office365.com/Microsoft-Server-ActiveSync", Source: "MX of " + f.a.Shown}}
	}
	var tries []func(context.Context) (mail.Also, error)
	for _, h := range hosts {
		if f.o.SendAddress {
			tries = append(tries, func(ctx context.Context) (mail.Also, error) {
				return f.autodiscoverV2(ctx, h, "ActiveSync", mail.ActiveSync)
			})
		}
	}
	for _, h := range append([]string{"mail." + f.a.Domain}, hosts...) {
		u := "https://" + h + "/Microsoft-Server-ActiveSync"
		tries = append(tries, func(ctx context.Context) (mail.Also, error) {
			rs, _, err := f.oneHop(ctx, http.MethodOptions, u, "")
			if err != nil {
				return mail.Also{}, err
			}
			if rs.Header.Get("MS-ASProtocolVersions") == "" && !(rs.StatusCode == http.StatusUnauthorized && signsIn(rs.Header.Values("WWW-Authenticate"))) {
				return mail.Also{}, fmt.Errorf("status %d", rs.StatusCode)
			}
			return mail.Also{Protocol: mail.ActiveSync, Host: h, URL: u, Source: h}, nil
		})
	}
	a, err := first(ctx, tries)
	if err != nil {
		f.steps.set(stepActiveSync, mail.StepNothing, "None found")
		return nil
	}
	f.steps.set(stepActiveSync, mail.StepFound, "ActiveSync at "+a.Host)
	return []mail.Also{a}
}

// exchangeSites are the registered domains of Microsoft that Autodiscover may point to, compared whole and never by "contains".
var exchangeSites = []string{"office365.com", "outlook.com", "microsoftonline.com"}

// autodiscoverV2 asks Autodiscover's JSON form, which needs no sign-in. Only a URL within the address's own domain or Microsoft's is taken.
func (f *finder) autodiscoverV2(ctx context.Context, host, protocol string, p mail.Protocol) (mail.Also, error) {
	u := "https://" + host + "/autodiscover/autodiscover.json/v1.0/" + url.PathEscape(f.a.String()) + "?Protocol=" + protocol
	b, err := f.get(ctx, u, maxAnswer)
	if err != nil {
		return mail.Also{}, err
	}
	var v struct {
		Protocol string
		URL      string `json:"Url"`
	}
	if err := json.Unmarshal(b, &v); err != nil || !strings.EqualFold(v.Protocol, protocol) {
		return mail.Also{}, fmt.Errorf("not an answer of Autodiscover: %w", err)
	}
	to := httpsOnly(v.URL)
	if h := hostOf(to); to == "" || site(h) != site(f.a.Domain) && !slices.Contains(exchangeSites, site(h)) {
		return mail.Also{}, fmt.Errorf("Autodiscover points to a stranger")
	}
	return mail.Also{Protocol: p, Host: hostOf(to), URL: to, Source: host}, nil
}
