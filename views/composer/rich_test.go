package composer

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"io"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/views/html/edit"
	"github.com/postrider/postrider/views/viewtest"
)

func formatted(c *viewtest.Client) {
	s := c.Settings()
	s.PlainText = false
	_ = c.SetSettings(context.Background(), s)
}

func TestFormattedText(t *testing.T) {
	r := open(t, mail.Draft{To: []mail.Address{{Addr: "ada@example.com"}}, Subject: "Hi"}, formatted)
	e := r.c.rich
	r.c.win.Canvas().Focus(e)
	test.Type(e, "Plain")
	if d := r.c.Draft(); d.Text != "Plain" || d.HTML != "" {
		t.Errorf("text without formatting is sent with HTML %q, as text %q", d.HTML, d.Text)
	}
	e.Toggle(edit.Bold)
	test.Type(e, " bold")
	r.c.Send(time.Time{})
	r.Until("the end", func() bool { return r.ended })
	if d := r.sent[0]; d.Text != "Plain bold" || strings.TrimSpace(d.HTML) != "<div>Plain<b> bold</b></div>" {
		t.Errorf("sent %q with %q", d.Text, d.HTML)
	}
}

func TestFormattedQuote(t *testing.T) {
	r := open(t, mail.Draft{To: []mail.Address{{Addr: "a@example.com"}}, Subject: "Re: x", Text: "Yes.", Quoted: "On Monday, Ada wrote:\n> question\n>> older"}, formatted)
	if !r.c.rich.Folded {
		t.Error("the history is not folded")
	}
	d := r.c.Draft()
	if d.Text != "Yes.\n\nOn Monday, Ada wrote:\n> question\n>> older" || d.Quoted != "" {
		t.Errorf("the draft is %q, %q", d.Text, d.Quoted)
	}
	if r.c.dirty {
		t.Error("an answer that nobody has touched is to be saved")
	}
	// What was saved opens again as it was.
	again := open(t, d, formatted)
	if got := again.c.Draft(); got.HTML != d.HTML || got.Text != d.Text || !again.c.rich.Folded {
		t.Errorf("it opens again as %q, folded %v", got.HTML, again.c.rich.Folded)
	}
}

func TestSignatureChanges(t *testing.T) {
	r := open(t, mail.Draft{Subject: "x", Text: "Hello\n\n-- \nOld\nlines", Quoted: "On Monday, Ada wrote:\n> question"}, formatted)
	r.c.swapSignature("\n\n-- \nOld\nlines", "\n\n-- \nNew")
	if d := r.c.Draft(); !strings.HasPrefix(d.Text, "Hello\n\n-- \nNew\n\nOn Monday") {
		t.Errorf("the text is %q", d.Text)
	}
}

func TestPictureInText(t *testing.T) {
	r := open(t, mail.Draft{To: []mail.Address{{Addr: "ada@example.com"}}, Subject: "Hi", Text: "See "}, formatted)
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 30, 20))); err != nil {
		t.Fatal(err)
	}
	r.c.rich.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEnd})
	r.c.addPicture("boat.png", func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b.Bytes())), nil })
	r.Until("the picture", func() bool { return len(r.c.inline) == 1 })
	d := r.c.Draft()
	if len(d.Attach) != 1 || d.Attach[0].ContentID == "" || !strings.Contains(d.HTML, `<img src="cid:`+d.Attach[0].ContentID+`" alt="boat"/>`) {
		t.Fatalf("the draft is %q with %+v", d.HTML, d.Attach)
	}
	r.Until("its size", func() bool {
		w, h, ok := r.c.pics.Size("cid:" + d.Attach[0].ContentID)
		return ok && w == 30 && h == 20
	})
	r.c.rich.Undo()
	if d := r.c.Draft(); len(d.Attach) != 0 || d.HTML != "" {
		t.Errorf("taken back it is still sent: %+v", d.Attach)
	}
}

func TestPictureOfTheClipboard(t *testing.T) {
	r := open(t, mail.Draft{To: []mail.Address{{Addr: "ada@example.com"}}, Subject: "Hi", Text: "See "}, formatted)
	for _, none := range []string{"", "words", "GIF89a\x01\x00\x01\x00", "<svg xmlns='http://www.w3.org/2000/svg'/>"} {
		if r.c.pastePicture(none) {
			t.Errorf("%q is taken for a picture", none)
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 30, 20))); err != nil {
		t.Fatal(err)
	}
	if !r.c.pastePicture(b.String()) {
		t.Fatal("a picture is not taken")
	}
	r.Until("the picture", func() bool { return len(r.c.inline) == 1 })
	d := r.c.Draft()
	if len(d.Attach) != 1 || d.Attach[0].Name != "picture.png" || !strings.Contains(d.HTML, `<img src="cid:`+d.Attach[0].ContentID+`"`) {
		t.Errorf("the draft is %q with %+v", d.HTML, d.Attach)
	}
}

func TestPlainAndBack(t *testing.T) {
	r := open(t, mail.Draft{To: []mail.Address{{Addr: "a@example.com"}}, Subject: "Re: x", Text: "Yes.", Quoted: "On Monday, Ada wrote:\n> question"}, formatted)
	was := r.c.Draft().Text
	r.c.togglePlain()
	if d := r.c.Draft(); d.HTML != "" || d.Text+d.Quoted != was || !r.c.client.Settings().PlainText && r.c.rich != nil {
		t.Errorf("as plain text it is %q and %q", d.Text, d.Quoted)
	}
	r.c.togglePlain()
	if d := r.c.Draft(); d.Text != was || r.c.rich == nil {
		t.Errorf("with formatting again it is %q, not %q", d.Text, was)
	}
}
