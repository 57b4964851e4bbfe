package auth

import (
	"strings"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
)

// Codes of the faults that [Refusal] returns; package fault's Code is a plain string so that views can switch on it.
const (
	CodeBadPassword   = "bad-password"
	CodeAppPassword   = "app-password"
	CodeBrowser       = "browser"        // the provider wants the person in the browser first
	CodeOAuthOnly     = "oauth-only"     // the provider takes no passwords
	CodeOAuthRefused  = "oauth-refused"  // a token was refused
	CodeConsent       = "admin-consent"  // an administrator must approve the program
	CodeDisabled      = "disabled"       // the protocol is switched off for this mailbox
	CodeExpired       = "expired"        // the password has expired
	CodeNoPlain       = "login-disabled" // the server offers no way to sign in on this connection
	CodeNeedTLS       = "need-tls"
	CodeTooMany       = "too-many"
	CodeInUse         = "in-use"
	CodeUnavailable   = "unavailable"
	CodeOverQuota     = "over-quota"
	CodeNotConnected  = "not-connected"  // Microsoft: signed in, no mailbox behind it
	CodeMustSignIn    = "must-sign-in"   // SMTP 530
	CodeRelay         = "relay-denied"   // SMTP 550: the sender address is not this account's
	CodeHello         = "hello-rejected" // SMTP: the name given in EHLO
	CodeWrongProtocol = "wrong-protocol"
	CodeNoPermission  = "no-permission"
)

// Refusal says what it means that a server refused us. serverText is the server's line without its tag or status ("[AUTHENTICATIONFAILED]
// Invalid credentials"); code is what stands out of it: an IMAP or POP3 response code without brackets (RFC 5530, RFC 2449,
// RFC 3206), or SMTP's reply code with its enhanced code ("535 5.7.8"). Either may be "". The service's host chooses the words and
// pages of providers that are known. The server's own words are kept in ServerText, and an [ALERT] is also put into Detail word for
// word. Never nil; what is not recognised is fault.Auth with CodeBadPassword, since a refused sign-in is most often just that.
func Refusal(service mail.Protocol, host, serverText, code string) *fault.Error {
	t := said{service: service, host: strings.ToLower(host), raw: oneLine(serverText), code: strings.ToUpper(strings.TrimSpace(code))}
	if t.code == "" {
		t.code, _ = bracket(t.raw)
	}
	t.low = strings.ToLower(t.raw)
	t.from = providerOf(t.host, t.low)
	var e *fault.Error
	for _, r := range refusals {
		if r.when(t) {
			e = r.say(t)
			break
		}
	}
	if e == nil {
		e = badPassword(t)
	}
	e.Op = "sign in"
	e.ServerText = t.raw
	if words, ok := alert(t.raw, t.code); ok && !strings.Contains(e.Detail, words) {
		e.Detail = strings.TrimSpace(e.Detail + " The server says: “" + words + "”")
	}
	return e
}

// said is what a server said, prepared for matching.
type said struct {
	service  mail.Protocol
	host     string
	raw, low string // on one line, bounded; low in lower case
	code     string // upper case
	from     provider
}

// has reports whether the text holds any of the phrases (lower case).
func (t said) has(phrases ...string) bool {
	for _, p := range phrases {
		if strings.Contains(t.low, p) {
			return true
		}
	}
	return false
}

// is reports whether the code is, or begins with, any of codes: "535" matches "535 5.7.8".
func (t said) is(codes ...string) bool {
	for _, c := range codes {
		if t.code == c || strings.HasPrefix(t.code, c+" ") {
			return true
		}
	}
	return false
}

// enhanced reports whether the enhanced status code (RFC 3463) is one of codes, in code or in the text.
func (t said) enhanced(codes ...string) bool {
	for _, c := range codes {
		if strings.HasSuffix(t.code, " "+c) || t.code == c || strings.HasPrefix(t.low, c+" ") || strings.Contains(t.low, " "+c+" ") {
			return true
		}
	}
	return false
}

// protocol is the service's name for people.
func (t said) protocol() string {
	switch t.service {
	case mail.POP3:
		return "POP3"
	case mail.SMTP:
		return "sending by SMTP"
	default:
		return "IMAP"
	}
}

// refusal is a row of the table: the first row whose when holds speaks.
type refusal struct {
	when func(said) bool
	say  func(said) *fault.Error
}

// refusals is ordered from the particular to the general: a provider's own words before the standard codes, and what is not about the
// password at all before what is.
var refusals = []refusal{
	{ // Google: normal password with two-step verification, or any password since 2022
		func(t said) bool {
			return t.has("application-specific password", "app-specific password", "app password", "185833", "application password") || t.enhanced("5.7.9") && t.is("534")
		}, appPassword},
	{ // Google wants the person to look first
		func(t said) bool {
			return t.has("via your web browser", "web login required", "answer/78754", "continue?sarp=") || t.is("WEBALERT") || strings.HasPrefix(t.code, "WEBALERT") || t.enhanced("5.7.14")
		},
		func(t said) *fault.Error {
			e := fault.New(fault.Auth, CodeBrowser, t.from.nameOr("The provider")+" stopped this sign-in",
				"It wants to see you in the browser first: sign in on its web site, confirm that it was you, then try again.")
			e.Action, e.URL = fault.ActOpenPage, firstURL(t.raw, t.from.page)
			return e
		}},
	{ // Microsoft: SMTP AUTH switched off for the organisation
		func(t said) bool { return t.has("smtpclientauthentication is disabled", "smtp_auth_disabled") },
		func(t said) *fault.Error {
			e := fault.New(fault.Auth, CodeDisabled, "Sending by SMTP is switched off",
				"Your organisation has switched it off for this mailbox. Its administrator can switch “Authenticated SMTP” on.")
			e.Action, e.URL = fault.ActOpenPage, "https://aka.ms/smtp_auth_disabled"
			return e
		}},
	{ // Microsoft: passwords are not taken any more
		func(t said) bool {
			return t.has("basicauthblocked", "basic authentication is disabled", "basic authentication is not supported", "basic auth") ||
				t.enhanced("5.7.139") && !t.has("user credentials were incorrect", "incorrect") || t.enhanced("5.7.30") && t.is("550") ||
				t.from.id == "microsoft" && t.service != mail.SMTP && strings.HasPrefix(t.low, "login failed")
		},
		func(t said) *fault.Error {
			return fault.New(fault.Auth, CodeOAuthOnly, t.from.nameOr("This provider")+" takes no passwords from mail programs",
				"Sign in with the browser instead: choose “Sign in again”.")
		}},
	{
		func(t said) bool { return t.has("authenticated but not connected") },
		func(t said) *fault.Error {
			return fault.New(fault.Auth, CodeNotConnected, "You are signed in, but there is no mailbox behind it",
				"IMAP or POP3 may be switched off for this mailbox, the address may be an alias of another one, or the browser was signed in to another account.")
		}},
	{
		func(t said) bool { return t.has("aadsts65001", "aadsts90094", "consent_required", "admin consent") },
		func(t said) *fault.Error {
			return fault.New(fault.Auth, CodeConsent, "Your organisation must approve Postrider first",
				"Ask its administrator to allow this program for your mailbox, then sign in again.")
		}},
	{
		func(t said) bool { return t.has("aadsts50020", "aadsts700016") },
		func(t said) *fault.Error {
			return fault.New(fault.Auth, CodeOAuthRefused, "That is another kind of account",
				"The account chosen in the browser is not of the organisation that owns this mailbox. Sign in again and choose the right one.")
		}},
	{ // switched off at the provider
		func(t said) bool {
			return t.has("not enabled for imap", "imap access is disabled", "imap is disabled", "imap disabled", "imap access disabled", "enable imap", "imap4 is disabled",
				"pop access is disabled", "pop3 is disabled", "pop is disabled", "pop access disabled", "enable pop", "not enabled for pop", "account is not enabled for", "pop3 disabled",
				"mail clients access", "you are yet to enable imap", "yet to enable", "protocol disabled", "access to this service is disabled", "smtp is disabled")
		},
		func(t said) *fault.Error {
			what := t.protocol()
			title := strings.ToUpper(what[:1]) + what[1:] + " is switched off at " + t.from.nameOr("your provider")
			e := fault.New(fault.Auth, CodeDisabled, title, "Switch it on in the mail settings on the provider's web site, then try again.")
			if u := firstURL(t.raw, t.from.enable); u != "" {
				e.Action, e.URL = fault.ActOpenPage, u
			}
			return e
		}},
	{
		func(t said) bool {
			return t.is("PRIVACYREQUIRED") || t.enhanced("5.7.11") || t.is("538") || t.has("must issue a starttls", "plaintext authentication disallowed", "encryption required", "tls required")
		},
		func(t said) *fault.Error {
			return fault.New(fault.TLS, CodeNeedTLS, "The server wants an encrypted connection first",
				"Choose TLS, or STARTTLS, for this server. Your password was not accepted in the clear.")
		}},
	{
		func(t said) bool {
			return t.is("EXPIRED") || t.enhanced("4.7.12", "5.7.12") || t.has("password has expired", "password expired", "passphrase has expired")
		},
		func(t said) *fault.Error {
			e := fault.New(fault.Auth, CodeExpired, "Your password has expired", "Choose a new one on the provider's web site, then enter it here.")
			return e
		}},
	{
		func(t said) bool {
			return t.is("OVERQUOTA") || t.enhanced("5.2.2", "4.2.2") || t.has("over quota", "quota exceeded", "mailbox is full", "mailbox full", "overquota")
		},
		func(t said) *fault.Error {
			return fault.New(fault.Quota, CodeOverQuota, "The mailbox on the server is full",
				"Remove large or old messages there, or ask the provider for more room. What is here stays here.")
		}},
	{ // do not try again: every further try prolongs the ban
		func(t said) bool {
			return t.is("LIMIT", "LOGIN-DELAY") || t.enhanced("4.7.28") || t.has("too many bad auth", "too many login", "too many failed", "too many auth", "too many invalid", "rate limit", "ratelimit",
				"temporarily blocked", "too many connections", "too many simultaneous", "maximum number of connections", "throttl", "login-delay", "try again in")
		},
		func(t said) *fault.Error {
			e := fault.New(fault.Busy, CodeTooMany, "The server asks to wait", "There were too many attempts or connections. Postrider waits for a while and then tries again by itself; trying sooner makes the wait longer.")
			e.RetryAfter = 20 * time.Minute
			switch {
			case t.is("LOGIN-DELAY"):
				e.Detail, e.RetryAfter = "It allows a sign-in only every few minutes.", 10*time.Minute
			case t.has("connections", "simultaneous"):
				e.Detail, e.RetryAfter = "Too many programs are connected to this mailbox at the same time.", 2*time.Minute
			}
			return e
		}},
	{
		func(t said) bool {
			return t.is("INUSE", "IN-USE") || t.has("mailbox is locked", "maildrop already locked", "already locked", "lock busy", "mailbox in use")
		},
		func(t said) *fault.Error {
			e := fault.New(fault.Busy, CodeInUse, "Another program uses this mailbox right now", "Postrider tries again by itself.")
			e.RetryAfter = time.Minute
			return e
		}},
	{ // not our fault and not the password's
		func(t said) bool {
			return t.is("UNAVAILABLE", "SERVERBUG", "CONTACTADMIN", "SYS/TEMP", "SYS/PERM", "SYS", "421", "451", "432", "450") || t.is("454") ||
				strings.HasPrefix(t.code, "SYS/") || t.has("internal error", "internal server error", "temporary authentication failure", "temporary failure", "temporarily unavailable", "service unavailable", "service not available", "server error", "backend error")
		},
		func(t said) *fault.Error {
			e := fault.New(fault.Busy, CodeUnavailable, "The server has trouble of its own", "It is not your password. Postrider tries again by itself.")
			e.RetryAfter = 2 * time.Minute
			if t.is("CONTACTADMIN", "SYS/PERM") {
				e.Detail, e.RetryAfter = "It is not your password. The provider must look after it: tell its support what the server says.", 30*time.Minute
			}
			return e
		}},
	{
		func(t said) bool {
			return t.service == mail.SMTP && (t.is("530") || t.enhanced("5.7.0") && t.has("authentication required", "must authenticate"))
		},
		func(t said) *fault.Error {
			return fault.New(fault.Auth, CodeMustSignIn, "The server wants you to sign in before sending", "Enter the user name and password for the outgoing server.")
		}},
	{
		func(t said) bool {
			return t.service == mail.SMTP && t.is("550", "551", "553", "554") && (t.has("relay", "not owned by user", "sender address rejected", "not permitted to send", "sendasdenied") || t.enhanced("5.7.60"))
		},
		func(t said) *fault.Error {
			return fault.New(fault.Refused, CodeRelay, "The server does not send for this address", "The sender's address is not one of this account, or signing in is switched off for the outgoing server.")
		}},
	{
		func(t said) bool {
			return t.service == mail.SMTP && t.has("helo command rejected", "ehlo command rejected", "invalid helo", "invalid ehlo", "helo name")
		},
		func(t said) *fault.Error {
			return fault.New(fault.Refused, CodeHello, "The server did not accept this computer's greeting", "Try another port, or ask the provider.")
		}},
	{
		func(t said) bool {
			return t.is("LOGINDISABLED") || t.has("logindisabled", "login is disabled", "no supported auth", "mechanism not supported", "unrecognized authentication type", "unsupported authentication") || t.is("504")
		},
		func(t said) *fault.Error {
			return fault.New(fault.Auth, CodeNoPlain, "The server offers no way to sign in with a password", "It may want the browser sign-in, or another port or security setting.")
		}},
	{
		func(t said) bool {
			return t.is("NOPERM", "AUTHORIZATIONFAILED", "PERM") || t.has("account is disabled", "account disabled", "account has been disabled", "user is disabled", "account is locked", "account suspended", "has been suspended")
		},
		func(t said) *fault.Error {
			return fault.New(fault.Auth, CodeNoPermission, "The server does not let this account in", "The account may be locked or switched off. Check that you can sign in on the provider's web site.")
		}},
	{ // OAuth: the token was refused
		func(t said) bool {
			return t.has("invalid_token", "invalid token", "oauth", "invalid_grant", "bearer", "\"status\":\"400\"", "\"status\":\"401\"", "expired token")
		},
		func(t said) *fault.Error {
			return fault.New(fault.Auth, CodeOAuthRefused, "The sign-in has expired or was withdrawn", "Sign in with the browser again. Make sure that it is signed in to the account with this address.")
		}},
	{ // the standard wrong password where the provider takes only app passwords
		func(t said) bool { return t.from.appPassword != "" && t.from.always }, appPassword},
}

func appPassword(t said) *fault.Error {
	e := fault.New(fault.Auth, CodeAppPassword, t.from.nameOr("Your provider")+" wants an app password",
		"Your usual password is not taken by mail programs. Make an app password on the provider's web site and enter it here instead.")
	e.Action, e.URL = fault.ActAppPassword, firstURL(t.raw, "")
	if t.from.appPassword != "" {
		e.URL = t.from.appPassword
	}
	return e
}

func badPassword(t said) *fault.Error {
	d := "Check both, and that you can sign in on the provider's web site. Capital letters matter."
	if t.from.id != "" && t.from.enable != "" {
		d = t.from.name + " may also need " + t.protocol() + " to be switched on in its settings first. " + d
	}
	e := fault.New(fault.Auth, CodeBadPassword, "The user name or password was not accepted", d)
	if t.from.enable != "" {
		e.URL = t.from.enable
	}
	return e
}

// bracket returns the response code at the start of s ("[AUTH] bad" gives "AUTH") and what follows it.
func bracket(s string) (code, rest string) {
	if !strings.HasPrefix(s, "[") {
		return "", s
	}
	in, rest, ok := strings.Cut(s[1:], "]")
	if !ok {
		return "", s
	}
	return strings.ToUpper(in), strings.TrimSpace(rest)
}

// alert returns the words of an ALERT (RFC 9051 section 7.1: they must be shown).
func alert(raw, code string) (string, bool) {
	in, rest := bracket(raw)
	if in == "ALERT" {
		return rest, rest != ""
	}
	return raw, code == "ALERT" && raw != ""
}

// oneLine joins lines, drops control characters and bounds s to 1,000 bytes.
func oneLine(s string) string {
	if len(s) > 1000 {
		s = s[:1000]
	}
	s = strings.ToValidUTF8(s, "�")
	s = strings.Map(func(r rune) rune {
		if r < 32 || r == 127 {
			return ' '
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

// firstURL returns the first https address of the text, if it is one of a provider that is known here, else def: a page that a
// hostile server names is not opened.
func firstURL(raw, def string) string {
	for _, w := range strings.FieldsFunc(raw, func(r rune) bool {
		return r == ' ' || r == '<' || r == '>' || r == '"' || r == '(' || r == ')' || r == ']' || r == '['
	}) {
		rest, ok := strings.CutPrefix(w, "https://")
		if !ok {
			continue
		}
		h, _, _ := strings.Cut(rest, "/")
		if strings.Trim(strings.ToLower(h), "abcdefghijklmnopqrstuvwxyz0123456789.-") != "" {
			continue // "@", "\\" and the like: a browser may see another host there
		}
		for _, p := range providers {
			for _, d := range p.sites {
				if h == d || strings.HasSuffix(h, "."+d) {
					return w
				}
			}
		}
	}
	return def
}
