package reader

import (
	"context"
	"errors"
	"math"
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/app/bus"
	"github.com/postrider/postrider/app/plaintext"
	"github.com/postrider/postrider/views/kit"
)

// Pane is the reader. Set the functions before the first Show.
type Pane struct {
	widget.BaseWidget
	// OnCommand carries out "archive", "delete", "junk", "read", "unread" or "star" on messages; nil rows = the selection.
	OnCommand func(name string, rows []mail.Summary)
	// OnMove shows where the selection can go, below an object.
	OnMove func(below fyne.CanvasObject)
	// OnCompose opens the composer, with a text that was already written.
	OnCompose func(k app.Compose, text string)
	// OnSend sends a quick answer; done is called with true when it is on its way.
	OnSend func(k app.Compose, text string, done func(bool))
	OnStep func(n int)
	OnBack func()
	// OnSeen marks messages read.
	OnSeen  func(ids []mail.MessageID)
	OpenURL func(url string) error
	// OpenFile opens a file with the system's program for it.
	OpenFile   func(path string) error
	Toast      func(icon, text string)
	Failed     func(error)
	OnKey      func(*fyne.KeyEvent)
	OnRune     func(rune)
	OnShortcut func(fyne.Shortcut)
	// BoxName names the mailbox of a message: account and mailbox, and the hue.
	BoxName func(mail.Summary) (text, hue string)

	c     app.Client
	do    func(func())
	now   func() time.Time
	win   fyne.Window
	size  float32
	wait  int // seconds until read; -1 = never
	me    map[string]string
	turn  int
	shown mail.Summary
	has   bool
	cards []*card
	timer *time.Timer
	busy  bool
	zoom  float64 // of messages, 1 = as they are
	text  bool    // the person wants plain text of all messages

	bar    *toolbar
	col    *column
	scroll *kit.Scroller
	quick  *quick
	status *linkLine
	empty  *kit.Empty
	find   *findBar
	back   bool
}

// New returns an empty reader of a window.
func New(w fyne.Window, c app.Client, do func(func()), now func() time.Time) *Pane {
	p := &Pane{zoom: 1, c: c, do: do, now: now, win: w, size: 14, wait: 1, me: map[string]string{}}
	p.bar = newToolbar(p)
	p.col = &column{p: p}
	p.col.ExtendBaseWidget(p.col)
	p.scroll = kit.NewScroller(p.col)
	p.scroll.Fill = kit.Canvas
	p.quick = newQuick(p)
	p.status = newLinkLine()
	p.find = newFindBar(p)
	p.empty = kit.NewEmpty("mail-open", "", "", kit.ToneIdle, nil)
	p.ExtendBaseWidget(p)
	return p
}

// SetLooks takes in what the settings say.
func (p *Pane) SetLooks(s app.Settings) {
	p.wait = s.MarkRead
	if size := float32(max(12, min(20, s.ReadingSize))); size != p.size {
		p.size = size
		for _, c := range p.cards {
			if c.body != nil {
				c.set(c.body, nil)
			}
		}
	}
}

// SetAccounts tells whose mail it is.
func (p *Pane) SetAccounts(as []mail.Account) {
	p.me = map[string]string{}
	for _, a := range as {
		p.me[strings.ToLower(a.Address)] = a.Name
		for _, i := range a.Identities {
			p.me[strings.ToLower(i.Addr)] = i.Name
		}
	}
	p.Refresh()
}

// SetBack shows the button that leads to the list, when there is one pane only.
func (p *Pane) SetBack(on bool) {
	if p.back != on {
		p.back = on
		p.Refresh()
	}
}

func (p *Pane) mine(a mail.Address) bool { _, ok := p.me[strings.ToLower(a.Addr)]; return ok }

func (p *Pane) who(s mail.Summary) mail.Address {
	if len(s.From) == 0 {
		return mail.Address{Name: "Unknown sender"}
	}
	return s.From[0]
}

// Nothing shows that nothing is selected.
func (p *Pane) Nothing(unread int) {
	p.drop()
	p.empty.Icon, p.empty.Tone = "mail-open", kit.ToneIdle
	p.empty.Title = "Nothing selected"
	if unread > 0 {
		p.empty.Title = kit.Plural(unread, "unread conversation", "unread conversations")
	}
	p.empty.Text = "Pick one from the list, or press a key."
	word := func(s string) fyne.CanvasObject { return kit.NewLabel(s, kit.Small12, kit.Text3) }
	p.empty.Foot = kit.Row(6, kit.NewKeyCap("J"), kit.NewKeyCap("K"), word("move"), kit.Gap(6, 0), kit.NewKeyCap("Enter"), word("open"), kit.Gap(6, 0), kit.NewKeyCap("C"), word("write"))
	p.empty.Refresh()
	p.Refresh()
}

// Several shows that n rows are selected.
func (p *Pane) Several(n int, rows []mail.Summary) {
	p.drop()
	people, bytes := map[string]bool{}, int64(0)
	for _, r := range rows {
		people[strings.ToLower(p.who(r).Addr)] = true
		bytes += r.Size
	}
	p.empty.Icon, p.empty.Tone = "layers", kit.ToneTint
	p.empty.Title = kit.Plural(n, "conversation", "conversations") + " selected"
	who := strconv.Itoa(len(people)) + " people"
	if len(people) == 1 {
		who = "1 person"
	}
	p.empty.Text = "From " + who + ", " + Size(bytes) + " together."
	var more *kit.Button
	more = kit.NewIconButton("ellipsis", "More", "", func() {
		kit.ShowMenuBelow(more, false,
			kit.MenuItem{Text: "Mark read", Icon: "mail-open", Key: "Shift I", Do: func() { p.OnCommand("seen", nil) }},
			kit.MenuItem{Text: "Mark unread", Icon: "mail", Key: "Shift U", Do: func() { p.OnCommand("unread", nil) }},
			kit.MenuItem{Text: "Move to…", Icon: "folder-input", Key: "V", Do: func() { p.OnMove(more) }},
			kit.MenuItem{Text: "Mark as junk", Icon: "shield-alert", Key: "!", Do: func() { p.OnCommand("junk", nil) }})
	})
	p.empty.Foot = kit.Row(8, kit.NewButton("Archive", "archive", kit.Plain, func() { p.OnCommand("archive", nil) }),
		kit.NewButton("Delete", "trash-2", kit.Plain, func() { p.OnCommand("delete", nil) }), more)
	p.empty.Refresh()
	p.Refresh()
}

func (p *Pane) drop() {
	p.turn++
	p.stopTimer()
	p.cards, p.has, p.shown = nil, false, mail.Summary{}
	p.find.drop()
	p.find.on = false
	p.status.set("")
}

func (p *Pane) stopTimer() {
	if p.timer != nil {
		p.timer.Stop()
		p.timer = nil
	}
}

// Open shows the conversation of a row; threads false shows the message alone. at and of are its place in the list.
func (p *Pane) Open(s mail.Summary, threads bool) {
	if p.has && p.shown.ID == s.ID {
		p.update(s)
		return
	}
	p.drop()
	p.shown, p.has = s, true
	p.quick.clear()
	turn := p.turn
	p.cards = []*card{newCard(p, s, true)}
	p.load(p.cards[0])
	p.scroll.ScrollTo(0)
	p.Refresh()
	p.grown()
	if threads && s.Count > 1 {
		go func() {
			rows, err := p.c.Thread(context.Background(), s.ID)
			p.do(func() {
				if rows = once(rows, s); turn == p.turn && err == nil && len(rows) > 1 {
					p.thread(rows)
				}
			})
		}()
	}
	p.arm(turn)
}

// arm marks what is open read after the time of the settings.
func (p *Pane) arm(turn int) {
	p.stopTimer()
	if p.wait < 0 {
		return
	}
	p.timer = time.AfterFunc(time.Duration(p.wait)*time.Second, func() {
		p.do(func() {
			if turn == p.turn && p.Visible() {
				p.seen()
			}
		})
	})
}

// Looked tells that the reader is in front from now on: what is open was not on screen before.
func (p *Pane) Looked() { p.arm(p.turn) }

func (p *Pane) seen() {
	var ids []mail.MessageID
	for _, c := range p.cards {
		if c.open && c.body != nil && !c.s.Flags.Has(mail.Seen) {
			ids = append(ids, c.s.ID)
			c.s.Flags |= mail.Seen
		}
	}
	if len(ids) > 0 && p.OnSeen != nil {
		p.OnSeen(ids)
	}
}

// thread shows the members of the conversation, keeping the cards that are there.
func (p *Pane) thread(rows []mail.Summary) {
	old := map[mail.MessageID]*card{}
	for _, c := range p.cards {
		old[c.s.ID] = c
	}
	p.cards = nil
	for i, r := range rows {
		c, ok := old[r.ID]
		if !ok {
			c = newCard(p, r, i == len(rows)-1 || !r.Flags.Has(mail.Seen))
			if c.open {
				p.load(c)
			}
		}
		c.s = r
		c.Refresh()
		p.cards = append(p.cards, c)
	}
	p.Refresh()
	p.grown()
	p.find.again()
	if len(rows) > 0 {
		p.arm(p.turn)
	}
}

func (p *Pane) update(s mail.Summary) {
	p.shown = s
	for _, c := range p.cards {
		if c.s.ID == s.ID {
			count := c.s.Count
			c.s = s
			c.s.Count = count
			c.Refresh()
		}
	}
	p.bar.Refresh()
}

// Note takes in what changed in the store.
func (p *Pane) Note(ch bus.Changed) {
	if !p.has {
		return
	}
	hit := ch.Resync
	for _, id := range ch.Messages {
		for _, c := range p.cards {
			if c.s.ID == id {
				hit = true
				if c.open && c.body == nil {
					c.asked = false
					p.load(c)
				}
			}
		}
	}
	if !hit && len(ch.Mailboxes) == 0 || p.busy {
		return
	}
	p.busy = true
	turn, id := p.turn, p.shown.ID
	go func() {
		rows, err := p.c.Thread(context.Background(), id)
		p.do(func() {
			p.busy = false
			if turn == p.turn && err == nil && len(rows) > 0 && (p.shown.Count > 1 || len(p.cards) > 1) {
				p.thread(once(rows, p.shown))
			} else if turn == p.turn && err == nil {
				for _, r := range rows {
					if r.ID == id && len(p.cards) == 1 {
						r.Count = max(1, p.shown.Count)
						p.cards[0].s = r
						p.cards[0].Refresh()
					}
				}
			}
		})
	}()
}

// load asks for the body of a card once.
func (p *Pane) load(c *card) {
	if c.asked {
		return
	}
	c.asked = true
	turn, id := p.turn, c.s.ID
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	time.AfterFunc(300*time.Millisecond, func() {
		p.do(func() {
			if turn == p.turn && c.body == nil && c.err == nil {
				c.spin.Show()
			}
		})
	})
	go func() {
		defer cancel()
		b, err := p.c.Read(ctx, id)
		history := plaintext.History(b.Blocks) // looks at every line
		p.do(func() {
			c.spin.Hide()
			if turn != p.turn {
				return
			}
			if err != nil {
				if errors.Is(err, context.Canceled) {
					return
				}
				c.set(nil, err)
				return
			}
			c.history = history
			c.set(&b, nil)
		})
	}()
}

// Current returns the newest message shown and its row; ok is false when nothing is.
func (p *Pane) Current() (mail.Summary, bool) {
	if !p.has || len(p.cards) == 0 {
		return p.shown, p.has
	}
	for i := len(p.cards) - 1; i >= 0; i-- {
		if p.cards[i].open {
			return p.cards[i].s, true
		}
	}
	return p.cards[len(p.cards)-1].s, true
}

// Compose answers or forwards what is shown.
func (p *Pane) Compose(k app.ComposeKind) {
	if s, ok := p.Current(); ok && p.OnCompose != nil {
		if s.Flags.Has(mail.DraftFlag) {
			k = app.ComposeEdit // what is not finished is not answered
		}
		p.OnCompose(app.Compose{Kind: k, Of: s.ID, Account: s.Account}, "")
	}
}

// Loading reports whether the text of an open message is not here yet.
func (p *Pane) Loading() bool {
	for _, c := range p.cards {
		if c.open && c.body == nil && c.err == nil {
			return true
		}
	}
	return false
}

// Focus gives the keyboard to the newest open message, or to the toolbar when there is none.
func (p *Pane) Focus(c fyne.Canvas) {
	for i := len(p.cards) - 1; i >= 0; i-- {
		if t := p.cards[i].text; p.cards[i].open && t != nil {
			c.Focus(t)
			return
		}
	}
	c.Focus(p.bar.reply)
}

// Page scrolls by whole windows; false = it was at the end.
func (p *Pane) Page(n int) bool { return p.has && p.scroll.Page(n) }

// key scrolls with the keys that do so in a text, while a message has the keyboard; others are the window's.
func (p *Pane) key(e *fyne.KeyEvent) {
	const line = 48
	switch e.Name {
	case fyne.KeyDown:
		p.scroll.ScrollTo(p.scroll.Top() + line)
	case fyne.KeyUp:
		p.scroll.ScrollTo(p.scroll.Top() - line)
	case fyne.KeyPageDown:
		p.scroll.Page(1)
	case fyne.KeyPageUp:
		p.scroll.Page(-1)
	case fyne.KeyHome:
		p.scroll.ScrollTo(0)
	case fyne.KeyEnd:
		p.scroll.ScrollTo(math.MaxFloat32)
	default:
		if p.OnKey != nil {
			p.OnKey(e)
		}
	}
}

// grown lays the conversation out again after a card changed its height.
func (p *Pane) grown() {
	p.col.Refresh()
	p.scroll.Refresh()
}

// SetPlace shows where in the list the conversation is.
func (p *Pane) SetPlace(at, of int) { p.bar.setPlace(at, of) }

// CreateRenderer implements fyne.Widget.
func (p *Pane) CreateRenderer() fyne.WidgetRenderer {
	bg := kit.NewFill(kit.Canvas)
	line := &canvas.Rectangle{}
	r := &kit.Renderer{Self: p, Objs: []fyne.CanvasObject{bg, p.bar, p.scroll, p.quick, p.empty, line, p.find, p.status}}
	r.Min = func() fyne.Size { return fyne.NewSize(320, 300) }
	r.Lay = func(s fyne.Size) {
		bg.Resize(s)
		line.FillColor = kit.C(kit.Border)
		kit.Place(line, 0, 55, s.Width, 1)
		p.bar.Hidden, p.scroll.Hidden, p.empty.Hidden = !p.has && !p.back, !p.has, p.has
		line.Hidden = p.bar.Hidden
		kit.Place(p.bar, 0, 0, s.Width, 55)
		foot := p.quick.Height()
		p.quick.Hidden = !p.has || p.shown.Flags.Has(mail.DraftFlag)
		if p.quick.Hidden {
			foot = 0
		}
		top := float32(56)
		if p.find.Hidden = !p.has || !p.find.on; !p.find.Hidden {
			kit.Place(p.find, 0, top, s.Width, findHeight)
			top += findHeight
		}
		kit.Place(p.scroll, 0, top, s.Width, max(0, s.Height-top-foot))
		kit.Place(p.quick, 0, s.Height-p.quick.Height(), s.Width, p.quick.Height())
		kit.Place(p.empty, 0, 0, s.Width, s.Height)
		z := p.status.MinSize()
		kit.Place(p.status, 8, s.Height-foot-z.Height-8, min(z.Width, s.Width-16), z.Height)
	}
	return r
}
