package rfc822

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// DecodeText decodes an unstructured field value: unfolds it, decodes the encoded words of RFC 2047 and guesses the
// charset of raw 8-bit text. Control characters become spaces. fallback is the charset of raw bytes that are not UTF-8, "" =
// windows-1252.
func DecodeText(value []byte, fallback string) string {
	return decodeText(trimSpace(value), fallback)
}

func decodeText(v []byte, fallback string) string {
	plain := true
	for i, c := range v {
		if c < ' ' || c >= 0x7f || c == '?' && i > 0 && v[i-1] == '=' {
			plain = false
			break
		}
	}
	if plain {
		return string(v)
	}
	v = unfold(v)
	var out []byte
	if bytes.Contains(v, []byte("=?")) {
		out = decodeWords(v, fallback)
	} else {
		out = rawText(v, fallback)
	}
	return cleanText(out)
}

// unfold removes line ends that are followed by white space (RFC 5322 section 2.2.3); any other line end becomes a space.
func unfold(v []byte) []byte {
	if bytes.IndexByte(v, '\n') < 0 && bytes.IndexByte(v, '\r') < 0 {
		return v
	}
	out := make([]byte, 0, len(v))
	for i := 0; i < len(v); i++ {
		c := v[i]
		if c == '\r' || c == '\n' {
			for i+1 < len(v) && (v[i+1] == '\r' || v[i+1] == '\n') {
				i++
			}
			if i+1 < len(v) && (v[i+1] == ' ' || v[i+1] == '\t') {
				continue
			}
			c = ' '
		}
		out = append(out, c)
	}
	return out
}

// rawText guesses the charset of bytes that stand in a header field as they are.
func rawText(v []byte, fallback string) []byte {
	if utf8.Valid(v) {
		// ISO-2022-JP is 7-bit and is sent raw by old programs.
		if bytes.IndexByte(v, 0x1b) >= 0 && (bytes.Contains(v, []byte("\x1b$B")) || bytes.Contains(v, []byte("\x1b$@"))) {
			out, _ := decodeCharsetBytes(v, "iso-2022-jp")
			return out
		}
		return v
	}
	if mostlyUTF8(v) {
		return bytes.ToValidUTF8(v, []byte("\uFFFD"))
	}
	fallback = lowerTrim(fallback)
	if fallback == "" || isUTF8(fallback) || isUTF7(fallback) {
		return windows1252(v)
	}
	out, _ := decodeCharsetBytes(v, fallback)
	return out
}

// cleanText makes control characters spaces, trims and returns valid UTF-8.
func cleanText(b []byte) string {
	clean := true
	for i := 0; i < len(b); i++ {
		if b[i] < ' ' || b[i] == 0x7f || b[i] == 0xC2 {
			clean = false
			break
		}
	}
	if clean {
		return string(trimSpace(b))
	}
	s := strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n' || r == '\r':
			return ' '
		case r < ' ' || r >= 0x7f && r < 0xa0:
			return -1
		}
		return r
	}, string(b))
	return strings.Trim(s, " ")
}

// word is one encoded word, not yet decoded.
type word struct {
	charset string
	q       bool
	text    []byte
	end     int // offset behind it
}

// parseWord reads the encoded word at b[at:], which begins with "=?".
func parseWord(b []byte, at int) (w word, ok bool) {
	i := at + 2
	j := bytes.IndexByte(b[i:], '?')
	if j <= 0 || j > 60 {
		return w, false
	}
	cs := b[i : i+j]
	for _, c := range cs {
		if c <= ' ' || c >= 0x7f {
			return w, false
		}
	}
	i += j + 1
	if i+1 >= len(b) || b[i+1] != '?' {
		return w, false
	}
	switch b[i] {
	case 'q', 'Q':
		w.q = true
	case 'b', 'B':
	default:
		return w, false
	}
	i += 2
	k := bytes.Index(b[i:], []byte("?="))
	if k < 0 {
		// Cut off at the end of the field: what is there is still text.
		rest := b[i:]
		if bytes.ContainsAny(rest, " \t") || len(rest) == 0 {
			return w, false
		}
		w.text, w.end = bytes.TrimRight(rest, "?"), len(b)
	} else {
		if w.q {
			// A question mark that was not encoded, before an encoded byte: "really?=21?=".
			for k+4 <= len(b[i:]) && hexPair(b[i+k+2:]) {
				n := bytes.Index(b[i+k+2:], []byte("?="))
				if n < 0 || bytes.Contains(b[i+k+2:i+k+2+n], []byte("=?")) || bytes.ContainsAny(b[i+k+2:i+k+2+n], " \t") {
					break
				}
				k += 2 + n
			}
		}
		w.text, w.end = b[i:i+k], i+k+2
	}
	if s := bytes.IndexByte(cs, '*'); s >= 0 { // RFC 2231 section 5: language
		cs = cs[:s]
	}
	w.charset = lowerTrim(string(cs))
	return w, true
}

func hexPair(b []byte) bool { return len(b) >= 2 && unhex(b[0]) >= 0 && unhex(b[1]) >= 0 }

func unhex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	}
	return -1
}

// decodeWords decodes all encoded words of b, wherever they stand. Adjacent words of one charset are decoded together, so
// that a character that was cut in two is whole again.
func decodeWords(b []byte, fallback string) []byte {
	out := make([]byte, 0, len(b))
	var (
		pend    []byte // decoded bytes of adjacent words, in charset cs
		carry   []byte // base64 digits of an adjacent word that did not fill a group
		cs      string
		pending bool
	)
	flush := func() {
		if len(carry) > 0 {
			pend = appendBase64(pend, carry)
			carry = carry[:0]
		}
		if pending {
			t, _ := decodeCharsetBytes(pend, cs)
			out = append(out, t...)
			pend, pending = pend[:0], false
		}
	}
	raw := func(r []byte) {
		if len(r) > 0 {
			flush()
			out = append(out, rawText(r, fallback)...)
		}
	}
	i, last := 0, 0
	for i < len(b) {
		n := bytes.Index(b[i:], []byte("=?"))
		if n < 0 {
			break
		}
		at := i + n
		w, ok := parseWord(b, at)
		if !ok {
			i = at + 2
			continue
		}
		gap := b[last:at]
		if !pending || len(trimSpace(gap)) > 0 {
			raw(gap)
		}
		if pending && w.charset != cs {
			flush()
		}
		cs = w.charset
		if w.q {
			if len(carry) > 0 {
				pend = appendBase64(pend, carry)
				carry = carry[:0]
			}
			pend = appendQ(pend, w.text)
		} else {
			carry = append(carry, w.text...)
			digits := 0
			for _, c := range carry {
				if isBase64(c) {
					digits++
				}
			}
			if digits%4 == 0 || bytes.IndexByte(carry, '=') >= 0 {
				pend = appendBase64(pend, carry)
				carry = carry[:0]
			}
		}
		pending = true
		i, last = w.end, w.end
	}
	flush()
	if last < len(b) {
		out = append(out, rawText(b[last:], fallback)...)
	}
	return out
}

// appendQ decodes the Q encoding; bad escapes are kept as they stand.
func appendQ(dst, text []byte) []byte {
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '_':
			dst = append(dst, ' ')
		case c == '=' && hexPair(text[i+1:]):
			dst = append(dst, byte(unhex(text[i+1])<<4|unhex(text[i+2])))
			i += 2
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

// appendBase64 decodes base64 with any padding, ignoring what is not of the alphabet.
func appendBase64(dst, text []byte) []byte {
	var acc uint32
	n := 0
	for _, c := range text {
		v := base64Value[c]
		if v == 0xff {
			if c == '=' { // padding ends a group, wherever it stands
				switch n {
				case 2:
					dst = append(dst, byte(acc>>4))
				case 3:
					dst = append(dst, byte(acc>>10), byte(acc>>2))
				}
				acc, n = 0, 0
			}
			continue
		}
		acc = acc<<6 | uint32(v)
		if n++; n == 4 {
			dst = append(dst, byte(acc>>16), byte(acc>>8), byte(acc))
			acc, n = 0, 0
		}
	}
	switch n {
	case 2:
		dst = append(dst, byte(acc>>4))
	case 3:
		dst = append(dst, byte(acc>>10), byte(acc>>2))
	}
	return dst
}

var base64Value = func() (t [256]byte) {
	for i := range t {
		t[i] = 0xff
	}
	for i, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") {
		t[c] = byte(i)
	}
	t['-'], t['_'] = 62, 63 // RFC 4648 section 5, seen in the wild
	return
}()

func trimSpace(b []byte) []byte {
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\t' || b[0] == '\r' || b[0] == '\n') {
		b = b[1:]
	}
	for len(b) > 0 && (b[len(b)-1] == ' ' || b[len(b)-1] == '\t' || b[len(b)-1] == '\r' || b[len(b)-1] == '\n') {
		b = b[:len(b)-1]
	}
	return b
}
