package spell

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxSuggest bounds how many words are offered, and maxLook how many are looked at.
const (
	maxSuggest = 7
	maxLook    = 30_000
)

// Suggest returns what may be meant by a word, the likeliest first. It takes some 10 ms for a long word.
func (d *Dictionary) Suggest(word string) []string {
	w := d.norm(word)
	if w == "" || utf8.RuneCountInString(w) > 40 {
		return nil
	}
	var out []string
	looked := 0
	first, _ := utf8.DecodeRuneInString(w)
	title := unicode.IsUpper(first)
	shout := title && utf8.RuneCountInString(w) > 1 && w == strings.ToUpper(w)
	low := strings.ToLower(w)
	try := func(s string) bool {
		if looked++; looked > maxLook || len(out) >= maxSuggest {
			return false
		}
		ok := true
		for _, p := range strings.Split(s, " ") {
			ok = ok && p != "" && (d.known(p, false) || p != "" && d.any(p)) && !d.hidden(p)
		}
		if !ok {
			return true
		}
		switch {
		case shout:
			s = strings.ToUpper(s)
		case title:
			c, n := utf8.DecodeRuneInString(s)
			s = string(unicode.ToUpper(c)) + s[n:]
		}
		if s != word && !slices.Contains(out, s) {
			out = append(out, s)
		}
		return true
	}
	base := low
	if !title {
		base = w
	}
	try(base)
	if c, n := utf8.DecodeRuneInString(base); unicode.IsLower(c) { // a noun or a name without its capital
		try(string(unicode.ToUpper(c)) + base[n:])
	}
	for _, p := range d.r.rep {
		for at := 0; ; {
			i := strings.Index(base[at:], p[0])
			if i < 0 || p[0] == "" {
				break
			}
			i += at
			try(base[:i] + p[1] + base[i+len(p[0]):])
			at = i + 1
		}
	}
	rs := []rune(base)
	for i := 0; i+1 < len(rs); i++ { // two letters exchanged
		x := slices.Clone(rs)
		x[i], x[i+1] = x[i+1], x[i]
		try(string(x))
	}
	letters := []rune(d.r.try)
	if len(letters) == 0 {
		letters = []rune("esianrtolcdugmphbyfvkwzxjq")
	}
	for i := range rs { // a letter too much
		try(string(rs[:i]) + string(rs[i+1:]))
	}
	for i := range rs { // a wrong letter
		for _, c := range letters {
			if c != rs[i] && !unicode.IsUpper(c) {
				try(string(rs[:i]) + string(c) + string(rs[i+1:]))
			}
		}
	}
	for i := 0; i <= len(rs); i++ { // a letter missing
		for _, c := range letters {
			if !unicode.IsUpper(c) {
				try(string(rs[:i]) + string(c) + string(rs[i:]))
			}
		}
	}
	for i := 2; i+1 < len(rs); i++ { // two words
		try(string(rs[:i]) + " " + string(rs[i:]))
	}
	return out
}

func (d *Dictionary) hidden(w string) bool {
	return d.r.noSuggest != 0 && d.each(d.stems[w], func(fs []flag) bool { return slices.Contains(fs, d.r.noSuggest) })
}
