package kit

import (
	"time"

	"fyne.io/fyne/v2"
)

// Clicks tells double and triple clicks from single ones: the toolkit tells only of the second, and late. The zero value is ready.
type Clicks struct {
	at time.Time
	p  fyne.Position
	n  int
}

// Count is called for each press and returns 1, 2 or 3: presses within 400 ms and 5 px of the one before count on, a fourth is a first again.
func (c *Clicks) Count(p fyne.Position) int {
	now := time.Now()
	dx, dy := p.X-c.p.X, p.Y-c.p.Y
	if now.Sub(c.at) < 400*time.Millisecond && dx*dx+dy*dy < 25 {
		c.n = c.n%3 + 1
	} else {
		c.n = 1
	}
	c.at, c.p = now, p
	return c.n
}
