package settings

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/views/composer/editor"
	"github.com/postrider/postrider/views/kit"
	"github.com/postrider/postrider/views/list"
)

// pageWidth keeps the plain pages readable.
const pageWidth = 720

func (v *View) page(objs ...fyne.CanvasObject) fyne.CanvasObject {
	return kit.Col(0, kit.Row(0, card(min(pageWidth, v.width()), objs...)))
}

// explained is a setting with a sentence below it.
func explained(label, help string, control fyne.CanvasObject, width float32) fyne.CanvasObject {
	room := width - 40 - control.MinSize().Width - 24
	return kit.Inset(8, 0, 8, 0, kit.Row(12, kit.Col(2, kit.NewLabel(label, kit.Body13, kit.Text), kit.NewPara(help, kit.Small12, kit.Text2, 16, room)), kit.Spring(nil), control))
}

func (v *View) with(label, help string, control fyne.CanvasObject) fyne.CanvasObject {
	return explained(label, help, control, min(pageWidth, v.width()))
}

func option[T comparable](v *View, name string, options []string, values []T, get func(app.Settings) T, set func(*app.Settings, T)) fyne.CanvasObject {
	return pickOf(name, options, index(values, get(v.c.Settings())), 200, func(i int) { v.change(func(s *app.Settings) { set(s, values[i]) }) })
}

func (v *View) toggle(name string, get func(app.Settings) bool, set func(*app.Settings, bool)) fyne.CanvasObject {
	return kit.NewSwitch(name, get(v.c.Settings()), func(on bool) { v.change(func(s *app.Settings) { set(s, on) }) })
}

func (v *View) appearancePage() fyne.CanvasObject {
	rows := []fyne.CanvasObject{
		v.with("Colours", "Follow the system, or stay light or dark.", option(v, "Colours", []string{"As the system", "Light", "Dark"}, []string{"system", "light", "dark"},
			func(s app.Settings) string { return s.Theme }, func(s *app.Settings, x string) { s.Theme = x })),
		kit.NewRule(kit.Line),
		v.with("High contrast", "Darker text and stronger lines.", v.toggle("High contrast", func(s app.Settings) bool { return s.Contrast }, func(s *app.Settings, on bool) { s.Contrast = on })),
		kit.NewRule(kit.Line),
		v.with("Message list", "How much of each message the list shows.", option(v, "Message list", []string{"Comfortable", "Standard", "Compact", "Table"}, []string{"comfortable", "standard", "compact", "table"},
			func(s app.Settings) string { return s.Density }, func(s *app.Settings, x string) { s.Density = x })),
		kit.NewRule(kit.Line),
		v.with("Reader", "Where messages are shown. Without one they open by a double click or Enter.", option(v, "Reader", []string{"At the right", "Below the list", "None"}, []string{"right", "below", "off"},
			func(s app.Settings) string { return cmp.Or(s.Reader, "right") }, func(s *app.Settings, x string) { list.PlaceReader(s, x) }))}
	if len(v.scripts) > 0 {
		rows = append(rows, kit.NewRule(kit.Line), v.with("Missing fonts", "Mail in "+strings.Join(v.scripts, ", ")+" shows boxes until a font for it is installed, Noto for example.", kit.Gap(0, 0)))
	}
	return v.page(rows...)
}

func (v *View) readingPage() fyne.CanvasObject {
	var sizes []int
	var names []string
	for i := 12; i <= 20; i++ {
		sizes, names = append(sizes, i), append(names, strconv.Itoa(i)+" px")
	}
	return v.page(
		v.with("Text size of messages", "The interface keeps its own size.", option(v, "Text size of messages", names, sizes,
			func(s app.Settings) int { return s.ReadingSize }, func(s *app.Settings, x int) { s.ReadingSize = x })),
		kit.NewRule(kit.Line),
		v.with("Group by conversation", "Messages and their answers stand together in the list.", v.toggle("Group by conversation", func(s app.Settings) bool { return s.Threads }, func(s *app.Settings, on bool) { s.Threads = on })),
		kit.NewRule(kit.Line),
		v.with("Mark as read", "When a message counts as read.", option(v, "Mark as read", []string{"At once", "After 1 second", "After 3 seconds", "After 10 seconds", "Only by hand"}, []int{0, 1, 3, 10, -1},
			func(s app.Settings) int { return s.MarkRead }, func(s *app.Settings, x int) { s.MarkRead = x })),
		kit.NewRule(kit.Line),
		v.with("After archive or delete", "What is shown next.", option(v, "After archive or delete", []string{"The next older one", "The next newer one", "The list"}, []string{"older", "newer", "list"},
			func(s app.Settings) string { return s.AfterDelete }, func(s *app.Settings, x string) { s.AfterDelete = x })),
		kit.NewRule(kit.Line),
		v.with("Notify of new mail", "While you work in another window.", v.toggle("Notify of new mail", func(s app.Settings) bool { return s.Notify }, func(s *app.Settings, on bool) { s.Notify = on })),
		kit.NewRule(kit.Line),
		v.with("Notifications show", "On a locked screen they only ever show how many messages came.", option(v, "Notifications show", []string{"Sender and subject", "Only the sender", "Nothing of the message"}, []string{"subject", "sender", "nothing"},
			func(s app.Settings) string { return cmp.Or(s.NotifyShows, "subject") }, func(s *app.Settings, x string) { s.NotifyShows = x })),
		kit.NewRule(kit.Line),
		v.with("When the window is closed", "Running on, it fetches mail and reminds you. Start it again, or use its icon in the panel, to see the window.", option(v, "When the window is closed", []string{"Quit", "Keep running"}, []bool{false, true},
			func(s app.Settings) bool { return s.KeepRunning }, func(s *app.Settings, x bool) { s.KeepRunning = x })))
}

func (v *View) writingPage() fyne.CanvasObject {
	page := kit.Col(16, v.page(
		v.with("New messages", "Formatted text is sent with a plain version beside it.", option(v, "New messages", []string{"With formatting", "Plain text"}, []bool{false, true},
			func(s app.Settings) bool { return s.PlainText }, func(s *app.Settings, x bool) { s.PlainText = x })),
		kit.NewRule(kit.Line),
		v.with("Undo send", "How long a message waits in the Outbox, so that you can take it back.", option(v, "Undo send", []string{"Off", "5 seconds", "10 seconds", "20 seconds", "30 seconds"}, []int{0, 5, 10, 20, 30},
			func(s app.Settings) int { return s.UndoSend }, func(s *app.Settings, x int) { s.UndoSend = x })),
		kit.NewRule(kit.Line),
		v.with("Answers", "Where your text goes in a reply.", option(v, "Answers", []string{"Above the quotation", "Below the quotation"}, []string{"above", "below"},
			func(s app.Settings) string { return s.Quote }, func(s *app.Settings, x string) { s.Quote = x }))))
	for _, a := range v.accounts {
		if len(a.Identities) == 0 { // a data file
			continue
		}
		for i := range a.Identities {
			page.Add(v.identityCard(a, i))
		}
		add := kit.NewButton("Add another address to "+a.Name, "plus", kit.Plain, func() {
			b := a
			b.Identities = append(slices.Clone(a.Identities), mail.Identity{Name: a.Identities[0].Name, Addr: a.Address})
			v.update(b)
			v.draw()
		})
		page.Add(kit.Row(0, add))
	}
	return page
}

// identityCard changes one identity; it is stored when typing rests.
func (v *View) identityCard(a mail.Account, i int) fyne.CanvasObject {
	id := a.Identities[i]
	width := min(pageWidth, v.width())
	var timer *time.Timer
	touched := func() {
		if timer != nil {
			timer.Stop()
		}
		timer = time.AfterFunc(500*time.Millisecond, func() { v.h.Do(func() { v.storeIdentity(a.ID, i, id) }) })
	}
	field := func(name, text, hint string, set func(string)) fyne.CanvasObject {
		f := kit.NewField(hint)
		f.Name = name
		f.SetText(text)
		f.OnChanged = func(s string) {
			set(strings.TrimSpace(s))
			touched()
		}
		l := kit.NewLabel(name, kit.Small12M, kit.Text)
		return kit.Col(6, l, f)
	}
	sig := editor.New()
	sig.Name, sig.PadX, sig.PadY, sig.Style, sig.LineHeight, sig.Signature = "Signature", 11, 9, kit.Body13, 19, false
	sig.Placeholder = "Nothing is added below your messages"
	sig.SetText(id.Signature)
	sig.OnChanged = func() {
		id.Signature = sig.Text()
		touched()
	}
	box := kit.NewFrame(kit.FieldFill, kit.BorderStrong, 6, 1, sig)
	sig.OnFocus = func(on bool) {
		box.Stroke, box.Width = kit.BorderStrong, 1
		if on {
			box.Stroke, box.Width = kit.Accent, 2
		}
		box.Refresh()
	}
	dot := kit.NewFrame(kit.Clear, kit.Clear, 3, 0, nil)
	dot.Hue, dot.Solid = a.Hue, true
	head := kit.Row(8, kit.Sized(10, 10, dot), kit.NewLabel(a.Name, kit.Lead14B, kit.Text), kit.Spring(nil))
	if i > 0 {
		rm := kit.NewButton("Remove", "", kit.Danger, func() {
			b := a
			b.Identities = slices.Delete(slices.Clone(a.Identities), i, i+1)
			v.update(b)
			v.draw()
		})
		rm.Height = kit.SmallButton
		head.Add(rm)
	}
	half := (width - 40 - 12) / 2
	return kit.Row(0, card(width, head, kit.Gap(0, 12),
		kit.Row(12, kit.Sized(half, 0, field("Your name", id.Name, "", func(s string) { id.Name = s })),
			kit.Sized(half, 0, field("Address", id.Addr, "", func(s string) { id.Addr = s }))), kit.Gap(0, 12),
		field("Answers go to", id.ReplyTo, "The same address", func(s string) { id.ReplyTo = s }), kit.Gap(0, 12),
		kit.NewLabel("Signature", kit.Small12M, kit.Text), kit.Gap(0, 6), kit.Sized(0, 104, box)))
}

func (v *View) storeIdentity(id mail.AccountID, i int, now mail.Identity) {
	for _, a := range v.accounts {
		if a.ID == id && i < len(a.Identities) && strings.Contains(now.Addr, "@") && a.Identities[i] != now {
			a.Identities = slices.Clone(a.Identities)
			a.Identities[i] = now
			v.update(a)
		}
	}
}

func (v *View) privacyPage() fyne.CanvasObject {
	keychain := kit.Row(6, kit.NewIcon("key-round", 16, kit.OK), kit.NewLabel(v.secretPlace(), kit.Body13, kit.Text))
	page := kit.Col(16, v.page(
		v.with("Look settings up in the public list", "When an account is added, its domain (never the address) is sent to the list of the Thunderbird project.",
			v.toggle("Look settings up in the public list", func(s app.Settings) bool { return s.ISPDB }, func(s *app.Settings, on bool) { s.ISPDB = on })),
		kit.NewRule(kit.Line),
		v.with("Send the whole address to the provider", "Some providers give better settings when their own server is told the address.",
			v.toggle("Send the whole address to the provider", func(s app.Settings) bool { return s.SendAddress }, func(s *app.Settings, on bool) { s.SendAddress = on })),
		kit.NewRule(kit.Line),
		v.with("Passwords", "They are never written in the clear.", keychain),
		kit.NewRule(kit.Line),
		v.with("Remote pictures", "Nothing in a message is fetched from the internet by itself.", kit.NewLabel("Never load", kit.Body13, kit.Text2)),
		kit.NewRule(kit.Line),
		v.with("Encryption", "Servers are used over TLS 1.2 or newer with a verified certificate.", kit.NewLabel("Always", kit.Body13, kit.Text2))))
	if v.keychain.State != "ok" {
		page.Add(v.keychainCard())
	}
	return page
}

// keychainCard chooses another place for passwords when there is no keychain.
func (v *View) keychainCard() fyne.CanvasObject {
	width := min(pageWidth, v.width())
	title, text := "This computer has no keychain service", "Passwords can be kept in a file that a passphrase locks, or until Postrider is closed."
	if v.keychain.State == "locked" {
		title, text = "The keychain is locked", "Mail waits until you unlock it. Passwords can also be kept in a file that a passphrase locks."
	}
	pass := kit.NewPasswordField("Passphrase, at least 8 characters")
	pass.Name = "Passphrase"
	use := kit.NewButton("Use the file", "", kit.Primary, nil)
	use.OnTapped = func() {
		p := pass.Text()
		if len([]rune(p)) < 8 {
			pass.Bad = true
			pass.Refresh()
			return
		}
		v.choosePlace("file", p)
	}
	pass.OnSubmit = use.OnTapped
	return kit.Row(0, card(width, kit.NewLabel(title, kit.Lead14B, kit.Text), kit.Gap(0, 4), kit.NewPara(text, kit.Body13, kit.Text2, 19, width-40), kit.Gap(0, 12),
		kit.Row(8, kit.Spring(pass), use), kit.Gap(0, 8), kit.Row(0, kit.NewButton("Keep them until Postrider is closed", "", kit.Link, func() { v.choosePlace("memory", "") }))))
}

func (v *View) choosePlace(kind, pass string) {
	v.do(func(ctx context.Context) error {
		err := v.c.UseKeychain(ctx, kind, pass)
		v.read(false)
		return err
	})
}

func (v *View) keyboardPage() fyne.CanvasObject {
	table := func(keys [][2]string) []fyne.CanvasObject {
		var out []fyne.CanvasObject
		for i, k := range keys {
			if i > 0 {
				out = append(out, kit.NewRule(kit.Line))
			}
			out = append(out, kit.Sized(0, 32, kit.Row(0, kit.Sized(240, 0, kit.NewLabel(k[0], kit.Body13M, kit.Text)), kit.NewLabel(k[1], kit.Body13, kit.Text2))))
		}
		return out
	}
	page := kit.Col(16)
	if len(v.h.Keys) > 0 {
		page.Add(v.page(append([]fyne.CanvasObject{caption("Mail")}, table(v.h.Keys)...)...))
	}
	page.Add(v.page(append([]fyne.CanvasObject{caption("Writing")}, table([][2]string{{"Ctrl Enter", "Send"}, {"Ctrl Shift Enter", "Send later"}, {"Ctrl S", "Save the draft"},
		{"Ctrl Shift A", "Attach files"}, {"Ctrl Z, Ctrl Y", "Undo, redo"}, {"Esc", "Close; the draft stays"}})...)...))
	return page
}

func (v *View) storagePage() fyne.CanvasObject {
	st := v.stats
	objs := []fyne.CanvasObject{caption("On this computer"), fact("Messages", strconv.Itoa(st.Messages), ""), kit.NewRule(kit.Line), fact("Mail and attachments", gigabytes(st.Bodies), ""),
		kit.NewRule(kit.Line), fact("Search index", gigabytes(st.IndexBytes), "")}
	if st.Unindexed > 0 {
		objs = append(objs, kit.NewRule(kit.Line), fact("Still to be indexed", fmt.Sprintf("%d messages", st.Unindexed), ""))
	}
	if v.h.Dir != "" {
		width := min(pageWidth, v.width())
		objs = append(objs, kit.Gap(0, 14), caption("Profile"), kit.NewPara(v.h.Dir, kit.Style{Size: 12, Mono: true}, kit.Text, 17, width-40), kit.Gap(0, 6),
			kit.NewPara("Everything is in this folder.", kit.Small12, kit.Text2, 16, width-40))
	}
	button := func(text string, do func()) fyne.CanvasObject { return kit.NewButton(text, "", kit.Plain, do) }
	if v.h.Backup != nil && v.h.Restore != nil {
		objs = append(objs, kit.Gap(0, 14), caption("Backup"),
			v.with("Back up everything", "Accounts, mail, contacts, calendars and settings in one file, as they are now. Passwords stay in the keychain.", button("Back up…", v.h.Backup)), kit.NewRule(kit.Line),
			v.with("Restore a backup", "It takes the place of what is here, which is kept in a folder.", button("Restore…", v.h.Restore)))
	}
	if v.h.Archives != nil {
		objs = append(objs, kit.Gap(0, 14), caption("Archives"), v.with("Mail in Outlook data files", "What was archived, message by message, with undo, and what archives by itself.", button("Archives…", v.h.Archives)))
	}
	return v.page(objs...)
}

func (v *View) aboutPage() fyne.CanvasObject {
	version := v.h.Version
	if version == "" {
		version = "development"
	}
	width := min(pageWidth, v.width())
	name := kit.NewLabel("Postrider", kit.Title20, kit.Text)
	return v.page(kit.Row(14, container.NewStack(kit.NewLogo(48)), kit.Col(2, name, kit.NewLabel("Version "+version, kit.Body13, kit.Text2))), kit.Gap(0, 14),
		kit.NewPara("A mail program that keeps your mail on your computer and has no servers of its own. Free software under the MIT licence. Icons by Lucide (ISC), fonts Inter and JetBrains Mono (OFL).", kit.Body13, kit.Text2, 19, width-40))
}
