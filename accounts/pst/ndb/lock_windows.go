package ndb

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

func lockFile(f *os.File) error {
	var o windows.Overlapped
	err := windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &o)
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return ErrLocked
	}
	return err
}

// releaseFile removes the file after closing it: an open one cannot be removed here. One that somebody else has opened since
// stays.
func releaseFile(f *os.File, path string) error {
	err := f.Close()
	os.Remove(path)
	return err
}
