package people

import (
	"context"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/views/kit"
	"github.com/postrider/postrider/views/viewtest"
)

// desk is the contacts in a window whose goroutine is the test's.
type desk struct {
	t     *testing.T
	c     *viewtest.Client
	p     *Page
	win   fyne.Window
	queue chan func()
	text  string
	undo  func()
	wrote []mail.Address
}

func openPage(t *testing.T) *desk {
	t.Helper()
	test.NewTempApp(t).Settings().SetTheme(kit.NewTheme())
	kit.Choose(kit.ModeLight, false)
	d := &desk{t: t, c: viewtest.New(viewtest.Options{}), queue: make(chan func(), 1024)}
	t.Cleanup(d.c.CloseShelves)
	d.win = test.NewTempWindow(t, nil)
	d.p = New(d.win, d.c, Hooks{Do: func(f func()) { d.queue <- f }, Now: d.c.Now, Failed: func(err error) { t.Error(err) }, Toast: func(_, s string) { d.text = s },
		ToastUndo: func(_, s string, undo func()) { d.text, d.undo = s, undo }, Write: func(to []mail.Address) { d.wrote = to }, Search: func(string) {}, Show: func(mail.MessageID) {}, OpenURL: func(string) error { return nil }, ShowEvent: func(pim.Occurrence) {}})
	t.Cleanup(d.p.Close)
	d.win.SetPadded(false)
	d.win.SetContent(kit.NewRoot(d.p))
	d.win.Resize(fyne.NewSize(1360, 820))
	d.until("the contacts", func() bool { return len(d.p.rows) > 0 })
	return d
}

func (d *desk) until(what string, ok func() bool) {
	d.t.Helper()
	end := time.After(20 * time.Second)
	for !ok() {
		select {
		case f := <-d.queue:
			f()
		case <-end:
			d.t.Fatalf("%s did not come", what)
		}
	}
}

func (d *desk) names() string {
	var out []string
	for _, r := range d.p.rows {
		out = append(out, r.Name)
	}
	return strings.Join(out, ", ")
}

// top are the widgets of the uppermost dialog, or of the page.
func (d *desk) top() []fyne.CanvasObject {
	if o := d.win.Canvas().Overlays().Top(); o != nil {
		return test.LaidOutObjects(o)
	}
	return test.LaidOutObjects(d.win.Content())
}

func (d *desk) press(text string) {
	d.t.Helper()
	for _, o := range d.top() {
		if b, ok := o.(*kit.Button); ok && b.Visible() && b.Text == text {
			b.OnTapped()
			return
		}
	}
	d.t.Fatalf("there is no button %q", text)
}

func (d *desk) field(name string) *kit.Field {
	d.t.Helper()
	for _, o := range d.top() {
		if f, ok := o.(*kit.Field); ok && f.Name == name {
			return f
		}
	}
	d.t.Fatalf("there is no field %q", name)
	return nil
}

func (d *desk) says(text string) bool {
	for _, o := range d.top() {
		switch x := o.(type) {
		case *kit.Label:
			if strings.Contains(x.Text, text) {
				return true
			}
		case *kit.Para:
			if strings.Contains(x.AccessibleName(), text) {
				return true
			}
		case *kit.Button:
			if strings.Contains(x.Text, text) {
				return true
			}
		}
	}
	return false
}

// A contact is found by typing, shown with what is known, written to, changed and deleted, and the deletion is taken back.
func TestFindShowChangeDelete(t *testing.T) {
	d := openPage(t)
	ctx := context.Background()
	id, _, err := d.c.SaveContact(ctx, pim.Contact{Name: pim.Name{Given: "Rosa", Family: "Sund"}, Org: []string{"Sund AS"}, Emails: []pim.Field{{Value: "rosa@sund.example", Kinds: []string{"work"}}},
		Phones: []pim.Field{{Value: "+47 900 00 001"}}, Note: "Met at the harbour"})
	if err != nil {
		t.Fatal(err)
	}
	d.p.search.SetText("rosa su")
	d.p.search.OnChanged("rosa su")
	d.until("the one", func() bool { return d.names() == "Rosa Sund" })
	d.p.pick(id)
	d.until("the card", func() bool { return d.p.shown != nil && d.p.shown.ID == id })
	for _, text := range []string{"Rosa Sund", "Sund AS", "rosa@sund.example", "+47 900 00 001", "Met at the harbour"} {
		if !d.says(text) {
			t.Errorf("the card does not say %q", text)
		}
	}
	// An event with the person is on the card.
	if _, _, err := d.c.SaveEvent(ctx, pim.Event{Summary: "Tea with Rosa", Start: pim.At(d.c.Now().Add(time.Hour)), End: pim.At(d.c.Now().Add(2 * time.Hour)), Attendees: []pim.Attendee{{Addr: "rosa@sund.example"}}}, pim.AllEvents); err != nil {
		t.Fatal(err)
	}
	d.p.show(id)
	d.until("the event", func() bool { return d.says("Tea with Rosa") })
	d.press("Write")
	if len(d.wrote) != 1 || d.wrote[0].Addr != "rosa@sund.example" {
		t.Errorf("written to %+v", d.wrote)
	}
	d.p.editShown()
	d.until("the editor", func() bool { return d.win.Canvas().Overlays().Top() != nil })
	d.field("Last name").SetText("Berg")
	d.undo = nil
	d.press("Save")
	d.until("the change", func() bool {
		if d.undo == nil {
			return false
		}
		c, err := d.c.Contact(ctx, id)
		return err == nil && c.Name.Family == "Berg"
	})
	if c, _ := d.c.Contact(ctx, id); c.Note != "Met at the harbour" || len(c.Phones) != 1 || c.Emails[0].Kinds[0] != "work" {
		t.Errorf("what was not changed is %+v", c)
	}
	d.p.pick(id)
	d.until("the card", func() bool { return d.p.shown != nil && d.p.shown.Name.Family == "Berg" })
	d.undo = nil
	d.p.remove()
	d.until("the deletion", func() bool { return d.undo != nil })
	if _, err := d.c.Contact(ctx, id); err == nil {
		t.Error("it is still there")
	}
	d.undo()
	d.until("the contact again", func() bool {
		page, err := d.c.Contacts(ctx, pim.ContactQuery{Text: "rosa berg"}, 0, 10)
		return err == nil && len(page.Rows) == 1
	})
}

// Two cards of one person are shown side by side before they become one.
func TestDuplicates(t *testing.T) {
	d := openPage(t)
	ctx := context.Background()
	for _, c := range []pim.Contact{{Name: pim.Name{Given: "Rosa", Family: "Sund"}, Emails: []pim.Field{{Value: "rosa@sund.example"}}}, {Name: pim.Name{Given: "Rosa", Family: "Sund"}, Emails: []pim.Field{{Value: "rosa@home.example"}}, Phones: []pim.Field{{Value: "123"}}}} {
		if _, _, err := d.c.SaveContact(ctx, c); err != nil {
			t.Fatal(err)
		}
	}
	d.until("that they are found", func() bool { return len(d.p.dups) > 0 })
	d.p.duplicates()
	d.until("the dialog", func() bool { return d.win.Canvas().Overlays().Top() != nil })
	if !d.says("rosa@sund.example") || !d.says("rosa@home.example") {
		t.Error("the two are not shown")
	}
	d.press("Merge")
	count := func() (n int, c pim.Contact) {
		page, err := d.c.Contacts(ctx, pim.ContactQuery{Text: "rosa sund"}, 0, 10)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range page.Rows {
			n++
			c, _ = d.c.Contact(ctx, r.ID)
		}
		return n, c
	}
	d.until("one of them", func() bool { n, _ := count(); return n == 1 })
	if _, c := count(); len(c.Emails) != 2 || len(c.Phones) != 1 {
		t.Errorf("it holds %+v", c)
	}
}

// A contact that is a room is listed and shown as one, and can be made a person's again.
func TestARoom(t *testing.T) {
	d := openPage(t)
	ctx := context.Background()
	d.p.edit(pim.Contact{})
	d.until("the editor", func() bool { return d.win.Canvas().Overlays().Top() != nil })
	d.field("First name").SetText("Quay 2")
	d.field("Mail address").SetText("quay2@fjordlight.example")
	for _, o := range test.LaidOutObjects(d.win.Canvas().Overlays().Top()) {
		if c, ok := o.(*kit.Choice); ok && c.Name == "What it is" {
			c.Pick(2)
		}
	}
	d.press("Save")
	row := func() (r pim.ContactRow) {
		page, err := d.c.Contacts(ctx, pim.ContactQuery{Text: "quay"}, 0, 10)
		if err != nil {
			t.Fatal(err)
		}
		if len(page.Rows) == 1 {
			r = page.Rows[0]
		}
		return r
	}
	d.until("the room", func() bool { return row().Room })
	c, err := d.c.Contact(ctx, row().ID)
	if err != nil || !c.IsRoom() || !strings.Contains(string(c.Raw), "KIND:location") {
		t.Fatalf("%v\n%s", err, c.Raw)
	}
	d.p.pick(c.ID)
	d.until("its card", func() bool { return d.p.shown != nil && d.p.shown.ID == c.ID && d.says("Room") })
	c.Kind = ""
	if _, _, err := d.c.SaveContact(ctx, c); err != nil {
		t.Fatal(err)
	}
	if row().Room {
		t.Error("it is a room still")
	}
}
