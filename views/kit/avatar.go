package kit

import (
	"image"
	"strings"
	"unicode"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
	"github.com/rivo/uniseg"
)

// Initials returns the first letters of the first and the last word of a name, upper case. Of an address it takes the first letter.
func Initials(name string) string {
	ws := strings.FieldsFunc(name, func(r rune) bool {
		return unicode.IsSpace(r) || r == '.' || r == '_' || r == '&' || r == ',' || r == '"' || r == '('
	})
	if i := strings.IndexByte(name, '@'); i > 0 && !strings.Contains(name, " ") {
		ws = []string{name[:i]}
	}
	first := func(w string) string {
		c, _, _, _ := uniseg.FirstGraphemeClusterInString(w, -1)
		return strings.ToUpper(c)
	}
	switch len(ws) {
	case 0:
		return "?"
	case 1:
		return first(ws[0])
	}
	return first(ws[0]) + first(ws[len(ws)-1])
}

// InitialsSize is the size of the letters in an avatar of px.
func InitialsSize(px float32) float32 {
	switch {
	case px <= 26:
		return 10
	case px <= 28:
		return 11
	case px <= 32:
		return 12
	case px <= 40:
		return 14
	}
	return px / 3
}

// Avatar is a circle with initials in the hue of an address, or with an icon.
type Avatar struct {
	widget.BaseWidget
	Name, Addr string
	Px         float32
	Icon       string      // instead of the initials
	Hue        string      // instead of the address's
	Photo      image.Image // instead of all of it
}

// NewAvatar returns an avatar of px by px.
func NewAvatar(name, addr string, px float32) *Avatar {
	a := &Avatar{Name: name, Addr: addr, Px: px}
	a.ExtendBaseWidget(a)
	return a
}

// Set changes whom it shows.
func (a *Avatar) Set(name, addr string) { a.Name, a.Addr = name, addr; a.Refresh() }

// CreateRenderer implements fyne.Widget.
func (a *Avatar) CreateRenderer() fyne.WidgetRenderer {
	disc, text, icon := &canvas.Circle{}, &canvas.Text{}, NewIcon("", a.Px/2, Text)
	face := &canvas.Image{FillMode: canvas.ImageFillCover, ScaleMode: canvas.ImageScaleSmooth}
	r := &Renderer{Self: a, Objs: []fyne.CanvasObject{disc, text, icon, face}}
	r.Min = func() fyne.Size { return fyne.NewSquareSize(a.Px) }
	r.Lay = func(s fyne.Size) {
		x, y := (s.Width-a.Px)/2, (s.Height-a.Px)/2
		Place(disc, x, y, a.Px, a.Px)
		photo := a.Photo
		if photo == nil && a.Icon == "" {
			faces.shown[a] = strings.ToLower(a.Addr)
			photo = FaceOf(a.Addr)
		}
		if face.Hidden = photo == nil; photo != nil {
			face.Image, face.CornerRadius = photo, a.Px/2
			Place(face, x, y, a.Px, a.Px)
			text.Hidden, icon.Hidden = true, true
			return
		}
		disc.Hidden = false
		h := a.hue()
		disc.FillColor = h.Tint
		text.Hidden, icon.Hidden = a.Icon != "", a.Icon == ""
		PutText(text, Initials(a.Name), Style{Size: InitialsSize(a.Px), Weight: SemiBold}, h.Ink, x, y, a.Px, a.Px, fyne.TextAlignCenter)
		if a.Icon != "" {
			icon.Name, icon.Hue = a.Icon, a.hueName()
			Place(icon, x, y, a.Px, a.Px)
			icon.Refresh()
		}
	}
	r.Gone = func() { delete(faces.shown, a) }
	return r
}

func (a *Avatar) hueName() string {
	if a.Hue != "" {
		return a.Hue
	}
	return HueOf(a.Addr)
}

func (a *Avatar) hue() HueColors { return Hue(a.hueName()) }
