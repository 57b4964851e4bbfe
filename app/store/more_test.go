package store

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/app/bus"
)

// fill inserts n messages and returns their ids, the newest first.
func fill(t testing.TB, s *Store, a mail.AccountID, box mail.MailboxID, from, n int) []mail.MessageID {
	t.Helper()
	var ids []mail.MessageID
	write(t, s, func(tx *Tx) error {
		var ms []NewMessage
		for i := from; i < from+n; i++ {
			b := body(fmt.Sprintf("text of %s %d", a, i))
			e := envelope(i, fmt.Sprintf("Message %d", i))
			e.InternetID = fmt.Sprintf("%s-%d@example.test", a, i)
			ms = append(ms, NewMessage{Account: a, Mailbox: box, Ref: remote.Ref(fmt.Sprint(i)), Envelope: e, Body: &b})
		}
		got, err := tx.Insert(ms)
		ids = got
		return err
	})
	slices.Reverse(ids)
	return ids
}

func settle(t *testing.T, s *Store) {
	t.Helper()
	for {
		more, err := s.sweepOnce(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if !more {
			return
		}
	}
}

// TestRolesMerge lists two inboxes as one, pages included; a conversation in both is one row.
func TestRolesMerge(t *testing.T) {
	s := open(t, Options{})
	a, b := ada(t, s), makeAccount(t, s, "bob", "bob@example.test")
	x, y := fill(t, s, "ada", a["Inbox"], 0, 40), fill(t, s, "bob", b["Inbox"], 20, 40)
	all := slices.Concat(x, y)
	slices.Sort(all)
	slices.Reverse(all)
	for _, page := range []int{1, 7, 100} {
		if got := ordered(t, s, View{Role: mail.RoleInbox}, page); !slices.Equal(got, all) {
			t.Fatalf("page %d: %v, want %v", page, got, all)
		}
		if got := ordered(t, s, View{Role: mail.RoleInbox, Account: "bob"}, page); !slices.Equal(got, y) {
			t.Fatalf("page %d of bob: %v", page, got)
		}
	}
	var streamed []mail.MessageID
	if err := s.Order(ctx, View{Role: mail.RoleInbox, Threads: true}, 9, func(ids []mail.MessageID) error { streamed = append(streamed, ids...); return nil }); err != nil || !slices.Equal(streamed, all) {
		t.Fatalf("order: %v %v", streamed, err)
	}
	// The same message arrives in both.
	var twins []mail.MessageID
	write(t, s, func(tx *Tx) (err error) {
		e := envelope(500, "To both")
		twins, err = tx.Insert([]NewMessage{{Account: "ada", Mailbox: a["Inbox"], Ref: "t", Envelope: e}, {Account: "bob", Mailbox: b["Inbox"], Ref: "t", Envelope: e}})
		return err
	})
	if got := ordered(t, s, View{Role: mail.RoleInbox, Threads: true}, 3); len(got) != len(all)+1 || got[0] != twins[1] {
		t.Fatalf("twins: %d rows, want %d", len(got), len(all)+1)
	}
	write(t, s, func(tx *Tx) error {
		return tx.PutAccount(mail.Account{ID: "bob", Address: "bob@example.test", HideInAll: true})
	})
	if got := ordered(t, s, View{Role: mail.RoleInbox}, 100); len(got) != 41 {
		t.Fatalf("with bob left out: %d", len(got))
	}
}

// TestFlaggedView leaves Trash and Junk out.
func TestFlaggedView(t *testing.T) {
	s := open(t, Options{})
	boxes := ada(t, s)
	var want []mail.MessageID
	for i, name := range []string{"Inbox", "Trash", "Junk", "Projects/Bridge"} {
		ids := fill(t, s, "ada", boxes[name], 100*i, 5)
		write(t, s, func(tx *Tx) error { return tx.SetShown(ids[2], mail.Flagged, nil) })
		if name != "Trash" && name != "Junk" {
			want = append(want, ids[2])
		}
	}
	slices.Reverse(want)
	if got := ordered(t, s, View{Flagged: true}, 1); !slices.Equal(got, want) {
		t.Fatalf("%v, want %v", got, want)
	}
	if n, _, err := s.Count(ctx, View{Flagged: true}, 100); n != 2 || err != nil {
		t.Fatalf("count %d %v", n, err)
	}
}

// TestRemoveAccount hides everything at once and sweeps it behind; another account that shares a body keeps it.
func TestRemoveAccount(t *testing.T) {
	now := time.Now()
	s := open(t, Options{Now: func() time.Time { return now }})
	a, b := ada(t, s), makeAccount(t, s, "bob", "bob@example.test")
	ids := fill(t, s, "ada", a["Inbox"], 0, 1200)
	kept := fill(t, s, "bob", b["Inbox"], 0, 3)
	write(t, s, func(tx *Tx) error { return tx.ShareBody(kept[0], ids[0]) })
	shared, _ := s.Row(ctx, ids[0])
	own, _ := s.Row(ctx, ids[1])
	if _, err := s.Index(ctx, 5000); err != nil {
		t.Fatal(err)
	}
	write(t, s, func(tx *Tx) error { return tx.RemoveAccount("ada") })
	if got := ordered(t, s, View{Search: "text "}, 50); len(got) != 3 {
		t.Fatalf("%d found right after the removal", len(got))
	}
	if _, err := s.Row(ctx, ids[0]); !fault.Is(err, fault.NotFound) {
		t.Fatalf("a message of the removed account: %v", err)
	}
	settle(t, s)
	now = now.Add(48 * time.Hour)
	if err := s.Compact(ctx); err != nil {
		t.Fatal(err)
	}
	if ok, _ := s.HasBlob(ctx, own.Digest); ok {
		t.Error("a body that nobody needs is still here")
	}
	if raw, err := s.Raw(ctx, kept[0]); err != nil || string(raw) != "text of ada 1199" {
		t.Errorf("the shared body: %q %v", raw, err)
	}
	if ok, _ := s.HasBlob(ctx, shared.Digest); !ok {
		t.Error("the shared body is gone")
	}
	if bad := s.Check(ctx); len(bad) > 0 {
		t.Error(bad)
	}
	st, err := s.Stats(ctx)
	if err != nil || st.Messages != 3 {
		t.Errorf("stats: %+v %v", st, err)
	}
	// The same account again is a new one.
	if again := ada(t, s); again["Inbox"] == a["Inbox"] {
		t.Error("a mailbox id was used again")
	}
}

// TestShareBodyIsFound gives a message a body that was indexed long ago: its words are read again from the body.
func TestShareBodyIsFound(t *testing.T) {
	s := open(t, Options{Extract: func(raw []byte) (string, string) { return "again " + string(raw), "plan.pdf" }})
	box := ada(t, s)["Inbox"]
	ids := fill(t, s, "ada", box, 0, 1)
	if _, err := s.Index(ctx, 10); err != nil {
		t.Fatal(err)
	}
	var other []mail.MessageID
	write(t, s, func(tx *Tx) (err error) {
		if other, err = tx.Insert([]NewMessage{{Account: "ada", Mailbox: box, Ref: "s", Envelope: envelope(7, "Shared")}}); err != nil {
			return err
		}
		return tx.ShareBody(other[0], ids[0])
	})
	if _, err := s.Index(ctx, 10); err != nil {
		t.Fatal(err)
	}
	for expr, want := range map[string][]mail.MessageID{"text ": {other[0], ids[0]}, "again ": other, "filename:plan": other} {
		if got := ordered(t, s, View{Search: expr}, 10); !slices.Equal(got, want) {
			t.Errorf("%q finds %v, want %v", expr, got, want)
		}
	}
}

// TestPutCollections makes, changes and drops mailboxes as the server lists them.
func TestPutCollections(t *testing.T) {
	s := open(t, Options{})
	boxes := ada(t, s)
	fill(t, s, "ada", boxes["Archive"], 0, 3)
	var localBox, made mail.MailboxID
	write(t, s, func(tx *Tx) (err error) {
		if localBox, err = tx.LocalMailbox("ada", mail.RoleDrafts, "Drafts"); err != nil {
			return err
		}
		made, err = tx.MakeMailbox("ada", 0, "New", "")
		return err
	})
	write(t, s, func(tx *Tx) error {
		return tx.PutCollections("ada", []remote.Collection{{Ref: "INBOX", Name: "Inbox", Role: mail.RoleInbox}, {Ref: "Projects", Name: "Works"}, {Ref: "New", Name: "New"}})
	})
	bs, err := s.Mailboxes(ctx, "ada")
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, b := range bs {
		paths = append(paths, b.Path)
	}
	if want := []string{"Inbox", "Drafts", "New", "Works"}; !slices.Equal(paths, want) {
		t.Fatalf("%v, want %v", paths, want)
	}
	p, err := s.PlaceByRef(ctx, "ada", "New")
	if err != nil || p.ID != made {
		t.Fatalf("the mailbox made here is %d, listed as %d (%v)", made, p.ID, err)
	}
	write(t, s, func(tx *Tx) error {
		if again, err := tx.LocalMailbox("ada", mail.RoleDrafts, "Drafts"); err != nil || again != localBox {
			return fmt.Errorf("%d %v", again, err)
		}
		return nil
	})
	settle(t, s)
	if bad := s.Check(ctx); len(bad) > 0 {
		t.Fatal(bad)
	}
	if st, _ := s.Stats(ctx); st.Messages != 0 {
		t.Fatalf("messages of a dropped mailbox: %d", st.Messages)
	}
}

// TestHeaderLater inserts a message without a header: it is hidden until the body or the header comes, and keeps its id.
func TestHeaderLater(t *testing.T) {
	s := open(t, Options{})
	box := ada(t, s)["Inbox"]
	var ids []mail.MessageID
	write(t, s, func(tx *Tx) (err error) {
		ids, err = tx.Insert([]NewMessage{{Account: "ada", Mailbox: box, Ref: "1", Size: 99}, {Account: "ada", Mailbox: box, Ref: "2", Size: 99}})
		return err
	})
	if n, _, _ := s.Count(ctx, View{Mailbox: box}, 0); n != 0 {
		t.Fatalf("%d are shown", n)
	}
	if ms, err := s.MissingBodies(ctx, box, time.Time{}, 0, 10); err != nil || len(ms) != 2 {
		t.Fatalf("missing: %v %v", ms, err)
	}
	b := body("raw")
	b.Envelope = *envelope(1, "By its body")
	write(t, s, func(tx *Tx) error {
		if err := tx.SetEnvelope(ids[1], *envelope(2, "By its header")); err != nil {
			return err
		}
		return tx.PutBodies(map[mail.MessageID]Body{ids[0]: b})
	})
	sl, err := s.List(ctx, View{Mailbox: box}, 0, 10)
	if err != nil || len(sl.Rows) != 2 || sl.Rows[0].Subject != "By its header" || sl.Rows[1].Subject != "By its body" || !sl.Rows[1].HasBody {
		t.Fatalf("%+v %v", sl.Rows, err)
	}
	if ms, _ := s.MissingBodies(ctx, box, time.Time{}, 0, 10); len(ms) != 1 || ms[0].ID != ids[1] {
		t.Fatalf("missing: %v", ms)
	}
	if _, err := s.Index(ctx, 10); err != nil {
		t.Fatal(err)
	}
	if bad := s.Check(ctx); len(bad) > 0 {
		t.Fatal(bad)
	}
}

// TestIDsStrange files absurd dates inside bounds.
func TestIDsStrange(t *testing.T) {
	s := open(t, Options{})
	box := ada(t, s)["Inbox"]
	for i, d := range []time.Time{{}, time.Unix(-5e9, 0), time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC), time.Unix(0, 0)} {
		e := envelope(i, "Odd")
		e.Date = d
		var ids []mail.MessageID
		write(t, s, func(tx *Tx) (err error) {
			ids, err = tx.Insert([]NewMessage{{Account: "ada", Mailbox: box, Ref: remote.Ref(fmt.Sprint(i)), Envelope: e, Received: time.Unix(1700000000, 0)}})
			return err
		})
		if at := ids[0].Time(); at.Before(time.Unix(1700000000, 0)) || at.After(time.Unix(1700000000, 0).Add(25*time.Hour)) {
			t.Errorf("%v is filed under %v", d, at)
		}
	}
}

func TestDraftsAndOutbox(t *testing.T) {
	now := time.Now()
	s := open(t, Options{Now: func() time.Time { return now }})
	box := ada(t, s)["Inbox"]
	big := strings.Repeat("attachment ", 200_000)
	digest, size, err := s.PutBlob(ctx, strings.NewReader(big))
	if err != nil || size != int64(len(big)) {
		t.Fatal(digest, size, err)
	}
	m := fill(t, s, "ada", box, 0, 1)[0]
	var d mail.DraftID
	var o mail.OutboxID
	write(t, s, func(tx *Tx) (err error) {
		if d, err = tx.PutDraft(mail.Draft{Account: "ada", Subject: "Draft", Attach: []mail.Attachment{{Name: "a", Digest: digest}}}); err != nil {
			return err
		}
		if err = tx.LinkDraft(d, m); err != nil {
			return err
		}
		o, err = tx.PutOutbound(Outbound{OutboxItem: mail.OutboxItem{Account: "ada", Subject: "Out", State: mail.OutWaiting}, Digest: body("x").Digest, Envelope: remote.Envelope{From: "ada@example.test"}})
		return err
	})
	sl, _ := s.List(ctx, View{Mailbox: box}, 0, 1)
	if sl.Rows[0].DraftID != d {
		t.Errorf("the row stands for draft %d", sl.Rows[0].DraftID)
	}
	now = now.Add(72 * time.Hour)
	if err := s.Compact(ctx); err != nil {
		t.Fatal(err)
	}
	r, n, err := s.Blob(ctx, digest)
	if err != nil || n != size {
		t.Fatal(n, err)
	}
	got, _ := io.ReadAll(r)
	r.Close()
	if string(got) != big {
		t.Error("the attachment changed")
	}
	items, err := s.Outbox(ctx)
	if err != nil || len(items) != 1 || items[0].ID != o || items[0].Subject != "Out" || items[0].Envelope.From != "ada@example.test" {
		t.Fatalf("outbox: %+v %v", items, err)
	}
	write(t, s, func(tx *Tx) error {
		if err := tx.DropOutbound(o); err != nil {
			return err
		}
		return tx.DropDraft(d)
	})
	if err := s.Compact(ctx); err != nil {
		t.Fatal(err)
	}
	if ok, _ := s.HasBlob(ctx, digest); ok {
		t.Error("the attachment of a dropped draft is still here")
	}
	if left, _ := filepath.Glob(filepath.Join(s.Dir(), blobsDir, "*", "*")); len(left) != 0 {
		t.Errorf("files left: %v", left)
	}
	if ds, _ := s.Drafts(ctx); len(ds) != 0 {
		t.Errorf("drafts left: %v", ds)
	}
}

func TestComplete(t *testing.T) {
	s := open(t, Options{})
	ada(t, s)
	write(t, s, func(tx *Tx) error {
		at := time.Unix(1700000000, 0)
		for range 3 {
			if err := tx.Wrote([]mail.Address{{Name: "Zoë Brontë", Addr: "Zoe@example.test"}}, at); err != nil {
				return err
			}
		}
		return tx.Wrote([]mail.Address{{Name: "Zora Quill", Addr: "zora@other.example"}, {Addr: "no-address"}}, at)
	})
	names := func(p string) string {
		cs, err := s.Complete(ctx, p, 10)
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, c := range cs {
			out = append(out, c.Addr)
		}
		return strings.Join(out, " ")
	}
	for p, want := range map[string]string{"zo": "Zoe@example.test zora@other.example", "bronte": "Zoe@example.test", "quill zora": "zora@other.example", "zoe@ex": "Zoe@example.test", "other": "zora@other.example", "no-": "", "": "", "zo nobody": ""} {
		if got := names(p); got != want {
			t.Errorf("%q: %q, want %q", p, got, want)
		}
	}
}

// TestHeardFrom counts a sender once for each message, however often it is indexed, and not what is junk.
func TestHeardFrom(t *testing.T) {
	s := open(t, Options{})
	boxes := ada(t, s)
	ids := fill(t, s, "ada", boxes["Inbox"], 0, 3)
	fill(t, s, "ada", boxes["Junk"], 10, 3)
	for range 2 {
		if _, err := s.Index(ctx, 100); err != nil {
			t.Fatal(err)
		}
		write(t, s, func(tx *Tx) error { return tx.PutBodies(map[mail.MessageID]Body{ids[0]: body("another")}) })
	}
	cs, err := s.Complete(ctx, "bob", 5)
	if err != nil || len(cs) != 1 || cs[0].Received != 3 || cs[0].Name != "Bob Example" {
		t.Fatalf("%+v %v", cs, err)
	}
}

func TestPOPMarks(t *testing.T) {
	s := open(t, Options{})
	var box mail.MailboxID
	write(t, s, func(tx *Tx) error {
		if err := tx.PutAccount(mail.Account{ID: "pop", Address: "p@example.test"}); err != nil {
			return err
		}
		return tx.PutCollections("pop", []remote.Collection{{Ref: "INBOX", Name: "Inbox", Role: mail.RoleInbox, Keep: true}})
	})
	p, err := s.PlaceByRef(ctx, "pop", "INBOX")
	if err != nil || !p.Keep {
		t.Fatal(p, err)
	}
	box = p.ID
	ids := fill(t, s, "pop", box, 0, 2)
	write(t, s, func(tx *Tx) error {
		if err := tx.SetPOPSeen(box, "1", "d", time.Unix(1700000000, 0)); err != nil {
			return err
		}
		return tx.Delete(ids)
	})
	write(t, s, func(tx *Tx) error {
		seen, err := tx.POPSeen(box)
		if err != nil || len(seen) != 2 || !seen["1"].Deleted || seen["1"].Digest != "d" || !seen["0"].Deleted {
			t.Errorf("marks: %+v %v", seen, err)
		}
		return tx.DropPOPSeen(box, []remote.Ref{"0", "1"})
	})
}

// TestBusAfterCommit publishes what was committed and nothing of what was rolled back.
func TestBusAfterCommit(t *testing.T) {
	b := bus.New()
	s := open(t, Options{Bus: b})
	box := ada(t, s)["Inbox"]
	ids := fill(t, s, "ada", box, 0, 2)
	sub := b.Subscribe()
	s.Write(ctx, func(tx *Tx) error {
		if err := tx.SetShown(ids[0], mail.Seen, nil); err != nil {
			return err
		}
		return errRolledBack
	})
	if c, any := sub.Take(); any {
		t.Fatalf("published after a rollback: %+v", c)
	}
	write(t, s, func(tx *Tx) error { return tx.SetShown(ids[0], mail.Seen, nil) })
	c, _ := sub.Take()
	if !slices.Equal(c.Messages, ids[:1]) || !slices.Equal(c.Mailboxes, []mail.MailboxID{box}) {
		t.Fatalf("published: %+v", c)
	}
}

// TestMigrationBacksUp steps to a later version and leaves the old file beside the new one; a profile of a later version is refused.
func TestMigrationBacksUp(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	ada(t, s)
	path := filepath.Join(dir, indexFile)
	copies := func() (names []string) {
		list, _ := filepath.Glob(path + ".v*")
		for _, p := range list {
			names = append(names, filepath.Base(p))
		}
		return names
	}
	if c := copies(); len(c) != 0 {
		t.Errorf("a new profile has copies of itself: %v", c)
	}
	if err := os.WriteFile(path+".v1", nil, 0o600); err != nil { // of an earlier upgrade
		t.Fatal(err)
	}
	if err := migrate(ctx, s.w, path, append(slices.Clone(indexMigrations), "CREATE TABLE later(x INTEGER) STRICT")); err != nil {
		t.Fatal(err)
	}
	s.Close()
	if c := copies(); len(c) != 1 || c[0] != fmt.Sprintf("%s.v%d", indexFile, len(indexMigrations)) {
		t.Fatalf("copies: %v", c)
	}
	if _, err := Open(dir, Options{}); !fault.Is(err, fault.Local) || fault.Of(err).Code != "newer" {
		t.Fatalf("a later profile: %v", err)
	}
}

// What must be durable is written durably, also after the index was brought up to date, which need not be.
func TestOnlyTheIndexIsNotSynced(t *testing.T) {
	s := open(t, Options{})
	level := func() int {
		t.Helper()
		var n int
		if err := s.w.conn.QueryRowContext(ctx, "PRAGMA synchronous").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	const normal, full = 1, 2
	for range 3 {
		in := 0
		if err := s.writeSoon(ctx, func(*Tx) error { in = level(); return nil }); err != nil || in != normal {
			t.Fatalf("level %d, %v", in, err)
		}
		if _, err := s.Index(ctx, 10); err != nil {
			t.Fatal(err)
		}
		if err := s.Write(ctx, func(*Tx) error { in = level(); return nil }); err != nil || in != full {
			t.Fatalf("level %d, %v", in, err)
		}
	}
}
