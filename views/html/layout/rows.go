package layout

import (
	"sort"

	"github.com/postrider/postrider/views/html/style"
)

// layRows lays the cells out and finds the heights of the rows, CSS Tables 3 section 3.10 as Chromium does it.
func (e *engine) layRows(b *box, sp space) {
	t := b.tbl
	n := len(t.rows)
	t.rowH, t.rowY = make([]float64, n), make([]float64, n)
	fixed, pct := make([]bool, n), make([]float64, n)
	empty := make([]bool, n)
	above, below := make([]float64, n), make([]float64, n) // of cells on the baseline
	var tall []*box
	for i, r := range t.rows {
		empty[i] = len(r.kids) == 0
		if h := r.st.Height; h.HasPct() {
			pct[i] = h.Pct
		} else if v := r.borderHeight(h, -1); v > 0 {
			t.rowH[i], fixed[i] = v, true
		}
		if v := r.borderHeight(r.st.MinHeight, -1); v > t.rowH[i] {
			t.rowH[i] = v
		}
	}
	for _, c := range t.cells {
		if e.tick() {
			return
		}
		_, w := t.cellSpan(c)
		e.edges(c, w)
		if c.done && c.was.h >= 0 {
			c.done = false
		}
		// A cell that is laid out again once its height is known is only measured here.
		e.lay(c, space{w: w, h: -1, base: -1, measure: sp.measure || e.hasPctKids(c)})
		h := c.auto
		row := c.cell.row
		if l := c.st.Height; l.HasPct() {
			if c.cell.rows == 1 {
				pct[row] = max(pct[row], l.Pct)
			}
		} else if l.Unit == style.Px && l.V > 0 && c.cell.rows == 1 {
			fixed[row] = true
		}
		c.cell.base = baselineOf(c)
		if c.cell.rows > 1 {
			tall = append(tall, c)
			if vAlign(c) == 0 {
				above[row] = max(above[row], c.cell.base)
			}
			continue
		}
		t.rowH[row] = max(t.rowH[row], h)
		if vAlign(c) == 0 {
			above[row] = max(above[row], c.cell.base)
			below[row] = max(below[row], h-c.cell.base)
		}
	}
	for i := range n {
		t.rowH[i] = max(t.rowH[i], above[i]+below[i])
		if t.rows[i].st.Visibility == style.Collapse {
			t.rowH[i] = 0
		}
	}
	gap := t.gap[1]
	sort.SliceStable(tall, func(i, j int) bool { return tall[i].cell.rows < tall[j].cell.rows })
	for _, c := range tall {
		from, to := c.cell.row, c.cell.row+c.cell.rows
		spread(t.rowH[from:to], fixed[from:to], pct[from:to], empty[from:to], c.auto-gap*float64(c.cell.rows-1), 0)
	}
	edges := b.vEdges()
	if n > 0 && !t.collapsed {
		edges += gap * float64(n+1)
	}
	want := -1.0
	if sp.h >= 0 {
		want = sp.h - t.gridY
		for _, c := range t.captions {
			if c.st.CaptionLow {
				want -= c.h + c.vMargins()
			}
		}
	} else if h := b.borderHeight(b.st.Height, sp.base); h >= 0 {
		want = h
	}
	if h := b.borderHeight(b.st.MinHeight, sp.base); h >= 0 {
		want = max(want, h)
	}
	if want >= 0 {
		e.groupHeights(t, fixed, pct, empty, want-edges)
		spread(t.rowH, fixed, pct, empty, want-edges, want-edges)
	} else {
		e.groupHeights(t, fixed, pct, empty, -1)
	}
	y := b.topEdge()
	if !t.collapsed {
		y += gap
	}
	for i := range n {
		t.rowY[i] = y
		y += t.rowH[i]
		if t.rows[i].st.Visibility != style.Collapse {
			y += gap
		}
	}
	if n == 0 {
		y = b.topEdge()
	}
	t.gridH = y + b.lowEdge()
	if want > t.gridH {
		t.gridH = want
	}
	e.finishCells(b, sp.measure)
	e.placeRows(b)
}

// groupHeights lets row groups with a height of their own grow.
func (e *engine) groupHeights(t *table, fixed []bool, pct []float64, empty []bool, base float64) {
	at := 0
	for _, g := range t.groups {
		n := len(g.kids)
		if h := g.borderHeight(g.st.Height, base); h > 0 && n > 0 {
			spread(t.rowH[at:at+n], fixed[at:at+n], pct[at:at+n], empty[at:at+n], h-t.gap[1]*float64(n-1), h)
			for i := at; i < at+n; i++ {
				fixed[i] = true
			}
		}
		at += n
	}
}

// spread makes rows together at least target high: rows in percent first (of base), then rows without a height by their heights, then rows with one.
func spread(h []float64, fixed []bool, pct []float64, empty []bool, target, base float64) {
	sum := 0.0
	for _, v := range h {
		sum += v
	}
	left := target - sum
	if left <= 0 {
		return
	}
	if base > 0 {
		want := 0.0
		for i := range h {
			if p := pct[i] * base; p > h[i] {
				want += p - h[i]
			}
		}
		if want > 0 {
			f := min(1, left/want)
			for i := range h {
				if p := pct[i] * base; p > h[i] {
					h[i] += f * (p - h[i])
				}
			}
			left -= f * want
			if left <= 1e-6 {
				return
			}
		}
	}
	share := func(ok func(i int) bool) bool {
		total, n := 0.0, 0
		for i := range h {
			if ok(i) {
				total += h[i]
				n++
			}
		}
		if n == 0 {
			return false
		}
		for i := range h {
			if !ok(i) {
				continue
			}
			if total > 0 {
				h[i] += left * h[i] / total
			} else {
				h[i] += left / float64(n)
			}
		}
		return true
	}
	switch {
	case share(func(i int) bool { return !fixed[i] && (base == 0 || pct[i] == 0) && h[i] > 0 }):
	case share(func(i int) bool { return !fixed[i] && (base == 0 || pct[i] == 0) && !empty[i] }):
	case share(func(i int) bool { return fixed[i] }):
	case share(func(i int) bool { return pct[i] > 0 && h[i] > 0 }):
	default:
		share(func(i int) bool { return true })
	}
}

// placeRows gives rows and row groups the rectangles that their backgrounds fill.
func (e *engine) placeRows(b *box) {
	t := b.tbl
	x := b.leftEdge()
	w := b.w - b.hEdges()
	if !t.collapsed {
		x += t.gap[0]
		w -= 2 * t.gap[0]
	}
	at := 0
	for _, g := range t.groups {
		g.x, g.w = x, max(0, w)
		g.y, g.h = t.gridY, 0
		for i, r := range g.kids {
			r.x, r.w = x, max(0, w)
			r.y, r.h = t.gridY+t.rowY[at], t.rowH[at]
			if i == 0 {
				g.y = r.y
			}
			g.h = r.y + r.h - g.y
			at++
		}
	}
}
