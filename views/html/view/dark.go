package view

import (
	"image/color"
	"math"

	"github.com/postrider/postrider/views/html/display"
	"github.com/postrider/postrider/views/html/paint"
	"github.com/postrider/postrider/views/html/style"
)

// The range of lightness (OKLab) that colours are turned into: white becomes the card of the dark theme, black nearly white.
const (
	darkest  = 0.262
	lightest = 0.945
	// dim divides dark backgrounds, which stay, from light ones, which are turned.
	dim = 0.55
	// pale is the lightness above which a line is hardly seen on white.
	pale = 0.85
	// legible is the least lightness of text in a strong colour: orange and lime would become brown and olive, which are hard to read.
	legible = 0.7
	// small is the side, px, of boxes that are drawn, not written on.
	small = 10
	// behind is how many boxes before a run are looked at for its background.
	behind = 300
)

// Darken returns a copy of a list in colours for a dark window, for mails that bring none of their own: light backgrounds and the text on them are turned in
// lightness, hue kept, and white becomes ground; dark and colourful backgrounds (banners, buttons) stay with the text on them. Pictures are not touched.
func Darken(l *display.List, ground color.NRGBA) *display.List {
	out := *l
	fill := func(c color.NRGBA) color.NRGBA { return fill(c, ground) }
	out.Items = make([]display.Item, len(l.Items))
	out.Background = fill(l.Background)
	type area struct {
		display.Rect
		kept bool
	}
	var grounds []area
	kept := func(x, y float64) bool {
		for i := len(grounds) - 1; i >= 0 && i >= len(grounds)-behind; i-- {
			g := grounds[i]
			if x >= g.X && x < g.X+g.W && y >= g.Y && y < g.Y+g.H {
				return g.kept
			}
		}
		return l.Background.A > 127 && stays(l.Background)
	}
	for i, it := range l.Items {
		switch it := it.(type) {
		case *display.Box:
			b := *it
			picture, shade, strong := false, 0, 0 // colours of gradients that hide what is behind, and those of them that stay
			b.Layers = append([]display.Layer(nil), it.Layers...)
			for k := range b.Layers {
				if b.Layers[k].Gradient != nil {
					g := *b.Layers[k].Gradient
					g.Stops = append([]style.Stop(nil), g.Stops...)
					for n := range g.Stops {
						if c := g.Stops[n].Color; c.A > 127 && !picture {
							if shade++; stays(c) {
								strong++
							}
						}
						g.Stops[n].Color = fill(g.Stops[n].Color)
					}
					b.Layers[k].Gradient = &g
				} else {
					picture = true
				}
			}
			on := kept(b.X+b.W/2, b.Y+b.H/2)
			thin := min(b.W, b.H) <= small
			switch l := lightness(b.Color); {
			case thin && !on && b.Color.A > 0 && l < dim:
				// Not a ground for text but a drawing: a bullet, a line, a dot.
				b.Color = ink(b.Color)
			case thin && !on && l > pale:
				b.Color = turn(b.Color) // a faint line stays one
			default:
				b.Color = fill(b.Color)
			}
			for k := range b.Border {
				if on {
					continue
				}
				if s := &b.Border[k]; s.Line == style.Inset || s.Line == style.Outset {
					// The shades are made for a light ground.
					s.Color, s.Line = paint.Shade(*s, k), style.Solid
				}
				b.Border[k].Color = turn(b.Border[k].Color)
			}
			b.Shadows = nil
			switch {
			case min(b.W, b.H) <= small:
			case shade > 0:
				grounds = append(grounds, area{b.Rect, 2*strong >= shade})
			case it.Color.A > 127 || picture:
				// What is written on a picture was chosen for it.
				grounds = append(grounds, area{b.Rect, picture && it.Color.A < 128 || it.Color.A > 127 && stays(it.Color)})
			}
			out.Items[i] = &b
		case *display.Run:
			r := *it
			if !kept(r.X+r.W/2, r.Y+r.H/2) {
				r.Color = ink(r.Color)
				r.Shadows = nil
				r.Decoration = append([]display.Decoration(nil), it.Decoration...)
				for k := range r.Decoration {
					r.Decoration[k].Color = ink(r.Decoration[k].Color)
				}
			}
			out.Items[i] = &r
		default:
			out.Items[i] = it
		}
	}
	return &out
}

// colourful is how strong a colour is from which on a background stays as it is.
const colourful = 0.085

// stays tells whether a background is dark or colourful.
func stays(c color.NRGBA) bool {
	l, a, b := oklab(c)
	return l < dim || math.Hypot(a, b) > colourful
}

// fill turns a light background; one that stays, stays.
func fill(c, ground color.NRGBA) color.NRGBA {
	if c.A == 0 || stays(c) {
		return c
	}
	if c.R > 250 && c.G > 250 && c.B > 250 {
		ground.A = c.A
		return ground
	}
	return turn(c)
}

func lin(v uint8) float64 {
	f := float64(v) / 255
	if f <= 0.04045 {
		return f / 12.92
	}
	return math.Pow((f+0.055)/1.055, 2.4)
}

func gamma(f float64) uint8 {
	if f <= 0.0031308 {
		f *= 12.92
	} else {
		f = 1.055*math.Pow(f, 1/2.4) - 0.055
	}
	return uint8(max(0, min(255, f*255+0.5)))
}

// oklab is the perceptual colour space of Björn Ottosson.
func oklab(c color.NRGBA) (l, a, b float64) {
	r, g, bl := lin(c.R), lin(c.G), lin(c.B)
	x := math.Cbrt(0.4122214708*r + 0.5363325363*g + 0.0514459929*bl)
	y := math.Cbrt(0.2119034982*r + 0.6806995451*g + 0.1073969566*bl)
	z := math.Cbrt(0.0883024619*r + 0.2817188376*g + 0.6299787005*bl)
	return 0.2104542553*x + 0.7936177850*y - 0.0040720468*z, 1.9779984951*x - 2.4285922050*y + 0.4505937099*z, 0.0259040371*x + 0.7827717662*y - 0.8086757660*z
}

func lightness(c color.NRGBA) float64 {
	l, _, _ := oklab(c)
	return l
}

// turn inverts the lightness of a background or line within the range of the dark theme.
func turn(c color.NRGBA) color.NRGBA { return invert(c, 1, 0) }

// ink inverts that of text: the middle is lifted, since the dark card is not as far from it as white was.
func ink(c color.NRGBA) color.NRGBA {
	least := 0.0
	if _, a, b := oklab(c); math.Hypot(a, b) > colourful {
		least = legible
	}
	return invert(c, 1.7, least)
}

// invert turns a colour in lightness; least is how light it becomes at the least.
func invert(c color.NRGBA, curve, least float64) color.NRGBA {
	if c.A == 0 {
		return c
	}
	l, a, b := oklab(c)
	to := lightest - (lightest-darkest)*math.Pow(max(0, l), curve)
	to = max(to, least)
	// Strong colours lose some of their strength in the light and in the dark, or they would leave what a screen can show.
	for k := 1.0; ; k -= 0.08 {
		x := math.Pow(to+0.3963377774*a*k+0.2158037573*b*k, 3)
		y := math.Pow(to-0.1055613458*a*k-0.0638541728*b*k, 3)
		z := math.Pow(to-0.0894841775*a*k-1.2914855480*b*k, 3)
		r, g, bl := 4.0767416621*x-3.3077115913*y+0.2309699292*z, -1.2684380046*x+2.6097574011*y-0.3413193965*z, -0.0041960863*x-0.7034186147*y+1.7076147010*z
		if k <= 0 || r > -0.002 && g > -0.002 && bl > -0.002 && r < 1.002 && g < 1.002 && bl < 1.002 {
			return color.NRGBA{gamma(r), gamma(g), gamma(bl), c.A}
		}
	}
}
