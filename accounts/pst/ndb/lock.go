package ndb

import (
	"errors"
	"os"
)

// ErrLocked says that another program, or another part of this one, is writing to the file.
var ErrLocked = errors.New("another program is writing to the file")

// Lock is the right to write to a file, held by a lock file beside it. It dies with the process.
type Lock struct {
	f    *os.File
	path string
}

// TakeLock takes the lock of a file: path + ".lock".
func TakeLock(path string) (*Lock, error) {
	path += ".lock"
	for range 8 {
		f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
		if err != nil {
			return nil, err
		}
		if err := lockFile(f); err != nil {
			f.Close()
			return nil, err
		}
		// The one who had it before may have taken the file away between opening and locking.
		a, err1 := f.Stat()
		b, err2 := os.Stat(path)
		if err1 == nil && err2 == nil && os.SameFile(a, b) {
			return &Lock{f, path}, nil
		}
		f.Close()
	}
	return nil, ErrLocked
}

// Release gives the lock back and takes the lock file away.
func (l *Lock) Release() error {
	if l == nil || l.f == nil {
		return nil
	}
	f := l.f
	l.f = nil
	return releaseFile(f, l.path)
}
