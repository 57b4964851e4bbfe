package torture

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/wire"
	"github.com/postrider/postrider/app"
)

// TestKilledAtRandomTimes kills a running program that moves, marks, writes and sends, again and again on the same profile.
func TestKilledAtRandomTimes(t *testing.T) {
	t.Parallel()
	const n = 30
	w := newWorld(t, 587, []int{993}, nil, true, func(w *world) { w.deliver(0, n, 10) })
	rounds := 14
	if full {
		rounds = 150
	}
	if testing.Short() {
		rounds = 4
	}
	sent, saved := map[string]bool{}, map[string]bool{}
	for i := range rounds {
		cmd := w.command(orders{Act: "busy", Running: true, Seed: uint64(i + 1)})
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		wait := time.Duration(1+rand.IntN(400)) * time.Millisecond
		var timer *time.Timer
		lines := bufio.NewScanner(out)
		bad := ""
		for lines.Scan() {
			line := lines.Text()
			if line == "did begin" {
				timer = time.AfterFunc(wait, func() { cmd.Process.Kill() })
			}
			if x, ok := strings.CutPrefix(line, "did send "); ok {
				sent[x] = true
			}
			if x, ok := strings.CutPrefix(line, "did save "); ok {
				saved[x] = true
			}
			if strings.HasPrefix(line, "error") {
				bad = line
			}
		}
		cmd.Wait()
		if timer == nil || bad != "" {
			t.Fatalf("round %d: the child could not begin or failed: %s", i, bad)
		}
		timer.Stop()
		if i%5 == 4 || i == rounds-1 {
			w.settled(fmt.Sprintf("after %d kills", i+1), n, sent, saved)
			if t.Failed() {
				return
			}
		}
	}
	t.Logf("%d kills, %d messages sent, %d drafts saved", rounds, len(sent), len(saved))
}

// settled lets everything come to an end and checks it.
func (w *world) settled(at string, n int, sent, saved map[string]bool) {
	t := w.t
	delivered(t, w.s)
	a := w.open()
	defer a.Close()
	sound(t, a, at)
	rest(t, w.s, a, at)
	twice := func() map[string]int {
		count := map[string]int{}
		for _, l := range letters(t, w.s, w.to) {
			if count[l.name]++; count[l.name] > 1 {
				t.Errorf("%s: %q arrived twice", at, l.name)
			}
		}
		return count
	}
	got := twice()
	out, err := a.Outbox(bg)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range out {
		if o.State != mail.OutUnsure {
			t.Errorf("%s: left in the outbox: %+v", at, o)
		}
		if err := a.Settle(bg, o.ID, got[o.Subject] > 0); err != nil {
			t.Error(err)
		}
	}
	rest(t, w.s, a, at+", settled")
	got = twice()
	ls := same(t, w.s, a, w.acc(a, 0), at)
	for i := range n {
		once(t, ls, at, fmt.Sprintf("m%d", i))
	}
	for name := range sent {
		if got[name] != 1 {
			t.Errorf("%s: %q was to be sent and arrived %d times", at, name, got[name])
		}
	}
	for name := range got {
		if x := where(ls, name); len(x) != 1 || x[0] == "Drafts" {
			t.Errorf("%s: %q was sent, its copies are in %v", at, name, x)
		}
	}
	drafts := drafts(t, a)
	for name := range saved {
		if x := where(ls, name); drafts[name] != 1 || len(x) != 1 {
			t.Errorf("%s: of the draft %q there are %d here, and it is in %v", at, name, drafts[name], x)
		}
	}
	sound(t, a, at)
}

func drafts(t testing.TB, a *app.App) map[string]int {
	t.Helper()
	ds, err := a.Store().Drafts(bg)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]int{}
	for _, d := range ds {
		out[d.Subject]++
	}
	return out
}

// TestKilledAtRandomTimesWhileFetching kills a program that brings several hundred messages, until one comes to its end.
func TestKilledAtRandomTimesWhileFetching(t *testing.T) {
	for _, port := range []int{993, 995} {
		t.Run(fmt.Sprint(port), func(t *testing.T) {
			t.Parallel()
			const n = 250
			var names []string
			w := newWorld(t, 0, []int{port}, func(acc *mail.Account) { acc.Leave.Mode = "now" }, false, func(w *world) {
				for i := range n {
					names = append(names, fmt.Sprintf("m%d", i))
					if err := w.s.Deliver(w.people[0], noise(names[i], 1000+i%7*9000, uint64(i))); err != nil {
						t.Fatal(err)
					}
				}
			})
			original := map[string]string{}
			for _, l := range letters(t, w.s, w.people[0]) {
				original[l.name] = string(l.raw)
			}
			rounds := 1
			if full {
				rounds = 12
			}
			kills := 0
			for i := range rounds {
				at := fmt.Sprintf("round %d", i)
				w.copyAll(w.saved, false)
				for limit := 400; ; limit += 60 {
					r := w.child(orders{Act: "sync"}, time.Duration(70+rand.IntN(limit))*time.Millisecond)
					if !r.killed {
						break
					}
					kills++
					a := w.open()
					sound(t, a, at)
					left := map[string]bool{}
					for _, l := range letters(t, w.s, w.people[0]) {
						left[l.name] = true
					}
					for _, m := range here(t, a, box(t, a, w.acc(a, 0).ID, mail.RoleInbox, "").ID) {
						if m.HasBody {
							left[m.Subject] = true
						}
					}
					if len(left) != n {
						t.Errorf("%s: %d of %d messages are here or there", at, len(left), n)
					}
					a.Close()
				}
				a := w.open()
				rest(t, w.s, a, at)
				sound(t, a, at)
				if port == 993 {
					once(t, same(t, w.s, a, w.acc(a, 0), at), at, names...)
				} else {
					if left := letters(t, w.s, w.people[0]); len(left) != 0 {
						t.Errorf("%s: %d messages are left on the server", at, len(left))
					}
					rows := here(t, a, box(t, a, w.acc(a, 0).ID, mail.RoleInbox, "").ID)
					for _, m := range rows {
						if raw, err := a.Raw(bg, m.ID); err != nil || string(raw) != original[m.Subject] {
							t.Errorf("%s: %s is not what the server had: %v", at, m.Subject, err)
						}
						delete(original, m.Subject)
					}
					if len(rows) != n || len(original) != 0 {
						t.Errorf("%s: %d messages, %d are missing", at, len(rows), len(original))
					}
					for _, l := range rows {
						raw, _ := a.Raw(bg, l.ID)
						original[l.Subject] = string(raw)
					}
				}
				a.Close()
				if t.Failed() {
					return
				}
			}
			t.Logf("%d kills", kills)
		})
	}
}

// TestNetworkThatComesAndGoes resets all connections every now and then while the running program moves, marks, writes and sends.
func TestNetworkThatComesAndGoes(t *testing.T) {
	t.Parallel()
	const n = 30
	w := newWorld(t, 465, []int{993}, nil, true, func(w *world) { w.deliver(0, n, 30) })
	x := newWall(t, 0)
	a, err := openProfile(w.dir, w.s.Roots, how{running: true, dialer: func(d *wire.Dialer) { x.dialer(d); d.Idle = 2 * time.Second }})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	sent, saved := map[string]bool{}, map[string]bool{}
	c := &actor{a: a, o: orders{To: w.to, Seed: 99}, as: []mail.Account{w.acc(a, 0)}, stop: make(chan struct{}), told: func(what string) {
		if s, ok := strings.CutPrefix(what, "send "); ok {
			sent[s] = true
		}
		if s, ok := strings.CutPrefix(what, "save "); ok {
			saved[s] = true
		}
	}}
	failed := make(chan any, 1)
	go func() {
		defer func() { failed <- recover() }()
		acts["busy"](c)
	}()
	length := 4 * time.Second
	if full {
		length = 40 * time.Second
	}
	resets := 0
	for end := time.Now().Add(length); time.Now().Before(end); {
		time.Sleep(time.Duration(20+rand.IntN(250)) * time.Millisecond)
		resets += x.resetAll()
	}
	close(c.stop)
	if p := <-failed; p != nil {
		t.Fatal(p)
	}
	// Some thousand changes may wait by now: as long as they become fewer there is no hurry.
	for least, since := 1<<30, time.Now(); ; time.Sleep(15 * time.Millisecond) {
		out, err := a.Outbox(bg)
		if err != nil {
			t.Fatal(err)
		}
		ops, err := a.Store().Ops(bg, c.as[0].ID)
		if err != nil {
			t.Fatal(err)
		}
		left := len(ops)
		for _, o := range out {
			if o.State != mail.OutUnsure {
				left++
			}
		}
		if left == 0 {
			break
		}
		if left < least {
			least, since = left, time.Now()
		}
		if time.Since(since) > 30*time.Second {
			t.Fatalf("%d changes and messages do not go out", left)
		}
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	w.settled("after the resets", n, sent, saved)
	t.Logf("%d connections reset, %d messages sent, %d drafts saved", resets, len(sent), len(saved))
}
