package view

import (
	"image/color"
	"testing"

	"fyne.io/fyne/v2/canvas"

	"github.com/postrider/postrider/views/html/display"
)

// TestBlankSaysWhatIsMissing: a picture that is not loaded shows its words where there is room for a line of them.
func TestBlankSaysWhatIsMissing(t *testing.T) {
	for _, c := range []struct {
		w, h float32
		alt  string
		want bool
	}{
		{129, 20, "Company Name", true},
		{150, 80, "Company Name", true},
		{22, 20, "Fb", true},
		{20, 20, "A name that is longer than the picture", false},
		{129, 20, "", false},
		{600, 2, "A line", false},
	} {
		said := ""
		for _, o := range NewBlank().Place(Missing{&display.Image{Alt: c.alt}, color.NRGBA{255, 255, 255, 255}}, 0, 0, c.w, c.h) {
			if x, ok := o.(*canvas.Text); ok {
				said = x.Text
				if p, z := x.Position(), x.MinSize(); p.X < 0 || p.X+z.Width > c.w+1 || p.Y < -2 || p.Y+z.Height > c.h+4 {
					t.Errorf("%v by %v: the words are at %v, %v", c.w, c.h, p, z)
				}
			}
		}
		if (said != "") != c.want {
			t.Errorf("%v by %v, %q: it says %q", c.w, c.h, c.alt, said)
		}
	}
}

// TestBlankIsSeen: the words can be read on what is behind the picture.
func TestBlankIsSeen(t *testing.T) {
	white := rgb(0xffffff)
	for _, c := range []uint32{0xffffff, 0x4dbfbf, 0xf5784c, 0x222222, 0x1e2629, 0x14343a, 0xfeae39} {
		l := &display.List{Items: []display.Item{
			&display.Box{Rect: display.Rect{W: 600, H: 400}, Color: rgb(c)},
			&display.Box{Rect: display.Rect{X: 300, W: 20, H: 20}, Color: white}, // beside it
			&display.Image{Rect: display.Rect{X: 20, Y: 20, W: 200, H: 100}, Alt: "robot picture", Missing: true},
			&display.Image{Rect: display.Rect{X: 20, Y: 20, W: 200, H: 100}, Alt: "it is here"},
		}}
		m := Blanks(l, white)
		if len(m) != 1 || m[0].ground != rgb(c) {
			t.Fatalf("%06x: %+v", c, m)
		}
		for _, o := range NewBlank().Place(m[0], 0, 0, 200, 100) {
			if x, ok := o.(*canvas.Text); ok {
				if v := contrast(x.Color.(color.NRGBA), rgb(c)); v < 4.5 {
					t.Errorf("on %06x the words have a contrast of %.1f", c, v)
				}
			}
		}
	}
}
