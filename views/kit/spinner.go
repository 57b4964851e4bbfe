package kit

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// Spinner turns while something is awaited, one turn in 900 ms; it stands still when animations are off.
type Spinner struct {
	widget.BaseWidget
	Px   float32
	anim *fyne.Animation
	arc  *canvas.Arc
}

// NewSpinner returns a spinner of px by px that turns while it is visible.
func NewSpinner(px float32) *Spinner {
	s := &Spinner{Px: px}
	s.ExtendBaseWidget(s)
	return s
}

// Show starts it.
func (s *Spinner) Show() { s.BaseWidget.Show(); s.start() }

// Hide stops it.
func (s *Spinner) Hide() { s.stop(); s.BaseWidget.Hide() }

func (s *Spinner) start() {
	if s.anim != nil || s.arc == nil || !fyne.CurrentApp().Settings().ShowAnimations() {
		return
	}
	s.anim = &fyne.Animation{Duration: 900 * time.Millisecond, RepeatCount: fyne.AnimationRepeatForever, Curve: fyne.AnimationLinear, Tick: func(f float32) {
		s.arc.StartAngle, s.arc.EndAngle = 360*f, 360*f+270
		canvas.Refresh(s.arc)
	}}
	s.anim.Start()
}

func (s *Spinner) stop() {
	if s.anim != nil {
		s.anim.Stop()
		s.anim = nil
	}
}

// CreateRenderer implements fyne.Widget.
func (s *Spinner) CreateRenderer() fyne.WidgetRenderer {
	s.arc = canvas.NewArc(0, 270, 1-4/s.Px, C(Accent))
	r := &Renderer{Self: s, Objs: []fyne.CanvasObject{s.arc}, Gone: s.stop}
	r.Min = func() fyne.Size { return fyne.NewSquareSize(s.Px) }
	r.Lay = func(z fyne.Size) { Place(s.arc, (z.Width-s.Px)/2, (z.Height-s.Px)/2, s.Px, s.Px) }
	r.Paint = func() { s.arc.FillColor = C(Accent) }
	s.start()
	return r
}

// Progress is a bar of 3 px.
type Progress struct {
	widget.BaseWidget
	Value float64 // 0 to 1
}

// NewProgress returns an empty bar.
func NewProgress() *Progress {
	p := &Progress{}
	p.ExtendBaseWidget(p)
	return p
}

// Set changes the value.
func (p *Progress) Set(v float64) {
	if v = max(0, min(1, v)); v != p.Value {
		p.Value = v
		p.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (p *Progress) CreateRenderer() fyne.WidgetRenderer {
	track, bar := &canvas.Rectangle{CornerRadius: 1.5}, &canvas.Rectangle{CornerRadius: 1.5}
	r := &Renderer{Self: p, Objs: []fyne.CanvasObject{track, bar}}
	r.Min = func() fyne.Size { return fyne.NewSize(20, 3) }
	r.Lay = func(s fyne.Size) {
		track.FillColor, bar.FillColor = C(SelectIdle), C(Accent)
		Place(track, 0, 0, s.Width, 3)
		Place(bar, 0, 0, s.Width*float32(p.Value), 3)
	}
	return r
}
