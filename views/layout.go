package views

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"github.com/postrider/postrider/views/kit"
)

type layoutMode int

const (
	modeThree layoutMode = iota // sidebar, list and reader
	modeTwo                     // the sidebar is folded into the rail
	modeOne                     // list or reader
)

const (
	railWidth float32 = 56
	foldBelow float32 = 1100
	oneBelow  float32 = 900
	readerMin float32 = 480
	readerLow float32 = 240 // the least height of list and reader one above the other
)

// single reports whether list and reader take turns in one place.
func (w *Window) single() bool { return w.mode == modeOne || w.settings.Reader == "off" }

// stacked reports whether the reader is below the list.
func (w *Window) stacked() bool { return !w.single() && w.settings.Reader == "below" }

// panesLayout puts the panes side by side.
type panesLayout struct{ w *Window }

// MinSize implements fyne.Layout.
func (l *panesLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(760, 520) }

// Layout implements fyne.Layout.
func (l *panesLayout) Layout(_ []fyne.CanvasObject, s fyne.Size) {
	w := l.w
	w.mode = modeThree
	switch {
	case s.Width < oneBelow:
		w.mode = modeOne
	case s.Width < foldBelow:
		w.mode = modeTwo
	}
	if w.layPage(s) {
		return
	}
	none := w.loaded && len(w.state.Accounts) == 0
	w.setup.Hidden = !none
	kit.Place(w.rail, 0, 0, railWidth, s.Height)
	w.rail.SetFolded(w.mode != modeThree && !none)
	x := railWidth
	beside := w.mode == modeThree && !none
	if w.sideOver == nil || beside {
		w.side.Hidden = !beside
	}
	w.splitA.Hidden = !beside
	if beside {
		side := w.sideW
		kit.Place(w.side, x, 0, side, s.Height)
		x += side
		kit.Place(w.splitA, x-kit.SplitterGrip/2, 0, kit.SplitterGrip, s.Height)
	}
	if none {
		for _, o := range []fyne.CanvasObject{w.list, w.out, w.read, w.banner, w.splitB, w.splitC} {
			o.Hide()
		}
		kit.Place(w.setup, x, 0, s.Width-x, s.Height)
		return
	}
	top := float32(0)
	w.banner.Hidden = w.bannerKey == ""
	if !w.banner.Hidden {
		kit.Place(w.banner, x, 0, s.Width-x, 40)
		top = 40
	}
	h := s.Height - top
	room := s.Width - x
	list, read := fyne.NewSize(min(w.listW, max(320, room-readerMin)), h), fyne.NewSize(0, h)
	at := fyne.NewPos(x+list.Width, top)
	listOn, readOn := true, true
	switch {
	case w.single():
		listOn, readOn = !w.detail, w.detail
		list.Width, at = room, fyne.NewPos(x, top)
	case w.stacked():
		low := w.readH
		if low <= 0 {
			low = h / 2
		}
		low = max(readerLow, min(low, h-readerLow))
		list, at = fyne.NewSize(room, h-low), fyne.NewPos(x, s.Height-low)
		read.Height = low
	}
	read.Width = s.Width - at.X
	w.read.SetBack(w.single())
	w.list.Hidden, w.out.Hidden, w.read.Hidden = !listOn || w.showOut, !listOn || !w.showOut, !readOn
	if listOn {
		kit.Place(w.list, x, top, list.Width, list.Height)
		kit.Place(w.out, x, top, list.Width, list.Height)
	}
	w.splitB.Hidden, w.splitC.Hidden = !listOn || !readOn || w.stacked(), !listOn || !readOn || !w.stacked()
	kit.Place(w.splitB, at.X-kit.SplitterGrip/2, top, kit.SplitterGrip, h)
	kit.Place(w.splitC, at.X, at.Y-kit.SplitterGrip/2, read.Width, kit.SplitterGrip)
	if readOn {
		kit.Place(w.read, at.X, at.Y, read.Width, read.Height)
	}
	if w.toast != nil {
		w.toast.Place()
		w.rings.toast.Place()
	}
	if beside {
		w.closeSide()
	}
}

// arrange lays the panes out again.
func (w *Window) arrange() {
	if w.panes != nil {
		w.panes.Refresh()
	}
}

// openSide shows the folded sidebar over the panes.
func (w *Window) openSide() {
	if w.mode == modeThree || w.sideOver != nil {
		return
	}
	w.side.Show()
	o := kit.NewOverlay(w.win.Canvas(), w.side)
	o.Scrim = true
	o.PlaceAt = func(s fyne.Size) (fyne.Position, fyne.Size) {
		return fyne.NewPos(railWidth, 0), fyne.NewSize(w.sideW, s.Height)
	}
	o.OnHide = func() { w.sideOver = nil; w.arrange() }
	w.sideOver = o
	o.Open()
}

func (w *Window) closeSide() {
	if o := w.sideOver; o != nil {
		w.sideOver = nil
		o.Close()
	}
}

// dragTag follows the pointer while conversations are dragged.
type dragTag struct {
	widget.BaseWidget
	n     int
	shown bool
}

func newDragTag() *dragTag {
	d := &dragTag{}
	d.ExtendBaseWidget(d)
	return d
}

// CreateRenderer implements fyne.Widget.
func (d *dragTag) CreateRenderer() fyne.WidgetRenderer {
	bg, icon, text := kit.NewBox(kit.MenuFill, kit.Accent, 8), kit.NewIcon("mails", 16, kit.Accent), &canvas.Text{}
	r := &kit.Renderer{Self: d, Objs: []fyne.CanvasObject{bg, icon, text}}
	r.Min = func() fyne.Size {
		return fyne.NewSize(kit.Width(kit.Plural(d.n, "conversation", "conversations"), kit.Body13B)+56, 40)
	}
	r.Lay = func(s fyne.Size) {
		bg.Resize(s)
		kit.Place(icon, 12, 0, 16, s.Height)
		kit.PutText(text, kit.Plural(d.n, "conversation", "conversations"), kit.Body13B, kit.C(kit.Text), 36, 0, 0, s.Height, fyne.TextAlignLeading)
	}
	return r
}
