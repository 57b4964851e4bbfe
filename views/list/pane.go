package list

import (
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/app/bus"
	"github.com/postrider/postrider/app/store"
	"github.com/postrider/postrider/views/kit"
)

// HeadHeight is the height of the head in px.
const HeadHeight float32 = 128

// Pane is the list with its head. Set the functions before the first Show.
type Pane struct {
	widget.BaseWidget
	// OnSelect hears of the selection: the number of rows and the one with the cursor (nil when there is none or it is not here yet).
	OnSelect func(n int, cursor *mail.Summary)
	// OnPlace hears where the row with the cursor is (from 1, 0 = nowhere) when rows came or went around it.
	OnPlace func(at, of int)
	// OnPick is a click on a row, after it was selected.
	OnPick func()
	// OnOpen is Enter or a double click on a row.
	OnOpen func(s mail.Summary)
	// OnAction is one of the action buttons on a row: "archive", "delete", "read", "star".
	OnAction func(name string, rows []mail.Summary)
	// OnMenu asks for the context menu of the selection.
	OnMenu func(at fyne.Position, rows []mail.Summary)
	// OnDrag and OnDrop carry the selection over other panes.
	OnDrag func(at fyne.Position, n int)
	OnDrop func(rows []mail.Summary)
	// OnKey and OnRune get what is typed while the list has the keyboard.
	OnKey      func(*fyne.KeyEvent)
	OnRune     func(rune)
	OnShortcut func(fyne.Shortcut)
	// OnSettings is called when density or conversations were chosen here.
	OnSettings func(func(*app.Settings))

	c      app.Client
	do     func(func())
	m      *model
	list   *kit.VList
	search *kit.Field
	chips  [4]*kit.FilterChip
	sort   *kit.Button
	filter *kit.Button
	title  *kit.Label
	count  *kit.Label
	empty  *kit.Empty
	hint   *kit.Para
	wrong  string // why the search is not understood
	bar    *kit.Progress

	base         store.View
	name         string
	dense        string
	me           map[string]bool
	hues         map[mail.AccountID]string
	showAccounts bool
	progress     func() (done, total int)
	missing      func() string

	selected   selection
	cursor     mail.MessageID
	anchor     mail.MessageID
	at         int // index of the cursor when it was last known
	told       mail.MessageID
	toldN      int
	toldAt     int
	toldOf     int
	toldUnread int
	keys       bool   // the last move was by key
	advance    string // which row is selected when the selected ones go: "older", "newer" or "list" for none
	tip        kit.Tip
	overAct    int
	lastTap    time.Time
	lastRow    mail.MessageID
	debounce   *time.Timer
	pending    mail.MessageID // single-select this one when the button is let go
	lay        func()
}

// New returns an empty list.
func New(c app.Client, do func(func()), now func() time.Time) *Pane {
	p := &Pane{c: c, do: do, dense: "standard", me: map[string]bool{}, hues: map[mail.AccountID]string{}, overAct: -1, advance: "older"}
	p.m = newModel(c, do, now, p.redraw)
	p.list = kit.NewVList(densities["standard"].height, 28, p.newRow)
	p.list.Tail = 8
	p.m.seen = p.list.Range
	p.list.OnPress, p.list.OnUp, p.list.OnHover = p.press, p.up, p.hover
	p.list.OnDrag, p.list.OnDrop = p.drag, p.drop
	p.list.OnKey = func(e *fyne.KeyEvent) {
		if p.OnKey != nil {
			p.OnKey(e)
		}
	}
	p.list.OnRune = func(r rune) {
		if p.OnRune != nil {
			p.OnRune(r)
		}
	}
	p.list.OnCommon = func(s fyne.Shortcut) {
		if p.OnShortcut != nil {
			p.OnShortcut(s)
		}
	}
	p.hint = kit.NewPara("", kit.Small12, kit.Warn, 16, 300)
	p.hint.Most = 2
	p.hint.Hide()
	p.search = kit.NewField("Search mail, people, files")
	p.search.Bare, p.search.Name = true, "Search"
	p.search.OnChanged = p.typed
	p.search.OnSubmit = func() { p.Focus() }
	p.search.OnKey = func(k fyne.KeyName, _ bool) bool {
		switch k {
		case fyne.KeyEscape:
			p.search.SetText("")
			p.apply()
			p.Focus()
			return true
		case fyne.KeyDown:
			p.Focus()
			return true
		}
		return false
	}
	p.search.OnShortcut = func(s fyne.Shortcut) {
		if p.OnShortcut != nil {
			p.OnShortcut(s)
		}
	}
	p.search.OnFocus = func(bool) { p.layout() }
	for i, c := range []struct{ text, icon string }{{"Unread", ""}, {"Starred", "star"}, {"Attachments", "paperclip"}, {"To me", "at-sign"}} {
		p.chips[i] = kit.NewFilterChip(c.text, c.icon, func(bool) { p.layout(); p.apply() })
	}
	p.sort = kit.NewButton("Newest", "", kit.Ghost, p.sortMenu)
	p.sort.Trailing, p.sort.Height, p.sort.Tip = "chevron-down", 28, "Order"
	p.filter = kit.NewIconButton("list-filter", "View", "", p.viewMenu)
	p.title, p.count = kit.NewShrinkLabel("", kit.Title16, kit.Text), kit.NewLabel("", kit.Small12, kit.Text3)
	p.empty = kit.NewEmpty("mail-check", "", "", kit.ToneTint, nil)
	p.bar = kit.NewProgress()
	p.ExtendBaseWidget(p)
	return p
}

func (p *Pane) density() density { return densities[p.dense] }

// SetLooks takes in density and whether rows stand for conversations.
func (p *Pane) SetLooks(s app.Settings) {
	p.advance = s.AfterDelete
	d := s.Density
	if _, ok := densities[d]; !ok {
		d = "standard"
	}
	if d != p.dense {
		p.dense = d
		p.list.RowH = densities[d].height
		p.list.Rebind()
	}
	if p.base.Threads != s.Threads {
		p.base.Threads = s.Threads
		if p.name != "" {
			p.apply()
		}
	}
}

// SetAccounts tells whose mail it is: names of the person, and colours.
func (p *Pane) SetAccounts(as []mail.Account) {
	p.me, p.hues = map[string]bool{}, map[mail.AccountID]string{}
	for _, a := range as {
		p.hues[a.ID] = a.Hue
		p.me[strings.ToLower(a.Address)] = true
		for _, i := range a.Identities {
			p.me[strings.ToLower(i.Addr)] = true
		}
	}
	p.list.Rebind()
}

// SetProgress gives the first download's progress; total 0 = none.
func (p *Pane) SetProgress(f func() (done, total int)) { p.progress = f }

// SetMissing gives the sentence that stands in an empty list while mail of the view has never been fetched; "" = all of it has.
func (p *Pane) SetMissing(f func() string) { p.missing = f }

// Open shows a view under a name; the search is cleared and so are the chips.
func (p *Pane) Open(name string, v store.View, showAccounts bool) {
	v.Threads, v.Oldest = p.base.Threads, p.base.Oldest
	p.base, p.name, p.showAccounts = v, name, showAccounts
	if p.search.Text() != "" {
		p.search.SetText("")
	}
	for _, c := range p.chips {
		c.Set(false)
	}
	p.title.SetText(name)
	p.apply()
}

// View returns what is shown.
func (p *Pane) View() store.View { return p.m.view }

// apply opens the view with the search and the chips as they are.
func (p *Pane) apply() {
	v := p.base
	if q := strings.TrimSpace(p.search.Text()); q != "" {
		v = store.View{Search: q, Threads: false, Oldest: p.base.Oldest}
	}
	why := ""
	if v.Search != "" {
		why = p.c.CheckSearch(v.Search)
	}
	if why != p.wrong {
		p.wrong = why
		p.hint.SetText(why)
		p.layout()
	}
	v.OnlyUnread, v.OnlyFlagged, v.OnlyAttachments, v.OnlyToMe = p.chips[0].On, p.chips[1].On, p.chips[2].On, p.chips[3].On
	if v == p.m.view && p.m.ready {
		return
	}
	p.clearSelection()
	p.list.ScrollTo(0)
	p.m.open(v)
}

func (p *Pane) typed(string) {
	if p.debounce != nil {
		p.debounce.Stop()
	}
	p.debounce = time.AfterFunc(150*time.Millisecond, func() { p.do(p.apply) })
	p.layout()
}

// FocusSearch puts the keyboard into the search field.
func (p *Pane) FocusSearch() {
	p.search.Focus()
	p.search.SelectAll()
}

// Search searches for an expression.
func (p *Pane) Search(expr string) {
	p.search.SetText(expr)
	p.apply()
}

// Focus gives the list the keyboard.
func (p *Pane) Focus() { p.list.Focus() }

// active reports whether the list is drawn as the pane that has the keyboard: it has, or nothing else has.
func (p *Pane) active() bool {
	c := fyne.CurrentApp().Driver().CanvasForObject(p.list)
	return c == nil || p.list.Focused() || c.Focused() == nil
}

// Note takes in what changed in the store.
func (p *Pane) Note(ch bus.Changed) {
	if p.name != "" {
		p.m.note(ch)
	}
}

// redraw shows the model as it is; the selection follows its ids.
func (p *Pane) redraw() {
	p.list.Len, p.list.Groups = len(p.m.ids), p.m.groups
	p.follow()
	p.words()
	p.list.Rebind()
	p.layout()
	p.tell()
}

// follow keeps the selection on ids that are still there; where all went, the next older row (now at the same index) gets it.
func (p *Pane) follow() {
	if !p.m.ready || p.selected.len() == 0 && p.cursor == 0 {
		return
	}
	if i := p.m.index(p.cursor); i >= 0 {
		p.at = i
	} else if !p.m.whole && p.at >= len(p.m.ids) {
		return
	}
	if p.m.whole {
		p.selected.within(p.m.ids)
	}
	if p.selected.len() > 0 || p.cursor == 0 || p.m.index(p.cursor) >= 0 {
		return
	}
	if len(p.m.ids) == 0 {
		p.cursor = 0
		return
	}
	i := min(p.at, len(p.m.ids)-1)
	switch p.advance {
	case "list":
		p.cursor = 0
		return
	case "newer":
		i = max(0, p.at-1)
	}
	p.selectOnly(i)
}

func (p *Pane) words() {
	switch {
	case p.m.view.Search != "":
		p.title.SetText("Results")
		p.count.SetText(number(p.m.total))
		if !p.m.whole {
			p.count.SetText("")
		}
	default:
		p.title.SetText(p.name)
		switch {
		case p.m.unread > 0:
			p.count.SetText(number(p.m.unread) + " unread")
		default:
			p.count.SetText("")
		}
	}
	p.sort.SetText(map[bool]string{false: "Newest", true: "Oldest"}[p.base.Oldest])
	p.emptiness()
}

func number(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Recheck shows again what an empty list says, after something changed that it depends on.
func (p *Pane) Recheck() {
	p.emptiness()
	p.Refresh()
}

func (p *Pane) emptiness() {
	if len(p.m.ids) > 0 {
		return // it is not seen
	}
	e := p.empty
	e.Foot = nil
	filtered := p.chips[0].On || p.chips[1].On || p.chips[2].On || p.chips[3].On
	switch q := p.m.view.Search; {
	case p.m.err != nil && len(p.m.ids) == 0:
		e.Icon, e.Title, e.Text, e.Tone = "triangle-alert", "The list cannot be shown", p.m.err.Error(), kit.ToneWarn
	case q != "":
		e.Icon, e.Tone = "search-x", kit.ToneIdle
		e.Title = "Nothing for “" + kit.Cut(q, kit.Title16, 220) + "”"
		e.Text = "Searched " + plural(len(p.hues), "account") + "."
		if why := p.c.CheckSearch(q); why != "" {
			e.Text = why
		}
		e.Foot = kit.NewButton("Clear", "", kit.Plain, func() { p.search.SetText(""); p.apply() })
	case filtered:
		e.Icon, e.Title, e.Text, e.Tone = "list-filter", "Nothing here with these filters", "", kit.ToneIdle
		e.Foot = kit.NewButton("Show all", "", kit.Plain, p.clearChips)
	case p.missing != nil && p.missing() != "":
		e.Icon, e.Title, e.Text, e.Tone = "download", "No mail here yet", p.missing(), kit.ToneIdle
	case p.m.view.Role == mail.RoleInbox:
		e.Icon, e.Title, e.Text, e.Tone = "mail-check", "All read and sorted", "The next message shows up here by itself.", kit.ToneTint
	default:
		e.Icon, e.Title, e.Text, e.Tone = "mail-open", "Nothing in "+p.name, "", kit.ToneIdle
	}
	e.Refresh()
}

func (p *Pane) clearChips() {
	for _, c := range p.chips {
		c.Set(false)
	}
	p.layout()
	p.apply()
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return number(n) + " " + what + "s"
}

func (p *Pane) sortMenu() {
	set := func(oldest bool) func() {
		return func() {
			if p.base.Oldest != oldest {
				p.base.Oldest = oldest
				p.apply()
			}
		}
	}
	kit.ShowMenuBelow(p.sort, true, kit.MenuItem{Text: "Newest first", Checked: !p.base.Oldest, Do: set(false)}, kit.MenuItem{Text: "Oldest first", Checked: p.base.Oldest, Do: set(true)})
}

func (p *Pane) viewMenu() {
	dense := func(name, text string) kit.MenuItem {
		return kit.MenuItem{Text: text, Checked: p.dense == name, Do: func() { p.choose(func(s *app.Settings) { s.Density = name }) }}
	}
	kit.ShowMenuBelow(p.filter, true, dense("comfortable", "Comfortable rows"), dense("standard", "Standard rows"), dense("compact", "Compact rows"), kit.Separator(),
		kit.MenuItem{Text: "Conversations", Checked: p.base.Threads, Do: func() { p.choose(func(s *app.Settings) { s.Threads = !s.Threads }) }})
}

func (p *Pane) choose(f func(*app.Settings)) {
	s := p.c.Settings()
	f(&s)
	p.SetLooks(s)
	if p.OnSettings != nil {
		p.OnSettings(f)
	}
}

// names returns who a row is from, and the red word behind it.
func (p *Pane) names(m *mail.Summary) (who, draft string) {
	mine := func(a mail.Address) bool { return p.me[strings.ToLower(a.Addr)] }
	from := m.Senders
	if len(from) == 0 {
		from = m.From
	}
	all, toward := true, false
	for _, a := range from {
		all = all && mine(a)
	}
	isDraft := m.DraftID != 0 || m.Flags.Has(mail.DraftFlag)
	if all && len(m.To) > 0 && !(len(m.To) == 1 && mine(m.To[0])) {
		from, toward = m.To, true
		who = "To "
	} else if all && isDraft {
		return "", "Draft"
	}
	for i, a := range from {
		n := a.Display()
		if mine(a) && !toward {
			n = "me"
			if len(from) == 1 {
				n = a.Display()
			}
		} else if f := strings.Fields(a.Name); i > 0 && len(f) > 0 {
			n = f[0]
		}
		if i > 0 {
			who += ", "
		}
		if i == 4 {
			who += "…"
			break
		}
		who += n
	}
	if who == "" {
		who = "Unknown sender"
	}
	if isDraft {
		draft = ", Draft"
	}
	return who, draft
}

// face is whose initials stand for a row.
func (p *Pane) face(m *mail.Summary) mail.Address {
	if len(m.From) == 0 {
		return mail.Address{Name: "?"}
	}
	a := m.From[0]
	if p.me[strings.ToLower(a.Addr)] {
		for _, s := range m.Senders {
			if !p.me[strings.ToLower(s.Addr)] {
				return s
			}
		}
		for _, s := range m.To {
			if !p.me[strings.ToLower(s.Addr)] {
				return s
			}
		}
	}
	return a
}

func (p *Pane) layout() {
	if p.lay != nil {
		p.lay()
	}
}

// CreateRenderer implements fyne.Widget.
func (p *Pane) CreateRenderer() fyne.WidgetRenderer {
	bg, line, box := &canvas.Rectangle{}, &canvas.Rectangle{}, &canvas.Rectangle{CornerRadius: 8, StrokeWidth: 1}
	icon, key := kit.NewIcon("search", 16, kit.Text2), kit.NewKeyCap("/")
	clr := kit.NewIconButton("x", "Clear", "Esc", func() { p.search.SetText(""); p.apply() })
	clr.Height = 28
	r := &kit.Renderer{Self: p, Objs: []fyne.CanvasObject{bg, box, icon, p.search, key, clr, p.title, p.count, p.sort, p.filter}}
	for _, c := range p.chips {
		r.Objs = append(r.Objs, c)
	}
	r.Objs = append(r.Objs, p.hint, p.list, line, p.empty, p.bar)
	r.Min = func() fyne.Size { return fyne.NewSize(240, 240) }
	p.lay = func() {
		s := p.Size()
		bg.FillColor = kit.C(kit.Surface)
		bg.Resize(s)
		box.FillColor, box.StrokeColor, box.StrokeWidth = kit.C(kit.Canvas), kit.C(kit.Border), 1
		if p.search.Focused() {
			box.FillColor, box.StrokeColor, box.StrokeWidth = kit.C(kit.FieldFill), kit.C(kit.Accent), 2
		}
		kit.Place(box, 12, 10, s.Width-24, 36)
		kit.Place(icon, 23, 20, 16, 16)
		kit.Place(p.search, 46, 10, s.Width-46-48, 36)
		has := p.search.Text() != ""
		key.Hidden, clr.Hidden = has || p.search.Focused(), !has
		kit.Place(key, s.Width-12-9-18, 19, 18, 18)
		kit.Place(clr, s.Width-12-32, 14, 28, 28)
		box.Refresh()
		fw := p.sort.MinSize()
		kit.Place(p.filter, s.Width-12-28, 56, 32, 32)
		kit.Place(p.sort, s.Width-12-28-8-fw.Width, 58, fw.Width, 28)
		room := s.Width - 12 - 28 - 8 - fw.Width - 16 - 8
		cw := p.count.MinSize().Width
		tw := min(kit.Width(p.title.Text, kit.Title16), max(40, room-cw-8))
		kit.Place(p.title, 16, 56, tw+1, 32)
		p.count.Hidden = tw+8+cw > room
		kit.Place(p.count, 16+tw+8, 57, cw, 32)
		wrong := p.wrong != "" // what is not understood of a search stands in the place of the filters
		p.hint.Hidden = !wrong
		if wrong {
			p.hint.Wrap = s.Width - 32
			kit.Place(p.hint, 16, 90, s.Width-32, 32)
			p.hint.Refresh()
		}
		x := float32(16)
		for _, c := range p.chips {
			z := c.MinSize()
			c.Hidden = wrong || x+z.Width > s.Width-8 && !c.On
			kit.Place(c, x, 92, z.Width, 26)
			x += z.Width + 6
		}
		line.FillColor = kit.C(kit.Line)
		kit.Place(line, 0, HeadHeight, s.Width, 1)
		kit.Place(p.list, 0, HeadHeight+1, s.Width, s.Height-HeadHeight-1)
		done, total := 0, 0
		if p.progress != nil {
			done, total = p.progress()
		}
		p.bar.Hidden = total == 0
		if total > 0 {
			p.bar.Set(float64(done) / float64(total))
			kit.Place(p.bar, 0, HeadHeight-1, s.Width, 3)
		}
		p.empty.Hidden = len(p.m.ids) > 0 || !p.m.ready || total > 0
		kit.Place(p.empty, 0, HeadHeight+1, s.Width, max(0, s.Height-HeadHeight-1))
	}
	r.Lay = func(fyne.Size) { p.lay() }
	return r
}
