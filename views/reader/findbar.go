package reader

import (
	"fmt"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"github.com/postrider/postrider/views/composer/editor"
	"github.com/postrider/postrider/views/kit"
)

const (
	findHeight float32 = 44
	findPause          = 120 * time.Millisecond
)

// findBar searches within the open messages of the conversation.
type findBar struct {
	widget.BaseWidget
	p          *Pane
	on         bool
	field      *kit.Field
	words      *kit.Label
	prev, next *kit.Button
	close      *kit.Button
	timer      *time.Timer

	turn int
	hits []found
	at   int
	last string // what hits are of
}

// found is one place in one card.
type found struct {
	c *card
	i int
}

func newFindBar(p *Pane) *findBar {
	f := &findBar{p: p, at: -1, field: kit.NewField("Find in this message"), words: kit.NewLabel("", kit.Small12, kit.Text2)}
	f.field.Height, f.field.Icon, f.field.Name = kit.SmallField, "search", "Find in this message"
	f.field.OnChanged = func(string) { f.soon() }
	f.field.OnKey = func(k fyne.KeyName, shift bool) bool {
		switch k {
		case fyne.KeyReturn, fyne.KeyEnter, fyne.KeyF3:
			if shift {
				f.step(-1)
			} else {
				f.step(1)
			}
		case fyne.KeyDown:
			f.step(1)
		case fyne.KeyUp:
			f.step(-1)
		case fyne.KeyEscape:
			p.FindClose()
		default:
			return false
		}
		return true
	}
	f.field.OnShortcut = func(s fyne.Shortcut) {
		if p.OnShortcut != nil {
			p.OnShortcut(s)
		}
	}
	f.prev = kit.NewIconButton("chevron-up", "Previous place", "Shift F3", func() { f.step(-1) })
	f.next = kit.NewIconButton("chevron-down", "Next place", "F3", func() { f.step(1) })
	f.close = kit.NewIconButton("x", "Close", "Esc", p.FindClose)
	f.prev.Height, f.next.Height, f.close.Height = 28, 28, 28
	f.prev.Reason, f.next.Reason = "Nothing is found", "Nothing is found"
	f.Hide()
	f.ExtendBaseWidget(f)
	return f
}

// Find opens the search within the messages that are shown; a selected text is searched for.
func (p *Pane) Find() {
	if !p.has {
		return
	}
	f := p.find
	for _, c := range p.cards {
		if c.text != nil {
			if s := c.text.Selected(); s != "" && len(s) < 80 {
				f.field.SetText(s)
			}
		}
	}
	f.on = true
	p.Refresh()
	p.win.Canvas().Focus(f.field)
	f.field.SelectAll()
	f.search()
}

// Finding reports whether it is open.
func (p *Pane) Finding() bool { return p.find.on }

// FindClose ends the search and takes its marks away.
func (p *Pane) FindClose() {
	f := p.find
	if !f.on {
		return
	}
	f.on = false
	f.drop()
	for _, c := range p.cards {
		if b := c.finder(); b != nil {
			b.Find("", func(int) {})
		}
	}
	p.Refresh()
	p.Focus(p.win.Canvas())
}

// FindStep goes to the next place (1) or the one before (-1).
func (p *Pane) FindStep(n int) {
	if !p.find.on {
		p.Find()
		return
	}
	p.find.step(n)
}

// HasFocus reports whether the keyboard is in a message or in the search within it.
func (p *Pane) HasFocus(c fyne.Canvas) bool {
	switch o := c.Focused().(type) {
	case *textView:
		return true
	case *kit.Field:
		return o == p.find.field
	case *editor.Editor:
		return o == p.quick.field
	case Finder:
		return true
	}
	return false
}

// finder is the body of an open card that can be searched, nil when there is none.
func (c *card) finder() Finder {
	if !c.open || c.text == nil {
		return nil
	}
	return c.text
}

// finderTop is where that body begins in the card.
func (c *card) finderTop() float32 { return c.text.Position().Y }

func (f *findBar) drop() {
	f.turn++
	f.hits, f.at, f.last = nil, -1, ""
	if f.timer != nil {
		f.timer.Stop()
	}
}

// soon searches when typing rests.
func (f *findBar) soon() {
	if f.timer != nil {
		f.timer.Stop()
	}
	f.timer = time.AfterFunc(findPause, func() { f.p.do(f.search) })
	f.say()
}

// again searches after what is shown has changed; the place stays if it can.
func (f *findBar) again() {
	if f.on {
		f.search()
	}
}

// search looks in every open message; what they find is put together when the last one is done.
func (f *findBar) search() {
	if !f.on {
		return
	}
	f.turn++
	turn, needle := f.turn, f.field.Text()
	was := -1
	if needle == f.last {
		was = f.at
	}
	cards := append([]*card(nil), f.p.cards...)
	counts, left := make([]int, len(cards)), 1
	end := func() {
		if left--; left > 0 || turn != f.turn {
			return
		}
		f.hits, f.last = f.hits[:0], needle
		for k, c := range cards {
			for i := range counts[k] {
				f.hits = append(f.hits, found{c, i})
			}
		}
		f.p.grown() // what was folded may be open now
		switch {
		case len(f.hits) == 0:
			f.at = -1
			f.say()
		case was >= 0:
			f.show(min(was, len(f.hits)-1), false)
		default:
			f.show(f.first(), true)
		}
	}
	for k, c := range cards {
		if b := c.finder(); b != nil {
			left++
			b.Find(needle, func(n int) {
				counts[k] = n
				end()
			})
		}
	}
	end()
}

// first is the first place at or below the upper edge of what is seen.
func (f *findBar) first() int {
	top := f.p.scroll.Top()
	for i, h := range f.hits {
		if y, _ := h.c.finder().Hit(h.i); h.c.Position().Y+h.c.finderTop()+y >= top {
			return i
		}
	}
	return 0
}

func (f *findBar) step(n int) {
	if f.field.Text() != f.last {
		f.search()
		return
	}
	if len(f.hits) > 0 {
		f.show((f.at+n+len(f.hits))%len(f.hits), true)
	}
}

// show makes a place the current one.
func (f *findBar) show(i int, reveal bool) {
	if f.at >= 0 && f.at < len(f.hits) {
		if b := f.hits[f.at].c.finder(); b != nil {
			b.Current(-1)
		}
	}
	f.at = i
	h := f.hits[i]
	if b := h.c.finder(); b != nil {
		b.Current(h.i)
		top, bottom := b.Hit(h.i)
		if reveal {
			y := h.c.Position().Y + h.c.finderTop()
			f.p.scroll.Reveal(y+top-60, bottom-top+120)
		}
	}
	f.say()
}

func (f *findBar) say() {
	f.words.Ink = kit.Text2
	switch {
	case f.field.Text() == "":
		f.words.SetText("")
	case f.field.Text() != f.last:
	case len(f.hits) == 0:
		f.words.Ink = kit.Err
		f.words.SetText("Not found")
	case len(f.hits) >= mostHits:
		f.words.SetText(fmt.Sprintf("%s of %s or more", kit.Count(f.at+1), kit.Count(len(f.hits))))
	default:
		f.words.SetText(fmt.Sprintf("%s of %s", kit.Count(f.at+1), kit.Count(len(f.hits))))
	}
	f.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (f *findBar) CreateRenderer() fyne.WidgetRenderer {
	bg, line := kit.NewFill(kit.Surface), &canvas.Rectangle{}
	r := &kit.Renderer{Self: f, Objs: []fyne.CanvasObject{bg, line, f.field, f.words, f.prev, f.next, f.close}}
	r.Min = func() fyne.Size { return fyne.NewSize(200, findHeight) }
	r.Lay = func(s fyne.Size) {
		bg.Resize(s)
		line.FillColor = kit.C(kit.Border)
		kit.Place(line, 0, s.Height-1, s.Width, 1)
		right := s.Width - 12
		for _, b := range []*kit.Button{f.close, f.next, f.prev} {
			right -= 28
			kit.Place(b, right, 8, 28, 28)
			right -= 4
		}
		f.prev.SetEnabled(len(f.hits) > 0)
		f.next.SetEnabled(len(f.hits) > 0)
		w := f.words.MinSize().Width
		kit.Place(f.words, right-w-8, 0, w, s.Height-1)
		kit.Place(f.field, 16, 7, max(80, min(360, right-w-8-16-16)), 30)
	}
	return r
}
