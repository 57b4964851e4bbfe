package rfc822

import (
	"bytes"
	"sort"
	"strconv"
	"strings"
)

// maxParams bounds the parameters of one field.
const maxParams = 100

// mediaType is a Content-Type or Content-Disposition, read leniently.
type mediaType struct {
	Type   string // lower case, "" where the field is absent
	params []param
}

type param struct {
	name     string // lower case, without the marks of RFC 2231
	value    []byte
	section  int  // of RFC 2231, -1 where it is not cut into sections
	extended bool // percent-encoded, charset'language' in section 0 or -1
	order    int
}

// parseMedia reads type/subtype and parameters: quoted strings, comments, missing semicolons and all.
func parseMedia(v []byte) (m mediaType) {
	v = trimSpace(v)
	if len(v) == 0 {
		return m
	}
	i := 0
	for i < len(v) && v[i] != ';' && v[i] != ' ' && v[i] != '\t' && v[i] != '\r' && v[i] != '\n' && v[i] != '(' && v[i] != ',' {
		i++
	}
	t := v[:i]
	// "text / plain"
	if j := skipCFWS(v, i); j < len(v) && v[j] == '/' && bytes.IndexByte(t, '/') < 0 {
		k := skipCFWS(v, j+1)
		e := k
		for e < len(v) && v[e] > ' ' && v[e] != ';' {
			e++
		}
		t, i = append(append(append([]byte{}, t...), '/'), v[k:e]...), e
	}
	m.Type = typeName(t)
	for i < len(v) && len(m.params) < maxParams {
		i = skipCFWS(v, i)
		if i >= len(v) {
			break
		}
		if v[i] == ';' || v[i] == ',' {
			i++
			continue
		}
		j := i
		for j < len(v) && v[j] != '=' && v[j] != ';' && v[j] > ' ' {
			j++
		}
		name := v[i:j]
		j = skipCFWS(v, j)
		if j >= len(v) || v[j] != '=' {
			if j == i {
				j++
			}
			i = j
			continue
		}
		j = skipCFWS(v, j+1)
		var val []byte
		if j < len(v) && v[j] == '"' {
			val, j = quotedValue(v, j)
		} else {
			k := j
			for k < len(v) && v[k] != ';' && v[k] != '\r' && v[k] != '\n' {
				k++
			}
			// An unquoted value with spaces (file names) runs to the semicolon; one with another name=value behind it does not.
			val = trimSpace(v[j:k])
			if s := bytes.IndexAny(val, " \t"); s >= 0 {
				if bytes.IndexByte(val[s:], '=') > 0 && bytes.IndexByte(val[:s], '=') < 0 && !bytes.Contains(val, []byte("=?")) || val[s+1] == '(' {
					k = j + s
					val = val[:s]
				}
			}
			j = k
		}
		m.add(name, val)
		i = j
	}
	return m
}

// typeName returns a known string without allocating for the usual types.
func typeName(t []byte) string {
	var buf [64]byte
	if len(t) > len(buf) {
		return strings.ToLower(string(t[:len(buf)]))
	}
	for i, c := range t {
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		if c < ' ' || c >= 0x7f {
			c = '?'
		}
		buf[i] = c
	}
	switch string(buf[:len(t)]) {
	case "text/plain":
		return "text/plain"
	case "text/html":
		return "text/html"
	case "multipart/mixed":
		return "multipart/mixed"
	case "multipart/alternative":
		return "multipart/alternative"
	case "multipart/related":
		return "multipart/related"
	case "multipart/signed":
		return "multipart/signed"
	case "attachment":
		return "attachment"
	case "inline":
		return "inline"
	case "text": // RFC 1049
		return "text/plain"
	}
	return string(buf[:len(t)])
}

func skipCFWS(v []byte, i int) int {
	for i < len(v) {
		switch v[i] {
		case ' ', '\t', '\r', '\n':
			i++
		case '(':
			depth, j := 0, i
			for ; j < len(v); j++ {
				if v[j] == '\\' {
					j++
				} else if v[j] == '(' {
					depth++
				} else if v[j] == ')' {
					if depth--; depth == 0 {
						break
					}
				}
			}
			if j >= len(v) {
				return len(v)
			}
			i = j + 1
		default:
			return i
		}
	}
	return i
}

// quotedValue reads a quoted string at v[i]. Backslashes before letters are kept: senders write C:\name.txt.
func quotedValue(v []byte, i int) ([]byte, int) {
	j := i + 1
	plain := true
	for j < len(v) && v[j] != '"' {
		if v[j] == '\\' || v[j] == '\r' || v[j] == '\n' {
			plain = false
			if v[j] == '\\' && j+1 < len(v) {
				j++
			}
		}
		j++
	}
	end := min(j, len(v))
	next := min(j+1, len(v))
	if plain {
		return v[i+1 : end], next
	}
	raw := unfold(v[i+1 : end])
	out := make([]byte, 0, len(raw))
	for k := 0; k < len(raw); k++ {
		if raw[k] == '\\' && k+1 < len(raw) && (raw[k+1] == '"' || raw[k+1] == '\\') {
			k++
		}
		out = append(out, raw[k])
	}
	return out, next
}

func (m *mediaType) add(name, val []byte) {
	p := param{value: val, section: -1, order: len(m.params)}
	n := lowerTrim(string(name))
	if strings.HasSuffix(n, "*") {
		p.extended = true
		n = n[:len(n)-1]
	}
	if k := strings.IndexByte(n, '*'); k > 0 {
		if s, err := strconv.Atoi(n[k+1:]); err == nil && s >= 0 && s < 1000 {
			p.section = s
			n = n[:k]
		}
	}
	p.name = n
	m.params = append(m.params, p)
}

// raw returns the bytes of a simple parameter.
func (m *mediaType) raw(name string) []byte {
	for i := range m.params {
		if m.params[i].name == name && !m.params[i].extended && m.params[i].section <= 0 {
			return m.params[i].value
		}
	}
	return nil
}

// charset is the charset parameter, lower case.
func (m *mediaType) charset() string {
	if len(m.params) == 0 {
		return ""
	}
	if v := m.raw("charset"); v != nil {
		if i := bytes.IndexAny(v, " ;'"); i > 0 {
			v = v[:i]
		}
		return lowerTrim(string(v))
	}
	return lowerTrim(m.get("charset", ""))
}

// get returns a parameter decoded: the sections and charsets of RFC 2231, the encoded words that are sent instead, raw
// 8-bit in fallback. The extended form wins over the plain one (RFC 6266 section 4.3 has it so).
func (m *mediaType) get(name, fallback string) string {
	var secs []param
	var plain *param
	for i := range m.params {
		p := &m.params[i]
		if p.name != name {
			continue
		}
		if p.section < 0 && !p.extended {
			if plain == nil {
				plain = p
			}
			continue
		}
		secs = append(secs, *p)
	}
	if len(secs) == 0 {
		if plain == nil {
			return ""
		}
		return decodeText(trimSpace(plain.value), fallback)
	}
	// A whole extended value wins over sections.
	for _, s := range secs {
		if s.section < 0 {
			secs = []param{s}
			break
		}
	}
	sort.SliceStable(secs, func(i, j int) bool { return secs[i].section < secs[j].section })
	cs := ""
	var out []byte
	last := -2
	for i, s := range secs {
		if s.section == last {
			continue // repeated
		}
		last = s.section
		v := s.value
		if i == 0 && s.extended {
			if a := bytes.IndexByte(v, '\''); a >= 0 {
				if b := bytes.IndexByte(v[a+1:], '\''); b >= 0 {
					cs = lowerTrim(string(v[:a]))
					v = v[a+b+2:]
				}
			}
		}
		if s.extended {
			out = appendPercent(out, v)
		} else {
			out = append(out, v...)
		}
	}
	if cs == "" && bytes.Contains(out, []byte("=?")) {
		return decodeText(out, fallback)
	}
	if cs == "" {
		return cleanText(rawText(out, fallback))
	}
	t, _ := decodeCharsetBytes(out, cs)
	return cleanText(t)
}

func appendPercent(dst, v []byte) []byte {
	for i := 0; i < len(v); i++ {
		if v[i] == '%' && hexPair(v[i+1:]) {
			dst = append(dst, byte(unhex(v[i+1])<<4|unhex(v[i+2])))
			i += 2
			continue
		}
		dst = append(dst, v[i])
	}
	return dst
}
