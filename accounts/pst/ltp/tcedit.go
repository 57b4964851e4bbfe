package ltp

import (
	"fmt"
	"slices"

	"github.com/postrider/postrider/accounts/msox/prop"
	"github.com/postrider/postrider/accounts/pst/ndb"
)

// The columns that every table has ([MS-PST] 2.3.4.4.1).
const (
	TagRowID  prop.Tag = 0x67F20003
	TagRowVer prop.Tag = 0x67F30003
)

// TCEdit builds or changes a table context. Only the blocks that new, changed and deleted rows touch are written again.
type TCEdit struct {
	w     *ndb.Writer
	heap  *HeapEdit
	index *bthEdit
	cols  []column
	ends  [4]int
	count int // rows
	// the row matrix: on the heap while it is small, else in a subnode
	inHeap  HID
	small   []byte
	data    *ndb.DataEdit
	subs    []ndb.Node
	subsOld ndb.BID
	changed bool
}

// matrixNID is the subnode that holds the row matrix of tables made here.
const matrixNID = ndb.NID(1<<5 | ndb.TypeLTP)

// NewTC begins a table with columns. Their order in the rows is that of the list, the widest first; the row's id and version
// come first of all.
func NewTC(w *ndb.Writer, cols []prop.Tag) (*TCEdit, error) {
	t := &TCEdit{w: w, heap: NewHeap(w, sigTC), changed: true}
	all := []prop.Tag{TagRowID, TagRowVer}
	for _, c := range cols {
		if !slices.Contains(all, c) {
			all = append(all, c)
		}
	}
	if len(all) > 255 {
		return nil, ndb.ErrTooLarge
	}
	at := 0
	for part, sizes := range [][]int{{8, 4}, {2}, {1}} {
		for i, c := range all {
			if n := cellSize(c.Type()); slices.Contains(sizes, n) {
				t.cols = append(t.cols, column{tag: c, at: at, size: n, bit: i})
				at += n
			}
		}
		t.ends[part] = at
	}
	t.ends[3] = at + (len(all)+7)/8
	sortCols(t.cols)
	info := make([]byte, 22+8*len(t.cols))
	root, err := t.heap.Alloc(info)
	if err != nil {
		return nil, err
	}
	if t.index, err = newBTH(t.heap, 4, 4); err != nil {
		return nil, err
	}
	b, err := t.heap.Touch(root)
	if err != nil {
		return nil, err
	}
	b[0], b[1] = sigTC, byte(len(t.cols))
	for i, e := range t.ends {
		le.PutUint16(b[2+2*i:], uint16(e))
	}
	le.PutUint32(b[10:], uint32(t.index.id))
	for i, c := range t.cols {
		d := b[22+8*i:]
		le.PutUint16(d, uint16(c.tag.Type()))
		le.PutUint16(d[2:], c.tag.ID())
		le.PutUint16(d[4:], uint16(c.at))
		d[6], d[7] = byte(c.size), byte(c.bit)
	}
	return t, t.heap.SetRoot(root)
}

func sortCols(cols []column) {
	slices.SortFunc(cols, func(a, b column) int {
		if a.tag < b.tag {
			return -1
		}
		return 1
	})
}

// cellSize is how many bytes a value of a type takes in a row.
func cellSize(t prop.Type) int {
	if n := t.Size(); n > 0 && n <= 8 {
		return n
	}
	return 4
}

// EditTC opens the table of a node for changing.
func EditTC(w *ndb.Writer, id ndb.Node) (*TCEdit, error) {
	h, err := EditHeap(w, id.Data)
	if err != nil {
		return nil, err
	}
	t := &TCEdit{w: w, heap: h, subsOld: id.Sub}
	b, err := h.Item(h.root)
	if err != nil {
		return nil, err
	}
	if h.kind != sigTC {
		return nil, fmt.Errorf("%w: node %#x holds no table", ndb.ErrLost, id.NID)
	}
	var info TC
	index, err := info.info(b)
	if err != nil {
		return nil, err
	}
	if len(info.cols) != int(b[1]) {
		return nil, fmt.Errorf("%w: table columns of node %#x", ndb.ErrLost, id.NID)
	}
	t.cols, t.ends = info.cols, info.ends
	ids := 0
	for _, c := range t.cols {
		if c.size != cellSize(c.tag.Type()) {
			return nil, fmt.Errorf("%w: table columns of node %#x", ndb.ErrLost, id.NID)
		}
		if c.tag == TagRowID {
			ids++
		}
	}
	if ids != 1 || t.ends[3] > MaxItem {
		return nil, fmt.Errorf("%w: table columns of node %#x", ndb.ErrLost, id.NID)
	}
	if t.index, err = editBTH(h, index); err != nil {
		return nil, err
	}
	if t.index.key != 4 || t.index.val != 4 {
		return nil, fmt.Errorf("%w: rows of node %#x", ndb.ErrLost, id.NID)
	}
	sub, err := w.Subnodes(id.Sub)
	if err != nil {
		return nil, err
	}
	t.subs = append(t.subs, sub.Nodes()...)
	n := t.ends[3]
	switch {
	case info.rowsN == 0:
	case isHID(info.rowsN):
		t.inHeap = HID(info.rowsN)
		m, err := h.Item(t.inHeap)
		if err != nil {
			return nil, err
		}
		t.small = slices.Clone(m)
		t.count = len(m) / n
	default:
		s, ok := sub.Node(ndb.NID(info.rowsN))
		if !ok {
			return nil, fmt.Errorf("%w: rows of node %#x", ndb.ErrLost, id.NID)
		}
		if t.data, err = w.EditData(s.Data); err != nil {
			return nil, err
		}
		if k := t.data.Len(); k > 0 {
			last, err := t.data.Block(k - 1)
			if err != nil {
				return nil, err
			}
			t.count = (k-1)*t.per() + len(last)/n
		}
	}
	return t, nil
}

func (t *TCEdit) per() int { return blockMax / t.ends[3] }

// Len is the number of rows of the matrix.
func (t *TCEdit) Len() int { return t.count }

// Columns are the tags of the columns, in their order.
func (t *TCEdit) Columns() []prop.Tag {
	out := make([]prop.Tag, len(t.cols))
	for i, c := range t.cols {
		out[i] = c.tag
	}
	return out
}

func keyOf(id uint32) []byte { return le.AppendUint32(nil, id) }

// Has reports whether there is a row.
func (t *TCEdit) Has(id uint32) (bool, error) {
	v, err := t.index.get(keyOf(id))
	return v != nil, err
}

// row is a row of the matrix to be read, or to be changed in place.
func (t *TCEdit) row(at int, change bool) ([]byte, error) {
	n := t.ends[3]
	if t.data == nil {
		if (at+1)*n > len(t.small) {
			return nil, fmt.Errorf("%w: row %d", ndb.ErrLost, at)
		}
		return t.small[at*n : (at+1)*n], nil
	}
	i, lo := at/t.per(), at%t.per()*n
	var b []byte
	var err error
	if change {
		b, err = t.data.Change(i)
	} else {
		b, err = t.data.Block(i)
	}
	if err != nil {
		return nil, err
	}
	if lo+n > len(b) {
		return nil, fmt.Errorf("%w: row %d", ndb.ErrLost, at)
	}
	return b[lo : lo+n], nil
}

// Add adds a row. Properties without a column are left out; values longer than the heap takes become subnodes.
func (t *TCEdit) Add(id uint32, ver uint32, b prop.Bag) error {
	if ok, err := t.Has(id); err != nil || ok {
		if ok {
			err = fmt.Errorf("row %#x is there already", id)
		}
		return err
	}
	n := t.ends[3]
	r := make([]byte, n)
	for _, c := range t.cols {
		var v prop.Value
		switch c.tag {
		case TagRowID:
			v = int32(id)
		case TagRowVer:
			v = int32(ver)
		default:
			var ok bool
			if v, ok = b.Get(c.tag); !ok {
				continue
			}
		}
		if err := t.cell(r, c, v); err != nil {
			return err
		}
	}
	at := t.count
	if t.data == nil && len(t.small)+n > MaxItem {
		if err := t.spill(); err != nil {
			return err
		}
	}
	if t.data == nil {
		t.small = append(t.small, r...)
	} else {
		i, lo := at/t.per(), at%t.per()*n
		if i == t.data.Len() {
			if i > 0 {
				// The block before is full now: only the last may be short.
				p, err := t.data.Change(i - 1)
				if err != nil {
					return err
				}
				t.data.Set(i-1, append(p, make([]byte, blockMax-len(p))...))
			}
			t.data.Set(i, append(make([]byte, 0, blockMax), r...))
		} else {
			p, err := t.data.Change(i)
			if err != nil {
				return err
			}
			t.data.Set(i, append(p[:min(lo, len(p))], r...))
		}
	}
	t.count++
	t.changed = true
	return t.index.put(le.AppendUint32(keyOf(id), uint32(at)))
}

// spill moves the matrix from the heap into a subnode.
func (t *TCEdit) spill() error {
	d, err := t.w.EditData(0)
	if err != nil {
		return err
	}
	n, per := t.ends[3], t.per()
	for i := 0; i*per < t.count; i++ {
		part := t.small[i*per*n : min((i+1)*per, t.count)*n]
		b := append(make([]byte, 0, blockMax), part...)
		if (i+1)*per < t.count {
			b = b[:blockMax]
		}
		d.Set(i, b)
	}
	t.data, t.small = d, nil
	return nil
}

// cell puts a value into a row.
func (t *TCEdit) cell(r []byte, c column, v prop.Value) error {
	b, err := encode(c.tag.Type(), v)
	if err != nil {
		return err
	}
	out := r[c.at : c.at+c.size]
	r[t.ends[2]+c.bit/8] |= 0x80 >> (c.bit % 8)
	if k := c.tag.Type().Size(); k > 0 && k <= 8 {
		copy(out, b)
		return nil
	}
	if len(b) <= MaxItem {
		id, err := t.heap.Alloc(b)
		le.PutUint32(out, uint32(id))
		return err
	}
	data, err := t.w.Put(b)
	if err != nil {
		return err
	}
	x := uint32(2)
	for _, s := range t.subs {
		if s.NID.Type() == ndb.TypeLTP {
			x = max(x, s.NID.Index()+1)
		}
	}
	nid := ndb.MakeNID(ndb.TypeLTP, x)
	t.subs = append(t.subs, ndb.Node{NID: nid, Data: data})
	le.PutUint32(out, uint32(nid))
	return nil
}

// drop frees what a cell names.
func (t *TCEdit) drop(r []byte, c column) error {
	if k := c.tag.Type().Size(); k > 0 && k <= 8 || r[t.ends[2]+c.bit/8]&(0x80>>(c.bit%8)) == 0 {
		return nil
	}
	v := le.Uint32(r[c.at:])
	if v == 0 {
		return nil
	}
	if isHID(v) {
		return t.heap.Free(HID(v))
	}
	i := slices.IndexFunc(t.subs, func(n ndb.Node) bool { return n.NID == ndb.NID(v) })
	if i < 0 {
		return nil
	}
	n := t.subs[i]
	t.subs = slices.Delete(t.subs, i, i+1)
	if err := t.w.FreeData(n.Data); err != nil {
		return err
	}
	return t.w.FreeSub(n.Sub)
}
