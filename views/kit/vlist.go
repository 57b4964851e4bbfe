package kit

import (
	"sort"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// Group is a run of rows under one header.
type Group struct {
	First int // index of its first row
	Title string
	Count string // at the right, may be ""
}

// VRow draws one row; it is used again for other rows as the list moves.
type VRow interface {
	// Object holds what is drawn; the list places and sizes it.
	Object() *fyne.Container
	// Bind shows row i; the size is set before.
	Bind(i int)
}

// VList is a list of any number of rows of one height in groups with headers. Offsets are float64: at row 1,000,000 it still moves by
// single px. It knows nothing of what the rows are.
type VList struct {
	widget.BaseWidget
	Len    int
	Groups []Group // sorted by First; may be empty
	RowH   float32
	HeadH  float32
	Tail   float32 // empty room below the last row
	NewRow func() VRow

	OnMoved  func() // the visible part changed
	OnPress  func(i int, p fyne.Position, e *desktop.MouseEvent)
	OnUp     func(i int, p fyne.Position, e *desktop.MouseEvent)
	OnHover  func(i int, p fyne.Position) // -1 = nothing
	OnDrag   func(i int, at fyne.Position)
	OnDrop   func(at fyne.Position)
	OnRune   func(rune)
	OnKey    func(*fyne.KeyEvent)
	OnFocus  func(bool)
	OnCommon func(fyne.Shortcut)

	top     float64
	bar     thumbBar
	hover   int
	pressed int
	pressAt fyne.Position
	moving  bool
	// cancelled: nothing is dragged until the button is pressed again.
	cancelled bool
	focused   bool
	free      []VRow
	used      map[int]VRow
	heads     []*headRow
	all       bool // every visible row is bound again
	lay       func()
}

var (
	_ fyne.Scrollable        = (*VList)(nil)
	_ fyne.Draggable         = (*VList)(nil)
	_ fyne.Focusable         = (*VList)(nil)
	_ fyne.Shortcutable      = (*VList)(nil)
	_ desktop.Mouseable      = (*VList)(nil)
	_ desktop.Hoverable      = (*VList)(nil)
	_ fyne.SecondaryTappable = (*VList)(nil)
)

// NewVList returns an empty list.
func NewVList(rowH, headH float32, newRow func() VRow) *VList {
	l := &VList{RowH: rowH, HeadH: headH, NewRow: newRow, hover: -1, pressed: -1, used: map[int]VRow{}}
	l.ExtendBaseWidget(l)
	return l
}

// Height returns the height of all rows and headers in px.
func (l *VList) Height() float64 {
	return float64(l.Len)*float64(l.RowH) + float64(len(l.Groups))*float64(l.HeadH) + float64(l.Tail)
}

// groupOf returns the index of the group that row i is in, -1 before the first.
func (l *VList) groupOf(i int) int {
	return sort.Search(len(l.Groups), func(g int) bool { return l.Groups[g].First > i }) - 1
}

// Y returns the upper edge of row i in px below the top of the list.
func (l *VList) Y(i int) float64 {
	return float64(i)*float64(l.RowH) + float64(l.groupOf(i)+1)*float64(l.HeadH)
}

func (l *VList) headY(g int) float64 {
	return float64(l.Groups[g].First)*float64(l.RowH) + float64(g)*float64(l.HeadH)
}

// At returns the row at y px below the top; ok is false on a header and outside.
func (l *VList) At(y float64) (i int, ok bool) {
	if y < 0 || l.Len == 0 {
		return 0, false
	}
	g := sort.Search(len(l.Groups), func(g int) bool { return l.headY(g) > y }) - 1
	i = int((y - float64(g+1)*float64(l.HeadH)) / float64(l.RowH))
	if g >= 0 {
		if y < l.headY(g)+float64(l.HeadH) {
			return l.Groups[g].First, false
		}
	}
	if i >= l.Len || i < 0 {
		return l.Len - 1, false
	}
	return i, true
}

// Range returns the rows from first to before end that are seen, wholly or in part.
func (l *VList) Range() (first, end int) {
	h := float64(l.Size().Height)
	if l.Len == 0 || h <= 0 {
		return 0, 0
	}
	first, _ = l.At(l.top)
	last, ok := l.At(l.top + h)
	if last < first {
		last = first
	}
	end = last + 1
	if !ok && end > l.Len {
		end = l.Len
	}
	return first, min(end, l.Len)
}

// Top returns the offset in px.
func (l *VList) Top() float64 { return l.top }

// Dragging reports whether the thumb is held.
func (l *VList) Dragging() bool { return l.bar.held }

// ScrollTo moves to an offset.
func (l *VList) ScrollTo(y float64) {
	y = max(0, min(y, l.Height()-float64(l.Size().Height)))
	if y == l.top {
		return
	}
	l.top = y
	l.redraw()
	if l.OnMoved != nil {
		l.OnMoved()
	}
}

// Reveal moves as little as needed to show row i, with the header above it when it is the first of a group.
func (l *VList) Reveal(i int) {
	if i < 0 || i >= l.Len {
		return
	}
	y := l.Y(i)
	from := y
	if g := l.groupOf(i); g >= 0 && l.Groups[g].First == i {
		from -= float64(l.HeadH)
	}
	switch h := float64(l.Size().Height); {
	case from < l.top:
		l.ScrollTo(from)
	case y+float64(l.RowH) > l.top+h:
		l.ScrollTo(y + float64(l.RowH) - h)
	}
}

// Rebind shows every visible row again: data or selection changed.
func (l *VList) Rebind() { l.all = true; l.redraw() }

// Rest shows rows again that were drawn without data; it is Rebind.
func (l *VList) Rest() { l.Rebind() }

// Focus gives the list the keyboard.
func (l *VList) Focus() {
	if c := fyne.CurrentApp().Driver().CanvasForObject(l); c != nil {
		c.Focus(l)
	}
}

// Focused reports whether it has the keyboard.
func (l *VList) Focused() bool { return l.focused }

// Hovered returns the row under the pointer, -1 = none.
func (l *VList) Hovered() int { return l.hover }

func (l *VList) redraw() {
	if l.lay != nil {
		l.lay()
	}
}

// Scrolled implements fyne.Scrollable.
func (l *VList) Scrolled(e *fyne.ScrollEvent) {
	l.ScrollTo(l.top - wheel*float64(e.Scrolled.DY))
	l.point(e.Position)
}

func (l *VList) local(p fyne.Position) (int, fyne.Position, bool) {
	y := l.top + float64(p.Y)
	i, ok := l.At(y)
	return i, fyne.NewPos(p.X, float32(y-l.Y(i))), ok
}

// MouseDown implements desktop.Mouseable.
func (l *VList) MouseDown(e *desktop.MouseEvent) {
	if l.bar.hit(l.Size(), e.Position) && e.Button == desktop.MouseButtonPrimary {
		l.ScrollTo(l.bar.down(l.Size(), e.Position, l.top, l.Height()))
		l.redraw()
		return
	}
	l.pressed, l.cancelled = -1, false
	if i, p, ok := l.local(e.Position); ok {
		l.pressed, l.pressAt = i, e.Position
		if l.OnPress != nil {
			l.OnPress(i, p, e)
		}
	}
}

// MouseUp implements desktop.Mouseable.
func (l *VList) MouseUp(e *desktop.MouseEvent) {
	if l.bar.held {
		l.release()
		return
	}
	if i, p, ok := l.local(e.Position); ok && i == l.pressed && !l.moving && l.OnUp != nil {
		l.OnUp(i, p, e)
	}
}

func (l *VList) release() {
	l.bar.held = false
	l.Rebind()
	if l.OnMoved != nil {
		l.OnMoved()
	}
}

// TappedSecondary lets the press of the right button through; OnPress has seen it.
func (l *VList) TappedSecondary(*fyne.PointEvent) {}

// Dragged implements fyne.Draggable.
func (l *VList) Dragged(e *fyne.DragEvent) {
	if l.bar.held {
		l.ScrollTo(l.bar.drag(l.Size(), e.Position, l.Height()))
		return
	}
	if l.pressed < 0 || l.OnDrag == nil || l.cancelled {
		return
	}
	d := e.Position.Subtract(l.pressAt)
	if !l.moving && d.X*d.X+d.Y*d.Y < 36 {
		return
	}
	l.moving = true
	l.OnDrag(l.pressed, e.AbsolutePosition)
}

// CancelDrag ends a drag without a drop.
func (l *VList) CancelDrag() { l.moving, l.cancelled = false, true }

// DragEnd implements fyne.Draggable.
func (l *VList) DragEnd() {
	if l.bar.held {
		l.release()
		return
	}
	if l.moving {
		l.moving = false
		if l.OnDrop != nil {
			l.OnDrop(fyne.Position{})
		}
	}
}

// MouseIn implements desktop.Hoverable.
func (l *VList) MouseIn(e *desktop.MouseEvent) { l.point(e.Position) }

// MouseMoved implements desktop.Hoverable.
func (l *VList) MouseMoved(e *desktop.MouseEvent) { l.point(e.Position) }

// MouseOut implements desktop.Hoverable.
func (l *VList) MouseOut() {
	l.bar.hot = false
	l.setHover(-1, fyne.Position{})
	l.redraw()
}

func (l *VList) point(p fyne.Position) {
	if hot := l.bar.hit(l.Size(), p); hot != l.bar.hot {
		l.bar.hot = hot
		l.redraw()
	}
	i, q, ok := l.local(p)
	if !ok {
		i = -1
	}
	l.setHover(i, q)
}

func (l *VList) setHover(i int, p fyne.Position) {
	was := l.hover
	l.hover = i
	if l.OnHover != nil {
		l.OnHover(i, p)
	}
	if was == i {
		return
	}
	for _, k := range []int{was, i} {
		if r, ok := l.used[k]; ok {
			r.Bind(k)
		}
	}
}

// FocusGained implements fyne.Focusable.
func (l *VList) FocusGained() { l.setFocus(true) }

// FocusLost implements fyne.Focusable.
func (l *VList) FocusLost() { l.setFocus(false) }

func (l *VList) setFocus(on bool) {
	l.focused = on
	if l.OnFocus != nil {
		l.OnFocus(on)
	}
	l.Rebind()
}

// TypedRune implements fyne.Focusable.
func (l *VList) TypedRune(r rune) {
	if l.OnRune != nil {
		l.OnRune(r)
	}
}

// TypedKey implements fyne.Focusable.
func (l *VList) TypedKey(e *fyne.KeyEvent) {
	if l.OnKey != nil {
		l.OnKey(e)
	}
}

// TypedShortcut implements fyne.Shortcutable: a focused widget hides shortcuts from the canvas, so they are handed on.
func (l *VList) TypedShortcut(s fyne.Shortcut) {
	if l.OnCommon != nil {
		l.OnCommon(s)
	}
}

// CreateRenderer implements fyne.Widget.
func (l *VList) CreateRenderer() fyne.WidgetRenderer {
	l.bar.place(fyne.Size{}, 0, 0)
	r := &Renderer{Self: l}
	l.lay = func() { l.arrange(r) }
	r.Lay = func(fyne.Size) { l.arrange(r) }
	r.Paint = func() { l.all = true }
	r.Gone = func() { l.lay = nil }
	r.Min = func() fyne.Size { return fyne.NewSize(100, 40) }
	return r
}

// arrange places the visible rows: those that stay visible keep what they show and only move.
func (l *VList) arrange(r *Renderer) {
	s := l.Size()
	h := float64(s.Height)
	l.top = max(0, min(l.top, l.Height()-h))
	first, end := l.Range()
	for i, row := range l.used {
		if i < first || i >= end {
			delete(l.used, i)
			l.free = append(l.free, row)
		}
	}
	objs := r.Objs[:0]
	size := fyne.NewSize(s.Width, l.RowH)
	for i := first; i < end; i++ {
		row, ok := l.used[i]
		if !ok {
			if n := len(l.free); n > 0 {
				row, l.free = l.free[n-1], l.free[:n-1]
			} else {
				row = l.NewRow()
			}
			l.used[i] = row
		}
		o := row.Object()
		wide := o.Size() != size
		if wide {
			o.Resize(size)
		}
		if !ok || l.all || wide {
			row.Bind(i)
		}
		o.Move(fyne.NewPos(0, float32(l.Y(i)-l.top)))
		objs = append(objs, o)
	}
	g := sort.Search(len(l.Groups), func(g int) bool { return l.headY(g)+float64(l.HeadH) > l.top })
	n := 0
	for ; g < len(l.Groups); g++ {
		y := l.headY(g) - l.top
		if y > h {
			break
		}
		if n == len(l.heads) {
			l.heads = append(l.heads, newHeadRow())
		}
		hd := l.heads[n]
		hd.box.Resize(fyne.NewSize(s.Width, l.HeadH))
		hd.show(l.Groups[g])
		hd.box.Move(fyne.NewPos(0, float32(y)))
		objs = append(objs, hd.box)
		n++
	}
	l.bar.place(s, l.top, l.Height())
	r.Objs = append(objs, l.bar.rect)
	l.all = false
	canvas.Refresh(l)
}

// headRow is the header of a group.
type headRow struct {
	box          *fyne.Container
	title, count *canvas.Text
}

func newHeadRow() *headRow {
	h := &headRow{box: &fyne.Container{}, title: &canvas.Text{}, count: &canvas.Text{}}
	h.box.Objects = []fyne.CanvasObject{h.title, h.count}
	return h
}

func (h *headRow) show(g Group) {
	s := h.box.Size()
	PutText(h.title, g.Title, Tiny11B, C(Text3), 16, 0, s.Width-80, s.Height, fyne.TextAlignLeading)
	PutText(h.count, g.Count, Tiny11, C(Text3), s.Width-80, 0, 64, s.Height, fyne.TextAlignTrailing)
}
