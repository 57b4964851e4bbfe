package agenda

import (
	"context"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/app/bus"
	"github.com/postrider/postrider/views/agenda/plan"
	"github.com/postrider/postrider/views/kit"
	"github.com/postrider/postrider/views/settle"
	"github.com/postrider/postrider/views/whom"
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
	p.banner = kit.NewBanner("triangle-alert", "", "", kit.ToneWarn, kit.NewButton("Look", "", kit.Link, p.settle))
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

// closed: another page is shown, and what has the keyboard here still passes its keys on.
func (p *Page) closed() bool {
	select {
	case <-p.stop:
		return true
	default:
		return false
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

// Invite opens the editor for an event with somebody.
func (p *Page) Invite(name, addr string) {
	p.whenReady(func() {
		e := p.fill()
		e.Attendees = []pim.Attendee{whom.Guest(name, addr)}
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

// settle asks what becomes of what was changed on both sides.
func (p *Page) settle() {
	settle.Ask(p.win, p.c, p.h.Do, p.conf, p.h.Failed, p.loadCalendars)
}
