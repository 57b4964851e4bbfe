package people

import (
	"context"
	"os"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/storage"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/views/kit"
)

// importFile takes contacts in from a file.
func (p *Page) importFile() {
	books := p.writable()
	if len(books) == 0 {
		return
	}
	book := books[0]
	for _, b := range books {
		if b.ID == p.book {
			book = b
		}
	}
	d := dialog.NewFileOpen(func(r fyne.URIReadCloser, err error) {
		if !kit.Chosen(p.win.Canvas(), r != nil, err) {
			return
		}
		go func() {
			added, same, err := p.c.ImportContacts(context.Background(), book.ID, r)
			_ = r.Close()
			p.h.Do(func() {
				if err != nil {
					p.h.Failed(err)
					return
				}
				text := itoa(added) + " contacts added to “" + book.Name + "”"
				if same > 0 {
					text += ", " + itoa(same) + " were there already"
				}
				p.h.Toast("contact-round", text)
				p.loadBooks()
			})
		}()
	}, p.win)
	d.SetFilter(storage.NewExtensionFileFilter([]string{".vcf", ".vcard", ".csv"}))
	kit.ShowFiles(d, p.win.Canvas(), "Import contacts into “"+book.Name+"”", "Import")
}

func (p *Page) export(book pim.CollectionID, ids []pim.ContactID, format string) {
	d := dialog.NewFileSave(func(w fyne.URIWriteCloser, err error) {
		if !kit.Chosen(p.win.Canvas(), w != nil, err) {
			return
		}
		go func() {
			err := p.c.ExportContacts(context.Background(), book, ids, format, w)
			if cerr := w.Close(); err == nil && cerr != nil {
				err = fault.Of(cerr)
			}
			if err != nil {
				_ = os.Remove(w.URI().Path())
			}
			p.h.Do(func() {
				if err != nil {
					p.h.Failed(err)
					return
				}
				p.h.Toast("save", w.URI().Name()+" saved")
			})
		}()
	}, p.win)
	name := "Contacts"
	for _, b := range p.books {
		if b.ID == book {
			name = b.Name
		}
	}
	if len(ids) == 1 && p.shown != nil {
		name = p.shown.Display()
	}
	d.SetFileName(kit.FileName(name) + "." + format)
	kit.ShowFiles(d, p.win.Canvas(), "Save contacts", "Save")
}
