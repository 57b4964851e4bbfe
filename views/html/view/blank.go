package view

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"github.com/postrider/postrider/views/html/display"
	"github.com/postrider/postrider/views/kit"
)

// blank stands for a picture that is not loaded: its place, and what it would show in words. Its colours can be seen on any ground.
type blank struct {
	frame *canvas.Rectangle
	icon  *kit.IconView
	alt   *canvas.Text
}

func newBlank() *blank {
	return &blank{frame: &canvas.Rectangle{CornerRadius: 4, StrokeWidth: 1, StrokeColor: color.NRGBA{128, 138, 140, 150}, FillColor: color.NRGBA{128, 138, 140, 26}}, icon: kit.NewIcon("image-off", 18, kit.Text3), alt: &canvas.Text{}}
}

func (b *blank) place(m *display.Image, x, y, w, h float32) []fyne.CanvasObject {
	kit.Place(b.frame, x, y, w, h)
	out := []fyne.CanvasObject{b.frame}
	if h < 28 {
		if h >= 12 && w >= 16 && m.Alt != "" { // a line of words instead of the icon
			style := kit.Small12
			style.Size = min(style.Size, h*0.75)
			pad := min(6, (w-style.Size)/4)
			if alt := kit.Cut(m.Alt, style, w-2*pad); len(alt) > 3 || alt == m.Alt {
				kit.PutText(b.alt, alt, style, color.NRGBA{128, 138, 140, 255}, x+pad, y, w-2*pad, h, fyne.TextAlignCenter)
				out = append(out, b.alt)
			}
		}
		return out
	}
	if w < 40 {
		return out
	}
	alt := ""
	if w > 90 && h > 56 {
		alt = kit.Cut(m.Alt, kit.Small12, w-16)
	}
	top := y + (h-18)/2
	if alt != "" {
		top -= 11
		kit.PutText(b.alt, alt, kit.Small12, color.NRGBA{128, 138, 140, 255}, x+8, top+22, w-16, 18, fyne.TextAlignCenter)
		out = append(out, b.alt)
	}
	kit.Place(b.icon, x+(w-18)/2, top, 18, 18)
	b.icon.Refresh()
	return append(out, b.icon)
}
