package agenda

import (
	"context"
	"io"
	"os"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/storage"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/views/kit"
)

// importFile takes events and tasks in from a file.
func (p *Page) importFile(c pim.Calendar) {
	d := dialog.NewFileOpen(func(r fyne.URIReadCloser, err error) {
		if kit.Chosen(p.win.Canvas(), r != nil, err) {
			p.take(c, r)
		}
	}, p.win)
	d.SetFilter(storage.NewExtensionFileFilter([]string{".ics", ".ical", ".ifb", ".icalendar"}))
	kit.ShowFiles(d, p.win.Canvas(), "Import into “"+c.Name+"”", "Import")
}

// importHere imports into the calendar that new events go to.
func (p *Page) importHere() {
	if cals := p.writable(); len(cals) > 0 {
		p.importFile(cals[0])
		return
	}
	p.h.Toast("calendar", "There is no calendar that can be written to")
}

func (p *Page) take(c pim.Calendar, r io.ReadCloser) {
	go func() {
		added, same, err := p.c.ImportCalendar(context.Background(), c.ID, r)
		_ = r.Close()
		p.h.Do(func() {
			if err != nil {
				p.h.Failed(err)
				return
			}
			text := kit.Plural(added, "entry", "entries") + " added to “" + c.Name + "”"
			if same > 0 {
				text += ", " + kit.Plural(same, "was", "were") + " there already"
			}
			p.h.Toast("calendar", text)
			p.loadCalendars()
		})
	}()
}

// export writes a calendar into a file.
func (p *Page) export(c pim.Calendar) {
	d := dialog.NewFileSave(func(w fyne.URIWriteCloser, err error) {
		if kit.Chosen(p.win.Canvas(), w != nil, err) {
			p.give(c, w, w.URI().Path(), w.URI().Name())
		}
	}, p.win)
	d.SetFileName(kit.FileName(c.Name) + ".ics")
	kit.ShowFiles(d, p.win.Canvas(), "Save “"+c.Name+"”", "Save")
}

func (p *Page) give(c pim.Calendar, w io.WriteCloser, path, name string) {
	go func() {
		err := p.c.ExportCalendar(context.Background(), c.ID, nil, w)
		if cerr := w.Close(); err == nil && cerr != nil {
			err = fault.Of(cerr)
		}
		if err != nil {
			_ = os.Remove(path) // half a calendar looks like a whole one
		}
		p.h.Do(func() {
			if err != nil {
				p.h.Failed(err)
				return
			}
			p.h.Toast("save", name+" saved")
		})
	}()
}
