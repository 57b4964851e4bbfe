package rtf

import (
	"unicode/utf16"

	"github.com/postrider/postrider/accounts/msox/prop"
)

const (
	maxDepth  = 512 // groups within groups; deeper ones share the state of the last
	maxFonts  = 4096
	maxColors = 4096
)

// destination says what becomes of the text of a group.
type destination uint8

const (
	destText destination = iota
	destSkip
	destFonts
	destColors
	destPicture
	destTag  // \*\htmltag: HTML as it is
	destInst // \*\fldinst: what a field does
)

// format is how characters look; it is compared to see where a run ends.
type format struct {
	bold, italic, under, strike, super, sub, hidden bool
	color, size                                     int // size in half points, 0 = as it is
	link                                            string
}

// state is what a group inherits and gives back.
type state struct {
	format
	dest    destination
	font    int // -1: none chosen
	uc      int // how many characters stand behind \u for readers without Unicode
	htmlrtf bool
	ignore  bool // \* was read and nothing else yet
	align   byte // of the paragraph: 0 left, 'c', 'r', 'j'
	intbl   bool
	field   *field
}

// field is a \field in progress: its instruction names the link of its result.
type field struct{ inst []byte }

// sink takes what the scanner reads.
type sink interface {
	text(s string, st *state)
	word(t token, st *state) // control words that the scanner has no use for itself: \par and the like
	picture(p *picture)
	full() bool
}

// picture is a \pict in progress.
type picture struct {
	typ   string
	data  []byte
	half  int // a hexadecimal digit that waits for its second, -1 = none
	depth int
}

// scanner walks RTF and keeps groups, code pages and fonts.
type scanner struct {
	lexer
	out      sink
	st       state
	stack    []state
	deeper   int // groups beyond maxDepth that are open
	cp       int // \ansicpg
	deff     int
	fonts    map[int]int // number → code page
	colors   []uint32
	color    uint32
	colorOK  bool
	defining int // the font whose entry is read
	pending  []byte
	skip     int // characters still to be left out behind \u
	high     rune
	pict     *picture
	maxPict  int
}

func newScanner(b []byte, out sink) *scanner {
	return &scanner{lexer: lexer{in: b}, out: out, cp: 1252, fonts: map[int]int{}, st: state{uc: 1, font: -1, format: format{color: 0}}, maxPict: 16 << 20}
}

// codepage is what bytes mean where we are.
func (s *scanner) codepage() int {
	if s.st.dest == destTag && s.st.font < 0 {
		return s.cp
	}
	f := s.st.font
	if f < 0 {
		f = s.deff
	}
	if cp := s.fonts[f]; cp != 0 && cp != 42 {
		return cp
	}
	return s.cp
}

func (s *scanner) flush() {
	if s.high != 0 {
		s.high = 0
		s.emit("\uFFFD")
	}
	if len(s.pending) == 0 {
		return
	}
	t := prop.Decode(s.pending, s.codepage())
	s.pending = s.pending[:0]
	s.emit(t)
}

func (s *scanner) emit(t string) {
	switch s.st.dest {
	case destText, destTag:
		s.out.text(t, &s.st)
	case destInst:
		if s.st.field != nil && len(s.st.field.inst) < 4096 {
			s.st.field.inst = append(s.st.field.inst, t...)
		}
	}
}

// run reads to the end, or until the sink has enough.
func (s *scanner) run() {
	for !s.out.full() {
		t := s.next()
		switch t.kind {
		case tokEnd:
			s.flush()
			return
		case tokOpen:
			s.flush()
			s.skip = 0
			s.push()
		case tokClose:
			s.flush()
			s.skip = 0
			s.pop()
		case tokText:
			s.st.ignore = false
			s.bytes(t.text)
		case tokByte:
			s.st.ignore = false
			if s.skip > 0 {
				s.skip--
				continue
			}
			switch s.st.dest {
			case destText, destTag, destInst:
				s.pending = append(s.pending, t.b)
			}
		case tokBinary:
			if s.skip > 0 {
				s.skip--
			} else if s.st.dest == destPicture && s.pict != nil {
				s.pict.data = append(s.pict.data, t.text[:min(len(t.text), s.maxPict-len(s.pict.data))]...)
			}
		case tokSymbol:
			s.symbol(t)
		case tokWord:
			if s.skip > 0 && string(t.word) != "u" {
				s.skip--
				continue
			}
			s.control(t)
		}
	}
}

func (s *scanner) bytes(b []byte) {
	if s.skip > 0 {
		n := min(s.skip, len(b))
		s.skip -= n
		b = b[n:]
	}
	switch s.st.dest {
	case destText, destTag, destInst:
		s.pending = append(s.pending, b...)
	case destColors:
		for _, c := range b {
			if c == ';' && len(s.colors) < maxColors {
				if !s.colorOK {
					s.color = noColor
				}
				s.colors = append(s.colors, s.color)
				s.color, s.colorOK = 0, false
			}
		}
	case destPicture:
		s.hex(b)
	}
}

const noColor = 0xFF000000

func (s *scanner) hex(b []byte) {
	p := s.pict
	if p == nil {
		return
	}
	for _, c := range b {
		d := unhex(c)
		if d < 0 || len(p.data) >= s.maxPict {
			continue
		}
		if p.half < 0 {
			p.half = d
			continue
		}
		p.data = append(p.data, byte(p.half<<4|d))
		p.half = -1
	}
}

func (s *scanner) push() {
	if len(s.stack) >= maxDepth {
		s.deeper++
		return
	}
	s.stack = append(s.stack, s.st)
	s.st.ignore = false
}

func (s *scanner) pop() {
	if s.deeper > 0 {
		s.deeper--
		return
	}
	if len(s.stack) == 0 {
		return
	}
	if s.st.dest == destPicture && s.pict != nil && s.pict.depth == len(s.stack) {
		if len(s.pict.data) > 0 {
			s.out.picture(s.pict)
		}
		s.pict = nil
	}
	s.st = s.stack[len(s.stack)-1]
	s.stack = s.stack[:len(s.stack)-1]
}

// symbol deals with a backslash before something that is no letter.
func (s *scanner) symbol(t token) {
	c := t.word[0]
	if c == '*' {
		s.st.ignore = true
		return
	}
	if s.skip > 0 {
		s.skip--
		return
	}
	s.st.ignore = false
	switch c {
	case '\\', '{', '}':
		switch s.st.dest {
		case destText, destTag, destInst:
			s.pending = append(s.pending, c)
		}
	case '\r', '\n':
		s.flush()
		s.pass(token{kind: tokWord, word: []byte("par")})
	case '\t':
		s.flush()
		s.pass(token{kind: tokWord, word: []byte("tab")})
	case '~', '_', '-', ':', '|':
		s.flush()
		s.pass(t)
	}
}

// pass hands a control word to the sink where text is shown.
func (s *scanner) pass(t token) {
	if s.st.dest == destText || s.st.dest == destTag {
		s.out.word(t, &s.st)
	}
}

// unicode deals with \uN, which is a UTF-16 unit, signed or not.
func (s *scanner) unicode(n int) {
	r := rune(uint16(n))
	s.skip = s.st.uc
	high := s.high
	s.high = 0
	switch {
	case r >= 0xD800 && r < 0xDC00:
		if high != 0 {
			s.emit("\uFFFD")
		}
		s.high = r
	case r >= 0xDC00 && r < 0xE000:
		if high == 0 {
			s.emit("\uFFFD")
			return
		}
		s.emit(string(utf16.DecodeRune(high, r)))
	default:
		if high != 0 {
			s.emit("\uFFFD")
		}
		if r >= 0xF000 && r < 0xF100 { // symbol fonts lie in the private area
			r -= 0xF000
		}
		if r != 0 {
			s.emit(string(r))
		}
	}
}
