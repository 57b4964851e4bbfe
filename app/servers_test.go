package app_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/auth/keychain"
	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/testserver"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/app/engine"
	"github.com/postrider/postrider/app/store"
)

// quick shortens the engine's waits.
func quick(o *engine.Options) {
	o.BackoffMin, o.BackoffMax, o.Quiet, o.Poll = 50*time.Millisecond, time.Second, 100*time.Millisecond, time.Second
	o.SendRetry = []time.Duration{200 * time.Millisecond}
}

func open(t *testing.T, s *testserver.Server, dir string) *app.App {
	t.Helper()
	a, err := app.Open(context.Background(), app.Options{Dir: dir, Roots: s.Roots, Keychain: keychain.Memory(), Engine: quick})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	set := a.Settings()
	set.UndoSend = 0
	if err := a.SetSettings(context.Background(), set); err != nil {
		t.Fatal(err)
	}
	return a
}

// account is one of the test server's people over the given standard ports.
func account(s *testserver.Server, user string, in, out int) mail.Account {
	return mail.Account{Name: user, Address: user, Incoming: s.Server(in, user), Outgoing: s.Server(out, user), Identities: []mail.Identity{{Name: strings.ToUpper(user[:1]) + user[1:3], Addr: user}}, PollEvery: 1,
		Leave: mail.Leave{Mode: "days", Days: 14}}
}

func add(t *testing.T, a *app.App, acc mail.Account) mail.Account {
	t.Helper()
	acc, err := a.AddAccount(context.Background(), acc, app.Secrets{Password: testserver.Users[acc.Address]})
	if err != nil {
		t.Fatal(err)
	}
	return acc
}

// waitFor asks until f says yes.
func waitFor(t *testing.T, what string, f func() bool) {
	t.Helper()
	deadline := time.Now().Add(40 * time.Second)
	for !f() {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain for %s", what)
		}
		time.Sleep(30 * time.Millisecond)
	}
}

// rows returns the whole view, read or not.
func rows(t *testing.T, a *app.App, v store.View) []mail.Summary {
	t.Helper()
	p, err := a.List(context.Background(), v, 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	return p.Rows
}

func mailbox(t *testing.T, a *app.App, acc mail.AccountID, r mail.Role) mail.Mailbox {
	t.Helper()
	ms, err := a.Mailboxes(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range ms {
		if m.Account == acc && m.Role == r {
			return m
		}
	}
	return mail.Mailbox{}
}

func bySubject(rs []mail.Summary, subject string) (mail.Summary, bool) {
	for _, r := range rs {
		if r.Subject == subject {
			return r, true
		}
	}
	return mail.Summary{}, false
}

func TestRoundTripOverEveryPort(t *testing.T) {
	s := testserver.Start(t, testserver.Options{})
	a := open(t, s, t.TempDir())
	ctx := context.Background()
	ada := add(t, a, account(s, "ada@example.test", 993, 587))
	bob := add(t, a, account(s, "bob@example.test", 995, 465))
	waitFor(t, "both inboxes", func() bool {
		return mailbox(t, a, ada.ID, mail.RoleInbox).ID != 0 && mailbox(t, a, bob.ID, mail.RoleInbox).ID != 0
	})
	r := rand.New(rand.NewPCG(1, 2))
	file := make([]byte, 200_000)
	for i := range file {
		file[i] = byte(r.Uint32())
	}
	want := sha256.Sum256(file)
	text := "Grüße aus Gävle, 你好, שלום.\n.\n..leading dots\n\n  indented\nFrom the start of a line\n" + strings.Repeat("a long line that must come back in one piece, ", 30) + "yes\nend"
	send := func(from, to mail.Account, subject string) {
		t.Helper()
		d, err := a.NewDraft(ctx, app.Compose{Kind: app.ComposeNew, Account: from.ID})
		if err != nil {
			t.Fatal(err)
		}
		d.To = []mail.Address{{Addr: to.Address}}
		d.Bcc = []mail.Address{{Addr: "jane.doe@example.com"}}
		d.Subject, d.Text = subject, text
		at, err := a.Attach(ctx, "Größe der Masten.bin", bytes.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		d.Attach = []mail.Attachment{at}
		if _, err := a.Send(ctx, d, time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	arrived := func(to mail.Account, subject string) mail.Summary {
		t.Helper()
		var got mail.Summary
		waitFor(t, subject+" in the inbox of "+to.Address, func() bool {
			x, ok := bySubject(rows(t, a, store.View{Mailbox: mailbox(t, a, to.ID, mail.RoleInbox).ID}), subject)
			got = x
			return ok && x.HasBody
		})
		return got
	}
	send(ada, bob, "Über 587: Prüfung")
	send(bob, ada, "over 465 🚲")
	for _, x := range []struct {
		to      mail.Account
		subject string
	}{{bob, "Über 587: Prüfung"}, {ada, "over 465 🚲"}} {
		m := arrived(x.to, x.subject)
		b, err := a.Read(ctx, m.ID)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.TrimRight(b.Text, "\n"); got != text {
			t.Errorf("%s: the text arrived as\n%q\nwant\n%q", x.subject, got, text)
		}
		if len(b.Parts) != 1 || b.Parts[0].Name != "Größe der Masten.bin" {
			t.Fatalf("%s: parts %+v", x.subject, b.Parts)
		}
		rc, _, err := a.OpenPart(ctx, m.ID, b.Parts[0].ID)
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(rc)
		if err != nil {
			t.Fatal(err)
		}
		if sha256.Sum256(data) != want {
			t.Errorf("%s: the attachment differs (%d bytes)", x.subject, len(data))
		}
		raw, err := a.Raw(ctx, m.ID)
		if err != nil {
			t.Fatal(err)
		}
		head, _, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
		for _, leak := range []string{"Bcc", "jane.doe"} {
			if bytes.Contains(head, []byte(leak)) {
				t.Errorf("%s: %q is in what was received", x.subject, leak)
			}
		}
	}
	// The copy in Sent reached the server once and keeps Bcc; for POP3 it stays here.
	waitFor(t, "the copies in Sent and an empty outbox", func() bool {
		o, err := a.Outbox(ctx)
		return err == nil && len(o) == 0 && len(rows(t, a, store.View{Mailbox: mailbox(t, a, ada.ID, mail.RoleSent).ID})) == 1 && len(rows(t, a, store.View{Mailbox: mailbox(t, a, bob.ID, mail.RoleSent).ID})) == 1
	})
	waitFor(t, "no drafts", func() bool {
		return len(rows(t, a, store.View{Mailbox: mailbox(t, a, ada.ID, mail.RoleDrafts).ID}))+len(rows(t, a, store.View{Mailbox: mailbox(t, a, bob.ID, mail.RoleDrafts).ID})) == 0
	})
	// A reply marks what it answers, here and on the server, and threads with it.
	m := arrived(ada, "over 465 🚲")
	d, err := a.NewDraft(ctx, app.Compose{Kind: app.ComposeReply, Of: m.ID})
	if err != nil {
		t.Fatal(err)
	}
	if len(d.To) != 1 || d.To[0].Addr != "bob@example.test" || d.Subject != "Re: over 465 🚲" || d.From.Addr != "ada@example.test" {
		t.Fatalf("the reply begins as %+v", d)
	}
	d.Text = "Yes.\n"
	if _, err := a.Send(ctx, d, time.Now()); err != nil {
		t.Fatal(err)
	}
	back := arrived(bob, "Re: over 465 🚲")
	waitFor(t, "the mark of the answered message on the server", func() bool {
		row, err := a.Store().Row(ctx, m.ID)
		return err == nil && row.BaseFlags.Has(mail.Answered)
	})
	th, err := a.Thread(ctx, back.ID)
	if err != nil || len(th) < 2 {
		t.Errorf("the conversation of the reply has %d messages, %v", len(th), err)
	}
	// A second sync has nothing to do.
	for _, acc := range []mail.Account{ada, bob} {
		waitFor(t, "quiet of "+acc.Address, func() bool {
			r, err := a.Engine().SyncOnce(ctx, acc.ID, nil)
			return err == nil && r.Added+r.Changed+r.Removed == 0
		})
	}
}

func TestMovesAndFlagsReachTheServer(t *testing.T) {
	s := testserver.Start(t, testserver.Options{NoSMTP: true})
	for i := range 5 {
		if err := s.Deliver("ada@example.test", fmt.Appendf(nil, "From: Bob <bob@example.test>\r\nTo: ada@example.test\r\nSubject: number %d\r\nMessage-ID: <n%d@example.test>\r\nDate: %s\r\n\r\nbody %d\r\n", i, i, time.Now().Add(time.Duration(i)*time.Minute-time.Hour).Format(time.RFC1123Z), i)); err != nil {
			t.Fatal(err)
		}
	}
	ctx := context.Background()
	a := open(t, s, t.TempDir())
	ada := add(t, a, account(s, "ada@example.test", 143, 587))
	inbox := func(a *app.App, id mail.AccountID) []mail.Summary {
		return rows(t, a, store.View{Mailbox: mailbox(t, a, id, mail.RoleInbox).ID})
	}
	waitFor(t, "five messages", func() bool { return len(inbox(a, ada.ID)) == 5 })
	in := inbox(a, ada.ID)
	if in[0].Subject != "number 4" {
		t.Errorf("the list begins with %q, want the newest", in[0].Subject)
	}
	if _, err := a.SetFlags(ctx, []mail.MessageID{in[0].ID}, mail.Flagged|mail.Seen, 0); err != nil {
		t.Fatal(err)
	}
	if _, err := a.MoveToRole(ctx, []mail.MessageID{in[1].ID}, mail.RoleArchive); err != nil {
		t.Fatal(err)
	}
	u, err := a.MoveToRole(ctx, []mail.MessageID{in[2].ID}, mail.RoleTrash)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Undo(ctx, u); err != nil {
		t.Fatal(err)
	}
	if _, err := a.MoveToRole(ctx, []mail.MessageID{in[3].ID}, mail.RoleJunk); err != nil {
		t.Fatal(err)
	}
	// What is shown changes at once.
	if n := len(inbox(a, ada.ID)); n != 3 {
		t.Errorf("%d messages are shown in the inbox, want 3", n)
	}
	// A fresh profile sees the same on the server.
	waitFor(t, "the same state from the server's side", func() bool {
		b := open(t, s, t.TempDir())
		defer b.Close()
		acc := add(t, b, account(s, "ada@example.test", 993, 587))
		if _, err := b.Engine().SyncOnce(ctx, acc.ID, nil); err != nil {
			t.Fatal(err)
		}
		x := inbox(b, acc.ID)
		ar := rows(t, b, store.View{Mailbox: mailbox(t, b, acc.ID, mail.RoleArchive).ID})
		ju := rows(t, b, store.View{Mailbox: mailbox(t, b, acc.ID, mail.RoleJunk).ID})
		tr := rows(t, b, store.View{Mailbox: mailbox(t, b, acc.ID, mail.RoleTrash).ID})
		return len(x) == 3 && len(ar) == 1 && len(ju) == 1 && len(tr) == 0 && x[0].Flags.Has(mail.Flagged|mail.Seen) && ar[0].Subject == "number 3" && ju[0].Subject == "number 1"
	})
}

func TestOfflineChangesWaitAndFollow(t *testing.T) {
	s := testserver.Start(t, testserver.Options{})
	if err := s.Deliver("ada@example.test", []byte("From: b@example.test\r\nSubject: before\r\nMessage-ID: <before@example.test>\r\n\r\nx\r\n")); err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	a := open(t, s, t.TempDir())
	ada := add(t, a, account(s, "ada@example.test", 993, 587))
	var m mail.Summary
	waitFor(t, "the message", func() bool {
		x, ok := bySubject(rows(t, a, store.View{Mailbox: mailbox(t, a, ada.ID, mail.RoleInbox).ID}), "before")
		m = x
		return ok && x.HasBody
	})
	s.Kill()
	waitFor(t, "the account to notice", func() bool {
		st := a.Status()
		return st.Offline && st.Accounts[0].State == app.StateOffline
	})
	// Reading, marking and writing go on.
	if b, err := a.Read(ctx, m.ID); err != nil || !strings.Contains(b.Text, "x") {
		t.Fatalf("reading offline: %v", err)
	}
	if _, err := a.SetFlags(ctx, []mail.MessageID{m.ID}, mail.Flagged, 0); err != nil {
		t.Fatal(err)
	}
	d, err := a.NewDraft(ctx, app.Compose{Kind: app.ComposeNew})
	if err != nil {
		t.Fatal(err)
	}
	d.To, d.Subject, d.Text = []mail.Address{{Addr: "ada@example.test"}}, "written offline", "hello"
	if _, err := a.Send(ctx, d, time.Now()); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "what waits to be counted", func() bool { st := a.Status(); return st.Waiting == 1 && st.Changes > 0 })
	if err := s.Restart(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "everything to follow", func() bool {
		st := a.Status()
		_, got := bySubject(rows(t, a, store.View{Mailbox: mailbox(t, a, ada.ID, mail.RoleInbox).ID}), "written offline")
		return !st.Offline && st.Waiting == 0 && st.Changes == 0 && got
	})
}

func TestFailuresSayWhatHappened(t *testing.T) {
	ok := testserver.Start(t, testserver.Options{})
	wrong := testserver.Start(t, testserver.Options{Cert: "wronghost"})
	expired := testserver.Start(t, testserver.Options{Cert: "expired"})
	unknown := testserver.Start(t, testserver.Options{Cert: "selfsigned"})
	ctx := context.Background()
	for _, x := range []struct {
		name string
		s    *testserver.Server
		in   int
		out  int
		user string
		pass string
		edit func(*mail.Account)
		want [2]string // code of incoming and outgoing, "" = works
	}{
		{name: "all well", s: ok, in: 993, out: 465, want: [2]string{"", ""}},
		{name: "all well, upgraded", s: ok, in: 143, out: 587, want: [2]string{"", ""}},
		{name: "POP3", s: ok, in: 995, out: 587, want: [2]string{"", ""}},
		{name: "POP3 upgraded", s: ok, in: 110, out: 465, want: [2]string{"", ""}},
		{name: "awkward password", s: ok, in: 993, out: 587, user: "eve@example.test", want: [2]string{"", ""}},
		{name: "awkward password, POP3", s: ok, in: 995, out: 465, user: "eve@example.test", want: [2]string{"", ""}},
		{name: "wrong password", s: ok, in: 993, out: 587, pass: "no", want: [2]string{"bad-password", "bad-password"}},
		{name: "wrong password, POP3", s: ok, in: 995, out: 465, pass: "no", want: [2]string{"bad-password", "bad-password"}},
		{name: "another name", s: wrong, in: 993, out: 465, want: [2]string{"wrong-name", "wrong-name"}},
		{name: "another name, upgraded", s: wrong, in: 143, out: 587, want: [2]string{"wrong-name", "wrong-name"}},
		{name: "expired", s: expired, in: 995, out: 587, want: [2]string{"expired", "expired"}},
		{name: "unknown issuer", s: unknown, in: 110, out: 465, want: [2]string{"unknown-issuer", "unknown-issuer"}},
		{name: "TLS where STARTTLS is spoken", s: ok, in: 993, out: 465, edit: func(a *mail.Account) {
			a.Incoming.Port, a.Outgoing.Port = ok.Port(143), ok.Port(587)
		}, want: [2]string{"not-tls", "not-tls"}},
		{name: "nothing listens", s: ok, in: 993, out: 465, edit: func(a *mail.Account) { a.Incoming.Port, a.Outgoing.Port = 9, 9 }, want: [2]string{"refused", "refused"}},
		{name: "POP3 port for IMAP", s: ok, in: 993, out: 465, edit: func(a *mail.Account) { a.Incoming.Port = ok.Port(995) }, want: [2]string{"wrong-protocol", ""}},
		{name: "no such host", s: ok, in: 993, out: 465, edit: func(a *mail.Account) { a.Incoming.Host = "nothing.invalid" }, want: [2]string{"no-such-host", ""}},
	} {
		t.Run(x.name, func(t *testing.T) {
			a, err := app.Open(ctx, app.Options{Dir: t.TempDir(), Roots: x.s.Roots, Keychain: keychain.Memory(), Idle: true})
			if err != nil {
				t.Fatal(err)
			}
			defer a.Close()
			user := x.user
			if user == "" {
				user = "ada@example.test"
			}
			acc := account(x.s, user, x.in, x.out)
			if x.edit != nil {
				x.edit(&acc)
			}
			pass := x.pass
			if pass == "" {
				pass = testserver.Users[user]
			}
			lines := a.Test(ctx, acc, app.Secrets{Password: pass}, nil)
			if len(lines) != 2 {
				t.Fatalf("%d lines", len(lines))
			}
			for i, l := range lines {
				if x.want[i] == "" {
					if l.Err != nil || l.State != mail.StepFound || l.Summary == "" {
						t.Errorf("%s: %v, state %d, %q", l.Protocol, l.Err, l.State, l.Summary)
					}
					continue
				}
				f := fault.Of(l.Err)
				if f == nil {
					t.Errorf("%s works, want %s", l.Protocol, x.want[i])
					continue
				}
				if f.Code != x.want[i] {
					t.Errorf("%s: code %q, want %q (%v)", l.Protocol, f.Code, x.want[i], f)
				}
				if f.Title == "" || f.Detail == "" {
					t.Errorf("%s: nothing is said to the person: %+v", l.Protocol, f)
				}
				if strings.Contains(f.Error()+f.Title+f.Detail+f.ServerText, pass) && len(pass) > 3 {
					t.Errorf("%s: the password is in the error", l.Protocol)
				}
			}
		})
	}
}

// A message that waits in the Outbox is in Drafts too; whoever opens it there takes it out of the Outbox, so that it is never sent twice.
func TestEditingADraftThatWaitsTakesItBack(t *testing.T) {
	s := testserver.Start(t, testserver.Options{})
	a := open(t, s, t.TempDir())
	acc := add(t, a, account(s, "ada@example.test", 993, 587))
	ctx := context.Background()
	d, err := a.NewDraft(ctx, app.Compose{Account: acc.ID})
	if err != nil {
		t.Fatal(err)
	}
	d.To, d.Subject, d.Text = []mail.Address{{Addr: "bob@example.test"}}, "Later", "Not yet."
	if d.ID, err = a.SaveDraft(ctx, d); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Send(ctx, d, time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	var of mail.MessageID // it is not listed, but another window may still show it
	if err := a.Store().Write(ctx, func(tx *store.Tx) (err error) { of, err = tx.DraftMessage(d.ID); return err }); err != nil {
		t.Fatal(err)
	}
	back, err := a.NewDraft(ctx, app.Compose{Kind: app.ComposeEdit, Of: of})
	if err != nil || back.Subject != "Later" || back.ID == 0 {
		t.Fatalf("%+v, %v", back, err)
	}
	out, err := a.Outbox(ctx)
	if err != nil || len(out) != 0 {
		t.Errorf("the outbox has %+v, %v", out, err)
	}
}
