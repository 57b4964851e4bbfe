package ltp

import (
	"errors"
	"fmt"

	"github.com/postrider/postrider/accounts/pst/ndb"
)

// MaxItem is how many bytes an item of a heap has at most ([MS-PST] 2.3.1.1); longer values are subnodes.
const MaxItem = 3580

const (
	blockMax  = 8192 - 16 // data of a block of a Unicode file
	itemsMost = 2047      // items of a block: an index has 11 bits
	heapMost  = 1 << 16   // blocks of a heap
)

// errFull says that a heap has no room for more.
var errFull = errors.New("the heap is full")

// headOf is how many bytes stand before the items of a heap's block: fill levels are told by the first block and by every
// 128th after the eighth ([MS-PST] 2.3.1.2 to 2.3.1.4).
func headOf(block int) int {
	switch {
	case block == 0:
		return 12
	case block >= 8 && (block-8)%128 == 0:
		return 66
	}
	return 2
}

// hblock is a block of a heap taken apart.
type hblock struct {
	b     []byte // head and items
	ends  []int  // where each item ends
	frees int
}

func (x *hblock) start(i int, head int) int {
	if i == 0 {
		return head
	}
	return x.ends[i-1]
}

// size is how many bytes the block takes.
func (x *hblock) size() int { return (len(x.b)+1)&^1 + 4 + 2*(len(x.ends)+1) }

// HeapEdit builds or changes a heap ([MS-PST] 2.3.1).
type HeapEdit struct {
	d      *ndb.DataEdit
	kind   byte
	root   HID
	open   map[int]*hblock // blocks that have changed or will
	levels map[int]byte    // fill levels that have changed
	holes  []int           // blocks before the last that may have room
}

// NewHeap begins a heap.
func NewHeap(w *ndb.Writer, kind byte) *HeapEdit {
	d, _ := w.EditData(0)
	h := &HeapEdit{d: d, kind: kind, open: map[int]*hblock{}, levels: map[int]byte{}}
	h.add(0)
	return h
}

// EditHeap opens a heap for changing.
func EditHeap(w *ndb.Writer, data ndb.BID) (*HeapEdit, error) {
	d, err := w.EditData(data)
	if err != nil {
		return nil, err
	}
	b, err := d.Block(0)
	if err != nil {
		return nil, err
	}
	if len(b) < 12 || b[2] != sigHeap {
		return nil, fmt.Errorf("%w: no heap", ndb.ErrLost)
	}
	return &HeapEdit{d: d, kind: b[3], root: HID(le.Uint32(b[4:])), open: map[int]*hblock{}, levels: map[int]byte{}}, nil
}

// add puts an empty block at the end.
func (h *HeapEdit) add(i int) *hblock {
	x := &hblock{b: make([]byte, headOf(i), blockMax)}
	h.open[i] = x
	if i >= h.d.Len() {
		h.d.Set(i, nil)
	}
	return x
}

// block takes a block apart.
func (h *HeapEdit) block(i int) (*hblock, error) {
	if x := h.open[i]; x != nil {
		return x, nil
	}
	b, err := h.d.Block(i)
	if err != nil {
		return nil, err
	}
	bad := func() error { return fmt.Errorf("%w: block %d of a heap", ndb.ErrLost, i) }
	if len(b) < headOf(i) {
		return nil, bad()
	}
	m := int(le.Uint16(b))
	if m+4 > len(b) || m < headOf(i) {
		return nil, bad()
	}
	n := int(le.Uint16(b[m:]))
	if m+4+2*(n+1) > len(b) {
		return nil, bad()
	}
	x := &hblock{ends: make([]int, n), frees: int(le.Uint16(b[m+2:]))}
	last := int(le.Uint16(b[m+4:]))
	if last != headOf(i) {
		return nil, bad()
	}
	for j := range n {
		e := int(le.Uint16(b[m+6+2*j:]))
		if e < last || e > m {
			return nil, bad()
		}
		x.ends[j], last = e, e
	}
	x.b = append(make([]byte, 0, blockMax), b[:last]...)
	h.open[i] = x
	return x, nil
}

// Item is an item's bytes. They may be changed in place after Touch.
func (h *HeapEdit) Item(id HID) ([]byte, error) {
	if id == 0 {
		return nil, nil
	}
	block, index := int(id>>16), int(id>>5&0x7FF)
	if x := h.open[block]; x != nil {
		if index < 1 || index > len(x.ends) {
			return nil, fmt.Errorf("%w: heap item %#x", ndb.ErrLost, uint32(id))
		}
		return x.b[x.start(index-1, headOf(block)):x.ends[index-1]], nil
	}
	b, err := h.d.Block(block)
	if err != nil {
		return nil, err
	}
	return item(b, index, id)
}

// Touch gives an item's bytes to be changed in place.
func (h *HeapEdit) Touch(id HID) ([]byte, error) {
	if id == 0 {
		return nil, nil
	}
	if _, err := h.block(int(id >> 16)); err != nil {
		return nil, err
	}
	return h.Item(id)
}

// Alloc puts an item on the heap. An empty one is HID 0.
func (h *HeapEdit) Alloc(b []byte) (HID, error) {
	if len(b) == 0 {
		return 0, nil
	}
	if len(b) > MaxItem {
		return 0, ndb.ErrTooLarge
	}
	for _, i := range h.holes {
		if id, ok := h.put(i, h.open[i], b); ok {
			return id, nil
		}
	}
	last := h.d.Len() - 1
	x, err := h.block(last)
	if err != nil {
		return 0, err
	}
	if id, ok := h.put(last, x, b); ok {
		return id, nil
	}
	if last+1 >= heapMost {
		return 0, errFull
	}
	// What is left in the block may do for something smaller.
	h.holes = append(h.holes, last)
	if len(h.holes) > 4 {
		h.holes = h.holes[1:]
	}
	id, _ := h.put(last+1, h.add(last+1), b)
	return id, nil
}

// put puts an item into a block, if there is room.
func (h *HeapEdit) put(i int, x *hblock, b []byte) (HID, bool) {
	if x == nil || len(x.ends) >= itemsMost || (len(x.b)+len(b)+1)&^1+4+2*(len(x.ends)+2) > blockMax {
		return 0, false
	}
	x.b = append(x.b, b...)
	x.ends = append(x.ends, len(x.b))
	return HID(i<<16 | len(x.ends)<<5), true
}

// resize makes an item longer or shorter in its block: the items after it move.
func (h *HeapEdit) resize(id HID, b []byte) (bool, error) {
	block, index := int(id>>16), int(id>>5&0x7FF)
	x, err := h.block(block)
	if err != nil {
		return false, err
	}
	if index < 1 || index > len(x.ends) {
		return false, fmt.Errorf("%w: heap item %#x", ndb.ErrLost, uint32(id))
	}
	lo, hi := x.start(index-1, headOf(block)), x.ends[index-1]
	by := len(b) - (hi - lo)
	if by > 0 && x.size()+by+1 > blockMax {
		return false, nil
	}
	tail := append([]byte(nil), x.b[hi:]...)
	x.b = append(append(x.b[:lo], b...), tail...)
	for j := index - 1; j < len(x.ends); j++ {
		x.ends[j] += by
	}
	return true, nil
}

// Free takes an item off the heap: it stays with no bytes, its index is not used again.
func (h *HeapEdit) Free(id HID) error {
	if id == 0 {
		return nil
	}
	ok, err := h.resize(id, nil)
	if ok {
		h.open[int(id>>16)].frees++
	}
	return err
}

// Replace changes an item, which may get another id.
func (h *HeapEdit) Replace(id HID, b []byte) (HID, error) {
	if id == 0 || len(b) == 0 {
		if err := h.Free(id); err != nil {
			return 0, err
		}
		return h.Alloc(b)
	}
	if len(b) > MaxItem {
		return 0, ndb.ErrTooLarge
	}
	if ok, err := h.resize(id, b); ok || err != nil {
		return id, err
	}
	if err := h.Free(id); err != nil {
		return 0, err
	}
	return h.Alloc(b)
}

// SetRoot says which item the heap begins with.
func (h *HeapEdit) SetRoot(id HID) error {
	if h.root == id {
		return nil
	}
	h.root = id
	_, err := h.block(0)
	return err
}

// fillLevel tells the free bytes of a block in four bits ([MS-PST] 2.3.1.2).
func fillLevel(free int) byte {
	for i, n := range [...]int{3584, 2560, 2048, 1792, 1536, 1280, 1024, 768, 512, 256, 128, 64, 32, 16, 8} {
		if free >= n {
			return byte(i)
		}
	}
	return 15
}

// levelAt is where the fill level of a block is told: the block that tells it, the byte, and the bits.
func levelAt(i int) (block, at int, shift uint) {
	if i < 8 {
		return 0, 8 + i/2, uint(i%2) * 4
	}
	j := (i - 8) % 128
	return i - j, 2 + j/2, uint(j%2) * 4
}

// Flush writes the heap and returns its data's id.
func (h *HeapEdit) Flush() (ndb.BID, error) {
	if len(h.open) == 0 {
		return h.d.Flush()
	}
	for i, x := range h.open {
		h.levels[i] = fillLevel(blockMax - x.size())
	}
	for i, level := range h.levels {
		block, at, shift := levelAt(i)
		x, err := h.block(block)
		if err != nil {
			return 0, err
		}
		x.b[at] = x.b[at]&^(0xF<<shift) | level<<shift
	}
	clear(h.levels)
	for i, x := range h.open {
		m := (len(x.b) + 1) &^ 1
		size := x.size()
		if i < h.d.Len()-1 {
			size = blockMax // only the last block may be short
		}
		out := make([]byte, size)
		copy(out, x.b)
		le.PutUint16(out, uint16(m))
		if i == 0 {
			out[2], out[3] = sigHeap, h.kind
			le.PutUint32(out[4:], uint32(h.root))
		}
		le.PutUint16(out[m:], uint16(len(x.ends)))
		le.PutUint16(out[m+2:], uint16(x.frees))
		le.PutUint16(out[m+4:], uint16(headOf(i)))
		for j, e := range x.ends {
			le.PutUint16(out[m+6+2*j:], uint16(e))
		}
		h.d.Set(i, out)
	}
	h.holes = nil
	clear(h.open)
	return h.d.Flush()
}
