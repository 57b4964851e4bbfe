package archive

import (
	"context"
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/views/kit"
)

// Ledger shows the archives there were and what is archived by itself: each can be looked at message by message, gone on with, opened and undone.
func Ledger(win fyne.Window, c Client, h Hooks) {
	go func() {
		ctx := context.Background()
		runs, err := c.Archives(ctx)
		var rules []app.ArchiveRule
		if err == nil {
			rules, err = c.ArchiveRules(ctx)
		}
		var as []mail.Account
		if err == nil {
			as, err = c.Accounts(ctx)
		}
		h.Do(func() {
			if err != nil {
				h.Failed(err)
				return
			}
			showLedger(win, c, h, runs, rules, as)
		})
	}()
}

const ledgerWidth float32 = 760

func showLedger(win fyne.Window, c Client, h Hooks, runs []app.ArchiveState, rules []app.ArchiveRule, as []mail.Account) {
	var d *kit.Dialog
	w := ledgerWidth - 48
	col := kit.Col(0)
	line := func(icon, title, facts string, ink kit.Token, actions ...fyne.CanvasObject) {
		row := kit.Row(4)
		for _, a := range actions {
			row.Add(a)
		}
		room := w - 20 - 34 - row.MinSize().Width - 12
		if len(col.Objects) > 0 {
			col.Add(kit.NewRule(kit.Line))
		}
		col.Add(kit.Inset(10, 8, 10, 0, kit.Row(12, kit.NewIcon(icon, 18, ink), kit.Col(2, kit.NewLabel(kit.Cut(title, kit.Body13M, room), kit.Body13M, kit.Text), kit.NewPara(facts, kit.Small12, kit.Text2, 16, room)), kit.Spring(nil), row)))
	}
	link := func(text string, do func()) *kit.Button {
		b := kit.NewButton(text, "", kit.Link, do)
		b.Height = kit.SmallButton
		return b
	}
	for _, r := range rules {
		name := string(r.Account)
		for _, a := range as {
			if a.ID == r.Account {
				name = a.Name
			}
		}
		facts := "Mail older than " + days(r.Age) + " goes into " + filepath.Base(r.Plan.File) + ", every " + strings.TrimPrefix(days(r.Every), "1 ")
		if !r.Last.IsZero() {
			facts += "; last looked at " + r.Last.Local().Format("2 Jan 2006")
		}
		ink := kit.Accent
		if r.Problem != "" {
			facts, ink = facts+". "+r.Problem+".", kit.Warn
		}
		line("calendar-clock", name+" archives by itself", facts, ink, link("Stop", func() {
			d.Close()
			r.Plan.Mailboxes = nil
			go func() {
				err := c.SetArchiveRule(context.Background(), r)
				h.Do(func() {
					if err != nil {
						h.Failed(err)
						return
					}
					h.Toast("package", name+" no longer archives by itself")
				})
			}()
		}))
	}
	for _, r := range runs {
		icon, ink, facts := outcome(r)
		actions := []fyne.CanvasObject{link("Messages", func() { messages(win, c, h, r.Run) })}
		if !r.Done {
			actions = append(actions, link("Go on", func() {
				d.Close()
				run(win, c, h, r.File, r.Keep, func(ctx context.Context, progress func(app.ArchiveState)) (app.ArchiveState, error) {
					return c.ResumeArchive(ctx, r.Run, progress)
				})
			}))
		}
		if r.Verified > 0 {
			actions = append(actions, link("Open", func() {
				d.Close()
				for _, f := range r.Files {
					attach(c, h, f)
				}
			}))
		}
		if r.Moved > r.Back+r.Deleted {
			actions = append(actions, link("Undo", func() { d.Close(); undo(c, h, r.Run) }))
		}
		line(icon, r.Started.Local().Format("2 Jan 2006, 15:04")+" · "+filepath.Base(r.File), facts, ink, actions...)
	}
	if len(col.Objects) == 0 {
		col.Add(kit.Inset(24, 0, 24, 0, kit.NewLabel("Nothing has been archived yet.", kit.Body13, kit.Text3)))
	}
	scroll := kit.NewScroller(col)
	scroll.Fill = kit.Card
	closeB := kit.NewButton("Close", "", kit.Plain, func() { d.Close() })
	body := kit.Col(0, kit.NewLabel("Archives", kit.Title20, kit.Text), kit.Gap(0, 4),
		kit.NewLabel("What was archived from your accounts, with a record of every message.", kit.Body13, kit.Text2), kit.Gap(0, 12),
		kit.Sized(w, min(420, max(80, col.MinSize().Height+4)), scroll), kit.Gap(0, 14), kit.Row(0, kit.Spring(nil), closeB))
	d = kit.NewDialog(win.Canvas(), ledgerWidth, body)
	d.Open()
	win.Canvas().Focus(closeB)
}

// outcome says in words what became of a run.
func outcome(r app.ArchiveState) (icon string, ink kit.Token, facts string) {
	facts = kit.Count(r.Verified) + " of " + kit.Plural(r.Total, "message", "messages") + " in the file and compared, " + kit.Bytes(r.Bytes)
	if len(r.Files) > 1 {
		facts += ", in " + kit.Plural(len(r.Files), "file", "files")
	}
	icon, ink = "shield-check", kit.OK
	switch {
	case !r.Done:
		icon, ink = "circle-pause", kit.Warn
		facts += ". Not finished"
		if r.Paused {
			facts += ", paused"
		}
	case r.Back > 0 && r.Back == r.Moved:
		icon, ink = "undo-2", kit.Text2
		facts += ". Moved back"
	case r.Deleted > 0:
		facts += ". " + kit.Count(r.Deleted) + " deleted from Trash"
	case !r.Due.IsZero():
		facts += ". They leave Trash for good on " + r.Due.Local().Format("2 Jan 2006")
	case r.Moved > 0:
		facts += ". " + kit.Count(r.Moved) + " moved to Trash"
	default:
		facts += ". The originals stayed"
	}
	if n := len(r.Differs) + len(r.Missing); n > 0 {
		icon, ink = "triangle-alert", kit.Warn
		facts += ". " + kit.Plural(n, "message stayed", "messages stayed") + " where it was"
	}
	return icon, ink, facts + "."
}

func days(n int) string {
	switch {
	case n%365 == 0 && n > 0:
		return kit.Plural(n/365, "year", "years")
	case n%30 == 0 && n > 0:
		return kit.Plural(n/30, "month", "months")
	case n%7 == 0 && n > 0:
		return kit.Plural(n/7, "week", "weeks")
	}
	return kit.Plural(n, "day", "days")
}

func undo(c Client, h Hooks, run string) {
	go func() {
		back, gone, err := c.UndoArchive(context.Background(), run)
		h.Do(func() {
			if err != nil {
				h.Failed(err)
				return
			}
			text := kit.Plural(back, "message", "messages") + " moved back"
			if gone > 0 {
				text += "; " + kit.Count(gone) + " are no longer in Trash, they are in the file"
			}
			h.Toast("undo-2", text)
		})
	}()
}

// states are what became of a message, in words.
var states = map[string]string{"want": "Not yet copied", "copied": "Copied", "verified": "Compared", "moved": "In Trash", "back": "Moved back", "deleted": "Deleted from Trash", "differs": "The copy differs", "missing": "Not fetched"}

// messages shows the ledger of a run, a row a message.
func messages(win fyne.Window, c Client, h Hooks, run string) {
	go func() {
		s, items, err := c.ArchiveRun(context.Background(), run)
		h.Do(func() {
			if err != nil {
				h.Failed(err)
				return
			}
			w := ledgerWidth - 48
			list := kit.NewVList(44, 0, func() kit.VRow { return newItemRow(&items) })
			list.Len = len(items)
			var d *kit.Dialog
			closeB := kit.NewButton("Close", "", kit.Plain, func() { d.Close() })
			_, _, facts := outcome(s)
			d = kit.NewDialog(win.Canvas(), ledgerWidth, kit.Col(0, kit.NewLabel(kit.Cut(filepath.Base(s.File), kit.Title20, w), kit.Title20, kit.Text), kit.Gap(0, 4), kit.NewPara(facts, kit.Body13, kit.Text2, 20, w), kit.Gap(0, 12),
				kit.Sized(w, 400, list), kit.Gap(0, 14), kit.Row(0, kit.Spring(nil), closeB)))
			d.Open()
			win.Canvas().Focus(closeB)
		})
	}()
}

// itemRow is a message of a ledger.
type itemRow struct {
	items                  *[]app.ArchiveItem
	box                    *fyne.Container
	subject, folder, state *kit.Label
}

func newItemRow(items *[]app.ArchiveItem) *itemRow {
	r := &itemRow{items: items, subject: kit.NewShrinkLabel("", kit.Body13, kit.Text), folder: kit.NewShrinkLabel("", kit.Small12, kit.Text3), state: kit.NewLabel("", kit.Small12, kit.Text2)}
	r.box = kit.Free(func() fyne.Size { return fyne.NewSize(300, 44) }, func(s fyne.Size) {
		kit.Place(r.subject, 4, 4, s.Width-180, 18)
		kit.Place(r.folder, 4, 23, s.Width-180, 16)
		kit.Place(r.state, s.Width-164, 13, 150, 16)
	}, r.subject, r.folder, r.state)
	return r
}

// Object implements kit.VRow.
func (r *itemRow) Object() *fyne.Container { return r.box }

// Bind implements kit.VRow.
func (r *itemRow) Bind(i int) {
	it := (*r.items)[i]
	subject := strings.TrimSpace(it.Subject)
	if subject == "" {
		subject = "No subject"
	}
	r.subject.SetText(subject)
	r.folder.SetText(strings.Join(it.Folder, " / ") + " · " + kit.Bytes(it.Size))
	r.state.SetText(states[it.State])
}
