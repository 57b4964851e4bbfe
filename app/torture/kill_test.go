package torture

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/testserver"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/app/store"
)

// world is a scenario's corner of the server, with a profile, and how both were at its start.
type world struct {
	t      *testing.T
	s      *testserver.Server
	people []string // the first is the account, and so are the next as far as there are ports
	to     string   // who gets what is sent: no account of the profile
	dir    string   // the profile
	saved  string
}

// newWorld makes a profile of an account for each of the ports, after prepare has filled the server.
func newWorld(t *testing.T, out int, ports []int, edit func(*mail.Account), synced bool, prepare func(w *world)) *world {
	w := &world{t: t, s: server(t), to: newcomer(t)}
	for range ports {
		w.people = append(w.people, newcomer(t))
	}
	prepare(w)
	root := t.TempDir()
	w.dir, w.saved = filepath.Join(root, "profile"), filepath.Join(root, "saved")
	a := w.open()
	for i, p := range ports {
		acc := account(w.s, w.people[i], p, out)
		acc.ID = mail.AccountID(fmt.Sprintf("acc%d", i))
		if edit != nil {
			edit(&acc)
		}
		if err := a.Store().Write(bg, func(tx *store.Tx) error { return tx.PutAccount(acc) }); err != nil {
			t.Fatal(err)
		}
		if synced {
			if _, err := a.Engine().SyncOnce(bg, acc.ID, nil); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(100 * time.Millisecond) // the server's processes write their last
	w.copyAll(w.saved, true)
	return w
}

func (w *world) open() *app.App {
	w.t.Helper()
	a, err := openProfile(w.dir, w.s.Roots, how{})
	if err != nil {
		w.t.Fatal(err)
	}
	return a
}

// deliver puts messages m0, m1, ... into the inbox of a person.
func (w *world) deliver(who, n, lines int) []string {
	w.t.Helper()
	var names []string
	for i := range n {
		names = append(names, fmt.Sprintf("m%d", i))
		if err := w.s.Deliver(w.people[who], message(names[i], lines)); err != nil {
			w.t.Fatal(err)
		}
	}
	return names
}

// file puts a message into another mailbox of a person on the server's disk.
func (w *world) file(who int, box, name string) {
	w.t.Helper()
	dir := filepath.Join(w.s.Maildir(w.people[who]), "."+box, "new")
	for _, d := range []string{"new", "cur", "tmp"} {
		if err := os.MkdirAll(filepath.Join(filepath.Dir(dir), d), 0o777); err != nil {
			w.t.Fatal(err)
		}
	}
	p := filepath.Join(dir, fmt.Sprintf("%d.%s.test", time.Now().UnixNano(), name))
	if err := os.WriteFile(p, bytes.ReplaceAll(message(name, 3), []byte("\r\n"), []byte("\n")), 0o666); err != nil {
		w.t.Fatal(err)
	}
	run(w.t, "chown", "-R", "mail:mail", w.s.Maildir(w.people[who]))
}

func run(t testing.TB, name string, args ...string) {
	t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
}

// copyAll keeps the profile and everybody's mail, or brings them back as they were.
func (w *world) copyAll(saved string, keep bool) {
	w.t.Helper()
	for i, d := range append([]string{w.dir}, w.homes()...) {
		from, to := d, filepath.Join(saved, fmt.Sprint(i))
		if !keep {
			from, to = to, from
		}
		if err := os.RemoveAll(to); err != nil {
			w.t.Fatal(err)
		}
		if _, err := os.Stat(from); os.IsNotExist(err) {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			w.t.Fatal(err)
		}
		run(w.t, "cp", "-a", from, to)
	}
}

func (w *world) homes() []string {
	var out []string
	for _, p := range append([]string{w.to}, w.people...) {
		out = append(out, filepath.Join(w.s.Dir, "mail", p))
	}
	return out
}

// result is what became of a child.
type result struct {
	killed bool
	points int
	at     string
	did    map[string]bool
	order  []string
}

func (w *world) command(o orders) *exec.Cmd {
	o.Dir, o.CA, o.To = w.dir, w.s.CA, w.to
	raw, err := json.Marshal(o)
	if err != nil {
		w.t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+string(raw))
	return cmd
}

// child runs one to its end or its death.
func (w *world) child(o orders, after time.Duration) result {
	w.t.Helper()
	cmd := w.command(o)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	limit := time.Minute
	if after > 0 {
		limit = after
	}
	timer := time.AfterFunc(limit, func() { cmd.Process.Kill() })
	err := cmd.Wait()
	if !timer.Stop() && after == 0 {
		w.t.Fatalf("a child hangs (%+v):\n%s", o, out.String())
	}
	r := result{did: map[string]bool{}}
	for line := range strings.Lines(out.String()) {
		line = strings.TrimSpace(line)
		if x, ok := strings.CutPrefix(line, "did "); ok {
			r.did[x] = true
			r.order = append(r.order, x)
		}
		if x, ok := strings.CutPrefix(line, "dies "); ok {
			r.at = x
		}
		fmt.Sscanf(line, "points %d", &r.points)
	}
	if err != nil {
		ws, ok := cmd.ProcessState.Sys().(syscall.WaitStatus)
		if !ok || !ws.Signaled() || ws.Signal() != syscall.SIGKILL {
			w.t.Fatalf("a child failed (%+v): %v\n%s", o, err, out.String())
		}
		r.killed = true
	}
	return r
}

// full asks for every crash point instead of some.
var full = os.Getenv("POSTRIDER_TORTURE") == "full"

// samples is how many of a scenario's crash points are tried when not all are.
func samples() int {
	if testing.Short() {
		return 3
	}
	return 9
}

// everywhere kills a child at the crash points of an act, each time from the same start, and checks where it all ends.
func (w *world) everywhere(act string, check func(at string, r result, a *app.App)) {
	w.t.Helper()
	once := func(die int) result {
		w.t.Helper()
		w.copyAll(w.saved, false)
		r := w.child(orders{Act: act, Die: die}, 0)
		at := act + ", not killed"
		if r.killed {
			at = fmt.Sprintf("%s, killed at point %d (%s)", act, die, r.at)
		}
		delivered(w.t, w.s)
		a := w.open()
		defer a.Close()
		sound(w.t, a, at+", at once")
		rest(w.t, w.s, a, at)
		check(at, r, a)
		sound(w.t, a, at)
		return r
	}
	calm := once(0)
	if w.t.Failed() {
		return
	}
	if calm.killed || calm.points < 4 {
		w.t.Fatalf("%s has %d crash points", act, calm.points)
	}
	step, die := 1.0, 1.0
	if n := samples(); !full && calm.points > n {
		step = float64(calm.points) / float64(n)
		die += rand.Float64() * step
	}
	kills, bad := 0, 0
	for ; int(die) <= calm.points && bad < 3; die += step {
		var r result
		w.t.Run(fmt.Sprintf("point %d", int(die)), func(t *testing.T) {
			outer := w.t
			w.t = t
			defer func() { w.t = outer }()
			r = once(int(die))
			if t.Failed() {
				bad++
			}
		})
		if r.killed {
			kills++
		}
	}
	w.t.Logf("%s: killed at %d of %d crash points", act, kills, calm.points)
}

func (w *world) acc(a *app.App, i int) mail.Account {
	w.t.Helper()
	as, err := a.Accounts(bg)
	if err != nil || len(as) <= i {
		w.t.Fatalf("%d accounts, %v", len(as), err)
	}
	return as[i]
}
