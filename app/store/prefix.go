package store

import (
	"context"
	"strings"
	"time"
)

// A word that is still being typed. The index keeps the beginnings of two and three letters. For longer ones the full-text engine would gather all
// messages of all words that begin so before it shows the first; where those words are few they are looked up instead and asked for one by one, so that
// the newest messages come at once.
const (
	prefixKept = 3  // letters
	prefixMost = 48 // words
	prefixTime = 15 * time.Millisecond
)

// wordsFrom returns the words of the index that begin with prefix, which is of lower-case ASCII letters and digits; false when they are too many.
func (s *Store) wordsFrom(ctx context.Context, prefix string) ([]string, bool, error) {
	until := time.Now().Add(prefixTime)
	var out []string
	for from := prefix; ; {
		var term string
		// One look a word: the table lists each place of each word, and a common one has very many.
		ok, err := s.reads.row(ctx, "SELECT term FROM ftsterms WHERE term>=? LIMIT 1", []any{from}, &term)
		if err != nil {
			return nil, false, err
		}
		if !ok || !strings.HasPrefix(term, prefix) {
			return out, true, nil
		}
		if len(out) == prefixMost || time.Now().After(until) {
			return nil, false, nil
		}
		out = append(out, term)
		from = term + "\x01" // behind it, before all that are longer
	}
}

// plainPrefix returns a beginning of a word in the form that the index has it, "" when that is not sure, or the index keeps it.
func plainPrefix(word string) string {
	if len(word) <= prefixKept {
		return ""
	}
	for i := 0; i < len(word); i++ {
		if c := word[i] | 0x20; (c < 'a' || c > 'z') && (word[i] < '0' || word[i] > '9') {
			return ""
		}
	}
	return strings.ToLower(word)
}
