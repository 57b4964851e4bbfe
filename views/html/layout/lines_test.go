package layout

import (
	"math"
	"strings"
	"testing"

	"github.com/postrider/postrider/views/html/display"
)

// texts are the lines of the page as they are read, one string a line.
func texts(l *display.List) []string {
	var out []string
	for _, o := range l.Order {
		r := l.Items[o.Item].(*display.Run)
		if o.Break != display.Joined || len(out) == 0 {
			out = append(out, "")
		}
		out[len(out)-1] += r.Text
	}
	return out
}

func TestWhiteSpace(t *testing.T) {
	for _, c := range []struct{ what, body, want string }{
		{"collapses", "<p>  a \n b <b> c</b>  </p>", "a b c"},
		{"across inlines", "<p>a <i> b </i> c</p>", "a b c"},
		{"around br", "<p>a <br> b</p>", "a|b"},
		{"pre", "<pre>a  b\n c</pre>", "a  b| c"},
		{"pre-line", "<p style='white-space:pre-line'>a   b\n  c</p>", "a b|c"},
		{"pre-wrap keeps the blanks at the end", "<p style='white-space:pre-wrap'>a  \nb</p>", "a  |b"},
		{"nowrap", "<p style='white-space:nowrap;width:10px'>a b c</p>", "a b c"},
		{"narrow", "<p style='width:10px'>aaa bbb</p>", "aaa|bbb"},
		{"break-all", "<p style='width:1px;word-break:break-all'>abc</p>", "a|b|c"},
		{"break-word", "<p style='width:1px;overflow-wrap:break-word'>ab c</p>", "a|b|c"},
		{"wbr", "<p style='width:10px'>aaa<wbr>bbb</p>", "aaa|bbb"},
		{"no break between glued inlines", "<p style='width:10px'>aaa<b>bbb</b> c</p>", "aaabbb|c"},
		{"upper case", "<p style='text-transform:uppercase'>stra\u00dfe</p>", "STRASSE"},
		{"capitals", "<p style='text-transform:capitalize'>one two-three</p>", "One Two-Three"},
		{"blocks", "<div>a<p>b</p>c</div>", "a|b|c"},
		{"line feed between CJK is nothing", "<p>\u65e5\u672c\n\u8a9e</p>", "\u65e5\u672c\u8a9e"},
	} {
		got := strings.Join(texts(lay(t, page(c.body), 400)), "|")
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.what, got, c.want)
		}
	}
}

func TestBreaksBetweenRuns(t *testing.T) {
	l := lay(t, page("<p style='width:10px'>aaa bbb<br>ccc</p><table><tr><td>d<td>e<tr><td>f</table>"), 400)
	var got []display.Break
	for _, o := range l.Order {
		if r := l.Items[o.Item].(*display.Run); !r.Feed {
			got = append(got, o.Break)
		}
	}
	want := []display.Break{display.Block, display.SoftBreak, display.LineBreak, display.Block, display.Cell, display.Block}
	if len(got) != len(want) {
		t.Fatalf("breaks %v, want %v", got, want)
	}
	for i := range got {
		if got[i] != want[i] {
			t.Errorf("break %d is %d, want %d", i, got[i], want[i])
		}
	}
}

func TestSourceOfRuns(t *testing.T) {
	l := lay(t, page("<p style='white-space:pre-wrap;width:60px'>one two\n\n  three\tfour</p><p>a   b\n c</p>"), 400)
	feeds := 0
	for _, o := range l.Order {
		r := l.Items[o.Item].(*display.Run)
		src := r.Node.Text
		if r.Feed {
			feeds++
			if src[r.From] != '\n' || r.H <= 0 {
				t.Errorf("a feed at byte %d (%q), %g tall", r.From, src[r.From], r.H)
			}
			continue
		}
		if strings.Contains(src, "one") && src[r.From:r.From+len(r.Text)] != r.Text {
			t.Errorf("run %q from byte %d is %q in the source", r.Text, r.From, src[r.From:])
		}
		if src[r.From] != r.Text[0] {
			t.Errorf("run %q does not begin at byte %d", r.Text, r.From)
		}
	}
	if feeds != 2 {
		t.Errorf("%d feeds, want 2", feeds)
	}
}

func TestVerticalAlign(t *testing.T) {
	l := lay(t, page(`<p id=p class=b>x<img src=10x40.png style="vertical-align:top"><img src=20x10.png style="vertical-align:bottom"><img src=30x6.png><span style="vertical-align:5px">up</span><sup>s</sup></p>`), 400)
	p := boxOf(t, l, "p")
	near(t, "height of the line", p.H, 40)
	base := runOf(t, l, "x").Base
	for _, it := range l.Items {
		im, ok := it.(*display.Image)
		if !ok {
			continue
		}
		switch im.URL {
		case "10x40.png":
			near(t, "top", im.Y, 0)
		case "20x10.png":
			near(t, "bottom", im.Y+im.H, 40)
		case "30x6.png":
			near(t, "baseline", im.Y+im.H, base)
		}
	}
	near(t, "raised", runOf(t, l, "up").Base, base-5)
	if s := runOf(t, l, "s"); s.Base >= base {
		t.Errorf("superscript on %g, the line's baseline is %g", s.Base, base)
	}
}

func TestTextAlign(t *testing.T) {
	l := lay(t, page("<p style='text-align:right'>right</p><p style='text-align:center'>mid</p><p style='text-align:justify;width:120px'>aa bb cc dd ee ff gg hh ii jj</p><p style='text-indent:30px'>ind</p><p dir=rtl>abc</p>"), 400)
	r := runOf(t, l, "right")
	near(t, "right edge", r.X+r.W, 400)
	m := runOf(t, l, "mid")
	near(t, "middle", m.X+m.W/2, 200)
	j := runOf(t, l, "aa")
	near(t, "justified", j.X+j.W, 120)
	near(t, "indent", runOf(t, l, "ind").X, 30)
	d := runOf(t, l, "abc")
	near(t, "right to left", d.X+d.W, 400)
}

// In Hebrew text the runs of a line stand from right to left, numbers and Latin words from left to right.
func TestBidi(t *testing.T) {
	l := lay(t, page("<p dir=rtl>\u05d0\u05d1 abc <b>def</b> \u05d2</p>"), 400)
	a, latin, bold, c := runOf(t, l, "\u05d0"), runOf(t, l, "abc"), runOf(t, l, "def"), runOf(t, l, "\u05d2")
	if !(c.X < latin.X && latin.X < bold.X && bold.X < a.X) {
		t.Errorf("x: %g abc %g def %g \u05d0 %g", c.X, latin.X, bold.X, a.X)
	}
	if got := texts(l); len(got) != 1 || !strings.HasPrefix(got[0], "\u05d0\u05d1 abc") {
		t.Errorf("read as %q", got)
	}
}

func TestOverrideAndEmbeddingsOverLines(t *testing.T) {
	l := lay(t, page("<p style='unicode-bidi:bidi-override;direction:rtl'>abc</p>"), 400)
	if r := runOf(t, l, "abc"); !r.Shaped.RTL || math.Abs(r.X+r.W-400) > 1 {
		t.Errorf("overridden: %v, right to left %v", r.Rect, r.Shaped.RTL)
	}
	// An embedding goes on after a br in it: 1 stands right of the word on both lines.
	l = lay(t, page("<p><span dir=rtl>1 abc<br>2 def</span></p>"), 400)
	if one, two := runOf(t, l, "1"), runOf(t, l, "2"); one.X <= runOf(t, l, "abc").X || two.X <= runOf(t, l, "def").X {
		t.Errorf("the numbers stand at %g and %g\n%s", one.X, two.X, dump(l))
	}
}

func TestInlineBoxesOverLines(t *testing.T) {
	l := lay(t, page("<p style='width:60px'><span id=s style='border:2px solid;padding:0 5px;background:#eee'>aaa bbb ccc</span></p>"), 400)
	var parts []*display.Box
	for _, it := range l.Items {
		if b, ok := it.(*display.Box); ok && b.Node != nil && b.Node.Tag == "span" {
			parts = append(parts, b)
		}
	}
	if len(parts) < 2 {
		t.Fatalf("%d parts", len(parts))
	}
	first, last := parts[0], parts[len(parts)-1]
	if first.Border[3].Width != 2 || first.Border[1].Width != 0 || last.Border[1].Width != 2 || last.Border[3].Width != 0 {
		t.Errorf("edges: first %v, last %v", first.Border, last.Border)
	}
	near(t, "text behind the edge", runOf(t, l, "aaa").X, 7)
}

func TestEllipsisAndClamp(t *testing.T) {
	l := lay(t, page("<div style='width:60px;white-space:nowrap;overflow:hidden;text-overflow:ellipsis'>long text that does not fit</div>"), 400)
	e := runOf(t, l, "\u2026")
	if !e.Ellipsis || e.X+e.W > 60.5 {
		t.Errorf("ellipsis at %g to %g", e.X, e.X+e.W)
	}
	l = lay(t, page("<div id=c class=b style='display:-webkit-box;-webkit-line-clamp:2;-webkit-box-orient:vertical;overflow:hidden;width:60px'>one two three four five six seven eight</div>"), 400)
	near(t, "clamped height", boxOf(t, l, "c").H, 40)
	if e := runOf(t, l, "\u2026"); e.Base < 20 {
		t.Errorf("ellipsis on the first line")
	}
}

func TestListMarkers(t *testing.T) {
	l := lay(t, page("<ol start=9 style='margin:0;padding-left:40px'><li>nine<li>ten<li value=3>three</ol><ul style='margin:0;padding-left:40px'><li>dot</ul><ul style='list-style:inside square;margin:0;padding:0'><li>in</ul>"), 400)
	for text, marker := range map[string]string{"nine": "9. ", "ten": "10. ", "three": "3. "} {
		r, m := runOf(t, l, text), runOf(t, l, marker)
		if !m.Marker || m.Base != r.Base {
			t.Errorf("marker of %q: %v", text, m)
		}
		near(t, "right edge of the marker of "+text, m.X+m.W, 40)
	}
	if r := runOf(t, l, "in"); r.X < 15 {
		t.Errorf("text of an item with its marker inside at %g", r.X)
	}
	dots := 0
	for _, it := range l.Items {
		if b, ok := it.(*display.Box); ok && b.W == b.H && b.W > 2 && b.W < 10 {
			dots++
		}
	}
	if dots != 2 {
		t.Errorf("%d dots, want 2", dots)
	}
	for _, o := range l.Order {
		if l.Items[o.Item].(*display.Run).Marker {
			t.Error("a marker is in the reading order")
		}
	}
}

func TestDecorations(t *testing.T) {
	l := lay(t, page("<p><u>under <span style='color:red'>both</span></u> <s>strike</s><u><span style='display:inline-block'>block</span></u></p>"), 400)
	r := runOf(t, l, "both")
	if len(r.Decoration) != 1 || r.Decoration[0].Color.R != 0 || r.Decoration[0].Y <= r.Base {
		t.Errorf("underline of a part: %v", r.Decoration)
	}
	if s := runOf(t, l, "strike"); len(s.Decoration) != 1 || s.Decoration[0].Y >= s.Base {
		t.Errorf("strike: %v", s.Decoration)
	}
	if b := runOf(t, l, "block"); len(b.Decoration) != 0 {
		t.Errorf("an inline block is underlined: %v", b.Decoration)
	}
}

func TestPictures(t *testing.T) {
	for _, c := range []struct {
		what, body string
		w, h       float64
	}{
		{"natural", "<img src=120x80.png>", 120, 80},
		{"by width", "<img src=120x80.png width=60>", 60, 40},
		{"by height", "<img src=120x80.png style='height:20px'>", 30, 20},
		{"narrowed", "<div style='width:60px'><img src=120x80.png style='max-width:100%;height:auto'></div>", 60, 40},
		{"percent", "<img src=120x80.png style='width:50%'>", 200, 400.0 / 3},
		{"both bounds", "<img src=120x80.png style='max-width:60px;max-height:10px'>", 15, 10},
		{"missing with both sizes", "<img src=gone.png width=50 height=70>", 50, 70},
	} {
		l := lay(t, page(c.body), 400)
		found := false
		for _, it := range l.Items {
			if im, ok := it.(*display.Image); ok {
				found = true
				near(t, c.what+": width", im.W, c.w)
				near(t, c.what+": height", im.H, c.h)
			}
		}
		if !found {
			t.Errorf("%s: no picture", c.what)
		}
	}
	l := lay(t, page("<p>a<img src=gone.png alt='the alternative'>b</p><p><img src=gone.png width=300></p>"), 400)
	if got := texts(l); got[0] != "athe alternativeb" {
		t.Errorf("missing picture: %q", got)
	}
	for _, it := range l.Items {
		if im, ok := it.(*display.Image); ok {
			t.Errorf("a box for a missing picture: %v", im.Rect)
		}
	}
	l = lay(t, page("<img src=100x50.png style='width:100px;height:100px;object-fit:contain'>"), 400)
	im := l.Items[len(l.Items)-1].(*display.Image)
	near(t, "contained height", im.Draw.H, 50)
	near(t, "contained y", im.Draw.Y-im.Y, 25)
}
