package ltp

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/postrider/postrider/accounts/pst/ndb"
)

// bthEdit builds or changes a B-tree on a heap ([MS-PST] 2.3.2). Keys are compared as little-endian numbers.
type bthEdit struct {
	h        *HeapEdit
	id       HID // its header
	key, val int
	root     *bnode
	changed  bool
}

type bnode struct {
	level int
	hid   HID
	e     []byte   // records
	kids  []*bnode // of a branch: those in memory
	dirty bool
}

// newBTH begins a tree; its header is the heap's next item.
func newBTH(h *HeapEdit, key, val int) (*bthEdit, error) {
	b := []byte{sigBTH, byte(key), byte(val), 0, 0, 0, 0, 0}
	id, err := h.Alloc(b)
	return &bthEdit{h: h, id: id, key: key, val: val, root: &bnode{}}, err
}

func editBTH(h *HeapEdit, id HID) (*bthEdit, error) {
	b, err := h.Item(id)
	if err != nil {
		return nil, err
	}
	if len(b) < 8 || b[0] != sigBTH || b[1] < 1 || b[1] > 16 || b[2] < 1 || b[2] > 32 || b[3] > 8 {
		return nil, fmt.Errorf("%w: B-tree at heap item %#x", ndb.ErrLost, uint32(id))
	}
	t := &bthEdit{h: h, id: id, key: int(b[1]), val: int(b[2])}
	t.root, err = t.load(HID(le.Uint32(b[4:])), int(b[3]))
	return t, err
}

func (t *bthEdit) load(id HID, level int) (*bnode, error) {
	b, err := t.h.Item(id)
	if err != nil {
		return nil, err
	}
	n := &bnode{level: level, hid: id, e: bytes.Clone(b)}
	n.e = n.e[:len(n.e)/t.each(n)*t.each(n)]
	if level > 0 {
		if len(n.e) == 0 {
			return nil, fmt.Errorf("%w: branch of a B-tree without records at heap item %#x", ndb.ErrLost, uint32(id))
		}
		n.kids = make([]*bnode, t.len(n))
	}
	return n, nil
}

func (t *bthEdit) each(n *bnode) int {
	if n.level > 0 {
		return t.key + 4
	}
	return t.key + t.val
}

func (t *bthEdit) len(n *bnode) int  { return len(n.e) / t.each(n) }
func (t *bthEdit) most(n *bnode) int { return MaxItem / t.each(n) }

func (t *bthEdit) at(n *bnode, i int) []byte { e := t.each(n); return n.e[i*e : (i+1)*e] }

// cmp compares keys.
func (t *bthEdit) cmp(a, b []byte) int {
	for i := t.key - 1; i >= 0; i-- {
		if a[i] != b[i] {
			return int(a[i]) - int(b[i])
		}
	}
	return 0
}

// find is the last record not above a key, -1 where there is none.
func (t *bthEdit) find(n *bnode, key []byte) int {
	lo, hi := 0, t.len(n)
	for lo < hi {
		m := (lo + hi) / 2
		if t.cmp(t.at(n, m), key) <= 0 {
			lo = m + 1
		} else {
			hi = m
		}
	}
	return lo - 1
}

func (t *bthEdit) kid(n *bnode, i int) (*bnode, error) {
	if n.kids[i] == nil {
		k, err := t.load(HID(le.Uint32(t.at(n, i)[t.key:])), n.level-1)
		if err != nil {
			return nil, err
		}
		n.kids[i] = k
	}
	return n.kids[i], nil
}

// get is a key's value, nil where there is none.
func (t *bthEdit) get(key []byte) ([]byte, error) {
	n := t.root
	for {
		i := t.find(n, key)
		if i < 0 {
			return nil, nil
		}
		if n.level == 0 {
			if r := t.at(n, i); t.cmp(r, key) == 0 {
				return r[t.key:], nil
			}
			return nil, nil
		}
		var err error
		if n, err = t.kid(n, i); err != nil {
			return nil, err
		}
	}
}

// put adds a record, or replaces the one with its key.
func (t *bthEdit) put(rec []byte) error {
	right, err := t.insert(t.root, rec)
	if err != nil {
		return err
	}
	t.changed = true
	if right != nil {
		left := t.root
		t.root = &bnode{level: left.level + 1, dirty: true}
		t.link(t.root, 0, left)
		t.link(t.root, 1, right)
	}
	return nil
}

func (t *bthEdit) link(n *bnode, i int, kid *bnode) {
	e := make([]byte, t.key+4)
	copy(e, kid.e[:t.key])
	n.e = slices.Insert(n.e, i*len(e), e...)
	n.kids = slices.Insert(n.kids, i, kid)
}

func (t *bthEdit) insert(n *bnode, rec []byte) (*bnode, error) {
	i := t.find(n, rec)
	if n.level == 0 {
		n.dirty = true
		if i >= 0 && t.cmp(t.at(n, i), rec) == 0 {
			copy(t.at(n, i), rec)
			return nil, nil
		}
		n.e = slices.Insert(n.e, (i+1)*len(rec), rec...)
		return t.split(n, i+1), nil
	}
	i = max(i, 0)
	kid, err := t.kid(n, i)
	if err != nil {
		return nil, err
	}
	right, err := t.insert(kid, rec)
	if err != nil {
		return nil, err
	}
	if t.cmp(t.at(n, i), kid.e) != 0 {
		copy(t.at(n, i), kid.e[:t.key])
		n.dirty = true
	}
	if right == nil {
		return nil, nil
	}
	n.dirty = true
	t.link(n, i+1, right)
	return t.split(n, i+1), nil
}

func (t *bthEdit) split(n *bnode, at int) *bnode {
	c := t.len(n)
	if c <= t.most(n) {
		return nil
	}
	cut := c / 2
	if at == c-1 {
		cut = c - 1
	}
	each := t.each(n)
	r := &bnode{level: n.level, dirty: true, e: bytes.Clone(n.e[cut*each:])}
	n.e = n.e[:cut*each]
	if n.level > 0 {
		r.kids = slices.Clone(n.kids[cut:])
		n.kids = n.kids[:cut]
	}
	return r
}

// del takes a record out.
func (t *bthEdit) del(key []byte) (bool, error) {
	ok, err := t.remove(t.root, key)
	if err != nil || !ok {
		return ok, err
	}
	t.changed = true
	for t.root.level > 0 && t.len(t.root) <= 1 {
		old := t.root
		if t.len(old) == 0 {
			t.root = &bnode{dirty: true}
		} else {
			kid, err := t.kid(old, 0)
			if err != nil {
				return true, err
			}
			t.root = kid
		}
		if err := t.h.Free(old.hid); err != nil {
			return true, err
		}
	}
	return true, nil
}

func (t *bthEdit) remove(n *bnode, key []byte) (bool, error) {
	i := t.find(n, key)
	if i < 0 {
		return false, nil
	}
	each := t.each(n)
	if n.level == 0 {
		if t.cmp(t.at(n, i), key) != 0 {
			return false, nil
		}
		n.e = slices.Delete(n.e, i*each, (i+1)*each)
		n.dirty = true
		return true, nil
	}
	kid, err := t.kid(n, i)
	if err != nil {
		return false, err
	}
	ok, err := t.remove(kid, key)
	if err != nil || !ok {
		return ok, err
	}
	n.dirty = true
	if len(kid.e) == 0 {
		n.e = slices.Delete(n.e, i*each, (i+1)*each)
		n.kids = slices.Delete(n.kids, i, i+1)
		return true, t.h.Free(kid.hid)
	}
	copy(t.at(n, i), kid.e[:t.key])
	return true, nil
}

// flush writes what has changed to the heap.
func (t *bthEdit) flush() error {
	if !t.changed {
		return nil
	}
	if err := t.store(t.root); err != nil {
		return err
	}
	b, err := t.h.Touch(t.id)
	if err != nil {
		return err
	}
	b[3] = byte(t.root.level)
	le.PutUint32(b[4:], uint32(t.root.hid))
	t.changed = false
	return nil
}

func (t *bthEdit) store(n *bnode) error {
	for i, k := range n.kids {
		if k == nil {
			continue
		}
		old := k.hid
		if err := t.store(k); err != nil {
			return err
		}
		if k.hid != old {
			n.dirty = true
		}
		le.PutUint32(t.at(n, i)[t.key:], uint32(k.hid))
	}
	if !n.dirty {
		return nil
	}
	n.dirty = false
	var err error
	n.hid, err = t.h.Replace(n.hid, n.e)
	return err
}

// build stores records that are sorted already as a new tree.
func (t *bthEdit) build(recs []byte) error {
	t.root = &bnode{e: recs, dirty: true}
	t.changed = true
	for t.len(t.root) > t.most(t.root) {
		// One level more: cut what is there into full nodes.
		old := t.root
		up := &bnode{level: old.level + 1, dirty: true}
		step := t.most(old) * t.each(old)
		for i, k := 0, 0; i < len(old.e); i, k = i+step, k+t.most(old) {
			n := &bnode{level: old.level, e: old.e[i:min(i+step, len(old.e))], dirty: true}
			if old.level > 0 {
				n.kids = old.kids[k:min(k+t.most(old), len(old.kids))]
			}
			t.link(up, len(up.kids), n)
		}
		t.root = up
	}
	return t.flush()
}
