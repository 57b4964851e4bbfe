package store

import (
	"context"
	"os"
	"path/filepath"
)

// Freeze writes copies of the databases as they are at one moment into a folder and keeps every file that they name from being removed until release is called, so that a
// profile that is in use can be copied: the copies of the databases first, then packs and blobs, which only grow. Names are those of the profile. Who writes mail waits
// while bodies.db is copied; it is the small one.
func (s *Store) Freeze(ctx context.Context, dir string) (release func(), names []string, err error) {
	s.keeping.RLock()
	defer func() {
		if err != nil {
			s.keeping.RUnlock()
		}
	}()
	// In this order: a body is durable before the row that names it.
	if err = s.copyDB(ctx, indexFile, dir); err != nil {
		return nil, nil, err
	}
	select {
	case s.wmu <- struct{}{}:
	case <-ctx.Done():
		return nil, nil, ctx.Err()
	}
	err = s.copyDB(ctx, bodiesFile, dir)
	<-s.wmu
	if err != nil {
		return nil, nil, err
	}
	return s.keeping.RUnlock, []string{indexFile, bodiesFile}, nil
}

// copyDB writes a database as it is now into a new file of a folder, with what is in its log. The connections of the readers may not be used: they allow no writing
// whatsoever.
func (s *Store) copyDB(ctx context.Context, name, dir string) error {
	db, err := openDB(filepath.Join(s.dir, name), 1)
	if err != nil {
		return local("copy", err)
	}
	defer db.Close()
	to := filepath.Join(dir, name)
	if _, err := db.ExecContext(ctx, "VACUUM INTO ?", to); err != nil {
		return local("copy", err)
	}
	return os.Chmod(to, 0o600)
}

// Passing reports whether a file of a profile is of this moment only: logs of the databases, the lock, what is put aside. A copy does without.
func Passing(rel string) bool {
	switch rel {
	case lockName, spoolName, indexFile + "-wal", indexFile + "-shm", indexFile + "-journal", bodiesFile + "-wal", bodiesFile + "-shm", bodiesFile + "-journal":
		return true
	}
	return false
}
