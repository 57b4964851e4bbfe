package rfc822

import (
	"net/netip"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
)

// ParseAddressList reads what a person typed or pasted: addresses with or without names, separated by commas,
// semicolons or line ends. It returns all addresses that can be used; the error (fault.Usage, "bad-address") names the
// first that cannot.
func ParseAddressList(s string) ([]mail.Address, error) {
	if len(s) > MaxHeader {
		s = s[:MaxHeader]
	}
	s = separateLines(s)
	var bad error
	var out []mail.Address
	for _, a := range DecodeAddresses([]byte(s), "") {
		if err := CheckAddress(a.Addr); err != nil {
			if bad == nil {
				bad = badAddress(a, err)
			}
			continue
		}
		out = append(out, a)
	}
	return out, bad
}

// separateLines makes line ends separators, except those of folding.
func separateLines(s string) string {
	if !strings.ContainsAny(s, "\r\n") {
		return s
	}
	lines := strings.FieldsFunc(s, func(r rune) bool { return r == '\n' || r == '\r' })
	var b strings.Builder
	for i, l := range lines {
		if i > 0 && l[0] != ' ' && l[0] != '\t' && !strings.HasSuffix(strings.TrimRight(lines[i-1], " \t"), ",") {
			b.WriteByte(',')
		}
		b.WriteString(l)
	}
	return b.String()
}

func badAddress(a mail.Address, cause error) error {
	shown := a.Addr
	if shown == "" {
		shown = a.Name
	}
	e := fault.New(fault.Usage, "bad-address", "“"+shorten(shown, 80)+"” is not an email address", cause.Error())
	e.Action = fault.ActEdit
	return e
}

func shorten(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n-1]) + "…"
}

// addrFlaw says what is wrong with an address, for people.
type addrFlaw string

func (f addrFlaw) Error() string { return string(f) }

const (
	flawAt     addrFlaw = "It needs a name, an @ sign and a domain, like ada@example.com."
	flawLocal  addrFlaw = "There is something in front of the @ sign that no mail server takes."
	flawDomain addrFlaw = "What follows the @ sign is not the name of a server."
	flawLong   addrFlaw = "It is too long for a mail server."
)

// CheckAddress reports why addr cannot be written to, nil where it can: local part of RFC 5321 section 4.1.2 (with
// UTF-8, RFC 6531), a domain name of at least two labels or an address literal. The error is a sentence for people.
func CheckAddress(addr string) error {
	if !utf8.ValidString(addr) {
		return flawAt
	}
	at := strings.LastIndexByte(addr, '@')
	if at <= 0 || at == len(addr)-1 {
		return flawAt
	}
	local, domain := addr[:at], addr[at+1:]
	if len(local) > 64 || len(addr) > 320 {
		return flawLong
	}
	if !validLocal(local) {
		return flawLocal
	}
	if domain[0] == '[' {
		if !validLiteral(domain) {
			return flawDomain
		}
		return nil
	}
	return checkDomain(domain)
}

func validLocal(s string) bool {
	if s[0] != '"' {
		for _, r := range s {
			if r >= utf8.RuneSelf && (unicode.IsSpace(r) || unicode.IsControl(r) || r == utf8.RuneError || r == 0xFEFF) {
				return false
			}
		}
		return dotAtom([]byte(s))
	}
	if len(s) < 3 || s[len(s)-1] != '"' {
		return false
	}
	in := s[1 : len(s)-1]
	for i := 0; i < len(in); i++ {
		c := in[i]
		if c == '\\' {
			i++
			if i >= len(in) || in[i] < ' ' || in[i] == 0x7f {
				return false
			}
			continue
		}
		if c == '"' || c < ' ' || c == 0x7f {
			return false
		}
	}
	return true
}

func validLiteral(d string) bool {
	if len(d) < 3 || d[len(d)-1] != ']' {
		return false
	}
	in := d[1 : len(d)-1]
	if rest, v6 := strings.CutPrefix(strings.ToLower(in), "ipv6:"); v6 {
		ip, err := netip.ParseAddr(rest)
		return err == nil && ip.Is6() && ip.Zone() == ""
	}
	ip, err := netip.ParseAddr(in)
	return err == nil && ip.Is4()
}

func checkDomain(d string) error {
	if len(d) > 253 {
		return flawLong
	}
	ascii := d
	if !isASCII([]byte(d)) {
		a, err := idna.Lookup.ToASCII(d)
		if err != nil {
			return flawDomain
		}
		ascii = a
	}
	labels := strings.Split(ascii, ".")
	for _, l := range labels {
		if l == "" || len(l) > 63 || l[0] == '-' || l[len(l)-1] == '-' {
			return flawDomain
		}
		for i := 0; i < len(l); i++ {
			c := l[i]
			if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || isDigit(c) || c == '-' || c == '_') {
				return flawDomain
			}
		}
	}
	// A name of one label only works inside a few offices, and is a slip nearly always; a number is none at all.
	last := labels[len(labels)-1]
	if len(labels) < 2 && !strings.EqualFold(last, "localhost") {
		return flawDomain
	}
	if strings.Trim(last, "0123456789") == "" {
		return flawDomain
	}
	return nil
}

// FormatAddress writes an address for people to read and edit, in Unicode; [ParseAddressList] reads it back the same.
func FormatAddress(a mail.Address) string {
	if a.Name == "" {
		return a.Addr
	}
	name := strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, a.Name)
	if a.Addr == "" {
		return quoteName(name)
	}
	return quoteName(name) + " <" + a.Addr + ">"
}

// FormatAddresses joins addresses with commas.
func FormatAddresses(as []mail.Address) string {
	var b strings.Builder
	for i, a := range as {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(FormatAddress(a))
	}
	return b.String()
}

// quoteName quotes a display name where it holds what would end it.
func quoteName(name string) string {
	ok := name != "" && name[0] != '\'' && !strings.Contains(name, "=?")
	for i := 0; i < len(name); i++ {
		c := name[i]
		if !isAtext(c) && c != ' ' && c != '.' {
			ok = false
			break
		}
	}
	if ok && strings.TrimSpace(name) == name && !strings.Contains(name, "  ") {
		return name
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(name) + `"`
}
