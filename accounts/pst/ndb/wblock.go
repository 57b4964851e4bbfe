package ndb

import (
	"cmp"
	"errors"
	"io"
	"slices"
)

func sortBy[T any](s []T, less func(a, b T) bool) {
	slices.SortStableFunc(s, func(a, b T) int {
		switch {
		case less(a, b):
			return -1
		case less(b, a):
			return 1
		}
		return 0
	})
}

// Limits of trees over blocks in Unicode files.
const (
	dataMax  = 8192 - 16
	xMost    = (dataMax - 8) / 8  // blocks of an XBLOCK, XBLOCKs of an XXBLOCK
	slMost   = (dataMax - 8) / 24 // subnodes of an SLBLOCK
	siMost   = (dataMax - 8) / 16 // SLBLOCKs of an SIBLOCK
	totalMax = 1<<32 - 1
)

// ErrTooLarge says that something does not fit into a file of this format.
var ErrTooLarge = errors.New("too large for a PST file")

// write stores a block with one reference to it.
func (w *Writer) write(data []byte, internal bool) (BID, error) {
	if w.err != nil {
		return 0, w.err
	}
	if len(data) == 0 || len(data) > dataMax {
		return 0, w.fail(lost("a block of %d bytes", len(data)))
	}
	id := BID(w.hdr.NextBlock)
	w.hdr.NextBlock += 4
	if internal {
		id |= 2
	}
	size := w.lay.onDisk(len(data))
	ib, err := w.room(size/slotSize, false)
	if err != nil {
		return 0, err
	}
	b := make([]byte, size)
	copy(b, data)
	if !internal {
		w.hdr.Crypt.encode(b[:len(data)], uint32(id))
	}
	t := b[size-16:]
	le.PutUint16(t, uint16(len(data)))
	le.PutUint16(t[2:], Signature(ib, id))
	le.PutUint32(t[4:], CRC(b[:len(data)]))
	le.PutUint64(t[8:], uint64(id))
	if err := w.fail(w.disk.write(b, ib)); err != nil {
		return 0, err
	}
	e := make([]byte, 24)
	le.PutUint64(e, uint64(id))
	le.PutUint64(e[8:], ib)
	le.PutUint16(e[16:], uint16(len(data)))
	le.PutUint16(e[18:], 2) // this entry, and who asked for the block
	w.changed = true
	return id, w.fail(w.bbt.put(e))
}

// Put stores data of up to a block's size. Empty data is BID 0.
func (w *Writer) Put(data []byte) (BID, error) {
	if len(data) == 0 {
		return 0, nil
	}
	if len(data) <= dataMax {
		return w.write(data, false)
	}
	d := w.NewData()
	if _, err := d.Write(data); err != nil {
		return 0, err
	}
	return d.Finish()
}

// Share adds a reference to a block.
func (w *Writer) Share(b BID) error { return w.count(b, 1) }

// count changes a block's references; a block without any is freed.
func (w *Writer) count(b BID, by int) error {
	if b.clean() == 0 {
		return nil
	}
	if w.err != nil {
		return w.err
	}
	e, ok, err := w.bbt.get(uint64(b.clean()))
	if err == nil && !ok {
		err = lost("block %#x is not in the tree", b)
	}
	if err != nil {
		return w.fail(err)
	}
	e = slices.Clone(e)
	x := entryOf(e)
	refs := int(x.refs) + by
	if refs > 0xFFFF {
		return ErrTooLarge
	}
	w.changed = true
	if refs <= 1 {
		w.blocks.remove(uint64(b.clean()))
		w.later(x.IB, w.lay.onDisk(x.size)/slotSize)
		_, err := w.bbt.del(uint64(b.clean()))
		return w.fail(err)
	}
	le.PutUint16(e[18:], uint16(refs))
	return w.fail(w.bbt.put(e))
}

// shared reports whether a block has more than one owner.
func (w *Writer) shared(b BID) bool {
	x, ok, err := w.block(b.clean())
	return err == nil && ok && x.refs > 2
}

// FreeData drops a reference to a data tree; with the last one all its blocks go.
func (w *Writer) FreeData(b BID) error {
	if b.Internal() && !w.shared(b) {
		raw, err := w.Block(b)
		if err != nil {
			return w.fail(err)
		}
		for _, x := range xEntries(raw) {
			if err := w.FreeData(x); err != nil {
				return err
			}
		}
	}
	return w.count(b, -1)
}

// xEntries are the blocks an XBLOCK or XXBLOCK names.
func xEntries(raw []byte) (out []BID) {
	if len(raw) < 8 || raw[0] != 1 {
		return nil
	}
	for i := 0; i < int(le.Uint16(raw[2:])) && 16+8*i <= len(raw); i++ {
		out = append(out, BID(le.Uint64(raw[8+8*i:])))
	}
	return out
}

// FreeSub drops a reference to a subnode tree; with the last one all that is in it goes.
func (w *Writer) FreeSub(b BID) error {
	if b.clean() == 0 {
		return nil
	}
	if !w.shared(b) {
		raw, err := w.Block(b)
		if err != nil {
			return w.fail(err)
		}
		if len(raw) < 8 || raw[0] != 2 {
			return w.fail(lost("block %#x is no subnode tree", b))
		}
		each := 24
		if raw[1] > 0 {
			each = 16
		}
		for i := 0; i < int(le.Uint16(raw[2:])) && 8+(i+1)*each <= len(raw); i++ {
			e := raw[8+i*each:]
			if raw[1] > 0 {
				err = w.FreeSub(BID(le.Uint64(e[8:])))
			} else {
				err = errors.Join(w.FreeData(BID(le.Uint64(e[8:]))), w.FreeSub(BID(le.Uint64(e[16:]))))
			}
			if err != nil {
				return err
			}
		}
	}
	return w.count(b, -1)
}

// DataWriter stores data of any length. It implements io.Writer and io.ReaderFrom.
type DataWriter struct {
	w      *Writer
	buf    []byte
	blocks []BID
	total  int64
}

// NewData begins data of any length.
func (w *Writer) NewData() *DataWriter { return &DataWriter{w: w} }

// Write implements io.Writer.
func (d *DataWriter) Write(p []byte) (n int, err error) {
	n = len(p)
	for len(p) > 0 {
		if len(d.buf) == 0 && len(p) >= dataMax {
			if err := d.block(p[:dataMax]); err != nil {
				return 0, err
			}
			p = p[dataMax:]
			continue
		}
		k := min(len(p), dataMax-len(d.buf))
		d.buf = append(d.buf, p[:k]...)
		p = p[k:]
		if len(d.buf) == dataMax {
			if err := d.block(d.buf); err != nil {
				return 0, err
			}
			d.buf = d.buf[:0]
		}
	}
	return n, nil
}

// ReadFrom implements io.ReaderFrom.
func (d *DataWriter) ReadFrom(r io.Reader) (int64, error) {
	b := make([]byte, 8*dataMax)
	total := int64(0)
	for {
		n, err := io.ReadFull(r, b)
		if n > 0 {
			if _, err := d.Write(b[:n]); err != nil {
				return total, err
			}
			total += int64(n)
		}
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			return total, nil
		}
		if err != nil {
			return total, err
		}
	}
}

func (d *DataWriter) block(b []byte) error {
	if d.total+int64(len(b)) > totalMax || len(d.blocks) >= xMost*xMost {
		return ErrTooLarge
	}
	id, err := d.w.write(b, false)
	if err != nil {
		return err
	}
	d.blocks = append(d.blocks, id)
	d.total += int64(len(b))
	return nil
}

// Size is how many bytes were written.
func (d *DataWriter) Size() int64 { return d.total + int64(len(d.buf)) }

// Abort frees what was written.
func (d *DataWriter) Abort() {
	for _, b := range d.blocks {
		d.w.count(b, -1)
	}
	d.blocks, d.buf, d.total = nil, nil, 0
}

// Finish completes the data. Empty data is BID 0.
func (d *DataWriter) Finish() (BID, error) {
	if len(d.buf) > 0 {
		if err := d.block(d.buf); err != nil {
			return 0, err
		}
		d.buf = nil
	}
	return d.w.joinBlocks(d.blocks, d.total)
}

// joinBlocks makes a data tree of blocks that are there.
func (w *Writer) joinBlocks(blocks []BID, total int64) (BID, error) {
	switch {
	case len(blocks) == 0:
		return 0, nil
	case len(blocks) == 1:
		return blocks[0], nil
	case len(blocks) <= xMost:
		return w.writeX(1, blocks, total)
	}
	var xs []BID
	left := total
	for i := 0; i < len(blocks); i += xMost {
		part := blocks[i:min(i+xMost, len(blocks))]
		n := min(left, int64(len(part))*dataMax)
		left -= n
		x, err := w.writeX(1, part, n)
		if err != nil {
			return 0, err
		}
		xs = append(xs, x)
	}
	if len(xs) > xMost || total > totalMax {
		return 0, ErrTooLarge
	}
	return w.writeX(2, xs, total)
}

func (w *Writer) writeX(level byte, of []BID, total int64) (BID, error) {
	b := make([]byte, 8+8*len(of))
	b[0], b[1] = 1, level
	le.PutUint16(b[2:], uint16(len(of)))
	le.PutUint32(b[4:], uint32(total))
	for i, x := range of {
		le.PutUint64(b[8+8*i:], uint64(x))
	}
	return w.write(b, true)
}

// PutSub stores a subnode tree of nodes. It takes over the references to their blocks. No nodes are BID 0.
func (w *Writer) PutSub(nodes []Node) (BID, error) {
	if len(nodes) == 0 {
		return 0, nil
	}
	nodes = slices.Clone(nodes)
	slices.SortStableFunc(nodes, func(a, b Node) int { return cmp.Compare(a.NID, b.NID) })
	leaf := func(part []Node) (BID, error) {
		b := make([]byte, 8+24*len(part))
		b[0] = 2
		le.PutUint16(b[2:], uint16(len(part)))
		for i, n := range part {
			le.PutUint64(b[8+24*i:], uint64(n.NID))
			le.PutUint64(b[16+24*i:], uint64(n.Data))
			le.PutUint64(b[24+24*i:], uint64(n.Sub))
		}
		return w.write(b, true)
	}
	if len(nodes) <= slMost {
		return leaf(nodes)
	}
	if len(nodes) > slMost*siMost {
		return 0, ErrTooLarge
	}
	n := (len(nodes) + slMost - 1) / slMost
	b := make([]byte, 8+16*n)
	b[0], b[1] = 2, 1
	le.PutUint16(b[2:], uint16(n))
	for i := range n {
		part := nodes[i*slMost : min((i+1)*slMost, len(nodes))]
		id, err := leaf(part)
		if err != nil {
			return 0, err
		}
		le.PutUint64(b[8+16*i:], uint64(part[0].NID))
		le.PutUint64(b[16+16*i:], uint64(id))
	}
	return w.write(b, true)
}

// FreeSubShallow drops the blocks of a subnode tree whose nodes live on in another.
func (w *Writer) FreeSubShallow(b BID) error {
	if b.clean() == 0 {
		return nil
	}
	if w.shared(b) {
		return w.fail(lost("subnode tree %#x is shared", b))
	}
	raw, err := w.Block(b)
	if err != nil {
		return w.fail(err)
	}
	if len(raw) >= 8 && raw[0] == 2 && raw[1] > 0 {
		for i := 0; i < int(le.Uint16(raw[2:])) && 8+(i+1)*16 <= len(raw); i++ {
			if err := w.count(BID(le.Uint64(raw[16+i*16:])), -1); err != nil {
				return err
			}
		}
	}
	return w.count(b, -1)
}

// Mark remembers which blocks there are, for Rollback.
func (w *Writer) Mark() BID { return BID(w.hdr.NextBlock) }

// Rollback frees all blocks stored since a Mark, whoever refers to them. Nothing older may have been changed since.
func (w *Writer) Rollback(m BID) error {
	var gone []blockEntry
	err := w.bbt.walkAll(uint64(m), func(e []byte) bool {
		gone = append(gone, entryOf(e))
		return true
	})
	for _, x := range gone {
		if err == nil {
			_, err = w.bbt.del(uint64(x.BID))
			w.blocks.remove(uint64(x.BID))
			w.later(x.IB, w.lay.onDisk(x.size)/slotSize)
		}
	}
	return w.fail(err)
}

// Break makes every further call fail: what was done since the last Commit is not to be kept.
func (w *Writer) Break(err error) error { return w.fail(err) }
