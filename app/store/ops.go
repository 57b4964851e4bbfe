package store

import (
	"context"

	"github.com/postrider/postrider/accounts/mail"
)

const opColumns = "id,account,mailbox,message,kind,state,addf,dropf,addkw,dropkw,dest,ref,digest,name,onoff,attempts,next,error,undo,made"

func (tx *Tx) readOps(where string, args ...any) ([]Op, error) {
	var out []Op
	err := tx.w.rows("SELECT "+opColumns+" FROM ops WHERE "+where+" ORDER BY id", args, scanOps(tx.t, &out))
	return out, err
}

func scanOps(t *tree, out *[]Op) func(scan func(...any) error) error {
	return func(scan func(...any) error) error {
		var o Op
		var num, next, made int64
		var addKW, dropKW string
		err := scan(&o.ID, &num, &o.Mailbox, &o.Message, &o.Kind, &o.State, &o.Add, &o.Drop, &addKW, &dropKW, &o.Dest, &o.Ref, &o.Digest, &o.Name, &o.On, &o.Attempts, &next, &o.Error, &o.Undo, &made)
		if err != nil {
			return err
		}
		if a := t.byNum[num]; a != nil {
			o.Account = a.id
		}
		o.AddKW, o.DropKW, o.Next, o.Made = unpackWords(addKW), unpackWords(dropKW), fromUnix(next), fromUnix(made)
		*out = append(*out, o)
		return nil
	}
}

// Ops returns the ops of an account in the order they were made.
func (s *Store) Ops(ctx context.Context, a mail.AccountID) ([]Op, error) {
	out := []Op{}
	t := s.tree()
	ac := t.byID[a]
	if ac == nil {
		return nil, missing("account")
	}
	err := s.reads.rows(ctx, "SELECT "+opColumns+" FROM ops WHERE account=? ORDER BY id", []any{ac.num}, scanOps(t, &out))
	return out, local("ops", err)
}

// AddOp appends to the journal. Made and State have defaults: now and queued.
func (tx *Tx) AddOp(o Op) (int64, error) {
	a, err := tx.account(o.Account)
	if err != nil {
		return 0, err
	}
	if o.State == "" {
		o.State = OpQueued
	}
	if o.Made.IsZero() {
		o.Made = tx.s.now()
	}
	r, err := tx.w.exec("INSERT INTO ops(account,mailbox,message,kind,state,addf,dropf,addkw,dropkw,dest,ref,digest,name,onoff,attempts,next,error,undo,made) VALUES("+marks(19)+")",
		a.num, int64(o.Mailbox), int64(o.Message), string(o.Kind), string(o.State), int64(o.Add), int64(o.Drop), packWords(o.AddKW), packWords(o.DropKW), int64(o.Dest), string(o.Ref),
		o.Digest, o.Name, b2i(o.On), o.Attempts, toUnix(o.Next), o.Error, o.Undo, o.Made.Unix())
	if err != nil {
		return 0, err
	}
	tx.touchOp(&o)
	return r.LastInsertId()
}

func (tx *Tx) touchOp(o *Op) {
	if o.Message != 0 {
		tx.touch(o.Message)
	}
	tx.changed.Status, tx.any = true, true
}

// PutOp stores state, attempts, next, error, ref and dest of an op.
func (tx *Tx) PutOp(o Op) error {
	r, err := tx.w.exec("UPDATE ops SET state=?, attempts=?, next=?, error=?, ref=?, dest=?, mailbox=?, digest=? WHERE id=?", string(o.State), o.Attempts, toUnix(o.Next), o.Error, string(o.Ref),
		int64(o.Dest), int64(o.Mailbox), o.Digest, o.ID)
	if err != nil {
		return err
	}
	if n, _ := r.RowsAffected(); n == 0 {
		return missing("op")
	}
	tx.touchOp(&o)
	return nil
}

// DropOp removes an op; the shown flags of its message are computed again when it was one of flags. One that is gone is no error.
func (tx *Tx) DropOp(id int64) error {
	ops, err := tx.readOps("id=?", id)
	if err != nil || len(ops) == 0 {
		return err
	}
	if _, err := tx.w.exec("DELETE FROM ops WHERE id=?", id); err != nil {
		return err
	}
	o := &ops[0]
	tx.touchOp(o)
	tx.sweep = tx.sweep || o.Digest != ""
	if o.Kind != OpFlags || o.Message == 0 {
		return nil
	}
	r := &state{}
	ok, err := tx.w.row("SELECT "+stateColumns+" FROM messages WHERE id=?", []any{int64(o.Message)}, r.dest()...)
	if err != nil || !ok {
		return err
	}
	return tx.rebase(r)
}

// OpsOf returns the ops of a message.
func (tx *Tx) OpsOf(id mail.MessageID) ([]Op, error) {
	return tx.readOps("message=? AND message<>0", int64(id))
}

// OpsByUndo returns the ops of one command.
func (tx *Tx) OpsByUndo(group int64) ([]Op, error) { return tx.readOps("undo=? AND undo<>0", group) }

// NextUndo begins a new command.
func (tx *Tx) NextUndo() (int64, error) {
	var n int64
	_, err := tx.w.row("INSERT INTO counters(key,value) VALUES('undo',1) ON CONFLICT(key) DO UPDATE SET value=value+1 RETURNING value", nil, &n)
	return n, err
}
