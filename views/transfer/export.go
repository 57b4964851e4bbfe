package transfer

import (
	"context"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/views/kit"
)

// formats are those that mail is exported in.
var formats = []struct{ name, text string }{
	{"mbox", "mbox: a file, for nearly every mail program"},
	{"eml", "A folder of messages (.eml)"},
	{"maildir", "Maildir: a folder, for mail programs and servers"},
	{"pst", "Outlook data file (.pst)"},
}

// Export asks in which form and where to, and writes a mailbox, or it and those within.
func Export(win fyne.Window, c Client, h Hooks, name string, box mail.MailboxID, within []mail.MailboxID) {
	var d *kit.Dialog
	names := make([]string, len(formats))
	for i, f := range formats {
		names[i] = f.text
	}
	form := kit.NewChoice(names, 0, nil)
	form.Name = "Format"
	all := len(within) > 0
	inside := kit.NewCheck("With "+kit.Plural(len(within), "mailbox", "mailboxes")+" within", all, func(on bool) { all = on })
	content := kit.Col(0, kit.NewLabel("Export "+kit.Cut(name, kit.Title16, width-140), kit.Title16, kit.Text), kit.Gap(0, 14), form, kit.Gap(0, 12))
	if len(within) > 0 {
		content.Add(inside)
		content.Add(kit.Gap(0, 12))
	}
	next := kit.NewButton("Choose a folder…", "folder", kit.Primary, func() {
		d.Close()
		o := app.ExportOptions{Format: formats[max(0, form.Selected)].name, Mailboxes: []mail.MailboxID{box}}
		if all {
			o.Mailboxes = append(o.Mailboxes, within...)
		}
		f := dialog.NewFolderOpen(func(u fyne.ListableURI, err error) {
			if kit.Chosen(win.Canvas(), u != nil, err) {
				o.Dir = u.Path()
				write(win, c, h, name, o)
			}
		}, win)
		kit.ShowFiles(f, win.Canvas(), "Export into a folder", "Export here")
	})
	content.Add(kit.NewPara("The mail stays here. Files that are there already are not written over.", kit.Body13, kit.Text2, 19, width-48))
	content.Add(kit.Gap(0, 20))
	content.Add(kit.Row(8, kit.Spring(nil), kit.NewButton("Cancel", "", kit.Plain, func() { d.Close() }), next))
	d = kit.NewDialog(win.Canvas(), width, content)
	d.Open()
	win.Canvas().Focus(form)
}

func write(win fyne.Window, c Client, h Hooks, name string, o app.ExportOptions) {
	run(win, h, "Exporting "+kit.Cut(name, kit.Title16, 320), func(ctx context.Context, say func(string)) (outcome, error) {
		var told time.Time
		s, err := c.Export(ctx, o, func(s app.ExportState) {
			if now := time.Now(); now.Sub(told) > 100*time.Millisecond {
				told = now
				say(exportWords(s))
			}
		})
		words := exportWords(s)
		if err == nil {
			words += " written to " + o.Dir
		}
		var report []string
		for _, m := range s.Missing {
			report = append(report, "Not on this computer yet, so left out: "+m)
		}
		return outcome{title: "Exported " + kit.Cut(name, kit.Title16, 320), words: words, report: report}, err
	})
}

func exportWords(s app.ExportState) string {
	return kit.Plural(s.Messages, "message", "messages") + " (" + kit.Bytes(s.Bytes) + ")"
}
