// Package edit is the document of the composer: HTML that a person writes, with quoted mail of any layout in it. It knows no toolkit and draws nothing.
//
// The document is a row of blocks, the children of body. A block is laid out by itself, so that a key costs the layout of one block. Inside the blocks the text
// is in leaves: elements that hold inline content only (a line, a list item, a cell of a quoted table). A [Pos] is a leaf, counted through the whole
// document, and a byte offset into its text; a line break counts as "\n" and a picture as U+FFFC. [Load] brings foreign HTML into this form: bounded, without
// anything that acts or fetches, white space collapsed once, so that what is in the tree is what is seen (the layout runs with white-space: pre-wrap).
//
// Inline content is changed as segments, pieces of text each with the chain of inline elements around it, and built again: there are no special cases for
// what stands between two elements. Blocks are changed in the tree. Every change goes through [Doc.change], which keeps the old blocks for undo.
package edit

import (
	"sort"

	"golang.org/x/net/html"
)

// Pos is a place in the text.
type Pos struct{ Leaf, Off int }

// Before reports whether p comes before q.
func (p Pos) Before(q Pos) bool { return p.Leaf < q.Leaf || p.Leaf == q.Leaf && p.Off < q.Off }

func order(a, b Pos) (Pos, Pos) {
	if b.Before(a) {
		return b, a
	}
	return a, b
}

// Block is one child of the body. Rev changes with each change of its content.
type Block struct {
	Node *html.Node
	Rev  int

	leaves []*html.Node
	first  int // number of its first leaf in the document
}

// Doc is the document. There is always at least one leaf. It is not safe for several goroutines.
type Doc struct {
	// OnChange is told after each change, undo and redo included: blocks [at, at+old) became [at, at+now).
	OnChange func(at, old, now int)

	blocks []*Block
	total  int
	rev    int
	undo   []step
	redo   []step
	open   bool // the last step may take in the next typed character
	depth  int  // of nested groups
	// What is typed at edge does not take on edgeMark: the person closed it there.
	edge     Pos
	edgeMark Mark
	begun    bool // the group has a step
}

// nowhere is a place that no document has.
var nowhere = Pos{-1, -1}

// New returns an empty document.
func New() *Doc {
	d := &Doc{edge: nowhere}
	d.put(0, 0, []*html.Node{line()})
	return d
}

// Blocks returns the blocks; they are not to be changed.
func (d *Doc) Blocks() []*Block { return d.blocks }

// Leaves returns how many leaves there are.
func (d *Doc) Leaves() int { return d.total }

// BlockOf returns the index of the block that holds a leaf.
func (d *Doc) BlockOf(leaf int) int {
	return max(0, sort.Search(len(d.blocks), func(i int) bool { return d.blocks[i].first > leaf })-1)
}

// First returns the number of a block's first leaf, and how many it has.
func (d *Doc) First(block int) (leaf, n int) {
	return d.blocks[block].first, len(d.blocks[block].leaves)
}

// Node returns the element of a leaf.
func (d *Doc) Node(leaf int) *html.Node {
	b := d.blocks[d.BlockOf(leaf)]
	if i := leaf - b.first; i >= 0 && i < len(b.leaves) {
		return b.leaves[i]
	}
	return nil
}

// Text returns the text of a leaf.
func (d *Doc) Text(leaf int) string {
	n := d.Node(leaf)
	if n == nil {
		return ""
	}
	return flat(segments(n))
}

// End is the last place.
func (d *Doc) End() Pos { return Pos{d.total - 1, len(d.Text(d.total - 1))} }

// Clamp returns the nearest place that exists.
func (d *Doc) Clamp(p Pos) Pos {
	if p.Leaf < 0 {
		return Pos{}
	}
	if p.Leaf >= d.total {
		return d.End()
	}
	s := d.Text(p.Leaf)
	p.Off = max(0, min(p.Off, len(s)))
	for p.Off > 0 && p.Off < len(s) && s[p.Off]&0xC0 == 0x80 {
		p.Off--
	}
	return p
}

// put replaces blocks [at, at+old) and counts the leaves again.
func (d *Doc) put(at, old int, nodes []*html.Node) {
	now := make([]*Block, len(nodes))
	for i, n := range nodes {
		d.rev++
		now[i] = &Block{Node: n, Rev: d.rev}
	}
	rest := append([]*Block(nil), d.blocks[at+old:]...)
	d.blocks = append(append(d.blocks[:at:at], now...), rest...)
	d.count()
}

func (d *Doc) count() {
	d.total = 0
	for _, b := range d.blocks {
		if b.leaves == nil {
			b.leaves = leavesOf(b.Node, nil)
		}
		b.first = d.total
		d.total += len(b.leaves)
	}
}

// line is an empty line.
func line() *html.Node {
	n := element("div")
	n.AppendChild(element("br"))
	return n
}

// LeafNodes returns the elements of n leaves.
func (d *Doc) LeafNodes(first, n int) []*html.Node {
	out := make([]*html.Node, 0, n)
	for i := first; i < first+n; i++ {
		out = append(out, d.Node(i))
	}
	return out
}
