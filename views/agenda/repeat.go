package agenda

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/views/agenda/plan"
	"github.com/postrider/postrider/views/kit"
)

// The units that a rule of one's own counts in.
var (
	unitFreqs = []string{"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}
	unitWords = []string{"days", "weeks", "months", "years"}
)

const otherRule = "Other…"

// repeating is the choice of how an event repeats, with rules of one's own.
type repeating struct {
	p     *Page
	pick  *kit.Choice
	own   *pim.Rule        // a rule that none of the simple choices is
	start func() time.Time // of the event, as the editor has it
	first time.Weekday     // of the week
	last  int              // what was chosen before "Other…"
}

func newRepeating(p *Page, r *pim.Rule, start func() time.Time) *repeating {
	c := &repeating{p: p, start: start, first: p.h.WeekStart}
	c.pick = kit.NewChoice(nil, 0, nil)
	c.pick.Name = "Repeats"
	c.pick.OnChanged = func(i int) {
		if c.pick.Options[i] == otherRule {
			c.pick.Selected = c.last
			c.pick.Refresh()
			c.edit()
			return
		}
		c.last = i
	}
	c.set(r)
	return c
}

// set shows a rule.
func (c *repeating) set(r *pim.Rule) {
	at := repeatOf(r, c.start())
	c.own = nil
	c.pick.Options = slices.Clone(repeats)
	if at < 0 {
		c.own, at = r, len(repeats)
		c.pick.Options = append(c.pick.Options, ruleText(r, c.start()))
	}
	c.pick.Options = append(c.pick.Options, otherRule)
	c.pick.Selected, c.last = at, at
	c.pick.Refresh()
}

// rule is what is chosen.
func (c *repeating) rule() *pim.Rule {
	if c.own != nil && c.pick.Selected == len(repeats) {
		return c.own
	}
	return ruleOf(c.pick.Selected)
}

// nth says which weekday of its month a day is: "the second Wednesday", "the last Friday".
func nth(day time.Time) (pim.WeekdayNum, string) {
	n := (day.Day()-1)/7 + 1
	word := []string{"", "first", "second", "third", "fourth", "last"}[n]
	if n == 5 {
		n = -1
	}
	return pim.WeekdayNum{N: n, Day: day.Weekday()}, "On the " + word + " " + day.Weekday().String()
}

// edit asks for a rule of one's own.
func (c *repeating) edit() {
	start := c.start()
	r := c.rule()
	if r == nil {
		r = &pim.Rule{Freq: "WEEKLY"}
	}
	every := kit.NewField("1")
	every.Name, every.Height = "Every", kit.SmallField
	every.SetText(strconv.Itoa(max(1, r.Interval)))
	unit := kit.NewChoice(unitWords, max(0, slices.Index(unitFreqs, r.Freq)), nil)
	unit.Name, unit.Height = "Unit", kit.SmallField
	var days []*kit.FilterChip
	var order []time.Weekday
	week := kit.Row(6)
	for i := range 7 {
		d := time.Weekday((int(c.first) + i) % 7)
		chip := kit.NewFilterChip(d.String()[:3], "", nil)
		chip.On = slices.ContainsFunc(r.ByDay, func(w pim.WeekdayNum) bool { return w.Day == d }) || len(r.ByDay) == 0 && d == start.Weekday()
		days, order = append(days, chip), append(order, d)
		week.Add(chip)
	}
	which, words := nth(start)
	month := kit.NewChoice([]string{"On day " + strconv.Itoa(start.Day()), words, "On the last day"}, 0, nil)
	month.Name, month.Height = "Day of the month", kit.SmallField
	switch {
	case len(r.ByMonthDay) == 1 && r.ByMonthDay[0] == -1:
		month.Selected = 2
	case r.Freq == "MONTHLY" && len(r.ByDay) == 1:
		month.Selected = 1
	}
	end := kit.NewChoice([]string{"Never", "On a day", "After some times"}, 0, nil)
	end.Name, end.Height = "Ends", kit.SmallField
	last := kit.NewField("")
	last.Name, last.Height = "Last", kit.SmallField
	switch {
	case r.Count > 0:
		end.Selected = 2
		last.SetText(strconv.Itoa(r.Count))
	case !r.Until.IsZero():
		end.Selected = 1
		last.SetText(r.Until.Time.Format("2 Jan 2006"))
	}
	problem := kit.NewLabel("", kit.Small12, kit.Err)
	var d *kit.Dialog
	which2 := kit.Col(0)
	draw := func() {
		which2.Objects = nil
		switch unit.Selected {
		case 1:
			which2.Add(kit.Gap(0, 12))
			which2.Add(week)
		case 2:
			which2.Add(kit.Gap(0, 12))
			which2.Add(kit.Row(0, kit.Sized(240, kit.SmallField, month), kit.Spring(nil)))
		}
		last.Hidden = end.Selected == 0
		if last.Placeholder = "10"; end.Selected == 1 {
			last.Placeholder = "24 Dec 2026"
		}
		last.Refresh()
		if d != nil {
			d.Fit()
		}
	}
	unit.OnChanged = func(int) { draw() }
	end.OnChanged = func(int) { last.SetText(""); draw() }
	use := func() {
		n, err := strconv.Atoi(strings.TrimSpace(every.Text()))
		if err != nil || n < 1 || n > 999 {
			problem.SetText("Write a number from 1 to 999.")
			return
		}
		x := &pim.Rule{Freq: unitFreqs[unit.Selected], WeekStart: r.WeekStart}
		if n > 1 {
			x.Interval = n
		}
		switch unit.Selected {
		case 1:
			for i, chip := range days {
				if chip.On {
					x.ByDay = append(x.ByDay, pim.WeekdayNum{Day: order[i]})
				}
			}
			if len(x.ByDay) == 0 {
				problem.SetText("Choose a day of the week.")
				return
			}
			slices.SortFunc(x.ByDay, func(a, b pim.WeekdayNum) int { return (int(a.Day)+6)%7 - (int(b.Day)+6)%7 })
		case 2:
			switch month.Selected {
			case 1:
				x.ByDay = []pim.WeekdayNum{which}
			case 2:
				x.ByMonthDay = []int{-1}
			}
		}
		switch end.Selected {
		case 1:
			day, ok := plan.ParseDay(last.Text(), start)
			if !ok || day.Before(plan.Day(start)) {
				problem.SetText("Write the last day as 24 Dec 2026.")
				return
			}
			x.Until = pim.Day(day.Year(), day.Month(), day.Day())
		case 2:
			if x.Count, err = strconv.Atoi(strings.TrimSpace(last.Text())); err != nil || x.Count < 1 || x.Count > 9999 {
				problem.SetText("Write how many times it takes place.")
				return
			}
		}
		d.Close()
		c.set(x)
	}
	every.OnSubmit, last.OnSubmit = use, use
	draw()
	word := func(s string) fyne.CanvasObject { return kit.NewLabel(s, kit.Body13, kit.Text2) }
	d = kit.NewDialog(c.p.win.Canvas(), kit.NarrowDialog, kit.Col(0,
		kit.NewLabel("How it repeats", kit.Title16, kit.Text), kit.Gap(0, 14),
		kit.Row(8, kit.Sized(50, kit.SmallField, word("Every")), kit.Sized(64, kit.SmallField, every), kit.Sized(120, kit.SmallField, unit), kit.Spring(nil)), which2, kit.Gap(0, 12),
		kit.Row(8, kit.Sized(50, kit.SmallField, word("Ends")), kit.Sized(160, kit.SmallField, end), kit.Sized(140, kit.SmallField, last), kit.Spring(nil)), kit.Gap(0, 6),
		kit.Sized(0, 18, problem), kit.Gap(0, 10),
		kit.Row(8, kit.Spring(nil), kit.NewButton("Cancel", "", kit.Plain, func() { d.Close() }), kit.NewButton("Use", "", kit.Primary, use))))
	d.Open()
	c.p.win.Canvas().Focus(every)
}
