package edit

import (
	"golang.org/x/net/html"
)

// MaxTable bounds the rows and columns of a table that is put in.
const MaxTable = 50

const (
	tableStyle = "border-collapse:collapse;width:100%;margin:4px 0;font:inherit;color:inherit" // without a doctype tables take neither on
	cellStyle  = "border:1px solid #809093;padding:4px 8px;vertical-align:top"
)

func newCell(width string) *html.Node {
	n := element("td", "style", cellStyle)
	if width != "" {
		setAttr(n, "width", width)
	}
	n.AppendChild(element("br"))
	return n
}

// Table puts a table below the line of a place, or in its place when the line is empty, with an empty line after it. It returns the first cell.
// The attributes say the same as the styles, for Outlook.
func (d *Doc) Table(p Pos, rows, cols int) Pos {
	rows, cols = max(1, min(rows, MaxTable)), max(1, min(cols, MaxTable))
	p = d.Clamp(p)
	t := element("table", "border", "1", "cellpadding", "6", "cellspacing", "0", "width", "100%", "style", tableStyle)
	body := element("tbody")
	t.AppendChild(body)
	for range rows {
		tr := element("tr")
		for range cols {
			tr.AppendChild(newCell(itoa(100/cols) + "%"))
		}
		body.AppendChild(tr)
	}
	at := d.BlockOf(p.Leaf)
	swap := false
	d.change(at, 1, Selection{p, p}, false, func(nodes []*html.Node) []*html.Node {
		leaf := d.leafIn(p.Leaf)
		if swap = len(segments(leaf)) == 0 && leaf.Parent == nil && leaf.Data == "div"; swap {
			return []*html.Node{t, line()}
		}
		return append(nodes, t, line())
	})
	if !swap {
		at++
	}
	first, _ := d.First(min(len(d.blocks)-1, at))
	return d.done(Pos{first, 0})
}

// placeIn is where a leaf is in the innermost table around it.
type placeIn struct {
	table, row, cell *html.Node
}

func tablePlace(n *html.Node) (p placeIn, ok bool) {
	for ; n != nil; n = n.Parent {
		switch {
		case p.cell == nil && (n.Data == "td" || n.Data == "th"):
			p.cell = n
		case p.cell != nil && p.row == nil && n.Data == "tr":
			p.row = n
		case p.row != nil && n.Data == "table":
			p.table = n
			return p, true
		case n.Data == "table":
			return p, false
		}
	}
	return p, false
}

// rowsOf returns the rows of a table, without those of tables in it.
func rowsOf(t *html.Node) (out []*html.Node) {
	for c := t.FirstChild; c != nil; c = c.NextSibling {
		switch c.Data {
		case "tr":
			out = append(out, c)
		case "tbody", "thead", "tfoot":
			out = append(out, rowsOf(c)...)
		}
	}
	return out
}

func cellsOf(tr *html.Node) (out []*html.Node) {
	for c := tr.FirstChild; c != nil; c = c.NextSibling {
		if c.Data == "td" || c.Data == "th" {
			out = append(out, c)
		}
	}
	return out
}

// InTable tells whether a place is in a table, and whether rows and columns of it can be changed: all rows are alike and no cell reaches over others.
func (d *Doc) InTable(p Pos) (in, plain bool) {
	pl, ok := tablePlace(d.Node(d.Clamp(p).Leaf))
	if !ok {
		return false, false
	}
	want := -1
	for _, r := range rowsOf(pl.table) {
		cells := cellsOf(r)
		if want >= 0 && len(cells) != want {
			return true, false
		}
		want = len(cells)
		for _, c := range cells {
			if s := attr(c, "colspan"); s != "" && s != "1" {
				return true, false
			}
			if s := attr(c, "rowspan"); s != "" && s != "1" {
				return true, false
			}
		}
	}
	return true, true
}

// NextCell is the Tab key in a table: the cell after that of a place, or before it. Behind the last cell of a table with lines a row is added, behind that of another
// one there is no cell.
func (d *Doc) NextCell(p Pos, n int) (Pos, bool) {
	p = d.Clamp(p)
	pl, ok := tablePlace(d.Node(p.Leaf))
	if !ok {
		return p, false
	}
	var all []*html.Node
	at := -1
	for _, r := range rowsOf(pl.table) {
		for _, c := range cellsOf(r) {
			if c == pl.cell {
				at = len(all)
			}
			all = append(all, c)
		}
	}
	at += n
	if at < 0 {
		return p, false
	}
	if at < len(all) {
		return d.inCell(all[at])
	}
	if _, plain := d.InTable(p); !plain || attr(pl.table, "border") == "" || attr(pl.table, "border") == "0" {
		return p, false
	}
	return d.Row(p, 1), true
}

// inCell is the first place of a cell.
func (d *Doc) inCell(c *html.Node) (Pos, bool) {
	for _, b := range d.blocks {
		for i, l := range b.leaves {
			for n := l; n != nil; n = n.Parent {
				if n == c {
					return Pos{b.first + i, 0}, true
				}
			}
		}
	}
	return Pos{}, false
}

// inTable changes the table around a place; f returns the cell where the caret goes, nil = where the table was.
func (d *Doc) inTable(p Pos, f func(pl placeIn, nodes []*html.Node) (*html.Node, []*html.Node)) Pos {
	p = d.Clamp(p)
	if in, plain := d.InTable(p); !in || !plain {
		return p
	}
	var to *html.Node
	d.change(d.BlockOf(p.Leaf), 1, Selection{p, p}, false, func(nodes []*html.Node) []*html.Node {
		pl, _ := tablePlace(d.leafIn(p.Leaf))
		to, nodes = f(pl, nodes)
		return nodes
	})
	if to != nil {
		if q, ok := d.inCell(to); ok {
			return d.done(q)
		}
	}
	return d.done(p)
}

// copyCell is an empty cell that looks like another.
func copyCell(c *html.Node) *html.Node {
	n := element("td")
	n.Attr = append([]html.Attribute(nil), c.Attr...)
	setAttr(n, "id", "")
	n.AppendChild(element("br"))
	return n
}

// Row adds a row below (n > 0) or above that of a place and returns its first cell.
func (d *Doc) Row(p Pos, n int) Pos {
	return d.inTable(p, func(pl placeIn, nodes []*html.Node) (*html.Node, []*html.Node) {
		tr := element("tr")
		for _, c := range cellsOf(pl.row) {
			tr.AppendChild(copyCell(c))
		}
		if n > 0 {
			pl.row.Parent.InsertBefore(tr, pl.row.NextSibling)
		} else {
			pl.row.Parent.InsertBefore(tr, pl.row)
		}
		return tr.FirstChild, nodes
	})
}

// Column adds a column right (n > 0) or left of that of a place and returns its cell in the same row.
func (d *Doc) Column(p Pos, n int) Pos {
	return d.inTable(p, func(pl placeIn, nodes []*html.Node) (to *html.Node, _ []*html.Node) {
		at := columnOf(pl)
		for _, r := range rowsOf(pl.table) {
			cells := cellsOf(r)
			c := copyCell(cells[at])
			if n > 0 {
				r.InsertBefore(c, cells[at].NextSibling)
			} else {
				r.InsertBefore(c, cells[at])
			}
			if r == pl.row {
				to = c
			}
			// Widths in percent are shared out again.
			all := cellsOf(r)
			for _, x := range all {
				if w := attr(x, "width"); len(w) > 1 && w[len(w)-1] == '%' {
					setAttr(x, "width", itoa(100/len(all))+"%")
				}
			}
		}
		return to, nodes
	})
}

func columnOf(pl placeIn) int {
	for i, c := range cellsOf(pl.row) {
		if c == pl.cell {
			return i
		}
	}
	return 0
}

// DeleteRow takes the row of a place out, the table with its last row.
func (d *Doc) DeleteRow(p Pos) Pos {
	return d.inTable(p, func(pl placeIn, nodes []*html.Node) (*html.Node, []*html.Node) {
		rows := rowsOf(pl.table)
		if len(rows) < 2 {
			return nil, dropTable(pl.table, nodes)
		}
		at := columnOf(pl)
		var to *html.Node
		for i, r := range rows {
			if r == pl.row {
				if i+1 < len(rows) {
					to = rows[i+1]
				} else {
					to = rows[i-1]
				}
			}
		}
		pl.row.Parent.RemoveChild(pl.row)
		return cellsOf(to)[at], nodes
	})
}

// DeleteColumn takes the column of a place out, the table with its last column.
func (d *Doc) DeleteColumn(p Pos) Pos {
	return d.inTable(p, func(pl placeIn, nodes []*html.Node) (*html.Node, []*html.Node) {
		at := columnOf(pl)
		here := cellsOf(pl.row)
		if len(here) < 2 {
			return nil, dropTable(pl.table, nodes)
		}
		to := here[max(0, at-1)]
		if at == 0 {
			to = here[1]
		}
		for _, r := range rowsOf(pl.table) {
			r.RemoveChild(cellsOf(r)[at])
		}
		return to, nodes
	})
}

// DeleteTable takes the whole table out.
func (d *Doc) DeleteTable(p Pos) Pos {
	return d.inTable(p, func(pl placeIn, nodes []*html.Node) (*html.Node, []*html.Node) {
		return nil, dropTable(pl.table, nodes)
	})
}

// dropTable leaves an empty line where the table was.
func dropTable(t *html.Node, nodes []*html.Node) []*html.Node { return replace(t, line(), nodes) }
