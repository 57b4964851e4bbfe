package agenda

import (
	"strconv"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/views/agenda/plan"
	"github.com/postrider/postrider/views/kit"
)

func itoa(n int) string { return strconv.Itoa(n) }

// hours is the part of the grid that scrolls.
type hours struct {
	fyne.CanvasObject
	g     *Grid
	box   *container.Scroll // clips
	inner *fyne.Container
}

func newHours(g *Grid) *hours {
	h := &hours{g: g}
	h.inner = kit.Free(func() fyne.Size { return fyne.NewSize(1, 1) }, func(fyne.Size) {})
	h.box = container.NewScroll(h.inner)
	h.box.Direction = container.ScrollNone
	h.CanvasObject = h.box
	return h
}

func (h *hours) draw() {
	g, d := h.g, &h.g.body
	d.begin()
	s := h.box.Size()
	w := g.column()
	y0 := -g.top
	now := g.Now()
	today := plan.Day(now)
	for hr := 1; hr < 24; hr++ {
		y := y0 + float32(hr)*hourHeight
		if y < -20 || y > s.Height+20 {
			continue
		}
		d.rect(g.edge(), y, s.Width-g.edge(), 1, kit.C(kit.Line), 0)
		if i := plan.Days(g.start, now); i >= 0 && i < g.days {
			if m := float32(now.Hour()*60+now.Minute()) - float32(hr*60); m > -14 && m < 14 {
				continue // the present stands there
			}
		}
		d.text(two(hr)+":00", kit.Tiny11, kit.C(kit.Text3), 0, y-7, g.edge()-8, 14, fyne.TextAlignTrailing)
	}
	for hr := 1; g.Second != nil && hr < 24; hr++ {
		if y := y0 + float32(hr)*hourHeight; y >= -20 && y <= s.Height+20 {
			d.text(plan.At(g.start, hr*60).In(g.Second).Format("15:04"), kit.Tiny11, kit.C(kit.Text3), 4, y-7, gutter-8, 14, fyne.TextAlignLeading)
		}
	}
	var over []func()
	for i, day := range g.slots {
		x := g.edge() + float32(i)*w
		if i > 0 {
			d.rect(x, 0, 1, s.Height, kit.C(kit.Line), 0)
		}
		for _, sl := range day {
			if g.drag.on && g.drag.moved && g.drag.o != nil && keyOf(*g.drag.o) == keyOf(sl.Occurrence) {
				continue
			}
			y, eh := y0+float32(sl.From)/60*hourHeight, float32(sl.To-sl.From)/60*hourHeight
			if y+eh < 0 || y > s.Height {
				continue
			}
			ex, ew := x+3+float32(sl.Left)*(w-6), float32(sl.Width)*(w-6)
			draw := func() { h.entry(sl.Occurrence, ex, y+1, ew, eh-2, sl.Left > 0, float32(sl.Clear)/60*hourHeight) }
			g.shown = append(g.shown, shownEntry{o: sl.Occurrence, day: i, rect: [4]float32{ex, y + g.bodyTop(), ew, eh}})
			if g.sel == keyOf(sl.Occurrence) {
				over = append(over, draw)
				continue
			}
			draw()
		}
	}
	for _, f := range over {
		f()
	}
	if g.drag.on && g.drag.moved {
		x := g.edge() + float32(g.drag.day)*w + 3
		y, eh := y0+float32(g.drag.from)/60*hourHeight, float32(g.drag.to-g.drag.from)/60*hourHeight
		if g.drag.o != nil {
			o := *g.drag.o
			o.Start, o.End = g.dragSpan()
			h.entry(o, x, y+1, w-6, eh-2, false, 0)
		} else {
			fill := kit.C(kit.Accent)
			fill.A = 60
			b := d.rect(x, y, w-6, eh, fill, 6)
			b.StrokeColor, b.StrokeWidth = kit.C(kit.Accent), 1.5
			from, to := g.dragSpan()
			d.text(from.Format("15:04")+" to "+to.Format("15:04"), kit.Tiny11M, kit.C(kit.Text), x+8, y+2, w-20, 16, fyne.TextAlignLeading)
		}
	}
	if i := plan.Days(g.start, today); i >= 0 && i < g.days {
		y := y0 + float32(now.Hour()*60+now.Minute())/60*hourHeight
		x := g.edge() + float32(i)*w
		d.rect(x, y-1, w, 2, kit.C(kit.Now), 0)
		d.rect(x-4, y-4, 8, 8, kit.C(kit.Now), 4)
		d.text(now.Format("15:04"), kit.Tiny11B, kit.C(kit.Now), 0, y-7, g.edge()-8, 14, fyne.TextAlignTrailing)
	}
	h.inner.Objects = d.objs
	h.inner.Refresh()
}

func two(n int) string {
	if n < 10 {
		return "0" + itoa(n)
	}
	return itoa(n)
}

// entry draws one event. From clear on another one covers all but its left part; 0 = none does.
func (h *hours) entry(o pim.Occurrence, x, y, w, eh float32, above bool, clear float32) {
	d := &h.g.body
	hue := kit.Hue(h.g.Hue(o))
	fill, ink := hue.Tint, hue.Ink
	open := o.Mine == "needs-action"
	if open {
		fill = kit.C(kit.Card)
	}
	declined := o.Mine == "declined" || o.Status == "cancelled"
	if declined {
		fill, ink = kit.C(kit.Surface), kit.C(kit.Text3)
	}
	if above {
		d.rect(x-2, y-2, w+4, eh+4, kit.C(kit.Surface), 7)
	}
	b := d.rect(x, y, w, eh, fill, 5)
	if open {
		b.StrokeColor, b.StrokeWidth = hue.Solid, 1.5
	}
	if h.g.sel == keyOf(o) {
		b.StrokeColor, b.StrokeWidth = kit.C(kit.Accent), 2
	}
	if !declined {
		d.rect(x, y, 3, eh, hue.Solid, 1.5)
	}
	tx, tw := x+9, w-14
	low := tw // the width of what stands where it is covered
	if clear > 0 {
		low = float32(plan.Cascade)*w - 14
	}
	rows := 3
	if clear > 0 {
		rows = max(1, int((clear-4)/16))
		if clear < 20 {
			tw = low
		}
	}
	st := kit.Small12B
	detail := o.Start.Format("15:04")
	if o.Location != "" {
		detail += ", " + o.Location
	} else if o.Join != "" {
		detail += ", online"
	}
	switch {
	case eh < 34:
		d.text(kit.Cut(title(o), st, tw), st, ink, tx, y, tw, eh, fyne.TextAlignLeading)
	case eh < 64:
		d.text(kit.Cut(title(o), st, tw), st, ink, tx, y+4, tw, 16, fyne.TextAlignLeading)
		d.text(kit.Cut(detail, kit.Tiny11, tw), kit.Tiny11, ink, tx, y+20, tw, 14, fyne.TextAlignLeading)
	default:
		ty := y + 5
		for _, l := range lines(title(o), st, tw, max(1, min(rows, int((eh-26)/16)))) {
			d.text(l, st, ink, tx, ty, tw, 16, fyne.TextAlignLeading)
			ty += 16
		}
		d.text(kit.Cut(detail, kit.Tiny11, low), kit.Tiny11, ink, tx, ty, low, 14, fyne.TextAlignLeading)
	}
}

// dragSpan is the time that the drag has reached.
func (g *Grid) dragSpan() (time.Time, time.Time) {
	day := plan.AddDays(g.start, g.drag.day)
	return plan.At(day, int(g.drag.from)), plan.At(day, int(g.drag.to))
}
