package layout

import (
	"strings"

	"github.com/postrider/postrider/views/html/style"
)

// buildRoot makes the box tree below a box that stands for the page.
func (e *engine) buildRoot(root *style.Node) *box {
	st := &style.Style{Display: style.Block, Opacity: 1, ZAuto: true, Shrink: 1, BasisAuto: true}
	if root != nil {
		st = e.anonStyle(root.Style)
	}
	top := e.newBox(kBlock, nil, st)
	top.fc, top.anon = true, true
	if root == nil {
		return top
	}
	b := builder{e: e}
	kids := b.node(nil, root, top, nil, 0)
	for _, k := range kids {
		if k.kind == kBlock && k.node == root {
			k.fc = true
		}
	}
	b.fill(top, kids)
	return top
}

// builder makes the box tree.
type builder struct {
	e *engine
}

// nodes appends the boxes of the children of n to out; they become kids of parent.
func (b *builder) nodes(out []*box, n *style.Node, parent *box, d *deco, depth int) []*box {
	if n.Tag == "details" {
		return b.details(out, n, parent, d, depth)
	}
	for _, c := range n.Children {
		out = b.node(out, c, parent, d, depth)
	}
	return out
}

// details shows its summary, and the rest when it is open.
func (b *builder) details(out []*box, n *style.Node, parent *box, d *deco, depth int) []*box {
	open := false
	if n.HTML != nil {
		for _, a := range n.HTML.Attr {
			open = open || a.Key == "open"
		}
	}
	var summary *style.Node
	for _, c := range n.Children {
		if c.Tag == "summary" {
			summary = c
			break
		}
	}
	if summary != nil {
		out = b.node(out, summary, parent, d, depth)
	}
	if !open {
		return out
	}
	for _, c := range n.Children {
		if c != summary {
			out = b.node(out, c, parent, d, depth)
		}
	}
	return out
}

// node appends the boxes of one node.
func (b *builder) node(out []*box, n *style.Node, parent *box, d *deco, depth int) []*box {
	e := b.e
	if e.tick() || n.Style == nil {
		return out
	}
	if e.boxes >= e.o.Limits.Boxes {
		e.note(noteBoxes)
		return out
	}
	if depth >= e.o.Limits.Depth {
		e.note(noteDepth)
		return out
	}
	st := n.Style
	if n.Tag == "" {
		if n.Text == "" {
			return out
		}
		c := e.newBox(kText, n, st)
		c.parent, c.deco = parent, d
		return append(out, c)
	}
	if n.Tag == "::marker" {
		return out // see marker
	}
	if st.Display == style.DisplayNone || hiddenTag(n) {
		return out
	}
	if st.Display == style.Contents {
		return b.nodes(out, n, parent, d, depth+1)
	}
	c := b.box(n, parent)
	if len(e.named) < maxNamed && named(c) {
		e.named = append(e.named, c)
	}
	if (c.level || c.abs || c.float != style.NoFloat) && c.kind != kInline {
		d = nil // decorations stay outside
	}
	if st.Underline || st.Overline || st.LineThrough {
		d = &deco{up: d, st: st}
	}
	c.deco = d
	switch c.kind {
	case kBreak, kWbr:
	case kReplaced:
		if c.missing {
			return b.missingPicture(out, c, parent, d)
		}
	case kInline:
		c.kids = b.nodes(nil, n, c, d, depth+1)
		if n.Text != "" && len(c.kids) == 0 {
			c.kids = b.generated(n, c, d)
		}
		return b.split(out, c)
	default:
		kids := b.nodes(nil, n, c, d, depth+1)
		if n.Text != "" && len(kids) == 0 && n.Tag != "" {
			kids = b.generated(n, c, d)
		}
		if st.Display == style.ListItem {
			kids = b.marker(c, kids, d)
		}
		b.fill(c, kids)
	}
	return append(out, c)
}

// maxNamed bounds the places that links can lead to.
const maxNamed = 2000

func named(b *box) bool {
	id, _ := b.attr("id")
	name, _ := b.attr("name")
	return id != "" || name != "" && b.tag() == "a"
}

// generated is the text of generated content.
func (b *builder) generated(n *style.Node, parent *box, d *deco) []*box {
	c := b.e.newBox(kText, n, n.Style)
	if parent.kind != kInline {
		c.st = b.e.anonStyle(n.Style)
	}
	c.parent, c.deco = parent, d
	return []*box{c}
}

// hiddenTag names elements that are never shown, whatever their style.
func hiddenTag(n *style.Node) bool {
	switch n.Tag {
	case "head", "script", "style", "title", "meta", "link", "template", "noscript", "audio", "source", "track", "param", "datalist", "option", "optgroup", "area", "map":
		return n.Tag != "map" && n.Tag != "noscript"
	case "input":
		if n.HTML != nil {
			for _, a := range n.HTML.Attr {
				if a.Key == "type" && strings.EqualFold(a.Val, "hidden") {
					return true
				}
			}
		}
	}
	return false
}

// box makes the box of an element, without kids.
func (b *builder) box(n *style.Node, parent *box) *box {
	e, st := b.e, n.Style
	c := e.newBox(kInline, n, st)
	c.parent = parent
	disp := st.Display
	c.abs = st.Position == style.Absolute || st.Position == style.Fixed
	if !c.abs {
		c.float = st.Float
	}
	c.item = parent.kind == kFlex || parent.kind == kGrid
	if c.item {
		c.float = style.NoFloat
	}
	switch n.Tag {
	case "br":
		c.kind, c.abs, c.float = kBreak, false, style.NoFloat
		return c
	case "wbr":
		c.kind, c.abs, c.float = kWbr, false, style.NoFloat
		return c
	}
	if c.abs || c.float != style.NoFloat || c.item {
		c.wasBlock = !phrase(n.Tag)
		disp = blockify(disp)
	}
	switch disp {
	case style.Inline:
	case style.InlineBlock:
		c.kind, c.level, c.fc = kBlock, true, true
	case style.Flex:
		c.kind, c.fc = kFlex, true
	case style.InlineFlex:
		c.kind, c.level, c.fc = kFlex, true, true
	case style.Grid:
		c.kind, c.fc = kGrid, true
	case style.InlineGrid:
		c.kind, c.level, c.fc = kGrid, true, true
	case style.Table:
		c.kind, c.fc = kTable, true
	case style.InlineTable:
		c.kind, c.level, c.fc = kTable, true, true
	case style.TableRowGroup, style.TableHeaderGroup, style.TableFooterGroup:
		c.kind = kGroup
	case style.TableRow:
		c.kind = kRow
	case style.TableCell:
		c.kind, c.fc = kCell, true
	case style.TableCaption:
		c.kind, c.fc = kCaption, true
	case style.TableColumn:
		c.kind = kCol
	case style.TableColumnGroup:
		c.kind = kColGroup
	default:
		c.kind = kBlock
		c.fc = disp == style.FlowRoot || scrolls(st) || c.float != style.NoFloat || c.abs || c.item
	}
	b.replaced(c, n)
	return c
}

// phrase names the elements that are inline unless a mail says otherwise: a positioned box has its static place in the line then.
func phrase(tag string) bool {
	switch tag {
	case "span", "a", "b", "i", "em", "strong", "u", "s", "font", "small", "big", "sub", "sup", "img", "code", "label", "abbr", "cite", "mark", "q",
		"button", "input", "select", "textarea", "svg", "::before", "::after":
		return true
	}
	return false
}

func scrolls(st *style.Style) bool {
	for _, o := range st.Overflow {
		if o == style.HiddenOverflow || o == style.Scroll || o == style.AutoOverflow {
			return true
		}
	}
	return false
}

// blockify is CSS 2.1 section 9.7.
func blockify(d style.Display) style.Display {
	switch d {
	case style.InlineFlex:
		return style.Flex
	case style.InlineGrid:
		return style.Grid
	case style.InlineTable:
		return style.Table
	case style.Block, style.ListItem, style.Flex, style.Grid, style.Table, style.FlowRoot:
		return d
	}
	return style.Block
}

// split appends an inline box; where boxes of block level are in it it falls into parts before, between and after them.
func (b *builder) split(out []*box, c *box) []*box {
	cutAt := -1
	for i, k := range c.kids {
		if k.blockLevel() || tablePart(k) {
			cutAt = i
			break
		}
	}
	if cutAt < 0 {
		return append(out, c)
	}
	kids := c.kids
	part := c
	part.kids = nil
	for i, k := range kids {
		if !k.blockLevel() && !tablePart(k) {
			k.parent = part
			part.kids = append(part.kids, k)
			continue
		}
		// A part in the middle with nothing in it is nobody's loss.
		if len(part.kids) > 0 || !part.noStart {
			part.noEnd = true
			out = append(out, part)
		} else if i+1 < len(kids) {
			out = append(out, k)
			continue
		}
		out = append(out, k)
		if b.e.boxes >= b.e.o.Limits.Boxes {
			b.e.note(noteBoxes)
			return out
		}
		next := b.e.newBox(kInline, c.node, c.st)
		next.parent, next.deco, next.noStart, next.item = c.parent, c.deco, true, c.item
		part = next
	}
	return append(out, part)
}

func tablePart(b *box) bool {
	switch b.kind {
	case kGroup, kRow, kCell, kCaption, kCol, kColGroup:
		return true
	}
	return false
}

// fill gives c its kids, with the anonymous boxes that CSS wants between.
func (b *builder) fill(c *box, kids []*box) {
	switch c.kind {
	case kTable:
		b.fillTable(c, kids)
		return
	case kGroup:
		c.kids = b.rowsOf(c, kids)
		return
	case kRow:
		c.kids = b.cellsOf(c, kids)
		return
	case kFlex, kGrid:
		b.fillItems(c, kids)
		return
	case kColGroup:
		for _, k := range kids {
			if k.kind == kCol {
				k.parent = c
				c.kids = append(c.kids, k)
			}
		}
		return
	case kCol:
		return
	}
	kids = b.wrapTables(c, kids)
	if c.tag() == "fieldset" {
		kids = takeLegend(c, kids)
	}
	blocks, inlines := false, false
	for _, k := range kids {
		switch {
		case k.blockLevel():
			blocks = true
		case k.flowing() && !blank(k):
			inlines = true
		}
	}
	if !blocks {
		c.inline = inlines
		if !inlines {
			kept := kids[:0]
			for _, k := range kids {
				if !k.flowing() {
					kept = append(kept, k)
				}
			}
			kids = kept
		}
		c.adopt(kids)
		return
	}
	var run []*box
	began := false
	flush := func() {
		some := false
		for _, k := range run {
			if k.flowing() && !blank(k) {
				some = true
			}
		}
		if some {
			a := b.e.anonymous(kBlock, c)
			a.inline = true
			a.noIndent = began
			began = true
			a.adopt(run)
			c.kids = append(c.kids, a)
		} else {
			for _, k := range run {
				if !k.flowing() {
					k.parent = c
					c.kids = append(c.kids, k)
				}
			}
		}
		run = nil
	}
	c.kids = make([]*box, 0, len(kids))
	for _, k := range kids {
		if k.blockLevel() {
			flush()
			k.parent, began = c, true
			c.kids = append(c.kids, k)
			continue
		}
		run = append(run, k)
	}
	flush()
}

// adopt makes kids those of b.
func (b *box) adopt(kids []*box) {
	for _, k := range kids {
		k.parent = b
	}
	b.kids = kids
}

// blank tells whether an inline box shows nothing but white space that collapses.
func blank(b *box) bool {
	switch b.kind {
	case kText:
		if !collapses(b.st.WhiteSpace) {
			return b.node.Text == ""
		}
		if b.st.WhiteSpace == style.PreLine {
			return strings.Trim(b.node.Text, " \t\r\f") == ""
		}
		return strings.Trim(b.node.Text, " \n\t\r\f") == ""
	case kInline:
		if edged(b.st) && !(b.noStart && b.noEnd) {
			return false
		}
		for _, k := range b.kids {
			if k.flowing() && !blank(k) {
				return false
			}
			if !k.flowing() {
				return false // it must keep its place
			}
		}
		return true
	}
	return false
}

// fillItems makes the items of a flex box or grid: text gets an anonymous box.
func (b *builder) fillItems(c *box, kids []*box) {
	kids = b.wrapTables(c, kids)
	var run []*box
	flush := func() {
		some := false
		for _, k := range run {
			some = some || !blank(k)
		}
		if some {
			a := b.e.anonymous(kBlock, c)
			a.fc, a.item, a.inline = true, true, true
			a.adopt(run)
			c.kids = append(c.kids, a)
		}
		run = nil
	}
	for _, k := range kids {
		if k.kind == kText || k.kind == kInline || k.kind == kBreak || k.kind == kWbr {
			run = append(run, k)
			continue
		}
		flush()
		k.parent, k.item = c, true
		if k.kind == kBlock || k.kind == kTable {
			k.fc = true
		}
		k.level = false
		c.kids = append(c.kids, k)
	}
	flush()
}
