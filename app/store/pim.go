package store

import (
	"context"
	"math"
	"strings"
	"time"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/remote"
)

// PIMCollection is an address book or a calendar as it is kept.
type PIMCollection struct {
	ID      int64
	Account mail.AccountID // "" = only on this computer
	// Service names the connection of the account that it comes over ("carddav", "caldav").
	Service string
	Kind    remote.Kind
	Ref     remote.Ref // "" until the server has it
	Name    string
	Color   string
	Order   int // in the list, the lowest first
	Rights  PIMRights
	Shared  bool
	Events  bool
	Tasks   bool
	Hidden  bool
	Role    string
	URL     string
	Default bool
	Token   remote.Token
	Error   string
	Checked time.Time
	Count   int // objects, kept by triggers
	Pending int // changes that the server does not have yet
}

// PIMRights is a bit set.
type PIMRights int64

// The rights.
const (
	PIMEdit PIMRights = 1 << iota
	PIMChange
	PIMDelete
	PIMSchedules // no right: the server sends invitations and answers by itself
)

// PIMFlags say what kind of row an object has.
type PIMFlags int64

// The flags.
const (
	PIMAllDay   PIMFlags = 1 << iota
	PIMFloating          // start and stop are read on the clock of the person
	PIMRepeats
	PIMAlarm
	PIMFree
	PIMPrivate
	PIMPeople // it has attendees
	PIMDone
	PIMGroup
	PIMPhoto
	PIMTentative
	PIMCancelled
	PIMParts // it has only changed occurrences of a series, or several
)

// Forever is the end of what has none.
const Forever int64 = math.MaxInt64

// wideAfter is how long an event may last, in seconds, to be found by its start.
const wideAfter = 35 * 86400

// PIMObject is an object to store: its bytes and what they are found by.
type PIMObject struct {
	ID         int64 // 0 = new
	Collection int64
	Kind       string // "contact", "event", "task", "journal"
	Ref        remote.Ref
	Rev        string // the server's version (ETag), "" = unknown
	UID        string
	Raw        []byte
	PIMIndex
	// Set by reading:
	Ver    int64
	Base   []byte // what the server has, when that is not Raw
	Sent   []byte // what it was told and has not answered yet
	Hidden bool
}

// PIMIndex is what an object is listed and found by. It is made outside the write lock.
type PIMIndex struct {
	Title  string
	Sort   string   // folded; of contacts
	Letter string   // of contacts
	Data   []string // what a row shows, see package ingest
	Words  string   // of contacts: what names and addresses begin with, folded
	Text   string   // for the index
	Mails  []string // addresses of a contact, the preferred one first
	Flags  PIMFlags
	First  int64 // seconds: nothing of it is before
	Last   int64 // nothing of it is at or after; Forever
	Start  int64 // of what does not repeat: seconds, of dates and floating times on the clock in UTC
	Stop   int64 // like Start
	Bday   int   // month*100 + day
}

func (x *PIMIndex) wide() bool {
	return x.Flags&(PIMRepeats|PIMParts) != 0 || x.Last == Forever || x.Last-x.First > wideAfter
}

const dataSep = "\x1f"

const pimColColumns = `c.id, c.account, c.service, c.kind, c.ref, c.name, c.color, c.ord, c.rights, c.shared, c.events, c.tasks, c.hidden, c.role, c.url, c.def, c.token, c.error, c.checked`

func scanCol(t *tree, scan func(...any) error, more ...any) (c PIMCollection, num int64, err error) {
	var checked int64
	dest := append([]any{&c.ID, &num, &c.Service, &c.Kind, &c.Ref, &c.Name, &c.Color, &c.Order, &c.Rights, &c.Shared, &c.Events, &c.Tasks, &c.Hidden, &c.Role, &c.URL, &c.Default, &c.Token, &c.Error, &checked}, more...)
	if err = scan(dest...); err != nil {
		return c, num, err
	}
	if a := t.byNum[num]; a != nil {
		c.Account = a.id
	}
	c.Checked = fromUnix(checked)
	return c, num, nil
}

// PIMCollections returns the address books or calendars ("" = both) of all accounts and of this computer, in order.
func (s *Store) PIMCollections(ctx context.Context, kind remote.Kind) ([]PIMCollection, error) {
	out := []PIMCollection{}
	t := s.tree()
	err := s.reads.rows(ctx, "SELECT "+pimColColumns+`, c.n, (SELECT count(*) FROM pimops p WHERE p.col=c.id)
		FROM pimcols c WHERE (?='' OR c.kind=?) ORDER BY c.account, c.ord, c.name COLLATE NOCASE, c.id`, []any{string(kind), string(kind)}, func(scan func(...any) error) error {
		var n, pending int
		c, num, err := scanCol(t, scan, &n, &pending)
		if err != nil {
			return err
		}
		if num != 0 && (c.Account == "" || t.byID[c.Account] == nil) {
			return nil // the account is being removed
		}
		c.Count, c.Pending = n, pending
		out = append(out, c)
		return nil
	})
	return out, local("collections", err)
}

// PIMCollection returns one.
func (s *Store) PIMCollection(ctx context.Context, id int64) (PIMCollection, error) {
	var c PIMCollection
	found := false
	t := s.tree()
	err := s.reads.rows(ctx, "SELECT "+pimColColumns+" FROM pimcols c WHERE c.id=?", []any{id}, func(scan func(...any) error) (err error) {
		c, _, err = scanCol(t, scan)
		found = true
		return err
	})
	if err == nil && !found {
		return c, missing("collection")
	}
	return c, local("collection", err)
}

// PIMCollection returns one within the transaction.
func (tx *Tx) PIMCollection(id int64) (PIMCollection, error) {
	var c PIMCollection
	found := false
	err := tx.w.rows("SELECT "+pimColColumns+" FROM pimcols c WHERE c.id=?", []any{id}, func(scan func(...any) error) (err error) {
		c, _, err = scanCol(tx.t, scan)
		found = true
		return err
	})
	if err == nil && !found {
		return c, missing("collection")
	}
	return c, err
}

func (tx *Tx) touchPIM(kind string) {
	if kind == "contact" || kind == string(remote.Contacts) {
		tx.changed.Contacts = true
	} else {
		tx.changed.Calendars = true
	}
	tx.any = true
}

// PutPIMCollection stores a collection, new where ID is 0.
func (tx *Tx) PutPIMCollection(c PIMCollection) (int64, error) {
	num := int64(0)
	if c.Account != "" {
		a, err := tx.account(c.Account)
		if err != nil {
			return 0, err
		}
		num = a.num
	}
	tx.touchPIM(string(c.Kind))
	if c.Default {
		if _, err := tx.w.exec("UPDATE pimcols SET def=0 WHERE kind=? AND id<>?", string(c.Kind), c.ID); err != nil {
			return 0, err
		}
	}
	args := []any{num, c.Service, string(c.Kind), string(c.Ref), clean(c.Name, 200), clean(c.Color, 20), c.Order, int64(c.Rights), b2i(c.Shared), b2i(c.Events), b2i(c.Tasks), b2i(c.Hidden), c.Role, c.URL,
		b2i(c.Default), string(c.Token), c.Error, toUnix(c.Checked)}
	if c.ID == 0 {
		r, err := tx.w.exec("INSERT INTO pimcols(account,service,kind,ref,name,color,ord,rights,shared,events,tasks,hidden,role,url,def,token,error,checked) VALUES("+marks(18)+")", args...)
		if err != nil {
			return 0, err
		}
		return r.LastInsertId()
	}
	r, err := tx.w.exec("UPDATE pimcols SET account=?,service=?,kind=?,ref=?,name=?,color=?,ord=?,rights=?,shared=?,events=?,tasks=?,hidden=?,role=?,url=?,def=?,token=?,error=?,checked=? WHERE id=?", append(args, c.ID)...)
	if err != nil {
		return 0, err
	}
	if n, _ := r.RowsAffected(); n == 0 {
		return 0, missing("collection")
	}
	return c.ID, nil
}

// SetPIMToken says how far a collection is known.
func (tx *Tx) SetPIMToken(id int64, t remote.Token, checked time.Time, problem string) error {
	var was string
	if _, err := tx.w.row("SELECT error FROM pimcols WHERE id=?", []any{id}, &was); err != nil {
		return err
	}
	if was != problem {
		tx.changed.Contacts, tx.changed.Calendars, tx.any = true, true, true
	}
	_, err := tx.w.exec("UPDATE pimcols SET token=?, checked=?, error=? WHERE id=?", string(t), toUnix(checked), problem, id)
	return err
}

// DropPIMCollection removes a collection with all that is in it.
func (tx *Tx) DropPIMCollection(id int64) error {
	c, err := tx.PIMCollection(id)
	if err != nil {
		return err
	}
	tx.touchPIM(string(c.Kind))
	if _, err := tx.nextPIMVer(); err != nil {
		return err
	}
	return tx.dropPIM("col=?", "id=?", id)
}

// dropPIM removes collections and their objects.
func (tx *Tx) dropPIM(objects, cols string, arg int64) error {
	in := "(SELECT id FROM pimobjs WHERE " + objects + ")"
	for _, q := range []string{"DELETE FROM pimraw WHERE id IN " + in, "DELETE FROM pimwords WHERE obj IN " + in, "DELETE FROM pimmails WHERE obj IN " + in, "DELETE FROM pimfts WHERE rowid IN " + in,
		"DELETE FROM pimops WHERE obj IN " + in, "DELETE FROM pimconflicts WHERE obj IN " + in, "DELETE FROM pimobjs WHERE " + objects, "DELETE FROM pimops WHERE " + strings.Replace(cols, "id", "col", 1), "DELETE FROM pimcols WHERE " + cols} {
		if _, err := tx.w.exec(q, arg); err != nil {
			return err
		}
	}
	return nil
}

// dropAccountPIM removes what an account had.
func (tx *Tx) dropAccountPIM(num int64) error {
	var ids []int64
	if err := tx.w.rows("SELECT id FROM pimcols WHERE account=?", []any{num}, collect(&ids)); err != nil {
		return err
	}
	for _, id := range ids {
		if err := tx.DropPIMCollection(id); err != nil {
			return err
		}
	}
	_, err := tx.w.exec("DELETE FROM pimops WHERE account=?", num)
	return err
}

// DropPIMService removes what came over one connection of an account.
func (tx *Tx) DropPIMService(id mail.AccountID, service string) error {
	a, err := tx.account(id)
	if err != nil {
		return err
	}
	var ids []int64
	if err := tx.w.rows("SELECT id FROM pimcols WHERE account=? AND service=?", []any{a.num, service}, collect(&ids)); err != nil {
		return err
	}
	for _, id := range ids {
		if err := tx.DropPIMCollection(id); err != nil {
			return err
		}
	}
	return nil
}

// MergePIMCollections takes in a whole listing of one connection. A collection that was made here and has no ref yet is matched by its name; what vanished goes, unless something of it is
// waiting for the server. It returns the ids of all that are there.
func (tx *Tx) MergePIMCollections(id mail.AccountID, service string, cs []remote.Collection) ([]int64, error) {
	a, err := tx.account(id)
	if err != nil {
		return nil, err
	}
	var have []PIMCollection
	err = tx.w.rows("SELECT "+pimColColumns+", (SELECT count(*) FROM pimops p WHERE p.col=c.id) FROM pimcols c WHERE c.account=? AND c.service=? ORDER BY c.id", []any{a.num, service}, func(scan func(...any) error) error {
		var pending int
		c, _, err := scanCol(tx.t, scan, &pending)
		c.Pending = pending
		have = append(have, c)
		return err
	})
	if err != nil {
		return nil, err
	}
	busy := map[int64]bool{}
	if err := tx.w.rows("SELECT col FROM pimops WHERE account=? AND kind LIKE 'col-%'", []any{a.num}, func(scan func(...any) error) error {
		var c int64
		err := scan(&c)
		busy[c] = true
		return err
	}); err != nil {
		return nil, err
	}
	seen := map[int64]bool{}
	var ids []int64
	for _, r := range cs {
		var k *PIMCollection
		for i := range have {
			if have[i].Ref == r.Ref && r.Ref != "" {
				k = &have[i]
			}
		}
		for i := range have {
			if h := &have[i]; k == nil && h.Ref == "" && h.Name == r.Name && h.Kind == r.Kind && !seen[h.ID] {
				k = h
			}
		}
		if k == nil {
			k = &PIMCollection{Account: id, Service: service, Kind: r.Kind}
		}
		was := *k
		k.Ref, k.Kind, k.Shared, k.Rights = r.Ref, r.Kind, r.Shared, 0
		if r.Rights&mail.MayAdd != 0 {
			k.Rights |= PIMEdit
		}
		if r.Rights&mail.MayRename != 0 {
			k.Rights |= PIMChange
		}
		if r.Rights&mail.MayDelete != 0 {
			k.Rights |= PIMDelete
		}
		if r.Schedules {
			k.Rights |= PIMSchedules
		}
		k.Events, k.Tasks = r.Events, r.Tasks
		if !busy[k.ID] || k.ID == 0 {
			k.Name, k.Order = r.Name, r.Order
			if r.Color != "" || k.Color == "" {
				k.Color = r.Color
			}
		}
		if k.ID == 0 || was != *k {
			n, err := tx.PutPIMCollection(*k)
			if err != nil {
				return nil, err
			}
			k.ID = n
		}
		seen[k.ID] = true
		ids = append(ids, k.ID)
	}
	for _, h := range have {
		if seen[h.ID] || h.Ref == "" || h.Pending > 0 {
			continue
		}
		if err := tx.DropPIMCollection(h.ID); err != nil {
			return nil, err
		}
	}
	return ids, nil
}
