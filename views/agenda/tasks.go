package agenda

import (
	"sort"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/views/agenda/plan"
	"github.com/postrider/postrider/views/kit"
)

// Tasks lists tasks in groups by when they are due; a box before each ticks it off.
type Tasks struct {
	widget.BaseWidget
	OnOpen func(t pim.Task)
	OnTick func(t pim.Task)
	OnMenu func(t pim.Task, at fyne.Position)
	OnDel  func(t pim.Task)
	// OnReveal is told which part of the list is to be seen.
	OnReveal func(y, h float32)
	OnKey    func(*fyne.KeyEvent)
	OnRune   func(rune)
	Hue      func(t pim.Task) string
	Calendar func(t pim.Task) string // its name
	Now      func() time.Time

	tasks   []pim.Task
	open    bool // what is done is shown
	groups  []taskGroup
	rows    []taskRow
	sheet   sheet
	hover   int
	chosen  pim.EventID
	focused bool
	all     float32
	from    float32
	to      float32
	paint   func()
}

// taskGroup is a part of the list.
type taskGroup struct {
	name  string
	tasks []pim.Task
	y     float32
}

type taskRow struct {
	t pim.Task
	y float32
}

const (
	taskHead    float32 = 36
	taskLine    float32 = 44
	taskPad     float32 = 8  // beside the rows, inside their highlight
	taskBox     float32 = 36 // what a press on the box reaches
	groupDone           = "Done"
	groupLate           = "Overdue"
	groupToday          = "Today"
	groupLater          = "Later"
	groupNoDate         = "No date"
)

var (
	_ fyne.Focusable         = (*Tasks)(nil)
	_ fyne.Tappable          = (*Tasks)(nil)
	_ fyne.SecondaryTappable = (*Tasks)(nil)
	_ desktop.Hoverable      = (*Tasks)(nil)
)

// NewTasks returns an empty list.
func NewTasks() *Tasks {
	l := &Tasks{Now: time.Now, hover: -1, to: 2000, Hue: func(pim.Task) string { return "petrol" }, Calendar: func(pim.Task) string { return "" }}
	l.ExtendBaseWidget(l)
	return l
}

// Set shows tasks.
func (l *Tasks) Set(ts []pim.Task) {
	l.tasks = ts
	l.hover = -1
	l.layout()
}

// Groups returns the names of the groups that are there and how many tasks each has.
func (l *Tasks) Groups() map[string]int {
	out := map[string]int{}
	for _, g := range l.groups {
		out[g.name] = len(g.tasks)
	}
	return out
}

// grouped puts tasks into groups; groups without any are left out.
func grouped(ts []pim.Task, now time.Time) []taskGroup {
	out := []taskGroup{{name: groupLate}, {name: groupToday}, {name: groupLater}, {name: groupNoDate}, {name: groupDone}}
	today := plan.Day(now)
	for _, t := range ts {
		due := t.Due.In(now.Location())
		g := 2
		switch {
		case t.Done || t.Status == "cancelled":
			g = 4
		case t.Due.IsZero():
			g = 3
		case due.Before(today) || !t.Due.Date && due.Before(now):
			g = 0
		case due.Before(plan.AddDays(today, 1)):
			g = 1
		}
		out[g].tasks = append(out[g].tasks, t)
	}
	rank := func(t pim.Task) int { // 0 is no priority: behind 9
		if t.Priority == 0 {
			return 10
		}
		return t.Priority
	}
	for i := range out {
		ts := out[i].tasks
		sort.SliceStable(ts, func(a, b int) bool {
			x, y := ts[a], ts[b]
			if i == 4 {
				return x.Completed.After(y.Completed)
			}
			if dx, dy := x.Due.In(now.Location()), y.Due.In(now.Location()); !dx.Equal(dy) {
				return dx.Before(dy)
			}
			return rank(x) < rank(y)
		})
	}
	some := out[:0]
	for _, g := range out {
		if len(g.tasks) > 0 {
			some = append(some, g)
		}
	}
	return some
}

func (l *Tasks) layout() {
	l.groups = grouped(l.tasks, l.Now())
	l.rows = l.rows[:0]
	y := float32(0)
	for i := range l.groups {
		g := &l.groups[i]
		g.y = y
		y += taskHead
		if g.name == groupDone && !l.open {
			continue
		}
		for _, t := range g.tasks {
			l.rows = append(l.rows, taskRow{t, y})
			y += taskLine
		}
		y += 8
	}
	l.all = y
	l.redraw()
}

func (l *Tasks) redraw() {
	if l.paint != nil {
		l.paint()
	}
}

// MinSize implements fyne.Widget.
func (l *Tasks) MinSize() fyne.Size { return fyne.NewSize(200, max(60, l.all)) }

// View tells which part is seen.
func (l *Tasks) View(from, to float32) {
	if from != l.from || to != l.to {
		l.from, l.to = from, to
		l.redraw()
	}
}

// CreateRenderer implements fyne.Widget.
func (l *Tasks) CreateRenderer() fyne.WidgetRenderer {
	r, paint := l.sheet.render(l, l.draw)
	l.paint = paint
	return r
}

func (l *Tasks) draw() {
	s, d := l.Size(), &l.sheet
	d.begin()
	if len(l.groups) == 0 {
		d.text("Nothing is to be done.", kit.Body13, kit.C(kit.Text3), taskPad, 8, s.Width, 20, fyne.TextAlignLeading)
		return
	}
	for _, g := range l.groups {
		if g.y+taskHead < l.from || g.y > l.to {
			continue
		}
		ink := kit.C(kit.Text)
		if g.name == groupLate {
			ink = kit.C(kit.Err)
		}
		x := taskPad
		if g.name == groupDone {
			icon := "chevron-right"
			if l.open {
				icon = "chevron-down"
			}
			d.icon(icon, 14, kit.Text2, "", x, g.y+8, 20)
			x += 20
		}
		w := d.text(g.name, kit.Body13B, ink, x, g.y+8, s.Width, 20, fyne.TextAlignLeading)
		d.text(itoa(len(g.tasks)), kit.Small12, kit.C(kit.Text3), x+w+8, g.y+8, 60, 20, fyne.TextAlignLeading)
	}
	now := l.Now()
	for i := range l.rows {
		if y := l.rows[i].y; y+taskLine >= l.from && y <= l.to {
			l.row(i, now, s.Width)
		}
	}
}

func (l *Tasks) row(i int, now time.Time, w float32) {
	d, t, y := &l.sheet, l.rows[i].t, l.rows[i].y
	hue := kit.Hue(l.Hue(t))
	shut := t.Done || t.Status == "cancelled"
	switch {
	case l.focused && t.ID == l.chosen:
		d.rect(0, y, w, taskLine-2, kit.C(kit.Select), 6)
	case i == l.hover:
		d.rect(0, y, w, taskLine-2, kit.C(kit.Hover), 6)
	}
	box := d.rect(taskPad+2, y+13, 16, 16, kit.C(kit.Surface), 4)
	box.StrokeColor, box.StrokeWidth = hue.Solid, 1.5
	if t.Done {
		box.FillColor = hue.Solid
		d.icon("check", 12, kit.OnAccent, "", taskPad+4, y+13, 16)
	}
	ink := kit.C(kit.Text)
	if shut {
		ink = kit.C(kit.Text3)
	}
	name := t.Summary
	if name == "" {
		name = "Without a title"
	}
	x, right := taskPad+30, w-taskPad
	label, late := l.due(t, now)
	if label != "" {
		tone := kit.C(kit.Text2)
		if late {
			tone = kit.C(kit.Err)
		}
		tw := kit.Width(label, kit.Small12)
		d.text(label, kit.Small12, tone, right-tw-2, y, tw+2, taskLine-2, fyne.TextAlignTrailing)
		right -= tw + 14
	}
	for _, m := range []struct {
		on   bool
		icon string
		ink  kit.Token
	}{{t.Rule != nil && !shut, "refresh-cw", kit.Text3}, {len(pim.Set(t.Alarms)) > 0 && !shut, "bell", kit.Text3}, {t.Priority > 0 && t.Priority < 5 && !shut, "flag", kit.Err}} {
		if m.on {
			d.icon(m.icon, 14, m.ink, "", right-14, y+1, taskLine-4)
			right -= 22
		}
	}
	detail := l.Calendar(t)
	if t.Location != "" {
		detail += " · " + t.Location
	}
	if t.Description != "" {
		detail += " · " + firstLine(t.Description)
	}
	nw := d.text(kit.Cut(name, kit.Body13, right-x), kit.Body13, ink, x, y+4, right-x, 18, fyne.TextAlignLeading)
	if shut {
		d.rect(x, y+13.5, min(nw, right-x), 1, ink, 0)
	}
	d.rect(x, y+26, 8, 8, hue.Solid, 4)
	d.text(kit.Cut(detail, kit.Small12, right-x-14), kit.Small12, kit.C(kit.Text3), x+14, y+22, right-x-14, 16, fyne.TextAlignLeading)
}

func firstLine(s string) string {
	for i, r := range s {
		if r == '\n' || i > 200 {
			return s[:i]
		}
	}
	return s
}

// due says when a task is due, and whether that is over.
func (l *Tasks) due(t pim.Task, now time.Time) (string, bool) {
	switch {
	case t.Status == "cancelled" && !t.Done:
		return "Called off", false
	case t.Done && !t.Completed.IsZero():
		return t.Completed.In(now.Location()).Format("2 January"), false
	case t.Done || t.Due.IsZero():
		return "", false
	}
	due, today := t.Due.In(now.Location()), plan.Day(now)
	s := ""
	switch n := plan.Days(today, plan.Day(due)); {
	case n == -1:
		s = "Yesterday"
	case n == 0:
		s = "Today"
	case n == 1:
		s = "Tomorrow"
	case n > 1 && n < 7:
		s = due.Format("Monday")
	case due.Year() == now.Year():
		s = due.Format("Mon 2 January")
	default:
		s = due.Format("2 January 2006")
	}
	if !t.Due.Date {
		s += ", " + due.Format("15:04")
	}
	return s, due.Before(today) || !t.Due.Date && due.Before(now)
}

func (l *Tasks) at(p fyne.Position) int {
	for i, r := range l.rows {
		if p.Y >= r.y && p.Y < r.y+taskLine {
			return i
		}
	}
	return -1
}

// Tapped ticks a task off, opens it, or shows what is done.
func (l *Tasks) Tapped(e *fyne.PointEvent) {
	if c := fyne.CurrentApp().Driver().CanvasForObject(l); c != nil {
		c.Focus(l)
	}
	for _, g := range l.groups {
		if g.name == groupDone && e.Position.Y >= g.y && e.Position.Y < g.y+taskHead {
			l.open = !l.open
			l.layout()
			if l.OnReveal != nil {
				l.OnReveal(g.y, taskHead)
			}
			return
		}
	}
	i := l.at(e.Position)
	if i < 0 {
		return
	}
	l.choose(i)
	t := l.rows[i].t
	switch {
	case e.Position.X < taskBox && l.OnTick != nil:
		l.OnTick(t)
	case l.OnOpen != nil && e.Position.X >= taskBox:
		l.OnOpen(t)
	}
}

// TappedSecondary opens the menu of a task.
func (l *Tasks) TappedSecondary(e *fyne.PointEvent) {
	if i := l.at(e.Position); i >= 0 && l.OnMenu != nil {
		l.choose(i)
		l.OnMenu(l.rows[i].t, e.AbsolutePosition)
	}
}

func (l *Tasks) choose(i int) {
	l.chosen = l.rows[i].t.ID
	l.redraw()
	if l.OnReveal != nil {
		l.OnReveal(l.rows[i].y, taskLine)
	}
}

// now is the row that the keys are about, -1 = none.
func (l *Tasks) current() int {
	for i, r := range l.rows {
		if r.t.ID == l.chosen {
			return i
		}
	}
	return -1
}

// MouseIn implements desktop.Hoverable.
func (l *Tasks) MouseIn(e *desktop.MouseEvent) { l.MouseMoved(e) }

// MouseMoved implements desktop.Hoverable.
func (l *Tasks) MouseMoved(e *desktop.MouseEvent) {
	if i := l.at(e.Position); i != l.hover {
		l.hover = i
		l.redraw()
	}
}

// MouseOut implements desktop.Hoverable.
func (l *Tasks) MouseOut() {
	if l.hover >= 0 {
		l.hover = -1
		l.redraw()
	}
}

// FocusGained implements fyne.Focusable.
func (l *Tasks) FocusGained() { l.focused = true; l.redraw() }

// FocusLost implements fyne.Focusable.
func (l *Tasks) FocusLost() { l.focused = false; l.redraw() }

// TypedRune implements fyne.Focusable.
func (l *Tasks) TypedRune(r rune) {
	if i := l.current(); r == ' ' && i >= 0 && l.OnTick != nil {
		l.OnTick(l.rows[i].t)
		return
	}
	if l.OnRune != nil {
		l.OnRune(r)
	}
}

// TypedKey implements fyne.Focusable.
func (l *Tasks) TypedKey(e *fyne.KeyEvent) {
	i := l.current()
	switch {
	case e.Name == fyne.KeyDown && len(l.rows) > 0:
		l.choose(min(i+1, len(l.rows)-1))
	case e.Name == fyne.KeyUp && len(l.rows) > 0:
		l.choose(max(i-1, 0))
	case (e.Name == fyne.KeyReturn || e.Name == fyne.KeyEnter) && i >= 0 && l.OnOpen != nil:
		l.OnOpen(l.rows[i].t)
	case e.Name == fyne.KeyDelete && i >= 0 && l.OnDel != nil:
		l.OnDel(l.rows[i].t)
	case e.Name == fyne.KeySpace: // its rune does it
	case l.OnKey != nil:
		l.OnKey(e)
	}
}

// AccessibleName tells what the list has.
func (l *Tasks) AccessibleName() string { return kit.Plural(len(l.tasks), "task", "tasks") }
