package reader

import (
	"fyne.io/fyne/v2"

	"github.com/postrider/postrider/views/html/view"
)

// textBody is what a card shows of a message: its text, or the page that its sender made.
type textBody interface {
	fyne.CanvasObject
	fyne.Focusable
	fyne.Shortcutable
	Finder
	// Fit returns the height at a width; View tells which part is seen.
	Fit(width float32) float32
	View(from, to float32)
	Selected() string
	All() string
	SelectAll()
}

var (
	_ textBody = (*textView)(nil)
	_ textBody = (*view.View)(nil)
)

// column is where the body of the message is: pages have the width of the card, up to 720 px, text begins below the sender's name.
func (c *card) column(width float32) (x, w float32) {
	if c.page == nil {
		x = bodyX(width)
		return x, width - x - cardPad - 10
	}
	w = min(720, width-2*cardPad)
	return (width - w) / 2, w
}
