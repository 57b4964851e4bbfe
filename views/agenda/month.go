package agenda

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/views/agenda/plan"
	"github.com/postrider/postrider/views/kit"
)

const (
	monthHead   float32 = 28
	monthGutter float32 = 36
	rowHeight   float32 = 20
)

// MonthView shows six weeks. Set the functions before it is shown.
type MonthView struct {
	widget.BaseWidget
	OnPick func(o pim.Occurrence, at fyne.Position)
	OnOpen func(o pim.Occurrence)
	OnNew  func(start, end time.Time, allDay bool)
	OnMove func(o pim.Occurrence, start, end time.Time)
	OnMenu func(o pim.Occurrence, at fyne.Position)
	// OnDay shows a day: its number or its "more" was clicked.
	OnDay func(day time.Time)
	OnKey func(*fyne.KeyEvent)
	Hue   func(o pim.Occurrence) string
	Now   func() time.Time

	start time.Time // of the first week
	month time.Month
	weeks [6]monthWeek
	sel   key
	sheet sheet
	shown []shownEntry
	more  []moreAt
	drag  *pim.Occurrence
	from  fyne.Position
	over  int // day under the drag, -1 = none
	paint func()
}

type monthWeek struct {
	bars  []plan.Bar
	lanes int
	days  [7][]pim.Occurrence // timed, by time
}

type moreAt struct {
	day  int
	rect [4]float32
}

// NewMonth returns an empty month.
func NewMonth() *MonthView {
	m := &MonthView{Now: time.Now, over: -1, Hue: func(pim.Occurrence) string { return "petrol" }}
	m.ExtendBaseWidget(m)
	return m
}

// Set shows a month by its six weeks from start on.
func (m *MonthView) Set(start time.Time, month time.Month, os []pim.Occurrence) {
	m.start, m.month = start, month
	for w := range m.weeks {
		from := plan.AddDays(start, 7*w)
		wk := monthWeek{}
		var long []pim.Occurrence
		for _, o := range os {
			if plan.Long(o) {
				long = append(long, o)
				continue
			}
			if d := plan.Days(from, o.Start); d >= 0 && d < 7 {
				wk.days[d] = append(wk.days[d], o)
			}
		}
		wk.bars, wk.lanes = plan.Bars(long, from, 7)
		m.weeks[w] = wk
	}
	m.redraw()
}

// Select marks an entry.
func (m *MonthView) Select(o *pim.Occurrence) {
	m.sel = key{}
	if o != nil {
		m.sel = keyOf(*o)
	}
	m.redraw()
}

func (m *MonthView) redraw() {
	if m.paint != nil {
		m.paint()
	}
}

// MinSize implements fyne.Widget.
func (m *MonthView) MinSize() fyne.Size { return fyne.NewSize(300, 240) }

func (m *MonthView) cell() (w, h float32) {
	s := m.Size()
	return (s.Width - monthGutter) / 7, (s.Height - monthHead) / 6
}

// CreateRenderer implements fyne.Widget.
func (m *MonthView) CreateRenderer() fyne.WidgetRenderer {
	r, paint := m.sheet.render(m, m.draw)
	m.paint = paint
	return r
}

func (m *MonthView) draw() {
	s, d := m.Size(), &m.sheet
	d.begin()
	m.shown, m.more = m.shown[:0], m.more[:0]
	if s.Width < 100 || s.Height < 100 {
		return
	}
	d.rect(0, 0, s.Width, s.Height, kit.C(kit.Surface), 0)
	w, h := m.cell()
	today := plan.Day(m.Now())
	for i := range 42 {
		x, y := monthGutter+float32(i%7)*w, monthHead+float32(i/7)*h
		if m.over == i {
			d.rect(x, y, w, h, kit.C(kit.Select), 0)
		} else if plan.AddDays(m.start, i).Equal(today) {
			d.rect(x, y, w, h, kit.C(kit.Today), 0)
		}
	}
	for k := range 7 {
		d.rect(0, monthHead+float32(k)*h-1, s.Width, 1, kit.C(kit.Line), 0)
	}
	for i := range 7 {
		d.rect(monthGutter+float32(i)*w, 0, 1, s.Height, kit.C(kit.Line), 0)
	}
	for i := range 7 {
		d.text(plan.AddDays(m.start, i).Format("Mon"), kit.Tiny11, kit.C(kit.Text2), monthGutter+float32(i)*w, 0, w, monthHead, fyne.TextAlignCenter)
	}
	for k := range 6 {
		y := monthHead + float32(k)*h
		d.text(itoa(plan.WeekNumber(plan.AddDays(m.start, 7*k))), kit.Tiny11, kit.C(kit.Text3), 0, y+4, monthGutter-8, 18, fyne.TextAlignTrailing)
		wk := m.weeks[k]
		rows := max(1, int((h-26)/rowHeight))
		for i := range 7 {
			day := plan.AddDays(m.start, 7*k+i)
			x := monthGutter + float32(i)*w
			ink, st := kit.C(kit.Text), kit.Small12
			if day.Month() != m.month {
				ink = kit.C(kit.Text3)
			}
			label := day.Format("2")
			if day.Day() == 1 {
				label = day.Format("2 Jan")
			}
			if day.Equal(today) {
				ink, st = kit.C(kit.OnAccent), kit.Small12B
				d.rect(x+6, y+3, max(20, kit.Width(label, st)+10), 20, kit.C(kit.Accent), 10)
				d.text(label, st, ink, x+6, y+3, max(20, kit.Width(label, st)+10), 20, fyne.TextAlignCenter)
			} else {
				d.text(label, st, ink, x+9, y+3, w-12, 20, fyne.TextAlignLeading)
			}
		}
		// What does not fit is counted in the last row.
		var count [7]int
		for _, b := range wk.bars {
			for i := b.From; i < b.To; i++ {
				count[i]++
			}
		}
		limit := func(i int) int {
			if count[i]+len(wk.days[i]) > rows || wk.lanes+len(wk.days[i]) > rows {
				return rows - 1
			}
			return rows
		}
		var hidden [7]int
		var used [7]int // rows that are taken by bars
		for _, b := range wk.bars {
			fits := true
			for i := b.From; i < b.To; i++ {
				fits = fits && b.Lane < limit(i)
			}
			if !fits {
				for i := b.From; i < b.To; i++ {
					hidden[i]++
				}
				continue
			}
			for i := b.From; i < b.To; i++ {
				used[i] = max(used[i], b.Lane+1)
			}
			x, by := monthGutter+float32(b.From)*w+3, y+25+float32(b.Lane)*rowHeight
			m.bar(b.Occurrence, x, by, float32(b.To-b.From)*w-6, 7*k+b.From)
		}
		for i := range 7 {
			row := used[i]
			for _, o := range wk.days[i] {
				if row >= limit(i) {
					hidden[i]++
					continue
				}
				m.line(o, monthGutter+float32(i)*w+3, y+25+float32(row)*rowHeight, w-6, 7*k+i)
				row++
			}
			if hidden[i] > 0 {
				x, my := monthGutter+float32(i)*w+3, y+25+float32(rows-1)*rowHeight
				d.text("+"+itoa(hidden[i])+" more", kit.Tiny11M, kit.C(kit.Accent), x+6, my, w-12, rowHeight, fyne.TextAlignLeading)
				m.more = append(m.more, moreAt{7*k + i, [4]float32{x, my, w - 6, rowHeight}})
			}
		}
	}
}

// bar draws a whole-day entry.
func (m *MonthView) bar(o pim.Occurrence, x, y, w float32, day int) {
	d, hue := &m.sheet, kit.Hue(m.Hue(o))
	fill, ink := hue.Tint, hue.Ink
	if o.Mine == "declined" || o.Status == "cancelled" {
		fill, ink = kit.C(kit.Surface), kit.C(kit.Text3)
	}
	b := d.rect(x, y+1, w, rowHeight-2, fill, 4)
	if m.sel == keyOf(o) {
		b.StrokeColor, b.StrokeWidth = kit.C(kit.Accent), 2
	}
	d.rect(x, y+1, 3, rowHeight-2, hue.Solid, 1.5)
	d.text(kit.Cut(title(o), kit.Tiny11, w-12), kit.Tiny11, ink, x+8, y, w-12, rowHeight, fyne.TextAlignLeading)
	m.shown = append(m.shown, shownEntry{o: o, day: day, rect: [4]float32{x, y, w, rowHeight}, bar: true})
}

// line draws a timed entry.
func (m *MonthView) line(o pim.Occurrence, x, y, w float32, day int) {
	d, hue := &m.sheet, kit.Hue(m.Hue(o))
	if m.sel == keyOf(o) {
		b := d.rect(x, y+1, w, rowHeight-2, kit.C(kit.Select), 4)
		b.StrokeColor, b.StrokeWidth = kit.C(kit.Accent), 2
	}
	ink := kit.C(kit.Text)
	if o.Mine == "declined" || o.Status == "cancelled" {
		ink = kit.C(kit.Text3)
	}
	d.rect(x+3, y+7, 6, 6, hue.Solid, 3)
	tw := d.text(o.Start.Format("15:04"), kit.Tiny11, kit.C(kit.Text3), x+13, y, w-14, rowHeight, fyne.TextAlignLeading)
	d.text(kit.Cut(title(o), kit.Tiny11, w-20-tw), kit.Tiny11, ink, x+17+tw, y, w-20-tw, rowHeight, fyne.TextAlignLeading)
	m.shown = append(m.shown, shownEntry{o: o, day: day, rect: [4]float32{x, y, w, rowHeight}})
}

func inRect(p fyne.Position, r [4]float32) bool {
	return p.X >= r[0] && p.X < r[0]+r[2] && p.Y >= r[1] && p.Y < r[1]+r[3]
}

func (m *MonthView) hitAt(p fyne.Position) *shownEntry {
	for i := len(m.shown) - 1; i >= 0; i-- {
		if inRect(p, m.shown[i].rect) {
			return &m.shown[i]
		}
	}
	return nil
}

func (m *MonthView) dayAt(p fyne.Position) int {
	w, h := m.cell()
	if p.X < monthGutter || p.Y < monthHead {
		return -1
	}
	i, k := int((p.X-monthGutter)/w), int((p.Y-monthHead)/h)
	if i > 6 || k > 5 {
		return -1
	}
	return 7*k + i
}

// MouseDown selects an entry.
func (m *MonthView) MouseDown(e *desktop.MouseEvent) {
	if c := fyne.CurrentApp().Driver().CanvasForObject(m); c != nil {
		c.Focus(m)
	}
	hit := m.hitAt(e.Position)
	if hit == nil {
		m.Select(nil)
		return
	}
	o := hit.o
	m.Select(&o)
	if e.Button == desktop.MouseButtonSecondary {
		if m.OnMenu != nil {
			m.OnMenu(o, e.AbsolutePosition)
		}
		return
	}
	m.drag, m.from = &o, e.Position
	if m.OnPick != nil {
		m.OnPick(o, fyne.NewPos(hit.rect[0], hit.rect[1]+hit.rect[3]))
	}
}

// MouseUp shows a day whose number or "more" was clicked.
func (m *MonthView) MouseUp(e *desktop.MouseEvent) {
	m.drag, m.over = nil, -1
	if e == nil {
		return
	}
	for _, x := range m.more {
		if inRect(e.Position, x.rect) && m.OnDay != nil {
			m.OnDay(plan.AddDays(m.start, x.day))
			return
		}
	}
	_, h := m.cell()
	if i := m.dayAt(e.Position); i >= 0 && m.hitAt(e.Position) == nil && m.OnDay != nil && e.Position.Y-monthHead-float32(i/7)*h < 24 {
		m.OnDay(plan.AddDays(m.start, i))
	}
}

// Dragged shows which day an entry would go to.
func (m *MonthView) Dragged(e *fyne.DragEvent) {
	if m.drag == nil {
		return
	}
	dx, dy := e.Position.X-m.from.X, e.Position.Y-m.from.Y
	if m.over < 0 && dx*dx+dy*dy < 36 {
		return
	}
	if i := m.dayAt(e.Position); i != m.over {
		m.over = i
		m.redraw()
	}
}

// DragEnd moves the entry to another day, at the same time.
func (m *MonthView) DragEnd() {
	o, i := m.drag, m.over
	was := m.dayAt(m.from)
	m.drag, m.over = nil, -1
	m.redraw()
	if o == nil || i < 0 || i == was || was < 0 || m.OnMove == nil {
		return
	}
	n := i - was
	start := time.Date(o.Start.Year(), o.Start.Month(), o.Start.Day()+n, o.Start.Hour(), o.Start.Minute(), o.Start.Second(), 0, o.Start.Location())
	end := start.Add(o.End.Sub(o.Start))
	if o.AllDay {
		end = plan.AddDays(o.End, n)
	}
	m.OnMove(*o, start, end)
}

// DoubleTapped opens an entry, or makes one on that day.
func (m *MonthView) DoubleTapped(e *fyne.PointEvent) {
	if hit := m.hitAt(e.Position); hit != nil {
		if m.OnOpen != nil {
			m.OnOpen(hit.o)
		}
		return
	}
	if i := m.dayAt(e.Position); i >= 0 && m.OnNew != nil {
		day := plan.AddDays(m.start, i)
		m.OnNew(plan.At(day, 9*60), plan.At(day, 10*60), false)
	}
}

// FocusGained implements fyne.Focusable.
func (m *MonthView) FocusGained() {}

// FocusLost implements fyne.Focusable.
func (m *MonthView) FocusLost() {}

// TypedRune implements fyne.Focusable.
func (m *MonthView) TypedRune(rune) {}

// TypedKey opens the selected entry and hands the rest on.
func (m *MonthView) TypedKey(e *fyne.KeyEvent) {
	if e.Name == fyne.KeyReturn || e.Name == fyne.KeyEnter {
		for _, x := range m.shown {
			if keyOf(x.o) == m.sel && m.OnOpen != nil {
				m.OnOpen(x.o)
				return
			}
		}
	}
	if m.OnKey != nil {
		m.OnKey(e)
	}
}
