package list

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/app/bus"
	"github.com/postrider/postrider/app/store"
	"github.com/postrider/postrider/views/viewtest"
)

// stored answers a list's questions from a real store.
type stored struct {
	*viewtest.Client
	s      *store.Store
	orders atomic.Int64
}

func (c *stored) List(ctx context.Context, v store.View, after mail.MessageID, limit int) (store.Slice, error) {
	return c.s.List(ctx, v, after, limit)
}

func (c *stored) Count(ctx context.Context, v store.View) (int, int, error) {
	return c.s.Count(ctx, v, 10000)
}

func (c *stored) Order(ctx context.Context, v store.View, chunk int, each func([]mail.MessageID) error) error {
	c.orders.Add(1)
	return c.s.Order(ctx, v, chunk, each)
}

func (c *stored) Summaries(ctx context.Context, v store.View, ids []mail.MessageID) ([]mail.Summary, error) {
	return c.s.Summaries(ctx, v, ids)
}

func (c *stored) Thread(ctx context.Context, id mail.MessageID) ([]mail.Summary, error) {
	return c.s.ThreadMembers(ctx, id)
}

// Whatever happens to conversations in two accounts, the order that is brought up to date is the order that is read.
func TestPatchedOrderIsTheStoresOrder(t *testing.T) {
	ctx := t.Context()
	b := bus.New()
	s, err := store.Open(t.TempDir(), store.Options{Bus: b})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	accounts := []mail.AccountID{"ada", "bob"}
	write := func(f func(tx *store.Tx) error) {
		t.Helper()
		if err := s.Write(ctx, f); err != nil {
			t.Fatal(err)
		}
	}
	write(func(tx *store.Tx) error {
		for _, a := range accounts {
			if err := tx.PutAccount(mail.Account{ID: a, Address: string(a) + "@example.test"}); err != nil {
				return err
			}
			if err := tx.PutCollections(a, []remote.Collection{{Ref: "INBOX", Name: "Inbox", Role: mail.RoleInbox}, {Ref: "A", Name: "Archive", Role: mail.RoleArchive}, {Ref: "T", Name: "Trash", Role: mail.RoleTrash}}); err != nil {
				return err
			}
		}
		return nil
	})
	boxes := map[mail.AccountID][]mail.MailboxID{}
	for _, a := range accounts {
		bs, err := s.Mailboxes(ctx, a)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range bs {
			boxes[a] = append(boxes[a], x.ID)
		}
	}
	r := rand.New(rand.NewPCG(4, 2))
	serial := 0
	owner := map[mail.MessageID]mail.AccountID{}
	insert := func(n int, old bool) {
		write(func(tx *store.Tx) error {
			var ms []store.NewMessage
			for range n {
				serial++
				a := accounts[r.IntN(2)]
				when := time.Unix(1_700_000_000+int64(serial)*60, 0)
				if old {
					when = time.Unix(1_700_000_000+int64(r.IntN(serial))*60+7, 0)
				}
				e := &mail.Envelope{InternetID: fmt.Sprintf("m%d@example.test", serial), Date: when, Subject: fmt.Sprintf("Subject %d", serial), From: []mail.Address{{Addr: "eve@example.test"}}}
				if serial > 5 && r.IntN(2) == 0 {
					e.References = []string{fmt.Sprintf("m%d@example.test", 1+r.IntN(serial-1))}
				}
				box := boxes[a][0]
				if r.IntN(5) == 0 {
					box = boxes[a][1]
				}
				ms = append(ms, store.NewMessage{Account: a, Mailbox: box, Ref: remote.Ref(fmt.Sprintf("1:%d", serial)), Flags: mail.Flags(r.IntN(2)), Envelope: e, Received: when})
			}
			ids, err := tx.Insert(ms)
			for i, id := range ids {
				owner[id] = ms[i].Account
			}
			return err
		})
	}
	insert(300, false)
	c := &stored{Client: viewtest.New(viewtest.Options{}), s: s}
	w := &window{tb: t, queue: make(chan func(), 64)}
	inbox := boxes["ada"][0]
	var models []*model
	for _, v := range []store.View{{Mailbox: inbox, Threads: true}, {Mailbox: inbox}, {Mailbox: inbox, Threads: true, Oldest: true}, {Role: mail.RoleInbox, Threads: true}, {Role: mail.RoleInbox, OnlyUnread: true},
		{Flagged: true}, {Mailbox: inbox, Threads: true, OnlyUnread: true}} {
		m := newModel(c, func(f func()) { w.queue <- f }, time.Now, func() {})
		m.open(v)
		w.until("the order", func() bool { return m.whole && !m.running })
		models = append(models, m)
	}
	sub := b.Subscribe()
	defer sub.Close()
	c.orders.Store(0)
	for step := range 80 {
		var ids []mail.MessageID
		for range 1 + r.IntN(4) {
			for id := range owner {
				ids = append(ids, id)
				break
			}
		}
		what := ""
		switch r.IntN(7) {
		case 0, 1:
			what = "new"
			insert(1+r.IntN(4), false)
		case 2:
			what = "old"
			insert(1+r.IntN(2), true)
		case 3:
			what = "move"
			write(func(tx *store.Tx) error {
				for _, id := range ids {
					if err := tx.SetMailbox(id, boxes[owner[id]][r.IntN(3)]); err != nil {
						return err
					}
				}
				return nil
			})
		case 4:
			what = "flags"
			write(func(tx *store.Tx) error {
				for _, id := range ids {
					if err := tx.SetShown(id, []mail.Flags{0, mail.Seen, mail.Flagged, mail.Seen | mail.Flagged}[r.IntN(4)], nil); err != nil {
						return err
					}
				}
				return nil
			})
		case 5:
			what = "hide"
			write(func(tx *store.Tx) error {
				for _, id := range ids {
					if err := tx.SetRemoved(id, r.IntN(2) == 0); err != nil {
						return err
					}
				}
				return nil
			})
		case 6:
			what = "delete"
			write(func(tx *store.Tx) error {
				slices.Sort(ids)
				return tx.Delete(slices.Compact(ids))
			})
			for _, id := range ids {
				delete(owner, id)
			}
		}
		ch, ok := sub.Take()
		if !ok {
			continue
		}
		for _, m := range models {
			m.full = time.Minute // reading all is dear
			m.note(ch)
			w.until("the change", func() bool { return !m.running })
			var want []mail.MessageID
			if err := s.Order(ctx, m.view, 0, func(part []mail.MessageID) error { want = append(want, part...); return nil }); err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(m.ids, want) {
				t.Fatalf("step %d (%s of %v): %+v has %d rows, %d are right", step, what, ids, m.view, len(m.ids), len(want))
			}
		}
	}
	// Some changes are only understood by reading all: conversations that became one, removals in several mailboxes.
	if all, n := int64(80*len(models)), c.orders.Load(); n > all/2 {
		t.Errorf("the order was read %d times in %d changes", n, all)
	} else {
		t.Logf("the order was read %d times in %d changes", n, all)
	}
}
