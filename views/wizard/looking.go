package wizard

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/views/kit"
)

// looking is the state of the second page.
type looking struct {
	address string // what was looked up
	steps   []mail.Step
	begun   map[string]time.Time
	done    bool
	found   mail.Discovery
	err     *fault.Error
	browser bool // sign in with the browser when that is possible
	cancel  context.CancelFunc
	sub     *kit.Para
	page    *fyne.Container
	rows    *fyne.Container
	bar     *fyne.Container
	banner  *fyne.Container
	next    *kit.Button
}

// look starts looking the address up.
func (w *View) look(browser bool) {
	if !w.ready(browser) {
		return
	}
	w.place(func() { w.lookUp(browser) })
}

func (w *View) lookUp(browser bool) {
	address := w.you.address
	if w.looking.done && w.looking.address == address && w.looking.err == nil && len(w.looking.found.Incoming) > 0 && w.looking.browser == browser {
		w.show(pageChoice) // known already; what was changed under Details stays
		return
	}
	w.stop()
	w.looking = looking{address: address, begun: map[string]time.Time{}, browser: browser}
	w.choice, w.test = choice{}, tester{}
	w.show(pageLooking)
	w.attempt(func(ctx context.Context, back func(func())) {
		d, err := w.c.Discover(ctx, address, func(s mail.Step) { back(func() { w.step(s) }) })
		back(func() { w.looked(d, err) })
	})
	w.tick(w.gen)
}

// tick keeps the running times moving.
func (w *View) tick(gen int) {
	time.AfterFunc(200*time.Millisecond, func() {
		w.h.Do(func() {
			if w.gen != gen || w.at != pageLooking || w.looking.done {
				return
			}
			w.drawSteps()
			w.tick(gen)
		})
	})
}

func (w *View) step(s mail.Step) {
	l := &w.looking
	if s.State == mail.StepRunning && l.begun[s.ID].IsZero() {
		l.begun[s.ID] = time.Now()
	}
	i := slices.IndexFunc(l.steps, func(o mail.Step) bool { return o.ID == s.ID })
	if i < 0 {
		l.steps = append(l.steps, s)
	} else {
		l.steps[i] = s
	}
	w.drawSteps()
}

// looked takes the result; the wizard moves on by itself when something was found.
func (w *View) looked(d mail.Discovery, err error) {
	l := &w.looking
	l.done, l.found = true, d
	if len(d.Steps) > 0 {
		l.steps = d.Steps
	}
	if err != nil && !errors.Is(err, context.Canceled) { // cancelled by the person: the answer is what was found so far
		l.err = fault.Of(err)
	}
	if l.err == nil && len(d.Incoming) > 0 {
		w.choose()
		return
	}
	w.show(pageLooking)
}

// early goes on with what is known so far.
func (w *View) early() {
	// The client gives its best answer when it is told to stop.
	if w.looking.cancel != nil {
		w.looking.cancel()
	}
}

func (w *View) pageLooking() (fyne.CanvasObject, *fyne.Container) {
	l := &w.looking
	l.rows, l.bar, l.banner = kit.Col(0), container.NewStack(), container.NewStack()
	l.next = kit.NewButton("Continue with these", "", kit.Primary, w.early)
	hand := kit.NewButton("Enter settings by hand", "", kit.Ghost, w.byHand)
	if l.done {
		return w.notFound()
	}
	head := w.head("Looking up "+domainOf(l.address), " ")
	l.sub = head.Objects[1].(*kit.Para)
	body := kit.Col(0, head, kit.Gap(0, 20), l.bar, kit.Gap(0, 12), l.rows, kit.Gap(0, 16), l.banner)
	l.page = body
	w.drawSteps()
	return body, footer(w.back(pageYou), hand, l.next)
}

// drawSteps brings bar, rows and banner up to date without touching the rest of the page.
func (w *View) drawSteps() {
	l := &w.looking
	if l.rows == nil || w.at != pageLooking {
		return
	}
	done := 0
	for i, s := range l.steps {
		if s.State > mail.StepRunning {
			done++
		}
		var r *stepLine
		if i < len(l.rows.Objects) {
			r = l.rows.Objects[i].(*stepLine)
		} else {
			r = newStepLine(44)
			l.rows.Add(r)
		}
		took := s.Took
		if s.State == mail.StepRunning {
			took = time.Since(l.begun[s.ID])
		}
		r.set(s, took)
	}
	places := "Several places are tried at once."
	if n := len(l.steps); n > 1 {
		places = number(n) + " places are tried at once."
	}
	l.sub.SetText(places + " Your password is not sent to any of them yet.")
	total := max(1, len(l.steps))
	l.bar.Objects = []fyne.CanvasObject{progress(float32(done)/float32(total), fmt.Sprintf("%d of %d", done, len(l.steps)))}
	l.bar.Refresh()
	found := foundWords(l.steps)
	l.next.SetEnabled(found != "")
	l.next.Reason = "Nothing was found yet"
	if found != "" && len(l.banner.Objects) == 0 || found != "" && l.banner.Objects[0].(*kit.Frame).Name != found {
		l.banner.Objects = []fyne.CanvasObject{foundBanner(found)}
		l.banner.Refresh()
	}
	l.page.Refresh() // rows were added: what stands below moves
}

func foundBanner(found string) *kit.Frame {
	f := kit.NewFrame(kit.Tint, kit.Clear, 6, 0, kit.Inset(13, 14, 13, 13, kit.Row(8, circle(mail.StepFound, 18),
		kit.NewRuns([]kit.Run{{Text: found + " found.", Bold: true, Ink: kit.Text}, {Text: " You need not wait for the rest.", Ink: kit.Text2}}, kit.Body13, 16, 620))))
	f.Name = found
	return f
}

// foundWords lists what the steps' details name so far.
func foundWords(steps []mail.Step) string {
	var have []string
	add := func(word string) {
		if !slices.Contains(have, word) {
			have = append(have, word)
		}
	}
	servers := false
	for _, s := range steps {
		if s.State != mail.StepFound {
			continue
		}
		d := strings.ToLower(s.Detail)
		switch s.ID {
		case "dav":
			if strings.Contains(d, "caldav") {
				add("calendars")
			}
			if strings.Contains(d, "carddav") {
				add("contacts")
			}
			continue
		case "autodiscover", "activesync":
			add("Exchange")
			continue
		}
		if strings.Contains(d, "imap") {
			add("IMAP")
			servers = true
		}
		if strings.Contains(d, "pop3") || strings.Contains(d, "pop ") {
			add("POP3")
			servers = true
		}
	}
	if !servers {
		return ""
	}
	slices.SortStableFunc(have, func(a, b string) int { return rank(a) - rank(b) })
	return join(have)
}

func rank(w string) int {
	return slices.Index([]string{"IMAP", "POP3", "Exchange", "calendars", "contacts"}, w)
}

func progress(share float32, text string) fyne.CanvasObject {
	track, bar := kit.NewFrame(kit.SelectIdle, kit.Clear, 2, 0, nil), kit.NewFrame(kit.Accent, kit.Clear, 2, 0, nil)
	label := kit.NewLabel(text, kit.Small12, kit.Text2)
	label.LineHeight = 16
	return kit.Free(func() fyne.Size { return fyne.NewSize(0, 16) }, func(s fyne.Size) {
		z := label.MinSize()
		w := s.Width - z.Width - 12
		kit.Place(track, 0, 6, w, 4)
		kit.Place(bar, 0, 6, w*share, 4)
		kit.Place(label, s.Width-z.Width, 0, z.Width, 16)
	}, track, bar, label)
}

// circle is the sign of a state: check, dash, cross or a turning arc.
func circle(s mail.StepState, px float32) fyne.CanvasObject {
	fill, icon, ink := kit.SelectIdle, "", kit.Text3
	switch s {
	case mail.StepRunning:
		return kit.NewSpinner(px)
	case mail.StepFound:
		fill, icon, ink = kit.OKTint, "check", kit.OK
	case mail.StepNothing:
		icon = "minus"
	case mail.StepFailed:
		fill, icon, ink = kit.ErrTint, "x", kit.Err
	}
	objs := []fyne.CanvasObject{kit.NewFrame(fill, kit.Clear, px/2, 0, nil)}
	if icon != "" {
		objs = append(objs, container.NewCenter(kit.NewIcon(icon, float32(int(px*0.66)), ink)))
	}
	return kit.Sized(px, px, container.NewStack(objs...))
}

// notFound is the second page when nothing was found: what to do instead.
func (w *View) notFound() (fyne.CanvasObject, *fyne.Container) {
	l := &w.looking
	domain := domainOf(l.address)
	title, sub := "Nothing was found for "+domain, "The domain publishes no mail settings, and none of the usual servers answered. Check the address, or enter the settings by hand."
	again := kit.NewButton("Look again", "refresh-cw", kit.Plain, func() { w.lookUp(l.browser) })
	hand := kit.NewButton("Enter settings by hand", "", kit.Primary, w.byHand)
	switch {
	case l.found.Offline || l.err != nil && l.err.Code == "offline":
		title, sub = "You are offline", "Looking up needs the internet. What you typed stays here."
		again.Kind, hand.Kind = kit.Primary, kit.Ghost
	case l.err != nil:
		title, sub = l.err.Title, l.err.Detail
	}
	body := kit.Col(0, w.head(title, sub), kit.Gap(0, 18))
	if s := l.found.Suggest; s != "" {
		addr := l.address[:strings.LastIndexByte(l.address, '@')+1] + s
		use := kit.NewButton("Use "+addr, "", kit.Primary, func() {
			w.you.address = addr
			w.looking = looking{}
			w.lookUp(l.browser)
		})
		hand.Kind = kit.Plain
		body.Add(kit.Sized(0, 56, kit.NewFrame(kit.InfoTint, kit.Clear, 6, 0, kit.Inset(0, 12, 0, 14, kit.Row(10, kit.NewIcon("lightbulb", 16, kit.Info),
			kit.NewRuns([]kit.Run{{Text: "Did you mean ", Ink: kit.Text2}, {Text: s, Bold: true, Ink: kit.Text}, {Text: "?", Ink: kit.Text2}}, kit.Body13, 19, 300), kit.Spring(nil), use)))))
		body.Add(kit.Gap(0, 16))
	}
	for _, s := range l.steps {
		r := newStepLine(44)
		r.set(s, s.Took)
		body.Add(r)
	}
	return body, footer(w.back(pageYou), again, hand)
}
