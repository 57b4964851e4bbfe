package cmail

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/quotedprintable"
	"strings"
	"unicode/utf8"
)

const (
	lineWidth = 76
	hardWidth = 998
)

// field writes a header field, folded at spaces.
func field(w *strings.Builder, name, value string) {
	value = strings.TrimSpace(oneLine(value))
	if value == "" {
		return
	}
	w.WriteString(name + ":")
	at := len(name) + 1
	for i, word := range strings.Split(value, " ") {
		if i > 0 && at+1+len(word) > lineWidth && word != "" {
			w.WriteString("\r\n")
			at = 0
		}
		for len(word) > 900 { // no line may be longer than 998 bytes
			n := 900
			for n > 890 && !utf8.RuneStart(word[n]) {
				n--
			}
			w.WriteString(" " + word[:n] + "\r\n")
			word, at = word[n:], 0
		}
		w.WriteString(" " + word)
		at += 1 + len(word)
	}
	w.WriteString("\r\n")
}

// oneLine takes out what would end a field.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\r' || r == '\n' || r == '\t':
			return ' '
		case r < ' ' || r == 0x7f:
			return -1
		}
		return r
	}, s)
}

func isASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// words makes encoded words of text that is not ASCII (RFC 2047), or looks like encoded words itself.
func words(s string) string {
	s = oneLine(s)
	if isASCII(s) && !strings.Contains(s, "=?") && longest(s) < 900 {
		return s
	}
	if !isASCII(s) {
		wide := 0
		for _, r := range s {
			if r >= 0x300 {
				wide++
			}
		}
		if wide*2 > utf8.RuneCountInString(s) {
			return mime.BEncoding.Encode("utf-8", s)
		}
		return mime.QEncoding.Encode("utf-8", s)
	}
	// Encode leaves ASCII alone, so the words are made here.
	var out []string
	for len(s) > 0 {
		n := min(45, len(s))
		out = append(out, "=?utf-8?b?"+base64.StdEncoding.EncodeToString([]byte(s[:n]))+"?=")
		s = s[n:]
	}
	return strings.Join(out, " ")
}

func longest(s string) (n int) {
	for _, w := range strings.Split(s, " ") {
		n = max(n, len(w))
	}
	return n
}

// param is a parameter of a field, by RFC 2231 where it is not ASCII or too long for a line.
func param(name, value string) string {
	value = oneLine(value)
	if isASCII(value) && len(value) <= 60 {
		return name + `="` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(value) + `"`
	}
	var enc strings.Builder
	const safe = "!#$&+-.^_`|~"
	var parts []string
	enc.WriteString("utf-8''")
	for i := 0; i < len(value); i++ {
		c := value[i]
		// A character stays whole in its section.
		if enc.Len() > 50 && utf8.RuneStart(c) {
			parts = append(parts, enc.String())
			enc.Reset()
		}
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte(safe, c) >= 0 {
			enc.WriteByte(c)
			continue
		}
		const hex = "0123456789ABCDEF"
		enc.Write([]byte{'%', hex[c>>4], hex[c&15]})
	}
	parts = append(parts, enc.String())
	if len(parts) == 1 {
		return name + "*=" + parts[0]
	}
	for i := range parts {
		parts[i] = name + "*" + itoa(i) + "*=" + parts[i]
	}
	return strings.Join(parts, "; ")
}

// crlf makes all line ends CRLF and takes out NULs.
func crlf(b []byte) []byte {
	out := make([]byte, 0, len(b)+len(b)/32+2)
	for i, c := range b {
		switch c {
		case 0:
		case '\r':
			if i+1 == len(b) || b[i+1] != '\n' {
				out = append(out, '\r', '\n')
			}
		case '\n':
			out = append(out, '\r', '\n')
		default:
			out = append(out, c)
		}
	}
	return out
}

// plain reports whether text with CRLF line ends can travel as it is: ASCII and short lines; with eight, any bytes.
func plain(b []byte, eight bool) bool {
	line := 0
	for i, c := range b {
		if c >= utf8.RuneSelf && !eight || c == 0 {
			return false
		}
		if c == '\n' {
			if line > 0 && i > 1 && (b[i-2] == ' ' || b[i-2] == '\t') && !eight {
				return false
			}
			line = 0
			continue
		}
		if line++; line > hardWidth {
			return false
		}
	}
	return !bytes.HasPrefix(b, []byte("From ")) && !bytes.Contains(b, []byte("\nFrom ")) || eight
}

// textEncoding chooses how text travels.
func textEncoding(b []byte) string {
	if plain(b, false) {
		return "7bit"
	}
	high := 0
	for _, c := range b {
		if c >= utf8.RuneSelf || c == '=' {
			high++
		}
	}
	if high*3 > len(b) {
		return "base64"
	}
	return "quoted-printable"
}

func encodeTo(w io.Writer, encoding string, b []byte) error {
	switch encoding {
	case "quoted-printable":
		q := quotedprintable.NewWriter(w)
		if _, err := q.Write(b); err != nil {
			return err
		}
		return q.Close()
	case "base64":
		l := newBase64(w)
		if _, err := l.Write(b); err != nil {
			return err
		}
		return l.Close()
	}
	_, err := w.Write(b)
	return err
}

// base64Writer encodes in lines of 76.
type base64Writer struct {
	io.WriteCloser
	w *lines
}

func newBase64(w io.Writer) *base64Writer {
	l := &lines{w: w}
	return &base64Writer{base64.NewEncoder(base64.StdEncoding, l), l}
}

func (b *base64Writer) Close() error {
	if err := b.WriteCloser.Close(); err != nil {
		return err
	}
	return b.w.end()
}

// lines puts a line end behind every 76 bytes.
type lines struct {
	w  io.Writer
	at int
}

func (l *lines) Write(b []byte) (n int, err error) {
	for len(b) > 0 {
		k := min(lineWidth-l.at, len(b))
		if _, err := l.w.Write(b[:k]); err != nil {
			return n, err
		}
		n, b = n+k, b[k:]
		if l.at += k; l.at == lineWidth {
			if err := l.end(); err != nil {
				return n, err
			}
		}
	}
	return n, nil
}

func (l *lines) end() error {
	if l.at == 0 {
		return nil
	}
	l.at = 0
	_, err := io.WriteString(l.w, "\r\n")
	return err
}
