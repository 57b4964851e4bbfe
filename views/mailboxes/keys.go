package mailboxes

import (
	"slices"

	"fyne.io/fyne/v2"

	"github.com/postrider/postrider/views/kit"
)

var _ fyne.Focusable = (*tree)(nil)

// Focus gives the keyboard to the list of mailboxes of a canvas.
func (s *Sidebar) Focus(c fyne.Canvas) { c.Focus(s.tree) }

// Focus gives the keyboard to the first button.
func (r *Rail) Focus(c fyne.Canvas) { c.Focus(r.mail) }

// FocusGained implements fyne.Focusable.
func (t *tree) FocusGained() {
	t.focus = true
	if t.line() < 0 {
		t.at = t.s.current
	}
	t.Refresh()
}

// FocusLost implements fyne.Focusable.
func (t *tree) FocusLost() { t.focus = false; t.Refresh() }

// line is the index of the line that the keys are on, -1 = none.
func (t *tree) line() int {
	return slices.IndexFunc(t.s.items, func(it item) bool { return it.key == t.at })
}

// TypedRune hands letters on: they are the window's keys.
func (t *tree) TypedRune(r rune) {
	if r != ' ' {
		kit.PassRune(t, r)
		return
	}
	t.act()
}

// TypedKey moves through the lines, opens and folds.
func (t *tree) TypedKey(e *fyne.KeyEvent) {
	i := t.line()
	switch e.Name {
	case fyne.KeyDown:
		t.reach(i + 1)
	case fyne.KeyUp:
		t.reach(i - 1)
	case fyne.KeyHome:
		t.reach(0)
	case fyne.KeyEnd:
		t.reach(len(t.s.items) - 1)
	case fyne.KeyReturn, fyne.KeyEnter:
		t.act()
	case fyne.KeySpace: // its rune does it
	case fyne.KeyLeft:
		if i < 0 {
			return
		}
		if it := t.s.items[i]; it.twisty == 1 {
			t.s.fold(it.key)
			return
		}
		for k := i - 1; k >= 0; k-- { // up to what it is in
			if it := t.s.items[k]; it.kind == kindAccount || it.level < t.s.items[i].level {
				t.reach(k)
				return
			}
		}
	case fyne.KeyRight:
		if i >= 0 && t.s.items[i].twisty == 2 {
			t.s.fold(t.s.items[i].key)
		} else if i >= 0 && t.s.items[i].twisty == 1 {
			t.reach(i + 1)
		}
	default:
		kit.PassKey(t, e)
	}
}

func (t *tree) reach(i int) {
	if i < 0 || i >= len(t.s.items) {
		return
	}
	t.at = t.s.items[i].key
	t.s.scroll.Reveal(t.y(i), rowH)
	t.Refresh()
}

// act opens the line, or folds what only holds others.
func (t *tree) act() {
	i := t.line()
	if i < 0 {
		return
	}
	if it := t.s.items[i]; it.kind == kindAccount || it.dim {
		t.s.fold(it.key)
	} else {
		t.s.open(it.key)
	}
}
