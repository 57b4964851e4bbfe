package layout

import (
	"math"
	"sort"

	"github.com/postrider/postrider/views/html/style"
)

// flexItem is an item of a flex box while it is laid out. Sizes are of the border box along the main or cross axis; margins are apart.
type flexItem struct {
	b            *box
	base, main   float64 // flex base size; used main size
	lo, hi       float64 // bounds of the main size
	margin       float64 // main margins
	cross        float64
	crossMargin  float64
	frozen       bool
	baseline     float64
	mainAt       float64
	crossAt      float64
	autoA, autoZ bool // auto margins along the main axis
	autoC, autoD bool // and across
}

// flexLine is a line of items.
type flexLine struct {
	items []flexItem
	cross float64
	base  float64
	at    float64
}

func isColumn(st *style.Style) bool {
	return st.FlexDir == style.Column || st.FlexDir == style.ColumnReverse
}

// ordered returns the items in order-modified order.
func ordered(b *box) []*box {
	var out []*box
	sorted := true
	for _, c := range b.kids {
		if c.abs {
			continue
		}
		if n := len(out); n > 0 && out[n-1].st.Order > c.st.Order {
			sorted = false
		}
		out = append(out, c)
	}
	if !sorted {
		sort.SliceStable(out, func(i, j int) bool { return out[i].st.Order < out[j].st.Order })
	}
	return out
}

// flexIntrinsic is that of the content box of a flex box.
func (e *engine) flexIntrinsic(b *box) (lo, hi float64) {
	items := ordered(b)
	gap := b.st.Gap[1].Resolve(0)
	for i, c := range items {
		l, h := e.contribution(c)
		if isColumn(b.st) {
			lo, hi = max(lo, l), max(hi, h)
			continue
		}
		if ba := c.st.Basis; !c.st.BasisAuto && ba.Unit == style.Px && !ba.HasPct() && (ba.V > 0 || c.st.Grow == 0) {
			v := e.borderWidth(c, ba, 0) + c.hMargins()
			h = max(l, v)
			if c.st.Shrink == 0 {
				l = h
			}
		}
		hi += h
		if b.st.FlexWrap {
			lo = max(lo, l)
		} else {
			lo += l
		}
		if i > 0 {
			hi += gap
			if !b.st.FlexWrap {
				lo += gap
			}
		}
	}
	return lo, max(lo, hi)
}

// layFlex is the algorithm of CSS Flexbox section 9.
func (e *engine) layFlex(b *box, sp space) {
	st := b.st
	column := isColumn(st)
	cw := max(0, b.w-b.hEdges())
	def := b.definite(sp)
	ch := -1.0
	if def >= 0 {
		ch = max(0, def-b.vEdges())
	}
	mainSize := cw
	if column {
		mainSize = ch
	}
	mainGap, crossGap := st.Gap[1].Resolve(cw), st.Gap[0].Resolve(max(ch, 0))
	if column {
		mainGap, crossGap = crossGap, mainGap
	}
	var items []flexItem
	for _, c := range ordered(b) {
		if e.tick() {
			return
		}
		items = append(items, e.flexItem(b, c, cw, ch, column))
	}
	limit := mainSize
	if column && mainSize < 0 {
		if m := b.borderHeight(st.MaxHeight, sp.base); m >= 0 {
			limit = m - b.vEdges()
		}
	}
	lines := breakFlex(items, limit, mainGap, st.FlexWrap)
	total := 0.0
	for i := range lines {
		l := &lines[i]
		room := mainSize
		if room < 0 {
			room = 0
			for k := range l.items {
				it := &l.items[k]
				room += min(max(it.base, it.lo), it.hi) + it.margin
			}
			room += mainGap * float64(len(l.items)-1)
			if column {
				room = max(0, b.clampHeight(room+b.vEdges(), sp.base)-b.vEdges())
			}
		}
		resolveFlex(l.items, room, mainGap)
		used := mainGap * float64(len(l.items)-1)
		for k := range l.items {
			used += l.items[k].main + l.items[k].margin
		}
		total = max(total, used)
		e.flexCross(b, l, cw, ch, column, sp)
	}
	if column && mainSize < 0 {
		mainSize = max(0, b.clampHeight(total+b.vEdges(), sp.base)-b.vEdges())
	}
	crossSize := cw
	if !column {
		crossSize = ch
	}
	sum := crossGap * float64(max(0, len(lines)-1))
	for i := range lines {
		sum += lines[i].cross
	}
	if crossSize < 0 {
		crossSize = max(0, b.clampHeight(sum+b.vEdges(), sp.base)-b.vEdges())
	}
	if !st.FlexWrap && len(lines) == 1 {
		lines[0].cross = crossSize
	} else {
		alignLines(lines, crossSize-sum, crossGap, st)
	}
	for i := range lines {
		e.flexPlace(b, &lines[i], mainSize, crossSize, mainGap, column, sp)
	}
	h := crossSize
	if column {
		h = mainSize
	}
	b.auto = b.height(h+b.vEdges(), sp.base)
	b.natural = h + b.vEdges()
	b.h = b.auto
	if sp.h >= 0 {
		b.h = sp.h
	}
	b.first, b.last = none, none
	if len(lines) > 0 && len(lines[0].items) > 0 {
		it := &lines[0].items[0]
		for k := range lines[0].items {
			if a := selfAlign(b, lines[0].items[k].b); a == style.BaselineAlign {
				it = &lines[0].items[k]
				break
			}
		}
		b.first = it.b.y + it.b.h
		if !isNone(it.b.first) {
			b.first = it.b.y + it.b.first
		}
		b.last = b.first
	}
	for _, c := range b.kids {
		if c.abs {
			e.addAbs(c, b.leftEdge(), b.topEdge())
		}
	}
}

// flexItem finds base size and bounds of an item, section 9.2.
func (e *engine) flexItem(b, c *box, cw, ch float64, column bool) flexItem {
	e.edges(c, cw)
	it := flexItem{b: c, hi: math.Inf(1)}
	st := c.st
	m := st.Margin
	basis := st.Basis
	if st.BasisAuto {
		basis = st.Width
		if column {
			basis = st.Height
		}
	}
	if !column {
		it.margin, it.crossMargin = c.hMargins(), c.vMargins()
		it.autoA, it.autoZ = m[style.Left].IsAuto(), m[style.Right].IsAuto()
		it.autoC, it.autoD = m[style.Top].IsAuto(), m[style.Bottom].IsAuto()
		var lo, hi float64
		if c.kind == kReplaced {
			w, _ := e.replacedSize(c, cw, ch)
			lo, hi = w, w
		} else if c.kind == kTable {
			e.columns(c)
			e.edges(c, cw)
			lo, hi = c.tbl.min, c.tbl.max
		} else {
			lo, hi = e.intrinsic(c)
			lo, hi = lo+c.hEdges(), hi+c.hEdges()
		}
		switch basis.Unit {
		case style.Px, style.Compare, style.MinContent, style.MaxContent, style.FitContent:
			it.base = e.borderWidth(c, basis, cw)
			if c.kind == kTable {
				it.base = max(it.base, c.tbl.min)
			}
		default:
			it.base = hi
			if v, ok := e.byAspect(c); ok {
				it.base = v
			}
		}
		if u := st.MaxWidth.Unit; u != style.None && u != style.Auto {
			it.hi = e.borderWidth(c, st.MaxWidth, cw)
		}
		switch {
		case !st.MinWidth.IsAuto():
			it.lo = e.borderWidth(c, st.MinWidth, cw)
		case !c.clips():
			it.lo = min(lo, it.hi)
			if !st.Width.IsAuto() && c.kind != kTable {
				it.lo = min(it.lo, e.borderWidth(c, st.Width, cw))
			}
		}
		it.lo = max(it.lo, c.hEdges())
		return it
	}
	it.margin, it.crossMargin = c.vMargins(), c.hMargins()
	it.autoA, it.autoZ = m[style.Top].IsAuto(), m[style.Bottom].IsAuto()
	it.autoC, it.autoD = m[style.Left].IsAuto(), m[style.Right].IsAuto()
	w := e.flexColumnWidth(b, c, cw)
	h := c.borderHeight(basis, ch)
	e.lay(c, space{w: w, h: -1, base: ch, measure: true})
	content := c.natural
	if c.kind == kReplaced || c.kind == kTable {
		content = c.h
	}
	it.base = h
	if h < 0 {
		it.base = content
		if v := c.borderHeight(st.Height, ch); v >= 0 && st.BasisAuto {
			it.base = v
		} else if st.Aspect > 0 {
			it.base = c.h
		}
	}
	if v := c.borderHeight(st.MaxHeight, ch); v >= 0 {
		it.hi = v
	}
	if v := c.borderHeight(st.MinHeight, ch); v >= 0 {
		it.lo = v
	} else if !c.clips() {
		it.lo = min(content, it.hi)
		if v := c.borderHeight(st.Height, ch); v >= 0 {
			it.lo = min(it.lo, v)
		}
	}
	it.lo = max(it.lo, c.vEdges())
	return it
}

// flexColumnWidth is the width of an item of a column: stretched, or by its content.
func (e *engine) flexColumnWidth(b, c *box, cw float64) float64 {
	stretch := selfAlign(b, c) == style.Stretch && !c.st.Margin[style.Left].IsAuto() && !c.st.Margin[style.Right].IsAuto()
	switch {
	case c.kind == kReplaced:
		w, _ := e.replacedSize(c, cw, -1)
		if stretch && c.st.Width.IsAuto() {
			return e.clampWidth(c, max(0, cw-c.hMargins()), cw)
		}
		return w
	case c.kind == kTable:
		w := e.tableWidth(c, cw, cw)
		if stretch && c.st.Width.IsAuto() {
			w = max(w, cw-c.hMargins())
		}
		return w
	case stretch && !b.st.FlexWrap:
		return e.fill(c, cw, cw)
	}
	return e.fit(c, cw, cw)
}

// breakFlex puts the items into lines, section 9.3.
func breakFlex(items []flexItem, limit, gap float64, wrap bool) []flexLine {
	if len(items) == 0 {
		return nil
	}
	if !wrap || limit < 0 {
		return []flexLine{{items: items}}
	}
	var out []flexLine
	from, used := 0, 0.0
	for i := range items {
		it := &items[i]
		v := min(max(it.base, it.lo), it.hi)
		v = max(v, it.lo) + it.margin
		if i > from && used+gap+v > limit+slack {
			out = append(out, flexLine{items: items[from:i]})
			from, used = i, 0
		}
		if i > from {
			used += gap
		}
		used += v
	}
	return append(out, flexLine{items: items[from:]})
}

// resolveFlex lets the items of a line grow or shrink, section 9.7.
func resolveFlex(items []flexItem, room, gap float64) {
	free := room - gap*float64(len(items)-1)
	hyp := 0.0
	for i := range items {
		it := &items[i]
		it.hi = max(it.hi, it.lo)
		it.main = min(max(it.base, it.lo), it.hi)
		hyp += it.main + it.margin
	}
	grow := hyp < free
	for i := range items {
		it := &items[i]
		f := it.b.st.Shrink
		if grow {
			f = it.b.st.Grow
		}
		it.frozen = f == 0 || grow && it.base > it.main || !grow && it.base < it.main
	}
	first := math.NaN()
	for range len(items) + 1 {
		left, factors, scaled := free, 0.0, 0.0
		open := 0
		for i := range items {
			it := &items[i]
			if it.frozen {
				left -= it.main + it.margin
				continue
			}
			open++
			left -= it.base + it.margin
			if grow {
				factors += it.b.st.Grow
			} else {
				factors += it.b.st.Shrink
				scaled += it.b.st.Shrink * it.base
			}
		}
		if open == 0 {
			break
		}
		if isNone(first) {
			first = left
		}
		if factors < 1 {
			if v := first * factors; math.Abs(v) < math.Abs(left) {
				left = v
			}
		}
		broken := 0.0
		for i := range items {
			it := &items[i]
			if it.frozen {
				continue
			}
			v := it.base
			if grow && factors > 0 {
				v += left * it.b.st.Grow / factors
			} else if !grow && scaled > 0 {
				v += left * it.b.st.Shrink * it.base / scaled
			}
			it.main = min(max(v, it.lo), it.hi)
			broken += it.main - v
		}
		done := true
		for i := range items {
			it := &items[i]
			if it.frozen {
				continue
			}
			v := it.base
			if grow && factors > 0 {
				v += left * it.b.st.Grow / factors
			} else if !grow && scaled > 0 {
				v += left * it.b.st.Shrink * it.base / scaled
			}
			switch {
			case math.Abs(broken) < 1e-9, broken > 0 && it.main > v, broken < 0 && it.main < v:
				it.frozen = true
			default:
				done = false
			}
		}
		if done {
			break
		}
	}
}
