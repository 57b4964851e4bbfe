package pst

import (
	"os"
	"strconv"
	"testing"
)

func TestMakeBig(t *testing.T) {
	path := os.Getenv("PST_BIG")
	if path == "" {
		t.Skip()
	}
	n, _ := strconv.Atoi(os.Getenv("PST_N"))
	os.Remove(path)
	s, err := Create(path, CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	a, _ := s.CreateFolder(0, "Inbox", "")
	b, _ := s.CreateFolder(a, "Sub", "")
	g := newGenerator(3)
	for i := range n {
		f := a
		if i%3 == 0 {
			f = b
		}
		if _, err := s.Add(f, g.message()); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}
