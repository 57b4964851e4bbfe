package agenda

import (
	"fyne.io/fyne/v2"

	"github.com/postrider/postrider/views/agenda/plan"
	"github.com/postrider/postrider/views/kit"
)

func (p *Page) key(e *fyne.KeyEvent) {
	if (p.closed() || !p.Key(e)) && p.h.OnKey != nil {
		p.h.OnKey(e)
	}
}

// Key acts on a key; false: it is none of the calendar's. The window passes on those that nothing has focus for.
func (p *Page) Key(e *fyne.KeyEvent) bool {
	switch e.Name {
	case fyne.KeyLeft:
		p.step(-1)
	case fyne.KeyRight:
		p.step(1)
	case fyne.KeyT, fyne.KeyHome:
		p.day = plan.Day(p.h.Now())
		p.reload()
	case fyne.KeyD:
		p.setView(viewDay)
	case fyne.KeyW:
		p.setView(viewWeek)
	case fyne.Key5:
		p.setView(viewWork)
	case fyne.KeyM:
		p.setView(viewMonth)
	case fyne.KeyA:
		p.setView(viewAgenda)
	case fyne.KeyK:
		p.setView(viewTasks)
	case fyne.KeySlash:
		go p.h.Do(p.Find)
	case fyne.KeyN, fyne.KeyC:
		go p.h.Do(p.add) // behind the letter of the key, which would be typed into the dialog
	default:
		return false
	}
	return true
}

// CreateRenderer implements fyne.Widget.
func (p *Page) CreateRenderer() fyne.WidgetRenderer {
	side, bg := kit.NewFill(kit.Sidebar), kit.NewFill(kit.Surface)
	panel := kit.NewFill(kit.Canvas)
	l1, l2, l3, l4 := kit.NewFill(kit.Border), kit.NewFill(kit.Border), kit.NewFill(kit.Border), kit.NewFill(kit.Border)
	box := kit.NewBox(kit.Surface, kit.Border, 8)
	r := &kit.Renderer{Self: p}
	r.Min = func() fyne.Size { return fyne.NewSize(640, 400) }
	r.Lay = func(s fyne.Size) {
		objs := []fyne.CanvasObject{bg, side, p.fresh, p.mini, p.scroll, l3, p.state, l1, box, p.today, p.prev, p.next, p.title, p.week, p.search}
		kit.Place(side, 0, 0, 236, s.Height)
		kit.Place(p.fresh, 12, 10, 212, 36)
		kit.Place(p.mini, 12, 58, 212, p.mini.MinSize().Height)
		y := 58 + p.mini.MinSize().Height + 10
		kit.Place(p.scroll, 0, y, 236, max(40, s.Height-y-44))
		kit.Place(l3, 0, s.Height-44, 236, 1)
		kit.Place(p.state, 16, s.Height-44, 208, 44)
		kit.Place(l1, 235, 0, 1, s.Height)
		x, right := float32(236), s.Width
		wide := s.Width >= 1060
		if wide {
			right -= 312
		}
		kit.Place(bg, x, 0, right-x, s.Height)
		tw := p.today.MinSize().Width
		kit.Place(p.today, x+16, 12, tw, 32)
		kit.Place(p.prev, x+tw+24, 12, 32, 32)
		kit.Place(p.next, x+tw+58, 12, 32, 32)
		bw := float32(0)
		for _, b := range p.views {
			bw += b.MinSize().Width
		}
		kit.Place(p.print, right-16-32, 12, 32, 32)
		kit.Place(p.search, right-16-66, 12, 32, 32)
		objs = append(objs, p.print)
		bw += 74
		vx := right - 16 - bw - 4
		kit.Place(box, vx, 12, bw-74+4, 32)
		vx += 2
		for _, b := range p.views {
			w := b.MinSize().Width
			kit.Place(b, vx, 14, w, 28)
			objs = append(objs, b)
			vx += w
		}
		mw := min(p.title.MinSize().Width, right-bw-40-(x+tw+100))
		tx := x + tw + 100
		if p.view == viewTasks {
			tx = x + 24
		}
		kit.Place(p.title, tx, 12, mw, 32)
		p.week.Hidden = x+tw+108+mw+70 > right-bw-30
		kit.Place(p.week, x+tw+112+mw, 12, 70, 32)
		kit.Place(l2, x, 55, right-x, 1)
		top := float32(56)
		if n := len(p.conf); n > 0 {
			p.banner.Fact = kit.Plural(n, "entry was", "entries were") + " changed here and on the server"
			kit.Place(p.banner, x+16, top+8, right-x-32, 36)
			objs = append(objs, p.banner)
			top += 52
		}
		for _, o := range []fyne.CanvasObject{p.grid, p.month} {
			kit.Place(o, x, top, right-x, s.Height-top)
		}
		kit.Place(p.ascroll, x+24, top+8, right-x-36, s.Height-top-8)
		p.agenda.View(p.ascroll.Top(), p.ascroll.Top()+s.Height)
		kit.Place(p.quick, x+24, top+16, right-x-48, 36)
		kit.Place(p.tscroll, x+16, top+64, right-x-32, s.Height-top-64)
		p.tasks.View(p.tscroll.Top(), p.tscroll.Top()+s.Height)
		objs = append(objs, l2, p.grid, p.month, p.ascroll, p.quick, p.tscroll)
		if wide {
			kit.Place(panel, right, 0, s.Width-right, s.Height)
			kit.Place(l4, right, 0, 1, s.Height)
			in, y := p.invites.place(right, s)
			kit.Place(p.cscroll, right+16, y, s.Width-right-24, s.Height-y-8)
			p.coming.View(p.cscroll.Top(), p.cscroll.Top()+s.Height)
			objs = append(append(objs, panel, l4), append(in, p.cscroll)...)
		}
		r.Objs = objs
	}
	return r
}
