package agenda

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/views/kit"
)

// calendarMenu is that of a calendar of the sidebar.
func (p *Page) calendarMenu(c pim.Calendar, at fyne.Position) {
	var items []kit.MenuItem
	change := func(f func(*pim.Collection)) {
		k := c.Collection
		f(&k)
		go func() {
			if err := p.c.ChangeCollection(context.Background(), k); err != nil {
				p.h.Do(func() { p.h.Failed(err) })
			}
		}()
	}
	if c.Rights.Change || c.Local {
		items = append(items, kit.MenuItem{Text: "Rename", Icon: "pencil", Do: func() {
			p.ask("Rename calendar", "Name", c.Name, "Rename", func(s string) { change(func(k *pim.Collection) { k.Name = s }) })
		}})
	}
	for _, x := range [][2]string{{"petrol", "#0F7F88"}, {"blue", "#2F74C8"}, {"violet", "#8A55CC"}, {"rose", "#C9457A"}, {"orange", "#C86A1E"}, {"green", "#3F8C42"}} {
		items = append(items, kit.MenuItem{Text: "In " + x[0], Icon: "square", Checked: p.hues[c.ID] == x[0], Do: func() { change(func(k *pim.Collection) { k.Color = x[1] }) }})
	}
	if c.Rights.Edit && c.Events && !c.Default {
		items = append(items, kit.Separator(), kit.MenuItem{Text: "New events go here", Icon: "calendar-plus", Do: func() { change(func(k *pim.Collection) { k.Default = true }) }})
	}
	if c.Role != "birthdays" {
		items = append(items, kit.Separator())
		if c.Rights.Edit && c.Role == "" {
			items = append(items, kit.MenuItem{Text: "Import .ics…", Icon: "upload", Do: func() { p.importFile(c) }})
		}
		items = append(items, kit.MenuItem{Text: "Export as .ics…", Icon: "download", Do: func() { p.export(c) }})
	}
	if c.Role != "birthdays" && (c.Rights.Delete || c.Role == "subscription") {
		items = append(items, kit.Separator(), kit.MenuItem{Text: "Delete calendar", Icon: "trash-2", Do: func() {
			kit.Ask(p.win.Canvas(), "Delete “"+c.Name+"”", "The calendar and its "+kit.Plural(c.Count, "entry", "entries")+" are removed, on the server too. This cannot be undone.", "Delete", true, func() {
				go func() {
					err := p.c.DropCollection(context.Background(), c.ID)
					p.h.Do(func() {
						if err != nil {
							p.h.Failed(err)
						}
						p.loadCalendars()
					})
				}()
			})
		}})
	}
	kit.ShowMenu(p.win.Canvas(), at, items...)
}

// ask asks for one line.
func (p *Page) ask(head, name, text, action string, do func(string)) {
	f := kit.NewField("")
	f.Name = name
	f.SetText(text)
	kit.AskText(p.win.Canvas(), head, f, action, do)
}

// addCalendar makes a calendar on this computer or with an account, or follows one at an address.
func (p *Page) addCalendar() {
	f := kit.NewField("Name, or an address to follow: webcal://…")
	f.Name = "Name or address"
	places := kit.Places(func(yield func(key, name string) bool) {
		for _, c := range p.cals {
			if c.Account != "" && !yield(string(c.Account), c.Source) {
				return
			}
		}
	})
	where := kit.NewWhere(places, "Where")
	kit.AskText(p.win.Canvas(), "Add a calendar", f, "Add", func(text string) {
		low := strings.ToLower(text)
		account := mail.AccountID(places[max(0, where.Selected)].Key)
		go func() {
			var err error
			if strings.HasPrefix(low, "webcal:") || strings.HasPrefix(low, "https:") {
				_, err = p.c.SubscribeCalendar(context.Background(), text, "", "")
			} else {
				_, err = p.c.MakeCalendar(context.Background(), account, text, "")
			}
			p.h.Do(func() {
				if err != nil {
					p.h.Failed(err)
				}
				p.loadCalendars()
			})
		}()
	}, where)
}
