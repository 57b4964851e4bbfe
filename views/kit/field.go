package kit

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// Heights of fields in px.
const (
	NormalField float32 = 36
	SmallField  float32 = 30
)

// Field is a one-line text input. Change fields, then Refresh; the text by SetText.
type Field struct {
	widget.BaseWidget
	Placeholder string
	Icon        string // leading
	Style       Style
	Height      float32
	Mask        bool // shows bullets; cannot be copied
	Reveal      bool // an eye that shows what is masked
	Bare        bool // no box, no padding: inside something that draws the box
	Bad         bool // red border; say why below
	Inset       float32
	Accept      func(rune) bool // which characters may be typed; nil = all
	Name        string          // AccessibleName

	OnChanged func(string)
	OnSubmit  func()
	// OnKey sees keys first; true = done with it.
	OnKey func(key fyne.KeyName, shift bool) bool
	// OnRune sees typed characters first; true = done with it.
	OnRune func(rune) bool
	// OnPaste sees pasted text first, as it was; true = done with it.
	OnPaste func(string) bool
	// OnShortcut gets the shortcuts that are none of the field's own; a focused widget hides them from the canvas.
	OnShortcut func(fyne.Shortcut)
	OnFocus    func(bool)
	// WantsTab lets OnKey see Tab.
	WantsTab func() bool

	line                     line
	shown                    bool // the eye is on
	scroll                   int  // first byte that is drawn
	focused, disabled, shift bool
	dragging                 bool
	lastDown                 time.Time
	clicks                   int
	paint                    func()
}

var (
	_ fyne.Focusable             = (*Field)(nil)
	_ fyne.Shortcutable          = (*Field)(nil)
	_ fyne.Tabbable              = (*Field)(nil)
	_ fyne.Draggable             = (*Field)(nil)
	_ fyne.Disableable           = (*Field)(nil)
	_ desktop.Keyable            = (*Field)(nil)
	_ desktop.Mouseable          = (*Field)(nil)
	_ desktop.Cursorable         = (*Field)(nil)
	_ interface{ Text() string } = (*Field)(nil)
)

// NewField returns a field 36 px high.
func NewField(placeholder string) *Field {
	f := &Field{Placeholder: placeholder, Style: Body13, Height: NormalField, Inset: 11}
	f.ExtendBaseWidget(f)
	return f
}

// NewPasswordField returns a field that shows bullets and an eye.
func NewPasswordField(placeholder string) *Field {
	f := NewField(placeholder)
	f.Icon, f.Mask, f.Reveal = "key-round", true, true
	return f
}

// Text returns what is written.
func (f *Field) Text() string { return f.line.text }

// SetText replaces the text without telling OnChanged; the cursor goes to the end.
func (f *Field) SetText(s string) {
	if s == f.line.text {
		return
	}
	f.line.set(clean(s))
	f.scroll = 0
	f.redraw()
}

// Focused reports whether keys go here.
func (f *Field) Focused() bool { return f.focused }

// Shifted reports whether Shift is held.
func (f *Field) Shifted() bool { return f.shift }

// SelectAll selects the whole text.
func (f *Field) SelectAll() {
	f.line.anchor, f.line.cursor = 0, len(f.line.text)
	f.redraw()
}

// AccessibleName returns the field's name.
func (f *Field) AccessibleName() string {
	if f.Name != "" {
		return f.Name
	}
	return f.Placeholder
}

// clean makes foreign text fit one line.
func clean(s string) string {
	s = strings.ToValidUTF8(s, "")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t' || r == '\u2028' || r == '\u2029':
			return ' '
		case unicode.IsControl(r) || r == '\uFEFF':
			return -1
		}
		return r
	}, s)
}

// visible is the text as it is drawn.
func (f *Field) visible(s string) string {
	if f.Mask && !f.shown {
		return strings.Repeat("•", utf8.RuneCountInString(s))
	}
	return s
}

// FocusGained implements fyne.Focusable.
func (f *Field) FocusGained() {
	f.focused, f.shift = true, false
	f.redraw()
	if f.OnFocus != nil {
		f.OnFocus(true)
	}
}

// FocusLost implements fyne.Focusable.
func (f *Field) FocusLost() {
	f.focused, f.shift = false, false
	f.line.anchor = f.line.cursor
	f.redraw()
	if f.OnFocus != nil {
		f.OnFocus(false)
	}
}

// Focus asks the canvas for the keys.
func (f *Field) Focus() {
	if c := fyne.CurrentApp().Driver().CanvasForObject(f); c != nil && !f.disabled {
		c.Focus(f)
	}
}

// Disabled implements fyne.Disableable.
func (f *Field) Disabled() bool { return f.disabled }

// Disable implements fyne.Disableable.
func (f *Field) Disable() { f.disabled = true; f.redraw() }

// Enable implements fyne.Disableable.
func (f *Field) Enable() { f.disabled = false; f.redraw() }

// Cursor implements desktop.Cursorable.
func (f *Field) Cursor() desktop.Cursor {
	if f.disabled {
		return desktop.DefaultCursor
	}
	return desktop.TextCursor
}

// MouseDown implements desktop.Mouseable.
func (f *Field) MouseDown(e *desktop.MouseEvent) {
	if f.disabled {
		return
	}
	if f.Reveal && e.Position.X > f.Size().Width-32 {
		f.shown = !f.shown
		f.redraw()
		f.Focus()
		return
	}
	f.Focus()
	if e.Button == desktop.MouseButtonSecondary {
		return
	}
	if time.Since(f.lastDown) < 350*time.Millisecond {
		f.clicks++
	} else {
		f.clicks = 1
	}
	f.lastDown = time.Now()
	at := f.offsetAt(e.Position.X)
	switch {
	case f.clicks >= 3 || f.clicks == 2 && f.Mask:
		f.SelectAll()
	case f.clicks == 2:
		f.line.word(at)
	default:
		f.line.move(at, e.Modifier&fyne.KeyModifierShift != 0)
	}
	f.dragging = f.clicks == 1
	f.redraw()
}

// TappedSecondary shows what can be done with the selection.
func (f *Field) TappedSecondary(p *fyne.PointEvent) {
	c := fyne.CurrentApp().Driver().CanvasForObject(f)
	if c == nil || f.disabled {
		return
	}
	clip := fyne.CurrentApp().Clipboard()
	none := f.line.selected() == "" || f.Mask
	ShowMenu(c, p.AbsolutePosition,
		MenuItem{Text: "Cut", Key: "Ctrl X", Disabled: none, Do: func() { f.TypedShortcut(&fyne.ShortcutCut{Clipboard: clip}) }},
		MenuItem{Text: "Copy", Icon: "copy", Key: "Ctrl C", Disabled: none, Do: func() { f.copyTo(clip) }},
		MenuItem{Text: "Paste", Key: "Ctrl V", Do: func() { f.paste(clip.Content()) }}, Separator(),
		MenuItem{Text: "Select all", Key: "Ctrl A", Do: f.SelectAll})
}

// MouseUp implements desktop.Mouseable.
func (f *Field) MouseUp(*desktop.MouseEvent) { f.dragging = false }

// Dragged implements fyne.Draggable.
func (f *Field) Dragged(e *fyne.DragEvent) {
	if f.dragging {
		f.line.move(f.offsetAt(e.Position.X), true)
		f.redraw()
	}
}

// DragEnd implements fyne.Draggable.
func (f *Field) DragEnd() { f.dragging = false }
