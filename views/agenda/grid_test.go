package agenda

import (
	"image/png"
	"os"
	"path/filepath"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/views/kit"
)

func day(d, h, m int) time.Time { return time.Date(2026, 3, d, h, m, 0, 0, time.UTC) }

var hues = map[pim.CollectionID]string{1: "petrol", 2: "blue", 3: "violet", 4: "orange", 5: "green"}

func week() []pim.Occurrence {
	n := pim.EventID(0)
	o := func(c pim.CollectionID, s, place string, a, b time.Time) pim.Occurrence {
		n++
		return pim.Occurrence{Event: n, Calendar: c, Summary: s, Location: place, Start: a, End: b}
	}
	w := []pim.Occurrence{
		o(1, "Stand-up", "", day(9, 9, 0), day(9, 10, 0)), o(1, "Site report: ticket hall", "Room 2", day(9, 10, 30), day(9, 12, 0)), o(2, "Harbour board", "town hall", day(9, 14, 0), day(9, 15, 30)),
		o(4, "Dentist, Ada", "", day(10, 8, 30), day(10, 9, 30)), o(1, "Tern bollard samples", "Halden store", day(10, 11, 0), day(10, 12, 30)),
		o(1, "Pier 4 schedule review", "Priya, Jonas", day(11, 10, 45), day(11, 12, 0)), o(3, "Lunch, Sven", "", day(11, 13, 0), day(11, 14, 0)),
		o(2, "Lighthouse Museum walk-through", "", day(12, 14, 0), day(12, 15, 30)), o(1, "Glare review", "", day(12, 14, 30), day(12, 16, 0)),
		o(3, "Ferry 07:40 with Sven", "", day(13, 7, 40), day(13, 9, 0)), o(1, "Week close", "", day(13, 13, 0), day(13, 13, 30)), o(4, "Swimming", "", day(15, 11, 0), day(15, 12, 30)),
	}
	w[7].Mine = "needs-action"
	long := func(c pim.CollectionID, s string, a, b int) {
		x := o(c, s, "", day(a, 0, 0), day(b, 0, 0))
		x.AllDay = true
		w = append(w, x)
	}
	long(2, "Pier 4 closed to traffic", 10, 13)
	long(5, "Studio day off", 13, 14)
	long(4, "Ada's birthday", 14, 15)
	return w
}

func grid(t *testing.T, dark bool) (*Grid, fyne.Window) {
	t.Helper()
	a := test.NewTempApp(t)
	a.Settings().SetTheme(kit.NewTheme())
	mode := kit.Mode("light")
	if dark {
		mode = "dark"
	}
	kit.Choose(mode, false)
	g := NewGrid()
	g.Now = func() time.Time { return day(11, 10, 24) }
	g.Hue = func(o pim.Occurrence) string { return hues[o.Calendar] }
	w := test.NewTempWindow(t, g)
	w.SetPadded(false)
	w.Resize(fyne.NewSize(838, 700))
	g.Set(day(9, 0, 0), 7, week())
	return g, w
}

func picture(t *testing.T, w fyne.Window, name string) {
	t.Helper()
	dir := os.Getenv("POSTRIDER_PICTURES")
	if dir == "" {
		return
	}
	f, err := os.Create(filepath.Join(dir, name+".png"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := png.Encode(f, w.Canvas().Capture()); err != nil {
		t.Fatal(err)
	}
}

func entry(t *testing.T, g *Grid, name string) shownEntry {
	t.Helper()
	for _, e := range g.shown {
		if e.o.Summary == name {
			return e
		}
	}
	t.Fatalf("%q is not shown", name)
	return shownEntry{}
}

func TestPictures(t *testing.T) {
	for _, dark := range []bool{false, true} {
		g, w := grid(t, dark)
		name := "week-light"
		if dark {
			name = "week-dark"
		}
		picture(t, w, name)
		if len(g.shown) != 15 {
			t.Errorf("%d entries are shown of 15", len(g.shown))
		}
	}
}

func press(g *Grid, x, y float32) {
	g.MouseDown(&desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(x, y)}, Button: desktop.MouseButtonPrimary})
}

func dragTo(g *Grid, x, y float32) {
	g.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(x, y)}})
}

// TestDrag moves an entry to the next day and an hour later, and stretches it.
func TestDrag(t *testing.T) {
	g, _ := grid(t, false)
	var from, to time.Time
	g.OnMove = func(o pim.Occurrence, a, b time.Time) { from, to = a, b }
	e := entry(t, g, "Dentist, Ada")
	x, y := e.rect[0]+20, e.rect[1]+20
	press(g, x, y)
	dragTo(g, x+g.column(), y+hourHeight+3)
	g.DragEnd()
	if !from.Equal(day(11, 9, 30)) || !to.Equal(day(11, 10, 30)) {
		t.Errorf("moved to %v, %v", from, to)
	}
	press(g, x, e.rect[1]+e.rect[3]-2)
	dragTo(g, x, e.rect[1]+e.rect[3]+hourHeight/2)
	g.DragEnd()
	if !from.Equal(day(10, 8, 30)) || !to.Equal(day(10, 10, 0)) {
		t.Errorf("stretched to %v, %v", from, to)
	}
	// A click that does not move changes nothing.
	from = time.Time{}
	press(g, x, y)
	dragTo(g, x+1, y+1)
	g.MouseUp(nil)
	if !from.IsZero() {
		t.Error("a click moved the entry")
	}
}

// TestNew draws a span on free time.
func TestNew(t *testing.T) {
	g, _ := grid(t, false)
	var from, to time.Time
	g.OnNew = func(a, b time.Time, allDay bool) { from, to = a, b }
	x := gutter + g.column()*6 + 20
	y := g.bodyTop() - g.top + 8*hourHeight
	press(g, x, y+1)
	dragTo(g, x, y+hourHeight*1.5)
	g.DragEnd()
	if !from.Equal(day(15, 8, 0)) || !to.Equal(day(15, 9, 30)) {
		t.Errorf("a span drawn from 8 to 9.30 is %v, %v", from, to)
	}
	g.DoubleTapped(&fyne.PointEvent{Position: fyne.NewPos(gutter+20, headHeight+5)})
	if !from.Equal(day(9, 0, 0)) || !to.Equal(day(10, 0, 0)) {
		t.Errorf("a double click among the whole days makes %v, %v", from, to)
	}
}

func BenchmarkWeek(b *testing.B) {
	a := test.NewTempApp(b)
	a.Settings().SetTheme(kit.NewTheme())
	g := NewGrid()
	w := test.NewTempWindow(b, g)
	w.Resize(fyne.NewSize(838, 700))
	os := week()
	b.ResetTimer()
	for range b.N {
		g.Set(day(9, 0, 0), 7, os)
	}
}
