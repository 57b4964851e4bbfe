package discover

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"
	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/assets/providers"
)

func TestAlsoFound(t *testing.T) {
	w := newWorld(t)
	w.mail("imap."+d1, 993, mail.IMAP, mail.TLS)
	w.mail("smtp."+d1, 465, mail.SMTP, mail.TLS)
	w.record("_caldavs._tcp." + d1 + ". 60 IN SRV 0 1 443 dav." + d1 + ".")
	w.record("_caldavs._tcp." + d1 + `. 60 IN TXT "path=/cal/"`)
	w.web("dav."+d1, func(rw http.ResponseWriter, r *http.Request) {
		if r.Method == "PROPFIND" && (r.URL.Path == "/cal/" || r.URL.Path == "/card/") {
			rw.Header().Set("WWW-Authenticate", `Basic realm="x"`)
			rw.WriteHeader(401)
			return
		}
		http.NotFound(rw, r)
	})
	w.web(d1, func(rw http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/.well-known/carddav" {
			http.Redirect(rw, r, "https://dav."+d1+"/card/", 301)
			return
		}
		fmt.Fprint(rw, "<html>a web site that answers everything</html>")
	})
	w.web("autodiscover."+d1, func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Add("WWW-Authenticate", "Negotiate")
		rw.WriteHeader(401)
	})
	d := w.find("ada@" + d1)
	got := map[mail.Protocol]string{}
	for _, a := range d.Also {
		got[a.Protocol] = a.URL
	}
	want(t, "also", fmt.Sprint(got), fmt.Sprint(map[mail.Protocol]string{mail.CalDAV: "https://dav." + d1 + "/cal/", mail.CardDAV: "https://dav." + d1 + "/card/",
		mail.Exchange: "https://autodiscover." + d1 + "/autodiscover/autodiscover.xml", mail.ActiveSync: "https://autodiscover." + d1 + "/Microsoft-Server-ActiveSync"}))
	want(t, "step", step(d, "dav").Detail, "CalDAV and CardDAV at dav."+d1)
	for _, u := range w.asked {
		if strings.Contains(u, "ada") {
			t.Error("the address was sent without leave:", u)
		}
	}
}

func TestAWebSiteIsNoExchange(t *testing.T) {
	w := newWorld(t)
	page := serve("<html>hello</html>")
	w.web(d1, page)
	w.web("autodiscover."+d1, page)
	w.web("mail."+d1, page)
	d := w.find("ada@"+d1, func(o *Options) { o.SendAddress = true })
	if len(d.Also) != 0 {
		t.Errorf("%+v", d.Also)
	}
}

func TestAutodiscoverDoesNotFollowStrangersNorTheParent(t *testing.T) {
	sub := "dept." + d1
	w := newWorld(t)
	answer := serve(`{"Protocol":"ActiveSync","Url":"https://outlook.com.evil.example/Microsoft-Server-ActiveSync"}`)
	w.web("autodiscover."+sub, answer)
	w.web("autodiscover."+d1, answer) // the parent
	w.web("autodiscover.example", answer)
	d := w.find("ada@"+sub, func(o *Options) { o.SendAddress = true })
	if len(d.Also) != 0 {
		t.Errorf("%+v", d.Also)
	}
	for _, u := range w.asked {
		if !strings.Contains(u, sub+"/") {
			t.Error("asked outside the domain:", u)
		}
	}
	// Within the domain and at Microsoft it is taken.
	w2 := newWorld(t)
	w2.web("autodiscover."+sub, serve(`{"Protocol":"ActiveSync","Url":"https://eas.`+d1+`/Microsoft-Server-ActiveSync"}`))
	d = w2.find("ada@"+sub, func(o *Options) { o.SendAddress = true })
	if len(d.Also) != 1 || d.Also[0].Host != "eas."+d1 {
		t.Errorf("%+v", d.Also)
	}
}

func TestMisspeltDomains(t *testing.T) {
	w := newWorld(t)
	for typed, meant := range map[string]string{"gmial.com": "gmail.com", "gamil.com": "gmail.com", "hotmial.com": "hotmail.com", "yaho.com": "yahoo.com", "outlok.com": "outlook.com", "comcst.net": "comcast.net", "gmail.con": "gmail.com", "fjordlight.example": "", "nme.com": "me.com"} {
		if d := w.find("ada@" + typed); d.Suggest != meant || d.Offline {
			t.Errorf("%s: %q, offline %v", typed, d.Suggest, d.Offline)
		}
	}
	if d := w.find("ada@gmial.com"); !strings.HasPrefix(step(d, "mx").Detail, "None; is gmial.com spelt right?") {
		t.Error(step(d, "mx").Detail)
	}
}

func TestOffline(t *testing.T) {
	w := newWorld(t)
	w.host("imap." + d1)
	w.dnsDead = true
	for _, a := range []string{"ada@" + d1, "ada@gmail.com"} {
		began := time.Now()
		d := w.find(a)
		if !d.Offline {
			t.Errorf("%s: not told as offline", a)
		}
		if time.Since(began) > 30*time.Second {
			t.Error("it took", time.Since(began))
		}
		if a == "ada@gmail.com" && (len(d.Incoming) == 0 || d.Incoming[0].Proven || d.Provider != "google") {
			t.Errorf("the table is of use offline too: %s", show(d.Incoming))
		}
	}
}

func TestOfflineBehindANameServerThatDenies(t *testing.T) {
	w := newWorld(t)
	w.zone = map[string][]dns.RR{}
	for _, a := range []string{"ada@" + d1, "ada@gmail.com", "ada@gmial.com"} {
		if d := w.find(a); !d.Offline {
			t.Errorf("%s: not told as offline", a)
		}
	}
}

func TestSlowSourcesDoNotHoldUp(t *testing.T) {
	w := newWorld(t)
	w.hole("autoconfig."+d1, 443)
	w.hole(d1, 443)
	w.hole("autodiscover."+d1, 443)
	w.record("_imaps._tcp." + d1 + ". 60 IN SRV 0 1 993 imap." + d1 + ".")
	w.record("_submissions._tcp." + d1 + ". 60 IN SRV 0 1 465 imap." + d1 + ".")
	w.mail("imap."+d1, 993, mail.IMAP, mail.TLS)
	w.mail("imap."+d1, 465, mail.SMTP, mail.TLS)
	began := time.Now()
	d := w.find("ada@" + d1)
	if took := time.Since(began); took > 5*time.Second {
		t.Error("it took", took)
	}
	want(t, "in", show(d.Incoming), "imap imap.fjordlight.example 993 tls proven")
	if s := step(d, "autoconfig"); s.State != mail.StepFailed && s.State != mail.StepNothing {
		t.Errorf("%+v", s)
	}
}

func TestEverythingBlockedEndsInTime(t *testing.T) {
	w := newWorld(t)
	for _, h := range []string{"", "autoconfig.", "autodiscover.", "imap.", "pop.", "pop3.", "smtp.", "mail."} {
		for _, p := range []int{443, 993, 995, 143, 110, 465, 587, 2525, 25} {
			w.hole(h+d1, p)
		}
	}
	began := time.Now()
	d := w.find("ada@" + d1)
	if took := time.Since(began); took > hard+20*time.Second {
		t.Error("it took", took)
	}
	if len(d.Incoming) != 0 || d.Offline {
		t.Errorf("%s offline %v", show(d.Incoming), d.Offline)
	}
}

func TestCancelGivesWhatWasFound(t *testing.T) {
	w := newWorld(t)
	w.web("autoconfig."+d1, serve(configFor("imap."+d1, "smtp."+d1)))
	w.mail("imap."+d1, 993, mail.IMAP, mail.TLS)
	w.hole("smtp."+d1, 465) // never proven, so the search would go on
	ctx, cancel := context.WithCancel(t.Context())
	o := w.options()
	o.Progress = func(s mail.Step) {
		if s.ID == "autoconfig" && s.State == mail.StepFound {
			time.AfterFunc(time.Second, cancel)
		}
	}
	began := time.Now()
	d, err := Find(ctx, "ada@"+d1, o)
	if !errors.Is(err, context.Canceled) || time.Since(began) > 30*time.Second {
		t.Error(err, time.Since(began))
	}
	want(t, "in", show(d.Incoming), "imap imap.fjordlight.example 993 tls proven")
	want(t, "out", show(d.Outgoing), "smtp smtp.fjordlight.example 465 tls")
}

func TestStepsAreToldInOrder(t *testing.T) {
	w := newWorld(t)
	w.mail("imap."+d1, 993, mail.IMAP, mail.TLS)
	w.mail("smtp."+d1, 465, mail.SMTP, mail.TLS)
	last := map[string]mail.StepState{}
	n := 0
	d := w.find("ada@"+d1, func(o *Options) {
		o.Progress = func(s mail.Step) {
			n++ // the race detector watches that this is one at a time
			if s.State < last[s.ID] || last[s.ID] > mail.StepRunning {
				t.Errorf("%s went from %d to %d", s.ID, last[s.ID], s.State)
			}
			last[s.ID] = s.State
		}
	})
	if len(d.Steps) != 8 || n < 12 {
		t.Errorf("%d steps, told %d times", len(d.Steps), n)
	}
	for _, s := range d.Steps {
		if s.State <= mail.StepRunning || s.Title == "" || s.Detail == "" || last[s.ID] != s.State {
			t.Errorf("%+v", s)
		}
	}
}

func TestANetworkThatBlocksSendingIsNamed(t *testing.T) {
	w := newWorld(t)
	w.web("autoconfig."+d1, serve(configFor("imap."+d1, "smtp."+d1)))
	w.mail("imap."+d1, 993, mail.IMAP, mail.TLS)
	w.hole("smtp."+d1, 465)
	d := w.find("ada@" + d1)
	if len(d.Hints) != 1 || !strings.Contains(d.Hints[0].Text, "block sending") {
		t.Error(d.Hints)
	}
	want(t, "out", show(d.Outgoing), "smtp smtp.fjordlight.example 465 tls")
}

func TestInternationalDomains(t *testing.T) {
	w := newWorld(t)
	w.record("xn--bcher-kva.example. 60 IN MX 10 mx.xn--bcher-kva.example.")
	w.mail("imap.xn--bcher-kva.example", 993, mail.IMAP, mail.TLS)
	w.mail("smtp.xn--bcher-kva.example", 465, mail.SMTP, mail.TLS)
	d := w.find("ada@BÜCHER.example")
	if d.Address != "ada@xn--bcher-kva.example" || d.Incoming[0].Host != "imap.xn--bcher-kva.example" {
		t.Errorf("%+v", d)
	}
}

func TestClean(t *testing.T) {
	for in, out := range map[string]string{
		"ada@example.com": "ada@example.com", " Ada.L@EXAMPLE.com. ": "Ada.L@example.com", "ada\u200b@exam\u00adple.com\u00a0": "ada@example.com",
		"<ada@example.com>": "ada@example.com", "mailto:ada@example.com": "ada@example.com", "ada@bücher.example": "ada@xn--bcher-kva.example", "a@b@example.com": "a@b@example.com", "ada＠example。com": "ada@example.com",
	} {
		if a, err := Clean(in); err != nil || a.String() != out {
			t.Errorf("%q: %q %v", in, a.String(), err)
		}
	}
	for _, in := range []string{"", "ada", "@example.com", "ada@", "ada@localhost", "ada@exa mple", "ada@-x.example", "ada@example..com", "ada@" + strings.Repeat("x", 300) + ".com", "ada@exam/ple.com"} {
		a, err := Clean(in)
		if in == "ada@exa mple" { // the space goes, what is left has no dot
			in += " (no dot)"
		}
		if f := fault.Of(err); f == nil || f.Kind != fault.Usage {
			t.Errorf("%q: %v %v", in, a, err)
		}
	}
}

func TestUnsupportedProvidersAreSaid(t *testing.T) {
	w := newWorld(t)
	d := w.find("ada@tuta.com")
	if d.Provider != "tuta" || len(d.Incoming) != 0 || len(d.Hints) != 1 || d.Hints[0].Kind != "unsupported" || d.Suggest != "" {
		t.Errorf("%+v", d)
	}
	if providers.ByDomain("tuta.com") == nil {
		t.Error("not in the table")
	}
}
