package people

import (
	"context"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/views/faces"
	"github.com/postrider/postrider/views/kit"
)

// kindWord names what a field is for.
func kindWord(f pim.Field, other string) string {
	if f.Label != "" {
		return f.Label
	}
	for _, k := range f.Kinds {
		switch k {
		case "work":
			return "Work"
		case "home":
			return "Home"
		case "cell", "mobile", "iphone":
			return "Mobile"
		case "fax":
			return "Fax"
		case "pager":
			return "Pager"
		case "main":
			return "Main"
		case "other":
			return "Other"
		}
	}
	return other
}

func placeText(a pim.Place) string {
	var out []string
	add := func(parts ...string) {
		var line []string
		for _, s := range parts {
			if s = strings.TrimSpace(strings.ReplaceAll(s, "\n", ", ")); s != "" {
				line = append(line, s)
			}
		}
		if len(line) > 0 {
			out = append(out, strings.Join(line, " "))
		}
	}
	add(a.Box)
	add(a.Street)
	add(a.Extended)
	add(a.Code, a.City)
	add(a.Region)
	add(a.Country)
	return strings.Join(out, ", ")
}

func dateText(d pim.Date, now time.Time) string {
	if d.IsZero() {
		return ""
	}
	t := time.Date(max(d.Year, 4), time.Month(d.Month), d.Day, 0, 0, 0, 0, time.UTC)
	if d.Year == 0 {
		return t.Format("2 January")
	}
	age := now.Year() - d.Year
	if now.Month() < t.Month() || now.Month() == t.Month() && now.Day() < t.Day() {
		age--
	}
	return t.Format("2 January 2006") + ", " + itoa(age) + " years"
}

// drawCard shows the contact that is picked.
func (p *Page) drawCard() {
	c := p.shown
	if c == nil {
		p.card.Objects = nil
		p.Refresh()
		return
	}
	addr := ""
	if len(c.Emails) > 0 {
		addr = c.Emails[0].Value
	}
	av := kit.NewAvatar(c.Display(), addr, 72)
	if c.IsGroup() {
		av.Icon = "users"
	} else if c.IsRoom() {
		av.Icon = "door-open"
	}
	if data := c.Photo.Data; len(data) > 0 {
		go func() {
			img := faces.Decode(data)
			p.h.Do(func() { av.Photo = img; av.Refresh() })
		}()
	}
	kind := ""
	if c.IsRoom() {
		kind = "Room"
	}
	sub := strings.Join(trimmed(kind, c.Title, strings.Join(c.Org, ", ")), " · ")
	tags := kit.Row(6)
	for i, t := range c.Categories {
		if i < 5 {
			tags.Add(kit.NewTag(t, []string{"indigo", "blue", "green", "orange", "violet"}[i]))
		}
	}
	head := kit.Row(16, av, kit.Col(0, kit.Gap(0, 8), kit.NewLabel(kit.Cut(c.Display(), kit.Title20, 560), kit.Title20, kit.Text), kit.Gap(0, 4), kit.NewLabel(kit.Cut(sub, kit.Body13, 560), kit.Body13, kit.Text2), kit.Gap(0, 6), kit.Sized(0, 18, tags)))
	buttons := kit.Row(8)
	if addr != "" || c.IsGroup() {
		buttons.Add(kit.NewButton("Write", "pen-line", kit.Primary, p.write))
	}
	if addr != "" {
		if p.h.Invite != nil {
			buttons.Add(kit.NewButton("Invite", "calendar-plus", kit.Plain, func() { p.h.Invite(mail.Address{Name: c.Display(), Addr: addr}) }))
		}
		buttons.Add(kit.NewButton("All mail", "search", kit.Plain, func() { p.h.Search("from:" + addr) }))
	}
	var rows []fyne.CanvasObject
	line := func(icon, name, text string, link func(), copyable bool) {
		if strings.TrimSpace(text) == "" {
			return
		}
		if len(rows) > 0 {
			rows = append(rows, kit.NewRule(kit.Line))
		}
		var v fyne.CanvasObject = kit.NewPara(text, kit.Body13, kit.Text, 19, 420)
		height := max(32, v.MinSize().Height+12)
		if link != nil {
			b := kit.NewButton(text, "", kit.Link, link)
			b.Height = kit.SmallButton
			v = kit.Inset(0, 0, 0, -4, b)
		}
		r := kit.Row(12, kit.NewIcon(icon, 16, kit.Text3), kit.Sized(84, 19, kit.NewShrinkLabel(name, kit.Body13, kit.Text2)), v, kit.Spring(nil))
		if copyable {
			cp := kit.NewIconButton("copy", "Copy", "", func() {
				fyne.CurrentApp().Clipboard().SetContent(text)
				p.h.Toast("copy", "Copied")
			})
			cp.Height = 28
			r.Add(cp)
		}
		rows = append(rows, kit.Inset(6, 0, 6, 0, kit.Sized(0, height, r)))
	}
	for _, e := range c.Emails {
		line("mail", kindWord(e, "Mail"), e.Value, func() { p.h.Write([]mail.Address{{Name: c.Display(), Addr: e.Value}}) }, true)
	}
	for _, f := range c.Phones {
		icon := "phone"
		if kindWord(f, "") == "Mobile" {
			icon = "smartphone"
		}
		line(icon, kindWord(f, "Telephone"), f.Value, nil, true)
	}
	for _, a := range c.Places {
		line("map-pin", kindWord(pim.Field{Kinds: a.Kinds, Label: a.Label}, "Address"), placeText(a), nil, true)
	}
	for _, u := range c.URLs {
		line("globe", kindWord(u, "Web"), u.Value, func() {
			if err := p.h.OpenURL(u.Value); err != nil {
				p.h.Failed(err)
			}
		}, false)
	}
	for _, u := range c.Chats {
		line("send", kindWord(u, "Chat"), u.Value, nil, true)
	}
	line("cake", "Birthday", dateText(c.Birthday, p.h.Now()), nil, false)
	line("star", "Anniversary", dateText(c.Anniversary, p.h.Now()), nil, false)
	line("user-round", "Nickname", c.Nick, nil, false)
	for _, r := range c.Related {
		line("users", kindWord(r, strings.Join(r.Kinds, ", ")), r.Value, nil, false)
	}
	if c.IsGroup() {
		var names []string
		for i, m := range p.named {
			if i == 40 {
				names = append(names, itoa(len(p.named)-i)+" more")
				break
			}
			switch {
			case m.Name != "":
				names = append(names, m.Name)
			case m.Addr != "":
				names = append(names, m.Addr)
			}
		}
		if n := len(c.Members) - len(p.named); n > 0 {
			names = append(names, itoa(n)+" more")
		}
		line("users", "Members", strings.Join(names, ", "), nil, false)
	}
	note := c.Note
	if len(note) > 2000 {
		note = strings.ToValidUTF8(note[:2000], "") + "…"
	}
	if note != "" {
		if len(rows) > 0 {
			rows = append(rows, kit.NewRule(kit.Line))
		}
		rows = append(rows, kit.Inset(10, 0, 10, 0, kit.Hang(kit.Row(12, kit.NewIcon("notebook-pen", 16, kit.Text3), kit.Sized(84, 19, kit.NewLabel("Notes", kit.Body13, kit.Text2))), 12, kit.NewPara(note, kit.Body13, kit.Text, 19, 420))))
	}
	box := kit.NewFrame(kit.Card, kit.Border, 10, 0, kit.Inset(8, 18, 8, 18, kit.Col(0, rows...)))
	objs := []fyne.CanvasObject{kit.Gap(0, 24), head, kit.Gap(0, 14), buttons, kit.Gap(0, 16)}
	if len(rows) > 0 {
		objs = append(objs, box, kit.Gap(0, 16))
	}
	if len(p.recent) > 0 {
		all := kit.NewButton("Show all", "", kit.Link, func() { p.h.Search("from:" + addr) })
		all.Height = kit.SmallButton
		mails := []fyne.CanvasObject{kit.Row(0, kit.NewLabel("Recent mail", kit.Body13B, kit.Text), kit.Spring(nil), all)}
		for _, m := range p.recent {
			icon := "mail"
			if m.Attachments {
				icon = "paperclip"
			}
			subject := m.Subject
			if subject == "" {
				subject = "No subject"
			}
			f := kit.NewFrame(kit.Card, kit.Clear, 6, 0, kit.Sized(0, 36, kit.Row(12, kit.NewIcon(icon, 16, kit.Text3), kit.NewShrinkLabel(subject, kit.Body13, kit.Text), kit.Spring(nil),
				kit.NewLabel(m.Date.In(p.h.Now().Location()).Format("2 Jan 2006"), kit.Small12, kit.Text3))))
			f.Name, f.HoverFill, f.OnTapped = subject, kit.Hover, func() { p.h.Show(m.ID) }
			mails = append(mails, kit.NewRule(kit.Line), f)
		}
		objs = append(objs, kit.NewFrame(kit.Card, kit.Border, 10, 0, kit.Inset(10, 18, 8, 18, kit.Col(2, mails...))), kit.Gap(0, 16))
	}
	if len(p.events) > 0 && p.h.ShowEvent != nil {
		events := []fyne.CanvasObject{kit.NewLabel("Events", kit.Body13B, kit.Text)}
		for _, o := range p.events {
			name := o.Summary
			if name == "" {
				name = "No title"
			}
			f := kit.NewFrame(kit.Card, kit.Clear, 6, 0, kit.Sized(0, 36, kit.Row(12, kit.NewIcon("calendar", 16, kit.Text3), kit.NewShrinkLabel(name, kit.Body13, kit.Text), kit.Spring(nil),
				kit.NewLabel(o.Start.In(p.h.Now().Location()).Format("2 Jan 2006, 15:04"), kit.Small12, kit.Text3))))
			f.Name, f.HoverFill, f.OnTapped = name, kit.Hover, func() { p.h.ShowEvent(o) }
			events = append(events, kit.NewRule(kit.Line), f)
		}
		objs = append(objs, kit.NewFrame(kit.Card, kit.Border, 10, 0, kit.Inset(10, 18, 8, 18, kit.Col(2, events...))), kit.Gap(0, 16))
	}
	for _, b := range p.books {
		if b.ID == c.Book {
			where := b.Name + ", " + b.Source
			if !b.Rights.Edit {
				where += " (read only)"
			}
			objs = append(objs, kit.Row(8, kit.NewIcon("book-user", 14, kit.Text3), kit.NewLabel("In "+where, kit.Small12, kit.Text3)), kit.Gap(0, 20))
		}
	}
	col := kit.Col(0, objs...)
	p.card.Objects = []fyne.CanvasObject{kit.Free(func() fyne.Size { return fyne.NewSize(300, col.MinSize().Height) }, func(s fyne.Size) {
		w := min(760, s.Width-64)
		kit.Place(col, 32, 0, w, s.Height)
	}, col)}
	p.card.Refresh()
	p.cscroll.Refresh()
	p.Refresh()
}

func trimmed(parts ...string) (out []string) {
	for _, s := range parts {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// write opens the composer.
func (p *Page) write() {
	c := p.shown
	if c == nil {
		return
	}
	if c.IsGroup() {
		go func() {
			as, err := p.c.Members(context.Background(), c.ID)
			p.h.Do(func() {
				if err != nil {
					p.h.Failed(err)
					return
				}
				p.h.Write(as)
			})
		}()
		return
	}
	for _, e := range c.Emails {
		if e.Preferred {
			p.h.Write([]mail.Address{{Name: c.Display(), Addr: e.Value}})
			return
		}
	}
	if len(c.Emails) > 0 {
		p.h.Write([]mail.Address{{Name: c.Display(), Addr: c.Emails[0].Value}})
	}
}
