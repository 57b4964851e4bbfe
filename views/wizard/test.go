package wizard

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/views/kit"
)

type phase int

const (
	phaseBrowser phase = iota // the person signs in in the browser
	phaseTesting
	phaseTested
	phaseSaving
)

// tester is the state of the fourth page.
type tester struct {
	phase    phase
	secrets  app.Secrets
	lines    []mail.TestLine
	link     string // of the provider's page
	err      *fault.Error
	details  bool
	named    bool // name and hue were set once; the person's own are kept
	name     string
	hue      string
	keep     int // days, 0 = everything
	poll     int // seconds, 0 = push
	standard bool
	again    bool // another account afterwards
	password string
}

// startTest signs in to both servers; with the browser first where the account wants that.
func (w *View) startTest() {
	if !w.complete() {
		return
	}
	w.place(func() {
		a := w.account()
		if a.Incoming.Auth == mail.OAuth2 && (w.test.secrets.OAuth == nil && w.test.secrets.Refresh == "") {
			w.browser(a)
			return
		}
		if a.Incoming.Auth != mail.OAuth2 {
			w.test.secrets = app.Secrets{Password: w.you.password}
			if w.choice.outOwn {
				w.test.secrets.Outgoing = w.choice.outPass
			}
		}
		w.run(a)
	})
}

// browser waits for the person to sign in at the provider's page, then tests.
func (w *View) browser(a mail.Account) {
	t := &w.test
	t.phase, t.lines, t.err, t.link = phaseBrowser, nil, nil, ""
	id, secret := w.choice.clientID, w.choice.secret
	w.show(pageTest)
	w.attempt(func(ctx context.Context, back func(func())) {
		var err error
		if id != "" {
			err = w.c.SetOAuthClient(ctx, a.OAuth, id, secret)
		}
		var s app.Secrets
		if err == nil {
			s, err = w.c.SignIn(ctx, a, func(link string) error {
				back(func() { t.link = link; w.show(pageTest) })
				if w.h.OpenURL == nil {
					return nil
				}
				return w.h.OpenURL(link)
			})
		}
		back(func() {
			if err != nil {
				t.err, t.phase = fault.Of(err), phaseTested
				w.show(pageTest)
				return
			}
			t.secrets = s
			w.run(a)
		})
	})
}

// run tests both lines.
func (w *View) run(a mail.Account) {
	t := &w.test
	t.phase, t.err = phaseTesting, nil
	t.lines = []mail.TestLine{{Protocol: a.Incoming.Protocol, Server: a.Incoming, State: mail.StepRunning}}
	if a.Outgoing.Host != "" {
		t.lines = append(t.lines, mail.TestLine{Protocol: mail.SMTP, Server: a.Outgoing, State: mail.StepRunning})
	}
	secrets := t.secrets
	w.show(pageTest)
	w.attempt(func(ctx context.Context, back func(func())) {
		lines := w.c.Test(ctx, a, secrets, func(l mail.TestLine) { back(func() { w.line(l) }) })
		back(func() { w.tested(a, lines) })
	})
}

func (w *View) line(l mail.TestLine) {
	t := &w.test
	if i := slices.IndexFunc(t.lines, func(o mail.TestLine) bool { return (o.Protocol == mail.SMTP) == (l.Protocol == mail.SMTP) }); i >= 0 {
		t.lines[i] = l
	} else {
		t.lines = append(t.lines, l)
	}
	if w.at == pageTest && t.phase == phaseTesting {
		w.show(pageTest)
	}
}

func (w *View) tested(a mail.Account, lines []mail.TestLine) {
	t := &w.test
	t.phase = phaseTested
	if len(lines) > 0 {
		t.lines = lines
	}
	// What worked is what is kept: the test may have found another user name.
	for _, l := range t.lines {
		if l.State != mail.StepFound || l.Server.Host == "" {
			continue
		}
		if l.Protocol == mail.SMTP {
			w.choice.out = l.Server
		} else {
			s := l.Server
			w.choice.in[w.choice.proto] = &s
		}
	}
	if !t.named {
		t.named, t.name, t.hue = true, w.accountName(a), w.freeHue()
		t.standard = len(w.accounts) == 0
	}
	w.show(pageTest)
}

func (w *View) accountName(a mail.Account) string {
	if n := w.looking.found.Name; n != "" && !strings.EqualFold(n, domainOf(a.Address)) {
		return n
	}
	d, _, _ := strings.Cut(domainOf(a.Address), ".")
	if d == "" {
		return a.Address
	}
	return strings.ToUpper(d[:1]) + d[1:]
}

// freeHue is the first hue that no account has.
func (w *View) freeHue() string {
	for _, h := range kit.HueNames {
		if !slices.ContainsFunc(w.accounts, func(a mail.Account) bool { return a.Hue == h }) {
			return h
		}
	}
	return kit.HueNames[0]
}

func (t *tester) failed() (bad []mail.TestLine) {
	for _, l := range t.lines {
		if l.State == mail.StepFailed || l.Err != nil {
			bad = append(bad, l)
		}
	}
	return bad
}

func (w *View) pageTest() (fyne.CanvasObject, *fyne.Container) {
	t := &w.test
	switch {
	case t.phase == phaseBrowser:
		return w.pageBrowser()
	case t.phase == phaseTesting:
		body := kit.Col(0, w.head("Testing the connection", "Both servers are tried at the same time. Nothing is sent, nothing is changed on the server."), kit.Gap(0, 20))
		for _, l := range t.lines {
			body.Add(testRow(l))
		}
		finish := kit.NewButton("Finish and open inbox", "", kit.Primary, nil)
		finish.Disable()
		finish.Reason = "The test is not over"
		return body, footer(w.back(pageChoice), finish)
	case t.err != nil || len(t.failed()) > 0:
		return w.pageFailed()
	}
	return w.pageWorks()
}

func (w *View) pageBrowser() (fyne.CanvasObject, *fyne.Container) {
	t := &w.test
	where := "Opening the sign-in page"
	if u, err := url.Parse(t.link); err == nil && u.Host != "" {
		where = "The sign-in page is open at " + u.Host
	}
	body := kit.Col(0, w.head("Sign in with your browser", "The provider asks for your password on its own page. Postrider never sees it and gets a key for your mail only."), kit.Gap(0, 18),
		kit.Row(0, kit.Sized(min(column, w.width()), 0, w.waiting(where, t.link))))
	return body, footer(w.back(pageChoice), kit.NewButton("Use a password instead", "", kit.Ghost, func() {
		w.stop()
		w.choice.in[w.choice.proto].Auth, w.choice.out.Auth = mail.Password, mail.Password
		w.choice.details = true
		w.show(pageChoice)
	}))
}

// waiting is the box that shows while the browser is open.
func (w *View) waiting(where, link string) fyne.CanvasObject { return waitingBox(where, link, w.open) }

func waitingBox(where, link string, open func(string)) fyne.CanvasObject {
	again := kit.NewButton("Open the page again", "", kit.Plain, func() { open(link) })
	again.Height, again.Trailing = kit.SmallButton, "arrow-up-right"
	copyLink := kit.NewButton("Copy the link", "copy", kit.Plain, func() { fyne.CurrentApp().Clipboard().SetContent(link) })
	copyLink.Height = kit.SmallButton
	again.SetEnabled(link != "")
	copyLink.SetEnabled(link != "")
	return kit.NewFrame(kit.Canvas, kit.Border, 8, 0, kit.Inset(14, 14, 14, 15, kit.Col(12,
		kit.Row(14, kit.NewSpinner(18), kit.Col(0, kit.Sized(0, 16, kit.NewLabel("Waiting for your browser", kit.Body13M, kit.Text)), kit.Sized(0, 16, kit.NewLabel(where, kit.Small12, kit.Text2)))),
		kit.Row(8, again, copyLink))))
}

// testRow is one line of the test.
func testRow(l mail.TestLine) fyne.CanvasObject {
	mark := circle(l.State, 22)
	name := kit.NewLabel(lineName(l.Protocol), kit.Body13M, kit.Text)
	summary, detail := l.Summary, l.Detail
	if l.State == mail.StepRunning || l.State == mail.StepWaiting {
		if summary == "" {
			summary = "Connecting"
		}
		if detail == "" {
			detail = hostPort(l.Server)
		}
	}
	if detail == "" {
		detail = hostPort(l.Server)
	}
	s, d := kit.NewShrinkLabel(summary, kit.Small12, kit.Text), kit.NewShrinkLabel(detail, kit.Small12, kit.Text2)
	took := kit.NewLabel("", kit.Small12, kit.Text2)
	switch {
	case l.State == mail.StepRunning:
		took.Text, took.Ink = "trying", kit.Accent
	case l.State > mail.StepRunning:
		took.Text = seconds(l.Took)
	}
	rule := kit.NewRule(kit.Line)
	return kit.Free(func() fyne.Size { return fyne.NewSize(0, 52) }, func(z fyne.Size) {
		kit.Place(mark, 0, 15, 22, 22)
		kit.Place(name, 34, 18, 150, 16)
		t := took.MinSize()
		kit.Place(s, 196, 9, z.Width-196-t.Width-12, 16)
		kit.Place(d, 196, 26, z.Width-196-t.Width-12, 16)
		kit.Place(took, z.Width-t.Width, 18, t.Width, 16)
		kit.Place(rule, 0, 51, z.Width, 1)
	}, mark, name, s, d, took, rule)
}

var (
	keepDays  = []int{0, 30, 90, 365}
	keepNames = []string{"Everything, newest first", "The last 30 days", "The last 90 days", "The last 365 days"}
	pollTimes = []int{0, 300, 900, 1800, 3600}
	pollNames = []string{"As it arrives (push)", "Every 5 minutes", "Every 15 minutes", "Every 30 minutes", "Every hour"}
)

func (w *View) pageWorks() (fyne.CanvasObject, *fyne.Container) {
	t := &w.test
	body := kit.Col(0, w.head("Everything works.", "Signed in to every server. Nothing was sent, nothing was changed on the server."), kit.Gap(0, 20))
	for _, l := range t.lines {
		body.Add(testRow(l))
	}
	for _, l := range t.lines {
		if l.Note != "" {
			body.Add(kit.Gap(0, 10))
			body.Add(w.hint(mail.Hint{Kind: "note", Text: l.Note}))
		}
	}
	body.Add(kit.Gap(0, 20))
	body.Add(w.finishForm())
	another := kit.NewButton("Add another account", "plus", kit.Plain, func() { w.save(true) })
	finish := kit.NewButton("Finish and open inbox", "", kit.Primary, func() { w.save(false) })
	if t.phase == phaseSaving {
		another.Disable()
		finish.Disable()
	}
	return body, footer(w.back(pageChoice), another, finish)
}

// finishForm asks how the account is called and kept.
func (w *View) finishForm() fyne.CanvasObject {
	t := &w.test
	name := kit.NewField("")
	name.Name = "Name of this account"
	name.SetText(t.name)
	name.OnChanged = func(s string) { t.name = s }
	name.OnSubmit = func() { w.save(false) }
	w.focus = name
	push := false
	for _, l := range t.lines {
		push = push || l.Push
	}
	keep := kit.NewChoice(keepNames, max(0, slices.Index(keepDays, t.keep)), func(i int) { t.keep = keepDays[i] })
	keep.Name = "Keep on this computer"
	names, times := pollNames, pollTimes
	if !push {
		names, times = pollNames[1:], pollTimes[1:]
		if t.poll == 0 {
			t.poll = 300
		}
	}
	poll := kit.NewChoice(names, max(0, slices.Index(times, t.poll)), func(i int) { t.poll = times[i] })
	poll.Name = "Check for new mail"
	pollHelp := "The server supports IMAP IDLE."
	if !push {
		pollHelp = "The server does not call, so Postrider asks."
	}
	keepHelp := "You can read while it downloads."
	if w.choice.proto == mail.POP3 {
		keepHelp = "POP3 downloads everything that is on the server."
	}
	help := func(s string) fyne.CanvasObject {
		l := kit.NewShrinkLabel(s, kit.Small12, kit.Text2)
		l.LineHeight = 16
		return l
	}
	standard := kit.NewCheck("Use this account for new messages", t.standard, func(on bool) { t.standard = on })
	col := (w.width() - 20) / 2
	two := func(a, b fyne.CanvasObject) fyne.CanvasObject {
		return kit.Row(20, kit.Sized(col, 0, a), kit.Sized(col, 0, b))
	}
	form := kit.Col(0, two(labelled("Name of this account", "", name), labelled("Colour", "", w.swatchBox())), kit.Gap(0, 16),
		two(kit.Col(6, labelled("Keep on this computer", "", keep), help(keepHelp)), kit.Col(6, labelled("Check for new mail", "", poll), help(pollHelp))),
		kit.Gap(0, 17), kit.Row(0, standard))
	if t.err != nil {
		form.Add(kit.Gap(0, 12))
		form.Add(problem(t.err.Title+". "+t.err.Detail, w.width()))
	}
	return form
}

// swatchBox gives one line of swatches the height of a field.
func (w *View) swatchBox() fyne.CanvasObject {
	s := w.swatches()
	return kit.Sized(0, max(kit.NormalField, s.MinSize().Height), s)
}

func (w *View) swatches() fyne.CanvasObject {
	row := kit.Row(8)
	rows := kit.Col(6, row)
	for i, h := range kit.HueNames {
		if i == 5 && (w.width()-20)/2 < 320 {
			row = kit.Row(8)
			rows.Add(row)
		}
		row.Add(Swatch(h, h == w.test.hue, func() {
			w.test.hue = h
			w.show(pageTest)
		}))
	}
	if len(rows.Objects) > 1 {
		return rows
	}
	return row
}

// Swatch is a square of a hue to choose, 24 px with a ring around the chosen one.
func Swatch(hue string, on bool, pick func()) fyne.CanvasObject {
	ring := kit.NewFrame(kit.Clear, kit.Clear, 8, 0, nil)
	if on {
		ring.Fill, ring.Stroke, ring.Width = kit.Card, kit.Accent, 2
	}
	sq := kit.NewFrame(kit.Clear, kit.Clear, 6, 0, nil)
	sq.Hue, sq.Solid, sq.Name, sq.OnTapped = hue, true, hue, pick
	objs := []fyne.CanvasObject{ring, sq}
	var check fyne.CanvasObject
	if on {
		check = kit.NewIcon("check", 14, kit.OnAccent)
		objs = append(objs, container.NewStack(check))
	}
	return kit.Free(func() fyne.Size { return fyne.NewSquareSize(24) }, func(fyne.Size) {
		kit.Place(ring, -4, -4, 32, 32)
		kit.Place(sq, 0, 0, 24, 24)
		if check != nil {
			kit.Place(objs[2], 5, 5, 14, 14)
		}
	}, objs...)
}

// save stores the account and its secret.
func (w *View) save(again bool) {
	t := &w.test
	if t.phase == phaseSaving {
		return
	}
	a := w.account()
	a.Name, a.Hue, a.KeepDays, a.PollEvery, a.IsDefault = strings.TrimSpace(t.name), t.hue, t.keep, t.poll, t.standard
	if a.Name == "" {
		a.Name = w.accountName(a)
	}
	if a.Hue == "" {
		a.Hue = w.freeHue()
	}
	secrets := t.secrets
	t.phase, t.again, t.err = phaseSaving, again, nil
	w.show(pageTest)
	w.attempt(func(ctx context.Context, back func(func())) {
		stored, err := w.c.AddAccount(ctx, a, secrets)
		back(func() {
			if err != nil {
				t.err, t.phase = fault.Of(err), phaseTested
				w.show(pageTest)
				return
			}
			w.accounts = append(w.accounts, stored)
			w.shelves = shelves{of: stored, again: again}
		})
		if err != nil {
			return
		}
		// What came along is asked for a moment: a server that is slow does not keep anybody from the mail, and the settings have it later.
		few, stop := context.WithTimeout(ctx, lookFor)
		list, _ := w.c.Services(few, stored.ID)
		stop()
		back(func() {
			if list = offered(list); len(list) == 0 {
				w.finish()
				return
			}
			w.shelves.list = list
			w.show(pageShelves)
		})
	})
}

// finish goes on to the inbox, or to another account.
func (w *View) finish() {
	stored, again := w.shelves.of, w.shelves.again
	w.shelves = shelves{}
	w.reset()
	if again {
		w.show(pageYou)
		w.begin()
		return
	}
	w.cancel()
	if w.h.Done != nil {
		w.h.Done(stored)
	}
}
