package agenda

import (
	"context"
	"slices"
	"sort"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/views/kit"
)

// loadCalendars asks for the calendars and for what is in conflict.
func (p *Page) loadCalendars() {
	go func() {
		cs, err := p.c.Calendars(context.Background())
		var conf []pim.Conflict
		if err == nil {
			conf, _ = p.c.Conflicts(context.Background())
		}
		p.h.Do(func() {
			if err != nil {
				p.h.Failed(err)
				return
			}
			p.cals, p.ready = cs, true
			p.conf = slices.DeleteFunc(conf, func(c pim.Conflict) bool { return c.Contact != 0 }) // those are beside the contacts
			names := []string{"petrol", "blue", "green", "violet", "orange", "rose", "indigo", "amber", "red", "slate"}
			for i, c := range cs {
				p.hues[c.ID] = names[i%len(names)]
				if c.Color != "" {
					p.hues[c.ID] = hueOf(c.Color)
				}
			}
			p.drawCalendars()
			p.reload()
			later := p.later
			p.later = nil
			for _, f := range later {
				f()
			}
		})
	}()
}

// drawCalendars lists the calendars by where they are from.
func (p *Page) drawCalendars() {
	var rows []fyne.CanvasObject
	sources := map[string][]pim.Calendar{}
	var order []string
	worst := ""
	var last time.Time
	for _, c := range p.cals {
		if _, ok := sources[c.Source]; !ok {
			order = append(order, c.Source)
		}
		sources[c.Source] = append(sources[c.Source], c)
		if c.Err != "" {
			worst = c.Name + ": " + c.Err
		}
		if c.Checked.After(last) {
			last = c.Checked
		}
	}
	for _, s := range order {
		rows = append(rows, kit.Sized(0, 36, kit.Inset(12, 12, 4, 12, kit.NewLabel(s, kit.Small12B, kit.Text2))))
		for _, c := range sources[s] {
			rows = append(rows, p.calendarRow(c))
		}
	}
	add := kit.NewButton("Add calendar", "plus", kit.Link, func() { p.addCalendar() })
	add.Height = kit.SmallButton
	in := kit.NewButton("Import", "upload", kit.Link, p.importHere)
	in.Height, in.Tip = kit.SmallButton, "Events and tasks of a file (.ics)"
	rows = append(rows, kit.Inset(8, 8, 8, 4, kit.Row(0, add, kit.Gap(8, 0), in)))
	p.list.Objects = rows
	p.list.Refresh()
	p.scroll.Refresh()
	switch {
	case worst != "":
		p.state.SetText(worst)
	case !last.IsZero():
		p.state.SetText("All calendars in step, " + last.In(p.h.Now().Location()).Format("15:04"))
	default:
		p.state.SetText("On this computer")
	}
	p.Refresh()
}

func (p *Page) calendarRow(c pim.Calendar) fyne.CanvasObject {
	check := kit.NewCheck(c.Name, !c.Hidden, func(on bool) {
		k := c.Collection
		k.Hidden = !on
		go func() {
			if err := p.c.ChangeCollection(context.Background(), k); err != nil {
				p.h.Do(func() { p.h.Failed(err) })
			}
		}()
	})
	check.Hue = p.hues[c.ID]
	mark := ""
	switch {
	case c.Role == "subscription":
		mark = "globe"
	case c.Role == "birthdays":
		mark = "cake"
	case c.Shared:
		mark = "users"
	case !c.Rights.Edit:
		mark = "lock-keyhole"
	}
	row := kit.Row(0, kit.Gap(14, 0), check, kit.Spring(nil))
	if mark != "" {
		row.Add(kit.NewIcon(mark, 14, kit.Text3))
		row.Add(kit.Gap(16, 0))
	}
	f := kit.NewFrame(kit.Clear, kit.Clear, 6, 0, kit.Sized(0, 28, row))
	f.OnSecondary = func(at fyne.Position) { p.calendarMenu(c, at) }
	check.OnSecondary = f.OnSecondary
	return f
}

// writable are the calendars that take events, the default one first.
func (p *Page) writable() []pim.Calendar {
	var out []pim.Calendar
	for _, c := range p.cals {
		if c.Events && c.Rights.Edit && c.Role == "" {
			out = append(out, c)
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].Default && !out[j].Default })
	return out
}

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
