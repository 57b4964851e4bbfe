package ndb

import (
	"io"
	"sync"
)

// Storage is where a file that is written lives: an *os.File, or something that tests make fail.
type Storage interface {
	io.ReaderAt
	io.WriterAt
	// Sync returns when everything written is safe.
	Sync() error
	// Truncate makes the file size bytes long; what is added reads as zeros.
	Truncate(size int64) error
}

// disk joins writes that follow one another. It implements io.ReaderAt; what is not written yet is seen too.
type disk struct {
	mu  sync.Mutex
	s   Storage
	at  uint64
	buf []byte
}

const diskBuffer = 1 << 20

func (d *disk) ReadAt(p []byte, off int64) (int, error) {
	d.mu.Lock()
	if len(d.buf) > 0 && uint64(off) < d.at+uint64(len(d.buf)) && uint64(off)+uint64(len(p)) > d.at {
		if err := d.flush(); err != nil {
			d.mu.Unlock()
			return 0, err
		}
	}
	d.mu.Unlock()
	return d.s.ReadAt(p, off)
}

func (d *disk) write(b []byte, at uint64) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.buf) > 0 && d.at+uint64(len(d.buf)) != at || len(d.buf)+len(b) > diskBuffer {
		if err := d.flush(); err != nil {
			return err
		}
	}
	if len(d.buf) == 0 {
		d.at = at
	}
	d.buf = append(d.buf, b...)
	return nil
}

func (d *disk) flush() error {
	if len(d.buf) == 0 {
		return nil
	}
	_, err := d.s.WriteAt(d.buf, int64(d.at))
	d.buf = d.buf[:0]
	return err
}

// sync writes what is left and waits until it is safe.
func (d *disk) sync() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.flush(); err != nil {
		return err
	}
	return d.s.Sync()
}
