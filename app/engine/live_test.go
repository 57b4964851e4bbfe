package engine_test

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
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

// until waits for a condition of a running engine.
func until(t testing.TB, what string, f func() bool) {
	t.Helper()
	for end := time.Now().Add(40 * time.Second); !f(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s: not within forty seconds", what)
		}
	}
}

func (r *rig) start() {
	r.t.Helper()
	if err := r.e.Start(ctx); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) state(id mail.AccountID) engine.AccountStatus {
	for _, s := range r.e.Status() {
		if s.Account == id {
			return s
		}
	}
	return engine.AccountStatus{}
}

func (r *rig) idleState(id mail.AccountID) {
	r.t.Helper()
	until(r.t, "idle", func() bool { s := r.state(id); return s.State == engine.StateIdle && !s.Checked.IsZero() })
}

// shows waits until what is shown is what the server has.
func (r *rig) shows(s *memory.Server) {
	r.t.Helper()
	end := time.Now().Add(30 * time.Second)
	for {
		ops, _ := r.s.Ops(ctx, "a")
		h, th := r.here("a"), there(s)
		if h == th && len(ops) == 0 {
			return
		}
		if time.Now().After(end) {
			r.t.Fatalf("not in step:\n%s\n--- there\n%s\nops %+v\nstatus %+v", h, th, ops, r.e.Status())
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func TestLive(t *testing.T) {
	r, s := one(t, memory.Options{First: 5, Page: 20})
	deliver(s, "Inbox", 60)
	r.start()
	until(t, "the tree", func() bool { bs, _ := r.s.Mailboxes(ctx, "a"); return len(bs) > 0 })
	r.shows(s)
	r.idleState("a")
	until(t, "push", func() bool { return r.state("a").Push })
	deliver(s, "Inbox", 3)
	r.shows(s)
	id := r.list("a", "Inbox")[0].ID
	r.e.Move(ctx, []mail.MessageID{id}, r.box("a", "Archive"))
	r.shows(s)
	// The line is cut; mail that comes meanwhile is found.
	s.Cut()
	deliver(s, "Archive", 2)
	r.shows(s)
	s.SetHooks(memory.Hooks{Before: func(c memory.Call) error { return &fault.Error{Kind: fault.Network, Code: "cut"} }})
	s.Cut()
	until(t, "offline", func() bool { return r.state("a").State == engine.StateOffline })
	r.e.SetFlags(ctx, []mail.MessageID{id}, mail.Flagged, 0, nil, nil)
	time.Sleep(30 * time.Millisecond)
	s.SetHooks(memory.Hooks{})
	r.shows(s)
	r.idleState("a")
	// The command line's sync beside a running supervisor.
	deliver(s, "Junk", 1)
	r.sync()
	r.same(s, "asked for while it runs")
	// A wrong password pauses until there is a new one.
	bad := true
	s.SetHooks(memory.Hooks{Before: func(c memory.Call) error {
		if c.Name == "open" && bad {
			return &fault.Error{Kind: fault.Auth, Code: "bad-password"}
		}
		return nil
	}})
	s.Cut()
	until(t, "sign-in", func() bool { return r.state("a").State == engine.StateSignIn })
	_, ever := s.Open()
	time.Sleep(150 * time.Millisecond)
	if _, now := s.Open(); now != ever {
		t.Error("tries go on after a refused password")
	}
	s.SetHooks(memory.Hooks{})
	r.e.Reload("a")
	r.idleState("a")
	deliver(s, "Inbox", 1)
	r.shows(s)
	r.e.Stop()
	if now, _ := s.Open(); now != 0 {
		t.Errorf("%d connections are left open", now)
	}
}

func TestBodyNow(t *testing.T) {
	r, s := one(t, memory.Options{})
	a := account("a")
	a.KeepDays = 1
	r.write(func(tx *store.Tx) error { return tx.PutAccount(a) })
	raw, _ := remotetest.Message("old")
	s.Deliver(s.Box("Inbox"), []byte(strings.Replace(string(raw), time.Now().Format("Mon, 02 Jan 2006"), "Mon, 05 Jan 2015", 1)), 0, time.Now().AddDate(-5, 0, 0))
	r.start()
	r.idleState("a")
	m := r.list("a", "Inbox")
	if len(m) != 1 || m[0].HasBody {
		t.Fatalf("an old body was brought, or no row: %+v", m)
	}
	if err := r.e.FetchNow(ctx, m[0].ID); err != nil {
		t.Fatal(err)
	}
	if got, err := r.s.Raw(ctx, m[0].ID); err != nil || !strings.Contains(string(got), "Grüße") {
		t.Fatalf("%v %q", err, got)
	}
	s.SetHooks(memory.Hooks{Before: func(memory.Call) error { return &fault.Error{Kind: fault.Network, Code: "cut"} }})
	s.Cut()
	until(t, "offline", func() bool { return r.state("a").State == engine.StateOffline })
	if err := r.e.FetchNow(ctx, m[0].ID); err != nil {
		t.Errorf("a body that is here needs no network: %v", err)
	}
}

func TestOutboxTimes(t *testing.T) {
	r, s := one(t, memory.Options{})
	r.o.SendRetry = []time.Duration{20 * time.Millisecond}
	r.close()
	r.open()
	tries := 0
	s.SetHooks(memory.Hooks{Receipt: func(e remote.Envelope) (remote.Receipt, error) {
		if tries++; tries < 3 {
			return remote.Receipt{}, &fault.Error{Kind: fault.Busy, ServerText: "451 greylisted"}
		}
		return remote.Receipt{Recipients: []mail.RecipientResult{{Addr: "bob@example.test", OK: true}, {Addr: "nobody@example.test", Code: 550, Text: "550 no such user"}}}, nil
	}})
	r.start()
	r.idleState("a")
	ob, id := outbound(r, 0, 0)
	ob.Envelope.To = append(ob.Envelope.To, "nobody@example.test")
	ob.Due = time.Now().Add(150 * time.Millisecond)
	oid, err := r.e.Queue(ctx, ob)
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(50 * time.Millisecond)
	if len(s.Outgoing()) != 0 {
		t.Fatal("sent before its time")
	}
	until(t, "sent", func() bool { return len(s.Outgoing()) == 1 })
	until(t, "filed", func() bool { return strings.Contains(there(s), "Sent "+id) })
	out, _ := r.s.Outbox(ctx)
	if len(out) != 1 || out[0].State != mail.OutFailed || out[0].Error != "550 no such user" || len(out[0].Envelope.To) != 1 || out[0].Envelope.To[0] != "nobody@example.test" {
		t.Fatalf("the refused recipient: %+v", out)
	}
	if _, err := r.e.CancelSend(ctx, oid); err != nil {
		t.Fatal(err)
	}
	// Refused for good, then edited away; and taken back in time.
	s.SetHooks(memory.Hooks{Receipt: func(remote.Envelope) (remote.Receipt, error) {
		return remote.Receipt{}, &fault.Error{Kind: fault.Refused, ServerText: "554 spam"}
	}})
	ob, _ = outbound(r, 0, 0)
	oid, _ = r.e.Queue(ctx, ob)
	until(t, "failed", func() bool {
		o, _ := r.s.Outbox(ctx)
		return len(o) == 1 && o[0].State == mail.OutFailed && o[0].Error == "554 spam"
	})
	s.SetHooks(memory.Hooks{})
	if err := r.e.SendNow(ctx, oid); err != nil {
		t.Fatal(err)
	}
	until(t, "sent again", func() bool { o, _ := r.s.Outbox(ctx); return len(o) == 0 && len(s.Outgoing()) == 2 })
	ob, _ = outbound(r, 0, 0)
	ob.Due = time.Now().Add(time.Hour)
	oid, _ = r.e.Queue(ctx, ob)
	if _, err := r.e.CancelSend(ctx, oid); err != nil {
		t.Fatal(err)
	}
	if _, err := r.e.CancelSend(ctx, oid); !fault.Is(err, fault.NotFound) {
		t.Errorf("taken back twice: %v", err)
	}
	r.shows(s)
}

func TestUnsureIsNeverSentAgainByItself(t *testing.T) {
	for _, arrives := range []bool{false, true} {
		t.Run(fmt.Sprint("arrives ", arrives), func(t *testing.T) {
			r, s := one(t, memory.Options{ServerSent: arrives})
			s.SetHooks(memory.Hooks{After: func(c memory.Call) error {
				if c.Name == "submit" {
					return &fault.Error{Kind: fault.Network, Code: "unsure"}
				}
				return nil
			}})
			r.start()
			r.idleState("a")
			ob, _ := outbound(r, 0, 0)
			oid, _ := r.e.Queue(ctx, ob)
			if arrives {
				until(t, "found in Sent", func() bool { o, _ := r.s.Outbox(ctx); return len(o) == 0 })
				r.shows(s)
				if n := len(s.Messages(s.Box("Sent"))); n != 1 {
					t.Errorf("%d copies in Sent", n)
				}
				return
			}
			until(t, "unsure", func() bool { o, _ := r.s.Outbox(ctx); return len(o) == 1 && o[0].State == mail.OutUnsure })
			r.e.Sync("")
			time.Sleep(100 * time.Millisecond)
			if n := len(s.Outgoing()); n != 1 {
				t.Fatalf("sent %d times", n)
			}
			if err := r.e.SendNow(ctx, oid); err == nil {
				t.Error("an unsure one can be sent without a decision")
			}
			s.SetHooks(memory.Hooks{})
			if err := r.e.Settle(ctx, oid, true); err != nil {
				t.Fatal(err)
			}
			r.shows(s)
			if n := len(s.Messages(s.Box("Sent"))); n != 1 || len(s.Outgoing()) != 1 {
				t.Errorf("%d copies in Sent, sent %d times", n, len(s.Outgoing()))
			}
		})
	}
}

func TestAcrossAccounts(t *testing.T) {
	a, p := memory.New(memory.Options{}), memory.New(memory.Options{Keep: true, NoFlags: true, NoPush: true})
	b := account("b")
	b.Leave.Mode = "deleted"
	r := newRig(t, map[mail.AccountID]*memory.Server{"a": a, "b": p}, account("a"), b)
	deliver(a, "Inbox", 3)
	deliver(p, "Inbox", 2)
	r.sync("a", "b")
	before := r.here("b")
	rows := r.list("b", "Inbox")
	g, err := r.e.Move(ctx, []mail.MessageID{rows[0].ID}, r.box("a", "Archive"))
	if err != nil {
		t.Fatal(err)
	}
	if len(r.list("b", "Inbox")) != 1 || len(r.list("a", "Archive")) != 1 {
		t.Fatal("the move is not shown at once")
	}
	if err := r.e.Undo(ctx, g); err != nil {
		t.Fatal(err)
	}
	r.sync("a", "b")
	if got := r.here("b"); got != before || len(a.Messages(a.Box("Archive"))) != 0 {
		t.Fatalf("after the undo:\n%s\n---\n%s\n%s", before, got, there(a))
	}
	if _, err = r.e.Move(ctx, []mail.MessageID{rows[0].ID}, r.box("a", "Archive")); err != nil {
		t.Fatal(err)
	}
	// While the destination refuses, nothing leaves the source.
	a.SetHooks(memory.Hooks{Before: func(c memory.Call) error {
		if c.Name == "push" {
			return &fault.Error{Kind: fault.Network, Code: "cut"}
		}
		return nil
	}})
	r.e.SyncOnce(ctx, "a", nil)
	r.sync("b")
	if n := len(p.Messages(p.Box("Inbox"))); n != 2 {
		t.Fatalf("the source has %d before the copy is there", n)
	}
	a.SetHooks(memory.Hooks{})
	r.sync("a", "b", "b")
	r.same(a, "moved")
	if n, m := len(p.Messages(p.Box("Inbox"))), len(a.Messages(a.Box("Archive"))); n != 1 || m != 1 {
		t.Fatalf("source %d, destination %d", n, m)
	}
	// From a server to a mailbox that is only here.
	row := r.list("a", "Inbox")[0]
	if _, err := r.e.Move(ctx, []mail.MessageID{row.ID}, r.box("b", "Archive")); err != nil {
		t.Fatal(err)
	}
	r.sync("a", "b")
	r.same(a, "moved to here")
	if m := r.list("b", "Archive"); len(m) != 1 || !m[0].HasBody || len(a.Messages(a.Box("Inbox"))) != 2 {
		t.Fatalf("%+v", m)
	}
}

func TestMailboxes(t *testing.T) {
	r, s := one(t, memory.Options{})
	deliver(s, "Inbox", 2)
	r.sync()
	p, err := r.e.CreateMailbox(ctx, "a", 0, "Projects")
	if err != nil {
		t.Fatal(err)
	}
	c, err := r.e.CreateMailbox(ctx, "a", p, "Bridge")
	if err != nil {
		t.Fatal(err)
	}
	id := r.list("a", "Inbox")[0].ID
	if _, err := r.e.Move(ctx, []mail.MessageID{id}, c); err != nil {
		t.Fatal(err)
	}
	r.sync()
	if n := len(s.Messages(s.Box("Bridge"))); n != 1 {
		t.Fatalf("%d in the new mailbox", n)
	}
	if err := r.e.RenameMailbox(ctx, p, 0, "Works"); err != nil {
		t.Fatal(err)
	}
	if err := r.e.Subscribe(ctx, c, false); err != nil {
		t.Fatal(err)
	}
	r.sync()
	if m := r.list("a", "Works/Bridge"); len(m) != 1 || m[0].ID != id || s.Box("Works") == "" {
		t.Fatalf("after the renaming %+v", m)
	}
	r.idle(s)
	if err := r.e.DeleteMailbox(ctx, c); err != nil {
		t.Fatal(err)
	}
	if _, err := r.e.CreateMailbox(ctx, "a", 0, "Never"); err != nil {
		t.Fatal(err)
	}
	if err := r.e.DeleteMailbox(ctx, r.box("a", "Never")); err != nil {
		t.Fatal(err)
	}
	r.sync()
	if s.Box("Bridge") != "" || s.Box("Never") != "" {
		t.Error("deleted and still there")
	}
	if ops, _ := r.s.Ops(ctx, "a"); len(ops) != 0 {
		t.Errorf("%+v", ops)
	}
}

func TestDiskFull(t *testing.T) {
	s := memory.New(memory.Options{})
	r := newRig(t, map[mail.AccountID]*memory.Server{"a": s}, account("a"))
	r.o.Recheck = 20 * time.Millisecond
	for range 40 {
		raw, _ := remotetest.Message("big")
		noise := make([]byte, 30000)
		rand.Read(noise)
		s.Deliver(s.Box("Inbox"), append(raw, hex.EncodeToString(noise)...), 0, time.Now())
	}
	r.close()
	r.max = 120
	r.open()
	r.start()
	until(t, "the disk is full", func() bool {
		f := fault.Of(r.state("a").Err)
		return f != nil && f.Kind == fault.Local && f.Code == "disk-full"
	})
	if n := len(s.Messages(s.Box("Inbox"))); n != 40 {
		t.Fatalf("%d on the server", n)
	}
	r.close()
	r.max = 0
	r.open()
	r.start()
	r.shows(s)
}
