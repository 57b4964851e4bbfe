package discover

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/testserver/corpora"
	"github.com/postrider/postrider/assets/providers"
)

const small = `<?xml version="1.0"?>
<clientConfig version="1.1"><emailProvider id="fjordlight.example">
 <domain>fjordlight.example</domain><displayName>Fjordlight Mail</displayName>
 <incomingServer type="imap"><hostname>imap.%EMAILDOMAIN%</hostname><port>993</port><socketType>SSL</socketType><username>%EMAILLOCALPART%</username><authentication>OAuth2</authentication><authentication>password-cleartext</authentication></incomingServer>
 <incomingServer type="pop3"><hostname>pop.fjordlight.example</hostname><port>110</port><socketType>STARTTLS</socketType><username>%EMAILADDRESS</username><authentication>password-encrypted</authentication></incomingServer>
 <incomingServer type="pop3"><hostname>pop.fjordlight.example</hostname><port>110</port><socketType>plain</socketType><username>%EMAILADDRESS%</username><authentication>password-cleartext</authentication></incomingServer>
 <incomingServer type="exchange"><hostname>ex.fjordlight.example</hostname><ewsURL>https://ex.fjordlight.example/EWS/Exchange.asmx</ewsURL></incomingServer>
 <outgoingServer type="smtp"><hostname>SMTP.fjordlight.example.</hostname><port>587</port><socketType>STARTTLS</socketType><username>%EMAILADDRESS%</username><authentication>password-cleartext</authentication></outgoingServer>
 <outgoingServer type="smtp"><hostname>smtp.fjordlight.example</hostname><port>25</port><socketType>STARTTLS</socketType><authentication>none</authentication></outgoingServer>
 <documentation url="https://help.fjordlight.example/"><descr lang="no">Hjelp</descr><descr lang="en">How to
   set up mail</descr><descr lang="de">Hilfe</descr></documentation>
 <documentation url="http://plain.fjordlight.example/"><descr>Plain</descr></documentation>
 </emailProvider>
 <addressBook type="carddav"><serverURL>https://dav.fjordlight.example/%EMAILLOCALPART%/</serverURL></addressBook>
 <calendar type="caldav"><serverURL>http://dav.fjordlight.example/</serverURL></calendar>
 <enable visiturl="https://fjordlight.example/settings"><instruction>Switch IMAP on first.</instruction></enable>
 <oAuth2><issuer>accounts.google.com</issuer><scope>x</scope><authURL>https://accounts.google.com/o/oauth2/auth</authURL><tokenURL>https://t.example/</tokenURL></oAuth2>
</clientConfig>`

func TestParseConfig(t *testing.T) {
	c, err := ParseConfig(strings.NewReader(small), "ada.l@fjordlight.example")
	if err != nil {
		t.Fatal(err)
	}
	show := func(os []mail.Offer) (s string) {
		for _, o := range os {
			s += fmt.Sprintf("%s %s %d %s %s %v; ", o.Protocol, o.Host, o.Port, o.Security, o.User, o.Methods)
		}
		return s
	}
	if got := show(c.Incoming); got != "imap imap.fjordlight.example 993 tls ada.l [oauth2 password]; pop3 pop.fjordlight.example 110 starttls ada.l@fjordlight.example [password]; " {
		t.Error(got)
	}
	if got := show(c.Outgoing); got != "smtp smtp.fjordlight.example 587 starttls ada.l@fjordlight.example [password]; " {
		t.Error(got)
	}
	if got := fmt.Sprint(c.Hints); got != "[{note How to set up mail https://help.fjordlight.example/} {note Plain } {enable Switch IMAP on first. https://fjordlight.example/settings}]" {
		t.Error(got)
	}
	if got := fmt.Sprint(c.Also); got != "[{exchange ex.fjordlight.example https://ex.fjordlight.example/EWS/Exchange.asmx } {carddav dav.fjordlight.example https://dav.fjordlight.example/ada.l/ }]" {
		t.Error(got)
	}
	if c.Name != "Fjordlight Mail" || c.ID != "fjordlight.example" || c.Plain != 1 || c.Issuer != "accounts.google.com" || c.AuthURL != "https://accounts.google.com/o/oauth2/auth" {
		t.Errorf("%+v", c)
	}
}

func TestParseConfigRefuses(t *testing.T) {
	for name, s := range map[string]string{
		"empty": "", "text": "hello", "page": "<html><body>Not found</body></html>", "cut": small[:len(small)/2],
		"deep":  "<clientConfig>" + strings.Repeat("<a>", 100) + strings.Repeat("</a>", 100) + "</clientConfig>",
		"long":  "<clientConfig><x>" + strings.Repeat("y", maxConfig) + "</x></clientConfig>",
		"parts": "<clientConfig>" + strings.Repeat("<a/>", maxTokens) + "</clientConfig>",
		"bomb":  `<!DOCTYPE c [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><clientConfig><x>&b;</x></clientConfig>`,
	} {
		if c, err := ParseConfig(strings.NewReader(s), "ada@fjordlight.example"); err == nil {
			t.Errorf("%s: accepted as %+v", name, c)
		}
	}
}

func TestParseConfigDropsWhatIsNoServer(t *testing.T) {
	for _, s := range []string{
		"<hostname>i.example.com</hostname><port>0</port>", "<hostname>i.example.com</hostname><port>x</port>", "<hostname>i example</hostname><port>993</port>",
		"<hostname>i.example.com/x</hostname><port>993</port>", "<hostname></hostname><port>993</port>", "<hostname>i.example.com\nx</hostname><port>993</port>", "<port>993</port>",
	} {
		x := "<clientConfig><emailProvider><incomingServer type='imap'>" + s + "<socketType>SSL</socketType><username>u</username><authentication>password-cleartext</authentication></incomingServer></emailProvider></clientConfig>"
		if c, err := ParseConfig(strings.NewReader(x), "ada@fjordlight.example"); err != nil || len(c.Incoming) != 0 {
			t.Errorf("%s: %v %v", s, c.Incoming, err)
		}
	}
}

// Every file of the public list is read, and the servers found are those that a search in the text finds.
func TestParseConfigReadsThePublicList(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(corpora.Dir(t, "autoconfig-ispdb"), "*.xml"))
	if err != nil || len(files) == 0 {
		t.Fatal(err, len(files))
	}
	server := regexp.MustCompile(`(?s)<(incoming|outgoing)Server type="(imap|pop3|smtp)".*?</(?:incoming|outgoing)Server>`)
	comment := regexp.MustCompile(`(?s)<!--.*?-->`)
	n, servers, hints := 0, 0, 0
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		c, err := ParseConfig(bytes.NewReader(b), "ada.l@fjordlight.example")
		if err != nil {
			t.Errorf("%s: %v", filepath.Base(name), err)
			continue
		}
		n++
		want, plain := 0, 0
		for _, m := range server.FindAll(comment.ReplaceAll(b, nil), -1) {
			switch {
			case bytes.Contains(m, []byte("<socketType>plain<")):
				plain++
			case !bytes.Contains(m, []byte("<authentication>none<")):
				want++
			}
		}
		if got := len(c.Incoming) + len(c.Outgoing); got != want || c.Plain != plain {
			t.Errorf("%s: %d servers and %d plain ones, the text has %d and %d", filepath.Base(name), got, c.Plain, want, plain)
		}
		for _, o := range append(c.Incoming, c.Outgoing...) {
			if strings.Contains(o.Host+o.User, "%") || o.User == "" || !strings.Contains(o.Host, ".") {
				t.Errorf("%s: %s as %q", filepath.Base(name), o.Host, o.User)
			}
		}
		if c.Name == "" || len(c.Domains) == 0 {
			t.Errorf("%s: name %q, %d domains", filepath.Base(name), c.Name, len(c.Domains))
		}
		servers += want
		hints += len(c.Hints)
	}
	t.Logf("%d of %d files read: %d servers over TLS, %d hints", n, len(files), servers, hints)
}

func FuzzParseConfig(f *testing.F) {
	f.Add([]byte(small), "ada@fjordlight.example")
	f.Add([]byte(`<?xml version="1.0" encoding="iso-8859-1"?><clientConfig><emailProvider id="x"><displayName>`+"\xe6"+`</displayName></emailProvider></clientConfig>`), "@")
	f.Fuzz(func(t *testing.T, b []byte, address string) {
		c, err := ParseConfig(bytes.NewReader(b), address)
		if err != nil {
			return
		}
		if len(c.Incoming) > maxServers || len(c.Outgoing) > maxServers || len(c.Hints) > maxHints {
			t.Fatal("beyond the bounds")
		}
		for _, o := range append(c.Incoming, c.Outgoing...) {
			if o.Security != mail.TLS && o.Security != mail.STARTTLS || o.Port < 1 || o.Port > 65535 || !isHost(o.Host) || len(o.Methods) == 0 {
				t.Fatalf("%+v", o)
			}
		}
		for _, h := range c.Hints {
			if h.URL != "" && !strings.HasPrefix(h.URL, "https://") || strings.ContainsAny(h.Text, "\n\r\x00") {
				t.Fatalf("%+v", h)
			}
		}
	})
}

// The program's own table knows every server over TLS that the public list knows for the same domains, but for those below.
func TestTheTableAgreesWithThePublicList(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(corpora.Dir(t, "autoconfig-ispdb"), "*.xml"))
	if err != nil || len(files) == 0 {
		t.Fatal(err, len(files))
	}
	differs := map[string]string{
		"pdx.edu imap psumail.pdx.edu 587":            "587 is not a port of IMAP",
		"arubapec.it pop3 pop3s.pec.aruba.it 993":     "993 is not a port of POP3",
		"arubapec.it pop3 pop3s.pec.aruba.it 993 tls": "",
	}
	domains, servers, unknown := 0, 0, 0
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		base := strings.TrimSuffix(filepath.Base(name), ".xml")
		all, err := ParseConfig(bytes.NewReader(b), "ada@example.com")
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range all.Domains {
			p := providers.ByDomain(d)
			if p == nil {
				unknown++
				continue
			}
			domains++
			in, out := p.Offers("ada@" + d)
			have := map[string]bool{}
			for _, o := range append(in, out...) {
				have[fmt.Sprintf("%s %s %d", o.Protocol, o.Host, o.Port)] = true
			}
			c, err := ParseConfig(bytes.NewReader(b), "ada@"+d)
			if err != nil {
				t.Fatal(err)
			}
			for _, o := range append(c.Incoming, c.Outgoing...) {
				k := fmt.Sprintf("%s %s %d", o.Protocol, o.Host, o.Port)
				servers++
				if _, known := differs[base+" "+k]; !have[k] && !known {
					t.Errorf("%s (%s): the table has no %s", d, base, k)
				}
			}
		}
	}
	t.Logf("%d domains and %d servers compared, %d domains not in the table", domains, servers, unknown)
}

func FuzzParsePACC(f *testing.F) {
	f.Add([]byte(`{"protocols":{"imap":{"host":"imap.example.com"},"smtp":{"host":"smtp.example.com"},"jmap":{"url":"https://j.example.com/"}},"authentication":{"password":true}}`))
	f.Add([]byte(`{"authentication":{"password":false}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := parsePACC(b, "ada@example.com")
		if err != nil {
			return
		}
		for _, o := range append(c.Incoming, c.Outgoing...) {
			if o.Security != mail.TLS || !isHost(o.Host) || len(o.Methods) == 0 {
				t.Fatalf("%+v", o)
			}
		}
		for _, a := range c.Also {
			if !strings.HasPrefix(a.URL, "https://") {
				t.Fatalf("%+v", a)
			}
		}
	})
}
