// Package ndbtest is storage in memory for tests that write data files.
package ndbtest

import "bytes"

// Memory is an ndb.Storage; B is what is in it.
type Memory struct{ B []byte }

// ReadAt implements io.ReaderAt.
func (m *Memory) ReadAt(p []byte, off int64) (int, error) { return bytes.NewReader(m.B).ReadAt(p, off) }

// WriteAt implements io.WriterAt.
func (m *Memory) WriteAt(p []byte, off int64) (int, error) {
	if n := off + int64(len(p)); n > int64(len(m.B)) {
		m.B = append(m.B, make([]byte, n-int64(len(m.B)))...)
	}
	return copy(m.B[off:], p), nil
}

// Sync implements ndb.Storage: it is all safe.
func (m *Memory) Sync() error { return nil }

// Truncate implements ndb.Storage.
func (m *Memory) Truncate(n int64) error {
	if n <= int64(len(m.B)) {
		m.B = m.B[:n]
	} else {
		m.B = append(m.B, make([]byte, n-int64(len(m.B)))...)
	}
	return nil
}
