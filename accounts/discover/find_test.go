package discover

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/mail"
)

const d1 = "fjordlight.example"

func configFor(in, out string) string {
	return `<clientConfig version="1.1"><emailProvider id="x"><domain>` + d1 + `</domain><displayName>Fjordlight</displayName>
<incomingServer type="imap"><hostname>` + in + `</hostname><port>993</port><socketType>SSL</socketType><username>%EMAILLOCALPART%</username><authentication>password-cleartext</authentication></incomingServer>
<outgoingServer type="smtp"><hostname>` + out + `</hostname><port>465</port><socketType>SSL</socketType><username>%EMAILADDRESS%</username><authentication>password-cleartext</authentication></outgoingServer>
</emailProvider></clientConfig>`
}

func serve(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, body) }
}

func want(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s:\n got %s\nwant %s", what, got, want)
	}
}

func step(d mail.Discovery, id string) mail.Step {
	for _, s := range d.Steps {
		if s.ID == id {
			return s
		}
	}
	return mail.Step{}
}

func TestFindByAutoconfig(t *testing.T) {
	w := newWorld(t)
	w.record(d1 + ". 60 IN MX 10 mx1." + d1 + ".")
	w.web("autoconfig."+d1, serve(configFor("imap."+d1, "smtp."+d1)))
	w.mail("imap."+d1, 993, mail.IMAP, mail.TLS)
	w.mail("smtp."+d1, 465, mail.SMTP, mail.TLS)
	d := w.find("  Ada.L@Fjordlight.Example\u200b ")
	want(t, "in", show(d.Incoming), "imap imap."+d1+" 993 tls proven")
	want(t, "out", show(d.Outgoing), "smtp smtp."+d1+" 465 tls proven")
	if d.Incoming[0].User != "Ada.L" || d.Incoming[0].Source != "autoconfig."+d1 || d.Name != "Fjordlight" || d.Offline || d.Suggest != "" {
		t.Errorf("%+v", d)
	}
	for _, u := range w.asked {
		if strings.Contains(u, "Ada") {
			t.Error("the address was sent without leave:", u)
		}
	}
	want(t, "step", step(d, "autoconfig").Detail, "autoconfig."+d1+": IMAP and SMTP")
	want(t, "step", step(d, "mx").Detail, "MX: mx1."+d1+", run by the domain itself")
	want(t, "step", step(d, "ispdb").Detail, "Not listed, which is normal for a company domain")
	want(t, "step", step(d, "probe").Detail, "imap."+d1+" 993, smtp."+d1+" 465: secure")
}

func TestTheAddressIsSentOnlyWithLeave(t *testing.T) {
	w := newWorld(t)
	w.web("autoconfig."+d1, serve(configFor("imap."+d1, "smtp."+d1)))
	w.mail("imap."+d1, 993, mail.IMAP, mail.TLS)
	w.mail("smtp."+d1, 465, mail.SMTP, mail.TLS)
	w.find("ada+x@"+d1, func(o *Options) { o.SendAddress = true })
	if !slices.Contains(w.asked, "GET https://autoconfig."+d1+"/mail/config-v1.1.xml?emailaddress=ada%2Bx%40"+d1) {
		t.Error(w.asked)
	}
}

func TestRedirects(t *testing.T) {
	for name, c := range map[string]struct {
		hops []string // Location of each
		ok   bool
	}{
		"one, https":    {[]string{"https://cfg." + d1 + "/1"}, true},
		"three, https":  {[]string{"https://cfg." + d1 + "/3", "https://cfg." + d1 + "/2", "https://cfg." + d1 + "/1"}, true},
		"four":          {[]string{"https://cfg." + d1 + "/4", "https://cfg." + d1 + "/3", "https://cfg." + d1 + "/2", "https://cfg." + d1 + "/1"}, false},
		"to http":       {[]string{"http://cfg." + d1 + "/1"}, false},
		"with password": {[]string{"https://u:p@cfg." + d1 + "/1"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			n := 0
			w.web("autoconfig."+d1, func(rw http.ResponseWriter, r *http.Request) { n = 1; http.Redirect(rw, r, c.hops[0], 302) })
			w.web("cfg."+d1, func(rw http.ResponseWriter, r *http.Request) {
				if n < len(c.hops) {
					n++
					http.Redirect(rw, r, c.hops[n-1], 302)
					return
				}
				serve(configFor("imap."+d1, "smtp."+d1))(rw, r)
			})
			w.mail("imap."+d1, 993, mail.IMAP, mail.TLS)
			w.mail("smtp."+d1, 465, mail.SMTP, mail.TLS)
			d := w.find("ada@" + d1)
			if got := step(d, "autoconfig").State == mail.StepFound; got != c.ok {
				t.Errorf("found: %v (%s)", got, step(d, "autoconfig").Detail)
			}
			if slices.Contains(w.dialled, "cfg."+d1+":80") {
				t.Error("plain http was used")
			}
		})
	}
}

func TestOversizeAndNonsenseFilesAreRefused(t *testing.T) {
	for name, body := range map[string]string{
		"oversize": configFor("imap."+d1, "smtp."+d1) + "<!--" + strings.Repeat("x", maxConfig) + "-->",
		"page":     "<!doctype html><html><body>Welcome</body></html>",
		"plain":    strings.ReplaceAll(configFor("imap."+d1, "smtp."+d1), "SSL", "plain"),
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.web("autoconfig."+d1, serve(body))
			d := w.find("ada@" + d1)
			if step(d, "autoconfig").State != mail.StepNothing || len(d.Incoming) > 0 {
				t.Errorf("%+v", d.Incoming)
			}
			if said := strings.Contains(step(d, "autoconfig").Detail, "without encryption"); said != (name == "plain") {
				t.Error(step(d, "autoconfig").Detail)
			}
		})
	}
}

func TestFindByServiceRecords(t *testing.T) {
	w := newWorld(t)
	for _, r := range []string{
		"_imaps._tcp.%s. 60 IN SRV 20 1 993 slow.%s.", "_imaps._tcp.%s. 60 IN SRV 10 1 993 fast.%s.",
		"_pop3s._tcp.%s. 60 IN SRV 0 0 0 .", "_submission._tcp.%s. 60 IN SRV 0 1 587 fast.%s.", "_imap._tcp.%s. 60 IN SRV 0 1 143 fast.%s.",
	} {
		w.record(strings.ReplaceAll(r, "%s", d1))
	}
	w.mail("fast."+d1, 993, mail.IMAP, mail.TLS)
	w.mail("slow."+d1, 993, mail.IMAP, mail.TLS)
	w.mail("fast."+d1, 143, mail.IMAP, mail.STARTTLS)
	w.mail("fast."+d1, 587, mail.SMTP, mail.STARTTLS)
	d := w.find("ada@" + d1)
	want(t, "in", show(d.Incoming), "imap fast.fjordlight.example 993 tls proven; imap slow.fjordlight.example 993 tls proven; imap fast.fjordlight.example 143 starttls proven")
	want(t, "out", show(d.Outgoing), "smtp fast.fjordlight.example 587 starttls proven")
	want(t, "step", step(d, "srv").Detail, "SRV: _imaps 993, _imap 143, _submission 587")
	if len(d.Hints) != 0 {
		t.Error(d.Hints)
	}
}

// What one source lacks comes from the next.
func TestSourcesCompleteEachOther(t *testing.T) {
	w := newWorld(t)
	w.web("autoconfig."+d1, serve(configFor("imap."+d1, "smtp."+d1)))
	w.mail("imap."+d1, 993, mail.IMAP, mail.TLS)
	w.mail("smtp."+d1, 465, mail.SMTP, mail.TLS)
	w.record("_pop3s._tcp." + d1 + ". 60 IN SRV 0 1 995 pop." + d1 + ".")
	w.mail("pop."+d1, 995, mail.POP3, mail.TLS)
	d := w.find("ada@" + d1)
	if d.Incoming[0].Host != "imap."+d1 {
		t.Error(show(d.Incoming))
	}
	// Service records for reading only; sending is found by its name.
	w = newWorld(t)
	w.record("_imaps._tcp." + d1 + ". 60 IN SRV 0 1 993 box.hosting.example.")
	w.mail("box.hosting.example", 993, mail.IMAP, mail.TLS)
	w.mail("smtp."+d1, 587, mail.SMTP, mail.STARTTLS)
	d = w.find("ada@" + d1)
	want(t, "in", show(d.Incoming), "imap box.hosting.example 993 tls proven")
	want(t, "out", show(d.Outgoing), "smtp smtp.fjordlight.example 587 starttls proven")
}

func TestServiceRecordsToAStrangerAreSaid(t *testing.T) {
	w := newWorld(t)
	w.record("_imaps._tcp." + d1 + ". 60 IN SRV 0 1 993 imap.hosting.example.")
	w.record("_submissions._tcp." + d1 + ". 60 IN SRV 0 1 465 imap.hosting.example.")
	w.mail("imap.hosting.example", 993, mail.IMAP, mail.TLS)
	w.mail("imap.hosting.example", 465, mail.SMTP, mail.TLS)
	d := w.find("ada@" + d1)
	if len(d.Hints) != 1 || !strings.Contains(d.Hints[0].Text, "imap.hosting.example") {
		t.Error(d.Hints)
	}
	want(t, "in", show(d.Incoming), "imap imap.hosting.example 993 tls proven")
}

func TestFindByGuessing(t *testing.T) {
	w := newWorld(t)
	w.record(d1 + ". 60 IN MX 10 mx1." + d1 + ".")
	w.mail("mail."+d1, 993, mail.IMAP, mail.TLS)
	w.mail("mail."+d1, 143, mail.IMAP, mail.STARTTLS)
	w.mail("mail."+d1, 995, mail.POP3, mail.TLS)
	w.mail("mail."+d1, 110, mail.POP3, mail.STARTTLS)
	w.mail("mail."+d1, 587, mail.SMTP, mail.STARTTLS)
	w.mail("imap."+d1, 993, mail.IMAP, mail.TLS, "other.example") // wrong certificate: not taken
	d := w.find("ada@" + d1)
	want(t, "in", show(d.Incoming), "imap mail.fjordlight.example 993 tls proven; imap mail.fjordlight.example 143 starttls proven; pop3 mail.fjordlight.example 995 tls proven; pop3 mail.fjordlight.example 110 starttls proven")
	want(t, "out", show(d.Outgoing), "smtp mail.fjordlight.example 587 starttls proven")
	for _, h := range w.dialled {
		if strings.HasSuffix(h, ":25") || strings.HasSuffix(h, ":2525") {
			t.Error("port 25 was tried though 587 answers:", h)
		}
	}
}

func TestPort25IsTheLastResort(t *testing.T) {
	w := newWorld(t)
	w.mail("mail."+d1, 993, mail.IMAP, mail.TLS)
	w.mail("mail."+d1, 25, mail.SMTP, mail.STARTTLS)
	d := w.find("ada@" + d1)
	want(t, "out", show(d.Outgoing), "smtp mail.fjordlight.example 25 starttls proven")
}

func TestPlainTextServersAreNeverOffered(t *testing.T) {
	w := newWorld(t)
	plain := func(host string, port int, hello string, answers ...string) {
		w.listen(host, port, func(c net.Conn) {
			fmt.Fprint(c, hello)
			b := make([]byte, 512)
			for _, a := range answers {
				c.Read(b)
				fmt.Fprint(c, a)
			}
			c.Read(b)
		})
	}
	plain("mail."+d1, 143, "* OK hello\r\n", "a1 BAD no\r\n")
	plain("mail."+d1, 110, "+OK hello\r\n", "-ERR no\r\n")
	plain("mail."+d1, 587, "220 hello\r\n", "250-mail\r\n250 XXXXXXXA\r\n") // a box in between has blotted STARTTLS out
	plain("smtp."+d1, 587, "220 hello\r\n", "250-mail\r\n250 STARTTLS\r\n", "220 go\r\n250 injected\r\n")
	plain("imap."+d1, 993, "* OK not TLS\r\n")
	d := w.find("ada@" + d1)
	if len(d.Incoming)+len(d.Outgoing) != 0 {
		t.Errorf("offered: %s %s", show(d.Incoming), show(d.Outgoing))
	}
	want(t, "step", step(d, "probe").Detail, "The server offers no encryption")
}

func TestAWrongCertificateFallsThrough(t *testing.T) {
	w := newWorld(t)
	w.web("autoconfig."+d1, serve(configFor("stale."+d1, "stale."+d1)))
	w.mail("stale."+d1, 993, mail.IMAP, mail.TLS, "shared.hosting.example")
	w.mail("stale."+d1, 465, mail.SMTP, mail.TLS, "shared.hosting.example")
	w.record("_imaps._tcp." + d1 + ". 60 IN SRV 0 1 993 good." + d1 + ".")
	w.record("_submissions._tcp." + d1 + ". 60 IN SRV 0 1 465 good." + d1 + ".")
	w.mail("good."+d1, 993, mail.IMAP, mail.TLS)
	w.mail("good."+d1, 465, mail.SMTP, mail.TLS)
	d := w.find("ada@" + d1)
	want(t, "in", show(d.Incoming), "imap good.fjordlight.example 993 tls proven")
	want(t, "out", show(d.Outgoing), "smtp good.fjordlight.example 465 tls proven")
}

func TestAWrongCertificateAloneIsExplained(t *testing.T) {
	w := newWorld(t)
	w.web("autoconfig."+d1, serve(configFor("stale."+d1, "stale."+d1)))
	w.mail("stale."+d1, 993, mail.IMAP, mail.TLS, "shared.hosting.example")
	w.mail("stale."+d1, 465, mail.SMTP, mail.TLS, "shared.hosting.example")
	d := w.find("ada@" + d1)
	want(t, "in", show(d.Incoming), "imap stale.fjordlight.example 993 tls") // shown, not proven
	if s := step(d, "probe"); s.State != mail.StepFailed || !strings.Contains(s.Detail, "cannot prove that it is stale."+d1) {
		t.Errorf("%+v", s)
	}
}

func TestFindByTheTable(t *testing.T) {
	w := newWorld(t)
	w.mail("imap.gmail.com", 993, mail.IMAP, mail.TLS)
	w.mail("pop.gmail.com", 995, mail.POP3, mail.TLS)
	w.mail("smtp.gmail.com", 465, mail.SMTP, mail.TLS)
	w.mail("smtp.gmail.com", 587, mail.SMTP, mail.STARTTLS)
	began := time.Now()
	d := w.find("ada@gmail.com")
	if time.Since(began) > 30*time.Second {
		t.Error("a known provider took", time.Since(began))
	}
	want(t, "in", show(d.Incoming), "imap imap.gmail.com 993 tls proven; pop3 pop.gmail.com 995 tls proven")
	want(t, "out", show(d.Outgoing), "smtp smtp.gmail.com 465 tls proven; smtp smtp.gmail.com 587 starttls proven")
	if d.Provider != "google" || d.Name != "Gmail" || d.OAuth != "google" || len(d.Hints) == 0 || len(d.Also) < 2 || len(w.asked) != 0 {
		t.Errorf("%+v %v", d, w.asked)
	}
	for _, h := range w.dialled {
		if strings.HasSuffix(h, ":443") {
			t.Error("asked around for a known provider:", h)
		}
	}
	want(t, "step", step(d, "ispdb").Detail, "Gmail, known to Postrider")
	want(t, "step", step(d, "srv").Detail, "Not needed")
}

func TestComcastOffersOnlyTLS(t *testing.T) {
	w := newWorld(t)
	w.mail("imap.comcast.net", 993, mail.IMAP, mail.TLS)
	w.mail("mail.comcast.net", 995, mail.POP3, mail.TLS)
	w.mail("smtp.comcast.net", 465, mail.SMTP, mail.TLS)
	w.mail("smtp.comcast.net", 587, mail.SMTP, mail.STARTTLS)
	w.record("comcast.net. 60 IN MX 5 mx1.comcast.net.")
	d := w.find("ada@comcast.net")
	want(t, "in", show(d.Incoming)[:strings.Index(show(d.Incoming), "; imap imap.comcast.net 143")], "imap imap.comcast.net 993 tls proven; pop3 mail.comcast.net 995 tls proven")
	want(t, "out", show(d.Outgoing), "smtp smtp.comcast.net 465 tls proven; smtp smtp.comcast.net 587 starttls proven")
}

// Comcast Business mailboxes may have moved to Microsoft 365: the MX decides.
func TestAMovedMailboxFollowsItsMX(t *testing.T) {
	w := newWorld(t)
	w.mail("imap.comcastbiz.net", 993, mail.IMAP, mail.TLS)
	w.mail("smtp.comcastbiz.net", 587, mail.SMTP, mail.STARTTLS)
	w.mail("outlook.office365.com", 993, mail.IMAP, mail.TLS)
	w.mail("smtp.office365.com", 587, mail.SMTP, mail.STARTTLS)
	d := w.find("ada@comcastbiz.net")
	if d.Provider != "comcast-business" {
		t.Error(d.Provider)
	}
	w.record("comcastbiz.net. 60 IN MX 5 comcastbiz-net.mail.protection.outlook.com.")
	if d = w.find("ada@comcastbiz.net"); d.Provider != "microsoft365" || d.OAuth != "microsoft" || d.Incoming[0].Host != "outlook.office365.com" {
		t.Errorf("%s %s", d.Provider, show(d.Incoming))
	}
}

func TestFindByMX(t *testing.T) {
	w := newWorld(t)
	w.record(d1 + ". 60 IN MX 20 backup.other.example.")
	w.record(d1 + ". 60 IN MX 10 aspmx.l.google.com.")
	w.mail("imap.gmail.com", 993, mail.IMAP, mail.TLS)
	w.mail("smtp.gmail.com", 465, mail.SMTP, mail.TLS)
	w.mail("mail."+d1, 993, mail.IMAP, mail.TLS) // the old server still answers
	w.mail("mail."+d1, 465, mail.SMTP, mail.TLS)
	d := w.find("ada@" + d1)
	if d.Provider != "google" || d.OAuth != "google" || d.Incoming[0].Host != "imap.gmail.com" || d.Outgoing[0].Host != "smtp.gmail.com" || !slices.Contains(d.Incoming[0].Methods, mail.OAuth2) {
		t.Errorf("%s: %s, %s", d.Provider, show(d.Incoming), show(d.Outgoing))
	}
	if all := show(d.Incoming) + show(d.Outgoing); strings.Contains(all, d1) {
		t.Error("the old servers are offered too:", all)
	}
	want(t, "step", step(d, "mx").Detail, "MX: aspmx.l.google.com, run by Gmail")
}

func TestASpamFilterIsNotTakenForTheProvider(t *testing.T) {
	w := newWorld(t)
	w.record(d1 + ". 60 IN MX 10 eu-smtp-inbound-1.mimecast.com.")
	w.record(d1 + `. 60 IN TXT "v=spf1 include:_netblocks.mimecast.com include:spf.protection.outlook.com -all"`)
	w.web("autoconfig.mimecast.com", serve(configFor("imap.mimecast.com", "smtp.mimecast.com")))
	w.mail("imap.mimecast.com", 993, mail.IMAP, mail.TLS)
	w.mail("smtp.mimecast.com", 465, mail.SMTP, mail.TLS)
	w.mail("outlook.office365.com", 993, mail.IMAP, mail.TLS)
	w.mail("smtp.office365.com", 587, mail.SMTP, mail.STARTTLS)
	d := w.find("ada@" + d1)
	if strings.Contains(show(d.Incoming), "mimecast") || d.Provider != "microsoft365" {
		t.Errorf("%s %s", d.Provider, show(d.Incoming))
	}
	want(t, "step", step(d, "mx").Detail, "MX: eu-smtp-inbound-1.mimecast.com, a filter against spam")
}

func TestFindByTheExchangersDomain(t *testing.T) {
	w := newWorld(t)
	w.record(d1 + ". 60 IN MX 10 mx.mail.hosting.example.")
	w.web("autoconfig.hosting.example", serve(configFor("imap.hosting.example", "smtp.hosting.example")))
	w.mail("imap.hosting.example", 993, mail.IMAP, mail.TLS)
	w.mail("smtp.hosting.example", 465, mail.SMTP, mail.TLS)
	d := w.find("ada@"+d1, func(o *Options) { o.SendAddress = true })
	want(t, "in", show(d.Incoming), "imap imap.hosting.example 993 tls proven")
	for _, u := range w.asked {
		if strings.Contains(u, "hosting.example") && strings.Contains(u, "ada") {
			t.Error("the address went to another domain:", u)
		}
	}
}

func TestThePublicListCanBeSwitchedOff(t *testing.T) {
	for _, on := range []bool{true, false} {
		w := newWorld(t)
		w.web("autoconfig.thunderbird.net", serve(configFor("imap."+d1, "smtp."+d1)))
		w.mail("imap."+d1, 993, mail.IMAP, mail.TLS)
		w.mail("smtp."+d1, 465, mail.SMTP, mail.TLS)
		d := w.find("ada@"+d1, func(o *Options) { o.ISPDB, o.SendAddress = on, true })
		asked := slices.Contains(w.asked, "GET https://autoconfig.thunderbird.net/v1.1/"+d1)
		if asked != on || len(w.asked) > 1 {
			t.Errorf("switched %v, asked %v", on, w.asked)
		}
		if (step(d, "ispdb").State == mail.StepFound) != on {
			t.Error(step(d, "ispdb").Detail)
		}
	}
}

// The name server of a router without a line denies every name there is.
func TestAFileThatTheDomainVouchesFor(t *testing.T) {
	body := `{"protocols":{"imap":{"host":"imap.` + d1 + `"},"smtp":{"host":"smtp.` + d1 + `"},"caldav":{"url":"https://dav.` + d1 + `/"},"telepathy":{}},"authentication":{"password":true,"oauth-public":{"issuer":"https://id.` + d1 + `"}},"info":{"provider":{"name":"Fjordlight"}}}`
	sum := sha256.Sum256([]byte(body))
	for _, right := range []bool{true, false} {
		w := newWorld(t)
		d := base64.StdEncoding.EncodeToString(sum[:])
		if !right {
			d = base64.StdEncoding.EncodeToString(make([]byte, 32))
		}
		w.record("_ua-auto-config." + d1 + `. 60 IN TXT "v=UAAC1; a=sha256; d=` + d + `"`)
		w.web("ua-auto-config."+d1, serve(body))
		w.web("autoconfig."+d1, serve(configFor("old."+d1, "old."+d1)))
		for _, h := range []string{"imap.", "old."} {
			w.mail(h+d1, 993, mail.IMAP, mail.TLS)
		}
		for _, h := range []string{"smtp.", "old."} {
			w.mail(h+d1, 465, mail.SMTP, mail.TLS)
		}
		found := w.find("ada@" + d1)
		host := "old." + d1
		if right {
			host = "imap." + d1
			if len(found.Also) != 1 || found.Also[0].URL != "https://dav."+d1+"/" || found.Name != "Fjordlight" || found.Incoming[0].Source != "ua-auto-config."+d1 {
				t.Errorf("%+v", found)
			}
		}
		if found.Incoming[0].Host != host || found.Incoming[0].Auth != mail.Password {
			t.Errorf("digest right %v: %+v", right, found.Incoming)
		}
	}
}
