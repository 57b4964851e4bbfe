package cmail_test

import (
	"bytes"
	"crypto/sha256"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/postrider/postrider/accounts/icalendar"
	"github.com/postrider/postrider/accounts/msox/cmail"
	"github.com/postrider/postrider/accounts/msox/msg"
	"github.com/postrider/postrider/accounts/msox/prop"
	"github.com/postrider/postrider/accounts/pst"
	"github.com/postrider/postrider/accounts/rfc822"
	"github.com/postrider/postrider/accounts/testserver/corpora"
	"github.com/postrider/postrider/accounts/vcard"
)

// eachItem opens every archive of the corpus and gives all its items.
func eachItem(t *testing.T, f func(file string, m *prop.Message)) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(corpora.Dir(t, "pst"), "*.gz"))
	if err != nil || len(files) == 0 {
		t.Fatal("no data files", err)
	}
	for _, name := range files {
		b := corpora.Unpack(t, name)
		s, err := pst.OpenReader(bytes.NewReader(b), int64(len(b)), pst.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, folder := range s.Folders() {
			for _, r := range folder.Items() {
				m, err := s.Message(r)
				if err != nil {
					t.Errorf("%s: %v", name, err)
					continue
				}
				f(filepath.Base(name), m)
			}
		}
		s.Close()
	}
}

func digest(t *testing.T, a prop.Attachment) [32]byte {
	t.Helper()
	r, _, err := a.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	h := sha256.New()
	if _, err := io.Copy(h, r); err != nil {
		t.Fatal(err)
	}
	return [32]byte(h.Sum(nil))
}

// TestArchives writes what Outlook itself made in every format, and reads it back.
func TestArchives(t *testing.T) {
	n := map[cmail.Kind]int{}
	eachItem(t, func(file string, m *prop.Message) {
		kind := cmail.KindOf(m)
		n[kind]++
		var out bytes.Buffer
		if err := cmail.Write(&out, m, cmail.Options{}); err != nil {
			t.Fatal(err)
		}
		b := rfc822.Body(out.Bytes(), rfc822.Options{})
		name := file + ": " + cmail.Subject(m)
		if len(b.Problems) > 0 || strings.TrimSpace(b.Envelope.Subject) != strings.TrimSpace(cmail.Subject(m)) {
			t.Errorf("%s: problems %q, subject %q", name, b.Problems, b.Envelope.Subject)
		}
		if text := strings.TrimSpace(prop.Text(m, prop.PidTagBody)); text != "" && len(strings.Fields(b.Text)) < len(strings.Fields(text))*9/10 {
			t.Errorf("%s: %d words of %d", name, len(strings.Fields(b.Text)), len(strings.Fields(text)))
		}
		var have [][32]byte
		for _, p := range b.Parts {
			r, _, err := rfc822.Part(out.Bytes(), p.ID)
			if err != nil {
				t.Fatal(err)
			}
			c, _ := io.ReadAll(r)
			have = append(have, sha256.Sum256(c))
		}
		for _, a := range m.Attachments {
			if a.Open != nil && cmail.AttachmentName(a) != "ContactPicture.jpg" && !slices.Contains(have, digest(t, a)) {
				t.Errorf("%s: %q is not among the parts", name, cmail.AttachmentName(a))
			}
		}
		f, err := cmail.Export(m)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		switch kind {
		case cmail.Appointment, cmail.Task:
			if _, err := icalendar.Parse(f.Data); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		case cmail.Contact, cmail.Group:
			if k, err := vcard.Parse(f.Data); err != nil {
				t.Errorf("%s: %v", name, err)
			} else if c := k.Contact(); c.Display() == "" {
				t.Errorf("%s: no name in\n%s", name, f.Data)
			}
		}
		// The same through a file of Outlook.
		var file2 bytes.Buffer
		if err := msg.Write(&file2, m); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		again, err := msg.Read(bytes.NewReader(file2.Bytes()), int64(file2.Len()))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var out2 bytes.Buffer
		if err := cmail.Write(&out2, again, cmail.Options{}); err != nil {
			t.Fatal(err)
		}
		// HTML kept as 8-bit text becomes Unicode in the file, and says so.
		if _, narrow := m.Get(prop.PidTagBodyHtml.As(prop.String8)); !narrow && !bytes.Equal(out.Bytes(), out2.Bytes()) {
			t.Errorf("%s: %d bytes, and %d after a .msg file", name, out.Len(), out2.Len())
		}
	})
	if n[cmail.Mail] < 30 || n[cmail.Contact] < 75 || n[cmail.Appointment] < 3 || n[cmail.Group] < 1 || n[cmail.Note] < 3 {
		t.Errorf("kinds %v", n)
	}
}

// TestSeriesOfOutlook is a weekly appointment that Outlook made, with one occurrence taken out and two moved.
func TestSeriesOfOutlook(t *testing.T) {
	found := false
	eachItem(t, func(file string, m *prop.Message) {
		if file != "dist-list.pst.gz" || cmail.KindOf(m) != cmail.Appointment {
			return
		}
		found = true
		b, method, err := cmail.Calendar(m)
		if err != nil || method != "" {
			t.Fatal(method, err)
		}
		for _, want := range []string{"RRULE:FREQ=WEEKLY;BYDAY=TU\r\n", "EXDATE;TZID=Pacific Standard Time:20160809T080000\r\n", "DTSTART;TZID=Pacific Standard Time:20160802T080000\r\n",
			"RECURRENCE-ID;TZID=Pacific Standard Time:20160823T080000\r\nDTSTART;TZID=Pacific Standard Time:20160823T090000\r\n",
			"RECURRENCE-ID;TZID=Pacific Standard Time:20160830T080000\r\nDTSTART;TZID=Pacific Standard Time:20160830T100000\r\n", "DESCRIPTION:This is the one at 10\r\n"} {
			if !strings.Contains(string(b), want) {
				t.Errorf("%q is missing in\n%s", want, b)
			}
		}
	})
	if !found && !t.Skipped() {
		t.Error("no appointment")
	}
}
