package torture

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/auth"
	"github.com/postrider/postrider/accounts/auth/keychain"
	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/testserver"
	"github.com/postrider/postrider/app"
)

// add puts an account into a profile that has no passwords of its own to keep, and starts it.
func add(t testing.TB, a *app.App, acc mail.Account, pw string) mail.Account {
	t.Helper()
	acc, err := a.AddAccount(bg, acc, app.Secrets{Password: pw})
	if err != nil {
		t.Fatal(err)
	}
	return acc
}

func status(a *app.App, id mail.AccountID) app.AccountStatus {
	for _, s := range a.Status().Accounts {
		if s.Account == id {
			return s
		}
	}
	return app.AccountStatus{}
}

func bodies(t testing.TB, a *app.App, acc mail.AccountID) int {
	t.Helper()
	b := box(t, a, acc, mail.RoleInbox, "")
	if b.ID == 0 {
		return 0
	}
	n := 0
	for _, m := range here(t, a, b.ID) {
		if m.HasBody {
			n++
		}
	}
	return n
}

// The servers die in the middle of a sync, and while something is sent; then they are back.
func TestServerKilled(t *testing.T) {
	s := testserver.Start(t, testserver.Options{Extra: "mail_fsync = never\n", Postfix: "minimal_backoff_time = 1s\nmaximal_backoff_time = 2s\nqueue_run_delay = 1s\n"})
	if err := populate(s); err != nil {
		t.Fatal(err)
	}
	me, to := person(0), person(1)
	const n = 120
	for i := range n {
		if err := s.Deliver(me, noise(fmt.Sprintf("m%d", i), 300_000, uint64(i))); err != nil {
			t.Fatal(err)
		}
	}
	a, err := openProfile(t.TempDir(), s.Roots, how{running: true})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	acc := add(t, a, account(s, me, 993, 587), "")
	names := []string{}
	for i := range 4 {
		if i == 0 {
			waitFor(t, "the first messages", func() bool { return bodies(t, a, acc.ID) > 0 })
		} else {
			d, err := a.NewDraft(bg, app.Compose{Kind: app.ComposeNew, Account: acc.ID})
			if err != nil {
				t.Fatal(err)
			}
			d.To, d.Subject, d.Text = []mail.Address{{Addr: to}}, fmt.Sprintf("letter %d", i), strings.Repeat("words and words\n", 50000)
			names = append(names, d.Subject)
			if _, err := a.Send(bg, d, time.Now()); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Duration(i*20-10) * time.Millisecond)
		}
		s.Kill()
		if i == 0 && bodies(t, a, acc.ID) == n {
			t.Error("the servers died too late")
		}
		waitFor(t, "the account to notice", func() bool { return status(a, acc.ID).State == app.StateOffline })
		if f := fault.Of(status(a, acc.ID).Err); f == nil || f.Kind != fault.Network {
			t.Errorf("the dead server is reported as %v", f)
		}
		if len(here(t, a, box(t, a, acc.ID, mail.RoleInbox, "").ID)) == 0 {
			t.Error("nothing can be read while the server is away")
		}
		if err := s.Restart(); err != nil {
			t.Fatal(err)
		}
	}
	waitFor(t, "all messages", func() bool { return bodies(t, a, acc.ID) == n })
	waitFor(t, "the outbox to hold nothing but what is unsure", func() bool {
		out, err := a.Outbox(bg)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range out {
			if o.State != mail.OutUnsure {
				return false
			}
		}
		return true
	})
	delivered(t, s)
	out, _ := a.Outbox(bg)
	for _, o := range out {
		if err := a.Settle(bg, o.ID, len(where(letters(t, s, to), o.Subject)) > 0); err != nil {
			t.Fatal(err)
		}
	}
	waitFor(t, "an empty outbox", func() bool { out, _ := a.Outbox(bg); return len(out) == 0 })
	waitFor(t, "the last changes", func() bool { ops, _ := a.Store().Ops(bg, acc.ID); return len(ops) == 0 })
	delivered(t, s)
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := openProfile(a.Store().Dir(), s.Roots, how{})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	rest(t, s, b, "at the end")
	ls := same(t, s, b, acc, "at the end")
	if len(ls) != n+len(names) {
		t.Errorf("%d messages on the server", len(ls))
	}
	once(t, ls, "at the end", append(names, "m0", fmt.Sprint("m", n-1))...)
	once(t, notByItself(letters(t, s, to)), "at the recipient", names...)
	sound(t, b, "at the end")
	t.Logf("%d of %d letters were unsure", len(out), len(names))
}

// The server gives all its messages new names: nothing is fetched again, nothing is there twice, and what waits still reaches the right message.
func TestUIDValidityChanges(t *testing.T) {
	t.Parallel()
	const n = 60
	w := newWorld(t, 0, []int{993}, nil, true, func(w *world) { w.deliver(0, n, 200) })
	x := newWall(t, w.s.Port(993))
	a := w.through(x)
	defer a.Close()
	acc := w.acc(a, 0)
	var m0 mail.Summary
	before := map[string]mail.MessageID{}
	for _, m := range here(t, a, box(t, a, acc.ID, mail.RoleInbox, "").ID) {
		before[m.InternetID] = m.ID
		if m.Subject == "m0" {
			m0 = m
		}
	}
	for _, pending := range []bool{false, true} {
		at := fmt.Sprintf("new names, with a change waiting %v", pending)
		if pending {
			if _, err := a.SetFlags(bg, []mail.MessageID{m0.ID}, mail.Flagged, 0); err != nil {
				t.Fatal(err)
			}
			if _, err := a.MoveToRole(bg, []mail.MessageID{m0.ID}, mail.RoleArchive); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(100 * time.Millisecond) // the server's processes end
		olds, _ := filepath.Glob(filepath.Join(w.s.Maildir(w.people[0]), "dovecot*"))
		for _, f := range olds {
			if err := os.RemoveAll(f); err != nil {
				t.Fatal(err)
			}
		}
		x.set(rule{})
		r, err := a.Engine().SyncOnce(bg, acc.ID, nil)
		if err != nil {
			t.Fatal(err)
		}
		if r.Added != 0 || r.Removed != 0 || r.Bytes != 0 {
			t.Errorf("%s: %+v", at, r)
		}
		if got := x.down.Load(); got > 100_000 {
			t.Errorf("%s: %d bytes came from the server, all the bodies have some 900,000", at, got)
		}
		rest(t, w.s, a, at)
		ls := same(t, w.s, a, acc, at)
		if len(ls) != n {
			t.Errorf("%s: %d messages", at, len(ls))
		}
		for _, m := range here(t, a, box(t, a, acc.ID, mail.RoleInbox, "").ID) {
			if before[m.InternetID] != m.ID {
				t.Errorf("%s: %s is another row", at, m.Subject)
			}
		}
		if got := where(ls, "m0"); pending && got[0] != "Archive" {
			t.Errorf("%s: m0 was archived and is in %v", at, got)
		}
		sound(t, a, at)
	}
}

// chain is a keychain that can be locked.
type chain struct {
	auth.Keychain
	mu     sync.Mutex
	locked bool
}

func (c *chain) lock(on bool) { c.mu.Lock(); c.locked = on; c.mu.Unlock() }

func (c *chain) Get(ctx context.Context, id mail.AccountID, p auth.Purpose) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.locked {
		return "", fault.New(fault.Local, "keychain-locked", "The keychain is locked", "Mail waits until you unlock it.")
	}
	return c.Keychain.Get(ctx, id, p)
}

// The keychain is locked at the start, and again while mail waits to be sent.
func TestKeychainLocked(t *testing.T) {
	t.Parallel()
	s := server(t)
	me, to := newcomer(t), newcomer(t)
	if err := s.Deliver(me, message("m0", 3)); err != nil {
		t.Fatal(err)
	}
	k := &chain{Keychain: keychain.Memory()}
	dir := t.TempDir()
	x := newWall(t, 0)
	a, err := openProfile(dir, s.Roots, how{running: true, chain: k, dialer: x.dialer})
	if err != nil {
		t.Fatal(err)
	}
	acc := add(t, a, account(s, me, 993, 587), password)
	waitFor(t, "the message", func() bool { return bodies(t, a, acc.ID) == 1 })
	a.Close()

	k.lock(true)
	if a, err = openProfile(dir, s.Roots, how{running: true, chain: k, dialer: x.dialer}); err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	waitFor(t, "the account to say that the keychain is locked", func() bool {
		st := status(a, acc.ID)
		return (st.State == app.StateError || st.State == app.StateSignIn) && fault.Of(st.Err) != nil && fault.Of(st.Err).Code == "keychain-locked"
	})
	if bodies(t, a, acc.ID) != 1 {
		t.Error("what was here cannot be read")
	}
	in := here(t, a, box(t, a, acc.ID, mail.RoleInbox, "").ID)
	if _, err := a.SetFlags(bg, []mail.MessageID{in[0].ID}, mail.Flagged, 0); err != nil {
		t.Fatal(err)
	}
	d, err := a.NewDraft(bg, app.Compose{Kind: app.ComposeNew, Account: acc.ID})
	if err != nil {
		t.Fatal(err)
	}
	d.To, d.Subject, d.Text = []mail.Address{{Addr: to}}, "behind the lock", "words\n"
	if _, err := a.Send(bg, d, time.Now()); err != nil {
		t.Fatal(err)
	}
	// It is tried, which shows for a moment as sending, and waits again.
	waitFor(t, "the message to be tried and to wait behind the lock", func() bool {
		out, err := a.Outbox(bg)
		return err == nil && len(out) == 1 && out[0].State == mail.OutWaiting && out[0].Attempts > 0
	})
	if ls := letters(t, s, to); len(where(ls, "behind the lock")) != 0 {
		t.Error("the message was sent without a password")
	}
	k.lock(false)
	waitFor(t, "all to follow", func() bool {
		out, _ := a.Outbox(bg)
		ops, _ := a.Store().Ops(bg, acc.ID)
		return len(out) == 0 && len(ops) == 0 && status(a, acc.ID).State == app.StateIdle
	})
	delivered(t, s)
	once(t, letters(t, s, to), "after unlocking", "behind the lock")
	waitFor(t, "both sides to be in step", func() bool {
		ls := letters(t, s, me)
		return len(where(ls, "behind the lock")) == 1 && len(where(ls, "m0")) == 1
	})
	sound(t, a, "after unlocking")
}

// The disk is full in the middle of a sync; then there is room again.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	for _, port := range []int{993, 995} {
		t.Run(fmt.Sprint(port), func(t *testing.T) {
			s := server(t)
			me, to := newcomer(t), newcomer(t)
			const n = 40
			for i := range n {
				if err := s.Deliver(me, noise(fmt.Sprintf("m%d", i), 120_000, uint64(i))); err != nil {
					t.Fatal(err)
				}
			}
			var original []letter
			if port == 995 {
				original = letters(t, s, me)
			}
			disk := t.TempDir()
			if err := syscall.Mount("none", disk, "tmpfs", 0, "size=3m"); err != nil {
				t.Skipf("no small disk can be made here: %v", err)
			}
			defer syscall.Unmount(disk, syscall.MNT_DETACH)
			a, err := openProfile(filepath.Join(disk, "profile"), s.Roots, how{running: true})
			if err != nil {
				t.Fatal(err)
			}
			defer func() {
				if a != nil {
					a.Close()
				}
			}()
			acc := account(s, me, port, 587)
			acc.Leave.Mode = "now"
			acc = add(t, a, acc, "")
			full := func() bool {
				st := status(a, acc.ID)
				f := fault.Of(st.Err)
				return st.State == app.StateError && f != nil && f.Kind == fault.Local && f.Code == "disk-full"
			}
			waitFor(t, "the account to say that the disk is full", full)
			if got := bodies(t, a, acc.ID); got == n {
				t.Error("all of it found room")
			}
			// What is asked for now is refused at once, or done; it is never half done.
			d, err := a.NewDraft(bg, app.Compose{Kind: app.ComposeNew, Account: acc.ID})
			if err != nil {
				t.Fatal(err)
			}
			d.To, d.Subject, d.Text = []mail.Address{{Addr: to}}, "no room", strings.Repeat("words ", 200_000)
			_, sendErr := a.Send(bg, d, time.Now())
			if sendErr != nil && fault.Of(sendErr).Kind != fault.Local {
				t.Errorf("sending on a full disk: %v", sendErr)
			}
			time.Sleep(300 * time.Millisecond)
			if port == 995 {
				left := letters(t, s, me)
				held := map[string]bool{}
				for _, m := range here(t, a, box(t, a, acc.ID, mail.RoleInbox, "").ID) {
					held[m.Subject] = m.HasBody
				}
				for i := range n {
					name := fmt.Sprintf("m%d", i)
					if len(where(left, name)) == 0 && !held[name] {
						t.Errorf("%s is neither here nor on the server", name)
					}
				}
			}
			// A second start on the full disk says so or works; nothing is damaged.
			a.Close()
			if a, err = openProfile(filepath.Join(disk, "profile"), s.Roots, how{running: true}); err != nil {
				if fault.Of(err).Code != "disk-full" {
					t.Errorf("opening on a full disk: %v", err)
				}
			}
			if err := syscall.Mount("none", disk, "tmpfs", syscall.MS_REMOUNT, "size=64m"); err != nil {
				t.Fatal(err)
			}
			if err != nil {
				if a, err = openProfile(filepath.Join(disk, "profile"), s.Roots, how{running: true}); err != nil {
					t.Fatal(err)
				}
			}
			waitFor(t, "all of it once there is room", func() bool { return bodies(t, a, acc.ID) == n && status(a, acc.ID).State == app.StateIdle })
			waitFor(t, "an empty outbox", func() bool { out, _ := a.Outbox(bg); return len(out) == 0 })
			delivered(t, s)
			want := 1
			if sendErr != nil {
				want = 0
			}
			if got := len(where(letters(t, s, to), "no room")); got != want {
				t.Errorf("the letter (%v) arrived %d times", sendErr, got)
			}
			waitFor(t, "no change to be left", func() bool { ops, _ := a.Store().Ops(bg, acc.ID); return len(ops) == 0 })
			a.Close()
			if a, err = openProfile(filepath.Join(disk, "profile"), s.Roots, how{}); err != nil {
				t.Fatal(err)
			}
			rest(t, s, a, "with room")
			sound(t, a, "with room")
			if port == 993 {
				same(t, s, a, acc, "with room")
				return
			}
			for _, l := range original {
				found := false
				for _, m := range here(t, a, box(t, a, acc.ID, mail.RoleInbox, "").ID) {
					if m.Subject == l.name {
						raw, err := a.Raw(bg, m.ID)
						found = err == nil && string(raw) == string(l.raw)
					}
				}
				if !found {
					t.Errorf("%s is not here as the server had it", l.name)
				}
			}
			if left := letters(t, s, me); len(left) != 0 {
				t.Errorf("%d messages are left on the server", len(left))
			}
		})
	}
}

// Two programs on one profile.
func TestProfileInUse(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 587, []int{993}, nil, true, func(w *world) { w.deliver(0, 1, 1) })
	cmd := w.command(orders{Act: "busy", Running: true, Seed: 1})
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Wait()
	defer cmd.Process.Kill()
	if _, err := out.Read(make([]byte, 1)); err != nil { // it holds the profile once it talks
		t.Fatal(err)
	}
	_, err = openProfile(w.dir, w.s.Roots, how{})
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != fault.Local || f.Code != "profile-in-use" || f.Title == "" {
		t.Fatalf("a second program on the profile: %v", err)
	}
	cmd.Process.Kill()
	cmd.Wait()
	w.open().Close() // its death frees the profile at once
}
