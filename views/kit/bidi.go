package kit

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/bidi"
)

// RTL reports whether the first strong character of s is right-to-left (UAX 9, rules P2 and P3).
func RTL(s string) bool {
	for _, r := range s {
		if r < 0x590 {
			if r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r >= 0xc0 {
				return false
			}
			continue
		}
		p, _ := bidi.LookupRune(r)
		switch p.Class() {
		case bidi.L:
			return false
		case bidi.R, bidi.AL:
			return true
		}
	}
	return false
}

// hasRTL reports whether there is anything to reorder.
func hasRTL(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0xd6 { // first byte of U+0590
			for _, r := range s[i:] {
				if r >= 0x590 {
					p, _ := bidi.LookupRune(r)
					if c := p.Class(); c == bidi.R || c == bidi.AL || c == bidi.AN {
						return true
					}
				}
			}
			return false
		}
	}
	return false
}

// The marks of direction (UAX 9): characters without width.
const (
	lrm = "\u200e"
	rlm = "\u200f"
)

// Visual prepares a line for drawing: its parts of one direction in the order in which they are seen from left to right. Fyne shapes a part
// that runs from right to left rightly by itself, but puts the parts, and within them what comes from different fonts, one behind the other
// as they come. So each word is a part of its own here, and marks keep the characters between them where they belong. The base direction is that of the first strong character. What is prepared already stays as it is.
func Visual(s string) string {
	if !hasRTL(s) || strings.HasPrefix(s, lrm+lrm) {
		return s
	}
	var b strings.Builder
	b.WriteString(lrm + lrm)
	for _, r := range Runs(s, RTL(s)) {
		if !r.RTL {
			b.WriteString(lrm + s[r.From:r.To])
			continue
		}
		ws := words(s[r.From:r.To])
		for i := len(ws) - 1; i >= 0; i-- {
			if w := ws[i]; hasRTL(w) {
				b.WriteString(rlm + w + rlm)
			} else {
				b.WriteString(lrm + turned(w) + lrm)
			}
		}
	}
	b.WriteString(lrm)
	return b.String()
}

// words divides text that runs from right to left into words and what is between them.
func words(s string) []string {
	var out []string
	from, was := 0, -1
	for i, r := range s {
		p, _ := bidi.LookupRune(r)
		now := 0
		switch p.Class() {
		case bidi.R, bidi.AL:
			now = 1
		case bidi.NSM, bidi.BN:
			now = max(was, 0)
		}
		if now != was && was >= 0 {
			out = append(out, s[from:i])
			from = i
		}
		was = now
	}
	return append(out, s[from:])
}

// turned reverses the characters between two words, and their brackets (rule L4).
func turned(s string) string {
	rs := []rune(s)
	for i, j := 0, len(rs)-1; i < j; i, j = i+1, j-1 {
		rs[i], rs[j] = rs[j], rs[i]
	}
	const open, shut = "([{<«", ")]}>»"
	a, b := []rune(open), []rune(shut)
	for i, r := range rs {
		for k := range a {
			switch r {
			case a[k]:
				rs[i] = b[k]
			case b[k]:
				rs[i] = a[k]
			}
		}
	}
	return string(rs)
}

// levels returns the embedding level of each byte of s: rules W1 to W7, N1, N2, I1, I2 and L1 of UAX 9 with one paragraph and no explicit
// formatting (its characters count as neutral; they are rare in mail and reordering stays legible without them).
func levels(s string, base uint8) []uint8 {
	type char struct {
		at, size int
		orig, c  bidi.Class
	}
	cs := make([]char, 0, len(s))
	for i, r := range s {
		p, _ := bidi.LookupRune(r)
		c := p.Class()
		switch c {
		case bidi.LRE, bidi.RLE, bidi.LRO, bidi.RLO, bidi.PDF, bidi.LRI, bidi.RLI, bidi.FSI, bidi.PDI, bidi.BN, bidi.Control:
			c = bidi.ON
		}
		cs = append(cs, char{i, utf8.RuneLen(r), c, c})
		if r == utf8.RuneError {
			cs[len(cs)-1].size = 1
		}
	}
	baseClass := bidi.L
	if base == 1 {
		baseClass = bidi.R
	}
	prev, strong := baseClass, baseClass
	for i := range cs { // W1, W2, W3
		switch cs[i].c {
		case bidi.NSM:
			cs[i].c = prev
		case bidi.EN:
			if strong == bidi.AL {
				cs[i].c = bidi.AN
			}
		case bidi.L, bidi.R, bidi.AL:
			strong = cs[i].c
		}
		prev = cs[i].c
	}
	for i := range cs {
		if cs[i].c == bidi.AL {
			cs[i].c = bidi.R
		}
	}
	for i := 1; i+1 < len(cs); i++ { // W4
		a, b := cs[i-1].c, cs[i+1].c
		if a == b && (cs[i].c == bidi.ES && a == bidi.EN || cs[i].c == bidi.CS && (a == bidi.EN || a == bidi.AN)) {
			cs[i].c = a
		}
	}
	for i := 0; i < len(cs); { // W5, W6
		if cs[i].c != bidi.ET {
			if cs[i].c == bidi.ES || cs[i].c == bidi.CS {
				cs[i].c = bidi.ON
			}
			i++
			continue
		}
		j := i
		for j < len(cs) && cs[j].c == bidi.ET {
			j++
		}
		to := bidi.ON
		if i > 0 && cs[i-1].c == bidi.EN || j < len(cs) && cs[j].c == bidi.EN {
			to = bidi.EN
		}
		for ; i < j; i++ {
			cs[i].c = to
		}
	}
	strong = baseClass
	for i := range cs { // W7
		switch cs[i].c {
		case bidi.L, bidi.R:
			strong = cs[i].c
		case bidi.EN:
			if strong == bidi.L {
				cs[i].c = bidi.L
			}
		}
	}
	side := func(c bidi.Class) bidi.Class {
		if c == bidi.EN || c == bidi.AN {
			return bidi.R
		}
		return c
	}
	neutral := func(c bidi.Class) bool { return c != bidi.L && c != bidi.R && c != bidi.EN && c != bidi.AN }
	for i := 0; i < len(cs); { // N1, N2
		if !neutral(cs[i].c) {
			i++
			continue
		}
		j := i
		for j < len(cs) && neutral(cs[j].c) {
			j++
		}
		before, after := baseClass, baseClass
		if i > 0 {
			before = side(cs[i-1].c)
		}
		if j < len(cs) {
			after = side(cs[j].c)
		}
		to := baseClass
		if before == after {
			to = before
		}
		for ; i < j; i++ {
			cs[i].c = to
		}
	}
	lv := make([]uint8, len(s))
	for _, c := range cs {
		l := base
		switch {
		case base == 0 && c.c == bidi.R:
			l = 1
		case base == 0 && (c.c == bidi.AN || c.c == bidi.EN):
			l = 2
		case base == 1 && c.c != bidi.R:
			l = 2
		}
		for k := 0; k < c.size && c.at+k < len(lv); k++ {
			lv[c.at+k] = l
		}
	}
	for i := len(cs) - 1; i >= 0 && (cs[i].orig == bidi.WS || cs[i].orig == bidi.S || cs[i].orig == bidi.B); i-- { // L1
		for k := 0; k < cs[i].size && cs[i].at+k < len(lv); k++ {
			lv[cs[i].at+k] = base
		}
	}
	return lv
}

// HasRTL reports whether anything in s runs from right to left.
func HasRTL(s string) bool { return hasRTL(s) }

// BidiRun is a part of a line in one direction.
type BidiRun struct {
	From, To int // bytes
	RTL      bool
}

// Runs divides a line into parts of one direction, in the order in which they are drawn from left to right.
func Runs(s string, rtl bool) []BidiRun {
	base := uint8(0)
	if rtl {
		base = 1
	}
	lv := levels(s, base)
	var out []BidiRun
	var ls []uint8
	var top uint8
	for i := 0; i < len(s); {
		j := i
		for j < len(s) && lv[j] == lv[i] {
			j++
		}
		out, ls = append(out, BidiRun{i, j, lv[i]&1 == 1}), append(ls, lv[i])
		top = max(top, lv[i])
		i = j
	}
	for l := top; l > 0; l-- {
		for i := 0; i < len(out); {
			if ls[i] < l {
				i++
				continue
			}
			j := i
			for j < len(out) && ls[j] >= l {
				j++
			}
			for a, b := i, j-1; a < b; a, b = a+1, b-1 {
				out[a], out[b] = out[b], out[a]
				ls[a], ls[b] = ls[b], ls[a]
			}
			i = j
		}
	}
	return out
}
