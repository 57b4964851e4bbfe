package discover

import (
	"strings"
	"unicode"

	"github.com/postrider/postrider/accounts/fault"
	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

// Address is an address as discovery uses it.
type Address struct {
	Local  string
	Domain string // lower case A-labels
	Shown  string // the domain as the person reads it
}

// String returns local@domain with A-labels.
func (a Address) String() string { return a.Local + "@" + a.Domain }

// Clean takes an address as it was typed or pasted: spaces and invisible characters go, the domain becomes A-labels (RFC 5891).
func Clean(s string) (Address, error) {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == 0xAD, r == 0xFEFF, r >= 0x200B && r <= 0x200F, r >= 0x202A && r <= 0x202E, r >= 0x2060 && r <= 0x2064:
			return -1
		case unicode.IsSpace(r), unicode.IsControl(r):
			return -1
		case r == '＠':
			return '@'
		case r == '。', r == '．':
			return '.'
		}
		return r
	}, s)
	s = strings.TrimPrefix(s, "mailto:")
	s = strings.TrimSuffix(strings.TrimPrefix(s, "<"), ">")
	i := strings.LastIndexByte(s, '@')
	if i < 1 || i == len(s)-1 || len(s) > 320 {
		return Address{}, bad("An address has a name, the sign @ and a domain: ada@example.com.")
	}
	d := strings.TrimSuffix(strings.ToLower(s[i+1:]), ".")
	ascii, err := idna.Lookup.ToASCII(d)
	if err != nil || !isHost(ascii) || !strings.Contains(ascii, ".") {
		return Address{}, bad("The part after the @ is not a domain name.")
	}
	shown, err := idna.Display.ToUnicode(ascii)
	if err != nil {
		shown = ascii
	}
	return Address{Local: s[:i], Domain: ascii, Shown: shown}, nil
}

func bad(detail string) error {
	return fault.New(fault.Usage, "address", "This is not an e-mail address", detail)
}

// isHost reports whether s is a host name that may be asked: letters, digits, hyphens and dots (RFC 1123).
func isHost(s string) bool {
	if s == "" || len(s) > 253 {
		return false
	}
	for l := range strings.SplitSeq(s, ".") {
		if l == "" || len(l) > 63 || l[0] == '-' || l[len(l)-1] == '-' {
			return false
		}
		for i := range len(l) {
			if c := l[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' {
				return false
			}
		}
	}
	return true
}

// site returns the registered domain of a host (eTLD+1), or the host itself.
func site(host string) string {
	if s, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
		return s
	}
	return host
}

// suggest returns the popular domain that domain may be a misspelling of, "" = none: at most two letters wrong, missing, added or swapped, one in
// short names.
func suggest(domain string, popular []string) string {
	best, at := "", 3
	for _, p := range popular {
		if p == domain {
			return ""
		}
		most := 2
		if len(p) < 8 {
			most = 1
		}
		if d := distance(domain, p, most); d <= most && d < at {
			best, at = p, d
		}
	}
	return best
}

// distance is the optimal string alignment distance (insert, delete, replace, swap neighbours), or limit+1 where it is more.
func distance(a, b string, limit int) int {
	if len(a)-len(b) > limit || len(b)-len(a) > limit {
		return limit + 1
	}
	prev2, prev, cur := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		cur[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			cur[j] = min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				cur[j] = min(cur[j], prev2[j-2]+1)
			}
		}
		prev2, prev, cur = prev, cur, prev2
	}
	return prev[len(b)]
}
