package msg

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/richardlehane/mscfb"
)

const maxEntries = 1 << 18

// Errors of Read.
var (
	ErrFormat = errors.New("msg: not an Outlook item")
	ErrDamage = errors.New("msg: the file is damaged")
	ErrDepth  = errors.New("msg: too many messages within messages")
)

// storage is a folder of the compound file; names are compared without case.
type storage struct {
	streams map[string]*mscfb.File
	subs    map[string]*storage
	order   []string // of subs
	limit   int64    // no stream is larger than the file
}

func newStorage(limit int64) *storage {
	return &storage{streams: map[string]*mscfb.File{}, subs: map[string]*storage{}, limit: limit}
}

// load reads the directory of a compound file.
func load(r io.ReaderAt, size int64) (root *storage, err error) {
	defer func() {
		if p := recover(); p != nil {
			root, err = nil, fmt.Errorf("%w: %v", ErrDamage, p)
		}
	}()
	doc, err := mscfb.New(r)
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrFormat, err)
	}
	root = newStorage(size)
	for n := 0; n < maxEntries; n++ {
		f, err := doc.Next()
		if err != nil {
			break
		}
		s := root
		for _, p := range f.Path {
			s = s.sub(p)
		}
		if f.FileInfo().IsDir() {
			s.sub(f.Name)
		} else {
			s.streams[strings.ToLower(f.Name)] = f
		}
	}
	return root, nil
}

func (s *storage) sub(name string) *storage {
	key := strings.ToLower(name)
	if s.subs[key] == nil {
		s.subs[key] = newStorage(s.limit)
		s.order = append(s.order, key)
	}
	return s.subs[key]
}

// read reads a whole stream; nil where there is none.
func (s *storage) read(name string) ([]byte, error) {
	r, n := s.open(name)
	if r == nil {
		return nil, nil
	}
	if n > s.limit {
		return nil, ErrDamage
	}
	// Grown as it is read: a size that is not true must not take memory.
	b, err := io.ReadAll(r)
	if err == nil && int64(len(b)) != n {
		err = ErrDamage
	}
	return b, err
}

// open gives a stream and its size in bytes; nil where there is none.
func (s *storage) open(name string) (io.Reader, int64) {
	f := s.streams[name]
	if f == nil {
		return nil, 0
	}
	c := *f // with a place of its own
	return io.LimitReader(guarded{&c}, f.Size), f.Size
}

// guarded reads a stream; surprises of the container are errors.
type guarded struct{ f *mscfb.File }

func (g guarded) Read(p []byte) (n int, err error) {
	defer func() {
		if r := recover(); r != nil {
			n, err = 0, fmt.Errorf("%w: %v", ErrDamage, r)
		}
	}()
	n, err = g.f.Read(p)
	if err != nil && err != io.EOF {
		err = fmt.Errorf("%w: %v", ErrDamage, err)
	}
	return n, err
}
