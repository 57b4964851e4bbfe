package archive

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/views/kit"
)

const progressWidth float32 = 640

// progress is the dialog of a run.
type progress struct {
	d                      *kit.Dialog
	title                  *kit.Label
	steps                  []*step
	sums                   [3]*kit.Label
	warn                   *kit.Banner
	calm                   *kit.Label
	aside, stop, look      *kit.Button
	body                   *fyne.Container
	began                  time.Time
	copy, verify, moveStep *step
}

// run shows how far an archive is. The run goes on when the dialog is closed, and when the program is: it is taken up again. With keep the originals stay.
func run(win fyne.Window, c Client, h Hooks, file string, keep bool, do func(ctx context.Context, progress func(app.ArchiveState)) (app.ArchiveState, error)) {
	ctx, stop := context.WithCancel(context.Background())
	open := true
	p := newProgress(file, keep)
	p.began = h.Now()
	p.aside = kit.NewButton("Run in background", "minimize-2", kit.Ghost, func() { open = false; p.d.Close() })
	p.stop = kit.NewButton("Pause", "pause", kit.Plain, stop)
	p.look = kit.NewButton("Open the archive", "package", kit.Plain, func() {
		p.d.Close()
		attach(c, h, file)
	})
	p.look.Hide()
	last := app.ArchiveState{}
	show := kit.NewButton("Show them", "", kit.Link, func() { messages(win, c, h, last.Run) })
	show.Height = kit.SmallButton
	p.warn.Actions = []*kit.Button{show}
	p.lay()
	p.d = kit.NewDialog(win.Canvas(), progressWidth, p.body)
	p.d.Open()
	win.Canvas().Focus(p.aside)
	go func() {
		s, err := do(ctx, func(s app.ArchiveState) {
			h.Do(func() {
				last = s
				p.show(s, true, h.Now())
			})
		})
		h.Do(func() {
			if err != nil && s.Total == 0 {
				s = last
			}
			last = s
			p.show(s, false, h.Now())
			switch {
			case errors.Is(err, context.Canceled):
				p.title.SetText("Paused")
				p.calm.SetText("It goes on where it stopped.")
			case err != nil:
				f := fault.Of(err)
				p.title.SetText("Stopped")
				p.warn.Fact, p.warn.Detail, p.warn.Actions = f.Title+".", "Nothing that was not compared was moved. "+f.Detail, nil
				p.warn.Show()
				if !open {
					h.Failed(err)
				}
			default:
				p.title.SetText("Archived")
				if !open {
					h.Toast("package", kit.Plural(s.Verified, "message", "messages")+" archived in "+filepath.Base(file))
				}
			}
			if err == nil && s.Verified > 0 {
				p.look.Show()
			}
			p.stop.Text, p.stop.Icon = "Close", ""
			p.stop.OnTapped = func() { p.d.Close() }
			p.stop.Refresh()
			p.aside.Hide()
			if err == nil && s.Moved > 0 {
				p.aside.Show()
				p.aside.Text, p.aside.Icon = "Undo", "undo-2"
				p.aside.OnTapped = func() {
					p.d.Close()
					undo(c, h, s.Run)
				}
				p.aside.Refresh()
			}
			p.body.Refresh()
			p.d.Fit()
		})
	}()
}

func newProgress(file string, keep bool) *progress {
	p := &progress{title: kit.NewLabel("Archiving", kit.Title20, kit.Text), warn: kit.NewBanner("triangle-alert", "", "", kit.ToneWarn),
		calm: kit.NewLabel("Only what was compared is moved.", kit.Small12, kit.Text2)}
	p.copy, p.verify = newStep(1, "Copy to the file", filepath.Base(file)), newStep(2, "Verify", "Each copy is read back and compared: headers, body and attachments")
	p.steps = []*step{p.copy, p.verify}
	if keep {
		p.calm.SetText("The mail also stays on the server.")
	} else {
		p.moveStep = newStep(3, "Move to Trash", "Only messages that were verified")
		p.steps = append(p.steps, p.moveStep)
	}
	for i := range p.sums {
		p.sums[i] = kit.NewLabel("0", kit.Body13B, kit.Text)
	}
	p.warn.Hide()
	return p
}

// lay makes the body, once the buttons are there.
func (p *progress) lay() {
	box := func(name string, l *kit.Label) fyne.CanvasObject {
		return kit.NewFrame(kit.Card, kit.Border, 8, 0, kit.Inset(10, 12, 10, 12, kit.Col(4, kit.NewLabel(name, kit.Small12, kit.Text2), l)))
	}
	third := "Moved to Trash"
	if p.moveStep == nil {
		third = "Copied"
	}
	boxes := []fyne.CanvasObject{box("Compared", p.sums[0]), box(third, p.sums[1]), box("Differences", p.sums[2])}
	shield := kit.NewIcon("shield-check", 14, kit.OK)
	objs := []fyne.CanvasObject{p.title, p.aside, p.warn, shield, p.calm, p.look, p.stop}
	objs = append(objs, boxes...)
	for _, s := range p.steps {
		objs = append(objs, s.box)
	}
	const head = 44
	top := func() float32 {
		y := head + float32(len(p.steps))*stepHeight + 16
		if p.warn.Visible() {
			y += 36 + 16
		}
		return y
	}
	p.body = kit.Free(func() fyne.Size { return fyne.NewSize(progressWidth-48, top()+58+28+32) }, func(s fyne.Size) {
		kit.Place(p.title, 0, 0, s.Width-180, 26)
		z := p.aside.MinSize().Width
		kit.Place(p.aside, s.Width-z, 0, z, 32)
		for i, st := range p.steps {
			kit.Place(st.box, 0, head+float32(i)*stepHeight, s.Width, stepHeight)
		}
		y := top()
		kit.Place(p.warn, 0, y-36-16, s.Width, 36)
		bw := (s.Width - 24) / 3
		for i, b := range boxes {
			kit.Place(b, float32(i)*(bw+12), y, bw, 58)
		}
		y += 58 + 28
		z = p.stop.MinSize().Width
		kit.Place(p.stop, s.Width-z, y, z, 32)
		lz := p.look.MinSize().Width
		kit.Place(p.look, s.Width-z-8-lz, y, lz, 32)
		kit.Place(shield, 0, y+9, 14, 14)
		kit.Place(p.calm, 22, y, s.Width-z-lz-46, 32)
	}, objs...)
}

// show tells how far it is.
func (p *progress) show(s app.ArchiveState, running bool, now time.Time) {
	gone, differs := len(s.Missing), len(s.Differs)
	p.copy.show(s.Copied, gone, s.Total, running)
	p.verify.show(s.Verified, gone+differs, s.Total, running)
	if left := timeLeft(now.Sub(p.began), s.Verified+gone+differs, s.Total); running && left != "" {
		p.verify.right.SetText(p.verify.right.Text + ", " + left)
	}
	p.sums[0].SetText(kit.Bytes(s.Bytes))
	p.sums[1].SetText(kit.Count(s.Copied))
	if p.moveStep != nil {
		p.moveStep.show(s.Moved, gone+differs, s.Total, running)
		p.sums[1].SetText(kit.Count(s.Moved))
	}
	p.sums[2].SetText(kit.Count(differs) + " of " + kit.Count(s.Verified+differs))
	if n := differs + gone; n > 0 {
		p.warn.Fact = kit.Plural(n, "message could", "messages could") + " not be archived and will stay on the server."
		p.warn.Detail = "The copy differs: " + first(s.Differs)
		if gone == n {
			p.warn.Detail = "Not fetched yet: " + first(s.Missing)
		}
		if !p.warn.Visible() {
			p.warn.Show()
			p.d.Fit()
		}
		p.warn.Refresh()
	}
	p.body.Refresh()
}

// timeLeft says how long the rest takes when it goes on as it went; "" when that cannot be told yet.
func timeLeft(took time.Duration, n, total int) string {
	if took < 5*time.Second || n <= 0 || n >= total {
		return ""
	}
	return lasting(time.Duration(float64(took)/float64(n)*float64(total-n))) + " left"
}

// lasting is a length of time in a word or two.
func lasting(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "less than a minute"
	case d < time.Hour:
		return kit.Count(int(d.Round(time.Minute)/time.Minute)) + " min"
	}
	return kit.Count(int(d/time.Hour)) + " h " + kit.Count(int(d%time.Hour/time.Minute)) + " min"
}

func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	s := strings.TrimSpace(list[0])
	if s == "" {
		s = "no subject"
	}
	if len(list) > 1 {
		s += " and " + kit.Count(len(list)-1) + " more"
	}
	return s
}
