package pst

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/accounts/remote/remotetest"
)

// TestConformance: a writable file is a back end like any other.
func TestConformance(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.pst")
	s, err := Create(path, CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.CreateFolder(0, "Inbox", ""); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	o := &Opener{Path: path}
	remotetest.Run(t, remotetest.Env{Open: func(t testing.TB) *remote.Conn {
		c, err := o.Open(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		return c
	}})
	f, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if bad := layers(f.F); len(bad) > 0 {
		t.Errorf("after it: %v", bad[:min(5, len(bad))])
	}
}
