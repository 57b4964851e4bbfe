package css

// Selector is a complex selector: compounds from the right to the left.
type Selector struct {
	parts  []compound
	Spec   uint32 // specificity: ids << 20 | classes << 10 | types
	Pseudo string // "before", "after", "first-line", "first-letter", "marker", "placeholder", other = never; "" = the element
	// need are hashes of what ancestors must have, for quick refusal.
	need []uint32
}

// compound is a compound selector and the combinator to its left.
type compound struct {
	comb    byte // ' ', '>', '+', '~'; 0 for the leftmost
	tag     string
	id      string
	classes []string
	attrs   []attrTest
	pseudos []pseudo
}

type attrTest struct {
	name, value string
	op          byte // 0 = has, '=', '~', '|', '^', '$', '*'
	fold        bool
}

type pseudo struct {
	kind pseudoKind
	a, b int // of nth: a n + b
	of   []*Selector
	text string
}

type pseudoKind uint8

const (
	pNever pseudoKind = iota
	pNot
	pIs
	pNth
	pNthLast
	pNthType
	pNthLastType
	pOnly
	pOnlyType
	pRoot
	pEmpty
	pLink
	pLang
	pChecked
	pDisabled
	pEnabled
	pAlways
	pHas
	pDir
	pReadOnly
)

// Key is where to file a rule by its rightmost compound: the most telling of id, class and type; all empty = every element.
func (s *Selector) Key() (id, class, tag string) {
	c := &s.parts[0]
	switch {
	case c.id != "":
		return c.id, "", ""
	case len(c.classes) > 0:
		return "", c.classes[0], ""
	case c.tag != "":
		return "", "", c.tag
	}
	for _, p := range c.pseudos {
		if p.kind == pIs && len(p.of) == 1 {
			return p.of[0].Key()
		}
	}
	return "", "", ""
}

// maxParts bounds a selector, maxList a list.
const (
	maxParts = 64
	maxList  = 4096
	maxNest  = 6
)

// ParseSelectors reads a list of selectors; nil when one of them cannot be read, which makes the rule invalid.
func ParseSelectors(toks []Token, quirks bool) []*Selector {
	p := selParser{quirks: quirks}
	return p.list(trim(toks), 0, false)
}

type selParser struct{ quirks bool }

// list reads a list; a forgiving one leaves out what it cannot read.
func (p *selParser) list(toks []Token, depth int, forgiving bool) []*Selector {
	var out []*Selector
	if depth > maxNest {
		return nil
	}
	for _, part := range Split(toks, Comma) {
		if len(out) >= maxList {
			return out
		}
		s := p.complex(trim(part), depth)
		if s == nil {
			if forgiving {
				continue
			}
			return nil
		}
		out = append(out, s)
	}
	return out
}

func (p *selParser) complex(toks []Token, depth int) *Selector {
	if len(toks) == 0 {
		return nil
	}
	s := &Selector{}
	comb := byte(0)
	for i := 0; i < len(toks); {
		if len(s.parts) > maxParts || s.Pseudo != "" && toks[i].Kind != Space {
			return nil
		}
		if len(s.parts) > 0 || comb != 0 {
			// A combinator.
			saw := false
			for i < len(toks) && toks[i].Kind == Space {
				saw = true
				i++
			}
			if i >= len(toks) {
				break
			}
			t := &toks[i]
			comb = ' '
			if t.Kind == Delim && (t.Text == ">" || t.Text == "+" || t.Text == "~") {
				comb = t.Text[0]
				i++
				i = skipSpace(toks, i)
			} else if !saw {
				return nil
			}
			if i >= len(toks) {
				return nil
			}
		}
		c := compound{}
		n, ok := p.compound(toks[i:], &c, s, depth)
		if !ok || n == 0 {
			return nil
		}
		i += n
		if len(s.parts) > 0 {
			// The combinator belongs to the compound on its right.
			c.comb = comb
		}
		s.parts = append(s.parts, c)
	}
	for i, j := 0, len(s.parts)-1; i < j; i, j = i+1, j-1 {
		s.parts[i], s.parts[j] = s.parts[j], s.parts[i]
	}
	s.needs()
	return s
}

// needs notes what some ancestor must have: every compound left of a descendant or child combinator, but those beside siblings only when an ancestor
// combinator stands between them and the right end.
func (s *Selector) needs() {
	above := false
	for i := range s.parts {
		c := &s.parts[i]
		if above && len(s.need) < 8 {
			if c.id != "" {
				s.need = append(s.need, hash('#', c.id))
			}
			for _, k := range c.classes {
				s.need = append(s.need, hash('.', k))
			}
			if c.tag != "" {
				s.need = append(s.need, hash('t', c.tag))
			}
		}
		switch c.comb {
		case ' ', '>':
			above = true
		default:
			// A sibling of an ancestor is no ancestor.
			above = false
		}
	}
}

func hash(kind byte, s string) uint32 {
	h := uint32(2166136261) ^ uint32(kind)
	h *= 16777619
	for i := 0; i < len(s); i++ {
		h ^= uint32(s[i])
		h *= 16777619
	}
	return h
}

func (p *selParser) fold(s string) string {
	if p.quirks {
		return Lower(s)
	}
	return s
}

func (p *selParser) compound(toks []Token, c *compound, s *Selector, depth int) (int, bool) {
	i := 0
	const (
		unitID    = 1 << 20
		unitClass = 1 << 10
		unitType  = 1
	)
	for i < len(toks) {
		t := &toks[i]
		if s.Pseudo != "" && t.Kind != Space && t.Kind != Colon {
			return 0, false
		}
		switch t.Kind {
		case Ident:
			if i > 0 && !(i == 1 && toks[0].IsDelim('|')) && !(i == 2 && toks[1].IsDelim('|')) {
				return 0, false
			}
			if i+1 < len(toks) && toks[i+1].IsDelim('|') {
				// A name space: HTML mail has none that a prefix could name.
				return 0, false
			}
			c.tag = Lower(t.Text)
			s.Spec += unitType
			i++
		case Delim:
			switch {
			case t.Text == ".":
				if i+1 >= len(toks) || toks[i+1].Kind != Ident {
					return 0, false
				}
				c.classes = append(c.classes, p.fold(toks[i+1].Text))
				s.Spec += unitClass
				i += 2
			case t.Text == "*" && (i == 0 || toks[i-1].IsDelim('|')):
				i++
				if i < len(toks) && toks[i].IsDelim('|') {
					i++
				}
			default:
				return i, i > 0 && (t.Text == ">" || t.Text == "+" || t.Text == "~")
			}
		case Hash:
			if !t.ID {
				return 0, false
			}
			id := p.fold(t.Text)
			if c.id == "" {
				c.id = id
			} else if c.id != id {
				c.pseudos = append(c.pseudos, pseudo{kind: pNever})
			}
			s.Spec += unitID
			i++
		case LBracket:
			stop := closer(toks, i, len(toks))
			a, ok := p.attr(trim(toks[i+1 : min(stop, len(toks))]))
			if !ok {
				return 0, false
			}
			c.attrs = append(c.attrs, a)
			s.Spec += unitClass
			i = min(stop+1, len(toks))
		case Colon:
			n, ok := p.pseudo(toks[i:], c, s, depth)
			if !ok {
				return 0, false
			}
			i += n
		case Space:
			return i, i > 0
		default:
			return 0, false
		}
	}
	return i, i > 0
}

func (p *selParser) attr(toks []Token) (a attrTest, ok bool) {
	var parts []Token
	for _, t := range toks {
		if t.Kind != Space {
			parts = append(parts, t)
		}
	}
	if len(parts) > 2 && (parts[0].IsDelim('*') || parts[0].Kind == Ident) && parts[1].IsDelim('|') && parts[2].Kind == Ident {
		if parts[0].Kind == Ident {
			return a, false
		}
		parts = parts[2:]
	}
	if len(parts) == 0 || parts[0].Kind != Ident {
		return a, false
	}
	a.name = Lower(parts[0].Text)
	parts = parts[1:]
	if len(parts) == 0 {
		return a, true
	}
	if parts[0].Kind != Delim {
		return a, false
	}
	switch parts[0].Text {
	case "=":
		a.op = '='
		parts = parts[1:]
	case "~", "|", "^", "$", "*":
		if len(parts) < 2 || !parts[1].IsDelim('=') {
			return a, false
		}
		a.op = parts[0].Text[0]
		parts = parts[2:]
	default:
		return a, false
	}
	if len(parts) == 0 || parts[0].Kind != Ident && parts[0].Kind != String {
		return a, false
	}
	a.value = parts[0].Text
	switch a.name {
	// The values of these attributes match without regard to case in HTML (HTML standard, 4.16.2).
	case "align", "valign", "bgcolor", "color", "dir", "face", "lang", "media", "method", "nowrap", "rel", "rev", "rules", "scope", "shape", "type", "text", "link", "compact", "clear", "charset", "checked", "disabled", "direction", "hreflang", "noshade", "scrolling", "frame", "axis", "alink", "vlink", "vAlign", "valuetype", "target", "selected", "readonly", "noresize", "multiple", "language", "http-equiv", "enctype", "declare", "defer", "codetype", "accept", "accept-charset":
		a.fold = true
	}
	parts = parts[1:]
	if len(parts) == 1 && parts[0].Kind == Ident {
		switch Lower(parts[0].Text) {
		case "i":
			a.fold = true
		case "s":
			a.fold = false
		default:
			return a, false
		}
		parts = nil
	}
	if a.fold {
		a.value = Lower(a.value)
	}
	return a, len(parts) == 0
}
