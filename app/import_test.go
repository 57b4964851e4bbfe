package app_test

import (
	"bytes"
	"context"
	"io/fs"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/testserver"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/app/store"
)

// TestExportAndImport takes mail of a server out in each format and into a mailbox of the server again, once.
func TestExportAndImport(t *testing.T) {
	s := testserver.Start(t, testserver.Options{})
	a := open(t, s, t.TempDir())
	ctx := context.Background()
	ada := add(t, a, account(s, "ada@example.test", 993, 587))
	const n = 9
	inbox := letters(t, s, a, ada, n)
	want := map[string][]byte{}
	for _, r := range rows(t, a, store.View{Mailbox: inbox.ID}) {
		raw, err := a.Raw(ctx, r.ID)
		if err != nil {
			t.Fatal(err)
		}
		want[r.InternetID] = raw
	}
	for _, format := range []string{"mbox", "maildir", "eml", "pst"} {
		dir := filepath.Join(t.TempDir(), format)
		e, err := a.Export(ctx, app.ExportOptions{Format: format, Dir: dir, Mailboxes: []mail.MailboxID{inbox.ID}}, nil)
		if err != nil || e.Messages != n || len(e.Missing) != 0 {
			t.Fatalf("%s: %+v, %v", format, e, err)
		}
		if format == "pst" {
			readByOthers(t, dir, n)
			if _, err := a.Export(ctx, app.ExportOptions{Format: format, Dir: dir, Mailboxes: []mail.MailboxID{inbox.ID}}, nil); !fault.Is(err, fault.Local) {
				t.Errorf("a file that was there is written over: %v", err)
			}
		}
		box, err := a.CreateMailbox(ctx, ada.ID, 0, "From "+format)
		if err != nil {
			t.Fatal(err)
		}
		for turn, added := range []int{n, 0} {
			i, err := a.Import(ctx, []string{dir}, app.ImportOptions{Mailbox: box}, nil)
			if err != nil || i.Added != added || i.Same != n-added || i.Failed != 0 {
				t.Fatalf("%s, turn %d: %+v, %v", format, turn, i, err)
			}
			waitFor(t, "the upload", func() bool {
				rs := rows(t, a, store.View{Mailbox: box})
				for _, r := range rs {
					if r.Pending || !r.HasBody {
						return false
					}
				}
				return len(rs) == n
			})
		}
		for _, r := range rows(t, a, store.View{Mailbox: box}) {
			raw, err := a.Raw(ctx, r.ID)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(raw, want[r.InternetID]) {
				t.Errorf("%s: %s differs:\n%q\nwant\n%q", format, r.InternetID, raw, want[r.InternetID])
			}
		}
	}
}

// readByOthers lets readpst count the messages of the one data file in dir.
func readByOthers(t *testing.T, dir string, n int) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.pst"))
	if err != nil || len(files) != 1 {
		t.Fatalf("%q, %v", files, err)
	}
	if _, err := exec.LookPath("readpst"); err != nil {
		t.Log("readpst is not installed (pst-utils): nobody else has read the file")
		return
	}
	out := t.TempDir()
	if text, err := exec.Command("readpst", "-e", "-o", out, files[0]).CombinedOutput(); err != nil {
		t.Fatalf("readpst: %v\n%s", err, text)
	}
	got := 0
	err = filepath.WalkDir(out, func(_ string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			got++
		}
		return err
	})
	if err != nil || got != n {
		t.Errorf("readpst finds %d messages, want %d (%v)", got, n, err)
	}
}
