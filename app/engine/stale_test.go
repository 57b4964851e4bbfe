package engine_test

import (
	"context"
	"testing"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/remote/memory"
	"github.com/postrider/postrider/app/store"
)

// The server numbers its messages anew while changes wait: each still reaches its message, whatever step the program ends at.
func TestRenumberedWithChangesWaiting(t *testing.T) {
	everywhere(t, memory.Options{}, func(r *rig, s *memory.Server) {
		deliver(s, "Inbox", 5)
		r.sync()
		rows := r.list("a", "Inbox")
		r.e.SetFlags(ctx, []mail.MessageID{rows[0].ID, rows[3].ID}, mail.Flagged, 0, nil, nil)
		r.e.Move(ctx, []mail.MessageID{rows[0].ID, rows[1].ID}, r.box("a", "Archive"))
		r.e.Remove(ctx, []mail.MessageID{rows[2].ID})
		s.Renumber(s.Box("Inbox"))
	}, func(c context.Context, r *rig, s *memory.Server) { once(c, r) },
		func(t *testing.T, r *rig, s *memory.Server, at string) {
			r.same(s, at)
			in, ar := s.Messages(s.Box("Inbox")), s.Messages(s.Box("Archive"))
			if len(in) != 2 || len(ar) != 2 {
				t.Errorf("%s: %d in the inbox, %d in the archive", at, len(in), len(ar))
			}
			n := 0
			for _, m := range append(in, ar...) {
				if m.Flags.Has(mail.Flagged) {
					n++
				}
			}
			if n != 2 {
				t.Errorf("%s: %d are starred", at, n)
			}
			unique(t, s, at)
		})
}

// What an earlier, wrong word of the server cost is brought back as soon as the numbers of messages tell of it.
func TestACountThatDiffersListsAnew(t *testing.T) {
	r, s := one(t, memory.Options{})
	deliver(s, "Inbox", 8)
	r.sync()
	want := r.here("a")
	rows := r.list("a", "Inbox")
	r.write(func(tx *store.Tx) error { return tx.Delete([]mail.MessageID{rows[2].ID, rows[5].ID}) })
	deliver(s, "Inbox", 1)
	r.sync()
	r.same(s, "after the new message")
	if got := r.here("a"); got == want {
		t.Error("the new message is not here")
	}
	r.idle(s)
}
