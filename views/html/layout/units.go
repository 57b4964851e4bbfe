package layout

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/postrider/postrider/views/html/style"
	"github.com/postrider/postrider/views/html/text"
)

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
