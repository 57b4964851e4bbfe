package list

import (
	"cmp"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/views/kit"
)

func (p *Pane) typed(string) {
	if p.debounce != nil {
		p.debounce.Stop()
	}
	p.debounce = time.AfterFunc(150*time.Millisecond, func() { p.do(p.apply) })
	p.layout()
}

// FocusSearch puts the keyboard into the search field.
func (p *Pane) FocusSearch() {
	p.search.Focus()
	p.search.SelectAll()
}

// Search searches for an expression.
func (p *Pane) Search(expr string) {
	p.search.SetText(expr)
	p.apply()
}

func (p *Pane) clearChips() {
	for _, c := range p.chips {
		c.Set(false)
	}
	p.layout()
	p.apply()
}

func (p *Pane) sortMenu() {
	set := func(oldest bool) func() {
		return func() {
			if p.base.Oldest != oldest {
				p.base.Oldest = oldest
				p.apply()
			}
		}
	}
	kit.ShowMenuBelow(p.sort, true, kit.MenuItem{Text: "Newest first", Checked: !p.base.Oldest, Do: set(false)}, kit.MenuItem{Text: "Oldest first", Checked: p.base.Oldest, Do: set(true)})
}

func (p *Pane) viewMenu() {
	dense := func(name, text string) kit.MenuItem {
		return kit.MenuItem{Text: text, Checked: p.dense == name, Do: func() { p.choose(func(s *app.Settings) { s.Density = name }) }}
	}
	reader := func(name, text string) kit.MenuItem {
		at := cmp.Or(p.c.Settings().Reader, "right")
		return kit.MenuItem{Text: text, Checked: at == name, Do: func() { p.choose(func(s *app.Settings) { PlaceReader(s, name) }) }}
	}
	kit.ShowMenuBelow(p.filter, true, dense("comfortable", "Comfortable rows"), dense("standard", "Standard rows"), dense("compact", "Compact rows"), dense("table", "Table"), kit.Separator(),
		reader("right", "Reader at the right"), reader("below", "Reader below"), reader("off", "No reader"), kit.Separator(),
		kit.MenuItem{Text: "Conversations", Checked: p.base.Threads, Do: func() { p.choose(func(s *app.Settings) { s.Threads = !s.Threads }) }})
}

// PlaceReader puts the reader to the right, below or away. Rows that are one line belong to a list that has the whole width.
func PlaceReader(s *app.Settings, where string) {
	wide := where != "right"
	switch was := cmp.Or(s.Reader, "right") != "right"; {
	case wide && !was:
		s.Density = "table"
	case !wide && was && s.Density == "table":
		s.Density = "standard"
	}
	s.Reader = where
}

func (p *Pane) choose(f func(*app.Settings)) {
	s := p.c.Settings()
	f(&s)
	p.SetLooks(s)
	if p.OnSettings != nil {
		p.OnSettings(f)
	}
}

func (p *Pane) layout() {
	if p.lay != nil {
		p.lay()
	}
}

// CreateRenderer implements fyne.Widget.
func (p *Pane) CreateRenderer() fyne.WidgetRenderer {
	bg, line, box := &canvas.Rectangle{}, &canvas.Rectangle{}, &canvas.Rectangle{CornerRadius: 8, StrokeWidth: 1}
	icon, key := kit.NewIcon("search", 16, kit.Text2), kit.NewKeyCap("/")
	clr := kit.NewIconButton("x", "Clear", "Esc", func() { p.search.SetText(""); p.apply() })
	clr.Height = 28
	r := &kit.Renderer{Self: p, Objs: []fyne.CanvasObject{bg, box, icon, p.search, key, clr, p.title, p.count, p.sort, p.filter}}
	for _, c := range p.chips {
		r.Objs = append(r.Objs, c)
	}
	r.Objs = append(r.Objs, p.hint, p.list, line, p.empty, p.bar)
	r.Min = func() fyne.Size { return fyne.NewSize(240, 240) }
	p.lay = func() {
		s := p.Size()
		bg.FillColor = kit.C(kit.Surface)
		bg.Resize(s)
		box.FillColor, box.StrokeColor, box.StrokeWidth = kit.C(kit.Canvas), kit.C(kit.Border), 1
		if p.search.Focused() {
			box.FillColor, box.StrokeColor, box.StrokeWidth = kit.C(kit.FieldFill), kit.C(kit.Accent), 2
		}
		kit.Place(box, 12, 10, s.Width-24, 36)
		kit.Place(icon, 23, 20, 16, 16)
		kit.Place(p.search, 46, 10, s.Width-46-48, 36)
		has := p.search.Text() != ""
		key.Hidden, clr.Hidden = has || p.search.Focused(), !has
		kit.Place(key, s.Width-12-9-18, 19, 18, 18)
		kit.Place(clr, s.Width-12-32, 14, 28, 28)
		box.Refresh()
		fw := p.sort.MinSize()
		kit.Place(p.filter, s.Width-12-28, 56, 32, 32)
		kit.Place(p.sort, s.Width-12-28-8-fw.Width, 58, fw.Width, 28)
		room := s.Width - 12 - 28 - 8 - fw.Width - 16 - 8
		cw := p.count.MinSize().Width
		tw := min(kit.Width(p.title.Text, kit.Title16), max(40, room-cw-8))
		kit.Place(p.title, 16, 56, tw+1, 32)
		p.count.Hidden = tw+8+cw > room
		kit.Place(p.count, 16+tw+8, 57, cw, 32)
		wrong := p.wrong != "" // what is not understood of a search stands in the place of the filters
		p.hint.Hidden = !wrong
		if wrong {
			p.hint.Wrap = s.Width - 32
			kit.Place(p.hint, 16, 90, s.Width-32, 32)
			p.hint.Refresh()
		}
		x := float32(16)
		for _, c := range p.chips {
			z := c.MinSize()
			c.Hidden = wrong || x+z.Width > s.Width-8 && !c.On
			kit.Place(c, x, 92, z.Width, 26)
			x += z.Width + 6
		}
		line.FillColor = kit.C(kit.Line)
		kit.Place(line, 0, HeadHeight, s.Width, 1)
		kit.Place(p.list, 0, HeadHeight+1, s.Width, s.Height-HeadHeight-1)
		done, total := 0, 0
		if p.progress != nil {
			done, total = p.progress()
		}
		p.bar.Hidden = total == 0
		if total > 0 {
			p.bar.Set(float64(done) / float64(total))
			kit.Place(p.bar, 0, HeadHeight-1, s.Width, 3)
		}
		p.empty.Hidden = len(p.m.ids) > 0 || !p.m.ready || total > 0
		kit.Place(p.empty, 0, HeadHeight+1, s.Width, max(0, s.Height-HeadHeight-1))
	}
	r.Lay = func(fyne.Size) { p.lay() }
	return r
}
