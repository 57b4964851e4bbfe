package reader

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"io"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app/store"
	"github.com/postrider/postrider/views/kit"
	"github.com/postrider/postrider/views/viewtest"
)

// partsClient is a client whose attachments hold what a test says.
type partsClient struct {
	*viewtest.Client
	data map[int][]byte
}

func (c partsClient) OpenPart(_ context.Context, _ mail.MessageID, part int) (io.ReadCloser, mail.Part, error) {
	return io.NopCloser(bytes.NewReader(c.data[part])), mail.Part{ID: part}, nil
}

// Texts and pictures are shown here; a click on a program asks first, and what it is called decides, not what the sender says that it is.
func TestPreviews(t *testing.T) {
	var pic bytes.Buffer
	if err := png.Encode(&pic, image.NewRGBA(image.Rect(0, 0, 300, 200))); err != nil {
		t.Fatal(err)
	}
	d := viewtest.NewDesk(t, kit.ModeLight)
	c := partsClient{viewtest.New(viewtest.Options{}), map[int][]byte{1: []byte("Gr\xfc\xdfe aus K\xf6ln"), 2: pic.Bytes(), 3: []byte("MZ"), 4: []byte("\x89PNG broken")}}
	p := New(d.Win, c, d.Do, c.Now)
	var opened []string
	p.OpenFile = func(path string) error { opened = append(opened, path); return nil }
	d.Show(p, 900, 800)
	rows, err := c.List(t.Context(), store.View{Mailbox: viewtest.FjordInbox}, 0, 1)
	if err != nil || len(rows.Rows) != 1 {
		t.Fatal(rows, err)
	}
	card := &card{p: p, s: rows.Rows[0]}
	top := func() bool { return kit.TopOverlay(d.Win.Canvas()) != nil }

	p.preview(card, mail.Part{ID: 1, Name: "notes.txt", Type: "text/plain", Charset: "iso-8859-1"})
	d.Until("the text", func() bool { return d.Says("notes.txt") })
	d.Press("Copy all")
	if got := fyne.CurrentApp().Clipboard().Content(); got != "Grüße aus Köln" {
		t.Errorf("the text is %q", got)
	}
	d.Press("Close")
	p.source(card)
	d.Until("the source", func() bool { return d.Says("Source") })
	d.Press("Copy all")
	if got, _ := c.Raw(t.Context(), card.s.ID); len(got) == 0 || fyne.CurrentApp().Clipboard().Content() != string(got) {
		t.Errorf("the source is %q", fyne.CurrentApp().Clipboard().Content())
	}
	d.Press("Close")
	p.preview(card, mail.Part{ID: 2, Name: "quay.png", Type: "image/png", Size: int64(pic.Len())})
	d.Until("the picture", func() bool { return top() && d.Says("quay.png") })
	d.Press("Close")
	if len(opened) != 0 {
		t.Errorf("opened %q besides", opened)
	}
	p.preview(card, mail.Part{ID: 3, Name: "setup.exe", Type: "application/pdf"})
	d.Until("the question", func() bool { return d.Says("This file can run a program") })
	d.Press("Cancel")
	if top() || len(opened) != 0 {
		t.Errorf("after Cancel: opened %q", opened)
	}
	p.preview(card, mail.Part{ID: 4, Name: "broken.png", Type: "image/png"}) // not a picture after all: the system's program may know it
	d.Until("the other program", func() bool { return len(opened) == 1 })
	if !strings.HasSuffix(opened[0], "broken.png") {
		t.Errorf("opened %q", opened)
	}
}
