package settings

import (
	"fmt"
	"net"
	"strconv"
	"time"

	"fyne.io/fyne/v2"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/views/kit"
)

var (
	keepDays   = []int{0, 30, 90, 365}
	keepNames  = []string{"Everything", "The last 30 days", "The last 90 days", "The last 365 days"}
	pollTimes  = []int{0, 300, 900, 1800, 3600}
	pollNames  = []string{"As it arrives", "Every 5 minutes", "Every 15 minutes", "Every 30 minutes", "Every hour"}
	leaveModes = []string{"days", "deleted", "now"}
	leaveNames = []string{"For some days", "Until deleted here", "Remove at once"}
)

func (v *View) detailCard(a mail.Account, width float32) fyne.CanvasObject {
	dot := kit.NewFrame(kit.Clear, kit.Clear, 3, 0, nil)
	dot.Hue, dot.Solid = a.Hue, true
	edit := kit.NewButton("Edit", "pencil", kit.Plain, func() { v.edit(a) })
	edit.Height = kit.SmallButton
	test := kit.NewButton("Test", "stethoscope", kit.Plain, func() { v.test(a) })
	test.Height = kit.SmallButton
	if v.testing == a.ID {
		test.Disable()
		test.SetText("Testing")
	}
	title := kit.NewShrinkLabel(a.Name, kit.Lead14B, kit.Text)
	title.LineHeight = 20
	objs := []fyne.CanvasObject{kit.Row(8, kit.Sized(10, 10, dot), kit.Spring(title), edit, test), kit.Gap(0, 8), caption("Health")}
	for _, o := range v.health(a, width-40) {
		objs = append(objs, o)
	}
	objs = append(objs, kit.Gap(0, 12), caption("This account"),
		row("Keep on this computer", pickOf("Keep on this computer", keepNames, max(0, index(keepDays, a.KeepDays)), 200, func(i int) {
			a.KeepDays = keepDays[i]
			v.update(a)
		})),
		row("Check for new mail", pickOf("Check for new mail", pollNames, max(0, index(pollTimes, a.PollEvery)), 200, func(i int) {
			a.PollEvery = pollTimes[i]
			v.update(a)
		})))
	if a.Incoming.Protocol == mail.POP3 {
		objs = append(objs, v.leaveRow(a))
	}
	sign := kit.NewButton("Edit signatures and addresses", "", kit.Link, func() { v.Open(Writing) })
	objs = append(objs, row("Signature", sign),
		row("Show in All inboxes", kit.NewSwitch("Show in All inboxes", !a.HideInAll, func(on bool) {
			a.HideInAll = !on
			v.update(a)
		})))
	var standard fyne.CanvasObject = kit.NewSwitch("Use for new messages", a.IsDefault, func(bool) {
		a.IsDefault = true
		v.update(a)
		v.draw()
	})
	if a.IsDefault { // another account takes it over; it cannot be switched off
		standard = kit.NewLabel("Default account", kit.Body13, kit.Text2)
	}
	objs = append(objs, row("Use for new messages", standard),
		row("Fetch mail", kit.NewSwitch("Fetch mail", !a.Paused, func(on bool) {
			a.Paused = !on
			v.update(a)
		})))
	return card(width, objs...)
}

func (v *View) leaveRow(a mail.Account) fyne.CanvasObject {
	mode := pickOf("Copies on the server", leaveNames, max(0, index(leaveModes, a.Leave.Mode)), 200, func(i int) {
		a.Leave.Mode = leaveModes[i]
		if a.Leave.Mode == "days" && a.Leave.Days < 1 {
			a.Leave.Days = 14
		}
		v.update(a)
		v.draw()
	})
	controls := kit.Row(8)
	if a.Leave.Mode == "days" {
		days := kit.NewField("14")
		days.Height, days.Name = kit.SmallField, "Days"
		days.Accept = func(r rune) bool { return r >= '0' && r <= '9' }
		days.SetText(strconv.Itoa(a.Leave.Days))
		save := func() {
			if n, err := strconv.Atoi(days.Text()); err == nil && n > 0 && n < 10000 && n != a.Leave.Days {
				a.Leave.Days = n
				v.update(a)
			}
		}
		days.OnSubmit = save
		days.OnFocus = func(on bool) {
			if !on {
				save()
			}
		}
		controls.Add(kit.Sized(56, kit.SmallField, days))
		controls.Add(kit.NewLabel("days", kit.Small12, kit.Text2))
	}
	controls.Add(mode)
	return row("Leave copies on the server", controls)
}

// health is a line for each server.
func (v *View) health(a mail.Account, width float32) (out []fyne.CanvasObject) {
	s := v.state(a.ID)
	lines := v.tests[a.ID]
	for _, h := range []struct {
		name string
		s    mail.Server
		smtp bool
	}{{"Incoming", a.Incoming, false}, {"Outgoing", a.Outgoing, true}} {
		if h.s.Host == "" {
			continue
		}
		icon, ink, took := "circle-check", kit.OK, ""
		detail := net.JoinHostPort(h.s.Host, strconv.Itoa(h.s.Port)) + ", " + security(h.s.Security)
		if !h.smtp && s.Push {
			detail += ", push on"
		}
		if !h.smtp {
			if i, _, k := stateOf(s); s.State != app.StateIdle && s.State != app.StateFetching && s.State != "" {
				icon, ink = i, k
			}
		}
		for _, l := range lines {
			if (l.Protocol == mail.SMTP) != h.smtp {
				continue
			}
			switch {
			case l.State == mail.StepRunning:
				icon, ink, took = "refresh-cw", kit.Accent, "trying"
			case l.Err != nil:
				icon, ink, detail, took = "circle-alert", kit.Err, fault.Of(l.Err).Title, took2(l.Took)
			case l.State == mail.StepFound:
				icon, ink, took = "circle-check", kit.OK, took2(l.Took)
				if l.Summary != "" {
					detail = l.Summary
				}
			}
		}
		i, n := kit.NewIcon(icon, 16, ink), kit.NewLabel(h.name, kit.Body13M, kit.Text)
		d, t := kit.NewShrinkLabel(detail, kit.Small12, kit.Text2), kit.NewLabel(took, kit.Small12, kit.Text2)
		rule := kit.NewRule(kit.Line)
		out = append(out, kit.Free(func() fyne.Size { return fyne.NewSize(0, 40) }, func(z fyne.Size) {
			kit.Place(i, 0, 12, 16, 16)
			kit.Place(n, 28, 0, 100, 39)
			tw := t.MinSize().Width
			kit.Place(d, 132, 0, z.Width-132-tw-12, 39)
			kit.Place(t, z.Width-tw, 0, tw, 39)
			kit.Place(rule, 0, 39, z.Width, 1)
		}, i, n, d, t, rule))
	}
	return out
}

func took2(d time.Duration) string { return fmt.Sprintf("%.2f s", d.Seconds()) }

func security(s mail.Security) string {
	if s == mail.STARTTLS {
		return "STARTTLS"
	}
	return "TLS"
}

// test signs in to the servers with the stored secret and sends nothing.
func (v *View) test(a mail.Account) {
	v.testing = a.ID
	v.tests[a.ID] = []mail.TestLine{{Protocol: a.Incoming.Protocol, State: mail.StepRunning}, {Protocol: mail.SMTP, State: mail.StepRunning}}
	v.draw()
	go func() {
		lines := v.c.Test(v.ctx, a, app.Secrets{}, func(mail.TestLine) {})
		v.h.Do(func() {
			if v.ctx.Err() == nil {
				v.testing, v.tests[a.ID] = "", lines
				v.draw()
			}
		})
	}()
}

func (v *View) serverCard(a mail.Account, width float32) fyne.CanvasObject {
	objs := []fyne.CanvasObject{kit.Row(8, kit.NewLabel("Storage on the server", kit.Lead14B, kit.Text)), kit.Gap(0, 8)}
	u, ok := v.usage[a.ID]
	switch {
	case !ok:
		objs = append(objs, kit.NewLabel("Asking the server", kit.Body13, kit.Text2))
	case u.err != nil && fault.Is(u.err, fault.Network):
		objs = append(objs, kit.NewPara("The server cannot be reached right now.", kit.Body13, kit.Text2, 19, width-40))
	case u.err != nil || u.used == 0 && u.limit == 0:
		objs = append(objs, kit.NewPara("This server does not tell how much room is used.", kit.Body13, kit.Text2, 19, width-40))
	default:
		big := kit.NewLabel(gigabytes(u.used), kit.Number26, kit.Text)
		big.LineHeight = 32
		line := kit.Row(8, big)
		if u.limit > 0 {
			line.Add(kit.NewLabel("of "+gigabytes(u.limit), kit.Body13, kit.Text2))
		}
		objs = append(objs, line, kit.Gap(0, 6), usageBar(u))
		if u.limit > 0 && float64(u.used) > 0.9*float64(u.limit) {
			objs = append(objs, kit.Gap(0, 10), kit.NewPara("Nearly full: soon new mail is turned away.", kit.Small12, kit.Warn, 16, width-40))
		}
	}
	return card(width, objs...)
}

func fact(label, value, icon string) fyne.CanvasObject {
	r := kit.Row(5, kit.NewLabel(label, kit.Small12, kit.Text2), kit.Spring(nil))
	if icon != "" {
		r.Add(kit.NewIcon(icon, 14, kit.OK))
	}
	r.Add(kit.NewLabel(value, kit.Small12, kit.Text))
	return kit.Sized(0, 22, r)
}

func (v *View) secretPlace() string {
	switch {
	case v.keychain.State == "locked":
		return "The keychain is locked"
	case v.keychain.State == "absent":
		return "No keychain service"
	case v.keychain.Kind == "file":
		return "In the passphrase file"
	case v.keychain.Kind == "memory":
		return "Until Postrider is closed"
	}
	return "In the system keychain"
}

func (v *View) hereCard(a mail.Account, width float32) fyne.CanvasObject {
	messages := 0
	for _, b := range v.boxes {
		if b.Account == a.ID {
			messages += b.Total
		}
	}
	remove := kit.NewButton("Remove account…", "", kit.Danger, func() { v.remove(a) })
	remove.Height = kit.SmallButton
	word := "Change password…"
	if a.Incoming.Auth == mail.OAuth2 {
		word = "Sign in again…"
	}
	change := kit.NewButton(word, "", kit.Plain, func() { v.signIn(a, nil, time.Time{}) })
	change.Height = kit.SmallButton
	return card(width, kit.NewLabel("On this computer", kit.Lead14B, kit.Text), kit.Gap(0, 8),
		fact("Messages of this account", strconv.Itoa(messages), ""), fact("Mail of all accounts", gigabytes(v.stats.Bodies), ""),
		fact("Search index", gigabytes(v.stats.IndexBytes), ""), fact("Password", v.secretPlace(), "key-round"), kit.Gap(0, 12), kit.Row(8, change, remove))
}
