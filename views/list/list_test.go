package list

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app/bus"
	"github.com/postrider/postrider/app/store"
	"github.com/postrider/postrider/views/kit"
	"github.com/postrider/postrider/views/viewtest"
)

func open(tb testing.TB, o viewtest.Options) (*Pane, *viewtest.Client, func(string, func() bool)) {
	tb.Helper()
	test.NewTempApp(tb)
	c := viewtest.New(o)
	queue := make(chan func(), 1024)
	p := New(c, func(f func()) { queue <- f }, c.Now)
	w := test.NewTempWindow(tb, p)
	w.SetPadded(false)
	w.Resize(fyne.NewSize(408, 900))
	until := func(what string, ok func() bool) {
		tb.Helper()
		end := time.After(30 * time.Second)
		for !ok() {
			select {
			case f := <-queue:
				f()
			case <-end:
				tb.Fatalf("%s did not come", what)
			}
		}
	}
	as, err := c.Accounts(tb.Context())
	if err != nil {
		tb.Fatal(err)
	}
	p.SetAccounts(as)
	p.SetLooks(c.Settings())
	p.Open("All inboxes", store.View{Role: mail.RoleInbox}, true)
	until("the rows", func() bool { return p.m.whole && !p.m.running })
	return p, c, until
}

func press(p *Pane, i int, x, y float32, mod fyne.KeyModifier) {
	at := fyne.NewPos(x, float32(p.list.Y(i)-p.list.Top())+y)
	e := &desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: at}, Button: desktop.MouseButtonPrimary, Modifier: mod}
	p.list.MouseMoved(e)
	p.list.MouseDown(e)
	p.list.MouseUp(e)
}

func TestWhen(t *testing.T) {
	now := time.Date(2026, 3, 11, 10, 24, 0, 0, time.UTC)
	for in, want := range map[string]string{"2026-03-11 10:12": "10:12", "2026-03-10 17:32": "17:32", "2026-03-09 16:25": "Mon", "2026-03-05 01:00": "Thu",
		"2026-03-04 23:59": "4 Mar", "2026-01-15 14:20": "15 Jan", "2024-03-04 08:00": "4 Mar 2024"} {
		d, err := time.Parse("2006-01-02 15:04", in)
		if err != nil {
			t.Fatal(err)
		}
		if got := When(d, now); got != want {
			t.Errorf("%s shows as %q, want %q", in, got, want)
		}
	}
}

func TestDayGroupsFollowTheClockChange(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Oslo")
	if err != nil {
		t.Skip("no time zones here")
	}
	now := time.Date(2026, 3, 30, 9, 0, 0, 0, zone)
	var ids []mail.MessageID
	for _, d := range []time.Time{now, time.Date(2026, 3, 29, 23, 30, 0, 0, zone), time.Date(2026, 3, 29, 0, 10, 0, 0, zone), time.Date(2026, 3, 28, 23, 50, 0, 0, zone)} {
		ids = append(ids, mail.MessageID(d.Unix()<<20))
	}
	g := groups(ids, now)
	if len(g) != 3 || g[0].Title != "Today" || g[1].Title != "Yesterday" || g[1].Count != "2" || g[2].Title != "Saturday 28 March" {
		t.Errorf("%+v", g)
	}
}

func TestClicksSelect(t *testing.T) {
	p, _, _ := open(t, viewtest.Options{})
	press(p, 1, 200, 10, 0)
	press(p, 3, 200, 10, fyne.KeyModifierShift)
	if n := len(p.SelectedIDs()); n != 3 {
		t.Fatalf("shift click selects %d, want 3", n)
	}
	press(p, 2, 200, 10, fyne.KeyModifierShortcutDefault)
	if n := len(p.SelectedIDs()); n != 2 {
		t.Errorf("control click leaves %d, want 2", n)
	}
	press(p, 5, 200, 10, 0)
	if n := len(p.SelectedIDs()); n != 1 {
		t.Errorf("a plain click leaves %d", n)
	}
	press(p, 6, 38, 27, 0) // the avatar
	if n := len(p.SelectedIDs()); n != 2 {
		t.Errorf("a click on an avatar makes it %d, want 2", n)
	}
}

func TestActionsUnderThePointer(t *testing.T) {
	p, _, _ := open(t, viewtest.Options{})
	var name string
	var got []mail.Summary
	p.OnAction = func(n string, rows []mail.Summary) { name, got = n, rows }
	press(p, 0, 100, 10, 0)
	x, y, _, _ := pillBox(fyne.NewSize(408, 72))
	press(p, 2, x+2+pillStep+10, y+10, 0)
	if name != "delete" || len(got) != 1 || got[0].ID != p.m.ids[2] {
		t.Errorf("%q on %d rows", name, len(got))
	}
	if s, _, _ := p.Cursor(); s.ID != p.m.ids[0] {
		t.Error("the button moved the cursor")
	}
}

func TestChipsNarrowTheView(t *testing.T) {
	p, _, until := open(t, viewtest.Options{})
	n := len(p.m.ids)
	p.chips[0].Tapped(nil)
	p.chips[2].Tapped(nil)
	until("the filtered rows", func() bool { return p.m.ready && len(p.m.ids) > 0 && len(p.m.ids) < n })
	for _, id := range p.m.ids {
		if s := p.m.rows[id]; s.Flags.Has(mail.Seen) || !s.Attachments {
			t.Errorf("%q is shown", s.Subject)
		}
	}
	p.Open("Starred", store.View{Flagged: true}, true)
	if p.chips[0].On {
		t.Error("chips stay when another place is opened")
	}
}

func TestOldAnswersAreDropped(t *testing.T) {
	p, c, until := open(t, viewtest.Options{Delay: 20 * time.Millisecond})
	p.Open("Starred", store.View{Flagged: true}, true)
	p.Open("Drafts", store.View{Role: mail.RoleDrafts}, true)
	until("the drafts", func() bool { return p.m.whole && len(p.m.ids) == 2 })
	c.Bus.Publish(bus.Changed{})
	time.Sleep(80 * time.Millisecond)
	until("nothing more", func() bool { return true })
	if len(p.m.ids) != 2 || p.title.Text != "Drafts" {
		t.Errorf("%d rows under %q", len(p.m.ids), p.title.Text)
	}
}

func TestNames(t *testing.T) {
	p, _, _ := open(t, viewtest.Options{})
	me, priya := mail.Address{Name: "Marta Lindqvist", Addr: "marta@fjordlight.example"}, mail.Address{Name: "Priya Raman", Addr: "priya@fjordlight.example"}
	for _, c := range []struct {
		s    mail.Summary
		want string
	}{
		{mail.Summary{From: []mail.Address{priya}, Senders: []mail.Address{priya, me}}, "Priya Raman, me"},
		{mail.Summary{From: []mail.Address{me}, Senders: []mail.Address{me}, To: []mail.Address{priya}}, "To Priya Raman"},
		{mail.Summary{From: []mail.Address{priya}, Senders: []mail.Address{priya}, DraftID: 4}, "Priya Raman, Draft"},
		{mail.Summary{From: []mail.Address{me}, Flags: mail.DraftFlag, To: []mail.Address{me}}, "Draft"},
		{mail.Summary{}, "Unknown sender"},
	} {
		who, draft := p.names(&c.s)
		if who+draft != c.want {
			t.Errorf("%q, want %q", who+draft, c.want)
		}
	}
}

// One frame of a fast scroll through a million conversations: placing and binding whole rows, without drawing.
func BenchmarkScrollFrame(b *testing.B) {
	p, _, until := open(b, viewtest.Options{More: 1_000_000})
	until("the order", func() bool { return len(p.m.ids) > 1_000_000 })
	p.list.ScrollTo(20_000_000)
	first, end := p.list.Range()
	until("the rows", func() bool { return p.m.row(first, false) != nil && p.m.row(end-1, false) != nil })
	top := p.list.Top()
	b.ResetTimer()
	for i := 0; b.Loop(); i++ {
		p.list.ScrollTo(top + float64(i%100)*72)
	}
}

func TestASearchThatIsNotUnderstoodSaysWhy(t *testing.T) {
	p, _, until := open(t, viewtest.Options{})
	p.Search("\"unclosed")
	until("the hint", func() bool { return p.hint.Visible() && p.hint.AccessibleName() != "" })
	for _, c := range p.chips {
		if c.Visible() {
			t.Error("the filters are drawn over the hint")
		}
	}
	p.Search("")
	if p.hint.Visible() || !p.chips[0].Visible() {
		t.Error("the hint stays")
	}
}

func TestTableRowsAreOneLineInColumns(t *testing.T) {
	p, c, _ := open(t, viewtest.Options{})
	s := c.Settings()
	s.Density = "table"
	p.SetLooks(s)
	if p.list.RowH != 28 {
		t.Fatalf("rows are %v px high", p.list.RowH)
	}
	r := p.newRow().(*row)
	for _, width := range []float32{360, 408, 800} {
		r.box.Resize(fyne.NewSize(width, 28))
		var subjects []float32
		for i := range 12 {
			r.Bind(i)
			subjects = append(subjects, r.subject.Position().X)
			for name, o := range map[string]fyne.CanvasObject{"sender": r.from, "subject": r.subject, "time": r.time, "snippet": r.snip, "star": r.star} {
				if !o.Visible() {
					continue
				}
				if at, z := o.Position(), o.Size(); at.X < 22 || at.X+z.Width > width || at.Y < 0 || at.Y+z.Height > 28 {
					t.Errorf("width %v, row %d: the %s is at %v, %v", width, i, name, at, z)
				}
			}
			if r.from.Position().X+r.from.Size().Width > r.subject.Position().X && !kit.RTL(p.m.row(i, false).Subject) {
				t.Errorf("width %v, row %d: sender and subject overlap", width, i)
			}
			if r.subject.Visible() && r.subject.Position().X+r.subject.Size().Width > r.time.Position().X {
				t.Errorf("width %v, row %d: subject and time overlap", width, i)
			}
			if r.disc.Visible() || r.snp2.Visible() {
				t.Errorf("row %d has an avatar or a second line", i)
			}
		}
		for i, x := range subjects[1:] {
			if x != subjects[0] && !kit.RTL(p.m.row(i+1, false).Subject) {
				t.Errorf("width %v: the subjects begin at %v", width, subjects)
				break
			}
		}
	}
}

func TestRightToLeftRowsBeginAtTheRight(t *testing.T) {
	p, _, _ := open(t, viewtest.Options{})
	r := p.newRow().(*row)
	for _, dense := range []string{"standard", "comfortable", "compact", "table"} {
		p.dense = dense
		d := p.density()
		r.box.Resize(fyne.NewSize(408, d.height))
		seen := 0
		for i := range p.m.ids {
			m := p.m.row(i, false)
			if m == nil {
				continue
			}
			r.Bind(i)
			left := r.subject.Position().X
			right := left + r.subject.Size().Width
			if kit.RTL(m.Subject) {
				seen++
				if left < d.textX+30 || right < 408-120 {
					t.Errorf("%s: %q stands from %v to %v", dense, m.Subject, left, right)
				}
			} else if dense != "table" && left != d.textX {
				t.Errorf("%s: %q begins at %v", dense, m.Subject, left)
			}
		}
		if seen < 2 {
			t.Fatalf("%d rows are right to left", seen)
		}
	}
}
