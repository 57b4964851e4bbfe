package kit

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
)

func TestTooltipShowsAndGoes(t *testing.T) {
	test.NewTempApp(t)
	oldDelay, oldDo := TipDelay, Do
	queue := make(chan func(), 8)
	TipDelay, Do = time.Millisecond, func(f func()) { queue <- f }
	t.Cleanup(func() { TipDelay, Do = oldDelay, oldDo })
	b := NewIconButton("archive", "Archive", "E", nil)
	root := NewRoot(Row(0, b))
	w := test.NewTempWindow(t, root)
	w.Resize(fyne.NewSize(300, 200))
	b.MouseIn(&desktop.MouseEvent{})
	(<-queue)()
	if n := len(root.layer.Objects); n != 1 {
		t.Fatalf("%d objects in the float layer", n)
	}
	tip := root.layer.Objects[0].(*tipView)
	if tip.text != "Archive" || tip.key != "E" || tip.Size().Width < 40 {
		t.Errorf("%+v %v", tip.text, tip.Size())
	}
	b.MouseOut()
	if len(root.layer.Objects) != 0 {
		t.Error("the tooltip stays")
	}
	b.MouseIn(&desktop.MouseEvent{})
	b.MouseOut()
	time.Sleep(5 * time.Millisecond)
	for len(queue) > 0 {
		(<-queue)()
	}
	if len(root.layer.Objects) != 0 {
		t.Error("a tooltip shows after the pointer has gone")
	}
}
