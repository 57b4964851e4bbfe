//go:build unix

package ndb

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

func lockFile(f *os.File) error {
	err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return ErrLocked
	}
	return err
}

func releaseFile(f *os.File, path string) error {
	err := os.Remove(path)
	// Closing alone is not enough: a child that was forked and has not called exec yet holds the same lock for a moment.
	return errors.Join(err, unix.Flock(int(f.Fd()), unix.LOCK_UN), f.Close())
}
