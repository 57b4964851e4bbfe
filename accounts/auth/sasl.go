package auth

import (
	"strings"
	"unicode/utf8"

	"github.com/emersion/go-sasl"

	"github.com/postrider/postrider/accounts/fault"
)

// The mechanisms that Choose knows, best first: for tokens, then for passwords. SCRAM proves the server too and never sends the
// password; PLAIN is as safe inside verified TLS and much more widely right than the rest; CRAM-MD5 is last because servers that
// offer it often cannot check it (their passwords are hashed).
const (
	OAuthBearer = "OAUTHBEARER"   // RFC 7628
	XOAuth2     = "XOAUTH2"       // Google's and Microsoft's own, older
	ScramSHA256 = "SCRAM-SHA-256" // RFC 7677
	ScramSHA1   = "SCRAM-SHA-1"   // RFC 5802
	Plain       = "PLAIN"         // RFC 4616
	Login       = "LOGIN"         // draft-murchison-sasl-login
	CramMD5     = "CRAM-MD5"      // RFC 2195
)

// Choose picks the best mechanism that the server offers for c and starts it. Offered are the mechanisms' names as the server
// announced them after TLS, in any case. The caller guarantees that the connection is TLS with a verified certificate.
//
// An error is fault.Auth with Code "no-mechanism" that says what the server offers; fault.Auth "bad-secret" when c cannot be
// carried by any mechanism (it contains NUL).
//
// After the server said yes the caller asks [Proven]; after a no, [Reason] may know more than the server's text.
func Choose(offered []string, c Credential) (sasl.Client, error) {
	if strings.ContainsRune(c.User, 0) || strings.ContainsRune(c.Password, 0) || strings.ContainsAny(c.Token, "\x00\x01\r\n") {
		return nil, &fault.Error{Kind: fault.Auth, Code: "bad-secret", Op: "sign in", Title: "The user name or password contains a character that cannot be sent",
			Detail: "It was probably pasted along with them. Type them again."}
	}
	has := make(map[string]bool, len(offered))
	for _, m := range offered {
		has[strings.ToUpper(strings.TrimSpace(m))] = true
	}
	if c.Token != "" {
		switch {
		case has[OAuthBearer]:
			return &bearer{name: OAuthBearer, cred: c}, nil
		case has[XOAuth2]:
			return &bearer{name: XOAuth2, cred: c}, nil
		}
		return nil, noMechanism(offered, c)
	}
	switch {
	case has[ScramSHA256] && utf8.ValidString(c.User+c.Password):
		return newScram(ScramSHA256, c)
	case has[ScramSHA1] && utf8.ValidString(c.User+c.Password):
		return newScram(ScramSHA1, c)
	case has[Plain]:
		return &plain{c}, nil
	case has[Login]:
		return &login{cred: c}, nil
	case has[CramMD5]:
		return &cramMD5{cred: c}, nil
	}
	return nil, noMechanism(offered, c)
}

// Proven reports whether the server proved that it knows the password, where c's mechanism lets it (SCRAM); true for every
// other mechanism. A server that accepts a SCRAM client without proof is not the one the password was set at.
func Proven(c sasl.Client) bool {
	if s, ok := c.(*scramClient); ok {
		return s.proven()
	}
	return true
}

// Reason returns what the server said in a challenge before it refused: the "status" and "scope" of the JSON error of an OAuth
// mechanism (RFC 7628 section 3.2.2), "" where there was none.
func Reason(c sasl.Client) string {
	if b, ok := c.(*bearer); ok {
		return b.reason
	}
	return ""
}

func noMechanism(offered []string, c Credential) error {
	e := &fault.Error{Kind: fault.Auth, Code: "no-mechanism", Op: "sign in", Title: "The server offers no way to sign in that Postrider can use"}
	var words []string
	seen := map[string]bool{}
	for _, m := range offered {
		m = strings.ToUpper(strings.TrimSpace(m))
		w, known := mechanismWords[m]
		if !known {
			w = tidyMechanism(m)
		}
		if w != "" && !seen[w] && len(words) < 8 {
			seen[w] = true
			words = append(words, w)
		}
	}
	switch {
	case len(words) == 0:
		e.Detail = "It offers none at all on this port. Another port or kind of encryption may be right."
	case c.Token != "":
		e.Detail = "It does not take the browser sign-in. It offers: " + join(words) + ". Choose to sign in with a password if the provider gave you one."
	case seen[mechanismWords[OAuthBearer]]:
		e.Detail = "It takes no passwords. It offers: " + join(words) + "."
		e.Action = fault.ActSignIn
	default:
		e.Detail = "It offers: " + join(words) + "."
	}
	return e
}

var mechanismWords = map[string]string{
	OAuthBearer: "sign-in with the browser (OAuth)", XOAuth2: "sign-in with the browser (OAuth)",
	ScramSHA256: "password (SCRAM-SHA-256)", ScramSHA1: "password (SCRAM-SHA-1)", Plain: "password (PLAIN)", Login: "password (LOGIN)",
	CramMD5: "password (CRAM-MD5)", "DIGEST-MD5": "password (DIGEST-MD5)", "APOP": "password (APOP)", "NTLM": "a Windows domain log-in (NTLM)",
	"GSSAPI": "a Kerberos ticket (GSSAPI)", "GSS-SPNEGO": "a Kerberos ticket (GSS-SPNEGO)", "EXTERNAL": "a client certificate (EXTERNAL)",
	"ANONYMOUS": "no password at all (ANONYMOUS)",
}

// tidyMechanism keeps what a mechanism's name may hold (RFC 4422 section 3.1), so that nothing of a server's making gets into the words.
func tidyMechanism(m string) string {
	m = strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' {
			return r
		}
		return -1
	}, m)
	return m[:min(len(m), 20)]
}

func join(w []string) string {
	if len(w) == 1 {
		return w[0]
	}
	return strings.Join(w[:len(w)-1], ", ") + " and " + w[len(w)-1]
}
