package store

import (
	"context"
	"time"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/remote"
)

// The kinds of ops of address books and calendars.
const (
	OpPIMPut       OpKind = "put"
	OpPIMDelete    OpKind = "delete"
	OpPIMCreateCol OpKind = "col-create"
	OpPIMUpdateCol OpKind = "col-update"
	OpPIMDeleteCol OpKind = "col-delete"
)

// PIMOp is a change that a server has to be told.
type PIMOp struct {
	ID         int64
	Account    mail.AccountID
	Collection int64
	Object     int64 // 0 where it is about the collection
	Kind       OpKind
	State      OpState
	Ver        int64 // the version of the object when it was sent
	Attempts   int   // so far
	Next       time.Time
	Error      string
	Made       time.Time
}

const pimOpColumns = "id,account,col,obj,kind,state,ver,attempts,next,error,made"

func pimOps(t *tree, rows rowsFunc, where string, args ...any) ([]PIMOp, error) {
	var out []PIMOp
	err := rows("SELECT "+pimOpColumns+" FROM pimops WHERE "+where+" ORDER BY id", args, func(scan func(...any) error) error {
		var o PIMOp
		var num, next, made int64
		if err := scan(&o.ID, &num, &o.Collection, &o.Object, &o.Kind, &o.State, &o.Ver, &o.Attempts, &next, &o.Error, &made); err != nil {
			return err
		}
		if a := t.byNum[num]; a != nil {
			o.Account = a.id
		}
		o.Next, o.Made = fromUnix(next), fromUnix(made)
		out = append(out, o)
		return nil
	})
	return out, err
}

// PIMOps returns an account's pending changes of address books and calendars, in the order they were made.
func (s *Store) PIMOps(ctx context.Context, a mail.AccountID) ([]PIMOp, error) {
	t := s.tree()
	ac := t.byID[a]
	if ac == nil {
		return nil, missing("account")
	}
	os, err := pimOps(t, s.rowsOf(ctx), "account=?", ac.num)
	return os, local("ops", err)
}

// PIMOpsOf returns the op of an object, at most one.
func (tx *Tx) PIMOpsOf(obj int64) ([]PIMOp, error) {
	return pimOps(tx.t, tx.w.rows, "obj=? AND obj<>0", obj)
}

// PIMOpsOfCollection returns the ops of a collection itself, the oldest first.
func (tx *Tx) PIMOpsOfCollection(col int64) ([]PIMOp, error) {
	return pimOps(tx.t, tx.w.rows, "col=? AND obj=0", col)
}

// AddPIMOp appends to the journal. An object's older op that was not sent goes: the newest state counts; one that was sent stays and is followed up when it is answered.
func (tx *Tx) AddPIMOp(o PIMOp) error {
	a, err := tx.account(o.Account)
	if err != nil {
		return err
	}
	tx.changed.Status, tx.any = true, true
	if o.Made.IsZero() {
		o.Made = tx.s.now()
	}
	if o.Object != 0 {
		old, err := tx.PIMOpsOf(o.Object)
		if err != nil {
			return err
		}
		for _, p := range old {
			if p.State == OpSent && p.Kind == o.Kind {
				return nil // its answer sees that the version is another
			}
			if _, err := tx.w.exec("DELETE FROM pimops WHERE id=?", p.ID); err != nil {
				return err
			}
			if p.State == OpSent { // a removal after a change that may have been carried out: the server's version is not known for sure
				o.State, o.Attempts = OpSent, p.Attempts
			}
		}
	}
	if o.State == "" {
		o.State = OpQueued
	}
	_, err = tx.w.exec("INSERT INTO pimops(account,col,obj,kind,state,ver,attempts,next,error,made) VALUES("+marks(10)+")", a.num, o.Collection, o.Object, string(o.Kind), string(o.State), o.Ver, o.Attempts, toUnix(o.Next), o.Error, o.Made.Unix())
	return err
}

// PutPIMOp stores state, version, attempts, next and error.
func (tx *Tx) PutPIMOp(o PIMOp) error {
	tx.changed.Status, tx.any = true, true
	_, err := tx.w.exec("UPDATE pimops SET state=?, ver=?, attempts=?, next=?, error=? WHERE id=?", string(o.State), o.Ver, o.Attempts, toUnix(o.Next), o.Error, o.ID)
	return err
}

// DropPIMOp removes an op; one that is gone is no error.
func (tx *Tx) DropPIMOp(id int64) error {
	tx.changed.Status, tx.any = true, true
	var obj int64
	ok, err := tx.w.row("DELETE FROM pimops WHERE id=? RETURNING obj", []any{id}, &obj)
	if err != nil || !ok || obj == 0 {
		return err
	}
	_, err = tx.w.exec("UPDATE pimraw SET sent=NULL WHERE id=? AND sent IS NOT NULL", obj)
	return err
}

// PIMConflict is an object that both sides changed.
type PIMConflict struct {
	ID         int64
	Collection int64
	Object     int64
	Kind       string
	Title      string
	Deleted    string
	Mine       []byte
	Theirs     []byte
	Made       time.Time
}

// PutPIMConflict keeps what was written here of an object that the server has otherwise. An older one of the same object stays: nothing that was written is lost.
func (tx *Tx) PutPIMConflict(c PIMConflict) error {
	if c.Made.IsZero() {
		c.Made = tx.s.now()
	}
	tx.touchPIM(c.Kind)
	blob := func(b []byte) any {
		if b == nil {
			return nil
		}
		return b
	}
	_, err := tx.w.exec("INSERT INTO pimconflicts(col,obj,kind,title,deleted,mine,theirs,made) VALUES("+marks(8)+")", c.Collection, c.Object, c.Kind, clean(c.Title, 300), c.Deleted, blob(c.Mine), blob(c.Theirs), c.Made.Unix())
	return err
}

const pimConflictColumns = "id,col,obj,kind,title,deleted,mine,theirs,made"

func pimConflicts(rows rowsFunc, where string, args ...any) ([]PIMConflict, error) {
	out := []PIMConflict{}
	err := rows("SELECT "+pimConflictColumns+" FROM pimconflicts WHERE "+where+" ORDER BY id", args, func(scan func(...any) error) error {
		var c PIMConflict
		var made int64
		err := scan(&c.ID, &c.Collection, &c.Object, &c.Kind, &c.Title, &c.Deleted, &c.Mine, &c.Theirs, &made)
		c.Made = fromUnix(made)
		out = append(out, c)
		return err
	})
	return out, err
}

// PIMConflicts returns what waits for the person's choice.
func (s *Store) PIMConflicts(ctx context.Context) ([]PIMConflict, error) {
	cs, err := pimConflicts(s.rowsOf(ctx), "1=1")
	return cs, local("conflicts", err)
}

// PIMConflict returns one.
func (tx *Tx) PIMConflict(id int64) (PIMConflict, error) {
	cs, err := pimConflicts(tx.w.rows, "id=?", id)
	if err == nil && len(cs) == 0 {
		return PIMConflict{}, missing("conflict")
	}
	if err != nil {
		return PIMConflict{}, err
	}
	return cs[0], nil
}

// DropPIMConflict ends one.
func (tx *Tx) DropPIMConflict(id int64) error {
	tx.changed.Contacts, tx.changed.Calendars, tx.any = true, true, true
	_, err := tx.w.exec("DELETE FROM pimconflicts WHERE id=?", id)
	return err
}

// SetPIMAlarm says until when a reminder is not shown; Forever = dismissed.
func (tx *Tx) SetPIMAlarm(key string, until int64) error {
	tx.changed.Calendars, tx.any = true, true
	_, err := tx.w.exec("INSERT INTO pimalarms(key,until) VALUES(?,?) ON CONFLICT(key) DO UPDATE SET until=excluded.until", key, until)
	return err
}

// PIMAlarms returns what SetPIMAlarm said of keys.
func (s *Store) PIMAlarms(ctx context.Context, keys []string) (map[string]int64, error) {
	out := map[string]int64{}
	for len(keys) > 0 {
		n := min(len(keys), 200)
		args := make([]any, n)
		for i, k := range keys[:n] {
			args[i] = k
		}
		err := s.reads.rows(ctx, "SELECT key, until FROM pimalarms WHERE key IN ("+marks(n)+")", args, func(scan func(...any) error) error {
			var k string
			var u int64
			err := scan(&k, &u)
			out[k] = u
			return err
		})
		if err != nil {
			return nil, local("reminders", err)
		}
		keys = keys[n:]
	}
	return out, nil
}

// MatchPIMByUID finds an object that was added here and whose name on the server is not known yet.
func (tx *Tx) MatchPIMByUID(col int64, kind, uid string) (PIMObject, bool, error) {
	os, err := pimObjects(tx.w.rows, true, "o.uid=? AND o.kind=? AND o.col=? AND o.ref='' LIMIT 1", uid, kind, col)
	if err != nil || len(os) == 0 {
		return PIMObject{}, false, err
	}
	return os[0], true, nil
}

// PIMByRef returns an object by its name on the server.
func (tx *Tx) PIMByRef(col int64, ref remote.Ref) (PIMObject, bool, error) {
	os, err := pimObjects(tx.w.rows, true, "o.col=? AND o.ref=? LIMIT 1", col, string(ref))
	if err != nil || len(os) == 0 {
		return PIMObject{}, false, err
	}
	return os[0], true, nil
}
