package agenda

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/views/agenda/plan"
	"github.com/postrider/postrider/views/kit"
)

// The measures of the grid, px.
const (
	hourHeight float32 = 54
	gutter     float32 = 52
	headHeight float32 = 52
	laneHeight float32 = 24
	maxLanes           = 5
	snapTo             = 15 // minutes
	firstHour          = 7
)

// Grid shows days side by side with their hours. Set the functions before it is shown.
type Grid struct {
	widget.BaseWidget
	// OnPick selects an entry; at is below it. OnOpen opens it.
	OnPick func(o pim.Occurrence, at fyne.Position)
	OnOpen func(o pim.Occurrence)
	// OnNew makes an event where a span was drawn.
	OnNew func(start, end time.Time, allDay bool)
	// OnMove changes when an entry is.
	OnMove func(o pim.Occurrence, start, end time.Time)
	// OnMenu asks for the menu of an entry.
	OnMenu func(o pim.Occurrence, at fyne.Position)
	OnDay  func(day time.Time)
	OnKey  func(*fyne.KeyEvent)
	OnRune func(rune)
	// Hue is the colour of an entry's calendar.
	Hue func(o pim.Occurrence) string
	Now func() time.Time
	// Second is a zone whose hours stand beside those of here; nil = none. OnZone asks for another one.
	Second *time.Location
	OnZone func(at fyne.Position)

	start   time.Time
	days    int
	slots   [][]plan.Slot
	bars    []plan.Bar
	lanes   int
	top     float32
	placed  bool
	sel     key
	sheet   sheet // heads and whole days, which do not scroll
	body    sheet
	drag    dragging
	shown   []shownEntry
	focused bool
	paint   func()
}

// key names an occurrence.
type key struct {
	event pim.EventID
	rec   string
}

func keyOf(o pim.Occurrence) key { return key{o.Event, o.Recurrence} }

// shownEntry is where an entry was drawn last.
type shownEntry struct {
	o    pim.Occurrence
	day  int
	rect [4]float32
	bar  bool
}

// dragging is a drag that is under way.
type dragging struct {
	on       bool
	o        *pim.Occurrence // nil = a new span
	edge     int             // -1 the upper edge, 1 the lower one, 0 the whole
	day      int
	from, to float64 // minutes of the day
	grab     float64 // minutes from the entry's beginning to where it was taken
	moved    bool
	start    fyne.Position
}

var (
	_ desktop.Mouseable = (*Grid)(nil)
	_ fyne.Draggable    = (*Grid)(nil)
	_ fyne.Scrollable   = (*Grid)(nil)
	_ fyne.Focusable    = (*Grid)(nil)
)

// NewGrid returns an empty grid.
func NewGrid() *Grid {
	g := &Grid{days: 7, Now: time.Now, Hue: func(pim.Occurrence) string { return "petrol" }}
	g.ExtendBaseWidget(g)
	return g
}

// Show shows the entries of days from start, which is a midnight.
func (g *Grid) Set(start time.Time, days int, os []pim.Occurrence) {
	moved := !start.Equal(g.start) || days != g.days
	g.start, g.days = start, days
	g.slots = make([][]plan.Slot, days)
	for i := range days {
		g.slots[i] = plan.Slots(os, plan.AddDays(start, i))
	}
	var long []pim.Occurrence
	for _, o := range os {
		if plan.Long(o) {
			long = append(long, o)
		}
	}
	g.bars, g.lanes = plan.Bars(long, start, days)
	if moved && !g.placed {
		g.opening()
	}
	g.redraw()
}

// opening scrolls to seven o'clock, or to the first entry when it is earlier.
func (g *Grid) opening() {
	first := float64(firstHour * 60)
	for _, day := range g.slots {
		for _, s := range day {
			if !s.Before {
				first = min(first, s.From)
			}
		}
	}
	g.top = max(0, float32(first)/60*hourHeight-4)
}

// Select marks an entry.
func (g *Grid) Select(o *pim.Occurrence) {
	g.sel = key{}
	if o != nil {
		g.sel = keyOf(*o)
	}
	g.redraw()
}

func (g *Grid) redraw() {
	if g.paint != nil {
		g.paint()
	}
}

// bodyTop is where the hours begin.
func (g *Grid) bodyTop() float32 {
	return headHeight + max(1, float32(min(g.lanes, maxLanes)))*laneHeight + 4
}

// edge is where the days begin: behind the hours, in one zone or two.
func (g *Grid) edge() float32 {
	if g.Second != nil {
		return 2*gutter + 4
	}
	return gutter
}

func (g *Grid) column() float32 {
	return max(20, (g.Size().Width-g.edge()-10)/float32(max(1, g.days)))
}

func (g *Grid) clamp() {
	g.top = max(0, min(g.top, 24*hourHeight+12-(g.Size().Height-g.bodyTop())))
}

// Scrolled implements fyne.Scrollable.
func (g *Grid) Scrolled(e *fyne.ScrollEvent) {
	g.top -= 2 * e.Scrolled.DY
	g.placed = true
	g.redraw()
}

// MinSize implements fyne.Widget.
func (g *Grid) MinSize() fyne.Size { return fyne.NewSize(300, 240) }

// CreateRenderer implements fyne.Widget.
func (g *Grid) CreateRenderer() fyne.WidgetRenderer {
	r := &kit.Renderer{Self: g}
	r.Min = g.MinSize
	hours := newHours(g)
	draw := func() {
		s := g.Size()
		if s.Width < g.edge() || s.Height < headHeight {
			return
		}
		g.clamp()
		g.shown = g.shown[:0]
		g.head(s)
		kit.Place(hours, 0, g.bodyTop(), s.Width, s.Height-g.bodyTop())
		hours.draw()
		r.Objs = append(append(r.Objs[:0], g.sheet.objs...), hours.box)
	}
	r.Lay = func(fyne.Size) { draw() }
	g.paint = func() { draw(); canvas.Refresh(g) }
	return r
}

// head draws the names of the days and the whole-day entries.
func (g *Grid) head(s fyne.Size) {
	d := &g.sheet
	d.begin()
	d.rect(0, 0, s.Width, s.Height, kit.C(kit.Surface), 0)
	w, today := g.column(), plan.Day(g.Now())
	for i := range g.days {
		day := plan.AddDays(g.start, i)
		x := g.edge() + float32(i)*w
		ink, number := kit.C(kit.Text2), kit.C(kit.Text)
		if day.Equal(today) {
			d.rect(x, 0, w, s.Height, kit.C(kit.Today), 0)
			ink, number = kit.C(kit.Accent), kit.C(kit.Accent)
		}
		st := kit.Tiny11
		if day.Equal(today) {
			st = kit.Tiny11B
		}
		d.text(day.Format("Mon"), st, ink, x, 8, w, 14, fyne.TextAlignCenter)
		d.text(day.Format("2"), kit.Title16, number, x, 22, w, 22, fyne.TextAlignCenter)
		if i > 0 {
			d.rect(x, 0, 1, s.Height, kit.C(kit.Line), 0)
		}
	}
	d.rect(g.edge(), 0, 1, s.Height, kit.C(kit.Line), 0)
	if g.Second != nil {
		d.text(kit.Cut(zoneName(g.Second), kit.Tiny11, gutter-2), kit.Tiny11, kit.C(kit.Text3), 4, headHeight-18, gutter-2, 14, fyne.TextAlignLeading)
		d.text(kit.Cut(zoneName(g.start.Location()), kit.Tiny11, gutter-10), kit.Tiny11, kit.C(kit.Text3), g.edge()-gutter+2, headHeight-18, gutter-10, 14, fyne.TextAlignTrailing)
	} else if g.OnZone != nil {
		d.icon("globe", 14, kit.Text3, "", gutter-24, headHeight-22, 14)
	}
	d.text("all day", kit.Tiny11, kit.C(kit.Text3), 0, headHeight, g.edge()-8, laneHeight, fyne.TextAlignTrailing)
	hidden := make([]int, g.days)
	for _, b := range g.bars {
		if b.Lane >= maxLanes || b.Lane == maxLanes-1 && g.lanes > maxLanes {
			for k := b.From; k < b.To; k++ {
				hidden[k]++
			}
			continue
		}
		x, y := g.edge()+float32(b.From)*w+3, headHeight+float32(b.Lane)*laneHeight
		bw := float32(b.To-b.From)*w - 6
		h := kit.Hue(g.Hue(b.Occurrence))
		fill, ink := h.Tint, h.Ink
		if b.Occurrence.Mine == "declined" || b.Occurrence.Status == "cancelled" {
			fill, ink = kit.C(kit.Surface), kit.C(kit.Text3)
		}
		box := d.rect(x, y+1, bw, laneHeight-4, fill, 4)
		if g.sel == keyOf(b.Occurrence) {
			box.StrokeColor, box.StrokeWidth = kit.C(kit.Accent), 2
		}
		d.rect(x, y+1, 3, laneHeight-4, h.Solid, 1.5)
		d.text(title(b.Occurrence), kit.Small12, ink, x+9, y+1, bw-12, laneHeight-4, fyne.TextAlignLeading)
		g.shown = append(g.shown, shownEntry{o: b.Occurrence, day: b.From, rect: [4]float32{x, y, bw, laneHeight}, bar: true})
	}
	for i, n := range hidden {
		if n > 0 {
			d.text("+"+itoa(n)+" more", kit.Tiny11M, kit.C(kit.Accent), g.edge()+float32(i)*w+6, headHeight+(maxLanes-1)*laneHeight, w-8, laneHeight, fyne.TextAlignLeading)
		}
	}
	d.rect(0, g.bodyTop()-1, s.Width, 1, kit.C(kit.Border), 0)
}

func title(o pim.Occurrence) string {
	if o.Summary == "" {
		return "No title"
	}
	return o.Summary
}
