package transfer

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/storage"

	"github.com/postrider/postrider/app/backup"
	"github.com/postrider/postrider/views/kit"
)

// Suffix is how files with a whole profile are called.
const Suffix = ".postrider"

// Backup asks for a file and copies the whole profile into it.
func Backup(win fyne.Window, c Client, h Hooks, now time.Time) {
	d := dialog.NewFileSave(func(w fyne.URIWriteCloser, err error) {
		if !kit.Chosen(win.Canvas(), w != nil, err) {
			return
		}
		path := w.URI().Path()
		_ = w.Close()
		// The dialog has made an empty file; a backup is made whole or not at all.
		if i, err := os.Stat(path); err == nil && i.Size() == 0 {
			_ = os.Remove(path)
		}
		if filepath.Ext(path) == "" {
			path += Suffix
		}
		backUp(win, c, h, path)
	}, win)
	d.SetFileName("Postrider " + now.Format("2006-01-02") + Suffix)
	kit.ShowFiles(d, win.Canvas(), "Back up everything", "Back up")
}

func backUp(win fyne.Window, c Client, h Hooks, path string) {
	run(win, h, "Backing up", func(ctx context.Context, say func(string)) (outcome, error) {
		d, err := c.Backup(ctx, path, steps(say))
		if err != nil {
			return outcome{words: doneWords(d)}, err
		}
		return outcome{title: "Backed up", words: doneWords(d) + " written, read back and compared", report: []string{path, "Passwords are not in it; they are in the keychain of this computer."}}, nil
	})
}

// Restore asks for a backup and has it take the place of the profile at the next start.
func Restore(win fyne.Window, c Client, h Hooks) {
	d := dialog.NewFileOpen(func(r fyne.URIReadCloser, err error) {
		if !kit.Chosen(win.Canvas(), r != nil, err) {
			return
		}
		path := r.URI().Path()
		_ = r.Close()
		kit.Ask(win.Canvas(), "Restore "+kit.Cut(filepath.Base(path), kit.Title16, 320), "Accounts, mail, contacts, calendars and settings become those of the backup. What is here now is kept in a folder beside it, and nothing at your providers is changed.",
			"Restore", false, func() { restore(win, c, h, path) })
	}, win)
	d.SetFilter(storage.NewExtensionFileFilter([]string{Suffix}))
	kit.ShowFiles(d, win.Canvas(), "Restore a backup", "Choose")
}

func restore(win fyne.Window, c Client, h Hooks, path string) {
	run(win, h, "Restoring", func(ctx context.Context, say func(string)) (outcome, error) {
		keep, d, err := c.PrepareRestore(ctx, path, steps(say))
		if err != nil {
			return outcome{words: doneWords(d)}, err
		}
		out := outcome{title: "Ready to start again", words: doneWords(d) + " ready", report: []string{"The backup takes its place when Postrider is started the next time.", "What is here now is kept in " + keep + ".", "You sign in to your accounts again: passwords are not in a backup."}}
		if h.Quit != nil {
			out.action, out.do = "Quit now", h.Quit
		}
		return out, nil
	})
}

func steps(say func(string)) func(backup.Done) {
	var told time.Time
	return func(d backup.Done) {
		if now := time.Now(); now.Sub(told) > 100*time.Millisecond {
			told = now
			say(doneWords(d))
		}
	}
}

func doneWords(d backup.Done) string {
	return kit.Plural(d.Files, "file", "files") + " (" + kit.Bytes(d.Bytes) + ")"
}
