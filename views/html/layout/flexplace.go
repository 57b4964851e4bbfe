package layout

import (
	"github.com/postrider/postrider/views/html/style"
)

// selfAlign is the used align-self of an item.
func selfAlign(b, c *box) style.Align {
	a := c.st.Self
	if a == style.AlignAuto {
		a = b.st.Items
	}
	if a == style.AlignAuto || a == style.AlignNormal {
		a = style.Stretch
	}
	return a
}

// flexCross lays the items of a line out at their main sizes and finds the cross size of the line, sections 9.4.
func (e *engine) flexCross(b *box, l *flexLine, cw, ch float64, column bool, sp space) {
	above, below := 0.0, 0.0
	l.cross = 0
	for i := range l.items {
		it := &l.items[i]
		c := it.b
		if column {
			// Measured already; only sizes are wanted when this box is itself measured, or nested boxes would cost a power of their depth.
			w := e.flexColumnWidth(b, c, cw)
			if !sp.measure {
				e.lay(c, space{w: w, h: it.main, base: ch})
			}
			it.cross = w
		} else {
			h := -1.0
			if c.kind == kReplaced {
				_, h = e.replacedSize(c, cw, ch)
				if c.ratio > 0 && c.st.Height.IsAuto() && it.main > c.hEdges() {
					h = c.clampHeight((it.main-c.hEdges())/c.ratio+c.vEdges(), ch)
				}
			}
			again := c.kind == kFlex || c.kind == kGrid || c.kind == kTable || e.hasPctKids(c)
			e.lay(c, space{w: it.main, h: h, base: ch, measure: sp.measure || again})
			it.cross = c.h
		}
		it.baseline = it.cross
		if !isNone(c.first) {
			it.baseline = c.first
		}
		if !column && selfAlign(b, c) == style.BaselineAlign && !it.autoC && !it.autoD {
			a := c.marg[style.Top] + it.baseline
			above = max(above, a)
			below = max(below, it.cross+it.crossMargin-a)
		} else {
			l.cross = max(l.cross, it.cross+it.crossMargin)
		}
	}
	l.cross = max(l.cross, above+below)
	l.base = above
}

// alignLines spreads the lines over the cross size, align-content.
func alignLines(lines []flexLine, free, gap float64, st *style.Style) {
	n := float64(len(lines))
	at, between := 0.0, gap
	a := st.Content
	if free < 0 && (a == style.SpaceBetween || a == style.SpaceAround || a == style.SpaceEvenly || a == style.Stretch || a == style.AlignNormal || a == style.AlignAuto) {
		a = style.FlexStart
	}
	switch a {
	case style.End, style.FlexEnd:
		at = free
	case style.Center:
		at = free / 2
	case style.SpaceBetween:
		if n > 1 {
			between += free / (n - 1)
		}
	case style.SpaceAround:
		at = free / n / 2
		between += free / n
	case style.SpaceEvenly:
		at = free / (n + 1)
		between += at
	case style.AlignAuto, style.AlignNormal, style.Stretch:
		for i := range lines {
			lines[i].cross += free / n
		}
	}
	for i := range lines {
		lines[i].at = at
		at += lines[i].cross + between
	}
}

// spaceOut is where justify-content puts the first item and how far apart the items are beyond the gap.
func spaceOut(a style.Align, free float64, n int, reversed bool) (at, between float64) {
	if free < 0 && (a == style.SpaceBetween || a == style.SpaceAround || a == style.SpaceEvenly) {
		a = style.FlexStart
	}
	switch a {
	case style.FlexEnd:
		return free, 0
	case style.End:
		if reversed {
			return 0, 0
		}
		return free, 0
	case style.Start:
		if reversed {
			return free, 0
		}
		return 0, 0
	case style.Center:
		return free / 2, 0
	case style.SpaceBetween:
		if n > 1 {
			return 0, free / float64(n-1)
		}
	case style.SpaceAround:
		return free / float64(n) / 2, free / float64(n)
	case style.SpaceEvenly:
		return free / float64(n+1), free / float64(n+1)
	}
	return 0, 0
}

// flexPlace puts the items of a line at their places.
func (e *engine) flexPlace(b *box, l *flexLine, mainSize, crossSize, gap float64, column bool, sp space) {
	st := b.st
	reversed := st.FlexDir == style.RowReverse || st.FlexDir == style.ColumnReverse
	free := mainSize - gap*float64(len(l.items)-1)
	autos := 0
	for i := range l.items {
		it := &l.items[i]
		free -= it.main + it.margin
		if it.autoA {
			autos++
		}
		if it.autoZ {
			autos++
		}
	}
	at, between := 0.0, 0.0
	perAuto := 0.0
	if autos > 0 {
		perAuto = max(0, free) / float64(autos)
	} else {
		at, between = spaceOut(st.Justify, free, len(l.items), reversed)
	}
	right := !column && st.RTL != reversed || column && reversed // main axis from the far end
	for i := range l.items {
		it := &l.items[i]
		c := it.b
		first, second := style.Left, style.Right
		if column {
			first, second = style.Top, style.Bottom
		}
		if right {
			first, second = second, first
		}
		a, z := c.marg[first], c.marg[second]
		autoFirst, autoSecond := it.autoA, it.autoZ
		if right {
			autoFirst, autoSecond = autoSecond, autoFirst
		}
		if autoFirst {
			a = perAuto
		}
		if autoSecond {
			z = perAuto
		}
		at += a
		main := at
		if right {
			main = mainSize - at - it.main
		}
		at += it.main + z + gap + between
		cross := e.flexCrossPlace(b, l, it, column, sp)
		cross += l.at
		if st.WrapReverse && st.FlexWrap {
			cross = crossSize - cross - it.cross
		}
		if column && st.RTL {
			cross = crossSize - cross - it.cross
		}
		if column {
			c.x, c.y = b.leftEdge()+cross, b.topEdge()+main
		} else {
			c.x, c.y = b.leftEdge()+main, b.topEdge()+cross
		}
	}
}

// flexCrossPlace aligns an item within its line, sections 9.6; a stretched one is laid out again at the height of the line.
func (e *engine) flexCrossPlace(b *box, l *flexLine, it *flexItem, column bool, sp space) float64 {
	c := it.b
	before, after := c.marg[style.Top], c.marg[style.Bottom]
	size := c.st.Height
	if column {
		before, after = c.marg[style.Left], c.marg[style.Right]
		size = c.st.Width
	}
	if (b.st.WrapReverse && b.st.FlexWrap) || column && b.st.RTL {
		before, after = after, before
	}
	free := l.cross - it.cross - before - after
	a := selfAlign(b, c)
	if it.autoC || it.autoD {
		switch {
		case it.autoC && it.autoD:
			return before + max(0, free)/2
		case it.autoC:
			return before + max(0, free)
		}
		return before
	}
	if a == style.Stretch && size.IsAuto() && sp.measure {
		return before
	}
	if a == style.Stretch && size.IsAuto() {
		if column {
			if b.st.FlexWrap && c.kind != kReplaced {
				w := e.clampWidth(c, max(0, l.cross-before-after), l.cross)
				e.lay(c, space{w: w, h: it.main, base: -1, measure: sp.measure})
				it.cross = w
			}
			return before
		}
		if c.kind != kReplaced || c.ctl != nil {
			h := c.clampHeight(max(0, l.cross-before-after), -1)
			if h != c.h || c.was.measure && !sp.measure {
				e.lay(c, space{w: it.main, h: h, base: h, measure: sp.measure})
				it.cross = h
			}
		}
		return before
	}
	if !column && c.was.measure && !sp.measure {
		e.lay(c, space{w: it.main, h: c.h, base: c.was.base, measure: false})
	}
	switch a {
	case style.End, style.FlexEnd:
		return before + free
	case style.Center:
		return before + free/2
	case style.BaselineAlign:
		if !column {
			return l.base - it.baseline
		}
	}
	return before
}
