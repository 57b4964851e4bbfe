package views

import (
	"context"

	"fyne.io/fyne/v2"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app/store"
	"github.com/postrider/postrider/views/kit"
	"github.com/postrider/postrider/views/mailboxes"
)

// ShowPage shows o instead of sidebar, list and reader, beside the rail, until the rail's mail button or Escape is pressed. gone is called then.
func (w *Window) ShowPage(o fyne.CanvasObject, gone func()) {
	w.HidePage()
	w.page, w.pageGone = o, gone
	w.closeSide()
	for _, x := range w.panes.Objects {
		if x != fyne.CanvasObject(w.rail) {
			x.Hide()
		}
	}
	w.panes.Add(o)
	w.rail.SetPage(mailboxes.PageSettings)
	w.arrange()
}

// HidePage shows the mail again.
func (w *Window) HidePage() {
	if w.page == nil {
		return
	}
	w.panes.Remove(w.page)
	gone := w.pageGone
	w.page, w.pageGone = nil, nil
	w.rail.SetPage(mailboxes.PageMail)
	w.arrange()
	if gone != nil {
		gone()
	}
}

// layPage lays the page out; false when there is none.
func (w *Window) layPage(s fyne.Size) bool {
	if w.page == nil {
		return false
	}
	kit.Place(w.rail, 0, 0, railWidth, s.Height)
	w.rail.SetFolded(false)
	kit.Place(w.page, railWidth, 0, s.Width-railWidth, s.Height)
	return true
}

// ShowMessage shows a message and the mailbox it is in.
func (w *Window) ShowMessage(id mail.MessageID) {
	go func() {
		ms, err := w.c.Summaries(context.Background(), store.View{}, []mail.MessageID{id})
		w.h.Do(func() {
			if err != nil {
				w.Failed(err)
				return
			}
			if len(ms) == 0 {
				return
			}
			w.HidePage()
			for _, b := range w.state.Mailboxes {
				if b.ID == ms[0].Mailbox {
					w.goTo(b)
				}
			}
			w.showDetail()
			w.list.SelectWhenHere(id, func() { w.read.Open(ms[0], false) })
		})
	}()
}
