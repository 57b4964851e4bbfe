package people

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/views/kit"
	"github.com/postrider/postrider/views/viewtest"
)

// desk is the contacts in a window whose goroutine is the test's.
type desk struct {
	*viewtest.Desk
	c     *viewtest.Client
	p     *Page
	text  string
	undo  func()
	wrote []mail.Address
}

func openPage(t *testing.T) *desk {
	t.Helper()
	d := &desk{Desk: viewtest.NewDesk(t, kit.ModeLight), c: viewtest.New(viewtest.Options{})}
	t.Cleanup(d.c.CloseShelves)
	d.p = New(d.Win, d.c, Hooks{Do: d.Do, Now: d.c.Now, Failed: func(err error) { t.Error(err) }, Toast: func(_, s string) { d.text = s },
		ToastUndo: func(_, s string, undo func()) { d.text, d.undo = s, undo }, Write: func(to []mail.Address) { d.wrote = to }, Search: func(string) {}, Show: func(mail.MessageID) {}, OpenURL: func(string) error { return nil }, ShowEvent: func(pim.Occurrence) {}})
	t.Cleanup(d.p.Close)
	d.Show(d.p, 1360, 820)
	d.Until("the contacts", func() bool { return len(d.p.rows) > 0 })
	return d
}

func (d *desk) names() string {
	var out []string
	for _, r := range d.p.rows {
		out = append(out, r.Name)
	}
	return strings.Join(out, ", ")
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
	d.Until("the one", func() bool { return d.names() == "Rosa Sund" })
	d.p.pick(id)
	d.Until("the card", func() bool { return d.p.shown != nil && d.p.shown.ID == id })
	for _, text := range []string{"Rosa Sund", "Sund AS", "rosa@sund.example", "+47 900 00 001", "Met at the harbour"} {
		if !d.SaysOnTop(text) {
			t.Errorf("the card does not say %q", text)
		}
	}
	// An event with the person is on the card.
	if _, _, err := d.c.SaveEvent(ctx, pim.Event{Summary: "Tea with Rosa", Start: pim.At(d.c.Now().Add(time.Hour)), End: pim.At(d.c.Now().Add(2 * time.Hour)), Attendees: []pim.Attendee{{Addr: "rosa@sund.example"}}}, pim.AllEvents); err != nil {
		t.Fatal(err)
	}
	d.p.show(id)
	d.Until("the event", func() bool { return d.SaysOnTop("Tea with Rosa") })
	d.Press("Write")
	if len(d.wrote) != 1 || d.wrote[0].Addr != "rosa@sund.example" {
		t.Errorf("written to %+v", d.wrote)
	}
	d.p.editShown()
	d.Until("the editor", func() bool { return d.Win.Canvas().Overlays().Top() != nil })
	viewtest.Find[*kit.Field](d.Desk, "Last name").SetText("Berg")
	d.undo = nil
	d.Press("Save")
	d.Until("the change", func() bool {
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
	d.Until("the card", func() bool { return d.p.shown != nil && d.p.shown.Name.Family == "Berg" })
	d.undo = nil
	d.p.remove()
	d.Until("the deletion", func() bool { return d.undo != nil })
	if _, err := d.c.Contact(ctx, id); err == nil {
		t.Error("it is still there")
	}
	d.undo()
	d.Until("the contact again", func() bool {
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
	d.Until("that they are found", func() bool { return len(d.p.dups) > 0 })
	d.p.duplicates()
	d.Until("the dialog", func() bool { return d.Win.Canvas().Overlays().Top() != nil })
	if !d.SaysOnTop("rosa@sund.example") || !d.SaysOnTop("rosa@home.example") {
		t.Error("the two are not shown")
	}
	d.Press("Merge")
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
	d.Until("one of them", func() bool { n, _ := count(); return n == 1 })
	if _, c := count(); len(c.Emails) != 2 || len(c.Phones) != 1 {
		t.Errorf("it holds %+v", c)
	}
}

// A contact that is a room is listed and shown as one, and can be made a person's again.
func TestARoom(t *testing.T) {
	d := openPage(t)
	ctx := context.Background()
	d.p.edit(pim.Contact{})
	d.Until("the editor", func() bool { return d.Win.Canvas().Overlays().Top() != nil })
	viewtest.Find[*kit.Field](d.Desk, "First name").SetText("Quay 2")
	viewtest.Find[*kit.Field](d.Desk, "Mail address").SetText("quay2@fjordlight.example")
	viewtest.Find[*kit.Choice](d.Desk, "What it is").Pick(2)
	d.Press("Save")
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
	d.Until("the room", func() bool { return row().Room })
	c, err := d.c.Contact(ctx, row().ID)
	if err != nil || !c.IsRoom() || !strings.Contains(string(c.Raw), "KIND:location") {
		t.Fatalf("%v\n%s", err, c.Raw)
	}
	d.p.pick(c.ID)
	d.Until("its card", func() bool { return d.p.shown != nil && d.p.shown.ID == c.ID && d.SaysOnTop("Room") })
	c.Kind = ""
	if _, _, err := d.c.SaveContact(ctx, c); err != nil {
		t.Fatal(err)
	}
	if row().Room {
		t.Error("it is a room still")
	}
}

// What somebody is filed under is a group beside the list: it shows those who are in it.
func TestCategories(t *testing.T) {
	d := openPage(t)
	ctx := context.Background()
	for name, cats := range map[string][]string{"Rosa Sund": {"Regatta", "Board"}, "Odd Vik": {"Regatta"}, "Liv Dal": nil} {
		if _, _, err := d.c.SaveContact(ctx, pim.Contact{Name: pim.Name{Full: name}, Categories: cats}); err != nil {
			t.Fatal(err)
		}
	}
	group := func(name string) *kit.Frame {
		f, _ := viewtest.Has[*kit.Frame](d.Desk, name)
		return f
	}
	d.Until("the groups", func() bool { return group("Regatta") != nil && group("Board") != nil })
	group("Regatta").OnTapped()
	d.Until("its people", func() bool {
		return len(d.p.rows) == 2 && strings.Contains(d.names(), "Odd Vik") && strings.Contains(d.names(), "Rosa Sund")
	})
	if d.p.title.Text != "Regatta" || d.p.count.Text != "2 people" {
		t.Errorf("the head says %q, %q", d.p.title.Text, d.p.count.Text)
	}
	d.Until("somebody of them", func() bool { return d.p.shown != nil && slices.Contains(d.p.shown.Categories, "Regatta") })
}

// A photo is made of a picture file and stands in the contact; groups are written in the editor.
func TestPhotoAndGroups(t *testing.T) {
	d := openPage(t)
	ctx := context.Background()
	id, _, err := d.c.SaveContact(ctx, pim.Contact{Name: pim.Name{Given: "Rosa", Family: "Sund"}, Emails: []pim.Field{{Value: "rosa@sund.example"}}, Categories: []string{"Board"}})
	if err != nil {
		t.Fatal(err)
	}
	img := image.NewRGBA(image.Rect(0, 0, 900, 600))
	draw.Draw(img, img.Bounds(), image.NewUniform(color.RGBA{200, 30, 30, 255}), image.Point{}, draw.Src)
	var file bytes.Buffer
	if err := png.Encode(&file, img); err != nil {
		t.Fatal(err)
	}
	c, err := d.c.Contact(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	f := newPhoto(d.p, c)
	f.take(io.NopCloser(strings.NewReader("no picture")))
	f.take(io.NopCloser(bytes.NewReader(file.Bytes())))
	d.Until("the photo", func() bool { return f.face.Photo != nil })
	cfg, format, err := image.DecodeConfig(bytes.NewReader(f.photo.Data))
	if err != nil || format != "jpeg" || cfg.Width != 384 || cfg.Height != 384 {
		t.Fatalf("%v %s %dx%d", err, format, cfg.Width, cfg.Height)
	}
	c.Photo = f.photo
	d.p.edit(c)
	d.Until("the editor", func() bool { return d.Win.Canvas().Overlays().Top() != nil })
	viewtest.Find[*kit.Field](d.Desk, "Groups").SetText("Board, Regatta,, Board")
	d.Press("Save")
	d.Until("that it is stored", func() bool {
		c, err = d.c.Contact(ctx, id)
		return err == nil && len(c.Photo.Data) > 0 && strings.Join(c.Categories, "/") == "Board/Regatta"
	})
	d.p.edit(c)
	d.Until("the editor again", func() bool { return d.Win.Canvas().Overlays().Top() != nil })
	d.Press("Remove")
	d.Press("Save")
	d.Until("that it is gone", func() bool { c, err = d.c.Contact(ctx, id); return err == nil && len(c.Photo.Data) == 0 })
}

// With the keyboard in the list or in the search, the window's own shortcuts still reach the window.
func TestShortcuts(t *testing.T) {
	d := openPage(t)
	var got []fyne.Shortcut
	d.p.h.OnShortcut = func(s fyne.Shortcut) { got = append(got, s) }
	d.p.list.TypedShortcut(&fyne.ShortcutUndo{})
	d.p.search.TypedShortcut(&desktop.CustomShortcut{KeyName: fyne.Key2, Modifier: fyne.KeyModifierControl})
	if len(got) != 2 {
		t.Errorf("%d of 2 shortcuts came", len(got))
	}
	// When another page is shown, its keys are the window's.
	var keys []fyne.KeyName
	d.p.h.OnKey = func(e *fyne.KeyEvent) { keys = append(keys, e.Name) }
	d.p.Close()
	d.p.key(&fyne.KeyEvent{Name: fyne.KeyN})
	d.Settle(50 * time.Millisecond)
	if len(keys) != 1 || d.Win.Canvas().Overlays().Top() != nil {
		t.Errorf("closed, it keeps its keys: %v", keys)
	}
}

// A group is made of people who are found by typing, written to as one, and changed; who is in no address book here stays in it.
func TestGroup(t *testing.T) {
	d := openPage(t)
	ctx := context.Background()
	if _, _, err := d.c.SaveContact(ctx, pim.Contact{UID: "rosa-1", Name: pim.Name{Full: "Rosa Sund"}, Emails: []pim.Field{{Value: "rosa@sund.example"}}}); err != nil {
		t.Fatal(err)
	}
	d.p.editGroup(pim.Contact{Kind: "group", Members: []string{}})
	d.Until("the dialog", func() bool { return d.Win.Canvas().Overlays().Top() != nil })
	viewtest.Find[*kit.Field](d.Desk, "Name").SetText("Regatta")
	in := viewtest.Find[*kit.Field](d.Desk, "Members")
	in.SetText("rosa")
	in.OnChanged("rosa")
	d.Until("Rosa", func() bool { _, ok := viewtest.Has[*kit.Frame](d.Desk, "Rosa Sund"); return ok })
	in.OnKey(fyne.KeyReturn, false)
	in.SetText("odd@vik.example")
	d.Press("Save")
	var g pim.Contact
	find := func() bool {
		page, err := d.c.Contacts(ctx, pim.ContactQuery{Text: "regatta", GroupsOnly: true}, 0, 10)
		if err != nil || len(page.Rows) != 1 {
			return false
		}
		g, err = d.c.Contact(ctx, page.Rows[0].ID)
		return err == nil
	}
	d.Until("the group", find)
	if got := strings.Join(g.Members, " "); got != "urn:uuid:rosa-1 mailto:odd@vik.example" {
		t.Errorf("its members are %s", got)
	}
	g.Members = append(g.Members, "urn:uuid:elsewhere")
	if _, _, err := d.c.SaveContact(ctx, g); err != nil {
		t.Fatal(err)
	}
	d.p.editGroup(g)
	d.Until("the dialog again", func() bool { _, ok := viewtest.Has[*kit.Chip](d.Desk, "Rosa Sund"); return ok })
	viewtest.Find[*kit.Chip](d.Desk, "odd@vik.example").OnRemove()
	d.Press("Save")
	d.Until("the change", func() bool { return find() && strings.Join(g.Members, " ") == "urn:uuid:rosa-1 urn:uuid:elsewhere" })
	d.p.pick(g.ID)
	d.Until("its card", func() bool { return d.p.shown != nil && d.p.shown.ID == g.ID })
	d.Press("Write")
	d.Until("the composer", func() bool {
		return len(d.wrote) == 1 && d.wrote[0].Addr == "rosa@sund.example" && d.wrote[0].Name == "Rosa Sund"
	})
}

// A contact that was changed here and on the server is pointed out beside the list, and settled.
func TestChangedTwice(t *testing.T) {
	d := openPage(t)
	d.c.Conflicting = []pim.Conflict{{ID: 6, Contact: 9, Title: "Kari", Differences: []pim.Difference{{What: "Notes", Mine: "from here", Theirs: "from there"}}}, {ID: 7, Event: 1, Title: "Row"}}
	d.p.loadBooks()
	d.Until("that it is pointed out", func() bool { _, ok := viewtest.Has[*kit.Frame](d.Desk, "Changed twice"); return ok })
	viewtest.Find[*kit.Frame](d.Desk, "Changed twice").OnTapped()
	if !d.SaysOnTop("from here") || !d.SaysOnTop("from there") {
		t.Error("both are not shown")
	}
	d.Press("Keep mine")
	d.Until("that it is settled", func() bool { _, ok := viewtest.Has[*kit.Frame](d.Desk, "Changed twice"); return !ok })
	if strings.Join(d.c.Settled, ",") != "6 mine" {
		t.Errorf("settled: %v", d.c.Settled)
	}
}
