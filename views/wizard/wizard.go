package wizard

import (
	"context"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/views/kit"
)

// Hooks are what the wizard asks of the window it is in. All but Do may be nil.
type Hooks struct {
	// Do runs f on the window's goroutine.
	Do func(f func())
	// Done is called when the account is stored and the person wants the inbox.
	Done func(mail.Account)
	// Cancel, when set, shows a Cancel button.
	Cancel func()
	// OpenURL opens a page in the person's browser.
	OpenURL func(url string) error
	// Name is what the name field begins with.
	Name string
}

// Sizes of the card in px.
const (
	cardWidth  = 1000
	cardHeight = 712
	sideWidth  = 236
	footHeight = 64
	padX       = 36
	padY       = 27
)

type page int

const (
	pageYou page = iota
	pageLooking
	pageChoice
	pageTest
	pageShelves // contacts and calendars that came with the account; behind the steps
)

var pageNames = []string{"You", "Looking up", "How to connect", "Test and finish"}

// View is the wizard.
type View struct {
	widget.BaseWidget
	c app.Client
	h Hooks

	ctx    context.Context
	cancel context.CancelFunc
	gen    int // of the running attempt; results of older ones are dropped

	at       page
	modal    bool
	canvas   fyne.Canvas // that it is over; the wizard itself does not know it before it is drawn
	you      you
	looking  looking
	choice   choice
	test     tester
	shelves  shelves
	accounts []mail.Account

	body, foot *fyne.Container
	steps      *fyne.Container
	scroll     *container.Scroll
	focus      fyne.Focusable
}

// New returns the wizard, on a ground of its own, with its card in the middle.
func New(c app.Client, h Hooks) *View {
	if h.Do == nil {
		h.Do = func(f func()) { fyne.Do(f) }
	}
	w := &View{c: c, h: h, body: container.NewStack(), foot: container.NewStack(), steps: kit.Col(4)}
	w.ctx, w.cancel = context.WithCancel(context.Background())
	w.scroll = container.NewVScroll(w.body)
	w.ExtendBaseWidget(w)
	w.reset()
	w.show(pageYou)
	w.begin()
	return w
}

// Open shows the wizard over a window and closes itself when it is done or cancelled.
func Open(cv fyne.Canvas, c app.Client, h Hooks) *View {
	var o *kit.Overlay
	done, cancel := h.Done, h.Cancel
	h.Done = func(a mail.Account) {
		o.Close()
		if done != nil {
			done(a)
		}
	}
	h.Cancel = func() {
		o.Close()
		if cancel != nil {
			cancel()
		}
	}
	w := New(c, h)
	w.modal = true
	o = kit.NewOverlay(cv, w)
	o.Scrim, o.Sticky = true, true
	o.OnEscape = func() { // not by a slip of the finger when something was typed
		if w.at == pageYou && w.you.address == "" && w.you.password == "" {
			w.leave()
		}
	}
	o.PlaceAt = func(s fyne.Size) (fyne.Position, fyne.Size) { return fyne.Position{}, s }
	o.Open()
	w.canvas = cv
	w.settle()
	return w
}

// At says what the wizard shows: "you", "looking", "choice", "testing", "tested" or "shelves".
func (w *View) At() string {
	switch {
	case w.at == pageShelves:
		return "shelves"
	case w.at == pageTest && w.test.phase == phaseTested:
		return "tested"
	case w.at == pageTest:
		return "testing"
	}
	return [...]string{"you", "looking", "choice"}[w.at]
}

// Close stops what runs. It is called when the wizard is taken away in another way than by its own buttons.
func (w *View) Close() { w.cancel() }

func (w *View) leave() {
	w.cancel()
	if w.h.Cancel != nil {
		w.h.Cancel()
	}
}

// reset forgets what belongs to one account.
func (w *View) reset() {
	name := w.you.name
	if name == "" {
		name = w.h.Name
	}
	w.you = you{name: name, keychain: w.you.keychain, keep: true}
	w.looking, w.choice, w.test = looking{}, choice{}, tester{}
}

// begin asks what the pages need to know of the profile.
func (w *View) begin() {
	go func() {
		k := w.c.Keychain(w.ctx)
		as, _ := w.c.Accounts(w.ctx)
		w.h.Do(func() {
			w.you.keychain, w.you.known, w.accounts = k, true, as
			if w.at == pageYou && (k.State != "ok" || k.Detail != "" || len(as) > 0) {
				w.show(pageYou)
			}
		})
	}()
}

// attempt starts something that waits: run gets a context and a function that brings results back while the attempt is the current one.
func (w *View) attempt(run func(ctx context.Context, back func(func()))) {
	w.stop()
	ctx, cancel := context.WithCancel(w.ctx)
	gen := w.gen
	w.looking.cancel = cancel
	go run(ctx, func(f func()) {
		w.h.Do(func() {
			if w.gen == gen {
				f()
			}
		})
	})
}

// stop ends the running attempt.
func (w *View) stop() {
	w.gen++
	if w.looking.cancel != nil {
		w.looking.cancel()
		w.looking.cancel = nil
	}
}

// show builds a page.
func (w *View) show(p page) {
	w.at = p
	w.focus = nil
	var body fyne.CanvasObject
	var foot *fyne.Container
	switch p {
	case pageYou:
		body, foot = w.pageYou()
	case pageLooking:
		body, foot = w.pageLooking()
	case pageChoice:
		body, foot = w.pageChoice()
	case pageShelves:
		body, foot = w.pageShelves()
	default:
		body, foot = w.pageTest()
	}
	w.steps.Objects = nil
	for i, n := range pageNames {
		w.steps.Add(stepRow(i, n, int(p)))
	}
	w.steps.Refresh()
	w.body.Objects = []fyne.CanvasObject{kit.Inset(padY, padX, 12, padX, body)}
	w.body.Refresh()
	w.scroll.ScrollToTop()
	w.scroll.Refresh()
	w.foot.Objects = []fyne.CanvasObject{kit.Inset(0, padX, 0, padX, foot)}
	w.foot.Refresh()
	w.Refresh() // the note at the side follows what was chosen
	w.settle()
}

// settle gives the keyboard to the page's first field.
func (w *View) settle() {
	c := w.canvas
	if c == nil {
		c = fyne.CurrentApp().Driver().CanvasForObject(w)
	}
	if c != nil && w.focus != nil {
		c.Focus(w.focus)
	}
}

// width is the room for a page's content.
func (w *View) width() float32 { return w.card().Width - sideWidth - 3 - 2*padX }

func (w *View) card() fyne.Size {
	s := w.Size()
	if s.Width < 100 {
		return fyne.NewSize(cardWidth, cardHeight)
	}
	return fyne.NewSize(min(cardWidth, s.Width-16), min(cardHeight, s.Height-16))
}

// Resize builds the page again when its width changed: texts are wrapped to it.
func (w *View) Resize(s fyne.Size) {
	was := w.width()
	w.BaseWidget.Resize(s)
	if w.width() != was {
		w.show(w.at)
	}
}

// CreateRenderer implements fyne.Widget.
func (w *View) CreateRenderer() fyne.WidgetRenderer {
	ground := &canvas.Rectangle{}
	side := &canvas.Rectangle{TopLeftCornerRadius: 11, BottomLeftCornerRadius: 11}
	panel := kit.NewPanel(container.NewStack(), kit.Card, 12, 0)
	edge, line := &canvas.Rectangle{}, &canvas.Rectangle{}
	logo := kit.NewLogo(36)
	name := kit.NewLabel("Postrider", kit.Title16, kit.Text)
	sub := kit.NewLabel("Add an account", kit.Small12, kit.Text3)
	lock := kit.NewIcon("lock-keyhole", 14, kit.Text2)
	note := kit.NewPara(w.note(), kit.Small12, kit.Text2, 17, 174)
	r := &kit.Renderer{Self: w, Objs: []fyne.CanvasObject{ground, panel, side, edge, line, logo, name, sub, w.steps, lock, note, w.scroll, w.foot}}
	r.Min = func() fyne.Size { return fyne.NewSize(640, 420) }
	r.Lay = func(s fyne.Size) {
		ground.Resize(s)
		z := w.card()
		x, y := float32(int((s.Width-z.Width)/2)), float32(int((s.Height-z.Height)/2))
		kit.Place(panel, x, y, z.Width, z.Height)
		kit.Place(side, x+1, y+1, sideWidth-1, z.Height-2)
		kit.Place(edge, x+sideWidth, y+1, 1, z.Height-2)
		kit.Place(logo, x+20, y+24, 36, 36)
		kit.Place(name, x+68, y+24, 150, 20)
		kit.Place(sub, x+68, y+44, 150, 16)
		kit.Place(w.steps, x+20, y+93, sideWidth-40, 156)
		h := note.MinSize().Height
		kit.Place(lock, x+21, y+z.Height-24-h+1, 14, 14)
		kit.Place(note, x+42, y+z.Height-24-h, 174, h)
		cx, cw := x+sideWidth+1, z.Width-sideWidth-2
		kit.Place(w.scroll, cx, y+1, cw-1, z.Height-footHeight-2)
		kit.Place(line, cx, y+z.Height-footHeight-1, cw, 1)
		kit.Place(w.foot, cx, y+z.Height-footHeight, cw-1, footHeight-1)
	}
	r.Paint = func() {
		ground.FillColor = kit.C(kit.Canvas)
		if w.modal {
			ground.FillColor = kit.C(kit.Clear)
		}
		side.FillColor, edge.FillColor, line.FillColor = kit.C(kit.Sidebar), kit.C(kit.Line), kit.C(kit.Line)
		note.SetText(w.note())
	}
	r.Paint()
	return r
}

func (w *View) note() string {
	kind := w.you.keychain.Kind
	if s := w.you.keychain.State; s == "absent" || s == "locked" {
		if kind = w.you.kind; kind == "" {
			return "Postrider never stores a password in the clear, and has no servers of its own."
		}
	}
	switch kind {
	case "memory":
		return "Your password is kept until you close Postrider. Postrider has no servers of its own."
	case "file":
		return "Your password is kept in a file that your passphrase locks. Postrider has no servers of its own."
	}
	return "Your password is kept in this computer’s keychain. Postrider has no servers of its own."
}

// stepRow is one line of the left side.
func stepRow(i int, name string, at int) fyne.CanvasObject {
	fill, ink, style := kit.Clear, kit.Text2, kit.Body13
	switch {
	case i == at:
		fill, ink, style = kit.Select, kit.Text, kit.Body13B
	case i < at:
		ink = kit.Text
	}
	row := kit.NewFrame(fill, kit.Clear, 6, 0, nil)
	var mark fyne.CanvasObject
	if i < at {
		c := kit.NewFrame(kit.Accent, kit.Clear, 10, 0, nil)
		mark = container.NewStack(c, container.NewCenter(kit.NewIcon("check", 12, kit.OnAccent)))
	} else {
		c := kit.NewFrame(kit.Sidebar, kit.BorderStrong, 10, 0, nil)
		num := kit.NewLabel(strconv.Itoa(i+1), kit.Tiny11B, kit.Text2)
		if i == at {
			c.Fill, c.Stroke, c.Width, num.Ink = kit.Select, kit.Accent, 2, kit.Accent
		}
		num.Align = fyne.TextAlignCenter
		mark = container.NewStack(c, num)
	}
	label := kit.NewLabel(name, style, ink)
	return kit.Free(func() fyne.Size { return fyne.NewSize(0, 36) }, func(s fyne.Size) {
		row.Resize(s)
		kit.Place(mark, 8, 8, 20, 20)
		kit.Place(label, 40, 0, s.Width-48, s.Height)
	}, row, mark, label)
}

// head is a page's title and the sentence below it; 40 px and the gap of 16 to 18 below are the caller's.
func (w *View) head(title, sub string) *fyne.Container {
	t := kit.NewShrinkLabel(title, kit.Title20, kit.Text)
	t.LineHeight = 26
	s := kit.NewPara(sub, kit.Body13, kit.Text2, 18, w.width())
	s.Most = 3
	return kit.Col(4, t, s)
}

// footer puts left at the left and the rest at the right.
func footer(left fyne.CanvasObject, right ...fyne.CanvasObject) *fyne.Container {
	objs := []fyne.CanvasObject{}
	if b, ok := left.(*kit.Button); ok { // its text begins where the page's does
		objs = append(objs, kit.Inset(0, 0, 0, -10, b))
	} else if left != nil {
		objs = append(objs, left)
	}
	objs = append(objs, kit.Spring(nil))
	return kit.Row(8, append(objs, right...)...)
}

func (w *View) back(to page) *kit.Button {
	return kit.NewButton("Back", "arrow-left", kit.Ghost, func() {
		w.stop()
		w.show(to)
	})
}
