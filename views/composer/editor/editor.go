package editor

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
	"image/color"

	"github.com/postrider/postrider/views/kit"
)

// Editor is the widget. It scrolls by itself; Footer, when set, stands below the last line and scrolls along.
type Editor struct {
	widget.BaseWidget
	Style       kit.Style
	LineHeight  float32
	PadX, PadY  float32
	Placeholder string
	Name        string
	Footer      fyne.CanvasObject
	// Signature dims the paragraphs from the last "-- " on.
	Signature bool

	OnChanged func()
	// OnShortcut gets the shortcuts that are none of the editor's own.
	OnShortcut func(fyne.Shortcut)
	// OnKey sees keys first; true = done with it.
	OnKey   func(key fyne.KeyName, shift bool) bool
	OnFocus func(bool)

	buf            *Buffer
	lay            rows
	cursor, anchor Pos
	goal           float32 // x that Up and Down keep to; < 0 = take the cursor's
	top            float32 // px scrolled away
	follow         bool    // scroll to the cursor with the next paint

	hits []Range // of a search, in order
	hit  int     // the current one, -1 = none

	focused, shift, dragging bool
	click                    kit.Clicks
	sweep                    int // clicks that the drag began with
	paint                    func()
}

var (
	_ fyne.Focusable         = (*Editor)(nil)
	_ fyne.Shortcutable      = (*Editor)(nil)
	_ fyne.Tabbable          = (*Editor)(nil)
	_ fyne.Draggable         = (*Editor)(nil)
	_ fyne.Scrollable        = (*Editor)(nil)
	_ fyne.SecondaryTappable = (*Editor)(nil)
	_ desktop.Keyable        = (*Editor)(nil)
	_ desktop.Mouseable      = (*Editor)(nil)
	_ desktop.Cursorable     = (*Editor)(nil)
)

// New returns an editor of the message's text.
func New() *Editor {
	e := &Editor{Style: kit.Lead14, LineHeight: 21, PadX: 24, PadY: 18, Signature: true, buf: NewBuffer(""), goal: -1}
	e.lay.measure = e.measure
	e.buf.changed = func(first, old, now, at, ins, del int) {
		if e.lay.width > 0 {
			e.lay.change(e.buf, first, old, now, at, ins, del)
		}
	}
	e.ExtendBaseWidget(e)
	return e
}

func (e *Editor) measure(s string) float32 {
	z, _ := fyne.CurrentApp().Driver().RenderedTextSize(s, e.Style.Size, e.Style.TextStyle(), nil)
	return z.Width
}

// Text returns the whole text.
func (e *Editor) Text() string { return e.buf.Text() }

// SetText replaces the text and forgets the history; the cursor goes to the start.
func (e *Editor) SetText(s string) {
	e.buf.SetText(s)
	if e.lay.width > 0 {
		e.lay.all(e.buf)
	}
	e.cursor, e.anchor, e.top, e.goal = Pos{}, Pos{}, 0, -1
	e.redraw()
}

// Append adds text at the end, as one step that can be taken back; cursor and selection stay.
func (e *Editor) Append(s string) {
	e.buf.Seal()
	e.buf.Replace(e.buf.End(), e.buf.End(), s, false)
	e.edited()
}

// Insert puts s in the place of the selection.
func (e *Editor) Insert(s string) { e.replace(s, false) }

// Swap replaces the first whole occurrence of old by now, as one step; false when old is not there. It changes the signature with the sender.
func (e *Editor) Swap(old, now string, at func(text, old string) int) bool {
	text := e.buf.Text()
	i := at(text, old)
	if i < 0 {
		return false
	}
	e.buf.Seal()
	from, to := e.pos(text[:i]), e.pos(text[:i+len(old)])
	keep := e.cursor
	e.buf.Replace(from, to, now, false)
	if from.Before(keep) {
		keep = from
	}
	e.cursor = e.buf.Clamp(keep)
	e.anchor = e.cursor
	e.edited()
	return true
}

func (e *Editor) pos(prefix string) Pos { return after(Pos{}, prefix) }

// Cursor places, for tests and for those who put the cursor somewhere.
func (e *Editor) CursorPos() Pos { return e.cursor }

// MoveTo puts the cursor to a place.
func (e *Editor) MoveTo(p Pos) { e.move(e.buf.Clamp(p), false) }

// SelectedText returns what is selected.
func (e *Editor) SelectedText() string { return e.buf.Slice(e.cursor, e.anchor) }

// AccessibleName returns the editor's name.
func (e *Editor) AccessibleName() string { return e.Name }

// Focused reports whether keys go here.
func (e *Editor) Focused() bool { return e.focused }

// Focus asks the canvas for the keys.
func (e *Editor) Focus() {
	if c := fyne.CurrentApp().Driver().CanvasForObject(e); c != nil {
		c.Focus(e)
	}
}

func (e *Editor) redraw() {
	if e.paint != nil {
		e.paint()
		canvas.Refresh(e)
	}
}

func (e *Editor) edited() {
	e.follow, e.goal = true, -1
	e.redraw()
	if e.OnChanged != nil {
		e.OnChanged()
	}
}

func (e *Editor) replace(s string, typed bool) {
	e.cursor = e.buf.Replace(e.cursor, e.anchor, s, typed)
	e.anchor = e.cursor
	e.edited()
}

// erase removes the selection, or what lies between the cursor and to.
func (e *Editor) erase(to Pos) {
	if e.cursor == e.anchor {
		e.anchor = to
	}
	if e.cursor != e.anchor {
		e.replace("", e.cursor.Para == e.anchor.Para)
	}
}

func (e *Editor) move(to Pos, extend bool) {
	e.buf.Seal()
	e.cursor = to
	if !extend {
		e.anchor = to
	}
	e.follow, e.goal = true, -1
	e.redraw()
}

// ensure lays out for the current width.
func (e *Editor) ensure() {
	w := max(40, e.Size().Width-2*e.PadX)
	if w != e.lay.width || len(e.lay.breaks) != e.buf.Len() {
		e.lay.width = w
		e.lay.all(e.buf)
	}
}

func (e *Editor) textHeight() float32 { return float32(e.lay.total()) * e.LineHeight }

func (e *Editor) height() float32 {
	h := e.PadY + e.textHeight() + e.PadY
	if e.Footer != nil && e.Footer.Visible() {
		h += e.Footer.MinSize().Height + 14
	}
	return h
}

// HeightAt returns the height in px that the whole text needs in a widget of a width.
func (e *Editor) HeightAt(width float32) float32 {
	if w := max(40, width-2*e.PadX); w != e.lay.width || len(e.lay.breaks) != e.buf.Len() {
		e.lay.width = w
		e.lay.all(e.buf)
	}
	return e.height()
}

func (e *Editor) clampTop() {
	e.top = max(0, min(e.top, e.height()-e.Size().Height))
}

// x is where a place lies in its row.
func (e *Editor) x(p Pos) float32 {
	_, from, _ := e.lay.at(e.buf, e.lay.rowOf(p))
	return e.rowX(e.buf.Para(p.Para)[from:p.Off])
}

func (e *Editor) rowX(prefix string) float32 {
	if prefix == "" {
		return 0
	}
	return min(e.measure(shown(prefix)), e.lay.width)
}

// at returns the place under a point of the widget.
func (e *Editor) at(p fyne.Position) Pos {
	e.ensure()
	y := p.Y + e.top - e.PadY
	row := int(y / e.LineHeight)
	if y < 0 {
		return Pos{}
	}
	if row >= e.lay.total() {
		return e.buf.End()
	}
	return e.inRow(row, p.X-e.PadX)
}

// inRow returns the place nearest to x in a row.
func (e *Editor) inRow(row int, x float32) Pos {
	para, from, to := e.lay.at(e.buf, row)
	text := e.buf.Para(para)
	last := to
	if to < len(text) { // the end of a wrapped row is the start of the next
		last = prevGrapheme(text, to)
	}
	p, px := Pos{para, from}, float32(0)
	for p.Off < last {
		n := e.buf.Next(p)
		nx := e.rowX(text[from:n.Off])
		if x < (px+nx)/2 {
			break
		}
		p, px = n, nx
	}
	return p
}

// vertical moves by rows and keeps the column.
func (e *Editor) vertical(n int, extend bool) {
	e.ensure()
	goal := e.goal
	if goal < 0 {
		goal = e.x(e.cursor)
	}
	row := e.lay.rowOf(e.cursor) + n
	switch {
	case row < 0:
		e.move(Pos{}, extend)
	case row >= e.lay.total():
		e.move(e.buf.End(), extend)
	default:
		e.move(e.inRow(row, goal), extend)
	}
	e.goal = goal
}

func (e *Editor) page() int { return max(1, int(e.Size().Height/e.LineHeight)-1) }

// Reveal scrolls so that the cursor is on screen.
func (e *Editor) reveal() {
	y := float32(e.lay.rowOf(e.cursor))*e.LineHeight + e.PadY
	if y-4 < e.top {
		e.top = y - e.PadY
	}
	if b := y + e.LineHeight + 8; b > e.top+e.Size().Height {
		e.top = b - e.Size().Height
	}
	e.clampTop()
}

// signature is the paragraph at which the signature begins.
func (e *Editor) signature() int {
	if e.Signature {
		for i, n := e.buf.Len()-1, 0; i >= 0 && n < 40; i, n = i-1, n+1 {
			if e.buf.Para(i) == "-- " {
				return i
			}
		}
	}
	return e.buf.Len()
}

// CreateRenderer implements fyne.Widget.
func (e *Editor) CreateRenderer() fyne.WidgetRenderer {
	var texts []*canvas.Text
	var sels, marks []*canvas.Rectangle
	caret, thumb := &canvas.Rectangle{}, &canvas.Rectangle{CornerRadius: 3}
	hint := &canvas.Text{}
	r := &kit.Renderer{Self: e}
	e.paint = func() {
		s := e.Size()
		if s.Width < 10 || s.Height < 10 {
			return
		}
		e.ensure()
		e.cursor, e.anchor = e.buf.Clamp(e.cursor), e.buf.Clamp(e.anchor)
		if e.follow {
			e.reveal()
			e.follow = false
		}
		e.clampTop()
		first := max(0, int((e.top-e.PadY)/e.LineHeight))
		last := min(e.lay.total()-1, int((e.top+s.Height-e.PadY)/e.LineHeight))
		// Rows that are cut by the edges are drawn only when whole: nothing clips them.
		if e.PadY+float32(first)*e.LineHeight-e.top < -2 {
			first++
		}
		if e.PadY+float32(last+1)*e.LineHeight-e.top > s.Height+2 {
			last--
		}
		lo, hi := e.cursor, e.anchor
		if hi.Before(lo) {
			lo, hi = hi, lo
		}
		ink, dim, sel := kit.C(kit.Text), kit.C(kit.Text2), kit.C(kit.Select)
		sig := e.signature()
		nt, ns, nm := 0, 0, 0
		for row := first; row <= last; row++ {
			para, from, to := e.lay.at(e.buf, row)
			y := e.PadY + float32(row)*e.LineHeight - e.top
			text := e.buf.Para(para)
			for k, end := e.hitsIn(para); k < end; k++ {
				a, b := max(from, e.hits[k].From.Off), min(to, e.hits[k].To.Off, len(text))
				if a >= b {
					continue
				}
				if nm == len(marks) {
					marks = append(marks, &canvas.Rectangle{CornerRadius: 2})
				}
				ink := kit.C(kit.Star)
				if ink.A = 90; k == e.hit {
					ink = kit.C(kit.Accent)
					ink.A = 120
				}
				marks[nm].FillColor = ink
				x := e.rowX(text[from:a])
				kit.Place(marks[nm], e.PadX+x, y+1, e.rowX(text[from:b])-x, e.LineHeight-2)
				nm++
			}
			if lo != hi && para >= lo.Para && para <= hi.Para {
				a, b := from, to
				if para == lo.Para {
					a = max(a, lo.Off)
				}
				if para == hi.Para {
					b = min(b, hi.Off)
				}
				if a < b || a == b && para < hi.Para && a <= to && b >= from && to == len(text) {
					if ns == len(sels) {
						sels = append(sels, &canvas.Rectangle{})
					}
					x1, x2 := e.rowX(text[from:max(a, from)]), e.rowX(text[from:max(b, from)])
					if para < hi.Para && b == len(text) {
						x2 += 5 // the line end is selected too
					}
					sels[ns].FillColor = sel
					kit.Place(sels[ns], e.PadX+x1, y, x2-x1, e.LineHeight)
					ns++
				}
			}
			if from == to {
				continue
			}
			if nt == len(texts) {
				texts = append(texts, &canvas.Text{})
			}
			c := ink
			if para >= sig || len(text) > 0 && text[0] == '>' {
				c = dim
			}
			putRow(texts[nt], shown(text[from:to]), e.Style, c, e.PadX, y, e.LineHeight)
			nt++
		}
		objs := make([]fyne.CanvasObject, 0, ns+nm+nt+4)
		for _, o := range sels[:ns] {
			objs = append(objs, o)
		}
		for _, o := range marks[:nm] {
			objs = append(objs, o)
		}
		for _, o := range texts[:nt] {
			objs = append(objs, o)
		}
		if e.Placeholder != "" && e.buf.Len() == 1 && e.buf.Para(0) == "" {
			putRow(hint, e.Placeholder, e.Style, kit.C(kit.Text3), e.PadX, e.PadY-e.top, e.LineHeight)
			objs = append(objs, hint)
		}
		if y := e.PadY + float32(e.lay.rowOf(e.cursor))*e.LineHeight - e.top; e.focused && y > -2 && y+e.LineHeight < s.Height+2 {
			caret.FillColor = kit.C(kit.Accent)
			kit.Place(caret, e.PadX+e.x(e.cursor), y+1, 1.5, e.LineHeight-2)
			objs = append(objs, caret)
		}
		if e.Footer != nil && e.Footer.Visible() {
			y, h := e.PadY+e.textHeight()+14-e.top, e.Footer.MinSize().Height
			if y >= 0 && y+h <= s.Height {
				kit.Place(e.Footer, e.PadX, y, s.Width-2*e.PadX, h)
				objs = append(objs, e.Footer)
			}
		}
		if all := e.height(); all > s.Height {
			h := max(32, (s.Height-4)*s.Height/all)
			thumb.FillColor = kit.C(kit.Thumb)
			kit.Place(thumb, s.Width-8, 2+(s.Height-4-h)*e.top/(all-s.Height), 6, h)
			objs = append(objs, thumb)
		}
		r.Objs = objs
	}
	r.Min = func() fyne.Size { return fyne.NewSize(120, 3*e.LineHeight) }
	r.Lay = func(fyne.Size) { e.paint() }
	return r
}

// putRow changes a drawn row only where it differs.
func putRow(t *canvas.Text, s string, st kit.Style, ink color.NRGBA, x, y, h float32) {
	s = kit.Visual(s)
	if t.Text != s || t.Color != color.Color(ink) || t.TextSize != st.Size {
		t.Text, t.Color = s, ink
		st.Apply(t)
		t.Resize(t.MinSize())
		t.Refresh()
	}
	t.Move(fyne.NewPos(x, y+(h-t.Size().Height)/2))
}
