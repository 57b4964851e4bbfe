package engine

import (
	"bytes"
	"io"
	"slices"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/app/store"
)

// pushSlice is how many changes of one collection are told to the server between two transactions.
const pushSlice = 20

// unpark gives changes that waited for room on the server another try.
func (r *shelfRun) unpark() error {
	ops, err := r.e.s.PIMOps(r.ctx, r.account)
	if err != nil {
		return ignoreMissing(err)
	}
	var parked []store.PIMOp
	for _, o := range ops {
		if o.State == store.OpParked && o.Error != gaveUp {
			parked = append(parked, o)
		}
	}
	if len(parked) == 0 {
		return nil
	}
	return r.e.s.Write(r.ctx, func(tx *store.Tx) error {
		for _, o := range parked {
			o.State, o.Error, o.Attempts = store.OpQueued, "", 0
			if err := tx.PutPIMOp(o); err != nil {
				return err
			}
		}
		return nil
	})
}

const gaveUp = "The server's answers make no sense"

// push tells the server what was changed here, in order.
func (r *shelfRun) push() error {
	for range 100_000 {
		did, err := r.pushSome()
		if err != nil || !did {
			return err
		}
	}
	return nil
}

// pushSome carries out the next op, or the next few of one collection; false when nothing is due.
func (r *shelfRun) pushSome() (bool, error) {
	ops, err := r.e.s.PIMOps(r.ctx, r.account)
	if err != nil {
		return false, ignoreMissing(err)
	}
	r.next = 0
	now := r.e.o.Now()
	cols := map[int64]store.PIMCollection{}
	held := map[int64]bool{} // collections with something that has to come first
	var slice []store.PIMOp
	for _, o := range ops {
		c, ok := cols[o.Collection]
		if !ok {
			if c, err = r.e.s.PIMCollection(r.ctx, o.Collection); fault.Is(err, fault.NotFound) {
				return true, r.e.s.Write(r.ctx, func(tx *store.Tx) error { return tx.DropPIMOp(o.ID) })
			} else if err != nil {
				return false, err
			}
			cols[o.Collection] = c
		}
		if c.Service != r.service || held[c.ID] || o.State == store.OpParked || slices.Contains(r.held, o.ID) {
			continue
		}
		if o.Next.After(now) {
			held[c.ID] = true
			if d := o.Next.Sub(now) + 10*time.Millisecond; r.next == 0 || d < r.next {
				r.next = d
			}
			continue
		}
		if o.Object == 0 {
			if len(slice) > 0 && slice[0].Collection == c.ID {
				break // what came before it goes first
			}
			if len(slice) == 0 {
				return true, r.pushCollection(o, c)
			}
			continue
		}
		if c.Ref == "" {
			held[c.ID] = true // it has to be made first; its own op says so
			continue
		}
		if len(slice) == 0 || slice[0].Collection == c.ID {
			if slice = append(slice, o); len(slice) == pushSlice {
				break
			}
		}
	}
	if len(slice) == 0 {
		return false, nil
	}
	return true, r.pushObjects(cols[slice[0].Collection], slice)
}

// mark says durably that ops are about to be sent, and returns which of them are not: the person changed or removed the object since it was read, and another op says so.
// Sent all the same, such an op would leave nothing behind that tells a lost answer from somebody else's write.
func (r *shelfRun) mark(ops []store.PIMOp, objects []store.PIMObject) ([]bool, error) {
	late := make([]bool, len(ops))
	return late, r.e.write(r.ctx, "shelf sent", func(tx *store.Tx) error {
		for i := range ops {
			if objects != nil {
				now, err := tx.PIMOpsOf(objects[i].ID)
				if err != nil {
					return err
				}
				if late[i] = len(now) == 0 || now[0].ID != ops[i].ID; late[i] {
					continue
				}
			}
			if objects == nil { // the collection may be gone since it was read
				if _, err := tx.PIMCollection(ops[i].Collection); fault.Is(err, fault.NotFound) {
					late[i] = true
					continue
				} else if err != nil {
					return err
				}
			}
			ops[i].State = store.OpSent
			ops[i].Attempts++
			if objects != nil {
				ops[i].Ver = objects[i].Ver
				if ops[i].Kind == store.OpPIMPut {
					if err := tx.SetPIMSent(objects[i].ID, objects[i].Raw); err != nil {
						return err
					}
				}
			}
			if err := tx.PutPIMOp(ops[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

// pushObjects writes and removes objects.
func (r *shelfRun) pushObjects(c store.PIMCollection, ops []store.PIMOp) error {
	objects := make([]store.PIMObject, 0, len(ops))
	live := ops[:0:0]
	again := make([]bool, 0, len(ops))
	for _, o := range ops {
		k, err := r.e.s.PIMObject(r.ctx, o.Object)
		if fault.Is(err, fault.NotFound) {
			if err := r.e.s.Write(r.ctx, func(tx *store.Tx) error { return tx.DropPIMOp(o.ID) }); err != nil {
				return err
			}
			continue
		}
		if err != nil {
			return err
		}
		if o.State == store.OpSent {
			wait, err := r.doubt(c, o, k)
			if err != nil {
				return err
			}
			if wait {
				continue
			}
		}
		live, objects, again = append(live, o), append(objects, k), append(again, o.State == store.OpSent)
	}
	if len(live) == 0 {
		return nil
	}
	late, err := r.mark(live, objects)
	if err != nil {
		return err
	}
	n := 0
	for i := range live {
		if !late[i] {
			live[n], objects[n], again[n] = live[i], objects[i], again[i]
			n++
		}
	}
	if live, objects, again = live[:n], objects[:n], again[:n]; n == 0 {
		return nil
	}
	edits := make([]remote.Edit, len(live))
	for i, o := range live {
		k := objects[i]
		open := func() (io.ReadCloser, int64, error) {
			return io.NopCloser(bytes.NewReader(k.Raw)), int64(len(k.Raw)), nil
		}
		switch {
		case o.Kind == store.OpPIMDelete && k.Ref == "": // it never came there
			edits[i] = remote.Edit{Verb: remote.Remove}
		case o.Kind == store.OpPIMDelete:
			edits[i] = remote.Edit{Verb: remote.Remove, Items: []remote.Ref{k.Ref}, Revs: []string{k.Rev}, Again: again[i]}
		case k.Ref == "":
			edits[i] = remote.Edit{Verb: remote.Add, Name: k.UID, Open: open, Again: again[i]}
		default:
			edits[i] = remote.Edit{Verb: remote.Update, Items: []remote.Ref{k.Ref}, Revs: []string{k.Rev}, Open: open, Again: again[i]}
		}
	}
	r.e.crash("before shelf push")
	ack, perr := r.conn.Pusher.Push(r.ctx, c.Ref, c.Token, edits)
	r.e.crash("after shelf push")
	// Where the server has another version, what it has is read before the answer is stored.
	theirs := map[int]*store.PIMObject{}
	for i, d := range ack.Done {
		if fault.Is(d.Err, fault.Conflict) && objects[i].Ref != "" {
			t, err := r.read(c, objects[i].Ref)
			if err != nil {
				return err
			}
			theirs[i] = t
		}
	}
	err = r.e.write(r.ctx, "shelf answered", func(tx *store.Tx) error {
		for i, d := range ack.Done {
			if err := r.answered(tx, c, live[i], objects[i], d, theirs[i]); err != nil {
				return err
			}
		}
		return nil
	})
	if perr != nil {
		return perr
	}
	return err
}

// doubt is about an op that may have been carried out with what the object was then. True: it is not pushed now, either because the pull has to find the object first, or
// because it became another op.
func (r *shelfRun) doubt(c store.PIMCollection, o store.PIMOp, k store.PIMObject) (bool, error) {
	changed := o.Kind == store.OpPIMDelete || k.Sent != nil && !bytes.Equal(k.Sent, k.Raw)
	if !changed {
		return false, nil // it is repeated as it was
	}
	if k.Ref == "" {
		if r.pulled {
			return false, nil // it did not come there
		}
		r.again, r.held = true, append(r.held, o.ID)
		return true, nil
	}
	if o.Kind == store.OpPIMDelete {
		return false, nil // the version says
	}
	theirs, err := r.read(c, k.Ref)
	if err != nil || theirs == nil {
		return false, err
	}
	return true, r.e.write(r.ctx, "shelf doubt", func(tx *store.Tx) error {
		if theirs.Rev == k.Rev && k.Rev != "" { // it was not carried out
			o.State, o.Attempts = store.OpQueued, 0
			return tx.PutPIMOp(o)
		}
		if r.ours(theirs.Raw, k) {
			return r.overtake(tx, o, k.ID, *theirs)
		}
		return r.collide(tx, o, k, *theirs)
	})
}

// read brings what the server has of one object; nil when it has none.
func (r *shelfRun) read(c store.PIMCollection, ref remote.Ref) (*store.PIMObject, error) {
	var out *store.PIMObject
	err := r.conn.Fetch(r.ctx, c.Ref, []remote.Ref{ref}, remote.WantBody, func(it remote.Item) error {
		raw, err := objectBytes(it)
		if err != nil {
			return err
		}
		o, err := r.e.o.Shelves.Object(c.Kind, raw)
		if err != nil {
			return nil
		}
		o.Collection, o.Ref, o.Rev, o.Raw = c.ID, ref, it.Rev, raw
		out = &o
		return nil
	})
	return out, err
}

// answered commits what the server said of one op.
func (r *shelfRun) answered(tx *store.Tx, c store.PIMCollection, o store.PIMOp, sent store.PIMObject, d remote.Done, theirs *store.PIMObject) error {
	now, err := tx.PIMObject(sent.ID)
	if fault.Is(err, fault.NotFound) {
		return tx.DropPIMOp(o.ID)
	}
	if err != nil {
		return err
	}
	ops, err := tx.PIMOpsOf(sent.ID)
	if err != nil || len(ops) == 0 {
		return err
	}
	op := ops[0] // the person may have changed their mind meanwhile: it is another one then
	if d.Err == nil {
		switch {
		case o.Kind == store.OpPIMDelete && sent.Ref == "":
			return tx.DeletePIMObject(sent.ID)
		case o.Kind == store.OpPIMDelete && op.Kind == store.OpPIMDelete:
			return tx.DeletePIMObject(sent.ID)
		case o.Kind == store.OpPIMDelete: // removed there, wanted again here
			op.State, op.Attempts = store.OpQueued, 0
			if err := tx.SetPIMRef(sent.ID, "", "", nil); err != nil {
				return err
			}
			return tx.PutPIMOp(op)
		}
		ref, rev := sent.Ref, ""
		if len(d.Refs) > 0 && d.Refs[0] != "" {
			ref = d.Refs[0]
		}
		if len(d.Revs) > 0 {
			rev = d.Revs[0]
		}
		if op.Kind == store.OpPIMPut && now.Ver == o.Ver {
			if err := tx.SetPIMRef(sent.ID, ref, rev, nil); err != nil {
				return err
			}
			return tx.DropPIMOp(op.ID)
		}
		base := sent.Raw
		if op.Kind == store.OpPIMDelete {
			base = nil
		}
		op.State, op.Attempts = store.OpQueued, 0
		if err := tx.SetPIMRef(sent.ID, ref, rev, base); err != nil {
			return err
		}
		return tx.PutPIMOp(op)
	}
	f := fault.Of(d.Err)
	op.Error = f.Title
	if f.ServerText != "" {
		op.Error += ": " + f.ServerText
	}
	switch f.Kind {
	case fault.Conflict:
		if theirs != nil {
			if op.Kind == store.OpPIMPut && r.e.o.Shelves.Holds(theirs.Raw, now.Raw) {
				theirs.ID = now.ID
				if err := tx.PutPIMObject(theirs); err != nil {
					return err
				}
				return tx.DropPIMOp(op.ID)
			}
			if r.ours(theirs.Raw, now) {
				return r.overtake(tx, op, now.ID, *theirs)
			}
			return r.collide(tx, op, now, *theirs)
		}
		if sent.Ref == "" { // the name is taken there: the pull brings it, and both are kept
			op.State, op.Next = store.OpQueued, r.e.o.Now().Add(r.e.o.BackoffMin)
			r.again = true
			if op.Attempts >= 3 {
				op.State, op.Error = store.OpParked, gaveUp
			}
			return tx.PutPIMOp(op)
		}
		return r.gone(tx, c, sent.Ref)
	case fault.NotFound:
		return r.gone(tx, c, sent.Ref)
	case fault.Quota:
		op.State = store.OpParked
		return tx.PutPIMOp(op)
	case fault.Busy:
		op.State, op.Next = store.OpQueued, r.e.o.Now().Add(max(f.RetryAfter, r.e.o.BackoffMin, time.Second))
		return tx.PutPIMOp(op)
	case fault.Refused, fault.Usage:
		return r.refused(tx, op, now)
	}
	if op.Attempts >= 3 {
		op.State, op.Error = store.OpParked, gaveUp
	} else {
		op.Next = r.e.o.Now().Add(r.e.o.BackoffMin)
	}
	return tx.PutPIMOp(op)
}

// refused takes back what the server does not accept, visibly: what was written is kept as a conflict, and something new stays here, parked.
func (r *shelfRun) refused(tx *store.Tx, op store.PIMOp, now store.PIMObject) error {
	r.e.log.Warn("a change of contacts or calendars was not accepted", "account", string(r.account), "err", op.Error)
	switch {
	case op.Kind == store.OpPIMDelete:
		if err := tx.HidePIMObject(now.ID, false); err != nil {
			return err
		}
		return tx.DropPIMOp(op.ID)
	case now.Ref == "" || now.Base == nil:
		op.State = store.OpParked
		return tx.PutPIMOp(op)
	}
	c, err := tx.PIMCollection(now.Collection)
	if err != nil {
		return err
	}
	old, err := r.e.o.Shelves.Object(c.Kind, now.Base)
	if err != nil {
		op.State = store.OpParked
		return tx.PutPIMOp(op)
	}
	old.Collection, old.Ref, old.Rev, old.Raw = now.Collection, now.Ref, now.Rev, now.Base
	return r.collide(tx, op, now, old)
}

// pushCollection makes, changes or removes a collection.
func (r *shelfRun) pushCollection(o store.PIMOp, c store.PIMCollection) error {
	if r.conn.Shelf == nil {
		return r.e.s.Write(r.ctx, func(tx *store.Tx) error { return tx.DropPIMOp(o.ID) })
	}
	again := o.State == store.OpSent
	if again && o.Kind == store.OpPIMCreateCol && c.Ref == "" {
		// It may be there: the listing ties it to this one by its name.
		if err := r.collect(); err != nil {
			return err
		}
		var err error
		if c, err = r.e.s.PIMCollection(r.ctx, c.ID); err != nil {
			return ignoreMissing(err)
		}
	}
	if o.Kind == store.OpPIMCreateCol && c.Ref != "" {
		return r.e.s.Write(r.ctx, func(tx *store.Tx) error { return tx.DropPIMOp(o.ID) })
	}
	if o.Kind == store.OpPIMDeleteCol && c.Ref == "" { // the server did not make it
		return r.e.s.Write(r.ctx, func(tx *store.Tx) error { return ignoreMissing(tx.DropPIMCollection(c.ID)) })
	}
	if late, err := r.mark([]store.PIMOp{o}, nil); err != nil || late[0] {
		return err
	}
	rc := remote.Collection{Ref: c.Ref, Name: c.Name, Kind: c.Kind, Color: c.Color, Order: c.Order, Events: c.Events, Tasks: c.Tasks}
	r.e.crash("before shelf collection")
	var made remote.Collection
	var err error
	switch o.Kind {
	case store.OpPIMCreateCol:
		made, err = r.conn.Shelf.MakeCollection(r.ctx, rc)
	case store.OpPIMUpdateCol:
		err = r.conn.Shelf.ChangeCollection(r.ctx, rc)
	case store.OpPIMDeleteCol:
		err = r.conn.Shelf.DropCollection(r.ctx, c.Ref)
	}
	r.e.crash("after shelf collection")
	if err != nil && (r.ctx.Err() != nil || fault.Is(err, fault.Network) || fault.Of(err).Policy().Pause) {
		return err
	}
	return r.e.write(r.ctx, "shelf collection answered", func(tx *store.Tx) error {
		now, gerr := tx.PIMCollection(c.ID)
		if gerr != nil {
			return ignoreMissing(gerr)
		}
		if err == nil {
			if o.Kind == store.OpPIMDeleteCol {
				return tx.DropPIMCollection(c.ID)
			}
			if o.Kind == store.OpPIMCreateCol {
				now.Ref = made.Ref
				if _, err := tx.PutPIMCollection(now); err != nil {
					return err
				}
			}
			return tx.DropPIMOp(o.ID)
		}
		f := fault.Of(err)
		o.Error = f.Title
		switch {
		case f.Kind == fault.Busy:
			o.State, o.Next = store.OpQueued, r.e.o.Now().Add(max(f.RetryAfter, r.e.o.BackoffMin, time.Second))
			return tx.PutPIMOp(o)
		case o.Kind == store.OpPIMCreateCol:
			o.State = store.OpParked
			return tx.PutPIMOp(o)
		case o.Kind == store.OpPIMDeleteCol:
			now.Hidden = false
			if _, err := tx.PutPIMCollection(now); err != nil {
				return err
			}
		}
		r.again = true // the listing shows what is true
		return tx.DropPIMOp(o.ID)
	})
}
