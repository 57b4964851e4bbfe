//go:build !windows

package app

import "golang.org/x/sys/unix"

// freeIn returns the bytes that may still be written in a folder or beside a file that is there; -1 = not known.
func freeIn(path string) int64 {
	var s unix.Statfs_t
	if unix.Statfs(path, &s) != nil {
		return -1
	}
	return int64(s.Bavail) * int64(s.Bsize)
}
