package css

// Media is a list of media queries: one of them must match. An empty list matches.
type Media []mediaQuery

type mediaQuery struct {
	not   bool
	typ   string // "" = all
	cond  *mediaCond
	never bool // "not all": what could not be read
}

// mediaCond is a condition: a feature, or a conjunction or disjunction of conditions.
type mediaCond struct {
	op   byte // 'f' feature, '&', '|', '!', '?' unknown
	of   []*mediaCond
	name string
	cmp  byte // '=', '<' (<=), '>' (>=), 'l' (<), 'g' (>), 0 = boolean
	tok  Token
	den  float64 // of a ratio
}

// Screen is what media queries ask about.
type Screen struct {
	Width, Height float64 // px
	Dark          bool
	Ratio         float64 // device pixels in a px; 0 = 1
	Print         bool
}

// ParseMedia reads the prelude of @media.
func ParseMedia(toks []Token) Media {
	toks = trim(toks)
	if len(toks) == 0 {
		return nil
	}
	var out Media
	for _, part := range Split(toks, Comma) {
		out = append(out, parseQuery(trim(part)))
	}
	return out
}

// ParseMediaText reads a media attribute.
func ParseMediaText(s string) Media { return ParseMedia(Tokenize(s)) }

// Split cuts at a token outside all blocks.
func Split(toks []Token, at Kind) [][]Token {
	var out [][]Token
	start := 0
	for i := 0; i < len(toks); i++ {
		if toks[i].Kind == at {
			out = append(out, toks[start:i])
			start = i + 1
		} else if opens(toks[i].Kind) {
			i = closer(toks, i, len(toks))
		}
	}
	return append(out, toks[min(start, len(toks)):])
}

func parseQuery(toks []Token) (q mediaQuery) {
	if len(toks) == 0 {
		q.never = true
		return
	}
	i := 0
	if toks[0].Kind == Ident {
		switch Lower(toks[0].Text) {
		case "not", "only":
			j := skipSpace(toks, 1)
			if j < len(toks) && toks[j].Kind == Ident {
				q.not = toks[0].Is("not")
				i = j
			}
		}
		if toks[i].Kind == Ident && !toks[i].Is("not") {
			switch q.typ = Lower(toks[i].Text); q.typ {
			case "and", "or", "layer":
				q.never = true
				return
			case "all":
				q.typ = ""
			}
			i = skipSpace(toks, i+1)
			if i >= len(toks) {
				return
			}
			if !toks[i].Is("and") {
				q.never = true
				return
			}
			i++
		}
	}
	q.cond = parseCond(trim(toks[i:]), 0)
	if q.cond == nil {
		q.never = true
	}
	return
}

func skipSpace(toks []Token, i int) int {
	for i < len(toks) && toks[i].Kind == Space {
		i++
	}
	return i
}

func parseCond(toks []Token, depth int) *mediaCond {
	toks = trim(toks)
	if len(toks) == 0 || depth > 16 {
		return nil
	}
	if toks[0].Is("not") {
		c := parseCond(toks[1:], depth+1)
		if c == nil {
			return nil
		}
		return &mediaCond{op: '!', of: []*mediaCond{c}}
	}
	var list []*mediaCond
	op := byte(0)
	for i := 0; i < len(toks); {
		t := &toks[i]
		switch {
		case t.Kind == Space:
			i++
		case t.Is("and"), t.Is("or"):
			o := byte('&')
			if t.Is("or") {
				o = '|'
			}
			if len(list) == 0 || op != 0 && op != o {
				return nil
			}
			op = o
			i++
		case t.Kind == LParen:
			stop := closer(toks, i, len(toks))
			inner := trim(toks[i+1 : min(stop, len(toks))])
			var c *mediaCond
			if len(inner) > 0 && (inner[0].Kind == LParen || inner[0].Is("not")) {
				c = parseCond(inner, depth+1)
			} else {
				c = parseFeature(inner)
			}
			if c == nil {
				c = &mediaCond{op: '?'}
			}
			list = append(list, c)
			i = stop + 1
		case t.Kind == Function:
			stop := closer(toks, i, len(toks))
			list = append(list, &mediaCond{op: '?'})
			i = stop + 1
		default:
			return nil
		}
	}
	if len(list) == 0 {
		return nil
	}
	if len(list) == 1 {
		return list[0]
	}
	if op == 0 {
		return nil
	}
	return &mediaCond{op: op, of: list}
}

// parseFeature reads (name), (name: value), (name < value), (value < name < value).
func parseFeature(toks []Token) *mediaCond {
	var parts []Token
	for _, t := range toks {
		if t.Kind != Space {
			parts = append(parts, t)
		}
	}
	if len(parts) == 0 {
		return nil
	}
	if len(parts) == 1 {
		if parts[0].Kind != Ident {
			return nil
		}
		return &mediaCond{op: 'f', name: Lower(parts[0].Text)}
	}
	if parts[0].Kind == Ident && parts[1].Kind == Colon {
		name := Lower(parts[0].Text)
		cmp := byte('=')
		switch {
		case len(name) > 4 && name[:4] == "min-":
			name, cmp = name[4:], '>'
		case len(name) > 4 && name[:4] == "max-":
			name, cmp = name[4:], '<'
		case len(name) > 12 && name[:12] == "-webkit-min-":
			name, cmp = "-webkit-"+name[12:], '>'
		case len(name) > 12 && name[:12] == "-webkit-max-":
			name, cmp = "-webkit-"+name[12:], '<'
		}
		v, den, rest := mediaValue(parts[2:])
		if v.Kind == EOF || len(rest) > 0 {
			return nil
		}
		return &mediaCond{op: 'f', name: name, cmp: cmp, tok: v, den: den}
	}
	// Ranges.
	var all []*mediaCond
	rest := parts
	var left Token
	var leftDen float64
	name := ""
	if rest[0].Kind == Ident {
		name = Lower(rest[0].Text)
		rest = rest[1:]
	} else {
		left, leftDen, rest = mediaValue(rest)
		if left.Kind == EOF {
			return nil
		}
		var cmp byte
		cmp, rest = compare(rest)
		if cmp == 0 || len(rest) == 0 || rest[0].Kind != Ident {
			return nil
		}
		name = Lower(rest[0].Text)
		rest = rest[1:]
		flip := map[byte]byte{'<': '>', '>': '<', 'l': 'g', 'g': 'l', '=': '='}
		all = append(all, &mediaCond{op: 'f', name: name, cmp: flip[cmp], tok: left, den: leftDen})
	}
	if len(rest) > 0 {
		var cmp byte
		cmp, rest = compare(rest)
		v, den, more := mediaValue(rest)
		if cmp == 0 || v.Kind == EOF || len(more) > 0 {
			return nil
		}
		all = append(all, &mediaCond{op: 'f', name: name, cmp: cmp, tok: v, den: den})
	}
	if len(all) == 1 {
		return all[0]
	}
	return &mediaCond{op: '&', of: all}
}

func compare(toks []Token) (byte, []Token) {
	if len(toks) == 0 || toks[0].Kind != Delim {
		return 0, toks
	}
	eq := len(toks) > 1 && toks[1].IsDelim('=') && toks[1].Start == toks[0].End
	switch {
	case toks[0].IsDelim('<') && eq:
		return '<', toks[2:]
	case toks[0].IsDelim('>') && eq:
		return '>', toks[2:]
	case toks[0].IsDelim('<'):
		return 'l', toks[1:]
	case toks[0].IsDelim('>'):
		return 'g', toks[1:]
	case toks[0].IsDelim('='):
		return '=', toks[1:]
	}
	return 0, toks
}

func mediaValue(toks []Token) (v Token, den float64, rest []Token) {
	if len(toks) == 0 {
		return
	}
	switch toks[0].Kind {
	case Number:
		if len(toks) >= 3 && toks[1].IsDelim('/') && toks[2].Kind == Number {
			return toks[0], toks[2].Num, toks[3:]
		}
		return toks[0], 1, toks[1:]
	case Dimension, Ident:
		return toks[0], 1, toks[1:]
	}
	return
}

// Match evaluates the queries.
func (m Media) Match(s Screen) bool {
	if len(m) == 0 {
		return true
	}
	for i := range m {
		if m[i].match(s) {
			return true
		}
	}
	return false
}

func (q *mediaQuery) match(s Screen) bool {
	if q.never {
		return false
	}
	ok := true
	switch q.typ {
	case "":
	case "screen":
		ok = !s.Print
	case "print":
		ok = s.Print
	default:
		ok = false
	}
	if ok && q.cond != nil {
		switch q.cond.eval(s) {
		case no:
			ok = false
		case unknown:
			return false
		}
	}
	return ok != q.not
}

type truth int8

const (
	no truth = iota
	yes
	unknown
)

func is(b bool) truth {
	if b {
		return yes
	}
	return no
}

func (c *mediaCond) eval(s Screen) truth {
	switch c.op {
	case '?':
		return unknown
	case '!':
		switch c.of[0].eval(s) {
		case yes:
			return no
		case no:
			return yes
		}
		return unknown
	case '&':
		out := yes
		for _, o := range c.of {
			switch o.eval(s) {
			case no:
				return no
			case unknown:
				out = unknown
			}
		}
		return out
	case '|':
		out := no
		for _, o := range c.of {
			switch o.eval(s) {
			case yes:
				return yes
			case unknown:
				out = unknown
			}
		}
		return out
	}
	return c.feature(s)
}

func (c *mediaCond) feature(s Screen) truth {
	ratio := s.Ratio
	if ratio == 0 {
		ratio = 1
	}
	var have float64
	switch c.name {
	case "width", "device-width":
		have = s.Width
	case "height", "device-height":
		have = s.Height
	case "aspect-ratio", "device-aspect-ratio":
		if s.Height > 0 {
			have = s.Width / s.Height
		}
	case "resolution", "-webkit-device-pixel-ratio":
		have = ratio
	case "color":
		have = 8
	case "monochrome", "color-index", "grid":
		have = 0
	case "orientation":
		w := "landscape"
		if s.Height >= s.Width {
			w = "portrait"
		}
		return c.word(w)
	case "prefers-color-scheme":
		if s.Dark {
			return c.word("dark")
		}
		return c.word("light")
	case "prefers-reduced-motion":
		if c.cmp == 0 {
			return yes
		}
		return c.word("reduce")
	case "prefers-contrast", "prefers-reduced-transparency", "prefers-reduced-data":
		if c.cmp == 0 {
			return no
		}
		return c.word("no-preference")
	case "forced-colors", "inverted-colors":
		if c.cmp == 0 {
			return no
		}
		return c.word("none")
	case "hover", "any-hover":
		return c.word("hover")
	case "pointer", "any-pointer":
		return c.word("fine")
	case "scripting":
		if c.cmp == 0 {
			return no
		}
		return c.word("none")
	case "color-gamut":
		return c.word("srgb")
	case "update":
		return c.word("fast")
	case "display-mode":
		return c.word("browser")
	default:
		return unknown
	}
	if c.cmp == 0 {
		return is(have != 0)
	}
	want := c.tok.Num
	if c.den != 0 {
		want /= c.den
	}
	switch {
	case c.tok.Kind == Dimension:
		f, ok := mediaUnits[c.tok.Text]
		if !ok {
			return unknown
		}
		want *= f
	case c.tok.Kind != Number:
		return unknown
	}
	switch c.cmp {
	case '<':
		return is(have <= want)
	case '>':
		return is(have >= want)
	case 'l':
		return is(have < want)
	case 'g':
		return is(have > want)
	}
	return is(have == want)
}

var mediaUnits = map[string]float64{"px": 1, "em": 16, "rem": 16, "ex": 8, "ch": 8, "pt": 4.0 / 3, "pc": 16, "in": 96, "cm": 96 / 2.54, "mm": 96 / 25.4,
	"dppx": 1, "x": 1, "dpi": 1.0 / 96, "dpcm": 2.54 / 96}

func (c *mediaCond) word(have string) truth {
	if c.cmp == 0 {
		return yes
	}
	if c.tok.Kind != Ident {
		return unknown
	}
	return is(EqualFold(c.tok.Text, have))
}
