package wizard

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/views/kit"
)

// fixes are what a person can do about a failed line, from its fault.
type fixes struct {
	password bool   // a field to type it again
	hint     string // of the field
	page     string // of the provider
	browser  bool   // sign in there again
	swap     *mail.Server
	swapText string // what swap does, on the button
	unlock   bool   // the keychain
	edit     bool
}

// fixesOf reads a fault: what is offered for each of its codes.
func (w *View) fixesOf(l mail.TestLine, e *fault.Error) fixes {
	f := fixes{page: e.URL, edit: true}
	s := l.Server
	try := func(text string, change func(*mail.Server)) {
		change(&s)
		f.swap, f.swapText = &s, text
	}
	port587 := func() {
		try("Use port 587 and test again", func(s *mail.Server) { s.Port, s.Security = 587, mail.STARTTLS })
	}
	switch e.Code {
	case "bad-password", "expired", "must-sign-in", "no-permission", "not-connected":
		f.password, f.hint = e.Kind != fault.TLS && l.Server.Auth != mail.OAuth2, "Password"
	case "app-password":
		f.password, f.hint = true, "Paste the app password"
	case "oauth-only", "oauth-refused", "admin-consent":
		f.browser = w.looking.found.OAuth != ""
	case "wrong-name":
		if n := matchingName(e); n != "" {
			try("Use "+n+" and test again", func(s *mail.Server) { s.Host = n })
		}
	case "port25":
		port587()
	case "not-tls", "need-tls", "wrong-protocol", "no-starttls", "handshake":
		to, name := mail.STARTTLS, "STARTTLS"
		if l.Server.Security == mail.STARTTLS {
			to, name = mail.TLS, "TLS from the start"
		}
		if e.Code == "need-tls" || e.Code == "handshake" || e.Code == "no-starttls" {
			to, name = mail.TLS, "TLS from the start"
		}
		if l.Server.Security != to || e.Code == "not-tls" {
			try("Use "+name+" and test again", func(s *mail.Server) { swap(s, to) })
		}
	case "timeout", "refused":
		if l.Protocol == mail.SMTP && l.Server.Port == 25 {
			port587()
		} else if o, ok := w.otherOut(l); ok {
			try("Use port "+strconv.Itoa(o.Port)+" and test again", func(s *mail.Server) { s.Host, s.Port, s.Security = o.Host, o.Port, o.Security })
		}
	}
	if e.Action == fault.ActPort587 && f.swap == nil {
		port587()
	}
	if e.Kind == fault.Auth && !f.password && !f.browser && f.page == "" && l.Server.Auth != mail.OAuth2 {
		f.password, f.hint = true, "Password"
	}
	if e.Kind == fault.Auth && l.Server.Auth == mail.OAuth2 {
		f.browser = true
	}
	if e.Kind == fault.Local && strings.HasPrefix(e.Code, "keychain") {
		f.unlock, f.edit = true, false
	}
	return f
}

// otherOut is another outgoing server that discovery found.
func (w *View) otherOut(l mail.TestLine) (mail.Offer, bool) {
	if l.Protocol != mail.SMTP {
		return mail.Offer{}, false
	}
	for _, o := range w.looking.found.Outgoing {
		if o.Port != l.Server.Port || o.Host != l.Server.Host {
			return o, true
		}
	}
	return mail.Offer{}, false
}

// certificateOf finds the certificate that a server showed in the causes of a fault.
func certificateOf(err error) *x509.Certificate {
	var host x509.HostnameError
	var inv x509.CertificateInvalidError
	var unk x509.UnknownAuthorityError
	switch {
	case errors.As(err, &host):
		return host.Certificate
	case errors.As(err, &inv):
		return inv.Cert
	case errors.As(err, &unk):
		return unk.Cert
	}
	return nil
}

// matchingName is a name that the shown certificate is good for, "" when it tells none. It is only a proposal: the next test verifies it.
func matchingName(err error) string {
	c := certificateOf(err)
	if c == nil {
		return ""
	}
	for _, n := range c.DNSNames {
		if !strings.Contains(n, "*") && strings.Contains(n, ".") {
			return n
		}
	}
	for _, n := range c.DNSNames {
		if rest, ok := strings.CutPrefix(n, "*."); ok && strings.Contains(rest, ".") {
			return "mail." + rest
		}
	}
	return ""
}

func hostPort(s mail.Server) string { return net.JoinHostPort(s.Host, strconv.Itoa(s.Port)) }

func (w *View) pageFailed() (fyne.CanvasObject, *fyne.Container) {
	t := &w.test
	bad := t.failed()
	title, sub := number(len(bad))+" things need your attention", ""
	if len(bad) == 1 {
		title = "One thing needs your attention"
	}
	var good []string
	for _, l := range t.lines {
		if l.State == mail.StepFound {
			good = append(good, lowerFirst(lineName(l.Protocol)))
		}
	}
	switch {
	case len(bad) == 0:
		title, sub = "The account could not be stored", "Both servers work; nothing is lost."
		if t.lines == nil {
			title, sub = "Signing in did not work", "Nothing was saved and nothing was sent."
		}
	case len(good) > 0:
		sub = strings.Replace(capital(join(good))+" works. ", "Incoming mail", "Incoming mail", 1) + capital(lowerFirst(lineName(bad[0].Protocol))) + " needs the fix below."
	default:
		sub = "Mail needs the fixes below. Nothing was sent and nothing is saved yet."
	}
	body := kit.Col(0, w.head(title, sub), kit.Gap(0, 20))
	first := true
	card := func(l mail.TestLine, e *fault.Error) {
		if !first {
			body.Add(kit.Gap(0, 10))
		}
		body.Add(w.failCard(l, e, !first || len(bad) < 2))
		first = false
	}
	if t.err != nil {
		card(mail.TestLine{}, t.err)
	}
	for _, l := range bad {
		card(l, faultOf(l))
	}
	for _, l := range t.lines {
		if l.Err == nil && l.State != mail.StepFailed {
			body.Add(kit.Gap(0, 8))
			body.Add(testRow(l))
		}
	}
	body.Add(kit.Gap(0, 8))
	body.Add(w.technical())
	anyway := kit.NewButton("Save anyway, fix later", "", kit.Ghost, func() { w.save(false) })
	finish := kit.NewButton("Finish", "", kit.Primary, nil)
	finish.Reason = "The test found problems"
	finish.Disable()
	if len(bad) == 0 && t.lines != nil {
		finish = kit.NewButton("Try again", "", kit.Primary, func() { w.save(t.again) })
		return body, footer(w.back(pageChoice), finish)
	}
	if t.lines == nil {
		return body, footer(w.back(pageChoice), finish)
	}
	return body, footer(w.back(pageChoice), anyway, finish)
}

func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

func faultOf(l mail.TestLine) *fault.Error {
	if e := fault.Of(l.Err); e != nil {
		return e
	}
	return fault.New(fault.Protocol, "unexpected", "It did not work", l.Summary)
}

// failCard is what happened, what it means and what to do.
func (w *View) failCard(l mail.TestLine, e *fault.Error, withCopy bool) fyne.CanvasObject {
	f := w.fixesOf(l, e)
	title := e.Title
	if l.Protocol != "" {
		title = lineName(l.Protocol) + ": " + lowerFirst(title)
	}
	width := w.width()
	text := kit.NewPara(e.Detail, kit.Small12, kit.Text2, 17, width-49-24)
	text.Most = 4
	tp := kit.NewPara(title, kit.Body13B, kit.Text, 17, width-49-24)
	tp.Most = 2
	frame := kit.NewFrame(kit.Card, kit.ErrLine, 8, 0, nil)
	head := kit.NewFrame(kit.ErrTint, kit.Clear, 7, 0, nil)
	head.TopOnly = true
	rule := kit.NewRule(kit.ErrLine)
	rule.Hide()
	mark := circle(mail.StepFailed, 22)
	actions := w.actions(l, e, f, withCopy)
	headHeight := func() float32 { return 13 + tp.MinSize().Height + 3 + text.MinSize().Height + 12 }
	return kit.Free(func() fyne.Size { return fyne.NewSize(0, headHeight()+actions.MinSize().Height+21) }, func(s fyne.Size) {
		h := headHeight()
		frame.Resize(s)
		kit.Place(head, 1, 1, s.Width-2, h-1)
		kit.Place(mark, 15, 13, 22, 22)
		kit.Place(tp, 49, 13, s.Width-73, tp.MinSize().Height)
		kit.Place(text, 49, 16+tp.MinSize().Height, s.Width-73, text.MinSize().Height)
		kit.Place(actions, 49, h+10, s.Width-49-14, actions.MinSize().Height)
	}, frame, head, rule, mark, tp, text, actions)
}

// actions is the row of buttons of a failed line.
func (w *View) actions(l mail.TestLine, e *fault.Error, f fixes, withCopy bool) *fyne.Container {
	row := kit.Row(8)
	retest := func() { w.startTest() }
	primary := func() kit.Kind {
		for _, o := range row.Objects {
			if b, ok := o.(*kit.Button); ok && b.Kind == kit.Primary {
				return kit.Plain
			}
		}
		return kit.Primary
	}
	if f.swap != nil {
		row.Add(kit.NewButton(f.swapText, "", kit.Primary, func() {
			if l.Protocol == mail.SMTP {
				w.choice.out = *f.swap
			} else {
				w.choice.in[w.choice.proto] = f.swap
			}
			w.startTest()
		}))
	}
	if f.browser {
		row.Add(kit.NewButton("Sign in again in the browser", "", primary(), func() {
			w.choice.in[w.choice.proto].Auth = mail.OAuth2
			if !w.choice.outOwn {
				w.choice.out.Auth = mail.OAuth2
			}
			w.test.secrets = app.Secrets{}
			w.startTest()
		}))
	}
	if f.page != "" && w.h.OpenURL != nil {
		open := kit.NewButton("Open the page", "", kit.Plain, func() { w.open(f.page) })
		open.Trailing = "arrow-up-right"
		row.Add(open)
	}
	if f.unlock {
		row.Add(kit.NewButton("Choose where passwords are kept", "", kit.Primary, func() { w.begin(); w.show(pageYou) }))
	}
	if f.password {
		field := kit.NewPasswordField(f.hint)
		field.Height, field.Name = kit.NormalButton, lineName(l.Protocol)+" password"
		outOwn := w.choice.outOwn && l.Protocol == mail.SMTP
		again := kit.NewButton("Test again", "", primary(), nil)
		again.OnTapped = func() {
			p := trimPassword(field.Text())
			switch {
			case p == "":
			case outOwn:
				w.choice.outPass = p
			default:
				w.you.password = p
			}
			w.startTest()
		}
		field.OnSubmit = again.OnTapped
		row.Add(kit.Spring(kit.Sized(0, kit.NormalButton, field)))
		row.Add(again)
		if w.focus == nil {
			w.focus = field
		}
		return row
	}
	if f.swap == nil && !f.browser && !f.unlock {
		row.Add(kit.NewButton("Test again", "", primary(), retest))
	}
	if f.edit {
		row.Add(kit.NewButton("Edit server settings", "", kit.Plain, func() {
			w.choice.details = true
			w.show(pageChoice)
		}))
	}
	if withCopy && w.width() > 600 {
		row.Add(kit.Spring(nil))
		row.Add(w.copyButton())
	}
	return row
}

func (w *View) copyButton() *kit.Button {
	b := kit.NewButton("Copy technical details", "clipboard-copy", kit.Link, func() { fyne.CurrentApp().Clipboard().SetContent(w.report()) })
	b.Height = kit.SmallButton
	return b
}

// report is the technical text: what was tried and the servers' own words. No secret is in it.
func (w *View) report() string {
	var b strings.Builder
	for _, l := range w.test.lines {
		fmt.Fprintf(&b, "%s %s %s %s user %s\n", l.Protocol, hostPort(l.Server), l.Server.Security, l.Server.Auth, l.Server.User)
		if e := fault.Of(l.Err); e != nil {
			b.WriteString("  " + e.Error() + "\n")
		} else if l.Summary != "" {
			b.WriteString("  " + l.Summary + "\n")
		}
	}
	if w.test.err != nil {
		b.WriteString(w.test.err.Error() + "\n")
	}
	return b.String()
}

// technical folds the servers' own words.
func (w *View) technical() fyne.CanvasObject {
	t := &w.test
	short := ""
	for _, l := range t.failed() {
		if e := faultOf(l); e.ServerText != "" {
			short = e.ServerText
			break
		} else if e.Err != nil && short == "" {
			short = e.Err.Error()
		}
	}
	if short == "" && t.err != nil && t.err.Err != nil {
		short = t.err.Err.Error()
	}
	icon := "chevron-right"
	if t.details {
		icon = "chevron-down"
	}
	mono := kit.Style{Size: 11, Mono: true}
	line := kit.Row(6, kit.NewIcon(icon, 14, kit.Text), kit.NewLabel("Technical details", kit.Small12M, kit.Text))
	if short != "" && !t.details {
		cut := kit.Cut(short, mono, w.width()-160)
		line.Add(kit.NewLabel("·", kit.Small12, kit.Text2))
		line.Add(kit.NewLabel(cut, mono, kit.Text2))
	}
	fold := kit.NewFrame(kit.Clear, kit.Clear, 4, 0, line)
	fold.Name = "Technical details"
	fold.OnTapped = func() {
		t.details = !t.details
		w.show(pageTest)
	}
	box := kit.Col(6, kit.Sized(0, 24, kit.Row(0, fold, kit.Spring(nil))))
	if t.details {
		text := kit.NewPara(strings.TrimSpace(w.report()), mono, kit.Text2, 16, w.width()-28)
		box.Add(kit.NewFrame(kit.Canvas, kit.Border, 8, 0, kit.Inset(10, 14, 10, 14, text)))
		box.Add(container.NewStack(kit.Row(0, w.copyButton(), kit.Spring(nil))))
	}
	return box
}
