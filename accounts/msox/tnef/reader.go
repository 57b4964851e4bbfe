package tnef

import "encoding/binary"

// reader takes little-endian numbers and slices off b; once something is missing, bad is set and all that follows is zero.
type reader struct {
	b   []byte
	bad bool
}

func (r *reader) take(n int) []byte {
	if n < 0 || n > len(r.b) || r.bad {
		r.bad = true
		return nil
	}
	out := r.b[:n:n]
	r.b = r.b[n:]
	return out
}

func (r *reader) u8() uint8 {
	if b := r.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (r *reader) u16() uint16 {
	if b := r.take(2); b != nil {
		return binary.LittleEndian.Uint16(b)
	}
	return 0
}

func (r *reader) u32() uint32 {
	if b := r.take(4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

// length is a 32-bit number of bytes that follow; bad where they do not.
func (r *reader) length() int {
	n := r.u32()
	if uint64(n) > uint64(len(r.b)) {
		r.bad = true
		return 0
	}
	return int(n)
}

// padded takes n bytes and the padding to a multiple of four; padding that is missing at the end does not matter.
func (r *reader) padded(n int) []byte {
	out := r.take(n)
	if pad := -n & 3; !r.bad {
		r.b = r.b[min(pad, len(r.b)):]
	}
	return out
}
