package edit

import (
	"strings"

	"golang.org/x/net/html"
)

// Selection is what is selected; From = To is a caret. To is where the caret is and may be before From.
type Selection struct{ From, To Pos }

// step is what undo brings back: blocks [at, at+now) were old before.
type step struct {
	at, now       int
	old           []*html.Node
	before, after Selection
	typed         bool
	joined        bool // is taken back together with the step before
}

const (
	maxUndo = 1000
)

// change runs f on blocks [at, at+n), which are replaced by what f returns, and keeps the old ones for undo. Typed steps that follow each other are one.
func (d *Doc) change(at, n int, sel Selection, typed bool, f func(nodes []*html.Node) []*html.Node) {
	var live, old []*html.Node
	join := typed && d.open && len(d.undo) > 0 && n == 1 && d.undo[len(d.undo)-1].at == at && d.undo[len(d.undo)-1].now == 1
	for _, b := range d.blocks[at : at+n] {
		live = append(live, b.Node)
		if !join {
			old = append(old, clone(b.Node))
		}
	}
	now := f(live)
	d.edge = nowhere
	if len(now) == 0 && len(d.blocks) == n {
		now = []*html.Node{line()}
	}
	d.put(at, n, now)
	if d.total == 0 {
		d.put(at, len(now), append(now, line()))
		now = append(now, nil)
	}
	d.redo = nil
	if join {
		d.undo[len(d.undo)-1].now = len(now)
	} else {
		d.undo = append(d.undo, step{at: at, now: len(now), old: old, before: sel, typed: typed, joined: d.depth > 0 && d.begun})
		d.begun = true
		if len(d.undo) > maxUndo {
			d.undo = append([]step(nil), d.undo[len(d.undo)-maxUndo:]...)
		}
	}
	d.open = typed
	if d.OnChange != nil {
		d.OnChange(at, n, len(now))
	}
}

func (d *Doc) done(p Pos) Pos {
	p = d.Clamp(p)
	if k := len(d.undo); k > 0 {
		d.undo[k-1].after = Selection{p, p}
	}
	return p
}

// group makes all changes of f one step of undo.
func (d *Doc) group(f func() Pos) Pos {
	if d.depth == 0 {
		d.begun = false
	}
	d.depth++
	p := f()
	d.depth--
	return p
}

// Seal ends the group of typed characters that one undo takes back.
func (d *Doc) Seal() { d.open = false }

// Undo takes the last step back and returns what was selected before it.
func (d *Doc) Undo() (Selection, bool) {
	sel, ok := Selection{}, false
	for len(d.undo) > 0 {
		joined := d.undo[len(d.undo)-1].joined
		sel, ok = d.swap(&d.undo, &d.redo, false)
		if !joined {
			break
		}
	}
	return sel, ok
}

// Redo does the last undone step again.
func (d *Doc) Redo() (Selection, bool) {
	sel, ok := Selection{}, false
	for len(d.redo) > 0 {
		sel, ok = d.swap(&d.redo, &d.undo, true)
		if n := len(d.redo); n == 0 || !d.redo[n-1].joined {
			break
		}
	}
	return sel, ok
}

func (d *Doc) swap(from, to *[]step, after bool) (Selection, bool) {
	if len(*from) == 0 {
		return Selection{}, false
	}
	s := (*from)[len(*from)-1]
	*from = (*from)[:len(*from)-1]
	var live []*html.Node
	for _, b := range d.blocks[s.at : s.at+s.now] {
		live = append(live, b.Node)
	}
	n := s.now
	d.put(s.at, n, s.old)
	*to = append(*to, step{at: s.at, now: len(s.old), old: live, before: s.before, after: s.after, joined: s.joined})
	d.open = false
	if d.OnChange != nil {
		d.OnChange(s.at, n, len(s.old))
	}
	sel := s.before
	if after {
		sel = s.after
	}
	return Selection{d.Clamp(sel.From), d.Clamp(sel.To)}, true
}

// leafIn returns the node of a leaf among the blocks that change handed out.
func (d *Doc) leafIn(leaf int) *html.Node { return d.Node(leaf) }

// Insert replaces what is selected by text with the given marks (nil = those of the text before it). A "\n" begins a new line. It returns the
// place behind the text.
func (d *Doc) Insert(sel Selection, text string, marks *Marks, typed bool) Pos {
	return d.group(func() Pos { return d.insert(sel, text, marks, typed) })
}

func (d *Doc) insert(sel Selection, text string, marks *Marks, typed bool) Pos {
	a, b := order(d.Clamp(sel.From), d.Clamp(sel.To))
	text = Clean(text)
	if a != b {
		if marks == nil {
			m := d.MarksAt(Pos{a.Leaf, a.Off + 1})
			marks = &m
		}
		a = d.Delete(Selection{a, b})
		typed = false
	}
	for i, l := range strings.Split(text, "\n") {
		if i > 0 {
			a = d.Split(a)
		}
		if l != "" {
			a = d.insertLine(a, l, marks, typed)
		}
	}
	return a
}

func (d *Doc) insertLine(a Pos, s string, marks *Marks, typed bool) Pos {
	n := d.Node(a.Leaf)
	if n == nil {
		return a
	}
	if n.Data == "hr" {
		// Nothing is written on a rule: a new line below it.
		a = d.newLine(a.Leaf)
	}
	d.change(d.BlockOf(a.Leaf), 1, Selection{a, a}, typed, func(nodes []*html.Node) []*html.Node {
		leaf := d.leafIn(a.Leaf)
		left, right := cut(segments(leaf), a.Off)
		var ws []wrap
		if k := len(left); k > 0 {
			ws = left[k-1].wraps
		} else if len(right) > 0 {
			ws = right[0].wraps
		}
		if marks == nil && d.edge == a {
			ws = without(ws, d.edgeMark)
		}
		if marks == nil {
			// What is typed behind a link does not belong to it.
			if len(right) == 0 || len(left) == 0 || !equalWraps(right[0].wraps, ws) {
				ws = without(ws, Link)
			}
		} else {
			ws = apply(ws, *marks)
		}
		build(leaf, append(append(left[:len(left):len(left)], seg{text: s, wraps: ws}), right...))
		return nodes
	})
	return d.done(Pos{a.Leaf, a.Off + len(s)})
}

// newLine adds an empty line below the block of a leaf.
func (d *Doc) newLine(leaf int) Pos {
	at := d.BlockOf(leaf)
	d.change(at, 1, Selection{Pos{leaf, 0}, Pos{leaf, 0}}, false, func(nodes []*html.Node) []*html.Node { return append(nodes, line()) })
	first, _ := d.First(at + 1)
	return d.done(Pos{first, 0})
}

// InsertObject puts an inline element (a picture, a line break) in the place of what is selected.
func (d *Doc) InsertObject(sel Selection, n *html.Node) Pos {
	return d.group(func() Pos { return d.insertObject(sel, n) })
}

func (d *Doc) insertObject(sel Selection, n *html.Node) Pos {
	a, b := order(d.Clamp(sel.From), d.Clamp(sel.To))
	if a != b {
		a = d.Delete(Selection{a, b})
	}
	if leaf := d.Node(a.Leaf); leaf != nil && leaf.Data == "hr" {
		a = d.newLine(a.Leaf)
	}
	width := len(seg{node: n}.flat())
	d.change(d.BlockOf(a.Leaf), 1, Selection{a, a}, false, func(nodes []*html.Node) []*html.Node {
		leaf := d.leafIn(a.Leaf)
		left, right := cut(segments(leaf), a.Off)
		var ws []wrap
		if k := len(left); k > 0 && n.Data == "br" {
			ws = left[k-1].wraps
		}
		build(leaf, append(append(left[:len(left):len(left)], seg{node: n, wraps: ws}), right...))
		return nodes
	})
	return d.done(Pos{a.Leaf, a.Off + width})
}

// Break begins a new line inside the same paragraph.
func (d *Doc) Break(sel Selection) Pos { return d.InsertObject(sel, element("br")) }

// Picture puts a picture in; src is its cid: or data: address.
func (d *Doc) Picture(sel Selection, src, alt string, width int) Pos {
	n := element("img", "src", src, "alt", alt)
	if width > 0 {
		setAttr(n, "width", itoa(width))
		setAttr(n, "style", "max-width:100%;height:auto")
	}
	return d.InsertObject(sel, n)
}

// Delete removes what is selected and returns the place where it was.
func (d *Doc) Delete(sel Selection) Pos {
	a, b := order(d.Clamp(sel.From), d.Clamp(sel.To))
	if a == b {
		return a
	}
	from, to := d.BlockOf(a.Leaf), d.BlockOf(b.Leaf)
	d.change(from, to-from+1, sel, false, func(nodes []*html.Node) []*html.Node {
		la, lb := d.leafIn(a.Leaf), d.leafIn(b.Leaf)
		if la == lb {
			l, _, r := between(segments(la), a.Off, b.Off)
			build(la, append(l[:len(l):len(l)], r...))
			return nodes
		}
		head, _ := cut(segments(la), a.Off)
		_, tail := cut(segments(lb), b.Off)
		// Cells stay; they are only emptied. Everything else in between goes.
		whole := d.cells(a.Leaf, b.Leaf)
		for i := a.Leaf + 1; i < b.Leaf; i++ {
			n := d.leafIn(i)
			if whole[i] {
				remove(n, nodes)
			} else {
				build(n, nil)
			}
		}
		ca, cb := cellOf(la), cellOf(lb)
		if ca != cb {
			build(la, head)
			build(lb, tail)
			return kept(nodes)
		}
		if la.Data == "hr" {
			remove(la, nodes)
			build(lb, tail)
			return kept(nodes)
		}
		build(la, append(head[:len(head):len(head)], tail...))
		remove(lb, nodes)
		return kept(nodes)
	})
	return d.done(a)
}

// cells tells which leaves from a to b may go: those outside of tables, and those of tables that are wholly inside.
func (d *Doc) cells(a, b int) map[int]bool {
	out := map[int]bool{}
	ta, tb := tableOf(d.Node(a)), tableOf(d.Node(b))
	for i := a + 1; i < b; i++ {
		t := tableOf(d.Node(i))
		out[i] = t == nil || t != ta && t != tb
	}
	return out
}

func cellOf(n *html.Node) *html.Node {
	for ; n != nil; n = n.Parent {
		if n.Type == html.ElementNode && cell(n) {
			return n
		}
	}
	return nil
}

// tableOf returns the outermost table around a leaf.
func tableOf(n *html.Node) (t *html.Node) {
	for ; n != nil; n = n.Parent {
		if n.Data == "table" {
			t = n
		}
	}
	return t
}

const goneKey = "data-gone"

// remove takes a leaf out of the tree with the parents that it leaves empty. A block that goes is marked for kept.
func remove(n *html.Node, nodes []*html.Node) {
	for {
		p := n.Parent
		if p == nil {
			setAttr(n, goneKey, "1")
			return
		}
		p.RemoveChild(n)
		if p.FirstChild != nil {
			return
		}
		n = p
	}
}

func kept(nodes []*html.Node) []*html.Node {
	out := nodes[:0:0]
	for _, n := range nodes {
		if attr(n, goneKey) == "" {
			out = append(out, n)
		}
	}
	return out
}
