package layout

import (
	"strings"
	"testing"

	"github.com/postrider/postrider/views/html/display"
)

// rects are the boxes with class b in order.
func rects(t *testing.T, body string, width float64) []display.Rect {
	t.Helper()
	l := lay(t, page(body), width)
	var out []display.Rect
	for _, it := range l.Items {
		if b, ok := it.(*display.Box); ok && b.Node != nil && b.Color.R == 0xEE {
			out = append(out, b.Rect)
		}
	}
	return out
}

func same(t *testing.T, what string, got []display.Rect, want ...display.Rect) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d boxes, want %d", what, len(got), len(want))
		return
	}
	for i := range got {
		g, w := got[i], want[i]
		near(t, what+": x", g.X, w.X)
		near(t, what+": y", g.Y, w.Y)
		near(t, what+": width", g.W, w.W)
		near(t, what+": height", g.H, w.H)
	}
}

func TestFlex(t *testing.T) {
	type r = display.Rect
	same(t, "grow", rects(t, "<div style='display:flex;gap:10px'><div class=b style='flex:1'></div><div class=b style='flex:2;height:30px'></div></div>", 400),
		r{X: 0, W: 130, H: 30}, r{X: 140, W: 260, H: 30})
	same(t, "shrink", rects(t, "<div style='display:flex'><div class=b style='width:300px;height:5px'></div><div class=b style='width:300px;flex-shrink:0;height:5px'></div></div>", 400),
		r{W: 100, H: 5}, r{X: 100, W: 300, H: 5})
	same(t, "between and middle", rects(t, "<div style='display:flex;justify-content:space-between;align-items:center;height:50px'><div class=b style='width:50px;height:10px'></div><div class=b style='width:50px;height:20px'></div></div>", 400),
		r{Y: 20, W: 50, H: 10}, r{X: 350, Y: 15, W: 50, H: 20})
	same(t, "wrap", rects(t, "<div style='display:flex;flex-wrap:wrap;gap:4px 10px'><div class=b style='width:250px;height:10px'></div><div class=b style='width:250px;height:20px'></div></div>", 400),
		r{W: 250, H: 10}, r{Y: 14, W: 250, H: 20})
	same(t, "column", rects(t, "<div style='display:flex;flex-direction:column;height:100px'><div class=b style='flex:1'></div><div class=b style='height:20px;align-self:flex-end;width:30px'></div></div>", 400),
		r{W: 400, H: 80}, r{X: 370, Y: 80, W: 30, H: 20})
	same(t, "order and auto margin", rects(t, "<div style='display:flex'><div class=b style='order:2;width:10px;height:5px'></div><div class=b style='width:20px;height:5px;margin-right:auto'></div></div>", 400),
		r{W: 20, H: 5}, r{X: 390, W: 10, H: 5})
	same(t, "reverse", rects(t, "<div style='display:flex;flex-direction:row-reverse'><div class=b style='width:10px;height:5px'></div><div class=b style='width:20px;height:5px'></div></div>", 400),
		r{X: 390, W: 10, H: 5}, r{X: 370, W: 20, H: 5})
}

func TestGrid(t *testing.T) {
	type r = display.Rect
	same(t, "fr", rects(t, "<div style='display:grid;grid-template-columns:1fr 2fr 100px;gap:10px'><div class=b style='height:5px'></div><div class=b></div><div class=b></div><div class=b style='height:7px'></div></div>", 420),
		r{W: 100, H: 5}, r{X: 110, W: 200, H: 5}, r{X: 320, W: 100, H: 5}, r{Y: 15, W: 100, H: 7})
	same(t, "auto-fill", rects(t, "<div style='display:grid;grid-template-columns:repeat(auto-fill,minmax(120px,1fr))'><div class=b style='height:5px'></div><div class=b style='height:5px'></div><div class=b style='height:5px'></div><div class=b style='height:5px'></div></div>", 400),
		r{W: 400.0 / 3, H: 5}, r{X: 400.0 / 3, W: 400.0 / 3, H: 5}, r{X: 800.0 / 3, W: 400.0 / 3, H: 5}, r{Y: 5, W: 400.0 / 3, H: 5})
	same(t, "areas", rects(t, "<div style='display:grid;grid-template-columns:100px 100px;grid-template-rows:10px 20px;grid-template-areas:\"a b\" \"a c\"'><div class=b style='grid-area:c'></div><div class=b style='grid-area:a'></div><div class=b style='grid-area:b'></div></div>", 400),
		r{X: 100, Y: 10, W: 100, H: 20}, r{W: 100, H: 30}, r{X: 100, W: 100, H: 10})
	same(t, "span and alignment", rects(t, "<div style='display:grid;grid-template-columns:repeat(3,50px);grid-auto-rows:40px'><div class=b style='grid-column:span 2'></div><div class=b style='align-self:center;justify-self:end;width:10px;height:10px'></div><div class=b></div></div>", 400),
		r{W: 100, H: 40}, r{X: 140, Y: 15, W: 10, H: 10}, r{Y: 40, W: 50, H: 40})
}

// Boxes in each other cost no power of their depth.
func TestNestedFlexStaysCheap(t *testing.T) {
	count := func(open string, depth int) int {
		doc, root := tree(t, strings.Repeat(open, depth)+"text"+strings.Repeat("</div>", depth), 800)
		e := newEngine(t.Context(), options(doc, 800))
		top := e.buildRoot(root)
		e.edges(top, 800)
		e.lay(top, space{w: 800, h: -1, base: -1})
		return e.ticks
	}
	for _, open := range []string{
		"<div style='display:flex'><b>x<br>y</b>", "<div style='display:flex;flex-direction:column'><b>x</b>", "<div style='display:grid'><b>x</b>",
		"<div style='display:flex;height:100%'><b style='height:50%'>x</b>", "<div style='display:inline-block'>", "<div style='float:left'>x",
		"<div style='display:flex'><i>x</i><div style='display:grid;height:90%'><div style='display:table'>",
	} {
		if a, b := count(open, 5), count(open, 20); b > 30*a {
			t.Errorf("%s: 5 levels take %d steps, 20 levels %d", open, a, b)
		}
	}
}
