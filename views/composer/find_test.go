package composer

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/views/html/edit"
)

func TestFindAndReplace(t *testing.T) {
	r := open(t, mail.Draft{To: []mail.Address{{Addr: "a@example.com"}}, Subject: "x", HTML: "<div>boat and <b>Boat</b></div><div>no boats</div>"}, formatted)
	e := r.c.rich
	was := r.c.Draft().HTML
	r.c.win.Canvas().Focus(e)
	e.TypedShortcut(&desktop.CustomShortcut{KeyName: fyne.KeyH, Modifier: fyne.KeyModifierShortcutDefault})
	f := r.c.find
	if f == nil || r.c.win.Canvas().Focused() != fyne.Focusable(f.words) {
		t.Fatal("Ctrl H does not open the search")
	}
	test.Type(f.words, "boat")
	f.now()
	if len(f.hits) != 3 || f.count.Text != "1 of 3" {
		t.Fatalf("%d places, %q", len(f.hits), f.count.Text)
	}
	f.words.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if e.Selection().To != (edit.Pos{Leaf: 0, Off: 13}) || f.count.Text != "2 of 3" {
		t.Errorf("Enter goes to %v, %q", e.Selection(), f.count.Text)
	}
	f.with.SetText("ship")
	f.replaceOne()
	if h := r.c.Draft().HTML; !strings.Contains(h, "<b>ship</b>") || len(f.hits) != 2 {
		t.Errorf("replacing one gives %s, %d left", h, len(f.hits))
	}
	f.replaceAll()
	if h := r.c.Draft().Text; h != "ship and ship\nno ships" && !strings.Contains(h, "no ships") || f.count.Text != "2 replaced" {
		t.Errorf("replacing all gives %q, %q", h, f.count.Text)
	}
	e.Undo()
	e.Undo()
	if h := r.c.Draft().HTML; h != was {
		t.Errorf("two undos lead to %s", h)
	}
	f.words.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if r.c.find != nil || r.c.win.Canvas().Focused() != fyne.Focusable(e) {
		t.Error("Escape does not close it")
	}
}

// The plain text has the same search, with the same keys.
func TestFindAndReplacePlain(t *testing.T) {
	r := open(t, mail.Draft{To: []mail.Address{{Addr: "a@example.com"}}, Subject: "x", Text: "boat and Boat\n> no boats"}, nil)
	e := r.c.text
	r.c.win.Canvas().Focus(e)
	e.TypedShortcut(&desktop.CustomShortcut{KeyName: fyne.KeyH, Modifier: fyne.KeyModifierShortcutDefault})
	f := r.c.find
	if f == nil || r.c.win.Canvas().Focused() != fyne.Focusable(f.words) {
		t.Fatal("Ctrl H does not open the search")
	}
	test.Type(f.words, "boat")
	f.now()
	if len(f.hits) != 3 || f.count.Text != "1 of 3" {
		t.Fatalf("%d places, %q", len(f.hits), f.count.Text)
	}
	f.words.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if e.SelectedText() != "Boat" || f.count.Text != "2 of 3" {
		t.Errorf("Enter goes to %q, %q", e.SelectedText(), f.count.Text)
	}
	f.with.SetText("longer ship")
	f.replaceOne()
	if x := e.Text(); x != "boat and longer ship\n> no boats" || len(f.hits) != 2 {
		t.Errorf("replacing one gives %q, %d left", x, len(f.hits))
	}
	f.replaceAll()
	if x := e.Text(); x != "longer ship and longer ship\n> no longer ships" || f.count.Text != "2 replaced" {
		t.Errorf("replacing all gives %q, %q", x, f.count.Text)
	}
	e.Undo()
	e.Undo()
	if x := e.Text(); x != "boat and Boat\n> no boats" {
		t.Errorf("two undos lead to %q", x)
	}
	f.words.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if r.c.find != nil || r.c.win.Canvas().Focused() != fyne.Focusable(e) {
		t.Error("Escape does not close it")
	}
}

func TestTableInTheText(t *testing.T) {
	r := open(t, mail.Draft{To: []mail.Address{{Addr: "a@example.com"}}, Subject: "x"}, formatted)
	e := r.c.rich
	r.c.pickTable()
	p, ok := r.c.win.Canvas().Focused().(*tablePicker)
	if !ok {
		t.Fatal("nothing asks for the size")
	}
	p.TypedKey(&fyne.KeyEvent{Name: fyne.KeyLeft})
	p.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	tab := &fyne.KeyEvent{Name: fyne.KeyTab}
	for i, w := range []string{"a", "b", "c", "d", "e"} {
		if i > 0 {
			e.TypedKey(tab)
		}
		test.Type(e, w)
	}
	if h := r.c.Draft().HTML; strings.Count(h, "<tr") != 3 || strings.Count(h, "<td") != 6 {
		t.Errorf("the table is %s", h)
	}
	if x := strings.Fields(r.c.Draft().Text); strings.Join(x, "") != "abcde" {
		t.Errorf("as plain text %q", r.c.Draft().Text)
	}
}
