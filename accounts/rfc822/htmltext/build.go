package htmltext

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html/atom"
	"golang.org/x/text/unicode/bidi"

	"github.com/postrider/postrider/accounts/mail"
)

// Bounds of a conversion.
const (
	maxInput  = 16 << 20
	maxText   = 4 << 20
	maxBlocks = 50000
	maxFrames = 64
)

// Result is a page as blocks.
type Result struct {
	Blocks   []mail.Block
	Remote   int // things that would be fetched from the net
	Trackers int // of those, the ones that only report back
	Cut      bool
}

// Convert reads a page.
func Convert(page string) Result {
	cut := false
	if len(page) > maxInput {
		page, cut = page[:maxInput], true
	}
	b := &builder{}
	walk([]byte(page), b)
	b.flush()
	b.res.Cut = cut || b.full()
	return b.res
}

type builder struct {
	res   Result
	size  int
	spans []mail.Span
	run   []byte
	style mail.Span // of run; Text unused
	cur   state     // of the block
	open_ bool      // something was written into the block
	space bool      // white space is pending
	nl    int       // line breaks pending

	marker  string
	lists   []listFrame
	frames  []frame
	base    uint8 // quotation by position: behind the header of an answered message
	own     bool  // the sender wrote something before
	sigDash bool  // behind a line "-- "
}

type listFrame struct {
	ordered bool
	next    int
}

type frame struct {
	from   int
	row    int
	cells  []cell
	layout bool
}

type cell struct{ row, from, to int }

func (b *builder) full() bool { return b.size > maxText || len(b.res.Blocks) >= maxBlocks }

func (b *builder) text(t []byte, s *state) {
	if s.pre {
		b.preText(t, s)
		return
	}
	for len(t) > 0 {
		i := 0
		for i < len(t) && !isSpace(t[i]) {
			i++
		}
		if i > 0 {
			b.word(t[:i], s)
			t = t[i:]
			continue
		}
		for i < len(t) && isSpace(t[i]) {
			i++
		}
		b.space = true
		t = t[i:]
	}
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f' }

func (b *builder) preText(t []byte, s *state) {
	for len(t) > 0 {
		i := 0
		for i < len(t) && t[i] != '\n' && t[i] != '\r' {
			i++
		}
		if i > 0 {
			b.word(t[:i], s)
		}
		if i < len(t) {
			if t[i] == '\r' && i+1 < len(t) && t[i+1] == '\n' {
				i++
			}
			i++
			b.nl++
		}
		t = t[min(i, len(t)):]
	}
}

// word writes what has no white space to collapse in it.
func (b *builder) word(t []byte, s *state) {
	if !b.open_ {
		b.open_ = true
		b.cur = *s
		b.nl, b.space = 0, false
	}
	want := mail.Span{Bold: s.bold && s.heading == 0, Italic: s.italic, Underline: s.underline, Strike: s.strike, Mono: s.mono, Link: s.link}
	if b.style != want {
		// The white space between two styles belongs to neither a link nor what is emphasised.
		if b.style.Link == "" && b.style == (mail.Span{}) {
			b.breaks()
		} else if (b.space || b.nl > 0) && want != (mail.Span{}) {
			b.endRun()
			b.style = mail.Span{}
			b.breaks()
		}
		b.endRun()
		b.style = want
	}
	b.breaks()
	b.size += len(t)
	for len(t) > 0 {
		r, n := utf8.DecodeRune(t)
		switch {
		case r == utf8.RuneError && n == 1:
		case r == 0xA0:
			b.run = append(b.run, ' ')
		case r == 0xAD, r == 0x200B, r == 0xFEFF, r == 0x034F, r == 0x2060, r < ' ' && r != '\t', r == 0x7f:
			// soft hyphens and the invisible fillers of pre-headers
		default:
			b.run = append(b.run, t[:n]...)
		}
		t = t[n:]
	}
}

// breaks writes pending line breaks or a space.
func (b *builder) breaks() {
	switch {
	case b.nl > 0:
		for len(b.run) > 0 && b.run[len(b.run)-1] == ' ' {
			b.run = b.run[:len(b.run)-1]
		}
		for range min(b.nl, 20) {
			b.run = append(b.run, '\n')
		}
	case b.space:
		b.run = append(b.run, ' ')
	}
	b.nl, b.space = 0, false
}

func (b *builder) endRun() {
	if len(b.run) == 0 {
		return
	}
	sp := b.style
	sp.Text = string(b.run)
	b.run = b.run[:0]
	b.spans = append(b.spans, sp)
}

// flush ends the block.
func (b *builder) flush() {
	defer func() {
		b.spans, b.run, b.style = nil, b.run[:0], mail.Span{}
		b.open_, b.space, b.nl = false, false, 0
	}()
	if !b.open_ {
		return
	}
	b.endRun()
	spans := trimSpans(b.spans)
	if len(spans) == 0 {
		return
	}
	k := mail.Block{Kind: mail.Paragraph, Quote: int(max(b.cur.quote, b.base)), Spans: spans}
	if b.cur.quote == 0 && b.base == 0 {
		b.own = true
	}
	switch {
	case b.cur.signature:
		k.Kind = mail.Signature
	case b.cur.heading > 0:
		k.Kind, k.Level = mail.Heading, int(b.cur.heading)
	case b.cur.pre && b.cur.mono:
		k.Kind = mail.Preformatted
	case b.marker != "":
		k.Kind, k.Marker, k.Level = mail.ListItem, b.marker, max(1, int(b.cur.list))
		b.marker = ""
	}
	if k.Quote == 0 && k.Kind == mail.Paragraph {
		if first := spans[0].Text; first == "--" || first == "-- " || strings.HasPrefix(first, "--\n") || strings.HasPrefix(first, "-- \n") {
			b.sigDash = true
		}
		if b.sigDash {
			k.Kind = mail.Signature
		}
	} else if k.Quote > 0 {
		b.sigDash = false
	}
	k.RTL = RTL(spans)
	b.res.Blocks = append(b.res.Blocks, k)
}

// trimSpans removes white space at both ends, and spans that are empty then.
func trimSpans(s []mail.Span) []mail.Span {
	for len(s) > 0 {
		s[0].Text = strings.TrimLeft(s[0].Text, " \n")
		if s[0].Text != "" {
			break
		}
		s = s[1:]
	}
	for len(s) > 0 {
		l := &s[len(s)-1]
		l.Text = strings.TrimRight(l.Text, " \n")
		if l.Text != "" {
			break
		}
		s = s[:len(s)-1]
	}
	for _, x := range s {
		for _, r := range x.Text {
			if r > ' ' && !unicode.Is(unicode.Cf, r) && !unicode.IsSpace(r) {
				return s
			}
		}
	}
	return nil
}

// RTL reports whether the first strong character of the spans is right-to-left (UAX 9, rule P2).
func RTL(s []mail.Span) bool {
	for _, x := range s {
		for _, r := range x.Text {
			if r < 0x80 {
				if r|0x20 >= 'a' && r|0x20 <= 'z' {
					return false
				}
				continue
			}
			p, _ := bidi.LookupRune(r)
			switch p.Class() {
			case bidi.L:
				return false
			case bidi.R, bidi.AL:
				return true
			}
		}
	}
	return false
}

func (b *builder) open(tag atom.Atom, a *attributes, s *state) {
	b.countRemote(tag, a, s)
	if isBlock(tag) {
		b.flush()
		if b.own && b.base == 0 && answeredHeader(a) {
			b.base = 1
		}
	}
	switch tag {
	case atom.Br:
		if s.hidden {
			return
		}
		if b.open_ {
			b.nl++
			b.space = false
			if b.nl > 1 && !s.pre {
				b.flush()
			}
		}
	case atom.Hr:
		if !s.hidden {
			b.res.Blocks = append(b.res.Blocks, mail.Block{Kind: mail.Rule, Quote: int(max(s.quote, b.base))})
		}
	case atom.Ul, atom.Dir, atom.Menu:
		b.lists = append(b.lists, listFrame{})
	case atom.Ol:
		n, err := strconv.Atoi(string(a.start))
		if err != nil || n < 0 || n > 1e6 {
			n = 1
		}
		b.lists = append(b.lists, listFrame{ordered: true, next: n})
	case atom.Li:
		if s.hidden {
			return
		}
		b.marker = "•"
		if n := len(b.lists); n > 0 && b.lists[n-1].ordered {
			b.marker = strconv.Itoa(b.lists[n-1].next) + "."
			b.lists[n-1].next++
		}
	case atom.Img, atom.Image:
		b.picture(a, s)
	case atom.Table:
		if n := len(b.frames); n > 0 {
			b.frames[n-1].layout = true
		}
		if len(b.frames) < maxFrames {
			b.frames = append(b.frames, frame{from: len(b.res.Blocks)})
			s.frame = uint8(len(b.frames))
		} else {
			s.frame = 0
		}
	case atom.Tr:
		if f := b.frame(s); f != nil {
			f.row++
		}
	case atom.Td, atom.Th:
		if f := b.frame(s); f != nil && len(f.cells) < 10000 {
			f.cells = append(f.cells, cell{row: f.row, from: len(b.res.Blocks), to: -1})
		}
	}
}

func (b *builder) frame(s *state) *frame {
	if s.frame == 0 || int(s.frame) != len(b.frames) {
		return nil
	}
	return &b.frames[s.frame-1]
}

func (b *builder) close(tag atom.Atom, s *state) {
	if isBlock(tag) {
		b.flush()
	}
	switch tag {
	case atom.Ul, atom.Ol, atom.Dir, atom.Menu:
		if n := len(b.lists); n > 0 {
			b.lists = b.lists[:n-1]
		}
	case atom.Li:
		b.marker = ""
	case atom.Td, atom.Th:
		if f := b.frame(s); f != nil && len(f.cells) > 0 {
			f.cells[len(f.cells)-1].to = len(b.res.Blocks)
		}
	case atom.Table:
		if f := b.frame(s); f != nil {
			b.rows(f)
			b.frames = b.frames[:len(b.frames)-1]
		}
	}
}

// rows makes rows of a table that holds data; a table that only lays out stays the sequence of its cells.
func (b *builder) rows(f *frame) {
	if f.layout || f.row < 2 || len(f.cells) < 4 {
		return
	}
	widest, filled := 0, 0
	perRow := map[int]int{}
	for i := range f.cells {
		c := &f.cells[i]
		if c.to < 0 {
			c.to = len(b.res.Blocks)
		}
		if c.to-c.from > 1 {
			return
		}
		if c.to > c.from {
			k := b.res.Blocks[c.from]
			if k.Kind != mail.Paragraph && k.Kind != mail.Heading || spanLen(k.Spans) > 300 {
				return
			}
			filled++
		}
		perRow[c.row]++
		widest = max(widest, perRow[c.row])
	}
	if widest < 2 || filled*2 < len(f.cells) || f.cells[0].from != f.from {
		return
	}
	var out []mail.Block
	row := -1
	for _, c := range f.cells {
		if c.row != row {
			out = append(out, mail.Block{Kind: mail.TableRow, Quote: int(b.base)})
			row = c.row
		}
		k := &out[len(out)-1]
		if c.to > c.from {
			src := b.res.Blocks[c.from]
			k.Quote = max(k.Quote, src.Quote)
			for i, sp := range src.Spans {
				sp.Cell = i == 0
				if src.Kind == mail.Heading {
					sp.Bold = true
				}
				k.Spans = append(k.Spans, sp)
			}
		} else {
			k.Spans = append(k.Spans, mail.Span{Cell: true})
		}
	}
	for i := range out {
		out[i].RTL = RTL(out[i].Spans)
	}
	end := f.cells[len(f.cells)-1].to
	rest := append([]mail.Block(nil), b.res.Blocks[end:]...)
	b.res.Blocks = append(append(b.res.Blocks[:f.from], out...), rest...)
}

func spanLen(s []mail.Span) int {
	n := 0
	for _, x := range s {
		n += len(x.Text)
	}
	return n
}

// answeredHeader recognises where Outlook and others begin the message that is answered.
func answeredHeader(a *attributes) bool {
	switch string(a.id) {
	case "divRplyFwdMsg", "x_divRplyFwdMsg", "OLK_SRC_BODY_SECTION", "mail-editor-reference-message-container", "stopSpelling":
		return true
	}
	if len(a.style) > 0 && containsFold(a.style, "border-top") {
		v, ok := declaration(a.style, "border-top")
		return ok && strings.HasPrefix(string(v), "solid #") && strings.HasSuffix(string(v), "1.0pt")
	}
	return false
}

func (b *builder) picture(a *attributes, s *state) {
	if s.hidden || tiny(a) {
		return
	}
	alt := cleanAlt(string(a.alt))
	// Emoji sent as pictures are letters.
	if alt != "" && len(alt) <= 16 && (containsFold(a.class, "emoji") || containsFold(a.src, "emoji") || number(a.width) > 0 && number(a.width) <= 24 && alt[0] >= 0x80) {
		if b.space && b.open_ {
			b.breaks()
		}
		b.word([]byte(alt), s)
		return
	}
	src := string(a.src)
	low := strings.ToLower(src)
	switch {
	case strings.HasPrefix(low, "cid:"), strings.HasPrefix(low, "http:"), strings.HasPrefix(low, "https:"):
	case strings.HasPrefix(low, "//"):
		src = "https:" + src
	case strings.HasPrefix(low, "data:image/") && len(src) < maxAttr:
	default:
		src = ""
	}
	if alt == "" && (src == "" || number(a.width) > 0 && number(a.width) < 32 || number(a.height) > 0 && number(a.height) < 16) {
		return // an ornament or a spacer
	}
	b.flush()
	k := mail.Block{Kind: mail.Picture, Quote: int(max(s.quote, b.base)), Spans: []mail.Span{{Text: alt, Link: src}}}
	if s.link != "" {
		k.Spans = append(k.Spans, mail.Span{Link: s.link})
	}
	k.RTL = RTL(k.Spans[:1])
	b.size += len(alt) + len(src)
	b.res.Blocks = append(b.res.Blocks, k)
}

func cleanAlt(s string) string {
	if len(s) > 1000 {
		s = s[:1000]
	}
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == utf8.RuneError {
			return ' '
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

// number reads the leading digits of a length, -1 where there are none.
func number(v []byte) int {
	n, any := 0, false
	for _, c := range v {
		if c < '0' || c > '9' || n > 1e6 {
			break
		}
		n, any = n*10+int(c-'0'), true
	}
	if !any {
		return -1
	}
	return n
}
