package archive

import (
	"context"
	"errors"
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/views/kit"
)

// run shows how far an archive is. The run goes on when the dialog is closed, and when the program is: it is taken up again.
func run(win fyne.Window, c Client, h Hooks, file string, do func(ctx context.Context, progress func(app.ArchiveState)) (app.ArchiveState, error)) {
	ctx, stop := context.WithCancel(context.Background())
	var d *kit.Dialog
	open := true
	title := kit.NewLabel("Archiving", kit.Title20, kit.Text)
	sub := kit.NewLabel(filepath.Base(file), kit.Body13, kit.Text2)
	bar := kit.NewProgress()
	word := kit.NewLabel("Getting ready", kit.Body13, kit.Text)
	right := kit.NewLabel("", kit.Small12, kit.Text3)
	rightRow := kit.Row(0, kit.Spring(nil), right)
	spin := kit.NewSpinner(20)
	verified, moved, differs := kit.NewLabel("0 MB", kit.Body13B, kit.Text), kit.NewLabel("0", kit.Body13B, kit.Text), kit.NewLabel("0", kit.Body13B, kit.Text)
	box := func(name string, l *kit.Label) fyne.CanvasObject {
		return kit.NewFrame(kit.Card, kit.Border, 8, 0, kit.Inset(10, 12, 10, 12, kit.Col(4, kit.NewLabel(name, kit.Small12, kit.Text2), l)))
	}
	b1, b2, b3 := box("Compared", verified), box("Moved to Trash", moved), box("Differences", differs)
	warn := kit.NewBanner("triangle-alert", "", "", kit.ToneWarn)
	warn.Hide()
	calm := kit.Row(8, kit.NewIcon("shield-check", 14, kit.OK), kit.NewLabel("Only what was compared is moved.", kit.Small12, kit.Text2))
	background := kit.NewButton("Run in background", "minimize-2", kit.Ghost, func() { open = false; d.Close() })
	var pause *kit.Button
	pause = kit.NewButton("Pause", "pause", kit.Plain, stop)
	look := kit.NewButton("Open the archive", "package", kit.Plain, func() {
		d.Close()
		attach(c, h, file)
	})
	look.Hide()
	w := float32(640 - 48)
	body := kit.Free(func() fyne.Size { return fyne.NewSize(w, 268) }, func(s fyne.Size) {
		kit.Place(title, 0, 0, s.Width-180, 26)
		z := background.MinSize().Width
		kit.Place(background, s.Width-z, 0, z, 32)
		kit.Place(sub, 0, 28, s.Width, 20)
		kit.Place(spin, 0, 66, 20, 20)
		kit.Place(word, 34, 62, s.Width-240, 18)
		kit.Place(rightRow, s.Width-200, 62, 200, 18)
		kit.Place(bar, 34, 86, s.Width-34, 3)
		kit.Place(warn, 0, 104, s.Width, 36)
		bw := (s.Width - 24) / 3
		for i, b := range []fyne.CanvasObject{b1, b2, b3} {
			kit.Place(b, float32(i)*(bw+12), 150, bw, 58)
		}
		z = pause.MinSize().Width
		kit.Place(pause, s.Width-z, 236, z, 32)
		lz := look.MinSize().Width
		kit.Place(look, s.Width-z-8-lz, 236, lz, 32)
		kit.Place(calm, 0, 236, s.Width-z-lz-24, 32)
	}, title, background, sub, spin, word, rightRow, bar, warn, b1, b2, b3, calm, look, pause)
	show := func(s app.ArchiveState) {
		word.SetText("Copying, reading back and comparing")
		right.SetText(kit.Count(s.Verified) + " of " + kit.Count(s.Total))
		bar.Set(float64(s.Verified+len(s.Differs)+len(s.Missing)) / float64(max(1, s.Total)))
		verified.SetText(kit.Bytes(s.Bytes))
		moved.SetText(kit.Count(s.Moved))
		differs.SetText(kit.Count(len(s.Differs)))
		if n := len(s.Differs) + len(s.Missing); n > 0 {
			warn.Fact = kit.Plural(n, "message could", "messages could") + " not be archived and will stay on the server."
			if len(s.Missing) == n {
				warn.Detail = "Not fetched yet: " + first(s.Missing)
			} else {
				warn.Detail = "The copy differs: " + first(s.Differs)
			}
			warn.Show()
			warn.Refresh()
		}
		rightRow.Refresh()
		body.Refresh()
	}
	d = kit.NewDialog(win.Canvas(), 640, body)
	d.Open()
	win.Canvas().Focus(background)
	go func() {
		last := app.ArchiveState{}
		s, err := do(ctx, func(s app.ArchiveState) {
			last = s
			h.Do(func() { show(s) })
		})
		h.Do(func() {
			if err != nil && s.Total == 0 {
				s = last
			}
			spin.Hide()
			show(s)
			switch {
			case errors.Is(err, context.Canceled):
				word.SetText("Paused. It goes on where it stopped.")
			case err != nil:
				f := fault.Of(err)
				word.SetText(f.Title + ". Nothing that was not compared was moved.")
				if !open {
					h.Failed(err)
				}
			default:
				word.SetText("Done")
				title.SetText("Archived")
				if !open {
					h.Toast("package", kit.Plural(s.Verified, "message", "messages")+" archived in "+filepath.Base(file))
				}
			}
			if err == nil && s.Verified > 0 {
				look.Show()
			}
			pause.Text, pause.Icon = "Close", ""
			pause.OnTapped = func() { d.Close() }
			pause.Refresh()
			background.Hide()
			if err == nil && s.Moved > 0 {
				background.Show()
				background.Text, background.Icon = "Undo", "undo-2"
				background.OnTapped = func() {
					d.Close()
					undo(c, h, s.Run)
				}
				background.Refresh()
			}
			body.Refresh()
		})
	}()
}

func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	s := strings.TrimSpace(list[0])
	if s == "" {
		s = "no subject"
	}
	if len(list) > 1 {
		s += " and " + kit.Count(len(list)-1) + " more"
	}
	return s
}
