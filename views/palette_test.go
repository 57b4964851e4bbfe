package views

import (
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"github.com/postrider/postrider/views/kit"
	"github.com/postrider/postrider/views/viewtest"
)

// openPalette presses Ctrl K.
func openPalette(t *testing.T, b *bench) *kit.Launcher {
	t.Helper()
	b.w.shortcut(&desktop.CustomShortcut{KeyName: fyne.KeyK, Modifier: fyne.KeyModifierShortcutDefault})
	o := kit.TopOverlay(b.w.win.Canvas())
	if o == nil {
		t.Fatal("no palette")
	}
	p, ok := o.Content.(*kit.Panel).Content.(*kit.Launcher)
	if !ok {
		t.Fatalf("%T is open", o.Content.(*kit.Panel).Content)
	}
	return p
}

func offered(p *kit.Launcher) []string {
	var out []string
	for _, it := range p.Shown() {
		out = append(out, it.Text+" / "+it.Kind)
	}
	return out
}

func TestPaletteGoesAndMoves(t *testing.T) {
	b := start(t, viewtest.Options{})
	b.w.rune('j')
	p := openPalette(t, b)
	p.Type("harb")
	got := offered(p)
	if len(got) < 3 || got[0] != "Go to Harbour Terminal · Fjordlight Studio / Folder" || got[1] != "Move to Harbour Terminal / Action" || got[len(got)-1] != "Search mail for “harb” / Search" {
		t.Fatalf("offered %q", got)
	}
	b.Until("the people", func() bool {
		return slices.ContainsFunc(offered(p), func(s string) bool { return strings.HasPrefix(s, "Mail from ") })
	})
	b.w.win.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if at, _ := b.w.side.Current(); at.View.Mailbox != viewtest.Harbour || p.Open() {
		t.Errorf("Enter went to %+v", at)
	}
	b.Until("the mailbox", func() bool { return b.rows() == 1 })
	b.w.rune('j')
	p = openPalette(t, b)
	p.Type("move light")
	b.w.win.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	b.Until("the move", func() bool { return b.rows() == 0 })
}

func TestPaletteActsAndSearches(t *testing.T) {
	b := start(t, viewtest.Options{})
	p := openPalette(t, b)
	p.Type("archive")
	for _, s := range offered(p) {
		if s == "Archive / Action" {
			t.Error("archiving is offered where nothing is selected")
		}
	}
	b.w.win.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if p.Open() {
		t.Fatal("Escape does not close it")
	}
	b.w.rune('j')
	n := b.rows()
	p = openPalette(t, b)
	p.Type("archive")
	if offered(p)[0] != "Archive / Action" {
		t.Fatalf("offered %q", offered(p))
	}
	b.w.win.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	b.Until("one row less", func() bool { return b.rows() == n-1 })
	p = openPalette(t, b)
	p.Type("ferry")
	b.w.win.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyUp}) // from the first to the last
	b.w.win.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if got := b.w.list.View().Search; got != "ferry" {
		t.Errorf("searched for %q", got)
	}
	p = openPalette(t, b)
	p.Type("write priy")
	b.Until("Priya", func() bool { return slices.Contains(offered(p), "Write to Priya Raman / Person") })
	b.w.win.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if len(b.composed) != 1 || b.composed[0].Mailto != "mailto:priya@fjordlight.example" {
		t.Errorf("composed %+v", b.composed)
	}
}
