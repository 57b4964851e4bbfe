package archive

import (
	"context"
	"path/filepath"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/storage"

	"github.com/postrider/postrider/views/kit"
)

// Open asks for an Outlook data file and opens it beside the accounts.
func Open(win fyne.Window, c Client, h Hooks) {
	d := dialog.NewFileOpen(func(r fyne.URIReadCloser, err error) {
		if err != nil {
			h.Failed(err)
			return
		}
		if r == nil {
			return
		}
		path := r.URI().Path()
		_ = r.Close()
		attach(c, h, path)
	}, win)
	d.SetFilter(storage.NewExtensionFileFilter([]string{".pst", ".ost", ".PST", ".OST"}))
	kit.ShowFiles(d, win.Canvas(), "Open Outlook data file", "Open")
}

// attach opens a file and tells where it is.
func attach(c Client, h Hooks, path string) {
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
		defer cancel()
		_, err := c.AttachFile(ctx, path)
		h.Do(func() {
			if err != nil {
				h.Failed(err)
				return
			}
			h.Toast("package", filepath.Base(path)+" is open under On this computer")
		})
	}()
}
