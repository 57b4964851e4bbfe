package job

import (
	"bufio"
	"os"
)

// inMemory is how much of a file is collected before it is made: most are made in one go.
const inMemory = 4 << 20

// outFile is a file that is being made. It is used again for the next.
type outFile struct {
	path string
	buf  []byte
	f    *os.File
	w    *bufio.Writer
}

// create makes a file of what fill writes. When fill fails there is no file.
func (o *outFile) create(path string, fill func() error) error {
	if cap(o.buf) > 1<<20 {
		o.buf = nil
	}
	o.path, o.buf, o.f = path, o.buf[:0], nil
	err := fill()
	if o.f == nil {
		if err == nil {
			err = makeFile(path, o.buf)
		}
		return err
	}
	if e := o.w.Flush(); err == nil {
		err = e
	}
	if e := o.f.Close(); err == nil {
		err = e
	}
	if err != nil {
		os.Remove(path)
	}
	return err
}

// Write implements io.Writer.
func (o *outFile) Write(p []byte) (int, error) {
	if o.f == nil {
		if len(o.buf)+len(p) <= inMemory {
			o.buf = append(o.buf, p...)
			return len(p), nil
		}
		f, err := os.OpenFile(o.path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return 0, err
		}
		o.f, o.w = f, bufio.NewWriterSize(f, 256<<10)
		if _, err := o.w.Write(o.buf); err != nil {
			return 0, err
		}
	}
	return o.w.Write(p)
}
