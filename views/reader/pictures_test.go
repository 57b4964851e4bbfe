package reader

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"sync/atomic"
	"testing"

	"fyne.io/fyne/v2"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app/store"
	"github.com/postrider/postrider/views/kit"
	"github.com/postrider/postrider/views/viewtest"
)

// TestPicturesAreLoadedWhenAllowed: none is asked for before the person says so; what cannot be had then is told and can be tried again.
func TestPicturesAreLoadedWhenAllowed(t *testing.T) {
	d := viewtest.NewDesk(t, kit.ModeLight)
	d.Win.Resize(fyne.NewSize(1000, 800))
	c := viewtest.New(viewtest.Options{})
	var photo bytes.Buffer
	if err := png.Encode(&photo, image.NewRGBA(image.Rect(0, 0, 40, 30))); err != nil {
		t.Fatal(err)
	}
	var online atomic.Bool
	var asked atomic.Int32
	c.OnPicture = func(url string) ([]byte, error) {
		asked.Add(1)
		if !online.Load() {
			return nil, fault.New(fault.Network, "picture", "This picture could not be loaded", "")
		}
		return photo.Bytes(), nil
	}
	c.OnRead = func(id mail.MessageID) (mail.Body, error, bool) {
		return mail.Body{HTML: `<p>Hello</p><img src="https://example.com/pier.png"><img src="https://example.com/lamp.png">`}, nil, true
	}
	p := New(d.Win, c, d.Do, c.Now)
	d.Win.SetContent(p)
	l, err := c.List(context.Background(), store.View{Role: mail.RoleInbox}, 0, 1)
	if err != nil || len(l.Rows) == 0 {
		t.Fatal(l, err)
	}
	p.Open(l.Rows[0], false)
	banner := func(text string) bool { _, ok := viewtest.Has[*kit.Banner](d, text); return ok }
	blocked, lost := "Remote images are blocked · 2 pictures not loaded", "2 pictures could not be loaded · no connection, or the sender no longer has them"
	d.Until("the banner", func() bool { return banner(blocked) })
	if asked.Load() != 0 {
		t.Fatal("they are asked for already")
	}
	d.Press("Load images")
	d.Until("what was not to be had", func() bool { return banner(lost) })
	if banner(blocked) {
		t.Error("they are still called blocked")
	}
	online.Store(true)
	d.Press("Try again")
	d.Until("the pictures", func() bool { return asked.Load() == 4 && !banner(lost) })
	d.Until("their room", func() bool {
		w, _, ok := p.cards[0].page.pics.Size("https://example.com/pier.png")
		return ok && w == 40
	})
	if banner(lost) || banner(blocked) {
		t.Error("they are here, and said not to be")
	}
}
