package views

import (
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/views/kit"
	"github.com/postrider/postrider/views/list"
	"github.com/postrider/postrider/views/viewtest"
)

func TestReaderBelowTheList(t *testing.T) {
	b := start(t, viewtest.Options{})
	b.w.change(func(s *app.Settings) { list.PlaceReader(s, "below") })
	l, r := b.w.list, b.w.read
	if l.Position().X != r.Position().X || l.Size().Width != 1440-56-236 || r.Size().Width != l.Size().Width {
		t.Errorf("list at %v %v, reader at %v %v", l.Position(), l.Size(), r.Position(), r.Size())
	}
	if l.Size().Height+r.Size().Height != 900 || r.Position().Y != l.Size().Height || b.w.splitB.Visible() || !b.w.splitC.Visible() {
		t.Errorf("list %v, reader %v at %v", l.Size(), r.Size(), r.Position())
	}
	if b.w.settings.Density != "table" {
		t.Errorf("a list of the whole width has %s rows", b.w.settings.Density)
	}
	was := r.Size().Height
	b.w.splitC.Dragged(&fyne.DragEvent{Dragged: fyne.NewDelta(0, -100)})
	if r.Size().Height != was+100 {
		t.Errorf("dragged up by 100 px the reader went from %v to %v", was, r.Size().Height)
	}
	b.w.splitC.Dragged(&fyne.DragEvent{Dragged: fyne.NewDelta(0, -2000)})
	if l.Size().Height < 200 {
		t.Errorf("the list has %v px left", l.Size().Height)
	}
	b.w.splitC.DragEnd()
	b.Until("the height in the settings", func() bool { return b.c.Settings().ReaderPx == b.w.readH })
	b.w.change(func(s *app.Settings) { list.PlaceReader(s, "right") })
	if l.Size().Height != 900 || r.Size().Height != 900 || b.w.settings.Density != "standard" {
		t.Errorf("back at the right: list %v, reader %v, rows %s", l.Size(), r.Size(), b.w.settings.Density)
	}
}

func TestNoReaderOpensByEnterAndMarksReadThen(t *testing.T) {
	b := start(t, viewtest.Options{})
	b.w.change(func(s *app.Settings) { list.PlaceReader(s, "off"); s.MarkRead = 0 })
	if b.w.read.Visible() || !b.w.list.Visible() {
		t.Fatal("the reader is there")
	}
	seen := func() bool { return slices.Contains(b.c.Calls(), "SetFlags seen/") }
	b.w.rune('j')
	b.w.rune('j')
	if b.cursor().Flags.Has(mail.Seen) {
		t.Fatal("the second row should be unread")
	}
	b.Settle(200 * time.Millisecond)
	if seen() {
		t.Error("a message that nobody saw was marked read")
	}
	b.w.key(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if !b.w.read.Visible() || b.w.list.Visible() {
		t.Fatal("Enter does not open it")
	}
	b.Until("the read mark", seen)
	b.w.key(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if b.w.read.Visible() || !b.w.list.Visible() {
		t.Error("Escape does not lead back to the list")
	}
}

func TestListOfKeysFitsTheSmallestWindow(t *testing.T) {
	b := start(t, viewtest.Options{})
	b.w.win.Resize(fyne.NewSize(760, 520))
	b.w.help()
	o := kit.TopOverlay(b.w.win.Canvas())
	if o == nil {
		t.Fatal("no list of keys")
	}
	if z := o.Content.MinSize(); z.Width > 744 || z.Height > 504 {
		t.Errorf("it needs %v", z)
	}
	for _, k := range keyHelp {
		if kit.Width(k.keys, kit.Small12B) > 124 || kit.Width(k.does, kit.Small12) > 324-124-8 {
			t.Errorf("%q %q is cut", k.keys, k.does)
		}
	}
}
