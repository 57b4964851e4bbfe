package ltp

import (
	"encoding/binary"
	"fmt"

	"github.com/postrider/postrider/accounts/pst/ndb"
)

var le = binary.LittleEndian

// HID names an item on a heap ([MS-PST] 2.3.1.1); a value that may instead be a subnode's id is an HNID (2.3.3.2).
type HID uint32

// sigs of heaps and what is on them.
const (
	sigHeap = 0xEC
	sigBTH  = 0xB5
	sigPC   = 0xBC
	sigTC   = 0x7C
)

// Limits of what is read into memory at once.
const (
	maxValue = 64 << 20  // one value of a bag
	maxTable = 512 << 20 // the row matrix of a table
	maxItems = 1 << 24   // records of a B-tree on a heap
)

// Node is a node with its data and subnodes opened: what heaps live on.
type Node struct {
	F    *ndb.File
	ID   ndb.Node
	Data *ndb.Data
	Sub  *ndb.Sub
}

// OpenNode opens a node's data and subnodes. A lost subnode tree is not an error: what is in it is missing.
func OpenNode(f *ndb.File, n ndb.Node) (*Node, error) {
	d, err := f.Data(n.Data)
	if err != nil {
		return nil, err
	}
	sub, _ := f.Subnodes(n.Sub)
	return &Node{F: f, ID: n, Data: d, Sub: sub}, nil
}

// Heap is a heap on a node.
type Heap struct {
	n    *Node
	kind byte // what it holds: sigPC, sigTC …
	root HID
	wide bool // 4K files number items with 14 bits
}

// OpenHeap opens the heap of a node.
func OpenHeap(n *Node) (*Heap, error) {
	b, err := n.Data.Block(0)
	if err != nil {
		return nil, err
	}
	if len(b) < 12 || b[2] != sigHeap {
		return nil, fmt.Errorf("%w: node %#x holds no heap", ndb.ErrLost, n.ID.NID)
	}
	return &Heap{n: n, kind: b[3], root: HID(le.Uint32(b[4:])), wide: n.F.Format() == ndb.Unicode4K}, nil
}

func (h *Heap) split(id HID) (block, index int) {
	if h.wide {
		return int(id >> 19), int(id >> 5 & 0x3FFF)
	}
	return int(id >> 16), int(id >> 5 & 0x7FF)
}

// Item is the bytes of an item on the heap; HID 0 is empty.
func (h *Heap) Item(id HID) ([]byte, error) {
	if id == 0 {
		return nil, nil
	}
	block, index := h.split(id)
	b, err := h.n.Data.Block(block)
	if err != nil {
		return nil, err
	}
	return item(b, index, id)
}

// item finds an item in a block of a heap ([MS-PST] 2.3.1.5 HNPAGEMAP).
func item(b []byte, index int, id HID) ([]byte, error) {
	if len(b) < 2 || id&31 != 0 || index < 1 {
		return nil, badItem(id)
	}
	m := int(le.Uint16(b))
	if m+4 > len(b) {
		return nil, badItem(id)
	}
	n := int(le.Uint16(b[m:]))
	if index > n || m+4+2*(n+1) > len(b) {
		return nil, badItem(id)
	}
	lo, hi := int(le.Uint16(b[m+2+2*index:])), int(le.Uint16(b[m+4+2*index:]))
	if lo > hi || hi > m {
		return nil, badItem(id)
	}
	return b[lo:hi:hi], nil
}

func badItem(id HID) error { return fmt.Errorf("%w: heap item %#x", ndb.ErrLost, uint32(id)) }

// isHID reports whether an HNID names an item of the heap, not a subnode.
func isHID(v uint32) bool { return v&31 == 0 }

// Value is the bytes an HNID stands for.
func (h *Heap) Value(v uint32) ([]byte, error) {
	if isHID(v) {
		return h.Item(HID(v))
	}
	d, err := h.sub(v)
	if err != nil {
		return nil, err
	}
	return d.Bytes(maxValue)
}

// sub opens the data of the subnode an HNID stands for.
func (h *Heap) sub(v uint32) (*ndb.Data, error) {
	s, ok := h.n.Sub.Node(ndb.NID(v))
	if !ok {
		return nil, fmt.Errorf("%w: subnode %#x of node %#x", ndb.ErrLost, v, h.n.ID.NID)
	}
	return h.n.F.Data(s.Data)
}

// bth is a B-tree on a heap ([MS-PST] 2.3.2).
type bth struct {
	h        *Heap
	key, val int
	levels   int
	root     HID
}

func (h *Heap) bth(id HID) (*bth, error) {
	b, err := h.Item(id)
	if err != nil {
		return nil, err
	}
	if len(b) < 8 || b[0] != sigBTH {
		return nil, fmt.Errorf("%w: no B-tree at heap item %#x", ndb.ErrLost, uint32(id))
	}
	t := &bth{h: h, key: int(b[1]), val: int(b[2]), levels: int(b[3]), root: HID(le.Uint32(b[4:]))}
	if t.key < 1 || t.key > 16 || t.val < 1 || t.val > 32 || t.levels > 8 {
		return nil, fmt.Errorf("%w: B-tree at heap item %#x", ndb.ErrLost, uint32(id))
	}
	return t, nil
}

// each calls f for every record in the order of the keys. Leaves that are lost are left out, and the last error returned.
func (t *bth) each(f func(key, val []byte) bool) error {
	// A node of the tree is on the heap once: there cannot be more records than the heap has room for.
	left := int(min(maxItems, t.h.n.Data.Size()/int64(t.key+t.val)+1))
	_, err := t.walk(t.root, t.levels, &left, f)
	return err
}

func (t *bth) walk(id HID, level int, left *int, f func(key, val []byte) bool) (on bool, err error) {
	if id == 0 {
		return true, nil
	}
	b, err := t.h.Item(id)
	if err != nil {
		return true, err
	}
	each := t.key + t.val
	if level > 0 {
		each = t.key + 4
	}
	for ; len(b) >= each; b = b[each:] {
		if *left--; *left < 0 {
			return false, fmt.Errorf("%w: B-tree without end", ndb.ErrLost)
		}
		if level == 0 {
			if !f(b[:t.key], b[t.key:each]) {
				return false, err
			}
			continue
		}
		on, e := t.walk(HID(le.Uint32(b[t.key:])), level-1, left, f)
		if e != nil {
			err = e
		}
		if !on {
			return false, err
		}
	}
	return true, err
}
