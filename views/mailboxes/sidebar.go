package mailboxes

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/views/kit"
)

// Command is something that the context menu asks for.
type Command string

// The commands.
const (
	NewMailbox  Command = "new"
	Rename      Command = "rename"
	Delete      Command = "delete"
	Subscribe   Command = "subscribe"
	Unsubscribe Command = "unsubscribe"
	MarkAllRead Command = "read"
	EmptyTrash  Command = "empty"
	AboutFile   Command = "about file"
	ToArchive   Command = "archive" // into an Outlook data file
	OpenFile    Command = "file"    // an Outlook data file
	ImportMail  Command = "import"  // of files
	ExportMail  Command = "export"
	CloseFile   Command = "close"
)

// Sidebar lists the places. Set the functions before the first Show.
type Sidebar struct {
	widget.BaseWidget
	OnCompose func()
	OnOpen    func(Place)
	OnCommand func(c Command, account mail.AccountID, b mail.Mailbox)
	OnFold    func(closed []string)
	OnSignIn  func(mail.AccountID)
	OnError   func(app.AccountStatus)
	OnSync    func()
	OnPause   func(pause bool)
	OnAccount func(mail.AccountID) // settings of an account

	state   State
	items   []item
	closed  map[string]bool
	all     map[mail.AccountID]bool
	current string
	now     func() time.Time

	compose *kit.Button
	tree    *tree
	scroll  *kit.Scroller
	foot    *footer
	drag    drag
	shown   []look // as it is drawn
}

// NewSidebar returns a sidebar without anything.
func NewSidebar(now func() time.Time) *Sidebar {
	s := &Sidebar{closed: map[string]bool{}, all: map[mail.AccountID]bool{}, current: "p:All inboxes", now: now}
	s.compose = kit.NewButton("New message", "pencil", kit.Primary, func() { s.OnCompose() })
	s.compose.Height = kit.LargeButton
	s.compose.Tip, s.compose.Key = "Write a message", "C"
	s.tree = &tree{s: s, hover: -1, target: -1}
	s.tree.ExtendBaseWidget(s.tree)
	s.scroll = kit.NewScroller(s.tree)
	s.foot = newFooter(s)
	s.ExtendBaseWidget(s)
	return s
}

// SetClosed says what is folded; keys as OnFold gives them.
func (s *Sidebar) SetClosed(keys []string) {
	clear(s.closed)
	for _, k := range keys {
		s.closed[k] = true
	}
	s.rebuild()
}

// Set makes the sidebar show a state.
func (s *Sidebar) Set(st State) {
	s.state = st
	s.rebuild()
	s.foot.Refresh()
}

// State returns what is shown.
func (s *Sidebar) State() State { return s.state }

// Current returns the place that is open.
func (s *Sidebar) Current() (Place, bool) {
	for _, it := range s.items {
		if it.key == s.current {
			return it.place, true
		}
	}
	return Place{}, false
}

// GoTo opens a place by its name among the unified ones, or a mailbox.
func (s *Sidebar) GoTo(name string) bool { return s.open("p:" + name) }

// GoToBox opens a mailbox.
func (s *Sidebar) GoToBox(id mail.MailboxID) bool { return s.open(fmt.Sprintf("m:%d", id)) }

func (s *Sidebar) open(key string) bool {
	for _, it := range s.items {
		if it.key == key && it.kind != kindAccount && !it.dim {
			s.current = key
			s.tree.Refresh()
			if s.OnOpen != nil {
				s.OnOpen(it.place)
			}
			return true
		}
	}
	return false
}

// look is what of a line is drawn.
type look struct {
	kind              kind
	key, text, icon   string
	count             int
	bold, dim, local  bool
	level, twisty     int
	hue               string
	state             app.AccountState
	percent           int
	selected, dropped bool
}

func (s *Sidebar) looks() []look {
	out := make([]look, len(s.items))
	for i, it := range s.items {
		l := look{kind: it.kind, key: it.key, text: it.text, icon: it.icon, count: it.count, bold: it.bold, dim: it.dim, local: it.local, level: it.level, twisty: it.twisty,
			hue: it.account.Hue, state: it.status.State, selected: it.key == s.current, dropped: i == s.tree.target}
		if it.status.Total > 0 {
			l.percent = 1 + it.status.Done*100/it.status.Total
		}
		out[i] = l
	}
	return out
}

// rebuild takes in the state. While mail streams in it changes many times a second, mostly in what is not seen: then nothing is drawn.
func (s *Sidebar) rebuild() {
	s.items = items(s.state, s.closed, s.all)
	now := s.looks()
	if slices.Equal(now, s.shown) {
		return
	}
	s.tree.rebuild()
	s.scroll.Refresh()
	s.shown = s.looks()
}

func (s *Sidebar) fold(key string) {
	if s.closed[key] {
		delete(s.closed, key)
	} else {
		s.closed[key] = true
	}
	s.rebuild()
	if s.OnFold != nil {
		keys := []string{}
		for k := range s.closed {
			keys = append(keys, k)
		}
		s.OnFold(keys)
	}
}

// CreateRenderer implements fyne.Widget.
func (s *Sidebar) CreateRenderer() fyne.WidgetRenderer {
	bg := kit.NewFill(kit.Sidebar)
	r := &kit.Renderer{Self: s, Objs: []fyne.CanvasObject{bg, s.compose, s.scroll, s.foot}}
	r.Min = func() fyne.Size { return fyne.NewSize(180, 300) }
	r.Lay = func(z fyne.Size) {
		bg.Resize(z)
		kit.Place(s.compose, 12, 10, z.Width-24, 36)
		kit.Place(s.scroll, 0, 52, z.Width, max(0, z.Height-52-66))
		kit.Place(s.foot, 0, z.Height-66, z.Width, 66)
	}
	return r
}

// tree draws the lines and reacts to the pointer.
type tree struct {
	widget.BaseWidget
	s      *Sidebar
	lines  []*line
	hover  int
	target int    // line that what is dragged would be dropped on, -1 = none
	aim    string // its key
	dropN  int
	copies bool // it would be copied there
	focus  bool
	at     string // key of the line that the keys are on
}

const (
	rowH   float32 = 28
	topGap float32 = 4
	accGap float32 = 8
)

type line struct {
	bg                   *canvas.Rectangle
	twisty, icon, status *kit.IconView
	square               *canvas.Rectangle
	dot                  *canvas.Circle
	text, right          *canvas.Text
}

func (t *tree) y(i int) float32 {
	y := topGap
	for k := 0; k <= i && k < len(t.s.items); k++ {
		if t.s.items[k].kind == kindAccount {
			y += accGap
		}
		if k < i {
			y += rowH
		}
	}
	return y
}

func (t *tree) index(y float32) int {
	for i := range t.s.items {
		if at := t.y(i); y >= at && y < at+rowH {
			return i
		}
	}
	return -1
}

func (t *tree) rebuild() {
	for len(t.lines) < len(t.s.items) {
		t.lines = append(t.lines, &line{bg: &canvas.Rectangle{CornerRadius: 6}, twisty: kit.NewIcon("", 12, kit.Text2), icon: kit.NewIcon("", 16, kit.Text2),
			status: kit.NewIcon("", 12, kit.Text3), square: &canvas.Rectangle{CornerRadius: 3}, dot: &canvas.Circle{}, text: &canvas.Text{}, right: &canvas.Text{}})
	}
	if t.hover >= len(t.s.items) {
		t.hover = -1
	}
	t.target = slices.IndexFunc(t.s.items, func(it item) bool { return t.target >= 0 && it.key == t.aim }) // a change meanwhile does not end the drag
	t.Refresh()
}

// Tapped implements fyne.Tappable.
func (t *tree) Tapped(e *fyne.PointEvent) {
	i := t.index(e.Position.Y)
	if i < 0 {
		return
	}
	it := t.s.items[i]
	left := float32(31)
	if it.kind == kindBox {
		left = 31 + float32(it.level)*14
	}
	switch {
	case it.kind == kindAccount:
		if e.Position.X > t.Size().Width-80 {
			switch it.status.State {
			case app.StateSignIn:
				t.s.OnSignIn(it.account.ID)
				return
			case app.StateError:
				t.s.OnError(it.status)
				return
			}
		}
		t.s.fold(it.key)
	case it.file && e.Position.X >= left && it.status.State == app.StateError:
		t.s.OnError(it.status)
	case it.twisty != 0 && e.Position.X < left, it.dim:
		t.s.fold(it.key)
	default:
		t.s.open(it.key)
	}
}

// TappedSecondary implements fyne.SecondaryTappable.
func (t *tree) TappedSecondary(e *fyne.PointEvent) {
	i := t.index(e.Position.Y)
	if i < 0 {
		return
	}
	c := fyne.CurrentApp().Driver().CanvasForObject(t)
	if m := t.s.menu(t.s.items[i]); len(m) > 0 && c != nil {
		kit.ShowMenu(c, e.AbsolutePosition, m...)
	}
}

func (s *Sidebar) menu(it item) []kit.MenuItem {
	do := func(c Command, b mail.Mailbox) func() { return func() { s.OnCommand(c, it.account.ID, b) } }
	b := it.place.Box
	switch {
	case it.file:
		return []kit.MenuItem{
			{Text: "New mailbox…", Icon: "folder", Do: do(NewMailbox, mail.Mailbox{})},
			{Text: "About this file…", Icon: "info", Do: do(AboutFile, mail.Mailbox{})},
			{Text: "Close file", Icon: "x", Do: do(CloseFile, mail.Mailbox{})},
		}
	case it.kind == kindAccount && it.local:
		return []kit.MenuItem{{Text: "Open Outlook data file…", Icon: "package", Do: do(OpenFile, mail.Mailbox{})}}
	case it.kind == kindAccount:
		return []kit.MenuItem{
			{Text: "New mailbox…", Icon: "folder", Do: do(NewMailbox, mail.Mailbox{})},
			{Text: "Show all mailboxes", Icon: "eye", Checked: s.all[it.account.ID], Do: func() { s.all[it.account.ID] = !s.all[it.account.ID]; s.rebuild() }},
			{Text: "Archive to PST…", Icon: "package", Do: do(ToArchive, mail.Mailbox{})},
			{Text: "Open Outlook data file…", Icon: "folder", Do: do(OpenFile, mail.Mailbox{})},
			{Text: "Import mail…", Icon: "download", Do: do(ImportMail, mail.Mailbox{})},
			kit.Separator(),
			{Text: "Account settings", Icon: "settings-2", Do: func() { s.OnAccount(it.account.ID) }},
		}
	case it.kind == kindBox:
		carry := func() []kit.MenuItem {
			return []kit.MenuItem{kit.Separator(), {Text: "Import mail…", Icon: "download", Disabled: !b.Rights.Has(mail.MayAdd) && !b.Local, Do: do(ImportMail, b)},
				{Text: "Export…", Icon: "save", Disabled: b.ID == 0, Do: do(ExportMail, b)}}
		}
		out := []kit.MenuItem{{Text: "Mark all read", Icon: "check-check", Disabled: b.Unread == 0 || !b.Rights.Has(mail.MayFlag), Do: do(MarkAllRead, b)}}
		if b.Role == mail.RoleTrash || b.Role == mail.RoleJunk {
			out = append(out, kit.MenuItem{Text: "Empty " + it.text + "…", Icon: "trash-2", Danger: true, Disabled: b.Total == 0 || !b.Rights.Has(mail.MayRemove), Do: do(EmptyTrash, b)})
		}
		out = append(out, kit.Separator(), kit.MenuItem{Text: "New mailbox inside…", Icon: "folder", Disabled: !b.Rights.Has(mail.MayCreate), Do: do(NewMailbox, b)})
		if b.Role == "" {
			out = append(out, kit.MenuItem{Text: "Rename…", Icon: "pen-line", Disabled: !b.Rights.Has(mail.MayRename), Do: do(Rename, b)})
			if !b.Local {
				if b.Subscribed {
					out = append(out, kit.MenuItem{Text: "Unsubscribe", Icon: "bell-off", Disabled: !b.Rights.Has(mail.MaySubscribe), Do: do(Unsubscribe, b)})
				} else {
					out = append(out, kit.MenuItem{Text: "Subscribe", Icon: "bell", Disabled: !b.Rights.Has(mail.MaySubscribe), Do: do(Subscribe, b)})
				}
			}
			out = append(out, carry()...)
			out = append(out, kit.Separator(), kit.MenuItem{Text: "Delete…", Icon: "trash-2", Danger: true, Disabled: !b.Rights.Has(mail.MayDelete), Do: do(Delete, b)})
		}
		if b.Role != "" {
			out = append(out, carry()...)
		}
		return out
	case it.place.View.Role == mail.RoleInbox:
		return []kit.MenuItem{{Text: "Mark all read", Icon: "check-check", Disabled: it.count == 0, Do: do(MarkAllRead, mail.Mailbox{})}}
	}
	return nil
}

// MouseIn implements desktop.Hoverable.
func (t *tree) MouseIn(e *desktop.MouseEvent) { t.MouseMoved(e) }

// MouseMoved implements desktop.Hoverable.
func (t *tree) MouseMoved(e *desktop.MouseEvent) {
	if i := t.index(e.Position.Y); i != t.hover {
		t.hover = i
		t.Refresh()
	}
}

// MouseOut implements desktop.Hoverable.
func (t *tree) MouseOut() { t.hover = -1; t.Refresh() }

// CreateRenderer implements fyne.Widget.
func (t *tree) CreateRenderer() fyne.WidgetRenderer {
	r := &kit.Renderer{Self: t}
	r.Min = func() fyne.Size { return fyne.NewSize(160, t.y(len(t.s.items))+12) }
	r.Paint = func() {
		r.Objs = r.Objs[:0]
		for i := range t.s.items {
			l := t.lines[i]
			r.Objs = append(r.Objs, l.bg, l.twisty, l.icon, l.square, l.text, l.dot, l.status, l.right)
		}
	}
	r.Lay = func(s fyne.Size) {
		for i, it := range t.s.items {
			t.draw(i, it, t.lines[i], s.Width)
		}
	}
	r.Paint()
	return r
}

func (t *tree) draw(i int, it item, l *line, w float32) {
	y := t.y(i)
	sel, drop := it.key == t.s.current && it.kind != kindAccount, i == t.target
	l.bg.Hidden = !sel && i != t.hover && !drop
	l.bg.FillColor, l.bg.StrokeWidth = kit.C(kit.HoverSide), 0
	if sel || drop {
		l.bg.FillColor = kit.C(kit.Select)
	}
	if drop || t.focus && it.key == t.at {
		l.bg.Hidden = false
		l.bg.StrokeColor, l.bg.StrokeWidth = kit.C(kit.Accent), 2
		if !drop && !sel && i != t.hover {
			l.bg.FillColor = kit.C(kit.Sidebar)
		}
	}
	kit.Place(l.bg, 8, y, w-16, rowH)
	right := w - 17
	l.dot.Hidden, l.status.Hidden, l.square.Hidden = true, true, it.kind != kindAccount
	l.twisty.Hidden = it.twisty == 0
	l.twisty.Name, l.twisty.Ink = "chevron-down", kit.Text3
	if it.twisty == 2 {
		l.twisty.Name = "chevron-right"
	}
	if it.kind == kindAccount {
		l.icon.Hidden = true
		kit.Place(l.twisty, 12, y, 12, rowH)
		l.square.FillColor = kit.Hue(it.account.Hue).Solid
		kit.Place(l.square, 30, y+10, 8, 8)
		right = t.status(it, l, right, y)
		kit.PutText(l.text, it.text, kit.Small12B, kit.C(kit.Text2), 44, y, right-44-8, rowH, fyne.TextAlignLeading)
		return
	}
	x := float32(16)
	gap := float32(9)
	if it.kind == kindBox {
		x, gap = 31+float32(it.level)*14, 7
		kit.Place(l.twisty, x-19, y, 12, rowH)
	}
	st, ink, num, nst := kit.Body13, kit.C(kit.Text), kit.C(kit.Text3), kit.Small12
	l.icon.Hidden, l.icon.Name, l.icon.Ink = false, it.icon, kit.Text2
	if it.bold {
		st, nst, num = kit.Body13B, kit.Small12B, kit.C(kit.Text)
	}
	if sel {
		st, l.icon.Ink = kit.Body13B, kit.Accent
		if it.bold {
			num = kit.C(kit.Accent)
		}
	}
	if it.dim && it.twisty == 0 {
		ink = kit.C(kit.Disabled)
		l.icon.Name, l.icon.Ink = "folder-x", kit.Disabled
	}
	if drop {
		l.icon.Name = "folder-input"
	}
	kit.Place(l.icon, x, y, 16, rowH)
	n := ""
	if it.count > 0 {
		n = strconv.Itoa(it.count)
	}
	if drop {
		verb := "Move"
		if t.copies {
			verb = "Copy"
		}
		n, nst, num = fmt.Sprintf("%s %d", verb, t.dropN), kit.Small12, kit.C(kit.Text2)
	}
	l.right.Hidden = n == ""
	if n != "" {
		right -= kit.PutText(l.right, n, nst, num, 0, y, right, rowH, fyne.TextAlignTrailing) + 8
	}
	kit.PutText(l.text, it.text, st, ink, x+16+gap, y, right-x-16-gap, rowH, fyne.TextAlignLeading)
}

// status draws how an account is, at the right of its header: shape, colour, and a word where the person has to act.
func (t *tree) status(it item, l *line, right, y float32) float32 {
	l.right.Hidden = true
	if it.local {
		return right
	}
	word := func(icon, text string, ink kit.Token, st kit.Style) float32 {
		l.status.Hidden, l.status.Name, l.status.Ink = false, icon, ink
		x := right
		if text != "" {
			l.right.Hidden = false
			x -= kit.PutText(l.right, text, st, kit.C(ink), 0, y, right, rowH, fyne.TextAlignTrailing) + 4
		}
		kit.Place(l.status, x-12, y, 12, rowH)
		return x - 18
	}
	switch it.status.State {
	case app.StateFetching:
		pc := ""
		if it.status.Total > 0 {
			pc = strconv.Itoa(min(99, it.status.Done*100/it.status.Total)) + "%"
		}
		return word("refresh-cw", pc, kit.Text3, kit.Tiny11)
	case app.StateSignIn:
		return word("key-round", "Sign in", kit.Warn, kit.Tiny11B)
	case app.StateError:
		return word("circle-alert", "Error", kit.Err, kit.Tiny11B)
	case app.StateOffline:
		return word("cloud-off", "", kit.Text3, kit.Tiny11)
	case app.StatePaused:
		return word("pause", "Paused", kit.Text3, kit.Tiny11)
	case app.StateIdle:
		l.dot.Hidden = false
		l.dot.FillColor = kit.C(kit.OK)
		kit.Place(l.dot, right-8, y+10, 8, 8)
		return right - 14
	}
	return right
}
