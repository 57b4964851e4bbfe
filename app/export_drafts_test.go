package app_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/msox/prop"
	"github.com/postrider/postrider/accounts/pst"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/app/store"
)

// TestDraftsAndTimesAreExported: every format has the drafts too, and says when messages came, which is not when they were sent.
func TestDraftsAndTimesAreExported(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "Old.pst")
	f, err := pst.Create(path, pst.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	box, err := f.CreateFolder(0, "Old", "")
	if err != nil {
		t.Fatal(err)
	}
	came := time.Date(2019, 5, 4, 10, 20, 30, 0, time.UTC)
	for _, m := range []struct {
		raw   string
		flags mail.Flags
	}{{"From: a@example.com\r\nDate: Thu, 2 May 2019 08:00:00 +0000\r\nSubject: came\r\nMessage-ID: <came@example.com>\r\n\r\nfirst letter\r\n", mail.Seen},
		{"From: me@example.com\r\nDate: Fri, 3 May 2019 08:00:00 +0000\r\nSubject: begun\r\nMessage-ID: <begun@example.com>\r\n\r\nhalf a letter\r\n", mail.Seen | mail.DraftFlag}} {
		if _, err := f.AddMIME(box, []byte(m.raw), m.flags, nil, came); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	a := alone(t)
	id, err := a.AttachFile(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	var in mail.MailboxID
	waitFor(t, "the file's messages", func() bool {
		for _, b := range boxesOf(t, a, id) {
			rs := rows(t, a, store.View{Mailbox: b.ID})
			if in = b.ID; len(rs) == 2 && rs[0].HasBody && rs[1].HasBody {
				return true
			}
		}
		return false
	})
	for _, r := range rows(t, a, store.View{Mailbox: in}) {
		if !r.Received.Equal(came) {
			t.Errorf("%s came %v", r.Subject, r.Received)
		}
	}
	for _, format := range []string{"mbox", "maildir", "eml", "pst"} {
		to := t.TempDir()
		s, err := a.Export(ctx, app.ExportOptions{Format: format, Dir: to, Mailboxes: []mail.MailboxID{in}}, nil)
		if err != nil || s.Messages != 2 {
			t.Errorf("%s: %+v %v", format, s, err)
		}
		var all []byte
		times := 0
		filepath.WalkDir(to, func(p string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			if b, err := os.ReadFile(p); err == nil && format != "pst" {
				all = append(all, b...)
			}
			if st, err := d.Info(); err == nil && st.ModTime().Equal(came) {
				times++
			}
			return nil
		})
		switch format {
		case "pst":
			made, _ := filepath.Glob(filepath.Join(to, "*.pst"))
			if len(made) != 1 {
				t.Fatal(made)
			}
			x, err := pst.Open(made[0], pst.Options{})
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range x.Folders() {
				for _, r := range f.Items() {
					m, err := x.Message(r)
					if err != nil {
						t.Fatal(err)
					}
					all = append(all, prop.Text(m, prop.PidTagBody)...)
					if prop.When(m, prop.PidTagMessageDeliveryTime).Equal(came) {
						times++
					}
				}
			}
			x.Close()
		case "mbox":
			times = strings.Count(string(all), "Sat May  4 10:20:30 2019")
		}
		if !bytes.Contains(all, []byte("first letter")) || !bytes.Contains(all, []byte("half a letter")) || times != 2 {
			t.Errorf("%s: %d times are right in %q", format, times, all)
		}
	}
}
