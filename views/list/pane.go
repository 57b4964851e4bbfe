package list

import (
	"strings"
	"time"

	"fyne.io/fyne/v2"
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
	want       mail.MessageID // to be selected when it is here
	unwanted   func()         // when the view does not have it
	pending    mail.MessageID // single-select this one when the button is let go
	untoggle   mail.MessageID // take this one out of the selection then
	lay        func()
}

// New returns an empty list.
func New(c app.Client, do func(func()), now func() time.Time) *Pane {
	p := &Pane{c: c, do: do, dense: "standard", me: map[string]bool{}, hues: map[mail.AccountID]string{}, overAct: -1, advance: "older"}
	p.m = newModel(c, do, now, p.redraw)
	p.list = kit.NewVList(densities["standard"].height, 28, p.newRow)
	kit.OnFaces(p.redraw)
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
	p.want, p.unwanted = 0, nil
	p.clearSelection()
	p.list.ScrollTo(0)
	p.m.open(v)
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
	p.wanted()
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
