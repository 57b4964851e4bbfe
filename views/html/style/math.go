package style

import "github.com/postrider/postrider/views/html/css"

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
