package wizard

import (
	"context"
	"net/url"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/views/kit"
)

// signIn is the dialog that brings a stopped account back.
type signIn struct {
	c       app.Client
	h       Hooks
	a       mail.Account
	since   time.Time
	cause   *fault.Error
	dialog  *kit.Dialog
	box     *fyne.Container
	ctx     context.Context
	cancel  context.CancelFunc
	gen     int
	browser bool
	sending bool // only the outgoing server refused: its password is asked for, the other stays
	link    string
	secrets app.Secrets
	pass    string
	busy    bool
	problem *fault.Error
}

// SignIn opens the dialog to sign in to an account again: with the browser where the account uses it, else with its password. cause is why
// it is needed, nil = unknown; since is when the account stopped, zero = unknown. Done is called when the account runs again.
func SignIn(cv fyne.Canvas, c app.Client, a mail.Account, cause error, since time.Time, h Hooks) *kit.Dialog {
	s := &signIn{c: c, h: h, a: a, since: since, cause: fault.Of(cause), browser: a.Incoming.Auth == mail.OAuth2, box: kit.Col(0)}
	s.sending = s.cause != nil && a.Outgoing.Host != "" && a.Outgoing.Auth != mail.OAuth2 && s.cause.Service == hostPort(a.Outgoing) && s.cause.Service != hostPort(a.Incoming)
	s.browser = s.browser && !s.sending
	if s.h.Do == nil {
		s.h.Do = func(f func()) { fyne.Do(f) }
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.dialog = kit.NewDialog(cv, kit.NarrowDialog, s.box)
	s.dialog.OnHide = s.cancel
	s.draw()
	s.dialog.Open()
	s.focus()
	if s.browser {
		s.start()
	}
	return s.dialog
}

func (s *signIn) focus() {
	for _, o := range s.box.Objects {
		if f, ok := o.(*kit.Field); ok {
			s.dialog.Canvas.Focus(f)
		}
	}
}

func (s *signIn) async(run func(ctx context.Context), then func()) {
	s.gen++
	gen := s.gen
	go func() {
		run(s.ctx)
		s.h.Do(func() {
			if s.gen == gen && s.ctx.Err() == nil {
				then()
			}
		})
	}()
}

// start opens the browser and waits for the person.
func (s *signIn) start() {
	s.problem, s.link = nil, ""
	var err error
	var got app.Secrets
	gen := s.gen + 1
	s.async(func(ctx context.Context) {
		got, err = s.c.SignIn(ctx, s.a, func(link string) error {
			s.h.Do(func() {
				if s.gen == gen {
					s.link = link
					s.draw()
				}
			})
			if s.h.OpenURL == nil {
				return nil
			}
			return s.h.OpenURL(link)
		})
	}, func() {
		if err != nil {
			s.problem = fault.Of(err)
			s.draw()
			return
		}
		s.secrets = got
		s.finish()
	})
}

// finish proves the new secret at the servers before it replaces the old one.
func (s *signIn) finish() {
	s.busy, s.problem = true, nil
	s.draw()
	a, secrets := s.a, s.secrets
	switch {
	case s.sending:
		a.Outgoing.Auth = mail.Password
	case !s.browser:
		a.Incoming.Auth, a.Outgoing.Auth = mail.Password, mail.Password
	}
	var bad error
	s.async(func(ctx context.Context) {
		for _, l := range s.c.Test(ctx, a, secrets, func(mail.TestLine) {}) {
			if l.Err != nil && (l.Protocol == mail.SMTP) == s.sending {
				bad = l.Err
			}
		}
		if bad == nil && (a.Incoming.Auth != s.a.Incoming.Auth || s.sending && a.Outgoing.Auth != s.a.Outgoing.Auth) {
			bad = s.c.UpdateAccount(ctx, a)
		}
		if bad == nil {
			bad = s.c.Reauthorise(ctx, a.ID, secrets)
		}
	}, func() {
		s.busy = false
		if bad != nil {
			s.problem = fault.Of(bad)
			s.secrets = app.Secrets{}
			s.draw()
			s.focus()
			return
		}
		s.dialog.Close()
		if s.h.Done != nil {
			s.h.Done(a)
		}
	})
}

func (s *signIn) openURL(u string) {
	if s.h.OpenURL != nil {
		go func() { _ = s.h.OpenURL(u) }()
	}
}

// AccountIcon is the tile of an account: its way of connecting in its hue.
func AccountIcon(a mail.Account, px, icon float32) fyne.CanvasObject {
	name := "folder-sync"
	switch a.Incoming.Protocol {
	case mail.POP3:
		name = "download"
	case mail.Exchange:
		name = "building-2"
	case mail.ActiveSync:
		name = "smartphone"
	case mail.PST:
		name = "package"
	}
	tile := kit.NewFrame(kit.Clear, kit.Clear, 8, 0, nil)
	tile.Hue = a.Hue
	if tile.Hue == "" {
		tile.Hue = "slate"
	}
	i := kit.NewIcon(name, icon, kit.Text)
	i.Hue = tile.Hue
	return kit.Sized(px, px, container.NewStack(tile, container.NewCenter(i)))
}

func (s *signIn) draw() {
	const width = kit.NarrowDialog - 48
	later := kit.NewButton("Later", "", kit.Ghost, func() {
		s.dialog.Close()
		if s.h.Cancel != nil {
			s.h.Cancel()
		}
	})
	closer := kit.NewIconButton("x", "Close", "Esc", later.OnTapped)
	title := kit.NewShrinkLabel("Sign in to "+s.a.Name+" again", kit.Title16, kit.Text)
	title.LineHeight = 20
	addr := kit.NewShrinkLabel(s.a.Address, kit.Small12, kit.Text2)
	addr.LineHeight = 18
	objs := []fyne.CanvasObject{
		kit.Row(12, AccountIcon(s.a, 40, 20), kit.Spring(kit.Col(1, title, addr)), closer), kit.Gap(0, 14),
		kit.NewPara(s.why(), kit.Body13, kit.Text2, 19, width), kit.Gap(0, 15)}
	next := kit.NewButton("Continue", "", kit.Primary, nil)
	var swap *kit.Button
	if s.browser {
		where := "Opening the sign-in page"
		if u, err := url.Parse(s.link); err == nil && u.Host != "" {
			where = "The sign-in page is open at " + u.Host
		}
		if s.busy {
			where = "Signed in. Checking the servers"
		}
		if s.problem == nil {
			objs = append(objs, waitingBox(where, s.link, s.openURL))
			next.Disable()
			next.Reason = "Waiting for your browser"
		} else {
			next.SetText("Open the browser")
			next.OnTapped = func() { s.start(); s.draw() }
		}
		swap = kit.NewButton("Use an app password instead", "", kit.Link, func() {
			s.gen++
			s.browser, s.problem = false, nil
			s.draw()
			s.focus()
		})
	} else {
		field := kit.NewPasswordField("Password or app password")
		field.Name = "Password"
		field.SetText(s.pass)
		field.OnChanged = func(t string) { s.pass = trimPassword(t) }
		next.OnTapped = func() {
			if s.pass == "" || s.busy {
				return
			}
			s.secrets = app.Secrets{Password: s.pass}
			if s.sending {
				s.secrets = app.Secrets{Outgoing: s.pass}
			}
			s.finish()
		}
		field.OnSubmit = next.OnTapped
		field.OnKey = func(k fyne.KeyName, _ bool) bool {
			if k == fyne.KeyEscape {
				later.OnTapped()
				return true
			}
			return false
		}
		objs = append(objs, field)
		if s.busy {
			field.Disable()
			next.Disable()
			next.SetText("Checking")
		}
		if s.a.OAuth != "" && s.c.OAuthReady(s.a) {
			swap = kit.NewButton("Sign in with the browser", "", kit.Link, func() {
				s.browser, s.problem = true, nil
				s.draw()
				s.start()
			})
		}
	}
	if s.problem != nil {
		objs = append(objs, kit.Gap(0, 10), problem(s.problem.Title+". "+s.problem.Detail, width))
		if u := s.problem.URL; u != "" && s.h.OpenURL != nil {
			page := kit.NewButton("Open the page", "", kit.Link, func() { s.openURL(u) })
			page.Height, page.Trailing = kit.SmallButton, "arrow-up-right"
			objs = append(objs, kit.Row(0, kit.Inset(0, 0, 0, 16, page)))
		}
	}
	if swap != nil {
		swap.Height = kit.SmallButton
		objs = append(objs, kit.Gap(0, 8), kit.Row(0, kit.Inset(0, 0, 0, -4, swap)))
	}
	objs = append(objs, kit.Gap(0, 14), kit.Row(8, kit.Spring(nil), later, next))
	s.box.Objects = objs
	s.box.Refresh()
	s.dialog.Fit()
}

// why says what ended the old sign-in.
func (s *signIn) why() string {
	const safe = " Mail already on this computer is safe, and unsent messages wait."
	if s.cause == nil && s.since.IsZero() {
		if s.browser {
			return "The new sign-in takes the old one's place when it works."
		}
		return "The new password is tried first and takes the old one's place when it works. It does not change the password at your provider."
	}
	if s.cause != nil && s.cause.Kind != fault.Auth && s.cause.Title != "" {
		return strings.TrimSuffix(s.cause.Title, ".") + ". " + s.cause.Detail + safe
	}
	at := ""
	if !s.since.IsZero() {
		at = " at " + s.since.Format("15:04")
	}
	if s.browser {
		return s.a.Name + " ended the old sign-in" + at + ". This happens after a password change or after some months." + safe
	}
	if s.cause != nil && s.cause.Code == "no-secret" {
		return s.cause.Title + ". " + s.cause.Detail + safe
	}
	if s.sending {
		return s.a.Outgoing.Host + ", which takes your messages, refused the password" + at + ". " + s.cause.Detail + safe
	}
	if s.cause != nil && s.cause.Detail != "" {
		return s.a.Incoming.Host + " refused the password" + at + ". " + s.cause.Detail + safe
	}
	return s.a.Incoming.Host + " refused the password" + at + ". This happens after a password change." + safe
}
