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
	type aged struct {
		Node
		page BID
	}
	var nodes []aged
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
						if p, ok := l.parseBT(b, k); ok && p.level == 0 {
							for i := range p.n {
								nodes = append(nodes, aged{p.node(i), t.bid})
							}
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
	slices.SortStableFunc(nodes, func(a, b aged) int {
		return cmp.Or(cmp.Compare(a.NID, b.NID), cmp.Compare(b.page, a.page))
	})
	s := &found{}
	for i, n := range nodes {
		if i == 0 || n.NID != nodes[i-1].NID {
			s.nodes = append(s.nodes, n.Node)
		}
	}
	slices.SortStableFunc(blocks, func(a, b blockEntry) int { return cmp.Compare(a.BID, b.BID) })
	s.blocks = slices.CompactFunc(blocks, func(a, b blockEntry) bool { return a.BID == b.BID })
	return s
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
