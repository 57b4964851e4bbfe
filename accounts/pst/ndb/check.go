package ndb

import "fmt"

// Problem is a rule of the format that a file breaks.
type Problem struct {
	Rule string // short name of the rule, "block-crc"
	At   uint64 // offset in the file, or the node's or block's id where the rule is about one
	Text string
	// Minor problems do no harm: space that is not used, a number that is only a hint.
	Minor bool
}

// Checked is what Check learned on its way.
type Checked struct {
	Nodes  []Node
	Blocks int
	Pages  int
}

// Check holds the file against every rule of this layer: header, maps, both trees, every block, data trees, subnode trees,
// and reference counts. The whole file is read. Header 2.2.2.6, pages 2.2.2.7, blocks 2.2.2.8 of [MS-PST].
func (f *File) Check(report func(Problem)) Checked {
	c := &checker{f: f, l: f.lay, report: report, blocks: map[BID]*checkedBlock{}, seen: map[uint64]bool{}}
	c.header()
	n := 0
	if f.hdr.EOF > c.l.firstMap {
		n = int((min(f.hdr.EOF, uint64(f.size)) - c.l.firstMap + c.l.mapSpan - 1) / c.l.mapSpan)
	}
	c.maps = make([][]byte, n)
	for i := range c.maps {
		c.maps[i] = make([]byte, c.mapBytes())
		for j := range c.mapPages(i) {
			c.use(c.mapAt(i)+uint64(j*c.l.page), c.l.page, "a map page")
		}
	}
	c.tree(pageBBT, f.hdr.BBT, -1, 0, noKey)
	c.tree(pageNBT, f.hdr.NBT, -1, 0, noKey)
	c.contents()
	for _, n := range c.nodes {
		c.node(n, fmt.Sprintf("node %#x", n.NID))
	}
	c.references()
	if f.lay.format != Unicode4K {
		c.allocation()
	}
	return Checked{Nodes: c.nodes, Blocks: len(c.blocks), Pages: c.pages}
}

type checker struct {
	f      *File
	l      *layout
	report func(Problem)
	blocks map[BID]*checkedBlock
	order  []BID
	nodes  []Node
	seen   map[uint64]bool // pages of trees
	maps   [][]byte        // what is in use, as the trees say
	pages  int
}

type checkedBlock struct {
	blockEntry
	found int  // references found
	read  bool // its inner tree was followed
	bad   bool
}

func (c *checker) bad(rule string, at uint64, format string, a ...any) {
	c.report(Problem{Rule: rule, At: at, Text: fmt.Sprintf(format, a...)})
}

func (c *checker) minor(rule string, at uint64, format string, a ...any) {
	c.report(Problem{Rule: rule, At: at, Text: fmt.Sprintf(format, a...), Minor: true})
}

func (c *checker) mapBytes() int {
	if c.l.format == Unicode4K {
		return 4072
	}
	return mapBytes
}

func (c *checker) mapAt(i int) uint64 { return c.l.firstMap + uint64(i)*c.l.mapSpan }

func (c *checker) mapPages(i int) []byte {
	if c.l.format == Unicode4K {
		return []byte{pageAMap}
	}
	if c.l.format == ANSI {
		p := mapPages(i)
		return p[:min(len(p), 3)]
	}
	return mapPages(i)
}

// use marks a part of the file as in use.
func (c *checker) use(ib uint64, n int, what string) {
	if ib < c.l.firstMap || ib+uint64(n) > uint64(c.f.size) {
		c.bad("range", ib, "%s at %#x is outside of the file", what, ib)
		return
	}
	i, at := int((ib-c.l.firstMap)/c.l.mapSpan), int((ib-c.l.firstMap)%c.l.mapSpan)
	for s := at / c.l.slot; s < (at+n)/c.l.slot; s++ {
		if i >= len(c.maps) || s/8 >= len(c.maps[i]) {
			c.bad("range", ib, "%s at %#x goes over the end of its map", what, ib)
			return
		}
		bit := byte(0x80) >> (s % 8)
		if c.maps[i][s/8]&bit != 0 {
			c.bad("overlap", ib, "%s at %#x lies on something else", what, ib)
			return
		}
		c.maps[i][s/8] |= bit
	}
}

func (c *checker) header() {
	h := &c.f.hdr
	b := h.raw[:]
	if h.BadCRC {
		c.bad("header-crc", 4, "a checksum of the header is wrong")
	}
	if h.Client != "SM" && h.Client != "SO" {
		c.bad("header-client", 8, "client is %q", h.Client)
	}
	if b[14] != 1 || b[15] != 1 {
		c.minor("header-platform", 14, "platform is %d, %d", b[14], b[15])
	}
	sentinel := 512
	if h.Format == ANSI {
		sentinel = 460
	}
	if b[sentinel] != 0x80 {
		c.bad("header-sentinel", uint64(sentinel), "sentinel is %#x", b[sentinel])
	}
	if h.Crypt > CryptCyclic {
		c.bad("header-crypt", uint64(sentinel+1), "encoding %d", h.Crypt)
	}
	switch {
	case h.EOF > uint64(c.f.size):
		c.bad("header-eof", 184, "the header says %d bytes, the file has %d", h.EOF, c.f.size)
	case h.EOF < uint64(c.f.size): // a writer that was stopped leaves room behind the end
		c.minor("header-eof", 184, "the header says %d bytes, the file has %d", h.EOF, c.f.size)
	}
	if h.AMapValid > 2 {
		c.bad("header-amap-valid", 248, "fAMapValid is %d", h.AMapValid)
	}
	if h.Format == Unicode {
		if n := (h.EOF - firstAMap) % amapSpan; h.EOF >= firstAMap && n != 0 {
			c.minor("header-eof", 184, "the file ends %d bytes into the space of its last map", n)
		}
		if h.LastAMap < firstAMap || (h.LastAMap-firstAMap)%amapSpan != 0 || h.LastAMap >= h.EOF || h.EOF-h.LastAMap > amapSpan {
			c.bad("header-last-amap", 192, "the last map is said to be at %#x", h.LastAMap)
		}
		if le.Uint32(b[252:]) != 0 || b[514]|b[515] != 0 {
			c.minor("header-reserved", 252, "reserved bytes are set")
		}
	}
}

// tree checks a page of a B-tree and what is below.
func (c *checker) tree(kind byte, r Ref, level int, lo, hi uint64) {
	name := map[byte]string{pageBBT: "BBT", pageNBT: "NBT"}[kind]
	if c.seen[r.IB] {
		c.bad("tree-page-twice", r.IB, "%s page at %#x is reached twice", name, r.IB)
		return
	}
	c.seen[r.IB] = true
	l := c.l
	if r.IB < l.firstMap || r.IB%512 != 0 || r.IB+uint64(l.page) > uint64(c.f.size) {
		c.bad("tree-page", r.IB, "%s page at %#x", name, r.IB)
		return
	}
	b := make([]byte, l.page)
	if _, err := c.f.r.ReadAt(b, int64(r.IB)); err != nil {
		c.bad("tree-page", r.IB, "%s page at %#x: %v", name, r.IB, err)
		return
	}
	t, ok := l.parseTrailer(b)
	if !ok || t.kind != kind {
		c.bad("tree-page", r.IB, "%s page at %#x: its type or checksum is wrong", name, r.IB)
		return
	}
	if t.bid != r.BID {
		c.bad("tree-page-id", r.IB, "%s page at %#x has id %#x, expected %#x", name, r.IB, t.bid, r.BID)
	}
	if l.format != Unicode4K && t.sig != Signature(r.IB, t.bid) {
		c.bad("tree-page-signature", r.IB, "%s page at %#x has a wrong signature", name, r.IB)
	}
	if uint64(t.bid) >= c.f.hdr.NextPage {
		c.bad("tree-page-next", r.IB, "%s page at %#x has id %#x, the next is said to be %#x", name, r.IB, t.bid, c.f.hdr.NextPage)
	}
	p, ok := l.parseBT(b, kind)
	if !ok {
		c.bad("tree-page-entries", r.IB, "%s page at %#x: its numbers of entries cannot be", name, r.IB)
		return
	}
	c.use(r.IB, l.page, name+" page")
	c.pages++
	if level >= 0 && p.level != level {
		c.bad("tree-level", r.IB, "%s page at %#x has level %d, expected %d", name, r.IB, p.level, level)
		return
	}
	if l.format != Unicode4K {
		if most := int(b[l.btData+1]); p.n > most || most != l.btData/p.each {
			c.bad("tree-max", r.IB, "%s page at %#x has %d entries of at most %d", name, r.IB, p.n, most)
		}
	}
	if p.n == 0 && level >= 0 {
		c.bad("tree-empty", r.IB, "%s page at %#x is empty", name, r.IB)
	}
	for i := range p.n {
		k := p.key(i)
		if k < lo || k >= hi {
			c.bad("tree-range", r.IB, "%s page at %#x: key %#x is not between %#x and %#x", name, r.IB, k, lo, hi)
		}
		if i > 0 && k <= p.key(i-1) {
			c.bad("tree-order", r.IB, "%s page at %#x: key %#x after %#x", name, r.IB, k, p.key(i-1))
		}
		switch {
		case p.level > 0:
			end := hi
			if i+1 < p.n {
				end = p.key(i + 1)
			}
			first, ok := c.firstKey(p.ref(i), kind)
			if ok && first != k {
				c.bad("tree-branch-key", r.IB, "%s page at %#x: key %#x leads to a page that begins with %#x", name, r.IB, k, first)
			}
			c.tree(kind, p.ref(i), p.level-1, k, end)
		case kind == pageBBT:
			x := p.block(i)
			if c.blocks[x.BID] == nil {
				c.blocks[x.BID] = &checkedBlock{blockEntry: x}
				c.order = append(c.order, x.BID)
			}
		default:
			c.nodes = append(c.nodes, p.node(i))
		}
	}
}

func (c *checker) firstKey(r Ref, kind byte) (uint64, bool) {
	p, err := c.f.page(r, kind)
	if err != nil || p.n == 0 {
		return 0, false
	}
	return p.key(0), true
}

// contents reads every block.
func (c *checker) contents() {
	l := c.l
	for _, id := range c.order {
		x := c.blocks[id]
		x.bad = true
		size := l.onDisk(x.size)
		if x.size == 0 || size > l.maxBlock {
			c.bad("block-size", uint64(id), "block %#x has %d bytes", id, x.size)
			continue
		}
		if x.IB%uint64(l.slot) != 0 || x.IB+uint64(size) > uint64(c.f.size) {
			c.bad("block-place", uint64(id), "block %#x is at %#x", id, x.IB)
			continue
		}
		if uint64(id) >= c.f.hdr.NextBlock {
			c.bad("block-next", uint64(id), "block %#x: the next id is said to be %#x", id, c.f.hdr.NextBlock)
		}
		c.use(x.IB, size, fmt.Sprintf("block %#x", id))
		data, sound, err := c.f.readEntry(x.blockEntry)
		if err != nil {
			c.bad("block-trailer", uint64(id), "block %#x at %#x: %v", id, x.IB, err)
			continue
		}
		if !sound {
			c.bad("block-crc", uint64(id), "block %#x at %#x has a wrong checksum", id, x.IB)
		}
		x.bad = false
		if l.format != Unicode4K {
			var t [16]byte
			c.f.r.ReadAt(t[:l.trailer], int64(x.IB)+int64(size-l.trailer))
			bid := BID(le.Uint64(t[8:]))
			if l.format == ANSI {
				bid = BID(le.Uint32(t[4:]))
			}
			if le.Uint16(t[2:]) != Signature(x.IB, bid) {
				c.bad("block-signature", uint64(id), "block %#x at %#x has a wrong signature", id, x.IB)
			}
		}
		if id.Internal() && (len(data) < 4 || data[0] != 1 && data[0] != 2) {
			c.bad("block-internal", uint64(id), "internal block %#x is no tree", id)
			x.bad = true
		}
	}
}

// node checks what a node or subnode leads to.
func (c *checker) node(n Node, what string) {
	if n.Data.clean() != 0 {
		c.data(n.Data, what, 3)
	}
	if n.Sub.clean() != 0 {
		c.sub(n.Sub, what, 2, 0, noKey)
	}
}

// refer counts a reference; first says that it is the first to this block.
func (c *checker) refer(b BID, what string) (x *checkedBlock, first bool) {
	x = c.blocks[b.clean()]
	if x == nil {
		c.bad("block-missing", uint64(b), "%s leads to block %#x, which is not there", what, b)
		return nil, false
	}
	x.found++
	first = !x.read
	x.read = true
	return x, first
}

// data follows a data tree and returns its bytes; full says that all of its blocks are full.
func (c *checker) data(b BID, what string, depth int) (size int64, full bool) {
	x, first := c.refer(b, what)
	if x == nil {
		return 0, false
	}
	if !b.Internal() {
		return int64(x.inflated), x.inflated == c.l.maxBlock-c.l.trailer
	}
	if x.bad || depth == 0 {
		return 0, false
	}
	raw, err := c.f.Block(b)
	if err != nil || len(raw) < 8 {
		return 0, false
	}
	if !first {
		return int64(le.Uint32(raw[4:])), true
	}
	if raw[0] != 1 || raw[1] < 1 || raw[1] > 2 {
		c.bad("data-tree", uint64(b), "block %#x of %s is no XBLOCK", b, what)
		return 0, false
	}
	n, w := int(le.Uint16(raw[2:])), c.l.word
	if 8+n*w != len(raw) {
		c.bad("data-tree", uint64(b), "XBLOCK %#x of %s has %d entries in %d bytes", b, what, n, len(raw))
	}
	total := int64(0)
	full = true
	for i := 0; i < n && 8+(i+1)*w <= len(raw); i++ {
		k := BID(c.l.readWord(raw[8+i*w:]))
		if k.Internal() != (raw[1] == 2) {
			c.bad("data-tree", uint64(b), "XBLOCK %#x of %s at level %d leads to block %#x", b, what, raw[1], k)
			continue
		}
		s, ok := c.data(k, what, depth-1)
		total += s
		if !ok && i < n-1 {
			c.bad("data-tree-full", uint64(b), "block %#x of %s is not full and not the last", k, what)
		}
		full = full && ok
	}
	if total != int64(le.Uint32(raw[4:])) {
		c.bad("data-tree-size", uint64(b), "XBLOCK %#x of %s says %d bytes, there are %d", b, what, le.Uint32(raw[4:]), total)
	}
	return total, full
}

// sub follows a subnode tree.
func (c *checker) sub(b BID, what string, depth int, lo, hi uint64) {
	x, first := c.refer(b, what)
	if x == nil || !first || x.bad || depth == 0 {
		return
	}
	if !b.Internal() {
		c.bad("subnode-tree", uint64(b), "subnode tree %#x of %s is no internal block", b, what)
		return
	}
	raw, err := c.f.Block(b)
	w := c.l.word
	head := 8
	if w == 4 {
		head = 4
	}
	if err != nil || len(raw) < head || raw[0] != 2 || raw[1] > 1 {
		c.bad("subnode-tree", uint64(b), "block %#x of %s is no subnode tree", b, what)
		return
	}
	n, each := int(le.Uint16(raw[2:])), 3*w
	if raw[1] > 0 {
		each = 2 * w
	}
	if head+n*each > len(raw) || n == 0 {
		c.bad("subnode-tree", uint64(b), "subnode tree %#x of %s has %d entries in %d bytes", b, what, n, len(raw))
		return
	}
	last := int64(-1)
	for i := range n {
		e := raw[head+i*each:]
		k := uint64(le.Uint32(e))
		if int64(k) <= last || k < lo || k >= hi {
			c.bad("subnode-order", uint64(b), "subnode tree %#x of %s: %#x after %#x", b, what, k, last)
		}
		last = int64(k)
		if raw[1] > 0 {
			end := hi
			if i+1 < n {
				end = uint64(le.Uint32(raw[head+(i+1)*each:]))
			}
			c.sub(BID(c.l.readWord(e[w:])), what, depth-1, k, end)
			continue
		}
		c.node(Node{NID: NID(k), Data: BID(c.l.readWord(e[w:])), Sub: BID(c.l.readWord(e[2*w:]))}, fmt.Sprintf("%s, subnode %#x", what, k))
	}
}
