package style

import (
	"image/color"
	"strings"

	"github.com/postrider/postrider/views/html/css"
)

// computed is a Style and what else the cascade needs to know of a node.
type computed struct {
	Style
	vars      map[string][]css.Token // custom properties, inherited
	layers    layers
	currents  uint32 // what is currentcolor until the end
	keyword   int8   // font-size as a keyword, 1 to 8, for the monospace rule; 0 = a length
	center    bool   // text-align: -internal-center
	content   []piece
	hasCont   bool // content is not normal or none
	noContent bool
	reset     []count
	incr      []count
	set       []count
	quotes    []string
	mono      bool // font-family is monospace alone
	wkBox     bool // display: -webkit-box
}

// Bits of currents.
const (
	curBorder  uint32 = 1 << iota // four of them
	_                             //
	_                             //
	_                             //
	curOutline                    //
	curDeco
)

// setter writes one longhand of a style being computed.
type setter func(c *computer)

// property is a longhand.
type property struct {
	name      string
	inherited bool
	parse     func(p *parser) setter
	copy      func(dst, src *computed)
}

var (
	properties []property
	byName     = map[string]int{}
)

// initial holds the initial values.
var initial = func() *computed {
	c := &computed{}
	c.Opacity = 1
	c.ZAuto = true
	black := color.NRGBA{A: 255}
	c.Color = black
	c.MaxWidth, c.MaxHeight = Length{Unit: None}, Length{Unit: None}
	for i := range c.Margin {
		c.Margin[i] = Length{Unit: Px}
		c.Padding[i] = Length{Unit: Px}
		c.Border[i].Width = 3
		c.Radius[i] = [2]Length{{Unit: Px}, {Unit: Px}}
	}
	c.currents = curBorder*15 | curOutline | curDeco
	c.Outline.Width = 3
	c.Font = Font{Size: 16, Weight: 400, Stretch: 1}
	c.keyword = sizeMedium
	c.LineHeight = Length{Unit: Normal}
	c.Indent = Length{Unit: Px}
	c.TabSize = 8
	c.DecoLine = Solid
	c.ListType = "disc"
	c.Shrink = 1
	c.Basis = Length{}
	c.BasisAuto = true
	c.Justify, c.JustItems, c.JustSelf = AlignNormal, AlignNormal, AlignAuto
	c.Items, c.Self, c.Content = AlignNormal, AlignAuto, AlignNormal
	c.Gap = [2]Length{{Unit: Px}, {Unit: Px}}
	c.FitX, c.FitY = Length{Unit: Px, Pct: .5}, Length{Unit: Px, Pct: .5}
	return c
}()

// def adds a longhand whose value lives in one field.
func def[T any](name string, inherited bool, get func(*computed) *T, parse func(p *parser) func(*computer) T) {
	byName[name] = len(properties)
	properties = append(properties, property{
		name: name, inherited: inherited,
		copy: func(dst, src *computed) { *get(dst) = *get(src) },
		parse: func(p *parser) setter {
			f := parse(p)
			if f == nil {
				return nil
			}
			return func(c *computer) { *get(c.cs) = f(c) }
		},
	})
}

// words adds a longhand of keywords.
func words[T any](name string, inherited bool, get func(*computed) *T, m map[string]T) {
	def(name, inherited, get, func(p *parser) func(*computer) T {
		if v, ok := m[p.word()]; ok {
			return func(*computer) T { return v }
		}
		return nil
	})
}

// lengths adds a longhand of a length or a keyword.
func lengths(name string, inherited bool, get func(*computed) *Length, a allow, kw map[string]Unit) {
	def(name, inherited, get, func(p *parser) func(*computer) Length {
		d, ok := p.lengthOr(a, kw)
		if !ok {
			return nil
		}
		return d.resolve
	})
}

func (p *parser) lengthOr(a allow, kw map[string]Unit) (dim, bool) {
	if t := p.peek(); t.Kind == css.Ident {
		u, ok := kw[css.Lower(t.Text)]
		if ok {
			p.i++
		}
		return keyword(u), ok
	}
	return p.length(a)
}

// raw adds a longhand with its own setter and copy.
func raw(name string, inherited bool, cp func(dst, src *computed), parse func(p *parser) setter) {
	byName[name] = len(properties)
	properties = append(properties, property{name: name, inherited: inherited, parse: parse, copy: cp})
}

var (
	autoWord = map[string]Unit{"auto": Auto}
	sizeWord = map[string]Unit{"auto": Auto, "min-content": MinContent, "max-content": MaxContent, "fit-content": FitContent, "-webkit-min-content": MinContent, "-webkit-max-content": MaxContent, "-webkit-fit-content": FitContent, "-moz-fit-content": FitContent, "intrinsic": MaxContent, "min-intrinsic": MinContent}
	maxWord  = map[string]Unit{"none": None, "min-content": MinContent, "max-content": MaxContent, "fit-content": FitContent, "-webkit-min-content": MinContent, "-webkit-max-content": MaxContent, "-webkit-fit-content": FitContent}

	lineWord = map[string]Line{"none": NoLine, "hidden": Hidden, "solid": Solid, "dashed": Dashed, "dotted": Dotted, "double": Double, "groove": Groove, "ridge": Ridge, "inset": Inset, "outset": Outset}
	widths   = map[string]float64{"thin": 1, "medium": 3, "thick": 5}
)

var displays = map[string]Display{
	"inline": Inline, "block": Block, "inline-block": InlineBlock, "list-item": ListItem, "flex": Flex, "inline-flex": InlineFlex, "grid": Grid, "inline-grid": InlineGrid, "table": Table, "inline-table": InlineTable,
	"table-row-group": TableRowGroup, "table-header-group": TableHeaderGroup, "table-footer-group": TableFooterGroup, "table-row": TableRow, "table-cell": TableCell, "table-column": TableColumn,
	"table-column-group": TableColumnGroup, "table-caption": TableCaption, "contents": Contents, "flow-root": FlowRoot, "none": DisplayNone, "-webkit-flex": Flex, "-webkit-inline-flex": InlineFlex,
	"math": Inline, "ruby": Inline, "ruby-text": Inline, "ruby-base": Inline,
}

var sideNames = [4]string{"top", "right", "bottom", "left"}

func init() {
	// What other properties depend on comes first: the order of this table is the order of computing.
	words("direction", true, func(c *computed) *bool { return &c.RTL }, map[string]bool{"ltr": false, "rtl": true})
	def("-x-lang", true, func(c *computed) *string { return &c.Lang }, func(p *parser) func(*computer) string {
		if t := p.next(); t.Kind == css.String {
			v := t.Text
			return func(*computer) string { return v }
		}
		return nil
	})
	fontProperties()
	colorOf("color", true, func(c *computed) *color.NRGBA { return &c.Color }, 0)
	displayProperty()
	boxProperties()
	textProperties()
	listProperties()
	tableProperties()
	backgroundProperties()
	flexProperties()
	gridProperties()
	for i := range properties {
		if properties[i].inherited {
			inheritedCopies = append(inheritedCopies, properties[i].copy)
		}
	}
	shorthands()
	fontSizeID, directionID = byName["font-size"], byName["direction"]
}

var inheritedCopies []func(dst, src *computed)

// colorOf adds a colour; bit says in currents that it is currentcolor.
func colorOf(name string, inherited bool, get func(*computed) *color.NRGBA, bit uint32) {
	byName[name] = len(properties)
	properties = append(properties, property{
		name: name, inherited: inherited,
		copy: func(dst, src *computed) {
			*get(dst) = *get(src)
			dst.currents = dst.currents&^bit | src.currents&bit
		},
		parse: func(p *parser) setter {
			h, ok := p.color()
			if !ok {
				return nil
			}
			if name == "color" && h.current {
				return func(c *computer) { c.s.Color = c.parent.Color }
			}
			return func(c *computer) {
				if bit != 0 {
					c.cs.currents &^= bit
					if h.current {
						c.cs.currents |= bit
						return
					}
				}
				*get(c.cs) = h.resolve(c)
			}
		},
	})
}

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
