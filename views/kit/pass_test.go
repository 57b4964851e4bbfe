package kit

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
)

func TestControlsHandOnTheKeysThatTheyDoNotUse(t *testing.T) {
	test.NewTempApp(t)
	changed := 0
	for name, o := range map[string]fyne.Focusable{
		"check": NewCheck("Check", false, func(bool) { changed++ }), "radio": NewRadio("Radio", false, func() { changed++ }),
		"switch": NewSwitch("Switch", false, func(bool) { changed++ }), "select": NewChoice([]string{"A", "B"}, 0, func(int) { changed++ }),
	} {
		w := test.NewTempWindow(t, o.(fyne.CanvasObject))
		var keys []fyne.KeyName
		var runes []rune
		w.Canvas().SetOnTypedKey(func(e *fyne.KeyEvent) { keys = append(keys, e.Name) })
		w.Canvas().SetOnTypedRune(func(r rune) { runes = append(runes, r) })
		w.Canvas().Focus(o)
		changed = 0
		o.TypedRune('e')
		o.TypedKey(&fyne.KeyEvent{Name: fyne.KeyF6})
		if string(runes) != "e" || len(keys) != 1 || keys[0] != fyne.KeyF6 || changed != 0 {
			t.Errorf("%s: the window got %q and %v, %d changes", name, string(runes), keys, changed)
		}
		o.TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
		o.TypedRune(' ')
		if len(keys) != 1 || len(runes) != 1 {
			t.Errorf("%s: Space went on to the window", name)
		}
	}
}
