package ndb

import (
	"cmp"
	"io"
	"slices"
	"sort"
)

// found is what a scan of the whole file found, sorted by id.
type found struct {
	nodes  []Node
	blocks []blockEntry
}

func (s *found) node(n NID) (Node, bool) {
	i := sort.Search(len(s.nodes), func(i int) bool { return s.nodes[i].NID >= n })
	if i < len(s.nodes) && s.nodes[i].NID == n {
		return s.nodes[i], true
	}
	return Node{}, false
}

func (s *found) nodesIn(lo, hi uint64) []Node {
	i := sort.Search(len(s.nodes), func(i int) bool { return uint64(s.nodes[i].NID) >= lo })
	j := sort.Search(len(s.nodes), func(i int) bool { return uint64(s.nodes[i].NID) >= hi })
	return s.nodes[i:max(i, j)]
}

func (s *found) block(b BID) (blockEntry, bool) {
	i := sort.Search(len(s.blocks), func(i int) bool { return s.blocks[i].BID >= b })
	if i < len(s.blocks) && s.blocks[i].BID == b {
		return s.blocks[i], true
	}
	return blockEntry{}, false
}

// search scans the file, the first time it is asked.
func (f *File) search() *found {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.found == nil {
		f.found = f.scan()
	}
	return f.found
}

// scan reads the file from its begin to its end for leaf pages of the node tree and for blocks. What is found twice is
// taken from the copy written last: ids of pages grow, and of a block all copies are the same.
func (f *File) scan() *found {
	l := f.lay
	var pages []leafPage
	var blocks []blockEntry
	// A window over the file that always holds the longest block before the place that is looked at.
	const chunk = 1 << 20
	buf := make([]byte, 0, chunk+l.maxBlock)
	base := int64(0)
	for at := int64(0); at < f.size; {
		if over := len(buf) - l.maxBlock; over > 0 {
			buf = append(buf[:0], buf[over:]...)
			base += int64(over)
		}
		n := len(buf)
		buf = buf[:n+int(min(chunk, f.size-at))]
		got, err := f.r.ReadAt(buf[n:], at)
		if err != nil && err != io.EOF {
			clear(buf[n+got:])
		}
		end := at + int64(len(buf)-n)
		step := int64(l.slot)
		for e := (at/step + 1) * step; e <= end; e += step { // e: where a page or block may end
			if e%512 == 0 && e-base >= int64(l.page) {
				b := buf[e-base-int64(l.page) : e-base]
				if k := b[l.pageData]; k == pageNBT && b[l.pageData+1] == k {
					if t, ok := l.parseTrailer(b); ok {
						if p, ok := l.parseBT(b, k); ok && p.level == 0 && p.n > 0 {
							x := leafPage{bid: t.bid, nodes: make([]Node, p.n)}
							for i := range p.n {
								x.nodes[i] = p.node(i)
							}
							pages = append(pages, x)
						}
						continue
					}
				}
			}
			if x, ok := l.blockBefore(buf, base, e); ok {
				blocks = append(blocks, x)
			}
		}
		at = end
	}
	s := &found{nodes: newest(pages)}
	slices.SortStableFunc(blocks, func(a, b blockEntry) int { return cmp.Compare(a.BID, b.BID) })
	s.blocks = slices.CompactFunc(blocks, func(a, b blockEntry) bool { return a.BID == b.BID })
	return s
}

// leafPage is a leaf page of the node tree that was found somewhere.
type leafPage struct {
	bid   BID
	nodes []Node
}

// newest takes from copies of leaf pages what is newest: an entry of an older page counts only where no newer page speaks of its
// key. So what was deleted is not found again, unless it stood at the edge of its page.
func newest(pages []leafPage) (out []Node) {
	slices.SortStableFunc(pages, func(a, b leafPage) int { return cmp.Compare(b.bid, a.bid) })
	type span struct{ lo, hi NID }
	var told []span // disjoint, in order
	for _, p := range pages {
		lo, hi := p.nodes[0].NID, p.nodes[len(p.nodes)-1].NID
		i := sort.Search(len(told), func(i int) bool { return told[i].hi >= lo })
		j := i
		for ; j < len(told) && told[j].lo <= hi; j++ {
		}
		for _, n := range p.nodes {
			if n.NID >= lo && n.NID <= hi && !slices.ContainsFunc(told[i:j], func(s span) bool { return n.NID >= s.lo && n.NID <= s.hi }) {
				out = append(out, n)
			}
		}
		if i < j {
			lo, hi = min(lo, told[i].lo), max(hi, told[j-1].hi)
		}
		told = slices.Replace(told, i, j, span{lo, hi})
	}
	slices.SortStableFunc(out, func(a, b Node) int { return cmp.Compare(a.NID, b.NID) })
	return slices.CompactFunc(out, func(a, b Node) bool { return a.NID == b.NID })
}

// blockBefore is the block that ends at offset e of the file, if one does; buf holds the file from base on.
func (l *layout) blockBefore(buf []byte, base, e int64) (x blockEntry, ok bool) {
	if e-base < int64(l.trailer) {
		return x, false
	}
	t := buf[e-base-int64(l.trailer) : e-base]
	size, sig := int(le.Uint16(t)), le.Uint16(t[2:])
	if size == 0 || size > l.maxBlock-l.trailer {
		return x, false
	}
	var bid BID
	var crc uint32
	if l.format == ANSI {
		bid, crc = BID(le.Uint32(t[4:])), le.Uint32(t[8:])
	} else {
		crc, bid = le.Uint32(t[4:]), BID(le.Uint64(t[8:]))
	}
	ib := e - int64(l.onDisk(size))
	if bid == 0 || ib < base || l.format != Unicode4K && sig != Signature(uint64(ib), bid) {
		return x, false
	}
	if CRC(buf[ib-base:ib-base+int64(size)]) != crc {
		return x, false
	}
	x = blockEntry{Ref: Ref{bid.clean(), uint64(ib)}, size: size, inflated: size, refs: 1}
	if l.format == Unicode4K {
		if n := int(le.Uint16(t[18:])); n > size {
			x.inflated = n
		}
	}
	return x, true
}
