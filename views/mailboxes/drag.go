package mailboxes

import (
	"time"

	"fyne.io/fyne/v2"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/views/kit"
)

// drag is what is dragged over the sidebar.
type drag struct {
	on    bool
	at    fyne.Position // on the canvas
	n     int
	key   string // the closed line under the pointer
	since time.Time
	timer *time.Timer
}

const (
	dragTick  = 50 * time.Millisecond
	dragOpens = 600 * time.Millisecond // a closed line opens when the pointer rests on it
	dragEdge  = 28                     // px from the edges in which the list scrolls
	dragStep  = 10                     // px a tick
)

// DropAt marks the mailbox under a point of the canvas as the target of n dragged conversations, to be copied or moved there; it returns it, ok false when
// there is none. Closed lines open when the pointer rests on them, and near an edge the list scrolls.
func (s *Sidebar) DropAt(at fyne.Position, n int, copies bool) (mail.Mailbox, bool) {
	if !s.drag.on {
		s.drag.on = true
		s.tick()
	}
	s.drag.at, s.drag.n = at, n
	p := at.Subtract(fyne.CurrentApp().Driver().AbsolutePositionForObject(s.tree))
	target, closed := -1, ""
	if s.Visible() && p.X >= 0 && p.X < s.Size().Width {
		if i := s.tree.index(p.Y); i >= 0 {
			it := s.items[i]
			if it.kind == kindBox && !it.dim && it.place.Box.Rights.Has(mail.MayAdd) {
				target = i
			}
			if it.twisty == 2 {
				closed = it.key
			}
		}
	}
	if closed != s.drag.key {
		s.drag.key, s.drag.since = closed, time.Now()
	}
	if target != s.tree.target || copies != s.tree.copies {
		s.tree.target, s.tree.dropN, s.tree.aim, s.tree.copies = target, n, "", copies
		if target >= 0 {
			s.tree.aim = s.items[target].key
		}
		s.tree.Refresh()
	}
	if target < 0 {
		return mail.Mailbox{}, false
	}
	return s.items[target].place.Box, true
}

// tick looks after a pointer that rests.
func (s *Sidebar) tick() {
	s.drag.timer = time.AfterFunc(dragTick, func() {
		kit.Do(func() {
			if s.drag.on {
				s.rest(time.Now())
				s.tick()
			}
		})
	})
}

// rest opens the closed line under the pointer after a while, and scrolls.
func (s *Sidebar) rest(now time.Time) {
	d := &s.drag
	if d.key != "" && now.Sub(d.since) >= dragOpens {
		key := d.key
		d.key = ""
		s.fold(key)
	}
	p := d.at.Subtract(fyne.CurrentApp().Driver().AbsolutePositionForObject(s.scroll))
	if !s.Visible() || p.X < 0 || p.X >= s.Size().Width {
		return
	}
	was := s.scroll.Top()
	switch h := s.scroll.Size().Height; {
	case p.Y >= 0 && p.Y < dragEdge:
		s.scroll.ScrollTo(was - dragStep)
	case p.Y < h && p.Y >= h-dragEdge:
		s.scroll.ScrollTo(was + dragStep)
	}
	if s.scroll.Top() != was {
		s.DropAt(d.at, d.n, s.tree.copies)
	}
}

// DropEnd takes the mark away and returns the mailbox that had it.
func (s *Sidebar) DropEnd() (mail.Mailbox, bool) {
	s.drag.on, s.drag.key = false, ""
	if s.drag.timer != nil {
		s.drag.timer.Stop()
	}
	i := s.tree.target
	s.tree.target = -1
	s.tree.Refresh()
	if i < 0 || i >= len(s.items) {
		return mail.Mailbox{}, false
	}
	return s.items[i].place.Box, true
}
