package wizard

import (
	"context"

	"fyne.io/fyne/v2"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/views/kit"
)

// unlock is the dialog that asks for the passphrase of the file of secrets.
type unlock struct {
	c       app.Client
	h       Hooks
	dialog  *kit.Dialog
	box     *fyne.Container
	pass    string
	anew    bool // the old passphrase is forgotten: a new file is begun
	busy    bool
	problem string
}

// Unlock opens the dialog that asks for the passphrase of the file in which passwords are kept. Whoever has forgotten it begins a new file and
// signs in to each account anew. Done is not called: the accounts start by themselves.
func Unlock(cv fyne.Canvas, c app.Client, h Hooks) *kit.Dialog {
	u := &unlock{c: c, h: h, box: kit.Col(0)}
	if u.h.Do == nil {
		u.h.Do = func(f func()) { fyne.Do(f) }
	}
	u.dialog = kit.NewDialog(cv, kit.NarrowDialog, u.box)
	u.draw()
	u.dialog.Open()
	u.focus()
	return u.dialog
}

func (u *unlock) focus() {
	for _, o := range u.box.Objects {
		if f, ok := o.(*kit.Field); ok {
			u.dialog.Canvas.Focus(f)
		}
	}
}

func (u *unlock) try() {
	if u.busy {
		return
	}
	kind, pass := "file", u.pass
	switch {
	case pass == "":
		return
	case u.anew && len([]rune(pass)) < 8:
		u.fail("Use at least 8 characters: the passphrase is all that protects the file.")
		return
	case u.anew:
		kind = "new-file"
	}
	u.busy, u.problem = true, ""
	u.draw()
	go func() {
		err := u.c.UseKeychain(context.Background(), kind, pass)
		u.h.Do(func() {
			u.busy = false
			if err != nil {
				f := fault.Of(err)
				u.fail(f.Title + ". " + f.Detail)
				return
			}
			u.dialog.Close()
		})
	}()
}

func (u *unlock) fail(text string) {
	u.problem = text
	u.draw()
	u.focus()
}

func (u *unlock) draw() {
	const width = kit.NarrowDialog - 48
	title, text, action := "Unlock your passwords", "Your passwords are in a file that your passphrase locks. Mail is fetched and sent again once it is open; everything already downloaded is here.", "Unlock"
	swap := kit.NewButton("I have forgotten the passphrase", "", kit.Link, func() {
		u.anew, u.pass, u.problem = true, "", ""
		u.draw()
		u.focus()
	})
	if u.anew {
		title, text, action = "Begin a new file", "Without the passphrase the passwords in the file cannot be read. A new file begins empty: each account asks for its password once. Your mail is not affected.", "Begin a new file"
		swap = kit.NewButton("I remember the passphrase", "", kit.Link, func() {
			u.anew, u.pass, u.problem = false, "", ""
			u.draw()
			u.focus()
		})
	}
	hint := "Passphrase"
	if u.anew {
		hint = "New passphrase, at least 8 characters"
	}
	field := kit.NewPasswordField(hint)
	field.Name = "Passphrase"
	field.SetText(u.pass)
	field.Bad = u.problem != ""
	field.OnChanged = func(s string) { u.pass = s }
	field.OnSubmit = u.try
	later := kit.NewButton("Later", "", kit.Ghost, func() { u.dialog.Close() })
	next := kit.NewButton(action, "", kit.Primary, u.try)
	if u.busy {
		field.Disable()
		next.Disable()
		next.SetText("Opening the file")
	}
	objs := []fyne.CanvasObject{
		kit.Row(10, kit.NewIcon("lock-keyhole", 20, kit.Accent), kit.NewLabel(title, kit.Title16, kit.Text)), kit.Gap(0, 10),
		kit.NewPara(text, kit.Body13, kit.Text2, 19, width), kit.Gap(0, 15), field}
	if u.problem != "" {
		objs = append(objs, kit.Gap(0, 8), problem(u.problem, width))
	}
	swap.Height = kit.SmallButton
	objs = append(objs, kit.Gap(0, 8), kit.Row(0, kit.Inset(0, 0, 0, -4, swap)), kit.Gap(0, 14), kit.Row(8, kit.Spring(nil), later, next))
	u.box.Objects = objs
	u.box.Refresh()
	u.dialog.Fit()
}
