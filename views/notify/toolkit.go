package notify

import "fyne.io/fyne/v2"

// toolkit shows notifications by what the toolkit offers: they cannot be taken away, nor pressed.
type toolkit struct{ a fyne.App }

// Toolkit returns the toolkit's notifications.
func Toolkit(a fyne.App) Desktop { return toolkit{a} }

// Show implements Desktop.
func (t toolkit) Show(n Note) error {
	fyne.Do(func() { t.a.SendNotification(fyne.NewNotification(n.Title, n.Body)) })
	return nil
}

// Clear implements Desktop.
func (toolkit) Clear(string) {}

// Locked reports true: whether the screen is locked is not known here, so no notification tells what is in a message.
func (toolkit) Locked() bool { return true }

// Close implements Desktop.
func (toolkit) Close() {}
