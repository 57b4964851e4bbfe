package app_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/auth/keychain"
	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/app/store"
)

// offline opens a profile with one account that nothing connects.
func offline(t *testing.T) *app.App {
	t.Helper()
	ctx := context.Background()
	a, err := app.Open(ctx, app.Options{Dir: t.TempDir(), Keychain: keychain.Memory(), Idle: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	s := mail.Server{Protocol: mail.IMAP, Host: "localhost", Port: 9, Security: mail.TLS}
	o := s
	o.Protocol = mail.SMTP
	if _, err := a.AddAccount(ctx, mail.Account{Address: "ada@example.com", Incoming: s, Outgoing: o}, app.Secrets{Password: "x"}); err != nil {
		t.Fatal(err)
	}
	return a
}

func TestOpenFileTakesAMessageOnce(t *testing.T) {
	a := offline(t)
	ctx := context.Background()
	raw := "From: Bob <bob@example.com>\r\nTo: ada@example.com\r\nSubject: from a file\r\nMessage-ID: <f@example.com>\r\nDate: Wed, 04 Mar 2026 10:00:00 +0000\r\n\r\nLook.\r\n"
	p := filepath.Join(t.TempDir(), "m.eml")
	if err := os.WriteFile(p, []byte(raw), 0o600); err != nil {
		t.Fatal(err)
	}
	id, err := a.OpenFile(ctx, p)
	if err != nil {
		t.Fatal(err)
	}
	again, err := a.OpenFile(ctx, p)
	if err != nil || again != id {
		t.Errorf("opened again it is message %d, not %d (%v)", again, id, err)
	}
	b, err := a.Raw(ctx, id)
	if err != nil || string(b) != raw {
		t.Errorf("its bytes are %q, %v", b, err)
	}
	d, err := a.NewDraft(ctx, app.Compose{Kind: app.ComposeForwardAttach, Of: id})
	if err != nil || len(d.Attach) != 1 || d.Attach[0].Type != "message/rfc822" || d.Subject != "Fwd: from a file" {
		t.Errorf("forwarded as a file: %+v, %v", d, err)
	}
	if _, err := a.OpenFile(ctx, filepath.Join(t.TempDir(), "none.eml")); !fault.Is(err, fault.Usage) {
		t.Errorf("a missing file: %v", err)
	}
}

func TestDraftsAreFoundAgain(t *testing.T) {
	a := offline(t)
	ctx := context.Background()
	d, err := a.NewDraft(ctx, app.Compose{Kind: app.ComposeMailto, Mailto: "mailto:bob@example.com?subject=Tide%20tables&body=When%3F&bcc=eve@example.com"})
	if err != nil {
		t.Fatal(err)
	}
	if d.Subject != "Tide tables" || len(d.To) != 1 || d.To[0].Addr != "bob@example.com" || !strings.HasPrefix(d.Text, "When?") {
		t.Errorf("the link becomes %+v", d)
	}
	at, err := a.Attach(ctx, "tides.csv", strings.NewReader("high,low\n"))
	if err != nil {
		t.Fatal(err)
	}
	d.Attach = append(d.Attach, at)
	if d.ID, err = a.SaveDraft(ctx, d); err != nil {
		t.Fatal(err)
	}
	d.Text = "When is it?"
	if d.ID, err = a.SaveDraft(ctx, d); err != nil {
		t.Fatal(err)
	}
	p, err := a.List(ctx, store.View{Role: mail.RoleDrafts}, 0, 10)
	if err != nil || len(p.Rows) != 1 || p.Rows[0].Subject != "Tide tables" {
		t.Fatalf("saved twice, Drafts holds %+v, %v", p.Rows, err)
	}
	e, err := a.NewDraft(ctx, app.Compose{Kind: app.ComposeEdit, Of: p.Rows[0].ID})
	if err != nil || e.ID != d.ID || e.Text != "When is it?" || len(e.Attach) != 1 {
		t.Errorf("opened from Drafts it is %+v, %v", e, err)
	}
	u, err := a.DiscardDraft(ctx, d.ID)
	if err != nil {
		t.Fatal(err)
	}
	if p, _ := a.List(ctx, store.View{Role: mail.RoleDrafts}, 0, 10); len(p.Rows) != 0 {
		t.Errorf("discarded, Drafts holds %+v", p.Rows)
	}
	if err := a.Undo(ctx, u); err != nil {
		t.Fatal(err)
	}
	if p, _ := a.List(ctx, store.View{Role: mail.RoleDrafts}, 0, 10); len(p.Rows) != 1 {
		t.Errorf("taken back, Drafts holds %+v", p.Rows)
	}
}

func TestConcernsBeforeSending(t *testing.T) {
	a := offline(t)
	ctx := context.Background()
	d, err := a.NewDraft(ctx, app.Compose{Kind: app.ComposeNew})
	if err != nil {
		t.Fatal(err)
	}
	codes := func() string {
		var out []string
		for _, c := range a.CheckDraft(ctx, d) {
			out = append(out, c.Code)
		}
		return strings.Join(out, " ")
	}
	if got := codes(); got != "no-recipient" {
		t.Errorf("an empty draft: %q", got)
	}
	d.To = []mail.Address{{Addr: "bob@@example.com"}}
	d.Text = "The drawings are attached."
	if got := codes(); got != "address attachment" {
		t.Errorf("a bad address and no attachment: %q", got)
	}
	d.To, d.Text = nil, "Hello"
	for i := range 30 {
		d.To = append(d.To, mail.Address{Addr: string(rune('a'+i%26)) + "x@elsewhere.example"})
	}
	if got := codes(); got != "many" {
		t.Errorf("thirty outside: %q", got)
	}
}

// Without an account messages of files are kept in a data file of the profile, which is there at the next start too, also where the profile was moved.
func TestFilesWithoutAnAccount(t *testing.T) {
	ctx := context.Background()
	dir := filepath.Join(t.TempDir(), "profile")
	opened := func(dir string) *app.App {
		t.Helper()
		a, err := app.Open(ctx, app.Options{Dir: dir, Keychain: keychain.Memory(), Idle: true})
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	a := opened(dir)
	p := filepath.Join(t.TempDir(), "m.eml")
	if err := os.WriteFile(p, []byte("From: b@example.com\r\nSubject: x\r\n\r\nLook.\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	id, err := a.OpenFile(ctx, p)
	if err != nil {
		t.Fatal(err)
	}
	if b, err := a.Read(ctx, id); err != nil || b.Envelope.Subject != "x" {
		t.Errorf("%+v %v", b.Envelope, err)
	}
	folder := t.TempDir()
	for _, f := range []string{"Inbox", "Work.sbd/Pier 4"} {
		q := filepath.Join(folder, f)
		if err := os.MkdirAll(filepath.Dir(q), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(q, []byte("From - Mon Jan  1 00:00:00 2024\r\nX-Mozilla-Status: 0001\r\nFrom: b@example.com\r\nSubject: "+filepath.Base(f)+"\r\nMessage-ID: <"+strings.ReplaceAll(f, " ", "")+"@example.com>\r\n\r\nLook.\r\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(q+".msf", nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for i, want := range []app.ImportState{{Added: 2}, {Same: 2}} {
		s, err := a.Import(ctx, []string{folder}, app.ImportOptions{}, nil)
		if s.Bytes = 0; err != nil || s != want {
			t.Errorf("import %d: %+v %v", i, s, err)
		}
	}
	tree := func(a *app.App) string {
		t.Helper()
		boxes, err := a.Mailboxes(ctx)
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, b := range boxes {
			if b.Local {
				out = append(out, fmt.Sprintf("%s %d", b.Path, b.Total))
			}
		}
		slices.Sort(out)
		return strings.Join(out, ", ")
	}
	const want = "Imported 0, Imported/Inbox 1, Imported/Work 0, Imported/Work/Pier 4 1, Opened files 1"
	if got := tree(a); got != want {
		t.Errorf("the mailboxes are %s", got)
	}
	as, _ := a.Accounts(ctx)
	if len(as) != 1 || as[0].Incoming.Protocol != mail.PST {
		t.Errorf("%+v", as)
	}
	a.Close()
	other := filepath.Join(t.TempDir(), "elsewhere")
	if err := os.Rename(dir, other); err != nil {
		t.Fatal(err)
	}
	a = opened(other)
	defer a.Close()
	if got := tree(a); got != want {
		t.Errorf("the mailboxes are %s", got)
	}
	if as, _ = a.Accounts(ctx); len(as) != 1 || filepath.Dir(as[0].Incoming.Path) != other {
		t.Errorf("its file is looked for in %s, not %s", as[0].Incoming.Path, other)
	}
	// Twice the same file, without a Message-ID, in one import and in the next.
	twice := t.TempDir()
	for _, f := range []string{"1.eml", "2.eml"} {
		if err := os.WriteFile(filepath.Join(twice, f), []byte("From: b@example.com\r\nSubject: y\r\n\r\nLook.\r\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for i, want := range []app.ImportState{{Added: 1, Same: 1}, {Same: 2}} {
		s, err := a.Import(ctx, []string{twice}, app.ImportOptions{}, nil)
		if s.Bytes = 0; err != nil || s != want {
			t.Errorf("import %d of two equal files: %+v %v", i, s, err)
		}
	}
	if again, err := a.OpenFile(ctx, p); err != nil || again != id {
		t.Errorf("it was taken twice: %d, %d (%v)", again, id, err)
	}
}

// A copy of what is sent is filed from here exactly where the provider does not do it, whichever way its servers were found.
func TestWhoFilesSentMail(t *testing.T) {
	a := offline(t)
	imap, pop := mail.Server{Protocol: mail.IMAP, Host: "imap.gmail.com", Port: 993, Security: mail.TLS}, mail.Server{Protocol: mail.POP3, Host: "pop.gmail.com", Port: 995, Security: mail.TLS}
	smtp := mail.Server{Protocol: mail.SMTP, Host: "SMTP.gmail.com", Port: 465, Security: mail.TLS}
	own, other := smtp, imap
	own.Host, other.Host = "smtp.example.com", "imap.example.com"
	for i, c := range []struct {
		acc  mail.Account
		want bool
	}{
		{mail.Account{Provider: "google", Incoming: imap, Outgoing: smtp}, true},
		{mail.Account{Incoming: imap, Outgoing: smtp}, true}, // typed in
		{mail.Account{Provider: "google", Incoming: pop, Outgoing: smtp}, false},
		{mail.Account{Provider: "google", Incoming: imap, Outgoing: own}, false},
		{mail.Account{Incoming: other, Outgoing: smtp}, false},
		{mail.Account{Incoming: other, Outgoing: own}, false},
	} {
		c.acc.Address = fmt.Sprint("ada", i, "@example.com")
		got, err := a.AddAccount(context.Background(), c.acc, app.Secrets{Password: "x"})
		if err != nil || got.ServerSent != c.want {
			t.Errorf("%s by %s with %s: filed there %v, %v", c.acc.Incoming.Host, c.acc.Incoming.Protocol, c.acc.Outgoing.Host, got.ServerSent, err)
		}
	}
}

func TestSendingWithARemovedAccount(t *testing.T) {
	a := offline(t)
	ctx := context.Background()
	d, err := a.NewDraft(ctx, app.Compose{Kind: app.ComposeNew})
	if err != nil {
		t.Fatal(err)
	}
	d.To, d.Text = []mail.Address{{Addr: "bob@example.com"}}, "x"
	if err := a.RemoveAccount(ctx, d.Account); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Send(ctx, d, time.Time{}); !fault.Is(err, fault.NotFound) {
		t.Errorf("sent with an account that is gone: %v", err)
	}
	if out, err := a.Outbox(ctx); err != nil || len(out) != 0 {
		t.Errorf("the outbox has %+v, %v", out, err)
	}
}
