package editor

import (
	"unicode"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"github.com/postrider/postrider/views/kit"
)

// FocusGained implements fyne.Focusable.
func (e *Editor) FocusGained() { e.focus(true) }

// FocusLost implements fyne.Focusable.
func (e *Editor) FocusLost() { e.focus(false) }

func (e *Editor) focus(on bool) {
	e.focused, e.shift = on, false
	e.redraw()
	if e.OnFocus != nil {
		e.OnFocus(on)
	}
}

// TypedRune implements fyne.Focusable.
func (e *Editor) TypedRune(r rune) {
	if !unicode.IsControl(r) {
		e.replace(string(r), true)
	}
}

// AcceptsTab implements fyne.Tabbable: Tab is a character here, Shift Tab leaves.
func (e *Editor) AcceptsTab() bool { return !e.shift }

// KeyDown implements desktop.Keyable.
func (e *Editor) KeyDown(k *fyne.KeyEvent) {
	if k.Name == desktop.KeyShiftLeft || k.Name == desktop.KeyShiftRight {
		e.shift = true
	}
}

// KeyUp implements desktop.Keyable.
func (e *Editor) KeyUp(k *fyne.KeyEvent) {
	if k.Name == desktop.KeyShiftLeft || k.Name == desktop.KeyShiftRight {
		e.shift = false
	}
}

// TypedKey implements fyne.Focusable.
func (e *Editor) TypedKey(k *fyne.KeyEvent) {
	if e.OnKey != nil && e.OnKey(k.Name, e.shift) {
		return
	}
	e.ensure()
	switch k.Name {
	case fyne.KeyReturn, fyne.KeyEnter:
		e.replace("\n", true)
	case fyne.KeyTab:
		e.replace("\t", true)
	case fyne.KeyBackspace:
		e.erase(e.buf.Prev(e.cursor))
	case fyne.KeyDelete:
		e.erase(e.buf.Next(e.cursor))
	case fyne.KeyLeft:
		if lo, hi := e.span(); lo != hi && !e.shift {
			e.move(lo, false)
		} else {
			e.move(e.buf.Prev(e.cursor), e.shift)
		}
	case fyne.KeyRight:
		if lo, hi := e.span(); lo != hi && !e.shift {
			e.move(hi, false)
		} else {
			e.move(e.buf.Next(e.cursor), e.shift)
		}
	case fyne.KeyUp:
		e.vertical(-1, e.shift)
	case fyne.KeyDown:
		e.vertical(1, e.shift)
	case fyne.KeyPageUp:
		e.vertical(-e.page(), e.shift)
	case fyne.KeyPageDown:
		e.vertical(e.page(), e.shift)
	case fyne.KeyHome:
		_, from, _ := e.lay.at(e.buf, e.lay.rowOf(e.cursor))
		e.move(Pos{e.cursor.Para, from}, e.shift)
	case fyne.KeyEnd:
		e.move(e.inRow(e.lay.rowOf(e.cursor), 1<<20), e.shift)
	}
}

func (e *Editor) span() (lo, hi Pos) {
	if e.anchor.Before(e.cursor) {
		return e.anchor, e.cursor
	}
	return e.cursor, e.anchor
}

// TypedShortcut implements fyne.Shortcutable.
func (e *Editor) TypedShortcut(s fyne.Shortcut) {
	switch s := s.(type) {
	case *fyne.ShortcutCopy:
		e.copyTo(s.Clipboard)
		return
	case *fyne.ShortcutCut:
		e.cutTo(s.Clipboard)
		return
	case *fyne.ShortcutPaste:
		e.pasteFrom(s.Clipboard)
		return
	case *fyne.ShortcutSelectAll:
		e.SelectAll()
		return
	case *fyne.ShortcutUndo:
		e.Undo()
		return
	case *fyne.ShortcutRedo:
		e.Redo()
		return
	case *desktop.CustomShortcut:
		if e.shortcut(s) {
			return
		}
	}
	if e.OnShortcut != nil {
		e.OnShortcut(s)
	}
}

func (e *Editor) shortcut(s *desktop.CustomShortcut) bool {
	extend := s.Modifier&fyne.KeyModifierShift != 0
	if m := s.Modifier &^ fyne.KeyModifierShift; m != fyne.KeyModifierShortcutDefault && m != fyne.KeyModifierAlt {
		return false
	} else if m == fyne.KeyModifierAlt && s.KeyName != fyne.KeyLeft && s.KeyName != fyne.KeyRight {
		return false
	}
	switch s.KeyName {
	case fyne.KeyLeft:
		e.move(e.buf.PrevWord(e.cursor), extend)
	case fyne.KeyRight:
		e.move(e.buf.NextWord(e.cursor), extend)
	case fyne.KeyUp:
		e.scroll(-e.LineHeight)
	case fyne.KeyDown:
		e.scroll(e.LineHeight)
	case fyne.KeyHome:
		e.move(Pos{}, extend)
	case fyne.KeyEnd:
		e.move(e.buf.End(), extend)
	case fyne.KeyBackspace:
		e.buf.Seal()
		e.erase(e.buf.PrevWord(e.cursor))
	case fyne.KeyDelete:
		e.buf.Seal()
		e.erase(e.buf.NextWord(e.cursor))
	case fyne.KeyZ:
		if !extend {
			return false
		}
		e.Redo()
	default:
		return false
	}
	return true
}

// SelectAll selects the whole text.
func (e *Editor) SelectAll() {
	e.buf.Seal()
	e.anchor, e.cursor = Pos{}, e.buf.End()
	e.redraw()
}

// Undo takes the last change back.
func (e *Editor) Undo() {
	if _, to, ok := e.buf.Undo(); ok {
		e.cursor, e.anchor = to, to
		e.edited()
	}
}

// Redo does it again.
func (e *Editor) Redo() {
	if to, ok := e.buf.Redo(); ok {
		e.cursor, e.anchor = to, to
		e.edited()
	}
}

func (e *Editor) copyTo(c fyne.Clipboard) {
	if s := e.SelectedText(); s != "" && c != nil {
		c.SetContent(s)
	}
}

func (e *Editor) cutTo(c fyne.Clipboard) {
	if s := e.SelectedText(); s != "" && c != nil {
		c.SetContent(s)
		e.buf.Seal()
		e.replace("", false)
	}
}

func (e *Editor) pasteFrom(c fyne.Clipboard) {
	if c != nil {
		e.buf.Seal()
		e.replace(c.Content(), false)
	}
}

// Scrolled implements fyne.Scrollable.
func (e *Editor) Scrolled(s *fyne.ScrollEvent) { e.scroll(-2 * s.Scrolled.DY) }

func (e *Editor) scroll(dy float32) {
	was := e.top
	e.top += dy
	e.clampTop()
	if e.top != was {
		e.redraw()
	}
}

// Cursor implements desktop.Cursorable.
func (e *Editor) Cursor() desktop.Cursor { return desktop.TextCursor }

// MouseDown implements desktop.Mouseable.
func (e *Editor) MouseDown(m *desktop.MouseEvent) {
	e.Focus()
	if m.Button == desktop.MouseButtonSecondary {
		return
	}
	e.sweep = e.click.Count(m.Position)
	at := e.at(m.Position)
	switch e.sweep {
	case 2:
		from, to := e.buf.WordAt(at)
		e.move(from, false)
		e.move(to, true)
	case 3:
		e.move(Pos{at.Para, 0}, false)
		end := Pos{at.Para, len(e.buf.Para(at.Para))}
		if at.Para+1 < e.buf.Len() {
			end = Pos{at.Para + 1, 0}
		}
		e.move(end, true)
	default:
		e.move(at, m.Modifier&fyne.KeyModifierShift != 0)
	}
	e.dragging = true
}

// MouseUp implements desktop.Mouseable.
func (e *Editor) MouseUp(*desktop.MouseEvent) { e.dragging = false }

// Dragged implements fyne.Draggable.
func (e *Editor) Dragged(d *fyne.DragEvent) {
	if !e.dragging || e.sweep == 3 {
		return
	}
	to := e.at(d.Position)
	if e.sweep == 2 { // by words
		from, end := e.buf.WordAt(to)
		if to = end; from.Before(e.anchor) {
			to = from
		}
	}
	e.move(to, true)
}

// DragEnd implements fyne.Draggable.
func (e *Editor) DragEnd() { e.dragging = false }

// TappedSecondary shows what can be done with the selection.
func (e *Editor) TappedSecondary(p *fyne.PointEvent) {
	c := fyne.CurrentApp().Driver().CanvasForObject(e)
	if c == nil {
		return
	}
	clip := fyne.CurrentApp().Clipboard()
	none := e.cursor == e.anchor
	kit.ShowMenu(c, p.AbsolutePosition,
		kit.MenuItem{Text: "Undo", Icon: "undo-2", Key: "Ctrl Z", Disabled: len(e.buf.undo) == 0, Do: e.Undo},
		kit.MenuItem{Text: "Redo", Icon: "redo", Key: "Ctrl Y", Disabled: len(e.buf.redo) == 0, Do: e.Redo}, kit.Separator(),
		kit.MenuItem{Text: "Cut", Key: "Ctrl X", Disabled: none, Do: func() { e.cutTo(clip) }},
		kit.MenuItem{Text: "Copy", Icon: "copy", Key: "Ctrl C", Disabled: none, Do: func() { e.copyTo(clip) }},
		kit.MenuItem{Text: "Paste", Key: "Ctrl V", Do: func() { e.pasteFrom(clip) }}, kit.Separator(),
		kit.MenuItem{Text: "Select all", Key: "Ctrl A", Do: e.SelectAll})
}
