package ltp

import (
	"cmp"
	"slices"

	"github.com/postrider/postrider/accounts/msox/prop"
	"github.com/postrider/postrider/accounts/pst/ndb"
)

// PCWriter builds a property context with its subnodes.
type PCWriter struct {
	w    *ndb.Writer
	heap *HeapEdit
	tree *bthEdit
	recs []record
	Subs []ndb.Node // subnodes; what the caller adds is stored with the others
	next uint32     // index of the next subnode for a value
	size int64
	err  error
}

// NewPC begins a property context.
func NewPC(w *ndb.Writer) *PCWriter {
	p := &PCWriter{w: w, heap: NewHeap(w, sigPC), next: 1}
	if p.tree, p.err = newBTH(p.heap, 2, 6); p.err == nil {
		p.err = p.heap.SetRoot(p.tree.id)
	}
	return p
}

// subNID gives out an id for a subnode that holds a value.
func (p *PCWriter) subNID() ndb.NID {
	n := ndb.MakeNID(ndb.TypeLTP, p.next)
	p.next++
	return n
}

// Set adds a property. The same id may not be set twice: the later wins.
func (p *PCWriter) Set(t prop.Tag, v prop.Value) error {
	if p.err != nil {
		return p.err
	}
	b, err := encode(t.Type(), v)
	if err != nil {
		return err
	}
	if inline(t.Type()) {
		var x [4]byte
		copy(x[:], b)
		p.put(t, le.Uint32(x[:]), int64(len(b)))
		return nil
	}
	if len(b) > MaxItem {
		data, err := p.w.Put(b)
		if err != nil {
			p.err = err
			return err
		}
		return p.SetData(t, data, int64(len(b)))
	}
	id, err := p.heap.Alloc(b)
	if err != nil {
		p.err = err
		return err
	}
	p.put(t, uint32(id), int64(len(b)))
	return nil
}

func (p *PCWriter) put(t prop.Tag, v uint32, size int64) {
	p.size += size + 8
	p.recs = append(p.recs, record{t, v})
}

// SetData adds a property whose value is stored already, as a data tree of size bytes; the reference to it is taken over.
func (p *PCWriter) SetData(t prop.Tag, data ndb.BID, size int64) error {
	if p.err != nil {
		return p.err
	}
	if data == 0 {
		p.put(t, 0, 0)
		return nil
	}
	n := p.subNID()
	p.Subs = append(p.Subs, ndb.Node{NID: n, Data: data})
	p.put(t, uint32(n), size)
	return nil
}

// SetObject adds a property of type Object that names a subnode ([MS-PST] 2.3.3.5).
func (p *PCWriter) SetObject(t prop.Tag, n ndb.Node, size int64) error {
	if p.err != nil {
		return p.err
	}
	b := le.AppendUint32(nil, uint32(n.NID))
	b = le.AppendUint32(b, uint32(min(size, 1<<31-1)))
	id, err := p.heap.Alloc(b)
	if err != nil {
		p.err = err
		return err
	}
	p.Subs = append(p.Subs, n)
	p.put(t, uint32(id), size)
	return nil
}

// Size is how many bytes the properties take until now.
func (p *PCWriter) Size() int64 { return p.size }

// Finish writes the property context: the data and subnodes of its node.
func (p *PCWriter) Finish() (data, sub ndb.BID, err error) {
	if p.err != nil {
		return 0, 0, p.err
	}
	slices.SortStableFunc(p.recs, func(a, b record) int { return cmp.Compare(a.tag.ID(), b.tag.ID()) })
	var recs []byte
	for i, r := range p.recs {
		if i+1 < len(p.recs) && p.recs[i+1].tag.ID() == r.tag.ID() {
			continue
		}
		recs = le.AppendUint16(recs, r.tag.ID())
		recs = le.AppendUint16(recs, uint16(r.tag.Type()))
		recs = le.AppendUint32(recs, r.val)
	}
	if err := p.tree.build(recs); err != nil {
		return 0, 0, err
	}
	if data, err = p.heap.Flush(); err != nil {
		return 0, 0, err
	}
	sub, err = p.w.PutSub(p.Subs)
	return data, sub, err
}

// EditPC opens a property context for changing: it is built anew from what is there, but for the properties in drop, and
// keeps its subnodes. Finish gives the new data and subnodes of the node; the old ones are freed.
func EditPC(w *ndb.Writer, id ndb.Node, drop func(prop.Tag) bool) (*PCWriter, error) {
	old, err := OpenPC(w.File, id)
	if err != nil {
		return nil, err
	}
	if old.Lost {
		return nil, ndb.ErrLost
	}
	p := NewPC(w)
	for _, n := range old.Node.Sub.Nodes() {
		p.Subs = append(p.Subs, n)
		if n.NID.Type() == ndb.TypeLTP {
			p.next = max(p.next, n.NID.Index()+1)
		}
	}
	for _, r := range old.recs {
		gone := drop(r.tag)
		if !inline(r.tag.Type()) && r.val != 0 {
			if isHID(r.val) {
				if gone {
					continue
				}
				b, err := old.heap.Item(HID(r.val))
				if err != nil {
					return nil, err
				}
				hid, err := p.heap.Alloc(b)
				if err != nil {
					return nil, err
				}
				p.put(r.tag, uint32(hid), int64(len(b)))
				continue
			}
			if gone {
				i := slices.IndexFunc(p.Subs, func(n ndb.Node) bool { return n.NID == ndb.NID(r.val) })
				if i >= 0 {
					n := p.Subs[i]
					p.Subs = slices.Delete(p.Subs, i, i+1)
					if err := w.FreeData(n.Data); err != nil {
						return nil, err
					}
					if err := w.FreeSub(n.Sub); err != nil {
						return nil, err
					}
				}
				continue
			}
		}
		if !gone {
			p.put(r.tag, r.val, 4)
		}
	}
	if err := w.FreeSubShallow(id.Sub); err != nil {
		return nil, err
	}
	return p, w.FreeData(id.Data)
}
