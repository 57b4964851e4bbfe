package rich

import (
	"image"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"github.com/postrider/postrider/views/html/display"
	"github.com/postrider/postrider/views/html/edit"
	"github.com/postrider/postrider/views/html/text"
	"github.com/postrider/postrider/views/kit"
)

var shaper = text.NewShaper(text.Settings{})

func newEditor(t testing.TB, page string) *Editor {
	t.Helper()
	a := test.NewTempApp(t)
	a.Settings().SetTheme(kit.NewTheme())
	e := New(&Pages{Shaper: shaper, Ink: "#142022", Size: "14px", Draw: func(*display.List, display.Rect, float64, *image.RGBA) error { return nil }}, func(func()) {})
	w := test.NewTempWindow(t, e)
	w.Resize(fyne.NewSize(640, 480))
	d, err := edit.Load(page)
	if err != nil {
		t.Fatal(err)
	}
	e.SetDoc(d)
	w.Canvas().Focus(e)
	return e
}

func keys(e *Editor, names ...fyne.KeyName) {
	for _, n := range names {
		e.TypedKey(&fyne.KeyEvent{Name: n})
	}
}

func write(e *Editor, s string) {
	for _, r := range s {
		if r == '\n' {
			keys(e, fyne.KeyReturn)
			continue
		}
		e.TypedRune(r)
	}
}

// TestPlaces: each place of a document has a spot on the page, and a click there leads back to it.
func TestPlaces(t *testing.T) {
	e := newEditor(t, `<div>One <b>two</b> three, and so many words that the line has to be broken somewhere before it ends at last, at the right.</div><div><br></div>
<ul><li>first</li><li>second<br>line</li></ul><blockquote><div>quoted</div></blockquote><table border=1><tr><td>cell</td><td></td></tr></table><div>שלום עולם</div>`)
	e.fit()
	for leaf := range e.doc.Leaves() {
		s := e.doc.Text(leaf)
		for off := 0; off <= len(s); off++ {
			if off < len(s) && s[off]&0xC0 == 0x80 {
				continue
			}
			r := e.caretRect(edit.Pos{Leaf: leaf, Off: off})
			if r.H < 5 {
				t.Fatalf("leaf %d, byte %d of %q has no place: %+v", leaf, off, s, r)
			}
			got := e.posXY(r.X-float64(e.Pad.Width), r.Y+r.H/2)
			if got.Leaf != leaf {
				t.Errorf("leaf %d, byte %d: a click there leads to %+v", leaf, off, got)
				continue
			}
			// A break of a line belongs to the end of one and the beginning of the next.
			if d := got.Off - off; d != 0 && (d > 1 || d < -1 || !strings.ContainsAny(s[min(off, got.Off):max(off, got.Off)], " \n")) {
				t.Errorf("leaf %d, byte %d of %q: a click there leads to byte %d", leaf, off, s, got.Off)
			}
		}
	}
}

func TestTyping(t *testing.T) {
	e := newEditor(t, "")
	write(e, "Hello Priya,\n\n- one\ntwo\n\nBye")
	if got, want := strings.ReplaceAll(strings.TrimSpace(e.doc.Fragment()), "\n", ""), "<div>Hello Priya,</div><div><br/></div><ul><li>one</li><li>two</li></ul><div>Bye</div>"; got != want {
		t.Fatalf("it is %s, not %s", got, want)
	}
	// Bold without a selection holds for what is typed next, also on a new line.
	e.Toggle(edit.Bold)
	write(e, " all\nof you")
	e.Toggle(edit.Bold)
	write(e, ".")
	if got := e.doc.Fragment(); !strings.Contains(got, "<div>Bye<b> all</b></div>\n<div><b>of you</b>.</div>") {
		t.Errorf("it is %s", got)
	}
	for range 50 {
		e.Undo()
	}
	if got := strings.TrimSpace(e.doc.Fragment()); got != "<div></div>" && got != "<div><br/></div>" {
		t.Errorf("undo to the start leaves %s", got)
	}
}

func TestKeys(t *testing.T) {
	e := newEditor(t, "<div>first line</div><div>second line</div><div>third</div>")
	keys(e, fyne.KeyDown, fyne.KeyEnd)
	if e.sel.To != (edit.Pos{Leaf: 1, Off: 11}) {
		t.Fatalf("down and end lead to %+v", e.sel.To)
	}
	keys(e, fyne.KeyUp)
	if e.sel.To.Leaf != 0 {
		t.Errorf("up leads to %+v", e.sel.To)
	}
	e.KeyDown(&fyne.KeyEvent{Name: desktop.KeyShiftLeft})
	keys(e, fyne.KeyDown, fyne.KeyDown)
	e.KeyUp(&fyne.KeyEvent{Name: desktop.KeyShiftLeft})
	if e.sel.From.Leaf != 0 || e.sel.To.Leaf != 2 {
		t.Errorf("shift and down select %+v", e.sel)
	}
	c := test.NewClipboard()
	e.TypedShortcut(&fyne.ShortcutCut{Clipboard: c})
	if !strings.Contains(c.Content(), "\nsecond line\n") {
		t.Errorf("what was cut is %q", c.Content())
	}
	e.TypedShortcut(&fyne.ShortcutPaste{Clipboard: c})
	if e.doc.Leaves() != 3 {
		t.Errorf("after pasting there are %d lines", e.doc.Leaves())
	}
}

func TestMouse(t *testing.T) {
	e := newEditor(t, "<div>one two three</div><div>four</div>")
	e.fit()
	at := func(leaf, off int) fyne.Position {
		r := e.caretRect(edit.Pos{Leaf: leaf, Off: off})
		return fyne.NewPos(float32(r.X), float32(r.Y+r.H/2-e.top))
	}
	down := func(p fyne.Position) {
		e.MouseDown(&desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: p}, Button: desktop.MouseButtonPrimary})
	}
	down(at(0, 5))
	e.MouseUp(nil)
	down(at(0, 5))
	e.MouseUp(nil)
	if lo, hi := e.order(); lo.Off != 4 || hi.Off != 7 {
		t.Errorf("a double click selects %+v", e.sel)
	}
	e.click = kit.Clicks{}
	down(at(0, 4))
	e.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: at(1, 2)}})
	e.DragEnd()
	e.Toggle(edit.Italic)
	if got := strings.ReplaceAll(e.doc.Fragment(), "\n", ""); got != "<div>one <i>two three</i></div><div><i>fo</i>ur</div>" {
		t.Errorf("italics by mouse: %s", got)
	}
}

func BenchmarkKey100kB(b *testing.B) {
	e := newEditor(b, strings.Repeat("<div>A line of some words that somebody wrote to somebody else, long enough to be two lines.</div>", 1100))
	e.Select(edit.Selection{From: edit.Pos{Leaf: 500, Off: 10}, To: edit.Pos{Leaf: 500, Off: 10}})
	b.ResetTimer()
	for range b.N {
		e.TypedRune('x')
		if len(e.doc.Text(500)) > 200 {
			b.StopTimer()
			e.Undo()
			b.StartTimer()
		}
	}
}

// TestBlanksInAQuotation: a picture of quoted mail that is not here keeps its place, with a frame and its words.
func TestBlanksInAQuotation(t *testing.T) {
	e := newEditor(t, `<div>My answer</div><blockquote><div><img src="https://example.com/pier.png" width="200" height="120" alt="Pier 4 at dusk"></div></blockquote>`)
	e.Resize(fyne.NewSize(640, 480))
	words := ""
	for _, o := range test.WidgetRenderer(e).Objects() {
		if x, ok := o.(*canvas.Text); ok {
			words += x.Text
		}
	}
	if words != "Pier 4 at dusk" {
		t.Errorf("%q is said", words)
	}
	e.SetDoc(must(edit.Load(`<div>Nothing quoted</div>`)))
	for _, o := range test.WidgetRenderer(e).Objects() {
		if x, ok := o.(*canvas.Text); ok && x.Visible() {
			t.Errorf("%q is still said", x.Text)
		}
	}
}

func must(d *edit.Doc, err error) *edit.Doc {
	if err != nil {
		panic(err)
	}
	return d
}
