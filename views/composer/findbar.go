package composer

import (
	"fmt"
	"time"

	"fyne.io/fyne/v2"

	"github.com/postrider/postrider/views/html/edit"
	"github.com/postrider/postrider/views/kit"
)

const (
	findHeight float32 = 44
	findPause          = 120 * time.Millisecond
)

// findBar finds and replaces in the text. It is there while it is open.
type findBar struct {
	*fyne.Container
	c              *Composer
	words, with    *kit.Field
	count          *kit.Label
	prev, next     *kit.Button
	one, all, shut *kit.Button
	hits           []edit.Selection
	at             int
	timer          *time.Timer
}

// Find opens the search; a selected word is searched for.
func (c *Composer) Find() {
	if c.find == nil {
		c.find = newFindBar(c)
		c.assemble()
		c.relayout()
	}
	f := c.find
	sel := c.searched().selection()
	if sel.From.Leaf == sel.To.Leaf && sel.From != sel.To {
		a, b := min(sel.From.Off, sel.To.Off), max(sel.From.Off, sel.To.Off)
		if t := c.searched().line(sel.To.Leaf); b <= len(t) && b-a < 80 {
			f.words.SetText(t[a:b])
		}
	}
	c.focus(f.words)
	f.words.SelectAll()
	f.search(true)
}

// findClose ends the search and takes its marks away.
func (c *Composer) findClose() {
	if c.find == nil {
		return
	}
	if c.find.timer != nil {
		c.find.timer.Stop()
	}
	c.find = nil
	c.assemble()
	c.relayout()
	c.searched().mark(nil, -1, false)
	c.focus(c.bodyFocus())
}

func newFindBar(c *Composer) *findBar {
	f := &findBar{c: c, at: -1, words: kit.NewField("Find"), with: kit.NewField("Replace with"), count: kit.NewLabel("", kit.Small12, kit.Text2)}
	f.words.Icon, f.words.Name, f.with.Name = "search", "Find in the text", "Replace with"
	for _, x := range []*kit.Field{f.words, f.with} {
		x.Height = kit.SmallField
		x.OnShortcut = c.shortcut
	}
	key := func(enter func(shift bool)) func(fyne.KeyName, bool) bool {
		return func(k fyne.KeyName, shift bool) bool {
			switch k {
			case fyne.KeyEscape:
				c.findClose()
			case fyne.KeyReturn, fyne.KeyEnter:
				enter(shift)
			case fyne.KeyDown, fyne.KeyF3:
				f.step(1)
			case fyne.KeyUp:
				f.step(-1)
			default:
				return false
			}
			return true
		}
	}
	f.words.OnChanged = func(string) { f.soon() }
	f.words.OnKey = key(func(shift bool) {
		if shift {
			f.step(-1)
		} else {
			f.step(1)
		}
	})
	f.with.OnKey = key(func(bool) { f.replaceOne() })
	f.prev = kit.NewIconButton("chevron-up", "Previous place", "Shift Enter", func() { f.step(-1) })
	f.next = kit.NewIconButton("chevron-down", "Next place", "Enter", func() { f.step(1) })
	f.one = kit.NewButton("Replace", "", kit.Plain, f.replaceOne)
	f.all = kit.NewButton("Replace all", "", kit.Plain, f.replaceAll)
	f.shut = kit.NewIconButton("x", "Close", "Esc", c.findClose)
	for _, b := range []*kit.Button{f.prev, f.next, f.one, f.all, f.shut} {
		b.Height = 28
		b.Reason = "Nothing is found"
	}
	bg, rule := kit.NewFill(kit.Surface), kit.NewFill(kit.Line)
	f.Container = kit.Free(nil, func(s fyne.Size) {
		kit.Place(bg, 0, 0, s.Width, s.Height)
		kit.Place(rule, 0, s.Height-1, s.Width, 1)
		w1, w2 := f.one.MinSize().Width, f.all.MinSize().Width
		right := s.Width - 12 - 28
		kit.Place(f.shut, right, 8, 28, 28)
		right -= w2 + 10
		kit.Place(f.all, right, 8, w2, 28)
		right -= w1 + 6
		kit.Place(f.one, right, 8, w1, 28)
		// The fields share what is left beside the count and the arrows.
		const count = 84
		w := max(80, min(240, (right-16-count-2*32-8-8)/2))
		x := float32(16)
		kit.Place(f.words, x, 7, w, 30)
		x += w + 4
		kit.Place(f.prev, x, 8, 28, 28)
		kit.Place(f.next, x+30, 8, 28, 28)
		x += 62
		kit.Place(f.count, x, 0, count, s.Height-1)
		x += count
		kit.Place(f.with, x, 7, max(60, min(w, right-x-8)), 30)
	}, bg, f.words, f.prev, f.next, f.count, f.with, f.one, f.all, f.shut, rule)
	f.say()
	return f
}

// soon searches when typing rests.
func (f *findBar) soon() {
	if f.timer != nil {
		f.timer.Stop()
	}
	f.timer = time.AfterFunc(findPause, func() {
		f.c.h.Do(func() {
			if f.c.find == f && !f.c.closed {
				f.search(f.words.Focused())
			}
		})
	})
}

// search looks again; the place after the caret becomes the current one. Typing in the text does not move it.
func (f *findBar) search(reveal bool) {
	e := f.c.searched()
	f.hits, f.at = e.places(f.words.Text()), -1
	sel := e.selection()
	from := sel.From
	if sel.To.Before(from) {
		from = sel.To
	}
	for i, h := range f.hits {
		if !h.From.Before(from) {
			f.at = i
			break
		}
	}
	if f.at < 0 && len(f.hits) > 0 {
		f.at = 0
	}
	e.mark(f.hits, f.at, reveal)
	f.say()
}

// now looks at once when something is still to be looked at.
func (f *findBar) now() {
	if f.timer != nil && f.timer.Stop() {
		f.search(true)
	}
}

func (f *findBar) step(n int) {
	f.now()
	if len(f.hits) == 0 {
		return
	}
	f.at = (f.at + n + len(f.hits)) % len(f.hits)
	f.c.searched().mark(f.hits, f.at, true)
	f.say()
}

// replaceOne replaces the current place and goes to the next.
func (f *findBar) replaceOne() {
	f.now()
	if f.at < 0 || f.at >= len(f.hits) {
		return
	}
	f.c.searched().replace(f.hits[f.at:f.at+1], f.with.Text())
	f.search(true)
}

func (f *findBar) replaceAll() {
	f.now()
	n := len(f.hits)
	if n == 0 {
		return
	}
	f.c.searched().replace(f.hits, f.with.Text())
	f.search(false)
	f.count.Ink = kit.Text2
	f.count.SetText(fmt.Sprintf("%d replaced", n))
}

func (f *findBar) say() {
	f.count.Ink = kit.Text2
	switch {
	case f.words.Text() == "":
		f.count.SetText("")
	case len(f.hits) == 0:
		f.count.Ink = kit.Err
		f.count.SetText("Not found")
	default:
		f.count.SetText(fmt.Sprintf("%d of %d", f.at+1, len(f.hits)))
	}
	for _, b := range []*kit.Button{f.prev, f.next, f.one, f.all} {
		b.SetEnabled(len(f.hits) > 0)
	}
}
