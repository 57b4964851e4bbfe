package editor

import (
	"math/rand/v2"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"github.com/postrider/postrider/views/kit"
)

func open(t testing.TB, text string) (*Editor, fyne.Window) {
	test.NewApp()
	t.Cleanup(func() { test.NewApp() })
	kit.Choose(kit.ModeLight, false)
	e := New()
	w := test.NewWindow(e)
	t.Cleanup(w.Close)
	w.SetPadded(false)
	w.Resize(fyne.NewSize(400, 300))
	e.SetText(text)
	w.Canvas().Focus(e)
	return e, w
}

func key(e *Editor, names ...fyne.KeyName) {
	for _, n := range names {
		e.TypedKey(&fyne.KeyEvent{Name: n})
	}
}

func shifted(e *Editor, names ...fyne.KeyName) {
	e.KeyDown(&fyne.KeyEvent{Name: desktop.KeyShiftLeft})
	key(e, names...)
	e.KeyUp(&fyne.KeyEvent{Name: desktop.KeyShiftLeft})
}

func ctrl(e *Editor, n fyne.KeyName, m fyne.KeyModifier) {
	e.TypedShortcut(&desktop.CustomShortcut{KeyName: n, Modifier: fyne.KeyModifierShortcutDefault | m})
}

func TestTypingAndKeys(t *testing.T) {
	e, _ := open(t, "")
	changed := 0
	e.OnChanged = func() { changed++ }
	test.Type(e, "Hello world")
	key(e, fyne.KeyReturn)
	test.Type(e, "second")
	key(e, fyne.KeyHome, fyne.KeyBackspace)
	test.Type(e, ", ")
	if e.Text() != "Hello world, second" {
		t.Fatalf("text %q", e.Text())
	}
	ctrl(e, fyne.KeyLeft, 0)
	ctrl(e, fyne.KeyLeft, fyne.KeyModifierShift)
	if e.SelectedText() != "world" && e.SelectedText() != "world, " {
		t.Errorf("selected %q", e.SelectedText())
	}
	ctrl(e, fyne.KeyHome, 0)
	shifted(e, fyne.KeyEnd)
	if e.SelectedText() != "Hello world, second" {
		t.Errorf("selected %q", e.SelectedText())
	}
	clip := test.NewClipboard()
	e.TypedShortcut(&fyne.ShortcutCut{Clipboard: clip})
	e.TypedShortcut(&fyne.ShortcutPaste{Clipboard: clip})
	e.TypedShortcut(&fyne.ShortcutPaste{Clipboard: clip})
	if e.Text() != "Hello world, secondHello world, second" {
		t.Errorf("text %q", e.Text())
	}
	e.TypedShortcut(&fyne.ShortcutUndo{})
	e.TypedShortcut(&fyne.ShortcutUndo{})
	if e.Text() != "" {
		t.Errorf("after undo of paste: %q", e.Text())
	}
	e.TypedShortcut(&fyne.ShortcutUndo{})
	if e.Text() != "Hello world, second" {
		t.Errorf("after undo of cut: %q", e.Text())
	}
	if changed < 20 {
		t.Errorf("told of %d changes", changed)
	}
}

func TestUpAndDownKeepTheColumn(t *testing.T) {
	e, _ := open(t, "a long first line\nx\nanother long line")
	e.MoveTo(Pos{0, 10})
	key(e, fyne.KeyDown)
	if e.CursorPos() != (Pos{1, 1}) {
		t.Fatalf("at %v", e.CursorPos())
	}
	key(e, fyne.KeyDown)
	if p := e.CursorPos(); p.Para != 2 || p.Off < 8 || p.Off > 12 {
		t.Errorf("column lost: %v", p)
	}
	key(e, fyne.KeyUp, fyne.KeyUp, fyne.KeyUp)
	if e.CursorPos() != (Pos{}) {
		t.Errorf("at %v", e.CursorPos())
	}
}

func TestMouse(t *testing.T) {
	e, _ := open(t, "one two three\nfour")
	down := func(x, y float32, m fyne.KeyModifier) {
		ev := &desktop.MouseEvent{Button: desktop.MouseButtonPrimary, Modifier: m}
		ev.Position = fyne.NewPos(x, y)
		e.MouseDown(ev)
		e.MouseUp(ev)
	}
	x := e.PadX + e.rowX("one t")
	down(x, e.PadY+5, 0)
	if e.CursorPos() != (Pos{0, 5}) {
		t.Fatalf("click at %v", e.CursorPos())
	}
	down(x, e.PadY+5, 0)
	if e.SelectedText() != "two" {
		t.Errorf("double click selects %q", e.SelectedText())
	}
	down(x, e.PadY+5, 0)
	if e.SelectedText() != "one two three\n" {
		t.Errorf("triple click selects %q", e.SelectedText())
	}
	down(e.PadX+1, e.PadY+e.LineHeight+5, 0)
	down(390, e.PadY+5, fyne.KeyModifierShift)
	if e.SelectedText() != "\n" {
		t.Errorf("shift click selects %q", e.SelectedText())
	}
	down(e.PadX, e.PadY+5, 0)
	ev := &desktop.MouseEvent{Button: desktop.MouseButtonPrimary}
	ev.Position = fyne.NewPos(e.PadX+60, e.PadY+200)
	e.click = kit.Clicks{}
	e.MouseDown(&desktop.MouseEvent{Button: desktop.MouseButtonPrimary, PointEvent: fyne.PointEvent{Position: fyne.NewPos(e.PadX, e.PadY+5)}})
	e.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(e.PadX+e.rowX("one"), e.PadY+5)}})
	if e.SelectedText() != "one" {
		t.Errorf("drag selects %q", e.SelectedText())
	}
}

func TestScrollFollowsTheCursor(t *testing.T) {
	e, _ := open(t, strings.Repeat("line\n", 200))
	ctrl(e, fyne.KeyEnd, 0)
	if want := e.height() - e.Size().Height; e.top < want-e.PadY-10 {
		t.Errorf("top %v, want near %v", e.top, want)
	}
	ctrl(e, fyne.KeyHome, 0)
	if e.top != 0 {
		t.Errorf("top %v at the start", e.top)
	}
	e.Scrolled(&fyne.ScrollEvent{Scrolled: fyne.NewDelta(0, -50)})
	if e.top != 100 {
		t.Errorf("wheel moved to %v", e.top)
	}
	test.Type(e, "x")
	if e.top != 0 {
		t.Error("typing does not bring the cursor back on screen")
	}
}

func TestOnlyVisibleRowsAreDrawn(t *testing.T) {
	e, w := open(t, strings.Repeat("a line of the text\n", 5000))
	w.Canvas().Capture()
	if n := len(test.WidgetRenderer(e).Objects()); n > 30 {
		t.Errorf("%d objects are drawn", n)
	}
}

// TestRandomKeys drives the widget and a plain string side by side.
func TestRandomKeys(t *testing.T) {
	e, _ := open(t, "")
	model, at := "", 0
	rnd := rand.New(rand.NewPCG(3, 4))
	for i := range 1500 {
		switch rnd.IntN(6) {
		case 0:
			if at > 0 {
				model, at = model[:at-1]+model[at:], at-1
			}
			key(e, fyne.KeyBackspace)
		case 1:
			if at < len(model) {
				model = model[:at] + model[at+1:]
			}
			key(e, fyne.KeyDelete)
		case 2:
			at = max(0, at-1)
			key(e, fyne.KeyLeft)
		case 3:
			at = min(len(model), at+1)
			key(e, fyne.KeyRight)
		case 4:
			model, at = model[:at]+"\n"+model[at:], at+1
			key(e, fyne.KeyReturn)
		default:
			s := "word "[rnd.IntN(5):][:1]
			model, at = model[:at]+s+model[at:], at+1
			test.Type(e, s)
		}
		if e.Text() != model || flat(e.buf, e.CursorPos()) != at {
			t.Fatalf("step %d: %q at %d, want %q at %d", i, e.Text(), flat(e.buf, e.CursorPos()), model, at)
		}
	}
}

func TestTabIsTextAndShiftTabLeaves(t *testing.T) {
	e, _ := open(t, "")
	if !e.AcceptsTab() {
		t.Fatal("Tab leaves the text")
	}
	key(e, fyne.KeyTab)
	if e.Text() != "\t" {
		t.Errorf("text %q", e.Text())
	}
	e.KeyDown(&fyne.KeyEvent{Name: desktop.KeyShiftLeft})
	if e.AcceptsTab() {
		t.Error("Shift Tab does not leave")
	}
}

func benchText() string {
	var b strings.Builder
	for b.Len() < 100_000 {
		b.WriteString("Several words that make up a line of an ordinary message, long enough to be wrapped once or twice in the window.\n")
	}
	return b.String()
}

func benchKeys(b *testing.B, text string, at Pos) {
	e, w := open(b, text)
	w.Resize(fyne.NewSize(920, 600))
	e.MoveTo(at)
	b.ResetTimer()
	for i := range b.N {
		e.TypedRune(rune('a' + i%26))
		if i%40 == 39 {
			e.TypedRune(' ')
		}
	}
}

// BenchmarkKeyIn100kB types in the middle of 100 kB in lines.
func BenchmarkKeyIn100kB(b *testing.B) { benchKeys(b, benchText(), Pos{450, 20}) }

// BenchmarkKeyInOneParagraph types in one paragraph of 100 kB.
func BenchmarkKeyInOneParagraph(b *testing.B) {
	benchKeys(b, strings.ReplaceAll(benchText(), "\n", " "), Pos{0, 50_000})
}

// BenchmarkEnterIn100kB splits paragraphs.
func BenchmarkEnterIn100kB(b *testing.B) {
	e, w := open(b, benchText())
	w.Resize(fyne.NewSize(920, 600))
	e.MoveTo(Pos{450, 20})
	b.ResetTimer()
	for range b.N {
		e.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	}
}
