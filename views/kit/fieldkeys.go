package kit

import (
	"strings"
	"unicode"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
)

func (f *Field) edit(s string) {
	if f.disabled {
		return
	}
	if f.Accept != nil {
		s = strings.Map(func(r rune) rune {
			if f.Accept(r) {
				return r
			}
			return -1
		}, s)
	}
	was := f.line.text
	f.line.insert(s)
	f.changed(was)
}

func (f *Field) changed(was string) {
	f.redraw()
	if was != f.line.text && f.OnChanged != nil {
		f.OnChanged(f.line.text)
	}
}

// TypedRune implements fyne.Focusable.
func (f *Field) TypedRune(r rune) {
	if f.OnRune != nil && f.OnRune(r) {
		return
	}
	if !unicode.IsControl(r) {
		f.edit(string(r))
	}
}

// TypedKey implements fyne.Focusable.
func (f *Field) TypedKey(e *fyne.KeyEvent) {
	if f.OnKey != nil && f.OnKey(e.Name, f.shift) {
		return
	}
	was := f.line.text
	switch e.Name {
	case fyne.KeyReturn, fyne.KeyEnter:
		if f.OnSubmit != nil {
			f.OnSubmit()
		}
		return
	case fyne.KeyEscape: // a field has the keys, so it closes the dialog that it is in
		if c := fyne.CurrentApp().Driver().CanvasForObject(f); c != nil {
			if o := TopOverlay(c); o != nil {
				o.Escape()
			}
		}
		return
	case fyne.KeyBackspace:
		if !f.disabled {
			f.line.backspace()
		}
	case fyne.KeyDelete:
		if !f.disabled {
			f.line.del()
		}
	case fyne.KeyLeft:
		f.line.left(f.shift)
	case fyne.KeyRight:
		f.line.right(f.shift)
	case fyne.KeyHome, fyne.KeyUp:
		f.line.move(0, f.shift)
	case fyne.KeyEnd, fyne.KeyDown:
		f.line.move(len(f.line.text), f.shift)
	default:
		return
	}
	f.changed(was)
}

// KeyDown implements desktop.Keyable.
func (f *Field) KeyDown(e *fyne.KeyEvent) {
	if e.Name == desktop.KeyShiftLeft || e.Name == desktop.KeyShiftRight {
		f.shift = true
	}
}

// KeyUp implements desktop.Keyable.
func (f *Field) KeyUp(e *fyne.KeyEvent) {
	if e.Name == desktop.KeyShiftLeft || e.Name == desktop.KeyShiftRight {
		f.shift = false
	}
}

// AcceptsTab implements fyne.Tabbable.
func (f *Field) AcceptsTab() bool { return f.WantsTab != nil && f.WantsTab() }

// TypedShortcut implements fyne.Shortcutable.
func (f *Field) TypedShortcut(s fyne.Shortcut) {
	was := f.line.text
	switch s := s.(type) {
	case *fyne.ShortcutCopy:
		f.copyTo(s.Clipboard)
	case *fyne.ShortcutCut:
		f.copyTo(s.Clipboard)
		if !f.Mask && !f.disabled {
			f.line.insert("")
		}
	case *fyne.ShortcutPaste:
		f.paste(s.Clipboard.Content())
		return
	case *fyne.ShortcutSelectAll:
		f.SelectAll()
	case *fyne.ShortcutUndo:
		f.line.back()
	case *fyne.ShortcutRedo:
		f.line.again()
	case *desktop.CustomShortcut:
		if !f.wordKey(s) {
			if f.OnShortcut != nil {
				f.OnShortcut(s)
			}
			return
		}
	default:
		if f.OnShortcut != nil {
			f.OnShortcut(s)
		}
		return
	}
	f.changed(was)
}

func (f *Field) wordKey(s *desktop.CustomShortcut) bool {
	if s.Modifier&^fyne.KeyModifierShift != fyne.KeyModifierShortcutDefault && s.Modifier&^fyne.KeyModifierShift != fyne.KeyModifierAlt {
		return false
	}
	shift := s.Modifier&fyne.KeyModifierShift != 0
	switch s.KeyName {
	case fyne.KeyLeft:
		f.line.move(f.line.wordBefore(), shift)
	case fyne.KeyRight:
		f.line.move(f.line.wordAfter(), shift)
	case fyne.KeyBackspace:
		f.line.erase(f.line.wordBefore())
	case fyne.KeyDelete:
		f.line.erase(f.line.wordAfter())
	default:
		return false
	}
	return true
}

func (f *Field) copyTo(c fyne.Clipboard) {
	if s := f.line.selected(); s != "" && !f.Mask && c != nil {
		c.SetContent(s)
	}
}

func (f *Field) paste(s string) {
	if f.disabled || f.OnPaste != nil && f.OnPaste(s) {
		return
	}
	s = clean(s)
	if f.Mask {
		s = strings.TrimSpace(s)
	}
	f.edit(s)
}
