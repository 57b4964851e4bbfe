package app_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/auth/keychain"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/testserver"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/app/engine"
	"github.com/postrider/postrider/app/store"
)

// What is taken back leaves the server at once, not with the next look at it.
func TestCopyTakenBackLeavesTheServer(t *testing.T) {
	s := testserver.Start(t, testserver.Options{NoSMTP: true})
	if err := s.Deliver("ada@example.test", []byte("From: bob@example.test\nTo: ada@example.test\nSubject: Copied\nMessage-ID: <c@example.test>\n\nHello\n")); err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	a, err := app.Open(ctx, app.Options{Dir: t.TempDir(), Roots: s.Roots, Keychain: keychain.Memory(), Engine: func(o *engine.Options) { o.Poll = time.Hour }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	acc := account(s, "ada@example.test", 993, 587)
	acc.PollEvery = 3600
	ada := add(t, a, acc)
	var m mail.Summary
	waitFor(t, "the message and its mailboxes", func() bool {
		x, ok := bySubject(rows(t, a, store.View{Mailbox: mailbox(t, a, ada.ID, mail.RoleInbox).ID}), "Copied")
		m = x
		return ok && x.HasBody && mailbox(t, a, ada.ID, mail.RoleArchive).ID != 0 && a.Status().Accounts[0].State == app.StateIdle
	})
	there := func() int {
		n := 0
		for _, d := range []string{"cur", "new"} {
			fs, _ := os.ReadDir(filepath.Join(s.Maildir("ada@example.test"), ".Archive", d))
			n += len(fs)
		}
		return n
	}
	u, err := a.Copy(ctx, []mail.MessageID{m.ID}, mailbox(t, a, ada.ID, mail.RoleArchive).ID)
	if err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the copy on the server", func() bool { return there() == 1 && a.Status().Changes == 0 })
	time.Sleep(2 * time.Second) // the engine has come to rest: it waits for the server
	if err := a.Undo(ctx, u); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the copy gone from the server", func() bool { return there() == 0 })
	if len(rows(t, a, store.View{Mailbox: mailbox(t, a, ada.ID, mail.RoleInbox).ID})) != 1 {
		t.Error("the original went too")
	}
}
