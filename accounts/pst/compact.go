package pst

import (
	"os"
	"path/filepath"

	"github.com/postrider/postrider/accounts/pst/ndb"
)

// Compact writes a file anew without the space that nothing uses, and puts the new one in its place at the end: stopped before,
// it leaves the old one. Room for both is needed meanwhile. It tells the bytes before and after.
func Compact(path string) (before, after int64, err error) {
	lock, err := ndb.TakeLock(path)
	if err != nil {
		return 0, 0, writeFault(path, err)
	}
	defer lock.Release()
	old, err := os.Open(path)
	if err != nil {
		return 0, 0, openFault(path, err)
	}
	defer old.Close()
	st, err := old.Stat()
	if err != nil {
		return 0, 0, openFault(path, err)
	}
	before = st.Size()
	f, err := ndb.Open(old, st.Size(), ndb.Options{})
	if err != nil {
		return before, 0, openFault(path, err)
	}
	if f.Format() != ndb.Unicode || f.Header().Client != "SM" {
		return before, 0, writeFault(path, ndb.ErrReadOnly)
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".compact-*.pst")
	if err != nil {
		return before, 0, writeFault(path, err)
	}
	done := false
	defer func() {
		tmp.Close()
		if !done {
			os.Remove(tmp.Name())
		}
	}()
	if err := tmp.Chmod(st.Mode().Perm()); err != nil {
		return before, 0, writeFault(path, err)
	}
	if err := ndb.Copy(tmp, f); err != nil {
		return before, 0, writeFault(path, err)
	}
	if st, err = tmp.Stat(); err != nil {
		return before, 0, writeFault(path, err)
	}
	if err := tmp.Close(); err != nil {
		return before, 0, writeFault(path, err)
	}
	old.Close() // open files are not replaced on every system
	if err := os.Rename(tmp.Name(), path); err != nil {
		return before, 0, writeFault(path, err)
	}
	done = true
	syncDir(filepath.Dir(path))
	return before, st.Size(), nil
}

// syncDir makes a rename safe, where directories can be synced.
func syncDir(dir string) {
	if d, err := os.Open(dir); err == nil {
		d.Sync()
		d.Close()
	}
}
