package kit

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

func newRect() *canvas.Rectangle { return &canvas.Rectangle{FillColor: color.NRGBA{}} }

// Overlay covers a canvas and shows content somewhere on it: menus, dialogs, palettes, completion lists. A press outside and Escape close it,
// unless it is Sticky (then only Escape does, through OnEscape when that is set).
type Overlay struct {
	widget.BaseWidget
	Canvas  fyne.Canvas
	Content fyne.CanvasObject
	Scrim   bool // darkens what is below
	Sticky  bool
	// PlaceAt gives position and size of the content for the size of the canvas; nil = centred at its smallest size.
	PlaceAt  func(canvas fyne.Size) (fyne.Position, fyne.Size)
	OnHide   func()
	OnEscape func()
	// OnKey hears keys that nothing in the overlay has focus for; it returns true when it used the key.
	OnKey func(*fyne.KeyEvent) bool

	layer   *fyne.Container
	shown   bool
	oldKey  func(*fyne.KeyEvent)
	oldRune func(rune)
}

var (
	_ desktop.Mouseable = (*Overlay)(nil)
	_ desktop.Hoverable = (*Overlay)(nil)
)

// NewOverlay returns an overlay that is not shown yet.
func NewOverlay(c fyne.Canvas, content fyne.CanvasObject) *Overlay {
	o := &Overlay{Canvas: c, Content: content, layer: container.NewWithoutLayout()}
	o.ExtendBaseWidget(o)
	return o
}

// Open shows it on top.
func (o *Overlay) Open() {
	if o.shown {
		return
	}
	o.shown = true
	if l := LayerOf(o.Canvas); l != nil {
		clearTips(l)
	}
	o.oldKey, o.oldRune = o.Canvas.OnTypedKey(), o.Canvas.OnTypedRune()
	o.Canvas.SetOnTypedKey(o.typedKey)
	o.Canvas.SetOnTypedRune(func(rune) {})
	o.Resize(o.Canvas.Size())
	o.Canvas.Overlays().Add(o)
}

// Close hides it and calls OnHide.
func (o *Overlay) Close() {
	if !o.shown {
		return
	}
	o.shown = false
	o.Canvas.Overlays().Remove(o)
	o.Canvas.SetOnTypedKey(o.oldKey)
	o.Canvas.SetOnTypedRune(o.oldRune)
	if o.OnHide != nil {
		o.OnHide()
	}
}

// Shown reports whether it is open.
func (o *Overlay) Shown() bool { return o.shown }

func (o *Overlay) typedKey(e *fyne.KeyEvent) {
	if o.OnKey != nil && o.OnKey(e) {
		return
	}
	if e.Name == fyne.KeyEscape {
		o.Escape()
	}
}

// Escape does what the Escape key does; a field inside calls it.
func (o *Overlay) Escape() {
	if o.OnEscape != nil {
		o.OnEscape()
		return
	}
	o.Close()
}

// MouseDown closes it when the press is outside of the content.
func (o *Overlay) MouseDown(e *desktop.MouseEvent) {
	p, s := o.Content.Position(), o.Content.Size()
	inside := e.Position.X >= p.X && e.Position.Y >= p.Y && e.Position.X < p.X+s.Width && e.Position.Y < p.Y+s.Height
	if !inside && !o.Sticky {
		o.Escape()
	}
}

// MouseUp implements desktop.Mouseable.
func (o *Overlay) MouseUp(*desktop.MouseEvent) {}

// MouseIn implements desktop.Hoverable, so that nothing below hovers.
func (o *Overlay) MouseIn(*desktop.MouseEvent) {}

// MouseMoved implements desktop.Hoverable.
func (o *Overlay) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (o *Overlay) MouseOut() {}

// CreateRenderer implements fyne.Widget.
func (o *Overlay) CreateRenderer() fyne.WidgetRenderer {
	scrim := newRect()
	r := &Renderer{Objs: []fyne.CanvasObject{scrim, o.Content, o.layer}, Self: o}
	r.Lay = func(s fyne.Size) {
		scrim.Resize(s)
		o.layer.Resize(s)
		if o.PlaceAt != nil {
			p, z := o.PlaceAt(s)
			o.Content.Resize(z)
			o.Content.Move(p)
			return
		}
		z := o.Content.MinSize()
		z.Height = min(z.Height, s.Height-16)
		o.Content.Resize(z)
		o.Content.Move(fyne.NewPos(max(0, (s.Width-z.Width)/2), max(0, (s.Height-z.Height)/2)))
	}
	r.Paint = func() {
		scrim.FillColor = color.NRGBA{}
		if o.Scrim {
			scrim.FillColor = C(Scrim)
		}
		r.Objs[1] = o.Content
	}
	r.Paint()
	return r
}

// TopOverlay returns our overlay on top of a canvas, nil when there is none.
func TopOverlay(c fyne.Canvas) *Overlay {
	o, _ := c.Overlays().Top().(*Overlay)
	return o
}

// EscapeFrom does what Escape does in the overlay that is on top where o is; a widget with the keyboard calls it, because Fyne gives keys to
// it alone.
func EscapeFrom(o fyne.CanvasObject) {
	if c := fyne.CurrentApp().Driver().CanvasForObject(o); c != nil {
		if top := TopOverlay(c); top != nil {
			top.Escape()
		}
	}
}

// Panel is a rounded area with a shadow around content: the look of menus and dialogs.
type Panel struct {
	widget.BaseWidget
	Content fyne.CanvasObject
	Fill    Token
	Radius  float32
	Pad     float32
	Width   float32 // 0 = as wide as the content
}

// NewPanel returns a panel with pad px around content.
func NewPanel(content fyne.CanvasObject, fill Token, radius, pad float32) *Panel {
	p := &Panel{Content: content, Fill: fill, Radius: radius, Pad: pad}
	p.ExtendBaseWidget(p)
	return p
}

// MouseDown keeps presses on the panel from reaching what is below.
func (p *Panel) MouseDown(*desktop.MouseEvent) {}

// MouseUp implements desktop.Mouseable.
func (p *Panel) MouseUp(*desktop.MouseEvent) {}

var shadowSpread = [6]float32{1, 3, 5, 8, 11, 14}

// CreateRenderer implements fyne.Widget.
func (p *Panel) CreateRenderer() fyne.WidgetRenderer {
	r := &Renderer{Self: p}
	var shade [6]*canvas.Rectangle
	for i := range shade {
		shade[i] = newRect()
		r.Objs = append(r.Objs, shade[i])
	}
	bg := newRect()
	r.Objs = append(r.Objs, bg, p.Content)
	r.Min = func() fyne.Size {
		z := p.Content.MinSize().AddWidthHeight(2*p.Pad, 2*p.Pad)
		if p.Width > 0 {
			z.Width = p.Width
		}
		return z
	}
	r.Lay = func(s fyne.Size) {
		for i, d := range shadowSpread {
			y := 2 + 3*float32(i)/5
			Place(shade[i], -d, -d+y, s.Width+2*d, s.Height+2*d)
			shade[i].CornerRadius = p.Radius + d
		}
		bg.Resize(s)
		Place(p.Content, p.Pad, p.Pad, s.Width-2*p.Pad, s.Height-2*p.Pad)
	}
	r.Paint = func() {
		for _, o := range shade {
			o.FillColor = C(Shadow)
		}
		bg.FillColor, bg.StrokeColor, bg.StrokeWidth, bg.CornerRadius = C(p.Fill), C(Border), 1, p.Radius
	}
	r.Paint()
	return r
}
