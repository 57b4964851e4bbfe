// Package settle asks, one after the other, what becomes of contacts, events and tasks that were changed here and on the server.
package settle

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"

	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/views/kit"
)

// Client is what is asked of the program.
type Client interface {
	ResolveConflict(ctx context.Context, id int64, c pim.Choice) error
}

// most is how many differences are shown.
const most = 8

// Ask shows the first of some conflicts and then the next ones; nothing is changed before the person chooses. failed hears what went wrong, done that the last one was
// settled or that the person goes on later.
func Ask(win fyne.Window, c Client, do func(func()), list []pim.Conflict, failed func(error), done func()) {
	if len(list) == 0 {
		done()
		return
	}
	x := list[0]
	var d *kit.Dialog
	choose := func(how pim.Choice) func() {
		return func() {
			d.Close()
			go func() {
				err := c.ResolveConflict(context.Background(), x.ID, how)
				do(func() {
					if err != nil {
						failed(err)
						done()
						return
					}
					Ask(win, c, do, list[1:], failed, done)
				})
			}()
		}
	}
	w := kit.WideDialog - 48
	name := x.Title
	if strings.TrimSpace(name) == "" {
		name = "No title"
	}
	text, mine, theirs := "It was changed here and on the server. Nothing is lost: what the server has is in place, and what you wrote is kept until you choose.", "Keep mine", "Keep the server's"
	switch x.Deleted {
	case "here":
		text, mine, theirs = "You removed it, and it was changed on the server meanwhile.", "Remove it", "Keep it"
	case "there":
		text, mine, theirs = "It was removed on the server, and you changed it meanwhile.", "Keep mine", "Let it go"
	}
	rows := []fyne.CanvasObject{kit.NewLabel(kit.Cut("“"+name+"”", kit.Title16, w), kit.Title16, kit.Text), kit.Gap(0, 6), kit.NewPara(text, kit.Body13, kit.Text2, 19, w), kit.Gap(0, 12)}
	if x.Deleted == "" && len(x.Differences) > 0 {
		const first = 84
		half := (w - first - 16) / 2
		line := func(a, b, c fyne.CanvasObject) fyne.CanvasObject {
			return kit.Free(func() fyne.Size {
				return fyne.NewSize(w, max(a.MinSize().Height, b.MinSize().Height, c.MinSize().Height))
			}, func(s fyne.Size) {
				kit.Place(a, 0, 0, first, a.MinSize().Height)
				kit.Place(b, first+8, 0, half, b.MinSize().Height)
				kit.Place(c, first+16+half, 0, half, c.MinSize().Height)
			}, a, b, c)
		}
		head := func(s string) fyne.CanvasObject { return kit.NewLabel(s, kit.Small12B, kit.Text2) }
		rows = append(rows, line(head(""), head("Mine"), head("The server's")), kit.Gap(0, 4))
		for i, f := range x.Differences {
			if i == most {
				rows = append(rows, kit.Gap(0, 4), kit.NewLabel("and "+kit.Plural(len(x.Differences)-most, "other line", "other lines"), kit.Small12, kit.Text3))
				break
			}
			value := func(s string) fyne.CanvasObject {
				ink := kit.Text
				if s == "" {
					s, ink = "nothing", kit.Text3
				}
				p := kit.NewPara(s, kit.Body13, ink, 19, half)
				p.Most = 3
				return p
			}
			rows = append(rows, kit.NewRule(kit.Line), kit.Gap(0, 5), line(kit.NewLabel(f.What, kit.Small12, kit.Text3), value(f.Mine), value(f.Theirs)), kit.Gap(0, 5))
		}
	} else if x.Deleted == "" {
		rows = append(rows, kit.NewPara("What is shown of it is the same on both sides; only details differ.", kit.Body13, kit.Text3, 19, w))
	}
	buttons := kit.Row(8, kit.NewButton("Later", "", kit.Ghost, func() { d.Close(); done() }), kit.Spring(nil))
	if x.Deleted == "" {
		buttons.Add(kit.NewButton("Keep both", "", kit.Plain, choose(pim.KeepBoth)))
	}
	keep := kit.NewButton(mine, "", kit.Primary, choose(pim.KeepMine))
	buttons.Add(kit.NewButton(theirs, "", kit.Plain, choose(pim.KeepTheirs)))
	buttons.Add(keep)
	rows = append(rows, kit.Gap(0, 18), buttons)
	d = kit.NewDialog(win.Canvas(), kit.WideDialog, kit.Col(0, rows...))
	d.Open()
	win.Canvas().Focus(keep)
}
