package people

import (
	"context"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/app/bus"
	"github.com/postrider/postrider/app/store"
	"github.com/postrider/postrider/views/kit"
)

// Client is what the contacts ask the program for.
type Client interface {
	app.PIM
	Subscribe() *bus.Sub
	Undo(ctx context.Context, u app.Undo) error
	List(ctx context.Context, v store.View, after mail.MessageID, limit int) (store.Slice, error)
}

// Hooks join the contacts to the window.
type Hooks struct {
	Do        func(func())
	Now       func() time.Time
	Failed    func(error)
	Toast     func(icon, text string)
	ToastUndo func(icon, text string, undo func())
	OpenURL   func(string) error
	// Write opens the composer to addresses. Search shows all mail for an expression. Show shows a message.
	Write  func(to []mail.Address)
	Search func(expr string)
	Show   func(id mail.MessageID)
	// ShowEvent opens the calendar at an event.
	ShowEvent func(o pim.Occurrence)
	// Invite opens the calendar's editor with a guest.
	Invite func(a mail.Address)
	OnKey  func(*fyne.KeyEvent)
	OnRune func(rune)
	// OnShortcut gets the shortcuts that are none of the page's own.
	OnShortcut func(fyne.Shortcut)
}

const (
	sideWidth float32 = 236
	listWidth float32 = 348
	pageSize          = 400
)

// Page is the contacts. Close it when it is not shown any more.
type Page struct {
	widget.BaseWidget
	c    Client
	h    Hooks
	win  fyne.Window
	stop chan struct{}
	sub  *bus.Sub

	books   []pim.AddressBook
	book    pim.CollectionID // 0 = everyone
	group   string           // the category that is shown, "" = all
	groups  bool
	cats    []pim.Category
	conf    []pim.Conflict
	dups    []pim.Duplicate
	rows    []pim.ContactRow
	more    bool
	loading bool
	turn    int
	sel     pim.ContactID
	shown   *pim.Contact
	recent  []mail.Summary
	events  []pim.Occurrence // with the one that is shown
	named   []pim.Member     // of the group that is shown

	fresh   *kit.Button
	side    *fyne.Container
	sscroll *kit.Scroller
	search  *kit.Field
	title   *kit.Label
	count   *kit.Label
	chips   []*kit.FilterChip
	list    *kit.VList
	letters *letterStrip
	empty   *kit.Empty
	card    *fyne.Container
	cscroll *kit.Scroller
	editB   *kit.Button
	delB    *kit.Button
	moreB   *kit.Button
	none    *kit.Empty
}

// New returns the contacts of everyone.
func New(win fyne.Window, c Client, h Hooks) *Page {
	p := &Page{c: c, h: h, win: win, stop: make(chan struct{})}
	p.fresh = kit.NewButton("New contact", "user-round-plus", kit.Primary, func() { p.edit(pim.Contact{}) })
	p.fresh.Height = kit.LargeButton
	p.side = kit.Col(0)
	p.sscroll = kit.NewScroller(p.side)
	p.sscroll.Fill = kit.Sidebar
	p.search = kit.NewField("Search all address books")
	p.search.Name, p.search.Bare = "Search contacts", true
	p.search.OnKey = func(k fyne.KeyName, _ bool) bool {
		switch k {
		case fyne.KeyEscape:
			p.search.SetText("")
			p.reload()
			p.win.Canvas().Focus(p.list)
		case fyne.KeyDown, fyne.KeyReturn, fyne.KeyEnter:
			p.win.Canvas().Focus(p.list)
		default:
			return false
		}
		return true
	}
	p.search.OnFocus = func(bool) { p.Refresh() }
	p.search.OnChanged = func(string) { p.reload() }
	p.title, p.count = kit.NewLabel("Everyone", kit.Title16, kit.Text), kit.NewLabel("", kit.Small12, kit.Text3)
	p.chips = []*kit.FilterChip{kit.NewFilterChip("Groups", "users", func(on bool) { p.groups = on; p.reload() })}
	p.list = kit.NewVList(52, 28, func() kit.VRow { return newRow(p) })
	p.list.OnPress = func(i int, at fyne.Position, e *desktop.MouseEvent) {
		if i < 0 || i >= len(p.rows) {
			return
		}
		p.pick(p.rows[i].ID)
		if e.Button == desktop.MouseButtonSecondary {
			p.menu(e.AbsolutePosition)
		}
	}
	p.list.OnKey = p.key
	p.list.OnRune = func(r rune) {
		if p.h.OnRune != nil && !strings.ContainsRune("/cne", r) { // those are keys of the page
			p.h.OnRune(r)
		}
	}
	pass := func(s fyne.Shortcut) {
		if p.h.OnShortcut != nil {
			p.h.OnShortcut(s)
		}
	}
	p.list.OnCommon, p.search.OnShortcut = pass, pass
	p.list.OnMoved = func() {
		if _, end := p.list.Range(); p.more && end > len(p.rows)-60 {
			p.next()
		}
		p.letters.Refresh()
	}
	p.letters = newLetters(p)
	p.empty = kit.NewEmpty("book-user", "No contacts yet", "They come with your accounts, from files, or one by one.", kit.ToneTint, nil)
	p.none = kit.NewEmpty("contact-round", "Nobody selected", "Pick somebody from the list.", kit.ToneIdle, nil)
	p.card = kit.Col(0)
	p.cscroll = kit.NewScroller(p.card)
	p.cscroll.Fill = kit.Canvas
	p.editB = kit.NewButton("Edit", "pencil", kit.Ghost, p.editShown)
	p.delB = kit.NewIconButton("trash-2", "Delete", "Del", p.remove)
	p.moreB = kit.NewIconButton("ellipsis", "More", "", func() { p.moreMenu() })
	p.ExtendBaseWidget(p)
	p.loadBooks()
	p.sub = c.Subscribe()
	go p.follow()
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
		case <-p.stop:
			return
		case <-p.sub.C:
		}
		if ch, ok := p.sub.Take(); ok && (ch.Contacts || ch.Resync) {
			p.h.Do(p.loadBooks)
		}
	}
}

func (p *Page) loadBooks() {
	go func() {
		ctx := context.Background()
		books, err := p.c.AddressBooks(ctx)
		var dups []pim.Duplicate
		var cats []pim.Category
		var conf []pim.Conflict
		if err == nil {
			dups, _ = p.c.Duplicates(ctx)
			cats, _ = p.c.Categories(ctx)
			conf, _ = p.c.Conflicts(ctx)
		}
		p.h.Do(func() {
			if err != nil {
				p.h.Failed(err)
				return
			}
			p.books, p.dups, p.cats = books, dups, cats
			p.conf = slices.DeleteFunc(conf, func(c pim.Conflict) bool { return c.Contact == 0 })
			p.drawSide()
			p.reload()
		})
	}()
}

func (p *Page) query() pim.ContactQuery {
	q := pim.ContactQuery{Text: strings.TrimSpace(p.search.Text()), GroupsOnly: p.groups}
	if p.book != 0 && q.Text == "" {
		q.Books, q.Category = []pim.CollectionID{p.book}, p.group
	}
	return q
}

// reload asks for the list from its beginning.
func (p *Page) reload() {
	p.turn++
	turn, q := p.turn, p.query()
	p.loading = true
	go func() {
		page, err := p.c.Contacts(context.Background(), q, 0, pageSize)
		p.h.Do(func() {
			if turn != p.turn {
				return
			}
			p.loading = false
			if err != nil {
				p.h.Failed(err)
				return
			}
			p.take(page, false)
			here := slices.ContainsFunc(p.rows, func(r pim.ContactRow) bool { return r.ID == p.sel })
			switch {
			case p.sel != 0 && (here || q.Text == ""): // a long list has it further down
				p.show(p.sel)
			case len(p.rows) > 0:
				p.pick(p.rows[0].ID)
			}
		})
	}()
}

// next asks for what follows.
func (p *Page) next() {
	if p.loading || !p.more || len(p.rows) == 0 {
		return
	}
	p.loading = true
	turn, q, after := p.turn, p.query(), p.rows[len(p.rows)-1].ID
	go func() {
		page, err := p.c.Contacts(context.Background(), q, after, 4*pageSize)
		p.h.Do(func() {
			if turn != p.turn {
				return
			}
			p.loading = false
			if err == nil {
				p.take(page, true)
			}
		})
	}()
}

func (p *Page) take(page pim.ContactPage, add bool) {
	if !add {
		p.rows = p.rows[:0:0]
	}
	p.rows = append(p.rows, page.Rows...)
	p.more = page.More
	p.list.Len, p.list.Groups = len(p.rows), nil
	for i, r := range p.rows {
		if i == 0 || r.Letter != p.rows[i-1].Letter {
			p.list.Groups = append(p.list.Groups, kit.Group{First: i, Title: r.Letter})
		}
	}
	name, n := "Everyone", 0
	for _, b := range p.books {
		if p.book == 0 && !b.Hidden {
			n += b.Count
		}
		if b.ID == p.book {
			name, n = b.Name, b.Count
		}
	}
	switch {
	case p.search.Text() != "":
		name, n = "Found", len(p.rows)
	case p.group != "":
		name, n = p.group, len(p.rows)
	case p.groups:
		n = len(p.rows)
	}
	p.title.SetText(name)
	word := itoa(n) + " people"
	if n == 1 {
		word = "1 person"
	}
	if p.more && (p.search.Text() != "" || p.group != "") {
		word = "more than " + word
	}
	p.count.SetText(word)
	p.list.Refresh()
	p.letters.Refresh()
	p.Refresh()
}

// pick shows a contact of the list.
func (p *Page) pick(id pim.ContactID) {
	if p.sel == id && p.shown != nil {
		return
	}
	p.sel = id
	p.list.Refresh()
	p.show(id)
}

func (p *Page) show(id pim.ContactID) {
	turn := p.turn
	go func() {
		ctx := context.Background()
		c, err := p.c.Contact(ctx, id)
		var recent []mail.Summary
		var events []pim.Occurrence
		var named []pim.Member
		if err == nil && c.IsGroup() {
			named, _ = p.c.GroupMembers(ctx, id)
		}
		if err == nil && len(c.Emails) > 0 {
			events, _ = p.c.FindEvents(ctx, c.Emails[0].Value, 4)
		}
		if err == nil {
			var terms []string
			for _, e := range c.Emails {
				terms = append(terms, "from:"+e.Value)
			}
			if len(terms) > 0 {
				if s, err := p.c.List(ctx, store.View{Search: terms[0], Threads: false}, 0, 4); err == nil {
					recent = s.Rows
				}
			}
		}
		p.h.Do(func() {
			if turn != p.turn || p.sel != id {
				return
			}
			if err != nil { // it is gone
				p.shown, p.sel = nil, 0
			} else {
				p.shown, p.recent, p.events, p.named = &c, recent, events, named
			}
			p.drawCard()
		})
	}()
}

func (p *Page) key(e *fyne.KeyEvent) {
	if (p.closed() || !p.Key(e)) && p.h.OnKey != nil {
		p.h.OnKey(e)
	}
}

// Key acts on a key; false: it is none of the contacts'. The window passes on those that nothing has focus for.
func (p *Page) Key(e *fyne.KeyEvent) bool {
	at := -1
	for i, r := range p.rows {
		if r.ID == p.sel {
			at = i
		}
	}
	switch e.Name {
	case fyne.KeyDown:
		at++
	case fyne.KeyUp:
		at--
	case fyne.KeyReturn, fyne.KeyEnter:
		p.write()
		return true
	case fyne.KeyDelete:
		p.remove()
		return true
	case fyne.KeySlash:
		go p.h.Do(func() { p.win.Canvas().Focus(p.search) }) // behind the letter of the key, which would be typed into the field
		return true
	case fyne.KeyN, fyne.KeyC:
		go p.h.Do(func() { p.edit(pim.Contact{}) })
		return true
	case fyne.KeyE:
		go p.h.Do(p.editShown)
		return true
	default:
		return false
	}
	if at >= 0 && at < len(p.rows) {
		p.pick(p.rows[at].ID)
		p.list.Reveal(at)
	}
	return true
}

// CreateRenderer implements fyne.Widget.
func (p *Page) CreateRenderer() fyne.WidgetRenderer {
	side, list, bg := kit.NewFill(kit.Sidebar), kit.NewFill(kit.Surface), kit.NewFill(kit.Canvas)
	bar := kit.NewFill(kit.Surface)
	box, glass, slash := kit.NewBox(kit.Canvas, kit.Border, 8), kit.NewIcon("search", 16, kit.Text2), kit.NewKeyCap("/")
	l1, l2, l3, l4 := kit.NewFill(kit.Border), kit.NewFill(kit.Border), kit.NewFill(kit.Border), kit.NewFill(kit.Border)
	r := &kit.Renderer{Self: p}
	r.Min = func() fyne.Size { return fyne.NewSize(640, 400) }
	r.Lay = func(s fyne.Size) {
		kit.Place(side, 0, 0, sideWidth, s.Height)
		kit.Place(p.fresh, 12, 10, sideWidth-24, 36)
		kit.Place(p.sscroll, 0, 56, sideWidth, s.Height-56)
		kit.Place(l1, sideWidth-1, 0, 1, s.Height)
		x, w := sideWidth, listWidth
		if s.Width < 900 {
			w = 280
		}
		kit.Place(list, x, 0, w, s.Height)
		if box.Token, box.Line, box.Weight = kit.Canvas, kit.Border, 1; p.search.Focused() {
			box.Token, box.Line, box.Weight = kit.FieldFill, kit.Accent, 2
		}
		kit.Place(box, x+12, 10, w-24, 36)
		box.Refresh()
		kit.Place(glass, x+23, 20, 16, 16)
		kit.Place(p.search, x+46, 10, w-46-48, 36)
		kit.Place(slash, x+w-12-9-18, 19, 18, 18)
		slash.Hidden = p.search.Focused() || p.search.Text() != ""
		kit.Place(p.title, x+16, 56, min(p.title.MinSize().Width, w-120), 32)
		kit.Place(p.count, x+24+min(p.title.MinSize().Width, w-120), 56, 120, 32)
		cx := x + 16
		objs := []fyne.CanvasObject{side, p.fresh, p.sscroll, l1, list, box, glass, p.search, slash, p.title, p.count}
		for _, c := range p.chips {
			z := c.MinSize()
			kit.Place(c, cx, 92, z.Width, 26)
			cx += z.Width + 6
			objs = append(objs, c)
		}
		kit.Place(l2, x, 127, w, 1)
		kit.Place(p.list, x, 128, w, s.Height-128)
		kit.Place(p.letters, x+w-32, 140, 20, s.Height-150)
		kit.Place(l3, x+w-1, 0, 1, s.Height)
		p.empty.Hidden = len(p.rows) > 0 || p.loading
		if p.search.Text() != "" {
			p.empty.Icon, p.empty.Title, p.empty.Text = "search-x", "Nobody found", "No contact has these words."
		} else {
			p.empty.Icon, p.empty.Title, p.empty.Text = "book-user", "No contacts yet", "They come with your accounts, from files, or one by one."
		}
		kit.Place(p.empty, x, 128, w-1, s.Height-128)
		p.list.Hidden, p.letters.Hidden = len(p.rows) == 0, len(p.rows) == 0 || p.search.Text() != ""
		objs = append(objs, l2, p.list, p.letters, l3, p.empty, bg)
		x += w
		kit.Place(bg, x, 0, s.Width-x, s.Height)
		p.none.Hidden, p.cscroll.Hidden = p.shown != nil, p.shown == nil
		kit.Place(p.none, x, 0, s.Width-x, s.Height)
		kit.Place(bar, x, 0, s.Width-x, 55)
		kit.Place(l4, x, 55, s.Width-x, 1)
		bx := x + 16
		for _, b := range []*kit.Button{p.editB, p.delB, p.moreB} {
			z := b.MinSize()
			kit.Place(b, bx, 12, z.Width, 32)
			bx += z.Width + 4
		}
		p.editB.Hidden, p.delB.Hidden = p.shown == nil, p.shown == nil
		kit.Place(p.cscroll, x, 56, s.Width-x, s.Height-56)
		r.Objs = append(objs, bar, l4, p.none, p.cscroll, p.editB, p.delB, p.moreB)
	}
	return r
}
