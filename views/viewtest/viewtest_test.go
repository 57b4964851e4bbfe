package viewtest

import (
	"context"
	"testing"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app/store"
)

func TestUndoBringsBackPlaceAndCounts(t *testing.T) {
	ctx := context.Background()
	c := New(Options{})
	v := store.View{Role: mail.RoleInbox, Threads: true}
	before, err := c.List(ctx, v, 0, 100)
	if err != nil || len(before.Rows) < 10 {
		t.Fatalf("%d rows, %v", len(before.Rows), err)
	}
	u, err := c.MoveToRole(ctx, []mail.MessageID{before.Rows[1].ID}, mail.RoleArchive)
	if err != nil {
		t.Fatal(err)
	}
	after, _ := c.List(ctx, v, 0, 100)
	if len(after.Rows) != len(before.Rows)-1 {
		t.Fatalf("%d rows after archiving one of %d", len(after.Rows), len(before.Rows))
	}
	if err := c.Undo(ctx, u); err != nil {
		t.Fatal(err)
	}
	if again, _ := c.List(ctx, v, 0, 100); len(again.Rows) != len(before.Rows) || again.Rows[1].ID != before.Rows[1].ID {
		t.Error("undo did not bring it back")
	}
}

func TestMoreIsReachable(t *testing.T) {
	c := New(Options{More: 5000})
	n := 0
	last := mail.MessageID(1 << 62)
	err := c.Order(context.Background(), store.View{Mailbox: FjordInbox, Threads: true}, 512, func(ids []mail.MessageID) error {
		for _, id := range ids {
			if id >= last {
				t.Fatalf("%d after %d: not newest first", id, last)
			}
			last = id
		}
		n += len(ids)
		return nil
	})
	if err != nil || n < 5000 {
		t.Fatalf("%d ids, %v", n, err)
	}
	s, err := c.Summaries(context.Background(), store.View{}, []mail.MessageID{last})
	if err != nil || len(s) != 1 || s[0].Subject == "" {
		t.Fatalf("%v %v", s, err)
	}
}
