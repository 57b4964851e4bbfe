package app_test

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/postrider/postrider/accounts/auth/keychain"
	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/testserver"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/app/doors"
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

// other skips what another program is to check where that is not installed.
func other(t *testing.T, program, pkg string) {
	t.Helper()
	if _, err := exec.LookPath(program); err != nil {
		t.Skipf("%s is not installed (%s)", program, pkg)
	}
}

// readByOthers lets readpst count the messages of the one data file in dir.
func readByOthers(t *testing.T, dir string, n int) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.pst"))
	if err != nil || len(files) != 1 {
		t.Fatalf("%q, %v", files, err)
	}
	t.Run("readpst", func(t *testing.T) {
		other(t, "readpst", "pst-utils")
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
	})
}

// TestExportKilled ends the program in the middle of an export: begun again it goes on, and every message is there once.
func TestExportKilled(t *testing.T) {
	if dir := os.Getenv("POSTRIDER_EXPORT_CHILD"); dir != "" {
		left, _ := strconv.Atoi(os.Getenv("POSTRIDER_EXPORT_LEFT"))
		a, err := app.Open(context.Background(), app.Options{Dir: dir, Keychain: keychain.Memory(), Idle: true, Crash: func(string) {
			if left--; left == 0 {
				os.Exit(9)
			}
		}})
		if err != nil {
			fmt.Println(err)
			os.Exit(3)
		}
		var ids []mail.MailboxID
		boxes, _ := a.Mailboxes(context.Background())
		for _, b := range boxes {
			if b.Total > 0 {
				ids = append(ids, b.ID)
			}
		}
		s, err := a.Export(context.Background(), app.ExportOptions{Format: os.Getenv("POSTRIDER_EXPORT_FORMAT"), Dir: os.Getenv("POSTRIDER_EXPORT_TO"), Mailboxes: ids}, nil)
		if err != nil {
			fmt.Println(err)
			os.Exit(3)
		}
		fmt.Println("messages", s.Messages)
		os.Exit(0)
	}
	a := offline(t)
	ctx := context.Background()
	files := t.TempDir()
	const n = 12
	for i := range n {
		p := filepath.Join(files, fmt.Sprintf("box%d", i%3), fmt.Sprintf("%d.eml", i))
		if err := os.MkdirAll(filepath.Dir(p), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(fmt.Sprintf("From: b@example.com\r\nSubject: Letter %d\r\nDate: Mon, %d Jan 2024 10:00:00 +0000\r\nMessage-ID: <e%d@example.com>\r\n\r\nLook.\r\n", i, 1+i, i)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if s, err := a.Import(ctx, []string{files}, app.ImportOptions{}, nil); err != nil || s.Added != n {
		t.Fatalf("%+v %v", s, err)
	}
	dir := a.Store().Dir()
	a.Close()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, format := range []string{"mbox", "maildir", "eml", "pst"} {
		to := filepath.Join(t.TempDir(), format)
		done := false
		for try := 0; !done; try++ {
			if try > 40 {
				t.Fatalf("%s: it never ends", format)
			}
			cmd := exec.Command(exe, "-test.run", "^TestExportKilled$")
			left := 3 + 2*try // a data file is begun anew each time
			if format != "pst" {
				left = 6
			}
			cmd.Env = append(os.Environ(), "POSTRIDER_EXPORT_CHILD="+dir, "POSTRIDER_EXPORT_TO="+to, "POSTRIDER_EXPORT_FORMAT="+format, fmt.Sprintf("POSTRIDER_EXPORT_LEFT=%d", left))
			out, err := cmd.CombinedOutput()
			switch {
			case err == nil:
				if done = true; strings.TrimSpace(string(out)) != fmt.Sprintf("messages %d", n) {
					t.Errorf("%s: %s", format, out)
				}
				if try == 0 {
					t.Errorf("%s: it was never killed", format)
				}
			case cmd.ProcessState.ExitCode() != 9:
				t.Fatalf("%s: %v %s", format, err, out)
			}
		}
		seen := map[string]int{}
		if err := doors.Read(ctx, to, "", func(i doors.Item) error {
			if i.Err != nil {
				t.Errorf("%s: %s: %v", format, i.Name, i.Err)
			}
			seen[string(i.Raw)]++
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if len(seen) != n {
			t.Errorf("%s: %d of %d messages are there", format, len(seen), n)
		}
		for m, c := range seen {
			if c != 1 {
				t.Errorf("%s: %d times %q", format, c, m)
			}
		}
		_ = filepath.WalkDir(to, func(p string, e os.DirEntry, err error) error {
			if err == nil && (strings.HasSuffix(p, ".part") || strings.HasPrefix(e.Name(), ".postrider")) {
				t.Errorf("left behind: %s", p)
			}
			return nil
		})
	}
}
