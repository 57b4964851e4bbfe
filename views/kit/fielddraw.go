package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

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
