package smtp

import (
	"strings"

	"golang.org/x/net/idna"

	"github.com/postrider/postrider/accounts/fault"
)

// toASCII turns the domain into A-labels (RFC 5891); utf8 tells that the local part needs SMTPUTF8.
func toASCII(addr string) (out string, utf8 bool, err error) {
	if strings.ContainsFunc(addr, func(r rune) bool { return r < ' ' || r == 0x7f || r == '<' || r == '>' }) {
		return "", false, badAddress(addr)
	}
	at := strings.LastIndexByte(addr, '@')
	if at <= 0 || at == len(addr)-1 {
		return "", false, badAddress(addr)
	}
	local, domain := addr[:at], addr[at+1:]
	for i := range len(local) {
		utf8 = utf8 || local[i] >= 0x80
	}
	if strings.Contains(local, " ") && !strings.HasPrefix(local, `"`) {
		return "", false, badAddress(addr)
	}
	ascii := true
	for i := range len(domain) {
		ascii = ascii && domain[i] < 0x80
	}
	if !ascii {
		if domain, err = idna.Lookup.ToASCII(domain); err != nil {
			return "", false, badAddress(addr)
		}
	} else if strings.ContainsAny(domain, " \t") {
		return "", false, badAddress(addr)
	}
	return local + "@" + domain, utf8, nil
}

func badAddress(addr string) error {
	return &fault.Error{Kind: fault.Refused, Code: "bad-address", Op: "send", Title: "“" + clean(addr) + "” is not an e-mail address", Detail: "Check it for typing errors."}
}

// xtext encodes for ENVID and ORCPT (RFC 3461 section 4).
func xtext(s string) string {
	const hexDigits = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; c < 33 || c > 126 || c == '+' || c == '=' {
			b.Write([]byte{'+', hexDigits[c>>4], hexDigits[c&15]})
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}
