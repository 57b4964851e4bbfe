package compose

import (
	"encoding/base64"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/rfc822"
)

const (
	softLine = 76  // columns at which header lines are folded
	maxIDs   = 24  // of References
	maxID    = 400 // bytes of a message id
)

// fields writes header fields with CRLF.
type fields struct {
	b    strings.Builder
	utf8 bool // raw UTF-8 is needed (RFC 6532): an address has a local part beyond ASCII
}

// token is a piece of a field that is not broken.
func (f *fields) tokens(name string, toks []string) {
	f.b.WriteString(name + ":")
	col := len(name) + 1
	for i, t := range toks {
		if i > 0 && col+1+len(t) > softLine {
			f.b.WriteString("\r\n")
			col = 0
		}
		f.b.WriteString(" " + t)
		col += 1 + len(t)
	}
	f.b.WriteString("\r\n")
}

// text writes an unstructured field.
func (f *fields) text(name, value string) {
	f.tokens(name, textTokens(oneLine(value), softLine-len(name)-2))
}

// oneLine removes what would end the field.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\r' || r == '\n' || r == '\t' || r == 0x2028 || r == 0x2029 || r == 0x85:
			return ' '
		case unicode.IsControl(r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	return strings.TrimSpace(s)
}

// textTokens cuts text into words, encoded where they cannot stand as they are. first is the room on the first line.
func textTokens(s string, first int) []string {
	if s == "" {
		return nil
	}
	plain := !strings.Contains(s, "=?") && !strings.Contains(s, "  ")
	for _, w := range strings.Split(s, " ") {
		if len(w) > 70 {
			plain = false
		}
	}
	for i := 0; i < len(s) && plain; i++ {
		plain = s[i] >= ' ' && s[i] < 0x7f
	}
	if plain {
		return strings.Split(s, " ")
	}
	return encodedWords(s, first)
}

// encodedWords encodes all of s as RFC 2047 words of at most 75 characters, cut between characters. The shorter of Q and
// B is taken.
func encodedWords(s string, first int) []string {
	q := 0
	for i := 0; i < len(s); i++ {
		if !qSafe(s[i]) && s[i] != ' ' {
			q += 2
		}
	}
	useB := len(s)+q > (len(s)+2)/3*4
	const frame = len("=?utf-8?q??=")
	var out []string
	var word []byte
	cost := 0
	room := max(28, min(first, 75)) - frame
	flush := func() {
		if len(word) == 0 {
			return
		}
		if useB {
			out = append(out, "=?utf-8?b?"+base64.StdEncoding.EncodeToString(word)+"?=")
		} else {
			var b strings.Builder
			for _, c := range word {
				switch {
				case c == ' ':
					b.WriteByte('_')
				case qSafe(c):
					b.WriteByte(c)
				default:
					const hex = "0123456789ABCDEF"
					b.Write([]byte{'=', hex[c>>4], hex[c&15]})
				}
			}
			out = append(out, "=?utf-8?q?"+b.String()+"?=")
		}
		word, cost = word[:0], 0
		room = 75 - frame
	}
	for len(s) > 0 {
		_, n := utf8.DecodeRuneInString(s)
		// A grapheme's marks stay with it where they fit: only whole characters matter for decoding.
		c := 0
		if useB {
			c = (len(word)+n+2)/3*4 - cost
		} else {
			for i := range n {
				if s[i] == ' ' || qSafe(s[i]) {
					c++
				} else {
					c += 3
				}
			}
		}
		if cost+c > room {
			flush()
			if useB {
				c = (n + 2) / 3 * 4
			}
		}
		word = append(word, s[:n]...)
		cost += c
		s = s[n:]
	}
	flush()
	return out
}

// qSafe are the characters that stand for themselves in an encoded word, in phrases too (RFC 2047 section 5 rule 3).
func qSafe(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '!' || c == '*' || c == '+' || c == '-' || c == '/'
}

// addresses writes an address list.
func (f *fields) addresses(name string, list []mail.Address) {
	var toks []string
	for i, a := range list {
		t := f.address(a, softLine-len(name)-2)
		if i < len(list)-1 {
			t[len(t)-1] += ","
		}
		toks = append(toks, t...)
	}
	if len(toks) > 0 {
		f.tokens(name, toks)
	}
}

func (f *fields) address(a mail.Address, first int) []string {
	addr, ascii := wireAddr(a.Addr)
	if !ascii {
		f.utf8 = true
	}
	name := oneLine(a.Name)
	if name == "" {
		return []string{addr}
	}
	return append(phraseTokens(name, first), "<"+addr+">")
}

// wireAddr is the address as it is sent: the domain in ASCII, unless the local part is not ASCII either.
func wireAddr(addr string) (s string, ascii bool) {
	addr = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == '<' || r == '>' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(addr, ""))
	if s, ok := rfc822.ASCIIDomain(addr); ok {
		return s, true
	}
	return addr, false
}

// phraseTokens writes a display name: as atoms, quoted, or as encoded words.
func phraseTokens(name string, first int) []string {
	atoms, ascii := true, true
	for i := 0; i < len(name); i++ {
		c := name[i]
		if c >= 0x7f {
			ascii = false
		}
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte(" !#$%&'*+-/^_`{|}~", c) >= 0) {
			atoms = false
		}
	}
	switch {
	case !ascii || strings.Contains(name, "=?") || len(name) > 200:
		return encodedWords(name, first)
	case atoms && !strings.Contains(name, "  ") && name[0] != '\'':
		return strings.Split(name, " ")
	}
	return []string{`"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(name) + `"`}
}

// ids writes a list of message ids; one that could break the field is left out.
func (f *fields) ids(name string, ids []string) {
	var toks []string
	for _, id := range ids {
		if validID(id) {
			toks = append(toks, "<"+id+">")
		}
	}
	if len(toks) > maxIDs { // the first is the root of the conversation, the last are what is answered
		toks = append(toks[:1:1], toks[len(toks)-maxIDs+1:]...)
	}
	if len(toks) > 0 {
		f.tokens(name, toks)
	}
}

func validID(id string) bool {
	if id == "" || len(id) > maxID {
		return false
	}
	for i := 0; i < len(id); i++ {
		if id[i] <= ' ' || id[i] >= 0x7f || id[i] == '<' || id[i] == '>' {
			return false
		}
	}
	return true
}

// params writes parameters behind a value: quoted where they are ASCII and short, in sections of RFC 2231 where not.
func params(value string, kv ...string) []string {
	toks := []string{value}
	for i := 0; i+1 < len(kv); i += 2 {
		k, v := kv[i], oneLine(kv[i+1])
		toks[len(toks)-1] += ";"
		ascii := len(v) <= 60 && !strings.Contains(v, "=?")
		for j := 0; j < len(v) && ascii; j++ {
			ascii = v[j] < 0x7f
		}
		if ascii {
			toks = append(toks, k+`="`+strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(v)+`"`)
			continue
		}
		var secs []string
		cur := "utf-8''"
		for _, r := range v {
			var e strings.Builder
			for _, c := range []byte(string(r)) {
				if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '.' || c == '-' || c == '_' {
					e.WriteByte(c)
				} else {
					const hex = "0123456789ABCDEF"
					e.Write([]byte{'%', hex[c>>4], hex[c&15]})
				}
			}
			if len(cur)+e.Len() > 58 {
				secs = append(secs, cur)
				cur = ""
			}
			cur += e.String()
		}
		secs = append(secs, cur)
		if len(secs) == 1 {
			toks = append(toks, k+"*="+secs[0])
			continue
		}
		for n, s := range secs {
			end := ";"
			if n == len(secs)-1 {
				end = ""
			}
			toks = append(toks, k+"*"+strconv.Itoa(n)+"*="+s+end)
		}
	}
	return toks
}
