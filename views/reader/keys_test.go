package reader

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/views/kit"
	"github.com/postrider/postrider/views/viewtest"
)

// While a message has the keyboard its keys scroll; the others go on to the window.
func TestKeysScroll(t *testing.T) {
	test.NewTempApp(t)
	c := viewtest.New(viewtest.Options{})
	w := test.NewTempWindow(t, nil)
	p := New(w, c, func(func()) {}, c.Now)
	var other []fyne.KeyName
	p.OnKey = func(e *fyne.KeyEvent) { other = append(other, e.Name) }
	w.SetContent(kit.NewRoot(p))
	w.Resize(fyne.NewSize(700, 500))
	p.Open(mail.Summary{ID: 1, Count: 1, From: []mail.Address{{Addr: "a@example.com"}}}, false)
	d := p.cards[0]
	d.set(&mail.Body{Text: strings.Repeat("line\n", 200)}, nil)
	w.Canvas().Focus(d.text)
	press := func(k fyne.KeyName) float32 {
		d.text.TypedKey(&fyne.KeyEvent{Name: k})
		return p.scroll.Top()
	}
	line := press(fyne.KeyDown)
	page := press(fyne.KeyPageDown)
	end := press(fyne.KeyEnd)
	if line <= 0 || page < line+100 || end <= page {
		t.Errorf("a line %v, a page %v, the end %v", line, page, end)
	}
	if up := press(fyne.KeyUp); up >= end {
		t.Errorf("up from %v is %v", end, up)
	}
	if top := press(fyne.KeyHome); top != 0 {
		t.Errorf("the top is %v", top)
	}
	press(fyne.KeyDelete)
	if len(other) != 1 || other[0] != fyne.KeyDelete {
		t.Errorf("the window got %v", other)
	}
}
