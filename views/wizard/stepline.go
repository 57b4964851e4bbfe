package wizard

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/views/kit"
)

// stepLine is one row of the looking-up page; it changes in place while the work goes on.
type stepLine struct {
	widget.BaseWidget
	height              float32
	state               mail.StepState
	mark                *fyne.Container
	title, detail, time *kit.Label
	rule                fyne.CanvasObject
}

func newStepLine(height float32) *stepLine {
	l := &stepLine{height: height, state: -1, mark: container.NewStack(), title: kit.NewShrinkLabel("", kit.Body13M, kit.Text),
		detail: kit.NewShrinkLabel("", kit.Small12, kit.Text2), time: kit.NewLabel("", kit.Small12, kit.Text2), rule: kit.NewRule(kit.Line)}
	l.ExtendBaseWidget(l)
	return l
}

func (l *stepLine) set(s mail.Step, took time.Duration) {
	if s.State != l.state {
		l.state = s.State
		l.mark.Objects = []fyne.CanvasObject{circle(s.State, 18)}
		l.mark.Refresh()
	}
	l.title.Ink = kit.Text
	if s.State == mail.StepNothing || s.State == mail.StepWaiting || s.State == mail.StepFailed {
		l.title.Ink = kit.Text2
	}
	l.title.SetText(s.Title)
	l.title.Refresh()
	detail := s.Detail
	if detail == "" && s.State == mail.StepWaiting {
		detail = "Waits for its turn"
	}
	l.detail.SetText(detail)
	text, ink := "", kit.Text2
	switch {
	case s.State == mail.StepRunning:
		text, ink = "trying, "+seconds(took), kit.Accent
	case s.State > mail.StepRunning:
		text = seconds(took)
	}
	if l.time.Text != text || l.time.Ink != ink {
		l.time.Text, l.time.Ink = text, ink
		l.time.Refresh()
		l.Refresh()
	}
}

func (l *stepLine) CreateRenderer() fyne.WidgetRenderer {
	r := &kit.Renderer{Self: l, Objs: []fyne.CanvasObject{l.mark, l.title, l.detail, l.time, l.rule}}
	r.Min = func() fyne.Size { return fyne.NewSize(0, l.height) }
	r.Lay = func(s fyne.Size) {
		kit.Place(l.mark, 0, (s.Height-18)/2, 18, 18)
		t := l.time.MinSize()
		room := s.Width - 30 - t.Width - 12
		kit.Place(l.title, 30, 6, room, 16)
		kit.Place(l.detail, 30, 22, room, 16)
		kit.Place(l.time, s.Width-t.Width, (s.Height-16)/2, t.Width, 16)
		kit.Place(l.rule, 0, s.Height-1, s.Width, 1)
	}
	return r
}
