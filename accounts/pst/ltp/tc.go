package ltp

import (
	"fmt"
	"slices"
	"sort"

	"github.com/postrider/postrider/accounts/msox/prop"
	"github.com/postrider/postrider/accounts/pst/ndb"
)

// TC is a table context ([MS-PST] 2.3.4): the children of a folder, the messages of a folder, recipients, attachments.
type TC struct {
	heap  *Heap
	cols  []column // by tag
	ends  [4]int   // TCI_4b, TCI_2b, TCI_1b, TCI_bm: where the parts of a row end
	rowsN uint32   // HNID of the row matrix
	rows  []row    // in the order of the matrix
	data  *ndb.Data
	inln  []byte // the matrix, when it is on the heap
	per   int    // rows in a block of the matrix
	// Lost says that a part of the list of rows could not be read.
	Lost bool
}

type column struct {
	tag  prop.Tag
	at   int
	size int
	bit  int
}

type row struct {
	id uint32
	at uint32 // its number in the matrix
}

// OpenTC opens the table context of a node.
func OpenTC(f *ndb.File, id ndb.Node) (*TC, error) {
	n, err := OpenNode(f, id)
	if err != nil {
		return nil, err
	}
	h, err := OpenHeap(n)
	if err != nil {
		return nil, err
	}
	if h.kind != sigTC {
		return nil, fmt.Errorf("%w: node %#x holds no table", ndb.ErrLost, id.NID)
	}
	b, err := h.Item(h.root)
	if err != nil {
		return nil, err
	}
	t := &TC{heap: h}
	index, err := t.info(b)
	if err != nil {
		return nil, fmt.Errorf("%w in node %#x", err, id.NID)
	}
	if t.rowsN != 0 {
		if isHID(t.rowsN) {
			t.inln, err = h.Item(HID(t.rowsN))
		} else if t.data, err = h.sub(t.rowsN); err == nil && t.ends[3] > 0 {
			t.per = f.Format().MaxBlock() / t.ends[3]
		}
		if err != nil {
			return nil, err
		}
	}
	x, err := h.bth(index)
	if err != nil {
		return nil, err
	}
	if x.key != 4 || x.val != 2 && x.val != 4 {
		return nil, fmt.Errorf("%w: rows of node %#x", ndb.ErrLost, id.NID)
	}
	err = x.each(func(k, v []byte) bool {
		r := row{id: le.Uint32(k)}
		if x.val == 2 {
			r.at = uint32(le.Uint16(v))
		} else {
			r.at = le.Uint32(v)
		}
		t.rows = append(t.rows, r)
		return true
	})
	t.Lost = err != nil
	sort.SliceStable(t.rows, func(i, j int) bool { return t.rows[i].at < t.rows[j].at })
	return t, nil
}

// info reads TCINFO and the columns ([MS-PST] 2.3.4.1, 2.3.4.2).
func (t *TC) info(b []byte) (index HID, err error) {
	if len(b) < 22 || b[0] != sigTC {
		return 0, fmt.Errorf("%w: table header", ndb.ErrLost)
	}
	n := int(b[1])
	for i := range t.ends {
		t.ends[i] = int(le.Uint16(b[2+2*i:]))
	}
	index, t.rowsN = HID(le.Uint32(b[10:])), le.Uint32(b[14:])
	if len(b) < 22+8*n || t.ends[2] > t.ends[3] || t.ends[3]-t.ends[2] > 64 {
		return 0, fmt.Errorf("%w: table columns", ndb.ErrLost)
	}
	for i := range n {
		c := b[22+8*i:]
		x := column{tag: prop.Of(le.Uint16(c[2:]), prop.Type(le.Uint16(c))), at: int(le.Uint16(c[4:])), size: int(c[6]), bit: int(c[7])}
		if x.at+x.size > t.ends[2] || x.bit/8 >= t.ends[3]-t.ends[2] {
			continue
		}
		t.cols = append(t.cols, x)
	}
	slices.SortFunc(t.cols, func(a, b column) int {
		if a.tag < b.tag {
			return -1
		}
		return 1
	})
	return index, nil
}

// Len is the number of rows.
func (t *TC) Len() int { return len(t.rows) }

// Columns are the tags of the columns, in their order.
func (t *TC) Columns() []prop.Tag {
	out := make([]prop.Tag, len(t.cols))
	for i, c := range t.cols {
		out[i] = c.tag
	}
	return out
}

// Row is a row of a table. It implements prop.Bag.
type Row struct {
	t  *TC
	b  []byte
	ID uint32 // PidTagLtpRowId: in folders' tables the id of the node, elsewhere a number
}

// Row is the row at a place. When the matrix is damaged there the row has its ID and no properties.
func (t *TC) Row(i int) Row {
	r := t.rows[i]
	return Row{t: t, ID: r.id, b: t.bytes(r.at)}
}

// bytes is a row in the matrix, nil where it is lost.
func (t *TC) bytes(at uint32) []byte {
	n := t.ends[3]
	if n == 0 {
		return nil
	}
	if t.data == nil {
		if lo := int64(at) * int64(n); lo+int64(n) <= int64(len(t.inln)) {
			return t.inln[lo:][:n]
		}
		return nil
	}
	if t.per == 0 {
		return nil
	}
	b, err := t.data.Block(int(at) / t.per)
	if lo := int(at) % t.per * n; err == nil && lo+n <= len(b) {
		return b[lo : lo+n]
	}
	return nil
}

// Tags implements prop.Bag.
func (r Row) Tags() (out []prop.Tag) {
	if r.b == nil {
		return nil
	}
	for _, c := range r.t.cols {
		if r.has(c) {
			out = append(out, c.tag)
		}
	}
	return out
}

func (r Row) has(c column) bool {
	return r.b[r.t.ends[2]+c.bit/8]&(0x80>>(c.bit%8)) != 0
}

// Get implements prop.Bag.
func (r Row) Get(tag prop.Tag) (prop.Value, bool) {
	if r.b == nil {
		return nil, false
	}
	i, ok := slices.BinarySearchFunc(r.t.cols, tag, func(c column, t prop.Tag) int {
		switch {
		case c.tag < t:
			return -1
		case c.tag > t:
			return 1
		}
		return 0
	})
	if !ok || !r.has(r.t.cols[i]) {
		return nil, false
	}
	c := r.t.cols[i]
	b := r.b[c.at : c.at+c.size]
	if n := tag.Type().Size(); n > 0 && n <= 8 {
		return decode(tag.Type(), b)
	}
	if c.size != 4 {
		return nil, false
	}
	b, err := r.t.heap.Value(le.Uint32(b))
	if err != nil {
		return nil, false
	}
	return decode(tag.Type(), b)
}

// Describe is the layout of the table's rows, for reports: tag, offset, size and bit of each column.
func (t *TC) Describe() string {
	s := fmt.Sprintf("%d", t.ends)
	for _, c := range t.cols {
		s += fmt.Sprintf(" %v@%d+%d/%d", c.tag, c.at, c.size, c.bit)
	}
	return s
}
