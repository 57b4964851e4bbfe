package edit

import (
	"errors"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// The bounds of what can be edited. Mail beyond them is quoted as text.
const (
	MaxBytes = 4 << 20
	maxTree  = 120_000 // nodes
	maxDepth = 200
)

// ErrTooLarge says that HTML is beyond the bounds.
var ErrTooLarge = errors.New("edit: more HTML than can be edited")

// Load makes a document of HTML. Style sheets are not read: put them into style attributes before. Scripts, forms, frames and all that would be fetched but
// pictures is dropped, and so is what is hidden.
func Load(s string) (*Doc, error) {
	nodes, err := parse(s)
	if err != nil {
		return nil, err
	}
	d := &Doc{edge: nowhere}
	d.put(0, 0, nodes)
	if d.total == 0 {
		d.put(0, len(d.blocks), []*html.Node{line()})
	}
	return d, nil
}

func parse(s string) ([]*html.Node, error) {
	if len(s) > MaxBytes {
		return nil, ErrTooLarge
	}
	top, err := html.ParseFragment(strings.NewReader(strings.ToValidUTF8(s, "\uFFFD")), &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body})
	if err != nil {
		return nil, ErrTooLarge
	}
	body := element("body")
	for _, n := range top {
		body.AppendChild(n)
	}
	n := 0
	if !count(body, 0, &n) {
		return nil, ErrTooLarge
	}
	clean(body)
	push(body)
	level(body)
	blank(body)
	var out []*html.Node
	for c := body.FirstChild; c != nil; c = body.FirstChild {
		body.RemoveChild(c)
		out = append(out, c)
	}
	return out, nil
}

func count(n *html.Node, depth int, total *int) bool {
	if *total++; *total > maxTree || depth > maxDepth {
		return false
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if !count(c, depth+1, total) {
			return false
		}
	}
	return true
}

// dropped elements go with all that is in them.
var dropped = []string{"script", "style", "link", "meta", "title", "head", "object", "embed", "iframe", "frame", "frameset", "applet", "base", "input", "button", "select",
	"textarea", "svg", "math", "video", "audio", "canvas", "template", "noscript", "noembed", "noframes", "map", "area", "param", "source", "track", "picture-source", "xml"}

// known elements stay; others are replaced by what is in them.
var known = []string{"a", "abbr", "address", "article", "aside", "b", "bdi", "bdo", "big", "blockquote", "br", "caption", "center", "cite", "code", "col", "colgroup", "dd",
	"del", "details", "dfn", "dir", "div", "dl", "dt", "em", "figcaption", "figure", "font", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "i", "img", "ins",
	"kbd", "li", "main", "mark", "menu", "nav", "ol", "p", "pre", "q", "s", "samp", "section", "small", "span", "strike", "strong", "sub", "summary", "sup", "table", "tbody",
	"td", "tfoot", "th", "thead", "tr", "tt", "u", "ul", "var", "wbr"}

var attributes = []string{"style", "href", "src", "alt", "title", "width", "height", "align", "valign", "bgcolor", "border", "bordercolor", "cellpadding", "cellspacing", "colspan",
	"rowspan", "dir", "lang", "color", "face", "size", "type", "start", "value", "nowrap", "hspace", "vspace", "span", "open", "cite", "reversed", "data-part"}

// clean drops what is not safe or not known.
func clean(n *html.Node) {
	for c := n.FirstChild; c != nil; {
		next := c.NextSibling
		switch {
		case c.Type == html.TextNode:
		case c.Type != html.ElementNode || slices.Contains(dropped, c.Data) || hidden(c):
			n.RemoveChild(c)
		default:
			c.Namespace = ""
			clean(c)
			if c.Data == "form" || c.Data == "fieldset" || c.Data == "legend" {
				rename(c, "div")
			}
			if !slices.Contains(known, c.Data) {
				for k := c.FirstChild; k != nil; k = c.FirstChild {
					c.RemoveChild(k)
					n.InsertBefore(k, c)
				}
				n.RemoveChild(c)
				break
			}
			safeAttributes(c)
			if c.Data == "img" && attr(c, "src") == "" && attr(c, "alt") == "" {
				n.RemoveChild(c)
			}
		}
		c = next
	}
}

func hidden(n *html.Node) bool {
	for _, a := range n.Attr {
		if a.Key == "hidden" {
			return true
		}
		if a.Key == "style" {
			for _, d := range declarations(a.Val) {
				if d[0] == "display" && strings.HasPrefix(strings.ToLower(d[1]), "none") || d[0] == "mso-hide" {
					return true
				}
			}
		}
	}
	return false
}

func safeAttributes(n *html.Node) {
	var out []html.Attribute
	for _, a := range n.Attr {
		if a.Namespace != "" || !slices.Contains(attributes, a.Key) || len(a.Val) > 1<<20 {
			continue
		}
		switch a.Key {
		case "href":
			if !safeTarget(a.Val) {
				continue
			}
		case "src":
			low := strings.ToLower(strings.TrimSpace(a.Val))
			if n.Data != "img" || !strings.HasPrefix(low, "cid:") && !strings.HasPrefix(low, "data:image/") && !strings.HasPrefix(low, "https:") && !strings.HasPrefix(low, "http:") {
				continue
			}
		case "style":
			if a.Val = safeStyle(a.Val); a.Val == "" {
				continue
			}
		}
		out = append(out, a)
	}
	n.Attr = out
}

// safeStyle keeps declarations that draw and do not fetch, move things out of their place or change white space.
func safeStyle(s string) string {
	if len(s) > 1<<16 {
		return ""
	}
	ds := slices.DeleteFunc(declarations(s), func(d [2]string) bool {
		low := strings.ToLower(d[1])
		switch d[0] {
		case "position", "behavior", "-moz-binding", "top", "left", "right", "bottom", "z-index", "animation", "transition", "content", "cursor", "filter":
			return true
		case "white-space":
			return low != "nowrap"
		}
		return strings.Contains(low, "url(") || strings.Contains(low, "expression(") || strings.Contains(low, "image-set(") || strings.ContainsAny(d[1], "<>{}\\") ||
			strings.HasPrefix(d[0], "mso-")
	})
	return styleOf(ds)
}

// push moves inline elements that hold blocks into these blocks.
func push(n *html.Node) {
	for c := n.FirstChild; c != nil; {
		next := c.NextSibling
		if c.Type == html.ElementNode {
			push(c)
			if !isBlock(c) && holdsBlock(c) {
				spread(c)
			}
		}
		c = next
	}
}

func holdsBlock(n *html.Node) bool {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if isBlock(c) {
			return true
		}
	}
	return false
}

// spread replaces an inline element by its children, each inline run and each leaf in a copy of it.
func spread(n *html.Node) {
	p := n.Parent
	var run *html.Node
	for c := n.FirstChild; c != nil; c = n.FirstChild {
		n.RemoveChild(c)
		if isBlock(c) {
			run = nil
			p.InsertBefore(c, n)
			for _, l := range leavesOf(c, nil) {
				if l.FirstChild == nil {
					continue
				}
				w := element(n.Data)
				w.Attr = slices.Clone(n.Attr)
				for k := l.FirstChild; k != nil; k = l.FirstChild {
					l.RemoveChild(k)
					w.AppendChild(k)
				}
				l.AppendChild(w)
			}
			continue
		}
		if run == nil {
			run = element(n.Data)
			run.Attr = slices.Clone(n.Attr)
			p.InsertBefore(run, n)
		}
		run.AppendChild(c)
	}
	p.RemoveChild(n)
}

// level gives inline content beside blocks a line of its own, so that an element holds blocks or text, never both.
func level(n *html.Node) {
	if n.Data == "pre" || !isBlock(n) {
		return
	}
	mixed := holdsBlock(n) || frame(n) || n.Data == "body"
	for c := n.FirstChild; c != nil; {
		next := c.NextSibling
		if isBlock(c) {
			level(c)
			c = next
			continue
		}
		if !mixed {
			return
		}
		if white(c) || frame(n) && n.Data != "ul" && n.Data != "ol" {
			n.RemoveChild(c)
			c = next
			continue
		}
		tag := "div"
		if n.Data == "ul" || n.Data == "ol" {
			tag = "li"
		}
		box := element(tag)
		n.InsertBefore(box, c)
		for c != nil && !isBlock(c) {
			next = c.NextSibling
			n.RemoveChild(c)
			box.AppendChild(c)
			c = next
		}
	}
}

// white tells whether there is nothing to see in a node.
func white(n *html.Node) bool {
	if n.Type == html.TextNode {
		return strings.Trim(n.Data, " \t\r\n\f") == ""
	}
	if n.Type != html.ElementNode || void(n) {
		return n.Type != html.ElementNode
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if !white(c) {
			return false
		}
	}
	return true
}

// blank collapses white space as a browser does, once.
func blank(body *html.Node) {
	for _, leaf := range leavesOf(body, nil) {
		if leaf.Data == "pre" || holder(leaf, "pre") != nil {
			var walk func(n *html.Node)
			walk = func(n *html.Node) {
				for c := n.FirstChild; c != nil; c = c.NextSibling {
					if c.Type == html.TextNode {
						c.Data = Clean(c.Data)
					}
					walk(c)
				}
			}
			walk(leaf)
			continue
		}
		space := true // at the beginning of a line spaces vanish
		var last *html.Node
		var walk func(n *html.Node)
		walk = func(n *html.Node) {
			for c := n.FirstChild; c != nil; {
				next := c.NextSibling
				if c.Type == html.TextNode {
					c.Data = collapse(c.Data, &space)
					if c.Data == "" {
						n.RemoveChild(c)
					} else {
						last = c
					}
				} else if void(c) {
					if c.Data == "br" && last != nil && strings.HasSuffix(last.Data, " ") {
						last.Data = strings.TrimRight(last.Data, " ")
					}
					space, last = c.Data == "br", nil
				} else {
					walk(c)
				}
				c = next
			}
		}
		walk(leaf)
		if last != nil {
			last.Data = strings.TrimRight(last.Data, " ")
		}
	}
}

func collapse(s string, space *bool) string {
	var b strings.Builder
	for _, r := range s {
		switch r {
		case ' ', '\t', '\n', '\r', '\f':
			if !*space {
				b.WriteByte(' ')
			}
			*space = true
			continue
		}
		*space = false
		b.WriteRune(r)
	}
	return strings.ReplaceAll(Clean(b.String()), "\n", " ")
}
