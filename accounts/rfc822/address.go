package rfc822

import (
	"bytes"
	"strings"

	"github.com/postrider/postrider/accounts/mail"
)

// maxAddresses bounds one header field.
const maxAddresses = 20000

// addrToken is a word of an address, as offsets into addrReader.buf.
type addrToken struct {
	from, to int
	quoted   bool
	at       bool // an unquoted "@" is in it
	space    bool // white space stands before it
}

// addrReader reads the address lists of RFC 5322 section 3.4 with the obsolete syntax of section 4.4, and what is sent
// instead of them. It never fails: what is no address becomes an Address with a Name and no Addr.
type addrReader struct {
	fallback string
	out      []mail.Address
	buf      []byte
	tok      []addrToken
	comment  []byte
	angle    []byte
	hasAngle bool
	held     string // "Doe" of the unquoted "Doe, John <john@…>"
}

// DecodeAddresses reads an address list field. Groups are flattened. fallback is the charset of raw 8-bit text.
func DecodeAddresses(value []byte, fallback string) []mail.Address {
	var p addrReader
	p.fallback = fallback
	p.read(value)
	return p.out
}

func (p *addrReader) read(b []byte) {
	inGroup := false
	space := false
	for i := 0; i < len(b) && len(p.out) < maxAddresses; {
		c := b[i]
		switch c {
		case ' ', '\t', '\r', '\n', 0:
			space = true
			i++
		case '"':
			start := len(p.buf)
			n, ok := p.quoted(b[i:])
			if !ok { // never closed: a quotation mark of its own
				p.buf = p.buf[:start]
				i++
				continue
			}
			p.tok = append(p.tok, addrToken{from: start, to: len(p.buf), quoted: true, space: space})
			space = false
			i += n
		case '(':
			n := p.readComment(b[i:])
			i += n
			space = true
		case '<':
			if p.hasAngle && bytes.IndexByte(p.angle, '@') < 0 && len(p.angle) > 0 {
				start := len(p.buf)
				p.buf = append(p.buf, p.angle...)
				p.tok = append(p.tok, addrToken{from: start, to: len(p.buf), space: true})
				p.hasAngle = false
			} else if p.hasAngle && len(p.tok) > 0 { // a comma is missing: the words since are the next name
				p.flush(false)
			}
			n := p.readAngle(b[i:])
			i += n
			space = true
		case '>':
			i++
		case ':':
			if !p.hasAngle && !p.anyAt() && len(p.tok) > 0 && groupAhead(b[i+1:]) {
				p.reset()
				inGroup = true
				i++
				space = true
				continue
			}
			p.atom(b[i:i+1], space)
			space = false
			i++
		case ',', ';':
			p.flush(c == ',')
			if c == ';' && inGroup {
				inGroup = false
			}
			space = false
			i++
		case '[':
			j := bytes.IndexByte(b[i:], ']')
			if j < 0 || j > 255 {
				p.atom(b[i:i+1], space)
				i++
			} else {
				p.atom(b[i:i+j+1], space)
				i += j + 1
			}
			space = false
		default:
			// An encoded word is one atom, whatever specials it holds (RFC 2047 forbids them, senders do not).
			if c == '=' && i+1 < len(b) && b[i+1] == '?' {
				if w, ok := parseWord(b, i); ok && w.end < len(b)+1 {
					p.atom(b[i:w.end], space)
					i, space = w.end, false
					continue
				}
			}
			j := i + 1
			for j < len(b) && !addrSpecial(b[j]) {
				j++
			}
			p.atom(b[i:j], space)
			i, space = j, false
		}
	}
	p.flush(false)
}

// groupAhead tells a group's colon from a stray one: a ";" follows, or nothing at all.
func groupAhead(b []byte) bool {
	return bytes.IndexByte(b, ';') >= 0 || len(trimSpace(b)) == 0
}

func addrSpecial(c byte) bool {
	switch c {
	case ' ', '\t', '\r', '\n', 0, '"', '(', '<', '>', ':', ',', ';', '[':
		return true
	}
	return false
}

func (p *addrReader) anyAt() bool {
	for _, t := range p.tok {
		if t.at {
			return true
		}
	}
	return false
}

func (p *addrReader) atom(b []byte, space bool) {
	start := len(p.buf)
	p.buf = append(p.buf, b...)
	at := bytes.IndexByte(b, '@') >= 0
	// Words that touch are one word: local part and domain literal, "a":b.
	if n := len(p.tok); !space && n > 0 && !p.tok[n-1].quoted && p.tok[n-1].to == start && !p.hasAngle {
		p.tok[n-1].to = len(p.buf)
		p.tok[n-1].at = p.tok[n-1].at || at
		return
	}
	p.tok = append(p.tok, addrToken{from: start, to: len(p.buf), at: at, space: space})
}

// quoted reads a quoted string into buf and returns its length in b.
func (p *addrReader) quoted(b []byte) (n int, ok bool) {
	for i := 1; i < len(b); i++ {
		switch c := b[i]; c {
		case '"':
			return i + 1, true
		case '\\':
			if i+1 < len(b) {
				i++
				p.buf = append(p.buf, b[i])
			}
		case '\r', '\n':
		default:
			p.buf = append(p.buf, c)
		}
	}
	return 0, false
}

func (p *addrReader) readComment(b []byte) int {
	depth, i := 0, 0
	start := len(p.comment)
	for ; i < len(b); i++ {
		switch c := b[i]; {
		case c == '\\' && i+1 < len(b):
			i++
			p.comment = append(p.comment, b[i])
		case c == '(':
			if depth++; depth > 1 {
				p.comment = append(p.comment, c)
			} else if start > 0 {
				p.comment = append(p.comment, ' ')
			}
		case c == ')':
			if depth--; depth == 0 {
				return i + 1
			}
			p.comment = append(p.comment, c)
		default:
			p.comment = append(p.comment, c)
		}
	}
	// Never closed: a stray parenthesis.
	p.comment = p.comment[:start]
	return 1
}

// readAngle reads "<…>" into p.angle: without white space, comments and the route of RFC 822.
func (p *addrReader) readAngle(b []byte) int {
	p.angle = p.angle[:0]
	p.hasAngle = true
	i, closed := 1, false
	for ; i < len(b); i++ {
		c := b[i]
		switch c {
		case ' ', '\t', '\r', '\n', 0, '<':
			continue
		case '>':
			closed = true
		case '"':
			start := len(p.buf)
			n, ok := p.quoted(b[i:])
			if !ok {
				p.buf = p.buf[:start]
				continue
			}
			p.angle = appendLocal(p.angle, p.buf[start:])
			p.buf = p.buf[:start]
			i += n - 1
			continue
		case '(':
			mark := len(p.comment)
			n := p.readComment(b[i:])
			p.comment = p.comment[:mark]
			i += n - 1
			continue
		case ',', ';':
			if len(p.angle) > 0 && p.angle[0] == '@' { // a route: <@a,@b:c@d>
				p.angle = append(p.angle, c)
				continue
			}
			if bytes.IndexByte(b[i:], '>') < 0 || bytes.IndexByte(p.angle, '@') > 0 {
				return i // missing ">"
			}
		}
		if closed {
			i++
			break
		}
		p.angle = append(p.angle, c)
	}
	if len(p.angle) > 0 && p.angle[0] == '@' {
		if k := bytes.IndexByte(p.angle, ':'); k >= 0 {
			p.angle = p.angle[k+1:]
		}
	}
	if len(p.angle) > 7 && strings.EqualFold(string(p.angle[:7]), "mailto:") {
		p.angle = p.angle[7:]
	}
	return i
}

// appendLocal appends a local part that was quoted, with quotes where it needs them.
func appendLocal(dst, local []byte) []byte {
	if dotAtom(local) {
		return append(dst, local...)
	}
	dst = append(dst, '"')
	for _, c := range local {
		if c == '"' || c == '\\' {
			dst = append(dst, '\\')
		}
		dst = append(dst, c)
	}
	return append(dst, '"')
}

func dotAtom(b []byte) bool {
	if len(b) == 0 || b[0] == '.' || b[len(b)-1] == '.' {
		return false
	}
	for i, c := range b {
		if c == '.' {
			if b[i-1] == '.' {
				return false
			}
		} else if !isAtext(c) {
			return false
		}
	}
	return true
}

// isAtext is atext of RFC 5322 section 3.2.3 with the UTF-8 of RFC 6532.
func isAtext(c byte) bool {
	if c >= 0x80 || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' {
		return true
	}
	return strings.IndexByte("!#$%&'*+-/=?^_`{|}~", c) >= 0
}

func (p *addrReader) reset() {
	p.buf, p.tok, p.comment, p.angle, p.hasAngle = p.buf[:0], p.tok[:0], p.comment[:0], p.angle[:0], false
}

// flush ends one address. comma: it was ended by a comma.
func (p *addrReader) flush(comma bool) {
	defer p.reset()
	if !p.hasAngle && len(p.tok) == 0 && len(p.comment) == 0 {
		return
	}
	var name, addr string
	if p.hasAngle {
		addr = p.decodeAddr(p.angle)
		name = p.phrase(p.tok)
		if addr == "" && p.anyAt() { // "a@b <>"
			addr, name = p.bare()
		}
	} else {
		addr, name = p.bare()
	}
	if name == "" && len(p.comment) > 0 {
		name = decodeText(trimSpace(p.comment), p.fallback)
	}
	if addr == "" && name == "" {
		return
	}
	if p.held != "" {
		if p.hasAngle && name != "" {
			name = p.held + ", " + name
		} else {
			p.out = append(p.out, mail.Address{Name: p.held})
		}
		p.held = ""
	}
	if addr == "" && comma && name != "" {
		p.held = name
		return
	}
	// '…' and "…" around the whole name are what some programs make of an address without a name.
	if n := len(name); n > 2 && name[0] == '\'' && name[n-1] == '\'' {
		name = name[1 : n-1]
	}
	if strings.EqualFold(name, addr) {
		name = ""
	}
	p.out = append(p.out, mail.Address{Name: name, Addr: addr})
}

// phrase joins words to a display name.
func (p *addrReader) phrase(tok []addrToken) string {
	switch len(tok) {
	case 0:
		return ""
	case 1:
		return decodeText(trimSpace(p.buf[tok[0].from:tok[0].to]), p.fallback)
	}
	b := make([]byte, 0, 64)
	for i, t := range tok {
		if i > 0 && (t.space || t.quoted || tok[i-1].quoted) {
			b = append(b, ' ')
		}
		b = append(b, p.buf[t.from:t.to]...)
	}
	return decodeText(trimSpace(b), p.fallback)
}

// bare finds the address in words without angle brackets; the others are its name.
func (p *addrReader) bare() (addr, name string) {
	at := -1
	for i, t := range p.tok {
		if t.at {
			at = i
		}
	}
	if at < 0 {
		if len(p.tok) == 1 && !p.tok[0].quoted && !bytes.Contains(p.buf[p.tok[0].from:p.tok[0].to], []byte("=?")) && len(p.comment) > 0 {
			return p.decodeAddr(p.buf[p.tok[0].from:p.tok[0].to]), "" // root (Charlie Root)
		}
		return "", p.phrase(p.tok)
	}
	// local @ domain and a . b @ c . d: join what dots and the at-sign hold together.
	lo, hi := at, at
	word := func(i int) []byte { return p.buf[p.tok[i].from:p.tok[i].to] }
	for lo > 0 {
		w, prev := word(lo), word(lo-1)
		if p.tok[lo].quoted || len(w) == 0 {
			break
		}
		if w[0] == '@' || w[0] == '.' || len(prev) > 0 && !p.tok[lo-1].quoted && (string(prev) == "." || prev[len(prev)-1] == '.' && p.allDots(lo)) {
			lo--
			continue
		}
		break
	}
	for hi+1 < len(p.tok) {
		w, next := word(hi), word(hi+1)
		if p.tok[hi+1].quoted || len(next) == 0 || len(w) == 0 {
			break
		}
		if w[len(w)-1] == '@' || w[len(w)-1] == '.' || next[0] == '.' {
			hi++
			continue
		}
		break
	}
	var a []byte
	for i := lo; i <= hi; i++ {
		if p.tok[i].quoted {
			a = appendLocal(a, word(i))
		} else {
			a = append(a, word(i)...)
		}
	}
	if len(a) > 7 && strings.EqualFold(string(a[:7]), "mailto:") {
		a = a[7:]
	}
	rest := append(append([]addrToken{}, p.tok[:lo]...), p.tok[hi+1:]...)
	return p.decodeAddr(a), p.phrase(rest)
}

// allDots reports whether all words before i end with a dot: then they are a local part written with spaces, not initials.
func (p *addrReader) allDots(i int) bool {
	for k := 0; k < i; k++ {
		t := p.tok[k]
		if t.quoted || t.to == t.from || p.buf[t.to-1] != '.' {
			return false
		}
	}
	return true
}

// decodeAddr makes an address of its raw bytes: raw 8-bit decoded, encoded words (wrong here, and sent) decoded, the
// domain in Unicode.
func (p *addrReader) decodeAddr(a []byte) string {
	a = trimSpace(a)
	if len(a) == 0 {
		return ""
	}
	if len(a) > 2 && a[0] == '\'' && a[len(a)-1] == '\'' {
		a = a[1 : len(a)-1]
	}
	s := decodeText(a, p.fallback)
	if strings.ContainsAny(s, " \t") && s[0] != '"' {
		s = strings.Join(strings.Fields(s), "")
	}
	if s != "" && s[0] == '"' { // quotes that are not needed are no part of the address
		if at := strings.LastIndexByte(s, '@'); at > 2 && s[at-1] == '"' && dotAtom([]byte(s[1:at-1])) {
			s = s[1:at-1] + s[at:]
		}
	}
	return UnicodeDomain(s)
}
