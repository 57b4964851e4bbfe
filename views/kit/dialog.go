package kit

import "fyne.io/fyne/v2"

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
