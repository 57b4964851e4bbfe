package kit

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
)

// TestAskText: white space is no answer and none of it is given on, Enter answers, Escape leaves without.
func TestAskText(t *testing.T) {
	w := show(t, NewRoot(Gap(10, 10)), 800, 600)
	var got []string
	ask := func(text string) (*Dialog, *Field) {
		f := NewField("Name")
		f.SetText(text)
		return AskText(w.Canvas(), "A name", f, "Make", func(s string) { got = append(got, s) }, NewLabel("more", Body13, Text)), f
	}
	d, f := ask("  ")
	if w.Canvas().Focused() != f {
		t.Error("the keyboard is elsewhere")
	}
	f.TypedKey(key(fyne.KeyReturn))
	if !d.Shown() || got != nil {
		t.Errorf("white space was taken: %q", got)
	}
	f.TypedKey(key(fyne.KeyEscape))
	if d.Shown() || got != nil {
		t.Errorf("Escape: shown %v, %q", d.Shown(), got)
	}
	d, f = ask("old")
	test.Type(f, " new ") // what was there is selected
	f.TypedKey(key(fyne.KeyReturn))
	if d.Shown() || len(got) != 1 || got[0] != "new" {
		t.Errorf("Enter: shown %v, %q", d.Shown(), got)
	}
}
