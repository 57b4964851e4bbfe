package app_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/auth/keychain"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/pst/job"
	"github.com/postrider/postrider/accounts/testserver"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/app/store"
)

// letters delivers messages of several kinds to a person's inbox and waits until all are here.
func letters(t *testing.T, s *testserver.Server, a *app.App, acc mail.Account, n int) mail.Mailbox {
	t.Helper()
	for i := range n {
		body := strings.Repeat(fmt.Sprintf("Line of letter %d.\r\n", i), 5+i%40)
		head := "Content-Type: text/plain; charset=utf-8\r\n"
		switch i % 3 {
		case 1:
			head = "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n"
			body = "--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Grüße " + fmt.Sprint(i) + "</p>\r\n--b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename=plan.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
				strings.Repeat("QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5\r\n", 30) + "--b--\r\n"
		case 2:
			head, body = "", "no header at all of its kind\r\n..dots\r\n \r\ntrailing spaces  \r\n"
		}
		if err := s.Deliver(acc.Address, []byte(fmt.Sprintf("From: Kari <kari@example.com>\r\nTo: %s\r\nSubject: Letter %d\r\nMessage-ID: <letter-%d@example.com>\r\nDate: Mon, %d Jan 2024 10:00:00 +0000\r\n%s\r\n%s", acc.Address, i, i, 1+i%28, head, body))); err != nil {
			t.Fatal(err)
		}
	}
	waitFor(t, "the letters", func() bool {
		rs := rows(t, a, store.View{Mailbox: mailbox(t, a, acc.ID, mail.RoleInbox).ID})
		whole := 0
		for _, r := range rs {
			if r.HasBody {
				whole++
			}
		}
		return whole == n
	})
	return mailbox(t, a, acc.ID, mail.RoleInbox)
}

// inFile returns the subjects of the messages in a data file, and fails when it breaks a rule of the format.
func inFile(t *testing.T, path string) map[string]int {
	t.Helper()
	s, err := job.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if r := job.Check(s); !r.OK() {
		t.Errorf("the file breaks rules of its format: %+v", r)
	}
	out := map[string]int{}
	if err := job.List(context.Background(), s, "", func(e job.Entry) error {
		out[e.Subject]++
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestArchive(t *testing.T) {
	s := testserver.Start(t, testserver.Options{})
	a := open(t, s, t.TempDir())
	ctx := context.Background()
	ada := add(t, a, account(s, "ada@example.test", 993, 587))
	const n = 90
	box := letters(t, s, a, ada, n)
	file := filepath.Join(t.TempDir(), "Letters.pst")
	plan := app.ArchivePlan{Mailboxes: []mail.MailboxID{box.ID}, File: file, Unread: true, Before: time.Date(2024, 1, 20, 0, 0, 0, 0, time.UTC)}
	est, err := a.EstimateArchive(ctx, plan)
	if err != nil || len(est) != 1 || est[0].Messages == 0 || est[0].Messages >= n || est[0].Missing != 0 {
		t.Fatalf("estimated %+v (%v)", est, err)
	}
	steps := 0
	got, err := a.Archive(ctx, plan, func(app.ArchiveState) { steps++ })
	if err != nil {
		t.Fatal(err)
	}
	want := est[0].Messages
	if got.Total != want || got.Copied != want || got.Verified != want || got.Moved != want || len(got.Differs)+len(got.Missing) != 0 || !got.Done || steps == 0 {
		t.Errorf("archived %+v, wanted %d", got, want)
	}
	in := inFile(t, file)
	if len(in) != want {
		t.Errorf("%d messages are in the file, not %d", len(in), want)
	}
	trash := mailbox(t, a, ada.ID, mail.RoleTrash)
	waitFor(t, "the server's Trash", func() bool {
		return len(rows(t, a, store.View{Mailbox: box.ID})) == n-want && len(rows(t, a, store.View{Mailbox: mailbox(t, a, ada.ID, mail.RoleTrash).ID})) == want
	})
	_ = trash
	runs, err := a.Archives(ctx)
	if err != nil || len(runs) != 1 || runs[0].Moved != want {
		t.Errorf("the ledger says %+v (%v)", runs, err)
	}
	back, gone, err := a.UndoArchive(ctx, got.Run)
	if err != nil || back != want || gone != 0 {
		t.Errorf("undone: %d back, %d gone (%v)", back, gone, err)
	}
	waitFor(t, "the inbox as it was", func() bool { return len(rows(t, a, store.View{Mailbox: box.ID})) == n })
	// A second archive of the same is a run of its own; nothing is lost by it either.
	plan.Keep = true
	if got, err = a.Archive(ctx, plan, nil); err != nil || got.Verified != want || got.Moved != 0 {
		t.Errorf("keeping the originals: %+v (%v)", got, err)
	}
}

// TestArchiveKilled kills the program again and again while it archives: in the end everything is in the file once, and nothing is anywhere twice.
func TestArchiveKilled(t *testing.T) {
	if dir := os.Getenv("POSTRIDER_ARCHIVE_CHILD"); dir != "" {
		archiveChild(dir)
		return
	}
	const n = 400
	k := newKilling(t, n)
	file := k.file
	killed := 0
	for i := 0; ; i++ {
		if i > 60 {
			t.Fatal("it never ends")
		}
		cmd := k.child("TestArchiveKilled", "POSTRIDER_ARCHIVE_CHILD="+k.dir)
		var out strings.Builder
		cmd.Stdout, cmd.Stderr = &out, &out
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		done := make(chan error, 1)
		go func() { done <- cmd.Wait() }()
		select {
		case err := <-done:
			if err != nil {
				t.Fatalf("%v: %s", err, out.String())
			}
		case <-time.After(time.Duration(120+37*i) * time.Millisecond):
			_ = cmd.Process.Kill()
			<-done
			killed++
			if _, err := os.Stat(file); err == nil {
				inFile(t, file) // what is there opens, whole
			}
			continue
		}
		break
	}
	if killed == 0 {
		t.Error("the program was never killed")
	}
	in := inFile(t, file)
	for i := range n {
		if c := in[fmt.Sprintf("Letter %d", i)]; c != 1 {
			t.Errorf("letter %d is %d times in the file", i, c)
		}
	}
	if runs := k.moved(); len(runs) != 1 || runs[0].Moved != n || !runs[0].Done {
		t.Errorf("the ledger says %+v", runs)
	}
}

// killing is a profile whose letters are archived by processes of the test's own program that are killed.
type killing struct {
	t         *testing.T
	s         *testserver.Server
	ada       mail.Account
	box       mail.Mailbox
	n         int
	dir, file string
}

func newKilling(t *testing.T, n int) *killing {
	t.Helper()
	k := &killing{t: t, n: n, s: testserver.Start(t, testserver.Options{}), dir: t.TempDir(), file: filepath.Join(t.TempDir(), "Letters.pst")}
	a := open(t, k.s, k.dir)
	k.ada = add(t, a, account(k.s, "ada@example.test", 993, 587))
	k.box = letters(t, k.s, a, k.ada, n)
	a.Close()
	return k
}

// child is a process that runs a test as a child, which env tells it.
func (k *killing) child(test string, env ...string) *exec.Cmd {
	k.t.Helper()
	exe, err := os.Executable()
	if err != nil {
		k.t.Fatal(err)
	}
	cmd := exec.Command(exe, "-test.run", "^"+test+"$")
	cmd.Env = append(append(os.Environ(), "POSTRIDER_ARCHIVE_FILE="+k.file, fmt.Sprintf("POSTRIDER_ARCHIVE_BOX=%d", k.box.ID)), env...)
	return cmd
}

// moved opens the profile, waits until all letters are in the server's Trash, and returns the runs of the ledger.
func (k *killing) moved() []app.ArchiveState {
	k.t.Helper()
	a := open(k.t, k.s, k.dir)
	runs, err := a.Archives(context.Background())
	if err != nil {
		k.t.Fatal(err)
	}
	waitFor(k.t, "the server's Trash", func() bool {
		return len(rows(k.t, a, store.View{Mailbox: k.box.ID})) == 0 && len(rows(k.t, a, store.View{Mailbox: mailbox(k.t, a, k.ada.ID, mail.RoleTrash).ID})) == k.n
	})
	return runs
}

// plannedHere is the plan of a child.
func plannedHere() app.ArchivePlan {
	var box int64
	_, _ = fmt.Sscan(os.Getenv("POSTRIDER_ARCHIVE_BOX"), &box)
	return app.ArchivePlan{Mailboxes: []mail.MailboxID{mail.MailboxID(box)}, File: os.Getenv("POSTRIDER_ARCHIVE_FILE"), Unread: true, Starred: true}
}

// ended ends a child.
func ended(a *app.App, err error) {
	if err != nil {
		fmt.Println(err)
		os.Exit(3)
	}
	a.Close()
	os.Exit(0)
}

func archiveChild(dir string) {
	ctx := context.Background()
	a, err := app.Open(ctx, app.Options{Dir: dir, Keychain: keychain.Memory(), Idle: true})
	if err != nil {
		ended(nil, err)
	}
	runs, err := a.Archives(ctx)
	if err == nil && len(runs) > 0 {
		_, err = a.ResumeArchive(ctx, runs[0].Run, nil)
	} else if err == nil {
		_, err = a.Archive(ctx, plannedHere(), nil)
	}
	ended(a, err)
}
