package css

// Limits of a sheet.
type Limits struct {
	Rules, Decls, Depth int
}

// DefaultLimits is enough for every mail seen, by a factor of ten.
var DefaultLimits = Limits{Rules: 20000, Decls: 200000, Depth: 16}

// Sheet is a parsed style sheet.
type Sheet struct {
	Rules []Rule
	// Imports and Fonts are what @import and the src of @font-face name: never fetched.
	Imports, Fonts []string
	Cut            bool // a limit was reached, the rest is missing
}

// Rule is a style rule.
type Rule struct {
	Selectors []*Selector
	Decls     []Decl
	Media     []Media // all of them must match
}

// Decl is a declaration.
type Decl struct {
	Name      string // lower case; custom properties (--x) as written
	Value     []Token
	Raw       string // the value as written, for custom properties
	Important bool
}

// Options for a sheet.
type Options struct {
	Limits Limits
	// Quirks: class and id selectors match without regard to case.
	Quirks bool
	// Supports answers @supports (property: value).
	Supports func(d Decl) bool
}

type sheetParser struct {
	opt   Options
	src   string
	toks  []Token
	out   *Sheet
	decls int
}

// ParseSheet parses a style sheet.
func ParseSheet(src string, opt Options) *Sheet {
	if opt.Limits.Rules == 0 {
		opt.Limits = DefaultLimits
	}
	p := &sheetParser{opt: opt, src: src, toks: Tokenize(src), out: &Sheet{}}
	p.rules(0, len(p.toks), nil, 0)
	return p.out
}

// ParseDecls parses the declarations of a style attribute.
func ParseDecls(src string) []Decl {
	p := &sheetParser{opt: Options{Limits: DefaultLimits}, src: src, toks: Tokenize(src), out: &Sheet{}}
	return p.declarations(0, len(p.toks))
}

// ParseValue makes a declaration of a value alone.
func ParseValue(name, value string) Decl {
	return Decl{Name: name, Value: trim(Tokenize(value)), Raw: value}
}

// closer returns the index of the token that closes the block opened at i, or end.
func closer(toks []Token, i, end int) int {
	var stack [64]Kind
	n := 0
	for ; i < end; i++ {
		var want Kind
		switch toks[i].Kind {
		case Function, LParen:
			want = RParen
		case LBracket:
			want = RBracket
		case LBrace:
			want = RBrace
		case RParen, RBracket, RBrace:
			if n > 0 && n <= len(stack) && stack[n-1] == toks[i].Kind || n > len(stack) {
				n--
				if n == 0 {
					return i
				}
			}
			continue
		default:
			continue
		}
		if n < len(stack) {
			stack[n] = want
		}
		n++
	}
	return end
}

// opens tells whether the token begins a block.
func opens(k Kind) bool { return k == Function || k == LParen || k == LBracket || k == LBrace }

// rules reads a list of rules from i to end.
func (p *sheetParser) rules(i, end int, media []Media, depth int) {
	for i < end {
		t := &p.toks[i]
		switch t.Kind {
		case Space, CDO, CDC, Semicolon:
			if t.Kind == Semicolon {
				break // part of the prelude of a rule, which makes it invalid
			}
			i++
			continue
		case At:
			i = p.atRule(i, end, media, depth)
			continue
		}
		start := i
		for i < end && p.toks[i].Kind != LBrace {
			if opens(p.toks[i].Kind) {
				i = closer(p.toks, i, end)
			}
			i++
		}
		if i >= end {
			return
		}
		body := i + 1
		stop := closer(p.toks, i, end)
		i = stop + 1
		if len(p.out.Rules) >= p.opt.Limits.Rules || p.decls >= p.opt.Limits.Decls {
			p.out.Cut = true
			return
		}
		sels := ParseSelectors(p.toks[start:body-1], p.opt.Quirks)
		if sels == nil {
			continue
		}
		decls := p.declarations(body, stop)
		if len(decls) > 0 {
			p.out.Rules = append(p.out.Rules, Rule{Selectors: sels, Decls: decls, Media: media})
		}
	}
}

func (p *sheetParser) atRule(i, end int, media []Media, depth int) int {
	name := Lower(p.toks[i].Text)
	start := i + 1
	i++
	for i < end && p.toks[i].Kind != LBrace && p.toks[i].Kind != Semicolon {
		if opens(p.toks[i].Kind) {
			i = closer(p.toks, i, end)
		}
		i++
	}
	prelude := trim(p.toks[min(start, end):min(i, end)])
	if i >= end || p.toks[i].Kind == Semicolon {
		if name == "import" && len(prelude) > 0 {
			switch t := prelude[0]; t.Kind {
			case URL, String:
				p.out.Imports = append(p.out.Imports, t.Text)
			}
		}
		return i + 1
	}
	body, stop := i+1, closer(p.toks, i, end)
	switch name {
	case "media":
		if depth < p.opt.Limits.Depth {
			p.rules(body, stop, append(media[:len(media):len(media)], ParseMedia(prelude)), depth+1)
		}
	case "supports":
		if depth < p.opt.Limits.Depth && p.supports(prelude) {
			p.rules(body, stop, media, depth+1)
		}
	case "layer":
		if depth < p.opt.Limits.Depth {
			p.rules(body, stop, media, depth+1)
		}
	case "font-face":
		for j := body; j < stop; j++ {
			if p.toks[j].Kind == URL {
				p.out.Fonts = append(p.out.Fonts, p.toks[j].Text)
			}
		}
	}
	return stop + 1
}

// declarations reads what stands between braces.
func (p *sheetParser) declarations(i, end int) []Decl {
	var out []Decl
	for i < end {
		t := &p.toks[i]
		switch t.Kind {
		case Space, Semicolon:
			i++
			continue
		case Ident:
			j := i + 1
			for j < end && p.toks[j].Kind == Space {
				j++
			}
			if j < end && p.toks[j].Kind == Colon {
				stop := p.value(j+1, end)
				if d, ok := p.declaration(t.Text, j+1, stop); ok && p.decls < p.opt.Limits.Decls {
					p.decls++
					out = append(out, d)
				}
				i = stop
				continue
			}
		}
		// Not a declaration: as far as the next semicolon, or a block (of a nested rule).
		for i < end && p.toks[i].Kind != Semicolon {
			if p.toks[i].Kind == LBrace {
				i = closer(p.toks, i, end)
				break
			}
			if opens(p.toks[i].Kind) {
				i = closer(p.toks, i, end)
			}
			i++
		}
		i++
	}
	return out
}

// value returns where the value that begins at i ends.
func (p *sheetParser) value(i, end int) int {
	for i < end && p.toks[i].Kind != Semicolon {
		if opens(p.toks[i].Kind) {
			i = closer(p.toks, i, end)
		}
		i++
	}
	return min(i, end)
}

func (p *sheetParser) declaration(name string, i, end int) (Decl, bool) {
	val := trim(p.toks[i:end])
	d := Decl{Name: name}
	if n := len(val); n >= 2 && val[n-1].Is("important") {
		k := n - 2
		for k >= 0 && val[k].Kind == Space {
			k--
		}
		if k >= 0 && val[k].IsDelim('!') {
			d.Important = true
			val = trim(val[:k])
		}
	}
	for k := range val {
		switch val[k].Kind {
		case BadString, BadURL:
			return d, false
		case Delim:
			if val[k].Text == "!" {
				return d, false
			}
		}
	}
	if len(name) > 2 && name[:2] == "--" {
		if len(val) > 0 {
			d.Raw = p.src[val[0].Start:val[len(val)-1].End]
		}
	} else {
		d.Name = Lower(name)
		if len(val) == 0 {
			return d, false
		}
	}
	d.Value = val
	return d, true
}

func trim(toks []Token) []Token {
	for len(toks) > 0 && toks[0].Kind == Space {
		toks = toks[1:]
	}
	for len(toks) > 0 && toks[len(toks)-1].Kind == Space {
		toks = toks[:len(toks)-1]
	}
	return toks
}

// supports evaluates the condition of @supports.
func (p *sheetParser) supports(toks []Token) bool { return p.condition(toks, 0) }

func (p *sheetParser) condition(toks []Token, depth int) bool {
	toks = trim(toks)
	if len(toks) == 0 || depth > 16 {
		return false
	}
	if toks[0].Is("not") {
		return !p.condition(toks[1:], depth+1)
	}
	result, op := false, ""
	for i := 0; i < len(toks); {
		t := &toks[i]
		switch {
		case t.Kind == Space:
			i++
		case t.Is("and"), t.Is("or"):
			op = Lower(t.Text)
			i++
		case t.Kind == LParen, t.Kind == Function:
			stop := closer(toks, i, len(toks))
			inner := trim(toks[i+1 : stop])
			v := false
			switch {
			case t.IsFunc("selector"):
				v = ParseSelectors(inner, false) != nil
			case t.Kind == Function:
			case len(inner) > 2 && inner[0].Kind == Ident && (inner[1].Kind == Colon || inner[1].Kind == Space && inner[2].Kind == Colon):
				q := &sheetParser{opt: p.opt, src: p.src, toks: inner, out: p.out}
				if ds := q.declarations(0, len(inner)); len(ds) == 1 && p.opt.Supports != nil {
					v = p.opt.Supports(ds[0])
				}
			default:
				v = p.condition(inner, depth+1)
			}
			switch op {
			case "and":
				result = result && v
			case "or":
				result = result || v
			default:
				result = v
			}
			i = stop + 1
		default:
			return false
		}
	}
	return result
}
