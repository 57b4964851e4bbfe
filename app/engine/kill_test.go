package engine_test

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"sort"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts"
	"github.com/postrider/postrider/accounts/auth"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/accounts/remote/remotetest"
	"github.com/postrider/postrider/accounts/testserver"
	"github.com/postrider/postrider/accounts/wire"
	"github.com/postrider/postrider/app/engine"
	taking "github.com/postrider/postrider/app/ingest"
	"github.com/postrider/postrider/app/store"
)

// orders is what a child process is told through its environment.
type orders struct {
	Dir      string
	CA       string
	Accounts []mail.Account
	Die      int  // at which crash point it kills itself; 0 = never
	Act      bool // carry out the scenario, else only come to rest
	Draft    []byte
	DraftID  string
}

const childEnv = "POSTRIDER_ENGINE_CHILD"

func realOpener(roots *x509.CertPool) func(mail.Account) remote.Opener {
	return func(a mail.Account) remote.Opener {
		return accounts.Opener(a, accounts.Env{Dialer: &wire.Dialer{Roots: roots}, Creds: func(a mail.Account, s mail.Server, _ auth.Purpose) auth.Source {
			return auth.Static{User: s.User, Password: testserver.Users[a.Address]}
		}})
	}
}

// TestKillChild is the child: it runs only when it is told to.
func TestKillChild(t *testing.T) {
	raw := os.Getenv(childEnv)
	if raw == "" {
		t.Skip("runs as a child of TestKill")
	}
	var o orders
	if err := json.Unmarshal([]byte(raw), &o); err != nil {
		t.Fatal(err)
	}
	pem, err := os.ReadFile(o.CA)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	s, err := store.Open(o.Dir, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var n atomic.Int64
	e := engine.New(engine.Options{Store: s, Open: realOpener(roots), Ingest: taking.Body, Quiet: time.Nanosecond, Crash: func(string) {
		if n.Add(1) == int64(o.Die) {
			syscall.Kill(os.Getpid(), syscall.SIGKILL)
		}
	}})
	c, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	all := func() {
		for _, a := range o.Accounts {
			if _, err := e.SyncOnce(c, a.ID, nil); err != nil {
				t.Fatalf("%s: %v", a.ID, err)
			}
		}
	}
	all()
	if o.Act {
		r := &rig{t: t, s: s, e: e}
		in := r.list("a", r.role("a", mail.RoleInbox))
		r.e.Move(c, []mail.MessageID{in[0].ID, in[1].ID}, r.roleID("a", mail.RoleTrash))
		r.e.SetFlags(c, []mail.MessageID{in[1].ID, in[2].ID}, mail.Flagged, 0, nil, nil)
		r.e.Remove(c, []mail.MessageID{in[3].ID})
		d := mail.Draft{Account: "a", InternetID: o.DraftID, Subject: "draft"}
		for i := range 2 {
			text := append(slices.Clone(o.Draft), fmt.Sprintf("revision %d\r\n", i)...)
			if d.ID, err = r.e.SaveDraft(c, d, text); err != nil {
				t.Fatal(err)
			}
			if i == 0 {
				all()
			}
			o.Draft = text
		}
		dg, size, err := s.PutBlob(c, bytes.NewReader(o.Draft))
		if err != nil {
			t.Fatal(err)
		}
		pop := r.list("b", r.role("b", mail.RoleInbox))
		r.e.Move(c, []mail.MessageID{pop[0].ID}, r.roleID("b", mail.RoleTrash))
		if _, err := r.e.Queue(c, store.Outbound{OutboxItem: mail.OutboxItem{Account: "a", InternetID: o.DraftID, To: []mail.Address{{Addr: "bob@example.test"}}, Size: size},
			Envelope: remote.Envelope{From: "ada@example.test", To: []string{"bob@example.test"}, Size: size}, Digest: dg, Draft: d.ID, Source: in[2].ID, Mark: mail.Answered}); err != nil {
			t.Fatal(err)
		}
		all()
		all()
	}
	s.Close()
	fmt.Printf("points %d\n", n.Load())
}

func (r *rig) role(a mail.AccountID, role mail.Role) string {
	bs, _ := r.s.Mailboxes(ctx, a)
	for _, b := range bs {
		if b.Role == role {
			return b.Path
		}
	}
	r.t.Fatalf("%s has no %s", a, role)
	return ""
}

func (r *rig) roleID(a mail.AccountID, role mail.Role) mail.MailboxID {
	return r.box(a, r.role(a, role))
}

// child runs one; true when it was killed.
func child(t *testing.T, o orders) (killed bool, points int) {
	t.Helper()
	raw, _ := json.Marshal(o)
	cmd := exec.Command(os.Args[0], "-test.run=^TestKillChild$", "-test.timeout=2m")
	cmd.Env = append(os.Environ(), childEnv+"="+string(raw))
	out, err := cmd.CombinedOutput()
	if err != nil {
		if ws, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); ok && ws.Signaled() && ws.Signal() == syscall.SIGKILL {
			return true, 0
		}
		t.Fatalf("child (%d): %v\n%s", o.Die, err, out)
	}
	if i := bytes.Index(out, []byte("points ")); i >= 0 {
		fmt.Sscanf(string(out[i:]), "points %d", &points)
	}
	return false, points
}

// onServer reads everything that an account's server has, by mailbox.
func onServer(t *testing.T, op remote.Opener, empty bool) (lines []string, where map[string][]string) {
	t.Helper()
	c, err := op.Open(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	cs, err := c.Collections(ctx)
	if err != nil {
		t.Fatal(err)
	}
	where = map[string][]string{}
	for _, col := range cs {
		if col.NoSelect {
			continue
		}
		states := map[remote.Ref]remote.State{}
		for tok := remote.Token(""); ; {
			d, err := c.Pull(ctx, col.Ref, tok)
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range d.Changed {
				states[s.Ref] = s
			}
			if tok = d.Next; !d.More {
				break
			}
		}
		var refs []remote.Ref
		for r, s := range states {
			refs = append(refs, r)
			if s.Envelope != nil {
				lines = append(lines, fmt.Sprintf("%s %s %v body=true", col.Name, s.Envelope.InternetID, s.Flags))
				where[s.Envelope.InternetID] = append(where[s.Envelope.InternetID], string(col.Role))
			}
		}
		if empty && len(refs) > 0 {
			if _, err := c.Pusher.Push(ctx, col.Ref, "", []remote.Edit{{Verb: remote.Remove, Items: refs}}); err != nil {
				t.Fatal(err)
			}
		}
	}
	sort.Strings(lines)
	return lines, where
}

// TestKill kills the program with SIGKILL at its journal's steps, over Dovecot and Postfix: sync, move, delete, draft saving, sending, removal from a
// POP3 server. Afterwards nothing is missing, doubled or sent twice.
func TestKill(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a minute")
	}
	srv := testserver.Start(t, testserver.Options{})
	a := account("a")
	a.Address = "ada@example.test"
	a.Incoming = srv.Server(993, a.Address)
	a.Outgoing = srv.Server(465, a.Address)
	b := account("b")
	b.Address = "bob@example.test"
	b.Incoming = srv.Server(995, b.Address)
	b.Leave.Mode = "now"
	open := realOpener(srv.Roots)
	bImap := b
	bImap.Incoming = srv.Server(993, b.Address)

	run := func(die int) (points int) {
		onServer(t, open(a), true)
		onServer(t, open(bImap), true)
		var ids, bobs []string
		put := func(user string, n int, into *[]string) {
			for i := range n {
				raw, id := remotetest.Message(fmt.Sprint("kill ", i))
				if err := srv.Deliver(user, raw); err != nil {
					t.Fatal(err)
				}
				*into = append(*into, id)
			}
		}
		put(a.Address, 6, &ids)
		put(b.Address, 4, &bobs)
		dir := t.TempDir()
		s, err := store.Open(dir, store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		err = s.Write(ctx, func(tx *store.Tx) error {
			if err := tx.PutAccount(a); err != nil {
				return err
			}
			return tx.PutAccount(b)
		})
		s.Close()
		if err != nil {
			t.Fatal(err)
		}
		o := orders{Dir: dir, CA: srv.CA, Accounts: []mail.Account{a, b}, Die: die, Act: true}
		o.Draft, o.DraftID = remotetest.Message("draft")
		killed, points := child(t, o)
		if die > 0 && !killed {
			t.Logf("point %d was not reached", die)
		}
		o.Act, o.Die = false, 0
		child(t, o)
		time.Sleep(300 * time.Millisecond) // a submitted message arrives
		child(t, o)
		at := fmt.Sprintf("killed at point %d", die)

		r := &rig{t: t, dir: dir}
		if r.s, err = store.Open(dir, store.Options{}); err != nil {
			t.Fatal(err)
		}
		defer r.s.Close()
		lines, where := onServer(t, open(a), false)
		out, _ := r.s.Outbox(ctx)
		listed := func(lines []string) string {
			return strings.Join(slices.DeleteFunc(lines, func(l string) bool { // what is in the outbox is not listed as a draft, but the server has it as one
				return len(out) > 0 && strings.Contains(l, o.DraftID)
			}), "\n")
		}
		if here, there := listed(strings.Split(r.here("a"), "\n")), listed(lines); here != there {
			t.Errorf("%s:\n--- here\n%s\n--- there\n%s", at, here, there)
		}
		missing := 0
		for _, id := range ids {
			if len(where[id]) == 0 {
				missing++
			}
			if len(where[id]) > 1 {
				t.Errorf("%s: %s is in %v", at, id, where[id])
			}
		}
		if missing > 1 || die == 0 && missing != 1 {
			t.Errorf("%s: %d messages are gone, one was deleted", at, missing)
		}
		if n := len(where[o.DraftID]); n > 1 {
			t.Errorf("%s: the draft is in %v", at, where[o.DraftID])
		}
		// The other side: what was sent came once, everything is here once, nothing is left on the POP3 server.
		counts := map[string]int{}
		bs, _ := r.s.Mailboxes(ctx, "b")
		for _, box := range bs {
			for _, m := range r.list("b", box.Path) {
				counts[m.InternetID]++
				if !m.HasBody {
					t.Errorf("%s: %s has no body and its server copy may be gone", at, m.InternetID)
				}
			}
		}
		for _, id := range bobs {
			if counts[id] != 1 {
				t.Errorf("%s: bob has %s %d times", at, id, counts[id])
			}
		}
		ds, _ := r.s.Drafts(ctx)
		switch n := counts[o.DraftID]; {
		case n > 1:
			t.Errorf("%s: sent %d times", at, n)
		case n == 1 && len(out) == 0 && !slices.Equal(where[o.DraftID], []string{"sent"}):
			t.Errorf("%s: sent, but the copies are in %v", at, where[o.DraftID])
		case n == 0 && die == 0:
			t.Errorf("it was not sent: %+v", out)
		case len(out) == 1 && out[0].State != mail.OutUnsure:
			t.Errorf("%s: the outbox has %+v", at, out)
		case n == 0 && len(ds) == 0 && len(where[o.DraftID]) > 0:
			t.Errorf("%s: the draft is not here any more and was not sent", at)
		}
		if left, _ := onServer(t, open(bImap), false); len(left) > 0 {
			t.Errorf("%s: left on the POP3 server: %v", at, left)
		}
		return points
	}
	total := run(0)
	if t.Failed() {
		return
	}
	if total < 30 {
		t.Fatalf("%d points", total)
	}
	step := 7
	if os.Getenv("POSTRIDER_KILL_ALL") != "" {
		step = 1
	}
	n := 0
	for die := 1 + int(time.Now().UnixNano())%step; die <= total && !t.Failed(); die += step {
		run(die)
		n++
	}
	t.Logf("killed at %d of %d points", n, total)
}
