package engine_test

import (
	"strings"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/accounts/remote/memory"
	"github.com/postrider/postrider/accounts/remote/remotetest"
	"github.com/postrider/postrider/app/engine"
	"github.com/postrider/postrider/app/store"
)

func TestNoRoomOnTheServerParks(t *testing.T) {
	r, s := one(t, memory.Options{})
	deliver(s, "Inbox", 1)
	r.sync()
	full := true
	s.SetHooks(memory.Hooks{Edit: func(_ remote.Ref, e remote.Edit) error {
		if full && e.Verb == remote.Add {
			return &fault.Error{Kind: fault.Quota, ServerText: "NO [OVERQUOTA]"}
		}
		return nil
	}})
	if _, err := r.e.Copy(ctx, []mail.MessageID{r.list("a", "Inbox")[0].ID}, r.box("a", "Archive")); err != nil {
		t.Fatal(err)
	}
	r.sync()
	r.sync()
	ops, _ := r.s.Ops(ctx, "a")
	if len(ops) != 1 || ops[0].State != store.OpParked || len(r.list("a", "Archive")) != 1 {
		t.Fatalf("%+v", ops)
	}
	full = false
	r.e.Sync("a")
	r.sync()
	r.same(s, "room again")
}

func TestSendingWaitsForASecret(t *testing.T) {
	r, s := one(t, memory.Options{})
	bad := true
	s.SetHooks(memory.Hooks{Before: func(c memory.Call) error {
		if c.Name == "submit" && bad {
			return &fault.Error{Kind: fault.Auth, Code: "bad-password"}
		}
		return nil
	}})
	r.start()
	r.idleState("a")
	ob, _ := outbound(r, 0, 0)
	if _, err := r.e.Queue(ctx, ob); err != nil {
		t.Fatal(err)
	}
	until(t, "sign-in", func() bool { return fault.Is(r.state("a").Err, fault.Auth) })
	time.Sleep(100 * time.Millisecond)
	tries := 0
	for _, c := range s.Calls() {
		if c.Name == "submit" {
			tries++
		}
	}
	if tries != 1 {
		t.Errorf("%d tries with a refused password", tries)
	}
	bad = false
	r.e.Reload("a")
	until(t, "sent", func() bool { return len(s.Outgoing()) == 1 })
	r.shows(s)
}

func TestAMessageThatBreaksTheParserIsStored(t *testing.T) {
	r, s := one(t, memory.Options{})
	r.close()
	r.open()
	raw, _ := remotetest.Message("breaks")
	s.Deliver(s.Box("Inbox"), raw, 0, time.Now())
	e := engine.New(engine.Options{Store: r.s, Open: func(mail.Account) remote.Opener { return s.Opener() }, Ingest: func([]byte) (store.Body, error) { panic("no") }})
	if _, err := e.SyncOnce(ctx, "a", nil); err != nil {
		t.Fatal(err)
	}
	got, err := r.s.Raw(ctx, r.list("a", "Inbox")[0].ID)
	if err != nil || string(got) != string(raw) {
		t.Fatalf("%v %q", err, got)
	}
}

func TestDiscardedDraftComesBack(t *testing.T) {
	r, s := one(t, memory.Options{})
	r.sync()
	raw, id := remotetest.Message("draft")
	d := mail.Draft{Account: "a", InternetID: id, Subject: "draft", Text: "words"}
	var err error
	if d.ID, err = r.e.SaveDraft(ctx, d, raw); err != nil {
		t.Fatal(err)
	}
	r.sync()
	if n := len(s.Messages(s.Box("Drafts"))); n != 1 {
		t.Fatalf("%d copies", n)
	}
	// Saved again unchanged: nothing goes to the server.
	s.ClearCalls()
	if d.ID, err = r.e.SaveDraft(ctx, d, raw); err != nil {
		t.Fatal(err)
	}
	r.idle(s)
	for _, synced := range []bool{false, true} {
		g, err := r.e.DiscardDraft(ctx, d.ID)
		if err != nil {
			t.Fatal(err)
		}
		if len(r.list("a", "Drafts")) != 0 {
			t.Fatal("still shown")
		}
		if synced {
			r.sync()
			if n := len(s.Messages(s.Box("Drafts"))); n != 0 {
				t.Fatalf("%d copies of a discarded draft", n)
			}
		}
		if err := r.e.Undo(ctx, g); err != nil {
			t.Fatal(err)
		}
		ds, _ := r.s.Drafts(ctx)
		if len(ds) != 1 || ds[0].Text != "words" {
			t.Fatalf("%+v", ds)
		}
		d = ds[0]
		r.sync()
		if ms := s.Messages(s.Box("Drafts")); len(ms) != 1 || string(ms[0].Raw) != string(raw) {
			t.Fatalf("synced %v: %d copies after the undo", synced, len(ms))
		}
		r.same(s, "undone")
	}
}

func TestQuietPeriod(t *testing.T) {
	r, s := one(t, memory.Options{})
	r.o.Quiet = time.Hour
	r.close()
	r.open()
	r.sync()
	raw, id := remotetest.Message("draft")
	d := mail.Draft{Account: "a", InternetID: id}
	for i := range 5 {
		var err error
		if d.ID, err = r.e.SaveDraft(ctx, d, append(raw[:len(raw):len(raw)], strings.Repeat("more\r\n", i)...)); err != nil {
			t.Fatal(err)
		}
		r.sync()
	}
	if n := len(s.Messages(s.Box("Drafts"))); n != 0 {
		t.Fatalf("%d copies before the quiet period has passed", n)
	}
	if n := len(r.list("a", "Drafts")); n != 1 {
		t.Fatalf("%d drafts shown", n)
	}
	if err := r.e.FlushDraft(ctx, d.ID); err != nil {
		t.Fatal(err)
	}
	r.sync()
	r.same(s, "flushed")
	if n := len(s.Messages(s.Box("Drafts"))); n != 1 {
		t.Fatalf("%d copies", n)
	}
}

// A server that lies: what it says is gone comes back, what it says twice is once, and what breaks off goes on.
func TestLyingServer(t *testing.T) {
	r, s := one(t, memory.Options{First: 4, Page: 4})
	deliver(s, "Inbox", 11)
	r.sync()
	s.SetHooks(memory.Hooks{Pulled: func(c remote.Ref, d *remote.Delta) {
		d.Changed = append(d.Changed, d.Changed...)
		d.Gone = append(d.Gone, "nonsense", "1:1")
	}})
	deliver(s, "Inbox", 3)
	r.sync()
	s.SetHooks(memory.Hooks{})
	r.same(s, "said twice")
	// A listing that forgets the envelopes of new ones.
	s.SetHooks(memory.Hooks{Pulled: func(c remote.Ref, d *remote.Delta) {
		if !d.Complete && !d.More {
			for i := range d.Changed {
				d.Changed[i].Envelope = nil
			}
		}
	}})
	deliver(s, "Inbox", 2)
	r.sync()
	s.SetHooks(memory.Hooks{})
	r.sync()
	r.same(s, "envelopes missing")
	// Bodies that break off are never stored short.
	n := 0
	s.SetHooks(memory.Hooks{Item: func(c remote.Ref, it remote.Item) (remote.Item, error) {
		if n++; n%2 == 1 {
			it.Body = strings.NewReader("From: short")
		}
		return it, nil
	}})
	deliver(s, "Inbox", 2)
	for range 6 {
		r.e.SyncOnce(ctx, "a", nil)
	}
	s.SetHooks(memory.Hooks{})
	r.sync()
	r.same(s, "short bodies")
	for _, m := range r.list("a", "Inbox") {
		if raw, err := r.s.Raw(ctx, m.ID); err != nil || !strings.HasSuffix(string(raw), "\r\n") || int64(len(raw)) != m.Size {
			t.Errorf("%s: %v, %d of %d bytes", m.InternetID, err, len(raw), m.Size)
		}
	}
	// A mailbox that vanishes while it is read.
	s.SetHooks(memory.Hooks{Before: func(c memory.Call) error {
		if c.Name == "pull" && c.Collection == s.Box("Junk") {
			s.Destroy(c.Collection)
		}
		return nil
	}})
	r.sync()
	r.sync()
	s.SetHooks(memory.Hooks{})
	if bs, _ := r.s.Mailboxes(ctx, "a"); len(bs) != 5 {
		t.Errorf("%d mailboxes", len(bs))
	}
}

func TestLeaveForDays(t *testing.T) {
	r, s := one(t, memory.Options{Keep: true, NoFlags: true, NoPush: true})
	a := account("a")
	a.Leave = mail.Leave{Mode: "days", Days: 14}
	r.write(func(tx *store.Tx) error { return tx.PutAccount(a) })
	in := s.Box("Inbox")
	deliver(s, "Inbox", 3)
	r.sync()
	start := time.Now()
	r.now = func() time.Time { return start.AddDate(0, 0, 13) }
	deliver(s, "Inbox", 1)
	r.sync()
	if n := len(s.Messages(in)); n != 4 {
		t.Fatalf("%d left on the server after 13 days", n)
	}
	r.now = func() time.Time { return start.AddDate(0, 0, 15) }
	var seen []remote.Edit
	s.SetHooks(memory.Hooks{Edit: func(_ remote.Ref, e remote.Edit) error { seen = append(seen, e); return nil }})
	r.sync()
	if n := len(s.Messages(in)); n != 1 || len(r.list("a", "Inbox")) != 4 {
		t.Fatalf("after 15 days %d on the server, %d here", n, len(r.list("a", "Inbox")))
	}
	if len(seen) != 1 || len(seen[0].Sizes) != 3 || seen[0].Sizes[0] == 0 || seen[0].InternetIDs[0] == "" {
		t.Errorf("the removal does not say what it removes: %+v", seen)
	}
	r.sync()
	r.idle(s)
}
