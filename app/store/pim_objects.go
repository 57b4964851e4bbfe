package store

import (
	"context"
	"strings"

	"github.com/postrider/postrider/accounts/remote"
)

const pimObjColumns = "o.id, o.col, o.kind, o.ver, o.hide, o.ref, o.rev, o.uid, o.title, o.sort, o.letter, o.data, o.words, o.flags, o.first, o.last, o.start, o.stop, o.bday"

func scanObj(scan func(...any) error, more ...any) (PIMObject, error) {
	var o PIMObject
	var data string
	var hide int64
	err := scan(append([]any{&o.ID, &o.Collection, &o.Kind, &o.Ver, &hide, &o.Ref, &o.Rev, &o.UID, &o.Title, &o.Sort, &o.Letter, &data, &o.Words, &o.Flags, &o.First, &o.Last, &o.Start, &o.Stop, &o.Bday}, more...)...)
	o.Hidden = hide != 0
	o.Data = strings.Split(data, dataSep)
	return o, err
}

type rowsFunc func(q string, args []any, each func(func(...any) error) error) error

func (s *Store) rowsOf(ctx context.Context) rowsFunc {
	return func(q string, args []any, each func(func(...any) error) error) error {
		return s.reads.rows(ctx, q, args, each)
	}
}

// pimObjects reads rows, with their bytes when raw is set.
func pimObjects(rows rowsFunc, raw bool, where string, args ...any) ([]PIMObject, error) {
	// An index that where needs may stand before it: "@name condition".
	using := ""
	if rest, ok := strings.CutPrefix(where, "@"); ok {
		in, cond, _ := strings.Cut(rest, " ")
		using, where = " INDEXED BY "+in, cond
	}
	q := "SELECT " + pimObjColumns + " FROM pimobjs o" + using + " WHERE " + where
	if raw {
		q = "SELECT " + pimObjColumns + ", r.raw, r.base, r.sent FROM pimobjs o" + using + " JOIN pimraw r ON r.id=o.id WHERE " + where
	}
	var out []PIMObject
	err := rows(q, args, func(scan func(...any) error) error {
		var o PIMObject
		var err error
		if raw {
			var b, base, sent []byte
			o, err = scanObj(scan, &b, &base, &sent)
			o.Raw, o.Base, o.Sent = b, base, sent
		} else {
			o, err = scanObj(scan)
		}
		out = append(out, o)
		return err
	})
	return out, err
}

func oneObject(os []PIMObject, err error) (PIMObject, error) {
	if err != nil {
		return PIMObject{}, local("object", err)
	}
	if len(os) == 0 {
		return PIMObject{}, missing("entry")
	}
	return os[0], nil
}

// PIMObject returns an object with its bytes, also one whose removal is pending.
func (s *Store) PIMObject(ctx context.Context, id int64) (PIMObject, error) {
	return oneObject(pimObjects(s.rowsOf(ctx), true, "o.id=?", id))
}

// PIMObject returns an object with its bytes.
func (tx *Tx) PIMObject(id int64) (PIMObject, error) {
	return oneObject(pimObjects(tx.w.rows, true, "o.id=?", id))
}

// PIMByUID returns the shown objects of a kind with that UID, with their bytes.
func (s *Store) PIMByUID(ctx context.Context, kind, uid string) ([]PIMObject, error) {
	os, err := pimObjects(s.rowsOf(ctx), true, "o.uid=? AND o.kind=? AND o.hide=0 ORDER BY o.id LIMIT 50", uid, kind)
	return os, local("object", err)
}

// PIMByUID returns the objects of a collection with that UID, with their bytes.
func (tx *Tx) PIMByUID(col int64, kind, uid string) ([]PIMObject, error) {
	return pimObjects(tx.w.rows, true, "o.uid=? AND o.kind=? AND o.col=? ORDER BY o.id LIMIT 50", uid, kind, col)
}

// PIMAll returns all shown objects of a collection with their bytes, in slices: those with an id above after.
func (s *Store) PIMAll(ctx context.Context, col, after int64, limit int) ([]PIMObject, error) {
	os, err := pimObjects(s.rowsOf(ctx), true, "o.col=? AND o.hide=0 AND o.id>? ORDER BY o.id LIMIT ?", col, after, limit)
	return os, local("objects", err)
}

// PIMKnown returns what is known of a collection's objects on the server: the version of each ref.
func (tx *Tx) PIMKnown(col int64) (map[remote.Ref]PIMObject, error) {
	out := map[remote.Ref]PIMObject{}
	err := tx.w.rows("SELECT o.id, o.ref, o.rev, o.ver, o.hide, o.kind, o.uid FROM pimobjs o WHERE o.col=? AND o.ref<>''", []any{col}, func(scan func(...any) error) error {
		var o PIMObject
		var hide int64
		err := scan(&o.ID, &o.Ref, &o.Rev, &o.Ver, &hide, &o.Kind, &o.UID)
		o.Collection, o.Hidden = col, hide != 0
		out[o.Ref] = o
		return err
	})
	return out, err
}

// PIMRevs is the version of each ref that a collection has.
func (s *Store) PIMRevs(ctx context.Context, col int64) (map[remote.Ref]string, error) {
	out := map[remote.Ref]string{}
	err := s.reads.rows(ctx, "SELECT ref, rev FROM pimobjs WHERE col=? AND ref<>''", []any{col}, func(scan func(...any) error) error {
		var r remote.Ref
		var v string
		err := scan(&r, &v)
		out[r] = v
		return err
	})
	return out, local("objects", err)
}

// nextPIMVer counts versions.
func (tx *Tx) nextPIMVer() (int64, error) {
	var n int64
	_, err := tx.w.row("INSERT INTO counters(key,value) VALUES('pim',1) ON CONFLICT(key) DO UPDATE SET value=value+1 RETURNING value", nil, &n)
	return n, err
}

// PutPIMObject stores an object, new where ID is 0, and gives it a new version. Base is stored as it is (nil: the server has Raw, or nothing has to be told).
func (tx *Tx) PutPIMObject(o *PIMObject) error {
	ver, err := tx.nextPIMVer()
	if err != nil {
		return err
	}
	o.Ver = ver
	tx.touchPIM(o.Kind)
	parts := make([]string, len(o.Data))
	for i, s := range o.Data {
		parts[i] = clean(s, 500)
	}
	args := []any{o.Collection, o.Kind, ver, b2i(o.Hidden), string(o.Ref), o.Rev, o.UID, clean(o.Title, 500), clean(o.Sort, 300), o.Letter, strings.Join(parts, dataSep), clean(o.Words, 2000), int64(o.Flags),
		o.First, o.Last, o.Start, o.Stop, b2i(o.wide()), o.Bday}
	fresh := o.ID == 0
	if fresh {
		r, err := tx.w.exec("INSERT INTO pimobjs(col,kind,ver,hide,ref,rev,uid,title,sort,letter,data,words,flags,first,last,start,stop,wide,bday) VALUES("+marks(19)+")", args...)
		if err != nil {
			return err
		}
		if o.ID, err = r.LastInsertId(); err != nil {
			return err
		}
	} else {
		r, err := tx.w.exec("UPDATE pimobjs SET col=?,kind=?,ver=?,hide=?,ref=?,rev=?,uid=?,title=?,sort=?,letter=?,data=?,words=?,flags=?,first=?,last=?,start=?,stop=?,wide=?,bday=? WHERE id=?", append(args, o.ID)...)
		if err != nil {
			return err
		}
		if n, _ := r.RowsAffected(); n == 0 {
			return missing("entry")
		}
		for _, q := range []string{"DELETE FROM pimwords WHERE obj=?", "DELETE FROM pimmails WHERE obj=?", "DELETE FROM pimfts WHERE rowid=?"} {
			if _, err := tx.w.exec(q, o.ID); err != nil {
				return err
			}
		}
	}
	var base any
	if o.Base != nil {
		base = o.Base
	}
	if _, err := tx.w.exec("INSERT INTO pimraw(id,raw,base) VALUES(?,?,?) ON CONFLICT(id) DO UPDATE SET raw=excluded.raw, base=excluded.base", o.ID, o.Raw, base); err != nil {
		return err
	}
	if o.Kind == "contact" {
		seen := map[string]bool{}
		for w := range strings.FieldsSeq(o.Words) {
			if !seen[w] && len(seen) < 40 {
				seen[w] = true
				if _, err := tx.w.exec("INSERT INTO pimwords(word,obj) VALUES(?,?)", w, o.ID); err != nil {
					return err
				}
			}
		}
		for i, a := range o.Mails {
			if i == 20 {
				break
			}
			if _, err := tx.w.exec("INSERT INTO pimmails(obj,n,key,addr) VALUES(?,?,?,?)", o.ID, i, strings.ToLower(clean(a, 320)), clean(a, 320)); err != nil {
				return err
			}
		}
	}
	if o.Text != "" {
		if _, err := tx.w.exec("INSERT INTO pimfts(rowid,text) VALUES(?,?)", o.ID, o.Text); err != nil {
			return err
		}
	}
	return nil
}

// SetPIMRef says how the server names an object and which version it has; base is what it has when that is not what is shown.
func (tx *Tx) SetPIMRef(id int64, ref remote.Ref, rev string, base []byte) error {
	if _, err := tx.w.exec("UPDATE pimobjs SET ref=?, rev=? WHERE id=?", string(ref), rev, id); err != nil {
		return err
	}
	var b any
	if base != nil {
		b = base
	}
	_, err := tx.w.exec("UPDATE pimraw SET base=?, sent=NULL WHERE id=?", b, id)
	return err
}

// SetPIMSent keeps what is about to be told to the server.
func (tx *Tx) SetPIMSent(id int64, raw []byte) error {
	_, err := tx.w.exec("UPDATE pimraw SET sent=? WHERE id=?", raw, id)
	return err
}

// HidePIMObject hides an object while its removal is pending, or shows it again.
func (tx *Tx) HidePIMObject(id int64, hide bool) error {
	var kind string
	ok, err := tx.w.row("UPDATE pimobjs SET hide=? WHERE id=? RETURNING kind", []any{b2i(hide), id}, &kind)
	if err != nil {
		return err
	}
	if !ok {
		return missing("entry")
	}
	tx.touchPIM(kind)
	_, err = tx.nextPIMVer()
	return err
}

// DeletePIMObject removes an object for good, with its ops. One that is gone is no error.
func (tx *Tx) DeletePIMObject(id int64) error {
	var kind string
	ok, err := tx.w.row("DELETE FROM pimobjs WHERE id=? RETURNING kind", []any{id}, &kind)
	if err != nil || !ok {
		return err
	}
	tx.touchPIM(kind)
	if _, err := tx.nextPIMVer(); err != nil {
		return err
	}
	for _, q := range []string{"DELETE FROM pimraw WHERE id=?", "DELETE FROM pimwords WHERE obj=?", "DELETE FROM pimmails WHERE obj=?", "DELETE FROM pimfts WHERE rowid=?", "DELETE FROM pimops WHERE obj=?"} {
		if _, err := tx.w.exec(q, id); err != nil {
			return err
		}
	}
	return nil
}
