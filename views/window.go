package views

import (
	"context"
	"fmt"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/app/bus"
	"github.com/postrider/postrider/views/html/view"
	"github.com/postrider/postrider/views/kit"
	"github.com/postrider/postrider/views/list"
	"github.com/postrider/postrider/views/mailboxes"
	"github.com/postrider/postrider/views/reader"
)

// Hooks are what the window asks the rest of the program for. Nil ones are not offered.
type Hooks struct {
	// Do runs f on the window's goroutine; nil = fyne.Do.
	Do func(f func())
	// Now is the present; nil = time.Now.
	Now func() time.Time
	// OpenWizard shows the account wizard; first: there is no account yet.
	OpenWizard func(first bool)
	// OpenSettings shows the settings, at an account when one is named.
	OpenSettings func(account mail.AccountID)
	// OpenComposer opens a composer, with a text that was already written.
	OpenComposer func(k app.Compose, text string)
	// OpenDraft opens a composer on a draft that was taken back from the Outbox.
	OpenDraft func(d mail.Draft)
	// SignIn asks the person to sign in again.
	SignIn func(account mail.AccountID)
	// Unlock asks for the passphrase of the file of secrets.
	Unlock func()
	// Certificate shows the certificate that could not be verified.
	Certificate func(s app.AccountStatus)
	OpenURL     func(url string) error
	OpenFile    func(path string) error
	// Backup and Restore copy the profile into a file and take it from one; nil = not offered.
	Backup, Restore func()
}

// Window is the main window.
type Window struct {
	win   fyne.Window
	c     app.Client
	h     Hooks
	root  *kit.Root
	rail  *mailboxes.Rail
	side  *mailboxes.Sidebar
	list  *list.Pane
	read  *reader.Pane
	out   *outbox
	toast *kit.Toasts
	// counting is under way while invitations are about to be counted.
	counting *time.Timer
	rings    *reminders

	panes                  *fyne.Container
	splitA, splitB, splitC *kit.Splitter
	banner                 *kit.Banner
	bannerKey              string
	dismissed              map[string]bool
	placed                 string // where the reader is
	saving, saveAgain      bool   // the settings are on their way to the store
	setup                  *kit.Empty
	sideOver               *kit.Overlay
	state                  mailboxes.State
	loaded, opened         bool
	page                   fyne.CanvasObject // instead of the panes: the settings
	pageGone               func()
	showOut, detail        bool // the Outbox instead of the list; the reader in front when there is one pane
	sideW, listW, readH    float32
	mode                   layoutMode
	drag                   *dragTag
	prefix                 rune
	prefixAt               time.Time
	sub                    *bus.Sub
	undo                   []app.Undo
	settings               app.Settings
	stop                   chan struct{}
	loading                bool
	reloadAgain            bool
}

// New fills a window and begins to follow the program. Show the window afterwards.
func New(win fyne.Window, c app.Client, h Hooks) *Window {
	if h.Do == nil {
		h.Do = fyne.Do
	}
	if h.Now == nil {
		h.Now = time.Now
	}
	var w *Window
	h.Do = newTiming().wrap(h.Do, func() bool { return w.list != nil && w.list.Shown() })
	kit.Do = h.Do
	view.Warm()
	w = &Window{win: win, c: c, h: h, dismissed: map[string]bool{}, stop: make(chan struct{})}
	w.settings = c.Settings()
	kit.Choose(kit.Mode(w.settings.Theme), w.settings.Contrast)
	w.sideW, w.listW, w.readH = w.settings.Sidebar, w.settings.List, w.settings.ReaderPx
	w.rail = mailboxes.NewRail(w.showMail, w.ShowCalendar, w.ShowPeople, w.help, func() { w.openSettings("") }, w.openSide)
	w.side = mailboxes.NewSidebar(h.Now)
	w.list = list.New(c, h.Do, h.Now)
	w.read = reader.New(win, c, h.Do, h.Now)
	w.out = newOutbox(w)
	w.drag = newDragTag()
	w.banner = kit.NewBanner("", "", "", kit.ToneIdle)
	w.banner.Wide = true
	w.setup = kit.NewEmpty("mail-plus", "Add your first account", "Postrider finds the servers by itself.", kit.ToneTint,
		kit.NewButton("Add an account", "plus", kit.Primary, func() { w.openWizard() }))
	w.splitA = kit.NewSplitter(func(dx float32) { w.sideW = min(320, max(200, w.sideW+dx)); w.arrange() }, w.saveSplits)
	w.splitB = kit.NewSplitter(func(dx float32) { w.listW = min(560, max(320, w.listW+dx)); w.arrange() }, w.saveSplits)
	w.splitC = kit.NewSplitter(func(dy float32) { w.readH = max(readerLow, w.read.Size().Height-dy); w.arrange() }, w.saveSplits)
	w.splitC.Flat = true
	w.connect()
	w.panes = container.New(&panesLayout{w}, w.rail, w.side, w.list, w.out, w.read, w.banner, w.splitA, w.splitB, w.splitC, w.setup)
	w.root = kit.NewRoot(w.panes)
	w.root.MinW, w.root.MinH = 760, 520
	w.toast = kit.NewToasts(w.root, w.toastAt)
	w.rings = newReminders(w)
	w.applySettings()
	win.SetContent(w.root)
	win.SetPadded(false)
	win.Resize(fyne.NewSize(w.settings.Width, w.settings.Height))
	w.keys()
	w.read.Nothing(0)
	w.follow()
	w.invitations()
	w.reload()
	w.out.load()
	return w
}

// Close ends following the program. The window itself is closed by its owner.
func (w *Window) Close() {
	select {
	case <-w.stop:
	default:
		close(w.stop)
	}
	s := w.c.Settings()
	z := w.root.Size()
	if z.Width > 0 && (s.Width != z.Width || s.Height != z.Height) {
		s.Width, s.Height = z.Width, z.Height
		_ = w.c.SetSettings(context.Background(), s)
	}
}

// Raise shows the window in front and acts on an argument of the command line: a mailto link.
func (w *Window) Raise(argument string) {
	w.win.Show()
	w.win.RequestFocus()
	if strings.HasPrefix(strings.ToLower(argument), "mailto:") {
		w.compose(app.Compose{Kind: app.ComposeMailto, Mailto: argument}, "")
	}
}

// toastAt is the lower left corner of what is told, and how wide it may be.
func (w *Window) toastAt() (fyne.Position, float32) {
	var in fyne.CanvasObject = w.list
	if w.page != nil {
		return fyne.NewPos(railWidth+252, w.root.Size().Height-16), max(200, min(520, w.root.Size().Width-railWidth-280))
	}
	if !w.list.Visible() {
		in = w.out
		if w.single() && w.detail {
			in = w.read
		}
	}
	return fyne.NewPos(in.Position().X+12, w.root.Size().Height-16), max(200, min(520, in.Size().Width-24))
}

// Toast shows a text with an icon for some seconds.
func (w *Window) Toast(icon, text string) { w.toast.Show(icon, text, "", nil) }

// ToastUndo shows what was done and takes it back on demand.
func (w *Window) ToastUndo(icon, text string, undo func()) { w.toast.Show(icon, text, "Undo", undo) }

// ToastSending says that a message goes out after wait, and offers to take it back until then.
func (w *Window) ToastSending(wait time.Duration, undo func()) {
	if wait <= 0 {
		w.Toast("send", "On its way")
		return
	}
	w.toast.Show("send", fmt.Sprintf("Sending in %d s", int(wait.Seconds())), "Undo", undo).Last(wait)
}

// Failed shows an error in words for people.
func (w *Window) Failed(err error) {
	e := fault.Of(err)
	if e == nil || e.Code == "cancelled" {
		return
	}
	text := e.Title
	if e.Detail != "" {
		text += ". " + strings.TrimSuffix(e.Detail, ".") + "."
	}
	w.toast.Show("circle-alert", text, "", nil)
}

func (w *Window) connect() {
	s := w.side
	s.OnCompose = func() { w.compose(app.Compose{Kind: app.ComposeNew}, "") }
	s.OnOpen = w.open
	s.OnCommand = w.boxCommand
	s.OnFold = func(closed []string) { w.change(func(s *app.Settings) { s.Closed = closed }) }
	s.OnSignIn = w.signIn
	s.OnError = func(st app.AccountStatus) { w.showFault(st) }
	s.OnSync = func() { w.c.Sync("") }
	s.OnPause = w.pause
	s.OnAccount = w.openSettings
	l := w.list
	l.OnSelect = w.selected
	l.OnPlace = func(at, of int) { w.read.SetPlace(at, of) }
	l.OnOpen = w.openRow
	l.OnPick = func() {
		if w.mode == modeOne {
			w.showDetail()
		}
	}
	l.OnAction = func(name string, rows []mail.Summary) { w.command(name, rows) }
	l.OnMenu = w.rowMenu
	l.OnDrag, l.OnDrop = w.dragged, w.dropped
	l.OnKey, l.OnRune, l.OnShortcut = w.key, w.rune, w.shortcut
	l.OnSettings = w.change
	l.SetProgress(w.firstDownload)
	l.SetMissing(w.missingMail)
	r := w.read
	r.OnCommand = w.command
	r.OnMove = w.moveMenu
	r.OnCompose = w.compose
	r.OnSend = w.quickSend
	r.OnStep = func(n int) { w.list.Step(n, false) }
	r.OnBack = w.back
	r.OnSeen = w.markSeen
	r.OpenURL, r.OpenFile = w.h.OpenURL, w.h.OpenFile
	if r.OpenURL == nil {
		r.OpenURL = func(string) error {
			return fault.New(fault.Local, "browser", "No browser was found", "Copy the link instead.")
		}
	}
	if r.OpenFile == nil {
		r.OpenFile = func(string) error {
			return fault.New(fault.Local, "program", "No program for this file was found", "Save it instead.")
		}
	}
	r.Toast, r.Failed = w.Toast, w.Failed
	r.OnKey, r.OnRune, r.OnShortcut = w.key, w.rune, w.shortcut
	r.BoxName = w.boxName
}

func (w *Window) boxName(s mail.Summary) (string, string) {
	for _, b := range w.state.Mailboxes {
		if b.ID == s.Mailbox {
			for _, a := range w.state.Accounts {
				if a.ID == b.Account {
					name := a.Name
					if f := strings.Fields(name); len(f) > 1 {
						name = f[0]
					}
					return name + " · " + mailboxes.Title(b), a.Hue
				}
			}
			return mailboxes.Title(b), "slate"
		}
	}
	return "", ""
}

// change changes the settings here and in the program.
func (w *Window) change(f func(*app.Settings)) {
	s := w.c.Settings()
	if w.saving { // what is on its way is newer
		s = w.settings
	}
	f(&s)
	w.settings = s
	w.applySettings()
	w.save()
}

// save stores the settings; changes that come meanwhile are stored together after that, so that none takes the place of a later one.
func (w *Window) save() {
	if w.saving {
		w.saveAgain = true
		return
	}
	w.saving, w.saveAgain = true, false
	s := w.settings
	go func() {
		err := w.c.SetSettings(context.Background(), s)
		w.h.Do(func() {
			w.saving = false
			if err != nil {
				w.Failed(err)
			}
			if w.saveAgain {
				w.save()
				return
			}
			w.takeSettings()
		})
	}()
}

// takeSettings takes in the settings as the program has them.
func (w *Window) takeSettings() {
	s := w.c.Settings()
	if s.Theme != w.settings.Theme || s.Contrast != w.settings.Contrast {
		kit.Choose(kit.Mode(s.Theme), s.Contrast)
	}
	w.settings = s
	w.applySettings()
}

func (w *Window) applySettings() {
	s := w.settings
	w.list.SetLooks(s)
	w.read.SetLooks(s)
	w.side.SetClosed(s.Closed)
	if w.placed != s.Reader {
		w.placed, w.detail = s.Reader, false
		w.arrange()
	}
}

func (w *Window) saveSplits() {
	w.change(func(s *app.Settings) { s.Sidebar, s.List, s.ReaderPx = w.sideW, w.listW, w.readH })
}

// showMail brings the mail panes to the front.
func (w *Window) showMail() {
	w.HidePage()
	w.list.Focus()
}

func (w *Window) openSettings(a mail.AccountID) {
	if w.h.OpenSettings != nil {
		w.h.OpenSettings(a)
	}
}

func (w *Window) openWizard() {
	if w.h.OpenWizard != nil {
		w.h.OpenWizard(len(w.state.Accounts) == 0)
	}
}

func (w *Window) compose(k app.Compose, text string) {
	if w.h.OpenComposer != nil {
		w.h.OpenComposer(k, text)
	}
}

func (w *Window) signIn(a mail.AccountID) {
	if w.h.SignIn != nil {
		w.h.SignIn(a)
	}
}

// open shows a place in the list.
func (w *Window) open(p mailboxes.Place) {
	w.closeSide()
	w.opened, w.detail = true, false
	w.showOut = p.Outbox
	if p.Outbox {
		w.read.Nothing(0)
		w.out.load()
	} else {
		w.list.Open(p.Name, p.View, p.All && len(w.state.Accounts) > 1)
	}
	w.arrange()
}

// selected shows in the reader what is selected in the list.
func (w *Window) selected(n int, s *mail.Summary) {
	_, at, of := w.list.Cursor()
	w.read.SetPlace(at, of)
	switch {
	case n > 1:
		w.read.Several(n, w.list.Selection())
	case s != nil && n == 1:
		w.read.Open(*s, w.list.View().Threads)
	case n == 0 || s == nil && w.list.Empty():
		_, unread := w.list.Counts()
		w.read.Nothing(unread)
	}
}

// openRow is Enter or a double click: a draft is edited, anything else comes to the front where there is one pane.
func (w *Window) openRow(s mail.Summary) {
	if s.Flags.Has(mail.DraftFlag) {
		w.compose(app.Compose{Kind: app.ComposeEdit, Of: s.ID, Account: s.Account}, "")
		return
	}
	w.showDetail()
}

// showDetail brings the reader to the front where list and reader take turns.
func (w *Window) showDetail() {
	w.detail = true
	w.arrange()
	w.read.Looked()
	if w.single() {
		w.win.Canvas().Unfocus() // the list is away; its keys are the window's
	}
}

func (w *Window) back() {
	w.detail = false
	w.arrange()
	w.list.Focus()
}
