package layout

import (
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"

	"github.com/postrider/postrider/views/html/style"
	"github.com/postrider/postrider/views/html/text"
)

type itemKind uint8

const (
	iText itemKind = iota
	iOpen
	iClose
	iAtomic
	iFloat
	iAbs
	iBreak // a line ends here
	iTab   // a tab that is kept
	iWbr
)

// item is a piece of a paragraph: text of one style and level, the start or end of an inline box, or something that stands in the line.
type item struct {
	kind     itemKind
	level    uint8
	box      *box
	from, to int32 // in the text of the paragraph
	f        *font
	runs     []text.Run // of iText, in visual order
	adv      []float32  // of iText: widths of the text before each byte, one more than bytes
}

// unit is a piece of an item that no line break parts, except in need.
type unit struct {
	item     int32
	from, to int32
	w, sp    float32 // width without and of the blanks at its end that hang
	brk      bool    // a line may end after it
	shy      bool    // then with a hyphen
	every    bool    // word-break: break-all
	need     bool    // overflow-wrap: may be broken anywhere in need
	needMin  bool    // and that counts for min-content
}

// ifc is an inline formatting context, prepared once for all widths.
type ifc struct {
	text    string
	items   []item
	units   []unit
	bidi    bool // not all of one level 0
	content bool // there is something that makes a line
	floats  bool
	source  []origin
}

// origin says that the text from at on was delta bytes further (or less) in the text of its node.
type origin struct{ at, delta int32 }

// sourceOf is the byte of the text node that a byte of the paragraph came from.
func (c *ifc) sourceOf(at int32) int {
	i := sort.Search(len(c.source), func(i int) bool { return c.source[i].at > at })
	if i == 0 {
		return 0
	}
	return int(at + c.source[i-1].delta)
}

// prep gathers a paragraph.
type prep struct {
	e       *engine
	buf     []byte
	items   []item
	space   bool // a collapsible blank now would be dropped
	letter  bool // the last character is part of a word
	breaks  bool // the last blank may be broken at
	rtl     bool // something needs the bidi algorithm
	content bool
	floats  bool
	source  []origin
}

// from notes that what is appended next comes from byte src of its node.
func (p *prep) from(src int) {
	at := int32(len(p.buf))
	d := int32(src) - at
	if n := len(p.source); n > 0 && p.source[n-1].delta == d {
		return
	}
	p.source = append(p.source, origin{at, d})
}

// prepare makes the inline formatting context of b.
func (e *engine) prepare(b *box) *ifc {
	if b.ifc != nil {
		return b.ifc
	}
	p := prep{e: e, buf: e.buf[:0], items: e.items[:0], space: true, rtl: b.st.RTL}
	if b.st.Override {
		p.control(b.st, true)
	}
	p.walk(b.kids)
	c := &ifc{text: string(p.buf), content: p.content, floats: p.floats, source: p.source}
	e.buf, e.items = p.buf, p.items
	c.bidi = p.rtl || hasRTL(c.text)
	if c.bidi {
		c.items = levels(c.text, p.items, b.st)
	} else {
		c.items = append(make([]item, 0, len(p.items)), p.items...)
	}
	c.shape(e)
	c.cut(e)
	b.ifc = c
	return c
}

func (p *prep) add(k itemKind, b *box, from int) {
	p.items = append(p.items, item{kind: k, box: b, from: int32(from), to: int32(len(p.buf))})
}

// Characters that stand for what is not text, and the controls of UAX #9.
const (
	object = "\uFFFC"
	lre    = "\u202A"
	rle    = "\u202B"
	pdf    = "\u202C"
	lro    = "\u202D"
	rlo    = "\u202E"
	lri    = "\u2066"
	rli    = "\u2067"
	pdi    = "\u2069"
)

// control writes the characters that begin the embedding of an inline box and returns those that end it.
func (p *prep) control(st *style.Style, override bool) string {
	p.rtl = p.rtl || st.RTL
	end := ""
	if st.Isolate {
		p.buf = append(p.buf, pick(st, lri, rli)...)
		end = pdi
	}
	switch {
	case override:
		p.buf = append(p.buf, pick(st, lro, rlo)...)
		end = pdf + end
	case st.Embed && !st.Isolate:
		p.buf = append(p.buf, pick(st, lre, rle)...)
		end = pdf + end
	}
	return end
}

func (p *prep) walk(kids []*box) {
	for _, c := range kids {
		if p.e.tick() {
			return
		}
		from := len(p.buf)
		switch {
		case c.abs:
			p.add(iAbs, c, from)
		case c.float != style.NoFloat:
			p.floats = true
			p.add(iFloat, c, from)
		case c.kind == kText:
			p.text(c)
		case c.kind == kInline:
			end := ""
			if c.st.Isolate || c.st.Embed || c.st.Override {
				end = p.control(c.st, c.st.Override)
			}
			p.add(iOpen, c, from)
			if edged(c.st) && !(c.noStart && c.noEnd) {
				p.content = true
			}
			p.walk(c.kids)
			from = len(p.buf)
			p.buf = append(p.buf, end...)
			p.add(iClose, c, from)
		case c.kind == kBreak:
			p.buf = append(p.buf, '\n')
			p.add(iBreak, c, from)
			p.space, p.letter, p.content = true, false, true
		case c.kind == kWbr:
			p.buf = append(p.buf, "\u200B"...)
			p.add(iWbr, c, from)
		default:
			p.buf = append(p.buf, object...)
			p.add(iAtomic, c, from)
			p.space, p.letter, p.content = false, false, true
		}
	}
}

// edged tells whether an inline box makes a line by itself: margins, borders or padding at its ends.
func edged(st *style.Style) bool {
	some := func(l style.Length) bool { return l.V != 0 || l.Pct != 0 || l.Unit == style.Compare }
	return some(st.Margin[style.Left]) || some(st.Margin[style.Right]) || some(st.Padding[style.Left]) || some(st.Padding[style.Right]) ||
		st.Border[style.Left].Width != 0 || st.Border[style.Right].Width != 0
}

// text adds a text node: white space collapses (CSS Text section 4.1), text-transform is applied.
func (p *prep) text(b *box) {
	s := b.node.Text
	if b.node.Tag != "" && b.mark != nil {
		s = b.mark.text
	}
	st := b.st
	if st.Transform != style.NoTransform {
		s = p.transform(s, st)
	}
	from := len(p.buf)
	p.from(0)
	flush := func() {
		if len(p.buf) > from {
			p.add(iText, b, from)
		}
	}
	switch st.WhiteSpace {
	case style.SpaceNormal, style.NoWrap:
		p.collapse(s, b, &from, nil)
		flush()
	case style.PreLine:
		p.collapse(s, b, &from, func() {
			flush()
			from = len(p.buf)
			p.buf = append(p.buf, '\n')
			p.add(iBreak, b, from)
			from = len(p.buf)
			p.content = true
		})
		flush()
	default:
		for i := 0; i < len(s); i++ {
			switch s[i] {
			case '\r':
				if i+1 < len(s) && s[i+1] == '\n' {
					continue
				}
				fallthrough
			case '\n', '\f':
				flush()
				from = len(p.buf)
				p.from(i)
				p.buf = append(p.buf, '\n')
				p.add(iBreak, b, from)
				from = len(p.buf)
			case '\t':
				flush()
				from = len(p.buf)
				p.from(i)
				p.buf = append(p.buf, '\t')
				p.add(iTab, b, from)
				from = len(p.buf)
			default:
				j := i + 1
				for j < len(s) && s[j] >= ' ' {
					j++
				}
				p.from(i)
				p.buf = append(p.buf, s[i:j]...)
				i = j - 1
			}
		}
		if s != "" {
			p.content, p.space = true, false
		}
		flush()
	}
}

// collapse appends s with its white space collapsed; nl is called at each line feed that is kept. from is where the text item at work begins.
func (p *prep) collapse(s string, b *box, from *int, nl func()) {
	keep := nl != nil
	wrap := wraps(b.st.WhiteSpace)
	for i := 0; i < len(s); {
		c := s[i]
		if c != ' ' && c != '\n' && c != '\t' && c != '\r' && c != '\f' {
			j := i + 1
			for j < len(s) && s[j] != ' ' && s[j] != '\n' && s[j] != '\t' && s[j] != '\r' && s[j] != '\f' {
				j++
			}
			p.from(i)
			p.buf = append(p.buf, s[i:j]...)
			p.space, p.content = false, true
			i = j
			continue
		}
		j, feeds := i, 0
		for j < len(s) && (s[j] == ' ' || s[j] == '\n' || s[j] == '\t' || s[j] == '\r' || s[j] == '\f') {
			if s[j] == '\n' {
				feeds++
			}
			j++
		}
		switch {
		case keep && feeds > 0:
			for ; i < j; i++ {
				if s[i] == '\n' {
					p.from(i)
					nl()
				}
			}
			p.space = true
		case p.space:
			// A blank that may be broken at is dropped after one that may not: the break stays.
			if wrap && !p.breaks && *from == len(p.buf) && len(p.buf) > 0 && p.buf[len(p.buf)-1] == ' ' {
				p.buf = append(p.buf, "\u200B"...)
				p.add(iWbr, b, *from)
				*from = len(p.buf)
				p.breaks = true
			}
		case feeds > 0 && j < len(s) && p.wideBefore() && wide(s[j:]):
		default:
			p.from(i)
			p.buf = append(p.buf, ' ')
			p.space, p.breaks = true, wrap
		}
		i = j
	}
}

func (p *prep) wideBefore() bool {
	r, _ := utf8.DecodeLastRune(p.buf)
	return isWide(r)
}

func wide(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return isWide(r)
}

// isWide tells the characters between which a line feed is no blank, CSS Text section 4.1.3.
func isWide(r rune) bool {
	return r >= 0x2E80 && (r <= 0x33FF || r >= 0x3400 && r <= 0x4DBF || r >= 0x4E00 && r <= 0x9FFF || r >= 0xF900 && r <= 0xFAFF || r >= 0xFF01 && r <= 0xFF60)
}

func (p *prep) transform(s string, st *style.Style) string {
	switch st.Transform {
	case style.Uppercase:
		if ascii(s) && !turkic(st.Lang) {
			return strings.ToUpper(s)
		}
		return cases.Upper(tag(st.Lang)).String(s)
	case style.Lowercase:
		if ascii(s) && !turkic(st.Lang) {
			return strings.ToLower(s)
		}
		return cases.Lower(tag(st.Lang)).String(s)
	case style.Capitalize:
		var out strings.Builder
		out.Grow(len(s))
		in := p.letter
		for _, r := range s {
			word := unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || r == '\'' || r == '\u2019'
			if word && !in {
				r = unicode.ToTitle(r)
			}
			in = word
			out.WriteRune(r)
		}
		p.letter = in
		return out.String()
	}
	return s
}

func tag(lang string) language.Tag {
	if lang == "" {
		return language.Und
	}
	return language.Make(lang)
}

func turkic(lang string) bool { return strings.HasPrefix(lang, "tr") || strings.HasPrefix(lang, "az") }

func ascii(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
