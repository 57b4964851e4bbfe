package kit

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
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

// textX is where the text begins.
func (f *Field) textX() float32 {
	if f.Bare {
		return 0
	}
	if f.Icon != "" {
		return f.Inset + 24
	}
	return f.Inset
}

func (f *Field) room() float32 {
	w := f.Size().Width - f.textX()
	if !f.Bare {
		w -= f.Inset
	}
	if f.Reveal {
		w -= 24
	}
	return w
}

func (f *Field) offsetAt(x float32) int {
	x -= f.textX()
	s := f.line.text[f.scroll:]
	at, last := 0, float32(0)
	for _, end := range graphemeEnds(s) {
		w := Width(f.visible(s[:end]), f.Style)
		if x < (last+w)/2 {
			break
		}
		at, last = end, w
	}
	return f.scroll + at
}

func (f *Field) redraw() {
	if f.paint != nil {
		f.paint()
		canvas.Refresh(f)
	}
}

// reach scrolls so that the cursor is inside.
func (f *Field) reach() {
	room := f.room()
	if !f.focused || room < 2 || f.scroll > len(f.line.text) {
		f.scroll = 0
	}
	if !f.focused || room < 2 {
		return // a text that nobody writes shows its beginning; without a size there is nothing to reach yet
	}
	if f.line.cursor < f.scroll {
		f.scroll = f.line.cursor
	}
	if Width(f.visible(f.line.text), f.Style) < room {
		f.scroll = 0
	}
	for f.scroll < f.line.cursor && Width(f.visible(f.line.text[f.scroll:f.line.cursor]), f.Style) > room-1 {
		f.scroll = f.line.next(f.scroll)
	}
}

// CreateRenderer implements fyne.Widget.
func (f *Field) CreateRenderer() fyne.WidgetRenderer {
	box := &canvas.Rectangle{CornerRadius: 6}
	sel := &canvas.Rectangle{CornerRadius: 2}
	text, caret := &canvas.Text{}, &canvas.Rectangle{}
	icon, eye := NewIcon(f.Icon, 16, Text2), NewIcon("eye", 16, Text2)
	r := &Renderer{Self: f, Objs: []fyne.CanvasObject{box, icon, sel, text, caret, eye}}
	f.paint = func() {
		s := f.Size()
		f.reach()
		x, h := f.textX(), f.Style.Height()
		y := (s.Height - h) / 2
		box.Hidden = f.Bare
		box.FillColor, box.StrokeColor, box.StrokeWidth = C(FieldFill), C(BorderStrong), 1
		ink := C(Text)
		switch {
		case f.disabled:
			box.FillColor, box.StrokeColor, ink = C(Canvas), C(Line), C(Disabled)
		case f.Bad:
			box.StrokeColor, box.StrokeWidth = C(Err), 2
		case f.focused:
			box.StrokeColor, box.StrokeWidth = C(Accent), 2
		}
		Place(box, 0, 0, s.Width, s.Height)
		icon.Name, icon.Hidden = f.Icon, f.Icon == "" || f.Bare
		Place(icon, f.Inset, (s.Height-16)/2, 16, 16)
		eye.Hidden = !f.Reveal
		if f.shown {
			eye.Ink = Accent
		} else {
			eye.Ink = Text2
		}
		Place(eye, s.Width-f.Inset-16, (s.Height-16)/2, 16, 16)
		shown, room := f.visible(f.line.text[f.scroll:]), f.room()
		if f.line.text == "" && f.Placeholder != "" {
			shown, ink = Cut(f.Placeholder, f.Style, room), C(Text3)
			if f.disabled {
				ink = C(Disabled)
			}
		} else {
			shown = fit(shown, f.Style, room)
		}
		PutText(text, shown, f.Style, ink, x, 0, 0, s.Height, fyne.TextAlignLeading)
		lo, hi := f.line.span()
		sel.Hidden = lo == hi || !f.focused
		sel.FillColor = C(Select)
		if !sel.Hidden {
			a, b := f.x(max(lo, f.scroll)), min(f.x(max(hi, f.scroll)), room)
			Place(sel, x+a, y, b-a, h)
		}
		caret.Hidden = !f.focused || f.disabled
		caret.FillColor = C(Accent)
		Place(caret, x+f.x(f.line.cursor), y-1, 1, h+2)
	}
	r.Min = func() fyne.Size { return fyne.NewSize(f.textX()+f.Inset+16, f.Height) }
	r.Lay = func(fyne.Size) { f.paint() }
	r.Paint = f.paint
	f.paint()
	return r
}

// x is where the offset lies behind the start of the drawn text.
func (f *Field) x(off int) float32 {
	if off <= f.scroll {
		return 0
	}
	return Width(f.visible(f.line.text[f.scroll:off]), f.Style)
}

// fit cuts at the last grapheme that is whole inside width, without an ellipsis.
func fit(s string, st Style, width float32) string {
	if Width(s, st) <= width {
		return s
	}
	ends := graphemeEnds(s)
	lo, hi := 0, len(ends)
	for lo < hi {
		mid := (lo + hi + 1) / 2
		if Width(s[:ends[mid-1]], st) <= width {
			lo = mid
		} else {
			hi = mid - 1
		}
	}
	if lo == 0 {
		return ""
	}
	return s[:ends[lo-1]]
}
