package kit

import (
	"fmt"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
)

type plainRow struct {
	box   *fyne.Container
	texts [4]*canvas.Text
	i     int
	binds *int
}

func (r *plainRow) Object() *fyne.Container { return r.box }

func (r *plainRow) Bind(i int) {
	r.i = i
	*r.binds++
	for k, t := range r.texts {
		PutText(t, fmt.Sprintf("Row %d, text %d of a message with a subject", i%5000, k), Body13, C(Text), 64, float32(9+18*k), 300, 18, fyne.TextAlignLeading)
	}
}

func million(tb testing.TB, n int) (*VList, *int, fyne.Window) {
	tb.Helper()
	test.NewTempApp(tb)
	binds := new(int)
	l := NewVList(72, 28, func() VRow {
		r := &plainRow{box: &fyne.Container{}, binds: binds}
		for k := range r.texts {
			r.texts[k] = &canvas.Text{}
			r.box.Objects = append(r.box.Objects, r.texts[k])
		}
		return r
	})
	l.Len = n
	for i := 0; i < n; i += 300 {
		l.Groups = append(l.Groups, Group{First: i, Title: fmt.Sprintf("Day %d", i), Count: "300"})
	}
	w := test.NewTempWindow(tb, l)
	w.SetPadded(false)
	w.Resize(fyne.NewSize(408, 772))
	return l, binds, w
}

func (l *VList) shown(i int) (fyne.Position, bool) {
	r, ok := l.used[i]
	if !ok {
		return fyne.Position{}, false
	}
	return r.Object().Position(), r.(*plainRow).i == i
}

// Near the end of a million rows the list still moves by one px, and every row is where its number says.
func TestVListIsExactAtAMillion(t *testing.T) {
	const n = 1_000_000
	l, _, _ := million(t, n)
	want := float64(n)*72 + float64(len(l.Groups))*28
	if l.Height() != want {
		t.Fatalf("height %f, want %f", l.Height(), want)
	}
	l.ScrollTo(l.Height())
	if p, ok := l.shown(n - 1); !ok || p.Y+72 != l.Size().Height {
		t.Fatalf("the last row ends at %f of %f, shown %t", p.Y+72, l.Size().Height, ok)
	}
	for _, step := range []float64{-1, -3, -1, 3, -0.25, 1} {
		before, _ := l.shown(n - 3)
		l.ScrollTo(l.Top() + step)
		after, ok := l.shown(n - 3)
		if !ok || float64(before.Y-after.Y) != step {
			t.Fatalf("%g px moved the row by %f", -step, after.Y-before.Y)
		}
	}
	for _, i := range []int{0, 1, 299, 300, 301, 499_999, 500_000, n - 1} {
		got, ok := l.At(l.Y(i) + 71.5)
		if !ok || got != i {
			t.Errorf("At(Y(%d)+71.5) = %d, %t", i, got, ok)
		}
		l.Reveal(i)
		if p, ok := l.shown(i); !ok || p.Y < 0 || p.Y+72 > l.Size().Height {
			t.Errorf("row %d is not wholly seen after Reveal: %v", i, p)
		}
	}
	if _, ok := l.At(l.headY(7) + 3); ok {
		t.Error("a header counts as a row")
	}
}

func TestVListKeepsRowsThatStay(t *testing.T) {
	l, binds, _ := million(t, 100_000)
	l.ScrollTo(50_000)
	*binds = 0
	l.ScrollTo(50_010)
	if *binds > 1 {
		t.Errorf("10 px bound %d rows again", *binds)
	}
	if rows := len(l.used) + len(l.free); rows > 16 {
		t.Errorf("%d rows for a window of 11", rows)
	}
}

func TestVListThumbReachesEverything(t *testing.T) {
	l, _, _ := million(t, 1_000_000)
	press := func(y float32) {
		l.MouseDown(&desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(404, y)}, Button: desktop.MouseButtonPrimary})
	}
	press(771)
	if !l.Dragging() || l.Top() != l.Height()-float64(l.Size().Height) {
		t.Fatalf("a press at the end of the track leads to %f of %f", l.Top(), l.Height())
	}
	l.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(404, -50)}})
	if l.Top() != 0 {
		t.Errorf("dragged to the top: %f", l.Top())
	}
	l.DragEnd()
	if l.Dragging() {
		t.Error("still held")
	}
}

// A frame of scrolling is our own work only: placing, binding the rows that come in.
func BenchmarkVListScroll(b *testing.B) {
	l, _, _ := million(b, 1_000_000)
	l.ScrollTo(30_000_000)
	b.ResetTimer()
	for b.Loop() {
		l.ScrollTo(l.Top() + 40)
	}
}
