package views

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"github.com/postrider/postrider/views/kit"
	"github.com/postrider/postrider/views/viewtest"
)

// keyed is a page that notes its keys.
type keyed struct {
	fyne.CanvasObject
	got    []fyne.KeyName
	prints int
}

func (k *keyed) Key(e *fyne.KeyEvent) bool { k.got = append(k.got, e.Name); return true }
func (k *keyed) Print()                    { k.prints++ }

// Keys that nothing has focus for are the page's, Ctrl P prints it, Escape leads back to the mail.
func TestKeysOfPages(t *testing.T) {
	b := start(t, viewtest.Options{})
	defer b.c.CloseShelves()
	b.w.ShowPeople()
	k := &keyed{CanvasObject: b.w.page}
	b.w.page = k
	b.w.win.Canvas().Unfocus()
	before := b.cursor().ID
	b.w.key(&fyne.KeyEvent{Name: fyne.KeyDown})
	b.w.key(&fyne.KeyEvent{Name: fyne.KeyM})
	if len(k.got) != 2 || k.got[0] != fyne.KeyDown || k.got[1] != fyne.KeyM || b.cursor().ID != before {
		t.Errorf("the page got %v", k.got)
	}
	b.w.shortcut(&desktop.CustomShortcut{KeyName: fyne.KeyP, Modifier: fyne.KeyModifierShortcutDefault})
	if k.prints != 1 {
		t.Errorf("printed %d times", k.prints)
	}
	b.w.page = k.CanvasObject
	var inPage *kit.Field
	for _, o := range test.LaidOutObjects(b.w.win.Content()) {
		if f, ok := o.(*kit.Field); ok && f.Name == "Search contacts" {
			inPage = f
		}
	}
	if b.w.win.Canvas().Focus(inPage); !inPage.Focused() {
		t.Fatal("the search does not take the keyboard")
	}
	b.w.key(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if b.w.page != nil {
		t.Error("Escape does not lead back to the mail")
	}
	if inPage.Focused() {
		t.Error("what is not shown keeps the keyboard")
	}
}
