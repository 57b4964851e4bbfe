package list

import (
	"strconv"
	"strings"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/views/kit"
)

func (p *Pane) words() {
	switch {
	case p.m.view.Search != "":
		p.title.SetText("Results")
		p.count.SetText(number(p.m.total))
		if !p.m.whole {
			p.count.SetText("")
		}
	default:
		p.title.SetText(p.name)
		switch {
		case p.m.unread > 0:
			p.count.SetText(number(p.m.unread) + " unread")
		default:
			p.count.SetText("")
		}
	}
	p.sort.SetText(map[bool]string{false: "Newest", true: "Oldest"}[p.base.Oldest])
	p.emptiness()
}

func number(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Recheck shows again what an empty list says, after something changed that it depends on.
func (p *Pane) Recheck() {
	p.emptiness()
	p.Refresh()
}

func (p *Pane) emptiness() {
	if len(p.m.ids) > 0 {
		return // it is not seen
	}
	e := p.empty
	e.Foot = nil
	filtered := p.chips[0].On || p.chips[1].On || p.chips[2].On || p.chips[3].On
	switch q := p.m.view.Search; {
	case p.m.err != nil && len(p.m.ids) == 0:
		e.Icon, e.Title, e.Text, e.Tone = "triangle-alert", "The list cannot be shown", p.m.err.Error(), kit.ToneWarn
	case q != "":
		e.Icon, e.Tone = "search-x", kit.ToneIdle
		e.Title = "Nothing for “" + kit.Cut(q, kit.Title16, 220) + "”"
		e.Text = "Searched " + kit.Plural(len(p.hues), "account", "accounts") + "."
		if why := p.c.CheckSearch(q); why != "" {
			e.Text = why
		}
		e.Foot = kit.NewButton("Clear", "", kit.Plain, func() { p.search.SetText(""); p.apply() })
	case filtered:
		e.Icon, e.Title, e.Text, e.Tone = "list-filter", "Nothing here with these filters", "", kit.ToneIdle
		e.Foot = kit.NewButton("Show all", "", kit.Plain, p.clearChips)
	case p.missing != nil && p.missing() != "":
		e.Icon, e.Title, e.Text, e.Tone = "download", "No mail here yet", p.missing(), kit.ToneIdle
	case p.m.view.Role == mail.RoleInbox:
		e.Icon, e.Title, e.Text, e.Tone = "mail-check", "All read and sorted", "The next message shows up here by itself.", kit.ToneTint
	default:
		e.Icon, e.Title, e.Text, e.Tone = "mail-open", "Nothing in "+p.name, "", kit.ToneIdle
	}
	e.Refresh()
}

// names returns who a row is from, and the red word behind it.
func (p *Pane) names(m *mail.Summary) (who, draft string) {
	mine := func(a mail.Address) bool { return p.me[strings.ToLower(a.Addr)] }
	from := m.Senders
	if len(from) == 0 {
		from = m.From
	}
	all, toward := true, false
	for _, a := range from {
		all = all && mine(a)
	}
	isDraft := m.DraftID != 0 || m.Flags.Has(mail.DraftFlag)
	if all && len(m.To) > 0 && !(len(m.To) == 1 && mine(m.To[0])) {
		from, toward = m.To, true
		who = "To "
	} else if all && isDraft {
		return "", "Draft"
	}
	for i, a := range from {
		n := a.Display()
		if mine(a) && !toward {
			n = "me"
			if len(from) == 1 {
				n = a.Display()
			}
		} else if f := strings.Fields(a.Name); i > 0 && len(f) > 0 {
			n = f[0]
		}
		if i > 0 {
			who += ", "
		}
		if i == 4 {
			who += "…"
			break
		}
		who += n
	}
	if who == "" {
		who = "Unknown sender"
	}
	if isDraft {
		draft = ", Draft"
	}
	return who, draft
}

// face is whose initials stand for a row.
func (p *Pane) face(m *mail.Summary) mail.Address {
	if len(m.From) == 0 {
		return mail.Address{Name: "?"}
	}
	a := m.From[0]
	if p.me[strings.ToLower(a.Addr)] {
		for _, s := range m.Senders {
			if !p.me[strings.ToLower(s.Addr)] {
				return s
			}
		}
		for _, s := range m.To {
			if !p.me[strings.ToLower(s.Addr)] {
				return s
			}
		}
	}
	return a
}
