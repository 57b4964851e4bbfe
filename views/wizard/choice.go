package wizard

import (
	"slices"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/views/kit"
)

// choice is the state of the third page: the account as it would be tested.
type choice struct {
	made     bool
	manual   bool
	proto    mail.Protocol
	in       map[mail.Protocol]*mail.Server
	out      mail.Server
	outOwn   bool // the outgoing server has a user and password of its own
	outPass  string
	leave    mail.Leave
	details  bool
	problems map[string]string // by field
	clientID string
	secret   string
}

// choose goes to the third page with what was found.
func (w *View) choose() {
	w.choice = w.pick(w.looking.found)
	w.show(pageChoice)
}

// byHand goes to the third page with guesses to correct.
func (w *View) byHand() {
	y := &w.you
	y.address = trimAddress(y.address)
	if y.problem = addressProblem(y.address); y.problem != "" {
		w.stop()
		w.show(pageYou)
		return
	}
	w.stop()
	if !w.choice.made {
		w.choice = w.pick(w.looking.found)
	}
	w.choice.manual, w.choice.details = true, true
	w.show(pageChoice)
}

// pick makes a choice of a discovery: IMAP before POP3, the best offer of each; what was not found is guessed.
func (w *View) pick(d mail.Discovery) choice {
	domain := domainOf(w.you.address)
	ch := choice{made: true, details: true, in: map[mail.Protocol]*mail.Server{}, leave: mail.Leave{Mode: "days", Days: 14}, problems: map[string]string{}}
	for _, p := range []mail.Protocol{mail.IMAP, mail.POP3} {
		if o, ok := w.offer(d, p); ok {
			s := o.Server
			s.Auth = w.method(d, o)
			ch.in[p] = &s
			if ch.proto == "" {
				ch.proto = p
			}
		}
	}
	if ch.proto == "" {
		ch.manual, ch.details, ch.proto = true, true, mail.IMAP
	}
	for p, port := range map[mail.Protocol]int{mail.IMAP: 993, mail.POP3: 995} {
		if ch.in[p] == nil {
			host := map[mail.Protocol]string{mail.IMAP: "imap.", mail.POP3: "pop."}[p] + domain
			ch.in[p] = &mail.Server{Protocol: p, Host: host, Port: port, Security: mail.TLS, User: w.you.address, Auth: mail.Password}
		}
	}
	ch.out = mail.Server{Protocol: mail.SMTP, Host: "smtp." + domain, Port: 587, Security: mail.STARTTLS, User: w.you.address, Auth: mail.Password}
	if len(d.Outgoing) > 0 {
		ch.out = d.Outgoing[0].Server
		ch.out.Auth = w.method(d, d.Outgoing[0])
	}
	for _, s := range ch.in {
		if s.User == "" {
			s.User = w.you.address
		}
	}
	if ch.out.User == "" {
		ch.out.User = ch.in[ch.proto].User
	}
	return ch
}

func (w *View) offer(d mail.Discovery, p mail.Protocol) (mail.Offer, bool) {
	for _, o := range d.Incoming {
		if o.Protocol == p {
			return o, true
		}
	}
	return mail.Offer{}, false
}

// method chooses how to sign in: by browser when it is offered, can be done and was asked for or nothing else is offered.
func (w *View) method(d mail.Discovery, o mail.Offer) mail.AuthMethod {
	browser, password := slices.Contains(o.Methods, mail.OAuth2), len(o.Methods) == 0 || slices.Contains(o.Methods, mail.Password)
	switch {
	case browser && !password:
		return mail.OAuth2
	case browser && (w.looking.browser || w.you.password == "" || o.Methods[0] == mail.OAuth2 && w.oauthReady()):
		return mail.OAuth2
	}
	return mail.Password
}

func (w *View) oauthReady() bool {
	d := w.looking.found
	return d.OAuth != "" && w.c.OAuthReady(mail.Account{Address: w.you.address, Provider: d.Provider, OAuth: d.OAuth})
}

// account is what would be tested and stored.
func (w *View) account() mail.Account {
	d, ch := w.looking.found, &w.choice
	a := mail.Account{Address: w.you.address, Incoming: *ch.in[ch.proto], Outgoing: ch.out, Provider: d.Provider, OAuth: d.OAuth, Leave: ch.leave,
		Identities: []mail.Identity{{Name: strings.TrimSpace(w.you.name), Addr: w.you.address}}}
	a.Incoming.Protocol = ch.proto
	if !ch.outOwn {
		a.Outgoing.User = a.Incoming.User
		if a.Outgoing.Auth != mail.OAuth2 || a.Incoming.Auth != mail.OAuth2 {
			a.Outgoing.Auth = a.Incoming.Auth
		}
	}
	for _, o := range d.Also {
		a.Also = append(a.Also, mail.Server{Protocol: o.Protocol, Host: o.Host, Path: o.URL})
	}
	return a
}

func (w *View) pageChoice() (fyne.CanvasObject, *fyne.Container) {
	ch, d := &w.choice, w.looking.found
	ways := 0
	for _, p := range []mail.Protocol{mail.IMAP, mail.POP3} {
		if _, ok := w.offer(d, p); ok {
			ways++
		}
	}
	sub := number(ways) + " ways work for " + w.you.address + ". You can change your mind later."
	switch {
	case ways == 0:
		sub = "Enter what your provider or administrator told you. Nothing is saved before it works."
	case ways == 1:
		sub = "One way works for " + w.you.address + "."
	}
	body := kit.Col(0, w.head("How should this computer read your mail?", sub), kit.Gap(0, 18), w.cards())
	for _, h := range d.Hints {
		body.Add(kit.Gap(0, 10))
		body.Add(w.hint(h))
	}
	body.Add(kit.Gap(0, 10))
	body.Add(w.detailsHead())
	if ch.details {
		body.Add(w.detailsGrid())
	}
	if also := w.also(); also != nil {
		body.Add(kit.Gap(0, 14))
		body.Add(also)
	}
	test := kit.NewButton("Test the connection", "", kit.Primary, w.startTest)
	if ch.in[ch.proto].Auth == mail.OAuth2 {
		test.SetText("Sign in with your browser")
		test.Trailing = "arrow-up-right"
	}
	right := []fyne.CanvasObject{test}
	if w.h.Cancel != nil {
		right = []fyne.CanvasObject{kit.NewButton("Cancel", "", kit.Ghost, w.leave), test}
	}
	return body, footer(w.back(pageYou), right...)
}

// cards are the ways to choose from, two in a row.
func (w *View) cards() fyne.CanvasObject {
	ch, d := &w.choice, w.looking.found
	var cards []fyne.CanvasObject
	for _, p := range []mail.Protocol{mail.IMAP, mail.POP3} {
		_, offered := w.offer(d, p)
		cards = append(cards, w.card2(p, offered || ch.manual))
	}
	for _, p := range []mail.Protocol{mail.Exchange, mail.ActiveSync} {
		if slices.ContainsFunc(d.Also, func(a mail.Also) bool { return a.Protocol == p }) ||
			slices.ContainsFunc(d.Incoming, func(o mail.Offer) bool { return o.Protocol == p }) {
			cards = append(cards, laterCard(p))
		}
	}
	cols := w.cardColumns()
	return kit.Free(func() fyne.Size {
		rows := float32((len(cards) + cols - 1) / cols)
		return fyne.NewSize(0, rows*100+(rows-1)*10)
	}, func(s fyne.Size) {
		cw := w.cardRoom()
		for i, c := range cards {
			kit.Place(c, float32(i%cols)*(cw+10), float32(i/cols)*110, cw, 100)
		}
	}, cards...)
}

// cardColumns is the number of cards in a row; cardRoom the width of one in px.
func (w *View) cardColumns() int {
	if w.width() < 620 {
		return 1
	}
	return 2
}

func (w *View) cardRoom() float32 {
	n := float32(w.cardColumns())
	return (w.width() - 10*(n-1)) / n
}

var cardTexts = map[mail.Protocol]struct{ icon, text string }{
	mail.IMAP: {"folder-sync", "Mail stays on the server and in step on every device. Folders, stars and read marks follow you."},
	mail.POP3: {"download", "Downloads to this computer. Folders stay here."},
}

// card2 is the card of IMAP or POP3.
func (w *View) card2(p mail.Protocol, on bool) fyne.CanvasObject {
	ch := &w.choice
	chosen := ch.proto == p && on
	fill, stroke := kit.Card, kit.Border
	if chosen {
		fill, stroke = kit.Tint, kit.Accent
	}
	frame := kit.NewFrame(fill, stroke, 10, 0, nil)
	frame.Name = protocolName(p)
	if chosen {
		frame.Width = 2
	}
	pick := func() {
		if ch.proto != p {
			ch.proto = p
			w.show(pageChoice)
		}
	}
	radio := kit.NewRadio("", chosen, pick)
	radio.Label = ""
	icon := kit.NewIcon(cardTexts[p].icon, 16, kit.Text2)
	name := kit.NewLabel(protocolName(p), kit.Body13B, kit.Text)
	top := kit.Row(8, icon, name)
	if p == mail.IMAP && on {
		top.Add(badge("Recommended", kit.OKTint, kit.OK))
		if chosen {
			icon.Ink = kit.Accent
		}
	}
	if !on {
		frame.Fill, name.Ink, icon.Ink = kit.Canvas, kit.Text2, kit.Text3
		top.Add(badge("Not offered", kit.SelectIdle, kit.Text2))
		radio.Disable()
	} else {
		frame.OnTapped = pick
		if !chosen {
			frame.HoverFill = kit.Hover
		}
	}
	wrap := w.cardRoom() - 41 - 14
	text := kit.NewPara(cardTexts[p].text, kit.Small12, kit.Text2, 16, wrap)
	objs := []fyne.CanvasObject{frame, radio, top, text}
	var rule fyne.CanvasObject
	if p == mail.POP3 {
		if !on {
			text.SetText("This provider offers no POP3 for your address.")
		} else {
			rule = w.leaveRule()
			objs = append(objs, rule)
		}
	}
	return kit.Free(nil, func(s fyne.Size) {
		frame.Resize(s)
		kit.Place(radio, 13, 13, 16, 16)
		kit.Place(top, 41, 13, s.Width-50, 18)
		kit.Place(text, 41, 35, wrap, 54)
		if rule != nil {
			kit.Place(rule, 41, 58, s.Width-50, 24)
		}
	}, objs...)
}

var leaveModes = []string{"days", "deleted", "now"}

// leaveRule asks what becomes of the copies on the server.
func (w *View) leaveRule() fyne.CanvasObject {
	ch := &w.choice
	mode := kit.NewChoice([]string{"Leave server copies for", "Leave until deleted here", "Remove at once"}, max(0, slices.Index(leaveModes, ch.leave.Mode)), nil)
	mode.Height, mode.Style, mode.Inset, mode.Name = 24, kit.Small12, 8, "Copies on the server"
	mode.OnChanged = func(i int) {
		ch.proto, ch.leave.Mode = mail.POP3, leaveModes[i]
		if ch.leave.Mode == "days" && ch.leave.Days == 0 {
			ch.leave.Days = 14
		}
		w.show(pageChoice)
	}
	row := kit.Row(6, kit.Sized(190, 24, mode))
	if ch.leave.Mode == "days" {
		days := kit.NewField("14")
		days.Height, days.Style, days.Inset, days.Accept, days.Name = 24, kit.Small12, 8, isDigit, "Days"
		days.SetText(strconv.Itoa(ch.leave.Days))
		days.OnChanged = func(s string) { ch.leave.Days, _ = strconv.Atoi(s) }
		days.OnFocus = func(on bool) {
			if !on && ch.leave.Days < 1 {
				ch.leave.Days = 1
				days.SetText("1")
			}
		}
		row.Add(kit.Sized(40, 24, days))
		row.Add(kit.NewLabel("days", kit.Small12, kit.Text2))
	}
	return row
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

// laterCard is a way that was found but that this version cannot use.
func laterCard(p mail.Protocol) fyne.CanvasObject {
	frame := kit.NewFrame(kit.Canvas, kit.Border, 10, 0, nil)
	icon, text := "building-2", "Found, not yet supported by this version. IMAP or POP3 reads the same mail."
	if p == mail.ActiveSync {
		icon = "smartphone"
	}
	radio := kit.NewRadio("", false, func() {})
	radio.Disable()
	top := kit.Row(8, kit.NewIcon(icon, 16, kit.Text3), kit.NewLabel(protocolName(p), kit.Body13B, kit.Text2), badge("Not yet", kit.SelectIdle, kit.Text2))
	para := kit.NewPara(text, kit.Small12, kit.Text2, 16, 280)
	return kit.Free(nil, func(s fyne.Size) {
		frame.Resize(s)
		kit.Place(radio, 13, 13, 16, 16)
		kit.Place(top, 41, 13, s.Width-50, 18)
		kit.Place(para, 41, 35, 280, 54)
	}, frame, radio, top, para)
}

func badge(text string, fill, ink kit.Token) fyne.CanvasObject {
	l := kit.NewLabel(text, kit.Tiny11M, ink)
	return kit.Sized(0, 18, kit.NewFrame(fill, kit.Clear, 9, 0, kit.Inset(0, 7, 0, 7, l)))
}

// hint is something the person must know or do at the provider.
func (w *View) hint(h mail.Hint) fyne.CanvasObject {
	icon, action := "lightbulb", "Open the page"
	switch h.Kind {
	case "app-password":
		icon = "key-round"
	case "enable":
		icon = "settings-2"
	case "browser":
		icon = "globe"
	case "bridge":
		icon = "plug"
	}
	text := h.Text
	if text == "" {
		switch h.Kind {
		case "enable":
			text = "Mail programs must be switched on in the provider’s settings first."
		default:
			text = "The provider has a page about mail programs."
		}
	}
	room := w.width() - 14 - 14 - 26
	row := kit.Row(10, kit.NewIcon(icon, 16, kit.Info))
	if h.URL != "" && w.h.OpenURL != nil {
		room -= 130
	}
	row.Add(kit.NewPara(text, kit.Small12, kit.Text, 17, room))
	if h.URL != "" && w.h.OpenURL != nil {
		open := kit.NewButton(action, "", kit.Link, func() { w.open(h.URL) })
		open.Height, open.Trailing = kit.SmallButton, "arrow-up-right"
		row.Add(kit.Spring(nil))
		row.Add(open)
	}
	return kit.NewFrame(kit.InfoTint, kit.Clear, 6, 0, kit.Inset(7, 10, 7, 14, row))
}

func (w *View) open(url string) {
	if w.h.OpenURL != nil {
		go func() { _ = w.h.OpenURL(url) }()
	}
}

// alsoNote says what becomes of what else was found.
func alsoNote(found []mail.Protocol) string {
	shelves := 0
	for _, p := range found {
		if p == mail.CalDAV || p == mail.CardDAV {
			shelves++
		}
	}
	switch shelves {
	case 0:
		return "Kept with the account. This version does not use them yet."
	case len(found):
		return "You choose whether to use them when the mail works."
	}
	return "You choose about contacts and calendars when the mail works; the rest is not used yet."
}

// also lists what else was found.
func (w *View) also() fyne.CanvasObject {
	names := map[mail.Protocol]struct{ icon, title string }{mail.CalDAV: {"calendar", "Calendars"}, mail.CardDAV: {"contact-round", "Contacts"},
		mail.Sieve: {"filter", "Server rules"}, mail.JMAP: {"mail", "Mail by JMAP"}}
	var boxes []fyne.CanvasObject
	var shown []mail.Protocol
	for _, a := range w.looking.found.Also {
		n, ok := names[a.Protocol]
		if !ok || len(boxes) == 3 {
			continue
		}
		shown = append(shown, a.Protocol)
		title := kit.NewShrinkLabel(n.title, kit.Small12M, kit.Text)
		detail := kit.NewShrinkLabel(protocolName(a.Protocol)+", "+a.Host, kit.Tiny11, kit.Text2)
		icon := kit.NewIcon(n.icon, 16, kit.Text2)
		frame := kit.NewFrame(kit.Card, kit.Border, 8, 0, nil)
		boxes = append(boxes, kit.Free(nil, func(s fyne.Size) {
			frame.Resize(s)
			kit.Place(icon, 13, 14, 16, 16)
			kit.Place(title, 40, 7, s.Width-48, 15)
			kit.Place(detail, 40, 23, s.Width-48, 14)
		}, frame, icon, title, detail))
	}
	if len(boxes) == 0 {
		return nil
	}
	label := kit.NewLabel("Also found", kit.Small12M, kit.Text)
	label.LineHeight = 16
	note := kit.NewLabel(alsoNote(shown), kit.Small12, kit.Text3)
	note.LineHeight = 16
	row := kit.Free(func() fyne.Size { return fyne.NewSize(0, 44) }, func(s fyne.Size) {
		bw := (s.Width - 16) / 3
		for i, b := range boxes {
			kit.Place(b, float32(i)*(bw+8), 0, bw, 44)
		}
	}, boxes...)
	return kit.Col(8, container.NewStack(kit.Row(8, label, note)), row)
}
