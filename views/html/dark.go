package html

import (
	"image/color"
	"math"

	"github.com/postrider/postrider/views/html/paint"
)

// Darken returns the change of colours for a mail made for white paper, shown on dark paper. It goes by lightness in a space where equal steps look
// equal (OKLab) and keeps hues: light fills become dark, the lighter the darker, dark fills stay; dark text becomes light, light text stays. So text and
// fill are on opposite sides whatever pair a mail puts together, and white becomes exactly the paper.
func Darken(paper color.NRGBA) paint.Recolor {
	p := toLab(paper)
	return func(c color.NRGBA, r paint.Role) color.NRGBA {
		l := toLab(c)
		switch r {
		case paint.TextColor:
			if l.l < 0.78 {
				l.l = 0.93 - l.l*(0.93-0.78)/0.78
			}
		case paint.Fill:
			if l.l > fillLimit {
				t := (l.l - fillLimit) / (1 - fillLimit)
				l.l = fillLimit - t*(fillLimit-p.l)
				// Colour goes with the light, and white takes the paper's own tint.
				l.a, l.b = l.a*(1-0.3*t)+p.a*t, l.b*(1-0.3*t)+p.b*t
			}
		default:
			if l.l > 0.5 {
				l.l = 0.5 - (l.l-0.5)*(0.5-p.l-0.1)/0.5
			} else {
				l.l = 0.75 - l.l*0.5
			}
		}
		out := l.color()
		out.A = c.A
		return out
	}
}

const fillLimit = 0.5

// lab is a colour in OKLab (Björn Ottosson, 2020).
type lab struct{ l, a, b float64 }

func linear(v uint8) float64 {
	f := float64(v) / 255
	if f <= 0.04045 {
		return f / 12.92
	}
	return math.Pow((f+0.055)/1.055, 2.4)
}

func gamma(f float64) uint8 {
	f = min(max(f, 0), 1)
	if f <= 0.0031308 {
		f *= 12.92
	} else {
		f = 1.055*math.Pow(f, 1/2.4) - 0.055
	}
	return uint8(f*255 + 0.5)
}

func toLab(c color.NRGBA) lab {
	r, g, b := linear(c.R), linear(c.G), linear(c.B)
	l := math.Cbrt(0.4122214708*r + 0.5363325363*g + 0.0514459929*b)
	m := math.Cbrt(0.2119034982*r + 0.6806995451*g + 0.1073969566*b)
	s := math.Cbrt(0.0883024619*r + 0.2817188376*g + 0.6299787005*b)
	return lab{0.2104542553*l + 0.7936177850*m - 0.0040720468*s, 1.9779984951*l - 2.4285922050*m + 0.4505937099*s, 0.0259040371*l + 0.7827717662*m - 0.8086757660*s}
}

func (k lab) color() color.NRGBA {
	l, m, s := k.l+0.3963377774*k.a+0.2158037573*k.b, k.l-0.1055613458*k.a-0.0638541728*k.b, k.l-0.0894841775*k.a-1.2914855480*k.b
	l, m, s = l*l*l, m*m*m, s*s*s
	return color.NRGBA{gamma(4.0767416621*l - 3.3077115913*m + 0.2309699292*s), gamma(-1.2684380046*l + 2.6097574011*m - 0.3413193965*s), gamma(-0.0041960863*l - 0.7034186147*m + 1.7076147010*s), 255}
}
