package kit

import (
	"unicode"
	"unicode/utf8"
)

// line is the text of a one-line input with cursor, selection and history. Offsets are bytes on grapheme borders.
type line struct {
	text           string
	cursor, anchor int
	undo, redo     []lineState
	typing         bool
}

type lineState struct {
	text           string
	cursor, anchor int
}

func (l *line) set(s string) {
	*l = line{text: s, cursor: len(s), anchor: len(s)}
}

func (l *line) span() (lo, hi int) { return min(l.cursor, l.anchor), max(l.cursor, l.anchor) }

func (l *line) selected() string {
	lo, hi := l.span()
	return l.text[lo:hi]
}

func (l *line) keep(typing bool) {
	if !typing || !l.typing {
		l.undo = append(l.undo, lineState{l.text, l.cursor, l.anchor})
		if len(l.undo) > 200 {
			l.undo = l.undo[1:]
		}
	}
	l.redo, l.typing = nil, typing
}

// insert puts s in the place of the selection.
func (l *line) insert(s string) {
	lo, hi := l.span()
	if lo == hi && s == "" {
		return
	}
	l.keep(utf8.RuneCountInString(s) == 1 && lo == hi && s != " ")
	l.text = l.text[:lo] + s + l.text[hi:]
	l.cursor = lo + len(s)
	l.anchor = l.cursor
}

// erase removes the selection, or what lies between the cursor and to.
func (l *line) erase(to int) {
	if l.cursor == l.anchor {
		l.anchor = to
	}
	l.insert("")
}

func (l *line) backspace() { l.erase(l.prev(l.cursor)) }
func (l *line) del()       { l.erase(l.next(l.cursor)) }

func (l *line) move(to int, extend bool) {
	l.cursor, l.typing = to, false
	if !extend {
		l.anchor = to
	}
}

func (l *line) left(extend bool) {
	if lo, hi := l.span(); lo != hi && !extend {
		l.move(lo, false)
		return
	}
	l.move(l.prev(l.cursor), extend)
}

func (l *line) right(extend bool) {
	if lo, hi := l.span(); lo != hi && !extend {
		l.move(hi, false)
		return
	}
	l.move(l.next(l.cursor), extend)
}

func (l *line) next(at int) int {
	for _, e := range graphemeEnds(l.text) {
		if e > at {
			return e
		}
	}
	return len(l.text)
}

func (l *line) prev(at int) int {
	last := 0
	for _, e := range graphemeEnds(l.text) {
		if e >= at {
			break
		}
		last = e
	}
	return last
}

func wordRune(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || r == '_'
}

func (l *line) wordBefore() int {
	at := l.cursor
	inside := false
	for at > 0 {
		r, n := utf8.DecodeLastRuneInString(l.text[:at])
		if !wordRune(r) && inside {
			break
		}
		inside = inside || wordRune(r)
		at -= n
	}
	return at
}

func (l *line) wordAfter() int {
	at := l.cursor
	inside := false
	for at < len(l.text) {
		r, n := utf8.DecodeRuneInString(l.text[at:])
		if !wordRune(r) && inside {
			break
		}
		inside = inside || wordRune(r)
		at += n
	}
	return at
}

// word selects the word around at.
func (l *line) word(at int) {
	lo, hi := at, at
	for lo > 0 {
		r, n := utf8.DecodeLastRuneInString(l.text[:lo])
		if !wordRune(r) {
			break
		}
		lo -= n
	}
	for hi < len(l.text) {
		r, n := utf8.DecodeRuneInString(l.text[hi:])
		if !wordRune(r) {
			break
		}
		hi += n
	}
	l.anchor, l.cursor, l.typing = lo, hi, false
}

func (l *line) back() { l.step(&l.undo, &l.redo) }

func (l *line) again() { l.step(&l.redo, &l.undo) }

func (l *line) step(from, to *[]lineState) {
	n := len(*from)
	if n == 0 {
		return
	}
	*to = append(*to, lineState{l.text, l.cursor, l.anchor})
	s := (*from)[n-1]
	*from = (*from)[:n-1]
	l.text, l.cursor, l.anchor, l.typing = s.text, s.cursor, s.anchor, false
}
