package reader

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/views/kit"
	"github.com/postrider/postrider/views/viewtest"
)

func TestQuickReplyGrowsWithItsText(t *testing.T) {
	test.NewTempApp(t)
	c := viewtest.New(viewtest.Options{})
	w := test.NewTempWindow(t, nil)
	p := New(w, c, func(func()) {}, c.Now)
	w.SetContent(kit.NewRoot(p))
	w.SetPadded(false)
	w.Resize(fyne.NewSize(700, 700))
	p.Open(mail.Summary{ID: 1, Count: 1, From: []mail.Address{{Addr: "a@example.com"}}}, false)
	q := p.quick
	if q.Height() != 71 || q.Position().Y != 700-71 {
		t.Fatalf("empty it is %v px high at %v", q.Height(), q.Position())
	}
	w.Canvas().Focus(q.field)
	var heights []float32
	for range 12 {
		test.Type(q.field, "A line of text")
		q.field.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
		heights = append(heights, q.Height())
		if q.Position().Y+q.Size().Height != 700 || p.scroll.Position().Y+p.scroll.Size().Height != q.Position().Y {
			t.Fatalf("with %v px the footer is at %v", q.Height(), q.Position())
		}
	}
	if heights[0] <= 71 || heights[1] <= heights[0] || heights[11] != 160+25 {
		t.Errorf("it grew to %v", heights)
	}
	var sent string
	p.OnSend = func(_ app.Compose, text string, done func(bool)) { sent = text; done(true) }
	q.field.TypedShortcut(&desktop.CustomShortcut{KeyName: fyne.KeyReturn, Modifier: fyne.KeyModifierShortcutDefault})
	if want := "A line of text\nA line of text"; len(sent) < len(want) || sent[:len(want)] != want {
		t.Errorf("sent %q", sent)
	}
	if q.Height() != 71 || q.field.Text() != "" {
		t.Errorf("after sending it is %v px high and holds %q", q.Height(), q.field.Text())
	}
	// A failed sending keeps the text.
	test.Type(q.field, "Keep me")
	p.OnSend = func(_ app.Compose, _ string, done func(bool)) { done(false) }
	q.submit()
	if q.field.Text() != "Keep me" {
		t.Errorf("after a failure it holds %q", q.field.Text())
	}
}
