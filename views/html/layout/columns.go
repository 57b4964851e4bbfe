package layout

import (
	"sort"

	"github.com/postrider/postrider/views/html/style"
)

// column is what the cells of a column ask for, px of the border box of a cell.
type column struct {
	min, max float64
	pct      float64 // fraction of the table, 0 = none
	pctPad   float64 // what the fixed algorithm adds to it: edges of a cell whose width is that of its content
	fixed    bool    // a cell or col has a width in px
	seen     bool
	w, x     float64 // once laid out; x from the left edge of the table's border box
	gone     bool    // visibility: collapse
	merged   bool    // no cell begins here: one with the column before, without spacing between
}

// tableIntrinsic returns min and max of the border box of a table.
func (e *engine) tableIntrinsic(b *box) (lo, hi float64) {
	e.columns(b)
	t := b.tbl
	lo, hi = t.min, t.max
	w := b.st.Width
	if !w.IsAuto() && !w.HasPct() {
		v := e.tableBorderWidth(b, w, 0)
		lo = max(lo, v)
		hi = lo
	}
	if u := b.st.MaxWidth.Unit; u != style.None && u != style.Auto && !b.st.MaxWidth.HasPct() {
		hi = max(lo, min(hi, e.tableBorderWidth(b, b.st.MaxWidth, 0)))
	}
	if m := b.st.MinWidth; !m.IsAuto() && !m.HasPct() {
		v := e.tableBorderWidth(b, m, 0)
		lo, hi = max(lo, v), max(hi, v)
	}
	return lo, max(lo, hi)
}

// tableBorderWidth is borderWidth without the detour over intrinsic, which asks for the table again.
func (e *engine) tableBorderWidth(b *box, l style.Length, base float64) float64 {
	switch l.Unit {
	case style.MinContent:
		return b.tbl.min
	case style.MaxContent:
		return b.tbl.max
	case style.FitContent:
		return min(b.tbl.max, max(b.tbl.min, base-b.hMargins()))
	}
	v := finite(l.Resolve(base))
	if !b.st.BorderBox {
		v += b.hEdges()
	}
	return max(v, b.hEdges())
}

// tableWidth is the used border box width of a table in a container that leaves avail for its margin box.
func (e *engine) tableWidth(b *box, avail, base float64) float64 {
	e.edges(b, base)
	e.columns(b)
	t := b.tbl
	var w float64
	if b.st.Width.IsAuto() {
		w = min(t.max, max(t.min, avail-b.hMargins()))
	} else {
		w = e.tableBorderWidth(b, b.st.Width, base)
	}
	if u := b.st.MaxWidth.Unit; u != style.None && u != style.Auto {
		w = min(w, e.tableBorderWidth(b, b.st.MaxWidth, base))
	}
	if !b.st.MinWidth.IsAuto() {
		w = max(w, e.tableBorderWidth(b, b.st.MinWidth, base))
	}
	return max(w, t.min)
}

// isFixed tells whether the fixed algorithm counts: table-layout: fixed with a width.
func isFixed(b *box) bool { return b.st.FixedTable && !b.st.Width.IsAuto() }

// columns finds what the columns of a table ask for, once; CSS Tables 3 section 3.8 as Chromium does it.
func (e *engine) columns(b *box) {
	t := b.tbl
	if t.known {
		e.edges(b, 0)
		return
	}
	t.known = true
	t.collapsed = b.st.Collapse
	if t.collapsed {
		e.collapse(b)
	} else {
		t.gap = b.st.Spacing
		t.left, t.top = t.gap[0], t.gap[1]
	}
	e.edges(b, 0)
	fixed := isFixed(b)
	cols := make([]column, t.width)
	for i, c := range t.colOf {
		if i >= len(cols) {
			break
		}
		e.colWidth(&cols[i], c, fixed)
	}
	if !fixed {
		for i := range cols {
			cols[i].merged = i > 0 && !cols[i].seen && i >= len(t.colOf)
		}
		for _, c := range t.cells {
			cols[c.cell.col].merged = false
		}
	}
	var wide []*box
	for _, c := range t.cells {
		if e.tick() {
			return
		}
		if fixed && c.cell.row > 0 {
			break
		}
		if c.cell.cols > 1 {
			wide = append(wide, c)
			continue
		}
		cols[c.cell.col].take(e.cellWidth(c, fixed), fixed)
	}
	t.cols = cols
	if fixed {
		e.spanFixed(t, wide)
	} else {
		sort.SliceStable(wide, func(i, j int) bool { return wide[i].cell.cols < wide[j].cell.cols })
		for _, c := range wide {
			if e.tick() {
				return
			}
			e.spanAuto(t, c)
		}
	}
	left := 1.0
	for i := range cols {
		c := &cols[i]
		if c.pct > left && !fixed {
			c.pct = left // together no more than all
		}
		left = max(0, left-c.pct)
	}
	e.tableMinMax(b)
}

// colWidth takes the width of a col element.
func (e *engine) colWidth(c *column, col *box, fixed bool) {
	l := col.st.Width
	if l.IsAuto() && col.parent.kind == kColGroup {
		l = col.parent.st.Width
	}
	c.gone = col.st.Visibility == style.Collapse || col.parent.st.Visibility == style.Collapse && col.parent.kind == kColGroup
	if m := col.st.MinWidth; m.Unit == style.Px && !m.HasPct() {
		c.min, c.seen = m.V, true
		c.max = max(c.max, c.min)
	}
	switch {
	case l.Unit == style.Px && l.V == 0 && l.Pct > 0:
		c.pct, c.seen = l.Pct, true
	case l.Unit == style.Px && l.Pct == 0 && (l.V > 0 || fixed):
		c.max, c.fixed, c.seen = max(l.V, c.min), true, true
		if fixed {
			c.min = c.max
		}
	}
}

// cellWidth is what a cell asks of its columns.
func (e *engine) cellWidth(c *box, fixed bool) column {
	e.edges(c, 0)
	st := c.st
	w := column{seen: true}
	if !fixed {
		w.min, w.max = e.intrinsic(c)
		w.min, w.max = w.min+c.hEdges(), w.max+c.hEdges()
	} else {
		w.min, w.max = 0, 0
	}
	l := st.Width
	css := -1.0
	switch {
	case l.Unit == style.Px && l.V == 0 && l.Pct > 0:
		w.pct = l.Pct
		if fixed && !st.BorderBox {
			w.pctPad = c.hEdges()
		}
	case l.Unit == style.Px && l.Pct == 0 && (l.V > 0 || fixed), l.Unit == style.Compare && !l.HasPct():
		css = e.borderWidth(c, l, 0)
	}
	if m := st.MinWidth; !m.IsAuto() && !m.HasPct() {
		w.min = max(w.min, e.borderWidth(c, m, 0))
	}
	if u := st.MaxWidth.Unit; u != style.None && u != style.Auto && !st.MaxWidth.HasPct() {
		m := e.borderWidth(c, st.MaxWidth, 0)
		w.max = min(w.max, m)
		if css >= 0 {
			css = min(css, m)
		}
	}
	if css >= 0 {
		w.fixed = true
		if fixed {
			w.min = css
		}
		if e.quirks && !wraps(st.WhiteSpace) {
			if _, ok := c.attr("nowrap"); ok {
				w.min = max(w.min, css)
			}
		}
		w.max = css
	}
	w.max = max(w.max, w.min)
	return w
}

// take widens a column for a cell.
func (c *column) take(w column, fixed bool) {
	if fixed {
		// What is said first counts: a col, then the first row.
		if !c.fixed && c.pct == 0 {
			*c = w
		}
		return
	}
	if !c.seen {
		gone, merged := c.gone, c.merged
		*c = w
		c.gone, c.merged = gone, merged
		return
	}
	c.min = max(c.min, w.min)
	switch {
	case c.fixed && w.fixed:
		c.max = max(c.max, w.max)
	case c.fixed:
		c.max = max(c.max, w.min)
	case w.fixed:
		c.max = max(c.min, w.max)
	default:
		c.max = max(c.max, w.max)
	}
	c.max = max(c.max, c.min)
	c.pct = max(c.pct, w.pct)
	c.fixed = c.fixed || w.fixed
}

// spanFixed spreads the cells of the first row that span columns over those that have no width yet.
func (e *engine) spanFixed(t *table, wide []*box) {
	for _, c := range wide {
		w := e.cellWidth(c, true)
		n := float64(c.cell.cols)
		gap := t.gap[0] * (n - 1)
		for i := c.cell.col; i < c.cell.col+c.cell.cols; i++ {
			col := &t.cols[i]
			if col.fixed || col.pct > 0 {
				continue
			}
			col.pct = w.pct / n
			if w.fixed {
				col.fixed = true
				col.max = max(0, (w.max-gap)/n)
				col.min = col.max
			}
		}
	}
}

// spanAuto spreads what a cell that spans columns asks for over its columns.
func (e *engine) spanAuto(t *table, c *box) {
	w := e.cellWidth(c, false)
	cols := t.cols[c.cell.col : c.cell.col+c.cell.cols]
	gap := 0.0
	for i := range cols {
		if i > 0 && !cols[i].merged {
			gap += t.gap[0]
		}
	}
	w.min, w.max = max(0, w.min-gap), max(0, w.max-gap)
	if w.pct > 0 {
		sum, open, openMax := 0.0, 0, 0.0
		for i := range cols {
			sum += cols[i].pct
			if cols[i].pct == 0 {
				open++
				openMax += cols[i].max
			}
		}
		if rest := w.pct - sum; rest > 0 && open > 0 {
			for i := range cols {
				if cols[i].pct > 0 {
					continue
				}
				if openMax > 0 {
					cols[i].pct = rest * cols[i].max / openMax
				} else {
					cols[i].pct = rest / float64(open)
				}
			}
		}
	}
	grow := func(target float64, minimum bool) {
		for i, v := range e.distribute(cols, target, w.fixed) {
			col := &cols[i]
			if minimum {
				col.min = max(col.min, v)
				col.max = max(col.max, col.min)
			} else {
				col.max = max(col.max, v)
			}
			col.seen = true
		}
	}
	grow(w.min, true)
	grow(w.max, false)
}

// distribute gives the columns together the width target: the four guesses of CSS Tables 3 section 3.9.3.2, and beyond them what is left to
// columns without a width, to those with one (constrained: the target is a width that was asked for), or to those in percent.
func (e *engine) distribute(cols []column, target float64, constrained bool) []float64 {
	out := make([]float64, len(cols))
	var gMin, gPct, gFix, gMax float64
	var upPct, upFix, upAuto, autoMax, fixMax, pctSum float64
	autos, fixes, pcts := 0, 0, 0
	pctOf := func(c *column) float64 { return max(c.min, c.pct*target) }
	for i := range cols {
		c := &cols[i]
		gMin += c.min
		switch {
		case c.pct > 0:
			p := pctOf(c)
			gPct, gFix, gMax = gPct+p, gFix+p, gMax+p
			upPct += p - c.min
			pctSum += c.pct
			pcts++
		case c.fixed:
			gPct, gFix, gMax = gPct+c.min, gFix+c.max, gMax+c.max
			upFix += c.max - c.min
			fixMax += c.max
			fixes++
		default:
			gPct, gFix, gMax = gPct+c.min, gFix+c.min, gMax+c.max
			upAuto += c.max - c.min
			autoMax += c.max
			autos++
		}
	}
	part := func(left, up float64) float64 {
		if up <= 0 {
			return 0
		}
		return left / up
	}
	switch {
	case target <= gMin:
		for i := range cols {
			out[i] = cols[i].min
		}
	case target <= gPct:
		f := part(target-gMin, upPct)
		for i := range cols {
			c := &cols[i]
			out[i] = c.min
			if c.pct > 0 {
				out[i] += f * (pctOf(c) - c.min)
			}
		}
	case target <= gFix:
		f := part(target-gPct, upFix)
		for i := range cols {
			c := &cols[i]
			switch {
			case c.pct > 0:
				out[i] = pctOf(c)
			case c.fixed:
				out[i] = c.min + f*(c.max-c.min)
			default:
				out[i] = c.min
			}
		}
	case target <= gMax:
		f := part(target-gFix, upAuto)
		for i := range cols {
			c := &cols[i]
			switch {
			case c.pct > 0:
				out[i] = pctOf(c)
			case c.fixed:
				out[i] = c.max
			default:
				out[i] = c.min + f*(c.max-c.min)
			}
		}
	default:
		left := target - gMax
		for i := range cols {
			c := &cols[i]
			out[i] = c.max
			if c.pct > 0 {
				out[i] = pctOf(c)
			}
			switch {
			case autos > 0:
				if c.pct == 0 && !c.fixed {
					if autoMax > 0 {
						out[i] += left * c.max / autoMax
					} else {
						out[i] += left / float64(autos)
					}
				}
			case fixes > 0 && (pcts == 0 || constrained):
				if c.pct == 0 {
					if fixMax > 0 {
						out[i] += left * c.max / fixMax
					} else {
						out[i] += left / float64(fixes)
					}
				}
			case pcts > 0:
				if c.pct > 0 && pctSum > 0 {
					out[i] += left * c.pct / pctSum
				}
			}
		}
	}
	return out
}

// tableMinMax sums the columns up, CSS Tables 3 section 3.8.1.
func (e *engine) tableMinMax(b *box) {
	t := b.tbl
	var lo, hi, pct, rest, byPct float64
	for i := range t.cols {
		c := &t.cols[i]
		if c.gone {
			continue
		}
		lo += c.min
		hi += c.max
		if c.pct > 0 {
			p := min(c.pct, max(0, 1-pct))
			pct += c.pct
			if p > 0 {
				byPct = max(byPct, c.max/p)
			} else if c.max > 0 {
				byPct = huge / 10
			}
		} else {
			rest += c.max
		}
	}
	if isFixed(b) {
		lo = 0
		for i := range t.cols {
			if t.cols[i].fixed {
				lo += t.cols[i].min
			}
		}
		if b.st.Width.HasPct() {
			hi = huge / 10 // it takes what there is
		}
	} else if pct > 0 {
		if pct < 1 {
			byPct = max(byPct, rest/(1-pct))
		} else if rest > 0 {
			byPct = huge / 10
		}
		hi = max(hi, byPct)
	}
	edges := b.hEdges() + t.spacingX()
	lo, hi = lo+edges, hi+edges
	for _, c := range t.captions {
		l, _ := e.contribution(c)
		lo = max(lo, l)
	}
	t.min, t.max = min(lo, huge), min(max(lo, hi), huge)
}

// spacingX is all border-spacing of a row.
func (t *table) spacingX() float64 {
	n := 0
	for i := range t.cols {
		if !t.cols[i].gone && !t.cols[i].merged {
			n++
		}
	}
	if n == 0 || t.collapsed {
		return 0
	}
	return t.gap[0] * float64(n+1)
}

// setColumns gives the columns their widths in a table w wide and their places.
func (e *engine) setColumns(b *box, w float64) {
	t := b.tbl
	inner := max(0, w-b.hEdges()-t.spacingX())
	var out []float64
	if isFixed(b) {
		out = fixedWidths(t.cols, inner)
	} else {
		out = e.distribute(t.cols, inner, true)
	}
	x := b.leftEdge()
	if !t.collapsed {
		x += t.gap[0]
	}
	for i := range t.cols {
		c := &t.cols[i]
		c.w = out[i]
		if c.gone {
			c.w = 0
		}
		if c.merged && !t.collapsed {
			x -= t.gap[0]
		}
		c.x = x
		if !c.gone {
			x += c.w + t.gap[0]
		}
	}
	if b.st.RTL {
		for i := range t.cols {
			c := &t.cols[i]
			c.x = w - c.x - c.w
		}
	}
}

// fixedWidths is the fixed algorithm, CSS 2.1 section 17.5.2.1.
func fixedWidths(cols []column, inner float64) []float64 {
	out := make([]float64, len(cols))
	var used, fixSum, pctSum float64
	autos := 0
	for i := range cols {
		c := &cols[i]
		switch {
		case c.pct > 0:
			out[i] = c.pct*inner + c.pctPad
			pctSum += out[i]
		case c.fixed:
			out[i] = c.max
			fixSum += out[i]
		default:
			autos++
		}
		used += out[i]
	}
	left := inner - used
	for i := range cols {
		c := &cols[i]
		switch {
		case autos > 0:
			if c.pct == 0 && !c.fixed {
				out[i] = max(0, left) / float64(autos)
			} else if left < 0 && c.pct > 0 && pctSum > 0 {
				out[i] = max(0, out[i]+left*out[i]/pctSum)
			}
		case left > 0 && fixSum > 0 && pctSum == 0:
			out[i] += left * out[i] / fixSum
		case left > 0 && pctSum > 0:
			if c.pct > 0 {
				out[i] += left * out[i] / pctSum
			}
		case left > 0:
			out[i] += left / float64(len(cols))
		case left < 0 && pctSum > 0 && c.pct > 0:
			out[i] = max(0, out[i]+left*out[i]/pctSum)
		}
	}
	return out
}
