package rtf

// kind is the kind of a token.
type kind uint8

const (
	tokEnd kind = iota
	tokOpen
	tokClose
	tokText   // bytes in the current code page, without line ends
	tokByte   // \'hh
	tokWord   // \word or \wordN
	tokSymbol // \~ and the like: in word[0]
	tokBinary // \binN: the data
)

type token struct {
	kind  kind
	word  []byte // name, or the symbol
	text  []byte
	param int
	has   bool // a parameter was given
	b     byte
}

// lexer cuts RTF into tokens; it never fails.
type lexer struct {
	in []byte
	i  int
}

func (l *lexer) next() token {
	for l.i < len(l.in) {
		switch c := l.in[l.i]; c {
		case '{':
			l.i++
			return token{kind: tokOpen}
		case '}':
			l.i++
			return token{kind: tokClose}
		case '\r', '\n', 0:
			l.i++
		case '\\':
			if t, ok := l.control(); ok {
				return t
			}
		default:
			at := l.i
			for l.i < len(l.in) {
				switch l.in[l.i] {
				case '{', '}', '\\', '\r', '\n', 0:
					return token{kind: tokText, text: l.in[at:l.i]}
				}
				l.i++
			}
			return token{kind: tokText, text: l.in[at:l.i]}
		}
	}
	return token{kind: tokEnd}
}

// control reads behind a backslash; not ok where there is nothing.
func (l *lexer) control() (token, bool) {
	l.i++
	if l.i >= len(l.in) {
		return token{}, false
	}
	c := l.in[l.i]
	if c == '\'' {
		l.i++
		if l.i+2 <= len(l.in) {
			if hi, lo := unhex(l.in[l.i]), unhex(l.in[l.i+1]); hi >= 0 && lo >= 0 {
				l.i += 2
				return token{kind: tokByte, b: byte(hi<<4 | lo)}, true
			}
		}
		return token{}, false
	}
	if !letter(c) {
		l.i++
		return token{kind: tokSymbol, word: l.in[l.i-1 : l.i]}, true
	}
	at := l.i
	for l.i < len(l.in) && letter(l.in[l.i]) && l.i-at < 32 {
		l.i++
	}
	t := token{kind: tokWord, word: l.in[at:l.i]}
	neg := false
	if l.i+1 < len(l.in) && l.in[l.i] == '-' && digit(l.in[l.i+1]) {
		neg = true
		l.i++
	}
	for n := 0; l.i < len(l.in) && digit(l.in[l.i]) && n < 10; n++ {
		t.param, t.has = t.param*10+int(l.in[l.i]-'0'), true
		l.i++
	}
	if neg {
		t.param = -t.param
	}
	if l.i < len(l.in) && l.in[l.i] == ' ' {
		l.i++
	}
	if string(t.word) == "bin" && t.param > 0 {
		n := min(t.param, len(l.in)-l.i)
		t = token{kind: tokBinary, text: l.in[l.i : l.i+n]}
		l.i += n
	}
	return t, true
}

func letter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }
func digit(c byte) bool  { return c >= '0' && c <= '9' }

func unhex(c byte) int {
	switch {
	case digit(c):
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}
