package job

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/msox/prop"
	"github.com/postrider/postrider/accounts/pst"
)

// source makes a file with some messages, two of them with large attachments.
func source(t *testing.T) string {
	path := filepath.Join(t.TempDir(), "from.pst")
	s, err := Create(path, "From")
	if err != nil {
		t.Fatal(err)
	}
	box, err := s.CreateFolder(0, "In/box", "")
	if err != nil {
		t.Fatal(err)
	}
	people, err := s.CreateFolder(box, "People", "IPF.Contact")
	if err != nil {
		t.Fatal(err)
	}
	for i := range 20 {
		m := &prop.Message{Bag: prop.Map{prop.PidTagSubject: "number " + string(rune('a'+i)), prop.PidTagBody: strings.Repeat("text ", 50), prop.PidTagMessageFlags: int32(1)}}
		to := box
		if i%5 == 0 {
			m.Bag.(prop.Map)[prop.PidTagMessageClass] = "IPM.Contact"
			to = people
		}
		if i == 7 || i == 11 {
			content := bytes.Repeat([]byte{byte(i), 1, 2, 3, 4, 5, 6}, 30000)
			m.Attachments = []prop.Attachment{{Bag: prop.Map{prop.PidTagAttachLongFilename: "large.bin"}, Open: func() (io.ReadCloser, int64, error) {
				return io.NopCloser(bytes.NewReader(content)), int64(len(content)), nil
			}}}
		}
		if _, err := s.Add(to, m); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func counts(t *testing.T, path string) Info {
	s, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	i, err := GetInfo(context.Background(), s)
	if err != nil {
		t.Fatal(err)
	}
	if r := Check(s); !r.OK() {
		t.Errorf("%s: %+v", path, r.Problems[:min(4, len(r.Problems))])
	}
	return i
}

// TestCopy copies one file into another, sound and damaged.
func TestCopy(t *testing.T) {
	from := source(t)
	to := filepath.Join(t.TempDir(), "to.pst")
	put := func(folder string) Appended {
		t.Helper()
		s, err := OpenWrite(to)
		if err != nil {
			t.Fatal(err)
		}
		r, err := Append(context.Background(), s, AppendOptions{Folder: folder, From: []string{from}})
		if e := s.Close(); err != nil || e != nil {
			t.Fatal(err, e)
		}
		return r
	}
	s, err := Create(to, "To")
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	if r := put("Copy"); r.Items != 20 || r.Failed != 0 || len(r.Losses) != 0 {
		t.Errorf("%+v", r)
	}
	if i := counts(t, to); i.Items != 20 || i.Kinds[string(pst.KindContact)] != 4 || i.Attachments != 2 {
		t.Errorf("%+v", i)
	}
	// A block of an attachment is destroyed: the item is copied with what is left, and the loss is told.
	b, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	i := bytes.LastIndex(b, []byte{0xF0, 0x1F}) // the trailer of a full block
	for ; i > 0; i = bytes.LastIndex(b[:i], []byte{0xF0, 0x1F}) {
		if (i+16)%64 == 0 && i > 0x20000 {
			break
		}
	}
	clear(b[i : i+16])
	if err := os.WriteFile(from, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if r := put("Damaged"); r.Items != 20 || r.Failed != 0 || len(r.Losses) == 0 {
		t.Errorf("from a damaged file: %+v", r)
	}
	if i := counts(t, to); i.Items != 40 {
		t.Errorf("%+v", i)
	}
	// A context that has ended stops it, and what was copied is there.
	ctx, stop := context.WithCancel(context.Background())
	s, err = OpenWrite(to)
	if err != nil {
		t.Fatal(err)
	}
	_, err = Append(ctx, s, AppendOptions{Folder: "Stopped", From: []string{from}, Progress: func(n int, _ int64) {
		if n == 5 {
			stop()
		}
	}})
	s.Close()
	if err == nil {
		t.Error("a copy goes on after its context has ended")
	}
	if i := counts(t, to); i.Items != 45 {
		t.Errorf("%d items after a copy was stopped, want 45", i.Items)
	}
}

// TestExportNames: names of folders that no file system takes, and two folders of one name, make files of their own.
func TestExportNames(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.pst")
	s, err := Create(path, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"a/b", `a\b`, "..", "CON", "same", "Same"} {
		f, err := s.CreateFolder(0, name, "")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Add(f, &prop.Message{Bag: prop.Map{prop.PidTagSubject: "../../x: " + name, prop.PidTagBody: "text"}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Commit(); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	dir := filepath.Join(t.TempDir(), "out")
	r, err := Export(context.Background(), s, ExportOptions{Dir: dir, Format: "eml"})
	if err != nil || r.Items != 6 || r.Folders != 6 {
		t.Fatalf("%+v, %v", r, err)
	}
	n := 0
	filepath.WalkDir(dir, func(p string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			n++
		}
		return err
	})
	if n != 6 {
		t.Errorf("%d files in it, want 6", n)
	}
	if _, err := Export(context.Background(), s, ExportOptions{Dir: dir, Format: "eml"}); err == nil {
		t.Error("an export over another is no error")
	}
}

// TestWrittenMeanwhile: what is missing because another program writes to the file is no damage.
func TestWrittenMeanwhile(t *testing.T) {
	path := source(t)
	s, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	w, err := OpenWrite(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range w.Folders() {
		for _, r := range f.Items() {
			if err := w.Delete(r); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Commit(); err != nil {
		t.Fatal(err)
	}
	for i := range 200 {
		if _, err := w.Add(w.Deleted(), &prop.Message{Bag: prop.Map{prop.PidTagSubject: "new", prop.PidTagBody: strings.Repeat("x", 100*i)}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	_, err = GetInfo(context.Background(), s)
	if f := fault.Of(err); f == nil || f.Code != "changed" {
		t.Errorf("%v", err)
	}
}
