package mailboxes

import (
	"slices"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/views/viewtest"
)

func sidebar(t *testing.T) (*Sidebar, *viewtest.Client) {
	t.Helper()
	test.NewTempApp(t)
	c := viewtest.New(viewtest.Options{})
	s := NewSidebar(c.Now)
	w := test.NewTempWindow(t, s)
	w.Resize(fyne.NewSize(236, 900))
	as, err := c.Accounts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	bs, err := c.Mailboxes(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s.SetClosed(c.Settings().Closed)
	s.Set(State{Accounts: as, Mailboxes: bs, Status: c.Status()})
	return s, c
}

func (s *Sidebar) texts() []string {
	var out []string
	for _, it := range s.items {
		out = append(out, it.text)
	}
	return out
}

func TestTree(t *testing.T) {
	s, _ := sidebar(t)
	want := []string{"All inboxes", "Starred", "Drafts", "Outbox",
		"Fjordlight Studio", "Inbox", "Sent", "Archive", "Junk", "Trash", "Projects", "Harbour Terminal", "Lighthouse Museum", "Suppliers",
		"Personal", "Inbox", "Sent", "Archive", "Northgate", "Inbox", "Public folders", "On this computer", "Mail 2019 to 2023.pst"}
	if got := s.texts(); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if s.items[0].count != 14 || s.items[2].count != 2 || s.items[3].count != 1 {
		t.Errorf("counts %d %d %d", s.items[0].count, s.items[2].count, s.items[3].count)
	}
}

func TestFoldingIsRemembered(t *testing.T) {
	s, _ := sidebar(t)
	var closed []string
	s.OnFold = func(k []string) { closed = k }
	n := len(s.items)
	i := slices.Index(s.texts(), "Fjordlight Studio")
	s.tree.Tapped(&fyne.PointEvent{Position: fyne.NewPos(60, s.tree.y(i)+10)})
	if len(s.items) != n-9 || !slices.Contains(closed, "a:fjord") {
		t.Errorf("%d lines, closed %q", len(s.items), closed)
	}
	s.SetClosed(nil)
	if len(s.items) <= n {
		t.Error("nothing is folded, yet lines are missing")
	}
}

func TestOpenAndDropTargets(t *testing.T) {
	s, _ := sidebar(t)
	var opened Place
	s.OnOpen = func(p Place) { opened = p }
	i := slices.Index(s.texts(), "Harbour Terminal")
	y := s.tree.y(i) + 10
	s.tree.Tapped(&fyne.PointEvent{Position: fyne.NewPos(100, y)})
	if opened.View.Mailbox != viewtest.Harbour {
		t.Errorf("opened %+v", opened)
	}
	abs := fyne.CurrentApp().Driver().AbsolutePositionForObject(s.tree)
	if b, ok := s.DropAt(abs.AddXY(100, y), 2, false); !ok || b.ID != viewtest.Harbour {
		t.Errorf("drop on %v %t", b.ID, ok)
	}
	s.Set(s.State())
	if b, ok := s.DropEnd(); !ok || b.ID != viewtest.Harbour {
		t.Error("a change while dragging loses the target")
	}
	if _, ok := s.DropAt(abs.AddXY(100, s.tree.y(0)+10), 2, false); ok {
		t.Error("the unified inbox takes drops")
	}
	if _, ok := s.DropAt(abs.AddXY(900, y), 2, false); ok {
		t.Error("a drop outside of the sidebar counts")
	}
}

func TestUnsubscribedMailboxesAreHidden(t *testing.T) {
	s, _ := sidebar(t)
	st := s.State()
	for i := range st.Mailboxes {
		if st.Mailboxes[i].ID == viewtest.Suppliers || st.Mailboxes[i].ID == viewtest.SuppliersOld || st.Mailboxes[i].ID == viewtest.Projects {
			st.Mailboxes[i].Subscribed = false
		}
	}
	s.Set(st)
	if slices.Contains(s.texts(), "Suppliers") {
		t.Error("an unsubscribed mailbox is shown")
	}
	if !slices.Contains(s.texts(), "Projects") {
		t.Error("the parent of a subscribed mailbox is hidden")
	}
	s.all[viewtest.Fjord] = true
	s.rebuild()
	if !slices.Contains(s.texts(), "Suppliers") {
		t.Error("show all does not show it")
	}
}

func TestFooterWords(t *testing.T) {
	s, c := sidebar(t)
	w := s.foot.words()
	if w.title != "Fetching Projects" || w.right != "1,284 of 2,060" || w.sub != "2 accounts up to date" || w.link != "Pause" {
		t.Errorf("%+v", w)
	}
	st := s.State()
	st.Status.Offline = true
	s.Set(st)
	if w := s.foot.words(); w.title != "Offline" || w.link != "Retry now" || w.sub != "Last in step 10:02" {
		t.Errorf("%+v", w)
	}
	st.Status = c.Status()
	st.Status.Accounts[0].State, st.Status.Accounts[0].Total = app.StateIdle, 0
	st.Status.Accounts[2].State = app.StateSignIn
	s.Set(st)
	if w := s.foot.words(); w.title != "Not up to date" || w.sub != "2 up to date · 1 needs you" {
		t.Errorf("%+v", w)
	}
}

func TestACycleOfParentsEnds(t *testing.T) {
	bs := []mail.Mailbox{{ID: 1, Account: "a", Parent: 2, Name: "x", Selectable: true}, {ID: 2, Account: "a", Parent: 1, Name: "y", Selectable: true}, {ID: 3, Account: "a", Parent: 3, Name: "z", Selectable: true}}
	items(State{Accounts: []mail.Account{{ID: "a"}}, Mailboxes: bs}, map[string]bool{}, map[mail.AccountID]bool{"a": true})
}

func TestWhatIsNotSeenIsNotDrawn(t *testing.T) {
	s, _ := sidebar(t)
	st := s.State()
	drawn := &s.shown[0]
	for i := range st.Mailboxes {
		if st.Mailboxes[i].Role != mail.RoleDrafts {
			st.Mailboxes[i].Total += 3
		}
	}
	s.Set(st)
	if &s.shown[0] != drawn {
		t.Error("a number that is not shown made the sidebar draw")
	}
	i := slices.Index(s.texts(), "Harbour Terminal")
	for k := range st.Mailboxes {
		if st.Mailboxes[k].ID == viewtest.Harbour {
			st.Mailboxes[k].Unread = 41
		}
	}
	s.Set(st)
	if got := s.tree.lines[i].right.Text; got != "41" {
		t.Errorf("the line shows %q unread, want 41", got)
	}
}

func TestADataFileIsOnThisComputer(t *testing.T) {
	s, c := sidebar(t)
	id, err := c.AttachFile(t.Context(), "/mail/Old.pst")
	if err != nil {
		t.Fatal(err)
	}
	as, err := c.Accounts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	st := s.State()
	st.Accounts = as
	st.Mailboxes = append(slices.Clone(st.Mailboxes), mail.Mailbox{ID: 9001, Account: id, Name: "Kept", Subscribed: true, Selectable: true})
	s.Set(st)
	got := s.texts()
	i := slices.Index(got, "On this computer")
	if i < 0 || !slices.Equal(got[i:], []string{"On this computer", "Old.pst", "Kept", "Mail 2019 to 2023.pst"}) {
		t.Fatalf("lines %q", got)
	}
	if s.items[i+1].icon != "package" || s.items[i+2].level != 1 {
		t.Errorf("icon %q, level %d", s.items[i+1].icon, s.items[i+2].level)
	}
	var did Command
	var of mail.AccountID
	s.OnCommand = func(c Command, a mail.AccountID, _ mail.Mailbox) { did, of = c, a }
	m := s.menu(s.items[i+1])
	m[len(m)-1].Do()
	if did != CloseFile || of != id {
		t.Errorf("the menu did %q of %q", did, of)
	}
}
