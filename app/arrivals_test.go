package app_test

import (
	"context"
	"testing"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/testserver"
	"github.com/postrider/postrider/app/store"
)

func TestArrivalsAreWhatCameSince(t *testing.T) {
	s := testserver.Start(t, testserver.Options{NoSMTP: true})
	put := func(subject, date string) {
		t.Helper()
		if err := s.Deliver("ada@example.test", []byte("From: Bob <bob@example.test>\nTo: ada@example.test\nSubject: "+subject+"\nDate: "+date+"\nMessage-ID: <"+subject+"@example.test>\n\nHello\n")); err != nil {
			t.Fatal(err)
		}
	}
	put("before", "Mon, 2 Mar 2026 10:00:00 +0000")
	a := open(t, s, t.TempDir())
	ada := add(t, a, account(s, "ada@example.test", 993, 587))
	inbox := func(subject string) bool {
		_, ok := bySubject(rows(t, a, store.View{Mailbox: mailbox(t, a, ada.ID, mail.RoleInbox).ID}), subject)
		return ok
	}
	waitFor(t, "the first message", func() bool { return inbox("before") })
	ctx := context.Background()
	got, mark, err := a.Arrivals(ctx, -1)
	if err != nil || len(got) != 0 || mark <= 0 {
		t.Fatalf("the mark alone: %d rows, mark %d, %v", len(got), mark, err)
	}
	put("old-date", "Mon, 5 Jan 2015 10:00:00 +0000") // what arrives late is new all the same
	waitFor(t, "the late one", func() bool { return inbox("old-date") })
	got, next, err := a.Arrivals(ctx, mark)
	if err != nil || len(got) != 1 || got[0].Subject != "old-date" || next <= mark {
		t.Fatalf("since the mark: %+v, next %d, %v", got, next, err)
	}
	if _, err := a.SetFlags(ctx, []mail.MessageID{got[0].ID}, mail.Seen, 0); err != nil {
		t.Fatal(err)
	}
	if got, _, err := a.Arrivals(ctx, mark); err != nil || len(got) != 0 {
		t.Errorf("what was read is told as new: %+v, %v", got, err)
	}
	if got, _, err := a.Arrivals(ctx, next); err != nil || len(got) != 0 {
		t.Errorf("told twice: %+v, %v", got, err)
	}
}

func TestSinceGoesRoundTheSequence(t *testing.T) {
	id := func(date, seq int64) mail.MessageID { return mail.MessageID(date<<20 | seq) }
	for _, x := range []struct {
		id          mail.MessageID
		after, next int64
		want        bool
	}{
		{id(1700000000, 5), 5, 6, true}, {id(1700000000, 4), 5, 6, false}, {id(1, 6), 5, 6, false},
		{id(1700000000, 1<<20-1), 1<<20 - 1, 1<<20 + 2, true}, {id(1700000000, 1), 1<<20 - 1, 1<<20 + 2, true}, {id(1700000000, 2), 1<<20 - 1, 1<<20 + 2, false},
	} {
		if got := store.Since(x.id, x.after, x.next); got != x.want {
			t.Errorf("Since(%d, %d, %d) = %v", int64(x.id)&(1<<20-1), x.after, x.next, got)
		}
	}
}

func TestAccountsGetColoursOfTheirOwn(t *testing.T) {
	s := testserver.Start(t, testserver.Options{NoSMTP: true})
	a := open(t, s, t.TempDir())
	x := add(t, a, account(s, "ada@example.test", 993, 587))
	y := add(t, a, account(s, "bob@example.test", 995, 465))
	if x.Hue == "" || x.Hue == y.Hue {
		t.Errorf("the colours are %q and %q", x.Hue, y.Hue)
	}
}
