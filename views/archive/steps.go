package archive

import (
	"strconv"

	"fyne.io/fyne/v2"

	"github.com/postrider/postrider/views/kit"
)

// stepHeight is the height of a step of a run in px, with its line.
const stepHeight float32 = 58

// step is one of the things that a run does with every message: a number while it waits, a ring while it goes on, a check when it is through.
type step struct {
	title, note, right *kit.Label
	bar                *kit.Progress
	spin               *kit.Spinner
	waits, done        *kit.Frame
	box                *fyne.Container
	first              bool // begins with the run
}

func newStep(n int, title, note string) *step {
	number := kit.NewLabel(strconv.Itoa(n), kit.Small12M, kit.Text2)
	number.Align = fyne.TextAlignCenter
	s := &step{first: n == 1, title: kit.NewLabel(title, kit.Body13, kit.Text2), note: kit.NewShrinkLabel(note, kit.Small12, kit.Text3), right: kit.NewLabel("", kit.Small12, kit.Text3), bar: kit.NewProgress(), spin: kit.NewSpinner(20),
		waits: kit.NewFrame(kit.Card, kit.BorderStrong, 11, 0, number), done: kit.NewFrame(kit.OKTint, kit.Clear, 11, 0, kit.Inset(4, 4, 4, 4, kit.NewIcon("check", 14, kit.OK)))}
	s.right.Align = fyne.TextAlignTrailing
	rule := kit.NewRule(kit.Line)
	s.box = kit.Free(func() fyne.Size { return fyne.NewSize(400, stepHeight) }, func(z fyne.Size) {
		for _, o := range []fyne.CanvasObject{s.waits, s.done} {
			kit.Place(o, 0, 17, 22, 22)
		}
		kit.Place(s.spin, 1, 18, 20, 20)
		kit.Place(s.right, z.Width-260, 8, 260, 18)
		if s.bar.Visible() {
			kit.Place(s.title, 34, 6, z.Width-300, 18)
			kit.Place(s.bar, 34, 29, z.Width-34, 3)
			kit.Place(s.note, 34, 36, z.Width-34, 16)
		} else {
			kit.Place(s.title, 34, 9, z.Width-300, 18)
			kit.Place(s.note, 34, 29, z.Width-34, 16)
		}
		kit.Place(rule, 0, z.Height-1, z.Width, 1)
	}, s.waits, s.done, s.spin, s.title, s.right, s.bar, s.note, rule)
	s.show(0, 0, 1, true)
	return s
}

// show tells that n of total went through it and skipped were left out; running: the run goes on.
func (s *step) show(n, skipped, total int, running bool) {
	through := total > 0 && n+skipped >= total
	begun := running && !through && (n+skipped > 0 || s.first)
	s.bar.Set(float64(n+skipped) / float64(max(1, total)))
	set := func(o fyne.CanvasObject, on bool) {
		if on {
			o.Show()
		} else {
			o.Hide()
		}
	}
	set(s.done, through)
	set(s.waits, !through && !begun)
	set(s.spin, begun)
	set(s.bar, begun)
	s.title.Ink, s.title.Style = kit.Text2, kit.Body13
	if begun || through {
		s.title.Ink = kit.Text
	}
	if begun {
		s.title.Style = kit.Body13B
	}
	switch {
	case n+skipped == 0 && !through:
		s.right.SetText("")
	case through && skipped == 0:
		s.right.SetText(kit.Plural(n, "message", "messages"))
	default:
		s.right.SetText(kit.Count(n) + " of " + kit.Count(total))
	}
	s.title.Refresh()
	s.box.Refresh()
}
