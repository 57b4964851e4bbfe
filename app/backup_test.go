package app_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/testserver"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/app/store"
)

// A profile that is in use is backed up; restored, it takes its place at the next start, and the account goes on with the server where it was.
func TestBackupAndRestoreInUse(t *testing.T) {
	s := testserver.Start(t, testserver.Options{})
	dir := filepath.Join(t.TempDir(), "profile")
	a := open(t, s, dir)
	ctx := context.Background()
	ada := add(t, a, account(s, "ada@example.test", 993, 587))
	box := letters(t, s, a, ada, 12)
	file := filepath.Join(t.TempDir(), "all.postrider")
	if d, err := a.Backup(ctx, file, nil); err != nil || d.Files == 0 {
		t.Fatalf("%+v %v", d, err)
	}
	if _, err := a.Backup(ctx, file, nil); !fault.Is(err, fault.Local) {
		t.Errorf("an older backup was written over: %v", err)
	}
	// Afterwards something is deleted; the backup has it.
	if _, err := a.MoveToRole(ctx, []mail.MessageID{rows(t, a, store.View{Mailbox: box.ID})[0].ID}, mail.RoleTrash); err != nil {
		t.Fatal(err)
	}
	keep, _, err := a.PrepareRestore(ctx, file, nil)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(rows(t, a, store.View{Mailbox: box.ID})); n != 11 {
		t.Errorf("the profile in use has %d messages", n)
	}
	waitFor(t, "the change at the server", func() bool { return a.Status().Waiting == 0 })
	a.Close()
	a, err = app.Open(ctx, app.Options{Dir: dir, Idle: true})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(rows(t, a, store.View{Mailbox: box.ID})); n != 12 {
		t.Errorf("the restored profile has %d messages", n)
	}
	for _, r := range rows(t, a, store.View{Mailbox: box.ID}) {
		if _, err := a.Raw(ctx, r.ID); err != nil {
			t.Errorf("%s: %v", r.Subject, err)
		}
	}
	a.Close()
	if _, err := os.Stat(filepath.Join(keep, "index.db")); err != nil {
		t.Errorf("the former profile is not kept: %v", err)
	}
	// It catches up with the server, once the password is there again: it was not in the backup.
	a = open(t, s, dir)
	if err := a.Reauthorise(ctx, ada.ID, app.Secrets{Password: testserver.Users[ada.Address]}); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "what happened since", func() bool { return len(rows(t, a, store.View{Mailbox: box.ID})) == 11 })
}

// A data file is looked at and made smaller while it is open; it is open again afterwards.
func TestDataFile(t *testing.T) {
	s := testserver.Start(t, testserver.Options{})
	a := open(t, s, t.TempDir())
	ctx := context.Background()
	ada := add(t, a, account(s, "ada@example.test", 993, 587))
	box := letters(t, s, a, ada, 40)
	file := filepath.Join(t.TempDir(), "Letters.pst")
	if _, err := a.Archive(ctx, app.ArchivePlan{Mailboxes: []mail.MailboxID{box.ID}, File: file, Unread: true, Starred: true, Keep: true}, nil); err != nil {
		t.Fatal(err)
	}
	id, err := a.AttachFile(ctx, file)
	if err != nil {
		t.Fatal(err)
	}
	inside := func() []mail.Summary { return rows(t, a, store.View{Account: id, Search: "letter"}) }
	waitFor(t, "the file's messages", func() bool { return len(inside()) == 40 })
	f, err := a.DataFile(ctx, id)
	if err != nil || f.Items != 40 || f.ReadOnly || f.Path != file || f.Unreadable != 0 {
		t.Errorf("%+v %v", f, err)
	}
	// Half of it is removed, which leaves room.
	var half []mail.MessageID
	for _, m := range inside()[:20] {
		half = append(half, m.ID)
	}
	if _, err := a.Engine().Remove(ctx, half); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the change in the file", func() bool { f, err := a.DataFile(ctx, id); return err == nil && f.Items == 20 })
	before, after, err := a.CompactFile(ctx, id)
	if err != nil || after > before {
		t.Errorf("from %d to %d bytes (%v)", before, after, err)
	}
	if in := inFile(t, file); len(in) != 20 {
		t.Errorf("%d messages are in the file", len(in))
	}
	// It is still open: a message goes into it.
	to := mail.MailboxID(0)
	boxes, _ := a.Mailboxes(ctx)
	for _, b := range boxes {
		if b.Account == id && b.Total > 0 {
			to = b.ID
		}
	}
	if _, err := a.Copy(ctx, []mail.MessageID{rows(t, a, store.View{Mailbox: box.ID})[0].ID}, to); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the copy in the file", func() bool { f, err := a.DataFile(ctx, id); return err == nil && f.Items == 21 })
	if _, err := a.DataFile(ctx, ada.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("an account is no data file: %v", err)
	}
}
