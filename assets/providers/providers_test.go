package providers

import (
	"strings"
	"testing"

	"github.com/postrider/postrider/accounts/mail"
)

func has(os []mail.Offer, p mail.Protocol, port int, s mail.Security) bool {
	for _, o := range os {
		if o.Protocol == p && o.Port == port && o.Security == s {
			return true
		}
	}
	return false
}

func TestTheTableIsSound(t *testing.T) {
	tab, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	if len(tab.Providers) < 140 || len(tab.domain) < 700 || len(tab.oauth) < 8 || len(tab.Popular) < 40 {
		t.Fatalf("%d providers, %d domains, %d oauth, %d popular", len(tab.Providers), len(tab.domain), len(tab.oauth), len(tab.Popular))
	}
	for _, p := range tab.Providers {
		in, out := p.Offers("ada@fjordlight.example")
		for _, o := range append(in, out...) {
			if o.Security != mail.TLS && o.Security != mail.STARTTLS || o.Port == 0 || o.Host == "" || o.User == "" || len(o.Methods) == 0 {
				t.Errorf("%s: %+v", p.ID, o)
			}
			if strings.ContainsAny(o.Host+o.User, "{}") {
				t.Errorf("%s: template left in %s %s", p.ID, o.Host, o.User)
			}
			if p := o.Port; o.Security == mail.TLS && (p == 143 || p == 110 || p == 25) || o.Security == mail.STARTTLS && (p == 993 || p == 995 || p == 465) {
				t.Errorf("%s: %s does not fit port %d", o.Host, o.Security, p)
			}
		}
	}
	for _, d := range tab.Popular {
		if tab.ByDomain(d) == nil {
			t.Errorf("popular %s is nobody's", d)
		}
	}
}

func TestProvidersByDomain(t *testing.T) {
	for domain, id := range map[string]string{
		"gmail.com": "google", "GMAIL.com.": "google", "outlook.com": "outlook", "hotmail.co.uk": "outlook", "contoso.onmicrosoft.com": "microsoft365",
		"yahoo.com": "yahoo", "aol.com": "aol", "icloud.com": "icloud", "comcast.net": "comcast", "comcastbiz.net": "comcast-business",
		"fastmail.com": "fastmail", "gmx.net": "gmx", "gmx.com": "gmx-com", "web.de": "web-de", "mailbox.org": "mailbox-org", "posteo.de": "posteo",
		"zoho.com": "zoho", "zoho.eu": "zoho-eu", "yandex.ru": "yandex", "proton.me": "proton", "verizon.net": "verizon-net",
	} {
		if p := ByDomain(domain); p == nil || p.ID != id {
			t.Errorf("%s: %v, want %s", domain, p, id)
		}
	}
	for _, d := range []string{"", "com", "notgmail.com", "mail.gmail.com.example", "fjordlight.example", "xgmail.com"} {
		if p := ByDomain(d); p != nil {
			t.Errorf("%q is said to be %s", d, p.ID)
		}
	}
}

func TestProvidersByMX(t *testing.T) {
	for host, id := range map[string]string{
		"aspmx.l.google.com.": "google", "alt1.aspmx.l.google.com": "google", "fjordlight-example.mail.protection.outlook.com": "microsoft365",
		"outlook-com.olc.protection.outlook.com": "outlook", "contoso-com.p-v1.mx.microsoft": "microsoft365", "mta5.am0.yahoodns.net": "yahoo",
		"mx-aol.mail.gm0.yahoodns.net": "aol", "in1-smtp.messagingengine.com": "fastmail", "mx1.comcast.net": "comcast", "mxext1.mailbox.org": "mailbox-org", "mx.zoho.eu": "zoho-eu",
	} {
		if p := ByMX(host); p == nil || p.ID != id {
			t.Errorf("%s: %v, want %s", host, p, id)
		}
	}
	for _, h := range []string{"mx1.fjordlight.example", "google.com.example", "evilgoogle.com", "eu-smtp-inbound-1.mimecast.com", ""} {
		if p := ByMX(h); p != nil {
			t.Errorf("%q is said to be %s", h, p.ID)
		}
	}
}

func TestComcastIsAllTLS(t *testing.T) {
	for _, d := range []string{"comcast.net", "comcastbiz.net"} {
		p := ByDomain(d)
		in, out := p.Offers("ada@" + d)
		if !has(in, mail.IMAP, 993, mail.TLS) || !has(in, mail.POP3, 995, mail.TLS) || !has(out, mail.SMTP, 587, mail.STARTTLS) {
			t.Errorf("%s: %v %v", d, in, out)
		}
	}
	if _, out := ByDomain("comcast.net").Offers("ada@comcast.net"); !has(out, mail.SMTP, 465, mail.TLS) {
		t.Error("comcast.net: 465 is missing")
	}
}

func TestTemplatesAndOwnDomains(t *testing.T) {
	in, out := ByID("icloud").Offers("ada@icloud.com")
	if in[0].User != "ada" || out[0].User != "ada@icloud.com" {
		t.Errorf("icloud: %q %q", in[0].User, out[0].User)
	}
	if in, _ = ByID("zoho").Offers("ada@zoho.com"); in[0].Host != "imap.zoho.com" {
		t.Error(in[0].Host)
	}
	if in, _ = ByID("zoho").Offers("ada@fjordlight.example"); in[0].Host != "imappro.zoho.com" {
		t.Error(in[0].Host)
	}
	if !ByID("google").ServerSent || !ByID("outlook").ServerSent || ByID("gmx").ServerSent {
		t.Error("who files sent mail is wrong")
	}
	if in, _ := ByID("outlook").Offers("ada@outlook.com"); len(in[0].Methods) != 1 || in[0].Auth != mail.OAuth2 {
		t.Error("Outlook.com takes no passwords")
	}
	if got := Expand("{local}.{domain}", "a.b@c@x.example"); got != "a.b@c.x.example" {
		t.Error(got)
	}
	o := OAuthByID("microsoft")
	if got := strings.Join(o.ScopesFor(mail.IMAP, mail.SMTP), " "); got != "https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send offline_access openid email profile" {
		t.Error(got)
	}
	if g := OAuthByID("google"); len(g.ScopesFor(mail.IMAP, mail.POP3, mail.SMTP)) != 3 {
		t.Error(g.ScopesFor(mail.IMAP, mail.POP3, mail.SMTP))
	}
}

func TestParseRefuses(t *testing.T) {
	for name, s := range map[string]string{
		"no value":        "provider a\nname",
		"outside":         "name A",
		"unknown word":    "provider a\nname A\nimapx h.example",
		"plain URL":       "provider a\nname A\nimaps i.example.com\nsmtps s.example.com\ncarddav http://dav.example.com/",
		"bad port":        "provider a\nname A\nimaps i.example.com:99999",
		"bad host":        "provider a\nname A\nimaps i_example/com",
		"bad auth":        "provider a\nname A\nimaps i.example.com auth=none",
		"id twice":        "provider a\nname A\nhint note - x\nprovider a",
		"domain twice":    "provider a\nname A\ndomains d.example\nhint note - x\nprovider b\nname B\ndomains d.example\nhint note - x",
		"oauth unknown":   "provider a\nname A\nhint note - x\noauth-by nobody",
		"only incoming":   "provider a\nname A\nimaps i.example.com",
		"hint kind":       "provider a\nname A\nhint shout - x",
		"template":        "provider a\nname A\nimaps i.example.com user={who}",
		"empty provider":  "provider a\nname A",
		"fallback":        "provider a\nname A\nhint note - x\nfallback nobody",
		"oauth half":      "oauth a\nauthorize https://a.example/",
		"oauth plaintext": "oauth a\nauthorize http://a.example/",
		"too long":        strings.Repeat("# x\n", maxText/4+1),
	} {
		if _, err := Parse(s); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(text[:4000])
	f.Add("popular a.example\noauth o\nauthorize https://a.example/\ntoken https://a.example/\nsasl xoauth2\nscope imap x\nprovider p\nname P\ndomains a.example *.b.example\nmx mx.example\nimaps {domain} user={local} auth=oauth2,password\nown smtp s.example.com:25\nsmtps s.example.com\noauth-by o\nhint note - t")
	f.Fuzz(func(t *testing.T, s string) {
		tab, err := Parse(s)
		if err != nil {
			return
		}
		for _, p := range tab.Providers {
			in, out := p.Offers("ada@fjordlight.example")
			for _, o := range append(in, out...) {
				if o.Port < 1 || o.Port > 65535 || o.Security == "" || len(o.Methods) == 0 {
					t.Fatalf("%+v", o)
				}
			}
			p.Also("ada@fjordlight.example")
			for _, d := range p.Domains {
				if got := tab.ByDomain(strings.Replace(d, "*", "x", 1)); got == nil {
					t.Fatalf("%q is not found", d)
				}
			}
		}
	})
}
