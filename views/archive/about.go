package archive

import (
	"context"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"fyne.io/fyne/v2"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/views/kit"
)

// About shows what is in an open data file, what of it cannot be read, and makes it smaller.
func About(win fyne.Window, c Client, h Hooks, id mail.AccountID) {
	ctx, stop := context.WithCancel(context.Background())
	w := kit.WideDialog - 48
	spin := kit.NewSpinner(20)
	rows := kit.Col(0, kit.Row(10, spin, kit.NewLabel("Looking at every item", kit.Body13, kit.Text2)))
	var d *kit.Dialog
	closeB := kit.NewButton("Close", "", kit.Plain, func() { d.Close() })
	var small *kit.Button
	small = kit.NewButton("Make smaller", "", kit.Ghost, func() {
		d.Close()
		compact(c, h, id)
	})
	small.Hide()
	title := kit.NewShrinkLabel("Outlook data file", kit.Title20, kit.Text)
	body := kit.Col(0, title, kit.Gap(0, 14), rows, kit.Gap(0, 20), kit.Row(8, small, kit.Spring(nil), closeB))
	d = kit.NewDialog(win.Canvas(), kit.WideDialog, body)
	d.OnHide = stop
	d.Open()
	win.Canvas().Focus(closeB)
	go func() {
		f, err := c.DataFile(ctx, id)
		h.Do(func() {
			if ctx.Err() != nil {
				return
			}
			if err != nil {
				d.Close()
				h.Failed(err)
				return
			}
			title.SetText(filepath.Base(f.Path))
			rows.Objects = nil
			for i, x := range facts(f) {
				if i > 0 {
					rows.Add(kit.NewRule(kit.Line))
				}
				rows.Add(kit.Inset(6, 0, 6, 0, kit.Row(12, kit.Sized(130, 18, kit.NewLabel(x[0], kit.Body13, kit.Text2)), kit.NewPara(x[1], kit.Body13, kit.Text, 19, w-142))))
			}
			if !f.ReadOnly {
				small.Show()
			}
			d.Fit()
		})
	}()
}

// facts are what is told of a file, name and value.
func facts(f app.DataFile) (out [][2]string) {
	format := map[string]string{"Unicode": "Outlook 2003 and later (Unicode)", "ANSI": "Outlook 97 to 2002 (ANSI)", "Unicode-4K": "Outlook 2013 and later, offline (OST)"}[f.Format]
	if format == "" {
		format = f.Format
	}
	var kinds []string
	for _, k := range slices.Sorted(maps.Keys(f.Kinds)) {
		kinds = append(kinds, kit.Plural(f.Kinds[k], strings.ToLower(k), strings.ToLower(k)+"s"))
	}
	items := kit.Plural(f.Items, "item", "items") + " in " + kit.Plural(f.Folders, "folder", "folders")
	if len(kinds) > 0 {
		items += ": " + strings.Join(kinds, ", ")
	}
	out = [][2]string{{"Place", f.Path}, {"Size", kit.Bytes(f.Bytes)}, {"Format", format}, {"What is in it", items}, {"Attachments", kit.Count(f.Attachments)}}
	if f.Password {
		out = append(out, [2]string{"Password", "Outlook asks for one. Nothing is encrypted with it, so Postrider opens the file without."})
	}
	if f.ReadOnly {
		out = append(out, [2]string{"Writing", "It is read only."})
	}
	damage := "Nothing"
	if f.Unreadable > 0 || len(f.Losses) > 0 {
		damage = kit.Plural(max(f.Unreadable, len(f.Losses)), "thing", "things")
		for i, l := range f.Losses {
			if i == 5 {
				damage += "; and more"
				break
			}
			damage += "; " + strings.TrimSpace(l.Folder+" "+l.What)
		}
	}
	return append(out, [2]string{"Cannot be read", damage})
}

func compact(c Client, h Hooks, id mail.AccountID) {
	go func() {
		before, after, err := c.CompactFile(context.Background(), id)
		h.Do(func() {
			if err != nil {
				h.Failed(err)
				return
			}
			h.Toast("package", kit.Bytes(after)+" instead of "+kit.Bytes(before))
		})
	}()
}
