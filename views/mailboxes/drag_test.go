package mailboxes

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/views/kit"
	"github.com/postrider/postrider/views/viewtest"
)

func TestDraggingOpensClosedMailboxesAndScrolls(t *testing.T) {
	test.NewTempApp(t)
	ticks := make(chan func(), 1024)
	was := kit.Do
	kit.Do = func(f func()) { ticks <- f }
	t.Cleanup(func() { kit.Do = was })
	c := viewtest.New(viewtest.Options{})
	as, _ := c.Accounts(t.Context())
	bs, _ := c.Mailboxes(t.Context())
	s := NewSidebar(time.Now)
	w := test.NewTempWindow(t, s)
	w.SetPadded(false)
	w.Resize(fyne.NewSize(236, 360)) // too low for all of it
	s.Set(State{Accounts: as, Mailboxes: bs, Status: app.Status{}})
	s.fold("m:6") // Projects
	place := func(id mail.MailboxID) (fyne.Position, bool) {
		for i, it := range s.items {
			if it.place.Box.ID == id {
				return fyne.CurrentApp().Driver().AbsolutePositionForObject(s.tree).AddXY(100, s.tree.y(i)+10), true
			}
		}
		return fyne.Position{}, false
	}
	if _, ok := place(viewtest.Harbour); ok {
		t.Fatal("the folder is not closed")
	}
	p, _ := place(viewtest.Projects)
	s.scroll.ScrollTo(p.Y - 100)
	p, _ = place(viewtest.Projects)
	s.DropAt(p, 1, false)
	s.rest(time.Now().Add(300 * time.Millisecond))
	if _, ok := place(viewtest.Harbour); ok {
		t.Error("it opened at once")
	}
	s.rest(time.Now().Add(700 * time.Millisecond))
	p, ok := place(viewtest.Harbour)
	if !ok {
		t.Fatal("it did not open")
	}
	if b, ok := s.DropAt(p, 2, true); !ok || b.ID != viewtest.Harbour {
		t.Errorf("over what was opened the target is %+v, %v", b, ok)
	}
	if got := s.tree.lines[s.tree.target].right.Text; got != "Copy 2" {
		t.Errorf("the target says %q", got)
	}
	top := s.scroll.Top()
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(s.scroll)
	s.DropAt(at.AddXY(100, s.scroll.Size().Height-5), 2, false)
	s.rest(time.Now())
	if s.scroll.Top() <= top {
		t.Error("near the lower edge it does not scroll")
	}
	s.DropAt(at.AddXY(100, 5), 2, false)
	for range 200 {
		s.rest(time.Now())
	}
	if s.scroll.Top() != 0 {
		t.Errorf("near the upper edge it stays at %v", s.scroll.Top())
	}
	s.DropEnd()
	if s.drag.on || s.tree.target >= 0 {
		t.Error("the drag does not end")
	}
}
