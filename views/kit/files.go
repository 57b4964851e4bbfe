package kit

import (
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
