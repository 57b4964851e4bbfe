package cmail

import (
	"strings"
	"time"
	"unicode/utf8"
)

// object writes content lines of vCard and iCalendar, folded at 75 bytes.
type object struct{ b strings.Builder }

func (o *object) line(name, value string) {
	s := name + ":" + value
	for first := true; len(s) > 0; first = false {
		width := 75
		if !first {
			o.b.WriteString("\r\n ")
			width = 74
		}
		n := min(width, len(s))
		for n < len(s) && n > 0 && !utf8.RuneStart(s[n]) {
			n--
		}
		if n == 0 { // not UTF-8, which cannot be
			n = min(width, len(s))
		}
		o.b.WriteString(s[:n])
		s = s[n:]
	}
	o.b.WriteString("\r\n")
}

// text writes a text value, nothing where it is empty.
func (o *object) text(name, value string) {
	if value = strings.TrimSpace(value); value != "" {
		o.line(name, escape(value))
	}
}

var escaper = strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\r\n", `\n`, "\n", `\n`, "\r", `\n`, "\x00", "")

// escape writes a text value (RFC 5545 section 3.3.11).
func escape(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\r' && r != '\t' || r == 0x7f {
			return -1
		}
		return r
	}, s)
	return escaper.Replace(s)
}

// quoted writes the value of a parameter.
func quoted(s string) string {
	s = strings.ReplaceAll(oneLine(s), `"`, "'")
	if s == "" || strings.ContainsAny(s, ":;,") {
		return `"` + s + `"`
	}
	return s
}

func stamp(t time.Time) string { return t.UTC().Format("20060102T150405Z") }
