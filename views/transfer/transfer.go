// Package transfer takes mail of files in and writes mail into files, in dialogs: what to take and where, how far it is, and a report of each message that could
// not be. The work is the program's ([app.Client].Import and Export); it goes on until it is done or stopped, and what was taken in stays.
//
// The whole profile goes into a backup and comes out of one in the same way.
//
//	transfer.go  the door, and the dialog of a run;  import.go  export.go  backup.go  what is asked before
package transfer

import (
	"context"
	"fmt"

	"fyne.io/fyne/v2"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/app/backup"
	"github.com/postrider/postrider/app/doors"
	"github.com/postrider/postrider/views/kit"
)

// Client is what is asked of the program.
type Client interface {
	OtherPrograms(ctx context.Context) []doors.Profile
	Import(ctx context.Context, files []string, o app.ImportOptions, each func(app.ImportState, app.ImportItem)) (app.ImportState, error)
	Export(ctx context.Context, o app.ExportOptions, progress func(app.ExportState)) (app.ExportState, error)
	Backup(ctx context.Context, file string, progress func(backup.Done)) (backup.Done, error)
	PrepareRestore(ctx context.Context, file string, progress func(backup.Done)) (keep string, d backup.Done, err error)
}

// Hooks join the dialogs to the window.
type Hooks struct {
	Do func(func())
	// Quit ends the program; nil where it cannot be asked to.
	Quit func()
}

// most is how many lines of a report are shown.
const most = 200

const width = kit.WideDialog

// outcome is what a run came to.
type outcome struct {
	title  string // of the dialog from now on, where it went well
	words  string
	report []string
	// action is what a second button offers, "" = nothing.
	action string
	do     func()
}

// run shows a run in a dialog: do works on a goroutine of its own and calls say, from any, with how far it is.
func run(win fyne.Window, h Hooks, title string, do func(ctx context.Context, say func(string)) (outcome, error)) {
	ctx, stop := context.WithCancel(context.Background())
	var d *kit.Dialog
	spin := kit.NewSpinner(20)
	word := kit.NewShrinkLabel("Getting ready", kit.Body13, kit.Text)
	list := kit.NewPara("", kit.Small12, kit.Text2, 18, width-48-16)
	scroll := kit.NewScroller(list)
	details := kit.Sized(width-48, 0, kit.Gap(0, 0))
	button := kit.NewButton("Stop", "", kit.Plain, func() { stop() })
	head := kit.NewLabel(title, kit.Title16, kit.Text)
	body := kit.Col(0, head, kit.Gap(0, 16), kit.Row(10, spin, kit.Spring(word)), kit.Gap(0, 12))
	foot := kit.Row(8, kit.Spring(nil), button)
	body.Add(details)
	body.Add(kit.Gap(0, 8))
	body.Add(foot)
	d = kit.NewDialog(win.Canvas(), width, body)
	d.OnHide = stop
	d.OnEscape = func() {} // nothing is stopped by mistake
	d.Open()
	spin.Show()
	say := func(s string) { h.Do(func() { word.SetText(s) }) }
	go func() {
		out, err := do(ctx, say)
		h.Do(func() {
			spin.Hide()
			words, report := out.words, out.report
			switch {
			case err == nil:
				head.SetText(out.title)
			case ctx.Err() != nil:
				words = "Stopped. " + words
			default:
				f := fault.Of(err)
				words = f.Title + ". " + f.Detail
				word.Ink = kit.Err
			}
			word.SetText(words)
			if err != nil && ctx.Err() == nil { // long words have room below
				report = append([]string{words}, report...)
			}
			if len(report) > 0 {
				text := ""
				for i, l := range report {
					if i == most {
						text += fmt.Sprintf("and %d more", len(report)-most)
						break
					}
					text += l + "\n"
				}
				list.SetText(text)
				body.Objects[4] = kit.Sized(width-48, min(220, max(40, list.MinSize().Height)), scroll)
			}
			button.Kind = kit.Primary
			if err == nil && out.action != "" {
				button.Kind = kit.Plain
				foot.Add(kit.NewButton(out.action, "", kit.Primary, func() { d.Close(); out.do() }))
			}
			button.SetText("Close")
			button.OnTapped = func() { d.Close() }
			d.OnEscape = nil
			d.Fit()
			win.Canvas().Focus(button)
		})
	}()
}
