package css

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// Kind of a token.
type Kind uint8

// The kinds of CSS Syntax 3, section 4.
const (
	EOF Kind = iota
	Ident
	Function // Text without the parenthesis
	At       // Text without the @
	Hash     // Text without the #
	String
	BadString
	URL
	BadURL
	Delim // Text is the character
	Number
	Percentage
	Dimension // Text is the unit
	Space
	CDO
	CDC
	Colon
	Semicolon
	Comma
	LBracket
	RBracket
	LParen
	RParen
	LBrace
	RBrace
)

// Token is one token. Text has its escapes resolved and keeps the case it was written in.
type Token struct {
	Kind Kind
	// ID: a hash that is an identifier; Int: a number written without a point or exponent; Signed: with a sign.
	ID, Int, Signed bool
	Start, End      int32 // bytes of the source
	Num             float64
	Text            string
}

// Is tells whether a token is that identifier (given in lower case), without regard to case.
func (t *Token) Is(ident string) bool { return t.Kind == Ident && EqualFold(t.Text, ident) }

// IsFunc tells whether a token opens that function (given in lower case).
func (t *Token) IsFunc(name string) bool { return t.Kind == Function && EqualFold(t.Text, name) }

// IsDelim tells whether a token is that character.
func (t *Token) IsDelim(c byte) bool {
	return t.Kind == Delim && len(t.Text) == 1 && t.Text[0] == c
}

// EqualFold compares ASCII without regard to case; lower is in lower case.
func EqualFold(s, lower string) bool {
	if len(s) != len(lower) {
		return false
	}
	for i := 0; i < len(s); i++ {
		c := s[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}

// Lower returns s in ASCII lower case, the same string if it is already.
func Lower(s string) string {
	for i := 0; i < len(s); i++ {
		if c := s[i]; 'A' <= c && c <= 'Z' {
			b := []byte(s)
			for ; i < len(b); i++ {
				if c := b[i]; 'A' <= c && c <= 'Z' {
					b[i] = c + 'a' - 'A'
				}
			}
			return string(b)
		}
	}
	return s
}

// Tokenize returns the tokens of a text without comments; runs of white space are one token. It never fails: CSS has an answer to every text.
func Tokenize(src string) []Token {
	z := tokenizer{src: src}
	out := make([]Token, 0, len(src)/4+4)
	for {
		t := z.next()
		if t.Kind == EOF {
			return out
		}
		out = append(out, t)
	}
}

type tokenizer struct {
	src string
	i   int
}

func space(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f' }
func digit(c byte) bool { return '0' <= c && c <= '9' }
func nameStart(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' || c >= 0x80 || c == 0
}
func nameChar(c byte) bool { return nameStart(c) || digit(c) || c == '-' }

func (z *tokenizer) at(i int) byte {
	if i < len(z.src) {
		return z.src[i]
	}
	return 1 // no character of any class
}

// escape: does a valid escape begin at i?
func (z *tokenizer) escape(i int) bool {
	return z.at(i) == '\\' && i+1 < len(z.src) && !newline(z.src[i+1])
}

func newline(c byte) bool { return c == '\n' || c == '\r' || c == '\f' }

func (z *tokenizer) identStart(i int) bool {
	c := z.at(i)
	switch {
	case c == '-':
		d := z.at(i + 1)
		return i+1 < len(z.src) && (nameStart(d) || d == '-') || z.escape(i+1)
	case c == '\\':
		return z.escape(i)
	}
	return i < len(z.src) && nameStart(c)
}

func (z *tokenizer) numberStart(i int) bool {
	c := z.at(i)
	if c == '+' || c == '-' {
		i++
		c = z.at(i)
	}
	return digit(c) || c == '.' && digit(z.at(i+1))
}

var single = [256]Kind{':': Colon, ';': Semicolon, ',': Comma, '[': LBracket, ']': RBracket, '(': LParen, ')': RParen, '{': LBrace, '}': RBrace}

// chars are the one-character strings, so that delimiters need no allocation.
const ascii = "\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f" +
	" !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~\x7f"

func (z *tokenizer) next() (t Token) {
	for strings.HasPrefix(z.src[z.i:], "/*") {
		end := strings.Index(z.src[z.i+2:], "*/")
		if end < 0 {
			z.i = len(z.src)
			break
		}
		z.i += end + 4
	}
	start := z.i
	t.Start = int32(start)
	defer func() { t.End = int32(z.i) }()
	if z.i >= len(z.src) {
		return t
	}
	c := z.src[z.i]
	if k := single[c]; k != EOF {
		z.i++
		t.Kind = k
		return t
	}
	switch {
	case space(c):
		for z.i < len(z.src) && space(z.src[z.i]) {
			z.i++
		}
		t.Kind = Space
		return t
	case c == '"' || c == '\'':
		z.str(&t, c)
		return t
	case z.numberStart(z.i):
		z.number(&t)
		return t
	case c == '#':
		if nameChar(z.at(z.i+1)) && z.i+1 < len(z.src) || z.escape(z.i+1) {
			t.ID = z.identStart(z.i + 1)
			z.i++
			t.Text = z.name()
			t.Kind = Hash
			return t
		}
	case c == '@':
		if z.identStart(z.i + 1) {
			z.i++
			t.Text = z.name()
			t.Kind = At
			return t
		}
	case c == '-' && strings.HasPrefix(z.src[z.i:], "-->"):
		z.i += 3
		t.Kind = CDC
		return t
	case c == '<' && strings.HasPrefix(z.src[z.i:], "<!--"):
		z.i += 4
		t.Kind = CDO
		return t
	}
	if z.identStart(z.i) {
		z.identLike(&t)
		return t
	}
	z.i++
	t.Kind = Delim
	if c < 0x80 {
		t.Text = ascii[c : c+1]
	} else {
		t.Text = z.src[start:z.i]
	}
	return t
}

func (z *tokenizer) name() string {
	start := z.i
	for z.i < len(z.src) && nameChar(z.src[z.i]) && z.src[z.i] != 0 {
		z.i++
	}
	if !(z.i < len(z.src) && (z.src[z.i] == 0 || z.escape(z.i))) {
		return z.src[start:z.i]
	}
	var b strings.Builder
	b.WriteString(z.src[start:z.i])
	for z.i < len(z.src) {
		c := z.src[z.i]
		switch {
		case c == 0:
			b.WriteRune(utf8.RuneError)
			z.i++
		case nameChar(c):
			b.WriteByte(c)
			z.i++
		case z.escape(z.i):
			b.WriteRune(z.unescape())
		default:
			return b.String()
		}
	}
	return b.String()
}

// unescape reads an escape; z.i is at the backslash.
func (z *tokenizer) unescape() rune {
	z.i++
	if z.i >= len(z.src) {
		return utf8.RuneError
	}
	n, v := 0, 0
	for n < 6 && z.i < len(z.src) {
		d := hexDigit(z.src[z.i])
		if d < 0 {
			break
		}
		v = v<<4 | d
		n++
		z.i++
	}
	if n == 0 {
		r, size := utf8.DecodeRuneInString(z.src[z.i:])
		z.i += size
		if r == 0 {
			return utf8.RuneError
		}
		return r
	}
	if z.i < len(z.src) && space(z.src[z.i]) {
		if z.src[z.i] == '\r' && z.at(z.i+1) == '\n' {
			z.i++
		}
		z.i++
	}
	if v == 0 || v > utf8.MaxRune || 0xD800 <= v && v <= 0xDFFF {
		return utf8.RuneError
	}
	return rune(v)
}

func hexDigit(c byte) int {
	switch {
	case digit(c):
		return int(c - '0')
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	case 'A' <= c && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

func (z *tokenizer) str(t *Token, quote byte) {
	z.i++
	start := z.i
	t.Kind = String
	for z.i < len(z.src) {
		c := z.src[z.i]
		if c == quote {
			t.Text = z.src[start:z.i]
			z.i++
			return
		}
		if newline(c) {
			t.Kind = BadString
			return
		}
		if c == '\\' {
			break
		}
		z.i++
	}
	if z.i >= len(z.src) {
		t.Text = z.src[start:]
		return
	}
	var b strings.Builder
	b.WriteString(z.src[start:z.i])
	for z.i < len(z.src) {
		c := z.src[z.i]
		switch {
		case c == quote:
			z.i++
			t.Text = b.String()
			return
		case newline(c):
			t.Kind = BadString
			return
		case c == '\\':
			switch {
			case z.i+1 >= len(z.src):
				z.i++
			case newline(z.src[z.i+1]):
				if z.src[z.i+1] == '\r' && z.at(z.i+2) == '\n' {
					z.i++
				}
				z.i += 2
			default:
				b.WriteRune(z.unescape())
			}
		default:
			b.WriteByte(c)
			z.i++
		}
	}
	t.Text = b.String()
}

func (z *tokenizer) number(t *Token) {
	start := z.i
	t.Int = true
	if c := z.at(z.i); c == '+' || c == '-' {
		t.Signed = true
		z.i++
	}
	for digit(z.at(z.i)) {
		z.i++
	}
	if z.at(z.i) == '.' && digit(z.at(z.i+1)) {
		t.Int = false
		z.i += 2
		for digit(z.at(z.i)) {
			z.i++
		}
	}
	if c := z.at(z.i); c == 'e' || c == 'E' {
		j := z.i + 1
		if d := z.at(j); d == '+' || d == '-' {
			j++
		}
		if digit(z.at(j)) {
			t.Int = false
			for z.i = j; digit(z.at(z.i)); {
				z.i++
			}
		}
	}
	t.Num = parseFloat(z.src[start:z.i])
	switch {
	case z.at(z.i) == '%':
		z.i++
		t.Kind = Percentage
	case z.identStart(z.i):
		t.Text = Lower(z.name())
		t.Kind = Dimension
	default:
		t.Kind = Number
	}
}

func parseFloat(s string) float64 {
	// Most numbers are short and whole.
	if len(s) <= 9 {
		n := 0
		for i := 0; i < len(s); i++ {
			if !digit(s[i]) {
				n = -1
				break
			}
			n = n*10 + int(s[i]-'0')
		}
		if n >= 0 {
			return float64(n)
		}
	}
	v, _ := strconv.ParseFloat(s, 64)
	// What no screen can show does no sums with infinities.
	const most = 1e9
	if v > most {
		return most
	}
	if v < -most {
		return -most
	}
	return v
}

func (z *tokenizer) identLike(t *Token) {
	t.Text = z.name()
	if z.at(z.i) != '(' {
		t.Kind = Ident
		return
	}
	z.i++
	t.Kind = Function
	if !EqualFold(t.Text, "url") {
		return
	}
	// A quoted url() is a function with a string in it; it is handed on as a URL all the same, when it holds nothing else.
	j := z.i
	for j < len(z.src) && space(z.src[j]) {
		j++
	}
	if c := z.at(j); c == '"' || c == '\'' {
		at := z.i
		z.i = j
		var s Token
		z.str(&s, c)
		for z.i < len(z.src) && space(z.src[z.i]) {
			z.i++
		}
		if s.Kind == String && (z.i >= len(z.src) || z.src[z.i] == ')') {
			if z.i < len(z.src) {
				z.i++
			}
			t.Kind, t.Text = URL, s.Text
			return
		}
		z.i = at
		return
	}
	z.i = j
	t.Kind = URL
	var b []byte
	start := z.i
	plain := true
	for z.i < len(z.src) {
		c := z.src[z.i]
		switch {
		case c == ')':
			if plain {
				t.Text = z.src[start:z.i]
			} else {
				t.Text = string(b)
			}
			z.i++
			return
		case space(c):
			end := z.i
			for z.i < len(z.src) && space(z.src[z.i]) {
				z.i++
			}
			if z.i >= len(z.src) || z.src[z.i] == ')' {
				if plain {
					t.Text = z.src[start:end]
				} else {
					t.Text = string(b)
				}
				if z.i < len(z.src) {
					z.i++
				}
				return
			}
			z.badURL(t)
			return
		case c == '"' || c == '\'' || c == '(' || c < 0x20 || c == 0x7f:
			z.badURL(t)
			return
		case c == '\\':
			if !z.escape(z.i) {
				z.badURL(t)
				return
			}
			if plain {
				plain = false
				b = append(b, z.src[start:z.i]...)
			}
			b = utf8.AppendRune(b, z.unescape())
		default:
			if !plain {
				b = append(b, c)
			}
			z.i++
		}
	}
	if plain {
		t.Text = z.src[start:]
	} else {
		t.Text = string(b)
	}
}

func (z *tokenizer) badURL(t *Token) {
	t.Kind, t.Text = BadURL, ""
	for z.i < len(z.src) {
		if z.src[z.i] == ')' {
			z.i++
			return
		}
		if z.escape(z.i) {
			z.unescape()
			continue
		}
		z.i++
	}
}
