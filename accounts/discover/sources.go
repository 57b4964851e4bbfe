package discover

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"net"
	"net/url"
	"slices"
	"strings"

	"github.com/postrider/postrider/accounts/mail"
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
