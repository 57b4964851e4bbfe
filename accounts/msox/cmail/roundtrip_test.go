package cmail

import (
	"bytes"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/rfc822"
	"github.com/postrider/postrider/accounts/testserver/corpora"
)

// TestMailCorpora takes every message of the corpora into an object and back: envelope, texts and attachments stay.
func TestMailCorpora(t *testing.T) {
	n, same := 0, 0
	for _, set := range []string{"mail-mimekit", "mail-enmime", "mail-mime4j", "mail-cpython", "mail-zbateson", "mail-nodemailer", "mail-postalmime"} {
		dir := corpora.Dir(t, set)
		err := filepath.WalkDir(dir, func(p string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() || strings.Contains(p, "_oracle") || !isMail(p) {
				return err
			}
			raw, err := os.ReadFile(p)
			if err != nil || len(raw) > 4<<20 {
				return err
			}
			n++
			if back(t, p, raw) {
				same++
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if n < 300 || same != n {
		t.Errorf("%d of %d messages came back the same", same, n)
	}
}

func isMail(p string) bool {
	switch filepath.Ext(p) {
	case ".eml", ".msg", ".txt", ".raw", "":
		return true
	}
	return false
}

func lower(s string) string { return strings.Join(strings.Fields(strings.ToLower(s)), " ") }

func back(t *testing.T, name string, raw []byte) bool {
	t.Helper()
	was := rfc822.Body(raw, rfc822.Options{})
	out := written(t, FromMIME(raw, From{}))
	got := rfc822.Body(out, rfc822.Options{})
	ok := true
	fail := func(f string, a ...any) {
		ok = false
		t.Errorf(name+": "+f, a...)
	}
	a, b := was.Envelope, got.Envelope
	a.Attachments, b.Attachments = false, false
	a.Subject, b.Subject = lower(a.Subject), lower(b.Subject) // blanks where it was folded
	if !reflect.DeepEqual(a, b) {
		fail("envelope\n%+v\n%+v", a, b)
	}
	if strings.TrimSpace(was.HTML) == "" && lower(was.Text) != lower(got.Text) {
		fail("text %d, %d\n%.200q\n%.200q", len(was.Text), len(got.Text), was.Text, got.Text)
	}
	if lower(was.HTML) != lower(got.HTML) {
		fail("HTML %d, %d", len(was.HTML), len(got.HTML))
	}
	if len(was.Parts) != len(got.Parts) {
		fail("parts\n%+v\n%+v", was.Parts, got.Parts)
		return ok
	}
	for _, p := range was.Parts {
		if p.Type == "message/rfc822" {
			continue
		}
		want, found := content(t, raw, p), false
		for _, q := range got.Parts {
			have := content(t, out, q)
			if strings.HasPrefix(p.Type, "message/") || p.Type == "text/calendar" { // which travel as lines of text
				have, want = crlf(have), crlf(want)
			}
			found = found || bytes.Equal(have, want) && p.Name == q.Name && p.ContentID == q.ContentID
		}
		if !found {
			fail("%+v is not among %+v", p, got.Parts)
		}
	}
	if lost := PrintOf(raw).Missing(PrintOf(out)); len(lost) > 0 {
		fail("lost: %q", lost)
	}
	return ok
}

func content(t *testing.T, raw []byte, p mail.Part) []byte {
	r, _, err := rfc822.Part(raw, p.ID)
	if err != nil {
		t.Fatal(err)
	}
	b, _ := io.ReadAll(r)
	return b
}

// TestEightBitHeader: letters of a header without a charset are those of the text.
func TestEightBitHeader(t *testing.T) {
	raw := []byte("From: a@example.com\r\nSubject: \xf0\xd2\xc9\xd7\xc5\xd4\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=koi8-r\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\xf0\xd2\xc9\r\n")
	out := written(t, FromMIME(raw, From{}))
	b := rfc822.Body(out, rfc822.Options{})
	if b.Envelope.Subject != "Привет" || strings.TrimSpace(b.Text) != "При" || bytes.Contains(out, []byte("Original-Subject")) {
		t.Errorf("%s", out)
	}
}

// TestLossIsSeen: whatever is taken from a copy is told.
func TestLossIsSeen(t *testing.T) {
	raw := []byte("From: a@example.com\r\nSubject: s\r\nX-One: 1\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nThe text\r\n--b\r\n" +
		"Content-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\nAAAA\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: in\r\n\r\ninner\r\n--b--\r\n")
	p := PrintOf(raw)
	if lost := p.Missing(PrintOf(written(t, FromMIME(raw, From{})))); len(lost) > 0 {
		t.Errorf("lost: %q", lost)
	}
	for _, c := range [][3]string{{"X-One: 1", "X-One: 2", "the header field X-One"}, {"X-One: 1\r\n", "", "the header field X-One"}, {"The text", "A text", "the text"},
		{"AAAA", "AAAB", "the attachment “a.pdf”"}, {"name=a.pdf", "name=b.pdf", "the attachment “a.pdf”"}, {"inner", "other", "the attachment “in.eml”"}, {"Subject: in", "Subject: iN", "the attachment “in.eml”"}} {
		lost := p.Missing(PrintOf(bytes.Replace(raw, []byte(c[0]), []byte(c[1]), 1)))
		if len(lost) != 1 || lost[0] != c[2] {
			t.Errorf("%q: told %q", c[0], lost)
		}
	}
}
