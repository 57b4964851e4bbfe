package ltp

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"sort"
	"time"

	"github.com/postrider/postrider/accounts/msox/prop"
	"github.com/postrider/postrider/accounts/pst/ndb"
)

func times(parts [][]byte) []time.Time { return list[time.Time](prop.Time, parts) }

// PC is a property context ([MS-PST] 2.3.3): the properties of a store, folder, message or attachment. It implements prop.Bag.
type PC struct {
	Node *Node
	heap *Heap
	recs []record // by tag
	// Lost says that a part of the list of properties could not be read.
	Lost bool
}

type record struct {
	tag prop.Tag
	val uint32 // the value itself, or an HNID
}

// OpenPC opens the property context of a node.
func OpenPC(f *ndb.File, id ndb.Node) (*PC, error) {
	n, err := OpenNode(f, id)
	if err != nil {
		return nil, err
	}
	h, err := OpenHeap(n)
	if err != nil {
		return nil, err
	}
	if h.kind != sigPC {
		return nil, fmt.Errorf("%w: node %#x holds no properties", ndb.ErrLost, id.NID)
	}
	t, err := h.bth(h.root)
	if err != nil {
		return nil, err
	}
	if t.key != 2 || t.val != 6 {
		return nil, fmt.Errorf("%w: properties of node %#x", ndb.ErrLost, id.NID)
	}
	p := &PC{Node: n, heap: h}
	err = t.each(func(k, v []byte) bool {
		p.recs = append(p.recs, record{prop.Of(le.Uint16(k), prop.Type(le.Uint16(v))), le.Uint32(v[2:])})
		return len(p.recs) < 1<<16
	})
	p.Lost = err != nil
	sort.SliceStable(p.recs, func(i, j int) bool { return p.recs[i].tag < p.recs[j].tag })
	return p, nil
}

func (p *PC) find(t prop.Tag) (record, bool) {
	i, ok := slices.BinarySearchFunc(p.recs, t, func(r record, t prop.Tag) int {
		switch {
		case r.tag < t:
			return -1
		case r.tag > t:
			return 1
		}
		return 0
	})
	if !ok {
		return record{}, false
	}
	return p.recs[i], true
}

// Has reports whether there is a property, without reading it.
func (p *PC) Has(t prop.Tag) bool { _, ok := p.find(t); return ok }

// Tags implements prop.Bag.
func (p *PC) Tags() []prop.Tag {
	out := make([]prop.Tag, len(p.recs))
	for i, r := range p.recs {
		out[i] = r.tag
	}
	return out
}

// inline reports whether a value of this type is in the record itself.
func inline(t prop.Type) bool { n := t.Size(); return n > 0 && n <= 4 }

// Get implements prop.Bag.
func (p *PC) Get(t prop.Tag) (prop.Value, bool) {
	r, ok := p.find(t)
	if !ok {
		return nil, false
	}
	if inline(t.Type()) {
		var b [4]byte
		le.PutUint32(b[:], r.val)
		return decode(t.Type(), b[:])
	}
	b, err := p.heap.Value(r.val)
	if err != nil {
		return nil, false
	}
	return decode(t.Type(), b)
}

// Size is how many bytes a property takes, -1 where it cannot be told.
func (p *PC) Size(t prop.Tag) int64 {
	r, ok := p.find(t)
	if !ok {
		return -1
	}
	if inline(t.Type()) {
		return int64(t.Type().Size())
	}
	if isHID(r.val) {
		b, err := p.heap.Item(HID(r.val))
		if err != nil {
			return -1
		}
		return int64(len(b))
	}
	d, err := p.heap.sub(r.val)
	if err != nil {
		return -1
	}
	return d.Size()
}

// Open streams a binary or string property as stored, and tells its size.
func (p *PC) Open(t prop.Tag) (io.Reader, int64, error) {
	r, ok := p.find(t)
	if !ok || inline(t.Type()) {
		return nil, 0, fmt.Errorf("%w: property %v of node %#x", ndb.ErrLost, t, p.Node.ID.NID)
	}
	if isHID(r.val) {
		b, err := p.heap.Item(HID(r.val))
		if err != nil {
			return nil, 0, err
		}
		return bytes.NewReader(b), int64(len(b)), nil
	}
	d, err := p.heap.sub(r.val)
	if err != nil {
		return nil, 0, err
	}
	return d.Reader(), d.Size(), nil
}

// Object is the subnode that an object property names ([MS-PST] 2.3.3.5): an embedded message, an OLE object.
func (p *PC) Object(t prop.Tag) (ndb.Node, bool) {
	r, ok := p.find(t)
	if !ok || t.Type() != prop.Object {
		return ndb.Node{}, false
	}
	b, err := p.heap.Value(r.val)
	if err != nil || len(b) < 4 {
		return ndb.Node{}, false
	}
	return p.Node.Sub.Node(ndb.NID(le.Uint32(b)))
}
