package app

import (
	"context"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/icalendar"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/app/ingest"
	"github.com/postrider/postrider/app/store"
)

// snapshot is an object as it was, for taking a command back.
type snapshot struct {
	id  int64
	obj store.PIMObject // ID 0: it was not there
}

// edit is one command: a transaction that remembers what it changes.
type edit struct {
	s     *Shelves
	tx    *store.Tx
	was   []snapshot
	wakes map[mail.AccountID]bool
}

// command runs f in one transaction and returns how to take it back.
func (s *Shelves) command(ctx context.Context, text string, f func(e *edit) error) (Undo, error) {
	st, err := s.db(ctx)
	if err != nil {
		return Undo{}, err
	}
	e := &edit{s: s, wakes: map[mail.AccountID]bool{}}
	err = st.Write(ctx, func(tx *store.Tx) error {
		e.tx, e.was = tx, nil
		return f(e)
	})
	if err != nil {
		return Undo{}, err
	}
	for a := range e.wakes {
		s.wake(a)
	}
	if len(e.was) == 0 {
		return Undo{}, nil
	}
	was := e.was
	return s.undoable(text, func(ctx context.Context) error {
		_, err := s.command(ctx, "", func(e *edit) error {
			for i := len(was) - 1; i >= 0; i-- {
				if err := e.restore(was[i]); err != nil {
					return err
				}
			}
			return nil
		})
		return err
	}), nil
}

// maxUndo is how many commands can be taken back.
const maxUndo = 50

func (s *Shelves) undoable(text string, f func(context.Context) error) Undo {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next--
	s.undo[s.next] = f
	delete(s.undo, s.next+maxUndo)
	return Undo{Group: s.next, Text: text}
}

// TakeBack undoes a command of the shelves: their groups are below zero.
func (s *Shelves) TakeBack(ctx context.Context, u Undo) error {
	s.mu.Lock()
	f := s.undo[u.Group]
	delete(s.undo, u.Group)
	s.mu.Unlock()
	if f == nil {
		return nil
	}
	return f(ctx)
}

// restore makes an object what it was.
func (e *edit) restore(w snapshot) error {
	if w.obj.ID == 0 {
		if _, err := e.tx.PIMObject(w.id); fault.Is(err, fault.NotFound) {
			return nil
		}
		return e.remove(w.id)
	}
	now, err := e.tx.PIMObject(w.id)
	switch {
	case fault.Is(err, fault.NotFound): // removed for good: it comes back as a new one
		o := w.obj
		o.ID, o.Ref, o.Rev, o.Base, o.Hidden = 0, "", "", nil, false
		return e.put(&o)
	case err != nil:
		return err
	}
	if now.Hidden {
		if err := e.tx.HidePIMObject(w.id, false); err != nil {
			return err
		}
	}
	o := now
	o.Hidden = false
	o.Raw, o.PIMIndex, o.UID = w.obj.Raw, w.obj.PIMIndex, w.obj.UID
	return e.put(&o)
}

// put stores an object and tells its server.
func (e *edit) put(o *store.PIMObject) error {
	c, err := e.tx.PIMCollection(o.Collection)
	if err != nil {
		return err
	}
	if c.Rights&store.PIMEdit == 0 {
		return fault.New(fault.Refused, "read-only", "“"+c.Name+"” cannot be changed", "It can only be read. Save it somewhere else.")
	}
	if o.ID == 0 {
		e.was = append(e.was, snapshot{})
	} else {
		was, err := e.tx.PIMObject(o.ID)
		if err != nil {
			return err
		}
		e.was = append(e.was, snapshot{id: o.ID, obj: was})
		o.Ref, o.Rev, o.Base = was.Ref, was.Rev, was.Base
		if c.Account != "" && was.Ref != "" && was.Base == nil {
			o.Base = was.Raw
		}
	}
	// What undo needs of the text index is not stored; it is made of the bytes again.
	if o.Text == "" {
		if x, err := ingest.Object(c.Kind, o.Raw); err == nil {
			o.PIMIndex = x.PIMIndex
		}
	}
	if err := e.tx.PutPIMObject(o); err != nil {
		return err
	}
	e.was[len(e.was)-1].id = o.ID
	return e.tell(c, o.ID, store.OpPIMPut)
}

func (e *edit) tell(c store.PIMCollection, obj int64, kind store.OpKind) error {
	if c.Account == "" {
		return nil
	}
	e.wakes[c.Account] = true
	return e.tx.AddPIMOp(store.PIMOp{Account: c.Account, Collection: c.ID, Object: obj, Kind: kind})
}

// rewrite stores what an object is now in the place of what it was, or as a new one where o has no id, and returns its id.
func (e *edit) rewrite(kind remote.Kind, o store.PIMObject, raw []byte) (int64, error) {
	x, err := object(kind, o.Collection, raw)
	if err != nil {
		return 0, err
	}
	x.ID, x.Ref, x.Rev = o.ID, o.Ref, o.Rev
	if err := e.put(&x); err != nil {
		return 0, err
	}
	return x.ID, nil
}

// remove takes an object away, at the server too.
func (e *edit) remove(id int64) error {
	o, err := e.tx.PIMObject(id)
	if err != nil {
		return err
	}
	c, err := e.tx.PIMCollection(o.Collection)
	if err != nil {
		return err
	}
	if c.Rights&store.PIMEdit == 0 {
		return fault.New(fault.Refused, "read-only", "“"+c.Name+"” cannot be changed", "It can only be read.")
	}
	e.was = append(e.was, snapshot{id: id, obj: o})
	ops, err := e.tx.PIMOpsOf(id)
	if err != nil {
		return err
	}
	sent := len(ops) > 0 && ops[0].State == store.OpSent
	if c.Account == "" || o.Ref == "" && !sent {
		return e.tx.DeletePIMObject(id)
	}
	if err := e.tx.HidePIMObject(id, true); err != nil {
		return err
	}
	return e.tell(c, id, store.OpPIMDelete)
}

// object takes bytes apart for a collection.
func object(kind remote.Kind, col int64, raw []byte) (store.PIMObject, error) {
	o, err := ingest.Object(kind, raw)
	if err != nil {
		return o, fault.New(fault.Usage, "not-readable", "This cannot be read", "It is no contact and no calendar entry.")
	}
	o.Collection = col
	return o, nil
}

func newUID() string { return icalendar.NewUID() }
