package kit

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/test"
)

func TestEscapeClosesTheDialogForFilesAlone(t *testing.T) {
	test.NewTempApp(t)
	w := test.NewTempWindow(t, NewLabel("Below", Body13, Text))
	w.Resize(fyne.NewSize(1000, 700))
	below := 0
	w.Canvas().SetOnTypedKey(func(*fyne.KeyEvent) { below++ })
	answered := false
	d := dialog.NewFileOpen(func(r fyne.URIReadCloser, err error) { answered = r != nil || err != nil }, w)
	ShowFiles(d, w.Canvas(), "Attach a file", "Attach")
	if w.Canvas().Overlays().Top() == nil {
		t.Fatal("no dialog")
	}
	w.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if w.Canvas().Overlays().Top() != nil || below != 0 || answered {
		t.Errorf("after Escape: dialog %v, the window below got %d keys, answered %v", w.Canvas().Overlays().Top(), below, answered)
	}
	w.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if below != 1 {
		t.Error("the window does not get its keys back")
	}
}
