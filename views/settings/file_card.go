package settings

import (
	"context"

	"fyne.io/fyne/v2"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/views/kit"
)

// fileCard is the card of an opened data file, which has no servers, signatures and passwords.
func (v *View) fileCard(a mail.Account, width float32) fyne.CanvasObject {
	dot := kit.NewFrame(kit.Clear, kit.Clear, 3, 0, nil)
	dot.Hue, dot.Solid = a.Hue, true
	title := kit.NewShrinkLabel(a.Name, kit.Lead14B, kit.Text)
	title.LineHeight = 20
	head := kit.Row(8, kit.Sized(10, 10, dot), kit.Spring(title))
	if v.h.AboutFile != nil {
		about := kit.NewButton("About this file", "info", kit.Plain, func() { v.h.AboutFile(a.ID) })
		about.Height = kit.SmallButton
		head.Add(about)
	}
	return card(width, head, kit.Gap(0, 8), caption("Place"),
		kit.NewPara(a.Incoming.Path, kit.Style{Size: 12, Mono: true}, kit.Text, 17, width-40), kit.Gap(0, 12), caption("This file"),
		row("Show in All inboxes", kit.NewSwitch("Show in All inboxes", !a.HideInAll, func(on bool) {
			a.HideInAll = !on
			v.update(a)
		})))
}

// fileHereCard tells how large an opened data file is, and closes it.
func (v *View) fileHereCard(a mail.Account, width float32) fyne.CanvasObject {
	messages := 0
	for _, b := range v.boxes {
		if b.Account == a.ID {
			messages += b.Total
		}
	}
	size := "Not known yet"
	if u, ok := v.usage[a.ID]; ok && u.err == nil {
		size = gigabytes(u.used)
	}
	shut := kit.NewButton("Close file", "x", kit.Plain, func() {
		v.do(func(ctx context.Context) error {
			err := v.c.DetachFile(ctx, a.ID)
			if err == nil && v.h.Toast != nil {
				v.h.Do(func() { v.h.Toast(a.Name + " is closed. The file stays where it is.") })
			}
			return err
		})
	})
	shut.Height = kit.SmallButton
	return card(width, kit.NewLabel("On this computer", kit.Lead14B, kit.Text), kit.Gap(0, 8),
		fact("Size", size, ""), fact("Messages", kit.Count(messages), ""), kit.Gap(0, 12), kit.Row(8, shut), kit.Gap(0, 6),
		kit.NewPara("Closed, it is no longer shown and searched here. The file stays where it is.", kit.Small12, kit.Text2, 16, width-40))
}
