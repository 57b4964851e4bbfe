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

// hasRTL tells whether the text needs the bidi algorithm: letters from right to left, or controls for it.
func hasRTL(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < 0xD6 {
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r >= 0x590 && r <= 0x8FF, r >= 0xFB1D && r <= 0xFDFF, r >= 0xFE70 && r <= 0xFEFE, r >= 0x10800 && r <= 0x10FFF, r >= 0x1E800 && r <= 0x1EFFF,
			r == 0x200F, r == 0x202B, r == 0x202E, r == 0x2067:
			return true
		}
		i += n - 1
	}
	return false
}

// levels splits the items so that each is of one embedding level, UAX #9. A paragraph ends at each kept line feed; embeddings that are open there
// go on in the next one, CSS Writing Modes section 2.4.
func levels(t string, items []item, st *style.Style) []item {
	out := make([]item, 0, len(items)+8)
	base := uint8(0)
	if st.RTL {
		base = 1
	}
	var runs []text.Level
	var open []string // controls of the inline boxes that are open
	k, start, begin := 0, 0, true
	for _, it := range items {
		if begin {
			begin = false
			end := len(t)
			if i := strings.IndexByte(t[start:], '\n'); i >= 0 {
				end = start + i
			}
			prefix := strings.Join(open, "")
			if st.Override && start > 0 {
				prefix = pick(st, lro, rlo) + prefix
			}
			runs, k = text.Levels(prefix+t[start:end], st.RTL), 0
			start -= len(prefix)
		}
		for k < len(runs) && start+runs[k].To <= int(it.from) && k+1 < len(runs) {
			k++
		}
		it.level = base
		switch it.kind {
		case iOpen:
			open = append(open, t[it.from:it.to])
		case iClose:
			if n := len(open); n > 0 {
				open = open[:n-1]
			}
		case iBreak:
			out = append(out, it)
			start, begin = int(it.to), true
			continue
		}
		if k < len(runs) {
			it.level = runs[k].Level
		}
		if it.kind != iText {
			out = append(out, it)
			continue
		}
		for k < len(runs) && start+runs[k].To < int(it.to) {
			head := it
			head.to = int32(start + runs[k].To)
			head.level = runs[k].Level
			if head.to > head.from {
				out = append(out, head)
			}
			it.from = head.to
			k++
			if k < len(runs) {
				it.level = runs[k].Level
			}
		}
		out = append(out, it)
	}
	settleEdges(out, base)
	return out
}

func pick(st *style.Style, l, r string) string {
	if st.RTL {
		return r
	}
	return l
}

// settleEdges gives the starts and ends of inline boxes, which have no text of their own, a level that keeps text of one direction together.
func settleEdges(items []item, base uint8) {
	edge := func(k itemKind) bool { return k == iOpen || k == iClose || k == iFloat || k == iAbs || k == iWbr }
	for i := 0; i < len(items); {
		if !edge(items[i].kind) {
			i++
			continue
		}
		j := i
		for j < len(items) && edge(items[j].kind) {
			j++
		}
		before, after := base, base
		if i > 0 && items[i-1].kind != iBreak {
			before = items[i-1].level
		}
		if j < len(items) && items[j].kind != iBreak {
			after = items[j].level
		}
		for n := i; n < j; n++ {
			items[n].level = min(before, after)
		}
		i = j
	}
}

// shape shapes the text items and measures them.
func (c *ifc) shape(e *engine) {
	n := 0
	for i := range c.items {
		if c.items[i].kind == iText {
			n += int(c.items[i].to-c.items[i].from) + 1
		}
	}
	arena := make([]float32, n)
	for i := range c.items {
		it := &c.items[i]
		it.f = e.font(it.box.st)
		if it.kind != iText || e.tick() {
			continue
		}
		n := int(it.to-it.from) + 1
		it.adv, arena = arena[:n:n], arena[n:]
		o := it.f.o
		o.RTL = it.level&1 == 1
		it.runs = e.sh.Shape(c.text[it.from:it.to], it.f.f, o)
		measure(it.adv, it.runs, o.RTL)
	}
}

// measure sums the advances of runs (in visual order) by the bytes they belong to.
func measure(adv []float32, runs []text.Run, rtl bool) {
	base := 0
	for k := range runs {
		r := &runs[k]
		if rtl {
			r = &runs[len(runs)-1-k]
		}
		for _, g := range r.Glyphs {
			if at := base + g.Cluster + 1; at < len(adv) {
				adv[at] += float32(g.Advance)
			}
		}
		base += len(r.Text)
	}
	var sum float32
	for i := range adv {
		sum += adv[i]
		adv[i] = sum
	}
}

func wraps(ws style.WhiteSpace) bool { return ws != style.NoWrap && ws != style.Pre }

func hangs(ws style.WhiteSpace) bool { return ws != style.Pre && ws != style.BreakSpaces }

// cut makes the units.
func (c *ifc) cut(e *engine) {
	ops := text.Breaks(c.text)
	c.units = make([]unit, 0, len(ops)+len(c.items))
	k := 0
	for i := range c.items {
		it := &c.items[i]
		st := it.box.st
		u := unit{item: int32(i), from: it.from, to: it.to}
		switch it.kind {
		case iText:
			k = c.cutText(it, u, ops, k)
		case iClose:
			// A break before the end of a box is one after it.
			if n := len(c.units); n > 0 && c.units[n-1].brk {
				u.brk, u.shy = true, c.units[n-1].shy
				c.units[n-1].brk = false
			}
			c.units = append(c.units, u)
		case iAtomic:
			for k < len(ops) && ops[k].At < int(it.to) {
				k++
			}
			up := it.box.parent.st
			u.brk = wraps(up.WhiteSpace) && (k < len(ops) && ops[k].At == int(it.to) || strings.HasPrefix(c.text[it.to:], "\u00A0"))
			// As in Chromium lines break beside it even at a no-break space.
			if n := len(c.units); n > 0 && wraps(up.WhiteSpace) && strings.HasSuffix(c.text[:it.from], "\u00A0") && c.items[c.units[n-1].item].kind == iText {
				c.units[n-1].brk = true
			}
			c.units = append(c.units, u)
		case iTab, iWbr:
			u.brk = wraps(st.WhiteSpace)
			c.units = append(c.units, u)
		default:
			c.units = append(c.units, u)
		}
	}
}

func (c *ifc) cutText(it *item, u unit, ops []text.Opportunity, k int) int {
	st := it.box.st
	wrap := wraps(st.WhiteSpace)
	u.every = wrap && st.WordBreak == style.BreakAll
	u.need = wrap && (st.Anywhere || st.WordBreak == style.BreakWord || u.every)
	u.needMin = wrap && (st.Anywhere && st.AnyMin || st.WordBreak == style.BreakWord || u.every)
	for at := it.from; at < it.to; {
		for k < len(ops) && ops[k].At <= int(at) {
			k++
		}
		end, brk := it.to, false
		if wrap {
			j := k
			for j < len(ops) && ops[j].At <= int(it.to) && st.WordBreak == style.KeepAll && !spaceBefore(c.text, ops[j].At) {
				j++
			}
			if j < len(ops) && ops[j].At <= int(it.to) {
				end, brk = int32(ops[j].At), true
			}
		}
		u.from, u.to, u.brk = at, end, brk
		low := end
		if hangs(st.WhiteSpace) {
			for low > at && c.text[low-1] == ' ' {
				low--
			}
		}
		a := it.adv
		u.w = a[low-it.from] - a[at-it.from]
		u.sp = a[end-it.from] - a[low-it.from]
		u.shy = brk && strings.HasSuffix(c.text[at:end], "\u00AD")
		c.units = append(c.units, u)
		at = end
	}
	return k
}

func spaceBefore(t string, at int) bool {
	r, _ := utf8.DecodeLastRuneInString(t[:at])
	return !unicode.IsLetter(r) && !unicode.IsDigit(r)
}

// widths returns the min-content and max-content widths of the paragraph.
func (c *ifc) widths(e *engine, b *box) (lo, hi float64) {
	indent := 0.0
	if !b.st.Indent.HasPct() && !b.noIndent {
		indent = b.st.Indent.Resolve(0)
	}
	var word, wordSp float64 // since the last opportunity
	line, lineSp := indent, 0.0
	word = indent
	var floats float64
	content := false
	sticky := e.quirks && b.kind == kCell && b.st.Width.IsAuto()
	endWord := func() {
		lo = max(lo, word)
		word, wordSp = 0, 0
	}
	kept := 0.0 // of lineSp, white space that is kept
	endLine := func() {
		hi = max(hi, line+floats+kept)
		line, lineSp, floats, kept = 0, 0, 0, 0
		content = false
	}
	grow := func(l, h, sp float64) {
		word += wordSp + l
		line += lineSp + h
		wordSp, lineSp, kept = sp, sp, 0
	}
	// Chromium measures the words of an item together, so that the end edge of a box counts on top of the widest of them.
	tail, tailItem := 0.0, int32(-1)
	for i := range c.units {
		u := &c.units[i]
		it := &c.items[u.item]
		brk := u.brk
		switch it.kind {
		case iText:
			if u.item != tailItem {
				tail, tailItem = 0, u.item
				if word == 0 && wordSp == 0 {
					tail = float64(u.w)
				}
			} else {
				tail = max(tail, float64(u.w))
			}
			if sticky && brk && u.sp == 0 && c.pictureAfter(i) {
				brk = false
			}
		case iClose:
		default:
			tail = 0
		}
		switch it.kind {
		case iText:
			if !content && u.w == 0 && u.sp > 0 {
				break
			}
			content = true
			if u.needMin && u.w > 0 {
				m := float64(c.widest(it, u))
				endWord()
				line += lineSp + float64(u.w)
				lineSp = float64(u.sp)
				word, wordSp = m, 0
				endWord()
				break
			}
			grow(float64(u.w), float64(u.w), float64(u.sp))
			if it.box.st.WhiteSpace == style.PreWrap {
				kept = lineSp
			}
		case iTab:
			grow(0, tabWidth(it, line+lineSp), 0)
			content = true
		case iOpen:
			e.edges(it.box, 0)
			if !it.box.noStart {
				if v := it.box.marg[style.Left] + it.box.leftEdge(); v != 0 {
					grow(v, v, 0)
				}
			}
		case iClose:
			if !it.box.noEnd {
				v := it.box.marg[style.Right] + it.box.rightEdge()
				word, line = word+v, line+v // a blank before it still hangs
				if tail > 0 && v > 0 {
					tail += v
					if brk || c.lineEnds(i) {
						lo = max(lo, tail)
					}
				}
			}
		case iAtomic:
			l, h := e.contribution(it.box)
			if sticky && it.box.kind == kReplaced && it.box.ctl == nil {
				brk = false
			}
			grow(l, h, 0)
			content = true
		case iFloat:
			l, h := e.contribution(it.box)
			lo = max(lo, l)
			floats += h
		case iBreak:
			endWord()
			endLine()
		}
		if brk {
			endWord()
		}
	}
	endWord()
	endLine()
	return lo, hi
}

// pictureAfter tells whether a picture follows unit i.
func (c *ifc) pictureAfter(i int) bool {
	for i++; i < len(c.units); i++ {
		switch it := &c.items[c.units[i].item]; it.kind {
		case iOpen, iFloat, iAbs:
		case iAtomic:
			return it.box.kind == kReplaced && it.box.ctl == nil
		default:
			return false
		}
	}
	return false
}

// lineEnds tells whether nothing of the line but ends of boxes follows unit i.
func (c *ifc) lineEnds(i int) bool {
	for i++; i < len(c.units); i++ {
		switch c.items[c.units[i].item].kind {
		case iClose:
		case iBreak:
			return true
		default:
			return false
		}
	}
	return true
}

// widest is the width of the widest cluster of a unit.
func (c *ifc) widest(it *item, u *unit) (w float32) {
	at := u.from - it.from
	for i := at + 1; i <= u.to-it.from; i++ {
		if it.adv[i] != it.adv[at] {
			w = max(w, it.adv[i]-it.adv[at])
			at = i
		}
	}
	return w
}

// tabWidth is how far a tab at x reaches.
func tabWidth(it *item, x float64) float64 {
	size := it.box.st.TabSize
	if size <= 0 {
		return 0
	}
	step := size * (it.f.m.SpaceWidth + it.f.o.Letter + it.f.o.Word)
	if step <= 0 {
		return 0
	}
	n := float64(int(x/step)+1) * step
	if n-x < it.f.m.SpaceWidth/2 {
		n += step
	}
	return n - x
}
