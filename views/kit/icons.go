package kit

import (
	"bytes"
	"fmt"
	"image/color"
	"math"
	"sync"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"github.com/postrider/postrider/assets"
)

var (
	iconMu sync.Mutex
	iconed = map[string]fyne.Resource{}
)

// Icon returns an icon by its Lucide name in the colour of a token and with a stroke width in units of its 24 px box: 2 for icons of 12 to
// 16 px, 1.75 for 18 and 20, 1.5 for 32 (see [StrokeFor]). An unknown name is drawn as a question mark in a circle.
func Icon(name string, t Token, stroke float32) fyne.Resource { return IconColor(name, C(t), stroke) }

// IconFilled is Icon with its shape filled: the star that is set.
func IconFilled(name string, t Token, stroke float32) fyne.Resource {
	return iconRes(name, C(t), stroke, true)
}

// IconColor is Icon in any colour.
func IconColor(name string, c color.NRGBA, stroke float32) fyne.Resource {
	return iconRes(name, c, stroke, false)
}

// StrokeFor returns the stroke width for an icon of px by px, in pixels of the screen: 2 units of the 24 px box for small icons, 1.75 for
// 18 and 20 px, 1.5 for 32. Fyne's SVG renderer scales the shape but not the width of its lines, so the scale is part of it.
func StrokeFor(px float32) float32 {
	units := float32(2)
	switch {
	case px >= 28:
		units = 1.5
	case px >= 18:
		units = 1.75
	}
	scale := float32(1)
	if a := fyne.CurrentApp(); a != nil {
		for _, w := range a.Driver().AllWindows() {
			scale = max(scale, w.Canvas().Scale())
			break
		}
	}
	return float32(math.Round(float64(units*px*scale/24*100)) / 100)
}

// iconRes replaces colour and width in the drawing's bytes. Both are part of the resource's name, because Fyne caches pictures by name.
func iconRes(name string, c color.NRGBA, stroke float32, fill bool) fyne.Resource {
	key := fmt.Sprintf("%s-%02x%02x%02x%02x-%g-%t.svg", name, c.R, c.G, c.B, c.A, stroke, fill)
	iconMu.Lock()
	defer iconMu.Unlock()
	if r, ok := iconed[key]; ok {
		return r
	}
	b, ok := assets.IconSVG(name)
	if !ok {
		b, _ = assets.IconSVG("circle-help")
	}
	ink := fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B)
	b = bytes.ReplaceAll(b, []byte("currentColor"), []byte(ink))
	b = bytes.ReplaceAll(b, []byte(`stroke-width="2"`), fmt.Appendf(nil, `stroke-width="%g"`, stroke))
	if fill {
		b = bytes.Replace(b, []byte(`fill="none"`), []byte(`fill="`+ink+`"`), 1)
	}
	r := fyne.NewStaticResource(key, b)
	iconed[key] = r
	return r
}

// Logo returns the program's mark in the colours of the palette in force.
func Logo() fyne.Resource {
	a, o := C(Accent), C(OnAccent)
	key := fmt.Sprintf("logo-%02x%02x%02x.svg", a.R, a.G, a.B)
	b := bytes.ReplaceAll(assets.Logo(), []byte("#0A6C74"), fmt.Appendf(nil, "#%02x%02x%02x", a.R, a.G, a.B))
	b = bytes.ReplaceAll(b, []byte("#FFFFFF"), fmt.Appendf(nil, "#%02x%02x%02x", o.R, o.G, o.B))
	return fyne.NewStaticResource(key, b)
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
		img.Hidden = v.Name == ""
		img.Resource = iconRes(v.Name, c, StrokeFor(v.Px), v.Fill)
		img.Refresh()
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
	img := &canvas.Image{FillMode: canvas.ImageFillContain, Resource: Logo()}
	r := &Renderer{Self: v, Objs: []fyne.CanvasObject{img}}
	r.Min = func() fyne.Size { return fyne.NewSquareSize(v.Px) }
	r.Lay = func(s fyne.Size) { img.Resize(s) }
	r.Paint = func() { img.Resource = Logo(); img.Refresh() }
	return r
}

// AppIcon returns the program's icon for the system.
func AppIcon() fyne.Resource { return fyne.NewStaticResource("postrider.png", assets.LogoPNG()) }
