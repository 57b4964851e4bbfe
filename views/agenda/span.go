package agenda

import (
	"context"
	"time"

	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/views/agenda/plan"
)

// The ways of looking at the calendar.
const (
	viewDay = iota
	viewWeek
	viewMonth
	viewAgenda
	viewTasks
	viewWork // from Monday to Friday
)

// choices are the views as they are offered.
var choices = []struct {
	name string
	view int
}{{"Day", viewDay}, {"Work week", viewWork}, {"Week", viewWeek}, {"Month", viewMonth}, {"Agenda", viewAgenda}, {"Tasks", viewTasks}}

func (p *Page) setView(v int) {
	p.view = v
	for i, b := range p.views {
		b.Active = choices[i].view == v
		b.Refresh()
	}
	p.grid.Hidden, p.month.Hidden, p.ascroll.Hidden = v != viewDay && v != viewWeek && v != viewWork, v != viewMonth, v != viewAgenda
	tasks := v == viewTasks
	p.tscroll.Hidden, p.quick.Hidden = !tasks, !tasks
	p.today.Hidden, p.prev.Hidden, p.next.Hidden = tasks, tasks, tasks
	if p.fresh.Text = "New event"; tasks {
		p.fresh.Text = "New task"
	}
	p.fresh.Refresh()
	p.grid.placed = false
	p.Refresh()
	p.reload()
}

// add begins a new entry of what is shown.
func (p *Page) add() {
	if p.view == viewTasks {
		p.editTask(pim.Task{})
		return
	}
	p.edit(p.fill(), nil)
}

func (p *Page) step(n int) {
	switch p.view {
	case viewTasks:
		return
	case viewDay:
		p.day = plan.AddDays(p.day, n)
	case viewWeek, viewWork:
		p.day = plan.AddDays(p.day, 7*n)
	case viewMonth:
		p.day = time.Date(p.day.Year(), p.day.Month()+time.Month(n), 1, 0, 0, 0, 0, p.day.Location())
	default:
		p.day = plan.AddDays(p.day, 28*n)
	}
	p.reload()
}

// span is what the view shows: its first day and how many.
func (p *Page) span() (time.Time, int) {
	switch p.view {
	case viewDay:
		return p.day, 1
	case viewWeek:
		return plan.Week(p.day, p.h.WeekStart), 7
	case viewWork:
		return plan.Week(p.day, time.Monday), 5
	case viewMonth:
		return plan.Month(p.day, p.h.WeekStart), 42
	}
	return p.day, 92
}

func (p *Page) heading() {
	start, n := p.span()
	last := plan.AddDays(start, n-1)
	p.week.SetText("")
	switch {
	case p.view == viewTasks:
		p.title.SetText("Tasks")
	case p.view == viewDay:
		p.title.SetText(start.Format("Mon 2 Jan 2006"))
	case p.view == viewMonth:
		p.title.SetText(p.day.Format("January 2006"))
	case p.view == viewAgenda:
		p.title.SetText("From " + start.Format("2 Jan 2006"))
	case start.Year() != last.Year():
		p.title.SetText(start.Format("2 Jan 2006") + " to " + last.Format("2 Jan 2006"))
	case start.Month() != last.Month():
		p.title.SetText(start.Format("2 Jan") + " to " + last.Format("2 Jan 2006"))
	default:
		p.title.SetText(start.Format("2") + " to " + last.Format("2 Jan 2006"))
	}
	if p.view == viewWeek || p.view == viewWork || p.view == viewDay {
		p.week.SetText("Week " + itoa(plan.WeekNumber(plan.Week(start, p.h.WeekStart))))
	}
	p.Refresh()
}

// reload asks for what the view, the panel and the small month show.
func (p *Page) reload() {
	p.heading()
	p.turn++
	turn := p.turn
	start, n := p.span()
	now := p.h.Now()
	if p.view != viewMonth {
		p.mini.Set(start, plan.AddDays(start, min(n, 7)), p.mini.first)
	}
	if m := p.mini.first; p.day.Year() != m.Year() || p.day.Month() != m.Month() {
		if s, e := p.mini.Window(); p.day.Before(s) || !p.day.Before(e) {
			p.mini.Set(start, plan.AddDays(start, min(n, 7)), p.day)
		}
	}
	ms, me := p.mini.Window()
	view := p.view
	if view == viewTasks {
		p.showTasks(turn)
	}
	go func() {
		ctx := context.Background()
		os, err := p.c.Events(ctx, pim.Window{Start: start, End: plan.AddDays(start, n), Zone: start.Location()}, nil)
		near, err2 := p.c.Events(ctx, pim.Window{Start: plan.Day(now), End: plan.AddDays(plan.Day(now), 7), Zone: now.Location()}, nil)
		small, err3 := p.c.Events(ctx, pim.Window{Start: ms, End: me, Zone: now.Location()}, nil)
		for _, e := range []error{err2, err3} {
			if err == nil {
				err = e
			}
		}
		busy := map[time.Time]bool{}
		for _, o := range small {
			for d := plan.Day(o.Start); d.Before(o.End) || d.Equal(plan.Day(o.Start)); d = plan.AddDays(d, 1) {
				if len(busy) > 60 {
					break
				}
				busy[d] = true
			}
		}
		p.h.Do(func() {
			if turn != p.turn {
				return
			}
			if err != nil {
				p.h.Failed(err)
				return
			}
			switch view {
			case viewMonth:
				p.month.Set(start, p.day.Month(), os)
			case viewAgenda:
				p.agenda.Set(start, n, os)
				p.ascroll.Refresh()
			case viewTasks: // they come by themselves
			default:
				p.grid.Set(start, n, os)
			}
			p.coming.Set(plan.Day(now), 7, near)
			p.cscroll.Refresh()
			p.mini.Busy(busy)
		})
	}()
}
