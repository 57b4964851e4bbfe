package css

import (
	"strings"

	"golang.org/x/net/html"
)

// Element is what selectors ask of an element.
type Element struct {
	Node         *html.Node
	Tag          string
	ID           string
	Classes      []string
	Parent, Prev *Element // Prev is the element before it among its siblings
	Index, Count int      // 1-based place among the elements of its parent, and their number
	TypeIndex    int      // 1-based place among those of its type
	above        bloom    // what its ancestors have
}

// bloom is a set of hashes with false positives.
type bloom [4]uint64

func (b *bloom) add(h uint32) {
	b[h>>6&3] |= 1 << (h & 63)
	h >>= 16
	b[h>>6&3] |= 1 << (h & 63)
}

func (b *bloom) has(h uint32) bool {
	if b[h>>6&3]&(1<<(h&63)) == 0 {
		return false
	}
	h >>= 16
	return b[h>>6&3]&(1<<(h&63)) != 0
}

// Attr returns an attribute's value.
func Attr(n *html.Node, name string) (string, bool) {
	for i := range n.Attr {
		if n.Attr[i].Key == name && n.Attr[i].Namespace == "" {
			return n.Attr[i].Val, true
		}
	}
	return "", false
}

// Fill sets an element from its node and parent; quirks folds the case of id and classes.
func (e *Element) Fill(n *html.Node, parent *Element, quirks bool) {
	e.Node, e.Tag, e.Parent = n, n.Data, parent
	for i := range n.Attr {
		a := &n.Attr[i]
		if a.Namespace != "" {
			continue
		}
		switch a.Key {
		case "id":
			e.ID = a.Val
			if quirks {
				e.ID = Lower(a.Val)
			}
		case "class":
			v := a.Val
			if quirks {
				v = Lower(v)
			}
			if strings.IndexByte(v, ' ') < 0 && strings.IndexAny(v, "\t\n\r\f") < 0 {
				if v != "" {
					e.Classes = []string{v}
				}
			} else {
				e.Classes = strings.FieldsFunc(v, func(r rune) bool { return r < 0x80 && space(byte(r)) })
				if len(e.Classes) > 64 {
					e.Classes = e.Classes[:64]
				}
			}
		}
	}
	if parent != nil {
		e.above = parent.above
		e.above.add(hash('t', parent.Tag))
		if parent.ID != "" {
			e.above.add(hash('#', parent.ID))
		}
		for _, c := range parent.Classes {
			e.above.add(hash('.', c))
		}
	}
}

// Matcher matches within a budget of steps; when it is used up nothing matches any more.
type Matcher struct {
	Quirks bool
	Steps  int
	anchor *Element
}

// Spent tells whether the budget is used up.
func (m *Matcher) Spent() bool { return m.Steps <= 0 }

// Match tells whether an element is selected (or, for a pseudo-element, originates it).
func (m *Matcher) Match(s *Selector, e *Element) bool {
	for _, h := range s.need {
		if !e.above.has(h) {
			m.Steps--
			return false
		}
	}
	return m.from(s, 0, e)
}

// from matches the compounds from i on, the first of them against e.
func (m *Matcher) from(s *Selector, i int, e *Element) bool {
	c := &s.parts[i]
	if !m.compound(c, e) {
		return false
	}
	if i+1 >= len(s.parts) {
		return true
	}
	switch c.comb {
	case '>':
		return e.Parent != nil && m.from(s, i+1, e.Parent)
	case '+':
		return e.Prev != nil && m.from(s, i+1, e.Prev)
	case '~':
		for p := e.Prev; p != nil && m.Steps > 0; p = p.Prev {
			if m.from(s, i+1, p) {
				return true
			}
		}
	case ' ':
		for p := e.Parent; p != nil && m.Steps > 0; p = p.Parent {
			if m.from(s, i+1, p) {
				return true
			}
		}
	}
	return false
}

func (m *Matcher) compound(c *compound, e *Element) bool {
	m.Steps--
	if m.Steps <= 0 {
		return false
	}
	if c.tag != "" && c.tag != e.Tag || c.id != "" && c.id != e.ID {
		return false
	}
	for _, k := range c.classes {
		if !contains(e.Classes, k) {
			return false
		}
	}
	for i := range c.attrs {
		if !c.attrs[i].match(e.Node) {
			return false
		}
	}
	for i := range c.pseudos {
		if !m.pseudo(&c.pseudos[i], e) {
			return false
		}
	}
	return true
}

func contains(list []string, s string) bool {
	for _, k := range list {
		if k == s {
			return true
		}
	}
	return false
}

func (a *attrTest) match(n *html.Node) bool {
	v, ok := Attr(n, a.name)
	if !ok || a.op == 0 {
		return ok
	}
	if a.fold {
		v = Lower(v)
	}
	switch a.op {
	case '=':
		return v == a.value
	case '~':
		return a.value != "" && contains(strings.Fields(v), a.value)
	case '|':
		return v == a.value || strings.HasPrefix(v, a.value) && v[len(a.value)] == '-'
	case '^':
		return a.value != "" && strings.HasPrefix(v, a.value)
	case '$':
		return a.value != "" && strings.HasSuffix(v, a.value)
	case '*':
		return a.value != "" && strings.Contains(v, a.value)
	}
	return false
}

func nth(a, b, i int) bool {
	if a == 0 {
		return i == b
	}
	return (i-b)%a == 0 && (i-b)/a >= 0
}

// lastOfType counts from the end among those of the type.
func (m *Matcher) lastOfType(e *Element) int {
	n := 1
	for s := e.Node.NextSibling; s != nil && m.Steps > 0; s = s.NextSibling {
		m.Steps--
		if s.Type == html.ElementNode && s.Data == e.Tag {
			n++
		}
	}
	return n
}

func (m *Matcher) pseudo(p *pseudo, e *Element) bool {
	switch p.kind {
	case pNot:
		for _, s := range p.of {
			if m.from(s, 0, e) {
				return false
			}
		}
		return true
	case pIs:
		for _, s := range p.of {
			if s.Pseudo == "" && m.from(s, 0, e) {
				return true
			}
		}
		return false
	case pNth:
		if p.of != nil {
			return m.nthOf(p, e)
		}
		return nth(p.a, p.b, e.Index)
	case pNthLast:
		if p.of != nil {
			return false
		}
		return nth(p.a, p.b, e.Count-e.Index+1)
	case pNthType:
		return nth(p.a, p.b, e.TypeIndex)
	case pNthLastType:
		return nth(p.a, p.b, m.lastOfType(e))
	case pOnly:
		return e.Count == 1
	case pOnlyType:
		return e.TypeIndex == 1 && m.lastOfType(e) == 1
	case pRoot:
		return e.Parent == nil
	case pEmpty:
		for s := e.Node.FirstChild; s != nil; s = s.NextSibling {
			if s.Type == html.ElementNode || s.Type == html.TextNode && s.Data != "" {
				return false
			}
		}
		return true
	case pLink:
		_, ok := Attr(e.Node, "href")
		return ok && (e.Tag == "a" || e.Tag == "area")
	case pLang:
		for a := e; a != nil; a = a.Parent {
			if v, ok := Attr(a.Node, "lang"); ok {
				v = Lower(v)
				return v == p.text || strings.HasPrefix(v, p.text) && v[len(p.text)] == '-'
			}
		}
		return false
	case pDir:
		for a := e; a != nil; a = a.Parent {
			if v, ok := Attr(a.Node, "dir"); ok {
				if v = Lower(v); v == "ltr" || v == "rtl" {
					return v == p.text
				}
			}
		}
		return p.text == "ltr"
	case pChecked:
		if e.Tag == "option" {
			_, ok := Attr(e.Node, "selected")
			return ok
		}
		_, ok := Attr(e.Node, "checked")
		return ok && e.Tag == "input"
	case pDisabled, pEnabled:
		switch e.Tag {
		case "input", "button", "select", "textarea", "option", "optgroup", "fieldset":
			_, ok := Attr(e.Node, "disabled")
			return ok == (p.kind == pDisabled)
		}
		return false
	case pReadOnly:
		return e.Tag != "input" && e.Tag != "textarea"
	case pHas:
		for _, s := range p.of {
			if m.has(s, e) {
				return true
			}
		}
		return false
	case pAlways:
		return p.text != "anchor" || e == m.anchor
	}
	return false
}

// nthOf is :nth-child(an+b of S), counted backwards over the siblings.
func (m *Matcher) nthOf(p *pseudo, e *Element) bool {
	hit := func(e *Element) bool {
		for _, s := range p.of {
			if m.from(s, 0, e) {
				return true
			}
		}
		return false
	}
	if !hit(e) {
		return false
	}
	n := 1
	for s := e.Prev; s != nil && m.Steps > 0; s = s.Prev {
		if hit(s) {
			n++
		}
	}
	return nth(p.a, p.b, n)
}

// has looks for an element below (or after) e that a relative selector selects. The elements below are made as it goes.
func (m *Matcher) has(s *Selector, e *Element) bool {
	defer func(a *Element) { m.anchor = a }(m.anchor)
	m.anchor = e
	var walk func(n *html.Node, parent *Element, depth int) bool
	walk = func(n *html.Node, parent *Element, depth int) bool {
		var prev *Element
		index := 0
		for c := n.FirstChild; c != nil && m.Steps > 0; c = c.NextSibling {
			if c.Type != html.ElementNode {
				continue
			}
			index++
			m.Steps--
			k := &Element{}
			k.Fill(c, parent, m.Quirks)
			k.Prev, k.Index, k.TypeIndex, k.Count = prev, index, 1, index
			for q := prev; q != nil; q = q.Prev {
				m.Steps--
				if q.Tag == k.Tag {
					k.TypeIndex++
				}
			}
			for q := c.NextSibling; q != nil; q = q.NextSibling {
				m.Steps--
				if q.Type == html.ElementNode {
					k.Count++
				}
			}
			prev = k
			if m.from(s, 0, k) || depth < 64 && walk(c, k, depth+1) {
				return true
			}
		}
		return false
	}
	first := s.parts[len(s.parts)-2].comb
	if first == '+' || first == '~' {
		prev := e
		for c := e.Node.NextSibling; c != nil && m.Steps > 0; c = c.NextSibling {
			if c.Type != html.ElementNode {
				continue
			}
			m.Steps--
			k := &Element{}
			k.Fill(c, e.Parent, m.Quirks)
			k.Prev, k.Index, k.Count = prev, prev.Index+1, e.Count
			prev = k
			if m.from(s, 0, k) || walk(c, k, 0) {
				return true
			}
		}
		return false
	}
	return walk(e.Node, e, 0)
}
