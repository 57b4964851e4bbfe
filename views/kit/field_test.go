package kit

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
)

func show(t *testing.T, o fyne.CanvasObject, w, h float32) fyne.Window {
	t.Helper()
	test.NewTempApp(t)
	fyne.CurrentApp().Settings().SetTheme(&Theme{})
	win := test.NewTempWindow(t, o)
	win.SetPadded(false)
	win.Resize(fyne.NewSize(w, h))
	return win
}

func ctrl(k fyne.KeyName) *desktop.CustomShortcut {
	return &desktop.CustomShortcut{KeyName: k, Modifier: fyne.KeyModifierShortcutDefault}
}

func key(k fyne.KeyName) *fyne.KeyEvent { return &fyne.KeyEvent{Name: k} }

func TestFieldEdits(t *testing.T) {
	f := NewField("Name")
	var told []string
	f.OnChanged = func(s string) { told = append(told, s) }
	w := show(t, f, 200, 36)
	w.Canvas().Focus(f)
	test.Type(f, "ada lovelace")
	f.TypedShortcut(ctrl(fyne.KeyLeft))
	test.Type(f, "K. ")
	if f.Text() != "ada K. lovelace" {
		t.Fatalf("text %q", f.Text())
	}
	f.TypedKey(key(fyne.KeyHome))
	f.KeyDown(key(desktop.KeyShiftLeft))
	for range 3 {
		f.TypedKey(key(fyne.KeyRight))
	}
	f.KeyUp(key(desktop.KeyShiftLeft))
	test.Type(f, "A")
	if f.Text() != "A K. lovelace" {
		t.Fatalf("typing over a selection: %q", f.Text())
	}
	f.TypedShortcut(&fyne.ShortcutUndo{})
	if f.Text() != "ada K. lovelace" {
		t.Fatalf("undo: %q", f.Text())
	}
	f.TypedShortcut(&fyne.ShortcutRedo{})
	f.TypedShortcut(ctrl(fyne.KeyDelete))
	if f.Text() != "A lovelace" && f.Text() != "A. lovelace" {
		t.Fatalf("delete word: %q", f.Text())
	}
	if told[len(told)-1] != f.Text() {
		t.Errorf("told %q last", told[len(told)-1])
	}
}

func TestFieldGraphemes(t *testing.T) {
	f := NewField("")
	w := show(t, f, 200, 36)
	w.Canvas().Focus(f)
	f.SetText("a👩‍👩‍👧e\u0301")
	f.TypedKey(key(fyne.KeyBackspace))
	if f.Text() != "a👩‍👩‍👧" {
		t.Fatalf("accent stays: %q", f.Text())
	}
	f.TypedKey(key(fyne.KeyBackspace))
	if f.Text() != "a" {
		t.Fatalf("family stays: %q", f.Text())
	}
}

func TestPasswordIsNotCopied(t *testing.T) {
	f := NewPasswordField("Password")
	w := show(t, f, 200, 36)
	w.Canvas().Focus(f)
	clip := test.NewClipboard()
	clip.SetContent("before")
	f.SetText("secret")
	f.SelectAll()
	f.TypedShortcut(&fyne.ShortcutCopy{Clipboard: clip})
	f.TypedShortcut(&fyne.ShortcutCut{Clipboard: clip})
	if clip.Content() != "before" || f.Text() != "secret" {
		t.Errorf("clipboard %q, field %q", clip.Content(), f.Text())
	}
	clip.SetContent(" pasted\n")
	f.TypedShortcut(&fyne.ShortcutPaste{Clipboard: clip})
	if f.Text() != "pasted" {
		t.Errorf("pasted %q", f.Text())
	}
}

func TestFieldForwardsForeignShortcuts(t *testing.T) {
	f := NewField("")
	var got fyne.Shortcut
	f.OnShortcut = func(s fyne.Shortcut) { got = s }
	show(t, f, 100, 36)
	f.TypedShortcut(ctrl(fyne.KeyReturn))
	if c, ok := got.(*desktop.CustomShortcut); !ok || c.KeyName != fyne.KeyReturn {
		t.Errorf("got %v", got)
	}
}

func TestCheckRadioSwitch(t *testing.T) {
	n := 0
	c := NewCheck("On", false, func(bool) { n++ })
	r := NewRadio("One", false, func() { n++ })
	s := NewSwitch("Notify", true, func(bool) { n++ })
	show(t, Col(4, c, r, s), 200, 100)
	test.Tap(c)
	test.Tap(r)
	test.Tap(r)
	s.TypedRune(' ')
	if !c.On || !r.On || s.On || n != 3 {
		t.Errorf("check %t radio %t switch %t after %d changes", c.On, r.On, s.On, n)
	}
	c.Disable()
	test.Tap(c)
	if !c.On {
		t.Error("a disabled check box moved")
	}
}

func TestChoiceByKeysAndList(t *testing.T) {
	got := -1
	c := NewChoice([]string{"Everything", "Last 30 days", "Last 90 days"}, 0, func(i int) { got = i })
	w := show(t, c, 300, 200)
	c.TypedKey(key(fyne.KeyDown))
	if got != 1 || c.Value() != "Last 30 days" {
		t.Fatalf("down chose %d %q", got, c.Value())
	}
	c.Open()
	l, ok := w.Canvas().Focused().(*optionList)
	if !ok {
		t.Fatal("the open list has no focus")
	}
	l.TypedKey(key(fyne.KeyDown))
	l.TypedKey(key(fyne.KeyReturn))
	if got != 2 || w.Canvas().Overlays().Top() != nil {
		t.Errorf("chose %d, list still there: %t", got, w.Canvas().Overlays().Top() != nil)
	}
}

func TestParaWrapsAndCuts(t *testing.T) {
	show(t, NewLabel("", Body13, Text), 10, 10)
	p := NewRuns([]Run{{Text: "Using that name ", Ink: Text2}, {Text: "keeps the connection protected", Bold: true, Ink: Text}}, Body13, 19, 120)
	out, rows := p.pieces()
	if rows < 3 {
		t.Fatalf("%d rows", rows)
	}
	for _, c := range out {
		if w := Width(c.text, p.style(c.run)); c.x+w > 124 {
			t.Errorf("%q ends at %v", c.text, c.x+w)
		}
	}
	p.Most = 1
	if _, rows := p.pieces(); rows != 1 {
		t.Errorf("cut to %d rows", rows)
	}
}
