package style

import (
	"image/color"

	"github.com/postrider/postrider/views/html/css"
)

func displayProperty() {
	raw("display", false, func(d, s *computed) { d.Display, d.wkBox = s.Display, s.wkBox }, func(p *parser) setter {
		w := p.word()
		box := false
		v, ok := displays[w]
		if !ok {
			switch w {
			case "-webkit-box", "-webkit-inline-box", "-moz-box":
				if w == "-moz-box" {
					return nil
				}
				v, box, ok = Flex, true, true
				if w == "-webkit-inline-box" {
					v = InlineFlex
				}
			case "run-in":
				v, ok = Block, false
			}
		} else if t := p.peek(); t.Kind == css.Ident {
			// The two-word syntax.
			in := p.word()
			pair := map[string]Display{"block flow": Block, "block flow-root": FlowRoot, "inline flow": Inline, "inline flow-root": InlineBlock, "block flex": Flex, "inline flex": InlineFlex, "block grid": Grid, "inline grid": InlineGrid, "block table": Table, "inline table": InlineTable}
			v, ok = pair[w+" "+in]
		}
		if !ok {
			return nil
		}
		return func(c *computer) { c.s.Display, c.cs.wkBox = v, box }
	})
}

func boxProperties() {
	words("position", false, func(c *computed) *Position { return &c.Position }, map[string]Position{"static": Static, "relative": Relative, "absolute": Absolute, "fixed": Fixed, "sticky": Sticky, "-webkit-sticky": Sticky})
	words("float", false, func(c *computed) *Float { return &c.Float }, map[string]Float{"none": NoFloat, "left": FloatLeft, "right": FloatRight, "inline-start": FloatLeft, "inline-end": FloatRight})
	words("clear", false, func(c *computed) *Clear { return &c.Clear }, map[string]Clear{"none": NoClear, "left": ClearLeft, "right": ClearRight, "both": ClearBoth, "inline-start": ClearLeft, "inline-end": ClearRight})
	over := map[string]Overflow{"visible": Visible, "hidden": HiddenOverflow, "clip": Clip, "scroll": Scroll, "auto": AutoOverflow, "overlay": AutoOverflow, "-moz-hidden-unscrollable": Clip}
	words("overflow-x", false, func(c *computed) *Overflow { return &c.Overflow[0] }, over)
	words("overflow-y", false, func(c *computed) *Overflow { return &c.Overflow[1] }, over)
	words("visibility", true, func(c *computed) *Visibility { return &c.Visibility }, map[string]Visibility{"visible": Shown, "hidden": Invisible, "collapse": Collapse})
	def("opacity", false, func(c *computed) *float64 { return &c.Opacity }, func(p *parser) func(*computer) float64 {
		var v float64
		if t := p.peek(); t.Kind == css.Percentage {
			v = t.Num / 100
			p.i++
		} else if n, ok := p.number(); ok {
			v = n
		} else {
			return nil
		}
		v = clamp01(v)
		return func(*computer) float64 { return v }
	})
	raw("z-index", false, func(d, s *computed) { d.ZIndex, d.ZAuto = s.ZIndex, s.ZAuto }, func(p *parser) setter {
		if p.is("auto") {
			return func(c *computer) { c.s.ZIndex, c.s.ZAuto = 0, true }
		}
		n, ok := p.number()
		if !ok {
			return nil
		}
		return func(c *computer) { c.s.ZIndex, c.s.ZAuto = int(n), false }
	})
	size := percent | unitless
	lengths("width", false, func(c *computed) *Length { return &c.Width }, size, sizeWord)
	lengths("height", false, func(c *computed) *Length { return &c.Height }, size, sizeWord)
	lengths("min-width", false, func(c *computed) *Length { return &c.MinWidth }, size, sizeWord)
	lengths("min-height", false, func(c *computed) *Length { return &c.MinHeight }, size, sizeWord)
	lengths("max-width", false, func(c *computed) *Length { return &c.MaxWidth }, size, maxWord)
	lengths("max-height", false, func(c *computed) *Length { return &c.MaxHeight }, size, maxWord)
	words("box-sizing", false, func(c *computed) *bool { return &c.BorderBox }, map[string]bool{"content-box": false, "border-box": true})
	def("aspect-ratio", false, func(c *computed) *float64 { return &c.Aspect }, func(p *parser) func(*computer) float64 {
		auto := p.is("auto")
		w, ok := p.number()
		if !ok {
			if auto {
				return func(*computer) float64 { return 0 }
			}
			return nil
		}
		h := 1.0
		if p.delim('/') {
			if h, ok = p.number(); !ok {
				return nil
			}
		}
		p.is("auto")
		v := 0.0
		if w > 0 && h > 0 {
			v = w / h
		}
		return func(*computer) float64 { return v }
	})
	for i, side := range sideNames {
		lengths("margin-"+side, false, func(c *computed) *Length { return &c.Margin[i] }, negative|percent|unitless, autoWord)
	}
	for i, side := range sideNames {
		lengths("padding-"+side, false, func(c *computed) *Length { return &c.Padding[i] }, percent|unitless, nil)
	}
	for i, side := range sideNames {
		lengths(side, false, func(c *computed) *Length { return &c.Inset[i] }, negative|percent|unitless, autoWord)
	}
	for i, side := range sideNames {
		def("border-"+side+"-width", false, func(c *computed) *float64 { return &c.Border[i].Width }, borderWidth)
	}
	for i, side := range sideNames {
		words("border-"+side+"-style", false, func(c *computed) *Line { return &c.Border[i].Line }, lineWord)
	}
	for i, side := range sideNames {
		colorOf("border-"+side+"-color", false, func(c *computed) *color.NRGBA { return &c.Border[i].Color }, curBorder<<i)
	}
	for i, corner := range cornerNames {
		def("border-"+corner+"-radius", false, func(c *computed) *[2]Length { return &c.Radius[i] }, func(p *parser) func(*computer) [2]Length {
			a, ok := p.length(percent)
			if !ok {
				return nil
			}
			b := a
			if !p.done() {
				if b, ok = p.length(percent); !ok {
					return nil
				}
			}
			return func(c *computer) [2]Length { return [2]Length{a.resolve(c), b.resolve(c)} }
		})
	}
	def("outline-width", false, func(c *computed) *float64 { return &c.Outline.Width }, borderWidth)
	words("outline-style", false, func(c *computed) *Line { return &c.Outline.Line }, merged(lineWord, map[string]Line{"auto": Solid}))
	colorOf("outline-color", false, func(c *computed) *color.NRGBA { return &c.Outline.Color }, curOutline)
	def("box-shadow", false, func(c *computed) *[]Shadow { return &c.Shadows }, shadowList(true))
	words("object-fit", false, func(c *computed) *ObjectFit { return &c.Fit }, map[string]ObjectFit{"fill": Fill, "contain": Contain, "cover": Cover, "none": FitNone, "scale-down": ScaleDown})
	raw("object-position", false, func(d, s *computed) { d.FitX, d.FitY = s.FitX, s.FitY }, func(p *parser) setter {
		x, y, ok := p.position()
		if !ok {
			return nil
		}
		return func(c *computer) { c.s.FitX, c.s.FitY = x.resolve(c), y.resolve(c) }
	})
}

var cornerNames = [4]string{"top-left", "top-right", "bottom-right", "bottom-left"}

func merged[T any](a, b map[string]T) map[string]T {
	out := map[string]T{}
	for k, v := range a {
		out[k] = v
	}
	for k, v := range b {
		out[k] = v
	}
	return out
}

// borderWidth reads a border's width. Widths under a px are drawn as one, others are whole px (CSS Backgrounds 3, snapping).
func borderWidth(p *parser) func(*computer) float64 {
	d, ok := p.width()
	if !ok {
		return nil
	}
	return func(c *computer) float64 {
		v := d.px(c)
		if v > 0 && v < 1 {
			return 1
		}
		return float64(int(v))
	}
}

func (p *parser) width() (dim, bool) {
	if t := p.peek(); t.Kind == css.Ident {
		w, ok := widths[css.Lower(t.Text)]
		if ok {
			p.i++
		}
		return dim{v: w}, ok
	}
	return p.length(unitless)
}

// shadowList reads box-shadow or text-shadow.
func shadowList(box bool) func(p *parser) func(*computer) []Shadow {
	return func(p *parser) func(*computer) []Shadow {
		if p.is("none") {
			return func(*computer) []Shadow { return nil }
		}
		type spec struct {
			len   [4]dim
			h     hue
			inset bool
		}
		var list []spec
		for {
			s := spec{h: hue{current: true}}
			gotLen, gotColor := false, false
			for !p.done() && p.peek().Kind != css.Comma {
				if box && !s.inset && p.is("inset") {
					s.inset = true
					continue
				}
				if !gotColor {
					if h, ok := p.color(); ok {
						s.h, gotColor = h, true
						continue
					}
				}
				if gotLen {
					return nil
				}
				gotLen = true
				n := 0
				for ; n < 4; n++ {
					d, ok := p.length(negative)
					if !ok {
						break
					}
					s.len[n] = d
				}
				if n < 2 || n == 4 && !box || s.len[2].v < 0 && s.len[2].u != uCalc {
					return nil
				}
			}
			if !gotLen || len(list) > 32 {
				return nil
			}
			list = append(list, s)
			if !p.comma() {
				break
			}
		}
		return func(c *computer) []Shadow {
			out := make([]Shadow, len(list))
			for i, s := range list {
				out[i] = Shadow{X: s.len[0].px(c), Y: s.len[1].px(c), Blur: max(0, s.len[2].px(c)), Spread: s.len[3].px(c), Color: s.h.resolve(c), Inset: s.inset}
			}
			return out
		}
	}
}
