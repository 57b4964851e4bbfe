package agenda

import (
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"github.com/postrider/postrider/views/kit"
)

// zones are those that are offered; any other of the IANA names can be typed.
var zones = []string{"UTC", "America/Los_Angeles", "America/Denver", "America/Chicago", "America/New_York", "America/Sao_Paulo", "Europe/London", "Europe/Berlin", "Europe/Helsinki", "Africa/Johannesburg",
	"Asia/Dubai", "Asia/Kolkata", "Asia/Singapore", "Asia/Shanghai", "Asia/Tokyo", "Australia/Sydney", "Pacific/Auckland"}

// zoneName is the place of a zone: "New York" of America/New_York.
func zoneName(l *time.Location) string {
	n := l.String()
	if n == "Local" || n == "" {
		return "Here"
	}
	return strings.ReplaceAll(n[strings.LastIndexByte(n, '/')+1:], "_", " ")
}

// zoneMenu chooses the zone whose hours stand beside those of here.
func (p *Page) zoneMenu(at fyne.Position) {
	now := p.h.Now()
	set := func(l *time.Location) {
		p.grid.Second = l
		name := ""
		if l != nil {
			name = l.String()
		}
		if p.h.OnZone != nil {
			p.h.OnZone(name)
		}
		p.grid.redraw()
	}
	items := []kit.MenuItem{{Text: "One time zone", Checked: p.grid.Second == nil, Do: func() { set(nil) }}, kit.Separator()}
	for _, n := range zones {
		l, err := time.LoadLocation(n)
		if err != nil {
			continue
		}
		items = append(items, kit.MenuItem{Text: zoneName(l), Key: now.In(l).Format("15:04"), Checked: p.grid.Second != nil && p.grid.Second.String() == n, Do: func() { set(l) }})
	}
	items = append(items, kit.Separator(), kit.MenuItem{Text: "Another one…", Icon: "globe", Do: func() {
		p.ask("Hours of another time zone", "Zone", "", "Show", func(s string) {
			l := findZone(s)
			if l == nil {
				p.h.Toast("globe", "There is no time zone “"+s+"”. Write it as Europe/Oslo.")
				return
			}
			set(l)
		})
	}})
	kit.ShowMenu(p.win.Canvas(), at, items...)
}

// findZone reads a zone by its IANA name, or by the place alone of those that are offered; nil = there is none.
func findZone(s string) *time.Location {
	s = strings.TrimSpace(s)
	if s == "" || strings.EqualFold(s, "local") {
		return nil
	}
	for _, n := range zones {
		if l, err := time.LoadLocation(n); err == nil && (strings.EqualFold(n, s) || strings.EqualFold(zoneName(l), s)) {
			return l
		}
	}
	if l, err := time.LoadLocation(strings.ReplaceAll(s, " ", "_")); err == nil {
		return l
	}
	return nil
}

// zoneChoices are the zones for an event: here, that of the event, and those that are offered.
func zoneChoices(here, of *time.Location) (ls []*time.Location, names []string, at int) {
	add := func(l *time.Location, name string) {
		for _, x := range ls {
			if x.String() == l.String() {
				return
			}
		}
		ls, names = append(ls, l), append(names, name)
	}
	add(here, "My time zone")
	add(of, zoneName(of))
	for _, n := range zones {
		if l, err := time.LoadLocation(n); err == nil {
			add(l, zoneName(l))
		}
	}
	for i, l := range ls {
		if l.String() == of.String() {
			at = i
		}
	}
	return ls, names, at
}
