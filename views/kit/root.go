package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"
)

// Root is the content of every window: what the window shows, and above it the float layer for tooltips, toasts and drag tags, through which
// the pointer passes.
type Root struct {
	widget.BaseWidget
	Fill    Token
	content fyne.CanvasObject
	layer   *fyne.Container
	// OnSize, when set, hears of every new size.
	OnSize func(fyne.Size)
	// MinW and MinH are the smallest size of the window.
	MinW, MinH float32
}

// NewRoot returns a root around content.
func NewRoot(content fyne.CanvasObject) *Root {
	r := &Root{content: content, layer: container.NewWithoutLayout(), Fill: Canvas}
	r.ExtendBaseWidget(r)
	return r
}

// SetContent changes what the window shows.
func (r *Root) SetContent(o fyne.CanvasObject) { r.content = o; r.Refresh() }

// Content returns what the window shows.
func (r *Root) Content() fyne.CanvasObject { return r.content }

// CreateRenderer implements fyne.Widget.
func (r *Root) CreateRenderer() fyne.WidgetRenderer {
	bg := NewFill(r.Fill)
	re := &Renderer{Objs: []fyne.CanvasObject{bg, r.content, r.layer}, Self: r}
	re.Min = func() fyne.Size { return fyne.NewSize(r.MinW, r.MinH) }
	re.Lay = func(s fyne.Size) {
		if r.OnSize != nil {
			r.OnSize(s)
		}
		bg.Resize(s)
		r.content.Resize(s)
		r.layer.Resize(s)
	}
	re.Paint = func() { re.Objs[1] = r.content }
	return re
}

// layerOf returns the float layer in which something that belongs to o is shown, and its canvas; nil when o is on none of ours.
func layerOf(o fyne.CanvasObject) (*fyne.Container, fyne.Canvas) {
	c := fyne.CurrentApp().Driver().CanvasForObject(o)
	if c == nil {
		return nil, nil
	}
	return LayerOf(c), c
}

// LayerOf returns the float layer that is on top of a canvas, nil when it has none.
func LayerOf(c fyne.Canvas) *fyne.Container {
	switch top := c.Overlays().Top().(type) {
	case *Overlay:
		return top.layer
	case nil:
	default:
		return nil
	}
	if r, ok := c.Content().(*Root); ok {
		return r.layer
	}
	return nil
}

// addTo and dropFrom change a float layer; a container does not ask to be drawn again by itself.
func addTo(l *fyne.Container, o fyne.CanvasObject) {
	l.Add(o)
	canvas.Refresh(l)
}

func dropFrom(l *fyne.Container, o fyne.CanvasObject) {
	l.Remove(o)
	canvas.Refresh(l)
}

// Fill is a rectangle in the colour of a token.
type Fill struct {
	widget.BaseWidget
	Token  Token
	Radius float32
	Line   Token // Clear: no border
	Weight float32
	Min    fyne.Size
}

// NewFill returns a plain area.
func NewFill(t Token) *Fill {
	f := &Fill{Token: t, Line: Clear}
	f.ExtendBaseWidget(f)
	return f
}

// NewBox returns a rounded area with a border of 1 px (line may be Clear).
func NewBox(fill, line Token, radius float32) *Fill {
	f := &Fill{Token: fill, Line: line, Radius: radius, Weight: 1}
	f.ExtendBaseWidget(f)
	return f
}

// CreateRenderer implements fyne.Widget.
func (f *Fill) CreateRenderer() fyne.WidgetRenderer {
	rect := newRect()
	r := &Renderer{Self: f, Objs: []fyne.CanvasObject{rect}}
	r.Min = func() fyne.Size { return f.Min }
	r.Lay = func(s fyne.Size) { rect.Resize(s) }
	r.Paint = func() {
		rect.FillColor, rect.StrokeColor, rect.StrokeWidth, rect.CornerRadius = C(f.Token), C(f.Line), 0, f.Radius
		if f.Line != Clear {
			rect.StrokeWidth = f.Weight
		}
	}
	r.Paint()
	return r
}
