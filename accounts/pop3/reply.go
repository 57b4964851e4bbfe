package pop3

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/postrider/postrider/accounts/wire"
)

// parseStatus reads a status line; good is false where it is none. Some servers write in lower case.
func parseStatus(b []byte) (text string, ok, good bool) {
	switch {
	case len(b) >= 3 && b[0] == '+' && bytes.EqualFold(b[:3], []byte("+OK")):
		b, ok = b[3:], true
	case len(b) >= 4 && b[0] == '-' && bytes.EqualFold(b[:4], []byte("-ERR")):
		b = b[4:]
	default:
		return "", false, false
	}
	if len(b) > 0 && b[0] != ' ' && b[0] != '\t' {
		return "", false, false
	}
	return strings.TrimSpace(string(b)), ok, true
}

// responseCode splits "[CODE/MORE] text" (RFC 2449 section 8, RFC 3206); code is in upper case, "" without one.
func responseCode(text string) (code, rest string) {
	if !strings.HasPrefix(text, "[") {
		return "", text
	}
	end := strings.IndexByte(text, ']')
	if end < 0 || end > 64 {
		return "", text
	}
	return strings.ToUpper(text[1:end]), strings.TrimSpace(text[end+1:])
}

// caps are the capabilities of CAPA (RFC 2449), their names in upper case, with their arguments.
type caps struct {
	known bool
	m     map[string][]string
}

func (c *caps) add(line []byte) {
	f := strings.Fields(string(line))
	if len(f) == 0 || len(c.m) > 256 {
		return
	}
	if c.m == nil {
		c.m = map[string][]string{}
	}
	c.m[strings.ToUpper(f[0])] = f[1:]
}

func (c *caps) has(name string) bool { _, ok := c.m[name]; return ok }

// loginDelay is the shortest time between two sign-ins (RFC 2449 section 6.5), 0 where unknown.
func (c *caps) loginDelay() time.Duration {
	if a := c.m["LOGIN-DELAY"]; len(a) > 0 {
		if n, err := strconv.Atoi(a[0]); err == nil && n > 0 && n <= 24*3600 {
			return time.Duration(n) * time.Second
		}
	}
	return 0
}

func (c *caps) mechanisms() []string { return c.m["SASL"] }

func (c *caps) utf8() bool { return c.has("UTF8") }

// utf8User: names and passwords may be UTF-8 (RFC 6856 section 2).
func (c *caps) utf8User() bool {
	return slices.ContainsFunc(c.m["UTF8"], func(s string) bool { return strings.EqualFold(s, "USER") })
}

// parseNumbered reads a line "n rest" of LIST or UIDL.
func parseNumbered(b []byte) (n int, rest []byte, ok bool) {
	b = bytes.TrimLeft(b, " \t")
	i := 0
	for i < len(b) && b[i] >= '0' && b[i] <= '9' {
		if n = n*10 + int(b[i]-'0'); n > 1<<31-1 {
			return 0, nil, false
		}
		i++
	}
	if i == 0 || n == 0 || i >= len(b) || b[i] != ' ' && b[i] != '\t' {
		return 0, nil, false
	}
	rest = bytes.TrimSpace(b[i:])
	return n, rest, len(rest) > 0
}

// parseSize reads the octets of LIST; what follows them is allowed (RFC 1939 section 5, "scan listing").
func parseSize(b []byte) (int64, bool) {
	if i := bytes.IndexAny(b, " \t"); i >= 0 {
		b = b[:i]
	}
	n, err := strconv.ParseInt(string(b), 10, 64)
	return n, err == nil && n >= 0
}

// parseStat reads "count octets" of STAT.
func parseStat(text string) (count int, octets int64, ok bool) {
	n, rest, good := parseNumbered([]byte(text))
	if !good {
		if rest, found := strings.CutPrefix(text, "0 "); found {
			octets, ok = parseSize([]byte(strings.TrimSpace(rest)))
			return 0, octets, ok
		}
		return 0, 0, false
	}
	octets, ok = parseSize(rest)
	return n, octets, ok
}

// clean makes a server's words fit to be shown.
func clean(s string) string { return wire.Clean(s, 400) }
