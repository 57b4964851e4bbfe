package spell

import (
	"bufio"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// Dictionary is one language. It may be used by several goroutines.
type Dictionary struct {
	Lang string // "en_GB"

	r     *rules
	stems map[string]string // flags as written, of all entries of the stem, joined by \x00
	conv  *strings.Replacer
}

// folders are where systems keep dictionaries.
var folders = []string{"/usr/share/hunspell", "/usr/share/myspell/dicts", "/usr/share/myspell", "/usr/local/share/hunspell", "/Library/Spelling"}

// Languages returns the languages that the system has dictionaries of, sorted.
func Languages() []string {
	var out []string
	for _, dir := range folders {
		names, _ := filepath.Glob(filepath.Join(dir, "*.dic"))
		for _, n := range names {
			lang := strings.TrimSuffix(filepath.Base(n), ".dic")
			if _, err := os.Stat(strings.TrimSuffix(n, ".dic") + ".aff"); err == nil && !strings.HasPrefix(lang, "hyph") && !slices.Contains(out, lang) {
				out = append(out, lang)
			}
		}
	}
	sort.Strings(out)
	return out
}

// Name is a language's name for people, in English: "English (GB)".
func Name(lang string) string {
	code, rest, _ := strings.Cut(lang, "_")
	t, err := language.Parse(code)
	name := lang
	if err == nil {
		if n := display.English.Languages().Name(t); n != "" {
			name = n
		}
	}
	if rest != "" && name != lang {
		name += " (" + strings.ReplaceAll(rest, "_", ", ") + ")"
	}
	return name
}

// ErrNone says that there is no dictionary of a language.
var ErrNone = errors.New("spell: no dictionary")

// Open reads the dictionary of a language: "en_GB", or "en" for any of them. It takes some 100 ms and belongs on no window's goroutine.
func Open(lang string) (*Dictionary, error) {
	lang = strings.ReplaceAll(lang, "-", "_")
	have := Languages()
	pick := ""
	for _, h := range have {
		if strings.EqualFold(h, lang) {
			pick = h
		}
	}
	if pick == "" {
		short, _, _ := strings.Cut(lang, "_")
		for _, h := range have {
			if s, _, _ := strings.Cut(h, "_"); strings.EqualFold(s, short) {
				pick = h
				break
			}
		}
	}
	if pick == "" {
		return nil, ErrNone
	}
	for _, dir := range folders {
		aff, err := os.Open(filepath.Join(dir, pick+".aff"))
		if err != nil {
			continue
		}
		defer aff.Close()
		dic, err := os.Open(filepath.Join(dir, pick+".dic"))
		if err != nil {
			continue
		}
		defer dic.Close()
		d, err := Read(aff, dic)
		if err == nil {
			d.Lang = pick
		}
		return d, err
	}
	return nil, ErrNone
}

// Read reads a dictionary of its two files.
func Read(aff, dic io.Reader) (*Dictionary, error) {
	r, err := readAffix(aff)
	if err != nil {
		return nil, err
	}
	d := &Dictionary{r: r, stems: map[string]string{}}
	if len(r.iconv) > 0 {
		d.conv = strings.NewReplacer(r.iconv...)
	}
	s := bufio.NewScanner(io.LimitReader(dic, maxWords))
	s.Buffer(make([]byte, 64<<10), 1<<20)
	for first := true; s.Scan(); first = false {
		if first && len(s.Bytes()) < 20 && !strings.ContainsAny(strings.TrimSpace(s.Text()), "/") && isNumber(s.Text()) {
			continue
		}
		line := r.text(s.Bytes())
		// Morphology follows a tab, or a space and "xx:".
		line, _, _ = strings.Cut(line, "\t")
		if i := strings.IndexByte(line, ' '); i > 0 && strings.IndexByte(line[i:], ':') == 3 {
			line = line[:i]
		}
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		word, flags := line, ""
		for i := 1; i < len(line); i++ {
			if line[i] == '/' && line[i-1] != '\\' {
				word, flags = line[:i], line[i+1:]
				break
			}
		}
		word = strings.ReplaceAll(word, `\/`, "/")
		if old, ok := d.stems[word]; ok {
			flags = old + "\x00" + flags
		} else if len(d.stems) >= maxStems {
			break
		}
		d.stems[word] = flags
	}
	return d, s.Err()
}

func isNumber(s string) bool {
	for _, c := range strings.TrimPrefix(strings.TrimSpace(s), "\ufeff") {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// Check reports whether a word is spelled as the dictionary has it. Numbers, addresses and words of capitals and digits are right.
func (d *Dictionary) Check(word string) bool {
	word = d.norm(word)
	if word == "" || utf8.RuneCountInString(word) > 60 {
		return true
	}
	digits := false
	for _, c := range word {
		digits = digits || unicode.IsDigit(c)
		if c == '@' || c == '/' || c == '_' || c == ':' || c == '.' { // an address, a file
			return true
		}
	}
	if digits {
		return true
	}
	if d.any(word) {
		return true
	}
	// Parts joined by hyphens or apostrophes may each be words.
	for _, sep := range []string{"-", "\u2010", "’", "'"} {
		if strings.Contains(word, sep) {
			parts := strings.Split(word, sep)
			ok := len(parts) <= 6
			for _, p := range parts {
				ok = ok && (p == "" || (sep == "-" || len(p) > 2) && d.any(p))
			}
			if ok {
				return true
			}
		}
	}
	return false
}

func (d *Dictionary) norm(w string) string {
	w = strings.Map(func(r rune) rune {
		if r == '\u00ad' || r == '\u200d' || r == '\u200c' || strings.ContainsRune(d.r.ignore, r) {
			return -1
		}
		return r
	}, w)
	if d.conv != nil {
		w = d.conv.Replace(w)
	}
	return strings.Trim(w, "'’.-")
}

// any tries a word as it is, and in lower case where it begins or is wholly in capitals.
func (d *Dictionary) any(w string) bool {
	if d.known(w, false) {
		return true
	}
	first, n := utf8.DecodeRuneInString(w)
	if !unicode.IsUpper(first) {
		return false
	}
	low := strings.ToLower(w)
	rest := w[n:]
	switch {
	case rest == strings.ToLower(rest): // Word
		return d.known(low, true)
	case w == strings.ToUpper(w): // WORD
		return d.known(low, true) || d.known(string(first)+strings.ToLower(rest), true) || d.known(strings.ReplaceAll(low, "ss", "ß"), true)
	}
	return false
}

// known tries a word as a stem, with affixes and as a compound.
func (d *Dictionary) known(w string, changed bool) bool {
	if flags, ok := d.stems[w]; ok && d.hasForbidden(flags) {
		return false
	}
	return d.form(w, 0, changed) || d.compounds(w)
}

func (d *Dictionary) hasForbidden(flags string) bool {
	return d.r.forbid != 0 && d.each(flags, func(fs []flag) bool { return slices.Contains(fs, d.r.forbid) })
}

// each runs f on the flags of each entry of a stem until it is true.
func (d *Dictionary) each(flags string, f func([]flag) bool) bool {
	for _, one := range strings.Split(flags, "\x00") {
		if f(d.r.flags(one)) {
			return true
		}
	}
	return false
}

// part says where in a compound a form stands.
type part int

const (
	alone part = iota
	atBegin
	inMiddle
	atLast
)

// form reports whether w is a stem, or a stem with affixes, that may stand there.
func (d *Dictionary) form(w string, at part, changed bool) bool {
	if flags, ok := d.stems[w]; ok && d.each(flags, func(fs []flag) bool { return d.allowed(fs, nil, at, changed, false) }) {
		return true
	}
	return d.suffixed(w, at, changed, nil) || d.prefixed(w, at, changed)
}

// allowed reports whether a stem with flags, and those that its affixes bring, may stand there.
func (d *Dictionary) allowed(fs, more []flag, at part, changed, affixed bool) bool {
	r := d.r
	has := func(f flag) bool { return f != 0 && (slices.Contains(fs, f) || slices.Contains(more, f)) }
	if has(r.forbid) {
		return false
	}
	if !affixed && r.need != 0 && slices.Contains(fs, r.need) || r.need != 0 && slices.Contains(more, r.need) {
		return false
	}
	if changed && has(r.keep) {
		return false
	}
	switch at {
	case alone:
		return !has(r.onlyIn)
	case atBegin:
		return has(r.compound) || has(r.begin)
	case inMiddle:
		return has(r.compound) || has(r.middle)
	}
	return has(r.compound) || has(r.last)
}

// suffixed takes a suffix off, and perhaps another one below it. outer is the flag that the stem's suffix must lead on to.
func (d *Dictionary) suffixed(w string, at part, changed bool, outer *affix) bool {
	for n := min(len(w), d.r.longS); n >= 0; n-- {
		if n > 0 && !utf8.RuneStart(w[len(w)-n]) {
			continue
		}
		for i := range d.r.suffixes[w[len(w)-n:]] {
			a := &d.r.suffixes[w[len(w)-n:]][i]
			next := d.r.flags(a.next)
			if outer != nil && !slices.Contains(next, outer.flag) {
				continue
			}
			stem := w[:len(w)-n] + a.strip
			if stem == "" || stem == w && n == 0 && a.strip == "" || n == len(w) && !d.r.fullStrip && a.strip == "" || !meets(a.cond, stem, true) {
				continue
			}
			if flags, ok := d.stems[stem]; ok && d.each(flags, func(fs []flag) bool {
				more := next
				if outer != nil {
					more = d.r.flags(outer.next)
				}
				return slices.Contains(fs, a.flag) && d.allowed(fs, more, at, changed, true)
			}) {
				return true
			}
			if outer == nil && len(d.r.suffixes) < 20_000 && d.suffixed(stem, at, changed, a) {
				return true
			}
		}
	}
	return false
}

// prefixed takes a prefix off, and perhaps a suffix as well.
func (d *Dictionary) prefixed(w string, at part, changed bool) bool {
	for n := 1; n <= min(len(w)-1, d.r.longP); n++ {
		if !utf8.RuneStart(w[n]) {
			continue
		}
		for i := range d.r.prefixes[w[:n]] {
			p := &d.r.prefixes[w[:n]][i]
			stem := p.strip + w[n:]
			if !meets(p.cond, stem, false) {
				continue
			}
			next := d.r.flags(p.next)
			if flags, ok := d.stems[stem]; ok && d.each(flags, func(fs []flag) bool {
				return slices.Contains(fs, p.flag) && d.allowed(fs, next, at, changed, true)
			}) {
				return true
			}
			if !p.cross {
				continue
			}
			for m := min(len(stem), d.r.longS); m >= 0; m-- {
				if m > 0 && !utf8.RuneStart(stem[len(stem)-m]) {
					continue
				}
				for j := range d.r.suffixes[stem[len(stem)-m:]] {
					s := &d.r.suffixes[stem[len(stem)-m:]][j]
					base := stem[:len(stem)-m] + s.strip
					if !s.cross || base == "" || !meets(s.cond, base, true) {
						continue
					}
					if flags, ok := d.stems[base]; ok && d.each(flags, func(fs []flag) bool {
						return slices.Contains(fs, s.flag) && slices.Contains(fs, p.flag) && d.allowed(fs, append(d.r.flags(s.next), next...), at, changed, true)
					}) {
						return true
					}
				}
			}
		}
	}
	return false
}

// maxParts bounds compounds, and maxTries the work for one word.
const (
	maxParts = 5
	maxTries = 4000
)

// compounds reports whether w is made of words that may be joined.
func (d *Dictionary) compounds(w string) bool {
	r := d.r
	if r.compound == 0 && (r.begin == 0 || r.last == 0) || utf8.RuneCountInString(w) < 2*r.minPart {
		return false
	}
	tries := 0
	var rest func(s string, k int) bool
	rest = func(s string, k int) bool {
		if tries++; tries > maxTries || k >= maxParts {
			return false
		}
		at := inMiddle
		if k == 0 {
			at = atBegin
		}
		runes := 0
		for i := range s {
			if runes >= r.minPart && utf8.RuneCountInString(s[i:]) >= r.minPart && d.joined(s[:i], at) {
				if d.joined(s[i:], atLast) || rest(s[i:], k+1) {
					return true
				}
			}
			runes++
		}
		return false
	}
	return rest(w, 0)
}

// joined tries a part of a compound: nouns lose their capital inside of one.
func (d *Dictionary) joined(w string, at part) bool {
	if d.form(w, at, false) {
		return true
	}
	if at != atBegin {
		if c, n := utf8.DecodeRuneInString(w); unicode.IsLower(c) {
			return d.form(string(unicode.ToUpper(c))+w[n:], at, false)
		}
	}
	return false
}
