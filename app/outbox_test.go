package app_test

import (
	"context"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/testserver"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/app/store"
)

func TestWhatWaitsToBeSentIsNoDraft(t *testing.T) {
	s := testserver.Start(t, testserver.Options{})
	a := open(t, s, t.TempDir())
	ctx := context.Background()
	ada := add(t, a, account(s, "ada@example.test", 993, 587))
	waitFor(t, "the inbox", func() bool { return mailbox(t, a, ada.ID, mail.RoleInbox).ID != 0 })
	drafts := func() int { return len(rows(t, a, store.View{Role: mail.RoleDrafts})) }
	d, err := a.NewDraft(ctx, app.Compose{Kind: app.ComposeNew, Account: ada.ID})
	if err != nil {
		t.Fatal(err)
	}
	d.To, d.Subject, d.Text = []mail.Address{{Addr: "bob@example.test"}}, "Waits", "Until it is due."
	if d.ID, err = a.SaveDraft(ctx, d); err != nil {
		t.Fatal(err)
	}
	if n := drafts(); n != 1 {
		t.Fatalf("%d drafts before sending", n)
	}
	id, err := a.Send(ctx, d, time.Now().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if n := drafts(); n != 0 {
		t.Errorf("%d drafts while it waits in the outbox", n)
	}
	a.Sync(ada.ID)
	time.Sleep(500 * time.Millisecond) // the copy on the server is seen
	if n := drafts(); n != 0 {
		t.Errorf("%d drafts after the server was asked", n)
	}
	back, err := a.CancelSend(ctx, id)
	if err != nil || back.Subject != "Waits" {
		t.Fatalf("taken back: %+v, %v", back, err)
	}
	if n := drafts(); n != 1 {
		t.Errorf("%d drafts after it was taken back", n)
	}
	back.Text += " Or not."
	if back.ID, err = a.SaveDraft(ctx, back); err != nil {
		t.Fatal(err)
	}
	if n := drafts(); n != 1 {
		t.Errorf("%d drafts after it was changed", n)
	}
	if _, err := a.Send(ctx, back, time.Now()); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "that it is sent", func() bool { o, err := a.Outbox(ctx); return err == nil && len(o) == 0 })
	waitFor(t, "no drafts", func() bool { return drafts() == 0 })
	waitFor(t, "the copy in Sent", func() bool { return len(rows(t, a, store.View{Role: mail.RoleSent})) == 1 })
	if n := len(rows(t, a, store.View{Role: mail.RoleSent})); n != 1 {
		t.Errorf("%d copies in Sent", n)
	}
}
