package clip

import (
	"bytes"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// decode makes UTF-8 of what a program offers as text/html or text: some write UTF-16, with a byte order mark or without, some end with a zero.
func decode(b []byte) string {
	little := bytes.HasPrefix(b, []byte{0xFF, 0xFE})
	big := bytes.HasPrefix(b, []byte{0xFE, 0xFF})
	if !little && !big && len(b) >= 4 {
		// "<h" in UTF-16 without a mark.
		little = b[0] != 0 && b[1] == 0 && b[2] != 0 && b[3] == 0
		big = b[0] == 0 && b[1] != 0 && b[2] == 0 && b[3] != 0
	}
	if little || big {
		u := make([]uint16, len(b)/2)
		for i := range u {
			if little {
				u[i] = uint16(b[2*i]) | uint16(b[2*i+1])<<8
			} else {
				u[i] = uint16(b[2*i])<<8 | uint16(b[2*i+1])
			}
		}
		b = []byte(string(utf16.Decode(u)))
	}
	b = bytes.TrimPrefix(b, []byte("\uFEFF"))
	if i := bytes.IndexByte(b, 0); i >= 0 {
		b = b[:i]
	}
	s := string(b)
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\uFFFD")
	}
	return s
}

// latin1 makes UTF-8 of the type STRING (ICCCM section 2.6.2).
func latin1(b []byte) string {
	r := make([]rune, 0, len(b))
	for _, c := range b {
		if c != 0 {
			r = append(r, rune(c))
		}
	}
	return string(r)
}

// toLatin1 is the other way; what STRING does not have becomes a question mark.
func toLatin1(s string) []byte {
	out := make([]byte, 0, len(s))
	for _, r := range s {
		if r > 0xFF {
			r = '?'
		}
		out = append(out, byte(r))
	}
	return out
}
