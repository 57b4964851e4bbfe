package job

import (
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Folders with the same beginning are made once, in one batch and in the next.
func TestArchiveFoldersOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.pst")
	for range 2 {
		a, err := OpenArchive(path, "Archive")
		if err != nil {
			t.Fatal(err)
		}
		for _, folder := range [][]string{{"Studio", "Inbox"}, {"Studio", "Sent"}, {"Studio", "Projects", "Pier 4"}, {"Home", "Inbox"}, {"Studio", "Projects"}} {
			if _, err := a.Put(folder, []byte("Subject: x\r\n\r\ny\r\n"), 0, nil, time.Now()); err != nil {
				t.Fatal(err)
			}
		}
		if err := a.Commit(); err != nil {
			t.Fatal(err)
		}
		if err := a.Close(); err != nil {
			t.Fatal(err)
		}
	}
	s, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	seen := map[string]int{}
	for _, f := range s.Folders() {
		seen[strings.Join(f.Path[min(1, len(f.Path)):], "/")]++
	}
	for _, want := range []string{"Studio", "Studio/Inbox", "Studio/Sent", "Studio/Projects", "Studio/Projects/Pier 4", "Home", "Home/Inbox"} {
		if seen[want] != 1 {
			t.Errorf("%s is there %d times: %v", want, seen[want], seen)
		}
	}
}
