package paint

import (
	"image/color"
	"sync"
)

// gains is what Chromium on Linux adds to a letter's coverage, measured beside ours: at coverages of 0, 1/8 … 1, for text whose luminance is that of
// grey 0, 51, 102, 153 and 255. It makes up for blending in a space that is not linear: light text would look thin, and dark text bold.
var gains = [5][9]float64{
	{0, 0.007, 0.000, -0.002, -0.020, -0.020, -0.021, -0.022, 0},
	{0, 0.013, 0.009, 0.011, -0.003, 0.000, 0.001, 0.002, 0},
	{0, 0.017, 0.016, 0.021, 0.014, 0.015, 0.017, 0.011, 0},
	{0, 0.019, 0.020, 0.026, 0.016, 0.018, 0.019, 0.013, 0},
	{0, 0.054, 0.062, 0.066, 0.049, 0.044, 0.035, 0.017, 0},
}

var greys = [5]float64{0, 51, 102, 153, 255}

var curves struct {
	mu   sync.Mutex
	kept [16]*[256]uint8
}

// inked returns the ink of a text colour.
func inked(n color.NRGBA) ink {
	lum := 0.2126*float64(n.R) + 0.7152*float64(n.G) + 0.0722*float64(n.B)
	i := int(lum/17 + 0.5)
	curves.mu.Lock()
	defer curves.mu.Unlock()
	if curves.kept[i] == nil {
		curves.kept[i] = curve(float64(i) * 17)
	}
	return ink{premultiplied(n), curves.kept[i]}
}

func curve(lum float64) *[256]uint8 {
	k := 0
	for k < 3 && lum > greys[k+1] {
		k++
	}
	f := (lum - greys[k]) / (greys[k+1] - greys[k])
	var c [256]uint8
	for v := range c {
		at := float64(v) / 255 * 8
		i := min(int(at), 7)
		t := at - float64(i)
		gain := func(row [9]float64) float64 { return row[i] + (row[i+1]-row[i])*t }
		a := float64(v)/255 + gain(gains[k])*(1-f) + gain(gains[k+1])*f
		c[v] = uint8(min(max(a, 0), 1)*255 + 0.5)
	}
	return &c
}
