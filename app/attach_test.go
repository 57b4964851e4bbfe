package app_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/auth/keychain"
	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/pst"
	"github.com/postrider/postrider/accounts/testserver"
	"github.com/postrider/postrider/accounts/testserver/corpora"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/app/engine"
	"github.com/postrider/postrider/app/store"
)

func alone(t *testing.T) *app.App {
	t.Helper()
	a, err := app.Open(context.Background(), app.Options{Dir: t.TempDir(), Keychain: keychain.Memory(), Engine: quick})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	return a
}

// boxesOf are the mailboxes of an account.
func boxesOf(t *testing.T, a *app.App, id mail.AccountID) (out []mail.Mailbox) {
	t.Helper()
	bs, err := a.Mailboxes(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range bs {
		if b.Account == id && !b.Local {
			out = append(out, b)
		}
	}
	return out
}

// TestAttachWrittenFile copies from a server into a data file and back, and compares bytes.
func TestAttachWrittenFile(t *testing.T) {
	s := testserver.Start(t, testserver.Options{})
	a := open(t, s, t.TempDir())
	ctx := context.Background()
	ada := add(t, a, account(s, "ada@example.test", 993, 587))
	inbox := letters(t, s, a, ada, 6)
	path := filepath.Join(t.TempDir(), "Mine.pst")
	f, err := pst.Create(path, pst.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	id, err := a.AttachFile(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := a.AttachFile(ctx, path); err != nil || again != id {
		t.Fatalf("attached again: %q, %v; want %q", again, err, id)
	}
	var box mail.Mailbox
	waitFor(t, "the file to be open", func() bool {
		for _, x := range a.Engine().Status() {
			if x.Account == id && x.State == engine.StateIdle {
				return true
			}
		}
		return false
	})
	if box.ID, err = a.CreateMailbox(ctx, id, 0, "Kept"); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the folder", func() bool { return len(boxesOf(t, a, id)) > 0 })
	want, came := map[string][]byte{}, map[string]time.Time{}
	var ids []mail.MessageID
	for _, r := range rows(t, a, store.View{Mailbox: inbox.ID}) {
		raw, err := a.Raw(ctx, r.ID)
		if err != nil {
			t.Fatal(err)
		}
		want[r.InternetID], came[r.InternetID] = raw, r.Received
		ids = append(ids, r.ID)
	}
	if _, err := a.Copy(ctx, ids, box.ID); err != nil {
		t.Fatal(err)
	}
	settled := func(what string, in mail.MailboxID) []mail.Summary {
		var rs []mail.Summary
		waitFor(t, what, func() bool {
			rs = rows(t, a, store.View{Mailbox: in})
			if len(rs) != len(want) {
				return false
			}
			for _, r := range rs {
				if r.Pending || !r.HasBody {
					return false
				}
			}
			return true
		})
		return rs
	}
	same := func(rs []mail.Summary) {
		t.Helper()
		for _, r := range rs {
			raw, err := a.Raw(ctx, r.ID)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(raw, want[r.InternetID]) {
				t.Errorf("%s differs:\n%q\nwant\n%q", r.InternetID, raw, want[r.InternetID])
			}
			if !r.Received.Equal(came[r.InternetID]) {
				t.Errorf("%s came %v, want %v", r.InternetID, r.Received, came[r.InternetID])
			}
		}
	}
	kept := settled("the copies in the file", box.ID)
	same(kept)
	// Closed and opened again everything comes from the file.
	if err := a.DetachFile(ctx, id); err != nil {
		t.Fatal(err)
	}
	if n := inFile(t, path); len(n) != len(want) {
		t.Fatalf("the file holds %v", n)
	}
	if id, err = a.AttachFile(ctx, path); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the folder again", func() bool {
		for _, b := range boxesOf(t, a, id) {
			if b.Name == "Kept" {
				box = b
				return true
			}
		}
		return false
	})
	kept = settled("the messages of the file", box.ID)
	same(kept)
	back, err := a.CreateMailbox(ctx, ada.ID, 0, "Back")
	if err != nil {
		t.Fatal(err)
	}
	ids = ids[:0]
	for _, r := range kept {
		ids = append(ids, r.ID)
	}
	if _, err := a.Copy(ctx, ids, back); err != nil {
		t.Fatal(err)
	}
	same(settled("the copies on the server", back))

	found, err := a.List(ctx, store.View{Mailbox: box.ID, Search: "subject:letter"}, 0, 50)
	if err != nil || len(found.Rows) != len(want) {
		t.Errorf("search found %d of %d, %v", len(found.Rows), len(want), err)
	}
	// It is never who writes.
	d, err := a.NewDraft(ctx, app.Compose{Kind: app.ComposeNew, Account: id})
	if err != nil || d.Account != ada.ID {
		t.Errorf("a new message is written by %q, %v; want %q", d.Account, err, ada.ID)
	}
	if d, err = a.NewDraft(ctx, app.Compose{Kind: app.ComposeReply, Of: kept[0].ID}); err != nil || d.Account != ada.ID {
		t.Errorf("an answer is written by %q, %v; want %q", d.Account, err, ada.ID)
	}
	if err := a.DetachFile(ctx, ada.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("an account was taken for a file: %v", err)
	}
}

// TestAttachForeignFile opens a file that Outlook wrote, without any account.
func TestAttachForeignFile(t *testing.T) {
	raw := corpora.Unpack(t, filepath.Join(corpora.Dir(t, "pst"), "tika-testPST.pst.gz"))
	path := filepath.Join(t.TempDir(), "Foreign.pst")
	if err := os.WriteFile(path, raw, 0o400); err != nil {
		t.Fatal(err)
	}
	a := alone(t)
	ctx := context.Background()
	if _, err := a.OpenFile(ctx, path); err != nil {
		t.Fatal(err)
	}
	as, err := a.Accounts(ctx)
	if err != nil || len(as) != 1 || as[0].Name != "Foreign.pst" || as[0].IsDefault {
		t.Fatalf("accounts %+v, %v", as, err)
	}
	id := as[0].ID
	var found []mail.Summary
	waitFor(t, "messages of the file", func() bool {
		found = nil
		for _, b := range boxesOf(t, a, id) {
			found = append(found, rows(t, a, store.View{Mailbox: b.ID})...)
		}
		for _, m := range found {
			if !m.HasBody {
				return false
			}
		}
		return len(found) > 0
	})
	if b, err := a.Read(ctx, found[0].ID); err != nil || b.Envelope.Subject != found[0].Subject {
		t.Errorf("read: %q, %v", b.Envelope.Subject, err)
	}
	if _, err := a.NewDraft(ctx, app.Compose{Kind: app.ComposeReply, Of: found[0].ID}); !fault.Is(err, fault.NotFound) {
		t.Errorf("an answer without an account: %v", err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	a.Engine().Reload(id)
	waitFor(t, "the fault", func() bool {
		for _, x := range a.Engine().Status() {
			if x.Account == id && x.Err != nil && fault.Of(x.Err).Code == "file-gone" {
				return x.State == engine.StateError
			}
		}
		return false
	})
	if err := a.DetachFile(ctx, id); err != nil {
		t.Fatal(err)
	}
	if as, _ := a.Accounts(ctx); len(as) != 0 {
		t.Errorf("accounts %+v", as)
	}
	if _, err := a.AttachFile(ctx, path); !fault.Is(err, fault.Usage) {
		t.Errorf("a file that is gone: %v", err)
	}
}
