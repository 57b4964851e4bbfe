package doors

import (
	"archive/zip"
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/rfc822"
	"github.com/postrider/postrider/accounts/testserver/corpora"
)

const one = "From: ada@example.com\nSubject: One\n\nHello\n"

func texts(t *testing.T, box string, d Dialect) (out []string) {
	t.Helper()
	if err := Mbox(strings.NewReader(box), int64(len(box)), d, func(i Item) error {
		if i.Err != nil {
			t.Errorf("%s: %v", i.Name, i.Err)
		}
		out = append(out, string(i.Raw))
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestMboxDialects(t *testing.T) {
	const sep = "From a@example.com Mon Jan  1 00:00:00 2024\n"
	h := "Subject: x\n\n"
	cl := "Subject: x\nContent-Length: 27\n\n"
	cl2 := strings.Replace(cl, "27", "28", 1)
	for _, c := range []struct {
		d    Dialect
		box  string
		want []string
	}{
		{Mboxo, sep + h + ">From me\n>>From you\n\n" + sep + one + "\n", []string{h + "From me\n>>From you\n", one}},
		{Mboxrd, sep + h + ">From me\n>>From you\n\n" + sep + one + "\n", []string{h + "From me\n>From you\n", one}},
		{Auto, sep + h + ">From me\n>>From you\n\n" + sep + one + "\n", []string{h + "From me\n>From you\n", one}},
		{Mboxcl2, sep + cl2 + "first\n\nFrom the start\n>From\n" + "\n" + sep + one + "\n", []string{cl2 + "first\n\nFrom the start\n>From\n", one}},
		{Auto, sep + cl2 + "first\n\nFrom the start\n>From\n" + "\n" + sep + one + "\n", []string{cl2 + "first\n\nFrom the start\n>From\n", one}},
		{Mboxcl, sep + cl + ">From me\nanother line here\n" + "\n" + sep + one, []string{cl + "From me\nanother line here\n", one}},
		{Auto, sep + strings.Replace(cl, "27", "9999999", 1) + "text\n\n" + sep + one, []string{strings.Replace(cl, "27", "9999999", 1) + "text\n", one}},
	} {
		got := texts(t, c.box, c.d)
		if strings.Join(got, "|") != strings.Join(c.want, "|") {
			t.Errorf("%q:\n%q\nwant\n%q", c.d, got, c.want)
		}
	}
}

// Each dialect that is written is read again as it was, but for what the dialect itself cannot tell.
func TestWriteDialects(t *testing.T) {
	raws := []string{"Subject: a\r\n\r\nFrom here\r\n>From there\r\n\r\n", "Subject: b\r\nContent-Length: 99999\r\n\r\nlast\r\nFrom the end\r\n", "Subject: c\r\n\r\n", "Subject: d\r\n\r\nno end"}
	for _, d := range []Dialect{Mboxo, Mboxrd, Mboxcl, Mboxcl2} {
		var b bytes.Buffer
		for _, r := range raws {
			if err := WriteMbox(&b, d, "a@example.com", "Mon Jan  1 00:00:00 2024", []byte(r)); err != nil {
				t.Fatal(err)
			}
		}
		got := texts(t, b.String(), d)
		if len(got) != len(raws) {
			t.Errorf("%s: %d messages: %q", d, len(got), got)
			continue
		}
		for i, g := range got {
			want := strings.ReplaceAll(raws[i], "\r\n", "\n")
			if !strings.HasSuffix(want, "\n") {
				want += "\n"
			}
			if d == Mboxo || d == Mboxcl {
				want, g = strings.ReplaceAll(want, "\n>From", "\nFrom"), strings.ReplaceAll(g, "\n>From", "\nFrom")
			}
			lines := func(s string) string {
				var out []string
				for _, l := range strings.Split(s, "\n") {
					if !strings.HasPrefix(l, "Content-Length:") {
						out = append(out, l)
					}
				}
				return strings.Join(out, "\n")
			}
			if lines(g) != lines(want) {
				t.Errorf("%s: message %d is %q, not %q", d, i, g, want)
			}
		}
	}
}

func TestWriteMboxIsReadAgain(t *testing.T) {
	raws := []string{"Subject: a\r\n\r\nFrom here\r\n>From there\r\n\r\n", "Subject: b\r\n\r\nlast\r\n", "Subject: c\r\n\r\n"}
	var b bytes.Buffer
	for _, r := range raws {
		if err := WriteMbox(&b, Auto, "", "Mon Jan  1 00:00:00 2024", []byte(r)); err != nil {
			t.Fatal(err)
		}
	}
	got := texts(t, b.String(), Auto)
	if len(got) != len(raws) {
		t.Fatalf("%d messages: %q", len(got), b.String())
	}
	for i, r := range raws {
		if s := string(rfc822.WireLines([]byte(got[i]))); s != r {
			t.Errorf("%q, want %q", s, r)
		}
	}
}

func TestReadFolders(t *testing.T) {
	dir := t.TempDir()
	put := func(name, text string) {
		p := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put("md/cur/1:2,FS", one)
	put("md/new/2", one)
	put("md/tmp/3", one)
	put("a.eml", one)
	put("b.eml", "no message at all")
	put("notes.txt", one)
	var z bytes.Buffer
	w := zip.NewWriter(&z)
	f, _ := w.Create("in/c.eml")
	f.Write([]byte(one))
	w.Close()
	put("z.zip", z.String())
	var good, bad int
	var flags mail.Flags
	if err := Read(context.Background(), dir, Auto, func(i Item) error {
		if i.Err != nil {
			bad++
			return nil
		}
		good++
		if string(i.Raw) != strings.ReplaceAll(one, "\n", "\r\n") {
			t.Errorf("%s: %q", i.Name, i.Raw)
		}
		if strings.Contains(i.Name, "cur") {
			flags = i.Flags
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if good != 4 || bad != 1 || flags != mail.Seen|mail.Flagged {
		t.Errorf("%d read, %d not, flags %v", good, bad, flags)
	}
}

func FuzzMbox(f *testing.F) {
	f.Add([]byte("From a\nSubject: x\nContent-Length: 5\n\nabcd\n\nFrom b\n\n>From x\n"), "")
	f.Add([]byte("From a\n\nFrom b\nX\n\nFrom \n"), "mboxcl")
	f.Fuzz(func(t *testing.T, raw []byte, d string) {
		total := 0
		_ = Mbox(bytes.NewReader(raw), int64(len(raw)), Dialect(d), func(i Item) error {
			total += len(i.Raw)
			return nil
		})
		if total > len(raw) {
			t.Errorf("%d bytes of %d", total, len(raw))
		}
	})
}

func FuzzZipAndMessage(f *testing.F) {
	var z bytes.Buffer
	w := zip.NewWriter(&z)
	e, _ := w.Create("c.eml")
	e.Write([]byte(one))
	w.Close()
	f.Add(z.Bytes())
	f.Add([]byte(one))
	f.Add(append([]byte(nil), compound...))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, raw []byte) {
		p := filepath.Join(dir, "f")
		if err := os.WriteFile(p, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		_ = Read(context.Background(), p, Auto, func(i Item) error {
			if i.Err != nil && i.Raw != nil {
				t.Errorf("%s has both an error and a text", i.Name)
			}
			return nil
		})
	})
}

// TestReadDataFiles reads the mail of files that Outlook wrote.
func TestReadDataFiles(t *testing.T) {
	dir := corpora.Dir(t, "pst")
	for name, want := range map[string][2]int{"tika-testPST.pst.gz": {7, 0}, "ansi-enron-calendar.pst.gz": {0, 1}} {
		raw := corpora.Unpack(t, filepath.Join(dir, name))
		p := filepath.Join(t.TempDir(), "f.pst")
		if err := os.WriteFile(p, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		var n [2]int // messages, others
		if err := Read(context.Background(), p, Auto, func(i Item) error {
			if i.Err != nil || !looksLikeMail(i.Raw) {
				t.Errorf("%s in %q: %v", i.Name, i.Folder, i.Err)
			}
			if i.Kind == "" {
				n[0]++
				return nil
			}
			n[1]++
			if !bytes.HasPrefix(i.Raw, []byte("BEGIN:V")) {
				t.Errorf("%s is %q", i.Name, i.Raw)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if n != want {
			t.Errorf("%s: %d messages and others, want %d", name, n, want)
		}
	}
}
