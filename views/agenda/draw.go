package agenda

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"github.com/postrider/postrider/views/kit"
)

// sheet hands out canvas objects, the same ones each time it is drawn.
type sheet struct {
	rects []*canvas.Rectangle
	texts []*canvas.Text
	icons []*kit.IconView
	nr    int
	nt    int
	ni    int
	objs  []fyne.CanvasObject
}

func (s *sheet) begin() { s.nr, s.nt, s.ni, s.objs = 0, 0, 0, s.objs[:0] }

func (s *sheet) rect(x, y, w, h float32, fill color.Color, radius float32) *canvas.Rectangle {
	if s.nr == len(s.rects) {
		s.rects = append(s.rects, &canvas.Rectangle{})
	}
	o := s.rects[s.nr]
	s.nr++
	*o = canvas.Rectangle{FillColor: fill, CornerRadius: radius}
	kit.Place(o, x, y, w, h)
	s.objs = append(s.objs, o)
	return o
}

func (s *sheet) text(t string, st kit.Style, ink color.Color, x, y, w, h float32, align fyne.TextAlign) float32 {
	if w <= 4 || t == "" {
		return 0
	}
	if s.nt == len(s.texts) {
		s.texts = append(s.texts, &canvas.Text{})
	}
	o := s.texts[s.nt]
	s.nt++
	s.objs = append(s.objs, o)
	return kit.PutText(o, t, st, ink, x, y, w, h, align)
}

func (s *sheet) icon(name string, px float32, ink kit.Token, hue string, x, y, h float32) {
	if s.ni == len(s.icons) {
		s.icons = append(s.icons, kit.NewIcon(name, px, ink))
	}
	o := s.icons[s.ni]
	s.ni++
	o.Name, o.Px, o.Ink, o.Hue = name, px, ink, hue
	kit.Place(o, x, y, px, h)
	o.Refresh()
	s.objs = append(s.objs, o)
}

// render makes the renderer of a widget that draws itself on a sheet, and what paints it anew.
func (s *sheet) render(w fyne.Widget, draw func()) (r *kit.Renderer, paint func()) {
	r = &kit.Renderer{Self: w, Min: w.MinSize}
	all := func() {
		draw()
		r.Objs = append(r.Objs[:0], s.objs...)
	}
	r.Lay = func(fyne.Size) { all() }
	return r, func() { all(); canvas.Refresh(w) }
}

// lines breaks a text into at most n lines of a width, the last one cut.
func lines(t string, st kit.Style, w float32, n int) []string {
	var out []string
	for t != "" && len(out) < n-1 {
		if kit.Width(t, st) <= w {
			break
		}
		at := 0
		for i, r := range t {
			if r == ' ' {
				if kit.Width(t[:i], st) > w {
					break
				}
				at = i
			}
		}
		if at == 0 {
			break
		}
		out = append(out, t[:at])
		t = t[at+1:]
	}
	if t != "" {
		out = append(out, kit.Cut(t, st, w))
	}
	return out
}
