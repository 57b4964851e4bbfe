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
	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/testserver"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/app/store"
)

// TestArchiveKilledAtEachStep ends the program at the first step of an archive, in the next run at the second that it comes to, and so on: in the end everything is in the
// files once and in Trash once. The files are small, so that a second one is begun on the way.
func TestArchiveKilledAtEachStep(t *testing.T) {
	if dir := os.Getenv("POSTRIDER_STEP_CHILD"); dir != "" {
		stepChild(dir)
		return
	}
	const n = 150
	k := newKilling(t, n)
	file := k.file
	// The first batch is ended at each step, the second again, then the rest goes through.
	steps := []string{"wanted", "put", "committed", "copied", "read back", "verified", "moved", "put", "committed", "copied", "read back", "verified", "moved", "done", ""}
	for _, step := range steps {
		out, err := k.child("TestArchiveKilledAtEachStep", "POSTRIDER_STEP_CHILD="+k.dir, "POSTRIDER_STEP="+step).CombinedOutput()
		if step == "" && err != nil || step != "" && !strings.Contains(string(out), "killed at "+step) {
			t.Fatalf("to be killed at %q: %v: %s", step, err, out)
		}
		for _, p := range parts(file) {
			inFile(t, p) // what is there opens, whole
		}
	}
	in := map[string]int{}
	for _, p := range parts(file) {
		some := inFile(t, p)
		if len(some) == 0 {
			t.Errorf("%s is empty", p)
		}
		for k, v := range some {
			in[k] += v
		}
	}
	for i := range n {
		if c := in[fmt.Sprintf("Letter %d", i)]; c != 1 {
			t.Errorf("letter %d is %d times in the files", i, c)
		}
	}
	runs := k.moved()
	if len(runs) == 0 || !runs[0].Done {
		t.Fatalf("the ledger says %+v", runs)
	}
	moved, files := 0, 0
	for _, r := range runs {
		moved += r.Moved
		files = max(files, len(r.Files))
	}
	if moved != n || files != len(parts(file)) || files < 2 {
		t.Errorf("%d moved, %d files by the ledger, %d on the disk", moved, files, len(parts(file)))
	}
}

// parts are the files of an archive that are there.
func parts(file string) (out []string) {
	for n := 1; ; n++ {
		p := file
		if n > 1 {
			p = fmt.Sprintf("%s (%d).pst", strings.TrimSuffix(file, ".pst"), n)
		}
		if _, err := os.Stat(p); err != nil {
			return out
		}
		out = append(out, p)
	}
}

func stepChild(dir string) {
	ctx := context.Background()
	a, err := app.Open(ctx, app.Options{Dir: dir, Keychain: keychain.Memory(), Idle: true, Crash: func(point string) {
		if point == os.Getenv("POSTRIDER_STEP") {
			fmt.Println("killed at " + point)
			os.Exit(9)
		}
	}})
	if err != nil {
		ended(nil, err)
	}
	runs, err := a.Archives(ctx)
	if err == nil && len(runs) > 0 {
		_, err = a.ResumeArchive(ctx, runs[0].Run, nil)
	}
	// A run that was ended while it was being planned knows a part of the messages: the rest is a run of its own.
	if err == nil {
		plan := plannedHere()
		plan.MaxFile = 500 << 10
		_, err = a.Archive(ctx, plan, nil)
	}
	ended(a, err)
}

// What an archive moved to Trash is deleted after the days of grace, not before, and not what has no equal copy.
func TestArchiveGrace(t *testing.T) {
	s := testserver.Start(t, testserver.Options{})
	a := open(t, s, t.TempDir())
	ctx := context.Background()
	ada := add(t, a, account(s, "ada@example.test", 993, 587))
	const n = 20
	box := letters(t, s, a, ada, n)
	file := filepath.Join(t.TempDir(), "Letters.pst")
	got, err := a.Archive(ctx, app.ArchivePlan{Mailboxes: []mail.MailboxID{box.ID}, File: file, Unread: true, Starred: true, Grace: 30}, nil)
	if err != nil || got.Moved != n || got.Due.IsZero() {
		t.Fatalf("archived %+v (%v)", got, err)
	}
	trash := func() int { return len(rows(t, a, store.View{Mailbox: mailbox(t, a, ada.ID, mail.RoleTrash).ID})) }
	waitFor(t, "the server's Trash", func() bool { return trash() == n })
	if err := a.KeepArchives(ctx, time.Now().AddDate(0, 0, 29)); err != nil || trash() != n {
		t.Errorf("after 29 days %d are in Trash (%v)", trash(), err)
	}
	// One is taken out of Trash by the person: it stays.
	back := rows(t, a, store.View{Mailbox: mailbox(t, a, ada.ID, mail.RoleTrash).ID})[3]
	if _, err := a.Move(ctx, []mail.MessageID{back.ID}, box.ID); err != nil {
		t.Fatal(err)
	}
	// Without the file nothing is deleted.
	if err := os.Rename(file, file+".away"); err != nil {
		t.Fatal(err)
	}
	if err := a.KeepArchives(ctx, time.Now().AddDate(0, 0, 31)); err == nil || trash() != n-1 {
		t.Errorf("without the file %d are in Trash (%v)", trash(), err)
	}
	if err := os.Rename(file+".away", file); err != nil {
		t.Fatal(err)
	}
	if err := a.KeepArchives(ctx, time.Now().AddDate(0, 0, 31)); err != nil {
		t.Fatal(err)
	}
	if trash() != 0 || len(rows(t, a, store.View{Mailbox: box.ID})) != 1 {
		t.Errorf("%d are in Trash, %d in the inbox", trash(), len(rows(t, a, store.View{Mailbox: box.ID})))
	}
	st, items, err := a.ArchiveRun(ctx, got.Run)
	if err != nil || st.Deleted != n-1 || st.Back != 1 || !st.Due.IsZero() || len(items) != n {
		t.Errorf("the ledger says %+v, %d items (%v)", st, len(items), err)
	}
	for _, i := range items {
		if want := map[bool]string{true: "back", false: "deleted"}[i.ID == back.ID]; i.State != want || i.Digest == "" || i.File != file {
			t.Errorf("%+v", i)
		}
	}
	// The server has deleted them too.
	waitFor(t, "the changes at the server", func() bool { return a.Status().Waiting == 0 })
	b := open(t, s, t.TempDir())
	bacc := add(t, b, account(s, "ada@example.test", 993, 587))
	waitFor(t, "a second look", func() bool {
		return len(rows(t, b, store.View{Mailbox: mailbox(t, b, bacc.ID, mail.RoleInbox).ID})) == 1
	})
	if k := len(rows(t, b, store.View{Mailbox: mailbox(t, b, bacc.ID, mail.RoleTrash).ID})); k != 0 {
		t.Errorf("%d are in the server's Trash", k)
	}
}

// A run that was cut off goes on by itself; one that a person paused waits for the person.
func TestArchiveCarriesOn(t *testing.T) {
	s := testserver.Start(t, testserver.Options{})
	dir := t.TempDir()
	a := open(t, s, dir)
	ada := add(t, a, account(s, "ada@example.test", 993, 587))
	const n = 150
	box := letters(t, s, a, ada, n)
	file := filepath.Join(t.TempDir(), "Letters.pst")
	ctx, pause := context.WithCancel(context.Background())
	got, err := a.Archive(ctx, app.ArchivePlan{Mailboxes: []mail.MailboxID{box.ID}, File: file, Unread: true, Starred: true}, func(app.ArchiveState) { pause() })
	if err == nil || !got.Paused || got.Done || got.Verified == 0 || got.Verified == n {
		t.Fatalf("paused: %+v (%v)", got, err)
	}
	ctx = context.Background()
	if err := a.KeepArchives(ctx, time.Now()); err != nil {
		t.Fatal(err)
	}
	if rs, err := a.Archives(ctx); err != nil || len(rs) != 1 || rs[0].Done || !rs[0].Paused {
		t.Errorf("what a person paused went on: %+v %v", rs, err)
	}
	a.Close()
	// The rest is cut off once more, by the end of the program.
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe, "-test.run", "^TestArchiveKilledAtEachStep$")
	cmd.Env = append(os.Environ(), "POSTRIDER_STEP_CHILD="+dir, "POSTRIDER_ARCHIVE_FILE="+file, fmt.Sprintf("POSTRIDER_ARCHIVE_BOX=%d", box.ID), "POSTRIDER_STEP=verified")
	if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), "killed at verified") {
		t.Fatalf("%v %s", err, out)
	}
	a = open(t, s, dir)
	if err := a.KeepArchives(ctx, time.Now()); err != nil {
		t.Fatal(err)
	}
	rs, err := a.Archives(ctx)
	if err != nil || len(rs) != 1 || !rs[0].Done || rs[0].Moved != n {
		t.Errorf("what was cut off did not go on: %+v %v", rs, err)
	}
	if in := inFile(t, file); len(in) != n {
		t.Errorf("%d messages are in the file", len(in))
	}
}

// What is not on this computer is fetched first; while the server cannot be had the run waits, and goes on by itself afterwards.
func TestArchiveOffline(t *testing.T) {
	s := testserver.Start(t, testserver.Options{})
	a := open(t, s, t.TempDir())
	ctx := context.Background()
	acc := account(s, "ada@example.test", 993, 587)
	acc.KeepDays = 30
	ada := add(t, a, acc)
	const n = 5
	for i := range n {
		if err := s.Deliver(ada.Address, []byte(fmt.Sprintf("From: Kari <kari@example.com>\r\nSubject: Letter %d\r\nMessage-ID: <old-%d@example.com>\r\nDate: Mon, %d Jan 2024 10:00:00 +0000\r\n\r\nLook.\r\n", i, i, i+1))); err != nil {
			t.Fatal(err)
		}
	}
	var box mail.Mailbox
	waitFor(t, "the headers", func() bool {
		box = mailbox(t, a, ada.ID, mail.RoleInbox)
		return len(rows(t, a, store.View{Mailbox: box.ID})) == n
	})
	for _, r := range rows(t, a, store.View{Mailbox: box.ID}) {
		if r.HasBody {
			t.Fatalf("%s is here already", r.Subject)
		}
	}
	s.Kill()
	waitFor(t, "to be offline", func() bool {
		for _, x := range a.Status().Accounts {
			if x.Account == ada.ID {
				return x.State != "idle"
			}
		}
		return false
	})
	file := filepath.Join(t.TempDir(), "Letters.pst")
	got, err := a.Archive(ctx, app.ArchivePlan{Mailboxes: []mail.MailboxID{box.ID}, File: file, Unread: true, Starred: true}, nil)
	if err == nil || got.Done || got.Paused || len(got.Missing) != 0 || got.Moved != 0 {
		t.Fatalf("offline: %+v (%v)", got, err)
	}
	if err := s.Restart(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the end of it", func() bool {
		_ = a.KeepArchives(ctx, time.Now())
		rs, err := a.Archives(ctx)
		return err == nil && len(rs) == 1 && rs[0].Done
	})
	if rs, _ := a.Archives(ctx); rs[0].Moved != n || len(rs[0].Missing) != 0 {
		t.Errorf("%+v", rs[0])
	}
	if in := inFile(t, file); len(in) != n {
		t.Errorf("%d are in the file", len(in))
	}
}

// A rule archives what has grown old, again and again into one file, which may be open beside the accounts.
func TestArchiveRule(t *testing.T) {
	s := testserver.Start(t, testserver.Options{})
	a := open(t, s, t.TempDir())
	ctx := context.Background()
	ada := add(t, a, account(s, "ada@example.test", 993, 587))
	box := letters(t, s, a, ada, 30)
	file := filepath.Join(t.TempDir(), "Old", "Letters.pst")
	if err := a.SetArchiveRule(ctx, app.ArchiveRule{Account: ada.ID, Plan: app.ArchivePlan{Mailboxes: []mail.MailboxID{box.ID}, File: file}, Age: 365}); !fault.Is(err, fault.Usage) {
		t.Errorf("a rule that is not complete: %v", err)
	}
	rule := app.ArchiveRule{Account: ada.ID, Plan: app.ArchivePlan{Mailboxes: []mail.MailboxID{box.ID, 99999}, File: file, Unread: true, Starred: true}, Age: 365, Every: 30}
	if err := a.SetArchiveRule(ctx, rule); err != nil {
		t.Fatal(err)
	}
	inbox := func() int { return len(rows(t, a, store.View{Mailbox: box.ID})) }
	now := time.Date(2025, 1, 11, 12, 0, 0, 0, time.UTC) // the letters are of January 2024, each day at 10
	if err := a.KeepArchives(ctx, now); err != nil {
		t.Fatal(err)
	}
	first := len(inFile(t, file))
	if first == 0 || first >= 30 || inbox() != 30-first {
		t.Errorf("%d are in the file, %d in the inbox", first, inbox())
	}
	// The file is opened, and the rule comes again: not before its time.
	if _, err := a.AttachFile(ctx, file); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the file's messages", func() bool { return len(rows(t, a, store.View{Search: "Letter"})) >= 30+first-1 })
	if err := a.KeepArchives(ctx, now.AddDate(0, 0, 29)); err != nil || inbox() != 30-first {
		t.Errorf("it came too early: %d in the inbox (%v)", inbox(), err)
	}
	if err := a.KeepArchives(ctx, now.AddDate(0, 0, 31)); err != nil || inbox() != 0 {
		t.Errorf("%d in the inbox (%v)", inbox(), err)
	}
	if in := inFile(t, file); len(in) != 30 {
		t.Errorf("%d are in the file", len(in))
	}
	rs, err := a.ArchiveRules(ctx)
	if err != nil || len(rs) != 1 || rs[0].Run == "" || rs[0].Problem != "" {
		t.Errorf("the rules: %+v (%v)", rs, err)
	}
	rule.Plan.Mailboxes = nil
	if err := a.SetArchiveRule(ctx, rule); err != nil {
		t.Fatal(err)
	}
	if rs, err := a.ArchiveRules(ctx); err != nil || len(rs) != 0 {
		t.Errorf("a rule that was removed: %+v (%v)", rs, err)
	}
}
