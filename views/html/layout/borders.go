package layout

import (
	"image/color"

	"github.com/postrider/postrider/views/html/style"
)

// edge is a collapsed border between two cells, or at the rim of a table; CSS 2.1 section 17.6.2.
type edge struct {
	width  float64
	line   style.Line
	color  color.NRGBA
	source int8 // cell, row, group, column, column group, table: the lowest wins
}

// Sources of collapsed borders.
const (
	fromCell int8 = iota + 1
	fromRow
	fromGroup
	fromCol
	fromColGroup
	fromTable
)

// maxEdges bounds the grid of collapsed borders.
const maxEdges = 2_000_000

// rank orders line styles of equal width.
func rank(l style.Line) int {
	switch l {
	case style.Double:
		return 8
	case style.Solid:
		return 7
	case style.Dashed:
		return 6
	case style.Dotted:
		return 5
	case style.Ridge:
		return 4
	case style.Outset:
		return 3
	case style.Groove:
		return 2
	case style.Inset:
		return 1
	}
	return 0
}

// put lets a border compete for an edge; of equals the one that was there stays.
func (g *edge) put(b style.Border, source int8) {
	switch {
	case g.line == style.Hidden:
		return
	case b.Line == style.Hidden:
		*g = edge{line: style.Hidden, source: source}
		return
	case b.Line == style.NoLine || b.Width <= 0:
		return
	case g.line != style.NoLine:
		if b.Width < g.width {
			return
		}
		if b.Width == g.width {
			if rank(b.Line) < rank(g.line) || rank(b.Line) == rank(g.line) && source >= g.source {
				return
			}
		}
	}
	*g = edge{b.Width, b.Line, b.Color, source}
}

// collapse resolves the collapsed borders of a table.
func (e *engine) collapse(b *box) {
	t := b.tbl
	rows, cols := len(t.rows), t.width
	if (rows+1)*(cols+1) > maxEdges || rows == 0 || cols == 0 {
		if rows > 0 && cols > 0 {
			e.note(noteCells)
		}
		t.collapsed = rows == 0 || cols == 0
		if t.collapsed {
			for i := range 4 {
				t.outer[i] = b.st.Border[i].Width / 2
			}
		}
		return
	}
	t.hEdge, t.vEdge = make([]edge, (rows+1)*cols), make([]edge, rows*(cols+1))
	h := func(y, x int) *edge { return &t.hEdge[y*cols+x] }
	v := func(y, x int) *edge { return &t.vEdge[y*(cols+1)+x] }
	for _, c := range t.cells {
		if e.tick() {
			return
		}
		y0, y1, x0, x1 := c.cell.row, c.cell.row+c.cell.rows, c.cell.col, c.cell.col+c.cell.cols
		bd := &c.st.Border
		l, r := style.Left, style.Right
		if b.st.RTL {
			l, r = r, l
		}
		for x := x0; x < x1; x++ {
			h(y0, x).put(bd[style.Top], fromCell)
			h(y1, x).put(bd[style.Bottom], fromCell)
		}
		for y := y0; y < y1; y++ {
			v(y, x0).put(bd[l], fromCell)
			v(y, x1).put(bd[r], fromCell)
		}
		// Nothing runs through a cell.
		for y := y0 + 1; y < y1; y++ {
			for x := x0; x < x1; x++ {
				*h(y, x) = edge{line: style.Hidden}
			}
		}
		for x := x0 + 1; x < x1; x++ {
			for y := y0; y < y1; y++ {
				*v(y, x) = edge{line: style.Hidden}
			}
		}
	}
	ring := func(bd *[4]style.Border, y0, y1, x0, x1 int, source int8) {
		for x := x0; x < x1; x++ {
			h(y0, x).put(bd[style.Top], source)
			h(y1, x).put(bd[style.Bottom], source)
		}
		for y := y0; y < y1; y++ {
			v(y, x0).put(bd[style.Left], source)
			v(y, x1).put(bd[style.Right], source)
		}
	}
	for i, r := range t.rows {
		ring(&r.st.Border, i, i+1, 0, cols, fromRow)
	}
	at := 0
	for _, g := range t.groups {
		if n := len(g.kids); n > 0 {
			ring(&g.st.Border, at, at+n, 0, cols, fromGroup)
			at += n
		}
	}
	for i, c := range t.colOf {
		if i < cols {
			source := fromCol
			if c.kind == kColGroup {
				source = fromColGroup
			}
			ring(&c.st.Border, 0, rows, i, i+1, source)
		}
	}
	ring(&b.st.Border, 0, rows, 0, cols, fromTable)
	e.halves(b, h, v)
}

// halves gives each cell half of what is around it, and the table half of its rim.
func (e *engine) halves(b *box, h, v func(y, x int) *edge) {
	t := b.tbl
	rows, cols := len(t.rows), t.width
	most := func(n int, at func(i int) *edge) (w float64) {
		for i := range n {
			w = max(w, at(i).width)
		}
		return w / 2
	}
	for _, c := range t.cells {
		k := &c.cell
		k.collapsed = true
		k.bord[style.Top] = most(k.cols, func(i int) *edge { return h(k.row, k.col+i) })
		k.bord[style.Bottom] = most(k.cols, func(i int) *edge { return h(k.row+k.rows, k.col+i) })
		l := most(k.rows, func(i int) *edge { return v(k.row+i, k.col) })
		r := most(k.rows, func(i int) *edge { return v(k.row+i, k.col+k.cols) })
		if b.st.RTL {
			l, r = r, l
		}
		k.bord[style.Left], k.bord[style.Right] = l, r
	}
	t.outer[style.Top] = most(cols, func(i int) *edge { return h(0, i) })
	t.outer[style.Bottom] = most(cols, func(i int) *edge { return h(rows, i) })
	t.outer[style.Left] = most(rows, func(i int) *edge { return v(i, 0) })
	t.outer[style.Right] = most(rows, func(i int) *edge { return v(i, cols) })
	if b.st.RTL {
		t.outer[style.Left], t.outer[style.Right] = t.outer[style.Right], t.outer[style.Left]
	}
}

// stroke is a collapsed border as it is painted, relative to the grid.
type stroke struct {
	x, y, w, h float64
	edge
	upright bool
}

// strokes lists the collapsed borders of a table; equal neighbours are one.
func (t *table) strokes(b *box) []stroke {
	if t.hEdge == nil {
		return nil
	}
	rows, cols := len(t.rows), t.width
	lineY := func(y int) float64 {
		if y < rows {
			return t.gridY + t.rowY[y]
		}
		return t.gridY + t.rowY[rows-1] + t.rowH[rows-1]
	}
	lineX := func(x int) float64 {
		if b.st.RTL {
			if x < cols {
				return t.cols[x].x + t.cols[x].w
			}
			return t.cols[cols-1].x
		}
		if x < cols {
			return t.cols[x].x
		}
		return t.cols[cols-1].x + t.cols[cols-1].w
	}
	vAt := func(y, x int) float64 {
		if y < 0 || y >= rows {
			return 0
		}
		return t.vEdge[y*(cols+1)+x].width
	}
	var out []stroke
	for y := 0; y <= rows; y++ {
		for x := 0; x < cols; {
			g := t.hEdge[y*cols+x]
			end := x + 1
			for end < cols && t.hEdge[y*cols+end] == g {
				end++
			}
			if g.width > 0 {
				// The corners belong to the horizontal border.
				a, z := lineX(x), lineX(end)
				l := max(vAt(y-1, x), vAt(y, x)) / 2
				r := max(vAt(y-1, end), vAt(y, end)) / 2
				if a > z {
					a, z, l, r = z, a, r, l
				}
				out = append(out, stroke{x: a - l, y: lineY(y) - g.width/2, w: z - a + l + r, h: g.width, edge: g})
			}
			x = end
		}
	}
	for x := 0; x <= cols; x++ {
		for y := 0; y < rows; {
			g := t.vEdge[y*(cols+1)+x]
			end := y + 1
			for end < rows && t.vEdge[end*(cols+1)+x] == g {
				end++
			}
			if g.width > 0 {
				out = append(out, stroke{x: lineX(x) - g.width/2, y: lineY(y), w: g.width, h: lineY(end) - lineY(y), edge: g, upright: true})
			}
			y = end
		}
	}
	return out
}
