//go:build unix

package job

import (
	"os"
	"syscall"
)

// makeFile makes a file of some bytes. The runtime would ask the system five more questions about each file, to see whether it
// can be waited for: for many small files that is half of the work.
func makeFile(path string, b []byte) error {
	fd, err := syscall.Open(path, syscall.O_WRONLY|syscall.O_CREAT|syscall.O_EXCL|syscall.O_CLOEXEC, 0o600)
	for err == syscall.EINTR {
		fd, err = syscall.Open(path, syscall.O_WRONLY|syscall.O_CREAT|syscall.O_EXCL|syscall.O_CLOEXEC, 0o600)
	}
	if err != nil {
		return &os.PathError{Op: "open", Path: path, Err: err}
	}
	for len(b) > 0 && err == nil {
		var n int
		if n, err = syscall.Write(fd, b); err == syscall.EINTR {
			n, err = max(n, 0), nil
		}
		b = b[max(n, 0):]
	}
	if e := syscall.Close(fd); err == nil && e != syscall.EINTR {
		err = e
	}
	if err != nil {
		os.Remove(path)
		return &os.PathError{Op: "write", Path: path, Err: err}
	}
	return nil
}
