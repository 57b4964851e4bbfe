package search

import (
	"strings"
	"unicode"
)

// grammed are scripts written without spaces between words: they are found by pairs of characters.
var grammed = []*unicode.RangeTable{unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar}

func isGram(r rune) bool {
	if r < 0x0E00 {
		return false
	}
	return r == 'ー' || r == '々' || unicode.In(r, grammed...) && (unicode.IsLetter(r) || unicode.IsDigit(r))
}

// Grams rewrites runs of characters of scripts without spaces as pairs, the last character alone: "日本語" becomes "日本 本語 語". Everything else
// stays as it is. The tokenizer of the index then sees words.
func Grams(s string) string {
	out, _ := grams(s, true)
	return out
}

// QueryGrams does the same with words that are looked for: they may be in the middle of a run, so the last character alone is left out, and a
// single character stands for all pairs that begin with it (prefix).
func QueryGrams(s string) (words string, prefix bool) { return grams(s, false) }

func grams(s string, all bool) (string, bool) {
	first := -1
	for i, r := range s {
		if isGram(r) {
			first = i
			break
		}
	}
	if first < 0 {
		return s, false
	}
	var b strings.Builder
	b.Grow(len(s) * 2)
	b.WriteString(s[:first])
	prev, run := rune(0), 0
	for _, r := range s[first:] {
		switch {
		case isGram(r):
			if run == 0 {
				b.WriteByte(' ')
			} else {
				b.WriteRune(prev)
				b.WriteRune(r)
				b.WriteByte(' ')
			}
			prev, run = r, run+1
		case run > 0 && unicode.Is(unicode.Mn, r): // vowel signs and tones do not part a run
		default:
			if run > 0 {
				b.WriteRune(prev)
				b.WriteByte(' ')
				run = 0
			}
			b.WriteRune(r)
		}
	}
	if run > 0 && (all || run == 1) {
		b.WriteRune(prev)
		return b.String(), true
	}
	return b.String(), false
}
