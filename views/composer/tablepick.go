package composer

import (
	"fmt"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"github.com/postrider/postrider/views/kit"
)

const (
	pickCols, pickRows         = 8, 6
	pickBox            float32 = 22
)

// tablePicker is a grid on which the size of a table is chosen, by mouse or arrow keys.
type tablePicker struct {
	widget.BaseWidget
	rows, cols int // highlighted
	done       func(rows, cols int)
	close      func()
}

var (
	_ desktop.Hoverable = (*tablePicker)(nil)
	_ fyne.Focusable    = (*tablePicker)(nil)
)

// pickTable asks how large a table is and puts it in.
func (c *Composer) pickTable() {
	t := &tablePicker{rows: 2, cols: 3}
	t.ExtendBaseWidget(t)
	p := kit.NewPanel(t, kit.MenuFill, 8, 10)
	cv := c.win.Canvas()
	o := kit.NewOverlay(cv, p)
	b := c.format.buttons["table"]
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(b)
	o.PlaceAt = func(s fyne.Size) (fyne.Position, fyne.Size) {
		z := p.MinSize()
		return fyne.NewPos(max(8, min(at.X, s.Width-z.Width-8)), at.Y+b.Size().Height+4), z
	}
	t.close = o.Escape
	t.done = func(rows, cols int) {
		o.Close()
		c.rich.Table(rows, cols)
	}
	o.OnHide = func() { c.focus(c.rich) }
	o.Open()
	cv.Focus(t)
}

func (t *tablePicker) at(p fyne.Position) (rows, cols int) {
	return max(1, min(pickRows, int(p.Y/pickBox)+1)), max(1, min(pickCols, int(p.X/pickBox)+1))
}

// AccessibleName says what is chosen.
func (t *tablePicker) AccessibleName() string { return t.words() }

func (t *tablePicker) words() string { return fmt.Sprintf("Table of %d by %d", t.rows, t.cols) }

// MouseIn implements desktop.Hoverable.
func (t *tablePicker) MouseIn(e *desktop.MouseEvent) { t.MouseMoved(e) }

// MouseMoved highlights a size.
func (t *tablePicker) MouseMoved(e *desktop.MouseEvent) {
	if r, c := t.at(e.Position); r != t.rows || c != t.cols {
		t.rows, t.cols = r, c
		t.Refresh()
	}
}

// MouseOut implements desktop.Hoverable.
func (t *tablePicker) MouseOut() {}

// Tapped chooses.
func (t *tablePicker) Tapped(e *fyne.PointEvent) {
	t.rows, t.cols = t.at(e.Position)
	t.done(t.rows, t.cols)
}

// FocusGained implements fyne.Focusable.
func (t *tablePicker) FocusGained() {}

// FocusLost implements fyne.Focusable.
func (t *tablePicker) FocusLost() {}

// TypedRune implements fyne.Focusable.
func (t *tablePicker) TypedRune(r rune) {
	if r == ' ' {
		t.done(t.rows, t.cols)
	}
}

// TypedKey moves the highlight, chooses with Enter.
func (t *tablePicker) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyUp:
		t.rows = max(1, t.rows-1)
	case fyne.KeyDown:
		t.rows = min(pickRows, t.rows+1)
	case fyne.KeyLeft:
		t.cols = max(1, t.cols-1)
	case fyne.KeyRight:
		t.cols = min(pickCols, t.cols+1)
	case fyne.KeyReturn, fyne.KeyEnter:
		t.done(t.rows, t.cols)
		return
	case fyne.KeyEscape:
		t.close()
		return
	}
	t.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (t *tablePicker) CreateRenderer() fyne.WidgetRenderer {
	r := &kit.Renderer{Self: t}
	var boxes [pickRows * pickCols]*canvas.Rectangle
	for i := range boxes {
		boxes[i] = &canvas.Rectangle{StrokeWidth: 1, CornerRadius: 2}
		r.Objs = append(r.Objs, boxes[i])
	}
	label := &canvas.Text{}
	r.Objs = append(r.Objs, label)
	r.Min = func() fyne.Size { return fyne.NewSize(pickCols*pickBox, pickRows*pickBox+22) }
	r.Lay = func(s fyne.Size) {
		for i, b := range boxes {
			row, col := i/pickCols, i%pickCols
			b.FillColor, b.StrokeColor = kit.C(kit.Surface), kit.C(kit.Border)
			if row < t.rows && col < t.cols {
				b.FillColor, b.StrokeColor = kit.C(kit.Select), kit.C(kit.Accent)
			}
			kit.Place(b, float32(col)*pickBox+1, float32(row)*pickBox+1, pickBox-3, pickBox-3)
		}
		kit.PutText(label, t.words(), kit.Small12, kit.C(kit.Text2), 0, pickRows*pickBox+4, s.Width, 18, fyne.TextAlignCenter)
	}
	return r
}
