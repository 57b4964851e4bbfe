package view

import (
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
		for _, o := range newBlank().place(&display.Image{Alt: c.alt}, 0, 0, c.w, c.h) {
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
