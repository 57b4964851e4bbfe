package css

import (
	"strings"
)

func (p *selParser) pseudo(toks []Token, c *compound, s *Selector, depth int) (int, bool) {
	const unitClass, unitType = 1 << 10, 1
	i := 1
	double := false
	if i < len(toks) && toks[i].Kind == Colon {
		double = true
		i++
	}
	if i >= len(toks) {
		return 0, false
	}
	t := &toks[i]
	name := Lower(t.Text)
	if t.Kind == Ident {
		if !double {
			switch name {
			case "before", "after", "first-line", "first-letter":
				double = true
			}
		}
		if double {
			switch name {
			case "before", "after", "first-line", "first-letter", "marker", "placeholder", "selection", "backdrop", "file-selector-button":
			default:
				// A vendor's own is read and matches nothing, if it is the vendor's that a browser of this family knows.
				if !strings.HasPrefix(name, "-webkit-") {
					return 0, false
				}
			}
			if s.Pseudo != "" {
				return 0, false
			}
			s.Pseudo = name
			s.Spec += unitType
			return i + 1, true
		}
		s.Spec += unitClass
		var ps pseudo
		switch name {
		case "first-child":
			ps = pseudo{kind: pNth, b: 1}
		case "last-child":
			ps = pseudo{kind: pNthLast, b: 1}
		case "only-child":
			ps.kind = pOnly
		case "first-of-type":
			ps = pseudo{kind: pNthType, b: 1}
		case "last-of-type":
			ps = pseudo{kind: pNthLastType, b: 1}
		case "only-of-type":
			ps.kind = pOnlyType
		case "root", "scope":
			ps.kind = pRoot
		case "empty":
			ps.kind = pEmpty
		case "link", "any-link", "-webkit-any-link":
			ps.kind = pLink
		case "checked":
			ps.kind = pChecked
		case "disabled":
			ps.kind = pDisabled
		case "enabled":
			ps.kind = pEnabled
		case "read-only":
			ps.kind = pReadOnly
		case "defined":
			ps.kind = pAlways
		case "hover", "active", "focus", "focus-visible", "focus-within", "visited", "target", "target-within", "indeterminate", "default", "valid", "invalid", "in-range", "out-of-range", "required", "optional",
			"read-write", "placeholder-shown", "autofill", "fullscreen", "playing", "paused", "modal", "open", "user-valid", "user-invalid", "-webkit-autofill", "-webkit-full-screen", "popover-open", "future", "past", "host":
			ps.kind = pNever
		default:
			return 0, false
		}
		c.pseudos = append(c.pseudos, ps)
		return i + 1, true
	}
	if t.Kind != Function || double {
		return 0, false
	}
	stop := closer(toks, i, len(toks))
	arg := trim(toks[i+1 : min(stop, len(toks))])
	end := min(stop+1, len(toks))
	var ps pseudo
	switch name {
	case "not", "is", "matches", "where", "-webkit-any", "has":
		if name == "has" {
			ps.of = p.relative(arg, depth+1)
		} else {
			ps.of = p.list(arg, depth+1, name == "is" || name == "where")
		}
		ps.kind = pIs
		switch name {
		case "not":
			ps.kind = pNot
		case "has":
			ps.kind = pHas
		case "matches":
			return 0, false
		}
		if ps.of == nil && (ps.kind != pIs || name == "-webkit-any") {
			return 0, false
		}
		var most uint32
		for _, o := range ps.of {
			if o.Pseudo != "" {
				if ps.kind != pIs {
					return 0, false
				}
				continue
			}
			most = max(most, o.Spec)
		}
		if name != "where" {
			s.Spec += most
		}
	case "nth-child", "nth-last-child", "nth-of-type", "nth-last-of-type":
		s.Spec += unitClass
		ps.kind = map[string]pseudoKind{"nth-child": pNth, "nth-last-child": pNthLast, "nth-of-type": pNthType, "nth-last-of-type": pNthLastType}[name]
		for k := range arg {
			if arg[k].Is("of") && k > 0 && (ps.kind == pNth || ps.kind == pNthLast) {
				ps.of = p.list(trim(arg[k+1:]), depth+1, false)
				if ps.of == nil {
					return 0, false
				}
				arg = trim(arg[:k])
				break
			}
		}
		var ok bool
		if ps.a, ps.b, ok = parseNth(arg); !ok {
			return 0, false
		}
	case "lang":
		s.Spec += unitClass
		if len(arg) != 1 {
			return 0, false
		}
		ps.kind, ps.text = pLang, Lower(arg[0].Text)
	case "dir":
		s.Spec += unitClass
		if len(arg) != 1 {
			return 0, false
		}
		ps.kind, ps.text = pDir, Lower(arg[0].Text)
	default:
		return 0, false
	}
	c.pseudos = append(c.pseudos, ps)
	return end, true
}

// relative reads the argument of :has(): selectors that may begin with a combinator. The combinator is kept in text of a leading pRoot compound.
func (p *selParser) relative(toks []Token, depth int) []*Selector {
	var out []*Selector
	if depth > maxNest {
		return nil
	}
	for _, part := range Split(toks, Comma) {
		part = trim(part)
		comb := byte(' ')
		if len(part) > 0 && part[0].Kind == Delim && (part[0].Text == ">" || part[0].Text == "+" || part[0].Text == "~") {
			comb = part[0].Text[0]
			part = trim(part[1:])
		}
		s := p.complex(part, depth)
		if s == nil {
			return nil
		}
		s.parts[len(s.parts)-1].comb = comb
		s.parts = append(s.parts, compound{pseudos: []pseudo{{kind: pAlways, text: "anchor"}}})
		s.need = nil
		out = append(out, s)
	}
	return out
}

// parseNth reads an+b.
func parseNth(toks []Token) (a, b int, ok bool) {
	var sb strings.Builder
	for i := range toks {
		switch t := &toks[i]; t.Kind {
		case Space:
		case Ident, Delim:
			sb.WriteString(Lower(t.Text))
		case Number:
			if !t.Int {
				return 0, 0, false
			}
			sb.WriteString(nthNumber(t))
		case Dimension:
			if !t.Int {
				return 0, 0, false
			}
			sb.WriteString(nthNumber(t))
			sb.WriteString(t.Text)
		default:
			return 0, 0, false
		}
	}
	s := sb.String()
	switch s {
	case "odd":
		return 2, 1, true
	case "even":
		return 2, 0, true
	}
	n := strings.IndexByte(s, 'n')
	if n < 0 {
		b, ok = atoi(s)
		return 0, b, ok
	}
	switch pre := s[:n]; pre {
	case "", "+":
		a = 1
	case "-":
		a = -1
	default:
		if a, ok = atoi(pre); !ok {
			return 0, 0, false
		}
	}
	if s[n+1:] == "" {
		return a, 0, true
	}
	if c := s[n+1]; c != '+' && c != '-' {
		return 0, 0, false
	}
	b, ok = atoi(s[n+1:])
	return a, b, ok
}

func nthNumber(t *Token) string {
	n := int(t.Num)
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	} else if t.Signed {
		sign = "+"
	}
	digits := ""
	for n > 0 || digits == "" {
		digits = string(rune('0'+n%10)) + digits
		n /= 10
	}
	return sign + digits
}

func atoi(s string) (int, bool) {
	neg := false
	if s != "" && (s[0] == '+' || s[0] == '-') {
		neg = s[0] == '-'
		s = s[1:]
	}
	if s == "" || len(s) > 8 {
		return 0, false
	}
	n := 0
	for i := 0; i < len(s); i++ {
		if !digit(s[i]) {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	if neg {
		n = -n
	}
	return n, true
}
