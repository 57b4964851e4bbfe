package agenda

import (
	"context"
	"image/color"
	"sort"
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/app/bus"
	"github.com/postrider/postrider/views/agenda/plan"
	"github.com/postrider/postrider/views/kit"
)

// Client is what the calendar asks the program for.
type Client interface {
	app.PIM
	Subscribe() *bus.Sub
	Undo(ctx context.Context, u app.Undo) error
}

// Hooks join the calendar to the window.
type Hooks struct {
	Do        func(func())
	Now       func() time.Time
	OpenURL   func(string) error
	Failed    func(error)
	ToastUndo func(icon, text string, undo func())
	Toast     func(icon, text string)
	// Back shows the mail.
	Back func()
	// WeekStart is the first day of the week.
	WeekStart time.Weekday
	// Zone is the second time zone that is shown ("" = none), OnZone stores another one.
	Zone   string
	OnZone func(name string)
	OnKey  func(*fyne.KeyEvent)
	OnRune func(rune)
	// ShowMail shows a mail, OnInvitations hears how many invitations wait for an answer.
	ShowMail      func(id mail.MessageID)
	OnInvitations func(n int)
	// OnShortcut gets the shortcuts that are none of the page's own.
	OnShortcut func(fyne.Shortcut)
}

// The ways of looking at the calendar.
const (
	viewDay = iota
	viewWeek
	viewMonth
	viewAgenda
	viewTasks
	viewWork // from Monday to Friday
)

// choices are the views as they are offered.
var choices = []struct {
	name string
	view int
}{{"Day", viewDay}, {"Work week", viewWork}, {"Week", viewWeek}, {"Month", viewMonth}, {"Agenda", viewAgenda}, {"Tasks", viewTasks}}

// Page is the calendar. Close it when it is not shown any more.
type Page struct {
	widget.BaseWidget
	c   Client
	h   Hooks
	win fyne.Window

	asked int // times that it was asked when people are busy
	view  int
	day   time.Time // that the view is about
	cals  []pim.Calendar
	hues  map[pim.CollectionID]string
	turn  int
	stop  chan struct{}
	sub   *bus.Sub
	ready bool
	later []func() // what waits for the calendars

	fresh   *kit.Button
	mini    *Mini
	list    *fyne.Container
	scroll  *kit.Scroller
	state   *kit.Label
	today   *kit.Button
	prev    *kit.Button
	next    *kit.Button
	title   *kit.Label
	week    *kit.Label
	views   []*kit.Button
	print   *kit.Button
	search  *kit.Button
	grid    *Grid
	month   *MonthView
	agenda  *Coming
	ascroll *kit.Scroller
	coming  *Coming
	cscroll *kit.Scroller
	tasks   *Tasks
	tscroll *kit.Scroller
	quick   *kit.Field // of a new task
	banner  *kit.Banner
	conf    []pim.Conflict
	invites *invites
}

// New returns the calendar at the present week.
func New(win fyne.Window, c Client, h Hooks) *Page {
	p := &Page{c: c, h: h, win: win, view: viewWeek, hues: map[pim.CollectionID]string{}, stop: make(chan struct{})}
	p.day = plan.Day(h.Now())
	p.fresh = kit.NewButton("New event", "plus", kit.Primary, p.add)
	p.fresh.Height = kit.LargeButton
	p.mini = NewMini(h.Now(), h.WeekStart)
	p.mini.OnDay = func(d time.Time) {
		p.day = d
		p.reload()
	}
	p.mini.OnMonth = func(time.Time) { p.reload() }
	p.list = kit.Col(0)
	p.scroll = kit.NewScroller(p.list)
	p.scroll.Fill = kit.Sidebar
	p.state = kit.NewLabel("", kit.Tiny11, kit.Text3)
	p.today = kit.NewButton("Today", "", kit.Plain, func() { p.day = plan.Day(h.Now()); p.reload() })
	p.prev = kit.NewIconButton("chevron-left", "Before", "", func() { p.step(-1) })
	p.next = kit.NewIconButton("chevron-right", "After", "", func() { p.step(1) })
	p.search = kit.NewIconButton("search", "Find an event", "/", p.Find)
	p.print = kit.NewIconButton("printer", "Print", "Ctrl P", p.Print)
	p.title = kit.NewLabel("", kit.Title16, kit.Text)
	p.week = kit.NewLabel("", kit.Small12, kit.Text3)
	for _, v := range choices {
		p.views = append(p.views, kit.NewButton(v.name, "", kit.Ghost, func() { p.setView(v.view) }))
	}
	p.grid, p.month, p.agenda, p.coming = NewGrid(), NewMonth(), NewComing(), NewComing()
	p.agenda.Wide = true
	p.agenda.Empty = "Nothing is planned in the next three months."
	p.ascroll, p.cscroll = kit.NewScroller(p.agenda), kit.NewScroller(p.coming)
	p.ascroll.Fill, p.cscroll.Fill = kit.Surface, kit.Canvas
	p.makeTasks()
	p.banner = kit.NewBanner("triangle-alert", "", "", kit.ToneWarn)
	hue := func(o pim.Occurrence) string {
		if o.Color != "" {
			return hueOf(o.Color)
		}
		return p.hues[o.Calendar]
	}
	p.grid.Hue, p.month.Hue, p.agenda.Hue, p.coming.Hue = hue, hue, hue, hue
	p.grid.Now, p.month.Now, p.agenda.Now, p.coming.Now = h.Now, h.Now, h.Now, h.Now
	open := func(o pim.Occurrence) { p.open(o) }
	p.grid.OnOpen, p.month.OnOpen, p.agenda.OnOpen, p.coming.OnOpen = open, open, open, open
	join := func(url string) {
		if err := h.OpenURL(url); err != nil {
			h.Failed(err)
		}
	}
	p.agenda.OnJoin, p.coming.OnJoin = join, join
	add := func(a, b time.Time, allDay bool) { p.draft(a, b, allDay) }
	p.grid.OnNew, p.month.OnNew = add, add
	p.grid.OnMove, p.month.OnMove = p.move, p.move
	menu := func(o pim.Occurrence, at fyne.Position) { p.menu(o, at) }
	p.grid.OnMenu, p.month.OnMenu = menu, menu
	show := func(d time.Time) { p.day = d; p.setView(viewDay) }
	p.grid.OnDay, p.month.OnDay = show, show
	key := func(e *fyne.KeyEvent) { p.key(e) }
	p.grid.OnKey, p.month.OnKey = key, key
	p.grid.OnRune = h.OnRune
	p.grid.Second = findZone(h.Zone)
	p.grid.OnZone = p.zoneMenu
	p.ExtendBaseWidget(p)
	p.invites = newInvites(p)
	p.setView(viewWeek)
	p.loadCalendars()
	p.invites.load()
	p.sub = c.Subscribe()
	go p.follow()
	go p.tick()
	return p
}

// Close ends following the program.
func (p *Page) Close() {
	select {
	case <-p.stop:
	default:
		close(p.stop)
	}
}

func (p *Page) follow() {
	defer p.sub.Close()
	for {
		select {
		case <-p.sub.C:
			ch, ok := p.sub.Take()
			if !ok {
				continue
			}
			if ch.Calendars || ch.Contacts || ch.Resync {
				p.h.Do(func() { p.loadCalendars() })
			}
			if ch.Calendars || ch.Resync || len(ch.Mailboxes) > 0 {
				p.h.Do(p.invites.soon)
			}
		case <-p.stop:
			return
		}
	}
}

// tick moves the line of the present.
func (p *Page) tick() {
	t := time.NewTicker(30 * time.Second)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			p.h.Do(func() {
				p.mini.today = plan.Day(p.h.Now())
				p.grid.redraw()
				p.coming.redraw()
				if p.view == viewTasks {
					p.tasks.layout() // what was to come is overdue now
				}
			})
		case <-p.stop:
			return
		}
	}
}

func (p *Page) setView(v int) {
	p.view = v
	for i, b := range p.views {
		b.Active = choices[i].view == v
		b.Refresh()
	}
	p.grid.Hidden, p.month.Hidden, p.ascroll.Hidden = v != viewDay && v != viewWeek && v != viewWork, v != viewMonth, v != viewAgenda
	tasks := v == viewTasks
	p.tscroll.Hidden, p.quick.Hidden = !tasks, !tasks
	p.today.Hidden, p.prev.Hidden, p.next.Hidden = tasks, tasks, tasks
	if p.fresh.Text = "New event"; tasks {
		p.fresh.Text = "New task"
	}
	p.fresh.Refresh()
	p.grid.placed = false
	p.Refresh()
	p.reload()
}

// add begins a new entry of what is shown.
func (p *Page) add() {
	if p.view == viewTasks {
		p.editTask(pim.Task{})
		return
	}
	p.edit(p.fill(), nil)
}

func (p *Page) step(n int) {
	switch p.view {
	case viewTasks:
		return
	case viewDay:
		p.day = plan.AddDays(p.day, n)
	case viewWeek, viewWork:
		p.day = plan.AddDays(p.day, 7*n)
	case viewMonth:
		p.day = time.Date(p.day.Year(), p.day.Month()+time.Month(n), 1, 0, 0, 0, 0, p.day.Location())
	default:
		p.day = plan.AddDays(p.day, 28*n)
	}
	p.reload()
}

// span is what the view shows: its first day and how many.
func (p *Page) span() (time.Time, int) {
	switch p.view {
	case viewDay:
		return p.day, 1
	case viewWeek:
		return plan.Week(p.day, p.h.WeekStart), 7
	case viewWork:
		return plan.Week(p.day, time.Monday), 5
	case viewMonth:
		return plan.Month(p.day, p.h.WeekStart), 42
	}
	return p.day, 92
}

func (p *Page) heading() {
	start, n := p.span()
	last := plan.AddDays(start, n-1)
	p.week.SetText("")
	switch {
	case p.view == viewTasks:
		p.title.SetText("Tasks")
	case p.view == viewDay:
		p.title.SetText(start.Format("Mon 2 Jan 2006"))
	case p.view == viewMonth:
		p.title.SetText(p.day.Format("January 2006"))
	case p.view == viewAgenda:
		p.title.SetText("From " + start.Format("2 Jan 2006"))
	case start.Year() != last.Year():
		p.title.SetText(start.Format("2 Jan 2006") + " to " + last.Format("2 Jan 2006"))
	case start.Month() != last.Month():
		p.title.SetText(start.Format("2 Jan") + " to " + last.Format("2 Jan 2006"))
	default:
		p.title.SetText(start.Format("2") + " to " + last.Format("2 Jan 2006"))
	}
	if p.view == viewWeek || p.view == viewWork || p.view == viewDay {
		p.week.SetText("Week " + itoa(plan.WeekNumber(plan.Week(start, p.h.WeekStart))))
	}
	p.Refresh()
}

// Invite opens the editor for an event with somebody.
func (p *Page) Invite(name, addr string) {
	p.whenReady(func() {
		e := p.fill()
		e.Attendees = []pim.Attendee{guest(name, addr)}
		p.edit(e, nil)
	})
}

// whenReady runs f on the window's goroutine when the calendars are known.
func (p *Page) whenReady(f func()) {
	if p.ready {
		f()
		return
	}
	p.later = append(p.later, f)
}

func (p *Page) loadCalendars() {
	go func() {
		cs, err := p.c.Calendars(context.Background())
		var conf []pim.Conflict
		if err == nil {
			conf, _ = p.c.Conflicts(context.Background())
		}
		p.h.Do(func() {
			if err != nil {
				p.h.Failed(err)
				return
			}
			p.cals, p.ready, p.conf = cs, true, conf
			names := []string{"petrol", "blue", "green", "violet", "orange", "rose", "indigo", "amber", "red", "slate"}
			for i, c := range cs {
				p.hues[c.ID] = names[i%len(names)]
				if c.Color != "" {
					p.hues[c.ID] = hueOf(c.Color)
				}
			}
			p.drawCalendars()
			p.reload()
			later := p.later
			p.later = nil
			for _, f := range later {
				f()
			}
		})
	}()
}

// reload asks for what the view, the panel and the small month show.
func (p *Page) reload() {
	p.heading()
	p.turn++
	turn := p.turn
	start, n := p.span()
	now := p.h.Now()
	if p.view != viewMonth {
		p.mini.Set(start, plan.AddDays(start, min(n, 7)), p.mini.first)
	}
	if m := p.mini.first; p.day.Year() != m.Year() || p.day.Month() != m.Month() {
		if s, e := p.mini.Window(); p.day.Before(s) || !p.day.Before(e) {
			p.mini.Set(start, plan.AddDays(start, min(n, 7)), p.day)
		}
	}
	ms, me := p.mini.Window()
	view := p.view
	if view == viewTasks {
		p.showTasks(turn)
	}
	go func() {
		ctx := context.Background()
		os, err := p.c.Events(ctx, pim.Window{Start: start, End: plan.AddDays(start, n), Zone: start.Location()}, nil)
		near, err2 := p.c.Events(ctx, pim.Window{Start: plan.Day(now), End: plan.AddDays(plan.Day(now), 7), Zone: now.Location()}, nil)
		small, err3 := p.c.Events(ctx, pim.Window{Start: ms, End: me, Zone: now.Location()}, nil)
		for _, e := range []error{err2, err3} {
			if err == nil {
				err = e
			}
		}
		busy := map[time.Time]bool{}
		for _, o := range small {
			for d := plan.Day(o.Start); d.Before(o.End) || d.Equal(plan.Day(o.Start)); d = plan.AddDays(d, 1) {
				if len(busy) > 60 {
					break
				}
				busy[d] = true
			}
		}
		p.h.Do(func() {
			if turn != p.turn {
				return
			}
			if err != nil {
				p.h.Failed(err)
				return
			}
			switch view {
			case viewMonth:
				p.month.Set(start, p.day.Month(), os)
			case viewAgenda:
				p.agenda.Set(start, n, os)
				p.ascroll.Refresh()
			case viewTasks: // they come by themselves
			default:
				p.grid.Set(start, n, os)
			}
			p.coming.Set(plan.Day(now), 7, near)
			p.cscroll.Refresh()
			p.mini.Busy(busy)
		})
	}()
}

// drawCalendars lists the calendars by where they are from.
func (p *Page) drawCalendars() {
	var rows []fyne.CanvasObject
	sources := map[string][]pim.Calendar{}
	var order []string
	worst := ""
	var last time.Time
	for _, c := range p.cals {
		if _, ok := sources[c.Source]; !ok {
			order = append(order, c.Source)
		}
		sources[c.Source] = append(sources[c.Source], c)
		if c.Err != "" {
			worst = c.Name + ": " + c.Err
		}
		if c.Checked.After(last) {
			last = c.Checked
		}
	}
	for _, s := range order {
		rows = append(rows, kit.Sized(0, 36, kit.Inset(12, 12, 4, 12, kit.NewLabel(s, kit.Small12B, kit.Text2))))
		for _, c := range sources[s] {
			rows = append(rows, p.calendarRow(c))
		}
	}
	add := kit.NewButton("Add calendar", "plus", kit.Link, func() { p.addCalendar() })
	add.Height = kit.SmallButton
	in := kit.NewButton("Import", "upload", kit.Link, p.importHere)
	in.Height, in.Tip = kit.SmallButton, "Events and tasks of a file (.ics)"
	rows = append(rows, kit.Inset(8, 8, 8, 4, kit.Row(0, add, kit.Gap(8, 0), in)))
	p.list.Objects = rows
	p.list.Refresh()
	p.scroll.Refresh()
	switch {
	case worst != "":
		p.state.SetText(worst)
	case !last.IsZero():
		p.state.SetText("All calendars in step, " + last.In(p.h.Now().Location()).Format("15:04"))
	default:
		p.state.SetText("On this computer")
	}
	p.Refresh()
}

func (p *Page) calendarRow(c pim.Calendar) fyne.CanvasObject {
	check := kit.NewCheck(c.Name, !c.Hidden, func(on bool) {
		k := c.Collection
		k.Hidden = !on
		go func() {
			if err := p.c.ChangeCollection(context.Background(), k); err != nil {
				p.h.Do(func() { p.h.Failed(err) })
			}
		}()
	})
	check.Hue = p.hues[c.ID]
	mark := ""
	switch {
	case c.Role == "subscription":
		mark = "globe"
	case c.Role == "birthdays":
		mark = "cake"
	case c.Shared:
		mark = "users"
	case !c.Rights.Edit:
		mark = "lock-keyhole"
	}
	row := kit.Row(0, kit.Gap(14, 0), check, kit.Spring(nil))
	if mark != "" {
		row.Add(kit.NewIcon(mark, 14, kit.Text3))
		row.Add(kit.Gap(16, 0))
	}
	f := kit.NewFrame(kit.Clear, kit.Clear, 6, 0, kit.Sized(0, 28, row))
	f.OnSecondary = func(at fyne.Position) { p.calendarMenu(c, at) }
	check.OnSecondary = f.OnSecondary
	return f
}

// hueOf is the hue of the palette nearest to a colour.
func hueOf(hex string) string {
	v, err := strconv.ParseUint(strings.TrimPrefix(hex, "#"), 16, 64)
	if err != nil || len(hex) < 7 {
		return "petrol"
	}
	if len(hex) > 7 { // #rrggbbaa
		v >>= 8
	}
	c := color.NRGBA{uint8(v >> 16), uint8(v >> 8), uint8(v), 255}
	best, dist := "slate", -1.0
	h, s, l := hsl(c)
	if s < 0.12 {
		return "slate"
	}
	for name, at := range map[string]float64{"red": 5, "orange": 27, "amber": 45, "green": 123, "petrol": 184, "blue": 213, "indigo": 237, "violet": 266, "rose": 338} {
		d := h - at
		if d < 0 {
			d = -d
		}
		if d > 180 {
			d = 360 - d
		}
		if dist < 0 || d < dist {
			best, dist = name, d
		}
	}
	_ = l
	return best
}

func hsl(c color.NRGBA) (h, s, l float64) {
	r, g, b := float64(c.R)/255, float64(c.G)/255, float64(c.B)/255
	hi, lo := max(r, g, b), min(r, g, b)
	l = (hi + lo) / 2
	d := hi - lo
	if d == 0 {
		return 0, 0, l
	}
	s = d / (1 - abs(2*l-1))
	switch hi {
	case r:
		h = (g - b) / d
	case g:
		h = (b-r)/d + 2
	default:
		h = (r-g)/d + 4
	}
	h *= 60
	if h < 0 {
		h += 360
	}
	return h, s, l
}

func abs(f float64) float64 {
	if f < 0 {
		return -f
	}
	return f
}

// writable are the calendars that take events, the default one first.
func (p *Page) writable() []pim.Calendar {
	var out []pim.Calendar
	for _, c := range p.cals {
		if c.Events && c.Rights.Edit && c.Role == "" {
			out = append(out, c)
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].Default && !out[j].Default })
	return out
}
