package wizard

import (
	"context"
	"time"

	"fyne.io/fyne/v2"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/views/kit"
)

// lookFor bounds how long it is looked for contacts and calendars once the account is stored.
const lookFor = 4 * time.Second

// shelves are the contacts and calendars that came with the account.
type shelves struct {
	of    mail.Account
	again bool // another account is added afterwards
	list  []app.Service
	busy  map[mail.Protocol]bool // that are being turned on or off
}

var shelfNames = map[mail.Protocol][3]string{mail.CardDAV: {"Contacts", "contact-round", "Names and addresses, also while you write"}, mail.CalDAV: {"Calendars", "calendar", "Appointments, invitations and tasks"}}

// offered are the services that have a switch.
func offered(all []app.Service) (out []app.Service) {
	for _, s := range all {
		if _, ok := shelfNames[s.Protocol]; ok {
			out = append(out, s)
		}
	}
	return out
}

// pageShelves has a switch for each; what is turned on signs in first.
func (w *View) pageShelves() (fyne.CanvasObject, *fyne.Container) {
	s := &w.shelves
	body := kit.Col(0, w.head("Contacts and calendars", s.of.Address+" has these too. What is turned on is kept on this computer and in step with the server."), kit.Gap(0, 20))
	for _, x := range s.list {
		n := shelfNames[x.Protocol]
		var control fyne.CanvasObject = kit.NewSwitch(n[0], x.On, func(on bool) { w.useShelf(x.Protocol, on) })
		if s.busy[x.Protocol] {
			control = kit.NewSpinner(18)
		}
		body.Add(kit.Row(12, kit.NewIcon(n[1], 20, kit.Accent), kit.Col(2, kit.NewLabel(n[0], kit.Body13B, kit.Text), kit.NewLabel(n[2], kit.Small12, kit.Text2)), kit.Spring(nil), control))
		if x.Err != nil {
			e := fault.Of(x.Err)
			body.Add(kit.Gap(0, 6))
			body.Add(kit.NewPara(e.Title+". "+e.Detail, kit.Small12, kit.Warn, 16, w.width()))
		}
		body.Add(kit.Gap(0, 16))
	}
	body.Add(kit.NewPara("You can change this later under Settings, Accounts.", kit.Small12, kit.Text3, 16, w.width()))
	text := "Open inbox"
	if s.again {
		text = "Add another account"
	}
	next := kit.NewButton(text, "", kit.Primary, w.finish)
	w.focus = next
	return body, footer(kit.Gap(0, 0), next)
}

// switching bounds how long one may take to be turned on or off.
const switching = 90 * time.Second

// useShelf turns one on or off. Who goes on meanwhile, or turns the other one on, does not stop it.
func (w *View) useShelf(p mail.Protocol, on bool) {
	s := &w.shelves
	if s.busy == nil {
		s.busy = map[mail.Protocol]bool{}
	}
	id, busy := s.of.ID, s.busy
	busy[p] = true
	w.show(pageShelves)
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), switching)
		defer cancel()
		err := w.c.UseService(ctx, id, p, on)
		list, lerr := w.c.Services(ctx, id)
		w.h.Do(func() {
			delete(busy, p)
			if w.at != pageShelves || w.shelves.of.ID != id || w.ctx.Err() != nil {
				return
			}
			failed := map[mail.Protocol]error{p: err}
			for _, x := range w.shelves.list { // what was said of the other one stays
				if x.Protocol != p {
					failed[x.Protocol] = x.Err
				}
			}
			if lerr == nil {
				w.shelves.list = offered(list)
			}
			for i := range w.shelves.list {
				if x := &w.shelves.list[i]; failed[x.Protocol] != nil && !x.On {
					x.Err = failed[x.Protocol]
				}
			}
			w.show(pageShelves)
		})
	}()
}
