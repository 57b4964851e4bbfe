package edit

import (
	"golang.org/x/net/html"
)

// Split is the Enter key: it begins a new line. In an empty list item it ends the list, in an empty line of a quote it leaves the quote, behind a heading
// it begins plain text, in preformatted text and in cells that hold nothing but text it breaks the line.
func (d *Doc) Split(p Pos) Pos {
	p = d.Clamp(p)
	leaf := d.Node(p.Leaf)
	switch {
	case leaf == nil:
		return p
	case leaf.Data == "hr":
		return d.newLine(p.Leaf)
	case leaf.Data == "pre" || cell(leaf) || leaf.Data == "summary" || leaf.Data == "figcaption" || leaf.Data == "legend":
		return d.Break(Selection{p, p})
	}
	empty := len(segments(leaf)) == 0
	if empty && leaf.Data == "li" {
		return d.Outdent(Selection{p, p}).To
	}
	if empty && holder(leaf, "blockquote") != nil {
		return d.leaveQuote(p)
	}
	at := d.BlockOf(p.Leaf)
	d.change(at, 1, Selection{p, p}, false, func(nodes []*html.Node) []*html.Node {
		leaf := d.leafIn(p.Leaf)
		left, right := cut(segments(leaf), p.Off)
		next := element(leaf.Data)
		next.Attr = append([]html.Attribute(nil), leaf.Attr...)
		setAttr(next, "id", "")
		if len(leaf.Data) == 2 && leaf.Data[0] == 'h' && len(right) == 0 {
			next = element("div")
		}
		build(leaf, left)
		build(next, right)
		if leaf.Parent == nil {
			return []*html.Node{nodes[0], next}
		}
		leaf.Parent.InsertBefore(next, leaf.NextSibling)
		return nodes
	})
	return d.done(Pos{p.Leaf + 1, 0})
}

// holder returns the innermost ancestor with a tag.
func holder(n *html.Node, tag string) *html.Node {
	for p := n.Parent; p != nil; p = p.Parent {
		if p.Data == tag {
			return p
		}
	}
	return nil
}

// leaveQuote ends the quote at an empty line: what is above stays one quote, what is below becomes another.
func (d *Doc) leaveQuote(p Pos) Pos {
	d.change(d.BlockOf(p.Leaf), 1, Selection{p, p}, false, func(nodes []*html.Node) []*html.Node {
		leaf := d.leafIn(p.Leaf)
		return lift(leaf, nodes)
	})
	return d.done(p)
}

// lift moves a leaf out of its parent, dividing the parent when there is content on both sides.
func lift(leaf *html.Node, nodes []*html.Node) []*html.Node {
	p := leaf.Parent
	if p == nil {
		return nodes
	}
	after := element(p.Data)
	after.Attr = append([]html.Attribute(nil), p.Attr...)
	for n := leaf.NextSibling; n != nil; n = leaf.NextSibling {
		p.RemoveChild(n)
		after.AppendChild(n)
	}
	p.RemoveChild(leaf)
	if leaf.Data == "li" {
		leaf.Data, leaf.DataAtom = "div", element("div").DataAtom
	}
	if p.Parent == nil {
		var out []*html.Node
		for _, n := range nodes {
			if n != p {
				out = append(out, n)
				continue
			}
			if p.FirstChild != nil {
				out = append(out, p)
			}
			out = append(out, leaf)
			if after.FirstChild != nil {
				out = append(out, after)
			}
		}
		return out
	}
	pp, next := p.Parent, p.NextSibling
	pp.InsertBefore(leaf, next)
	if after.FirstChild != nil {
		pp.InsertBefore(after, next)
	}
	if p.FirstChild == nil {
		pp.RemoveChild(p)
	}
	return nodes
}

// Backspace is the key: it removes the character before the caret, ends a list or a quote at the beginning of its line, or joins the line with the one
// above.
func (d *Doc) Backspace(sel Selection) Pos {
	a, b := order(d.Clamp(sel.From), d.Clamp(sel.To))
	if a != b {
		return d.Delete(Selection{a, b})
	}
	if a.Off > 0 {
		s := d.Text(a.Leaf)
		return d.Delete(Selection{Pos{a.Leaf, before(s, a.Off)}, a})
	}
	leaf := d.Node(a.Leaf)
	if leaf == nil {
		return a
	}
	if leaf.Data == "li" || leaf.Parent != nil && leaf.Parent.Data == "li" && leaf.PrevSibling == nil {
		return d.Outdent(Selection{a, a}).To
	}
	if leaf.Parent != nil && leaf.Parent.Data == "blockquote" && leaf.PrevSibling == nil && attr(leaf.Parent, "type") != "cite" {
		return d.leaveQuote(a)
	}
	if a.Leaf == 0 {
		return a
	}
	prev := d.Node(a.Leaf - 1)
	if cellOf(prev) != cellOf(leaf) {
		if cellOf(leaf) == nil && len(segments(leaf)) == 0 && len(d.blocks) > 1 {
			return d.Delete(Selection{d.endOf(a.Leaf - 1), a})
		}
		return d.endOf(a.Leaf - 1)
	}
	return d.Delete(Selection{d.endOf(a.Leaf - 1), a})
}

func (d *Doc) endOf(leaf int) Pos { return Pos{leaf, len(d.Text(leaf))} }

// DeleteForward is the Delete key.
func (d *Doc) DeleteForward(sel Selection) Pos {
	a, b := order(d.Clamp(sel.From), d.Clamp(sel.To))
	if a != b {
		return d.Delete(Selection{a, b})
	}
	s := d.Text(a.Leaf)
	if a.Off < len(s) {
		return d.Delete(Selection{a, Pos{a.Leaf, after(s, a.Off)}})
	}
	if a.Leaf+1 >= d.total || cellOf(d.Node(a.Leaf)) != cellOf(d.Node(a.Leaf+1)) {
		return a
	}
	return d.Delete(Selection{a, Pos{a.Leaf + 1, 0}})
}
