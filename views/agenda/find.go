package agenda

import (
	"context"
	"strings"
	"time"

	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/views/agenda/plan"
	"github.com/postrider/postrider/views/kit"
)

const mostFound = 12

// Find looks for events by words in their titles, places, notes and people, and shows the one that is chosen.
func (p *Page) Find() {
	var d *kit.Dialog
	f := kit.NewField("Words of an event, a place or a person")
	f.Name, f.Icon = "Find", "search"
	list := kit.Col(0)
	turn := 0
	open := func(o pim.Occurrence) {
		d.Close()
		p.GoTo(o)
	}
	var first *pim.Occurrence
	show := func(text string, os []pim.Occurrence) {
		first = nil
		list.Objects = nil
		for i := range os {
			o := os[i]
			if i == 0 {
				first = &o
			}
			row := kit.NewFrame(kit.Card, kit.Clear, 6, 0, kit.Inset(6, 8, 6, 8, kit.Row(12, kit.Sized(96, 18, kit.NewLabel(o.Start.Format("2 Jan 2006"), kit.Small12, kit.Text3)),
				kit.Col(1, kit.NewLabel(kit.Cut(title(o), kit.Body13B, kit.WideDialog-210), kit.Body13B, kit.Text), kit.NewLabel(kit.Cut(o.Location, kit.Small12, kit.WideDialog-210), kit.Small12, kit.Text3)))))
			row.Name, row.HoverFill, row.OnTapped = title(o), kit.Hover, func() { open(o) }
			list.Add(row)
		}
		if len(os) == 0 && text != "" {
			list.Add(kit.Inset(12, 8, 12, 8, kit.NewLabel("No event has these words.", kit.Body13, kit.Text3)))
		}
		d.Fit()
	}
	f.OnChanged = func(s string) {
		turn++
		mine, text := turn, strings.TrimSpace(s)
		go func() {
			time.Sleep(120 * time.Millisecond)
			var os []pim.Occurrence
			var err error
			if text != "" {
				os, err = p.c.FindEvents(context.Background(), text, mostFound)
			}
			p.h.Do(func() {
				if mine != turn {
					return
				}
				if err != nil {
					p.h.Failed(err)
					return
				}
				show(text, os)
			})
		}()
	}
	f.OnSubmit = func() {
		if first != nil {
			open(*first)
		}
	}
	d = kit.NewDialog(p.win.Canvas(), kit.WideDialog, kit.Col(0, kit.NewLabel("Find an event", kit.Title16, kit.Text), kit.Gap(0, 12), f, kit.Gap(0, 8), list))
	d.Open()
	p.win.Canvas().Focus(f)
}

// GoTo goes to the day of an occurrence and opens it.
func (p *Page) GoTo(o pim.Occurrence) {
	p.day = plan.Day(o.Start)
	if p.view == viewTasks || p.view == viewAgenda {
		p.setView(viewWeek)
	} else {
		p.reload()
	}
	p.whenReady(func() { p.open(o) })
}
