package kit

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// Col stacks objects from top to bottom, gap px apart, each as wide as the column. A [Spring] takes what is left.
func Col(gap float32, objs ...fyne.CanvasObject) *fyne.Container {
	return container.New(&colLayout{gap}, objs...)
}

// Row puts objects side by side, gap px apart, each at its smallest width and centred in the row's height. A [Spring] takes what is left.
func Row(gap float32, objs ...fyne.CanvasObject) *fyne.Container {
	return container.New(&rowLayout{gap}, objs...)
}

type colLayout struct{ gap float32 }

func (l *colLayout) MinSize(objs []fyne.CanvasObject) fyne.Size {
	var z fyne.Size
	n := 0
	for _, o := range objs {
		if !o.Visible() {
			continue
		}
		m := o.MinSize()
		z.Width = max(z.Width, m.Width)
		z.Height += m.Height
		n++
	}
	z.Height += l.gap * float32(max(0, n-1))
	return z
}

func (l *colLayout) Layout(objs []fyne.CanvasObject, s fyne.Size) {
	left, springs := s.Height-l.MinSize(objs).Height, springs(objs)
	y := float32(0)
	for _, o := range objs {
		if !o.Visible() {
			continue
		}
		h := o.MinSize().Height
		if _, ok := o.(*spring); ok && left > 0 {
			h += left / float32(springs)
		}
		Place(o, 0, y, s.Width, h)
		y += h + l.gap
	}
}

type rowLayout struct{ gap float32 }

func (l *rowLayout) MinSize(objs []fyne.CanvasObject) fyne.Size {
	var z fyne.Size
	n := 0
	for _, o := range objs {
		if !o.Visible() {
			continue
		}
		m := o.MinSize()
		z.Height = max(z.Height, m.Height)
		z.Width += m.Width
		n++
	}
	z.Width += l.gap * float32(max(0, n-1))
	return z
}

func (l *rowLayout) Layout(objs []fyne.CanvasObject, s fyne.Size) {
	left, springs := s.Width-l.MinSize(objs).Width, springs(objs)
	x := float32(0)
	for _, o := range objs {
		if !o.Visible() {
			continue
		}
		m := o.MinSize()
		y, h := (s.Height-m.Height)/2, m.Height
		if sp, ok := o.(*spring); ok {
			if left > 0 {
				m.Width += left / float32(springs)
			}
			if sp.tall {
				y, h = 0, s.Height
			}
		}
		Place(o, x, y, m.Width, h)
		x += m.Width + l.gap
	}
}

func springs(objs []fyne.CanvasObject) int {
	n := 0
	for _, o := range objs {
		if _, ok := o.(*spring); ok && o.Visible() {
			n++
		}
	}
	return max(1, n)
}

// spring is an object that takes the room left in a Row or Col.
type spring struct {
	widget.BaseWidget
	inner fyne.CanvasObject
	tall  bool
}

// Spring takes the room that is left in a Row or Col and gives it to o; o may be nil.
func Spring(o fyne.CanvasObject) fyne.CanvasObject {
	s := &spring{inner: o}
	s.ExtendBaseWidget(s)
	return s
}

func (s *spring) CreateRenderer() fyne.WidgetRenderer {
	r := &Renderer{Self: s}
	if s.inner == nil {
		return r
	}
	r.Objs = []fyne.CanvasObject{s.inner}
	r.Min = s.inner.MinSize
	r.Lay = func(z fyne.Size) { Place(s.inner, 0, 0, z.Width, z.Height) }
	return r
}

// Sized gives o a fixed width or height; 0 = its own.
func Sized(w, h float32, o fyne.CanvasObject) *fyne.Container {
	return container.New(&sizedLayout{w, h}, o)
}

// Gap is empty room.
func Gap(w, h float32) fyne.CanvasObject {
	r := &canvas.Rectangle{FillColor: color.NRGBA{}}
	r.SetMinSize(fyne.NewSize(w, h))
	return r
}

type sizedLayout struct{ w, h float32 }

func (l *sizedLayout) MinSize(objs []fyne.CanvasObject) fyne.Size {
	var z fyne.Size
	for _, o := range objs {
		z = z.Max(o.MinSize())
	}
	if l.w > 0 {
		z.Width = l.w
	}
	if l.h > 0 {
		z.Height = l.h
	}
	return z
}

func (l *sizedLayout) Layout(objs []fyne.CanvasObject, s fyne.Size) {
	for _, o := range objs {
		Place(o, 0, 0, s.Width, s.Height)
	}
}

// Inset puts px of room around o: top, right, bottom, left.
func Inset(top, right, bottom, left float32, o fyne.CanvasObject) *fyne.Container {
	return container.New(&insetLayout{top, right, bottom, left}, o)
}

type insetLayout struct{ t, r, b, l float32 }

func (l *insetLayout) MinSize(objs []fyne.CanvasObject) fyne.Size {
	var z fyne.Size
	for _, o := range objs {
		z = z.Max(o.MinSize())
	}
	return z.AddWidthHeight(l.l+l.r, l.t+l.b)
}

func (l *insetLayout) Layout(objs []fyne.CanvasObject, s fyne.Size) {
	for _, o := range objs {
		Place(o, l.l, l.t, s.Width-l.l-l.r, s.Height-l.t-l.b)
	}
}

// Free places objects by a function of the size; min gives the smallest size.
func Free(min func() fyne.Size, lay func(fyne.Size), objs ...fyne.CanvasObject) *fyne.Container {
	return container.New(&freeLayout{min, lay}, objs...)
}

type freeLayout struct {
	min func() fyne.Size
	lay func(fyne.Size)
}

func (l *freeLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	if l.min == nil {
		return fyne.Size{}
	}
	return l.min()
}

func (l *freeLayout) Layout(_ []fyne.CanvasObject, s fyne.Size) { l.lay(s) }

// Hang puts lead at the top left and o beside it, gap px apart: an icon beside a text of several lines.
func Hang(lead fyne.CanvasObject, gap float32, o fyne.CanvasObject) *fyne.Container {
	return Free(func() fyne.Size {
		a, b := lead.MinSize(), o.MinSize()
		return fyne.NewSize(a.Width+gap+b.Width, max(a.Height, b.Height))
	}, func(s fyne.Size) {
		z := lead.MinSize()
		Place(lead, 0, 0, z.Width, z.Height)
		Place(o, z.Width+gap, 0, s.Width-z.Width-gap, s.Height)
	}, lead, o)
}

// Frame is a filled, bordered, rounded rectangle, with an object inside or without; it can be clicked when OnTapped is set.
type Frame struct {
	widget.BaseWidget
	Fill, Stroke Token
	Hue          string // fills with the tint of a hue (Solid: its solid) instead
	Solid        bool
	Width        float32 // of the stroke
	Radius       float32
	TopOnly      bool // only the upper corners are round
	BottomOnly   bool // only the lower ones
	Pad          float32
	Content      fyne.CanvasObject
	HoverFill    Token // with OnTapped; 0 value Rail means none
	Name         string
	OnTapped     func()
	OnSecondary  func(at fyne.Position) // the other button; at is in the window
	hovered      bool
}

// NewFrame returns a frame with a stroke of 1 px; Clear draws nothing. Give a frame with a stroke the fill of its ground rather than Clear: the
// renderer blends the inner edge of the line towards the fill, and transparent counts as black.
func NewFrame(fill, stroke Token, radius, pad float32, content fyne.CanvasObject) *Frame {
	f := &Frame{Fill: fill, Stroke: stroke, Width: 1, Radius: radius, Pad: pad, Content: content}
	f.ExtendBaseWidget(f)
	return f
}

// NewRule returns a line of 1 px.
func NewRule(t Token) *fyne.Container { return Sized(0, 1, NewFrame(t, Clear, 0, 0, nil)) }

// Tapped implements fyne.Tappable.
func (f *Frame) Tapped(*fyne.PointEvent) {
	if f.OnTapped != nil {
		f.OnTapped()
	}
}

// TappedSecondary implements fyne.SecondaryTappable.
func (f *Frame) TappedSecondary(e *fyne.PointEvent) {
	if f.OnSecondary != nil {
		f.OnSecondary(e.AbsolutePosition)
	}
}

// AccessibleName returns its name.
func (f *Frame) AccessibleName() string { return f.Name }

// MouseIn implements desktop.Hoverable.
func (f *Frame) MouseIn(*desktop.MouseEvent) { f.hover(true) }

// MouseMoved implements desktop.Hoverable.
func (f *Frame) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (f *Frame) MouseOut() { f.hover(false) }

func (f *Frame) hover(on bool) {
	if f.OnTapped != nil && f.HoverFill != Rail {
		f.hovered = on
		f.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (f *Frame) CreateRenderer() fyne.WidgetRenderer {
	bg := &canvas.Rectangle{}
	r := &Renderer{Self: f, Objs: []fyne.CanvasObject{bg}}
	if f.Content != nil {
		r.Objs = append(r.Objs, f.Content)
	}
	r.Min = func() fyne.Size {
		if f.Content == nil {
			return fyne.Size{}
		}
		return f.Content.MinSize().AddWidthHeight(2*f.Pad, 2*f.Pad)
	}
	r.Lay = func(s fyne.Size) {
		bg.Resize(s)
		if f.Content != nil {
			Place(f.Content, f.Pad, f.Pad, s.Width-2*f.Pad, s.Height-2*f.Pad)
		}
	}
	r.Paint = func() {
		if f.Content != nil {
			r.Objs = []fyne.CanvasObject{bg, f.Content}
		}
		fill := f.Fill
		if f.hovered {
			fill = f.HoverFill
		}
		bg.FillColor, bg.StrokeColor, bg.StrokeWidth = C(fill), C(f.Stroke), f.Width
		if f.Hue != "" {
			bg.FillColor = Hue(f.Hue).Tint
			if f.Solid {
				bg.FillColor = Hue(f.Hue).Solid
			}
		}
		if f.Stroke == Clear {
			bg.StrokeWidth = 0
		}
		bg.CornerRadius = f.Radius
		if f.TopOnly {
			bg.CornerRadius, bg.TopLeftCornerRadius, bg.TopRightCornerRadius = 0, f.Radius, f.Radius
		} else if f.BottomOnly {
			bg.CornerRadius, bg.BottomLeftCornerRadius, bg.BottomRightCornerRadius = 0, f.Radius, f.Radius
		}
	}
	r.Paint()
	return r
}
