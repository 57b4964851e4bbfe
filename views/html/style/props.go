package style

import (
	"image/color"

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
