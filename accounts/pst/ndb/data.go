package ndb

import (
	"io"
	"sort"
)

// Data is the data of a node: one block, or a data tree of up to two levels over many ([MS-PST] 2.2.2.8.3.2).
type Data struct {
	f      *File
	blocks []BID
	size   int64
}

// maxTree bounds a data tree: 4 GiB in the smallest blocks that make sense.
const maxTree = 1 << 21

// Data opens the data of a node. A BID of 0 is empty data.
func (f *File) Data(b BID) (*Data, error) {
	d := &Data{f: f}
	if b.clean() == 0 {
		return d, nil
	}
	if !b.Internal() {
		d.blocks = []BID{b}
		x, err := f.entry(b)
		if err != nil {
			f.loss(Loss{"block", b, 0, err.Error()})
			return nil, err
		}
		d.size = int64(x.inflated)
		return d, nil
	}
	if err := d.tree(b, 3); err != nil {
		return nil, err
	}
	return d, nil
}

// tree reads an XBLOCK or XXBLOCK.
func (d *Data) tree(b BID, depth int) error {
	raw, err := d.f.Block(b)
	if err != nil {
		return err
	}
	w := d.f.lay.word
	if len(raw) < 8 || raw[0] != 1 || depth == 0 {
		return lost("block %#x is no data tree", b)
	}
	n := int(le.Uint16(raw[2:]))
	// A block belongs to a tree once: there cannot be more than the file has room for.
	if 8+n*w > len(raw) || len(d.blocks)+n > maxTree || int64(len(d.blocks)+n) > d.f.size/int64(d.f.lay.slot) {
		return lost("block %#x has %d entries", b, n)
	}
	if depth == 3 {
		d.size = int64(le.Uint32(raw[4:]))
	}
	for i := range n {
		x := BID(d.f.lay.readWord(raw[8+i*w:]))
		if !x.Internal() {
			d.blocks = append(d.blocks, x)
			continue
		}
		if err := d.tree(x, depth-1); err != nil {
			return err
		}
	}
	return nil
}

// Size is how many bytes the file says there are.
func (d *Data) Size() int64 { return d.size }

// Blocks is the number of blocks.
func (d *Data) Blocks() int { return len(d.blocks) }

// Block is one of them.
func (d *Data) Block(i int) ([]byte, error) {
	if i < 0 || i >= len(d.blocks) {
		return nil, lost("block %d of %d", i, len(d.blocks))
	}
	return d.f.Block(d.blocks[i])
}

// Bytes is all of it, when it is not more than max bytes.
func (d *Data) Bytes(max int64) ([]byte, error) {
	if len(d.blocks) == 1 {
		b, err := d.Block(0)
		if err == nil && int64(len(b)) > max {
			err = lost("%d bytes are too many", len(b))
		}
		return b, err
	}
	if d.size > max {
		return nil, lost("%d bytes are too many", d.size)
	}
	out := make([]byte, 0, min(d.size, int64(len(d.blocks))*int64(d.f.lay.maxBlock)))
	for i := range d.blocks {
		b, err := d.Block(i)
		if err != nil {
			return nil, err
		}
		if int64(len(out)+len(b)) > max {
			return nil, lost("too many bytes")
		}
		out = append(out, b...)
	}
	return out, nil
}

// Reader reads it from its begin; a block that is lost ends it with an error. Blocks do not go through the cache.
func (d *Data) Reader() io.Reader { return &dataReader{d: d} }

type dataReader struct {
	d    *Data
	next int
	rest []byte
}

func (r *dataReader) Read(p []byte) (int, error) {
	for len(r.rest) == 0 {
		if r.next >= len(r.d.blocks) {
			return 0, io.EOF
		}
		b, err := r.d.f.stream(r.d.blocks[r.next])
		if err != nil {
			return 0, err
		}
		r.rest = b
		r.next++
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// WriteTo implements io.WriterTo.
func (r *dataReader) WriteTo(w io.Writer) (total int64, err error) {
	for {
		if len(r.rest) > 0 {
			n, err := w.Write(r.rest)
			total += int64(n)
			r.rest = r.rest[n:]
			if err != nil {
				return total, err
			}
		}
		if r.next >= len(r.d.blocks) {
			return total, nil
		}
		if r.rest, err = r.d.f.stream(r.d.blocks[r.next]); err != nil {
			return total, err
		}
		r.next++
	}
}

// stream reads a block that is likely read once only.
func (f *File) stream(b BID) ([]byte, error) {
	if data, ok := f.blocks.get(uint64(b.clean())); ok {
		return data, nil
	}
	return f.readBlock(b.clean())
}

// Sub is the subnode tree of a node ([MS-PST] 2.2.2.8.3.3).
type Sub struct {
	f *File
	// nodes in the order of their ids
	nodes []Node
}

// maxSubnodes bounds a subnode tree: one SIBLOCK full of full SLBLOCKs.
const maxSubnodes = 1 << 20

// Subnodes opens a subnode tree. A BID of 0 has none. What is lost of it is told to OnLoss, the rest is there.
func (f *File) Subnodes(b BID) (*Sub, error) {
	s := &Sub{f: f}
	if b.clean() == 0 {
		return s, nil
	}
	if err := s.read(b, 2); err != nil {
		return s, err
	}
	for i := 1; i < len(s.nodes); i++ {
		if s.nodes[i-1].NID > s.nodes[i].NID {
			sort.SliceStable(s.nodes, func(i, j int) bool { return s.nodes[i].NID < s.nodes[j].NID })
			break
		}
	}
	return s, nil
}

func (s *Sub) read(b BID, depth int) error {
	raw, err := s.f.Block(b)
	if err != nil {
		return err
	}
	w := s.f.lay.word
	head := 8
	if w == 4 {
		head = 4
	}
	if len(raw) < head || raw[0] != 2 || depth == 0 {
		err := lost("block %#x is no subnode tree", b)
		s.f.loss(Loss{"block", b, 0, err.Error()})
		return err
	}
	level, n := raw[1], int(le.Uint16(raw[2:]))
	each := 3 * w
	if level > 0 {
		each = 2 * w
	}
	if head+n*each > len(raw) || len(s.nodes)+n > maxSubnodes {
		err := lost("block %#x has %d entries", b, n)
		s.f.loss(Loss{"block", b, 0, err.Error()})
		return err
	}
	for i := range n {
		e := raw[head+i*each:]
		if level > 0 {
			if e := s.read(BID(s.f.lay.readWord(e[w:])), depth-1); e != nil {
				err = e
			}
			continue
		}
		s.nodes = append(s.nodes, Node{NID: NID(le.Uint32(e)), Data: BID(s.f.lay.readWord(e[w:])), Sub: BID(s.f.lay.readWord(e[2*w:]))})
	}
	return err
}

// Node finds a subnode.
func (s *Sub) Node(n NID) (Node, bool) {
	if s == nil {
		return Node{}, false
	}
	i := sort.Search(len(s.nodes), func(i int) bool { return s.nodes[i].NID >= n })
	if i < len(s.nodes) && s.nodes[i].NID == n {
		return s.nodes[i], true
	}
	return Node{}, false
}

// Nodes are all subnodes in the order of their ids.
func (s *Sub) Nodes() []Node {
	if s == nil {
		return nil
	}
	return s.nodes
}
