package edit

import (
	"fmt"
	"math/rand"
	"strings"
	"testing"
)

func load(t *testing.T, s string) *Doc {
	t.Helper()
	d, err := Load(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func at(leaf, off int) Selection { return Selection{Pos{leaf, off}, Pos{leaf, off}} }

func span(l1, o1, l2, o2 int) Selection { return Selection{Pos{l1, o1}, Pos{l2, o2}} }

func one(s string) string { return strings.ReplaceAll(strings.TrimSpace(s), "\n", "") }

// TestCommands does one thing to a document and looks at the HTML of it, then takes it back.
func TestCommands(t *testing.T) {
	for _, c := range []struct {
		name, from string
		do         func(d *Doc)
		want       string
	}{
		{"type", "<div>ab</div>", func(d *Doc) { d.Insert(at(0, 1), "x", nil, true) }, "<div>axb</div>"},
		{"type in bold", "<div>a<b>b</b>c</div>", func(d *Doc) { d.Insert(at(0, 2), "x", nil, true) }, "<div>a<b>bx</b>c</div>"},
		{"type behind a link", `<div><a href="https://example.com/">here</a></div>`, func(d *Doc) { d.Insert(at(0, 4), " x", nil, true) },
			`<div><a href="https://example.com/">here</a> x</div>`},
		{"type in a link", `<div><a href="https://example.com/">here</a></div>`, func(d *Doc) { d.Insert(at(0, 2), "x", nil, true) },
			`<div><a href="https://example.com/">hexre</a></div>`},
		{"lines", "<div>ab</div>", func(d *Doc) { d.Insert(at(0, 1), "1\n\n2", nil, false) }, "<div>a1</div><div><br/></div><div>2b</div>"},
		{"over a selection", "<div>abc</div><div>def</div>", func(d *Doc) { d.Insert(span(0, 1, 1, 2), "-", nil, true) }, "<div>a-f</div>"},
		{"enter", "<div>a<i>bc</i></div>", func(d *Doc) { d.Split(Pos{0, 2}) }, "<div>a<i>b</i></div><div><i>c</i></div>"},
		{"enter behind a heading", "<h2>Title</h2>", func(d *Doc) { d.Split(Pos{0, 5}) }, "<h2>Title</h2><div><br/></div>"},
		{"enter in a cell", "<table><tbody><tr><td>ab</td></tr></tbody></table>", func(d *Doc) { d.Split(Pos{0, 1}) }, "<table><tbody><tr><td>a<br/>b</td></tr></tbody></table>"},
		{"enter in an empty item", "<ul><li>a</li><li></li></ul>", func(d *Doc) { d.Split(Pos{1, 0}) }, "<ul><li>a</li></ul><div></div>"},
		{"enter in an item", "<ul><li>ab</li></ul>", func(d *Doc) { d.Split(Pos{0, 1}) }, "<ul><li>a</li><li>b</li></ul>"},
		{"enter in an empty line of a quote", "<blockquote><div>a</div><div></div><div>b</div></blockquote>", func(d *Doc) { d.Split(Pos{1, 0}) },
			"<blockquote><div>a</div></blockquote><div></div><blockquote><div>b</div></blockquote>"},
		{"line break", "<div>ab</div>", func(d *Doc) { d.Break(at(0, 1)) }, "<div>a<br/>b</div>"},
		{"line break at the end", "<div>ab</div>", func(d *Doc) { d.Break(at(0, 2)) }, "<div>ab<br/><br/></div>"},
		{"backspace joins", "<div>ab</div><div>cd</div>", func(d *Doc) { d.Backspace(at(1, 0)) }, "<div>abcd</div>"},
		{"backspace takes a whole emoji", "<div>a👩‍👩‍👧b</div>", func(d *Doc) { d.Backspace(at(0, 1+len("👩‍👩‍👧"))) }, "<div>ab</div>"},
		{"backspace ends a list", "<ul><li>a</li></ul>", func(d *Doc) { d.Backspace(at(0, 0)) }, "<div>a</div>"},
		{"backspace behind a rule", "<div>a</div><hr><div>b</div>", func(d *Doc) { d.Backspace(at(2, 0)) }, "<div>a</div><div>b</div>"},
		{"delete at the end", "<div>ab</div><div>cd</div>", func(d *Doc) { d.DeleteForward(at(0, 2)) }, "<div>abcd</div>"},
		{"delete cells", "<table><tbody><tr><td>ab</td><td>cd</td></tr></tbody></table>", func(d *Doc) { d.Delete(span(0, 1, 1, 1)) },
			"<table><tbody><tr><td>a</td><td>d</td></tr></tbody></table>"},
		{"delete over a table", "<div>ab</div><table><tbody><tr><td>x</td></tr></tbody></table><div>cd</div>", func(d *Doc) { d.Delete(span(0, 1, 2, 1)) }, "<div>ad</div>"},
		{"bold", "<div>abc</div>", func(d *Doc) { d.Toggle(span(0, 1, 0, 2), Bold) }, "<div>a<b>b</b>c</div>"},
		{"bold off", "<div>a<strong>bcd</strong></div>", func(d *Doc) { d.Toggle(span(0, 2, 0, 3), Bold) }, "<div>a<strong>b</strong>c<strong>d</strong></div>"},
		{"bold over lines", "<div>ab</div><div>cd</div>", func(d *Doc) { d.Toggle(span(0, 1, 1, 1), Bold) }, "<div>a<b>b</b></div><div><b>c</b>d</div>"},
		{"colour in bold", "<div><b>ab</b></div>", func(d *Doc) { d.SetMark(span(0, 0, 0, 1), Color, "#b3282d") }, `<div><b><span style="color:#b3282d">a</span>b</b></div>`},
		{"size and colour share", "<div>ab</div>", func(d *Doc) { d.SetMark(span(0, 0, 0, 2), Color, "red"); d.SetMark(span(0, 0, 0, 2), Size, "20px") }, `<div><span style="color:red;font-size:20px">ab</span></div>`},
		{"link", "<div>a<b>b</b></div>", func(d *Doc) { d.SetMark(span(0, 0, 0, 2), Link, "https://example.com/") }, `<div><a href="https://example.com/">a<b>b</b></a></div>`},
		{"no scripts as links", "<div>ab</div>", func(d *Doc) { d.SetMark(span(0, 0, 0, 2), Link, "javascript:alert(1)") }, "<div>ab</div>"},
		{"list", "<div>a</div><div>b</div>", func(d *Doc) { d.SetKind(span(0, 0, 1, 0), Bullets) }, "<ul><li>a</li><li>b</li></ul>"},
		{"list off", "<ul><li>a</li><li>b</li><li>c</li></ul>", func(d *Doc) { d.SetKind(at(1, 0), Bullets) }, "<ul><li>a</li></ul><div>b</div><ul><li>c</li></ul>"},
		{"list in", "<ul><li>a</li><li>b</li></ul>", func(d *Doc) { d.Indent(at(1, 0)) }, "<ul><li>a</li><ul><li>b</li></ul></ul>"},
		{"list out", "<ul><li>a</li><ul><li>b</li></ul></ul>", func(d *Doc) { d.Outdent(at(1, 0)) }, "<ul><li>a</li><li>b</li></ul>"},
		{"indent", "<div>a</div>", func(d *Doc) { d.Indent(at(0, 0)) }, `<div style="margin-left:40px">a</div>`},
		{"quote", "<div>a</div><div>b</div>", func(d *Doc) { d.Quote(span(0, 0, 1, 0)) }, `<blockquote style="` + quoteStyle + `"><div>a</div><div>b</div></blockquote>`},
		{"heading", "<div>a</div>", func(d *Doc) { d.SetKind(at(0, 0), Heading1) }, "<h1>a</h1>"},
		{"centre", "<div>a</div>", func(d *Doc) { d.Align(at(0, 0), "center") }, `<div style="text-align:center">a</div>`},
		{"rule", "<div>a</div>", func(d *Doc) { d.Rule(Pos{0, 1}) }, "<div>a</div><hr/><div><br/></div>"},
		{"picture", "<div>ab</div>", func(d *Doc) { d.Picture(at(0, 1), "cid:x@example.com", "A boat", 0) }, `<div>a<img src="cid:x@example.com" alt="A boat"/>b</div>`},
		{"paste inline", "<div>ab</div>", func(d *Doc) { _, _ = d.Paste(at(0, 1), "<p>x<b>y</b></p>", false) }, "<div>ax<b>y</b>b</div>"},
		{"paste foreign", "<div>ab</div>", func(d *Doc) {
			_, _ = d.Paste(at(0, 1), `<p>x<img src="https://example.com/p.png" alt="Boat"><img src="cid:a"></p>`, true)
		}, "<div>axBoatb</div>"},
		{"paste blocks", "<div>ab</div>", func(d *Doc) {
			_, _ = d.Paste(at(0, 1), "<p>x</p><table><tbody><tr><td>y</td></tr></tbody></table>", false)
		},
			"<div>a</div><p>x</p><table><tbody><tr><td>y</td></tr></tbody></table><div>b</div>"},
		{"replace all", "<div>Cat cat</div><div>cat</div>", func(d *Doc) { d.Replace(d.Find("cat"), "dog") }, "<div>dog dog</div><div>dog</div>"},
		{"everything", "<div>a</div><hr><ul><li>b</li></ul>", func(d *Doc) { d.Delete(Selection{Pos{}, d.End()}) }, "<div><br/></div>"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := load(t, c.from)
			was := d.Fragment()
			c.do(d)
			got := d.Fragment()
			if one(got) != c.want {
				t.Fatalf("it is\n%s, not\n%s", one(got), c.want)
			}
			for k := 0; k < 3; k++ {
				if _, ok := d.Undo(); !ok {
					break
				}
			}
			if d.Fragment() != was {
				t.Fatalf("undo gives\n%s, not\n%s", d.Fragment(), was)
			}
			for k := 0; k < 3; k++ {
				d.Redo()
			}
			if d.Fragment() != got {
				t.Fatalf("redo gives\n%s, not\n%s", d.Fragment(), got)
			}
		})
	}
}

func typing(d *Doc, p Pos, s string) Pos {
	for _, r := range s {
		if r == '\n' {
			p = d.Split(p)
			continue
		}
		p = d.Typed(Selection{p, p}, string(r), nil, true)
	}
	return p
}

func TestMarkdown(t *testing.T) {
	for in, want := range map[string]string{
		"a **bold** b":        "<div>a <b>bold</b> b</div>",
		"an *it* b":           "<div>an <i>it</i> b</div>",
		"2*3*4 a_b_c":         "<div>2*3*4 a_b_c</div>",
		"x ~~y~~":             "<div>x <s>y</s></div>",
		"run `make`":          "<div>run <code>make</code></div>",
		"- one\ntwo\n\nthree": "<ul><li>one</li><li>two</li></ul><div>three</div>",
		"1. one\ntwo":         "<ol><li>one</li><li>two</li></ol>",
		"> said\nso\n\nthen":  `<blockquote style="` + quoteStyle + `"><div>said</div><div>so</div></blockquote><div>then</div>`,
		"## Head\ntext":       "<h2>Head</h2><div>text</div>",
		"a\n---b":             "<div>a</div><hr/><div>b</div>",
		"** no ** *":          "<div>** no ** *</div>",
	} {
		d := New()
		typing(d, Pos{}, in)
		if got := one(d.Fragment()); got != want {
			t.Errorf("%q gives %s, not %s", in, got, want)
		}
	}
	// One undo gives back the characters that were typed.
	d := New()
	typing(d, Pos{}, "**x**")
	d.Undo()
	if got := one(d.Fragment()); got != "<div>**x**</div>" {
		t.Errorf("after undo: %s", got)
	}
}

func TestTypingIsOneStep(t *testing.T) {
	d := New()
	p := typing(d, Pos{}, "hello")
	d.Seal()
	typing(d, p, " there")
	d.Undo()
	if d.Text(0) != "hello" {
		t.Errorf("after one undo: %q", d.Text(0))
	}
	d.Undo()
	if d.Text(0) != "" {
		t.Errorf("after two: %q", d.Text(0))
	}
}

func TestLoad(t *testing.T) {
	for in, want := range map[string]string{
		"plain  text\n here":                  "<div>plain text here</div>",
		"<p> a <b> b </b> c </p>\n\n<p>d</p>": "<p>a <b>b </b>c</p><p>d</p>",
		"<script>x</script><p onclick=x style='color:red;background:url(http://a.example/x)'>a</p>": `<p style="color:red">a</p>`,
		"<div style='display:none'>hidden</div><p>a</p>":                                            "<p>a</p>",
		"<span><p>a</p>b</span>":                                "<p><span>a</span></p><div><span>b</span></div>",
		"<a href='javascript:x'>a</a>":                          "<div><a>a</a></div>",
		"<ul>text<li>a<ul><li>b</ul></ul>":                      "<ul><li>text</li><li><div>a</div><ul><li>b</li></ul></li></ul>",
		"<o:p>x</o:p><form><input value=1>y</form>":             "<div>x</div><div>y</div>",
		"<pre>a  b\n c</pre>":                                   "<pre>a  b\n c</pre>",
		"<img src='file:///etc/passwd' alt=x><img src='cid:a'>": `<div><img alt="x"/><img src="cid:a"/></div>`,
	} {
		if got := strings.TrimSpace(strings.ReplaceAll(load(t, in).Fragment(), ">\n<", "><")); got != want {
			t.Errorf("%s\nis  %s\nnot %s", in, got, want)
		}
	}
	if _, err := Load(strings.Repeat("<div>", 5000) + "x"); err != ErrTooLarge {
		t.Errorf("five thousand levels: %v", err)
	}
}

func TestPlain(t *testing.T) {
	d := load(t, `<div>Dear Ada,</div><div><br></div><div>see <a href="https://example.com/x">this page</a> and <a href="https://example.com/">example.com</a>.</div>
<ul><li>one</li><li>two</li></ul><ol><li>a</li><li>b</li></ol><blockquote><div>old</div><blockquote><div>older</div></blockquote></blockquote>
<table><tr><td>Total</td><td>12.00</td></tr><tr><td>Tax</td><td>2.00</td></tr></table>`)
	want := "Dear Ada,\n\nsee this page <https://example.com/x> and example.com.\n- one\n- two\n1. a\n2. b\n> old\n>> older\nTotal  12.00\nTax  2.00"
	if got := d.Plain(); got != want {
		t.Errorf("plain text is\n%s\nnot\n%s", got, want)
	}
}

// TestSpaces: what is typed with any number of spaces comes back from the HTML that is sent, some of the spaces as such that do not break.
func TestSpaces(t *testing.T) {
	for _, s := range []string{"a  b", " a", "a ", "   ", "a    b  c ", "x"} {
		d := New()
		d.Insert(at(0, 0), s, nil, false)
		back, err := Load(d.HTML())
		if err != nil || strings.ReplaceAll(back.Text(0), "\u00a0", " ") != s || back.HTML() != d.HTML() {
			t.Errorf("%q comes back as %q (%v)", s, back.Text(0), err)
		}
	}
}

// TestRandom does thousands of commands at random places: nothing panics, every place stays valid, what is written reads back the same, and undo to the start
// brings the first document back.
func TestRandom(t *testing.T) {
	seeds := []string{"", "<div>One <b>two</b> three</div><ul><li>a</li><li>b<ol><li>c</li></ol></li></ul><blockquote><p>q</p><p>r</p></blockquote>",
		`<table><tr><td><p>x</p><p>y</p></td><td>z</td></tr><tr><td colspan=2><table><tr><td>inner</td></tr></table></td></tr></table><div>after</div>`,
		"<h1>Head</h1><pre>code  x\n y</pre><hr><div>👩‍👩‍👧 שלום <i>é</i></div>"}
	for n := 0; n < 60; n++ {
		r := rand.New(rand.NewSource(int64(n)))
		d := load(t, seeds[n%len(seeds)])
		was := d.Fragment()
		var log []string
		place := func() Pos {
			l := r.Intn(d.Leaves())
			return d.Clamp(Pos{l, r.Intn(len(d.Text(l)) + 1)})
		}
		for k := 0; k < 200; k++ {
			sel := Selection{place(), place()}
			if r.Intn(2) == 0 {
				sel.To = sel.From
			}
			c := r.Intn(19)
			log = append(log, fmt.Sprint(c, sel))
			switch c {
			case 0, 1:
				d.Typed(sel, string("ab *-_~`>1."[r.Intn(11)]), nil, true)
			case 2:
				d.Insert(sel, "x\ny z", nil, false)
			case 3:
				d.Split(sel.From)
			case 4:
				d.Backspace(sel)
			case 5:
				d.DeleteForward(sel)
			case 6:
				d.Toggle(sel, Mark(r.Intn(5)))
			case 7:
				d.SetMark(sel, Link, "https://example.com/")
			case 8:
				d.SetKind(sel, []Kind{Line, Heading1, Pre, Bullets, Numbers}[r.Intn(5)])
			case 9:
				d.Indent(sel)
			case 10:
				d.Outdent(sel)
			case 11:
				d.Quote(sel)
			case 12:
				d.Rule(sel.From)
			case 13:
				d.Picture(sel, "cid:a@example.com", "x", 10)
			case 14:
				_, _ = d.Paste(sel, "<p>p<b>q</b></p><ul><li>r</li></ul>", false)
			case 15:
				d.Break(sel)
			case 16:
				d.Undo()
			case 17:
				d.Redo()
			case 18:
				d.ClearMarks(sel)
			}
			if d.Leaves() < 1 {
				t.Fatalf("seed %d: nothing is left after %v", n, log)
			}
			for i := 0; i < d.Leaves(); i++ {
				if d.Node(i) == nil {
					t.Fatalf("seed %d: leaf %d has no node after %v", n, i, log)
				}
			}
		}
		page := d.HTML()
		back, err := Load(page)
		if err != nil {
			t.Fatal(err)
		}
		if again := back.HTML(); again != page {
			t.Fatalf("seed %d: the document reads back as\n%s\nnot\n%s", n, again, page)
		}
		for ok := true; ok; {
			_, ok = d.Undo()
		}
		if got := d.Fragment(); got != was {
			t.Fatalf("seed %d: undo to the start gives\n%s\nnot\n%s", n, got, was)
		}
	}
}

func FuzzLoad(f *testing.F) {
	for _, s := range []string{"<p>a<b>b", "<table><td>x<div>y", "<ul>a<li>b", "<a><table><tr><td>x", "<pre> a\n", "<div style='a:b;c:\"'>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := Load(s)
		if err != nil {
			return
		}
		d.Insert(Selection{d.End(), d.End()}, "x", nil, true)
		d.Delete(Selection{Pos{}, d.End()})
		d.Undo()
		d.Plain()
		if _, err := Load(d.HTML()); err != nil && len(s) < 1000 {
			t.Fatalf("what was written is not read: %v", err)
		}
	})
}

func BenchmarkKey(b *testing.B) {
	d, _ := Load(strings.Repeat("<div>A line of some words that somebody wrote to somebody else, long enough to be two lines.</div>", 1000))
	p := Pos{500, 10}
	b.ResetTimer()
	for range b.N {
		p = d.Typed(Selection{p, p}, "x", nil, true)
	}
}

// A table or a list that is selected as a whole keeps its form when it is copied; a part of it is lines.
func TestCopyKeepsForm(t *testing.T) {
	d, err := Load("<div>ab</div><table><tbody><tr><td>1</td><td>2</td></tr><tr><td>3</td><td>4</td></tr></tbody></table><ul><li>x</li><li>y</li></ul>")
	if err != nil {
		t.Fatal(err)
	}
	text, page := d.Copy(Selection{Pos{0, 1}, d.End()})
	if text != "b\n1\t2\n3\t4\nx\ny" {
		t.Errorf("%q", text)
	}
	if page != "<div>b</div><table><tbody><tr><td>1</td><td>2</td></tr><tr><td>3</td><td>4</td></tr></tbody></table><ul><li>x</li><li>y</li></ul>" {
		t.Error(page)
	}
	if _, page = d.Copy(Selection{Pos{1, 0}, Pos{2, 1}}); page != "<div>1</div><div>2</div>" {
		t.Error(page)
	}
}
