package ndb

import (
	"io"
	"sync"
)

// ahead reads a file ahead of what is asked for, when that is close behind what was asked for last: the blocks of an item
// mostly follow one another, and many are small. It is not used for files that are being written.
type ahead struct {
	mu   sync.Mutex
	buf  []byte // of the file, from at on
	at   int64
	last int64 // where the last read ended
}

const (
	aheadBytes = 128 << 10
	aheadGap   = 32 << 10 // how far apart two reads are close
)

// read fills p from an offset.
func (a *ahead) read(f *File, p []byte, off int64) error {
	if f.trees != nil {
		return readFull(f.r, p, off)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	end := off + int64(len(p))
	if off >= a.at && end <= a.at+int64(len(a.buf)) {
		copy(p, a.buf[off-a.at:])
		a.last = end
		return nil
	}
	near := off >= a.last && off-a.last < aheadGap
	a.last = end
	if !near {
		return readFull(f.r, p, off)
	}
	if cap(a.buf) < aheadBytes {
		a.buf = make([]byte, aheadBytes)
	}
	n, err := f.r.ReadAt(a.buf[:min(aheadBytes, max(0, f.size-off))], off)
	a.buf, a.at = a.buf[:n], off
	if n < len(p) {
		if err == nil || err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return err
	}
	copy(p, a.buf)
	return nil
}

func readFull(r io.ReaderAt, p []byte, off int64) error {
	n, err := r.ReadAt(p, off)
	if n == len(p) {
		return nil
	}
	if err == nil || err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return err
}
