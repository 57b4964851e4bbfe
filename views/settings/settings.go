package settings

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/app/store"
	"github.com/postrider/postrider/views/composer/editor"
	"github.com/postrider/postrider/views/kit"
)

// Hooks are what the settings ask of the window. All but Do may be nil or empty.
type Hooks struct {
	// Do runs f on the window's goroutine.
	Do func(f func())
	// AddAccount opens the wizard.
	AddAccount func()
	// OpenURL opens a page in the person's browser.
	OpenURL func(url string) error
	// Toast tells the person that something happened.
	Toast func(text string)
	// Backup, Restore and Archives open what they are called.
	Backup, Restore, Archives func()
	// AboutFile tells what is in an opened data file.
	AboutFile func(id mail.AccountID)
	// Keys are the keys of the main window: what to press, what it does.
	Keys [][2]string
	// Version of the program, and the folder of the profile.
	Version, Dir string
}

// Section is a page of the settings.
type Section string

// The sections.
const (
	Accounts   Section = "Accounts"
	Appearance Section = "Appearance"
	Reading    Section = "Reading"
	Writing    Section = "Writing and signatures"
	Privacy    Section = "Privacy and security"
	Keyboard   Section = "Keyboard"
	Storage    Section = "Storage"
	About      Section = "About"
)

var sections = []struct {
	name Section
	icon string
}{{Accounts, "at-sign"}, {Appearance, "sun-moon"}, {Reading, "mail-open"}, {Writing, "pen-line"}, {Privacy, "shield-check"}, {Keyboard, "keyboard"},
	{Storage, "hard-drive"}, {About, "info"}}

const (
	navWidth   = 236
	headHeight = 56
	pad        = 24
)

// View is the settings.
type View struct {
	widget.BaseWidget
	c      app.Client
	h      Hooks
	ctx    context.Context
	cancel context.CancelFunc
	mu     sync.Mutex
	queue  []func() // commands; the first one runs

	at       Section
	accounts []mail.Account
	boxes    []mail.Mailbox
	status   app.Status
	keychain app.KeychainState
	stats    store.Stats
	usage    map[mail.AccountID]use
	services map[mail.AccountID]shelf
	chosen   mail.AccountID
	tests    map[mail.AccountID][]mail.TestLine
	testing  mail.AccountID
	problem  string
	scripts  []string // writing systems without a font on this computer
	drawn    string   // what the page was built of

	nav, head, body *fyne.Container
	scroll          *container.Scroll
}

// use is the room an account takes on its server.
type use struct {
	used, limit int64
	err         error
}

// New returns the settings, at their accounts.
func New(c app.Client, h Hooks) *View {
	if h.Do == nil {
		h.Do = func(f func()) { fyne.Do(f) }
	}
	v := &View{c: c, h: h, at: Accounts, usage: map[mail.AccountID]use{}, tests: map[mail.AccountID][]mail.TestLine{},
		nav: kit.Col(0), head: container.NewStack(), body: container.NewStack()}
	v.ctx, v.cancel = context.WithCancel(context.Background())
	v.scroll = container.NewVScroll(v.body)
	v.ExtendBaseWidget(v)
	v.draw()
	go v.follow()
	return v
}

// Close stops following the client. It is called when the settings are taken away.
func (v *View) Close() { v.cancel() }

// Show goes to a section.
func (v *View) Open(s Section) {
	v.at, v.problem = s, ""
	v.draw()
	v.scroll.ScrollToTop()
}

// Choose goes to an account.
func (v *View) Choose(id mail.AccountID) {
	v.chosen = id
	v.Open(Accounts)
	v.measure(id)
}

// follow reads the client at the start and whenever the bus says so.
func (v *View) follow() {
	sub := v.c.Subscribe()
	defer sub.Close()
	v.read(true)
	for {
		select {
		case <-v.ctx.Done():
			return
		case <-sub.C:
			ch, ok := sub.Take()
			if ok && (ch.Accounts || ch.Status || ch.Tree || ch.Settings || ch.Resync) {
				v.read(ch.Accounts || ch.Resync)
			}
		}
	}
}

// read asks for everything that is shown; it is not called on the window's goroutine.
func (v *View) read(measure bool) {
	as, err := v.c.Accounts(v.ctx)
	boxes, _ := v.c.Mailboxes(v.ctx)
	k := v.c.Keychain(v.ctx)
	st, _ := v.c.Stats(v.ctx)
	status := v.c.Status()
	var scripts []string
	if measure {
		scripts = kit.MissingScripts(v.ctx)
	}
	v.h.Do(func() {
		if v.ctx.Err() != nil {
			return
		}
		if measure {
			v.scripts = scripts
		}
		if err != nil {
			v.problem = fault.Of(err).Title
		}
		v.accounts, v.boxes, v.keychain, v.stats, v.status = as, boxes, k, st, status
		if v.account() == nil && len(as) > 0 {
			v.chosen = as[0].ID
		}
		v.redraw()
		if measure {
			for _, a := range as {
				v.measure(a.ID)
			}
		}
	})
}

// measure asks the server how much room an account takes.
func (v *View) measure(id mail.AccountID) {
	go func() {
		used, limit, err := v.c.Usage(v.ctx, id)
		v.h.Do(func() {
			if v.ctx.Err() == nil {
				v.usage[id] = use{used, limit, err}
				v.redraw()
			}
		})
	}()
}

func (v *View) account() *mail.Account {
	for i := range v.accounts {
		if v.accounts[i].ID == v.chosen {
			return &v.accounts[i]
		}
	}
	return nil
}

func (v *View) state(id mail.AccountID) app.AccountStatus {
	for _, s := range v.status.Accounts {
		if s.Account == id {
			return s
		}
	}
	return app.AccountStatus{Account: id}
}

// update stores an account; what is shown follows from the bus.
func (v *View) update(a mail.Account) {
	for i := range v.accounts {
		if v.accounts[i].ID == a.ID {
			v.accounts[i] = a
		} else if a.IsDefault && v.accounts[i].IsDefault {
			v.accounts[i].IsDefault = false
		}
	}
	v.do(func(ctx context.Context) error { return v.c.UpdateAccount(ctx, a) })
}

// change stores the program's settings.
func (v *View) change(f func(s *app.Settings)) {
	s := v.c.Settings()
	f(&s)
	kit.Choose(kit.Mode(s.Theme), s.Contrast)
	v.do(func(ctx context.Context) error { return v.c.SetSettings(ctx, s) })
}

// do runs a command off the window's goroutine and shows its fault. Commands run one after the other: of two quick changes the later one stays.
func (v *View) do(f func(ctx context.Context) error) {
	run := func() {
		err := f(context.WithoutCancel(v.ctx)) // a change made just before the settings close is kept
		v.h.Do(func() {
			if v.ctx.Err() != nil {
				return
			}
			was := v.problem
			v.problem = ""
			if err != nil {
				e := fault.Of(err)
				v.problem = strings.TrimSuffix(e.Title, ".") + ". " + e.Detail
			}
			if v.problem != was {
				v.draw()
			}
		})
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.queue = append(v.queue, run)
	if len(v.queue) == 1 {
		go v.work()
	}
}

// work runs what is in the queue until it is empty.
func (v *View) work() {
	for {
		v.mu.Lock()
		run := v.queue[0]
		v.mu.Unlock()
		run()
		v.mu.Lock()
		v.queue = v.queue[1:]
		rest := len(v.queue)
		v.mu.Unlock()
		if rest == 0 {
			return
		}
	}
}

// width is the room for a page.
func (v *View) width() float32 { return max(420, v.Size().Width-navWidth-2*pad) }

// Resize builds the page again when its width changed.
func (v *View) Resize(s fyne.Size) {
	was := v.width()
	v.BaseWidget.Resize(s)
	if v.width() != was {
		v.draw()
	}
}

// redraw is draw after something changed elsewhere: a field that is being typed into is not taken away for it.
func (v *View) redraw() {
	if c := fyne.CurrentApp().Driver().CanvasForObject(v); c != nil {
		switch c.Focused().(type) {
		case *kit.Field, *editor.Editor:
			return
		}
	}
	if v.shown() != v.drawn { // a page that looks the same is left alone: its widgets may be under the pointer
		v.draw()
	}
}

// shown sums up what the page is built of.
func (v *View) shown() string {
	var b strings.Builder
	fmt.Fprint(&b, v.at, v.chosen, v.testing, v.problem, v.keychain, v.stats, v.c.Settings(), v.width(), v.accounts, v.usage, v.services)
	for _, a := range v.accounts {
		s := v.state(a.ID)
		_, text, _ := stateOf(s)
		fmt.Fprint(&b, text, s.Push, len(v.tests[a.ID]))
	}
	n := map[mail.AccountID]int{}
	for _, x := range v.boxes {
		n[x.Account] += x.Total
	}
	fmt.Fprint(&b, n)
	return b.String()
}

// draw builds the section list, the head and the page.
func (v *View) draw() {
	v.drawn = v.shown()
	v.nav.Objects = nil
	for _, s := range sections {
		v.nav.Add(v.navRow(s.name, s.icon))
	}
	v.nav.Refresh()
	var page fyne.CanvasObject
	head := kit.Row(8, kit.NewLabel(string(v.at), kit.Title16, kit.Text), kit.Spring(nil))
	switch v.at {
	case Accounts:
		head.Add(kit.NewButton("Check all now", "refresh-cw", kit.Ghost, func() { v.c.Sync("") }))
		if v.h.AddAccount != nil {
			head.Add(kit.NewButton("Add account", "plus", kit.Primary, v.h.AddAccount))
		}
		page = v.accountsPage()
	case Appearance:
		page = v.appearancePage()
	case Reading:
		page = v.readingPage()
	case Writing:
		page = v.writingPage()
	case Privacy:
		page = v.privacyPage()
	case Keyboard:
		page = v.keyboardPage()
	case Storage:
		page = v.storagePage()
	default:
		page = v.aboutPage()
	}
	if v.problem != "" {
		page = kit.Col(12, kit.NewFrame(kit.ErrTint, kit.ErrLine, 8, 0, kit.Inset(10, 14, 10, 14, kit.NewPara(v.problem, kit.Body13, kit.Text, 18, v.width()-28))), page)
	}
	v.head.Objects = []fyne.CanvasObject{kit.Inset(0, pad, 0, pad, head)}
	v.head.Refresh()
	v.body.Objects = []fyne.CanvasObject{kit.Inset(20, pad, pad, pad, page)}
	v.body.Refresh()
	v.scroll.Refresh()
}

func (v *View) navRow(s Section, icon string) fyne.CanvasObject {
	on := s == v.at
	row := kit.NewFrame(kit.Clear, kit.Clear, 6, 0, nil)
	row.Name, row.HoverFill = string(s), kit.HoverSide
	row.OnTapped = func() { v.Open(s) }
	style, ink := kit.Body13, kit.Text2
	if on {
		row.Fill, row.HoverFill, style, ink = kit.Select, kit.Select, kit.Body13B, kit.Accent
	}
	i, l := kit.NewIcon(icon, 16, ink), kit.NewLabel(string(s), style, kit.Text)
	objs := []fyne.CanvasObject{row, i, l}
	var warn *kit.IconView
	if s == Accounts && v.needsPerson() {
		warn = kit.NewIcon("triangle-alert", 14, kit.Warn)
		objs = append(objs, warn)
	}
	return kit.Free(func() fyne.Size { return fyne.NewSize(0, 28) }, func(z fyne.Size) {
		kit.Place(row, 8, 0, z.Width-16, 28)
		kit.Place(i, 16, 6, 16, 16)
		kit.Place(l, 41, 0, z.Width-80, 28)
		if warn != nil {
			kit.Place(warn, z.Width-30, 7, 14, 14)
		}
	}, objs...)
}

func (v *View) needsPerson() bool {
	for _, s := range v.status.Accounts {
		if s.State == app.StateSignIn || s.State == app.StateError {
			return true
		}
	}
	return false
}

// CreateRenderer implements fyne.Widget.
func (v *View) CreateRenderer() fyne.WidgetRenderer {
	ground, side, bar := kit.NewFrame(kit.Canvas, kit.Clear, 0, 0, nil), kit.NewFrame(kit.Sidebar, kit.Clear, 0, 0, nil), kit.NewFrame(kit.Surface, kit.Clear, 0, 0, nil)
	edge, under, line := kit.NewRule(kit.Line), kit.NewRule(kit.Line), kit.NewRule(kit.Line)
	title := kit.NewLabel("Settings", kit.Title16, kit.Text)
	note := kit.NewLabel("Changes save as you make them", kit.Tiny11, kit.Text2)
	r := &kit.Renderer{Self: v, Objs: []fyne.CanvasObject{ground, side, bar, v.nav, title, note, v.scroll, v.head, edge, under, line}}
	r.Min = func() fyne.Size { return fyne.NewSize(700, 400) }
	r.Lay = func(s fyne.Size) {
		ground.Resize(s)
		kit.Place(side, 0, 0, navWidth, s.Height)
		kit.Place(bar, navWidth, 0, s.Width-navWidth, headHeight)
		kit.Place(title, 16, 0, navWidth-32, headHeight)
		kit.Place(v.nav, 0, headHeight, navWidth, 28*float32(len(sections)))
		kit.Place(line, 0, s.Height-44, navWidth, 1)
		kit.Place(note, 16, s.Height-44, navWidth-32, 44)
		kit.Place(edge, navWidth-1, 0, 1, s.Height)
		kit.Place(under, navWidth, headHeight-1, s.Width-navWidth, 1)
		kit.Place(v.head, navWidth, 0, s.Width-navWidth, headHeight-1)
		kit.Place(v.scroll, navWidth, headHeight, s.Width-navWidth, s.Height-headHeight)
	}
	return r
}
