package engine_test

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/accounts/remote/memory"
	"github.com/postrider/postrider/accounts/remote/remotetest"
	"github.com/postrider/postrider/app/store"
)

// crasher ends the program at its n-th crash point: the goroutine that comes there ends, and so does every other at its next point.
type crasher struct {
	mu     sync.Mutex
	n      int // counts down; 0 = never
	seen   []string
	down   bool
	cancel context.CancelFunc
}

func (c *crasher) point(name string) {
	c.mu.Lock()
	c.seen = append(c.seen, name)
	if c.n > 0 {
		if c.n--; c.n == 0 {
			c.down = true
		}
	}
	down := c.down
	c.mu.Unlock()
	if down {
		c.cancel()
		runtime.Goexit()
	}
}

// life runs f against a fresh engine on the same profile until it ends or crashes, and says which.
func (r *rig) life(n int, f func(ctx context.Context)) (crashed bool, points []string) {
	r.close()
	c, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	cr := &crasher{n: n, cancel: cancel}
	r.o.Crash = cr.point
	r.open()
	done := make(chan struct{})
	go func() {
		defer close(done)
		f(c)
	}()
	<-done
	r.e.Stop()
	r.o.Crash = nil
	return cr.down, cr.seen
}

// everywhere runs a scenario with a crash at every point that it has, each time in a new world, and checks each end.
func everywhere(t *testing.T, o memory.Options, setup func(r *rig, s *memory.Server), act func(c context.Context, r *rig, s *memory.Server), check func(t *testing.T, r *rig, s *memory.Server, at string)) {
	total, stride := -1, 1
	if testing.Short() {
		stride = 5
	}
	for n := 0; total < 0 || n <= total; n += stride {
		r, s := one(t, o)
		setup(r, s)
		crashed, points := r.life(n, func(c context.Context) { act(c, r, s) })
		if n == 0 {
			total = len(points)
			if crashed || total < 4 {
				t.Fatalf("the scenario has %d crash points: %v", total, points)
			}
		}
		at := "no crash"
		if crashed {
			at = fmt.Sprintf("crash %d at %q after %s", n, points[n-1], strings.Join(points[max(0, n-4):n-1], ", "))
		}
		// The next runs go on from there; act is not repeated: only what was accepted must end well.
		r.life(0, func(c context.Context) {
			for range 3 {
				if _, err := r.e.SyncOnce(c, "a", nil); err != nil {
					t.Errorf("%s: after the restart: %v", at, err)
				}
			}
		})
		check(t, r, s, at)
		if t.Failed() {
			return
		}
		r.idle(s)
		r.close()
	}
	t.Logf("%d crash points", total)
}

func once(c context.Context, r *rig) { r.e.SyncOnce(c, "a", nil) }

func unique(t *testing.T, s *memory.Server, at string) map[string]string {
	t.Helper()
	where := map[string]string{}
	for _, b := range []string{"Inbox", "Drafts", "Sent", "Archive", "Junk", "Trash"} {
		for _, m := range s.Messages(s.Box(b)) {
			id := memory.Envelope(m.Raw).InternetID
			if where[id] != "" {
				t.Errorf("%s: %s is in %s and in %s", at, id, where[id], b)
			}
			where[id] = b
		}
	}
	return where
}

func TestCrashSync(t *testing.T) {
	everywhere(t, memory.Options{First: 3, Page: 3}, func(r *rig, s *memory.Server) {
		deliver(s, "Inbox", 8)
		deliver(s, "Archive", 2)
	}, func(c context.Context, r *rig, s *memory.Server) { once(c, r) },
		func(t *testing.T, r *rig, s *memory.Server, at string) { r.same(s, at) })
}

func TestCrashCommands(t *testing.T) {
	for name, o := range map[string]memory.Options{"plain": {}, "noref": {NoRefs: true}, "keyed": {KeyedPush: true}} {
		t.Run(name, func(t *testing.T) {
			everywhere(t, o, func(r *rig, s *memory.Server) {
				deliver(s, "Inbox", 6)
				r.sync()
			}, func(c context.Context, r *rig, s *memory.Server) {
				rows := r.list("a", "Inbox")
				r.e.Move(c, []mail.MessageID{rows[0].ID, rows[1].ID}, r.box("a", "Archive"))
				r.e.SetFlags(c, []mail.MessageID{rows[0].ID}, mail.Flagged, 0, nil, nil)
				r.e.Move(c, []mail.MessageID{rows[0].ID}, r.box("a", "Trash"))
				r.e.Remove(c, []mail.MessageID{rows[2].ID})
				r.e.Move(c, []mail.MessageID{rows[3].ID}, r.box("a", "Junk"))
				once(c, r)
			}, func(t *testing.T, r *rig, s *memory.Server, at string) {
				r.same(s, at)
				if n := len(unique(t, s, at)); n < 5 || n > 6 {
					t.Errorf("%s: %d messages", at, n)
				}
			})
		})
	}
}

func outbound(r *rig, draft mail.DraftID, source mail.MessageID) (store.Outbound, string) {
	raw, id := remotetest.Message("sent")
	dg, n, err := r.s.PutBlob(ctx, strings.NewReader(string(raw)))
	if err != nil {
		r.t.Fatal(err)
	}
	return store.Outbound{OutboxItem: mail.OutboxItem{Account: "a", InternetID: id, To: []mail.Address{{Addr: "bob@example.test"}}, Subject: "sent", Size: n},
		Envelope: remote.Envelope{From: "a@example.test", To: []string{"bob@example.test"}}, Digest: dg, Draft: draft, Source: source, Mark: mail.Answered}, id
}

func TestCrashSend(t *testing.T) {
	for name, o := range map[string]memory.Options{"filed here": {}, "filed by the server": {ServerSent: true}, "noref": {NoRefs: true}} {
		t.Run(name, func(t *testing.T) {
			var id string
			var source mail.MessageID
			everywhere(t, o, func(r *rig, s *memory.Server) {
				deliver(s, "Inbox", 1)
				r.sync()
				source = r.list("a", "Inbox")[0].ID
				id = ""
			}, func(c context.Context, r *rig, s *memory.Server) {
				raw, did := remotetest.Message("sent")
				d, err := r.e.SaveDraft(c, mail.Draft{Account: "a", InternetID: did, Subject: "sent"}, raw)
				if err != nil {
					return
				}
				once(c, r)
				ob, _ := outbound(r, d, source)
				ob.InternetID = memory.Envelope(raw).InternetID
				id = ob.InternetID
				dg, _, _ := r.s.PutBlob(c, strings.NewReader(string(raw)))
				ob.Digest = dg
				if _, err := r.e.Queue(c, ob); err != nil {
					return
				}
				once(c, r)
			}, func(t *testing.T, r *rig, s *memory.Server, at string) {
				out, err := r.s.Outbox(ctx)
				if err != nil {
					t.Fatal(err)
				}
				n := len(s.Outgoing())
				if n > 1 {
					t.Errorf("%s: sent %d times", at, n)
				}
				for _, x := range out {
					if x.State != mail.OutUnsure {
						t.Errorf("%s: left in the outbox: %+v", at, x)
					}
					if o.ServerSent && n == 1 {
						t.Errorf("%s: it is in Sent and still unsure", at)
					}
					// The person looks and decides.
					if err := r.e.Settle(ctx, x.ID, n == 1); err != nil {
						t.Error(err)
					}
					r.sync()
				}
				r.sync()
				if len(s.Outgoing()) > 1 {
					t.Errorf("%s: sent twice in the end", at)
				}
				r.same(s, at)
				where := map[string][]string{}
				for _, b := range []string{"Inbox", "Drafts", "Sent"} {
					for _, m := range s.Messages(s.Box(b)) {
						i := memory.Envelope(m.Raw).InternetID
						where[i] = append(where[i], b)
					}
				}
				if id != "" && len(s.Outgoing()) == 1 {
					if w := where[id]; len(w) != 1 || w[0] != "Sent" {
						t.Errorf("%s: after sending it is in %v", at, w)
					}
					if m := r.list("a", "Inbox"); !m[0].Flags.Has(mail.Answered) {
						t.Errorf("%s: the source is not marked", at)
					}
				} else if ds, _ := r.s.Drafts(ctx); id != "" && len(ds) != 1 {
					t.Errorf("%s: not sent and %d drafts", at, len(ds))
				}
			})
		})
	}
}

func TestCrashDraft(t *testing.T) {
	for name, o := range map[string]memory.Options{"plain": {}, "noref": {NoRefs: true}} {
		t.Run(name, func(t *testing.T) {
			var saved int
			everywhere(t, o, func(r *rig, s *memory.Server) { r.sync(); saved = 0 }, func(c context.Context, r *rig, s *memory.Server) {
				raw, id := remotetest.Message("draft")
				d := mail.Draft{Account: "a", InternetID: id, Subject: "draft"}
				for i := range 4 {
					text := append(slices.Clone(raw), []byte(fmt.Sprintf("revision %d\r\n", i))...)
					var err error
					if d.ID, err = r.e.SaveDraft(c, d, text); err != nil {
						return
					}
					saved = i + 1
					if i != 1 {
						once(c, r)
					}
				}
			}, func(t *testing.T, r *rig, s *memory.Server, at string) {
				if got := s.Messages(s.Box("Drafts")); saved > 0 && len(got) != 1 {
					t.Errorf("%s: %d copies of the draft on the server", at, len(got))
				} else if saved > 0 && !strings.Contains(string(got[0].Raw), fmt.Sprintf("revision %d", saved-1)) && !strings.Contains(string(got[0].Raw), fmt.Sprintf("revision %d", saved)) {
					t.Errorf("%s: the copy is not revision %d", at, saved-1)
				}
				r.same(s, at)
				if ds, _ := r.s.Drafts(ctx); saved > 0 && len(ds) != 1 {
					t.Errorf("%s: %d drafts", at, len(ds))
				}
			})
		})
	}
}

func TestCrashPOP(t *testing.T) {
	for _, mode := range []string{"now", "deleted", ""} {
		t.Run("leave "+mode, func(t *testing.T) {
			everywhere(t, memory.Options{Keep: true, NoFlags: true, NoPush: true}, func(r *rig, s *memory.Server) {
				a := account("a")
				a.Leave.Mode = mode
				r.write(func(tx *store.Tx) error { return tx.PutAccount(a) })
				deliver(s, "Inbox", 5)
			}, func(c context.Context, r *rig, s *memory.Server) {
				once(c, r)
				rows := r.list("a", "Inbox")
				if len(rows) > 1 {
					r.e.Remove(c, []mail.MessageID{rows[0].ID})
					r.e.Move(c, []mail.MessageID{rows[1].ID}, r.box("a", "Trash"))
				}
				once(c, r)
			}, func(t *testing.T, r *rig, s *memory.Server, at string) {
				seen := map[string]bool{}
				n := 0
				for _, b := range []string{"Inbox", "Trash"} {
					for _, m := range r.list("a", b) {
						if seen[m.InternetID] || !m.HasBody {
							t.Errorf("%s: twice or without a body: %+v", at, m)
						}
						seen[m.InternetID] = true
						n++
					}
				}
				if n < 4 || n > 5 {
					t.Errorf("%s: %d messages here", at, n)
				}
				left := len(s.Messages(s.Box("Inbox")))
				switch {
				case mode == "now" && left != 0, mode == "" && left != 5, mode == "deleted" && left != 5 && n == 5 && left != 4, mode == "deleted" && n == 4 && (left < 3 || left > 4):
					t.Errorf("%s: %d left on the server, %d here", at, left, n)
				}
			})
		})
	}
}

func TestPOPRenumberedBringsNothingTwice(t *testing.T) {
	for name, o := range map[string]memory.Options{"top": {Keep: true, NoFlags: true}, "bare": {Keep: true, NoFlags: true, NoEnvelopes: true}} {
		t.Run(name, func(t *testing.T) {
			r, s := one(t, o)
			deliver(s, "Inbox", 5)
			s.Deliver(s.Box("Inbox"), []byte("From: x@example.test\r\nSubject: no id\r\n\r\nbody\r\n"), 0, time.Now())
			r.sync()
			if n := len(r.list("a", "Inbox")); n != 6 {
				t.Fatalf("%d here", n)
			}
			r.e.SetFlags(ctx, []mail.MessageID{r.list("a", "Inbox")[1].ID}, mail.Flagged, 0, nil, nil)
			r.e.Remove(ctx, []mail.MessageID{r.list("a", "Inbox")[0].ID})
			r.sync()
			want := r.here("a")
			s.Renumber(s.Box("Inbox"))
			r.sync()
			r.sync()
			if got := r.here("a"); got != want {
				t.Fatalf("after new names:\n%s\n--- before\n%s", got, want)
			}
			deliver(s, "Inbox", 1)
			r.sync()
			if n := len(r.list("a", "Inbox")); n != 6 {
				t.Fatalf("%d here after one more", n)
			}
			r.idle(s)
		})
	}
}

func TestNetworkFaultsEndInStep(t *testing.T) {
	r, s := one(t, memory.Options{First: 2, Page: 2})
	deliver(s, "Inbox", 9)
	n := 0
	s.SetHooks(memory.Hooks{After: func(c memory.Call) error {
		if n++; n%3 == 0 {
			return &fault.Error{Kind: fault.Network, Code: "cut"}
		}
		return nil
	}})
	for i := range 60 {
		if i == 20 {
			rows := r.list("a", "Inbox")
			r.e.Move(ctx, []mail.MessageID{rows[0].ID, rows[1].ID}, r.box("a", "Archive"))
			r.e.SetFlags(ctx, []mail.MessageID{rows[1].ID}, mail.Flagged, 0, nil, nil)
		}
		r.e.SyncOnce(ctx, "a", nil)
	}
	s.SetHooks(memory.Hooks{})
	r.sync()
	r.same(s, "after cuts")
	r.idle(s)
}
