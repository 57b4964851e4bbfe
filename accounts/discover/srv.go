package discover

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/assets/providers"
)

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
