package wizard

import (
	"context"

	"fyne.io/fyne/v2"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/views/kit"
)

// column is the width of the fields on the first page in px.
const column = 440

// you is what the first page asks.
type you struct {
	name, address, password string
	keep                    bool // in the system keychain; off = this run only
	problem                 string
	needPassword            bool
	keychain                app.KeychainState
	known                   bool
	kind                    string // chosen instead of a keychain that is not there: "file", "memory"
	passphrase              string
	keyProblem              string
	busy                    bool
}

// labelled is a label with a field 6 px below it; hint stands at the right of the label.
func labelled(label, hint string, field fyne.CanvasObject) fyne.CanvasObject {
	l := kit.NewLabel(label, kit.Small12M, kit.Text)
	l.LineHeight = 16
	top := kit.Row(8, l, kit.Spring(nil))
	if hint != "" {
		h := kit.NewLabel(hint, kit.Small12, kit.Text3)
		h.LineHeight = 16
		top.Add(h)
	}
	return kit.Col(7, top, field)
}

func problem(text string, width float32) fyne.CanvasObject {
	p := kit.NewPara(text, kit.Small12, kit.Err, 16, width-20)
	return kit.Hang(kit.NewIcon("circle-alert", 14, kit.Err), 6, p)
}

func (w *View) pageYou() (fyne.CanvasObject, *fyne.Container) {
	y := &w.you
	name := kit.NewField("")
	name.Name = "Your name"
	name.SetText(y.name)
	name.OnChanged = func(s string) { y.name = s }
	address := kit.NewField("name@example.com")
	address.Name, address.Icon = "Email address", "at-sign"
	address.SetText(y.address)
	address.Bad = y.problem != ""
	address.OnChanged = func(s string) {
		y.address = trimAddress(s)
		if address.Bad {
			address.Bad = false
			address.Refresh()
		}
	}
	password := kit.NewPasswordField("")
	password.Name = "Password"
	password.SetText(y.password)
	password.Bad = y.needPassword
	password.OnChanged = func(s string) {
		y.password = trimPassword(s)
		if password.Bad {
			password.Bad = false
			password.Refresh()
		}
	}
	go1 := func() { w.look(false) }
	name.OnSubmit, address.OnSubmit, password.OnSubmit = go1, go1, go1
	switch {
	case y.problem != "" || y.name != "" && y.address == "":
		w.focus = address
	case y.name == "":
		w.focus = name
	default:
		w.focus = password
	}

	fields := kit.Col(0, labelled("Your name", "as others will see it", name), kit.Gap(0, 15), labelled("Email address", "", address))
	if y.problem != "" {
		fields.Add(kit.Gap(0, 6))
		fields.Add(problem(y.problem, column))
	}
	fields.Add(kit.Gap(0, 15))
	fields.Add(labelled("Password", "", password))
	if y.needPassword {
		fields.Add(kit.Gap(0, 6))
		fields.Add(problem("Enter the password, or sign in with your browser.", column))
	}
	fields.Add(kit.Gap(0, 11))
	fields.Add(w.keychain())
	fields.Add(kit.Gap(0, 18))
	fields.Add(orLine())
	fields.Add(kit.Gap(0, 18))
	fields.Add(w.browserCard())

	hand := kit.NewButton("Enter settings by hand", "settings-2", kit.Link, func() { w.byHand() })
	hand.Height = kit.SmallButton
	title := "Welcome. Let’s fetch your mail."
	if len(w.accounts) > 0 {
		title = "Add another account"
	}
	body := kit.Col(0, w.head(title, "Postrider works out the settings and shows you what it found before anything is saved."),
		kit.Gap(0, 22), kit.Row(0, kit.Sized(min(column, w.width()), 0, fields)), kit.Gap(0, 13), kit.Row(0, kit.Inset(0, 0, 0, -4, hand)))
	next := kit.NewButton("Continue", "", kit.Primary, go1)
	right := []fyne.CanvasObject{kit.Sized(104, 0, next)}
	if w.h.Cancel != nil {
		right = append([]fyne.CanvasObject{kit.NewButton("Cancel", "", kit.Ghost, w.leave)}, right...)
	}
	return body, footer(kit.NewLabel("Nothing is sent until you press Continue.", kit.Small12, kit.Text2), right...)
}

func orLine() fyne.CanvasObject {
	or := kit.NewLabel("or", kit.Small12, kit.Text3)
	or.LineHeight = 16
	a, b := kit.NewFrame(kit.Line, kit.Clear, 0, 0, nil), kit.NewFrame(kit.Line, kit.Clear, 0, 0, nil)
	return kit.Free(func() fyne.Size { return fyne.NewSize(0, 16) }, func(s fyne.Size) {
		z := or.MinSize()
		x := (s.Width - z.Width) / 2
		kit.Place(a, 0, 8, x-12, 1)
		kit.Place(or, x, 0, z.Width, 16)
		kit.Place(b, x+z.Width+12, 8, s.Width-x-z.Width-12, 1)
	}, a, or, b)
}

func (w *View) browserCard() fyne.CanvasObject {
	text := kit.Col(0, kit.Sized(0, 16, kit.NewLabel("Sign in with your browser", kit.Body13M, kit.Text)),
		kit.NewPara("For providers that use their own sign-in page. No password is typed here.", kit.Small12, kit.Text2, 16, 228))
	open := kit.NewButton("Open browser", "", kit.Plain, func() { w.look(true) })
	open.Trailing = "arrow-up-right"
	row := kit.Row(12, kit.NewIcon("globe", 20, kit.Accent), text, kit.Spring(nil), open)
	return kit.Sized(0, 74, kit.NewFrame(kit.Card, kit.Border, 8, 0, kit.Inset(12, 12, 12, 14, row)))
}

// keychain says where the password will be, and offers another place when there is no keychain.
func (w *View) keychain() fyne.CanvasObject {
	y := &w.you
	k := y.keychain
	switch {
	case k.State == "absent" || k.State == "locked":
		return w.noKeychain()
	case k.Kind == "file" || k.Kind == "memory":
		text := "Kept in the passphrase file"
		if k.Kind == "memory" {
			text = "Kept until you close Postrider"
		}
		return kit.Row(8, kit.NewIcon("key-round", 16, kit.Text2), kit.NewLabel(text, kit.Body13, kit.Text))
	}
	detail := kit.NewLabel(k.Detail, kit.Small12, kit.Text2)
	if len(w.accounts) > 0 { // the choice is one for all accounts
		return kit.Row(8, kit.NewIcon("key-round", 16, kit.Text2), kit.NewLabel("Kept in the system keychain", kit.Body13, kit.Text), kit.Spring(nil), detail)
	}
	keep := kit.NewCheck("Keep it in the system keychain", y.keep, func(on bool) { y.keep = on })
	return kit.Row(8, keep, kit.Spring(nil), detail)
}

func (w *View) noKeychain() fyne.CanvasObject {
	y := &w.you
	title, text := "This computer has no keychain service", "Choose where Postrider keeps your password. It is never stored in the clear."
	if y.keychain.State == "locked" {
		title, text = "The keychain is locked", "Unlock it, or choose another place. A password is never stored in the clear."
	}
	body := kit.Col(0,
		kit.Row(8, kit.NewIcon("key-round", 16, kit.Warn), kit.NewLabel(title, kit.Body13B, kit.Text)), kit.Gap(0, 4),
		kit.NewPara(text, kit.Small12, kit.Text2, 16, column-28), kit.Gap(0, 8))
	var file, memory *kit.Radio
	pick := func(kind string) func() {
		return func() {
			y.kind = kind
			w.show(pageYou)
		}
	}
	file = kit.NewRadio("In a file locked with a passphrase", y.kind == "file", pick("file"))
	memory = kit.NewRadio("Only until I close Postrider", y.kind == "memory", pick("memory"))
	body.Add(file)
	if y.kind == "file" {
		pass := kit.NewPasswordField("Passphrase, at least 8 characters")
		pass.Height, pass.Name = kit.SmallField, "Passphrase"
		pass.SetText(y.passphrase)
		pass.Bad = y.keyProblem != ""
		pass.OnChanged = func(s string) { y.passphrase = s }
		pass.OnSubmit = func() { w.look(false) }
		body.Add(kit.Inset(6, 0, 4, 24, pass))
		w.focus = pass
	}
	body.Add(kit.Gap(0, 6))
	body.Add(memory)
	if y.keyProblem != "" {
		body.Add(kit.Gap(0, 6))
		body.Add(problem(y.keyProblem, column-28))
	}
	again := kit.NewButton("Look for the keychain again", "", kit.Link, w.begin)
	if y.keychain.State == "locked" {
		again.SetText("I have unlocked it")
	}
	again.Height = kit.SmallButton
	body.Add(kit.Row(0, kit.Inset(2, 0, 0, -4, again)))
	return kit.NewFrame(kit.Card, kit.WarnLine, 8, 0, kit.Inset(12, 14, 6, 14, body))
}

// ready checks the first page; browser: no password is needed.
func (w *View) ready(browser bool) bool {
	y := &w.you
	y.address, y.password = trimAddress(y.address), trimPassword(y.password)
	y.problem, y.keyProblem, y.needPassword = addressProblem(y.address), "", false
	if y.problem == "" && !browser && y.password == "" {
		y.needPassword = true
	}
	if y.keychain.State == "absent" || y.keychain.State == "locked" {
		switch {
		case y.kind == "":
			y.keyProblem = "Choose one of the two."
		case y.kind == "file" && len([]rune(y.passphrase)) < 8:
			y.keyProblem = "Use at least 8 characters: the passphrase is all that protects the file."
		}
	}
	if y.problem != "" || y.needPassword || y.keyProblem != "" {
		w.show(pageYou)
		return false
	}
	return true
}

// place tells the client where secrets go, when that is not the system's keychain, and goes on when it agrees.
func (w *View) place(then func()) {
	y := &w.you
	kind := y.kind
	if y.keychain.State == "ok" && y.keychain.Kind == "system" && !y.keep {
		kind = "memory"
	}
	if kind == "" || y.keychain.Kind == kind && y.keychain.State == "ok" {
		then()
		return
	}
	pass := y.passphrase
	w.attempt(func(ctx context.Context, back func(func())) {
		err := w.c.UseKeychain(ctx, kind, pass)
		k := w.c.Keychain(ctx)
		back(func() {
			if err != nil {
				f := fault.Of(err)
				y.keyProblem = f.Title + ". " + f.Detail
				w.show(pageYou)
				return
			}
			y.keychain, y.passphrase, y.kind = k, "", ""
			w.Refresh()
			then()
		})
	})
}
