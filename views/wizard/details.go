package wizard

import (
	"strconv"
	"strings"

	"fyne.io/fyne/v2"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/views/kit"
)

var (
	securities    = []mail.Security{mail.TLS, mail.STARTTLS}
	securityNames = []string{"TLS from the start", "STARTTLS, required"}
)

func (w *View) detailsHead() fyne.CanvasObject {
	ch := &w.choice
	icon := "chevron-right"
	if ch.details {
		icon = "chevron-down"
	}
	source := ""
	if o, ok := w.offer(w.looking.found, ch.proto); ok && o.Source != "" && !ch.manual {
		source = "· found in " + o.Source
	}
	fold := kit.NewFrame(kit.Clear, kit.Clear, 4, 0, kit.Row(6, kit.NewIcon(icon, 14, kit.Text), kit.NewLabel("Details", kit.Small12M, kit.Text), kit.NewLabel(source, kit.Small12, kit.Text2)))
	fold.Name = "Details"
	fold.OnTapped = func() {
		ch.details = !ch.details
		w.show(pageChoice)
	}
	return kit.Sized(0, 24, kit.Row(8, fold, kit.Spring(nil), kit.NewIcon("lock-keyhole", 14, kit.OK), kit.Inset(0, 0, 0, -2, kit.NewLabel("Encrypted both ways", kit.Small12M, kit.OK))))
}

// small makes a field of the grid.
func small(name, text string, bad bool, changed func(string)) *kit.Field {
	f := kit.NewField("")
	f.Height, f.Style, f.Name, f.Bad = kit.SmallField, kit.Small12, name, bad
	f.SetText(text)
	f.OnChanged = func(s string) {
		if f.Bad {
			f.Bad = false
			f.Refresh()
		}
		changed(s)
	}
	return f
}

func port(name string, n int, bad bool, changed func(int)) *kit.Field {
	text := ""
	if n > 0 {
		text = strconv.Itoa(n)
	}
	f := small(name, text, bad, func(s string) {
		n, _ := strconv.Atoi(s)
		changed(n)
	})
	f.Accept = isDigit
	return f
}

func choiceOf(name string, options []string, at int, changed func(int)) *kit.Choice {
	c := kit.NewChoice(options, at, changed)
	c.Height, c.Style, c.Name = kit.SmallField, kit.Small12, name
	return c
}

// ports are the usual ones; choosing another security moves a usual port along.
func ports(p mail.Protocol, s mail.Security) int {
	switch {
	case p == mail.IMAP && s == mail.TLS:
		return 993
	case p == mail.IMAP:
		return 143
	case p == mail.POP3 && s == mail.TLS:
		return 995
	case p == mail.POP3:
		return 110
	case s == mail.TLS:
		return 465
	}
	return 587
}

func swap(s *mail.Server, to mail.Security) {
	if s.Port == 0 || s.Port == ports(s.Protocol, s.Security) {
		s.Port = ports(s.Protocol, to)
	}
	s.Security = to
}

func indexOf(s mail.Security) int {
	if s == mail.STARTTLS {
		return 1
	}
	return 0
}

// portWidth is room for five digits and the cursor behind them.
const portWidth float32 = 68

// detailsGrid is everything that can be changed by hand.
func (w *View) detailsGrid() fyne.CanvasObject {
	ch := &w.choice
	in, out := ch.in[ch.proto], &ch.out
	bad := func(k string) bool { return ch.problems[k] != "" }

	type cell struct {
		o    fyne.CanvasObject
		x, w float32
	}
	var rows [][]cell
	label := func(s string) cell { return cell{kit.NewLabel(s, kit.Small12M, kit.Text), 13, 86} }
	// In a narrow window the last two columns get a line of their own.
	narrow := w.width() < 620
	hostW := 174 + w.width() - 691
	if narrow {
		hostW = w.width() - 105 - 8 - portWidth - 13
	}
	x2 := 105 + hostW + 8
	wide := func(o fyne.CanvasObject) cell { return cell{o, 105, hostW} }
	row := func(name string, s *mail.Server, auth *kit.Choice) {
		host := small(name+" host", s.Host, bad(name+" host"), func(t string) { s.Host = strings.TrimSpace(t) })
		p := port(name+" port", s.Port, bad(name+" port"), func(n int) { s.Port = n })
		sec := choiceOf(name+" security", securityNames, indexOf(s.Security), func(i int) {
			swap(s, securities[i])
			w.show(pageChoice)
		})
		if narrow {
			rows = append(rows, []cell{label(name), wide(host), {p, x2, portWidth}}, []cell{{sec, 105, (w.width() - 126) / 2}, {auth, 105 + (w.width()-126)/2 + 8, (w.width() - 126) / 2}})
			return
		}
		rows = append(rows, []cell{label(name), wide(host), {p, x2, portWidth}, {sec, x2 + portWidth + 8, 156}, {auth, x2 + portWidth + 172, 151}})
	}
	row("Incoming", in, w.incomingAuth(in))
	row("Outgoing", out, w.outgoingAuth(out))
	user := small("User name", in.User, bad("User name"), func(t string) { in.User = strings.TrimSpace(t) })
	rows = append(rows, []cell{label("User name"), wide(user)})
	if !narrow {
		rows[len(rows)-1] = append(rows[len(rows)-1], cell{kit.NewLabel("Usually the full address", kit.Small12, kit.Text2), x2, 240})
	}
	if w.needPassword() && (ch.manual || w.you.password == "") {
		pass := small("Password", w.you.password, bad("Password"), func(t string) { w.you.password = trimPassword(t) })
		pass.Mask, pass.Reveal = true, true
		rows = append(rows, []cell{label("Password"), wide(pass)})
	}
	if ch.outOwn {
		ou := small("Outgoing user name", out.User, bad("Outgoing user name"), func(t string) { out.User = strings.TrimSpace(t) })
		op := small("Outgoing password", ch.outPass, bad("Outgoing password"), func(t string) { ch.outPass = trimPassword(t) })
		op.Mask, op.Reveal = true, true
		op.Placeholder = "Password for sending"
		rows = append(rows, []cell{label("For sending"), wide(ou), {op, x2, w.width() - x2 - 13}})
	}
	if in.Auth == mail.OAuth2 && !w.oauthReady() {
		id := small("Client id", ch.clientID, bad("Client id"), func(t string) { ch.clientID = strings.TrimSpace(t) })
		sec := small("Client secret", ch.secret, false, func(t string) { ch.secret = strings.TrimSpace(t) })
		id.Placeholder, sec.Placeholder = "Your own client id", "Client secret, if there is one"
		sec.Mask = true
		rows = append(rows, []cell{label("Client id"), wide(id), {sec, x2, w.width() - x2 - 13}})
	}
	var objs []fyne.CanvasObject
	frame := kit.NewFrame(kit.Card, kit.Border, 8, 0, nil)
	objs = append(objs, frame)
	for _, r := range rows {
		for _, c := range r {
			objs = append(objs, c.o)
		}
	}
	grid := kit.Free(func() fyne.Size { return fyne.NewSize(0, float32(len(rows))*38-8+22) }, func(s fyne.Size) {
		frame.Resize(s)
		for i, r := range rows {
			for _, c := range r {
				kit.Place(c.o, c.x, 11+float32(i)*38, c.w, kit.SmallField)
			}
		}
	}, objs...)
	box := kit.Col(6, grid)
	for _, k := range []string{"Incoming host", "Incoming port", "Outgoing host", "Outgoing port", "User name", "Password", "Outgoing user name", "Outgoing password", "Client id"} {
		if p := ch.problems[k]; p != "" {
			box.Add(problem(p, w.width()))
			break
		}
	}
	return box
}

func (w *View) incomingAuth(in *mail.Server) *kit.Choice {
	options, methods := []string{"Password"}, []mail.AuthMethod{mail.Password}
	if w.looking.found.OAuth != "" || in.Auth == mail.OAuth2 {
		name := "Browser sign-in"
		if !w.oauthReady() {
			name = "Browser, own client id"
		}
		options, methods = append(options, name), append(methods, mail.OAuth2)
	}
	at := 0
	if in.Auth == mail.OAuth2 {
		at = 1
	}
	return choiceOf("Incoming sign-in", options, at, func(i int) {
		in.Auth = methods[i]
		w.show(pageChoice)
	})
}

func (w *View) outgoingAuth(out *mail.Server) *kit.Choice {
	ch := &w.choice
	at := 0
	if ch.outOwn {
		at = 1
	}
	return choiceOf("Outgoing sign-in", []string{"Same as incoming", "Own name and password"}, at, func(i int) {
		ch.outOwn = i == 1
		if ch.outOwn {
			out.Auth = mail.Password
		}
		w.show(pageChoice)
	})
}

func (w *View) needPassword() bool { return w.choice.in[w.choice.proto].Auth != mail.OAuth2 }

// complete checks the grid before a test.
func (w *View) complete() bool {
	ch := &w.choice
	ch.problems = map[string]string{}
	in, out := ch.in[ch.proto], &ch.out
	check := func(k string, ok bool, text string) {
		if !ok {
			ch.problems[k] = text
		}
	}
	check("Incoming host", hostName(in.Host), "Enter the name of the incoming server, such as imap.example.com.")
	check("Incoming port", in.Port > 0 && in.Port < 65536, "Ports are numbers from 1 to 65535.")
	if out.Host != "" {
		check("Outgoing host", hostName(out.Host), "This is not the name of a server.")
		check("Outgoing port", out.Port > 0 && out.Port < 65536, "Ports are numbers from 1 to 65535.")
	}
	check("User name", in.User != "", "Enter the user name. It is usually the full address.")
	check("Password", !w.needPassword() || w.you.password != "", "Enter the password.")
	if ch.outOwn {
		check("Outgoing user name", out.User != "", "Enter the user name for sending.")
		check("Outgoing password", ch.outPass != "", "Enter the password for sending.")
	}
	check("Client id", in.Auth != mail.OAuth2 || w.oauthReady() || ch.clientID != "",
		"Postrider has no client id for this provider. Enter your own, or choose Password with an app password.")
	if len(ch.problems) > 0 {
		ch.details = true
		w.show(pageChoice)
		return false
	}
	return true
}

func hostName(s string) bool {
	return s != "" && len(s) <= 253 && !strings.ContainsAny(s, " /\\@:?#") && !strings.HasPrefix(s, ".") && !strings.HasPrefix(s, "-")
}
