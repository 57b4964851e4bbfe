package agenda

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"github.com/postrider/postrider/views/agenda/plan"
	"github.com/postrider/postrider/views/kit"
)

const miniCell float32 = 26

// Mini is the small month of the sidebar, with week numbers and a dot under days that have entries.
type Mini struct {
	widget.BaseWidget
	OnDay   func(time.Time)
	OnMonth func(first time.Time) // another month is shown

	first     time.Time // of the month
	weekStart time.Weekday
	shown     [2]time.Time // days that the big view shows
	today     time.Time
	busy      map[time.Time]bool
	sheet     sheet
	prev      *kit.Button
	next      *kit.Button
	hover     int
	paint     func()
}

// NewMini returns the month of a day.
func NewMini(day time.Time, weekStart time.Weekday) *Mini {
	m := &Mini{weekStart: weekStart, today: plan.Day(day), busy: map[time.Time]bool{}, hover: -1}
	m.first = time.Date(day.Year(), day.Month(), 1, 0, 0, 0, 0, day.Location())
	step := func(n int) func() {
		return func() {
			m.first = time.Date(m.first.Year(), m.first.Month()+time.Month(n), 1, 0, 0, 0, 0, m.first.Location())
			m.redraw()
			if m.OnMonth != nil {
				m.OnMonth(m.first)
			}
		}
	}
	m.prev = kit.NewIconButton("chevron-left", "Month before", "", step(-1))
	m.next = kit.NewIconButton("chevron-right", "Next month", "", step(1))
	m.prev.Height, m.next.Height = 24, 24
	m.ExtendBaseWidget(m)
	return m
}

// Window is what the month shows.
func (m *Mini) Window() (start, end time.Time) {
	start = plan.Month(m.first, m.weekStart)
	return start, plan.AddDays(start, 42)
}

// Set marks the days that the big view shows and shows their month.
func (m *Mini) Set(from, to, month time.Time) {
	m.shown = [2]time.Time{from, to}
	m.first = time.Date(month.Year(), month.Month(), 1, 0, 0, 0, 0, month.Location())
	m.redraw()
}

// Busy tells which days have entries.
func (m *Mini) Busy(days map[time.Time]bool) { m.busy = days; m.redraw() }

func (m *Mini) redraw() {
	if m.paint != nil {
		m.paint()
	}
}

// MinSize implements fyne.Widget.
func (m *Mini) MinSize() fyne.Size { return fyne.NewSize(208, 30+24+6*miniCell) }

// CreateRenderer implements fyne.Widget.
func (m *Mini) CreateRenderer() fyne.WidgetRenderer {
	r := &kit.Renderer{Self: m}
	r.Min = m.MinSize
	draw := func() {
		d, s := &m.sheet, m.Size()
		d.begin()
		w := (s.Width - 26) / 7
		d.text(m.first.Format("January 2006"), kit.Small12B, kit.C(kit.Text), 6, 2, 140, 24, fyne.TextAlignLeading)
		kit.Place(m.prev, s.Width-54, 2, 26, 24)
		kit.Place(m.next, s.Width-27, 2, 26, 24)
		start := plan.Month(m.first, m.weekStart)
		for i := range 7 {
			d.text(plan.AddDays(start, i).Format("Mon")[:1], kit.Tiny11, kit.C(kit.Text3), 26+float32(i)*w, 30, w, 20, fyne.TextAlignCenter)
		}
		for k := range 6 {
			y := 54 + float32(k)*miniCell
			row := plan.AddDays(start, 7*k)
			d.text(itoa(plan.WeekNumber(row)), kit.Tiny11, kit.C(kit.Text3), 0, y, 20, miniCell, fyne.TextAlignTrailing)
			from, to := max(0, plan.Days(row, m.shown[0])), min(7, plan.Days(row, m.shown[1]))
			if !m.shown[0].IsZero() && from < to {
				d.rect(26+float32(from)*w, y+1, float32(to-from)*w, miniCell-2, kit.C(kit.SelectIdle), 6)
			}
			for i := range 7 {
				day := plan.AddDays(row, i)
				x := 26 + float32(i)*w
				ink, st := kit.C(kit.Text), kit.Small12
				if day.Month() != m.first.Month() {
					ink = kit.C(kit.Text3)
				}
				if m.hover == 7*k+i {
					d.rect(x+w/2-13, y, 26, 26, kit.C(kit.HoverSide), 13)
				}
				if day.Equal(m.today) {
					d.rect(x+w/2-12, y+1, 24, 24, kit.C(kit.Accent), 12)
					ink, st = kit.C(kit.OnAccent), kit.Small12B
				}
				d.text(day.Format("2"), st, ink, x, y, w, miniCell-2, fyne.TextAlignCenter)
				if m.busy[day] && !day.Equal(m.today) {
					d.rect(x+w/2-1.5, y+21, 3, 3, kit.C(kit.Text3), 1.5)
				}
			}
		}
		r.Objs = append(append(r.Objs[:0], d.objs...), m.prev, m.next)
	}
	r.Lay = func(fyne.Size) { draw() }
	m.paint = func() { draw(); canvas.Refresh(m) }
	return r
}

func (m *Mini) cellAt(p fyne.Position) int {
	w := (m.Size().Width - 26) / 7
	if p.X < 26 || p.Y < 54 {
		return -1
	}
	i, k := int((p.X-26)/w), int((p.Y-54)/miniCell)
	if i > 6 || k > 5 {
		return -1
	}
	return 7*k + i
}

// Tapped shows a day.
func (m *Mini) Tapped(e *fyne.PointEvent) {
	if i := m.cellAt(e.Position); i >= 0 && m.OnDay != nil {
		m.OnDay(plan.AddDays(plan.Month(m.first, m.weekStart), i))
	}
}

// MouseIn implements desktop.Hoverable.
func (m *Mini) MouseIn(e *desktop.MouseEvent) { m.MouseMoved(e) }

// MouseMoved implements desktop.Hoverable.
func (m *Mini) MouseMoved(e *desktop.MouseEvent) {
	if i := m.cellAt(e.Position); i != m.hover {
		m.hover = i
		m.redraw()
	}
}

// MouseOut implements desktop.Hoverable.
func (m *Mini) MouseOut() { m.hover = -1; m.redraw() }
