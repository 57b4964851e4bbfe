package kit

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"math"
	"sync"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"github.com/postrider/postrider/assets"
	"github.com/postrider/postrider/views/html/picture"
)

// iconKey names a drawn icon. px and stroke are in pixels of the screen and in units of the icon's 24 px box.
type iconKey struct {
	name   string
	ink    color.NRGBA
	px     int
	stroke float32
	fill   bool
}

// iconMost bounds how many drawn icons are kept: some 6 MB.
const iconMost = 4096

var (
	iconMu sync.Mutex
	iconed = map[iconKey]*image.RGBA{}
)

// ShowIcon has img show an icon by its Lucide name, px by px, in a colour; fill fills its shape: the star that is set. An unknown name is a question mark in a
// circle. Icons are drawn once and kept: reading an SVG anew whenever something is refreshed would take the window's goroutine tens of milliseconds.
func ShowIcon(img *canvas.Image, name string, ink color.NRGBA, px float32, fill bool) {
	k := iconKey{name, ink, int(math.Round(float64(px * screenScale()))), strokeFor(px), fill}
	if p := iconPicture(k); img.Image != image.Image(p) {
		img.Image = p
		img.Refresh()
	}
}

// strokeFor returns the width of the lines of an icon of px by px, in units of the 24 px box: 2 for small icons, 1.75 for 18 and 20 px, 1.5 for 32.
func strokeFor(px float32) float32 {
	switch {
	case px >= 28:
		return 1.5
	case px >= 18:
		return 1.75
	}
	return 2
}

// screenScale is how many pixels of the screen a px has.
func screenScale() float32 {
	scale := float32(1)
	if a := fyne.CurrentApp(); a != nil {
		for _, w := range a.Driver().AllWindows() {
			scale = max(scale, w.Canvas().Scale())
			break
		}
	}
	return scale
}

func iconPicture(k iconKey) *image.RGBA {
	iconMu.Lock()
	defer iconMu.Unlock()
	if p, ok := iconed[k]; ok {
		return p
	}
	p := drawSVG(iconSVG(k), k.px)
	if len(iconed) >= iconMost {
		clear(iconed)
	}
	iconed[k] = p
	return p
}

// iconSVG puts colour and width into the drawing.
func iconSVG(k iconKey) []byte {
	b, ok := assets.IconSVG(k.name)
	if !ok {
		b, _ = assets.IconSVG("circle-help")
	}
	ink := fmt.Sprintf("#%02x%02x%02x", k.ink.R, k.ink.G, k.ink.B)
	b = bytes.ReplaceAll(b, []byte("currentColor"), []byte(ink))
	b = bytes.ReplaceAll(b, []byte(`stroke-width="2"`), fmt.Appendf(nil, `stroke-width="%g"`, k.stroke))
	if k.fill {
		b = bytes.Replace(b, []byte(`fill="none"`), []byte(`fill="`+ink+`"`), 1)
	}
	return b
}

// iconResource is an icon for the toolkit's own widgets. The toolkit scales a shape but not the width of its lines, so k.stroke is in pixels, and keeps pictures by
// name, so colour and width are part of it.
func iconResource(k iconKey) fyne.Resource {
	return fyne.NewStaticResource(fmt.Sprintf("%s-%02x%02x%02x%02x-%g.svg", k.name, k.ink.R, k.ink.G, k.ink.B, k.ink.A, k.stroke), iconSVG(k))
}

// drawSVG draws one of the program's own drawings.
func drawSVG(b []byte, px int) *image.RGBA {
	px = max(1, min(px, 1024))
	if info, err := picture.Read(b, picture.Limits{}); err == nil {
		if p := picture.Draw(b, info, picture.Limits{}, px, px); p != nil {
			return p
		}
	}
	return image.NewRGBA(image.Rect(0, 0, px, px))
}

// logoPicture is the program's mark in the colours of the palette in force.
func logoPicture(px float32) *image.RGBA {
	a, o := C(Accent), C(OnAccent)
	k := iconKey{name: "logo", ink: a, px: int(math.Round(float64(px * screenScale())))}
	iconMu.Lock()
	defer iconMu.Unlock()
	if p, ok := iconed[k]; ok {
		return p
	}
	b := bytes.ReplaceAll(assets.Logo(), []byte("#0A6C74"), fmt.Appendf(nil, "#%02x%02x%02x", a.R, a.G, a.B))
	b = bytes.ReplaceAll(b, []byte("#FFFFFF"), fmt.Appendf(nil, "#%02x%02x%02x", o.R, o.G, o.B))
	p := drawSVG(b, k.px)
	iconed[k] = p
	return p
}

// IconView shows one icon.
type IconView struct {
	widget.BaseWidget
	Name string
	Px   float32
	Ink  Token
	Fill bool
	// Hue, when set, gives the colour instead of Ink: the hue's ink.
	Hue string
}

// NewIcon returns a widget that shows an icon of px by px in the colour of a token.
func NewIcon(name string, px float32, ink Token) *IconView {
	v := &IconView{Name: name, Px: px, Ink: ink}
	v.ExtendBaseWidget(v)
	return v
}

// CreateRenderer implements fyne.Widget.
func (v *IconView) CreateRenderer() fyne.WidgetRenderer {
	img := &canvas.Image{FillMode: canvas.ImageFillContain}
	r := &Renderer{Self: v, Objs: []fyne.CanvasObject{img}}
	r.Min = func() fyne.Size { return fyne.NewSquareSize(v.Px) }
	r.Lay = func(s fyne.Size) {
		img.Resize(fyne.NewSquareSize(v.Px))
		img.Move(fyne.NewPos((s.Width-v.Px)/2, (s.Height-v.Px)/2))
	}
	r.Paint = func() {
		c := C(v.Ink)
		if v.Hue != "" {
			c = Hue(v.Hue).Ink
		}
		if img.Hidden = v.Name == ""; !img.Hidden {
			ShowIcon(img, v.Name, c, v.Px, v.Fill)
		}
	}
	r.Paint()
	return r
}

// LogoView shows the program's mark.
type LogoView struct {
	widget.BaseWidget
	Px float32
}

// NewLogo returns the mark at px by px.
func NewLogo(px float32) *LogoView {
	v := &LogoView{Px: px}
	v.ExtendBaseWidget(v)
	return v
}

// CreateRenderer implements fyne.Widget.
func (v *LogoView) CreateRenderer() fyne.WidgetRenderer {
	img := &canvas.Image{FillMode: canvas.ImageFillContain, Image: logoPicture(v.Px)}
	r := &Renderer{Self: v, Objs: []fyne.CanvasObject{img}}
	r.Min = func() fyne.Size { return fyne.NewSquareSize(v.Px) }
	r.Lay = func(s fyne.Size) { img.Resize(s) }
	r.Paint = func() {
		if p := logoPicture(v.Px); img.Image != image.Image(p) {
			img.Image = p
			img.Refresh()
		}
	}
	return r
}

// AppIcon returns the program's icon for the system.
func AppIcon() fyne.Resource { return fyne.NewStaticResource("postrider.png", assets.LogoPNG()) }
