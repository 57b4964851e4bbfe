package app

import (
	"fmt"
	"strings"
	"testing"

	"github.com/postrider/postrider/accounts/mail"
)

func judged(t *testing.T, domain, list string, fields ...string) mail.Trust {
	t.Helper()
	b := &mail.Body{}
	b.Envelope.ListID = list
	for _, f := range fields {
		k, v, _ := strings.Cut(f, ": ")
		b.Header = append(b.Header, mail.HeaderField{Name: k, Value: v})
	}
	var r mail.Trust
	judge(&r, b, domain, map[string]bool{"mx.example.org": true})
	return r
}

func TestJudge(t *testing.T) {
	const ar = "Authentication-Results: mx.example.org; "
	for _, c := range []struct {
		what   string
		list   string
		fields []string
		want   mail.TrustState
	}{
		{"nothing", "", nil, mail.TrustUnknown},
		{"signed by the domain", "", []string{ar + "dkim=pass header.d=shop.example"}, mail.TrustVerified},
		{"signed by a part of the domain", "", []string{ar + "dkim=pass header.i=@mail.shop.example"}, mail.TrustVerified},
		{"signed by somebody else", "", []string{ar + "dkim=pass header.d=sender.example"}, mail.TrustUnproven},
		{"signed by both", "", []string{ar + "dkim=pass header.d=sender.example; dkim=pass header.d=shop.example"}, mail.TrustVerified},
		{"policy met by SPF", "", []string{ar + "spf=pass smtp.mailfrom=shop.example; dkim=none; dmarc=pass header.from=shop.example"}, mail.TrustVerified},
		{"SPF alone is about the envelope", "", []string{ar + "spf=pass smtp.mailfrom=shop.example; dkim=none"}, mail.TrustUnproven},
		{"bad signature", "", []string{ar + "dkim=fail header.d=shop.example"}, mail.TrustUnproven},
		{"policy failed", "", []string{ar + "dkim=pass header.d=sender.example; dmarc=fail header.from=shop.example"}, mail.TrustForged},
		{"policy failed by a list", "news.lists.example", []string{ar + "dkim=fail header.d=shop.example; dmarc=fail header.from=shop.example"}, mail.TrustUnproven},
		{"another server's word", "", []string{"Authentication-Results: mx.evil.example; dkim=pass header.d=shop.example"}, mail.TrustUnknown},
		{"the sender's own field below the server's", "", []string{ar + "dkim=fail header.d=shop.example", ar + "dkim=pass header.d=shop.example"}, mail.TrustUnproven},
		{"the sender's own field below another hop", "", []string{ar + "spf=fail", "Received: from a by b", ar + "dkim=pass header.d=shop.example"}, mail.TrustUnproven},
		{"two programs of one server", "", []string{ar + "dmarc=pass header.from=shop.example", ar + "dkim=pass header.d=shop.example"}, mail.TrustVerified},
		{"words of the sender", "", []string{ar + `spf=fail (dkim=pass; dkim=pass header.d=shop.example) smtp.mailfrom=x`}, mail.TrustUnproven},
	} {
		if got := judged(t, "shop.example", c.list, c.fields...); got.State != c.want {
			t.Errorf("%s: %q, not %q: %+v", c.what, got.State, c.want, got)
		}
	}
}

func TestUppermost(t *testing.T) {
	raw := "Received: x\r\nAuthentication-Results: mx.example.org;\r\n dkim=pass\r\nAuthentication-Results: other; none\r\n\r\nAuthentication-Results: body; none\r\n"
	if f, ok := uppermost([]byte(raw)); !ok || f.ID != "mx.example.org" {
		t.Errorf("%+v %v", f, ok)
	}
	if f, ok := uppermost(fmt.Appendf(nil, "Subject: x\r\n\r\nAuthentication-Results: body; none\r\n")); ok {
		t.Errorf("%+v of the body", f)
	}
}

// Whom to believe is learned from the whole inbox; a forger who writes the account's own name into a few messages is not believed.
func TestWhomToBelieve(t *testing.T) {
	const own, foreign = "mx.example.org", "mx.google.com"
	for _, c := range []struct {
		what string
		fill func(add func(n, places int, name string))
		want string
	}{
		{"an ordinary inbox", func(add func(int, int, string)) { add(30, 12, own); add(4, 1, noField) }, own},
		{"a new one", func(add func(int, int, string)) { add(7, 5, own) }, own},
		{"a provider with other names", func(add func(int, int, string)) { add(40, 9, foreign) }, foreign},
		{"two forged messages in an empty inbox", func(add func(int, int, string)) { add(2, 2, own) }, ""},
		{"many of one sender in an empty inbox", func(add func(int, int, string)) { add(40, 1, own) }, ""},
		{"a provider with other names, too few", func(add func(int, int, string)) { add(8, 6, foreign) }, ""},
		{"forged ones where nothing is checked", func(add func(int, int, string)) { add(20, 6, noField); add(20, 6, own) }, ""},
		{"a flood of them from few places", func(add func(int, int, string)) { add(10, 8, noField); add(70, 4, own) }, ""},
		{"none", func(add func(int, int, string)) { add(40, 12, noField) }, ""},
		{"an empty inbox", func(add func(int, int, string)) {}, ""},
	} {
		var e evidence
		kind := 0
		c.fill(func(n, places int, name string) {
			kind++
			for i := range n {
				e.add(fmt.Sprintf("p%d-%d.example", kind, i%places), name)
			}
		})
		got := e.names("example.org", "imap.example.org")
		if len(got) > 1 || (len(got) == 1) != (c.want != "") || c.want != "" && !got[c.want] {
			t.Errorf("%s: %v, not %q", c.what, got, c.want)
		}
	}
}
