package pst

import (
	"io"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/postrider/postrider/accounts/msox/prop"
)

// benchBytes is how large the files of the benchmarks are: 64 MB, or POSTRIDER_PST_MB.
func benchBytes() int64 {
	if n, err := strconv.ParseInt(os.Getenv("POSTRIDER_PST_MB"), 10, 32); err == nil && n > 0 {
		return n << 20
	}
	return 64 << 20
}

// mailbox makes messages, mail for the most part, of about 30 kB on average.
func benchMessages(n int64) (out []*prop.Message, total int64) {
	g := newGenerator(11)
	for total < n {
		m := g.message()
		for _, a := range m.Attachments {
			if a.Open != nil {
				r, size, _ := a.Open()
				r.Close()
				total += size
			}
		}
		for _, t := range m.Tags() {
			switch v, _ := m.Get(t); v := v.(type) {
			case string:
				total += int64(2 * len(v))
			case []byte:
				total += int64(len(v))
			}
		}
		out = append(out, m)
	}
	return out, total
}

func fill(tb testing.TB, path string, ms []*prop.Message) {
	os.Remove(path)
	s, err := Create(path, CreateOptions{})
	if err != nil {
		tb.Fatal(err)
	}
	boxes := make([]Ref, 5)
	for i := range boxes {
		if boxes[i], err = s.CreateFolder(0, "Box "+strconv.Itoa(i), ""); err != nil {
			tb.Fatal(err)
		}
	}
	for i, m := range ms {
		if _, err := s.Add(boxes[i%len(boxes)], m); err != nil {
			tb.Fatal(err)
		}
		if i%2000 == 1999 {
			if err := s.Commit(); err != nil {
				tb.Fatal(err)
			}
		}
	}
	if err := s.Close(); err != nil {
		tb.Fatal(err)
	}
}

// BenchmarkWrite writes a file, synced.
func BenchmarkWrite(b *testing.B) {
	ms, _ := benchMessages(min(benchBytes(), 256<<20))
	path := filepath.Join(b.TempDir(), "a.pst")
	for b.Loop() {
		fill(b, path, ms)
	}
	if st, err := os.Stat(path); err == nil {
		b.SetBytes(st.Size())
	}
}

// BenchmarkRead makes internet messages of all items.
func BenchmarkRead(b *testing.B) {
	ms, _ := benchMessages(min(benchBytes(), 256<<20))
	path := filepath.Join(b.TempDir(), "a.pst")
	fill(b, path, ms)
	st, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(st.Size())
	for b.Loop() {
		s, err := Open(path, Options{})
		if err != nil {
			b.Fatal(err)
		}
		for _, f := range s.Folders() {
			for _, r := range f.Items() {
				m, err := s.Message(r)
				if err == nil {
					err = s.WriteMIME(io.Discard, m, nil)
				}
				if err != nil {
					b.Fatal(err)
				}
			}
		}
		s.Close()
	}
}

// BenchmarkAppendOne adds one message to a folder of many, and commits.
func BenchmarkAppendOne(b *testing.B) {
	ms, _ := benchMessages(32 << 20)
	path := filepath.Join(b.TempDir(), "a.pst")
	fill(b, path, ms)
	s, err := OpenWrite(path, Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	var box Ref
	for _, f := range s.Folders() {
		if f.Name == "Box 0" {
			box = f.Ref
		}
	}
	for i := 0; b.Loop(); i++ {
		if _, err := s.Add(box, ms[i%len(ms)]); err != nil {
			b.Fatal(err)
		}
		if err := s.Commit(); err != nil {
			b.Fatal(err)
		}
	}
}
