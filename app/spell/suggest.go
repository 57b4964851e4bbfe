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
	maxFound   = 100
	maxLook    = 30_000
)

// How unlikely a mistake is, 0 = the likeliest. People know how a word begins.
const (
	costAsIs    = iota // nothing but capitals, or what the dictionary says is mixed up
	costSwap           // two letters exchanged
	costMissing        // a letter left out, or a vowel for another
	costLetter         // a letter too much, or a wrong one
	costWords          // the space between two words
	costFirst   = 2    // more, when it is the first letter
)

// Suggest returns what may be meant by a word, the likeliest first. It takes some 10 ms for a long word.
func (d *Dictionary) Suggest(word string) []string {
	w := d.norm(word)
	if w == "" || utf8.RuneCountInString(w) > 40 {
		return nil
	}
	type guess struct {
		word string
		cost int
	}
	var found []guess
	looked, cost := 0, costAsIs
	first, _ := utf8.DecodeRuneInString(w)
	title := unicode.IsUpper(first)
	shout := title && utf8.RuneCountInString(w) > 1 && w == strings.ToUpper(w)
	low := strings.ToLower(w)
	try := func(s string) bool {
		if looked++; looked > maxLook || len(found) >= maxFound {
			return false
		}
		ok, c := true, cost
		if a, _ := utf8.DecodeRuneInString(s); c != costAsIs && unicode.ToLower(a) != unicode.ToLower(first) {
			c += costFirst
		}
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
		if i := slices.IndexFunc(found, func(g guess) bool { return g.word == s }); i >= 0 {
			found[i].cost = min(found[i].cost, c)
		} else if s != word {
			found = append(found, guess{s, c})
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
	cost = costSwap
	for i := 0; i+1 < len(rs); i++ { // two letters exchanged
		x := slices.Clone(rs)
		x[i], x[i+1] = x[i+1], x[i]
		try(string(x))
	}
	letters := []rune(d.r.try)
	if len(letters) == 0 {
		letters = []rune("esianrtolcdugmphbyfvkwzxjq")
	}
	cost = costLetter
	for i := range rs { // a letter too much
		try(string(rs[:i]) + string(rs[i+1:]))
	}
	for i := range rs { // a wrong letter
		for _, c := range letters {
			if c != rs[i] && !unicode.IsUpper(c) {
				if cost = costLetter; vowel(c) && vowel(rs[i]) {
					cost = costMissing
				}
				try(string(rs[:i]) + string(c) + string(rs[i+1:]))
			}
		}
	}
	cost = costMissing
	for i := 0; i <= len(rs); i++ { // a letter missing
		for _, c := range letters {
			if !unicode.IsUpper(c) {
				try(string(rs[:i]) + string(c) + string(rs[i:]))
			}
		}
	}
	cost = costWords
	for i := 2; i+1 < len(rs); i++ { // two words
		try(string(rs[:i]) + " " + string(rs[i:]))
	}
	slices.SortStableFunc(found, func(a, b guess) int { return a.cost - b.cost })
	var out []string
	for _, g := range found[:min(len(found), maxSuggest)] {
		out = append(out, g.word)
	}
	return out
}

// vowel tells whether a letter is one of those that are mixed up most.
func vowel(c rune) bool {
	return strings.ContainsRune("aeiouyäöüåæøáéíóúàèìòùâêîôû", c)
}

func (d *Dictionary) hidden(w string) bool {
	return d.r.noSuggest != 0 && d.each(d.stems[w], func(fs []flag) bool { return slices.Contains(fs, d.r.noSuggest) })
}
