package view

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"github.com/postrider/postrider/views/html/display"
	"github.com/postrider/postrider/views/kit"
)

// Missing is a picture that has a place and is not there, with the colour of what is behind it.
type Missing struct {
	*display.Image
	ground color.NRGBA
}

// grounds is how many items before a picture are looked at for what is behind it.
const grounds = 200

// Blanks are the pictures of a list that are shown as missing, at most 200; ground is the colour behind everything.
func Blanks(l *display.List, ground color.NRGBA) (out []Missing) {
	for i, it := range l.Items {
		m, ok := it.(*display.Image)
		if !ok || !m.Missing || len(out) == 200 || (m.W < 24 || m.H < 24) && (m.Alt == "" || m.W < 30 || m.H < 12) {
			continue
		}
		behind := ground
		for k := i - 1; k >= 0 && k >= i-grounds; k-- {
			if b, ok := l.Items[k].(*display.Box); ok && b.Color.A > 127 && b.X <= m.X && b.Y <= m.Y && b.X+b.W >= m.X+m.W && b.Y+b.H >= m.Y+m.H {
				behind = b.Color
				break
			}
		}
		out = append(out, Missing{m, behind})
	}
	return out
}

// Blank stands for a picture that is not loaded: its place, and what it would show in words, in colours that can be seen on what is behind it.
type Blank struct {
	frame *canvas.Rectangle
	icon  *canvas.Image
	alt   *canvas.Text
}

// NewBlank returns one that is nowhere yet.
func NewBlank() *Blank {
	return &Blank{frame: &canvas.Rectangle{CornerRadius: 4, StrokeWidth: 1}, icon: &canvas.Image{FillMode: canvas.ImageFillContain}, alt: &canvas.Text{}}
}

// Place puts it where a picture would be, in px, and returns what is to be drawn.
func (b *Blank) Place(m Missing, x, y, w, h float32) []fyne.CanvasObject {
	ink := color.NRGBA{74, 90, 94, 255}
	switch l := lightness(m.ground); {
	case l < dim:
		ink = color.NRGBA{196, 206, 208, 255}
	case l < 0.85:
		ink = color.NRGBA{20, 30, 33, 255}
	}
	line, veil := ink, ink
	line.A, veil.A = 90, 16
	b.frame.StrokeColor, b.frame.FillColor = line, veil
	kit.Place(b.frame, x, y, w, h)
	out := []fyne.CanvasObject{b.frame}
	if h < 28 {
		if h >= 12 && w >= 16 && m.Alt != "" { // a line of words instead of the icon
			style := kit.Small12
			style.Size = min(style.Size, h*0.75)
			pad := min(6, (w-style.Size)/4)
			if alt := kit.Cut(m.Alt, style, w-2*pad); len(alt) > 3 || alt == m.Alt {
				kit.PutText(b.alt, alt, style, ink, x+pad, y, w-2*pad, h, fyne.TextAlignCenter)
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
		kit.PutText(b.alt, alt, kit.Small12, ink, x+8, top+22, w-16, 18, fyne.TextAlignCenter)
		out = append(out, b.alt)
	}
	kit.Place(b.icon, x+(w-18)/2, top, 18, 18)
	kit.ShowIcon(b.icon, "image-off", ink, 18, false)
	return append(out, b.icon)
}
