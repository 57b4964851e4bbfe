package composer

import (
	"strings"
	"unicode"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/rfc822"
)

// maxList bounds what a paste may bring.
const maxList = 256 << 10

// parseList reads addresses as people paste them: separated by commas, semicolons or line ends, with names in front or in quotes, with or
// without angle brackets. What is no address is kept as it is, so that the person sees and corrects it.
func parseList(s string) []mail.Address {
	if len(s) > maxList {
		s = strings.ToValidUTF8(s[:maxList], "")
	}
	var out []mail.Address
	for _, part := range splitList(s) {
		if a, ok := parseOne(part); ok {
			out = append(out, a)
		}
	}
	return out
}

// splitList cuts at separators outside of quotes and angle brackets.
func splitList(s string) []string {
	var out []string
	start, quoted, angle := 0, false, false
	for i, r := range s {
		switch {
		case r == '"':
			quoted = !quoted
		case r == '\n' || r == '\r': // nothing spans lines
			out = append(out, s[start:i])
			start, quoted, angle = i+1, false, false
		case quoted:
		case r == '<':
			angle = true
		case r == '>':
			angle = false
		case (r == ',' || r == ';') && !angle:
			// "Lindqvist, Marta <m@example.com>": a comma in a name without an address before it
			if r == ',' && !strings.Contains(s[start:i], "@") && bracketFollows(s[i+1:]) {
				continue
			}
			out = append(out, s[start:i])
			start = i + 1
		}
	}
	return append(out, s[start:])
}

// bracketFollows reports whether an angle bracket comes before the next separator or at-sign.
func bracketFollows(s string) bool {
	i := strings.IndexAny(s, "<,;@\n\r")
	return i >= 0 && s[i] == '<'
}

func parseOne(s string) (mail.Address, bool) {
	s = strings.TrimFunc(s, trim)
	s = strings.TrimPrefix(s, "mailto:")
	if s == "" {
		return mail.Address{}, false
	}
	if i := strings.LastIndexByte(s, '<'); i >= 0 {
		addr, _, _ := strings.Cut(s[i+1:], ">")
		name := strings.Trim(strings.TrimFunc(s[:i], trim), `"'`)
		addr = squeeze(addr)
		if addr == "" {
			return mail.Address{Addr: s}, true
		}
		name = strings.ReplaceAll(name, `\"`, `"`)
		if strings.EqualFold(name, addr) {
			name = ""
		}
		return mail.Address{Name: name, Addr: addr}, true
	}
	// "Marta Lindqvist marta@example.com"
	if f := strings.Fields(s); len(f) > 1 && strings.Count(s, "@") == 1 && strings.Contains(f[len(f)-1], "@") {
		return mail.Address{Name: strings.Trim(strings.Join(f[:len(f)-1], " "), `"'`), Addr: squeeze(f[len(f)-1])}, true
	}
	if strings.Contains(s, "@") {
		s = squeeze(s)
	}
	if s == "" {
		return mail.Address{}, false
	}
	return mail.Address{Addr: s}, true
}

func trim(r rune) bool {
	return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) || unicode.IsControl(r)
}

// squeeze removes spaces and invisible characters, which no address has.
func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		if trim(r) {
			return -1
		}
		return r
	}, s)
}

// problem says why an address cannot be written to, "" when it can.
func problem(addr string) string {
	at := strings.LastIndexByte(addr, '@')
	switch {
	case at < 0:
		return "This address has no @"
	case at == 0:
		return "There is nothing before the @"
	case at == len(addr)-1:
		return "There is nothing behind the @"
	case strings.ContainsFunc(addr, unicode.IsSpace):
		return "An address has no spaces"
	}
	domain := addr[at+1:]
	switch {
	case strings.HasPrefix(domain, "[") && strings.HasSuffix(domain, "]"):
		return ""
	case strings.HasPrefix(domain, ".") || strings.HasSuffix(domain, ".") || strings.Contains(domain, ".."):
		return "The part behind the @ is not a domain"
	case !strings.Contains(domain, "."):
		return "This address has no domain ending"
	case strings.ContainsAny(addr, "<>(),;:\\\"") && !strings.HasPrefix(addr, `"`):
		return "There are characters in it that no address has"
	}
	if err := rfc822.CheckAddress(addr); err != nil { // what sending would say
		return strings.TrimSuffix(err.Error(), ".")
	}
	return ""
}
