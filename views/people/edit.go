package people

import (
	"context"
	"slices"
	"strings"

	"fyne.io/fyne/v2"

	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/views/kit"
)

// writable are the address books that take contacts, the default one first.
func (p *Page) writable() []pim.AddressBook {
	var out []pim.AddressBook
	for _, b := range p.books {
		if b.Rights.Edit && b.Role == "" {
			if b.Default {
				out = append([]pim.AddressBook{b}, out...)
			} else {
				out = append(out, b)
			}
		}
	}
	return out
}

func (p *Page) editShown() {
	switch {
	case p.shown == nil:
	case p.shown.IsGroup():
		p.editGroup(*p.shown)
	default:
		p.edit(*p.shown)
	}
}

// field is a line of the editor for one of several values.
type field struct {
	old  *pim.Field
	kind *kit.Choice
	text *kit.Field
}

var mailKinds = []string{"work", "home", "other"}
var phoneKinds = []string{"cell", "work", "home", "fax", "other"}

func words(kinds []string) []string {
	var out []string
	for _, k := range kinds {
		out = append(out, kindWord(pim.Field{Kinds: []string{k}}, k))
	}
	return out
}

// sorts are the kinds of contacts that can be chosen, sortWords what they are called.
var (
	sorts     = []string{"", "org", "location"}
	sortWords = []string{"A person", "A company", "A room"}
)

// edit shows the editor of a contact; one without an id is new.
func (p *Page) edit(c pim.Contact) {
	books := p.writable()
	if len(books) == 0 {
		p.h.Toast("contact-round", "There is no address book that can be written to")
		return
	}
	at := -1
	names := make([]string, len(books))
	for i, b := range books {
		names[i] = b.Name + ", " + b.Source
		if b.ID == c.Book || c.Book == 0 && b.ID == p.book {
			at = i
		}
	}
	if c.ID != 0 && at < 0 {
		p.h.Toast("lock-keyhole", "This contact can only be read")
		return
	}
	at = max(0, at)
	w := kit.WideDialog - 48
	var d *kit.Dialog
	text := func(name, value string) *kit.Field {
		f := kit.NewField("")
		f.Name = name
		f.SetText(value)
		return f
	}
	given, family := text("First name", c.Name.Given), text("Last name", c.Name.Family)
	org, title := text("Company", strings.Join(c.Org, ", ")), text("Position", c.Title)
	birthday := text("Birthday", c.Birthday.String())
	birthday.Placeholder = "1980-06-24 or --06-24"
	note := text("Notes", strings.ReplaceAll(c.Note, "\n", " "))
	noted := note.Text()
	groups := text("Groups", strings.Join(c.Categories, ", "))
	groups.Placeholder = "Clients, Rowing"
	photo := newPhoto(p, c)
	book := kit.NewChoice(names, at, nil)
	sort := max(0, slices.Index(sorts, c.Kind))
	what := kit.NewChoice(sortWords, sort, nil)
	what.Name = "What it is"
	problem := kit.NewLabel("", kit.Small12, kit.Err)
	rowsOf := func(list []pim.Field, kinds []string, spare int, name string) ([]*field, []fyne.CanvasObject) {
		var fs []*field
		var objs []fyne.CanvasObject
		for i := 0; i < len(list)+spare; i++ {
			f := &field{text: text(name, "")}
			sel := 0
			if i < len(list) {
				f.old = &list[i]
				f.text.SetText(list[i].Value)
				for k, kind := range kinds {
					if kindWord(list[i], "Other") == kindWord(pim.Field{Kinds: []string{kind}}, kind) {
						sel = k
					}
				}
			} else {
				sel = min(i, len(kinds)-1)
			}
			f.kind = kit.NewChoice(words(kinds), sel, nil)
			fs = append(fs, f)
			objs = append(objs, kit.Free(func() fyne.Size { return fyne.NewSize(w, 36) }, func(s fyne.Size) {
				kit.Place(f.kind, 0, 0, 116, 36)
				kit.Place(f.text, 124, 0, s.Width-124, 36)
			}, f.kind, f.text), kit.Gap(0, 8))
		}
		return fs, objs
	}
	spare := func(n int) int {
		if n == 0 {
			return 2
		}
		return 1
	}
	mails, mailRows := rowsOf(c.Emails, mailKinds, spare(len(c.Emails)), "Mail address")
	phones, phoneRows := rowsOf(c.Phones, phoneKinds, spare(len(c.Phones)), "Telephone")
	var place pim.Place
	if len(c.Places) > 0 {
		place = c.Places[0]
	}
	street, code, city, country := text("Street", place.Street), text("Postcode", place.Code), text("City", place.City), text("Country", place.Country)
	save := func() {
		n := c
		n.Name.Given, n.Name.Family = strings.TrimSpace(given.Text()), strings.TrimSpace(family.Text())
		if n.Name.Given != c.Name.Given || n.Name.Family != c.Name.Family || n.Name.Full == "" {
			n.Name.Full = n.Name.Join()
		}
		if org.Text() != strings.Join(c.Org, ", ") {
			n.Org = trimmed(org.Text())
		}
		n.Title = strings.TrimSpace(title.Text())
		collect := func(fs []*field, kinds []string) (out []pim.Field) {
			for _, f := range fs {
				v := strings.TrimSpace(f.text.Text())
				if v == "" {
					continue
				}
				x := pim.Field{Kinds: []string{kinds[f.kind.Selected]}}
				if f.old != nil {
					x = *f.old
					if kindWord(x, "Other") != kindWord(pim.Field{Kinds: []string{kinds[f.kind.Selected]}}, "") {
						x.Kinds, x.Label = []string{kinds[f.kind.Selected]}, ""
					}
				}
				x.Value = v
				out = append(out, x)
			}
			return out
		}
		n.Emails, n.Phones = collect(mails, mailKinds), collect(phones, phoneKinds)
		for _, e := range n.Emails {
			if i := strings.LastIndexByte(e.Value, '@'); i < 1 || i == len(e.Value)-1 || strings.ContainsAny(e.Value, " ,;") {
				problem.SetText("“" + e.Value + "” is not a mail address.")
				return
			}
		}
		if s := strings.TrimSpace(birthday.Text()); s != c.Birthday.String() {
			b, ok := parseDate(s)
			if !ok {
				problem.SetText("Write the birthday as 1980-06-24, or --06-24 without a year.")
				return
			}
			n.Birthday = b
		}
		if note.Text() != noted {
			n.Note = note.Text()
		}
		if s := groups.Text(); s != strings.Join(c.Categories, ", ") {
			n.Categories = nil
			for _, g := range trimmed(strings.Split(s, ",")...) {
				if !slices.Contains(n.Categories, g) {
					n.Categories = append(n.Categories, g)
				}
			}
		}
		n.Photo = photo.photo
		np := place
		np.Street, np.Code, np.City, np.Country = strings.TrimSpace(street.Text()), strings.TrimSpace(code.Text()), strings.TrimSpace(city.Text()), strings.TrimSpace(country.Text())
		n.Places = append([]pim.Place(nil), c.Places...)
		switch empty := np.Street+np.Code+np.City+np.Country == ""; {
		case len(c.Places) > 0 && empty:
			n.Places = n.Places[1:]
		case len(c.Places) > 0:
			n.Places[0] = np
		case !empty:
			np.Kinds = []string{"work"}
			n.Places = []pim.Place{np}
		}
		n.Book = books[max(0, book.Selected)].ID
		if s := max(0, what.Selected); s != sort {
			n.Kind = sorts[s]
		}
		if n.Display() == "" {
			problem.SetText("A contact needs a name, a company or an address.")
			return
		}
		d.Close()
		go func() {
			id, u, err := p.c.SaveContact(context.Background(), n)
			p.h.Do(func() {
				if err != nil {
					p.h.Failed(err)
					p.edit(n)
					return
				}
				p.sel = id
				p.h.ToastUndo("contact-round", "“"+n.Display()+"” saved", p.undo(u))
				p.loadBooks()
			})
		}()
	}
	beside := func(an string, a fyne.CanvasObject, bn string, b fyne.CanvasObject) fyne.CanvasObject {
		la, lb := kit.NewLabel(an, kit.Small12M, kit.Text2), kit.NewLabel(bn, kit.Small12M, kit.Text2)
		return kit.Free(func() fyne.Size { return fyne.NewSize(w, 56) }, func(s fyne.Size) {
			h := (s.Width - 12) / 2
			kit.Place(la, 0, 0, h, 16)
			kit.Place(a, 0, 20, h, 36)
			kit.Place(lb, h+12, 0, h, 16)
			kit.Place(b, h+12, 20, h, 36)
		}, la, a, lb, b)
	}
	half := func(a, b *kit.Field) fyne.CanvasObject { return beside(a.Name, a, b.Name, b) }
	head := "New contact"
	if c.ID != 0 {
		head = "Edit contact"
	}
	form := []fyne.CanvasObject{photo.row, kit.Gap(0, 12), half(given, family), kit.Gap(0, 10), half(org, title), kit.Gap(0, 12), kit.NewLabel("Mail", kit.Small12M, kit.Text2), kit.Gap(0, 4)}
	form = append(form, mailRows...)
	form = append(form, kit.NewLabel("Telephone", kit.Small12M, kit.Text2), kit.Gap(0, 4))
	form = append(form, phoneRows...)
	form = append(form, half(street, code), kit.Gap(0, 10), half(city, country), kit.Gap(0, 10), half(birthday, groups), kit.Gap(0, 10), kit.NewLabel("Notes", kit.Small12M, kit.Text2), kit.Gap(0, 4), note, kit.Gap(0, 10))
	if c.IsGroup() {
		form = append(form, kit.NewLabel("Address book", kit.Small12M, kit.Text2), kit.Gap(0, 4), book)
	} else {
		form = append(form, beside("Address book", book, what.Name, what))
	}
	col := kit.Col(0, form...)
	height := min(col.MinSize().Height, max(200, p.win.Canvas().Size().Height-260))
	if height < col.MinSize().Height { // room for the bar
		col = kit.Inset(0, 14, 0, 0, col)
	}
	scroll := kit.NewScroller(col)
	scroll.Fill = kit.Card
	d = kit.NewDialog(p.win.Canvas(), kit.WideDialog, kit.Col(0, kit.NewLabel(head, kit.Title16, kit.Text), kit.Gap(0, 14), kit.Sized(w, height, scroll), kit.Gap(0, 8), kit.Sized(0, 18, problem), kit.Gap(0, 8),
		kit.Row(8, kit.Spring(nil), kit.NewButton("Cancel", "", kit.Plain, func() { d.Close() }), kit.NewButton("Save", "", kit.Primary, save))))
	d.Open()
	p.win.Canvas().Focus(given)
}

// parseDate reads a date with or without a year; "" is none.
func parseDate(s string) (pim.Date, bool) {
	if s == "" {
		return pim.Date{}, true
	}
	s, short := strings.CutPrefix(s, "--")
	parts := strings.Split(s, "-")
	var n [3]int
	if short {
		parts = append([]string{"0"}, parts...)
	}
	if len(parts) != 3 {
		return pim.Date{}, false
	}
	for i, x := range parts {
		for _, r := range x {
			if r < '0' || r > '9' {
				return pim.Date{}, false
			}
			n[i] = n[i]*10 + int(r-'0')
		}
	}
	d := pim.Date{Year: n[0], Month: n[1], Day: n[2]}
	ok := d.Month >= 1 && d.Month <= 12 && d.Day >= 1 && d.Day <= 31 && d.Year < 3000 && (short || d.Year > 1800)
	return d, ok
}
