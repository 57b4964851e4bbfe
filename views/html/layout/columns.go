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
