package authres

import (
	"fmt"
	"strings"
	"testing"
)

func show(f Field) string {
	s := f.ID
	for _, m := range f.Methods {
		s += fmt.Sprintf("|%s=%s %s", m.Name, m.Value, m.Domain())
	}
	return s
}

func TestFields(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"mx.example.org; none", "mx.example.org"},
		{"MX.example.org 1; dkim=PASS header.d=Shop.example", "mx.example.org|dkim=pass shop.example"},
		// RFC 8601 B.5, B.6
		{"example.com;\r\n sender-id=fail header.from=example.com;\r\n dkim=pass (good signature) header.d=example.com", "example.com|sender-id=fail |dkim=pass example.com"},
		{"example.com; auth=pass (cram-md5) smtp.auth=sender@example.net; spf=fail smtp.mailfrom=example.net", "example.com|auth=pass |spf=fail example.net"},
		{`foo.example.net (foobar) 1 (baz); dkim (Because I like it) / 1 (One yay) = (wait for it) fail policy (A dot can go here) . (like that) expired (this surprised me) = (as I wasn't expecting it) 1362471462`, "foo.example.net"},
		// as large providers write it
		{"mx.google.com;\r\n       dkim=pass header.i=@shop.example header.s=sel header.b=abc/DEF;\r\n       spf=pass (google.com: domain of bounce@shop.example designates 192.0.2.1 as permitted sender) smtp.mailfrom=bounce@shop.example;\r\n dmarc=pass (p=NONE sp=NONE dis=NONE) header.from=shop.example",
			"mx.google.com|dkim=pass shop.example|spf=pass shop.example|dmarc=pass shop.example"},
		{"spf=pass (sender IP is 192.0.2.7)\r\n smtp.mailfrom=news.example; dkim=pass (signature was verified)\r\n header.d=news.example;dmarc=pass action=none header.from=news.example;compauth=pass reason=100",
			"|spf=pass news.example|dkim=pass news.example|dmarc=pass news.example|compauth=pass "},
		{"mx.example; spf=pass smtp.mailfrom=btv1==123=x==y@lists.example", "mx.example|spf=pass lists.example"},
		{"mx.example; dkim=pass header.b=abc= header.d=a.example", "mx.example|dkim=pass a.example"},
		// What the sender wrote is in comments and quoted strings and stays there.
		{`mx.example; spf=fail (no; dkim=pass header.d=bank.example) smtp.mailfrom=a.example`, "mx.example|spf=fail a.example"},
		{`mx.example; spf=fail reason="x; dkim=pass header.d=bank.example" smtp.mailfrom=a.example`, "mx.example|spf=fail a.example"},
		{`mx.example; spf=fail (a \) ; dkim=pass header.d=bank.example) smtp.mailfrom=a.example`, "mx.example|spf=fail a.example"},
		{`mx.example; spf=fail ((; dkim=pass header.d=bank.example)) smtp.mailfrom="\"; dkim=pass\"@a.example"`, "mx.example|spf=fail a.example"},
		{"mx.example; dkim=pass header.d=a.example header.d=b.example", "mx.example|dkim=pass a.example"},
		{"mx.example; dkim", "mx.example"},
		{"mx.example; ; dkim=pass;", "mx.example|dkim=pass "},
	} {
		f, err := Parse(c.in)
		if got := show(f); err != nil || got != c.want {
			t.Errorf("%q\n got %q %v\nwant %q", c.in, got, err, c.want)
		}
	}
}

func TestNotUnderstood(t *testing.T) {
	for _, in := range []string{"", " ", "mx.example 2; dkim=pass", "a b c; dkim=pass", "mx.example; spf=fail (open", `mx.example; reason="open`, "mx.example; dkim=pass) header.d=x", ";", strings.Repeat("(", 100) + strings.Repeat(")", 100),
		"mx.example; " + strings.Repeat("dkim=pass; ", 4000)} {
		if f, err := Parse(in); err == nil {
			t.Errorf("%.60q is %+v", in, f)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"mx.google.com; dkim=pass header.i=@a.example; spf=pass (x) smtp.mailfrom=b@a.example; dmarc=pass header.from=a.example", "spf=pass smtp.mailfrom=a; compauth=pass", `a (b(c\)d)) 1; dkim/1=fail reason="x\"y" policy.x=1`, "x; none", "a;b=c=d=e"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		x, err := Parse(s)
		if err != nil {
			return
		}
		if len(x.Methods) > MaxMethods {
			t.Fatal("too many")
		}
		for _, m := range x.Methods {
			if m.Name != strings.ToLower(m.Name) || strings.ContainsAny(m.Name, " ;=()\"") {
				t.Fatalf("name %q", m.Name)
			}
			m.Domain()
		}
		// A comment more changes nothing.
		y, err := Parse("(; dkim=pass header.d=bank.example)" + s)
		if err == nil && show(y) != show(x) {
			t.Fatalf("%q: %q and %q", s, show(x), show(y))
		}
	})
}
