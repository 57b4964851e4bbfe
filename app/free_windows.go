package app

import (
	"os"
	"path/filepath"

	"golang.org/x/sys/windows"
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
	p, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return -1
	}
	var free uint64
	if windows.GetDiskFreeSpaceEx(p, &free, nil, nil) != nil {
		return -1
	}
	return int64(free)
}
