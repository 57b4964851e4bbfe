package kit

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"
)

func TestClicks(t *testing.T) {
	var c Clicks
	at := fyne.NewPos(10, 10)
	for i, want := range []int{1, 2, 3, 1, 2} {
		c.at = time.Now() // however slow this machine is
		if got := c.Count(at); got != want {
			t.Errorf("press %d counts %d, not %d", i, got, want)
		}
	}
	c.at = time.Now()
	if got := c.Count(at.AddXY(30, 0)); got != 1 {
		t.Errorf("a press elsewhere counts %d", got)
	}
	c.at = time.Now().Add(-time.Second)
	if got := c.Count(at.AddXY(30, 0)); got != 1 {
		t.Errorf("a late press counts %d", got)
	}
}
