package agenda

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/views/agenda/plan"
)

// entryAt returns the entry under a point, the uppermost one.
func (g *Grid) entryAt(p fyne.Position) *shownEntry {
	for i := len(g.shown) - 1; i >= 0; i-- {
		e := &g.shown[i]
		if !e.bar && p.Y < g.bodyTop() {
			continue
		}
		if p.X >= e.rect[0] && p.X < e.rect[0]+e.rect[2] && p.Y >= e.rect[1] && p.Y < e.rect[1]+e.rect[3] {
			return e
		}
	}
	return nil
}

// minuteAt returns day and minute under a point.
func (g *Grid) minuteAt(p fyne.Position) (day int, min float64) {
	day = int((p.X - g.edge()) / g.column())
	day = max(0, minInt(day, g.days-1))
	return day, float64(p.Y-g.bodyTop()+g.top) / float64(hourHeight) * 60
}

func minInt(a, b int) int {
	if a < b {
		return a
	}
	return b
}

// MouseDown selects an entry or begins a span.
func (g *Grid) MouseDown(e *desktop.MouseEvent) {
	if c := fyne.CurrentApp().Driver().CanvasForObject(g); c != nil {
		c.Focus(g)
	}
	hit := g.entryAt(e.Position)
	if e.Button == desktop.MouseButtonSecondary {
		if hit != nil && g.OnMenu != nil {
			g.Select(&hit.o)
			g.OnMenu(hit.o, e.AbsolutePosition)
		}
		return
	}
	g.drag = dragging{start: e.Position}
	if hit != nil {
		o := hit.o
		g.Select(&o)
		if !hit.bar {
			day, at := g.minuteAt(e.Position)
			s := g.slotOf(o, hit.day)
			g.drag = dragging{on: true, o: &o, day: day, from: s.From, to: s.To, grab: at - s.From, start: e.Position}
			switch {
			case e.Position.Y > hit.rect[1]+hit.rect[3]-6:
				g.drag.edge = 1
			case e.Position.Y < hit.rect[1]+5 && hit.rect[3] > 24:
				g.drag.edge = -1
			}
		}
		if g.OnPick != nil {
			g.OnPick(o, fyne.NewPos(hit.rect[0], hit.rect[1]+hit.rect[3]))
		}
		return
	}
	g.Select(nil)
	if e.Position.Y < headHeight && e.Position.X < g.edge() && g.OnZone != nil {
		g.OnZone(e.AbsolutePosition)
		return
	}
	if e.Position.Y > g.bodyTop() && e.Position.X > g.edge() {
		day, at := g.minuteAt(e.Position)
		from := float64(int(at/30) * 30)
		g.drag = dragging{on: true, day: day, from: from, to: from + 30, grab: from, start: e.Position}
	}
}

func (g *Grid) slotOf(o pim.Occurrence, day int) plan.Slot {
	for _, s := range g.slots[day] {
		if keyOf(s.Occurrence) == keyOf(o) {
			return s
		}
	}
	return plan.Slot{}
}

// Dragged moves or stretches an entry, or draws a new one, in steps of a quarter of an hour.
func (g *Grid) Dragged(e *fyne.DragEvent) {
	d := &g.drag
	if !d.on {
		return
	}
	dx, dy := e.Position.X-d.start.X, e.Position.Y-d.start.Y
	if !d.moved && dx*dx+dy*dy < 16 {
		return
	}
	d.moved = true
	switch {
	case e.Position.Y > g.Size().Height-16:
		g.top += 8
	case e.Position.Y < g.bodyTop()+8:
		g.top -= 8
	}
	day, at := g.minuteAt(e.Position)
	switch {
	case d.o == nil:
		a, b := d.grab, float64(plan.Snap(at, snapTo))
		if b < a {
			a, b = b, a
		}
		d.from, d.to = max(0, a), min(24*60, max(b, a+snapTo))
	case d.edge > 0:
		d.to = min(24*60, max(d.from+snapTo, float64(plan.Snap(at, snapTo))))
	case d.edge < 0:
		d.from = max(0, min(d.to-snapTo, float64(plan.Snap(at, snapTo))))
	default:
		n := d.to - d.from
		d.day = day
		d.from = max(0, min(24*60-n, float64(plan.Snap(at-d.grab, snapTo))))
		d.to = d.from + n
	}
	g.redraw()
}

// DragEnd carries the drag out.
func (g *Grid) DragEnd() { g.finish() }

// MouseUp ends a drag, or a click on free time, which makes nothing.
func (g *Grid) MouseUp(*desktop.MouseEvent) { g.finish() }

func (g *Grid) finish() {
	d := g.drag
	g.drag = dragging{}
	if !d.on || !d.moved {
		return
	}
	day := plan.AddDays(g.start, d.day)
	from, to := plan.At(day, int(d.from)), plan.At(day, int(d.to))
	g.redraw()
	switch {
	case d.o == nil:
		if g.OnNew != nil {
			g.OnNew(from, to, false)
		}
	case g.OnMove != nil:
		o := *d.o
		length := o.End.Sub(o.Start)
		if d.edge == 0 {
			// The wall clock decides where it begins, its length stays.
			to = from.Add(length)
		} else if d.edge > 0 {
			from = o.Start
		} else {
			to = o.End
		}
		if !from.Equal(o.Start) || !to.Equal(o.End) {
			g.OnMove(o, from, to)
		}
	}
}

// DoubleTapped opens an entry, or makes one of an hour there.
func (g *Grid) DoubleTapped(e *fyne.PointEvent) {
	if hit := g.entryAt(e.Position); hit != nil {
		if g.OnOpen != nil {
			g.OnOpen(hit.o)
		}
		return
	}
	if e.Position.X < g.edge() || g.OnNew == nil {
		return
	}
	i, at := g.minuteAt(e.Position)
	day := plan.AddDays(g.start, i)
	switch {
	case e.Position.Y < headHeight:
		if g.OnDay != nil {
			g.OnDay(day)
		}
	case e.Position.Y < g.bodyTop():
		g.OnNew(day, plan.AddDays(day, 1), true)
	default:
		from := plan.At(day, int(at/30)*30)
		g.OnNew(from, from.Add(time.Hour), false)
	}
}

// FocusGained implements fyne.Focusable.
func (g *Grid) FocusGained() { g.focused = true }

// FocusLost implements fyne.Focusable.
func (g *Grid) FocusLost() { g.focused = false; g.drag = dragging{}; g.redraw() }

// TypedRune implements fyne.Focusable.
func (g *Grid) TypedRune(r rune) {
	if g.OnRune != nil {
		g.OnRune(r)
	}
}

// TypedKey moves between entries and hands the rest on.
func (g *Grid) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyEscape:
		if g.drag.on {
			g.drag = dragging{}
			g.redraw()
			return
		}
	case fyne.KeyReturn, fyne.KeyEnter:
		for _, x := range g.shown {
			if keyOf(x.o) == g.sel && g.OnOpen != nil {
				g.OnOpen(x.o)
				return
			}
		}
	case fyne.KeyPageDown:
		g.top += g.Size().Height / 2
		g.redraw()
		return
	case fyne.KeyPageUp:
		g.top -= g.Size().Height / 2
		g.redraw()
		return
	}
	if g.OnKey != nil {
		g.OnKey(e)
	}
}
