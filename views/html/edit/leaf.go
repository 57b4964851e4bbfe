package edit

import (
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

const object = "\uFFFC"

func element(tag string, kv ...string) *html.Node {
	n := &html.Node{Type: html.ElementNode, Data: tag, DataAtom: atom.Lookup([]byte(tag))}
	for i := 0; i+1 < len(kv); i += 2 {
		n.Attr = append(n.Attr, html.Attribute{Key: kv[i], Val: kv[i+1]})
	}
	return n
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func setAttr(n *html.Node, key, val string) {
	for i, a := range n.Attr {
		if a.Key == key {
			if val == "" {
				n.Attr = slices.Delete(n.Attr, i, i+1)
			} else {
				n.Attr[i].Val = val
			}
			return
		}
	}
	if val != "" {
		n.Attr = append(n.Attr, html.Attribute{Key: key, Val: val})
	}
}

// isBlock tells elements that stand on lines of their own from inline ones.
func isBlock(n *html.Node) bool {
	if n == nil || n.Type != html.ElementNode {
		return false
	}
	switch n.Data {
	case "address", "article", "aside", "blockquote", "body", "caption", "center", "col", "colgroup", "dd", "details", "dir", "div", "dl", "dt", "fieldset", "figcaption",
		"figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "legend", "li", "main", "menu", "nav", "ol", "p", "pre", "section", "summary",
		"table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul":
		return true
	}
	return false
}

// frame tells elements that hold no text themselves.
func frame(n *html.Node) bool {
	switch n.Data {
	case "table", "tbody", "thead", "tfoot", "tr", "col", "colgroup", "ul", "ol", "dl", "dir", "menu":
		return true
	}
	return false
}

func cell(n *html.Node) bool { return n.Data == "td" || n.Data == "th" || n.Data == "caption" }

// leavesOf appends the leaves below a block in their order.
func leavesOf(n *html.Node, out []*html.Node) []*html.Node {
	inner := false
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if isBlock(c) {
			inner = true
			out = leavesOf(c, out)
		}
	}
	if !inner && !frame(n) {
		out = append(out, n)
	}
	return out
}

// wrap is an inline element around a segment.
type wrap struct {
	tag  string
	attr []html.Attribute
}

func (w wrap) equal(v wrap) bool { return w.tag == v.tag && slices.Equal(w.attr, v.attr) }

func equalWraps(a, b []wrap) bool { return slices.EqualFunc(a, b, wrap.equal) }

// seg is a piece of inline content: text, or an element that counts as one character.
type seg struct {
	text  string
	node  *html.Node // br, img …; nil = text
	wraps []wrap     // outermost first
}

func (s seg) flat() string {
	switch {
	case s.node == nil:
		return s.text
	case s.node.Data == "br":
		return "\n"
	}
	return object
}

// segments takes the content of a leaf apart. A br at the end that only holds the line open is left out.
func segments(leaf *html.Node) []seg {
	var out []seg
	if leaf.Data == "hr" {
		return nil
	}
	var walk func(n *html.Node, ws []wrap)
	walk = func(n *html.Node, ws []wrap) {
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			switch {
			case c.Type == html.TextNode:
				if c.Data != "" {
					out = append(out, seg{text: c.Data, wraps: ws})
				}
			case c.Type != html.ElementNode:
			case void(c) || c.FirstChild == nil && c.Data != "span" && c.Data != "a" && c.Data != "font":
				out = append(out, seg{node: c, wraps: ws})
			default:
				walk(c, append(ws[:len(ws):len(ws)], wrap{c.Data, c.Attr}))
			}
		}
	}
	walk(leaf, nil)
	if k := len(out); k > 0 && out[k-1].node != nil && out[k-1].node.Data == "br" {
		out = out[:k-1]
	}
	return out
}

func void(n *html.Node) bool {
	switch n.Data {
	case "br", "img", "wbr", "input", "embed", "area", "svg":
		return true
	}
	return false
}

func flat(ss []seg) string {
	if len(ss) == 1 {
		return ss[0].flat()
	}
	var b strings.Builder
	for _, s := range ss {
		b.WriteString(s.flat())
	}
	return b.String()
}

// build gives a leaf new content.
func build(leaf *html.Node, ss []seg) {
	if leaf.Data == "hr" {
		return
	}
	for leaf.FirstChild != nil {
		leaf.RemoveChild(leaf.FirstChild)
	}
	ss = tidy(ss)
	var open []*html.Node
	var ws []wrap
	for _, s := range ss {
		k := 0
		for k < len(ws) && k < len(s.wraps) && ws[k].equal(s.wraps[k]) {
			k++
		}
		open, ws = open[:k], append(ws[:k:k], s.wraps[k:]...)
		for _, w := range s.wraps[k:] {
			n := element(w.tag)
			n.Attr = slices.Clone(w.attr)
			inside(leaf, open).AppendChild(n)
			open = append(open, n)
		}
		n := s.node
		if n == nil {
			n = &html.Node{Type: html.TextNode, Data: s.text}
		} else if n.Parent != nil {
			n.Parent.RemoveChild(n)
		}
		inside(leaf, open).AppendChild(n)
	}
	if k := len(ss); k == 0 || ss[k-1].node != nil && ss[k-1].node.Data == "br" {
		leaf.AppendChild(element("br"))
	}
}

func inside(leaf *html.Node, open []*html.Node) *html.Node {
	if len(open) == 0 {
		return leaf
	}
	return open[len(open)-1]
}

// tidy joins neighbours of one style and drops what is empty.
func tidy(ss []seg) []seg {
	out := make([]seg, 0, len(ss))
	for _, s := range ss {
		if s.node == nil && s.text == "" {
			continue
		}
		if k := len(out); k > 0 && s.node == nil && out[k-1].node == nil && equalWraps(out[k-1].wraps, s.wraps) {
			out[k-1].text += s.text
			continue
		}
		out = append(out, s)
	}
	return out
}

// cut divides segments at a byte offset of their flat text.
func cut(ss []seg, off int) (left, right []seg) {
	for i, s := range ss {
		n := len(s.flat())
		if off >= n {
			off -= n
			continue
		}
		if off <= 0 || s.node != nil {
			return ss[:i:i], ss[i:]
		}
		l, r := s, s
		l.text, r.text = s.text[:off], s.text[off:]
		return append(ss[:i:i], l), append([]seg{r}, ss[i+1:]...)
	}
	return ss, nil
}

// part is the stretch of leaf i that lies between two places.
func part(i int, ss []seg, a, b Pos) (lo, hi int) {
	hi = len(flat(ss))
	if i == a.Leaf {
		lo = a.Off
	}
	if i == b.Leaf {
		hi = b.Off
	}
	return lo, hi
}

// between returns the segments from a to b.
func between(ss []seg, a, b int) (left, mid, right []seg) {
	left, rest := cut(ss, a)
	mid, right = cut(rest, b-a)
	return left, mid, right
}

// clone copies a tree.
func clone(n *html.Node) *html.Node {
	c := &html.Node{Type: n.Type, Data: n.Data, DataAtom: n.DataAtom, Namespace: n.Namespace, Attr: slices.Clone(n.Attr)}
	for k := n.FirstChild; k != nil; k = k.NextSibling {
		c.AppendChild(clone(k))
	}
	return c
}

// Clean makes foreign text safe: valid UTF-8, "\n" line ends, no control characters but tab.
func Clean(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n").Replace(s)
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || r >= ' ' && r != 0x7f && r != '\uFEFF' && r != utf8.RuneError && !(r >= 0x80 && r < 0xa0) && string(r) != object || r == utf8.RuneError {
			return r
		}
		return -1
	}, s)
}
