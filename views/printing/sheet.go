package printing

import (
	"context"
	"image"
	"image/color"
	"image/draw"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"github.com/postrider/postrider/views/html/display"
	"github.com/postrider/postrider/views/html/paint"
	"github.com/postrider/postrider/views/kit"
)

// Draw draws a page, counted from 0, width device pixels wide; nil when it has none or ctx ended. It is drawn twice as large and made smaller, so that hair lines
// stay to be seen.
func (l *Laid) Draw(ctx context.Context, page, width int) *image.RGBA {
	big := l.draw(ctx, page, 2*width)
	if big == nil {
		return nil
	}
	im := image.NewRGBA(image.Rect(0, 0, big.Rect.Dx()/2, big.Rect.Dy()/2))
	for y := range im.Rect.Dy() {
		a, b, to := big.Pix[2*y*big.Stride:], big.Pix[(2*y+1)*big.Stride:], im.Pix[y*im.Stride:]
		for x := range im.Rect.Dx() {
			for c := range 4 {
				i := 8*x + c
				to[4*x+c] = uint8((int(a[i]) + int(a[i+4]) + int(b[i]) + int(b[i+4])) / 4)
			}
		}
	}
	return im
}

func (l *Laid) draw(ctx context.Context, page, width int) *image.RGBA {
	if page < 0 || page >= l.Pages() || width < 1 || width > 4000 {
		return nil
	}
	k := float64(width) / l.Paper.Width // device pixels in a point
	im := image.NewRGBA(image.Rect(0, 0, width, int(l.Paper.Height*k+0.5)))
	draw.Draw(im, im.Bounds(), image.White, image.Point{}, draw.Src)
	y0, y1 := l.Cuts[page], l.Cuts[page+1]
	s := l.Scale * k
	part := image.NewRGBA(image.Rect(0, 0, max(1, int(l.List.Width*s+0.5)), max(1, int((y1-y0)*s+0.5))))
	draw.Draw(part, part.Bounds(), image.White, image.Point{}, draw.Src)
	if err := l.painter().Paint(ctx, part, display.Rect{Y: y0, W: l.List.Width, H: y1 - y0}, s); err != nil {
		return nil
	}
	at := int(margin*k + 0.5)
	draw.Draw(im, part.Bounds().Add(image.Pt(at, at)), part, image.Point{}, draw.Src)
	return im
}

func (l *Laid) painter() *paint.Painter { return paint.New(l.List, paint.Options{Pictures: l.pics}) }

// sheet shows a page as it will be.
type sheet struct {
	widget.BaseWidget
	im    *image.RGBA
	paper Paper
	spin  *kit.Spinner
	say   string // why there is nothing to see
}

func newSheet() *sheet {
	s := &sheet{spin: kit.NewSpinner(24), paper: Papers[0]}
	s.ExtendBaseWidget(s)
	return s
}

const (
	sheetWidth  float32 = 320
	sheetHeight float32 = 410
)

// place is where the paper is, as large as fits.
func (s *sheet) place() (x, y, w, h float32) {
	k := min((sheetWidth-24)/float32(s.paper.Width), (sheetHeight-24)/float32(s.paper.Height))
	w, h = float32(s.paper.Width)*k, float32(s.paper.Height)*k
	return (sheetWidth - w) / 2, (sheetHeight - h) / 2, w, h
}

// CreateRenderer implements fyne.Widget.
func (s *sheet) CreateRenderer() fyne.WidgetRenderer {
	ground := &canvas.Rectangle{CornerRadius: 8}
	edge := &canvas.Rectangle{StrokeWidth: 1, FillColor: color.White}
	pic := &canvas.Image{FillMode: canvas.ImageFillStretch}
	text := kit.NewPara("", kit.Body13, kit.Text2, 19, sheetWidth-80)
	r := &kit.Renderer{Self: s, Objs: []fyne.CanvasObject{ground, edge, pic, s.spin, text}}
	r.Min = func() fyne.Size { return fyne.NewSize(sheetWidth, sheetHeight) }
	r.Lay = func(z fyne.Size) {
		ground.Resize(z)
		x, y, w, h := s.place()
		kit.Place(edge, x-1, y-1, w+2, h+2)
		kit.Place(pic, x, y, w, h)
		kit.Place(s.spin, (z.Width-24)/2, (z.Height-24)/2, 24, 24)
		kit.Place(text, 40, z.Height/2-30, z.Width-80, 80)
	}
	r.Paint = func() {
		ground.FillColor, edge.StrokeColor = kit.C(kit.Canvas), kit.C(kit.BorderStrong)
		has := s.im != nil
		if has && pic.Image != image.Image(s.im) {
			pic.Image = s.im
			pic.Refresh()
		}
		pic.Hidden, edge.Hidden, text.Hidden = !has, !has, has || s.say == ""
		text.SetText(s.say)
		if has || s.say != "" {
			s.spin.Hide()
		} else {
			s.spin.Show()
		}
	}
	r.Paint()
	return r
}
