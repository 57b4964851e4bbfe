package auth

import (
	"strings"
	"testing"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
)

func TestRefusal(t *testing.T) {
	for _, c := range []struct {
		service          mail.Protocol
		host, text, code string
		kind             fault.Kind
		want             string
	}{
		{mail.IMAP, "imap.fjordlight.example", "[AUTHENTICATIONFAILED] Authentication failed.", "AUTHENTICATIONFAILED", fault.Auth, CodeBadPassword},
		{mail.IMAP, "imap.fjordlight.example", "[AUTHENTICATIONFAILED] Authentication failed.", "", fault.Auth, CodeBadPassword},
		{mail.IMAP, "imap.gmail.com", "[ALERT] Application-specific password required: https://support.google.com/accounts/answer/185833 (Failure)", "ALERT", fault.Auth, CodeAppPassword},
		{mail.IMAP, "imap.gmail.com", "[AUTHENTICATIONFAILED] Invalid credentials (Failure)", "AUTHENTICATIONFAILED", fault.Auth, CodeAppPassword},
		{mail.IMAP, "imap.gmail.com", "[ALERT] Please log in via your web browser: https://support.google.com/mail/accounts/answer/78754 (Failure)", "ALERT", fault.Auth, CodeBrowser},
		{mail.IMAP, "imap.gmail.com", "Web login required.", "WEBALERT https://accounts.google.com/signin/continue", fault.Auth, CodeBrowser},
		{mail.SMTP, "smtp.gmail.com", "5.7.9 Application-specific password required. For more information, go to 5.7.9 https://support.google.com/mail/?p=InvalidSecondFactor", "534 5.7.9", fault.Auth, CodeAppPassword},
		{mail.SMTP, "smtp.gmail.com", "5.7.14 <https://accounts.google.com/signin/continue?sarp=1> Please log in via your web browser", "534 5.7.14", fault.Auth, CodeBrowser},
		{mail.SMTP, "mail.fjordlight.example", "5.7.8 Error: authentication failed:", "535 5.7.8", fault.Auth, CodeBadPassword},
		{mail.SMTP, "smtp.office365.com", "5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. Visit https://aka.ms/smtp_auth_disabled", "535 5.7.139", fault.Auth, CodeDisabled},
		{mail.SMTP, "smtp.office365.com", "5.7.139 Authentication unsuccessful, basic authentication is disabled.", "535 5.7.139", fault.Auth, CodeOAuthOnly},
		{mail.SMTP, "smtp.office365.com", "5.7.139 Authentication unsuccessful, the user credentials were incorrect.", "535 5.7.139", fault.Auth, CodeBadPassword},
		{mail.SMTP, "smtp.office365.com", "5.7.30 Basic authentication is not supported for Client Submission.", "550 5.7.30", fault.Auth, CodeOAuthOnly},
		{mail.IMAP, "outlook.office365.com", "LOGIN failed.", "", fault.Auth, CodeOAuthOnly},
		{mail.IMAP, "outlook.office365.com", "AUTHENTICATE failed. User is authenticated but not connected.", "", fault.Auth, CodeNotConnected},
		{mail.SMTP, "mail.fjordlight.example", "4.7.0 Temporary authentication failure: Connection lost to authentication server", "454 4.7.0", fault.Busy, CodeUnavailable},
		{mail.SMTP, "mail.fjordlight.example", "5.7.0 Authentication required", "530 5.7.0", fault.Auth, CodeMustSignIn},
		{mail.SMTP, "mail.fjordlight.example", "5.7.0 Must issue a STARTTLS command first", "530 5.7.0", fault.TLS, CodeNeedTLS},
		{mail.SMTP, "mail.fjordlight.example", "5.7.1 <x@y.example>: Relay access denied", "554 5.7.1", fault.Refused, CodeRelay},
		{mail.SMTP, "mail.fjordlight.example", "<foo>: Helo command rejected: need fully-qualified hostname", "504 5.5.2", fault.Refused, CodeHello},
		{mail.POP3, "pop.fjordlight.example", "[AUTH] Authentication failed.", "AUTH", fault.Auth, CodeBadPassword},
		{mail.POP3, "pop.fjordlight.example", "[SYS/TEMP] Temporary authentication failure.", "SYS/TEMP", fault.Busy, CodeUnavailable},
		{mail.POP3, "pop.fjordlight.example", "[SYS/PERM] Disk broken", "SYS/PERM", fault.Busy, CodeUnavailable},
		{mail.POP3, "pop.fjordlight.example", "[IN-USE] Mailbox is locked", "IN-USE", fault.Busy, CodeInUse},
		{mail.POP3, "pop.fjordlight.example", "[LOGIN-DELAY] minimum time between mail checks violation", "LOGIN-DELAY", fault.Busy, CodeTooMany},
		{mail.POP3, "pop.gmail.com", "[SYS/PERM] Your account is not enabled for POP access. Please visit your Gmail settings page", "SYS/PERM", fault.Auth, CodeDisabled},
		{mail.POP3, "pop.gmx.net", "POP3 is disabled for this account", "", fault.Auth, CodeDisabled},
		{mail.IMAP, "imap.zoho.com", "[ALERT] You are yet to enable IMAP for your account. Please contact your administrator (Failure)", "ALERT", fault.Auth, CodeDisabled},
		{mail.IMAP, "imap.fjordlight.example", "[UNAVAILABLE] Internal error occurred.", "UNAVAILABLE", fault.Busy, CodeUnavailable},
		{mail.IMAP, "imap.fjordlight.example", "[LIMIT] Maximum number of connections from user+IP exceeded", "LIMIT", fault.Busy, CodeTooMany},
		{mail.IMAP, "imap.gmail.com", "[ALERT] Too many simultaneous connections. (Failure)", "ALERT", fault.Busy, CodeTooMany},
		{mail.IMAP, "imap.fjordlight.example", "[EXPIRED] Password expired", "EXPIRED", fault.Auth, CodeExpired},
		{mail.IMAP, "imap.fjordlight.example", "[PRIVACYREQUIRED] Plaintext authentication disallowed", "PRIVACYREQUIRED", fault.TLS, CodeNeedTLS},
		{mail.IMAP, "imap.fjordlight.example", "[OVERQUOTA] Quota exceeded", "OVERQUOTA", fault.Quota, CodeOverQuota},
		{mail.IMAP, "imap.fjordlight.example", "", "LOGINDISABLED", fault.Auth, CodeNoPlain},
		{mail.IMAP, "outlook.office365.com", "AADSTS65001: The user or administrator has not consented", "", fault.Auth, CodeConsent},
		{mail.IMAP, "imap.gmail.com", "invalid_token 400", "", fault.Auth, CodeOAuthRefused},
	} {
		e := Refusal(c.service, c.host, c.text, c.code)
		if e.Kind != c.kind || e.Code != c.want {
			t.Errorf("%s %q %q: %s/%s, want %s/%s", c.service, c.text, c.code, e.Kind, e.Code, c.kind, c.want)
		}
		if e.Title == "" || e.Detail == "" || e.ServerText != oneLine(c.text) {
			t.Errorf("%q: words %q, %q, server %q", c.text, e.Title, e.Detail, e.ServerText)
		}
		if e.Kind == fault.Busy && e.RetryAfter == 0 {
			t.Errorf("%q: no time to wait", c.text)
		}
	}
}

func TestAlertIsShownWordForWord(t *testing.T) {
	e := Refusal(mail.IMAP, "imap.fjordlight.example", "[ALERT] Your mailbox moves tonight, call 555-0100", "ALERT")
	if !strings.Contains(e.Detail, "Your mailbox moves tonight, call 555-0100") {
		t.Errorf("detail %q", e.Detail)
	}
}

func TestPagesOfStrangersAreNotOpened(t *testing.T) {
	e := Refusal(mail.IMAP, "imap.fjordlight.example", "Application-specific password required: https://evil.example/login?x=google.com", "")
	if strings.Contains(e.URL, "evil") {
		t.Errorf("URL %q", e.URL)
	}
	if e := Refusal(mail.IMAP, "imap.gmail.com", "Please log in via your web browser https://accounts.google.com/signin/continue?sarp=1", ""); !strings.HasPrefix(e.URL, "https://accounts.google.com/") {
		t.Errorf("URL %q", e.URL)
	}
}

func FuzzRefusal(f *testing.F) {
	f.Add("[ALERT] x", "ALERT", "imap.gmail.com")
	f.Add("5.7.8 no", "535 5.7.8", "")
	f.Fuzz(func(t *testing.T, text, code, host string) {
		e := Refusal(mail.SMTP, host, text, code)
		if e == nil || e.Title == "" || len(e.ServerText) > 4000 || strings.ContainsAny(e.ServerText, "\r\n\x00") {
			t.Errorf("%+v", e)
		}
	})
}
