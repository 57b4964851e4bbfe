package text

import (
	"strings"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// Breaks returns where lines may be broken, in order; the end of the text is not among them. Must is a line feed in the text and the like. Spaces
// belong to what is before the break. It is UAX #14, except between two printable ASCII characters, where browsers have a table of
// their own (Chromium's was read from what it does): only openers, hyphens and question marks part words there.
func Breaks(t string) []Opportunity {
	if t == "" {
		return nil
	}
	var out []Opportunity
	for i := 0; i < len(t); {
		// A stretch of ASCII is decided by the table; around other characters the full algorithm is needed, from blank to blank.
		j := i
		for j < len(t) && t[j] < 0x80 {
			j++
		}
		if j < len(t) {
			if k := strings.LastIndexAny(t[i:j], " \n\r"); k >= 0 {
				j = i + k + 1
			} else {
				j = i
			}
		}
		if j > i {
			out = ascii(t, i, j, out)
			i = j
			continue
		}
		for j < len(t) && !(t[j] == ' ' || t[j] == '\n' || t[j] == '\r') {
			j++
		}
		// With the blanks after it: whether there may be a break after them is for the ASCII part that follows to say.
		for j < len(t) && (t[j] == ' ' || t[j] == '\n' || t[j] == '\r') {
			j++
		}
		out = full(t, i, j, out)
		i = j
	}
	return out
}

// full applies UAX #14 to t[from:to]; the break at to is added too when there is text after it.
func full(t string, from, to int, out []Opportunity) []Opportunity {
	rest, state, at := t[from:to], -1, from
	if utf8.ValidString(rest) {
		rest = strings.Map(ideographic, rest)
	}
	next := func() (int, bool) {
		var seg string
		var must bool
		if rest == "" {
			return len(t) + 1, false
		}
		seg, rest, must, state = uniseg.FirstLineSegmentInString(rest, state)
		at += len(seg)
		if at == to {
			must = to > from && (t[to-1] == '\n' || t[to-1] == '\r')
		}
		return at, must
	}
	b, must := next()
	for i := from + 1; i <= to && i < len(t); i++ {
		can := i == b
		m := must
		if can {
			b, must = next()
		}
		if printable(t[i-1]) && printable(t[i]) {
			can, m = between(t, i), false
		}
		if can {
			out = append(out, Opportunity{At: i, Must: m})
		}
	}
	return out
}

// ideographic makes small kana and the long-vowel mark break like other kana, as browsers do unless a strict style is asked for. The length in bytes
// stays.
func ideographic(r rune) rune {
	switch r {
	case 'ぁ', 'ぃ', 'ぅ', 'ぇ', 'ぉ', 'っ', 'ゃ', 'ゅ', 'ょ', 'ゎ', 'ゕ', 'ゖ', 'ァ', 'ィ', 'ゥ', 'ェ', 'ォ', 'ッ', 'ャ', 'ュ', 'ョ', 'ヮ', 'ヵ', 'ヶ', 'ー':
		return 'あ'
	}
	return r
}

// ascii finds the breaks after each character of t[from:to], which is ASCII; what follows to is ASCII too, or a word after a blank.
func ascii(t string, from, to int, out []Opportunity) []Opportunity {
	for i := from + 1; i <= to && i < len(t); i++ {
		a, b := t[i-1], t[i]
		switch {
		case a == '\n' || a == '\r' && b != '\n':
			out = append(out, Opportunity{At: i, Must: true})
		case a == ' ' || a == '\t':
			if b != ' ' && b != '\n' && b != '\r' && b != '\t' {
				out = append(out, Opportunity{At: i})
			}
		case printable(a) && printable(b):
			if between(t, i) {
				out = append(out, Opportunity{At: i})
			}
		}
	}
	return out
}

func printable(c byte) bool { return c > ' ' && c < 0x7F }

const (
	openers    = "(<[{"
	beforeOpen = "!\"#%&)*+,.:;=>\\]|}~"
	notHyphen  = "!$),./:;?]}"
	notMark    = "!\"'),./:;?]}"
)

// between decides on a break before t[i], both sides being printable ASCII.
func between(t string, i int) bool {
	a, b := t[i-1], t[i]
	switch a {
	case '-':
		if b >= '0' && b <= '9' {
			// A minus, unless a word or number is before it.
			return i >= 2 && (t[i-2]|0x20 >= 'a' && t[i-2]|0x20 <= 'z' || t[i-2] >= '0' && t[i-2] <= '9')
		}
		return strings.IndexByte(notHyphen, b) < 0
	case '?':
		return strings.IndexByte(notMark, b) < 0
	}
	return strings.IndexByte(openers, b) >= 0 && strings.IndexByte(beforeOpen, a) >= 0
}
