package ndb

import "slices"

// DataEdit changes data of many blocks: blocks that are not touched stay where they are.
type DataEdit struct {
	w       *Writer
	root    BID
	x       []BID // XBLOCKs of an XXBLOCK
	blocks  []BID // 0 where a block is new
	changed map[int][]byte
	xdirty  map[int]bool // XBLOCKs with other entries than on disk
	uneven  bool         // some XBLOCK before the last is not full
	last    int          // bytes of the last block
}

// EditData opens data for changing. Shared data is copied with the first Flush.
func (w *Writer) EditData(b BID) (*DataEdit, error) {
	d := &DataEdit{w: w, root: b, changed: map[int][]byte{}, xdirty: map[int]bool{}}
	if b.clean() == 0 {
		return d, nil
	}
	data, err := w.Data(b)
	if err != nil {
		return nil, err
	}
	d.blocks = data.blocks
	if b.Internal() {
		raw, err := w.Block(b)
		if err != nil {
			return nil, err
		}
		if raw[1] > 1 {
			d.x = xEntries(raw)
			// Only trees whose XBLOCKs are full but for the last can be changed in part; others are made anew.
			for i, x := range d.x {
				raw, err := w.Block(x)
				if err != nil {
					return nil, err
				}
				k := len(xEntries(raw))
				if i < len(d.x)-1 && k != xMost {
					d.uneven = true
				}
			}
		}
	}
	if n := len(d.blocks); n > 0 {
		last, err := d.Block(n - 1)
		if err != nil {
			return nil, err
		}
		d.last = len(last)
	}
	return d, nil
}

// Len is the number of blocks.
func (d *DataEdit) Len() int { return len(d.blocks) }

// Block is a block's data; it must not be changed.
func (d *DataEdit) Block(i int) ([]byte, error) {
	if b, ok := d.changed[i]; ok {
		return b, nil
	}
	if i < 0 || i >= len(d.blocks) {
		return nil, lost("block %d of %d", i, len(d.blocks))
	}
	return d.w.Block(d.blocks[i])
}

// Change is a block's data to be changed in place, with room to grow to a block's size by Set.
func (d *DataEdit) Change(i int) ([]byte, error) {
	if b, ok := d.changed[i]; ok {
		return b, nil
	}
	b, err := d.Block(i)
	if err != nil {
		return nil, err
	}
	b = append(make([]byte, 0, dataMax), b...)
	d.changed[i] = b
	return b, nil
}

// Set replaces a block, or adds one at the end.
func (d *DataEdit) Set(i int, b []byte) {
	if i == len(d.blocks) {
		d.blocks = append(d.blocks, 0)
	}
	d.changed[i] = b
	if i == len(d.blocks)-1 {
		d.last = len(b)
	}
}

// Truncate keeps the first n blocks. The last of them is to be Set when it shrinks too.
func (d *DataEdit) Truncate(n int) error {
	for i := n; i < len(d.blocks); i++ {
		delete(d.changed, i)
		d.xdirty[i/xMost] = true
		if err := d.w.count(d.blocks[i], -1); err != nil {
			return err
		}
	}
	d.blocks = d.blocks[:n]
	if n > 0 {
		b, err := d.Block(n - 1)
		if err != nil {
			return err
		}
		d.last = len(b)
	}
	return nil
}

// Dirty reports whether there is anything to flush.
func (d *DataEdit) Dirty() bool { return len(d.changed) > 0 || len(d.xdirty) > 0 }

// Flush writes what has changed and returns the data's new id. It takes over the reference to the old one.
func (d *DataEdit) Flush() (BID, error) {
	if !d.Dirty() {
		return d.root, nil
	}
	w := d.w
	if d.root.Internal() && w.shared(d.root) || !d.root.Internal() && d.root != 0 && w.shared(d.root) {
		return d.copyShared()
	}
	idx := make([]int, 0, len(d.changed))
	for i := range d.changed {
		idx = append(idx, i)
	}
	slices.Sort(idx)
	for _, i := range idx {
		id, err := w.write(d.changed[i], false)
		if err != nil {
			return 0, err
		}
		if old := d.blocks[i]; old != 0 {
			if err := w.count(old, -1); err != nil {
				return 0, err
			}
		}
		d.blocks[i] = id
		d.xdirty[i/xMost] = true
	}
	clear(d.changed)
	return d.join()
}

// copyShared makes data of its own out of data that another node has too.
func (d *DataEdit) copyShared() (BID, error) {
	w := d.w
	n := w.NewData()
	for i := range d.blocks {
		b, err := d.Block(i)
		if err != nil {
			return 0, err
		}
		id, err := w.write(b, false)
		if err != nil {
			return 0, err
		}
		n.blocks = append(n.blocks, id)
		n.total += int64(len(b))
	}
	if err := w.FreeData(d.root); err != nil {
		return 0, err
	}
	d.blocks, d.x, d.root = n.blocks, nil, 0
	for i := 0; i*xMost < len(d.blocks); i++ {
		d.xdirty[i] = true
	}
	clear(d.changed)
	return d.join()
}

// total is how many bytes there are: all blocks are full but the last.
func (d *DataEdit) total() int64 { return int64(max(len(d.blocks)-1, 0))*dataMax + int64(d.last) }

// join makes the data tree over the blocks again, as far as it has changed.
func (d *DataEdit) join() (BID, error) {
	w := d.w
	old, oldX := d.root, d.x
	drop := func(keep map[BID]bool) error {
		for _, x := range oldX {
			if !keep[x] {
				if err := w.count(x, -1); err != nil {
					return err
				}
			}
		}
		if old.Internal() {
			return w.count(old, -1)
		}
		return nil
	}
	clearDirty := func() { clear(d.xdirty) }
	defer clearDirty()
	if len(d.blocks) <= xMost {
		if err := drop(nil); err != nil {
			return 0, err
		}
		var err error
		d.x = nil
		switch len(d.blocks) {
		case 0:
			d.root = 0
		case 1:
			d.root = d.blocks[0]
		default:
			d.root, err = w.writeX(1, d.blocks, d.total())
		}
		return d.root, err
	}
	n := (len(d.blocks) + xMost - 1) / xMost
	if n > xMost || d.total() > totalMax {
		return 0, ErrTooLarge
	}
	x := make([]BID, n)
	keep := map[BID]bool{}
	for i := range n {
		part := d.blocks[i*xMost : min((i+1)*xMost, len(d.blocks))]
		if i < len(oldX) && !d.xdirty[i] && !d.uneven {
			x[i] = oldX[i]
			keep[x[i]] = true
			continue
		}
		size := int64(len(part)) * dataMax
		if i == n-1 {
			size = d.total() - int64(i)*xMost*dataMax
		}
		var err error
		if x[i], err = w.writeX(1, part, size); err != nil {
			return 0, err
		}
	}
	if err := drop(keep); err != nil {
		return 0, err
	}
	var err error
	d.x, d.uneven = x, false
	d.root, err = w.writeX(2, x, d.total())
	return d.root, err
}

// Root is the data's id as of the last Flush.
func (d *DataEdit) Root() BID { return d.root }
