package selection

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/postrider/postrider/views/html/display"
	"github.com/postrider/postrider/views/html/style"
	"github.com/postrider/postrider/views/html/text"
)

// run makes a run of letters ten px wide.
func run(s string, x, y float64, rtl bool) *display.Run {
	r := &display.Run{Text: s, Rect: display.Rect{X: x, Y: y, W: 10 * float64(utf8.RuneCountInString(s)), H: 16}, Node: &style.Node{Style: &style.Style{}}}
	r.Shaped = text.Run{Text: s, RTL: rtl, Advance: r.W}
	for i := range s {
		g := text.Glyph{Cluster: i, Advance: 10}
		if rtl {
			r.Shaped.Glyphs = append([]text.Glyph{g}, r.Shaped.Glyphs...)
		} else {
			r.Shaped.Glyphs = append(r.Shaped.Glyphs, g)
		}
	}
	return r
}

func list(rs []*display.Run, bs []display.Break) *display.List {
	l := &display.List{}
	for i, r := range rs {
		l.Items = append(l.Items, r)
		l.Order = append(l.Order, display.Ordered{Item: i, Break: bs[i]})
	}
	return l
}

func letter() *Index {
	bold := run("second", 40, 40, false)
	bold.Node.Style.Font.Weight = 700
	bold.Link = "https://example.com/?a=1&b=2"
	return New(list([]*display.Run{
		run("Dear Ada,", 0, 0, false), run("the first and", 0, 20, false), run("the ", 0, 40, false), bold, run("left", 0, 60, false), run("right", 200, 60, false),
	}, []display.Break{display.Block, display.Block, display.SoftBreak, display.Joined, display.Block, display.Cell}))
}

func TestText(t *testing.T) {
	x := letter()
	if want := "Dear Ada,\nthe first and the second\nleft\tright"; x.Text != want {
		t.Fatalf("text is %q, not %q", x.Text, want)
	}
	if got := x.Copy(len(x.Text), 5); got != x.Text[5:] {
		t.Errorf("a selection made backwards copies %q", got)
	}
	if got := x.CopyHTML(10, 34); got != `<p>the first and the <a href="https://example.com/?a=1&amp;b=2"><b>second</b></a></p>`+"\n" {
		t.Errorf("HTML is %s", got)
	}
}

func TestPoints(t *testing.T) {
	x := letter()
	for _, c := range []struct {
		px, py float64
		want   string // text before the place ends with it
		on     bool
	}{
		{52, 8, "Dear ", true},           // between two letters, on a run
		{-40, 30, "Ada,\n", false},       // left of a line: its beginning
		{900, 30, "first and", false},    // right of a line: its end
		{61, 45, "the se", true},         // in the middle of a line of two runs
		{100, 65, "left", false},         // nearer to the left cell
		{10, 900, "\nl", false},          // below everything: the last line
		{200 + 26, 65, "left\tri", true}, // the second cell, nearer to the third letter
	} {
		at, r := x.At(c.px, c.py)
		if c.want == "left\tri" {
			c.want = "left\trig"
		}
		if !strings.HasSuffix(x.Text[:at], c.want) || (r != nil) != c.on {
			t.Errorf("at %v,%v the text before is %q (on a run: %v), wanted …%q", c.px, c.py, x.Text[:at], r != nil, c.want)
		}
	}
}

func TestRects(t *testing.T) {
	x := letter()
	at := strings.Index(x.Text, "first")
	rs := x.Rects(at, at+len("first and the sec"))
	want := []display.Rect{{X: 40, Y: 20, W: 90, H: 16}, {X: 0, Y: 40, W: 40, H: 16}, {X: 40, Y: 40, W: 30, H: 16}}
	if len(rs) != len(want) {
		t.Fatalf("rectangles %v, not %v", rs, want)
	}
	for i := range want {
		if rs[i] != want[i] {
			t.Errorf("rectangle %d is %v, not %v", i, rs[i], want[i])
		}
	}
	// Right to left: the first letters are at the right.
	h := New(list([]*display.Run{run("שלום", 100, 0, true)}, []display.Break{display.Block}))
	if rs := h.Rects(0, 2); len(rs) != 1 || rs[0] != (display.Rect{X: 130, Y: 0, W: 10, H: 16}) {
		t.Errorf("the first Hebrew letter is at %v", rs)
	}
	if at, _ := h.At(101, 5); at != len(h.Text) {
		t.Errorf("the left end of Hebrew text is offset %d", at)
	}
}

func TestWords(t *testing.T) {
	x := letter()
	a, b := x.Word(strings.Index(x.Text, "irst"))
	if x.Text[a:b] != "first" {
		t.Errorf("word is %q", x.Text[a:b])
	}
	a, b = x.Paragraph(a)
	if x.Text[a:b] != "the first and the second" {
		t.Errorf("paragraph is %q", x.Text[a:b])
	}
	if h := x.Find("AND  the"); len(h) != 1 || x.Text[h[0].From:h[0].To] != "and the" {
		t.Errorf("found %v", h)
	}
	if h := x.Find("e"); len(h) != strings.Count(x.Text, "e") {
		t.Errorf("%d of %d letters found", len(h), strings.Count(x.Text, "e"))
	}
	if h := x.Find("  "); h != nil {
		t.Errorf("nothing to look for finds %v", h)
	}
	soft := New(list([]*display.Run{run("rück\u00adsicht STRASSE", 0, 0, false)}, []display.Break{display.Block}))
	if h := soft.Find("rücksicht strasse"); len(h) != 1 {
		t.Errorf("soft hyphens hide a word: %v", h)
	}
	if soft.Copy(0, len(soft.Text)) != "rücksicht STRASSE" {
		t.Error("a soft hyphen was copied")
	}
}

func TestEmpty(t *testing.T) {
	x := New(&display.List{})
	if at, r := x.At(10, 10); at != 0 || r != nil || x.Copy(0, 9) != "" || x.Find("a") != nil {
		t.Error("an empty page has text")
	}
	x.Word(0)
	x.Rects(0, 5)
}
