package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// Chip is a pill of 26 px with an avatar and an x: a person among the recipients.
type Chip struct {
	widget.BaseWidget
	Text     string
	Addr     string
	Bad      string // why it cannot be used, "" = it can
	Icon     string // instead of the initials
	About    string // a word in a quieter ink behind the name
	OnRemove func()
	OnTapped func() // on the name, to change it
	// OnDrag hears where on the canvas the chip is dragged, OnDrop that it was let go.
	OnDrag  func(at fyne.Position)
	OnDrop  func()
	hovered bool
	marked  bool
	moving  bool
	tip     tipTimer
}

// NewChip returns a chip; text is the name or the address.
func NewChip(text, addr, bad string, remove func()) *Chip {
	c := &Chip{Text: text, Addr: addr, Bad: bad, OnRemove: remove}
	c.ExtendBaseWidget(c)
	return c
}

// Mark shows that the next Backspace removes it.
func (c *Chip) Mark(on bool) {
	if c.marked != on {
		c.marked = on
		c.Refresh()
	}
}

// AccessibleName returns the name and what is said about it.
func (c *Chip) AccessibleName() string {
	if c.About != "" {
		return c.Text + ", " + c.About
	}
	return c.Text
}

func (c *Chip) about() float32 {
	if c.About == "" {
		return 0
	}
	return 6 + Width(c.About, Small12)
}

// Tapped removes the chip when the press is on its x.
func (c *Chip) Tapped(e *fyne.PointEvent) {
	switch {
	case e != nil && e.Position.X > c.Size().Width-24 && c.OnRemove != nil:
		c.tip.hide()
		c.OnRemove()
	case c.OnTapped != nil:
		c.OnTapped()
	}
}

// Dragged implements fyne.Draggable.
func (c *Chip) Dragged(e *fyne.DragEvent) {
	if c.OnDrag != nil {
		c.moving = true
		c.tip.hide()
		c.OnDrag(e.AbsolutePosition)
	}
}

// DragEnd implements fyne.Draggable.
func (c *Chip) DragEnd() {
	if c.moving && c.OnDrop != nil {
		c.OnDrop()
	}
	c.moving = false
}

// MouseIn implements desktop.Hoverable.
func (c *Chip) MouseIn(*desktop.MouseEvent) {
	c.hovered = true
	if c.Addr != c.Text {
		c.tip.start(c, c.Addr, "")
	}
	c.Refresh()
}

// MouseMoved implements desktop.Hoverable.
func (c *Chip) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (c *Chip) MouseOut() { c.hovered = false; c.tip.hide(); c.Refresh() }

const chipText = 240 // px, at most

// CreateRenderer implements fyne.Widget.
func (c *Chip) CreateRenderer() fyne.WidgetRenderer {
	bg := &canvas.Rectangle{CornerRadius: 13}
	avatar := NewAvatar(c.Text, c.Addr, 20)
	mark := NewIcon("circle-alert", 14, Err)
	avatar.Icon = c.Icon
	text, about := &canvas.Text{}, &canvas.Text{}
	x := NewIcon("x", 12, Text2)
	r := &Renderer{Self: c, Objs: []fyne.CanvasObject{bg, avatar, mark, text, about, x}}
	r.Min = func() fyne.Size {
		return fyne.NewSize(29+min(chipText, Width(c.Text, Body13))+c.about()+26, 26)
	}
	r.Lay = func(s fyne.Size) {
		bg.Resize(s)
		Place(avatar, 3, 3, 20, 20)
		Place(mark, 7, 6, 14, 14)
		ink := C(Text)
		if c.Bad != "" {
			ink = C(Err)
		}
		PutText(text, c.Text, Body13, ink, 29, 0, s.Width-29-24-c.about(), s.Height, fyne.TextAlignLeading)
		PutText(about, c.About, Small12, C(Text2), s.Width-24-c.about()+2, 0, c.about(), s.Height, fyne.TextAlignLeading)
		Place(x, s.Width-20, 7, 12, 12)
	}
	r.Paint = func() {
		bg.FillColor, bg.StrokeWidth = C(SelectIdle), 0
		avatar.Hidden, mark.Hidden, x.Ink = c.Bad != "", c.Bad == "", Text2
		switch {
		case c.Bad != "":
			bg.FillColor, bg.StrokeColor, bg.StrokeWidth, x.Ink = C(ErrTint), C(ErrLine), 1, Err
		case c.hovered:
			bg.FillColor = C(Press)
		}
		if c.marked {
			bg.StrokeColor, bg.StrokeWidth = C(Accent), 2
		}
	}
	r.Paint()
	return r
}

// Flow lays objects out in lines that wrap; the last one gets the rest of its line, at least Rest px.
type Flow struct {
	widget.BaseWidget
	Objects []fyne.CanvasObject
	Gap     float32
	Line    float32 // height of a line
	Rest    float32
	// OnHeight is told when the number of lines changed.
	OnHeight func()
	lines    int
}

// NewFlow returns a flow with lines of line px.
func NewFlow(line, gap, rest float32, objs ...fyne.CanvasObject) *Flow {
	f := &Flow{Objects: objs, Gap: gap, Line: line, Rest: rest, lines: 1}
	f.ExtendBaseWidget(f)
	return f
}

// Set replaces the objects.
func (f *Flow) Set(objs ...fyne.CanvasObject) {
	f.Objects = objs
	f.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (f *Flow) CreateRenderer() fyne.WidgetRenderer {
	r := &Renderer{Self: f, Objs: f.Objects}
	r.Min = func() fyne.Size { return fyne.NewSize(f.Rest, float32(f.lines)*f.Line) }
	r.Lay = func(s fyne.Size) {
		x, row := float32(0), 0
		for i, o := range f.Objects {
			z := o.MinSize()
			w := min(z.Width, s.Width)
			if i == len(f.Objects)-1 {
				w = f.Rest
			}
			if x > 0 && x+w > s.Width {
				x, row = 0, row+1
			}
			if i == len(f.Objects)-1 {
				w = s.Width - x
			}
			Place(o, x, float32(row)*f.Line+(f.Line-z.Height)/2, w, z.Height)
			x += w + f.Gap
		}
		if row+1 != f.lines && s.Width > 0 {
			f.lines = row + 1
			if f.OnHeight != nil {
				f.OnHeight()
			}
		}
	}
	r.Paint = func() { r.Objs = f.Objects }
	return r
}
