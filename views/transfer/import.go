package transfer

import (
	"context"
	"path/filepath"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"

	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/app/doors"
	"github.com/postrider/postrider/views/kit"
)

// Import asks for a file or a folder, or offers another mail program of this computer, and takes its mail in. into names the mailbox for people.
func Import(win fyne.Window, c Client, h Hooks, into string, o app.ImportOptions) {
	go func() {
		others := c.OtherPrograms(context.Background())
		h.Do(func() { choose(win, c, h, into, o, others) })
	}()
}

func choose(win fyne.Window, c Client, h Hooks, into string, o app.ImportOptions, others []doors.Profile) {
	var d *kit.Dialog
	file := kit.NewButton("Choose a file…", "file-text", kit.Plain, func() {
		d.Close()
		f := dialog.NewFileOpen(func(r fyne.URIReadCloser, err error) {
			if !kit.Chosen(win.Canvas(), r != nil, err) {
				return
			}
			path := r.URI().Path()
			_ = r.Close()
			take(win, c, h, into, path, o)
		}, win)
		kit.ShowFiles(f, win.Canvas(), "Import mail", "Import")
	})
	folder := kit.NewButton("Choose a folder…", "folder", kit.Plain, func() {
		d.Close()
		f := dialog.NewFolderOpen(func(u fyne.ListableURI, err error) {
			if kit.Chosen(win.Canvas(), u != nil, err) {
				take(win, c, h, into, u.Path(), o)
			}
		}, win)
		kit.ShowFiles(f, win.Canvas(), "Import mail", "Import")
	})
	found := kit.Col(0)
	for i, p := range others[:min(len(others), 4)] {
		name := p.Program
		if p.Name != "" {
			name += " · " + p.Name
		}
		if i == 0 {
			found.Add(kit.NewLabel("On this computer", kit.Small12M, kit.Text2))
			found.Add(kit.Gap(0, 4))
		}
		use := kit.NewButton("Import", "", kit.Plain, func() { d.Close(); take(win, c, h, into, p.Dir, o) })
		use.Height = kit.SmallButton
		found.Add(kit.Inset(6, 0, 6, 0, kit.Row(10, kit.NewIcon("mail", 16, kit.Text2), kit.NewLabel(kit.Cut(name, kit.Body13, width-260), kit.Body13, kit.Text), kit.Spring(kit.NewLabel(kit.Bytes(p.Bytes), kit.Small12, kit.Text3)), use)))
	}
	if len(found.Objects) > 0 {
		found.Add(kit.Gap(0, 10))
	}
	d = kit.NewDialog(win.Canvas(), width, kit.Col(0,
		kit.NewLabel("Import mail into "+kit.Cut(into, kit.Title16, width-220), kit.Title16, kit.Text), kit.Gap(0, 12), found,
		kit.NewPara("A file can be an mbox, a message (.eml), an Outlook item (.msg) or data file (.pst), contacts or a calendar (.vcf, .ics), or a zip archive of messages. A folder can be a Maildir, the profile of another mail program, or hold such files. Messages that are there already are not taken twice.",
			kit.Body13, kit.Text2, 19, width-48), kit.Gap(0, 20),
		kit.Row(8, kit.NewButton("Cancel", "", kit.Ghost, func() { d.Close() }), kit.Spring(nil), folder, file)))
	d.Open()
	win.Canvas().Focus(file)
}

func take(win fyne.Window, c Client, h Hooks, into, path string, o app.ImportOptions) {
	name := kit.Cut(filepath.Base(path), kit.Title16, 320)
	run(win, h, "Importing "+name, func(ctx context.Context, say func(string)) (outcome, error) {
		var report []string
		var told time.Time
		s, err := c.Import(ctx, []string{path}, o, func(s app.ImportState, i app.ImportItem) {
			if i.State == "failed" {
				report = append(report, i.Name+": "+i.Why)
			}
			if now := time.Now(); now.Sub(told) > 100*time.Millisecond {
				told = now
				say(importWords(s))
			}
		})
		words := importWords(s)
		if err == nil && s.Added > 0 {
			words += ". They are in " + into + "."
		}
		return outcome{title: "Imported " + name, words: words, report: report}, err
	})
}

func importWords(s app.ImportState) string {
	t := kit.Plural(s.Added, "message", "messages") + " taken in"
	if s.Objects > 0 {
		t += ", " + kit.Plural(s.Objects, "contact or appointment", "contacts and appointments")
	}
	if s.Same > 0 {
		t += ", " + kit.Count(s.Same) + " there already"
	}
	if s.Failed > 0 {
		t += ", " + kit.Count(s.Failed) + " could not be read"
	}
	return t
}
