package composer

import (
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/app/spell"
	"github.com/postrider/postrider/views/html/edit"
	"github.com/postrider/postrider/views/kit"
)

// actions is the row at the top.
func (c *Composer) actions() fyne.CanvasObject {
	c.sendBtn = kit.NewButton("Send", "send", kit.Primary, func() { c.Send(time.Time{}) })
	c.sendBtn.Tip, c.sendBtn.Key = "Send", "Ctrl Enter"
	c.moreBtn = kit.NewButton("", "chevron-down", kit.Primary, nil)
	c.moreBtn.Tip, c.moreBtn.Key = "Send later", "Ctrl Shift Enter"
	c.moreBtn.OnTapped = c.sendMenu
	attach := kit.NewIconButton("paperclip", "Attach files", "Ctrl Shift A", c.Attach)
	var more *kit.Button
	more = kit.NewIconButton("ellipsis", "More", "", func() { kit.ShowMenuBelow(more, false, c.moreItems()...) })
	discard := kit.NewIconButton("trash-2", "Discard draft", "", c.Discard)
	c.stateIcon = kit.NewIcon("", 16, kit.OK)
	c.state = kit.NewLabel("", kit.Small12, kit.Text2)
	sep, sep2, split := kit.NewFrame(kit.Border, kit.Clear, 0, 0, nil), kit.NewFrame(kit.Border, kit.Clear, 0, 0, nil), kit.NewFrame(kit.AccentPress, kit.Clear, 0, 0, nil)
	rule := kit.NewRule(kit.Line)
	status := container.NewStack(kit.Row(6, c.stateIcon, c.state))
	return kit.Free(nil, func(s fyne.Size) {
		w := c.sendBtn.MinSize().Width
		kit.Place(c.sendBtn, 12, 10, w, 32)
		kit.Place(c.moreBtn, 12+w-3, 10, 32, 32)
		kit.Place(split, 12+w-3, 10, 1, 32)
		x := 12 + w + 29 + 12
		kit.Place(sep, x, 16, 1, 20)
		kit.Place(attach, x+10, 10, 32, 32)
		kit.Place(more, x+46, 10, 32, 32)
		kit.Place(discard, s.Width-44, 10, 32, 32)
		kit.Place(sep2, s.Width-56, 16, 1, 20)
		z := status.MinSize()
		kit.Place(status, s.Width-72-z.Width, 0, z.Width, s.Height)
		kit.Place(rule, 0, barHeight-1, s.Width, 1)
	}, c.sendBtn, c.moreBtn, split, sep, attach, more, status, sep2, discard, rule)
}

// say shows the state of the draft.
func (c *Composer) say(text, icon string, bad bool) {
	c.stateIcon.Name, c.stateIcon.Ink, c.state.Ink = icon, kit.OK, kit.Text2
	if bad {
		c.stateIcon.Ink, c.state.Ink = kit.Err, kit.Err
	} else if icon != "cloud-check" {
		c.stateIcon.Ink = kit.Text2
	}
	c.state.Text = text
	c.state.Refresh()
	c.stateIcon.Refresh()
	c.bar.Refresh()
}

func (c *Composer) busy(on bool) {
	c.sending = on
	c.sendBtn.SetEnabled(!on)
	c.moreBtn.SetEnabled(!on)
}

// later is a time at which a message may be sent.
type later struct {
	text, icon, shown string
	at                time.Time
}

// times are the offers of the send menu.
func times(now time.Time) []later {
	day := func(n, h int) time.Time {
		return time.Date(now.Year(), now.Month(), now.Day()+n, h, 0, 0, 0, now.Location())
	}
	var out []later
	switch h := now.Hour(); {
	case h < 12:
		out = append(out, later{"This afternoon", "clock", "13:00", day(0, 13)})
	case h < 17:
		out = append(out, later{"This evening", "clock", "18:00", day(0, 18)})
	}
	tomorrow := day(1, 8)
	out = append(out, later{"Tomorrow morning", "sunrise", tomorrow.Format("Mon 15:04"), tomorrow})
	monday := (8 - int(now.Weekday())) % 7
	if monday == 0 {
		monday = 7
	}
	if monday > 1 {
		m := day(monday, 8)
		out = append(out, later{"Monday morning", "calendar-days", m.Format("2 Jan 15:04"), m})
	}
	return out
}

func (c *Composer) sendMenu() {
	items := []kit.MenuItem{{Text: "Send now", Icon: "send", Key: "Ctrl Enter", Do: func() { c.Send(time.Time{}) }}, kit.Separator()}
	for _, l := range times(c.now()) {
		items = append(items, kit.MenuItem{Text: l.text, Icon: l.icon, Key: l.shown, Do: func() { c.Send(l.at) }})
	}
	items = append(items, kit.MenuItem{Text: "Pick date and time", Icon: "calendar-clock", Key: "Ctrl Shift Enter", Do: c.pickTime})
	kit.ShowMenuBelow(c.sendBtn, false, items...)
}

// pickTime asks for a date and a time.
func (c *Composer) pickTime() {
	const day, clock = "2006-01-02", "15:04"
	start := c.now().Add(24 * time.Hour)
	date, at := kit.NewField(day), kit.NewField(clock)
	date.Name, at.Name = "Date", "Time"
	date.Placeholder, at.Placeholder = "Year-month-day", "Hour:minute"
	date.SetText(start.Format(day))
	at.SetText("08:00")
	why := kit.NewPara(" ", kit.Small12, kit.Err, 16, kit.NarrowDialog-48)
	var d *kit.Dialog
	send := kit.NewButton("Send later", "", kit.Primary, func() {
		t, err := time.ParseInLocation(day+" "+clock, date.Text()+" "+at.Text(), c.now().Location())
		switch {
		case err != nil:
			why.SetText("Write the date as 2026-03-16 and the time as 08:00.")
		case !t.After(c.now()):
			why.SetText("That time has passed.")
		default:
			d.Close()
			c.Send(t)
		}
	})
	cancel := kit.NewButton("Cancel", "", kit.Plain, func() { d.Close() })
	date.OnSubmit, at.OnSubmit = send.OnTapped, send.OnTapped
	esc := func(k fyne.KeyName, _ bool) bool {
		if k == fyne.KeyEscape {
			d.Close()
			return true
		}
		return false
	}
	date.OnKey, at.OnKey = esc, esc
	half := (kit.NarrowDialog - 48 - 12) / 2
	d = kit.NewDialog(c.win.Canvas(), kit.NarrowDialog, kit.Col(0, kit.NewLabel("Send later", kit.Title16, kit.Text), kit.Gap(0, 4),
		kit.NewPara("The message waits in the Outbox. Postrider must be running at that time.", kit.Body13, kit.Text2, 19, kit.NarrowDialog-48), kit.Gap(0, 14),
		kit.Row(12, kit.Sized(half, 0, kit.Col(6, kit.NewLabel("Date", kit.Small12M, kit.Text), date)), kit.Sized(half, 0, kit.Col(6, kit.NewLabel("Time", kit.Small12M, kit.Text), at))),
		kit.Gap(0, 6), why, kit.Gap(0, 10), kit.Row(8, kit.Spring(nil), cancel, send)))
	d.Open()
	c.win.Canvas().Focus(date)
}

// warning is what the banner above the attachments says.
type warning struct {
	code, icon   string
	bad          bool
	text, detail string
	act          string // label of the first action
	do           func()
	without      func() // "Send without"
	withoutText  string
}

func (c *Composer) warn(w warning) {
	c.warned = w.code
	fill, line, ink := kit.WarnTint, kit.WarnLine, kit.Warn
	if w.bad {
		fill, line, ink = kit.ErrTint, kit.ErrLine, kit.Err
	}
	para := kit.NewRuns([]kit.Run{{Text: w.text, Bold: true, Ink: kit.Text}, {Text: " " + w.detail, Ink: kit.Text2}}, kit.Body13, 17, 400)
	para.Most = 1
	icon := kit.NewIcon(w.icon, 16, ink)
	buttons := kit.Row(8)
	link := func(text string, do func()) {
		b := kit.NewButton(text, "", kit.Link, do)
		b.Height = kit.SmallButton
		buttons.Add(b)
	}
	if w.do != nil {
		link(w.act, w.do)
	}
	if w.without != nil {
		link(w.withoutText, w.without)
	}
	closer := kit.NewIconButton("x", "Dismiss", "", func() { c.unwarn(c.warned) })
	closer.Height = 28
	buttons.Add(closer)
	frame := kit.NewFrame(fill, line, 6, 0, nil)
	c.banner.Objects = []fyne.CanvasObject{kit.Free(nil, func(s fyne.Size) {
		frame.Resize(s)
		kit.Place(icon, 13, 12, 16, 16)
		z := buttons.MinSize()
		kit.Place(buttons, s.Width-z.Width-6, 0, z.Width, s.Height)
		if wrap := s.Width - z.Width - 56; para.Wrap != wrap {
			para.Wrap = wrap
			para.Refresh()
		}
		kit.Place(para, 38, 11, para.Wrap, 17)
	}, frame, icon, para, buttons)}
	c.banner.Refresh()
	c.relayout()
}

// unwarn takes the banner away when it is about code.
func (c *Composer) unwarn(code string) {
	if c.banner != nil && len(c.banner.Objects) > 0 && c.warned == code {
		c.banner.Objects = nil
		c.banner.Refresh()
		c.relayout()
	}
}

// concern shows what should be asked before sending.
func (c *Composer) concern(k app.Concern, at time.Time) {
	w := warning{code: k.Code, icon: "triangle-alert", bad: k.Block, text: strings.TrimSuffix(k.Title, ".") + ".", detail: k.Detail}
	anyway := func() {
		c.unwarn(c.warned)
		c.send(at, true)
	}
	switch k.Code {
	case "attachment":
		w.icon, w.act, w.do = "paperclip", "Attach files", c.Attach
		w.without, w.withoutText = anyway, "Send without"
	case "no-recipient":
		w.icon = "circle-alert"
		c.focus(c.to.input)
	case "address":
		w.icon = "circle-alert"
		for _, p := range []*people{c.to, c.cc, c.bcc} {
			for _, a := range p.list {
				if a.Addr == k.Addr {
					c.showRow(p)
					c.focus(p.input)
				}
			}
		}
	case "many":
		kit.Ask(c.win.Canvas(), k.Title, k.Detail, "Send to all of them", false, anyway)
		return
	case "subject":
		c.focus(c.subject)
		w.without, w.withoutText = anyway, "Send without"
	default:
		if !k.Block {
			w.without, w.withoutText = anyway, "Send anyway"
		}
	}
	c.warn(w)
}

// moreItems are what is rarely wanted.
func (c *Composer) moreItems() []kit.MenuItem {
	items := []kit.MenuItem{{Text: "Plain text", Icon: "type", Checked: c.rich == nil, Do: c.togglePlain},
		{Text: "Ask for a delivery notice", Icon: "check-check", Checked: c.draft.Receipt, Do: func() { c.draft.Receipt = !c.draft.Receipt; c.touched() }}}
	if c.rich != nil {
		items = append(items, kit.MenuItem{Text: "Find and replace", Icon: "search", Key: "Ctrl H", Do: c.Find}, kit.Separator())
		for _, l := range spell.Languages() {
			items = append(items, kit.MenuItem{Text: "Spelling: " + spell.Name(l), Icon: "spell-check", Checked: c.speller.lang == l, Do: func() { c.spellIn(l) }})
		}
		items = append(items, kit.MenuItem{Text: "No spelling marks", Checked: c.speller.lang == "", Do: func() { c.spellIn("") }})
	}
	return items
}

// togglePlain changes between text with formatting and without; the choice holds for the next messages too.
func (c *Composer) togglePlain() {
	if c.quoting {
		return
	}
	if c.rich != nil {
		d := c.Draft()
		c.rich, c.format, c.find, c.quoted = nil, nil, nil, ""
		c.fold.Hide()
		c.text.SetText(d.Text)
	} else {
		c.unfold()
		d := c.Draft()
		c.rich = c.newRich()
		c.format = newFormatBar(c)
		doc := edit.New()
		if err := doc.Append(edit.TextHTML(d.Text)); err == nil {
			doc.Delete(edit.Selection{From: edit.Pos{}, To: edit.Pos{Leaf: 1}})
		}
		doc.Forget()
		c.rich.SetDoc(doc)
	}
	c.assemble()
	c.relayout()
	c.focus(c.bodyFocus())
	c.touched()
	s := c.client.Settings()
	s.PlainText = c.rich == nil
	go func() { _ = c.client.SetSettings(c.ctx, s) }()
}
