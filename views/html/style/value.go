package style

import (
	"math"

	"github.com/postrider/postrider/views/html/css"
)

// parser is a cursor over the tokens of a value. Every read skips white space.
type parser struct {
	t      []css.Token
	i      int
	quirks bool // lengths without a unit, colours without a #
}

func (p *parser) skip() {
	for p.i < len(p.t) && p.t[p.i].Kind == css.Space {
		p.i++
	}
}

var eof css.Token

func (p *parser) peek() *css.Token {
	p.skip()
	if p.i < len(p.t) {
		return &p.t[p.i]
	}
	return &eof
}

func (p *parser) next() *css.Token {
	t := p.peek()
	if p.i < len(p.t) {
		p.i++
	}
	return t
}

func (p *parser) done() bool { p.skip(); return p.i >= len(p.t) }

// word takes an identifier, in lower case, "" = there is none.
func (p *parser) word() string {
	if t := p.peek(); t.Kind == css.Ident {
		p.i++
		return css.Lower(t.Text)
	}
	return ""
}

// is takes an identifier if it is that.
func (p *parser) is(word string) bool {
	if p.peek().Is(word) {
		p.i++
		return true
	}
	return false
}

func (p *parser) delim(c byte) bool {
	if p.peek().IsDelim(c) {
		p.i++
		return true
	}
	return false
}

func (p *parser) comma() bool {
	if p.peek().Kind == css.Comma {
		p.i++
		return true
	}
	return false
}

// function takes a function and returns a parser of its arguments.
func (p *parser) function() (name string, args *parser) {
	t := p.peek()
	if t.Kind != css.Function {
		return "", nil
	}
	name = css.Lower(t.Text)
	start := p.i + 1
	depth := 0
	for ; p.i < len(p.t); p.i++ {
		switch p.t[p.i].Kind {
		case css.Function, css.LParen:
			depth++
		case css.RParen:
			depth--
		}
		if depth == 0 {
			break
		}
	}
	args = &parser{t: p.t[start:min(p.i, len(p.t))]}
	if p.i < len(p.t) {
		p.i++
	}
	return name, args
}

// unit of a length before it is computed.
type unit uint8

const (
	uPx unit = iota
	uPct
	uEm
	uRem
	uEx
	uCh
	uVw
	uVh
	uVmin
	uVmax
	uLh
	uKeyword // kind in v: a Unit without a value
	uFr
	uCalc
)

// dim is a specified length.
type dim struct {
	u    unit
	v    float64
	calc *expr
}

var units = map[string]struct {
	u unit
	f float64
}{
	"px": {uPx, 1}, "pt": {uPx, 4.0 / 3}, "pc": {uPx, 16}, "in": {uPx, 96}, "cm": {uPx, 96 / 2.54}, "mm": {uPx, 96 / 25.4}, "q": {uPx, 96 / 101.6},
	"em": {uEm, 1}, "rem": {uRem, 1}, "ex": {uEx, 1}, "ch": {uCh, 1}, "ic": {uEm, 1}, "cap": {uEm, 0.7}, "lh": {uLh, 1}, "rlh": {uRem, 1.2},
	"vw": {uVw, 1}, "vh": {uVh, 1}, "vmin": {uVmin, 1}, "vmax": {uVmax, 1}, "vi": {uVw, 1}, "vb": {uVh, 1},
	"svw": {uVw, 1}, "svh": {uVh, 1}, "lvw": {uVw, 1}, "lvh": {uVh, 1}, "dvw": {uVw, 1}, "dvh": {uVh, 1},
}

// lengths a value may have.
type allow uint8

const (
	negative allow = 1 << iota
	percent
	unitless // in quirks
	number   // a bare number is a factor
)

func keyword(u Unit) dim { return dim{u: uKeyword, v: float64(u)} }

// length takes a length.
func (p *parser) length(a allow) (dim, bool) {
	t := p.peek()
	var d dim
	switch t.Kind {
	case css.Dimension:
		k, ok := units[t.Text]
		if !ok {
			return d, false
		}
		d = dim{u: k.u, v: t.Num * k.f}
	case css.Percentage:
		if a&percent == 0 {
			return d, false
		}
		d = dim{u: uPct, v: t.Num / 100}
	case css.Number:
		if t.Num != 0 && !(a&unitless != 0 && p.quirks) {
			return d, false
		}
		d = dim{u: uPx, v: t.Num}
	case css.Function:
		at := p.i
		e := p.math()
		if e == nil || !e.length || e.pct && a&percent == 0 {
			p.i = at
			return d, false
		}
		if e.op == 'v' {
			d = e.leaf
			if a&negative == 0 && d.v < 0 {
				d.v = 0
			}
			return d, true
		}
		return dim{u: uCalc, calc: e, v: float64(a & negative)}, true
	default:
		return d, false
	}
	if a&negative == 0 && d.v < 0 {
		return d, false
	}
	p.i++
	return d, true
}

// number takes a number.
func (p *parser) number() (float64, bool) {
	t := p.peek()
	if t.Kind == css.Number {
		p.i++
		return t.Num, true
	}
	if t.Kind == css.Function {
		at := p.i
		if e := p.math(); e != nil && !e.length {
			return e.number(), true
		}
		p.i = at
	}
	return 0, false
}

// resolve computes a specified length.
func (d dim) resolve(c *computer) Length {
	switch d.u {
	case uKeyword:
		return Length{Unit: Unit(d.v)}
	case uPct:
		return Length{Unit: Px, Pct: d.v}
	case uFr:
		return Length{Unit: Fr, V: d.v}
	case uCalc:
		l := d.calc.eval(c)
		if d.v == 0 && l.Unit == Px && l.Pct == 0 && l.V < 0 {
			l.V = 0
		}
		return l
	}
	return Length{Unit: Px, V: d.px(c)}
}

// px of a length without percentages.
func (d dim) px(c *computer) float64 {
	switch d.u {
	case uPx:
		return d.v
	case uEm:
		return finite(d.v * c.em())
	case uRem:
		return finite(d.v * c.rem())
	case uEx:
		return finite(d.v * c.ex())
	case uCh:
		return finite(d.v * c.ch())
	case uVw:
		return d.v / 100 * c.t.env.Width
	case uVh:
		return d.v / 100 * c.t.env.Height
	case uVmin:
		return d.v / 100 * math.Min(c.t.env.Width, c.t.env.Height)
	case uVmax:
		return d.v / 100 * math.Max(c.t.env.Width, c.t.env.Height)
	case uLh:
		return finite(d.v * c.em() * 1.2)
	case uCalc:
		return d.calc.eval(c).Resolve(0)
	}
	return 0
}

// finite keeps what is computed from growing without end through nested em.
func finite(v float64) float64 {
	const most = 1e7
	switch {
	case v != v:
		return 0
	case v > most:
		return most
	case v < -most:
		return -most
	}
	return v
}
