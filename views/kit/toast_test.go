package kit

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
)

// A toast whose action is of use for a while only goes when that has passed, also under the pointer.
func TestToastLastsAsLongAsItIsOfUse(t *testing.T) {
	test.NewTempApp(t)
	queue := make(chan func(), 16)
	was := Do
	Do = func(f func()) { queue <- f }
	defer func() { Do = was }()
	r := NewRoot(NewLabel("", Body13, Text))
	w := test.NewTempWindow(t, r)
	w.Resize(fyne.NewSize(600, 400))
	ts := NewToasts(r, func() (fyne.Position, float32) { return fyne.NewPos(16, 380), 400 })
	acted := 0
	v := ts.Show("send", "Sending in 1 s", "Undo", func() { acted++ })
	v.Last(time.Second)
	v.MouseIn(nil)
	if ts.Text() != "Sending in 1 s" {
		t.Fatal("it is not shown")
	}
	for end := time.After(15 * time.Second); ts.Text() != ""; { // under the pointer others stay for 20 s
		select {
		case f := <-queue:
			f()
		case <-end:
			t.Fatal("it stays although its action is of no use any more")
		}
	}
	if ts.Act() || acted != 0 {
		t.Error("its action was done")
	}
	if v := ts.Show("archive", "Archived", "Undo", nil); !v.end.IsZero() {
		t.Error("others end too")
	}
}
