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

// expr is a calculation.
type expr struct {
	op     byte // 'v' leaf, 'n' number, '+', '-', '*', '/', 'm' min, 'M' max
	leaf   dim
	num    float64
	of     []*expr
	length bool // else a number
	pct    bool
}

// math takes calc(), min(), max(), clamp() and their like; nil when it is not one.
func (p *parser) math() *expr {
	n := 0
	return p.mathN(0, &n)
}

const maxCalc = 200

func (p *parser) mathN(depth int, n *int) *expr {
	if depth > 16 || p.peek().Kind != css.Function {
		return nil
	}
	name, args := p.function()
	args.quirks = false
	switch name {
	case "calc", "-webkit-calc", "-moz-calc":
		e := args.sum(depth, n)
		if !args.done() {
			return nil
		}
		return e
	case "min", "max", "clamp":
		var list []*expr
		for {
			e := args.sum(depth, n)
			if e == nil {
				return nil
			}
			list = append(list, e)
			if !args.comma() {
				break
			}
		}
		if !args.done() {
			return nil
		}
		op := byte('m')
		if name == "max" {
			op = 'M'
		}
		out := &expr{op: op, of: list, length: list[0].length}
		if name == "clamp" {
			if len(list) != 3 {
				return nil
			}
			out.op = 'M'
			low := &expr{op: 'm', of: list[1:], length: list[0].length, pct: list[1].pct || list[2].pct}
			out.of = []*expr{list[0], low}
		}
		for _, e := range list {
			if e.length != out.length {
				return nil
			}
			out.pct = out.pct || e.pct
		}
		return out
	}
	return nil
}

func (p *parser) sum(depth int, n *int) *expr {
	left := p.product(depth, n)
	for left != nil {
		// The sign of a sum stands between white space.
		if p.i >= len(p.t) || p.t[p.i].Kind != css.Space {
			return left
		}
		t := p.peek()
		if !t.IsDelim('+') && !t.IsDelim('-') {
			return left
		}
		op := t.Text[0]
		if p.i+1 >= len(p.t) || p.t[p.i+1].Kind != css.Space {
			return nil
		}
		p.i++
		right := p.product(depth, n)
		if right == nil || right.length != left.length {
			return nil
		}
		left = &expr{op: op, of: []*expr{left, right}, length: left.length, pct: left.pct || right.pct}
	}
	return nil
}

func (p *parser) product(depth int, n *int) *expr {
	left := p.term(depth, n)
	for left != nil {
		at := p.i
		switch {
		case p.delim('*'):
			right := p.term(depth, n)
			if right == nil || left.length && right.length {
				return nil
			}
			left = &expr{op: '*', of: []*expr{left, right}, length: left.length || right.length, pct: left.pct || right.pct}
		case p.delim('/'):
			right := p.term(depth, n)
			if right == nil || right.length || right.number() == 0 {
				return nil
			}
			left = &expr{op: '/', of: []*expr{left, right}, length: left.length, pct: left.pct}
		default:
			p.i = at
			return left
		}
	}
	return nil
}

func (p *parser) term(depth int, n *int) *expr {
	if *n++; *n > maxCalc {
		return nil
	}
	t := p.peek()
	switch t.Kind {
	case css.Number:
		p.i++
		return &expr{op: 'n', num: t.Num}
	case css.Dimension, css.Percentage:
		d, ok := p.length(negative | percent)
		if !ok {
			return nil
		}
		return &expr{op: 'v', leaf: d, length: true, pct: d.u == uPct}
	case css.LParen:
		start := p.i + 1
		d := 0
		for ; p.i < len(p.t); p.i++ {
			switch p.t[p.i].Kind {
			case css.LParen, css.Function:
				d++
			case css.RParen:
				d--
			}
			if d == 0 {
				break
			}
		}
		if depth > 16 {
			return nil
		}
		in := &parser{t: p.t[start:min(p.i, len(p.t))]}
		p.i = min(p.i+1, len(p.t))
		e := in.sum(depth+1, n)
		if !in.done() {
			return nil
		}
		return e
	case css.Function:
		return p.mathN(depth+1, n)
	}
	return nil
}

func (e *expr) number() float64 {
	if e.length {
		return 0
	}
	switch e.op {
	case 'n':
		return e.num
	case '+':
		return finite(e.of[0].number() + e.of[1].number())
	case '-':
		return finite(e.of[0].number() - e.of[1].number())
	case '*':
		return finite(e.of[0].number() * e.of[1].number())
	case '/':
		return finite(e.of[0].number() / e.of[1].number())
	case 'm', 'M':
		v := e.of[0].number()
		for _, o := range e.of[1:] {
			if e.op == 'm' {
				v = min(v, o.number())
			} else {
				v = max(v, o.number())
			}
		}
		return v
	}
	return 0
}

// eval computes px and percentages; comparisons that depend on a percentage stay, with what is added and multiplied moved inside.
func (e *expr) eval(c *computer) Length {
	switch e.op {
	case 'v':
		return e.leaf.resolve(c)
	case '+', '-':
		a, b := e.of[0].eval(c), e.of[1].eval(c)
		if e.op == '-' {
			b = scale(b, -1)
		}
		return add(a, b, 0)
	case '*':
		if e.of[0].length {
			return scale(e.of[0].eval(c), e.of[1].number())
		}
		return scale(e.of[1].eval(c), e.of[0].number())
	case '/':
		return scale(e.of[0].eval(c), 1/e.of[1].number())
	case 'm', 'M':
		cmp := &Calc{Max: e.op == 'M'}
		pct := false
		for _, o := range e.of {
			l := o.eval(c)
			cmp.Of = append(cmp.Of, l)
			pct = pct || l.HasPct()
		}
		l := Length{Unit: Compare, Calc: cmp}
		if !pct {
			return Length{Unit: Px, V: l.Resolve(0)}
		}
		return l
	}
	return Length{Unit: Px}
}

func scale(l Length, f float64) Length {
	if l.Unit != Compare {
		return Length{Unit: Px, V: finite(l.V * f), Pct: finite(l.Pct * f)}
	}
	out := &Calc{Max: l.Calc.Max != (f < 0)}
	for _, o := range l.Calc.Of {
		out.Of = append(out.Of, scale(o, f))
	}
	return Length{Unit: Compare, Calc: out}
}

func add(a, b Length, depth int) Length {
	// Sums of comparisons multiply; nobody writes long ones.
	if depth > 4 || a.size()*b.size() > 256 {
		return a
	}
	if a.Unit != Compare && b.Unit != Compare {
		return Length{Unit: Px, V: finite(a.V + b.V), Pct: finite(a.Pct + b.Pct)}
	}
	if a.Unit != Compare {
		a, b = b, a
	}
	out := &Calc{Max: a.Calc.Max}
	for _, o := range a.Calc.Of {
		out.Of = append(out.Of, add(o, b, depth+1))
	}
	return Length{Unit: Compare, Calc: out}
}

func (l Length) size() int {
	if l.Unit != Compare {
		return 1
	}
	n := 0
	for _, o := range l.Calc.Of {
		n += o.size()
	}
	return n
}
