package people

import (
	"fyne.io/fyne/v2"

	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/views/kit"
	"github.com/postrider/postrider/views/settle"
)

// maxCategories is how many groups by name an address book shows.
const maxCategories = 30

// drawSide lists the address books by where they are from, each with its groups by name.
func (p *Page) drawSide() {
	var objs []fyne.CanvasObject
	all := 0
	for _, b := range p.books {
		if !b.Hidden {
			all += b.Count
		}
	}
	row := func(icon, name string, n int, indent float32, on bool, do func()) *kit.Frame {
		st, ink := kit.Body13, kit.Text
		if on {
			st = kit.Body13B
		}
		count := ""
		if n > 0 {
			count = itoa(n)
		}
		r := kit.Row(9, kit.Gap(3+indent, 0), kit.NewIcon(icon, 16, kit.Text2), kit.NewShrinkLabel(name, st, ink), kit.Spring(nil), kit.NewLabel(count, kit.Small12, kit.Text3), kit.Gap(3, 0))
		fill := kit.Clear
		if on {
			fill = kit.Select
		}
		f := kit.NewFrame(fill, kit.Clear, 6, 0, kit.Sized(0, 28, r))
		f.Name, f.OnTapped, f.HoverFill = name, do, kit.HoverSide
		objs = append(objs, kit.Inset(0, 8, 0, 8, f))
		return f
	}
	row("users", "Everyone", all, 0, p.book == 0, func() { p.openBook(0, "") })
	if n := len(p.dups); n > 0 {
		row("merge", "Duplicates", n, 0, false, func() { p.duplicates() })
	}
	if n := len(p.conf); n > 0 {
		row("triangle-alert", "Changed twice", n, 0, false, func() { settle.Ask(p.win, p.c, p.h.Do, p.conf, p.h.Failed, p.loadBooks) })
	}
	last := ""
	for i, b := range p.books {
		if b.Source != last || i == 0 {
			last = b.Source
			objs = append(objs, kit.Sized(0, 36, kit.Inset(12, 12, 4, 16, kit.NewLabel(b.Source, kit.Small12B, kit.Text2))))
		}
		icon := "contact-round"
		switch {
		case b.Role == "collected":
			icon = "inbox"
		case b.Shared:
			icon = "users"
		case !b.Rights.Edit:
			icon = "globe"
		}
		f := row(icon, b.Name, b.Count, 0, p.book == b.ID && p.group == "", func() { p.openBook(b.ID, "") })
		f.OnSecondary = func(at fyne.Position) { p.bookMenu(b, at) }
		n := 0
		for _, c := range p.cats {
			if c.Book == b.ID && n < maxCategories {
				n++
				row("tag", c.Name, c.Count, 14, p.book == b.ID && p.group == c.Name, func() { p.openBook(b.ID, c.Name) })
			}
		}
	}
	p.side.Objects = objs
	p.side.Refresh()
	p.sscroll.Refresh()
}

// openBook shows an address book (0 = everyone), or one category of it.
func (p *Page) openBook(id pim.CollectionID, category string) {
	p.book, p.group = id, category
	p.sel, p.shown = 0, nil
	p.search.SetText("")
	p.list.ScrollTo(0)
	p.drawSide()
	p.reload()
}
