package layout

import (
	"strings"

	"github.com/postrider/postrider/views/html/style"
)

// gridItem is an item of a grid with its lines, counted from 0.
type gridItem struct {
	b              *box
	col, row       int
	cols, rows     int
	fixCol, fixRow bool
}

// gridAreas finds the rectangles of grid-template-areas.
func gridAreas(rows []string) (areas map[string][4]int, width int) {
	areas = map[string][4]int{}
	for y, row := range rows {
		names := strings.Fields(row)
		width = max(width, len(names))
		for x, n := range names {
			if strings.Trim(n, ".") == "" {
				continue
			}
			a, ok := areas[n]
			if !ok {
				a = [4]int{x, y, x + 1, y + 1}
			}
			a[0], a[1], a[2], a[3] = min(a[0], x), min(a[1], y), max(a[2], x+1), max(a[3], y+1)
			areas[n] = a
		}
	}
	return areas, width
}

// lineOf resolves a start and end to a first track (-1 = auto) and a span.
func lineOf(start, end style.GridLine, tracks int) (at, n int) {
	n = 1
	if start.Span > 0 {
		n = start.Span
	}
	if end.Span > 0 {
		n = end.Span
	}
	n = min(max(n, 1), maxTracks)
	num := func(l style.GridLine) int {
		if l.N > 0 {
			return min(l.N-1, maxTracks)
		}
		return max(0, tracks+1+l.N)
	}
	switch {
	case start.N != 0 && end.N != 0:
		a, z := num(start), num(end)
		if z < a {
			a, z = z, a
		}
		return a, max(1, z-a)
	case start.N != 0:
		return num(start), n
	case end.N != 0:
		return max(0, num(end)-n), n
	}
	return -1, n
}

// placeGrid gives each item its cells, CSS Grid section 8.5.
func (e *engine) placeGrid(b *box, cols, rows int) (items []gridItem, nCols, nRows int) {
	st := b.st
	areas, w := gridAreas(st.Areas)
	cols, rows = max(cols, w, 1), max(rows, len(st.Areas))
	flow := st.AutoFlowCol
	busy := map[[2]int]bool{}
	free := func(x, y, w, h int) bool {
		for i := range w {
			for k := range h {
				if busy[[2]int{x + i, y + k}] {
					return false
				}
			}
		}
		return true
	}
	budget := 200_000
	take := func(it *gridItem) {
		for i := range it.cols {
			for k := range it.rows {
				if budget--; budget < 0 {
					break
				}
				busy[[2]int{it.col + i, it.row + k}] = true
			}
		}
		cols, rows = max(cols, it.col+it.cols), max(rows, it.row+it.rows)
	}
	explicitCols, explicitRows := cols, rows
	for _, c := range ordered(b) {
		it := gridItem{b: c}
		if a, ok := areas[c.st.AreaName]; ok && c.st.AreaName != "" {
			it.col, it.row, it.cols, it.rows = a[0], a[1], a[2]-a[0], a[3]-a[1]
		} else {
			it.col, it.cols = lineOf(c.st.ColStart, c.st.ColEnd, explicitCols)
			it.row, it.rows = lineOf(c.st.RowStart, c.st.RowEnd, explicitRows)
		}
		it.fixCol, it.fixRow = it.col >= 0, it.row >= 0
		if !it.fixCol && !flow {
			it.cols = min(it.cols, max(cols, it.cols))
			cols = max(cols, it.cols)
		}
		if !it.fixRow && flow {
			rows = max(rows, it.rows)
		}
		items = append(items, it)
	}
	for i := range items {
		if it := &items[i]; it.fixCol && it.fixRow {
			take(it)
		}
	}
	// Items locked to a row (or column, when the flow is by columns).
	for i := range items {
		it := &items[i]
		if it.fixCol == it.fixRow || it.fixRow == flow {
			continue
		}
		if !flow {
			for it.col = 0; !free(it.col, it.row, it.cols, it.rows) && it.col < maxTracks; it.col++ {
			}
		} else {
			for it.row = 0; !free(it.col, it.row, it.cols, it.rows) && it.row < maxTracks; it.row++ {
			}
		}
		take(it)
	}
	rows = max(rows, 1)
	x, y := 0, 0
	for i := range items {
		it := &items[i]
		if e.tick() {
			return items, cols, rows
		}
		if it.fixCol && it.fixRow || it.fixCol != it.fixRow && it.fixRow != flow {
			continue
		}
		if st.Dense {
			x, y = 0, 0
		}
		if !flow {
			if it.fixCol {
				if it.col < x {
					y++
				}
				x = it.col
				for !free(x, y, it.cols, it.rows) && y < 100*maxTracks {
					y++
				}
			} else {
				for x+it.cols > cols || !free(x, y, it.cols, it.rows) {
					if x++; x+it.cols > cols {
						x = 0
						y++
					}
					if y > 100*maxTracks {
						break
					}
				}
			}
		} else {
			if it.fixRow {
				if it.row < y {
					x++
				}
				y = it.row
				for !free(x, y, it.cols, it.rows) && x < 100*maxTracks {
					x++
				}
			} else {
				for y+it.rows > rows || !free(x, y, it.cols, it.rows) {
					if y++; y+it.rows > rows {
						y = 0
						x++
					}
					if x > 100*maxTracks {
						break
					}
				}
			}
		}
		it.col, it.row = x, y
		take(it)
	}
	return items, cols, rows
}

func colsOf(it gridItem) (int, int) { return it.col, it.cols }
func rowsOf(it gridItem) (int, int) { return it.row, it.rows }

// gridIntrinsic is that of the content box of a grid.
func (e *engine) gridIntrinsic(b *box) (lo, hi float64) {
	gap := b.st.Gap[1].Resolve(0)
	for pass := range 2 {
		tracks := expand(b.st.Columns, -1, gap)
		items, n, _ := e.placeGrid(b, len(tracks), len(expand(b.st.Rows, -1, 0)))
		tracks = implicit(tracks, b.st.AutoCols, n)
		room := -1.0
		if pass == 0 {
			room = minContent
		}
		sizeTracks(tracks, room, gap, items, colsOf, func(it gridItem) (float64, float64) {
			l, h := e.contribution(it.b)
			if pass == 0 {
				return l, l
			}
			return l, h
		}, false)
		_, size := spanOf(tracks, 0, len(tracks))
		if pass == 0 {
			lo = size
		} else {
			hi = size
		}
	}
	return lo, max(lo, hi)
}

// layGrid lays out a grid.
func (e *engine) layGrid(b *box, sp space) {
	st := b.st
	cw := max(0, b.w-b.hEdges())
	ch := -1.0
	if d := b.definite(sp); d >= 0 {
		ch = max(0, d-b.vEdges())
	}
	colGap, rowGap := st.Gap[1].Resolve(cw), st.Gap[0].Resolve(max(ch, 0))
	cols, rows := expand(st.Columns, cw, colGap), expand(st.Rows, ch, rowGap)
	items, nCols, nRows := e.placeGrid(b, len(cols), len(rows))
	cols, rows = implicit(cols, st.AutoCols, nCols), implicit(rows, st.AutoRows, nRows)
	normal := func(a style.Align) bool { return a == style.AlignAuto || a == style.AlignNormal || a == style.Stretch }
	sizeTracks(cols, cw, colGap, items, colsOf, func(it gridItem) (float64, float64) { return e.contribution(it.b) }, normal(st.Justify))
	alignTracks(cols, cw, colGap, st.Justify)
	for _, it := range items {
		_, w := spanOf(cols, it.col, it.cols)
		e.gridLay(b, it.b, w, -1, true)
	}
	sizeTracks(rows, ch, rowGap, items, rowsOf, func(it gridItem) (float64, float64) {
		h := it.b.h + it.b.vMargins()
		return h, h
	}, normal(st.Content))
	alignTracks(rows, ch, rowGap, st.Content)
	_, total := spanOf(rows, 0, len(rows))
	if len(rows) > 0 {
		total += rows[0].at
	}
	for _, it := range items {
		if e.tick() {
			return
		}
		if sp.measure {
			break // sizes are known
		}
		c := it.b
		x, w := spanOf(cols, it.col, it.cols)
		y, h := spanOf(rows, it.row, it.rows)
		e.gridLay(b, c, w, h, false)
		c.x = b.leftEdge() + x + gridShift(justifySelf(b, c), w-c.w-c.hMargins(), c.st.Margin[style.Left].IsAuto(), c.st.Margin[style.Right].IsAuto()) + c.marg[style.Left]
		c.y = b.topEdge() + y + gridShift(selfAlign(b, c), h-c.h-c.vMargins(), c.st.Margin[style.Top].IsAuto(), c.st.Margin[style.Bottom].IsAuto()) + c.marg[style.Top]
		if st.RTL {
			c.x = b.w - c.x - c.w
		}
	}
	b.natural = total + b.vEdges()
	b.auto = b.height(b.natural, sp.base)
	b.h = b.auto
	if sp.h >= 0 {
		b.h = sp.h
	}
	b.first, b.last = none, none
	if len(items) > 0 {
		c := items[0].b
		b.first = c.y + c.h
		if !isNone(c.first) {
			b.first = c.y + c.first
		}
		b.last = b.first
	}
	for _, c := range b.kids {
		if c.abs {
			e.addAbs(c, b.leftEdge(), b.topEdge())
		}
	}
}

func justifySelf(b, c *box) style.Align {
	a := c.st.JustSelf
	if a == style.AlignAuto {
		a = b.st.JustItems
	}
	if a == style.AlignAuto || a == style.AlignNormal {
		a = style.Stretch
	}
	return a
}

func gridShift(a style.Align, free float64, autoA, autoZ bool) float64 {
	switch {
	case autoA && autoZ:
		return max(0, free) / 2
	case autoA:
		return max(0, free)
	case autoZ:
		return 0
	}
	switch a {
	case style.End, style.FlexEnd:
		return free
	case style.Center:
		return free / 2
	}
	return 0
}

// gridLay lays out an item in an area; h -1 = not known yet.
func (e *engine) gridLay(b, c *box, w, h float64, measure bool) {
	e.edges(c, w)
	var bw float64
	autoM := c.st.Margin[style.Left].IsAuto() || c.st.Margin[style.Right].IsAuto()
	stretchX := justifySelf(b, c) == style.Stretch && !autoM
	switch {
	case c.kind == kReplaced:
		bw, _ = e.replacedSize(c, w, h)
	case c.kind == kTable:
		bw = e.tableWidth(c, w, w)
		if stretchX && c.st.Width.IsAuto() {
			bw = max(bw, w-c.hMargins())
		}
	case stretchX:
		bw = e.fill(c, w, w)
	default:
		bw = e.fit(c, w, w)
	}
	bh := -1.0
	if c.kind == kReplaced {
		_, bh = e.replacedSize(c, w, h)
	} else if h >= 0 && selfAlign(b, c) == style.Stretch && c.st.Height.IsAuto() && !c.st.Margin[style.Top].IsAuto() && !c.st.Margin[style.Bottom].IsAuto() {
		bh = c.clampHeight(max(0, h-c.vMargins()), h)
	}
	e.lay(c, space{w: bw, h: bh, base: h, measure: measure})
}
