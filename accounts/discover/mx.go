package discover

import (
	"cmp"
	"context"
	"errors"
	"net"
	"slices"
	"strings"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/assets/providers"
)

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
