package style

import (
	"image/color"
	"math"
	"strings"

	"golang.org/x/image/colornames"

	"github.com/postrider/postrider/views/html/css"
)

// hue is a specified colour.
type hue struct {
	c       color.NRGBA
	current bool // currentcolor
	system  uint8
}

// System colours whose value depends on the scheme.
const (
	sysNone uint8 = iota
	sysCanvas
	sysCanvasText
	sysLink
	sysField
	sysButton
	sysGray
	sysBodyText // the text attribute of body: what a table in quirks begins with
)

func (h hue) resolve(c *computer) color.NRGBA {
	switch {
	case h.current:
		return c.s.Color
	case h.system != sysNone:
		return c.t.system(h.system)
	}
	return h.c
}

func (t *tree) system(s uint8) color.NRGBA {
	light := [...]color.NRGBA{{}, {255, 255, 255, 255}, {0, 0, 0, 255}, {0, 0, 0xEE, 255}, {255, 255, 255, 255}, {0xEF, 0xEF, 0xEF, 255}, {128, 128, 128, 255}, {0, 0, 0, 255}}
	dark := [...]color.NRGBA{{}, {0x12, 0x12, 0x12, 255}, {255, 255, 255, 255}, {0x9E, 0x9E, 0xFF, 255}, {0x3B, 0x3B, 0x3B, 255}, {0x6B, 0x6B, 0x6B, 255}, {128, 128, 128, 255}, {255, 255, 255, 255}}
	if s == sysBodyText && t.bodyText.A != 0 {
		return t.bodyText
	}
	if t.dark {
		return dark[s]
	}
	return light[s]
}

var systemColors = map[string]hue{
	"canvas": {system: sysCanvas}, "canvastext": {system: sysCanvasText}, "linktext": {system: sysLink}, "visitedtext": {c: color.NRGBA{0x55, 0x1A, 0x8B, 255}}, "activetext": {c: color.NRGBA{255, 0, 0, 255}},
	"buttonface": {system: sysButton}, "buttontext": {system: sysCanvasText}, "buttonborder": {c: color.NRGBA{0, 0, 0, 255}}, "field": {system: sysField}, "fieldtext": {system: sysCanvasText},
	"graytext": {system: sysGray}, "highlight": {c: color.NRGBA{0xB5, 0xD7, 0xFF, 255}}, "highlighttext": {c: color.NRGBA{0, 0, 0, 255}}, "mark": {c: color.NRGBA{255, 255, 0, 255}}, "marktext": {c: color.NRGBA{0, 0, 0, 255}},
	"accentcolor": {c: color.NRGBA{0, 0x78, 0xD7, 255}}, "accentcolortext": {c: color.NRGBA{255, 255, 255, 255}}, "window": {system: sysCanvas}, "windowtext": {system: sysCanvasText}, "-webkit-link": {system: sysLink},
	"-internal-quirk-inherit": {system: sysBodyText}, "infobackground": {system: sysCanvas}, "menu": {system: sysCanvas}, "menutext": {system: sysCanvasText}, "-webkit-text": {system: sysCanvasText},
	"activeborder": {c: color.NRGBA{0, 0, 0, 255}}, "background": {system: sysCanvas}, "threedface": {system: sysButton}, "captiontext": {system: sysCanvasText},
}

// color takes a colour.
func (p *parser) color() (hue, bool) { return p.colorN(0) }

func (p *parser) colorN(depth int) (hue, bool) {
	t := p.peek()
	switch t.Kind {
	case css.Hash:
		c, ok := hex(t.Text)
		if ok {
			p.i++
		}
		return hue{c: c}, ok
	case css.Ident:
		h, ok := named(t.Text)
		if !ok && p.quirks {
			var c color.NRGBA
			if len(t.Text) == 3 || len(t.Text) == 6 {
				c, ok = hex(t.Text)
				h = hue{c: c}
			}
		}
		if ok {
			p.i++
		}
		return h, ok
	case css.Number, css.Dimension:
		if !p.quirks || !t.Int || t.Num < 0 || t.Signed {
			return hue{}, false
		}
		digits := ""
		for n := int(t.Num); n > 0; n /= 10 {
			digits = string(rune('0'+n%10)) + digits
		}
		if t.Kind == css.Dimension {
			digits += t.Text
		}
		for len(digits) < 6 && !(len(digits) == 3 && int(t.End-t.Start) == 3) {
			digits = "0" + digits
		}
		c, ok := hex(digits)
		if ok && (len(digits) == 6 || len(digits) == 3) {
			p.i++
			return hue{c: c}, true
		}
	case css.Function:
		at := p.i
		if depth < 4 {
			name, args := p.function()
			if h, ok := colorFunction(name, args, depth); ok {
				return h, true
			}
		}
		p.i = at
	}
	return hue{}, false
}

func hex(s string) (color.NRGBA, bool) {
	var d [8]uint8
	if len(s) > 8 {
		return color.NRGBA{}, false
	}
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case '0' <= c && c <= '9':
			d[i] = c - '0'
		case 'a' <= c && c <= 'f':
			d[i] = c - 'a' + 10
		case 'A' <= c && c <= 'F':
			d[i] = c - 'A' + 10
		default:
			return color.NRGBA{}, false
		}
	}
	switch len(s) {
	case 3:
		return color.NRGBA{d[0] * 17, d[1] * 17, d[2] * 17, 255}, true
	case 4:
		return color.NRGBA{d[0] * 17, d[1] * 17, d[2] * 17, d[3] * 17}, true
	case 6:
		return color.NRGBA{d[0]<<4 | d[1], d[2]<<4 | d[3], d[4]<<4 | d[5], 255}, true
	case 8:
		return color.NRGBA{d[0]<<4 | d[1], d[2]<<4 | d[3], d[4]<<4 | d[5], d[6]<<4 | d[7]}, true
	}
	return color.NRGBA{}, false
}

func named(s string) (hue, bool) {
	s = css.Lower(s)
	switch s {
	case "currentcolor":
		return hue{current: true}, true
	case "transparent":
		return hue{}, true
	case "rebeccapurple":
		return hue{c: color.NRGBA{0x66, 0x33, 0x99, 255}}, true
	}
	if c, ok := colornames.Map[s]; ok {
		return hue{c: color.NRGBA(c)}, true
	}
	h, ok := systemColors[s]
	return h, ok
}

// colorFunction reads the arguments of a colour function in both syntaxes.
func colorFunction(name string, p *parser, depth int) (hue, bool) {
	switch name {
	case "rgb", "rgba", "hsl", "hsla", "hwb", "lab", "lch", "oklab", "oklch":
	case "light-dark":
		a, ok := p.colorN(depth + 1)
		if !ok || !p.comma() {
			return hue{}, false
		}
		_, ok = p.colorN(depth + 1)
		return a, ok && p.done()
	case "color-mix":
		return colorMix(p, depth)
	case "color":
		space := p.word()
		if space != "srgb" && space != "display-p3" && space != "srgb-linear" {
			return hue{}, false
		}
		name = "color"
	default:
		return hue{}, false
	}
	var v [4]float64
	var kind [4]css.Kind
	v[3] = 1
	n := 0
	legacy := false
	for ; n < 3; n++ {
		t := p.peek()
		switch t.Kind {
		case css.Number, css.Percentage:
			v[n], kind[n] = t.Num, t.Kind
			p.i++
		case css.Dimension:
			if n == 0 && (name[0] == 'h') || n == 2 && (name == "lch" || name == "oklch") {
				a, ok := angle(t)
				if !ok {
					return hue{}, false
				}
				v[n], kind[n] = a, css.Number
				p.i++
				break
			}
			return hue{}, false
		case css.Ident:
			if !t.Is("none") {
				return hue{}, false
			}
			kind[n] = css.Number
			p.i++
		case css.Function:
			e := p.math()
			if e == nil || e.length {
				return hue{}, false
			}
			v[n], kind[n] = e.number(), css.Number
		default:
			return hue{}, false
		}
		if n < 2 && p.comma() {
			legacy = true
		}
	}
	if !p.done() {
		if legacy && !p.comma() || !legacy && !p.delim('/') {
			return hue{}, false
		}
		t := p.next()
		switch t.Kind {
		case css.Number:
			v[3] = t.Num
		case css.Percentage:
			v[3] = t.Num / 100
		case css.Ident:
			v[3] = 0
		default:
			return hue{}, false
		}
		if !p.done() {
			return hue{}, false
		}
	}
	alpha := clamp01(v[3])
	pct := func(i int, of float64) float64 {
		if kind[i] == css.Percentage {
			return v[i] / 100 * of
		}
		return v[i]
	}
	switch name {
	case "rgb", "rgba":
		return hue{c: rgb(pct(0, 255)/255, pct(1, 255)/255, pct(2, 255)/255, alpha)}, true
	case "color":
		return hue{c: rgb(pct(0, 1), pct(1, 1), pct(2, 1), alpha)}, true
	case "hsl", "hsla":
		r, g, b := hsl(v[0], clamp01(v[1]/100), clamp01(v[2]/100))
		return hue{c: rgb(r, g, b, alpha)}, true
	case "hwb":
		w, bl := clamp01(v[1]/100), clamp01(v[2]/100)
		if w+bl >= 1 {
			g := w / (w + bl)
			return hue{c: rgb(g, g, g, alpha)}, true
		}
		r, g, b := hsl(v[0], 1, 0.5)
		m := 1 - w - bl
		return hue{c: rgb(r*m+w, g*m+w, b*m+w, alpha)}, true
	case "oklab", "oklch":
		l, a, b := pct(0, 1), pct(1, 0.4), pct(2, 0.4)
		if name == "oklch" {
			c, h := pct(1, 0.4), v[2]*math.Pi/180
			a, b = c*math.Cos(h), c*math.Sin(h)
		}
		return hue{c: oklab(l, a, b, alpha)}, true
	case "lab", "lch":
		l, a, b := pct(0, 100), pct(1, 125), pct(2, 125)
		if name == "lch" {
			c, h := pct(1, 150), v[2]*math.Pi/180
			a, b = c*math.Cos(h), c*math.Sin(h)
		}
		return hue{c: lab(l, a, b, alpha)}, true
	}
	return hue{}, false
}

func clamp01(v float64) float64 { return math.Max(0, math.Min(1, v)) }

func rgb(r, g, b, a float64) color.NRGBA {
	q := func(v float64) uint8 { return uint8(math.Round(clamp01(v) * 255)) }
	return color.NRGBA{q(r), q(g), q(b), q(a)}
}

func hsl(h, s, l float64) (r, g, b float64) {
	h = math.Mod(math.Mod(h, 360)+360, 360) / 30
	f := func(n float64) float64 {
		k := math.Mod(n+h, 12)
		return l - s*math.Min(l, 1-l)*math.Max(-1, math.Min(math.Min(k-3, 9-k), 1))
	}
	return f(0), f(8), f(4)
}

func companded(v float64) float64 {
	if v <= 0.0031308 {
		return 12.92 * v
	}
	return 1.055*math.Pow(v, 1/2.4) - 0.055
}

func oklab(l, a, b, alpha float64) color.NRGBA {
	cube := func(v float64) float64 { return v * v * v }
	x, y, z := cube(l+0.3963377774*a+0.2158037573*b), cube(l-0.1055613458*a-0.0638541728*b), cube(l-0.0894841775*a-1.2914855480*b)
	return rgb(companded(4.0767416621*x-3.3077115913*y+0.2309699292*z), companded(-1.2684380046*x+2.6097574011*y-0.3413193965*z), companded(-0.0041960863*x-0.7034186147*y+1.7076147010*z), alpha)
}

func lab(l, a, b, alpha float64) color.NRGBA {
	fy := (l + 16) / 116
	inv := func(t float64) float64 {
		if t*t*t > 216.0/24389 {
			return t * t * t
		}
		return (116*t - 16) * 27 / 24389
	}
	x, y, z := inv(fy+a/500)*0.9642956764, inv(fy), inv(fy-b/200)*0.8251046025
	return rgb(companded(3.1341359569*x-1.6173863321*y-0.4906619460*z), companded(-0.9787954765*x+1.9162543774*y+0.0334427339*z), companded(0.0719553360*x-0.2289768264*y+1.4053860351*z), alpha)
}

// colorMix mixes in sRGB, whatever space is asked for.
func colorMix(p *parser, depth int) (hue, bool) {
	if !p.is("in") || p.word() == "" {
		return hue{}, false
	}
	if !p.comma() {
		return hue{}, false
	}
	one := func() (h hue, w float64, ok bool) {
		w = -1
		if t := p.peek(); t.Kind == css.Percentage {
			w = t.Num / 100
			p.i++
		}
		h, ok = p.colorN(depth + 1)
		if t := p.peek(); t.Kind == css.Percentage {
			w = t.Num / 100
			p.i++
		}
		return
	}
	a, wa, ok := one()
	if !ok || !p.comma() {
		return hue{}, false
	}
	b, wb, ok := one()
	if !ok || !p.done() {
		return hue{}, false
	}
	switch {
	case wa < 0 && wb < 0:
		wa, wb = 0.5, 0.5
	case wa < 0:
		wa = 1 - wb
	case wb < 0:
		wb = 1 - wa
	}
	sum := wa + wb
	if sum <= 0 {
		return hue{}, false
	}
	wa, wb = wa/sum, wb/sum
	aa, ab := float64(a.c.A)/255*wa, float64(b.c.A)/255*wb
	al := aa + ab
	if al == 0 {
		return hue{}, true
	}
	mix := func(x, y uint8) float64 { return (float64(x)*aa + float64(y)*ab) / al / 255 }
	return hue{c: rgb(mix(a.c.R, b.c.R), mix(a.c.G, b.c.G), mix(a.c.B, b.c.B), al*math.Min(1, sum))}, true
}

// angle in degrees.
func angle(t *css.Token) (float64, bool) {
	switch t.Kind {
	case css.Number:
		return t.Num, t.Num == 0
	case css.Dimension:
		switch t.Text {
		case "deg":
			return t.Num, true
		case "rad":
			return t.Num * 180 / math.Pi, true
		case "grad":
			return t.Num * 0.9, true
		case "turn":
			return t.Num * 360, true
		}
	}
	return 0, false
}

// legacyColor reads the value of bgcolor, color, text and link by the rules for parsing a legacy colour value (HTML standard, 2.3.6).
func legacyColor(s string) (color.NRGBA, bool) {
	s = strings.Trim(s, " \t\n\r\f")
	if s == "" || css.EqualFold(s, "transparent") {
		return color.NRGBA{}, false
	}
	if c, ok := colornames.Map[css.Lower(s)]; ok {
		return color.NRGBA(c), true
	}
	if css.EqualFold(s, "rebeccapurple") {
		return color.NRGBA{0x66, 0x33, 0x99, 255}, true
	}
	if len(s) == 4 && s[0] == '#' {
		if c, ok := hex(s[1:]); ok {
			return c, true
		}
	}
	r := []rune(s)
	if len(r) > 128 {
		r = r[:128]
	}
	if r[0] == '#' {
		r = r[1:]
	}
	var d []int
	for _, c := range r {
		if c > 0xFFFF {
			d = append(d, 0)
			c = '0'
		}
		switch {
		case '0' <= c && c <= '9':
			d = append(d, int(c-'0'))
		case 'a' <= c && c <= 'f':
			d = append(d, int(c-'a')+10)
		case 'A' <= c && c <= 'F':
			d = append(d, int(c-'A')+10)
		default:
			d = append(d, 0)
		}
	}
	for len(d) == 0 || len(d)%3 != 0 {
		d = append(d, 0)
	}
	n := len(d) / 3
	part := [3][]int{d[:n], d[n : 2*n], d[2*n:]}
	if n > 8 {
		for i := range part {
			part[i] = part[i][n-8:]
		}
		n = 8
	}
	for n > 2 && part[0][0] == 0 && part[1][0] == 0 && part[2][0] == 0 {
		for i := range part {
			part[i] = part[i][1:]
		}
		n--
	}
	var out [3]uint8
	for i := range part {
		if n == 1 {
			out[i] = uint8(part[i][0])
		} else {
			out[i] = uint8(part[i][0]<<4 | part[i][1])
		}
	}
	return color.NRGBA{out[0], out[1], out[2], 255}, true
}
