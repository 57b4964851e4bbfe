package winmail

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/rfc822"
	"github.com/postrider/postrider/accounts/testserver/corpora"
)

// packed is a message with a winmail.dat, as gateways send it.
func packed(t testing.TB, stream []byte, text string) []byte {
	t.Helper()
	return []byte("From: Anna <anna@example.com>\r\nSubject: packed\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n" +
		text + "\r\n--b\r\nContent-Type: application/ms-tnef; name=\"winmail.dat\"\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
		base64.StdEncoding.EncodeToString(stream) + "\r\n--b--\r\n")
}

func TestAttachmentsAreShown(t *testing.T) {
	dir := corpora.Dir(t, "tnef-mimekit")
	for name, want := range map[string][]string{
		"attachments": {"bookmark.htm", "zappa_av1.jpg"}, "two-files": {"AUTHORS", "README"}, "one-file": {"AUTHORS"},
		"data-before-name": {"AUTOEXEC.BAT", "CONFIG.SYS", "boot.ini"}, "unicode-mapi-attr": {"example.dat"},
	} {
		stream, err := os.ReadFile(filepath.Join(dir, name+".tnef"))
		if err != nil {
			t.Fatal(err)
		}
		raw := packed(t, stream, "Outer text")
		b := Body(raw, rfc822.Options{})
		if len(b.Problems) > 0 || !strings.Contains(b.Text, "Outer text") || !b.Envelope.Attachments {
			t.Errorf("%s: %q %q", name, b.Problems, b.Text)
		}
		found := map[string]mail.Part{}
		for _, p := range b.Parts {
			found[p.Name] = p
		}
		if _, still := found["winmail.dat"]; still || len(b.Parts) != len(want) {
			t.Errorf("%s: parts %+v", name, b.Parts)
		}
		for _, f := range want {
			r, p, err := Part(raw, found[f].ID)
			if err != nil || p.Name != f || p.ID != found[f].ID {
				t.Errorf("%s: %s: %+v, %v", name, f, p, err)
				continue
			}
			got, _ := io.ReadAll(r)
			file, err := os.ReadFile(filepath.Join(dir, name, f))
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Contains(file, []byte("\r\n")) {
				got = bytes.ReplaceAll(got, []byte("\r\n"), []byte("\n"))
			}
			if sha256.Sum256(got) != sha256.Sum256(file) {
				t.Errorf("%s: %s has %d bytes, not %d", name, f, len(got), len(file))
			}
		}
	}
}

func TestTheTextIsShown(t *testing.T) {
	stream, err := os.ReadFile(filepath.Join(corpora.Dir(t, "tnef-mimekit"), "body.tnef"))
	if err != nil {
		t.Fatal(err)
	}
	b := Body(packed(t, stream, ""), rfc822.Options{})
	if !strings.Contains(b.HTML, "<") || !strings.Contains(b.Text, "Congress") || len(b.Parts) != 0 || b.Envelope.Attachments {
		t.Errorf("HTML %.80q, text %.80q, parts %+v", b.HTML, b.Text, b.Parts)
	}
}

func TestWhatIsNoPackageStays(t *testing.T) {
	raw := packed(t, []byte("not what it says"), "Text")
	b := Body(raw, rfc822.Options{})
	if len(b.Parts) != 1 || b.Parts[0].Name != "winmail.dat" || !b.Envelope.Attachments {
		t.Fatalf("parts %+v", b.Parts)
	}
	r, _, err := Part(raw, b.Parts[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := io.ReadAll(r); string(got) != "not what it says" {
		t.Errorf("content %q", got)
	}
	if _, _, err := Part(raw, (b.Parts[0].ID+1)<<innerBits|3); err == nil {
		t.Error("a part of a package that is none was found")
	}
}

func TestWhatIsPackedIsFound(t *testing.T) {
	dir := corpora.Dir(t, "tnef-mimekit")
	stream, err := os.ReadFile(filepath.Join(dir, "two-files.tnef"))
	if err != nil {
		t.Fatal(err)
	}
	if in := Ingest(packed(t, stream, "Outer")); in.Names != "AUTHORS README" || !in.Attachments || !strings.Contains(in.Text, "Outer") {
		t.Errorf("%+v", in)
	}
	if stream, err = os.ReadFile(filepath.Join(dir, "body.tnef")); err != nil {
		t.Fatal(err)
	}
	if in := Ingest(packed(t, stream, "")); in.Attachments || in.Names != "" || !strings.Contains(in.Text, "Congress") || in.Snippet == "" {
		t.Errorf("%+v", in)
	}
	if in := Ingest([]byte("Subject: x\r\n\r\nabout winmail.dat\r\n")); in.Attachments || in.Envelope.Subject != "x" || !strings.Contains(in.Text, "about") {
		t.Errorf("%+v", in)
	}
}

func FuzzBody(f *testing.F) {
	f.Add([]byte("x\x9f>\"\x01\x00"), "text")
	meeting, err := os.ReadFile(filepath.Join("testdata", "meeting.tnef"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(meeting, "text")
	f.Add([]byte("PK"), "\r\n--b\r\nContent-Type: application/ms-tnef\r\n\r\nx")
	f.Fuzz(func(t *testing.T, stream []byte, text string) {
		raw := packed(t, stream, text)
		for _, p := range Body(raw, rfc822.Options{}).Parts {
			r, q, err := Part(raw, p.ID)
			if err != nil || q.Name != p.Name {
				t.Fatalf("%+v is there, but %+v, %v is opened", p, q, err)
			}
			io.Copy(io.Discard, r)
		}
		Ingest(raw)
	})
}
