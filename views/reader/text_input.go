package reader

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
)

func (t *textView) span() (pos, pos) {
	if t.selB.before(t.selA) {
		return t.selB, t.selA
	}
	return t.selA, t.selB
}

// Selected returns the selected text.
func (t *textView) Selected() string {
	a, b := t.span()
	if a == b {
		return ""
	}
	var out strings.Builder
	for i := a.line; i <= b.line && i < len(t.lines); i++ {
		s := t.lines[i].string()
		from, to := 0, len(s)
		if i == a.line {
			from = min(a.off, len(s))
		}
		if i == b.line {
			to = min(b.off, len(s))
		}
		if from < to {
			out.WriteString(s[from:to])
		}
		if i < b.line && !t.lines[i].soft {
			out.WriteByte('\n')
		}
	}
	return out.String()
}

// All returns the whole text.
func (t *textView) All() string {
	a, b := t.selA, t.selB
	t.selectAll()
	s := t.Selected()
	t.selA, t.selB = a, b
	return s
}

func (t *textView) selectAll() {
	t.selA = pos{}
	if n := len(t.lines); n > 0 {
		t.selB = pos{n - 1, len(t.lines[n-1].string())}
	}
}

func (t *textView) onPill(p fyne.Position) bool {
	return t.fold < len(t.blocks) && p.Y >= t.pill.Y && p.Y < t.pill.Y+18 && p.X < 40
}

// MouseDown begins a selection.
func (t *textView) MouseDown(e *desktop.MouseEvent) {
	if e.Button == desktop.MouseButtonSecondary {
		_, q := t.at(e.Position)
		link := ""
		if q != nil {
			link = q.link
		}
		if t.OnMenu != nil {
			t.OnMenu(e.AbsolutePosition, link)
		}
		return
	}
	if c := fyne.CurrentApp().Driver().CanvasForObject(t); c != nil {
		c.Focus(t)
	}
	p, _ := t.at(e.Position)
	t.selecting = true
	if e.Modifier&fyne.KeyModifierShift == 0 {
		t.selA = p
	}
	t.selB = p
	t.redraw()
}

// MouseUp opens the link or unfolds the history, when nothing was selected meanwhile.
func (t *textView) MouseUp(e *desktop.MouseEvent) {
	if !t.selecting {
		return
	}
	t.selecting = false
	if t.selA != t.selB {
		return
	}
	if t.onPill(e.Position) {
		t.folded = !t.folded
		t.arrange()
		if t.OnGrown != nil {
			t.OnGrown()
		}
		t.redraw()
		return
	}
	if _, q := t.at(e.Position); q != nil && q.link != "" && t.OnLink != nil {
		t.OnLink(q.label, q.link)
	}
}

// Dragged extends the selection.
func (t *textView) Dragged(e *fyne.DragEvent) {
	if t.selecting {
		t.selB, _ = t.at(e.Position)
		t.redraw()
	}
}

// DragEnd implements fyne.Draggable.
func (t *textView) DragEnd() { t.selecting = false }

func (t *textView) redraw() {
	if t.paint != nil {
		t.paint()
	}
}

// MouseIn implements desktop.Hoverable.
func (t *textView) MouseIn(e *desktop.MouseEvent) { t.MouseMoved(e) }

// MouseMoved shows where a link leads.
func (t *textView) MouseMoved(e *desktop.MouseEvent) {
	link := ""
	if _, q := t.at(e.Position); q != nil {
		link = q.link
	}
	if link != t.over {
		t.over = link
		if t.OnHover != nil {
			t.OnHover(link)
		}
	}
}

// MouseOut implements desktop.Hoverable.
func (t *textView) MouseOut() {
	if t.over != "" && t.OnHover != nil {
		t.OnHover("")
	}
	t.over = ""
}

// Cursor implements desktop.Cursorable.
func (t *textView) Cursor() desktop.Cursor {
	if t.over != "" {
		return desktop.PointerCursor
	}
	return desktop.TextCursor
}

// FocusGained implements fyne.Focusable.
func (t *textView) FocusGained() {}

// FocusLost implements fyne.Focusable.
func (t *textView) FocusLost() { t.selB = t.selA; t.redraw() }

// TypedRune implements fyne.Focusable.
func (t *textView) TypedRune(r rune) {
	if t.OnRune != nil {
		t.OnRune(r)
	}
}

// TypedKey implements fyne.Focusable.
func (t *textView) TypedKey(e *fyne.KeyEvent) {
	if t.OnKey != nil {
		t.OnKey(e)
	}
}

// TypedShortcut copies and selects; the rest is handed on.
func (t *textView) TypedShortcut(s fyne.Shortcut) {
	switch s.(type) {
	case *fyne.ShortcutCopy:
		if x := t.Selected(); x != "" {
			fyne.CurrentApp().Clipboard().SetContent(x)
		}
	case *fyne.ShortcutSelectAll:
		t.selectAll()
		t.redraw()
	default:
		if t.OnCut != nil {
			t.OnCut(s)
		}
	}
}
