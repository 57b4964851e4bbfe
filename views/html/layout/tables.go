package layout

import (
	"slices"
	"strconv"
	"strings"

	"github.com/postrider/postrider/views/html/style"
)

// The anonymous boxes of tables, CSS 2.1 section 17.2.1.

// wrapTables puts an anonymous table around table parts that stand in c, which is none.
func (b *builder) wrapTables(c *box, kids []*box) []*box {
	some := false
	for _, k := range kids {
		if tablePart(k) && k.flowing() {
			some = true
			break
		}
	}
	if !some {
		return kids
	}
	var out, run []*box
	flush := func() {
		end := len(run)
		for end > 0 && run[end-1].kind == kText && blank(run[end-1]) {
			end--
		}
		rest := run[end:]
		run = run[:end]
		if len(run) > 0 {
			t := b.e.anonymous(kTable, c)
			t.fc = true
			b.fillTable(t, run)
			out = append(out, t)
		}
		out = append(out, rest...)
		run = nil
	}
	for _, k := range kids {
		if tablePart(k) || len(run) > 0 && k.kind == kText && blank(k) {
			run = append(run, k)
			continue
		}
		flush()
		out = append(out, k)
	}
	flush()
	return out
}

// fillTable sorts the parts of a table: captions, columns, row groups.
func (b *builder) fillTable(c *box, kids []*box) {
	t := &table{}
	c.tbl = t
	var head, foot *box
	var bodies, run []*box
	flush := func() {
		if rows := b.rowsOf(c, run); len(rows) > 0 {
			g := b.e.anonymous(kGroup, c)
			g.adopt(rows)
			bodies = append(bodies, g)
		}
		run = nil
	}
	for _, k := range kids {
		if !k.flowing() {
			k.parent = c
			t.loose = append(t.loose, k)
			continue
		}
		switch k.kind {
		case kCaption:
			flush()
			k.parent = c
			t.captions = append(t.captions, k)
		case kCol, kColGroup:
			flush()
			k.parent = c
			t.colBoxes = append(t.colBoxes, k)
		case kGroup:
			flush()
			k.parent = c
			switch {
			case k.st.Display == style.TableHeaderGroup && head == nil:
				head = k
			case k.st.Display == style.TableFooterGroup && foot == nil:
				foot = k
			default:
				bodies = append(bodies, k)
			}
		default:
			run = append(run, k)
		}
	}
	flush()
	if head != nil {
		t.groups = append(t.groups, head)
	}
	t.groups = append(t.groups, bodies...)
	if foot != nil {
		t.groups = append(t.groups, foot)
	}
	c.kids = append(append(append([]*box(nil), t.captions...), t.groups...), t.loose...)
	b.gridOf(c, t)
}

// rowsOf makes rows of the kids of a row group or table.
func (b *builder) rowsOf(c *box, kids []*box) []*box {
	return wrapped(c, kids, kRow, func(run []*box) *box {
		cells := b.cellsOf(c, run)
		if len(cells) == 0 {
			return nil
		}
		r := b.e.anonymous(kRow, c)
		r.adopt(cells)
		return r
	})
}

// cellsOf makes cells of the kids of a row.
func (b *builder) cellsOf(c *box, kids []*box) []*box {
	return wrapped(c, kids, kCell, func(run []*box) *box {
		if !slices.ContainsFunc(run, func(k *box) bool { return k.kind != kText || !blank(k) }) {
			return nil
		}
		a := b.e.anonymous(kCell, c)
		a.fc = true
		b.fill(a, run)
		return a
	})
}

// wrapped makes the kids of c that are not of a kind such ones: wrap gets each run of them, which may be empty, and returns the box around it, or nil.
func wrapped(c *box, kids []*box, what kind, wrap func(run []*box) *box) []*box {
	var out, run []*box
	flush := func() {
		if w := wrap(run); w != nil {
			out = append(out, w)
		}
		run = nil
	}
	for _, k := range kids {
		if k.kind == what && k.flowing() {
			flush()
			k.parent = c
			out = append(out, k)
			continue
		}
		run = append(run, k)
	}
	flush()
	return out
}

// Bounds on what HTML may span, as in its specification.
const (
	maxColspan = 1000
	maxRowspan = 65534
	maxColumns = 2000
)

// span reads colspan or rowspan.
func span(b *box, name string, most int) int {
	v, ok := b.attr(name)
	if !ok {
		return 1
	}
	v = strings.TrimSpace(v)
	end := 0
	for end < len(v) && v[end] >= '0' && v[end] <= '9' {
		end++
	}
	n, err := strconv.Atoi(v[:end])
	if err != nil {
		if end > 5 {
			return most
		}
		return 1
	}
	if n == 0 && name == "rowspan" {
		return 0
	}
	return min(max(n, 1), most)
}

// gridOf gives each cell its row and column, HTML section 4.9.12.1.
func (b *builder) gridOf(c *box, t *table) {
	e := b.e
	y := 0
	for _, g := range t.groups {
		groupEnd := y + len(g.kids)
		busy := []int{} // per column: the first row that is free again
		for _, r := range g.kids {
			x := 0
			t.rows = append(t.rows, r)
			r.rowAt = y
			for i, k := range r.kids {
				if e.cells >= e.o.Limits.Cells {
					e.note(noteCells)
					r.kids = r.kids[:i]
					break
				}
				e.cells++
				for x < len(busy) && busy[x] > y {
					x++
				}
				cs, rs := span(k, "colspan", maxColspan), span(k, "rowspan", maxRowspan)
				if rs == 0 || y+rs > groupEnd {
					rs = groupEnd - y
				}
				if x+cs > maxColumns {
					if x >= maxColumns {
						e.note(noteCells)
						r.kids = r.kids[:i]
						break
					}
					cs = maxColumns - x
				}
				k.cell.col, k.cell.row, k.cell.cols, k.cell.rows = x, y, cs, rs
				for len(busy) < x+cs {
					busy = append(busy, 0)
				}
				for n := x; n < x+cs; n++ {
					busy[n] = max(busy[n], y+rs)
				}
				x += cs
				t.cells = append(t.cells, k)
			}
			y++
		}
		t.width = max(t.width, len(busy))
	}
	for _, k := range t.colBoxes {
		n := span(k, "span", maxColspan)
		if k.kind == kColGroup && len(k.kids) > 0 {
			for _, cc := range k.kids {
				n := span(cc, "span", maxColspan)
				for range n {
					if len(t.colOf) < maxColumns {
						t.colOf = append(t.colOf, cc)
					}
				}
			}
			continue
		}
		for range n {
			if len(t.colOf) < maxColumns {
				t.colOf = append(t.colOf, k)
			}
		}
	}
	if len(t.colOf) > t.width && len(t.rows) == 0 {
		t.width = len(t.colOf)
	}
	t.width = max(t.width, min(len(t.colOf), maxColumns))
}
