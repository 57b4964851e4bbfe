package paint

import (
	"image/color"
	"math"
	"sync"
)

// contrast is by how much dark text is strengthened, as Skia does on Linux (0.5 for black, 0 for white, linear in luminance).
const contrast = 0.5

var curves struct {
	mu   sync.Mutex
	kept [16]*[256]uint8
}

// inked returns the ink of a text colour.
func inked(n color.NRGBA) ink {
	lum := 0.2126*float64(n.R) + 0.7152*float64(n.G) + 0.0722*float64(n.B)
	i := int(math.Min(lum/16, 15))
	curves.mu.Lock()
	defer curves.mu.Unlock()
	if curves.kept[i] == nil {
		var c [256]uint8
		k := contrast * (1 - float64(i)/15)
		for v := range c {
			a := float64(v) / 255
			c[v] = uint8((a+(1-a)*a*k)*255 + 0.5)
		}
		curves.kept[i] = &c
	}
	return ink{premultiplied(n), curves.kept[i]}
}
