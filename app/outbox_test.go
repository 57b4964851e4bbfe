package app_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/fault"
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

// What a server refuses some recipients of is left for them alone, and can be changed and sent again: also when its draft went with what the others got,
// or when there never was one.
func TestRefusedRecipientIsCorrected(t *testing.T) {
	s := testserver.Start(t, testserver.Options{Postfix: "smtpd_sender_restrictions = check_recipient_access inline:{ {bbo@example.test = 550 5.1.1 nobody here}, {grey@example.test = 450 4.2.0 come back} }\n"})
	a := open(t, s, t.TempDir())
	ctx := context.Background()
	ada := add(t, a, account(s, "ada@example.test", 993, 465))
	add(t, a, account(s, "bob@example.test", 993, 465))
	waitFor(t, "the inboxes", func() bool { return mailbox(t, a, ada.ID, mail.RoleSent).ID != 0 })
	left := func(n int) []mail.OutboxItem {
		t.Helper()
		var out []mail.OutboxItem
		waitFor(t, "what is left", func() bool {
			var err error
			out, err = a.Outbox(ctx)
			return err == nil && len(out) == n && !slices.ContainsFunc(out, func(o mail.OutboxItem) bool { return o.Attempts == 0 || o.State == mail.OutSending })
		})
		return out
	}
	d, err := a.NewDraft(ctx, app.Compose{Kind: app.ComposeNew, Account: ada.ID})
	if err != nil {
		t.Fatal(err)
	}
	d.To, d.Cc, d.Subject, d.Text = []mail.Address{{Addr: "jane.doe@example.com"}, {Name: "Bob", Addr: "bbo@example.test"}}, []mail.Address{{Addr: "grey@example.test"}}, "For three", "The quay is closed."
	at, err := a.Attach(ctx, "plan.txt", strings.NewReader("a plan"))
	if err != nil {
		t.Fatal(err)
	}
	d.Attach = []mail.Attachment{at}
	if _, err := a.Send(ctx, d, time.Time{}); err != nil {
		t.Fatal(err)
	}
	out := left(2)
	i := slices.IndexFunc(out, func(o mail.OutboxItem) bool { return o.State == mail.OutFailed })
	if i < 0 || len(out[i].To) != 1 || out[i].To[0].Addr != "bbo@example.test" || !strings.Contains(out[i].Error, "nobody here") {
		t.Fatalf("refused for good: %+v", out)
	}
	if o := out[1-i]; o.State != mail.OutWaiting || len(o.To) != 1 || o.To[0].Addr != "grey@example.test" || !strings.Contains(o.Error, "come back") {
		t.Errorf("refused for now: %+v", o)
	}
	grey := out[1-i].ID
	back, err := a.CancelSend(ctx, out[i].ID)
	if err != nil || back.ID == 0 || back.Account != ada.ID || back.Subject != "For three" || back.Text != "The quay is closed." || len(back.To) != 1 || back.To[0].Addr != "bbo@example.test" || len(back.Cc)+len(back.Bcc) != 0 || len(back.Attach) != 1 {
		t.Fatalf("taken back: %+v, %v", back, err)
	}
	back.To[0].Addr = "bob@example.test"
	if _, err := a.Send(ctx, back, time.Time{}); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the message at the right address", func() bool {
		r, ok := bySubject(rows(t, a, store.View{Role: mail.RoleInbox}), "For three")
		if !ok {
			return false
		}
		b, err := a.Read(ctx, r.ID)
		return err == nil && len(b.Parts) == 1 && b.Parts[0].Name == "plan.txt"
	})
	// A message from a file that was never handed over has no draft either.
	if _, err := a.CancelSend(ctx, grey); err != nil {
		t.Fatal(err)
	}
	raw := "From: ada@example.test\r\nTo: grey@example.test\r\nBcc: bbo@example.test\r\nSubject: By hand\r\nMessage-ID: <hand2@example.test>\r\n\r\nexact\r\n"
	if _, err := a.SendRaw(ctx, ada.ID, []byte(raw)); err != nil {
		t.Fatal(err)
	}
	back, err = a.CancelSend(ctx, left(1)[0].ID)
	if err != nil || back.Text != "exact" || back.InternetID != "hand2@example.test" || len(back.To) != 1 || back.To[0].Addr != "grey@example.test" || len(back.Bcc) != 1 || back.Bcc[0].Addr != "bbo@example.test" {
		t.Errorf("a file taken back: %+v, %v", back, err)
	}
	if out, err := a.Outbox(ctx); err != nil || len(out) != 0 {
		t.Errorf("after that the outbox has %+v, %v", out, err)
	}
}

func TestDeliveryNoticeComesBack(t *testing.T) {
	s := testserver.Start(t, testserver.Options{})
	a := open(t, s, t.TempDir())
	ctx := context.Background()
	ada := add(t, a, account(s, "ada@example.test", 993, 587))
	waitFor(t, "the mailboxes", func() bool { return mailbox(t, a, ada.ID, mail.RoleSent).ID != 0 })
	for _, ask := range []bool{false, true} {
		d, err := a.NewDraft(ctx, app.Compose{Kind: app.ComposeNew, Account: ada.ID})
		if err != nil {
			t.Fatal(err)
		}
		d.To, d.Subject, d.Text, d.Receipt = []mail.Address{{Addr: "bob@example.test"}}, fmt.Sprint("Asked ", ask), "x", ask
		if _, err := a.Send(ctx, d, time.Time{}); err != nil {
			t.Fatal(err)
		}
		waitFor(t, "that it is sent", func() bool { o, err := a.Outbox(ctx); return err == nil && len(o) == 0 })
	}
	var got []mail.Summary
	waitFor(t, "the notice", func() bool { got = rows(t, a, store.View{Role: mail.RoleInbox}); return len(got) > 0 })
	b, err := a.Read(ctx, got[0].ID)
	for end := time.Now().Add(30 * time.Second); err != nil && time.Now().Before(end); time.Sleep(30 * time.Millisecond) {
		b, err = a.Read(ctx, got[0].ID)
	}
	raw, _ := a.Raw(ctx, got[0].ID)
	if err != nil || len(got) != 1 || !strings.Contains(b.Text, "bob@example.test") || !strings.Contains(string(raw), "Subject: Asked true") {
		t.Errorf("%d messages came, %v: %.600s", len(got), err, raw)
	}
}

// An outgoing server with a password of its own that refuses it: it is named, the new password is for it alone, and what waited goes out.
func TestOutgoingPasswordIsCorrected(t *testing.T) {
	s := testserver.Start(t, testserver.Options{})
	a := open(t, s, t.TempDir())
	ctx := context.Background()
	ada, err := a.AddAccount(ctx, account(s, "ada@example.test", 993, 587), app.Secrets{Password: "ada-pw", Outgoing: "old one"})
	if err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the mailboxes", func() bool { return mailbox(t, a, ada.ID, mail.RoleSent).ID != 0 })
	d, err := a.NewDraft(ctx, app.Compose{Kind: app.ComposeNew, Account: ada.ID})
	if err != nil {
		t.Fatal(err)
	}
	d.To, d.Subject, d.Text = []mail.Address{{Addr: "bob@example.test"}}, "Waits for a password", "x"
	if _, err := a.Send(ctx, d, time.Time{}); err != nil {
		t.Fatal(err)
	}
	var st app.AccountStatus
	waitFor(t, "the refusal", func() bool { st = a.Status().Accounts[0]; return st.State == app.StateSignIn })
	if f := fault.Of(st.Err); f == nil || f.Kind != fault.Auth || f.Service != fmt.Sprintf("%s:%d", ada.Outgoing.Host, ada.Outgoing.Port) {
		t.Errorf("refused by %+v", f)
	}
	if err := a.Reauthorise(ctx, ada.ID, app.Secrets{Outgoing: "ada-pw"}); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "that it is sent", func() bool { o, err := a.Outbox(ctx); return err == nil && len(o) == 0 })
	waitFor(t, "the account to be well", func() bool { return a.Status().Accounts[0].State == app.StateIdle })
}
