package kit

import (
	"errors"
	"io/fs"
	"strings"
	"unicode"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
)

// ShowFiles shows one of the toolkit's dialogs for files with its words, large enough for a look around. The dialog has no size of its own before it
// is shown: the toolkit ends the program when it is asked for one.
func ShowFiles(d *dialog.FileDialog, c fyne.Canvas, title, action string) {
	d.SetTitleText(title)
	d.SetConfirmText(action)
	under := TopOverlay(c)
	d.Show()
	old := c.OnTypedKey()
	c.SetOnTypedKey(func(e *fyne.KeyEvent) { // else Escape closes what the dialog belongs to
		if e.Name == fyne.KeyEscape {
			d.Hide()
		}
	})
	d.SetOnClosed(func() {
		if o := TopOverlay(c); o != nil && o != under { // the answer has opened something already, which has the keys now
			o.oldKey = old
			return
		}
		c.SetOnTypedKey(old)
	})
	z := c.Size()
	d.Resize(fyne.NewSize(max(320, min(900, z.Width-48)), max(240, min(620, z.Height-48))))
}

// Chosen reports whether a dialog for files brought something. That a file cannot be used is said; who closed the dialog knows that nothing was chosen.
func Chosen(c fyne.Canvas, something bool, err error) bool {
	if err == nil {
		return something
	}
	why := err.Error()
	switch {
	case errors.Is(err, fs.ErrPermission):
		why = "You have no right to use it, or to write into this folder. Choose another place."
	case errors.Is(err, fs.ErrNotExist):
		why = "It is not there any more."
	}
	var d *Dialog
	end := NewButton("Close", "", Primary, func() { d.Close() })
	d = NewDialog(c, NarrowDialog, Col(0, NewLabel("This file cannot be used", Title16, Text), Gap(0, 8), NewPara(why, Body13, Text2, 19, NarrowDialog-48), Gap(0, 20), Row(8, Spring(nil), end)))
	d.Open()
	c.Focus(end)
	return false
}

// FileName makes a name of a file of something that a person named.
func FileName(s string) string {
	s = strings.TrimSpace(strings.Trim(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || strings.ContainsRune(`/\:*?"<>|`, r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "")), ". "))
	if rs := []rune(s); len(rs) > 80 {
		s = strings.TrimSpace(string(rs[:80]))
	}
	if s == "" {
		return "Unnamed"
	}
	return s
}
