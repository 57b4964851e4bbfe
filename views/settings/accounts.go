package settings

import (
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/views/kit"
	"github.com/postrider/postrider/views/wizard"
)

func (v *View) accountsPage() fyne.CanvasObject {
	if len(v.accounts) == 0 {
		var foot fyne.CanvasObject
		if v.h.AddAccount != nil {
			foot = kit.NewButton("Add account", "plus", kit.Primary, v.h.AddAccount)
		}
		return kit.Sized(0, 360, kit.NewEmpty("mail-plus", "No account yet", "Add one to read and write mail here.", kit.ToneTint, foot))
	}
	list := kit.Col(0)
	for i, a := range v.accounts {
		if i > 0 {
			list.Add(kit.NewRule(kit.Line))
		}
		list.Add(v.accountRow(a, i == 0, i == len(v.accounts)-1))
	}
	page := kit.Col(16, kit.NewFrame(kit.Card, kit.Border, 10, 1, list))
	a := v.account()
	if a == nil {
		return page
	}
	w := v.width()
	side := float32(372)
	main, beside := v.detailCard, []func(mail.Account, float32) fyne.CanvasObject{v.servicesCard, v.serverCard, v.hereCard}
	if a.Incoming.Protocol == mail.PST {
		main, beside = v.fileCard, []func(mail.Account, float32) fyne.CanvasObject{v.fileHereCard}
	}
	if w < 800 { // one column
		page.Add(main(*a, w))
		for _, c := range beside {
			page.Add(c(*a, w))
		}
		return page
	}
	left, right := main(*a, w-side-16), kit.Col(16)
	for _, c := range beside {
		right.Add(c(*a, side))
	}
	page.Add(kit.Free(func() fyne.Size { return fyne.NewSize(0, max(left.MinSize().Height, right.MinSize().Height)) }, func(s fyne.Size) {
		kit.Place(left, 0, 0, s.Width-side-16, left.MinSize().Height)
		kit.Place(right, s.Width-side, 0, side, right.MinSize().Height)
	}, left, right))
	return page
}

func protocols(a mail.Account) string {
	switch a.Incoming.Protocol {
	case mail.POP3:
		return "POP3"
	case mail.IMAP:
		return "IMAP"
	case mail.PST:
		return "Outlook data file"
	}
	return string(a.Incoming.Protocol)
}

// stateOf says in words how an account is.
func stateOf(s app.AccountStatus) (icon, text string, ink kit.Token) {
	switch s.State {
	case app.StateFetching:
		text = s.Doing
		if text == "" {
			text = "Fetching"
		}
		return "refresh-cw", text, kit.Text2
	case app.StateOffline:
		return "cloud-off", "Offline", kit.Text2
	case app.StatePaused:
		return "circle-pause", "Paused", kit.Text2
	case app.StateSignIn:
		return "key-round", "Needs you to sign in", kit.Warn
	case app.StateError:
		if e := fault.Of(s.Err); e != nil {
			return "circle-alert", e.Title, kit.Err
		}
		return "circle-alert", "Error", kit.Err
	}
	if s.Checked.IsZero() {
		return "circle-check", "Healthy", kit.OK
	}
	return "circle-check", "Healthy, checked " + s.Checked.Format("15:04"), kit.OK
}

// gigabytes writes a size as servers count it: a KB is 1024 bytes.
func gigabytes(n int64) string {
	switch {
	case n >= 100<<30:
		return fmt.Sprintf("%d GB", n>>30)
	case n >= 1<<30:
		return strings.TrimSuffix(fmt.Sprintf("%.1f", float64(n)/(1<<30)), ".0") + " GB"
	case n >= 1<<20:
		return fmt.Sprintf("%d MB", n>>20)
	}
	return fmt.Sprintf("%d KB", (n+1023)>>10)
}

func usageBar(u use) fyne.CanvasObject {
	track, bar := kit.NewFrame(kit.SelectIdle, kit.Clear, 2, 0, nil), kit.NewFrame(kit.Accent, kit.Clear, 2, 0, nil)
	share := float32(1)
	if u.limit > 0 {
		share = min(1, float32(u.used)/float32(u.limit))
	}
	if share > 0.9 {
		bar.Fill = kit.Warn
	}
	return kit.Free(func() fyne.Size { return fyne.NewSize(0, 4) }, func(s fyne.Size) {
		kit.Place(track, 0, 0, s.Width, 4)
		kit.Place(bar, 0, 0, s.Width*share, 4)
	}, track, bar)
}

func (v *View) accountRow(a mail.Account, first, last bool) fyne.CanvasObject {
	on := a.ID == v.chosen
	bg := kit.NewFrame(kit.Clear, kit.Clear, 9, 0, nil)
	bg.Name, bg.HoverFill = a.Name, kit.Hover
	bg.TopOnly, bg.BottomOnly = first && !last, last && !first
	if !first && !last {
		bg.Radius = 0
	}
	bg.OnTapped = func() {
		v.chosen, v.problem = a.ID, ""
		v.draw()
	}
	if on {
		bg.Fill, bg.HoverFill = kit.Select, kit.Select
	}
	mark := kit.NewFrame(kit.Accent, kit.Clear, 0, 0, nil)
	mark.Hidden = !on
	icon := wizard.AccountIcon(a, 36, 18)
	name := kit.Row(8, kit.NewLabel(kit.Cut(a.Name, kit.Body13B, 200), kit.Body13B, kit.Text))
	if a.IsDefault {
		name.Add(kit.NewBadge("Default", "", kit.Text2, kit.SelectIdle))
	}
	addr := kit.NewShrinkLabel(a.Address, kit.Small12, kit.Text2)
	if a.Incoming.Protocol == mail.PST {
		addr.Text = filepath.Dir(a.Incoming.Path)
	}
	proto := kit.NewShrinkLabel(protocols(a), kit.Small12, kit.Text2)
	st := v.state(a.ID)
	si, text, ink := stateOf(st)
	state := kit.Row(5, kit.NewIcon(si, 16, ink), kit.NewLabel(kit.Cut(text, kit.Small12, 230), kit.Small12, ink))
	if b := v.remedy(a, st); b != nil {
		state.Add(kit.Gap(6, 0))
		state.Add(b)
	}
	objs := []fyne.CanvasObject{bg, mark, icon, name, addr, proto, state}
	var usage fyne.CanvasObject
	if u, ok := v.usage[a.ID]; ok && u.err == nil && u.used > 0 {
		t := gigabytes(u.used)
		if u.limit > 0 {
			t = shareText(u)
		}
		usage = kit.Col(4, kit.NewLabel(t, kit.Small12, kit.Text2), usageBar(u))
		if u.limit == 0 {
			usage = kit.NewLabel(t, kit.Small12, kit.Text2)
		}
		objs = append(objs, usage)
	}
	return kit.Free(func() fyne.Size { return fyne.NewSize(0, 63) }, func(s fyne.Size) {
		bg.Resize(s)
		kit.Place(mark, 0, 0, 3, s.Height)
		kit.Place(icon, 16, 14, 36, 36)
		// Columns keep their places down to the narrowest window, where the protocol and the usage go first.
		c2, c3, wide := float32(313), float32(452), s.Width > 900
		left, room := float32(240), s.Width-c3-170
		if !wide {
			room = state.MinSize().Width
			c3 = max(190, min(300, s.Width-room-14))
			left = min(240, c3-72)
		}
		kit.Place(name, 64, 13, left, 18)
		kit.Place(addr, 64, 32, left, 16)
		proto.Hidden = !wide
		kit.Place(proto, c2, 0, 120, s.Height)
		kit.Place(state, c3, 0, room, s.Height)
		if usage != nil {
			if !wide {
				usage.Hide()
			}
			h := usage.MinSize().Height
			kit.Place(usage, s.Width-16-132, (s.Height-h)/2, 132, h)
		}
	}, objs...)
}

func shareText(u use) string {
	unit := gigabytes(u.limit)
	used := gigabytes(u.used)
	if i := strings.IndexByte(used, ' '); i > 0 && strings.HasSuffix(unit, used[i:]) {
		used = used[:i]
	}
	return used + " of " + unit
}

// remedy is the button that helps a stopped account.
func (v *View) remedy(a mail.Account, s app.AccountStatus) *kit.Button {
	var b *kit.Button
	switch {
	case s.State == app.StateSignIn:
		b = kit.NewButton("Sign in…", "", kit.Plain, func() { v.signIn(a, s.Err, s.Checked) })
	case s.State == app.StateError && fault.Is(s.Err, fault.TLS):
		b = kit.NewButton("Show…", "", kit.Plain, func() { wizard.Certificate(v.canvas(), v.c, a, s.Err, v.wizardHooks()) })
	case s.State == app.StateError || s.State == app.StateOffline:
		b = kit.NewButton("Try again", "", kit.Plain, func() { v.c.Sync(a.ID) })
	case s.State == app.StatePaused:
		b = kit.NewButton("Go on", "", kit.Plain, func() {
			a.Paused = false
			v.update(a)
			v.draw()
		})
	default:
		return nil
	}
	b.Height = kit.SmallButton
	return b
}

func (v *View) canvas() fyne.Canvas { return fyne.CurrentApp().Driver().CanvasForObject(v) }

func (v *View) wizardHooks() wizard.Hooks {
	return wizard.Hooks{Do: v.h.Do, OpenURL: v.h.OpenURL, Done: func(mail.Account) { go v.read(false) }}
}

// signIn asks for a new password, or signs in with the browser; why is nil when nobody refused the old one.
func (v *View) signIn(a mail.Account, why error, since time.Time) {
	wizard.SignIn(v.canvas(), v.c, a, why, since, v.wizardHooks())
}

func card(width float32, objs ...fyne.CanvasObject) *fyne.Container {
	return kit.Sized(width, 0, kit.NewFrame(kit.Card, kit.Border, 10, 0, kit.Inset(16, 20, 16, 20, kit.Col(0, objs...))))
}

func caption(s string) fyne.CanvasObject {
	l := kit.NewLabel(s, kit.Tiny11B, kit.Text2)
	l.LineHeight = 24
	return l
}

// row is one setting: what it is, and its control at the right.
func row(label string, control fyne.CanvasObject) fyne.CanvasObject {
	return kit.Sized(0, 36, kit.Row(12, kit.NewLabel(label, kit.Body13, kit.Text), kit.Spring(nil), control))
}

func pickOf(name string, options []string, at int, width float32, changed func(int)) fyne.CanvasObject {
	c := kit.NewChoice(options, at, changed)
	c.Name, c.Height = name, kit.SmallField
	return kit.Sized(width, kit.SmallField, c)
}

func index[T comparable](list []T, x T) int {
	for i, y := range list {
		if x == y {
			return i
		}
	}
	return -1
}
