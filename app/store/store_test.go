package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/app/bus"
)

var ctx = context.Background()

func open(t testing.TB, o Options) *Store {
	t.Helper()
	s, err := Open(t.TempDir(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func write(t testing.TB, s *Store, f func(tx *Tx) error) {
	t.Helper()
	if err := s.Write(ctx, f); err != nil {
		t.Fatal(err)
	}
}

// ada makes an account with an inbox and more and returns the mailboxes by name.
func ada(t testing.TB, s *Store) map[string]mail.MailboxID {
	t.Helper()
	return makeAccount(t, s, "ada", "ada@example.test")
}

func makeAccount(t testing.TB, s *Store, id mail.AccountID, addr string) map[string]mail.MailboxID {
	t.Helper()
	write(t, s, func(tx *Tx) error {
		if err := tx.PutAccount(mail.Account{ID: id, Name: string(id), Address: addr, Identities: []mail.Identity{{Addr: addr}}}); err != nil {
			return err
		}
		return tx.PutCollections(id, []remote.Collection{{Ref: "INBOX", Name: "Inbox", Role: mail.RoleInbox}, {Ref: "Archive", Name: "Archive", Role: mail.RoleArchive},
			{Ref: "Trash", Name: "Trash", Role: mail.RoleTrash}, {Ref: "Junk", Name: "Junk", Role: mail.RoleJunk}, {Ref: "Projects", Name: "Projects"}, {Ref: "Projects/Bridge", Parent: "Projects", Name: "Bridge"}})
	})
	boxes, err := s.Mailboxes(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]mail.MailboxID{}
	for _, b := range boxes {
		out[b.Path] = b.ID
	}
	return out
}

func envelope(n int, subject string) *mail.Envelope {
	return &mail.Envelope{InternetID: fmt.Sprintf("m%d@example.test", n), Date: time.Unix(1700000000+int64(n)*60, 0), Subject: subject,
		From: []mail.Address{{Name: "Bob Example", Addr: "bob@example.test"}}, To: []mail.Address{{Name: "Ada", Addr: "ada@example.test"}}}
}

func body(raw string) Body {
	h := sha256.Sum256([]byte(raw))
	return Body{Digest: hex.EncodeToString(h[:]), Raw: []byte(raw), Size: int64(len(raw)), Snippet: raw, Text: raw}
}

func TestRoundTrip(t *testing.T) {
	b := bus.New()
	sub := b.Subscribe()
	s := open(t, Options{Bus: b})
	boxes := ada(t, s)
	inbox := boxes["Inbox"]
	if inbox == 0 || boxes["Projects/Bridge"] == 0 {
		t.Fatalf("mailboxes: %v", boxes)
	}
	var ids []mail.MessageID
	write(t, s, func(tx *Tx) (err error) {
		var ms []NewMessage
		for i := range 300 {
			ms = append(ms, NewMessage{Account: "ada", Mailbox: inbox, Ref: remote.Ref(fmt.Sprint(i)), Envelope: envelope(i, fmt.Sprintf("Subject %d", i)), Size: 10})
		}
		ids, err = tx.Insert(ms)
		return err
	})
	sub.Take()
	sl, err := s.List(ctx, View{Mailbox: inbox, Threads: true}, 0, 50)
	if err != nil || len(sl.Rows) != 50 || !sl.More || sl.Rows[0].ID != ids[299] || sl.Rows[0].Subject != "Subject 299" {
		t.Fatalf("list: %v %d %+v", err, len(sl.Rows), sl.Rows[0])
	}
	sl, _ = s.List(ctx, View{Mailbox: inbox}, sl.Rows[49].ID, 500)
	if len(sl.Rows) != 250 || sl.More || sl.Rows[249].ID != ids[0] {
		t.Fatalf("second page: %d", len(sl.Rows))
	}
	raw := "From: bob\r\n\r\nThe heron returned"
	write(t, s, func(tx *Tx) error { return tx.PutBodies(map[mail.MessageID]Body{ids[0]: body(raw)}) })
	got, err := s.Raw(ctx, ids[0])
	if err != nil || string(got) != raw {
		t.Fatalf("raw: %q %v", got, err)
	}
	if c, _ := sub.Take(); len(c.Messages) != 1 || c.Messages[0] != ids[0] {
		t.Fatalf("bus: %+v", c)
	}
	total, unread, err := s.Count(ctx, View{Mailbox: inbox}, 0)
	if err != nil || total != 300 || unread != 300 {
		t.Fatalf("count: %d %d %v", total, unread, err)
	}
	if left, err := s.Index(ctx, 10000); err != nil || left != 0 {
		t.Fatalf("index: %d %v", left, err)
	}
	if _, err := Open(s.Dir(), Options{}); !fault.Is(err, fault.Local) || fault.Of(err).Code != "profile-in-use" {
		t.Fatalf("second open: %v", err)
	}
}

func TestPendingOpsShow(t *testing.T) {
	s := open(t, Options{})
	boxes := ada(t, s)
	var id mail.MessageID
	var op int64
	write(t, s, func(tx *Tx) error {
		ids, err := tx.Insert([]NewMessage{{Account: "ada", Mailbox: boxes["Inbox"], Ref: "1", Envelope: envelope(1, "One")}})
		if err != nil {
			return err
		}
		id = ids[0]
		if err := tx.SetShown(id, mail.Seen, nil); err != nil {
			return err
		}
		op, err = tx.AddOp(Op{Account: "ada", Mailbox: boxes["Inbox"], Message: id, Kind: OpFlags, Add: mail.Seen, Ref: "1"})
		return err
	})
	check := func(flags mail.Flags, unread int) {
		t.Helper()
		r, err := s.Row(ctx, id)
		if err != nil || r.Flags != flags {
			t.Fatalf("flags %v, want %v (%v)", r.Flags, flags, err)
		}
		p, _ := s.Place(ctx, boxes["Inbox"])
		if p.Unread != unread {
			t.Fatalf("unread %d, want %d", p.Unread, unread)
		}
	}
	check(mail.Seen, 0)
	write(t, s, func(tx *Tx) error { return tx.SetBaseFlags(id, mail.Flagged, []string{"work"}) })
	check(mail.Seen|mail.Flagged, 0)
	write(t, s, func(tx *Tx) error { return tx.DropOp(op) })
	check(mail.Flagged, 1)
}
