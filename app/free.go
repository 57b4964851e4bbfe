package app

import (
	"os"
	"path/filepath"
)

// FreeSpace returns the bytes that may still be written where a file is, or will be; -1 = not known.
func FreeSpace(path string) int64 {
	for {
		if _, err := os.Stat(path); err == nil {
			return freeIn(path)
		}
		up := filepath.Dir(path)
		if up == path {
			return -1
		}
		path = up
	}
}
