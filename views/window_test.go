package views

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/app/bus"
	"github.com/postrider/postrider/app/store"
	"github.com/postrider/postrider/views/kit"
	"github.com/postrider/postrider/views/mailboxes"
	"github.com/postrider/postrider/views/viewtest"
)

// bench is a window over invented mail.
type bench struct {
	*viewtest.Desk
	c        *viewtest.Client
	w        *Window
	composed []app.Compose
	written  []string // in the quick reply, before the composer
	unlocked int
	wizards  int
	signedIn []mail.AccountID
}

func start(t *testing.T, o viewtest.Options) *bench {
	t.Helper()
	b := &bench{Desk: viewtest.NewDesk(t, kit.ModeLight), c: viewtest.New(o)}
	b.w = New(b.Win, b.c, Hooks{Do: b.Do, Now: b.c.Now,
		OpenComposer: func(k app.Compose, text string) {
			b.composed, b.written = append(b.composed, k), append(b.written, text)
		},
		OpenWizard: func(bool) { b.wizards++ },
		Unlock:     func() { b.unlocked++ },
		SignIn:     func(a mail.AccountID) { b.signedIn = append(b.signedIn, a) }})
	b.Win.Resize(fyne.NewSize(1440, 900))
	t.Cleanup(b.w.Close)
	if !o.Empty {
		b.Until("the list", func() bool { _, _, n := b.w.list.Cursor(); return n > 10 })
	}
	return b
}

func (b *bench) cursor() mail.Summary {
	s, _, _ := b.w.list.Cursor()
	if s == nil {
		return mail.Summary{}
	}
	return *s
}

func (b *bench) rows() int { _, _, n := b.w.list.Cursor(); return n }

func TestOpensAllInboxesAndReads(t *testing.T) {
	b := start(t, viewtest.Options{})
	b.w.key(&fyne.KeyEvent{Name: fyne.KeyDown})
	if got := b.cursor().Subject; got != "Spring catalogue: quieter light for open harbours" {
		t.Fatalf("the first row is %q", got)
	}
	b.w.rune('j')
	unread := b.cursor()
	if unread.Flags.Has(mail.Seen) {
		t.Fatal("the second row should be unread")
	}
	b.Until("the read mark", func() bool { return slices.Contains(b.c.Calls(), "SetFlags seen/") })
	b.Until("the row as read", func() bool { return b.cursor().Flags.Has(mail.Seen) })
}

func TestArchiveGoesOnToTheNextAndUndoBringsItBack(t *testing.T) {
	b := start(t, viewtest.Options{})
	b.w.rune('j')
	first, n := b.cursor(), b.rows()
	b.w.rune('j')
	second := b.cursor()
	b.w.rune('k')
	b.w.rune('e')
	b.Until("one row less", func() bool { return b.rows() == n-1 })
	if got := b.cursor().ID; got != second.ID {
		t.Errorf("after archiving the cursor is on %v, not on the next row", got)
	}
	b.Until("the toast", func() bool { return b.w.toast.Text() == "1 conversation archived" })
	at, of := 0, 0
	b.w.list.OnPlace = func(a, o int) { at, of = a, o }
	b.w.rune('z')
	b.Until("the row again", func() bool { return b.rows() == n })
	if at != 2 || of != n {
		t.Errorf("the reader is told place %d of %d, want 2 of %d", at, of, n)
	}
	if !b.w.list.Select(first.ID) {
		t.Error("undo did not bring the conversation back")
	}
}

func TestSelectionOfSeveral(t *testing.T) {
	b := start(t, viewtest.Options{})
	b.w.rune('j')
	b.w.list.Step(1, true)
	b.w.list.Step(1, true)
	if n := len(b.w.list.SelectedIDs()); n != 3 {
		t.Fatalf("%d selected, want 3", n)
	}
	n := b.rows()
	b.w.rune('#')
	b.Until("three rows less", func() bool { return b.rows() == n-3 })
	b.Until("the toast", func() bool { return b.w.toast.Text() == "3 conversations deleted" })
	b.w.rune('*')
	b.w.rune('a')
	if got := len(b.w.list.SelectedIDs()); got != b.rows() {
		t.Errorf("%d of %d selected", got, b.rows())
	}
	b.w.key(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if got := len(b.w.list.SelectedIDs()); got != 1 {
		t.Errorf("%d selected after Escape", got)
	}
}

func TestSelectionSurvivesNewMail(t *testing.T) {
	b := start(t, viewtest.Options{})
	b.w.rune('j')
	b.w.rune('j')
	id := b.cursor().ID
	b.c.Bus.Publish(bus.Changed{Resync: true})
	b.Settle(400 * time.Millisecond)
	if b.cursor().ID != id {
		t.Error("a refresh moved the cursor")
	}
}

func TestSearchAsYouTypeAndEscape(t *testing.T) {
	b := start(t, viewtest.Options{})
	n := b.rows()
	b.w.rune('/')
	c := b.w.win.Canvas()
	for _, r := range "ferry" {
		c.Focused().TypedRune(r)
	}
	b.Until("the result", func() bool { return b.rows() == 1 })
	c.Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	b.Until("the whole list", func() bool { return b.rows() == n })
}

func TestKeysAreTextInAField(t *testing.T) {
	b := start(t, viewtest.Options{})
	b.w.rune('j')
	n := b.rows()
	b.w.rune('/')
	b.w.win.Canvas().Focused().TypedRune('e')
	b.w.win.Canvas().Focused().TypedRune('#')
	for _, call := range b.c.Calls() {
		if call == "MoveToRole archive" || call == "MoveToRole trash" {
			t.Fatalf("typing into the search field did %s", call)
		}
	}
	_ = n
}

func TestRepliesAndDrafts(t *testing.T) {
	b := start(t, viewtest.Options{})
	b.w.rune('j')
	id := b.cursor().ID
	b.w.rune('a')
	if len(b.composed) != 1 || b.composed[0].Kind != app.ComposeReplyAll || b.composed[0].Of != id {
		t.Fatalf("composed %+v", b.composed)
	}
	b.w.rune('g')
	b.w.rune('d')
	b.Until("the drafts", func() bool { return b.rows() == 2 })
	b.w.rune('j')
	b.w.rune('o')
	if k := b.composed[len(b.composed)-1]; k.Kind != app.ComposeEdit {
		t.Errorf("opening a draft composes %+v", k)
	}
}

func TestBannersByUrgency(t *testing.T) {
	b := start(t, viewtest.Options{})
	s := b.c.Status()
	s.Offline = true
	b.c.SetStatus(s)
	b.Until("the offline banner", func() bool { return b.w.bannerKey == "offline" })
	s.Accounts[2].State, s.Accounts[2].Err = app.StateSignIn, fault.New(fault.Auth, "bad-password", "refused", "")
	b.c.SetStatus(s)
	b.Until("the sign-in banner", func() bool { return b.w.bannerKey == "auth:north" })
	if want := "Northgate needs you to sign in again."; b.w.banner.Fact != want {
		t.Errorf("%q, want %q", b.w.banner.Fact, want)
	}
	b.w.banner.Actions[0].Tapped(nil)
	if !slices.Equal(b.signedIn, []mail.AccountID{viewtest.North}) {
		t.Errorf("signed in %v", b.signedIn)
	}
	s.Accounts[1].State, s.Accounts[1].Err = app.StateError, fault.New(fault.TLS, "wrong-name", "This server cannot prove that it is x", "")
	b.c.SetStatus(s)
	b.Until("the certificate banner", func() bool { return b.w.bannerKey == "tls:home" })
	b.c.SetStatus(app.Status{})
	b.Until("no banner", func() bool { return b.w.bannerKey == "" })
}

func TestLockedSecretsOfferThePassphrase(t *testing.T) {
	b := start(t, viewtest.Options{})
	b.c.SetKeychain(app.KeychainState{Kind: "file", State: "locked"})
	s := b.c.Status()
	s.Accounts[0].State, s.Accounts[0].Err = app.StateError, fault.New(fault.Local, "keychain-locked", "Your secrets are locked", "Mail waits until you give the passphrase.")
	b.c.SetStatus(s)
	b.Until("the banner", func() bool { return b.w.bannerKey == "locked" })
	b.w.banner.Actions[0].Tapped(nil)
	b.Until("the question", func() bool { return b.unlocked == 1 })
}

func TestWhatCouldNotBeSentIsToldOnce(t *testing.T) {
	b := start(t, viewtest.Options{})
	b.Until("the first look", func() bool { return b.w.out.failed != nil })
	it := mail.OutboxItem{ID: 4711, Subject: "Refused", State: mail.OutWaiting}
	b.c.SetOutbox(it)
	b.Until("the message", func() bool { return len(b.w.out.items) == 1 && b.w.out.items[0].ID == 4711 })
	if s := b.w.toast.Text(); strings.Contains(s, "not sent") {
		t.Fatalf("told %q before it failed", s)
	}
	it.State = mail.OutFailed
	b.c.SetOutbox(it)
	b.Until("the toast", func() bool { return b.w.toast.Text() == "“Refused” was not sent" })
	b.w.toast.Act()
	if !b.w.out.Visible() {
		t.Error("Show does not show the Outbox")
	}
	b.w.toast.Clear()
	b.c.SetOutbox(it)
	b.w.side.GoTo("All inboxes")
	b.Until("the list", func() bool { return !b.w.out.Visible() })
	if s := b.w.toast.Text(); s != "" {
		t.Errorf("told again: %q", s)
	}
	b.c.SetOutbox(it, mail.OutboxItem{ID: 4712, Subject: "For two", State: mail.OutFailed, Recipients: []mail.RecipientResult{{Addr: "bob@example.com", OK: true}, {Addr: "no@example.com", Code: 550}}})
	b.Until("the other toast", func() bool { return b.w.toast.Text() == "“For two” did not reach everyone" })
}

// What does not go out says why, and follows the account.
func TestWaitingSaysWhy(t *testing.T) {
	b := start(t, viewtest.Options{})
	s := b.c.Status()
	id := s.Accounts[0].Account
	b.c.SetOutbox(mail.OutboxItem{ID: 9, Account: id, Subject: "Held", State: mail.OutWaiting, Due: b.c.Now().Add(-time.Minute)})
	b.w.side.GoTo("Outbox")
	b.Until("the message", func() bool { return b.w.out.Visible() && b.Says("Held") })
	if b.Says("is paused") {
		t.Error("it is called paused")
	}
	s.Accounts[0].State = app.StatePaused
	b.c.SetStatus(s)
	b.Until("why it waits", func() bool { return b.Says("This account is paused.") })
	s.Accounts[0].State = app.StateIdle
	b.c.SetStatus(s)
	b.Until("it to go on", func() bool { return !b.Says("This account is paused.") })
}

// signed is a client whose drafts have a signature.
type signed struct{ *viewtest.Client }

func (c signed) NewDraft(ctx context.Context, k app.Compose) (mail.Draft, error) {
	d, err := c.Client.NewDraft(ctx, k)
	d.Text += "\n\n-- \nMarta"
	return d, err
}

// What sending asks about goes to the composer as it was written: the composer adds the signature.
func TestQuickReplyThatAsksGoesToTheComposer(t *testing.T) {
	b := start(t, viewtest.Options{})
	asked := ""
	b.c.OnCheck = func(d mail.Draft) []app.Concern {
		asked = d.Text
		return []app.Concern{{Code: "attachment", Title: "You mention an attachment, but nothing is attached."}}
	}
	b.w.c = signed{b.c}
	b.w.rune('j')
	ended := false
	b.w.quickSend(app.Compose{Kind: app.ComposeReply, Of: b.cursor().ID}, "See the attached plan.", func(ok bool) { ended = ok })
	b.Until("the composer", func() bool { return ended && len(b.written) == 1 })
	if b.written[0] != "See the attached plan." || asked != "See the attached plan.\n\n-- \nMarta" {
		t.Errorf("the composer gets %q of %q", b.written[0], asked)
	}
	for in, want := range map[string]string{"": "", "\n\n-- \nMarta": "\n\n-- \nMarta", " \n": ""} {
		if got := below(in); got != want {
			t.Errorf("below %q: %q", in, got)
		}
	}
}

func TestEscapeClosesAQuestion(t *testing.T) {
	b := start(t, viewtest.Options{})
	b.w.boxCommand(mailboxes.EmptyTrash, viewtest.Fjord, mail.Mailbox{ID: viewtest.FjordTrash, Name: "Trash", Role: mail.RoleTrash, Total: 3})
	c := b.w.win.Canvas()
	if c.Overlays().Top() == nil || c.Focused() == nil {
		t.Fatal("emptying Trash asks nothing, or the question has no keyboard")
	}
	c.Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if c.Overlays().Top() != nil {
		t.Error("Escape leaves the question open")
	}
	if slices.Contains(b.c.Calls(), "EmptyTrash") {
		t.Error("Escape emptied Trash")
	}
}

func TestFirstRunOffersTheWizard(t *testing.T) {
	b := start(t, viewtest.Options{Empty: true})
	b.Until("the wizard", func() bool { return b.wizards == 1 })
	if b.w.list.Visible() || !b.w.setup.Visible() {
		t.Error("without accounts the window shows the list")
	}
}

func TestPanesFoldWithTheWidth(t *testing.T) {
	b := start(t, viewtest.Options{})
	for _, c := range []struct {
		width            float32
		side, list, read bool
	}{{1440, true, true, true}, {1050, false, true, true}, {820, false, true, false}} {
		b.w.win.Resize(fyne.NewSize(c.width, 700))
		if b.w.side.Visible() != c.side || b.w.list.Visible() != c.list || b.w.read.Visible() != c.read {
			t.Errorf("%v wide: sidebar %t, list %t, reader %t", c.width, b.w.side.Visible(), b.w.list.Visible(), b.w.read.Visible())
		}
	}
	b.w.rune('j')
	b.w.rune('o')
	if b.w.list.Visible() || !b.w.read.Visible() {
		t.Error("in one pane Enter opens the reader")
	}
	b.w.key(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if !b.w.list.Visible() {
		t.Error("Escape leads back to the list")
	}
}

func TestAMillionRowsAreReachable(t *testing.T) {
	b := start(t, viewtest.Options{More: 1_000_000})
	b.Until("the whole order", func() bool { return b.rows() > 1_000_000 })
	b.w.list.Last()
	b.Until("the last row", func() bool { return b.cursor().Subject != "" })
	if _, at, of := b.w.list.Cursor(); at != of {
		t.Errorf("at %d of %d", at, of)
	}
}

func TestF6GoesThroughThePanes(t *testing.T) {
	b := start(t, viewtest.Options{})
	b.w.rune('j')
	b.Until("the read mark", func() bool { return !b.w.read.Loading() })
	cv := b.w.win.Canvas()
	in := func() string {
		f, ok := cv.Focused().(fyne.CanvasObject)
		if !ok {
			return "nothing"
		}
		x := fyne.CurrentApp().Driver().AbsolutePositionForObject(f).X
		for _, p := range []struct {
			name string
			o    fyne.CanvasObject
		}{{"rail", b.w.rail}, {"sidebar", b.w.side}, {"list", b.w.list}, {"reader", b.w.read}} {
			if from := fyne.CurrentApp().Driver().AbsolutePositionForObject(p.o).X; x >= from && x < from+p.o.Size().Width {
				return p.name
			}
		}
		return "somewhere else"
	}
	b.w.list.Focus()
	var went []string
	for range 5 {
		b.w.key(&fyne.KeyEvent{Name: fyne.KeyF6})
		went = append(went, in())
	}
	if want := []string{"reader", "rail", "sidebar", "list", "reader"}; !slices.Equal(went, want) {
		t.Errorf("F6 went to %q, want %q", went, want)
	}
	b.w.nextPane(true)
	if got := in(); got != "list" {
		t.Errorf("Shift F6 went to the %s", got)
	}
	b.w.side.GoTo("Starred") // nothing is selected there
	b.w.list.Focus()
	b.w.nextPane(false)
	if got := in(); got != "rail" {
		t.Errorf("past an empty reader F6 went to the %s", got)
	}
}

func TestSidebarByKeys(t *testing.T) {
	b := start(t, viewtest.Options{})
	cv := b.w.win.Canvas()
	b.w.side.Focus(cv)
	press := func(names ...fyne.KeyName) {
		for _, n := range names {
			cv.Focused().TypedKey(&fyne.KeyEvent{Name: n})
		}
	}
	press(fyne.KeyDown, fyne.KeyReturn)
	if p, _ := b.w.side.Current(); p.Name != "Starred" {
		t.Errorf("Down and Enter opened %q", p.Name)
	}
	press(fyne.KeyHome, fyne.KeyDown, fyne.KeyDown, fyne.KeyDown, fyne.KeyDown, fyne.KeyLeft) // the first account
	if !slices.Contains(b.c.Settings().Closed, "a:fjord") {
		b.Until("the folded account", func() bool { return slices.Contains(b.c.Settings().Closed, "a:fjord") })
	}
	press(fyne.KeyRight, fyne.KeyDown, fyne.KeyReturn)
	if p, _ := b.w.side.Current(); p.View.Mailbox != viewtest.FjordInbox {
		t.Errorf("the first mailbox of the account is %+v", p)
	}
	cv.Focused().TypedRune('c')
	if len(b.composed) != 1 {
		t.Error("a letter did not reach the window")
	}
}

func TestMoveMenuOpensAtItsRow(t *testing.T) {
	b := start(t, viewtest.Options{})
	b.w.rune('j')
	b.w.rune('j')
	b.w.rune('v')
	o := kit.TopOverlay(b.w.win.Canvas())
	if o == nil {
		t.Fatal("no menu")
	}
	from := fyne.CurrentApp().Driver().AbsolutePositionForObject(b.w.list)
	if p := o.Content.Position(); p.X < from.X || p.X > from.X+120 || p.Y < from.Y+128+28+72 || p.Y > from.Y+128+28+2*72 {
		t.Errorf("the menu is at %v; the second row is at %v", p, from.AddXY(0, 128+28+72))
	}
}

func TestAnInboxThatWasNeverFetchedIsNotSorted(t *testing.T) {
	b := start(t, viewtest.Options{})
	never := mail.Account{ID: "new", Name: "Newcomer", Address: "new@example.com", Hue: "rose"}
	st := b.w.state
	st.Accounts = []mail.Account{never}
	st.Mailboxes = nil
	st.Status = app.Status{Accounts: []app.AccountStatus{{Account: "new", State: app.StateSignIn}}}
	b.w.state = st
	if got := b.w.missingMail(); got != "Newcomer is fetched when you have signed in." {
		t.Errorf("the empty list says %q", got)
	}
	b.w.state.Status.Accounts[0].Checked = b.c.Now()
	if got := b.w.missingMail(); got != "" {
		t.Errorf("an account that is in step counts as missing: %q", got)
	}
}

func TestShowMessageOpensItInItsMailbox(t *testing.T) {
	b := start(t, viewtest.Options{})
	var id mail.MessageID
	rows, err := b.c.List(t.Context(), store.View{Mailbox: viewtest.HomeInbox}, 0, 5)
	if err != nil {
		t.Fatal(err)
	}
	id = rows.Rows[1].ID
	b.w.ShowMessage(id)
	b.Until("the message", func() bool { s, ok := b.w.read.Current(); return ok && s.ID == id && b.cursor().ID == id })
	if at, _ := b.w.side.Current(); at.View.Mailbox != viewtest.HomeInbox {
		t.Errorf("the sidebar is at %+v", at)
	}
	b.Settle(50 * time.Millisecond)
	if s, ok := b.w.read.Current(); !ok || s.ID != id {
		t.Errorf("afterwards the reader shows %q", s.Subject)
	}
}

func TestSettingsChangedQuicklyAreAllStored(t *testing.T) {
	b := start(t, viewtest.Options{})
	b.w.change(func(s *app.Settings) { s.Density = "compact" })
	b.w.change(func(s *app.Settings) { s.ReadingSize = 18 })
	b.w.change(func(s *app.Settings) { s.Sidebar = 300 })
	b.Until("all of them", func() bool {
		s := b.c.Settings()
		return !b.w.saving && s.Density == "compact" && s.ReadingSize == 18 && s.Sidebar == 300
	})
	if s := b.w.settings; s.Density != "compact" || s.ReadingSize != 18 || s.Sidebar != 300 {
		t.Errorf("the window has %+v", s)
	}
}
