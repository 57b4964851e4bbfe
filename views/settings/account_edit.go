package settings

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/views/kit"
	"github.com/postrider/postrider/views/wizard"
)

// removal says what is lost with an account; out is the Outbox.
func removal(a mail.Account, boxes []mail.Mailbox, out []mail.OutboxItem) string {
	text := "Its mail and settings are removed from this computer only. What is on the server stays there."
	var only []string
	n := 0
	for _, b := range boxes {
		if b.Account == a.ID && b.Local && b.Total > 0 {
			only = append(only, fmt.Sprintf("%s (%d)", b.Name, b.Total))
			n += b.Total
		}
	}
	if n > 0 {
		text += fmt.Sprintf(" These exist only here and are lost: %s.", strings.Join(only, ", "))
	}
	waiting := 0
	for _, o := range out {
		if o.Account == a.ID && o.State != mail.OutSent {
			waiting++
		}
	}
	switch {
	case waiting == 1:
		text += " The message in its Outbox is not sent any more."
	case waiting > 1:
		text += fmt.Sprintf(" The %d messages in its Outbox are not sent any more.", waiting)
	}
	if a.Incoming.Protocol == mail.POP3 {
		text += " Messages that were already removed from the POP3 server are lost too."
	}
	return text
}

func (v *View) remove(a mail.Account) {
	v.do(func(ctx context.Context) error {
		out, err := v.c.Outbox(ctx)
		if err == nil {
			v.h.Do(func() { v.confirmRemoval(a, out) })
		}
		return err
	})
}

func (v *View) confirmRemoval(a mail.Account, out []mail.OutboxItem) {
	cv := fyne.CurrentApp().Driver().CanvasForObject(v)
	if cv == nil {
		return // the settings were left in the meantime
	}
	kit.Ask(cv, "Remove "+a.Name+"?", removal(a, v.boxes, out), "Remove account", true, func() {
		v.do(func(ctx context.Context) error {
			err := v.c.RemoveAccount(ctx, a.ID)
			if err == nil && v.h.Toast != nil {
				v.h.Do(func() { v.h.Toast(a.Name + " was removed") })
			}
			return err
		})
	})
}

// edit changes name, colour and servers; they are tested before they are stored.
func (v *View) edit(a mail.Account) {
	cv := fyne.CurrentApp().Driver().CanvasForObject(v)
	const width = 640
	var d *kit.Dialog
	ctx, cancel := context.WithCancel(v.ctx)
	status, colours := container.NewStack(), container.NewStack()
	field := func(name, text string, changed func(string)) *kit.Field {
		f := kit.NewField("")
		f.Height, f.Name = kit.SmallField, name
		f.SetText(text)
		f.OnChanged = changed
		f.OnKey = func(k fyne.KeyName, _ bool) bool {
			if k == fyne.KeyEscape {
				d.Escape()
				return true
			}
			return false
		}
		return f
	}
	var drawColours func()
	drawColours = func() {
		r := kit.Row(8)
		for _, h := range kit.HueNames {
			r.Add(wizard.Swatch(h, h == a.Hue, func() {
				a.Hue = h
				drawColours()
			}))
		}
		colours.Objects = []fyne.CanvasObject{r}
		colours.Refresh()
	}
	drawColours()
	name := field("Name of the account", a.Name, func(s string) { a.Name = strings.TrimSpace(s) })
	server := func(label string, s *mail.Server) fyne.CanvasObject {
		host := field(label+" host", s.Host, func(t string) { s.Host = strings.TrimSpace(t) })
		port := field(label+" port", strconv.Itoa(s.Port), func(t string) { s.Port, _ = strconv.Atoi(t) })
		port.Accept = func(r rune) bool { return r >= '0' && r <= '9' }
		at := 0
		if s.Security == mail.STARTTLS {
			at = 1
		}
		sec := pickOf(label+" security", []string{"TLS", "STARTTLS"}, at, 116, func(i int) { s.Security = []mail.Security{mail.TLS, mail.STARTTLS}[i] })
		user := field(label+" user name", s.User, func(t string) { s.User = strings.TrimSpace(t) })
		user.Placeholder = a.Address
		return kit.Row(8, kit.Sized(66, 0, kit.NewLabel(label, kit.Small12M, kit.Text)), kit.Sized(186, 0, host), kit.Sized(60, 0, port), sec, kit.Spring(user))
	}
	var save *kit.Button
	say := func(text string, ink kit.Token) {
		status.Objects = []fyne.CanvasObject{kit.NewPara(text, kit.Small12, ink, 16, width-48)}
		status.Refresh()
		d.Fit()
	}
	anyway := false
	cancelBtn := kit.NewButton("Cancel", "", kit.Plain, func() { d.Close() })
	save = kit.NewButton("Test and save", "", kit.Primary, func() {
		if a.Name == "" {
			a.Name = a.Address
		}
		b, skip := a, anyway
		save.Disable()
		say("Testing the connection", kit.Text2)
		go func() {
			var bad error
			if !skip {
				for _, l := range v.c.Test(ctx, b, app.Secrets{}, func(mail.TestLine) {}) {
					bad = errors.Join(bad, l.Err)
				}
			}
			if bad == nil {
				bad = v.c.UpdateAccount(ctx, b)
			}
			v.h.Do(func() {
				if ctx.Err() != nil {
					return
				}
				save.Enable()
				if bad == nil {
					d.Close()
					go v.read(false)
					return
				}
				e := fault.Of(bad)
				say(e.Title+". "+e.Detail, kit.Err)
				anyway = true
				save.SetText("Save anyway, fix later")
			})
		}()
	})
	body := kit.Col(0, kit.NewLabel("Edit "+a.Name, kit.Title16, kit.Text), kit.Gap(0, 14),
		kit.Row(12, kit.Spring(kit.Col(6, kit.NewLabel("Name", kit.Small12M, kit.Text), name)), kit.Col(6, kit.NewLabel("Colour", kit.Small12M, kit.Text), kit.Sized(312, 30, colours))),
		kit.Gap(0, 16), server("Incoming", &a.Incoming), kit.Gap(0, 8), server("Outgoing", &a.Outgoing), kit.Gap(0, 12), status, kit.Gap(0, 12),
		kit.Row(8, kit.Spring(nil), cancelBtn, save))
	d = kit.NewDialog(cv, width, body)
	d.OnHide = cancel
	d.Open()
	cv.Focus(name)
}
