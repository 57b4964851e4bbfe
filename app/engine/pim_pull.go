package engine

import (
	"errors"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/app/store"
)

// collect lists the collections.
func (r *shelfRun) collect() error {
	cs, err := r.conn.Collections(r.ctx)
	if err != nil {
		return err
	}
	return r.e.write(r.ctx, "shelf collections", func(tx *store.Tx) (err error) {
		r.cols, err = tx.MergePIMCollections(r.account, r.service, cs)
		return err
	})
}

// sliceSize is how many objects one transaction takes in.
const sliceSize = 250

// pull brings a collection up to date.
func (r *shelfRun) pull(id int64) error {
	for range 100 { // pages
		c, err := r.e.s.PIMCollection(r.ctx, id)
		if err != nil || c.Ref == "" {
			return ignoreMissing(err)
		}
		d, err := r.conn.Pull(r.ctx, c.Ref, c.Token)
		if fault.Is(err, fault.NotFound) {
			return nil // the next listing says so
		}
		if fault.Is(err, fault.Refused) || fault.Is(err, fault.Protocol) && fault.Of(err).Code != "xml" {
			problem := fault.Of(err).Title
			r.e.log.Warn("a collection cannot be read", "account", string(r.account), "collection", id, "err", err)
			return r.e.s.Write(r.ctx, func(tx *store.Tx) error { return tx.SetPIMToken(id, c.Token, c.Checked, problem) })
		}
		if err != nil {
			return err
		}
		if err := r.takeIn(c, d); err != nil {
			return err
		}
		if !d.More || d.Next == c.Token {
			return nil
		}
	}
	return nil
}

func ignoreMissing(err error) error {
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}

// takeIn fetches what is new or another and stores it in slices; the token is stored with the last one, so that an end in the middle only asks again.
func (r *shelfRun) takeIn(c store.PIMCollection, d remote.Delta) error {
	known := map[remote.Ref]string{}
	var err error
	if len(d.Changed) > 0 || d.Complete {
		if known, err = r.e.s.PIMRevs(r.ctx, c.ID); err != nil {
			return err
		}
	}
	var need []remote.Ref
	there := map[remote.Ref]bool{}
	for _, st := range d.Changed {
		there[st.Ref] = true
		if v, ok := known[st.Ref]; !ok || v != st.Rev || v == "" {
			need = append(need, st.Ref)
		}
	}
	var batch []store.PIMObject
	flush := func() error {
		if len(batch) == 0 {
			return nil
		}
		err := r.e.write(r.ctx, "shelf objects", func(tx *store.Tx) error {
			for i := range batch {
				if err := r.apply(tx, batch[i]); err != nil {
					return err
				}
			}
			return nil
		})
		batch = batch[:0]
		return err
	}
	if len(need) > 0 {
		err = r.conn.Fetch(r.ctx, c.Ref, need, remote.WantBody, func(it remote.Item) error {
			raw, err := objectBytes(it)
			if err != nil {
				return err
			}
			o, err := r.e.o.Shelves.Object(c.Kind, raw)
			if err != nil {
				r.e.log.Warn("an object cannot be read", "account", string(r.account), "collection", c.ID, "bytes", len(raw))
				return nil // it stays where it is
			}
			o.Collection, o.Ref, o.Rev, o.Raw = c.ID, it.Ref, it.Rev, raw
			if batch = append(batch, o); len(batch) >= sliceSize {
				return flush()
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	if err := flush(); err != nil {
		return err
	}
	gone := d.Gone
	if d.Complete {
		for ref := range known {
			if !there[ref] {
				gone = append(gone, ref)
			}
		}
	}
	if d.Next == c.Token && len(need)+len(gone) == 0 && c.Error == "" && r.e.o.Now().Sub(c.Checked) < time.Hour {
		return nil // nothing that would be worth a write
	}
	return r.e.write(r.ctx, "shelf token", func(tx *store.Tx) error {
		for _, ref := range gone {
			if err := r.gone(tx, c, ref); err != nil {
				return err
			}
		}
		return tx.SetPIMToken(c.ID, d.Next, r.e.o.Now(), "")
	})
}

var errTooLong = errors.New("the object is too long")

func objectBytes(it remote.Item) ([]byte, error) {
	const limit = 32 << 20
	b := make([]byte, 0, max(512, min(it.Size, limit)+1))
	for {
		if len(b) == cap(b) {
			b = append(b, 0)[:len(b)]
		}
		n, err := it.Body.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		if len(b) > limit {
			return nil, errTooLong
		}
		if err != nil {
			if err.Error() == "EOF" {
				return b, nil
			}
			return nil, err
		}
	}
}

// apply stores what the server has of one object.
func (r *shelfRun) apply(tx *store.Tx, o store.PIMObject) error {
	k, known, err := tx.PIMByRef(o.Collection, o.Ref)
	if err != nil {
		return err
	}
	if !known {
		// Something added here may have reached the server without an answer.
		if k, known, err = tx.MatchPIMByUID(o.Collection, o.Kind, o.UID); err != nil {
			return err
		}
		if !known || o.UID == "" {
			return tx.PutPIMObject(&o)
		}
	}
	ops, err := tx.PIMOpsOf(k.ID)
	if err != nil {
		return err
	}
	if len(ops) == 0 {
		o.ID = k.ID
		return tx.PutPIMObject(&o)
	}
	op := ops[0]
	same := r.e.o.Shelves.Same
	switch {
	case k.Rev == o.Rev && k.Rev != "" && k.Ref == o.Ref:
		return nil // only the answer was missing
	case op.Kind == store.OpPIMPut && r.e.o.Shelves.Holds(o.Raw, k.Raw):
		// It has been written already, or by somebody else just so; the server may have added to it.
		o.ID = k.ID
		if err := tx.PutPIMObject(&o); err != nil {
			return err
		}
		return tx.DropPIMOp(op.ID)
	case op.Kind == store.OpPIMPut && k.Base != nil && same(o.Raw, k.Base), op.Kind == store.OpPIMDelete && same(o.Raw, k.Raw):
		// The server only gave it another version.
		base := k.Base
		if op.Kind == store.OpPIMPut {
			base = o.Raw
		}
		return tx.SetPIMRef(k.ID, o.Ref, o.Rev, base)
	}
	if r.ours(o.Raw, k) {
		return r.overtake(tx, op, k.ID, o)
	}
	return r.collide(tx, op, k, o)
}

// ours reports whether what the server has is a write of this program whose answer was lost, while the object has been changed or removed again since.
func (r *shelfRun) ours(theirs []byte, k store.PIMObject) bool {
	return k.Sent != nil && r.e.o.Shelves.Same(theirs, k.Sent)
}

// overtake takes what the server has as the version that the pending change is based on.
func (r *shelfRun) overtake(tx *store.Tx, op store.PIMOp, id int64, theirs store.PIMObject) error {
	base := theirs.Raw
	if op.Kind == store.OpPIMDelete {
		base = nil
	}
	if err := tx.SetPIMRef(id, theirs.Ref, theirs.Rev, base); err != nil {
		return err
	}
	op.State, op.Attempts = store.OpQueued, 0
	return tx.PutPIMOp(op)
}

// collide puts an object back to what the server has and keeps what was written here.
func (r *shelfRun) collide(tx *store.Tx, op store.PIMOp, mine, theirs store.PIMObject) error {
	c := store.PIMConflict{Collection: mine.Collection, Object: mine.ID, Kind: mine.Kind, Title: mine.Title, Theirs: theirs.Raw, Made: r.e.o.Now()}
	if op.Kind == store.OpPIMDelete {
		c.Deleted = "here"
	} else {
		c.Mine = mine.Raw
	}
	if err := tx.PutPIMConflict(c); err != nil {
		return err
	}
	theirs.ID, theirs.Hidden, theirs.Base = mine.ID, false, nil
	if err := tx.PutPIMObject(&theirs); err != nil {
		return err
	}
	return tx.DropPIMOp(op.ID)
}

// gone takes out what the server has no more. What was changed here meanwhile is made there again.
func (r *shelfRun) gone(tx *store.Tx, c store.PIMCollection, ref remote.Ref) error {
	k, known, err := tx.PIMByRef(c.ID, ref)
	if err != nil || !known {
		return err
	}
	ops, err := tx.PIMOpsOf(k.ID)
	if err != nil {
		return err
	}
	if len(ops) > 0 && ops[0].Kind == store.OpPIMPut {
		if err := tx.SetPIMRef(k.ID, "", "", nil); err != nil {
			return err
		}
		ops[0].State, ops[0].Attempts = store.OpQueued, 0
		return tx.PutPIMOp(ops[0])
	}
	return tx.DeletePIMObject(k.ID)
}
