package dom

import (
	"net/url"
	"strings"

	"golang.org/x/net/html"
)

// Kind of a reference.
type Kind uint8

// The kinds. Only Image and Background are ever loaded, and only when the person allows it.
const (
	Image Kind = iota
	Background
	Stylesheet // link rel=stylesheet and @import
	Font
	Frame // iframe, frame, embed, object
	Media // video and audio
	Script
	Other // link rel=icon, preload, dns-prefetch ...
)

var kindNames = [...]string{"image", "background", "stylesheet", "font", "frame", "media", "script", "other"}

// String is the kind's name.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "?"
}

// Reference is something that would be fetched to show the mail: an address that is neither in the mail (cid:) nor in itself (data:).
type Reference struct {
	URL  string // as written, resolved on the base element
	Kind Kind
	// Tracker says why it looks like a tracker, for people: "" = it does not.
	Tracker string
	// Width and Height as the attributes or the inline style give them, px; 0 = not given.
	Width, Height float64
	Node          *html.Node
}

// add lists a reference unless it needs no network.
func (w *walker) add(r Reference) {
	if !remote(r.URL) {
		return
	}
	key := refKey{r.URL, r.Kind}
	if w.seen[key] {
		return
	}
	if len(w.d.Remote) >= w.limits.References {
		return
	}
	w.seen[key] = true
	r.Tracker = tracker(r)
	w.d.Remote = append(w.d.Remote, r)
}

// remote tells what would go to a network or a disk from what is in the mail. Relative addresses have no base in a mail; they are listed, because
// whoever resolves them would fetch.
func remote(u string) bool {
	if u == "" || strings.HasPrefix(u, "#") {
		return false
	}
	i := strings.IndexAny(u, ":/?#")
	if i > 0 && u[i] == ':' {
		switch strings.ToLower(u[:i]) {
		case "cid", "mid", "data", "about":
			return false
		}
	}
	return true
}

// hosts of companies whose pictures report opens, by the end of the host name.
var hosts = []struct{ host, who string }{
	{"list-manage.com", "Mailchimp"}, {"mailchimp.com", "Mailchimp"}, {"mandrillapp.com", "Mandrill"}, {"sendgrid.net", "SendGrid"}, {"mailgun.org", "Mailgun"},
	{"sparkpostmail.com", "SparkPost"}, {"hubspotemail.net", "HubSpot"}, {"hubspot.com", "HubSpot"}, {"hs-sites.com", "HubSpot"}, {"exct.net", "Salesforce"}, {"exacttarget.com", "Salesforce"},
	{"pardot.com", "Salesforce"}, {"mktdns.com", "Marketo"}, {"mkto.com", "Marketo"}, {"constantcontact.com", "Constant Contact"}, {"rs6.net", "Constant Contact"},
	{"createsend.com", "Campaign Monitor"}, {"cmail19.com", "Campaign Monitor"}, {"cmail20.com", "Campaign Monitor"}, {"klaviyomail.com", "Klaviyo"}, {"trk.klaviyomail.com", "Klaviyo"},
	{"sendinblue.com", "Brevo"}, {"sibautomation.com", "Brevo"}, {"brevo.com", "Brevo"}, {"mailjet.com", "Mailjet"}, {"mjt.lu", "Mailjet"}, {"activehosted.com", "ActiveCampaign"}, {"emltrk.com", "Litmus"},
	{"litmus.com", "Litmus"}, {"doubleclick.net", "Google"}, {"google-analytics.com", "Google"}, {"googletagmanager.com", "Google"}, {"facebook.com", "Facebook"}, {"liadm.com", "LiveIntent"},
	{"bananatag.com", "Bananatag"}, {"yesware.com", "Yesware"}, {"mailtrack.io", "Mailtrack"}, {"mailfoogae.appspot.com", "Streak"}, {"getnotify.com", "GetNotify"}, {"readnotify.com", "ReadNotify"},
	{"superhuman.com", "Superhuman"}, {"mixmax.com", "Mixmax"}, {"cirrusinsight.com", "Cirrus Insight"}, {"toutapp.com", "Marketo"}, {"customeriomail.com", "Customer.io"}, {"track.customer.io", "Customer.io"},
	{"intercom-mail.com", "Intercom"}, {"braze.com", "Braze"}, {"iterable.com", "Iterable"}, {"responsys.net", "Oracle"}, {"eloqua.com", "Oracle"}, {"bronto.com", "Oracle"}, {"returnpath.net", "Validity"},
	{"sailthru.com", "Sailthru"}, {"emarsys.net", "Emarsys"}, {"postmarkapp.com", "Postmark"}, {"pstmrk.it", "Postmark"}, {"awstrack.me", "Amazon SES"}, {"mailstat.us", "Boomerang"}, {"dmdelivery.com", "Spotler"},
	{"xing.com", "XING"}, {"demdex.net", "Adobe"}, {"omtrdc.net", "Adobe"}, {"campaign.adobe.com", "Adobe"}, {"inxmail.com", "Inxmail"}, {"cleverreach.com", "CleverReach"},
}

// openPaths are pieces of paths that such services use for open reports.
var openPaths = []string{"/track/open", "/trk/open", "/wf/open", "/open.aspx", "/open.php", "/open/log", "/e/o/", "/o.gif", "/open.gif", "/pixel", "/beacon", "/imp?", "/e3t/cto/", "/cto/", "/__imp", "/t.gif", "/p.gif", "/spacer.gif?", "/blank.gif?", "/1x1", "/track.php", "/tracking/", "/emimp/", "/ea/o/", "/q/", "/mpss/o/", "/ss/o/", "/gp/r.html", "/read-receipt", "/email_open", "/emailopen"}

// tracker says why a reference looks like a tracker.
func tracker(r Reference) string {
	switch r.Kind {
	case Image, Background:
	default:
		return ""
	}
	small := func(v float64) bool { return v > 0 && v <= 3 }
	if small(r.Width) && small(r.Height) || r.Kind == Image && (small(r.Width) && r.Width <= 1 && r.Height == 0 || small(r.Height) && r.Height <= 1 && r.Width == 0) || r.Kind == Image && hidden(r.Node) {
		return "Invisible picture"
	}
	u, err := url.Parse(r.URL)
	if err != nil {
		return ""
	}
	host := strings.ToLower(u.Hostname())
	rest := strings.ToLower(u.Path)
	if u.RawQuery != "" {
		rest += "?" + strings.ToLower(u.RawQuery)
	}
	opens := false
	for _, p := range openPaths {
		if strings.Contains(rest, p) {
			opens = true
			break
		}
	}
	ending := pictureEnding(u.Path)
	for _, h := range hosts {
		if (host == h.host || strings.HasSuffix(host, "."+h.host)) && (opens || !ending) {
			return "Reports opening to " + h.who
		}
	}
	if opens && unique(u) {
		return "Reports opening"
	}
	if !ending && unique(u) {
		return "Address made for one recipient"
	}
	return ""
}

// hidden by the inline style: a picture that nobody sees has another purpose.
func hidden(n *html.Node) bool {
	if n == nil {
		return false
	}
	for _, a := range n.Attr {
		if a.Key == "style" {
			s := strings.ReplaceAll(strings.ToLower(a.Val), " ", "")
			if strings.Contains(s, "display:none") || strings.Contains(s, "visibility:hidden") || strings.Contains(s, "opacity:0;") {
				return true
			}
		}
	}
	return false
}

func pictureEnding(path string) bool {
	path = strings.ToLower(path)
	for _, e := range []string{".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg", ".bmp"} {
		if strings.HasSuffix(path, e) {
			return true
		}
	}
	return false
}

// unique tells an address with something in it that names one recipient: an e-mail address, or a long token of letters and digits.
func unique(u *url.URL) bool {
	if strings.Contains(u.RawQuery, "@") || strings.Contains(u.RawQuery, "%40") {
		return true
	}
	run := func(s string) bool {
		letters, digits, n := 0, 0, 0
		for i := 0; i <= len(s); i++ {
			if i < len(s) {
				c := s[i]
				switch {
				case c >= '0' && c <= '9':
					digits++
					n++
					continue
				case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
					letters++
					n++
					continue
				case c == '-' || c == '_' || c == '=' || c == '~':
					n++
					continue
				}
			}
			if n >= 20 && digits >= 4 && letters >= 4 || digits >= 16 {
				return true
			}
			letters, digits, n = 0, 0, 0
		}
		return false
	}
	return run(u.RawQuery) || run(u.Path)
}
