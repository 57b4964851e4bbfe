// Package corpora finds the sample files that tests read and that are no part of the project: mails, calendars, cards and data files of other programs,
// one folder a set. They are in the folder that POSTRIDER_CORPORA names, else in shared/corpora beside the project; a test that does not find them is skipped.
package corpora

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// Root is the folder with the sets, which need not exist.
func Root() string {
	if dir := os.Getenv("POSTRIDER_CORPORA"); dir != "" {
		return dir
	}
	dir, err := os.Getwd()
	for err == nil && dir != filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		dir = filepath.Dir(dir)
	}
	return filepath.Join(dir, "..", "shared", "corpora")
}

// Dir is the folder of a set or of a part of one, "" = of all sets. It skips the test where there is none.
func Dir(t testing.TB, set string) string {
	t.Helper()
	dir := filepath.Join(Root(), filepath.FromSlash(set))
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no corpora: %s is not there, set POSTRIDER_CORPORA", dir)
	}
	return dir
}

// Unpack reads a file that gzip packed, whole.
func Unpack(t testing.TB, path string) []byte {
	t.Helper()
	packed, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return b
}
