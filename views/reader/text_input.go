package reader

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

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

// SelectAll selects everything.
func (t *textView) SelectAll() { t.selectAll(); t.redraw() }

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
	if now := time.Now(); now.Sub(t.pressed) < 400*time.Millisecond && p.line == t.selA.line {
		t.clicks++
	} else {
		t.clicks = 1
	}
	t.pressed = time.Now()
	switch {
	case t.clicks == 2:
		t.selA, t.selB = t.word(p)
	case t.clicks >= 3:
		t.selA, t.selB = t.paragraph(p)
	default:
		if e.Modifier&fyne.KeyModifierShift == 0 {
			t.selA = p
		}
		t.selB = p
	}
	t.selecting = true
	t.redraw()
}

// word returns the ends of the word at a place; between words, of the run of spaces or signs.
func (t *textView) word(p pos) (pos, pos) {
	if p.line >= len(t.lines) {
		return p, p
	}
	s := t.lines[p.line].string()
	class := func(r rune) int {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || r == '_' || r == '\'' || r == '’':
			return 1
		case unicode.IsSpace(r):
			return 2
		}
		return 3
	}
	p.off = min(p.off, len(s))
	r, n := utf8.DecodeRuneInString(s[p.off:])
	if n == 0 || class(r) == 2 { // behind the last letter of a word the word is meant
		if before, k := utf8.DecodeLastRuneInString(s[:p.off]); k > 0 && class(before) != 2 {
			r = before
		}
	}
	want := class(r)
	from, to := p.off, p.off
	for from > 0 {
		r, k := utf8.DecodeLastRuneInString(s[:from])
		if class(r) != want {
			break
		}
		from -= k
	}
	for to < len(s) {
		r, k := utf8.DecodeRuneInString(s[to:])
		if class(r) != want {
			break
		}
		to += k
	}
	return pos{p.line, from}, pos{p.line, to}
}

// paragraph returns the ends of what stands between two line ends of the text.
func (t *textView) paragraph(p pos) (pos, pos) {
	if p.line >= len(t.lines) {
		return p, p
	}
	from, to := p.line, p.line
	for from > 0 && t.lines[from-1].soft {
		from--
	}
	for to+1 < len(t.lines) && t.lines[to].soft {
		to++
	}
	return pos{from, 0}, pos{to, len(t.lines[to].string())}
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
	if t.selecting && t.clicks < 2 {
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
