package pst

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/msox/cmail"
	"github.com/postrider/postrider/accounts/msox/prop"
	"github.com/postrider/postrider/accounts/pst/ndb"
	"github.com/postrider/postrider/accounts/testserver/corpora"
)

// TestMIMECorpora files every message of the corpora in a PST and takes it out again: not a byte may differ.
func TestMIMECorpora(t *testing.T) {
	dirs, _ := filepath.Glob(filepath.Join(corpora.Dir(t, ""), "mail-*"))
	s, box, path := newFile(t, "Inbox", "")
	var want [][]byte
	var refs []Ref
	for _, dir := range dirs {
		filepath.WalkDir(dir, func(p string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() || strings.Contains(p, "_oracle") {
				return err
			}
			switch filepath.Ext(p) {
			case ".eml", ".msg", ".raw", ".txt", "":
			default:
				return nil
			}
			b, err := os.ReadFile(p)
			if err != nil || len(b) == 0 || len(b) > 1<<20 {
				return err
			}
			r, err := s.AddMIME(box, b, mail.Seen, nil, time.Time{})
			if err != nil {
				t.Errorf("%s: %v", p, err)
				return nil
			}
			want, refs = append(want, b), append(refs, r)
			return nil
		})
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if len(want) < 250 {
		t.Fatalf("only %d messages", len(want))
	}
	s, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	other := 0
	for i, r := range refs {
		m, err := s.Message(r)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, ok := frameOf(m); !ok {
			other++
			continue
		}
		var b bytes.Buffer
		if err := s.WriteMIME(&b, m, nil); err != nil || !bytes.Equal(b.Bytes(), want[i]) {
			t.Errorf("message %d: %d bytes, want %d, %v", i, b.Len(), len(want[i]), err)
		}
	}
	if other > 0 {
		t.Errorf("%d of %d messages are not what they were made from any more", other, len(want))
	}
	if bad := layers(s.F); len(bad) > 0 {
		t.Errorf("%v", bad[:min(5, len(bad))])
	}
}

// TestFrame: attachments are not stored twice, and a message that somebody has changed is written as it is now.
func TestFrame(t *testing.T) {
	g := newGenerator(1)
	content := g.bytes(2 << 20)
	var raw bytes.Buffer
	fmt.Fprintf(&raw, "From: ada@example.com\r\nTo: bob@example.com\r\nSubject: large\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"=_x\"\r\n\r\npreamble\r\n--=_x\r\n\r\ntext\r\n"+
		"--=_x\r\nContent-Type: application/octet-stream; name=a.bin\r\nContent-Disposition: attachment\r\nContent-Transfer-Encoding: base64\r\n\r\n%s\r\n--=_x--\r\nepilogue\r\n", base64Lines(content))
	path := filepath.Join(t.TempDir(), "a.pst")
	s, err := Create(path, CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	r, err := s.AddMIME(s.Deleted(), raw.Bytes(), 0, nil, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Commit(); err != nil {
		t.Fatal(err)
	}
	if n := s.F.Size(); n > int64(len(content))*5/4+(1<<20) {
		t.Errorf("%d bytes for an attachment of %d", n, len(content))
	}
	m, err := s.Message(r)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := s.WriteMIME(&b, m, nil); err != nil || !bytes.Equal(b.Bytes(), raw.Bytes()) {
		t.Fatalf("%d bytes, want %d, %v", b.Len(), raw.Len(), err)
	}
	if err := s.Set(r, prop.Map{prop.PidTagBody: "other text"}); err != nil {
		t.Fatal(err)
	}
	if err := s.Commit(); err != nil {
		t.Fatal(err)
	}
	if m, err = s.Message(r); err != nil {
		t.Fatal(err)
	}
	b.Reset()
	if err := s.WriteMIME(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), "other text") || !strings.Contains(b.String(), base64.StdEncoding.EncodeToString(content[:57])) {
		t.Errorf("the changed message is not what is written: %.400q", b.String())
	}
}

// TestRefusals: what cannot be done says so, and leaves the file as it was.
func TestRefusals(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.pst")
	s, err := Create(path, CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	kind := func(err error, k fault.Kind, code string) {
		t.Helper()
		var f *fault.Error
		if !errors.As(err, &f) || f.Kind != k || f.Code != code || f.Title == "" {
			t.Errorf("%v, want %s/%s", err, k, code)
		}
	}
	_, err = Create(path, CreateOptions{})
	kind(err, fault.Busy, "locked")
	_, err = OpenWrite(path, Options{})
	kind(err, fault.Busy, "locked")
	_, _, err = Compact(path)
	kind(err, fault.Busy, "locked")
	_, err = s.Add(77, &prop.Message{Bag: prop.Map{}})
	kind(err, fault.NotFound, "")
	kind(s.DeleteFolder(s.Deleted()), fault.Refused, "system-folder")
	kind(s.RenameFolder(s.Top(), 0, "x"), fault.Refused, "system-folder")
	a, _ := s.CreateFolder(0, "a", "")
	b, _ := s.CreateFolder(a, "b", "")
	kind(s.RenameFolder(a, b, "a"), fault.Refused, "into-itself")
	// An attachment that cannot be read: nothing is filed, nothing is left behind.
	if err := s.Commit(); err != nil {
		t.Fatal(err)
	}
	blocks := func() (n int) {
		s.F.Blocks(func(ndb.Ref, int, uint16) bool { n++; return true })
		return n
	}
	before := blocks()
	m := newGenerator(1).message()
	m.Attachments = []prop.Attachment{attach("good", make([]byte, 50000)), {Bag: prop.Map{}, Open: func() (io.ReadCloser, int64, error) {
		return io.NopCloser(io.MultiReader(bytes.NewReader(make([]byte, 30000)), badReader{})), -1, nil
	}}}
	if _, err := s.Add(a, m); err == nil {
		t.Error("a message whose attachment cannot be read was filed")
	}
	if err := s.Commit(); err != nil {
		t.Fatal(err)
	}
	if n := blocks(); n > before+2 { // the names it brought stay
		t.Errorf("%d blocks, %d before", n, before)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path + ".lock"); err == nil {
		t.Error("the lock file is left")
	}
	_, err = Create(path, CreateOptions{})
	kind(err, fault.Conflict, "exists")
	// Other formats are read only.
	ansi := filepath.Join(dir, "ansi.pst")
	write(t, ansi, unpacked(t, "pstsdk-sample2-ansi.pst.gz"))
	_, err = OpenWrite(ansi, Options{})
	kind(err, fault.Refused, "read-only")
	text := filepath.Join(dir, "text.pst")
	write(t, text, bytes.Repeat([]byte("text "), 10000))
	_, err = Open(text, Options{})
	kind(err, fault.Usage, "not-pst")
	_, err = Open(filepath.Join(dir, "none.pst"), Options{})
	kind(err, fault.NotFound, "no-file")
	_, err = Open(dir, Options{})
	kind(err, fault.Usage, "not-pst")
}

type badReader struct{}

func (badReader) Read([]byte) (int, error) { return 0, errors.New("the disk is gone") }

// TestCompact: what was deleted is gone from the file, the rest is as it was.
func TestCompact(t *testing.T) {
	s, box, path := newFile(t, "Inbox", "")
	g := newGenerator(4)
	for range 150 {
		if _, err := s.Add(box, g.message()); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Commit(); err != nil {
		t.Fatal(err)
	}
	for i, r := range (&Folder{s: s, Ref: box}).Items() {
		if i%3 > 0 {
			if err := s.Delete(r); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := s.Commit(); err != nil {
		t.Fatal(err)
	}
	want := state(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	before, after, err := Compact(path)
	if err != nil {
		t.Fatal(err)
	}
	if after > before*6/10 {
		t.Errorf("%d bytes, %d before", after, before)
	}
	if s, err = Open(path, Options{}); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if got := state(t, s); got != want {
		t.Errorf("it holds\n%s\nwant\n%s", got, want)
	}
	if bad := layers(s.F); len(bad) > 0 {
		t.Errorf("%v", bad[:min(5, len(bad))])
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".compact*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func FuzzFrame(f *testing.F) {
	raw := []byte("From: ada@example.com\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\ntext\r\n--b\r\nContent-Disposition: attachment; filename=a\r\n\r\n" + strings.Repeat("line\r\n", 100) + "--b--\r\n")
	m := cmail.FromMIME(raw, cmail.From{})
	frame, err := makeFrame(raw, m)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw, frame[frameHead:])
	f.Add([]byte("x"), []byte{})
	f.Fuzz(func(t *testing.T, raw, packed []byte) {
		m := cmail.FromMIME(raw, cmail.From{})
		unframe(&limited{left: 1 << 20}, m, packed)
		frame, err := makeFrame(raw, m)
		if err != nil {
			return
		}
		var b bytes.Buffer
		if err := unframe(&b, m, frame[frameHead:]); err != nil || !bytes.Equal(b.Bytes(), raw) {
			t.Errorf("%q came back as %q, %v", raw, b.Bytes(), err)
		}
	})
}
