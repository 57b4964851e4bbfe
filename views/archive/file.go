package archive

import (
	"os"
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"

	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/views/agenda/plan"
	"github.com/postrider/postrider/views/kit"
)

// name proposes a file, unless the person has named one.
func (x *choose) name() {
	if x.typed {
		return
	}
	home, err := os.UserHomeDir()
	if err != nil {
		home = "/"
	}
	clean := strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:*?"<>|`, r) || r < ' ' {
			return '-'
		}
		return r
	}, x.acc.Name)
	day := "2 Jan 2006"
	text := "all mail"
	switch last := plan.AddDays(x.before, -1); {
	case !x.before.IsZero() && x.after.IsZero():
		text = "until " + last.Format(day)
	case !x.before.IsZero():
		text = x.after.Format(day) + " to " + last.Format(day)
	case !x.after.IsZero():
		text = "since " + x.after.Format(day)
	}
	on := x.file.OnChanged
	x.file.OnChanged = nil
	x.file.SetText(short(filepath.Join(home, "Archives", clean+" "+text+".pst")))
	x.file.OnChanged = on
	x.free()
}

// short writes a path in the home folder with a tilde, path reads the field.
func short(path string) string {
	home, err := os.UserHomeDir()
	if rest, ok := strings.CutPrefix(path, home+string(filepath.Separator)); err == nil && ok && home != "" {
		return "~" + string(filepath.Separator) + rest
	}
	return path
}

func (x *choose) path() string {
	text := strings.TrimSpace(x.file.Text())
	rest, ok := strings.CutPrefix(text, "~"+string(filepath.Separator))
	if home, err := os.UserHomeDir(); ok && err == nil {
		return filepath.Join(home, rest)
	}
	return text
}

// free says what the disk still holds, and what has to be fetched.
func (x *choose) free() {
	text := ""
	if n := app.FreeSpace(filepath.Dir(x.path())); n >= 0 {
		text = kit.Bytes(n) + " free on this disk"
	}
	if x.missing > 0 {
		if text != "" {
			text += " · "
		}
		text += kit.Plural(x.missing, "message is", "messages are") + " fetched from the server first"
	}
	x.hint.SetText(text)
}

// pick chooses the file.
func (x *choose) pick() {
	d := dialog.NewFileSave(func(w fyne.URIWriteCloser, err error) {
		if !kit.Chosen(x.win.Canvas(), w != nil, err) {
			return
		}
		path := w.URI().Path()
		_ = w.Close()
		// The dialog has made an empty file; a data file is made whole or not at all.
		if i, err := os.Stat(path); err == nil && i.Size() == 0 {
			_ = os.Remove(path)
		}
		if !strings.EqualFold(filepath.Ext(path), ".pst") {
			path += ".pst"
		}
		x.file.SetText(short(path))
		x.typed = true
		x.free()
	}, x.win)
	d.SetFileName(filepath.Base(x.path()))
	kit.ShowFiles(d, x.win.Canvas(), "Choose the archive file", "Choose")
}
