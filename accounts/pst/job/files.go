package job

import (
	"bufio"
	"os"
	"sync"
)

// files writes many files at once: making a file takes longer than filling it, most of the time waiting. What is to be in a
// file is collected in memory while it is small; a large one is written as it comes.
type files struct {
	jobs chan []*outFile
	wait sync.WaitGroup
	free sync.Pool

	batch []*outFile // what the next job will be
	size  int

	mu  sync.Mutex
	err error
}

const (
	fileWriters = 4
	inMemory    = 4 << 20
	batchFiles  = 32
	batchBytes  = 1 << 20
)

func newFiles() *files {
	f := &files{jobs: make(chan []*outFile, 1)}
	for range fileWriters {
		f.wait.Add(1)
		go func() {
			defer f.wait.Done()
			for batch := range f.jobs {
				for _, o := range batch {
					if err := makeFile(o.path, o.buf); err != nil {
						f.fail(err)
					}
					if cap(o.buf) <= 256<<10 {
						f.free.Put(o)
					}
				}
			}
		}()
	}
	return f
}

func (f *files) fail(err error) {
	f.mu.Lock()
	if f.err == nil {
		f.err = err
	}
	f.mu.Unlock()
}

// failed is the first error.
func (f *files) failed() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.err
}

// close waits until all files are written.
func (f *files) close() error {
	f.send()
	close(f.jobs)
	f.wait.Wait()
	return f.failed()
}

// send hands over what was collected.
func (f *files) send() {
	if len(f.batch) > 0 {
		f.jobs <- f.batch
	}
	f.batch, f.size = nil, 0
}

// create writes a file of what fill writes. When fill fails there is no file.
func (f *files) create(path string, fill func(o *outFile) error) error {
	o, _ := f.free.Get().(*outFile)
	if o == nil {
		o = &outFile{}
	}
	o.path, o.buf, o.f = path, o.buf[:0], nil
	err := fill(o)
	if o.f == nil {
		if err == nil {
			f.batch = append(f.batch, o)
			if f.size += len(o.buf); len(f.batch) >= batchFiles || f.size >= batchBytes {
				f.send()
			}
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

// outFile is a file that is being made.
type outFile struct {
	path string
	buf  []byte
	f    *os.File
	w    *bufio.Writer
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
