package layout

import (
	"context"
	"strings"
	"testing"

	"github.com/postrider/postrider/views/html/display"
)

// page wraps a body without margins, in a font whose lines are 20 px tall.
func page(body string) string {
	return "<style>body{margin:0;font:14px/20px Inter} .b{background:#eee} p{margin:0}</style>" + body
}

func TestMarginsCollapse(t *testing.T) {
	for _, c := range []struct {
		what, body string
		want       float64 // y of #x
	}{
		{"of siblings", "<div style='margin:10px 0'>a</div><div id=x class=b style='margin-top:15px'>b</div>", 10 + 20 + 15},
		{"of a parent and its first child", "<div style='margin-top:5px'><div id=x class=b style='margin-top:30px'>b</div></div>", 30},
		{"not through padding", "<div style='margin-top:5px;padding-top:1px'><div id=x class=b style='margin-top:30px'>b</div></div>", 36},
		{"not into an overflow box", "<div style='margin-top:5px;overflow:hidden'><div id=x class=b style='margin-top:30px'>b</div></div>", 35},
		{"through an empty block", "<div>a</div><div style='margin:10px 0 25px'></div><div id=x class=b>b</div>", 45},
		{"with negative ones", "<div style='margin-bottom:20px'>a</div><div id=x class=b style='margin-top:-15px'>b</div>", 25},
		{"out of the last child", "<div><div style='margin-bottom:12px'>a</div></div><div id=x class=b>b</div>", 32},
		{"not out of a fixed height", "<div style='height:30px'><div style='margin-bottom:40px'>a</div></div><div id=x class=b>b</div>", 30},
		{"beside a float, which goes where the parent goes", "<div><div id=x class=b style='float:left'>f</div><div style='margin-top:25px'>b</div></div>", 25},
		{"not with clearance", "<div style='float:left;height:50px'>f</div><div id=x class=b style='clear:both;margin-top:30px'>b</div>", 50},
	} {
		near(t, c.what, boxOf(t, lay(t, page(c.body), 400), "x").Y, c.want)
	}
}

func TestQuirkyMargins(t *testing.T) {
	src := "<body style='margin:0'><style>p{background:#eee}</style><p id=x>a</p><table cellspacing=0 cellpadding=0><tr><td id=c bgcolor=red><p id=y>b</p></table>"
	doc, root := tree(t, src, 400)
	l, err := Lay(context.Background(), root, options(doc, 400))
	if err != nil {
		t.Fatal(err)
	}
	near(t, "first paragraph of the body", boxOf(t, l, "x").Y, 0)
	near(t, "height of the cell", boxOf(t, l, "c").H, boxOf(t, l, "y").H)
}

func TestWidths(t *testing.T) {
	for _, c := range []struct {
		what, body string
		x, w       float64
	}{
		{"fills", "<div id=x class=b style='margin:0 10px;padding:0 5px'>a</div>", 10, 380},
		{"content box", "<div id=x class=b style='width:100px;padding:0 5px;border:2px solid'>a</div>", 0, 114},
		{"border box", "<div id=x class=b style='box-sizing:border-box;width:100px;padding:0 5px'>a</div>", 0, 100},
		{"auto margins", "<div id=x class=b style='width:100px;margin:0 auto'>a</div>", 150, 100},
		{"auto left margin", "<div id=x class=b style='width:100px;margin-left:auto'>a</div>", 300, 100},
		{"max-width", "<div id=x class=b style='max-width:25%;margin:0 auto'>a</div>", 150, 100},
		{"calc", "<div id=x class=b style='width:calc(50% - 20px)'>a</div>", 0, 180},
		{"align attribute", "<div align=center><div id=x class=b style='width:100px'>a</div></div>", 150, 100},
		{"align stops at tables", "<div align=center><table width=200 cellspacing=0 cellpadding=0><tr><td><div id=x class=b style='width:100px'>a</div></table></div>", 100, 100},
		{"min over max", "<div id=x class=b style='width:50px;max-width:100px;min-width:150px'>a</div>", 0, 150},
		{"aspect ratio", "<div id=x class=b style='height:50px;aspect-ratio:2'></div>", 0, 100},
	} {
		b := boxOf(t, lay(t, page(c.body), 400), "x")
		near(t, c.what+": x", b.X, c.x)
		near(t, c.what+": width", b.W, c.w)
	}
}

func TestFloats(t *testing.T) {
	l := lay(t, page(`<div id=a class=b style="float:left;width:100px;height:50px"></div><div id=r class=b style="float:right;width:100px;height:30px"></div>
<p style="text-align:left">aaa bbb</p><div id=o class=b style="overflow:hidden">ccc</div><div id=t class=b style="float:left;width:250px;height:10px"></div><p style="clear:both">ddd</p>`), 400)
	near(t, "text beside the float", runOf(t, l, "aaa").X, 100)
	near(t, "right float", boxOf(t, l, "r").X, 300)
	b := boxOf(t, l, "t")
	near(t, "a float that does not fit between the two: x", b.X, 100)
	near(t, "its y", b.Y, 40)
	o := boxOf(t, l, "o")
	near(t, "a formatting context keeps clear: x", o.X, 100)
	near(t, "its width", o.W, 200)
	near(t, "below the floats", runOf(t, l, "ddd").Base-runOf(t, l, "aaa").Base, 50)
	l = lay(t, page("<div id=x class=b><div style='float:left;height:40px'>f</div></div><div id=y class=b style='overflow:hidden'><div style='float:left;height:40px'>f</div></div>"), 400)
	near(t, "a block does not hold its floats", boxOf(t, l, "x").H, 0)
	near(t, "a formatting context does", boxOf(t, l, "y").H, 40)
}

func TestPositioned(t *testing.T) {
	l := lay(t, page(`<div style="height:10px"></div><div style="position:relative;width:200px;height:100px;border:5px solid">
<div id=a class=b style="position:absolute;right:10px;bottom:20px;width:30px;height:15px"></div>
<div id=c class=b style="position:absolute;inset:0;margin:auto;width:40px;height:20px"></div>
<div id=s class=b style="position:absolute;left:25%;right:25%;top:0;height:10px"></div>
<div id=r class=b style="position:relative;left:7px;top:-3px">x</div></div>`), 400)
	a := boxOf(t, l, "a")
	near(t, "from the right", a.X, 5+200-10-30)
	near(t, "from the bottom", a.Y, 10+5+100-20-15)
	c := boxOf(t, l, "c")
	near(t, "centred x", c.X, 5+80)
	near(t, "centred y", c.Y, 15+40)
	s := boxOf(t, l, "s")
	near(t, "between left and right", s.W, 100)
	r := boxOf(t, l, "r")
	near(t, "relative x", r.X, 12)
	near(t, "relative y", r.Y, 12)
}

// painting order: later in the list is above.
func TestOrderOfPainting(t *testing.T) {
	l := lay(t, page(`<div id=top class=b style="position:absolute;z-index:2">t</div><div id=low class=b style="position:absolute;z-index:-1">l</div>
<div id=pos class=b style="position:relative">p</div><div id=flow class=b>f</div><div id=float class=b style="float:left">g</div>`), 400)
	at := func(id string) int {
		b := boxOf(t, l, id)
		for i, it := range l.Items {
			if it == display.Item(b) {
				return i
			}
		}
		return -1
	}
	order := []string{"low", "flow", "float", "pos", "top"}
	for i := 1; i < len(order); i++ {
		if at(order[i-1]) >= at(order[i]) {
			t.Errorf("%s is painted above %s", order[i-1], order[i])
		}
	}
}

func TestHiddenIsNotRead(t *testing.T) {
	l := lay(t, page(`<div style="max-height:0;overflow:hidden">preheader</div><div style="opacity:0">clear</div><div style="visibility:hidden">unseen <b style="visibility:visible">seen</b></div>
<details><summary>sum</summary>inside</details><div style="overflow:hidden;width:100px">clipped</div><div style="opacity:.5">faint</div>`), 400)
	text := ""
	for _, o := range l.Order {
		text += l.Items[o.Item].(*display.Run).Text
	}
	for _, s := range []string{"preheader", "clear", "unseen", "inside"} {
		if strings.Contains(text, s) {
			t.Errorf("%q can be read", s)
		}
	}
	for _, s := range []string{"seen", "sum", "clipped", "faint"} {
		if !strings.Contains(text, s) {
			t.Errorf("%q cannot be read", s)
		}
	}
	var clips, groups int
	for _, it := range l.Items {
		if p, ok := it.(*display.Push); ok {
			if p.Clip {
				clips++
			}
			if p.Opacity == 0.5 {
				groups++
			}
		}
	}
	if clips != 1 || groups != 1 {
		t.Errorf("%d clips and %d groups, want one of each", clips, groups)
	}
}

func TestBlocksInInlines(t *testing.T) {
	l := lay(t, page(`<a href="https://example.com/">before<div id=x class=b>block</div>after</a>`), 400)
	if a, b, c := runOf(t, l, "before"), runOf(t, l, "block"), runOf(t, l, "after"); a.Base+20 != b.Base || b.Base+20 != c.Base || b.Link == "" || c.Link == "" {
		t.Errorf("the link falls apart: %v %v %v", a, b, c)
	}
	near(t, "width of the block", boxOf(t, l, "x").W, 400)
}

func TestLimits(t *testing.T) {
	doc, root := tree(t, page(strings.Repeat("<p>line</p>", 300)+"<table>"+strings.Repeat("<tr><td>c", 300)+"</table>"), 400)
	o := options(doc, 400)
	o.Limits = Limits{Boxes: 200}
	l, err := Lay(context.Background(), root, o)
	if err != nil || len(l.Notes) != 1 || len(l.Items) > 200 {
		t.Errorf("boxes: %v, notes %q, %d items", err, l.Notes, len(l.Items))
	}
	o.Limits = Limits{Cells: 10}
	if l, _ = Lay(context.Background(), root, o); len(l.Notes) != 1 || len(l.Items) > 400 {
		t.Errorf("cells: notes %q, %d items", l.Notes, len(l.Items))
	}
	o.Limits = Limits{Height: 1000}
	if l, _ = Lay(context.Background(), root, o); len(l.Notes) != 1 || l.Height > 1000 {
		t.Errorf("height: notes %q, height %g", l.Notes, l.Height)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Lay(ctx, root, options(doc, 400)); err != context.Canceled {
		t.Errorf("cancelled: %v", err)
	}
}
