package compose

import (
	"io"
	"strings"
	"testing"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/rfc822"
)

func htmlDraft() (mail.Draft, Options) {
	blobs := map[string]string{"p": "\x89PNG picture", "f": "a file", "x": "taken out"}
	d := mail.Draft{From: mail.Identity{Name: "Ada", Addr: "ada@example.com"}, To: []mail.Address{{Addr: "bob@example.com"}}, Subject: "Boats",
		Text: "Hello Bob,\n\nhere it is. [A boat]", HTML: `<div>Hello <b>Bøb</b>,</div><div><img src="cid:boat@example.com" alt="A boat"></div>`,
		Attach: []mail.Attachment{{Name: "boat.png", Type: "image/png", Digest: "p", ContentID: "boat@example.com"}, {Name: "notes.txt", Type: "text/plain", Digest: "f"},
			{Name: "old.png", Type: "image/png", Digest: "x", ContentID: "old@example.com"}}}
	return d, Options{Open: func(digest string) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(blobs[digest])), nil }}
}

func TestBuildHTML(t *testing.T) {
	d, o := htmlDraft()
	raw, _, err := Build(d, o)
	if err != nil {
		t.Fatal(err)
	}
	b := rfc822.Body(raw, rfc822.Options{})
	if strings.TrimSpace(b.Text) != d.Text {
		t.Errorf("plain text is %q", b.Text)
	}
	if !strings.Contains(b.HTML, d.HTML) {
		t.Errorf("HTML is %q", b.HTML)
	}
	if len(b.Parts) != 2 {
		t.Fatalf("%d parts, not the picture and the file: %+v", len(b.Parts), b.Parts)
	}
	for _, p := range b.Parts {
		switch p.Name {
		case "boat.png":
			if !p.Inline || p.ContentID != "boat@example.com" || p.Type != "image/png" {
				t.Errorf("the picture is %+v", p)
			}
		case "notes.txt":
			if p.Inline || p.ContentID != "" {
				t.Errorf("the file is %+v", p)
			}
		default:
			t.Errorf("a part that nothing shows is sent: %+v", p)
		}
		r, _, err := rfc822.Part(raw, p.ID)
		if err != nil {
			t.Fatal(err)
		}
		got, _ := io.ReadAll(r)
		if want := map[string]string{"boat.png": "\x89PNG picture", "notes.txt": "a file"}[p.Name]; string(got) != want {
			t.Errorf("%s holds %q", p.Name, got)
		}
	}
	// mixed( alternative( text, related( html, picture ) ), file ), RFC 2046 and RFC 2387.
	var kinds []string
	for _, l := range strings.Split(string(raw), "\r\n") {
		if s, ok := strings.CutPrefix(l, "Content-Type: "); ok {
			kinds = append(kinds, strings.SplitN(s, ";", 2)[0])
		}
	}
	if got := strings.Join(kinds, " "); got != "multipart/mixed multipart/alternative text/plain multipart/related text/html image/png text/plain" {
		t.Errorf("the parts are %s", got)
	}
	for _, l := range strings.Split(string(raw), "\r\n") {
		if len(l) > 998 {
			t.Errorf("a line of %d characters", len(l))
		}
	}
}

func TestBuildHTMLAlone(t *testing.T) {
	d, o := htmlDraft()
	d.Attach = nil
	raw, _, err := Build(d, o)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(raw), "Content-Type: multipart/alternative;") || strings.Contains(string(raw), "multipart/mixed") || strings.Contains(string(raw), "multipart/related") {
		t.Errorf("without files it is\n%s", raw)
	}
}

// TestDraftComesBack: a draft on a server is a message like the one that is sent; opened again it is the same.
func TestDraftComesBack(t *testing.T) {
	d, o := htmlDraft()
	d.Attach = d.Attach[:2]
	raw, _, err := Build(d, o)
	if err != nil {
		t.Fatal(err)
	}
	back, err := FromEML(raw, func(name, typ string, r io.Reader) (mail.Attachment, error) {
		b, err := io.ReadAll(r)
		return mail.Attachment{Name: name, Type: typ, Digest: string(b)}, err
	})
	if err != nil {
		t.Fatal(err)
	}
	if back.HTML != d.HTML || back.Text != d.Text || len(back.Attach) != 2 {
		t.Fatalf("it comes back as %q, %q, %+v", back.HTML, back.Text, back.Attach)
	}
	for _, a := range back.Attach {
		if (a.ContentID == "boat@example.com") != (a.Name == "boat.png") {
			t.Errorf("%+v", a)
		}
	}
}
