package reader

import (
	"fyne.io/fyne/v2"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/views/html/view"
)

// textBody is what a card shows of a message: its text, or the page that its sender made.
type textBody interface {
	fyne.CanvasObject
	fyne.Focusable
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

// htmlBody is a message shown as a page.
type htmlBody struct {
	view *view.View
}

// column is where the body of the message is: pages have the width of the card, up to 720 px, text begins below the sender's name.
func (c *card) column(width float32) (x, w float32) {
	if c.page == nil {
		x = bodyX(width)
		return x, width - x - cardPad - 10
	}
	w = min(720, width-2*cardPad)
	return (width - w) / 2, w
}

// drop closes the page.
func (c *card) drop() {
	if c.page != nil {
		c.page.view.Close()
		c.page = nil
	}
}

// newPage makes the page of a message, nil when there is none or the person wants text.
func (c *card) newPage(b *mail.Body) *htmlBody { return nil }
