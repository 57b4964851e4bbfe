package mailboxes

import (
	"fmt"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/views/kit"
)

// footer says how far fetching is over all accounts.
type footer struct {
	widget.BaseWidget
	s    *Sidebar
	bar  *kit.Progress
	link *kit.Button
}

func newFooter(s *Sidebar) *footer {
	f := &footer{s: s, bar: kit.NewProgress()}
	f.link = kit.NewButton("", "", kit.Link, f.act)
	f.link.Height = kit.SmallButton
	f.ExtendBaseWidget(f)
	return f
}

type footWords struct {
	icon, title, right, sub, link string
	part                          float64
	bar                           bool
}

// words are what the footer says of a status.
func (f *footer) words() footWords {
	st := f.s.state.Status
	var busy []app.AccountStatus
	idle, need, paused := 0, 0, 0
	last, retry := "", ""
	for _, a := range st.Accounts {
		switch a.State {
		case app.StateFetching:
			busy = append(busy, a)
		case app.StateIdle:
			idle++
		case app.StateSignIn, app.StateError:
			need++
		case app.StatePaused:
			paused++
		}
		if !a.Checked.IsZero() && a.Checked.Format("15:04") > last {
			last = a.Checked.Format("15:04")
		}
		if d := a.Retry.Sub(f.s.now()); !a.Retry.IsZero() && d > 0 && retry == "" {
			retry = fmt.Sprintf("trying again in %d s", int(d.Seconds())+1)
		}
	}
	if len(st.Accounts) == 0 {
		return footWords{title: "No account yet"}
	}
	if st.Offline {
		sub := "Not in step yet"
		if last != "" {
			sub = "Last in step " + last
		}
		if retry != "" {
			sub += " · " + retry
		}
		return footWords{icon: "cloud-off", title: "Offline", sub: sub, link: "Retry now"}
	}
	sub := ""
	switch {
	case idle == 1 && need == 0:
		sub = "1 account up to date"
	case idle > 0 && need == 0:
		sub = fmt.Sprintf("%d accounts up to date", idle)
	case idle > 0:
		sub = fmt.Sprintf("%d up to date · %d needs you", idle, need)
	case need > 0:
		sub = fmt.Sprintf("%d needs you", need)
	}
	if len(busy) > 0 {
		w := footWords{title: busy[0].Doing, sub: sub, link: "Pause"}
		done, total := 0, 0
		for _, b := range busy {
			done, total = done+b.Done, total+b.Total
		}
		if w.title == "" {
			w.title = "Fetching mail"
		}
		if total > 0 {
			w.right, w.part, w.bar = kit.Count(done)+" of "+kit.Count(total), float64(done)/float64(total), true
		}
		return w
	}
	if paused > 0 {
		return footWords{icon: "pause", title: "Paused", sub: sub, link: "Resume"}
	}
	w := footWords{title: "Up to date", sub: "Checked " + last, link: "Check now"}
	if last == "" {
		w.sub = sub
	}
	if need > 0 {
		w.title, w.sub = "Not up to date", sub
	}
	return w
}

func (f *footer) act() {
	switch f.words().link {
	case "Pause":
		f.s.OnPause(true)
	case "Resume":
		f.s.OnPause(false)
	default:
		f.s.OnSync()
	}
}

// CreateRenderer implements fyne.Widget.
func (f *footer) CreateRenderer() fyne.WidgetRenderer {
	line, title, right, sub, icon := &canvas.Rectangle{}, &canvas.Text{}, &canvas.Text{}, &canvas.Text{}, kit.NewIcon("", 14, kit.Text2)
	r := &kit.Renderer{Self: f, Objs: []fyne.CanvasObject{line, icon, title, right, f.bar, sub, f.link}}
	r.Min = func() fyne.Size { return fyne.NewSize(100, 66) }
	r.Lay = func(s fyne.Size) {
		w := f.words()
		line.FillColor = kit.C(kit.Border)
		kit.Place(line, 0, 0, s.Width, 1)
		x, end := float32(16), s.Width-16
		icon.Hidden, icon.Name = w.icon == "", w.icon
		if w.icon != "" {
			kit.Place(icon, x, 10, 14, 18)
			x += 22
		}
		f.link.Hidden = w.link == ""
		f.link.Text = w.link
		z := f.link.MinSize()
		ly := float32(34)
		if w.right == "" && !w.bar {
			ly = 5
		}
		kit.Place(f.link, end-z.Width+4, ly, z.Width, z.Height)
		f.link.Refresh()
		te := end
		right.Hidden = w.right == ""
		if w.right != "" {
			te -= kit.PutText(right, w.right, kit.Small12, kit.C(kit.Text2), 0, 10, end, 18, fyne.TextAlignTrailing) + 8
		} else if w.link != "" {
			te -= z.Width + 8
		}
		title.Hidden = w.title == ""
		kit.PutText(title, w.title, kit.Small12, kit.C(kit.Text), x, 10, te-x, 18, fyne.TextAlignLeading)
		f.bar.Hidden = !w.bar
		f.bar.Set(w.part)
		kit.Place(f.bar, 16, 33, s.Width-32, 3)
		sy, se := float32(41), end-z.Width-8
		if !w.bar {
			sy = 34
			if ly < 10 {
				se = end
			}
		}
		sub.Hidden = strings.TrimSpace(w.sub) == ""
		kit.PutText(sub, w.sub, kit.Tiny11, kit.C(kit.Text3), 16, sy, se-16, 16, fyne.TextAlignLeading)
	}
	return r
}

var _ desktop.Hoverable = (*tree)(nil)
