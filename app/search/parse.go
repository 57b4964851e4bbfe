package search

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/postrider/postrider/accounts/mail"
)

// Bounds of an expression; what is beyond is left out.
const (
	maxExpr  = 2000
	maxTerms = 64
	maxDepth = 16
	maxWord  = 200
)

// Check returns "" or a sentence about what is not understood.
func Check(expr string) string { return Parse(expr, time.Now()).Problem }

// Parse reads an expression; now is the day that "today" and "7d" count from. It never fails.
func Parse(expr string, now time.Time) Query {
	p := &parser{now: now}
	if len(expr) > maxExpr {
		p.problem("The search is too long; the first %d characters count.", maxExpr)
		expr = expr[:maxExpr]
	}
	p.lex(strings.ToValidUTF8(expr, ""))
	root := p.or(0)
	for p.i < len(p.toks) { // a stray ")"
		p.problem("There is a closing bracket too many.")
		p.i++
		if more := p.or(0); more != nil {
			root = join(root, more)
		}
	}
	return Query{Root: root, Problem: p.said, Nothing: root == nil && p.nothing}
}

func join(a, b Node) Node {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	if x, ok := a.(And); ok {
		return append(x, b)
	}
	return And{a, b}
}

type kind int

const (
	word kind = iota
	open
	closing
	orWord
	notWord
)

type token struct {
	kind   kind
	key    string // lower case, "" = none
	text   string
	quoted bool
	last   bool // the expression ends right behind it: it is being typed
}

type parser struct {
	now     time.Time
	toks    []token
	i       int
	terms   int
	said    string
	nothing bool
}

func (p *parser) problem(format string, args ...any) {
	if p.said == "" {
		p.said = fmt.Sprintf(format, args...)
	}
}

func isQuote(r rune) bool {
	return r == '"' || r == '“' || r == '”' || r == '„' || r == '«' || r == '»'
}

func (p *parser) lex(s string) {
	rs := []rune(s)
	for i := 0; i < len(rs); {
		r := rs[i]
		switch {
		case unicode.IsSpace(r):
			i++
		case r == '(':
			p.toks = append(p.toks, token{kind: open})
			i++
		case r == ')':
			p.toks = append(p.toks, token{kind: closing})
			i++
		case r == '|':
			p.toks = append(p.toks, token{kind: orWord})
			i++
		case (r == '-' || r == '!') && i+1 < len(rs) && !unicode.IsSpace(rs[i+1]):
			p.toks = append(p.toks, token{kind: notWord})
			i++
		case isQuote(r):
			var t token
			t, i = quoted(rs, i)
			p.toks = append(p.toks, t)
		default:
			j := i
			key := ""
			for j < len(rs) && !unicode.IsSpace(rs[j]) && rs[j] != '(' && rs[j] != ')' && rs[j] != '|' && !isQuote(rs[j]) {
				if (rs[j] == ':' || rs[j] == '：') && key == "" {
					if k := strings.ToLower(string(rs[i:j])); keys[k] {
						key = k
						i = j + 1
						if i < len(rs) && isQuote(rs[i]) {
							j = i
							break
						}
					}
				}
				j++
			}
			t := token{text: string(rs[i:j]), last: j == len(rs)}
			if key != "" && j < len(rs) && j == i && isQuote(rs[i]) {
				t, j = quoted(rs, i)
			}
			t.key = key
			if key == "" {
				switch t.text {
				case "OR":
					t = token{kind: orWord}
				case "AND":
					i = j
					continue
				case "NOT":
					t = token{kind: notWord}
				}
			}
			p.toks = append(p.toks, t)
			i = j
		}
	}
}

func quoted(rs []rune, i int) (token, int) {
	j := i + 1
	for j < len(rs) && !isQuote(rs[j]) {
		j++
	}
	t := token{text: string(rs[i+1 : j]), quoted: true, last: j >= len(rs)}
	return t, min(j+1, len(rs))
}

func (p *parser) peek(k kind) bool { return p.i < len(p.toks) && p.toks[p.i].kind == k }

func (p *parser) or(depth int) Node {
	var alts Or
	for {
		if n := p.and(depth); n != nil {
			alts = append(alts, n)
		}
		if !p.peek(orWord) {
			break
		}
		p.i++
	}
	switch len(alts) {
	case 0:
		return nil
	case 1:
		return alts[0]
	}
	return alts
}

func (p *parser) and(depth int) Node {
	var all And
	for p.i < len(p.toks) && !p.peek(orWord) && !p.peek(closing) {
		if n := p.unary(depth); n != nil {
			all = append(all, n)
		}
	}
	switch len(all) {
	case 0:
		return nil
	case 1:
		return all[0]
	}
	return all
}

func (p *parser) unary(depth int) Node {
	not := false
	for p.peek(notWord) {
		not = !not
		p.i++
	}
	if p.i >= len(p.toks) || p.peek(orWord) || p.peek(closing) {
		return nil
	}
	t := p.toks[p.i]
	p.i++
	var n Node
	if t.kind == open {
		if depth >= maxDepth {
			p.problem("The brackets are nested too deeply.")
			// What is inside is read without its brackets.
			return nil
		}
		n = p.or(depth + 1)
		if p.peek(closing) {
			p.i++
		}
	} else {
		n = p.term(t)
	}
	if n == nil || !not {
		return n
	}
	if x, ok := n.(Not); ok {
		return x.Of
	}
	return Not{n}
}

// keys are the words that may stand before a colon.
var keys = map[string]bool{"from": true, "to": true, "cc": true, "subject": true, "body": true, "filename": true, "has": true, "is": true, "in": true, "account": true,
	"before": true, "after": true, "on": true, "since": true, "older": true, "newer": true, "larger": true, "smaller": true}

var columns = map[string]Column{"": Any, "from": From, "to": To, "cc": Cc, "subject": Subject, "body": Body, "filename": Filename}

var flags = map[string]Flag{
	"unread": {mail.Seen, false}, "unseen": {mail.Seen, false}, "read": {mail.Seen, true}, "seen": {mail.Seen, true},
	"starred": {mail.Flagged, true}, "flagged": {mail.Flagged, true}, "unstarred": {mail.Flagged, false},
	"answered": {mail.Answered, true}, "replied": {mail.Answered, true}, "unanswered": {mail.Answered, false}, "forwarded": {mail.Forwarded, true}, "draft": {mail.DraftFlag, true},
}

var roles = map[string]mail.Role{"inbox": mail.RoleInbox, "drafts": mail.RoleDrafts, "sent": mail.RoleSent, "archive": mail.RoleArchive, "junk": mail.RoleJunk, "spam": mail.RoleJunk,
	"trash": mail.RoleTrash, "bin": mail.RoleTrash, "all": mail.RoleAll}

func (p *parser) term(t token) Node {
	if p.terms++; p.terms > maxTerms {
		p.problem("The search has too many words; the first %d count.", maxTerms)
		return nil
	}
	low := strings.ToLower(strings.TrimSpace(t.text))
	if t.key != "" && low == "" {
		if !t.last {
			p.problem("There is nothing behind “%s:”.", t.key)
		}
		return nil
	}
	switch t.key {
	case "has":
		if low == "attachment" || low == "attachments" || low == "file" {
			return Attachment{}
		}
		p.problem("“has:%s” is not understood; “has:attachment” is.", t.text)
		return nil
	case "is":
		if f, ok := flags[low]; ok {
			return f
		}
		p.problem("“is:%s” is not understood; “is:unread”, “is:read”, “is:starred” and “is:answered” are.", t.text)
		return nil
	case "in":
		return In{Role: roles[low], Name: low}
	case "account":
		return Account{low}
	case "before", "after", "on", "since", "older", "newer":
		from, to, ok := p.day(low)
		if !ok {
			p.problem("“%s” is not a date; write 2026-03-04, 2026-03, 2026, today, yesterday or 7d.", t.text)
			return nil
		}
		switch t.key {
		case "before", "older":
			return Date{To: from}
		case "on":
			return Date{from, to}
		}
		return Date{From: from}
	case "larger", "smaller":
		n, ok := size(low)
		if !ok {
			p.problem("“%s” is not a size; write 500k or 5M.", t.text)
			return nil
		}
		if t.key == "larger" {
			return Size{Min: n}
		}
		return Size{Max: max(n, 1)}
	}
	text, prefix := t.text, false
	if !t.quoted {
		if strings.HasSuffix(text, "*") {
			text, prefix = strings.TrimRight(text, "*"), true
		}
		// A word that is being typed may go on. One letter alone would match half of everything.
		if t.last && utf8.RuneCountInString(text) > 1 {
			prefix = true
		}
	}
	if r := []rune(text); len(r) > maxWord {
		text = string(r[:maxWord])
	}
	if !hasWord(text) {
		p.nothing = true
		if strings.TrimSpace(text) != "" {
			p.problem("“%s” holds no word to look for.", text)
		}
		return nil
	}
	// Behind punctuation nothing goes on: "foo-" is the word foo.
	if r, _ := utf8.DecodeLastRuneInString(text); !wordRune(r) {
		prefix = false
	}
	return Text{Column: columns[t.key], Words: text, Prefix: prefix}
}

// wordRune reports what the index takes as a part of a word.
func wordRune(r rune) bool {
	return unicode.IsLetter(r) || unicode.In(r, unicode.N, unicode.Co)
}

func hasWord(s string) bool { return strings.IndexFunc(s, wordRune) >= 0 }

// day reads a date and returns the first moment of the day, month or year and the first moment behind it.
func (p *parser) day(s string) (from, to time.Time, ok bool) {
	y, m, d := p.now.Date()
	loc := p.now.Location()
	today := time.Date(y, m, d, 0, 0, 0, 0, loc)
	switch s {
	case "today":
		return today, today.AddDate(0, 0, 1), true
	case "yesterday":
		return today.AddDate(0, 0, -1), today, true
	}
	if n := len(s); n >= 2 && n <= 5 && strings.ContainsRune("dwmy", rune(s[n-1])) {
		if v, ok := number(s[:n-1]); ok {
			switch s[n-1] {
			case 'd':
				from = today.AddDate(0, 0, -v)
			case 'w':
				from = today.AddDate(0, 0, -7*v)
			case 'm':
				from = today.AddDate(0, -v, 0)
			case 'y':
				from = today.AddDate(-v, 0, 0)
			}
			return from, from.AddDate(0, 0, 1), true
		}
	}
	s = strings.NewReplacer("/", "-", ".", "-").Replace(s)
	for _, f := range []struct {
		layout  string
		y, m, d int
	}{{"2006-01-02", 0, 0, 1}, {"2006-1-2", 0, 0, 1}, {"2006-01", 0, 1, 0}, {"2006-1", 0, 1, 0}, {"2006", 1, 0, 0}} {
		if t, err := time.ParseInLocation(f.layout, s, loc); err == nil && t.Year() >= 1 {
			return t, t.AddDate(f.y, f.m, f.d), true
		}
	}
	return from, to, false
}

func number(s string) (int, bool) {
	if s == "" || len(s) > 15 {
		return 0, false
	}
	n := 0
	for _, r := range s {
		if r < '0' || r > '9' {
			return 0, false
		}
		n = n*10 + int(r-'0')
	}
	return n, true
}

// size reads "500k", "1.5M", "2gb", "10000".
func size(s string) (int64, bool) {
	s = strings.TrimSuffix(strings.TrimSuffix(s, "b"), "i")
	unit := int64(1)
	if n := len(s); n > 0 {
		switch s[n-1] {
		case 'k':
			unit, s = 1<<10, s[:n-1]
		case 'm':
			unit, s = 1<<20, s[:n-1]
		case 'g':
			unit, s = 1<<30, s[:n-1]
		}
	}
	whole, part, has := strings.Cut(strings.ReplaceAll(s, ",", "."), ".")
	n, ok := number(whole)
	if !ok || n > 1<<30 {
		return 0, false
	}
	v := int64(n) * unit
	if has {
		f, ok := number(part)
		if !ok || len(part) > 3 {
			return 0, false
		}
		div := int64(1)
		for range part {
			div *= 10
		}
		v += int64(f) * unit / div
	}
	return v, true
}
