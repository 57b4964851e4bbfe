package agenda

import (
	"image/color"
	"math"
	"strconv"
	"strings"
)

// hueOf is the hue of the palette nearest to a colour.
func hueOf(hex string) string {
	v, err := strconv.ParseUint(strings.TrimPrefix(hex, "#"), 16, 64)
	if err != nil || len(hex) < 7 {
		return "petrol"
	}
	if len(hex) > 7 { // #rrggbbaa
		v >>= 8
	}
	c := color.NRGBA{uint8(v >> 16), uint8(v >> 8), uint8(v), 255}
	best, dist := "slate", -1.0
	h, s := hueAndSaturation(c)
	if s < 0.12 {
		return "slate"
	}
	for name, at := range map[string]float64{"red": 5, "orange": 27, "amber": 45, "green": 123, "petrol": 184, "blue": 213, "indigo": 237, "violet": 266, "rose": 338} {
		d := h - at
		if d < 0 {
			d = -d
		}
		if d > 180 {
			d = 360 - d
		}
		if dist < 0 || d < dist {
			best, dist = name, d
		}
	}
	return best
}

// hueAndSaturation are those of HSL: h in degrees, s from 0 to 1.
func hueAndSaturation(c color.NRGBA) (h, s float64) {
	r, g, b := float64(c.R)/255, float64(c.G)/255, float64(c.B)/255
	hi, lo := max(r, g, b), min(r, g, b)
	d := hi - lo
	if d == 0 {
		return 0, 0
	}
	s = d / (1 - math.Abs(hi+lo-1))
	switch hi {
	case r:
		h = (g - b) / d
	case g:
		h = (b-r)/d + 2
	default:
		h = (r-g)/d + 4
	}
	h *= 60
	if h < 0 {
		h += 360
	}
	return h, s
}
