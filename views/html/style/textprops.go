package style

import (
	"image/color"
	"strings"

	"github.com/postrider/postrider/views/html/css"
)

func textProperties() {
	words("text-align", true, func(c *computed) *TextAlign { return &c.Align }, nil)
	last := &properties[len(properties)-1]
	aligns := map[string]TextAlign{"start": AlignStart, "end": AlignEnd, "left": AlignLeft, "right": AlignRight, "center": AlignCenter, "justify": AlignJustify, "-webkit-left": WebkitLeft, "-webkit-right": WebkitRight, "-webkit-center": WebkitCenter, "-webkit-auto": AlignStart}
	last.parse = func(p *parser) setter {
		w := p.word()
		if w == "-internal-center" {
			return func(c *computer) { c.s.Align = c.parent.Align; c.cs.center = true }
		}
		if w == "match-parent" || w == "-webkit-match-parent" {
			return func(c *computer) {
				c.s.Align = c.parent.Align
				if c.parent.Align == AlignStart || c.parent.Align == AlignEnd {
					c.s.Align = AlignLeft
					if c.parent.RTL == (c.parent.Align == AlignStart) {
						c.s.Align = AlignRight
					}
				}
			}
		}
		v, ok := aligns[w]
		if !ok {
			return nil
		}
		return func(c *computer) { c.s.Align, c.cs.center = v, false }
	}
	words("text-align-last", true, func(c *computed) *TextAlign { return &c.AlignLast }, map[string]TextAlign{"auto": AlignStart, "start": AlignStart, "end": AlignEnd, "left": AlignLeft, "right": AlignRight, "center": AlignCenter, "justify": AlignJustify})
	lengths("text-indent", true, func(c *computed) *Length { return &c.Indent }, negative|percent|unitless, nil)
	words("text-transform", true, func(c *computed) *Transform { return &c.Transform }, map[string]Transform{"none": NoTransform, "uppercase": Uppercase, "lowercase": Lowercase, "capitalize": Capitalize, "full-width": NoTransform})
	spacing := func(name string, get func(*computed) *float64) {
		def(name, true, get, func(p *parser) func(*computer) float64 {
			if p.is("normal") {
				return func(*computer) float64 { return 0 }
			}
			d, ok := p.length(negative | unitless)
			if !ok {
				return nil
			}
			return d.px
		})
	}
	spacing("letter-spacing", func(c *computed) *float64 { return &c.Letter })
	spacing("word-spacing", func(c *computed) *float64 { return &c.Word })
	words("white-space", true, func(c *computed) *WhiteSpace { return &c.WhiteSpace }, map[string]WhiteSpace{"normal": SpaceNormal, "pre": Pre, "nowrap": NoWrap, "pre-wrap": PreWrap, "pre-line": PreLine, "break-spaces": BreakSpaces, "-moz-pre-wrap": PreWrap, "-webkit-nowrap": NoWrap})
	words("word-break", true, func(c *computed) *WordBreak { return &c.WordBreak }, map[string]WordBreak{"normal": BreakNormal, "break-all": BreakAll, "keep-all": KeepAll, "break-word": BreakWord, "auto-phrase": BreakNormal})
	raw("overflow-wrap", true, func(d, s *computed) { d.Anywhere, d.AnyMin = s.Anywhere, s.AnyMin }, func(p *parser) setter {
		switch p.word() {
		case "normal":
			return func(c *computer) { c.s.Anywhere, c.s.AnyMin = false, false }
		case "break-word":
			return func(c *computer) { c.s.Anywhere, c.s.AnyMin = true, false }
		case "anywhere":
			return func(c *computer) { c.s.Anywhere, c.s.AnyMin = true, true }
		}
		return nil
	})
	words("hyphens", true, func(c *computed) *bool { return &c.Hyphens }, map[string]bool{"none": false, "manual": false, "auto": true})
	def("tab-size", true, func(c *computed) *float64 { return &c.TabSize }, func(p *parser) func(*computer) float64 {
		if n, ok := p.number(); ok && n >= 0 {
			return func(*computer) float64 { return n }
		}
		d, ok := p.length(0)
		if !ok {
			return nil
		}
		return func(c *computer) float64 {
			if sp := c.space(); sp > 0 {
				return d.px(c) / sp
			}
			return 8
		}
	})
	def("text-shadow", true, func(c *computed) *[]Shadow { return &c.TextShadow }, shadowList(false))
	words("text-overflow", false, func(c *computed) *bool { return &c.Ellipsis }, map[string]bool{"clip": false, "ellipsis": true})
	def("-webkit-line-clamp", false, func(c *computed) *int { return &c.Clamp }, func(p *parser) func(*computer) int {
		if p.is("none") {
			return func(*computer) int { return 0 }
		}
		n, ok := p.number()
		if !ok || n < 1 {
			return nil
		}
		return func(*computer) int { return int(n) }
	})
	raw("unicode-bidi", false, func(d, s *computed) { d.Isolate, d.Override, d.Embed = s.Isolate, s.Override, s.Embed }, func(p *parser) setter {
		var iso, over, emb bool
		switch p.word() {
		case "normal":
		case "embed":
			emb = true
		case "isolate", "plaintext", "-webkit-isolate", "-webkit-plaintext":
			iso = true
		case "bidi-override":
			over = true
		case "isolate-override", "-webkit-isolate-override":
			iso, over = true, true
		default:
			return nil
		}
		return func(c *computer) { c.s.Isolate, c.s.Override, c.s.Embed = iso, over, emb }
	})
	raw("vertical-align", false, func(d, s *computed) { d.Vertical, d.VertLength = s.Vertical, s.VertLength }, func(p *parser) setter {
		kw := map[string]VAlign{"baseline": Baseline, "sub": Sub, "super": Super, "top": VTop, "text-top": VTextTop, "middle": VMiddle, "bottom": VBottom, "text-bottom": VTextBottom, "-webkit-baseline-middle": VMiddle}
		if p.peek().Kind == css.Ident {
			v, ok := kw[p.word()]
			if !ok {
				return nil
			}
			return func(c *computer) { c.s.Vertical, c.s.VertLength = v, Length{Unit: Px} }
		}
		d, ok := p.length(negative | percent | unitless)
		if !ok {
			return nil
		}
		return func(c *computer) { c.s.Vertical, c.s.VertLength = VLength, d.resolve(c) }
	})
	raw("text-decoration-line", false, func(d, s *computed) { d.Underline, d.Overline, d.LineThrough = s.Underline, s.Overline, s.LineThrough }, func(p *parser) setter {
		u, o, l, ok := p.decoration()
		if !ok {
			return nil
		}
		return func(c *computer) { c.s.Underline, c.s.Overline, c.s.LineThrough = u, o, l }
	})
	words("text-decoration-style", false, func(c *computed) *Line { return &c.DecoLine }, decoStyles)
	colorOf("text-decoration-color", false, func(c *computed) *color.NRGBA { return &c.DecoColor }, curDeco)
	lengths("text-decoration-thickness", false, func(c *computed) *Length { return &c.DecoThick }, percent, map[string]Unit{"auto": Auto, "from-font": Auto})
}

var decoStyles = map[string]Line{"solid": Solid, "double": Double, "dotted": Dotted, "dashed": Dashed, "wavy": Wavy}

// decoration takes the lines of a text decoration.
func (p *parser) decoration() (under, over, through, ok bool) {
	if p.is("none") {
		return false, false, false, true
	}
	for {
		switch t := p.peek(); {
		case t.Is("underline"):
			under = true
		case t.Is("overline"):
			over = true
		case t.Is("line-through"):
			through = true
		case t.Is("blink"):
		default:
			return
		}
		ok = true
		p.i++
	}
}

func tableProperties() {
	words("border-collapse", true, func(c *computed) *bool { return &c.Collapse }, map[string]bool{"separate": false, "collapse": true})
	def("border-spacing", true, func(c *computed) *[2]float64 { return &c.Spacing }, func(p *parser) func(*computer) [2]float64 {
		a, ok := p.length(unitless)
		if !ok {
			return nil
		}
		b := a
		if !p.done() {
			if b, ok = p.length(unitless); !ok {
				return nil
			}
		}
		return func(c *computer) [2]float64 { return [2]float64{a.px(c), b.px(c)} }
	})
	words("table-layout", false, func(c *computed) *bool { return &c.FixedTable }, map[string]bool{"auto": false, "fixed": true})
	words("caption-side", true, func(c *computed) *bool { return &c.CaptionLow }, map[string]bool{"top": false, "bottom": true})
	words("empty-cells", true, func(c *computed) *bool { return &c.HideEmpty }, map[string]bool{"show": false, "hide": true})
}

func listProperties() {
	def("list-style-type", true, func(c *computed) *string { return &c.ListType }, func(p *parser) func(*computer) string {
		v, ok := p.listType()
		if !ok {
			return nil
		}
		return func(*computer) string { return v }
	})
	def("list-style-image", true, func(c *computed) *string { return &c.ListImage }, func(p *parser) func(*computer) string {
		v, ok := p.listImage()
		if !ok {
			return nil
		}
		return func(*computer) string { return v }
	})
	words("list-style-position", true, func(c *computed) *bool { return &c.ListInside }, map[string]bool{"outside": false, "inside": true})
	raw("content", false, func(d, s *computed) { d.content, d.hasCont, d.noContent = s.content, s.hasCont, s.noContent }, parseContent)
	raw("counter-reset", false, func(d, s *computed) { d.reset = s.reset }, parseCounts(0, func(c *computed, v []count) { c.reset = v }))
	raw("counter-increment", false, func(d, s *computed) { d.incr = s.incr }, parseCounts(1, func(c *computed, v []count) { c.incr = v }))
	raw("counter-set", false, func(d, s *computed) { d.set = s.set }, parseCounts(0, func(c *computed, v []count) { c.set = v }))
	def("quotes", true, func(c *computed) *[]string { return &c.quotes }, func(p *parser) func(*computer) []string {
		if p.is("auto") {
			return func(*computer) []string { return nil }
		}
		if p.is("none") {
			return func(*computer) []string { return []string{"", ""} }
		}
		var list []string
		for p.peek().Kind == css.String {
			list = append(list, p.next().Text)
		}
		if len(list) == 0 || len(list)%2 != 0 || len(list) > 32 {
			return nil
		}
		return func(*computer) []string { return list }
	})
}

func (p *parser) listType() (string, bool) {
	t := p.peek()
	switch t.Kind {
	case css.String:
		p.i++
		return `"` + t.Text + `"`, true
	case css.Ident:
		p.i++
		return strings.ToLower(t.Text), true
	}
	return "", false
}

func (p *parser) listImage() (string, bool) {
	t := p.peek()
	switch {
	case t.Is("none"):
		p.i++
		return "", true
	case t.Kind == css.URL:
		p.i++
		return t.Text, true
	}
	return "", false
}
