package cmail

import (
	"bytes"
	"crypto/sha256"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/postrider/postrider/accounts/msox/prop"
	"github.com/postrider/postrider/accounts/msox/tnef"
	"github.com/postrider/postrider/accounts/rfc822"
	"github.com/postrider/postrider/accounts/testserver/corpora"
)

func written(t testing.TB, m *prop.Message) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, m, Options{}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// wellFormed holds what is true of everything that Write makes.
func wellFormed(t testing.TB, name string, raw []byte) {
	t.Helper()
	if bytes.Contains(bytes.ReplaceAll(raw, []byte("\r\n"), nil), []byte("\n")) || bytes.Contains(bytes.ReplaceAll(raw, []byte("\r\n"), nil), []byte("\r")) {
		t.Errorf("%s: a line end is not CRLF", name)
	}
	for _, l := range bytes.Split(raw, []byte("\r\n")) {
		if len(l) > 998 {
			t.Errorf("%s: a line of %d bytes: %.60q", name, len(l), l)
		}
	}
	if bytes.IndexByte(raw, 0) >= 0 {
		t.Errorf("%s: a NUL", name)
	}
	if p := rfc822.Body(raw, rfc822.Options{}).Problems; len(p) > 0 {
		t.Errorf("%s: problems %q", name, p)
	}
}

// parts are the digests of what is in a message's parts.
func parts(t testing.TB, raw []byte) (out [][32]byte) {
	t.Helper()
	for _, p := range rfc822.Body(raw, rfc822.Options{}).Parts {
		r, _, err := rfc822.Part(raw, p.ID)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, sha256.Sum256(b))
	}
	return out
}

// TestTNEFCorpus writes every winmail.dat of the corpus as MIME and reads that back.
func TestTNEFCorpus(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(corpora.Dir(t, "tnef-mimekit"), "*.tnef"))
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		m, _ := tnef.Parse(b)
		if m == nil {
			t.Errorf("%s cannot be read", f)
			continue
		}
		name := filepath.Base(f)
		raw := written(t, m)
		wellFormed(t, name, raw)
		if !bytes.Equal(raw, written(t, m)) {
			t.Errorf("%s: written differently the second time", name)
		}
		got := parts(t, raw)
		n := 0
		for _, a := range m.Attachments {
			if a.Open == nil {
				continue
			}
			r, _, err := a.Open()
			if err != nil {
				t.Fatal(err)
			}
			b, _ := io.ReadAll(r)
			n++
			if !slices.Contains(got, sha256.Sum256(b)) {
				t.Errorf("%s: %s is not among the parts", name, AttachmentName(a))
			}
		}
		body := rfc822.Body(raw, rfc822.Options{})
		if prop.Bytes(m, prop.PidTagRtfCompressed) != nil && strings.TrimSpace(body.HTML) == "" && strings.TrimSpace(body.Text) == "" {
			t.Logf("%s: no text at all", name)
		}
		t.Logf("%s: %q, %d attachments, %d bytes of text, %d of HTML", name, body.Envelope.Subject, n, len(body.Text), len(body.HTML))
	}
}
