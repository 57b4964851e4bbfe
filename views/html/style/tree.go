package style

import (
	"context"
	"image/color"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/text/unicode/bidi"

	"github.com/postrider/postrider/views/html/css"
	"github.com/postrider/postrider/views/html/dom"
	"github.com/postrider/postrider/views/html/text"
)

// Env is what a mail is styled for.
type Env struct {
	Width, Height float64 // of the view, px: media queries, vw and vh
	Dark          bool    // prefers-color-scheme: dark
	Ratio         float64 // device pixels in a px, for media queries; 0 = 1
	Print         bool
	// Metrics answers ex and ch; nil = half an em.
	Metrics func(text.Font) text.Metrics
	// Family is the font of what asks for none; "" = serif.
	Family string
	// Steps bounds the matching of selectors; 0 = DefaultSteps.
	Steps int
}

// DefaultSteps is about 0.2 s of matching.
const DefaultSteps = 10_000_000

// tree is the work on one document.
type tree struct {
	ctx        context.Context
	env        Env
	doc        *dom.Document
	c          *compiled
	quirks     bool
	dark       bool
	ua, author *index
	media      []bool
	matcher    css.Matcher
	uaMatcher  css.Matcher
	initial    *computed
	root       *computed
	cache      map[uint64][]shared
	winners    []*decl
	scratch    []*entry
	flat       []*block
	styles     int
	substs     int
	index      int
	nodes      []Node
	elements   []css.Element
	counters   counters
	quotes     int
	bodyText   color.NRGBA
	linkColor  string
	m, pm      matched
	err        error
}

// Tree styles a document: the node of the html element with all that is shown below it. The error is the context's.
func Tree(ctx context.Context, doc *dom.Document, env Env) (*Node, error) {
	t := &tree{ctx: ctx, env: env, doc: doc, quirks: doc.Mode == dom.Quirks, cache: map[uint64][]shared{}}
	t.counters.of = map[string][]scope{}
	t.c = compiledOf(doc)
	t.ua, t.author = agentIndex(t.quirks), t.c.author
	steps := env.Steps
	if steps <= 0 {
		steps = DefaultSteps
	}
	t.matcher = css.Matcher{Quirks: t.quirks, Steps: steps}
	t.uaMatcher = css.Matcher{Quirks: t.quirks, Steps: 1 << 40}
	screen := css.Screen{Width: env.Width, Height: env.Height, Dark: env.Dark, Ratio: env.Ratio, Print: env.Print}
	t.media = make([]bool, len(t.author.media))
	for i, list := range t.author.media {
		ok := true
		for _, m := range list {
			ok = ok && m.Match(screen)
		}
		t.media[i] = ok
	}
	t.dark = env.Dark && strings.Contains(doc.Schemes, "dark")
	t.initial = initial
	if t.dark || env.Family != "" {
		c := *initial
		if t.dark {
			c.Color = t.system(sysCanvasText)
		}
		if env.Family != "" {
			c.Font.Families = []string{env.Family}
		}
		t.initial = &c
	}
	for _, a := range doc.Body.Attr {
		switch a.Key {
		case "text":
			if c, ok := legacyColor(a.Val); ok {
				t.bodyText = c
			}
		case "link":
			if _, ok := legacyColor(a.Val); ok {
				t.linkColor = a.Val
			}
		}
	}
	e := t.element()
	e.Fill(doc.HTML, nil, t.quirks)
	e.Index, e.Count, e.TypeIndex = 1, 1, 1
	root := t.build(e, nil, t.initial, "", nil, 0)
	if t.err != nil {
		return nil, t.err
	}
	if root == nil {
		// display: none on the root: an empty page.
		root = t.node()
		root.HTML, root.Tag, root.Style = doc.HTML, "html", &t.initial.Style
	}
	if t.dark {
		t.canvas(root)
	}
	return root, nil
}

// canvas gives a mail that says it knows the dark scheme the dark canvas, where it sets none.
func (t *tree) canvas(root *Node) {
	set := func(n *Node) bool { return n.Style.Background.A != 0 || len(n.Style.Layers) > 0 }
	if set(root) {
		return
	}
	for _, c := range root.Children {
		if c.Tag == "body" && set(c) {
			return
		}
	}
	s := *root.Style
	s.Background = t.system(sysCanvas)
	root.Style = &s
}

// node and element come from slabs: a mail has thousands.
func (t *tree) node() *Node {
	if len(t.nodes) == 0 {
		t.nodes = make([]Node, 128)
	}
	n := &t.nodes[0]
	t.nodes = t.nodes[1:]
	n.Index = t.index
	t.index++
	return n
}

func (t *tree) element() *css.Element {
	if len(t.elements) == 0 {
		t.elements = make([]css.Element, 128)
	}
	e := &t.elements[0]
	t.elements = t.elements[1:]
	return e
}

// build makes the node of an element and all below it; nil when it is not displayed.
func (t *tree) build(e *css.Element, parent *Node, pcs *computed, link string, th *tableHints, depth int) *Node {
	if t.index&255 == 0 {
		if t.err = t.ctx.Err(); t.err != nil {
			return nil
		}
	}
	h := e.Node
	t.match(e, "", &t.m)
	t.addHints(h, th, &t.m)
	t.m.inline = t.inlineOf(h)
	cs := t.compute(pcs, &t.m)
	if parent == nil {
		t.root = cs
	}
	if cs.Display == DisplayNone {
		return nil
	}
	n := t.node()
	n.HTML, n.Tag, n.Style, n.Parent = h, h.Data, &cs.Style, parent
	if h.Data == "a" || h.Data == "area" {
		if v, ok := css.Attr(h, "href"); ok {
			link = v
		}
	}
	n.Link = link
	t.count(n, cs, e)
	if cs.Display == ListItem {
		t.marker(n, cs, e)
	}
	if replaced(h) {
		t.control(n, cs, h)
		return n
	}
	if t.author.pseudo || h.Data == "q" {
		t.pseudo(n, cs, e, "before")
	}
	if h.Data == "table" {
		th = cells(h)
	}
	t.children(n, cs, e, link, th, depth)
	if t.author.pseudo || h.Data == "q" {
		t.pseudo(n, cs, e, "after")
	}
	if len(t.counters.of) > 0 {
		t.counters.leave(n)
	}
	return n
}

func (t *tree) children(n *Node, cs *computed, e *css.Element, link string, th *tableHints, depth int) {
	h := e.Node
	total, nodes := 0, 0
	for c := h.FirstChild; c != nil; c = c.NextSibling {
		nodes++
		if c.Type == html.ElementNode {
			total++
		}
	}
	if nodes == 0 {
		return
	}
	if cap(n.Children) == 0 {
		n.Children = make([]*Node, 0, nodes)
	}
	closed := false
	if h.Data == "details" {
		_, open := css.Attr(h, "open")
		closed = !open
	}
	var prev *css.Element
	var types map[string]int
	index := 0
	summary := false
	for c := h.FirstChild; c != nil && t.err == nil; c = c.NextSibling {
		switch c.Type {
		case html.TextNode:
			if c.Data == "" || closed {
				continue
			}
			k := t.node()
			k.HTML, k.Text, k.Style, k.Parent, k.Link = c, c.Data, n.Style, n, link
			n.Children = append(n.Children, k)
		case html.ElementNode:
			index++
			k := t.element()
			k.Fill(c, e, t.quirks)
			k.Prev, k.Index, k.Count = prev, index, total
			prev = k
			// The place among those of the same type.
			if types == nil {
				types = map[string]int{}
			}
			types[c.Data]++
			k.TypeIndex = types[c.Data]
			if closed {
				if c.Data != "summary" || summary {
					continue
				}
				summary = true
			}
			if k := t.build(k, n, cs, link, th, depth+1); k != nil {
				n.Children = append(n.Children, k)
			}
		}
	}
}

// inlineOf compiles a style attribute; equal ones are compiled once.
func (t *tree) inlineOf(h *html.Node) *block {
	v, ok := css.Attr(h, "style")
	if !ok || v == "" {
		return nil
	}
	t.c.mu.Lock()
	b, ok := t.c.inline[v]
	t.c.mu.Unlock()
	if ok {
		return b
	}
	b = compileBlock(css.ParseDecls(v), t.quirks)
	t.c.mu.Lock()
	if len(t.c.inline) < 1<<14 {
		t.c.inline[v] = b
	}
	t.c.mu.Unlock()
	return b
}

// count applies the counter properties of a node, and those that HTML gives to lists.
func (t *tree) count(n *Node, cs *computed, e *css.Element) {
	owner := n.Parent
	for _, k := range cs.reset {
		v := k.n
		if k.name == "list-item" && n.Tag == "ol" {
			v = listStart(e.Node)
			if v == noStart {
				v = 0
			} else {
				v -= listStep(e.Node)
			}
		}
		t.counters.reset(k.name, v, owner)
	}
	item := false
	for _, k := range cs.incr {
		item = item || k.name == "list-item"
		t.counters.add(k.name, k.n, owner)
	}
	if cs.Display == ListItem && !item {
		step := 1
		if e.Parent != nil && e.Parent.Tag == "ol" {
			step = listStep(e.Parent.Node)
		}
		t.counters.add("list-item", step, owner)
	}
	for _, k := range cs.set {
		t.counters.set(k.name, k.n, owner)
	}
	if e.Tag == "li" {
		if v, ok := css.Attr(e.Node, "value"); ok {
			if i, ok := integer(v); ok {
				t.counters.set("list-item", i, owner)
			}
		}
	}
}

const noStart = -1 << 40

func listStart(h *html.Node) int {
	_, reversed := css.Attr(h, "reversed")
	if v, ok := css.Attr(h, "start"); ok {
		if i, ok := integer(v); ok {
			return i
		}
	}
	if reversed {
		k := 0
		for c := h.FirstChild; c != nil; c = c.NextSibling {
			if c.Type == html.ElementNode && c.Data == "li" {
				k++
			}
		}
		return k
	}
	return noStart
}

func listStep(h *html.Node) int {
	if _, ok := css.Attr(h, "reversed"); ok {
		return -1
	}
	return 1
}

// marker gives a list item its marker as the first child.
func (t *tree) marker(n *Node, cs *computed, e *css.Element) {
	s := marker(cs.ListType, t.counters.value("list-item"))
	if s == "" && cs.ListImage == "" {
		return
	}
	m := t.pseudoStyle(cs, e, "marker")
	k := t.node()
	k.Tag, k.Parent, k.Link = "::marker", n, n.Link
	if m == nil {
		c := t.inherit(cs)
		m = c
	}
	if m.hasCont {
		s, _ = t.generate(m, e)
	}
	c := *m
	c.Display = Inline
	c.Transform = NoTransform
	c.Indent = Length{Unit: Px}
	c.WhiteSpace = Pre
	c.Isolate = true
	k.Style = &c.Style
	k.Text = s
	n.Children = append(n.Children, k)
}

// inherit is the style of an anonymous child.
func (t *tree) inherit(cs *computed) *computed {
	t.pm = matched{ua: t.pm.ua[:0], hints: t.pm.hints[:0], author: t.pm.author[:0]}
	return t.compute(cs, &t.pm)
}

// pseudoStyle computes the style of a pseudo-element; nil when no rule makes one.
func (t *tree) pseudoStyle(cs *computed, e *css.Element, name string) *computed {
	if !t.author.pseudo && !(e.Tag == "q") {
		return nil
	}
	t.match(e, name, &t.pm)
	t.pm.inline = nil
	if len(t.pm.ua)+len(t.pm.author) == 0 {
		return nil
	}
	return t.compute(cs, &t.pm)
}

func (t *tree) pseudo(n *Node, cs *computed, e *css.Element, name string) {
	p := t.pseudoStyle(cs, e, name)
	if p == nil || !p.hasCont || p.Display == DisplayNone {
		return
	}
	k := t.node()
	k.Tag, k.Style, k.Parent, k.Link = "::"+name, &p.Style, n, n.Link
	t.count(k, p, &css.Element{Node: &html.Node{}, Tag: ""})
	s, picture := t.generate(p, e)
	if picture != "" {
		img := t.node()
		img.Tag, img.Parent, img.Link = "img", k, k.Link
		img.HTML = &html.Node{Type: html.ElementNode, Data: "img", Attr: []html.Attribute{{Key: "src", Val: picture}}}
		img.Style = &t.inherit(p).Style
		k.Children = append(k.Children, img)
	}
	if s != "" {
		c := t.node()
		c.Text, c.Style, c.Parent, c.Link = s, k.Style, k, k.Link
		k.Children = append(k.Children, c)
	}
	n.Children = append(n.Children, k)
}

// replaced elements have no content of their own.
func replaced(h *html.Node) bool {
	switch h.Data {
	case "img", "input", "textarea", "select", "br", "wbr", "hr", "svg", "canvas", "progress", "meter", "audio", "col":
		return true
	}
	return false
}

// control gives form controls the text they show.
func (t *tree) control(n *Node, cs *computed, h *html.Node) {
	s := ""
	switch h.Data {
	case "input":
		ty, _ := css.Attr(h, "type")
		v, has := css.Attr(h, "value")
		switch css.Lower(ty) {
		case "checkbox", "radio", "image", "hidden", "range", "color":
			return
		case "submit":
			if !has {
				v = "Submit"
			}
		case "reset":
			if !has {
				v = "Reset"
			}
		case "password":
			v = strings.Repeat("\u2022", len([]rune(v)))
		case "file":
			v = ""
		default:
			if v == "" {
				v, _ = css.Attr(h, "placeholder")
			}
		}
		s = v
	case "textarea":
		s = strings.TrimPrefix(textOf(h, 0), "\n")
		if s == "" {
			s, _ = css.Attr(h, "placeholder")
		}
	case "select":
		s = selected(h)
	}
	if s == "" {
		return
	}
	k := t.node()
	k.Text, k.Style, k.Parent = s, n.Style, n
	n.Children = append(n.Children, k)
}

func textOf(h *html.Node, depth int) string {
	s := ""
	for c := h.FirstChild; c != nil && depth < 8; c = c.NextSibling {
		if c.Type == html.TextNode {
			s += c.Data
		} else {
			s += textOf(c, depth+1)
		}
	}
	return s
}

// selected is the text of a select's chosen option.
func selected(h *html.Node) string {
	var first, pick *html.Node
	var walk func(n *html.Node, depth int)
	walk = func(n *html.Node, depth int) {
		for c := n.FirstChild; c != nil && depth < 4; c = c.NextSibling {
			if c.Type != html.ElementNode {
				continue
			}
			if c.Data == "option" {
				if first == nil {
					first = c
				}
				if _, ok := css.Attr(c, "selected"); ok {
					pick = c
				}
			}
			walk(c, depth+1)
		}
	}
	walk(h, 0)
	if pick == nil {
		pick = first
	}
	if pick == nil {
		return ""
	}
	return strings.Join(strings.Fields(textOf(pick, 0)), " ")
}

// direction of a character: 1 left to right, 2 right to left, 0 neither.
func direction(r rune) int {
	if r < 0x80 {
		if 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' {
			return 1
		}
		return 0
	}
	p, _ := bidi.LookupRune(r)
	switch p.Class() {
	case bidi.L:
		return 1
	case bidi.R, bidi.AL:
		return 2
	}
	return 0
}
