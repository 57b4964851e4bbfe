package agenda

import (
	"context"
	"slices"
	"strings"

	"fyne.io/fyne/v2"

	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/views/kit"
)

// makeTasks makes the list of tasks and the line above it.
func (p *Page) makeTasks() {
	p.tasks = NewTasks()
	p.tasks.Now = p.h.Now
	p.tasks.Hue = func(t pim.Task) string { return p.hues[t.Calendar] }
	p.tasks.Calendar = func(t pim.Task) string { return p.calendar(t.Calendar).Name }
	p.tasks.OnOpen, p.tasks.OnTick, p.tasks.OnDel, p.tasks.OnMenu = p.editTask, p.tick1, p.deleteTask, p.taskMenu
	p.tasks.OnKey, p.tasks.OnRune = p.key, p.h.OnRune
	p.tscroll = kit.NewScroller(p.tasks)
	p.tscroll.Fill = kit.Surface
	p.tasks.OnReveal = func(y, h float32) {
		p.tscroll.Refresh()
		p.tscroll.Reveal(y, h)
	}
	p.quick = kit.NewField("Add a task, like “Call Jonas tomorrow 10:00”")
	p.quick.Name, p.quick.Icon = "New task", "plus"
	p.quick.OnSubmit = p.addTask
	p.quick.OnShortcut = func(s fyne.Shortcut) {
		if p.h.OnShortcut != nil {
			p.h.OnShortcut(s)
		}
	}
}

// showTasks asks for the tasks.
func (p *Page) showTasks(turn int) {
	go func() {
		ts, err := p.c.Tasks(context.Background(), nil, true)
		p.h.Do(func() {
			if turn != p.turn {
				return
			}
			if err != nil {
				p.h.Failed(err)
				return
			}
			p.tasks.Set(ts)
			p.tscroll.Refresh()
		})
	}()
}

// changeTask carries out a command of a task and offers to take it back.
func (p *Page) changeTask(icon, text string, f func(ctx context.Context) (app.Undo, error)) {
	go func() {
		u, err := f(context.Background())
		p.h.Do(func() {
			if err != nil {
				p.h.Failed(err)
			} else {
				p.h.ToastUndo(icon, text, p.undo(u))
			}
			p.reload()
		})
	}()
}

func (p *Page) addTask() {
	text := strings.TrimSpace(p.quick.Text())
	if text == "" {
		return
	}
	t := p.c.QuickTask(text, p.h.Now())
	p.quick.SetText("")
	p.changeTask("plus", "“"+t.Summary+"” added", func(ctx context.Context) (app.Undo, error) {
		_, u, err := p.c.SaveTask(ctx, t)
		if err != nil {
			p.h.Do(func() { // nothing that was typed is lost
				if p.quick.Text() == "" {
					p.quick.SetText(text)
				}
			})
		}
		return u, err
	})
}

// changeable reports whether a task may be changed, and says where it may not.
func (p *Page) changeable(t pim.Task) bool {
	c := p.calendar(t.Calendar)
	if !c.Rights.Edit {
		p.h.Toast("lock-keyhole", "“"+c.Name+"” can only be read")
	}
	return c.Rights.Edit
}

// tick1 ticks one task off, or takes that back.
func (p *Page) tick1(t pim.Task) {
	if !p.changeable(t) {
		return
	}
	text := "“" + t.Summary + "” done"
	switch {
	case t.Done:
		text = "“" + t.Summary + "” is open again"
	case t.Rule != nil:
		text += " for this time"
	}
	p.changeTask("check", text, func(ctx context.Context) (app.Undo, error) { return p.c.CompleteTask(ctx, t.ID, !t.Done) })
}

func (p *Page) deleteTask(t pim.Task) {
	if !p.changeable(t) {
		return
	}
	p.changeTask("trash-2", "“"+t.Summary+"” deleted", func(ctx context.Context) (app.Undo, error) { return p.c.DeleteTask(ctx, t.ID) })
}

func (p *Page) taskMenu(t pim.Task, at fyne.Position) {
	word := "Done"
	if t.Done {
		word = "Not done"
	}
	kit.ShowMenu(p.win.Canvas(), at, kit.MenuItem{Text: word, Icon: "check", Key: "Space", Do: func() { p.tick1(t) }}, kit.MenuItem{Text: "Edit", Icon: "pencil", Key: "Enter", Do: func() { p.editTask(t) }},
		kit.Separator(), kit.MenuItem{Text: "Delete", Icon: "trash-2", Key: "Del", Do: func() { p.deleteTask(t) }})
}

// OpenTask shows the tasks and opens one.
func (p *Page) OpenTask(id pim.EventID) {
	p.setView(viewTasks)
	go func() {
		t, err := p.c.Task(context.Background(), id)
		p.h.Do(func() {
			if err != nil {
				p.h.Failed(err)
				return
			}
			p.whenReady(func() { p.editTask(t) })
		})
	}()
}

// taskCalendars are the calendars that take tasks, the default one first.
func (p *Page) taskCalendars() []pim.Calendar {
	var out []pim.Calendar
	for _, c := range p.cals {
		if c.Tasks && c.Rights.Edit && c.Role == "" {
			out = append(out, c)
		}
	}
	slices.SortStableFunc(out, func(a, b pim.Calendar) int {
		switch {
		case a.Default == b.Default:
			return 0
		case a.Default:
			return -1
		}
		return 1
	})
	return out
}
