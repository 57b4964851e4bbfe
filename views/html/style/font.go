package style

import (
	"math"

	"github.com/postrider/postrider/views/html/css"
)

// Keyword sizes.
const (
	sizeXXSmall int8 = iota + 1
	sizeXSmall
	sizeSmall
	sizeMedium
	sizeLarge
	sizeXLarge
	sizeXXLarge
	sizeXXXLarge
)

// keywordSizes are those of browsers for a base of 16 px (and 13 px for monospace alone).
var (
	keywordSizes = [...]float64{0, 9, 10, 13, 16, 18, 24, 32, 48}
	monoSizes    = [...]float64{0, 9, 9, 10, 13, 16, 20, 26, 39}
	sizeWords    = map[string]int8{"xx-small": sizeXXSmall, "x-small": sizeXSmall, "small": sizeSmall, "medium": sizeMedium, "large": sizeLarge, "x-large": sizeXLarge, "xx-large": sizeXXLarge, "xxx-large": sizeXXXLarge, "-webkit-xxx-large": sizeXXXLarge}
)

func keywordSize(k int8, mono bool) float64 {
	if mono {
		return monoSizes[k]
	}
	return keywordSizes[k]
}

var generic = map[string]bool{"serif": true, "sans-serif": true, "monospace": true, "cursive": true, "fantasy": true, "system-ui": true, "ui-serif": true, "ui-sans-serif": true, "ui-monospace": true, "math": true, "emoji": true}

func fontProperties() {
	raw("font-family", true, func(d, s *computed) { d.Font.Families, d.mono = s.Font.Families, s.mono }, func(p *parser) setter {
		f, ok := p.families()
		if !ok {
			return nil
		}
		mono := len(f) == 1 && f[0] == "monospace"
		return func(c *computer) { c.s.Font.Families, c.cs.mono = f, mono }
	})
	raw("font-size", true, func(d, s *computed) { d.Font.Size, d.keyword = s.Font.Size, s.keyword }, func(p *parser) setter {
		d, k, ok := p.fontSize()
		if !ok {
			return nil
		}
		return fontSizeSetter(d, k)
	})
	words("font-style", true, func(c *computed) *bool { return &c.Font.Italic }, map[string]bool{"normal": false, "italic": true, "oblique": true})
	def("font-weight", true, func(c *computed) *int { return &c.Font.Weight }, func(p *parser) func(*computer) int {
		return p.weight()
	})
	words("font-variant-caps", true, func(c *computed) *bool { return &c.Font.SmallCaps }, map[string]bool{"normal": false, "small-caps": true, "all-small-caps": true, "petite-caps": true, "unicase": false, "titling-caps": false})
	def("font-stretch", true, func(c *computed) *float64 { return &c.Font.Stretch }, func(p *parser) func(*computer) float64 {
		if t := p.peek(); t.Kind == css.Percentage {
			p.i++
			v := t.Num / 100
			return func(*computer) float64 { return v }
		}
		v, ok := stretches[p.word()]
		if !ok {
			return nil
		}
		return func(*computer) float64 { return v }
	})
	raw("line-height", true, func(d, s *computed) { d.LineHeight = s.LineHeight }, func(p *parser) setter {
		d, ok := p.lineHeight()
		if !ok {
			return nil
		}
		return func(c *computer) { c.s.LineHeight = lineHeight(d, c) }
	})
}

var stretches = map[string]float64{"normal": 1, "ultra-condensed": .5, "extra-condensed": .625, "condensed": .75, "semi-condensed": .875, "semi-expanded": 1.125, "expanded": 1.25, "extra-expanded": 1.5, "ultra-expanded": 2}

// families takes a list of font families.
func (p *parser) families() ([]string, bool) {
	var out []string
	for {
		t := p.peek()
		switch t.Kind {
		case css.String:
			// A generic name in quotes is a family's name by the standard, one that nobody has. Outlook writes "Calibri","sans-serif" and
			// means the generic: it is taken so.
			p.i++
			if t.Text != "" {
				out = append(out, t.Text)
			} else {
				out = append(out, " ")
			}
		case css.Ident:
			name := ""
			n := 0
			for p.peek().Kind == css.Ident {
				if name != "" {
					name += " "
				}
				name += p.next().Text
				n++
			}
			if n == 1 {
				l := css.Lower(name)
				switch l {
				case "inherit", "initial", "unset", "revert", "default":
					return nil, false
				case "-apple-system", "blinkmacsystemfont":
					// A name of its own; kept as written.
				case "-webkit-body":
					l, name = "serif", "serif"
				}
				if generic[l] {
					name = l
				}
			}
			out = append(out, name)
		default:
			return nil, false
		}
		if len(out) > 64 {
			return nil, false
		}
		if !p.comma() {
			return out, true
		}
	}
}

// fontSize takes a size: a length, or a keyword (k; -1 smaller, -2 larger).
func (p *parser) fontSize() (d dim, k int8, ok bool) {
	if t := p.peek(); t.Kind == css.Ident {
		w := css.Lower(t.Text)
		switch w {
		case "smaller":
			k = -1
		case "larger":
			k = -2
		default:
			if k, ok = sizeWords[w]; !ok {
				return
			}
		}
		p.i++
		return d, k, true
	}
	d, ok = p.length(percent | unitless)
	return
}

func fontSizeSetter(d dim, k int8) setter {
	return func(c *computer) {
		parent := c.parent.Font.Size
		c.sized = true
		c.cs.keyword = 0
		switch {
		case k == -1:
			c.s.Font.Size = parent / 1.2
		case k == -2:
			c.s.Font.Size = parent * 1.2
		case k > 0:
			c.s.Font.Size = keywordSize(k, c.cs.mono)
			c.cs.keyword = k
		default:
			c.own = true // em is the parent's here
			l := d.resolve(c)
			c.own = false
			c.s.Font.Size = l.Resolve(parent)
			if d.u == uPct || d.u == uEm {
				// Relative sizes follow a change between monospace and not, like none at all.
				c.sized = c.parent.mono == c.cs.mono || c.parent.keyword == 0
				if !c.sized {
					c.s.Font.Size = d.of(c.parent.Font.Size) * monoRatio(c)
					c.sized = true
				}
			}
		}
		c.s.Font.Size = math.Max(0, math.Min(c.s.Font.Size, 10000))
	}
}

// of is a relative size of a base.
func (d dim) of(base float64) float64 { return d.v * base }

// monoRatio is what a size that was not given in px changes by between monospace and other fonts.
func monoRatio(c *computer) float64 {
	if c.cs.mono {
		return 13.0 / 16
	}
	return 16.0 / 13
}

// weight takes a weight.
func (p *parser) weight() func(*computer) int {
	if t := p.peek(); t.Kind == css.Number {
		if t.Num < 1 || t.Num > 1000 {
			return nil
		}
		p.i++
		v := int(t.Num)
		return func(*computer) int { return v }
	}
	switch p.word() {
	case "normal":
		return func(*computer) int { return 400 }
	case "bold":
		return func(*computer) int { return 700 }
	case "bolder":
		return func(c *computer) int {
			switch w := c.parent.Font.Weight; {
			case w < 350:
				return 400
			case w < 550:
				return 700
			default:
				return max(w, 900)
			}
		}
	case "lighter":
		return func(c *computer) int {
			switch w := c.parent.Font.Weight; {
			case w < 100:
				return w
			case w < 550:
				return 100
			case w < 750:
				return 400
			default:
				return 700
			}
		}
	}
	return nil
}

func (p *parser) lineHeight() (dim, bool) {
	if p.is("normal") {
		return keyword(Normal), true
	}
	if t := p.peek(); t.Kind == css.Number {
		if t.Num < 0 {
			return dim{}, false
		}
		p.i++
		return dim{u: uFr, v: t.Num}, true
	}
	if t := p.peek(); t.Kind == css.Function {
		if n, ok := p.number(); ok {
			return dim{u: uFr, v: max(0, n)}, true
		}
	}
	return p.length(percent)
}

func lineHeight(d dim, c *computer) Length {
	if d.u == uFr {
		return Length{Unit: Factor, V: d.v}
	}
	l := d.resolve(c)
	if l.Unit == Normal {
		return l
	}
	return Length{Unit: Px, V: l.Resolve(c.s.Font.Size)}
}
