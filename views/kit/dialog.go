package kit

import (
	"strings"

	"fyne.io/fyne/v2"
)

// Widths of dialogs in px.
const (
	NarrowDialog float32 = 480
	WideDialog   float32 = 560
)

// Dialog is content in a panel over a darkened window. Escape closes it; the keyboard stays inside.
type Dialog struct {
	*Overlay
	Panel *Panel
}

// NewDialog returns a dialog that is not shown yet; content gets width less 48 px. OnHide of the overlay tells that it is gone.
func NewDialog(c fyne.Canvas, width float32, content fyne.CanvasObject) *Dialog {
	p := NewPanel(content, Card, 12, 24)
	p.Width = width
	d := &Dialog{Overlay: NewOverlay(c, p), Panel: p}
	d.Scrim, d.Sticky = true, true
	return d
}

// Fit fits the dialog to its content after that changed.
func (d *Dialog) Fit() {
	d.Panel.Refresh()
	d.Overlay.Refresh()
}

// Ask shows a question with a title, a text and one action beside Cancel, which has the keyboard. danger colours the action.
func Ask(c fyne.Canvas, title, text, action string, danger bool, do func()) *Dialog {
	k := Primary
	if danger {
		k = Danger
	}
	var d *Dialog
	cancel := NewButton("Cancel", "", Plain, func() { d.Close() })
	act := NewButton(action, "", k, func() { d.Close(); do() })
	d = NewDialog(c, NarrowDialog, Col(0,
		NewLabel(title, Title16, Text), Gap(0, 8),
		NewPara(text, Body13, Text2, 19, NarrowDialog-48), Gap(0, 20),
		Row(8, Spring(nil), cancel, act)))
	d.Open()
	c.Focus(cancel)
	return d
}

// AskText opens a dialog with a field, whose text is selected, and more below it. do gets the text without the white space around it; where there is none the dialog stays.
func AskText(c fyne.Canvas, title string, f *Field, action string, do func(string), more ...fyne.CanvasObject) *Dialog {
	var d *Dialog
	ok := func() {
		if s := strings.TrimSpace(f.Text()); s != "" {
			d.Close()
			do(s)
		}
	}
	f.OnSubmit = ok
	f.OnKey = func(k fyne.KeyName, _ bool) bool {
		if k == fyne.KeyEscape {
			d.Close()
		}
		return k == fyne.KeyEscape
	}
	rows := []fyne.CanvasObject{NewLabel(title, Title16, Text), Gap(0, 14), f}
	for _, o := range more {
		rows = append(rows, Gap(0, 10), o)
	}
	rows = append(rows, Gap(0, 20), Row(8, Spring(nil), NewButton("Cancel", "", Plain, func() { d.Close() }), NewButton(action, "", Primary, ok)))
	d = NewDialog(c, NarrowDialog, Col(0, rows...))
	d.Open()
	c.Focus(f) // the field itself does not know its canvas before it is drawn
	f.SelectAll()
	return d
}
