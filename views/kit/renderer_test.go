package kit

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
)

// The toolkit forgets the renderer of what is hidden for some seconds and makes a new one when it is shown again, at the same size: it never
// asks for a layout then.
func TestANewRendererOfAWidgetWithASizeIsLaidOut(t *testing.T) {
	test.NewTempApp(t)
	inner := NewFill(Card)
	s := NewScroller(inner)
	w := test.NewTempWindow(t, s)
	w.Resize(fyne.NewSize(300, 200))
	want := inner.Size()
	if want.Width < 200 {
		t.Fatalf("the content is %v", want)
	}
	for _, first := range []func(fyne.WidgetRenderer){func(r fyne.WidgetRenderer) { r.Objects() }, func(r fyne.WidgetRenderer) { r.Refresh() }} {
		inner.Resize(fyne.NewSize(1, 1))
		first(s.CreateRenderer())
		if got := inner.Size(); got != want {
			t.Errorf("the content is %v, want %v", got, want)
		}
	}
}

func TestAButtonHandsOnTheKeysItDoesNotUse(t *testing.T) {
	test.NewTempApp(t)
	n := 0
	b := NewButton("Go", "", Plain, func() { n++ })
	w := test.NewTempWindow(t, b)
	var keys []fyne.KeyName
	runes := ""
	w.Canvas().SetOnTypedKey(func(e *fyne.KeyEvent) { keys = append(keys, e.Name) })
	w.Canvas().SetOnTypedRune(func(r rune) { runes += string(r) })
	w.Canvas().Focus(b)
	for _, k := range []fyne.KeyName{fyne.KeyReturn, fyne.KeySpace, fyne.KeyF6, fyne.KeyEscape} {
		b.TypedKey(&fyne.KeyEvent{Name: k})
	}
	b.TypedRune(' ')
	b.TypedRune('j')
	if n != 2 || len(keys) != 2 || keys[0] != fyne.KeyF6 || keys[1] != fyne.KeyEscape || runes != "j" {
		t.Errorf("pressed %d times, handed on %v and %q", n, keys, runes)
	}
}
