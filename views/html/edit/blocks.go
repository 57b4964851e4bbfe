package edit

import (
	"strconv"
	"strings"

	"golang.org/x/net/html"
)

// Kind is what a line is.
type Kind string

// The kinds that the person can choose.
const (
	Line     Kind = "div"
	Heading1 Kind = "h1"
	Heading2 Kind = "h2"
	Heading3 Kind = "h3"
	Pre      Kind = "pre"
	Bullets  Kind = "ul"
	Numbers  Kind = "ol"
)

// KindAt returns what the line of a place is.
func (d *Doc) KindAt(p Pos) Kind {
	n := d.Node(d.Clamp(p).Leaf)
	for ; n != nil; n = n.Parent {
		switch n.Data {
		case "ul", "ol", "h1", "h2", "h3", "pre":
			return Kind(n.Data)
		case "td", "th", "blockquote":
			return Line
		}
	}
	return Line
}

// QuoteAt returns how deep in quotes a place is.
func (d *Doc) QuoteAt(p Pos) int {
	q := 0
	for n := d.Node(d.Clamp(p).Leaf); n != nil; n = n.Parent {
		if n.Data == "blockquote" {
			q++
		}
	}
	return q
}

// lines runs f on each leaf of a selection, in one step.
func (d *Doc) lines(sel Selection, f func(leaf *html.Node, nodes []*html.Node) []*html.Node) Selection {
	a, b := order(d.Clamp(sel.From), d.Clamp(sel.To))
	from, to := d.BlockOf(a.Leaf), d.BlockOf(b.Leaf)
	var leaves []*html.Node
	d.change(from, to-from+1, sel, false, func(nodes []*html.Node) []*html.Node {
		for i := a.Leaf; i <= b.Leaf; i++ {
			leaves = append(leaves, d.leafIn(i))
		}
		for _, l := range leaves {
			nodes = f(l, nodes)
		}
		return nodes
	})
	// The leaves may have moved, but none came or went.
	sel = Selection{d.Clamp(sel.From), d.Clamp(sel.To)}
	d.keep(sel)
	return sel
}

func rename(n *html.Node, tag string) {
	e := element(tag)
	n.Data, n.DataAtom = e.Data, e.DataAtom
}

// SetKind makes lines of a kind: plain, headings, preformatted, or list items.
func (d *Doc) SetKind(sel Selection, k Kind) Selection {
	if k == Bullets || k == Numbers {
		return d.list(sel, string(k))
	}
	return d.lines(sel, func(leaf *html.Node, nodes []*html.Node) []*html.Node {
		if cell(leaf) || leaf.Data == "hr" {
			return nodes
		}
		for leaf.Data == "li" {
			nodes = lift(leaf, nodes)
		}
		rename(leaf, string(k))
		return nodes
	})
}

// list makes list items, or plain lines again when all are items of this kind of list already.
func (d *Doc) list(sel Selection, tag string) Selection {
	a, b := order(d.Clamp(sel.From), d.Clamp(sel.To))
	all := true
	for i := a.Leaf; i <= b.Leaf; i++ {
		n := d.Node(i)
		all = all && n.Data == "li" && n.Parent != nil && n.Parent.Data == tag
	}
	if all {
		return d.SetKind(sel, Line)
	}
	return d.lines(sel, func(leaf *html.Node, nodes []*html.Node) []*html.Node {
		if leaf.Data == "li" {
			if leaf.Parent != nil && leaf.Parent.Data != tag {
				rename(leaf.Parent, tag)
			}
			return nodes
		}
		if cell(leaf) || leaf.Data == "hr" {
			return nodes
		}
		rename(leaf, "li")
		// The line before may be a list already.
		if prev := previous(leaf, nodes); prev != nil && prev.Data == tag && attr(prev, "type") == "" {
			nodes = detach(leaf, nodes)
			prev.AppendChild(leaf)
		} else {
			box := element(tag)
			nodes = replace(leaf, box, nodes)
			box.AppendChild(leaf)
		}
		if p := leaf.Parent; p != nil {
			if next := following(p, nodes); next != nil && next.Data == tag {
				nodes = detach(next, nodes)
				for c := next.FirstChild; c != nil; c = next.FirstChild {
					next.RemoveChild(c)
					p.AppendChild(c)
				}
			}
		}
		return nodes
	})
}

// previous returns the sibling before, among the blocks at the top.
func previous(n *html.Node, nodes []*html.Node) *html.Node {
	if n.Parent != nil {
		return n.PrevSibling
	}
	for i, b := range nodes {
		if b == n && i > 0 {
			return nodes[i-1]
		}
	}
	return nil
}

func following(n *html.Node, nodes []*html.Node) *html.Node {
	if n.Parent != nil {
		return n.NextSibling
	}
	for i, b := range nodes {
		if b == n && i+1 < len(nodes) {
			return nodes[i+1]
		}
	}
	return nil
}

func detach(n *html.Node, nodes []*html.Node) []*html.Node {
	if n.Parent != nil {
		n.Parent.RemoveChild(n)
		return nodes
	}
	out := nodes[:0:0]
	for _, b := range nodes {
		if b != n {
			out = append(out, b)
		}
	}
	return out
}

// replace puts another node at a node's place.
func replace(n, by *html.Node, nodes []*html.Node) []*html.Node {
	if p := n.Parent; p != nil {
		p.InsertBefore(by, n)
		p.RemoveChild(n)
		return nodes
	}
	for i, b := range nodes {
		if b == n {
			nodes[i] = by
		}
	}
	return nodes
}

// Indent moves list items a level in and other lines by 40 px.
func (d *Doc) Indent(sel Selection) Selection {
	return d.lines(sel, func(leaf *html.Node, nodes []*html.Node) []*html.Node {
		if cell(leaf) || leaf.Data == "hr" {
			return nodes
		}
		if leaf.Data != "li" {
			shift(leaf, 40)
			return nodes
		}
		list, prev := leaf.Parent, leaf.PrevSibling
		if list == nil {
			return nodes
		}
		list.RemoveChild(leaf)
		if prev != nil && prev.Data == list.Data {
			prev.AppendChild(leaf)
			return nodes
		}
		inner := element(list.Data)
		inner.AppendChild(leaf)
		if prev == nil {
			list.InsertBefore(inner, list.FirstChild)
		} else {
			list.InsertBefore(inner, prev.NextSibling)
		}
		return nodes
	})
}

// Outdent takes lines a level out: of a list, of an indent, of a quote.
func (d *Doc) Outdent(sel Selection) Selection {
	return d.lines(sel, func(leaf *html.Node, nodes []*html.Node) []*html.Node {
		switch {
		case leaf.Data == "li" && leaf.Parent != nil:
			if pp := leaf.Parent.Parent; pp != nil && (pp.Data == "ul" || pp.Data == "ol") {
				nodes = lift(leaf, nodes)
				rename(leaf, "li")
				return nodes
			}
			return lift(leaf, nodes)
		case shift(leaf, -40):
		case leaf.Parent != nil && leaf.Parent.Data == "blockquote":
			return lift(leaf, nodes)
		}
		return nodes
	})
}

// shift moves the left edge of a line; it reports whether it moved.
func shift(n *html.Node, by int) bool {
	at := 0
	for _, x := range declarations(attr(n, "style")) {
		if x[0] == "margin-left" {
			at, _ = strconv.Atoi(strings.TrimSuffix(x[1], "px"))
		}
	}
	to := max(0, min(400, at+by))
	if to == at {
		return false
	}
	if to == 0 {
		setStyle(n, "margin-left", "")
	} else {
		setStyle(n, "margin-left", itoa(to)+"px")
	}
	return true
}

// Quote puts lines into a quote.
func (d *Doc) Quote(sel Selection) Selection {
	return d.lines(sel, func(leaf *html.Node, nodes []*html.Node) []*html.Node {
		if cell(leaf) || leaf.Data == "li" {
			return nodes
		}
		if prev := previous(leaf, nodes); prev != nil && prev.Data == "blockquote" && attr(prev, "type") != "cite" {
			nodes = detach(leaf, nodes)
			prev.AppendChild(leaf)
			return nodes
		}
		box := element("blockquote", "style", quoteStyle)
		nodes = replace(leaf, box, nodes)
		box.AppendChild(leaf)
		return nodes
	})
}

const quoteStyle = "margin:0 0 0 0.8ex;border-left:2px solid #809093;padding-left:1ex"

// Align sets where lines are aligned: "left", "center", "right", "justify".
func (d *Doc) Align(sel Selection, to string) Selection {
	if to == "left" {
		to = ""
	}
	return d.lines(sel, func(leaf *html.Node, nodes []*html.Node) []*html.Node {
		setStyle(leaf, "text-align", to)
		return nodes
	})
}

// Direction sets lines from right to left, or back.
func (d *Doc) Direction(sel Selection, rtl bool) Selection {
	return d.lines(sel, func(leaf *html.Node, nodes []*html.Node) []*html.Node {
		v := ""
		if rtl {
			v = "rtl"
		}
		setAttr(leaf, "dir", v)
		return nodes
	})
}

// Rule puts a line across below the line of a place, with an empty line after it.
func (d *Doc) Rule(p Pos) Pos {
	p = d.Clamp(p)
	at := d.BlockOf(p.Leaf)
	d.change(at, 1, Selection{p, p}, false, func(nodes []*html.Node) []*html.Node {
		if len(segments(d.leafIn(p.Leaf))) == 0 && d.leafIn(p.Leaf).Parent == nil && d.leafIn(p.Leaf).Data == "div" {
			return []*html.Node{element("hr"), line()}
		}
		return append(nodes, element("hr"), line())
	})
	first, _ := d.First(min(len(d.blocks)-1, at+1))
	for first < d.total-1 && d.Node(first).Data == "hr" {
		first++
	}
	return d.done(Pos{first, 0})
}
