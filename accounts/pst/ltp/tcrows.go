package ltp

import (
	"slices"

	"github.com/postrider/postrider/accounts/msox/prop"
	"github.com/postrider/postrider/accounts/pst/ndb"
)

// Set changes cells of a row; a nil value empties one. Properties without a column are left out. ok is false where there is no such row.
func (t *TCEdit) Set(id uint32, ver uint32, b prop.Bag) (ok bool, err error) {
	v, err := t.index.get(keyOf(id))
	if v == nil || err != nil {
		return false, err
	}
	r, err := t.row(int(le.Uint32(v)), true)
	if err != nil {
		return false, err
	}
	t.changed = true
	for _, c := range t.cols {
		v, ok := b.Get(c.tag)
		if c.tag == TagRowVer {
			v, ok = int32(ver), true
		}
		if !ok || c.tag == TagRowID {
			continue
		}
		if err := t.drop(r, c); err != nil {
			return true, err
		}
		if v == nil {
			clear(r[c.at : c.at+c.size])
			r[t.ends[2]+c.bit/8] &^= 0x80 >> (c.bit % 8)
			continue
		}
		if err := t.cell(r, c, v); err != nil {
			return true, err
		}
	}
	return true, nil
}

// Delete takes a row out; the last row of the matrix takes its place.
func (t *TCEdit) Delete(id uint32) (ok bool, err error) {
	v, err := t.index.get(keyOf(id))
	if v == nil || err != nil {
		return false, err
	}
	at := int(le.Uint32(v))
	r, err := t.row(at, true)
	if err != nil {
		return false, err
	}
	t.changed = true
	for _, c := range t.cols {
		if err := t.drop(r, c); err != nil {
			return true, err
		}
	}
	n := t.ends[3]
	if last := t.count - 1; at != last {
		l, err := t.row(last, false)
		if err != nil {
			return true, err
		}
		copy(r, l)
		moved := le.Uint32(r[t.idAt():])
		if err := t.index.put(le.AppendUint32(keyOf(moved), uint32(at))); err != nil {
			return true, err
		}
	}
	t.count--
	if t.data == nil {
		t.small = t.small[:t.count*n]
	} else {
		blocks := (t.count + t.per() - 1) / t.per()
		if err := t.data.Truncate(blocks); err != nil {
			return true, err
		}
		if blocks > 0 {
			p, err := t.data.Change(blocks - 1)
			if err != nil {
				return true, err
			}
			t.data.Set(blocks-1, p[:(t.count-(blocks-1)*t.per())*n])
		}
	}
	_, err = t.index.del(keyOf(id))
	return true, err
}

// idAt is where a row has its id.
func (t *TCEdit) idAt() int {
	for _, c := range t.cols {
		if c.tag == TagRowID {
			return c.at
		}
	}
	return 0
}

// Flush writes the table: the data and subnodes of its node. It takes over the references to the old ones.
func (t *TCEdit) Flush() (data, sub ndb.BID, err error) {
	if !t.changed {
		return t.heap.d.Root(), t.subsOld, nil
	}
	if err := t.index.flush(); err != nil {
		return 0, 0, err
	}
	info, err := t.heap.Touch(t.heap.root)
	if err != nil {
		return 0, 0, err
	}
	old := le.Uint32(info[14:])
	var rows uint32
	if t.data == nil {
		if t.inHeap, err = t.heap.Replace(t.inHeap, t.small); err != nil {
			return 0, 0, err
		}
		rows = uint32(t.inHeap)
	} else {
		if t.inHeap != 0 {
			if err := t.heap.Free(t.inHeap); err != nil {
				return 0, 0, err
			}
			t.inHeap = 0
		}
		id, err := t.data.Flush()
		if err != nil {
			return 0, 0, err
		}
		nid := matrixNID
		if old != 0 && !isHID(old) {
			nid = ndb.NID(old)
		}
		t.subs = slices.DeleteFunc(t.subs, func(n ndb.Node) bool { return n.NID == nid })
		if id != 0 {
			t.subs = append(t.subs, ndb.Node{NID: nid, Data: id})
			rows = uint32(nid)
		} else {
			t.data = nil
		}
	}
	// The header may have moved with what was freed before it.
	if info, err = t.heap.Touch(t.heap.root); err != nil {
		return 0, 0, err
	}
	le.PutUint32(info[14:], rows)
	if data, err = t.heap.Flush(); err != nil {
		return 0, 0, err
	}
	if err := t.w.FreeSubShallow(t.subsOld); err != nil {
		return 0, 0, err
	}
	if sub, err = t.w.PutSub(t.subs); err != nil {
		return 0, 0, err
	}
	t.subsOld, t.changed = sub, false
	return data, sub, nil
}
