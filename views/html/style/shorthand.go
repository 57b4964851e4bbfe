package style

import (
	"github.com/postrider/postrider/views/html/css"
)

// longhand is one result of taking a shorthand apart: a value for a property; a nil setter resets it to its initial value.
type longhand struct {
	prop int
	set  setter
}

// shorthand takes a value apart; nil when it cannot be read.
type shorthand struct {
	props  []int
	expand func(p *parser) []longhand
}

var shorts = map[string]*shorthand{}

func ids(names ...string) []int {
	out := make([]int, len(names))
	for i, n := range names {
		id, ok := byName[n]
		if !ok {
			panic("style: no property " + n)
		}
		out[i] = id
	}
	return out
}

func short(name string, props []int, expand func(p *parser) []longhand) {
	shorts[name] = &shorthand{props: props, expand: expand}
}

// one reads a longhand's value from p, as far as it reaches.
func one(p *parser, prop int) setter { return properties[prop].parse(p) }

// anyOrder reads each of the properties at most once in any order; those not given are reset.
func anyOrder(props []int) func(p *parser) []longhand {
	return func(p *parser) []longhand {
		out := make([]longhand, len(props))
		for i, id := range props {
			out[i].prop = id
		}
		got := make([]bool, len(props))
		for n := 0; !p.done(); n++ {
			hit := false
			for i, id := range props {
				if got[i] {
					continue
				}
				at := p.i
				if s := one(p, id); s != nil {
					out[i].set, got[i], hit = s, true, true
					break
				}
				p.i = at
			}
			if !hit {
				return nil
			}
			if n > len(props) {
				return nil
			}
		}
		return out
	}
}

// four reads one to four values for the sides.
func four(props []int) func(p *parser) []longhand {
	return func(p *parser) []longhand {
		var v []setter
		var starts []int
		for !p.done() && len(v) < 4 {
			starts = append(starts, p.i)
			s := one(p, props[min(len(v), 3)])
			if s == nil {
				return nil
			}
			v = append(v, s)
		}
		if len(v) == 0 {
			return nil
		}
		// Each side has a setter of its own: read again for the others.
		from := [4]int{0, 1, 2, 3}
		switch len(v) {
		case 1:
			from = [4]int{0, 0, 0, 0}
		case 2:
			from = [4]int{0, 1, 0, 1}
		case 3:
			from = [4]int{0, 1, 2, 1}
		}
		end := p.i
		out := make([]longhand, 4)
		for i := range out {
			p.i = starts[from[i]]
			out[i] = longhand{props[i], one(p, props[i])}
		}
		p.i = end
		return out
	}
}

// two reads one or two values.
func two(props []int) func(p *parser) []longhand {
	return func(p *parser) []longhand {
		start := p.i
		a := one(p, props[0])
		if a == nil {
			return nil
		}
		if p.done() {
			p.i = start
		}
		b := one(p, props[1])
		if b == nil {
			return nil
		}
		return []longhand{{props[0], a}, {props[1], b}}
	}
}

// alias gives a property a second name.
func alias(name, of string) {
	if id, ok := byName[of]; ok {
		byName[name] = id
		return
	}
	shorts[name] = shorts[of]
}

func shorthands() {
	sides := func(pre, post string) []int {
		return ids(pre+"top"+post, pre+"right"+post, pre+"bottom"+post, pre+"left"+post)
	}
	short("margin", sides("margin-", ""), four(sides("margin-", "")))
	short("padding", sides("padding-", ""), four(sides("padding-", "")))
	short("inset", sides("", ""), four(sides("", "")))
	short("border-width", sides("border-", "-width"), four(sides("border-", "-width")))
	short("border-style", sides("border-", "-style"), four(sides("border-", "-style")))
	short("border-color", sides("border-", "-color"), four(sides("border-", "-color")))
	all := append(append(sides("border-", "-width"), sides("border-", "-style")...), sides("border-", "-color")...)
	for _, side := range sideNames {
		props := ids("border-"+side+"-width", "border-"+side+"-style", "border-"+side+"-color")
		short("border-"+side, props, strict(anyOrder(props)))
	}
	top := ids("border-top-width", "border-top-style", "border-top-color")
	short("border", all, strict(func(p *parser) []longhand {
		start := p.i
		if anyOrder(top)(p) == nil {
			return nil
		}
		var out []longhand
		for _, side := range sideNames {
			p.i = start
			out = append(out, anyOrder(ids("border-"+side+"-width", "border-"+side+"-style", "border-"+side+"-color"))(p)...)
		}
		return out
	}))
	// The sides by the direction of text; mail that uses these is written from left to right, and lists are the exception made in tree.go.
	for logical, side := range map[string]string{"block-start": "top", "block-end": "bottom", "inline-start": "left", "inline-end": "right"} {
		alias("margin-"+logical, "margin-"+side)
		alias("padding-"+logical, "padding-"+side)
		alias("border-"+logical, "border-"+side)
		alias("border-"+logical+"-width", "border-"+side+"-width")
		alias("border-"+logical+"-style", "border-"+side+"-style")
		alias("border-"+logical+"-color", "border-"+side+"-color")
		alias("inset-"+logical, side)
	}
	alias("-webkit-margin-start", "margin-left")
	alias("-webkit-margin-end", "margin-right")
	alias("-webkit-padding-start", "padding-left")
	alias("-webkit-padding-end", "padding-right")
	for pre := range map[string]bool{"margin-": true, "padding-": true} {
		short(pre+"block", ids(pre+"top", pre+"bottom"), two(ids(pre+"top", pre+"bottom")))
		short(pre+"inline", ids(pre+"left", pre+"right"), two(ids(pre+"left", pre+"right")))
	}
	short("inset-block", ids("top", "bottom"), two(ids("top", "bottom")))
	short("inset-inline", ids("left", "right"), two(ids("left", "right")))
	alias("inline-size", "width")
	alias("block-size", "height")
	alias("min-inline-size", "min-width")
	alias("max-inline-size", "max-width")
	alias("min-block-size", "min-height")
	alias("max-block-size", "max-height")

	corners := ids("border-top-left-radius", "border-top-right-radius", "border-bottom-right-radius", "border-bottom-left-radius")
	short("border-radius", corners, func(p *parser) []longhand {
		read := func() ([]dim, bool) {
			var v []dim
			for len(v) < 4 {
				d, ok := p.length(percent)
				if !ok {
					break
				}
				v = append(v, d)
			}
			switch len(v) {
			case 0:
				return nil, false
			case 1:
				v = []dim{v[0], v[0], v[0], v[0]}
			case 2:
				v = []dim{v[0], v[1], v[0], v[1]}
			case 3:
				v = []dim{v[0], v[1], v[2], v[1]}
			}
			return v, true
		}
		h, ok := read()
		if !ok {
			return nil
		}
		v := h
		if p.delim('/') {
			if v, ok = read(); !ok {
				return nil
			}
		}
		out := make([]longhand, 4)
		for i := range out {
			out[i] = longhand{corners[i], func(c *computer) { c.s.Radius[i] = [2]Length{h[i].resolve(c), v[i].resolve(c)} }}
		}
		return out
	})
	for _, v := range []string{"-webkit-", "-moz-"} {
		if v == "-webkit-" {
			alias(v+"border-radius", "border-radius")
			for _, c := range cornerNames {
				alias(v+"border-"+c+"-radius", "border-"+c+"-radius")
			}
			alias(v+"box-shadow", "box-shadow")
			alias(v+"box-sizing", "box-sizing")
			for _, f := range []string{"flex-direction", "flex-wrap", "flex-grow", "flex-shrink", "flex-basis", "order", "justify-content", "align-items", "align-self", "align-content", "background-size", "background-clip", "background-origin", "text-decoration-color", "text-decoration-line", "text-decoration-style"} {
				alias(v+f, f)
			}
		}
	}
	alias("word-wrap", "overflow-wrap")
	alias("-webkit-hyphens", "hyphens")
	alias("line-clamp", "-webkit-line-clamp")
	alias("text-underline-thickness", "text-decoration-thickness")
	alias("grid-row-gap", "row-gap")
	alias("grid-column-gap", "column-gap")

	outline := ids("outline-width", "outline-style", "outline-color")
	short("outline", outline, strict(anyOrder(outline)))
	over := ids("overflow-x", "overflow-y")
	short("overflow", over, two(over))
	deco := ids("text-decoration-line", "text-decoration-style", "text-decoration-color", "text-decoration-thickness")
	short("text-decoration", deco, strict(anyOrder(deco)))
	alias("-webkit-text-decoration", "text-decoration")
	list := ids("list-style-position", "list-style-image", "list-style-type")
	short("list-style", list, listStyle(list))
	font := ids("font-family", "font-size", "font-style", "font-weight", "font-variant-caps", "font-stretch", "line-height")
	short("font", font, fontShort(font))
	caps := ids("font-variant-caps")
	short("font-variant", caps, func(p *parser) []longhand {
		small := false
		for !p.done() {
			switch t := p.next(); {
			case t.Is("small-caps"), t.Is("all-small-caps"):
				small = true
			case t.Kind != css.Ident:
				return nil
			}
		}
		return []longhand{{caps[0], func(c *computer) { c.s.Font.SmallCaps = small }}}
	})
	bg := ids("background-color", "background-image", "background-position", "background-size", "background-repeat", "background-clip", "background-origin", "background-attachment")
	short("background", bg, background(bg))
	flex := ids("flex-grow", "flex-shrink", "flex-basis")
	short("flex", flex, flexShort(flex))
	flow := ids("flex-direction", "flex-wrap")
	short("flex-flow", flow, strict(anyOrder(flow)))
	alias("-webkit-flex", "flex")
	alias("-webkit-flex-flow", "flex-flow")
	gap := ids("row-gap", "column-gap")
	short("gap", gap, two(gap))
	alias("grid-gap", "gap")
	short("place-content", ids("align-content", "justify-content"), two(ids("align-content", "justify-content")))
	short("place-items", ids("align-items", "justify-items"), two(ids("align-items", "justify-items")))
	short("place-self", ids("align-self", "justify-self"), two(ids("align-self", "justify-self")))
	gridShorts()
}

// strict refuses an empty value.
func strict(f func(p *parser) []longhand) func(p *parser) []longhand {
	return func(p *parser) []longhand {
		if p.done() {
			return nil
		}
		return f(p)
	}
}

func listStyle(list []int) func(p *parser) []longhand {
	return func(p *parser) []longhand {
		var none int
		out := []longhand{{prop: list[0]}, {prop: list[1]}, {prop: list[2]}}
		for !p.done() {
			t := p.peek()
			switch {
			case t.Is("none"):
				none++
				p.i++
			case t.Is("inside"), t.Is("outside"):
				out[0].set = one(p, list[0])
			case t.Kind == css.URL:
				out[1].set = one(p, list[1])
			default:
				if out[2].set != nil {
					return nil
				}
				if out[2].set = one(p, list[2]); out[2].set == nil {
					return nil
				}
			}
		}
		if none > 0 && out[2].set == nil {
			out[2].set = func(c *computer) { c.s.ListType = "none" }
		}
		return out
	}
}

func fontShort(props []int) func(p *parser) []longhand {
	return func(p *parser) []longhand {
		if t := p.peek(); t.Kind == css.Ident {
			switch css.Lower(t.Text) {
			case "caption", "icon", "menu", "message-box", "small-caption", "status-bar":
				p.i++
				out := make([]longhand, len(props))
				for i := range out {
					out[i].prop = props[i]
				}
				out[0].set = func(c *computer) { c.s.Font.Families, c.cs.mono = []string{"system-ui"}, false }
				out[1].set = fontSizeSetter(dim{u: uPx, v: 13.333}, 0)
				return out
			}
		}
		out := make([]longhand, len(props))
		for i := range out {
			out[i].prop = props[i]
		}
		for n := 0; n < 4; n++ {
			if p.is("normal") {
				continue
			}
			hit := false
			for _, i := range []int{2, 3, 4, 5} { // style, weight, variant, stretch
				if out[i].set != nil || i == 5 && p.peek().Kind == css.Percentage {
					continue
				}
				at := p.i
				if out[i].set = one(p, props[i]); out[i].set != nil {
					hit = true
					break
				}
				p.i = at
			}
			if !hit {
				break
			}
		}
		if out[1].set = one(p, props[1]); out[1].set == nil {
			return nil
		}
		if p.delim('/') {
			if out[6].set = one(p, props[6]); out[6].set == nil {
				return nil
			}
		}
		if out[0].set = one(p, props[0]); out[0].set == nil {
			return nil
		}
		return out
	}
}

func flexShort(props []int) func(p *parser) []longhand {
	set := func(grow, shrink float64, d dim) []longhand {
		return []longhand{
			{props[0], func(c *computer) { c.s.Grow = grow }}, {props[1], func(c *computer) { c.s.Shrink = shrink }},
			{props[2], func(c *computer) { c.s.Basis = d.resolve(c); c.s.BasisAuto = c.s.Basis.Unit == Auto }},
		}
	}
	return func(p *parser) []longhand {
		switch {
		case p.is("none"):
			return set(0, 0, keyword(Auto))
		case p.peek().Is("initial"):
			return nil
		}
		grow, shrink, basis := 1.0, 1.0, dim{u: uPct}
		gotGrow, gotBasis := false, false
		for !p.done() {
			if !gotGrow {
				if n, ok := p.number(); ok {
					if n < 0 {
						return nil
					}
					grow, gotGrow = n, true
					if n, ok := p.number(); ok {
						shrink = n
					}
					continue
				}
			}
			if gotBasis {
				return nil
			}
			d, ok := p.lengthOr(percent, flexBasis)
			if !ok {
				return nil
			}
			basis, gotBasis = d, true
		}
		if !gotGrow && !gotBasis {
			return nil
		}
		return set(grow, shrink, basis)
	}
}
