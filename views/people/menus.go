package people

import (
	"context"

	"fyne.io/fyne/v2"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/views/kit"
)

func (p *Page) undo(u app.Undo) func() {
	return func() {
		go func() {
			if err := p.c.Undo(context.Background(), u); err != nil {
				p.h.Do(func() { p.h.Failed(err) })
			}
		}()
	}
}

func (p *Page) remove() {
	c := p.shown
	if c == nil {
		return
	}
	go func() {
		u, err := p.c.DeleteContacts(context.Background(), []pim.ContactID{c.ID})
		p.h.Do(func() {
			if err != nil {
				p.h.Failed(err)
				return
			}
			p.sel, p.shown = 0, nil
			p.h.ToastUndo("trash-2", "“"+c.Display()+"” deleted", p.undo(u))
			p.loadBooks()
		})
	}()
}

func (p *Page) menu(at fyne.Position) {
	kit.ShowMenu(p.win.Canvas(), at,
		kit.MenuItem{Text: "Write", Icon: "pen-line", Key: "Enter", Do: p.write},
		kit.MenuItem{Text: "Edit", Icon: "pencil", Key: "E", Do: p.editShown},
		kit.MenuItem{Text: "Delete", Icon: "trash-2", Key: "Del", Do: p.remove})
}

func (p *Page) moreMenu() {
	items := []kit.MenuItem{{Text: "Import vCard or CSV…", Icon: "upload", Do: p.importFile}}
	if p.shown != nil {
		id := p.shown.ID
		items = append(items, kit.MenuItem{Text: "Save this contact…", Icon: "save", Do: func() { p.export(p.shown.Book, []pim.ContactID{id}, "vcf") }})
	}
	if p.book != 0 {
		items = append(items, kit.MenuItem{Text: "Export as vCard…", Icon: "download", Do: func() { p.export(p.book, nil, "vcf") }}, kit.MenuItem{Text: "Export as CSV…", Icon: "table", Do: func() { p.export(p.book, nil, "csv") }})
	}
	items = append(items, kit.Separator(), kit.MenuItem{Text: "New group", Icon: "users", Do: func() { p.editGroup(pim.Contact{Kind: "group"}) }}, kit.MenuItem{Text: "New address book", Icon: "book-user", Do: p.addBook})
	kit.ShowMenuBelow(p.moreB, false, items...)
}

func (p *Page) bookMenu(b pim.AddressBook, at fyne.Position) {
	items := []kit.MenuItem{{Text: "Export as vCard…", Icon: "download", Do: func() { p.export(b.ID, nil, "vcf") }}, {Text: "Export as CSV…", Icon: "table", Do: func() { p.export(b.ID, nil, "csv") }}}
	if b.Rights.Delete && b.Role == "" {
		items = append(items, kit.Separator(), kit.MenuItem{Text: "Delete address book", Icon: "trash-2", Do: func() {
			kit.Ask(p.win.Canvas(), "Delete “"+b.Name+"”", "The address book and its "+itoa(b.Count)+" contacts are removed, on the server too. This cannot be undone.", "Delete", true, func() {
				go func() {
					err := p.c.DropCollection(context.Background(), b.ID)
					p.h.Do(func() {
						if err != nil {
							p.h.Failed(err)
						}
						p.openBook(0, "")
						p.loadBooks()
					})
				}()
			})
		}})
	}
	kit.ShowMenu(p.win.Canvas(), at, items...)
}

// addBook makes an address book on this computer or with an account.
func (p *Page) addBook() {
	f := kit.NewField("Name")
	f.Name = "Name"
	places := kit.Places(func(yield func(key, name string) bool) {
		for _, b := range p.books {
			if !yield(string(b.Account), b.Source) {
				return
			}
		}
	})
	where := kit.NewWhere(places, "Where")
	kit.AskText(p.win.Canvas(), "New address book", f, "Make", func(name string) {
		go func() {
			_, err := p.c.MakeAddressBook(context.Background(), mail.AccountID(places[max(0, where.Selected)].Key), name, "")
			p.h.Do(func() {
				if err != nil {
					p.h.Failed(err)
				}
				p.loadBooks()
			})
		}()
	}, where)
}
