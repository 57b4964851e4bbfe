//go:build !windows

package app

import (
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// FreeSpace returns the bytes that may still be written where a file is, or will be; -1 = not known.
func FreeSpace(path string) int64 {
	for {
		if _, err := os.Stat(path); err == nil {
			break
		}
		up := filepath.Dir(path)
		if up == path {
			return -1
		}
		path = up
	}
	var s unix.Statfs_t
	if unix.Statfs(path, &s) != nil {
		return -1
	}
	return int64(s.Bavail) * int64(s.Bsize)
}
