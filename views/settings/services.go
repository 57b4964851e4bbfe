package settings

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/views/kit"
)

// shelf is what is known of an account's contacts and calendars.
type shelf struct {
	list []app.Service
	err  error
	busy mail.Protocol // the service that is being turned on or off
}

// askServices asks what contacts and calendars an account has or could have.
func (v *View) askServices(id mail.AccountID) {
	if _, asked := v.services[id]; asked {
		return
	}
	if v.services == nil {
		v.services = map[mail.AccountID]shelf{}
	}
	v.services[id] = shelf{}
	v.readServices(id)
}

func (v *View) readServices(id mail.AccountID) {
	go func() {
		list, err := v.c.Services(v.ctx, id)
		v.h.Do(func() {
			if v.ctx.Err() == nil {
				v.services[id] = shelf{list: list, err: err}
				v.redraw()
			}
		})
	}()
}

// useService turns contacts or calendars of an account on or off; turning on signs in first.
func (v *View) useService(id mail.AccountID, p mail.Protocol, f func(ctx context.Context) error) {
	s := v.services[id]
	s.busy = p
	v.services[id] = s
	v.redraw()
	go func() {
		err := f(v.ctx)
		v.h.Do(func() {
			if v.ctx.Err() != nil {
				return
			}
			if err != nil {
				e := fault.Of(err)
				v.h.Toast(e.Title + ". " + e.Detail)
			}
			v.readServices(id)
		})
	}()
}

// servicesCard has a switch for the contacts and the calendars of an account.
func (v *View) servicesCard(a mail.Account, width float32) fyne.CanvasObject {
	v.askServices(a.ID)
	s := v.services[a.ID]
	objs := []fyne.CanvasObject{kit.NewLabel("Contacts and calendars", kit.Lead14B, kit.Text), kit.Gap(0, 6)}
	names := map[mail.Protocol][2]string{mail.CardDAV: {"Contacts", "contact-round"}, mail.CalDAV: {"Calendars", "calendar"}}
	have := map[mail.Protocol]bool{}
	for _, x := range s.list {
		n, ok := names[x.Protocol]
		if !ok {
			continue
		}
		have[x.Protocol] = true
		var control fyne.CanvasObject = kit.NewSwitch(n[0], x.On, func(on bool) {
			v.useService(a.ID, x.Protocol, func(ctx context.Context) error { return v.c.UseService(ctx, a.ID, x.Protocol, on) })
		})
		if s.busy == x.Protocol {
			control = kit.NewSpinner(18)
		}
		objs = append(objs, kit.Sized(0, 36, kit.Row(10, kit.NewIcon(n[1], 16, kit.Text2), kit.NewLabel(n[0], kit.Body13, kit.Text), kit.Spring(nil), control)))
		switch {
		case x.Err != nil:
			e := fault.Of(x.Err)
			objs = append(objs, kit.NewPara(e.Title+". "+e.Detail, kit.Small12, kit.Warn, 16, width-40), kit.Gap(0, 4))
		case x.Source != "":
			objs = append(objs, kit.NewPara(x.Source, kit.Small12, kit.Text3, 16, width-40), kit.Gap(0, 4))
		}
	}
	if len(have) == 0 {
		objs = append(objs, kit.NewPara("None were found for this account.", kit.Body13, kit.Text2, 19, width-40))
	}
	add := kit.NewButton("Enter an address…", "", kit.Link, func() { v.askAddress(a) })
	add.Height = kit.SmallButton
	objs = append(objs, kit.Gap(0, 6), kit.Row(0, kit.Inset(0, 0, 0, -12, add)))
	return card(width, objs...)
}

// askAddress takes the address of a CardDAV or CalDAV server.
func (v *View) askAddress(a mail.Account) {
	cv := fyne.CurrentApp().Driver().CanvasForObject(v)
	if cv == nil {
		return
	}
	f := kit.NewField("https://dav.example.com/")
	f.Name = "Address"
	which := kit.NewChoice([]string{"Contacts (CardDAV)", "Calendars (CalDAV)"}, 0, nil)
	problem := kit.NewLabel("", kit.Small12, kit.Err)
	var d *kit.Dialog
	ok := func() {
		url := strings.TrimSpace(f.Text())
		if !strings.HasPrefix(strings.ToLower(url), "https://") {
			problem.SetText("The address begins with https://")
			return
		}
		p := mail.CardDAV
		if which.Selected == 1 {
			p = mail.CalDAV
		}
		d.Close()
		v.useService(a.ID, p, func(ctx context.Context) error { return v.c.UseServiceAt(ctx, a.ID, p, url) })
	}
	f.OnSubmit = ok
	d = kit.NewDialog(cv, kit.NarrowDialog, kit.Col(0, kit.NewLabel("Contacts or calendars of "+a.Name, kit.Title16, kit.Text), kit.Gap(0, 14), which, kit.Gap(0, 10), f, kit.Gap(0, 4), kit.Sized(0, 18, problem), kit.Gap(0, 10),
		kit.Row(8, kit.Spring(nil), kit.NewButton("Cancel", "", kit.Plain, func() { d.Close() }), kit.NewButton("Connect", "", kit.Primary, ok))))
	d.Open()
	cv.Focus(f)
}
