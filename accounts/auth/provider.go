package auth

import "strings"

// provider is what Refusal knows of a provider: names and pages for the words it chooses. Servers and ports are in the provider table
// of the assets, not here.
type provider struct {
	id, name    string
	hosts       []string // suffixes of its servers' names
	words       []string // phrases only its servers say, lower case
	sites       []string // domains of its help pages
	appPassword string   // page where app passwords are made or explained, "" = it has none
	always      bool     // it takes nothing but app passwords
	enable      string   // page that says how IMAP, POP3 or SMTP is switched on
	page        string   // where a stopped sign-in is confirmed
}

var providers = []provider{
	{id: "google", name: "Google", hosts: []string{"gmail.com", "googlemail.com", "google.com"}, words: []string{"gsmtp", "support.google.com"},
		sites: []string{"google.com"}, appPassword: "https://support.google.com/accounts/answer/185833", always: true,
		enable: "https://support.google.com/mail/answer/7126229", page: "https://support.google.com/mail/answer/7126229"},
	{id: "microsoft", name: "Microsoft", hosts: []string{"outlook.com", "office365.com", "hotmail.com", "live.com", "office.com"},
		words: []string{"prod.outlook.com", "basicauthblocked"}, sites: []string{"microsoft.com", "aka.ms", "outlook.com"},
		enable: "https://support.microsoft.com/office/d088b986-291d-42b8-9564-9c414e2aa040", page: "https://account.microsoft.com/"},
	{id: "yahoo", name: "Yahoo", hosts: []string{"yahoo.com", "yahoo.co.jp", "yahoodns.net"}, sites: []string{"yahoo.com"},
		appPassword: "https://help.yahoo.com/kb/SLN15241.html", always: true, page: "https://login.yahoo.com/"},
	{id: "aol", name: "AOL", hosts: []string{"aol.com"}, sites: []string{"aol.com"},
		appPassword: "https://help.aol.com/articles/Create-and-manage-app-password", always: true, page: "https://login.aol.com/"},
	{id: "icloud", name: "Apple", hosts: []string{"mail.me.com", "icloud.com"}, sites: []string{"apple.com"},
		appPassword: "https://support.apple.com/en-us/102654", always: true},
	{id: "fastmail", name: "Fastmail", hosts: []string{"fastmail.com", "messagingengine.com"}, sites: []string{"fastmail.help", "fastmail.com"},
		appPassword: "https://www.fastmail.help/hc/en-us/articles/360058752854", always: true},
	{id: "gmx", name: "GMX", hosts: []string{"gmx.net", "gmx.com", "gmx.de", "gmx.at", "gmx.ch"}, sites: []string{"gmx.com", "gmx.net"},
		enable: "https://support.gmx.com/pop-imap/toggle.html"},
	{id: "webde", name: "WEB.DE", hosts: []string{"web.de"}, sites: []string{"web.de"}, enable: "https://hilfe.web.de/pop-imap/einschalten.html"},
	{id: "zoho", name: "Zoho", hosts: []string{"zoho.com", "zoho.eu", "zoho.in"}, sites: []string{"zoho.com"}, enable: "https://www.zoho.com/mail/help/imap-access.html"},
	{id: "yandex", name: "Yandex", hosts: []string{"yandex.com", "yandex.ru"}, sites: []string{"yandex.com"},
		appPassword: "https://yandex.com/support/mail/mail-clients/others.html", always: true, enable: "https://yandex.com/support/mail/mail-clients/others.html"},
	{id: "comcast", name: "Xfinity", hosts: []string{"comcast.net"}, sites: []string{"xfinity.com", "comcast.net"},
		enable: "https://www.xfinity.com/support/articles/third-party-email-access"},
}

// providerOf returns the provider of a server, by its name or by words that only its servers say; the zero provider when unknown.
func providerOf(host, low string) provider {
	for _, p := range providers {
		for _, h := range p.hosts {
			if host == h || strings.HasSuffix(host, "."+h) {
				return p
			}
		}
	}
	for _, p := range providers {
		for _, w := range p.words {
			if strings.Contains(low, w) {
				return p
			}
		}
	}
	return provider{}
}

func (p provider) nameOr(s string) string {
	if p.name == "" {
		return s
	}
	return p.name
}
