package people

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"

	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/views/kit"
)

// duplicates shows what looks like one, set by set; nothing is changed before the person agrees.
func (p *Page) duplicates() {
	if len(p.dups) == 0 {
		return
	}
	x := p.dups[0]
	p.dups = p.dups[1:]
	var d *kit.Dialog
	var ids []pim.ContactID
	rows := []fyne.CanvasObject{kit.NewLabel("Are these the same?", kit.Title16, kit.Text), kit.Gap(0, 6), kit.NewPara("They have the "+x.Why+". Merged, nothing of them is lost.", kit.Body13, kit.Text2, 19, kit.WideDialog-48), kit.Gap(0, 12)}
	lineOf := func(c pim.Contact, head string) fyne.CanvasObject {
		var parts []string
		for _, e := range c.Emails {
			parts = append(parts, e.Value)
		}
		for _, f := range c.Phones {
			parts = append(parts, f.Value)
		}
		addr := ""
		if len(c.Emails) > 0 {
			addr = c.Emails[0].Value
		}
		name := c.Display()
		if head != "" {
			name = head + ": " + name
		}
		return kit.Inset(4, 0, 4, 0, kit.Hang(kit.NewAvatar(c.Display(), addr, 32), 12, kit.Col(2, kit.NewShrinkLabel(name, kit.Body13B, kit.Text), kit.NewPara(strings.Join(parts, ", "), kit.Small12, kit.Text3, 16, kit.WideDialog-110))))
	}
	for _, c := range x.Contacts {
		ids = append(ids, c.ID)
		rows = append(rows, lineOf(c, ""))
	}
	rows = append(rows, kit.Gap(0, 6), kit.NewRule(kit.Line), kit.Gap(0, 6), lineOf(x.Merged, "Merged"), kit.Gap(0, 16))
	next := func() {
		d.Close()
		if len(p.dups) > 0 {
			p.duplicates()
		} else {
			p.loadBooks()
		}
	}
	merge := kit.NewButton("Merge", "merge", kit.Primary, func() {
		go func() {
			id, u, err := p.c.MergeContacts(context.Background(), ids, x.Merged)
			p.h.Do(func() {
				if err != nil {
					p.h.Failed(err)
				} else {
					p.sel = id
					p.h.ToastUndo("merge", "“"+x.Merged.Display()+"” merged", p.undo(u))
				}
				next()
			})
		}()
	})
	rows = append(rows, kit.Row(8, kit.NewButton("Close", "", kit.Ghost, func() { d.Close(); p.loadBooks() }), kit.Spring(nil), kit.NewButton("Keep apart", "", kit.Plain, next), merge))
	d = kit.NewDialog(p.win.Canvas(), kit.WideDialog, kit.Col(0, rows...))
	d.Open()
	p.win.Canvas().Focus(merge)
}
