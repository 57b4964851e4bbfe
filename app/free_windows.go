package app

import "golang.org/x/sys/windows"

// freeIn returns the bytes that may still be written in a folder or beside a file that is there; -1 = not known.
func freeIn(path string) int64 {
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
