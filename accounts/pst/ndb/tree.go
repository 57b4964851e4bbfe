package ndb

import "sort"

// root is the root of one of the B-trees.
func (f *File) root(kind byte) Ref {
	if kind == pageNBT {
		return f.hdr.NBT
	}
	return f.hdr.BBT
}

const noKey = ^uint64(0)

// leaf finds the leaf page for a key. When a page on the way is lost it returns the range of keys that is lost with it and
// the error.
func (f *File) leaf(kind byte, key uint64) (p btPage, lo, hi uint64, err error) {
	r := f.root(kind)
	lo, hi = 0, noKey
	level := -1
	for {
		p, err = f.page(r, kind)
		if err == nil && level >= 0 && p.level != level {
			err = lost("page at %#x has level %d, not %d", r.IB, p.level, level)
		}
		if err != nil {
			f.loss(Loss{"page", r.BID, r.IB, err.Error()})
			return p, lo, hi, err
		}
		if p.level == 0 {
			return p, lo, hi, nil
		}
		i := p.find(key)
		if i < 0 {
			return btPage{lay: f.lay, kind: kind}, lo, hi, nil
		}
		if k := p.key(i); k > lo {
			lo = k
		}
		if i+1 < p.n {
			if k := p.key(i + 1); k < hi {
				hi = k
			}
		}
		r, level = p.ref(i), p.level-1
	}
}

// Node finds a node. The error is ErrNoNode, or ErrLost where the tree is damaged and the node was not found elsewhere.
func (f *File) Node(n NID) (Node, error) {
	if f.trees != nil {
		x, ok, err := f.trees.node(n)
		if err == nil && !ok {
			err = ErrNoNode
		}
		return x, err
	}
	p, lo, hi, err := f.leaf(pageNBT, uint64(n))
	if err != nil {
		if x, ok := f.search().node(n); ok && uint64(n) >= lo && uint64(n) < hi {
			return x, nil
		}
		return Node{}, err
	}
	if i := p.find(uint64(n)); i >= 0 && p.key(i) == uint64(n) {
		return p.node(i), nil
	}
	return Node{}, ErrNoNode
}

// entry finds where a block is.
func (f *File) entry(b BID) (blockEntry, error) {
	b = b.clean()
	if f.trees != nil {
		x, ok, err := f.trees.block(b)
		if err == nil && !ok {
			err = lost("block %#x is not in the tree", b)
		}
		return x, err
	}
	p, _, _, err := f.leaf(pageBBT, uint64(b))
	if err != nil {
		if x, ok := f.search().block(b); ok {
			return x, nil
		}
		return blockEntry{}, err
	}
	if i := p.find(uint64(b)); i >= 0 && p.key(i) == uint64(b) {
		return p.block(i), nil
	}
	if f.isDamaged() {
		if x, ok := f.search().block(b); ok {
			return x, nil
		}
	}
	return blockEntry{}, lost("block %#x is not in the tree", b)
}

func (f *File) isDamaged() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.found != nil
}

// Nodes calls each for every node in the order of their ids, from an id on, until it returns false. Damage is told to OnLoss.
func (f *File) Nodes(from NID, each func(Node) bool) error {
	if f.trees != nil {
		return f.trees.walkNodes(from, each)
	}
	last := int64(-1) // ids that go backwards in a damaged tree are left out
	give := func(n Node) bool {
		if n.NID < from || int64(n.NID) <= last {
			return true
		}
		last = int64(n.NID)
		return each(n)
	}
	w := walk{f: f, kind: pageNBT, left: f.size/int64(f.lay.page) + 1}
	w.leaf = func(p *btPage) bool {
		for i := range p.n {
			if !give(p.node(i)) {
				return false
			}
		}
		return true
	}
	w.gap = func(lo, hi uint64) bool {
		for _, n := range f.search().nodesIn(lo, hi) {
			if !give(n) {
				return false
			}
		}
		return true
	}
	w.from = uint64(from)
	w.run(f.root(pageNBT), -1, 0, noKey)
	return nil
}

// Blocks calls each for every block in the order of their ids: id, place, bytes of data on disk, and reference count.
func (f *File) Blocks(each func(r Ref, size int, refs uint16) bool) error {
	give := func(x blockEntry) bool { return each(x.Ref, x.size, x.refs) }
	if f.trees != nil {
		return f.trees.walkBlocks(give)
	}
	w := walk{f: f, kind: pageBBT, left: f.size/int64(f.lay.page) + 1}
	w.leaf = func(p *btPage) bool {
		for i := range p.n {
			if !give(p.block(i)) {
				return false
			}
		}
		return true
	}
	w.gap = func(lo, hi uint64) bool {
		s := f.search()
		i := sort.Search(len(s.blocks), func(i int) bool { return uint64(s.blocks[i].BID) >= lo })
		for ; i < len(s.blocks) && uint64(s.blocks[i].BID) < hi; i++ {
			if !give(s.blocks[i]) {
				return false
			}
		}
		return true
	}
	w.run(f.root(pageBBT), -1, 0, noKey)
	return nil
}

// walk goes through a tree in the order of its keys.
type walk struct {
	f    *File
	kind byte
	left int64 // pages that may still be visited: a tree that leads into itself ends
	from uint64
	leaf func(*btPage) bool
	gap  func(lo, hi uint64) bool
}

func (w *walk) run(r Ref, level int, lo, hi uint64) bool {
	if hi <= w.from {
		return true
	}
	if w.left--; w.left < 0 {
		return false
	}
	p, err := w.f.page(r, w.kind)
	if err == nil && level >= 0 && p.level != level {
		err = lost("page at %#x has level %d, not %d", r.IB, p.level, level)
	}
	if err != nil {
		w.f.loss(Loss{"page", r.BID, r.IB, err.Error()})
		return w.gap(lo, hi)
	}
	if p.level == 0 {
		return w.leaf(&p)
	}
	for i := range p.n {
		l, h := lo, hi
		if i > 0 {
			l = max(lo, p.key(i))
		}
		if i+1 < p.n {
			h = min(hi, p.key(i+1))
		}
		if l < h && !w.run(p.ref(i), p.level-1, l, h) {
			return false
		}
	}
	return true
}
