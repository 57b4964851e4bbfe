package kit

import (
	"os"
	"path/filepath"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/storage"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"
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

// What the answer opens keeps the keys, also when the toolkit closes the dialog for files after it, as it does when a file is overwritten.
func TestKeysOfWhatTheAnswerOpens(t *testing.T) {
	test.NewTempApp(t)
	w := test.NewTempWindow(t, NewLabel("Below", Body13, Text))
	w.Resize(fyne.NewSize(1000, 700))
	below := 0
	w.Canvas().SetOnTypedKey(func(*fyne.KeyEvent) { below++ })
	var opened *Dialog
	d := dialog.NewFileSave(func(u fyne.URIWriteCloser, err error) {
		if u != nil {
			u.Close()
		}
		opened = NewDialog(w.Canvas(), NarrowDialog, NewLabel("Working", Body13, Text))
		opened.Open()
	}, w)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "there.txt"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	at, err := storage.ListerForURI(storage.NewFileURI(dir))
	if err != nil {
		t.Fatal(err)
	}
	d.SetLocation(at)
	d.SetFileName("there.txt")
	ShowFiles(d, w.Canvas(), "Save", "Keep it")
	press := func(text string) {
		t.Helper()
		var found *widget.Button
		var walk func(o fyne.CanvasObject)
		walk = func(o fyne.CanvasObject) {
			switch o := o.(type) {
			case *widget.Button:
				if o.Text == text {
					found = o
				}
			case *fyne.Container:
				for _, c := range o.Objects {
					walk(c)
				}
			case fyne.Widget:
				for _, c := range test.WidgetRenderer(o).Objects() {
					walk(c)
				}
			}
		}
		walk(w.Canvas().Overlays().Top())
		if found == nil {
			t.Fatalf("there is no button %q", text)
		}
		found.OnTapped()
	}
	press("Keep it")
	press("Yes")
	if opened == nil || !opened.Shown() {
		t.Fatal("the answer opened nothing")
	}
	esc := &fyne.KeyEvent{Name: fyne.KeyEscape}
	w.Canvas().OnTypedKey()(esc)
	if opened.Shown() || below != 0 {
		t.Errorf("after Escape: shown %v, the window below got %d keys", opened.Shown(), below)
	}
	w.Canvas().OnTypedKey()(esc)
	if below != 1 {
		t.Error("the window does not get its keys back")
	}
}

func TestAFileThatCannotBeUsedIsSaid(t *testing.T) {
	test.NewTempApp(t)
	w := test.NewTempWindow(t, NewLabel("Below", Body13, Text))
	w.Resize(fyne.NewSize(1000, 700))
	c := w.Canvas()
	if !Chosen(c, true, nil) || Chosen(c, false, nil) || c.Overlays().Top() != nil {
		t.Fatal("a choice, or none, is taken for a fault")
	}
	if Chosen(c, false, &os.PathError{Op: "open", Path: "/x", Err: os.ErrPermission}) || TopOverlay(c) == nil {
		t.Fatal("nothing is said of a file that cannot be written")
	}
	b, ok := c.Focused().(*Button)
	if !ok {
		t.Fatalf("the keys go to %T", c.Focused())
	}
	b.OnTapped()
	if TopOverlay(c) != nil {
		t.Error("it stays")
	}
}
