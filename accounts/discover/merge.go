package discover

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/assets/providers"
)

// discovery puts together what the sources found.
func (f *finder) discovery() mail.Discovery {
	f.mu.Lock()
	d := mail.Discovery{Address: f.a.String()}
	results := slices.Clone(f.results)
	slices.SortStableFunc(results, func(a, b result) int {
		return cmp.Or(cmp.Compare(f.penalty(a), f.penalty(b)), cmp.Compare(a.rank, b.rank))
	})
	// A guess that nothing answered to is no result.
	results = slices.DeleteFunc(results, func(r result) bool { return r.proof && !f.anyProven(r.in) && !f.anyProven(r.out) })
	d.Incoming = f.merge(results, func(r result) []mail.Offer { return r.in })
	d.Outgoing = f.merge(results, func(r result) []mail.Offer { return r.out })
	seen := map[string]bool{}
	for _, a := range f.also {
		k := string(a.Protocol) + " " + a.Host
		if !seen[k] {
			seen[k] = true
			d.Also = append(d.Also, a)
		}
	}
	if len(results) > 0 {
		r := results[0]
		d.Name, d.OAuth, d.Hints = r.name, r.oauth, r.hints
		if r.provider != nil {
			d.Provider, d.Name = r.provider.ID, r.provider.Name
			d.OAuth = cmp.Or(d.OAuth, r.provider.OAuth)
		}
	}
	guessed := len(results) == 0 || results[0].rank >= 7
	f.mu.Unlock()

	d.Offline = f.offline()
	if guessed && f.table.ByDomain(f.a.Domain) == nil {
		d.Suggest = suggest(f.a.Domain, f.table.Popular)
	}
	if f.sendingBlocked(d) {
		d.Hints = append(slices.Clone(d.Hints), mail.Hint{Kind: "note", Text: "This network lets you read mail but seems to block sending, as guest networks and some VPNs do. Messages wait in the outbox until you are on another one."})
	}
	f.probeStep(d)
	why := "Not needed"
	switch {
	case d.Offline:
		why = "No connection to the network"
	case len(d.Incoming) == 0:
		why = "Nothing found"
	}
	d.Steps = f.steps.end(why)
	return d
}

// penalty ranks results that work before those that do not, whatever their source. f.mu is held.
func (f *finder) penalty(r result) int {
	n := 0
	if !f.anyProven(r.in) {
		n += 2
	}
	if !f.anyProven(r.out) {
		n++
	}
	return n
}

// merge returns the offers of all results: what works first, then by source, then IMAP before POP3, TLS before STARTTLS, the order of the
// source. Of what does not work only the best source's is kept. Other sources add servers of the same sites only, unless the best has none that works: a
// domain that has moved may have left its old servers running. f.mu is held.
func (f *finder) merge(results []result, of func(result) []mail.Offer) []mail.Offer {
	type ranked struct {
		mail.Offer
		source int
	}
	var all []ranked
	seen := map[string]bool{}
	sites := map[string]bool{}
	alone := false // the best source's own are enough
	if len(results) > 0 {
		for _, o := range append(slices.Clone(results[0].in), results[0].out...) {
			sites[site(o.Host)] = true
		}
		alone = f.anyProven(of(results[0]))
	}
	for i, r := range results {
		os := of(r)
		if r.proof {
			os = f.keepProven(os)
		}
		for _, o := range os {
			o.Proven = f.proven(o)
			if i > 0 && alone && !sites[site(o.Host)] {
				continue
			}
			if k := probeKey(o.Server); !seen[k] && (o.Proven || i == 0 && !r.proof) {
				seen[k] = true
				all = append(all, ranked{o, i})
			}
		}
	}
	order := func(r ranked) int {
		n := r.source * 8
		if !r.Proven {
			n += 1 << 20
		}
		if r.Protocol == mail.POP3 {
			n += 4
		}
		if r.Security == mail.STARTTLS {
			n += 2
		}
		if r.Port == 2525 || r.Port == 25 {
			n++
		}
		return n
	}
	slices.SortStableFunc(all, func(a, b ranked) int { return cmp.Compare(order(a), order(b)) })
	out := make([]mail.Offer, 0, len(all))
	for _, r := range all {
		out = append(out, r.Offer)
	}
	return out
}

func (f *finder) probeStep(d mail.Discovery) {
	var ok []string
	for _, os := range [][]mail.Offer{d.Incoming, d.Outgoing} {
		for _, o := range os {
			if o.Proven {
				ok = append(ok, fmt.Sprintf("%s %d", o.Host, o.Port))
				break
			}
		}
	}
	switch {
	case len(ok) > 0:
		f.steps.set(stepProbe, mail.StepFound, strings.Join(ok, ", ")+": secure")
	case d.Offline:
		f.steps.set(stepProbe, mail.StepFailed, "No connection to the network")
	default:
		f.steps.set(stepProbe, mail.StepFailed, cmp.Or(f.trouble(d), "No mail server answered"))
	}
}

// fromTable makes a result of a provider.
func (f *finder) fromTable(p *providers.Provider, rank int) result {
	r := result{rank: rank, source: p.Name, provider: p, name: p.Name, oauth: p.OAuth, hints: p.Hints, also: p.Also(f.a.String())}
	r.in, r.out = p.Offers(f.a.String())
	return r
}

// alsoSteps shows what the table knows beside mail.
func (f *finder) alsoSteps(p *providers.Provider) {
	var dav []string
	host := ""
	for _, a := range p.Also(f.a.String()) {
		switch a.Protocol {
		case mail.CalDAV, mail.CardDAV:
			dav, host = append(dav, map[mail.Protocol]string{mail.CalDAV: "CalDAV", mail.CardDAV: "CardDAV"}[a.Protocol]), a.Host
		case mail.ActiveSync:
			f.steps.set(stepActiveSync, mail.StepFound, "ActiveSync at "+a.Host)
		case mail.Exchange:
			f.steps.set(stepAutodiscover, mail.StepFound, "Exchange at "+a.Host)
		}
	}
	if len(dav) > 0 {
		slices.Sort(dav)
		f.steps.set(stepDAV, mail.StepFound, list(dav)+" at "+host)
	}
}

// known finds the provider that a server belongs to, and its OAuth endpoints.
func (f *finder) known(host string) *providers.Provider {
	for _, p := range f.table.Providers {
		for _, ss := range [][]providers.Server{p.Incoming, p.Outgoing} {
			if slices.ContainsFunc(ss, func(s providers.Server) bool { return s.Host == host }) {
				return p
			}
		}
	}
	return nil
}

// settle fills in what a source that only names hosts does not know: the provider, its OAuth endpoints, and drops OAuth where there are no endpoints.
func (f *finder) settle(r *result) {
	if r.provider == nil {
		for _, o := range r.in {
			if p := f.known(o.Host); p != nil {
				r.provider, r.oauth = p, cmp.Or(r.oauth, p.OAuth)
				r.hints = append(slices.Clone(p.Hints), r.hints...)
				break
			}
		}
	}
	if r.oauth != "" {
		return
	}
	for _, os := range [][]mail.Offer{r.in, r.out} {
		for i := range os {
			if ms := slices.DeleteFunc(slices.Clone(os[i].Methods), func(m mail.AuthMethod) bool { return m == mail.OAuth2 }); len(ms) > 0 {
				os[i].Methods, os[i].Auth = ms, ms[0]
			}
		}
	}
}
