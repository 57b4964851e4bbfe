package people

import (
	"context"
	"slices"
	"strings"

	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/views/kit"
	"github.com/postrider/postrider/views/whom"
)

// editGroup asks for the name and the members of a group; one without an id is new.
func (p *Page) editGroup(c pim.Contact) {
	if c.ID == 0 {
		p.groupDialog(c, nil)
		return
	}
	go func() {
		ms, err := p.c.GroupMembers(context.Background(), c.ID)
		p.h.Do(func() {
			if err != nil {
				p.h.Failed(err)
				return
			}
			p.groupDialog(c, ms)
		})
	}()
}

func (p *Page) groupDialog(c pim.Contact, ms []pim.Member) {
	books := p.writable()
	at := slices.IndexFunc(books, func(b pim.AddressBook) bool { return b.ID == c.Book || c.Book == 0 && b.ID == p.book })
	switch {
	case len(books) == 0:
		p.h.Toast("users", "There is no address book that can be written to")
		return
	case c.ID != 0 && at < 0:
		p.h.Toast("lock-keyhole", "This group can only be read")
		return
	}
	at = max(0, at)
	names := make([]string, len(books))
	for i, b := range books {
		names[i] = b.Name + ", " + b.Source
	}
	var d *kit.Dialog
	name := kit.NewField("Pier 4 team")
	name.Name = "Name"
	name.SetText(c.Display())
	book := kit.NewChoice(names, at, nil)
	book.Name = "Address book"
	if c.ID != 0 {
		book.Disable()
	}
	var list []pim.Attendee
	for _, m := range ms {
		if m.Addr != "" {
			list = append(list, pim.Attendee{Name: m.Name, Addr: m.Addr})
		}
	}
	members := whom.New(p.win, p.c, p.h.Do, "Members", list)
	members.Plain = true
	members.Fit = func() {
		if d != nil {
			d.Fit()
		}
	}
	problem := kit.NewLabel("", kit.Small12, kit.Err)
	save := func() {
		who, bad := members.All()
		switch {
		case bad != "":
			problem.SetText("“" + bad + "” is not an address.")
			return
		case strings.TrimSpace(name.Text()) == "":
			problem.SetText("A group needs a name.")
			return
		}
		n := c
		n.Kind, n.Name = "group", pim.Name{Full: strings.TrimSpace(name.Text())}
		n.Book = books[max(0, book.Selected)].ID
		d.Close()
		go func() {
			ctx := context.Background()
			n.Members = p.members(ctx, n.Book, ms, who)
			id, u, err := p.c.SaveContact(ctx, n)
			p.h.Do(func() {
				if err != nil {
					p.h.Failed(err)
					p.groupDialog(n, ms)
					return
				}
				p.sel = id
				p.h.ToastUndo("users", "“"+n.Display()+"” saved", p.undo(u))
				p.loadBooks()
			})
		}()
	}
	name.OnSubmit = save
	head := "New group"
	if c.ID != 0 {
		head = "Edit group"
	}
	label := func(s string) *kit.Label { return kit.NewLabel(s, kit.Small12M, kit.Text2) }
	d = kit.NewDialog(p.win.Canvas(), kit.NarrowDialog, kit.Col(0,
		kit.NewLabel(head, kit.Title16, kit.Text), kit.Gap(0, 14), label("Name"), kit.Gap(0, 4), name, kit.Gap(0, 12), label("Members"), kit.Gap(0, 4), members.Object(), kit.Gap(0, 12),
		label("Address book"), kit.Gap(0, 4), book, kit.Gap(0, 8), kit.Sized(0, 18, problem), kit.Gap(0, 10),
		kit.Row(8, kit.Spring(nil), kit.NewButton("Cancel", "", kit.Plain, func() { d.Close() }), kit.NewButton("Save", "", kit.Primary, save))))
	d.Open()
	p.win.Canvas().Focus(name)
}

// members names who is in a group as its vCard does: those who were in it as they were, contacts of the same address book by their UID, others by their address. Those who
// are in no address book here stay.
func (p *Page) members(ctx context.Context, book pim.CollectionID, was []pim.Member, now []pim.Attendee) (out []string) {
	for _, m := range was {
		if m.Addr == "" || slices.ContainsFunc(now, func(a pim.Attendee) bool { return strings.EqualFold(a.Addr, m.Addr) }) {
			out = append(out, m.Ref)
		}
	}
	for _, a := range now {
		if slices.ContainsFunc(was, func(m pim.Member) bool { return strings.EqualFold(m.Addr, a.Addr) }) {
			continue
		}
		ref := "mailto:" + a.Addr
		rows, err := p.c.ContactsOf(ctx, a.Addr)
		for _, r := range rows {
			if err == nil && r.Book == book && r.UID != "" && strings.EqualFold(r.Email, a.Addr) && !r.Group {
				ref = "urn:uuid:" + strings.TrimPrefix(r.UID, "urn:uuid:")
				break
			}
		}
		out = append(out, ref)
	}
	return out
}
