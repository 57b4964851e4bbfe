package discover

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/assets/providers"
)

// ispdbURL is the public list; only a domain is appended.
const ispdbURL = "https://autoconfig.thunderbird.net/v1.1/"

// errPlainOnly: a file names servers, but none that is reached over TLS.
var errPlainOnly = errors.New("the file names only servers without TLS")

func timedOut(err error) bool {
	var n net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &n) && n.Timeout()
}

// autoconfig asks the provider's own file: where the domain vouches for it by a digest, else at both of the older places
// (draft-ietf-mailmaint-autoconfig).
func (f *finder) autoconfig(ctx context.Context) []result {
	f.steps.set(stepAutoconfig, mail.StepRunning, "Asking autoconfig."+f.a.Shown)
	r, err := f.fetchConfig(ctx, f.a.Domain, f.o.SendAddress, f.pacc)
	switch {
	case errors.Is(err, errPlainOnly):
		f.steps.set(stepAutoconfig, mail.StepNothing, "It names only servers without encryption, which Postrider does not use")
		return nil
	case timedOut(err):
		f.steps.set(stepAutoconfig, mail.StepFailed, "No answer")
		return nil
	case err != nil:
		f.steps.set(stepAutoconfig, mail.StepNothing, "This provider publishes none")
		return nil
	}
	f.steps.set(stepAutoconfig, mail.StepFound, r.source+": "+kinds(r))
	return []result{r}
}

// fetchConfig asks before, then a domain's autoconfig file at both places.
func (f *finder) fetchConfig(ctx context.Context, domain string, sendAddress bool, before ...func(context.Context) (result, error)) (result, error) {
	query := ""
	if sendAddress {
		query = "?emailaddress=" + url.QueryEscape(f.a.String())
	}
	tries := before
	for _, u := range []string{"https://autoconfig." + domain + "/mail/config-v1.1.xml" + query, "https://" + domain + "/.well-known/autoconfig/mail/config-v1.1.xml" + query} {
		tries = append(tries, func(ctx context.Context) (result, error) { return f.config(ctx, u) })
	}
	return first(ctx, tries)
}

// config fetches and reads one autoconfig file.
func (f *finder) config(ctx context.Context, u string) (result, error) {
	b, err := f.get(ctx, u, maxConfig)
	if err != nil {
		return result{}, err
	}
	c, err := ParseConfig(bytes.NewReader(b), f.a.String())
	if err != nil {
		return result{}, err
	}
	return f.fromConfig(c, hostOf(u))
}

// fromConfig makes a result of a provider's file.
func (f *finder) fromConfig(c Config, source string) (result, error) {
	if len(c.Incoming) == 0 && c.Plain > 0 {
		return result{}, errPlainOnly
	}
	if len(c.Incoming) == 0 && len(c.Also) == 0 {
		return result{}, errors.New("the file names no server that can be used")
	}
	r := result{source: source, in: c.Incoming, out: c.Outgoing, also: c.Also, hints: c.Hints, name: c.Name, oauth: f.oauthOf(c)}
	for _, os := range [][]mail.Offer{r.in, r.out} {
		for i := range os {
			os[i].Source = r.source
			os[i].User = cmp.Or(os[i].User, f.a.String())
		}
	}
	for i := range r.also {
		r.also[i].Source = r.source
	}
	f.settle(&r)
	return r, nil
}

// oauthOf finds the endpoints a file means in the table; those of the file itself are not used, since there is no client id for them.
func (f *finder) oauthOf(c Config) string {
	host := cmp.Or(hostOf(c.AuthURL), hostOf(c.Issuer), c.Issuer)
	if host == "" {
		return ""
	}
	for _, p := range f.table.Providers {
		if o := f.table.OAuthByID(p.OAuth); o != nil && (hostOf(o.Authorize) == host || hostOf(o.Issuer) == host) {
			return o.ID
		}
	}
	return ""
}

func kinds(r result) string {
	var ks []string
	for _, k := range []struct {
		p mail.Protocol
		n string
	}{{mail.IMAP, "IMAP"}, {mail.POP3, "POP3"}, {mail.SMTP, "SMTP"}} {
		if slices.ContainsFunc(append(slices.Clone(r.in), r.out...), func(o mail.Offer) bool { return o.Protocol == k.p }) {
			ks = append(ks, k.n)
		}
	}
	if len(ks) == 0 {
		return "no mail servers"
	}
	return list(ks)
}

func list(s []string) string {
	if len(s) < 2 {
		return strings.Join(s, "")
	}
	return strings.Join(s[:len(s)-1], ", ") + " and " + s[len(s)-1]
}

// ispdb asks the public list.
func (f *finder) ispdb(ctx context.Context) []result {
	if !f.o.ISPDB {
		f.steps.set(stepList, mail.StepNothing, "Not asked; Postrider’s own list does not have it")
		return nil
	}
	f.steps.set(stepList, mail.StepRunning, "Asking autoconfig.thunderbird.net for "+f.a.Shown)
	r, err := f.config(ctx, ispdbURL+f.a.Domain)
	if errors.Is(err, errPlainOnly) {
		f.steps.set(stepList, mail.StepNothing, "It names only servers without encryption, which Postrider does not use")
		return nil
	}
	if timedOut(err) {
		f.steps.set(stepList, mail.StepFailed, "No answer")
		return nil
	}
	if err != nil {
		f.steps.set(stepList, mail.StepNothing, "Not listed, which is normal for a company domain")
		return nil
	}
	r.source = "the public provider list"
	f.steps.set(stepList, mail.StepFound, cmp.Or(r.name, f.a.Shown)+": "+kinds(r))
	return []result{r}
}

// mxInfo is what the mail exchangers of the domain tell.
type mxInfo struct {
	hosts    []string // best first
	filter   bool     // a spam filter stands before the mailboxes
	provider *providers.Provider
}

// filters are services that take mail in for other servers, so that the exchanger says nothing about where the mailboxes are.
var filters = []string{"mimecast.com", "mimecast-offshore.com", "pphosted.com", "ppe-hosted.com", "gpphosted.com", "barracudanetworks.com", "ess.barracuda.com", "messagelabs.com",
	"iphmx.com", "hornetsecurity.com", "hornetdmz.com", "antispamcloud.com", "spamexperts.com", "spamexperts.eu", "mailspamprotection.com", "trendmicro.com", "trendmicro.eu", "mailcontrol.com", "sophos.com",
	"retarus.com", "mxthunder.com", "spamhero.com", "mailroute.net", "fireeyecloud.com", "mx.cloudflare.net", "eu-central-1.prod.hydra.sophos.com", "nospamproxy.com", "spamgateway.com"}

func under(host string, suffixes []string) bool {
	return slices.ContainsFunc(suffixes, func(s string) bool { return host == s || strings.HasSuffix(host, "."+s) })
}

// noted marks that DNS works when an answer came, be it "no".
func (f *finder) noted(err error) {
	var d *net.DNSError
	if err == nil || errors.As(err, &d) && d.IsNotFound {
		f.answered.Store(true)
	}
	if err == nil {
		f.positive.Store(true)
	}
}

// offline reports whether there is no way to the internet. Name servers of routers and VPNs that have none themselves say of every name that it does
// not exist: where that is all that was heard, two names are asked that are always there.
func (f *finder) offline() bool {
	if !f.answered.Load() {
		return true
	}
	if f.positive.Load() {
		return false
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(f.ctx), dnsLimit/2)
	defer cancel()
	var tries []func(context.Context) ([]string, error)
	for _, d := range []string{"gmail.com", "outlook.com"} {
		if p := f.table.ByDomain(d); p != nil && len(p.Incoming) > 0 {
			tries = append(tries, func(ctx context.Context) ([]string, error) { return f.lookupHost(ctx, p.Incoming[0].Host) })
		}
	}
	if len(tries) == 0 {
		return false
	}
	_, err := first(ctx, tries)
	return err != nil && !f.positive.Load()
}

func (f *finder) lookupHost(ctx context.Context, host string) ([]string, error) {
	ips, err := f.res.LookupHost(ctx, strings.TrimSuffix(host, ".")+".")
	f.noted(err)
	return ips, err
}

// lookupMX fills f.mx.
func (f *finder) lookupMX(ctx context.Context) {
	defer close(f.mxDone)
	ctx, cancel := context.WithTimeout(ctx, dnsLimit)
	defer cancel()
	f.steps.set(stepMX, mail.StepRunning, "")
	mxs, err := f.res.LookupMX(ctx, f.a.Domain+".")
	f.noted(err)
	slices.SortStableFunc(mxs, func(a, b *net.MX) int { return cmp.Compare(a.Pref, b.Pref) })
	for _, m := range mxs {
		if h := strings.ToLower(strings.TrimSuffix(m.Host, ".")); isHost(h) && len(f.mx.hosts) < 16 {
			f.mx.hosts = append(f.mx.hosts, h)
		}
	}
	if len(f.mx.hosts) == 0 {
		var d *net.DNSError
		switch {
		case len(mxs) > 0: // "." (RFC 7505)
			f.steps.set(stepMX, mail.StepNothing, "The domain says that it takes no mail")
		case errors.As(err, &d) && d.IsNotFound:
			if _, herr := f.lookupHost(ctx, f.a.Domain); errors.As(herr, &d) && d.IsNotFound {
				f.steps.set(stepMX, mail.StepNothing, "None; is "+f.a.Shown+" spelt right?")
				return
			}
			f.steps.set(stepMX, mail.StepNothing, "None")
		default:
			f.steps.set(stepMX, mail.StepFailed, "No answer")
		}
		return
	}
	h := f.mx.hosts[0]
	by := ""
	switch p := f.table.ByMX(h); {
	case under(h, filters):
		f.mx.filter = true
		by = ", a filter against spam"
	case p != nil:
		f.mx.provider = p
		by = ", run by " + p.Name
	case site(h) == site(f.a.Domain):
		by = ", run by the domain itself"
	}
	f.steps.set(stepMX, mail.StepFound, "MX: "+h+by)
}

// byMX takes the provider that runs the mail exchanger, or the files of the exchanger's domain. Behind a spam filter only the domain's own
// pointers to a provider count, as hints.
func (f *finder) byMX(ctx context.Context) []result {
	select {
	case <-f.mxDone:
	case <-ctx.Done():
		return nil
	}
	if p := f.mx.provider; p != nil {
		if len(p.Incoming) == 0 {
			return []result{{rank: 5, source: p.Name, provider: p, name: p.Name, hints: p.Hints}}
		}
		return []result{f.fromTable(p, f.mxRank(p))}
	}
	if f.mx.filter || len(f.mx.hosts) == 0 {
		return f.byPointers(ctx)
	}
	h := f.mx.hosts[0]
	_, parent, _ := strings.Cut(h, ".")
	var tries []func(context.Context) (result, error)
	for _, d := range slices.Compact([]string{parent, site(h)}) {
		if d == f.a.Domain || !strings.Contains(d, ".") || site(d) != site(h) {
			continue
		}
		if p := f.table.ByDomain(d); p != nil && len(p.Incoming) > 0 {
			tries = append(tries, func(context.Context) (result, error) { return f.fromTable(p, 5), nil })
			continue
		}
		tries = append(tries, func(ctx context.Context) (result, error) { return f.fetchConfig(ctx, d, false) })
		if f.o.ISPDB {
			tries = append(tries, func(ctx context.Context) (result, error) { return f.config(ctx, ispdbURL+d) })
		}
	}
	if len(tries) == 0 {
		return nil
	}
	r, err := first(ctx, tries)
	if err != nil {
		return nil
	}
	return []result{r}
}

// mxRank puts the exchanger's provider before the table's own entry where that entry names it as the one its mailboxes move to.
func (f *finder) mxRank(p *providers.Provider) int {
	if own := f.table.ByDomain(f.a.Domain); own != nil && own.Fallback == p.ID {
		return movedRank
	}
	return 5
}

// byPointers reads the domain's Autodiscover alias and its SPF record for the two providers that many companies use behind a filter.
func (f *finder) byPointers(ctx context.Context) []result {
	ctx, cancel := context.WithTimeout(ctx, dnsLimit)
	defer cancel()
	if c, err := f.res.LookupCNAME(ctx, "autodiscover."+f.a.Domain+"."); err == nil {
		if c = strings.ToLower(strings.TrimSuffix(c, ".")); c == "autodiscover.outlook.com" || strings.HasSuffix(c, ".outlook.com") || strings.HasSuffix(c, ".office365.com") {
			if p := f.table.ByID("microsoft365"); p != nil {
				return []result{f.fromTable(p, 5)}
			}
		}
	}
	if !f.mx.filter {
		return nil
	}
	txt, err := f.res.LookupTXT(ctx, f.a.Domain+".")
	f.noted(err)
	for _, t := range txt {
		if !strings.HasPrefix(strings.ToLower(t), "v=spf1 ") {
			continue
		}
		for include, id := range map[string]string{"include:spf.protection.outlook.com": "microsoft365", "include:_spf.google.com": "google"} {
			if p := f.table.ByID(id); p != nil && slices.Contains(strings.Fields(strings.ToLower(t)), include) {
				return []result{f.fromTable(p, 8)}
			}
		}
	}
	return nil
}

// srvServices are the service records of RFC 8314 and RFC 6186, best first.
var srvServices = []struct {
	name string
	mail.Server
}{
	{"imaps", mail.Server{Protocol: mail.IMAP, Security: mail.TLS}},
	{"imap", mail.Server{Protocol: mail.IMAP, Security: mail.STARTTLS}},
	{"pop3s", mail.Server{Protocol: mail.POP3, Security: mail.TLS}},
	{"pop3", mail.Server{Protocol: mail.POP3, Security: mail.STARTTLS}},
	{"submissions", mail.Server{Protocol: mail.SMTP, Security: mail.TLS}},
	{"submission", mail.Server{Protocol: mail.SMTP, Security: mail.STARTTLS}},
}

func (f *finder) srv(ctx context.Context) []result {
	f.steps.set(stepSRV, mail.StepRunning, "")
	type answer struct {
		rs  []*net.SRV
		err error
	}
	got := make([]chan answer, len(srvServices))
	for i, s := range srvServices {
		got[i] = make(chan answer, 1)
		go func() {
			rs, err := f.lookupSRV(ctx, s.name, f.a.Domain)
			got[i] <- answer{rs, err}
		}()
	}
	r := result{source: "service records of " + f.a.Shown}
	var names, strangers []string
	failed := false
	for i, s := range srvServices {
		a := <-got[i]
		var d *net.DNSError
		failed = failed || a.err != nil && !(errors.As(a.err, &d) && d.IsNotFound)
		for n, rec := range a.rs {
			if n == 4 {
				break
			}
			o := mail.Offer{Server: s.Server, Methods: []mail.AuthMethod{mail.Password}, Source: r.source}
			o.Host, o.Port, o.User, o.Auth = rec.Target, int(rec.Port), f.a.String(), mail.Password
			p := f.known(o.Host)
			if p != nil {
				for _, ps := range append(slices.Clone(p.Incoming), p.Outgoing...) {
					if ps.Host == o.Host && ps.Protocol == o.Protocol {
						o.Methods, o.Auth, o.User = ps.Methods, ps.Methods[0], providers.Expand(ps.User, f.a.String())
					}
				}
			} else if site(o.Host) != site(f.a.Domain) && !slices.Contains(strangers, o.Host) {
				strangers = append(strangers, o.Host)
			}
			if n == 0 {
				names = append(names, fmt.Sprintf("_%s %d", s.name, o.Port))
			}
			if s.Protocol == mail.SMTP {
				r.out = append(r.out, o)
			} else {
				r.in = append(r.in, o)
			}
		}
	}
	if len(r.in)+len(r.out) == 0 {
		if failed {
			f.steps.set(stepSRV, mail.StepFailed, "No answer")
		} else {
			f.steps.set(stepSRV, mail.StepNothing, "None, which is common")
		}
		return nil
	}
	if len(strangers) > 0 {
		r.hints = append(r.hints, mail.Hint{Kind: "note", Text: f.a.Shown + " sends you to " + list(strangers) + ". Go on only if you know that this is right: such records are not signed."})
	}
	f.settle(&r)
	f.steps.set(stepSRV, mail.StepFound, "SRV: "+strings.Join(names, ", "))
	return []result{r}
}

// lookupSRV returns the usable targets by priority and weight; a target of "." means that there is none (RFC 2782).
func (f *finder) lookupSRV(ctx context.Context, service, domain string) ([]*net.SRV, error) {
	_, rs, err := f.res.LookupSRV(ctx, service, "tcp", domain+".")
	f.noted(err)
	var out []*net.SRV
	for _, r := range rs {
		h := strings.ToLower(strings.TrimSuffix(r.Target, "."))
		if isHost(h) && strings.Contains(h, ".") && r.Port != 0 {
			out = append(out, &net.SRV{Target: h, Port: r.Port, Priority: r.Priority, Weight: r.Weight})
		}
	}
	// Within a priority the resolver has drawn lots by weight.
	slices.SortStableFunc(out, func(a, b *net.SRV) int { return cmp.Compare(a.Priority, b.Priority) })
	return out, err
}

// guess tries usual names, and keeps what answers with the right certificate.
func (f *finder) guess(ctx context.Context) []result {
	hosts := map[mail.Protocol][]string{
		mail.IMAP: {"imap." + f.a.Domain, "mail." + f.a.Domain, f.a.Domain},
		mail.POP3: {"pop." + f.a.Domain, "pop3." + f.a.Domain, "mail." + f.a.Domain, f.a.Domain},
		mail.SMTP: {"smtp." + f.a.Domain, "mail." + f.a.Domain, f.a.Domain},
	}
	select {
	case <-f.mxDone:
		if len(f.mx.hosts) > 0 && site(f.mx.hosts[0]) == site(f.a.Domain) {
			for p := range hosts {
				if !slices.Contains(hosts[p], f.mx.hosts[0]) {
					hosts[p] = append(hosts[p], f.mx.hosts[0])
				}
			}
		}
	case <-time.After(time.Second):
	case <-ctx.Done():
		return nil
	}
	there := f.resolveAll(ctx, hosts)
	offers := func(p mail.Protocol, sec mail.Security, ports ...int) (os []mail.Offer) {
		for _, h := range hosts[p] {
			for _, port := range ports {
				if there[h] {
					o := mail.Offer{Server: mail.Server{Protocol: p, Host: h, Port: port, Security: sec, User: f.a.String(), Auth: mail.Password},
						Methods: []mail.AuthMethod{mail.Password}, Source: "usual names"}
					os = append(os, o)
				}
			}
		}
		return os
	}
	in := append(offers(mail.IMAP, mail.TLS, 993), offers(mail.POP3, mail.TLS, 995)...)
	in = append(append(in, offers(mail.IMAP, mail.STARTTLS, 143)...), offers(mail.POP3, mail.STARTTLS, 110)...)
	out := append(offers(mail.SMTP, mail.TLS, 465), offers(mail.SMTP, mail.STARTTLS, 587)...)
	// The result is there before its servers have answered: it counts as far as they did.
	f.add(result{rank: 7, source: "usual names", in: in, out: out, proof: true})
	f.probeAll(ctx, interleave(in, out), 100*time.Millisecond)
	f.mu.Lock()
	sends := f.anyProven(out)
	f.mu.Unlock()
	if !sends && ctx.Err() == nil {
		// Some networks let neither through, and some servers still have only 25.
		out = offers(mail.SMTP, mail.STARTTLS, 2525, 25)
		f.add(result{rank: 7, source: "usual names", in: in, out: out, proof: true})
		f.probeAll(ctx, out, 100*time.Millisecond)
	}
	return nil
}

func interleave(a, b []mail.Offer) []mail.Offer {
	var out []mail.Offer
	for i := range max(len(a), len(b)) {
		if i < len(a) {
			out = append(out, a[i])
		}
		if i < len(b) {
			out = append(out, b[i])
		}
	}
	return out
}

// keepProven keeps, for each protocol, the first host that answered. f.mu is held.
func (f *finder) keepProven(os []mail.Offer) []mail.Offer {
	host := map[mail.Protocol]string{}
	var out []mail.Offer
	for _, o := range os {
		if f.proven(o) && (host[o.Protocol] == "" || host[o.Protocol] == o.Host) {
			host[o.Protocol] = o.Host
			out = append(out, o)
		}
	}
	return out
}

func (f *finder) resolveAll(ctx context.Context, hosts map[mail.Protocol][]string) map[string]bool {
	all := map[string]bool{}
	for _, hs := range hosts {
		for _, h := range hs {
			all[h] = false
		}
	}
	ctx, cancel := context.WithTimeout(ctx, dnsLimit)
	defer cancel()
	type answer struct {
		host string
		ok   bool
	}
	got := make(chan answer, len(all))
	for h := range all {
		go func() {
			_, err := f.lookupHost(ctx, h)
			got <- answer{h, err == nil}
		}()
	}
	out := map[string]bool{}
	for range len(all) {
		if a := <-got; a.ok {
			out[a.host] = true
		}
	}
	return out
}
