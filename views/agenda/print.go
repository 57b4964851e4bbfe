package agenda

import (
	"context"
	"fmt"
	"html"
	"strings"
	"time"

	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/views/agenda/plan"
	"github.com/postrider/postrider/views/kit"
	"github.com/postrider/postrider/views/printing"
)

// Print asks how to print what the view shows: a month and a week as a table on paper that lies, a day, the agenda and tasks as a list.
func (p *Page) Print() {
	start, n := p.span()
	view, day, title, now := p.view, p.day, p.title.Text, p.h.Now()
	hues := map[pim.CollectionID]string{}
	for id, h := range p.hues {
		hues[id] = h
	}
	printing.Show(p.win, func(ctx context.Context) (printing.Document, error) {
		s := paper{now: now, hues: hues}
		d := printing.Document{Title: title, Landscape: view == viewMonth || view == viewWeek || view == viewWork, Fit: view == viewMonth || view == viewWeek || view == viewWork}
		if view == viewTasks {
			ts, err := p.c.Tasks(ctx, nil, true)
			if err != nil {
				return d, err
			}
			s.tasks(title, ts)
		} else {
			os, err := p.c.Events(ctx, pim.Window{Start: start, End: plan.AddDays(start, n), Zone: start.Location()}, nil)
			if err != nil {
				return d, err
			}
			switch view {
			case viewMonth:
				s.table(title, start, n, os, 0, func(d time.Time) bool { return d.Month() == day.Month() })
			case viewWeek, viewWork:
				s.table(title, start, n, os, 520, func(time.Time) bool { return true })
			default:
				s.list(title, start, n, os)
			}
		}
		d.Parts = []printing.Part{{HTML: printing.Sheet(s.b.String())}}
		return d, nil
	}, printing.Hooks{Do: p.h.Do, Failed: p.h.Failed, Toast: p.h.Toast})
}

// paper writes the calendar as HTML.
type paper struct {
	b    strings.Builder
	now  time.Time
	hues map[pim.CollectionID]string
}

func (s *paper) printf(format string, args ...any) { fmt.Fprintf(&s.b, format, args...) }

// color is what stands for an entry's calendar, on white.
func (s *paper) color(o pim.Occurrence) string {
	name := s.hues[o.Calendar]
	if o.Color != "" {
		name = hueOf(o.Color)
	}
	c := kit.PaletteOf(false, false).Hue(name).Solid
	return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B)
}

// onDay returns the entries that touch a day.
func onDay(os []pim.Occurrence, d time.Time) []pim.Occurrence {
	var out []pim.Occurrence
	next := plan.AddDays(d, 1)
	for _, o := range os {
		if o.Start.Before(next) && (o.End.After(d) || !o.Start.Before(d)) {
			out = append(out, o)
		}
	}
	return out
}

func summary(o pim.Occurrence) string {
	t := strings.TrimSpace(o.Summary)
	if t == "" {
		t = "No title"
	}
	t = html.EscapeString(t)
	if o.Status == "cancelled" {
		t = "<s>" + t + "</s>"
	}
	return t
}

// clock is when an entry is on a day: "" all day.
func clock(o pim.Occurrence, d time.Time, ends bool) string {
	next := plan.AddDays(d, 1)
	if o.AllDay || !o.Start.After(d) && !o.End.Before(next) && !(o.Start.Equal(d) && o.End.Equal(d)) {
		return ""
	}
	from, to := "", ""
	if !o.Start.Before(d) {
		from = o.Start.Format("15:04")
	}
	if !o.End.After(next) && o.End.After(o.Start) {
		to = o.End.Format("15:04")
	}
	switch {
	case from == "":
		return "to " + to
	case !ends || to == "":
		return from
	}
	return from + " to " + to
}

// most bounds the entries of a day in a table.
const most = 40

// table writes weeks as rows of days; height is the least of a row, px, 0 = so that they fill a page.
func (s *paper) table(title string, start time.Time, n int, os []pim.Occurrence, height int, in func(time.Time) bool) {
	rows := (n + 6) / 7
	for rows > 1 && !in(plan.AddDays(start, 7*(rows-1))) && !in(plan.AddDays(start, 7*rows-1)) {
		rows-- // a week that is of the next month altogether
	}
	n = min(n, 7*rows)
	if height == 0 {
		height = 570 / rows
	}
	s.printf(`<style>.m{width:100%%;border-collapse:collapse;table-layout:fixed}.m th{font:bold 9pt sans-serif;color:#555;text-align:left;padding:2pt 4pt}.m td{border:1px solid #bbb;padding:3pt 4pt;vertical-align:top;height:%dpx;font:8.5pt/1.35 sans-serif;overflow-wrap:break-word}
.o{color:#aaa}.t{color:#333;font-weight:bold}.e{margin-top:1.5pt;padding-left:4pt;border-left:3px solid}.c{color:#555}</style><h1>%s</h1><table class="m"><tr>`, height, html.EscapeString(title))
	week := n <= 7
	for i := range min(7, n) {
		f := "Monday"
		if week {
			f = "Mon 2 January"
		}
		s.printf("<th>%s</th>", plan.AddDays(start, i).Format(f))
	}
	for i := range n {
		d := plan.AddDays(start, i)
		if i%7 == 0 {
			s.printf("</tr><tr>")
		}
		s.printf("<td>")
		if !week {
			class := "t"
			if !in(d) {
				class = "o"
			}
			f := "2"
			if i == 0 || d.Day() == 1 {
				f = "2 Jan"
			}
			s.printf(`<div class="%s">%s</div>`, class, d.Format(f))
		}
		all := onDay(os, d)
		for k, o := range all {
			if k == most {
				s.printf(`<div class="c">and %d more</div>`, len(all)-most)
				break
			}
			at := clock(o, d, week)
			if at != "" {
				at = `<span class="c">` + at + "</span> "
			}
			place := ""
			if week && o.Location != "" {
				place = `<br><span class="c">` + html.EscapeString(o.Location) + "</span>"
			}
			s.printf(`<div class="e" style="border-left-color:%s">%s%s%s</div>`, s.color(o), at, summary(o), place)
		}
		s.printf("</td>")
	}
	s.printf("</tr></table>")
}

// list writes the entries of each day that has some.
func (s *paper) list(title string, start time.Time, n int, os []pim.Occurrence) {
	s.printf(`<style>.a{width:100%%;border-collapse:collapse;margin:0 0 12pt}.a td{padding:3pt 6pt;vertical-align:top;font-size:10.5pt}.a td.c{width:90pt;color:#555;white-space:nowrap}.a td.k{width:3px;padding:0}
h2{font-size:11.5pt;margin:10pt 0 3pt;border-bottom:1px solid #bbb;padding-bottom:2pt}.p{color:#555;font-size:9.5pt}</style><h1>%s</h1>`, html.EscapeString(title))
	any := false
	for i := range n {
		d := plan.AddDays(start, i)
		all := onDay(os, d)
		if len(all) == 0 {
			continue
		}
		any = true
		if n > 1 {
			s.printf("<h2>%s</h2>", d.Format("Monday 2 January 2006"))
		}
		s.printf(`<table class="a">`)
		for _, o := range all {
			at := clock(o, d, true)
			if at == "" {
				at = "All day"
			}
			s.printf(`<tr><td class="c">%s</td><td class="k" style="background:%s"></td><td>%s`, at, s.color(o), summary(o))
			if o.Location != "" {
				s.printf(`<br><span class="p">%s</span>`, html.EscapeString(o.Location))
			}
			s.printf("</td></tr>")
		}
		s.printf("</table>")
	}
	if !any {
		s.printf("<p>Nothing is planned.</p>")
	}
}

// tasks writes them in the groups of the view, with boxes to tick.
func (s *paper) tasks(title string, ts []pim.Task) {
	s.printf(`<style>.a{width:100%%;border-collapse:collapse;margin:0 0 12pt}.a td{padding:4pt 6pt 4pt 0;vertical-align:top;font-size:10.5pt}.a td.b{width:18px}.a td.d{width:130pt;color:#555;text-align:right}
.q{display:inline-block;width:10px;height:10px;border:1px solid #555}.q.x{background:#888}h2{font-size:11.5pt;margin:10pt 0 3pt;border-bottom:1px solid #bbb;padding-bottom:2pt}.p{color:#555;font-size:9.5pt}</style><h1>%s</h1>`, html.EscapeString(title))
	l := &Tasks{}
	gs := grouped(ts, s.now)
	for _, g := range gs {
		s.printf(`<h2>%s</h2><table class="a">`, g.name)
		for i, t := range g.tasks {
			if i == 1000 {
				break
			}
			name, class := html.EscapeString(t.Summary), "q"
			if t.Done {
				name, class = "<s>"+name+"</s>", "q x"
			}
			due, _ := l.due(t, s.now)
			s.printf(`<tr><td class="b"><span class="%s"></span></td><td>%s`, class, name)
			if note := firstLine(t.Description); note != "" {
				s.printf(`<br><span class="p">%s</span>`, html.EscapeString(note))
			}
			s.printf(`</td><td class="d">%s</td></tr>`, html.EscapeString(due))
		}
		s.printf("</table>")
	}
	if len(gs) == 0 {
		s.printf("<p>Nothing is to be done.</p>")
	}
}
