package rich

import (
	"time"
	"unicode"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"github.com/postrider/postrider/views/html/edit"
)

// FocusGained implements fyne.Focusable.
func (e *Editor) FocusGained() {
	e.focus, e.shift, e.blink = true, false, true
	e.startBlink()
	e.redraw()
	if e.OnFocus != nil {
		e.OnFocus(true)
	}
}

// FocusLost implements fyne.Focusable.
func (e *Editor) FocusLost() {
	e.focus = false
	e.stopBlink()
	e.redraw()
	if e.OnFocus != nil {
		e.OnFocus(false)
	}
}

// Focused tells whether keys come here.
func (e *Editor) Focused() bool { return e.focus }

// Focus asks for the keyboard.
func (e *Editor) Focus() {
	if c := fyne.CurrentApp().Driver().CanvasForObject(e); c != nil {
		c.Focus(e)
	}
}

func (e *Editor) startBlink() {
	e.stopBlink()
	var tick func()
	tick = func() {
		e.do(func() {
			if e.focus && e.timer != nil {
				e.blink = !e.blink
				e.redraw()
				e.timer = time.AfterFunc(530*time.Millisecond, tick)
			}
		})
	}
	e.timer = time.AfterFunc(530*time.Millisecond, tick)
}

func (e *Editor) stopBlink() {
	if e.timer != nil {
		e.timer.Stop()
		e.timer = nil
	}
}

// TypedRune implements fyne.Focusable.
func (e *Editor) TypedRune(r rune) {
	if unicode.IsControl(r) {
		return
	}
	p := e.doc.Typed(e.sel, string(r), e.pend, e.Shortcuts)
	e.put(p)
}

// put is where the caret is after a change.
func (e *Editor) put(p edit.Pos) {
	e.sel = edit.Selection{From: p, To: p}
	e.pend = nil
	e.blink = true
	e.Edited()
}

// AcceptsTab implements fyne.Tabbable: Tab indents here, Shift Tab too where there is something to take back.
func (e *Editor) AcceptsTab() bool { return true }

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
	d := e.doc
	lo, hi := e.order()
	switch k.Name {
	case fyne.KeyReturn, fyne.KeyEnter:
		if e.shift {
			e.put(d.Break(e.sel))
			return
		}
		marks := d.MarksAt(e.sel.To)
		p := e.sel.To
		if lo != hi {
			p = d.Delete(e.sel)
		}
		e.put(d.Split(p))
		if len(d.Text(e.sel.To.Leaf)) == 0 {
			marks[edit.Link] = ""
			e.pend = &marks // an empty line has no text to take the formatting from
		}
	case fyne.KeyTab:
		kind := d.KindAt(e.sel.To)
		if in, _ := d.InTable(e.sel.To); in && kind != edit.Bullets && kind != edit.Numbers {
			n := 1
			if e.shift {
				n = -1
			}
			if p, ok := d.NextCell(e.sel.To, n); ok {
				e.put(p) // a row may have come
			}
			return
		}
		switch {
		case e.shift:
			e.Select(d.Outdent(e.sel))
			e.Edited()
		case lo != hi || (kind == edit.Bullets || kind == edit.Numbers) && e.sel.To.Off == 0:
			e.Select(d.Indent(e.sel))
			e.Edited()
		default:
			e.put(d.Insert(e.sel, "\t", e.pend, true))
		}
	case fyne.KeyBackspace:
		e.put(d.Backspace(e.sel))
	case fyne.KeyDelete:
		e.put(d.DeleteForward(e.sel))
	case fyne.KeyLeft:
		if lo != hi && !e.shift {
			e.move(lo, false)
		} else {
			e.move(d.Left(e.sel.To), e.shift)
		}
	case fyne.KeyRight:
		if lo != hi && !e.shift {
			e.move(hi, false)
		} else {
			e.move(d.Right(e.sel.To), e.shift)
		}
	case fyne.KeyUp:
		e.vertical(-1)
	case fyne.KeyDown:
		e.vertical(1)
	case fyne.KeyPageUp:
		e.page(-1)
	case fyne.KeyPageDown:
		e.page(1)
	case fyne.KeyHome:
		r := e.caretRect(e.sel.To)
		e.move(e.posXY(-1e6, r.Y+r.H/2), e.shift)
	case fyne.KeyEnd:
		r := e.caretRect(e.sel.To)
		e.move(e.posXY(1e6, r.Y+r.H/2), e.shift)
	}
}

func (e *Editor) move(p edit.Pos, extend bool) {
	p = e.doc.Clamp(p)
	e.sel.To = p
	if !extend {
		e.sel.From = p
	}
	e.wantX = -1
	e.moved()
	e.reveal()
	e.redraw()
}

// vertical moves by a line, keeping the column.
func (e *Editor) vertical(n int) {
	if !e.fit() {
		return
	}
	r := e.caretRect(e.sel.To)
	if e.wantX < 0 {
		e.wantX = r.X - float64(e.Pad.Width)
	}
	want := e.wantX
	y := r.Y - 3
	if n > 0 {
		y = r.Y + r.H + 3
	}
	// A gap between lines may lead back to the same place: go on until it does not.
	for k := 0; k < 40; k++ {
		p := e.posXY(want, y)
		q := e.caretRect(p)
		if n < 0 && q.Y < r.Y-1 || n > 0 && q.Y > r.Y+1 {
			e.move(p, e.shift)
			e.wantX = want
			return
		}
		y += float64(n) * 12
		if y < 0 || y > e.total() {
			break
		}
	}
	if n < 0 {
		e.move(edit.Pos{}, e.shift)
	} else {
		e.move(e.end(), e.shift)
	}
	e.wantX = want
}

// end is the last place that is not folded.
func (e *Editor) end() edit.Pos {
	if e.Folded && e.FoldFrom > 0 {
		first, _ := e.doc.First(e.FoldFrom)
		return edit.Pos{Leaf: first - 1, Off: len(e.doc.Text(first - 1))}
	}
	return e.doc.End()
}

func (e *Editor) page(n int) {
	r := e.caretRect(e.sel.To)
	by := float64(e.Size().Height) * 0.9 * float64(n)
	e.top += by
	e.clampTop()
	e.move(e.posXY(r.X-float64(e.Pad.Width), r.Y+r.H/2+by), e.shift)
}

// TypedShortcut implements fyne.Shortcutable.
func (e *Editor) TypedShortcut(s fyne.Shortcut) {
	switch s := s.(type) {
	case *fyne.ShortcutCopy:
		e.copyTo(s.Clipboard)
	case *fyne.ShortcutCut:
		e.copyTo(s.Clipboard)
		if e.sel.From != e.sel.To {
			e.put(e.doc.Delete(e.sel))
		}
	case *fyne.ShortcutPaste:
		e.pasteFrom(s.Clipboard, true)
	case *fyne.ShortcutSelectAll:
		e.Select(edit.Selection{From: edit.Pos{}, To: e.end()})
	case *fyne.ShortcutUndo:
		e.Undo()
	case *fyne.ShortcutRedo:
		e.Redo()
	case *desktop.CustomShortcut:
		if !e.shortcut(s) && e.OnShortcut != nil {
			e.OnShortcut(s)
		}
	default:
		if e.OnShortcut != nil {
			e.OnShortcut(s)
		}
	}
}

func (e *Editor) shortcut(s *desktop.CustomShortcut) bool {
	shift := s.Modifier&fyne.KeyModifierShift != 0
	if s.Modifier&^fyne.KeyModifierShift != fyne.KeyModifierShortcutDefault {
		return false
	}
	d := e.doc
	switch s.KeyName {
	case fyne.KeyB:
		e.Toggle(edit.Bold)
	case fyne.KeyI:
		e.Toggle(edit.Italic)
	case fyne.KeyU:
		e.Toggle(edit.Underline)
	case fyne.KeyX:
		if !shift {
			return false
		}
		e.Toggle(edit.Strike)
	case fyne.KeyK:
		if e.OnLink == nil || shift {
			return false
		}
		e.OnLink()
	case fyne.KeyBackslash:
		e.Clear()
	case fyne.Key7:
		if !shift {
			return false
		}
		e.SetKind(edit.Numbers)
	case fyne.Key8:
		if !shift {
			return false
		}
		e.SetKind(edit.Bullets)
	case fyne.Key9:
		if !shift {
			return false
		}
		e.Quote()
	case fyne.KeyRightBracket:
		e.Indent(1)
	case fyne.KeyLeftBracket:
		e.Indent(-1)
	case fyne.KeyV:
		if !shift {
			return false
		}
		e.PastePlain()
	case fyne.KeyLeft:
		e.move(d.WordLeft(e.sel.To), shift)
	case fyne.KeyRight:
		e.move(d.WordRight(e.sel.To), shift)
	case fyne.KeyHome:
		e.move(edit.Pos{}, shift)
	case fyne.KeyEnd:
		e.move(e.end(), shift)
	case fyne.KeyUp:
		e.scroll(-20)
	case fyne.KeyDown:
		e.scroll(20)
	case fyne.KeyBackspace:
		d.Seal()
		if e.sel.From == e.sel.To {
			e.sel.From = d.WordLeft(e.sel.To)
		}
		e.put(d.Delete(e.sel))
	case fyne.KeyDelete:
		d.Seal()
		if e.sel.From == e.sel.To {
			e.sel.From = d.WordRight(e.sel.To)
		}
		e.put(d.Delete(e.sel))
	case fyne.KeyZ:
		if !shift {
			return false
		}
		e.Redo()
	default:
		return false
	}
	return true
}

func (e *Editor) copyTo(c fyne.Clipboard) {
	if e.sel.From == e.sel.To || c == nil && e.Copy == nil {
		return
	}
	text, page := e.doc.Copy(e.sel)
	if e.Copy != nil {
		e.Copy(text, page)
		return
	}
	c.SetContent(text)
}

// PastePlain puts the text of the clipboard in, without its formatting.
func (e *Editor) PastePlain() { e.pasteFrom(fyne.CurrentApp().Clipboard(), false) }

func (e *Editor) pasteFrom(c fyne.Clipboard, formatted bool) {
	if e.Paste != nil {
		e.Paste(func(text, page string, foreign bool) {
			if !formatted {
				page = ""
			}
			e.paste(text, page, foreign)
		})
		return
	}
	if c != nil {
		e.paste(c.Content(), "", false)
	}
}

// paste puts content in: with formatting where there is some.
func (e *Editor) paste(text, page string, foreign bool) {
	if page != "" {
		if p, err := e.doc.Paste(e.sel, page, foreign); err == nil {
			e.put(p)
			return
		}
	}
	if text != "" {
		e.put(e.doc.Insert(e.sel, text, e.pend, false))
	}
}

// Scrolled implements fyne.Scrollable.
func (e *Editor) Scrolled(s *fyne.ScrollEvent) { e.scroll(-2 * float64(s.Scrolled.DY)) }

func (e *Editor) scroll(by float64) {
	e.top += by
	e.clampTop()
	e.redraw()
}

// Cursor implements desktop.Cursorable.
func (e *Editor) Cursor() desktop.Cursor { return desktop.TextCursor }

// PlaceCaret puts the caret where p is, from the editor's corner.
func (e *Editor) PlaceCaret(p fyne.Position) { e.move(e.posAt(p), false) }

// MouseDown places the caret, or selects words and paragraphs.
func (e *Editor) MouseDown(m *desktop.MouseEvent) {
	e.Focus()
	if f, ok := e.foldRect(); ok {
		y := float64(m.Position.Y) + e.top
		if y >= f.Y && y < f.Y+f.H && float64(m.Position.X) < f.X+f.W+200 {
			e.Unfold()
			return
		}
	}
	p := e.posAt(m.Position)
	if m.Button == desktop.MouseButtonSecondary {
		lo, hi := e.order()
		if p.Before(lo) || hi.Before(p) {
			e.move(p, false)
		}
		if e.OnMenu != nil {
			e.OnMenu(m.AbsolutePosition)
		}
		return
	}
	e.hold = true
	e.sweep = e.click.Count(m.Position)
	e.wantX = -1
	switch {
	case m.Modifier&fyne.KeyModifierShift != 0:
		e.sel.To = p
	case e.sweep > 1:
		e.base = e.unit(p)
		e.sel = e.base
	default:
		e.sel = edit.Selection{From: p, To: p}
	}
	e.moved()
}

func (e *Editor) unit(p edit.Pos) edit.Selection {
	if e.sweep == 2 {
		return e.doc.Word(p)
	}
	return edit.Selection{From: edit.Pos{Leaf: p.Leaf}, To: edit.Pos{Leaf: p.Leaf, Off: len(e.doc.Text(p.Leaf))}}
}

// MouseUp implements desktop.Mouseable.
func (e *Editor) MouseUp(*desktop.MouseEvent) { e.hold = false }

// Dragged extends the selection, scrolling at the edges.
func (e *Editor) Dragged(d *fyne.DragEvent) {
	if !e.hold {
		return
	}
	switch {
	case d.Position.Y < 0:
		e.scroll(-16)
	case d.Position.Y > e.Size().Height:
		e.scroll(16)
	}
	p := e.posAt(d.Position)
	if e.sweep > 1 {
		u := e.unit(p)
		if u.From.Before(e.base.From) {
			e.sel = edit.Selection{From: e.base.To, To: u.From}
		} else {
			e.sel = edit.Selection{From: e.base.From, To: u.To}
		}
	} else {
		e.sel.To = p
	}
	e.redraw()
	e.state()
}

// DragEnd implements fyne.Draggable.
func (e *Editor) DragEnd() { e.hold = false }
