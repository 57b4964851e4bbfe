package engine_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"runtime"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/accounts/remote/memory"
	"github.com/postrider/postrider/accounts/remote/remotetest"
	"github.com/postrider/postrider/app/bus"
	"github.com/postrider/postrider/app/engine"
	"github.com/postrider/postrider/app/store"
)

var ctx = context.Background()

// rig is a profile with accounts whose servers are in memory. It can be reopened as after a crash.
type rig struct {
	t       testing.TB
	dir     string
	s       *store.Store
	e       *engine.Engine
	servers map[mail.AccountID]*memory.Server
	o       engine.Options
	now     func() time.Time
	max     int
}

func newRig(t testing.TB, servers map[mail.AccountID]*memory.Server, accounts ...mail.Account) *rig {
	r := &rig{t: t, dir: t.TempDir(), servers: servers, now: time.Now}
	r.o = engine.Options{BackoffMin: 5 * time.Millisecond, BackoffMax: 50 * time.Millisecond, Quiet: time.Nanosecond, Poll: time.Hour}
	r.open()
	r.write(func(tx *store.Tx) error {
		for _, a := range accounts {
			if err := tx.PutAccount(a); err != nil {
				return err
			}
		}
		return nil
	})
	t.Cleanup(r.close)
	return r
}

// one is a rig with one account "a".
func one(t testing.TB, o memory.Options) (*rig, *memory.Server) {
	s := memory.New(o)
	return newRig(t, map[mail.AccountID]*memory.Server{"a": s}, account("a")), s
}

func account(id mail.AccountID) mail.Account {
	return mail.Account{ID: id, Address: string(id) + "@example.test", Identities: []mail.Identity{{Addr: string(id) + "@example.test"}}}
}

func ingest(raw []byte) (store.Body, error) {
	head, text, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
	_ = head
	return store.Body{Digest: digest(raw), Packed: store.Pack(raw), Size: int64(len(raw)), Envelope: memory.Envelope(raw), Text: string(text), Snippet: string(text[:min(len(text), 40)])}, nil
}

func (r *rig) open() {
	r.t.Helper()
	s, err := store.Open(r.dir, store.Options{MaxPages: r.max})
	if err != nil {
		r.t.Fatal(err)
	}
	r.s = s
	o := r.o
	o.Store, o.Bus, o.Ingest, o.Now = s, bus.New(), ingest, func() time.Time { return r.now() }
	o.Open = func(a mail.Account) remote.Opener { return r.servers[a.ID].Opener() }
	r.e = engine.New(o)
}

func (r *rig) close() {
	if r.s != nil {
		r.e.Stop()
		r.s.Close()
		r.s = nil
	}
}

func (r *rig) write(f func(tx *store.Tx) error) {
	r.t.Helper()
	if err := r.s.Write(ctx, f); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) sync(ids ...mail.AccountID) engine.Report {
	r.t.Helper()
	if len(ids) == 0 {
		ids = []mail.AccountID{"a"}
	}
	var rep engine.Report
	for _, id := range ids {
		c, cancel := context.WithTimeout(ctx, time.Minute)
		var err error
		if rep, err = r.e.SyncOnce(c, id, nil); err != nil {
			r.t.Fatalf("sync %s: %v", id, err)
		}
		cancel()
	}
	return rep
}

func (r *rig) box(a mail.AccountID, name string) mail.MailboxID {
	r.t.Helper()
	bs, err := r.s.Mailboxes(ctx, a)
	if err != nil {
		r.t.Fatal(err)
	}
	for _, b := range bs {
		if b.Path == name {
			return b.ID
		}
	}
	r.t.Fatalf("no mailbox %s", name)
	return 0
}

func (r *rig) list(a mail.AccountID, name string) []mail.Summary {
	r.t.Helper()
	sl, err := r.s.List(ctx, store.View{Mailbox: r.box(a, name)}, 0, 100000)
	if err != nil {
		r.t.Fatal(err)
	}
	return sl.Rows
}

// here describes what is shown: one line a message, "mailbox id flags body".
func (r *rig) here(a mail.AccountID) string {
	bs, err := r.s.Mailboxes(ctx, a)
	if err != nil {
		r.t.Fatal(err)
	}
	var out []string
	for _, b := range bs {
		for _, m := range r.list(a, b.Path) {
			out = append(out, fmt.Sprintf("%s %s %v body=%v", b.Name, m.InternetID, m.Flags, m.HasBody))
		}
	}
	sort.Strings(out)
	return strings.Join(out, "\n")
}

// there describes what a server has in the same words.
func there(s *memory.Server, names ...string) string {
	var out []string
	if len(names) == 0 {
		names = []string{"Inbox", "Drafts", "Sent", "Archive", "Junk", "Trash"}
	}
	for _, n := range names {
		for _, m := range s.Messages(s.Box(n)) {
			out = append(out, fmt.Sprintf("%s %s %v body=true", n, memory.Envelope(m.Raw).InternetID, m.Flags))
		}
	}
	sort.Strings(out)
	return strings.Join(out, "\n")
}

func (r *rig) same(s *memory.Server, what string) {
	r.t.Helper()
	if h, th := r.here("a"), there(s); h != th {
		r.t.Fatalf("%s\n--- here\n%s\n--- there\n%s", what, h, th)
	}
	if ops, err := r.s.Ops(ctx, "a"); err != nil || len(ops) != 0 {
		r.t.Fatalf("%s: ops left: %+v %v", what, ops, err)
	}
}

// idle fails unless a further sync does nothing.
func (r *rig) idle(s *memory.Server) {
	r.t.Helper()
	s.ClearCalls()
	rep := r.sync()
	if rep.Added+rep.Changed+rep.Removed != 0 || rep.Bytes != 0 {
		r.t.Fatalf("the second sync did something: %+v", rep)
	}
	for _, c := range s.Calls() {
		if c.Name == "push" || c.Name == "fetch" || c.Name == "submit" {
			r.t.Fatalf("the second sync called %+v", c)
		}
	}
}

func deliver(s *memory.Server, box string, n int) (refs []remote.Ref) {
	for i := range n {
		raw, _ := remotetest.Message(fmt.Sprint(box, " ", i))
		refs = append(refs, s.Deliver(s.Box(box), raw, 0, time.Now().Add(time.Duration(i-n)*time.Minute)))
	}
	return refs
}

func TestMain(m *testing.M) {
	before := runtime.NumGoroutine()
	code := m.Run()
	for range 50 {
		if runtime.NumGoroutine() <= before+2 {
			os.Exit(code)
		}
		time.Sleep(50 * time.Millisecond)
	}
	buf := make([]byte, 1<<20)
	fmt.Fprintf(os.Stderr, "goroutines left:\n%s", buf[:runtime.Stack(buf, true)])
	os.Exit(1)
}

func TestSyncAndCommands(t *testing.T) {
	for name, o := range map[string]memory.Options{"plain": {First: 3, Page: 4}, "noref": {NoRefs: true, First: 3, Page: 4}, "keyed": {KeyedPush: true}, "global": {Globals: true}} {
		t.Run(name, func(t *testing.T) {
			r, s := one(t, o)
			refs := deliver(s, "Inbox", 12)
			deliver(s, "Archive", 3)
			r.sync()
			r.same(s, "first sync")
			r.idle(s)
			// Another client.
			in := s.Box("Inbox")
			s.Mark(in, refs[0], mail.Seen, 0)
			s.Expunge(in, refs[1])
			s.Relocate(in, refs[2], s.Box("Archive"))
			deliver(s, "Inbox", 2)
			r.sync()
			r.same(s, "another client")
			// Here.
			rows := r.list("a", "Inbox")
			ids := []mail.MessageID{rows[0].ID, rows[1].ID, rows[2].ID}
			if _, err := r.e.SetFlags(ctx, ids, mail.Flagged|mail.Seen, 0, []string{"work"}, nil); err != nil {
				t.Fatal(err)
			}
			if _, err := r.e.Move(ctx, ids[:2], r.box("a", "Archive")); err != nil {
				t.Fatal(err)
			}
			if _, err := r.e.SetFlags(ctx, ids[:1], 0, mail.Flagged, nil, nil); err != nil {
				t.Fatal(err)
			}
			if _, err := r.e.Move(ctx, ids[:1], r.box("a", "Trash")); err != nil {
				t.Fatal(err)
			}
			if _, err := r.e.Remove(ctx, ids[2:]); err != nil {
				t.Fatal(err)
			}
			if _, err := r.e.Copy(ctx, []mail.MessageID{rows[4].ID}, r.box("a", "Junk")); err != nil {
				t.Fatal(err)
			}
			want := r.here("a")
			r.sync()
			if got := r.here("a"); got != want {
				t.Fatalf("what was shown changed:\n%s\n---\n%s", want, got)
			}
			r.same(s, "commands")
			if m := r.list("a", "Trash"); len(m) != 1 || m[0].ID != ids[0] {
				t.Fatalf("the moved message has another id: %+v", m)
			}
			r.idle(s)
			// Reset and lost tokens bring nothing twice and fetch no body again.
			s.ClearCalls()
			s.Renumber(in)
			s.Forget(s.Box("Archive"))
			before := r.list("a", "Inbox")
			r.sync()
			r.same(s, "reset")
			for i, m := range r.list("a", "Inbox") {
				if m.ID != before[i].ID {
					t.Errorf("message %d has another id after the reset", i)
				}
			}
			for _, c := range s.Calls() {
				if c.Name == "fetch" {
					t.Error("bodies were fetched again after a reset")
				}
			}
			r.idle(s)
		})
	}
}

func TestUndo(t *testing.T) {
	r, s := one(t, memory.Options{})
	deliver(s, "Inbox", 4)
	r.sync()
	start := there(s)
	for _, synced := range []bool{false, true} {
		rows := r.list("a", "Inbox")
		ids := []mail.MessageID{rows[0].ID, rows[1].ID}
		do := []func() (int64, error){
			func() (int64, error) { return r.e.SetFlags(ctx, ids, mail.Flagged, 0, nil, nil) },
			func() (int64, error) { return r.e.Move(ctx, ids, r.box("a", "Archive")) },
			func() (int64, error) { return r.e.Move(ctx, ids, r.box("a", "Trash")) },
			func() (int64, error) { return r.e.Copy(ctx, ids, r.box("a", "Junk")) },
		}
		var groups []int64
		for _, f := range do {
			g, err := f()
			if err != nil {
				t.Fatal(err)
			}
			groups = append(groups, g)
			if synced {
				r.sync()
			}
		}
		for i := len(groups) - 1; i >= 0; i-- {
			if err := r.e.Undo(ctx, groups[i]); err != nil {
				t.Fatal(err)
			}
		}
		if got := r.here("a"); got != start {
			t.Fatalf("synced %v: after the undo\n%s\n--- want\n%s", synced, got, start)
		}
		r.sync()
		if got := there(s); got != start {
			t.Fatalf("synced %v: the server after the undo\n%s\n--- want\n%s", synced, got, start)
		}
		r.same(s, "undo")
	}
}

func TestRefusedIsTakenBack(t *testing.T) {
	r, s := one(t, memory.Options{})
	deliver(s, "Inbox", 2)
	r.sync()
	s.SetHooks(memory.Hooks{Edit: func(remote.Ref, remote.Edit) error {
		return &fault.Error{Kind: fault.Refused, Title: "No", ServerText: "NO not today"}
	}})
	id := r.list("a", "Inbox")[0].ID
	if _, err := r.e.Move(ctx, []mail.MessageID{id}, r.box("a", "Archive")); err != nil {
		t.Fatal(err)
	}
	if _, err := r.e.SetFlags(ctx, []mail.MessageID{id}, mail.Flagged, 0, nil, nil); err != nil {
		t.Fatal(err)
	}
	r.sync()
	r.same(s, "refused")
	if st := r.e.Status(); len(st) != 1 || st[0].Err == nil || fault.Of(st[0].Err).ServerText != "NO not today" {
		t.Errorf("the refusal is not told: %+v", st)
	}
}
