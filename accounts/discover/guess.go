package discover

import (
	"context"
	"slices"
	"time"

	"github.com/postrider/postrider/accounts/mail"
)

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
