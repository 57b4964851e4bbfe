package app_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/msox/cmail"
	"github.com/postrider/postrider/accounts/msox/msg"
	"github.com/postrider/postrider/accounts/testserver/corpora"
	"github.com/postrider/postrider/app"
)

// TestWinmailIsUnpacked takes a message with a winmail.dat through the store: what is packed is read, saved and forwarded.
func TestWinmailIsUnpacked(t *testing.T) {
	dir := corpora.Dir(t, "tnef-mimekit")
	stream, err := os.ReadFile(filepath.Join(dir, "two-files.tnef"))
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(filepath.Join(dir, "two-files", "AUTHORS"))
	if err != nil {
		t.Fatal(err)
	}
	raw := "From: Bob <bob@example.com>\r\nTo: ada@example.com\r\nSubject: packed\r\nMessage-ID: <w@example.com>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" +
		"--b\r\nContent-Type: text/plain\r\n\r\nTwo files.\r\n--b\r\nContent-Type: application/ms-tnef; name=winmail.dat\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
		base64.StdEncoding.EncodeToString(stream) + "\r\n--b--\r\n"
	a := offline(t)
	ctx := context.Background()
	p := filepath.Join(t.TempDir(), "m.eml")
	if err := os.WriteFile(p, []byte(raw), 0o600); err != nil {
		t.Fatal(err)
	}
	id, err := a.OpenFile(ctx, p)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time from the cache
		b, err := a.Read(ctx, id)
		if err != nil || len(b.Parts) != 2 || b.Parts[0].Name != "AUTHORS" || b.Parts[1].Name != "README" || !strings.Contains(b.Text, "Two files.") {
			t.Fatalf("%+v, %v", b.Parts, err)
		}
		r, part, err := a.OpenPart(ctx, id, b.Parts[0].ID)
		if err != nil {
			t.Fatal(err)
		}
		got, _ := io.ReadAll(r)
		r.Close()
		if strings.ReplaceAll(string(got), "\r\n", "\n") != string(want) || part.Name != "AUTHORS" {
			t.Errorf("%s has %d bytes", part.Name, len(got))
		}
	}
	d, err := a.NewDraft(ctx, app.Compose{Kind: app.ComposeForward, Of: id})
	if err != nil || len(d.Attach) != 2 || d.Attach[0].Name != "AUTHORS" {
		t.Errorf("forwarded: %+v, %v", d.Attach, err)
	}
}

// TestOutlookItemIsOpened takes a .msg file like an .eml file.
func TestOutlookItemIsOpened(t *testing.T) {
	raw := "From: Bob <bob@example.com>\r\nTo: ada@example.com\r\nSubject: Grüße\r\nMessage-ID: <o@example.com>\r\nDate: Wed, 04 Mar 2026 10:00:00 +0000\r\n\r\nLook.\r\n"
	var item bytes.Buffer
	if err := msg.Write(&item, cmail.FromMIME([]byte(raw), cmail.From{})); err != nil {
		t.Fatal(err)
	}
	a := offline(t)
	ctx := context.Background()
	p := filepath.Join(t.TempDir(), "m.msg")
	if err := os.WriteFile(p, item.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	id, err := a.OpenFile(ctx, p)
	if err != nil {
		t.Fatal(err)
	}
	b, err := a.Read(ctx, id)
	if err != nil || b.Envelope.Subject != "Grüße" || b.Envelope.InternetID != "o@example.com" || strings.TrimSpace(b.Text) != "Look." {
		t.Errorf("%+v, %v", b.Envelope, err)
	}
	if err := os.WriteFile(p, item.Bytes()[:600], 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := a.OpenFile(ctx, p); !fault.Is(err, fault.Usage) {
		t.Errorf("a damaged item: %v", err)
	}
}

// TestWinmailInvitation: a meeting request that Outlook packed is an invitation like any other.
func TestWinmailInvitation(t *testing.T) {
	stream, err := os.ReadFile(filepath.Join("winmail", "testdata", "meeting.tnef"))
	if err != nil {
		t.Fatal(err)
	}
	raw := "From: Kari <kari@fjordlight.example>\r\nTo: ada@example.com\r\nSubject: packed\r\nMessage-ID: <i@example.com>\r\nMIME-Version: 1.0\r\n" +
		"Content-Type: application/ms-tnef; name=winmail.dat\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.StdEncoding.EncodeToString(stream) + "\r\n"
	a := offline(t)
	ctx := context.Background()
	p := filepath.Join(t.TempDir(), "m.eml")
	if err := os.WriteFile(p, []byte(raw), 0o600); err != nil {
		t.Fatal(err)
	}
	id, err := a.OpenFile(ctx, p)
	if err != nil {
		t.Fatal(err)
	}
	v, ok, err := a.Invitation(ctx, id)
	if err != nil || !ok || v.Method != "REQUEST" || v.Event.Summary != "Møte" || v.Event.Location != "Kaia 1" || v.Event.Organizer == nil || v.Event.Organizer.Addr != "kari@fjordlight.example" {
		t.Errorf("%+v, %v, %v", v, ok, err)
	}
}
