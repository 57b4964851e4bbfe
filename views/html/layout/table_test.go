package layout

import (
	"fmt"
	"strings"
	"testing"

	"github.com/postrider/postrider/views/html/display"
)

// cells are the widths of the cells of a table in order, all of which have a background.
func cells(t *testing.T, body string) []string {
	t.Helper()
	l := lay(t, page("<style>td{padding:0;background:#eee}</style>"+body), 800)
	var out []string
	for _, it := range l.Items {
		if b, ok := it.(*display.Box); ok && b.Node != nil && b.Node.Tag == "td" {
			out = append(out, fmt.Sprintf("%.0f", b.W))
		}
	}
	return out
}

// The widths are Chromium's.
func TestColumnWidths(t *testing.T) {
	box := func(w int) string { return fmt.Sprintf("<div style='width:%dpx'>x</div>", w) }
	for _, c := range []struct{ what, body, want string }{
		{"by content", "<tr><td>" + box(50) + "<td>" + box(80), "50 80"},
		{"px", "<tr><td width=100><td width=200>", "100 200"},
		{"px in a wider table", "width=600><tr><td width=100><td width=200>", "200 400"},
		{"auto takes the rest", "width=600><tr><td width=100><td>" + box(20), "100 500"},
		{"autos by their content", "width=600><tr><td>" + box(100) + "<td>" + box(50), "400 200"},
		{"percent", "width=600><tr><td width=25%><td>" + box(10), "150 450"},
		{"percent of an auto table", "><tr><td width=50%>" + box(30) + "<td>" + box(100), "100 100"},
		{"more than all percent", "width=600><tr><td width=80%><td width=80%>", "480 120"},
		{"too narrow", "width=50><tr><td>" + box(100) + "<td>" + box(100), "100 100"},
		{"colspan", "><tr><td colspan=2>" + box(90) + "<tr><td>" + box(10) + "<td>" + box(20), "90 30 60"},
		{"fixed", "style='table-layout:fixed;width:300px'><tr><td width=60><td>" + box(500) + "<td>", "60 120 120"},
		{"fixed percent", "style='table-layout:fixed;width:300px'><tr><td width=10%><td>", "30 270"},
		{"col", "width=400><col width=100><col><tr><td>a<td>b", "100 300"},
		{"min-width", "><tr><td style='min-width:70px'>" + box(10) + "<td>" + box(5), "70 5"},
	} {
		if !strings.HasPrefix(c.body, ">") && !strings.HasPrefix(c.body, "<") {
			c.body = " " + c.body
		} else if c.body[0] == '<' {
			c.body = ">" + c.body
		}
		got := strings.Join(cells(t, "<table cellspacing=0 cellpadding=0"+c.body+"</table>"), " ")
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.what, got, c.want)
		}
	}
}

func TestRowHeights(t *testing.T) {
	l := lay(t, page(`<table cellspacing=0 cellpadding=0 height=200><tr><td id=a class=b>a<tr height=50><td id=b class=b>b<tr><td id=c class=b>c<br>c</table>
<table cellspacing=0 cellpadding=0><tr><td id=s class=b rowspan=2 style="height:100px">s<td id=d class=b>d<tr><td id=e class=b>e</table>`), 400)
	near(t, "auto row", boxOf(t, l, "a").H, 50)
	near(t, "row with a height", boxOf(t, l, "b").H, 50)
	near(t, "taller auto row", boxOf(t, l, "c").H, 100)
	near(t, "spanning cell", boxOf(t, l, "s").H, 100)
	near(t, "first spanned row", boxOf(t, l, "d").H, 50)
}

func TestCellsAlign(t *testing.T) {
	l := lay(t, page(`<table cellspacing=0 cellpadding=0><tr height=100><td valign=top>top<td>mid<td valign=bottom>low<td style="vertical-align:baseline">base<td style="vertical-align:baseline;font-size:40px;line-height:60px">Big</table>`), 400)
	top := runOf(t, l, "top").Base
	near(t, "middle", runOf(t, l, "mid").Base-top, 40)
	near(t, "bottom", runOf(t, l, "low").Base-top, 80)
	near(t, "baselines", runOf(t, l, "base").Base, runOf(t, l, "Big").Base)
}

func TestPercentHeightInCell(t *testing.T) {
	l := lay(t, page(`<table cellspacing=0 cellpadding=0 height=100><tr><td><div id=x class=b style="height:100%">x</div></table>`), 400)
	near(t, "height of all of the cell", boxOf(t, l, "x").H, 100)
}

func TestCollapsedBorders(t *testing.T) {
	l := lay(t, page(`<table id=t style="border-collapse:collapse"><tr><td style="border:6px solid red;padding:0" id=a class=b>a<td style="border:2px solid blue;padding:0" id=b class=b>b<tr><td style="border:2px dashed;padding:0">c<td style="border-style:hidden;padding:0">d</table>`), 400)
	a, b := boxOf(t, l, "a"), boxOf(t, l, "b")
	near(t, "cells meet in the middle of the border", a.X+a.W, b.X)
	red, blue := 0, 0
	for _, it := range l.Items {
		x, ok := it.(*display.Box)
		if !ok || x.Node == nil || x.Node.Tag != "table" {
			continue
		}
		switch {
		case x.Color.R == 255:
			red++
		case x.Color.B == 255:
			blue++
		}
	}
	if red != 4 || blue != 2 {
		t.Errorf("%d red and %d blue edges, want 4 and 2\n%s", red, blue, dump(l))
	}
}

func TestAnonymousTables(t *testing.T) {
	l := lay(t, page(`<div style="display:table-cell;width:100px">one</div><div style="display:table-cell">two</div><div>below</div>`), 400)
	one, two, below := runOf(t, l, "one"), runOf(t, l, "two"), runOf(t, l, "below")
	if one.Base != two.Base || two.X != 100 || below.Base != one.Base+20 {
		t.Errorf("one %v two %v below %v", one.Rect, two.Rect, below.Rect)
	}
}

func TestCaption(t *testing.T) {
	l := lay(t, page(`<table><caption>cap</caption><tr><td>cell</table><table><caption align=bottom>low</caption><tr><td>other</table>`), 400)
	if runOf(t, l, "cap").Base >= runOf(t, l, "cell").Base || runOf(t, l, "low").Base <= runOf(t, l, "other").Base {
		t.Error("captions are on the wrong side")
	}
}

// Ten tables in each other with heights in percent cost no more than a few times one.
func TestNestedTablesStayCheap(t *testing.T) {
	count := func(depth int) int {
		doc, root := tree(t, strings.Repeat("<table width=100% height=100%><tr><td height=100%>", depth)+"text"+strings.Repeat("</table>", depth), 800)
		e := newEngine(t.Context(), options(doc, 800))
		top := e.buildRoot(root)
		e.edges(top, 800)
		e.lay(top, space{w: 800, h: -1, base: -1})
		return e.ticks
	}
	if a, b := count(5), count(20); b > 20*a {
		t.Errorf("5 levels take %d steps, 20 levels %d", a, b)
	}
}

// TestRowBackgrounds: those of rows, groups and columns are seen in the cells, not between them.
func TestRowBackgrounds(t *testing.T) {
	of := func(body, tag string) (out []display.Rect) {
		for _, it := range lay(t, page(body), 400).Items {
			if b, ok := it.(*display.Box); ok && b.Node != nil && b.Node.Tag == tag && (b.Color.A > 0 || len(b.Layers) > 0) {
				out = append(out, b.Rect)
			}
		}
		return out
	}
	two := "<td style='padding:0;width:50px;height:20px'>a<td style='padding:0;width:70px'>b"
	for _, c := range []struct{ tag, body string }{
		{"tr", "<tr style='background:#ffc'>" + two},
		{"tbody", "<tbody style='background:#ffc'><tr>" + two},
		{"col", "<col style='background:#ffc'><col style='background:#ffc'><tr>" + two},
	} {
		got := of("<table cellspacing=6>"+c.body+"</table>", c.tag)
		if len(got) != 2 || got[0].W != 50 || got[1].W != 70 || got[1].X-got[0].X != 56 || got[0].H != 20 {
			t.Errorf("%s: %v", c.tag, got)
		}
	}
	if got := of("<table cellspacing=0><tr style='background:#ffc'>"+two+"</table>", "tr"); len(got) != 1 || got[0].W != 120 {
		t.Errorf("a row without spacing: %v", got)
	}
	if got := of("<table cellspacing=0><tr style='background:#ffc'><td rowspan=2 style='padding:0;height:50px'>a<td>b<tr><td>c</table>", "tr"); len(got) != 2 || got[0].H != 50 || got[1].H >= 50 {
		t.Errorf("a cell that reaches into the next row: %v", got)
	}
	// A gradient runs through the whole row, each cell shows its part.
	var tiles []display.Rect
	for _, it := range lay(t, page("<table cellspacing=6><tr style='background:linear-gradient(90deg,red,lime)'>"+two+"</table>"), 400).Items {
		if b, ok := it.(*display.Box); ok && b.Node.Tag == "tr" && len(b.Layers) == 1 {
			tiles = append(tiles, b.Layers[0].Tile)
			if b.Layers[0].Area != b.Rect {
				t.Errorf("the gradient is painted in %v, the cell is %v", b.Layers[0].Area, b.Rect)
			}
		}
	}
	if len(tiles) != 2 || tiles[0] != tiles[1] || tiles[0].W != 126 {
		t.Errorf("tiles of the gradient: %v", tiles)
	}
}
