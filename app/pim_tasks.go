package app

import (
	"context"
	"strings"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/icalendar"
	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/app/store"
)

func projectTask(o *store.PIMObject) (pim.Task, error) {
	ob, err := parseEntry(o.Raw)
	if err != nil {
		return pim.Task{}, err
	}
	t := ob.Task()
	t.ID, t.Calendar = pim.EventID(o.ID), pim.CollectionID(o.Collection)
	return t, nil
}

// Tasks returns tasks by due date.
func (s *Shelves) Tasks(ctx context.Context, calendars []pim.CollectionID, done bool) ([]pim.Task, error) {
	cals, _, err := s.shown(ctx, remote.Calendar, calendars)
	if err != nil {
		return nil, err
	}
	st, err := s.db(ctx)
	if err != nil {
		return nil, err
	}
	os, err := st.PIMTasks(ctx, cals, done)
	if err != nil {
		return nil, err
	}
	out := make([]pim.Task, 0, len(os))
	for i := range os {
		if t, err := projectTask(&os[i]); err == nil {
			out = append(out, t)
		}
	}
	return out, nil
}

// Task returns a task.
func (s *Shelves) Task(ctx context.Context, id pim.EventID) (pim.Task, error) {
	o, err := s.get(ctx, int64(id), "task")
	if err != nil {
		return pim.Task{}, err
	}
	return projectTask(&o)
}

// SaveTask stores a task.
func (s *Shelves) SaveTask(ctx context.Context, t pim.Task) (pim.EventID, Undo, error) {
	if strings.TrimSpace(t.Summary) == "" {
		return 0, Undo{}, fault.New(fault.Usage, "empty", "The task is empty", "Say what is to be done.")
	}
	cal := int64(t.Calendar)
	if cal == 0 && t.ID == 0 {
		cs, _, err := s.collections(ctx, remote.Calendar)
		if err != nil {
			return 0, Undo{}, err
		}
		for _, c := range cs {
			if c.Tasks && c.Rights&store.PIMEdit != 0 && (cal == 0 || c.Default) {
				cal = c.ID
			}
		}
	}
	now := s.now()
	t.Modified = now
	var id int64
	undo, err := s.command(ctx, "Task saved", func(e *edit) error {
		o := store.PIMObject{Collection: cal}
		var ob *icalendar.Object
		if t.ID == 0 {
			ob = icalendar.NewTask(t, now)
		} else {
			was, err := e.tx.PIMObject(int64(t.ID))
			if err != nil {
				return err
			}
			if ob, err = parseEntry(was.Raw); err != nil {
				return err
			}
			if err := ob.PutTask(t); err != nil {
				return errNoOccurrence
			}
			if o = was; cal != 0 && cal != was.Collection {
				if err := e.remove(was.ID); err != nil {
					return err
				}
				o = store.PIMObject{Collection: cal}
			}
		}
		var err error
		id, err = e.rewrite(remote.Calendar, o, ob.Bytes())
		return err
	})
	return pim.EventID(id), undo, err
}

// DeleteTask removes a task.
func (s *Shelves) DeleteTask(ctx context.Context, id pim.EventID) (Undo, error) {
	return s.command(ctx, "Task deleted", func(e *edit) error { return e.remove(int64(id)) })
}

// CompleteTask ticks a task off, or takes that back.
func (s *Shelves) CompleteTask(ctx context.Context, id pim.EventID, done bool) (Undo, error) {
	text := "Task done"
	if !done {
		text = "Task open again"
	}
	now := s.now()
	return s.command(ctx, text, func(e *edit) error {
		was, err := e.tx.PIMObject(int64(id))
		if err != nil {
			return err
		}
		ob, err := parseEntry(was.Raw)
		if err != nil {
			return err
		}
		t := ob.Task()
		if t.Done == done {
			return nil
		}
		t.Modified = now
		if !done || !ob.NextTask(&t, now) {
			t.Done = done
		}
		if err := ob.PutTask(t); err != nil {
			return errNoOccurrence
		}
		_, err = e.rewrite(remote.Calendar, was, ob.Bytes())
		return err
	})
}
