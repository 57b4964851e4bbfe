package layout

import (
	"math"

	"github.com/postrider/postrider/views/html/style"
)

// table is what a table box has beside other boxes. The box's x, y, w, h are those of the wrapper with its captions; the grid, which has the
// borders and background, lies at gridY and is gridH high.
type table struct {
	captions  []*box
	cols      []column
	colBoxes  []*box
	groups    []*box
	rows      []*box
	cells     []*box
	loose     []*box // floats and positioned boxes among the parts
	colOf     []*box // the col or colgroup of each column
	width     int    // columns
	known     bool
	collapsed bool
	gap       [2]float64
	left, top float64
	min, max  float64 // of the border box
	outer     [4]float64
	hEdge     []edge // collapsed borders: above each row and below the last, per column
	vEdge     []edge // left of each column and right of the last, per row
	gridY     float64
	gridH     float64
	rowH      []float64
	rowY      []float64 // from the top of the grid's border box
	looked    bool      // spread is known
	spread    bool      // what apart says
}

// cellAt is the place of a cell.
type cellAt struct {
	col, row   int
	cols, rows int
	collapsed  bool
	bord       [4]float64
	base       float64 // baseline of the content from the top of the border box, NaN = none
}

// layTable lays out a table whose border box is sp.w wide.
func (e *engine) layTable(b *box, sp space) {
	t := b.tbl
	e.columns(b)
	e.setColumns(b, sp.w)
	y := 0.0
	y = e.layCaptions(b, false, y)
	t.gridY = y
	e.layRows(b, sp)
	y += t.gridH
	y = e.layCaptions(b, true, y)
	b.h = y
	b.auto = y
	b.first, b.last = none, none
	low := none
	for _, c := range t.cells {
		if c.cell.row != 0 {
			break
		}
		if vAlign(c) == 0 {
			if v := c.y + c.cell.base + c.shift; isNone(b.first) || v > b.first {
				b.first = v
			}
		} else if v := c.y + c.h - c.lowEdge(); isNone(low) || v > low {
			low = v
		}
	}
	if isNone(b.first) {
		b.first = low
	}
	if isNone(b.first) && len(t.rows) > 0 {
		b.first = t.gridY + t.rowY[0] + t.rowH[0]
	}
	b.last = b.first
	for _, c := range t.loose {
		if c.abs {
			e.addAbs(c, b.leftEdge(), t.gridY)
		}
	}
}

// layCaptions places the captions above or below the grid.
func (e *engine) layCaptions(b *box, low bool, y float64) float64 {
	for _, c := range b.tbl.captions {
		if c.st.CaptionLow != low {
			continue
		}
		e.edges(c, b.w)
		w := e.fill(c, b.w, b.w)
		e.lay(c, space{w: w, h: -1, base: -1})
		c.x, c.y = autoMargins(c, b.st, w, b.w), y+c.marg[style.Top]
		y = c.y + c.h + c.marg[style.Bottom]
	}
	return y
}

// cellSpan is the border box width of a cell.
func (t *table) cellSpan(c *box) (x, w float64) {
	from, to := c.cell.col, c.cell.col+c.cell.cols-1
	a, z := &t.cols[from], &t.cols[to]
	if a.x <= z.x {
		return a.x, z.x + z.w - a.x
	}
	return z.x, a.x + a.w - z.x
}

// baselineOf tells where the baseline of a cell lies: the first line box, or the bottom of the content box.
func baselineOf(c *box) float64 {
	if !isNone(c.first) {
		return c.first
	}
	return c.natural - c.lowEdge()
}

// vAlign of a cell: 0 baseline, 1 top, 2 middle, 3 bottom.
func vAlign(c *box) int {
	switch c.st.Vertical {
	case style.VTop:
		return 1
	case style.VMiddle:
		return 2
	case style.VBottom:
		return 3
	}
	return 0
}

// finishCells gives the cells their final heights and places.
func (e *engine) finishCells(b *box, measure bool) {
	t := b.tbl
	rowBase := make([]float64, len(t.rows))
	for i := range rowBase {
		rowBase[i] = math.Inf(-1)
	}
	for _, c := range t.cells {
		if vAlign(c) == 0 {
			rowBase[c.cell.row] = max(rowBase[c.cell.row], c.cell.base)
		}
	}
	for _, c := range t.cells {
		if e.tick() {
			return
		}
		last := c.cell.row + c.cell.rows - 1
		h := t.rowY[last] + t.rowH[last] - t.rowY[c.cell.row]
		x, w := t.cellSpan(c)
		if !measure && e.hasPctKids(c) {
			// Heights in percent count where the cell or the table says how tall it is.
			if sp := (space{w: w, h: h, base: h}); b.st.Height.IsAuto() && c.st.Height.IsAuto() && b.was.h < 0 {
				sp.h, sp.base = -1, -1
				e.lay(c, sp)
			} else {
				e.lay(c, sp)
			}
		}
		auto := c.natural
		c.x, c.y, c.w, c.h = x, t.gridY+t.rowY[c.cell.row], w, h
		switch vAlign(c) {
		case 0:
			c.shift = max(0, rowBase[c.cell.row]-c.cell.base)
		case 2:
			c.shift = max(0, (h-auto)/2)
		case 3:
			c.shift = max(0, h-auto)
		default:
			c.shift = 0
		}
	}
}
