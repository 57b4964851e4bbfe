package app_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

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

// Without an account there is nowhere to keep a message of a file: it is said, and what to do.
func TestFilesNeedAnAccount(t *testing.T) {
	ctx := context.Background()
	a, err := app.Open(ctx, app.Options{Dir: t.TempDir(), Keychain: keychain.Memory(), Idle: true})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	p := filepath.Join(t.TempDir(), "m.eml")
	if err := os.WriteFile(p, []byte("From: b@example.com\r\nSubject: x\r\n\r\nLook.\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, open := a.OpenFile(ctx, p)
	_, imported := a.Import(ctx, []string{p}, app.ImportOptions{}, nil)
	for _, err := range []error{open, imported} {
		if f := fault.Of(err); err == nil || f.Title != "Set up an account first" || !strings.Contains(f.Detail, "open the file again") {
			t.Errorf("%v", err)
		}
	}
}
