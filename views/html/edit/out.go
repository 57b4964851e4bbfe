package edit

import (
	"strings"

	"golang.org/x/net/html"
)

// Fragment returns the blocks as HTML with inlined styles: what goes between <body> and </body>. [Load] makes the same document of it.
func (d *Doc) Fragment() string {
	var b strings.Builder
	for _, k := range d.blocks {
		write(&b, k.Node)
		b.WriteByte('\n')
	}
	return b.String()
}

// HTML returns the document as a whole page, as it is sent.
func (d *Doc) HTML() string {
	return "<!DOCTYPE html>\n<html><head><meta http-equiv=\"Content-Type\" content=\"text/html; charset=utf-8\"></head><body>\n" + d.Fragment() + "</body></html>\n"
}

func write(b *strings.Builder, n *html.Node) {
	c := clone(n)
	for _, leaf := range leavesOf(c, nil) {
		if leaf.Data == "pre" {
			continue
		}
		ss := segments(leaf)
		// A space at the edge of a line or after another one would vanish.
		edge := true
		for i := range ss {
			if ss[i].node != nil {
				edge = ss[i].node.Data == "br"
				continue
			}
			ss[i].text = hardSpaces(ss[i].text, &edge, i == len(ss)-1 || ss[i+1].node != nil && ss[i+1].node.Data == "br")
		}
		if len(ss) > 0 {
			build(leaf, ss)
		}
	}
	// The writer fails only when the writer below does.
	_ = html.Render(b, c)
}

func hardSpaces(s string, edge *bool, last bool) string {
	if !strings.ContainsAny(s, " \t") {
		*edge = *edge && s == ""
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\t':
			b.WriteString("\u00a0\u00a0\u00a0 ")
			*edge = true
		case c == ' ' && (*edge || last && i == len(s)-1):
			b.WriteString("\u00a0")
			*edge = false
		case c == ' ':
			b.WriteByte(' ')
			*edge = true
		default:
			b.WriteByte(c)
			*edge = false
		}
	}
	return b.String()
}

// Plain returns the document as plain text: quotes marked with "> ", list items with their marker, the target behind a link's text, cells of a row on one line.
func (d *Doc) Plain() string {
	var b strings.Builder
	var row *html.Node
	for i := 0; i < d.total; i++ {
		n := d.Node(i)
		s := plainLine(n)
		if c := cellOf(n); c != nil && c.Parent != nil {
			if row == c.Parent && row != nil && d.single(c) {
				if strings.TrimSpace(s) != "" {
					b.WriteString("  " + s)
				}
				continue
			}
			row = c.Parent
			if strings.TrimSpace(s) == "" && !d.single(c) {
				continue
			}
		} else {
			row = nil
		}
		if b.Len() > 0 {
			b.WriteByte('\n')
		}
		prefix := ""
		for p := n.Parent; p != nil; p = p.Parent {
			if p.Data == "blockquote" {
				prefix += ">"
			}
		}
		if prefix != "" {
			prefix += " "
		}
		mark := marker(n)
		for k, l := range strings.Split(s, "\n") {
			if k > 0 {
				b.WriteByte('\n')
				mark = strings.Repeat(" ", len(mark))
			}
			b.WriteString(prefix + mark + l)
		}
	}
	return b.String()
}

// single tells whether a cell holds one line only.
func (d *Doc) single(c *html.Node) bool { return len(leavesOf(c, nil)) == 1 }

func marker(n *html.Node) string {
	if n.Data == "hr" {
		return "----------"
	}
	li := n
	for li != nil && li.Data != "li" {
		if li.Parent == nil || li.PrevSibling != nil {
			return ""
		}
		li = li.Parent
	}
	if li == nil || li.Parent == nil {
		return ""
	}
	in := ""
	for p := li.Parent.Parent; p != nil; p = p.Parent {
		if p.Data == "ul" || p.Data == "ol" {
			in += "  "
		}
	}
	if li.Parent.Data != "ol" {
		return in + "- "
	}
	k := 1
	for s := li.PrevSibling; s != nil; s = s.PrevSibling {
		if s.Data == "li" {
			k++
		}
	}
	return in + itoa(k) + ". "
}

func plainLine(leaf *html.Node) string {
	var b strings.Builder
	ss := segments(leaf)
	for i, s := range ss {
		switch {
		case s.node == nil:
			b.WriteString(strings.ReplaceAll(s.text, "\u00a0", " "))
		case s.node.Data == "br":
			b.WriteByte('\n')
		case s.node.Data == "img":
			if alt := strings.TrimSpace(attr(s.node, "alt")); alt != "" {
				b.WriteString("[" + alt + "]")
			}
		}
		link := marksOf(s.wraps)[Link]
		if link == "" || i+1 < len(ss) && marksOf(ss[i+1].wraps)[Link] == link {
			continue
		}
		text := ""
		for j := i; j >= 0 && marksOf(ss[j].wraps)[Link] == link; j-- {
			text = ss[j].flat() + text
		}
		bare := func(s string) string {
			s = strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(strings.TrimSpace(s), "mailto:"), "https://"), "http://")
			return strings.TrimSuffix(s, "/")
		}
		if bare(text) != bare(link) && !strings.HasPrefix(link, "#") {
			b.WriteString(" <" + link + ">")
		}
	}
	return b.String()
}

// Copy returns what is selected as text and as HTML.
func (d *Doc) Copy(sel Selection) (text, page string) {
	a, b := order(d.Clamp(sel.From), d.Clamp(sel.To))
	var t, h strings.Builder
	for i := a.Leaf; i <= b.Leaf; i++ {
		if n := d.entire(i, a, b); n > 0 { // a table or a list keeps its form
			for k := i; k < i+n; k++ {
				if k > a.Leaf {
					t.WriteString(d.apart(k))
				}
				t.WriteString(strings.ReplaceAll(d.Text(k), object, ""))
			}
			_ = html.Render(&h, d.blocks[d.BlockOf(i)].Node)
			i += n - 1
			continue
		}
		n := d.Node(i)
		ss := segments(n)
		lo, hi := part(i, ss, a, b)
		_, mid, _ := between(ss, lo, hi)
		if i > a.Leaf {
			t.WriteByte('\n')
		}
		t.WriteString(strings.ReplaceAll(flat(mid), object, ""))
		if n.Data == "hr" {
			h.WriteString("<hr>")
			continue
		}
		var kept []seg
		for _, s := range mid {
			if s.node != nil {
				s.node = clone(s.node)
			}
			kept = append(kept, s)
		}
		tag := n.Data
		if cell(n) {
			tag = "div"
		}
		box := element(tag)
		build(box, kept)
		whole := tag != "li" && a.Leaf == b.Leaf
		if tag == "li" {
			h.WriteString("<" + n.Parent.Data + ">")
		}
		if whole {
			for c := box.FirstChild; c != nil; c = c.NextSibling {
				_ = html.Render(&h, c)
			}
			continue
		}
		_ = html.Render(&h, box)
		if tag == "li" {
			h.WriteString("</" + n.Parent.Data + ">")
		}
	}
	return t.String(), h.String()
}

// entire returns how many leaves the block has that begins with one, when it has several and all are selected; else 0.
func (d *Doc) entire(leaf int, a, b Pos) int {
	first, n := d.First(d.BlockOf(leaf))
	last := first + n - 1
	if n < 2 || leaf != first || leaf == a.Leaf && a.Off > 0 || last > b.Leaf || last == b.Leaf && b.Off < len(d.Text(last)) {
		return 0
	}
	return n
}

// apart is what stands between a leaf and the one before it in plain text: a tab between the cells of a row.
func (d *Doc) apart(leaf int) string {
	x, y := cellOf(d.Node(leaf-1)), cellOf(d.Node(leaf))
	if x != nil && y != nil && x != y && x.Parent == y.Parent {
		return "\t"
	}
	return "\n"
}

// Paste puts HTML in the place of what is selected, cleaned as by Load. Of foreign HTML, that another program copied, pictures stay as their text: they are not here,
// the writer could not see them, and who reads the message would fetch them from who knows where.
func (d *Doc) Paste(sel Selection, page string, foreign bool) (Pos, error) {
	nodes, err := parse(page)
	if err != nil {
		return sel.To, err
	}
	if foreign {
		for _, n := range nodes {
			withoutPictures(n)
		}
	}
	return d.group(func() Pos { return d.paste(sel, nodes) }), nil
}

// withoutPictures puts the text of pictures in their place.
func withoutPictures(n *html.Node) {
	for c := n.FirstChild; c != nil; {
		next := c.NextSibling
		if c.Type == html.ElementNode && c.Data == "img" {
			if alt := attr(c, "alt"); alt != "" {
				n.InsertBefore(&html.Node{Type: html.TextNode, Data: alt}, c)
			}
			n.RemoveChild(c)
		} else {
			withoutPictures(c)
		}
		c = next
	}
}

func (d *Doc) paste(sel Selection, nodes []*html.Node) Pos {
	a, b := order(d.Clamp(sel.From), d.Clamp(sel.To))
	if a != b {
		a = d.Delete(Selection{a, b})
	}
	var leaves []*html.Node
	for _, n := range nodes {
		leaves = leavesOf(n, leaves)
	}
	if len(leaves) == 0 {
		return a
	}
	leaf := d.Node(a.Leaf)
	inline := len(nodes) == 1 && len(leaves) == 1 && leaves[0] == nodes[0] && leaves[0].Data != "hr"
	if inline || leaf.Parent != nil || cell(leaf) {
		for i, l := range leaves {
			if i > 0 {
				a = d.Split(a)
			}
			a = d.insertSegments(a, segments(l))
		}
		return a
	}
	// Between two halves of the line, without leaving empty ones.
	at := d.BlockOf(a.Leaf)
	d.change(at, 1, Selection{a, a}, false, func(old []*html.Node) []*html.Node {
		left, right := cut(segments(old[0]), a.Off)
		next := element(old[0].Data)
		next.Attr = append([]html.Attribute(nil), old[0].Attr...)
		var out []*html.Node
		if len(left) > 0 {
			out = append(out, old[0])
		}
		out = append(out, nodes...)
		build(old[0], left)
		build(next, right)
		if len(right) > 0 || cell(leaves[len(leaves)-1]) {
			out = append(out, next)
		}
		return out
	})
	last := a.Leaf + len(leaves) - 1
	if a.Off > 0 {
		last++
	}
	return d.done(d.endOf(min(last, d.total-1)))
}

func (d *Doc) insertSegments(a Pos, ss []seg) Pos {
	n := len(flat(ss))
	d.change(d.BlockOf(a.Leaf), 1, Selection{a, a}, false, func(nodes []*html.Node) []*html.Node {
		leaf := d.leafIn(a.Leaf)
		left, right := cut(segments(leaf), a.Off)
		build(leaf, append(append(left[:len(left):len(left)], ss...), right...))
		return nodes
	})
	return d.done(Pos{a.Leaf, a.Off + n})
}

// TextHTML is plain text as HTML: a line for each, "> " as nested quotes.
func TextHTML(s string) string {
	var b strings.Builder
	depth := 0
	for _, l := range strings.Split(Clean(s), "\n") {
		n := 0
		for {
			rest, ok := strings.CutPrefix(l, ">")
			if !ok {
				break
			}
			n++
			l = strings.TrimPrefix(rest, " ")
		}
		n = min(n, 20)
		for ; depth < n; depth++ {
			b.WriteString(`<blockquote type="cite" style="` + quoteStyle + `">`)
		}
		for ; depth > n; depth-- {
			b.WriteString("</blockquote>")
		}
		edge := true
		l = hardSpaces(l, &edge, true)
		if l == "" {
			l = "<br>"
		} else {
			l = html.EscapeString(l)
		}
		b.WriteString("<div>" + l + "</div>\n")
	}
	for ; depth > 0; depth-- {
		b.WriteString("</blockquote>")
	}
	return b.String()
}

// Append adds HTML below everything.
func (d *Doc) Append(page string) error {
	nodes, err := parse(page)
	if err != nil {
		return err
	}
	at := len(d.blocks) - 1
	d.change(at, 1, Selection{}, false, func(old []*html.Node) []*html.Node { return append(old, nodes...) })
	return nil
}

// Forget forgets what could be undone.
func (d *Doc) Forget() { d.undo, d.redo, d.open = nil, nil, false }

// Simple reports whether the document is lines of text only, so that plain text says all of it.
func (d *Doc) Simple() bool {
	for _, b := range d.blocks {
		if b.Node.Data != "div" || len(b.Node.Attr) > 0 {
			return false
		}
		for c := b.Node.FirstChild; c != nil; c = c.NextSibling {
			if c.Type == html.ElementNode && c.Data != "br" {
				return false
			}
		}
	}
	return true
}
