package edit

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// Mark is a kind of formatting of characters.
type Mark int

// The marks.
const (
	Bold Mark = iota
	Italic
	Underline
	Strike
	Code
	Color  // value: CSS colour
	Back   // value: CSS colour
	Size   // value: CSS font-size
	Family // value: CSS font-family
	Link   // value: target
	markCount
)

// Marks is the formatting at a place: a value for each mark, "" = not set; Bold, Italic, Underline, Strike and Code are "1".
type Marks [markCount]string

// read adds what an inline element sets.
func (m *Marks) read(w wrap) {
	switch w.tag {
	case "b", "strong":
		m[Bold] = "1"
	case "i", "em", "cite", "dfn", "var":
		m[Italic] = "1"
	case "u", "ins":
		m[Underline] = "1"
	case "s", "strike", "del":
		m[Strike] = "1"
	case "code", "tt", "kbd", "samp":
		m[Code] = "1"
	}
	for _, a := range w.attr {
		switch {
		case a.Key == "href" && w.tag == "a":
			m[Link] = a.Val
		case a.Key == "color" && w.tag == "font":
			m[Color] = a.Val
		case a.Key == "face" && w.tag == "font":
			m[Family] = a.Val
		case a.Key == "style":
			for _, d := range declarations(a.Val) {
				k, v := d[0], d[1]
				switch k {
				case "font-weight":
					m[Bold] = on(v == "bold" || v == "bolder" || v >= "600" && v <= "900" && len(v) == 3)
				case "font-style":
					m[Italic] = on(v == "italic" || v == "oblique")
				case "text-decoration", "text-decoration-line":
					if strings.Contains(v, "underline") {
						m[Underline] = "1"
					}
					if strings.Contains(v, "line-through") {
						m[Strike] = "1"
					}
				case "color":
					m[Color] = v
				case "background-color", "background":
					m[Back] = v
				case "font-size":
					m[Size] = v
				case "font-family":
					m[Family] = v
				}
			}
		}
	}
}

func on(b bool) string {
	if b {
		return "1"
	}
	return ""
}

// declarations divides a style attribute; names are in lower case. Semicolons in quotes and parentheses do not divide.
func declarations(s string) (out [][2]string) {
	for len(s) > 0 {
		end, depth, quote := len(s), 0, byte(0)
		for i := 0; i < len(s); i++ {
			c := s[i]
			if quote != 0 {
				if c == '\\' {
					i++
				} else if c == quote {
					quote = 0
				}
				continue
			}
			if c == '"' || c == '\'' {
				quote = c
			} else if c == '(' {
				depth++
			} else if c == ')' && depth > 0 {
				depth--
			} else if c == ';' && depth == 0 {
				end = i
				break
			}
		}
		if k, v, ok := strings.Cut(s[:end], ":"); ok {
			k, v = strings.ToLower(strings.TrimSpace(k)), strings.TrimSpace(v)
			if k != "" && v != "" {
				out = append(out, [2]string{k, v})
			}
		}
		s = s[min(len(s), end+1):]
	}
	return out
}

func styleOf(ds [][2]string) string {
	var b strings.Builder
	for i, d := range ds {
		if i > 0 {
			b.WriteByte(';')
		}
		b.WriteString(d[0] + ":" + d[1])
	}
	return b.String()
}

// setStyle sets a property of an element's style attribute; "" removes it.
func setStyle(n *html.Node, key, val string) {
	ds := slices.DeleteFunc(declarations(attr(n, "style")), func(d [2]string) bool { return d[0] == key })
	if val != "" {
		ds = append(ds, [2]string{key, val})
	}
	setAttr(n, "style", styleOf(ds))
}

var markTags = [markCount][]string{
	Bold: {"b", "strong"}, Italic: {"i", "em", "cite", "dfn", "var"}, Underline: {"u", "ins"}, Strike: {"s", "strike", "del"}, Code: {"code", "tt", "kbd", "samp"}, Link: {"a"},
}

var markStyles = [markCount][]string{
	Bold: {"font-weight"}, Italic: {"font-style"}, Underline: {"text-decoration", "text-decoration-line"}, Strike: {"text-decoration", "text-decoration-line"},
	Color: {"color"}, Back: {"background-color", "background"}, Size: {"font-size"}, Family: {"font-family"},
}

// without returns the wraps without what sets a mark.
func without(ws []wrap, k Mark) []wrap {
	out := make([]wrap, 0, len(ws))
	for _, w := range ws {
		if slices.Contains(markTags[k], w.tag) {
			continue
		}
		var at []html.Attribute
		changed := false
		for _, a := range w.attr {
			switch {
			case a.Key == "style":
				ds := declarations(a.Val)
				left := slices.DeleteFunc(slices.Clone(ds), func(d [2]string) bool {
					if !slices.Contains(markStyles[k], d[0]) {
						return false
					}
					if k == Underline {
						return strings.Contains(d[1], "underline")
					}
					if k == Strike {
						return strings.Contains(d[1], "line-through")
					}
					return true
				})
				if len(left) != len(ds) {
					changed = true
					if a.Val = styleOf(left); a.Val == "" {
						continue
					}
				}
			case w.tag == "font" && (k == Color && a.Key == "color" || k == Family && a.Key == "face" || k == Size && a.Key == "size"):
				changed = true
				continue
			}
			at = append(at, a)
		}
		if changed && len(at) == 0 && (w.tag == "span" || w.tag == "font") {
			continue
		}
		if changed {
			w.attr = at
		}
		out = append(out, w)
	}
	return out
}

// with adds a mark inside everything else; links go outside so that they stay one.
func with(ws []wrap, k Mark, v string) []wrap {
	out := append([]wrap(nil), ws...)
	span := func(prop string) []wrap {
		if n := len(out); n > 0 && out[n-1].tag == "span" && len(out[n-1].attr) == 1 && out[n-1].attr[0].Key == "style" {
			s := styleOf(append(declarations(out[n-1].attr[0].Val), [2]string{prop, v}))
			out[n-1] = wrap{"span", []html.Attribute{{Key: "style", Val: s}}}
			return out
		}
		return append(out, wrap{"span", []html.Attribute{{Key: "style", Val: prop + ":" + v}}})
	}
	switch k {
	case Bold:
		return append(out, wrap{tag: "b"})
	case Italic:
		return append(out, wrap{tag: "i"})
	case Underline:
		return append(out, wrap{tag: "u"})
	case Strike:
		return append(out, wrap{tag: "s"})
	case Code:
		return append(out, wrap{tag: "code"})
	case Link:
		return append([]wrap{{"a", []html.Attribute{{Key: "href", Val: v}}}}, out...)
	case Color:
		return span("color")
	case Back:
		return span("background-color")
	case Size:
		return span("font-size")
	}
	return span("font-family")
}

// marksOf reads the formatting of wraps.
func marksOf(ws []wrap) (m Marks) {
	for _, w := range ws {
		m.read(w)
	}
	return m
}

// apply makes wraps have exactly these marks.
func apply(ws []wrap, m Marks) []wrap {
	now := marksOf(ws)
	for k := Bold; k < markCount; k++ {
		if now[k] == m[k] {
			continue
		}
		ws = without(ws, k)
		if m[k] != "" {
			ws = with(ws, k, m[k])
		}
	}
	return ws
}

// MarksAt returns the formatting of the character before a place, which is that of what is typed there.
func (d *Doc) MarksAt(p Pos) Marks {
	p = d.Clamp(p)
	n := d.Node(p.Leaf)
	if n == nil {
		return Marks{}
	}
	left, right := cut(segments(n), p.Off)
	if k := len(left); k > 0 {
		return marksOf(left[k-1].wraps)
	}
	if len(right) > 0 {
		return marksOf(right[0].wraps)
	}
	return Marks{}
}

// SetMark sets a mark on what is selected; "" removes it.
func (d *Doc) SetMark(sel Selection, k Mark, v string) Selection {
	a, b := order(d.Clamp(sel.From), d.Clamp(sel.To))
	if a == b {
		return sel
	}
	if k == Link && v != "" && !safeTarget(v) {
		return sel
	}
	from, to := d.BlockOf(a.Leaf), d.BlockOf(b.Leaf)
	d.change(from, to-from+1, sel, false, func(nodes []*html.Node) []*html.Node {
		for i := a.Leaf; i <= b.Leaf; i++ {
			leaf := d.leafIn(i)
			ss := segments(leaf)
			lo, hi := part(i, ss, a, b)
			if lo >= hi {
				continue
			}
			l, mid, r := between(ss, lo, hi)
			mid = slices.Clone(mid)
			for j := range mid {
				mid[j].wraps = without(mid[j].wraps, k)
				if v != "" {
					mid[j].wraps = with(mid[j].wraps, k, v)
				}
			}
			build(leaf, append(append(l[:len(l):len(l)], mid...), r...))
		}
		return nodes
	})
	d.keep(sel)
	return sel
}

// keep notes a selection that the last change did not move.
func (d *Doc) keep(s Selection) { d.undo[len(d.undo)-1].after = s }

// Toggle sets a mark when some of the selection is without it, else it removes it.
func (d *Doc) Toggle(sel Selection, k Mark) Selection {
	v := "1"
	if d.All(sel, k) {
		v = ""
	}
	return d.SetMark(sel, k, v)
}

// All tells whether all that is selected has a mark.
func (d *Doc) All(sel Selection, k Mark) bool {
	a, b := order(d.Clamp(sel.From), d.Clamp(sel.To))
	any := false
	for i := a.Leaf; i <= b.Leaf; i++ {
		n := d.Node(i)
		if n == nil {
			continue
		}
		ss := segments(n)
		lo, hi := part(i, ss, a, b)
		if lo >= hi {
			continue
		}
		_, mid, _ := between(ss, lo, hi)
		for _, s := range mid {
			if m := marksOf(s.wraps); m[k] == "" {
				return false
			}
			any = true
		}
	}
	return any
}

// ClearMarks removes all formatting of what is selected but links.
func (d *Doc) ClearMarks(sel Selection) Selection {
	d.group(func() Pos {
		for k := Bold; k < Link; k++ {
			if a, b := order(sel.From, sel.To); a != b && d.some(sel, k) {
				d.SetMark(sel, k, "")
			}
		}
		return sel.To
	})
	return sel
}

func (d *Doc) some(sel Selection, k Mark) bool {
	a, b := order(d.Clamp(sel.From), d.Clamp(sel.To))
	for i := a.Leaf; i <= b.Leaf; i++ {
		if n := d.Node(i); n != nil {
			for _, s := range segments(n) {
				if m := marksOf(s.wraps); m[k] != "" {
					return true
				}
			}
		}
	}
	return false
}

// LinkAt returns the link around a place and what it covers.
func (d *Doc) LinkAt(p Pos) (target string, span Selection) {
	p = d.Clamp(p)
	n := d.Node(p.Leaf)
	if n == nil {
		return "", Selection{p, p}
	}
	at := 0
	from, to, found := 0, 0, ""
	for _, s := range segments(n) {
		l := marksOf(s.wraps)[Link]
		end := at + len(s.flat())
		if l != found || l == "" {
			if found != "" && from <= p.Off && p.Off <= to {
				break
			}
			from, found = at, l
		}
		to = end
		at = end
	}
	if found == "" || p.Off < from || p.Off > to {
		return "", Selection{p, p}
	}
	return found, Selection{Pos{p.Leaf, from}, Pos{p.Leaf, to}}
}

// safeTarget tells what a link may lead to.
func safeTarget(v string) bool {
	low := strings.ToLower(strings.TrimSpace(v))
	for _, p := range []string{"http:", "https:", "mailto:", "tel:", "sms:", "cid:", "#"} {
		if strings.HasPrefix(low, p) {
			return true
		}
	}
	return false
}
