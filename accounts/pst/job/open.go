package job

import (
	"github.com/postrider/postrider/accounts/pst"
	"github.com/postrider/postrider/accounts/pst/check"
)

// Open opens a file for reading.
func Open(path string) (*pst.Store, error) { return pst.Open(path, pst.Options{}) }

// OpenWrite opens a file for writing too.
func OpenWrite(path string) (*pst.Store, error) { return pst.OpenWrite(path, pst.Options{}) }

// Create makes a new file. name is what people call it, "" = Outlook's own name for new files.
func Create(path, name string) (*pst.Store, error) {
	return pst.Create(path, pst.CreateOptions{Name: name})
}

// Check holds a file against every rule of the format.
func Check(s *pst.Store) *check.Report { return check.Store(s) }

// Compact writes a file anew without the space that nothing uses. It tells the bytes before and after.
func Compact(path string) (before, after int64, err error) { return pst.Compact(path) }
