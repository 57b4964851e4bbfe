// Package authres reads the Authentication-Results header field (RFC 8601): what a server found when it checked who a message is from.
//
// Anybody can write such a field. Whom to believe is the caller's business; this package makes sure that what a field quotes (comments, quoted strings, which hold
// words of the sender) is never taken for a finding. That is why it is not read by cutting at semicolons.
package authres

import (
	"errors"
	"strings"
)

// Bounds of what is read.
const (
	MaxField   = 16 << 10 // bytes
	MaxMethods = 64
	maxProps   = 32
	maxNesting = 32 // of comments
)

// ErrSyntax says that a field is not to be understood.
var ErrSyntax = errors.New("authres: not an Authentication-Results field")

// Field is one header field.
type Field struct {
	ID      string // authserv-id, lower case; "" where a server leaves it out, which the RFC does not allow and Microsoft's do
	Methods []Method
}

// Method is one finding.
type Method struct {
	Name   string // "dkim", "spf", "dmarc", …, lower case
	Value  string // "pass", "fail", …, lower case
	Reason string
	Props  map[string]string // "header.d" to "example.org"; names lower case, values as written
}

type token struct {
	text   string
	quoted bool
	apart  bool // there is white space or a comment before it
}

// tokens divides a field into words, quoted strings, and the signs ; = and /; comments and white space are left out.
func tokens(v string) ([]token, error) {
	var out []token
	apart := false
	add := func(text string, quoted bool) {
		out = append(out, token{text, quoted, apart})
		apart = false
	}
	for i := 0; i < len(v); {
		switch c := v[i]; {
		case c == ' ' || c == '\t' || c == '\r' || c == '\n':
			apart = true
			i++
		case c == '(':
			apart = true
			n := 0
			for ; i < len(v); i++ {
				if v[i] == '\\' {
					i++
				} else if v[i] == '(' {
					n++
				} else if v[i] == ')' {
					n--
				}
				if n == 0 || n > maxNesting {
					break
				}
			}
			if n != 0 {
				return nil, ErrSyntax
			}
			i++
		case c == '"':
			var b strings.Builder
			for i++; i < len(v) && v[i] != '"'; i++ {
				if v[i] == '\\' && i+1 < len(v) {
					i++
				}
				b.WriteByte(v[i])
			}
			if i >= len(v) {
				return nil, ErrSyntax
			}
			i++
			add(b.String(), true)
		case c == ';' || c == '=':
			add(string(c), false)
			i++
		default:
			j := i
			for j < len(v) && !strings.ContainsRune(" \t\r\n();=\"", rune(v[j])) {
				j++
			}
			if j == i { // a stray closing parenthesis
				return nil, ErrSyntax
			}
			add(v[i:j], false)
			i = j
		}
	}
	return out, nil
}

func (t token) is(sign string) bool { return !t.quoted && t.text == sign }

func (t token) word() bool { return t.quoted || t.text != ";" && t.text != "=" }

// Parse reads the value of a field, folded or not. What it cannot read of a finding it leaves out; the error is ErrSyntax, when there is nothing to trust in it.
func Parse(v string) (Field, error) {
	var f Field
	if len(v) > MaxField {
		return f, ErrSyntax
	}
	ts, err := tokens(v)
	if err != nil || len(ts) == 0 {
		return f, ErrSyntax
	}
	parts := [][]token{nil}
	for _, t := range ts {
		if t.is(";") {
			parts = append(parts, nil)
			continue
		}
		parts[len(parts)-1] = append(parts[len(parts)-1], t)
	}
	first := parts[0]
	switch {
	case len(first) > 1 && first[1].is("="): // no authserv-id
	case len(first) == 1 && first[0].word(), len(first) == 2 && first[0].word() && first[1].text == "1":
		f.ID = strings.ToLower(first[0].text)
		parts = parts[1:]
	default: // another version, or no field at all
		return f, ErrSyntax
	}
	for _, p := range parts {
		if len(f.Methods) == MaxMethods {
			break
		}
		if m, ok := method(p); ok {
			f.Methods = append(f.Methods, m)
		}
	}
	return f, nil
}

// method reads "dkim=pass reason="…" header.d=example.org"; a version as in "dkim/1" is dropped.
func method(ts []token) (Method, bool) {
	if len(ts) < 3 || !ts[0].word() || ts[0].quoted || !ts[1].is("=") || !ts[2].word() || ts[2].quoted {
		return Method{}, false
	}
	name, _, _ := strings.Cut(ts[0].text, "/")
	m := Method{Name: strings.ToLower(name), Value: strings.ToLower(ts[2].text), Props: map[string]string{}}
	for ts = ts[3:]; len(ts) > 0; {
		if len(ts) < 3 || !ts[0].word() || ts[0].quoted || !ts[1].is("=") || !ts[2].word() {
			ts = ts[1:] // "header.i=@x" is one; a lone word belongs to nothing
			continue
		}
		k := strings.ToLower(ts[0].text)
		val := ts[2].text
		n := 3
		for n < len(ts) && !ts[n].apart { // signatures and the addresses of bounces may hold signs of equality
			val += ts[n].text
			n++
		}
		switch _, had := m.Props[k]; {
		case k == "reason":
			m.Reason = val
		case !had && len(m.Props) < maxProps:
			m.Props[k] = val
		}
		ts = ts[n:]
	}
	return m, true
}

// Domain is what a finding is about: the signer (dkim), the domain of From (dmarc) or of the envelope's sender (spf); lower case, "" = not said.
func (m Method) Domain() string {
	keys := []string{"header.d", "header.i"}
	switch m.Name {
	case "dmarc":
		keys = []string{"header.from"}
	case "spf":
		keys = []string{"smtp.mailfrom", "smtp.helo"}
	}
	for _, k := range keys {
		if v := m.Props[k]; v != "" {
			if i := strings.LastIndexByte(v, '@'); i >= 0 {
				v = v[i+1:]
			}
			return strings.ToLower(strings.TrimSuffix(v, "."))
		}
	}
	return ""
}
