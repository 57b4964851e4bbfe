package store

import (
	"context"
	"time"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/remote"
)

const placeColumns = `b.id, b.account, b.parent, b.name, b.role, b.rights, b.subscribed, b.selectable, b.shared, b.local, b.total, b.unread,
	b.ref, b.token, b.keep, b.virtual, b.resetting, b.listed, b.checked`

func scanPlace(t *tree, scan func(...any) error) (Place, error) {
	var p Place
	var num, checked int64
	err := scan(&p.ID, &num, &p.Parent, &p.Name, &p.Role, &p.Rights, &p.Subscribed, &p.Selectable, &p.Shared, &p.Local, &p.Total, &p.Unread,
		&p.Ref, &p.Token, &p.Keep, &p.Virtual, &p.Resetting, &p.Listed, &checked)
	if err != nil {
		return p, err
	}
	if a := t.byNum[num]; a != nil {
		p.Account = a.id
	}
	p.Path = p.Name
	if b := t.boxes[p.ID]; b != nil {
		p.Path = b.path
	}
	p.Checked = fromUnix(checked)
	return p, nil
}

// Mailboxes returns the living mailboxes of an account, or of all, the inbox first, then by role and path.
func (s *Store) Mailboxes(ctx context.Context, a mail.AccountID) ([]mail.Mailbox, error) {
	t := s.tree()
	q, args := "SELECT "+placeColumns+" FROM mailboxes b JOIN accounts a ON a.num=b.account WHERE b.gone=0 AND a.gone=0", []any{}
	if a != "" {
		q += " AND a.id=?"
		args = append(args, string(a))
	}
	out := []mail.Mailbox{}
	err := s.reads.rows(ctx, q+" ORDER BY b.account, b.id", args, func(scan func(...any) error) error {
		p, err := scanPlace(t, scan)
		out = append(out, p.Mailbox)
		return err
	})
	// Sorted within each account; accounts stay in their order.
	for i := 0; i < len(out); {
		j := i
		for j < len(out) && out[j].Account == out[i].Account {
			j++
		}
		sortBoxes(out[i:j])
		i = j
	}
	return out, local("mailboxes", err)
}

// Place returns a mailbox as the engine sees it.
func (s *Store) Place(ctx context.Context, id mail.MailboxID) (Place, error) {
	return s.place(ctx, "b.id=?", int64(id))
}

// PlaceByRef finds a mailbox by the server's name.
func (s *Store) PlaceByRef(ctx context.Context, a mail.AccountID, ref remote.Ref) (Place, error) {
	ac := s.tree().byID[a]
	if ac == nil || ref == "" {
		return Place{}, missing("mailbox")
	}
	return s.place(ctx, "b.account=? AND b.ref=?", ac.num, string(ref))
}

func (s *Store) place(ctx context.Context, where string, args ...any) (Place, error) {
	var p Place
	found := false
	err := s.reads.rows(ctx, "SELECT "+placeColumns+" FROM mailboxes b WHERE b.gone=0 AND "+where, args, func(scan func(...any) error) error {
		var err error
		p, err = scanPlace(s.tree(), scan)
		found = true
		return err
	})
	if err != nil {
		return p, local("mailbox", err)
	}
	if !found || p.Account == "" {
		return p, missing("mailbox")
	}
	return p, nil
}

// PutCollections merges a whole listing of an account's collections. A mailbox that was made here and has no ref yet is matched by parent and
// name, so that a creation whose answer was lost is not doubled.
func (tx *Tx) PutCollections(id mail.AccountID, cs []remote.Collection) error {
	a, err := tx.account(id)
	if err != nil {
		return err
	}
	type known struct {
		id, parent                                              int64
		name, ref, role                                         string
		rights                                                  int64
		subscribed, selectable, shared, local, keep, virt, busy bool
	}
	var have []*known
	byRef := map[string]*known{}
	err = tx.w.rows(`SELECT id, parent, name, ref, role, rights, subscribed, selectable, shared, local, keep, virtual,
		EXISTS(SELECT 1 FROM ops WHERE ops.account=mailboxes.account AND ops.kind LIKE 'mailbox-%' AND ops.mailbox=mailboxes.id)
		FROM mailboxes WHERE account=? AND gone=0`, []any{a.num}, func(scan func(...any) error) error {
		k := &known{}
		if err := scan(&k.id, &k.parent, &k.name, &k.ref, &k.role, &k.rights, &k.subscribed, &k.selectable, &k.shared, &k.local, &k.keep, &k.virt, &k.busy); err != nil {
			return err
		}
		have = append(have, k)
		if k.ref != "" {
			byRef[k.ref] = k
		}
		return nil
	})
	if err != nil {
		return err
	}
	seen := map[int64]bool{}
	ids := map[remote.Ref]int64{"": 0}
	for i := range cs {
		c := &cs[i]
		if c.Kind != "" && c.Kind != remote.Mail {
			continue
		}
		parent := ids[c.Parent]
		k := byRef[string(c.Ref)]
		if k == nil {
			for _, h := range have {
				if h.ref == "" && !h.local && h.parent == parent && h.name == c.Name && !seen[h.id] {
					k = h
				}
			}
		}
		if k == nil {
			r, err := tx.w.exec(`INSERT INTO mailboxes(account,parent,name,ref,role,rights,subscribed,selectable,shared,keep,virtual) VALUES(?,?,?,?,?,?,?,?,?,?,?)`,
				a.num, parent, c.Name, string(c.Ref), string(c.Role), int64(c.Rights), b2i(c.Subscribed), b2i(!c.NoSelect), b2i(c.Shared), b2i(c.Keep), b2i(c.Virtual))
			if err != nil {
				return err
			}
			n, _ := r.LastInsertId()
			ids[c.Ref] = n
			seen[n] = true
			tx.changed.Tree, tx.any = true, true
			continue
		}
		ids[c.Ref] = k.id
		seen[k.id] = true
		want := *k
		want.ref, want.role, want.rights, want.selectable, want.shared, want.keep, want.virt = string(c.Ref), string(c.Role), int64(c.Rights), !c.NoSelect, c.Shared, c.Keep, c.Virtual
		if !k.busy { // what the person chose stays until the server has it
			want.parent, want.name, want.subscribed = parent, c.Name, c.Subscribed
		}
		if want == *k {
			continue
		}
		if _, err := tx.w.exec("UPDATE mailboxes SET parent=?,name=?,ref=?,role=?,rights=?,subscribed=?,selectable=?,shared=?,keep=?,virtual=? WHERE id=?",
			want.parent, want.name, want.ref, want.role, want.rights, b2i(want.subscribed), b2i(want.selectable), b2i(want.shared), b2i(want.keep), b2i(want.virt), k.id); err != nil {
			return err
		}
		tx.changed.Tree, tx.any = true, true
		tx.touchBox(mail.MailboxID(k.id))
	}
	for _, k := range have {
		if seen[k.id] || k.local || k.keep || k.busy || k.ref == "" {
			continue
		}
		if err := tx.dropBox(k.id); err != nil {
			return err
		}
	}
	return tx.reloadTree()
}

// dropBox hides a mailbox; its messages are swept behind. Children go up to the top so that none is lost from sight.
func (tx *Tx) dropBox(id int64) error {
	if _, err := tx.w.exec("UPDATE mailboxes SET gone=1, ref='' WHERE id=?", id); err != nil {
		return err
	}
	if _, err := tx.w.exec("UPDATE mailboxes SET parent=0 WHERE parent=? AND gone=0", id); err != nil {
		return err
	}
	// What is shown elsewhere (a move is pending) stays; the server has it nowhere now.
	if _, err := tx.w.exec("UPDATE messages SET base=0, ref='' WHERE base=? AND mailbox<>?", id, id); err != nil {
		return err
	}
	if _, err := tx.w.exec("DELETE FROM ops WHERE mailbox=? AND message IN (SELECT id FROM messages WHERE mailbox=?)", id, id); err != nil {
		return err
	}
	tx.changed.Tree, tx.changed.Resync, tx.any, tx.sweep = true, true, true, true
	tx.touchBox(mail.MailboxID(id))
	return nil
}

// LocalMailbox returns the mailbox of a role that exists only here, making it when needed.
func (tx *Tx) LocalMailbox(id mail.AccountID, role mail.Role, name string) (mail.MailboxID, error) {
	a, err := tx.account(id)
	if err != nil {
		return 0, err
	}
	if role == mail.RoleNone {
		return tx.LocalPath(id, []string{name})
	}
	var n int64
	if ok, err := tx.w.row("SELECT id FROM mailboxes WHERE account=? AND local=1 AND gone=0 AND role=? ORDER BY id LIMIT 1", []any{a.num, string(role)}, &n); ok || err != nil {
		return mail.MailboxID(n), err
	}
	return tx.newBox(a, 0, name, role, true)
}

// LocalPath returns a mailbox that is on this computer only, by its names from the top; what is missing is made.
func (tx *Tx) LocalPath(id mail.AccountID, path []string) (mail.MailboxID, error) {
	a, err := tx.account(id)
	if err != nil {
		return 0, err
	}
	at := mail.MailboxID(0)
	for _, name := range path {
		var n int64
		ok, err := tx.w.row("SELECT id FROM mailboxes WHERE account=? AND local=1 AND gone=0 AND role='' AND parent=? AND name=? ORDER BY id LIMIT 1", []any{a.num, int64(at), name}, &n)
		if err != nil {
			return 0, err
		}
		if ok {
			at = mail.MailboxID(n)
			continue
		}
		if at, err = tx.newBox(a, at, name, mail.RoleNone, true); err != nil {
			return 0, err
		}
	}
	return at, nil
}

// MakeMailbox makes a mailbox that the server does not have yet.
func (tx *Tx) MakeMailbox(id mail.AccountID, parent mail.MailboxID, name string, role mail.Role) (mail.MailboxID, error) {
	a, err := tx.account(id)
	if err != nil {
		return 0, err
	}
	return tx.newBox(a, parent, name, role, false)
}

func (tx *Tx) newBox(a *account, parent mail.MailboxID, name string, role mail.Role, local bool) (mail.MailboxID, error) {
	r, err := tx.w.exec("INSERT INTO mailboxes(account,parent,name,role,rights,local,listed) VALUES(?,?,?,?,?,?,?)", a.num, int64(parent), name, string(role), int64(mail.AllRights), b2i(local), b2i(local))
	if err != nil {
		return 0, err
	}
	n, err := r.LastInsertId()
	if err != nil {
		return 0, err
	}
	tx.changed.Tree, tx.any = true, true
	return mail.MailboxID(n), tx.reloadTree()
}

func (tx *Tx) updateBox(id mail.MailboxID, tree bool, q string, args ...any) error {
	r, err := tx.w.exec(q, args...)
	if err != nil {
		return err
	}
	if n, _ := r.RowsAffected(); n == 0 {
		return missing("mailbox")
	}
	tx.touchBox(id)
	if tree {
		tx.changed.Tree = true
		return tx.reloadTree()
	}
	return nil
}

// SetMailboxRef says how the server names it.
func (tx *Tx) SetMailboxRef(id mail.MailboxID, ref remote.Ref) error {
	return tx.updateBox(id, true, "UPDATE mailboxes SET ref=? WHERE id=? AND gone=0", string(ref), int64(id))
}

// RenameMailbox changes name and parent as shown.
func (tx *Tx) RenameMailbox(id, parent mail.MailboxID, name string) error {
	return tx.updateBox(id, true, "UPDATE mailboxes SET parent=?, name=? WHERE id=? AND gone=0", int64(parent), name, int64(id))
}

// SetSubscribed changes the subscription as shown.
func (tx *Tx) SetSubscribed(id mail.MailboxID, on bool) error {
	return tx.updateBox(id, true, "UPDATE mailboxes SET subscribed=? WHERE id=? AND gone=0", b2i(on), int64(id))
}

// DropMailbox removes a mailbox and what is shown in it.
func (tx *Tx) DropMailbox(id mail.MailboxID) error {
	if tx.t.boxes[id] == nil {
		return missing("mailbox")
	}
	if err := tx.dropBox(int64(id)); err != nil {
		return err
	}
	return tx.reloadTree()
}

// KeepHere makes a mailbox that the server does not have one that exists only here, with what is in it; its messages are not uploaded any more.
func (tx *Tx) KeepHere(id mail.MailboxID) error {
	if tx.t.boxes[id] == nil {
		return missing("mailbox")
	}
	if err := tx.updateBox(id, true, "UPDATE mailboxes SET local=1, listed=1, ref='' WHERE id=? AND gone=0", int64(id)); err != nil {
		return err
	}
	_, err := tx.w.exec("DELETE FROM ops WHERE mailbox=? AND kind=?", int64(id), string(OpAdd))
	return err
}

// SetToken says how far the server's view of the mailbox is known here.
func (tx *Tx) SetToken(id mail.MailboxID, t remote.Token, checked time.Time) error {
	r, err := tx.w.exec("UPDATE mailboxes SET token=?, checked=? WHERE id=? AND gone=0", string(t), toUnix(checked), int64(id))
	if err != nil {
		return err
	}
	if n, _ := r.RowsAffected(); n == 0 {
		return missing("mailbox")
	}
	return nil
}

// Named counts the messages that a mailbox has on the server under a known name.
func (s *Store) Named(ctx context.Context, id mail.MailboxID) (int, error) {
	n := 0
	_, err := s.reads.row(ctx, "SELECT count(*) FROM messages WHERE base=? AND base<>0 AND ref<>''", []any{int64(id)}, &n)
	return n, local("read", err)
}

// SetResetting marks that a full listing after a reset is under way.
func (tx *Tx) SetResetting(id mail.MailboxID, on bool) error {
	return tx.updateBox(id, false, "UPDATE mailboxes SET resetting=? WHERE id=? AND gone=0", b2i(on), int64(id))
}

// SetListed marks that the first full listing has ended.
func (tx *Tx) SetListed(id mail.MailboxID, on bool) error {
	return tx.updateBox(id, false, "UPDATE mailboxes SET listed=? WHERE id=? AND gone=0", b2i(on), int64(id))
}

// Times are kept as seconds since 1970, 0 for none.
func toUnix(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}

func fromUnix(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.Unix(n, 0)
}
