package torture

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/wire"
	"github.com/postrider/postrider/app"
)

// through opens the world's profile with all connections through a wall.
func (w *world) through(x *wall) *app.App {
	w.t.Helper()
	a, err := openProfile(w.dir, w.s.Roots, how{dialer: func(d *wire.Dialer) {
		x.dialer(d)
		d.Idle = 700 * time.Millisecond
		d.Timeout = 2 * time.Second
	}})
	if err != nil {
		w.t.Fatal(err)
	}
	return a
}

// positions spreads n numbers over 1..total.
func positions(total int64, n int) []int64 {
	if testing.Short() {
		n = (n + 2) / 3
	}
	if full {
		n *= 4
	}
	var out []int64
	for i := range n {
		out = append(out, 1+total*int64(2*i+1)/int64(2*n))
	}
	return out
}

// cutEverywhere does something through a wall that cuts at many places, each time from the same start, and checks where it ends. act is repeated by the
// program's own means only: one more run.
func (w *world) cutEverywhere(port int, n int, rules func(down, up int64) []rule, act func(a *app.App), check func(at string, a *app.App)) {
	w.t.Helper()
	try := func(r rule) (down, up int64, hit bool) {
		w.t.Helper()
		w.copyAll(w.saved, false)
		x := newWall(w.t, port)
		a := w.through(x)
		defer a.Close()
		at := fmt.Sprintf("%+v", r)
		act(a)
		x.set(r)
		as, err := a.Accounts(bg)
		if err != nil {
			w.t.Fatal(err)
		}
		for _, acc := range as {
			ctx, cancel := context.WithTimeout(bg, 20*time.Second)
			_, err := a.Engine().SyncOnce(ctx, acc.ID, nil)
			cancel()
			if err == nil {
				continue
			}
			f := fault.Of(err)
			if f.Kind != fault.Network && !(f.Kind == fault.TLS && r.stall == 0) || f.Title == "" {
				w.t.Errorf("%s: the cut is reported as %v (%q)", at, err, f.Title)
			}
			if f.Kind == fault.TLS {
				w.t.Errorf("%s: a lost connection is called a matter of trust: %v", at, err)
			}
		}
		down, up, hit = x.down.Load(), x.up.Load(), x.hit()
		x.set(rule{})
		delivered(w.t, w.s)
		sound(w.t, a, at)
		rest(w.t, w.s, a, at)
		check(at, a)
		return
	}
	down, up, _ := try(rule{})
	if w.t.Failed() {
		return
	}
	cuts, bad := 0, 0
	for _, r := range rules(down, up) {
		if bad == 3 {
			break
		}
		w.t.Run(fmt.Sprintf("down %d up %d stall %d refuse %v", r.cutDown, r.cutUp, r.stall, r.refuse), func(t *testing.T) {
			outer := w.t
			w.t = t
			defer func() { w.t = outer }()
			if _, _, hit := try(r); hit {
				cuts++
			}
			if t.Failed() {
				bad++
			}
		})
	}
	if cuts == 0 && !testing.Short() {
		w.t.Error("nothing was cut")
	}
	w.t.Logf("%d bytes from the server and %d to it, cut at %d places", down, up, cuts)
}

// bothWays cuts and stalls at n places of what comes, cuts at n places of what goes, and refuses once.
func bothWays(n int) func(down, up int64) []rule {
	return func(down, up int64) []rule {
		rs := []rule{{refuse: true}}
		for i, p := range positions(down, n) {
			rs = append(rs, rule{cutDown: p})
			if i%3 == 1 {
				rs = append(rs, rule{stall: p})
			}
		}
		for _, p := range positions(up, n) {
			rs = append(rs, rule{cutUp: p})
		}
		return rs
	}
}

func TestCutWhileSyncing(t *testing.T) {
	t.Parallel()
	var names []string
	w := newWorld(t, 0, []int{993}, nil, false, func(w *world) {
		names = w.deliver(0, 6, 30)
		if err := w.s.Deliver(w.people[0], message("big", 20000)); err != nil { // some 1.2 MB: most cuts are within it
			t.Fatal(err)
		}
		w.file(0, "Archive", "a0")
	})
	w.cutEverywhere(w.s.Port(993), 6, bothWays(6), func(*app.App) {}, func(at string, a *app.App) {
		once(w.t, same(w.t, w.s, a, w.acc(a, 0), at), at, append(names, "big", "a0")...)
	})
}

func TestCutWhilePushing(t *testing.T) {
	t.Parallel()
	var names []string
	w := newWorld(t, 0, []int{143}, nil, true, func(w *world) { names = w.deliver(0, 7, 3) })
	w.cutEverywhere(w.s.Port(143), 7, bothWays(7), func(a *app.App) {
		acc := w.acc(a, 0)
		id := map[string]mail.MessageID{}
		for _, m := range here(w.t, a, box(w.t, a, acc.ID, mail.RoleInbox, "").ID) {
			id[m.Subject] = m.ID
		}
		w.must(a.MoveToRole(bg, []mail.MessageID{id["m0"], id["m1"]}, mail.RoleArchive))
		w.must(a.SetFlags(bg, []mail.MessageID{id["m1"], id["m2"]}, mail.Flagged, 0))
		w.must(a.MoveToRole(bg, []mail.MessageID{id["m3"]}, mail.RoleTrash))
		if _, err := a.Engine().Remove(bg, []mail.MessageID{id["m4"]}); err != nil {
			w.t.Fatal(err)
		}
		d, err := a.NewDraft(bg, app.Compose{Kind: app.ComposeNew, Account: acc.ID})
		if err != nil {
			w.t.Fatal(err)
		}
		d.Subject, d.Text = "the draft", "words\n"
		if _, err := a.SaveDraft(bg, d); err != nil {
			w.t.Fatal(err)
		}
		time.Sleep(time.Millisecond)
	}, func(at string, a *app.App) {
		ls := same(w.t, w.s, a, w.acc(a, 0), at)
		once(w.t, ls, at, append(slices.Delete(slices.Clone(names), 4, 5), "the draft")...)
		for n, want := range map[string]string{"m0": "Archive", "m1": "Archive", "m2": "INBOX", "m3": "Trash", "m4": "", "the draft": "Drafts"} {
			if x := where(ls, n); want == "" && len(x) > 0 || want != "" && !slices.Equal(x, []string{want}) {
				w.t.Errorf("%s: %s is in %v, want %q", at, n, x, want)
			}
		}
	})
}

func (w *world) must(_ app.Undo, err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func TestCutWhileEmptyingPOP3(t *testing.T) {
	t.Parallel()
	var names []string
	w := newWorld(t, 0, []int{995}, func(acc *mail.Account) { acc.Leave.Mode = "now" }, false, func(w *world) {
		names = w.deliver(0, 5, 100)
		if err := w.s.Deliver(w.people[0], message("big", 4000)); err != nil {
			t.Fatal(err)
		}
		names = append(names, "big")
	})
	original := letters(t, w.s, w.people[0])
	w.cutEverywhere(w.s.Port(995), 7, bothWays(7), func(*app.App) {}, func(at string, a *app.App) {
		in := here(w.t, a, box(w.t, a, w.acc(a, 0).ID, mail.RoleInbox, "").ID)
		count := map[string]int{}
		for _, m := range in {
			count[m.Subject]++
			raw, err := a.Raw(bg, m.ID)
			if i := slices.IndexFunc(original, func(l letter) bool { return l.name == m.Subject }); err != nil || i < 0 || string(original[i].raw) != string(raw) {
				w.t.Errorf("%s: %s is not what the server had: %d bytes, %v", at, m.Subject, len(raw), err)
			}
		}
		for _, n := range names {
			if count[n] != 1 {
				w.t.Errorf("%s: %s is here %d times", at, n, count[n])
			}
		}
		if left := letters(w.t, w.s, w.people[0]); len(left) != 0 {
			w.t.Errorf("%s: %d messages are left on the server", at, len(left))
		}
	})
}

func TestCutWhileSending(t *testing.T) {
	for _, port := range []int{465, 587} {
		t.Run(fmt.Sprint(port), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, port, []int{993}, nil, true, func(w *world) {})
			rules := func(down, up int64) []rule {
				rs := bothWays(5)(down, up)
				// Around the final dot and its answer.
				for _, back := range []int64{20, 60, 90, 120, 160, 220} {
					rs = append(rs, rule{cutDown: down - back})
					if back < 200 {
						rs = append(rs, rule{cutUp: up - back})
					}
				}
				return append(rs, rule{stall: down - 120})
			}
			unsure := 0
			w.cutEverywhere(w.s.Port(port), 5, rules, func(a *app.App) {
				d, err := a.NewDraft(bg, app.Compose{Kind: app.ComposeNew, Account: w.acc(a, 0).ID})
				if err != nil {
					w.t.Fatal(err)
				}
				d.To, d.Subject, d.Text = []mail.Address{{Addr: w.to}}, "the letter", string(message("text", 100))
				if _, err := a.Send(bg, d, time.Now()); err != nil {
					w.t.Fatal(err)
				}
			}, func(at string, a *app.App) {
				time.Sleep(5 * time.Millisecond)
				rest(w.t, w.s, a, at)
				n := len(where(letters(w.t, w.s, w.to), "the letter"))
				out, err := a.Outbox(bg)
				if err != nil {
					w.t.Fatal(err)
				}
				switch {
				case n > 1:
					w.t.Fatalf("%s: sent %d times", at, n)
				case len(out) == 0 && n == 0:
					w.t.Fatalf("%s: it was not sent and does not wait any more", at)
				case len(out) > 0 && out[0].State != mail.OutUnsure:
					w.t.Fatalf("%s: it waits as %+v", at, out[0])
				case len(out) > 0:
					unsure++
					if err := a.Settle(bg, out[0].ID, n == 1); err != nil {
						w.t.Fatal(err)
					}
					rest(w.t, w.s, a, at+", settled")
				}
				if n := len(where(letters(w.t, w.s, w.to), "the letter")); n != 1 {
					w.t.Errorf("%s: in the end it arrived %d times", at, n)
				}
				ls := same(w.t, w.s, a, w.acc(a, 0), at)
				if x := where(ls, "the letter"); !slices.Equal(x, []string{"Sent"}) {
					w.t.Errorf("%s: its copies are in %v", at, x)
				}
			})
			if unsure == 0 && !testing.Short() && !t.Failed() {
				t.Error("no cut hit the moment between the final dot and its answer")
			}
			t.Logf("%d were unsure", unsure)
		})
	}
}

// Another client takes messages away, brings new ones and moves others while a page of ours is under way.
func TestAnotherClientDuringThePull(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0, []int{993}, nil, false, func(w *world) { w.deliver(0, 80, 12) })
	x := newWall(t, w.s.Port(993))
	run := func(at string, r rule) int64 {
		w.copyAll(w.saved, false)
		o := dialIMAP(w.t, w.s, w.people[0])
		defer o.close()
		x.set(r)
		if r.pause != 0 {
			r.then = func() {
				o.expunge(w.t, "m79")
				o.expunge(w.t, "m3")
				o.move(w.t, "m40", "Archive")
				o.flag(w.t, "m41", `\Flagged`)
				if err := w.s.Deliver(w.people[0], message("new", 4)); err != nil {
					w.t.Error(err)
				}
			}
			x.set(r)
		}
		a := w.through(x)
		defer a.Close()
		if _, err := a.Engine().SyncOnce(bg, w.acc(a, 0).ID, nil); err != nil {
			w.t.Errorf("%s: %v", at, err)
		}
		n := x.down.Load()
		if r.pause != 0 && !x.hit() {
			w.t.Errorf("%s: the other client did nothing", at)
		}
		x.set(rule{})
		rest3(w.t, w.s, a, at)
		sound(w.t, a, at)
		ls := same(w.t, w.s, a, w.acc(a, 0), at)
		if r.pause != 0 {
			once(w.t, ls, at, "m0", "m40", "m41", "m78", "new")
			if len(where(ls, "m79")) != 0 || len(ls) != 79 {
				w.t.Errorf("%s: %d messages", at, len(ls))
			}
		}
		return n
	}
	total := run("undisturbed", rule{})
	for _, p := range positions(total, 8) {
		if w.t.Failed() {
			break
		}
		run(fmt.Sprintf("disturbed at byte %d", p), rule{pause: p})
	}
}

// rest3 is rest after a run that another client disturbed: what came behind it takes one more.
func rest3(t testing.TB, s interface{ Logs() string }, a *app.App, at string) {
	t.Helper()
	as, err := a.Accounts(bg)
	if err != nil {
		t.Fatal(err)
	}
	for round := range 2 {
		for _, acc := range as {
			r, err := a.Engine().SyncOnce(bg, acc.ID, nil)
			if err != nil {
				t.Fatalf("%s: %v", at, err)
			}
			if round == 1 && r.Added+r.Changed+r.Removed != 0 {
				t.Errorf("%s: the last run had something to do: %+v", at, r)
			}
		}
	}
}
