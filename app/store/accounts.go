package store

import (
	"context"
	"encoding/json"
	"sort"
	"strings"

	"github.com/postrider/postrider/accounts/mail"
)

// loadCache reads accounts and the tree.
func (s *Store) loadCache(ctx context.Context) error {
	t, err := readTree(func(q string, args []any, each func(func(...any) error) error) error {
		return s.reads.rows(ctx, q, args, each)
	})
	if err != nil {
		return err
	}
	s.cached.mu.Lock()
	s.cached.v = t
	s.cached.mu.Unlock()
	return nil
}

func readTree(rows func(q string, args []any, each func(func(...any) error) error) error) (*tree, error) {
	t := &tree{byID: map[mail.AccountID]*account{}, byNum: map[int64]*account{}, boxes: map[mail.MailboxID]*box{}}
	err := rows("SELECT num, id, gone, data FROM accounts", nil, func(scan func(...any) error) error {
		var a account
		var data string
		var gone int
		if err := scan(&a.num, &a.id, &gone, &data); err != nil {
			return err
		}
		var m mail.Account
		if err := json.Unmarshal([]byte(data), &m); err != nil {
			return err
		}
		a.name, a.hide, a.gone, a.mine = m.Name, m.HideInAll, gone != 0, addressesOf(m)
		t.byNum[a.num] = &a
		if !a.gone {
			t.byID[a.id] = &a
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	parents := map[mail.MailboxID]mail.MailboxID{}
	names := map[mail.MailboxID]string{}
	err = rows("SELECT id, account, parent, role, name, virtual, keep, gone FROM mailboxes", nil, func(scan func(...any) error) error {
		var b box
		var parent mail.MailboxID
		var gone int
		if err := scan(&b.id, &b.account, &parent, &b.role, &b.name, &b.virtual, &b.keep, &gone); err != nil {
			return err
		}
		parents[b.id], names[b.id] = parent, b.name
		if a := t.byNum[b.account]; gone != 0 || a == nil || a.gone {
			t.gone = append(t.gone, b.id)
			return nil
		}
		t.boxes[b.id] = &b
		t.order = append(t.order, &b)
		return nil
	})
	for _, b := range t.order {
		b.path = b.name
		for p, n := parents[b.id], 0; p != 0 && n < 64; p, n = parents[p], n+1 {
			b.path = names[p] + "/" + b.path
		}
	}
	return t, err
}

func addressesOf(a mail.Account) map[string]bool {
	m := map[string]bool{}
	for _, x := range append([]mail.Identity{{Addr: a.Address}}, a.Identities...) {
		if x.Addr != "" {
			m[strings.ToLower(x.Addr)] = true
		}
	}
	return m
}

// Accounts returns the accounts in the order they were made.
func (s *Store) Accounts(ctx context.Context) ([]mail.Account, error) {
	out := []mail.Account{}
	err := s.reads.rows(ctx, "SELECT data FROM accounts WHERE gone=0 ORDER BY num", nil, func(scan func(...any) error) error {
		var data string
		if err := scan(&data); err != nil {
			return err
		}
		var a mail.Account
		if err := json.Unmarshal([]byte(data), &a); err != nil {
			return err
		}
		out = append(out, a)
		return nil
	})
	return out, local("accounts", err)
}

// PutAccount stores an account's settings, new or changed.
func (tx *Tx) PutAccount(a mail.Account) error {
	data, err := json.Marshal(a)
	if err != nil {
		return err
	}
	old := tx.t.byID[a.ID]
	if _, err := tx.w.exec("INSERT INTO accounts(id,data) VALUES(?,?) ON CONFLICT(id) DO UPDATE SET data=excluded.data", string(a.ID), string(data)); err != nil {
		return err
	}
	tx.changed.Accounts, tx.any = true, true
	if err := tx.reloadTree(); err != nil {
		return err
	}
	if now := tx.t.byID[a.ID]; old != nil && now != nil && !sameSet(old.mine, now.mine) {
		return tx.recomputeToMe(now)
	}
	return nil
}

func sameSet(a, b map[string]bool) bool {
	if len(a) != len(b) {
		return false
	}
	for k := range a {
		if !b[k] {
			return false
		}
	}
	return true
}

// recomputeToMe marks again which messages name the person, after the addresses changed.
func (tx *Tx) recomputeToMe(a *account) error {
	type row struct {
		id, mailbox, thread int64
		hide, tome          int64
	}
	for after := int64(-1 << 62); ; {
		var change []row
		n := 0
		err := tx.w.rows("SELECT id, mailbox, thread, hide, tome, rcpt, cc FROM messages WHERE id>? AND account=? ORDER BY id LIMIT 1000", []any{after, a.num}, func(scan func(...any) error) error {
			var r row
			var to, cc string
			if err := scan(&r.id, &r.mailbox, &r.thread, &r.hide, &r.tome, &to, &cc); err != nil {
				return err
			}
			after = r.id
			n++
			if is := b2i(toMe(a.mine, unpackAddrs(to), unpackAddrs(cc))); is != r.tome {
				r.tome = is
				change = append(change, r)
			}
			return nil
		})
		if err != nil {
			return err
		}
		for _, r := range change {
			if _, err := tx.w.exec("UPDATE messages SET tome=? WHERE id=?", r.tome, r.id); err != nil {
				return err
			}
			if r.hide == 0 {
				tx.redo[convKey{mail.MailboxID(r.mailbox), mail.ThreadID(r.thread)}] = true
			}
		}
		if n < 1000 {
			return nil
		}
	}
}

// reloadTree reads accounts and mailboxes again, with what this transaction changed.
func (tx *Tx) reloadTree() error {
	t, err := readTree(tx.w.rows)
	if err != nil {
		return err
	}
	tx.t, tx.reload = t, true
	return nil
}

// RemoveAccount hides an account and all it has at once; the rows and bodies are swept behind, in slices.
func (tx *Tx) RemoveAccount(id mail.AccountID) error {
	a := tx.t.byID[id]
	if a == nil {
		return missing("account")
	}
	// The id is freed, so that an account that is added again is a new one.
	if _, err := tx.w.exec("UPDATE accounts SET gone=1, id=id||'#'||num WHERE num=?", a.num); err != nil {
		return err
	}
	if _, err := tx.w.exec("UPDATE mailboxes SET gone=1 WHERE account=?", a.num); err != nil {
		return err
	}
	if _, err := tx.w.exec("DELETE FROM ops WHERE account=?", a.num); err != nil {
		return err
	}
	if err := tx.dropAccountPIM(a.num); err != nil {
		return err
	}
	var outs, drafts []int64
	if err := tx.w.rows("SELECT id FROM outbox WHERE account=?", []any{string(id)}, collect(&outs)); err != nil {
		return err
	}
	if err := tx.w.rows("SELECT id FROM drafts WHERE data->>'Account'=?", []any{string(id)}, collect(&drafts)); err != nil {
		return err
	}
	for _, o := range outs {
		if err := tx.DropOutbound(mail.OutboxID(o)); err != nil {
			return err
		}
	}
	for _, d := range drafts {
		if err := tx.DropDraft(mail.DraftID(d)); err != nil {
			return err
		}
	}
	tx.changed.Accounts, tx.changed.Tree, tx.changed.Resync, tx.any, tx.sweep = true, true, true, true, true
	return tx.reloadTree()
}

func collect[T any](into *[]T) func(scan func(...any) error) error {
	return func(scan func(...any) error) error {
		var v T
		if err := scan(&v); err != nil {
			return err
		}
		*into = append(*into, v)
		return nil
	}
}

func (tx *Tx) account(id mail.AccountID) (*account, error) {
	if a := tx.t.byID[id]; a != nil {
		return a, nil
	}
	return nil, missing("account")
}

func b2i(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// roleRank orders mailboxes of an account for people.
var roleRank = map[mail.Role]int{mail.RoleInbox: 1, mail.RoleFlagged: 2, mail.RoleImportant: 3, mail.RoleDrafts: 4, mail.RoleSent: 5,
	mail.RoleArchive: 6, mail.RoleNone: 7, mail.RoleAll: 8, mail.RoleJunk: 9, mail.RoleTrash: 10}

func sortBoxes(bs []mail.Mailbox) {
	sort.SliceStable(bs, func(i, j int) bool {
		a, b := bs[i], bs[j]
		if x, y := roleRank[a.Role], roleRank[b.Role]; x != y {
			return x < y
		}
		return strings.ToLower(a.Path) < strings.ToLower(b.Path)
	})
}
